package trust_test

import (
	"crypto"
	"crypto/x509"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/trust"
)

const day = 24 * time.Hour

// TestJudgeThePast asks about the past: what was proved then, what is known since, and what can still be relied on. All offline.
func TestJudgeThePast(t *testing.T) {
	p, _ := testpki.Start(t)
	birth := p.Now().Truncate(time.Second)
	at := func(d time.Duration) time.Time { return birth.Add(d) }
	made := func(d time.Duration, names ...string) *trust.Evidence {
		p.SetTime(at(d))
		return responses(t, p, names...)
	}
	hour := made(time.Hour, "issuer", "signer")
	later := made(3*365*day, "issuer", "signer", "other") // the signers' certificates have expired by then
	require.NoError(t, p.SetStatus("other", testpki.Status{State: testpki.Revoked, Reason: 4, At: at(10 * day)}))
	require.NoError(t, p.SetStatus("person", testpki.Status{State: testpki.Suspended, At: at(10 * day)}))
	revoked := made(20*day, "issuer", "other")
	expiredRevoked := made(3*365*day, "issuer", "other")
	suspended := made(20*day, "issuer", "person")
	require.NoError(t, p.SetStatus("issuer", testpki.Status{State: testpki.Revoked, Reason: 2, At: at(30 * day)}))
	lost := made(31*day, "issuer") // the authority is revoked by now
	lost.Add(hour)

	always := func(d time.Duration) func(trust.Digest) time.Time {
		return func(trust.Digest) time.Time { return at(d) }
	}
	strict := &trust.Algorithms{Hashes: []trust.HashLimit{{Hash: crypto.SHA256, Until: at(365 * day)}}}
	for _, c := range []struct {
		name, cert string
		at, now    time.Duration
		evidence   *trust.Evidence
		existed    func(trust.Digest) time.Time
		algorithms *trust.Algorithms
		code       string
		fault      int
	}{
		{name: "evidence of the time, judged at once", cert: "signer", at: time.Hour, now: 61 * time.Minute, evidence: hour},
		{name: "a year later", cert: "signer", at: time.Hour, now: 365 * day, evidence: hour},
		{name: "when the signer's certificate has expired", cert: "signer", at: time.Hour, now: 3 * 365 * day, evidence: hour},
		{name: "evidence from before the proof that still holds", cert: "signer", at: 110 * time.Minute, now: 365 * day, evidence: hour},
		{name: "evidence from before the proof that does not hold", cert: "signer", at: 3 * time.Hour, now: 365 * day, evidence: hour, code: "trust.stale", fault: 1},
		{name: "nothing proved", cert: "signer", at: 365 * day, now: 365 * day, evidence: hour, code: "trust.stale", fault: 1},
		{name: "nothing proved, and expired", cert: "signer", at: 3 * 365 * day, now: 3 * 365 * day, evidence: hour, code: "trust.outside-validity"},
		{name: "before there was a certificate", cert: "signer", at: -90 * day, now: time.Hour, evidence: hour, code: "trust.outside-validity"},
		{name: "O2: evidence from after the certificate's end", cert: "signer", at: time.Hour, now: 3 * 365 * day, evidence: later, code: "trust.unchecked"},
		{name: "evidence from a later time than now", cert: "signer", at: time.Hour, now: time.Hour, evidence: later, code: "trust.unchecked", fault: 1},

		{name: "revoked after the proof", cert: "other", at: 9 * day, now: 20 * day, evidence: revoked},
		{name: "revoked at the proof", cert: "other", at: 10 * day, now: 20 * day, evidence: revoked, code: "trust.revoked"},
		{name: "revoked before the proof", cert: "other", at: 11 * day, now: 20 * day, evidence: revoked, code: "trust.revoked"},
		{name: "revoked, and expired since", cert: "other", at: 11 * day, now: 3 * 365 * day, evidence: expiredRevoked, code: "trust.revoked"},
		{name: "suspended after the proof", cert: "person", at: 9 * day, now: 20 * day, evidence: suspended},
		{name: "suspended before the proof", cert: "person", at: 11 * day, now: 20 * day, evidence: suspended, code: "trust.suspended"},

		{name: "authority revoked since, nothing proved of the rest", cert: "signer", at: time.Hour, now: 31 * day, evidence: lost, code: "trust.revoked", fault: 1},
		{name: "authority revoked since, the rest proved to be older", cert: "signer", at: time.Hour, now: 31 * day, evidence: lost, existed: always(time.Hour + time.Minute)},
		{name: "authority revoked since, the rest proved to be younger", cert: "signer", at: time.Hour, now: 31 * day, evidence: lost, existed: always(30*day + time.Minute), code: "trust.revoked", fault: 1},
		{name: "authority revoked before the proof", cert: "signer", at: 30 * day, now: 31 * day, evidence: lost, existed: always(time.Hour), code: "trust.revoked", fault: 1},

		{name: "who answered has expired, nothing proved", cert: "signer", at: time.Hour, now: 13 * 365 * day, evidence: hour, code: "trust.unchecked"},
		{name: "who answered has expired, the answer is older", cert: "signer", at: time.Hour, now: 13 * 365 * day, evidence: hour, existed: always(11 * 365 * day)},
		{name: "algorithm ended, nothing proved", cert: "signer", at: time.Hour, now: 2 * 365 * day, evidence: hour, algorithms: strict, code: "trust.weak-signature", fault: 1},
		{name: "algorithm ended, all proved to be older", cert: "signer", at: time.Hour, now: 2 * 365 * day, evidence: hour, algorithms: strict, existed: always(2 * time.Hour)},
		{name: "algorithm ended, all proved to be younger", cert: "signer", at: time.Hour, now: 2 * 365 * day, evidence: hour, algorithms: strict, existed: always(366 * day), code: "trust.weak-signature", fault: 1},
		{name: "algorithm ended before the proof", cert: "signer", at: 366 * day, now: 2 * 365 * day, evidence: hour, algorithms: strict, existed: always(2 * time.Hour), code: "trust.weak-signature"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := &trust.Validator{Store: store(t, trust.National, p.Root()), Algorithms: c.algorithms}
			j := v.Judge(t.Context(), trust.Question{Certificate: p.Certificate(c.cert), At: at(c.at), Now: at(c.now), Evidence: c.evidence, Existed: c.existed})
			require.Equal(t, c.code, codeOf(j), "%v", j.Err)
			require.Equal(t, c.fault, j.Fault, "%v", j.Err)
			if j.Err == nil {
				require.False(t, j.Control.Before(at(c.at)))
			}
		})
	}
}

