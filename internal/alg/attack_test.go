package alg

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/testtool"
)

// Rows of the attack list, by their number. Each has a clean twin that stays accepted.

// rawRSA is the private operation on an encoded message, for making signatures that no honest signer makes.
func rawRSA(k *rsa.PrivateKey, em []byte) []byte {
	return new(big.Int).Exp(new(big.Int).SetBytes(em), k.D, k.N).FillBytes(make([]byte, k.Size()))
}

// pkcs1 builds 00 01 FF… 00 T with a given number of FF; what is missing to the length of the modulus is put behind T.
func pkcs1(size, padding int, t []byte) []byte {
	em := append([]byte{0, 1}, bytes.Repeat([]byte{0xFF}, padding)...)
	em = append(append(em, 0), t...)
	return append(em, make([]byte, size-len(em))...)
}

func TestC5PKCS1v15(t *testing.T) {
	k := rsaKey()
	s := Signature{Scheme: RSAPKCS1v15, Hash: crypto.SHA256}
	d := digest(crypto.SHA256, []byte("m"))
	prefix, _ := hex.DecodeString("3031300d060960864801650304020105000420")
	good := append(bytes.Clone(prefix), d...)
	full := k.Size() - 3 - len(good)

	ok(t, s.Verify(&k.PublicKey, d, rawRSA(k, pkcs1(k.Size(), full, good)))) // the clean twin

	noNull, _ := hex.DecodeString("302f300b0609608648016503040201" + "0420")
	noNull = append(noNull, d...)
	longForm, _ := hex.DecodeString("308131300d060960864801650304020105000420")
	longForm = append(longForm, d...)
	for name, em := range map[string][]byte{
		"garbage behind the digest": pkcs1(k.Size(), full-20, append(bytes.Clone(good), 1)),
		"zeros behind the digest":   pkcs1(k.Size(), full-1, good),
		"eight bytes of padding":    pkcs1(k.Size(), 8, good),
		"missing NULL":              pkcs1(k.Size(), k.Size()-3-len(noNull), noNull),
		"long form length":          pkcs1(k.Size(), k.Size()-3-len(longForm), longForm),
		"no DigestInfo":             pkcs1(k.Size(), k.Size()-3-len(d), d),
		"block type 2":              append([]byte{0, 2}, pkcs1(k.Size(), full, good)[2:]...),
	} {
		if err := s.Verify(&k.PublicKey, d, rawRSA(k, em)); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	other := Signature{Scheme: RSAPKCS1v15, Hash: crypto.SHA3_256} // the same length, another DigestInfo
	wantCode(t, other.Verify(&k.PublicKey, d, rawRSA(k, pkcs1(k.Size(), full, good))), CodeSignatureWrong)
}

// TestC5LowExponent forges a signature for a key with e = 3 by a cube root (CVE-2006-4339): it would pass where what follows the
// digest is ignored. The same key with an honest signature is accepted.
func TestC5LowExponent(t *testing.T) {
	k := keyWithExponent(t, 3)
	s := Signature{Scheme: RSAPKCS1v15, Hash: crypto.SHA256}
	d := digest(crypto.SHA256, []byte("m"))
	prefix, _ := hex.DecodeString("3031300d060960864801650304020105000420")
	block := new(big.Int).SetBytes(pkcs1(k.Size(), 8, append(prefix, d...)))
	block.Add(block, new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(8*(k.Size()-3-8-51))), big.NewInt(1))) // free octets at the end
	root := cubeRoot(block)
	forged := root.FillBytes(make([]byte, k.Size()))
	cube := new(big.Int).Exp(root, big.NewInt(3), nil).FillBytes(make([]byte, k.Size()))
	if !bytes.HasPrefix(cube, append(pkcs1(11, 8, nil), append(prefix, d...)...)) {
		t.Fatal("the forgery is not what it should be")
	}
	wantCode(t, s.Verify(&k.PublicKey, d, forged), CodeSignatureWrong)
	ok(t, s.Verify(&k.PublicKey, d, must(rsa.SignPKCS1v15(nil, k, crypto.SHA256, d))))
}

func cubeRoot(n *big.Int) *big.Int {
	low, high := big.NewInt(0), new(big.Int).Lsh(big.NewInt(1), uint(n.BitLen()/3+1))
	for one := big.NewInt(1); low.Cmp(high) < 0; {
		mid := new(big.Int).Rsh(new(big.Int).Add(new(big.Int).Add(low, high), one), 1)
		if new(big.Int).Exp(mid, big.NewInt(3), nil).Cmp(n) <= 0 {
			low = mid
		} else {
			high = mid.Sub(mid, one)
		}
	}
	return low
}

