package alg

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/internal/testtool"
)

func TestHashTable(t *testing.T) {
	seen := map[string]string{}
	for _, h := range hashes {
		for _, key := range []string{h.Name, h.OID.String(), h.Crypto.String() + "/crypto"} {
			if other, dup := seen[key]; dup {
				t.Errorf("%s is in the rows of %s and %s", key, h.Name, other)
			}
			seen[key] = h.Name
		}
		if !h.Crypto.Available() {
			t.Errorf("%s is not linked in", h.Name)
		}
		if h.Signs && h.Weak {
			t.Errorf("%s is weak and signs", h.Name)
		}
		for _, name := range []string{h.Name, strings.ToLower(h.Name), strings.ToLower(strings.Replace(h.Name, "SHA-", "SHA", 1))} {
			if got, found := HashByName(name); !found || got.Crypto != h.Crypto {
				t.Errorf("HashByName(%q) = %v, %v", name, got.Name, found)
			}
		}
		if got, found := HashByXML(h.XML); h.XML != "" && (!found || got.Crypto != h.Crypto) {
			t.Errorf("HashByXML(%q) = %v", h.XML, got.Name)
		}
		if got, found := HashByOID(h.OID); !found || got.Crypto != h.Crypto {
			t.Errorf("HashByOID(%v) = %v", h.OID, got.Name)
		}
		absent := h.Identifier()
		withNull := encodeIdentifier(h.OID, null)
		for _, der := range [][]byte{absent, withNull} {
			got, err := ParseHash(der)
			if err != nil || got.Crypto != h.Crypto {
				t.Errorf("%s: ParseHash(%x) = %v, %v", h.Name, der, got.Name, err)
			}
		}
		_, err := ParseHash(encodeIdentifier(h.OID, []byte{0x30, 0}))
		wantCode(t, err, CodeParameters)
		_, err = ParseHash(append(absent, 0))
		wantCode(t, err, CodeMalformed)
		absent[0] ^= 0xFF // what a caller does to the octets it was given leaves the table alone
		if again := h.Identifier(); again[0] != 0x30 {
			t.Error("Identifier hands out the table's own octets")
		}
	}
	for _, bad := range []string{"", "sha", "sha-257", "256"} {
		if h, found := HashByName(bad); found {
			t.Errorf("HashByName(%q) = %s", bad, h.Name)
		}
	}
	if _, found := HashByXML(""); found {
		t.Error("an empty URI found a hash")
	}
	_, err := ParseHash(encodeIdentifier(asn1.ObjectIdentifier{1, 3, 36, 3, 2, 1}, nil))
	wantCode(t, err, CodeUnsupported)
	if !strings.Contains(err.Error(), "RIPEMD-160") {
		t.Errorf("the refusal does not name what it refuses: %v", err)
	}
}

// TestSignatureTable walks every row through its identifiers, and compares the octets with those that crypto/x509 writes.
func TestSignatureTable(t *testing.T) {
	all := make([]Signature, 0, len(rows)+len(xmlPSS))
	for _, r := range rows {
		all = append(all, Signature{Scheme: r.scheme, Hash: r.hash})
	}
	for _, x := range xmlPSS {
		all = append(all, Signature{Scheme: RSAPSS, Hash: x.hash, Salt: x.hash.Size()})
	}
	uris := map[string]bool{}
	for _, s := range all {
		id := s.Identifier()
		for _, d := range []crypto.Hash{0, s.Hash} {
			got, err := ParseSignature(id, d)
			if err != nil || got != s {
				t.Errorf("%v: ParseSignature(%x, %v) = %+v, %v", s, id, d, got, err)
			}
		}
		if uri := s.XML(); uri != "" {
			if uris[uri] {
				t.Errorf("%s stands twice", uri)
			}
			uris[uri] = true
			if got, found := SignatureByXML(uri); !found || got != s {
				t.Errorf("SignatureByXML(%s) = %v", uri, got)
			}
		}
		other := crypto.SHA256
		if s.Hash == other {
			other = crypto.SHA384
		}
		_, err := ParseSignature(id, other)
		wantCode(t, err, CodeHashMismatch)
	}
	if _, found := SignatureByXML(""); found {
		t.Error("an empty URI found a signature algorithm")
	}
	if (Signature{}).Identifier() != nil || (Signature{Scheme: ECDSA, Hash: crypto.MD5}).Identifier() != nil ||
		(Signature{Scheme: RSAPSS, Hash: crypto.SHA256, Salt: AnySalt}).Identifier() != nil {
		t.Error("something without an identifier has one")
	}
}

