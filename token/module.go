package token

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
)

// Options say how a module is opened. nil means the defaults.
type Options struct {
	// OneThread makes all calls from one thread of the operating system, one at a time: some drivers take no other. A module that says
	// so itself (CKR_CANT_LOCK) is treated so without it. It counts for the first [Open] of a module in the process.
	OneThread bool
}

// Module is a PKCS#11 module that is loaded into this process. It is safe for concurrent use.
type Module struct {
	loaded *loaded
	closed atomic.Bool
}

// ModuleInfo is what a module says of itself.
type ModuleInfo struct {
	Path         string // absolute, without links
	Manufacturer string
	Description  string
	Version      string // of the module
	Standard     string // version of PKCS#11
}

// Open loads the PKCS#11 module at path, or finds it loaded: a process loads and starts a module once, however often it is opened.
// The file's kind, architecture and entry point are looked at first. Loading runs the module's code in this process; one that is
// not known can be tried in a process of its own with [Probe] before.
func Open(ctx context.Context, path string, opts *Options) (*Module, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	return call(ctx, func() (*Module, error) {
		m, err := load(path, o.OneThread)
		if err != nil {
			return nil, err
		}
		return &Module{loaded: m}, nil
	})
}

// Close gives the module back. Signers made through it stay usable and are closed by themselves. The module stays loaded: see
// [Finalize].
func (m *Module) Close() error {
	m.closed.Store(true)
	return nil
}

func (m *Module) check() error {
	if m == nil || m.closed.Load() {
		return fail(CodeClosed, nil)
	}
	return m.loaded.check()
}

// Info asks the module about itself.
func (m *Module) Info(ctx context.Context) (ModuleInfo, error) {
	if err := m.check(); err != nil {
		return ModuleInfo{}, err
	}
	return call(ctx, func() (ModuleInfo, error) {
		i, err := m.loaded.api.Info()
		return ModuleInfo{m.loaded.path, i.manufacturer, i.description, i.version, i.standard}, from(err)
	})
}

// Readers counts the slots of the module, with or without a token in them.
func (m *Module) Readers(ctx context.Context) (int, error) {
	if err := m.check(); err != nil {
		return 0, err
	}
	return call(ctx, func() (int, error) {
		slots, err := m.loaded.api.Slots(false)
		return len(slots), from(err)
	})
}

// Tokens lists the tokens that are plugged in and set up. There may be none, which is no error.
func (m *Module) Tokens(ctx context.Context) ([]*Token, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	return call(ctx, func() ([]*Token, error) {
		slots, err := m.loaded.api.Slots(true)
		if err != nil {
			return nil, from(err)
		}
		var all []*Token
		var errs []error
		for _, slot := range slots[:min(len(slots), limits.TokenSlots)] {
			info, err := m.loaded.api.TokenInfo(slot)
			switch {
			case err != nil && is(err, rvTokenNotPresent, rvDeviceRemoved): // pulled out this moment
			case err != nil:
				errs = append(errs, from(err))
			case info.flags&flagInit != 0:
				all = append(all, newToken(m.loaded.device(slot, info), info))
			}
		}
		if len(all) == 0 && len(errs) > 0 {
			return nil, errors.Join(errs...)
		}
		return all, nil
	})
}

// Token returns the one token whose label or serial number is name; an empty name means the only one. [ErrNoReader] or [ErrNoToken]
// when there is none at all, [ErrNotFound] when none is of that name, [signer.ErrAmbiguous] when several are.
func (m *Module) Token(ctx context.Context, name string) (*Token, error) {
	all, err := m.Tokens(ctx)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		readers, err := m.Readers(ctx)
		if err == nil && readers == 0 {
			return nil, fail(CodeNoReader, nil)
		}
		return nil, fail(CodeNoToken, nil)
	}
	var found []*Token
	for _, t := range all {
		if name == "" || t.info.Label == name || t.info.Serial == name {
			found = append(found, t)
		}
	}
	switch len(found) {
	case 0:
		return nil, fail(CodeNotFound, nil, "label", name, "names", namesOf(all))
	case 1:
		return found[0], nil
	}
	several := &signer.AmbiguousError{Fault: finding.NewFault(CodeSeveral, nil, "count", strconv.Itoa(len(found)), "names", namesOf(found))}
	for _, t := range found {
		several.Candidates = append(several.Candidates, signer.Candidate{Label: t.info.Label, ID: t.info.Serial})
	}
	return nil, several
}

func namesOf(tokens []*Token) string {
	names := make([]string, len(tokens))
	for i, t := range tokens {
		names[i] = t.info.String()
	}
	return strings.Join(names, "; ")
}

func version(major, minor byte) string { return fmt.Sprintf("%d.%d", major, minor) }

// text is a field of fixed length as the module fills it, without what pads it. Modules that pad with NUL, and labels in a code page of
// old, occur; what is not UTF-8 is shown by its octets.
func text(s string) string {
	s, _, _ = strings.Cut(s, "\x00")
	s = strings.TrimRight(s, " ")
	if !utf8.ValidString(s) {
		return i18n.Clean(s)
	}
	return s
}
