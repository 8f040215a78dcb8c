package trust

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"hash"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
)

// found is a path, and the times between which the same question has the same answer: none of the certificates that could play a
// part begins or ends to be valid in between. Documents of one signer, judged one after another, ask the same question each time.
type found struct {
	path        *Path
	from, until time.Time
}

// pathMemory is how many paths are kept; then all are forgotten.
const pathMemory = 256

// question is a digest of all that a path depends on besides the anchors and the time.
func question(cert *x509.Certificate, others []*x509.Certificate) (key [sha256.Size]byte) {
	h := sha256.New()
	add(h, cert)
	for i, c := range others {
		if i == limits.PathCandidates {
			break
		}
		if c != nil {
			add(h, c)
		}
	}
	h.Sum(key[:0])
	return key
}

// add takes in a certificate: its octets, and how many of its critical extensions nobody has taken care of, which is the one thing in a
// parsed certificate that callers are meant to change.
func add(h hash.Hash, c *x509.Certificate) {
	var lengths [16]byte
	binary.BigEndian.PutUint64(lengths[:8], uint64(len(c.Raw)))
	binary.BigEndian.PutUint64(lengths[8:], uint64(len(c.UnhandledCriticalExtensions)))
	h.Write(lengths[:])
	h.Write(c.Raw)
}

// recall is the path that was found for a question, where it holds at that time too; nil when there is none.
func (s *Store) recall(key [sha256.Size]byte, cert *x509.Certificate, at time.Time) *Path {
	s.mu.RLock()
	defer s.mu.RUnlock()
	f, ok := s.paths[key]
	if !ok || at.Before(f.from) || at.After(f.until) {
		return nil
	}
	path := &Path{Certificates: slices.Clone(f.path.Certificates), Anchor: f.path.Anchor}
	path.Certificates[0] = cert
	return path
}

// remember keeps a path that was found with roots, unless the anchors have changed since. Only what leads to an anchor is kept, so that
// strangers cannot fill the store.
func (s *Store) remember(key [sha256.Size]byte, roots *x509.CertPool, path *Path, cert *x509.Certificate, others []*x509.Certificate, at time.Time) {
	if path == nil || at.IsZero() { // crypto/x509 takes zero for now
		return
	}
	f := found{path: &Path{Certificates: slices.Clone(path.Certificates), Anchor: path.Anchor}, from: cert.NotBefore, until: cert.NotAfter}
	for _, c := range others {
		if c != nil {
			f.narrow(c, at)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pool != roots {
		return
	}
	for _, a := range s.anchors {
		f.narrow(a.Certificate, at)
	}
	if s.paths == nil || len(s.paths) >= pathMemory {
		s.paths = make(map[[sha256.Size]byte]found)
	}
	s.paths[key] = f
}

// narrow leaves the times around at in which c stays what it is: valid, not valid yet, or not valid any more.
func (f *found) narrow(c *x509.Certificate, at time.Time) {
	later := func(t time.Time) {
		if t.After(f.from) {
			f.from = t
		}
	}
	earlier := func(t time.Time) {
		if t.Before(f.until) {
			f.until = t
		}
	}
	switch {
	case at.Before(c.NotBefore):
		earlier(c.NotBefore.Add(-1))
	case at.After(c.NotAfter):
		later(c.NotAfter.Add(1))
	default:
		later(c.NotBefore)
		earlier(c.NotAfter)
	}
}
