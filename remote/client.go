package remote

import (
	"cmp"
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
)

// Options of [New]. The zero value will do.
type Options struct {
	Store    OperationStore            // where operations are kept; nil: in memory
	Clock    Clock                     // nil: the clock of the machine
	Turns    *Turns                    // shared with other clients of the same subscribers; nil: of this client alone
	Checker  signer.CertificateChecker // asked before the subscriber is; nil: nobody
	OnEvent  func(Event)               // called as operations go on, one call at a time for each operation; must return soon
	Logger   *slog.Logger              // nil: no log
	Interval time.Duration             // between two looks at an operation, at least a second; 0: as the provider likes
	Text     string                    // what the subscriber is told where [StartOptions] say nothing

	// CheckCMS says whether a CMS that a service made is a detached signature by the key of cert over digest, which is of hash:
	// cms.CheckDigest is made for it. Keys know no formats, so it is the caller's. nil: CMS ([StartOptions].CMS) is refused before
	// anything is sent.
	CheckCMS func(der, digest []byte, hash crypto.Hash, cert *x509.Certificate) error

	// Split lets a batch that is larger than the service takes at once be signed in parts. The subscriber confirms each.
	Split bool
}

// Client signs with one key of one subscriber. It is a [signer.BatchSigner] that waits for the subscriber, and it offers the steps one
// by one: [Client.Start], [Client.Poll], [Client.Wait], [Client.Resume]. It is safe for concurrent use; an [Operation] is not.
type Client struct {
	provider Provider
	info     Info
	mine     string // Operation.Subscriber of what belongs to this client
	opts     Options

	mu      sync.Mutex
	waiting map[string]func() // by operation, wakes who waits for it
}

var _ signer.BatchSigner = (*Client)(nil)

// New makes a client of a provider. opts may be nil.
func New(p Provider, opts *Options) *Client {
	c := &Client{provider: p, info: p.Info(), waiting: make(map[string]func())}
	if opts != nil {
		c.opts = *opts
	}
	if c.opts.Store == nil {
		c.opts.Store = NewMemoryStore()
	}
	if c.opts.Clock == nil {
		c.opts.Clock = realClock{}
	}
	if c.opts.Turns == nil {
		c.opts.Turns = new(Turns)
	}
	if c.info.Lifetime <= 0 {
		c.info.Lifetime = 5 * time.Minute
	}
	if c.opts.Interval <= 0 {
		c.opts.Interval = c.info.Interval
	}
	if c.opts.Interval <= 0 {
		c.opts.Interval = 3 * time.Second
	}
	c.mine = subscriberKey(c.info)
	return c
}

// String names the client without looking into it.
func (c *Client) String() string { return fmt.Sprintf("remote.Client(%s)", c.info.Name) }

// GoString is String.
func (c *Client) GoString() string { return c.String() }

// Certificates is the chain of the key, leaf first.
func (c *Client) Certificates(ctx context.Context) ([]*x509.Certificate, error) {
	if err := signer.Cancelled(ctx); err != nil {
		return nil, err
	}
	chain, err := c.provider.Certificates(ctx)
	if err != nil {
		return nil, ended(ctx, err)
	}
	if len(chain) == 0 || slices.Contains(chain, nil) {
		return nil, signer.NewError(signer.CodeNoCertificate, nil)
	}
	return slices.Clone(chain), nil
}

// ended makes sure that an error which comes of a context that ended says so.
func ended(ctx context.Context, err error) error {
	if ctx.Err() == nil || errors.Is(err, signer.ErrCancelled) || errors.Is(err, signer.ErrOutcomeUnknown) {
		return err
	}
	return signer.Cancelled(ctx)
}

// StartOptions of [Client.Start].
type StartOptions struct {
	ID        string // of the operation; "": a random UUID. Unique for ever, and not to be guessed
	Text      string // what the subscriber is told; "": Options.Text
	Reference string // the caller's own, kept with the operation and never sent

	part, parts int // of a batch that is signed in parts

	// CMS asks for a whole CMS SignedData over each digest, detached, which the service makes with attributes of its own, in place of a
	// bare signature: some services give nothing else. Where the service makes none it is [CodeNoCMS], and without Options.CheckCMS
	// [CodeConfig]. What comes is never one that the check refuses.
	CMS bool
}

