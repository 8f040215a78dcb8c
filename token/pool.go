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
	generation int  // counts up whenever all sessions are lost
	out        int  // sessions in use, being opened or being closed
	closed     int  // sessions that were closed so far
	fewer      int  // by how many the token has fewer sessions than it said: places in room that stay taken
	claimed    bool // somebody wants all places: their number does not change meanwhile
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
		before := p.closedNow()
		s, err := p.open()
		if err == nil {
			return s, nil
		}
		if is(err, rvSessionCount) && p.shrink(before) {
			continue // and wait for a session that is in use
		}
		<-p.room
		return nil, err
	}
}

// shrink makes the pool as small as the token turns out to be, by keeping a place taken for good, and gives any other place back. It
// reports whether there is a session to wait for, or one was closed since before, after which the token may have one again.
func (p *pool) shrink(before int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	live := p.out + len(p.idle)
	if live == 0 && p.closed == before {
		return false
	}
	if cap(p.room)-p.fewer > max(live, 1) && !p.claimed {
		p.fewer++
	} else {
		<-p.room
	}
	return true
}

// open takes a session that is not in use, or opens one. It counts as one in use before it is there, so that whoever is refused another one
// meanwhile waits for it.
func (p *pool) open() (*pooled, error) {
	p.mu.Lock()
	p.out++
	generation := p.generation
	if n := len(p.idle); n > 0 {
		s := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return s, nil
	}
	p.mu.Unlock()
	p.gate.RLock()
	defer p.gate.RUnlock()
	h, err := p.device.api().OpenSession(p.device.slotNow(), false)
	if err != nil {
		p.mu.Lock()
		p.out--
		p.mu.Unlock()
		return nil, err
	}
	return &pooled{h, generation}, nil
}

// spoiled is the generation of a session that still lives, in a state that nobody knows.
const spoiled = -1

// give takes a session back. One of a generation that was lost is closed; one that is spoiled is replaced by another before, because the
// log-in ends with the last session.
func (p *pool) give(s *pooled) {
	fresh := s
	if s.generation == spoiled {
		fresh = nil
		generation := p.now()
		if h, err := p.device.api().OpenSession(p.device.slotNow(), false); err == nil {
			fresh = &pooled{h, generation}
		}
		p.end(s)
	}
	p.mu.Lock()
	kept := fresh != nil && fresh.generation == p.generation
	if kept {
		p.idle = append(p.idle, fresh)
		p.out--
	}
	p.mu.Unlock()
	if !kept {
		p.drop(fresh)
	}
	<-p.room
}

// drop closes a session, which may be nil, and counts it as in use until that is done.
func (p *pool) drop(s *pooled) {
	if s != nil {
		p.end(s)
	}
	p.mu.Lock()
	p.out--
	last := p.out == 0 && len(p.idle) == 0
	p.mu.Unlock()
	if last {
		p.device.setLoggedIn(false)
	}
}

// end closes a session, which is mostly gone already.
func (p *pool) end(s *pooled) {
	_ = p.device.api().CloseSession(s.handle)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed++
}

func (p *pool) closedNow() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

// retire ends a generation: its sessions are closed when they come back. It returns those that are not in use, for the caller to drop,
// and reports whether it was the present one.
func (p *pool) retire(generation int) (idle []*pooled, present bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if generation != p.generation {
		return nil, false
	}
	p.generation++
	idle, p.idle = p.idle, nil
	p.out += len(idle)
	return idle, true
}

// takeAll waits until no session is in use and keeps it so until the function that it returns is called. One caller at a time.
func (p *pool) takeAll(ctx context.Context) (free func(), err error) {
	n := 0
	free = func() {
		p.mu.Lock()
		p.claimed = false
		p.mu.Unlock()
		for range n {
			<-p.room
		}
	}
	p.mu.Lock()
	p.claimed = true
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
		p.end(s)
	}
}

func (p *pool) now() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.generation
}
