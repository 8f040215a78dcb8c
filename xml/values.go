package xml

import (
	"crypto"
	"crypto/x509"
	"slices"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

// unsigned are the elements in UnsignedSignatureProperties, in order.
func (p *properties) unsigned() []xmltree.Node {
	n := p.child(p.tree.Root(), "UnsignedProperties", "UnsignedSignatureProperties")
	if n == 0 {
		return nil
	}
	return p.tree.Elements(n)
}

// is141 reports whether n is an element that version 1.4.1 has added.
func (p *properties) is141(n xmltree.Node, local string) bool {
	return p.tree.Is(n, spaceXAdES141, local)
}

// container tells the properties that hold certificates or revocation data (EN 319 132-1, 5.4 and 5.5.1).
func (p *properties) container(n xmltree.Node) bool {
	switch string(p.tree.Local(n)) {
	case "CertificateValues", "RevocationValues", "AttrAuthoritiesCertValues", "AttributeRevocationValues":
		return p.tree.Space(n) == p.URI
	case "TimeStampValidationData", "AnyValidationData":
		return p.tree.Space(n) == spaceXAdES141
	}
	return false
}

// evidence gathers the certificates and revocation data in unsigned properties.
func (s *Signature) evidence(p *properties) {
	for _, n := range p.unsigned() {
		if p.container(n) {
			p.values(n, func(kind valueKind, der []byte) bool {
				switch kind {
				case valueCertificate:
					c, err := parseCertificate(der)
					if err != nil {
						s.add(CodeValue, finding.Warning, "EN 319 132-1, 5.4", "name", "EncapsulatedX509Certificate")
						return true
					}
					s.values.Certificates = append(s.values.Certificates, c)
				case valueCRL:
					s.values.CRLs = append(s.values.CRLs, der)
				case valueOCSP:
					s.values.OCSPs = append(s.values.OCSPs, der)
				case valueUnreadable:
					s.add(CodeValue, finding.Warning, "EN 319 132-1, 5.4", "name", string(p.tree.Local(n)))
				default:
				}
				if s.count(); s.valued > limits.XMLValues {
					s.addFault(tooMany("certificates, CRLs and OCSP responses in the properties of a signature", limits.XMLValues), "")
					return false
				}
				return true
			})
		}
	}
}

func (s *Signature) count() {
	s.valued = len(s.values.Certificates) + len(s.values.CRLs) + len(s.values.OCSPs)
}

// valueKind is what an element holds as base64.
type valueKind uint8

const (
	valueNone valueKind = iota
	valueCertificate
	valueCRL
	valueOCSP
	valueTimestamp
	valueSignature  // a SignatureValue
	valueUnreadable // not base64, or another encoding than DER
)

// valueKinds are the elements of XAdES and of XML Signature that hold a value.
var valueKinds = map[string]valueKind{
	"EncapsulatedX509Certificate": valueCertificate, "EncapsulatedCRLValue": valueCRL, "EncapsulatedOCSPValue": valueOCSP, "EncapsulatedTimeStamp": valueTimestamp,
	"X509Certificate": valueCertificate, "X509CRL": valueCRL, "SignatureValue": valueSignature,
}

// values calls f for each value inside n until it returns false.
func (p *properties) values(n xmltree.Node, f func(kind valueKind, der []byte) bool) {
	t := p.tree
	for c := n; c <= t.Last(n); c++ {
		if t.Kind(c) != xmltree.Start {
			continue
		}
		kind := valueKinds[string(t.Local(c))]
		if space := t.Space(c); kind == valueNone || space != spaceDSig && !isXAdES(space) {
			continue
		}
		der, ok := base64Of(t, c)
		if encoding, _ := t.Attr(c, "Encoding"); !ok || encoding != "" && encoding != encodingDER && encoding != encodingBER {
			kind = valueUnreadable
		}
		if !f(kind, der) {
			return
		}
	}
}

// Encodings of what is encapsulated (EN 319 132-1, 5.1.3). A value in BER is read where DER or BER is.
const (
	encodingDER = "http://uri.etsi.org/01903/v1.2.2#DER"
	encodingBER = "http://uri.etsi.org/01903/v1.2.2#BER"
)

// covered names what is inside of an element: values, and of time-stamps what they carry; and what is named by its SHA-256.
func (p *properties) covered(n xmltree.Node, tokens func([]byte) (*timestamp.Token, error)) (covers []trust.Digest) {
	p.values(n, func(kind valueKind, der []byte) bool {
		if kind == valueUnreadable {
			return true
		}
		covers = append(covers, trust.DigestOf(der))
		if kind == valueTimestamp {
			if token, err := tokens(der); err == nil {
				covers[len(covers)-1] = trust.DigestOf(token.Raw)
				covers = append(covers, digests(token.Values()...)...)
			}
		}
		return true
	})
	return append(covers, p.referred(n)...)
}

// referred are the certificates and revocation data that an element names by their SHA-256 (EN 319 132-1, annex A.1).
func (p *properties) referred(n xmltree.Node) (covers []trust.Digest) {
	switch string(p.tree.Local(n)) {
	case "CompleteCertificateRefs", "CompleteCertificateRefsV2", "CompleteRevocationRefs", "AttributeCertificateRefs", "AttributeCertificateRefsV2", "AttributeRevocationRefs":
	default:
		return nil
	}
	for c := n; c <= p.tree.Last(n); c++ {
		switch string(p.tree.Local(c)) {
		case "CertDigest", "DigestAlgAndValue":
			if h, digest, ok := p.digest(c); ok && h.Crypto == crypto.SHA256 && len(digest) == h.Crypto.Size() {
				covers = append(covers, trust.Digest(digest))
			}
		}
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

// Evidence is everything by which certificates can be judged that lies in the signature: in KeyInfo, in its unsigned properties, in its
// time-stamps and in those of its counter-signatures. Nothing is known about any of it.
func (s *Signature) Evidence() *trust.Evidence {
	all := &trust.Evidence{}
	s.addEvidence(all)
	return all
}

func (s *Signature) addEvidence(all *trust.Evidence) {
	all.Add(&trust.Evidence{Certificates: s.Certificates, CRLs: s.CRLs})
	all.Add(&s.values)
	for _, t := range s.Timestamps {
		if t.Token == nil {
			continue
		}
		for _, v := range t.Token.Values() {
			all.Add(&trust.Evidence{CRLs: v.CRLs, OCSPs: v.OCSPs, Certificates: (&cmsdata.SignedData{Certificates: v.Certificates}).X509()})
		}
	}
	for _, c := range s.CounterSignatures {
		c.addEvidence(all)
	}
}

// certificatesAtHand are those among which the signers of time-stamps are looked for.
func (s *Signature) certificatesAtHand(more []*x509.Certificate) []*x509.Certificate {
	return slices.Concat(s.Certificates, s.values.Certificates, more)
}
