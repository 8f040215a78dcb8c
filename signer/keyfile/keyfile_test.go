package keyfile

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/signer"
)

func plainOptions() crypto.SignerOpts { return crypto.SHA256 }

func pssOptions() crypto.SignerOpts { return &rsa.PSSOptions{SaltLength: 32, Hash: crypto.SHA256} }

func ec() *ecdsa.PrivateKey { return fixtures().keys["p256"].(*ecdsa.PrivateKey) }

// TestEncoders reads what go-pkcs12 writes, in each of its encodings.
func TestEncoders(t *testing.T) {
	f := fixtures()
	for name, enc := range map[string]*pkcs12.Encoder{
		"LegacyRC2": pkcs12.LegacyRC2, "LegacyDES": pkcs12.LegacyDES, "Modern2023": pkcs12.Modern2023, "Modern2026": pkcs12.Modern2026,
	} {
		for key := range f.keys {
			pfx, err := enc.Encode(f.keys[key], f.leaves[key], []*x509.Certificate{f.root, f.ca}, secret)
			ok(t, err)
			s, err := LoadPKCS12(pfx, secret)
			if err != nil {
				t.Errorf("%s, %s: %v", name, key, err)
				continue
			}
			signs(t, s, key, f.ca, f.root)
			_, err = LoadPKCS12(pfx, "wrong")
			refused(t, err, CodePassword)
			if key != "p256" {
				continue
			}
			// What is cut short is never read, and always with a plain error.
			for n := 0; n < len(pfx); n += 1 + len(pfx)/97 {
				_, err := LoadPKCS12(pfx[:n], secret)
				var e *Error
				if !errors.As(err, &e) {
					t.Fatalf("%s, cut to %d bytes: %v", name, n, err)
				}
				if n > 8 {
					refused(t, err, CodeTruncated)
				}
			}
			// Nor is what was changed: the checksum covers it, or the structure breaks.
			for i := 0; i < len(pfx); i += 1 + len(pfx)/211 {
				bad := bytes.Clone(pfx)
				bad[i] ^= 0x55
				if _, err := LoadPKCS12(bad, secret); err == nil {
					t.Errorf("%s, octet %d changed: accepted", name, i)
				}
			}
		}
	}
	pfx, err := pkcs12.Passwordless.Encode(f.keys["rsa"], f.leaves["rsa"], nil, "")
	ok(t, err)
	s, err := LoadPKCS12(pfx, "")
	ok(t, err)
	signs(t, s, "rsa")
}

func TestMismatch(t *testing.T) {
	f := fixtures()
	_, err := LoadPEM(keyPEM(f.keys["rsa"]), certPEM(f.leaves["p256"]), "")
	refused(t, err, signer.CodeKeyMismatch)
	if !errors.Is(err, signer.ErrKeyMismatch) {
		t.Error(err)
	}
	pfx := must(pkcs12.Modern.Encode(f.keys["rsa"], f.leaves["p256"], []*x509.Certificate{f.ca}, secret))
	_, err = LoadPKCS12(pfx, secret)
	refused(t, err, signer.CodeKeyMismatch)
	// The clean twins.
	s, err := LoadPEM(keyPEM(f.keys["rsa"]), certPEM(f.leaves["p256"], f.ca, f.leaves["rsa"]), "")
	ok(t, err)
	signs(t, s, "rsa", f.ca)
	s, err = LoadPKCS12(must(pkcs12.Modern.Encode(f.keys["rsa"], f.ca, []*x509.Certificate{f.leaves["p256"], f.leaves["rsa"]}, secret)), secret)
	ok(t, err)
	signs(t, s, "rsa", f.ca)
}

