package cms

import (
	"crypto"
	"strconv"
	"time"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/trust"
)

// archive compares an archive-time-stamp-v3 with what it should be over (EN 319 122-1, 5.5.3). Its index is not signed, but its imprint
// is over the index: who changes the index breaks the time-stamp. What the index lists must be there; what it does not list may be, and
// is not covered.
func (d *reader) archive(s *Signature, t *Timestamp) {
	const clause = "EN 319 122-1, 5.5.2"
	info := &t.Token.Info
	index, ok := t.index(clause)
	if !ok {
		return
	}
	if index.Hash.Weak {
		t.Findings = append(t.Findings, Finding{Code: CodeWeakDigest, Severity: finding.Error, Clause: "ETSI TS 119 312, 5.2", Params: finding.P("algorithm", index.Hash.Name)})
	}
	present := d.present(s, index)
	if listed, missing := present.missing(index); missing > 0 {
		t.ContentIntegrity = Broken
		t.Findings = append(t.Findings, Finding{Code: CodeArchiveAbsent, Severity: finding.Error, Clause: clause,
			Params: finding.P("count", strconv.Itoa(missing), "of", strconv.Itoa(listed))})
		return
	}
	if !d.has || !info.Hash.Available() || d.sd.ContentType == nil {
		return
	}
	content, err := d.digest(info.Hash)
	if err != nil || content == nil {
		return
	}
	if err := t.Token.CheckImprint(cmsdata.ArchiveImprint(info.Hash, d.sd.ContentType, content, s.Info, index)); err != nil {
		t.ContentIntegrity = Broken
		t.fault(CodeTimestampUnbound, err, "EN 319 122-1, 5.5.3")
		return
	}
	t.ContentIntegrity = Intact
	t.Covers = present.covered(index, s)
}

// index is the one index of an archive time-stamp.
func (t *Timestamp) index(clause string) (*cmsdata.HashIndex, bool) {
	say := func(code Code, pairs ...string) (*cmsdata.HashIndex, bool) {
		t.Findings = append(t.Findings, Finding{Code: code, Severity: finding.Error, Clause: clause, Params: finding.P(pairs...)})
		return nil, false
	}
	signers := t.Token.SignedData().Signers
	if len(signers) != 1 {
		return nil, false // the token's own fault: reported
	}
	indexes, err := cmsdata.HashIndexes(signers[0])
	switch {
	case err != nil:
		t.Findings = append(t.Findings, faultFinding(err, finding.Error, clause))
		return nil, false
	case len(indexes) == 0:
		return say(CodeArchiveNoIndex)
	case len(indexes) > 1:
		return say(CodeArchiveIndexes, "count", strconv.Itoa(len(indexes)))
	case !indexes[0].Hash.Crypto.Available():
		return say(CodeAlgorithm, "algorithm", cmsdata.AttributeName(indexes[0].Attribute().Type))
	}
	return indexes[0], true
}

// element is something that an archive time-stamp can cover: its hash, and what is proved with it.
type element struct {
	hash   string
	covers []trust.Digest
}

// elements are the elements of a SignedData and of one SignerInfo, as one kind of index hashes them.
type elements struct {
	certificates, crls, attributes []element
}

type elementsKey struct {
	info    *cmsdata.SignerInfo
	hash    crypto.Hash
	version int
}

// present are the elements that are there. They are hashed once for all archive time-stamps that use the same hash.
func (d *reader) present(s *Signature, index *cmsdata.HashIndex) *elements {
	key := elementsKey{s.Info, index.Hash.Crypto, index.Version}
	if have := d.elements[key]; have != nil {
		return have
	}
	h := index.Hash.Crypto
	e := &elements{}
	if of := d.elements[elementsKey{hash: h}]; of != nil {
		e.certificates, e.crls = of.certificates, of.crls
	} else {
		for _, raw := range d.sd.Certificates {
			e.certificates = append(e.certificates, element{string(sum(h, raw)), []trust.Digest{trust.DigestOf(raw)}})
		}
		for _, raw := range d.sd.CRLs {
			evidence := raw
			if response, ok := cmsdata.OCSPResponse(raw); ok {
				evidence = response
			}
			e.crls = append(e.crls, element{string(sum(h, raw)), []trust.Digest{trust.DigestOf(evidence)}})
		}
		d.keep(elementsKey{hash: h}, &elements{certificates: e.certificates, crls: e.crls})
	}
	for i := range s.Info.UnsignedAttrs {
		a := &s.Info.UnsignedAttrs[i]
		for j, hashed := range index.Hashed(a) {
			values := a.Values
			if index.Version > 1 {
				values = values[j : j+1]
			}
			e.attributes = append(e.attributes, element{string(sum(h, hashed)), d.coveredIn(*a, values, 0)})
		}
	}
	d.keep(key, e)
	return e
}

func (d *reader) keep(key elementsKey, e *elements) {
	if d.elements == nil {
		d.elements = map[elementsKey]*elements{}
	}
	d.elements[key] = e
}

