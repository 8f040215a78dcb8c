package xml

import (
	"crypto/x509"
	"math/big"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
)

// certRef is a Cert of a SigningCertificate.
type certRef struct {
	hash   alg.Hash
	digest []byte
	says   bool     // it names issuer and serial number too
	serial *big.Int // nil when it cannot be read
	uri    bool     // it has the attribute URI
}

// is reports whether the certificate has the digest.
func (r *certRef) is(c *x509.Certificate) bool {
	if c == nil || r.hash.Crypto == 0 {
		return false
	}
	h := r.hash.Crypto.New()
	h.Write(c.Raw)
	return equal(h.Sum(nil), r.digest)
}

// certRefs reads the Certs of a SigningCertificate or SigningCertificateV2.
func (p *properties) certRefs(n xmltree.Node) ([]certRef, error) {
	bad := fail(CodeProperty, nil, "name", string(p.tree.Local(n)))
	list := p.children(n, "Cert")
	if len(list) == 0 || len(list) > limits.XMLSigningCerts {
		return nil, bad
	}
	var refs []certRef
	for _, c := range list {
		h, digest, ok := p.digest(p.child(c, "CertDigest"))
		if !ok {
			return nil, bad
		}
		r := certRef{hash: h, digest: digest}
		_, r.uri = p.tree.Attr(c, "URI")
		if is := p.child(c, "IssuerSerial"); is != 0 {
			r.says, r.serial = true, serialOf(p.tree, is)
		}
		if is := p.child(c, "IssuerSerialV2"); is != 0 {
			r.says, r.serial = true, serialV2(p.tree, is)
		}
		refs = append(refs, r)
	}
	return refs, nil
}

// serialOf is the serial number in an X509IssuerSerialType; nil when it cannot be read.
func serialOf(t *xmltree.Tree, n xmltree.Node) *big.Int {
	text := strings.Trim(t.Value(t.Child(n, spaceDSig, "X509SerialNumber")), blanks)
	if len(text) >= 200 {
		return nil
	}
	serial, _ := new(big.Int).SetString(text, 10)
	return serial
}

// serialV2 is the serial number in an IssuerSerialV2, which holds the DER of an IssuerSerial (RFC 5035, 5.4); nil when it cannot be read.
func serialV2(t *xmltree.Tree, n xmltree.Node) *big.Int {
	der, ok := base64Of(t, n)
	s, serial := cryptobyte.String(der), new(big.Int)
	if !ok || !s.ReadASN1(&s, casn1.SEQUENCE) || !s.SkipASN1(casn1.SEQUENCE) || !s.ReadASN1Integer(serial) {
		return nil
	}
	return serial
}

// signingCertificate holds the certificate against those that are named, and takes another one that is at hand where the first does not
// fit: KeyInfo is not signed and holds what someone has put there (EN 319 132-1, 5.2.2; EN 319 102-1, 5.2.3).
func (s *Signature) signingCertificate(p *properties, more []*x509.Certificate) {
	const clause = "EN 319 132-1, 5.2.2"
	about := p.child(p.signed, "SignedSignatureProperties")
	var all [][]certRef
	for i, local := range [...]string{"SigningCertificate", "SigningCertificateV2"} {
		for _, n := range p.children(about, local) {
			refs, err := p.certRefs(n)
			s.SigningCertificate.Present, s.SigningCertificate.Version = true, i+1
			if err != nil {
				s.addFault(err, clause)
			}
			all = append(all, refs)
		}
	}
	if !s.SigningCertificate.Present {
		s.adopt(s.values.Certificates)
		if !s.signsKeyInfo() {
			s.add(CodeNoSigningCert, finding.Warning, clause)
		}
		return
	}
	named := func(c *x509.Certificate) bool {
		for _, refs := range all {
			if !slices.ContainsFunc(refs, func(r certRef) bool { return r.is(c) }) {
				return false
			}
		}
		return true
	}
	if s.Certificate == nil || !named(s.Certificate) {
		var fit []*x509.Certificate
		for _, c := range slices.Concat(s.info.candidates(more), s.values.Certificates, more) {
			if named(c) {
				fit = append(fit, c)
			}
		}
		s.adopt(fit)
	}
	s.SigningCertificate.Match = named(s.Certificate)
	switch {
	case s.Certificate == nil:
		return
	case !s.SigningCertificate.Match:
		s.add(CodeSigningCert, finding.Error, clause)
		return
	}
	s.IdentifiedBy = BySigningCertificate
	for _, refs := range all {
		r := refs[slices.IndexFunc(refs, func(r certRef) bool { return r.is(s.Certificate) })]
		if r.hash.Weak {
			s.add(CodeWeakReference, finding.Warning, clause, "algorithm", r.hash.Name)
		}
		if r.says && (r.serial == nil || r.serial.Cmp(s.Certificate.SerialNumber) != 0) { // a hint; the digest is what binds
			s.add(CodeIssuerSerial, finding.Warning, clause)
		}
	}
}

// adopt makes the first certificate of the list under which the value verifies the signer's; where there is none and nothing better
// was found, the first one stands for all.
func (s *Signature) adopt(list []*x509.Certificate) {
	list = list[:min(len(list), limits.XMLCandidates)]
	for _, c := range list {
		if pub, err := alg.PublicKey(c); err == nil && s.check(pub) == nil {
			s.Certificate, s.IdentifiedBy, s.Key, s.SignatureIntegrity = c, ByKeyInfo, pub, Intact
			s.Findings = slices.DeleteFunc(s.Findings, func(f Finding) bool {
				return f.Code == CodeCertificateMissing || f.Code == CodeSignatureBroken || f.Code == CodeWeakKey || f.Code == CodeKeyOther
			})
			s.sameKey(pub)
			s.weakKey()
			return
		}
	}
	if s.Certificate == nil && len(list) > 0 {
		pub, err := alg.PublicKey(list[0])
		if err == nil {
			err = s.check(pub)
		}
		s.Certificate, s.IdentifiedBy, s.Key = list[0], ByKeyInfo, pub
		s.Findings = slices.DeleteFunc(s.Findings, func(f Finding) bool { return f.Code == CodeCertificateMissing })
		s.failed(err)
	}
}

// signsKeyInfo reports whether a Reference signs the KeyInfo, which binds the certificate as well (EN 319 132-1, 5.2.2).
func (s *Signature) signsKeyInfo() bool {
	part := s.survey.keyInfo()
	return part != nil && slices.ContainsFunc(s.References, func(r *Reference) bool {
		return r.Element != nil && r.Element.Start == r.doc.in.original(part.start) && r.Integrity == Intact
	})
}
