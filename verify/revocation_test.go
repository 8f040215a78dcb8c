package verify_test

import (
	"cmp"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/verify"
)

// lists are the CRLs of all authorities at the PKI's time.
func (p pki) lists(t testing.TB) *trust.Evidence {
	t.Helper()
	e := new(trust.Evidence)
	for _, authority := range []string{"root", "issuer", "gov-root", "gov-issuer"} {
		crl, err := p.CRL(authority)
		require.NoError(t, err)
		e.CRLs = append(e.CRLs, crl)
	}
	return e
}

// answers are the OCSP responses for certificates at the PKI's time.
func (p pki) answers(t testing.TB, names ...string) *trust.Evidence {
	t.Helper()
	e := new(trust.Evidence)
	for _, name := range names {
		response, err := p.OCSP(name)
		require.NoError(t, err)
		e.OCSPs = append(e.OCSPs, response)
	}
	return e
}

// story is a signature whose certificates meet with something. Time is told in hours from its beginning.
type story struct {
	name   string
	format string // "": PDF and CMS
	tell   func(t *testing.T, s *telling)
	judged int // hours; 0: 10
	want   string
	dss    string // "": the same
	why    string // why DSS says otherwise
	has    string // a finding that the signature must have
	status string // of the signer's certificate
}

// telling is a story under way.
type telling struct {
	pki
	t      *testing.T
	begin  time.Time
	format string
	doc    []byte
	given  *trust.Evidence
}

func (s *telling) hour(n int) { s.SetTime(s.begin.Add(time.Duration(n) * time.Hour)) }

func (s *telling) sign(stamped bool) {
	s.t.Helper()
	s.doc = s.signed("signer", stamped)
}

func (s *telling) signed(who string, stamped bool) []byte {
	s.t.Helper()
	if s.format == "pdf" {
		o := &pdf.Options{}
		if stamped {
			o.Level, o.Timestamper = pdf.LevelBT, s.TSAClient()
		}
		return s.signPDF(s.t, plainPDF("x"), who, o)
	}
	o := &cms.Options{Attached: true}
	if stamped {
		o.Level, o.Timestamper = cms.LevelBT, s.TSAClient()
	}
	return s.signCMS(s.t, []byte("x"), who, o)
}

// after signs over a content time-stamp.
func (s *telling) after(cert *x509.Certificate) {
	s.t.Helper()
	s.doc = forgery{key: s.Key("signer"), cert: cert, others: []*x509.Certificate{s.Issuer()}, content: []byte("x"), before: s.ask(s.t, sum("x"))}.file(s.t)
}

// short is a certificate of the signer that ends after some hours.
func (s *telling) short(hours int) *x509.Certificate {
	return s.certificate(s.t, s.Key("signer").Public(), func(c *x509.Certificate) { c.NotAfter = s.begin.Add(time.Duration(hours) * time.Hour) })
}

func (s *telling) revoke(name string, reason int) { require.NoError(s.t, s.Revoke(name, reason)) }

func (s *telling) give(e *trust.Evidence) { s.given.Add(e) }

