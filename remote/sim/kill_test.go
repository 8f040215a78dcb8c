package sim_test

import (
	"context"
	"crypto"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
	"github.com/kyso-dev/kyso/signer"
)

// TestMain is a process that asks for a signature and waits, when it is told to by TestKilled.
func TestMain(m *testing.M) {
	url, name, dir := os.Getenv("KYSO_TEST_SIM"), os.Getenv("KYSO_TEST_DIALECT"), os.Getenv("KYSO_TEST_OPERATIONS")
	if url == "" {
		os.Exit(m.Run())
	}
	key, err := killed(url, dialects()[name], dir)
	if err != nil {
		panic(err)
	}
	if name == "etsi" {
		_, err = key.SignCMS(context.Background(), requests("a")[0])
	} else {
		_, err = key.Sign(context.Background(), digest("a"), crypto.SHA256)
	}
	panic(err) // nobody confirms while it lives
}

// killed is the client of the process that is killed, and of the one after it.
func killed(url string, d sim.Dialect, dir string) (*remote.Client, error) {
	provider, err := sim.New(sim.Config{
		BaseURL: url, Dialect: d, APID: simtest.DemoAPID, APPassword: simtest.DemoAPPassword, MSSP: simtest.DemoMSSP, MSISDN: "+" + demo,
	})
	if err != nil {
		return nil, err
	}
	store, err := remote.NewFolderStore(dir)
	if err != nil {
		return nil, err
	}
	return remote.New(provider, &remote.Options{Store: store, Interval: time.Second, CheckCMS: cms.CheckDigest}), nil
}

// TestKilled kills a process that waits, as the system would. The phone signs, and the next process finishes what that one began: by its
// name in the store, or by asking for the same. There is one signature.
func TestKilled(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	for _, name := range []string{"vn-mpki, asynchronous", "etsi", "swisscom-rest"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := dialects()[name]
			s := start(t, d, simtest.Ask, &simtest.Options{Clock: remote.SystemClock(), SignDigest: signDigest})
			now, err := simtest.NewAuthority(time.Now())
			require.NoError(t, err)
			chain, err := now.Issue("TEST", simtest.RSAKey(), time.Time{}, 0)
			require.NoError(t, err)
			s.Change(demo, func(c *simtest.SIM) { c.Chain = chain })
			dir := t.TempDir()
			child := exec.Command(self)
			child.Env = append(os.Environ(), "KYSO_TEST_SIM="+s.URL, "KYSO_TEST_DIALECT="+name, "KYSO_TEST_OPERATIONS="+dir)
			require.NoError(t, child.Start())
			require.Eventually(t, func() bool { return s.Calls(sim.CallStatus) > 0 }, 20*time.Second, 5*time.Millisecond)
			require.NoError(t, child.Process.Kill())
			require.Error(t, child.Wait())

			require.True(t, s.Approve(demo))
			key, err := killed(s.URL, d, dir)
			require.NoError(t, err)
			pending, err := key.Pending(t.Context())
			require.NoError(t, err)
			require.Len(t, pending, 1)
			op, err := key.Resume(t.Context(), pending[0].ID)
			require.NoError(t, err)
			sigs, err := key.Wait(t.Context(), op)
			require.NoError(t, err)
			again, err := key.Start(t.Context(), []signer.Request{{Digest: digest("a"), Opts: crypto.SHA256}}, &remote.StartOptions{CMS: op.CMS})
			require.NoError(t, err)
			require.Equal(t, sigs, again.Signatures())
			require.Equal(t, 1, s.Signatures())
			require.Equal(t, 1, s.Calls(sim.CallSignature))
		})
	}
}
