package trust

import (
	"crypto/sha256"
	"crypto/x509"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
)

// found is a path, and the times between which the same question has the same answer: none of the certificates that could play a
// part begins or ends to be valid in between. Documents of one signer, judged one after another, ask the same question each time.
type found struct {
	path        *Path
	from, until time.Time
}

// pathMemory is how many paths are kept; then all are forgotten.
const pathMemory = 256

// asked is all that a path depends on besides the anchors and the time.
type asked struct {
	certificates Digest // the one asked about, and the others
	algorithms   *Algorithms
}

func question(cert candidate, others []candidate, algorithms *Algorithms) asked {
	h := sha256.New()
	h.Write(cert.digest[:])
	for i, c := range others {
		if i == limits.PathCandidates {
			break
		}
		h.Write(c.digest[:])
	}
	q := asked{algorithms: algorithms}
	h.Sum(q.certificates[:0])
	return q
}

// recall is the path that was found for a question, where it holds at that time too; nil when there is none.
func (s *Store) recall(key asked, cert *x509.Certificate, at time.Time) *Path {
	s.mu.RLock()
	defer s.mu.RUnlock()
	f, ok := s.paths[key]
	if !ok || at.Before(f.from) || at.After(f.until) {
		return nil
	}
	path := *f.path
	path.Certificates = slices.Clone(path.Certificates)
	if cert != nil {
		path.Certificates[0] = cert
	}
	return &path
}

// remember keeps a path that was found, unless the anchors have changed since. Only what leads to an anchor is kept, so that strangers
// cannot fill the store.
func (s *Store) remember(key asked, q *pathSearch, path *Path, at time.Time, algorithms *Algorithms) {
	leaf := path.chain[0]
	f := found{from: leaf.NotBefore, until: leaf.NotAfter}
	kept := *path
	kept.Certificates = slices.Clone(path.Certificates)
	f.path = &kept
	for _, list := range [][]*pki.Certificate{q.others, q.roots.sorted} {
		for _, c := range list {
			f.narrow(c.NotBefore, c.NotAfter, at)
		}
	}
	for _, day := range algorithms.days() {
		if at.Before(day) {
			f.earlier(day.Add(-1))
		} else {
			f.later(day)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pool != q.roots {
		return
	}
	if s.paths == nil || len(s.paths) >= pathMemory {
		s.paths = make(map[asked]found)
	}
	s.paths[key] = f
}

func (f *found) later(t time.Time) {
	if t.After(f.from) {
		f.from = t
	}
}

func (f *found) earlier(t time.Time) {
	if t.Before(f.until) {
		f.until = t
	}
}

// narrow leaves the times around at in which a certificate stays what it is: valid, not valid yet, or not valid any more.
func (f *found) narrow(notBefore, notAfter, at time.Time) {
	switch {
	case at.Before(notBefore):
		f.earlier(notBefore.Add(-1))
	case at.After(notAfter):
		f.later(notAfter.Add(1))
	default:
		f.later(notBefore)
		f.earlier(notAfter)
	}
}
