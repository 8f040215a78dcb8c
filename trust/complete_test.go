package trust_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/trust"
)

// TestCompleteness: evidence is complete when there is revocation data for every certificate of a chain.
func TestCompleteness(t *testing.T) {
	p, _ := testpki.Start(t)
	signer, issuer, root := p.Certificate("signer"), p.Issuer(), p.Root()
	var responses [2][]byte
	var err error
	responses[0], err = p.OCSP("signer")
	require.NoError(t, err)
	responses[1], err = p.OCSP("issuer")
	require.NoError(t, err)
	other, err := p.OCSP("other")
	require.NoError(t, err)
	crl, err := p.CRL("root")
	require.NoError(t, err)
	all := trust.Evidence{}
	all.Certificates = append(all.Certificates, issuer, root)
	ask := func(ocsps, crls [][]byte) bool {
		e := trust.Evidence{Certificates: all.Certificates, OCSPs: ocsps, CRLs: crls}
		return e.Inventory(nil).Complete(signer)
	}
	require.True(t, ask(responses[:], nil))
	require.True(t, ask(responses[:1], [][]byte{crl}))
	require.False(t, ask(responses[:1], nil), "nothing about the issuer")
	require.False(t, ask([][]byte{other, responses[1]}, nil), "an answer for another serial number")
	require.False(t, ask(nil, [][]byte{crl}))
	e := trust.Evidence{OCSPs: responses[:]}
	require.False(t, e.Inventory(nil).Complete(signer), "the issuer's certificate is missing")
}
