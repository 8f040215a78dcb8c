package remote_test

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/signer"
)

// maker is a service that makes CMS, which here are the digest behind a word.
func maker(t *testing.T) *fake {
	t.Helper()
	f := newFake(t)
	f.info.CMS = true
	f.poll = func(op *remote.Operation, _ int) (remote.Status, error) {
		if !op.CMS {
			return f.signed(op), nil
		}
		s := remote.Status{State: remote.StateSigned, Signatures: map[string][]byte{}}
		for _, d := range op.Documents {
			s.Signatures[d.ID] = append([]byte("CMS of "), d.Digest...)
		}
		return s, nil
	}
	return f
}

var errNotIt = errors.New("not the CMS of this digest")

// checkMade is the check of what maker makes.
func checkMade(der, digest []byte, hash crypto.Hash, cert *x509.Certificate) error {
	if cert == nil || hash != crypto.SHA256 || !bytes.Equal(der, append([]byte("CMS of "), digest...)) {
		return errNotIt
	}
	return nil
}

func TestSignCMS(t *testing.T) {
	f := maker(t)
	c, _ := client(f, &remote.Options{CheckCMS: checkMade})
	der, err := c.SignCMS(t.Context(), request("a")[0])
	require.NoError(t, err)
	require.Equal(t, append([]byte("CMS of "), digest("a")...), der)
	left, err := c.Pending(t.Context())
	require.NoError(t, err)
	require.Empty(t, left)

	for name, made := range map[string][]byte{"of another digest": append([]byte("CMS of "), digest("b")...), "a bare signature": f.sign(digest("a")), "nothing": nil} {
		f.poll = func(op *remote.Operation, _ int) (remote.Status, error) {
			return remote.Status{State: remote.StateSigned, Signatures: map[string][]byte{"a": made}}, nil
		}
		store := remote.NewMemoryStore()
		c, _ := client(f, &remote.Options{CheckCMS: checkMade, Store: store})
		op, err := c.Start(t.Context(), request("a"), &remote.StartOptions{CMS: true})
		require.NoError(t, err)
		sigs, err := c.Wait(t.Context(), op)
		require.ErrorIs(t, err, signer.ErrSignatureInvalid, name)
		require.ErrorIs(t, err, errNotIt, name)
		require.Nil(t, sigs)
		kept, err := store.Load(t.Context(), op.ID)
		require.NoError(t, err)
		require.Equal(t, remote.StateFailed, kept.State)
		require.Nil(t, kept.Documents[0].Signature)
	}
}

// TestCMSNeedsBoth: a service that makes CMS, and somebody who can tell a good one. Without either nothing is sent.
func TestCMSNeedsBoth(t *testing.T) {
	var e *remote.Error
	f := newFake(t)
	c, _ := client(f, &remote.Options{CheckCMS: checkMade})
	_, err := c.SignCMS(t.Context(), request("a")[0])
	require.ErrorAs(t, err, &e)
	require.Equal(t, string(remote.CodeNoCMS), e.Code())
	require.ErrorIs(t, err, signer.ErrRequest)

	f = maker(t)
	c, _ = client(f, nil)
	_, err = c.SignCMS(t.Context(), request("a")[0])
	require.ErrorAs(t, err, &e)
	require.Equal(t, string(remote.CodeConfig), e.Code())
	require.Zero(t, f.starts)

	_, err = c.SignCMS(t.Context(), signer.Request{Digest: digest("a")[1:], Opts: crypto.SHA256})
	require.Error(t, err)
	_, err = c.Sign(t.Context(), digest("a"), crypto.SHA256) // the bare signature is had all the same
	require.NoError(t, err)
}

// TestCMSAndBare: over one digest they are two requests, and the same request finds what was asked before.
func TestCMSAndBare(t *testing.T) {
	f := maker(t)
	good := f.poll
	f.poll = func(*remote.Operation, int) (remote.Status, error) { return waiting, nil }
	store := remote.NewMemoryStore()
	c, _ := client(f, &remote.Options{CheckCMS: checkMade, Store: store})
	op, err := c.Start(t.Context(), request("a"), &remote.StartOptions{CMS: true})
	require.NoError(t, err)
	_, err = c.Start(t.Context(), request("a"), nil)
	require.ErrorIs(t, err, remote.ErrBusy)
	same, err := c.Start(t.Context(), request("a"), &remote.StartOptions{CMS: true})
	require.NoError(t, err)
	require.Equal(t, op.ID, same.ID)
	require.Equal(t, 1, f.starts)

	blind, _ := client(f, &remote.Options{Store: store}) // could not tell what comes
	polls := f.polls
	_, err = blind.Resume(t.Context(), op.ID)
	require.Error(t, err)
	require.Error(t, blind.Poll(t.Context(), op))
	_, err = blind.Wait(t.Context(), op)
	require.Error(t, err)
	require.Equal(t, polls, f.polls)
	require.Equal(t, remote.StateWaiting, op.State)

	f.poll = good
	_, err = c.Wait(t.Context(), op)
	require.NoError(t, err)
	bare, err := c.Sign(t.Context(), digest("a"), crypto.SHA256)
	require.NoError(t, err)
	require.NotContains(t, string(bare), "CMS of")
	require.Equal(t, 2, f.starts)
}

// TestStoredCMS: another process takes the CMS out of the store, and not one that was changed there.
func TestStoredCMS(t *testing.T) {
	dir := t.TempDir()
	f := maker(t)
	store, err := remote.NewFolderStore(dir)
	require.NoError(t, err)
	first, _ := client(f, &remote.Options{CheckCMS: checkMade, Store: store})
	op, err := first.Start(t.Context(), request("a"), &remote.StartOptions{CMS: true})
	require.NoError(t, err)
	require.NoError(t, first.Poll(t.Context(), op))

	later, _ := client(f, &remote.Options{CheckCMS: checkMade, Store: store})
	found, err := later.Resume(t.Context(), op.ID)
	require.NoError(t, err)
	sigs, err := later.Wait(t.Context(), found)
	require.NoError(t, err)
	require.NoError(t, checkMade(sigs[0], digest("a"), crypto.SHA256, f.cert))

	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	path := filepath.Join(dir, entries[0].Name())
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	old, other := base64.StdEncoding.EncodeToString(sigs[0]), base64.StdEncoding.EncodeToString(append([]byte("CMS of "), digest("b")...))
	require.Contains(t, string(data), old)
	require.NoError(t, os.WriteFile(path, bytes.Replace(data, []byte(old), []byte(other), 1), 0o600))
	changed, err := later.Resume(t.Context(), op.ID)
	require.ErrorIs(t, err, signer.ErrSignatureInvalid)
	require.Nil(t, changed.Signatures())
	_, err = later.Start(t.Context(), request("a"), &remote.StartOptions{CMS: true})
	require.ErrorIs(t, err, signer.ErrSignatureInvalid)
	require.Equal(t, 1, f.starts)

	require.NoError(t, os.WriteFile(path, bytes.Replace(data, []byte(old), nil, 1), 0o600))
	_, err = later.Resume(t.Context(), op.ID)
	var e *remote.Error
	require.ErrorAs(t, err, &e)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	require.NoError(t, later.Forget(t.Context(), op.ID))
}
