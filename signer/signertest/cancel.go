package signertest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/kyso-dev/kyso/signer"
)

// openOperations is what a signer may have so that the suite can see what its service is still doing.
type openOperations interface{ OpenOperations() int }

// cancel: a context that ends while a signature is under way ends it. A signer that waits is cancelled while it waits; one that
// answers at once is given a context that ends the moment it is first looked at, so that everything after that look counts as
// under way.
func (s *suite) cancel() {
	opts := s.claims.Algorithms[0]
	ctx, cancel := context.WithCancel(s.Context())
	defer cancel()
	done := s.start(func() ([]byte, error) { return s.raw(ctx, input(opts, 7), opts) })
	select {
	case a := <-done:
		if _, err := s.take(a); err != nil {
			s.Fatalf("%s: %v", describe(opts), err)
		}
		looked, stop := whenLookedAt(s.Context())
		defer stop()
		value, err := s.sign(looked, input(opts, 8), opts)
		if err == nil {
			s.Errorf("CancelStopsRemote is claimed, and a signature (%d bytes) came of an operation that was cancelled while it was under way", len(value))
		} else {
			s.ended(err)
		}
		s.works(opts)
	case <-time.After(100 * time.Millisecond):
		cancel()
		select {
		case a := <-done:
			if _, err := s.take(a); err == nil {
				s.Error("CancelStopsRemote is claimed, and a signature came of an operation that was cancelled while it was waiting")
			} else {
				s.ended(err)
			}
		case <-time.After(s.claims.Patience):
			s.Fatalf("CancelStopsRemote is claimed, and %v after the context ended the call has not returned", s.claims.Patience)
		}
	}
	if o, ok := s.signer.(openOperations); ok {
		deadline := time.Now().Add(s.claims.Patience)
		for o.OpenOperations() != 0 {
			if time.Now().After(deadline) {
				s.Fatalf("CancelStopsRemote is claimed, and %d operations are still open at the service", o.OpenOperations())
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
}

func (s *suite) ended(err error) {
	s.Helper()
	if !errors.Is(err, signer.ErrCancelled) || !errors.Is(err, context.Canceled) {
		s.Errorf("the error of a cancelled operation is not both signer.ErrCancelled and context.Canceled: %v", err)
	}
}

// lookedAt is a context that is alive when it is first asked and cancelled from then on.
type lookedAt struct {
	context.Context //nolint:containedctx // it wraps one
	once            sync.Once
	stop            context.CancelFunc
}

func whenLookedAt(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	return &lookedAt{Context: ctx, stop: cancel}, cancel
}

func (l *lookedAt) Err() error {
	err := l.Context.Err()
	l.once.Do(l.stop)
	return err
}

func (l *lookedAt) Done() <-chan struct{} {
	done := l.Context.Done()
	l.once.Do(l.stop)
	return done
}
