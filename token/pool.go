package token

import (
	"context"
	"sync"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
)

// pool is the sessions of a token: read-only ones, which every token allows, opened when first needed and used by one at a time.
type pool struct {
	device *device
	room   chan struct{} // one entry for each session that is in use; its capacity is how many there may be
	gate   sync.RWMutex  // no session is opened while others are being closed

	mu         sync.Mutex
	idle       []*pooled
	generation int // counts up whenever all sessions are lost
	out        int // sessions in use
	fewer      int // by how many the token has fewer sessions than it said: places in room that stay taken
}

// pooled is a session and the generation that it belongs to.
type pooled struct {
	handle     session
	generation int
}

// newPool makes a pool as large as the token allows. 0 means as many as one likes, and all ones that the token does not say.
func newPool(d *device, most uint) *pool {
	size := limits.TokenSessions
	if most != infinite && most < uint(size) {
		size = int(most)
	}
	return &pool{device: d, room: make(chan struct{}, size)}
}

// take returns a session, after waiting for one where all are in use.
func (p *pool) take(ctx context.Context) (*pooled, error) {
	for {
		select {
		case p.room <- struct{}{}:
		case <-ctx.Done():
			return nil, signer.Cancelled(ctx)
		}
		s, err := p.open()
		if err == nil {
			return s, nil
		}
		if is(err, rvSessionCount) && p.shrink() {
			continue // and wait for a session that is in use
		}
		<-p.room
		return nil, err
	}
}

// shrink keeps a place taken for good, where others are left.
func (p *pool) shrink() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.out == 0 {
		return false
	}
	p.fewer++
	return true
}

func (p *pool) open() (*pooled, error) {
	p.mu.Lock()
	generation := p.generation
	if n := len(p.idle); n > 0 {
		s := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.out++
		p.mu.Unlock()
		return s, nil
	}
	p.mu.Unlock()
	p.gate.RLock()
	defer p.gate.RUnlock()
	h, err := p.device.api().OpenSession(p.device.slotNow(), false)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.out++
	p.mu.Unlock()
	return &pooled{h, generation}, nil
}

// spoiled is the generation of a session that still lives, in a state that nobody knows.
const spoiled = -1

// give takes a session back. One of a generation that was lost is closed; one that is spoiled is replaced by another before, because the
// log-in ends with the last session.
func (p *pool) give(s *pooled) {
	p.mu.Lock()
	now := p.generation
	p.mu.Unlock()
	fresh := s
	if s.generation == spoiled {
		fresh = nil
		if h, err := p.device.api().OpenSession(p.device.slotNow(), false); err == nil {
			fresh = &pooled{h, now}
		}
	}
	p.mu.Lock()
	p.out--
	kept := fresh != nil && fresh.generation == p.generation
	if kept {
		p.idle = append(p.idle, fresh)
	}
	last := !kept && p.out == 0 && len(p.idle) == 0
	p.mu.Unlock()
	if !kept || fresh != s {
		_ = p.device.api().CloseSession(s.handle) // mostly gone already
	}
	if last {
		p.device.setLoggedIn(false)
	}
	<-p.room
}

// retire ends a generation: its sessions are closed when they come back. It returns those that are not in use, to be closed, and reports
// whether it was the present one.
func (p *pool) retire(generation int) (idle []*pooled, present bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if generation != p.generation {
		return nil, false
	}
	p.generation++
	idle, p.idle = p.idle, nil
	return idle, true
}

// takeAll waits until no session is in use and keeps it so until the function that it returns is called.
func (p *pool) takeAll(ctx context.Context) (free func(), err error) {
	n := 0
	free = func() {
		for range n {
			<-p.room
		}
	}
	p.mu.Lock()
	all := cap(p.room) - p.fewer
	p.mu.Unlock()
	for n < all {
		select {
		case p.room <- struct{}{}:
			n++
		case <-ctx.Done():
			free()
			return nil, signer.Cancelled(ctx)
		}
	}
	return free, nil
}

// close closes the sessions that are not in use, and logs out before where asked.
func (p *pool) close(logout bool) {
	p.gate.Lock()
	defer p.gate.Unlock()
	p.mu.Lock()
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	for i, s := range idle {
		if i == 0 && logout {
			_ = p.device.api().Logout(s.handle)
		}
		_ = p.device.api().CloseSession(s.handle)
	}
}

func (p *pool) now() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.generation
}
