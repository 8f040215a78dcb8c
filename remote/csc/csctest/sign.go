package csctest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
)

// result is what a request in asynchronous mode came to.
type result struct {
	body  map[string]any
	until time.Time
	looks int
}

func keyLength(k *credential) int {
	switch p := k.Key.Public().(type) {
	case *rsa.PublicKey:
		return p.N.BitLen()
	case *ecdsa.PublicKey:
		return p.Curve.Params().BitSize
	}
	return 0
}

func curveOf(k *credential) string {
	p, ok := k.Key.Public().(*ecdsa.PublicKey)
	if !ok {
		return ""
	}
	return map[string]string{"P-256": "1.2.840.10045.3.1.7", "P-384": "1.3.132.0.34", "P-521": "1.3.132.0.35"}[p.Curve.Params().Name]
}

// how is the way in which a call wants to be signed.
type how struct {
	opts crypto.SignerOpts
	raw  bool // r‖s
}

var combined = map[string]struct {
	hash crypto.Hash
	ec   bool
	raw  bool
}{
	"1.2.840.113549.1.1.11": {crypto.SHA256, false, false}, "1.2.840.113549.1.1.12": {crypto.SHA384, false, false}, "1.2.840.113549.1.1.13": {crypto.SHA512, false, false},
	"1.2.840.10045.4.3.2": {crypto.SHA256, true, false}, "1.2.840.10045.4.3.3": {crypto.SHA384, true, false}, "1.2.840.10045.4.3.4": {crypto.SHA512, true, false},
	"0.4.0.127.0.7.1.1.4.1.3": {crypto.SHA256, true, true}, "0.4.0.127.0.7.1.1.4.1.4": {crypto.SHA384, true, true}, "0.4.0.127.0.7.1.1.4.1.5": {crypto.SHA512, true, true},
}

var hashOIDs = map[string]crypto.Hash{"2.16.840.1.101.3.4.2.1": crypto.SHA256, "2.16.840.1.101.3.4.2.2": crypto.SHA384, "2.16.840.1.101.3.4.2.3": crypto.SHA512}

// howOf reads signAlgo, signAlgoParams and the hash.
func howOf(k *credential, algo, params, hashOID string) (how, *apiError) {
	if algo == "" || !slices.Contains(k.Algos, algo) {
		return how{}, invalid("Invalid parameter signAlgo")
	}
	named, known := hashOIDs[hashOID]
	if hashOID != "" && !known {
		return how{}, invalid("Invalid parameter hashAlgorithmOID")
	}
	if c, ok := combined[algo]; ok {
		if known && named != c.hash {
			return how{}, invalid("The hash algorithm does not fit signAlgo")
		}
		return how{c.hash, c.raw}, nil
	}
	switch algo {
	case "1.2.840.113549.1.1.10":
		der, err := base64.StdEncoding.DecodeString(params)
		if err != nil || len(der) == 0 {
			return how{}, invalid("Missing parameter signAlgoParams")
		}
		oid, _ := asn1.Marshal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10})
		id, err := asn1.Marshal(asn1.RawValue{Class: asn1.ClassUniversal, Tag: asn1.TagSequence, IsCompound: true, Bytes: append(oid, der...)})
		if err != nil {
			return how{}, invalid("Invalid parameter signAlgoParams")
		}
		s, err := alg.ParseSignature(id, 0)
		if err != nil || known && named != s.Hash {
			return how{}, invalid("Invalid parameter signAlgoParams")
		}
		return how{&rsa.PSSOptions{Hash: s.Hash, SaltLength: s.Salt}, false}, nil
	default: // names the key alone
		if !known {
			return how{}, invalid("Missing parameter hashAlgorithmOID")
		}
		return how{named, false}, nil
	}
}

// activationOf finds what allows a call to sign: activation data, or the token that it was made with; never both.
func (s *Server) activationOf(c *call) (*activation, func(), *apiError) {
	sad := c.str("SAD")
	if c.token != nil && c.token.scope == "credential" {
		if sad != "" {
			return nil, nil, invalid("SAD and a credential token exclude each other")
		}
		return c.token.activation, func() { s.dropToken(c.token) }, nil
	}
	if t := s.tokens[sad]; t != nil && t.scope == "credential" { // a token of version 1
		return t.activation, func() { s.dropToken(t) }, s.alive(t.activation, t.until)
	}
	a := s.sads[sad]
	if a == nil {
		return nil, nil, invalid("Invalid parameter SAD")
	}
	return a, func() { delete(s.sads, sad) }, s.alive(a, a.until)
}

