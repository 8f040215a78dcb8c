package sim_test

import (
	"crypto"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
	"github.com/kyso-dev/kyso/signer"
)

// TestHeartbeat: a service that is well says so in its way, and one that is not says something else.
func TestHeartbeat(t *testing.T) {
	for _, d := range []sim.Dialect{sim.SwisscomSOAP(), sim.SwisscomREST()} {
		s := start(t, d, simtest.Approve, &simtest.Options{SignText: signText, Prefix: "Bank: "})
		c := s.Config(demo)
		p, err := sim.New(c)
		require.NoError(t, err)
		require.NoError(t, p.Heartbeat(t.Context()))
		s.Inject(sim.CallSignature, simtest.Internal, 1)
		require.ErrorIs(t, p.Heartbeat(t.Context()), remote.NewError(sim.CodeFault, nil))
		s.Inject(sim.CallSignature, simtest.GatewayLost, 1)
		require.ErrorIs(t, p.Heartbeat(t.Context()), signer.ErrUnavailable)
		c.APPassword = "guess"
		p, err = sim.New(c)
		require.NoError(t, err)
		require.ErrorIs(t, p.Heartbeat(t.Context()), remote.ErrCredentials)
		require.Empty(t, s.Transactions())
	}
	p, err := sim.New(start(t, sim.ETSI(), simtest.Approve, nil).Config(demo))
	require.NoError(t, err)
	require.ErrorIs(t, p.Heartbeat(t.Context()), remote.NewError(remote.CodeConfig, nil))
}

// TestSuccessNumbers signs on the numbers that Swisscom has for it.
func TestSuccessNumbers(t *testing.T) {
	sims, err := simtest.SuccessSIMs(authority())
	require.NoError(t, err)
	s := start(t, sim.SwisscomREST(), simtest.Approve, &simtest.Options{SIMs: sims, SignText: signText})
	for _, number := range []string{simtest.SuccessEC, simtest.SuccessRSA} {
		p, err := sim.New(s.Config(number))
		require.NoError(t, err)
		_, err = p.SignText(t.Context(), sim.Text{Text: "Bank: log in", Check: cms.CheckContent})
		require.NoError(t, err)
	}
	p, err := sim.New(start(t, sim.SwisscomREST(), simtest.Approve, &simtest.Options{SignText: signText}).Config(simtest.SuccessEC))
	require.NoError(t, err)
	_, err = p.SignText(t.Context(), sim.Text{Text: "Bank: log in", Check: cms.CheckContent})
	require.ErrorIs(t, err, sim.ErrNumber) // who is not asked to have them has not
	s = start(t, sim.ETSI(), simtest.Approve, &simtest.Options{SIMs: sims})
	for _, number := range []string{simtest.SuccessEC, simtest.SuccessRSA} {
		_, err = client(t, s.Config(number), nil).Sign(t.Context(), digest("a"), crypto.SHA256)
		require.NoError(t, err)
	}
}
