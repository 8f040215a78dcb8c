// Sign-pdf signs a PDF to PAdES-B-T with the key of a PKCS#12 file. What to copy is the function signPDF; main only makes a demo
// key, a demo document and a time-stamp server on loopback, so that the example runs anywhere.
//
//	go run ./examples/sign-pdf
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/signer/keyfile"
	"github.com/kyso-dev/kyso/timestamp"
)

// signPDF signs the file in and writes the file out.
func signPDF(ctx context.Context, in, out, p12, password, tsa string) (err error) {
	key, err := keyfile.OpenPKCS12(p12, password)
	if err != nil {
		return err
	}
	src, err := os.Open(in)
	if err != nil {
		return err
	}
	defer src.Close()
	info, err := src.Stat()
	if err != nil {
		return err
	}
	// Into a temporary file first: after an error nothing half-written stays, and an old result stays as it was.
	dst, err := os.CreateTemp(filepath.Dir(out), ".signing-*")
	if err != nil {
		return err
	}
	defer os.Remove(dst.Name()) // fails once it has been renamed, as it should
	err = pdf.Sign(ctx, dst, src, info.Size(), key, &pdf.Options{
		Level:       pdf.LevelBT,
		Timestamper: &timestamp.Client{URL: tsa},
		Reason:      "Phê duyệt hợp đồng",
		Location:    "Hà Nội",
	})
	if err := errors.Join(err, dst.Close()); err != nil {
		return err
	}
	return os.Rename(dst.Name(), out)
}

func main() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "kyso-sign-pdf-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := demo(ctx, dir); err != nil {
		log.Fatal(err)
	}
}

func demo(ctx context.Context, dir string) error {
	pki, err := testpki.OpenDir(filepath.Join(dir, "pki"), nil)
	if err != nil {
		return err
	}
	defer pki.Close()
	server, err := pki.Serve("")
	if err != nil {
		return err
	}
	defer server.Close()
	in, out := filepath.Join(dir, "contract.pdf"), filepath.Join(dir, "contract-signed.pdf")
	if err := os.WriteFile(in, demodoc.PDF("A contract."), 0o644); err != nil {
		return err
	}
	if err := signPDF(ctx, in, out, filepath.Join(dir, "pki", "signer.p12"), pki.Password(), server.TSA); err != nil {
		return err
	}
	before, err := os.Stat(in)
	if err != nil {
		return err
	}
	after, err := os.Stat(out)
	if err != nil {
		return err
	}
	fmt.Printf("contract.pdf: %d octets; contract-signed.pdf: %d octets, the first %d unchanged\n", before.Size(), after.Size(), before.Size())
	return nil
}
