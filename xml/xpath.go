package xml

import (
	"regexp"
	"strings"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
)

// The expressions that signers use are read natively: boolean combinations of tests on the node and those around it, and simple paths.
// What is left goes to a library (xpathlib.go).

// envelopes reports that the step, written as XPath, leaves out the signature that it stands in and nothing else.
func (t *transform) envelopes() bool {
	switch t.algorithm {
	case TransformXPath:
		e, ok := t.filters[0].normal()
		return ok && e == "count(ancestor-or-self::dsig:Signature|here()/ancestor::dsig:Signature[1])>count(ancestor-or-self::dsig:Signature)"
	case TransformFilter2:
		e, ok := t.filters[0].normal()
		return ok && len(t.filters) == 1 && t.filters[0].operation == "subtract" && e == "here()/ancestor::dsig:Signature[1]"
	}
	return false
}

// strips reports that the step leaves out every signature.
func (t *transform) strips() bool {
	switch t.algorithm {
	case TransformXPath:
		e, ok := t.filters[0].normal()
		return ok && e == "not(ancestor-or-self::dsig:Signature)"
	case TransformFilter2:
		e, ok := t.filters[0].normal()
		return ok && len(t.filters) == 1 && t.filters[0].operation == "subtract" && (e == "//dsig:Signature" || e == "/descendant::dsig:Signature")
	}
	return false
}

var qname = regexp.MustCompile(`([\w.-]+):([\w.-]+)`)

// normal is the expression without blanks and with the prefix dsig for XML Signature; false when blanks or prefixes matter otherwise.
func (f *filter) normal() (string, bool) {
	e := strings.Join(strings.Fields(f.expression), "")
	if strings.ContainsAny(e, `'"$`) {
		return "", false
	}
	ok := true
	e = qname.ReplaceAllStringFunc(e, func(m string) string { // an axis is no prefix: it has two colons
		prefix, local, _ := strings.Cut(m, ":")
		if f.prefixes[prefix] != spaceDSig {
			ok = false
			return m
		}
		return "dsig:" + local
	})
	return e, ok
}

// xpath keeps the nodes for which the expression holds (XML Signature, 6.6.3).
func (d *digester) xpath(s *subset, f *filter) error {
	if len(f.expression) > limits.XMLXPath {
		return tooMany("octets of an XPath expression", limits.XMLXPath)
	}
	test, err := d.predicate(s.tree, f)
	if err != nil {
		return err
	}
	return d.bounded(func() {
		before := s.tests
		outer := &subset{tree: s.tree, in: append([]uint64(nil), s.in...), tests: before}
		for n := range xmltree.Node(s.tree.Len()) {
			if s.node(n) {
				s.put(n, test(point{n: n}))
			}
		}
		s.tests = []func(point) bool{outer.holds, test}
	})
}

// predicate compiles a boolean expression.
func (d *digester) predicate(t *xmltree.Tree, f *filter) (func(point) bool, error) {
	p := &predicateParser{d: d, t: t, filter: f, tokens: tokenize(f.expression)}
	if test := p.or(); test != nil && len(p.tokens) == 0 {
		return test, nil
	}
	return d.library(t, f)
}

var tokens = regexp.MustCompile(`::|[()]|[\p{L}_][\p{L}\p{N}._-]*(?::(?:\*|[\p{L}_][\p{L}\p{N}._-]*))?|\*|\S`)

// tokenize divides an expression. An axis is one token with its colons, and so is a name with its prefix.
func tokenize(e string) []string {
	var list []string
	for _, t := range tokens.FindAllString(e, -1) {
		if t == "::" && len(list) > 0 {
			list[len(list)-1] += "::"
			continue
		}
		list = append(list, t)
	}
	return list
}

// predicateParser reads or, and, not(), true(), false(), brackets and single steps of the axes self, parent, ancestor and
// ancestor-or-self. Whatever else there is, or gives nil.
type predicateParser struct {
	d      *digester
	t      *xmltree.Tree
	filter *filter
	tokens []string
}

func (p *predicateParser) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *predicateParser) take(want string) bool {
	if p.peek() != want {
		return false
	}
	p.tokens = p.tokens[1:]
	return true
}

func (p *predicateParser) or() func(point) bool {
	left := p.and()
	for left != nil && p.take("or") {
		l, r := left, p.and()
		if r == nil {
			return nil
		}
		left = func(x point) bool { return l(x) || r(x) }
	}
	return left
}

func (p *predicateParser) and() func(point) bool {
	left := p.unary()
	for left != nil && p.take("and") {
		l, r := left, p.unary()
		if r == nil {
			return nil
		}
		left = func(x point) bool { return l(x) && r(x) }
	}
	return left
}

