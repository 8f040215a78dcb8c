package sim_test

import (
	"crypto"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
	"github.com/kyso-dev/kyso/signer"
)

// TestFaultDress has the same refusal come in everything that servers dress a fault in: both envelopes, any status of HTTP, sub-codes or
// none, codes with another prefix and without underscore, the sides exchanged, with node and role, in the detail.
func TestFaultDress(t *testing.T) {
	var dresses []simtest.Guesses
	for _, status := range []int{0, 200, 400} {
		for i := range 32 {
			dresses = append(dresses, simtest.Guesses{FaultStatus: status, Bare: i&1 > 0, SwappedSides: i&2 > 0, NoSubcodes: i&4 > 0, Roles: i&8 > 0, InDetail: i&16 > 0})
		}
	}
	for name, d := range map[string]sim.Dialect{"soap": sim.ETSI(), "soap 1.1": sim.TR(), "json": dialects()["swisscom-rest"]} {
		for _, g := range dresses {
			if g.InDetail && (!d.SOAP11 || g.Bare) { // digits in a detail are a code only where they look like one
				continue
			}
			s := start(t, d, simtest.Refuse, &simtest.Options{Guesses: g})
			_, err := client(t, s.Config(demo), nil).Sign(t.Context(), digest("a"), crypto.SHA256)
			what := fmt.Sprintf("%s %+v", name, g)
			require.ErrorIs(t, err, signer.ErrRefused, what)
			var e *remote.Error
			require.True(t, errors.As(err, &e))
			want := "4011"
			if g.NoSubcodes || d.JSON || d.SOAP11 && !g.InDetail { // where the form has no room for it
				want = "401"
			}
			require.Equal(t, want, e.Service.Code, what)
		}
	}
}

// TestToldOnce: a service tells an end once or as often as it is asked, and then for so long, under the one code or the other.
func TestToldOnce(t *testing.T) {
	look := func(g simtest.Guesses, pause time.Duration) error {
		t.Helper()
		s := start(t, sim.ETSI(), simtest.Approve, &simtest.Options{Guesses: g})
		store := remote.NewMemoryStore()
		c := client(t, s.Config(demo), &remote.Options{Store: store})
		op, err := c.Start(t.Context(), requests("a"), nil)
		require.NoError(t, err)
		require.NotEmpty(t, op.Remote)
		again := client(t, s.Config(demo), nil) // a process that has the same operation and does not know how the first fared
		later := *op
		_, err = c.Wait(t.Context(), op)
		require.NoError(t, err)
		require.NoError(t, s.Config(demo).Clock.Sleep(t.Context(), pause))
		_, err = again.Wait(t.Context(), &later)
		require.Equal(t, 1, s.Signatures())
		return err
	}
	require.NoError(t, look(simtest.Guesses{}, time.Minute))
	require.ErrorIs(t, look(simtest.Guesses{Once: true}, time.Minute), signer.ErrOutcomeUnknown)
	require.NoError(t, look(simtest.Guesses{Forget: 5 * time.Minute}, time.Minute))
	require.ErrorIs(t, look(simtest.Guesses{Forget: time.Minute}, 2*time.Minute), signer.ErrOutcomeUnknown)
	require.ErrorIs(t, look(simtest.Guesses{Forget: time.Minute, ForgetCode: 208}, 2*time.Minute), signer.ErrExpired)
}
