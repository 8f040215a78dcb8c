package smartcatest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kyso-dev/kyso/internal/httpx"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/remote"
)

// Options of [Start] and [NewServer]. The zero value gives one demo subscriber who is asked through the phone page.
type Options struct {
	Addr        string // to listen on; "": 127.0.0.1:0. It is for this machine only
	Clock       remote.Clock
	SPID        string // of the application; "": [DemoSPID]
	SPPassword  string // "": [DemoSPPassword]
	SPName      string // what the phone calls the application
	Authority   *Authority
	Subscribers []*Subscriber
	Guesses     Guesses
	Webhook     Webhook
	Latency     time.Duration // of every answer, by the clock
}

// Credentials that a server has when it is given none. The OAuth2 interface takes them as client id and secret.
const (
	DemoSPID       = "4d00-638000000000000000.apps.smartcaapi.com"
	DemoSPPassword = "demo-sp-password"
)

// Lifetime is how long a transaction waits for the subscriber.
const Lifetime = 300 * time.Second

// Server is a running double. It is safe for concurrent use.
type Server struct {
	URL string // of the host, such as http://127.0.0.1:40000

	opts   Options
	clock  remote.Clock
	http   *http.Server
	hooks  *http.Client
	ctx    context.Context //nolint:containedctx // of what the server does by itself; ends with it
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu           sync.Mutex
	subscribers  []*Subscriber
	transactions []*transaction
	byName       map[string]*transaction // by every name that a transaction has
	faults       map[Call][]*fault
	calls        map[Call]int
	grants       map[string]*grant // refresh and access tokens, authorization codes
	sads         map[string]bool   // used
	otps         map[string]bool   // used: subscriber and window
	documents    map[string]document
}

// document is what the phone can show of one.
type document struct {
	name, kind string
	content    []byte
}

// TB is what [NewServer] needs of a testing.TB; package testing itself stays out of programs that show the server.
type TB interface {
	Helper()
	Fatal(args ...any)
	Cleanup(func())
}

// NewServer starts a server that ends with the test. opts may be nil.
func NewServer(t TB, opts *Options) *Server {
	t.Helper()
	s, err := Start(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Start starts a server. Close it. opts may be nil.
func Start(opts *Options) (*Server, error) {
	s := &Server{
		byName: make(map[string]*transaction), faults: make(map[Call][]*fault), calls: make(map[Call]int), grants: make(map[string]*grant),
		sads: make(map[string]bool), otps: make(map[string]bool), documents: make(map[string]document), hooks: httpx.NewClient(httpx.Options{AllowPrivate: true, Timeout: 10 * time.Second}),
	}
	if opts != nil {
		s.opts = *opts
	}
	o := &s.opts
	for _, d := range []struct {
		field *string
		value string
	}{{&o.Addr, "127.0.0.1:0"}, {&o.SPID, DemoSPID}, {&o.SPPassword, DemoSPPassword}, {&o.SPName, "KYSO Demo"}} {
		if *d.field == "" {
			*d.field = d.value
		}
	}
	if s.clock = o.Clock; s.clock == nil {
		s.clock = remote.SystemClock()
	}
	s.subscribers = o.Subscribers
	if o.Authority == nil || s.subscribers == nil {
		var err error
		if o.Authority == nil {
			if o.Authority, err = NewAuthority(s.clock.Now()); err != nil {
				return nil, err
			}
		}
		if s.subscribers == nil {
			demo, err := DemoSubscriber(o.Authority)
			if err != nil {
				return nil, err
			}
			s.subscribers = []*Subscriber{demo}
		}
	}
	for _, sub := range s.subscribers {
		s.open(sub)
	}
	l, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return nil, err
	}
	s.URL = "http://" + l.Addr().String()
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.http = &http.Server{Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second}
	s.work.Go(func() { _ = s.http.Serve(l) })
	return s, nil
}

// Close ends the server and waits for what it has going.
func (s *Server) Close() error {
	s.cancel()
	err := s.http.Close()
	s.work.Wait()
	return err
}

// ESeal is the base address of the OAuth2 interface for seals, which have a host of their own; tokens come from the other one.
func (s *Server) ESeal() string { return s.URL + "/esca" }

// SP769 is the base address of the WebAPI.
func (s *Server) SP769() string { return s.URL + "/sca/sp769" }

// Phone is the address of a subscriber's phone page.
func (s *Server) Phone(subscriber string) string { return s.URL + "/phone/" + subscriber }

// Authority is who issues the certificates.
func (s *Server) Authority() *Authority { return s.opts.Authority }

// AddSubscriber gives the server another account.
func (s *Server) AddSubscriber(sub *Subscriber) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open(sub)
	s.subscribers = append(s.subscribers, sub)
}

