package keyfile

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des" //nolint:gosec // files of old
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // files of old
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
)

// PKCS#12 files that no program here writes, built piece by piece.

func seq(parts ...[]byte) []byte { return tlv(casn1.SEQUENCE, parts...) }

func tlv(tag casn1.Tag, parts ...[]byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes(bytes.Join(parts, nil)) })
	return b.BytesOrPanic()
}

func integer(n int64) []byte { return must(asn1.Marshal(n)) }

func oidDER(oid asn1.ObjectIdentifier) []byte { return must(asn1.Marshal(oid)) }

func octets(parts ...[]byte) []byte { return tlv(casn1.OCTET_STRING, parts...) }

func dataInfo(content []byte) []byte { return seq(oidDER(oidData), tlv(explicit0, octets(content))) }

// pfx wraps safes with a checksum of PBMAC1 and one round, made with secret.
func pfx(safes ...[]byte) []byte { return pfxOver(seq(safes...)) }

func pfxOver(safe []byte) []byte {
	m := hmac.New(sha256.New, must(pbkdf2.Key(sha256.New, secret, []byte("salt"), 1, 32)))
	m.Write(safe)
	return seq(integer(3), dataInfo(safe), seq(seq(pbmac1(1, 32), octets(m.Sum(nil))), octets([]byte("salt"))))
}

// encrypted is an EncryptedData of PBES2 under secret.
func encrypted(safe []byte) []byte { return encryptedWith(secret, safe) }

func encryptedWith(password string, safe []byte) []byte {
	algorithm, out := encryptPBES2(password, safe)
	return seq(oidDER(oidEncryptedData), tlv(explicit0, seq(integer(0), seq(oidDER(oidData), algorithm, tlv(implicit0, out)))))
}

func encryptPBES2(password string, plain []byte) (algorithm, out []byte) {
	iv, salt := make([]byte, 16), []byte("salt")
	pad := 16 - len(plain)%16
	out = append(bytes.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(must(aes.NewCipher(must(pbkdf2.Key(sha256.New, password, salt, 1, 32)))), iv).CryptBlocks(out, out)
	return seq(oidDER(oidPBES2), seq(seq(oidDER(oidPBKDF2), seq(octets(salt), integer(1), seq(oidDER(oidHMACSHA256), []byte{5, 0}))), seq(oidDER(schemes[0].oid), octets(iv)))), out
}

func keyBagDER(name string, attrs ...[]byte) []byte {
	parts := [][]byte{oidDER(oidKeyBag), tlv(explicit0, must(x509.MarshalPKCS8PrivateKey(fixtures().keys[name])))}
	if attrs != nil {
		parts = append(parts, tlv(casn1.SET, attrs...))
	}
	return seq(parts...)
}

func certBagDER(raw []byte, attrs ...[]byte) []byte {
	parts := [][]byte{oidDER(oidCertBag), tlv(explicit0, seq(oidDER(oidX509Certificate), tlv(explicit0, octets(raw))))}
	if attrs != nil {
		parts = append(parts, tlv(casn1.SET, attrs...))
	}
	return seq(parts...)
}

func attribute(value []byte) []byte {
	return seq(oidDER(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 21}), tlv(casn1.SET, value))
}

func hugeRSA(n []byte) []byte {
	i := must(asn1.Marshal(new(big.Int).SetBytes(n)))
	return seq(integer(0), i, integer(65537), i, i, i, i, i, i)
}

