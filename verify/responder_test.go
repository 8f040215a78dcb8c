package verify_test

import (
	"crypto/x509"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/verify"
)

// TestServices: rows O1 to O4. A responder or list that does not answer as it should is never taken for "good", and the clean twin is
// what the same service answers otherwise. The other service is out of order, so that nothing else can help.
func TestServices(t *testing.T) {
	const unchecked = "INDETERMINATE/CERTIFICATE_CHAIN_GENERAL_FAILURE"
	for _, c := range []struct {
		name    string
		service testpki.Service
		fault   testpki.Fault // "": the clean twin
		want    string
		status  string
	}{
		{"clean twin: OCSP alone", testpki.OCSP, "", "TOTAL-PASSED", verify.RevocationGood},
		{"clean twin: lists alone", testpki.CRL, "", "TOTAL-PASSED", verify.RevocationGood},
		{"O1: a responder without the usage", testpki.OCSP, testpki.NoEKU, unchecked, verify.RevocationCouldNotCheck},
		{"O1: another authority's responder", testpki.OCSP, testpki.ForeignSigner, unchecked, verify.RevocationCouldNotCheck},
		{"O1: its signature is broken", testpki.OCSP, testpki.BrokenSignature, unchecked, verify.RevocationCouldNotCheck},
		{"O1: its certificate is not there", testpki.OCSP, testpki.NoCertificate, unchecked, verify.RevocationCouldNotCheck},
		{"O2: another serial", testpki.OCSP, testpki.WrongSerial, unchecked, verify.RevocationCouldNotCheck},
		{"O2: of the future", testpki.OCSP, testpki.Future, unchecked, verify.RevocationCouldNotCheck},
		{"O2: stale", testpki.OCSP, testpki.Expired, "INDETERMINATE/TRY_LATER", verify.RevocationGood},
		{"O2, clean twin: without nextUpdate", testpki.OCSP, testpki.NoNextUpdate, "TOTAL-PASSED", verify.RevocationGood},
		{"the responder does not know the certificate", testpki.OCSP, testpki.UnknownStatus, unchecked, verify.RevocationUnknown},
		{"the responder is busy", testpki.OCSP, testpki.Rejection, unchecked, verify.RevocationCouldNotCheck},
		{"O3: a list with a broken signature", testpki.CRL, testpki.BrokenSignature, unchecked, verify.RevocationCouldNotCheck},
		{"O3: a list for authorities only", testpki.CRL, testpki.WrongScope, unchecked, verify.RevocationCouldNotCheck},
		{"O3: a list of the future", testpki.CRL, testpki.Future, unchecked, verify.RevocationCouldNotCheck},
		{"O3: a stale list", testpki.CRL, testpki.Expired, "INDETERMINATE/TRY_LATER", verify.RevocationGood},
		{"O4: garbage", testpki.OCSP, testpki.Garbage, unchecked, verify.RevocationCouldNotCheck},
		{"O4: nothing", testpki.CRL, testpki.Empty, unchecked, verify.RevocationCouldNotCheck},
		{"O4: cut off", testpki.CRL, testpki.CutOff, unchecked, verify.RevocationCouldNotCheck},
		{"O4: redirects without end", testpki.OCSP, testpki.Redirect, unchecked, verify.RevocationCouldNotCheck},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := start(t)
			doc := p.signPDF(t, plainPDF("x"), "signer", nil)
			v := p.verifier(t)
			v.Revocation, v.Online, v.AllowPrivate = nil, true, true
			other := map[testpki.Service]testpki.Service{testpki.OCSP: testpki.CRL, testpki.CRL: testpki.OCSP}[c.service]
			p.server.Fault(other, testpki.Status500, true)
			if c.fault != "" {
				p.server.Fault(c.service, c.fault, true)
			}
			s := judge(t, v, doc, nil).Signatures[0]
			require.Equal(t, c.want, verdict(s), "%v", codes(s.Findings))
			require.Equal(t, c.status, s.Chain[0].Revocation.Status, "%v", codes(s.Findings))
		})
	}
}

// TestO4Slow: a service that never answers costs a bounded time.
func TestO4Slow(t *testing.T) {
	p := start(t)
	doc := p.signPDF(t, plainPDF("x"), "signer", nil)
	v := p.verifier(t)
	v.Revocation, v.Fetcher = nil, &trust.HTTPFetcher{AllowPrivate: true, Timeout: time.Second}
	p.server.SetDelay(time.Hour)
	p.server.Fault(testpki.OCSP, testpki.Slow, true)
	p.server.Fault(testpki.CRL, testpki.Slow, true)
	began := time.Now()
	s := judge(t, v, doc, nil).Signatures[0]
	require.Equal(t, "INDETERMINATE/CERTIFICATE_CHAIN_GENERAL_FAILURE", verdict(s))
	require.Less(t, time.Since(began), 30*time.Second)
}

// TestTrustedResponder: a responder that the issuer did not ask to answer is believed where the verifier trusts it (RFC 6960, 4.2.2.2, 1.).
func TestTrustedResponder(t *testing.T) {
	p := start(t)
	doc := p.signPDF(t, plainPDF("x"), "signer", nil)
	p.server.Fault(testpki.CRL, testpki.Status500, true)
	p.server.Fault(testpki.OCSP, testpki.ForeignSigner, true) // the root's responder answers for the issuer, and the other way round
	for _, c := range []struct {
		trusted []*x509.Certificate
		want    string
	}{
		{nil, "INDETERMINATE/CERTIFICATE_CHAIN_GENERAL_FAILURE"},
		{[]*x509.Certificate{p.Certificate("ocsp-root")}, "INDETERMINATE/CERTIFICATE_CHAIN_GENERAL_FAILURE"}, // the issuer itself stays unchecked
		{[]*x509.Certificate{p.Certificate("ocsp-issuer"), nil, p.Certificate("ocsp-root")}, "TOTAL-PASSED"},
	} {
		v := p.verifier(t)
		v.Revocation, v.Online, v.AllowPrivate, v.Responders = nil, true, true, c.trusted
		require.Equal(t, c.want, verdict(judge(t, v, doc, nil).Signatures[0]), "%d trusted", len(c.trusted))
	}
}
