package timestamp

import (
	"bytes"
	"crypto"
	"encoding/asn1"
	"math/big"
	"strconv"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/limits"
)

// Request is a TimeStampReq (RFC 3161, 2.4.1): what a client sends and a server reads.
type Request struct {
	Hash       crypto.Hash           // hash of the imprint; 0 in a request that was read and names a hash unknown here
	HashOID    asn1.ObjectIdentifier // its identifier; may be left nil when Hash is set
	Imprint    []byte                // the digest to be time-stamped
	Policy     asn1.ObjectIdentifier // the TSA policy asked for; nil for any
	Nonce      *big.Int              // a number to be sent back; nil for none
	CertReq    bool                  // asks for the TSA's certificate in the token
	Extensions []Extension           // no client of this package sends any
}

// NewRequest makes a request over digest, which was made with hash, asking for the certificate, with neither nonce nor policy. The
// hash must be one that kyso signs with, and the digest of its length.
func NewRequest(digest []byte, hash crypto.Hash) (*Request, error) {
	row, ok := alg.HashOf(hash)
	if !ok || !row.Signs {
		return nil, fail(CodeHash, nil, "hash", hashName(hash))
	}
	if len(digest) != hash.Size() {
		return nil, fail(CodeDigestLength, nil, "hash", row.Name, "want", strconv.Itoa(hash.Size()), "found", strconv.Itoa(len(digest)))
	}
	return &Request{Hash: hash, HashOID: row.OID, Imprint: bytes.Clone(digest), CertReq: true}, nil
}

func hashName(h crypto.Hash) string {
	if row, ok := alg.HashOf(h); ok {
		return row.Name
	}
	return h.String()
}

// Marshal is the request in DER. An imprint, policy or extension that cannot be written is an *[Error] with
// [CodeRequestMalformed].
func (r *Request) Marshal() ([]byte, error) {
	malformed := func(where string) ([]byte, error) { return nil, fail(CodeRequestMalformed, nil, "where", where) }
	oid, ok := hashOID(r.HashOID, r.Hash)
	if !ok || len(r.Imprint) == 0 || r.Hash != 0 && len(r.Imprint) != r.Hash.Size() {
		return malformed("messageImprint")
	}
	body := der.AppendInt(nil, 1)
	body = appendImprint(body, oid, r.Imprint)
	if r.Policy != nil {
		if !validOID(r.Policy) {
			return malformed("reqPolicy")
		}
		body = der.AppendOID(body, r.Policy)
	}
	if r.Nonce != nil {
		body = der.AppendBigInt(body, r.Nonce)
	}
	if r.CertReq {
		body = append(body, der.Boolean, 1, 0xff)
	}
	body, ok = appendExtensions(body, der.Context(0), r.Extensions)
	if !ok {
		return malformed("extensions")
	}
	return der.Encode(der.Sequence, body), nil
}

// ParseRequest reads a TimeStampReq, in strict DER. Errors are *[Error] with [CodeRequestMalformed], whose parameter "where" names the
// field. A hash that is unknown here is no error: a server answers it with badAlg.
func ParseRequest(raw []byte) (*Request, error) {
	malformed := func(where string) (*Request, error) {
		return nil, fail(CodeRequestMalformed, nil, "where", where)
	}
	if len(raw) > limits.TSPRequest {
		return malformed("length")
	}
	input := cryptobyte.String(raw)
	var s cryptobyte.String
	if !input.ReadASN1(&s, casn1.SEQUENCE) || !input.Empty() {
		return malformed("TimeStampReq")
	}
	if !readVersion1(&s) {
		return malformed("version")
	}
	im, ok := readImprint(&s)
	if !ok {
		return malformed("messageImprint")
	}
	r := &Request{Hash: im.hash, HashOID: im.oid, Imprint: im.value}
	if s.PeekASN1Tag(casn1.OBJECT_IDENTIFIER) {
		if !s.ReadASN1ObjectIdentifier(&r.Policy) {
			return malformed("reqPolicy")
		}
	}
	if s.PeekASN1Tag(casn1.INTEGER) {
		if r.Nonce, ok = readInteger(&s); !ok {
			return malformed("nonce")
		}
	}
	if !readFlag(&s, &r.CertReq) {
		return malformed("certReq")
	}
	if s.PeekASN1Tag(tag0.Constructed()) {
		var list cryptobyte.String
		if !s.ReadASN1(&list, tag0.Constructed()) {
			return malformed("extensions")
		}
		if r.Extensions, ok = readExtensions(list); !ok {
			return malformed("extensions")
		}
	}
	if !s.Empty() {
		return malformed("end")
	}
	return r, nil
}
