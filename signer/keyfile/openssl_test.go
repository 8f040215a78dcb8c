package keyfile

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/signer"
)

var keyNames = []string{"rsa", "p256", "p384", "p521", "ed"}

// TestOpenSSLPKCS12 reads what openssl exports: every kind of key, every cipher and checksum that its command offers.
func TestOpenSSLPKCS12(t *testing.T) {
	openssl, dir, f := testtool.Need(t, "openssl"), files(t), fixtures()
	out := filepath.Join(dir, "out.p12")
	export := func(key string, args ...string) []byte {
		t.Helper()
		testtool.Run(t, openssl, append([]string{
			"pkcs12", "-export", "-inkey", filepath.Join(dir, key+".pem"), "-in", filepath.Join(dir, key+"-cert.pem"),
			"-certfile", filepath.Join(dir, "chain.pem"), "-passout", "file:" + filepath.Join(dir, "pass"), "-out", out,
		}, args...)...)
		return read(t, dir, "out.p12")
	}
	count := 0
	check := func(key string, args ...string) {
		t.Helper()
		count++
		pfx := export(key, args...)
		s, err := LoadPKCS12(pfx, secret)
		if err != nil {
			t.Errorf("%s %v: %v", key, args, err)
			return
		}
		signs(t, s, key, f.ca, f.root)
		for _, wrong := range []string{"wrong", secret + "x", "mat khau"} {
			_, err = LoadPKCS12(pfx, wrong)
			if !errors.Is(err, ErrPassword) {
				t.Errorf("%s %v, wrong password: %v", key, args, err)
			}
			refused(t, err, CodePassword)
		}
		_, err = LoadPKCS12(pfx, "")
		if !errors.Is(err, ErrPassword) {
			t.Errorf("%s %v, no password: %v", key, args, err)
		}
		refused(t, err, CodePasswordRequired)
	}
	for _, key := range keyNames {
		check(key)
		check(key, "-legacy")
	}
	check("rsa", "-legacy", "-descert")
	for _, pbe := range []string{
		"AES-128-CBC", "AES-192-CBC", "AES-256-CBC", "PBE-SHA1-3DES", "PBE-SHA1-RC2-40", "PBE-SHA1-RC2-128",
	} {
		check("p256", "-legacy", "-provider", "default", "-keypbe", pbe, "-certpbe", pbe)
	}
	for _, mac := range []string{"sha1", "sha256", "sha512"} {
		check("p256", "-macalg", mac)
	}
	check("p256", "-iter", "1")
	check("p256", "-iter", "100000")
	check("p256", "-noiter", "-nomaciter")
	check("p256", "-nomac")
	check("p256", "-legacy", "-nomac")
	check("p256", "-certpbe", "NONE")
	check("p256", "-keypbe", "NONE")
	check("p256", "-name", "Chữ ký số", "-caname", "CA")
	check("rsa", "-descert", "-macalg", "sha1", "-keysig", "-CSP", "Microsoft Enhanced Cryptographic Provider v1.0") // as Windows has it
	t.Logf("%d files", count)

	// Nothing encrypted and no checksum: no password is needed, and any will do.
	for _, password := range []string{"", "x"} {
		s, err := LoadPKCS12(export("p256", "-nomac", "-keypbe", "NONE", "-certpbe", "NONE"), password)
		ok(t, err)
		signs(t, s, "p256", f.ca, f.root)
	}
	// An empty password, in both ways to write one.
	for _, args := range [][]string{{}, {"-legacy"}, {"-nomac"}, {"-legacy", "-nomac"}} {
		s, err := LoadPKCS12(export("p256", append(args, "-passout", "pass:")...), "")
		if err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		signs(t, s, "p256", f.ca, f.root)
	}
	// Without the chain, without any certificate, without a key.
	testtool.Run(t, openssl, "pkcs12", "-export", "-inkey", filepath.Join(dir, "rsa.pem"), "-in", filepath.Join(dir, "rsa-cert.pem"),
		"-passout", "file:"+filepath.Join(dir, "pass"), "-out", out)
	s, err := OpenPKCS12(out, secret)
	ok(t, err)
	signs(t, s, "rsa")
	testtool.Run(t, openssl, "pkcs12", "-export", "-inkey", filepath.Join(dir, "rsa.pem"), "-nocerts", "-passout", "pass:x", "-out", out)
	_, err = OpenPKCS12(out, "x")
	refused(t, err, CodeNoCertificate)
	testtool.Run(t, openssl, "pkcs12", "-export", "-nokeys", "-in", filepath.Join(dir, "rsa-cert.pem"), "-passout", "pass:x", "-out", out)
	_, err = OpenPKCS12(out, "x")
	refused(t, err, CodeNoKey)
}

