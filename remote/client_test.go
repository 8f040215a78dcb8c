package remote_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/remotetest"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/signer/signertest"
)

var waiting = remote.Status{State: remote.StateWaiting}

func TestConformance(t *testing.T) {
	signertest.Test(t, func(t testing.TB) signer.Signer {
		c, _ := client(newFake(t), nil)
		return c
	}, signertest.Capabilities{Algorithms: []crypto.SignerOpts{crypto.SHA256, crypto.SHA384}, Concurrent: true})
}

// TestEnds goes through every way in which an operation ends, and sees that each stays itself: in the error of Wait, in the state, and
// again when another process reads the operation.
func TestEnds(t *testing.T) {
	unreachable := remote.NewError(remote.CodeUnavailable, nil)
	for name, tc := range map[string]struct {
		poll  func(n int) (remote.Status, error)
		state remote.State
		is    error
		code  string
	}{
		"refused":        {func(int) (remote.Status, error) { return waiting, remote.NewError(remote.CodeRefused, nil) }, remote.StateRefused, signer.ErrRefused, "remote.refused"},
		"expired there":  {func(int) (remote.Status, error) { return waiting, remote.NewError(remote.CodeExpired, nil) }, remote.StateExpired, signer.ErrExpired, "remote.expired"},
		"never answered": {func(int) (remote.Status, error) { return waiting, nil }, remote.StateExpired, signer.ErrExpired, "remote.expired"},
		"quota":          {func(int) (remote.Status, error) { return waiting, remote.NewError(remote.CodeQuota, nil) }, remote.StateFailed, signer.ErrQuota, "remote.quota"},
		"certificate":    {func(int) (remote.Status, error) { return waiting, remote.NewError(remote.CodeCertificate, nil) }, remote.StateFailed, remote.ErrCertificate, "remote.certificate"},
		"locked": {func(int) (remote.Status, error) {
			return waiting, remote.Later(remote.CodeLocked, 5*time.Minute, remote.Answer{}, nil)
		}, remote.StateFailed, remote.ErrLocked, "remote.locked"},
		"forgotten":        {func(int) (remote.Status, error) { return waiting, remote.NewError(remote.CodeNotKnown, nil) }, remote.StateFailed, signer.ErrOutcomeUnknown, "signer.outcome-unknown"},
		"signing was lost": {func(int) (remote.Status, error) { return waiting, signer.OutcomeUnknown("x", nil) }, remote.StateFailed, signer.ErrOutcomeUnknown, "signer.outcome-unknown"},
		"no signatures":    {func(int) (remote.Status, error) { return remote.Status{State: remote.StateSigned}, nil }, remote.StateFailed, signer.ErrProtocol, "remote.incomplete"},
		"no state":         {func(int) (remote.Status, error) { return remote.Status{}, nil }, remote.StateFailed, signer.ErrProtocol, "signer.protocol"},
		"down to the end":  {func(int) (remote.Status, error) { return waiting, unreachable }, remote.StateWaiting, signer.ErrOutcomeUnknown, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.poll = func(_ *remote.Operation, n int) (remote.Status, error) { return tc.poll(n) }
			store := remote.NewMemoryStore()
			c, _ := client(f, &remote.Options{Store: store})
			op, err := c.Start(t.Context(), request("a"), nil)
			require.NoError(t, err)
			sigs, err := c.Wait(t.Context(), op)
			require.ErrorIs(t, err, tc.is)
			require.Nil(t, sigs)
			require.Equal(t, tc.state, op.State)
			for _, other := range []error{signer.ErrRefused, signer.ErrExpired, signer.ErrCancelled, signer.ErrQuota, signer.ErrOutcomeUnknown} {
				require.Equal(t, errors.Is(tc.is, other), errors.Is(err, other), "%v is %v", err, other)
			}
			stored, err := store.Load(t.Context(), op.ID)
			require.NoError(t, err)
			require.Equal(t, tc.state, stored.State)
			if tc.code != "" {
				var coded interface{ Code() string }
				require.ErrorAs(t, stored.Err(), &coded)
				require.Equal(t, tc.code, coded.Code())
			}
		})
	}
}

