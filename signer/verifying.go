package signer

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"slices"
	"sync"

	"github.com/kyso-dev/kyso/internal/alg"
)

// Verifying wraps a Signer so that every value it returns is checked under its certificate before it is handed out: a key that is
// not the certificate's, a service that answers with another document's signature, and a card that computes wrongly are caught
// before anything is written. A value that fails is [ErrSignatureInvalid], which is also an [ErrProtocol].
//
// The result implements [BatchSigner] and [MessageSigner], whatever s implements, and keeps the certificates of s once it has
// them. It is as safe for concurrent use as s. Wrapping twice is the same as once.
func Verifying(s Signer) Signer {
	if v, ok := s.(*verifying); ok && v != nil {
		return v
	}
	return &verifying{signer: s}
}

type verifying struct {
	signer Signer

	mu    sync.Mutex
	chain []*x509.Certificate
	key   crypto.PublicKey // of chain[0]
}

var (
	_ BatchSigner   = (*verifying)(nil)
	_ MessageSigner = (*verifying)(nil)
)

// String names it without looking into what it wraps.
func (v *verifying) String() string { return "signer.Verifying" }

// GoString is String.
func (v *verifying) GoString() string { return v.String() }

func (v *verifying) Certificates(ctx context.Context) ([]*x509.Certificate, error) {
	chain, _, err := v.leaf(ctx)
	return slices.Clone(chain), err
}

// leaf is the chain and the key that everything is checked under.
func (v *verifying) leaf(ctx context.Context) ([]*x509.Certificate, crypto.PublicKey, error) {
	if v.signer == nil {
		return nil, nil, NewError(CodeKeyNotFound, nil)
	}
	v.mu.Lock()
	chain, key := v.chain, v.key
	v.mu.Unlock()
	if chain != nil {
		return chain, key, nil
	}
	chain, err := v.signer.Certificates(ctx) // not under the lock: it may ask a person or a network
	if err != nil {
		return nil, nil, err
	}
	if len(chain) == 0 || slices.Contains(chain, nil) {
		return nil, nil, NewError(CodeNoCertificate, nil)
	}
	key, err = alg.PublicKey(chain[0])
	if err != nil {
		return nil, nil, unsupported(err, alg.KeyName(chain[0].PublicKey))
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.chain == nil {
		v.chain, v.key = slices.Clone(chain), key
	}
	return v.chain, v.key, nil
}

func (v *verifying) Sign(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return v.one(ctx, Request{Digest: nonNil(digest), Opts: opts}, func(r Request) ([]byte, error) {
		return v.signer.Sign(ctx, r.Digest, r.Opts)
	})
}

func (v *verifying) SignMessage(ctx context.Context, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	return v.one(ctx, Request{Message: nonNil(message), Opts: opts}, func(r Request) ([]byte, error) {
		return SignMessage(ctx, v.signer, r.Message, r.Opts)
	})
}

func (v *verifying) one(ctx context.Context, req Request, sign func(Request) ([]byte, error)) ([]byte, error) {
	if err := check(ctx, req); err != nil {
		return nil, err
	}
	_, key, err := v.leaf(ctx)
	if err != nil {
		return nil, err
	}
	p, err := plan(key, req)
	if err != nil {
		return nil, err
	}
	sig, err := sign(p.lent())
	if err != nil {
		return nil, err
	}
	return p.check(key, sig)
}

func (v *verifying) SignBatch(ctx context.Context, reqs []Request) ([][]byte, error) {
	none := make([][]byte, len(reqs))
	plans := make([]planned, len(reqs))
	lent := make([]Request, len(reqs))
	if len(reqs) == 0 {
		return nil, nil
	}
	_, key, err := v.leaf(ctx)
	if err != nil {
		return none, err
	}
	for i, req := range reqs {
		if err := check(ctx, req); err != nil {
			return none, &BatchError{Index: i, Err: err}
		}
		if plans[i], err = plan(key, req); err != nil {
			return none, &BatchError{Index: i, Err: err}
		}
		lent[i] = plans[i].lent()
	}
	sigs, err := SignBatch(ctx, v.signer, lent)
	for i := range sigs { // what came before an error is checked like the rest
		if sigs[i] == nil && err != nil {
			continue
		}
		sig, bad := plans[i].check(key, sigs[i])
		if bad != nil {
			return none, &BatchError{Index: i, Err: errors.Join(bad, err)}
		}
		none[i] = sig
	}
	return none, err
}

// planned is a request with how its answer will be checked.
type planned struct {
	req Request
	how alg.Signature
}

func plan(key crypto.PublicKey, req Request) (planned, error) {
	how, err := alg.ForOpts(key, req.Opts)
	if err != nil {
		return planned{}, unsupported(err, alg.HashName(req.Opts.HashFunc()))
	}
	if how.SignsMessage() && req.Message == nil {
		return planned{}, NewError(CodeMessageOnly, nil)
	}
	return planned{req, how}, nil
}

// lent is the request with a copy of the digest, so that a key that writes where it should not changes nothing that is checked. A
// message is not copied: it can be large.
func (p planned) lent() Request {
	r := p.req
	r.Digest = bytes.Clone(r.Digest)
	return r
}

func (p planned) check(key crypto.PublicKey, sig []byte) ([]byte, error) {
	input := p.req.Digest
	if p.req.Message != nil {
		input = p.req.Message
		if !p.how.SignsMessage() {
			h := p.how.Hash.New()
			h.Write(input)
			input = h.Sum(nil)
		}
	}
	if err := p.how.Verify(key, input, sig); err != nil {
		return nil, NewError(CodeSignatureInvalid, err, "algorithm", p.how.Name())
	}
	return sig, nil
}
