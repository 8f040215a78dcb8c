package xmltree

import (
	"bytes"
	"math"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Node is a node of a [Tree]: 0 is the document, the others follow in document order. Attributes and namespaces are no nodes of
// their own; they are read from the start tag that they stand in.
type Node uint32

// Tree is a document as nodes of 24 octets, which know where they stand and whom they belong to. Text is read from the document when
// it is asked for. Adjacent text is one node, as XPath has it. Safe for concurrent use once made.
type Tree struct {
	text     []byte // the document in UTF-8
	blocks   [][]node
	count    uint32
	spaces   []string
	bindings []link
	context  *Context
}

type node struct {
	start, end uint32 // octets of the text; of an element, all of it
	parent     Node
	last       Node   // the last node inside; itself for leaves
	space      uint32 // kind in the low 3 bits; of elements, above them, the number of the namespace
	link       uint32 // of elements, the innermost binding in scope
}

// link is a namespace binding, and the one around it. link 0 is the end.
type link struct {
	Binding
	outer uint32
}

const (
	blockSize  = 1024
	firstBlock = 32
)

// Parse makes the tree of a document.
func Parse(document []byte) (*Tree, error) { return build(ScanBytes(document), nil) }

// ParseElement makes the tree of an element that was cut out of a document, in UTF-8.
func ParseElement(element []byte, c *Context) (*Tree, error) {
	return build(ScanElement(element, c), c)
}

func build(s *Scanner, c *Context) (*Tree, error) {
	defer s.Release()
	t := &Tree{context: c, bindings: make([]link, 1)}
	innermost := uint32(0)
	if c != nil {
		for _, b := range c.Bindings {
			innermost = t.bind(b, innermost)
		}
	}
	t.add(node{})
	var spaces spaceNumbers
	open := Node(0)
	for {
		k, err := s.Next()
		if err != nil {
			return nil, err
		}
		if s.Past() > math.MaxUint32-1 || t.count >= limits.XMLNodes {
			return nil, s.limit("nodes of a document", limits.XMLNodes)
		}
		n := node{start: uint32(s.start), end: uint32(s.end), parent: open, space: uint32(k)}
		switch k {
		case Start:
			n.link = innermost
			if open != 0 {
				n.link = t.at(open).link
			}
			for i := range s.Attrs() {
				if a := &s.attrs[i]; a.Decl {
					prefix := string(a.Local)
					if a.Prefix == nil {
						prefix = ""
					}
					n.link = t.bind(Binding{prefix, a.Bound}, n.link)
				}
			}
			n.space |= spaces.number(t, s.Space()) << 3
			open = t.add(n)
		case End:
			e := t.at(open)
			e.end, e.last = uint32(s.end), Node(t.count-1)
			open = e.parent
		case Text:
			if before := Node(t.count - 1); before != open && t.Kind(before) == Text && t.at(before).parent == open {
				t.at(before).end = n.end
				continue
			}
			if s.start < s.end && s.from < s.to { // an empty CDATA section is no node
				t.add(n)
			}
		case Comment, PI:
			t.add(n)
		case EOF:
			t.at(0).end, t.at(0).last = uint32(s.end), Node(t.count-1)
			t.text = s.buf
			return t, nil
		}
	}
}

// spaceNumbers finds the namespaces of a tree again.
type spaceNumbers map[string]uint32 // nil while there are few

func (m *spaceNumbers) number(t *Tree, space string) uint32 {
	if *m == nil {
		for i, known := range t.spaces {
			if known == space {
				return uint32(i)
			}
		}
	} else if n, ok := (*m)[space]; ok {
		return n
	}
	n := uint32(len(t.spaces))
	t.spaces = append(t.spaces, space)
	switch {
	case *m != nil:
		(*m)[space] = n
	case n == fewNames:
		*m = make(spaceNumbers, 2*fewNames)
		for i, known := range t.spaces {
			(*m)[known] = uint32(i)
		}
	}
	return n
}

func (t *Tree) bind(b Binding, outer uint32) uint32 {
	t.bindings = append(t.bindings, link{b, outer})
	return uint32(len(t.bindings) - 1)
}

func (t *Tree) add(n node) Node {
	switch {
	case t.count == 0: // most trees are small: this one block grows
		t.blocks = append(t.blocks, make([]node, 0, firstBlock))
	case t.count%blockSize == 0:
		t.blocks = append(t.blocks, make([]node, 0, blockSize))
	}
	id := Node(t.count)
	n.last = id
	last := len(t.blocks) - 1
	t.blocks[last] = append(t.blocks[last], n)
	t.count++
	return id
}

func (t *Tree) at(n Node) *node { return &t.blocks[n/blockSize][n%blockSize] }

// Len is the number of nodes; the highest is Len()-1.
func (t *Tree) Len() int { return int(t.count) }

// Kind is Start for an element, Text, Comment or PI; 0 for the document.
func (t *Tree) Kind(n Node) Kind { return Kind(t.at(n).space & 7) }

// Parent is the element or document around n; of the document itself.
func (t *Tree) Parent(n Node) Node { return t.at(n).parent }

// Last is the last node inside n, n itself when there is none.
func (t *Tree) Last(n Node) Node { return t.at(n).last }

// Range is where n stands in the text, which is Text.
func (t *Tree) Range(n Node) (start, end int) { e := t.at(n); return int(e.start), int(e.end) }

// Document is the text of the whole document, in UTF-8.
func (t *Tree) Document() []byte { return t.text }

// Raw is n as written.
func (t *Tree) Raw(n Node) []byte { e := t.at(n); return t.text[e.start:e.end] }

// Root is the root element.
func (t *Tree) Root() Node {
	for n := Node(1); int(n) < t.Len(); n++ {
		if t.Kind(n) == Start {
			return n
		}
	}
	return 0
}

// Children calls f for each child of n until it returns false.
func (t *Tree) Children(n Node, f func(Node) bool) {
	for c, last := n+1, t.Last(n); c <= last; c = t.Last(c) + 1 {
		if !f(c) {
			return
		}
	}
}

// Child is the first element of this name in n; 0 when there is none.
func (t *Tree) Child(n Node, space, local string) Node {
	var found Node
	t.Children(n, func(c Node) bool {
		if t.Is(c, space, local) {
			found = c
		}
		return found == 0
	})
	return found
}

// Elements are the elements in n, in order.
func (t *Tree) Elements(n Node) []Node {
	var list []Node
	t.Children(n, func(c Node) bool {
		if t.Kind(c) == Start {
			list = append(list, c)
		}
		return true
	})
	return list
}

// Is reports whether n is an element of this name.
func (t *Tree) Is(n Node, space, local string) bool {
	return t.Kind(n) == Start && t.Space(n) == space && string(t.Local(n)) == local
}

// QName is the name of an element as written, or that of a processing instruction.
func (t *Tree) QName(n Node) []byte {
	raw := t.Raw(n)
	i := 1
	switch t.Kind(n) {
	case PI:
		i = 2
	case Start:
	default:
		return nil
	}
	end := i
	for end < len(raw) && class[raw[end]]&blank == 0 && raw[end] != '>' && raw[end] != '/' && raw[end] != '?' {
		end++
	}
	return raw[i:end]
}

// Local is the local name of an element.
func (t *Tree) Local(n Node) []byte {
	name := t.QName(n)
	return name[bytes.IndexByte(name, ':')+1:]
}

// Prefix is the prefix of an element, "" without.
func (t *Tree) Prefix(n Node) string {
	name := t.QName(n)
	return string(name[:max(0, bytes.IndexByte(name, ':'))])
}

// Space is the namespace of an element.
func (t *Tree) Space(n Node) string {
	if t.Kind(n) != Start {
		return ""
	}
	return t.spaces[t.at(n).space>>3]
}

// Lookup is what a prefix stands for in an element.
func (t *Tree) Lookup(n Node, prefix string) string {
	if prefix == "xml" {
		return SpaceXML
	}
	for i := t.at(n).link; i != 0; i = t.bindings[i].outer {
		if t.bindings[i].Prefix == prefix {
			return t.bindings[i].URI
		}
	}
	return ""
}

// Bindings are the namespaces in scope of an element, xml among them, without an empty default one: the namespace nodes of XPath.
func (t *Tree) Bindings(n Node) []Binding {
	list := []Binding{{"xml", SpaceXML}}
	seen := map[string]bool{"xml": true}
	for i := t.at(n).link; i != 0; i = t.bindings[i].outer {
		b := t.bindings[i].Binding
		if seen[b.Prefix] {
			continue
		}
		seen[b.Prefix] = true
		if b.URI != "" {
			list = append(list, b)
		}
	}
	return list
}

// Context is what n inherits from the elements around it, for ScanElement of its Raw.
func (t *Tree) Context(n Node) *Context {
	c := &Context{}
	if t.context != nil {
		*c = *t.context
	}
	parent := t.Parent(n)
	if parent == 0 {
		return c
	}
	c.Bindings = t.Bindings(parent)[1:] // xml is always there
	c.XML = c.XML[:len(c.XML):len(c.XML)]
	var around []Node
	for p := parent; p != 0; p = t.Parent(p) {
		around = append(around, p)
	}
	for i := len(around) - 1; i >= 0; i-- {
		for _, a := range t.Attrs(around[i]) {
			if a.Space == SpaceXML && !a.Decl {
				c.XML = append(c.XML, Inherited{string(a.Local), a.Value(), 0})
			}
		}
	}
	return c
}

// Attrs are the attributes of an element, declarations among them, in the order of the document.
func (t *Tree) Attrs(n Node) []Attr {
	if t.Kind(n) != Start {
		return nil
	}
	e := t.at(n)
	name := int(e.start) + 1 + len(t.QName(n))
	s := Scanner{buf: t.text[:e.end], eof: true}
	if _, _, err := s.scanAttrs(name); err != nil {
		return nil // the scanner has read it before
	}
	for i := range s.attrs {
		a := &s.attrs[i]
		switch {
		case a.Prefix == nil && string(a.Local) == "xmlns", string(a.Prefix) == "xmlns":
			a.Decl, a.Bound = true, a.Value()
		case a.Prefix != nil:
			a.Space = t.Lookup(n, string(a.Prefix))
		}
	}
	return s.attrs
}

// Attr is the value of an attribute without a namespace.
func (t *Tree) Attr(n Node, local string) (string, bool) {
	for _, a := range t.Attrs(n) {
		if a.Is("", local) {
			return a.Value(), true
		}
	}
	return "", false
}

// AppendText appends the string-value of n (XPath 5): all text inside an element, what a text or comment says, the data of a
// processing instruction.
func (t *Tree) AppendText(dst []byte, n Node) []byte {
	switch t.Kind(n) {
	case Text:
		return appendRun(dst, t.Raw(n))
	case Comment:
		raw := t.Raw(n)
		return appendLines(dst, raw[4:len(raw)-3])
	case PI:
		raw := t.Raw(n)
		data := bytes.TrimLeft(raw[2+len(t.QName(n)):len(raw)-2], " \t\r\n")
		return appendLines(dst, data)
	}
	for c, last := n+1, t.Last(n); c <= last && c > n; c++ {
		if t.Kind(c) == Text {
			dst = appendRun(dst, t.Raw(c))
		}
	}
	return dst
}

// Value is the string-value of n.
func (t *Tree) Value(n Node) string { return string(t.AppendText(nil, n)) }

// appendRun appends character data that may have CDATA sections in it.
func appendRun(dst, raw []byte) []byte {
	for {
		i := bytes.Index(raw, cdataOpen)
		if i < 0 {
			return appendText(dst, raw)
		}
		dst = appendText(dst, raw[:i])
		raw = raw[i+len(cdataOpen):]
		end := bytes.Index(raw, []byte("]]>"))
		dst = appendLines(dst, raw[:end])
		raw = raw[end+3:]
	}
}
