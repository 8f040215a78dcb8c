// Archive signs a file and a PDF to B-LTA, with all the evidence to judge the signatures later, and refreshes them six years on, before
// the certificate of the time-stamp authority ends. Time passes on the clock of a demo PKI.
//
//	go run ./examples/archive
package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
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

// signPDF and refreshPDF do the same with a PDF, by update sections behind what is there.
func (a *archive) signPDF(ctx context.Context, signed io.Writer, document []byte, key signer.Signer) error {
	return pdf.Sign(ctx, signed, bytes.NewReader(document), int64(len(document)), key, &pdf.Options{
		Level: pdf.LevelBLTA, Timestamper: a.tsa, Collector: a.validator, Clock: a.clock,
	})
}

func (a *archive) refreshPDF(ctx context.Context, refreshed io.Writer, document []byte) error {
	return pdf.Extend(ctx, refreshed, bytes.NewReader(document), int64(len(document)), &pdf.ExtendOptions{
		Level: pdf.LevelBLTA, Timestamper: a.tsa, Collector: a.validator, Clock: a.clock,
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

	var signature, signed, refreshed, refreshedPDF bytes.Buffer
	if err := a.sign(ctx, &signature, strings.NewReader(contract), pki.Signer("signer")); err != nil {
		return err
	}
	if err := a.signPDF(ctx, &signed, demodoc.PDF(contract), pki.Signer("ec")); err != nil {
		return err
	}
	if err := show(ctx, "signed", signature.Bytes(), signed.Bytes(), pki.Now()); err != nil {
		return err
	}
	pki.SetTime(pki.Now().AddDate(6, 0, 0))
	if err := a.refresh(ctx, &refreshed, bytes.NewReader(signature.Bytes()), strings.NewReader(contract)); err != nil {
		return err
	}
	if err := a.refreshPDF(ctx, &refreshedPDF, signed.Bytes()); err != nil {
		return err
	}
	return show(ctx, "refreshed", refreshed.Bytes(), refreshedPDF.Bytes(), pki.Now())
}

// show lists what is in a signature and in a PDF.
func show(ctx context.Context, what string, signature, document []byte, now time.Time) error {
	doc, err := cms.Read(ctx, bytes.NewReader(signature), &cms.ReadOptions{Content: strings.NewReader(contract)})
	if err != nil {
		return err
	}
	s := doc.Signatures[0]
	fmt.Printf("%s in %d: CAdES-%s, %d certificates, %d OCSP responses, %d CRLs\n", what, now.Year(), s.Level, len(doc.Certificates), len(doc.OCSPs), len(doc.CRLs))
	for _, t := range s.Timestamps {
		line(string(t.Kind), t.Token, t.Certificate)
	}
	file, err := pdf.Read(ctx, bytes.NewReader(document), int64(len(document)), nil)
	if err != nil {
		return err
	}
	fmt.Printf("%s in %d: PAdES-%s\n", what, now.Year(), file.Signatures[0].Level)
	for _, t := range file.Signatures[0].CMS.Timestamps {
		line(string(t.Kind), t.Token, t.Certificate)
	}
	for _, t := range file.Timestamps {
		tsa, err := t.Token.Signer()
		if err != nil {
			return err
		}
		line("document", t.Token, tsa)
	}
	return nil
}

func line(kind string, token *timestamp.Token, tsa *x509.Certificate) {
	fmt.Printf("  %s time-stamp of %d by %s, whose certificate ends in %d\n", kind, token.Info.Time.Year(), tsa.Subject.CommonName, tsa.NotAfter.Year())
}