func (s *Server) alive(a *activation, until time.Time) *apiError {
	if !s.opts.Clock().Before(until) {
		return invalid("SAD expired")
	}
	if a.spent {
		return invalid("Invalid parameter SAD")
	}
	return nil
}

func (s *Server) signHash(c *call) (*answer, *apiError) {
	k, bad := s.find(c)
	if bad != nil {
		return nil, bad
	}
	a, used, bad := s.activationOf(c)
	if bad != nil {
		return nil, bad
	}
	if a.credential != k.ID {
		return nil, invalid("Invalid parameter SAD")
	}
	hashes, oid, bad := hashesOf(c)
	if bad != nil {
		return nil, bad
	}
	if len(hashes) == 0 {
		return nil, invalid("Missing parameter " + hashName(c))
	}
	if c.version == 1 {
		oid = c.str("hashAlgo")
	}
	if s.opts.Clock().After(k.Chain[0].NotAfter) {
		return nil, invalid("Signing certificate expired")
	}
	way, bad := howOf(k, c.str("signAlgo"), c.str("signAlgoParams"), oid)
	if bad != nil {
		return nil, bad
	}
	digests := make([][]byte, len(hashes))
	for i, h := range hashes {
		digests[i], _ = base64.StdEncoding.DecodeString(h)
		switch {
		case len(digests[i]) != way.opts.HashFunc().Size():
			return nil, invalid("Invalid digest value length")
		case k.SCAL == 2 && !slices.Contains(a.hashes, h):
			return nil, invalid("Hash is not authorized by the SAD")
		}
	}
	if len(hashes) > a.count {
		return nil, invalid("Too many hashes for the SAD")
	}
	mode := c.str("operationMode")
	if mode != "" && (c.version == 1 || mode != "S" && mode != "A") {
		return nil, invalid("Invalid parameter operationMode")
	}
	sigs, err := s.make(k, way, digests, c.fault)
	if err != nil {
		return nil, &apiError{http.StatusInternalServerError, "server_error", "The key does not sign"}
	}
	if a.count -= len(hashes); a.count <= 0 || k.Mode == "oauth2code" {
		used()
	}
	a.spent = true
	body := map[string]any{"signatures": sigs}
	if mode == "A" {
		id := random()
		r := &result{body: body, until: s.opts.Clock().Add(s.opts.Lifetime)}
		s.results[id] = r
		if uri := c.str("response_uri"); uri != "" {
			s.ping(uri, r)
		}
		body = map[string]any{"responseID": id}
	}
	return &answer{http.StatusOK, body}, nil
}

// ping has the result ready a moment later, and tells so at the address that the call named.
func (s *Server) ping(uri string, r *result) {
	s.pings.Go(func() {
		time.Sleep(10 * time.Millisecond) // the answer goes out before
		s.mu.Lock()
		r.looks = s.opts.Guesses.Looks
		s.mu.Unlock()
		client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
		if res, err := client.Post(uri, "application/json", strings.NewReader(`{"status":"done"}`)); err == nil { //nolint:noctx // ends with its time
			_ = res.Body.Close()
		}
	})
}

// make signs digests.
func (s *Server) make(k *credential, way how, digests [][]byte, f Fault) ([]string, error) {
	key := k.Key
	if f == OtherKey {
		other := slices.IndexFunc(s.credentials, func(o *credential) bool {
			return o != k && (keyLength(o) == keyLength(k))
		})
		if other >= 0 {
			key = s.credentials[other].Key
		} else if e, ok := k.Key.Public().(*ecdsa.PublicKey); ok {
			var err error
			if key, err = ecdsa.GenerateKey(e.Curve, rand.Reader); err != nil {
				return nil, err
			}
		} else {
			var err error
			if key, err = rsa.GenerateKey(rand.Reader, keyLength(k)); err != nil {
				return nil, err
			}
		}
	}
	var sigs [][]byte
	for _, d := range digests {
		if f == OtherDigest {
			d = bytes.Repeat([]byte{0x4B}, len(d))
		}
		sig, err := key.Sign(rand.Reader, d, way.opts)
		if err != nil {
			return nil, err
		}
		if e, ok := key.Public().(*ecdsa.PublicKey); ok && (way.raw || s.opts.Guesses.RawECDSA) {
			if sig, err = raw(sig, (e.Curve.Params().BitSize+7)/8); err != nil {
				return nil, err
			}
		}
		sigs = append(sigs, sig)
		s.signed++
	}
	var out []string
	for _, sig := range distort(f, sigs) {
		out = append(out, base64.StdEncoding.EncodeToString(sig))
	}
	return out, nil
}