func TestIdentifiersAgreeWithX509(t *testing.T) {
	for want, tc := range map[x509.SignatureAlgorithm]struct {
		key crypto.Signer
		sig Signature
	}{
		x509.SHA256WithRSA:    {rsaKey(), Signature{Scheme: RSAPKCS1v15, Hash: crypto.SHA256}},
		x509.SHA384WithRSA:    {rsaKey(), Signature{Scheme: RSAPKCS1v15, Hash: crypto.SHA384}},
		x509.SHA512WithRSA:    {rsaKey(), Signature{Scheme: RSAPKCS1v15, Hash: crypto.SHA512}},
		x509.SHA256WithRSAPSS: {rsaKey(), Signature{Scheme: RSAPSS, Hash: crypto.SHA256, Salt: 32}},
		x509.SHA384WithRSAPSS: {rsaKey(), Signature{Scheme: RSAPSS, Hash: crypto.SHA384, Salt: 48}},
		x509.SHA512WithRSAPSS: {rsaKey(), Signature{Scheme: RSAPSS, Hash: crypto.SHA512, Salt: 64}},
		x509.ECDSAWithSHA256:  {p256(), Signature{Scheme: ECDSA, Hash: crypto.SHA256}},
		x509.ECDSAWithSHA384:  {p384(), Signature{Scheme: ECDSA, Hash: crypto.SHA384}},
		x509.ECDSAWithSHA512:  {p521(), Signature{Scheme: ECDSA, Hash: crypto.SHA512}},
		x509.PureEd25519:      {edKey(), Signature{Scheme: Ed25519, Hash: crypto.SHA512}},
	} {
		template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<31, 0), SignatureAlgorithm: want}
		der := must(x509.CreateCertificate(rand.Reader, template, template, tc.key.Public(), tc.key))
		var cert struct {
			TBS, Algorithm asn1.RawValue
			Signature      asn1.BitString
		}
		_, err := asn1.Unmarshal(der, &cert)
		ok(t, err)
		if got := tc.sig.Identifier(); !bytes.Equal(got, cert.Algorithm.FullBytes) {
			t.Errorf("%v: we write %x, crypto/x509 %x", want, got, cert.Algorithm.FullBytes)
		}
		got, err := ParseSignature(cert.Algorithm.FullBytes, 0)
		if err != nil || got != tc.sig {
			t.Errorf("%v: ParseSignature = %+v, %v", want, got, err)
		}
		input := cert.TBS.FullBytes
		if !got.SignsMessage() {
			input = digest(got.Hash, input)
		}
		parsed := must(x509.ParseCertificate(der))
		pub, err := PublicKey(parsed)
		ok(t, err)
		if err := got.Verify(pub, input, cert.Signature.Bytes); err != nil {
			t.Errorf("%v: %v", want, err)
		}
	}
}

func TestForKey(t *testing.T) {
	for _, tc := range []struct {
		pub  crypto.PublicKey
		hash crypto.Hash
		pss  bool
		want Signature
	}{
		{&rsaKey().PublicKey, 0, false, Signature{RSAPKCS1v15, crypto.SHA256, 0}},
		{&rsaKey().PublicKey, crypto.SHA512, true, Signature{RSAPSS, crypto.SHA512, 64}},
		{&rsaKey().PublicKey, crypto.SHA3_256, false, Signature{RSAPKCS1v15, crypto.SHA3_256, 0}},
		{&PSSKey{Key: &rsaKey().PublicKey}, 0, false, Signature{RSAPSS, crypto.SHA256, 32}},
		{&PSSKey{Key: &rsaKey().PublicKey, Hash: crypto.SHA384, Salt: 48}, 0, false, Signature{RSAPSS, crypto.SHA384, 48}},
		{&p256().PublicKey, 0, false, Signature{ECDSA, crypto.SHA256, 0}},
		{&p384().PublicKey, 0, false, Signature{ECDSA, crypto.SHA384, 0}},
		{&p521().PublicKey, 0, false, Signature{ECDSA, crypto.SHA512, 0}},
		{&p521().PublicKey, crypto.SHA256, false, Signature{ECDSA, crypto.SHA256, 0}},
		{edKey().Public(), 0, false, Signature{Ed25519, crypto.SHA512, 0}},
		{edKey().Public(), crypto.SHA512, false, Signature{Ed25519, crypto.SHA512, 0}},
	} {
		got, err := ForKey(tc.pub, tc.hash, tc.pss)
		if err != nil || got != tc.want {
			t.Errorf("ForKey(%s, %v, %v) = %+v, %v; want %+v", KeyName(tc.pub), tc.hash, tc.pss, got, err, tc.want)
		}
	}
	refuse := func(code string, pub crypto.PublicKey, hash crypto.Hash, pss bool) {
		t.Helper()
		_, err := ForKey(pub, hash, pss)
		if e, is := err.(*Error); !is || e.Code() != code {
			t.Errorf("ForKey(%s, %v, %v): got %v, want %s", KeyName(pub), hash, pss, err, code)
		}
	}
	for _, weak := range []crypto.Hash{crypto.SHA1, crypto.MD5, crypto.SHA224, crypto.SHA512_256} {
		refuse("alg.weak-hash", &rsaKey().PublicKey, weak, false)
	}
	refuse("alg.unsupported", &rsaKey().PublicKey, crypto.BLAKE2b_256, false)
	refuse("alg.hash-mismatch", edKey().Public(), crypto.SHA256, false)
	refuse("alg.key-mismatch", &p256().PublicKey, 0, true)
	refuse("alg.key-mismatch", edKey().Public(), 0, true)
	refuse("alg.key-mismatch", &PSSKey{Key: &rsaKey().PublicKey, Hash: crypto.SHA384, Salt: 48}, crypto.SHA256, false)
	refuse("alg.weak-key", &must(rsa.GenerateKey(rand.Reader, 1024)).PublicKey, 0, false)
	refuse("alg.unsupported", nil, 0, false)
	refuse("alg.unsupported", "a string", 0, false)
	refuse("alg.unusable-key", (*rsa.PublicKey)(nil), 0, false)
	refuse("alg.unusable-key", &rsa.PublicKey{}, 0, false)
	refuse("alg.unusable-key", (*ecdsa.PublicKey)(nil), 0, false)
	refuse("alg.unusable-key", &ecdsa.PublicKey{}, 0, false)
	refuse("alg.unusable-key", ed25519.PublicKey(nil), 0, false)
	refuse("alg.unsupported", (*PSSKey)(nil), 0, false)
	refuse("alg.unusable-key", &PSSKey{}, 0, false)
}

