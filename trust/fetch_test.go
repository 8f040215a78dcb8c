package trust_test

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/trust"
)

// TestO4AddressesRefused: addresses inside the machine and its network are refused unless allowed, and what is no HTTP is not even
// tried.
func TestO4AddressesRefused(t *testing.T) {
	p, s := testpki.Start(t)
	q := trust.Question{Certificate: p.Certificate("signer"), Evidence: &trust.Evidence{Certificates: p.Chain("signer")[1:]}}
	v := online(t, p)
	v.Fetcher = &trust.HTTPFetcher{}
	j := v.Judge(t.Context(), q)
	require.Equal(t, "trust.unchecked", codeOf(j))
	require.Contains(t, codes(j.Statuses[0].Why...), "httpx.address-refused")
	require.Zero(t, s.Hits(testpki.OCSP)+s.Hits(testpki.CRL))

	redirect := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
	}))
	defer redirect.Close()
	_, err := (&trust.HTTPFetcher{AllowPrivate: true}).Fetch(t.Context(), trust.Fetch{Kind: trust.KindCRL, URL: redirect.URL})
	require.Contains(t, codes(err), "httpx.scheme")
	for _, address := range []string{"ldap://x500.example/cn=ca?certificateRevocationList", "file:///etc/passwd", "http://169.254.169.254/latest/meta-data", "http://[::1]/crl", "http://10.0.0.1/crl", "http://0.0.0.0/", "gopher://a", "", "http://", "%"} {
		_, err := (&trust.HTTPFetcher{}).Fetch(t.Context(), trust.Fetch{Kind: trust.KindCRL, URL: address})
		require.Error(t, err, address)
		require.NotContains(t, err.Error(), "passwd")
	}
}

// points is a PKI of a root and leaves whose addresses a test chooses.
type points struct {
	tree
	ocsp, crls, issuers []string
}

func (p *points) issue(t testing.TB) *x509.Certificate {
	return certificate(t, "leaf", key(t).Public(), p.root, p.rootKey, func(c *x509.Certificate) {
		c.OCSPServer, c.CRLDistributionPoints, c.IssuingCertificateURL = p.ocsp, p.crls, p.issuers
	})
}

func (p *points) list(t testing.TB, number int64) []byte {
	return revocationList(t, p.tree, now, number)
}

