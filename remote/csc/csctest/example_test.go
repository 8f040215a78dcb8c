package csctest_test

import (
	"context"
	"crypto"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/csc"
	"github.com/kyso-dev/kyso/remote/csc/csctest"
	"github.com/kyso-dev/kyso/signer"
)

// The answer is lost after signing: a client must not ask again. A test has csctest.NewServer(t, nil), which ends with it.
func Example() {
	server, err := csctest.New(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	provider, err := csc.New(context.Background(), csc.Config{
		BaseURL: server.V1, CredentialID: csctest.DefaultEC, Ask: server.Ask,
		Basic: &csc.Basic{User: csctest.DefaultUser, Password: remote.Fixed(csctest.DefaultPassword)},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	server.Fault("signatures/signHash", csctest.CutAfter)
	tx, err := provider.Transaction(1, "")
	if err != nil {
		fmt.Println(err)
		return
	}
	digest := sha256.Sum256([]byte("contract"))
	_, err = tx.Sign(context.Background(), digest[:], crypto.SHA256)
	fmt.Println(errors.Is(err, signer.ErrOutcomeUnknown), server.Signed(), len(server.Calls("signatures/signHash")))
	// Output: true 1 1
}
