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

// Is the service well? A request for a number that nobody has tells, and rings no phone.
func ExampleProvider_Heartbeat() {
	service, err := simtest.Start(&simtest.Options{Dialect: sim.SwisscomREST()}) // stands for https://mobileid.swisscom.com
	if err != nil {
		fmt.Println(err)
		return
	}
	defer service.Close()
	provider, err := sim.New(service.Config(simtest.DemoNumber))
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := provider.Heartbeat(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("well")
	// Output: well
}

// A service may want a handshake before anything else. This one wants no messages to be signed.
func ExampleProvider_Handshake() {
	service, err := simtest.Start(&simtest.Options{Dialect: sim.ETSI(), Guesses: simtest.Guesses{HandshakeFirst: true}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer service.Close()
	provider, err := sim.New(service.Config(simtest.DemoNumber))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = provider.Certificates(context.Background())
	fmt.Println(errors.Is(err, remote.NewError(sim.CodeHandshake, nil)))
	agreed, err := provider.Handshake(context.Background(), &sim.Offer{Algorithms: []string{"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(agreed.Signed), agreed.Algorithms)
	_, err = provider.Certificates(context.Background())
	fmt.Println(err)
	// Output:
	// true
	// 0 [http://www.w3.org/2001/04/xmldsig-more#rsa-sha256]
	// <nil>
}
