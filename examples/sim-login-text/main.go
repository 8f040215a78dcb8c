// Sim-login-text lets somebody log in with a SIM: the phone shows a text with a random part, the card signs it, and the CMS that comes
// back is checked before anybody is let in. By itself it speaks to a stand-in whose subscriber enters the PIN after two seconds; with
// -ask you hold the phone, on the page whose address it prints.
//
//	go run ./examples/sim-login-text
//	go run ./examples/sim-login-text -ask
package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/kyso-dev/kyso"
	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
	"github.com/kyso-dev/kyso/signer"
)

// logIn has the subscriber of config sign a text, and returns who that is. Package cms looks at what comes back: one intact signature over
// exactly the text, by the certificate that the service told before. A real application also has that certificate checked, with a
// verify.Verifier as Text.Checker, before it asks.
func logIn(ctx context.Context, config sim.Config) (string, error) {
	provider, err := sim.New(config)
	if err != nil {
		return "", err
	}
	text := "kyso: dang nhap " + rand.Text()[:8] // new each time: an old answer lets nobody in
	fmt.Printf("the phone will show %q\n", text)
	if _, err := provider.SignText(ctx, sim.Text{Text: text, Check: cms.CheckContent}); err != nil {
		return "", err
	}
	chain, err := provider.Certificates(ctx)
	if err != nil {
		return "", err
	}
	return chain[0].Subject.CommonName, nil
}

// signText is the service's part, which the stand-in leaves to us: the CMS that an MSSP makes of what a card signs.
func signText(card *simtest.SIM, text string) ([]byte, error) {
	key, err := signer.FromCrypto(card.Key, card.Chain...)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = cms.Sign(context.Background(), &out, strings.NewReader(text), key, &cms.Options{Attached: true, Hash: crypto.SHA256})
	return out.Bytes(), err
}

func main() {
	ask := flag.Bool("ask", false, "hold the phone yourself, on its page")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *ask); err != nil {
		log.Print(kyso.Explain(err, kyso.Vietnamese))
		log.Fatal(kyso.Explain(err, kyso.English))
	}
}

func run(ctx context.Context, ask bool) error {
	service, err := simtest.Start(&simtest.Options{SignText: signText})
	if err != nil {
		return err
	}
	defer service.Close()
	if ask {
		fmt.Printf("open %s; the PIN is %s\n", service.Phone(simtest.DemoNumber), simtest.DemoPIN)
	} else {
		service.Change(simtest.DemoNumber, func(s *simtest.SIM) { s.User, s.Delay = simtest.Approve, 2*time.Second })
	}
	name, err := logIn(ctx, service.Config(simtest.DemoNumber))
	if err != nil {
		return err
	}
	fmt.Println("logged in:", name)
	return nil
}
