package xml

import (
	"crypto"
	"hash"
	"io"
	"slices"
	"strings"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

// imprints computes what the time-stamps of one signature cover.
type imprints struct {
	d *digester
	s *Signature
	p *properties
}

// prefixKey names what archive time-stamps begin with.
type prefixKey struct {
	signature *survey
	method    C14N
	hash      crypto.Hash
}

type parsedToken struct {
	token *timestamp.Token
	err   error
}

// token reads a time-stamp token, once.
func (m *imprints) token(der []byte) (*timestamp.Token, error) {
	p, ok := m.d.tokens[string(der)]
	if !ok {
		p.token, p.err = timestamp.ParseToken(der)
		if m.d.tokens == nil {
			m.d.tokens = map[string]parsedToken{}
		}
		m.d.tokens[string(der)] = p
	}
	return p.token, p.err
}

// over is the digest of what a time-stamp covers, and the names of it.
func (m *imprints) over(e stampElement, method C14N, h crypto.Hash) ([]byte, []trust.Digest, error) {
	if !method.Known() {
		return nil, nil, fail(CodeCanonicalization, nil, "algorithm", shorten(string(method)))
	}
	includes := m.p.children(e.node, "Include")
	individual := m.p.is(e.node, "IndividualDataObjectsTimeStamp")
	if len(includes) > 0 && !individual { // the properties lie in several places (the distributed case)
		return nil, nil, fail(CodeProperty, nil, "name", "Include")
	}
	w := h.New()
	switch e.kind {
	case ContentTimestamp:
		var list []*Reference
		var err error
		if individual {
			list, err = m.included(includes)
		} else {
			list = slices.DeleteFunc(slices.Clone(m.s.References), isSignedProperties)
		}
		if err == nil {
			err = m.references(w, list, method)
		}
		var covers []trust.Digest
		for _, r := range list {
			if r.hash == crypto.SHA256 && len(r.Digest) == r.hash.Size() {
				covers = append(covers, trust.Digest(r.Digest))
			}
		}
		return w.Sum(nil), covers, err
	case SignatureTimestamp:
		err := m.part(w, &m.s.survey.children[1], method)
		return w.Sum(nil), []trust.Digest{trust.DigestOf(m.s.Value)}, err
	case SignatureAndReferencesTimestamp, ReferencesTimestamp:
		return m.overReferences(w, e, method)
	default:
		return m.overArchive(e, method, h)
	}
}

// included are the References that an IndividualDataObjectsTimeStamp names (EN 319 132-1, 5.2.8.2).
func (m *imprints) included(includes []xmltree.Node) (list []*Reference, err error) {
	for _, n := range includes {
		uri, _ := m.p.tree.Attr(n, "URI")
		data, _ := m.p.tree.Attr(n, "referencedData")
		i := slices.IndexFunc(m.s.References, func(r *Reference) bool { return r.ID != "" && "#"+r.ID == uri })
		if i < 0 || data != "true" && data != "1" {
			return nil, fail(CodeProperty, nil, "name", "Include")
		}
		list = append(list, m.s.References[i])
	}
	return list, nil
}

// references hashes what References sign, one after the other; what comes out as nodes is canonicalised.
func (m *imprints) references(w io.Writer, list []*Reference, method C14N) error {
	for _, r := range list {
		if r.kept == nil {
			if err := m.spend(m.d.doc.in.size); err != nil {
				return err
			}
		}
		if err := r.copy(m.d, w, method); err != nil {
			return err
		}
	}
	return nil
}

// spend counts work: there may be many time-stamps over the same octets.
func (m *imprints) spend(octets int64) error {
	if (&jobs{spent: &m.d.spent}).spend(m.d.doc.in, octets) {
		return tooDear()
	}
	return nil
}

// part hashes a child of the signature.
func (m *imprints) part(w io.Writer, p *part, method C14N) error {
	raw, err := m.d.doc.in.slice(p.start, p.end, limits.XMLWhole)
	if err == nil {
		err = m.spend(int64(len(raw)))
	}
	if err != nil {
		return err
	}
	octets, err := canonicalElement(raw, m.s.survey.context, method, nil)
	if err != nil {
		return err
	}
	_, err = w.Write(octets)
	return err
}

// property hashes an element in the properties.
func (m *imprints) property(w io.Writer, n xmltree.Node, method C14N) error {
	raw := m.p.tree.Raw(n)
	if err := m.spend(int64(len(raw))); err != nil {
		return err
	}
	octets, err := canonicalElement(raw, m.p.tree.Context(n), method, nil)
	if err != nil {
		return err
	}
	_, err = w.Write(octets)
	return err
}

// overReferences is for the time-stamps over references to evidence (EN 319 132-1, A.1.5). Those that stand before the time-stamp count, the
// second versions for the second versions.
func (m *imprints) overReferences(w hash.Hash, e stampElement, method C14N) ([]byte, []trust.Digest, error) {
	var covers []trust.Digest
	if e.kind == SignatureAndReferencesTimestamp {
		if err := m.part(w, &m.s.survey.children[1], method); err != nil {
			return nil, nil, err
		}
		covers = append(covers, trust.DigestOf(m.s.Value))
	}
	second := strings.HasSuffix(string(m.p.tree.Local(e.node)), "V2")
	for _, n := range m.p.unsigned()[:e.at] {
		local, space := string(m.p.tree.Local(n)), m.p.tree.Space(n)
		counts := false
		switch local {
		case "SignatureTimeStamp":
			counts = e.kind == SignatureAndReferencesTimestamp && space == m.p.URI
		case "CompleteRevocationRefs", "AttributeRevocationRefs":
			counts = space == m.p.URI
		case "CompleteCertificateRefs", "AttributeCertificateRefs":
			counts = !second && space == m.p.URI
		case "CompleteCertificateRefsV2", "AttributeCertificateRefsV2":
			counts = second && space == spaceXAdES141
		}
		if !counts {
			continue
		}
		if err := m.property(w, n, method); err != nil {
			return nil, nil, err
		}
		covers = append(covers, m.p.covered(n, m.token)...)
	}
	return w.Sum(nil), covers, nil
}

// overArchive is for archive time-stamps.
func (m *imprints) overArchive(e stampElement, method C14N, h crypto.Hash) ([]byte, []trust.Digest, error) {
	unsigned := m.p.unsigned()[:e.at]
	digest, err := m.archived(unsigned, method, h, m.p.archiveVersion(e) == "1.4.1")
	if err != nil {
		return nil, nil, err
	}
	covers := []trust.Digest{trust.DigestOf(m.s.Value)}
	for _, c := range m.s.Certificates {
		covers = append(covers, trust.DigestOf(c.Raw))
	}
	for _, raw := range m.s.CRLs {
		covers = append(covers, trust.DigestOf(raw))
	}
	if m.p.signed != 0 { // content time-stamps
		covers = append(covers, m.p.covered(m.p.signed, m.token)...)
	}
	for _, n := range unsigned {
		covers = append(covers, m.p.covered(n, m.token)...)
	}
	return digest, covers, nil
}

// archived is the digest that an archive time-stamp behind these unsigned properties is over (EN 319 132-1, 5.5.2.2): what the References
// sign, SignedInfo, SignatureValue, KeyInfo, the unsigned properties, and the other Objects. Versions before 1.4.1 leave out Objects that
// a Reference names.
func (m *imprints) archived(unsigned []xmltree.Node, method C14N, h crypto.Hash, all bool) ([]byte, error) {
	w, err := m.prefix(method, h)
	if err != nil {
		return nil, err
	}
	for _, n := range unsigned {
		if err := m.property(w, n, method); err != nil {
			return nil, err
		}
	}
	for i := range m.s.survey.children {
		c := &m.s.survey.children[i]
		if !c.is("Object") || i == m.p.object || !all && m.named(c) {
			continue
		}
		if err := m.part(w, c, method); err != nil {
			return nil, err
		}
	}
	return w.Sum(nil), nil
}

// named reports whether a Reference names the child of the signature.
func (m *imprints) named(c *part) bool {
	return c.id != "" && slices.ContainsFunc(m.s.References, func(r *Reference) bool { return r.plan.target == targetID && r.plan.id == c.id })
}

// prefix is the hash up to behind KeyInfo, which all archive time-stamps of the same hash and canonicalisation begin with.
func (m *imprints) prefix(method C14N, h crypto.Hash) (hash.Hash, error) {
	key := prefixKey{m.s.survey, method, h}
	have, ok := m.d.prefixes[key]
	if !ok {
		have = h.New()
		if err := m.references(have, m.s.References, method); err != nil {
			return nil, err
		}
		for i := range m.s.survey.children {
			if c := &m.s.survey.children[i]; !c.is("Object") {
				if err := m.part(have, c, method); err != nil {
					return nil, err
				}
			}
		}
		if m.d.prefixes == nil {
			m.d.prefixes = map[prefixKey]hash.Hash{}
		}
		m.d.prefixes[key] = have
	}
	c, ok := have.(hash.Cloner)
	if !ok {
		return nil, fail(CodeAlgorithm, nil, "algorithm", alg.HashName(h))
	}
	w, err := c.Clone()
	if err != nil {
		return nil, fail(CodeAlgorithm, err, "algorithm", alg.HashName(h))
	}
	return w, nil
}
