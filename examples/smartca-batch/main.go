// Smartca-batch signs ten contracts with one confirmation on a phone, through a stand-in for VNPT SmartCA. With -ask you are the
// subscriber: the phone page lists the ten, with sizes and contents.
//
//	go run ./examples/smartca-batch
//	go run ./examples/smartca-batch -ask
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

	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/smartca"
	"github.com/kyso-dev/kyso/remote/smartca/smartcatest"
	"github.com/kyso-dev/kyso/signer"
)

// contract is a document with the name that the subscriber sees on the phone.
type contract struct {
	name            string
	content, signed []byte
}

// signAll signs all contracts under one confirmation. Signatures are matched by name, and each is verified before it is written.
func signAll(ctx context.Context, key signer.Signer, contracts []contract) error {
	docs := make([]pdf.BatchDocument, len(contracts))
	outputs := make([]bytes.Buffer, len(contracts))
	for i, c := range contracts {
		docs[i] = pdf.BatchDocument{
			Source: bytes.NewReader(c.content), Size: int64(len(c.content)), Output: &outputs[i], Options: &pdf.Options{ID: c.name, Title: c.name},
		}
	}
	err := pdf.SignBatch(ctx, docs, key, nil)
	var failed *pdf.BatchError
	if errors.As(err, &failed) {
		for i, e := range failed.Errors {
			if e != nil {
				log.Printf("%s: %v", contracts[i].name, e)
			}
		}
	}
	for i := range contracts {
		contracts[i].signed = outputs[i].Bytes()
	}
	return err
}

func main() {
	dir := flag.String("dir", "out", "folder to write to")
	ask := flag.Bool("ask", false, "be the subscriber yourself, on the phone page")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir, *ask); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, dir string, ask bool) error {
	service, err := smartcatest.Start(nil)
	if err != nil {
		return err
	}
	defer service.Close()
	contracts := make([]contract, 10)
	for i := range contracts {
		c := &contracts[i]
		c.name, c.content = fmt.Sprintf("contract-%02d.pdf", i+1), demodoc.PDF(fmt.Sprintf("Contract %d/2026", i+1))
		service.AddDocument(c.name, c.name, "application/pdf", c.content) // so that the phone page can tell its size
	}
	if ask {
		fmt.Printf("open %s and confirm with the PIN %s\n", service.Phone(smartcatest.DemoID), smartcatest.DemoPIN)
	} else {
		service.Change(smartcatest.DemoID, func(s *smartcatest.Subscriber) { s.User, s.Delay = smartcatest.Approve, time.Second })
	}
	provider, err := smartca.New(service.Config(smartcatest.DemoID))
	if err != nil {
		return err
	}
	key := remote.New(provider, &remote.Options{Text: "Mười hợp đồng năm 2026"})
	if err := signAll(ctx, key, contracts); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, c := range contracts {
		if err := os.WriteFile(filepath.Join(dir, c.name), c.signed, 0o644); err != nil {
			return err
		}
	}
	fmt.Printf("%d contracts signed into %s with %d confirmation\n", len(contracts), dir, len(service.Transactions()))
	return nil
}
