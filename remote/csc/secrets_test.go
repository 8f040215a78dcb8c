package csc_test

import (
	"bytes"
	"context"
	"crypto"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/csc"
	"github.com/kyso-dev/kyso/remote/csc/csctest"
	"github.com/kyso-dev/kyso/signer"
)

// witness keeps all that a program could see of its operations: errors, logs, events, what is stored, and the values printed.
type witness struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *witness) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *witness) see(values ...any) {
	for _, v := range values {
		fmt.Fprintf(w, "%+v\n%#v\n", v, v)
		if _, isError := v.(error); !isError {
			data, _ := json.Marshal(v)
			fmt.Fprintf(w, "%s\n", data)
		}
		if p, ok := v.(interface{ Params() map[string]string }); ok {
			fmt.Fprintf(w, "%v\n", p.Params())
		}
	}
}

// canaryPIN is a PIN that is no number: digits alone are met by chance, in times and in names.
const canaryPIN = "canary-pin-24681357"

// secretsOf are what a service has seen of secrets: tokens, activation data, handles, codes, verifiers.
func secretsOf(t *testing.T, b *bench) []string {
	list := append(b.Secrets(), canaryPIN, csctest.DefaultPassword, csctest.DefaultSecret, "canary-pin-0000", "canary-password")
	for _, c := range b.Calls("") {
		if _, value, ok := strings.Cut(c.Authorization, " "); ok {
			list = append(list, value)
		}
		var body map[string]any
		if json.Unmarshal(c.Body, &body) == nil {
			for _, name := range []string{"SAD", "handle", "token", "refresh_token", "PIN", "OTP"} {
				if v, ok := body[name].(string); ok {
					list = append(list, v)
				}
			}
			if data, ok := body["authData"].([]any); ok {
				for _, d := range data {
					if v, ok := d.(map[string]any)["value"].(string); ok {
						list = append(list, v)
					}
				}
			}
			continue
		}
		form, err := url.ParseQuery(string(c.Body))
		require.NoError(t, err)
		for _, name := range []string{"code", "code_verifier", "refresh_token", "client_secret", "token", "state", "account_token"} {
			if v := form.Get(name); v != "" {
				list = append(list, v)
			}
		}
	}
	return list
}

// TestSecretsStayInside runs every flow, with every fault at every call, and looks for secrets in all that comes out.
func TestSecretsStayInside(t *testing.T) {
	faults := []csctest.Fault{
		"", csctest.Half, csctest.Garbage, csctest.Status401, csctest.Status500, csctest.Capital, csctest.EchoSecret, csctest.WrongSignature,
	}
	flows := map[string]struct {
		methods []string
		change  func(c *csctest.Credential)
		config  func(b *bench, c *csc.Config)
	}{
		"PIN and SMS": {
			[]string{"auth/login", "credentials/info", "credentials/getChallenge", "credentials/sendOTP", "credentials/authorize", "signatures/signHash", "auth/revoke"},
			func(c *csctest.Credential) { c.OTPOnline = true }, func(_ *bench, c *csc.Config) { c.Basic.Remember = true },
		},
		"wrong PIN": {
			[]string{"credentials/authorize"}, func(*csctest.Credential) {}, func(_ *bench, c *csc.Config) {
				c.Ask = func(context.Context, csc.Question) (remote.Secret, error) { return "canary-pin-0000", nil }
			},
		},
		"wrong password": {
			[]string{"auth/login"}, func(*csctest.Credential) {}, func(_ *bench, c *csc.Config) { c.Basic.Password = remote.Fixed("canary-password") },
		},
		"phone": {
			[]string{"credentials/authorize", "credentials/authorizeCheck", "signatures/signHash"},
			func(c *csctest.Credential) { c.Objects = []csctest.Object{{ID: "PUSH", Type: "PasswordOOB"}} }, func(*bench, *csc.Config) {},
		},
		"browser": {
			[]string{"oauth2/token", "oauth2/revoke", "oauth2/pushed_authorize", "signatures/signHash"},
			func(c *csctest.Credential) { c.Mode = "oauth2code" }, func(b *bench, c *csc.Config) {
				c.Basic, c.OAuth = nil, oauth()
				c.OAuth.Account = "nva"
			},
		},
	}
	for name, flow := range flows {
		for _, v := range []csc.Version{csc.V1, csc.V2} {
			if v == csc.V1 && name != "PIN and SMS" && name != "browser" { // it has no phone, and the rest is alike
				continue
			}
			for _, method := range flow.methods {
				codes := 0
				b := newBench(t, &csctest.Options{
					Credentials: like(t, func(c *csctest.Credential) { c.PIN = canaryPIN; flow.change(c) }), Guesses: csctest.Guesses{PAR: true, LockAfter: 100},
					Code: func() string { codes++; return fmt.Sprintf("canary-code-%d", codes) },
				})
				var w witness
				for _, fault := range faults {
					if fault != "" {
						b.Fault(method, fault, fault)
					}
					config := b.config(v, "key")
					flow.config(b, &config)
					store := remote.NewMemoryStore() // of the same JSON as a folder
					p, err := csc.New(t.Context(), config)
					w.see(p, err, config)
					if err != nil {
						continue
					}
					c := remote.New(p, &remote.Options{
						Clock: b.clock, Store: store, Logger: slog.New(slog.NewTextHandler(&w, &slog.HandlerOptions{Level: slog.LevelDebug})),
						OnEvent: func(e remote.Event) { fmt.Fprintf(&w, "%+v %+v\n", e, e.Err) },
					})
					op, err := c.Start(t.Context(), requests("a", "b"), &remote.StartOptions{Text: "contract"})
					w.see(op, err, c, p.Service(), p.Credential())
					if err == nil {
						_, err = c.Wait(t.Context(), op)
						w.see(op, err)
						_, err = c.Sign(t.Context(), digest("c"), crypto.SHA256)
						w.see(err)
					}
					w.see(p.Service().Close(t.Context()))
					ops, err := store.List(t.Context(), "")
					require.NoError(t, err)
					for _, op := range ops {
						w.see(op)
					}
				}
				out := w.text.String()
				require.Greater(t, len(out), 1000)
				list := secretsOf(t, b)
				slices.Sort(list)
				for _, secret := range slices.Compact(list) {
					if secret == "" {
						continue
					}
					require.Greater(t, len(secret), 10, "it could be met by chance")
					for _, form := range []string{secret, base64.StdEncoding.EncodeToString([]byte(secret))} {
						if strings.Contains(out, form) {
							t.Fatalf("%s, %s: a secret came out", name, method)
						}
					}
				}
			}
		}
	}
}