// keyWithExponent makes an RSA-2048 key with a public exponent that the standard library would not choose.
func keyWithExponent(t testing.TB, e int64) *rsa.PrivateKey {
	t.Helper()
	for {
		p, q := must(rand.Prime(rand.Reader, 1024)), must(rand.Prime(rand.Reader, 1024))
		if k := keyOf(p, q, e); k != nil && k.N.BitLen() == 2048 {
			return k
		}
	}
}

// keyOf builds a key of two primes, nil when e has no inverse.
func keyOf(p, q *big.Int, e int64) *rsa.PrivateKey {
	one := big.NewInt(1)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	d := new(big.Int).ModInverse(big.NewInt(e), phi)
	if d == nil {
		return nil
	}
	k := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: int(e)}, D: d, Primes: []*big.Int{p, q}}
	k.Precompute()
	return k
}

func TestC5PSSParameters(t *testing.T) {
	k := rsaKey()
	d := digest(crypto.SHA256, []byte("m"))
	sig := must(rsa.SignPSS(rand.Reader, k, crypto.SHA256, d, &rsa.PSSOptions{SaltLength: 32}))
	id := Signature{RSAPSS, crypto.SHA256, 32}.Identifier()
	s, err := ParseSignature(id, crypto.SHA256) // the clean twin
	ok(t, err)
	ok(t, s.Verify(&k.PublicKey, d, sig))

	for _, salt := range []int{0, 20, 31, 33} {
		s, err := ParseSignature(Signature{RSAPSS, crypto.SHA256, salt}.Identifier(), crypto.SHA256)
		ok(t, err)
		wantCode(t, s.Verify(&k.PublicKey, d, sig), CodeSignatureWrong)
	}
	sha256ID, sha512ID := encodeIdentifier(hashRef(crypto.SHA256).OID, null), encodeIdentifier(hashRef(crypto.SHA512).OID, null)
	for name, tc := range map[string]struct {
		der  []byte
		code string
	}{
		"missing":              {encodeIdentifier(oidPSS, nil), "alg.parameters"},
		"NULL":                 {encodeIdentifier(oidPSS, null), "alg.parameters"},
		"mask of another hash": {pssID(sha256ID, mgf1(sha512ID), 32, 1), "alg.parameters"},
		"mask by default":      {pssID(sha256ID, nil, 32, 1), "alg.parameters"},
		"another mask":         {pssID(sha256ID, encodeIdentifier(asn1.ObjectIdentifier{1, 2, 3}, sha256ID), 32, 1), "alg.parameters"},
		"trailer 2":            {pssID(sha256ID, mgf1(sha256ID), 32, 2), "alg.parameters"},
		"negative salt":        {pssID(sha256ID, mgf1(sha256ID), -1, 1), "alg.parameters"},
		"huge salt":            {pssID(sha256ID, mgf1(sha256ID), 1<<40, 1), "alg.parameters"},
		"unknown hash":         {pssID(encodeIdentifier(asn1.ObjectIdentifier{1, 2, 3}, nil), nil, 32, 1), "alg.unsupported"},
		"another digest":       {pssID(sha512ID, mgf1(sha512ID), 64, 1), "alg.hash-mismatch"},
		"something more":       {append(bytes.Clone(id), 5, 0), "alg.malformed"},
	} {
		s, err := ParseSignature(tc.der, crypto.SHA256)
		if e, is := err.(*Error); !is || e.Code() != tc.code {
			t.Errorf("%s: %+v, %v, want %s", name, s, err, tc.code)
		}
	}
	// Defaults may be written out (a BER encoder did it) or left out; both mean the same.
	explicit := pssID(encodeIdentifier(hashRef(crypto.SHA1).OID, null), mgf1(encodeIdentifier(hashRef(crypto.SHA1).OID, nil)), 20, 1)
	for _, der := range [][]byte{explicit, encodeIdentifier(oidPSS, []byte{0x30, 0})} {
		s, err := ParseSignature(der, 0)
		if err != nil || s != (Signature{RSAPSS, crypto.SHA1, 20}) || !s.Weak() {
			t.Errorf("%x: %+v, %v", der, s, err)
		}
	}
	// A key that is kept for PSS with SHA-256 and a salt of 32 signs nothing else.
	only := &PSSKey{Key: &k.PublicKey, Hash: crypto.SHA256, Salt: 32}
	ok(t, Signature{RSAPSS, crypto.SHA256, 32}.Verify(only, d, sig))
	wantCode(t, Signature{RSAPKCS1v15, crypto.SHA256, 0}.Verify(only, d, must(rsa.SignPKCS1v15(nil, k, crypto.SHA256, d))), CodeKeyMismatch)
	short := must(rsa.SignPSS(rand.Reader, k, crypto.SHA256, d, &rsa.PSSOptions{SaltLength: 20}))
	ok(t, Signature{RSAPSS, crypto.SHA256, 20}.Verify(&k.PublicKey, d, short))
	wantCode(t, Signature{RSAPSS, crypto.SHA256, 20}.Verify(only, d, short), CodeKeyMismatch)
}

