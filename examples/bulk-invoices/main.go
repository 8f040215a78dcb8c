// Bulk-invoices signs a thousand e-invoices under one consent: all are prepared, the key is asked once, all are finished. The bar counts
// the signatures that the key has made.
//
//	go run ./examples/bulk-invoices
package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/xml/einvoice"
	"github.com/kyso-dev/kyso/xml/einvoice/einvoicetest"
)

// counted shows how many signatures a key has made. It hides a [signer.BatchSigner], whose key makes all of them in one call.
type counted struct {
	key signer.Signer
	bar *progressbar.ProgressBar
}

func (c *counted) Certificates(ctx context.Context) ([]*x509.Certificate, error) {
	return c.key.Certificates(ctx)
}

func (c *counted) Sign(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	signature, err := c.key.Sign(ctx, digest, opts)
	_ = c.bar.Add(1) // a bar that cannot be drawn is no reason to stop
	return signature, err
}

// signAll signs invoices as their seller. They come back in the same order.
func signAll(ctx context.Context, invoices [][]byte, key signer.Signer) ([][]byte, error) {
	docs := make([]einvoice.BatchDocument, len(invoices))
	outputs := make([]bytes.Buffer, len(invoices))
	for i, invoice := range invoices {
		docs[i] = einvoice.BatchDocument{Source: bytes.NewReader(invoice), Size: int64(len(invoice)), Output: &outputs[i]}
	}
	if err := einvoice.SignBatch(ctx, docs, key, einvoice.NBan, nil); err != nil {
		return nil, err
	}
	signed := make([][]byte, len(invoices))
	for i := range outputs {
		signed[i] = outputs[i].Bytes()
	}
	return signed, nil
}

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	pki, err := testpki.New(nil) // a demo key; in practice a token or a remote signing service
	if err != nil {
		return err
	}
	defer pki.Close()

	invoices := make([][]byte, 1000)
	for i := range invoices {
		invoices[i] = einvoicetest.Invoice(&einvoicetest.Options{Number: i + 1})
	}
	bar := progressbar.NewOptions(len(invoices), progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription("ký hóa đơn"),
		progressbar.OptionShowCount(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	begin := time.Now()
	signed, err := signAll(ctx, invoices, &counted{pki.Signer("signer"), bar})
	if err != nil {
		return err
	}
	fmt.Printf("%d invoices signed in %s\n", len(signed), time.Since(begin).Round(time.Millisecond))
	return nil
}
