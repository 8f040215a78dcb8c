package token

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"

	"github.com/kyso-dev/kyso/signer"
)

// loaded is a module in this process. A module keeps its state in the process, and many misbehave when they are ended and started
// again or unloaded (some for 15 seconds), so it is loaded and started once, shared by all who open it, and ended by [Finalize] alone.
type loaded struct {
	path   string
	api    cryptoki
	thread *thread // nil where calls may come from any thread

	mu      sync.Mutex
	devices map[identity]*device
	ended   bool
}

// modules are those of this process, by path without links. It is package state because a module is process state.
var modules struct {
	sync.Mutex
	byPath map[string]*entry
	ended  bool
}

// entry is the place of one module. It has a lock of its own, so that a module that hangs while it starts holds up no other.
type entry struct {
	sync.Mutex
	module *loaded
}

// load returns the module at path, which it loads and starts when that has not been done.
func load(path string, oneThread bool) (*loaded, error) {
	if err := bindable(); err != nil {
		return nil, err
	}
	full, err := filepath.Abs(path)
	if err == nil {
		full, err = filepath.EvalSymlinks(full)
	}
	if err != nil {
		if _, missing := os.Stat(path); missing != nil {
			err = missing // which names the whole path
		}
		return nil, fail(CodeModuleMissing, err, "path", path)
	}
	modules.Lock()
	if modules.ended {
		modules.Unlock()
		return nil, fail(CodeClosed, nil)
	}
	e := modules.byPath[full]
	if e == nil {
		e = new(entry)
		if modules.byPath == nil {
			modules.byPath = make(map[string]*entry)
		}
		modules.byPath[full] = e
	}
	modules.Unlock()

	e.Lock()
	defer e.Unlock()
	if e.module != nil {
		return e.module, nil
	}
	if err := Inspect(full); err != nil {
		return nil, err
	}
	api, err := bind(full)
	if err != nil {
		if isOurs(err) {
			return nil, err
		}
		return nil, fail(CodeModuleLoad, err, "path", path, "error", err.Error())
	}
	m := &loaded{path: full, devices: make(map[identity]*device)}
	if m.api, m.thread, err = start(api, oneThread); err != nil {
		return nil, fail(CodeModuleStart, err, "path", path, "value", err.Error())
	}
	e.module = m
	return m, nil
}

// start initialises a module. One that cannot lock (CKR_CANT_LOCK) or would need threads of its own is called from one thread alone.
func start(api cryptoki, oneThread bool) (cryptoki, *thread, error) {
	initialised := func(err error) bool { return err == nil || is(err, rvAlreadyInitialized) }
	if !oneThread {
		err := api.Initialize(true)
		switch {
		case initialised(err):
			return api, nil, nil
		case !is(err, rvCantLock, rvNeedThreads, rvArgumentsBad):
			return nil, nil, err
		}
	}
	t := newThread()
	s := serial{api, t}
	if err := s.Initialize(false); !initialised(err) {
		t.end()
		return nil, nil, err
	}
	return s, t, nil
}

// Finalize ends every module of the process, once, and for good: [Open] is refused afterwards. A program calls it before it ends
// where a module asks for that; most need it not. Modules and signers that are still open return [ErrClosed].
func Finalize() error {
	modules.Lock()
	defer modules.Unlock()
	modules.ended = true
	var errs []error
	for _, e := range modules.byPath {
		e.Lock()
		if m := e.module; m != nil {
			errs = append(errs, m.end())
		}
		e.Unlock()
	}
	modules.byPath = nil
	return errors.Join(errs...)
}

func (m *loaded) end() error {
	m.mu.Lock()
	m.ended = true
	for _, d := range m.devices {
		d.end()
	}
	m.mu.Unlock()
	err := from(m.api.Finalize())
	if m.thread != nil {
		m.thread.end()
	}
	return err
}

func (m *loaded) check() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ended {
		return fail(CodeClosed, nil)
	}
	return nil
}

// call runs f and returns early when ctx ends. A module cannot be interrupted: f then goes on until the module answers, and cleans
// up by itself.
func call[T any](ctx context.Context, f func() (T, error)) (T, error) {
	var none T
	if err := signer.Cancelled(ctx); err != nil {
		return none, err
	}
	if ctx.Done() == nil {
		return f()
	}
	type answer struct {
		value T
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		v, err := f()
		done <- answer{v, err}
	}()
	select {
	case a := <-done:
		return a.value, a.err
	case <-ctx.Done():
		return none, signer.Cancelled(ctx)
	}
}

// lock is a mutex that can be waited for with a context.
type lock chan struct{}

func newLock() lock { return make(lock, 1) }

func (l lock) take(ctx context.Context) error {
	select {
	case l <- struct{}{}:
		return nil
	case <-ctx.Done():
		return signer.Cancelled(ctx)
	}
}

func (l lock) give() { <-l }
