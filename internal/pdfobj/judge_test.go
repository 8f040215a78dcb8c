package pdfobj

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kyso-dev/kyso/internal/testtool"
)

// qpdf runs qpdf and returns what it printed and its exit status (0 clean, 2 errors, 3 warnings).
func qpdf(t testing.TB, args ...string) (out, errs string, status int) {
	t.Helper()
	out, errs, err := testtool.Try(t, testtool.Need(t, "qpdf"), args...)
	if err == nil {
		return out, errs, 0
	}
	if exit, ok := err.(*exec.ExitError); ok {
		return out, errs, exit.ExitCode()
	}
	t.Fatal(err)
	return "", "", -1
}

var (
	numbers      = regexp.MustCompile(`[0-9]+`)
	objectStream = regexp.MustCompile(` object stream [0-9]+, object`)
	offset       = regexp.MustCompile(` at offset [0-9]+`)
)

// complaints is the set of what qpdf --check says of a file, without names and numbers.
func complaints(t testing.TB, path string) (said map[string]bool, status int) {
	t.Helper()
	out, errs, status := qpdf(t, "--check", path)
	said = map[string]bool{}
	for line := range strings.Lines(out + errs) {
		line = strings.TrimSpace(strings.ReplaceAll(line, path, "FILE"))
		if strings.HasPrefix(line, "WARNING") || strings.HasPrefix(line, "ERROR") || strings.HasPrefix(line, "qpdf:") && !strings.Contains(line, "succeeded with warnings") {
			line = strings.ReplaceAll(line, "linearization hint stream: ", "") // the same object, read for another reason
			line = offset.ReplaceAllString(objectStream.ReplaceAllString(line, ", object"), "")
			said[numbers.ReplaceAllString(line, "0")] = true
		}
	}
	return said, status
}

// appendTo makes the smallest update that touches the document: a new object, and the catalog with a reference to it.
func appendTo(f *File) (a *Appendix, root, added Ref, err error) {
	catalog, root, err := f.Catalog()
	if err != nil {
		return nil, root, added, err
	}
	u := f.NewUpdate()
	added = u.Alloc()
	hole, text := HexPlaceholder(40), TextPlaceholder(30)
	u.Set(added, NewDict(4).Set("Kind", Name("Test")).Set("Hole", hole).Set("Text", text).Set("Note", String("a (note) \\ with é")))
	if root.IsZero() {
		root = u.Alloc()
		u.SetTrailer("Root", root)
	}
	u.Set(root, catalog.Clone().Set("KysoTest", added))
	if a, err = u.Build(); err != nil {
		return nil, root, added, err
	}
	if err := a.Fill(hole, []byte("forty octets of something, or nearly")); err != nil {
		return nil, root, added, err
	}
	return a, root, added, a.Fill(text, []byte("[0 1 2 3]"))
}

func TestCorpusAppendixIsReadByOthers(t *testing.T) { corpora(t, testAppendixIsReadByOthers) }

func testAppendixIsReadByOthers(t *testing.T, root string, names []string) {
	testtool.Need(t, "qpdf")
	pdfinfo := testtool.Need(t, "pdfinfo")
	dir := t.TempDir()
	clean, cleanAppended, appended, refused := 0, 0, 0, 0
	for _, name := range names {
		path := filepath.Join(root, name)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		before, status := complaints(t, path)
		f, err := Open(bytes.NewReader(data), int64(len(data)), nil)
		if err != nil {
			mustTyped(t, err)
			refused++
			continue
		}
		if f.Encrypted() {
			continue
		}
		if status == 0 {
			clean++
		}
		a, _, added, err := appendTo(f)
		if err != nil {
			mustTyped(t, err)
			t.Logf("%s: %v", name, err)
			refused++
			continue
		}
		appended++
		whole := append(bytes.Clone(data), a.Bytes...)
		out := filepath.Join(dir, "out.pdf")
		if err := os.WriteFile(out, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		g, err := Open(bytes.NewReader(whole), int64(len(whole)), &Options{NoRepair: true})
		if err != nil {
			t.Errorf("%s: appended file: %v", name, err)
			continue
		}
		catalog, _, err := g.Catalog()
		if err != nil || catalog.Get("KysoTest") != added {
			t.Errorf("%s: the new catalog is not found: %v %v", name, catalog, err)
		}
		if o, err := g.Get(added); err != nil || o.(*Dict).Get("Note") != String("a (note) \\ with é") {
			t.Errorf("%s: the new object is not found: %v %v", name, o, err)
		}
		if g.StartXref() != a.StartXref {
			t.Errorf("%s: startxref %d, want %d", name, g.StartXref(), a.StartXref)
		}
		after, afterStatus := complaints(t, out)
		for what := range after {
			if !before[what] {
				t.Errorf("%s (repaired: %v, was %d, now %d): qpdf says of the appended file only: %s", name, f.Repaired(), status, afterStatus, what)
			}
		}
		if status == 0 {
			cleanAppended++
		}
		pagesBefore, pagesAfter := popplerPages(t, pdfinfo, path), popplerPages(t, pdfinfo, out)
		if pagesBefore != pagesAfter && pagesBefore != "none" { // an appendix may well make a file readable

			t.Errorf("%s (repaired: %v): poppler finds %q pages before, %q after", name, f.Repaired(), pagesBefore, pagesAfter)
		}
	}
	t.Logf("%d files: %d appended to, %d refused; of %d that qpdf calls clean %d appended to", len(names), appended, refused, clean, cleanAppended)
	if cleanAppended*100 < clean*95 {
		t.Errorf("only %d of %d clean files", cleanAppended, clean)
	}
}

func popplerPages(t testing.TB, pdfinfo, path string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second) // poppler never ends on some files of the corpus
	defer cancel()
	out, err := exec.CommandContext(ctx, pdfinfo, path).Output()
	if ctx.Err() != nil {
		return "too slow"
	}
	if err != nil {
		return "none"
	}
	for line := range strings.Lines(string(out)) {
		if n, ok := strings.CutPrefix(line, "Pages:"); ok {
			return strings.TrimSpace(n)
		}
	}
	return "none"
}

