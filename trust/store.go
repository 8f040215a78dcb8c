package trust

import (
	"bytes"
	"crypto/x509"
	"slices"
	"strconv"
	"sync"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
)

// Tree names the infrastructure that an anchor belongs to. The zero value is not a tree.
type Tree string

// The trees.
const (
	National   Tree = "national"   // Vietnam's national root and the public authorities under it
	Government Tree = "government" // the government's own root (Ban Cơ yếu Chính phủ)
	Own        Tree = "own"        // whatever the caller trusts besides
	None       Tree = "none"       // in answers: no path to any anchor
)

// ParseTree reads "national", "government" or "own"; ok is false for anything else.
func ParseTree(s string) (Tree, bool) {
	switch t := Tree(s); t {
	case National, Government, Own:
		return t, true
	}
	return None, false
}

// Anchor is a certificate that is trusted by itself.
type Anchor struct {
	Certificate *x509.Certificate
	Tree        Tree
	Name        string // what people call it: the subject's common name, or its organisation
}

// Store holds trust anchors, each in a tree. The zero value trusts nothing. Safe for concurrent use; it must not be copied.
type Store struct {
	mu      sync.RWMutex
	anchors []Anchor
	known   map[Digest]*pki.Certificate // by digest of the certificate
	pool    *roots                      // of all anchors; never changed once handed out
	paths   map[asked]found
}

// NewStore is an empty store.
func NewStore() *Store { return &Store{} }

// Add trusts certificates, in the tree named. A certificate that the store has already stays where it is. Errors are *[Error]:
// [CodeTree], [CodeTooMany], [CodeCertificate].
func (s *Store) Add(tree Tree, certs ...*x509.Certificate) error {
	if _, ok := ParseTree(string(tree)); !ok {
		return fail(CodeTree, nil, "tree", string(tree))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pool, s.paths = nil, nil
	for _, c := range certs {
		if c == nil {
			continue
		}
		key := DigestOf(c.Raw)
		if s.known[key] != nil {
			continue
		}
		parsed, err := pki.FromX509(c)
		if err != nil {
			return fail(CodeCertificate, err, "path", nameOf(c))
		}
		if len(s.anchors) >= limits.TrustAnchors {
			return fail(CodeTooMany, nil, "max", strconv.Itoa(limits.TrustAnchors))
		}
		if s.known == nil {
			s.known = make(map[Digest]*pki.Certificate)
		}
		s.known[key] = parsed
		s.anchors = append(s.anchors, Anchor{Certificate: c, Tree: tree, Name: nameOf(c)})
	}
	return nil
}

// Remove stops trusting a certificate and reports whether it was trusted.
func (s *Store) Remove(cert *x509.Certificate) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.anchors)
	s.anchors = slices.DeleteFunc(slices.Clone(s.anchors), func(a Anchor) bool { return bytes.Equal(a.Certificate.Raw, cert.Raw) })
	delete(s.known, DigestOf(cert.Raw))
	s.pool, s.paths = nil, nil
	return len(s.anchors) < before
}

// Anchors lists what is trusted, in the order added. The slice is the caller's own.
func (s *Store) Anchors() []Anchor {
	if s == nil {
		return nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.anchors)
}

// Len is the number of anchors.
func (s *Store) Len() int {
	if s == nil {
		return 0
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.anchors)
}

// Anchor finds the anchor that is exactly this certificate.
func (s *Store) Anchor(cert *x509.Certificate) (Anchor, bool) {
	if s == nil || cert == nil {
		return Anchor{}, false
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.known[DigestOf(cert.Raw)] == nil {
		return Anchor{}, false
	}
	for _, a := range s.anchors {
		if bytes.Equal(a.Certificate.Raw, cert.Raw) {
			return a, true
		}
	}
	return Anchor{}, false
}

// roots are all anchors at one state of the store.
type roots struct {
	sorted  []*pki.Certificate // by tree, since of equally short paths the first anchor's is taken
	anchors map[Digest]Anchor
}

func (s *Store) roots() *roots {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pool == nil {
		rank := map[Tree]int{National: 0, Government: 1, Own: 2}
		sorted := slices.Clone(s.anchors)
		slices.SortStableFunc(sorted, func(a, b Anchor) int { return rank[a.Tree] - rank[b.Tree] })
		s.pool = &roots{anchors: make(map[Digest]Anchor, len(sorted))}
		for _, a := range sorted {
			d := DigestOf(a.Certificate.Raw)
			s.pool.sorted = append(s.pool.sorted, s.known[d])
			s.pool.anchors[d] = a
		}
	}
	return s.pool
}

func nameOf(c *x509.Certificate) string {
	if r, ok := Known(c); ok {
		return r.Name
	}
	switch n := c.Subject; {
	case n.CommonName != "":
		return n.CommonName
	case len(n.Organization) > 0:
		return n.Organization[0]
	default:
		return n.String()
	}
}
