package pki

import (
	"bytes"
	"crypto"
	"crypto/sha256"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/alg"
)

// Key is a public key as a path hands it down: parameters that a certificate leaves out may be those of its issuer's key
// (RFC 5280, 6.1.4 (d) to (f); RFC 3279, 2.3.2).
type Key struct {
	SPKI       []byte // DER of the SubjectPublicKeyInfo
	Algorithm  OID
	Parameters []byte // DER, the key's own or inherited; nil: none
}

// Digest names the key, inherited parameters included.
func (k Key) Digest() [sha256.Size]byte {
	h := sha256.New()
	spki := sha256.Sum256(k.SPKI)
	h.Write(spki[:])
	h.Write(k.Parameters)
	return [sha256.Size]byte(h.Sum(nil))
}

// Bits are the octets of the subjectPublicKey, which OCSP hashes (RFC 6960, 4.1.1); nil where they are not whole.
func (k Key) Bits() []byte {
	s := cryptobyte.String(k.SPKI)
	var in, bits cryptobyte.String
	if !s.ReadASN1(&in, casn1.SEQUENCE) || !in.SkipASN1(casn1.SEQUENCE) || !in.ReadASN1(&bits, casn1.BIT_STRING) || len(bits) == 0 || bits[0] != 0 {
		return nil
	}
	return bits[1:]
}

// next is the key of a certificate below one with the key given.
func (k Key) next(c *Certificate) Key {
	out := KeyOf(c)
	if out.Algorithm == k.Algorithm && (out.Parameters == nil || bytes.Equal(out.Parameters, []byte{5, 0})) && k.Parameters != nil {
		out.Parameters = k.Parameters
	}
	return out
}

// PathKey is the key of the first certificate of a valid path, inherited parameters included.
func PathKey(chain []*Certificate) Key {
	last := len(chain) - 1
	k := KeyOf(chain[last])
	for i := last - 1; i >= 0; i-- {
		k = k.next(chain[i])
	}
	return k
}

// KeyOf is the key of a certificate as it stands in it.
func KeyOf(c *Certificate) Key {
	s := cryptobyte.String(c.RawSPKI)
	var in, id cryptobyte.String
	k := Key{SPKI: c.RawSPKI}
	if s.ReadASN1(&in, casn1.SEQUENCE) && in.ReadASN1(&id, casn1.SEQUENCE) {
		k.Algorithm, _ = ReadOID(&id)
		if !id.Empty() {
			k.Parameters = id
		}
	}
	return k
}

// VerifyFunc checks a signature over a message; algorithm is the DER AlgorithmIdentifier that stands beside it.
type VerifyFunc func(key Key, algorithm, message, signature []byte) error

// VerifySignature is the ordinary [VerifyFunc]: what package alg knows. Errors are *[alg.Error].
func VerifySignature(key Key, algorithm, message, signature []byte) error {
	pub, sig, err := Scheme(key, algorithm)
	if err != nil {
		return err
	}
	digest := message
	if !sig.SignsMessage() {
		h := sig.Hash.New()
		h.Write(message)
		digest = h.Sum(nil)
	}
	return sig.Verify(pub, digest, signature)
}

// Scheme is what package alg makes of a key and an AlgorithmIdentifier.
func Scheme(key Key, algorithm []byte) (crypto.PublicKey, alg.Signature, error) {
	pub, err := alg.ParsePublicKey(key.SPKI)
	if err != nil {
		return nil, alg.Signature{}, err
	}
	sig, err := alg.ParseSignature(algorithm, 0)
	return pub, sig, err
}
