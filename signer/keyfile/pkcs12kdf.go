package keyfile

import (
	"crypto/cipher"
	"crypto/des"  //nolint:gosec // to read what others wrote
	"crypto/sha1" //nolint:gosec // as above
	"encoding/asn1"
	"hash"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/limits"
)

// What the output of the key derivation is for (RFC 7292, B.3).
const (
	kdfKey = 1
	kdfIV  = 2
	kdfMAC = 3
)

// pkcs12KDF is RFC 7292, B.2. iterations has been bounded by the caller.
func pkcs12KDF(newHash func() hash.Hash, id byte, password, salt []byte, iterations, length int) []byte {
	h := newHash()
	v := h.BlockSize()
	// Steps 1 to 4: D, then S and P repeated to whole blocks.
	d := make([]byte, v)
	for i := range d {
		d[i] = id
	}
	i := append(repeat(salt, v), repeat(password, v)...)
	var out []byte
	for {
		h.Reset()
		h.Write(d)
		h.Write(i)
		a := h.Sum(nil)
		for range iterations - 1 {
			h.Reset()
			h.Write(a)
			a = h.Sum(a[:0])
		}
		if out = append(out, a...); len(out) >= length {
			return out[:length]
		}
		// Step 6C: every block of I becomes itself plus B plus 1, modulo 2^(8v).
		b := repeat(a, v)[:v]
		for j := 0; j < len(i); j += v {
			carry := uint16(1)
			for k := v - 1; k >= 0; k-- {
				carry += uint16(i[j+k]) + uint16(b[k])
				i[j+k] = byte(carry)
				carry >>= 8
			}
		}
	}
}

// repeat fills the least whole number of blocks of v octets with copies of b; none for an empty b.
func repeat(b []byte, v int) []byte {
	n := (len(b) + v - 1) / v * v
	out := make([]byte, 0, n+len(b))
	for len(out) < n {
		out = append(out, b...)
	}
	return out[:n]
}

// oldScheme is a password-based encryption of RFC 7292, C: SHA-1 and a cipher in CBC mode.
type oldScheme struct {
	oid   asn1.ObjectIdentifier
	key   int // octets
	block func(key []byte) (cipher.Block, error)
}

var oldSchemes = []oldScheme{
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 3}, 24, des.NewTripleDESCipher},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 4}, 16, func(k []byte) (cipher.Block, error) {
		return des.NewTripleDESCipher(append(k[:16:16], k[:8]...))
	}},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 5}, 16, newRC2},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 6}, 5, newRC2},
}

func (s oldScheme) decrypt(params cryptobyte.String, data, password []byte, b *budget) ([]byte, error) {
	bad := malformed("PKCS#12 encryption parameters")
	var inner cryptobyte.String
	var salt []byte
	iterations := new(big.Int)
	if !params.ReadASN1(&inner, casn1.SEQUENCE) || !params.Empty() || !inner.ReadASN1Bytes(&salt, casn1.OCTET_STRING) ||
		len(salt) > limits.PBESalt || !inner.ReadASN1Integer(iterations) || !inner.Empty() {
		return nil, bad
	}
	if len(data) == 0 || len(data)%8 != 0 {
		return nil, malformed("encrypted data")
	}
	blocks := (s.key+sha1.Size-1)/sha1.Size + 1 // of the key and of the initialisation vector
	n, err := b.spend("PKCS#12 iterations", iterations, blocks)
	if err != nil {
		return nil, err
	}
	block, err := s.block(pkcs12KDF(sha1.New, kdfKey, password, salt, n, s.key))
	if err != nil {
		return nil, bad
	}
	return decryptCBC(block, pkcs12KDF(sha1.New, kdfIV, password, salt, n, 8), data)
}
