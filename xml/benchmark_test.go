package xml

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"strings"
	"testing"
)

// largeInvoice is an invoice of about size octets: 11 octets a tag, Vietnamese letters, a reference here and there.
func largeInvoice(size int) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><HDon><DLHDon Id="data"><NDHDon><DSHHDVu>`)
	line := `<HHDVu><TChat>1</TChat><STT>1</STT><THHDVu>Hàng mẫu số một &amp; hai</THHDVu><DVTinh>cái</DVTinh><SLuong>1</SLuong>` +
		`<DGia>1000</DGia><ThTien>1000</ThTien><TSuat>10%</TSuat></HHDVu>`
	for b.Len() < size {
		b.WriteString(line)
	}
	b.WriteString(`</DSHHDVu></NDHDon></DLHDon><DSCKS><NBan/></DSCKS></HDon>`)
	return b.Bytes()
}

var sizes = []struct {
	name string
	size int
}{{"3kB", 3 << 10}, {"200kB", 200 << 10}, {"20MB", 20 << 20}}

func invoiceOptions() *Options {
	empty := ""
	return &Options{
		Place: "/HDon/DSCKS/NBan", Canonicalization: C14N10, Prefix: &empty, LeafOnly: true, InsecureSkipCheck: true,
		References: []ReferenceOptions{{URI: "#data", Transforms: []string{TransformEnveloped}}},
	}
}

// BenchmarkSHA256 is what the others are held against.
func BenchmarkSHA256(b *testing.B) {
	for _, s := range sizes {
		doc := largeInvoice(s.size)
		b.Run(s.name, func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				sha256.Sum256(doc)
			}
		})
	}
}

// BenchmarkCanonicalize canonicalises and digests one element as a stream.
func BenchmarkCanonicalize(b *testing.B) {
	for _, s := range sizes {
		doc := largeInvoice(s.size)
		b.Run(s.name, func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			b.ReportAllocs()
			for b.Loop() {
				if err := Canonicalize(context.Background(), sha256.New(), bytes.NewReader(doc), int64(len(doc)), C14N10, &CanonicalizeOptions{ID: "data"}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRead reads a signed invoice: references, signature value and all.
func BenchmarkRead(b *testing.B) {
	for _, s := range sizes {
		doc := sign(b, largeInvoice(s.size), thePKI().Signer("signer"), invoiceOptions())
		b.Run(s.name, func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			b.ReportAllocs()
			for b.Loop() {
				d, err := Read(context.Background(), bytes.NewReader(doc), int64(len(doc)), nil)
				if err != nil || d.Signatures[0].ContentIntegrity != Intact || d.Signatures[0].SignatureIntegrity != Intact {
					b.Fatal(err, "not intact")
				}
			}
		})
	}
}

// BenchmarkSign signs an invoice: RSA and all.
func BenchmarkSign(b *testing.B) {
	s := thePKI().Signer("signer")
	for _, size := range sizes {
		doc := largeInvoice(size.size)
		b.Run(size.name, func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			b.ReportAllocs()
			for b.Loop() {
				if err := Sign(context.Background(), io.Discard, bytes.NewReader(doc), int64(len(doc)), s, invoiceOptions()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSubset selects nodes by XPath in a tree.
func BenchmarkSubset(b *testing.B) {
	doc := []byte(strings.Replace(string(largeInvoice(1<<20)), "<NBan/>", "<NBan>"+`<Signature xmlns="`+spaceDSig+`"/>`+"</NBan>", 1))
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		d := &digester{ctx: context.Background(), doc: &Document{in: &source{r: bytes.NewReader(doc), size: int64(len(doc))}}}
		r := &Reference{doc: d.doc, plan: &plan{signature: &survey{}, target: targetDocument, steps: []transform{{
			algorithm: TransformXPath, filters: []filter{{expression: "ancestor-or-self::DLHDon"}},
		}}}}
		if _, err := d.octets(r); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkXAdES signs at B-B, raises to B-LTA with the services of the demo PKI, and reads that: XAdES beside the plain signature above.
func BenchmarkXAdES(b *testing.B) {
	l := newLab(b)
	for _, size := range sizes {
		doc := largeInvoice(size.size)
		o := &Options{Level: LevelBB, Place: "/HDon/DSCKS/NBan", References: []ReferenceOptions{{URI: "#data"}}}
		signed := l.sign(doc, "signer", o)
		raised := l.extend(signed, LevelBLTA)
		run := func(name string, f func() error) {
			b.Run(name+"/"+size.name, func(b *testing.B) {
				b.SetBytes(int64(len(doc)))
				b.ReportAllocs()
				for b.Loop() {
					if err := f(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		run("Sign", func() error {
			return Sign(context.Background(), io.Discard, bytes.NewReader(doc), int64(len(doc)), l.pki.Signer("signer"), o)
		})
		run("Extend", func() error {
			return Extend(context.Background(), io.Discard, bytes.NewReader(signed), int64(len(signed)), l.extendOptions(LevelBLTA))
		})
		run("Read", func() error {
			_, err := Read(context.Background(), bytes.NewReader(raised), int64(len(raised)), nil)
			return err
		})
	}
}
