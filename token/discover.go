package token

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
)

// Found is a module on this machine.
type Found struct {
	Path    string
	Driver  Driver      // what the catalogue knows of it
	Info    *ModuleInfo // with Probe: what it says of itself
	Readers int         // with Probe: its slots
	Tokens  []Info      // with Probe: the tokens that it sees
	Problem error       // why it cannot be used; nil when it can, as far as was looked
}

// DiscoverOptions say where modules are looked for. nil means the built-in catalogue, and no probing.
type DiscoverOptions struct {
	Catalogue *Catalogue
	Modules   []string      // further files, looked at first
	Probe     []string      // a command that probes modules (see [Probe]); nil: files are only looked at
	Timeout   time.Duration // for each probe; 0: [ProbeTimeout]
}

// Discover looks for modules: those that the options name, on Windows those of the CSPs in the registry, then those of the catalogue in
// its folders. Modules for another architecture are in the answer too, with the problem that names the remedy. Generic modules come last.
func Discover(ctx context.Context, opts *DiscoverOptions) ([]Found, error) {
	var o DiscoverOptions
	if opts != nil {
		o = *opts
	}
	if o.Catalogue == nil {
		o.Catalogue = builtIn()
	}
	paths, err := o.Catalogue.search(ctx, o.Modules, fromProviders(readProviders(), os.Getenv))
	if err != nil {
		return nil, err
	}
	var all []Found
	for _, path := range paths {
		f := Found{Path: path, Problem: Inspect(path)}
		f.Driver, _ = o.Catalogue.Driver(path)
		if f.Problem == nil && len(o.Probe) > 0 {
			p, err := Probe(ctx, path, o.Probe, o.Timeout)
			if cancelled := signer.Cancelled(ctx); cancelled != nil {
				return nil, cancelled
			}
			if f.Problem = err; err == nil {
				f.Info, f.Readers, f.Tokens = &p.Info, p.Readers, p.Tokens
			}
		}
		all = append(all, f)
	}
	slices.SortStableFunc(all, func(a, b Found) int { return rank(a) - rank(b) })
	return all, nil
}

func rank(f Found) int {
	switch {
	case f.Problem == nil && !f.Driver.Generic:
		return 0
	case f.Problem == nil:
		return 1
	}
	return 2
}

// search lists the files that are there, each once.
func (c *Catalogue) search(ctx context.Context, named, registered []string) ([]string, error) {
	var paths []string
	seen := make(map[string]bool)
	add := func(path string, must bool) {
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			if must {
				paths = append(paths, path) // its problem is told
			}
			return
		}
		key := path
		if resolved, err := filepath.EvalSymlinks(path); err == nil {
			key = resolved
		}
		if !seen[key] {
			seen[key] = true
			paths = append(paths, path)
		}
	}
	for _, p := range named {
		add(p, true)
	}
	for _, p := range registered {
		add(p, false)
	}
	folders := c.folders(runtime.GOOS)
	for _, folder := range folders[:min(len(folders), limits.TokenFolders)] {
		if err := signer.Cancelled(ctx); err != nil {
			return nil, err
		}
		for _, d := range c.Modules {
			for _, name := range d.files(runtime.GOOS) {
				add(filepath.Join(folder, name), false)
			}
		}
	}
	return paths, nil
}

// folders are those of a system that exist.
func (c *Catalogue) folders(system string) []string {
	var all []string
	for _, pattern := range c.Folders[system] {
		if system == "windows" {
			if pattern = expandWindows(pattern, os.Getenv); strings.Contains(pattern, "%") {
				continue
			}
		}
		matches, err := filepath.Glob(pattern)
		if err != nil {
			continue
		}
		for _, m := range matches {
			if info, err := os.Stat(m); err == nil && info.IsDir() && !slices.Contains(all, m) {
				all = append(all, m)
			}
		}
	}
	return all
}
