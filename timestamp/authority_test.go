package timestamp_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // subject key identifiers
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"math/big"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/timestamp"
)

// authority is a small time-stamp authority that can lie in every way that a test wants. Without lies it is an honest one.
type authority struct {
	t     testing.TB
	root  *x509.Certificate
	cert  *x509.Certificate
	key   crypto.Signer
	pss   bool
	weak  bool // SHA-1
	now   func() time.Time
	lie   lies
	mu    sync.Mutex
	asked []*timestamp.Request
}

// lies are the places where an answer can be bent. nil: honest.
type lies struct {
	info      func(*timestamp.Info)                         // what is stated, before it is signed
	infoDER   func([]byte) []byte                           // its encoding, before it is signed
	attrs     func([]cmsdata.Attribute) []cmsdata.Attribute // the signed attributes, before they are signed
	attrsDER  func([]byte) []byte                           // their encoding, before it is signed
	signature func([]byte) []byte                           // the value
	signer    func(*cmsdata.SignerInfo) *cmsdata.SignerInfo // the SignerInfo, after it was signed
	data      func(*cmsdata.SignedData)                     // the SignedData, after all else
	token     func([]byte) []byte                           // the whole token
}

var (
	testTime   = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	testPolicy = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}
	oidEKU     = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidStamp   = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}
)

// testKeys are made once: the keys are no part of what is tested, and RSA keys are slow to make.
var testKeys sync.Map

func testKey(t testing.TB, kind string) crypto.Signer {
	t.Helper()
	make, _ := testKeys.LoadOrStore(kind, sync.OnceValues(func() (crypto.Signer, error) {
		switch kind {
		case "p256", "root":
			return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		case "p384":
			return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
		case "p521":
			return ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
		case "ed25519":
			_, key, err := ed25519.GenerateKey(rand.Reader)
			return key, err
		}
		return rsa.GenerateKey(rand.Reader, 2048)
	}))
	key, err := make.(func() (crypto.Signer, error))()
	require.NoError(t, err)
	return key
}

// eku is an extended key usage extension.
func eku(t testing.TB, critical bool, purposes ...asn1.ObjectIdentifier) pkix.Extension {
	t.Helper()
	value, err := asn1.Marshal(purposes)
	require.NoError(t, err)
	return pkix.Extension{Id: oidEKU, Critical: critical, Value: value}
}

// newAuthority makes an honest authority with a P-256 key; change bends its certificate.
func newAuthority(t testing.TB, change ...func(*x509.Certificate)) *authority {
	return newAuthorityWith(t, "p256", change...)
}

func newAuthorityWith(t testing.TB, kind string, change ...func(*x509.Certificate)) *authority {
	t.Helper()
	rootKey := testKey(t, "root")
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Example Root", Country: []string{"VN"}},
		NotBefore: testTime.AddDate(-10, 0, 0), NotAfter: testTime.AddDate(20, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	raw, err := x509.CreateCertificate(rand.Reader, root, root, rootKey.Public(), rootKey)
	require.NoError(t, err)
	root, err = x509.ParseCertificate(raw)
	require.NoError(t, err)

	a := &authority{t: t, root: root, key: testKey(t, kind), now: func() time.Time { return testTime }}
	a.cert = a.issue(append([]func(*x509.Certificate){func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{eku(t, true, oidStamp)}
	}}, change...)...)
	return a
}

