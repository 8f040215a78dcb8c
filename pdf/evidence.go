package pdf

import (
	"encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

// Evidence is all that the document holds of certificates, OCSP responses and CRLs: in its stores and inside its signatures and
// time-stamps, each once.
func (d *Document) Evidence() *trust.Evidence {
	var all trust.Evidence
	take := func(e *trust.Evidence) {
		all.Certificates = append(all.Certificates, e.Certificates...)
		all.OCSPs = append(all.OCSPs, e.OCSPs...)
		all.CRLs = append(all.CRLs, e.CRLs...)
	}
	for _, s := range d.Signatures {
		take(&s.Evidence)
	}
	for _, t := range d.Timestamps {
		take(&t.Evidence)
	}
	for _, s := range d.Stores {
		take(&s.Evidence)
	}
	once := &trust.Evidence{}
	once.Add(&all)
	return once
}

// revocationArchival is the attribute in which Acrobat puts revocation data (ISO 32000-2, 12.8.3.3.2).
var revocationArchival = asn1.ObjectIdentifier{1, 2, 840, 113583, 1, 1, 8}

// gather collects what the structure of a signature or time-stamp brings along. What cannot be read is passed over: nothing hangs on
// it being there.
func (e *entry) gather(sd *cmsdata.SignedData) {
	var found trust.Evidence
	gather(&found, sd)
	for _, si := range sd.Signers {
		for _, a := range si.SignedAttrs {
			if a.Type.Equal(revocationArchival) && len(a.Values) == 1 {
				archival(&found, a.Values[0])
			}
		}
	}
	if e.signature != nil && e.signature.CMS != nil {
		for _, t := range e.signature.CMS.Timestamps {
			if t.Token != nil {
				gather(&found, t.Token.SignedData())
			}
		}
	}
	e.Evidence.Add(&found)
}

func gather(to *trust.Evidence, sd *cmsdata.SignedData) {
	to.Certificates = append(to.Certificates, sd.X509()...)
	for _, raw := range sd.CRLs {
		if raw[0] == der.Sequence {
			to.CRLs = append(to.CRLs, raw)
		} else if response, ok := cmsdata.OCSPResponse(raw); ok {
			to.OCSPs = append(to.OCSPs, response)
		}
	}
}

// archival reads a RevocationInfoArchival.
func archival(to *trust.Evidence, raw []byte) {
	in := cryptobyte.String(raw)
	var body cryptobyte.String
	if !in.ReadASN1(&body, casn1.SEQUENCE) {
		return
	}
	for tag, list := range []*[][]byte{&to.CRLs, &to.OCSPs} {
		var outer, items cryptobyte.String
		var there bool
		if !body.ReadOptionalASN1(&outer, &there, casn1.Tag(tag).Constructed().ContextSpecific()) || there && !outer.ReadASN1(&items, casn1.SEQUENCE) {
			return
		}
		for !items.Empty() {
			var item cryptobyte.String
			if !items.ReadASN1Element(&item, casn1.SEQUENCE) {
				return
			}
			*list = append(*list, item)
		}
	}
}

// cover fills in what each document time-stamp covers.
func (r *reader) cover() {
	for _, e := range r.entries {
		if e.timestamp == nil || e.timestamp.Token == nil || !e.sound || e.Revision == 0 {
			continue
		}
		c := covered{known: make(map[trust.Digest]bool)}
		for _, s := range r.doc.Stores {
			if s.Revision <= e.Revision {
				c.evidence(&s.Evidence)
				for i := range s.VRI {
					c.octets(s.VRI[i].Stamp)
				}
			}
		}
		for _, below := range r.entries {
			// What is inside a /Contents below is covered where the whole of it lies in the octets stamped.
			if below.sound && below != e && below.span.tail <= e.span.gap {
				c.entry(below)
			}
		}
		e.timestamp.Covers = c.list
	}
}

type covered struct {
	list  []trust.Digest
	known map[trust.Digest]bool
}

func (c *covered) octets(octets []byte) {
	if len(octets) == 0 {
		return
	}
	if d := trust.DigestOf(octets); !c.known[d] {
		c.known[d] = true
		c.list = append(c.list, d)
	}
}

func (c *covered) evidence(e *trust.Evidence) {
	for _, cert := range e.Certificates {
		c.octets(cert.Raw)
	}
	for _, raw := range e.OCSPs {
		c.octets(raw)
	}
	for _, raw := range e.CRLs {
		c.octets(raw)
	}
}

func (c *covered) entry(e *entry) {
	c.evidence(&e.Evidence)
	switch {
	case e.timestamp != nil && e.timestamp.Token != nil:
		c.octets(e.timestamp.Token.Raw)
	case e.signature != nil && e.signature.CMS != nil:
		c.octets(e.signature.CMS.Value)
		for _, t := range e.signature.CMS.Timestamps {
			if t.Token != nil {
				c.octets(t.Token.Raw)
			}
		}
	}
}

// raise lifts the levels of signatures by what lies outside of them (ETSI EN 319 142-1, 6.3): a later document time-stamp makes B-T;
// a store, with revocation data for the chains of the signature and of its time-stamps, B-LT; a document time-stamp over such a store
// B-LTA. Of document time-stamps the last one needs no data yet.
func (r *reader) raise() {
	d := r.doc
	var last *DSS
	if n := len(d.Stores); n > 0 && d.Stores[n-1].Revision == len(d.Revisions) {
		last = d.Stores[n-1]
	}
	var inventory *trust.Inventory
	for _, s := range d.Signatures {
		if s.Level == "" || s.Extent == Part || s.Revision == 0 {
			continue
		}
		var above []*Timestamp // in the order of the file
		for _, t := range d.Timestamps {
			if t.Token != nil && t.Extent != Part && t.Revision > s.Revision {
				above = append(above, t)
			}
		}
		if s.Level == LevelBB && len(above) > 0 {
			s.Level = LevelBT
		}
		if s.Level != LevelBT || last == nil || !last.revocation() {
			continue
		}
		if inventory == nil {
			// Certificates may be anywhere; revocation data belongs into the store (ETSI EN 319 142-1, 6.3).
			e := &trust.Evidence{Certificates: d.Evidence().Certificates, OCSPs: last.Evidence.OCSPs, CRLs: last.Evidence.CRLs}
			inventory = e.Inventory(r.opts.Anchor)
		}
		if !r.complete(inventory, s, above) {
			continue
		}
		s.Level = LevelBLT
		for _, store := range d.Stores {
			if n := len(above); n > 0 && store.Revision == above[n-1].Revision && store.revocation() {
				s.Level = LevelBLTA
			}
		}
	}
}

// complete reports whether there is revocation data for the chains of a signature and of the time-stamps that it rests on.
func (r *reader) complete(v *trust.Inventory, s *Signature, above []*Timestamp) bool {
	if !v.Complete(s.CMS.Certificate) {
		return false
	}
	stamps := make([]*timestamp.Token, 0, len(above)+1)
	for _, t := range s.CMS.Timestamps {
		stamps = append(stamps, t.Token)
	}
	for _, t := range above[:max(0, len(above)-1)] {
		stamps = append(stamps, t.Token)
	}
	for _, token := range stamps {
		if token == nil {
			continue
		}
		cert, err := token.Signer(r.opts.Certificates...)
		if err != nil || !v.Complete(cert) {
			return false
		}
	}
	return true
}
