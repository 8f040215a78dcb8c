package trust_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/trust"
)

// online is a validator that asks the services of a PKI.
func online(t testing.TB, p *testpki.PKI) *trust.Validator {
	t.Helper()
	return &trust.Validator{Store: store(t, trust.National, p.Root()), Fetcher: &trust.HTTPFetcher{AllowPrivate: true, Timeout: 20 * time.Second}, Cache: new(trust.Cache), Clock: p.Now}
}

func codeOf(j *trust.Judgement) string {
	if j.Err == nil {
		return ""
	}
	return j.Err.Code()
}

// codes are the codes of all errors beneath, in the order in which they were met.
func codes(errs ...error) (all []string) {
	for _, err := range errs {
		var c interface{ Code() string }
		if e, ok := err.(interface{ Code() string }); ok {
			c = e
			all = append(all, c.Code())
		}
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			all = append(all, codes(many.Unwrap()...)...)
		} else if inner := errors.Unwrap(err); inner != nil {
			all = append(all, codes(inner)...)
		}
	}
	return all
}

// lists are the certificates and lists of a PKI, as a document or a caller may have them at hand.
func lists(t testing.TB, p *testpki.PKI) *trust.Evidence {
	t.Helper()
	e := &trust.Evidence{Certificates: p.Chain("signer")[1:]}
	for _, name := range []string{"root", "issuer"} {
		der, err := p.CRL(name)
		require.NoError(t, err)
		e.CRLs = append(e.CRLs, der)
	}
	return e
}

// responses are the same with OCSP.
func responses(t testing.TB, p *testpki.PKI, names ...string) *trust.Evidence {
	t.Helper()
	e := &trust.Evidence{Certificates: p.Chain("signer")[1:]}
	for _, name := range names {
		der, err := p.OCSP(name)
		require.NoError(t, err)
		e.OCSPs = append(e.OCSPs, der)
	}
	return e
}

// TestJudgeStates asks about certificates of every state, offline, by lists and by OCSP responses, and online.
func TestJudgeStates(t *testing.T) {
	p, _ := testpki.Start(t)
	offline := &trust.Validator{Store: store(t, trust.National, p.Root()), Clock: p.Now}
	chain := &trust.Evidence{Certificates: p.Chain("signer")[1:]}
	for _, source := range []string{"crl", "ocsp", "online"} {
		for _, c := range []struct {
			cert, code string
			state      trust.State
			reason     string
		}{
			{"signer", "", trust.Good, ""},
			{"revoked", "trust.revoked", trust.Revoked, "keyCompromise"},
			{"suspended", "trust.suspended", trust.Suspended, "certificateHold"},
		} {
			t.Run(source+" "+c.cert, func(t *testing.T) {
				v, q, origin := offline, trust.Question{Certificate: p.Certificate(c.cert)}, trust.OriginDocument
				switch source {
				case "crl":
					q.Evidence = lists(t, p)
				case "ocsp":
					q.Evidence = responses(t, p, "issuer", c.cert)
				default:
					v, q.Evidence, origin = online(t, p), chain, trust.OriginFetched
				}
				j := v.Judge(t.Context(), q)
				require.Equal(t, c.code, codeOf(j), "%v", j.Err)
				require.Len(t, j.Statuses, 3)
				s := j.Statuses[0]
				require.Equal(t, c.state, s.State)
				require.Equal(t, c.reason, s.Reason)
				require.Equal(t, origin, s.Origin)
				require.Equal(t, source == "crl", s.Source == trust.SourceCRL)
				require.Equal(t, source == "crl", s.ProducedAt.IsZero())
				require.False(t, s.ThisUpdate.IsZero() || s.NextUpdate.IsZero() || s.Signer == nil)
				require.Equal(t, c.state == trust.Good, s.RevokedAt.IsZero())
				require.Equal(t, trust.NotRequired, j.Statuses[2].State)
				require.Zero(t, j.Fault)
				require.Equal(t, trust.National, j.Path.Anchor.Tree)

				again := offline.Judge(t.Context(), trust.Question{Certificate: p.Certificate(c.cert), Evidence: j.Used})
				require.Equal(t, codeOf(j), codeOf(again), "what a judgement rests on gives the same judgement")
			})
		}
	}
	t.Run("nothing at hand", func(t *testing.T) {
		j := offline.Judge(t.Context(), trust.Question{Certificate: p.Certificate("signer"), Evidence: chain})
		require.Equal(t, "trust.unchecked", codeOf(j))
		require.Equal(t, trust.Unchecked, j.Statuses[0].State)
		require.Equal(t, []string{"trust.offline"}, codes(j.Statuses[0].Why...))
	})
	t.Run("no question", func(t *testing.T) {
		require.Equal(t, "trust.no-path", codeOf(offline.Judge(t.Context(), trust.Question{})))
	})
	t.Run("proved for a time to come", func(t *testing.T) {
		j := offline.Judge(t.Context(), trust.Question{Certificate: p.Certificate("signer"), Evidence: lists(t, p), At: p.Now().Add(time.Minute), Now: p.Now()})
		require.Equal(t, "", codeOf(j), "%v", j.Err)
	})
	t.Run("no revocation data is made for it", func(t *testing.T) {
		a := plant(t, "a")
		v := &trust.Validator{Store: store(t, trust.Own, a.root)}
		for _, id := range []asn1.ObjectIdentifier{{0, 4, 0, 194121, 2, 1}, {2, 5, 29, 56}, {2, 5, 29, 57}} {
			leaf := certificate(t, "leaf", key(t).Public(), a.root, a.rootKey, func(c *x509.Certificate) {
				c.ExtraExtensions = []pkix.Extension{{Id: id, Value: []byte{5, 0}}}
			})
			j := v.Judge(t.Context(), trust.Question{Certificate: leaf, Now: now})
			require.Equal(t, id[len(id)-1] == 57, j.Err != nil, id)
		}
		ca := certificate(t, "ca", key(t).Public(), a.root, a.rootKey, func(c *x509.Certificate) {
			authority(c)
			c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 56}, Value: []byte{5, 0}}}
		})
		require.Equal(t, "trust.unchecked", codeOf(v.Judge(t.Context(), trust.Question{Certificate: ca, Now: now})), "an authority cannot exempt itself")
	})
	t.Run("an anchor needs nothing", func(t *testing.T) {
		j := offline.Judge(t.Context(), trust.Question{Certificate: p.Root()})
		require.Equal(t, "", codeOf(j))
		require.Len(t, j.Statuses, 1)
	})
}

