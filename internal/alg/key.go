package alg

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/limits"
)

// PSSKey is an RSA public key that its certificate keeps for RSA-PSS alone (id-RSASSA-PSS, RFC 4055, 1.2).
type PSSKey struct {
	Key  *rsa.PublicKey
	Hash crypto.Hash // the one hash that the key may be used with; 0 for any
	Salt int         // the shortest salt allowed, where Hash is set
}

// Equal makes PSSKey comparable like the keys of the standard library.
func (k *PSSKey) Equal(x crypto.PublicKey) bool {
	o, ok := x.(*PSSKey)
	return ok && k.Hash == o.Hash && k.Salt == o.Salt && k.Key.Equal(o.Key)
}

// ForKey picks how pub signs. hash 0 means SHA-256 for RSA and the curve's own for ECDSA; Ed25519 goes with SHA-512 alone
// (RFC 8419, 2.3). pss asks for RSA-PSS with a salt as long as the hash, and only RSA keys have it. Hashes that do not sign, RSA
// keys out of bounds (2048 to 16384 bits), other curves and other kinds of key are refused.
func ForKey(pub crypto.PublicKey, hash crypto.Hash, pss bool) (Signature, error) {
	if hash != 0 {
		h := hashRef(hash)
		if h == nil {
			return Signature{}, fail(CodeUnsupported, "algorithm", HashName(hash))
		}
		if !h.Signs {
			return Signature{}, fail(CodeWeakHash, "hash", h.Name)
		}
	}
	if err := CheckKey(pub); err != nil {
		return Signature{}, err
	}
	s := Signature{Hash: hash}
	switch k := pub.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() < limits.RSAMinSign {
			return Signature{}, fail(CodeWeakKey, "key", KeyName(pub), "min", itoa(limits.RSAMinSign))
		}
		s.Scheme = RSAPKCS1v15
		if s.Hash == 0 {
			s.Hash = crypto.SHA256
		}
	case *PSSKey:
		if k.Key.N.BitLen() < limits.RSAMinSign {
			return Signature{}, fail(CodeWeakKey, "key", KeyName(pub), "min", itoa(limits.RSAMinSign))
		}
		pss = true
		if s.Hash == 0 {
			s.Hash = crypto.SHA256
			if h := hashRef(k.Hash); h != nil && h.Signs {
				s.Hash = k.Hash
			}
		}
		if k.Hash != 0 && (k.Hash != s.Hash || k.Salt > s.Hash.Size()) {
			return Signature{}, fail(CodeKeyMismatch, "key", KeyName(pub), "algorithm", "RSA-PSS with "+HashName(s.Hash))
		}
	case *ecdsa.PublicKey:
		s.Scheme = ECDSA
		if s.Hash == 0 {
			s.Hash = curveOf(k.Curve).hash
		}
	case ed25519.PublicKey:
		s.Scheme = Ed25519
		if s.Hash == 0 {
			s.Hash = crypto.SHA512
		}
		if s.Hash != crypto.SHA512 {
			return Signature{}, fail(CodeHashMismatch, "digest", HashName(hash), "signature", "Ed25519")
		}
	}
	if pss {
		if s.Scheme != 0 && s.Scheme != RSAPKCS1v15 {
			return Signature{}, fail(CodeKeyMismatch, "key", KeyName(pub), "algorithm", "RSA-PSS")
		}
		s.Scheme, s.Salt = RSAPSS, s.Hash.Size()
	}
	return s, nil
}

