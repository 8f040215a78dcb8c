package xml

import (
	"crypto/x509"
	"slices"
	"strings"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
)

// properties are the QualifyingProperties of a signature.
type properties struct {
	*qualifying
	tree   *xmltree.Tree
	signed xmltree.Node // the SignedProperties; 0 when none is signed
}

// advance reads what XAdES adds to a signature, once its References were computed. The error is that of the source or the context.
func (s *Signature) advance(d *digester, more []*x509.Certificate) error {
	v := s.survey
	if !v.shaped() {
		return nil
	}
	depth := 0
	for around := s.Parent; around != nil; around = around.Parent {
		if depth++; depth > limits.XMLCounter { // each level is read again with those around it
			s.addFault(tooMany("signatures nested in one another", limits.XMLCounter), "")
			return nil
		}
	}
	s.counterSigned()
	signs := s.propertiesReference()
	if len(v.qualifying) == 0 {
		if signs != nil {
			s.foreign(signs)
		}
		return nil
	}
	p, err := s.properties(d.doc, signs)
	switch {
	case hasCode(err, CodeRead):
		return err
	case err != nil:
		s.addFault(err, "EN 319 132-1, 4.3")
		if signs != nil {
			s.ContentIntegrity = Broken // what is signed as the properties cannot be them
		}
		return nil
	case p == nil:
		return nil
	}
	s.evidence(p)
	if p.signed != 0 {
		s.signedProperties(d.doc, p, signs.Integrity == Intact)
		s.signingCertificate(p, more)
	} else if s.Certificate == nil {
		s.adopt(s.values.Certificates)
	}
	if err := s.timestamps(d, p); err != nil {
		return err
	}
	s.Level = s.level(p)
	return nil
}

// propertiesReference is the Reference that says it signs SignedProperties; nil when there is none, or several.
func (s *Signature) propertiesReference() (signs *Reference) {
	for _, r := range s.References {
		switch {
		case !isSignedProperties(r):
		case signs != nil:
			s.add(CodePropertiesSeveral, finding.Error, "EN 319 132-1, 4.4.2", "what", "Reference")
			return nil
		default:
			signs = r
		}
	}
	return signs
}

// properties finds the QualifyingProperties that belong to the signature: with what is signed of them where something is. nil when none
// can be told to be the signature's. The SignedProperties count only where they are what the Reference names, right where they
// belong and as they stand (EN 319 132-1, 4.3.1 and 4.4).
func (s *Signature) properties(doc *Document, signs *Reference) (*properties, error) {
	all := s.survey.qualifying
	if len(all) == 0 {
		return nil, nil
	}
	if len(all) > 1 {
		s.add(CodePropertiesSeveral, finding.Error, "EN 319 132-1, 4.4.1", "what", "QualifyingProperties")
	}
	q := &all[0]
	if signs != nil && signs.Element != nil {
		for i := range all {
			if doc.in.original(all[i].start) <= signs.Element.Start && signs.Element.Start < doc.in.original(all[i].end) {
				q = &all[i]
			}
		}
	} else if len(all) > 1 {
		return nil, nil
	}
	if s.Element.ID == "" || q.target != "#"+s.Element.ID {
		s.add(CodePropertiesTarget, finding.Error, "EN 319 132-1, 4.3.1", "id", shorten(q.target))
		return nil, nil
	}
	raw, err := doc.in.slice(q.start, q.end, limits.XMLProperties)
	if err != nil {
		return nil, err
	}
	t, err := xmltree.ParseElement(raw, q.context)
	if err != nil {
		return nil, wrap(err)
	}
	p := &properties{qualifying: q, tree: t}
	signed := p.children(t.Root(), "SignedProperties")
	switch {
	case len(signed) > 1:
		return nil, fail(CodePropertiesSeveral, nil, "what", "SignedProperties")
	case signs == nil && len(signed) == 1:
		s.add(CodePropertiesUnsigned, finding.Error, "EN 319 132-1, 4.4.2")
	case signs == nil:
	case len(signed) == 0 || !s.names(doc, signs, p, signed[0]):
		s.foreign(signs)
	default:
		p.signed = signed[0]
	}
	return p, nil
}

