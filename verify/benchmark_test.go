package verify_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/verify"
)

// BenchmarkVerifyFirst is one document with a verifier that has seen none: what a command line pays, without reading its anchors.
func BenchmarkVerifyFirst(b *testing.B) {
	p := start(b)
	doc := p.signPDF(b, plainPDF("x"), "signer", nil)
	b.ReportAllocs()
	for b.Loop() {
		r, err := p.verifier(b).Verify(context.Background(), bytes.NewReader(doc), int64(len(doc)), nil)
		if err != nil || r.Indication != verify.TotalPassed {
			b.Fatal(r.Indication, err)
		}
	}
}

// BenchmarkVerify is a further document with a verifier that is in use.
func BenchmarkVerify(b *testing.B) {
	p := start(b)
	v := p.verifier(b)
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<20)
	for _, c := range []struct {
		name string
		doc  []byte
		opts *verify.Options
	}{
		{"PDF/small/B-B", p.signPDF(b, plainPDF("x"), "signer", nil), nil},
		{"PDF/small/B-T", p.signPDF(b, plainPDF("x"), "signer", &pdf.Options{Level: pdf.LevelBT, Timestamper: p.TSAClient()}), nil},
		{"CMS/small/B-B", p.signCMS(b, []byte("x"), "signer", &cms.Options{Attached: true}), nil},
		{"CMS/small/B-T", p.signCMS(b, []byte("x"), "signer", &cms.Options{Attached: true, Level: cms.LevelBT, Timestamper: p.TSAClient()}), nil},
		{"CMS/16 MB/B-B", p.signCMS(b, large, "signer", nil), about(large)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			if c.opts != nil {
				b.SetBytes(c.opts.ContentSize)
			}
			for b.Loop() {
				r, err := v.Verify(context.Background(), bytes.NewReader(c.doc), int64(len(c.doc)), c.opts)
				if err != nil || r.Indication != verify.TotalPassed {
					b.Fatal(r.Indication, err)
				}
			}
		})
	}
}

// floor is what nobody can do without: hashing the document once, and one RSA verification with a key that is at hand.
func floor(b testing.TB, p pki, doc []byte) func() {
	b.Helper()
	digest := sha256.Sum256([]byte("x"))
	value, err := p.Key("signer").Sign(nil, digest[:], crypto.SHA256)
	require.NoError(b, err)
	pub, ok := p.Certificate("signer").PublicKey.(*rsa.PublicKey)
	require.True(b, ok)
	return func() {
		_ = sha256.Sum256(doc)
		if rsa.VerifyPKCS1v15(pub, crypto.SHA256, digest[:], value) != nil {
			b.Fatal("the floor gives way")
		}
	}
}

// BenchmarkFloor is what BenchmarkVerify/PDF/small/B-B is to be held against.
func BenchmarkFloor(b *testing.B) {
	p := start(b)
	f := floor(b, p, p.signPDF(b, plainPDF("x"), "signer", nil))
	for b.Loop() {
		f()
	}
}

// TestManyShareAChain: however many documents share a chain, its services are asked once while their answers hold.
func TestManyShareAChain(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	v.Revocation, v.Online, v.AllowPrivate = nil, true, true
	doc := p.signPDF(t, plainPDF("x"), "signer", nil)
	require.Equal(t, verify.TotalPassed, judge(t, v, doc, nil).Indication)
	asked := p.server.Hits(testpki.OCSP) + p.server.Hits(testpki.CRL) + p.server.Hits(testpki.Certs)
	require.Positive(t, asked)
	for range 50 {
		r := judge(t, v, p.signPDF(t, plainPDF("y"), "signer", nil), nil)
		require.Equal(t, verify.TotalPassed, r.Indication)
		require.Equal(t, "cache", r.Signatures[0].Chain[0].Revocation.Origin)
	}
	require.Equal(t, asked, p.server.Hits(testpki.OCSP)+p.server.Hits(testpki.CRL)+p.server.Hits(testpki.Certs))
}
