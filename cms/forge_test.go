package cms_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/testpki"
)

// forgery makes CMS files with one thing wrong. Its zero choices make a correct file.
type forgery struct {
	t            testing.TB
	cert         *x509.Certificate
	key          crypto.Signer
	certificates []*x509.Certificate
	hash         crypto.Hash // digestAlgorithm
	content      string
	attrs        []cmsdata.Attribute
	set          []byte // octets of the signed attributes as sent, under SET; nil: the attributes, sorted
	signed       []byte // octets that are signed; nil: set
	noAttrs      bool
	algorithm    []byte                     // signatureAlgorithm; nil: the right one
	sign         func(signed []byte) []byte // nil: the key's way
	edit         func(sd *cmsdata.SignedData, si *cmsdata.SignerInfo)
}

func newForgery(t testing.TB, pki *testpki.PKI, name string) *forgery {
	cert := pki.Certificate(name)
	f := &forgery{t: t, cert: cert, key: pki.Key(name), certificates: []*x509.Certificate{cert}, hash: crypto.SHA256, content: text}
	f.attributes()
	return f
}

// attributes sets the usual attributes for the content, certificate and hash.
func (f *forgery) attributes() {
	f.attrs = []cmsdata.Attribute{
		cmsdata.ContentType(cmsdata.OIDData),
		cmsdata.MessageDigest(digest(f.hash, []byte(f.content))),
		cmsdata.SigningCertificateV2(f.cert, crypto.SHA256),
	}
}

func digest(h crypto.Hash, b []byte) []byte {
	w := h.New()
	w.Write(b)
	return w.Sum(nil)
}

// make is the attached file.
func (f *forgery) make() []byte {
	f.t.Helper()
	pub, err := alg.PublicKey(f.cert)
	require.NoError(f.t, err)
	a, err := alg.ForKey(pub, 0, false)
	require.NoError(f.t, err)
	if _, ok := pub.(*rsa.PublicKey); ok {
		a.Hash = f.hash // weak ones too
	}
	set := f.set
	if set == nil && !f.noAttrs {
		set = cmsdata.EncodeSignedAttributes(f.attrs...)
	}
	signed := f.signed
	if signed == nil {
		signed = set
		if f.noAttrs {
			signed = []byte(f.content)
		}
	}
	sign := f.sign
	if sign == nil {
		sign = func(signed []byte) []byte {
			in, opts := signed, a.SignerOpts()
			if !a.SignsMessage() {
				in = digest(a.Hash, signed)
			}
			value, err := f.key.Sign(rand.Reader, in, opts)
			require.NoError(f.t, err)
			return value
		}
	}
	si := cmsdata.NewSignerInfo(f.cert, f.hash, a, set, sign(signed))
	if f.algorithm != nil {
		si.SignatureAlgorithmRaw = f.algorithm
	}
	sd := cmsdata.New(f.certificates, si)
	sd.Attached, sd.Content = true, []byte(f.content)
	if f.edit != nil {
		f.edit(sd, si)
	}
	raw, err := sd.Marshal()
	require.NoError(f.t, err)
	return raw
}

// unsorted is a SET of attributes in the order given.
func unsorted(attrs ...cmsdata.Attribute) []byte {
	var body []byte
	for _, a := range attrs {
		body = append(body, a.Raw...)
	}
	return der.Encode(der.Set, body)
}

func readRaw(t testing.TB, raw []byte) *cms.Document {
	t.Helper()
	doc, err := cms.Read(t.Context(), bytes.NewReader(raw), nil)
	require.NoError(t, err)
	return doc
}

// requireClean is the clean twin: nothing to complain about.
func requireClean(t testing.TB, raw []byte) *cms.Signature {
	t.Helper()
	doc := readRaw(t, raw)
	require.Len(t, doc.Signatures, 1)
	requireIntact(t, doc.Signatures[0])
	require.Empty(t, doc.Findings)
	return doc.Signatures[0]
}

// requireFlagged is the attack: an error finding, so that it can never pass, with that code.
func requireFlagged(t testing.TB, raw []byte, code cms.Code) *cms.Signature {
	t.Helper()
	doc := readRaw(t, raw)
	require.Len(t, doc.Signatures, 1)
	requireError(t, doc.Signatures[0], code)
	return doc.Signatures[0]
}

func requireError(t testing.TB, s *cms.Signature, code cms.Code) {
	t.Helper()
	for _, f := range s.Findings {
		if f.Code == code && f.Severity == "error" {
			return
		}
	}
	t.Fatalf("no error finding %s among %+v", code, s.Findings)
}

// rawRSA applies the private key to a padded message as it is.
func rawRSA(key *rsa.PrivateKey, em []byte) []byte {
	m := new(big.Int).Exp(new(big.Int).SetBytes(em), key.D, key.N)
	return m.FillBytes(make([]byte, key.Size()))
}
