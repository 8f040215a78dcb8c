package trust

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Inventory is evidence put in order, to be asked whether it is complete. It checks no signature and no time: levels are a matter of
// what is there, validity is the [Validator]'s. Not safe for concurrent use.
type Inventory struct {
	bySubject map[string][]*x509.Certificate
	listed    map[string]bool       // issuers of CRLs
	answers   map[string][]answered // by serial number
	anchor    func(*x509.Certificate) bool
}

// answered is what an OCSP response speaks of (RFC 6960, 4.1.1).
type answered struct {
	hash            crypto.Hash
	issuerName, key []byte
}

// Inventory puts the evidence in order. anchor tells the certificates that need no answer; nil: those that are self-signed.
func (e *Evidence) Inventory(anchor func(*x509.Certificate) bool) *Inventory {
	v := &Inventory{bySubject: make(map[string][]*x509.Certificate), listed: make(map[string]bool), answers: make(map[string][]answered), anchor: anchor}
	if v.anchor == nil {
		v.anchor = func(c *x509.Certificate) bool { return bytes.Equal(c.RawIssuer, c.RawSubject) }
	}
	for _, c := range e.Certificates {
		v.bySubject[string(c.RawSubject)] = append(v.bySubject[string(c.RawSubject)], c)
	}
	for _, raw := range e.CRLs {
		if issuer, ok := crlIssuer(raw); ok {
			v.listed[string(issuer)] = true
		}
	}
	for _, raw := range e.OCSPs {
		v.addOCSP(raw)
	}
	return v
}

// Complete reports whether there is revocation data for the certificate and for each one above it, up to an anchor.
func (v *Inventory) Complete(cert *x509.Certificate) bool {
	steps := limits.PathChecks
	return cert != nil && v.complete(cert, 0, &steps)
}

func (v *Inventory) complete(cert *x509.Certificate, depth int, steps *int) bool {
	if v.anchor(cert) {
		return true
	}
	if *steps--; *steps < 0 || depth == limits.PathLength || bytes.Equal(cert.RawIssuer, cert.RawSubject) {
		return false
	}
	for _, issuer := range v.bySubject[string(cert.RawIssuer)] {
		if len(cert.AuthorityKeyId) > 0 && len(issuer.SubjectKeyId) > 0 && !bytes.Equal(cert.AuthorityKeyId, issuer.SubjectKeyId) {
			continue
		}
		if (v.listed[string(cert.RawIssuer)] || v.answersFor(cert, issuer)) && v.complete(issuer, depth+1, steps) {
			return true
		}
	}
	return false
}

func (v *Inventory) answersFor(cert, issuer *x509.Certificate) bool {
	for _, a := range v.answers[string(cert.SerialNumber.Bytes())] {
		if !a.hash.Available() {
			continue
		}
		h := a.hash.New()
		h.Write(cert.RawIssuer)
		if !bytes.Equal(h.Sum(nil), a.issuerName) {
			continue
		}
		h.Reset()
		h.Write(publicKey(issuer))
		if bytes.Equal(h.Sum(nil), a.key) {
			return true
		}
	}
	return false
}

// publicKey is the content of the BIT STRING of the key (RFC 6960, 4.1.1).
func publicKey(c *x509.Certificate) []byte {
	in := cryptobyte.String(c.RawSubjectPublicKeyInfo)
	var body cryptobyte.String
	var bits asn1.BitString
	if !in.ReadASN1(&body, casn1.SEQUENCE) || !body.SkipASN1(casn1.SEQUENCE) || !body.ReadASN1BitString(&bits) {
		return nil
	}
	return bits.Bytes
}

// crlIssuer is the issuer's name in a CertificateList (RFC 5280, 5.1).
func crlIssuer(raw []byte) ([]byte, bool) {
	in := cryptobyte.String(raw)
	var outer, tbs, issuer cryptobyte.String
	ok := in.ReadASN1(&outer, casn1.SEQUENCE) && outer.ReadASN1(&tbs, casn1.SEQUENCE) &&
		tbs.SkipOptionalASN1(casn1.INTEGER) && tbs.SkipASN1(casn1.SEQUENCE) && tbs.ReadASN1Element(&issuer, casn1.SEQUENCE)
	return issuer, ok
}

var certIDHashes = map[string]crypto.Hash{
	asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}.String():             crypto.SHA1,
	asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}.String(): crypto.SHA256,
	asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}.String(): crypto.SHA384,
	asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}.String(): crypto.SHA512,
}

// addOCSP notes what certificates an OCSPResponse speaks of (RFC 6960, 4.2.1).
func (v *Inventory) addOCSP(raw []byte) {
	in := cryptobyte.String(raw)
	var response, tagged, bytesOf, octets, basic, tbs, list cryptobyte.String
	if !in.ReadASN1(&response, casn1.SEQUENCE) || !response.SkipASN1(casn1.ENUM) || !response.ReadASN1(&tagged, casn1.Tag(0).Constructed().ContextSpecific()) ||
		!tagged.ReadASN1(&bytesOf, casn1.SEQUENCE) || !bytesOf.SkipASN1(casn1.OBJECT_IDENTIFIER) || !bytesOf.ReadASN1(&octets, casn1.OCTET_STRING) ||
		!octets.ReadASN1(&basic, casn1.SEQUENCE) || !basic.ReadASN1(&tbs, casn1.SEQUENCE) ||
		!tbs.SkipOptionalASN1(casn1.Tag(0).Constructed().ContextSpecific()) {
		return
	}
	if !tbs.SkipOptionalASN1(casn1.Tag(1).Constructed().ContextSpecific()) || !tbs.SkipOptionalASN1(casn1.Tag(2).Constructed().ContextSpecific()) ||
		!tbs.SkipASN1(casn1.GeneralizedTime) || !tbs.ReadASN1(&list, casn1.SEQUENCE) {
		return
	}
	for !list.Empty() {
		var single, id, algorithm, name, key cryptobyte.String
		var oid asn1.ObjectIdentifier
		serial := new(big.Int)
		if !list.ReadASN1(&single, casn1.SEQUENCE) || !single.ReadASN1(&id, casn1.SEQUENCE) || !id.ReadASN1(&algorithm, casn1.SEQUENCE) ||
			!algorithm.ReadASN1ObjectIdentifier(&oid) || !id.ReadASN1(&name, casn1.OCTET_STRING) || !id.ReadASN1(&key, casn1.OCTET_STRING) || !id.ReadASN1Integer(serial) {
			return
		}
		at := string(serial.Bytes())
		v.answers[at] = append(v.answers[at], answered{certIDHashes[oid.String()], name, key})
	}
}
