package testpki

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
)

const (
	pathTSA   = "/tsa"
	pathOCSP  = "/ocsp"
	pathCRL   = "/crl/"
	pathCerts = "/certs/"
	pathTime  = "/time" // what the PKI's clock says, for other processes on the same folder

	defaultDelay = 30 * time.Second
)

// Server answers for a PKI on the loopback interface: time-stamps, certificate status, revocation lists (with "-idp" before
// ".crl": with a critical issuing distribution point) and the certificates of the authorities (.cer DER, .pem, .p7b). Safe for
// concurrent use.
type Server struct {
	URL  string // base address
	TSA  string // time-stamps: POST application/timestamp-query
	OCSP string // status of everything in the national tree: GET and POST
	CRL  string // list of the issuing authority
	Port int

	pki    *PKI
	http   *http.Server
	stop   context.CancelFunc
	active sync.WaitGroup // the accept loop and every connection

	mu     sync.Mutex
	faults map[Service]faults
	hits   map[Service]int
	delay  time.Duration
}

// Serve answers on the address that the PKI's certificates name, until Close. addr may be "", port 0, or that very address.
func (p *PKI) Serve(addr string) (*Server, error) {
	l, err := p.takeListener(addr)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background()) // ends what still waits when the server closes
	s := &Server{
		URL: "http://" + p.host, TSA: p.address(TSA, ""), OCSP: p.address(OCSP, ""), CRL: p.address(CRL, "issuer"), Port: p.port(),
		pki: p, stop: stop, faults: map[Service]faults{}, hits: map[Service]int{}, delay: defaultDelay,
	}
	s.http = &http.Server{
		Handler:           http.HandlerFunc(s.serve), // no ServeMux: it would clean the base64 of OCSP requests by GET
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ConnState:         s.track,
	}
	s.active.Go(func() { _ = s.http.Serve(l) }) // ends with ErrServerClosed
	return s, nil
}

// takeListener is the listener held since New, or a new one on the same port.
func (p *PKI) takeListener(addr string) (net.Listener, error) {
	if addr != "" {
		if err := p.stays(addr); err != nil {
			return nil, err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if l := p.listener; l != nil {
		p.listener = nil
		return l, nil
	}
	return listen(p.host)
}

// track counts connections, so that Close can wait for the last of their goroutines.
func (s *Server) track(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.active.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.active.Done()
	}
}

// Close stops answering, drops what is under way, and returns when no goroutine of the server is left. Calls after the first do
// nothing.
func (s *Server) Close() error {
	s.stop()
	err := s.http.Close()
	s.active.Wait()
	if err != nil && !errors.Is(err, net.ErrClosed) {
		return fail(CodeMake, err, "what", "clean end")
	}
	return nil
}

// SetDelay sets how long a service with the fault [Slow] waits; 30 seconds to begin with.
func (s *Server) SetDelay(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = d
}

// Hits is how many requests a service has had.
func (s *Server) Hits(service Service) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hits[service]
}

// begin counts a request and returns the faults that it meets.
func (s *Server) begin(service Service) (faults, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hits[service]++
	f := faults{}
	for fault, on := range s.faults[service] {
		f[fault] = on
	}
	return f, s.delay
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	var service Service
	switch {
	case path == pathTSA:
		service = TSA
	case path == pathOCSP || strings.HasPrefix(path, pathOCSP+"/"):
		service = OCSP
	case strings.HasPrefix(path, pathCRL):
		service = CRL
	case strings.HasPrefix(path, pathCerts):
		service = Certs
	case path == pathTime:
		_, _ = io.WriteString(w, s.pki.Now().Format(time.RFC3339Nano))
		return
	default:
		http.NotFound(w, r)
		return
	}
	f, delay := s.begin(service)
	if f[Slow] {
		wait := time.NewTimer(delay)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-r.Context().Done():
			panic(http.ErrAbortHandler) // the server closes: no answer, rather than an empty one
		}
	}
	if f[Status500] {
		http.Error(w, "a fault that was asked for", http.StatusInternalServerError)
		return
	}
	if f[Redirect] {
		w.Header().Set("Location", r.URL.RequestURI())
		w.WriteHeader(http.StatusTemporaryRedirect)
		return
	}
	a := s.answer(service, path, r, f)
	if a.status != http.StatusOK {
		http.Error(w, http.StatusText(a.status), a.status)
		return
	}
	f.send(w, a)
}

// answer is what goes back to a client.
type answer struct {
	status int
	kind   string // media type
	body   []byte
}

func refused(status int) answer { return answer{status: status} }

