package remote

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/kyso-dev/kyso/internal/limits"
)

// NewFolderStore keeps each operation as a file of a folder, which is made if it is not there and is for its owner only. A file is
// replaced by renaming, so that a crash leaves the old state or the new. Processes may share the folder.
func NewFolderStore(dir string) (OperationStore, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, NewError(CodeStore, err)
	}
	return &folderStore{dir: dir}, nil
}

type folderStore struct {
	dir string
	mu  sync.Mutex // one writer at a time; between processes, renaming decides
}

// suffix of the files of operations: SUBSCRIBER-ID.json, where ID is a digest, since ids may come from callers.
const suffix = ".json"

func fileID(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:16])
}

func (f *folderStore) Save(_ context.Context, op Operation) error {
	if reason := op.flaw(); reason != "" {
		return NewError(CodeState, nil, "reason", reason)
	}
	data, err := json.MarshalIndent(op, "", "\t")
	if err != nil {
		return NewError(CodeStore, err)
	}
	if len(data) > limits.RemoteOperation {
		return NewError(CodeState, nil, "reason", "it is too large")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := replace(filepath.Join(f.dir, keyOf(op.Subscriber)+"-"+fileID(op.ID)+suffix), data); err != nil {
		return NewError(CodeStore, err)
	}
	return nil
}

// keyOf is the subscriber as it stands in a file name: what this package writes is hexadecimal already, what others write is hashed.
func keyOf(subscriber string) string {
	if _, err := hex.DecodeString(subscriber); err == nil && len(subscriber) == 32 && strings.ToLower(subscriber) == subscriber {
		return subscriber
	}
	return fileID(subscriber)
}

// replace writes a file whole or not at all, and makes sure that it is on the disk.
func replace(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
	return err
}

func (f *folderStore) Load(_ context.Context, id string) (Operation, error) {
	paths, err := f.match("*-" + fileID(id) + suffix)
	if err != nil {
		return Operation{}, err
	}
	for _, path := range paths {
		op, err := f.read(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted meanwhile
		}
		if err != nil || op.ID == id {
			return op, err
		}
	}
	return Operation{}, NewError(CodeNotFound, nil, "operation", excerpt(id, nil))
}

func (f *folderStore) List(_ context.Context, subscriber string) ([]Operation, error) {
	pattern := "*-*" + suffix
	if subscriber != "" {
		pattern = keyOf(subscriber) + "-*" + suffix
	}
	paths, err := f.match(pattern)
	if err != nil {
		return nil, err
	}
	var out []Operation
	for _, path := range paths {
		op, err := f.read(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, op)
	}
	sortByAge(out)
	return out, nil
}

func (f *folderStore) Delete(_ context.Context, id string) error {
	paths, err := f.match("*-" + fileID(id) + suffix)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, path := range paths {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return NewError(CodeStore, err)
		}
	}
	return nil
}

// match lists the files of a pattern, by name and not by glob: the folder's own name may hold any character.
func (f *folderStore) match(pattern string) ([]string, error) {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return nil, NewError(CodeStore, err)
	}
	if len(entries) > limits.RemoteStored {
		return nil, NewError(CodeStore, nil)
	}
	var out []string
	for _, e := range entries {
		if ok, _ := filepath.Match(pattern, e.Name()); ok && e.Type().IsRegular() {
			out = append(out, filepath.Join(f.dir, e.Name()))
		}
	}
	return out, nil
}

func (f *folderStore) read(path string) (Operation, error) {
	file, err := os.Open(path)
	if err != nil {
		return Operation{}, NewError(CodeStore, err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limits.RemoteOperation+1))
	if err != nil {
		return Operation{}, NewError(CodeStore, err)
	}
	op, err := ParseOperation(data)
	if err != nil {
		return Operation{}, NewError(CodeStore, fmt.Errorf("%s: %w", path, err))
	}
	return op, nil
}
