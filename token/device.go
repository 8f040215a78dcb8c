package token

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
)

// identity tells tokens apart, also when one comes back in another slot. Labels alone do not: a shop's tokens often share one.
type identity struct{ serial, label, model string }

func (i tokenInfo) identity() identity { return identity{i.serial, i.label, i.model} }

// device is one token as all of this process share it: PKCS#11 has one log-in for all sessions of a process.
type device struct {
	module *loaded
	id     identity
	pool   *pool

	admin lock // held by who wants the token for himself, before all others
	login lock // held while somebody logs in or out; never while waiting for a session

	mu      sync.Mutex
	slot    uint
	holders int    // who keep the log-in; at 0 it ends
	pin     string // seen to succeed, while held
	open    bool   // logged in, as far as we know
	epoch   int    // counts up whenever the log-in or the sessions are lost: handles of objects hold for one
	ended   bool
}

// device is the shared state of the token in a slot.
func (m *loaded) device(slot uint, info tokenInfo) *device {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.devices[info.identity()]
	if d == nil {
		d = &device{module: m, id: info.identity(), admin: newLock(), login: newLock()}
		d.pool = newPool(d, info.maxSessions)
		m.devices[d.id] = d
	}
	d.mu.Lock()
	d.slot = slot
	d.mu.Unlock()
	return d
}

func (d *device) api() cryptoki { return d.module.api }

func (d *device) slotNow() uint {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.slot
}

func (d *device) loggedIn() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.open
}

func (d *device) setLoggedIn(open bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open = open
	if !open {
		d.epoch++
	}
}

func (d *device) epochNow() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.epoch
}

// loggedOut notes that the log-in of an epoch has ended.
func (d *device) loggedOut(epoch int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.epoch == epoch {
		d.open = false
		d.epoch++
	}
}

// info asks the token itself, and makes sure that it is the same one.
func (d *device) info() (tokenInfo, error) {
	info, err := d.api().TokenInfo(d.slotNow())
	if err != nil {
		return info, err
	}
	if info.identity() != d.id {
		return info, rvTokenNotPresent
	}
	return info, nil
}

// hold keeps the log-in until release.
func (d *device) hold() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ended {
		return fail(CodeClosed, nil)
	}
	d.holders++
	return nil
}

// release ends the log-in, the sessions and the memory of the PIN when nobody keeps them any more.
func (d *device) release() {
	d.mu.Lock()
	d.holders--
	last := d.holders == 0
	d.mu.Unlock()
	if !last {
		return
	}
	d.login <- struct{}{} // whoever holds the token from now on logs in after this
	defer d.login.give()
	d.mu.Lock()
	if d.holders > 0 || d.ended {
		d.mu.Unlock()
		return
	}
	open := d.open
	d.pin, d.open = "", false
	d.epoch++
	d.mu.Unlock()
	d.pool.close(open)
}

// end is for the end of the module: sessions end with it.
func (d *device) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended, d.pin, d.open = true, "", false
}

// with runs f with a session, and gives the session back when f is done. It runs in a goroutine of its own where ctx can end.
func with[T any](ctx context.Context, d *device, f func(s *pooled) (T, error)) (T, error) {
	return call(ctx, func() (T, error) {
		var none T
		if err := d.hold(); err != nil {
			return none, err
		}
		defer d.release()
		s, err := d.pool.take(ctx)
		if err != nil {
			if gone(err) {
				d.lost(d.pool.now())
			}
			return none, err
		}
		defer func() { d.pool.give(s) }()
		v, err := f(s)
		if gone(err) {
			d.lost(s.generation)
		}
		return v, err
	})
}

// gone reports whether the answer means that sessions and log-in are lost.
func gone(err error) bool {
	return is(err, rvDeviceRemoved, rvTokenNotPresent, rvSlotInvalid, rvSessionHandleInvalid, rvSessionClosed)
}

// lost forgets the sessions of a generation, and the log-in with them.
func (d *device) lost(generation int) {
	d.mu.Lock()
	idle, present := d.pool.retire(generation)
	if present {
		d.open = false
		d.epoch++
	}
	d.mu.Unlock()
	for _, s := range idle {
		d.pool.drop(s)
	}
}

// locate looks for the token in all slots, for as long as wait.
func (d *device) locate(ctx context.Context, wait time.Duration) error {
	deadline := time.Now().Add(wait)
	for {
		err := d.look()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return signer.Cancelled(ctx)
		case <-time.After(min(limits.TokenPoll, max(time.Until(deadline), time.Millisecond))):
		}
	}
}

