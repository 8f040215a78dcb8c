package revoke

import (
	"crypto/sha256"
	"sync"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
)

// Evidence is revocation data, and the certificates of those who may have signed it. Nothing in it is trusted for being there. It is
// never changed once made and safe for concurrent use; the signature of a piece is checked once for each key, however often and
// through however many Evidences it is asked about.
type Evidence struct {
	certificates map[string][]*pki.Certificate // by subject
	all          []*pki.Certificate
	responses    []*Response
	crls         []*CRL

	once  sync.Once
	byKey map[string][]*pki.Certificate // by the SHA-1 of their keys
}

// Digest names a piece of revocation data: the SHA-256 of its DER.
type Digest = [sha256.Size]byte

// NewEvidence holds what is given; nil elements and repeated ones are left out.
func NewEvidence(certificates []*pki.Certificate, responses []*Response, crls []*CRL) *Evidence {
	e := &Evidence{certificates: make(map[string][]*pki.Certificate)}
	known := make(map[Digest]bool)
	fresh := func(d Digest) bool {
		old := known[d]
		known[d] = true
		return !old
	}
	add := func(c *pki.Certificate) {
		if c != nil && fresh(c.Digest()) {
			e.all = append(e.all, c)
			k := c.Subject.Key()
			e.certificates[k] = append(e.certificates[k], c)
		}
	}
	for _, c := range certificates {
		add(c)
	}
	for _, r := range responses {
		if r != nil && fresh(r.digest) {
			e.responses = append(e.responses, r)
		}
	}
	for _, l := range crls {
		if l != nil && fresh(l.digest) {
			e.crls = append(e.crls, l)
		}
	}
	return e
}

// ParseEvidence reads DER OCSP responses and CRLs. What cannot be read, or is no answer at all, is left out, and the errors say why.
func ParseEvidence(certificates []*pki.Certificate, responses, crls [][]byte) (*Evidence, []*Error) {
	var errs []*Error
	var rs []*Response
	for _, der := range responses {
		r, err := ParseResponse(der)
		if err != nil {
			errs = append(errs, asError(err))
			continue
		}
		rs = append(rs, r)
	}
	var ls []*CRL
	for _, der := range crls {
		l, err := ParseCRL(der)
		if err != nil {
			errs = append(errs, asError(err))
			continue
		}
		ls = append(ls, l)
	}
	return NewEvidence(certificates, rs, ls), errs
}

// Join is all that is in several Evidences, in their order. Nil ones add nothing.
func Join(all ...*Evidence) *Evidence {
	var certificates []*pki.Certificate
	var responses []*Response
	var crls []*CRL
	for _, e := range all {
		if e != nil {
			certificates, responses, crls = append(certificates, e.all...), append(responses, e.responses...), append(crls, e.crls...)
		}
	}
	return NewEvidence(certificates, responses, crls)
}

// Certificates are the certificates given; those inside OCSP responses are not among them. Not to be changed.
func (e *Evidence) Certificates() []*pki.Certificate { return e.all }

// Responses are the OCSP responses. Not to be changed.
func (e *Evidence) Responses() []*Response { return e.responses }

// CRLs are the lists, delta lists among them. Not to be changed.
func (e *Evidence) CRLs() []*CRL { return e.crls }

// signature checks the signature of one piece, once for each key.
type signature struct {
	algorithm, message, value []byte

	mu     sync.Mutex
	digest []byte // of the message, where the algorithm signs a digest
	known  map[[sha256.Size]byte]error
}

// verify checks the signature with a key. The octets of the message are hashed once, since a list may be large and those who may
// have signed it many. work is one and the octets hashed, or nothing where the answer was known.
func (s *signature) verify(key pki.Key, custom pki.VerifyFunc) (work int, err error) {
	if custom != nil {
		return 1 + len(s.message), custom(key, s.algorithm, s.message, s.value)
	}
	id := key.Digest()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err, ok := s.known[id]; ok {
		return 0, err
	}
	work = 1
	pub, scheme, err := pki.Scheme(key, s.algorithm)
	if err == nil {
		message := s.message
		if scheme.SignsMessage() {
			work += len(message)
		} else {
			if s.digest == nil {
				work += len(message)
				h := scheme.Hash.New()
				h.Write(message)
				s.digest = h.Sum(nil)
			}
			message = s.digest
		}
		err = scheme.Verify(pub, message, s.value)
	}
	if s.known == nil {
		s.known = make(map[[sha256.Size]byte]error)
	}
	if len(s.known) < limits.RevokeChecks {
		s.known[id] = err
	}
	return work, err
}
