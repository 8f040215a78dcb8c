package demodoc

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/kyso-dev/kyso/internal/testtool"
)

func TestQPDFFindsNothingWrong(t *testing.T) {
	qpdf := testtool.Need(t, "qpdf")
	for name, padding := range map[string]int64{"plain.pdf": 0, "padded.pdf": 200_000} {
		var b bytes.Buffer
		if err := WritePDF(&b, padding, `Hợp đồng (số 1)`, `back\slash`); err != nil {
			t.Fatal(err)
		}
		if int64(b.Len()) < padding {
			t.Fatalf("%s has %d octets, padding alone is %d", name, b.Len(), padding)
		}
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		testtool.Run(t, qpdf, "--check", path)
	}
}
