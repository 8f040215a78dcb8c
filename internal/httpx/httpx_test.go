package httpx

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/i18n"
)

// allow is a client for the loopback servers of these tests.
func allow(opts Options) *http.Client {
	opts.AllowPrivate = true
	return NewClient(opts)
}

func get(t *testing.T, client *http.Client, address string, max int64) (*Response, error) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, address, nil)
	require.NoError(t, err)
	return Do(t.Context(), client, req, max)
}

// wantCode fails unless err is ours, carries code and can be shown in both languages.
func wantCode(t *testing.T, err error, code finding.Code) *Error {
	t.Helper()
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, string(code), e.Code(), "%v", err)
	require.True(t, i18n.Has(e.Code()))
	for _, lang := range []i18n.Lang{i18n.English, i18n.Vietnamese} {
		assert.NotContains(t, i18n.Text(e.Code(), lang, e.Params()), "?", "a parameter is missing")
	}
	return e
}

func TestPublic(t *testing.T) {
	for _, tt := range []struct {
		addr string
		want bool
	}{
		{"8.8.8.8", true},
		{"1.1.1.1", true},
		{"203.113.0.1", true},
		{"100.63.255.255", true},
		{"100.128.0.0", true},
		{"172.15.255.255", true},
		{"172.32.0.0", true},
		{"192.167.255.255", true},
		{"192.169.0.0", true},
		{"223.255.255.255", true},
		{"2001:4860:4860::8888", true},
		{"2400:cb00::1", true},
		{"2001:200::1", true},
		{"64:ff9b::808:808", true}, // NAT64 of 8.8.8.8

		{"0.0.0.0", false},
		{"0.1.2.3", false},
		{"10.0.0.1", false},
		{"10.255.255.255", false},
		{"100.64.0.0", false},
		{"100.127.255.255", false},
		{"127.0.0.1", false},
		{"127.255.255.254", false},
		{"169.254.0.1", false},
		{"169.254.169.254", false},
		{"172.16.0.0", false},
		{"172.31.255.255", false},
		{"192.0.0.1", false},
		{"192.0.0.170", false},
		{"192.0.2.1", false},
		{"192.88.99.1", false},
		{"192.168.0.1", false},
		{"198.18.0.1", false},
		{"198.19.255.255", false},
		{"198.51.100.1", false},
		{"203.0.113.1", false},
		{"224.0.0.1", false},
		{"239.255.255.255", false},
		{"240.0.0.1", false},
		{"255.255.255.255", false},
		{"::", false},
		{"::1", false},
		{"::127.0.0.1", false},
		{"::8.8.8.8", false}, // IPv4-compatible
		{"::ffff:127.0.0.1", false},
		{"::ffff:10.0.0.1", false},
		{"::ffff:8.8.8.8", false}, // mapped, even of a public address
		{"::ffff:0:8.8.8.8", false},
		{"64:ff9b::127.0.0.1", false},
		{"64:ff9b::10.0.0.1", false},
		{"64:ff9b::169.254.169.254", false},
		{"64:ff9b:1::808:808", false}, // local-use NAT64
		{"100::1", false},             // discard
		{"2001::1", false},            // Teredo
		{"2001:2::1", false},          // benchmarking
		{"2001:10::1", false},         // ORCHID
		{"2001:db8::1", false},
		{"2002:7f00:1::1", false}, // 6to4 of 127.0.0.1
		{"2002:808:808::1", false},
		{"3fff::1", false},
		{"5f00::1", false},
		{"fc00::1", false},
		{"fd12:3456::1", false},
		{"fe80::1", false},
		{"fe80::1%eth0", false},
		{"2400:cb00::1%eth0", false},
		{"fec0::1", false},
		{"ff02::1", false},
		{"ff0e::1", false},
		{"4000::1", false}, // not given out
	} {
		assert.Equal(t, tt.want, Public(netip.MustParseAddr(tt.addr)), tt.addr)
	}
	assert.False(t, Public(netip.Addr{}))
}

