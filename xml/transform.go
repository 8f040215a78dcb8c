package xml

import (
	"bytes"
	"io"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
	"github.com/kyso-dev/kyso/signer"
)

// data is what goes from one transform to the next: octets, or nodes of a document.
type data struct {
	octets []byte
	nodes  *subset // nil: octets
}

// subset is a set of nodes of a tree. Attributes and namespaces go with their element, as far as the tests let them.
type subset struct {
	tree  *xmltree.Tree
	own   bool // the document that the signature is in
	in    []uint64
	tests []func(point) bool
}

// point is a node as XPath knows it.
type point struct {
	n         xmltree.Node
	attribute int    // its place in the start tag, where it is an attribute
	namespace string // its prefix, where it is a namespace
	kind      pointKind
}

type pointKind uint8

const (
	pointNode pointKind = iota
	pointAttribute
	pointNamespace
)

func newSubset(t *xmltree.Tree) *subset {
	return &subset{tree: t, in: make([]uint64, t.Len()/64+1)}
}

func (s *subset) node(n xmltree.Node) bool { return s.in[n/64]>>(n%64)&1 != 0 }

func (s *subset) put(n xmltree.Node, in bool) {
	if in {
		s.in[n/64] |= 1 << (n % 64)
	} else {
		s.in[n/64] &^= 1 << (n % 64)
	}
}

// putAll puts a node and all that is in it.
func (s *subset) putAll(n xmltree.Node, in bool) {
	for c := n; c <= s.tree.Last(n); c++ {
		s.put(c, in)
	}
}

// leaveOut takes a node with all that is in it out of the set, attributes and namespaces too.
func (s *subset) leaveOut(n xmltree.Node) {
	s.putAll(n, false)
	if last := s.tree.Last(n); len(s.tests) > 0 {
		s.tests = append(s.tests, func(p point) bool { return p.n < n || p.n > last })
	}
}

func (s *subset) attribute(n xmltree.Node, i int) bool {
	return s.holds(point{n: n, attribute: i, kind: pointAttribute})
}

func (s *subset) namespace(n xmltree.Node, prefix string) bool {
	return s.holds(point{n: n, namespace: prefix, kind: pointNamespace})
}

func (s *subset) holds(p point) bool {
	for _, test := range s.tests {
		if !test(p) {
			return false
		}
	}
	return len(s.tests) > 0 || s.node(p.n)
}

// apart computes a Reference for which one pass over the document does not do, writes the octets to w, if any, and returns them; what
// comes from outside and goes through no transform is not held and not returned. The error is that of the context or of w; all else is
// a finding.
func (d *digester) apart(r *Reference, w io.Writer) ([]byte, error) {
	h := r.hash.New()
	out := &errWriter{w: h}
	if w != nil {
		out.w = io.MultiWriter(h, w)
	}
	var octets []byte
	size, err := int64(0), error(nil)
	if r.plan.target == targetExternal && len(r.plan.steps) == 0 {
		size, err = d.outside(r, out)
	} else if octets, err = d.octets(r); err == nil {
		size = int64(len(octets))
		_, _ = out.Write(octets)
	}
	switch {
	case out.err != nil:
		return nil, fail(CodeWrite, out.err)
	case signer.Cancelled(d.ctx) != nil:
		return nil, signer.Cancelled(d.ctx)
	case err != nil:
		r.refuse(err, "XML Signature 1.1, 4.4.3.2")
		return nil, nil
	}
	r.settle(h.Sum(nil), size)
	return octets, nil
}

// outside copies what lies outside of the document to w.
func (d *digester) outside(r *Reference, w io.Writer) (size int64, err error) {
	if d.resolver == nil {
		return 0, fail(CodeReferenceExternal, nil, "uri", shorten(r.URI))
	}
	body, err := d.resolver.Resolve(d.ctx, r.plan.external)
	if err != nil {
		return 0, fail(CodeReferenceExternal, err, "uri", shorten(r.URI))
	}
	size, err = io.Copy(w, ctxReader{d.ctx, body})
	if err = firstError(err, body.Close()); err != nil {
		err = fail(CodeReferenceExternal, err, "uri", shorten(r.URI))
	}
	return size, err
}

// octets are what a Reference hashes (XML Signature, 4.4.3.2). XPath expressions are evaluated at every step, down to the attributes that
// a canonical form asks for, so that all of it is bounded.
func (d *digester) octets(r *Reference) (octets []byte, err error) {
	overrun := d.bounded(func() { octets, err = d.compute(r) })
	if overrun != nil {
		return nil, overrun
	}
	return octets, err
}

func (d *digester) compute(r *Reference) ([]byte, error) {
	now, err := d.dereference(r)
	if err != nil {
		return nil, err
	}
	for i := range r.plan.steps {
		if err := signer.Cancelled(d.ctx); err != nil {
			return nil, err
		}
		if now, err = d.transform(now, r, &r.plan.steps[i]); err != nil {
			return nil, err
		}
	}
	if now.nodes != nil {
		return now.nodes.canonical(C14N10, nil)
	}
	return now.octets, nil
}

