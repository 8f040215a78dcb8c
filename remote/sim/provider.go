package sim

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
	"github.com/kyso-dev/kyso/remote/sim/internal/mss"
	"github.com/kyso-dev/kyso/signer"
)

// fresh is how long a certificate that was asked for is kept: long enough for one signature, which asks several times.
const fresh = time.Minute

// Provider is the key on one SIM, for [remote.New]. It is safe for concurrent use.
type Provider struct {
	config  Config
	dialect Dialect
	base    string
	msisdn  string // digits only
	quick   *http.Client
	slow    *http.Client // of a request whose answer waits for the subscriber
	receipt *http.Client // of a receipt, which waits for the phone to have it
	clock   remote.Clock

	asking  sync.Mutex // held while a request for a signature is on its way
	mode    Mode       // of the next request; of its holder
	looking chan bool  // holds a token while a look at a request is on its way

	mu    sync.Mutex
	chain []*x509.Certificate
	at    time.Time // when it was asked for
	last  time.Time // Instant of the last request
}

var (
	_ remote.Provider    = (*Provider)(nil)
	_ remote.TextChecker = (*Provider)(nil)
)

// New makes a provider. It does not ask the service.
func New(c Config) (*Provider, error) {
	base, err := rest.CheckBase(c.BaseURL)
	if err != nil {
		return nil, err
	}
	for name, missing := range map[string]bool{
		"Dialect": c.Dialect.Name == "" || !slices.Contains([]Mode{Synch, Asynch, Either}, c.Dialect.Mode), "APID": c.APID == "" || !isURI(c.APID), "MSSP": !isURI(c.MSSP),
		"APPassword": c.APPassword == "" && c.Dialect.NeedsPWD, "Chain": c.Dialect.Source == FromConfig && len(c.Chain) == 0 || slices.Contains(c.Chain, nil),
		"Dialect.Ports": c.Dialect.Ports[CallSignature] == "", "Dialect.TimeOut": c.Dialect.TimeOut < time.Second,
	} {
		if missing {
			return nil, remote.NewError(remote.CodeConfig, nil, "name", name)
		}
	}
	msisdn, ok := number(c.MSISDN)
	if !ok {
		return nil, remote.NewError(CodeNumberForm, nil)
	}
	if c.Timeout <= 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Code == nil {
		c.Code = MobileIDCode
	}
	p := &Provider{
		config: c, dialect: c.Dialect, base: base, msisdn: msisdn, clock: c.Clock, mode: c.Dialect.Mode, looking: make(chan bool, 1),
		quick: c.client(c.Timeout), slow: c.client(c.Dialect.TimeOut + 10*time.Second), receipt: c.client(90 * time.Second),
	}
	if p.clock == nil {
		p.clock = remote.SystemClock()
	}
	return p, nil
}

func isURI(s string) bool {
	_, err := url.Parse(s)
	return err == nil
}

// String names the provider without looking into it.
func (p *Provider) String() string { return "sim.Provider" }

// GoString is String.
func (p *Provider) GoString() string { return p.String() }

// Info says how the service is treated. One request is for one document: a SIM signs one thing for one PIN.
func (p *Provider) Info() remote.Info {
	return remote.Info{
		Name: "sim/" + p.dialect.Name, Subscriber: p.base + " " + p.msisdn, Lifetime: p.dialect.TimeOut + 15*time.Second,
		Interval: p.dialect.Interval, MaxDocuments: 1, CMS: p.dialect.CMS != "",
	}
}

// secrets are what no error may show: the password, the codes, the number in every form, and what the phone shows.
func (p *Provider) secrets(more ...string) []remote.Secret {
	list := []remote.Secret{p.config.APPassword, p.config.NoSpam, remote.Secret("+" + p.msisdn), remote.Secret(p.msisdn), remote.Secret(p.config.MSISDN)}
	for _, s := range more {
		list = append(list, remote.Secret(s))
	}
	return list
}

// number is the MSISDN as the service wants it.
func (p *Provider) number() string {
	if p.dialect.Plus {
		return "+" + p.msisdn
	}
	return p.msisdn
}

// transaction is the AP_TransID of an operation: an NCName of 32 characters, which no server that was looked at refuses. It follows from
// the operation's id, so that another process can go on with it.
func transaction(id string) string {
	sum := sha256.Sum256([]byte("kyso AP_TransID\x00" + id))
	return "t" + hex.EncodeToString(sum[:])[:31]
}

// request begins a message.
func (p *Provider) request(c Call, transID string) *mss.Message {
	major, minor := p.dialect.version(c)
	m := &mss.Message{
		Call: c, Major: major, Minor: minor, APID: p.config.APID, APPassword: p.config.APPassword.Reveal(), APTransID: transID, MSSP: p.config.MSSP,
	}
	p.stamp(m)
	return m
}

