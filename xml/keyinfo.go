package xml

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/xmltree"
)

// keyInfo is what a ds:KeyInfo says (XML Signature 1.1, 4.5). It is a hint: none of it is trusted.
type keyInfo struct {
	certificates []*x509.Certificate
	crls         [][]byte
	keys         []crypto.PublicKey // KeyValue and DEREncodedKeyValue
	serials      []*big.Int         // X509IssuerSerial, by the serial number alone: names have no one spelling
	skis         [][]byte
	digests      []certDigest
	unreadable   []string // names of elements that could not be used
}

type certDigest struct {
	hash   crypto.Hash
	digest []byte
}

// parseCertificate reads a certificate, those too that crypto/x509 refuses and package pki reads.
func parseCertificate(der []byte) (*x509.Certificate, error) {
	cert, err := pki.ParseX509(der)
	if err != nil {
		return nil, fail(CodeKeyInfo, nil, "name", "X509Certificate")
	}
	return cert, nil
}

func readKeyInfo(t *xmltree.Tree) *keyInfo {
	k := &keyInfo{}
	for _, n := range t.Elements(t.Root()) {
		switch {
		case len(k.certificates)+len(k.keys) >= limits.XMLKeys:
			k.unreadable = append(k.unreadable, string(t.Local(n)))
			return k
		case t.Is(n, spaceDSig, "X509Data"):
			k.x509Data(t, n)
		case t.Is(n, spaceDSig, "KeyValue"):
			for _, c := range t.Elements(n) {
				k.value(keyValue(t, c))
			}
		case t.Is(n, spaceDSig11, "DEREncodedKeyValue"):
			k.value(derKeyValue(t, n))
		}
	}
	return k
}

func (k *keyInfo) value(pub crypto.PublicKey, err error) {
	if err != nil {
		k.unreadable = append(k.unreadable, "KeyValue")
		return
	}
	k.keys = append(k.keys, pub)
}

func (k *keyInfo) x509Data(t *xmltree.Tree, data xmltree.Node) {
	for _, n := range t.Elements(data) {
		name := string(t.Local(n))
		ok := true
		switch {
		case t.Is(n, spaceDSig, "X509Certificate"):
			der, decoded := base64Value(t, n)
			cert, err := (*x509.Certificate)(nil), error(nil)
			if ok = decoded && len(k.certificates) < limits.XMLKeys; ok {
				if cert, err = parseCertificate(der); err == nil {
					k.certificates = append(k.certificates, cert)
				}
				ok = err == nil
			}
		case t.Is(n, spaceDSig, "X509CRL"):
			var der []byte
			if der, ok = base64Value(t, n); ok && len(k.crls) < limits.XMLKeys {
				k.crls = append(k.crls, der)
			}
		case t.Is(n, spaceDSig, "X509SKI"):
			var ski []byte
			if ski, ok = base64Value(t, n); ok {
				k.skis = append(k.skis, ski)
			}
		case t.Is(n, spaceDSig, "X509IssuerSerial"):
			text := strings.Trim(t.Value(t.Child(n, spaceDSig, "X509SerialNumber")), blanks)
			serial := new(big.Int)
			if ok = len(text) < 200; ok {
				_, ok = serial.SetString(text, 10)
			}
			if ok {
				k.serials = append(k.serials, serial)
			}
		case t.Is(n, spaceDSig11, "X509Digest"):
			uri, _ := t.Attr(n, "Algorithm")
			h, hok := alg.HashByXML(uri)
			digest, dok := base64Value(t, n)
			if ok = hok && dok; ok {
				k.digests = append(k.digests, certDigest{h.Crypto, digest})
			}
		}
		if !ok {
			k.unreadable = append(k.unreadable, name)
		}
	}
}

// mean reports whether KeyInfo names the certificate without holding it.
func (k *keyInfo) mean(c *x509.Certificate) bool {
	for _, s := range k.serials {
		if c.SerialNumber.Cmp(s) == 0 {
			return true
		}
	}
	for _, s := range k.skis {
		if len(s) > 0 && bytes.Equal(c.SubjectKeyId, s) {
			return true
		}
	}
	for _, d := range k.digests {
		h := d.hash.New()
		h.Write(c.Raw)
		if bytes.Equal(h.Sum(nil), d.digest) {
			return true
		}
	}
	return false
}

