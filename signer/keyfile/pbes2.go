package keyfile

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des" //nolint:gosec // 3DES, to read what others wrote
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // HMAC-SHA-1 is the default of PBKDF2
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"hash"
	"math/big"
	"strconv"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/crypto/scrypt"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Password-based encryption, RFC 8018: PBES2 is a key derivation function and a cipher, each an AlgorithmIdentifier.

type algorithm struct {
	oid    asn1.ObjectIdentifier
	params cryptobyte.String // the DER element, nil when absent
}

// readAlgorithm reads an AlgorithmIdentifier.
func readAlgorithm(s *cryptobyte.String) (a algorithm, ok bool) {
	var inner cryptobyte.String
	if !s.ReadASN1(&inner, casn1.SEQUENCE) || !inner.ReadASN1ObjectIdentifier(&a.oid) {
		return a, false
	}
	if !inner.Empty() {
		var tag casn1.Tag
		if !inner.ReadAnyASN1Element(&a.params, &tag) || !inner.Empty() {
			return a, false
		}
	}
	return a, true
}

// prf is a pseudo-random function of PBKDF2: HMAC with a hash.
type prf struct {
	oid asn1.ObjectIdentifier
	new func() hash.Hash
}

var (
	oidPBES2      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	oidScrypt     = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11591, 4, 11}
	oid3DES       = asn1.ObjectIdentifier{1, 2, 840, 113549, 3, 7}
	oidHMACSHA1   = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 7}
	oidHMACSHA256 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}
)

var prfs = []prf{
	{oidHMACSHA1, sha1.New},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 8}, sha256.New224},
	{oidHMACSHA256, sha256.New},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 10}, sha512.New384},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 11}, sha512.New},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 12}, sha512.New512_224},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 13}, sha512.New512_256},
}

// scheme is a cipher in CBC mode with the length of its key.
type scheme struct {
	oid   asn1.ObjectIdentifier
	key   int // octets
	block func(key []byte) (cipher.Block, error)
}

var schemes = []scheme{
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}, 32, aes.NewCipher},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 22}, 24, aes.NewCipher},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 2}, 16, aes.NewCipher},
	{oid3DES, 24, des.NewTripleDESCipher},
}

// names are what is met in such places and not taken, so that a refusal can say what it refuses.
var names = []struct {
	oid  asn1.ObjectIdentifier
	name string
}{
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 1}, "PBES1 (MD2 and DES)"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 3}, "PBES1 (MD5 and DES)"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 4}, "PBES1 (MD2 and RC2)"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 6}, "PBES1 (MD5 and RC2)"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 10}, "PBES1 (SHA-1 and DES)"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 11}, "PBES1 (SHA-1 and RC2)"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 1}, "PKCS#12 PBE (SHA-1 and RC4, 128 bits)"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 2}, "PKCS#12 PBE (SHA-1 and RC4, 40 bits)"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 3}, "PKCS#12 PBE (SHA-1 and 3DES)"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 4}, "PKCS#12 PBE (SHA-1 and two-key 3DES)"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 5}, "PKCS#12 PBE (SHA-1 and RC2, 128 bits)"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 6}, "PKCS#12 PBE (SHA-1 and RC2, 40 bits)"},
	{asn1.ObjectIdentifier{1, 3, 14, 3, 2, 7}, "DES-CBC"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 3, 2}, "RC2-CBC"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 3, 4}, "RC4"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 3, 9}, "RC5-CBC"},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 6}, "AES-128-GCM"},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 26}, "AES-192-GCM"},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 46}, "AES-256-GCM"},
	{asn1.ObjectIdentifier{1, 2, 410, 200004, 1, 4}, "SEED-CBC"},
	{asn1.ObjectIdentifier{1, 2, 392, 200011, 61, 1, 1, 1, 4}, "Camellia-256-CBC"},
	{oid3DES, "3DES-CBC"},
	{oidScrypt, "scrypt"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 6}, "HMAC with MD5"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 8}, "HMAC with SHA-224"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 10}, "HMAC with SHA-384"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 12}, "HMAC with SHA-512/224"},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 13}, "HMAC with SHA-512/256"},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 14}, "HMAC with SHA3-256"},
}

func nameOf(oid asn1.ObjectIdentifier) string {
	for _, n := range names {
		if n.oid.Equal(oid) {
			return n.name
		}
	}
	return oid.String()
}

