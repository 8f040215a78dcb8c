// Token-unlock is for administrators: it gives a token whose PIN is locked or forgotten a new one, by the PIN of the security officer
// (SO PIN), which for tokens of public authorities only the authority has. What to copy is the function unlock.
//
//	go run ./examples/token-unlock
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/kyso-dev/kyso"
	"github.com/kyso-dev/kyso/internal/softhsm"
	"github.com/kyso-dev/kyso/token"
)

// unlock gives the token a new PIN. The SO PIN has few tries too: look at the state first, and never guess.
func unlock(ctx context.Context, module, so, fresh string) error {
	m, err := token.Open(ctx, module, nil)
	if err != nil {
		return err
	}
	defer m.Close()
	t, err := m.Token(ctx, "")
	if err != nil {
		return err
	}
	s, err := t.Status(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("%s: locked %v; SO PIN: tries low %v, final try %v, locked %v\n", t, s.User.Locked, s.SO.TriesLow, s.SO.FinalTry, s.SO.Locked)
	found, err := t.Unlock(ctx, so, fresh, nil) // refuses by itself where one try is left
	for _, f := range found {
		fmt.Println(f.Text(kyso.Vietnamese))
	}
	return err
}

func main() {
	dir, err := os.MkdirTemp("", "kyso-token-unlock-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	err = run(context.Background(), dir)
	if errors.Is(err, softhsm.ErrMissing) {
		fmt.Println("SoftHSM is not installed: there is no token to show this with")
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
	if _, err := softhsm.Token(softhsm.Options{Label: "demo"}); err != nil {
		return err
	}
	err = unlock(ctx, module, softhsm.SOPIN, "12345678")
	fmt.Println("to the PIN that everybody knows:", kyso.Explain(err, kyso.English))
	if err := unlock(ctx, module, softhsm.SOPIN, "75319753"); err != nil {
		return err
	}
	fmt.Println("unlocked, with a PIN of its own")
	return nil
}
