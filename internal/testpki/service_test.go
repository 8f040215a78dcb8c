package testpki_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	digitorus "github.com/digitorus/timestamp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.mozilla.org/pkcs7"
	"golang.org/x/crypto/ocsp"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/timestamp"
)

// client keeps no connections: a server may come back on the same port within a test.
var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 30 * time.Second}

var oidNonce = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 2}

// withNonce adds a nonce extension to an OCSP request of golang.org/x/crypto, by encoding/asn1 and so by other code than ours.
func withNonce(t testing.TB, der, nonce []byte) []byte {
	t.Helper()
	type extension struct {
		ID    asn1.ObjectIdentifier
		Value []byte
	}
	var req struct {
		TBS struct {
			List asn1.RawValue
			Ext  []extension `asn1:"explicit,tag:2,optional"`
		}
	}
	_, err := asn1.Unmarshal(der, &req)
	require.NoError(t, err)
	value, err := asn1.Marshal(nonce)
	require.NoError(t, err)
	req.TBS.Ext = []extension{{oidNonce, value}}
	out, err := asn1.Marshal(req)
	require.NoError(t, err)
	return out
}

func post(t testing.TB, url, kind string, body []byte) (int, http.Header, []byte) {
	t.Helper()
	resp, err := client.Post(url, kind, bytes.NewReader(body))
	require.NoError(t, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, resp.Header, data
}

func askOCSP(t testing.TB, s *testpki.Server, der []byte) []byte {
	t.Helper()
	status, header, body := post(t, s.OCSP, "application/ocsp-request", der)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "application/ocsp-response", header.Get("Content-Type"))
	return body
}

func question(t testing.TB, p *testpki.PKI, name, issuer string, h crypto.Hash) []byte {
	t.Helper()
	der, err := ocsp.CreateRequest(p.Certificate(name), p.Certificate(issuer), &ocsp.RequestOptions{Hash: h})
	require.NoError(t, err)
	return der
}

func TestOCSPByPostAndGet(t *testing.T) {
	p, s := testpki.Start(t)
	for _, h := range []crypto.Hash{crypto.SHA1, crypto.SHA256, crypto.SHA384, crypto.SHA512} {
		for name, issuer := range map[string]string{"signer": "issuer", "issuer": "root", "tsa1": "root"} {
			der := question(t, p, name, issuer, h)
			for how, body := range map[string][]byte{
				"POST":        askOCSP(t, s, der),
				"GET":         get(t, s.OCSP+"/"+url.PathEscape(base64.StdEncoding.EncodeToString(der))),
				"GET, as is":  get(t, s.OCSP+"/"+base64.StdEncoding.EncodeToString(der)),
				"GET, quoted": get(t, s.OCSP+"/"+url.QueryEscape(base64.StdEncoding.EncodeToString(der))),
			} {
				r, err := ocsp.ParseResponseForCert(body, p.Certificate(name), p.Certificate(issuer))
				require.NoError(t, err, "%s %s %v", how, name, h)
				assert.Equal(t, ocsp.Good, r.Status)
				assert.Equal(t, h, r.IssuerHash)
				assert.Equal(t, p.Certificate("ocsp-"+issuer), r.Certificate)
				assert.GreaterOrEqual(t, r.NextUpdate.Sub(r.ThisUpdate), 10*time.Minute)
				assert.False(t, r.ThisUpdate.After(p.Now()))
			}
		}
	}
}

