package pdf_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"io"
	"testing"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
)

// ready is a Signer that has its value already: what is measured is what this package does.
type ready struct {
	chain []*x509.Certificate
	value []byte
}

func (r ready) Certificates(context.Context) ([]*x509.Certificate, error) { return r.chain, nil }

func (r ready) Sign(context.Context, []byte, crypto.SignerOpts) ([]byte, error) { return r.value, nil }

func newReady(p *testpki.PKI) ready {
	return ready{chain: p.Chain("signer"), value: bytes.Repeat([]byte{0x5A}, 256)}
}

// BenchmarkSignSmall is a one-page document at B-B without the cost of the key: the goal is 40 µs and 200 allocations.
func BenchmarkSignSmall(b *testing.B) {
	p, _ := testpki.Start(b)
	s, doc := newReady(p), plain()
	opts := &pdf.Options{InsecureSkipCheck: true, Reason: "Phê duyệt"}
	b.ReportAllocs()
	for b.Loop() {
		if err := pdf.Sign(b.Context(), io.Discard, bytes.NewReader(doc), int64(len(doc)), s, opts); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSignSmallKey is the same with an RSA key of 2048 bits in software, checked as usual.
func BenchmarkSignSmallKey(b *testing.B) {
	p, _ := testpki.Start(b)
	s, doc := p.Signer("signer"), plain()
	b.ReportAllocs()
	for b.Loop() {
		if err := pdf.Sign(b.Context(), io.Discard, bytes.NewReader(doc), int64(len(doc)), s, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadSmall(b *testing.B) {
	p, _ := testpki.Start(b)
	doc := signed(b, p, plain(), nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := pdf.Read(b.Context(), bytes.NewReader(doc), int64(len(doc)), nil); err != nil {
			b.Fatal(err)
		}
	}
}
