package remote

import (
	"context"

	"github.com/kyso-dev/kyso/internal/httpx"
)

// Secret is a password, a one-time code, a SAD or a token. Printed with any verb, logged or marshalled it shows a placeholder;
// [Secret.Reveal] gives the value, at the place where it is sent.
type Secret = httpx.Secret

// SecretFunc gives a secret when it is needed: from a vault, or from a person. It is called once for each use, and what it gives is
// not kept.
type SecretFunc func(ctx context.Context) (Secret, error)

// Fixed is a SecretFunc that always gives s.
func Fixed(s Secret) SecretFunc {
	return func(context.Context) (Secret, error) { return s, nil }
}
