package pki_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/pki"
)

var (
	from  = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	until = time.Date(2035, 1, 1, 0, 0, 0, 0, time.UTC)
	now   = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
)

// node is a holder of a key for paths made in tests.
type node struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	pki  *pki.Certificate
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return k
}

// issue makes a certificate: an authority where edit says nothing else. by nil: self-signed.
func issue(t testing.TB, name string, by *node, edit func(*x509.Certificate)) *node {
	t.Helper()
	return issueFor(t, newKey(t), name, by, edit)
}

func issueFor(t testing.TB, key *ecdsa.PrivateKey, name string, by *node, edit func(*x509.Certificate)) *node {
	t.Helper()
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	require.NoError(t, err)
	c := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name, Organization: []string{"Kyso"}}, NotBefore: from, NotAfter: until, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
	if edit != nil {
		edit(c)
	}
	if by == nil {
		by = &node{key: key, cert: c}
	}
	raw, err := x509.CreateCertificate(rand.Reader, c, by.cert, key.Public(), by.key)
	require.NoError(t, err)
	n := &node{key: key}
	n.cert, err = x509.ParseCertificate(raw)
	require.NoError(t, err)
	n.pki, err = pki.Parse(raw)
	require.NoError(t, err)
	return n
}

func leaf(edit func(*x509.Certificate)) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = false, false, x509.KeyUsageDigitalSignature
		if edit != nil {
			edit(c)
		}
	}
}

func find(target *node, anchor *node, others ...*node) (*pki.Result, error) {
	var list []*pki.Certificate
	for _, o := range others {
		list = append(list, o.pki)
	}
	return pki.Find(target.pki, []*pki.Certificate{anchor.pki}, list, &pki.Options{At: now})
}

func requireCode(t testing.TB, want finding.Code, err error) {
	t.Helper()
	var e *pki.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, string(want), e.Code(), "%v", err)
}

// raw is a certificate of parts that crypto/x509 would not write. Empty parts take what is ordinary.
type raw struct {
	version, serial, algorithm, issuer, validity, subject, spki []byte
	extensions                                                  [][]byte
	outer                                                       []byte // signatureAlgorithm, where it differs
}

var ecdsaSHA256 = der.Encode(der.Sequence, der.AppendOID(nil, []int{1, 2, 840, 10045, 4, 3, 2}))

func or(a, b []byte) []byte {
	if a != nil {
		return a
	}
	return b
}

func (r raw) build(t testing.TB, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)
	algorithm := or(r.algorithm, ecdsaSHA256)
	validity := der.Encode(der.Sequence, der.AppendTime(nil, from), der.AppendTime(nil, until))
	parts := [][]byte{or(r.version, der.Encode(der.Context(0), der.AppendInt(nil, 2))), or(r.serial, der.AppendInt(nil, 7)), algorithm, or(r.issuer, name("Root")), or(r.validity, validity),
		or(r.subject, name("Root")), or(r.spki, spki)}
	if r.extensions != nil {
		parts = append(parts, der.Encode(der.Context(3), der.Encode(der.Sequence, r.extensions...)))
	}
	tbs := der.Encode(der.Sequence, parts...)
	digest := sha256.Sum256(tbs)
	sig, err := key.Sign(rand.Reader, digest[:], crypto.SHA256)
	require.NoError(t, err)
	return der.Encode(der.Sequence, tbs, or(r.outer, algorithm), der.Encode(der.BitString, []byte{0}, sig))
}

func name(cn string) []byte {
	return der.Encode(der.Sequence, der.Encode(der.Set, der.Encode(der.Sequence, der.AppendOID(nil, []int{2, 5, 4, 3}), der.Encode(der.UTF8String, []byte(cn)))))
}

func extension(id []int, critical bool, value []byte) []byte {
	var flag []byte
	if critical {
		flag = []byte{1, 1, 0xff}
	}
	return der.Encode(der.Sequence, der.AppendOID(nil, id), flag, der.Encode(der.OctetString, value))
}

func numbered(i int) string { return fmt.Sprintf("CA %d", i) }
