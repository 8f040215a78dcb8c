package pdfobj

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kyso-dev/kyso/internal/testtool"
)

// damaged is a file with one defect that viewers read past.
type damaged struct {
	name     string
	data     []byte
	repaired bool // the appended section has to stand alone
	scanned  bool
}

// withTable builds the minimal document with a table written by hand.
func withTable(write func(b *builder)) []byte {
	b := newBuilder()
	b.minimal()
	write(b)
	return b.Bytes()
}

func replace(data []byte, from, to string) []byte {
	if !bytes.Contains(data, []byte(from)) {
		panic("the sample lacks " + from)
	}
	return bytes.Replace(data, []byte(from), []byte(to), 1)
}

func damagedFiles() []damaged {
	table, stream, hybrid := sampleTable(), sampleStream(), sampleHybrid()
	startxref := func(data []byte, delta int) []byte {
		i := bytes.LastIndex(data, []byte("startxref\n")) + len("startxref\n")
		var at int
		_, _ = fmt.Sscan(string(data[i:]), &at)
		return append(bytes.Clone(data[:i]), fmt.Sprintf("%d\n%%%%EOF\n", at+delta)...)
	}
	lf := bytes.ReplaceAll(table, []byte("\r\n"), []byte("\n"))
	list := []damaged{
		{"no end of line at the end", table[:len(table)-1], false, false},
		{"no EOF marker", replace(table, "%%EOF\n", ""), false, false},
		{"white space at the end", append(bytes.Clone(table), " \r\n\t\x00\x00\n"...), false, false},
		{"2 kB of junk at the end", append(bytes.Clone(table), strings.Repeat("junk ", 400)...), false, false},
		{"junk before the header", append([]byte("HTTP/1.1 200 OK\r\n\r\n"), table...), false, false},
		{"junk before the header, stream", append([]byte("junk\n"), stream...), false, false},
		{"header missing", replace(table, "%PDF-1.7", "%XXX-1.7"), false, false},
		{"no startxref", replace(table, "startxref", "startxxxx"), true, true},
		{"startxref of 0", replace(table, "startxref\n", "startxref\n0\n%"), true, true},
		{"startxref is no number", replace(table, "startxref\n", "startxref\nabc\n%"), true, true},
		{"startxref far off", startxref(table, -400), true, true},
		{"startxref past the end", startxref(table, 1e9), true, true},
		{"startxref past the end, stream", startxref(stream, 1e9), true, true},
		{"startxref past the end, hybrid", startxref(hybrid, 1e9), true, true},
		{"cut off in the table", table[:bytes.LastIndex(table, []byte("xref\n0"))+40], true, true},
		{"cut off before the table", table[:bytes.LastIndex(table, []byte("xref\n0"))], true, true},
		{"no trailer", replace(table, "trailer", "tra"), true, true},
		{"entries off by 3", shiftEntries(table, 3), true, true},
		{"entries off by -40", shiftEntries(table, -40), true, true},
		{"missing endobj", bytes.ReplaceAll(table, []byte("\nendobj"), []byte("\n      ")), false, false},
		{"missing endobj and startxref", bytes.ReplaceAll(startxref(table, 1e9), []byte("\nendobj"), []byte("\n      ")), true, true},
		{"stream too long for its length", replace(table, "/Length 36", "/Length 30"), false, false},
		{"stream too short for its length", replace(table, "/Length 36", "/Length 99"), false, false},
		{"length past the end of the file", replace(table, "/Length 36", "/Length 99999999999"), true, true},
		{"length missing", replace(table, "/Length 36", "/Xength 36"), false, false},
		{"length is no number", replace(table, "/Length 36", "/Length /X"), false, false},
		{"length negative", replace(table, "/Length 36", "/Length -1"), false, false},
		{"endstream missing", replace(table, "endstream\n", ""), true, true},
		{"size too small", replace(table, "/Size 6", "/Size 3"), false, false},
		{"size missing", replace(table, "/Size 6", "/Xize 6"), false, false},
		{"size absurd", replace(table, "/Size 6", "/Size 2147483647"), false, false},
		{"size absurd and startxref missing", replace(replace(table, "/Size 6", "/Size 4000000"), "startxref", "startxxxx"), true, true},
		{"line ends translated to LF", lf, true, true},
		{"line ends translated to CR LF", bytes.ReplaceAll(lf, []byte("\n"), []byte("\r\n")), true, true},
		{"object numbers far apart", replace(replace(table, "5 0 obj", "1000000 0 obj"), "/F1 5 0 R", "/F1 1000000 0 R"), true, true},
		{"previous section at 0", replace(table, "/Size 6", "/Size 6/Prev 0"), false, false},
		{"previous section at 0 and needed", append(bytes.Clone(table), fmt.Sprintf("xref\n5 1\n%010d 00000 n\r\ntrailer\n<</Size 6/Root 1 0 R/Prev 0>>\nstartxref\n%d\n%%%%EOF\n", bytes.Index(table, []byte("5 0 obj")), len(table))...), true, true},
		{"previous section is junk", replace(table, "/Size 6", "/Size 6/Prev 20"), true, true},
		{"trailer malformed", replace(table, "/Root 1 0 R", "/Root 1 0 R/Junk[1 2 3"), true, false},
		{"key of the trailer twice", replace(table, "/Root 1 0 R", "/Root 5 0 R/Root 1 0 R"), true, false},
		{"count of the table too large", replace(table, "0 6\n", "0 9\n"), false, false},
		{"count of the table too small", replace(table, "0 6\n", "0 3\n"), true, true},
	}
	for delta := -20; delta <= 20; delta++ {
		if delta != 0 {
			list = append(list, damaged{fmt.Sprintf("startxref off by %d", delta), startxref(table, delta), false, false})
			list = append(list, damaged{fmt.Sprintf("startxref off by %d, stream", delta), startxref(stream, delta), false, false})
		}
	}
	entries := func(name string, repaired bool, head, format, free string) {
		list = append(list, damaged{name, withTable(func(b *builder) {
			at := b.Len()
			b.WriteString("xref\n" + head)
			b.WriteString(free)
			for i := 1; i < 6; i++ {
				fmt.Fprintf(b, format, b.offsets[i])
			}
			b.finish(at, "/Size 6/Root 1 0 R")
		}), repaired, false})
	}
	entries("entries of 19 octets", false, "0 6\n", "%010d 00000 n\n", "0000000000 65535 f\n")
	entries("entries of 21 octets", false, "0 6\n", "%010d 00000 n \r\n", "0000000000 65535 f \r\n")
	entries("entries without leading zeros", false, "0 6\n", "%d 0 n\n", "0 65535 f\n")
	entries("entries with CR", false, "0 6\r", "%010d 00000 n \r", "0000000000 65535 f \r")
	entries("table from 1 instead of 0", true, "1 6\n", "%010d 00000 n \n", "0000000000 65535 f \n")
	entries("white space around the head of the table", false, "\n\n  0   6  \n\n", "%010d 00000 n \n", "0000000000 65535 f \n")
	entries("head of the table and entries on one line", false, "0 6 ", "%010d 00000 n \n", "0000000000 65535 f \n")

	// The length of a cross-reference stream is an indirect object, and the entry of that one is wrong.
	length := newBuilder()
	length.minimal()
	old := length.Len()
	rows := []byte{0, 0, 0, 0}
	for i := 1; i < 6; i++ {
		rows = append(rows, 1, byte(length.offsets[i]>>8), byte(length.offsets[i]), 0)
	}
	fmt.Fprintf(length, "7 0 obj <</Type/XRef/Root 1 0 R/W[1 2 1]/Size 6/Length 9 0 R>> stream\n%s\nendstream endobj\n", rows)
	newer := length.Len()
	length.WriteString("xref\n9 1\n0000000017 00000 n\r\n")
	length.finish(newer, fmt.Sprintf("/Size 10/Root 1 0 R/Prev %d", old))
	list = append(list, damaged{"length of a cross-reference stream leads nowhere", length.Bytes(), false, false})

	cr := &builder{offsets: map[int]int{}, eol: "\r"}
	cr.line("%PDF-1.4")
	cr.minimal()
	cr.table(6, "/Root 1 0 R")
	list = append(list, damaged{"CR only", cr.Bytes(), false, false})
	cr = &builder{offsets: map[int]int{}, eol: "\r"}
	cr.line("%PDF-1.4")
	cr.minimal()
	list = append(list, damaged{"CR only, no table", cr.Bytes(), true, true})

	absolute := &builder{offsets: map[int]int{}, eol: "\n"}
	absolute.WriteString("some junk that offsets count\n")
	absolute.line("%PDF-1.4")
	absolute.minimal()
	absolute.table(6, "/Root 1 0 R")
	list = append(list, damaged{"junk before the header that offsets count", absolute.Bytes(), true, false})

	// Copies of an object that are older, or inside a string, a comment or a stream, must not win in a scan.
	decoys := newBuilder()
	decoys.object(1, "<</Type/Catalog/Pages 9 0 R/Old true>>")
	decoys.minimal()
	decoys.line("%1 0 obj <</Type/Catalog/Pages 8 0 R>> endobj")
	decoys.object(6, "(1 0 obj <</Type/Catalog/Pages 8 0 R>> endobj)")
	decoys.stream(7, "", "1 0 obj <</Type/Catalog/Pages 8 0 R>> endobj trailer <</Root 6 0 R>>")
	inner := "xx endstream endobj 1 0 obj <</Type/Catalog/Pages 9 0 R>> endobj trailer <</Root 1 0 R/Inner true>>"
	fmt.Fprintf(decoys, "8 0 obj <</Length 11 0 R>> stream\n%s\nendstream endobj\n11 0 obj %d endobj\ntrailer <</Root 1 0 R>>\n", inner, len(inner))
	list = append(list, damaged{"decoys for a scan", decoys.Bytes(), true, true})
	return list
}