func TestPrivateRefused(t *testing.T) {
	hits := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { hits++; io.WriteString(w, "inside") }))
	defer srv.Close()
	_, port, err := net.SplitHostPort(srv.Listener.Addr().String())
	require.NoError(t, err)
	// The name is the case that matters: nothing in "localhost" says where it leads.
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::1]", "127.1.2.3", "0.0.0.0", "[::]", "[64:ff9b::7f00:1]", "10.1.2.3", "169.254.169.254"} {
		t.Run(host, func(t *testing.T) {
			_, err := get(t, NewClient(Options{}), "http://"+host+":"+port+"/", 100)
			wantCode(t, err, CodeAddressRefused)
		})
	}
	_, err = get(t, nil, srv.URL, 100)
	wantCode(t, err, CodeAddressRefused)
	require.Zero(t, hits, "a connection was made")

	res, err := get(t, allow(Options{}), "http://localhost:"+port+"/", 100)
	require.NoError(t, err)
	assert.Equal(t, "inside", string(res.Body))
	assert.Equal(t, 1, hits)
}

// The guard looks at the address that a redirect leads to, not only at the first one.
func TestRedirectIntoPrivateRefused(t *testing.T) {
	inner := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "secret") }))
	defer inner.Close()
	outer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://localhost:"+inner.URL[strings.LastIndexByte(inner.URL, ':')+1:]+"/", http.StatusFound)
	}))
	defer outer.Close()

	// In this test 127.0.0.1 plays the public internet for the first dial only.
	dials := 0
	client := newClient(Options{}, func(a netip.Addr) bool { dials++; return dials <= 2 && a.IsLoopback() })
	_, err := get(t, client, outer.URL, 100)
	wantCode(t, err, CodeAddressRefused)
	assert.GreaterOrEqual(t, dials, 3)

	res, err := get(t, allow(Options{}), outer.URL, 100)
	require.NoError(t, err)
	assert.Equal(t, "secret", string(res.Body))
}

func TestSchemes(t *testing.T) {
	for _, tt := range []struct {
		url  string
		code finding.Code
	}{
		{"ftp://user:hunter2@host/x", CodeScheme},
		{"file:///etc/passwd", CodeScheme},
		{"gopher://host/", CodeScheme},
		{"ldap://host/cn=x", CodeScheme},
		{"http:opaque", CodeURL},
		{"http:///path", CodeURL},
		{"//host/path", CodeURL},
		{"http://:80/", CodeURL},
		{"http://host/" + strings.Repeat("a", 9000), CodeURL},
	} {
		u, err := url.Parse(tt.url)
		require.NoError(t, err)
		_, err = Do(t.Context(), nil, &http.Request{Method: "GET", URL: u}, 10)
		wantCode(t, err, tt.code)
	}
	_, err := Do(t.Context(), nil, nil, 10)
	var e *Error
	require.ErrorAs(t, err, &e)

	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "file:///etc/passwd")
		w.WriteHeader(http.StatusFound)
	}))
	defer srv.Close()
	_, err = get(t, allow(Options{}), srv.URL, 10)
	wantCode(t, err, CodeScheme)
}

func TestRedirectRules(t *testing.T) {
	var seen []http.Header
	var mux http.ServeMux
	srv := httptest.NewServer(&mux)
	defer srv.Close()
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/loop?password=hunter2", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/302", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/end", http.StatusFound) })
	mux.HandleFunc("/307", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/end", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)+"/end", http.StatusPermanentRedirect)
	})
	mux.HandleFunc("/end", func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.Header.Clone())
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s", r.Method, body)
	})
	post := func(path string, opts Options) (*Response, error) {
		seen = nil
		req, err := http.NewRequest(http.MethodPost, srv.URL+path+"?q=hunter2", bytes.NewReader([]byte("hello")))
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer hunter2")
		return Do(t.Context(), allow(opts), req, 100)
	}
	_, err := post("/loop", Options{})
	e := wantCode(t, err, CodeRedirects)
	assert.Equal(t, "3", e.Params()["limit"])
	assert.NotContains(t, err.Error(), "hunter2")

	_, err = post("/302", Options{})
	wantCode(t, err, CodeRedirectMethod)
	assert.Empty(t, seen)

	_, err = post("/307", Options{MaxRedirects: -1})
	wantCode(t, err, CodeRedirects)

	res, err := post("/307", Options{})
	require.NoError(t, err)
	assert.Equal(t, "POST hello", string(res.Body))
	assert.Equal(t, srv.URL+"/end", res.URL)
	assert.Equal(t, "Bearer hunter2", seen[0].Get("Authorization"), "the same server gets them again")
	assert.Empty(t, seen[0].Get("Referer"))

	res, err = post("/away", Options{})
	require.NoError(t, err)
	assert.Equal(t, "POST hello", string(res.Body))
	assert.Empty(t, seen[0].Get("Authorization"), "another host must not get them")
	assert.Empty(t, seen[0].Get("Referer"))

	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, srv.URL+"/end", http.StatusFound)
	}))
	defer secure.Close()
	_, err = get(t, allow(Options{TLS: secure.Client().Transport.(*http.Transport).TLSClientConfig}), secure.URL, 100)
	wantCode(t, err, CodeRedirectInsecure)
}