func TestManyParts(t *testing.T) {
	f := fixtures()
	ca, leaf := certBagDER(f.ca.Raw), certBagDER(f.leaves["rsa"].Raw)
	key := keyBagDER("rsa")
	agrees := seq(oidDER(oidKeyBag), tlv(explicit0, x25519()))
	for name, file := range map[string][]byte{
		"one safe":           pfx(dataInfo(seq(key, leaf, ca))),
		"issuer first":       pfx(dataInfo(seq(ca, leaf, key))),
		"four safes":         pfx(dataInfo(seq(ca)), dataInfo(seq(key)), dataInfo(seq(leaf)), dataInfo(seq())),
		"each encrypted":     pfx(encrypted(seq(leaf)), encrypted(seq(ca)), encrypted(seq()), dataInfo(seq(key))),
		"key in front":       pfx(dataInfo(seq(key)), encrypted(seq(ca, leaf))),
		"some encrypted":     pfx(dataInfo(seq(ca)), encrypted(seq(leaf)), dataInfo(seq(key))),
		"unknown bag":        pfx(dataInfo(seq(seq(oidDER(asn1.ObjectIdentifier{1, 2, 3}), tlv(explicit0, integer(1))), key, leaf, ca))),
		"unknown bag within": pfx(encrypted(seq(seq(oidDER(asn1.ObjectIdentifier{1, 2, 3}), tlv(explicit0, integer(1))), leaf, ca)), dataInfo(seq(key))),
		"attributes":         pfx(dataInfo(seq(keyBagDER("rsa", attribute(integer(1))), certBagDER(f.leaves["rsa"].Raw, attribute(octets([]byte("x")))))), encrypted(seq(ca))),
		"certificates again": pfx(encrypted(seq(bytes.Repeat(leaf, limits.KeyFileCertificates+1), ca)), dataInfo(seq(key, leaf, ca))),
	} {
		s, err := LoadPKCS12(file, secret)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		signs(t, s, "rsa", f.ca)
		_, err = LoadPKCS12(file, "wrong")
		refused(t, err, CodePassword)
		_, err = LoadPKCS12(file, "")
		refused(t, err, CodePasswordRequired)
	}
	deep := seq(key, leaf)
	for range 100 {
		deep = seq(seq(oidDER(oidSafeContentsBag), tlv(explicit0, deep)))
	}
	broken := certBagDER([]byte{0x30, 0})
	for name, tc := range map[string]struct {
		file []byte
		code string
	}{
		"safe in a safe":        {pfx(dataInfo(seq(seq(oidDER(oidSafeContentsBag), tlv(explicit0, seq(key, leaf))), ca))), "keyfile.pkcs12-form"},
		"too deep":              {pfx(dataInfo(deep)), "keyfile.malformed"},
		"too many bags":         {pfx(dataInfo(seq(bytes.Repeat(ca, maxBags+1)))), "keyfile.many-certificates"},
		"too many parts":        {pfx(bytes.Repeat(encrypted(seq(ca)), 65), dataInfo(seq(key))), "keyfile.many-certificates"},
		"the key twice":         {pfx(dataInfo(seq(key, key, leaf, ca))), "keyfile.several-keys"},
		"two keys":              {pfx(dataInfo(seq(key, keyBagDER("p256"), leaf, ca))), "keyfile.several-keys"},
		"a hidden second key":   {pfx(dataInfo(seq(key, leaf, ca)), encrypted(seq(keyBagDER("p256")))), "keyfile.several-keys"},
		"a hidden key":          {pfx(encrypted(seq(leaf, key))), "keyfile.pkcs12-form"},
		"no key":                {pfx(dataInfo(seq(leaf))), "keyfile.no-key"},
		"no key, encrypted":     {pfx(encrypted(seq(leaf))), "keyfile.no-key"},
		"nothing":               {pfx(), "keyfile.no-key"},
		"nothing, encrypted":    {pfx(encrypted(seq())), "keyfile.no-key"},
		"no certificate":        {pfx(dataInfo(seq(key))), "keyfile.no-certificate"},
		"no certificate within": {pfx(encrypted(seq()), dataInfo(seq(key))), "keyfile.no-certificate"},
		"other certificates":    {pfx(dataInfo(seq(key, seq(oidDER(oidCertBag), tlv(explicit0, seq(oidDER(asn1.ObjectIdentifier{1, 2, 3}), tlv(explicit0, octets()))))))), "keyfile.no-certificate"},
		"others within":         {pfx(encrypted(seq(seq(oidDER(oidCertBag), tlv(explicit0, seq(oidDER(asn1.ObjectIdentifier{1, 2, 3}), tlv(explicit0, octets())))))), dataInfo(seq(key))), "keyfile.pkcs12-form"},
		"its certificate wrong": {pfx(dataInfo(seq(key, broken))), "keyfile.certificate"},
		"wrong within":          {pfx(encrypted(seq(broken)), dataInfo(seq(key))), "keyfile.certificate"},
		"two in one bag":        {pfx(dataInfo(seq(key, certBagDER(append(bytes.Clone(f.ca.Raw), f.ca.Raw...))))), "keyfile.certificate"},
		"none in one bag":       {pfx(dataInfo(seq(key, certBagDER(nil)))), "keyfile.certificate"},
		"only another's":        {pfx(dataInfo(seq(key, ca))), "signer.key-mismatch"},
		"only a key to agree":   {pfx(dataInfo(seq(agrees, leaf))), "signer.unsupported-algorithm"},
		"signed data":           {seq(integer(3), seq(oidDER(oidSignedData), tlv(explicit0, seq()))), "keyfile.integrity"},
		"enveloped data":        {pfx(seq(oidDER(oidEnvelopedData), tlv(explicit0, seq()))), "keyfile.integrity"},
		"version 1":             {seq(integer(1), dataInfo(seq())), "keyfile.not-pkcs12"},
		"something behind":      {append(pfx(dataInfo(seq(key, leaf))), 0), "keyfile.malformed"},
		"BER within":            {pfx(encrypted(indefinite(seq(leaf, ca))), dataInfo(seq(key))), "keyfile.pkcs12-form"},
		"garbage, no checksum":  {seq(integer(3), dataInfo(seq(encrypted([]byte("garbage")), dataInfo(seq(key))))), "keyfile.password"},
		"garbage within":        {pfx(encrypted([]byte("garbage")), dataInfo(seq(key))), "keyfile.pkcs12-form"},
	} {
		_, err := LoadPKCS12(tc.file, secret)
		if c, is := err.(interface{ Code() string }); !is || c.Code() != tc.code {
			t.Errorf("%s: got %v, want %s", name, err, tc.code)
		}
	}
}

