package keyfile

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/signer"
)

// A small tree: root → ca → one leaf for each key. Keys are made once.
type tree struct {
	root, ca *x509.Certificate
	caKey    crypto.Signer
	leaves   map[string]*x509.Certificate
	keys     map[string]crypto.Signer
}

// A password as people have it; it is looked for in every error.
const secret = "Mật khẩu của tôi: 98#*"

var fixtures = sync.OnceValue(func() *tree {
	rootKey, caKey := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	must(0, err)
	f := &tree{caKey: caKey, leaves: map[string]*x509.Certificate{}, keys: map[string]crypto.Signer{
		"rsa":  must(rsa.GenerateKey(rand.Reader, 2048)),
		"p256": must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)),
		"p384": must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)),
		"p521": must(ecdsa.GenerateKey(elliptic.P521(), rand.Reader)),
		"ed":   ed,
	}}
	f.root = certify("root", rootKey.Public(), nil, rootKey, 1)
	f.ca = certify("ca", caKey.Public(), f.root, rootKey, 2)
	for name, k := range f.keys {
		f.leaves[name] = certify(name, k.Public(), f.ca, caKey, 3)
	}
	return f
})

func certify(name string, pub crypto.PublicKey, issuer *x509.Certificate, key crypto.Signer, serial int64) *x509.Certificate {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name, Country: []string{"VN"}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(int(serial), 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true, IsCA: serial < 3,
	}
	if template.IsCA {
		template.KeyUsage = x509.KeyUsageCertSign
	}
	if issuer == nil {
		issuer = template
	}
	return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, issuer, pub, key))))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func certPEM(certs ...*x509.Certificate) []byte {
	var b bytes.Buffer
	for _, c := range certs {
		must(0, pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
	}
	return b.Bytes()
}

func keyPEM(key crypto.Signer) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(key))})
}

// files writes the tree where openssl finds it.
func files(t testing.TB) (dir string) {
	t.Helper()
	dir = t.TempDir()
	f := fixtures()
	write(t, dir, "chain.pem", certPEM(f.root, f.ca)) // the wrong way round on purpose
	write(t, dir, "ca.pem", certPEM(f.ca))
	for name, k := range f.keys {
		write(t, dir, name+".pem", keyPEM(k))
		write(t, dir, name+"-cert.pem", certPEM(f.leaves[name]))
	}
	write(t, dir, "pass", []byte(secret+"\n"))
	return dir
}

func write(t testing.TB, dir, name string, data []byte) {
	t.Helper()
	ok(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
}

func read(t testing.TB, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	ok(t, err)
	return data
}

// signs checks that s has the certificates of name, leaf first, and signs with its key.
func signs(t testing.TB, s signer.Signer, name string, issuers ...*x509.Certificate) {
	t.Helper()
	chain, err := s.Certificates(context.Background())
	ok(t, err)
	want := append([]*x509.Certificate{fixtures().leaves[name]}, issuers...)
	if len(chain) != len(want) {
		t.Fatalf("%d certificates, want %d", len(chain), len(want))
	}
	for i := range want {
		if !chain[i].Equal(want[i]) {
			t.Fatalf("certificate %d is %s, want %s", i, chain[i].Subject, want[i].Subject)
		}
	}
	v := signer.Verifying(s)
	if name == "ed" {
		_, err = signer.SignMessage(context.Background(), v, []byte("m"), crypto.Hash(0))
	} else {
		_, err = v.Sign(context.Background(), make([]byte, 32), crypto.SHA256)
	}
	ok(t, err)
}

// refused fails the test unless err has the code, and holds no password.
func refused(t testing.TB, err error, code finding.Code) {
	t.Helper()
	var c interface{ Code() string }
	if !errors.As(err, &c) {
		t.Fatalf("got %v, want %s", err, code)
	}
	if c.Code() != string(code) {
		t.Fatalf("got %s (%v), want %s", c.Code(), err, code)
	}
	if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "khẩu") {
		t.Fatalf("the password is in the error: %v", err)
	}
}
