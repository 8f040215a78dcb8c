package smartca_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/remotetest"
	"github.com/kyso-dev/kyso/remote/smartca"
	"github.com/kyso-dev/kyso/remote/smartca/smartcatest"
	"github.com/kyso-dev/kyso/signer"
)

// authorize goes through the redirect of the OAuth2 interface.
func authorize(t *testing.T, server *smartcatest.Server, redirect string) remote.Secret {
	t.Helper()
	q := url.Values{"client_id": {smartcatest.DemoSPID}, "response_type": {"code"}, "redirect_uri": {redirect}, "state": {"s"}, "account": {demo}}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(server.URL + "/auth/authorize?" + q.Encode())
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	to, err := res.Location()
	require.NoError(t, err)
	require.Equal(t, "s", to.Query().Get("state"))
	return remote.Secret(to.Query().Get("code"))
}

// TestKilledWhileWaiting: a process that waits is killed, and the next finds the operation and finishes it.
func TestKilledWhileWaiting(t *testing.T) {
	for _, way := range []string{"v1", "csc"} {
		t.Run(way, func(t *testing.T) {
			server, clock := start(t, smartcatest.Approve, nil)
			server.Change(demo, func(s *smartcatest.Subscriber) { s.Delay = time.Minute })
			dir := t.TempDir()
			open := func() remote.OperationStore {
				store, err := remote.NewFolderStore(dir)
				require.NoError(t, err)
				return store
			}
			dying, kill := context.WithCancel(t.Context())
			clock.OnSleep(func(now time.Time) {
				if now.Sub(epoch) > 20*time.Second {
					kill()
				}
			})
			_, err := ways[way](t, server, &remote.Options{Store: open()}).SignBatch(dying, request("a", "b"))
			require.ErrorIs(t, err, signer.ErrCancelled)

			clock.OnSleep(nil)
			next := ways[way](t, server, &remote.Options{Store: open()})
			pending, err := next.Pending(t.Context())
			require.NoError(t, err)
			require.Len(t, pending, 1)
			op, err := next.Resume(t.Context(), pending[0].ID)
			require.NoError(t, err)
			sigs, err := next.Wait(t.Context(), op)
			require.NoError(t, err)
			cert, err := op.Certificate()
			require.NoError(t, err)
			for i, name := range []string{"a", "b"} {
				require.NoError(t, rsa.VerifyPKCS1v15(cert.PublicKey.(*rsa.PublicKey), crypto.SHA256, digest(name), sigs[i]))
			}
			require.NoError(t, next.Forget(t.Context(), op.ID))
			require.Len(t, server.Transactions(), 1)
		})
	}
}

// hooked is an application with a webhook.
func hooked(t *testing.T, server *smartcatest.Server, opts *remote.Options) (*remote.Client, string) {
	t.Helper()
	opts.Store = remote.NewMemoryStore()
	c := ways["v1"](t, server, opts)
	app := httptest.NewServer(&smartca.Webhook{SPID: smartcatest.DemoSPID, Store: opts.Store, Client: func(remote.Operation) *remote.Client { return c }})
	t.Cleanup(app.Close)
	return c, app.URL
}

// TestWebhook: the service's call makes the application look, and what it finds is in the store.
func TestWebhook(t *testing.T) {
	server, clock := start(t, smartcatest.Ask, nil)
	var signed []string
	c, hook := hooked(t, server, &remote.Options{OnEvent: func(e remote.Event) {
		if e.Kind == remote.EventSigned {
			signed = append(signed, e.Operation.ID)
		}
	}})
	server.SetWebhook(smartcatest.Webhook{URL: hook, EveryEnd: true, Times: 3})
	op, err := c.Start(t.Context(), request("a"), nil)
	require.NoError(t, err)
	clock.Advance(10 * time.Second)
	require.True(t, server.Approve(op.ID))
	require.Equal(t, []string{op.ID}, signed, "called three times, taken once")
	require.Equal(t, 1, server.Calls(smartcatest.CallStatus))
	found, err := c.Resume(t.Context(), op.ID)
	require.NoError(t, err)
	require.Len(t, found.Signatures(), 1)

	server.SetWebhook(smartcatest.Webhook{URL: hook, EveryEnd: true, Early: true})
	op, err = c.Start(t.Context(), request("b"), nil)
	require.NoError(t, err)
	require.Equal(t, remote.StateWaiting, op.State, "called before the answer, with a lie")
	server.SetWebhook(smartcatest.Webhook{URL: hook, EveryEnd: true})
	clock.Advance(10 * time.Second)
	op, err = c.Resume(t.Context(), op.ID)
	require.NoError(t, err)
	require.True(t, server.Refuse(op.ID))
	require.ErrorIs(t, c.Notify(t.Context(), op.ID), remote.ErrRefused)
	found, err = c.Resume(t.Context(), op.ID)
	require.NoError(t, err)
	require.Equal(t, remote.StateRefused, found.State)
}