func x25519() []byte {
	return seq(integer(0), seq(oidDER(asn1.ObjectIdentifier{1, 3, 101, 110})), octets(octets(make([]byte, 32))))
}

// TestEmptyPassword: some programs write the empty password as two zero octets, some as none. Without salt and without password,
// every block of the derived key is the hash of the purpose alone (RFC 7292, B.2).
func TestEmptyPassword(t *testing.T) {
	derive := func(purpose byte, length int) []byte {
		sum := sha1.Sum(bytes.Repeat([]byte{purpose}, 64))
		return bytes.Repeat(sum[:], 2)[:length]
	}
	plain := must(x509.MarshalPKCS8PrivateKey(fixtures().keys["p256"]))
	pad := 8 - len(plain)%8
	plain = append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(must(des.NewTripleDESCipher(derive(1, 24))), derive(2, 8)).CryptBlocks(plain, plain)
	shrouded := seq(seq(oidDER(oldSchemes[0].oid), seq(octets(), integer(1))), octets(plain))
	safe := seq(dataInfo(seq(seq(oidDER(oidShroudedKeyBag), tlv(explicit0, shrouded)), certBagDER(fixtures().leaves["p256"].Raw))))
	m := hmac.New(sha1.New, derive(3, 20))
	m.Write(safe)
	mac := seq(seq(seq(oidDER(libraryHashes[0])), octets(m.Sum(nil))), octets())
	for _, file := range [][]byte{seq(integer(3), dataInfo(safe), mac), seq(integer(3), dataInfo(safe))} {
		s, err := LoadPKCS12(file, "")
		ok(t, err)
		signs(t, s, "p256")
		_, err = LoadPKCS12(file, "wrong")
		refused(t, err, CodePassword)
	}
}

