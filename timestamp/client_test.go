package timestamp_test

import (
	"context"
	"crypto"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/timestamp"
)

// serve starts a loopback server.
func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL
}

// answer is a handler that gives one fixed answer.
func answer(status int, contentType string, body []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		w.Write(body)
	})
}

// dead is an address where nobody listens.
func dead(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return "http://" + l.Addr().String() + "/"
}

func TestClient(t *testing.T) {
	a := newAuthority(t)
	c := &timestamp.Client{URL: serve(t, a), Policy: testPolicy}
	for _, hash := range []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512} {
		digest := sumOf(hash, []byte("x"))
		token, err := c.Timestamp(t.Context(), digest, hash)
		require.NoError(t, err)
		require.NoError(t, token.Check(digest, hash))
	}
	require.Equal(t, 3, a.requests())
	seen := map[string]bool{}
	for _, r := range a.asked {
		assert.True(t, r.CertReq)
		assert.Equal(t, testPolicy, r.Policy)
		require.NotNil(t, r.Nonce)
		assert.Equal(t, 63, r.Nonce.BitLen())
		seen[r.Nonce.String()] = true
	}
	assert.Len(t, seen, 3, "every request has a nonce of its own")
}

func TestClientWithoutNonceAndCertificate(t *testing.T) {
	a := newAuthority(t)
	c := &timestamp.Client{URL: serve(t, a), NoNonce: true, NoCertReq: true}
	_, err := c.Timestamp(t.Context(), testDigest, crypto.SHA256)
	wantCode(t, err, timestamp.CodeCertificateMissing)
	c = &timestamp.Client{URL: c.URL, NoNonce: true, NoCertReq: true, Certificates: []*x509.Certificate{a.root, a.cert}}
	token, err := c.Timestamp(t.Context(), testDigest, crypto.SHA256)
	require.NoError(t, err)
	assert.Empty(t, token.Certificates())
	assert.Nil(t, a.asked[1].Nonce)
	assert.False(t, a.asked[1].CertReq)
}

// Every way in which an authority lies is noticed at receipt, named, and not asked for again.
func TestClientLyingAuthority(t *testing.T) {
	for name, tt := range map[string]struct {
		lie  lies
		cert func(*x509.Certificate)
		want timestamp.Code
	}{
		"T1 imprint":        {lie: lies{info: func(i *timestamp.Info) { i.Imprint = make([]byte, 32) }}, want: timestamp.CodeImprint},
		"T1 hash":           {lie: lies{info: func(i *timestamp.Info) { i.Hash = crypto.SHA512_256 }}, want: timestamp.CodeImprintHash},
		"T1 nonce absent":   {lie: lies{info: func(i *timestamp.Info) { i.Nonce = nil }}, want: timestamp.CodeNonceMissing},
		"T1 nonce other":    {lie: lies{info: func(i *timestamp.Info) { i.Nonce = new(big.Int).Add(i.Nonce, big.NewInt(1)) }}, want: timestamp.CodeNonceMismatch},
		"T1 policy":         {lie: lies{info: func(i *timestamp.Info) { i.Policy = []int{1, 2, 3} }}, want: timestamp.CodePolicy},
		"T2 no ESSCertID":   {lie: lies{attrs: func(l []cmsdata.Attribute) []cmsdata.Attribute { return replace(l, cmsdata.OIDSigningCertificateV2) }}, want: timestamp.CodeESSMissing},
		"T2 no EKU":         {cert: func(c *x509.Certificate) { c.ExtraExtensions = nil }, want: timestamp.CodeEKUMissing},
		"T2 certs left out": {lie: lies{data: func(sd *cmsdata.SignedData) { sd.Certificates = nil }}, want: timestamp.CodeCertificateMissing},
		"T5 expired":        {cert: func(c *x509.Certificate) { c.NotAfter = testTime.Add(-time.Hour) }, want: timestamp.CodeTimeOutside},
		"T5 not yet valid":  {cert: func(c *x509.Certificate) { c.NotBefore = testTime.Add(time.Hour) }, want: timestamp.CodeTimeOutside},
		"C4 value broken":   {lie: lies{signature: func(v []byte) []byte { v[len(v)-1] ^= 1; return v }}, want: timestamp.CodeSignatureBroken},
		"C10 no signer":     {lie: lies{data: func(sd *cmsdata.SignedData) { sd.Signers = nil }}, want: timestamp.CodeSignerCount},
		"hint at another":   {lie: lies{info: func(i *timestamp.Info) { i.TSARaw = nested(0xa4, newAuthority(t).root.RawSubject) }}, want: timestamp.CodeTSAName},
		"hint unnamed":      {lie: lies{info: func(i *timestamp.Info) { i.TSARaw = nested(0x82, []byte("tsa.example")) }}, want: timestamp.CodeTSAName},
		"honest":            {},
		"honest hint":       {lie: lies{info: func(i *timestamp.Info) { i.TSARaw = nested(0xa4, newAuthority(t).cert.RawSubject) }}},
		"honest alternative name": {cert: func(c *x509.Certificate) { c.DNSNames = []string{"x.example", "tsa.example"} },
			lie: lies{info: func(i *timestamp.Info) { i.TSARaw = nested(0x82, []byte("tsa.example")) }}},
		"hint beside the alternative names": {cert: func(c *x509.Certificate) { c.DNSNames = []string{"x.example"} },
			lie: lies{info: func(i *timestamp.Info) { i.TSARaw = nested(0x82, []byte("tsa.example")) }}, want: timestamp.CodeTSAName},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAuthority(t)
			if tt.cert != nil {
				a = newAuthority(t, tt.cert)
			}
			a.lie = tt.lie
			token, err := (&timestamp.Client{URL: serve(t, a), Policy: testPolicy}).Timestamp(t.Context(), testDigest, crypto.SHA256)
			require.Equal(t, 1, a.requests())
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.Nil(t, token)
			wantCode(t, err, tt.want)
			require.ErrorIs(t, err, timestamp.ErrNotProved)
		})
	}
}