var stories = []story{
	{name: "good", want: "TOTAL-PASSED", status: "good", tell: func(t *testing.T, s *telling) {
		s.sign(false)
		s.hour(10)
		s.give(s.lists(t))
	}},
	{name: "good, by OCSP", want: "TOTAL-PASSED", status: "good", tell: func(t *testing.T, s *telling) {
		s.sign(true)
		s.hour(10)
		s.give(s.answers(t, "signer", "issuer", "tsa1"))
	}},
	{name: "nobody says anything", want: "INDETERMINATE/CERTIFICATE_CHAIN_GENERAL_FAILURE", has: "trust.unchecked", status: "could-not-check", tell: func(t *testing.T, s *telling) {
		s.sign(false)
		s.hour(10)
	}},
	{name: "revoked, and nothing proves signing before", want: "INDETERMINATE/REVOKED_NO_POE", has: "trust.revoked", status: "revoked", tell: func(t *testing.T, s *telling) {
		s.sign(false)
		s.hour(5)
		s.revoke("signer", 1)
		s.hour(10)
		s.give(s.lists(t))
	}},
	{name: "revoked before the time-stamp", want: "INDETERMINATE/REVOKED_NO_POE", has: "trust.revoked", status: "revoked", tell: func(t *testing.T, s *telling) {
		s.revoke("signer", 1)
		s.hour(5)
		s.sign(true)
		s.hour(10)
		s.give(s.lists(t))
	}},
	{name: "revoked after the time-stamp", want: "TOTAL-PASSED", has: "revocation.later", status: "revoked", tell: func(t *testing.T, s *telling) {
		s.sign(true)
		s.hour(5)
		s.revoke("signer", 1)
		s.hour(10)
		s.give(s.lists(t))
	}},
	{name: "a content time-stamp after the revocation", format: "cms", want: "TOTAL-FAILED/REVOKED", has: "verify.signed-after-revocation", status: "revoked", tell: func(t *testing.T, s *telling) {
		s.revoke("signer", 1)
		s.hour(5)
		s.after(s.Certificate("signer"))
		s.hour(10)
		s.give(s.lists(t))
	}},
	{name: "a content time-stamp before the revocation", format: "cms", want: "INDETERMINATE/REVOKED_NO_POE", has: "trust.revoked", status: "revoked", tell: func(t *testing.T, s *telling) {
		s.after(s.Certificate("signer"))
		s.hour(5)
		s.revoke("signer", 1)
		s.hour(10)
		s.give(s.lists(t))
	}},
	{name: "suspended", want: "INDETERMINATE/TRY_LATER", has: "trust.suspended", status: "suspended", tell: func(t *testing.T, s *telling) {
		s.sign(false)
		s.hour(5)
		require.NoError(t, s.Suspend("signer"))
		s.hour(10)
		s.give(s.lists(t))
	}},
	{name: "suspended, and resumed", want: "TOTAL-PASSED", status: "good", tell: func(t *testing.T, s *telling) {
		s.sign(false)
		s.hour(5)
		require.NoError(t, s.Suspend("signer"))
		s.hour(6)
		require.NoError(t, s.Resume("signer"))
		s.hour(10)
		s.give(s.lists(t))
	}},
	{name: "the issuing authority is revoked", want: "INDETERMINATE/REVOKED_CA_NO_POE", has: "trust.revoked", tell: func(t *testing.T, s *telling) {
		s.sign(false)
		s.hour(5)
		s.revoke("issuer", 2)
		s.hour(10)
		s.give(s.lists(t))
	}},
	{name: "expired", format: "cms", want: "INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED", has: "trust.expired", status: "good", tell: func(t *testing.T, s *telling) {
		s.doc = forgery{key: s.Key("signer"), cert: s.short(5), others: []*x509.Certificate{s.Issuer()}, content: []byte("x")}.file(t)
		s.hour(4)
		s.give(s.lists(t))
	}},
	{name: "expired, and time-stamped before", format: "cms", want: "TOTAL-PASSED", tell: func(t *testing.T, s *telling) {
		s.doc = forgery{key: s.Key("signer"), cert: s.short(5), others: []*x509.Certificate{s.Issuer()}, content: []byte("x")}.file(t)
		s.doc = stamped(t, s.doc, s.ask(t, valueDigest(t, s.doc)))
		s.hour(4)
		s.give(s.lists(t))
	}},
	{name: "expired, and only younger lists", judged: 24 * 365 * 3, want: "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", dss: "INDETERMINATE/CERTIFICATE_CHAIN_GENERAL_FAILURE",
		why: "DSS asks for revocation data before it asks for the validity, and lists that are younger than the certificate's end tell nothing", tell: func(t *testing.T, s *telling) {
			s.sign(false)
			s.hour(24 * 365 * 3)
			s.give(s.lists(t))
		}},
	{name: "expired years ago, and time-stamped before", judged: 24 * 365 * 3, want: "TOTAL-PASSED", dss: "INDETERMINATE/CERTIFICATE_CHAIN_GENERAL_FAILURE",
		why: "of two lists of one authority DSS looks at the younger, which says nothing of a certificate that has ended", tell: func(t *testing.T, s *telling) {
			s.sign(true)
			s.hour(1)
			s.give(s.lists(t))
			s.hour(24 * 365 * 3)
			s.give(s.lists(t))
		}},
	{name: "T5: the content's time-stamp is later than the signature's", format: "cms", want: "INDETERMINATE/TIMESTAMP_ORDER_FAILURE", dss: "TOTAL-PASSED",
		why: "EN 319 102-1, 5.5.4, wants the order checked; DSS's default policy does not", has: "verify.content-later", tell: func(t *testing.T, s *telling) {
			s.hour(5)
			s.after(s.Certificate("signer"))
			s.hour(1)
			s.doc = stamped(t, s.doc, s.ask(t, valueDigest(t, s.doc)))
			s.hour(10)
			s.give(s.lists(t))
		}},
	{name: "T5, clean twin", format: "cms", want: "TOTAL-PASSED", tell: func(t *testing.T, s *telling) {
		s.hour(1)
		s.after(s.Certificate("signer"))
		s.hour(5)
		s.doc = stamped(t, s.doc, s.ask(t, valueDigest(t, s.doc)))
		s.hour(10)
		s.give(s.lists(t))
	}},
	{name: "a content time-stamp after the certificate expired", format: "cms", want: "TOTAL-FAILED/EXPIRED", has: "verify.signed-after-expiry", tell: func(t *testing.T, s *telling) {
		cert := s.short(5)
		s.hour(4)
		s.give(s.lists(t))
		s.hour(6)
		s.after(cert)
	}},
	{name: "T6: TSA's key compromised", want: "INDETERMINATE/REVOKED_NO_POE", has: "verify.timestamp-not-used", tell: func(t *testing.T, s *telling) {
		s.sign(true)
		s.hour(5)
		s.revoke("signer", 1)
		s.revoke("tsa1", 1)
		s.hour(10)
		s.give(s.lists(t))
	}},
	{name: "T6: TSA revoked for no reason that is told", want: "INDETERMINATE/REVOKED_NO_POE", has: "verify.timestamp-not-used", tell: func(t *testing.T, s *telling) {
		s.sign(true)
		s.hour(5)
		s.revoke("signer", 1)
		s.revoke("tsa1", 0)
		s.hour(10)
		s.give(s.lists(t))
	}},
	{name: "T6: TSA superseded", want: "TOTAL-PASSED", dss: "INDETERMINATE/REVOKED_NO_POE", why: "RFC 3161, 4: tokens made before stay valid; DSS asks no reason", has: "revocation.later", tell: func(t *testing.T, s *telling) {
		s.sign(true)
		s.hour(5)
		s.revoke("signer", 1)
		s.revoke("tsa1", 4)
		s.hour(10)
		s.give(s.lists(t))
	}},
	{name: "T6: TSA superseded before", want: "INDETERMINATE/REVOKED_NO_POE", has: "verify.timestamp-not-used", tell: func(t *testing.T, s *telling) {
		s.revoke("tsa1", 4)
		s.hour(3)
		s.sign(true)
		s.hour(5)
		s.revoke("signer", 1)
		s.hour(10)
		s.give(s.lists(t))
	}},
}

