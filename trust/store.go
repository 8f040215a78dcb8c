package trust

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"slices"
	"strconv"
	"sync"

	"github.com/kyso-dev/kyso/internal/limits"
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
	known   map[[sha256.Size]byte]bool // by digest of the certificate
	pool    *x509.CertPool             // of all anchors; never changed once handed out
	paths   map[[sha256.Size]byte]found
}

// NewStore is an empty store.
func NewStore() *Store { return &Store{} }

// Add trusts certificates, in the tree named. A certificate that the store has already stays where it is. Errors are *[Error]:
// [CodeTree], [CodeTooMany].
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
		key := sha256.Sum256(c.Raw)
		if s.known[key] {
			continue
		}
		if len(s.anchors) >= limits.TrustAnchors {
			return fail(CodeTooMany, nil, "max", strconv.Itoa(limits.TrustAnchors))
		}
		if s.known == nil {
			s.known = make(map[[sha256.Size]byte]bool)
		}
		s.known[key] = true
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
	delete(s.known, sha256.Sum256(cert.Raw))
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
	if !s.known[sha256.Sum256(cert.Raw)] {
		return Anchor{}, false
	}
	for _, a := range s.anchors {
		if bytes.Equal(a.Certificate.Raw, cert.Raw) {
			return a, true
		}
	}
	return Anchor{}, false
}

// roots is the pool of all anchors. It is built once for each state of the store: building it parses nothing, but a verifier asks
// for it with every certificate.
func (s *Store) roots() *x509.CertPool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pool == nil {
		s.pool = x509.NewCertPool()
		for _, a := range s.anchors {
			s.pool.AddCert(a.Certificate)
		}
	}
	return s.pool
}

func nameOf(c *x509.Certificate) string {
	switch n := c.Subject; {
	case n.CommonName != "":
		return n.CommonName
	case len(n.Organization) > 0:
		return n.Organization[0]
	default:
		return n.String()
	}
}
