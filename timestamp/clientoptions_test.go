package timestamp_test

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/timestamp"
)

func TestClientCredentials(t *testing.T) {
	a := newAuthority(t)
	guard := func(ok func(*http.Request) bool) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !ok(r) {
				w.Header().Set("WWW-Authenticate", "Basic")
				w.WriteHeader(401)
				return
			}
			a.ServeHTTP(w, r)
		})
	}
	basic := serve(t, guard(func(r *http.Request) bool {
		user, password, ok := r.BasicAuth()
		return ok && user == "ngân" && password == "hunter2"
	}))
	bearer := serve(t, guard(func(r *http.Request) bool { return r.Header.Get("Authorization") == "Bearer hunter2" }))
	ask := func(c *timestamp.Client) error {
		_, err := c.Timestamp(t.Context(), testDigest, crypto.SHA256)
		if err != nil {
			assert.NotContains(t, err.Error(), "hunter2")
		}
		return err
	}
	require.NoError(t, ask(&timestamp.Client{URL: basic, Username: "ngân", Password: "hunter2"}))
	require.NoError(t, ask(&timestamp.Client{URL: strings.Replace(basic, "//", "//"+url.PathEscape("ngân")+":hunter2@", 1)}))
	require.NoError(t, ask(&timestamp.Client{URL: bearer, Bearer: "hunter2"}))
	wantCode(t, ask(&timestamp.Client{URL: basic}), timestamp.CodeAuthentication)
	wantCode(t, ask(&timestamp.Client{URL: basic, Username: "ngân", Password: "wrong"}), timestamp.CodeAuthentication)
	wantCode(t, ask(&timestamp.Client{URL: bearer, Bearer: "wrong"}), timestamp.CodeAuthentication)

	// A fallback elsewhere does not get them, one on the same server does.
	var leaked atomic.Bool
	elsewhere := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		leaked.Store(leaked.Load() || r.Header.Get("Authorization") != "")
		a.ServeHTTP(w, r)
	}))
	down := dead(t)
	require.NoError(t, ask(&timestamp.Client{URL: down, Fallbacks: []string{elsewhere}, Bearer: "hunter2", Retries: -1}))
	require.False(t, leaked.Load())
	var mux http.ServeMux
	mux.Handle("/down", answer(500, "", nil))
	mux.Handle("/up", guard(func(r *http.Request) bool { return r.Header.Get("Authorization") == "Bearer hunter2" }))
	two := serve(t, &mux)
	require.NoError(t, ask(&timestamp.Client{URL: two + "/down", Fallbacks: []string{two + "/up"}, Bearer: "hunter2", Retries: -1}))

	// The client itself does not print them.
	c := timestamp.Client{URL: basic, Username: "u", Password: "hunter2", Bearer: "hunter2"}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "client", &c, "password", c.Password)
	j, err := json.Marshal(struct{ P timestamp.Secret }{c.Password})
	require.NoError(t, err)
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s", c, &c, c, c.Password), log.String(), string(j)} {
		assert.NotContains(t, text, "hunter2")
	}
}

func TestClientMutualTLS(t *testing.T) {
	a := newAuthority(t)
	srv := httptest.NewUnstartedServer(a)
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	pool := x509.NewCertPool()
	client := a.issue(func(c *x509.Certificate) { // signed by the root that the server trusts
		c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	})
	pool.AddCert(a.root)
	srv.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}
	srv.StartTLS()
	defer srv.Close()
	roots := x509.NewCertPool()
	roots.AddCert(srv.Certificate())

	own := []tls.Certificate{{Certificate: [][]byte{client.Raw}, PrivateKey: a.key}}
	_, err := (&timestamp.Client{URL: srv.URL, TLS: &tls.Config{RootCAs: roots, Certificates: own}}).Timestamp(t.Context(), testDigest, crypto.SHA256)
	require.NoError(t, err)
	_, err = (&timestamp.Client{URL: srv.URL, TLS: &tls.Config{RootCAs: roots}, Retries: -1}).Timestamp(t.Context(), testDigest, crypto.SHA256)
	wantCode(t, err, timestamp.CodeTLS)
	_, err = (&timestamp.Client{URL: srv.URL, TLS: &tls.Config{Certificates: own}, Retries: -1}).Timestamp(t.Context(), testDigest, crypto.SHA256)
	wantCode(t, err, timestamp.CodeTLS)
}