// T1: an answer that was recorded earlier is not taken for a new one.
func TestT1ReplayedAnswer(t *testing.T) {
	a := newAuthority(t)
	var recorded atomic.Pointer[[]byte]
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if old := recorded.Load(); old != nil {
			w.Write(*old)
			return
		}
		rec := httptest.NewRecorder()
		a.ServeHTTP(rec, r)
		body := rec.Body.Bytes()
		recorded.Store(&body)
		w.Write(body)
	}))
	c := &timestamp.Client{URL: url}
	_, err := c.Timestamp(t.Context(), testDigest, crypto.SHA256)
	require.NoError(t, err)
	_, err = c.Timestamp(t.Context(), testDigest, crypto.SHA256)
	wantCode(t, err, timestamp.CodeNonceMismatch)
}

func TestClientHTTP(t *testing.T) {
	a := newAuthority(t)
	reply := "application/timestamp-reply"
	rejection := timestamp.MarshalResponse(timestamp.Rejection, timestamp.UnacceptedPolicy, nil)
	for _, tt := range []struct {
		name    string
		handler http.Handler
		want    timestamp.Code
	}{
		{"401", answer(401, "text/html", nil), timestamp.CodeAuthentication},
		{"403", answer(403, "text/html", nil), timestamp.CodeAuthentication},
		{"407", answer(407, "text/html", nil), timestamp.CodeAuthentication},
		{"400", answer(400, "text/html", nil), timestamp.CodeHTTPStatus},
		{"404", answer(404, "text/html", nil), timestamp.CodeHTTPStatus},
		{"405", answer(405, "text/html", nil), timestamp.CodeHTTPStatus},
		{"429", answer(429, "text/html", nil), timestamp.CodeHTTPStatus},
		{"500", answer(500, "text/html", nil), timestamp.CodeServerError},
		{"503", answer(503, "text/html", make([]byte, 1<<20)), timestamp.CodeServerError},
		{"204", answer(204, "", nil), timestamp.CodeHTTPStatus},
		{"302 without address", answer(302, "", nil), timestamp.CodeRedirect},
		{"304", answer(304, "", nil), timestamp.CodeRedirect},
		{"page instead of a time-stamp", answer(200, "text/html; charset=utf-8", []byte("<html>portal</html>")), timestamp.CodeContentType},
		{"nothing", answer(200, reply, nil), timestamp.CodeResponseMalformed},
		{"nothing of no type", answer(200, "", nil), timestamp.CodeContentType},
		{"garbage of the right type", answer(200, reply, []byte("garbage")), timestamp.CodeResponseMalformed},
		{"rejection", answer(200, reply, rejection), timestamp.CodeUnacceptedPolicy},
		{"rejection of a wrong type", answer(200, "text/plain", rejection), timestamp.CodeUnacceptedPolicy},
		{"rejection with an HTTP error", answer(400, reply, rejection), timestamp.CodeUnacceptedPolicy},
		{"token with an HTTP error", answer(500, reply, timestamp.MarshalResponse(0, 0, a.stamp(testDigest, crypto.SHA256))), timestamp.CodeServerError},
		{"waiting", answer(200, reply, timestamp.MarshalResponse(timestamp.Waiting, 0, nil)), timestamp.CodeWaiting},
		{"too large", answer(200, reply, make([]byte, 1<<20+1)), timestamp.CodeTooLarge},
		{"truncated", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			w.Write([]byte("half"))
		}), timestamp.CodeBroken},
		{"not HTTP", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
				io.WriteString(conn, "220 smtp ready\r\n")
				conn.Close()
			}
		}), timestamp.CodeBroken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			address := serve(t, tt.handler)
			secret := strings.Replace(address, "http://", "http://user:hunter2@", 1) + "/tsa?key=hunter2#hunter2"
			_, err := (&timestamp.Client{URL: secret, Retries: -1}).Timestamp(t.Context(), testDigest, crypto.SHA256)
			e := wantCode(t, err, tt.want)
			text := fmt.Sprintf("%v %+v %#v %v", err, err, e, e.Params())
			assert.NotContains(t, text, "hunter2")
		})
	}
}

