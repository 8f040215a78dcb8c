package sim_test

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/remotetest"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
	"github.com/kyso-dev/kyso/signer"
)

// both are a dialect of each mode.
func both() map[string]sim.Dialect {
	return map[string]sim.Dialect{"synch": sim.VNMPKI(), "asynch": sim.ETSI()}
}

// TestEnds goes through every way in which people, phones and cards end a request, in both modes and in every dress of a fault.
func TestEnds(t *testing.T) {
	issue := func(before time.Time, usage x509.KeyUsage) []*x509.Certificate {
		chain, err := authority().Issue("TEST", simtest.RSAKey(), before, usage)
		require.NoError(t, err)
		return chain
	}
	for name, tc := range map[string]struct {
		change func(*simtest.SIM)
		is     error
		code   string // the service's
	}{
		"refused":          {func(c *simtest.SIM) { c.User = simtest.Refuse }, signer.ErrRefused, "4011"},
		"wrong PIN":        {func(c *simtest.SIM) { c.User = simtest.WrongPIN }, signer.ErrRefused, "4012"},
		"postponed":        {func(c *simtest.SIM) { c.User = simtest.Postpone }, signer.ErrRefused, "4013"},
		"silence":          {func(c *simtest.SIM) { c.User = simtest.Ignore }, signer.ErrExpired, "2082"},
		"phone off":        {func(c *simtest.SIM) { c.Off = true }, sim.ErrPhone, "2093"},
		"PIN blocked":      {func(c *simtest.SIM) { c.Blocked = true }, sim.ErrPINBlocked, "4021"},
		"card blocked":     {func(c *simtest.SIM) { c.Suspended = true }, sim.ErrCardBlocked, "403"},
		"other profile":    {func(c *simtest.SIM) { c.NoProfile = true }, remote.NewError(sim.CodeProfile, nil), "109"},
		"no key":           {func(c *simtest.SIM) { c.Key = nil }, signer.ErrKeyNotFound, "4041"},
		"no certificate":   {func(c *simtest.SIM) { c.Chain = nil }, remote.ErrNoCertificate, "422"},
		"revoked":          {func(c *simtest.SIM) { c.Status = "501" }, remote.ErrCertificate, "501"},
		"invalid":          {func(c *simtest.SIM) { c.Status = "503" }, remote.ErrCertificate, "503"},
		"constraint":       {func(c *simtest.SIM) { c.Status = "505" }, remote.ErrCertificate, "505"},
		"expired":          {func(c *simtest.SIM) { c.Chain = issue(epoch.AddDate(-2, 0, 0), 0) }, signer.ErrCertificateExpired, ""},
		"not for signing":  {func(c *simtest.SIM) { c.Chain = issue(time.Time{}, x509.KeyUsageKeyEncipherment) }, signer.ErrCertificateUnsuitable, ""},
		"signs after 40 s": {func(c *simtest.SIM) { c.User, c.Delay = simtest.Approve, 40*time.Second }, nil, ""},
	} {
		for mode, d := range both() {
			t.Run(name+" "+mode, func(t *testing.T) {
				plain := mode == "synch"
				s := start(t, d, simtest.Approve, &simtest.Options{Guesses: simtest.Guesses{Bare: plain, SwappedSides: plain, FaultStatus: map[bool]int{true: 200, false: 400}[plain]}})
				s.Change(demo, tc.change)
				_, err := client(t, s.Config(demo), nil).Sign(t.Context(), digest("a"), crypto.SHA256)
				if tc.is == nil {
					require.NoError(t, err)
					return
				}
				require.ErrorIs(t, err, tc.is)
				var e *remote.Error
				if tc.code != "" && errors.As(err, &e) {
					require.Equal(t, tc.code, e.Service.Code)
				}
			})
		}
	}
}

