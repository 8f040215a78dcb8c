package signertest_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/signer/signertest"
)

// In the tests of a Signer of one's own: func TestConformance(t *testing.T).
func ExampleTest() {
	_ = func(t *testing.T) {
		signertest.Test(t, newDemoSigner, signertest.Capabilities{
			Algorithms: []crypto.SignerOpts{crypto.SHA256, crypto.SHA384},
			Concurrent: true,
			Secrets:    []string{"the PIN it was opened with"},
		})
	}
}

func newDemoSigner(t testing.TB) signer.Signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Demo signer"},
		NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	s, err := signer.FromCrypto(key, cert)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestExample keeps the example true.
func TestExample(t *testing.T) {
	signertest.Test(t, newDemoSigner, signertest.Capabilities{Algorithms: []crypto.SignerOpts{crypto.SHA256, crypto.SHA384}, Concurrent: true})
}
