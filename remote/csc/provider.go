package csc

import (
	"context"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/internal/rest"
	"github.com/kyso-dev/kyso/signer"
)

// Provider is one key at a service, for [remote.New]. It is safe for concurrent use.
type Provider struct {
	service *Service
	id      string
	batch   int // Credential.Batch, as it was at first

	mu         sync.Mutex
	credential *Credential
	at         time.Time           // when it was asked for
	sessions   map[string]*session // by operation, while the subscriber is waited for
}

var _ remote.Provider = (*Provider)(nil)

// New connects to a service and finds the key. Where CredentialID is empty it is the only one of the subscriber's, of the kind that
// Qualifier names, that can sign now; several are [signer.ErrAmbiguous], none is [remote.ErrNoCertificate].
func New(ctx context.Context, c Config) (*Provider, error) {
	s, err := Connect(ctx, c)
	if err != nil {
		return nil, err
	}
	if c.CredentialID == "" {
		return s.only(ctx)
	}
	return s.Key(ctx, c.CredentialID)
}

// Key makes a provider of one key of the service.
func (s *Service) Key(ctx context.Context, id string) (*Provider, error) {
	c, err := s.Credential(ctx, id)
	if err != nil {
		return nil, err
	}
	return newProvider(s, c), nil
}

func newProvider(s *Service, c *Credential) *Provider {
	return &Provider{service: s, id: c.ID, batch: c.Batch, credential: c, at: s.clock.Now(), sessions: make(map[string]*session)}
}

// fresh is how long what the service says of a key is taken to hold. A certificate may be renewed while a server runs.
const fresh = 10 * time.Minute

// key is the key as it was last described.
func (p *Provider) key() *Credential {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.credential
}

// refresh asks for the key again when that was long ago.
func (p *Provider) refresh(ctx context.Context) (*Credential, error) {
	now := p.service.clock.Now()
	p.mu.Lock()
	c, at := p.credential, p.at
	p.mu.Unlock()
	if now.Sub(at) < fresh && !now.Before(at) {
		return c, nil
	}
	c, err := p.service.Credential(ctx, p.id)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.credential, p.at = c, now
	return c, nil
}

// only finds the one key that can sign.
func (s *Service) only(ctx context.Context) (*Provider, error) {
	ids, err := s.Credentials(ctx)
	if err != nil {
		return nil, err
	}
	var usable []*Credential
	var refused error
	for _, id := range ids {
		c, err := s.Credential(ctx, id)
		if err == nil && s.config.Qualifier != "" && !sameFold(c.Qualifier, s.config.Qualifier) {
			continue
		}
		if err == nil {
			err = c.check(s.clock.Now())
		}
		switch {
		case err == nil:
			usable = append(usable, c)
		case errors.Is(err, signer.ErrCancelled) || errors.Is(err, signer.ErrUnavailable):
			return nil, err
		default:
			refused = err
		}
	}
	switch {
	case len(usable) == 1:
		return newProvider(s, usable[0]), nil
	case len(usable) == 0:
		return nil, remote.NewError(remote.CodeNoCertificate, refused)
	}
	var list []signer.Candidate
	for _, c := range usable {
		list = append(list, signer.Candidate{ID: c.ID, Label: c.Description, Certificate: c.Chain[0]})
	}
	return nil, signer.Ambiguous(list, nil)
}

// String names the provider without looking into it.
func (p *Provider) String() string { return "csc.Provider" }

// GoString is String.
func (p *Provider) GoString() string { return p.String() }

// Service is the service that has the key.
func (p *Provider) Service() *Service { return p.service }

// Credential is the key as the service described it.
func (p *Provider) Credential() Credential {
	c := *p.key() // a description is replaced, never changed
	c.Algorithms, c.Chain, c.Objects = slices.Clone(c.Algorithms), slices.Clone(c.Chain), slices.Clone(c.Objects)
	return c
}

// Info says how the service is treated.
func (p *Provider) Info() remote.Info {
	return remote.Info{
		Name: "csc", Subscriber: p.service.base + " " + p.service.config.UserID + " " + p.id, Lifetime: 5 * time.Minute, Interval: 2 * time.Second,
		MaxDocuments: p.batch,
	}
}