// TestRevocation tells stories of revocation, and EU DSS says the same on the same files.
func TestRevocation(t *testing.T) {
	for _, c := range stories {
		for _, format := range []string{"pdf", "cms"} {
			if c.format != "" && c.format != format {
				continue
			}
			t.Run(format+", "+c.name, func(t *testing.T) {
				p := start(t)
				s := &telling{pki: p, t: t, begin: p.Now().Truncate(time.Second), format: format, given: new(trust.Evidence)}
				s.hour(0)
				c.tell(t, s)
				at := s.begin.Add(time.Duration(cmp.Or(c.judged, 10)) * time.Hour)
				v := p.verifier(t)
				v.Online, v.Revocation = false, s.given
				r := judge(t, v, s.doc, &verify.Options{At: at})
				one := r.Signatures[0]
				require.Equal(t, c.want, verdict(one), "%s", text(t, r, verify.English, false))
				if c.has != "" {
					all := codes(one.Findings)
					for _, stamp := range one.Timestamps {
						all = append(all, codes(stamp.Findings)...)
					}
					require.Contains(t, all, c.has)
				}
				if c.status != "" {
					require.Equal(t, c.status, one.Chain[0].Revocation.Status)
				}
				t.Run("EU DSS", func(t *testing.T) { requireDSS(t, s, at, cmp.Or(c.dss, c.want)) })
			})
		}
	}
}

