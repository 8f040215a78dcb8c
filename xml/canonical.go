package xml

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/kyso-dev/kyso/internal/xmltree"
)

// nodeSet is a document subset: which nodes of a tree are in it. An attribute is told by its place in the start tag, a namespace
// node by its prefix.
type nodeSet interface {
	node(n xmltree.Node) bool
	attribute(n xmltree.Node, i int) bool
	namespace(n xmltree.Node, prefix string) bool
}

// canonicalizer writes the canonical form of a subtree or a whole document while a scanner passes over it. Every event from the
// start of the apex to its end is given to event.
type canonicalizer struct {
	method   C14N
	prefixes []string // InclusiveNamespaces PrefixList; "" stands for #default
	comments bool
	apex     int // depth of the element that is canonicalised; 0 for the document
	set      nodeSet
	skip     func(s *xmltree.Scanner) bool // tells at a Start that the element is left out with all that is in it

	w    io.Writer // nil: all of it stays in out
	out  []byte
	size int64
	err  error

	skipping int         // depth of the element that is left out
	have     []string    // what each prefix, by its number, was last written to stand for
	undo     []rendering // how have was before
	axis     []xmltree.Binding
	attrs    []attribute
	scratch  []byte
	after    bool // the root element is over
	dropped  bool // there were comments

	// of a subset
	ordinal xmltree.Node
	inText  bool
	visible []bool // of the open elements
}

type rendering struct {
	number, depth int
	uri           string
}

// attribute is one to be written.
type attribute struct {
	space string
	name  []byte // as written
	local []byte
	raw   []byte // the canonical value, where plain
	value string
	plain bool
}

// flushAt is how much is gathered before it is handed on: enough that calls do not count, little enough for the nearest cache.
const flushAt = 16 << 10

func (c *canonicalizer) event(s *xmltree.Scanner, k xmltree.Kind) error {
	if len(c.out) >= flushAt && c.w != nil {
		c.flush()
	}
	if c.skipping > 0 {
		if k == xmltree.End && s.Depth() == c.skipping {
			c.skipping = 0
		}
		if c.set == nil || k == xmltree.Comment {
			return c.err
		}
	}
	if c.set != nil {
		return c.subset(s, k)
	}
	switch k {
	case xmltree.Run:
		c.run(s.Raw())
	case xmltree.Text:
		if s.Plain() {
			c.out = append(c.out, s.Inner()...)
		} else {
			c.text(s)
		}
	case xmltree.Start:
		if c.skip != nil && c.skip(s) {
			c.skipping = s.Depth()
			return nil
		}
		if s.Plain() && s.Depth() > max(c.apex, 1) && (!c.method.exclusive() || c.rendered(s)) {
			c.out = append(c.out, s.Raw()...)
			return nil
		}
		return c.start(s)
	case xmltree.End:
		if s.Plain() && !s.Empty() {
			c.out = append(c.out, s.Raw()...)
		} else {
			c.out = append(append(append(c.out, "</"...), s.Open()...), '>')
		}
		c.leave(s.Depth())
		c.after = s.Depth() == 1
	case xmltree.Comment, xmltree.PI:
		c.aside(s, k)
	}
	return nil
}

// floor is the depth down to which event has to see the events one by one, for xmltree's Skim; negative for all.
func (c *canonicalizer) floor(s *xmltree.Scanner) int {
	s.Leave()
	if c.set != nil || c.method.exclusive() && c.written(0) != s.URIOf(0) {
		return -1
	}
	return max(c.apex, c.skipping, 1)
}

// run takes in octets that are canonical as they are.
func (c *canonicalizer) run(raw []byte) {
	if len(raw) < flushAt/4 || c.w == nil {
		c.out = append(c.out, raw...)
		return
	}
	c.flush()
	if c.err == nil {
		if _, err := c.w.Write(raw); err != nil {
			c.err = fail(CodeWrite, err)
		}
	}
	c.size += int64(len(raw))
}

// finish hands on what is left.
func (c *canonicalizer) finish() error {
	if c.w != nil {
		c.flush()
	}
	return c.err
}

func (c *canonicalizer) flush() {
	if c.err == nil && len(c.out) > 0 {
		if _, err := c.w.Write(c.out); err != nil {
			c.err = fail(CodeWrite, err)
		}
	}
	c.size += int64(len(c.out))
	c.out = c.out[:0]
}