func TestOCSPNonce(t *testing.T) {
	p, s := testpki.Start(t)
	plain := question(t, p, "signer", "issuer", crypto.SHA1)
	nonce := []byte("0123456789abcdef0123456789abcdef")
	der := withNonce(t, plain, nonce)
	assert.True(t, bytes.Contains(askOCSP(t, s, der), nonce))
	assert.False(t, bytes.Contains(askOCSP(t, s, plain), []byte{0x2b, 6, 1, 5, 5, 7, 0x30, 1, 2}), "nobody asked")

	s.Fault(testpki.OCSP, testpki.WrongNonce, true)
	wrong := askOCSP(t, s, der)
	assert.False(t, bytes.Contains(wrong, nonce))
	_, err := ocsp.ParseResponse(wrong, p.Issuer())
	require.NoError(t, err, "everything else is right")
	s.ClearFaults()
	s.Fault(testpki.OCSP, testpki.NoNonce, true)
	assert.False(t, bytes.Contains(askOCSP(t, s, der), []byte{0x2b, 6, 1, 5, 5, 7, 0x30, 1, 2}))
	s.ClearFaults()

	for _, length := range []int{0, 129} { // RFC 9654, 2.1
		assert.Equal(t, ocsp.MalformedRequestErrorResponse, askOCSP(t, s, withNonce(t, plain, make([]byte, length))))
	}
}

func TestOCSPStatuses(t *testing.T) {
	p, s := testpki.Start(t)
	status := func(name, issuer string) *ocsp.Response {
		r, err := ocsp.ParseResponseForCert(askOCSP(t, s, question(t, p, name, issuer, crypto.SHA1)), p.Certificate(name), p.Certificate(issuer))
		require.NoError(t, err)
		return r
	}
	r := status("revoked", "issuer")
	assert.Equal(t, ocsp.Revoked, r.Status)
	assert.Equal(t, ocsp.KeyCompromise, r.RevocationReason)
	assert.True(t, r.RevokedAt.Before(p.Now()) && r.RevokedAt.After(p.Certificate("revoked").NotBefore))
	r = status("suspended", "issuer")
	assert.Equal(t, ocsp.Revoked, r.Status)
	assert.Equal(t, ocsp.CertificateHold, r.RevocationReason)

	require.NoError(t, p.Suspend("signer"))
	assert.Equal(t, ocsp.CertificateHold, status("signer", "issuer").RevocationReason)
	require.NoError(t, p.Resume("signer"))
	assert.Equal(t, ocsp.Good, status("signer", "issuer").Status)
	require.NoError(t, p.Revoke("signer", ocsp.Superseded))
	at := status("signer", "issuer").RevokedAt
	require.NoError(t, p.Revoke("signer", ocsp.KeyCompromise), "again: nothing changes")
	r = status("signer", "issuer")
	assert.Equal(t, ocsp.Superseded, r.RevocationReason)
	assert.Equal(t, at, r.RevokedAt)
	require.Error(t, p.Suspend("signer"), "revocation is final")
	require.Error(t, p.Resume("signer"))
	require.Error(t, p.Resume("ec"), "not suspended")
	require.Error(t, p.Revoke("ec", 6))
	require.Error(t, p.Revoke("ec", 7))
	require.Error(t, p.Revoke("ec", 11))
	require.ErrorIs(t, p.Revoke("nobody", 1), testpki.ErrUnknownName)
	require.ErrorIs(t, p.Revoke("root", 1), testpki.ErrUnknownName, "nobody can revoke a root")
	assert.Equal(t, ocsp.Good, status("ec", "issuer").Status)
	require.NoError(t, p.Revoke("tsa1", 0))
	r = status("tsa1", "root")
	assert.Equal(t, ocsp.Revoked, r.Status)
	assert.Equal(t, ocsp.Unspecified, r.RevocationReason)

	p.SetTime(at.Add(-time.Minute))
	assert.Equal(t, ocsp.Good, status("signer", "issuer").Status, "before it was revoked")
}

