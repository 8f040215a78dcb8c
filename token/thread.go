package token

import "runtime"

// thread is one thread of the operating system for a module that takes calls from no other, or only one at a time. Its goroutine
// lives as long as the module is loaded.
type thread struct {
	work  chan func()
	ended chan struct{}
}

func newThread() *thread {
	t := &thread{work: make(chan func()), ended: make(chan struct{})}
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		for {
			select {
			case f := <-t.work:
				f()
			case <-t.ended:
				return
			}
		}
	}()
	return t
}

func (t *thread) end() { close(t.ended) }

// on runs f on the thread and waits for it. A module that was ended is not called any more.
func on[T any](t *thread, f func() (T, error)) (v T, err error) {
	done := make(chan struct{})
	select {
	case t.work <- func() { defer close(done); v, err = f() }:
		<-done
		return v, err
	case <-t.ended:
		return v, rvNotInitialized
	}
}

func (t *thread) err(f func() error) error {
	_, err := on(t, func() (struct{}, error) { return struct{}{}, f() })
	return err
}

// serial makes every call of a module on its thread.
type serial struct {
	api cryptoki
	t   *thread
}

var _ cryptoki = serial{}

func (s serial) Initialize(locking bool) error {
	return s.t.err(func() error { return s.api.Initialize(locking) })
}
func (s serial) Finalize() error           { return s.t.err(s.api.Finalize) }
func (s serial) Info() (moduleInfo, error) { return on(s.t, s.api.Info) }
func (s serial) Slots(present bool) ([]uint, error) {
	return on(s.t, func() ([]uint, error) { return s.api.Slots(present) })
}
func (s serial) SlotInfo(slot uint) (slotInfo, error) {
	return on(s.t, func() (slotInfo, error) { return s.api.SlotInfo(slot) })
}
func (s serial) TokenInfo(slot uint) (tokenInfo, error) {
	return on(s.t, func() (tokenInfo, error) { return s.api.TokenInfo(slot) })
}
func (s serial) HasMechanism(slot, kind uint) (bool, error) {
	return on(s.t, func() (bool, error) { return s.api.HasMechanism(slot, kind) })
}
func (s serial) OpenSession(slot uint, write bool) (session, error) {
	return on(s.t, func() (session, error) { return s.api.OpenSession(slot, write) })
}
func (s serial) CloseSession(h session) error {
	return s.t.err(func() error { return s.api.CloseSession(h) })
}
func (s serial) Login(h session, user uint, pin string) error {
	return s.t.err(func() error { return s.api.Login(h, user, pin) })
}
func (s serial) Logout(h session) error { return s.t.err(func() error { return s.api.Logout(h) }) }
func (s serial) LoggedIn(h session) (bool, error) {
	return on(s.t, func() (bool, error) { return s.api.LoggedIn(h) })
}
func (s serial) InitPIN(h session, pin string) error {
	return s.t.err(func() error { return s.api.InitPIN(h, pin) })
}
func (s serial) SetPIN(h session, old, fresh string) error {
	return s.t.err(func() error { return s.api.SetPIN(h, old, fresh) })
}
func (s serial) Find(h session, template ...attribute) ([]object, error) {
	return on(s.t, func() ([]object, error) { return s.api.Find(h, template...) })
}
func (s serial) Attribute(h session, o object, kind uint) ([]byte, error) {
	return on(s.t, func() ([]byte, error) { return s.api.Attribute(h, o, kind) })
}
func (s serial) SignInit(h session, m mechanism, key object) error {
	return s.t.err(func() error { return s.api.SignInit(h, m, key) })
}
func (s serial) Sign(h session, input []byte, max int) ([]byte, error) {
	return on(s.t, func() ([]byte, error) { return s.api.Sign(h, input, max) })
}