// budget is how much work one file may still cause. Every derivation in it draws from the same budget, so that many cheap ones do
// not add up to what one dear one may not do.
type budget struct{ rounds, work int64 }

func newBudget() *budget { return &budget{limits.PBKDF2Iterations, limits.ScryptWork} }

// spend takes iterations rounds, blocks times, off the budget.
func (b *budget) spend(parameter string, iterations *big.Int, blocks int) (int, error) {
	if iterations.Sign() <= 0 {
		return 0, malformed("PBKDF2 parameters")
	}
	if !iterations.IsInt64() || iterations.Int64() > b.rounds/int64(blocks) {
		return 0, fail(CodeCost, "parameter", parameter, "value", iterations.String(), "max", strconv.FormatInt(b.rounds/int64(blocks), 10))
	}
	n := iterations.Int64()
	b.rounds -= n * int64(blocks)
	return int(n), nil
}

// pbes2 decrypts data; params is PBES2-params.
func pbes2(params cryptobyte.String, data, password []byte, b *budget) ([]byte, error) {
	kdf, s, iv, err := readPBES2(params, data)
	if err != nil {
		return nil, err
	}
	key, err := deriveKey(kdf, s.key, password, b)
	if err != nil {
		return nil, err
	}
	block, err := s.block(key)
	if err != nil {
		return nil, malformed("PBES2 key")
	}
	return decryptCBC(block, iv, data)
}

// readPBES2 reads PBES2-params and holds data against them: everything that can be refused is refused before the password costs any
// work.
func readPBES2(params cryptobyte.String, data []byte) (kdf algorithm, s scheme, iv []byte, err error) {
	var inner cryptobyte.String
	if !params.ReadASN1(&inner, casn1.SEQUENCE) || !params.Empty() {
		return kdf, s, nil, malformed("PBES2 parameters")
	}
	kdf, ok := readAlgorithm(&inner)
	if !ok {
		return kdf, s, nil, malformed("PBES2 parameters")
	}
	enc, ok := readAlgorithm(&inner)
	if !ok || !inner.Empty() {
		return kdf, s, nil, malformed("PBES2 parameters")
	}
	for _, s = range schemes {
		if !s.oid.Equal(enc.oid) {
			continue
		}
		if !enc.params.ReadASN1Bytes(&iv, casn1.OCTET_STRING) || !enc.params.Empty() {
			return kdf, s, nil, malformed("PBES2 initialisation vector")
		}
		if block, err := s.block(make([]byte, s.key)); err != nil || len(iv) != block.BlockSize() {
			return kdf, s, nil, malformed("PBES2 initialisation vector")
		} else if len(data) == 0 || len(data)%block.BlockSize() != 0 {
			return kdf, s, nil, malformed("encrypted data")
		}
		return kdf, s, iv, nil
	}
	return kdf, s, nil, fail(CodeEncryption, "algorithm", nameOf(enc.oid))
}

// deriveKey is the key derivation function of PBES2.
func deriveKey(kdf algorithm, length int, password []byte, b *budget) ([]byte, error) {
	switch {
	case kdf.oid.Equal(oidPBKDF2):
		return derivePBKDF2(kdf.params, length, password, b)
	case kdf.oid.Equal(oidScrypt):
		return deriveScrypt(kdf.params, length, password, b)
	}
	return nil, fail(CodeEncryption, "algorithm", nameOf(kdf.oid))
}

func derivePBKDF2(params cryptobyte.String, length int, password []byte, b *budget) ([]byte, error) {
	p, err := readPBKDF2(params)
	if err != nil {
		return nil, err
	}
	if p.length != 0 && p.length != length {
		return nil, malformed("PBKDF2 parameters")
	}
	n, err := p.spend(b, length)
	if err != nil {
		return nil, err
	}
	key, err := pbkdf2.Key(p.function.new, string(password), p.salt, n, length)
	if err != nil {
		return nil, malformed("PBKDF2 parameters")
	}
	return key, nil
}

// pbkdf2Params is PBKDF2-params.
type pbkdf2Params struct {
	salt       []byte
	iterations *big.Int
	length     int // octets, 0 when absent
	function   prf
}