// TestO4Hostile sends what hostile servers send. The judgement ends in time, says why, and is never good.
func TestO4Hostile(t *testing.T) {
	huge := make([]byte, 1<<20)
	var hits atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("/huge", func(w http.ResponseWriter, _ *http.Request) {
		for range 100 { // 100 MB, without saying so before
			if _, err := w.Write(huge); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/announced", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100000000")
		_, _ = w.Write(huge)
	})
	stop := make(chan struct{})
	mux.HandleFunc("/drip", func(w http.ResponseWriter, _ *http.Request) {
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
			if _, err := w.Write([]byte{0x30}); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
		}
	})
	mux.HandleFunc("/silent", func(_ http.ResponseWriter, r *http.Request) { <-stop })
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, fmt.Sprintf("/round?n=%d", hits.Add(1)), http.StatusTemporaryRedirect)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	defer close(stop)
	a := plant(t, "a")
	for _, c := range []struct{ path, why string }{
		{"/huge", "httpx.too-large"}, {"/announced", "httpx.too-large"}, {"/drip", "httpx.timeout"}, {"/silent", "httpx.timeout"}, {"/round", "httpx.redirects"}, {"/absent", "trust.http-status"},
	} {
		for _, kind := range []string{"ocsp", "crl"} {
			t.Run(kind+c.path, func(t *testing.T) {
				p := &points{tree: a}
				if kind == "ocsp" {
					p.ocsp = []string{server.URL + c.path}
				} else {
					p.crls = []string{server.URL + c.path}
				}
				timeout := time.Minute
				if c.why == "httpx.timeout" {
					timeout = time.Second
				}
				v := &trust.Validator{Store: store(t, trust.Own, a.root), Fetcher: &trust.HTTPFetcher{AllowPrivate: true, Timeout: timeout}}
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				start := time.Now()
				j := v.Judge(t.Context(), trust.Question{Certificate: p.issue(t), Now: now})
				require.Less(t, time.Since(start), timeout+30*time.Second)
				runtime.ReadMemStats(&after)
				require.Equal(t, "trust.unchecked", codeOf(j))
				require.Contains(t, codes(j.Statuses[0].Why...), c.why)
				require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(5*limits.RevokeCRL))
			})
		}
	}
	t.Run("many addresses", func(t *testing.T) {
		hits.Store(0)
		counting := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { hits.Add(1); w.WriteHeader(http.StatusNotFound) }))
		defer counting.Close()
		p := &points{tree: a}
		for i := range 200 {
			p.crls = append(p.crls, fmt.Sprintf("%s/%d.crl", counting.URL, i))
		}
		v := &trust.Validator{Store: store(t, trust.Own, a.root), Fetcher: &trust.HTTPFetcher{AllowPrivate: true}}
		j := v.Judge(t.Context(), trust.Question{Certificate: p.issue(t), Now: now})
		require.Equal(t, "trust.unchecked", codeOf(j))
		require.Contains(t, codes(j.Statuses[0].Why...), "trust.too-many-fetches")
		require.EqualValues(t, limits.TrustFetches, hits.Load())
	})
	t.Run("cancelled", func(t *testing.T) {
		p := &points{tree: a, crls: []string{server.URL + "/silent"}}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		v := &trust.Validator{Store: store(t, trust.Own, a.root), Fetcher: &trust.HTTPFetcher{AllowPrivate: true}, Cache: new(trust.Cache)}
		leaf := p.issue(t)
		j := v.Judge(ctx, trust.Question{Certificate: leaf, Now: now})
		require.Equal(t, "trust.unchecked", codeOf(j))
		require.ErrorIs(t, j.Err, context.DeadlineExceeded)
	})
}

// TestNextPoint: where one address is down the next one is asked, http or not, and a failure is remembered for a while only.
func TestNextPoint(t *testing.T) {
	a := plant(t, "a")
	var hits [2]atomic.Int64
	down := true
	var list []byte
	mux := http.NewServeMux()
	mux.HandleFunc("/down", func(w http.ResponseWriter, _ *http.Request) {
		hits[0].Add(1)
		if down {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write(list)
	})
	mux.HandleFunc("/up", func(w http.ResponseWriter, _ *http.Request) {
		hits[1].Add(1)
		_ = pem.Encode(w, &pem.Block{Type: "X509 CRL", Bytes: list}) // some write PEM
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	p := &points{tree: a, crls: []string{"ldap://ldap.example/cn=list", server.URL + "/down", server.URL + "/up"}}
	list = p.list(t, 1)
	leaf := p.issue(t)
	v := &trust.Validator{Store: store(t, trust.Own, a.root), Fetcher: &trust.HTTPFetcher{AllowPrivate: true}, Cache: new(trust.Cache)}
	ask := func(at time.Time) *trust.Judgement {
		j := v.Judge(t.Context(), trust.Question{Certificate: leaf, Now: at})
		require.Equal(t, "", codeOf(j), "%v", j.Err)
		return j
	}
	j := ask(now)
	require.Equal(t, []string{"trust.address", "trust.fetch", "trust.http-status"}, codes(j.Statuses[0].Why...))
	require.Equal(t, trust.OriginFetched, j.Statuses[0].Origin)
	require.Equal(t, trust.OriginCache, ask(now).Statuses[0].Origin)
	require.EqualValues(t, 1, hits[0].Load(), "that it is down is remembered")
	require.EqualValues(t, 1, hits[1].Load())
	down = false
	leaf = p.issue(t)
	ask(now.Add(2 * time.Minute))
	require.EqualValues(t, 2, hits[0].Load(), "for a minute")
}

// TestSeveralAnswersOneFlight: many judgements at once cost one exchange with each service.
func TestSeveralAnswersOneFlight(t *testing.T) {
	p, s := testpki.Start(t)
	s.Fault(testpki.OCSP, testpki.Slow, true)
	s.SetDelay(200 * time.Millisecond)
	v := online(t, p)
	before := runtime.NumGoroutine()
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			j := v.Judge(t.Context(), trust.Question{Certificate: p.Certificate("signer"), Evidence: &trust.Evidence{Certificates: p.Chain("signer")[1:]}})
			if j.Err != nil {
				t.Error(j.Err)
			}
		})
	}
	group.Wait()
	require.Equal(t, 2, s.Hits(testpki.OCSP))
	require.Zero(t, s.Hits(testpki.CRL))
	for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(end); { // the server's own end a little later
		time.Sleep(10 * time.Millisecond)
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before, "no goroutine outlives its call")
}