func TestTroubleOnTheWayIsSatOut(t *testing.T) {
	f := newFake(t)
	f.poll = func(op *remote.Operation, n int) (remote.Status, error) {
		switch {
		case n < 4:
			return waiting, remote.NewError(remote.CodeUnavailable, nil)
		case n == 4:
			return waiting, remote.Later(remote.CodeThrottled, 20*time.Second, remote.Answer{}, nil)
		}
		return f.signed(op), nil
	}
	var kinds []remote.EventKind
	c, clock := client(f, &remote.Options{OnEvent: func(e remote.Event) { kinds = append(kinds, e.Kind) }})
	_, err := c.Sign(t.Context(), digest("a"), crypto.SHA256)
	require.NoError(t, err)
	require.Equal(t, 5, f.polls)
	require.Equal(t, 1, f.starts)
	require.GreaterOrEqual(t, clock.Now().Sub(epoch), 27*time.Second, "slower each time, and as slow as the service asks")
	require.Equal(t, []remote.EventKind{"sent", "waiting", "trouble", "trouble", "trouble", "trouble", "approved", "signed"}, kinds)
}

func TestPace(t *testing.T) {
	f := newFake(t)
	var at []time.Time
	var clock *remotetest.Clock
	f.poll = func(*remote.Operation, int) (remote.Status, error) {
		at = append(at, clock.Now())
		return waiting, nil
	}
	var c *remote.Client
	c, clock = client(f, nil)
	_, err := c.Sign(t.Context(), digest("a"), crypto.SHA256)
	require.ErrorIs(t, err, signer.ErrExpired)
	require.Less(t, len(at), 60)
	require.Greater(t, len(at), 25)
	for i := 1; i < len(at)-1; i++ {
		require.GreaterOrEqual(t, at[i].Sub(at[i-1]), 3*time.Second)
		require.LessOrEqual(t, at[i].Sub(at[i-1]), 11*time.Second)
	}
	require.Equal(t, epoch.Add(5*time.Minute), clock.Now(), "not a second longer than the service waits")
	require.Contains(t, err.Error(), "300 seconds")
	require.Contains(t, err.Error(), "activated")
}

// TestAnswerLost: the phone has signed and the answer to the request never came. Nobody is asked again.
func TestAnswerLost(t *testing.T) {
	for name, look := range map[string]func(f *fake) func(op *remote.Operation, n int) (remote.Status, error){
		"at once": func(f *fake) func(op *remote.Operation, n int) (remote.Status, error) {
			return func(op *remote.Operation, n int) (remote.Status, error) { return f.signed(op), nil }
		},
		"after the service came back": func(f *fake) func(op *remote.Operation, n int) (remote.Status, error) {
			return func(op *remote.Operation, n int) (remote.Status, error) {
				if n < 5 {
					return remote.Status{}, remote.NewError(remote.CodeUnavailable, nil)
				}
				return f.signed(op), nil
			}
		},
		"after it arrived late": func(f *fake) func(op *remote.Operation, n int) (remote.Status, error) {
			return func(op *remote.Operation, n int) (remote.Status, error) {
				if n < 3 {
					return remote.Status{}, remote.NewError(remote.CodeNotKnown, nil)
				}
				return f.signed(op), nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.start = func(op *remote.Operation) (remote.Status, error) {
				return remote.Status{}, signer.OutcomeUnknown(op.ID, remote.NewError(remote.CodeUnavailable, nil))
			}
			f.poll = look(f)
			c, _ := client(f, nil)
			sig, err := c.Sign(t.Context(), digest("a"), crypto.SHA256)
			require.NoError(t, err)
			require.True(t, ecdsa.VerifyASN1(&f.key.PublicKey, digest("a"), sig))
			require.Equal(t, 1, f.starts)
		})
	}
}

