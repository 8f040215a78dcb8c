package pdfobj_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kyso-dev/kyso/internal/pdfobj"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/pdf"
)

// TestDamagedFilesAreSigned signs every damaged sample, twice over, and has pdfsig look at what came out: what is appended to a
// damaged file must be sound for readers that we did not write.
func TestDamagedFilesAreSigned(t *testing.T) {
	pdfsig := testtool.Need(t, "pdfsig")
	pki, _ := testpki.Start(t)
	dir := t.TempDir()
	withoutTrailer := map[string]bool{
		"no trailer": true, "cut off in the table": true, "cut off before the table": true, "CR only, no table": true, "decoys for a scan": true,
	}
	for name, data := range pdfobj.DamagedSamples() {
		t.Run(name, func(t *testing.T) {
			for n := 1; n <= 2; n++ {
				var out bytes.Buffer
				err := pdf.Sign(t.Context(), &out, bytes.NewReader(data), int64(len(data)), pki.Signer("signer"), nil)
				var refused *pdf.Error
				if errors.As(err, &refused) && refused.Code() == string(pdf.CodeDamaged) && withoutTrailer[name] {
					return // package pdf may find that too little is left
				}
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.HasPrefix(out.Bytes(), data) {
					t.Fatal("earlier octets have changed")
				}
				data = out.Bytes()
				path := filepath.Join(dir, "signed.pdf")
				if err := os.WriteFile(path, data, 0o600); err != nil {
					t.Fatal(err)
				}
				said, errs, err := testtool.Try(t, pdfsig, "-nocert", path)
				if valid := strings.Count(said, "Signature is Valid"); valid != n || strings.Count(said, "Total document signed") != 1 {
					t.Fatalf("%d of %d signatures valid (%v)\n%s%s", valid, n, err, said, errs)
				}
			}
		})
	}
}