// TestOpenSSLPKCS12Refused: what the library does not read is refused by its name, and the advice that the error gives works.
func TestOpenSSLPKCS12Refused(t *testing.T) {
	openssl, dir, f := testtool.Need(t, "openssl"), files(t), fixtures()
	path := func(name string) string { return filepath.Join(dir, name) }
	pass := "file:" + path("pass")
	for _, tc := range []struct{ args, name string }{
		{"-keypbe PBE-SHA1-RC4-128 -certpbe PBE-SHA1-RC4-128", "RC4, 128 bits"},
		{"-keypbe PBE-SHA1-RC4-40 -certpbe NONE", "RC4, 40 bits"},
		{"-keypbe PBE-SHA1-2DES", "two-key 3DES"},
		{"-certpbe PBE-SHA1-2DES", "two-key 3DES"},
		{"-keypbe PBE-MD5-DES", "MD5 and DES"},
		{"-certpbe PBE-SHA1-RC2-64", "SHA-1 and RC2"},
		{"-keypbe DES-EDE3-CBC", "3DES-CBC"},
		{"-certpbe DES-EDE3-CBC", "3DES-CBC"},
		{"-keypbe DES-CBC", "DES-CBC"},
		{"-macalg sha224", "HMAC with SHA-224"},
		{"-macalg sha384", "HMAC with SHA-384"},
		{"-macalg sha512-256", "HMAC with SHA-512/256"},
		{"-macalg sha3-256", "HMAC with SHA3-256"},
		{"-macalg md5", "HMAC with MD5"},
	} {
		testtool.Run(t, openssl, append([]string{
			"pkcs12", "-export", "-legacy", "-inkey", path("p256.pem"), "-in", path("p256-cert.pem"), "-certfile", path("chain.pem"), "-passout", pass, "-out", path("OLD.p12"),
		}, strings.Fields(tc.args)...)...)
		_, err := OpenPKCS12(path("OLD.p12"), secret)
		refused(t, err, CodePKCS12Encryption)
		if !strings.Contains(err.Error(), tc.name) {
			t.Errorf("%s: %s is not named: %v", tc.args, tc.name, err)
		}
		// The error's own words, with the password added, since there is nobody to ask.
		for _, command := range strings.Split(err.Error(), "openssl ")[1:] {
			command, _, _ = strings.Cut(command, ",")
			args := strings.NewReplacer("OLD.p12", path("OLD.p12"), "ALL.pem", path("ALL.pem"), "NEW.p12", path("NEW.p12")).Replace(command)
			testtool.Run(t, openssl, append(strings.Fields(args), "-passin", pass, "-passout", "pass:"+secret)...)
		}
		s, err := OpenPKCS12(path("NEW.p12"), secret)
		if err != nil {
			t.Errorf("%s: the converted file: %v", tc.args, err)
			continue
		}
		signs(t, s, "p256", f.ca, f.root)
	}
}