// TestNobodyCanLook: the answer was lost at a service that cannot be asked what became of it. The same request is not sent again until
// the caller says so; others are.
func TestNobodyCanLook(t *testing.T) {
	f := newFake(t)
	f.start = func(op *remote.Operation) (remote.Status, error) {
		return remote.Status{}, signer.OutcomeUnknown(op.ID, nil)
	}
	f.poll = func(op *remote.Operation, _ int) (remote.Status, error) {
		return remote.Status{}, signer.OutcomeUnknown(op.ID, nil)
	}
	store := remote.NewMemoryStore()
	c, clock := client(f, &remote.Options{Store: store})
	for range 3 {
		_, err := c.Sign(t.Context(), digest("a"), crypto.SHA256)
		require.ErrorIs(t, err, signer.ErrOutcomeUnknown)
		require.Equal(t, 1, f.starts)
	}
	require.Less(t, clock.Now().Sub(epoch), 10*time.Second, "there is nothing to wait for")
	f.start = func(op *remote.Operation) (remote.Status, error) { return f.signed(op), nil }
	_, err := c.Sign(t.Context(), digest("b"), crypto.SHA256)
	require.NoError(t, err)
	left, err := store.List(t.Context(), "")
	require.NoError(t, err)
	require.Len(t, left, 1)
	require.NoError(t, c.Forget(t.Context(), left[0].ID))
	_, err = c.Sign(t.Context(), digest("a"), crypto.SHA256)
	require.NoError(t, err)
	require.Equal(t, 3, f.starts)
}

func TestNeverArrived(t *testing.T) {
	f := newFake(t)
	f.start = func(op *remote.Operation) (remote.Status, error) {
		return remote.Status{}, signer.OutcomeUnknown(op.ID, nil)
	}
	f.poll = func(*remote.Operation, int) (remote.Status, error) {
		return remote.Status{}, remote.NewError(remote.CodeNotKnown, nil)
	}
	c, clock := client(f, nil)
	_, err := c.Sign(t.Context(), digest("a"), crypto.SHA256)
	require.ErrorIs(t, err, remote.ErrNotKnown)
	require.Equal(t, 1, f.starts)
	require.GreaterOrEqual(t, clock.Now().Sub(epoch), 30*time.Second, "it may still be on its way")
}

// TestLooksBeforeAskingAgain: the same request finds what was asked before, in whatever state it is.
func TestLooksBeforeAskingAgain(t *testing.T) {
	f := newFake(t)
	store := remote.NewMemoryStore()
	answer := func(op *remote.Operation, n int) (remote.Status, error) { return waiting, nil }
	f.poll = func(op *remote.Operation, n int) (remote.Status, error) { return answer(op, n) }
	c, clock := client(f, &remote.Options{Store: store})
	first, err := c.Start(t.Context(), request("a", "b"), nil)
	require.NoError(t, err)

	again, _ := client(f, &remote.Options{Store: store})
	same, err := again.Start(t.Context(), request("a", "b"), nil)
	require.NoError(t, err)
	require.Equal(t, first.ID, same.ID)
	require.Equal(t, 1, f.starts)

	_, err = c.Start(t.Context(), request("c"), nil)
	require.ErrorIs(t, err, remote.ErrBusy, "one thing at a time")
	var busy *remote.Error
	require.ErrorAs(t, err, &busy)
	require.Equal(t, 5*time.Minute, busy.After)
	_, err = c.Start(t.Context(), request("a"), &remote.StartOptions{ID: first.ID})
	require.ErrorIs(t, err, remote.ErrExists)

	answer = func(op *remote.Operation, n int) (remote.Status, error) { return f.signed(op), nil }
	clock.Advance(2 * time.Second)
	same, err = c.Start(t.Context(), request("a", "b"), nil)
	require.NoError(t, err)
	require.Equal(t, remote.StateSigned, same.State)
	require.Equal(t, 1, f.starts)
	require.NoError(t, c.Forget(t.Context(), same.ID))
	require.NoError(t, c.Forget(t.Context(), same.ID))
	_, err = c.Start(t.Context(), request("a", "b"), nil)
	require.NoError(t, err)
	require.Equal(t, 2, f.starts)
}

