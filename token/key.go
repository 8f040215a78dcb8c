package token

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/binary"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
)

// match is the answer to whether a key belongs to a certificate.
type match int

const (
	cannotTell match = iota
	same
	other
)

// privateKey is a private key found on the token.
type privateKey struct {
	handle object
	always bool // a log-in for each signature (CKA_ALWAYS_AUTHENTICATE)
	match  match
}

// findKey finds the private key of a certificate: by CKA_ID, and where that fails among all keys by what is public of them. Labels
// are never looked at: tokens have them blank, in Vietnamese, or different for key and certificate.
func (d *device) findKey(s *pooled, pub crypto.PublicKey, id []byte) (privateKey, error) {
	var first *privateKey
	mismatch := false
	try := func(template ...attribute) (*privateKey, error) {
		found, err := d.api().Find(s.handle, append([]attribute{{attrClass, uint(classPrivateKey)}}, template...)...)
		if err != nil {
			return nil, err
		}
		for _, o := range found[:min(len(found), limits.TokenKeys)] {
			k := privateKey{handle: o}
			if k.match, err = d.matches(s, o, pub); err != nil {
				return nil, err
			}
			switch k.match {
			case same:
				return &k, nil
			case other:
				mismatch = true
			case cannotTell:
				if first == nil && len(template) > 0 {
					first = &k
				}
			}
		}
		return nil, nil
	}
	var key *privateKey
	var err error
	if len(id) > 0 {
		if key, err = try(attribute{attrID, id}); err != nil {
			return privateKey{}, err
		}
	}
	byID := mismatch
	if key == nil {
		if key, err = try(); err != nil {
			return privateKey{}, err
		}
	}
	if key == nil {
		key = first
	}
	if key == nil {
		if byID {
			return privateKey{}, signer.NewError(signer.CodeKeyMismatch, nil)
		}
		return privateKey{}, signer.NewError(signer.CodeKeyNotFound, nil)
	}
	always, err := d.api().Attribute(s.handle, key.handle, attrAlwaysAuthenticate)
	key.always = err == nil && len(always) == 1 && always[0] == 1
	return *key, nil
}

// matches compares what is public of a private key with pub: its own attributes, or those of the public key beside it.
func (d *device) matches(s *pooled, key object, pub crypto.PublicKey) (match, error) {
	m, err := d.publicMatches(s, key, pub)
	if err != nil || m != cannotTell {
		return m, err
	}
	id, err := d.api().Attribute(s.handle, key, attrID)
	if err != nil || len(id) == 0 {
		return cannotTell, sessionError(err)
	}
	beside, err := d.api().Find(s.handle, attribute{attrClass, uint(classPublicKey)}, attribute{attrID, id})
	if err != nil {
		return cannotTell, err
	}
	for _, o := range beside[:min(len(beside), limits.TokenKeys)] {
		if m, err = d.publicMatches(s, o, pub); err != nil || m != cannotTell {
			return m, err
		}
	}
	return cannotTell, nil
}

// sessionError lets only those errors through after which the session is of no use: an attribute that a module does not give, in
// whatever way it says so, is one that we cannot compare.
func sessionError(err error) error {
	if gone(err) {
		return err
	}
	return nil
}

// publicMatches compares an object's public attributes with pub.
func (d *device) publicMatches(s *pooled, o object, pub crypto.PublicKey) (match, error) {
	if k, ok := pub.(*alg.PSSKey); ok {
		pub = k.Key
	}
	read := func(kind uint) ([]byte, error) {
		v, err := d.api().Attribute(s.handle, o, kind)
		return v, sessionError(err)
	}
	decide := func(equal bool) (match, error) {
		if equal {
			return same, nil
		}
		return other, nil
	}
	if kind, err := read(attrKeyType); err != nil || !kindFits(kind, pub) {
		return other, err
	}
	switch k := pub.(type) {
	case *rsa.PublicKey:
		n, err := read(attrModulus)
		if err != nil || len(n) == 0 {
			return cannotTell, err
		}
		e, err := read(attrPublicExponent)
		if err != nil {
			return cannotTell, err
		}
		equal := new(big.Int).SetBytes(n).Cmp(k.N) == 0
		return decide(equal && (len(e) == 0 || new(big.Int).SetBytes(e).Cmp(big.NewInt(int64(k.E))) == 0))
	case *ecdsa.PublicKey:
		point, err := read(attrECPoint)
		if err != nil || len(point) == 0 {
			return cannotTell, err
		}
		want, err := k.Bytes()
		return decide(err == nil && samePoint(point, want))
	case ed25519.PublicKey:
		point, err := read(attrECPoint)
		if err != nil || len(point) == 0 {
			return cannotTell, err
		}
		return decide(samePoint(point, k))
	}
	return cannotTell, nil
}

// kindFits reports whether a CKA_KEY_TYPE, a CK_ULONG in the machine's octet order, may be that of the key. Modules of before PKCS#11
// 3.0 say CKK_EC of Edwards keys too; one that does not tell may be anything.
func kindFits(kind []byte, pub crypto.PublicKey) bool {
	var value uint64
	switch len(kind) {
	case 4:
		value = uint64(binary.NativeEndian.Uint32(kind))
	case 8:
		value = binary.NativeEndian.Uint64(kind)
	default:
		return true
	}
	switch pub.(type) {
	case *rsa.PublicKey:
		return value == keyRSA
	case *ecdsa.PublicKey:
		return value == keyEC
	case ed25519.PublicKey:
		return value == keyEC || value == keyEdwards
	}
	return true
}

// samePoint compares CKA_EC_POINT, an OCTET STRING in DER or with some modules the bare point.
func samePoint(point, want []byte) bool {
	if bytes.Equal(point, want) {
		return true
	}
	s := cryptobyte.String(point)
	var inner cryptobyte.String
	return s.ReadASN1(&inner, asn1.OCTET_STRING) && s.Empty() && bytes.Equal(inner, want)
}

// keyState says what the session shows of a certificate's key.
func (d *device) keyState(s *pooled, c *Certificate) (KeyState, error) {
	pub, err := alg.PublicKey(c.Certificate)
	if err != nil {
		return KeyUnknown, nil
	}
	_, err = d.findKey(s, pub, c.ID)
	switch {
	case err == nil:
		return KeyPresent, nil
	case !isOurs(err):
		return KeyUnknown, err
	}
	info, err := d.info()
	if err != nil {
		return KeyUnknown, err
	}
	if d.loggedIn() || info.flags&flagLogin == 0 {
		return KeyMissing, nil
	}
	if len(c.ID) == 0 {
		return KeyUnknown, nil
	}
	beside, err := d.api().Find(s.handle, attribute{attrClass, uint(classPublicKey)}, attribute{attrID, c.ID})
	if err != nil {
		return KeyUnknown, err
	}
	for _, o := range beside[:min(len(beside), limits.TokenKeys)] {
		if m, err := d.publicMatches(s, o, pub); err != nil || m == same {
			return KeyLikely, err
		}
	}
	return KeyUnknown, nil
}
