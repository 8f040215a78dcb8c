package signertest

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
)

// recorder stands in for a *testing.T and keeps what the suite says instead of failing the test.
type recorder struct {
	testing.TB // for Context, TempDir and what else does not report
	name       string
	shared     *record
}

type record struct {
	mu     sync.Mutex
	failed map[string][]string // messages by part
	parts  []string
}

func newRecorder(t testing.TB) *recorder {
	return &recorder{TB: t, shared: &record{failed: map[string][]string{}}}
}

// Run is what a *testing.T does for subtests: another goroutine, which Fatal can end.
func (r *recorder) Run(name string, f func(testing.TB)) bool {
	r.shared.mu.Lock()
	r.shared.parts = append(r.shared.parts, name)
	r.shared.mu.Unlock()
	r.guard(name, f)
	r.shared.mu.Lock()
	defer r.shared.mu.Unlock()
	return r.shared.failed[name] == nil
}

func (r *recorder) guard(name string, f func(testing.TB)) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(&recorder{TB: r.TB, name: name, shared: r.shared})
	}()
	<-done
}

func (r *recorder) note(text string) {
	r.shared.mu.Lock()
	defer r.shared.mu.Unlock()
	r.shared.failed[r.name] = append(r.shared.failed[r.name], text)
}

func (r *recorder) Helper()                      {}
func (r *recorder) Error(args ...any)            { r.note(fmt.Sprint(args...)) }
func (r *recorder) Errorf(f string, args ...any) { r.note(fmt.Sprintf(f, args...)) }
func (r *recorder) Fatal(args ...any)            { r.note(fmt.Sprint(args...)); runtime.Goexit() }
func (r *recorder) Fatalf(f string, args ...any) { r.note(fmt.Sprintf(f, args...)); runtime.Goexit() }
func (r *recorder) Fail()                        { r.note("Fail") }
func (r *recorder) FailNow()                     { r.note("FailNow"); runtime.Goexit() }
func (r *recorder) Log(...any)                   {}
func (r *recorder) Logf(string, ...any)          {}
func (r *recorder) Skip(args ...any)             { r.note("skipped: " + fmt.Sprint(args...)); runtime.Goexit() }
func (r *recorder) Skipf(f string, args ...any) {
	r.note("skipped: " + fmt.Sprintf(f, args...))
	runtime.Goexit()
}
func (r *recorder) SkipNow()     { r.note("skipped"); runtime.Goexit() }
func (r *recorder) Failed() bool { return len(r.shared.failed) > 0 }
