package trust

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Folder is a trust store that outlives the program: a folder with one folder for each tree, in which every certificate is a PEM file
// named by its SHA-256, and an index, store.json, that says where each came from, when and at which version of the store. Files put into
// the folder of a tree by hand count like those that [Folder.Add] put there; the index only adds to what lies there.
//
// Every change is written to a new file that takes the place of the old one. Safe for concurrent reading; changes by several programs at
// once must be kept apart by the caller.
type Folder struct {
	dir string
}

// Entry is one anchor of a folder.
type Entry struct {
	Anchor
	SHA256  string    // of the certificate, hexadecimal
	Source  string    // where it came from, as whoever added it says; "" when it was put there by hand
	Date    time.Time // when it was added; of the file, when it was put there by hand
	Version int       // of the store, when it was added; 0 when it was put there by hand
	file    string
}

// index is store.json.
type index struct {
	Version int                  `json:"version"` // counts the changes
	Entries map[string]indexNote `json:"entries"` // by SHA-256 of the certificate
}

type indexNote struct {
	Tree    Tree      `json:"tree"`
	Name    string    `json:"name"`
	Source  string    `json:"source"`
	Date    time.Time `json:"date"`
	Version int       `json:"version"`
}

const indexFile = "store.json"

var trees = []Tree{National, Government, Own}

// OpenFolder opens a folder that is there; [Folder.Add] makes what is missing in it. Errors are *[Error].
func OpenFolder(dir string) (*Folder, error) {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return nil, fail(CodeRead, plain(err), "path", dir)
	case !info.IsDir():
		return nil, fail(CodeNotFolder, nil, "path", dir)
	}
	return &Folder{dir: dir}, nil
}

// CreateFolder is [OpenFolder], and makes the folder when it is not there.
func CreateFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fail(CodeRead, plain(err), "path", dir)
	}
	return OpenFolder(dir)
}

// Entries lists what the folder holds, tree by tree and in each by name. A file that is no certificate, in the folder of a tree, is an
// error: an anchor that cannot be read should not be missed in silence. Errors are *[Error].
func (f *Folder) Entries() ([]Entry, error) {
	notes, err := f.index()
	if err != nil {
		return nil, err
	}
	var all []Entry
	for _, tree := range trees {
		files, err := os.ReadDir(filepath.Join(f.dir, string(tree)))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, fail(CodeRead, plain(err), "path", filepath.Join(f.dir, string(tree)))
		}
		if len(all)+len(files) > limits.TrustAnchors {
			return nil, fail(CodeTooMany, nil, "max", strconv.Itoa(limits.TrustAnchors))
		}
		from := len(all)
		for _, file := range files {
			if file.IsDir() || strings.HasPrefix(file.Name(), ".") {
				continue
			}
			path := filepath.Join(f.dir, string(tree), file.Name())
			certs, err := readFile(path)
			if err != nil {
				return nil, err
			}
			var when time.Time
			if info, err := file.Info(); err == nil {
				when = info.ModTime().UTC().Truncate(time.Second)
			}
			for _, c := range certs {
				all = append(all, entryOf(c, tree, when, notes, path))
			}
		}
		slices.SortStableFunc(all[from:], func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	}
	return all, nil
}

func entryOf(c *x509.Certificate, tree Tree, when time.Time, notes index, path string) Entry {
	d := DigestOf(c.Raw)
	e := Entry{Anchor: Anchor{Certificate: c, Tree: tree, Name: nameOf(c)}, SHA256: hex.EncodeToString(d[:]), Date: when, file: path}
	if note, ok := notes.Entries[e.SHA256]; ok && note.Tree == tree {
		e.Source, e.Date, e.Version = note.Source, note.Date, note.Version
	}
	return e
}

// Version counts the changes that [Folder.Add] and [Folder.Remove] made.
func (f *Folder) Version() (int, error) {
	notes, err := f.index()
	return notes.Version, err
}