// shiftEntries adds delta to every offset of the table.
func shiftEntries(data []byte, delta int) []byte {
	out := bytes.Clone(data)
	i := bytes.LastIndex(out, []byte("xref\n0 6\n")) + len("xref\n0 6\n") + 20
	for range 5 {
		var off int
		_, _ = fmt.Sscanf(string(out[i:i+10]), "%010d", &off)
		copy(out[i:], fmt.Sprintf("%010d", off+delta))
		i += 20
	}
	return out
}

func TestDamagedFilesAreRead(t *testing.T) {
	for _, c := range damagedFiles() {
		t.Run(c.name, func(t *testing.T) {
			f := open(t, c.data)
			mustBeMinimal(t, f)
			if f.Repaired() != c.repaired || f.scanned != c.scanned {
				t.Errorf("repaired %v, scanned %v", f.Repaired(), f.scanned)
			}
			a, _, added, err := appendTo(f)
			if err != nil {
				t.Fatal(err)
			}
			whole := append(bytes.Clone(c.data), a.Bytes...)
			g, err := Open(bytes.NewReader(whole), int64(len(whole)), &Options{NoRepair: true})
			if err != nil {
				t.Fatal(err)
			}
			mustBeMinimal(t, g)
			if o, err := g.Get(added); err != nil || o == nil {
				t.Errorf("the new object: %v %v", o, err)
			}
			if g.Repaired() {
				t.Error("the appended file needs repair")
			}
		})
	}
}