// ForOpts is the signature that pub makes when it is told opts, checked as [ForKey] does. A salt length that opts leave to the key
// becomes [AnySalt].
func ForOpts(pub crypto.PublicKey, opts crypto.SignerOpts) (Signature, error) {
	if opts == nil {
		return Signature{}, fail(CodeUnsupported, "algorithm", "none")
	}
	pss, isPSS := opts.(*rsa.PSSOptions)
	if isPSS && pss == nil {
		return Signature{}, fail(CodeUnsupported, "algorithm", "none")
	}
	hash := opts.HashFunc()
	if _, ed := pub.(ed25519.PublicKey); hash == 0 && !ed {
		return Signature{}, fail(CodeHashMismatch, "digest", HashName(0), "signature", KeyName(pub))
	}
	if o, ok := opts.(*ed25519.Options); ok && o.Context != "" {
		return Signature{}, fail(CodeUnsupported, "algorithm", "Ed25519ctx")
	}
	s, err := ForKey(pub, hash, isPSS)
	if err != nil {
		return Signature{}, err
	}
	if _, only := pub.(*PSSKey); only && !isPSS {
		return Signature{}, fail(CodeKeyMismatch, "key", KeyName(pub), "algorithm", RSAPKCS1v15.String())
	}
	if isPSS {
		switch pss.SaltLength {
		case rsa.PSSSaltLengthAuto:
			s.Salt = AnySalt
		case rsa.PSSSaltLengthEqualsHash:
			s.Salt = hash.Size()
		default:
			if pss.SaltLength < 0 || pss.SaltLength > limits.RSAMax/8 {
				return Signature{}, fail(CodeParameters, "algorithm", s.Name(), "reason", "the length of the salt is out of bounds")
			}
			s.Salt = pss.SaltLength
		}
	}
	return s, nil
}

// CheckKey refuses what can never be relied on: RSA keys out of bounds (1024 to 16384 bits), with an unusable exponent or of the
// predictable kind of CVE-2017-15361, curves other than P-256, P-384 and P-521, Ed25519 points of small order, other kinds of key.
func CheckKey(pub crypto.PublicKey) error {
	switch k := pub.(type) {
	case *rsa.PublicKey:
		return checkRSA(k)
	case *PSSKey:
		if k == nil {
			break
		}
		return checkRSA(k.Key)
	case *ecdsa.PublicKey:
		//lint:ignore SA1019 a key may come without its point, and only these fields say so
		if k == nil || k.Curve == nil || k.X == nil || k.Y == nil {
			return fail(CodeUnusableKey, "key", "ECDSA", "reason", "it is empty")
		}
		if curveOf(k.Curve) == nil {
			name := "unknown"
			if p := k.Curve.Params(); p != nil && p.Name != "" {
				name = p.Name
			}
			return fail(CodeCurve, "curve", name)
		}
		if _, err := k.Bytes(); err != nil { // not on the curve, or at infinity
			return fail(CodeUnusableKey, "key", KeyName(pub), "reason", "its point is not on the curve")
		}
		return nil
	case ed25519.PublicKey:
		return checkEd25519(k)
	}
	return fail(CodeUnsupported, "algorithm", KeyName(pub))
}

func checkRSA(k *rsa.PublicKey) error {
	if k == nil || k.N == nil || k.N.Sign() <= 0 {
		return fail(CodeUnusableKey, "key", "RSA", "reason", "it is empty")
	}
	bits := k.N.BitLen()
	switch {
	case bits > limits.RSAMax:
		return fail(CodeKeyTooLarge, "bits", itoa(bits), "max", itoa(limits.RSAMax))
	case bits < limits.RSAMinVerify:
		return fail(CodeWeakKey, "key", KeyName(k), "min", itoa(limits.RSAMinVerify))
	case k.E < 3 || k.E&1 == 0 || k.N.Bit(0) == 0:
		return fail(CodeUnusableKey, "key", KeyName(k), "reason", "its modulus or exponent is even or too small")
	case predictable(k.N):
		return fail(CodeFaultyKey, "key", KeyName(k))
	}
	return nil
}

// curve is a row of the table of curves.
type curve struct {
	elliptic elliptic.Curve
	hash     crypto.Hash // its own
	width    int         // octets of a coordinate, and of r and s
	order    []byte      // n, big-endian, width octets
}

var curves = []*curve{
	curveRow(elliptic.P256(), crypto.SHA256),
	curveRow(elliptic.P384(), crypto.SHA384),
	curveRow(elliptic.P521(), crypto.SHA512),
}

