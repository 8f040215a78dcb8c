package pdf_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/pdf"
)

// TestCorpora signs every PDF that others made to be difficult, at B-LTA: each is signed, and then pdfsig calls the signature valid and qpdf
// has no complaint that it did not have before, or it is refused with a typed error.
func TestCorpora(t *testing.T) {
	root := testtool.Corpora(t, "pdf")
	qpdf, pdfsig := testtool.Need(t, "qpdf"), testtool.Need(t, "pdfsig")
	p, _ := testpki.Start(t)
	var files []string
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".pdf") {
			files = append(files, path)
		}
		return err
	}))
	require.Greater(t, len(files), 400)
	p.Chain("signer") // made once, before the workers ask for it

	var mu sync.Mutex
	refused := map[string][]string{}
	unknown := map[string][]string{} // what we added ourselves is not understood, since the file was odd before
	var signedAll, clean, cleanSigned int
	var wg sync.WaitGroup
	next := make(chan string)
	for range 2 {
		wg.Go(func() {
			for path := range next {
				name, _ := filepath.Rel(root, path)
				doc, err := os.ReadFile(path)
				if err != nil {
					t.Error(err)
					continue
				}
				before, beforeErr := complaints(t, qpdf, path)
				isClean := beforeErr == nil && len(before) == 0 && !encrypted(t, qpdf, path)
				opts := levelled(p, pdf.LevelBLTA)
				opts.Field = "Kyso"
				out, err := trySign(t, p, doc, opts)
				mu.Lock()
				if isClean {
					clean++
				}
				if err != nil {
					if code(err) == "" {
						t.Errorf("%s: refused without a code: %v", name, err)
					}
					if len(out) != 0 {
						t.Errorf("%s: refused with output", name)
					}
					refused[code(err)] = append(refused[code(err)], fmt.Sprintf("%s clean=%v: %v", name, isClean, err))
					mu.Unlock()
					continue
				}
				signedAll++
				if isClean {
					cleanSigned++
				}
				mu.Unlock()
				if !bytes.HasPrefix(out, doc) {
					t.Errorf("%s: earlier octets changed", name)
				}
				signedPath := store(t, "signed.pdf", out)
				after, _ := complaints(t, qpdf, signedPath)
				for c := range after {
					if !before[c] {
						t.Errorf("%s: qpdf complains anew: %s", name, c)
					}
				}
				if valid := validFields(t, pdfsig, signedPath); !valid["Kyso"] {
					t.Errorf("%s: pdfsig does not call the signature valid", name)
				}
				if d, err := pdf.Read(t.Context(), bytes.NewReader(out), int64(len(out)), nil); err != nil {
					t.Errorf("%s: signed, but not read: %v", name, err)
				} else if s := d.Signatures; len(s) == 0 || s[len(s)-1].Field != "Kyso" || s[len(s)-1].Extent != pdf.OfRevision || s[len(s)-1].Level != pdf.LevelBLTA {
					t.Errorf("%s: signed, but not found again: %+v", name, d.Findings)
				} else if c := s[len(s)-1].Changes; c.Level != pdf.ChangesAllowed {
					mu.Lock()
					unknown[name] = codes(c.Details)
					mu.Unlock()
				}
			}
		})
	}
	for _, f := range files {
		next <- f
	}
	close(next)
	wg.Wait()
	t.Logf("%d files: %d signed, %d refused; %d of %d that qpdf calls clean and unencrypted were signed (%.1f %%)",
		len(files), signedAll, len(files)-signedAll, cleanSigned, clean, 100*float64(cleanSigned)/float64(clean))
	for _, c := range slices.Sorted(maps.Keys(refused)) {
		slices.Sort(refused[c])
		t.Logf("%s: %d\n\t%s", c, len(refused[c]), strings.Join(refused[c], "\n\t"))
	}
	for _, name := range slices.Sorted(maps.Keys(unknown)) {
		t.Logf("changes unknown: %s: %v", name, unknown[name])
	}
	require.Less(t, len(unknown), signedAll/10)
	require.GreaterOrEqual(t, float64(cleanSigned), 0.95*float64(clean))
}

var numbers = regexp.MustCompile(`\d+`)

// complaints are the warnings and errors of qpdf --check, without what differs from file to file.
func complaints(t testing.TB, qpdf, path string) (map[string]bool, error) {
	out, errs, err := tool(t, qpdf, "--check", path)
	list := map[string]bool{}
	for line := range strings.Lines(out + errs) {
		line = strings.TrimSpace(strings.ReplaceAll(line, path, ""))
		switch {
		case strings.HasPrefix(line, "qpdf: operation succeeded with warnings"), strings.Contains(line, "input stream is complete but output may still be valid"):
			// a summary, where there was none because the file could not be read at all
		case strings.Contains(line, "WARNING"), strings.Contains(line, "ERROR"), strings.HasPrefix(line, ":"), strings.HasPrefix(line, "qpdf:"):
			// A signed file is not linearized any more, so a hint stream is met as any other object.
			line = strings.ReplaceAll(line, "linearization hint stream: ", "")
			list[numbers.ReplaceAllString(line, "#")] = true
		}
	}
	return list, err
}

func encrypted(t testing.TB, qpdf, path string) bool {
	_, _, err := tool(t, qpdf, "--is-encrypted", path)
	return err == nil
}

// validFields are the names of the fields whose signature pdfsig calls valid, over the whole file or not.
func validFields(t testing.TB, pdfsig, path string) map[string]bool {
	out, _, _ := tool(t, pdfsig, "-nocert", path)
	valid := map[string]bool{}
	field := ""
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "- Signature Field Name: "); ok {
			field = name
		}
		if line == "- Signature Validation: Signature is Valid." {
			valid[field] = true
		}
	}
	return valid
}

// tool runs a judge for ten seconds at most: some of these files send one or the other into an endless loop.
func tool(t testing.TB, name string, args ...string) (stdout, stderr string, err error) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}