func TestOCSPForeignQuestions(t *testing.T) {
	p, s := testpki.Start(t)
	foreign := *p.Certificate("signer")
	foreign.SerialNumber = big.NewInt(4711)
	der, err := ocsp.CreateRequest(&foreign, p.Issuer(), nil)
	require.NoError(t, err)
	r, err := ocsp.ParseResponseForCert(askOCSP(t, s, der), &foreign, p.Issuer())
	require.NoError(t, err)
	assert.Equal(t, ocsp.Unknown, r.Status)
	// A certificate of the other authority with a serial number that the first one gave out.
	foreign.SerialNumber = p.Certificate("tsa1").SerialNumber
	der, err = ocsp.CreateRequest(&foreign, p.Issuer(), nil)
	require.NoError(t, err)
	r, err = ocsp.ParseResponseForCert(askOCSP(t, s, der), &foreign, p.Issuer())
	require.NoError(t, err)
	assert.Equal(t, ocsp.Unknown, r.Status)

	der, err = ocsp.CreateRequest(p.Certificate("cqt"), p.Certificate("gov-issuer"), nil)
	require.NoError(t, err)
	assert.Equal(t, ocsp.UnauthorizedErrorResponse, askOCSP(t, s, der), "the government tree has no OCSP")
	for _, junk := range [][]byte{nil, {0x30}, []byte("no DER"), append(question(t, p, "signer", "issuer", crypto.SHA1), 0)} {
		assert.Equal(t, ocsp.MalformedRequestErrorResponse, askOCSP(t, s, junk))
	}
	status, _, _ := post(t, s.OCSP, "text/plain", question(t, p, "signer", "issuer", crypto.SHA1))
	assert.Equal(t, http.StatusUnsupportedMediaType, status)
	status, _, _ = post(t, s.OCSP, "application/ocsp-request", make([]byte, 100<<10)) // net/http reads 256 kB more before it drops a client
	assert.Equal(t, http.StatusRequestEntityTooLarge, status)
}

func TestOCSPFaults(t *testing.T) {
	p, s := testpki.Start(t)
	der := question(t, p, "signer", "issuer", crypto.SHA256)
	ask := func(f testpki.Fault) ([]byte, *ocsp.Response, error) {
		s.ClearFaults()
		s.Fault(testpki.OCSP, f, true)
		body := askOCSP(t, s, der)
		r, err := ocsp.ParseResponseForCert(body, p.Certificate("signer"), p.Issuer())
		return body, r, err
	}
	body, _, _ := ask(testpki.Rejection)
	assert.Equal(t, ocsp.TryLaterErrorResponse, body)
	for _, f := range []testpki.Fault{testpki.BrokenSignature, testpki.ForeignSigner, testpki.NoCertificate, testpki.WrongSerial, testpki.Truncated, testpki.Garbage, testpki.Empty} {
		_, _, err := ask(f)
		assert.Error(t, err, f)
	}
	_, r, err := ask(testpki.NoEKU)
	require.NoError(t, err) // golang.org/x/crypto leaves the extended key usage to its caller
	assert.Empty(t, r.Certificate.ExtKeyUsage)
	_, r, err = ask(testpki.Expired)
	require.NoError(t, err)
	assert.True(t, r.NextUpdate.Before(p.Now()))
	_, r, err = ask(testpki.Future)
	require.NoError(t, err)
	assert.True(t, r.ThisUpdate.After(p.Now()))
	_, r, err = ask(testpki.UnknownStatus)
	require.NoError(t, err)
	assert.Equal(t, ocsp.Unknown, r.Status)
	_, r, err = ask(testpki.NoNextUpdate)
	require.NoError(t, err)
	assert.True(t, r.NextUpdate.IsZero())
	s.ClearFaults()
	_, err = ocsp.ParseResponseForCert(askOCSP(t, s, der), p.Certificate("signer"), p.Issuer())
	require.NoError(t, err, "all well again")
}