// TestFlightOfACallerWhoLeft: whoever waits for another's exchange does not share that caller's end.
func TestFlightOfACallerWhoLeft(t *testing.T) {
	p, s := testpki.Start(t)
	s.Fault(testpki.OCSP, testpki.Slow, true)
	s.SetDelay(2 * time.Second)
	v := online(t, p)
	q := trust.Question{Certificate: p.Certificate("signer"), Evidence: &trust.Evidence{Certificates: p.Chain("signer")[1:]}}
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() {
		if j := v.Judge(ctx, q); j.Err == nil {
			t.Error("the first caller left")
		}
	})
	time.Sleep(100 * time.Millisecond)
	group.Go(func() {
		if j := v.Judge(t.Context(), q); j.Err != nil {
			t.Error(j.Err)
		}
	})
	time.Sleep(50 * time.Millisecond)
	cancel()
	group.Wait()
}

// TestIssuersFetched: missing issuers come from the addresses in certificates, in every form, and a stranger's does not do.
func TestIssuersFetched(t *testing.T) {
	p, s := testpki.Start(t)
	q := trust.Question{Certificate: p.Certificate("signer")}
	j := online(t, p).Judge(t.Context(), q)
	require.Equal(t, "", codeOf(j), "%v", j.Err)
	require.Len(t, j.Path.Certificates, 3)
	require.Equal(t, 1, s.Hits(testpki.Certs))
	s.Fault(testpki.Certs, testpki.WrongIssuer, true)
	require.Equal(t, "trust.no-path", codeOf(online(t, p).Judge(t.Context(), q)))
	s.Fault(testpki.Certs, testpki.WrongIssuer, false)
	s.Fault(testpki.Certs, testpki.Garbage, true)
	j = online(t, p).Judge(t.Context(), q)
	require.Equal(t, "trust.no-path", codeOf(j))
	require.Contains(t, codes(j.Err), "trust.no-certificates")

	a := plant(t, "a")
	bundle, err := cmsdata.New([]*x509.Certificate{a.root, a.issuer}).Marshal()
	require.NoError(t, err)
	for name, body := range map[string][]byte{"der": a.issuer.Raw, "pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.issuer.Raw}), "p7c": bundle} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }))
		leaf := certificate(t, "leaf", key(t).Public(), a.issuer, a.issuerKey, func(c *x509.Certificate) {
			c.IssuingCertificateURL = []string{"ldap://a.example/b", server.URL}
		})
		v := &trust.Validator{Store: store(t, trust.Own, a.root), Fetcher: &trust.HTTPFetcher{AllowPrivate: true}}
		j := v.Judge(t.Context(), trust.Question{Certificate: leaf, Now: now})
		require.NotNil(t, j.Path, name)
		server.Close()
	}
}