func TestBadPEM(t *testing.T) {
	f := fixtures()
	cert := certPEM(f.leaves["p256"])
	good := keyPEM(f.keys["p256"])
	pfx := must(pkcs12.Modern.Encode(f.keys["rsa"], f.leaves["rsa"], nil, secret))
	for name, tc := range map[string]struct {
		key, cert []byte
		code      string
	}{
		"empty key":            {nil, cert, "keyfile.empty"},
		"blank key":            {[]byte(" \r\n\t"), cert, "keyfile.empty"},
		"garbage key":          {[]byte("this is no key"), cert, "keyfile.no-key"},
		"binary garbage key":   {bytes.Repeat([]byte{0xA5, 0, 0xFF}, 100), cert, "keyfile.no-key"},
		"certificate as key":   {cert, cert, "keyfile.no-key"},
		"DER certificate":      {f.ca.Raw, cert, "keyfile.no-key"},
		"public key as key":    {pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(ec().Public()))}), cert, "keyfile.no-key"},
		"PKCS#12 as key":       {pfx, cert, "keyfile.is-pkcs12"},
		"two keys":             {append(bytes.Clone(good), keyPEM(f.keys["rsa"])...), cert, "keyfile.several-keys"},
		"cut PEM":              {good[:len(good)/2], cert, "keyfile.malformed"},
		"PEM without end":      {bytes.TrimSuffix(good, []byte("-----END PRIVATE KEY-----\n")), cert, "keyfile.malformed"},
		"broken base64":        {bytes.Replace(good, []byte("M"), []byte("*"), 1), cert, "keyfile.malformed"},
		"cut DER":              {must(x509.MarshalPKCS8PrivateKey(ec()))[:50], cert, "keyfile.truncated"},
		"wrong label":          {pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(ec()))}), cert, "keyfile.malformed"},
		"label of encrypted":   {pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(ec()))}), cert, "keyfile.malformed"},
		"OpenSSH key":          {pem.EncodeToMemory(&pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: []byte("openssh-key-v1")}), cert, "keyfile.encryption"},
		"DSA key":              {pem.EncodeToMemory(&pem.Block{Type: "DSA PRIVATE KEY", Bytes: []byte{0x30, 0}}), cert, "signer.unsupported-algorithm"},
		"empty block":          {pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY"}), cert, "keyfile.malformed"},
		"too large key":        {bytes.Repeat([]byte("x"), limits.KeyFile+1), cert, "keyfile.too-large"},
		"no certificate":       {good, nil, "keyfile.no-certificate"},
		"key as certificate":   {good, good, "keyfile.no-certificate"},
		"garbage certificate":  {good, []byte("this is no certificate"), "keyfile.no-certificate"},
		"blank certificate":    {good, []byte("\n"), "keyfile.empty"},
		"cut certificate":      {good, cert[:len(cert)-60], "keyfile.malformed"},
		"cut DER certificate":  {good, f.ca.Raw[:100], "keyfile.truncated"},
		"broken certificate":   {good, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte{0x30, 0}}), "keyfile.certificate"},
		"too large":            {good, bytes.Repeat([]byte("x"), limits.KeyFile+1), "keyfile.too-large"},
		"too many":             {good, manyCertificates(limits.KeyFileCertificates + 1), "keyfile.many-certificates"},
		"far too many":         {good, bytes.Repeat(cert, 2000)[:limits.KeyFile], "keyfile.many-certificates"},
		"the same many times":  {good, bytes.Repeat(cert, 100), ""},
		"mark in front":        {append([]byte("\xEF\xBB\xBF"), good...), append([]byte("\xEF\xBB\xBF"), cert...), ""},
		"line ends of Windows": {bytes.ReplaceAll(good, []byte("\n"), []byte("\r\n")), bytes.ReplaceAll(cert, []byte("\n"), []byte("\r\n")), ""},
		"DER key, DER cert":    {must(x509.MarshalPKCS8PrivateKey(ec())), f.leaves["p256"].Raw, ""},
	} {
		s, err := LoadPEM(tc.key, tc.cert, secret)
		if tc.code == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			signs(t, s, "p256")
			continue
		}
		var c interface{ Code() string }
		if !errors.As(err, &c) || c.Code() != tc.code {
			t.Errorf("%s: got %v, want %s", name, err, tc.code)
		}
	}
	_, err := LoadPEM(good, cert, "", []byte("no certificate"))
	refused(t, err, CodeNoCertificate)
	for _, bad := range []string{strings.Repeat("x", limits.Password+1), "\xFF\xFE"} {
		_, err = LoadPEM(good, cert, bad)
		refused(t, err, CodePasswordForm)
		if !errors.Is(err, ErrPassword) {
			t.Error(err)
		}
		_, err = LoadPKCS12(pfx, bad)
		refused(t, err, CodePasswordForm)
	}
	_, err = LoadPKCS12(pfx, "\U0001F511")
	refused(t, err, CodePasswordForm)
}

