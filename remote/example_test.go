package remote_test

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"testing"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/signer"
)

// provider stands for smartca.New or csc.New.
func provider() *fake { return newFake(new(testing.T)) }

// A server asks today and finishes when it knows: the operation is in a folder, and any process finds it there.
func Example() {
	store := remote.NewMemoryStore() // a server uses remote.NewFolderStore
	client := remote.New(provider(), &remote.Options{Store: store, Text: "Contract 12/2026"})
	ctx := context.Background()
	op, err := client.Start(ctx, []signer.Request{{Digest: digest("contract"), Opts: crypto.SHA256, DocumentID: "contract.pdf"}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}

	found, err := client.Resume(ctx, op.ID) // in another process
	if err != nil {
		fmt.Println(err)
		return
	}
	sigs, err := client.Wait(ctx, found)
	switch {
	case errors.Is(err, signer.ErrRefused):
		fmt.Println("refused")
	case errors.Is(err, signer.ErrExpired):
		fmt.Println("nobody confirmed")
	case err == nil:
		fmt.Println(found.State, len(sigs)) // write the document, then:
		err = client.Forget(ctx, op.ID)
	}
	if err != nil {
		fmt.Println(err)
	}
	// Output: signed 1
}
