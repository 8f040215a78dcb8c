// Validate-chain asks whether a certificate may be relied on: is there a chain to a root that is trusted, and is any certificate of it
// revoked? It asks for one that is good, one that is revoked, one that is suspended, and one of which nothing is known. What to copy is
// the function check.
//
//	go run ./examples/validate-chain
package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"log"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/trust"
)

// check prints the chain with what is known of each certificate, and returns what stands against it.
func check(ctx context.Context, v *trust.Validator, cert *x509.Certificate) error {
	judgement := v.Judge(ctx, trust.Question{Certificate: cert})
	if judgement.Path != nil {
		for i, c := range judgement.Path.Certificates {
			status := judgement.Statuses[i]
			fmt.Printf("  %-36s %-16s %s\n", c.Subject.CommonName, status.State, status.Source)
		}
		fmt.Printf("  trusted through the tree %q\n", judgement.Path.Anchor.Tree)
	}
	if judgement.Err != nil {
		return judgement.Err
	}
	return nil
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
	store := trust.NewStore()
	if err := store.Add(trust.National, pki.Root()); err != nil {
		return err
	}
	evidence, err := lists(pki)
	if err != nil {
		return err
	}
	// One validator for the whole program: what it has found out, it knows. With a Fetcher it asks the issuers itself.
	informed := &trust.Validator{Store: store, Evidence: evidence}
	ignorant := &trust.Validator{Store: store, Evidence: &trust.Evidence{Certificates: evidence.Certificates}}
	for _, c := range []struct {
		name, title string
		validator   *trust.Validator
		good        bool
	}{
		{"signer", "good", informed, true},
		{"revoked", "revoked", informed, false},
		{"suspended", "suspended", informed, false},
		{"signer", "nobody was asked", ignorant, false},
	} {
		fmt.Println(c.title + ":")
		err := check(ctx, c.validator, pki.Certificate(c.name))
		if err != nil {
			fmt.Println(" ", err)
		}
		if (err == nil) != c.good {
			return fmt.Errorf("%s: %v", c.title, err)
		}
		fmt.Println()
	}
	return nil
}

// lists is what the issuers publish: their own certificates and their revocation lists.
func lists(pki *testpki.PKI) (*trust.Evidence, error) {
	e := &trust.Evidence{Certificates: []*x509.Certificate{pki.Issuer()}}
	for _, authority := range []string{"root", "issuer"} {
		crl, err := pki.CRL(authority)
		if err != nil {
			return nil, err
		}
		e.CRLs = append(e.CRLs, crl)
	}
	return e, nil
}