// TestO4CrossLoop: authorities that certified one another in a circle end, fetched step by step or given at once.
func TestO4CrossLoop(t *testing.T) {
	var served sync.Map
	var hits atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		if der, ok := served.Load(strings.TrimPrefix(r.URL.Path, "/")); ok {
			_, _ = w.Write(der.([]byte))
		}
	}))
	defer server.Close()
	keys := make([]tree, 6)
	for i := range keys {
		keys[i] = plant(t, fmt.Sprint("ring ", i))
	}
	var bag []*x509.Certificate
	for i := range keys {
		by := keys[(i+1)%len(keys)]
		cross := certificate(t, keys[i].root.Subject.CommonName, keys[i].rootKey.Public(), by.root, by.rootKey, func(c *x509.Certificate) {
			authority(c)
			c.IssuingCertificateURL = []string{fmt.Sprintf("%s/%d", server.URL, (i+1)%len(keys))}
		})
		bag = append(bag, cross)
		served.Store(fmt.Sprint(i), cross.Raw)
	}
	leaf := certificate(t, "leaf", key(t).Public(), keys[0].root, keys[0].rootKey, func(c *x509.Certificate) {
		c.IssuingCertificateURL = []string{server.URL + "/0"}
	})
	v := &trust.Validator{Store: store(t, trust.Own, plant(t, "elsewhere").root), Fetcher: &trust.HTTPFetcher{AllowPrivate: true}}
	require.Equal(t, "trust.no-path", codeOf(v.Judge(t.Context(), trust.Question{Certificate: leaf, Now: now})))
	require.LessOrEqual(t, hits.Load(), int64(len(keys)))
	require.Equal(t, "trust.no-path", codeOf(v.Judge(t.Context(), trust.Question{Certificate: leaf, Now: now, Evidence: &trust.Evidence{Certificates: bag}})))
	v.Store = store(t, trust.Own, keys[5].root)
	j := v.Judge(t.Context(), trust.Question{Certificate: leaf, Now: now})
	require.NotNil(t, j.Path)
	require.Len(t, j.Path.Certificates, 7)
}

// TestOCSPByGetAndPost: a short request goes by GET, and by POST where the responder does not know GET.
func TestOCSPByGetAndPost(t *testing.T) {
	p, _ := testpki.Start(t)
	answer, err := p.OCSP("signer")
	require.NoError(t, err)
	for _, c := range []struct {
		name    string
		get     func(w http.ResponseWriter)
		methods string
	}{
		{"GET", func(w http.ResponseWriter) { _, _ = w.Write(answer) }, "GET"},
		{"no GET", func(w http.ResponseWriter) { w.WriteHeader(http.StatusMethodNotAllowed) }, "GET POST"},
		{"a page for people", func(w http.ResponseWriter) { _, _ = io.WriteString(w, "<html>") }, "GET POST"},
		{"malformedRequest", func(w http.ResponseWriter) { _, _ = w.Write([]byte{0x30, 3, 0x0a, 1, 1}) }, "GET POST"},
		{"tryLater", func(w http.ResponseWriter) { _, _ = w.Write([]byte{0x30, 3, 0x0a, 1, 3}) }, "GET"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var methods []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				methods = append(methods, r.Method)
				if r.Method == http.MethodGet {
					c.get(w)
					return
				}
				body, _ := io.ReadAll(r.Body)
				if r.Header.Get("Content-Type") == "application/ocsp-request" && string(body) == "request" {
					_, _ = w.Write(answer)
				}
			}))
			defer server.Close()
			_, err := (&trust.HTTPFetcher{AllowPrivate: true}).Fetch(t.Context(), trust.Fetch{Kind: trust.KindOCSP, URL: server.URL, Request: []byte("request")})
			require.NoError(t, err)
			require.Equal(t, c.methods, strings.Join(methods, " "))
		})
	}
}

// TestLogsSayNothingSecret: addresses are logged without what may be secret in them.
func TestLogsSayNothingSecret(t *testing.T) {
	a := plant(t, "a")
	p := &points{tree: a, crls: []string{"http://user:secret@127.0.0.1:1/list?token=secret#secret"}}
	var b strings.Builder
	v := &trust.Validator{Store: store(t, trust.Own, a.root), Fetcher: &trust.HTTPFetcher{AllowPrivate: true},
		Logger: slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	j := v.Judge(t.Context(), trust.Question{Certificate: p.issue(t), Now: now})
	require.Contains(t, b.String(), "http://127.0.0.1:1/list")
	require.NotContains(t, b.String()+j.Err.Error(), "secret")
}
