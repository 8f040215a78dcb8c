package token

import (
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/signer"
)

// Codes of [Error]. Parameters are given behind each. Wrong, locked and expired PINs, missing and ambiguous keys and unsuitable
// certificates have the codes of package signer.
const (
	CodeNoCgo              finding.Code = "token.no-cgo"              //
	CodeModuleMissing      finding.Code = "token.module-missing"      // path
	CodeModuleFormat       finding.Code = "token.module-format"       // path, kind
	CodeModuleArchitecture finding.Code = "token.module-architecture" // path, found, need
	CodeModuleEntry        finding.Code = "token.module-entry"        // path
	CodeModuleLoad         finding.Code = "token.module-load"         // path, error
	CodeModuleStart        finding.Code = "token.module-start"        // path, value
	CodeModuleCrash        finding.Code = "token.module-crash"        // path, error
	CodeModuleHang         finding.Code = "token.module-hang"         // path, limit
	CodeClosed             finding.Code = "token.closed"              //
	CodeNoReader           finding.Code = "token.no-reader"           //
	CodeNoToken            finding.Code = "token.no-token"            //
	CodeNotFound           finding.Code = "token.not-found"           // label: what was asked for; names: what is there
	CodeSeveral            finding.Code = "token.several"             // count, names: what is there; of a [signer.AmbiguousError]
	CodeRemoved            finding.Code = "token.removed"             // value
	CodeNotRecognized      finding.Code = "token.not-recognized"      // value
	CodeDevice             finding.Code = "token.device"              // value
	CodeSessions           finding.Code = "token.sessions"            // value
	CodeReadOnly           finding.Code = "token.read-only"           // value
	CodeFunction           finding.Code = "token.function"            // value
	CodePINRequired        finding.Code = "token.pin-required"        // label
	CodePINEmpty           finding.Code = "token.pin-empty"           //
	CodePINCharacters      finding.Code = "token.pin-characters"      //
	CodePINLength          finding.Code = "token.pin-length"          // min, max
	CodePINFinalTry        finding.Code = "token.pin-final-try"       //
	CodePINSentBefore      finding.Code = "token.pin-sent-before"     //
	CodePINAgain           finding.Code = "token.pin-again"           //
	CodePINNotSet          finding.Code = "token.pin-not-set"         //
	CodePINRejected        finding.Code = "token.pin-rejected"        // value
	CodePINNewDefault      finding.Code = "token.pin-new-default"     //
	CodePINNewSame         finding.Code = "token.pin-new-same"        //
	CodeSOPINIncorrect     finding.Code = "token.so-pin-incorrect"    //
	CodeSOPINLocked        finding.Code = "token.so-pin-locked"       //
	CodeSOPINFinalTry      finding.Code = "token.so-pin-final-try"    //
	CodeKeyUse             finding.Code = "token.key-use"             // value
	CodeCertificate        finding.Code = "token.certificate"         // label
)

// CodePINDefault is the code of the finding that the token was opened with a PIN that authorities give out, such as 12345678.
const CodePINDefault finding.Code = "pin.default"

// parent is the kind of package signer that a code counts as too.
func parent(code finding.Code) finding.Code {
	switch code {
	case CodeNoCgo, CodeModuleMissing, CodeModuleFormat, CodeModuleArchitecture, CodeModuleEntry, CodeModuleLoad, CodeModuleStart, CodeModuleCrash,
		CodeModuleHang, CodeClosed, CodeNoReader, CodeNoToken, CodeRemoved, CodeNotRecognized, CodeDevice, CodeSessions:
		return signer.CodeUnavailable
	case CodeNotFound:
		return signer.CodeKeyNotFound
	case CodePINSentBefore:
		return signer.CodePINIncorrect
	case CodeFunction:
		return signer.CodeProtocol
	}
	return ""
}