func (s *Server) answer(service Service, path string, r *http.Request, f faults) answer {
	switch service {
	case TSA:
		return s.timestamps(r, f)
	case OCSP:
		return s.status(path, r, f)
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return refused(http.StatusMethodNotAllowed)
	}
	if service == CRL {
		name, ok := strings.CutSuffix(strings.TrimPrefix(path, pathCRL), ".crl")
		name, idp := strings.CutSuffix(name, suffixIDP)
		if pr, known := profileOf(name); !ok || !known || !pr.authority() {
			return refused(http.StatusNotFound)
		}
		der, err := s.pki.crl(name, idp, f)
		if err != nil {
			return refused(http.StatusInternalServerError)
		}
		return answer{http.StatusOK, "application/pkix-crl", der}
	}
	return s.certificate(strings.TrimPrefix(path, pathCerts), f)
}

// body reads a request's body of one media type.
func body(r *http.Request, kind string) ([]byte, int) {
	if got, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); !strings.EqualFold(strings.TrimSpace(got), kind) {
		return nil, http.StatusUnsupportedMediaType
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, limits.TestPKIRequest+1))
	if err != nil {
		return nil, http.StatusBadRequest
	}
	if len(data) > limits.TestPKIRequest {
		return nil, http.StatusRequestEntityTooLarge
	}
	return data, http.StatusOK
}

func (s *Server) timestamps(r *http.Request, f faults) answer {
	if r.Method != http.MethodPost {
		return refused(http.StatusMethodNotAllowed)
	}
	der, status := body(r, "application/timestamp-query")
	if status != http.StatusOK {
		return refused(status)
	}
	return answer{http.StatusOK, "application/timestamp-reply", s.pki.answerTSA(der, f)}
}

// status answers OCSP by POST, and by GET with the request in base64 as the rest of the path (RFC 6960, A.1).
func (s *Server) status(path string, r *http.Request, f faults) answer {
	var der []byte
	switch r.Method {
	case http.MethodPost:
		var status int
		if der, status = body(r, "application/ocsp-request"); status != http.StatusOK {
			return refused(status)
		}
	case http.MethodGet:
		text, err := url.PathUnescape(strings.TrimPrefix(strings.TrimPrefix(path, pathOCSP), "/"))
		if err != nil {
			return refused(http.StatusBadRequest)
		}
		if der, err = base64.StdEncoding.DecodeString(text); err != nil {
			return answer{http.StatusOK, "application/ocsp-response", ocspStatus(ocspMalformed)}
		}
	default:
		return refused(http.StatusMethodNotAllowed)
	}
	return answer{http.StatusOK, "application/ocsp-response", s.pki.answerOCSP(der, f)}
}

// certificate answers with the certificate of an authority.
func (s *Server) certificate(file string, f faults) answer {
	name, suffix, _ := strings.Cut(file, ".")
	pr, ok := profileOf(name)
	if !ok || !pr.authority() {
		return refused(http.StatusNotFound)
	}
	if f[WrongIssuer] {
		name = other(name)
	}
	cert, err := s.pki.certificate(name)
	if err != nil {
		return refused(http.StatusInternalServerError)
	}
	switch suffix {
	case "cer":
		return answer{http.StatusOK, "application/pkix-cert", cert.Raw}
	case "pem":
		return answer{http.StatusOK, "application/x-pem-file", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})}
	case "p7b":
		bundle, err := certificateBundle(cert)
		if err != nil {
			return refused(http.StatusInternalServerError)
		}
		return answer{http.StatusOK, "application/x-pkcs7-certificates", bundle}
	}
	return refused(http.StatusNotFound)
}

// clockOf asks the server on host what time it is, and the machine where none answers.
func clockOf(host string) time.Time {
	now := time.Now()
	if !loopback(host) {
		return now
	}
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}} // no proxy: this machine only
	resp, err := client.Get("http://" + host + pathTime)
	if err != nil {
		return now
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 64))
	if err != nil || resp.StatusCode != http.StatusOK {
		return now
	}
	if told, err := time.Parse(time.RFC3339Nano, string(text)); err == nil {
		return told
	}
	return now
}

// loopback reports whether host:port is an address of this machine only.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}

// send writes an answer, spoilt in the ways that are on.
func (f faults) send(w http.ResponseWriter, a answer) {
	switch {
	case f[Truncated]:
		a.body = a.body[:len(a.body)/2]
	case f[Garbage]:
		a.body = bytes.Repeat([]byte("no DER. "), 32)
	case f[Empty]:
		a.body = nil
	}
	w.Header().Set("Content-Type", a.kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.Header().Set("Cache-Control", "no-store") // statuses change at once
	if f[CutOff] {
		_, _ = w.Write(a.body[:len(a.body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler) // net/http's way to drop the connection
	}
	_, _ = w.Write(a.body) // a client that is gone is none of our business
}
