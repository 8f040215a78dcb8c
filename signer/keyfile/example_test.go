package keyfile_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/signer/keyfile"
)

func ExampleLoadPKCS12() {
	ctx := context.Background()
	file := demoFile("demo")

	_, err := keyfile.LoadPKCS12(file, "not the password")
	fmt.Println(errors.Is(err, keyfile.ErrPassword))

	s, err := keyfile.LoadPKCS12(file, "demo")
	if err != nil {
		fmt.Println(err)
		return
	}
	chain, err := s.Certificates(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chain[0].Subject.CommonName)

	digest := sha256.Sum256([]byte("a document"))
	_, err = signer.Verifying(s).Sign(ctx, digest[:], crypto.SHA256)
	fmt.Println(err)
	// Output:
	// true
	// Demo signer
	// <nil>
}

// demoFile makes a PKCS#12 file with a new key and a certificate of its own.
func demoFile(password string) []byte {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Demo signer"},
		NotBefore: time.Now(), NotAfter: time.Now().AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	file, err := pkcs12.Modern.Encode(key, cert, nil, password)
	if err != nil {
		panic(err)
	}
	return file
}
