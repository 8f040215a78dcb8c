package xml

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"strconv"
	"strings"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
)

// canonicalElement is the canonical form of an element that was cut out of a document.
func canonicalElement(raw []byte, context *xmltree.Context, method C14N, prefixes []string) ([]byte, error) {
	c := newCanonicalizer(nil, method, prefixes)
	c.apex, c.out = 1, make([]byte, 0, len(raw)+len(raw)/8+128)
	s := xmltree.ScanElement(raw, context)
	defer s.Release()
	for {
		k, err := s.Next()
		if err != nil {
			return nil, wrap(err)
		}
		if k == xmltree.EOF {
			return c.out, c.finish()
		}
		if err := c.event(s, k); err != nil {
			return nil, err
		}
	}
}

// read gathers what the signature says by itself. The error is that of the source; what is wrong with the signature is a finding.
func (s *Signature) read(doc *Document, more []*x509.Certificate) error {
	err := s.facts(doc, more)
	if err != nil && !hasCode(err, CodeRead) {
		s.addFault(err, "XML Signature 1.1, 4.2")
		err = nil
	}
	return err
}

func (s *Signature) facts(doc *Document, more []*x509.Certificate) error {
	v := s.survey
	s.IdentifiedBy, s.ContentIntegrity, s.SignatureIntegrity = ByNone, Unknown, Unknown
	s.info = &keyInfo{}
	if !v.shaped() {
		s.add(CodeShape, finding.Error, "XML Signature 1.1, 4.2", "what", "the children of Signature")
		return nil
	}
	tree := func(p *part) (*xmltree.Tree, []byte, error) {
		raw, err := doc.in.slice(p.start, p.end, limits.XMLPart)
		if err != nil {
			return nil, nil, err
		}
		t, err := xmltree.ParseElement(raw, v.context)
		return t, raw, wrap(err)
	}
	if p := v.keyInfo(); p != nil {
		t, _, err := tree(p)
		if err != nil {
			return err
		}
		s.info = readKeyInfo(t)
	}
	raw, err := doc.in.slice(v.children[1].start, v.children[1].end, limits.XMLPart)
	if err != nil {
		return err
	}
	var ok bool
	if s.Value, ok = plainBase64(raw); !ok {
		value, _, err := tree(&v.children[1])
		if err != nil {
			return err
		}
		s.Value, ok = base64Of(value, value.Root())
	}
	if !ok {
		s.add(CodeShape, finding.Error, "XML Signature 1.1, 4.3", "what", "SignatureValue")
	}
	info, raw, err := tree(&v.children[0])
	if err != nil {
		return err
	}
	if err := s.canonical(info, raw); err != nil {
		s.addFault(err, "XML Signature 1.1, 4.4.1")
		return nil
	}
	// From here on only what is signed is read.
	signed, err := xmltree.Parse(s.SignedInfo)
	if err != nil {
		s.addFault(wrap(err), "XML Signature 1.1, 3.2.2")
		return nil
	}
	s.signatureMethod(signed)
	s.signer(more)
	s.weakKey()
	s.references(doc, signed)
	return nil
}

// canonical makes the canonical form of SignedInfo, by the algorithm that it names.
func (s *Signature) canonical(t *xmltree.Tree, raw []byte) error {
	method := t.Child(t.Root(), spaceDSig, "CanonicalizationMethod")
	uri, _ := t.Attr(method, "Algorithm")
	s.Canonicalization = C14N(uri)
	if !s.Canonicalization.Known() {
		return fail(CodeCanonicalization, nil, "algorithm", shorten(uri))
	}
	prefixes, err := inclusivePrefixes(t, method)
	if err != nil {
		return err
	}
	for n := t.Root(); n <= t.Last(t.Root()); n++ { // a comment could divide a value for another reader
		if string(t.Local(n)) == "XPath" {
			for _, b := range t.Bindings(n) {
				if b.URI == spaceDSig {
					s.survey.dsig = append(s.survey.dsig, b.Prefix)
				}
			}
		}
		if k := t.Kind(n); (k == xmltree.Comment || k == xmltree.PI) && t.Parent(n) != t.Root() {
			return fail(CodeShape, nil, "what", "a comment or processing instruction in SignedInfo")
		}
	}
	s.SignedInfo, err = canonicalElement(raw, s.survey.context, s.Canonicalization, prefixes)
	return err
}

// inclusivePrefixes reads the InclusiveNamespaces of exclusive canonicalisation.
func inclusivePrefixes(t *xmltree.Tree, n xmltree.Node) ([]string, error) {
	children := t.Elements(n)
	switch {
	case len(children) == 0:
		return nil, nil
	case len(children) > 1 || !t.Is(children[0], spaceExc, "InclusiveNamespaces"):
		return nil, fail(CodeShape, nil, "what", "the parameters of a canonicalisation algorithm")
	}
	list, _ := t.Attr(children[0], "PrefixList")
	return strings.Fields(list), nil
}

// plainBase64 is the value of an element that holds base64 as most do: with nothing in it that XML would have to be read for.
func plainBase64(element []byte) ([]byte, bool) {
	start, end := bytes.IndexByte(element, '>')+1, bytes.LastIndexByte(element, '<')
	if end < start || bytes.ContainsAny(element[start:end], `<>&"'`) { // among them what a > in an attribute would begin
		return nil, false
	}
	return decodeBase64(bytes.Clone(element[start:end]))
}

// base64Of is the value of an element that holds base64 and nothing else.
func base64Of(t *xmltree.Tree, n xmltree.Node) ([]byte, bool) {
	whole := n != 0
	t.Children(n, func(c xmltree.Node) bool {
		whole = whole && t.Kind(c) == xmltree.Text
		return whole
	})
	if !whole {
		return nil, false
	}
	return base64Value(t, n)
}

