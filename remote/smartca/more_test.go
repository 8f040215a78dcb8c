package smartca_test

import (
	"context"
	"crypto"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/smartca"
	"github.com/kyso-dev/kyso/remote/smartca/smartcatest"
	"github.com/kyso-dev/kyso/signer"
)

// TestNextWindow: a code of our own that is refused is followed by one of the next window, once. It is never the same code, and a person's
// is not tried again at all.
func TestNextWindow(t *testing.T) {
	for name, c := range map[string]struct {
		off   time.Duration // how far our clock is from the service's
		calls int
		err   error
	}{
		"in time": {0, 1, nil}, "a little slow": {-5 * time.Second, 2, nil}, "far slow": {-2 * time.Minute, 2, remote.ErrOneTimeCode}, "far fast": {2 * time.Minute, 2, remote.ErrOneTimeCode},
	} {
		server, clock := start(t, smartcatest.Ignore, nil)
		clock.Advance(30*time.Second - clock.Now().Sub(clock.Now().Truncate(30*time.Second)) + time.Second) // a second into a window
		config := server.THConfig(demo)
		config.Clock = offClock{clock, c.off}
		provider, err := smartca.New(config)
		require.NoError(t, err)
		_, err = remote.New(provider, &remote.Options{Clock: clock}).Sign(t.Context(), digest("a"), crypto.SHA256)
		require.ErrorIs(t, err, c.err, name)
		require.Equal(t, c.calls, server.Calls(smartcatest.CallSignTH), name)
		if c.err == nil {
			require.NoError(t, err, name)
			require.Len(t, server.Transactions(), 1, name)
		} else {
			require.Empty(t, server.Transactions(), name)
		}
	}
}

// offClock is a clock that goes wrong by some time.
type offClock struct {
	remote.Clock
	off time.Duration
}

func (c offClock) Now() time.Time { return c.Clock.Now().Add(c.off) }

// TestWindows: the double takes the code of its window, those of the windows beside it only where it is told to, and none twice.
func TestWindows(t *testing.T) {
	for _, window := range []int{0, 1} {
		server, clock := start(t, smartcatest.Ignore, nil)
		server.SetGuesses(smartcatest.Guesses{Window: window})
		n := 0
		try := func(step int) error {
			config := server.THConfig(demo)
			config.TH.TOTPSecret, config.TH.OTP = "", func(context.Context) (remote.Secret, error) {
				return smartca.TOTP(smartcatest.DemoTOTP, clock.Now().Add(time.Duration(step)*30*time.Second))
			}
			n++
			_, err := v1(t, config, nil).Sign(t.Context(), digest(fmt.Sprint(n)), crypto.SHA256)
			return err
		}
		for _, step := range []int{-2, -1, 1, 2, 0} {
			err := try(step)
			if step >= -window && step <= window {
				require.NoError(t, err, "window %d, step %d", window, step)
				require.ErrorIs(t, try(step), remote.ErrOneTimeCode, "window %d, step %d, twice", window, step)
			} else {
				require.ErrorIs(t, err, remote.ErrOneTimeCode, "window %d, step %d", window, step)
			}
		}
	}
}

// TestSignedFiles: signatures are taken under both names that the service's document has for them.
func TestSignedFiles(t *testing.T) {
	for name, sign := range ways {
		server, _ := start(t, smartcatest.Approve, nil)
		server.SetGuesses(smartcatest.Guesses{SignedFiles: true})
		_, err := sign(t, server, nil).Sign(t.Context(), digest("a"), crypto.SHA256)
		require.NoError(t, err, name)
	}
}

// TestSealHost: an organisation's seals are reached at a host of their own, with the tokens of the other.
func TestSealHost(t *testing.T) {
	server, _ := start(t, smartcatest.Approve, nil)
	seal, err := server.Authority().Issue(smartcatest.Profile{Name: "CÔNG TY TNHH THỬ (TEST)", UID: "MST:0100000000", Type: smartcatest.Seal})
	require.NoError(t, err)
	server.Change(demo, func(s *smartcatest.Subscriber) { s.Certificates = append(s.Certificates, seal) })
	config := server.CSCConfig(demo)
	_, err = csc(t, config, nil).Certificates(t.Context())
	require.ErrorIs(t, err, signer.ErrAmbiguous, "the other host has both")
	config.BaseURL, config.TokenURL = server.ESeal(), server.URL+"/auth/token"
	c := csc(t, config, nil)
	chain, err := c.Certificates(t.Context())
	require.NoError(t, err)
	require.Equal(t, seal.Chain[0].Raw, chain[0].Raw)
	_, err = c.Sign(t.Context(), digest("a"), crypto.SHA256)
	require.NoError(t, err)
}

// TestOneTimeCodeStaysInside: a code that a person gave is in no error, log, event or store, also where the service quotes it.
func TestOneTimeCodeStaysInside(t *testing.T) {
	const canary = "canary-one-time-code"
	for _, f := range []smartcatest.Fault{"", smartcatest.SecretInErrors, smartcatest.CutLost, smartcatest.Gateway} {
		server, clock := start(t, smartcatest.Approve, nil)
		if f != "" {
			server.Inject(smartcatest.CallSignTH, f, 1)
		}
		config := server.THConfig(demo)
		config.TH.TOTPSecret, config.TH.OTP = "", remote.Fixed(canary)
		provider, err := smartca.New(config)
		require.NoError(t, err)
		var seen strings.Builder
		store := remote.NewMemoryStore()
		c := remote.New(provider, &remote.Options{
			Clock: clock, Store: store, Logger: slog.New(slog.NewTextHandler(&seen, nil)), OnEvent: func(e remote.Event) { fmt.Fprintf(&seen, "%+v %#v\n", e, e.Err) },
		})
		_, err = c.Sign(t.Context(), digest("a"), crypto.SHA256)
		require.Error(t, err, f)
		kept, listed := store.List(t.Context(), "")
		require.NoError(t, listed)
		fmt.Fprintf(&seen, "%v %+v %#v %+v %+v %#v", err, err, err, kept, provider, provider)
		require.NotContains(t, seen.String(), canary, f)
	}
}