func TestCRLs(t *testing.T) {
	p, s := testpki.Start(t)
	fetch := func(address string) *x509.RevocationList {
		l, err := x509.ParseRevocationList(get(t, address))
		require.NoError(t, err)
		return l
	}
	for _, name := range []string{"signer", "other", "issuer", "tsa1", "cqt", "gov-issuer"} {
		c, issuer := p.Certificate(name), p.Certificate(issuerOf(name))
		l := fetch(c.CRLDistributionPoints[0])
		require.NoError(t, l.CheckSignatureFrom(issuer), name)
		assert.GreaterOrEqual(t, l.NextUpdate.Sub(l.ThisUpdate), 10*time.Minute)
		assert.False(t, l.ThisUpdate.After(p.Now()))
		i := slices.IndexFunc(l.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 28}) })
		if name != "other" {
			assert.Equal(t, -1, i, name)
			continue
		}
		require.GreaterOrEqual(t, i, 0)
		assert.True(t, l.Extensions[i].Critical)
		assert.True(t, bytes.Contains(l.Extensions[i].Value, []byte(c.CRLDistributionPoints[0])), "it names the address that the certificate names")
	}
	entry := func(name string) *x509.RevocationListEntry {
		l := fetch(p.Certificate(name).CRLDistributionPoints[0])
		for _, e := range l.RevokedCertificateEntries {
			if e.SerialNumber.Cmp(p.Certificate(name).SerialNumber) == 0 {
				return &e
			}
		}
		return nil
	}
	require.NotNil(t, entry("revoked"))
	assert.Equal(t, 1, entry("revoked").ReasonCode)
	require.NotNil(t, entry("suspended"))
	assert.Equal(t, 6, entry("suspended").ReasonCode)
	for _, name := range []string{"signer", "other", "cqt", "issuer"} {
		require.Nil(t, entry(name))
		before := fetch(p.Certificate(name).CRLDistributionPoints[0]).Number
		require.NoError(t, p.Suspend(name))
		require.NotNil(t, entry(name), name)
		require.NoError(t, p.Resume(name))
		require.Nil(t, entry(name))
		assert.Equal(t, 1, fetch(p.Certificate(name).CRLDistributionPoints[0]).Number.Cmp(before), "the number grows")
	}
	for f, check := range map[testpki.Fault]func(l *x509.RevocationList){
		testpki.BrokenSignature: func(l *x509.RevocationList) { assert.Error(t, l.CheckSignatureFrom(p.Issuer())) },
		testpki.ForeignSigner:   func(l *x509.RevocationList) { assert.Error(t, l.CheckSignatureFrom(p.Issuer())) },
		testpki.Expired:         func(l *x509.RevocationList) { assert.True(t, l.NextUpdate.Before(p.Now())) },
		testpki.Future:          func(l *x509.RevocationList) { assert.True(t, l.ThisUpdate.After(p.Now())) },
		testpki.WrongScope: func(l *x509.RevocationList) {
			assert.NoError(t, l.CheckSignatureFrom(p.Issuer()))
			assert.True(t, bytes.Contains(l.Raw, []byte{0x82, 1, 0xFF}), "onlyContainsCACerts")
		},
	} {
		s.ClearFaults()
		s.Fault(testpki.CRL, f, true)
		check(fetch(s.CRL))
	}
}

func issuerOf(name string) string {
	switch name {
	case "issuer", "tsa1":
		return "root"
	case "cqt":
		return "gov-issuer"
	case "gov-issuer":
		return "gov-root"
	}
	return "issuer"
}

