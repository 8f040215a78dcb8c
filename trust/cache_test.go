package trust

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCacheKeepsWhatHolds(t *testing.T) {
	at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	key := func(n byte) Digest { return DigestOf([]byte{n}) }
	c := &Cache{MaxBytes: 4000}
	c.put(key(1), &cached{data: make([]byte, 1000), until: at.Add(time.Hour)})
	c.put(key(2), &cached{err: errors.New("down"), until: at.Add(time.Minute)})
	require.Len(t, c.get(key(1), at).data, 1000)
	require.Error(t, c.get(key(2), at.Add(time.Minute)).err)
	require.Nil(t, c.get(key(2), at.Add(time.Minute+1)), "over")
	require.Nil(t, c.get(key(2), at), "and gone")
	require.Nil(t, c.get(key(3), at))

	c.put(key(4), &cached{data: make([]byte, 1000), until: at})
	require.NotNil(t, c.get(key(1), at))
	c.put(key(5), &cached{data: make([]byte, 1000), until: at})
	require.Nil(t, c.get(key(4), at), "used least recently")
	require.NotNil(t, c.get(key(1), at))
	require.NotNil(t, c.get(key(5), at))
	c.put(key(6), &cached{data: make([]byte, 4000), until: at})
	require.Nil(t, c.get(key(6), at), "larger than all there is")
	require.NotNil(t, c.get(key(1), at))

	c.put(key(1), &cached{data: bytes.Repeat([]byte{1}, 10), until: at})
	require.Len(t, c.get(key(1), at).data, 10, "the newer one")
	require.Equal(t, int64(10+1000+2*512), c.memory.size)
	require.Nil(t, (*Cache)(nil).get(key(1), at))
	(*Cache)(nil).put(key(1), &cached{})
}

func TestCacheInAFolder(t *testing.T) {
	at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	dir := filepath.Join(t.TempDir(), "cache")
	open := func() *Cache {
		c, err := OpenCache(dir)
		require.NoError(t, err)
		return c
	}
	key := DigestOf([]byte("key"))
	open().put(key, &cached{data: []byte("answer"), until: at.Add(time.Hour)})
	open().put(DigestOf([]byte("failure")), &cached{err: errors.New("down"), until: at.Add(time.Hour)})
	got := open().get(key, at)
	require.NotNil(t, got, "another process finds it")
	require.Equal(t, "answer", string(got.data))
	require.Nil(t, open().get(key, at.Add(2*time.Hour)))
	require.Nil(t, open().get(DigestOf([]byte("failure")), at), "failures are not written")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "nothing half-written stays")

	path := filepath.Join(dir, entries[0].Name())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for i := range whole { // each octet damaged in turn
		damaged := bytes.Clone(whole)
		damaged[i] ^= 1
		require.NoError(t, os.WriteFile(path, damaged, 0o600))
		require.Nil(t, open().get(key, at), "octet %d", i)
	}
	require.NoError(t, os.WriteFile(path, whole[:len(whole)-1], 0o600))
	require.Nil(t, open().get(key, at))
	other := DigestOf([]byte("other"))
	require.NoError(t, os.WriteFile((&cacheFolder{dir: dir}).path(other), whole, 0o600))
	require.Nil(t, open().get(other, at), "an answer to another question")

	c := open()
	c.MaxBytes = 3000
	for i := range 10 {
		k := DigestOf([]byte{byte(i)})
		c.put(k, &cached{data: make([]byte, 1000), until: at.Add(time.Hour)})
		old := time.Now().Add(time.Duration(i-20) * time.Minute)
		_ = os.Chtimes(c.folder.path(k), old, old)
	}
	total := int64(0)
	entries, err = os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		info, err := e.Info()
		require.NoError(t, err)
		total += info.Size()
	}
	require.LessOrEqual(t, total, int64(3000))
	require.NotNil(t, open().get(DigestOf([]byte{9}), at), "the newest stays")

	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = OpenCache(file)
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, string(CodeRead), e.Code())
}