// Start asks for signatures and returns without waiting for the subscriber. The operation is in the store before anything is sent.
//
// It looks before it asks: where the store holds the same request, unanswered, uncertain or signed and not forgotten, that operation is
// returned and nobody is asked again. While the subscriber has another operation to answer it is [ErrBusy]. When the request was sent
// and no answer came, the operation comes back together with [signer.ErrOutcomeUnknown]; [Client.Wait] finds out what became of it.
func (c *Client) Start(ctx context.Context, reqs []signer.Request, opts *StartOptions) (*Operation, error) {
	done, err := c.opts.Turns.Take(ctx, c.mine)
	if err != nil {
		return nil, err
	}
	defer done()
	return c.start(ctx, reqs, opts)
}

func (c *Client) start(ctx context.Context, reqs []signer.Request, opts *StartOptions) (*Operation, error) {
	op, err := c.prepare(ctx, reqs, opts)
	if err != nil {
		return nil, err
	}
	same, err := c.before(ctx, op)
	if err != nil || same != nil {
		return same, err
	}
	if err := c.save(ctx, op); err != nil {
		return nil, err
	}
	status, err := c.provider.Start(ctx, op)
	op.Looked = c.opts.Clock.Now()
	switch {
	case err == nil:
		c.event(EventSent, op, nil)
		if op.Control != "" {
			c.event(EventControl, op, nil)
		}
		if told, err := c.opts.Store.Load(ctx, op.ID); err == nil && told.State.Final() { // the service called before it answered
			return &told, errors.Join(c.fit(&told), told.Err())
		}
		return op, c.apply(ctx, op, status)
	case !errors.Is(err, signer.ErrOutcomeUnknown):
		_ = c.opts.Store.Delete(context.WithoutCancel(ctx), op.ID) // it never was
		return nil, ended(ctx, err)
	}
	op.Abandoned = ctx.Err() != nil
	if bad := c.save(ctx, op); bad != nil {
		return op, errors.Join(err, bad)
	}
	c.event(EventTrouble, op, err)
	if ctx.Err() == nil && c.Poll(ctx, op) == nil && op.State != StateUncertain {
		return op, nil
	}
	if op.State.Final() {
		return op, op.Err()
	}
	if ctx.Err() != nil {
		err = signer.Cancelled(ctx)
	}
	return op, signer.OutcomeUnknown(op.ID, err)
}

// prepare makes the operation that the requests ask for, and refuses those that the key cannot answer.
func (c *Client) prepare(ctx context.Context, reqs []signer.Request, opts *StartOptions) (*Operation, error) {
	if err := signer.Cancelled(ctx); err != nil {
		return nil, err
	}
	if opts == nil {
		opts = new(StartOptions)
	}
	if err := c.checks(opts.CMS); err != nil {
		return nil, err
	}
	docs, err := c.documents(reqs)
	if err != nil {
		return nil, err
	}
	text := cmp.Or(opts.Text, c.opts.Text)
	if particular, ok := c.provider.(TextChecker); ok {
		told := text
		if told == "" && len(reqs) == 1 {
			told = reqs[0].Title
		}
		if err := particular.CheckText(told); err != nil {
			return nil, err
		}
	}
	chain, err := c.Certificates(ctx)
	if err != nil {
		return nil, err
	}
	key, err := alg.PublicKey(chain[0])
	if err != nil {
		return nil, NewError(CodeUnsupported, err, "algorithm", alg.KeyName(chain[0].PublicKey))
	}
	for _, d := range docs {
		if _, err := alg.ForOpts(key, d.Opts()); err != nil {
			return nil, NewError(CodeUnsupported, err, "algorithm", d.Hash)
		}
	}
	now := c.opts.Clock.Now()
	if c.opts.Checker != nil {
		if err := c.opts.Checker.CheckCertificate(ctx, chain, now); err != nil {
			return nil, err
		}
	}
	op := &Operation{
		Version: operationVersion, Provider: c.info.Name, Subscriber: c.mine, ID: opts.ID, Reference: opts.Reference, Text: shorten(text),
		Documents: docs, CMS: opts.CMS, Serial: fmt.Sprintf("%X", chain[0].SerialNumber), Leaf: chain[0].Raw,
		State: StateUncertain, Started: now, Deadline: now.Add(c.info.Lifetime),
	}
	if op.ID == "" {
		op.ID = NewID()
	} else if len(op.ID) > limits.RemoteID || !plain(op.ID) {
		return nil, NewError(CodeDocumentID, nil, "id", excerpt(op.ID, nil))
	}
	if opts.parts > 1 { // who confirms has to know that more will come
		op.part, op.parts = opts.part, opts.parts
		if op.Text == "" && len(docs) == 1 {
			op.Text = docs[0].Title // which is what would be shown without the number
		}
		op.Text = strings.TrimSpace(fmt.Sprintf("%s (%d/%d)", op.Text, op.part, op.parts))
	}
	return op, nil
}