func TestIssuerCertificates(t *testing.T) {
	p, s := testpki.Start(t)
	for _, name := range []string{"signer", "issuer", "tsa1", "cqt", "gov-issuer"} {
		c, issuer := p.Certificate(name), p.Certificate(issuerOf(name))
		assert.Equal(t, issuer.Raw, get(t, c.IssuingCertificateURL[0]), name)
	}
	block, _ := pem.Decode(get(t, s.URL+"/certs/issuer.pem"))
	require.NotNil(t, block)
	assert.Equal(t, p.Issuer().Raw, block.Bytes)
	bundle, err := pkcs7.Parse(get(t, s.URL+"/certs/issuer.p7b"))
	require.NoError(t, err)
	require.Len(t, bundle.Certificates, 1)
	assert.Equal(t, p.Issuer().Raw, bundle.Certificates[0].Raw)
	s.Fault(testpki.Certs, testpki.WrongIssuer, true)
	assert.Equal(t, p.Root().Raw, get(t, s.URL+"/certs/issuer.cer"))
	for _, path := range []string{"/", "/certs/", "/certs/signer.cer", "/certs/issuer.key", "/crl/signer.crl", "/crl/issuer", "/ca/root-key.pem"} {
		resp, err := client.Get(s.URL + path)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, http.StatusNotFound, resp.StatusCode, path)
	}
}

func askTSA(t testing.TB, s *testpki.Server, change func(*timestamp.Request)) ([]byte, *timestamp.Request) {
	t.Helper()
	sum := sha256.Sum256([]byte("document"))
	nonce, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	require.NoError(t, err)
	req := &timestamp.Request{Hash: crypto.SHA256, HashOID: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}, Imprint: sum[:], Nonce: nonce, CertReq: true}
	if change != nil {
		change(req)
	}
	der, err := req.Marshal()
	require.NoError(t, err)
	status, header, body := post(t, s.TSA, "application/timestamp-query", der)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "application/timestamp-reply", header.Get("Content-Type"))
	return body, req
}

func TestTimestamps(t *testing.T) {
	p, s := testpki.Start(t)
	body, req := askTSA(t, s, nil)
	token, err := timestamp.ParseResponse(body)
	require.NoError(t, err)
	require.NoError(t, token.CheckRequest(req))
	assert.WithinDuration(t, p.Now(), token.Info.Time, 2*time.Second)
	assert.True(t, token.Info.Policy.Equal(testpki.Policy()))

	body, req = askTSA(t, s, func(r *timestamp.Request) { r.CertReq, r.Nonce = false, nil })
	token, err = timestamp.ParseResponse(body)
	require.NoError(t, err)
	assert.Empty(t, token.Certificates())
	require.NoError(t, token.CheckRequest(req, p.TSA()))

	serials := map[string]bool{}
	for range 20 {
		body, _ := askTSA(t, s, nil)
		token, err := timestamp.ParseResponse(body)
		require.NoError(t, err)
		assert.False(t, serials[token.Info.Serial.String()])
		serials[token.Info.Serial.String()] = true
	}
	for code, change := range map[timestamp.Code]func(*timestamp.Request){
		timestamp.CodeUnacceptedPolicy: func(r *timestamp.Request) { r.Policy = asn1.ObjectIdentifier{1, 2, 3} },
		timestamp.CodeUnacceptedExtension: func(r *timestamp.Request) {
			r.Extensions = []timestamp.Extension{{ID: asn1.ObjectIdentifier{1, 2, 3}, Value: []byte{5, 0}}}
		},
		timestamp.CodeBadAlg: func(r *timestamp.Request) {
			r.Hash, r.HashOID, r.Imprint = crypto.SHA1, asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}, make([]byte, 20)
		},
	} {
		body, _ := askTSA(t, s, change)
		_, err := timestamp.ParseResponse(body)
		assertCode(t, code, err)
	}
	p.SetTime(p.Root().NotAfter.AddDate(1, 0, 0))
	body, _ = askTSA(t, s, nil)
	_, err = timestamp.ParseResponse(body)
	assertCode(t, timestamp.CodeTimeNotAvailable, err)
}

func assertCode(t testing.TB, code timestamp.Code, err error) {
	t.Helper()
	var e *timestamp.Error
	require.ErrorAs(t, err, &e, "%s", code)
	assert.Equal(t, string(code), e.Code())
}