func TestRefusedMayBeAskedAgain(t *testing.T) {
	f := newFake(t)
	f.poll = func(*remote.Operation, int) (remote.Status, error) {
		return waiting, remote.NewError(remote.CodeRefused, nil)
	}
	c, _ := client(f, nil)
	for range 2 {
		_, err := c.Sign(t.Context(), digest("a"), crypto.SHA256)
		require.ErrorIs(t, err, signer.ErrRefused)
	}
	require.Equal(t, 2, f.starts)
	left, err := c.Pending(t.Context())
	require.NoError(t, err)
	require.Empty(t, left)
}

// TestAnotherProcess: what one process has asked, the next finishes; what belongs to somebody else it leaves alone.
func TestAnotherProcess(t *testing.T) {
	dir := t.TempDir()
	f := newFake(t)
	store, err := remote.NewFolderStore(dir)
	require.NoError(t, err)
	c, _ := client(f, &remote.Options{Store: store})
	op, err := c.Start(t.Context(), request("a", "b"), &remote.StartOptions{Text: "Two contracts", Reference: "order 7"})
	require.NoError(t, err)

	store, err = remote.NewFolderStore(dir)
	require.NoError(t, err)
	c, _ = client(f, &remote.Options{Store: store})
	pending, err := c.Pending(t.Context())
	require.NoError(t, err)
	require.Len(t, pending, 1)
	found, err := c.Resume(t.Context(), op.ID)
	require.NoError(t, err)
	require.Equal(t, "order 7", found.Reference)
	sigs, err := c.Wait(t.Context(), found)
	require.NoError(t, err)
	require.True(t, ecdsa.VerifyASN1(&f.key.PublicKey, digest("b"), sigs[1]))

	found, err = c.Resume(t.Context(), op.ID) // and once more, after a crash before the documents were written
	require.NoError(t, err)
	again, err := c.Wait(t.Context(), found)
	require.NoError(t, err)
	require.Equal(t, sigs, again)

	other := newFake(t)
	other.info.Subscriber = "somebody else"
	o, _ := client(other, &remote.Options{Store: store})
	_, err = o.Resume(t.Context(), op.ID)
	require.ErrorIs(t, err, remote.ErrForeign)
	require.ErrorIs(t, o.Forget(t.Context(), op.ID), remote.ErrForeign)
	require.ErrorIs(t, o.Notify(t.Context(), op.ID), remote.ErrForeign)
	require.ErrorIs(t, o.Notify(t.Context(), "nothing"), remote.ErrNotFound)
	require.Equal(t, 1, f.starts)
}