// issue makes a certificate for the authority's key.
func (a *authority) issue(change ...func(*x509.Certificate)) *x509.Certificate {
	a.t.Helper()
	spki, err := x509.MarshalPKIXPublicKey(a.key.Public())
	require.NoError(a.t, err)
	id := sha1.Sum(spki) //nolint:gosec // an identifier
	template := &x509.Certificate{
		SerialNumber: big.NewInt(4711), Subject: pkix.Name{CommonName: "Example TSA", Country: []string{"VN"}},
		NotBefore: testTime.AddDate(-1, 0, 0), NotAfter: testTime.AddDate(5, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, SubjectKeyId: id[:],
	}
	for _, f := range change {
		f(template)
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, a.root, a.key.Public(), testKey(a.t, "root"))
	require.NoError(a.t, err)
	cert, err := x509.ParseCertificate(raw)
	require.NoError(a.t, err)
	return cert
}

// info is the honest statement over a digest.
func (a *authority) info(digest []byte, hash crypto.Hash) timestamp.Info {
	return timestamp.Info{
		Policy: testPolicy, Hash: hash, Imprint: digest, Serial: big.NewInt(77), Time: a.now(), Accuracy: time.Second,
	}
}

// token signs a statement, with the lies told.
func (a *authority) token(info timestamp.Info, withCertificate bool) []byte {
	a.t.Helper()
	if a.lie.info != nil {
		a.lie.info(&info)
	}
	content, err := info.MarshalDER()
	require.NoError(a.t, err)
	if a.lie.infoDER != nil {
		content = a.lie.infoDER(content)
	}
	scheme, err := alg.ForKey(a.key.Public(), 0, a.pss)
	require.NoError(a.t, err)
	if a.weak {
		scheme.Hash = crypto.SHA1
	}
	digest := scheme.Hash
	attrs := []cmsdata.Attribute{
		cmsdata.ContentType(cmsdata.OIDTSTInfo),
		cmsdata.MessageDigest(sumOf(digest, content)),
		cmsdata.SigningCertificateV2(a.cert, crypto.SHA256),
	}
	if a.lie.attrs != nil {
		attrs = a.lie.attrs(attrs)
	}
	signed := cmsdata.EncodeSignedAttributes(attrs...)
	if a.lie.attrsDER != nil {
		signed = a.lie.attrsDER(signed)
	}
	input := signed
	if !scheme.SignsMessage() {
		input = sumOf(digest, signed)
	}
	value, err := a.key.Sign(rand.Reader, input, scheme.SignerOpts())
	require.NoError(a.t, err)
	if a.lie.signature != nil {
		value = a.lie.signature(value)
	}
	si := cmsdata.NewSignerInfo(a.cert, digest, scheme, signed, value)
	if a.lie.signer != nil {
		si = a.lie.signer(si)
	}
	var certs []*x509.Certificate
	if withCertificate {
		certs = []*x509.Certificate{a.cert}
	}
	sd := cmsdata.New(certs, si)
	sd.ContentType, sd.Attached, sd.Content = cmsdata.OIDTSTInfo, true, content
	if a.lie.data != nil {
		a.lie.data(sd)
	}
	token, err := sd.Marshal()
	require.NoError(a.t, err)
	if a.lie.token != nil {
		token = a.lie.token(token)
	}
	return token
}

// stamp is a token over a digest.
func (a *authority) stamp(digest []byte, hash crypto.Hash) []byte {
	a.t.Helper()
	return a.token(a.info(digest, hash), true)
}

// respond answers a request as RFC 3161 wants it.
func (a *authority) respond(raw []byte) []byte {
	r, err := timestamp.ParseRequest(raw)
	if err != nil {
		return timestamp.MarshalResponse(timestamp.Rejection, timestamp.BadDataFormat, nil)
	}
	if r.Hash == 0 {
		return timestamp.MarshalResponse(timestamp.Rejection, timestamp.BadAlg, nil)
	}
	a.mu.Lock()
	a.asked = append(a.asked, r)
	a.mu.Unlock()
	info := a.info(r.Imprint, r.Hash)
	info.Nonce = r.Nonce
	if r.Policy != nil {
		info.Policy = r.Policy
	}
	return timestamp.MarshalResponse(timestamp.Granted, 0, a.token(info, r.CertReq))
}

// ServeHTTP answers as RFC 3161, 3.4 wants it.
func (a *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/timestamp-query" {
		http.Error(w, "not a time-stamp query", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/timestamp-reply")
	w.Write(a.respond(body))
}

// requests is how many requests were answered.
func (a *authority) requests() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.asked)
}

func sumOf(h crypto.Hash, data []byte) []byte {
	w := h.New()
	w.Write(data)
	return w.Sum(nil)
}

// replace is the attributes with those of one type replaced.
func replace(attrs []cmsdata.Attribute, oid asn1.ObjectIdentifier, with ...cmsdata.Attribute) []cmsdata.Attribute {
	var out []cmsdata.Attribute
	for _, a := range attrs {
		if !a.Type.Equal(oid) {
			out = append(out, a)
		}
	}
	return append(out, with...)
}

// nested is the DER of an element in a test.
func nested(id byte, parts ...[]byte) []byte { return der.Encode(id, parts...) }
