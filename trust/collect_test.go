package trust_test

import (
	"context"
	"crypto/x509"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/revoke"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/trust"
)

// updates are the thisUpdates of the OCSP responses and lists in evidence.
func updates(t testing.TB, e *trust.Evidence) (all []time.Time) {
	t.Helper()
	for _, der := range e.OCSPs {
		r, err := revoke.ParseResponse(der)
		require.NoError(t, err)
		all = append(all, r.Singles[0].ThisUpdate)
	}
	for _, der := range e.CRLs {
		l, err := revoke.ParseCRL(der)
		require.NoError(t, err)
		all = append(all, l.ThisUpdate)
	}
	return all
}

// TestCollect: what is collected is enough to judge offline, years later, and is not older than the proof where that can be had.
func TestCollect(t *testing.T) {
	p, s := testpki.Start(t)
	birth := p.Now().Truncate(time.Second)
	p.SetTime(birth)
	v := online(t, p)
	leaf := p.Certificate("signer")
	first, err := v.Collect(t.Context(), leaf, birth, nil)
	require.NoError(t, err)
	require.Len(t, first.OCSPs, 2)
	require.Empty(t, first.CRLs)
	for _, c := range []*x509.Certificate{leaf, p.Issuer(), p.Root(), p.Certificate("ocsp-issuer"), p.Certificate("ocsp-root")} {
		require.True(t, holds(first, c), c.Subject)
	}
	offline := &trust.Validator{Store: store(t, trust.National, p.Root())}
	judge := func(at, now time.Time, e *trust.Evidence) string {
		return codeOf(offline.Judge(t.Context(), trust.Question{Certificate: leaf, At: at, Now: now, Evidence: e}))
	}
	require.Equal(t, "", judge(birth, birth.AddDate(5, 0, 0), first))
	require.Equal(t, "trust.stale", judge(birth.AddDate(0, 1, 0), birth.AddDate(5, 0, 0), first), "it says nothing of later times")

	t.Run("what is at hand and serves costs no exchange", func(t *testing.T) {
		hits := s.Hits(testpki.OCSP)
		again, err := v.Collect(t.Context(), leaf, birth, first)
		require.NoError(t, err)
		require.True(t, reflect.DeepEqual(first.OCSPs, again.OCSPs))
		again, err = v.Collect(t.Context(), leaf, birth, nil)
		require.NoError(t, err)
		require.True(t, reflect.DeepEqual(first.OCSPs, again.OCSPs))
		require.Equal(t, hits, s.Hits(testpki.OCSP))
	})
	t.Run("what is older than the proof is fetched again, embedded or cached", func(t *testing.T) {
		at := birth.Add(10 * time.Minute)
		p.SetTime(at.Add(time.Second))
		for _, known := range []*trust.Evidence{nil, first} {
			e, err := v.Collect(t.Context(), leaf, at, known)
			require.NoError(t, err)
			require.NotEmpty(t, updates(t, e))
			for _, u := range updates(t, e) {
				require.False(t, u.Before(at))
			}
		}
	})
	t.Run("what is older is taken where nothing newer is to be had", func(t *testing.T) {
		at := birth.Add(30 * time.Minute)
		for _, v := range []*trust.Validator{offline, {Store: offline.Store, Fetcher: broken{}}} {
			v.Clock = func() time.Time { return at }
			e, err := v.Collect(t.Context(), leaf, at, first)
			require.NoError(t, err)
			require.True(t, reflect.DeepEqual(first.OCSPs, e.OCSPs))
			_, err = v.Collect(t.Context(), leaf, birth.Add(2*time.Hour), first)
			require.Equal(t, "trust.stale", code(err))
		}
	})
	t.Run("lists where the responder is down", func(t *testing.T) {
		s.Fault(testpki.OCSP, testpki.Status500, true)
		defer s.ClearFaults()
		v := online(t, p)
		e, err := v.Collect(t.Context(), leaf, p.Now(), nil)
		require.NoError(t, err)
		require.Empty(t, e.OCSPs)
		require.Len(t, e.CRLs, 2)
		require.Equal(t, "", judge(p.Now(), birth.AddDate(5, 0, 0), e))
		s.Fault(testpki.CRL, testpki.Status500, true)
		_, err = online(t, p).Collect(t.Context(), leaf, p.Now(), nil)
		require.Equal(t, "trust.unchecked", code(err))
		require.Contains(t, err.Error(), "500")
	})
	t.Run("a certificate that has expired by now", func(t *testing.T) {
		p.SetTime(birth.AddDate(3, 0, 0))
		e, err := online(t, p).Collect(t.Context(), leaf, birth.Add(30*time.Minute), first)
		require.NoError(t, err)
		require.Equal(t, []time.Time{birth.AddDate(3, 0, 0), birth}, updates(t, e), "the authority's is new, the signer's the one that is at hand")
		_, err = online(t, p).Collect(t.Context(), leaf, birth.Add(30*time.Minute), &trust.Evidence{Certificates: first.Certificates})
		require.Equal(t, "trust.unchecked", code(err), "its issuer may have forgotten it")
		s.Fault(testpki.OCSP, testpki.ArchiveCutOff, true)
		e, err = online(t, p).Collect(t.Context(), leaf, birth.Add(30*time.Minute), &trust.Evidence{Certificates: first.Certificates})
		require.NoError(t, err, "unless it says that it remembers")
		require.Equal(t, "", judge(birth.Add(30*time.Minute), birth.AddDate(4, 0, 0), e))
		s.ClearFaults()
		_, err = online(t, p).Collect(t.Context(), leaf, birth.AddDate(3, 0, 0), first)
		require.Contains(t, []string{"trust.outside-validity", "trust.expired"}, code(err))
		p.SetTime(birth.Add(time.Hour))
	})
	t.Run("revoked", func(t *testing.T) {
		require.NoError(t, p.SetStatus("other", testpki.Status{State: testpki.Revoked, Reason: 1, At: birth.Add(30 * time.Minute)}))
		other := p.Certificate("other")
		_, err := online(t, p).Collect(t.Context(), other, birth.Add(30*time.Minute), nil)
		require.Equal(t, "trust.revoked", code(err))
		require.Equal(t, "keyCompromise", err.(*trust.Error).Params()["reason"])
		_, err = online(t, p).Collect(t.Context(), other, birth.Add(29*time.Minute), nil)
		require.NoError(t, err)
	})
	t.Run("a stranger", func(t *testing.T) {
		_, err := online(t, p).Collect(t.Context(), plant(t, "a").leaf, birth, nil)
		require.Equal(t, "trust.no-path", code(err))
	})
}