// raw is r‖s of an ECDSA signature in DER.
func raw(der []byte, size int) ([]byte, error) {
	var v struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &v); err != nil {
		return nil, err
	}
	out := make([]byte, 2*size)
	v.R.FillBytes(out[:size])
	v.S.FillBytes(out[size:])
	return out, nil
}

func (s *Server) signPolling(c *call) (*answer, *apiError) {
	r := s.results[c.str("requestID")]
	if r == nil || !s.opts.Clock().Before(r.until) {
		return nil, invalid("Invalid parameter requestID")
	}
	if r.looks++; r.looks <= s.opts.Guesses.Looks {
		if s.opts.Guesses.PendingIs400 {
			return nil, invalid("The previous asynchronous request is still being processed")
		}
		return &answer{http.StatusAccepted, map[string]any{"error": "accepted_request", "error_description": "The request is being processed"}}, nil
	}
	return &answer{http.StatusOK, r.body}, nil
}

func (s *Server) timestamp(c *call) (*answer, *apiError) {
	digest, err := base64.StdEncoding.DecodeString(c.str("hash"))
	if err != nil || len(digest) == 0 || c.str("hashAlgo") == "" {
		return nil, invalid("Invalid parameter hash")
	}
	token, err := s.opts.Timestamp(digest, c.str("hashAlgo"), c.str("nonce"))
	if err != nil {
		return nil, &apiError{http.StatusInternalServerError, "server_error", "No time-stamp"}
	}
	return &answer{http.StatusOK, map[string]any{"timestamp": base64.StdEncoding.EncodeToString(token)}}, nil
}

func (s *Server) signDoc(c *call) (*answer, *apiError) {
	k, bad := s.find(c)
	if bad != nil {
		return nil, bad
	}
	a, used, bad := s.activationOf(c)
	if bad != nil {
		return nil, bad
	}
	items, _ := c.in["documentDigests"].([]any)
	whole := false
	if list, ok := c.in["documents"].([]any); ok && items == nil {
		items, whole = list, true
	}
	if len(items) == 0 || whole && c.in["documentDigests"] != nil || len(items) > a.count {
		return nil, invalid("Invalid parameter documents")
	}
	var results []string
	for _, i := range items {
		one := &call{version: c.version, method: c.method}
		one.in, _ = i.(map[string]any)
		result, bad := s.signItem(k, a, one, whole)
		if bad != nil {
			return nil, bad
		}
		s.signed++
		results = append(results, base64.StdEncoding.EncodeToString(result))
	}
	used()
	a.spent = true
	name := "SignatureObject"
	if whole {
		name = "DocumentWithSignature"
	}
	return &answer{http.StatusOK, map[string]any{name: results}}, nil
}

// signItem signs one document: its digest, or the whole of it.
func (s *Server) signItem(k *credential, a *activation, one *call, whole bool) ([]byte, *apiError) {
	oid := one.str("hashAlgorithmOID")
	var document, digest []byte
	if whole {
		how, bad := howOf(k, one.str("signAlgo"), one.str("signAlgoParams"), oid)
		var err error
		if document, err = base64.StdEncoding.DecodeString(one.str("document")); err != nil || bad != nil || len(document) == 0 || s.opts.SignDocument == nil {
			return nil, invalid("Invalid parameter document")
		}
		h := how.opts.HashFunc().New()
		h.Write(document)
		digest = h.Sum(nil)
	} else {
		hashes, _, bad := hashesOf(one)
		if bad != nil || len(hashes) != 1 {
			return nil, invalid("Invalid parameter hashes")
		}
		digest, _ = base64.StdEncoding.DecodeString(hashes[0])
		if _, bad := howOf(k, one.str("signAlgo"), one.str("signAlgoParams"), oid); bad != nil {
			return nil, bad
		}
	}
	if k.SCAL == 2 && !slices.Contains(a.hashes, base64.StdEncoding.EncodeToString(digest)) {
		return nil, &apiError{http.StatusForbidden, "invalid_hash", "Hash is not authorized"}
	}
	var result []byte
	var err error
	if whole {
		result, err = s.opts.SignDocument(k.Credential, document, one.str("signature_format"), one.str("conformance_level"))
	} else {
		result, err = s.opts.SignDoc(k.Credential, digest, hashOIDs[oid], one.str("signature_format"), one.str("conformance_level"))
	}
	if err != nil {
		return nil, &apiError{http.StatusInternalServerError, "server_error", "No signature"}
	}
	return result, nil
}
