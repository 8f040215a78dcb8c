package xml

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
)

// outline is the upper part of a document: what a coverage is told by. It is made while the document passes by for the first time.
type outline struct {
	in    *source
	nodes []outlined
	names map[string]string // each name once
	open  [limits.XMLOutlineDepth + 1]int32
	full  bool    // there are more nodes than are kept
	nth   []int32 // of each node, which of those of its name in its element it is; 0 for the only one
	steps int     // that coverages have made through it
}

// outlined is an element near the root, or a processing instruction beside it. Offsets are octets of the document.
type outlined struct {
	start, end int64
	parent     int32  // -1 above the root
	next       int32  // the first node behind those in it
	name       string // local; of a processing instruction, as XPath would have it
	signature  bool   // it is a ds:Signature
	text       bool   // there is text right inside
	attributes bool   // it has some, Ids and namespace declarations not counted
	filled     bool   // it, or an element in it, has text or attributes outside of signatures
}

func newOutline(in *source) *outline {
	return &outline{in: in, names: make(map[string]string)}
}

// floor is the depth down to which events have to be seen one by one.
func (o *outline) floor() int {
	if o.full {
		return 1
	}
	return limits.XMLOutlineDepth
}

// event takes in what passes by. What stands in a signature counts for nothing.
func (o *outline) event(s *xmltree.Scanner, k xmltree.Kind, inSignature bool) {
	d := s.Depth()
	switch k {
	case xmltree.Start:
		if d <= limits.XMLOutlineDepth {
			o.start(s, d)
		}
		if n := o.innermost(d); n != nil && !inSignature {
			n.filled = n.filled || says(s)
		}
	case xmltree.End:
		if d <= limits.XMLOutlineDepth {
			o.end(s, d)
		}
	case xmltree.Text, xmltree.Run:
		n := o.innermost(d)
		if n == nil || inSignature || n.filled && (n.text || d > limits.XMLOutlineDepth || k == xmltree.Run) {
			return
		}
		if k == xmltree.Run && hasText(s.Raw()) {
			n.filled = true
		}
		if k == xmltree.Text && len(bytes.Trim(s.Inner(), blanks)) > 0 {
			n.filled, n.text = true, n.text || o.open[min(d, limits.XMLOutlineDepth)] > 0 && d <= limits.XMLOutlineDepth
		}
	case xmltree.PI:
		if d == 0 && !o.full {
			o.add(outlined{start: o.in.original(s.Offset()), end: o.in.original(s.Past()), parent: -1, next: int32(len(o.nodes)) + 1,
				name: "processing-instruction('" + string(s.Inner()) + "')", filled: true})
		}
	}
}

// says reports whether a start tag has attributes other than Ids and namespace declarations.
func says(s *xmltree.Scanner) bool {
	for i := range s.Attrs() {
		a := &s.Attrs()[i]
		if _, id := idOf(a); !id && !a.Decl {
			return true
		}
	}
	return false
}

// hasText reports whether there is text in a piece of a document, which begins and ends between markup and text.
func hasText(raw []byte) bool {
	for len(raw) > 0 {
		text, rest, _ := bytes.Cut(raw, []byte("<"))
		if len(bytes.Trim(text, blanks)) > 0 {
			return true
		}
		_, raw, _ = bytes.Cut(rest, []byte(">"))
	}
	return false
}

func (o *outline) start(s *xmltree.Scanner, d int) {
	o.open[d] = 0
	if o.full {
		return
	}
	name, ok := o.names[string(s.Local())]
	if !ok {
		name = string(s.Local())
		o.names[name] = name
	}
	n := outlined{start: o.in.original(s.Offset()), parent: -1, name: name, signature: s.Is(spaceDSig, "Signature")}
	if d > 1 {
		n.parent = o.open[d-1] - 1
	}
	n.attributes = says(s)
	o.add(n)
	o.open[d] = int32(len(o.nodes))
}

func (o *outline) end(s *xmltree.Scanner, d int) {
	i := o.open[d]
	o.open[d] = 0
	if i == 0 {
		return
	}
	n := &o.nodes[i-1]
	n.end, n.next = o.in.original(s.Past()), int32(len(o.nodes))
	if outer := o.innermost(d - 1); outer != nil && n.filled {
		outer.filled = true
	}
}

// innermost is the innermost open element that is a node, down to a depth; nil for none.
func (o *outline) innermost(d int) *outlined {
	for d = min(d, limits.XMLOutlineDepth); d > 0; d-- {
		if i := o.open[d]; i > 0 {
			return &o.nodes[i-1]
		}
	}
	return nil
}

func (o *outline) add(n outlined) {
	o.nodes = append(o.nodes, n)
	o.full = len(o.nodes) >= limits.XMLOutline
}

// number counts nodes of one name in one element, once.
func (o *outline) number() {
	if o.nth != nil {
		return
	}
	type key struct {
		parent int32
		name   string
	}
	type last struct {
		node  int
		count int32
	}
	o.nth = make([]int32, len(o.nodes))
	seen := make(map[key]last)
	for i := range o.nodes {
		k := key{o.nodes[i].parent, o.nodes[i].name}
		l := seen[k]
		if l.count == 1 {
			o.nth[l.node] = 1
		}
		if l.count > 0 {
			o.nth[i] = l.count + 1
		}
		seen[k] = last{i, l.count + 1}
	}
}

// path is where a node stands. Of several of one name in one element each has its number behind its name: "/a/b[2]".
func (o *outline) path(i int) string {
	n := &o.nodes[i]
	path := "/" + n.name
	if o.nth[i] > 0 {
		path += "[" + strconv.Itoa(int(o.nth[i])) + "]"
	}
	if n.parent >= 0 {
		path = o.path(int(n.parent)) + path
	}
	return path
}

// at is the innermost node in which an octet of the document lies; -1 for none.
func (o *outline) at(octet int64) int {
	found, _ := slices.BinarySearchFunc(o.nodes, octet, func(n outlined, at int64) int {
		if n.start <= at {
			return -1
		}
		return 1
	})
	for i := found - 1; i >= 0; i = int(o.nodes[i].parent) {
		if octet < o.nodes[i].end {
			return i
		}
	}
	return -1
}