// candidates are the certificates that could be the signer's: those in KeyInfo, and of others that are at hand those that it names,
// or all where it says nothing.
func (k *keyInfo) candidates(others []*x509.Certificate) []*x509.Certificate {
	list := k.certificates
	silent := len(k.certificates)+len(k.keys)+len(k.serials)+len(k.skis)+len(k.digests) == 0
	for _, c := range others {
		if c != nil && (silent || k.mean(c)) {
			list = append(list[:len(list):len(list)], c)
		}
	}
	return list[:min(len(list), limits.XMLCandidates)]
}

const blanks = " \t\r\n"

// decodeBase64 is strict but for blanks, which base64Binary allows anywhere (XML Schema 2, 3.2.16). It makes use of the text that it is given.
func decodeBase64(text []byte) ([]byte, bool) {
	if bytes.IndexByte(text, ' ') >= 0 || bytes.IndexByte(text, '\t') >= 0 { // the decoder passes over ends of lines by itself
		bare := text[:0]
		for _, c := range text {
			if c != ' ' && c != '\t' {
				bare = append(bare, c)
			}
		}
		text = bare
	}
	b, err := base64.StdEncoding.Strict().AppendDecode(nil, text)
	if err != nil || len(b) == 0 { // what was read up to there is no value
		return nil, false
	}
	return b, true
}

// base64Value decodes what an element says.
func base64Value(t *xmltree.Tree, n xmltree.Node) ([]byte, bool) {
	return decodeBase64(t.AppendText(nil, n))
}

// keyValue reads the child of a KeyValue.
func keyValue(t *xmltree.Tree, n xmltree.Node) (crypto.PublicKey, error) {
	switch {
	case t.Is(n, spaceDSig, "RSAKeyValue"):
		modulus, ok := base64Value(t, t.Child(n, spaceDSig, "Modulus"))
		exponent, eok := base64Value(t, t.Child(n, spaceDSig, "Exponent"))
		e := new(big.Int).SetBytes(exponent)
		if !ok || !eok || len(modulus) > limits.RSAMax/8+1 || !e.IsInt64() || e.Int64() != int64(int(e.Int64())) {
			return nil, fail(CodeKeyInfo, nil, "name", "RSAKeyValue")
		}
		pub := &rsa.PublicKey{N: new(big.Int).SetBytes(modulus), E: int(e.Int64())}
		return pub, alg.CheckKey(pub)
	case t.Is(n, spaceDSig11, "ECKeyValue"):
		uri, _ := t.Attr(t.Child(n, spaceDSig11, "NamedCurve"), "URI")
		point, ok := base64Value(t, t.Child(n, spaceDSig11, "PublicKey"))
		if !ok {
			return nil, fail(CodeKeyInfo, nil, "name", "ECKeyValue")
		}
		return ecKey(uri, point)
	case t.Is(n, spaceMore, "ECDSAKeyValue"): // RFC 4050, 3
		domain := t.Child(n, spaceMore, "DomainParameters")
		urn, _ := t.Attr(t.Child(domain, spaceMore, "NamedCurve"), "URN")
		public := t.Child(n, spaceMore, "PublicKey")
		point := []byte{4}
		for _, name := range []string{"X", "Y"} {
			text, _ := t.Attr(t.Child(public, spaceMore, name), "Value")
			v, ok := new(big.Int), len(text) < 200
			if ok {
				_, ok = v.SetString(text, 10)
			}
			size := curveSize(urn)
			if !ok || v.Sign() < 0 || v.BitLen() > 8*size {
				return nil, fail(CodeKeyInfo, nil, "name", "ECDSAKeyValue")
			}
			point = append(point, v.FillBytes(make([]byte, size))...)
		}
		return ecKey(urn, point)
	}
	return nil, fail(CodeKeyInfo, nil, "name", string(t.Local(n)))
}

