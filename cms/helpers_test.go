package cms_test

import (
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/signer"
)

// code is an error that errors.Is takes for any kyso error with that code.
type code string

func (c code) Error() string { return string(c) }
func (c code) Code() string  { return string(c) }

func codeErr(c cms.Code) error { return code(c) }

func sha256Sum(s string) []byte {
	sum := sha256.Sum256([]byte(s))
	return sum[:]
}

func signRequest(t testing.TB, pki *testpki.PKI, name string, p *cms.PreparedSignature) []byte {
	t.Helper()
	value, err := signer.Sign(t.Context(), pki.Signer(name), p.Request())
	require.NoError(t, err)
	return value
}