// TestOpenSSLPKCS12Keys: keys that do not sign here are refused as such, whatever the library makes of them.
func TestOpenSSLPKCS12Keys(t *testing.T) {
	openssl, dir := testtool.Need(t, "openssl"), t.TempDir()
	key, cert, out := filepath.Join(dir, "key"), filepath.Join(dir, "cert"), filepath.Join(dir, "out")
	for _, tc := range []struct{ name, args string }{
		{"Ed448", "-algorithm ED448"},
		{"curve", "-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1"},
		{"curve", "-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1"},
		{"P-224", "-algorithm EC -pkeyopt ec_paramgen_curve:P-224"},
		{"RSA-1024", "-algorithm RSA -pkeyopt rsa_keygen_bits:1024"},
		{"PSS in PKCS#12", "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048"},
	} {
		testtool.Run(t, openssl, append([]string{"genpkey", "-out", key}, strings.Fields(tc.args)...)...)
		testtool.Run(t, openssl, "req", "-new", "-x509", "-key", key, "-subj", "/CN=x", "-out", cert)
		for _, open := range []bool{false, true} {
			args := []string{"pkcs12", "-export", "-inkey", key, "-in", cert, "-passout", "pass:" + secret, "-out", out}
			if open {
				args = append(args, "-keypbe", "NONE")
			}
			testtool.Run(t, openssl, args...)
			_, err := OpenPKCS12(out, secret)
			refused(t, err, signer.CodeUnsupportedAlgorithm)
			if !errors.Is(err, signer.ErrUnsupportedAlgorithm) || !strings.Contains(err.Error(), tc.name) {
				t.Errorf("%s, open %v: not named: %v", tc.name, open, err)
			}
			_, err = OpenPKCS12(out, "wrong")
			if !errors.Is(err, ErrPassword) && !open {
				t.Errorf("%s, wrong password: %v", tc.name, err)
			}
		}
	}
}