// documents takes requests apart and sees to it that their ids tell them apart.
func (c *Client) documents(reqs []signer.Request) ([]Document, error) {
	most := c.info.MaxDocuments
	if most <= 0 || most > limits.RemoteDocuments {
		most = limits.RemoteDocuments
	}
	if len(reqs) == 0 || len(reqs) > most {
		return nil, NewError(CodeTooMany, nil, "max", strconv.Itoa(most), "got", strconv.Itoa(len(reqs)))
	}
	docs := make([]Document, len(reqs))
	taken := make(map[string]bool)
	for i, req := range reqs {
		d, err := NewDocument(req)
		if err != nil {
			return nil, &signer.BatchError{Index: i, Err: err}
		}
		if len(d.ID) > limits.RemoteID || !plain(d.ID) {
			return nil, &signer.BatchError{Index: i, Err: NewError(CodeDocumentID, nil, "id", excerpt(d.ID, nil))}
		}
		d.ID = unused(d.ID, i+1, taken)
		taken[d.ID] = true
		d.Title = shorten(d.Title)
		docs[i] = d
	}
	return docs, nil
}

// unused is an id for the n-th document that no other has: its own where it has one, with a number where others have the same.
func unused(id string, n int, taken map[string]bool) string {
	if id == "" {
		id = fmt.Sprintf("document-%d", n)
	}
	for own := id; taken[id]; n++ {
		id = fmt.Sprintf("%s-%d", own, n)
	}
	return id
}

// plain reports whether a service can be trusted to give an id back as it was, and a phone to show it as it is.
func plain(id string) bool {
	return utf8.ValidString(id) && i18n.Clean(id) == id
}

// shorten makes a text fit to be shown on one line of a phone.
func shorten(s string) string {
	s = i18n.Clean(s)
	if r := []rune(s); len(r) > limits.RemoteTitle {
		s = string(r[:limits.RemoteTitle-1]) + "…"
	}
	return s
}

