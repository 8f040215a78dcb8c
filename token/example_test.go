//go:build cgo

package token_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/kyso-dev/kyso"
	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/token"
)

// Signing with the certificate of one company on a token that holds several.
func ExampleToken_Signer() {
	sign := func(ctx context.Context, module, pin string, document []byte) ([]byte, error) {
		m, err := token.Open(ctx, module, nil)
		if err != nil {
			return nil, err
		}
		defer m.Close()
		t, err := m.Token(ctx, "") // the only one that is plugged in
		if err != nil {
			return nil, err
		}
		key, err := t.Signer(ctx, token.Choice{TaxCode: "0100000000"}, &token.SignerOptions{PIN: token.PIN(pin)})
		if err != nil {
			return nil, err
		}
		defer key.Close()
		var out bytes.Buffer
		err = cms.Sign(ctx, &out, bytes.NewReader(document), key, nil)
		return out.Bytes(), err
	}
	_, err := sign(context.Background(), "/nowhere/module.so", os.Getenv("PIN"), []byte("contract"))
	var several *signer.AmbiguousError
	switch {
	case errors.As(err, &several):
		fmt.Println("choose one of", several.Candidates)
	case errors.Is(err, signer.ErrPINLocked):
		fmt.Println("ask the authority to unlock the token")
	case err != nil:
		fmt.Println(kyso.Explain(err, kyso.English))
	}
	// Output: the driver (PKCS#11 module) /nowhere/module.so does not exist; install the token's software, or name the right file: /nowhere/module.so does not exist
}

// What stands between a user and a signature. No PIN is sent.
func ExampleDiagnose() {
	d, err := token.Diagnose(context.Background(), &token.DiagnoseOptions{Module: "/nowhere/module.so"})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range d.Problems {
		fmt.Println(p.Code, "→", p.Advice(kyso.English))
	}
	fmt.Println(d.Ready())
	// Output:
	// token.module-missing → install the token's software: it is on the token's own drive or on the web page of the authority that issued the certificate
	// false
}

// The drivers that are installed on a machine, with what the built-in catalogue lacks.
func ExampleDiscover() {
	catalogue := token.DefaultCatalogue()
	catalogue.Modules = append(catalogue.Modules, token.Driver{Brand: "A new authority", Linux: []string{"new-ca_v1.so"}})
	found, err := token.Discover(context.Background(), &token.DiscoverOptions{Catalogue: catalogue})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range found {
		if f.Problem == nil {
			_ = f.Path // open it
		}
	}
}
