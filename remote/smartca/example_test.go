package smartca_test

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"time"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/smartca"
	"github.com/kyso-dev/kyso/remote/smartca/smartcatest"
)

func Example() {
	service, err := smartcatest.Start(nil) // in place of smartca.Production
	if err != nil {
		fmt.Println(err)
		return
	}
	defer service.Close()
	service.Change(smartcatest.DemoID, func(s *smartcatest.Subscriber) { s.User = smartcatest.Approve })

	provider, err := smartca.New(smartca.Config{
		BaseURL: service.SP769(), SPID: smartcatest.DemoSPID, SPPassword: smartcatest.DemoSPPassword, UserID: smartcatest.DemoID,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	client := remote.New(provider, &remote.Options{Text: "Contract 12/2026"})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	sig, err := client.Sign(ctx, digest("contract"), crypto.SHA256)
	switch {
	case errors.Is(err, remote.ErrRefused):
		fmt.Println("the subscriber said no")
	case errors.Is(err, remote.ErrExpired):
		fmt.Println("nobody confirmed: is the app activated on the present phone?")
	case err != nil:
		fmt.Println(err)
	default:
		fmt.Println(len(sig), "octets")
	}
	// Output: 256 octets
}
