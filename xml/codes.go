package xml

import (
	"errors"
	"unicode/utf8"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/xmltree"
)

// Code names a kind of error or finding. Codes are stable.
type Code = finding.Code

// Codes of errors.
const (
	CodeMalformed         = xmltree.CodeMalformed          // not well-formed: reason, offset
	CodeNamespace         = xmltree.CodeNamespace          // not namespace-well-formed: reason, offset
	CodeDoctype           = xmltree.CodeDoctype            // a document type declaration: offset
	CodeEntity            = xmltree.CodeEntity             // a reference to an entity other than the five: name, offset
	CodeEncoding          = xmltree.CodeEncoding           // neither UTF-8 nor UTF-16, or not what is declared: reason
	CodeVersion           = xmltree.CodeVersion            // XML 1.1: version
	CodeLimit             = xmltree.CodeLimit              // more than is read: what, max
	CodeRead              = xmltree.CodeRead               // the source failed
	CodeWrite             = Code("xml.write")              // the destination failed
	CodeRelativeNamespace = Code("xml.relative-namespace") // a namespace URI that is relative has no canonical form: value
	CodeCanonicalization  = Code("xml.canonicalization")   // a canonicalisation algorithm that is not known: algorithm
	CodeNotFound          = Code("xml.not-found")          // no element has the Id: id
	CodeAmbiguous         = Code("xml.ambiguous")          // several elements have the Id: id
	CodeOption            = Code("xml.option")             // an option that makes no sense: option, value
)

// Codes of errors of signing.
const (
	CodeChanged       = Code("xml.changed")           // the document is not the one that was read or prepared
	CodeKey           = Code("xml.key")               // the certificate's key cannot sign as the options ask
	CodeNoCertificate = Code("xml.no-certificate")    // the signer gave no certificate
	CodePlaceNone     = Code("xml.place-none")        // there is no such element to put the signature into: path
	CodePlaceSeveral  = Code("xml.place-several")     // there are several: path
	CodeIDTaken       = Code("xml.id-taken")          // the document has an element with an Id that the signature is to write: id
	CodeEarlier       = Code("xml.earlier-signature") // a signature of the document covers the place and would break: path
	CodeState         = Code("xml.state")             // a prepared state that cannot be used: reason
	CodeStateVersion  = Code("xml.state-version")     // a prepared state of another version or format: version, format
	CodeStateSize     = Code("xml.state-too-large")   // a prepared state above the limit: size, limit
	CodeLevelRefused  = Code("xml.level-refused")     // a signature that cannot have the level: level, reason
	CodeCountersign   = Code("xml.countersign")       // a signature that cannot be countersigned: reason
	CodeTimestamper   = Code("xml.timestamper")       // a level above B-B without a Timestamper: level
	CodeCollector     = Code("xml.collector")         // a level above B-T without a Collector: level
	CodeEvidence      = Code("xml.evidence")          // evidence is missing or speaks against a certificate: subject
	CodeTimestamp     = Code("xml.timestamp")         // no time-stamp could be had, or it is not one over this signature
)

// Codes of findings.
const (
	CodeShape              = Code("xml.signature-shape")       // not of the form that it must have: what
	CodeAlgorithm          = Code("xml.algorithm-unsupported") // algorithm
	CodeTransform          = Code("xml.transform-unsupported") // algorithm
	CodeWeakDigest         = Code("xml.weak-digest")           // algorithm
	CodeWeakKey            = Code("xml.weak-key")              // key
	CodeSignatureBroken    = Code("xml.signature-broken")      // the value does not verify
	CodeCertificateMissing = Code("xml.certificate-missing")   //
	CodeCertificateKey     = Code("xml.certificate-key")       // the key cannot be used
	CodeKeyInfo            = Code("xml.key-info")              // a part of KeyInfo that cannot be used: name
	CodeKeyOther           = Code("xml.key-other")             // a bare key that is not the certificate's
	CodeReferenceBroken    = Code("xml.reference-broken")      // uri, algorithm
	CodeReferenceNone      = Code("xml.reference-unresolved")  // uri
	CodeReferenceAmbiguous = Code("xml.reference-ambiguous")   // uri
	CodeReferenceExternal  = Code("xml.reference-external")    // uri
	CodeReferenceURI       = Code("xml.reference-uri")         // of a kind that is not read: uri
	CodeEmpty              = Code("xml.reference-empty")       // what is named has no octets: uri
	CodeComment            = Code("xml.comment-unsigned")      // comments that are not signed stand in what is: uri
	CodeManifest           = Code("xml.manifest-broken")       // a Reference of a Manifest is not intact: uri
	CodeBase64             = Code("xml.base64")                // not base64
	CodeXPath              = Code("xml.xpath")                 // reason
)

// Codes of findings about what XAdES adds.
const (
	CodePropertiesSeveral  = Code("xml.properties-several")           // of what there may be one: what
	CodePropertiesTarget   = Code("xml.properties-target")            // they are said to be of another signature: id
	CodePropertiesUnsigned = Code("xml.properties-unsigned")          // SignedProperties that no Reference signs
	CodePropertiesForeign  = Code("xml.properties-foreign")           // a Reference that should sign them signs something else: uri
	CodeProperty           = Code("xml.property")                     // one that cannot be read: name
	CodeTimeZone           = Code("xml.time-zone")                    // a claimed time without a zone
	CodeNoSigningCert      = Code("xml.signing-certificate-missing")  //
	CodeSigningCert        = Code("xml.signing-certificate-mismatch") //
	CodeWeakReference      = Code("xml.weak-reference")               // algorithm
	CodeIssuerSerial       = Code("xml.issuer-serial")                // the serial number beside a digest is another
	CodeValue              = Code("xml.value-unreadable")             // a certificate or the like in unsigned properties: name
	CodeTimestampMalformed = Code("xml.timestamp-malformed")          //
	CodeTimestampUnbound   = Code("xml.timestamp-unbound")            // over something else
	CodeTimestampBroken    = Code("xml.timestamp-broken")             // its own signature
	CodeTimestampUnchecked = Code("xml.timestamp-unchecked")          // what it covers cannot be computed
	CodeTimestampOrder     = Code("xml.timestamp-order")              // time, since
	CodeCounterOther       = Code("xml.counter-signature-other")      // it does not sign the value of the signature that it is in
)

// Error is the error type of this package. Errors of a Signer, Timestamper or Resolver and of the context are handed on beneath it or
// as they are; errors.Is and errors.As find them.
type Error struct{ finding.Fault }

func fail(code Code, cause error, pairs ...string) *Error {
	return &Error{finding.NewFault(code, cause, pairs...)}
}

// wrap turns an error of the reader into one of this package.
func wrap(err error) error {
	var e *xmltree.Error
	if errors.As(err, &e) {
		return &Error{e.Fault}
	}
	return err
}

// shorten makes a value from a document short enough to be shown.
func shorten(s string) string {
	const longest = 120
	if len(s) <= longest {
		return s
	}
	cut := longest
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

func badOption(option, value string) *Error {
	return fail(CodeOption, nil, "option", option, "value", value)
}

func orDefault[T any](o *T) T {
	if o == nil {
		var zero T
		return zero
	}
	return *o
}
