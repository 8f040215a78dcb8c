package cmsdata

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"time"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/limits"
)

// sum is the hash of b; nil when h is not linked in.
func sum(h crypto.Hash, b []byte) []byte {
	if !h.Available() {
		return nil
	}
	w := h.New()
	w.Write(b)
	return w.Sum(nil)
}

// Attr finds the first signed attribute of a type; n is how many there are.
func (si *SignerInfo) Attr(oid asn1.ObjectIdentifier) (first Attribute, n int) {
	return find(si.SignedAttrs, oid)
}

// UnsignedAttr is Attr among the unsigned attributes.
func (si *SignerInfo) UnsignedAttr(oid asn1.ObjectIdentifier) (first Attribute, n int) {
	return find(si.UnsignedAttrs, oid)
}

func find(attrs []Attribute, oid asn1.ObjectIdentifier) (first Attribute, n int) {
	for i := range attrs {
		if attrs[i].Type.Equal(oid) {
			if n++; n == 1 {
				first = attrs[i]
			}
		}
	}
	return first, n
}

// single is the only value of the only signed attribute of a type. CodeMissing when there is none, CodeDuplicate when there are
// several (RFC 5652 11.1, 11.2, 11.3; RFC 5035 5.4).
func (si *SignerInfo) single(oid asn1.ObjectIdentifier) ([]byte, error) {
	a, n := si.Attr(oid)
	switch {
	case n == 0:
		return nil, fail(CodeMissing, nil, "attribute", AttributeName(oid))
	case n > 1 || len(a.Values) != 1:
		return nil, fail(CodeDuplicate, nil, "attribute", AttributeName(oid))
	}
	return a.Values[0], nil
}

// ContentTypeAttr is the value of the content-type attribute (RFC 5652 11.1).
func (si *SignerInfo) ContentTypeAttr() (asn1.ObjectIdentifier, error) {
	v, err := si.single(OIDContentType)
	if err != nil {
		return nil, err
	}
	s := cryptobyte.String(v)
	var oid cryptobyte.String
	if !s.ReadASN1(&oid, casn1.OBJECT_IDENTIFIER) || !s.Empty() || !validOID(oid) {
		return nil, malformed(OIDContentType)
	}
	return parseOID(oid), nil
}

// MessageDigest is the value of the message-digest attribute (RFC 5652 11.2).
func (si *SignerInfo) MessageDigest() ([]byte, error) {
	v, err := si.single(OIDMessageDigest)
	if err != nil {
		return nil, err
	}
	s := cryptobyte.String(v)
	var digest cryptobyte.String
	if !s.ReadASN1(&digest, casn1.OCTET_STRING) || !s.Empty() {
		return nil, malformed(OIDMessageDigest)
	}
	return digest, nil
}

// SigningTime is the time that the signer claims (RFC 5652 11.3); ok is false when it claims none.
func (si *SignerInfo) SigningTime() (t time.Time, ok bool, err error) {
	if _, n := si.Attr(OIDSigningTime); n == 0 {
		return t, false, nil
	}
	v, err := si.single(OIDSigningTime)
	if err != nil {
		return t, false, err
	}
	if t, ok = parseTime(v); !ok {
		return t, false, malformed(OIDSigningTime)
	}
	return t, true, nil
}

// parseTime reads a Time: whole seconds in UTC (RFC 5652 11.3).
func parseTime(v []byte) (time.Time, bool) {
	if len(v) == 15 && v[0] == der.UTCTime && v[1] == 13 {
		t, err := time.Parse("060102150405Z", string(v[2:]))
		if err == nil && t.Year() >= 2050 {
			t = t.AddDate(-100, 0, 0)
		}
		return t, err == nil
	}
	if len(v) == 17 && v[0] == der.GeneralizedTime && v[1] == 15 {
		t, err := time.Parse("20060102150405Z", string(v[2:]))
		return t, err == nil
	}
	return time.Time{}, false
}

func malformed(oid asn1.ObjectIdentifier) *Error {
	return fail(CodeAttribute, nil, "attribute", AttributeName(oid))
}

// Algorithm is the signature algorithm. A hash that it names must be that of digestAlgorithm: CodeDigest when it is not, CodeAlgorithm
// when one of the two is not in the table.
func (si *SignerInfo) Algorithm() (alg.Signature, error) {
	if si.Digest.Crypto == 0 {
		_, err := alg.ParseHash(si.DigestRaw)
		return alg.Signature{}, fail(CodeAlgorithm, err)
	}
	s, err := alg.ParseSignature(si.SignatureAlgorithmRaw, si.Digest.Crypto)
	if err != nil {
		return alg.Signature{}, signatureAlgorithmError(err, si)
	}
	return s, nil
}

