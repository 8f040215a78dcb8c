package cms_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
)

// fixed is a Signer that returns a value made before: what is left is our own work.
type fixed struct {
	chain []*x509.Certificate
	value []byte
}

func (f fixed) Certificates(context.Context) ([]*x509.Certificate, error) { return f.chain, nil }

func (f fixed) Sign(context.Context, []byte, crypto.SignerOpts) ([]byte, error) { return f.value, nil }

// BenchmarkBuild is what a PDF signature needs of this package, without the key's work and the check of its result.
func BenchmarkBuild(b *testing.B) {
	pki, _ := testpki.Start(b)
	chain := pki.Chain("signer")
	value := make([]byte, 256)
	digest := sha256.Sum256([]byte(text))
	opts := &cms.Options{NoSigningTime: true, InsecureSkipCheck: true, Clock: pki.Now}
	finish := &cms.FinishOptions{InsecureSkipCheck: true}
	b.ReportAllocs()
	for b.Loop() {
		p, err := cms.PrepareDigest(digest[:], crypto.SHA256, chain, opts)
		if err != nil {
			b.Fatal(err)
		}
		_ = p.Request()
		if _, err := p.FinishDER(b.Context(), value, finish); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSign signs a short text with a fixed value.
func BenchmarkSign(b *testing.B) {
	pki, _ := testpki.Start(b)
	s := fixed{pki.Chain("signer"), make([]byte, 256)}
	opts := &cms.Options{InsecureSkipCheck: true, Clock: pki.Now}
	b.ReportAllocs()
	for b.Loop() {
		if err := cms.Sign(b.Context(), io.Discard, strings.NewReader(text), s, opts); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	pki, _ := testpki.Start(b)
	for _, name := range names {
		raw := sign(b, pki, name, text, nil)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				doc, err := cms.Read(b.Context(), bytes.NewReader(raw), &cms.ReadOptions{Content: strings.NewReader(text)})
				require.NoError(b, err)
				require.Len(b, doc.Signatures, 1)
			}
		})
	}
}