// Certificates is the chain of the key, leaf first. It is asked for again every ten minutes.
func (p *Provider) Certificates(ctx context.Context) ([]*x509.Certificate, error) {
	if err := signer.Cancelled(ctx); err != nil {
		return nil, err
	}
	c, err := p.refresh(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Clone(c.Chain), nil
}

// der is a signature as a format wants it.
func (c *Credential) der(sig []byte) []byte {
	if k, ok := c.Chain[0].PublicKey.(*ecdsa.PublicKey); ok {
		return ecdsaDER(sig, k.Curve.Params().BitSize)
	}
	return sig
}

// session is one operation under way. It holds the secrets that an operation must not.
type session struct {
	mu     sync.Mutex
	groups []group
	next   int     // the group to be signed next
	permit *permit // of the group, nil before it was asked for
	values map[string][]byte
	until  time.Time // when nobody will come for it any more

	ended  bool // and how
	status remote.Status
	err    error
}

// group are documents that one call can sign: of one algorithm.
type group struct {
	recipe recipe
	docs   []remote.Document
}

func (g group) hashes() [][]byte {
	out := make([][]byte, len(g.docs))
	for i, d := range g.docs {
		out[i] = d.Digest
	}
	return out
}

// group sorts documents by how they are signed.
func (c *Credential) group(docs []remote.Document) ([]group, error) {
	var groups []group
	for _, d := range docs {
		r, err := c.recipe(d)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(groups, func(g group) bool { return g.recipe == r })
		if i < 0 {
			groups = append(groups, group{recipe: r})
			i = len(groups) - 1
		}
		groups[i].docs = append(groups[i].docs, d)
	}
	slices.SortStableFunc(groups, func(a, b group) int { return strings.Compare(a.recipe.hash, b.recipe.hash) })
	return groups, nil
}

// Start authorizes and signs. Documents of one algorithm are signed under one authorization; where the algorithms of a batch differ,
// the authorization is extended as far as the service can, and asked for again otherwise. Secrets are asked for, and pages shown, before
// it returns; what the subscriber does elsewhere is waited for by Poll, as far as the service answers at once.
func (p *Provider) Start(ctx context.Context, op *remote.Operation) (remote.Status, error) {
	if err := p.fit(op); err != nil {
		return remote.Status{}, err
	}
	groups, err := p.key().group(op.Documents)
	if err != nil {
		return remote.Status{}, err
	}
	if len(groups) > 1 && p.service.async() {
		return remote.Status{}, remote.NewError(remote.CodeTooMany, nil, "max", "1", "got", strconv.Itoa(len(op.Documents)))
	}
	s := &session{groups: groups, values: make(map[string][]byte), until: op.Deadline}
	status, err := p.advance(ctx, op, s)
	if err == nil && status.State == remote.StateWaiting {
		p.keep(op.ID, s)
	}
	if err != nil {
		p.release(ctx, s.permit)
	}
	return status, err
}

// release gives back a token of the key that was not used, as far as the server lets itself be reached.
func (p *Provider) release(ctx context.Context, permit *permit) {
	if permit == nil || p.key().Mode != OAuthKey || permit.spent {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), margin)
	defer cancel()
	_ = p.service.oauthRevoke(ctx, byCode, permit.bearer+permit.sad, "access_token") // one of them is empty
}

// fit refuses an operation that this key cannot answer.
func (p *Provider) fit(op *remote.Operation) error {
	cert, err := op.Certificate()
	if err != nil {
		return err
	}
	if !cert.Equal(p.key().Chain[0]) {
		return signer.NewError(signer.CodeKeyMismatch, nil) // it was renewed since the digest was made
	}
	return p.key().check(p.service.clock.Now())
}

// approval is what the subscriber is asked to allow for the group that is next: it, and those after it that the same authorization can cover.
func (p *Provider) approval(op *remote.Operation, s *session) *approval {
	g := s.groups[s.next]
	a := &approval{hashOID: g.recipe.hash, text: describe(op)}
	for _, g := range s.groups[s.next:] {
		if g.recipe.hash != a.hashOID || len(a.hashes) > 0 && !p.extends() {
			break
		}
		for _, d := range g.docs {
			a.hashes, a.labels = append(a.hashes, d.Digest), append(a.labels, label(d))
		}
	}
	a.count = len(a.hashes)
	return a
}

// extends reports whether one authorization can go through several calls.
func (p *Provider) extends() bool {
	return p.key().Mode != OAuthKey && p.service.has("credentials/extendTransaction")
}

// describe is what the subscriber is told.
func describe(op *remote.Operation) string {
	if op.Text != "" {
		return op.Text
	}
	var titles []string
	for _, d := range op.Documents {
		if d.Title != "" {
			titles = append(titles, d.Title)
		}
	}
	text := []rune(strings.Join(titles, ", "))
	if len(text) > longestText {
		text = append(text[:longestText-1], '…')
	}
	return string(text)
}

// longestText is the longest description (CSC 1.0.4, 11.6), in characters.
const longestText = 500

func label(d remote.Document) string {
	if d.Title != "" {
		return d.Title
	}
	return d.ID
}

