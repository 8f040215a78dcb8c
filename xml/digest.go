package xml

import (
	"bytes"
	"context"
	"crypto"
	"crypto/subtle"
	"hash"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
)

func equal(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }

// job is one canonical form that is made while the document passes by, for all References that ask for it.
type job struct {
	references []*Reference
	scope      int64
	id         string // "" for the document
	method     C14N
	prefixes   []string
	comments   bool
	left       leftOut
	signature  *survey   // that is left out
	keep       bool      // the octets themselves are wanted
	copy       io.Writer // and go there too, if not nil

	c       *canonicalizer
	out     *[]byte // its buffer
	hashes  map[crypto.Hash]hash.Hash
	kept    bytes.Buffer
	element *Element
	from    int64 // octet of the text where it begins
	found   int
	open    bool
	err     error
}

// Write takes in a piece of the canonical form.
func (j *job) Write(b []byte) (int, error) {
	for _, h := range j.hashes {
		h.Write(b)
	}
	if j.keep {
		if j.kept.Len()+len(b) > limits.XMLPart {
			return 0, tooMany("octets of a part of a signature", limits.XMLPart)
		}
		j.kept.Write(b)
	}
	if j.copy != nil {
		return j.copy.Write(b)
	}
	return len(b), nil
}

// same reports whether a Reference asks for the same octets.
func (j *job) same(o *job) bool {
	return j.scope == o.scope && j.id == o.id && j.method == o.method && j.comments == o.comments && j.left == o.left &&
		(j.left != leftOwn || j.signature == o.signature) && strings.Join(j.prefixes, " ") == strings.Join(o.prefixes, " ")
}

// name is an Id and where it is looked for: of thousands of invoices in one file all may use the same.
type name struct {
	scope int64
	id    string
}

// jobs are the canonical forms that one pass makes.
type jobs struct {
	list  []*job
	named map[name][]*job
	open  []*job
	place *place // is shown the events too; may be nil
	spent *int64 // octets that went through canonicalisation; nil where nobody counts
}

// add takes in a Reference; false when it cannot be computed while the document passes by.
func (b *jobs) add(r *Reference) bool {
	method, prefixes, left, ok := r.plan.streamed()
	if !ok {
		return false
	}
	j := &job{
		references: []*Reference{r}, scope: r.plan.signature.scope, id: r.plan.id, method: method, prefixes: prefixes,
		comments: r.plan.comments && method.comments(), left: left, signature: r.plan.signature, keep: r.Type == typeManifest || isSignedProperties(r),
	}
	if r.plan.target == targetDocument {
		j.scope = 0
	}
	n := name{j.scope, j.id}
	for _, o := range b.named[n] {
		if o.same(j) {
			o.references = append(o.references, r)
			o.keep = o.keep || j.keep
			return true
		}
	}
	if b.named == nil {
		b.named = make(map[name][]*job)
	}
	b.list = append(b.list, j)
	b.named[n] = append(b.named[n], j)
	return true
}

// outs are buffers of canonical forms; all of them are handed on before a job ends.
var outs = sync.Pool{New: func() any { b := make([]byte, 0, flushAt+flushAt/4); return &b }}

// start begins the canonical form of an element.
func (j *job) start(depth int) {
	j.hashes = make(map[crypto.Hash]hash.Hash)
	j.ask()
	j.c = newCanonicalizer(j, j.method, j.prefixes)
	j.out = outs.Get().(*[]byte)
	j.c.out = (*j.out)[:0]
	j.c.comments, j.c.apex = j.comments, depth
	switch j.left {
	case leftOwn:
		j.c.skip = func(s *xmltree.Scanner) bool { return s.Offset() == j.signature.start }
	case leftAll:
		j.c.skip = func(s *xmltree.Scanner) bool { return s.Is(spaceDSig, "Signature") }
	}
	j.open = true
}

// ask makes the hashes that the References want.
func (j *job) ask() {
	for _, r := range j.references {
		if j.hashes[r.hash] == nil {
			j.hashes[r.hash] = r.hash.New()
		}
	}
}

func (j *job) finish() {
	j.open = false
	if j.err == nil {
		j.err = j.c.finish()
	}
	*j.out, j.c.out = j.c.out, nil
	outs.Put(j.out)
}

// run makes the canonical forms in one pass over the document.
func (b *jobs) run(ctx context.Context, in *source) error {
	if len(b.list) == 0 && b.place == nil {
		return nil
	}
	for _, j := range b.named[name{}] {
		j.found = 1
		j.start(0)
		b.open = append(b.open, j)
	}
	s := in.scan(ctx)
	defer s.Release()
	for {
		s.Skim(b.floor(s))
		k, err := s.Next()
		if err != nil {
			return wrap(err)
		}
		if b.place != nil {
			b.place.event(s, k)
		}
		switch k {
		case xmltree.EOF:
			for _, j := range b.named[name{}] {
				j.finish()
			}
			return nil
		case xmltree.Start:
			if len(s.Attrs()) > 0 {
				b.meet(in, s)
			}
		}
		if len(b.open) > 0 {
			b.event(in, s, k)
		}
	}
}