// TestCorpusAgreesWithQPDF holds the reader against a second opinion, object by object, on all files that qpdf calls clean.
func TestCorpusAgreesWithQPDF(t *testing.T) { corpora(t, testAgreesWithQPDF) }

func testAgreesWithQPDF(t *testing.T, root string, names []string) {
	testtool.Need(t, "qpdf")
	files, objects := 0, 0
	for _, name := range names {
		path := filepath.Join(root, name)
		if _, _, status := qpdf(t, "--check", path); status != 0 {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Open(bytes.NewReader(data), int64(len(data)), nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		files++
		if f.Repaired() {
			t.Errorf("%s is clean for qpdf and repaired here", name)
		}
		wantEncrypted := strings.Contains(must(qpdf(t, "--show-encryption", path)), "R = ")
		if f.Encrypted() != wantEncrypted {
			t.Errorf("%s: encrypted: %v, qpdf says %v", name, f.Encrypted(), wantEncrypted)
		}
		objects += compareXref(t, name, path, f)
		if f.Encrypted() {
			continue
		}
		_, ref, err := f.Catalog()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		trailer := must(qpdf(t, "--show-object=trailer", path))
		if want := fmt.Sprintf("/Root %d %d R", ref.Num, ref.Gen); !strings.Contains(trailer, want) {
			t.Errorf("%s: root %v, trailer %s", name, ref, trailer)
		}
		pages, err := countPages(f)
		if want := strings.TrimSpace(must(qpdf(t, "--show-npages", path))); err != nil || strconv.Itoa(pages) != want {
			t.Errorf("%s: %d pages, qpdf says %s (%v)", name, pages, want, err)
		}
	}
	t.Logf("%d files, %d objects agree", files, objects)
	if files == 0 {
		t.Error("no clean file")
	}
}

func must(out, _ string, _ int) string { return out }

var xrefLine = regexp.MustCompile(`(?m)^(\d+)/(\d+): (uncompressed; offset = (\d+)|compressed; stream = (\d+), index = (\d+))`)

// compareXref compares where every object is.
func compareXref(t *testing.T, name, path string, f *File) int {
	t.Helper()
	want := map[uint32]location{}
	number := func(s string) int64 {
		n, _ := strconv.ParseInt(s, 10, 64)
		return n
	}
	for _, m := range xrefLine.FindAllStringSubmatch(must(qpdf(t, "--show-xref", path)), -1) {
		l := location{kind: entryUsed, gen: uint16(number(m[2])), off: number(m[4]) + f.in.header}
		if m[5] != "" {
			l = location{kind: entryCompressed, stream: uint32(number(m[5])), index: uint32(number(m[6]))}
		}
		want[uint32(number(m[1]))] = l
	}
	nums, err := f.numbers(f.sections)
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	found := 0
	for _, num := range nums {
		l, err := f.find(num)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if l.kind <= entryFree {
			continue
		}
		found++
		if want[num] != l {
			t.Errorf("%s: object %d is at %+v, qpdf says %+v", name, num, l, want[num])
		}
	}
	if found != len(want) {
		t.Errorf("%s: %d objects, qpdf finds %d", name, found, len(want))
	}
	return found
}

// countPages walks the page tree.
func countPages(f *File) (int, error) {
	catalog, _, err := f.Catalog()
	if err != nil {
		return 0, err
	}
	pages, _, err := f.LookupDict(catalog, "Pages")
	if err != nil {
		return 0, err
	}
	var walk func(d *Dict, depth int) (int, error)
	walk = func(d *Dict, depth int) (int, error) {
		kids, _, err := f.LookupArray(d, "Kids")
		if err != nil || kids == nil || depth > 50 {
			return 1, err
		}
		n := 0
		for _, kid := range kids {
			o, err := f.Resolve(kid)
			if err != nil {
				return n, err
			}
			if d, ok := o.(*Dict); ok {
				k, err := walk(d, depth+1)
				if err != nil {
					return n, err
				}
				n += k
			}
		}
		return n, nil
	}
	return walk(pages, 0)
}
