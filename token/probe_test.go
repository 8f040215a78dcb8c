package token_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso"
	"github.com/kyso-dev/kyso/internal/p11fault"
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
