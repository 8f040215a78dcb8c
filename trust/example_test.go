package trust_test

import (
	"context"
	"fmt"
	"log"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/trust"
)

func ExampleValidator_Judge() {
	pki, err := testpki.New(nil) // in place of the authorities' own services
	if err != nil {
		log.Fatal(err)
	}
	defer pki.Close()
	server, err := pki.Serve("")
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()

	store := trust.NewStore()
	if err := store.Add(trust.National, pki.Root()); err != nil {
		log.Fatal(err)
	}
	validator := &trust.Validator{Store: store, Cache: new(trust.Cache), Clock: pki.Now,
		Fetcher: &trust.HTTPFetcher{AllowPrivate: true}, // since the services are on this machine
	}
	for _, name := range []string{"signer", "revoked", "suspended"} {
		j := validator.Judge(context.Background(), trust.Question{Certificate: pki.Certificate(name)})
		s := j.Statuses[0]
		fmt.Println(s.State, s.Source, s.Reason, "under", j.Path.Anchor.Tree, "accepted:", j.Err == nil)
	}
	// Output:
	// good ocsp  under national accepted: true
	// revoked ocsp keyCompromise under national accepted: false
	// suspended ocsp certificateHold under national accepted: false
}
