package remote

import (
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/signer"
)

// Codes of [Error]. Parameters are given behind each; operation is the operation's id, code and text are what the service said.
const (
	CodeRefused       finding.Code = "remote.refused"        // operation
	CodeExpired       finding.Code = "remote.expired"        // operation, seconds: how long was waited
	CodeUnavailable   finding.Code = "remote.unavailable"    // url
	CodeThrottled     finding.Code = "remote.throttled"      // seconds: how long to wait, absent when the service does not say
	CodeFault         finding.Code = "remote.service-fault"  // code, text
	CodeQuota         finding.Code = "remote.quota"          // code, text
	CodeCertificate   finding.Code = "remote.certificate"    // code, text
	CodeNoCertificate finding.Code = "remote.no-certificate" //
	CodeDisabled      finding.Code = "remote.key-disabled"   //
	CodeLocked        finding.Code = "remote.locked"         // seconds: absent when the service does not say
	CodeCredentials   finding.Code = "remote.credentials"    // code, text
	CodeLogIn         finding.Code = "remote.log-in"         // tries: how many are left, absent when unknown
	CodeOneTimeCode   finding.Code = "remote.one-time-code"  // tries
	CodeSecretMissing finding.Code = "remote.secret-missing" // name
	CodeAuthorization finding.Code = "remote.authorization"  // code, text
	CodeSignFailed    finding.Code = "remote.sign-failed"    // code, text
	CodeRequest       finding.Code = "remote.request"        // code, text
	CodeUnsupported   finding.Code = "remote.unsupported"    // algorithm
	CodeTooMany       finding.Code = "remote.too-many"       // max, got
	CodeDocumentID    finding.Code = "remote.document-id"    // id
	CodeNotKnown      finding.Code = "remote.not-known"      // operation: the service knows none of that name
	CodeBusy          finding.Code = "remote.busy"           // operation, seconds
	CodeNotFound      finding.Code = "remote.not-found"      // operation: the store has none of that name
	CodeForeign       finding.Code = "remote.foreign"        // operation
	CodeExists        finding.Code = "remote.exists"         // operation
	CodeState         finding.Code = "remote.state"          // reason
	CodeStore         finding.Code = "remote.store"          //
	CodeAddress       finding.Code = "remote.address"        // url
	CodeConfig        finding.Code = "remote.config"         // name: the field that is missing or cannot be used
	CodeAnswer        finding.Code = "remote.answer"         // url, code, text
	CodeIncomplete    finding.Code = "remote.incomplete"     // operation, want, got
	CodeWrongDocument finding.Code = "remote.wrong-document" // operation, id
	CodeNoLonger      finding.Code = "remote.no-longer"      // operation
	CodeCancelled     finding.Code = "remote.cancelled"      // operation: nobody waits for it any more
	CodeNoCMS         finding.Code = "remote.no-cms"         // the service makes none over a digest
)

// parent is the kind of package signer that a code counts as too.
func parent(code finding.Code) finding.Code {
	switch code {
	case CodeRefused:
		return signer.CodeRefused
	case CodeCancelled:
		return signer.CodeCancelled
	case CodeExpired:
		return signer.CodeExpired
	case CodeUnavailable, CodeThrottled, CodeFault:
		return signer.CodeUnavailable
	case CodeQuota:
		return signer.CodeQuota
	case CodeCertificate:
		return signer.CodeCertificateUnsuitable
	case CodeNoCertificate:
		return signer.CodeKeyNotFound
	case CodeLogIn, CodeOneTimeCode:
		return signer.CodePINIncorrect
	case CodeUnsupported:
		return signer.CodeUnsupportedAlgorithm
	case CodeTooMany, CodeDocumentID, CodeRequest, CodeNoCMS:
		return signer.CodeRequest
	case CodeAnswer, CodeIncomplete, CodeWrongDocument:
		return signer.CodeProtocol
	}
	return ""
}
