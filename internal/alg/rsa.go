package alg

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// The standard library verifies RSA. It is helped out in two places where it does something else than is asked here: it refuses
// public exponents above 2³¹-1, which some old authorities chose, and it takes a PSS salt length of 0 to mean any.

const maxExponent = 1<<31 - 1 // that the standard library takes

// verifyPKCS1v15 compares the whole encoded message, so that neither padding nor DigestInfo leaves room (RFC 8017, 8.2.2).
func (s Signature) verifyPKCS1v15(k *rsa.PublicKey, digest, sig []byte) error {
	if len(sig) != k.Size() {
		return s.form("it is not as long as the modulus")
	}
	if k.E > maxExponent {
		em, ok := recoverRSA(k, sig, k.Size())
		if !ok || !bytes.Equal(em, encodePKCS1v15(s.Hash, digest, k.Size())) {
			return s.wrong()
		}
		return nil
	}
	if rsa.VerifyPKCS1v15(k, s.Hash, digest, sig) != nil {
		return s.wrong()
	}
	return nil
}

// encodePKCS1v15 is EMSA-PKCS1-v1_5 (RFC 8017, 9.2): 00 01 FF … FF 00 DigestInfo. The modulus has 1024 bits at least, so it fits.
func encodePKCS1v15(hash crypto.Hash, digest []byte, size int) []byte {
	var b cryptobyte.Builder
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(encodeIdentifier(hashRef(hash).OID, null))
		b.AddASN1OctetString(digest)
	})
	info := b.BytesOrPanic() // constants and a digest
	em := bytes.Repeat([]byte{0xFF}, size)
	em[0], em[1], em[size-len(info)-1] = 0, 1, 0
	copy(em[size-len(info):], info)
	return em
}

func (s Signature) verifyPSS(k *rsa.PublicKey, digest, sig []byte) error {
	if len(sig) != k.Size() {
		return s.form("it is not as long as the modulus")
	}
	salt := s.Salt
	switch {
	case salt == AnySalt:
		salt = rsa.PSSSaltLengthAuto
	case salt < 0:
		return fail(CodeParameters, "algorithm", s.Name(), "reason", "the length of the salt is negative")
	}
	if k.E > maxExponent || s.Salt == 0 {
		bits := k.N.BitLen() - 1
		em, ok := recoverRSA(k, sig, (bits+7)/8)
		if !ok || !checkPSS(em, bits, s.Hash, digest, s.Salt) {
			return s.wrong()
		}
		return nil
	}
	if rsa.VerifyPSS(k, s.Hash, digest, sig, &rsa.PSSOptions{SaltLength: salt}) != nil {
		return s.wrong()
	}
	return nil
}

// recoverRSA is RSAVP1 (RFC 8017, 5.2.2), written into size octets. Everything in it is public.
func recoverRSA(k *rsa.PublicKey, sig []byte, size int) ([]byte, bool) {
	value := new(big.Int).SetBytes(sig)
	if value.Cmp(k.N) >= 0 {
		return nil, false
	}
	m := value.Exp(value, big.NewInt(int64(k.E)), k.N)
	if m.BitLen() > 8*size {
		return nil, false
	}
	return m.FillBytes(make([]byte, size)), true
}

// checkPSS is EMSA-PSS-VERIFY (RFC 8017, 9.1.2) with MGF1 over the same hash; em has bits bits, salt may be [AnySalt].
func checkPSS(em []byte, bits int, hash crypto.Hash, digest []byte, salt int) bool {
	n := len(em) - hash.Size() - 1
	if n < 1 || len(digest) != hash.Size() || em[len(em)-1] != 0xBC {
		return false
	}
	spare := 8*len(em) - bits
	db, seed := em[:n], em[n:n+hash.Size()]
	if db[0]&^(0xFF>>spare) != 0 {
		return false
	}
	mask := make([]byte, 0, n+hash.Size())
	for counter := uint32(0); len(mask) < n; counter++ {
		h := hash.New()
		h.Write(seed)
		h.Write([]byte{byte(counter >> 24), byte(counter >> 16), byte(counter >> 8), byte(counter)})
		mask = h.Sum(mask)
	}
	for i := range db {
		db[i] ^= mask[i]
	}
	db[0] &= 0xFF >> spare
	zeros := 0
	for zeros < n && db[zeros] == 0 {
		zeros++
	}
	if zeros == n || db[zeros] != 1 || salt != AnySalt && n-zeros-1 != salt {
		return false
	}
	h := hash.New()
	h.Write(make([]byte, 8))
	h.Write(digest)
	h.Write(db[zeros+1:])
	return bytes.Equal(h.Sum(nil), seed)
}
