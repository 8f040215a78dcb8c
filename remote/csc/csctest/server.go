package csctest

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/csc"
)

// What a server has unless [Options] say otherwise. They are known to everybody and open nothing but tests.
const (
	DefaultUser       = "nguyenvana"
	DefaultPassword   = "mat-khau-thu-nghiem"
	DefaultClient     = "kyso-test"
	DefaultSecret     = "bi-mat-cua-ung-dung"
	DefaultRedirect   = "http://127.0.0.1:8765/callback"
	DefaultPIN        = "24681357"
	DefaultCredential = "rsa" // RSA 2048, PIN, SCAL 2, ten signatures at once
	DefaultEC         = "ec"  // P-256, likewise
)

// User is how the person behind the phone, or in front of the browser, behaves.
type User string

// Users.
const (
	Approve User = "approve"
	Refuse  User = "refuse"
	Ignore  User = "ignore" // does nothing
	Ask     User = "ask"    // does what is clicked on the server's page, or told by [Server.Act]
)

// Options of [NewServer] and [New]. The zero value will do.
type Options struct {
	Credentials []Credential // nil: DefaultCredential and DefaultEC
	User        User         // "": Approve
	Clock       func() time.Time
	Addr        string        // to listen on; "": 127.0.0.1, a free port
	UserName    string        // "": DefaultUser
	Password    string        // "": DefaultPassword
	ClientID    string        // "": DefaultClient
	Secret      string        // "": DefaultSecret
	Redirect    string        // "": DefaultRedirect
	Lifetime    time.Duration // of an authorization; 0: five minutes
	Open        bool          // calls need no token (authType external, or TLS)
	TLS         *tls.Config   // serves https by it; nil: http
	Code        func() string // makes up the codes that are sent; nil: six digits

	// Timestamp makes a time-stamp token over a digest; SignDoc a whole signature over one. nil: the calls are not offered. SignDocument
	// makes a signed document of one that is sent whole; nil: they are refused.
	Timestamp    func(digest []byte, hashOID, nonce string) ([]byte, error)
	SignDoc      func(c Credential, digest []byte, hash crypto.Hash, format, level string) ([]byte, error)
	SignDocument func(c Credential, document []byte, format, level string) ([]byte, error)

	Guesses Guesses
}

// Guesses are what the standard leaves open, or what only some services were seen to do.
type Guesses struct {
	StrictCount   bool // digests given must be as many as signatures; the standard says "should"
	ImplicitWaits bool // version 1: authorize answers only when the user has acted
	OneHandle     bool // version 2: the handle stays the same between two looks
	Looks         int  // looks and polls that find nothing yet, even with a user who approves; 0: one, negative: none
	NoExpiresIn   bool // authorizations come without their time: it is an hour then
	LockAfter     int  // wrong secrets until the key is locked; 0: three
	RawECDSA      bool // ECDSA values are r‖s whatever the algorithm is called
	GetInfo       bool // info is taken by GET only
	AuthDTO       bool // "auth" is called "authDto"
	PendingIs400  bool // a poll too early is an error of status 400
	PageSize      int  // version 1: keys on one page of a list; 0: all
	RAR           bool // announces rich authorization requests
	PAR           bool // takes pushed authorization requests
	Metadata      bool // version 2: names an issuer in place of the authorization server
	HideMethods   bool // lists info alone
	V22           bool // version 2 is 2.2: it names its authorization servers in a list, and wants the type of 2.2 in rich requests

	// Digest is an algorithm ("MD5", "SHA-256", or one of them with "-sess"): the service logs in by HTTP digest authentication with it,
	// in place of basic authentication.
	Digest string
}

// TB is the part of testing.TB that is needed.
type TB interface {
	Helper()
	Cleanup(f func())
	Fatalf(format string, args ...any)
}

// Server is the service. It is safe for concurrent use.
type Server struct {
	URL    string // of its page
	V1, V2 string // base addresses of the two versions

	opts        Options
	credentials []*credential
	http        *http.Server
	served      chan struct{}

	mu       sync.Mutex
	user     User
	tokens   map[string]*token
	codes    map[string]*code
	pushed   map[string]pushed
	sads     map[string]*activation
	requests map[string]*Pending // by handle
	results  map[string]*result
	jtis     map[string]bool
	nonces   map[string]bool
	pings    sync.WaitGroup
	faults   map[string][]Fault
	calls    []Call
	signed   int
	secrets  []string
	changed  chan struct{} // closed and replaced whenever a user has acted
}

// NewServer starts a server that ends with the test.
func NewServer(t TB, opts *Options) *Server {
	t.Helper()
	s, err := New(opts)
	if err != nil {
		t.Fatalf("csctest: %v", err)
	}
	t.Cleanup(s.Close)
	return s
}

