package signer_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
)

var (
	rsaKey = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	p256   = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })
	p384   = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)) })
	p521   = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P521(), rand.Reader)) })
	edKey  = sync.OnceValue(func() ed25519.PrivateKey { _, k, err := ed25519.GenerateKey(rand.Reader); return must(k, err) })
)

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

// certify makes a certificate; change may be nil, issuer nil for self-signed.
func certify(name string, pub crypto.PublicKey, issuer *x509.Certificate, key crypto.Signer, change func(*x509.Certificate)) *x509.Certificate {
	c := &x509.Certificate{
		SerialNumber: big.NewInt(0x54015401), Subject: pkix.Name{CommonName: name, Country: []string{"VN"}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if change != nil {
		change(c)
	}
	if issuer == nil {
		issuer = c
	}
	return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, c, issuer, pub, key))))
}

func selfSigned(key crypto.Signer) *x509.Certificate {
	return certify("self", key.Public(), nil, key, nil)
}

// wantCode fails the test unless err carries the code.
func wantCode(t testing.TB, err error, code finding.Code) {
	t.Helper()
	var c interface{ Code() string }
	if !errors.As(err, &c) || c.Code() != string(code) {
		t.Fatalf("got %v, want %s", err, code)
	}
}

func hexBytes(s string) ([]byte, error) { return hex.DecodeString(s) }
