package testpki

import (
	"bytes"
	"crypto"
	_ "crypto/sha1"   //nolint:gosec // CertID of RFC 6960 is SHA-1 with most clients
	_ "crypto/sha256" // and SHA-256 with some
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/limits"
)

var oidNonce = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 2}

var certIDHashes = map[string]crypto.Hash{
	"1.3.14.3.2.26":          crypto.SHA1,
	"2.16.840.1.101.3.4.2.1": crypto.SHA256,
	"2.16.840.1.101.3.4.2.2": crypto.SHA384,
	"2.16.840.1.101.3.4.2.3": crypto.SHA512,
}

// certID is one question of an OCSP request, RFC 6960, 4.1.1. raw goes back into the answer as it came.
type certID struct {
	raw               []byte
	hash              crypto.Hash // 0: one that we do not know
	nameHash, keyHash []byte
	serial            *big.Int
}

type ocspRequest struct {
	ids   []certID
	nonce []byte // the value of the extension, an encoded OCTET STRING; nil: none
}

// parseOCSPRequest reads an OCSPRequest. Signatures on requests are not asked for and not looked at.
func parseOCSPRequest(der []byte) (*ocspRequest, error) {
	in := cryptobyte.String(der)
	var whole, tbs, list cryptobyte.String
	if !in.ReadASN1(&whole, cbasn1.SEQUENCE) || !in.Empty() || !whole.ReadASN1(&tbs, cbasn1.SEQUENCE) {
		return nil, badRequest("OCSPRequest")
	}
	if !whole.SkipOptionalASN1(cbasn1.Tag(0).ContextSpecific().Constructed()) || !whole.Empty() {
		return nil, badRequest("optionalSignature")
	}
	var version cryptobyte.String
	var versioned bool
	if !tbs.ReadOptionalASN1(&version, &versioned, cbasn1.Tag(0).ContextSpecific().Constructed()) {
		return nil, badRequest("version")
	}
	if versioned {
		var v int
		if !version.ReadASN1Integer(&v) || v != 0 || !version.Empty() {
			return nil, badRequest("version")
		}
	}
	if !tbs.SkipOptionalASN1(cbasn1.Tag(1).ContextSpecific().Constructed()) || !tbs.ReadASN1(&list, cbasn1.SEQUENCE) {
		return nil, badRequest("requestList")
	}
	r := &ocspRequest{}
	for !list.Empty() {
		if len(r.ids) == limits.TestPKIQuestions {
			return nil, badRequest("too many certificates")
		}
		var one cryptobyte.String
		if !list.ReadASN1(&one, cbasn1.SEQUENCE) {
			return nil, badRequest("Request")
		}
		id, err := parseCertID(&one)
		if err != nil {
			return nil, err
		}
		if !one.SkipOptionalASN1(cbasn1.Tag(0).ContextSpecific().Constructed()) || !one.Empty() {
			return nil, badRequest("singleRequestExtensions")
		}
		r.ids = append(r.ids, id)
	}
	if len(r.ids) == 0 {
		return nil, badRequest("requestList")
	}
	return r, r.extensions(tbs)
}

func parseCertID(one *cryptobyte.String) (certID, error) {
	id := certID{serial: new(big.Int)}
	var raw, body, algorithm cryptobyte.String
	var oid asn1.ObjectIdentifier
	if !one.ReadASN1Element(&raw, cbasn1.SEQUENCE) {
		return id, badRequest("CertID")
	}
	id.raw = raw
	if !raw.ReadASN1(&body, cbasn1.SEQUENCE) || !body.ReadASN1(&algorithm, cbasn1.SEQUENCE) || !algorithm.ReadASN1ObjectIdentifier(&oid) ||
		!body.ReadASN1Bytes(&id.nameHash, cbasn1.OCTET_STRING) || !body.ReadASN1Bytes(&id.keyHash, cbasn1.OCTET_STRING) ||
		!body.ReadASN1Integer(id.serial) || !body.Empty() {
		return id, badRequest("CertID")
	}
	id.hash = certIDHashes[oid.String()]
	return id, nil
}

// extensions reads what follows the request list: only the nonce matters, and nothing else may be critical.
func (r *ocspRequest) extensions(tbs cryptobyte.String) error {
	var wrapped, list cryptobyte.String
	var present bool
	if !tbs.ReadOptionalASN1(&wrapped, &present, cbasn1.Tag(2).ContextSpecific().Constructed()) || !tbs.Empty() {
		return badRequest("requestExtensions")
	}
	if !present {
		return nil
	}
	if !wrapped.ReadASN1(&list, cbasn1.SEQUENCE) || !wrapped.Empty() {
		return badRequest("requestExtensions")
	}
	for !list.Empty() {
		var e cryptobyte.String
		var oid asn1.ObjectIdentifier
		var critical bool
		var value []byte
		if !list.ReadASN1(&e, cbasn1.SEQUENCE) || !e.ReadASN1ObjectIdentifier(&oid) ||
			!e.ReadOptionalASN1Boolean(&critical, cbasn1.BOOLEAN, false) || !e.ReadASN1Bytes(&value, cbasn1.OCTET_STRING) || !e.Empty() {
			return badRequest("requestExtensions")
		}
		if !oid.Equal(oidNonce) {
			if critical {
				return badRequest("critical extension " + oid.String())
			}
			continue
		}
		var nonce []byte
		in := cryptobyte.String(value)
		if !in.ReadASN1Bytes(&nonce, cbasn1.OCTET_STRING) || !in.Empty() || len(nonce) < 1 || len(nonce) > 128 { // RFC 9654, 2.1
			return badRequest("nonce")
		}
		r.nonce = value
	}
	return nil
}

// names reports whether the question is about a certificate that this authority issued.
func (id certID) names(authority *x509.Certificate) bool {
	if id.hash == 0 {
		return false
	}
	bits, err := publicKeyBits(authority.RawSubjectPublicKeyInfo)
	if err != nil {
		return false
	}
	return bytes.Equal(id.nameHash, digest(id.hash, authority.RawSubject)) && bytes.Equal(id.keyHash, digest(id.hash, bits))
}

func digest(h crypto.Hash, data []byte) []byte {
	sum := h.New()
	sum.Write(data)
	return sum.Sum(nil)
}

func badRequest(what string) error { return fail(CodeRequest, nil, "what", what) }
