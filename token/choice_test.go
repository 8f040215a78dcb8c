package token

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"math/big"
	"testing"
	"time"

	"crypto/sha1"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/vnid"
	"github.com/kyso-dev/kyso/signer"
)

// onlyCert is a certificate as a token lists it, without a key behind it.
func onlyCert(serial int64, name, tax string, from, until time.Time) *Certificate {
	c := &x509.Certificate{Raw: []byte{byte(serial)}, SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, Issuer: pkix.Name{CommonName: "CA thử"}, NotBefore: from, NotAfter: until}
	return &Certificate{Certificate: c, Raw: c.Raw, Key: KeyPresent, Identity: vnid.Identity{TaxCode: tax}, Problem: signer.CheckCertificate(c, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))}
}

func TestChoose(t *testing.T) {
	day := func(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }
	expired := onlyCert(0xA1, "CÔNG TY A", "0100000000", day(2020), day(2023))
	renewed := onlyCert(0xA2, "CÔNG TY A", "0100000000", day(2023), day(2027))
	other := onlyCert(0xB1, "CÔNG TY B", "0200000000", day(2023), day(2027))
	keyless := onlyCert(0xC1, "CÔNG TY C", "0300000000", day(2023), day(2027))
	keyless.Problem = signer.NewError(signer.CodeKeyNotFound, nil)
	authority := onlyCert(0xD1, "CA", "", day(2020), day(2030))
	authority.Certificate.IsCA = true
	authority.Problem = signer.CertificateUnsuitable(authority.Certificate, "certificate of an authority", nil)
	all := []*Certificate{authority, expired, renewed, other, keyless}
	sum := sha1.Sum(other.Raw)

	for _, c := range []struct {
		name   string
		choice Choice
		want   *Certificate
		is     error
	}{
		{"nothing said", Choice{}, nil, signer.ErrAmbiguous},
		{"tax code: the renewed one", Choice{TaxCode: "0100000000"}, renewed, nil},
		{"tax code, expired too", Choice{TaxCode: "0100000000", Expired: true}, nil, signer.ErrAmbiguous},
		{"serial", Choice{Serial: "b1"}, other, nil},
		{"serial with colons and zeros", Choice{Serial: "00:B1"}, other, nil},
		{"serial of the expired one", Choice{Serial: "A1"}, nil, signer.ErrCertificateExpired},
		{"serial of the expired one, all the same", Choice{Serial: "A1", Expired: true}, expired, nil},
		{"thumbprint", Choice{Thumbprint: other.Thumbprint()}, other, nil},
		{"thumbprint of Windows", Choice{Thumbprint: hex.EncodeToString(sum[:])}, other, nil},
		{"thumbprint that begins right", Choice{Thumbprint: other.Thumbprint()[:40]}, nil, signer.ErrKeyNotFound},
		{"both must hold", Choice{Serial: "A2", TaxCode: "0200000000"}, nil, signer.ErrKeyNotFound},
		{"a predicate", Choice{Match: func(c *Certificate) bool { return c == other }}, other, nil},
		{"a certificate without its key", Choice{TaxCode: "0300000000"}, nil, signer.ErrKeyNotFound},
		{"an authority's", Choice{Serial: "D1"}, nil, signer.ErrCertificateUnsuitable},
		{"nobody's", Choice{TaxCode: "09"}, nil, signer.ErrKeyNotFound},
		{"a serial of zeros", Choice{Serial: "00"}, nil, signer.ErrKeyNotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Choose(all, c.choice)
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
				return
			}
			require.NoError(t, err)
			require.Same(t, c.want, got)
		})
	}
	_, err := Choose(all, Choice{})
	var a *signer.AmbiguousError
	require.ErrorAs(t, err, &a)
	require.Len(t, a.Candidates, 2, "the renewed one and the other company's")
	for _, part := range []string{"MST 0100000000", "MST 0200000000", "serial A2", "serial B1", "2027-01-01", "CA thử", "CÔNG TY B"} {
		require.ErrorContains(t, err, part)
	}
	_, err = Choose([]*Certificate{authority}, Choice{})
	require.ErrorIs(t, err, signer.ErrKeyNotFound)
	_, err = Choose(nil, Choice{})
	require.ErrorIs(t, err, signer.ErrKeyNotFound)
}
