package pki

import (
	"bytes"
	"slices"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/limits"
)

// Find searches a valid path from a certificate to one of the anchors, by way of the other certificates given (in any order, of any
// origin: none of them is trusted for being there). Shorter paths are tried first; of equally short valid ones the one to the
// first anchor is taken. Cross-certificates and loops are followed as far as the limits of package limits let them.
//
// The error is the most telling of those of all paths: [CodeExpired] or [CodeNotYet] where nothing but the time is wrong (the result
// is then returned too), else what is wrong with the first path that reaches an anchor, else [CodeSignature] or [CodeNoPath]. All
// errors are *[Error].
func Find(cert *Certificate, anchors, others []*Certificate, opts *Options) (*Result, error) {
	s := &search{opts: *opts, visits: make(map[[32]byte]int)}
	s.opts.seen, s.opts.work = make(map[signed]error), new(int)
	s.anchors = slices.DeleteFunc(slices.Clone(anchors), func(c *Certificate) bool { return c == nil })
	if cert == nil || len(s.anchors) == 0 {
		return nil, fail(CodeNoAnchor, nil, nil)
	}
	s.index(others)
	return s.run(cert)
}

type search struct {
	opts    Options
	anchors []*Certificate
	bySubj  map[string][]*Certificate
	visits  map[[32]byte]int
	steps   int
	paths   int // that reached an anchor

	failed *Result // of the most telling error
	err    *Error
	broken *Error // the first link whose signature is wrong
	top    *Certificate
}

// index keeps the certificates that could be authorities by their names, the first of each that is there twice.
func (s *search) index(others []*Certificate) {
	s.bySubj = make(map[string][]*Certificate)
	known := make(map[[32]byte]bool)
	for _, c := range others {
		if c == nil || known[c.digest] || len(known) >= limits.PKIPool {
			continue
		}
		known[c.digest] = true
		s.bySubj[c.Subject.Key()] = append(s.bySubj[c.Subject.Key()], c)
	}
}

func (s *search) run(cert *Certificate) (*Result, error) {
	var best *Result
	for _, a := range s.anchors {
		if a.Equal(cert) { // trusted by itself
			r, err := validate([]*Certificate{cert}, &s.opts)
			if err == nil {
				return r, nil
			}
			s.note(r, err)
		}
	}
	rank := len(s.anchors)
	for level := [][]*Certificate{{cert}}; len(level) > 0 && best == nil; {
		var next [][]*Certificate
		for _, path := range level {
			last := path[len(path)-1]
			for i, a := range s.anchors {
				if i >= rank || !last.Issuer.Equal(a.Subject) || last.Equal(a) || s.paths >= limits.PKIPaths || !s.step() {
					continue
				}
				s.paths++
				r, err := validate(append(slices.Clone(path), a), &s.opts)
				if err == nil {
					best, rank = r, i
				} else {
					s.note(r, err)
				}
			}
			if best == nil {
				next = append(next, s.extend(path)...)
			}
		}
		level = next
	}
	if best != nil {
		return best, nil
	}
	switch {
	case s.err != nil:
		return s.failed, s.err
	case s.broken != nil:
		return nil, s.broken
	}
	return nil, fail(CodeNoPath, s.top, nil, "issuer", s.top.Issuer.String())
}

func (s *search) step() bool { s.steps++; return s.steps <= limits.PKISteps }

// extend is every way to go on from a path, the likeliest first: key identifiers only rank the candidates (RFC 5280, 4.2.1.1), since
// certificates with wrong ones exist and prove nothing.
func (s *search) extend(path []*Certificate) [][]*Certificate {
	last := path[len(path)-1]
	s.top = last
	if len(path)+1 >= limits.PKIPath {
		return nil
	}
	candidates := slices.Clone(s.bySubj[last.Issuer.Key()])
	slices.SortStableFunc(candidates, func(a, b *Certificate) int { return s.rank(last, a) - s.rank(last, b) })
	var all [][]*Certificate
	for _, c := range candidates {
		if s.looping(path, c) || s.visits[c.digest] >= limits.PKIVisits || !s.step() {
			continue
		}
		// A key that stands for itself can be tried at once; one that inherits its parameters waits for the whole path.
		if _, err := alg.ParsePublicKey(c.RawSPKI); err == nil {
			if err := s.opts.verify(KeyOf(c), last); err != nil {
				if s.broken == nil {
					s.broken = err
				}
				continue
			}
		}
		s.visits[c.digest]++
		all = append(all, append(slices.Clone(path), c))
	}
	return all
}

func (s *search) rank(child, c *Certificate) int {
	rank := 0
	if id := child.AuthorityKeyID.KeyID; id != nil && c.SubjectKeyID != nil && !bytes.Equal(id, c.SubjectKeyID) {
		rank += 2
	}
	if !c.ValidAt(s.opts.At) {
		rank++
	}
	return rank
}

// looping reports whether the path has the same holder with the same key already: nothing is won by going through it again.
func (s *search) looping(path []*Certificate, c *Certificate) bool {
	return slices.ContainsFunc(path, func(p *Certificate) bool {
		return p.Equal(c) || bytes.Equal(p.RawSPKI, c.RawSPKI) && p.Subject.Equal(c.Subject)
	})
}

// note keeps the most telling error.
func (s *search) note(r *Result, err *Error) {
	time := func(e *Error) bool { return e.Code() == string(CodeExpired) || e.Code() == string(CodeNotYet) }
	if s.err == nil || time(err) && !time(s.err) {
		s.failed, s.err = r, err
	}
}