// TestHiddenKey: a key inside an encrypted part, whose work factors nobody can bound, is refused before it costs anything, wherever it
// lies and whatever lies beside it.
func TestHiddenKey(t *testing.T) {
	f := fixtures()
	dear := seq(oidDER(oidShroudedKeyBag), tlv(explicit0, seq(seq(oidDER(oldSchemes[0].oid), seq(octets([]byte("salt")), integer(2_000_000_000))), octets(make([]byte, 64)))))
	key, leaf := keyBagDER("rsa"), certBagDER(f.leaves["rsa"].Raw)
	for name, tc := range map[string]struct {
		file []byte
		code finding.Code
	}{
		"alone":              {pfx(encrypted(seq(dear))), CodePKCS12Form},
		"before":             {pfx(encrypted(seq(dear, leaf))), CodePKCS12Form},
		"behind":             {pfx(encrypted(seq(leaf)), encrypted(seq(leaf, dear))), CodePKCS12Form},
		"beside another":     {pfx(encrypted(seq(dear, leaf)), dataInfo(seq(key))), CodeSeveralKeys},
		"without a checksum": {seq(integer(3), dataInfo(seq(encrypted(seq(dear, leaf))))), CodePKCS12Form},
	} {
		start := time.Now()
		_, err := LoadPKCS12(tc.file, secret)
		if c, is := err.(interface{ Code() string }); !is || c.Code() != string(tc.code) {
			t.Errorf("%s: got %v, want %s", name, err, tc.code)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
}

// TestChoiceOfOne: the first certificate that belongs to the key is taken.
func TestChoiceOfOne(t *testing.T) {
	k := fixtures().keys["p256"]
	one, other := certify("one", k.Public(), nil, k, 3), certify("other", k.Public(), nil, k, 9)
	for _, bags := range [][]byte{append(certBagDER(one.Raw), certBagDER(other.Raw)...), append(certBagDER(other.Raw), certBagDER(one.Raw)...)} {
		for _, file := range [][]byte{pfx(dataInfo(seq(keyBagDER("p256"), bags))), pfx(encrypted(seq(bags)), dataInfo(seq(keyBagDER("p256"))))} {
			s, err := LoadPKCS12(file, secret)
			ok(t, err)
			chain, err := s.Certificates(t.Context())
			ok(t, err)
			if !bytes.HasPrefix(bags, certBagDER(chain[0].Raw)) {
				t.Errorf("got %s", chain[0].Subject)
			}
		}
	}
}

// TestBER wraps a file in indefinite lengths and its strings in pieces, as BouncyCastle and NSS write them.
func TestBER(t *testing.T) {
	f := fixtures()
	der := must(pkcs12.Modern.Encode(f.keys["rsa"], f.leaves["rsa"], []*x509.Certificate{f.ca}, secret))
	s, err := LoadPKCS12(indefinite(der), secret)
	ok(t, err)
	signs(t, s, "rsa", f.ca)
	_, err = LoadPKCS12(indefinite(der), "wrong")
	refused(t, err, CodePassword)
	// In every layer that is not encrypted, under a checksum over the octets as they are.
	key, leaf := keyBagDER("rsa"), certBagDER(f.leaves["rsa"].Raw)
	bags := indefinite(seq(key))
	part := inPieces(encrypted(seq(leaf, certBagDER(f.ca.Raw))))
	file := indefinite(pfxOver(indefinite(seq(dataInfo(bags), part))))
	s, err = LoadPKCS12(file, secret)
	ok(t, err)
	signs(t, s, "rsa", f.ca)
	_, err = LoadPKCS12(file, "wrong")
	refused(t, err, CodePassword)
	// Where nothing is encrypted, only the checksum tells.
	file = pfxOver(indefinite(seq(dataInfo(indefinite(seq(key, leaf))))))
	s, err = LoadPKCS12(file, secret)
	ok(t, err)
	signs(t, s, "rsa")
	_, err = LoadPKCS12(file, "wrong")
	refused(t, err, CodePassword)
	i := bytes.Index(file, f.leaves["rsa"].Signature)
	file[i] ^= 1
	_, err = LoadPKCS12(file, secret)
	refused(t, err, CodePassword)
}

// inPieces sends the octets of an EncryptedData in pieces under their implicit tag.
func inPieces(part []byte) []byte {
	s := cryptobyte.String(part)
	var info, content, data, inner, oid, algorithm, value cryptobyte.String
	if !s.ReadASN1(&info, casn1.SEQUENCE) || !info.ReadASN1Element(&oid, casn1.OBJECT_IDENTIFIER) || !info.ReadASN1(&content, explicit0) ||
		!content.ReadASN1(&data, casn1.SEQUENCE) || !data.SkipASN1(casn1.INTEGER) || !data.ReadASN1(&inner, casn1.SEQUENCE) ||
		!inner.SkipASN1(casn1.OBJECT_IDENTIFIER) || !inner.ReadASN1Element(&algorithm, casn1.SEQUENCE) || !inner.ReadASN1(&value, implicit0) {
		panic("not as encrypted makes it")
	}
	pieces := tlv(explicit0, octets(value[:7]), octets(value[7:]))
	return seq(oid, tlv(explicit0, seq(integer(0), seq(oidDER(oidData), algorithm, pieces))))
}

// indefinite rewrites DER: constructed elements get indefinite lengths, octet strings at the top come in two pieces.
func indefinite(der []byte) []byte {
	var v asn1.RawValue
	rest := must(asn1.Unmarshal(der, &v))
	var out []byte
	switch {
	case v.IsCompound:
		out = append([]byte{der[0], 0x80}, indefinite2(v.Bytes)...)
		out = append(out, 0, 0)
	case v.Class == 0 && v.Tag == asn1.TagOctetString && len(v.Bytes) > 1:
		half := len(v.Bytes) / 2
		out = append([]byte{0x24, 0x80}, octets(v.Bytes[:half])...)
		out = append(append(out, octets(v.Bytes[half:])...), 0, 0)
	default:
		out = bytes.Clone(v.FullBytes)
	}
	return append(out, indefinite2(rest)...)
}

func indefinite2(der []byte) []byte {
	if len(der) == 0 {
		return nil
	}
	return indefinite(der)
}

// TestCost: a file that would take minutes is refused in no time, wherever its work factor hides; many dear parts do not add up.
func TestCost(t *testing.T) {
	f := fixtures()
	const huge = 2_000_000_000
	salt := octets([]byte("saltsalt"))
	rounds := func(n int64) []byte {
		return seq(oidDER(oidPBES2), seq(seq(oidDER(oidPBKDF2), seq(salt, integer(n), seq(oidDER(oidHMACSHA256), []byte{5, 0}))),
			seq(oidDER(schemes[0].oid), octets(make([]byte, 16)))))
	}
	scrypt := func(n, r, p int64) []byte {
		return seq(oidDER(oidPBES2), seq(seq(oidDER(oidScrypt), seq(salt, integer(n), integer(r), integer(p))), seq(oidDER(schemes[0].oid), octets(make([]byte, 16)))))
	}
	old := func(n int64) []byte { return seq(oidDER(oldSchemes[0].oid), seq(salt, integer(n))) }
	shrouded := func(algorithm []byte) []byte {
		return seq(oidDER(oidShroudedKeyBag), tlv(explicit0, seq(algorithm, octets(make([]byte, 64)))))
	}
	under := func(algorithm []byte) []byte {
		return seq(oidDER(oidEncryptedData), tlv(explicit0, seq(integer(0), seq(oidDER(oidData), algorithm, tlv(implicit0, make([]byte, 64))))))
	}
	mac := func(n int64) []byte {
		return seq(integer(3), dataInfo(seq()), seq(seq(seq(oidDER(asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26})), octets(make([]byte, 20))), salt, integer(n)))
	}
	for name, file := range map[string][]byte{
		"PBKDF2 of a key":       pfx(dataInfo(seq(shrouded(rounds(huge))))),
		"PBKDF2 of a safe":      pfx(under(rounds(huge))),
		"old scheme of a key":   pfx(dataInfo(seq(shrouded(old(huge))))),
		"old scheme of a safe":  pfx(under(old(huge))),
		"checksum":              mac(huge),
		"checksum of PBMAC1":    seq(integer(3), dataInfo(seq()), seq(seq(pbmac1(huge, 32), octets(make([]byte, 32))), salt)),
		"size of a key":         pfx(dataInfo(seq(seq(oidDER(oidShroudedKeyBag), tlv(explicit0, seq(old(1), octets(make([]byte, 1<<17)))))))),
		"many parts":            pfx(bytes.Repeat(under(old(300_000)), 10)),
		"PBKDF2 of a PEM block": nil,
	} {
		start := time.Now()
		_, err := LoadPKCS12(file, secret)
		if file == nil {
			_, err = LoadPEM(seq(rounds(huge), octets(make([]byte, 64))), certPEM(f.ca), secret)
		}
		refused(t, err, CodeCost)
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
	for name, algorithm := range map[string][]byte{
		"scrypt memory":      scrypt(1<<30, 8, 1),
		"scrypt memory by r": scrypt(2, 1<<40, 1),
		"scrypt work":        scrypt(1<<14, 8, 1<<20),
		"scrypt overflow":    scrypt(1<<62, 1<<62, 1<<62),
	} {
		start := time.Now()
		_, err := LoadPEM(seq(algorithm, octets(make([]byte, 64))), certPEM(f.ca), secret)
		refused(t, err, CodeCost)
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s took %v", name, took)
		}
		_, err = LoadPKCS12(pfx(dataInfo(seq(shrouded(algorithm)))), secret)
		refused(t, err, CodePKCS12Encryption)
	}
	// Many dear parts draw on one budget.
	b := newBudget()
	for range limits.PBKDF2Iterations / 1_000_000 {
		if _, err := b.spend("rounds", big.NewInt(500_000), 2); err != nil {
			t.Fatal(err)
		}
	}
	_, err := b.spend("rounds", big.NewInt(1), 1)
	refused(t, err, CodeCost)
	for name, algorithm := range map[string][]byte{
		"no rounds": rounds(0), "negative rounds": rounds(-1), "no rounds, old": old(0),
	} {
		_, err := LoadPKCS12(pfx(dataInfo(seq(shrouded(algorithm)))), secret)
		if c, is := err.(interface{ Code() string }); !is || c.Code() != string(CodeMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, algorithm := range map[string][]byte{"N not a power of two": scrypt(1000, 8, 1), "N = 1": scrypt(1, 8, 1), "r = 0": scrypt(1024, 0, 1)} {
		_, err := LoadPEM(seq(algorithm, octets(make([]byte, 64))), certPEM(f.ca), secret)
		if c, is := err.(interface{ Code() string }); !is || c.Code() != string(CodeMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, length := range []int64{0, 19, 65, 1 << 40} { // RFC 9879, 3: with a short key the checksum could be guessed
		_, err := LoadPKCS12(seq(integer(3), dataInfo(seq()), seq(seq(pbmac1(1, length), octets(make([]byte, 32))), salt)), secret)
		refused(t, err, CodeMalformed)
	}
}

func pbmac1(iterations, length int64) []byte {
	function := seq(oidDER(oidHMACSHA256), []byte{5, 0})
	return seq(oidDER(oidPBMAC1), seq(seq(oidDER(oidPBKDF2), seq(octets([]byte("salt")), integer(iterations), integer(length), function)), function))
}
