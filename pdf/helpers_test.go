package pdf_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
)

// build makes a PDF with a classic cross-reference table from the bodies of its objects 1, 2, 3 …; object 1 is the catalog. An empty
// body is a free entry.
func build(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = b.Len()
		if o != "" {
			fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
		}
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for i, o := range objects {
		if o == "" {
			b.WriteString("0000000000 00000 f \n")
			continue
		}
		fmt.Fprintf(&b, "%010d 00000 n \n", offsets[i])
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R /ID [<00112233445566778899AABBCCDDEEFF> <00112233445566778899AABBCCDDEEFF>] >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.Bytes()
}

const (
	catalogPlain = "<< /Type /Catalog /Pages 2 0 R >>"
	pagesOne     = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
	pagePlain    = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> >>"
	contentPlain = "<< /Length 14 >>\nstream\n0 0 m 9 9 l S \nendstream"
)

// plain is a document of one page and no form.
func plain() []byte { return build(catalogPlain, pagesOne, pagePlain, contentPlain) }

// update appends objects to a document as any editor would: a new table section with /Prev. Keys are object numbers.
func update(doc []byte, root int, objects map[int]string) []byte {
	at := bytes.LastIndex(doc, []byte("startxref"))
	var prev int
	fmt.Sscanf(string(doc[at:]), "startxref\n%d", &prev)
	var b bytes.Buffer
	b.Write(doc)
	if doc[len(doc)-1] != '\n' {
		b.WriteByte('\n')
	}
	size := 0
	var table strings.Builder
	for n := 1; n < 1000; n++ {
		if o, ok := objects[n]; ok {
			fmt.Fprintf(&table, "%d 1\n%010d 00000 n \n", n, b.Len())
			fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", n, o)
			size = n + 1
		}
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n%strailer\n<< /Size %d /Root %d 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n", table.String(), max(size, 50), root, prev, xref)
	return b.Bytes()
}

// signed signs doc with the PKI's ordinary signer, or fails the test.
func signed(t testing.TB, p *testpki.PKI, doc []byte, opts *pdf.Options) []byte {
	t.Helper()
	out, err := trySign(t, p, doc, opts)
	require.NoError(t, err)
	return out
}

func trySign(t testing.TB, p *testpki.PKI, doc []byte, opts *pdf.Options) ([]byte, error) {
	t.Helper()
	var out bytes.Buffer
	err := pdf.Sign(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), p.Signer("signer"), opts)
	return out.Bytes(), err
}

func read(t testing.TB, doc []byte) *pdf.Document {
	t.Helper()
	d, err := pdf.Read(t.Context(), bytes.NewReader(doc), int64(len(doc)), nil)
	require.NoError(t, err)
	return d
}

// code is the stable code of an error, "" where it has none.
func code(err error) string {
	var c interface{ Code() string }
	if errors.As(err, &c) {
		return c.Code()
	}
	return ""
}

// codes are the codes of findings.
func codes(findings []pdf.Finding) []string {
	var list []string
	for _, f := range findings {
		list = append(list, string(f.Code))
	}
	return list
}

// store writes data to a file of the test's own folder.
func store(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

// failing is a writer that takes so many octets and then says no.
type failing struct{ room int }

var errDiskFull = errors.New("no space left")

func (f *failing) Write(b []byte) (int, error) {
	if len(b) > f.room {
		n := f.room
		f.room = 0
		return n, errDiskFull
	}
	f.room -= len(b)
	return len(b), nil
}

var _ io.Writer = (*failing)(nil)
