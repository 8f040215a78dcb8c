//go:build cgo

// Hsm-crypto11 signs a PDF with a key that github.com/ThalesGroup/crypto11 opens in an HSM: whoever has that in place plugs its keys into
// kyso through signer.FromCrypto. What to copy is the function sign; main makes a demo token of SoftHSM.
//
//	go run ./examples/hsm-crypto11
package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/ThalesGroup/crypto11"

	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/internal/softhsm"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/signer"
)

// sign signs a PDF with the key of an HSM that belongs to the first certificate of chain.
func sign(ctx context.Context, config *crypto11.Config, id []byte, chain []*x509.Certificate, document []byte) ([]byte, error) {
	hsm, err := crypto11.Configure(config)
	if err != nil {
		return nil, err
	}
	defer hsm.Close()
	key, err := hsm.FindKeyPair(id, nil)
	if err != nil {
		return nil, err
	}
	if key == nil {
		return nil, signer.ErrKeyNotFound
	}
	s, err := signer.FromCrypto(key, chain...) // refuses a certificate of another key
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = pdf.Sign(ctx, &out, bytes.NewReader(document), int64(len(document)), s, nil)
	return out.Bytes(), err
}

func main() {
	dir, err := os.MkdirTemp("", "kyso-hsm-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	err = run(context.Background(), dir)
	if errors.Is(err, softhsm.ErrMissing) {
		fmt.Println("SoftHSM is not installed: there is no HSM to show this with")
		return
	}
	if err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, dir string) error {
	module, err := softhsm.Module()
	if err != nil {
		return err
	}
	if err := softhsm.Configure(dir); err != nil {
		return err
	}
	pki, err := testpki.New(nil)
	if err != nil {
		return err
	}
	defer pki.Close()
	id := []byte{1}
	object := softhsm.Object{Key: pki.Key("ec"), Certificate: pki.Certificate("ec"), ID: id, Label: "ec"}
	if _, err := softhsm.Token(softhsm.Options{Label: "hsm", Objects: []softhsm.Object{object}}); err != nil {
		return err
	}
	if err := softhsm.Finalize(); err != nil { // crypto11 wants to start the module itself
		return err
	}
	document := demodoc.PDF("A contract.")
	signed, err := sign(ctx, &crypto11.Config{Path: module, TokenLabel: "hsm", Pin: softhsm.PIN}, id, pki.Chain("ec"), document)
	if err != nil {
		return err
	}
	fmt.Printf("contract.pdf: %d octets, signed with an ECDSA key of an HSM: %d octets\n", len(document), len(signed))
	return nil
}