// advance goes on with a session until it has all signatures, or has to wait.
func (p *Provider) advance(ctx context.Context, op *remote.Operation, s *session) (remote.Status, error) {
	for s.next < len(s.groups) {
		g := s.groups[s.next]
		if done, err := p.permitted(ctx, op, s); err != nil || !done {
			if err != nil {
				return remote.Status{}, s.failed(op, err)
			}
			return remote.Status{State: remote.StateWaiting}, nil
		}
		before := op.State
		op.State = remote.StateUncertain // until it is known what became of what is sent now
		sigs, response, err := p.service.sign(ctx, p.key(), s.permit, g.recipe, g.hashes(), op.ID)
		if err != nil {
			if !errors.Is(err, signer.ErrOutcomeUnknown) {
				op.State = before
			}
			return remote.Status{}, s.failed(op, err)
		}
		op.State = before
		if response != "" {
			op.Remote = response
			return remote.Status{State: remote.StateSigning}, nil
		}
		s.add(g, sigs)
	}
	return remote.Status{State: remote.StateSigned, Signatures: s.values}, nil
}

// permitted sees to it that there is a permit that the next group can be signed under; done is false while the subscriber is waited for.
func (p *Provider) permitted(ctx context.Context, op *remote.Operation, s *session) (done bool, err error) {
	g := s.groups[s.next]
	switch {
	case s.permit != nil && s.permit.handle != "":
		pending, err := p.service.check(ctx, s.permit)
		return !pending, err
	case s.permit != nil && s.permit.spent && s.permit.left >= len(g.docs) && p.extends():
		return true, p.service.extend(ctx, p.key(), s.permit, g.hashes(), g.recipe.hash)
	case s.permit != nil && !s.permit.spent:
		return true, nil
	}
	s.permit, err = p.service.authorize(ctx, p.key(), p.approval(op, s))
	return err == nil && s.permit.handle == "", err
}

// add keeps the signatures of a group.
func (s *session) add(g group, sigs [][]byte) {
	for i, d := range g.docs {
		s.values[d.ID] = sigs[i]
	}
	s.next++
}

// failed is the error of an operation of which something was signed already: then it is not for certain that nothing was.
func (s *session) failed(op *remote.Operation, err error) error {
	if s.next > 0 && !errors.Is(err, signer.ErrOutcomeUnknown) {
		return signer.OutcomeUnknown(op.ID, err)
	}
	return err
}

// Poll looks whether the subscriber has acted, and then signs; or whether a service that signs in its own time is done.
//
// What the subscriber is waited for by is a secret of this process. Another process that takes the operation over cannot go on: it is
// told that the outcome is unknown, and the same is not asked for again until the caller forgets the operation.
func (p *Provider) Poll(ctx context.Context, op *remote.Operation) (remote.Status, error) {
	if op.Remote != "" {
		return p.pollAsync(ctx, op)
	}
	p.mu.Lock()
	s := p.sessions[op.ID]
	p.mu.Unlock()
	if s == nil { // that process may have been about to sign when it ended
		op.State = remote.StateUncertain
		return remote.Status{}, signer.OutcomeUnknown(op.ID, nil)
	}
	s.mu.Lock() // one goes on with it at a time; who comes second sees what became of it
	defer s.mu.Unlock()
	if s.ended {
		return s.status, s.err
	}
	status, err := p.advance(ctx, op, s)
	nothing := err != nil && !errors.Is(err, signer.ErrOutcomeUnknown) && (errors.Is(err, signer.ErrUnavailable) || ctx.Err() != nil)
	if nothing || err == nil && status.State == remote.StateWaiting {
		return status, err
	}
	s.ended, s.status, s.err = true, status, err
	p.mu.Lock()
	delete(p.sessions, op.ID)
	p.mu.Unlock()
	return status, err
}

func (p *Provider) pollAsync(ctx context.Context, op *remote.Operation) (remote.Status, error) {
	groups, err := p.key().group(op.Documents)
	if err != nil {
		return remote.Status{}, err
	}
	if len(groups) != 1 {
		return remote.Status{}, remote.NewError(remote.CodeState, nil, "reason", "it is of another kind")
	}
	sigs, pending, err := p.service.poll(ctx, p.key(), op.Remote, len(op.Documents))
	switch {
	case err != nil:
		var e *remote.Error
		if errors.As(err, &e) && e.Code() == string(remote.CodeRequest) { // the service no longer has it, signed or not
			return remote.Status{}, signer.OutcomeUnknown(op.ID, err)
		}
		return remote.Status{}, err
	case pending:
		return remote.Status{State: remote.StateSigning}, nil
	}
	s := &session{values: make(map[string][]byte)}
	s.add(groups[0], sigs)
	return remote.Status{State: remote.StateSigned, Signatures: s.values}, nil
}

// keep keeps a session until the next look at its operation. Those that nobody came for are dropped.
func (p *Provider) keep(id string, s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.service.clock.Now()
	for old, o := range p.sessions {
		if now.After(o.until.Add(time.Minute)) {
			delete(p.sessions, old)
		}
	}
	if len(p.sessions) < limits.CSCSessions {
		p.sessions[id] = s
	}
}

func unmarshal(a *rest.Answer, out any) error {
	if json.Unmarshal(a.Body, out) != nil {
		return unreadable(a)
	}
	return nil
}

func itoa(n int) string { return strconv.Itoa(n) }
