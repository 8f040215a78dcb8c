// Verify-report reads a report as a program does: who signed, for which company, when that is proved, whether the certificate was
// revoked, and why the verdict is what it is. Then the same facts are judged again, after the signer's certificate was revoked. What to
// copy is the function accept.
//
//	go run ./examples/verify-report
package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"log"
	"time"

	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/verify"
)

// accept decides about a contract: every signature must be valid, and one of them must be of the company that is expected.
func accept(report *verify.Report, taxCode string) error {
	if report.Indication != verify.TotalPassed {
		for _, s := range report.Signatures {
			for _, f := range s.Findings {
				if f.Severity == verify.SeverityError {
					return fmt.Errorf("%s: %s", s.SubIndication, f.Text(verify.English))
				}
			}
		}
		return fmt.Errorf("not confirmed: %s", report.Indication)
	}
	for _, s := range report.Signatures {
		if s.Signer.TaxCode == taxCode && s.Coverage.Extent == "whole" {
			return nil
		}
	}
	return fmt.Errorf("no signature of the company %s covers the whole document", taxCode)
}

func show(report *verify.Report) {
	for _, s := range report.Signatures {
		fmt.Printf("signed for      %s, tax code %s\n", s.Signer.Organization, s.Signer.TaxCode)
		fmt.Printf("time            %s (%s)\n", s.Time.Best.Format(time.RFC3339), s.Time.Basis)
		for _, c := range s.Chain {
			fmt.Printf("certificate     %s %s, by %s\n", c.Serial, c.Revocation.Status, c.Revocation.Source)
		}
		fmt.Printf("verdict         %s %s\n", s.Indication, s.SubIndication)
	}
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
	document, err := sign(ctx, pki.Signer("signer"))
	if err != nil {
		return err
	}
	store := trust.NewStore()
	if err := store.Add(trust.National, pki.Root()); err != nil {
		return err
	}
	// The issuer's revocation lists are at hand. With Online set in their place, a Verifier fetches what it needs.
	before, err := verifier(pki, store)
	if err != nil {
		return err
	}
	report, err := before.Verify(ctx, bytes.NewReader(document), int64(len(document)), &verify.Options{Name: "contract.pdf"})
	if err != nil {
		return err // nobody could look
	}
	show(report)
	if err := accept(report, "0100000000"); err != nil {
		return err
	}

	fmt.Println("\nthe certificate is revoked; the same facts, judged again:")
	if err := pki.Revoke("signer", 1); err != nil {
		return err
	}
	after, err := verifier(pki, store)
	if err != nil {
		return err
	}
	again, err := after.Judge(ctx, report, time.Time{})
	if err != nil {
		return err
	}
	show(again)
	if err := accept(again, "0100000000"); err == nil {
		return fmt.Errorf("a revoked certificate was accepted")
	} else {
		fmt.Println("refused        ", err)
	}
	json, err := again.JSON(verify.Vietnamese)
	if err != nil {
		return err
	}
	fmt.Printf("as JSON         %d octets\n", len(json))
	return nil
}

func sign(ctx context.Context, key signer.Signer) ([]byte, error) {
	in := demodoc.PDF("A contract.")
	var out bytes.Buffer
	err := pdf.Sign(ctx, &out, bytes.NewReader(in), int64(len(in)), key, nil)
	return out.Bytes(), err
}

// verifier judges by the revocation lists of this moment.
func verifier(pki *testpki.PKI, store *trust.Store) (*verify.Verifier, error) {
	lists := new(trust.Evidence)
	for _, authority := range []string{"root", "issuer"} {
		crl, err := pki.CRL(authority)
		if err != nil {
			return nil, err
		}
		lists.Add(&trust.Evidence{CRLs: [][]byte{crl}})
	}
	return &verify.Verifier{Trust: store, Certificates: []*x509.Certificate{pki.Issuer()}, Revocation: lists}, nil
}
