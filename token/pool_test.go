package token

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// few is a module that has few sessions and does not say so. Its calls take their time, in which others come between.
type few struct {
	cryptoki
	most, open, handles atomic.Int64
}

func (f *few) OpenSession(uint, bool) (session, error) {
	if f.open.Add(1) > f.most.Load() {
		f.open.Add(-1)
		time.Sleep(10 * time.Microsecond)
		return 0, rvSessionCount
	}
	time.Sleep(50 * time.Microsecond)
	return session(f.handles.Add(1)), nil
}

func (f *few) CloseSession(session) error {
	time.Sleep(50 * time.Microsecond)
	f.open.Add(-1)
	return nil
}

// TestPoolOfFew: whoever wants a session waits for one as long as there is any, also while sessions are closed and opened anew, and while
// somebody takes the token for himself in between. Only where there is none at all it is an error.
func TestPoolOfFew(t *testing.T) {
	for _, most := range []int64{1, 3} {
		f := new(few)
		f.most.Store(most)
		d := &device{module: &loaded{api: f}}
		d.pool = newPool(d, infinite)
		var wg sync.WaitGroup
		errs := make(chan error, 64)
		for n := range 32 {
			wg.Go(func() {
				for i := range 50 {
					s, err := d.pool.take(t.Context())
					if err != nil {
						errs <- err
						return
					}
					switch (n + i) % 7 {
					case 0:
						s.generation = spoiled
					case 1:
						d.lost(s.generation)
					}
					d.pool.give(s)
				}
			})
		}
		for range 20 {
			free, err := d.pool.takeAll(t.Context())
			require.NoError(t, err)
			d.pool.close(false)
			require.Zero(t, f.open.Load(), "all sessions are closed")
			free()
		}
		wg.Wait()
		close(errs)
		require.NoError(t, <-errs)
		d.pool.close(false)
		require.Zero(t, f.open.Load())

		f.most.Store(0) // all are taken by other programs
		_, err := d.pool.take(t.Context())
		require.ErrorIs(t, err, rvSessionCount)
	}
}
