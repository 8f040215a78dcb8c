package xml

import (
	"crypto/x509"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/trust"
)

// proofs tell since when signature values and tokens are known to exist, and what an archive time-stamp has settled.
type proofs struct {
	now     time.Time
	made    map[trust.Digest]bool // tokens of this very call
	stamps  []*Timestamp          // sound ones
	archive []archived
}

// archived is an archive time-stamp and the evidence that it covers.
type archived struct {
	covers   map[trust.Digest]bool
	evidence *trust.Inventory
}

func (p *proofs) add(stamps []*Timestamp, evidence *trust.Evidence) {
	p.stamps, p.archive = slices.Clip(p.stamps), slices.Clip(p.archive)
	for _, t := range stamps {
		if !t.sound() {
			continue
		}
		p.stamps = append(p.stamps, t)
		if t.Kind != ArchiveTimestamp {
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

// settled reports whether an archive time-stamp covers both what a certificate signed and all the evidence about the certificate. Nothing
// that could be had later would be better: it was gathered when it was fresh.
func (p *proofs) settled(cert *x509.Certificate, name trust.Digest) bool {
	return slices.ContainsFunc(p.archive, func(a archived) bool { return a.covers[name] && a.evidence.Complete(cert) })
}

// existed is the time of the earliest time-stamp over what is named; without one it is now, so that a token whose certificate has
// expired meanwhile is refused and does not make a worthless file. A token that was made just now existed at its own time.
func (p *proofs) existed(name trust.Digest, own time.Time) time.Time {
	if p.made[name] {
		return own
	}
	at := p.now
	if own.After(at) {
		at = own // its clock is ahead of ours
	}
	for _, t := range p.stamps {
		if t.Token.Info.Time.Before(at) && slices.Contains(t.Covers, name) {
			at = t.Token.Info.Time
		}
	}
	return at
}
