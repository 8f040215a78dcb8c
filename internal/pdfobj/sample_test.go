package pdfobj

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
	"testing"
)

// builder writes PDF files for tests, well-formed or broken on purpose.
type builder struct {
	bytes.Buffer
	offsets map[int]int
	eol     string
}

func newBuilder() *builder {
	b := &builder{offsets: map[int]int{}, eol: "\n"}
	b.line("%PDF-1.7")
	b.line("%\xe2\xe3\xcf\xd3")
	return b
}

func (b *builder) line(s string) { b.WriteString(s + b.eol) }

// object writes an indirect object and remembers where.
func (b *builder) object(num int, body string) {
	b.offsets[num] = b.Len()
	b.line(fmt.Sprintf("%d 0 obj", num))
	b.line(body)
	b.line("endobj")
}

func (b *builder) stream(num int, dict, data string) {
	b.offsets[num] = b.Len()
	b.line(fmt.Sprintf("%d 0 obj", num))
	b.line(fmt.Sprintf("<<%s/Length %d>>", dict, len(data)))
	b.WriteString("stream\r\n" + data + b.eol)
	b.line("endstream")
	b.line("endobj")
}

// minimal writes the objects of a document of one page.
func (b *builder) minimal() {
	b.object(1, "<</Type/Catalog/Pages 2 0 R>>")
	b.object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
	b.object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>")
	b.stream(4, "", "BT /F1 24 Tf 72 720 Td (Hello) Tj ET")
	b.object(5, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
}

// entry is an entry of a table, 20 octets.
func (b *builder) entry(num int) string {
	off, ok := b.offsets[num]
	if !ok {
		return "0000000000 65535 f\r\n"
	}
	return fmt.Sprintf("%010d 00000 n\r\n", off)
}

// table writes a table of objects 0 to n-1, and the trailer.
func (b *builder) table(n int, trailer string) (at int) {
	at = b.Len()
	b.line("xref")
	b.line(fmt.Sprintf("0 %d", n))
	for i := range n {
		b.WriteString(b.entry(i))
	}
	b.finish(at, fmt.Sprintf("/Size %d%s", n, trailer))
	return at
}

func (b *builder) finish(at int, trailer string) {
	b.line("trailer")
	b.line("<<" + trailer + ">>")
	b.startxref(at)
}

func (b *builder) startxref(at int) {
	b.line("startxref")
	b.line(fmt.Sprint(at))
	b.line("%%EOF")
}

// xrefStream writes a cross-reference stream with the entries given as type, second, third field.
func (b *builder) xrefStream(num int, extra string, entries [][3]int) (at int) {
	at = b.Len()
	var rows []byte
	for _, e := range entries {
		rows = append(rows, byte(e[0]), byte(e[1]>>16), byte(e[1]>>8), byte(e[1]), byte(e[2]))
	}
	b.stream(num, fmt.Sprintf("/Type/XRef/W[1 3 1]/Root 1 0 R/Filter/FlateDecode%s", extra), deflate(string(rows)))
	b.startxref(at)
	return at
}

func deflate(s string) string {
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return out.String()
}

// sampleTable is a sound file with a table.
func sampleTable() []byte {
	b := newBuilder()
	b.minimal()
	b.table(6, "/Root 1 0 R")
	return b.Bytes()
}

// sampleStream is a sound file of which the pages, the page and the font lie in an object stream.
func sampleStream() []byte {
	b := newBuilder()
	b.object(1, "<</Type/Catalog/Pages 2 0 R>>")
	b.stream(4, "", "BT /F1 24 Tf 72 720 Td (Hello) Tj ET")
	parts := []string{
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>",
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	}
	head := fmt.Sprintf("2 0 3 %d 5 %d ", len(parts[0])+1, len(parts[0])+len(parts[1])+2)
	b.stream(6, fmt.Sprintf("/Type/ObjStm/N 3/First %d/Filter/FlateDecode", len(head)), deflate(head+strings.Join(parts, " ")))
	at := b.Len()
	b.xrefStream(7, "/Size 8", [][3]int{{0, 0, 255}, {1, b.offsets[1], 0}, {2, 6, 0}, {2, 6, 1}, {1, b.offsets[4], 0}, {2, 6, 2}, {1, b.offsets[6], 0}, {1, at, 0}})
	return b.Bytes()
}

// sampleHybrid is a hybrid file: the font is hidden in an object stream (7.5.8.4).
func sampleHybrid() []byte {
	b := newBuilder()
	b.object(1, "<</Type/Catalog/Pages 2 0 R>>")
	b.object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
	b.object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>")
	b.stream(4, "", "BT /F1 24 Tf 72 720 Td (Hello) Tj ET")
	b.stream(6, "/Type/ObjStm/N 1/First 4", "5 0 <</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
	stm := b.Len()
	b.stream(7, "/Type/XRef/W[1 2 1]/Size 8/Index[5 1]", "\x02\x00\x06\x00")
	b.table(8, fmt.Sprintf("/Root 1 0 R/XRefStm %d", stm))
	return b.Bytes()
}

// samples are sound files in every style.
func samples() map[string][]byte {
	return map[string][]byte{"table": sampleTable(), "stream": sampleStream(), "hybrid": sampleHybrid()}
}

func open(t testing.TB, data []byte) *File {
	t.Helper()
	f, err := Open(bytes.NewReader(data), int64(len(data)), nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// mustBeMinimal fails unless the whole minimal document can be read.
func mustBeMinimal(t testing.TB, f *File) {
	t.Helper()
	catalog, _, err := f.Catalog()
	if err != nil {
		t.Fatal(err)
	}
	pages, _, err := f.LookupDict(catalog, "Pages")
	if err != nil || pages == nil {
		t.Fatalf("no pages: %v", err)
	}
	kids, _, err := f.LookupArray(pages, "Kids")
	if err != nil || len(kids) != 1 {
		t.Fatalf("kids: %v %v", kids, err)
	}
	o, err := f.Resolve(kids[0])
	page, ok := o.(*Dict)
	if err != nil || !ok || page.Get("Type") != Name("Page") {
		t.Fatalf("page: %v %v", o, err)
	}
	resources, _, err := f.LookupDict(page, "Resources")
	if err != nil {
		t.Fatal(err)
	}
	fonts, _, err := f.LookupDict(resources, "Font")
	if err != nil {
		t.Fatal(err)
	}
	font, _, err := f.LookupDict(fonts, "F1")
	if err != nil || font.Get("BaseFont") != Name("Helvetica") {
		t.Fatalf("font: %v %v", font, err)
	}
	content, _, err := f.Lookup(page, "Contents")
	if err != nil {
		t.Fatal(err)
	}
	st, ok := content.(*Stream)
	if !ok {
		t.Fatalf("contents: %v", content)
	}
	data, err := f.StreamData(st, 0)
	if err != nil || string(data) != "BT /F1 24 Tf 72 720 Td (Hello) Tj ET" {
		t.Fatalf("content: %q %v", data, err)
	}
}