// TestForgedWebhook: whatever is called, nothing changes; only what the service itself says counts.
func TestForgedWebhook(t *testing.T) {
	server, clock := start(t, smartcatest.Ask, nil)
	c, hook := hooked(t, server, new(remote.Options))
	op, err := c.Start(t.Context(), request("a"), nil)
	require.NoError(t, err)
	forger, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	sig, err := rsa.SignPKCS1v15(rand.Reader, forger, crypto.SHA256, digest("a"))
	require.NoError(t, err)
	value := base64.StdEncoding.EncodeToString(sig)
	for _, h := range []smartcatest.Hook{
		smartcatest.Forge(smartcatest.DemoSPID, op.ID, "SUCCESS", "a", value),
		smartcatest.Forge(smartcatest.DemoSPID, op.ID, "REJECTED", "", ""),
		smartcatest.Forge(smartcatest.DemoSPID, op.ID, "EXPIRED", "", ""),
		smartcatest.Forge("another", op.ID, "SUCCESS", "a", value),
		smartcatest.Forge(smartcatest.DemoSPID, "not-ours", "SUCCESS", "a", value),
		smartcatest.Forge(smartcatest.DemoSPID, "../../etc/passwd", "SUCCESS", "a", value),
	} {
		clock.Advance(2 * time.Second)
		_, err := h.Send(t.Context(), hook)
		require.NoError(t, err)
		found, err := c.Resume(t.Context(), op.ID)
		require.NoError(t, err)
		require.Equal(t, remote.StateWaiting, found.State)
		require.Nil(t, found.Signatures())
	}
	before := server.Calls(smartcatest.CallStatus)
	for range 50 {
		_, err := smartcatest.Forge(smartcatest.DemoSPID, op.ID, "SUCCESS", "", "").Send(t.Context(), hook)
		require.NoError(t, err)
	}
	require.LessOrEqual(t, server.Calls(smartcatest.CallStatus)-before, 1, "a flood of calls is no flood of looks")
}

// TestNotice: the OAuth2 interface calls once, and the call brings back a transaction whose name was lost. A forged one does not.
func TestNotice(t *testing.T) {
	server, clock := start(t, smartcatest.Ask, nil)
	store := remote.NewMemoryStore()
	var c *remote.Client
	app := httptest.NewServer(&smartca.Notice{Store: store, Client: func(remote.Operation) *remote.Client { return c }})
	defer app.Close()
	config := server.CSCConfig(demo)
	config.NotifyURL = app.URL
	c = csc(t, config, &remote.Options{Store: store})
	forge := func(reference, transaction string) {
		res, err := http.Post(app.URL, "application/json", strings.NewReader(fmt.Sprintf(`{"refTranId":%q,"tranId":%q,"status":1}`, reference, transaction)))
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, 200, res.StatusCode)
	}

	op, err := c.Start(t.Context(), request("a"), nil)
	require.NoError(t, err)
	clock.Advance(5 * time.Second)
	forge(op.ID, "nonsense")
	require.True(t, server.Approve(op.ID))
	op, err = c.Resume(t.Context(), op.ID)
	require.NoError(t, err)
	require.NotEqual(t, remote.StateFailed, op.State)
	clock.Advance(5 * time.Second)
	forge(op.ID, "")
	op, err = c.Resume(t.Context(), op.ID)
	require.NoError(t, err)
	require.Equal(t, remote.StateSigned, op.State)
	require.NoError(t, c.Forget(t.Context(), op.ID))
	other := server.Transactions()[0].Code

	server.Inject(smartcatest.CallSignHash, smartcatest.ResetLost, 1)
	lost, err := c.Start(t.Context(), request("b"), nil)
	require.ErrorIs(t, err, signer.ErrOutcomeUnknown)
	for _, name := range []string{"nonsense", other, ""} {
		clock.Advance(5 * time.Second)
		forge(lost.ID, name)
		op, err = c.Resume(t.Context(), lost.ID)
		require.NoError(t, err)
		require.Equal(t, remote.StateUncertain, op.State, name)
	}
	clock.Advance(5 * time.Second)
	require.True(t, server.Approve(lost.ID)) // and the service calls
	op, err = c.Resume(t.Context(), lost.ID)
	require.NoError(t, err)
	require.Len(t, op.Signatures(), 1)
	require.Equal(t, 2, server.Calls(smartcatest.CallSignHash))
}