func mgf1(hashID []byte) []byte { return encodeIdentifier(oidMGF1, hashID) }

// pssID writes id-RSASSA-PSS with parameters as given, defaults included.
func pssID(hash, mgf []byte, salt, trailer int64) []byte {
	var b cryptobyte.Builder
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tagPSSHash, func(b *cryptobyte.Builder) { b.AddBytes(hash) })
		if mgf != nil {
			b.AddASN1(tagPSSMGF, func(b *cryptobyte.Builder) { b.AddBytes(mgf) })
		}
		b.AddASN1(tagPSSSalt, func(b *cryptobyte.Builder) { b.AddASN1Int64(salt) })
		b.AddASN1(tagPSSTrailer, func(b *cryptobyte.Builder) { b.AddASN1Int64(trailer) })
	})
	return encodeIdentifier(oidPSS, b.BytesOrPanic())
}

// TestC5Identifiers: which parameters an identifier may have, and that it has to go with the digest algorithm beside it.
func TestC5Identifiers(t *testing.T) {
	rsaOID, ecOID := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}, asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
	accept := func(der []byte, digest crypto.Hash, want Signature) {
		t.Helper()
		if got, err := ParseSignature(der, digest); err != nil || got != want {
			t.Errorf("%x: %+v, %v", der, got, err)
		}
	}
	accept(encodeIdentifier(rsaOID, null), crypto.SHA256, Signature{RSAPKCS1v15, crypto.SHA256, 0})
	accept(encodeIdentifier(rsaOID, nil), crypto.SHA256, Signature{RSAPKCS1v15, crypto.SHA256, 0})
	accept(encodeIdentifier(oidRSA, null), crypto.SHA384, Signature{RSAPKCS1v15, crypto.SHA384, 0})
	accept(encodeIdentifier(ecOID, nil), crypto.SHA256, Signature{ECDSA, crypto.SHA256, 0})
	accept(encodeIdentifier(ecOID, null), crypto.SHA256, Signature{ECDSA, crypto.SHA256, 0})
	accept(encodeIdentifier(oidEd25519, nil), crypto.SHA512, Signature{Ed25519, crypto.SHA512, 0})

	refuse := func(code string, der []byte, digest crypto.Hash) {
		t.Helper()
		got, err := ParseSignature(der, digest)
		if e, is := err.(*Error); !is || e.Code() != code {
			t.Errorf("%x with %v: %+v, %v, want %s", der, digest, got, err, code)
		}
	}
	refuse("alg.hash-mismatch", encodeIdentifier(rsaOID, null), crypto.SHA512)
	refuse("alg.hash-mismatch", encodeIdentifier(ecOID, nil), crypto.SHA384)
	refuse("alg.hash-mismatch", encodeIdentifier(oidEd25519, nil), crypto.SHA256)
	refuse("alg.hash-mismatch", encodeIdentifier(oidRSA, null), 0) // a certificate cannot leave the hash open
	refuse("alg.hash-mismatch", encodeIdentifier(oidRSA, null), crypto.BLAKE2b_256)
	refuse("alg.parameters", encodeIdentifier(rsaOID, []byte{0x30, 0}), crypto.SHA256)
	refuse("alg.parameters", encodeIdentifier(oidRSA, []byte{4, 1, 0}), crypto.SHA256)
	refuse("alg.parameters", encodeIdentifier(ecOID, []byte{0x30, 0}), crypto.SHA256)
	refuse("alg.parameters", encodeIdentifier(oidEd25519, null), crypto.SHA512)
	refuse("alg.unsupported", encodeIdentifier(oidECKey, nil), crypto.SHA256)
	for _, garbage := range [][]byte{nil, {}, {0x30}, {0x30, 0}, {0x30, 0x80, 0, 0}, {0x30, 2, 5, 0}, {0x31, 3, 6, 1, 0x2A}, {0x30, 2, 6, 0}, {0x30, 5, 6, 1, 0x2A, 5, 1}} {
		refuse("alg.malformed", garbage, crypto.SHA256)
	}
}

