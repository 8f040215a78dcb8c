package csc

import (
	"context"
	"crypto"
	"crypto/x509"
	"strconv"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/signer"
)

// Transaction signs several times under one authorization, one call after the other: for signatures of which the second digest exists
// only after the first was made. Between the calls the authorization is extended, which the service has to offer. It is a
// [signer.BatchSigner] that waits for the subscriber. It is safe for concurrent use, one call at a time.
type Transaction struct {
	provider *Provider
	text     string
	count    int
	free     chan struct{}
	permit   *permit
}

var _ signer.BatchSigner = (*Transaction)(nil)

// Transaction prepares an authorization for a number of signatures; the subscriber is asked with the first. text says what for. The digests
// of the first call are named, those of later calls when it is extended; some services want all of them at first and refuse.
func (p *Provider) Transaction(signatures int, text string) (*Transaction, error) {
	if signatures < 1 || signatures > p.key().Batch {
		return nil, remote.NewError(remote.CodeTooMany, nil, "max", strconv.Itoa(p.key().Batch), "got", strconv.Itoa(signatures))
	}
	if !p.extends() {
		return nil, remote.NewError(CodeMethod, nil, "name", "credentials/extendTransaction")
	}
	t := &Transaction{provider: p, text: text, count: signatures, free: make(chan struct{}, 1)}
	t.free <- struct{}{}
	return t, nil
}

// String names the transaction without looking into it.
func (t *Transaction) String() string { return "csc.Transaction" }

// GoString is String.
func (t *Transaction) GoString() string { return t.String() }

// Certificates is the chain of the key, leaf first.
func (t *Transaction) Certificates(ctx context.Context) ([]*x509.Certificate, error) {
	return t.provider.Certificates(ctx)
}

// Sign signs one digest.
func (t *Transaction) Sign(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if err := signer.CheckDigest(digest, opts); err != nil {
		return nil, err
	}
	out, err := t.SignBatch(ctx, []signer.Request{{Digest: digest, Opts: opts}})
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

// SignBatch signs digests of one algorithm in one call.
func (t *Transaction) SignBatch(ctx context.Context, reqs []signer.Request) ([][]byte, error) {
	none := make([][]byte, len(reqs))
	if len(reqs) == 0 {
		return nil, nil
	}
	select {
	case <-t.free:
		defer func() { t.free <- struct{}{} }()
	case <-ctx.Done():
		return none, signer.Cancelled(ctx)
	}
	if err := signer.Cancelled(ctx); err != nil {
		return none, err
	}
	p := t.provider
	if err := p.key().check(p.service.clock.Now()); err != nil {
		return none, err
	}
	groups, err := p.key().groupRequests(reqs)
	if err != nil {
		return none, err
	}
	if len(groups) != 1 {
		return none, remote.NewError(remote.CodeUnsupported, nil, "algorithm", groups[1].docs[0].Hash)
	}
	if err := t.allow(ctx, groups[0]); err != nil {
		return none, err
	}
	out, response, err := p.service.sign(ctx, p.key(), t.permit, groups[0].recipe, groups[0].hashes(), "")
	for response != "" && err == nil {
		var pending bool
		if out, pending, err = p.service.poll(ctx, p.key(), response, len(reqs)); pending && err == nil {
			err = p.service.pause(ctx, 2*time.Second)
			continue
		}
		break
	}
	if err != nil {
		return none, err
	}
	return out, p.key().verify(groups[0].docs, out)
}

// allow gets the authorization with the first call and extends it before each later one.
func (t *Transaction) allow(ctx context.Context, g group) error {
	p := t.provider
	if t.permit != nil && t.permit.handle == "" {
		if !t.permit.spent {
			return nil
		}
		return p.service.extend(ctx, p.key(), t.permit, g.hashes(), g.recipe.hash)
	}
	a := &approval{count: t.count, hashes: g.hashes(), hashOID: g.recipe.hash, text: t.text}
	for _, d := range g.docs {
		a.labels = append(a.labels, d.Title)
	}
	return t.ask(ctx, a)
}

// ask asks the subscriber and waits for him.
func (t *Transaction) ask(ctx context.Context, a *approval) error {
	p := t.provider
	if t.permit == nil {
		permit, err := p.service.authorize(ctx, p.key(), a)
		if err != nil {
			return err
		}
		t.permit = permit
	}
	end := p.service.clock.Now().Add(5 * time.Minute)
	for wait := 2 * time.Second; t.permit.handle != ""; wait = min(wait*5/4, 5*time.Second) {
		if !p.service.clock.Now().Before(end) {
			t.permit = nil
			return remote.NewError(remote.CodeExpired, nil, "seconds", "300")
		}
		if err := p.service.pause(ctx, wait); err != nil {
			return err
		}
		if _, err := p.service.check(ctx, t.permit); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) pause(ctx context.Context, d time.Duration) error {
	if s.clock.Sleep(ctx, d) != nil {
		return signer.Cancelled(ctx)
	}
	return nil
}

// groupRequests is group for requests.
func (c *Credential) groupRequests(reqs []signer.Request) ([]group, error) {
	docs := make([]remote.Document, len(reqs))
	for i, r := range reqs {
		var err error
		if docs[i], err = remote.NewDocument(r); err != nil {
			return nil, &signer.BatchError{Index: i, Err: err}
		}
		docs[i].ID = strconv.Itoa(i)
	}
	return c.group(docs)
}

// verify checks signatures under the certificate over the digests that were sent.
func (c *Credential) verify(docs []remote.Document, sigs [][]byte) error {
	key, err := alg.PublicKey(c.Chain[0])
	if err != nil {
		return err
	}
	for i, d := range docs {
		how, err := alg.ForOpts(key, d.Opts())
		if err == nil {
			err = how.Verify(key, d.Digest, sigs[i])
		}
		if err != nil {
			clear(sigs) // nothing partial
			return signer.NewError(signer.CodeSignatureInvalid, err, "algorithm", how.Name())
		}
	}
	return nil
}
