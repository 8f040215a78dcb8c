package testpki_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/signer"
)

func extensionOf(cert *x509.Certificate, oid ...int) (pkix.Extension, bool) {
	i := slices.IndexFunc(cert.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(oid) })
	if i < 0 {
		return pkix.Extension{}, false
	}
	return cert.Extensions[i], true
}

func pool(certs ...*x509.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	for _, c := range certs {
		p.AddCert(c)
	}
	return p
}

func TestValidityPeriods(t *testing.T) {
	p, _ := testpki.Start(t)
	for name, years := range map[string]int{"root": 30, "issuer": 15, "signer": 2, "ec": 2, "expired": 2, "cqt": 2, "gov-root": 30} {
		c := p.Certificate(name)
		assert.Equal(t, c.NotBefore.AddDate(years, 0, 0), c.NotAfter, name)
	}
	now := p.Now()
	assert.True(t, p.Certificate("expired").NotAfter.Before(now))
	assert.True(t, p.Certificate("future").NotBefore.After(now))

	units := p.TSACertificates()
	require.GreaterOrEqual(t, len(units), 3)
	assert.False(t, units[0].NotBefore.After(now))
	for i, u := range units[1:] {
		assert.True(t, u.NotBefore.Before(units[i].NotAfter), "%d and %d overlap", i, i+1)
	}
	assert.False(t, units[len(units)-1].NotAfter.Before(now.AddDate(20, 0, 0)))
	assert.False(t, units[len(units)-1].NotAfter.After(p.Root().NotAfter), "a certificate within its root's life")
}

func TestSignerCertificates(t *testing.T) {
	p, _ := testpki.Start(t)
	for _, name := range testpki.Names() {
		c := p.Certificate(name)
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment, c.KeyUsage)
			assert.NotEmpty(t, c.SubjectKeyId)
			assert.NotEmpty(t, c.CRLDistributionPoints)
			assert.NotEmpty(t, c.IssuingCertificateURL)
			aki, ok := extensionOf(c, 2, 5, 29, 35)
			require.True(t, ok)
			usage, _ := extensionOf(c, 2, 5, 29, 15)
			if name == "cqt" {
				assert.False(t, usage.Critical)
				assert.Empty(t, c.OCSPServer)
				assert.Len(t, c.SerialNumber.Bytes(), 3)
				assert.Empty(t, c.AuthorityKeyId, "no key identifier")
				assert.Equal(t, byte(0xA1), aki.Value[2], "authorityCertIssuer comes first")
				bc, ok := extensionOf(p.Certificate("gov-issuer"), 2, 5, 29, 19)
				assert.True(t, ok && !bc.Critical)
				return
			}
			assert.True(t, usage.Critical)
			assert.NotEmpty(t, c.OCSPServer)
			assert.Equal(t, p.Issuer().SubjectKeyId, c.AuthorityKeyId)
			assert.Equal(t, []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection, x509.ExtKeyUsageClientAuth}, c.ExtKeyUsage)
			assert.Equal(t, []asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 36}, {1, 3, 6, 1, 4, 1, 311, 10, 3, 12}}, c.UnknownExtKeyUsage)
			serial := c.SerialNumber.Bytes()
			assert.Len(t, serial, 16)
			assert.Equal(t, []byte{0x54, 0x01, 0x01}, serial[:3])
		})
	}
	for _, name := range []string{"root", "issuer"} {
		c := p.Certificate(name)
		assert.NotEmpty(t, c.SubjectKeyId)
		assert.Empty(t, c.ExtKeyUsage)
		assert.True(t, c.IsCA)
	}
}

func TestTSAAndResponderCertificates(t *testing.T) {
	p, _ := testpki.Start(t)
	for _, c := range p.TSACertificates() {
		assert.Equal(t, x509.KeyUsageDigitalSignature, c.KeyUsage)
		eku, ok := extensionOf(c, 2, 5, 29, 37)
		assert.True(t, ok && eku.Critical)
		assert.Equal(t, []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}, c.ExtKeyUsage)
		assert.Empty(t, c.UnknownExtKeyUsage)
		require.NoError(t, c.CheckSignatureFrom(p.Root()))
	}
	for _, name := range []string{"root", "issuer"} {
		c := p.Certificate("ocsp-" + name)
		require.NoError(t, c.CheckSignatureFrom(p.Certificate(name)))
		nocheck, ok := extensionOf(c, 1, 3, 6, 1, 5, 5, 7, 48, 1, 5)
		assert.True(t, ok)
		assert.Equal(t, []byte{5, 0}, nocheck.Value)
		assert.Equal(t, []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning}, c.ExtKeyUsage)
	}
}

