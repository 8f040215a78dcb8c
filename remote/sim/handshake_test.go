package sim_test

import (
	"crypto"
	"crypto/x509"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
	"github.com/kyso-dev/kyso/signer"
)

const (
	rsaSHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
	rsaSHA1   = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
)

// TestHandshake: a service wants one before anything else, and it settles what both have.
func TestHandshake(t *testing.T) {
	s := start(t, sim.ETSI(), simtest.Approve, &simtest.Options{Guesses: simtest.Guesses{HandshakeFirst: true}})
	p, err := sim.New(s.Config(demo))
	require.NoError(t, err)
	key := remote.New(p, &remote.Options{Clock: s.Config(demo).Clock})
	_, err = key.Sign(t.Context(), digest("a"), crypto.SHA256)
	require.ErrorIs(t, err, remote.NewError(sim.CodeHandshake, nil))
	require.Zero(t, s.Calls(sim.CallSignature))

	ours, err := authority().Issue("TEST AP", simtest.ECKey(), time.Time{}, 0)
	require.NoError(t, err)
	theirs, err := simtest.AuthorityOf(authority().Root(), ours[0], simtest.ECKey(), epoch).Issue("TEST AP", simtest.ECKey(), time.Time{}, 0)
	require.NoError(t, err)
	got, err := p.Handshake(t.Context(), &sim.Offer{
		Certificates: []*x509.Certificate{theirs[0], ours[0]}, Roots: []*x509.Certificate{authority().Root()}, Algorithms: []string{rsaSHA1, rsaSHA256},
	})
	require.NoError(t, err)
	require.Empty(t, got.Signed)
	require.Len(t, got.Service, 1)
	require.Equal(t, []*x509.Certificate{ours[0]}, got.Certificates)
	require.Equal(t, []string{rsaSHA256}, got.Algorithms)
	_, err = key.Sign(t.Context(), digest("a"), crypto.SHA256)
	require.NoError(t, err)

	got, err = p.Handshake(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, new(sim.Agreement), got)
	for fault, kind := range map[simtest.Fault]error{
		simtest.Internal: remote.NewError(sim.CodeFault, nil), simtest.OtherAP: sim.ErrMismatch, simtest.ResetLost: signer.ErrUnavailable, simtest.NoSignature: sim.ErrMismatch,
	} {
		s.Inject(sim.CallHandshake, fault, 1)
		_, err = p.Handshake(t.Context(), nil)
		require.ErrorIs(t, err, kind, fault)
	}

	without, err := sim.New(start(t, sim.VNMPKI(), simtest.Approve, nil).Config(demo))
	require.NoError(t, err)
	_, err = without.Handshake(t.Context(), nil)
	require.ErrorIs(t, err, remote.NewError(remote.CodeConfig, nil)) // the dialect has no port for it
}
