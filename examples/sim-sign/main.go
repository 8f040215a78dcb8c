// Sim-sign signs a PDF with the key on a SIM: the phone shows a text and a code, and asks for the PIN. By itself it speaks to a stand-in
// for the Vietnamese government's service whose subscriber enters the PIN after two seconds; with -ask you hold the phone, on the page
// whose address it prints.
//
//	go run ./examples/sim-sign
//	go run ./examples/sim-sign -ask
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
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/timestamp"
)

// signWithSIM signs document with the card of config. At a real service config has the address, AP_ID, AP_PWD, the number of the
// subscriber, and in TLS the certificate of the application.
func signWithSIM(ctx context.Context, config sim.Config, tsa timestamp.Timestamper, document []byte) ([]byte, error) {
	config.Show = show
	provider, err := sim.New(config)
	if err != nil {
		return nil, err
	}
	key := remote.New(provider, &remote.Options{Text: "Hop dong 12/2026"})
	var signed bytes.Buffer
	err = pdf.Sign(ctx, &signed, bytes.NewReader(document), int64(len(document)), key, &pdf.Options{Level: pdf.LevelBT, Timestamper: tsa})
	return signed.Bytes(), err
}

// show tells whoever signs what the phone is going to show. It runs before the request leaves.
func show(_ context.Context, code, text string) error {
	fmt.Printf("the phone will show %q: enter the PIN if the code is %s\n", text, code)
	return nil
}

// explain says what to do about an end without a signature. The ends ask for different things.
func explain(err error) string {
	switch {
	case errors.Is(err, signer.ErrRefused):
		return "ask why, not again"
	case errors.Is(err, sim.ErrPINBlocked), errors.Is(err, sim.ErrCardBlocked):
		return "the operator has to help"
	case errors.Is(err, sim.ErrPhone), errors.Is(err, signer.ErrExpired):
		return "look at the phone, then ask again"
	case errors.Is(err, remote.ErrBusy):
		return "finish the other request on the phone first"
	case errors.Is(err, signer.ErrOutcomeUnknown):
		return "it may be signed, and nobody can tell; the phone may know"
	}
	return "see the error"
}

func main() {
	dir := flag.String("dir", "out", "folder to write to")
	ask := flag.Bool("ask", false, "hold the phone yourself, on its page")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir, *ask); err != nil {
		log.Print(kyso.Explain(err, kyso.Vietnamese))
		log.Fatalf("%s (%s)", kyso.Explain(err, kyso.English), explain(err))
	}
}

func run(ctx context.Context, dir string, ask bool) error {
	pki, err := testpki.New(nil) // for the time-stamp server
	if err != nil {
		return err
	}
	defer pki.Close()
	stamps, err := pki.Serve("")
	if err != nil {
		return err
	}
	defer stamps.Close()
	service, err := simtest.Start(nil)
	if err != nil {
		return err
	}
	defer service.Close()
	if ask {
		fmt.Printf("open %s; the PIN is %s\n", service.Phone(simtest.DemoNumber), simtest.DemoPIN)
	} else {
		service.Change(simtest.DemoNumber, func(s *simtest.SIM) { s.User, s.Delay = simtest.Approve, 2*time.Second })
	}
	signed, err := signWithSIM(ctx, service.Config(simtest.DemoNumber), &timestamp.Client{URL: stamps.TSA}, demodoc.PDF("Contract 12/2026"))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	path := filepath.Join(dir, "sim-signed.pdf")
	fmt.Printf("%s: %d octets\n", path, len(signed))
	return os.WriteFile(path, signed, 0o644)
}
