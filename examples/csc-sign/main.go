// Csc-sign signs through a service that speaks the API of the Cloud Signature Consortium: a contract to B-T, its three annexes under one
// confirmation, and one document twice under one PIN. By itself it speaks to a stand-in for the service whose subscriber confirms at
// once; with -ask you are the subscriber, on the page whose address it prints.
//
//	go run ./examples/csc-sign
//	go run ./examples/csc-sign -ask
//	CSC_PASSWORD=… CSC_PIN=… go run ./examples/csc-sign -url https://rssp.example/csc/v2 -user nva -credential …   # a real account
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/kyso-dev/kyso"
	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/csc"
	"github.com/kyso-dev/kyso/remote/csc/csctest"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/timestamp"
)

// sign signs a document with a key of the service, and waits for the subscriber.
func sign(ctx context.Context, key signer.Signer, tsa timestamp.Timestamper, title string, document []byte) ([]byte, error) {
	var signed bytes.Buffer
	err := pdf.Sign(ctx, &signed, bytes.NewReader(document), int64(len(document)), key, &pdf.Options{Level: pdf.LevelBT, Timestamper: tsa, ID: title, Title: title})
	return signed.Bytes(), err
}

// signAll signs documents under one confirmation.
func signAll(ctx context.Context, key signer.Signer, titles []string, documents [][]byte) ([][]byte, error) {
	outputs := make([]bytes.Buffer, len(documents))
	batch := make([]pdf.BatchDocument, len(documents))
	for i, d := range documents {
		batch[i] = pdf.BatchDocument{Source: bytes.NewReader(d), Size: int64(len(d)), Output: &outputs[i], Options: &pdf.Options{ID: titles[i], Title: titles[i]}}
	}
	if err := pdf.SignBatch(ctx, batch, key, nil); err != nil {
		return nil, err
	}
	signed := make([][]byte, len(documents))
	for i := range outputs {
		signed[i] = outputs[i].Bytes()
	}
	return signed, nil
}

// signTwice signs one document twice under one authorization. The second digest exists only after the first signature.
func signTwice(ctx context.Context, provider *csc.Provider, tsa timestamp.Timestamper, document []byte) ([]byte, error) {
	key, err := provider.Transaction(2, "Draft, and the same for archiving")
	for n := 0; n < 2 && err == nil; n++ {
		document, err = sign(ctx, key, tsa, "draft.pdf", document)
	}
	return document, err
}

// tell is what a user interface would show.
func tell(e remote.Event) {
	switch e.Kind {
	case remote.EventWaiting:
		fmt.Printf("waiting for the subscriber, %s left\n", e.Left.Round(time.Second))
	case remote.EventApproved:
		fmt.Printf("confirmed: %d to sign\n", len(e.Operation.Documents))
	}
}

// explain says what to do about an end without a signature.
func explain(err error) string {
	switch {
	case errors.Is(err, signer.ErrRefused):
		return "ask why, not again"
	case errors.Is(err, signer.ErrExpired):
		return "ask again"
	case errors.Is(err, signer.ErrPINIncorrect):
		return "ask for the PIN again; nothing tried it a second time"
	case errors.Is(err, signer.ErrOutcomeUnknown):
		return "ask the service before asking again: it may be signed"
	case errors.Is(err, signer.ErrUnavailable):
		return "try again later"
	}
	return "see the error"
}

func main() {
	dir := flag.String("dir", "out", "folder to write to")
	ask := flag.Bool("ask", false, "be the subscriber yourself, on the service's page")
	user := flag.String("user", "", "user name at the real service")
	config := csc.Config{Ask: func(context.Context, csc.Question) (remote.Secret, error) {
		return remote.Secret(os.Getenv("CSC_PIN")), nil
	}}
	flag.StringVar(&config.BaseURL, "url", "", "base address of a real service; empty: a stand-in")
	flag.StringVar(&config.CredentialID, "credential", "", "key at the real service; empty: the only one")
	flag.Parse()
	if *user != "" {
		config.Basic = &csc.Basic{User: *user, Password: remote.Fixed(remote.Secret(os.Getenv("CSC_PASSWORD")))}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir, *ask, config); err != nil {
		log.Print(kyso.Explain(err, kyso.Vietnamese))
		log.Fatalf("%s (%s)", kyso.Explain(err, kyso.English), explain(err))
	}
}

func run(ctx context.Context, dir string, ask bool, config csc.Config) error {
	pki, err := testpki.New(nil) // for the time-stamp server, and the keys of the stand-in
	if err != nil {
		return err
	}
	defer pki.Close()
	stamps, err := pki.Serve("")
	if err != nil {
		return err
	}
	defer stamps.Close()
	tsa := &timestamp.Client{URL: stamps.TSA}
	byPIN := config
	if config.BaseURL == "" {
		service, err := standIn(pki, ask)
		if err != nil {
			return err
		}
		defer service.Close()
		if ask {
			fmt.Printf("open %s and approve\n", service.URL)
		}
		config.BaseURL, config.CredentialID = service.V2, "by-app"
		config.Basic = &csc.Basic{User: csctest.DefaultUser, Password: remote.Fixed(csctest.DefaultPassword)}
		byPIN = config
		byPIN.BaseURL, byPIN.CredentialID, byPIN.Ask = service.V1, "by-pin", service.Ask // the same service by version 1
	}
	provider, err := csc.New(ctx, config)
	if err != nil {
		return err
	}
	key := remote.New(provider, &remote.Options{OnEvent: tell})
	files := make(map[string][]byte)
	if files["contract.pdf"], err = sign(ctx, key, tsa, "contract.pdf", demodoc.PDF("Contract 12/2026")); err != nil {
		return err
	}
	titles, documents := []string{"annex-1.pdf", "annex-2.pdf", "annex-3.pdf"}, make([][]byte, 3)
	for i := range documents {
		documents[i] = demodoc.PDF(fmt.Sprintf("Annex %d", i+1))
	}
	annexes, err := signAll(ctx, key, titles, documents)
	if err != nil {
		return err
	}
	for i, title := range titles {
		files[title] = annexes[i]
	}
	second, err := csc.New(ctx, byPIN)
	if err != nil {
		return err
	}
	if files["signed-twice.pdf"], err = signTwice(ctx, second, tsa, demodoc.PDF("Draft")); err != nil {
		return err
	}
	return write(dir, files)
}

// standIn is a service with a key of the demo company, once confirmed in an app and once by PIN.
func standIn(pki *testpki.PKI, ask bool) (*csctest.Server, error) {
	user := csctest.Approve
	if ask {
		user = csctest.Ask
	}
	app := csctest.Credential{
		ID: "by-app", Key: pki.Key("signer"), Chain: append(pki.Chain("signer"), pki.Root()), Objects: []csctest.Object{{ID: "APP", Type: "PasswordOOB"}},
	}
	pin := app
	pin.ID, pin.Objects, pin.PIN = "by-pin", nil, csctest.DefaultPIN
	return csctest.New(&csctest.Options{User: user, Credentials: []csctest.Credential{app, pin}, Guesses: csctest.Guesses{Looks: -1}}) // no look comes too early
}

func write(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, data := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return err
		}
		fmt.Printf("%s: %d octets\n", path, len(data))
	}
	return nil
}