func TestC6ECDSAValues(t *testing.T) {
	for _, k := range []*ecdsa.PrivateKey{p256(), p384(), p521()} {
		s, err := ForKey(&k.PublicKey, 0, false)
		ok(t, err)
		d := digest(s.Hash, []byte("m"))
		sig := must(ecdsa.SignASN1(rand.Reader, k, d))
		ok(t, s.Verify(&k.PublicKey, d, sig)) // the clean twin
		var v struct{ R, S *big.Int }
		_, err = asn1.Unmarshal(sig, &v)
		ok(t, err)
		n := k.Params().N
		der := func(r, s *big.Int) []byte { return must(asn1.Marshal(struct{ R, S *big.Int }{r, s})) }
		zero := new(big.Int)
		for name, bad := range map[string][]byte{
			"r = s = 0":        der(zero, zero),
			"r = 0":            der(zero, v.S),
			"s = 0":            der(v.R, zero),
			"r = n":            der(n, v.S),
			"s = n":            der(v.R, n),
			"r + n":            der(new(big.Int).Add(v.R, n), v.S),
			"s + n":            der(v.R, new(big.Int).Add(v.S, n)),
			"negative r":       der(new(big.Int).Neg(v.R), v.S),
			"negative s":       der(v.R, new(big.Int).Sub(v.S, n)),
			"a third integer":  must(asn1.Marshal(struct{ R, S, X *big.Int }{v.R, v.S, zero})),
			"one integer":      must(asn1.Marshal(struct{ R *big.Int }{v.R})),
			"trailing octet":   append(bytes.Clone(sig), 0),
			"padded integer":   padded(v.R, v.S),
			"indefinite":       append(append([]byte{0x30, 0x80}, must(asn1.Marshal(v.R))...), append(must(asn1.Marshal(v.S)), 0, 0)...),
			"long form length": longForm(sig),
			"a SET":            append([]byte{0x31}, sig[1:]...),
			"empty":            {},
			"r‖s":              append(v.R.FillBytes(make([]byte, (n.BitLen()+7)/8)), v.S.FillBytes(make([]byte, (n.BitLen()+7)/8))...),
		} {
			if err := s.Verify(&k.PublicKey, d, bad); err == nil {
				t.Errorf("%s: %s is accepted", k.Params().Name, name)
			} else {
				wantCode(t, err, CodeSignatureForm)
			}
			if _, err := ECDSAToRaw(&k.PublicKey, bad); err == nil {
				t.Errorf("%s: %s becomes r‖s", k.Params().Name, name)
			}
		}
		// The other signature that everyone can make of one (n-s) verifies: octets of a signature identify nothing.
		ok(t, s.Verify(&k.PublicKey, d, der(v.R, new(big.Int).Sub(n, v.S))))

		raw, err := ECDSAToRaw(&k.PublicKey, sig)
		ok(t, err)
		back, err := ECDSAFromRaw(&k.PublicKey, raw)
		ok(t, err)
		if !bytes.Equal(back, sig) {
			t.Errorf("%s: r‖s does not come back as the same DER", k.Params().Name)
		}
		w := len(raw) / 2
		for name, bad := range map[string][]byte{
			"short": raw[1:], "long": append([]byte{0}, raw...), "zero": make([]byte, 2*w), "r = n": append(n.FillBytes(make([]byte, w)), raw[w:]...),
			"s = n": append(bytes.Clone(raw[:w]), n.FillBytes(make([]byte, w))...), "DER": sig, "empty": nil, "two longer": append(append([]byte{0}, raw[:w]...), append([]byte{0}, raw[w:]...)...),
		} {
			_, err := ECDSAFromRaw(&k.PublicKey, bad)
			if err == nil && !(name == "DER" && len(bad) == 2*w) {
				t.Errorf("%s: r‖s that is %s is accepted", k.Params().Name, name)
			}
		}
	}
	if _, err := ECDSAFromRaw(nil, nil); err == nil {
		t.Error("no key, no error")
	}
}

func padded(r, s *big.Int) []byte {
	body := append([]byte{2, byte(len(r.Bytes()) + 2), 0, 0}, r.Bytes()...)
	body = append(body, must(asn1.Marshal(s))...)
	if len(body) > 127 {
		return append([]byte{0x30, 0x81, byte(len(body))}, body...)
	}
	return append([]byte{0x30, byte(len(body))}, body...)
}

func longForm(sig []byte) []byte {
	if sig[1] == 0x81 {
		return append([]byte{0x30, 0x82, 0, sig[2]}, sig[3:]...)
	}
	return append([]byte{0x30, 0x81, sig[1]}, sig[2:]...)
}

