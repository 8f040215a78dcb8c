package finding

import (
	"strings"

	"github.com/kyso-dev/kyso/internal/i18n"
)

// Fault is the base of kyso's exported error types: a stable code, its parameters, and the error beneath. An exported error type
// embeds it:
//
//	type Error struct{ finding.Fault }
//
// Two faults are the same for errors.Is when their codes are equal, so a package can export ErrX values that carry only a code.
type Fault struct {
	code   Code
	params Params
	cause  error
}

// NewFault makes a Fault; pairs are parameter names and values. cause may be nil.
func NewFault(code Code, cause error, pairs ...string) Fault {
	return Fault{code: code, cause: cause, params: P(pairs...)}
}

// Code is the stable name of the error, such as "pdf.encrypted".
func (f Fault) Code() string { return string(f.code) }

// Params are the facts that the text names. The map is the caller's own.
func (f Fault) Params() map[string]string {
	p := make(map[string]string, len(f.params))
	for k, v := range f.params {
		p[k] = v
	}
	return p
}

// Error is the English text, with the room's name in front and the cause behind.
func (f Fault) Error() string {
	room, _, _ := strings.Cut(string(f.code), ".")
	text := room + ": " + i18n.Text(string(f.code), i18n.English, f.params)
	if f.cause != nil {
		text += ": " + i18n.Clean(f.cause.Error())
	}
	return text
}

// Unwrap is the error beneath, or nil.
func (f Fault) Unwrap() error { return f.cause }

// Is reports whether target carries the same code.
func (f Fault) Is(target error) bool {
	t, ok := target.(interface{ Code() string })
	return ok && t.Code() == string(f.code)
}
