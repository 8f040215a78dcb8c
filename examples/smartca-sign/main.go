// Smartca-sign signs a PDF through VNPT SmartCA: somebody confirms on a phone. By itself it speaks to a stand-in for the service whose
// subscriber confirms after two seconds; with -ask you are the subscriber, on the phone page whose address it prints.
//
//	go run ./examples/smartca-sign
//	go run ./examples/smartca-sign -ask
//	SMARTCA_SP_PASSWORD=… go run ./examples/smartca-sign -url https://rmgateway.vnptit.vn/sca/sp769 -sp-id … -user 0790…   # a real account
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
	"github.com/kyso-dev/kyso/remote/smartca"
	"github.com/kyso-dev/kyso/remote/smartca/smartcatest"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/timestamp"
)

// signWithPhone signs document as the subscriber of config.
func signWithPhone(ctx context.Context, config smartca.Config, tsa timestamp.Timestamper, document []byte) ([]byte, error) {
	provider, err := smartca.New(config)
	if err != nil {
		return nil, err
	}
	key := remote.New(provider, &remote.Options{Text: "Hợp đồng 12/2026", OnEvent: tell})
	var signed bytes.Buffer
	err = pdf.Sign(ctx, &signed, bytes.NewReader(document), int64(len(document)), key, &pdf.Options{Level: pdf.LevelBT, Timestamper: tsa})
	return signed.Bytes(), err
}

// tell is what a user interface would show.
func tell(e remote.Event) {
	switch e.Kind {
	case remote.EventSent:
		fmt.Printf("asked for a signature; the phone has %s to confirm\n", e.Left.Round(time.Second))
	case remote.EventApproved:
		fmt.Println("confirmed")
	}
}

// explain says what to do about an end without a signature. The five ends ask for different things.
func explain(err error) string {
	switch {
	case errors.Is(err, signer.ErrRefused):
		return "ask why, not again"
	case errors.Is(err, signer.ErrExpired):
		return "ask again, if the app is active on the present phone"
	case errors.Is(err, signer.ErrCancelled):
		return "nothing to do; the phone may still show the request"
	case errors.Is(err, signer.ErrOutcomeUnknown):
		return "look before asking again: it may be signed"
	case errors.Is(err, signer.ErrUnavailable):
		return "try again later"
	}
	return "see the error"
}

func main() {
	dir := flag.String("dir", "out", "folder to write to")
	ask := flag.Bool("ask", false, "be the subscriber yourself, on the phone page")
	var config smartca.Config
	flag.StringVar(&config.BaseURL, "url", "", "base address of a real service; empty: a stand-in")
	flag.StringVar(&config.SPID, "sp-id", "", "id of the application at the real service")
	flag.StringVar(&config.UserID, "user", "", "number of the subscriber at the real service")
	flag.Parse()
	config.SPPassword = remote.Secret(os.Getenv("SMARTCA_SP_PASSWORD"))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir, *ask, config); err != nil {
		log.Print(kyso.Explain(err, kyso.Vietnamese))
		log.Fatalf("%s (%s)", kyso.Explain(err, kyso.English), explain(err))
	}
}

func run(ctx context.Context, dir string, ask bool, config smartca.Config) error {
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
	if config.BaseURL == "" {
		service, err := smartcatest.Start(nil)
		if err != nil {
			return err
		}
		defer service.Close()
		config = service.Config(smartcatest.DemoID)
		if ask {
			fmt.Printf("open %s and confirm with the PIN %s\n", service.Phone(smartcatest.DemoID), smartcatest.DemoPIN)
		} else {
			service.Change(smartcatest.DemoID, func(s *smartcatest.Subscriber) { s.User, s.Delay = smartcatest.Approve, 2*time.Second })
		}
	}
	signed, err := signWithPhone(ctx, config, &timestamp.Client{URL: stamps.TSA}, demodoc.PDF("Contract 12/2026"))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	path := filepath.Join(dir, "smartca-signed.pdf")
	fmt.Printf("%s: %d octets\n", path, len(signed))
	return os.WriteFile(path, signed, 0o644)
}
