package alg

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Verify checks sig over digest under pub; for Ed25519 digest is the message. The type of the key fixes the algorithm: a key of
// another kind is refused before anything is computed. The octets of a valid signature are not an identity: for ECDSA there is
// always a second one (s and n-s).
//
// Errors are [*Error]: CodeSignatureWrong when the value does not verify, CodeSignatureForm when it is not even of the right form,
// others when key or digest are unfit.
func (s Signature) Verify(pub crypto.PublicKey, digest, sig []byte) error {
	h := hashRef(s.Hash)
	if h == nil {
		return fail(CodeUnsupported, "algorithm", s.String())
	}
	if !s.SignsMessage() && len(digest) != s.Hash.Size() {
		return fail(CodeDigestLength, "hash", h.Name, "want", itoa(s.Hash.Size()), "got", itoa(len(digest)))
	}
	if err := CheckKey(pub); err != nil {
		return err
	}
	switch s.Scheme {
	case RSAPKCS1v15:
		if k, ok := pub.(*rsa.PublicKey); ok {
			return s.verifyPKCS1v15(k, digest, sig)
		}
	case RSAPSS:
		switch k := pub.(type) {
		case *rsa.PublicKey:
			return s.verifyPSS(k, digest, sig)
		case *PSSKey:
			if k.Hash == 0 || k.Hash == s.Hash && s.Salt >= k.Salt {
				return s.verifyPSS(k.Key, digest, sig)
			}
		}
	case ECDSA:
		if k, ok := pub.(*ecdsa.PublicKey); ok {
			return s.verifyECDSA(k, digest, sig)
		}
	case Ed25519:
		if k, ok := pub.(ed25519.PublicKey); ok {
			return s.verifyEd25519(k, digest, sig)
		}
	}
	return fail(CodeKeyMismatch, "key", KeyName(pub), "algorithm", s.String())
}

func (s Signature) wrong() error { return fail(CodeSignatureWrong, "algorithm", s.Name()) }

func (s Signature) form(reason string) error {
	return fail(CodeSignatureForm, "algorithm", s.Name(), "reason", reason)
}

func (s Signature) verifyECDSA(k *ecdsa.PublicKey, digest, sig []byte) error {
	if _, _, reason := splitECDSA(curveOf(k.Curve), sig); reason != "" {
		return s.form(reason)
	}
	if !ecdsa.VerifyASN1(k, digest, sig) {
		return s.wrong()
	}
	return nil
}

// splitECDSA takes a DER ECDSA-Sig-Value apart (RFC 3279, 2.2.3) and refuses whatever is not DER or out of range. reason is empty
// when all is well.
func splitECDSA(c *curve, sig []byte) (r, s []byte, reason string) {
	in := cryptobyte.String(sig)
	var inner cryptobyte.String
	if !in.ReadASN1(&inner, casn1.SEQUENCE) || !in.Empty() {
		return nil, nil, "it is not one DER SEQUENCE"
	}
	if !inner.ReadASN1Integer(&r) || !inner.ReadASN1Integer(&s) || !inner.Empty() {
		return nil, nil, "it is not two positive DER INTEGERs"
	}
	if !c.inRange(r) || !c.inRange(s) {
		return nil, nil, "r or s is 0 or not below the order of the curve"
	}
	return r, s, ""
}

// inRange reports whether 1 ≤ x < n; x is big-endian without leading zeros.
func (c *curve) inRange(x []byte) bool {
	for len(x) > 0 && x[0] == 0 {
		x = x[1:]
	}
	if len(x) == 0 || len(x) > c.width {
		return false
	}
	if len(x) < c.width {
		return true
	}
	for i := range x { // both are public
		if x[i] != c.order[i] {
			return x[i] < c.order[i]
		}
	}
	return false
}

// ECDSAToRaw turns a DER signature into r‖s, each as wide as the order of the curve, as XML signatures (RFC 9231, 2.3.6) and
// PKCS#11 have it.
func ECDSAToRaw(pub *ecdsa.PublicKey, der []byte) ([]byte, error) {
	c, err := curveOfKey(pub)
	if err != nil {
		return nil, err
	}
	r, s, reason := splitECDSA(c, der)
	if reason != "" {
		return nil, Signature{Scheme: ECDSA}.form(reason)
	}
	raw := make([]byte, 2*c.width)
	copy(raw[c.width-len(r):], r)
	copy(raw[2*c.width-len(s):], s)
	return raw, nil
}

// ECDSAFromRaw turns r‖s into DER. The value must have exactly twice the width of the order: 64, 96 or 132 octets.
func ECDSAFromRaw(pub *ecdsa.PublicKey, raw []byte) ([]byte, error) {
	c, err := curveOfKey(pub)
	if err != nil {
		return nil, err
	}
	if len(raw) != 2*c.width {
		return nil, Signature{Scheme: ECDSA}.form("it has " + itoa(len(raw)) + " bytes instead of " + itoa(2*c.width))
	}
	r, s := raw[:c.width], raw[c.width:]
	if !c.inRange(r) || !c.inRange(s) {
		return nil, Signature{Scheme: ECDSA}.form("r or s is 0 or not below the order of the curve")
	}
	var b cryptobyte.Builder
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1BigInt(new(big.Int).SetBytes(r))
		b.AddASN1BigInt(new(big.Int).SetBytes(s))
	})
	return b.BytesOrPanic(), nil // two short integers
}

func curveOfKey(pub *ecdsa.PublicKey) (*curve, error) {
	if err := CheckKey(pub); err != nil {
		return nil, err
	}
	return curveOf(pub.Curve), nil
}
