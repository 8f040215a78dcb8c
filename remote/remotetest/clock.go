// Package remotetest holds what tests of remote services share: a clock that is set by hand, so that five minutes pass in no time.
package remotetest

import (
	"context"
	"sync"
	"time"
)

// Clock is a [remote.Clock] that goes only when it is told to. It is safe for concurrent use.
type Clock struct {
	mu       sync.Mutex
	now      time.Time
	auto     bool
	sleepers map[*sleeper]struct{}
	slept    int
	hook     func(now time.Time)
}

type sleeper struct {
	until time.Time
	done  chan struct{}
}

// NewClock is a clock that stands at start until [Clock.Advance] moves it: who sleeps, sleeps until then.
func NewClock(start time.Time) *Clock {
	return &Clock{now: start, sleepers: make(map[*sleeper]struct{})}
}

// NewFastClock is a clock that jumps on by as much as anybody sleeps: for tests with one sleeper at a time.
func NewFastClock(start time.Time) *Clock {
	c := NewClock(start)
	c.auto = true
	return c
}

// Now is the time that the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// OnSleep has f called whenever somebody starts to sleep, before time passes: the place where a test lets something happen meanwhile.
func (c *Clock) OnSleep(f func(now time.Time)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hook = f
}

// Sleep returns when the clock has gone on by d, or ctx ended.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	hook, now := c.hook, c.now
	c.mu.Unlock()
	if hook != nil {
		hook(now)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	c.slept++
	if c.auto {
		c.mu.Unlock()
		c.Advance(d)
		return nil
	}
	if d <= 0 {
		c.mu.Unlock()
		return nil
	}
	s := &sleeper{c.now.Add(d), make(chan struct{})}
	c.sleepers[s] = struct{}{}
	c.mu.Unlock()
	select {
	case <-s.done:
		return nil
	case <-ctx.Done():
		c.mu.Lock()
		delete(c.sleepers, s)
		c.mu.Unlock()
		return ctx.Err()
	}
}

// Advance moves the clock on and wakes whoever has slept long enough.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	for s := range c.sleepers {
		if !s.until.After(c.now) {
			close(s.done)
			delete(c.sleepers, s)
		}
	}
}

// Sleepers is how many sleep now.
func (c *Clock) Sleepers() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.sleepers)
}

// Slept is how often somebody has started to sleep.
func (c *Clock) Slept() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.slept
}
