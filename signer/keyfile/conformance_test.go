package keyfile

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"testing"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/signer/signertest"
)

// TestConformance runs the suite that every Signer has to pass on keys read from PEM and from PKCS#12.
func TestConformance(t *testing.T) {
	f := fixtures()
	for name, algorithms := range map[string][]crypto.SignerOpts{
		"rsa":  {crypto.SHA256, crypto.SHA384, crypto.SHA512, &rsa.PSSOptions{SaltLength: 32, Hash: crypto.SHA256}, &rsa.PSSOptions{SaltLength: 64, Hash: crypto.SHA512}},
		"p256": {crypto.SHA256, crypto.SHA3_256},
		"p384": {crypto.SHA384},
		"p521": {crypto.SHA512},
		"ed":   {crypto.Hash(0)},
	} {
		claims := signertest.Capabilities{Algorithms: algorithms, Concurrent: true, Secrets: []string{secret}}
		t.Run(name+"/PEM", func(t *testing.T) {
			signertest.Test(t, func(t testing.TB) signer.Signer {
				s, err := LoadPEM(keyPEM(f.keys[name]), certPEM(f.root, f.leaves[name], f.ca), "")
				ok(t, err)
				return s
			}, claims)
		})
		t.Run(name+"/PKCS12", func(t *testing.T) {
			pfx := must(pkcs12.Modern.Encode(f.keys[name], f.leaves[name], []*x509.Certificate{f.root, f.ca}, secret))
			signertest.Test(t, func(t testing.TB) signer.Signer {
				s, err := LoadPKCS12(pfx, secret)
				ok(t, err)
				return s
			}, claims)
		})
	}
}