// floor is the depth down to which events have to be seen one by one.
func (b *jobs) floor(s *xmltree.Scanner) int {
	floor := 1
	if b.place != nil {
		floor = max(floor, b.place.down())
	}
	for _, j := range b.open {
		f := j.c.floor(s)
		if f < 0 {
			return f
		}
		floor = max(floor, f)
	}
	return floor
}

// meet begins the jobs that ask for the element by its Id.
func (b *jobs) meet(in *source, s *xmltree.Scanner) {
	for i := range s.Attrs() {
		id, ok := idOf(&s.Attrs()[i])
		if !ok || id == "" {
			continue
		}
		list := b.named[name{scopeAt(s), id}]
		for _, j := range list {
			if j.element != nil && j.open && j.c.apex == s.Depth() {
				continue // the same element by another of its attributes
			}
			if j.found++; j.found > 1 {
				continue
			}
			e := elementAt(in, s)
			e.ID = id
			j.element, j.from = &e, s.Offset()
			if j.left == leftOwn && !slices.Contains(j.signature.above, s.Offset()) && j.signature.start != s.Offset() && !j.buried(s) {
				j.left = leftNone // it is not in there: signers of invoices ask for it all the same
			}
			if b.joined(list, j, s.Depth()) {
				continue
			}
			j.start(s.Depth())
			if j.buried(s) {
				j.c.skipping = s.Depth()
			}
			b.open = append(b.open, j)
		}
	}
}

// buried reports that the element lies in a signature that is left out: then there is nothing of it.
func (j *job) buried(s *xmltree.Scanner) bool {
	for d := 1; d < s.Depth(); d++ {
		space, local := s.At(d)
		switch {
		case j.left == leftAll && space == spaceDSig && string(local) == "Signature", j.left == leftOwn && s.StartOf(d) == j.signature.start:
			return true
		}
	}
	return false
}

// joined hands the References of j to a job that has just begun and makes the same octets.
func (b *jobs) joined(list []*job, j *job, depth int) bool {
	for _, o := range list {
		if o == j || !o.open || o.c.apex != depth || !o.same(j) {
			continue
		}
		o.references = append(o.references, j.references...)
		o.keep = o.keep || j.keep
		o.ask()
		j.references = nil
		return true
	}
	return false
}

// spend counts work, so that a small document cannot ask for all of itself again and again. It reports that there was too much.
func (b *jobs) spend(in *source, octets int64) bool {
	if b.spent == nil {
		return false
	}
	*b.spent += octets
	return *b.spent > limits.XMLDigestFree+limits.XMLDigestTimes*in.size
}

func tooDear() error { return tooMany("times that a document is canonicalised", limits.XMLDigestTimes) }

// event hands an event to the open jobs.
func (b *jobs) event(in *source, s *xmltree.Scanner, k xmltree.Kind) {
	ended := false
	dear := b.spend(in, int64(len(s.Raw()))*int64(len(b.open)))
	for _, j := range b.open {
		if j.err == nil && dear {
			j.err = tooDear()
		}
		if j.err == nil {
			j.err = j.c.event(s, k)
		}
		if k == xmltree.End && s.Depth() == j.c.apex {
			j.element.End = in.original(s.Past())
			j.finish()
			ended = true
		}
	}
	if !ended {
		return
	}
	rest := b.open[:0]
	for _, j := range b.open {
		if j.open {
			rest = append(rest, j)
		}
	}
	b.open = rest
}

// settle hands the results to the References.
func (b *jobs) settle() {
	for _, j := range b.list {
		for _, r := range j.references {
			uri := shorten(r.URI)
			switch {
			case j.found == 0:
				r.refuse(fail(CodeReferenceNone, nil, "uri", uri), "XML Signature 1.1, 4.4.3.3")
			case j.found > 1:
				r.refuse(fail(CodeReferenceAmbiguous, nil, "uri", uri), "XML Signature 1.1, 4.4.3.3")
			case j.err != nil:
				r.refuse(j.err, "XML Signature 1.1, 4.4.3.2")
			default:
				r.Element = j.element
				r.settle(j.hashes[r.hash].Sum(nil), j.c.size)
				if j.c.dropped {
					r.add(CodeComment, finding.Warning, "XML Signature 1.1, 4.4.3.3", "uri", uri)
				}
			}
		}
	}
}