// foreign says that a Reference that should sign the properties signs something else. Where it names an element that is not what it says,
// whatever its digest, someone has moved things about.
func (s *Signature) foreign(r *Reference) {
	s.add(CodePropertiesForeign, finding.Error, "EN 319 132-1, 4.4.2", "uri", shorten(r.URI))
	if r.Element != nil {
		s.ContentIntegrity = Broken
	}
}

// names reports whether a Reference signs this element as it stands, and nothing else.
func (s *Signature) names(doc *Document, r *Reference, p *properties, n xmltree.Node) bool {
	_, _, left, ok := r.plan.streamed()
	if !ok || left != leftNone || r.plan.target != targetID || r.Element == nil {
		return false
	}
	start, _ := p.tree.Range(n)
	return doc.in.original(p.start+int64(start)) == r.Element.Start
}

// is reports whether n is an element of XAdES, of the version that the properties are in.
func (p *properties) is(n xmltree.Node, local string) bool { return p.tree.Is(n, p.URI, local) }

// child is the first element of XAdES in n that has a local name; 0 when there is none.
func (p *properties) child(n xmltree.Node, path ...string) xmltree.Node {
	for _, local := range path {
		if n == 0 {
			return 0
		}
		n = p.tree.Child(n, p.URI, local)
	}
	return n
}

// children are the elements of XAdES in n that have a local name.
func (p *properties) children(n xmltree.Node, local string) []xmltree.Node {
	if n == 0 {
		return nil
	}
	return slices.DeleteFunc(p.tree.Elements(n), func(c xmltree.Node) bool { return !p.is(c, local) })
}

// text is what an element says, without the blanks around it; "" when n is 0.
func (p *properties) text(n xmltree.Node) string {
	if n == 0 {
		return ""
	}
	return strings.Trim(p.tree.Value(n), blanks)
}

// digest reads what holds a DigestMethod and a DigestValue. Versions before 1.3.2 may have them in their own namespace.
func (p *properties) digest(n xmltree.Node) (h alg.Hash, value []byte, ok bool) {
	if n == 0 {
		return h, nil, false
	}
	for _, c := range p.tree.Elements(n) {
		if space := p.tree.Space(c); space != spaceDSig && space != p.URI {
			continue
		}
		switch string(p.tree.Local(c)) {
		case "DigestMethod":
			uri, _ := p.tree.Attr(c, "Algorithm")
			h, ok = alg.HashByXML(uri)
		case "DigestValue":
			value, _ = base64Of(p.tree, c)
		}
	}
	return h, value, ok && len(value) > 0
}