func (p *predicateParser) unary() func(point) bool {
	switch {
	case p.take("("):
		inner := p.or()
		if inner == nil || !p.take(")") {
			return nil
		}
		return inner
	case p.take("not"):
		if p.peek() != "(" {
			return nil
		}
		inner := p.unary()
		if inner == nil {
			return nil
		}
		return func(x point) bool { return !inner(x) }
	case p.take("true"):
		return p.constant(true)
	case p.take("false"):
		return p.constant(false)
	case p.take("self::"):
		return p.step(func(x point, test func(point) bool) bool { return test(x) })
	case p.take("parent::"):
		return p.step(func(x point, test func(point) bool) bool {
			up, ok := p.parent(x)
			return ok && test(up)
		})
	case p.take("ancestor::"):
		return p.step(p.above)
	case p.take("ancestor-or-self::"):
		return p.step(func(x point, test func(point) bool) bool { return test(x) || p.above(x, test) })
	}
	return nil
}

func (p *predicateParser) constant(v bool) func(point) bool {
	if !p.take("(") || !p.take(")") {
		return nil
	}
	return func(point) bool { return v }
}

func (p *predicateParser) parent(x point) (point, bool) {
	p.d.step()
	if x.kind != pointNode {
		return point{n: x.n}, true
	}
	return point{n: p.t.Parent(x.n)}, x.n != 0
}

func (p *predicateParser) above(x point, test func(point) bool) bool {
	for up, ok := p.parent(x); ok; up, ok = p.parent(up) {
		if test(up) {
			return true
		}
	}
	return false
}

// step reads a node test.
func (p *predicateParser) step(along func(point, func(point) bool) bool) func(point) bool {
	name := p.peek()
	if name == "" {
		return nil
	}
	p.tokens = p.tokens[1:]
	var test func(point) bool
	if p.take("(") {
		if !p.take(")") {
			return nil
		}
		kinds := map[string]xmltree.Kind{"text": xmltree.Text, "comment": xmltree.Comment, "processing-instruction": xmltree.PI}
		k, ok := kinds[name]
		switch {
		case ok:
			test = func(x point) bool { return x.kind == pointNode && x.n != 0 && p.t.Kind(x.n) == k }
		case name == "node":
			test = func(point) bool { return true }
		default:
			return nil
		}
	} else if test = p.nameTest(name); test == nil {
		return nil
	}
	if next := p.peek(); next != "" && next != ")" && next != "or" && next != "and" {
		return nil
	}
	return func(x point) bool { return along(x, test) }
}

func (p *predicateParser) nameTest(name string) func(point) bool {
	prefix, local, ok := strings.Cut(name, ":")
	space := ""
	switch {
	case name == "*":
		return func(x point) bool { return x.kind == pointNode && p.t.Kind(x.n) == xmltree.Start }
	case !ok:
		local = name
	default:
		if space = p.filter.prefixes[prefix]; space == "" {
			return nil // the library names it
		}
	}
	if !xmltree.IsNCName(local) && local != "*" {
		return nil
	}
	return func(x point) bool {
		return x.kind == pointNode && p.t.Kind(x.n) == xmltree.Start && p.t.Space(x.n) == space && (local == "*" || string(p.t.Local(x.n)) == local)
	}
}

// filter2 is XML-Signature XPath Filter 2.0, 3.4: each expression selects subtrees of the document, which are intersected with,
// subtracted from or joined to what there is.
func (d *digester) filter2(s *subset, r *Reference, list []filter) error {
	whole := newSubset(s.tree)
	whole.putAll(0, true)
	for i := range list {
		if len(list[i].expression) > limits.XMLXPath {
			return tooMany("octets of an XPath expression", limits.XMLXPath)
		}
		apexes, err := d.selectNodes(s, r, &list[i])
		if err != nil {
			return err
		}
		chosen := newSubset(s.tree)
		for _, n := range apexes {
			if !chosen.node(n) {
				chosen.putAll(n, true)
			}
		}
		for w, bits := range chosen.in {
			switch list[i].operation {
			case "intersect":
				whole.in[w] &= bits
			case "subtract":
				whole.in[w] &^= bits
			case "union":
				whole.in[w] |= bits
			}
		}
	}
	for w := range s.in {
		s.in[w] &= whole.in[w]
	}
	if len(s.tests) > 0 {
		s.tests = append(s.tests, func(p point) bool { return whole.node(p.n) })
	}
	return nil
}

// selectNodes are the nodes that a path selects, in the order of the document.
func (d *digester) selectNodes(s *subset, r *Reference, f *filter) ([]xmltree.Node, error) {
	t := s.tree
	e := strings.TrimSpace(f.expression)
	if n, ok := f.normal(); ok && n == "here()/ancestor::dsig:Signature[1]" && s.own {
		return []xmltree.Node{d.nodeAt(r.plan.signature.start)}, nil
	}
	if e == "/" {
		return []xmltree.Node{0}, nil
	}
	name, ok := strings.CutPrefix(e, "//")
	if !ok {
		name, ok = strings.CutPrefix(e, "/descendant::")
	}
	p := &predicateParser{d: d, t: t, filter: f}
	if list := tokenize(name); ok && len(list) == 1 {
		if test := p.nameTest(list[0]); test != nil {
			var found []xmltree.Node
			for n := range xmltree.Node(t.Len()) {
				if test(point{n: n}) {
					found = append(found, n)
				}
			}
			return found, nil
		}
	}
	return d.librarySelect(t, f)
}
