package keyfile

import (
	"crypto/x509"
	"errors"
	"testing"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/signer"
)

// typed fails the test for an error of a type that this package does not promise.
func typed(t *testing.T, s signer.Signer, err error) {
	t.Helper()
	if err == nil {
		if s == nil {
			t.Error("neither a signer nor an error")
		}
		return
	}
	var own *Error
	var shared *signer.Error
	if !errors.As(err, &own) && !errors.As(err, &shared) {
		t.Errorf("untyped: %v", err)
	}
	var wrong *der.Error
	if errors.As(err, &wrong) && own == nil {
		t.Errorf("bare: %v", err)
	}
}

// FuzzPEM feeds the reader of keys and certificates, encrypted ones among them.
func FuzzPEM(f *testing.F) {
	tree := fixtures()
	cert := certPEM(tree.leaves["p256"])
	f.Add(keyPEM(tree.keys["p256"]), cert)
	f.Add(keyPEM(tree.keys["ed"]), tree.leaves["ed"].Raw)
	f.Add(must(x509.MarshalECPrivateKey(ec())), cert)
	f.Add(append(keyPEM(tree.keys["rsa"]), certPEM(tree.leaves["rsa"], tree.ca)...), []byte(nil))
	f.Add([]byte("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n"), cert)
	for _, a := range []func() []byte{cheapPBKDF2, cheapScrypt} {
		f.Add(seq(a(), octets(make([]byte, 64))), cert)
	}
	f.Fuzz(func(t *testing.T, key, cert []byte) {
		if dear(key) {
			t.Skip()
		}
		s, err := LoadPEM(key, cert, "x")
		typed(t, s, err)
	})
}

// FuzzPBES2 feeds the parameters and the data of the encryption.
func FuzzPBES2(f *testing.F) {
	f.Add(cheapPBKDF2(), make([]byte, 32))
	f.Add(cheapScrypt(), make([]byte, 32))
	f.Fuzz(func(t *testing.T, algorithm, data []byte) {
		a, data, ok := splitEncrypted(seq(algorithm, octets(data)))
		if !ok {
			return
		}
		plain, err := pbes2(a.params, data, []byte("x"), &budget{2000, 1 << 14})
		var own *Error
		if err != nil && !errors.As(err, &own) {
			t.Errorf("untyped: %v", err)
		}
		if len(plain) > len(data) {
			t.Error("more came out than went in")
		}
	})
}

// FuzzPKCS12 feeds whole files. Their checksum is left out, so that changes reach what lies behind it.
func FuzzPKCS12(f *testing.F) {
	tree := fixtures()
	f.Add(pfx(dataInfo(seq(keyBagDER("p256"), certBagDER(tree.leaves["p256"].Raw)))))
	f.Add(seq(integer(3), dataInfo(seq(dataInfo(seq(keyBagDER("p256", attribute(octets([]byte("1")))), certBagDER(tree.leaves["p256"].Raw)))))))
	f.Add(indefinite(seq(integer(3), dataInfo(seq(dataInfo(seq(keyBagDER("ed"))))))))
	f.Add(must(pkcs12.Passwordless.Encode(tree.keys["p256"], tree.leaves["p256"], nil, "")))
	f.Add(must(pkcs12.LegacyRC2.WithIterations(1).Encode(tree.keys["p256"], tree.leaves["p256"], []*x509.Certificate{tree.ca}, "x")))
	f.Add(seq(integer(3), dataInfo(seq(encryptedWith("x", seq(certBagDER(tree.leaves["p256"].Raw))), dataInfo(seq(keyBagDER("p256")))))))
	f.Add(must(pkcs12.Modern2026.WithIterations(1).Encode(tree.keys["p256"], tree.leaves["p256"], nil, "x")))
	f.Fuzz(func(t *testing.T, file []byte) {
		if dear(file) {
			t.Skip()
		}
		s, err := LoadPKCS12(file, "x")
		typed(t, s, err)
	})
}

// FuzzPKCS12Parts feeds what an encrypted part and an encrypted key turn out to hold.
func FuzzPKCS12Parts(f *testing.F) {
	tree := fixtures()
	leaf := certBagDER(tree.leaves["p256"].Raw, attribute(octets([]byte("1"))))
	key := must(x509.MarshalPKCS8PrivateKey(tree.keys["p256"]))
	f.Add(seq(leaf), key)
	f.Add(seq(certBagDER(tree.ca.Raw), leaf), must(x509.MarshalPKCS8PrivateKey(tree.keys["rsa"])))
	f.Add(seq(keyBagDER("ed")), x25519())
	f.Add(indefinite(seq(leaf)), hugeRSA(make([]byte, 256)))
	f.Fuzz(func(t *testing.T, bags, key []byte) {
		if dear(bags) || dear(key) {
			t.Skip()
		}
		algorithm, data := encryptPBES2("x", key)
		shrouded := seq(oidDER(oidShroudedKeyBag), tlv(explicit0, seq(algorithm, octets(data))))
		s, err := LoadPKCS12(seq(integer(3), dataInfo(seq(encryptedWith("x", bags), dataInfo(seq(shrouded))))), "x")
		typed(t, s, err)
	})
}

func cheapPBKDF2() []byte {
	return seq(oidDER(oidPBES2), seq(seq(oidDER(oidPBKDF2), seq(octets([]byte("salt")), integer(2), integer(32), seq(oidDER(oidHMACSHA256), []byte{5, 0}))),
		seq(oidDER(schemes[0].oid), octets(make([]byte, 16)))))
}

func cheapScrypt() []byte {
	return seq(oidDER(oidPBES2), seq(seq(oidDER(oidScrypt), seq(octets([]byte("salt")), integer(2), integer(1), integer(1))),
		seq(oidDER(schemes[2].oid), octets(make([]byte, 16)))))
}

// dear tells inputs apart that are within the limits but take a fuzzer seconds: large ones.
func dear(data []byte) bool { return len(data) > 16<<10 }