func TestBounds(t *testing.T) {
	release := make(chan struct{})
	var mux http.ServeMux
	srv := httptest.NewServer(&mux)
	defer srv.Close()
	defer close(release)
	mux.HandleFunc("/100", func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 100)) })
	mux.HandleFunc("/chunked", func(w http.ResponseWriter, _ *http.Request) {
		for range 101 {
			w.Write([]byte{1})
			w.(http.Flusher).Flush()
		}
	})
	mux.HandleFunc("/error", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503); w.Write(make([]byte, 1000)) })
	mux.HandleFunc("/silent", func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("/drip", func(w http.ResponseWriter, r *http.Request) {
		for {
			if _, err := w.Write([]byte{1}); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			select {
			case <-time.After(5 * time.Millisecond):
			case <-r.Context().Done():
				return
			}
		}
	})
	mux.HandleFunc("/short", func(w http.ResponseWriter, _ *http.Request) {
		conn, buf, err := w.(http.Hijacker).Hijack()
		if err == nil {
			buf.WriteString("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
			buf.Flush()
			conn.Close()
		}
	})
	mux.HandleFunc("/hangup", func(w http.ResponseWriter, _ *http.Request) {
		if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
			conn.Close()
		}
	})
	mux.HandleFunc("/garbage", func(w http.ResponseWriter, _ *http.Request) {
		conn, buf, err := w.(http.Hijacker).Hijack()
		if err == nil {
			buf.WriteString("Authorization: hunter2\r\n\r\n")
			buf.Flush()
			conn.Close()
		}
	})
	mux.HandleFunc("/header", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("a", 100<<10)) })

	res, err := get(t, allow(Options{}), srv.URL+"/100", 100)
	require.NoError(t, err)
	assert.Len(t, res.Body, 100)
	for _, path := range []string{"/100", "/chunked"} {
		_, err = get(t, allow(Options{}), srv.URL+path, 99)
		assert.Equal(t, "99", wantCode(t, err, CodeTooLarge).Params()["limit"])
	}
	res, err = get(t, allow(Options{}), srv.URL+"/error", 100)
	require.NoError(t, err)
	assert.Equal(t, 503, res.Status)
	assert.Len(t, res.Body, 100)

	for _, path := range []string{"/silent", "/drip"} {
		start := time.Now()
		_, err = get(t, allow(Options{Timeout: 100 * time.Millisecond}), srv.URL+path, 1<<20)
		wantCode(t, err, CodeTimeout)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Less(t, time.Since(start), 5*time.Second)

		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		req, _ := http.NewRequest(http.MethodGet, srv.URL+path, nil)
		_, err = Do(ctx, allow(Options{Timeout: -1}), req, 1<<20)
		cancel()
		wantCode(t, err, CodeTimeout)

		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		_, err = Do(ctx, allow(Options{}), req, 1<<20)
		wantCode(t, err, CodeCancelled)
		assert.ErrorIs(t, err, context.Canceled)
	}
	_, err = get(t, allow(Options{}), srv.URL+"/short", 1000)
	wantCode(t, err, CodeProtocol)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, err = get(t, allow(Options{}), srv.URL+"/hangup", 1000)
	wantCode(t, err, CodeUnreachable)
	_, err = get(t, allow(Options{}), srv.URL+"/garbage", 1000)
	assert.NotContains(t, wantCode(t, err, CodeProtocol).Error(), "hunter2")
	_, err = get(t, allow(Options{}), srv.URL+"/header", 1000)
	wantCode(t, err, CodeProtocol)
}