// TestT4ExpiredAuthority: the whole chain must be valid at the proved time, not each certificate at the time it was issued.
func TestT4ExpiredAuthority(t *testing.T) {
	a := plant(t, "a")
	v := &trust.Validator{Store: store(t, trust.National, a.root)}
	evidence := &trust.Evidence{Certificates: []*x509.Certificate{a.issuer}}
	judge := func(at time.Time) *trust.Judgement {
		return v.Judge(t.Context(), trust.Question{Certificate: a.leaf, At: at, Now: begin.AddDate(1, 6, 0), Evidence: evidence})
	}
	j := judge(begin.AddDate(1, 1, 0))
	require.Equal(t, "trust.outside-validity", codeOf(j))
	require.Equal(t, 1, j.Fault)
	require.Equal(t, "trust.unchecked", codeOf(judge(begin.AddDate(0, 11, 0))), "the twin is valid, and there is no revocation data here")
}

// TestC3Transplant: whatever certificates a document brings, trusted ones among them, only the signer's own path counts.
func TestC3Transplant(t *testing.T) {
	p, _ := testpki.Start(t)
	a := plant(t, "a")
	evidence := lists(t, p)
	evidence.Add(&trust.Evidence{Certificates: []*x509.Certificate{a.root, a.issuer, p.Root(), p.Certificate("signer")}})
	v := &trust.Validator{Store: store(t, trust.National, p.Root()), Clock: p.Now}
	require.Equal(t, "trust.no-path", codeOf(v.Judge(t.Context(), trust.Question{Certificate: a.leaf, Evidence: evidence})))
	require.Equal(t, "", codeOf(v.Judge(t.Context(), trust.Question{Certificate: p.Certificate("signer"), Evidence: evidence})))
}

// TestO2NoNextUpdate: an answer that does not say when the next one comes is legal (RFC 6960, 4.2.2.1), and holds as long as the
// freshness limit says.
func TestO2NoNextUpdate(t *testing.T) {
	p, s := testpki.Start(t)
	birth := p.Now().Truncate(time.Second)
	p.SetTime(birth)
	s.Fault(testpki.OCSP, testpki.NoNextUpdate, true)
	evidence, err := online(t, p).Collect(t.Context(), p.Certificate("signer"), birth, nil)
	require.NoError(t, err)
	require.Empty(t, evidence.CRLs)
	for _, c := range []struct {
		fresh, at time.Duration
		code      string
	}{{0, 23 * time.Hour, ""}, {0, 25 * time.Hour, "trust.stale"}, {time.Hour, time.Hour, ""}, {time.Hour, time.Hour + time.Second, "trust.stale"}, {48 * time.Hour, 25 * time.Hour, ""}} {
		v := &trust.Validator{Store: store(t, trust.National, p.Root()), FreshFor: c.fresh}
		j := v.Judge(t.Context(), trust.Question{Certificate: p.Certificate("signer"), Evidence: evidence, Now: birth.Add(c.at)})
		require.Equal(t, c.code, codeOf(j), "%v %v", c.fresh, c.at)
		require.True(t, j.Statuses[0].NextUpdate.IsZero())
	}
}
