package einvoice

import (
	"context"
	"crypto/x509"
	"io"
	"time"

	"github.com/kyso-dev/kyso/xml"
)

// CheckOptions say what is known before signing. nil is the zero value.
type CheckOptions struct {
	// Number says which of several documents in an envelope is meant, as in [Options].
	Number int
	// SigningTime is the time that will be signed; the zero value is the clock's time.
	SigningTime time.Time
	// Registered, DayOff and Clock are those of [ReadOptions].
	Registered []string
	DayOff     func(day time.Time) bool
	Clock      func() time.Time
}

// Check says what a reader would find of a signature that a certificate's key made at a slot now: that it belongs to another tax code than
// the seller's, that it is not registered, that the invoice would be signed too late. No findings: nothing is known against it. Whether a
// finding keeps anyone from signing is for the caller to decide, as is everything about the certificate itself: its dates, its status.
//
// Errors are those of [Sign] where it could not sign the document, and *[Error] for options.
func Check(ctx context.Context, src io.ReaderAt, size int64, cert *x509.Certificate, slot Slot, opts *CheckOptions) ([]Finding, error) {
	o := orDefault(opts)
	if cert == nil {
		return nil, badOption("cert", "nil")
	}
	known, ok := ParseSlot(string(slot))
	if !ok || known.free() { // nothing is known of the document
		return nil, badOption("slot", string(slot))
	}
	in, err := open(ctx, src, size)
	if err != nil {
		return nil, err
	}
	all, err := survey(ctx, in)
	if err != nil {
		return nil, err
	}
	p, rule, err := all.choose(known, o.Number)
	if err != nil {
		return nil, err
	}
	var x xml.Options
	if err := p.locate(&x, rule); err != nil {
		return nil, err
	}
	if err := new(Options).refer(&x, rule, p); err != nil {
		return nil, err
	}
	r := newReader(&File{}, &ReadOptions{Registered: o.Registered, DayOff: o.DayOff, Clock: o.Clock})
	at := o.SigningTime
	if at.IsZero() {
		at = r.o.now()
	}
	s := &Signature{
		XML: &xml.Signature{Certificate: cert}, Slot: known, facts: &SlotFacts{Slot: known, Tree: rule.tree, rule: rule},
		Time: SigningTime{Text: at.In(vietnam).Format(timeLayout), At: &at, Covered: true, ZoneMissing: true},
	}
	d := p.document()
	r.signer(d, s)
	r.times(d, s)
	return s.Findings, nil
}