func TestUnreachableAndTLS(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	dead := "http://user:hunter2@" + l.Addr().String() + "/x?key=hunter2"
	l.Close()
	_, err = get(t, allow(Options{}), dead, 10)
	assert.NotContains(t, wantCode(t, err, CodeUnreachable).Error(), "hunter2")
	var op *net.OpError
	assert.ErrorAs(t, err, &op)

	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	secure.StartTLS()
	defer secure.Close()
	_, err = get(t, allow(Options{}), secure.URL, 10)
	wantCode(t, err, CodeTLS)
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	_, err = get(t, allow(Options{}), strings.Replace(plain.URL, "http:", "https:", 1), 10)
	wantCode(t, err, CodeTLS)
}

func TestRedact(t *testing.T) {
	for in, want := range map[string]string{
		"https://user:hunter2@host:8443/path/x?key=hunter2#hunter2": "https://host:8443/path/x",
		"http://host":               "http://host",
		"http://host/a%2Fb?x":       "http://host/a%2Fb",
		"http://user:hunter2@h\x7f": "…",
		"mailto:hunter2":            "mailto:…",
	} {
		assert.Equal(t, want, Redact(in))
	}
}

func TestSecretNeverShows(t *testing.T) {
	const value = "hunter2"
	s := Secret(value)
	holder := struct {
		Password Secret
		Many     []Secret
		Map      map[string]Secret
		Any      any
	}{s, []Secret{s}, map[string]Secret{"a": s}, s}
	var shown []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%U", "%f", "%10s", "% x"} {
		shown = append(shown, fmt.Sprintf(verb, s), fmt.Sprintf(verb, &holder), fmt.Sprintf(verb, holder))
	}
	shown = append(shown, fmt.Sprint(s), s.String(), s.GoString(), fmt.Errorf("x %w", fmt.Errorf("%v", s)).Error())
	j, err := json.Marshal(holder)
	require.NoError(t, err)
	type element struct{ P Secret }
	x, err := xml.Marshal(element{s})
	require.NoError(t, err)
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).Info("m", "secret", s, "holder", holder, slog.Any("any", &holder))
	}
	shown = append(shown, string(j), string(x), log.String())
	for _, text := range shown {
		assert.NotContains(t, text, value)
		assert.NotContains(t, text, "68756e74657232")
	}
	assert.Equal(t, value, s.Reveal())
	assert.Contains(t, string(j), "[hidden]")
}

func TestErrorsAreFaults(t *testing.T) {
	err := error(fail(CodeTimeout, context.DeadlineExceeded, "url", "http://h"))
	assert.True(t, errors.Is(err, fail(CodeTimeout, nil)))
	assert.False(t, errors.Is(err, fail(CodeTLS, nil)))
	assert.Equal(t, "httpx: http://h did not answer in time: context deadline exceeded", err.Error())
}

// Nothing runs on after a call: neither a connection nor its goroutines, however the call ended.
func TestNothingOutlivesTheCall(t *testing.T) {
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			select {
			case <-release:
			case <-r.Context().Done():
			}
		}
		w.Write(make([]byte, 1000))
	}))
	defer srv.Close()
	defer close(release)
	count := func() int {
		buf := make([]byte, 1<<20)
		return strings.Count(string(buf[:runtime.Stack(buf, true)]), "net/http.(*persistConn)")
	}
	before := count()
	client := allow(Options{Timeout: 100 * time.Millisecond})
	for _, path := range []string{"/", "/slow"} {
		for _, max := range []int64{10, 10000} {
			_, _ = get(t, client, srv.URL+path, max)
		}
	}
	assert.Eventually(t, func() bool { return count() <= before }, 5*time.Second, 10*time.Millisecond)
}

// The environment's proxy is for addresses that the user chose; it would hide from the guard where a connection ends.
func TestProxy(t *testing.T) {
	assert.Nil(t, NewClient(Options{}).Transport.(*http.Transport).Proxy)
	assert.NotNil(t, NewClient(Options{AllowPrivate: true}).Transport.(*http.Transport).Proxy)
}