// requireDSS asks EU DSS about the same file, at the same time, with the same evidence.
func requireDSS(t *testing.T, s *telling, at time.Time, want string) {
	dir := t.TempDir()
	root := put(t, filepath.Join(dir, "root.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Root().Raw}))
	args := []string{"validate", "--trust", root, "--at", at.UTC().Format(time.RFC3339)}
	for i, der := range append(append([][]byte{}, s.given.CRLs...), s.given.OCSPs...) {
		args = append(args, "--revocation", put(t, filepath.Join(dir, fmt.Sprintf("%d.der", i)), der))
	}
	answer := testtool.DSS(t, append(args, put(t, filepath.Join(dir, "doc"), s.doc))...)
	require.Len(t, answer, 1)
	require.Equal(t, want, dssVerdict(answer[0]), "%v", answer[0])
}

func dssVerdict(answer map[string]any) string {
	theirs, _ := testtool.Field(answer, "signatures", 0, "indication").(string)
	if sub, _ := testtool.Field(answer, "signatures", 0, "sub_indication").(string); sub != "" {
		theirs += "/" + sub
	}
	return theirs
}

// TestResponderDown: a service that does not answer is told as such, and never taken for good.
func TestResponderDown(t *testing.T) {
	p := start(t)
	doc := p.signPDF(t, plainPDF("x"), "signer", nil)
	online := func() *verify.Verifier {
		v := p.verifier(t)
		v.Online, v.AllowPrivate, v.Revocation = true, true, nil
		return v
	}
	clean := judge(t, online(), doc, nil)
	require.Equal(t, "TOTAL-PASSED", verdict(clean.Signatures[0]), "clean twin")
	require.Equal(t, "fetched", clean.Signatures[0].Chain[0].Revocation.Origin)
	for _, service := range []testpki.Service{testpki.OCSP, testpki.CRL} {
		p.server.Fault(service, testpki.Status500, true)
	}
	r := judge(t, online(), doc, nil)
	s := r.Signatures[0]
	require.Equal(t, "INDETERMINATE/CERTIFICATE_CHAIN_GENERAL_FAILURE", verdict(s))
	require.Equal(t, verify.RevocationCouldNotCheck, s.Chain[0].Revocation.Status)
	require.NotEmpty(t, s.Chain[0].Revocation.Why)
	require.Contains(t, codes(s.Findings), "trust.unchecked")
	p.server.ClearFaults()
	p.server.Fault(testpki.OCSP, testpki.Status500, true)
	require.Equal(t, "TOTAL-PASSED", verdict(judge(t, online(), doc, nil).Signatures[0]), "the other source answers")
	p.server.ClearFaults()
	private := p.verifier(t)
	private.Online, private.Revocation = true, nil
	require.Equal(t, "INDETERMINATE/CERTIFICATE_CHAIN_GENERAL_FAILURE", verdict(judge(t, private, doc, nil).Signatures[0]), "loopback is not asked unless allowed")
}
