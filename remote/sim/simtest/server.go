package simtest

import (
	"bytes"
	"cmp"
	"context"
	"crypto"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/internal/mss"
)

// Options of [Start] and [NewServer]. The zero value gives [sim.VNMPKI] with two cards whose holders are asked through the phone page.
type Options struct {
	Addr       string      // to listen on; "": 127.0.0.1:0. It is for this machine only
	Dialect    sim.Dialect // zero: [sim.VNMPKI]
	Clock      remote.Clock
	APID       string // of the application; "": [DemoAPID]
	APPassword string // "": [DemoAPPassword]
	MSSP       string // how the service names itself; "": [DemoMSSP]
	MutualTLS  bool   // HTTPS with a certificate of the authority; clients have to have one too, which is bound to AP_ID (otherwise 104)
	Authority  *Authority
	SIMs       []*SIM
	Guesses    Guesses

	// SignText makes the CMS of a text that a card signs; nil: texts are not signed. It is the caller's, since this package knows no CMS.
	SignText func(card *SIM, text string) ([]byte, error)

	// SignDigest makes the CMS over a digest, where the dialect has a format for that; nil: the format is refused, with 1017. It is the
	// caller's as well, with the attributes that it puts into it.
	SignDigest func(card *SIM, hash crypto.Hash, digest []byte) ([]byte, error)

	Prefix string // what texts have to begin with, as Swisscom demands; otherwise 107
}

// What a server has when it is given nothing else.
const (
	DemoAPID       = "http://ap.test/kyso"
	DemoAPPassword = "demo-ap-password"
	DemoMSSP       = "http://hmssp.test"
)

// Server is a running double. It is safe for concurrent use.
type Server struct {
	URL string // such as http://127.0.0.1:40000

	opts  Options
	clock remote.Clock
	http  *http.Server
	tls   *tls.Config // of clients
	work  sync.WaitGroup

	mu           sync.Mutex
	sims         []*SIM
	transactions []*transaction
	seen         map[string]bool // AP_ID, AP_TransID and Instant of every request
	faults       map[sim.Call][]*fault
	calls        map[sim.Call]int
	journal      []Entry
	signatures   int
	shaken       bool // there was a handshake
}

// Entry is a request as the journal keeps it: without secrets, and of the number the end only.
type Entry struct {
	Call        sim.Call
	Number      string // such as …001
	Transaction string // AP_TransID
	Code        int    // of the fault, or of the status
	Body        []byte // the request, with AP_PWD, number and texts taken out
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
	s := &Server{seen: make(map[string]bool), faults: make(map[sim.Call][]*fault), calls: make(map[sim.Call]int)}
	if opts != nil {
		s.opts = *opts
	}
	o := &s.opts
	for _, d := range []struct {
		field *string
		value string
	}{{&o.Addr, "127.0.0.1:0"}, {&o.APID, DemoAPID}, {&o.APPassword, DemoAPPassword}, {&o.MSSP, DemoMSSP}} {
		if *d.field == "" {
			*d.field = d.value
		}
	}
	if o.Dialect.Name == "" {
		o.Dialect = sim.VNMPKI()
	}
	if s.clock = o.Clock; s.clock == nil {
		s.clock = remote.SystemClock()
	}
	var err error
	if o.Authority == nil {
		if o.Authority, err = NewAuthority(s.clock.Now()); err != nil {
			return nil, err
		}
	}
	if s.sims = o.SIMs; s.sims == nil {
		if s.sims, err = DemoSIMs(o.Authority); err != nil {
			return nil, err
		}
	}
	l, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return nil, err
	}
	s.URL = "http://" + l.Addr().String()
	s.http = &http.Server{Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)} // refused handshakes are not news
	if o.MutualTLS {
		if l, err = s.listenTLS(l); err != nil {
			return nil, err
		}
	}
	s.work.Go(func() { _ = s.http.Serve(l) })
	return s, nil
}

// Close ends the server and waits for what it has going.
func (s *Server) Close() error {
	err := s.http.Close()
	s.work.Wait()
	return err
}

// Config is a configuration for one card of the server.
func (s *Server) Config(number string) sim.Config {
	c := sim.Config{
		BaseURL: s.URL, Dialect: s.opts.Dialect, APID: s.opts.APID, APPassword: remote.Secret(s.opts.APPassword), MSSP: s.opts.MSSP, MSISDN: "+" + number,
		Clock: s.opts.Clock, TLS: s.tls,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if card := s.card(number); card != nil && c.Dialect.Source == sim.FromConfig {
		c.Chain = card.Chain
	}
	return c
}

// Phone is the address of a phone's page.
func (s *Server) Phone(number string) string { return s.URL + "/phone/" + number }

// Authority is who issues the certificates.
func (s *Server) Authority() *Authority { return s.opts.Authority }

// Change lets f change a card while nothing else looks at it; false when there is none of that number.
func (s *Server) Change(number string, f func(*SIM)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	card := s.card(number)
	if card == nil {
		return false
	}
	f(card)
	return true
}

// Calls is how often a call was made.
func (s *Server) Calls(call sim.Call) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[call]
}

// Signatures is how many signatures all cards have made.
func (s *Server) Signatures() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.signatures
}

// Journal is what was asked so far.
func (s *Server) Journal() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.journal)
}

