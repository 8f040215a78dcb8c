package csctest

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

// Object is one thing that the user authenticates by (version 2).
type Object struct {
	ID     string
	Type   string // "Password", "PasswordOOB", "ChallengeResponse", "ChallengeResponseOOB"
	Format string
	Label  string
	Value  string // what the user has to say; "" for what happens elsewhere, and for codes that the server makes up
	Shown  string // the challenge; "": it is sent by another channel
}

// Credential is a key with its certificate.
type Credential struct {
	ID          string
	Description string
	Qualifier   string // signatureQualifier (version 2)
	Key         crypto.Signer
	Chain       []*x509.Certificate // leaf first

	Mode       string   // "implicit", "explicit", "oauth2code"; "": explicit
	SCAL       int      // 1 or 2; 0: 2
	Multisign  int      // 0: 10
	KeyStatus  string   // "": enabled
	CertStatus string   // "": valid
	Algos      []string // object identifiers; nil: those of the key

	PIN       string // wanted, unless empty
	OTP       string // of a device of the user's, unless empty
	OTPOnline bool   // a code that the server makes up and sends

	// Objects and Expression are for version 2 only, where PIN and OTP cannot say it.
	Objects    []Object
	Expression string
}

// complete is the credential with what it leaves out.
func (c Credential) complete() Credential {
	if c.Mode == "" {
		c.Mode = "explicit"
	}
	if c.SCAL == 0 {
		c.SCAL = 2
	}
	if c.Multisign == 0 {
		c.Multisign = 10
	}
	if c.KeyStatus == "" {
		c.KeyStatus = "enabled"
	}
	if c.CertStatus == "" {
		c.CertStatus = "valid"
	}
	if c.Algos == nil {
		c.Algos = []string{"1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4"}
		if _, ok := c.Key.Public().(*rsa.PublicKey); ok {
			c.Algos = []string{"1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13", "1.2.840.113549.1.1.10"}
		}
	}
	return c
}

// credential is a key as the server keeps it.
type credential struct {
	Credential
	wrong map[string]int    // wrong secrets in a row, by object
	sent  map[string]string // codes on their way, by object
}

// locked is the object of which too many wrong secrets came, "" when there is none.
func (c *credential) locked(after int) string {
	for _, o := range c.objects() {
		if c.wrong[o.ID] >= after {
			return o.ID
		}
	}
	return ""
}

// objects are the things to authenticate by, as version 2 has them.
func (c *credential) objects() []Object {
	if c.Objects != nil {
		return c.Objects
	}
	var out []Object
	if c.PIN != "" {
		out = append(out, Object{ID: "PIN", Type: "Password", Format: "N", Label: "PIN", Value: c.PIN})
	}
	switch {
	case c.OTPOnline:
		out = append(out, Object{ID: "OTP", Type: "ChallengeResponse", Format: "N", Label: "SMS"})
	case c.OTP != "":
		out = append(out, Object{ID: "OTP", Type: "Password", Format: "N", Label: "OTP", Value: c.OTP})
	}
	return out
}

// answer is what the user says for an object.
func (c *credential) answer(id string) string {
	if v := c.sent[id]; v != "" {
		return v
	}
	for _, o := range c.objects() {
		if o.ID == id {
			return o.Value
		}
	}
	return ""
}

// keys are made once a process: making an RSA key takes longer than most tests.
var keys = sync.OnceValues(func() (struct {
	root, issuer, ec *ecdsa.PrivateKey
	rsa              *rsa.PrivateKey
}, error) {
	var k struct {
		root, issuer, ec *ecdsa.PrivateKey
		rsa              *rsa.PrivateKey
	}
	var err error
	for _, p := range []**ecdsa.PrivateKey{&k.root, &k.issuer, &k.ec} {
		if *p, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			return k, err
		}
	}
	k.rsa, err = rsa.GenerateKey(rand.Reader, 2048)
	return k, err
})

// Credentials are what a server has unless told otherwise: DefaultCredential and DefaultEC, two keys of a person under a small PKI of a root
// and an issuing authority, valid from an hour before now. The private keys are made once a process.
func Credentials(now time.Time) ([]Credential, error) {
	k, err := keys()
	if err != nil {
		return nil, err
	}
	issue := func(serial int64, name string, pub crypto.PublicKey, parent *x509.Certificate, by crypto.Signer) (*x509.Certificate, error) {
		t := &x509.Certificate{
			SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name, Country: []string{"VN"}}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
			BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
		}
		if serial < 3 {
			t.IsCA, t.KeyUsage, t.NotAfter = true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign, now.AddDate(5, 0, 0)
		}
		if parent == nil {
			parent = t
		}
		der, err := x509.CreateCertificate(rand.Reader, t, parent, pub, by)
		if err != nil {
			return nil, err
		}
		return x509.ParseCertificate(der)
	}
	root, err := issue(1, "CSC test root", k.root.Public(), nil, k.root)
	if err != nil {
		return nil, err
	}
	issuer, err := issue(2, "CSC test CA", k.issuer.Public(), root, k.root)
	if err != nil {
		return nil, err
	}
	var out []Credential
	for i, key := range []crypto.Signer{k.rsa, k.ec} {
		leaf, err := issue(int64(3+i), "Nguyễn Văn A", key.Public(), issuer, k.issuer)
		if err != nil {
			return nil, err
		}
		id := []string{DefaultCredential, DefaultEC}[i]
		out = append(out, Credential{ID: id, Key: key, Chain: []*x509.Certificate{leaf, issuer, root}, PIN: DefaultPIN})
	}
	return out, nil
}