// signatureMethod reads the algorithm of the signature.
func (s *Signature) signatureMethod(t *xmltree.Tree) {
	n := t.Child(t.Root(), spaceDSig, "SignatureMethod")
	uri, _ := t.Attr(n, "Algorithm")
	a, ok := alg.SignatureByXML(uri)
	switch {
	case ok && len(t.Elements(n)) > 0: // such as HMACOutputLength, which would cut the value short
		s.add(CodeShape, finding.Error, "XML Signature 1.1, 4.4.2", "what", "the parameters of SignatureMethod")
		return
	case uri == alg.XMLPSS:
		var err error
		if a, err = pssParams(t, n); err != nil {
			s.addFault(err, "RFC 9231, 2.3.9")
			return
		}
	case !ok:
		s.add(CodeAlgorithm, finding.Error, "XML Signature 1.1, 6.4", "algorithm", shorten(alg.XMLName(uri)))
		return
	}
	s.algorithm, s.SignatureAlgorithm = a, a.Name()
	if a.Weak() {
		s.add(CodeWeakDigest, finding.Error, "ETSI TS 119 312, 5.2", "algorithm", alg.HashName(a.Hash))
	}
}

// pssParams reads RSAPSSParams (RFC 9231, 2.3.9): each may be left out, SHA-256 for both hashes, a salt as long as the hash.
func pssParams(t *xmltree.Tree, method xmltree.Node) (alg.Signature, error) {
	bad := fail(CodeShape, nil, "what", "the parameters of RSA-PSS")
	hash, mask, salt := crypto.SHA256, crypto.SHA256, -1
	digest := func(n xmltree.Node, into *crypto.Hash) bool {
		uri, _ := t.Attr(n, "Algorithm")
		h, ok := alg.HashByXML(uri)
		*into = h.Crypto
		return ok && t.Is(n, spaceDSig, "DigestMethod")
	}
	children := t.Elements(method)
	if len(children) > 1 || len(children) == 1 && !t.Is(children[0], spacePSS, "RSAPSSParams") {
		return alg.Signature{}, bad
	}
	if len(children) == 1 {
		for _, n := range t.Elements(children[0]) {
			ok := false
			switch {
			case t.Is(n, spaceDSig, "DigestMethod"):
				ok = digest(n, &hash)
			case t.Is(n, spacePSS, "MaskGenerationFunction"):
				uri, _ := t.Attr(n, "Algorithm")
				inner := t.Elements(n)
				ok = uri == alg.XMLMGF1 && (len(inner) == 0 || len(inner) == 1 && digest(inner[0], &mask))
			case t.Is(n, spacePSS, "SaltLength"):
				v, err := strconv.Atoi(strings.Trim(t.Value(n), blanks))
				salt, ok = v, err == nil && v >= 0
			case t.Is(n, spacePSS, "TrailerField"):
				ok = strings.Trim(t.Value(n), blanks) == "1"
			}
			if !ok {
				return alg.Signature{}, bad
			}
		}
	}
	if salt < 0 {
		salt = hash.Size()
	}
	return alg.PSSOf(hash, mask, salt)
}

// check verifies the value under a key.
func (s *Signature) check(pub crypto.PublicKey) error {
	if s.algorithm.Scheme == 0 || s.Value == nil {
		return fail(CodeSignatureBroken, nil)
	}
	return verifyValue(s.algorithm, pub, s.SignedInfo, s.Value)
}

// verifyValue checks the value of a ds:SignatureValue over the octets of SignedInfo.
func verifyValue(a alg.Signature, pub crypto.PublicKey, signed, value []byte) error {
	if !a.SignsMessage() {
		h := a.Hash.New()
		h.Write(signed)
		signed = h.Sum(nil)
	}
	if a.Scheme == alg.ECDSA {
		key, ok := pub.(*ecdsa.PublicKey)
		if !ok {
			return a.Verify(pub, signed, value) // says that the key is of another kind
		}
		der, err := alg.ECDSAFromRaw(key, value)
		if err != nil {
			return err
		}
		value = der
	}
	return a.Verify(pub, signed, value)
}

// weakKey flags keys that are verified and would not sign.
func (s *Signature) weakKey() {
	k, ok := s.Key.(*rsa.PublicKey)
	if p, pss := s.Key.(*alg.PSSKey); pss {
		k, ok = p.Key, true
	}
	if ok && k.N.BitLen() < limits.RSAMinSign {
		s.add(CodeWeakKey, finding.Warning, "ETSI TS 119 312, 8.4", "key", alg.KeyName(s.Key))
	}
}

func hasCode(err error, code Code) bool {
	var c interface{ Code() string }
	return errors.As(err, &c) && c.Code() == string(code)
}

// addFault adds an error as a finding, with what the errors beneath it say.
func (s *Signature) addFault(err error, clause string) {
	s.Findings = append(s.Findings, faultFinding(err, clause))
}

func faultFinding(err error, clause string) Finding {
	var f interface {
		Code() string
		Params() map[string]string
	}
	if !errors.As(err, &f) {
		return Finding{Code: CodeMalformed, Severity: finding.Error, Clause: clause}
	}
	params := f.Params()
	if inner := errors.Unwrap(err); inner != nil {
		var cause interface{ Params() map[string]string }
		if errors.As(inner, &cause) {
			for k, v := range cause.Params() {
				if _, ok := params[k]; !ok {
					params[k] = v
				}
			}
		}
	}
	return Finding{Code: Code(f.Code()), Severity: finding.Error, Params: params, Clause: clause}
}