// TestSignAndVerify takes every pair that signs from the key to the verdict, and changes one thing at a time.
func TestSignAndVerify(t *testing.T) {
	message := []byte("Cộng hòa xã hội chủ nghĩa Việt Nam")
	keys := []crypto.Signer{rsaKey(), p256(), p384(), p521(), edKey()}
	for _, key := range keys {
		for _, h := range hashes {
			for _, pss := range []bool{false, true} {
				s, err := ForKey(key.Public(), h.Crypto, pss)
				if err != nil {
					continue
				}
				input := message
				if !s.SignsMessage() {
					input = digest(s.Hash, message)
				}
				sig, err := key.Sign(rand.Reader, input, s.SignerOpts())
				ok(t, err)
				if err := s.Verify(key.Public(), input, sig); err != nil {
					t.Errorf("%s, %v: %v", KeyName(key.Public()), s, err)
				}
				if len(sig) > MaxSignatureSize(key.Public()) {
					t.Errorf("%s: a signature of %d bytes, at most %d were expected", KeyName(key.Public()), len(sig), MaxSignatureSize(key.Public()))
				}
				wrong := bytes.Clone(input)
				wrong[0] ^= 1
				wantCode(t, s.Verify(key.Public(), wrong, sig), CodeSignatureWrong)
				if !s.SignsMessage() {
					wantCode(t, s.Verify(key.Public(), input[1:], sig), CodeDigestLength)
				}
				for _, other := range keys { // the type of the key fixes the algorithm
					if KeyName(other.Public())[:3] != KeyName(key.Public())[:3] {
						wantCode(t, s.Verify(other.Public(), input, sig), CodeKeyMismatch)
					}
				}
				if s.Verify(key.Public(), input, nil) == nil || s.Verify(key.Public(), input, sig[:len(sig)-1]) == nil || s.Verify(key.Public(), input, append(sig, 0)) == nil {
					t.Errorf("%v: a signature of another length verifies", s)
				}
			}
		}
	}
	wantCode(t, Signature{}.Verify(&rsaKey().PublicKey, nil, nil), CodeUnsupported)
	wantCode(t, Signature{Hash: crypto.SHA256}.Verify(&rsaKey().PublicKey, make([]byte, 32), make([]byte, 256)), CodeKeyMismatch)
}

// TestMaxSignatureSize holds the sizes against the longest encodings there are: r and s as large as the order allows.
func TestMaxSignatureSize(t *testing.T) {
	for _, key := range []*ecdsa.PrivateKey{p256(), p384(), p521()} {
		order := key.Params().N
		top := new(big.Int).Sub(order, big.NewInt(1))
		der := must(asn1.Marshal(struct{ R, S *big.Int }{top, top}))
		if got := MaxSignatureSize(&key.PublicKey); got != len(der) {
			t.Errorf("%s: %d, and the longest encoding has %d", key.Params().Name, got, len(der))
		}
	}
	if got := MaxSignatureSize(&rsaKey().PublicKey); got != 256 {
		t.Errorf("RSA-2048: %d", got)
	}
	for _, none := range []crypto.PublicKey{nil, "x", (*rsa.PublicKey)(nil), (*ecdsa.PublicKey)(nil), (*PSSKey)(nil), &PSSKey{}} {
		if got := MaxSignatureSize(none); got != 0 {
			t.Errorf("%T: %d", none, got)
		}
	}
}

