package keyfile

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // files of old
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
	"software.sslmate.com/src/go-pkcs12"

	"crypto/hmac"
	"crypto/x509"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
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

// pfx wraps safes with a checksum of SHA-1 and one round, made with secret.
func pfx(safes ...[]byte) []byte {
	safe := seq(safes...)
	m := hmac.New(sha1.New, pkcs12KDF(sha1.New, kdfMAC, bmpVariants(secret)[0], []byte("salt"), 1, 20))
	m.Write(safe)
	mac := seq(seq(seq(oidDER(asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26})), octets(m.Sum(nil))), octets([]byte("salt")))
	return seq(integer(3), dataInfo(safe), mac)
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

func localKeyID(id string) []byte {
	return seq(oidDER(oidLocalKeyID), tlv(casn1.SET, octets([]byte(id))))
}

func hugeRSA(n []byte) []byte {
	i := must(asn1.Marshal(new(big.Int).SetBytes(n)))
	return seq(integer(0), i, integer(65537), i, i, i, i, i, i)
}

func TestManyParts(t *testing.T) {
	f := fixtures()
	ca, leaf := certBagDER(f.ca.Raw), certBagDER(f.leaves["rsa"].Raw)
	key := keyBagDER("rsa")
	for name, file := range map[string][]byte{
		"one safe":             pfx(dataInfo(seq(key, leaf, ca))),
		"issuer first":         pfx(dataInfo(seq(ca, leaf, key))),
		"four safes":           pfx(dataInfo(seq(ca)), dataInfo(seq(key)), dataInfo(seq(leaf)), dataInfo(seq())),
		"safe in a safe":       pfx(dataInfo(seq(seq(oidDER(oidSafeContentsBag), tlv(explicit0, seq(key, leaf))), ca))),
		"unknown bag":          pfx(dataInfo(seq(seq(oidDER(asn1.ObjectIdentifier{1, 2, 3}), tlv(explicit0, integer(1))), key, leaf, ca))),
		"the key twice":        pfx(dataInfo(seq(key, key, leaf, ca))),
		"a damaged issuer":     pfx(dataInfo(seq(key, leaf, certBagDER([]byte{0x30, 0}), ca))),
		"a key that signs not": pfx(dataInfo(seq(seq(oidDER(oidKeyBag), tlv(explicit0, x25519())), key, leaf, ca))),
	} {
		s, err := LoadPKCS12(file, secret)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		signs(t, s, "rsa", f.ca)
		if _, err = LoadPKCS12(file, "wrong"); err == nil {
			t.Errorf("%s: a wrong password is accepted", name)
		}
	}
	deep := seq(key, leaf)
	for range 100 {
		deep = seq(seq(oidDER(oidSafeContentsBag), tlv(explicit0, deep)))
	}
	many := bytes.Repeat(key, maxBags+1)
	for name, tc := range map[string]struct {
		file []byte
		code string
	}{
		"too deep":              {pfx(dataInfo(deep)), "keyfile.malformed"},
		"too many bags":         {pfx(dataInfo(seq(many))), "keyfile.many-certificates"},
		"no key":                {pfx(dataInfo(seq(leaf))), "keyfile.no-key"},
		"no certificate":        {pfx(dataInfo(seq(key))), "keyfile.no-certificate"},
		"its certificate wrong": {pfx(dataInfo(seq(key, certBagDER([]byte{0x30, 0})))), "keyfile.certificate"},
		"only another's":        {pfx(dataInfo(seq(key, ca))), "signer.key-mismatch"},
		"only a key to agree":   {pfx(dataInfo(seq(seq(oidDER(oidKeyBag), tlv(explicit0, x25519())), leaf))), "signer.unsupported-algorithm"},
		"signed data":           {seq(integer(3), seq(oidDER(oidSignedData), tlv(explicit0, seq()))), "keyfile.integrity"},
		"enveloped data":        {pfx(seq(oidDER(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 3}), tlv(explicit0, seq()))), "keyfile.encryption"},
		"version 1":             {seq(integer(1), dataInfo(seq())), "keyfile.not-pkcs12"},
		"something behind":      {append(pfx(dataInfo(seq(key, leaf))), 0), "keyfile.malformed"},
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

func TestSeveralKeys(t *testing.T) {
	f := fixtures()
	name := seq(oidDER(oidFriendlyName), tlv(casn1.SET, tlv(casn1.Tag(30), []byte{0x1E, 0xCD, 0, 'x'}))) // "ọx"
	file := pfx(dataInfo(seq(keyBagDER("rsa", localKeyID("1"), name), keyBagDER("p256", localKeyID("2")), certBagDER(f.leaves["rsa"].Raw), certBagDER(f.leaves["p256"].Raw))))
	_, err := LoadPKCS12(file, secret)
	var e *signer.AmbiguousError
	if e, _ = err.(*signer.AmbiguousError); e == nil {
		t.Fatalf("got %v", err)
	}
	if len(e.Candidates) != 2 || e.Candidates[0].Label != "ọx" || e.Candidates[0].ID != "31" || !e.Candidates[1].Certificate.Equal(f.leaves["p256"]) {
		t.Errorf("%+v", e.Candidates)
	}
	// Two keys of which one has a certificate are no choice.
	s, err := LoadPKCS12(pfx(dataInfo(seq(keyBagDER("rsa"), keyBagDER("p256"), certBagDER(f.leaves["p256"].Raw)))), secret)
	ok(t, err)
	signs(t, s, "p256")
	// The tie of the file goes before the date.
	k := f.keys["p256"]
	short, long := certify("short", k.Public(), nil, k, 3), certify("long", k.Public(), nil, k, 9)
	for _, tied := range []bool{false, true} {
		bag := certBagDER(short.Raw)
		if tied {
			bag = certBagDER(short.Raw, localKeyID("7"))
		}
		s, err := LoadPKCS12(pfx(dataInfo(seq(keyBagDER("p256", localKeyID("7")), bag, certBagDER(long.Raw)))), secret)
		ok(t, err)
		chain, err := s.Certificates(t.Context())
		ok(t, err)
		if chain[0].Equal(short) != tied {
			t.Errorf("tied=%v: got %s", tied, chain[0].Subject)
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
	file := pfx(dataInfo(seq(keyBagDER("rsa"), certBagDER(f.leaves["rsa"].Raw))))
	s, err = LoadPKCS12(indefinite(file), secret)
	ok(t, err)
	signs(t, s, "rsa")
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
	pbkdf2 := func(n int64) []byte {
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
	encrypted := func(algorithm []byte) []byte {
		return seq(oidDER(oidEncryptedData), tlv(explicit0, seq(integer(0), seq(oidDER(oidData), algorithm, tlv(implicit0, make([]byte, 64))))))
	}
	mac := func(n int64) []byte {
		return seq(integer(3), dataInfo(seq()), seq(seq(seq(oidDER(asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26})), octets(make([]byte, 20))), salt, integer(n)))
	}
	for name, file := range map[string][]byte{
		"PBKDF2 of a key":       pfx(dataInfo(seq(shrouded(pbkdf2(huge))))),
		"PBKDF2 of a safe":      pfx(encrypted(pbkdf2(huge))),
		"old scheme of a key":   pfx(dataInfo(seq(shrouded(old(huge))))),
		"old scheme of a safe":  pfx(encrypted(old(huge))),
		"checksum":              mac(huge),
		"scrypt memory":         pfx(dataInfo(seq(shrouded(scrypt(1<<30, 8, 1))))),
		"scrypt memory by r":    pfx(dataInfo(seq(shrouded(scrypt(2, 1<<40, 1))))),
		"scrypt work":           pfx(dataInfo(seq(shrouded(scrypt(1<<14, 8, 1<<20))))),
		"scrypt overflow":       pfx(dataInfo(seq(shrouded(scrypt(1<<62, 1<<62, 1<<62))))),
		"PBKDF2 of a PEM block": nil,
	} {
		start := time.Now()
		_, err := LoadPKCS12(file, secret)
		if file == nil {
			_, err = LoadPEM(seq(pbkdf2(huge), octets(make([]byte, 64))), certPEM(f.ca), secret)
		}
		refused(t, err, CodeCost)
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s took %v", name, took)
		}
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
		"no rounds": pbkdf2(0), "negative rounds": pbkdf2(-1), "N not a power of two": scrypt(1000, 8, 1), "N = 1": scrypt(1, 8, 1), "r = 0": scrypt(1024, 0, 1), "no rounds, old": old(0),
	} {
		_, err := LoadPKCS12(pfx(dataInfo(seq(shrouded(algorithm)))), secret)
		if c, is := err.(interface{ Code() string }); !is || c.Code() != string(CodeMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRC2 holds the cipher against the vectors of RFC 2268, 5, whose effective length is that of the key.
func TestRC2(t *testing.T) {
	for _, v := range []struct{ key, plain, cipher string }{
		{"\xff\xff\xff\xff\xff\xff\xff\xff", "\xff\xff\xff\xff\xff\xff\xff\xff", "\x27\x8b\x27\xe4\x2e\x2f\x0d\x49"},
		{"\x30\x00\x00\x00\x00\x00\x00\x00", "\x10\x00\x00\x00\x00\x00\x00\x01", "\x30\x64\x9e\xdf\x9b\xe7\xd2\xc2"},
		{"\x88\xbc\xa9\x0e\x90\x87\x5a\x7f\x0f\x79\xc3\x84\x62\x7b\xaf\xb2", "\x00\x00\x00\x00\x00\x00\x00\x00", "\x22\x69\x55\x2a\xb0\xf8\x5c\xa6"},
	} {
		c := must(newRC2([]byte(v.key)))
		got := make([]byte, 8)
		c.Decrypt(got, []byte(v.cipher))
		if string(got) != v.plain {
			t.Errorf("%x: %x, want %x", v.key, got, v.plain)
		}
	}
	for _, bad := range [][]byte{nil, make([]byte, 129)} {
		if _, err := newRC2(bad); err == nil {
			t.Errorf("a key of %d octets is accepted", len(bad))
		}
	}
}
