package token

import (
	"errors"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/signer"
)

// Error is an error of a token, a module or a PIN. Many count as a kind of package signer too: a token that was pulled out is
// [signer.ErrUnavailable] as well. It is immutable and safe for concurrent use.
type Error struct {
	finding.Fault
	Value uint // the CK_RV that the module gave, 0 where it was not asked
}

// Errors to test for with errors.Is. They carry no detail.
var (
	ErrNoCgo         = kind(CodeNoCgo)         // the program was built without cgo
	ErrClosed        = kind(CodeClosed)        // the module or signer was closed
	ErrNoReader      = kind(CodeNoReader)      // the module sees no reader
	ErrNoToken       = kind(CodeNoToken)       // no token is plugged in
	ErrNotFound      = kind(CodeNotFound)      // no token of that label or serial number
	ErrRemoved       = kind(CodeRemoved)       // the token was pulled out
	ErrPINRequired   = kind(CodePINRequired)   // a PIN is needed, and nobody to ask
	ErrPINCharacters = kind(CodePINCharacters) // letters that no keyboard of a PIN pad has: an input method was on
	ErrPINLength     = kind(CodePINLength)
	ErrPINFinalTry   = kind(CodePINFinalTry)   // one more wrong PIN locks the token
	ErrPINSentBefore = kind(CodePINSentBefore) // this PIN was sent to this token before and did not succeed
	ErrPINAgain      = kind(CodePINAgain)      // the token came back with a wrong PIN counted: the PIN has to be entered anew
	ErrPINNotSet     = kind(CodePINNotSet)     // the token has no user PIN yet
	ErrReadOnly      = kind(CodeReadOnly)      // the token refuses to be written to
	ErrSOPINFinalTry = kind(CodeSOPINFinalTry) // one more wrong PIN of the security officer may make the token useless
	ErrSOPINLocked   = kind(CodeSOPINLocked)
	ErrSOPIN         = kind(CodeSOPINIncorrect)
)

func kind(code finding.Code) *Error { return &Error{Fault: finding.NewFault(code, nil)} }

func fail(code finding.Code, cause error, pairs ...string) *Error {
	e := &Error{Fault: finding.NewFault(code, cause, pairs...)}
	var r rv
	if errors.As(cause, &r) {
		e.Value = uint(r)
	}
	return e
}

// Is reports whether target is the same kind, or the kind of package signer that this one counts as.
func (e *Error) Is(target error) bool {
	t, ok := target.(interface{ Code() string })
	if !ok {
		return false
	}
	p := parent(finding.Code(e.Code()))
	return e.Code() == t.Code() || p != "" && string(p) == t.Code()
}

// from says what a module's answer means outside of log-ins. Errors that are not the module's own pass.
func from(err error) error {
	var r rv
	if err == nil || !errors.As(err, &r) || isOurs(err) {
		return err
	}
	code := CodeFunction
	switch r {
	case rvTokenNotPresent, rvDeviceRemoved, rvSlotInvalid, rvSessionHandleInvalid, rvSessionClosed:
		code = CodeRemoved
	case rvNotInitialized: // somebody else in this process has ended the module
		code = CodeClosed
	case rvTokenNotRecognized:
		code = CodeNotRecognized
	case rvDeviceError, rvDeviceMemory, rvHostMemory, rvGeneral, rvFunctionFailed:
		code = CodeDevice
	case rvSessionCount:
		code = CodeSessions
	case rvSessionReadOnly, rvTokenWriteProtected:
		code = CodeReadOnly
	case rvKeyFunctionNotPermitted, rvKeyType, rvKeySize:
		code = CodeKeyUse
	case rvCancel, rvFunctionCanceled:
		return signer.NewError(signer.CodeRefused, r)
	}
	return fail(code, r, "value", r.Error())
}

// isOurs reports whether err says what it means already.
func isOurs(err error) bool {
	var coded interface{ Code() string }
	return errors.As(err, &coded)
}

// is reports whether the module answered with one of these values.
func is(err error, values ...rv) bool {
	var r rv
	if !errors.As(err, &r) {
		return false
	}
	for _, v := range values {
		if r == v {
			return true
		}
	}
	return false
}

// valueName is the name of the module's answer.
func valueName(err error) string {
	var r rv
	if errors.As(err, &r) {
		return r.Error()
	}
	return ""
}
