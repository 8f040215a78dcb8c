package xml

import (
	"crypto/x509"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

// TimestampKind says what a time-stamp covers.
type TimestampKind string

const (
	ContentTimestamp                TimestampKind = "content"                  // what is signed, or a part of it, made before signing
	SignatureTimestamp              TimestampKind = "signature"                // the signature value
	SignatureAndReferencesTimestamp TimestampKind = "signature-and-references" // the signature value, its time-stamps, and references to evidence
	ReferencesTimestamp             TimestampKind = "references"               // references to evidence alone
	ArchiveTimestamp                TimestampKind = "archive"                  // what is signed, signature, and all evidence and time-stamps that were there
)

// Timestamp holds the facts of one time-stamp token in a signature.
type Timestamp struct {
	Kind               TimestampKind
	Property           string            // the element that holds it, such as "SignatureTimeStamp"
	Token              *timestamp.Token  // nil when it cannot be read
	Certificate        *x509.Certificate // the time-stamp authority's; nil when it was not found
	ContentIntegrity   Integrity         // its imprint is that of what it should cover
	SignatureIntegrity Integrity         // the token's own signature and form
	Canonicalization   C14N              // of what it covers
	ArchiveVersion     string            // of an ArchiveTimestamp: "1.4.1", or an older one; else ""
	Findings           []Finding

	// Covers names what existed when the time-stamp was made, provided that the token is genuine: the signature value for a
	// SignatureTimestamp; for an ArchiveTimestamp the signature value and the certificates, CRLs and OCSP responses, earlier time-stamp
	// tokens with what they carry, and counter-signatures that stand before it; what is named by its SHA-256, where references are
	// covered. It is empty unless ContentIntegrity is Intact.
	Covers []trust.Digest
}

// stampElement is an element that holds time-stamps.
type stampElement struct {
	node xmltree.Node
	kind TimestampKind
	at   int // before how many of the unsigned properties it stands; of content time-stamps 0
}

// timestampKind is the kind of time-stamp that an unsigned property holds; "" when it is something else.
func (p *properties) timestampKind(n xmltree.Node) TimestampKind {
	switch local, latest := string(p.tree.Local(n)), p.tree.Space(n) == spaceXAdES141; {
	case local == "ArchiveTimeStamp" && (latest || p.tree.Space(n) == p.URI):
		return ArchiveTimestamp
	case latest && local == "SigAndRefsTimeStampV2":
		return SignatureAndReferencesTimestamp
	case latest && local == "RefsOnlyTimeStampV2":
		return ReferencesTimestamp
	case p.tree.Space(n) != p.URI:
		return ""
	case local == "SignatureTimeStamp":
		return SignatureTimestamp
	case local == "SigAndRefsTimeStamp":
		return SignatureAndReferencesTimestamp
	case local == "RefsOnlyTimeStamp":
		return ReferencesTimestamp
	}
	return ""
}

// stampElements are the elements that hold time-stamps: those of content, of the signature and of references, then archive ones, each in the order of the document.
func (p *properties) stampElements() (list []stampElement) {
	if objects := p.child(p.signed, "SignedDataObjectProperties"); objects != 0 {
		for _, n := range p.tree.Elements(objects) {
			if p.is(n, "AllDataObjectsTimeStamp") || p.is(n, "IndividualDataObjectsTimeStamp") {
				list = append(list, stampElement{n, ContentTimestamp, 0})
			}
		}
	}
	var archive []stampElement
	for i, n := range p.unsigned() {
		switch kind := p.timestampKind(n); kind {
		case "":
		case ArchiveTimestamp:
			archive = append(archive, stampElement{n, kind, i})
		default:
			list = append(list, stampElement{n, kind, i})
		}
	}
	return append(list, archive...)
}

// timestamps lists the time-stamps of a signature. The error is that of the context or the source.
func (s *Signature) timestamps(d *digester, p *properties) error {
	if n := len(p.unsigned()); n > limits.XMLUnsigned {
		s.addFault(tooMany("unsigned properties of a signature", limits.XMLUnsigned), "")
		return nil
	}
	m := &imprints{d: d, s: s, p: p}
	for _, e := range p.stampElements() {
		for _, n := range p.children(e.node, "EncapsulatedTimeStamp") {
			if len(s.Timestamps) == limits.XMLTimestamps {
				s.addFault(tooMany("time-stamps of a signature", limits.XMLTimestamps), "")
				return nil
			}
			if err := signer.Cancelled(d.ctx); err != nil {
				return err
			}
			t, err := m.timestamp(e, n)
			if err != nil {
				return err
			}
			s.Timestamps = append(s.Timestamps, t)
		}
		if len(p.children(e.node, "XMLTimeStamp")) > 0 {
			s.Timestamps = append(s.Timestamps, m.unreadable(e))
		}
	}
	s.order()
	return nil
}

// archiveVersion is the version of XAdES that an archive time-stamp is of; "" for other kinds.
func (p *properties) archiveVersion(e stampElement) string {
	if e.kind != ArchiveTimestamp {
		return ""
	}
	return versionOf(p.tree.Space(e.node))
}

func (m *imprints) new(e stampElement) *Timestamp {
	return &Timestamp{Kind: e.kind, Property: string(m.p.tree.Local(e.node)), ArchiveVersion: m.p.archiveVersion(e), ContentIntegrity: Unknown, SignatureIntegrity: Unknown}
}

// unreadable is a time-stamp in XML, which nobody makes and kyso does not read.
func (m *imprints) unreadable(e stampElement) *Timestamp {
	t := m.new(e)
	t.Findings = append(t.Findings, Finding{Code: CodeTimestampMalformed, Severity: finding.Error, Clause: "EN 319 132-1, 5.1.4.3"})
	return t
}

// timestamp gathers the facts of one token.
func (m *imprints) timestamp(e stampElement, n xmltree.Node) (*Timestamp, error) {
	t := m.new(e)
	der, ok := base64Of(m.p.tree, n)
	if !ok {
		t.Findings = append(t.Findings, Finding{Code: CodeTimestampMalformed, Severity: finding.Error, Clause: "EN 319 132-1, 5.1.4.3"})
		return t, nil
	}
	token, err := m.token(der)
	if err != nil {
		t.fault(CodeTimestampMalformed, err, "RFC 3161, 2.4.2")
		return t, nil
	}
	t.Token = token
	known := m.s.certificatesAtHand(m.d.more)
	if cert, err := token.Signer(known...); err == nil {
		t.Certificate = cert
	}
	t.SignatureIntegrity = Intact
	if err := token.CheckIntegrity(known...); err != nil {
		t.SignatureIntegrity = Broken
		if t.Certificate == nil {
			t.SignatureIntegrity = Unknown
		}
		t.fault(CodeTimestampBroken, err, "RFC 3161, 2.4.2")
	}
	if row, ok := alg.HashOf(token.Info.Hash); ok && row.Weak {
		t.Findings = append(t.Findings, Finding{Code: CodeWeakDigest, Severity: finding.Error, Clause: "ETSI TS 119 312, 5.2",
			Params: finding.P("algorithm", row.Name)})
	}
	if !token.Info.Hash.Available() {
		return t, nil
	}
	return t, m.check(t, e)
}

// check compares the token with the digest of what it should be over.
func (m *imprints) check(t *Timestamp, e stampElement) error {
	const clause = "EN 319 132-1, 5.1.4.4"
	method := m.p.method(e.node)
	t.Canonicalization = method
	digest, covers, err := m.over(e, method, t.Token.Info.Hash)
	switch {
	case err != nil && (signer.Cancelled(m.d.ctx) != nil || hasCode(err, CodeRead)):
		return err
	case err != nil: // it cannot be computed: what it covers is not there, or its algorithm is not known
		t.Findings = append(t.Findings, Finding{Code: CodeTimestampUnchecked, Severity: finding.Warning, Clause: clause}, faultFinding(err, clause))
		return nil
	}
	if err := t.Token.CheckImprint(digest); err != nil {
		t.ContentIntegrity = Broken
		t.fault(CodeTimestampUnbound, err, clause)
		return nil
	}
	t.ContentIntegrity, t.Covers = Intact, covers
	return nil
}

// method is the canonicalisation of what a time-stamp covers (EN 319 132-1, 4.5).
func (p *properties) method(n xmltree.Node) C14N {
	c := p.tree.Child(n, spaceDSig, "CanonicalizationMethod")
	if c == 0 {
		return C14N10
	}
	uri, _ := p.tree.Attr(c, "Algorithm")
	if uri == "" { // signers have left it empty; EU DSS reads that in the same way
		return C14N10
	}
	return C14N(uri)
}

// fault adds a finding and, behind it, the reason that package timestamp gives.
func (t *Timestamp) fault(code Code, err error, clause string) {
	t.Findings = append(t.Findings, Finding{Code: code, Severity: finding.Error, Clause: clause}, faultFinding(err, clause))
}

// order finds time-stamps that are older than what they cover (EN 319 102-1, 5.5.4 and 5.6.3): none of the two times can then be relied on.
// Times count in whole seconds, since some authorities give no more.
func (s *Signature) order() {
	for _, t := range s.Timestamps {
		if t.Kind == ContentTimestamp || t.ContentIntegrity != Intact {
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
