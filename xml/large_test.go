package xml

import (
	"bytes"
	"context"
	"crypto/sha256"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/kyso-dev/kyso/signer"
)

// TestLarge signs and reads documents that do not fit into what is read at once, in every way that a small one goes.
func TestLarge(t *testing.T) {
	doc := largeInvoice(inMemory + 300_000)
	s := thePKI().Signer("signer")
	for name, c := range map[string]struct {
		doc  []byte
		opts Options
	}{
		"invoice":       {doc, *invoiceOptions()},
		"whole":         {doc, Options{}},
		"whole, 1.1":    {doc, Options{Canonicalization: C14N11WithComments}},
		"enveloping":    {doc, Options{Form: Enveloping}},
		"UTF-16":        {toUTF16(strings.TrimPrefix(string(doc), `<?xml version="1.0" encoding="UTF-8"?>`), true), *invoiceOptions()},
		"namespaces":    {bytes.Replace(bytes.Replace(doc, []byte("<HDon>"), []byte(`<p:HDon xmlns:p="urn:p" xmlns="urn:d">`), 1), []byte("</HDon>"), []byte("</p:HDon>"), 1), Options{Place: "/HDon/DSCKS/NBan"}},
		"a line at end": {append(bytes.Clone(doc), "\n<!-- c -->\n"...), Options{}},
	} {
		t.Run(name, func(t *testing.T) {
			c.opts.InsecureSkipCheck = false
			out := sign(t, c.doc, s, &c.opts)
			if c.opts.Form == Enveloped {
				onlyInserted(t, c.doc, out)
			}
			d := intact(t, out, nil, 1)
			var octets bytes.Buffer
			if err := d.Signatures[0].References[0].CopyOctets(t.Context(), &octets); err != nil || int64(octets.Len()) != d.Signatures[0].References[0].Size {
				t.Errorf("%d octets handed out: %v", octets.Len(), err)
			}
			at := bytes.Index(out, []byte("1000"))
			if at < 0 {
				at = bytes.Index(out, []byte("\x001\x000\x000\x000"))
			}
			out[at+1] ^= 1
			if got := read(t, out, nil).Signatures[0]; got.ContentIntegrity != Broken {
				t.Errorf("a changed document: %s", got.ContentIntegrity)
			}
		})
	}
}

func TestLargePrepareFinish(t *testing.T) {
	ctx := context.Background()
	doc := largeInvoice(inMemory + 300_000)
	s := thePKI().Signer("ec")
	chain, err := s.Certificates(ctx)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Prepare(ctx, bytes.NewReader(doc), int64(len(doc)), chain, invoiceOptions())
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(doc); !bytes.Equal(p.InputSHA256(), sum[:]) || p.InputSize() != int64(len(doc)) {
		t.Error("the state describes another document")
	}
	value, err := signer.Sign(ctx, s, p.Request())
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := p.Finish(ctx, &out, bytes.NewReader(doc), int64(len(doc)), value, nil); err != nil {
		t.Fatal(err)
	}
	intact(t, out.Bytes(), nil, 1)
	doc[len(doc)-3] ^= 1
	if err := p.Finish(ctx, new(bytes.Buffer), bytes.NewReader(doc), int64(len(doc)), value, nil); !isCode(err, CodeChanged) {
		t.Errorf("a changed document: %v", err)
	}
}

// TestMemory holds what signing and reading a large file take beyond it.
func TestMemory(t *testing.T) {
	doc := largeInvoice(40 << 20)
	dir := t.TempDir()
	plain, signed := filepath.Join(dir, "plain.xml"), filepath.Join(dir, "signed.xml")
	if err := os.WriteFile(plain, doc, 0o600); err != nil {
		t.Fatal(err)
	}
	size := int64(len(doc))
	doc = nil
	open := func(name string) *os.File {
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	in, out := open(plain), open(signed)
	allocated := func(work func()) uint64 {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		work()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc // more than was ever held at once
	}
	const limit = 4 << 20
	if n := allocated(func() {
		if err := Sign(t.Context(), out, in, size, thePKI().Signer("signer"), invoiceOptions()); err != nil {
			t.Fatal(err)
		}
	}); n > limit {
		t.Errorf("signing %d octets allocates %d", size, n)
	}
	info, err := out.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if n := allocated(func() {
		d, err := Read(t.Context(), out, info.Size(), nil)
		if err != nil || d.Signatures[0].ContentIntegrity != Intact {
			t.Fatal(err, "not intact")
		}
	}); n > limit {
		t.Errorf("reading %d octets allocates %d", info.Size(), n)
	}
}

// TestAtOnce reads different documents at the same time: what one of them leaves to the next is clean.
func TestAtOnce(t *testing.T) {
	docs := [][]byte{
		sign(t, largeInvoice(3<<10), thePKI().Signer("ec"), invoiceOptions()),
		sign(t, []byte(`<a xmlns:p="urn:p" xmlns:q="urn:q" p:x="1"><b xml:lang="vi"/></a>`), thePKI().Signer("ec"), nil),
		[]byte(`<a xmlns:r="urn:r"><r:b r:c="&amp;"`),
		sign(t, largeInvoice(40<<10), thePKI().Signer("ec"), invoiceOptions()),
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 40 {
				doc := docs[(i+n)%len(docs)]
				d, err := Read(t.Context(), bytes.NewReader(doc), int64(len(doc)), nil)
				switch {
				case (i+n)%len(docs) == 2:
					if !isCode(err, CodeMalformed) {
						t.Errorf("a document that breaks off: %v", err)
					}
				case err != nil || len(d.Signatures) != 1 || d.Signatures[0].ContentIntegrity != Intact || d.Signatures[0].SignatureIntegrity != Intact:
					t.Errorf("document %d is not intact: %v", (i+n)%len(docs), err)
				}
			}
		})
	}
	all.Wait()
}
