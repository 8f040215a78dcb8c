// Verify-invoice verifies e-invoices against two trees of certificates, as they are: sellers have theirs from the national one, the tax
// authority has its own from the government's. One invoice is good, one was changed, one lacks the tax authority's signature.
//
//	go run ./examples/verify-invoice
package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/verify"
	"github.com/kyso-dev/kyso/xml/einvoice"
	"github.com/kyso-dev/kyso/xml/einvoice/einvoicetest"
)

// judge verifies an invoice and prints what an accountant wants to know.
func judge(ctx context.Context, v *verify.Verifier, name string, invoice []byte) (verify.Indication, error) {
	report, err := v.Verify(ctx, bytes.NewReader(invoice), int64(len(invoice)), &verify.Options{Name: name})
	if err != nil {
		return verify.Indeterminate, err // nobody could look: that is not a verdict
	}
	return report.Indication, report.Text(os.Stdout, "vi", false)
}

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	pki, err := testpki.New(nil)
	if err != nil {
		return err
	}
	defer pki.Close()
	v, err := verifier(pki)
	if err != nil {
		return err
	}
	unsigned := einvoicetest.Invoice(&einvoicetest.Options{Symbol: "C26TYY", Date: pki.Now()})
	seller, err := sign(ctx, pki, unsigned, "signer", einvoice.NBan)
	if err != nil {
		return err
	}
	both, err := sign(ctx, pki, seller, "cqt", einvoice.CQT)
	if err != nil {
		return err
	}
	changed := []byte(strings.Replace(string(both), "<DGia>125000<", "<DGia>925000<", 1))

	for _, c := range []struct {
		name    string
		invoice []byte
		want    verify.Indication
	}{
		{"hoadon.xml", both, verify.TotalPassed},
		{"da-sua.xml", changed, verify.TotalFailed},
		{"chua-cap-ma.xml", seller, verify.Indeterminate},
	} {
		got, err := judge(ctx, v, c.name, c.invoice)
		if err != nil {
			return err
		}
		if got != c.want {
			return fmt.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		fmt.Println()
	}
	return nil
}

func sign(ctx context.Context, pki *testpki.PKI, invoice []byte, who string, slot einvoice.Slot) ([]byte, error) {
	var signed bytes.Buffer
	err := einvoice.Sign(ctx, &signed, bytes.NewReader(invoice), int64(len(invoice)), pki.Signer(who), slot, nil)
	return signed.Bytes(), err
}

// verifier trusts both trees of the demo PKI, each for what it is. Invoices carry their signers' certificates and no others, so those of
// the authorities between are given too, with their revocation lists. With Online set, a Verifier fetches what it needs.
func verifier(pki *testpki.PKI) (*verify.Verifier, error) {
	store, known := trust.NewStore(), new(trust.Evidence)
	for _, tree := range []struct {
		name         trust.Tree
		root, issuer string
	}{{trust.National, "root", "issuer"}, {trust.Government, "gov-root", "gov-issuer"}} {
		if err := store.Add(tree.name, pki.Certificate(tree.root)); err != nil {
			return nil, err
		}
		known.Certificates = append(known.Certificates, pki.Certificate(tree.issuer))
		for _, authority := range []string{tree.root, tree.issuer} {
			list, err := pki.CRL(authority)
			if err != nil {
				return nil, err
			}
			known.CRLs = append(known.CRLs, list)
		}
	}
	return &verify.Verifier{Trust: store, Revocation: known}, nil
}