// stamp gives a message the time of its sending.
func (p *Provider) stamp(m *mss.Message) {
	m.Instant = p.instant()
	if p.dialect.JSON { // whose description asks for this time too
		m.MSSPInstant = m.Instant
	}
}

// setBack is how far behind the last Instant a clock is no longer believed to stand still: it was wrong, and was set right.
const setBack = time.Minute

// instant is the Instant of the next request: the time, in milliseconds, and always later than the last one, since services refuse what
// has the AP_ID, AP_TransID and Instant of a request that they have seen.
func (p *Provider) instant() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now().UTC().Truncate(time.Millisecond)
	if !now.After(p.last) && p.last.Sub(now) < setBack {
		now = p.last.Add(time.Millisecond)
	}
	p.last = now
	return now.Format("2006-01-02T15:04:05.000Z")
}

// call sends a message once and reads the answer. maybe says, when there is an error, that the service may have acted on the request.
func (p *Provider) call(ctx context.Context, client *http.Client, m *mss.Message, secrets []remote.Secret) (answer *mss.Message, maybe bool, err error) {
	port, ok := p.dialect.Ports[m.Call]
	if !ok {
		return nil, false, remote.NewError(remote.CodeConfig, nil, "name", "Dialect.Ports")
	}
	form := p.dialect.form()
	header := http.Header{"Accept": {"application/soap+xml, text/xml"}}
	if p.dialect.JSON {
		header.Set("Accept", "application/json")
	}
	if p.dialect.Action != "" {
		header.Set("SOAPAction", `"`+p.dialect.Action+string(m.Call)+`"`)
	}
	got, err := rest.Post(ctx, client, p.base+port, header, p.dialect.contentType(), form.Write(m))
	if err != nil {
		return nil, rest.Sent(err), unwrapSend(err)
	}
	answer, err = form.Read(got.Body)
	if err != nil {
		return nil, got.Status/100 != 4, unreadable(got, secrets)
	}
	if answer.Fault != nil { // under any HTTP status: servers differ
		err, maybe = faulted(answer.Fault, secrets)
		var e *remote.Error
		if errors.As(err, &e) {
			e.After = got.RetryAfter
		}
		return nil, maybe, err
	}
	if got.Status/100 != 2 || answer.Call != m.Call || !answer.Answer {
		return nil, true, mismatch(m.Call.Element(true))
	}
	return answer, false, p.belongs(m, answer)
}

// unreadable is the error of an answer that is no message.
func unreadable(got *rest.Answer, secrets []remote.Secret) error {
	if err := got.Gateway(secrets); err != nil {
		return err
	}
	if got.Status == http.StatusUnauthorized || got.Status == http.StatusForbidden {
		return remote.Said(remote.CodeCredentials, remote.Answer{Status: got.Status, Text: got.Excerpt()}, secrets)
	}
	return got.Nonsense(secrets)
}

func unwrapSend(err error) error {
	var send *rest.SendError
	if errors.As(err, &send) {
		return send.Err
	}
	return err
}

// belongs refuses an answer to another request. Names are only compared where both sides have them.
func (p *Provider) belongs(m, answer *mss.Message) error {
	switch {
	case answer.APTransID != m.APTransID:
		return mismatch("AP_TransID")
	case answer.APID != m.APID:
		return mismatch("AP_ID")
	case m.TransID != "" && answer.TransID != "" && answer.TransID != m.TransID:
		return mismatch("MSSP_TransID")
	}
	if answer.MSISDN != "" {
		if got, ok := number(answer.MSISDN); !ok || got != p.msisdn {
			return mismatch("MSISDN")
		}
	}
	return nil
}

// Start asks for a signature. With [Synch] it waits for the subscriber. While another request of this provider is on its way it is
// [remote.ErrBusy]: a phone is asked one thing at a time.
func (p *Provider) Start(ctx context.Context, op *remote.Operation) (remote.Status, error) {
	if !p.asking.TryLock() {
		return remote.Status{}, errInProgress
	}
	defer p.asking.Unlock()
	m, shown, err := p.signature(ctx, op)
	if err != nil {
		return remote.Status{}, err
	}
	if p.config.Show != nil {
		if err := p.config.Show(ctx, op.Control, shown); err != nil {
			return remote.Status{}, err
		}
	}
	secrets := p.secrets(shown, op.Text, m.Data.Text)
	answer, err := p.send(ctx, op.ID, m, secrets)
	if err != nil {
		return remote.Status{}, err
	}
	op.Remote = remoteName(answer.TransID, answer.MSSP, p.config.MSSP)
	status, maybe, err := p.status(op, answer, secrets)
	if maybe {
		return remote.Status{}, signer.OutcomeUnknown(op.ID, err)
	}
	if err == nil && status.State == remote.StateWaiting {
		if op.Remote == "" { // nothing to ask by
			return remote.Status{}, signer.OutcomeUnknown(op.ID, mismatch("MSSP_TransID"))
		}
		status.Interval = max(p.dialect.First, p.dialect.Interval)
	}
	return status, err
}