// TestDamagedFilesAreSoundForOthers has qpdf and poppler read what was appended to damaged files: qpdf may say nothing that it did
// not say before, and where the new section stands alone it may not mention cross-references at all.
func TestDamagedFilesAreSoundForOthers(t *testing.T) {
	testtool.Need(t, "qpdf")
	pdfinfo := testtool.Need(t, "pdfinfo")
	dir := t.TempDir()
	for i, c := range damagedFiles() {
		if strings.HasPrefix(c.name, "startxref off by ") && i%5 != 0 {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(dir, "before.pdf")
			if err := os.WriteFile(path, c.data, 0o600); err != nil {
				t.Fatal(err)
			}
			before, _ := complaints(t, path)
			a, _, _, err := appendTo(open(t, c.data))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, append(bytes.Clone(c.data), a.Bytes...), 0o600); err != nil {
				t.Fatal(err)
			}
			after, _ := complaints(t, path)
			for what := range after {
				if !before[what] {
					t.Errorf("new: %s", what)
				}
				if c.repaired && strings.Contains(what, "reconstruct") {
					t.Errorf("still broken: %s", what)
				}
			}
			if pages := popplerPages(t, pdfinfo, path); pages != "1" {
				t.Errorf("poppler finds %s pages", pages)
			}
		})
	}
}