// TestCodes asks for the numbers that stand for codes: each is an error of its own kind, and nobody is asked twice.
func TestCodes(t *testing.T) {
	kinds := map[int]error{
		101: signer.ErrRequest, 102: signer.ErrRequest, 103: signer.ErrRequest, 104: remote.ErrCredentials, 105: sim.ErrNumber, 106: remote.NewError(sim.CodeHandshake, nil),
		107: signer.ErrRequest, 108: signer.ErrRequest, 109: remote.NewError(sim.CodeProfile, nil), 208: remote.ErrExpired, 209: sim.ErrPhone, 401: remote.ErrRefused,
		402: signer.ErrPINLocked, 403: sim.ErrCardBlocked, 404: signer.ErrKeyNotFound, 406: remote.ErrBusy, 422: remote.ErrNoCertificate,
		423: remote.NewError(sim.CodeFault, nil), 425: remote.ErrCertificate, 900: signer.ErrOutcomeUnknown,
	}
	chain, err := authority().Issue("TEST", simtest.RSAKey(), time.Time{}, 0)
	require.NoError(t, err)
	for name, d := range map[string]sim.Dialect{"soap": sim.ETSI(), "soap 1.1": sim.TR(), "json": dialects()["swisscom-rest"]} {
		s := start(t, d, simtest.Approve, nil)
		for code, kind := range kinds {
			t.Run(fmt.Sprint(name, " ", code), func(t *testing.T) {
				c := s.Config(demo)
				c.MSISDN, c.Chain = fmt.Sprintf("+84900092%d", code), chain
				before := s.Calls(sim.CallSignature)
				_, err := client(t, c, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
				require.ErrorIs(t, err, kind)
				require.Equal(t, before+1, s.Calls(sim.CallSignature))
			})
		}
	}
}

// asynchronous are the dialects whose requests can be asked after.
func asynchronous() map[string]sim.Dialect {
	all := dialects()
	maps.DeleteFunc(all, func(_ string, d sim.Dialect) bool { return d.Mode == sim.Synch })
	return all
}

// TestResume cuts the connection after the phone has signed: another process brings that signature, and there is only one.
func TestResume(t *testing.T) {
	cuts := []simtest.Fault{simtest.CutLost, simtest.GatewayLost, simtest.OtherForm, simtest.Huge, simtest.DTD, simtest.Bomb, simtest.Deep, simtest.Twice, simtest.RedirectLost}
	for name, d := range asynchronous() {
		t.Run(name, func(t *testing.T) { resume(t, d, simtest.ResetLost) })
	}
	for _, cut := range cuts {
		t.Run(string(cut), func(t *testing.T) { resume(t, sim.ETSI(), cut) })
	}
}

func resume(t *testing.T, d sim.Dialect, cut simtest.Fault) {
	t.Helper()
	s := start(t, d, simtest.Approve, nil)
	store := remote.NewMemoryStore()
	op, err := client(t, s.Config(demo), &remote.Options{Store: store}).Start(t.Context(), requests("a"), nil)
	require.NoError(t, err)
	s.Inject(sim.CallStatus, cut, 1)

	later := client(t, s.Config(demo), &remote.Options{Store: store})
	found, err := later.Resume(t.Context(), op.ID)
	require.NoError(t, err)
	sigs, err := later.Wait(t.Context(), found)
	require.NoError(t, err)
	require.Len(t, sigs, 1)
	require.Equal(t, 1, s.Signatures())
	require.Equal(t, 1, s.Calls(sim.CallSignature))
}

// TestLost loses the answer to the request itself: nobody can tell, and the same is not asked for again.
func TestLost(t *testing.T) {
	for mode, d := range both() {
		for _, lost := range []simtest.Fault{simtest.Reset, simtest.ResetLost, simtest.CutLost, simtest.GatewayLost, simtest.RedirectLost, simtest.Internal, simtest.OtherTransaction, simtest.OtherNumber, simtest.OtherAP, simtest.Bomb} {
			t.Run(mode+" "+string(lost), func(t *testing.T) {
				s := start(t, d, simtest.Approve, nil)
				s.Inject(sim.CallSignature, lost, 1)
				c := client(t, s.Config(demo), nil)
				_, err := c.Sign(t.Context(), digest("a"), crypto.SHA256)
				require.ErrorIs(t, err, signer.ErrOutcomeUnknown)
				_, err = c.Sign(t.Context(), digest("a"), crypto.SHA256)
				require.ErrorIs(t, err, signer.ErrOutcomeUnknown)
				require.Equal(t, 1, s.Calls(sim.CallSignature))
				require.LessOrEqual(t, s.Signatures(), 1)
			})
		}
	}
}

// TestNotBelieved has the service answer with what is not ours: no signature comes of it.
func TestNotBelieved(t *testing.T) {
	for mode, d := range both() {
		call := sim.CallStatus
		if d.Mode == sim.Synch {
			call = sim.CallSignature
		}
		for bad, kind := range map[simtest.Fault]error{
			simtest.OtherKey: signer.ErrSignatureInvalid, simtest.OtherDigest: signer.ErrSignatureInvalid, simtest.OtherCert: sim.ErrMismatch, simtest.NoSignature: sim.ErrMismatch,
		} {
			t.Run(mode+" "+string(bad), func(t *testing.T) {
				s := start(t, d, simtest.Approve, nil)
				s.Inject(call, bad, -1)
				_, err := client(t, s.Config(demo), nil).Sign(t.Context(), digest("a"), crypto.SHA256)
				require.ErrorIs(t, err, kind)
			})
		}
	}
	for _, other := range []simtest.Fault{simtest.OtherTransaction, simtest.OtherAP, simtest.OtherNumber, simtest.OtherTransID, simtest.Nonsense} {
		s := start(t, sim.ETSI(), simtest.Approve, nil)
		s.Inject(sim.CallStatus, other, -1)
		_, err := client(t, s.Config(demo), nil).Sign(t.Context(), digest("a"), crypto.SHA256)
		require.ErrorIs(t, err, sim.ErrMismatch, other)
		require.ErrorIs(t, err, signer.ErrProtocol, other)
	}
}

// TestCancelled: the caller goes, the phone signs all the same, and what it signed is found.
func TestCancelled(t *testing.T) {
	for name, d := range asynchronous() {
		t.Run(name, func(t *testing.T) {
			clock := remotetest.NewClock(epoch)
			s := start(t, d, simtest.Ask, &simtest.Options{Clock: clock})
			store := remote.NewMemoryStore()
			c := client(t, s.Config(demo), &remote.Options{Store: store})
			op, err := c.Start(t.Context(), requests("a"), nil)
			require.NoError(t, err)
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err = c.Wait(ctx, op)
			require.ErrorIs(t, err, signer.ErrCancelled)
			require.NotEmpty(t, op.Remote)

			require.True(t, s.Approve(demo))
			clock.Advance(d.First + time.Second) // another process asks later
			later := client(t, s.Config(demo), &remote.Options{Store: store})
			found, err := later.Resume(t.Context(), op.ID)
			require.NoError(t, err)
			require.NoError(t, later.Poll(t.Context(), found))
			require.Len(t, found.Signatures(), 1)
			require.Equal(t, 1, s.Signatures())
			require.Equal(t, 1, s.Calls(sim.CallSignature))
		})
	}
}

// TestEither: where the service refuses the asynchronous mode by a fault it is asked in the other, and not otherwise again. Nothing else
// makes a request leave twice.
func TestEither(t *testing.T) {
	d := sim.VNMPKI()
	d.Mode = sim.Either
	for refuses, want := range map[bool][]int{true: {2, 3, 4}, false: {1, 2, 3}} {
		s := start(t, d, simtest.Approve, &simtest.Options{SignText: signText, Guesses: simtest.Guesses{NoAsynch: refuses}})
		shown := 0
		c := s.Config(demo)
		c.Show = func(context.Context, string, string) error { shown++; return nil }
		p, err := sim.New(c)
		require.NoError(t, err)
		key := remote.New(p, &remote.Options{Clock: c.Clock})
		_, err = key.Sign(t.Context(), digest("a"), crypto.SHA256)
		require.NoError(t, err)
		require.Equal(t, want[0], s.Calls(sim.CallSignature))
		_, err = key.Sign(t.Context(), digest("b"), crypto.SHA256)
		require.NoError(t, err)
		require.Equal(t, want[1], s.Calls(sim.CallSignature))
		_, err = p.SignText(t.Context(), sim.Text{Text: "a", Check: cms.CheckContent})
		require.NoError(t, err)
		require.Equal(t, want[2], s.Calls(sim.CallSignature))
		require.Equal(t, refuses, s.Calls(sim.CallStatus) == 0)
		require.Equal(t, 3, s.Signatures())
		require.Equal(t, 3, shown)
	}
	for fault, want := range map[simtest.Fault]error{
		simtest.ResetLost: signer.ErrOutcomeUnknown, simtest.Internal: signer.ErrOutcomeUnknown, simtest.CutLost: signer.ErrOutcomeUnknown, simtest.SecretInErrors: remote.ErrCredentials,
	} {
		s := start(t, d, simtest.Approve, &simtest.Options{Guesses: simtest.Guesses{NoAsynch: true}})
		s.Inject(sim.CallSignature, fault, 1)
		_, err := client(t, s.Config(demo), nil).Sign(t.Context(), digest("a"), crypto.SHA256)
		require.ErrorIs(t, err, want, fault)
		require.Equal(t, 1, s.Calls(sim.CallSignature), fault)
	}
	s := start(t, d, simtest.Approve, &simtest.Options{Guesses: simtest.Guesses{NoAsynch: true}})
	s.Inject(sim.CallSignature, "", 1) // the refusal comes through
	s.Inject(sim.CallSignature, simtest.ResetLost, 1)
	_, err := client(t, s.Config(demo), nil).Sign(t.Context(), digest("a"), crypto.SHA256)
	require.ErrorIs(t, err, signer.ErrOutcomeUnknown)
	require.Equal(t, 2, s.Calls(sim.CallSignature))
	require.Equal(t, 1, s.Signatures())
}

// TestCancelledSynch: with the answer on its way the caller goes. Nobody can tell any more, and it says so.
func TestCancelledSynch(t *testing.T) {
	clock := remotetest.NewClock(epoch)
	s := start(t, sim.VNMPKI(), simtest.Ask, &simtest.Options{Clock: clock})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for len(s.Transactions()) == 0 {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	_, err := client(t, s.Config(demo), nil).Sign(ctx, digest("a"), crypto.SHA256)
	require.ErrorIs(t, err, signer.ErrOutcomeUnknown)
	require.True(t, s.Approve(demo)) // the phone still shows it
}

// TestBusy: a number is asked one thing at a time, whoever asks.
func TestBusy(t *testing.T) {
	for _, kill := range []bool{false, true} {
		s := start(t, sim.ETSI(), simtest.Ask, &simtest.Options{Clock: remotetest.NewClock(epoch), Guesses: simtest.Guesses{KillFirst: kill}})
		first := client(t, s.Config(demo), nil)
		op, err := first.Start(t.Context(), requests("a"), nil)
		require.NoError(t, err)
		_, err = first.Start(t.Context(), requests("b"), nil) // one client: nothing is sent
		require.ErrorIs(t, err, remote.ErrBusy)
		require.Equal(t, 1, s.Calls(sim.CallSignature))

		_, err = client(t, s.Config(demo), nil).Start(t.Context(), requests("c"), nil) // another process
		if kill {
			require.NoError(t, err)
			require.ErrorIs(t, first.Poll(t.Context(), op), signer.ErrRefused)
			continue
		}
		require.ErrorIs(t, err, remote.ErrBusy)
	}
}

// TestPace: the first look comes when the service wants it, and one at a time.
func TestPace(t *testing.T) {
	s := start(t, sim.FiCom(), simtest.Approve, nil)
	s.Change(demo, func(c *simtest.SIM) { c.Delay = 60 * time.Second })
	_, err := client(t, s.Config(demo), nil).Sign(t.Context(), digest("a"), crypto.SHA256)
	require.NoError(t, err)
	seen := s.Transactions()[0]
	require.Zero(t, seen.Early)
	require.LessOrEqual(t, seen.Polls, 12)
}

// TestForgotten: the service no longer knows a request that it had taken. Whether it was signed cannot be said.
func TestForgotten(t *testing.T) {
	s := start(t, sim.ETSI(), simtest.Approve, &simtest.Options{Guesses: simtest.Guesses{Forget: time.Minute}})
	c := client(t, s.Config(demo), nil)
	op, err := c.Start(t.Context(), requests("a"), nil)
	require.NoError(t, err)
	require.Len(t, s.Transactions(), 1) // signed now
	require.NoError(t, s.Config(demo).Clock.Sleep(t.Context(), 2*time.Minute))
	_, err = c.Wait(t.Context(), op)
	require.ErrorIs(t, err, signer.ErrOutcomeUnknown)
	require.Equal(t, 1, s.Signatures())
}

// TestQueriesAreRepeated: what asks nobody for anything is asked again where it did not get through.
func TestQueriesAreRepeated(t *testing.T) {
	s := start(t, sim.VNMPKI(), simtest.Approve, nil)
	s.Inject(sim.CallRegistration, simtest.ResetLost, 2)
	_, err := client(t, s.Config(demo), nil).Sign(t.Context(), digest("a"), crypto.SHA256)
	require.NoError(t, err)
	require.Equal(t, 3, s.Calls(sim.CallRegistration))
}

// TestOtherMSSP: a number that another service serves is asked after there.
func TestOtherMSSP(t *testing.T) {
	s := start(t, sim.ETSI(), simtest.Approve, &simtest.Options{Guesses: simtest.Guesses{OtherMSSP: "http://roaming.test"}})
	c := client(t, s.Config(demo), nil)
	op, err := c.Start(t.Context(), requests("a"), nil)
	require.NoError(t, err)
	require.Contains(t, op.Remote, " http://roaming.test")
	_, err = c.Wait(t.Context(), op)
	require.NoError(t, err)
	journal := s.Journal()
	require.Contains(t, string(journal[len(journal)-1].Body), "http://roaming.test")
}