// TestKeytool reads what Java writes, in its new and its old encryption.
func TestKeytool(t *testing.T) {
	keytool, dir := testtool.Need(t, "keytool"), t.TempDir()
	const password = "changeit-98"
	for name, args := range map[string][]string{
		"new":         nil,
		"old":         {"-J-Dkeystore.pkcs12.legacy"},
		"no checksum": {"-J-Dkeystore.pkcs12.macAlgorithm=NONE", "-J-Dkeystore.pkcs12.certProtectionAlgorithm=NONE"},
	} {
		store := filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".p12")
		run := func(more ...string) {
			testtool.Run(t, keytool, append(append([]string{"-keystore", store, "-storepass", password, "-storetype", "PKCS12"}, args...), more...)...)
		}
		run("-genkeypair", "-alias", "Chữ ký", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN="+name+", C=VN")
		s, err := OpenPKCS12(store, password)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		chain, err := s.Certificates(t.Context())
		ok(t, err)
		if chain[0].Subject.CommonName != name {
			t.Errorf("%s: got %s", name, chain[0].Subject)
		}
		_, err = signer.Verifying(s).Sign(t.Context(), make([]byte, 32), plainOptions())
		ok(t, err)
		_, err = OpenPKCS12(store, "wrong")
		refused(t, err, CodePassword)
		if name != "new" {
			continue
		}
		run("-genkeypair", "-alias", "another", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=another")
		_, err = OpenPKCS12(store, password)
		refused(t, err, CodeSeveralKeys)
	}
}

// TestKeytoolStores reads stores of several keys by their names, each with its own certificates; openssl verifies with what it finds there.
func TestKeytoolStores(t *testing.T) {
	keytool, openssl, dir := testtool.Need(t, "keytool"), testtool.Need(t, "openssl"), t.TempDir()
	const password = "changeit-98"
	path := func(name string) string { return filepath.Join(dir, name) }
	for name, args := range map[string][]string{"new": nil, "old": {"-J-Dkeystore.pkcs12.legacy"}} {
		store := path(name + ".p12")
		run := func(more ...string) {
			testtool.Run(t, keytool, append(append([]string{"-keystore", store, "-storepass", password, "-storetype", "PKCS12"}, args...), more...)...)
		}
		kinds := map[string][]string{"kế toán": {"RSA", "-keysize", "3072"}, "giám đốc": {"EC", "-groupname", "secp384r1"}, "2": {"RSA", "-keysize", "2048"}}
		for alias, kind := range kinds {
			run(append([]string{"-genkeypair", "-alias", alias, "-dname", "CN=" + alias + ", C=VN", "-keyalg"}, kind...)...)
		}
		run("-genseckey", "-alias", "secret", "-keyalg", "AES", "-keysize", "256") // is nothing to us
		testtool.Run(t, keytool, "-exportcert", "-keystore", store, "-storepass", password, "-alias", "2", "-file", path("two.der"))
		run("-importcert", "-noprompt", "-alias", "trusted", "-file", path("two.der"))

		_, err := OpenPKCS12(store, password)
		refused(t, err, CodeSeveralKeys)
		keys, err := OpenPKCS12Keys(store, password)
		ok(t, err)
		if len(keys) != len(kinds) {
			t.Fatalf("%s: %d keys", name, len(keys))
		}
		for _, k := range keys {
			chain, err := k.Signer.Certificates(t.Context())
			ok(t, err)
			if _, there := kinds[k.Name]; !there || chain[0].Subject.CommonName != k.Name {
				t.Errorf("%s: %q has the certificate of %q", name, k.Name, chain[0].Subject.CommonName)
			}
			digest := sha256.Sum256([]byte(k.Name))
			sig, err := k.Signer.Sign(t.Context(), digest[:], plainOptions())
			ok(t, err)
			write(t, dir, "message", []byte(k.Name))
			write(t, dir, "sig", sig)
			write(t, dir, "cert.pem", certPEM(chain[0]))
			pub, _ := testtool.Run(t, openssl, "x509", "-in", path("cert.pem"), "-noout", "-pubkey")
			write(t, dir, "pub.pem", []byte(pub))
			testtool.Run(t, openssl, "dgst", "-sha256", "-verify", path("pub.pem"), "-signature", path("sig"), path("message"))
		}
		_, err = OpenPKCS12Keys(store, "wrong")
		refused(t, err, CodePassword)
	}
}

// TestOpenSSLPKCS8 reads every cipher, pseudo-random function and old scheme of `openssl pkcs8`.
func TestOpenSSLPKCS8(t *testing.T) {
	openssl, dir, f := testtool.Need(t, "openssl"), files(t), fixtures()
	convert := func(key string, args ...string) []byte {
		t.Helper()
		testtool.Run(t, openssl, append([]string{
			"pkcs8", "-topk8", "-in", filepath.Join(dir, key+".pem"), "-passout", "file:" + filepath.Join(dir, "pass"), "-out", filepath.Join(dir, "out"),
		}, args...)...)
		return read(t, dir, "out")
	}
	count := 0
	check := func(key string, args ...string) {
		t.Helper()
		count++
		data := convert(key, args...)
		s, err := LoadPEM(data, certPEM(f.leaves[key]), secret, certPEM(f.root, f.ca))
		if err != nil {
			t.Errorf("%s %v: %v", key, args, err)
			return
		}
		signs(t, s, key, f.ca, f.root)
		_, err = LoadPEM(data, certPEM(f.leaves[key]), "wrong")
		refused(t, err, CodePassword)
		_, err = LoadPEM(data, certPEM(f.leaves[key]), "")
		refused(t, err, CodePasswordRequired)
		if !errors.Is(err, ErrPassword) {
			t.Errorf("a missing password is not ErrPassword: %v", err)
		}
	}
	for _, key := range keyNames {
		check(key)
		check(key, "-outform", "DER")
		s, err := LoadPEM(convert(key, "-nocrypt"), certPEM(f.leaves[key]), "")
		ok(t, err)
		signs(t, s, key)
	}
	for _, cipher := range []string{"aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "des3"} {
		for _, prf := range []string{"hmacWithSHA1", "hmacWithSHA224", "hmacWithSHA256", "hmacWithSHA384", "hmacWithSHA512", "hmacWithSHA512-224", "hmacWithSHA512-256"} {
			check("p256", "-v2", cipher, "-v2prf", prf)
		}
		check("p256", "-v2", cipher, "-scrypt")
	}
	check("p256", "-scrypt", "-scrypt_N", "1024", "-scrypt_r", "8", "-scrypt_p", "16")
	check("p256", "-iter", "1")
	check("p256", "-iter", "600000")
	t.Logf("%d files", count)

	for _, old := range []string{"PBE-MD5-DES", "PBE-SHA1-DES", "PBE-SHA1-RC2-64", "PBE-SHA1-3DES", "PBE-SHA1-RC2-40", "PBE-SHA1-RC4-128", "PBE-SHA1-2DES"} {
		_, err := LoadPEM(convert("p256", "-v1", old, "-provider", "legacy", "-provider", "default"), certPEM(f.leaves["p256"]), secret)
		refused(t, err, CodeOldEncryption)
		if !strings.Contains(err.Error(), "PBE") {
			t.Errorf("%s is not named: %v", old, err)
		}
	}
	_, err := LoadPEM(convert("p256", "-v2", "des", "-provider", "legacy", "-provider", "default"), certPEM(f.leaves["p256"]), secret)
	refused(t, err, CodeEncryption)
	if !strings.Contains(err.Error(), "DES-CBC") {
		t.Errorf("DES-CBC is not named: %v", err)
	}
	_, err = LoadPEM(convert("p256", "-iter", "6000000"), certPEM(f.leaves["p256"]), secret)
	refused(t, err, CodeCost)
}

// TestOpenSSLTraditional reads the formats from before PKCS#8.
func TestOpenSSLTraditional(t *testing.T) {
	openssl, dir, f := testtool.Need(t, "openssl"), files(t), fixtures()
	run := func(args ...string) []byte {
		t.Helper()
		testtool.Run(t, openssl, append(args, "-out", filepath.Join(dir, "out"))...)
		return read(t, dir, "out")
	}
	check := func(key string, data []byte, header string) {
		t.Helper()
		if header != "" && !strings.Contains(string(data), header) {
			t.Fatalf("openssl wrote something else than %s", header)
		}
		s, err := LoadPEM(data, certPEM(f.leaves[key]), "a password that is not needed")
		ok(t, err)
		signs(t, s, key)
	}
	check("rsa", run("rsa", "-traditional", "-in", filepath.Join(dir, "rsa.pem")), "BEGIN RSA PRIVATE KEY")
	check("rsa", run("rsa", "-traditional", "-outform", "DER", "-in", filepath.Join(dir, "rsa.pem")), "")
	for _, key := range []string{"p256", "p384", "p521"} {
		check(key, run("ec", "-in", filepath.Join(dir, key+".pem")), "BEGIN EC PRIVATE KEY")
		check(key, run("ec", "-outform", "DER", "-in", filepath.Join(dir, key+".pem")), "")
		check(key, run("ec", "-no_public", "-in", filepath.Join(dir, key+".pem")), "BEGIN EC PRIVATE KEY")
	}
	for key, args := range map[string][]string{"rsa": {"rsa", "-traditional"}, "p256": {"ec"}} {
		for _, cipher := range []string{"-aes256", "-des3", "-aes128"} {
			data := run(append(args, "-in", filepath.Join(dir, key+".pem"), cipher, "-passout", "file:"+filepath.Join(dir, "pass"))...)
			_, err := LoadPEM(data, certPEM(f.leaves[key]), secret)
			refused(t, err, CodeOldEncryption)
			if !strings.Contains(err.Error(), "MD5") || !strings.Contains(err.Error(), "openssl pkcs8 -topk8") {
				t.Errorf("%s: neither named nor helped: %v", cipher, err)
			}
		}
	}
	_, err := LoadPEM(run("ec", "-param_enc", "explicit", "-in", filepath.Join(dir, "p256.pem")), certPEM(f.leaves["p256"]), "")
	refused(t, err, signer.CodeUnsupportedAlgorithm)
	if !strings.Contains(err.Error(), "named curves") {
		t.Errorf("explicit parameters are not named: %v", err)
	}
}

// TestOpenSSLOtherKeys: keys that openssl makes and that do not sign here are refused by their names.
func TestOpenSSLOtherKeys(t *testing.T) {
	openssl, dir, f := testtool.Need(t, "openssl"), t.TempDir(), fixtures()
	out := filepath.Join(dir, "out")
	for _, tc := range []struct{ name, args string }{
		{"X25519", "-algorithm X25519"},
		{"Ed448", "-algorithm ED448"},
		{"secp256k1", "-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1"},
		{"brainpoolP256r1", "-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1"},
		{"P-224", "-algorithm EC -pkeyopt ec_paramgen_curve:P-224"},
		{"named curves", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit"},
		{"RSA-1024", "-algorithm RSA -pkeyopt rsa_keygen_bits:1024"},
		{"RSA-768", "-algorithm RSA -pkeyopt rsa_keygen_bits:768"},
	} {
		testtool.Run(t, openssl, append([]string{"genpkey", "-out", out}, strings.Fields(tc.args)...)...)
		_, err := LoadPEM(read(t, dir, "out"), certPEM(f.leaves["rsa"]), "")
		refused(t, err, signer.CodeUnsupportedAlgorithm)
		if !errors.Is(err, signer.ErrUnsupportedAlgorithm) || !strings.Contains(err.Error(), tc.name) {
			t.Errorf("%s is not named: %v", tc.name, err)
		}
	}
	// A key for RSA-PSS alone signs with PSS and with nothing else.
	testtool.Run(t, openssl, "genpkey", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048", "-out", out)
	testtool.Run(t, openssl, "req", "-new", "-x509", "-key", out, "-subj", "/CN=pss", "-out", out+"-cert")
	s, err := OpenPEM(out, out+"-cert", "", "")
	ok(t, err)
	_, err = s.Sign(t.Context(), make([]byte, 32), plainOptions())
	if !errors.Is(err, signer.ErrUnsupportedAlgorithm) {
		t.Errorf("PKCS#1 v1.5 with a key for PSS: %v", err)
	}
	_, err = signer.Verifying(s).Sign(t.Context(), make([]byte, 32), pssOptions())
	ok(t, err)
}

// TestOpenSSLFiles reads the key, certificate and chain from files as openssl leaves them, with text around the blocks.
func TestOpenSSLFiles(t *testing.T) {
	openssl, dir, f := testtool.Need(t, "openssl"), files(t), fixtures()
	path := func(name string) string { return filepath.Join(dir, name) }
	s, err := OpenPEM(path("p256.pem"), path("p256-cert.pem"), path("chain.pem"), "")
	ok(t, err)
	signs(t, s, "p256", f.ca, f.root)

	text, _ := testtool.Run(t, openssl, "x509", "-in", path("p256-cert.pem"), "-text")
	write(t, dir, "all.pem", append([]byte(text), append(certPEM(f.ca), keyPEM(f.keys["p256"])...)...))
	s, err = OpenPEM(path("all.pem"), "", "", "")
	ok(t, err)
	signs(t, s, "p256", f.ca)

	// Files of an editor of Windows, put one behind the other: marks of UTF-8 in between, and lines that end in CR LF.
	mark := func(data []byte) []byte {
		return append([]byte("\xEF\xBB\xBF"), bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))...)
	}
	write(t, dir, "marks.pem", append(append(mark(keyPEM(f.keys["p256"])), mark(certPEM(f.leaves["p256"]))...), mark(certPEM(f.ca))...))
	s, err = OpenPEM(path("marks.pem"), "", "", "")
	ok(t, err)
	signs(t, s, "p256", f.ca)

	testtool.Run(t, openssl, "x509", "-in", path("p256-cert.pem"), "-outform", "DER", "-out", path("cert.der"))
	s, err = OpenPEM(path("p256.pem"), path("cert.der"), "", "")
	ok(t, err)
	signs(t, s, "p256")

	testtool.Run(t, openssl, "x509", "-in", path("p256-cert.pem"), "-trustout", "-addtrust", "emailProtection", "-out", path("trusted.pem"))
	s, err = OpenPEM(path("p256.pem"), path("trusted.pem"), "", "")
	ok(t, err)
	signs(t, s, "p256")

	params, _ := testtool.Run(t, openssl, "ecparam", "-name", "prime256v1")
	write(t, dir, "params.pem", append([]byte(params), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: must(x509.MarshalECPrivateKey(ec()))})...))
	s, err = OpenPEM(path("params.pem"), path("p256-cert.pem"), "", "")
	ok(t, err)
	signs(t, s, "p256")
}