// The media type of a good answer is not held against it.
func TestClientLenientContentType(t *testing.T) {
	for _, contentType := range []string{"application/timestamp-reply; charset=binary", "application/timestamp-response", "application/octet-stream", "text/plain", ""} {
		a := newAuthority(t)
		url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			w.Header().Set("Content-Type", contentType)
			w.Write(a.respond(body))
		}))
		_, err := (&timestamp.Client{URL: url}).Timestamp(t.Context(), testDigest, crypto.SHA256)
		require.NoError(t, err, contentType)
	}
}

func TestClientRedirects(t *testing.T) {
	a := newAuthority(t)
	target := serve(t, a)
	for status, want := range map[int]timestamp.Code{301: timestamp.CodeRedirect, 302: timestamp.CodeRedirect, 303: timestamp.CodeRedirect, 307: "", 308: ""} {
		var authorization []string
		spy := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			authorization = append(authorization, r.Header.Get("Authorization"))
			a.ServeHTTP(w, r)
		}))
		for _, to := range []string{target, spy} {
			url := serve(t, http.RedirectHandler(to, status))
			token, err := (&timestamp.Client{URL: url, Bearer: "hunter2"}).Timestamp(t.Context(), testDigest, crypto.SHA256)
			if want != "" {
				wantCode(t, err, want)
				continue
			}
			require.NoError(t, err, status)
			require.NotNil(t, token)
		}
		for _, got := range authorization {
			assert.Empty(t, got, "another server must not get the credentials")
		}
	}
	var loop string
	loop = serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, loop, http.StatusTemporaryRedirect) }))
	_, err := (&timestamp.Client{URL: loop}).Timestamp(t.Context(), testDigest, crypto.SHA256)
	wantCode(t, err, timestamp.CodeRedirect)
}

func TestClientDownAndSlow(t *testing.T) {
	_, err := (&timestamp.Client{URL: dead(t), Retries: -1}).Timestamp(t.Context(), testDigest, crypto.SHA256)
	wantCode(t, err, timestamp.CodeUnreachable)
	require.ErrorIs(t, err, timestamp.ErrUnavailable)
	var op *net.OpError
	require.ErrorAs(t, err, &op)

	var hits atomic.Int32
	slow := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	_, err = (&timestamp.Client{URL: slow, Timeout: 100 * time.Millisecond}).Timestamp(t.Context(), testDigest, crypto.SHA256)
	assert.Equal(t, "100ms", wantCode(t, err, timestamp.CodeTimeout).Params()["limit"])
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.EqualValues(t, 1, hits.Load(), "a slow server is not asked again")

	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err = (&timestamp.Client{URL: slow, Fallbacks: []string{slow}}).Timestamp(ctx, testDigest, crypto.SHA256)
	wantCode(t, err, timestamp.CodeCancelled)
	require.ErrorIs(t, err, context.Canceled)
	require.EqualValues(t, 2, hits.Load(), "a cancelled call asks nobody else")

	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = (&timestamp.Client{URL: slow, Fallbacks: []string{slow}}).Timestamp(ctx, testDigest, crypto.SHA256)
	wantCode(t, err, timestamp.CodeTimeout)
	require.EqualValues(t, 3, hits.Load())
}

