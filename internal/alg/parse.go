package alg

import (
	"bytes"
	"crypto"
	"encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/limits"
)

// ParseSignature reads the DER AlgorithmIdentifier of a signature. digest is the digest algorithm that stands beside it (CMS
// digestAlgorithm); where the identifier names a hash too, the two must agree, and where it names none (rsaEncryption,
// RFC 3370, 3.2) digest is the hash. A digest of 0 says that nothing stands beside it, as in a certificate.
//
// RSA parameters may be absent or NULL (RFC 4055, 5), those of ECDSA too, since older Java signers write NULL; those of Ed25519
// must be absent (RFC 8410, 3) and those of RSA-PSS present, with one hash for message and mask and trailer field 1.
func ParseSignature(algID []byte, digest crypto.Hash) (Signature, error) {
	oid, params, err := splitIdentifier(algID)
	if err != nil {
		return Signature{}, err
	}
	switch {
	case bytes.Equal(oid, rawOIDPSS):
		return parsePSS(params, digest)
	case bytes.Equal(oid, rawOIDRSA):
		return withDigest(RSAPKCS1v15, "rsaEncryption", params, digest)
	}
	for i := range rows {
		if !bytes.Equal(rows[i].oid, oid) {
			continue
		}
		s := Signature{Scheme: rows[i].scheme, Hash: rows[i].hash}
		if s.Scheme == Ed25519 && params != nil {
			return Signature{}, fail(CodeParameters, "algorithm", s.Name(), "reason", "they must be absent")
		}
		if !absentOrNull(params) {
			return Signature{}, fail(CodeParameters, "algorithm", s.String(), "reason", "they must be absent or NULL")
		}
		if digest != 0 && digest != s.Hash {
			return Signature{}, fail(CodeHashMismatch, "digest", HashName(digest), "signature", s.String())
		}
		return s, nil
	}
	return Signature{}, fail(CodeUnsupported, "algorithm", nameOfOID(oid))
}

// withDigest is for identifiers that leave the hash to the digest algorithm beside them.
func withDigest(scheme Scheme, name string, params []byte, digest crypto.Hash) (Signature, error) {
	if !absentOrNull(params) {
		return Signature{}, fail(CodeParameters, "algorithm", name, "reason", "they must be absent or NULL")
	}
	s := Signature{Scheme: scheme, Hash: digest}
	if s.row() == nil {
		return Signature{}, fail(CodeHashMismatch, "digest", HashName(digest), "signature", name)
	}
	return s, nil
}

func parsePSS(params []byte, digest crypto.Hash) (Signature, error) {
	if params == nil {
		return Signature{}, badPSS("they are missing") // only a key may leave them out (RFC 4055, 3.1)
	}
	s, err := parsePSSParams(params)
	if err != nil {
		return Signature{}, err
	}
	if digest != 0 && digest != s.Hash {
		return Signature{}, fail(CodeHashMismatch, "digest", HashName(digest), "signature", s.String())
	}
	return s, nil
}

// parsePSSParams reads RSASSA-PSS-params (RFC 4055, 3.1). A value equal to its DEFAULT may stand there or be left out.
func parsePSSParams(der []byte) (Signature, error) {
	outer := cryptobyte.String(der)
	var p cryptobyte.String
	if !outer.ReadASN1(&p, casn1.SEQUENCE) || !outer.Empty() {
		return Signature{}, badPSS("they are not one DER SEQUENCE")
	}
	hash, mgfHash, salt, trailer := crypto.SHA1, crypto.SHA1, int64(defaultSalt), int64(1)

	var field cryptobyte.String
	var present bool
	if !p.ReadOptionalASN1(&field, &present, tagPSSHash) {
		return Signature{}, badPSS("the hash algorithm is malformed")
	}
	if present {
		h, err := ParseHash(field)
		if err != nil {
			return Signature{}, err
		}
		hash = h.Crypto
	}
	if !p.ReadOptionalASN1(&field, &present, tagPSSMGF) {
		return Signature{}, badPSS("the mask generation function is malformed")
	}
	if present {
		oid, mgfParams, err := splitIdentifier(field)
		if err != nil {
			return Signature{}, err
		}
		if !bytes.Equal(oid, rawOIDMGF1) {
			return Signature{}, badPSS("the mask generation function is not MGF1")
		}
		h, err := ParseHash(mgfParams)
		if err != nil {
			return Signature{}, err
		}
		mgfHash = h.Crypto
	}
	if !readOptionalInt(&p, &salt, tagPSSSalt) || salt < 0 || salt > limits.RSAMax/8 {
		return Signature{}, badPSS("the length of the salt is malformed or out of bounds")
	}
	if !readOptionalInt(&p, &trailer, tagPSSTrailer) || trailer != 1 {
		return Signature{}, badPSS("the trailer field is not 1")
	}
	if !p.Empty() {
		return Signature{}, badPSS("something follows them")
	}
	if hash != mgfHash {
		return Signature{}, badPSS("the hash of the mask, " + HashName(mgfHash) + ", is not that of the message, " + HashName(hash))
	}
	return Signature{Scheme: RSAPSS, Hash: hash, Salt: int(salt)}, nil
}