// Change lets f change a subscriber while nothing else looks at it; false when there is none of that id.
func (s *Server) Change(id string, f func(*Subscriber)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub := s.subscriber(id)
	if sub == nil {
		return false
	}
	f(sub)
	return true
}

// SetGuesses changes the switches of what is not known.
func (s *Server) SetGuesses(g Guesses) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.Guesses = g
}

func (s *Server) guess() Guesses {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opts.Guesses
}

// SetWebhook changes where the server calls.
func (s *Server) SetWebhook(w Webhook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.Webhook = w
}

// AddDocument lets the phone page show a document under its doc_id. The service itself sees digests only, and knows neither size nor
// content; without this the page says so.
func (s *Server) AddDocument(docID, name, kind string, content []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.documents[docID] = document{name, kind, bytes.Clone(content)}
}

func (s *Server) subscriber(id string) *Subscriber {
	i := slices.IndexFunc(s.subscribers, func(sub *Subscriber) bool { return sub.ID == id })
	if i < 0 {
		return nil
	}
	return s.subscribers[i]
}

// reply is an answer before faults get at it.
type reply struct {
	status int
	body   []byte
	header http.Header
}

func jsonReply(status int, body any) reply {
	data, err := json.Marshal(body)
	if err != nil {
		panic(err) // our own types
	}
	return reply{status: status, body: data}
}

// endpoint is a call of the service's interfaces: POST only, counted, and with the faults that were asked for.
func (s *Server) endpoint(call Call, handle func(r *http.Request, body []byte) reply) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limits.RemoteHook))
		if err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		s.mu.Lock()
		s.calls[call]++
		f := s.takeFault(call)
		s.mu.Unlock()
		if s.opts.Latency > 0 && s.clock.Sleep(r.Context(), s.opts.Latency) != nil {
			return // nobody waits for it any more
		}
		if f.before(s, w, body) {
			return
		}
		f.after(s, w, r, handle(r, body))
	}
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for path, e := range map[string]struct {
		call   Call
		handle func(r *http.Request, body []byte) reply
	}{
		"/sca/sp769/v1/credentials/get_certificate": {CallCertificates, s.certificates},
		"/sca/sp769/v2/credentials/get_certificate": {CallCertificates, s.certificates},
		"/sca/sp769/v1/signatures/sign":             {CallSign, s.sign},
		"/sca/sp769/v1/signatures/sign/{id}/status": {CallStatus, s.status},
		"/sca/sp769/v2/signatures/sign":             {CallSignTH, s.signTH},
		"/sca/sp769/v2/signatures/confirm":          {CallConfirm, s.confirmTH},
		"/auth/token":                               {CallToken, s.token},
		"/csc/credentials/list":                     {CallList, s.withToken(s.credentials(""))},
		"/csc/credentials/info":                     {CallInfo, s.withToken(s.credentialInfo)},
		"/csc/credentials/gettraninfo":              {CallTranInfo, s.withToken(s.tranInfo)},
		"/csc/signature/signhash":                   {CallSignHash, s.withToken(s.signHash(""))},
		"/esca/csc/credentials/list":                {CallList, s.withToken(s.credentials(Seal))},
		"/esca/csc/credentials/info":                {CallInfo, s.withToken(s.credentialInfo)},
		"/esca/csc/credentials/gettraninfo":         {CallTranInfo, s.withToken(s.tranInfo)},
		"/esca/csc/signature/signhash":              {CallSignHash, s.withToken(s.signHash(Seal))},
		"/identityapi/userinfo/info":                {CallUserInfo, s.withToken(s.userInfo)},
	} {
		mux.HandleFunc(path, s.endpoint(e.call, e.handle))
		if strings.HasPrefix(path, "/csc/") {
			mux.HandleFunc("/vi"+path, s.endpoint(e.call, e.handle))
			mux.HandleFunc("/en"+path, s.endpoint(e.call, e.handle))
		}
	}
	mux.HandleFunc("GET /auth/authorize", s.authorize)
	s.phoneRoutes(mux)
	return mux
}

// Calls is how often a call was made.
func (s *Server) Calls(call Call) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[call]
}