// curveOIDs are the curves that are taken, with the octets of a coordinate.
var curveOIDs = []struct {
	urn  string
	oid  asn1.ObjectIdentifier
	size int
}{
	{"urn:oid:1.2.840.10045.3.1.7", asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7}, 32},
	{"urn:oid:1.3.132.0.34", asn1.ObjectIdentifier{1, 3, 132, 0, 34}, 48},
	{"urn:oid:1.3.132.0.35", asn1.ObjectIdentifier{1, 3, 132, 0, 35}, 66},
}

func curveSize(urn string) int {
	for _, c := range curveOIDs {
		if c.urn == urn {
			return c.size
		}
	}
	return 0
}

// ecKey goes through SubjectPublicKeyInfo, so that one place checks keys.
func ecKey(urn string, point []byte) (crypto.PublicKey, error) {
	for _, c := range curveOIDs {
		if c.urn != urn {
			continue
		}
		var b cryptobyte.Builder
		b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1})
				b.AddASN1ObjectIdentifier(c.oid)
			})
			b.AddASN1BitString(point)
		})
		spki, err := b.Bytes()
		if err != nil {
			return nil, fail(CodeKeyInfo, err, "name", "ECKeyValue")
		}
		return alg.ParsePublicKey(spki)
	}
	return nil, fail(CodeKeyInfo, nil, "name", "NamedCurve")
}

func derKeyValue(t *xmltree.Tree, n xmltree.Node) (crypto.PublicKey, error) {
	der, ok := base64Value(t, n)
	if !ok {
		return nil, fail(CodeKeyInfo, nil, "name", "DEREncodedKeyValue")
	}
	return alg.ParsePublicKey(der)
}

// signer finds the certificate and checks the signature value under its key, or under a bare key where there is no certificate.
func (s *Signature) signer(known []*x509.Certificate) {
	s.Certificates, s.CRLs = s.info.certificates, s.info.crls
	for _, name := range s.info.unreadable {
		s.add(CodeKeyInfo, finding.Warning, "XML Signature 1.1, 4.5", "name", name)
	}
	list := s.info.candidates(known)
	var first error
	for _, c := range list {
		pub, err := alg.PublicKey(c)
		if err == nil {
			err = s.check(pub)
		}
		if err == nil {
			s.Certificate, s.IdentifiedBy, s.Key, s.SignatureIntegrity = c, ByKeyInfo, pub, Intact
			s.sameKey(pub)
			return
		}
		if first == nil {
			first = err
		}
	}
	if len(list) > 0 { // the first one stands for all
		s.Certificate, s.IdentifiedBy = list[0], ByKeyInfo
		s.Key, _ = alg.PublicKey(list[0])
		s.failed(first)
		return
	}
	s.add(CodeCertificateMissing, finding.Error, "XML Signature 1.1, 4.5")
	for _, pub := range s.info.keys {
		err := s.check(pub)
		if err == nil {
			s.Key, s.SignatureIntegrity = pub, Intact
			return
		}
		if s.Key == nil {
			s.Key, first = pub, err
		}
	}
	if s.Key != nil {
		s.failed(first)
	}
}

// failed tells why the value does not verify.
func (s *Signature) failed(err error) {
	switch {
	case s.algorithm.Scheme == 0: // reported with the SignatureMethod
	case hasCode(err, alg.CodeSignatureWrong), hasCode(err, alg.CodeSignatureForm):
		s.SignatureIntegrity = Broken
		s.addFault(fail(CodeSignatureBroken, err), "XML Signature 1.1, 3.2.2")
	default:
		s.addFault(fail(CodeCertificateKey, err), "")
	}
}

// sameKey holds bare keys against the certificate's: a reader that takes the key from elsewhere would check something else.
func (s *Signature) sameKey(pub crypto.PublicKey) {
	for _, k := range s.info.keys {
		if !alg.SameKey(pub, k) {
			s.add(CodeKeyOther, finding.Error, "XML Signature 1.1, 4.5")
			return
		}
	}
}
