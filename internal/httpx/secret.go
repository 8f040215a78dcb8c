package httpx

import (
	"fmt"
	"log/slog"
)

// hiddenSecret stands where a secret would be shown.
const hiddenSecret = "[hidden]"

// Secret is a password, a bearer token or another value that must not be shown. Printing it with any verb, logging it and
// marshalling it give a placeholder; only [Secret.Reveal] gives the value, at the place where it is sent.
//
// It is a string, so that a literal can be assigned to a field. Keep it in exported fields or on its own: package fmt cannot call
// the methods of a value that lies in an unexported field of a struct that is printed with %+v.
type Secret string

// Reveal is the secret itself.
func (s Secret) Reveal() string { return string(s) }

// String is a placeholder.
func (Secret) String() string { return hiddenSecret }

// GoString is a placeholder.
func (Secret) GoString() string { return hiddenSecret }

// Format writes a placeholder whatever the verb, since fmt shows the value itself for a verb that it does not expect.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hiddenSecret)) }

// LogValue is a placeholder.
func (Secret) LogValue() slog.Value { return slog.StringValue(hiddenSecret) }

// MarshalText is a placeholder, for JSON, XML and other encodings that ask for text.
func (Secret) MarshalText() ([]byte, error) { return []byte(hiddenSecret), nil }

// MarshalJSON is a placeholder.
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + hiddenSecret + `"`), nil }
