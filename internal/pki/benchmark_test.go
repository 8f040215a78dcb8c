package pki_test

import (
	"crypto/x509"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/testpki"
)

// three are a signer's certificate, its issuer's and the root's, shaped like Vietnamese ones, with RSA keys.
func three(b *testing.B) ([]*x509.Certificate, []*pki.Certificate, *testpki.PKI) {
	b.Helper()
	p, _ := testpki.Start(b)
	std := append(p.Chain("signer"), p.Root())
	var ours []*pki.Certificate
	for _, c := range std {
		o, err := pki.FromX509(c)
		require.NoError(b, err)
		ours = append(ours, o)
	}
	return std, ours, p
}

func BenchmarkParse(b *testing.B) {
	std, _, _ := three(b)
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := pki.Parse(std[0].Raw); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("crypto x509", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := x509.ParseCertificate(std[0].Raw); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkFind searches the ordinary path of three certificates.
func BenchmarkFind(b *testing.B) {
	std, ours, p := three(b)
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := pki.Find(ours[0], ours[2:], ours[1:2], &pki.Options{At: p.Now()}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("ours from x509", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var certs [3]*pki.Certificate
			for i, c := range std {
				certs[i], _ = pki.FromX509(c)
			}
			if _, err := pki.Find(certs[0], certs[2:], certs[1:2], &pki.Options{At: p.Now()}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("crypto x509", func(b *testing.B) {
		roots, steps := x509.NewCertPool(), x509.NewCertPool()
		roots.AddCert(std[2])
		steps.AddCert(std[1])
		o := x509.VerifyOptions{Roots: roots, Intermediates: steps, CurrentTime: p.Now(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := std[0].Verify(o); err != nil {
				b.Fatal(err)
			}
		}
	})
}
