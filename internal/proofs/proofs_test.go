package proofs_test

import (
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

	p.Add([]proofs.Stamp{{Time: hour(9), Covers: []trust.Digest{value, token}}, {Time: hour(5), Covers: []trust.Digest{value}}}, new(trust.Evidence))
	require.Equal(t, hour(5), p.Existed(value, time.Time{}))
	require.Equal(t, hour(9), p.Existed(token, hour(5)))

	counter := p
	counter.Add([]proofs.Stamp{{Time: hour(2), Covers: []trust.Digest{value}}}, new(trust.Evidence))
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
	settled := func(archive bool, covers []trust.Digest) bool {
		var p proofs.Proofs
		p.Add([]proofs.Stamp{{Covers: covers, Archive: archive}}, evidence)
		return p.Settled(cert, value)
	}
	require.True(t, settled(true, all))
	require.False(t, settled(false, all), "no archive time-stamp")
	for i := range all {
		covers := append(append([]trust.Digest{}, all[:i]...), all[i+1:]...)
		require.False(t, settled(true, covers), "without piece %d", i)
	}
}
