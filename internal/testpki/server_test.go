package testpki_test

import (
	"context"
	"crypto"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testpki"
)

// goroutinesOf counts goroutines that run code of the package or of net/http's server.
func goroutinesOf(t testing.TB) int {
	t.Helper()
	buf := make([]byte, 1<<20)
	n := 0
	for stack := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(stack, "testpki.(*") || strings.Contains(stack, "http.(*conn).serve") || strings.Contains(stack, "http.(*Server).Serve") {
			n++
		}
	}
	return n
}

func TestCloseEndsEverything(t *testing.T) {
	before := goroutinesOf(t)
	p, err := testpki.New(&testpki.Options{Keys: testpki.SharedKeys()})
	require.NoError(t, err)
	s, err := p.Serve("")
	require.NoError(t, err)
	s.Fault(testpki.CRL, testpki.Slow, true)
	client := &http.Client{Transport: &http.Transport{}}
	done := make(chan error, 1)
	go func() { // a client in the middle of a slow answer
		resp, err := client.Get(s.CRL)
		if err == nil {
			_ = resp.Body.Close()
		}
		done <- err
	}()
	idle, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://")) // and one that says nothing
	require.NoError(t, err)
	defer idle.Close()
	require.Eventually(t, func() bool { return s.Hits(testpki.CRL) == 1 }, 5*time.Second, time.Millisecond)
	start := time.Now()
	require.NoError(t, s.Close())
	assert.Less(t, time.Since(start), 5*time.Second)
	assert.Equal(t, before, goroutinesOf(t), "none is left when Close returns")
	require.Error(t, <-done)
	require.NoError(t, s.Close(), "again")
	_, err = net.DialTimeout("tcp", strings.TrimPrefix(s.URL, "http://"), time.Second)
	require.Error(t, err)

	again, err := p.Serve("")
	require.NoError(t, err, "the same port")
	assert.Equal(t, s.URL, again.URL)
	get(t, again.CRL)
	require.NoError(t, again.Close())
}

func TestServeAddresses(t *testing.T) {
	p, err := testpki.New(&testpki.Options{Keys: testpki.SharedKeys()})
	require.NoError(t, err)
	_, err = p.Serve("127.0.0.1:1")
	require.ErrorIs(t, err, testpki.ErrPortFixed)
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "example.com:80", "nonsense", "[::]:0"} {
		var e *testpki.Error
		_, err = p.Serve(addr)
		require.ErrorAs(t, err, &e, addr)
		assert.Equal(t, string(testpki.CodeAddress), e.Code(), addr)
		_, err = testpki.New(&testpki.Options{Addr: addr, Keys: testpki.SharedKeys()})
		require.ErrorAs(t, err, &e, addr)
		assert.Equal(t, string(testpki.CodeAddress), e.Code(), addr)
	}
	var refused *testpki.Error
	if os.Geteuid() > 0 { // port 1 is for root
		_, err = testpki.New(&testpki.Options{Addr: "127.0.0.1:1", Keys: testpki.SharedKeys()})
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, string(testpki.CodeListen), refused.Code())
	}
	s, err := p.Serve("127.0.0.1:0")
	require.NoError(t, err)
	_, err = p.Serve("")
	require.ErrorIs(t, err, testpki.ErrPortTaken, "it serves already")
	_, err = testpki.New(&testpki.Options{Addr: strings.TrimPrefix(s.URL, "http://"), Keys: testpki.SharedKeys()})
	require.ErrorIs(t, err, testpki.ErrPortTaken)
	require.NoError(t, s.Close())
	require.NoError(t, p.Close())
	require.NoError(t, p.Close(), "again")
}

func TestPrivateTestsSideBySide(t *testing.T) {
	p, s := testpki.Start(t)
	q, r := testpki.Start(t)
	assert.NotEqual(t, s.URL, r.URL)
	assert.NotEqual(t, p.Root().Raw, q.Root().Raw)
	assert.Equal(t, p.Root().RawSubjectPublicKeyInfo, q.Root().RawSubjectPublicKeyInfo, "keys are shared, which is what takes time")
	s.Fault(testpki.CRL, testpki.Status500, true)
	get(t, r.CRL)
	q.SetTime(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	assert.NotEqual(t, 2030, p.Now().Year())
}

func TestFaultsOfEveryService(t *testing.T) {
	p, s := testpki.Start(t)
	client := &http.Client{Timeout: 5 * time.Second}
	ask := func(service testpki.Service) (*http.Response, []byte, error) {
		address := map[testpki.Service]string{testpki.CRL: s.CRL, testpki.Certs: s.URL + "/certs/issuer.cer"}[service]
		var resp *http.Response
		var err error
		switch service {
		case testpki.TSA:
			resp, err = client.Post(s.TSA, "application/timestamp-query", strings.NewReader("no DER"))
		case testpki.OCSP:
			resp, err = client.Post(s.OCSP, "application/ocsp-request", strings.NewReader(string(question(t, p, "signer", "issuer", crypto.SHA1))))
		default:
			resp, err = client.Get(address)
		}
		if err != nil {
			return nil, nil, err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		return resp, body, err
	}
	for _, service := range []testpki.Service{testpki.TSA, testpki.OCSP, testpki.CRL, testpki.Certs} {
		t.Run(string(service), func(t *testing.T) {
			_, whole, err := ask(service)
			require.NoError(t, err)
			set := func(f testpki.Fault) { s.ClearFaults(); s.Fault(service, f, true) }

			set(testpki.Status500)
			resp, _, err := ask(service)
			require.NoError(t, err)
			assert.Equal(t, http.StatusInternalServerError, resp.StatusCode)

			set(testpki.Truncated)
			_, body, err := ask(service)
			require.NoError(t, err)
			assert.InDelta(t, len(whole)/2, len(body), 20)

			set(testpki.CutOff)
			_, _, err = ask(service)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)

			set(testpki.Garbage)
			_, body, err = ask(service)
			require.NoError(t, err)
			assert.NotEqual(t, byte(0x30), body[0])

			set(testpki.Empty)
			_, body, err = ask(service)
			require.NoError(t, err)
			assert.Empty(t, body)

			set(testpki.Redirect)
			_, _, err = ask(service)
			require.ErrorContains(t, err, "10 redirects")

			set(testpki.Slow)
			s.SetDelay(50 * time.Millisecond)
			start := time.Now()
			_, _, err = ask(service)
			require.NoError(t, err)
			assert.GreaterOrEqual(t, time.Since(start), 50*time.Millisecond)

			s.ClearFaults()
			resp, _, err = ask(service)
			require.NoError(t, err)
			assert.Equal(t, http.StatusOK, resp.StatusCode)
		})
	}
	assert.Panics(t, func() { s.Fault(testpki.CRL, testpki.WrongNonce, true) }, "lists have no nonce")
	assert.Panics(t, func() { s.Fault("nothing", testpki.Slow, true) })
	assert.Contains(t, testpki.Faults(testpki.TSA), testpki.WrongImprint)
}

func TestMethods(t *testing.T) {
	_, s := testpki.Start(t)
	for address, method := range map[string]string{s.TSA: http.MethodGet, s.OCSP: http.MethodPut, s.CRL: http.MethodPost} {
		req, err := http.NewRequestWithContext(context.Background(), method, address, nil)
		require.NoError(t, err)
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, http.StatusMethodNotAllowed, resp.StatusCode, address)
	}
	status, _, _ := post(t, s.TSA, "application/octet-stream", []byte{0x30})
	assert.Equal(t, http.StatusUnsupportedMediaType, status)
}
