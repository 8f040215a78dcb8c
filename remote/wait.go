package remote

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
)

// arrives is how long a request that was sent and not answered may still be on its way.
const arrives = 30 * time.Second

// lastTries is how often an operation is looked at once its time is over, where the service cannot be reached.
const lastTries = 3

// apply puts what the service said into the operation and keeps it.
func (c *Client) apply(ctx context.Context, op *Operation, s Status) error {
	before := op.State
	now := c.opts.Clock.Now()
	if s.Lifetime > 0 {
		op.Deadline = now.Add(s.Lifetime)
		if latest := op.Started.Add(limits.RemoteLifetime); op.Deadline.After(latest) {
			op.Deadline = latest
		}
	}
	switch s.State {
	case StateWaiting, StateSigning:
		op.State = s.State
	case StateSigned:
		if before != StateSigning {
			c.event(EventApproved, op, nil)
		}
		if err := op.take(s.Signatures, c.opts.CheckCMS); err != nil {
			return c.finish(ctx, op, err)
		}
		if err := c.save(ctx, op); err != nil {
			return err
		}
		c.event(EventSigned, op, nil) // last: whoever is told may use the signatures, and forget the operation
		return nil
	default:
		return c.finish(ctx, op, signer.NewError(signer.CodeProtocol, nil))
	}
	if op.State == StateSigning && before != StateSigning {
		c.event(EventApproved, op, nil)
	} else {
		c.event(EventWaiting, op, nil)
	}
	if before == op.State && s.Lifetime == 0 {
		return nil // nothing that would have to outlive the process
	}
	return c.save(ctx, op)
}

// finish ends the operation with an error and keeps that.
func (c *Client) finish(ctx context.Context, op *Operation, err error) error {
	op.end(err)
	err = errors.Join(err, c.save(ctx, op))
	c.event(EventEnded, op, err)
	return err
}

// rested reports whether enough time has passed since the last look at an operation.
func (c *Client) rested(op *Operation) bool {
	return c.opts.Clock.Now().Sub(op.Looked) >= limits.RemoteFloor
}

// Poll looks once how an operation stands and writes it into op and the store. An error ends the operation, unless it is
// [signer.ErrUnavailable]: then nothing was learned, and a later look may tell. It waits for nothing and keeps no pace; [Client.Wait]
// does.
func (c *Client) Poll(ctx context.Context, op *Operation) error {
	_, err := c.poll(ctx, op)
	return err
}

// poll is Poll, with the pause that the service asks for.
func (c *Client) poll(ctx context.Context, op *Operation) (pause time.Duration, err error) {
	if err := c.fit(op); err != nil {
		return 0, err
	}
	if op.State.Final() {
		return 0, op.Err()
	}
	if err := signer.Cancelled(ctx); err != nil {
		return 0, err
	}
	control := op.Control
	status, err := c.provider.Poll(ctx, op)
	if ctx.Err() != nil && err != nil && !errors.Is(err, signer.ErrOutcomeUnknown) {
		return 0, signer.Cancelled(ctx)
	}
	op.Looked = c.opts.Clock.Now()
	if op.Control != control {
		c.event(EventControl, op, nil)
	}
	switch {
	case err == nil:
		return status.Interval, c.apply(ctx, op, status)
	case errors.Is(err, ErrNotKnown) && op.State == StateUncertain && op.Looked.Sub(op.Started) < arrives:
		return 0, nil
	case errors.Is(err, ErrNotKnown) && op.State != StateUncertain: // it was there, and may have been signed
		return 0, c.finish(ctx, op, signer.OutcomeUnknown(op.ID, err))
	case errors.Is(err, signer.ErrOutcomeUnknown) && op.State == StateUncertain: // and nobody will ever tell: kept, so that the same is not sent again
		op.Abandoned = true
		return 0, errors.Join(err, c.save(ctx, op))
	case errors.Is(err, signer.ErrOutcomeUnknown):
		return 0, c.finish(ctx, op, err)
	case transient(err):
		c.event(EventTrouble, op, err)
		var later *Error
		if errors.As(err, &later) {
			pause = later.After
		}
		return pause, err
	}
	return 0, c.finish(ctx, op, err)
}

