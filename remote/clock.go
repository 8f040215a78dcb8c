package remote

import (
	"context"
	"time"
)

// Clock is the time that operations are timed and polled by. Tests give one of their own (package remotetest).
type Clock interface {
	Now() time.Time

	// Sleep returns nil after d, or the context's error as soon as ctx ends.
	Sleep(ctx context.Context, d time.Duration) error
}

// SystemClock is the clock of the machine.
func SystemClock() Clock { return realClock{} }

// realClock is the clock of the machine.
type realClock struct{}

func (realClock) Now() time.Time { return time.Now() }

func (realClock) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
