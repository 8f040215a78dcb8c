package signer

import "github.com/kyso-dev/kyso/internal/finding"

// Codes of [Error] and its kin. Parameters are given behind each.
const (
	CodePINIncorrect           finding.Code = "signer.pin-incorrect"             // tries: how many are left, absent when unknown
	CodePINLocked              finding.Code = "signer.pin-locked"                //
	CodePINExpired             finding.Code = "signer.pin-expired"               //
	CodeCertificateExpired     finding.Code = "signer.certificate-expired"       // subject, serial, not_after, at
	CodeCertificateNotYetValid finding.Code = "signer.certificate-not-yet-valid" // subject, serial, not_before, at
	CodeCertificateSuspended   finding.Code = "signer.certificate-suspended"     // subject, serial, since
	CodeCertificateRevoked     finding.Code = "signer.certificate-revoked"       // subject, serial, since, reason
	CodeCertificateUnsuitable  finding.Code = "signer.certificate-unsuitable"    // subject, serial, reason
	CodeCertificateUnchecked   finding.Code = "signer.certificate-unchecked"     // subject, serial; also counts as CodeUnavailable
	CodeKeyNotFound            finding.Code = "signer.key-not-found"             //
	CodeKeyMismatch            finding.Code = "signer.key-mismatch"              //
	CodeAmbiguous              finding.Code = "signer.ambiguous"                 // count, candidates
	CodeRefused                finding.Code = "signer.refused"                   //
	CodeExpired                finding.Code = "signer.expired"                   //
	CodeCancelled              finding.Code = "signer.cancelled"                 //
	CodeUnavailable            finding.Code = "signer.unavailable"               //
	CodeOutcomeUnknown         finding.Code = "signer.outcome-unknown"           // operation: absent when the service gave no name
	CodeQuota                  finding.Code = "signer.quota"                     //
	CodeProtocol               finding.Code = "signer.protocol"                  // reason
	CodeSignatureInvalid       finding.Code = "signer.signature-invalid"         // algorithm; also counts as CodeProtocol
	CodeBatchCount             finding.Code = "signer.batch-count"               // want, got; also counts as CodeProtocol
	CodeNoCertificate          finding.Code = "signer.no-certificate"            // also counts as CodeProtocol
	CodeUnsupportedAlgorithm   finding.Code = "signer.unsupported-algorithm"     // algorithm
	CodeMessageOnly            finding.Code = "signer.message-only"              // also counts as CodeUnsupportedAlgorithm
	CodeDigestLength           finding.Code = "signer.digest-length"             // hash, want, got; also counts as CodeRequest
	CodeRequest                finding.Code = "signer.request"                   //
	CodeNoOptions              finding.Code = "signer.no-options"                // also counts as CodeRequest
	CodeDigestOrMessage        finding.Code = "signer.digest-or-message"         // also counts as CodeRequest
)

// parent is the wider code that a code counts as too, if any.
func parent(code finding.Code) finding.Code {
	switch code {
	case CodeSignatureInvalid, CodeBatchCount, CodeNoCertificate:
		return CodeProtocol
	case CodeCertificateUnchecked:
		return CodeUnavailable
	case CodeMessageOnly:
		return CodeUnsupportedAlgorithm
	case CodeDigestLength, CodeNoOptions, CodeDigestOrMessage:
		return CodeRequest
	}
	return ""
}
