package pdfobj

import (
	"bytes"
	"testing"
)

// signLike does what signing does to a file: reads the catalog, the first page and the form, and builds an update of four objects.
func signLike(r *bytes.Reader, size int64) (*Appendix, error) {
	f, err := Open(r, size, nil)
	if err != nil {
		return nil, err
	}
	catalog, root, err := f.Catalog()
	if err != nil {
		return nil, err
	}
	pages, _, err := f.LookupDict(catalog, "Pages")
	if err != nil {
		return nil, err
	}
	kids, _, err := f.LookupArray(pages, "Kids")
	if err != nil {
		return nil, err
	}
	o, err := f.Resolve(kids[0])
	if err != nil {
		return nil, err
	}
	page, pageRef := o.(*Dict), kids[0].(Ref)
	u := f.NewUpdate()
	sig, field := u.Alloc(), u.Alloc()
	u.Set(sig, NewDict(8).Set("Type", Name("Sig")).Set("Filter", Name("Adobe.PPKLite")).Set("SubFilter", Name("ETSI.CAdES.detached")).
		Set("ByteRange", TextPlaceholder(60)).Set("Contents", HexPlaceholder(8192)).Set("M", String("D:20260101000000Z")))
	u.Set(field, NewDict(8).Set("Type", Name("Annot")).Set("Subtype", Name("Widget")).Set("FT", Name("Sig")).Set("T", String("Signature1")).
		Set("V", sig).Set("P", pageRef).Set("Rect", Array{int64(0), int64(0), int64(0), int64(0)}))
	u.Set(pageRef, page.Clone().Set("Annots", Array{field}))
	u.Set(root, catalog.Clone().Set("AcroForm", NewDict(2).Set("Fields", Array{field}).Set("SigFlags", int64(3))))
	return u.Build()
}

func BenchmarkOpenAndAppend(b *testing.B) {
	for name, data := range samples() {
		b.Run(name, func(b *testing.B) {
			r := bytes.NewReader(data)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := signLike(r, int64(len(data))); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	data := sampleTable()
	r := bytes.NewReader(data)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Open(r, int64(len(data)), nil); err != nil {
			b.Fatal(err)
		}
	}
}
