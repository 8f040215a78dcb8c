package csc_test

import (
	"context"
	"crypto"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/csc"
	"github.com/kyso-dev/kyso/remote/csc/csctest"
	"github.com/kyso-dev/kyso/signer"
)

func Example() {
	server, err := csctest.New(nil) // stands for https://rssp.example
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	ctx := context.Background()
	provider, err := csc.New(ctx, csc.Config{
		BaseURL:      server.V2,
		CredentialID: csctest.DefaultEC,
		Basic:        &csc.Basic{User: csctest.DefaultUser, Password: remote.Fixed(csctest.DefaultPassword)},
		Ask: func(_ context.Context, q csc.Question) (remote.Secret, error) {
			fmt.Printf("%s for %q\n", q.Object.ID, q.Text) // a program asks a person
			return csctest.DefaultPIN, nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	key := remote.New(provider, &remote.Options{Text: "Contract 12/2026"}) // a signer.Signer, for pdf.Sign and the like
	digest := sha256.Sum256([]byte("contract"))
	_, err = key.Sign(ctx, digest[:], crypto.SHA256)
	switch {
	case errors.Is(err, signer.ErrPINIncorrect):
		fmt.Println("wrong PIN")
	case errors.Is(err, signer.ErrRefused):
		fmt.Println("refused")
	case err != nil:
		fmt.Println(err)
	default:
		fmt.Println("signed")
	}
	// Output:
	// PIN for "Contract 12/2026"
	// signed
}

// Several signatures, each of which may depend on the one before, under one PIN.
func ExampleProvider_Transaction() {
	server, err := csctest.New(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	ctx := context.Background()
	provider, err := csc.New(ctx, csc.Config{
		BaseURL: server.V1, CredentialID: csctest.DefaultEC, Ask: server.Ask,
		Basic: &csc.Basic{User: csctest.DefaultUser, Password: remote.Fixed(csctest.DefaultPassword)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	key, err := provider.Transaction(2, "Contract and its annex")
	if err != nil {
		fmt.Println(err)
		return
	}
	previous := []byte("contract")
	for range 2 {
		digest := sha256.Sum256(previous)
		if previous, err = key.Sign(ctx, digest[:], crypto.SHA256); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(len(server.Calls("credentials/authorize")), "PIN,", server.Signed(), "signatures")
	// Output: 1 PIN, 2 signatures
}

// The service makes the whole signature over a digest. Package cms sees to it that it signs what was sent, with the key that was meant.
func ExampleProvider_SignDocs() {
	server, err := csctest.New(&csctest.Options{SignDoc: serviceCMS})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	ctx := context.Background()
	provider, err := csc.New(ctx, csc.Config{
		BaseURL: server.V2, CredentialID: csctest.DefaultEC, Ask: server.Ask,
		Basic: &csc.Basic{User: csctest.DefaultUser, Password: remote.Fixed(csctest.DefaultPassword)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	digest := sha256.Sum256([]byte("contract"))
	leaf := provider.Credential().Chain[0]
	docs := []csc.Doc{{Digest: digest[:], Hash: "SHA-256", Format: csc.CAdES, Envelope: "Detached", Title: "contract.txt"}}
	signatures, err := provider.SignDocs(ctx, docs, "Contract 12/2026", func(_ int, object []byte) error {
		return cms.CheckDigest(object, digest[:], crypto.SHA256, leaf)
	})
	fmt.Println(len(signatures), err)
	// Output: 1 <nil>
}

// serviceCMS is what a service does that makes whole signatures.
func serviceCMS(c csctest.Credential, digest []byte, hash crypto.Hash, _, _ string) ([]byte, error) {
	ctx := context.Background()
	key, err := signer.FromCrypto(c.Key, c.Chain...)
	if err != nil {
		return nil, err
	}
	prepared, err := cms.PrepareDigest(digest, hash, c.Chain, nil)
	if err != nil {
		return nil, err
	}
	value, err := signer.Sign(ctx, key, prepared.Request())
	if err != nil {
		return nil, err
	}
	return prepared.FinishDER(ctx, value, nil)
}