func TestWebhookManners(t *testing.T) {
	server, _ := start(t, smartcatest.Ask, nil)
	_, hook := hooked(t, server, new(remote.Options))
	post := func(kind, body string) int {
		res, err := http.Post(hook, kind, strings.NewReader(body))
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res.StatusCode
	}
	require.Equal(t, 200, post("application/json; charset=utf-8", `{"sp_id":"`+smartcatest.DemoSPID+`","transaction_id":"x"}`))
	require.Equal(t, 403, post("application/json", `{"sp_id":"other","transaction_id":"x"}`))
	require.Equal(t, 400, post("application/json", `{"sp_id":"`+smartcatest.DemoSPID+`"}`))
	require.Equal(t, 400, post("application/json", `{`))
	require.Equal(t, 415, post("text/plain", `{}`))
	require.Equal(t, 413, post("application/json", strings.Repeat(" ", 2<<20)))
	res, err := http.Get(hook)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, 405, res.StatusCode)
}

// TestThousand: a thousand subscribers at once leave no goroutine behind and keep the manners of polling.
func TestThousand(t *testing.T) {
	const n = 1000
	clock := remotetest.NewClock(epoch)
	authority, err := smartcatest.NewAuthority(epoch)
	require.NoError(t, err)
	demoSub, err := smartcatest.DemoSubscriber(authority)
	require.NoError(t, err)
	var subs []*smartcatest.Subscriber
	for i := range n {
		subs = append(subs, &smartcatest.Subscriber{ID: fmt.Sprintf("%012d", i), Certificates: demoSub.Certificates, User: smartcatest.Approve, Delay: time.Duration(i%5) * time.Second})
	}
	server := smartcatest.NewServer(t, &smartcatest.Options{Clock: clock, Authority: authority, Subscribers: subs, Guesses: smartcatest.Guesses{Pace: time.Second}})
	before := runtime.NumGoroutine()
	var memory, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&memory)
	store := remote.NewMemoryStore()
	var wg sync.WaitGroup
	errs := make(chan error, n)
	gate := make(chan struct{}, 64) // sockets
	for _, sub := range subs {
		wg.Go(func() {
			config := server.Config(sub.ID)
			config.HTTPClient = &http.Client{Transport: gated{gate}}
			p, err := smartca.New(config)
			if err == nil {
				_, err = remote.New(p, &remote.Options{Clock: clock, Store: store}).Sign(t.Context(), digest(sub.ID), crypto.SHA256)
			}
			errs <- err
		})
	}
	finished := make(chan struct{})
	go func() { wg.Wait(); close(finished) }()
	for alive := true; alive; {
		select {
		case <-finished:
			alive = false
		case <-time.After(10 * time.Millisecond):
			clock.Advance(250 * time.Millisecond)
		}
	}
	for range n {
		require.NoError(t, <-errs)
	}
	for _, tx := range server.Transactions() {
		require.LessOrEqual(t, len(tx.Looks), 15)
		for i := 1; i < len(tx.Looks); i++ {
			require.GreaterOrEqual(t, tx.Looks[i].Sub(tx.Looks[i-1]), time.Second)
		}
	}
	left, err := store.List(t.Context(), "")
	require.NoError(t, err)
	require.Empty(t, left)
	runtime.GC()
	runtime.ReadMemStats(&after)
	require.Less(t, int64(after.HeapInuse)-int64(memory.HeapInuse), int64(64<<20), "what is done with is let go")
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+5 }, 5*time.Second, 10*time.Millisecond)
}

