// Package proofs tells, while a signature is raised to a long-term level, since when the things in it are known to exist, and what needs
// no further evidence. CAdES and XAdES share it, and what of a level depends on more than structure.
package proofs

import (
	"crypto/x509"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/trust"
)

// Stamp is a time-stamp of a signature.
type Stamp struct {
	Kind        Kind
	Raw         []byte // the token; nil: it cannot be read
	Time        time.Time
	Certificate *x509.Certificate // of the authority; nil: not found
	Genuine     bool              // the token's own signature fits
	Fits        bool              // it is over what it should be over
	Covers      []trust.Digest
}

// Kind says what a time-stamp covers, in the words of both formats.
type Kind string

// The kinds.
const (
	OverContent   Kind = "content"
	OverSignature Kind = "signature"
	OverAll       Kind = "archive"
)

func (t *Stamp) sound() bool { return t.Raw != nil && t.Certificate != nil && t.Genuine && t.Fits }

// Stamped reports whether one of a signature's time-stamps is a sound one over its value.
func Stamped(stamps []Stamp) bool {
	return slices.ContainsFunc(stamps, func(t Stamp) bool { return t.Kind == OverSignature && t.sound() })
}

// Complete reports whether complete says so of the signer's certificate and of that of every time-stamp but the newest archive time-stamp:
// that one's evidence the next archive time-stamp will cover.
func Complete(signer *x509.Certificate, stamps []Stamp, complete func(*x509.Certificate) bool) bool {
	if !complete(signer) {
		return false
	}
	last := -1
	for i, t := range stamps {
		if t.Kind == OverAll && t.Raw != nil && (last < 0 || !t.Time.Before(stamps[last].Time)) {
			last = i
		}
	}
	for i, t := range stamps {
		if i != last && (t.Certificate == nil || !complete(t.Certificate)) {
			return false
		}
	}
	return true
}

// Proofs is what is proved about a signature. It is copied for each counter-signature, which has more of its own. Not safe for concurrent
// use.
type Proofs struct {
	Now  time.Time
	Made map[trust.Digest]bool // tokens that were made just now

	stamps  []Stamp
	archive []archived
}

// archived is an archive time-stamp and the evidence that it covers.
type archived struct {
	covers   map[trust.Digest]bool
	evidence *trust.Inventory
}

// Signature is what Collect needs to know of a signature of either format.
type Signature struct {
	Value       []byte
	Certificate *x509.Certificate // nil: not found
	Evidence    *trust.Evidence   // what the document holds for it; Collect adds what it gets
	Stamps      []Stamp
	Counter     []*Signature
}

// Collect asks for the evidence about the certificates of a signature, of its time-stamps and of its counter-signatures, each as of the time
// that is proved for what it signed, where nothing settles it yet. A certificate that was not found is asked for as nil. Tokens that
// cannot be read or are broken prove nothing and need no evidence.
func (p Proofs) Collect(s *Signature, ask func(cert *x509.Certificate, at time.Time, known *trust.Evidence) (*trust.Evidence, error)) error {
	p.Add(s)
	need := func(cert *x509.Certificate, signed trust.Digest, at time.Time) error {
		if cert != nil && p.Settled(cert, signed) {
			return nil
		}
		found, err := ask(cert, at, s.Evidence)
		if err != nil {
			return err
		}
		s.Evidence.Add(found)
		return nil
	}
	value := trust.DigestOf(s.Value)
	signed := p.Existed(value, time.Time{})
	if err := need(s.Certificate, value, signed); err != nil {
		return err
	}
	for _, t := range s.Stamps {
		if t.Raw == nil || t.Certificate == nil || !t.Genuine {
			continue
		}
		name, at := value, signed // a content time-stamp is among what was signed
		if t.Kind != OverContent {
			name = trust.DigestOf(t.Raw)
			at = p.Existed(name, t.Time)
		}
		if err := need(t.Certificate, name, at); err != nil {
			return err
		}
	}
	for _, c := range s.Counter {
		if err := p.Collect(c, ask); err != nil {
			return err
		}
	}
	return nil
}

// Add adds what the sound time-stamps of a signature prove, and the evidence among which theirs is.
func (p *Proofs) Add(s *Signature) {
	p.stamps, p.archive = slices.Clip(p.stamps), slices.Clip(p.archive)
	for _, t := range s.Stamps {
		if !t.sound() {
			continue
		}
		p.stamps = append(p.stamps, t)
		if t.Kind != OverAll {
			continue
		}
		covers := make(map[trust.Digest]bool, len(t.Covers))
		for _, c := range t.Covers {
			covers[c] = true
		}
		p.archive = append(p.archive, archived{covers, only(s.Evidence, covers).Inventory(nil)})
	}
}

// only is the part of the evidence that is covered.
func only(e *trust.Evidence, covers map[trust.Digest]bool) *trust.Evidence {
	return &trust.Evidence{
		Certificates: slices.DeleteFunc(slices.Clone(e.Certificates), func(c *x509.Certificate) bool { return !covers[trust.DigestOf(c.Raw)] }),
		CRLs:         slices.DeleteFunc(slices.Clone(e.CRLs), func(raw []byte) bool { return !covers[trust.DigestOf(raw)] }),
		OCSPs:        slices.DeleteFunc(slices.Clone(e.OCSPs), func(raw []byte) bool { return !covers[trust.DigestOf(raw)] }),
	}
}

// Settled reports whether an archive time-stamp covers both what a certificate signed and all the evidence about the certificate. Nothing
// that could be had later would be better: it was gathered when it was fresh.
func (p *Proofs) Settled(cert *x509.Certificate, signed trust.Digest) bool {
	return slices.ContainsFunc(p.archive, func(a archived) bool { return a.covers[signed] && a.evidence.Complete(cert) })
}

// Existed is the time of the earliest time-stamp over what is named; without one it is now, so that a token whose certificate has
// expired meanwhile is refused and does not make a worthless file. A token that was made just now existed at its own time.
func (p *Proofs) Existed(name trust.Digest, own time.Time) time.Time {
	if p.Made[name] {
		return own
	}
	at := p.Now
	if own.After(at) {
		at = own // its clock is ahead of ours
	}
	for _, t := range p.stamps {
		if t.Time.Before(at) && slices.Contains(t.Covers, name) {
			at = t.Time
		}
	}
	return at
}
