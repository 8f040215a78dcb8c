// Token-diagnose says what stands between a user and a signature, in Vietnamese and English. What to copy is the function diagnose; main
// only makes a demo token of SoftHSM with several certificates on it, so that there is something to say.
//
//	go run ./examples/token-diagnose
//	go run ./examples/token-diagnose -all        # the drivers and tokens of this machine
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"

	"github.com/kyso-dev/kyso"
	"github.com/kyso-dev/kyso/internal/softhsm"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/token"
)

// diagnose looks at a module, or with an empty path at all that are installed, and prints what is wrong. No PIN is sent.
func diagnose(ctx context.Context, module string) error {
	self, err := os.Executable() // modules are tried in a process of their own, since some crash: see ServeProbe in main
	if err != nil {
		return err
	}
	d, err := token.Diagnose(ctx, &token.DiagnoseOptions{Module: module, Probe: []string{self}})
	if err != nil {
		return err
	}
	for _, t := range d.Tokens {
		fmt.Printf("token %s: %d certificates\n", t.Status.Info, len(t.Certificates))
	}
	for i, p := range d.Problems {
		for _, lang := range []kyso.Lang{kyso.Vietnamese, kyso.English} {
			fmt.Printf("%d. %s\n   → %s\n", i+1, p.Text(lang), p.Advice(lang))
		}
		if p.Authority {
			fmt.Println("   (only the authority that issued the certificate can help)")
		}
	}
	fmt.Println("ready to sign:", d.Ready())
	return nil
}

func main() {
	token.ServeProbe()
	all := flag.Bool("all", false, "look at the drivers and tokens of this machine")
	flag.Parse()
	dir, err := os.MkdirTemp("", "kyso-token-diagnose-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	module := ""
	if !*all {
		module, err = demoToken(dir)
	}
	if errors.Is(err, softhsm.ErrMissing) {
		fmt.Println("SoftHSM is not installed: there is no token to show this with; try -all")
		return
	}
	if err == nil {
		err = diagnose(context.Background(), module)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func demoToken(dir string) (module string, err error) {
	if module, err = softhsm.Module(); err != nil {
		return "", err
	}
	if err := softhsm.Configure(dir); err != nil {
		return "", err
	}
	pki, err := testpki.New(nil)
	if err != nil {
		return "", err
	}
	defer pki.Close()
	var objects []softhsm.Object
	for _, name := range []string{"signer", "other"} {
		objects = append(objects, softhsm.Object{Key: pki.Key(name), Certificate: pki.Certificate(name), Label: name})
	}
	_, err = softhsm.Token(softhsm.Options{Label: "demo", Objects: objects})
	return module, err
}