// TestWrongSignatures is row K2 of the attacks: whatever comes back that is not the signature asked for is refused, and nothing of it
// is kept.
func TestWrongSignatures(t *testing.T) {
	otherKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		change func(f *fake, s map[string][]byte)
		is     error
	}{
		"by another key": {func(_ *fake, s map[string][]byte) {
			s["a"], _ = ecdsa.SignASN1(rand.Reader, otherKey, digest("a"))
		}, signer.ErrSignatureInvalid},
		"over another digest":    {func(f *fake, s map[string][]byte) { s["a"] = f.sign(digest("z")) }, signer.ErrSignatureInvalid},
		"over a digest's digest": {func(f *fake, s map[string][]byte) { s["a"] = f.sign(digest(string(digest("a")))) }, signer.ErrSignatureInvalid},
		"swapped":                {func(_ *fake, s map[string][]byte) { s["a"], s["b"] = s["b"], s["a"] }, signer.ErrSignatureInvalid},
		"cut":                    {func(_ *fake, s map[string][]byte) { s["b"] = s["b"][:20] }, signer.ErrSignatureInvalid},
		"empty":                  {func(_ *fake, s map[string][]byte) { s["b"] = nil }, signer.ErrSignatureInvalid},
		"one missing":            {func(_ *fake, s map[string][]byte) { delete(s, "a") }, signer.ErrProtocol},
		"one too many":           {func(f *fake, s map[string][]byte) { s["c"] = f.sign(digest("c")) }, signer.ErrProtocol},
		"another's":              {func(f *fake, s map[string][]byte) { delete(s, "b"); s["c"] = f.sign(digest("c")) }, signer.ErrProtocol},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			f.poll = func(op *remote.Operation, _ int) (remote.Status, error) {
				s := f.signed(op)
				tc.change(f, s.Signatures)
				return s, nil
			}
			store := remote.NewMemoryStore()
			c, _ := client(f, &remote.Options{Store: store})
			op, err := c.Start(t.Context(), request("a", "b"), nil)
			require.NoError(t, err)
			sigs, err := c.Wait(t.Context(), op)
			require.ErrorIs(t, err, tc.is)
			require.ErrorIs(t, err, signer.ErrProtocol)
			require.Nil(t, sigs)
			kept, err := store.Load(t.Context(), op.ID)
			require.NoError(t, err)
			require.Equal(t, remote.StateFailed, kept.State)
			require.Nil(t, kept.Signatures())
			require.Nil(t, kept.Documents[0].Signature)
		})
	}
}

func TestCallerGoes(t *testing.T) {
	f := newFake(t)
	f.poll = func(*remote.Operation, int) (remote.Status, error) { return waiting, nil }
	c, clock := client(f, nil)
	ctx, cancel := context.WithCancel(t.Context())
	clock.OnSleep(func(now time.Time) {
		if now.Sub(epoch) > 10*time.Second {
			cancel()
		}
	})
	_, err := c.Sign(ctx, digest("a"), crypto.SHA256)
	require.ErrorIs(t, err, signer.ErrCancelled)
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, signer.ErrExpired)
	var named *remote.Error
	require.ErrorAs(t, err, &named)
	pending, err := c.Pending(t.Context())
	require.NoError(t, err)
	require.Len(t, pending, 1, "the phone still shows it")
	require.Equal(t, pending[0].ID, named.Params()["operation"], "by which it is resumed")
	require.True(t, pending[0].Abandoned)

	clock.OnSleep(nil)
	f.poll = func(op *remote.Operation, _ int) (remote.Status, error) { return f.signed(op), nil }
	_, err = c.Sign(t.Context(), digest("b"), crypto.SHA256)
	require.NoError(t, err, "what was given up holds up nothing else")
	_, err = c.Sign(t.Context(), digest("a"), crypto.SHA256)
	require.NoError(t, err)
	require.Equal(t, 2, f.starts, "and is taken up again, not asked again")
}

func TestSplit(t *testing.T) {
	f := newFake(t)
	f.info.MaxDocuments = 2
	c, _ := client(f, nil)
	_, err := c.SignBatch(t.Context(), request("a", "b", "c"))
	require.ErrorIs(t, err, signer.ErrRequest, "more confirmations than one are the caller's to allow")
	require.Zero(t, f.starts)
	var told []string
	c, _ = client(f, &remote.Options{Split: true, Text: "Invoices", OnEvent: func(e remote.Event) {
		if e.Kind == remote.EventSent {
			told = append(told, fmt.Sprintf("%d of %d: %s", e.Part, e.Parts, e.Operation.Text))
		}
	}})
	require.Equal(t, 2, c.Confirmations(3))
	require.Equal(t, []int{0, 1, 1, 50}, []int{c.Confirmations(0), c.Confirmations(1), c.Confirmations(2), c.Confirmations(100)})
	sigs, err := c.SignBatch(t.Context(), request("a", "b", "c"))
	require.NoError(t, err)
	require.Equal(t, 2, f.starts)
	require.Equal(t, []string{"1 of 2: Invoices (1/2)", "2 of 2: Invoices (2/2)"}, told, "who confirms knows that more will come")
	told = nil
	_, err = c.SignBatch(t.Context(), request("d", "e"))
	require.NoError(t, err)
	require.Equal(t, []string{"0 of 0: Invoices"}, told)
	require.True(t, ecdsa.VerifyASN1(&f.key.PublicKey, digest("c"), sigs[2]))
}

