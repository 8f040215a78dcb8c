package signer_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/signer"
)

// Places of a TBSCertificate with a version.
const (
	serialPlace = 1 + 2*iota
	issuerPlace
	subjectPlace
	extensionsPlace
	keyPlace = 6
)

// rewritten is a certificate of a key in which parts were exchanged. It is signed anew, so that everything else about it is right.
func rewritten(t testing.TB, key *ecdsa.PrivateKey, change func(tbs [][]byte)) []byte {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(0x5401_0101), Subject: pkix.Name{CommonName: "Nguyễn Văn A"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection},
		BasicConstraintsValid: true, OCSPServer: []string{"http://ocsp.example"},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	raw, err = testpki.Resign(raw, key, change)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func split(t testing.TB, element []byte) [][]byte {
	t.Helper()
	all, err := testpki.Elements(element)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// named is a Name of one common name, of any string type and content.
func named(tag byte, content string) []byte {
	return der.Encode(der.Sequence, der.Encode(der.Set, der.Encode(der.Sequence, der.AppendOID(nil, asn1.ObjectIdentifier{2, 5, 4, 3}), der.Encode(tag, []byte(content)))))
}

func extended(critical bool, value []byte, id ...int) []byte {
	e, err := asn1.Marshal(pkix.Extension{Id: id, Critical: critical, Value: value})
	if err != nil {
		panic(err)
	}
	return e
}

// withExtension adds an extension to those that are there, or takes the place of the one with the same identifier.
func withExtension(t testing.TB, tbs [][]byte, e []byte) {
	t.Helper()
	list := split(t, split(t, tbs[extensionsPlace])[0])
	id := split(t, e)[0]
	list = slices.DeleteFunc(list, func(old []byte) bool { return bytes.Equal(split(t, old)[0], id) })
	tbs[extensionsPlace] = der.Encode(0xA3, der.Encode(der.Sequence, append(list, e)...))
}

// oddities are certificates that crypto/x509 refuses and that others sign with.
func oddities(t testing.TB) map[string]func(tbs [][]byte) {
	return map[string]func(tbs [][]byte){
		"negative serial":                     func(tbs [][]byte) { tbs[serialPlace] = der.AppendInt(nil, -0x54010101) },
		"serial not in the shortest form":     func(tbs [][]byte) { tbs[serialPlace] = []byte{2, 5, 0, 0, 0, 0, 7} },
		"@ in a PrintableString":              func(tbs [][]byte) { tbs[subjectPlace] = named(der.PrintableString, "a@example.vn") },
		"UTF-8 in a PrintableString":          func(tbs [][]byte) { tbs[subjectPlace] = named(der.PrintableString, "CÔNG TY Á") },
		"UTF-8 in an IA5String":               func(tbs [][]byte) { tbs[issuerPlace] = named(der.IA5String, "CÔNG TY Á") },
		"Latin-1 in a UTF8String":             func(tbs [][]byte) { tbs[subjectPlace] = named(der.UTF8String, "C\xd4NG TY") },
		"TCVN3 in a UTF8String of the issuer": func(tbs [][]byte) { tbs[issuerPlace] = named(der.UTF8String, "C\xa4ng ty \xb8") },
		"UniversalString":                     func(tbs [][]byte) { tbs[subjectPlace] = named(28, "\x00\x00\x1e\xbf") },
		"VisibleString":                       func(tbs [][]byte) { tbs[subjectPlace] = named(26, "Visible") },
		"half a pair in a BMPString":          func(tbs [][]byte) { tbs[subjectPlace] = named(30, "\x00A\xd8\x00") },
		"letters in a NumericString":          func(tbs [][]byte) { tbs[subjectPlace] = named(18, "MST 0100") },
		"a name that is no text":              func(tbs [][]byte) { tbs[subjectPlace] = named(der.OctetString, "x") },
		"a key identifier that is critical": func(tbs [][]byte) {
			withExtension(t, tbs, extended(true, der.Encode(der.OctetString, []byte{1}), 2, 5, 29, 14))
		},
		"an authority's key identifier that is critical": func(tbs [][]byte) {
			withExtension(t, tbs, extended(true, der.Encode(der.Sequence, der.Encode(0x80, []byte{1})), 2, 5, 29, 35))
		},
		"an address of the issuer that is critical": func(tbs [][]byte) {
			withExtension(t, tbs, extended(true, der.Encode(der.Sequence, der.Encode(der.Sequence, der.AppendOID(nil, asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1}),
				der.Encode(0x86, []byte("http://x")))), 1, 3, 6, 1, 5, 5, 7, 1, 1))
		},
		"a distribution point relative to the issuer": func(tbs [][]byte) {
			withExtension(t, tbs, extended(false, der.Encode(der.Sequence, der.Encode(der.Sequence, der.Encode(0xA0, der.Encode(0xA1,
				der.Encode(der.Sequence, der.AppendOID(nil, asn1.ObjectIdentifier{2, 5, 4, 3}), der.Encode(der.UTF8String, []byte("x")))))), nil), 2, 5, 29, 31))
		},
		"a curve of its own": func(tbs [][]byte) {
			tbs[keyPlace] = der.Encode(der.Sequence, der.Encode(der.Sequence, der.AppendOID(nil, asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}),
				der.AppendOID(nil, asn1.ObjectIdentifier{1, 3, 36, 3, 3, 2, 8, 1, 1, 7})), der.Encode(der.BitString, append([]byte{0, 4}, make([]byte, 64)...)))
		},
		"everything": func(tbs [][]byte) {
			tbs[serialPlace], tbs[issuerPlace], tbs[subjectPlace] = der.AppendInt(nil, -1), named(der.IA5String, "Á"), named(der.PrintableString, "Ế@")
			withExtension(t, tbs, extended(true, der.Encode(der.OctetString, []byte{1}), 2, 5, 29, 14))
		},
	}
}