// TestO4FallsBack spoils the responder in every way that it has: the list answers instead, and the status says why. With the list
// spoilt too nothing is known, and that is never good.
func TestO4FallsBack(t *testing.T) {
	p, s := testpki.Start(t)
	s.SetDelay(time.Minute)
	chain := &trust.Evidence{Certificates: p.Chain("signer")[1:]}
	lists := lists(t, p)
	rootList := &trust.Evidence{Certificates: chain.Certificates, CRLs: lists.CRLs[:1]} // so that the authority is known to be good
	for _, c := range []struct {
		fault testpki.Fault
		why   string
	}{
		{testpki.Slow, "httpx.timeout"}, {testpki.Status500, "trust.http-status"}, {testpki.Truncated, "revoke.malformed"}, {testpki.CutOff, "httpx.protocol"},
		{testpki.Garbage, "revoke.malformed"}, {testpki.Empty, "revoke.malformed"}, {testpki.Redirect, "httpx.redirects"},
		{testpki.BrokenSignature, "revoke.ocsp-responder"}, {testpki.Rejection, "revoke.ocsp-status"}, {testpki.NoEKU, "revoke.ocsp-responder"},
		{testpki.Expired, ""}, {testpki.Future, "trust.useless-answer"}, {testpki.ForeignSigner, "revoke.ocsp-responder"},
		{testpki.WrongSerial, "revoke.ocsp-other"}, {testpki.UnknownStatus, ""}, {testpki.NoCertificate, "revoke.ocsp-responder"},
	} {
		t.Run(string(c.fault), func(t *testing.T) {
			s.ClearFaults()
			s.Fault(testpki.OCSP, c.fault, true)
			v := online(t, p)
			v.Fetcher = &trust.HTTPFetcher{AllowPrivate: true, Timeout: 20 * time.Second}
			if c.fault == testpki.Slow {
				v.Fetcher = &trust.HTTPFetcher{AllowPrivate: true, Timeout: 2 * time.Second}
			}
			before := s.Hits(testpki.CRL)
			j := v.Judge(t.Context(), trust.Question{Certificate: p.Certificate("signer"), Evidence: rootList})
			require.Equal(t, "", codeOf(j), "%v", j.Err)
			require.Equal(t, trust.SourceCRL, j.Statuses[0].Source)
			require.Equal(t, before+1, s.Hits(testpki.CRL))
			if c.why != "" {
				require.Contains(t, codes(j.Statuses[0].Why...), c.why)
			}
			s.Fault(testpki.CRL, testpki.Garbage, true)
			v.Cache = nil
			j = v.Judge(t.Context(), trust.Question{Certificate: p.Certificate("signer"), Evidence: rootList})
			require.Contains(t, []string{"trust.unchecked", "trust.stale", "trust.unknown-status"}, codeOf(j))
			require.Contains(t, codes(j.Statuses[0].Why...), "revoke.malformed")
			require.Zero(t, j.Fault)
		})
	}
	t.Run("clean twin", func(t *testing.T) {
		s.ClearFaults()
		before := s.Hits(testpki.CRL)
		j := online(t, p).Judge(t.Context(), trust.Question{Certificate: p.Certificate("signer"), Evidence: chain})
		require.Equal(t, "", codeOf(j))
		require.Equal(t, trust.SourceOCSP, j.Statuses[0].Source)
		require.Empty(t, j.Statuses[0].Why)
		require.Equal(t, before, s.Hits(testpki.CRL))
	})
}
