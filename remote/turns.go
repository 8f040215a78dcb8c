package remote

import (
	"context"
	"sync"

	"github.com/kyso-dev/kyso/signer"
)

// Turns lets one caller after the other ask a subscriber, so that nobody's phone shows two requests at once. Clients of one process
// that may speak for the same subscriber share one. The zero value is ready; it is safe for concurrent use.
type Turns struct {
	mu    sync.Mutex
	taken map[string]*turn
}

type turn struct {
	free    chan struct{} // holds one token while nobody has the turn
	waiting int           // callers that have it or want it
}

// Take waits for the subscriber's turn; done gives it back. The error of a context that ends is [signer.ErrCancelled].
func (t *Turns) Take(ctx context.Context, subscriber string) (done func(), err error) {
	t.mu.Lock()
	if t.taken == nil {
		t.taken = make(map[string]*turn)
	}
	mine := t.taken[subscriber]
	if mine == nil {
		mine = &turn{free: make(chan struct{}, 1)}
		mine.free <- struct{}{}
		t.taken[subscriber] = mine
	}
	mine.waiting++
	t.mu.Unlock()

	leave := func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if mine.waiting--; mine.waiting == 0 {
			delete(t.taken, subscriber)
		}
	}
	select {
	case <-mine.free:
		return func() { mine.free <- struct{}{}; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, signer.Cancelled(ctx)
	}
}