func TestForOpts(t *testing.T) {
	got, err := ForOpts(&rsaKey().PublicKey, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto, Hash: crypto.SHA256})
	if err != nil || got != (Signature{RSAPSS, crypto.SHA256, AnySalt}) {
		t.Errorf("automatic salt: %+v, %v", got, err)
	}
	got, err = ForOpts(&rsaKey().PublicKey, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA384})
	if err != nil || got != (Signature{RSAPSS, crypto.SHA384, 48}) {
		t.Errorf("salt like the hash: %+v, %v", got, err)
	}
	for _, opts := range []crypto.SignerOpts{nil, (*rsa.PSSOptions)(nil), crypto.Hash(0), crypto.SHA1, &rsa.PSSOptions{SaltLength: -7, Hash: crypto.SHA256}} {
		if s, err := ForOpts(&rsaKey().PublicKey, opts); err == nil {
			t.Errorf("%v gave %v", opts, s)
		}
	}
	if s, err := ForOpts(&PSSKey{Key: &rsaKey().PublicKey}, crypto.SHA256); err == nil {
		t.Errorf("a key for PSS alone signs %v", s)
	}
	if s, err := ForOpts(edKey().Public(), &ed25519.Options{Context: "x"}); err == nil {
		t.Errorf("Ed25519ctx gave %v", s)
	}
}

// TestOpenSSLSignatures verifies what openssl signs, with every scheme and hash that it offers, and the salts 0, 20 and as long as
// the hash.
func TestOpenSSLSignatures(t *testing.T) {
	openssl := testtool.Need(t, "openssl")
	dir := t.TempDir()
	message := filepath.Join(dir, "message")
	ok(t, os.WriteFile(message, []byte("kyso"), 0o600))
	names := map[crypto.Hash]string{
		crypto.SHA1: "sha1", crypto.SHA224: "sha224", crypto.SHA256: "sha256", crypto.SHA384: "sha384", crypto.SHA512: "sha512",
		crypto.SHA512_256: "sha512-256", crypto.SHA3_256: "sha3-256", crypto.SHA3_384: "sha3-384", crypto.SHA3_512: "sha3-512", crypto.MD5: "md5",
	}
	count := 0
	for name, key := range map[string]crypto.Signer{"rsa": rsaKey(), "p256": p256(), "p384": p384(), "p521": p521()} {
		path := filepath.Join(dir, name+".pem")
		ok(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(key))}), 0o600))
		for h, hashName := range names {
			sigs := []Signature{{Scheme: ECDSA, Hash: h}}
			if name == "rsa" {
				sigs = []Signature{{RSAPKCS1v15, h, 0}, {RSAPSS, h, 0}, {RSAPSS, h, 20}, {RSAPSS, h, h.Size()}}
			}
			for _, s := range sigs {
				args := []string{"dgst", "-" + hashName, "-sign", path, "-out", filepath.Join(dir, "sig")}
				if s.Scheme == RSAPSS {
					args = append(args, "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:"+itoa(s.Salt))
				}
				testtool.Run(t, openssl, append(args, message)...)
				sig := must(os.ReadFile(filepath.Join(dir, "sig")))
				if err := s.Verify(key.Public(), digest(h, []byte("kyso")), sig); err != nil {
					t.Errorf("%s, %v, salt %d: %v", name, s, s.Salt, err)
				}
				count++
				if s.Scheme != RSAPSS {
					continue
				}
				for _, salt := range []int{0, 20, h.Size()} { // a salt of another length is another signature
					other := Signature{RSAPSS, h, salt}
					if err := other.Verify(key.Public(), digest(h, []byte("kyso")), sig); (err == nil) != (salt == s.Salt) {
						t.Errorf("%v: salt %d verified as %d: %v", s, s.Salt, salt, err)
					}
				}
				anySalt := Signature{RSAPSS, h, AnySalt}
				ok(t, anySalt.Verify(key.Public(), digest(h, []byte("kyso")), sig))
			}
		}
	}
	t.Logf("%d signatures by openssl", count)
}

func TestTexts(t *testing.T) {
	for _, code := range []string{
		string(CodeUnsupported), string(CodeMalformed), string(CodeParameters), string(CodeHashMismatch), string(CodeWeakHash), string(CodeKeyMismatch),
		string(CodeWeakKey), string(CodeFaultyKey), string(CodeUnusableKey), string(CodeKeyTooLarge), string(CodeCurve), string(CodeExplicitCurve),
		string(CodeDigestLength), string(CodeSignatureForm), string(CodeSignatureWrong),
	} {
		if !i18n.Has(code) {
			t.Errorf("%s has no text", code)
		}
	}
}