// TestSenselessRequests ends before anybody is asked, whatever is missing.
func TestSenselessRequests(t *testing.T) {
	f := newFake(t)
	c, _ := client(f, nil)
	for name, req := range map[string]signer.Request{
		"no options": {Digest: digest("a")}, "options that are a nil pointer": {Digest: digest("a"), Opts: (*rsa.PSSOptions)(nil)},
		"a message with such": {Message: []byte("a"), Opts: (*rsa.PSSOptions)(nil)}, "nothing": {Opts: crypto.SHA256}, "both": {Digest: digest("a"), Message: []byte("a"), Opts: crypto.SHA256},
		"a short digest": {Digest: []byte{1}, Opts: crypto.SHA256}, "no hash": {Digest: digest("a"), Opts: crypto.Hash(0)},
	} {
		_, err := c.SignBatch(t.Context(), []signer.Request{req})
		require.ErrorIs(t, err, signer.ErrRequest, name)
	}
	_, err := c.SignBatch(t.Context(), []signer.Request{{Message: []byte("a"), Opts: crypto.Hash(0)}})
	require.ErrorIs(t, err, signer.ErrUnsupportedAlgorithm)
	require.Zero(t, f.starts)
}

func TestDocumentIDs(t *testing.T) {
	c, _ := client(newFake(t), nil)
	for name, id := range map[string]string{"control": "a\x1b[2J", "long": strings.Repeat("x", 300), "direction": "a\u202eb"} {
		reqs := request("a", "b")
		reqs[1].DocumentID = id
		_, err := c.SignBatch(t.Context(), reqs)
		require.ErrorIs(t, err, signer.ErrRequest, name)
		require.NotContains(t, err.Error(), "\x1b")
	}
	op, err := c.Start(t.Context(), []signer.Request{{Digest: digest("a"), Opts: crypto.SHA256, Title: "a\u202e\n.pdf"}}, &remote.StartOptions{Text: "b\x00"})
	require.NoError(t, err)
	require.Equal(t, "document-1", op.Documents[0].ID)
	require.Equal(t, `a\u202e\x0a.pdf`, op.Documents[0].Title)
	require.Equal(t, `b\x00`, op.Text)

	c, _ = client(newFake(t), nil)
	op, err = c.Start(t.Context(), append(request("a", "a-2", "a"), request("a")...), nil)
	require.NoError(t, err)
	for i, want := range []string{"a", "a-2", "a-3", "a-4"} {
		require.Equal(t, want, op.Documents[i].ID, "ids tell documents apart")
	}
}

// TestNotify: a hint makes the waiter look at once, or has one look made, and a flood of hints makes no flood of looks.
func TestNotify(t *testing.T) {
	f := newFake(t)
	f.poll = func(*remote.Operation, int) (remote.Status, error) { return waiting, nil }
	clock := remotetest.NewClock(epoch)
	c := remote.New(f, &remote.Options{Clock: clock})
	op, err := c.Start(t.Context(), request("a"), nil)
	require.NoError(t, err)
	for range 100 {
		require.NoError(t, c.Notify(t.Context(), op.ID))
	}
	require.Zero(t, f.polls, "it has only just been started")
	clock.Advance(time.Second)
	for range 100 {
		require.NoError(t, c.Notify(t.Context(), op.ID))
	}
	require.Equal(t, 1, f.polls)
	clock.Advance(time.Second)
	f.poll = func(op *remote.Operation, _ int) (remote.Status, error) { return f.signed(op), nil }
	require.NoError(t, c.Notify(t.Context(), op.ID))
	found, err := c.Resume(t.Context(), op.ID)
	require.NoError(t, err)
	require.Equal(t, remote.StateSigned, found.State)
	require.NoError(t, c.Notify(t.Context(), op.ID))

	clock.Advance(time.Hour)
	f.poll = func(*remote.Operation, int) (remote.Status, error) { return waiting, nil }
	op, err = c.Start(t.Context(), request("b"), nil)
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() {
		_, err := c.Wait(t.Context(), op)
		done <- err
	}()
	until(t, func() bool { return clock.Sleepers() == 1 })
	clock.Advance(2 * time.Second) // the first look
	until(t, func() bool { return clock.Sleepers() == 1 })
	f.mu.Lock()
	f.poll = func(op *remote.Operation, _ int) (remote.Status, error) { return f.signed(op), nil }
	f.mu.Unlock()
	clock.Advance(1100 * time.Millisecond)
	require.NoError(t, c.Notify(t.Context(), op.ID)) // long before the next look is due
	require.NoError(t, <-done)
}

