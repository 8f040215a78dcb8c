package testpki_test

import (
	"crypto"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ocsp"

	"github.com/kyso-dev/kyso/internal/testpki"
)

// FuzzOCSPRequest: whatever a client sends, the reader answers or refuses with the package's one error type, and the responder has
// an answer.
func FuzzOCSPRequest(f *testing.F) {
	p, err := testpki.New(&testpki.Options{Keys: testpki.SharedKeys()})
	require.NoError(f, err)
	f.Cleanup(func() { _ = p.Close() })
	plain, err := ocsp.CreateRequest(p.Certificate("signer"), p.Issuer(), &ocsp.RequestOptions{Hash: crypto.SHA256})
	require.NoError(f, err)
	f.Add(plain)
	f.Add(withNonce(f, plain, []byte("nonce")))
	f.Add(plain[:len(plain)-1])
	f.Add([]byte{0x30, 0x00})
	f.Add([]byte{0x30, 0x80, 0x00, 0x00})
	f.Fuzz(func(t *testing.T, der []byte) {
		if err := testpki.ParseRequest(der); err != nil {
			var e *testpki.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, string(testpki.CodeRequest), e.Code())
		}
		answer := testpki.Answer(p, der)
		_, err := ocsp.ParseResponse(answer, nil)
		if err != nil {
			var refused ocsp.ResponseError
			if !asResponseError(err, &refused) {
				// Several questions at once are beyond golang.org/x/crypto; everything else it must read.
				require.ErrorContains(t, err, "multiple")
			}
		}
	})
}

func asResponseError(err error, target *ocsp.ResponseError) bool {
	e, ok := err.(ocsp.ResponseError) //nolint:errorlint // golang.org/x/crypto does not wrap it
	*target = e
	return ok
}
