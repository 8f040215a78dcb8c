// Sign-invoice signs an e-invoice as its seller and then as its buyer, and says what each signature covers.
//
//	go run ./examples/sign-invoice
package main

import (
	"bytes"
	"context"
	"fmt"
	"log"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/xml/einvoice"
	"github.com/kyso-dev/kyso/xml/einvoice/einvoicetest"
)

// sign fills a slot of an invoice and changes nothing else in it.
func sign(ctx context.Context, invoice []byte, key signer.Signer, slot einvoice.Slot) ([]byte, error) {
	var signed bytes.Buffer
	err := einvoice.Sign(ctx, &signed, bytes.NewReader(invoice), int64(len(invoice)), key, slot, nil)
	return signed.Bytes(), err
}

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	pki, err := testpki.New(nil) // demo keys; in practice a token or a remote signing service
	if err != nil {
		return err
	}
	defer pki.Close()

	invoice := einvoicetest.Invoice(&einvoicetest.Options{Date: pki.Now(), Lines: 3, QR: true})
	if invoice, err = sign(ctx, invoice, pki.Signer("signer"), einvoice.NBan); err != nil {
		return err
	}
	if invoice, err = sign(ctx, invoice, pki.Signer("other"), einvoice.NMua); err != nil { // or before the seller: neither covers the other
		return err
	}

	file, err := einvoice.Read(ctx, bytes.NewReader(invoice), int64(len(invoice)), nil)
	if err != nil {
		return err
	}
	for _, s := range file.Signatures {
		fmt.Printf("%s signed at %s: covers %v, not %v\n", s.Slot, s.Time.Text, s.Covered, s.NotCovered)
		for _, f := range s.Findings {
			fmt.Println("  " + f.Text("vi"))
		}
	}
	return nil
}
