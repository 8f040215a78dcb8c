package rest_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
	"github.com/kyso-dev/kyso/signer"
)

// TestSent: whether a request may have arrived decides whether it may be sent again.
func TestSent(t *testing.T) {
	client := rest.NewClient(nil, 300*time.Millisecond)
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, nobody.Close())
	var hits atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		switch r.URL.Path {
		case "/cut":
			panic(http.ErrAbortHandler)
		case "/slow":
			select {
			case <-r.Context().Done():
			case <-time.After(500 * time.Millisecond):
			}
		case "/redirect":
			http.Redirect(w, r, "/other", http.StatusTemporaryRedirect)
		case "/half":
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "{")
		}
	}))
	defer server.Close()
	tls := httptest.NewUnstartedServer(http.NotFoundHandler())
	tls.Config.ErrorLog = log.New(io.Discard, "", 0)
	tls.StartTLS()
	defer tls.Close()
	for name, tc := range map[string]struct {
		url  string
		sent bool
		is   error
	}{
		"nobody listens":      {"http://" + nobody.Addr().String(), false, signer.ErrUnavailable},
		"not its certificate": {tls.URL, false, signer.ErrUnavailable},
		"cut off":             {server.URL + "/cut", true, signer.ErrUnavailable},
		"too slow":            {server.URL + "/slow", true, signer.ErrUnavailable},
		"half an answer":      {server.URL + "/half", true, signer.ErrUnavailable},
		"sent on":             {server.URL + "/redirect", true, signer.ErrProtocol},
	} {
		t.Run(name, func(t *testing.T) {
			hits.Store(0)
			_, err := rest.PostJSON(t.Context(), client, tc.url, nil, map[string]string{"password": "canary-4711"})
			require.ErrorIs(t, err, tc.is)
			require.Equal(t, tc.sent, rest.Sent(err), "%v", err)
			require.NotContains(t, err.Error(), "4711")
			require.LessOrEqual(t, hits.Load(), int32(1), "nothing is sent twice")
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = rest.PostJSON(ctx, client, server.URL+"/slow", nil, nil)
	require.ErrorIs(t, err, signer.ErrCancelled)
	require.True(t, rest.Sent(err))
	cancel()
	_, err = rest.PostJSON(ctx, client, server.URL+"/slow", nil, nil)
	require.ErrorIs(t, err, signer.ErrCancelled)
	require.False(t, rest.Sent(err))
	require.False(t, rest.Sent(errors.New("x")))
}

func TestCheckBase(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://gwsca.vnpt.vn/sca/sp769": true, "http://127.0.0.1:80/x": true, "http://[::1]/": true, "http://localhost": true,
		"http://gwsca.vnpt.vn": false, "ftp://127.0.0.1": false, "": false, "https://": false, "https://u:p4711@h/": false, "https://h/?q=1": false, "://": false,
	} {
		_, err := rest.CheckBase(address)
		require.Equal(t, ok, err == nil, "%s: %v", address, err)
		if err != nil {
			require.NotContains(t, err.Error(), "4711")
		}
	}
	base, err := rest.CheckBase("https://h/a/")
	require.NoError(t, err)
	require.Equal(t, "https://h/a", base)
}

func TestLenient(t *testing.T) {
	var v struct {
		A, B, C, D, E rest.Int
		F, G, H       rest.Text
		I, J, K       rest.Bool
	}
	require.NoError(t, json.Unmarshal([]byte(`{"A":200,"B":"200","C":null,"D":"x","E":{},"F":1,"G":null,"H":"h","I":"true","J":1,"K":null}`), &v))
	require.Equal(t, rest.Int{Value: 200, Set: true}, v.A)
	require.Equal(t, v.A, v.B)
	require.False(t, v.C.Set || v.D.Set || v.E.Set)
	require.Equal(t, rest.Text("1"), v.F)
	require.Equal(t, rest.Text("h"), v.H)
	require.True(t, bool(v.I && v.J && !v.K))
}

func TestGateway(t *testing.T) {
	page := &rest.Answer{Status: 502, Body: []byte("<html><head><title>502 Bad Gateway</title></head><body>secret-4711<hr></body>"), RetryAfter: 7 * time.Second, URL: "https://h/"}
	err := page.Gateway([]remote.Secret{"secret-4711"})
	var e *remote.Error
	require.ErrorAs(t, err, &e)
	require.ErrorIs(t, err, signer.ErrUnavailable)
	require.Equal(t, 7*time.Second, e.After)
	require.Contains(t, err.Error(), "502 Bad Gateway")
	require.NotContains(t, err.Error(), "4711")
	require.NotContains(t, err.Error(), "<")
	require.NoError(t, (&rest.Answer{Status: 500}).Gateway(nil))
	require.ErrorIs(t, (&rest.Answer{Status: 200, Body: []byte("<html>")}).Nonsense(nil), signer.ErrProtocol)
}