func badPSS(reason string) error {
	return fail(CodeParameters, "algorithm", "RSA-PSS", "reason", reason)
}

// readOptionalInt reads an explicitly tagged INTEGER into out and leaves out alone when it is absent.
func readOptionalInt(s *cryptobyte.String, out *int64, tag casn1.Tag) bool {
	var field cryptobyte.String
	var present bool
	if !s.ReadOptionalASN1(&field, &present, tag) {
		return false
	}
	if !present {
		return true
	}
	return field.ReadASN1Integer(out) && field.Empty()
}

// refused names algorithms that people may well meet and that we do not take, so that the refusal can say what it refuses.
var refused = []struct {
	name string
	oid  asn1.ObjectIdentifier
}{
	{"ML-DSA-44", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 17}},
	{"ML-DSA-65", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 18}},
	{"ML-DSA-87", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 19}},
	{"HashML-DSA-44 with SHA-512", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 32}},
	{"HashML-DSA-65 with SHA-512", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 33}},
	{"HashML-DSA-87 with SHA-512", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 34}},
	{"SLH-DSA-SHA2-128s", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 20}},
	{"SLH-DSA-SHA2-128f", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 21}},
	{"SLH-DSA-SHA2-192s", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 22}},
	{"SLH-DSA-SHA2-192f", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 23}},
	{"SLH-DSA-SHA2-256s", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 24}},
	{"SLH-DSA-SHA2-256f", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 25}},
	{"SLH-DSA-SHAKE-128s", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 26}},
	{"SLH-DSA-SHAKE-128f", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 27}},
	{"SLH-DSA-SHAKE-192s", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 28}},
	{"SLH-DSA-SHAKE-192f", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 29}},
	{"SLH-DSA-SHAKE-256s", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 30}},
	{"SLH-DSA-SHAKE-256f", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 31}},
	{"Ed448", asn1.ObjectIdentifier{1, 3, 101, 113}},
	{"X25519", asn1.ObjectIdentifier{1, 3, 101, 110}},
	{"X448", asn1.ObjectIdentifier{1, 3, 101, 111}},
	{"DSA", asn1.ObjectIdentifier{1, 2, 840, 10040, 4, 1}},
	{"DSA with SHA-1", asn1.ObjectIdentifier{1, 2, 840, 10040, 4, 3}},
	{"DSA with SHA-224", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 1}},
	{"DSA with SHA-256", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 2}},
	{"RSA with MD2", asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 2}},
	{"RSA with SHA-512/224", asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 15}},
	{"RSAES-OAEP", asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 7}},
	{"ECDSA without a hash (id-ecPublicKey)", oidECKey},
	{"ECDSA with a specified hash", asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3}},
	{"ECDSA with SHA3-224", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 9}},
	{"RSA with SHA3-224", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 13}},
	{"SHAKE128", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 11}},
	{"SHAKE256", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 12}},
	{"SHA3-224", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 7}},
	{"SHA-512/224", asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 5}},
	{"RSA-PSS with SHAKE128", asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 6, 30}},
	{"RSA-PSS with SHAKE256", asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 6, 31}},
	{"ECDSA with SHAKE128", asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 6, 32}},
	{"ECDSA with SHAKE256", asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 6, 33}},
	{"MD2", asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 2}},
	{"MD4", asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 4}},
	{"RIPEMD-160", asn1.ObjectIdentifier{1, 3, 36, 3, 2, 1}},
	{"GOST R 34.11-94", asn1.ObjectIdentifier{1, 2, 643, 2, 2, 9}},
	{"GOST R 34.10-2001", asn1.ObjectIdentifier{1, 2, 643, 2, 2, 3}},
	{"GOST R 34.10-2012, 256 bits", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 3, 2}},
	{"GOST R 34.10-2012, 512 bits", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 3, 3}},
	{"SM2 with SM3", asn1.ObjectIdentifier{1, 2, 156, 10197, 1, 501}},
	{"SM3", asn1.ObjectIdentifier{1, 2, 156, 10197, 1, 401}},
}

// nameOfOID names an algorithm that the tables above do not take; rawOID is DER. One that nobody knows is its dotted number.
func nameOfOID(rawOID []byte) string {
	var oid asn1.ObjectIdentifier
	s := cryptobyte.String(rawOID)
	if !s.ReadASN1ObjectIdentifier(&oid) {
		return "with a malformed object identifier"
	}
	for _, r := range refused {
		if r.oid.Equal(oid) {
			return r.name
		}
	}
	if h, ok := HashByOID(oid); ok {
		return h.Name
	}
	for i := range rows {
		if bytes.Equal(rows[i].oid, rawOID) {
			return Signature{Scheme: rows[i].scheme, Hash: rows[i].hash}.String()
		}
	}
	return oid.String()
}
