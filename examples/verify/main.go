// Verify judges documents and says why, in Vietnamese and English: one that is fine, one that was changed after signing, and one
// whose signer is not trusted.
//
//	go run ./examples/verify
package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"

	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/verify"
)

// judge verifies a document and prints the report. A Verifier lives as long as its trust; it serves many documents at once.
func judge(ctx context.Context, v *verify.Verifier, name string, document []byte, lang verify.Lang) (verify.Indication, error) {
	report, err := v.Verify(ctx, bytes.NewReader(document), int64(len(document)), &verify.Options{Name: name})
	if err != nil {
		return verify.Indeterminate, err // nobody could look: that is not a verdict
	}
	return report.Indication, report.Text(os.Stdout, lang, false)
}

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	signed, root, lists, err := demo(ctx)
	if err != nil {
		return err
	}
	// The issuers' revocation lists are at hand. With Online set in their place, a Verifier fetches what it needs.
	trusted := &verify.Verifier{Trust: root, Revocation: lists}
	stranger := &verify.Verifier{Revocation: lists}

	changed := bytes.Clone(signed)
	at := bytes.Index(changed, []byte("100 000"))
	copy(changed[at:], "900 000")

	for _, c := range []struct {
		name     string
		lang     verify.Lang
		verifier *verify.Verifier
		document []byte
		want     verify.Indication
	}{
		{"good.pdf", "en", trusted, signed, verify.TotalPassed},
		{"changed.pdf", "vi", trusted, changed, verify.TotalFailed},
		{"unknown-signer.pdf", "vi", stranger, signed, verify.Indeterminate},
	} {
		got, err := judge(ctx, c.verifier, c.name, c.document, c.lang)
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

// demo signs a small PDF with a demo key, and says whom to trust and what is revoked.
func demo(ctx context.Context) ([]byte, *trust.Store, *trust.Evidence, error) {
	pki, err := testpki.New(nil)
	if err != nil {
		return nil, nil, nil, err
	}
	defer pki.Close()
	document := demodoc.PDF("To pay: 100 000 VND")
	var signed bytes.Buffer
	err = pdf.Sign(ctx, &signed, bytes.NewReader(document), int64(len(document)), pki.Signer("signer"),
		&pdf.Options{Level: pdf.LevelBT, Timestamper: pki.TSAClient()})
	if err != nil {
		return nil, nil, nil, err
	}
	lists := new(trust.Evidence)
	for _, authority := range []string{"root", "issuer"} {
		crl, err := pki.CRL(authority)
		if err != nil {
			return nil, nil, nil, err
		}
		lists.CRLs = append(lists.CRLs, crl)
	}
	store := trust.NewStore()
	return signed.Bytes(), store, lists, store.Add(trust.Own, pki.Root())
}
