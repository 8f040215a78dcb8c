// Package proofs tells, while a signature is raised to a long-term level, since when the things in it are known to exist, and what needs
// no further evidence. CAdES and XAdES share it.
package proofs

import (
	"crypto/x509"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/trust"
)

// Stamp is a sound time-stamp: its imprint and its signature fit.
type Stamp struct {
	Time    time.Time
	Covers  []trust.Digest
	Archive bool
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

// Add adds sound time-stamps and the evidence among which theirs is.
func (p *Proofs) Add(stamps []Stamp, evidence *trust.Evidence) {
	p.stamps, p.archive = append(slices.Clip(p.stamps), stamps...), slices.Clip(p.archive)
	for _, t := range stamps {
		if !t.Archive {
			continue
		}
		covers := make(map[trust.Digest]bool, len(t.Covers))
		for _, c := range t.Covers {
			covers[c] = true
		}
		p.archive = append(p.archive, archived{covers, only(evidence, covers).Inventory(nil)})
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