// TestNothingRunsOn: no goroutine outlives its call, whatever happened.
func TestNothingRunsOn(t *testing.T) {
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	before := runtime.NumGoroutine()
	for range 3 {
		b := phone(t, csctest.Approve, csctest.Guesses{})
		c := b.client(t, b.config(csc.V2, "key"), nil)
		b.Fault("credentials/authorizeCheck", csctest.CutBefore, csctest.CutBefore)
		_, err := c.Sign(t.Context(), digest("a"), crypto.SHA256)
		require.NoError(t, err)
		b.Fault("signatures/signHash", csctest.Slow)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { _, err := c.Sign(ctx, digest("b"), crypto.SHA256); done <- err }()
		require.Eventually(t, func() bool { return b.Signed() == 2 }, 10*time.Second, time.Millisecond)
		cancel()
		err = <-done
		require.ErrorIs(t, err, signer.ErrOutcomeUnknown)
		require.ErrorIs(t, err, context.Canceled)
		b.Close()
	}
	for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}

// TestManyAtOnce: hundreds of signatures of ten subscribers who confirm in an app, fifty at a time. Each is asked for and signed once, and
// nothing is left over.
func TestManyAtOnce(t *testing.T) {
	const subscribers, each, signatures = 10, 5, 10
	var credentials []csctest.Credential
	for i := range subscribers {
		c := like(t, func(c *csctest.Credential) { c.Objects = []csctest.Object{{ID: "APP", Type: "PasswordOOB"}} })[0]
		c.ID = fmt.Sprint("key-", i)
		credentials = append(credentials, c)
	}
	b := newBench(t, &csctest.Options{Credentials: credentials, Guesses: csctest.Guesses{Looks: -1}, Lifetime: 1000 * time.Hour})
	before := runtime.NumGoroutine()
	var wg sync.WaitGroup
	failures := make(chan error, subscribers*each)
	store := remote.NewMemoryStore()
	for i := range subscribers {
		c := b.client(t, b.config(csc.V2, fmt.Sprint("key-", i)), &remote.Options{Store: store})
		for n := range each {
			wg.Go(func() {
				for k := range signatures {
					if _, err := c.Sign(context.Background(), digest(fmt.Sprint(i, n, k)), crypto.SHA256); err != nil {
						failures <- err
						return
					}
				}
			})
		}
	}
	wg.Wait()
	close(failures)
	require.NoError(t, <-failures)
	require.Equal(t, subscribers*each*signatures, b.Signed())
	require.Len(t, b.Calls("credentials/authorize"), b.Signed())
	require.Len(t, b.Calls("signatures/signHash"), b.Signed())
	left, err := store.List(t.Context(), "")
	require.NoError(t, err)
	require.Empty(t, left)
	for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}
