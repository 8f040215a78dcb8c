package trust_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/trust"
)

// TestPathsRememberedAreThoseSearched asks one store many questions in random order, and a store that was just made each of them: the
// answers must be the same at every time at which some certificate begins or ends to be valid, one nanosecond before, and one after.
func TestPathsRememberedAreThoseSearched(t *testing.T) {
	a := plant(t, "a")
	// The same issuer, certified again under another anchor and for other times: which path is right depends on the time.
	other := plant(t, "other")
	cross := certificate(t, "a issuer", a.issuerKey.Public(), other.root, other.rootKey, func(c *x509.Certificate) {
		authority(c)
		c.NotBefore, c.NotAfter = begin.AddDate(0, 6, 0), begin.AddDate(1, 6, 0)
	})
	short := certificate(t, "a issuer", a.issuerKey.Public(), a.root, a.rootKey, func(c *x509.Certificate) {
		authority(c)
		c.NotBefore, c.NotAfter = begin.AddDate(1, 8, 0), begin.AddDate(1, 9, 0)
	})
	anchors := []*x509.Certificate{a.root, other.root}
	bags := [][]*x509.Certificate{nil, {a.issuer}, {cross}, {a.issuer, cross}, {cross, a.issuer, short, nil}, {short}}
	var times []time.Time
	for _, c := range []*x509.Certificate{a.root, a.issuer, a.leaf, cross, short} {
		for _, at := range []time.Time{c.NotBefore, c.NotAfter} {
			times = append(times, at.Add(-1), at, at.Add(1), at.Add(24*time.Hour))
		}
	}
	s := store(t, trust.National, anchors...)
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		at, bag := times[random.IntN(len(times))], bags[random.IntN(len(bags))]
		got, gotErr := s.Path(a.leaf, bag, at)
		want, wantErr := store(t, trust.National, anchors...).Path(a.leaf, bag, at)
		require.Equal(t, wantErr == nil, gotErr == nil, "%v: %v, %v", at, wantErr, gotErr)
		if wantErr != nil {
			require.Equal(t, code(wantErr), code(gotErr))
		}
		if want != nil {
			require.Equal(t, want.Anchor, got.Anchor)
			require.Equal(t, want.Certificates, got.Certificates, "%v", at)
		}
	}
}

// TestPathsAreForgotten: what the store trusts now decides, and what a caller does to an answer is the caller's own affair.
func TestPathsAreForgotten(t *testing.T) {
	a := plant(t, "a")
	others := []*x509.Certificate{a.issuer}
	s := store(t, trust.Own, a.root)
	p, err := s.Path(a.leaf, others, now)
	require.NoError(t, err)
	p.Certificates[2] = nil
	again, err := x509.ParseCertificate(a.leaf.Raw)
	require.NoError(t, err)
	p, err = s.Path(again, others, now)
	require.NoError(t, err)
	require.Same(t, again, p.Certificates[0])
	require.Equal(t, a.root, p.Certificates[2])
	require.NoError(t, s.Add(trust.National, a.issuer))
	p, err = s.Path(a.leaf, others, now)
	require.NoError(t, err)
	require.Equal(t, trust.National, p.Anchor.Tree, "the new anchor is nearer")
	require.True(t, s.Remove(a.issuer))
	require.True(t, s.Remove(a.root))
	require.NoError(t, s.Add(trust.National, plant(t, "b").root))
	_, err = s.Path(a.leaf, others, now)
	require.Equal(t, "trust.no-path", code(err))
}

// TestPathsGoByOctets: what a caller does to a parsed certificate changes nothing.
func TestPathsGoByOctets(t *testing.T) {
	a := plant(t, "a")
	critical := certificate(t, "critical", key(t).Public(), a.root, a.rootKey, func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3, 4}, Critical: true, Value: []byte{5, 0}}}
	})
	s := store(t, trust.Own, a.root)
	critical.UnhandledCriticalExtensions, critical.Extensions = nil, nil
	_, err := s.Path(critical, nil, now)
	require.Equal(t, "trust.critical", code(err))
	late := *a.leaf
	late.NotAfter = late.NotAfter.AddDate(10, 0, 0)
	_, err = s.Path(&late, []*x509.Certificate{a.issuer}, begin.AddDate(3, 0, 0))
	require.Equal(t, "trust.outside-validity", code(err))
}

// BenchmarkPathAgain is the path of a further document of the same signer.
func BenchmarkPathAgain(b *testing.B) {
	a := plant(b, "a")
	s := store(b, trust.National, a.root)
	others := []*x509.Certificate{a.issuer}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Path(a.leaf, others, now); err != nil {
			b.Fatal(err)
		}
	}
}
