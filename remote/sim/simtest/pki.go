package simtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"sync"
	"time"
)

// Authority issues certificates that say in every name that they are for tests.
type Authority struct {
	root, ca *x509.Certificate
	key      crypto.Signer // of ca
	now      time.Time
}

// Keys are made once for a process, since making one takes a while.
var (
	rsaKeys = [3]func() *rsa.PrivateKey{sync.OnceValue(newRSA), sync.OnceValue(newRSA), sync.OnceValue(newRSA)}
	ecKeys  = [2]func() *ecdsa.PrivateKey{sync.OnceValue(newEC), sync.OnceValue(newEC)}
)

func newRSA() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // no random numbers: nothing can go on
	}
	return key
}

func newEC() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}

// RSAKey is a key for SIM cards: RSA of 2048 bits.
func RSAKey() crypto.Signer { return rsaKeys[2]() }

// ECKey is a key for SIM cards: P-256.
func ECKey() crypto.Signer { return ecKeys[0]() }

// NewAuthority makes a root and an authority below it, valid around now.
func NewAuthority(now time.Time) (*Authority, error) {
	a := &Authority{key: rsaKeys[1](), now: now}
	name := func(cn string) pkix.Name {
		return pkix.Name{Country: []string{"VN"}, Organization: []string{"KYSO TEST - KHONG CO GIA TRI"}, CommonName: cn}
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: name("TEST Root for SIM"), NotBefore: now.AddDate(-5, 0, 0), NotAfter: now.AddDate(15, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	var err error
	if a.root, err = issue(tmpl, tmpl, rsaKeys[0]().Public(), rsaKeys[0]()); err != nil {
		return nil, err
	}
	tmpl.SerialNumber, tmpl.Subject, tmpl.MaxPathLenZero = big.NewInt(2), name("TEST SIM CA"), true
	a.ca, err = issue(tmpl, a.root, a.key.Public(), rsaKeys[0]())
	return a, err
}

// AuthorityOf issues with the key of an authority that there is already, below a root.
func AuthorityOf(root, ca *x509.Certificate, key crypto.Signer, now time.Time) *Authority {
	return &Authority{root: root, ca: ca, key: key, now: now}
}

func issue(tmpl, parent *x509.Certificate, pub crypto.PublicKey, key crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, pub, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// Root is the certificate to trust.
func (a *Authority) Root() *x509.Certificate { return a.root }

// Issue makes a certificate of a year from notBefore; a zero notBefore is a month ago, a zero usage signing and non-repudiation.
func (a *Authority) Issue(name string, key crypto.Signer, notBefore time.Time, usage x509.KeyUsage) ([]*x509.Certificate, error) {
	if notBefore.IsZero() {
		notBefore = a.now.AddDate(0, -1, 0)
	}
	if usage == 0 {
		usage = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	}
	serial := make([]byte, 16)
	_, _ = rand.Read(serial)
	serial[0] = 0x51
	leaf, err := issue(&x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial), Subject: pkix.Name{Country: []string{"VN"}, CommonName: name},
		NotBefore: notBefore, NotAfter: notBefore.AddDate(1, 0, 0), KeyUsage: usage,
	}, a.ca, key.Public(), a.key)
	return []*x509.Certificate{leaf, a.ca, a.root}, err
}