func (s *Server) card(number string) *SIM {
	i := slices.IndexFunc(s.sims, func(c *SIM) bool { return c.Number == strings.TrimPrefix(number, "+") })
	if i < 0 {
		return nil
	}
	return s.sims[i]
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for call, address := range s.opts.Dialect.Ports {
		mux.HandleFunc("POST "+address, s.port(call))
	}
	if s.opts.Dialect.JSON { // one address for all messages, as Swisscom's own client has it
		mux.HandleFunc("POST "+path.Dir(s.opts.Dialect.Ports[mss.Signature]), func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limits.RemoteMessage))
			if err != nil {
				w.WriteHeader(http.StatusRequestEntityTooLarge)
				return
			}
			call := mss.Signature
			if m, err := s.form().Read(body); err == nil {
				call = m.Call
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			s.port(call)(w, r)
		})
	}
	s.phoneRoutes(mux)
	return mux
}

func (s *Server) form() mss.Form {
	d := s.opts.Dialect
	f := mss.Form{
		JSON: d.JSON, Envelope: mss.SOAP12, Wrapper: s.opts.Guesses.Wrapper, FormatFirst: d.FormatFirst, Bare: s.opts.Guesses.Bare, NoReceiver: s.opts.Guesses.SwappedSides,
		InDetail: s.opts.Guesses.InDetail, Roles: s.opts.Guesses.Roles,
	}
	if d.SOAP11 {
		f.Envelope = mss.SOAP11
	}
	return f
}

// contentTypes are those of requests that the service takes; an answer has that of its request. Services that want text/xml with the
// envelope of SOAP 1.2 publish WSDLs whose clients send, and take, nothing but the other.
func contentTypes(d sim.Dialect) []string {
	switch {
	case d.JSON:
		return []string{"application/json"}
	case d.SOAP11:
		return []string{"text/xml"}
	case mediaType(d.ContentType) == "text/xml":
		return []string{"text/xml", "application/soap+xml"}
	}
	return []string{"application/soap+xml", "text/xml"}
}

func mediaType(s string) string {
	s, _, _ = strings.Cut(s, ";")
	return strings.ToLower(strings.TrimSpace(s))
}

// port answers one call.
func (s *Server) port(call sim.Call) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limits.RemoteMessage))
		if err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		s.mu.Lock()
		s.calls[call]++
		f := s.takeFault(call)
		form := s.form()
		s.mu.Unlock()
		if form.Wrapper == "" && !form.JSON {
			form.Wrapper = mss.WrapperOf(body)
		}
		if f == Reset {
			panic(http.ErrAbortHandler)
		}
		answer := s.handle(r.Context(), call, &arrival{r.Header.Get("Content-Type"), body, r.TLS}, f)
		status := http.StatusOK
		if answer.Fault != nil {
			status = cmp.Or(s.opts.Guesses.FaultStatus, http.StatusInternalServerError)
		}
		f.spoil(s, answer)
		kind := contentTypes(s.opts.Dialect)[0]
		if got := mediaType(r.Header.Get("Content-Type")); slices.Contains(contentTypes(s.opts.Dialect), got) {
			kind = got
		}
		f.answer(s, w, status, kind+";charset=utf-8", form.Write(answer))
	}
}

// arrival is a request as it arrives.
type arrival struct {
	kind string // content type
	body []byte
	tls  *tls.ConnectionState
}

// handle looks at a request and acts on it; what is wrong is a fault.
func (s *Server) handle(ctx context.Context, call sim.Call, in *arrival, f Fault) *mss.Message {
	req, err := s.form().Read(in.body)
	if err != nil || req.Call != call || req.Answer {
		return failure(101, 0, "the message cannot be read")
	}
	answer := s.act(ctx, req, in, f)
	s.mu.Lock()
	defer s.mu.Unlock()
	e := Entry{Call: call, Number: req.MSISDN[max(0, len(req.MSISDN)-3):], Transaction: req.APTransID, Body: clean(in.body, req)}
	if answer.Fault != nil {
		e.Code = answer.Fault.Code
	} else {
		for _, r := range answer.Code {
			e.Code = e.Code*10 + int(r-'0')
		}
	}
	s.journal = append(s.journal, e)
	return answer
}

func (s *Server) act(ctx context.Context, req *mss.Message, in *arrival, f Fault) *mss.Message {
	switch f {
	case Internal:
		return failure(900, 9001, "internal error")
	case SecretInErrors:
		return failure(104, 0, "not accepted: "+string(in.body))
	}
	if bad := s.check(req, in); bad != nil {
		return bad
	}
	switch req.Call {
	case mss.Signature:
		return s.sign(ctx, req)
	case mss.Status:
		return s.status(req)
	case mss.Registration:
		return s.registration(req)
	case mss.Profile:
		return s.profile(req)
	case mss.Handshake:
		return s.handshake(req)
	}
	return s.receipt(req)
}

// clean takes out of a request what no journal holds.
func clean(body []byte, m *mss.Message) []byte {
	text := string(body)
	secrets := []string{m.APPassword, m.MSISDN, strings.TrimPrefix(m.MSISDN, "+")}
	for _, d := range []*mss.Data{m.Display, m.Data} {
		if d != nil {
			secrets = append(secrets, d.Text)
		}
	}
	for _, secret := range secrets {
		if len(secret) >= 3 {
			text = strings.ReplaceAll(text, secret, "")
		}
	}
	return []byte(text)
}