// signedProperties reads what is signed (EN 319 132-1, 5.2).
func (s *Signature) signedProperties(doc *Document, p *properties, covered bool) {
	start, end := p.tree.Range(p.signed)
	id, _ := p.tree.Attr(p.signed, "Id")
	c := &SignedProperties{Version: versionOf(p.URI), Covered: covered, Element: Element{
		Name: Name{p.URI, "SignedProperties"}, Path: s.Element.Path + "/Object/QualifyingProperties/SignedProperties", ID: id,
		Start: doc.in.original(p.start + int64(start)), End: doc.in.original(p.start + int64(end)),
	}}
	s.Properties = c
	about := p.child(p.signed, "SignedSignatureProperties")
	s.claimTime(p, p.children(about, "SigningTime"))
	for _, local := range [...]string{"SignatureProductionPlaceV2", "SignatureProductionPlace"} {
		if n := p.child(about, local); n != 0 && c.Place == nil {
			of := func(local string) string { return p.text(p.child(n, local)) }
			c.Place = &ProductionPlace{of("StreetAddress"), of("City"), of("StateOrProvince"), of("PostalCode"), of("CountryName")}
		}
	}
	for _, local := range [...]string{"SignerRoleV2", "SignerRole"} {
		n := p.child(about, local)
		for _, role := range p.children(p.child(n, "ClaimedRoles"), "ClaimedRole") {
			c.Roles = append(c.Roles, p.text(role))
		}
		for _, list := range [...]string{"CertifiedRoles", "CertifiedRolesV2", "SignedAssertions"} {
			if l := p.child(n, list); l != 0 {
				c.Certified += len(p.tree.Elements(l))
			}
		}
	}
	c.Policy = p.policy(p.child(about, "SignaturePolicyIdentifier"))
	objects := p.child(p.signed, "SignedDataObjectProperties")
	for _, n := range p.children(objects, "DataObjectFormat") {
		reference, _ := p.tree.Attr(n, "ObjectReference")
		c.Formats = append(c.Formats, DataObjectFormat{
			Reference: strings.TrimPrefix(reference, "#"), MimeType: p.text(p.child(n, "MimeType")), Encoding: p.text(p.child(n, "Encoding")),
			Description: p.text(p.child(n, "Description")), Identifier: p.text(p.child(n, "ObjectIdentifier", "Identifier")),
		})
	}
	for _, n := range p.children(objects, "CommitmentTypeIndication") {
		one := Commitment{ID: p.text(p.child(n, "CommitmentTypeId", "Identifier")), Description: p.text(p.child(n, "CommitmentTypeId", "Description"))}
		for _, r := range p.children(n, "ObjectReference") {
			one.References = append(one.References, strings.TrimPrefix(p.text(r), "#"))
		}
		c.Commitments = append(c.Commitments, one)
	}
	if len(c.Roles) > limits.XMLClaims || len(c.Formats) > limits.XMLClaims || len(c.Commitments) > limits.XMLClaims {
		s.addFault(tooMany("roles, formats or commitments of a signature", limits.XMLClaims), "")
		c.Roles, c.Formats, c.Commitments = c.Roles[:min(len(c.Roles), limits.XMLClaims)], c.Formats[:min(len(c.Formats), limits.XMLClaims)],
			c.Commitments[:min(len(c.Commitments), limits.XMLClaims)]
	}
}

func (s *Signature) claimTime(p *properties, list []xmltree.Node) {
	if len(list) == 0 {
		return
	}
	at, zoned, ok := dateTime(p.text(list[0]))
	switch {
	case len(list) > 1 || !ok:
		s.add(CodeProperty, finding.Error, "EN 319 132-1, 5.2.1", "name", "SigningTime")
		return
	case !zoned:
		s.add(CodeTimeZone, finding.Warning, "EN 319 132-1, 5.2.1")
	}
	s.SigningTime = &at
}

// policy reads a SignaturePolicyIdentifier.
func (p *properties) policy(n xmltree.Node) *SignaturePolicy {
	if n == 0 {
		return nil
	}
	id := p.child(n, "SignaturePolicyId")
	if id == 0 {
		return &SignaturePolicy{Implied: p.child(n, "SignaturePolicyImplied") != 0}
	}
	name := p.child(id, "SigPolicyId")
	out := &SignaturePolicy{ID: p.text(p.child(name, "Identifier")), Description: p.text(p.child(name, "Description"))}
	h, digest, _ := p.digest(p.child(id, "SigPolicyHash"))
	out.Hash, out.Digest = h.Name, digest
	for _, q := range p.children(p.child(id, "SigPolicyQualifiers"), "SigPolicyQualifier") {
		if uri := p.child(q, "SPURI"); uri != 0 {
			out.URI = p.text(uri)
		}
		if notice := p.child(q, "SPUserNotice", "ExplicitText"); notice != 0 {
			out.Notice = p.text(notice)
		}
	}
	return out
}