func holds(e *trust.Evidence, c *x509.Certificate) bool {
	for _, one := range e.Certificates {
		if one.Equal(c) {
			return true
		}
	}
	return false
}

// broken is a network without a wire.
type broken struct{}

func (broken) Fetch(context.Context, trust.Fetch) ([]byte, error) {
	return nil, context.DeadlineExceeded
}

// TestDetour: an authority that was certified twice, and once in vain, still leads to its anchor.
func TestDetour(t *testing.T) {
	a, b := plant(t, "a"), plant(t, "b")
	cross := certificate(t, "a issuer", a.issuerKey.Public(), b.root, b.rootKey, authority)
	leaf := certificate(t, "leaf", key(t).Public(), a.issuer, a.issuerKey, nil)
	gone := revocationList(t, a, now, 1, a.issuer)
	fine := revocationList(t, b, now, 1)
	issued := revocationList(t, tree{root: a.issuer, rootKey: a.issuerKey}, now, 1)
	v := &trust.Validator{Store: store(t, trust.National, a.root), Clock: func() time.Time { return now.Add(time.Hour) }}
	require.NoError(t, v.Store.Add(trust.Own, b.root))
	evidence := &trust.Evidence{Certificates: []*x509.Certificate{a.issuer, cross}, CRLs: [][]byte{gone, fine, issued}}
	j := v.Judge(t.Context(), trust.Question{Certificate: leaf, Evidence: evidence})
	require.Equal(t, "", codeOf(j), "%v", j.Err)
	require.Equal(t, trust.Own, j.Path.Anchor.Tree)
	evidence.CRLs = [][]byte{gone, issued}
	j = v.Judge(t.Context(), trust.Question{Certificate: leaf, Evidence: evidence})
	require.Equal(t, "trust.revoked", codeOf(j), "of several paths the first one's fault is told")
	require.Equal(t, 1, j.Fault)
}

// benchJudge judges signatures of one signer, each with its own time.
func benchJudge(b *testing.B, evidence func(p *testpki.PKI) *trust.Evidence, fetch bool) {
	p, s := testpki.Start(b)
	p.SetTime(p.Now())
	e := evidence(p)
	v := online(b, p)
	if !fetch {
		v.Fetcher = nil
	}
	leaf := p.Certificate("signer")
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		if j := v.Judge(b.Context(), trust.Question{Certificate: leaf, At: p.Now().Add(time.Duration(n%1000) * time.Millisecond), Now: p.Now().Add(time.Minute), Evidence: e}); j.Err != nil {
			b.Fatal(j.Err)
		}
	}
	if hits := s.Hits(testpki.OCSP); fetch && hits != 2 {
		b.Fatal(hits, "exchanges")
	}
}

func BenchmarkJudgeEmbedded(b *testing.B) {
	benchJudge(b, func(p *testpki.PKI) *trust.Evidence { return responses(b, p, "signer", "issuer") }, false)
}

func BenchmarkJudgeFetched(b *testing.B) {
	benchJudge(b, func(p *testpki.PKI) *trust.Evidence { return &trust.Evidence{Certificates: p.Chain("signer")} }, true)
}