func TestC6Ed25519Values(t *testing.T) {
	k := edKey()
	s := Signature{Scheme: Ed25519, Hash: crypto.SHA512}
	sig := ed25519.Sign(k, []byte("m"))
	ok(t, s.Verify(k.Public(), []byte("m"), sig)) // the clean twin

	order, _ := new(big.Int).SetString("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed", 16)
	scalar := new(big.Int).SetBytes(reversed(sig[32:]))
	high := new(big.Int).Add(scalar, order).FillBytes(make([]byte, 32))
	wantCode(t, s.Verify(k.Public(), []byte("m"), append(bytes.Clone(sig[:32]), reversed(high)...)), CodeSignatureWrong)
	wantCode(t, s.Verify(k.Public(), []byte("m"), sig[:63]), CodeSignatureForm)
	wantCode(t, s.Verify(k.Public(), []byte("m"), nil), CodeSignatureForm)
	// A digest instead of the message is another message (RFC 8032 calls it Ed25519ph and makes it differ).
	ph := must(k.Sign(rand.Reader, digest(crypto.SHA512, []byte("m")), crypto.SHA512))
	wantCode(t, s.Verify(k.Public(), digest(crypto.SHA512, []byte("m")), ph), CodeSignatureWrong)

	// Under a key of small order a signature without any secret is good for one message in eight at least.
	accepted := 0
	for _, y := range smallOrder {
		for _, sign := range []byte{0, 0x80} {
			pub := bytes.Clone(y[:])
			pub[31] |= sign
			wantCode(t, s.Verify(ed25519.PublicKey(pub), []byte("m"), make([]byte, 64)), CodeUnusableKey)
			for i := range 64 {
				message := []byte{byte(i)}
				for _, r := range smallOrder {
					forged := append(bytes.Clone(r[:]), make([]byte, 32)...)
					if ed25519.Verify(pub, message, forged) {
						accepted++
						wantCode(t, s.Verify(ed25519.PublicKey(pub), message, forged), CodeUnusableKey)
					}
				}
			}
		}
	}
	if accepted == 0 {
		t.Error("no forgery passes the plain equation: this test tests nothing")
	}
	t.Logf("%d forgeries that the plain equation accepts are refused", accepted)
	// Encodings of y that are not below p: the two that decode to a point at all are y = p (0) and y = p+1 (1).
	for _, low := range []byte{0xED, 0xEE, 0xFF} {
		pub := bytes.Repeat([]byte{0xFF}, 32)
		pub[0], pub[31] = low, 0x7F
		wantCode(t, CheckKey(ed25519.PublicKey(pub)), CodeUnusableKey)
	}
}

func reversed(b []byte) []byte {
	r := make([]byte, len(b))
	for i := range b {
		r[len(b)-1-i] = b[i]
	}
	return r
}

func TestC7Curves(t *testing.T) {
	openssl := testtool.Need(t, "openssl")
	dir := t.TempDir()
	spki := func(curve, enc string) []byte {
		path := filepath.Join(dir, curve+enc)
		testtool.Run(t, openssl, "ecparam", "-name", curve, "-genkey", "-noout", "-param_enc", enc, "-out", path)
		testtool.Run(t, openssl, "pkey", "-in", path, "-pubout", "-outform", "DER", "-out", path+".der")
		return must(os.ReadFile(path + ".der"))
	}
	for _, curve := range []string{"prime256v1", "secp384r1", "secp521r1"} {
		pub, err := ParsePublicKey(spki(curve, "named_curve")) // the clean twin
		ok(t, err)
		if _, is := pub.(*ecdsa.PublicKey); !is {
			t.Errorf("%s: %T", curve, pub)
		}
		_, err = ParsePublicKey(spki(curve, "explicit"))
		wantCode(t, err, CodeExplicitCurve)
	}
	for curve, name := range map[string]string{"secp256k1": "secp256k1", "brainpoolP256r1": "brainpoolP256r1", "secp224r1": "P-224", "prime192v1": "P-192"} {
		_, err := ParsePublicKey(spki(curve, "named_curve"))
		wantCode(t, err, CodeCurve)
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named: %v", name, err)
		}
	}
}

// TestC7CurveBall: what is not one of the three curves is refused, whatever it calls itself, and so are points off the curve.
func TestC7CurveBall(t *testing.T) {
	p224 := must(ecdsa.GenerateKey(elliptic.P224(), rand.Reader))
	wantCode(t, CheckKey(&p224.PublicKey), CodeCurve)

	// CVE-2020-0601: the public point of another, on a curve with a generator of the attacker's choice, that calls itself P-256.
	fake := *elliptic.P256().Params()
	x, y := coordinates(&p256().PublicKey)
	fake.Gx, fake.Gy = x, y
	curveball := point(&fake, x, y)
	wantCode(t, CheckKey(curveball), CodeCurve)
	d := digest(crypto.SHA256, []byte("m"))
	sig := must(ecdsa.SignASN1(rand.Reader, p256(), d))
	wantCode(t, Signature{ECDSA, crypto.SHA256, 0}.Verify(curveball, d, sig), CodeCurve)
	ok(t, Signature{ECDSA, crypto.SHA256, 0}.Verify(&p256().PublicKey, d, sig))

	ok(t, CheckKey(point(elliptic.P256(), x, y))) // the clean twin
	for name, bad := range map[string]*ecdsa.PublicKey{
		"off the curve": point(elliptic.P256(), x, new(big.Int).Add(y, big.NewInt(1))),
		"at infinity":   point(elliptic.P256(), new(big.Int), new(big.Int)),
		"negative":      point(elliptic.P256(), big.NewInt(-1), big.NewInt(-1)),
		"x above p":     point(elliptic.P256(), new(big.Int).Add(x, elliptic.P256().Params().P), y),
		"without x":     point(elliptic.P256(), nil, y),
		"without y":     point(elliptic.P256(), x, nil),
	} {
		if err := CheckKey(bad); err == nil {
			t.Errorf("a point %s is accepted", name)
		} else {
			wantCode(t, err, CodeUnusableKey)
		}
	}
}

