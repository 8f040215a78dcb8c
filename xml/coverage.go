package xml

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Coverage is what a signature covers of the document that it stands in, whether or not that is still intact. Elements are named by the
// local names from the root on; of several of one name in one element each has its number behind its name, as in "/HDon/DLHDon[2]".
type Coverage struct {
	// Whole says that nothing is left out but signatures; of a signature over something outside, that this is all it is about.
	Whole bool
	// Covered are the elements that are covered with all that is in them: "/" for the document, URIs of what lies outside. Parts of the
	// signature itself are among them only where it covers nothing else.
	Covered []string
	// NotCovered are what the signature leaves out of the document, or of its own of the documents in a TDiep: outermost elements that
	// say something, "@*" for attributes of an element that is not covered as a whole, "text()" for text right inside of it, and "*" for
	// further elements of one that lies deep.
	NotCovered []string
	// More says that further ones are left out, or that not all of the document was looked at.
	More bool
}

// Coverage tells what a signature of the document covers. What an XPath expression selects, beyond the usual forms, is not taken to be
// covered.
func (d *Document) Coverage(s *Signature) Coverage {
	c := &covering{doc: d, own: s.survey}
	for _, r := range s.References {
		c.reference(r)
	}
	c.judge()
	return c.Coverage
}

// covering works out one coverage.
type covering struct {
	Coverage
	doc      *Document
	own      *survey
	document bool      // all of it is covered
	parts    []Element // outside of the signature
	inside   []Element // in it
	outside  []string
	lost     bool // what a Reference names was not found
}

// reference takes in what a Reference covers, and those of a Manifest that it covers.
func (c *covering) reference(r *Reference) {
	if r.Digest == nil || r.Size == 0 {
		c.lost = true
		return
	}
	for _, inner := range r.Manifest {
		c.reference(inner)
	}
	_, _, _, plain := r.plan.streamed()
	base64 := len(r.plan.steps) == 1 && r.plan.steps[0].algorithm == TransformBase64
	switch {
	case r.plan.target == targetExternal:
		c.outside = append(c.outside, r.URI)
	case !plain && !base64:
	case r.plan.target == targetDocument:
		c.document = true
	case r.Element != nil && c.holds(*r.Element):
		c.inside = append(c.inside, *r.Element)
	case r.Element != nil:
		c.parts = append(c.parts, *r.Element)
	}
}

// holds reports whether an element lies in the signature.
func (c *covering) holds(e Element) bool {
	return c.own.element.Start < e.Start && e.End <= c.own.element.End
}

func (c *covering) judge() {
	o := c.doc.outline
	o.number()
	slices.SortFunc(c.parts, func(a, b Element) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)) })
	switch {
	case c.document:
		c.Whole, c.Covered = true, []string{"/"}
		return
	case len(c.parts) > 0:
		for _, e := range c.parts {
			c.Covered = append(c.Covered, c.doc.path(e))
		}
		c.Covered = append(c.Covered, c.outside...)
	case len(c.outside) > 0:
		c.Whole, c.Covered = c.own.depth == 1, c.outside
	default:
		for _, e := range c.inside {
			if e.Local != "KeyInfo" && e.Local != "SignedProperties" { // about the signature, not what it signs
				c.Covered = append(c.Covered, c.doc.path(e))
			}
		}
	}
	c.Covered = slices.Compact(c.Covered)
	if c.own.scope != 0 {
		if i := o.at(c.doc.in.original(c.own.scope)); i >= 0 {
			c.element(i)
		}
	} else if !c.Whole {
		for i := 0; i < len(o.nodes); i = int(o.nodes[i].next) {
			c.element(i)
		}
	}
	c.objects()
	c.More = c.More || o.full
	c.Whole = !c.More && !c.lost && len(c.NotCovered) == 0 && len(c.Covered) > 0 && c.own.scope == 0
}

// element looks for what is left out of an element, and reports whether anything in it is covered or a signature.
func (c *covering) element(i int) {
	o := c.doc.outline
	n := &o.nodes[i]
	if o.steps += 1 + len(c.parts); o.steps > limits.XMLOutlineSteps || n.next == 0 { // cut off where the outline is full
		c.More = true
		return
	}
	switch {
	case n.signature || !n.filled || c.covered(n.start, n.end):
		return
	case !c.divided(n.start, n.end):
		c.leave(o.path(i))
		return
	}
	if n.attributes {
		c.leave(o.path(i) + "/@*")
	}
	if n.text {
		c.leave(o.path(i) + "/text()")
	}
	if i+1 == int(n.next) { // what is in it lies too deep to be seen
		c.leave(o.path(i) + "/*")
	}
	for j := i + 1; j < int(n.next); j = int(o.nodes[j].next) {
		c.element(j)
		if o.nodes[j].next == 0 {
			return
		}
	}
}

// covered reports whether all octets of an element are covered.
func (c *covering) covered(start, end int64) bool {
	for _, p := range c.parts {
		if p.Start <= start && end <= p.End {
			return true
		}
	}
	return false
}

// divided reports whether an element is covered in part, or holds the signature.
func (c *covering) divided(start, end int64) bool {
	if start < c.own.element.Start && c.own.element.End <= end {
		return true
	}
	return slices.ContainsFunc(c.parts, func(p Element) bool { return start < p.Start && p.End <= end })
}

func (c *covering) leave(path string) {
	if len(c.NotCovered) == limits.XMLUncovered {
		c.More = true
		return
	}
	c.NotCovered = append(c.NotCovered, path)
}

// objects looks for Objects of the signature of which nothing is covered.
func (c *covering) objects() {
	objects := slices.DeleteFunc(slices.Clone(c.own.children), func(p part) bool { return !p.is("Object") })
	for i, p := range objects {
		start, end := c.doc.in.original(p.start), c.doc.in.original(p.end)
		if !slices.ContainsFunc(c.inside, func(e Element) bool { return e.Start <= start && end <= e.End || start <= e.Start && e.End <= end }) {
			path := c.doc.path(c.own.element) + "/Object"
			if len(objects) > 1 {
				path += "[" + strconv.Itoa(i+1) + "]"
			}
			c.leave(path)
		}
	}
}

// Path is where an element stands, as coverages name it: of several of one name in one element each has its number behind its name, near the
// root.
func (d *Document) Path(e Element) string {
	d.outline.number()
	return d.path(e)
}

// path is Path where nodes are numbered.
func (d *Document) path(e Element) string {
	o := d.outline
	i := o.at(e.Start)
	if i < 0 {
		return e.Path
	}
	depth := 0
	for j := i; j >= 0; j = int(o.nodes[j].parent) {
		depth++
	}
	names := strings.Split(e.Path, "/")[1:]
	if depth >= len(names) {
		return o.path(i)
	}
	return o.path(i) + "/" + strings.Join(names[depth:], "/")
}
