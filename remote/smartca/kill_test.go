package smartca_test

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/smartca"
	"github.com/kyso-dev/kyso/remote/smartca/smartcatest"
)

// TestMain is a process that asks for a signature and waits, when it is told to by TestKilled.
func TestMain(m *testing.M) {
	url, dir := os.Getenv("KYSO_TEST_SMARTCA"), os.Getenv("KYSO_TEST_OPERATIONS")
	if url == "" {
		os.Exit(m.Run())
	}
	provider, err := smartca.New(smartca.Config{BaseURL: url, SPID: smartcatest.DemoSPID, SPPassword: smartcatest.DemoSPPassword, UserID: demo})
	if err != nil {
		panic(err)
	}
	store, err := remote.NewFolderStore(dir)
	if err != nil {
		panic(err)
	}
	_, err = remote.New(provider, &remote.Options{Store: store}).SignBatch(context.Background(), request("a", "b"))
	panic(err) // nobody confirms while it lives
}

// TestKilled kills a process that waits, as the system would, and lets another finish what it began.
func TestKilled(t *testing.T) {
	server := smartcatest.NewServer(t, nil)
	self, err := os.Executable()
	require.NoError(t, err)
	dir := t.TempDir()
	child := exec.Command(self)
	child.Env = append(os.Environ(), "KYSO_TEST_SMARTCA="+server.SP769(), "KYSO_TEST_OPERATIONS="+dir)
	require.NoError(t, child.Start())
	require.Eventually(t, func() bool { return server.Calls(smartcatest.CallStatus) > 0 }, 20*time.Second, 5*time.Millisecond)
	require.NoError(t, child.Process.Kill())
	require.Error(t, child.Wait())

	list := server.Transactions()
	require.Len(t, list, 1)
	require.True(t, server.Approve(list[0].ID))
	store, err := remote.NewFolderStore(dir)
	require.NoError(t, err)
	c := v1(t, server.Config(demo), &remote.Options{Store: store})
	op, err := c.Resume(t.Context(), list[0].ID)
	require.NoError(t, err)
	sigs, err := c.Wait(t.Context(), op)
	require.NoError(t, err)
	require.Len(t, sigs, 2)
	again, err := c.SignBatch(t.Context(), request("a", "b"))
	require.NoError(t, err, "and who asks for the same is given it")
	require.Equal(t, sigs, again)
	require.Len(t, server.Transactions(), 1)
}
