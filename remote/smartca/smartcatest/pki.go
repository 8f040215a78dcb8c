package smartcatest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"sync"
	"time"
)

// Authority issues certificates that look like those of SmartCA and say in every name that they are for tests.
type Authority struct {
	root, ca *x509.Certificate
	key      crypto.Signer // of ca
	now      time.Time
}

// Keys are made once for a process, since making one takes a while: two for authorities, two for subscribers.
var keys = [4]func() *rsa.PrivateKey{sync.OnceValue(newKey), sync.OnceValue(newKey), sync.OnceValue(newKey), sync.OnceValue(newKey)}

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // no random numbers: nothing can go on
	}
	return key
}

// otherKey is a key that no subscriber has.
func otherKey() *rsa.PrivateKey { return keys[1]() }

// NewAuthority makes a root and an authority below it, valid around now.
func NewAuthority(now time.Time) (*Authority, error) {
	a := &Authority{key: keys[1](), now: now}
	rootKey := keys[0]()
	name := func(cn string) pkix.Name {
		return pkix.Name{Country: []string{"VN"}, Organization: []string{"KYSO TEST - KHONG CO GIA TRI"}, CommonName: cn}
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: name("TEST Root for SmartCA"), NotBefore: now.AddDate(-5, 0, 0), NotAfter: now.AddDate(15, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	var err error
	if a.root, err = issue(root, root, rootKey.Public(), rootKey); err != nil {
		return nil, err
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: name("TEST SmartCA RS"), NotBefore: now.AddDate(-4, 0, 0), NotAfter: now.AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	a.ca, err = issue(ca, a.root, a.key.Public(), rootKey)
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

// Profile says what kind of certificate to issue. The zero value of each field is the ordinary one.
type Profile struct {
	Name      string      // of the subject
	UID       string      // such as "CCCD:079000000001" or "MST:0100000000"
	Type      ServiceType // "": Person
	Service   string      // the package; "": one that goes with Type
	NotBefore time.Time   // zero: a month ago
	NotAfter  time.Time   // zero: a year after NotBefore
	Status    string      // cert_status_code; "": VALID
	Key       *rsa.PrivateKey
}

// ServiceType is what a certificate is for.
type ServiceType string

// Service types.
const (
	Person ServiceType = "SMARTCA"
	Seal   ServiceType = "ESEAL"
)

// Certificate is a subscriber's certificate with its key.
type Certificate struct {
	Key     crypto.Signer       // RSA
	Chain   []*x509.Certificate // leaf first
	Type    ServiceType
	Service string
	Status  string // cert_status_code: VALID, REVOKED, SUSPENDED, EXPIRED
}

// Issue makes a certificate as the service's are: RSA-2048, a serial number of 16 octets beginning 54010101, a UID with the
// subscriber's number, one year, and the key usages that were seen.
func (a *Authority) Issue(p Profile) (Certificate, error) {
	if p.Type == "" {
		p.Type = Person
	}
	if p.Service == "" {
		p.Service = map[ServiceType]string{Person: "SMARTCA PERSONAL PRO", Seal: "SMARTCA ESEAL"}[p.Type]
	}
	if p.Status == "" {
		p.Status = "VALID"
	}
	if p.NotBefore.IsZero() {
		p.NotBefore = a.now.AddDate(0, -1, 0)
	}
	if p.NotAfter.IsZero() {
		p.NotAfter = p.NotBefore.AddDate(1, 0, 0)
	}
	if p.Key == nil {
		p.Key = keys[2]()
	}
	serial := make([]byte, 16)
	_, _ = rand.Read(serial)
	copy(serial, []byte{0x54, 0x01, 0x01, 0x01})
	leaf, err := issue(&x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial),
		Subject: pkix.Name{Country: []string{"VN"}, Province: []string{"TEST"}, Locality: []string{"TEST"}, CommonName: p.Name, ExtraNames: []pkix.AttributeTypeAndValue{
			{Type: asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}, Value: p.UID},
		}},
		NotBefore: p.NotBefore, NotAfter: p.NotAfter,
		KeyUsage:           x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment | x509.KeyUsageKeyEncipherment | x509.KeyUsageDataEncipherment,
		ExtKeyUsage:        []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection},
		UnknownExtKeyUsage: []asn1.ObjectIdentifier{{1, 3, 6, 1, 4, 1, 311, 10, 3, 12}},
	}, a.ca, p.Key.Public(), a.key)
	return Certificate{Key: p.Key, Chain: []*x509.Certificate{leaf, a.ca, a.root}, Type: p.Type, Service: p.Service, Status: p.Status}, err
}

// SecondKey is a second key for subscribers, for certificates that are not to share one.
func SecondKey() *rsa.PrivateKey { return keys[3]() }