func TestEveryChainVerifies(t *testing.T) {
	p, _ := testpki.Start(t)
	at := map[string]time.Time{"expired": p.Now().AddDate(0, -2, 0), "future": p.Now().AddDate(2, 1, 0)}
	for _, name := range append(testpki.Names(), "future", "ec384", "ec521", "encipher") {
		chain := p.Chain(name)
		root := p.Root()
		if name == "cqt" {
			root = p.GovRoot()
		}
		when, ok := at[name]
		if !ok {
			when = p.Now()
		}
		_, err := chain[0].Verify(x509.VerifyOptions{Roots: pool(root), Intermediates: pool(chain[1:]...), CurrentTime: when, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		require.NoError(t, err, name)
	}
	_, err := p.Certificate("expired").Verify(x509.VerifyOptions{Roots: pool(p.Root()), Intermediates: pool(p.Issuer()), CurrentTime: p.Now()})
	require.Error(t, err)
	_, err = p.Certificate("cqt").Verify(x509.VerifyOptions{Roots: pool(p.Root()), Intermediates: pool(p.Chain("cqt")[1:]...), CurrentTime: p.Now()})
	require.Error(t, err, "the government tree is another tree")
}

func TestSubjects(t *testing.T) {
	p, _ := testpki.Start(t)
	uid := asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}
	want := map[string][]string{
		"signer": {"MST:0100000000"}, "other": {"MST:0200000000"}, "person": {"CCCD:000000000000"},
		"employee": {"MST:0100000000", "CCCD:000000000001"}, "eseal": {"MST:0100000000"},
	}
	for name, ids := range want {
		c := p.Certificate(name)
		var got []string
		for _, a := range c.Subject.Names {
			if a.Type.Equal(uid) {
				got = append(got, a.Value.(string))
			}
		}
		assert.Equal(t, ids, got, name)
		// UID is a UTF8String, tag 0x0C, as Vietnamese authorities write it.
		assert.Contains(t, string(c.RawSubject), "\x0c"+string(rune(len(ids[0])))+ids[0])
	}
	assert.Equal(t, "CÔNG TY TNHH THỬ NGHIỆM", p.Certificate("signer").Subject.CommonName)
	// The tax codes are nobody's: their check digit is wrong.
	for _, mst := range []string{"0100000000", "0200000000"} {
		sum := 0
		for i, w := range []int{31, 29, 23, 19, 17, 13, 7, 5, 3} {
			sum += w * int(mst[i]-'0')
		}
		assert.NotEqual(t, byte('0'+10-sum%11), mst[9])
	}
}

func TestUnknownNamePanics(t *testing.T) {
	p, _ := testpki.Start(t)
	assert.Panics(t, func() { p.Signer("nobody") })
}

// The certificates of a PKI made for another time are valid at that time, and by the real clock too where one signer's life
// spans both.
func TestBornAtTheClocksTime(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		at   time.Time
		both bool
	}{
		{now, true}, {now.AddDate(0, -6, 0), true}, {now.AddDate(1, 6, 0), true},
		{now.AddDate(-9, 0, 0), false}, {now.AddDate(12, 0, 0), false},
	} {
		p, err := testpki.New(&testpki.Options{Now: c.at, Keys: testpki.SharedKeys()})
		require.NoError(t, err)
		defer p.Close()
		for _, name := range []string{"root", "issuer", "signer", "ec", "cqt"} {
			cert := p.Certificate(name)
			assert.True(t, c.at.After(cert.NotBefore) && c.at.Before(cert.NotAfter), "%s at %s", name, c.at)
			if c.both {
				assert.True(t, now.After(cert.NotBefore) && now.Before(cert.NotAfter), "%s now, made for %s", name, c.at)
			}
		}
		assert.True(t, c.at.After(p.Certificate("expired").NotAfter))
		require.NotNil(t, p.TSA())
	}
}

// Every signer signs, as signer.Signer, what its certificate verifies.
func TestSignersSign(t *testing.T) {
	p, _ := testpki.Start(t)
	msg := []byte("tài liệu")
	for _, name := range append(testpki.Names(), "rsa3072", "ec384", "ec521") {
		s := p.Signer(name)
		chain, err := s.Certificates(t.Context())
		require.NoError(t, err)
		assert.Equal(t, p.Chain(name), chain, name)
		assert.Len(t, chain, 2, "the leaf and its authority, without the root")
		how, err := alg.ForKey(chain[0].PublicKey, 0, false)
		require.NoError(t, err)
		h := how.Hash.New()
		h.Write(msg)
		tbs := h.Sum(nil)
		req := signer.Request{Digest: tbs, Opts: how.SignerOpts()}
		if how.SignsMessage() {
			req, tbs = signer.Request{Message: msg, Opts: how.SignerOpts()}, msg
		}
		value, err := signer.Sign(t.Context(), signer.Verifying(s), req)
		require.NoError(t, err, name)
		require.NoError(t, how.Verify(chain[0].PublicKey, tbs, value), name)
		tbs[0] ^= 1
		require.Error(t, how.Verify(chain[0].PublicKey, tbs, value), name)
		tbs[0] ^= 1
	}
}