func (d *digester) dereference(r *Reference) (data, error) {
	p := r.plan
	if p.target == targetExternal {
		var all bytes.Buffer
		_, err := d.outside(r, &limitWriter{w: &all, left: limits.XMLWhole})
		return data{octets: all.Bytes()}, err
	}
	if (&jobs{spent: &d.spent}).spend(d.doc.in, 2*d.doc.in.size) { // to find the element, and to canonicalise
		return data{}, tooDear()
	}
	if d.tree == nil {
		if err := d.doc.in.load(); err != nil {
			return data{}, err
		}
		t, err := xmltree.ParseDecoded(d.doc.in.text)
		if err != nil {
			return data{}, wrap(err)
		}
		d.tree = t
	}
	s := newSubset(d.tree)
	s.own = true
	apex := xmltree.Node(0)
	if p.target == targetID {
		var err error
		if apex, err = d.find(r); err != nil {
			return data{}, err
		}
	}
	for n := apex; n <= d.tree.Last(apex); n++ {
		s.put(n, p.comments || d.tree.Kind(n) != xmltree.Comment)
	}
	return data{nodes: s}, nil
}

// limitWriter takes in so many octets and no more.
type limitWriter struct {
	w    io.Writer
	left int
}

func (l *limitWriter) Write(b []byte) (int, error) {
	if l.left -= len(b); l.left < 0 {
		return 0, tooMany("octets of a document that is held in memory", limits.XMLWhole)
	}
	return l.w.Write(b)
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// find is the element that a Reference names by its Id.
func (d *digester) find(r *Reference) (xmltree.Node, error) {
	var found xmltree.Node
	s := d.doc.in.scan(d.ctx)
	start := int64(-1)
	for {
		k, err := s.Next()
		if err != nil {
			return 0, wrap(err)
		}
		if k == xmltree.EOF {
			break
		}
		if k != xmltree.Start || !hasID(s, r.plan.id) || scopeAt(s) != r.plan.signature.scope {
			continue
		}
		if start >= 0 {
			return 0, fail(CodeReferenceAmbiguous, nil, "uri", shorten(r.URI))
		}
		start = s.Offset()
		e := elementAt(d.doc.in, s)
		e.ID = r.plan.id
		r.Element = &e
	}
	if start < 0 {
		return 0, fail(CodeReferenceNone, nil, "uri", shorten(r.URI))
	}
	found = d.nodeAt(start)
	_, end := d.tree.Range(found)
	r.Element.End = d.doc.in.original(int64(end))
	return found, nil
}

// nodeAt is the element that begins at an octet of the text.
func (d *digester) nodeAt(start int64) xmltree.Node {
	lo, hi := 1, d.tree.Len()
	for lo < hi { // nodes stand in the order of the document
		mid := (lo + hi) / 2
		if at, _ := d.tree.Range(xmltree.Node(mid)); int64(at) < start {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return xmltree.Node(lo)
}

func (d *digester) transform(now data, r *Reference, t *transform) (data, error) {
	method := C14N(t.algorithm)
	if t.algorithm == TransformBase64 {
		return decode(now)
	}
	if now.nodes == nil { // the others take nodes
		tree, err := xmltree.Parse(now.octets)
		if err != nil {
			return data{}, wrap(err)
		}
		now.nodes = newSubset(tree)
		now.nodes.putAll(0, true)
	}
	switch {
	case method.Known():
		octets, err := now.nodes.canonical(method, t.prefixes)
		return data{octets: octets}, err
	case t.algorithm == TransformEnveloped:
		if !now.nodes.own {
			return data{}, fail(CodeTransform, nil, "algorithm", t.algorithm)
		}
		now.nodes.leaveOut(d.nodeAt(r.plan.signature.start))
		return now, nil
	case t.algorithm == TransformXPath:
		return now, d.xpath(now.nodes, &t.filters[0])
	case t.algorithm == TransformFilter2:
		return now, d.filter2(now.nodes, r, t.filters)
	}
	return data{}, fail(CodeTransform, nil, "algorithm", shorten(t.algorithm))
}

// canonical is the canonical form of the subset.
func (s *subset) canonical(method C14N, prefixes []string) ([]byte, error) {
	var out bytes.Buffer
	c := newCanonicalizer(&out, method, prefixes)
	c.set = s
	scan := s.tree.Scan()
	for {
		k, err := scan.Next()
		if err != nil {
			return nil, wrap(err)
		}
		if k == xmltree.EOF {
			err := c.finish()
			return out.Bytes(), err
		}
		if err := c.event(scan, k); err != nil {
			return nil, err
		}
	}
}

// decode is the base64 transform (XML Signature, 6.6.2).
func decode(now data) (data, error) {
	text := now.octets
	if s := now.nodes; s != nil {
		for n := range xmltree.Node(s.tree.Len()) {
			if s.tree.Kind(n) == xmltree.Text && s.node(n) {
				text = s.tree.AppendText(text, n)
			}
		}
	}
	if len(text) > limits.XMLBase64 {
		return data{}, tooMany("octets of base64", limits.XMLBase64)
	}
	octets, ok := decodeBase64(text)
	if !ok {
		return data{}, fail(CodeBase64, nil)
	}
	return data{octets: octets}, nil
}
