package proofs_test

import (
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/proofs"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/trust"
)

func TestExisted(t *testing.T) {
	hour := func(n int) time.Time { return time.Date(2026, 1, 1, n, 0, 0, 0, time.UTC) }
	value, token, made := trust.DigestOf([]byte("value")), trust.DigestOf([]byte("token")), trust.DigestOf([]byte("made"))
	p := proofs.Proofs{Now: hour(20), Made: map[trust.Digest]bool{made: true}}
	require.Equal(t, hour(20), p.Existed(value, time.Time{}), "nothing is proved: now")
	require.Equal(t, hour(21), p.Existed(token, hour(21)), "a clock ahead of ours")
	require.Equal(t, hour(3), p.Existed(made, hour(3)))

	stamp := func(at int, covers ...trust.Digest) proofs.Stamp {
		return proofs.Stamp{Raw: []byte("token"), Certificate: new(x509.Certificate), Genuine: true, Fits: true, Time: hour(at), Covers: covers}
	}
	broken, unfit, unread, unknown := stamp(1, value), stamp(1, value), stamp(1, value), stamp(1, value)
	broken.Genuine, unfit.Fits, unread.Raw, unknown.Certificate = false, false, nil, nil
	p.Add(&proofs.Signature{Stamps: []proofs.Stamp{stamp(9, value, token), stamp(5, value), broken, unfit, unread, unknown}})
	require.Equal(t, hour(5), p.Existed(value, time.Time{}))
	require.Equal(t, hour(9), p.Existed(token, hour(5)))

	counter := p
	counter.Add(&proofs.Signature{Stamps: []proofs.Stamp{stamp(2, value)}})
	require.Equal(t, hour(2), counter.Existed(value, time.Time{}))
	require.Equal(t, hour(5), p.Existed(value, time.Time{}), "a copy has its own")
}

func TestSettled(t *testing.T) {
	pki, err := testpki.New(nil)
	require.NoError(t, err)
	cert, value := pki.Certificate("signer"), trust.DigestOf([]byte("value"))
	evidence := new(trust.Evidence)
	for _, authority := range []string{"issuer", "root"} {
		list, err := pki.CRL(authority)
		require.NoError(t, err)
		evidence.CRLs = append(evidence.CRLs, list)
	}
	evidence.Certificates = append(evidence.Certificates, pki.Issuer(), pki.Root())
	all := []trust.Digest{value}
	for _, c := range evidence.Certificates {
		all = append(all, trust.DigestOf(c.Raw))
	}
	for _, raw := range evidence.CRLs {
		all = append(all, trust.DigestOf(raw))
	}
	settled := func(kind proofs.Kind, covers []trust.Digest) bool {
		var p proofs.Proofs
		p.Add(&proofs.Signature{Evidence: evidence, Stamps: []proofs.Stamp{
			{Kind: kind, Raw: []byte("token"), Certificate: cert, Genuine: true, Fits: true, Covers: covers},
		}})
		return p.Settled(cert, value)
	}
	require.True(t, settled(proofs.OverAll, all))
	require.False(t, settled(proofs.OverSignature, all), "no archive time-stamp")
	for i := range all {
		covers := append(append([]trust.Digest{}, all[:i]...), all[i+1:]...)
		require.False(t, settled(proofs.OverAll, covers), "without piece %d", i)
	}
}

// TestCollect asks for everything that nothing settles, each as of the time that is proved for it, and ends at the first that cannot be had.
func TestCollect(t *testing.T) {
	hour := func(n int) time.Time { return time.Date(2026, 1, 1, n, 0, 0, 0, time.UTC) }
	certificate := func(name string) *x509.Certificate {
		return &x509.Certificate{Raw: []byte(name), RawSubject: []byte(name), RawIssuer: []byte("issuer")}
	}
	signer, counter, first, second := certificate("signer"), certificate("counter"), certificate("first"), certificate("second")
	value := trust.DigestOf([]byte("value"))
	stamp := func(kind proofs.Kind, at int, cert *x509.Certificate, covers ...trust.Digest) proofs.Stamp {
		return proofs.Stamp{Kind: kind, Raw: []byte{byte(at)}, Certificate: cert, Genuine: true, Fits: true, Time: hour(at), Covers: covers}
	}
	broken := stamp(proofs.OverSignature, 2, second, value)
	broken.Genuine = false
	s := &proofs.Signature{
		Value: []byte("value"), Certificate: signer, Evidence: new(trust.Evidence),
		Stamps: []proofs.Stamp{
			stamp(proofs.OverContent, 3, first), stamp(proofs.OverSignature, 5, first, value), broken,
			stamp(proofs.OverAll, 9, second, value, trust.DigestOf([]byte{5})),
		},
		Counter: []*proofs.Signature{{Value: []byte("counter"), Certificate: counter, Evidence: new(trust.Evidence)}},
	}
	type question struct {
		cert *x509.Certificate
		at   time.Time
	}
	var asked []question
	more := certificate("more")
	ask := func(cert *x509.Certificate, at time.Time, known *trust.Evidence) (*trust.Evidence, error) {
		require.Equal(t, cert != signer && cert != counter, len(known.Certificates) > 0, "what was found is known next")
		asked = append(asked, question{cert, at})
		return &trust.Evidence{Certificates: []*x509.Certificate{more}}, nil
	}
	require.NoError(t, proofs.Proofs{Now: hour(20)}.Collect(s, ask))
	require.Equal(t, []question{{signer, hour(5)}, {first, hour(5)}, {first, hour(9)}, {second, hour(20)}, {counter, hour(20)}}, asked)

	no := errors.New("no")
	require.Equal(t, no, proofs.Proofs{Now: hour(20)}.Collect(&proofs.Signature{Evidence: new(trust.Evidence)}, func(cert *x509.Certificate, _ time.Time, _ *trust.Evidence) (*trust.Evidence, error) {
		require.Nil(t, cert, "one that was not found")
		return nil, no
	}))
}

// TestComplete: the newest archive time-stamp may lack its evidence, nothing else may.
func TestComplete(t *testing.T) {
	good, other := &x509.Certificate{Raw: []byte("good")}, &x509.Certificate{Raw: []byte("other")}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	stamp := func(kind proofs.Kind, hours int, cert *x509.Certificate) proofs.Stamp {
		return proofs.Stamp{Kind: kind, Raw: []byte("token"), Time: at.Add(time.Duration(hours) * time.Hour), Certificate: cert}
	}
	complete := func(cert *x509.Certificate) bool { return cert == good }
	for name, c := range map[string]struct {
		signer *x509.Certificate
		stamps []proofs.Stamp
		want   bool
	}{
		"alone":                        {good, nil, true},
		"signer":                       {other, nil, false},
		"newest archive":               {good, []proofs.Stamp{stamp(proofs.OverSignature, 1, good), stamp(proofs.OverAll, 3, other), stamp(proofs.OverAll, 2, good)}, true},
		"earlier archive":              {good, []proofs.Stamp{stamp(proofs.OverAll, 2, other), stamp(proofs.OverAll, 3, good)}, false},
		"signature time-stamp":         {good, []proofs.Stamp{stamp(proofs.OverSignature, 4, other), stamp(proofs.OverAll, 3, good)}, false},
		"authority that was not found": {good, []proofs.Stamp{stamp(proofs.OverSignature, 1, nil)}, false},
	} {
		require.Equal(t, c.want, proofs.Complete(c.signer, c.stamps, complete), name)
	}
}