// rendered reports whether the element's own prefix needs no declaration (exclusive).
func (c *canonicalizer) rendered(s *xmltree.Scanner) bool {
	n := s.Number(s.Prefix())
	return n == numberXML || c.written(n) == s.URIOf(n)
}

// numberXML is the number that xmltree gives to the prefix xml.
const numberXML = 1

func (c *canonicalizer) written(number int) string {
	if number < len(c.have) {
		return c.have[number]
	}
	return ""
}

// start writes a start tag with the namespaces and attributes that belong to it.
func (c *canonicalizer) start(s *xmltree.Scanner) error {
	depth := s.Depth()
	top := depth == max(c.apex, 1)
	if err := c.checkNamespaces(s, top); err != nil {
		return err
	}
	c.axis = c.axis[:0]
	switch {
	case c.method.exclusive():
		c.utilise(s, s.Number(s.Prefix()))
		for i := range s.Attrs() {
			if a := &s.Attrs()[i]; !a.Decl && a.Prefix != nil {
				c.utilise(s, a.PrefixNumber())
			}
		}
		for _, p := range c.prefixes {
			c.utilise(s, s.Number([]byte(p)))
		}
	case top:
		s.Active(func(n int) { c.utilise(s, n) })
	default:
		for i := range s.Attrs() {
			if a := &s.Attrs()[i]; a.Decl {
				c.utilise(s, a.PrefixNumber())
			}
		}
	}
	c.attrs = c.attrs[:0]
	for i := range s.Attrs() {
		if a := &s.Attrs()[i]; !a.Decl {
			c.add(a)
		}
	}
	if top && c.apex > 0 && !c.method.exclusive() {
		c.inherit(s, -1)
	}
	c.out = append(append(c.out, '<'), s.QName()...)
	c.writeAxes()
	c.out = append(c.out, '>')
	return nil
}

// utilise declares the prefix with a number where it stands for something else than was written last.
func (c *canonicalizer) utilise(s *xmltree.Scanner, number int) {
	if number == numberXML || number == numberXML+1 {
		return
	}
	uri := s.URIOf(number)
	was := c.written(number)
	if uri == was || uri == "" && number != 0 {
		return
	}
	for len(c.have) <= number {
		c.have = append(c.have, "")
	}
	c.undo = append(c.undo, rendering{number, s.Depth(), was})
	c.have[number] = uri
	c.axis = append(c.axis, xmltree.Binding{Prefix: s.PrefixOf(number), URI: uri})
}

// leave forgets what the element at a depth has declared.
func (c *canonicalizer) leave(depth int) {
	for n := len(c.undo); n > 0 && c.undo[n-1].depth == depth; n-- {
		u := &c.undo[n-1]
		c.have[u.number] = u.uri
		c.undo = c.undo[:n-1]
	}
}

// checkNamespaces refuses relative namespace URIs, which have no canonical form (Canonical XML 1.0, 1.3).
func (c *canonicalizer) checkNamespaces(s *xmltree.Scanner, all bool) error {
	if all {
		var err error
		s.Active(func(n int) {
			if err == nil {
				err = absolute(s.URIOf(n))
			}
		})
		return err
	}
	for i := range s.Attrs() {
		if a := &s.Attrs()[i]; a.Decl {
			if err := absolute(a.Bound); err != nil {
				return err
			}
		}
	}
	return nil
}

func absolute(uri string) error {
	scheme, _, ok := strings.Cut(uri, ":")
	if uri == "" || ok && isScheme(scheme) {
		return nil
	}
	return fail(CodeRelativeNamespace, nil, "value", shorten(uri))
}

// isScheme is the production scheme of RFC 3986, 3.1.
func isScheme(s string) bool {
	for i, r := range []byte(s) {
		letter := r|0x20 >= 'a' && r|0x20 <= 'z'
		if !letter && (i == 0 || (r < '0' || r > '9') && r != '+' && r != '-' && r != '.') {
			return false
		}
	}
	return s != ""
}

func (c *canonicalizer) add(a *xmltree.Attr) {
	name := a.Local
	if a.Prefix != nil {
		name = bytes.Join([][]byte{a.Prefix, a.Local}, []byte(":"))
	}
	x := attribute{space: a.Space, name: name, local: a.Local, raw: a.Raw, plain: a.Plain}
	if !a.Plain {
		x.value = a.Value()
	}
	c.attrs = append(c.attrs, x)
}

