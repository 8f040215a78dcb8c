// Token-sign signs a PDF with the key of a USB token, and then a batch of invoices under the same log-in. What to copy is the function
// signWithToken; main only makes a demo token of SoftHSM and a demo document, so that the example runs anywhere.
//
//	go run ./examples/token-sign
//	go run ./examples/token-sign -module /usr/lib/viettel-ca_v6.so -tax-code 0100000000   # a token of your own; asks for the PIN
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/kyso-dev/kyso"
	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/internal/softhsm"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/token"
)

// signWithToken signs document, and the digests of many others, with the certificate of a company.
func signWithToken(ctx context.Context, module, taxCode string, pin token.Prompt, document []byte, digests [][]byte) (signed []byte, sigs [][]byte, err error) {
	m, err := token.Open(ctx, module, nil)
	if err != nil {
		return nil, nil, err
	}
	defer m.Close()
	t, err := m.Token(ctx, "") // the only token that is plugged in
	if err != nil {
		return nil, nil, err
	}
	key, err := t.Signer(ctx, token.Choice{TaxCode: taxCode}, &token.SignerOptions{PIN: pin})
	if err != nil {
		return nil, nil, err
	}
	defer key.Close() // ends the log-in

	var out bytes.Buffer
	if err := pdf.Sign(ctx, &out, bytes.NewReader(document), int64(len(document)), key, nil); err != nil {
		return nil, nil, err
	}
	reqs := make([]signer.Request, len(digests))
	for i, d := range digests {
		reqs[i] = signer.Request{Digest: d, Opts: crypto.SHA256}
	}
	sigs, err = signer.SignBatch(ctx, key, reqs) // the PIN is not asked for again
	for _, f := range key.Findings() {
		fmt.Println("note:", f.Text(kyso.English)) // such as a default PIN that should be changed
	}
	return out.Bytes(), sigs, err
}

func main() {
	module := flag.String("module", "", "PKCS#11 module of a token; empty: a demo token of SoftHSM")
	taxCode := flag.String("tax-code", "", "tax code of the certificate; empty: the only one")
	flag.Parse()
	dir, err := os.MkdirTemp("", "kyso-token-sign-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	err = run(context.Background(), dir, *module, *taxCode)
	if errors.Is(err, softhsm.ErrMissing) {
		fmt.Println("SoftHSM is not installed, and no -module was given: there is no token to show this with")
		return
	}
	if err != nil {
		log.Print(kyso.Explain(err, kyso.Vietnamese))
		log.Fatal(kyso.Explain(err, kyso.English))
	}
}

func run(ctx context.Context, dir, module, taxCode string) error {
	pin := token.Prompt(ask)
	if module == "" {
		var err error
		if module, err = demoToken(dir); err != nil {
			return err
		}
		taxCode, pin = "0100000000", token.PIN(softhsm.PIN)
	}
	var digests [][]byte
	for i := range 20 {
		d := sha256.Sum256(fmt.Appendf(nil, "invoice %d", i+1))
		digests = append(digests, d[:])
	}
	document := demodoc.PDF("A contract.")
	signed, sigs, err := signWithToken(ctx, module, taxCode, pin, document, digests)
	if err != nil {
		return err
	}
	fmt.Printf("contract.pdf: %d octets, signed: %d octets; %d invoices signed under the same log-in\n", len(document), len(signed), len(sigs))
	return nil
}

// ask asks for the PIN. A program of yours turns the echo off.
func ask(_ context.Context, a token.Ask) (string, error) {
	if a.State.TriesLow {
		fmt.Println("a wrong PIN was entered before; turn the Vietnamese input method off")
	}
	fmt.Printf("PIN of %s: ", a.Token)
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}

// demoToken is a SoftHSM token that holds, like many a real one, an expired certificate, the renewed one and another company's.
func demoToken(dir string) (module string, err error) {
	if module, err = softhsm.Module(); err != nil {
		return "", err
	}
	if err := softhsm.Configure(filepath.Join(dir, "softhsm")); err != nil {
		return "", err
	}
	pki, err := testpki.New(nil)
	if err != nil {
		return "", err
	}
	defer pki.Close()
	var objects []softhsm.Object
	for _, name := range []string{"expired", "signer", "other"} {
		objects = append(objects, softhsm.Object{Key: pki.Key(name), Certificate: pki.Certificate(name), Label: name})
	}
	_, err = softhsm.Token(softhsm.Options{Label: "demo", Objects: objects})
	return module, err
}
