package token_test

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso"
	"github.com/kyso-dev/kyso/internal/p11fault"
	"github.com/kyso-dev/kyso/internal/softhsm"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/token"
)

// args are the arguments of this process as the system shows them to everybody.
func args(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile("/proc/self/cmdline")
	if err != nil {
		return os.Args
	}
	return strings.Split(string(data), "\x00")
}

// TestProbe: a module that crashes or hangs does so in a process of its own.
func TestProbe(t *testing.T) {
	r := newRig(t)
	p, err := token.Probe(t.Context(), r.module.Path, nil, 0)
	require.NoError(t, err)
	require.Equal(t, 1, p.Readers)
	require.Len(t, p.Tokens, 1)
	require.Equal(t, r.label, p.Tokens[0].Label)
	require.NotEmpty(t, p.Info.Description)

	r.module.Set(p11fault.CrashAt, int64(p11fault.GetSlotList))
	_, err = token.Probe(t.Context(), r.module.Path, nil, 0)
	require.ErrorIs(t, err, coded(token.CodeModuleCrash))
	require.ErrorIs(t, err, signer.ErrUnavailable)
	require.Contains(t, kyso.Explain(err, "vi"), "bị lỗi và tự đóng")
	r.module.Set(p11fault.CrashAt, 0)

	r.module.Set(p11fault.HangAt, int64(p11fault.Initialize))
	began := time.Now()
	_, err = token.Probe(t.Context(), r.module.Path, nil, 500*time.Millisecond)
	require.ErrorIs(t, err, coded(token.CodeModuleHang))
	require.Contains(t, kyso.Explain(err, "vi"), "không trả lời trong 500ms")
	require.Less(t, time.Since(began), 10*time.Second)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err = token.Probe(ctx, r.module.Path, nil, time.Minute)
	require.ErrorIs(t, err, signer.ErrCancelled)
	r.module.Set(p11fault.HangAt, 0)

	r.module.Fail(p11fault.Initialize, 9, ckrDeviceError)
	_, err = token.Probe(t.Context(), r.module.Path, nil, 0)
	require.ErrorIs(t, err, coded(token.CodeModuleStart))
	require.Contains(t, err.Error(), "CKR_DEVICE_ERROR")

	_, err = token.Probe(t.Context(), r.module.Path+".ctl", nil, 0)
	require.ErrorIs(t, err, coded(token.CodeModuleFormat))
	_, err = token.Probe(t.Context(), r.module.Path, []string{"/bin/true"}, 0)
	require.ErrorIs(t, err, coded(token.CodeModuleCrash), "a program that serves no probe")
}

func executable(t *testing.T) []string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	return []string{self}
}

// finalizeVariable makes the test program do finalizeHere.
const finalizeVariable = "KYSO_TOKEN_TEST_FINALIZE"

// TestFinalize: a module is started once however often it is opened, and ended once. It runs in a process of its own, since nothing
// can be opened afterwards.
func TestFinalize(t *testing.T) {
	for _, cantLock := range []int64{0, 1} {
		r := newRig(t)
		r.module.Set(p11fault.CantLock, cantLock)
		cmd := exec.CommandContext(t.Context(), executable(t)[0])
		cmd.Env = append(os.Environ(), finalizeVariable+"="+r.module.Path)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		require.EqualValues(t, 1, r.module.Get(p11fault.Initialized))
		require.EqualValues(t, 1, r.module.Get(p11fault.Finalized))
		require.Zero(t, r.module.Get(p11fault.Sessions))
	}
}

func finalizeHere(path string) int {
	ctx := context.Background()
	var m *token.Module
	var t *token.Token
	var s *token.Signer
	for range 3 {
		var err error
		if m, err = token.Open(ctx, path, nil); err == nil {
			if t, err = m.Token(ctx, ""); err == nil {
				s, err = t.Signer(ctx, token.Choice{}, &token.SignerOptions{PIN: token.PIN(softhsm.PIN)})
			}
		}
		if err == nil {
			_, err = s.Sign(ctx, digest("a"), crypto.SHA256)
		}
		if err != nil {
			fmt.Println(err)
			return 1
		}
	}
	if err := errors.Join(token.Finalize(), token.Finalize()); err != nil {
		fmt.Println(err)
		return 1
	}
	_, tokens := m.Tokens(ctx)
	_, opened := token.Open(ctx, path, nil)
	_, status := t.Status(ctx)
	_, signed := s.Sign(ctx, digest("a"), crypto.SHA256)
	for _, err := range []error{tokens, opened, status, signed} {
		if !errors.Is(err, token.ErrClosed) {
			fmt.Println("after Finalize:", err)
			return 1
		}
	}
	if err := s.Close(); err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}
