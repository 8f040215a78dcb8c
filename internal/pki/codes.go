package pki

import "github.com/kyso-dev/kyso/internal/finding"

// Codes of [Error].
const (
	CodeMalformed   finding.Code = "pki.malformed"            // not a certificate that can be read: structure
	CodeTooLarge    finding.Code = "pki.too-large"            // a limit of this package: what, max
	CodeNoAnchor    finding.Code = "pki.no-anchor"            // a search without anchors
	CodeNoPath      finding.Code = "pki.no-path"              // no chain to an anchor: subject, issuer
	CodeNames       finding.Code = "pki.name-chain"           // the issuer's name is not the name of the certificate above: subject, issuer
	CodeSignature   finding.Code = "pki.signature"            // signature of a certificate: subject; the cause says why
	CodeAlgorithm   finding.Code = "pki.algorithm"            // refused by the algorithm policy: subject; the cause says why
	CodeExpired     finding.Code = "pki.expired"              // subject, at, until
	CodeNotYet      finding.Code = "pki.not-yet-valid"        // subject, at, from
	CodeNotCA       finding.Code = "pki.not-a-ca"             // issued a certificate without being an authority: subject
	CodeKeyUsage    finding.Code = "pki.key-usage"            // its key may not sign certificates: subject
	CodePathLength  finding.Code = "pki.path-length"          // more authorities than one above them allows: subject
	CodeExtKeyUsage finding.Code = "pki.extended-key-usage"   // not meant for the use asked for: subject
	CodeCritical    finding.Code = "pki.critical-extension"   // critical and not understood: subject, oid
	CodePermitted   finding.Code = "pki.name-not-permitted"   // a name outside of what an authority may certify: subject, name
	CodeExcluded    finding.Code = "pki.name-excluded"        // a name that an authority may not certify: subject, name
	CodeConstraint  finding.Code = "pki.name-constraint-form" // a constraint that cannot be processed: subject, form
	CodePolicy      finding.Code = "pki.policy"               // no policy that is asked for holds for the whole path: subject
	CodePolicyMap   finding.Code = "pki.policy-mapping"       // a mapping from or to anyPolicy: subject
	CodeQualifier   finding.Code = "pki.policy-qualifier"     // a critical policy with a qualifier that is not understood: subject, oid
)

// Codes of tolerances: what the reader put up with.
const (
	TolerateSerialNegative finding.Code = "pki.serial-negative"        // RFC 5280, 4.1.2.2 wants a positive number
	TolerateSerialZero     finding.Code = "pki.serial-zero"            //
	TolerateSerialLong     finding.Code = "pki.serial-long"            // more than 20 octets: octets
	TolerateVersion        finding.Code = "pki.version"                // extensions or identifiers in a certificate of an older version: version
	TolerateTime           finding.Code = "pki.time-form"              // a time in a form of RFC 5280's forerunners
	TolerateNotCritical    finding.Code = "pki.not-critical"           // an extension that must be critical is not: extension
	TolerateDefault        finding.Code = "pki.default-written"        // a DEFAULT value is written out, which DER forbids
	TolerateUnusedBits     finding.Code = "pki.key-usage-bits"         // KeyUsage with trailing zero bits, which DER forbids
	ToleratePathLen        finding.Code = "pki.path-length-without-ca" // pathLenConstraint of a certificate that is no authority
	TolerateNoNames        finding.Code = "pki.no-names"               // an extension with alternative names has none: extension
	TolerateUnreadable     finding.Code = "pki.unreadable-extension"   // an extension that decides nothing is malformed: extension
	TolerateNoSubject      finding.Code = "pki.no-subject"             // neither a subject nor alternative names
)

// Error is the one error type of this package.
type Error struct {
	finding.Fault
	Certificate *Certificate // the one at fault; nil where there is none
}

func fail(code finding.Code, cert *Certificate, cause error, pairs ...string) *Error {
	if cert != nil {
		pairs = append([]string{"subject", cert.Name()}, pairs...)
	}
	return &Error{Fault: finding.NewFault(code, cause, pairs...), Certificate: cert}
}

func malformed(structure string) *Error { return fail(CodeMalformed, nil, nil, "structure", structure) }