// A file that has lost its cross-references and is malformed or cut off inside objects too is read, but not extended.
func TestDoubtfulFilesAreNotExtended(t *testing.T) {
	table := replace(sampleTable(), "startxref", "startxxxx")
	for name, data := range map[string][]byte{
		"malformed object":  replace(table, "/Subtype/Type1", "/Subtype[Type1"),
		"repeated key":      replace(table, "/Type/Font/Subtype", "/Type/Font/Type/Font/Subtype"),
		"trailer not whole": replace(table, "trailer\n<<", "trailer\n(("),
		"cut off":           table[:bytes.Index(table, []byte("Tj ET"))],
	} {
		f, err := Open(bytes.NewReader(data), int64(len(data)), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, _, _, err = appendTo(f)
		t.Run(name, func(t *testing.T) { mustCode(t, err, CodeDoubtful) })
	}
	f := open(t, table)
	if _, _, _, err := appendTo(f); err != nil || !f.Repaired() {
		t.Errorf("the twin: repaired %v, %v", f.Repaired(), err)
	}
}

func TestHopelessFilesAreRefused(t *testing.T) {
	for name, data := range map[string]string{
		"empty": "", "text": "just some text", "zeros": strings.Repeat("\x00", 5000), "header only": "%PDF-1.7\n", "obj": "obj", "no catalog": "%PDF-1.7\n1 0 obj <</A 1>> endobj\ntrailer <</Root 1 0 R>>",
		"root is missing": "%PDF-1.7\n1 0 obj (x) endobj\ntrailer <</Root 5 0 R>>", "numbers": strings.Repeat("1 0 ", 3000), "open string": "%PDF-1.7\n1 0 obj (" + strings.Repeat("x", 100_000),
		"PNG": "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
	} {
		_, err := Open(strings.NewReader(data), int64(len(data)), nil)
		if name == "no catalog" {
			// A dictionary without a type is what some files have for a catalog; what it lacks is for the caller to say.
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err == nil {
			t.Errorf("%s: opened", name)
			continue
		}
		mustTyped(t, err)
	}
	_, err := Open(strings.NewReader(""), 0, nil)
	mustCode(t, err, CodeEmpty)
	_, err = Open(strings.NewReader("text"), 4, nil)
	mustCode(t, err, CodeNotPDF)
	_, err = Open(strings.NewReader("%PDF-1.7\n"), 9, nil)
	mustCode(t, err, CodeDamaged)
	_, err = Open(strings.NewReader("%PDF-1.7\n"), 900, nil)
	mustCode(t, err, CodeRead)
	_, err = Open(bytes.NewReader(damagedFiles()[7].data), int64(len(damagedFiles()[7].data)), &Options{NoRepair: true})
	mustCode(t, err, CodeDamaged)
}

// Every prefix of a file, and every file with one octet changed, opens or is refused with the one error type.
func TestMutilatedFilesNeverPanic(t *testing.T) {
	for name, data := range samples() {
		opened := 0
		for n := range data {
			if f, err := Open(bytes.NewReader(data[:n]), int64(n), nil); err == nil {
				opened++
				walkAll(t, f, 50)
			} else {
				mustTyped(t, err)
			}
			changed := bytes.Clone(data)
			changed[n] ^= 1 << (n % 8)
			if f, err := Open(bytes.NewReader(changed), int64(len(changed)), nil); err == nil {
				walkAll(t, f, 50)
				if _, _, _, err := appendTo(f); err != nil {
					mustTyped(t, err)
				}
			} else {
				mustTyped(t, err)
			}
		}
		t.Logf("%s: %d of %d prefixes opened", name, opened, len(data))
	}
}