func until(t *testing.T, ok func() bool) {
	t.Helper()
	require.Eventually(t, ok, 5*time.Second, time.Millisecond)
}

func TestTurns(t *testing.T) {
	f := newFake(t)
	open, most := 0, 0
	f.start = func(*remote.Operation) (remote.Status, error) {
		open++
		most = max(most, open)
		return waiting, nil
	}
	f.poll = func(op *remote.Operation, _ int) (remote.Status, error) {
		open--
		return f.signed(op), nil
	}
	c, _ := client(f, nil)
	done := make(chan error, 8)
	for i := range cap(done) {
		go func() {
			_, err := c.Sign(t.Context(), digest(string(rune('a'+i))), crypto.SHA256)
			done <- err
		}()
	}
	for range cap(done) {
		require.NoError(t, <-done)
	}
	require.Equal(t, 1, most, "a phone shows one request")
	require.Equal(t, 8, f.starts)
}

type checker struct{ err error }

func (c checker) CheckCertificate(context.Context, []*x509Certificate, time.Time) error { return c.err }

func TestCheckerIsAskedFirst(t *testing.T) {
	f := newFake(t)
	c, _ := client(f, &remote.Options{Checker: checker{signer.CertificateRevoked(f.cert, epoch, "", nil)}})
	_, err := c.Sign(t.Context(), digest("a"), crypto.SHA256)
	require.ErrorIs(t, err, signer.ErrCertificateRevoked)
	require.Zero(t, f.starts)
}

// TestStoredBeforeSent: what was sent is in the store already, whatever happens next.
func TestStoredBeforeSent(t *testing.T) {
	f := newFake(t)
	store := remote.NewMemoryStore()
	f.start = func(op *remote.Operation) (remote.Status, error) {
		kept, err := store.Load(t.Context(), op.ID)
		require.NoError(t, err)
		require.Equal(t, remote.StateUncertain, kept.State)
		return waiting, nil
	}
	c, _ := client(f, &remote.Options{Store: store})
	op, err := c.Start(t.Context(), request("a"), &remote.StartOptions{ID: "mine-1"})
	require.NoError(t, err)
	require.Equal(t, "mine-1", op.ID)
}

// TestCalledBeforeAnswered: the service calls back before it answers the request, and what that brought is kept.
func TestCalledBeforeAnswered(t *testing.T) {
	f := newFake(t)
	signed := 0
	var c *remote.Client
	f.start = func(op *remote.Operation) (remote.Status, error) {
		f.mu.Unlock() // as another request would find it
		defer f.mu.Lock()
		require.NoError(t, c.Notify(t.Context(), op.ID))
		return waiting, nil
	}
	c, _ = client(f, &remote.Options{OnEvent: func(e remote.Event) {
		if e.Kind == remote.EventSigned {
			signed++
		}
	}})
	op, err := c.Start(t.Context(), request("a"), nil)
	require.NoError(t, err)
	require.Equal(t, remote.StateSigned, op.State)
	require.Equal(t, 1, signed)
	require.Equal(t, 1, f.polls)
}