// send sends a request for a signature, in the dialect's mode, and reads the first answer. It is sent once: again only in the other mode,
// by the rule of [Either]. Where it may have been acted on the error is [signer.ErrOutcomeUnknown] of id.
func (p *Provider) send(ctx context.Context, id string, m *mss.Message, secrets []remote.Secret) (*mss.Message, error) {
	mode := p.mode
	if mode == Either {
		mode = Asynch
	}
	answer, maybe, err := p.sendIn(ctx, mode, m, secrets)
	if p.mode == Either && err != nil && !maybe && answer == nil && refusesMode(err) {
		p.stamp(m)
		if answer, maybe, err = p.sendIn(ctx, Synch, m, secrets); err == nil {
			p.mode = Synch // and is not asked otherwise again
		}
	}
	if err != nil && (maybe || answer != nil) {
		return nil, signer.OutcomeUnknown(id, err)
	}
	return answer, err
}

func (p *Provider) sendIn(ctx context.Context, mode Mode, m *mss.Message, secrets []remote.Secret) (answer *mss.Message, maybe bool, err error) {
	client := p.quick
	if mode == Synch {
		client = p.slow
	}
	m.Mode = string(mode)
	return p.call(ctx, client, m, secrets)
}

// refusesMode reports whether an error is the fault for a wrong messaging mode, or one for any wrong parameter without a sub-code.
func refusesMode(err error) bool {
	var e *remote.Error
	return errors.As(err, &e) && (e.Service.Code == "101" || e.Service.Code == "1013")
}

// signature is the request for an operation's signature, and what the phone shows with it.
func (p *Provider) signature(ctx context.Context, op *remote.Operation) (m *mss.Message, shown string, err error) {
	d := &p.dialect
	if d.Format == "" && !op.CMS {
		return nil, "", remote.NewError(CodeNoDocuments, nil)
	}
	if len(op.Documents) != 1 {
		return nil, "", remote.NewError(remote.CodeTooMany, nil, "max", "1", "got", strconv.Itoa(len(op.Documents)))
	}
	doc := op.Documents[0]
	data, err := d.data(doc, op.CMS)
	if err != nil {
		return nil, "", err
	}
	chain, err := p.Certificates(ctx)
	if err != nil {
		return nil, "", err
	}
	if cert, err := op.Certificate(); err != nil || !cert.Equal(chain[0]) {
		return nil, "", signer.NewError(signer.CodeKeyMismatch, err) // another SIM, or a renewed certificate, since the digest was made
	}
	op.Control = p.config.Code(doc.Digest)
	m = p.request(CallSignature, transaction(op.ID))
	m.TimeOut, m.MSISDN = strconv.Itoa(int(d.TimeOut/time.Second)), p.number()
	m.Data, m.Profile, m.Format = data, d.Profile, d.Format
	if op.CMS {
		m.Format = d.CMS
	}
	m.Services = p.services(op.Control)
	if d.FiCom {
		return m, op.Control, nil
	}
	text := op.Text
	if text == "" {
		text = doc.Title
	}
	if shown, err = d.display(text, op.Control); err != nil {
		return nil, "", err
	}
	m.Display = &mss.Data{MimeType: "text/plain", Encoding: "UTF-8", Text: shown}
	return m, shown, nil
}

// services are the additional services of a request; code is what the phone shows where it shows an event id.
func (p *Provider) services(code string) []mss.Service {
	var list []mss.Service
	for _, uri := range p.dialect.Services {
		list = append(list, mss.Service{URI: uri, Lang: p.dialect.Lang})
	}
	if p.dialect.FiCom {
		list = append(list, mss.Service{URI: mss.SpaceFiCom + "eventId", EventID: code},
			mss.Service{URI: mss.SpaceFiCom + "noSpam", NoSpam: p.config.NoSpam.Reveal(), Verify: p.config.NoSpam != ""})
	}
	return list
}

// remoteName is what an operation keeps to be asked for by: the service's id for it, and its own name where that is not the configured
// one, since it may be another service that the number belongs to.
func remoteName(transID, mssp, configured string) string {
	if transID != "" && mssp != "" && mssp != configured && !strings.ContainsAny(mssp, " \t\r\n") {
		return transID + " " + mssp
	}
	return transID
}