// gated lets so many requests run at once, on connections that are not kept.
type gated struct{ gate chan struct{} }

var transport = &http.Transport{DisableKeepAlives: true}

func (g gated) RoundTrip(r *http.Request) (*http.Response, error) {
	g.gate <- struct{}{}
	defer func() { <-g.gate }()
	return transport.RoundTrip(r)
}

// TestSecrets goes through every flow with secrets that would be recognised, and looks for them in errors, logs, stores and events.
func TestSecrets(t *testing.T) {
	const spPassword, password, seed = "canary-sp-password", "Canary-Pass-9!", "canary-totp-seed-0123456789abcdef"
	canaries := []string{spPassword, password, seed, base64.StdEncoding.EncodeToString([]byte(seed)), "access-", "refresh-", "eyJhbGciOiJ", "079000000001"}
	var seen strings.Builder
	var mu sync.Mutex
	note := func(v ...any) {
		mu.Lock()
		defer mu.Unlock()
		for _, x := range v {
			fmt.Fprintf(&seen, "%v\n%+v\n%#v\n", x, x, x)
			for err, ok := x.(error); ok && err != nil; err = errors.Unwrap(err) {
				fmt.Fprintf(&seen, "%v\n%+v\n%#v\n", err, err, err)
			}
		}
	}
	dir := t.TempDir()
	for _, way := range []string{"v1", "TH", "csc"} {
		for call, faults := range map[smartcatest.Call][]smartcatest.Fault{
			"": {""}, smartcatest.CallCertificates: {smartcatest.SecretInErrors, smartcatest.Gateway, smartcatest.CutLost},
			smartcatest.CallSign: {smartcatest.SecretInErrors, smartcatest.ResetLost, smartcatest.CutLost}, smartcatest.CallSignTH: {smartcatest.SecretInErrors, smartcatest.ResetLost, smartcatest.CutLost},
			smartcatest.CallConfirm: {smartcatest.SecretInErrors, smartcatest.ResetLost}, smartcatest.CallToken: {smartcatest.SecretInErrors, smartcatest.CutLost, smartcatest.Gateway},
			smartcatest.CallSignHash: {smartcatest.SecretInErrors, smartcatest.CutLost}, smartcatest.CallTranInfo: {smartcatest.SecretInErrors}, smartcatest.CallStatus: {smartcatest.SecretInErrors},
		} {
			for _, f := range faults {
				server, _ := start(t, smartcatest.Approve, &smartcatest.Options{SPPassword: spPassword})
				server.Change(demo, func(s *smartcatest.Subscriber) {
					s.Password, s.TOTPSecret = password, remote.Secret(base64.StdEncoding.EncodeToString([]byte(seed)))
				})
				if f != "" {
					server.Inject(call, f, 1)
				}
				store, err := remote.NewFolderStore(filepath.Join(dir, way+string(call[:min(3, len(call))])+string(f)))
				require.NoError(t, err)
				var log bytes.Buffer
				c := ways[way](t, server, &remote.Options{Store: store, Logger: slog.New(slog.NewJSONHandler(&log, nil)), OnEvent: func(e remote.Event) { note(e, e.Err) }})
				op, err := c.Start(t.Context(), request("a"), nil)
				note(c, op, err)
				if op != nil {
					_, err := c.Wait(t.Context(), op)
					note(op, err)
				}
				note(log.String())
			}
		}
	}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		note(string(data))
		return err
	}))
	require.Contains(t, seen.String(), "SP_CREDENTIAL_INVALID", "the service's word is kept")
	for _, c := range canaries {
		at := strings.Index(seen.String(), c)
		if at >= 0 {
			t.Errorf("%q was found: …%s…", c, seen.String()[max(0, at-100):min(seen.Len(), at+100)])
		}
	}
}
