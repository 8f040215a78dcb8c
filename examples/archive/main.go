// Archive signs a file to B-LTA, with all the evidence to judge the signature later, and refreshes it six years on, before the
// certificate of the time-stamp authority ends. Time passes on the clock of a demo PKI.
//
//	go run ./examples/archive
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

const contract = "Hợp đồng số 17/2026\n"

// archive is who helps a signature to live long: the time-stamp authority, and the validator that finds certificates and revocation data.
type archive struct {
	tsa       timestamp.Timestamper
	validator *trust.Validator
	clock     func() time.Time
}

// sign signs content and adds the evidence and an archive time-stamp.
func (a *archive) sign(ctx context.Context, signature io.Writer, content io.Reader, key signer.Signer) error {
	return cms.Sign(ctx, signature, content, key, &cms.Options{
		Level: cms.LevelBLTA, Timestamper: a.tsa, Collector: a.validator, Clock: a.clock,
	})
}

// refresh adds the evidence about the last archive time-stamp, and a further one over everything. Do it while the certificate of the last
// time-stamp authority is valid, and before an algorithm ends that the file relies on.
func (a *archive) refresh(ctx context.Context, refreshed io.Writer, signature io.ReadSeeker, content io.Reader) error {
	return cms.Extend(ctx, refreshed, signature, &cms.ExtendOptions{
		Level: cms.LevelBLTA, Content: content, Timestamper: a.tsa, Collector: a.validator, Clock: a.clock,
	})
}

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	pki, err := testpki.New(nil)
	if err != nil {
		return err
	}
	defer pki.Close()
	server, err := pki.Serve("") // time-stamps, OCSP and CRLs on loopback
	if err != nil {
		return err
	}
	defer server.Close()

	store := trust.NewStore()
	if err := store.Add(trust.Own, pki.Root()); err != nil {
		return err
	}
	a := &archive{
		tsa: &timestamp.Client{URL: server.TSA},
		validator: &trust.Validator{
			Store:   store,
			Fetcher: &trust.HTTPFetcher{AllowPrivate: true}, // the demo's services are on this machine
			Clock:   pki.Now,
		},
		clock: pki.Now,
	}

	var signature, refreshed bytes.Buffer
	if err := a.sign(ctx, &signature, strings.NewReader(contract), pki.Signer("signer")); err != nil {
		return err
	}
	if err := show(ctx, "signed", signature.Bytes(), pki.Now()); err != nil {
		return err
	}
	pki.SetTime(pki.Now().AddDate(6, 0, 0))
	if err := a.refresh(ctx, &refreshed, bytes.NewReader(signature.Bytes()), strings.NewReader(contract)); err != nil {
		return err
	}
	return show(ctx, "refreshed", refreshed.Bytes(), pki.Now())
}

// show lists what is in a signature.
func show(ctx context.Context, what string, signature []byte, now time.Time) error {
	doc, err := cms.Read(ctx, bytes.NewReader(signature), &cms.ReadOptions{Content: strings.NewReader(contract)})
	if err != nil {
		return err
	}
	s := doc.Signatures[0]
	fmt.Printf("%s in %d: level %s, %d OCSP responses, %d CRLs\n", what, now.Year(), s.Level, len(doc.OCSPs), len(doc.CRLs))
	for _, t := range s.Timestamps {
		fmt.Printf("  %s time-stamp of %d by %s, its certificate ends in %d; covers %d things, %s\n", t.Kind, t.Token.Info.Time.Year(),
			t.Certificate.Subject.CommonName, t.Certificate.NotAfter.Year(), len(t.Covers), t.ContentIntegrity)
	}
	return nil
}