// coordinates and point reach into keys as an attacker's decoder would.
func coordinates(k *ecdsa.PublicKey) (x, y *big.Int) {
	b := must(k.Bytes())
	half := (len(b) - 1) / 2
	return new(big.Int).SetBytes(b[1 : 1+half]), new(big.Int).SetBytes(b[1+half:])
}

func point(c elliptic.Curve, x, y *big.Int) *ecdsa.PublicKey {
	//lint:ignore SA1019 there is no other way to make a bad key
	return &ecdsa.PublicKey{Curve: c, X: x, Y: y}
}

func TestC7RSABounds(t *testing.T) {
	ok(t, CheckKey(&rsaKey().PublicKey)) // the clean twin
	modulus := func(bits int) *big.Int {
		n := new(big.Int).Lsh(big.NewInt(1), uint(bits-1))
		return n.Add(n, big.NewInt(12345))
	}
	ok(t, CheckKey(&rsa.PublicKey{N: modulus(16384), E: 65537}))
	ok(t, CheckKey(&rsa.PublicKey{N: modulus(1024), E: 65537}))
	wantCode(t, CheckKey(&rsa.PublicKey{N: modulus(16385), E: 65537}), CodeKeyTooLarge)
	wantCode(t, CheckKey(&rsa.PublicKey{N: modulus(1023), E: 65537}), CodeWeakKey)
	for _, e := range []int{-1, 0, 1, 2, 65536} {
		wantCode(t, CheckKey(&rsa.PublicKey{N: modulus(2048), E: e}), CodeUnusableKey)
	}
	wantCode(t, CheckKey(&rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 2047), E: 65537}), CodeUnusableKey)
	wantCode(t, CheckKey(&rsa.PublicKey{N: big.NewInt(-5), E: 65537}), CodeUnusableKey)

	// A key of a million bits costs nothing to refuse.
	start := time.Now()
	huge := &rsa.PublicKey{N: modulus(1 << 20), E: 65537}
	wantCode(t, Signature{RSAPKCS1v15, crypto.SHA256, 0}.Verify(huge, make([]byte, 32), make([]byte, 1<<17)), CodeKeyTooLarge)
	if took := time.Since(start); took > 100*time.Millisecond {
		t.Errorf("refusing took %v", took)
	}
}

// TestLargeExponent: exponents above 2³¹-1, which the standard library refuses, verify here, with the same strictness.
func TestLargeExponent(t *testing.T) {
	if math.MaxInt == math.MaxInt32 {
		t.Skip("an int has 32 bits, and crypto/rsa keeps the exponent in one")
	}
	k := keyWithExponent(t, 2296065917) // that of a time-stamp authority of 2012
	d := digest(crypto.SHA256, []byte("m"))
	if rsa.VerifyPKCS1v15(&k.PublicKey, crypto.SHA256, d, rawRSA(k, encodePKCS1v15(crypto.SHA256, d, k.Size()))) == nil {
		t.Log("the standard library takes such keys now: this detour can go")
	}
	s := Signature{Scheme: RSAPKCS1v15, Hash: crypto.SHA256}
	ok(t, s.Verify(&k.PublicKey, d, rawRSA(k, encodePKCS1v15(crypto.SHA256, d, k.Size()))))
	wantCode(t, s.Verify(&k.PublicKey, digest(crypto.SHA256, []byte("n")), rawRSA(k, encodePKCS1v15(crypto.SHA256, d, k.Size()))), CodeSignatureWrong)
	noNull := pkcs1(k.Size(), k.Size()-3-49, append([]byte{0x30, 0x2f, 0x30, 0x0b, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 4, 0x20}, d...))
	wantCode(t, s.Verify(&k.PublicKey, d, rawRSA(k, noNull)), CodeSignatureWrong)
	above := new(big.Int).Add(new(big.Int).SetBytes(rawRSA(k, encodePKCS1v15(crypto.SHA256, d, k.Size()))), k.N)
	if above.BitLen() <= 8*k.Size() { // the value plus the modulus is another encoding of the same number
		wantCode(t, s.Verify(&k.PublicKey, d, above.FillBytes(make([]byte, k.Size()))), CodeSignatureWrong)
	}
	wantCode(t, s.Verify(&k.PublicKey, d, bytes.Repeat([]byte{0xFF}, k.Size())), CodeSignatureWrong)
}

