package revoke

import (
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/pki"
)

// Codes of [Error].
const (
	CodeMalformed finding.Code = "revoke.malformed"    // not a CRL that can be read: structure
	CodeTooLarge  finding.Code = "revoke.too-large"    // a limit of this package: what, max
	CodeRevoked   finding.Code = "revoke.revoked"      // subject, at
	CodeSuspended finding.Code = "revoke.suspended"    // certificateHold: subject, at
	CodeUnchecked finding.Code = "revoke.unchecked"    // no CRL tells the state for all reasons: subject; the cause says why
	CodeNoCRL     finding.Code = "revoke.no-crl"       // no CRL is for the certificate: subject
	CodeStale     finding.Code = "revoke.stale"        // a CRL is not of the time: issuer, at, from, until
	CodeIssuer    finding.Code = "revoke.crl-issuer"   // nobody who may has signed a CRL: issuer
	CodeCritical  finding.Code = "revoke.crl-critical" // a CRL has a critical extension that is not understood: issuer, oid
)

// Error is the one error type of this package.
type Error struct {
	finding.Fault
	Status Status // of the certificate that the error is about
}

// ErrStale is what a CRL of another time gives, for errors.Is.
var ErrStale = fail(CodeStale, nil)

func fail(code finding.Code, cause error, pairs ...string) *Error {
	return &Error{Fault: finding.NewFault(code, cause, pairs...)}
}

func malformed(structure string) *Error { return fail(CodeMalformed, nil, "structure", structure) }

// Identifiers of CRL extensions and of those of entries (RFC 5280, 5.2 and 5.3).
var (
	oidAuthorityKeyID = pki.NewOID(2, 5, 29, 35)
	oidIssuerAltName  = pki.NewOID(2, 5, 29, 18)
	oidNumber         = pki.NewOID(2, 5, 29, 20)
	oidDelta          = pki.NewOID(2, 5, 29, 27)
	oidIssuingPoint   = pki.NewOID(2, 5, 29, 28)
	oidFreshest       = pki.NewOID(2, 5, 29, 46)
	oidAuthorityInfo  = pki.NewOID(1, 3, 6, 1, 5, 5, 7, 1, 1)

	oidReason            = pki.NewOID(2, 5, 29, 21)
	oidInvalidityDate    = pki.NewOID(2, 5, 29, 24)
	oidCertificateIssuer = pki.NewOID(2, 5, 29, 29)
)