func (d *device) look() error {
	slots, err := d.api().Slots(true)
	if err != nil {
		return err
	}
	for _, slot := range slots {
		info, err := d.api().TokenInfo(slot)
		if err == nil && info.identity() == d.id {
			d.mu.Lock()
			d.slot = slot
			d.mu.Unlock()
			return nil
		}
	}
	return rvTokenNotPresent
}

// access is how somebody may log in.
type access struct {
	prompt Prompt
	insist bool // also with one try left
}

// enter logs in where the token wants that and it has not been done. The session says which generation the log-in is for.
func (d *device) enter(ctx context.Context, s *pooled, a access) error {
	if d.loggedIn() {
		return nil
	}
	if err := d.login.take(ctx); err != nil {
		return err
	}
	defer d.login.give()
	if d.loggedIn() {
		return nil
	}
	info, err := d.info()
	if err != nil {
		return err
	}
	if info.flags&flagLogin == 0 {
		return nil
	}
	err = d.logIn(ctx, s, info, userNormal, ForLogin, a)
	if err == nil {
		d.setLoggedIn(true)
	}
	return err
}

// logIn sends one PIN: the one that was seen to succeed, or what the prompt gives.
func (d *device) logIn(ctx context.Context, s *pooled, info tokenInfo, user uint, purpose Purpose, a access) error {
	if err := guard(info, userNormal, a.insist); err != nil {
		return err
	}
	send := func(pin string) func() error {
		return func() error { return d.api().Login(s.handle, user, pin) }
	}
	if info.flags&flagPath != 0 {
		return alreadyIn(d.attempt(userNormal, "", false, send("")))
	}
	state := pinState(info.flags, userNormal)
	d.mu.Lock()
	known := d.pin
	d.mu.Unlock()
	if known != "" && !state.TriesLow && !state.FinalTry {
		err := d.attempt(userNormal, known, true, send(known))
		if errors.Is(err, signer.ErrPINIncorrect) || errors.Is(err, signer.ErrPINLocked) {
			d.setPIN("") // changed elsewhere
		}
		return alreadyIn(err)
	}
	if a.prompt == nil {
		return fail(CodePINRequired, nil, "label", d.id.label)
	}
	pin, err := a.prompt(ctx, Ask{Token: d.describe(info), Purpose: purpose, State: state, Again: known != ""})
	if err != nil {
		return err
	}
	if err := checkPIN(pin, info); err != nil {
		return err
	}
	if err := signer.Cancelled(ctx); err != nil {
		return err
	}
	err = d.attempt(userNormal, pin, false, send(pin))
	if err == nil {
		d.setPIN(pin)
	}
	return alreadyIn(err)
}

func (d *device) setPIN(pin string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pin = pin
}

// renewPIN is for signers that had logged in with the PIN that was changed.
func (d *device) renewPIN(pin string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pin != "" {
		d.pin = pin
	}
}

// alreadyIn takes CKR_USER_ALREADY_LOGGED_IN for success. The PIN that came with it was not looked at.
func alreadyIn(err error) error {
	if is(err, rvUserAlreadyLoggedIn) {
		return nil
	}
	return err
}

// alone runs f in a session of its own, with all others of this process closed: writing needs a session that tokens with few allow
// only then, and the security officer cannot log in beside read-only sessions (CKR_SESSION_READ_ONLY_EXISTS).
func (d *device) alone(ctx context.Context, f func(s *pooled, info tokenInfo) error) error {
	_, err := call(ctx, func() (struct{}, error) {
		return struct{}{}, d.exclusive(ctx, f)
	})
	return err
}

func (d *device) exclusive(ctx context.Context, f func(s *pooled, info tokenInfo) error) error {
	if err := d.hold(); err != nil {
		return err
	}
	defer d.release()
	if err := d.admin.take(ctx); err != nil {
		return err
	}
	defer d.admin.give()
	freeAll, err := d.pool.takeAll(ctx)
	if err != nil {
		return err
	}
	defer freeAll()
	if err := d.login.take(ctx); err != nil {
		return err
	}
	defer d.login.give()
	d.mu.Lock()
	open := d.open
	d.open = false
	d.epoch++
	d.mu.Unlock()
	d.pool.close(open)
	info, err := d.info()
	if err != nil {
		return from(err)
	}
	h, err := d.api().OpenSession(d.slotNow(), true)
	if err != nil {
		return from(err)
	}
	s := &pooled{handle: h, generation: spoiled}
	defer func() { _ = d.api().CloseSession(h) }() // the work is done; a session that cannot be closed is gone
	return f(s, info)
}