// TestCheckPSS holds our own EMSA-PSS-VERIFY against the standard library: the same verdict on honest values of several hashes, key
// sizes and salts, and on each with one octet of the encoded message changed.
func TestCheckPSS(t *testing.T) {
	odd := keyOf(must(rand.Prime(rand.Reader, 1025)), must(rand.Prime(rand.Reader, 1024)), 65537) // a modulus of no whole number of octets
	for odd == nil {
		odd = keyOf(must(rand.Prime(rand.Reader, 1025)), must(rand.Prime(rand.Reader, 1024)), 65537)
	}
	for _, k := range []*rsa.PrivateKey{rsaKey(), odd} {
		for _, h := range []crypto.Hash{crypto.SHA1, crypto.SHA256, crypto.SHA3_512} {
			d := digest(h, []byte("m"))
			for _, salt := range []int{1, 20, h.Size(), k.Size() - h.Size() - 3} {
				sig := must(rsa.SignPSS(rand.Reader, k, h, d, &rsa.PSSOptions{SaltLength: salt}))
				bits := k.N.BitLen() - 1
				em, recovered := recoverRSA(&k.PublicKey, sig, (bits+7)/8)
				if !recovered {
					t.Fatal("not recovered")
				}
				for _, as := range []int{AnySalt, 0, salt - 1, salt, salt + 1} {
					if got := checkPSS(bytes.Clone(em), bits, h, d, as); got != (as == AnySalt || as == salt) {
						t.Errorf("%d bits, %v, salt %d as %d: %v", k.N.BitLen(), h, salt, as, got)
					}
				}
				for i := range em {
					bad := bytes.Clone(em)
					bad[i] ^= 1
					if checkPSS(bad, bits, h, d, AnySalt) {
						t.Errorf("%d bits, %v: octet %d changed and accepted", k.N.BitLen(), h, i)
					}
				}
				if checkPSS(bytes.Clone(em), bits, h, digest(h, []byte("n")), AnySalt) {
					t.Error("another digest is accepted")
				}
			}
		}
	}
	if checkPSS([]byte{0xBC}, 8, crypto.SHA256, make([]byte, 32), AnySalt) || checkPSS(make([]byte, 33), 264, crypto.SHA256, make([]byte, 32), AnySalt) {
		t.Error("too short an encoding is accepted")
	}
}

// TestC7Predictable makes primes as the faulty library did, and sees the key refused; keys of the standard library are not.
func TestC7Predictable(t *testing.T) {
	m := big.NewInt(2)
	for _, p := range smallPrimes {
		m.Mul(m, new(big.Int).SetUint64(uint64(p)))
	}
	prime := func() *big.Int {
		for {
			k := must(rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), uint(1024-m.BitLen()))))
			k.SetBit(k, 1024-m.BitLen()-1, 1)
			a := must(rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 62)))
			p := new(big.Int).Exp(big.NewInt(65537), a, m)
			p.Add(p, k.Mul(k, m))
			if p.ProbablyPrime(20) {
				return p
			}
		}
	}
	k := keyOf(prime(), prime(), 65537)
	wantCode(t, CheckKey(&k.PublicKey), CodeFaultyKey)
	_, err := ForKey(&k.PublicKey, 0, false)
	wantCode(t, err, CodeFaultyKey)
	d := digest(crypto.SHA256, []byte("m"))
	wantCode(t, Signature{RSAPKCS1v15, crypto.SHA256, 0}.Verify(&k.PublicKey, d, must(rsa.SignPKCS1v15(nil, k, crypto.SHA256, d))), CodeFaultyKey)

	chance := 1.0
	for _, g := range residueGroups {
		for _, r := range g.primes {
			n := 0
			for x := range r.prime {
				if r.powers[x/64]&(1<<(x%64)) != 0 {
					n++
				}
			}
			chance *= float64(n) / float64(r.prime-1)
		}
	}
	t.Logf("a random modulus is taken for a faulty one with probability %.2g", chance)
	if chance > 1e-8 {
		t.Errorf("too many honest keys would be refused: %g", chance)
	}
	for range 2000 { // none of these is prime, but their residues are as random as those of a modulus
		n := must(rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 2048)))
		if predictable(n) {
			t.Errorf("%x is taken for faulty", n)
		}
	}
}

