package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// writeFile lets write fill path, whole or not at all: the bytes go to a temporary file in the same folder, which takes the place
// of path only when all of it is there. An old file stays as it was until then. A device is written to as it is.
func writeFile(ctx context.Context, path string, write func(f *os.File) error) (err error) {
	path, direct, err := outputPath(path)
	if err != nil {
		return err
	}
	if direct {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(write(f), f.Close())
	}
	f, err := createTemporary(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close() // a second Close is harmless, the first error is the one to tell
			_ = os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	return os.Rename(f.Name(), path)
}

// outputPath follows a link, so that the link stays and its target is replaced, and refuses a folder. direct means a device or a
// pipe, which must not be replaced by a file.
func outputPath(path string) (target string, direct bool, err error) {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return path, false, nil
	case err != nil:
		return "", false, err
	case info.IsDir():
		return "", false, usage("output-is-folder", "path", path)
	}
	return path, !info.Mode().IsRegular(), nil
}

// createTemporary makes a new file beside path with the permissions that path has, or would get from the umask.
func createTemporary(path string) (*os.File, error) {
	mode := fs.FileMode(0o666)
	info, err := os.Stat(path)
	if err == nil {
		mode = info.Mode().Perm()
	}
	var random [8]byte
	rand.Read(random[:])
	// The name of path is not part of it: together they could be longer than names may be.
	name := filepath.Join(filepath.Dir(path), ".kyso-"+hex.EncodeToString(random[:])+".tmp")
	f, createErr := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
	if createErr != nil {
		var where *fs.PathError
		if errors.As(createErr, &where) {
			where.Path = path // the name that the user knows
		}
		return nil, createErr
	}
	if err == nil {
		// The umask may have taken away what the old file had.
		if err := f.Chmod(mode); err != nil {
			return nil, errors.Join(err, f.Close(), os.Remove(name))
		}
	}
	return f, nil
}

// openInput opens a regular file and tells its size. It looks before it opens: opening a pipe waits for somebody to write.
func openInput(path string) (*os.File, int64, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, 0, err
	case info.IsDir():
		return nil, 0, usage("input-is-folder", "path", path)
	case !info.Mode().IsRegular():
		return nil, 0, usage("input-is-special", "path", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	if info, err = f.Stat(); err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}
