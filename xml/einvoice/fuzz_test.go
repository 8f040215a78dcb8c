package einvoice_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/xml"
	"github.com/kyso-dev/kyso/xml/einvoice"
)

// typed reports whether an error is one of those that this package documents.
func typed(err error) bool {
	var own *einvoice.Error
	var below *xml.Error
	var key *signer.Error
	return err == nil || errors.As(err, &own) || errors.As(err, &below) || errors.As(err, &key)
}

// FuzzRead reads what may be a Vietnamese document, makes a copy without signatures of it, takes it out of its envelope, and signs it
// where it can: no panic, one error type, and facts that hold together.
func FuzzRead(f *testing.F) {
	for name, c := range slotCases() {
		f.Add(sign(f, []byte(c.doc), "ec", c.slot, &c.opts), len(name))
	}
	f.Add([]byte(`<TDiep xmlns:x="urn:x"><DLieu>`+invoice("K26TYY", emptySlots)+`<HDon a='>'/></DLieu></TDiep>`), 0)
	key := pki().Signer("ec")
	f.Fuzz(func(t *testing.T, doc []byte, pick int) {
		ctx, src, size := context.Background(), bytes.NewReader(doc), int64(len(doc))
		file, err := einvoice.Read(ctx, src, size, &einvoice.ReadOptions{InsecureExclusive: pick%2 == 0, Registered: []string{}})
		if !typed(err) {
			t.Fatalf("%T %v", err, err)
		}
		var copied bytes.Buffer
		n, stripErr := einvoice.Strip(ctx, &copied, src, size)
		list, unwrapErr := einvoice.Unwrap(ctx, src, size)
		if !typed(stripErr) || !typed(unwrapErr) {
			t.Fatalf("%v %v", stripErr, unwrapErr)
		}
		if err != nil {
			return
		}
		if len(file.Signatures) != len(file.XML.Signatures) || len(file.Documents) == 0 {
			t.Fatal("signatures or documents are missing")
		}
		for _, s := range file.Signatures {
			if s.Document == nil {
				t.Fatal("a signature of no document")
			}
		}
		for _, d := range file.Documents {
			if d.Start < 0 || d.End <= d.Start || d.End > size {
				t.Fatalf("a document from %d to %d", d.Start, d.End)
			}
			for _, at := range d.Slots {
				if (at.State == einvoice.Signed) != (len(at.Signatures) > 0) {
					t.Fatalf("%s is %s with %d signatures", at.Path, at.State, len(at.Signatures))
				}
			}
		}
		if after, err := xml.Read(ctx, bytes.NewReader(copied.Bytes()), int64(copied.Len()), nil); stripErr == nil && (err != nil || len(after.Signatures) > 0 || n == 0 && len(file.Signatures) > 0) {
			t.Fatalf("a copy without signatures: %v, %d left out", err, n)
		}
		for _, e := range list {
			if err := e.Write(ctx, io.Discard); !typed(err) {
				t.Fatalf("%T %v", err, err)
			}
		}
		var out bytes.Buffer
		slots := einvoice.Slots()
		if err := einvoice.Sign(ctx, &out, src, size, key, slots[(pick%len(slots)+len(slots))%len(slots)], nil); err != nil {
			if !typed(err) || out.Len() > 0 {
				t.Fatalf("%T %v, %d octets written", err, err, out.Len())
			}
			return
		}
		after, err := xml.Read(ctx, bytes.NewReader(out.Bytes()), int64(out.Len()), nil)
		if err != nil || len(after.Signatures) != len(file.Signatures)+1 {
			t.Fatalf("signed: %v", err)
		}
	})
}

// FuzzZip reads what may be a zip of the tax portal.
func FuzzZip(f *testing.F) {
	f.Add([]byte(pack(f, [2]string{"invoice.xml", "<HDon/>"}, [2]string{"invoice.html", ""})))
	f.Add([]byte(pack(f, [2]string{"a/b.xml", strings.Repeat("<HDon/>", 100)})))
	f.Fuzz(func(t *testing.T, zip []byte) {
		if doc, err := einvoice.ReadZip(context.Background(), bytes.NewReader(zip), int64(len(zip))); !typed(err) || err != nil && doc != nil {
			t.Fatalf("%T %v", err, err)
		}
		err := einvoice.WalkZip(context.Background(), bytes.NewReader(zip), int64(len(zip)), func(_ string, doc []byte, err error) error {
			if !typed(err) || err != nil && doc != nil {
				t.Fatalf("%T %v", err, err)
			}
			return nil
		})
		if !typed(err) {
			t.Fatalf("%T %v", err, err)
		}
	})
}

// FuzzUnpack reads what may be a dossier of the social insurance, or a file of the health insurance.
func FuzzUnpack(f *testing.F) {
	f.Add([]byte("<Hoso><NoiDung><ThongTinHoSo><ToKhais><FileToKhai><TenFile>a</TenFile><DoDaiFile>4</DoDaiFile><NoiDungFile>AAAA</NoiDungFile></FileToKhai></ToKhais></ThongTinHoSo></NoiDung></Hoso>"))
	f.Add([]byte("<GIAMDINHHS><THONGTINHOSO><SOLUONGHOSO>1</SOLUONGHOSO><DANHSACHHOSO><HOSO><FILEHOSO><NOIDUNGFILE>AAAA</NOIDUNGFILE></FILEHOSO></HOSO></DANHSACHHOSO></THONGTINHOSO></GIAMDINHHS>"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		if _, err := einvoice.UnpackBHXH(context.Background(), bytes.NewReader(doc), int64(len(doc))); !typed(err) {
			t.Fatalf("%T %v", err, err)
		}
		if _, err := einvoice.UnpackHealth(context.Background(), bytes.NewReader(doc), int64(len(doc))); !typed(err) {
			t.Fatalf("%T %v", err, err)
		}
	})
}
