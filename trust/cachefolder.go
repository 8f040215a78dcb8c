package trust

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
)

// cacheFolder keeps answers as files, each written whole or not at all, so that processes may share a folder. A file that is damaged
// is as good as none: what is in it is data of strangers either way.
type cacheFolder struct {
	dir string
	mu  sync.Mutex // of sweeping
}

const (
	cacheSuffix = ".kyso-cache"
	cacheMagic  = "kyso cache 1\n"
)

// OpenCache is a cache that also keeps its answers as files in a folder, which is made where it is not there. Several processes may
// use one. Errors are *[Error]: [CodeRead], where the folder cannot be made or written to.
func OpenCache(dir string) (*Cache, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fail(CodeRead, plain(err), "path", dir)
	}
	f, err := os.CreateTemp(dir, "probe-*")
	if err != nil {
		return nil, fail(CodeRead, plain(err), "path", dir)
	}
	_ = f.Close()
	_ = os.Remove(f.Name())
	return &Cache{folder: &cacheFolder{dir: dir}}, nil
}

func (f *cacheFolder) path(key Digest) string {
	return filepath.Join(f.dir, hex.EncodeToString(key[:])+cacheSuffix)
}

// read is the answer in a file: the magic line, the time until which it holds, the SHA-256 of the data, the data.
func (f *cacheFolder) read(key Digest) *cached {
	file, err := os.Open(f.path(key))
	if err != nil {
		return nil
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limits.RevokeCRL+1024))
	if err != nil {
		return nil
	}
	rest, ok := bytes.CutPrefix(data, []byte(cacheMagic))
	head, rest, ok2 := bytes.Cut(rest, []byte("\n"))
	until, err := time.Parse(time.RFC3339, string(head))
	if !ok || !ok2 || err != nil || len(rest) < len(key) {
		return nil
	}
	if sum, body := Digest(rest[:len(key)]), rest[len(key):]; sum == sealed(key, head, body) {
		return &cached{data: body, until: until}
	}
	return nil
}

// sealed binds the data to its name and time.
func sealed(key Digest, head, body []byte) Digest {
	return DigestOf(slices.Concat(key[:], head, []byte{'\n'}, body))
}

// write keeps an answer. What cannot be written is not kept: a cache is a help, not a duty.
func (f *cacheFolder) write(key Digest, one *cached, max int64) {
	if int64(len(one.data)) > max {
		return
	}
	head := []byte(one.until.UTC().Format(time.RFC3339))
	sum := sealed(key, head, one.data)
	if replace(f.path(key), slices.Concat([]byte(cacheMagic), head, []byte{'\n'}, sum[:], one.data)) == nil {
		f.sweep(max)
	}
}

// sweep deletes the oldest files until the rest fits.
func (f *cacheFolder) sweep(max int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return
	}
	var files []fs.FileInfo
	total := int64(0)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && strings.HasSuffix(e.Name(), cacheSuffix) {
			files = append(files, info)
			total += info.Size()
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), strings.Compare(a.Name(), b.Name()))
	})
	for _, info := range files {
		if total <= max {
			return
		}
		if os.Remove(filepath.Join(f.dir, info.Name())) == nil {
			total -= info.Size()
		}
	}
}