// inherit adds the xml: attributes that the element takes over from ancestors (Canonical XML 1.0 and 1.1, 2.4). Those deeper
// than nearest are omitted, one after the other, which matters for xml:base in 1.1.
func (c *canonicalizer) inherit(s *xmltree.Scanner, nearest int) {
	depth := s.Depth()
	inherited := s.Inherited()
	own := len(inherited)
	for own > 0 && inherited[own-1].Depth == depth {
		own--
	}
	has := func(local string) bool {
		return slices.ContainsFunc(inherited[own:], func(a xmltree.Inherited) bool { return a.Local == local }) ||
			slices.ContainsFunc(c.attrs, func(a attribute) bool { return a.space == xmltree.SpaceXML && string(a.local) == local })
	}
	bases := make([]string, 0, 4)
	for i := own - 1; i >= 0; i-- { // from the inside out
		a := &inherited[i]
		if c.method.version11() {
			if a.Local == "base" && a.Depth > nearest {
				bases = append(bases, a.Value)
			}
			if a.Local != "lang" && a.Local != "space" {
				continue
			}
		}
		if !has(a.Local) {
			c.attrs = append(c.attrs, xmlAttribute(a.Local, a.Value))
		}
	}
	if !c.method.version11() {
		return
	}
	// The element's own xml:base counts whether or not it is in the subset.
	value := ""
	for _, a := range inherited[own:] {
		if a.Local == "base" {
			value = a.Value
		}
	}
	for _, base := range bases {
		value = joinURI(base, value)
	}
	c.attrs = slices.DeleteFunc(c.attrs, func(a attribute) bool { return a.space == xmltree.SpaceXML && string(a.local) == "base" })
	if value != "" {
		c.attrs = append(c.attrs, xmlAttribute("base", value))
	}
}

func xmlAttribute(local, value string) attribute {
	return attribute{space: xmltree.SpaceXML, name: []byte("xml:" + local), local: []byte(local), value: value}
}

// writeAxes writes the namespace and attribute axes in their order.
func (c *canonicalizer) writeAxes() {
	slices.SortFunc(c.axis, func(a, b xmltree.Binding) int { return strings.Compare(a.Prefix, b.Prefix) })
	for i := range c.axis {
		if c.axis[i].Prefix == "" {
			c.out = append(c.out, ` xmlns="`...)
		} else {
			c.out = append(append(append(c.out, ` xmlns:`...), c.axis[i].Prefix...), `="`...)
		}
		c.out = append(escapeValue(c.out, c.axis[i].URI), '"')
	}
	if len(c.attrs) > 1 {
		slices.SortFunc(c.attrs, func(a, b attribute) int {
			if n := strings.Compare(a.space, b.space); n != 0 {
				return n
			}
			return bytes.Compare(a.local, b.local)
		})
	}
	for i := range c.attrs {
		a := &c.attrs[i]
		c.out = append(append(append(c.out, ' '), a.name...), `="`...)
		if a.plain {
			c.out = append(c.out, a.raw...)
		} else {
			c.out = escapeValue(c.out, a.value)
		}
		c.out = append(c.out, '"')
	}
}

// text writes character data that is not canonical as written.
func (c *canonicalizer) text(s *xmltree.Scanner) {
	c.scratch = s.AppendText(c.scratch[:0])
	from := 0
	for i, b := range c.scratch {
		var e string
		switch b {
		case '&':
			e = "&amp;"
		case '<':
			e = "&lt;"
		case '>':
			e = "&gt;"
		case '\r':
			e = "&#xD;"
		default:
			continue
		}
		c.out = append(append(c.out, c.scratch[from:i]...), e...)
		from = i + 1
	}
	c.out = append(c.out, c.scratch[from:]...)
}

func escapeValue(dst []byte, value string) []byte {
	from := 0
	for i := range len(value) {
		var e string
		switch value[i] {
		case '&':
			e = "&amp;"
		case '<':
			e = "&lt;"
		case '"':
			e = "&quot;"
		case '\t':
			e = "&#x9;"
		case '\n':
			e = "&#xA;"
		case '\r':
			e = "&#xD;"
		default:
			continue
		}
		dst = append(append(dst, value[from:i]...), e...)
		from = i + 1
	}
	return append(dst, value[from:]...)
}

