package timestamp

import (
	"strings"

	"github.com/kyso-dev/kyso/internal/finding"
)

// Code names a kind of error: the Code constants of this package.
type Code = finding.Code

// Error is the one error type of this package. Code tells the kind, Params the facts, Error is plain English; errors.Is finds the
// family ([ErrUnavailable], [ErrRejected], [ErrMalformed], [ErrNotProved]) and the cause beneath.
type Error struct{ finding.Fault }

// Families of errors, for errors.Is. What they ask of the caller differs: wait or try elsewhere, ask for something else, complain
// to whoever made the data, or distrust the token.
var (
	ErrUnavailable = fail("timestamp.unavailable", nil) // no answer was had
	ErrRejected    = fail("timestamp.refused", nil)     // the authority refused
	ErrMalformed   = fail("timestamp.malformed", nil)   // what came cannot be read
	ErrNotProved   = fail("timestamp.not-proved", nil)  // what came does not prove what it should
)

// Is reports whether target has the same code, or is the family that e belongs to.
func (e *Error) Is(target error) bool {
	if e.Fault.Is(target) {
		return true
	}
	t, ok := target.(*Error)
	return ok && family(Code(e.Code())) == t
}

func family(code Code) *Error {
	switch code {
	case CodeUnreachable, CodeTLS, CodeTimeout, CodeCancelled, CodeAddressRefused, CodeTooLarge, CodeBroken, CodeRedirect,
		CodeAuthentication, CodeHTTPStatus, CodeServerError, CodeContentType:
		return ErrUnavailable
	case CodeRejected, CodeBadAlg, CodeBadRequest, CodeBadDataFormat, CodeTimeNotAvailable, CodeUnacceptedPolicy,
		CodeUnacceptedExtension, CodeAddInfoNotAvailable, CodeSystemFailure, CodeWaiting, CodeRevocation, CodeStatusUnknown:
		return ErrRejected
	case CodeRequestMalformed, CodeResponseMalformed, CodeTokenMissing, CodeTokenMalformed, CodeTokenTooLarge, CodeNotToken,
		CodeInfoMalformed:
		return ErrMalformed
	case CodeSignerCount, CodeCertificateMissing, CodeAttributes, CodeAttributeType, CodeContentBroken, CodeAlgorithm,
		CodeSignatureBroken, CodeESSMissing, CodeESSMalformed, CodeESSMismatch, CodeEKUMissing, CodeEKUNotCritical, CodeEKUExtra,
		CodeKeyUsage, CodeTimeOutside, CodeImprintHash, CodeImprint, CodeNonceMissing, CodeNonceMismatch, CodeNonceUnasked,
		CodePolicy, CodeWeakHash, CodeTSAName, CodeTimeSkew:
		return ErrNotProved
	}
	return nil
}

func fail(code Code, cause error, pairs ...string) *Error {
	return &Error{finding.NewFault(code, cause, pairs...)}
}

// failures are what each server of a list said.
type failures []error

func (f failures) Error() string {
	texts := make([]string, len(f))
	for i, err := range f {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap lets errors.Is and errors.As look at each.
func (f failures) Unwrap() []error { return f }
