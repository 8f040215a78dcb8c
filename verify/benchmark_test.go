package verify_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/kyso-dev/kyso/cms"
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