func TestClientRetries(t *testing.T) {
	a := newAuthority(t)
	var hits atomic.Int32
	flaky := func(bad int32, fail http.Handler) string {
		hits.Store(0)
		return serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if hits.Add(1) <= bad {
				fail.ServeHTTP(w, r)
				return
			}
			a.ServeHTTP(w, r)
		}))
	}
	hangup := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
			conn.Close()
		}
	})
	reject := func(f timestamp.Failure) http.Handler {
		return answer(200, "application/timestamp-reply", timestamp.MarshalResponse(timestamp.Rejection, f, nil))
	}
	later := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(503)
	})
	for _, tt := range []struct {
		name    string
		fail    http.Handler
		bad     int32
		retries int
		tries   int32
		want    timestamp.Code
	}{
		{"503 once", answer(503, "", nil), 1, 0, 2, ""},
		{"503 twice", answer(503, "", nil), 2, 0, 3, ""},
		{"503 three times", answer(503, "", nil), 3, 0, 3, timestamp.CodeServerError},
		{"503 without retries", answer(503, "", nil), 1, -1, 1, timestamp.CodeServerError},
		{"429 once", answer(429, "", nil), 1, 1, 2, ""},
		{"hangs up once", hangup, 1, 1, 2, ""},
		{"clock away once", reject(timestamp.TimeNotAvailable), 1, 1, 2, ""},
		{"system failure once", reject(timestamp.SystemFailure), 1, 1, 2, ""},
		{"bad algorithm is final", reject(timestamp.BadAlg), 1, 0, 1, timestamp.CodeBadAlg},
		{"404 is final", answer(404, "", nil), 1, 0, 1, timestamp.CodeHTTPStatus},
		{"401 is final", answer(401, "", nil), 1, 0, 1, timestamp.CodeAuthentication},
		{"garbage is final", answer(200, "text/html", []byte("x")), 1, 0, 1, timestamp.CodeContentType},
		{"an hour is too long to wait", later, 1, 0, 1, timestamp.CodeServerError},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := (&timestamp.Client{URL: flaky(tt.bad, tt.fail), Retries: tt.retries}).Timestamp(t.Context(), testDigest, crypto.SHA256)
			if tt.want == "" {
				require.NoError(t, err)
			} else {
				wantCode(t, err, tt.want)
			}
			assert.Equal(t, tt.tries, hits.Load())
		})
	}
	// A cancelled context ends the wait between tries.
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	patient := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", "20"); w.WriteHeader(503) })
	_, err := (&timestamp.Client{URL: serve(t, patient)}).Timestamp(ctx, testDigest, crypto.SHA256)
	require.Error(t, err)
	assert.Less(t, time.Since(start), 10*time.Second)
}

func TestClientFallbacks(t *testing.T) {
	honest, liar := newAuthority(t), newAuthority(t)
	liar.lie.info = func(i *timestamp.Info) { i.Nonce = nil }
	good, lying := serve(t, honest), serve(t, liar)
	rejecting := serve(t, answer(200, "application/timestamp-reply", timestamp.MarshalResponse(timestamp.Rejection, timestamp.BadAlg, nil)))

	c := &timestamp.Client{URL: dead(t), Fallbacks: []string{lying, rejecting, good}, Retries: -1}
	token, err := c.Timestamp(t.Context(), testDigest, crypto.SHA256)
	require.NoError(t, err)
	require.NoError(t, token.Check(testDigest, crypto.SHA256))
	require.Equal(t, 1, liar.requests())
	require.Equal(t, 1, honest.requests())

	c = &timestamp.Client{URL: good, Fallbacks: []string{lying}}
	_, err = c.Timestamp(t.Context(), testDigest, crypto.SHA256)
	require.NoError(t, err)
	require.Equal(t, 1, liar.requests(), "a fallback is asked only when needed")

	c = &timestamp.Client{URL: dead(t), Fallbacks: []string{lying, rejecting}, Retries: -1}
	_, err = c.Timestamp(t.Context(), testDigest, crypto.SHA256)
	e := wantCode(t, err, timestamp.CodeAllFailed)
	assert.Equal(t, "3", e.Params()["count"])
	for _, family := range []error{timestamp.ErrUnavailable, timestamp.ErrNotProved, timestamp.ErrRejected} {
		require.ErrorIs(t, err, family)
	}
	require.NotErrorIs(t, err, timestamp.ErrMalformed)
	assert.NotContains(t, err.Error(), "\n")
}