// before looks through what the subscriber was asked already. It gives the operation that asks for the same signatures, if there is one
// to go on with, and is [ErrBusy] while another is unanswered.
func (c *Client) before(ctx context.Context, op *Operation) (*Operation, error) {
	list, err := c.opts.Store.List(ctx, c.mine)
	if err != nil {
		return nil, err
	}
	var busy *Operation
	for i := range list {
		old := &list[i]
		same := old.sameRequest(op)
		if old.ID == op.ID && !same {
			return nil, NewError(CodeExists, nil, "operation", op.ID)
		}
		if same && old.State == StateSigned {
			return old, c.fit(old)
		}
		if same && old.Failure == string(signer.CodeOutcomeUnknown) && old.Left(op.Started) > 0 { // it may still be on the phone
			return old, signer.OutcomeUnknown(old.ID, nil)
		}
		if old.State.Final() || !same && (old.Abandoned || old.Left(op.Started) == 0) {
			continue
		}
		if c.rested(old) {
			_ = c.Poll(ctx, old) // an error that matters is told by its state
			if err := signer.Cancelled(ctx); err != nil {
				return nil, err
			}
		}
		switch {
		case same && old.State.Final() && old.State != StateSigned, !same && old.State.Final():
		case same && old.Left(op.Started) == 0 && old.State == StateWaiting: // nobody will answer it any more
			_ = c.finish(ctx, old, NewError(CodeExpired, nil, "operation", old.ID))
		case same:
			old.Abandoned = false
			if old.State == StateUncertain {
				return old, signer.OutcomeUnknown(old.ID, nil)
			}
			return old, nil
		default:
			busy = old
		}
	}
	if busy != nil {
		left := busy.Left(op.Started)
		e := NewError(CodeBusy, nil, "operation", busy.ID, "seconds", seconds(left))
		e.After = left
		return nil, e
	}
	if op.ID != "" { // an id that another subscriber's operation has
		if _, err := c.opts.Store.Load(ctx, op.ID); err == nil {
			return nil, NewError(CodeExists, nil, "operation", op.ID)
		} else if !errors.Is(err, ErrNotFound) {
			return nil, err
		}
	}
	return nil, nil
}

// Resume takes an operation out of the store, also one that another process started. Go on with [Client.Wait].
func (c *Client) Resume(ctx context.Context, id string) (*Operation, error) {
	op, err := c.opts.Store.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	return &op, c.fit(&op)
}

// checks reports whether this client can have CMS made, where that is asked for.
func (c *Client) checks(cms bool) error {
	switch {
	case cms && !c.info.CMS:
		return NewError(CodeNoCMS, nil)
	case cms && c.opts.CheckCMS == nil:
		return NewError(CodeConfig, nil, "name", "CheckCMS")
	}
	return nil
}

// fit refuses operations that this client cannot go on with: others', those for CMS where it has no check, and those whose CMS the check
// refuses.
func (c *Client) fit(op *Operation) error {
	if err := c.own(op); err != nil {
		return err
	}
	if err := c.checks(op.CMS); err != nil {
		return err
	}
	err := op.refit(c.opts.CheckCMS)
	if err != nil {
		op.end(err) // so that nobody takes the signatures out of it
	}
	return err
}

// own refuses operations of other services and subscribers.
func (c *Client) own(op *Operation) error {
	if op == nil || op.Provider != c.info.Name || op.Subscriber != c.mine {
		id := ""
		if op != nil {
			id = excerpt(op.ID, nil)
		}
		return NewError(CodeForeign, nil, "operation", id)
	}
	return nil
}

// Pending lists the subscriber's operations that have not ended, oldest first: what a server that was started again waits for.
func (c *Client) Pending(ctx context.Context) ([]Operation, error) {
	list, err := c.opts.Store.List(ctx, c.mine)
	return slices.DeleteFunc(list, func(op Operation) bool { return op.State.Final() || op.Provider != c.info.Name }), err
}

// Forget takes an operation out of the store: when its signatures have been used, or when its end has been seen. Until then the same
// request is answered from the store.
func (c *Client) Forget(ctx context.Context, id string) error {
	op, err := c.opts.Store.Load(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err == nil {
		err = c.own(&op)
	}
	if err != nil {
		return err
	}
	return c.opts.Store.Delete(ctx, id)
}

// save keeps the state of an operation even when the caller has gone: that is when it is needed.
func (c *Client) save(ctx context.Context, op *Operation) error {
	return c.opts.Store.Save(context.WithoutCancel(ctx), *op)
}

func (c *Client) event(kind EventKind, op *Operation, err error) {
	if c.opts.Logger != nil {
		args := []any{"operation", *op}
		if err != nil {
			args = append(args, "error", err.Error())
		}
		c.opts.Logger.Info("remote: "+string(kind), args...)
	}
	if c.opts.OnEvent != nil {
		c.opts.OnEvent(Event{Kind: kind, Operation: op.Clone(), Left: op.Left(c.opts.Clock.Now()), Err: err, Part: op.part, Parts: op.parts})
	}
}