// VerifySignature checks the signature value under pub. contentDigest is the digest of the content under digestAlgorithm; it is
// used only without signed attributes, since with them the value is over the attributes (RFC 5652 5.4). It says nothing about the
// attributes themselves.
func (si *SignerInfo) VerifySignature(pub crypto.PublicKey, contentDigest []byte) error {
	s, err := si.Algorithm()
	if err != nil {
		return err
	}
	signed := contentDigest
	switch {
	case si.SignedAttrsRaw == nil && s.SignsMessage():
		return fail(CodeAlgorithm, nil, "algorithm", "Ed25519 without signed attributes") // the message would be the content itself (RFC 8419 3.1), which is not held
	case si.SignedAttrsRaw != nil && s.SignsMessage():
		signed = si.SignedAttrsRaw
	case si.SignedAttrsRaw != nil:
		signed = sum(si.Digest.Crypto, si.SignedAttrsRaw)
	}
	if err := s.Verify(pub, signed, si.Signature); err != nil {
		return fail(CodeSignature, err)
	}
	return nil
}

// Matches reports whether the SignerIdentifier names cert.
func (id *SignerID) Matches(cert *x509.Certificate) bool {
	if id.SubjectKeyID != nil {
		return bytes.Equal(id.SubjectKeyID, cert.SubjectKeyId)
	}
	return id.Serial.Cmp(cert.SerialNumber) == 0 && sameName(id.Issuer, cert.RawIssuer)
}

// Certificate is the signer's certificate among certs: the one that the SignerIdentifier names. Where it names several, the one that the
// signing-certificate attribute names; else the first under whose key the signature verifies; else the first. nil: none.
func (si *SignerInfo) Certificate(certs []*x509.Certificate) *x509.Certificate {
	cert, _ := si.Candidates(certs)
	return cert
}

// Candidates is Certificate, and how many different certificates the SignerIdentifier names.
func (si *SignerInfo) Candidates(certs []*x509.Certificate) (cert *x509.Certificate, n int) {
	var named []*x509.Certificate
next:
	for _, c := range certs {
		if !si.ID.Matches(c) {
			continue
		}
		for _, have := range named {
			if have.Equal(c) {
				continue next
			}
		}
		if named = append(named, c); len(named) == limits.CMSCandidates {
			break // a crowd of namesakes is an attack: the doubt is told, and nobody waits
		}
	}
	if len(named) < 2 {
		if len(named) == 1 {
			return named[0], 1
		}
		return nil, 0
	}
	for _, c := range named {
		if _, match, err := si.MatchesSigningCertificate(c); match && err == nil {
			return c, len(named)
		}
	}
	if si.SignedAttrsRaw != nil {
		for _, c := range named {
			if pub, err := alg.PublicKey(c); err == nil && si.VerifySignature(pub, nil) == nil {
				return c, len(named)
			}
		}
	}
	return named[0], len(named)
}

// AlgorithmsProtected compares a cms-algorithm-protection attribute, where there is one, with the algorithms of si (RFC 6211 2). They are
// compared by what they mean: absent and NULL parameters, or a default that is written or left out, are the same.
func (si *SignerInfo) AlgorithmsProtected() (present, match bool, err error) {
	if _, n := si.Attr(OIDAlgorithmProtection); n == 0 {
		return false, false, nil
	}
	v, err := si.single(OIDAlgorithmProtection)
	if err != nil {
		return true, false, err
	}
	s := cryptobyte.String(v)
	var body, digest, signature cryptobyte.String
	if !s.ReadASN1(&body, casn1.SEQUENCE) || !s.Empty() || !body.ReadASN1Element(&digest, casn1.SEQUENCE) ||
		!body.ReadASN1(&signature, casn1.Tag(1).ContextSpecific().Constructed()) || !body.Empty() {
		return true, false, malformed(OIDAlgorithmProtection)
	}
	h, err := alg.ParseHash(digest)
	if err != nil {
		return true, false, nil
	}
	named, err := alg.ParseSignature(der.Encode(der.Sequence, signature), h.Crypto)
	if err != nil {
		return true, false, nil
	}
	used, err := si.Algorithm()
	return true, err == nil && h.Crypto == si.Digest.Crypto && named == used, nil
}
