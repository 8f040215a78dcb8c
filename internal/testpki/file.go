package testpki

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/kyso-dev/kyso/internal/limits"
)

// temporary is the pattern of the names under which files are written first.
const temporary = ".kyso-*.tmp"

// writeFile writes a file under another name and renames it: readers see the old file or the new one, never half of one.
func writeFile(path string, data []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), temporary) // made with mode 0600
	if err != nil {
		return fileError(path, err)
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(mode)
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fileError(path, err)
	}
	return nil
}

func writeJSON(path string, v any, mode fs.FileMode) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fail(CodeMake, err, "what", filepath.Base(path))
	}
	return writeFile(path, append(data, '\n'), mode)
}

// readFile reads a file of a folder. A file that is not there is a damaged PKI, with fs.ErrNotExist beneath.
func readFile(dir, file string) ([]byte, error) {
	f, err := os.Open(filepath.Join(dir, file))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fail(CodeDamaged, fs.ErrNotExist, "dir", dir, "file", file)
		}
		return nil, fileError(filepath.Join(dir, file), err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limits.TestPKIFile+1))
	if err != nil {
		return nil, fileError(filepath.Join(dir, file), err)
	}
	if len(data) > limits.TestPKIFile {
		return nil, fail(CodeDamaged, nil, "dir", dir, "file", file)
	}
	return data, nil
}

func readJSON(dir, file string, v any) error {
	data, err := readFile(dir, file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fail(CodeDamaged, err, "dir", dir, "file", file)
	}
	return nil
}

func fileError(path string, err error) error { return fail(CodeFile, err, "file", path) }

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
