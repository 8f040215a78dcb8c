package verify

import "github.com/kyso-dev/kyso/internal/finding"

// Codes of [Error].
const (
	CodeFormat     finding.Code = "verify.unknown-format"     // neither PDF, nor XML, nor CMS, nor a time-stamp
	CodeEmpty      finding.Code = "verify.empty"              // no octet to look at
	CodeNotYet     finding.Code = "verify.format-not-yet"     // recognised, and not supported yet: format
	CodePEM        finding.Code = "verify.bad-pem"            // the PEM armour is damaged
	CodeRead       finding.Code = "verify.read"               // the document could not be read
	CodeContent    finding.Code = "verify.read-content"       // the content could not be read
	CodePolicy     finding.Code = "verify.unknown-policy"     // no such policy: policy
	CodeIndication finding.Code = "verify.unknown-indication" // no such indication: name
	CodeCancelled  finding.Code = "verify.cancelled"          // the context ended
	CodeReport     finding.Code = "verify.report"             // the report could not be written
)

// Codes of findings. Those of packages cms, pdf, timestamp and trust stand beside them in a report.
const (
	CodeRevokedLater         finding.Code = "revocation.later"               // a certificate was revoked after what it signed existed: subject, at
	CodeSuspendedLater       finding.Code = "revocation.suspended-later"     // a certificate was suspended after what it signed existed: subject, at
	CodeChangesUnknown       finding.Code = "coverage.changes-unknown"       // not all that was appended after the signature is known to be allowed: octets
	CodeChangesSuspicious    finding.Code = "coverage.changes-suspicious"    // what was signed was changed afterwards, or in a way that the signature forbids
	CodeWeakAlgorithm        finding.Code = "verify.weak-algorithm"          // an algorithm was not secure any more when it was used, as far as that is proved: algorithm, until
	CodeKeyUsage             finding.Code = "verify.key-usage"               // the signer's certificate is not for signing: usage
	CodeNoSigningCertificate finding.Code = "verify.no-signing-certificate"  // the format demands a signing-certificate attribute, and there is none
	CodeTimestampNotUsed     finding.Code = "verify.timestamp-not-used"      // a time-stamp proves nothing, and the time is taken from elsewhere: id
	CodeTimestampFuture      finding.Code = "verify.timestamp-in-future"     // a time-stamp is later than the validation time: time
	CodeTimestampOrder       finding.Code = "verify.timestamp-order"         // a time-stamp is older than one that it covers: time, id, since
	CodeContentLater         finding.Code = "verify.content-later"           // a time-stamp over the content is later than one over the signature: content, proved
	CodeClaimedOnly          finding.Code = "time.claimed-only"              // judged at the time that the signer claims, for nothing proves another: time
	CodeArchiveNotJudged     finding.Code = "verify.archive-not-judged"      // an archive time-stamp is not judged yet
	CodeNotYetValid          finding.Code = "verify.signed-before-validity"  // proved to be signed before the certificate was valid: time, from
	CodeExpired              finding.Code = "verify.signed-after-expiry"     // proved to be signed after the certificate expired: time, until
	CodeSignedRevoked        finding.Code = "verify.signed-after-revocation" // proved to be signed after the certificate was revoked: time, at
	CodeClaimedLater         finding.Code = "verify.claimed-after-proved"    // the time that the signer claims is later than a time-stamp over the signature: claimed, proved
	CodeIdentityAmbiguous    finding.Code = "verify.identity-ambiguous"      // the subject carries contradicting numbers
	CodeContentMissing       finding.Code = "verify.content-missing"         // a bare time-stamp without what it is about
	CodeNotSigned            finding.Code = "verify.not-signed"              // neither a signature nor a time-stamp
)

// Error is what this package refuses with.
type Error struct{ finding.Fault }

func fail(code finding.Code, cause error, pairs ...string) *Error {
	return &Error{finding.NewFault(code, cause, pairs...)}
}
