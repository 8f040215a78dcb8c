package remote_test

import (
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
)

type x509Certificate = x509.Certificate

// operation is one as a client starts it.
func operation(t testing.TB, id string) remote.Operation {
	t.Helper()
	c, _ := client(newFake(t), nil)
	op, err := c.Start(t.Context(), request("a", "b"), &remote.StartOptions{ID: id})
	require.NoError(t, err)
	return *op
}

func TestStores(t *testing.T) {
	folder, err := remote.NewFolderStore(filepath.Join(t.TempDir(), "a[b]*", "ops"))
	require.NoError(t, err)
	for name, s := range map[string]remote.OperationStore{"memory": remote.NewMemoryStore(), "folder": folder} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			one, two := operation(t, "one"), operation(t, "../two/*")
			two.Started = two.Started.Add(time.Second)
			require.NoError(t, s.Save(ctx, two))
			require.NoError(t, s.Save(ctx, one))
			got, err := s.Load(ctx, two.ID)
			require.NoError(t, err)
			require.Equal(t, two, got)
			got.Documents[0].Digest[0] ^= 1
			again, err := s.Load(ctx, two.ID)
			require.NoError(t, err)
			require.Equal(t, two, again, "a store shares nothing with its callers")

			list, err := s.List(ctx, "")
			require.NoError(t, err)
			require.Equal(t, []remote.Operation{one, two}, list)
			list, err = s.List(ctx, one.Subscriber)
			require.NoError(t, err)
			require.Len(t, list, 2)
			list, err = s.List(ctx, "nobody")
			require.NoError(t, err)
			require.Empty(t, list)

			one.Abandoned = true
			require.NoError(t, s.Save(ctx, one))
			got, err = s.Load(ctx, one.ID)
			require.NoError(t, err)
			require.True(t, got.Abandoned)

			require.NoError(t, s.Delete(ctx, one.ID))
			require.NoError(t, s.Delete(ctx, one.ID))
			_, err = s.Load(ctx, one.ID)
			require.ErrorIs(t, err, remote.ErrNotFound)
		})
	}
}

func TestFolderHoldsWholeFilesOfItsOwner(t *testing.T) {
	dir := t.TempDir()
	s, err := remote.NewFolderStore(dir)
	require.NoError(t, err)
	op := operation(t, "one")
	require.NoError(t, s.Save(t.Context(), op))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	path := filepath.Join(dir, entries[0].Name())
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Zero(t, info.Mode().Perm()&0o077)

	require.NoError(t, os.WriteFile(path, []byte(`{"version":1`), 0o600))
	_, err = s.Load(t.Context(), op.ID)
	require.ErrorContains(t, err, "cannot be read")
	_, err = s.List(t.Context(), op.Subscriber)
	require.Error(t, err, "a broken file is not passed over: somebody may be asked twice")
}

func TestOperationIsPlainData(t *testing.T) {
	op := operation(t, "one")
	data, err := json.Marshal(op)
	require.NoError(t, err)
	back, err := remote.ParseOperation(data)
	require.NoError(t, err)
	require.Equal(t, op, back)
	require.NotContains(t, string(data), "079000000000", "whom it is for is not told")
	require.NotContains(t, fmt.Sprint(op.LogValue()), "a.pdf")

	for name, change := range map[string]func(s string) string{
		"version":     func(s string) string { return strings.Replace(s, `"version":1`, `"version":2`, 1) },
		"state":       func(s string) string { return strings.Replace(s, `"state":"waiting"`, `"state":"valid"`, 1) },
		"no state":    func(s string) string { return strings.Replace(s, `"state":"waiting"`, `"state":""`, 1) },
		"signed":      func(s string) string { return strings.Replace(s, `"state":"waiting"`, `"state":"signed"`, 1) },
		"failed":      func(s string) string { return strings.Replace(s, `"state":"waiting"`, `"state":"failed"`, 1) },
		"twice":       func(s string) string { return strings.Replace(s, `"id":"b"`, `"id":"a"`, 1) },
		"hash":        func(s string) string { return strings.Replace(s, `"SHA-256"`, `"SHA-384"`, 1) },
		"no hash":     func(s string) string { return strings.Replace(s, `"SHA-256"`, `""`, 1) },
		"certificate": func(s string) string { return strings.Replace(s, `"certificate":"MII`, `"certificate":"AII`, 1) },
		"more":        func(s string) string { return s + "{}" },
		"less":        func(s string) string { return s[:len(s)-1] },
		"large":       func(s string) string { return s + strings.Repeat(" ", 5<<20) },
	} {
		changed := change(string(data))
		require.NotEqual(t, string(data), changed, name)
		_, err := remote.ParseOperation([]byte(changed))
		var e *remote.Error
		require.ErrorAs(t, err, &e, name)
		require.Equal(t, string(remote.CodeState), e.Code(), name)
	}
}

func FuzzParseOperation(f *testing.F) {
	data, err := json.Marshal(operation(f, "one"))
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte(`{"version":1,"documents":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		op, err := remote.ParseOperation(data)
		if err != nil {
			var e *remote.Error
			require.ErrorAs(t, err, &e)
			return
		}
		again, err := json.Marshal(op)
		require.NoError(t, err)
		_, err = remote.ParseOperation(again)
		require.NoError(t, err)
	})
}

func TestServiceTextIsTamed(t *testing.T) {
	e := remote.Said(remote.CodeCredentials, remote.Answer{Status: 401, Code: "401", Text: "no\n\x1b[2J user \u202e hunter2-canary " + strings.Repeat("ữ", 5000)}, []remote.Secret{"hunter2-canary"})
	require.NotContains(t, e.Error(), "hunter2")
	require.NotContains(t, e.Error(), "\x1b")
	require.NotContains(t, e.Error(), "\u202e")
	require.Less(t, len(e.Error()), 1200)
	require.Equal(t, "401", e.Params()["code"])
	require.NotContains(t, fmt.Sprintf("%v %+v %#v", e, e, e), "hunter2")
}