// TestC9MLDSA: ML-DSA is refused by its name, in identifiers with and without parameters, pure and pre-hashed, and in keys.
func TestC9MLDSA(t *testing.T) {
	for name, last := range map[string]int{"ML-DSA-44": 17, "ML-DSA-65": 18, "ML-DSA-87": 19, "HashML-DSA-65": 33, "SLH-DSA-SHA2-128s": 20} {
		oid := asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, last}
		for _, params := range [][]byte{nil, null, {0x30, 0}} {
			_, err := ParseSignature(encodeIdentifier(oid, params), crypto.SHA512)
			wantCode(t, err, CodeUnsupported)
			if !strings.Contains(err.Error(), name) {
				t.Errorf("the refusal of %s does not name it: %v", name, err)
			}
		}
		var b cryptobyte.Builder
		b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(encodeIdentifier(oid, nil))
			b.AddASN1BitString(make([]byte, 1952))
		})
		spki := b.BytesOrPanic()
		for _, get := range []func() (crypto.PublicKey, error){
			func() (crypto.PublicKey, error) { return ParsePublicKey(spki) },
			func() (crypto.PublicKey, error) { return PublicKey(&x509.Certificate{RawSubjectPublicKeyInfo: spki}) },
		} {
			_, err := get()
			wantCode(t, err, CodeUnsupported)
			if !strings.Contains(err.Error(), name) {
				t.Errorf("the refusal of a key for %s does not name it: %v", name, err)
			}
		}
	}
	// The clean twins: the same structures with an algorithm that is taken.
	s, err := ParseSignature(encodeIdentifier(oidEd25519, nil), crypto.SHA512)
	if err != nil || s.Scheme != Ed25519 {
		t.Errorf("%v, %v", s, err)
	}
	_, err = ParsePublicKey(must(x509.MarshalPKIXPublicKey(edKey().Public())))
	ok(t, err)
}

func TestOtherKeysAreRefusedByName(t *testing.T) {
	for name, pub := range map[string]crypto.PublicKey{
		"DSA": dsaKey(), "ecdh": must(ecdh.X25519().GenerateKey(rand.Reader)).Public(), "unknown": nil,
	} {
		err := CheckKey(pub)
		wantCode(t, err, CodeUnsupported)
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named: %v", name, err)
		}
	}
	x := must(x509.MarshalPKIXPublicKey(must(ecdh.X25519().GenerateKey(rand.Reader)).Public()))
	_, err := ParsePublicKey(x)
	if err == nil || !strings.Contains(err.Error(), "X25519") {
		t.Errorf("X25519: %v", err)
	}
	_, err = PublicKey(nil)
	wantCode(t, err, CodeMalformed)
}

// dsaKey is a key of a package that nobody should import any more, as crypto/x509 makes it.
func dsaKey() crypto.PublicKey {
	params := must(asn1.Marshal(struct{ P, Q, G *big.Int }{big.NewInt(23), big.NewInt(11), big.NewInt(4)}))
	var b cryptobyte.Builder
	b.AddASN1(casn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(encodeIdentifier(asn1.ObjectIdentifier{1, 2, 840, 10040, 4, 1}, params))
		b.AddASN1BitString(must(asn1.Marshal(big.NewInt(8))))
	})
	return must(x509.ParsePKIXPublicKey(b.BytesOrPanic()))
}

func TestSameKey(t *testing.T) {
	if !SameKey(&rsaKey().PublicKey, &PSSKey{Key: &rsaKey().PublicKey}) || !SameKey(&PSSKey{Key: &rsaKey().PublicKey}, &rsaKey().PublicKey) || !SameKey(edKey().Public(), edKey().Public()) {
		t.Error("a key is not the same as itself")
	}
	if SameKey(&rsaKey().PublicKey, &p256().PublicKey) || SameKey(nil, nil) || SameKey(&p256().PublicKey, nil) || SameKey("a", "a") {
		t.Error("different keys are the same")
	}
}

// FuzzIdentifiers feeds octets to the three readers: whatever they say, they say it with the package's error, and what they accept
// survives being written and read again.
func FuzzIdentifiers(f *testing.F) {
	for _, r := range rows {
		f.Add(r.der, uint8(5))
	}
	for _, x := range xmlPSS {
		f.Add(Signature{RSAPSS, x.hash, x.hash.Size()}.Identifier(), uint8(x.hash))
	}
	for _, k := range []crypto.Signer{rsaKey(), p256(), edKey()} {
		f.Add(must(x509.MarshalPKIXPublicKey(k.Public())), uint8(0))
	}
	f.Fuzz(func(t *testing.T, der []byte, h uint8) {
		if s, err := ParseSignature(der, crypto.Hash(h)); err != nil {
			typed(t, err)
		} else if again, err := ParseSignature(s.Identifier(), crypto.Hash(h)); err != nil || again != s {
			t.Errorf("%x: %+v became %+v, %v", der, s, again, err)
		}
		if row, err := ParseHash(der); err != nil {
			typed(t, err)
		} else if again, err := ParseHash(row.Identifier()); err != nil || again.Crypto != row.Crypto {
			t.Errorf("%x: %s, %v", der, row.Name, err)
		}
		pub, err := ParsePublicKey(der)
		if err != nil {
			typed(t, err)
			return
		}
		typed(t, Signature{RSAPSS, crypto.SHA512, 0}.Verify(pub, make([]byte, sha512.Size), der))
	})
}

func typed(t *testing.T, err error) {
	t.Helper()
	if _, is := err.(*Error); !is {
		t.Errorf("untyped: %v", err)
	}
}