func TestClientOptions(t *testing.T) {
	a := newAuthority(t)
	good := serve(t, a)
	for name, tt := range map[string]struct {
		client timestamp.Client
		want   timestamp.Code
	}{
		"no address":              {timestamp.Client{}, timestamp.CodeNoServer},
		"fallbacks only":          {timestamp.Client{Fallbacks: []string{good}}, timestamp.CodeNoServer},
		"ftp":                     {timestamp.Client{URL: "ftp://u:hunter2@host/"}, timestamp.CodeURL},
		"no scheme":               {timestamp.Client{URL: "host/tsa"}, timestamp.CodeURL},
		"no host":                 {timestamp.Client{URL: "http:///tsa"}, timestamp.CodeURL},
		"broken":                  {timestamp.Client{URL: "http://u:hunter2@h\x7f"}, timestamp.CodeURL},
		"too long":                {timestamp.Client{URL: good + "/" + strings.Repeat("a", 9000)}, timestamp.CodeURL},
		"broken fallback":         {timestamp.Client{URL: good, Fallbacks: []string{"x"}}, timestamp.CodeURL},
		"two kinds of login":      {timestamp.Client{URL: good, Username: "u", Bearer: "b"}, timestamp.CodeOptions},
		"line end in the token":   {timestamp.Client{URL: good, Bearer: "hunter2\n"}, timestamp.CodeOptions},
		"line end in password":    {timestamp.Client{URL: good, Username: "u", Password: "hunter2\r\n"}, timestamp.CodeOptions},
		"colon in the user name":  {timestamp.Client{URL: good, Username: "u:v"}, timestamp.CodeOptions},
		"client and TLS":          {timestamp.Client{URL: good, HTTPClient: http.DefaultClient, TLS: &tls.Config{}}, timestamp.CodeOptions},
		"client and guard":        {timestamp.Client{URL: good, HTTPClient: http.DefaultClient, RefusePrivate: true}, timestamp.CodeOptions},
		"policy":                  {timestamp.Client{URL: good, Policy: []int{9, 9}}, timestamp.CodeOptions},
		"negative timeout":        {timestamp.Client{URL: good, Timeout: -1}, timestamp.CodeOptions},
		"too many fallbacks":      {timestamp.Client{URL: good, Fallbacks: make([]string, 100)}, timestamp.CodeOptions},
		"private address":         {timestamp.Client{URL: good, RefusePrivate: true}, timestamp.CodeAddressRefused},
		"private address by name": {timestamp.Client{URL: strings.Replace(good, "127.0.0.1", "localhost", 1), RefusePrivate: true}, timestamp.CodeAddressRefused},
		"too small a limit":       {timestamp.Client{URL: good, MaxBytes: 100}, timestamp.CodeTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			before := a.requests()
			_, err := tt.client.Timestamp(t.Context(), testDigest, crypto.SHA256)
			assert.NotContains(t, wantCode(t, err, tt.want).Error(), "hunter2")
			if tt.want != timestamp.CodeTooLarge {
				assert.Equal(t, before, a.requests(), "nobody is asked")
			}
		})
	}
	c := &timestamp.Client{URL: good}
	_, err := c.Timestamp(t.Context(), testDigest, crypto.SHA1)
	wantCode(t, err, timestamp.CodeHash)
	_, err = c.Timestamp(t.Context(), testDigest[:20], crypto.SHA256)
	wantCode(t, err, timestamp.CodeDigestLength)

	// The caller's own client is used, with our bounds.
	own := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		r.Header.Set("X-Own", "1")
		return http.DefaultTransport.RoundTrip(r)
	})}
	_, err = (&timestamp.Client{URL: good, HTTPClient: own}).Timestamp(t.Context(), testDigest, crypto.SHA256)
	require.NoError(t, err)
	_, err = (&timestamp.Client{URL: good, HTTPClient: own, MaxBytes: 10}).Timestamp(t.Context(), testDigest, crypto.SHA256)
	wantCode(t, err, timestamp.CodeTooLarge)
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// T5: a time far from ours, where the caller wants it compared.
func TestT5Skew(t *testing.T) {
	a := newAuthority(t)
	address := serve(t, a)
	for _, tt := range []struct {
		clock time.Duration // ours, from the authority's
		skew  time.Duration
		ok    bool
	}{
		{0, time.Minute, true},
		{61 * time.Second, time.Minute, true}, // with the second of accuracy
		{62 * time.Second, time.Minute, false},
		{-61 * time.Second, time.Minute, true},
		{-62 * time.Second, time.Minute, false},
		{1000 * time.Hour, 0, true}, // not compared
	} {
		c := &timestamp.Client{URL: address, MaxSkew: tt.skew, Clock: func() time.Time { return testTime.Add(tt.clock) }}
		if _, err := c.Timestamp(t.Context(), testDigest, crypto.SHA256); tt.ok {
			require.NoError(t, err)
		} else {
			wantCode(t, err, timestamp.CodeTimeSkew)
		}
	}
}

// The log tells what happened, and no secret.
func TestClientLog(t *testing.T) {
	a := newAuthority(t)
	var log bytes.Buffer
	c := &timestamp.Client{
		URL: strings.Replace(serve(t, answer(500, "", nil)), "//", "//u:hunter2@", 1) + "/?key=hunter2", Fallbacks: []string{serve(t, a)}, Retries: -1,
		Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	_, err := c.Timestamp(t.Context(), testDigest, crypto.SHA256)
	require.NoError(t, err)
	assert.Contains(t, log.String(), "timestamp.http-server-error")
	assert.Contains(t, log.String(), "time-stamp received")
	assert.NotContains(t, log.String(), "hunter2")
}

// A client is safe for concurrent use; run with -race.
func TestClientConcurrent(t *testing.T) {
	a := newAuthority(t)
	c := &timestamp.Client{URL: serve(t, a)}
	errs := make(chan error, 8)
	for i := range cap(errs) {
		go func() {
			digest := sumOf(crypto.SHA256, []byte{byte(i)})
			token, err := c.Timestamp(t.Context(), digest, crypto.SHA256)
			if err == nil {
				err = token.Check(digest, crypto.SHA256)
			}
			errs <- err
		}()
	}
	for range cap(errs) {
		require.NoError(t, <-errs)
	}
}
