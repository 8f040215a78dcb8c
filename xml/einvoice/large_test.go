package einvoice_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/xml"
	"github.com/kyso-dev/kyso/xml/einvoice"
	"github.com/kyso-dev/kyso/xml/einvoice/einvoicetest"
)

// many makes an envelope of signed invoices, which all have the same Ids.
func many(t testing.TB, n, lines int) []byte {
	t.Helper()
	docs := make([]einvoice.BatchDocument, n)
	outputs := make([]bytes.Buffer, n)
	items := make([]einvoice.Item, n)
	for i := range docs {
		doc := einvoicetest.Invoice(&einvoicetest.Options{Number: i + 1, Lines: lines})
		docs[i] = einvoice.BatchDocument{Source: bytes.NewReader(doc), Size: int64(len(doc)), Output: &outputs[i]}
	}
	opts := at(morning)
	opts.SignatureID, opts.ObjectID = "seller", "SigningTime"
	require.NoError(t, einvoice.SignBatch(t.Context(), docs, pki().Signer("ec"), einvoice.NBan, opts))
	for i := range items {
		items[i] = einvoice.Item{Source: bytes.NewReader(outputs[i].Bytes()), Size: int64(outputs[i].Len())}
	}
	var out bytes.Buffer
	require.NoError(t, einvoice.Wrap(t.Context(), &out, items, &header))
	return out.Bytes()
}

// TestMany reads an envelope that is larger than what is held in memory: each invoice for itself, and what was done to two of them.
func TestMany(t *testing.T) {
	const n = 300
	doc := many(t, n, 50)
	require.Greater(t, len(doc), 4<<20)
	third := strings.Index(string(doc), "<SHDon>3</SHDon>")
	copy(doc[third:], "<SHDon>9</SHDon>")
	last := bytes.LastIndex(doc, []byte("<NBan><Signature"))
	copy(doc[last:], "<NBXX>")
	copy(doc[last+bytes.Index(doc[last:], []byte("</NBan>")):], "</NBXX>")

	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f, err := einvoice.Read(t.Context(), bytes.NewReader(doc), int64(len(doc)), nil)
	require.NoError(t, err)
	runtime.GC()
	runtime.ReadMemStats(&after)
	require.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(len(doc))/2+4<<20, "kept for %d octets", len(doc))
	require.Equal(t, einvoice.Envelope, f.Kind)
	require.Len(t, f.Documents, n+1)
	require.Len(t, f.Signatures, n)
	for i, s := range f.Signatures {
		require.Equal(t, i != 2, s.XML.ContentIntegrity == xml.Intact, i)
		require.Equal(t, fmt.Sprintf("/TDiep/DLieu/HDon[%d]", i+1), s.Document.Path)
	}
	require.Equal(t, einvoice.Missing, f.Documents[n].Slots[0].State)
	require.Equal(t, "9", f.Documents[3].Number)
}

func BenchmarkSign(b *testing.B) {
	doc := einvoicetest.Minimal()
	var out bytes.Buffer
	key := pki().Signer("ec") // for a key that costs little
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		out.Reset()
		if err := einvoice.Sign(b.Context(), &out, bytes.NewReader(doc), int64(len(doc)), key, einvoice.NBan, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkInspect is what this package adds to xml.Read.
func BenchmarkInspect(b *testing.B) {
	for _, n := range []int{1, 1000} {
		b.Run(fmt.Sprint(n, " invoices"), func(b *testing.B) {
			doc := many(b, n, 10)
			x, err := xml.Read(b.Context(), bytes.NewReader(doc), int64(len(doc)), nil)
			require.NoError(b, err)
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				if _, err := einvoice.Inspect(b.Context(), x, bytes.NewReader(doc), int64(len(doc)), nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSignLarge is one invoice of 20 MB.
func BenchmarkSignLarge(b *testing.B) {
	doc := einvoicetest.Invoice(&einvoicetest.Options{Lines: 90_000})
	key := pki().Signer("ec")
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		if err := einvoice.Sign(b.Context(), io.Discard, bytes.NewReader(doc), int64(len(doc)), key, einvoice.NBan, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHint is what it costs to find out why an invoice of 2 MB is broken, when nothing explains it.
func BenchmarkHint(b *testing.B) {
	doc := sign(b, einvoicetest.Invoice(&einvoicetest.Options{Lines: 6_500}), "ec", einvoice.NBan, nil)
	doc = bytes.Replace(doc, []byte("<DGia>125000<"), []byte("<DGia>925000<"), 1)
	x, err := xml.Read(b.Context(), bytes.NewReader(doc), int64(len(doc)), nil)
	require.NoError(b, err)
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		if _, err := einvoice.Inspect(b.Context(), x, bytes.NewReader(doc), int64(len(doc)), nil); err != nil {
			b.Fatal(err)
		}
	}
}
