package revoke

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/pki"
)

// Media types of OCSP (RFC 6960, A.1).
const (
	RequestType  = "application/ocsp-request"
	ResponseType = "application/ocsp-response"
)

// nonceSize is what RFC 9654, 2.1, wants of clients.
const nonceSize = 32

// getSize is the longest address that RFC 5019, 5, wants asked by GET.
const getSize = 255

// Request is an OCSP request about one certificate, and what its answer is held against.
type Request struct {
	DER   []byte
	Nonce []byte // nil: none

	cert, issuer *pki.Certificate
}

// RequestOptions say how a responder is asked.
type RequestOptions struct {
	// Hash names the issuer. 0 is SHA-1: it is an identifier, and the only one that every responder knows (RFC 5019, 2.1.1, allows no
	// other).
	Hash crypto.Hash

	// Nonce asks for an answer made now. Responders that make theirs beforehand leave it out, and caches cannot serve it.
	Nonce bool
}

// NewRequest asks about a certificate as one that the issuer issued. Nil options are the zero ones. It fails, by an *[Error] of
// [CodeMalformed], where the issuer's key or the hash cannot be used.
func NewRequest(cert, issuer *pki.Certificate, opts *RequestOptions) (*Request, error) {
	if opts == nil {
		opts = &RequestOptions{}
	}
	name := opts.Hash
	if name == 0 {
		name = crypto.SHA1
	}
	hash, ok := alg.HashOf(name)
	key := pki.KeyOf(issuer).Bits()
	if !ok || key == nil {
		return nil, malformed("CertID")
	}
	sum := func(b []byte) []byte { return der.Encode(der.OctetString, hashOf(name, b)) }
	r := &Request{cert: cert, issuer: issuer}
	// All clients write NULL parameters, and some responders compare octets.
	id := der.Encode(der.Sequence, der.Encode(der.Sequence, der.AppendOID(nil, hash.OID), der.Encode(der.Null)),
		sum(cert.Issuer.Raw), sum(key), der.AppendBigInt(nil, cert.Serial))
	tbs := [][]byte{der.Encode(der.Sequence, der.Encode(der.Sequence, id))}
	if opts.Nonce {
		r.Nonce = make([]byte, nonceSize)
		_, _ = rand.Read(r.Nonce) // never fails
		tbs = append(tbs, der.Encode(der.Context(2), der.Encode(der.Sequence,
			der.Encode(der.Sequence, der.Encode(der.OID, []byte(oidNonce)), der.Encode(der.OctetString, der.Encode(der.OctetString, r.Nonce))))))
	}
	r.DER = der.Encode(der.Sequence, der.Encode(der.Sequence, tbs...))
	return r, nil
}

// Address is the responder's address with the request in it, for a GET that caches may serve (RFC 6960, A.1); ok is false where it
// would be too long or would hold a nonce, and the request is sent by POST.
func (r *Request) Address(responder string) (address string, ok bool) {
	address = strings.TrimSuffix(responder, "/") + "/" + url.QueryEscape(base64.StdEncoding.EncodeToString(r.DER))
	return address, r.Nonce == nil && len(address) <= getSize && !strings.ContainsAny(responder, "?#")
}

// Read reads the answer. That it is authentic and recent is not looked at here: [Answers] tells. An answer without a nonce is taken,
// since responders that make theirs beforehand leave it out. Errors are those of [ParseResponse],
// [CodeNonce], and [CodeOther] where it is not about the certificate.
func (r *Request) Read(answer []byte) (*Response, error) {
	got, err := ParseResponse(answer)
	if err != nil {
		return nil, err
	}
	if r.Nonce != nil && got.Nonce != nil && !bytes.Equal(r.Nonce, got.Nonce) {
		return nil, fail(CodeNonce, nil, "responder", got.Responder.String())
	}
	if got.For(r.cert, r.issuer) == nil {
		return nil, fail(CodeOther, nil, "responder", got.Responder.String(), "subject", r.cert.Name())
	}
	return got, nil
}
