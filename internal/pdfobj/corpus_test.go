package pdfobj

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kyso-dev/kyso/internal/testtool"
)

// corpora are the folders that hold PDF files: unsigned and often damaged ones, and signed ones by many producers.
func corpora(t *testing.T, test func(t *testing.T, root string, names []string)) {
	for _, folder := range []string{"pdf", "ades"} {
		t.Run(folder, func(t *testing.T) {
			root, names := corpus(t, folder)
			test(t, root, names)
		})
	}
}

// corpus lists every PDF of a folder of the corpora by its path under the folder.
func corpus(t testing.TB, folder string) (root string, names []string) {
	t.Helper()
	root = testtool.Corpora(t, folder)
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".pdf") {
			rel, _ := filepath.Rel(root, path)
			names = append(names, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Fatal("the corpus is empty")
	}
	return root, names
}

// mustTyped fails unless err is the one error type.
func mustTyped(t testing.TB, err error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code() == "" {
		t.Fatalf("not a *pdfobj.Error: %T %v", err, err)
	}
}

// walkAll reads every object of the file, its streams and its spans, and returns how many objects are not null.
func walkAll(t testing.TB, f *File, limit int) (objects int) {
	t.Helper()
	nums, err := f.numbers(f.sections)
	if err != nil {
		mustTyped(t, err)
		return 0
	}
	for i, num := range nums {
		if i >= limit {
			break
		}
		l, err := f.find(num)
		if err != nil {
			mustTyped(t, err)
			continue
		}
		ref := Ref{num, l.gen}
		o, err := f.Get(ref)
		if err != nil {
			mustTyped(t, err)
			continue
		}
		if o == nil {
			continue
		}
		objects++
		if _, err := f.ObjectSpan(ref); err != nil {
			mustTyped(t, err)
		}
		if _, _, err := f.ValueSpan(ref, Name("Type")); err != nil {
			mustTyped(t, err)
		}
		if st, ok := o.(*Stream); ok {
			if _, err := f.StreamData(st, 1<<20); err != nil {
				mustTyped(t, err)
			}
		}
	}
	return objects
}

func TestCorpusOpensOrRefuses(t *testing.T) { corpora(t, testOpensOrRefuses) }

func testOpensOrRefuses(t *testing.T, root string, names []string) {
	opened, repaired, encrypted, refused := 0, 0, 0, 0
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		f, err := Open(bytes.NewReader(data), int64(len(data)), nil)
		if err != nil {
			mustTyped(t, err)
			refused++
			t.Logf("%s: %v", name, err)
			continue
		}
		opened++
		walkAll(t, f, 1<<20)
		if f.Encrypted() {
			encrypted++
		}
		if f.Repaired() {
			repaired++
			t.Logf("%s: repaired (scanned: %v)", name, f.scanned)
		}
		if _, err := f.Revisions(); err != nil {
			mustTyped(t, err)
		}
	}
	t.Logf("%d files: %d opened, of which %d repaired and %d encrypted; %d refused", len(names), opened, repaired, encrypted, refused)
}