// New starts a server. Close ends it.
func New(opts *Options) (*Server, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	for value, otherwise := range map[*string]string{
		&o.Addr: "127.0.0.1:0", &o.UserName: DefaultUser, &o.Password: DefaultPassword, &o.ClientID: DefaultClient, &o.Secret: DefaultSecret, &o.Redirect: DefaultRedirect,
	} {
		if *value == "" {
			*value = otherwise
		}
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Code == nil {
		o.Code = func() string { return fmt.Sprintf("%06d", mathrand.IntN(1_000_000)) } //nolint:gosec // a toy
	}
	if o.User == "" {
		o.User = Approve
	}
	if o.Lifetime == 0 {
		o.Lifetime = 5 * time.Minute
	}
	if o.Guesses.LockAfter == 0 {
		o.Guesses.LockAfter = 3
	}
	if o.Guesses.Looks == 0 {
		o.Guesses.Looks = 1
	}
	if o.Credentials == nil {
		made, err := Credentials(o.Clock())
		if err != nil {
			return nil, err
		}
		o.Credentials = made
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", o.Addr)
	if err != nil {
		return nil, err
	}
	scheme := "http://"
	if o.TLS != nil {
		listener, scheme = tls.NewListener(listener, o.TLS), "https://"
	}
	s := &Server{
		URL: scheme + listener.Addr().String(), opts: o, user: o.User, served: make(chan struct{}), changed: make(chan struct{}),
		tokens: make(map[string]*token), codes: make(map[string]*code), pushed: make(map[string]pushed), sads: make(map[string]*activation),
		requests: make(map[string]*Pending), results: make(map[string]*result), jtis: make(map[string]bool), nonces: make(map[string]bool), faults: make(map[string][]Fault),
	}
	s.V1, s.V2 = s.URL+"/csc/v1", s.URL+"/csc/v2"
	for _, c := range o.Credentials {
		s.credentials = append(s.credentials, &credential{Credential: c.complete(), wrong: make(map[string]int), sent: make(map[string]string)})
	}
	s.http = &http.Server{Handler: s.handler(), ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { defer close(s.served); _ = s.http.Serve(listener) }()
	return s, nil
}

// Close ends the server and breaks off what is under way.
func (s *Server) Close() {
	_ = s.http.Close()
	<-s.served
	s.pings.Wait()
}

// SetUser changes how the user behaves from now on.
func (s *Server) SetUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.user = u
	s.wake()
}

// wake tells those who wait for the user that he may have acted.
func (s *Server) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// Ask answers the questions of [csc.Config].Ask as the user would: with the PIN of the key, or the code that was sent.
func (s *Server) Ask(_ context.Context, q csc.Question) (remote.Secret, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.credentials {
		if v := c.answer(q.Object.ID); v != "" {
			return remote.Secret(v), nil
		}
	}
	return "", errors.New("the user knows no such secret")
}

// Signed is how many digests have been signed so far.
func (s *Server) Signed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.signed
}

// Secrets are the tokens, activation data, handles and codes that were given out so far: a test looks for them where they must not be.
func (s *Server) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.secrets)
}

// secret makes up something that is to be kept.
func (s *Server) secret() string {
	v := random()
	s.secrets = append(s.secrets, v)
	return v
}

// Call is one request, as the journal has it.
type Call struct {
	Version       int    // 1 or 2; 0 for the authorization server
	Method        string // such as "signatures/signHash"
	Body          []byte
	Authorization string
	Status        int // of the answer; 0 where there was none
}

// Calls are the requests so far, oldest first; of one method where that is not "".
func (s *Server) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, c := range s.calls {
		if method == "" || c.Method == method {
			out = append(out, c)
		}
	}
	return out
}

// Token is a token that calls are made with, for clients that cannot log in.
func (s *Server) Token() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.grant(&token{scope: "service", user: true}, s.opts.Clock().Add(time.Hour))
}

// Pending is what the user is asked.
type Pending struct {
	ID         string
	Credential string
	Text       string // the description that the client gave
	Count      int    // signatures
	Browser    bool   // asked on the page of the authorization server, not by phone

	approval approval
	handle   string
	decided  User // Approve or Refuse
	looks    int
	until    time.Time
	params   map[string]string // of the browser's page
}

// Pending lists what the user has not answered yet.
func (s *Server) Pending() []Pending {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pending()
}

// Act lets the user approve or refuse what is pending.
func (s *Server) Act(id string, what User) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.requests {
		if p.ID == id && p.decided == "" && s.opts.Clock().Before(p.until) {
			p.decided = what
			s.wake()
			return true
		}
	}
	return false
}

func (s *Server) pending() []Pending {
	var out []Pending
	for _, p := range s.requests {
		if p.decided == "" && s.opts.Clock().Before(p.until) {
			out = append(out, *p)
		}
	}
	return out
}

func random() string {
	var b [24]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// Browser plays the browser of a user who approves or refuses at once, for [csc.Config].Consent.
func (s *Server) Browser(ctx context.Context, page string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, page, nil)
	if err != nil {
		return "", err
	}
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	res, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if to := res.Header.Get("Location"); to != "" && strings.HasPrefix(to, s.opts.Redirect) {
		return to, nil
	}
	return "", errors.New("the page sends the browser nowhere")
}