// Wait waits until an operation has ended and returns its signatures, one for each document in their order: each verified under the
// certificate over the digest that was sent. It looks at the pace that the service likes, a little slower each time, more seldom while
// the service cannot be reached, and stops when the service has stopped waiting for the subscriber.
//
// A context that ends stops the waiting and nothing else: there is no call that takes a request back, so the phone goes on showing it,
// and a later Wait may still find it signed. Its error, [CodeCancelled], names the operation for [Client.Resume]. The ends are kept apart:
// [signer.ErrRefused], [signer.ErrExpired], [signer.ErrCancelled], and [signer.ErrOutcomeUnknown] where the service could not be reached
// to the end.
func (c *Client) Wait(ctx context.Context, op *Operation) ([][]byte, error) {
	if err := c.fit(op); err != nil {
		return nil, err
	}
	op.Abandoned = false
	pace, tries := limits.RemoteFloor, 0 // the first look comes soon: a demo, or a subscriber with the phone in hand
	var hint time.Duration
	var trouble error
	for !op.State.Final() {
		now := c.opts.Clock.Now()
		last := !now.Before(op.Deadline)
		if !last || tries > 0 || !c.rested(op) {
			pause := min(max(jitter(pace), hint), limits.RemoteHint)
			if !last {
				pause = min(pause, op.Deadline.Sub(now))
			}
			if err := c.sleep(ctx, op, pause); err != nil {
				return nil, c.abandon(ctx, op)
			}
			last = !c.opts.Clock.Now().Before(op.Deadline)
		}
		hint, trouble = c.poll(ctx, op)
		switch {
		case op.State.Final():
			if trouble != nil {
				return nil, trouble
			}
		case trouble != nil && errors.Is(trouble, signer.ErrCancelled) && !errors.Is(trouble, signer.ErrOutcomeUnknown):
			return nil, c.abandon(ctx, op)
		case trouble != nil && !transient(trouble):
			return nil, trouble
		case last && trouble == nil && op.State != StateUncertain:
			return nil, c.finish(ctx, op, NewError(CodeExpired, nil, "operation", op.ID, "seconds", seconds(op.Deadline.Sub(op.Started))))
		case last:
			if tries++; tries >= lastTries {
				return nil, signer.OutcomeUnknown(op.ID, trouble)
			}
		}
		if trouble != nil {
			pace = min(2*pace, limits.RemoteSlowest)
		} else {
			pace = min(max(c.opts.Interval, pace*5/4), max(c.opts.Interval, limits.RemoteSlowest))
		}
	}
	return op.Signatures(), op.Err()
}

// abandon keeps that the caller has gone.
func (c *Client) abandon(ctx context.Context, op *Operation) error {
	op.Abandoned = true
	return errors.Join(NewError(CodeCancelled, signer.Cancelled(ctx), "operation", op.ID), c.save(ctx, op))
}

// jitter spreads many clients that were started at once: up to a tenth more.
func jitter(d time.Duration) time.Duration {
	return d + time.Duration(rand.Int64N(int64(d)/10+1)) //nolint:gosec // no secret
}

// sleep waits before the next look, less long when the service calls; never less than the floor.
func (c *Client) sleep(ctx context.Context, op *Operation, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	napping, wake := context.WithCancel(ctx)
	defer wake()
	c.mu.Lock()
	c.waiting[op.ID] = wake
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.waiting, op.ID)
		c.mu.Unlock()
	}()
	err := c.opts.Clock.Sleep(napping, d)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil {
		return nil
	}
	if rest := limits.RemoteFloor - c.opts.Clock.Now().Sub(op.Looked); rest > 0 { // woken
		return c.opts.Clock.Sleep(ctx, rest)
	}
	return nil
}

// Notify says that something may have happened to an operation: a service has called back. The call is a hint and is not believed:
// whoever waits looks at once, and where nobody does, one look is made here. Calls that come faster than a second apart are passed over.
// [ErrNotFound] and [ErrForeign]: no operation of ours.
func (c *Client) Notify(ctx context.Context, id string) error {
	op, err := c.Resume(ctx, id)
	if err != nil {
		return err
	}
	c.mu.Lock()
	wake := c.waiting[id]
	c.mu.Unlock()
	switch {
	case wake != nil:
		wake()
		return nil
	case op.State.Final() || !c.rested(op):
		return nil
	}
	err = c.Poll(ctx, op)
	if op.State.Final() {
		return err
	}
	return errors.Join(err, c.save(ctx, op)) // that it was looked at, so that the next hint is not followed too soon
}

// Learn is [Client.Notify] with the service's own name for the operation, for services that give the name themselves: where the answer
// that gave it was lost, a call of the service brings it back. The name is tried out and kept only if the service says by it that it is
// this operation; otherwise nothing changes.
func (c *Client) Learn(ctx context.Context, id, name string) error {
	op, err := c.Resume(ctx, id)
	if err != nil {
		return err
	}
	if op.Remote != "" || op.State != StateUncertain || name == "" || len(name) > limits.RemoteID {
		return c.Notify(ctx, id)
	}
	if !c.rested(op) {
		return nil
	}
	tried := op.Clone()
	tried.Remote = name
	status, err := c.provider.Poll(ctx, &tried)
	if op.Looked = c.opts.Clock.Now(); err != nil {
		if errors.Is(err, ErrNotKnown) || errors.Is(err, signer.ErrProtocol) || transient(err) {
			return errors.Join(err, c.save(ctx, op))
		}
		tried.Looked = op.Looked
		return c.finish(ctx, &tried, err) // its own end: refused, expired
	}
	tried.Looked, tried.Abandoned = op.Looked, false
	return c.apply(ctx, &tried, status)
}
