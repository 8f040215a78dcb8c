package verify_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/timestamp"
)

// forgery is a CMS file that no decent signer would make.
type forgery struct {
	key      crypto.Signer
	cert     *x509.Certificate   // named by the SignerInfo, and by the signing-certificate attribute unless that is set
	others   []*x509.Certificate // embedded besides
	hash     crypto.Hash         // 0: SHA-256
	ess      *x509.Certificate   // named by the signing-certificate attribute
	noESS    bool
	before   []byte // a content time-stamp
	detached bool
	content  []byte
	attrs    func([]cmsdata.Attribute) []cmsdata.Attribute // last word on the signed attributes
}

// info makes the SignerInfo.
func (f forgery) info(t testing.TB) *cmsdata.SignerInfo {
	t.Helper()
	hash := f.hash
	if hash == 0 {
		hash = crypto.SHA256
	}
	h := hash.New()
	h.Write(f.content)
	attrs := []cmsdata.Attribute{cmsdata.ContentType(cmsdata.OIDData), cmsdata.MessageDigest(h.Sum(nil)), cmsdata.SigningTime(time.Now())}
	if !f.noESS {
		named := f.ess
		if named == nil {
			named = f.cert
		}
		attrs = append(attrs, cmsdata.SigningCertificateV2(named, crypto.SHA256))
	}
	if f.before != nil {
		attrs = append(attrs, cmsdata.NewAttribute(cmsdata.OIDContentTimestamp, f.before))
	}
	if f.attrs != nil {
		attrs = f.attrs(attrs)
	}
	encoded := cmsdata.EncodeSignedAttributes(attrs...)
	h.Reset()
	h.Write(encoded)
	how := alg.Signature{Scheme: alg.RSAPKCS1v15, Hash: hash}
	value, err := f.key.Sign(rand.Reader, h.Sum(nil), hash)
	require.NoError(t, err)
	return cmsdata.NewSignerInfo(f.cert, hash, how, encoded, value)
}

func (f forgery) file(t testing.TB) []byte {
	t.Helper()
	return f.wrap(t, f.info(t))
}

func (f forgery) wrap(t testing.TB, signers ...*cmsdata.SignerInfo) []byte {
	t.Helper()
	sd := cmsdata.New(append([]*x509.Certificate{f.cert}, f.others...), signers...)
	sd.ContentType = cmsdata.OIDData
	if !f.detached {
		sd.Attached, sd.Content = true, f.content
	}
	out, err := sd.Marshal()
	require.NoError(t, err)
	return out
}

// certificate makes a certificate that the PKI's issuing authority signs. change may be nil.
func (p pki) certificate(t testing.TB, pub crypto.PublicKey, change func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "NGƯỜI KÝ KHÁC"}, NotBefore: p.Now().AddDate(0, -1, 0), NotAfter: p.Now().AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
	}
	if change != nil {
		change(template)
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, p.Issuer(), pub, p.Key("issuer"))
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(raw)
	require.NoError(t, err)
	return cert
}

// weakKey is an RSA key of a size that nobody should use. crypto/rsa makes keys below 1024 bits only when told so; 1024 it still makes.
func weakKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	return key
}

// ask gets a token from the PKI's server as it is, whatever is wrong with it.
func (p pki) ask(t testing.TB, digest []byte, faults ...testpki.Fault) []byte {
	t.Helper()
	for _, f := range faults {
		p.server.Fault(testpki.TSA, f, true)
	}
	defer p.server.ClearFaults()
	req, err := timestamp.NewRequest(digest, crypto.SHA256)
	require.NoError(t, err)
	req.CertReq = true
	body, err := req.Marshal()
	require.NoError(t, err)
	res, err := http.Post(p.server.TSA, "application/timestamp-query", bytes.NewReader(body))
	require.NoError(t, err)
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return tokenInside(t, answer)
}

// tokenInside takes the second element of a TimeStampResp, unread.
func tokenInside(t testing.TB, answer []byte) []byte {
	t.Helper()
	length := func(b []byte) (header, size int) {
		if b[1] < 0x80 {
			return 2, int(b[1])
		}
		n := int(b[1] & 0x7f)
		for _, c := range b[2 : 2+n] {
			size = size<<8 | int(c)
		}
		return 2 + n, size
	}
	outer, _ := length(answer)
	status, size := length(answer[outer:])
	return answer[outer+status+size:]
}

// stamped adds tokens as signature time-stamps to the first signer of a CMS file.
func stamped(t testing.TB, file []byte, tokens ...[]byte) []byte {
	t.Helper()
	sd, err := cmsdata.Parse(file)
	require.NoError(t, err)
	for _, token := range tokens {
		sd.Signers[0].AddUnsigned(cmsdata.NewAttribute(cmsdata.OIDSignatureTimestamp, token))
	}
	out, err := sd.Marshal()
	require.NoError(t, err)
	return out
}

// valueDigest is the SHA-256 of the first signer's signature value.
func valueDigest(t testing.TB, file []byte) []byte {
	t.Helper()
	sd, err := cmsdata.Parse(file)
	require.NoError(t, err)
	sum := sha256.Sum256(sd.Signers[0].Signature)
	return sum[:]
}

// appendUpdate adds a revision to a PDF that rewrites the page's content stream, as any editor would.
func appendUpdate(t testing.TB, doc []byte) []byte {
	t.Helper()
	at := bytes.LastIndex(doc, []byte("startxref"))
	require.Positive(t, at)
	var prev int
	_, err := fmt.Sscanf(string(doc[at:]), "startxref\n%d", &prev)
	require.NoError(t, err)
	b := bytes.NewBuffer(bytes.Clone(doc))
	object := b.Len()
	b.WriteString("4 0 obj\n<< /Length 27 >>\nstream\nBT (pay 1000 times more) Tj\nendstream\nendobj\n")
	xref := b.Len()
	fmt.Fprintf(b, "xref\n4 1\n%010d 00000 n \ntrailer\n<< /Size 100 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n", object, prev, xref)
	return b.Bytes()
}