// TestParseCertificate: what crypto/x509 refuses is read as package pki reads it, which verifies such signatures.
func TestParseCertificate(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range oddities(t) {
		raw := rewritten(t, key, change)
		if _, err := x509.ParseCertificate(raw); err == nil {
			t.Errorf("%s: crypto/x509 takes it: this is no case", name)
		}
		got, err := signer.ParseCertificate(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want, err := pki.ParseX509(raw)
		if err != nil {
			t.Errorf("%s: package pki: %v", name, err)
			continue
		}
		if !bytes.Equal(got.Raw, raw) || !bytes.Equal(got.RawTBSCertificate, want.RawTBSCertificate) || !bytes.Equal(got.RawSubject, want.RawSubject) ||
			!bytes.Equal(got.RawIssuer, want.RawIssuer) || !bytes.Equal(got.RawSubjectPublicKeyInfo, want.RawSubjectPublicKeyInfo) || !bytes.Equal(got.Signature, want.Signature) {
			t.Errorf("%s: octets differ", name)
		}
		if got.SerialNumber.Cmp(want.SerialNumber) != 0 || !got.NotAfter.Equal(want.NotAfter) || got.KeyUsage != want.KeyUsage || !slices.Equal(got.ExtKeyUsage, want.ExtKeyUsage) ||
			got.IsCA != want.IsCA || got.BasicConstraintsValid != want.BasicConstraintsValid || got.SignatureAlgorithm != want.SignatureAlgorithm {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
		for _, n := range [][2]pkix.Name{{got.Subject, want.Subject}, {got.Issuer, want.Issuer}} {
			if text := n[1].String(); text != "" && n[0].String() != text { // octets that are no UTF-8 are no text to that package
				t.Errorf("%s: %q, want %q", name, n[0], text)
			}
		}
		if !slices.EqualFunc(got.Extensions, want.Extensions, func(a, b pkix.Extension) bool {
			return a.Id.Equal(b.Id) && a.Critical == b.Critical && bytes.Equal(a.Value, b.Value)
		}) {
			t.Errorf("%s: extensions differ", name)
		}
		if err := signer.CheckCertificate(got, time.Time{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if (got.PublicKey == nil) != (want.PublicKey == nil) || got.PublicKey != nil && !alg.SameKey(got.PublicKey, want.PublicKey) {
			t.Errorf("%s: the key is another", name)
		}
		if got.PublicKey == nil {
			continue
		}
		if err := got.CheckSignature(got.SignatureAlgorithm, got.RawTBSCertificate, got.Signature); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := signer.FromCrypto(key, got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestParseCertificateRefuses: what says what a key is for has to be readable, and a critical extension that is not stays one.
func TestParseCertificateRefuses(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := rewritten(t, key, func([][]byte) {})
	negative := der.AppendInt(nil, -1)
	for name, raw := range map[string][]byte{
		"nothing": nil, "text": []byte("hello"), "cut short": good[:len(good)-1], "something behind": append(slices.Clone(good), 0), "too large": make([]byte, 2<<20),
		"another type outside": append([]byte{0x31}, rewritten(t, key, func(tbs [][]byte) { tbs[serialPlace] = negative })[1:]...),
		"another type inside": func() []byte {
			raw := rewritten(t, key, func(tbs [][]byte) { tbs[serialPlace] = negative })
			raw[4] = 0x31
			return raw
		}(),
		"key usage": rewritten(t, key, func(tbs [][]byte) {
			tbs[serialPlace] = negative
			withExtension(t, tbs, extended(true, []byte{5, 0}, 2, 5, 29, 15))
		}),
		"extended key usage": rewritten(t, key, func(tbs [][]byte) { withExtension(t, tbs, extended(true, []byte{5, 0}, 2, 5, 29, 37)) }),
		"basic constraints":  rewritten(t, key, func(tbs [][]byte) { withExtension(t, tbs, extended(true, []byte{5, 0}, 2, 5, 29, 19)) }),
		"two of one extension": rewritten(t, key, func(tbs [][]byte) {
			list := split(t, split(t, tbs[extensionsPlace])[0])
			tbs[extensionsPlace] = der.Encode(0xA3, der.Encode(der.Sequence, append(list, list[0])...))
		}),
		"a version of its own": rewritten(t, key, func(tbs [][]byte) { tbs[0] = der.Encode(0xA0, der.AppendInt(nil, 7)) }),
		"another algorithm inside": rewritten(t, key, func(tbs [][]byte) {
			tbs[2] = der.Encode(der.Sequence, der.AppendOID(nil, asn1.ObjectIdentifier{1, 2, 3}))
		}),
	} {
		_, want := x509.ParseCertificate(raw)
		cert, err := signer.ParseCertificate(raw)
		if err == nil || want == nil || err.Error() != want.Error() {
			t.Errorf("%s: %v, %v; want %v", name, cert, err, want)
		}
	}
	c, err := signer.ParseCertificate(rewritten(t, key, func(tbs [][]byte) {
		withExtension(t, tbs, extended(true, der.Encode(der.Sequence, der.Encode(0x81, []byte("á@example.vn"))), 2, 5, 29, 17))
	}))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.UnhandledCriticalExtensions) != 1 {
		t.Error("a critical extension that was not read is not told")
	}
	same, err := signer.ParseCertificate(good)
	if err != nil {
		t.Fatal(err)
	}
	if want, _ := x509.ParseCertificate(good); !same.Equal(want) || same.Subject.String() != want.Subject.String() {
		t.Error("an ordinary certificate is read otherwise")
	}
}

func FuzzParseCertificate(f *testing.F) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	for _, change := range oddities(f) {
		f.Add(rewritten(f, key, change))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		cert, err := signer.ParseCertificate(raw)
		if (err == nil) != (cert != nil) {
			t.Fatalf("%v, %v", cert, err)
		}
		if err != nil {
			return
		}
		if !bytes.Equal(cert.Raw, raw) {
			t.Fatal("other octets")
		}
		_ = signer.CheckCertificate(cert, time.Time{})
		if cert.PublicKey != nil {
			_, _ = signer.Chain(cert.PublicKey, []*x509.Certificate{cert})
		}
	})
}