// status reads how an answer says that a request stands. maybe as in call.
func (p *Provider) status(op *remote.Operation, answer *mss.Message, secrets []remote.Secret) (s remote.Status, maybe bool, err error) {
	s.Text = answer.Text
	code, err := strconv.Atoi(answer.Code)
	if err != nil {
		return s, true, mismatch("StatusCode")
	}
	switch code {
	case 100, 504:
		s.State, s.Interval = remote.StateWaiting, p.dialect.Interval
		return s, false, nil
	case 500, 502: // what the service has found out about the signature is not asked: it is verified here
		sig, err := signatureOf(op, answer)
		s.State = remote.StateSigned
		s.Signatures = map[string][]byte{op.Documents[0].ID: sig}
		return s, false, err
	}
	err, maybe = ended(code, 0, answer.Text, secrets)
	return s, maybe, err
}

// Poll asks how a request stands, by the name that the service gave it. Without one there is nothing to ask by.
func (p *Provider) Poll(ctx context.Context, op *remote.Operation) (remote.Status, error) {
	transID, mssp, _ := strings.Cut(op.Remote, " ")
	if transID == "" || len(op.Documents) != 1 {
		return remote.Status{}, signer.OutcomeUnknown(op.ID, nil)
	}
	if early := p.dialect.First - p.clock.Now().Sub(op.Started); op.State == remote.StateWaiting && early > 0 { // it wants to be left alone so long
		return remote.Status{State: remote.StateWaiting, Interval: early}, nil
	}
	secrets := p.secrets(op.Text)
	answer, maybe, err := p.look(ctx, op.ID, transID, mssp, secrets)
	if err == nil {
		var status remote.Status
		if status, maybe, err = p.status(op, answer, secrets); err == nil {
			return status, nil
		}
	}
	return remote.Status{}, looked(op, maybe, err)
}

// look asks after a request. Services want one question at a time.
func (p *Provider) look(ctx context.Context, id, transID, mssp string, secrets []remote.Secret) (answer *mss.Message, maybe bool, err error) {
	select {
	case p.looking <- true:
		defer func() { <-p.looking }()
	case <-ctx.Done():
		return nil, false, signer.Cancelled(ctx)
	}
	m := p.request(CallStatus, transaction(id))
	if m.TransID = transID; mssp != "" {
		m.MSSP = mssp
	}
	return p.call(ctx, p.quick, m, secrets)
}

// looked is what an error of a look says of the request. A page of something between us and the service says nothing, so the next look
// may tell; a service that finds the query wrong does not know the request any more.
func looked(op *remote.Operation, maybe bool, err error) error {
	var e *remote.Error
	switch {
	case !errors.As(err, &e):
		return err
	case e.Code() == string(remote.CodeAnswer):
		return remote.NewError(remote.CodeFault, e)
	case e.Code() == string(remote.CodeRequest):
		return remote.NewError(remote.CodeNotKnown, e, "operation", op.ID)
	case e.Code() == string(CodeFault) && maybe:
		return signer.OutcomeUnknown(op.ID, err)
	}
	return err
}

// Profiles asks which signature profiles the number has. The subscriber is not asked.
func (p *Provider) Profiles(ctx context.Context) ([]string, error) {
	answer, err := p.ask(ctx, CallProfile)
	if err != nil {
		return nil, err
	}
	return answer.Profiles, nil
}

// Receipt tells the subscriber what became of a signature, where the service offers it: a text message to the phone. It is sent once,
// also when the answer is lost.
func (p *Provider) Receipt(ctx context.Context, op *remote.Operation, text string) error {
	shown, err := p.dialect.display(text, "")
	if err != nil {
		return err
	}
	transID, mssp, _ := strings.Cut(op.Remote, " ")
	m := p.request(CallReceipt, transaction(op.ID))
	m.TransID, m.MSISDN = transID, p.number()
	if mssp != "" {
		m.MSSP = mssp
	}
	m.Data = &mss.Data{MimeType: "text/plain", Encoding: "UTF-8", Text: shown}
	secrets := p.secrets(shown)
	answer, _, err := p.call(ctx, p.receipt, m, secrets)
	if err != nil {
		return err
	}
	if answer.Code != "100" {
		return statusError(answer, secrets)
	}
	return nil
}

func statusError(answer *mss.Message, secrets []remote.Secret) error {
	code, err := strconv.Atoi(answer.Code)
	if err != nil {
		return mismatch("StatusCode")
	}
	err, _ = ended(code, 0, answer.Text, secrets)
	return err
}
