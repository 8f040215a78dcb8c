package cms

import (
	"errors"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/finding"
)

// Code names a kind of error or finding. Codes are stable.
type Code = finding.Code

// Codes of errors.
const (
	CodeMalformed    = cmsdata.CodeMalformed       // not a CMS structure
	CodeNotSigned    = cmsdata.CodeNotSigned       // a CMS structure of another type
	CodeTooMany      = cmsdata.CodeTooMany         // more signers, certificates … than the limits allow
	CodeWrite        = cmsdata.CodeContentWrite    // the destination failed
	CodeRead         = cmsdata.CodeContentRead     // the source failed
	CodeSize         = cmsdata.CodeContentSize     // the content is not as long as announced
	CodeSignature    = cmsdata.CodeSignature       // the signature value does not verify
	CodeTrailing     = Code("cms.trailing")        // octets after the structure
	CodeContent      = Code("cms.content")         // no content was given
	CodeContentOther = Code("cms.content-other")   // not the content that the file's signers signed
	CodeChanged      = Code("cms.content-changed") // not the content that was prepared
	CodeArchived     = Code("cms.archived")        // an archive time-stamp would break
	CodeKey          = Code("cms.key")             // the certificate's key cannot sign as the options ask
	CodeChain        = Code("cms.chain")           // no certificate, or too many: count, limit
	CodeOptions      = Code("cms.options")         // options that contradict one another: reason
	CodeLevelRefused = Code("cms.level-refused")   // a signature that cannot have the level: level, reason
	CodeTimestamper  = Code("cms.timestamper")     // a level above B-B without a Timestamper: level
	CodeCollector    = Code("cms.collector")       // a level above B-T without a Collector: level
	CodeEvidence     = Code("cms.evidence")        // evidence is missing or speaks against a certificate: subject
	CodeTimestamp    = Code("cms.timestamp")       // no time-stamp could be had, or it is not one over this signature
	CodeState        = Code("cms.state")           // a prepared state that cannot be used: reason
	CodeStateVersion = Code("cms.state-version")   // a prepared state of another version or format: version, format
	CodeStateSize    = Code("cms.state-too-large") // a prepared state above the limit: size, limit
)

// Codes of errors about a CMS that a service gives in place of a signature value.
const (
	CodeAttached         = Code("cms.attached")          // it holds content, and should not
	CodeDetached         = Code("cms.detached")          // it holds no content, and should
	CodeSigners          = Code("cms.signers")           // not exactly one signer: count
	CodeHash             = Code("cms.hash")              // another hash than the one asked for: found, asked
	CodeContentKind      = Code("cms.content-kind")      // over something other than plain data: type
	CodeCertificateOther = Code("cms.certificate-other") // by another certificate than that of: subject
	CodeNotDER           = Code("cms.not-der")           // not DER, and parts that may not be changed are not either
	CodeRequestSigned    = Code("cms.request-signed")    // over the digest of Request, which is for bare values, not over Digest
	CodeWhole            = Code("cms.whole")             // a whole CMS where a bare value is wanted, beneath signer.ErrSignatureInvalid
)

// Codes of findings.
const (
	CodeWeakDigest          = Code("cms.weak-digest")
	CodeAlgorithm           = cmsdata.CodeAlgorithm
	CodeDigestMismatch      = cmsdata.CodeDigest
	CodeDigestUndeclared    = Code("cms.digest-undeclared")
	CodeContentDigest       = Code("cms.content-broken")
	CodeContentMissing      = Code("cms.content-missing")
	CodeContentBoth         = Code("cms.content-both")
	CodeNoSignedAttributes  = Code("cms.no-signed-attributes")
	CodeAttributeConfusion  = Code("cms.attribute-confusion")
	CodeAttributesNotDER    = Code("cms.attributes-not-der")
	CodeAttributeMissing    = cmsdata.CodeMissing
	CodeAttributeDuplicate  = cmsdata.CodeDuplicate
	CodeAttributeMalformed  = cmsdata.CodeAttribute
	CodeContentType         = Code("cms.content-type-mismatch")
	CodeCertificateMissing  = Code("cms.certificate-missing")
	CodeCertificateSeveral  = Code("cms.certificate-ambiguous")
	CodeCertificateKey      = Code("cms.certificate-key")
	CodeNoSigningCert       = Code("cms.signing-certificate-missing")
	CodeSigningCert         = Code("cms.signing-certificate-mismatch")
	CodeAlgorithmProtection = Code("cms.algorithm-protection")
	CodeTimestampMalformed  = Code("cms.timestamp-malformed")
	CodeTimestampUnbound    = Code("cms.timestamp-unbound")
	CodeTimestampBroken     = Code("cms.timestamp-broken")
	CodeCounterMalformed    = Code("cms.counter-signature-malformed")
	CodeCounterDepth        = Code("cms.counter-signature-depth")
	CodeAttributeMisplaced  = Code("cms.attribute-misplaced")
	CodeWeakReference       = Code("cms.weak-reference")
	CodeTimestampOrder      = Code("cms.timestamp-order")
	CodeArchiveNoIndex      = Code("cms.archive-index-missing")
	CodeArchiveIndexes      = Code("cms.archive-index-several")
	CodeArchiveAbsent       = Code("cms.archive-absent")
)

// Error is the error type of this package. Errors of a Signer or Timestamper and of the context are handed on beneath it or as they
// are; errors.Is and errors.As find them.
type Error struct{ finding.Fault }

func fail(code Code, cause error, pairs ...string) *Error {
	return &Error{finding.NewFault(code, cause, pairs...)}
}

// wrap turns an error of the codec into one of this package.
func wrap(err error) error {
	var e *cmsdata.Error
	if errors.As(err, &e) {
		return &Error{e.Fault}
	}
	return err
}
