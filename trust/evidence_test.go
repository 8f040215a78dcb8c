package trust_test

import (
	"crypto/x509"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/trust"
)

func TestEvidenceAdd(t *testing.T) {
	a := plant(t, "a")
	var e trust.Evidence
	require.True(t, e.Empty())
	require.True(t, (*trust.Evidence)(nil).Empty())
	e.Add(nil)
	e.Add(&trust.Evidence{Certificates: []*x509.Certificate{a.leaf, nil, a.leaf}, OCSPs: [][]byte{{1}, {1}}, CRLs: [][]byte{{2}}})
	e.Add(&trust.Evidence{Certificates: []*x509.Certificate{a.issuer, a.leaf}, OCSPs: [][]byte{{3}, {1}}, CRLs: [][]byte{{2}, {4}}})
	require.Equal(t, []*x509.Certificate{a.leaf, a.issuer}, e.Certificates)
	require.Equal(t, [][]byte{{1}, {3}}, e.OCSPs)
	require.Equal(t, [][]byte{{2}, {4}}, e.CRLs)
	require.False(t, e.Empty())
}
