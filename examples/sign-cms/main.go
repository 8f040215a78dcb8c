// Sign-cms signs a file of any kind to CAdES-B-T, detached: the signature is a file of its own beside it. It also signs several
// files under one consent, as a company does with the invoices of a day.
//
//	go run ./examples/sign-cms
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/timestamp"
)

// signFile signs content, which is streamed: it may be larger than memory.
func signFile(ctx context.Context, signature io.Writer, content io.Reader, key signer.Signer, tsa string) error {
	return cms.Sign(ctx, signature, content, key, &cms.Options{
		Level:       cms.LevelBT,
		Timestamper: &timestamp.Client{URL: tsa},
	})
}

// signAll signs many documents with one call of the key: one PIN, one tap on the phone.
func signAll(ctx context.Context, contents []string, key signer.Signer) ([][]byte, error) {
	outputs := make([]bytes.Buffer, len(contents))
	batch := make([]cms.BatchDocument, len(contents))
	for i, content := range contents {
		batch[i] = cms.BatchDocument{Content: strings.NewReader(content), Dst: &outputs[i], Title: fmt.Sprintf("file %d", i+1)}
	}
	if err := cms.SignBatch(ctx, batch, key, nil); err != nil {
		return nil, err
	}
	signatures := make([][]byte, len(outputs))
	for i := range outputs {
		signatures[i] = outputs[i].Bytes()
	}
	return signatures, nil
}

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	pki, err := testpki.New(nil) // a demo key and a time-stamp server on loopback
	if err != nil {
		return err
	}
	defer pki.Close()
	server, err := pki.Serve("")
	if err != nil {
		return err
	}
	defer server.Close()

	var signature bytes.Buffer
	if err := signFile(ctx, &signature, strings.NewReader("the content of a file\n"), pki.Signer("signer"), server.TSA); err != nil {
		return err
	}
	fmt.Printf("one file: a CAdES-B-T signature of %d octets\n", signature.Len())

	signatures, err := signAll(ctx, []string{"first", "second", "third"}, pki.Signer("ec"))
	if err != nil {
		return err
	}
	fmt.Printf("a batch: %d CAdES-B-B signatures\n", len(signatures))
	return nil
}