func curveRow(c elliptic.Curve, h crypto.Hash) *curve {
	w := (c.Params().N.BitLen() + 7) / 8
	return &curve{c, h, w, c.Params().N.FillBytes(make([]byte, w))}
}

func curveOf(c elliptic.Curve) *curve {
	for _, row := range curves {
		if row.elliptic == c {
			return row
		}
	}
	return nil
}

// MaxSignatureSize is the most octets that a signature under pub has: the modulus for RSA, the longest DER for ECDSA, 64 for
// Ed25519, 0 for a key that we do not take.
func MaxSignatureSize(pub crypto.PublicKey) int {
	switch k := pub.(type) {
	case *rsa.PublicKey:
		if k != nil && k.N != nil {
			return k.Size()
		}
	case *PSSKey:
		if k != nil {
			return MaxSignatureSize(k.Key)
		}
	case *ecdsa.PublicKey:
		if k == nil {
			return 0
		}
		if c := curveOf(k.Curve); c != nil {
			// Two INTEGERs of width octets, one more where the top bit can be set (not for P-521), in a SEQUENCE.
			n := c.width
			if c.order[0]&0x80 != 0 {
				n++
			}
			body := 2 * (2 + n)
			if body < 128 {
				return 2 + body
			}
			return 3 + body
		}
	case ed25519.PublicKey:
		return ed25519.SignatureSize
	}
	return 0
}

// KeyName names a key for people: "RSA-2048", "ECDSA P-256", "Ed25519".
func KeyName(pub crypto.PublicKey) string {
	switch k := pub.(type) {
	case *rsa.PublicKey:
		if k == nil || k.N == nil {
			return "RSA"
		}
		return "RSA-" + itoa(k.N.BitLen())
	case *PSSKey:
		if k == nil {
			return "RSA for PSS only"
		}
		return KeyName(k.Key) + " for PSS only"
	case *ecdsa.PublicKey:
		if k != nil && k.Curve != nil && k.Curve.Params() != nil {
			return "ECDSA " + k.Curve.Params().Name
		}
		return "ECDSA"
	case ed25519.PublicKey:
		return "Ed25519"
	case nil:
		return "unknown"
	}
	if name := fmt.Sprintf("%T", pub); name != "*dsa.PublicKey" { // a deprecated package, known by its name alone
		return name
	}
	return "DSA"
}

// SameKey reports whether a and b are the same public key.
func SameKey(a, b crypto.PublicKey) bool {
	k, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	if !ok || b == nil {
		return false
	}
	if p, ok := b.(*PSSKey); ok { // the key is the same whatever the certificate keeps it for
		b = p.Key
	}
	if p, ok := a.(*PSSKey); ok {
		k = p.Key
	}
	return k.Equal(b)
}

// PublicKey is the public key of a certificate, checked as [CheckKey] does. Unlike the standard library's field it knows keys kept for
// RSA-PSS, and it can name what it refuses.
func PublicKey(cert *x509.Certificate) (crypto.PublicKey, error) {
	if cert == nil {
		return nil, fail(CodeMalformed, "structure", "certificate", "reason", "it is empty")
	}
	if cert.PublicKey != nil {
		if err := CheckKey(cert.PublicKey); err != nil {
			return nil, err
		}
		return cert.PublicKey, nil
	}
	return ParsePublicKey(cert.RawSubjectPublicKeyInfo)
}

