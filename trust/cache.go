package trust

import (
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Cache keeps what was fetched, as long as it holds, and for a short while that something could not be fetched. The zero value is
// empty and lives in memory; [OpenCache] has one in a folder. Safe for concurrent use; it must not be copied once used.
type Cache struct {
	MaxBytes int64 // octets kept, in memory and in the folder each; 0: [limits.TrustCache]. What was used least recently goes first.

	memory lru[Digest, *cached]
	folder *cacheFolder
}

// cached is one answer of a service.
type cached struct {
	data  []byte
	err   error // there was none, and why
	until time.Time
}

func (c *Cache) max() int64 {
	if c.MaxBytes > 0 {
		return c.MaxBytes
	}
	return limits.TrustCache
}

// get is what is kept under a key and holds at a time; nil: nothing.
func (c *Cache) get(key Digest, now time.Time) *cached {
	if c == nil {
		return nil
	}
	one, ok := c.memory.get(key)
	if !ok && c.folder != nil {
		if one = c.folder.read(key); one != nil {
			c.hold(key, one)
		}
	}
	switch {
	case one == nil:
		return nil
	case now.After(one.until):
		c.memory.remove(key)
		return nil
	}
	return one
}

// put keeps an answer. One that is larger than the whole cache is not kept, and a failure is not written to the folder.
func (c *Cache) put(key Digest, one *cached) {
	if c == nil {
		return
	}
	c.hold(key, one)
	if c.folder != nil && one.err == nil {
		c.folder.write(key, one, c.max())
	}
}

// hold keeps an answer in memory alone.
func (c *Cache) hold(key Digest, one *cached) {
	if c != nil && !one.until.IsZero() {
		c.memory.put(key, one, int64(len(one.data))+limits.TrustCacheEntry, c.max())
	}
}