func TestTSAFaults(t *testing.T) {
	_, s := testpki.Start(t)
	for f, code := range map[testpki.Fault]timestamp.Code{
		testpki.WrongNonce: timestamp.CodeNonceMismatch, testpki.NoNonce: timestamp.CodeNonceMissing, testpki.WrongImprint: timestamp.CodeImprint,
		testpki.BrokenSignature: timestamp.CodeSignatureBroken, testpki.Rejection: timestamp.CodeSystemFailure, testpki.Waiting: timestamp.CodeWaiting,
		testpki.NoEKU: timestamp.CodeEKUMissing, testpki.EKUNotCritical: timestamp.CodeEKUNotCritical, testpki.ExtraEKU: timestamp.CodeEKUExtra,
		testpki.NoCertificate: timestamp.CodeCertificateMissing, testpki.Expired: timestamp.CodeTimeOutside, testpki.Future: timestamp.CodeTimeOutside,
		testpki.WrongESS: timestamp.CodeESSMismatch, testpki.NoESS: timestamp.CodeESSMissing, testpki.WrongContent: timestamp.CodeNotToken,
		testpki.TwoSigners: timestamp.CodeSignerCount, testpki.ESSv1: "", testpki.GrantedWithMods: "",
		testpki.ExtraCertificates: "",
	} {
		s.ClearFaults()
		s.Fault(testpki.TSA, f, true)
		body, req := askTSA(t, s, nil)
		token, err := timestamp.ParseResponse(body)
		if err == nil {
			err = token.CheckRequest(req)
		}
		if code == "" {
			assert.NoError(t, err, f)
			continue
		}
		var e *timestamp.Error
		if assert.ErrorAs(t, err, &e, f) {
			assert.Equal(t, string(code), e.Code(), f)
		}
	}
	s.ClearFaults()
	s.Fault(testpki.TSA, testpki.WrongPolicy, true)
	body, req := askTSA(t, s, func(r *timestamp.Request) { r.Policy = testpki.Policy() })
	token, err := timestamp.ParseResponse(body)
	require.NoError(t, err)
	assertCode(t, timestamp.CodePolicy, token.CheckRequest(req))
}

// Another reader of RFC 3161 takes the tokens of every unit, and this service takes its requests.
func TestTimestampsByDigitorus(t *testing.T) {
	p, s := testpki.Start(t)
	for _, unit := range p.TSACertificates() {
		p.SetTime(unit.NotAfter.AddDate(-3, -1, 0))
		for _, h := range []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512} {
			req, err := digitorus.CreateRequest(strings.NewReader("document"), &digitorus.RequestOptions{Hash: h, Certificates: true})
			require.NoError(t, err)
			_, _, body := post(t, s.TSA, "application/timestamp-query", req)
			token, err := digitorus.ParseResponse(body)
			require.NoError(t, err, "%s %v", unit.Subject.CommonName, h)
			asked, err := digitorus.ParseRequest(req)
			require.NoError(t, err)
			assert.Equal(t, asked.HashedMessage, token.HashedMessage)
			assert.Equal(t, h, token.HashAlgorithm)
			assert.Equal(t, p.Now().Truncate(time.Second), token.Time.UTC())
			require.Len(t, token.Certificates, 1)
			assert.Equal(t, unit.Raw, token.Certificates[0].Raw)
		}
	}
}

func TestTSAClientInProcess(t *testing.T) {
	p, err := testpki.New(&testpki.Options{Keys: testpki.SharedKeys()})
	require.NoError(t, err)
	defer p.Close()
	at := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	p.SetTime(at)
	sum := sha256.Sum256([]byte("document"))
	token, err := p.TSAClient().Timestamp(t.Context(), sum[:], crypto.SHA256)
	require.NoError(t, err)
	assert.Equal(t, at, token.Info.Time.UTC())
	require.NoError(t, token.Check(sum[:], crypto.SHA256))
	_, err = p.TSAClient().Timestamp(t.Context(), sum[:5], crypto.SHA256)
	require.Error(t, err)
}