// manyCertificates are n certificates that differ.
func manyCertificates(n int) []byte {
	k := ec()
	var certs []*x509.Certificate
	for i := range n {
		certs = append(certs, certify("c", k.Public(), nil, k, int64(i+3)))
	}
	return certPEM(certs...)
}

func TestBadPKCS12(t *testing.T) {
	f := fixtures()
	for name, tc := range map[string]struct {
		pfx  []byte
		code string
	}{
		"empty":        {nil, "keyfile.empty"},
		"garbage":      {[]byte("this is no PKCS#12 file"), "keyfile.not-pkcs12"},
		"one octet":    {[]byte{0x30}, "keyfile.not-pkcs12"},
		"PEM":          {keyPEM(f.keys["rsa"]), "keyfile.not-pkcs12"},
		"certificate":  {f.ca.Raw, "keyfile.not-pkcs12"},
		"PKCS#8":       {must(x509.MarshalPKCS8PrivateKey(ec())), "keyfile.not-pkcs12"},
		"empty inside": {[]byte{0x30, 0}, "keyfile.not-pkcs12"},
		"too large":    {make([]byte, limits.KeyFile+1), "keyfile.too-large"},
		"huge length":  {[]byte{0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 2, 1, 3}, "keyfile.truncated"},
		"wide length":  {[]byte{0x30, 0x88, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 1, 3}, "keyfile.not-pkcs12"},
	} {
		_, err := LoadPKCS12(tc.pfx, secret)
		var c interface{ Code() string }
		if !errors.As(err, &c) || c.Code() != tc.code {
			t.Errorf("%s: got %v, want %s", name, err, tc.code)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing.p12")
	_, err := OpenPKCS12(missing, secret)
	refused(t, err, CodeUnreadable)
	if !errors.Is(err, fs.ErrNotExist) || strings.Count(err.Error(), missing) != 1 {
		t.Error(err)
	}
	_, err = OpenPKCS12(dir, secret)
	refused(t, err, CodeUnreadable)
	write(t, dir, "empty", nil)
	_, err = OpenPKCS12(filepath.Join(dir, "empty"), secret)
	refused(t, err, CodeEmpty)
	write(t, dir, "key", keyPEM(ec()))
	_, err = OpenPEM(missing, "", "", "")
	refused(t, err, CodeUnreadable)
	_, err = OpenPEM(filepath.Join(dir, "key"), missing, "", "")
	refused(t, err, CodeUnreadable)
	_, err = OpenPEM(filepath.Join(dir, "key"), filepath.Join(dir, "empty"), "", "")
	refused(t, err, CodeEmpty)
	write(t, dir, "cert", certPEM(fixtures().leaves["p256"]))
	_, err = OpenPEM(filepath.Join(dir, "key"), filepath.Join(dir, "cert"), missing, "")
	refused(t, err, CodeUnreadable)
	_, err = OpenPEM(filepath.Join(dir, "key"), filepath.Join(dir, "cert"), filepath.Join(dir, "empty"), "")
	refused(t, err, CodeEmpty)
	write(t, dir, "large", make([]byte, limits.KeyFile+1))
	_, err = OpenPKCS12(filepath.Join(dir, "large"), "")
	refused(t, err, CodeTooLarge)
}

// TestHugeKeys: the time that a key costs is bounded before anything is computed with it.
func TestHugeKeys(t *testing.T) {
	pkcs8 := func(size int) []byte {
		return seq(integer(0), seq(oidDER(oidRSA), []byte{5, 0}), octets(hugeRSA(bytes.Repeat([]byte{0x55}, size))))
	}
	shrouded := func(size int) []byte {
		algorithm, data := encryptPBES2(secret, pkcs8(size))
		return pfx(dataInfo(seq(seq(oidDER(oidShroudedKeyBag), tlv(explicit0, seq(algorithm, octets(data)))), certBagDER(fixtures().ca.Raw))))
	}
	for name, tc := range map[string]struct {
		load func() (signer.Signer, error)
		code finding.Code
	}{
		"PEM": {func() (signer.Signer, error) {
			return LoadPEM(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8(100_000)}), nil, "")
		}, signer.CodeUnsupportedAlgorithm},
		"open PKCS#12": {func() (signer.Signer, error) {
			return LoadPKCS12(pfx(dataInfo(seq(seq(oidDER(oidKeyBag), tlv(explicit0, pkcs8(100_000)))))), secret)
		}, signer.CodeUnsupportedAlgorithm},
		"encrypted PKCS#12": {func() (signer.Signer, error) { return LoadPKCS12(shrouded(100_000), secret) }, CodeCost},
		// All its eight numbers fill what is allowed: the library has to parse that.
		"large PKCS#12": {func() (signer.Signer, error) { return LoadPKCS12(shrouded(limits.PKCS12Key/7-20), secret) }, CodeMalformed},
	} {
		start := time.Now()
		_, err := tc.load()
		var c interface{ Code() string }
		if !errors.As(err, &c) || c.Code() != string(tc.code) {
			t.Errorf("%s: got %v, want %s", name, err, tc.code)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
}

func TestTexts(t *testing.T) {
	for _, code := range []string{
		string(CodeUnreadable), string(CodeTooLarge), string(CodeEmpty), string(CodeTruncated), string(CodeNotPKCS12), string(CodeIsPKCS12), string(CodeMalformed),
		string(CodeNoKey), string(CodeSeveralKeys), string(CodeNoCertificate), string(CodeManyCertificates), string(CodeCertificate), string(CodePassword),
		string(CodePasswordRequired), string(CodePasswordForm), string(CodeEncryption), string(CodeOldEncryption), string(CodeCost), string(CodeIntegrity),
		string(CodePKCS12Encryption), string(CodePKCS12Form),
	} {
		if !i18n.Has(code) {
			t.Errorf("%s has no text", code)
		}
	}
}

// TestCurvesDiffer: a key on one curve and a certificate for another are not taken for a pair.
func TestCurvesDiffer(t *testing.T) {
	other := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	_, err := LoadPEM(keyPEM(other), certPEM(fixtures().leaves["p256"], fixtures().leaves["p384"]), "")
	refused(t, err, signer.CodeKeyMismatch)
}

// TestOddCertificates: certificates of old that crypto/x509 refuses, beside a key and in its chain. openssl verifies what is signed with them.
func TestOddCertificates(t *testing.T) {
	openssl, dir, f := testtool.Need(t, "openssl"), files(t), fixtures()
	odd := func(name string, issuer crypto.Signer, change func(tbs [][]byte)) []byte {
		raw := must(testpki.Resign(f.leaves[name].Raw, issuer, change))
		if _, err := x509.ParseCertificate(raw); err == nil {
			t.Fatal("crypto/x509 takes it: this is no case")
		}
		return raw
	}
	text := func(content string) []byte { // a common name in the letters of old, which are not those of its string type
		return der.Encode(der.Sequence, der.Encode(der.Set, der.Encode(der.Sequence, der.AppendOID(nil, asn1.ObjectIdentifier{2, 5, 4, 3}), der.Encode(der.PrintableString, []byte(content)))))
	}
	for name, raw := range map[string][]byte{
		"negative serial": odd("rsa", f.caKey, func(tbs [][]byte) { tbs[1] = der.AppendInt(nil, -7) }),
		"name":            odd("rsa", f.caKey, func(tbs [][]byte) { tbs[5] = text("C\xa4NG TY @") }),
	} {
		block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})
		for _, form := range [][]byte{raw, block} {
			s, err := LoadPEM(keyPEM(f.keys["rsa"]), form, "", certPEM(f.root, f.ca))
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			chain, err := s.Certificates(t.Context())
			ok(t, err)
			if len(chain) != 3 || !bytes.Equal(chain[0].Raw, raw) {
				t.Errorf("%s: a chain of %d", name, len(chain))
			}
			message := []byte("odd")
			digest := sha256.Sum256(message)
			sig, err := signer.Verifying(s).Sign(t.Context(), digest[:], plainOptions())
			ok(t, err)
			write(t, dir, "message", message)
			write(t, dir, "sig", sig)
			write(t, dir, "odd.pem", block)
			key, _ := testtool.Run(t, openssl, "x509", "-in", filepath.Join(dir, "odd.pem"), "-noout", "-pubkey")
			write(t, dir, "pub.pem", []byte(key))
			testtool.Run(t, openssl, "dgst", "-sha256", "-verify", filepath.Join(dir, "pub.pem"), "-signature", filepath.Join(dir, "sig"), filepath.Join(dir, "message"))
		}
	}
}
