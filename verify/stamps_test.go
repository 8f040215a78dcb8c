package verify_test

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/timestamp"
)

// stampOf is a token over content.
func stampOf(t testing.TB, p pki, content []byte) []byte {
	t.Helper()
	digest := sha256.Sum256(content)
	token, err := p.TSAClient().Timestamp(t.Context(), digest[:], crypto.SHA256)
	require.NoError(t, err)
	return token.Raw
}

// responseOf is a server's answer with such a token.
func responseOf(t testing.TB, p pki, content []byte) []byte {
	t.Helper()
	return timestamp.MarshalResponse(timestamp.Granted, 0, stampOf(t, p, content))
}

// onlyLeaf is a signer that keeps its issuers to itself.
type onlyLeaf struct{ signer.Signer }

func (s onlyLeaf) Certificates(ctx context.Context) ([]*x509.Certificate, error) {
	chain, err := s.Signer.Certificates(ctx)
	if err != nil {
		return nil, err
	}
	return chain[:1], nil
}
