package pdf_test

import (
	"os"
	"testing"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
)

func TestZZOne(t *testing.T) {
	in := os.Getenv("ZZ")
	if in == "" {
		t.Skip()
	}
	p, _ := testpki.Start(t)
	doc, _ := os.ReadFile(in)
	out, err := trySign(t, p, doc, &pdf.Options{Field: "Kyso"})
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile("/tmp/f/one.pdf", out, 0o644)
}