// ParsePublicKey reads a DER SubjectPublicKeyInfo and checks it as [CheckKey] does. Only named curves are taken: parameters that
// describe a curve could describe one whose generator the attacker chose (CVE-2020-0601).
func ParsePublicKey(spki []byte) (crypto.PublicKey, error) {
	s := cryptobyte.String(spki)
	var inner, algID cryptobyte.String
	if !s.ReadASN1(&inner, casn1.SEQUENCE) || !s.Empty() || !inner.ReadASN1Element(&algID, casn1.SEQUENCE) {
		return nil, fail(CodeMalformed, "structure", "SubjectPublicKeyInfo", "reason", "it is not one DER SEQUENCE with an AlgorithmIdentifier")
	}
	oid, params, err := splitIdentifier(algID)
	if err != nil {
		return nil, err
	}
	if err := CheckKeyAlgorithm(algID); err != nil {
		return nil, err
	}
	if bytes.Equal(oid, rawOIDPSS) {
		return parsePSSKey(params, inner)
	}
	pub, err := x509.ParsePKIXPublicKey(spki)
	if err != nil {
		return nil, fail(CodeMalformed, "structure", "SubjectPublicKeyInfo", "reason", "the key inside it is malformed")
	}
	if err := CheckKey(pub); err != nil {
		return nil, err
	}
	return pub, nil
}

// CheckKeyAlgorithm refuses the AlgorithmIdentifier of a key, public or private, that is of no kind that we take, and curves other
// than those, each by its name.
func CheckKeyAlgorithm(algID []byte) error {
	oid, params, err := splitIdentifier(algID)
	if err != nil {
		return err
	}
	switch {
	case bytes.Equal(oid, rawOIDECKey):
		return CheckCurve(params)
	case bytes.Equal(oid, rawOIDRSA), bytes.Equal(oid, rawOIDPSS), bytes.Equal(oid, rawOIDEd25519):
		return nil
	}
	return fail(CodeUnsupported, "algorithm", nameOfOID(oid))
}

// CheckCurve refuses ECParameters (RFC 5480, 2.1.1) that describe a curve instead of naming it, and names of others than P-256,
// P-384 and P-521.
func CheckCurve(params []byte) error {
	if len(params) > 0 && params[0] == byte(casn1.SEQUENCE) {
		return fail(CodeExplicitCurve)
	}
	if name, ok := foreignCurve(params); ok {
		return fail(CodeCurve, "curve", name)
	}
	return nil
}

// parsePSSKey reads what follows the AlgorithmIdentifier of an id-RSASSA-PSS key. Absent parameters leave hash and salt free.
func parsePSSKey(params []byte, rest cryptobyte.String) (crypto.PublicKey, error) {
	key := &PSSKey{}
	if params != nil {
		s, err := parsePSSParams(params)
		if err != nil {
			return nil, err
		}
		key.Hash, key.Salt = s.Hash, s.Salt
	}
	var bits []byte
	if !rest.ReadASN1BitStringAsBytes(&bits) || !rest.Empty() {
		return nil, fail(CodeMalformed, "structure", "SubjectPublicKeyInfo", "reason", "the key is not one BIT STRING")
	}
	pub, err := x509.ParsePKCS1PublicKey(bits)
	if err != nil {
		return nil, fail(CodeMalformed, "structure", "RSA public key", "reason", "it is not one DER RSAPublicKey")
	}
	key.Key = pub
	if err := CheckKey(key); err != nil {
		return nil, err
	}
	return key, nil
}

// namedCurves are the curves that are taken, and others that people may meet, by the DER of their identifiers' contents.
var namedCurves = []struct {
	oid  string
	name string
	ok   bool
}{
	{"1.2.840.10045.3.1.7", "P-256", true},
	{"1.3.132.0.34", "P-384", true},
	{"1.3.132.0.35", "P-521", true},
	{"1.2.840.10045.3.1.1", "P-192", false},
	{"1.3.132.0.33", "P-224", false},
	{"1.3.132.0.10", "secp256k1", false},
	{"1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1", false},
	{"1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1", false},
	{"1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1", false},
	{"1.2.156.10197.1.301", "SM2", false},
}

// foreignCurve names the curve of ECParameters when it is not one that is taken.
func foreignCurve(params []byte) (string, bool) {
	s := cryptobyte.String(params)
	var oid asn1.ObjectIdentifier
	if !s.ReadASN1ObjectIdentifier(&oid) || !s.Empty() {
		return "unknown", true
	}
	for _, c := range namedCurves {
		if c.oid == oid.String() {
			return c.name, !c.ok
		}
	}
	return oid.String(), true
}
