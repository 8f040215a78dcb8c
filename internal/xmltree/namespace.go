package xmltree

import "slices"

// Binding is a prefix ("" for the default namespace) and what it stands for ("" for nothing).
type Binding struct{ Prefix, URI string }

// Inherited is an attribute of the xml namespace on an open element.
type Inherited struct {
	Local, Value string
	Depth        int // of its element, the root's being 1; 0 where it comes from a Context
}

// Context is what an element inherits from those around it: the namespaces in scope, and the xml: attributes from the outside in.
type Context struct {
	Bindings []Binding
	XML      []Inherited
}

// Same reports whether both say the same.
func (c *Context) Same(o *Context) bool {
	return slices.Equal(c.Bindings, o.Bindings) && slices.Equal(c.XML, o.XML)
}

// scope keeps the namespaces in scope. Prefixes have numbers, so that a lookup costs the same however many there are.
type scope struct {
	numbers  map[string]int // nil while there are few
	prefixes []string
	current  []int // by number of the prefix: one more than its index in bindings, 0 for none
	bindings []binding
	interned []string // values of declarations
	uris     map[string]string
	last     int // the number that was looked up last
}

// fewNames is up to how many prefixes or values are looked for one by one: most documents have no more, and no map is made for them.
const fewNames = 8

type binding struct {
	prefix, outer int
	uri           string
}

const maxInterned = 1024

func (c *scope) reset() {
	c.prefixes = append(c.prefixes[:0], "", "xml", "xmlns")
	c.current = append(c.current[:0], 0, 1, 2)
	c.bindings = append(c.bindings[:0], binding{prefix: 1, uri: SpaceXML}, binding{prefix: 2, uri: SpaceXMLNS})
}

func (c *scope) mark() int { return len(c.bindings) }

func (c *scope) undo(mark int) {
	for i := len(c.bindings) - 1; i >= mark; i-- {
		c.current[c.bindings[i].prefix] = c.bindings[i].outer
	}
	c.bindings = c.bindings[:mark]
}

func (c *scope) bind(prefix, uri string) int {
	n, ok := c.number([]byte(prefix))
	if !ok {
		n = len(c.prefixes)
		c.prefixes = append(c.prefixes, prefix)
		c.current = append(c.current, 0)
		switch {
		case c.numbers != nil:
			c.numbers[prefix] = n
		case n == fewNames:
			c.numbers = make(map[string]int, 2*fewNames)
			for i, p := range c.prefixes {
				c.numbers[p] = i
			}
		}
	}
	c.bindings = append(c.bindings, binding{n, c.current[n], uri})
	c.current[n] = len(c.bindings)
	return n
}

// number is that of a prefix.
func (c *scope) number(prefix []byte) (int, bool) {
	if c.numbers != nil {
		n, ok := c.numbers[string(prefix)]
		return n, ok
	}
	for i, p := range c.prefixes {
		if p == string(prefix) {
			return i, true
		}
	}
	return 0, false
}

// spaceOf is the namespace of an open element, whose binding is in scope as long as it is open.
func (c *scope) spaceOf(f *frame) string {
	if f.space == 0 {
		return ""
	}
	return c.bindings[f.space-1].uri
}

// lookup is what a prefix stands for, and leaves its number in last.
func (c *scope) lookup(prefix []byte) (string, bool) {
	if string(prefix) != c.prefixes[c.last] { // mostly the same as before
		n, ok := c.number(prefix)
		if !ok {
			return "", false
		}
		c.last = n
	}
	if i := c.current[c.last]; i > 0 {
		return c.bindings[i-1].uri, true
	}
	return "", c.last == 0
}

func (c *scope) uri(prefix []byte) string {
	u, _ := c.lookup(prefix)
	return u
}

// intern is the value of a declaration, kept once for all of its kind.
func (c *scope) intern(raw []byte, plain bool) string {
	if !plain {
		raw = appendValue(nil, raw)
	}
	if c.uris == nil {
		for _, u := range c.interned {
			if u == string(raw) {
				return u
			}
		}
	} else if u, ok := c.uris[string(raw)]; ok {
		return u
	}
	u := string(raw)
	switch {
	case len(c.interned) < fewNames:
		c.interned = append(c.interned, u)
	case c.uris == nil:
		c.uris = make(map[string]string, 2*fewNames)
		for _, known := range c.interned {
			c.uris[known] = known
		}
		fallthrough
	case len(c.uris) < maxInterned:
		c.uris[u] = u
	}
	return u
}