// Add puts certificates into a tree. source says where they come from, at is the time of it. What the folder holds already, in whatever
// tree, stays as it is. It returns what was added. Errors are *[Error].
func (f *Folder) Add(tree Tree, source string, at time.Time, certs ...*x509.Certificate) ([]Entry, error) {
	if _, ok := ParseTree(string(tree)); !ok {
		return nil, fail(CodeTree, nil, "tree", string(tree))
	}
	have, err := f.Entries()
	if err != nil {
		return nil, err
	}
	notes, err := f.index()
	if err != nil {
		return nil, err
	}
	notes.Version++
	var added []Entry
	for _, c := range certs {
		if c == nil || slices.ContainsFunc(slices.Concat(have, added), func(e Entry) bool { return bytes.Equal(e.Certificate.Raw, c.Raw) }) {
			continue
		}
		e := entryOf(c, tree, at, index{}, "")
		e.Source, e.Date, e.Version = source, at.UTC().Truncate(time.Second), notes.Version
		e.file = filepath.Join(f.dir, string(tree), e.SHA256+".pem")
		added = append(added, e)
		if notes.Entries == nil {
			notes.Entries = make(map[string]indexNote)
		}
		notes.Entries[e.SHA256] = indexNote{Tree: tree, Name: e.Name, Source: source, Date: e.Date, Version: e.Version}
	}
	switch {
	case len(added) == 0:
		return nil, nil
	case len(have)+len(added) > limits.TrustAnchors:
		return nil, fail(CodeTooMany, nil, "max", strconv.Itoa(limits.TrustAnchors))
	}
	if err := os.MkdirAll(filepath.Join(f.dir, string(tree)), 0o755); err != nil {
		return nil, fail(CodeFolder, plain(err), "path", f.dir)
	}
	// The index first: a note about a certificate that is not there yet does no harm, and one that is there without its note would have
	// lost where it came from.
	if err := f.write(notes); err != nil {
		return nil, err
	}
	for _, e := range added {
		if err := replace(e.file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: e.Certificate.Raw})); err != nil {
			return nil, err
		}
	}
	return added, nil
}

// Remove takes an entry out, by its SHA-256 in hexadecimal or by as much of its beginning as names it alone, eight digits at least. A
// file that holds other certificates beside it is not touched and refused. Errors are *[Error]: [CodeNoEntry], [CodeSeveralEntries],
// [CodeShared].
func (f *Folder) Remove(fingerprint string) (Entry, error) {
	want := strings.ToLower(strings.NewReplacer(":", "", " ", "").Replace(fingerprint))
	all, err := f.Entries()
	if err != nil {
		return Entry{}, err
	}
	var found []Entry
	for _, e := range all {
		if len(want) >= 8 && strings.HasPrefix(e.SHA256, want) {
			found = append(found, e)
		}
	}
	switch {
	case len(found) == 0:
		return Entry{}, fail(CodeNoEntry, nil, "id", fingerprint)
	case slices.ContainsFunc(found, func(e Entry) bool { return e.SHA256 != found[0].SHA256 }):
		return Entry{}, fail(CodeSeveralEntries, nil, "id", fingerprint, "count", strconv.Itoa(len(found)))
	}
	for _, e := range found { // the same certificate may lie in several trees
		if slices.ContainsFunc(all, func(other Entry) bool { return other.file == e.file && other.SHA256 != e.SHA256 }) {
			return Entry{}, fail(CodeShared, nil, "path", e.file)
		}
	}
	for _, e := range found {
		if err := os.Remove(e.file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Entry{}, fail(CodeFolder, plain(err), "path", e.file)
		}
	}
	notes, err := f.index()
	if err != nil {
		return Entry{}, err
	}
	notes.Version++
	delete(notes.Entries, found[0].SHA256)
	return found[0], f.write(notes)
}

// Load makes a store trust exactly what the folder holds, without a restart: what is new is added first, then what is gone is removed,
// so that a verifier at work misses nothing that stays. It returns how many anchors there are. Errors are *[Error].
func (f *Folder) Load(s *Store) (int, error) {
	entries, err := f.Entries()
	if err != nil {
		return 0, err
	}
	trees := make(map[Digest]Tree, len(entries))
	for _, e := range entries {
		d := DigestOf(e.Certificate.Raw)
		if _, ok := trees[d]; ok {
			continue // in several trees: the first counts
		}
		trees[d] = e.Tree
		if a, ok := s.Anchor(e.Certificate); ok && a.Tree != e.Tree {
			s.Remove(e.Certificate)
		}
		if err := s.Add(e.Tree, e.Certificate); err != nil {
			return 0, err
		}
	}
	for _, a := range s.Anchors() {
		if _, ok := trees[DigestOf(a.Certificate.Raw)]; !ok {
			s.Remove(a.Certificate)
		}
	}
	return len(trees), nil
}

func (f *Folder) index() (index, error) {
	var notes index
	path := filepath.Join(f.dir, indexFile)
	raw, err := readAll(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return notes, nil
	case err != nil:
		return notes, err
	}
	if err := json.Unmarshal(raw, &notes); err != nil {
		return notes, fail(CodeIndex, nil, "path", path)
	}
	return notes, nil
}

func (f *Folder) write(notes index) error {
	raw, err := json.MarshalIndent(notes, "", "  ")
	if err != nil {
		return fail(CodeFolder, err, "path", f.dir)
	}
	return replace(filepath.Join(f.dir, indexFile), append(raw, '\n'))
}

// replace writes a file whole or not at all.
func replace(path string, data []byte) error {
	var random [8]byte
	rand.Read(random[:])
	temporary := filepath.Join(filepath.Dir(path), ".kyso-"+hex.EncodeToString(random[:])+".tmp")
	err := os.WriteFile(temporary, data, 0o644) //nolint:gosec // certificates are public
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		_ = os.Remove(temporary)
		return fail(CodeFolder, plain(err), "path", path)
	}
	return nil
}
