package remote

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
)

// Error is an error of a remote signing service, or of waiting for it. Most count as a kind of package signer too: errors.Is finds
// [signer.ErrRefused] in [ErrRefused]. It is immutable and safe for concurrent use.
type Error struct {
	finding.Fault
	After   time.Duration // how long until trying again may help: locked, throttled; 0 when the service does not say
	Service Answer        // what the service said, as far as it said something
}

// Answer is a service's own word on an error, for logs and for its support. It holds no secret of ours.
type Answer struct {
	Status int    // of HTTP; 0 when there was no answer
	Code   string // the service's own code
	Text   string // its message, cleaned and cut; never branch on it
}

// Errors to test for with errors.Is. They carry no detail. What is not here has a kind of package signer: an answer that never came
// after a request that may have been acted on is [signer.ErrOutcomeUnknown], a context that ended [signer.ErrCancelled].
var (
	ErrRefused       = kind(CodeRefused)       // the subscriber said no
	ErrExpired       = kind(CodeExpired)       // nobody confirmed in time
	ErrUnavailable   = kind(CodeUnavailable)   // the service cannot be reached
	ErrThrottled     = kind(CodeThrottled)     // it wants to be asked less often
	ErrFault         = kind(CodeFault)         // it reports a fault of its own
	ErrQuota         = kind(CodeQuota)         // no signatures are left in the package
	ErrCertificate   = kind(CodeCertificate)   // it will not sign with this certificate: expired, suspended, revoked
	ErrNoCertificate = kind(CodeNoCertificate) // the subscriber has none: not activated yet, or another account
	ErrDisabled      = kind(CodeDisabled)      // the key is switched off
	ErrLocked        = kind(CodeLocked)        // too many wrong tries; Error.After says how long
	ErrCredentials   = kind(CodeCredentials)   // it does not accept who asks, or does not know the subscriber
	ErrLogIn         = kind(CodeLogIn)         // wrong password of the subscriber
	ErrOneTimeCode   = kind(CodeOneTimeCode)   // wrong one-time code
	ErrAuthorization = kind(CodeAuthorization) // the phone could not release the key
	ErrSignFailed    = kind(CodeSignFailed)    // released, and still no signature
	ErrNotKnown      = kind(CodeNotKnown)      // the service knows no such operation
	ErrBusy          = kind(CodeBusy)          // the subscriber still has another operation to answer
	ErrNotFound      = kind(CodeNotFound)      // the store has no such operation
	ErrForeign       = kind(CodeForeign)       // the operation belongs to another service or subscriber
	ErrExists        = kind(CodeExists)        // an operation of that id was started before
	ErrNoLonger      = kind(CodeNoLonger)      // signed, and the signatures can no longer be had
)

func kind(code finding.Code) *Error { return &Error{Fault: finding.NewFault(code, nil)} }

// NewError makes an error for a [Provider]. cause may be nil and must hold no secret; pairs are the parameters that the code names.
func NewError(code finding.Code, cause error, pairs ...string) *Error {
	return &Error{Fault: finding.NewFault(code, cause, pairs...)}
}

// Said is an error with the service's own word on it, from which secrets are taken out: every secret given is replaced where the
// service echoes it.
func Said(code finding.Code, a Answer, secrets []Secret, pairs ...string) *Error {
	a.Code, a.Text = excerpt(a.Code, secrets), excerpt(a.Text, secrets)
	status := a.Code
	if status == "" && a.Status != 0 {
		status = strconv.Itoa(a.Status)
	}
	if status != "" {
		pairs = append(pairs, "code", status)
	}
	if a.Text != "" {
		pairs = append(pairs, "text", a.Text)
	}
	return &Error{Fault: finding.NewFault(code, nil, pairs...), Service: a}
}

// Later is an error that waiting may heal: locked or throttled. after is 0 when the service does not say.
func Later(code finding.Code, after time.Duration, a Answer, secrets []Secret) *Error {
	var pairs []string
	if after > 0 {
		pairs = []string{"seconds", seconds(after)}
	}
	e := Said(code, a, secrets, pairs...)
	e.After = after
	return e
}

// excerpt is a short text of a service on one line, without secrets.
func excerpt(s string, secrets []Secret) string {
	for _, secret := range secrets {
		if v := secret.Reveal(); len(v) >= 4 {
			s = strings.ReplaceAll(s, v, secret.String())
		}
	}
	if len(s) > limits.RemoteText*4 {
		s = s[:limits.RemoteText*4] // before the runes are counted: an answer may be large
	}
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
	if r := []rune(s); len(r) > limits.RemoteText {
		s = string(r[:limits.RemoteText]) + "…"
	}
	return i18n.Clean(s)
}

func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
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

// transient reports whether a look that failed so may be made again.
func transient(err error) bool {
	return errors.Is(err, signer.ErrUnavailable) && !errors.Is(err, signer.ErrOutcomeUnknown)
}
