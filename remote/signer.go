package remote

import (
	"context"
	"crypto"
	"errors"
	"strconv"

	"github.com/kyso-dev/kyso/signer"
)

// Sign signs one digest and waits for the subscriber.
func (c *Client) Sign(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if err := signer.CheckDigest(digest, opts); err != nil {
		return nil, err
	}
	sigs, err := c.SignBatch(ctx, []signer.Request{{Digest: digest, Opts: opts}})
	if err != nil {
		return nil, single(err)
	}
	return sigs[0], nil
}

// SignBatch signs all requests under one confirmation of the subscriber and waits for it. Callers for the same subscriber wait for one
// another. When the context ends while the subscriber is being waited for, what was asked stays asked; the same requests again go on
// with it. Once the signatures are returned nothing of them is kept.
func (c *Client) SignBatch(ctx context.Context, reqs []signer.Request) ([][]byte, error) {
	if len(reqs) == 0 {
		return nil, nil
	}
	out := make([][]byte, len(reqs))
	size := len(reqs)
	var opts StartOptions
	if parts := c.Confirmations(len(reqs)); parts > 1 {
		if !c.opts.Split {
			return out, NewError(CodeTooMany, nil, "max", strconv.Itoa(c.info.MaxDocuments), "got", strconv.Itoa(len(reqs)))
		}
		size, opts.parts = c.info.MaxDocuments, parts
	}
	for from := 0; from < len(reqs); from += size {
		opts.part = from/size + 1
		sigs, err := c.signPart(ctx, reqs[from:min(from+size, len(reqs))], &opts)
		if err != nil {
			var one *signer.BatchError
			if errors.As(err, &one) {
				err = &signer.BatchError{Index: from + one.Index, Err: one.Err}
			}
			return out, err
		}
		copy(out[from:], sigs)
	}
	return out, nil
}

// Confirmations is how often the subscriber has to confirm so many documents, which a program should say before it asks.
func (c *Client) Confirmations(documents int) int {
	if most := c.info.MaxDocuments; most > 0 {
		return (documents + most - 1) / most
	}
	return min(documents, 1)
}

// SignCMS has the service make a detached CMS over one digest and waits for the subscriber, as [Client.Sign] does for a bare signature:
// see [StartOptions].CMS. FinishCMS of a format puts it into the document that the digest was made of.
func (c *Client) SignCMS(ctx context.Context, req signer.Request) ([]byte, error) {
	sigs, err := c.signPart(ctx, []signer.Request{req}, &StartOptions{CMS: true})
	if err != nil {
		return nil, single(err)
	}
	return sigs[0], nil
}

// single is the error of a batch of one.
func single(err error) error {
	var one *signer.BatchError
	if errors.As(err, &one) {
		return one.Err
	}
	return err
}

func (c *Client) signPart(ctx context.Context, reqs []signer.Request, opts *StartOptions) ([][]byte, error) {
	done, err := c.opts.Turns.Take(ctx, c.mine)
	if err != nil {
		return nil, err
	}
	defer done()
	op, err := c.start(ctx, reqs, opts)
	if op == nil || err != nil && (!errors.Is(err, signer.ErrOutcomeUnknown) || ctx.Err() != nil || op.State.Final()) {
		c.drop(ctx, op)
		return nil, err
	}
	sigs, err := c.Wait(ctx, op)
	c.drop(ctx, op)
	return sigs, err
}

// drop forgets an operation whose end the caller is about to see. What may still become something is kept.
func (c *Client) drop(ctx context.Context, op *Operation) {
	if op != nil && op.State.Final() && op.Failure != string(signer.CodeOutcomeUnknown) {
		_ = c.opts.Store.Delete(context.WithoutCancel(ctx), op.ID)
	}
}
