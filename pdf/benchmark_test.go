package pdf_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"fmt"
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

// BenchmarkExtend raises a small document from B-T to B-LTA with evidence at hand: a store, and a document time-stamp in software.
func BenchmarkExtend(b *testing.B) {
	p, _ := testpki.Start(b)
	doc := signed(b, p, plain(), levelled(p, pdf.LevelBT))
	opts := extending(p, pdf.LevelBLTA)
	b.ReportAllocs()
	for b.Loop() {
		if err := pdf.Extend(b.Context(), io.Discard, bytes.NewReader(doc), int64(len(doc)), opts); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadArchived(b *testing.B) {
	p, _ := testpki.Start(b)
	doc := extended(b, p, signed(b, p, plain(), levelled(p, pdf.LevelBLTA)), pdf.LevelBLTA)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := pdf.Read(b.Context(), bytes.NewReader(doc), int64(len(doc)), nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkChanges compares revisions: the time for each signature, and for each object of the document, stays the same however many
// there are.
func BenchmarkChanges(b *testing.B) {
	p, _ := testpki.Start(b)
	for _, c := range []struct{ objects, signatures int }{{100, 2}, {100, 8}, {100, 64}, {10_000, 2}, {100_000, 2}} {
		b.Run(fmt.Sprintf("%d objects, %d signatures", c.objects, c.signatures), func(b *testing.B) {
			objects := []string{catalogPlain, pagesOne, pagePlain, contentPlain}
			for len(objects) < c.objects {
				objects = append(objects, "<< /Next 4 0 R /Values [1 2 3] >>")
			}
			doc := build(objects...)
			for range c.signatures {
				doc = signed(b, p, doc, nil)
			}
			b.ReportAllocs()
			for b.Loop() {
				d, err := pdf.Read(b.Context(), bytes.NewReader(doc), int64(len(doc)), nil)
				if err != nil || d.Signatures[0].Changes.Level != pdf.ChangesAllowed {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(c.objects+100*c.signatures), "ns/part")
		})
	}
}