// aside writes a comment or processing instruction. Outside of the root element each has a line of its own.
func (c *canonicalizer) aside(s *xmltree.Scanner, k xmltree.Kind) {
	if k == xmltree.Comment && !c.comments {
		c.dropped = true
		return
	}
	outside := s.Depth() == 0
	if outside && c.after {
		c.out = append(c.out, '\n')
	}
	if k == xmltree.Comment {
		c.out = append(s.AppendText(append(c.out, "<!--"...)), "-->"...)
	} else {
		c.out = append(append(c.out, "<?"...), s.Inner()...)
		before := len(c.out)
		if c.out = s.AppendText(append(c.out, ' ')); len(c.out) == before+1 {
			c.out = c.out[:before]
		}
		c.out = append(c.out, "?>"...)
	}
	if outside && !c.after {
		c.out = append(c.out, '\n')
	}
}

// subset is event for a document subset: nodes that are not in it are left out, one by one (Canonical XML 1.0, 2.3).
func (c *canonicalizer) subset(s *xmltree.Scanner, k xmltree.Kind) error {
	if k != xmltree.End && (k != xmltree.Text || !c.inText && len(s.Inner()) > 0) {
		c.ordinal++
	}
	if k != xmltree.Text || len(s.Inner()) > 0 {
		c.inText = k == xmltree.Text
	}
	in := k != xmltree.End && c.set.node(c.ordinal)
	switch k {
	case xmltree.Text:
		if in {
			c.text(s)
		}
	case xmltree.Comment, xmltree.PI:
		if in {
			c.aside(s, k)
		}
	case xmltree.Start:
		c.visible = append(c.visible, in)
		return c.subsetStart(s, in)
	case xmltree.End:
		last := len(c.visible) - 1
		if c.visible[last] {
			c.out = append(append(append(c.out, "</"...), s.Open()...), '>')
		}
		c.visible = c.visible[:last]
		c.leave(s.Depth())
		c.after = s.Depth() == 1
	}
	return nil
}

func (c *canonicalizer) subsetStart(s *xmltree.Scanner, in bool) error {
	if err := c.checkNamespaces(s, s.Depth() == 1); err != nil {
		return err
	}
	c.subsetNamespaces(s, in)
	c.attrs = c.attrs[:0]
	for i := range s.Attrs() {
		if a := &s.Attrs()[i]; !a.Decl && c.set.attribute(c.ordinal, i) {
			c.add(a)
		}
	}
	parent := s.Depth() - 1
	if in && !c.method.exclusive() && !(parent == 0 && c.set.node(0) || parent > 0 && c.visible[parent-1]) {
		nearest := parent
		for nearest > 0 && !c.visible[nearest-1] {
			nearest--
		}
		c.inherit(s, nearest)
	}
	if in {
		c.out = append(append(c.out, '<'), s.QName()...)
	}
	c.writeAxes()
	if in {
		c.out = append(c.out, '>')
	}
	return nil
}

// subsetNamespaces gathers the namespace nodes of the subset that have to be written. Inclusive, a node is left out where the nearest
// ancestor that is in the subset has the same one in it (Canonical XML 1.0, 2.3); exclusive, where it was written by such an
// ancestor (Exclusive XML Canonicalization 1.0, 3).
func (c *canonicalizer) subsetNamespaces(s *xmltree.Scanner, in bool) {
	c.axis = c.axis[:0]
	own := s.Number(s.Prefix())
	s.Active(func(n int) {
		if n == numberXML || n == numberXML+1 {
			return
		}
		prefix := s.PrefixOf(n)
		uri := s.URIOf(n)
		there := uri != "" && c.set.namespace(c.ordinal, prefix)
		if c.method.exclusive() && !slices.Contains(c.prefixes, prefix) {
			if !in || n != own && !c.attributePrefix(s, n) {
				return
			}
		}
		was := c.written(n)
		switch {
		case there && uri != was:
			c.axis = append(c.axis, xmltree.Binding{Prefix: prefix, URI: uri})
		case !there && in && n == 0 && was != "":
			c.axis = append(c.axis, xmltree.Binding{})
		}
		if !there {
			if c.method.exclusive() && n != 0 {
				return
			}
			uri = ""
		}
		if in && uri != was {
			for len(c.have) <= n {
				c.have = append(c.have, "")
			}
			c.undo = append(c.undo, rendering{n, s.Depth(), was})
			c.have[n] = uri
		}
	})
}

// attributePrefix reports whether an attribute of the subset has the prefix with a number.
func (c *canonicalizer) attributePrefix(s *xmltree.Scanner, number int) bool {
	for i := range s.Attrs() {
		if a := &s.Attrs()[i]; !a.Decl && a.Prefix != nil && a.PrefixNumber() == number && c.set.attribute(c.ordinal, i) {
			return true
		}
	}
	return false
}
