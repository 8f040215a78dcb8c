package cmsdata

import (
	"crypto"
	"crypto/subtle"
	"crypto/x509"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/limits"
)

// ESSCertID is one ESSCertID or ESSCertIDv2 (RFC 5035 5.4.1).
type ESSCertID struct {
	Hash   alg.Hash // its Crypto is 0 when the algorithm table lacks it
	Value  []byte   // hash of the certificate
	Issuer []byte   // DER of the issuer's Name; nil when there is no issuerSerial, or not exactly one directoryName in it
	Serial *big.Int // nil when there is no issuerSerial
}

// Matches reports whether the identifier is that of cert: its hash, and its issuer and serial number where they are named.
func (id *ESSCertID) Matches(cert *x509.Certificate) bool {
	if cert == nil {
		return false
	}
	value := sum(id.Hash.Crypto, cert.Raw)
	if len(value) == 0 || subtle.ConstantTimeCompare(value, id.Value) != 1 {
		return false
	}
	if id.Serial == nil {
		return true
	}
	return id.Serial.Cmp(cert.SerialNumber) == 0 && id.Issuer != nil && sameName(id.Issuer, cert.RawIssuer)
}

// SigningCertificate is a signing-certificate attribute of either version.
type SigningCertificateRef struct {
	Version int         // 1 or 2
	IDs     []ESSCertID // the first names the signer's certificate
}

// SigningCertificateRefs are the signing-certificate attributes, version 2 first. Both versions may be there, each once with one
// value (RFC 5035 5.4); CodeDuplicate or CodeAttribute otherwise.
func (si *SignerInfo) SigningCertificateRefs() ([]SigningCertificateRef, error) {
	var refs []SigningCertificateRef
	if _, n := si.Attr(OIDSigningCertificateV2); n > 0 {
		v, err := si.single(OIDSigningCertificateV2)
		if err != nil {
			return nil, err
		}
		ids, ok := parseESS(v, 2)
		if !ok {
			return nil, malformed(OIDSigningCertificateV2)
		}
		refs = append(refs, SigningCertificateRef{Version: 2, IDs: ids})
	}
	if _, n := si.Attr(OIDSigningCertificate); n > 0 {
		v, err := si.single(OIDSigningCertificate)
		if err != nil {
			return nil, err
		}
		ids, ok := parseESS(v, 1)
		if !ok {
			return nil, malformed(OIDSigningCertificate)
		}
		refs = append(refs, SigningCertificateRef{Version: 1, IDs: ids})
	}
	return refs, nil
}

// MatchesSigningCertificate reports whether there is a signing-certificate attribute of either version, and whether all that are
// there name cert first. err is set when one cannot be read or is there twice; then match is false.
func (si *SignerInfo) MatchesSigningCertificate(cert *x509.Certificate) (present, match bool, err error) {
	_, v1 := si.Attr(OIDSigningCertificate)
	_, v2 := si.Attr(OIDSigningCertificateV2)
	if v1+v2 == 0 {
		return false, false, nil
	}
	refs, err := si.SigningCertificateRefs()
	if err != nil {
		return true, false, err
	}
	for _, ref := range refs {
		if !ref.IDs[0].Matches(cert) {
			return true, false, nil
		}
	}
	return true, true, nil
}

// parseESS reads SigningCertificate or SigningCertificateV2; policies are passed over.
func parseESS(v []byte, version int) ([]ESSCertID, bool) {
	s := cryptobyte.String(v)
	var outer, certs cryptobyte.String
	if !s.ReadASN1(&outer, casn1.SEQUENCE) || !s.Empty() || !outer.ReadASN1(&certs, casn1.SEQUENCE) {
		return nil, false
	}
	if !outer.Empty() && (!outer.SkipASN1(casn1.SEQUENCE) || !outer.Empty()) {
		return nil, false
	}
	var ids []ESSCertID
	for !certs.Empty() {
		if len(ids) == limits.CMSESSCerts {
			return nil, false
		}
		var one cryptobyte.String
		if !certs.ReadASN1(&one, casn1.SEQUENCE) {
			return nil, false
		}
		id, ok := parseESSCertID(one, version)
		if !ok {
			return nil, false
		}
		ids = append(ids, id)
	}
	return ids, len(ids) > 0
}

func parseESSCertID(s cryptobyte.String, version int) (id ESSCertID, ok bool) {
	h := crypto.SHA1
	if version == 2 {
		h = crypto.SHA256 // the default (RFC 5035 5.4.1.1)
		if s.PeekASN1Tag(casn1.SEQUENCE) {
			var raw cryptobyte.String
			if !s.ReadASN1Element(&raw, casn1.SEQUENCE) {
				return id, false
			}
			h = 0
			if known, err := alg.ParseHash(raw); err == nil {
				h = known.Crypto
			}
		}
	}
	id.Hash, _ = alg.HashOf(h)
	var value cryptobyte.String
	if !s.ReadASN1(&value, casn1.OCTET_STRING) {
		return id, false
	}
	id.Value = value
	if s.Empty() {
		return id, true
	}
	var is, names cryptobyte.String
	id.Serial = new(big.Int)
	if !s.ReadASN1(&is, casn1.SEQUENCE) || !s.Empty() || !is.ReadASN1(&names, casn1.SEQUENCE) ||
		!is.ReadASN1Integer(id.Serial) || !is.Empty() && !is.SkipASN1(casn1.BIT_STRING) || !is.Empty() {
		return id, false
	}
	var name cryptobyte.String
	if names.ReadASN1(&name, casn1.Tag(4).ContextSpecific().Constructed()) && names.Empty() {
		id.Issuer = name
	}
	return id, true
}