func readPBKDF2(params cryptobyte.String) (p pbkdf2Params, err error) {
	bad := malformed("PBKDF2 parameters")
	var inner cryptobyte.String
	if !params.ReadASN1(&inner, casn1.SEQUENCE) || !params.Empty() {
		return p, bad
	}
	if inner.PeekASN1Tag(casn1.SEQUENCE) {
		return p, fail(CodeEncryption, "algorithm", "PBKDF2 with a salt from another source")
	}
	p.iterations = new(big.Int)
	if !inner.ReadASN1Bytes(&p.salt, casn1.OCTET_STRING) || !inner.ReadASN1Integer(p.iterations) || len(p.salt) > limits.PBESalt {
		return p, bad
	}
	if inner.PeekASN1Tag(casn1.INTEGER) {
		if !inner.ReadASN1Integer(&p.length) || p.length < 1 {
			return p, bad
		}
	}
	p.function = prfs[0] // the DEFAULT is HMAC-SHA-1
	if !inner.Empty() {
		a, ok := readAlgorithm(&inner)
		if !ok || !inner.Empty() || a.params != nil && string(a.params) != "\x05\x00" {
			return p, bad
		}
		p.function, ok = findPRF(a.oid)
		if !ok {
			return p, fail(CodeEncryption, "algorithm", "PBKDF2 with "+nameOf(a.oid))
		}
	}
	return p, nil
}

// spend takes a key of length octets off the budget and returns the number of rounds.
func (p pbkdf2Params) spend(b *budget, length int) (int, error) {
	size := p.function.new().Size()
	return b.spend("PBKDF2 iterations", p.iterations, (length+size-1)/size)
}

func findPRF(oid asn1.ObjectIdentifier) (prf, bool) {
	for _, p := range prfs {
		if p.oid.Equal(oid) {
			return p, true
		}
	}
	return prf{}, false
}

// deriveScrypt is RFC 7914, 7.1.
func deriveScrypt(params cryptobyte.String, length int, password []byte, b *budget) ([]byte, error) {
	bad := malformed("scrypt parameters")
	var inner cryptobyte.String
	var salt []byte
	var n, r, p int64
	if !params.ReadASN1(&inner, casn1.SEQUENCE) || !params.Empty() ||
		!inner.ReadASN1Bytes(&salt, casn1.OCTET_STRING) || len(salt) > limits.PBESalt ||
		!inner.ReadASN1Integer(&n) || !inner.ReadASN1Integer(&r) || !inner.ReadASN1Integer(&p) {
		return nil, bad
	}
	if !inner.Empty() {
		var keyLength int
		if !inner.ReadASN1Integer(&keyLength) || keyLength != length || !inner.Empty() {
			return nil, bad
		}
	}
	if n < 2 || n&(n-1) != 0 || r < 1 || p < 1 {
		return nil, bad
	}
	if memory := int64(limits.ScryptMemory) / 128; n > memory || r > memory || n > memory/r || p > memory/r {
		return nil, fail(CodeCost, "parameter", "scrypt memory N·r", "value", product(n, r), "max", strconv.FormatInt(memory, 10))
	}
	if p > b.work/(n*r) {
		return nil, fail(CodeCost, "parameter", "scrypt work N·r·p", "value", product(n, r, p), "max", strconv.FormatInt(b.work, 10))
	}
	b.work -= n * r * p
	key, err := scrypt.Key(password, salt, int(n), int(r), int(p), length)
	if err != nil {
		return nil, bad
	}
	return key, nil
}

func product(factors ...int64) string {
	v := big.NewInt(1)
	for _, f := range factors {
		v.Mul(v, big.NewInt(f))
	}
	return v.String()
}

// decryptCBC takes off the padding of RFC 8018, 6.1.1. Wrong padding is what a wrong password looks like.
func decryptCBC(block cipher.Block, iv, data []byte) ([]byte, error) {
	size := block.BlockSize()
	if len(data) == 0 || len(data)%size != 0 {
		return nil, malformed("encrypted data")
	}
	out := make([]byte, len(data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(out, data)
	pad := int(out[len(out)-1])
	if pad == 0 || pad > size {
		return nil, fail(CodePassword)
	}
	for _, b := range out[len(out)-pad:] {
		if int(b) != pad {
			return nil, fail(CodePassword)
		}
	}
	return out[:len(out)-pad], nil
}