// missing counts the hashes that the index lists, and those among them that are of nothing that is there.
func (e *elements) missing(index *cmsdata.HashIndex) (listed, missing int) {
	e.match(index, func(found *element) {
		if listed++; found == nil {
			missing++
		}
	})
	return listed, missing
}

// covered is what the time-stamp proves to have existed: all that the index lists, and the signature value.
func (e *elements) covered(index *cmsdata.HashIndex, s *Signature) []trust.Digest {
	covers := []trust.Digest{trust.DigestOf(s.Value)}
	e.match(index, func(found *element) { covers = append(covers, found.covers...) })
	return covers
}

func (e *elements) match(index *cmsdata.HashIndex, each func(*element)) {
	for _, list := range []struct {
		hashes   [][]byte
		elements []element
	}{{index.Certificates, e.certificates}, {index.CRLs, e.crls}, {index.Attributes, e.attributes}} {
		at := make(map[string]*element, len(list.elements))
		for i := range list.elements {
			at[list.elements[i].hash] = &list.elements[i]
		}
		for _, h := range list.hashes {
			each(at[string(h)])
		}
	}
}

// coveredIn is what is inside the values of an unsigned attribute: time-stamp tokens and what they carry, counter-signatures, the
// certificates and revocation data of the extended forms.
func (d *reader) coveredIn(a cmsdata.Attribute, values [][]byte, depth int) (covers []trust.Digest) {
	switch {
	case isTimestamp(a.Type):
		for _, v := range values {
			if token, err := d.token(v); err == nil {
				covers = append(covers, trust.DigestOf(v))
				covers = append(covers, digests(token.Values()...)...)
			}
		}
	case a.Type.Equal(cmsdata.OIDCounterSignature) && depth < limits.CMSCounter:
		for _, v := range values {
			si, err := cmsdata.ParseSignerInfo(v)
			if err != nil {
				continue
			}
			covers = append(covers, trust.DigestOf(si.Signature))
			for _, inner := range si.UnsignedAttrs {
				covers = append(covers, d.coveredIn(inner, inner.Values, depth+1)...)
			}
		}
	default:
		covers = digests(cmsdata.AttributeValues(&a))
	}
	return covers
}

func digests(all ...cmsdata.Values) (names []trust.Digest) {
	for _, v := range all {
		for _, list := range [][][]byte{v.Certificates, v.CRLs, v.OCSPs} {
			for _, raw := range list {
				names = append(names, trust.DigestOf(raw))
			}
		}
	}
	return names
}

// order finds time-stamps that are older than what they cover (EN 319 102-1, 5.5.4 and 5.6.3): none of the two times can then be relied on.
// Times count in whole seconds, since some authorities give no more.
func (s *Signature) order() {
	for _, t := range s.Timestamps {
		if t.Kind != ArchiveTimestamp || t.ContentIntegrity != Intact {
			continue
		}
		covers := make(map[trust.Digest]bool, len(t.Covers))
		for _, c := range t.Covers {
			covers[c] = true
		}
		for _, u := range s.Timestamps {
			if u == t || u.Token == nil || !later(u, t) || u.Kind != ContentTimestamp && !covers[trust.DigestOf(u.Token.Raw)] {
				continue
			}
			t.Findings = append(t.Findings, Finding{Code: CodeTimestampOrder, Severity: finding.Error, Clause: "EN 319 102-1, 5.5.4",
				Params: finding.P("time", seconds(t.Token.Info.Time), "since", seconds(u.Token.Info.Time))})
			break
		}
	}
}

func later(u, t *Timestamp) bool {
	return u.Token.Info.Time.Truncate(time.Second).After(t.Token.Info.Time)
}

func seconds(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Evidence is everything by which certificates can be judged that lies in the document and concerns this signature: in the SignedData, in
// its time-stamps and in those of its counter-signatures, and in the attributes certificate-values and revocation-values of the extended
// forms. Nothing is known about any of it.
func (s *Signature) Evidence() *trust.Evidence {
	all := &trust.Evidence{}
	all.Add(&trust.Evidence{Certificates: s.Certificates, CRLs: s.crls, OCSPs: s.ocsps})
	s.addEvidence(all)
	return all
}

func (s *Signature) addEvidence(all *trust.Evidence) {
	if s.Info != nil {
		for i := range s.Info.UnsignedAttrs {
			addValues(all, cmsdata.AttributeValues(&s.Info.UnsignedAttrs[i]))
		}
	}
	for _, t := range s.Timestamps {
		if t.Token != nil {
			addValues(all, t.Token.Values()...)
		}
	}
	for _, c := range s.CounterSignatures {
		c.addEvidence(all)
	}
}

func addValues(all *trust.Evidence, values ...cmsdata.Values) {
	for _, v := range values {
		e := trust.Evidence{CRLs: v.CRLs, OCSPs: v.OCSPs}
		e.Certificates = (&cmsdata.SignedData{Certificates: v.Certificates}).X509()
		all.Add(&e)
	}
}
