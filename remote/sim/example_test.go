package sim_test

import (
	"context"
	"crypto"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
	"github.com/kyso-dev/kyso/signer"
)

// A digest is signed on a SIM. The verification code is shown before the phone rings, so that its holder can compare.
func Example() {
	service, err := simtest.Start(nil) // stands for https://mpki1.ca.gov.vn:18083
	if err != nil {
		fmt.Println(err)
		return
	}
	defer service.Close()
	service.Change(simtest.DemoNumber, func(s *simtest.SIM) { s.User = simtest.Approve })

	config := service.Config(simtest.DemoNumber)
	config.Show = func(_ context.Context, code, text string) error {
		fmt.Printf("the phone will show %q; compare %s, then enter the PIN\n", text, code)
		return nil
	}
	provider, err := sim.New(config)
	if err != nil {
		fmt.Println(err)
		return
	}
	digest := sha256.Sum256([]byte("hello"))
	signature, err := remote.New(provider, &remote.Options{Text: "Hop dong 12"}).Sign(context.Background(), digest[:], crypto.SHA256)
	switch {
	case errors.Is(err, signer.ErrRefused):
		fmt.Println("refused on the phone")
	case errors.Is(err, signer.ErrOutcomeUnknown):
		fmt.Println("look before asking again: it may be signed")
	case err != nil:
		fmt.Println(err)
	default:
		fmt.Println(len(signature), "octets")
	}
	// Output:
	// the phone will show "Hop dong 12, ma 1444"; compare 1444, then enter the PIN
	// 256 octets
}

// The code that ties what the phone shows to what is signed.
func ExampleMobileIDCode() {
	digest := sha256.Sum256([]byte("hello"))
	fmt.Println(sim.MobileIDCode(digest[:]))
	// Output: 1444
}

// Some services give no bare signature but a whole CMS. It is handed out once package cms has found a signature over the digest in it.
func Example_wholeCMS() {
	service, err := simtest.Start(&simtest.Options{Dialect: sim.TR(), SignDigest: signDigest}) // stands for a Turkish operator
	if err != nil {
		fmt.Println(err)
		return
	}
	defer service.Close()
	service.Change(simtest.DemoNumber, func(s *simtest.SIM) { s.User = simtest.Approve })

	provider, err := sim.New(service.Config(simtest.DemoNumber))
	if err != nil {
		fmt.Println(err)
		return
	}
	key := remote.New(provider, &remote.Options{Text: "Hop dong 12", CheckCMS: cms.CheckDigest})
	chain, err := key.Certificates(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	content := strings.NewReader("hello")
	prepared, err := cms.Prepare(context.Background(), content, chain, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	digest, hash := prepared.Digest()
	der, err := key.SignCMS(context.Background(), signer.Request{Digest: digest, Opts: hash})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = prepared.FinishCMS(context.Background(), io.Discard, strings.NewReader("hello"), der, nil)
	fmt.Println("finished:", err == nil)
	// Output: finished: true
}
