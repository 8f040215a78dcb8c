// Quickstart signs a PDF and a text file to B-T with a demo key, verifies both, prints what came out, and writes the files to ./out.
// It needs no network: certificates, revocation services and time-stamps come from a demo PKI on loopback.
//
//	go run ./examples/quickstart
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/verify"
)

func main() {
	dir := flag.String("dir", "out", "folder to write to")
	lang := flag.String("lang", "en", "language of the reports: en or vi")
	flag.Parse()
	if err := run(context.Background(), *dir, verify.Lang(*lang)); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, dir string, lang verify.Lang) error {
	// A root, an issuing authority, signers, and services that answer for them.
	pki, err := testpki.New(nil)
	if err != nil {
		return err
	}
	defer pki.Close()
	server, err := pki.Serve("")
	if err != nil {
		return err
	}
	defer server.Close()

	key := pki.Signer("signer") // any signer.Signer: a file, and later a token, a SIM, a cloud
	tsa := &timestamp.Client{URL: server.TSA}

	document := demodoc.PDF("Hello from kyso.", "This page is signed.")
	var signedPDF bytes.Buffer
	err = pdf.Sign(ctx, &signedPDF, bytes.NewReader(document), int64(len(document)), key,
		&pdf.Options{Level: pdf.LevelBT, Timestamper: tsa, Reason: "quickstart"})
	if err != nil {
		return err
	}

	text := []byte("Xin chào từ kyso.\n")
	var signedText bytes.Buffer
	err = cms.Sign(ctx, &signedText, bytes.NewReader(text), key, &cms.Options{Level: cms.LevelBT, Timestamper: tsa})
	if err != nil {
		return err
	}

	if err := write(dir, map[string][]byte{
		"hello.pdf": document, "hello-signed.pdf": signedPDF.Bytes(), "hello.txt": text, "hello.txt.p7s": signedText.Bytes(),
	}); err != nil {
		return err
	}

	store := trust.NewStore()
	if err := store.Add(trust.Own, pki.Root()); err != nil {
		return err
	}
	verifier := &verify.Verifier{Trust: store, Online: true, AllowPrivate: true}
	if err := report(ctx, verifier, signedPDF.Bytes(), &verify.Options{Name: "hello-signed.pdf"}, lang); err != nil {
		return err
	}
	detached := &verify.Options{Name: "hello.txt.p7s", Content: bytes.NewReader(text), ContentSize: int64(len(text))}
	if err := report(ctx, verifier, signedText.Bytes(), detached, lang); err != nil {
		return err
	}
	fmt.Printf("The files are in %s.\n", dir)
	return nil
}

func write(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// report verifies one document and prints the table; anything but TOTAL-PASSED ends the program.
func report(ctx context.Context, v *verify.Verifier, signed []byte, opts *verify.Options, lang verify.Lang) error {
	r, err := v.Verify(ctx, bytes.NewReader(signed), int64(len(signed)), opts)
	if err != nil {
		return err
	}
	if err := r.Text(os.Stdout, lang, false); err != nil {
		return err
	}
	fmt.Println()
	if r.Indication != verify.TotalPassed {
		return fmt.Errorf("%s is %s", opts.Name, r.Indication)
	}
	return nil
}
