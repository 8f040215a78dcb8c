// Xades-lta signs an XML document to XAdES-B-LTA, with all the evidence to judge the signature later, has a second person confirm it, and
// refreshes it six years on, before the certificate of the time-stamp authority ends. Time passes on the clock of a demo PKI.
//
//	go run ./examples/xades-lta
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"time"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/xml"
)

const contract = `<HopDong><So>17/2026</So><GiaTri>120000000</GiaTri></HopDong>`

// archive is who helps a signature to live long: the time-stamp authority, and the validator that finds certificates and revocation data.
type archive struct {
	tsa       timestamp.Timestamper
	validator *trust.Validator
	clock     func() time.Time
}

// sign signs a document as someone who approves it.
func (a *archive) sign(ctx context.Context, signed io.Writer, document []byte, key signer.Signer) error {
	return xml.Sign(ctx, signed, bytes.NewReader(document), int64(len(document)), key, &xml.Options{
		Level: xml.LevelBLTA, Timestamper: a.tsa, Collector: a.validator, Clock: a.clock,
		SignatureID: "director",
		Roles:       []string{"Giám đốc"},
		Commitments: []xml.Commitment{{ID: xml.CommitmentApproval}},
	})
}

// confirm countersigns the director's signature.
func (a *archive) confirm(ctx context.Context, confirmed io.Writer, document []byte, key signer.Signer) error {
	return xml.Sign(ctx, confirmed, bytes.NewReader(document), int64(len(document)), key, &xml.Options{
		Level: xml.LevelBB, Countersigns: "director", Clock: a.clock,
	})
}

// refresh adds the evidence about the last archive time-stamp and the counter-signature, and a further archive time-stamp over everything. Do it
// while the certificate of the last time-stamp authority is valid, and before an algorithm ends that the document relies on.
func (a *archive) refresh(ctx context.Context, refreshed io.Writer, document []byte) error {
	return xml.Extend(ctx, refreshed, bytes.NewReader(document), int64(len(document)), &xml.ExtendOptions{
		Level: xml.LevelBLTA, Timestamper: a.tsa, Collector: a.validator, Clock: a.clock,
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

	var signed, confirmed, refreshed bytes.Buffer
	if err := a.sign(ctx, &signed, []byte(contract), pki.Signer("person")); err != nil {
		return err
	}
	if err := a.confirm(ctx, &confirmed, signed.Bytes(), pki.Signer("ec")); err != nil {
		return err
	}
	if err := show(ctx, "signed and confirmed", confirmed.Bytes(), pki.Now()); err != nil {
		return err
	}
	// The certificate of the one who has confirmed ends in some years: what proves the time of that comes before.
	pki.SetTime(pki.Now().AddDate(0, 1, 0))
	if err := a.refresh(ctx, &refreshed, confirmed.Bytes()); err != nil {
		return err
	}
	pki.SetTime(pki.Now().AddDate(6, 0, 0))
	var again bytes.Buffer
	if err := a.refresh(ctx, &again, refreshed.Bytes()); err != nil {
		return err
	}
	return show(ctx, "refreshed", again.Bytes(), pki.Now())
}

// show lists what is in the signature.
func show(ctx context.Context, what string, document []byte, now time.Time) error {
	doc, err := xml.Read(ctx, bytes.NewReader(document), int64(len(document)), nil)
	if err != nil {
		return err
	}
	s := doc.Signatures[0]
	evidence := s.Evidence()
	fmt.Printf("%s in %d: XAdES-%s by %s (%s), %d certificates, %d OCSP responses, %d CRLs, %d bytes\n", what, now.Year(), s.Level,
		s.Certificate.Subject.CommonName, s.Properties.Roles[0], len(evidence.Certificates), len(evidence.OCSPs), len(evidence.CRLs), len(document))
	for _, t := range s.Timestamps {
		fmt.Printf("  %s time-stamp of %d by %s, whose certificate ends in %d: %s\n", t.Kind, t.Token.Info.Time.Year(), t.Certificate.Subject.CommonName,
			t.Certificate.NotAfter.Year(), t.ContentIntegrity)
	}
	for _, c := range s.CounterSignatures {
		fmt.Printf("  confirmed by %s on %s: %s\n", c.Certificate.Subject.CommonName, c.SigningTime.Format(time.DateOnly), c.SignatureIntegrity)
	}
	return nil
}
