package xml

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/antchfx/xpath"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
)

// overrun is what a navigator throws when its expression has made more steps than are allowed; bounded catches it. The library can
// be stopped in no other way.
type overrun struct{}

// step counts one step through a tree.
func (d *digester) step() { d.count(1) }

// libraryStep is what a step of the library costs, which copies navigators and asks for names at each.
const libraryStep = 32

func (d *digester) count(n int) {
	before := d.steps
	if d.steps += n; d.steps > limits.XMLXPathSteps || d.steps>>16 != before>>16 && d.ctx.Err() != nil {
		panic(overrun{})
	}
}

// bounded runs f and makes errors of what the library panics with.
func (d *digester) bounded(f func()) (err error) {
	defer func() {
		switch recovered := recover(); recovered.(type) {
		case nil:
		case overrun:
			err = tooMany("steps of XPath expressions", limits.XMLXPathSteps)
		default:
			err = fail(CodeXPath, nil, "reason", "it cannot be evaluated")
		}
	}()
	f()
	return nil
}

// functions are those of XPath 1.0 that the library has as XPath 1.0 has them, and the node tests.
var functions = map[string]bool{
	"last": true, "position": true, "count": true, "name": true, "local-name": true, "namespace-uri": true, "string": true, "concat": true,
	"starts-with": true, "contains": true, "substring-before": true, "substring-after": true, "substring": true, "string-length": true,
	"normalize-space": true, "translate": true, "boolean": true, "not": true, "true": true, "false": true, "number": true, "sum": true,
	"floor": true, "ceiling": true, "round": true, "node": true, "text": true,
}

var (
	literals = regexp.MustCompile(`"[^"]*"|'[^']*'`)
	called   = regexp.MustCompile(`([\p{L}_][\p{L}\p{N}._:-]*)\s*\(`)
)

// hasBareName reports whether there is a name test without a prefix.
func hasBareName(e string) bool {
	list := tokenize(e)
	for i, t := range list {
		operator := (t == "or" || t == "and" || t == "div" || t == "mod") && i > 0
		if xmltree.IsNCName(t) && !operator && (i+1 == len(list) || list[i+1] != "(") {
			return true
		}
	}
	return false
}

// compile hands an expression to the library, unless it asks for what that does not have. names tells that it asks for name(), for
// which the prefixes of the navigator must be those of the document.
func compile(f *filter) (e *xpath.Expr, names bool, err error) {
	bare := literals.ReplaceAllString(f.expression, "''")
	calls := make(map[string]bool)
	for _, m := range called.FindAllStringSubmatch(bare, -1) {
		name := m[1][strings.LastIndexByte(m[1], ':')+1:]
		if name != "or" && name != "and" && name != "div" && name != "mod" && !functions[name] {
			return nil, false, fail(CodeXPath, nil, "reason", "the function "+shorten(name)+" is not supported")
		}
		calls[name] = true
	}
	if calls["name"] && hasBareName(bare) {
		return nil, false, fail(CodeXPath, nil, "reason", "the function name() beside names without a prefix is not supported")
	}
	if strings.Contains(bare, "namespace::") || strings.Contains(bare, "$") {
		return nil, false, fail(CodeXPath, nil, "reason", "the namespace axis and variables are not supported")
	}
	prefixes := make(map[string]string, len(f.prefixes))
	for p, uri := range f.prefixes {
		if p != "" { // names without a prefix are in no namespace (XPath 1.0, 2.3)
			prefixes[p] = uri
		}
	}
	var d digester
	if berr := d.bounded(func() { e, err = xpath.CompileWithNS(strings.TrimSpace(f.expression), prefixes) }); berr != nil || err != nil || e == nil {
		return nil, false, fail(CodeXPath, nil, "reason", "it is not one that can be read")
	}
	return e, calls["name"], nil
}

// library evaluates an expression as a boolean (XPath 1.0, 4.3).
func (d *digester) library(t *xmltree.Tree, f *filter) (func(point) bool, error) {
	e, names, err := compile(f)
	if err != nil {
		return nil, err
	}
	return func(p point) bool {
		switch v := e.Evaluate(&navigator{d: d, t: t, p: p, names: names}).(type) {
		case bool:
			return v
		case float64:
			return v != 0 && v == v
		case string:
			return v != ""
		case *xpath.NodeIterator:
			return v.MoveNext()
		}
		return false
	}, nil
}

func (d *digester) librarySelect(t *xmltree.Tree, f *filter) (found []xmltree.Node, err error) {
	e, names, err := compile(f)
	if err != nil {
		return nil, err
	}
	var refused error
	err = d.bounded(func() {
		for it := e.Select(&navigator{d: d, t: t, names: names}); it.MoveNext(); {
			n := it.Current().(*navigator)
			if n.p.kind != pointNode {
				refused = fail(CodeXPath, nil, "reason", "attributes that a filter selects are not supported")
				return
			}
			found = append(found, n.p.n)
			d.count(libraryStep)
		}
	})
	return found, cmp.Or(err, refused)
}

// navigator walks a tree for the library. A namespace node looks like an attribute, which it lacks a kind for; a processing
// instruction like a comment, for which no test is let through.
type navigator struct {
	d *digester
	t *xmltree.Tree
	p point

	names bool // the expression has no name test without a prefix: prefixes are those of the document
	along bool // it came to an attribute from its element: an attribute that it began at has no attributes
}

func (n *navigator) NodeType() xpath.NodeType {
	if n.p.kind != pointNode {
		return xpath.AttributeNode
	}
	if n.p.n == 0 {
		return xpath.RootNode
	}
	switch n.t.Kind(n.p.n) {
	case xmltree.Start:
		return xpath.ElementNode
	case xmltree.Text:
		return xpath.TextNode
	}
	return xpath.CommentNode
}

func (n *navigator) attr() *xmltree.Attr { return &n.t.Attrs(n.p.n)[n.p.attribute] }

func (n *navigator) LocalName() string {
	switch n.p.kind {
	case pointAttribute:
		return string(n.attr().Local)
	case pointNamespace:
		return n.p.namespace
	}
	if n.t.Kind(n.p.n) == xmltree.PI {
		return string(n.t.QName(n.p.n))
	}
	return string(n.t.Local(n.p.n))
}

// inDefault stands for the prefix of what is in a default namespace: a name without a prefix does not mean it.
const inDefault = "\x00"

func (n *navigator) Prefix() string {
	switch n.p.kind {
	case pointAttribute:
		return string(n.attr().Prefix)
	case pointNamespace:
		return inDefault
	}
	if p := n.t.Prefix(n.p.n); p != "" || n.names || n.t.Space(n.p.n) == "" {
		return p
	}
	return inDefault
}

// NamespaceURL is asked for by the library.
func (n *navigator) NamespaceURL() string {
	switch n.p.kind {
	case pointAttribute:
		return n.attr().Space
	case pointNamespace:
		return ""
	}
	return n.t.Space(n.p.n)
}

func (n *navigator) Value() string {
	n.d.count(libraryStep)
	switch n.p.kind {
	case pointAttribute:
		return n.attr().Value()
	case pointNamespace:
		return n.t.Lookup(n.p.n, n.p.namespace)
	}
	v := n.t.Value(n.p.n)
	n.d.count(len(v))
	return v
}

func (n *navigator) Copy() xpath.NodeNavigator {
	n.d.count(libraryStep)
	c := *n
	return &c
}

func (n *navigator) MoveToRoot() { n.p = point{} }

func (n *navigator) MoveToParent() bool {
	n.d.count(libraryStep)
	if n.p.kind != pointNode {
		n.p = point{n: n.p.n}
		return true
	}
	if n.p.n == 0 {
		return false
	}
	n.p = point{n: n.t.Parent(n.p.n)}
	return true
}

func (n *navigator) MoveToNextAttribute() bool {
	n.d.count(libraryStep)
	if n.p.kind != pointNode && !n.along || n.p.n == 0 || n.t.Kind(n.p.n) != xmltree.Start {
		return false
	}
	attrs := n.t.Attrs(n.p.n)
	i := 0
	if n.p.kind == pointAttribute {
		i = n.p.attribute + 1
	}
	for ; i < len(attrs); i++ {
		if !attrs[i].Decl {
			n.p, n.along = point{n: n.p.n, attribute: i, kind: pointAttribute}, true
			return true
		}
	}
	return false
}

func (n *navigator) MoveToChild() bool {
	n.d.count(libraryStep)
	if n.p.kind != pointNode || n.t.Last(n.p.n) == n.p.n {
		return false
	}
	n.p.n++
	return true
}

func (n *navigator) MoveToFirst() bool {
	n.d.count(libraryStep)
	if n.p.kind != pointNode || n.p.n == 0 || n.p.n == n.t.Parent(n.p.n)+1 {
		return false
	}
	n.p.n = n.t.Parent(n.p.n) + 1
	return true
}

func (n *navigator) MoveToNext() bool {
	n.d.count(libraryStep)
	if n.p.kind != pointNode || n.p.n == 0 {
		return false
	}
	next := n.t.Last(n.p.n) + 1
	if next > n.t.Last(n.t.Parent(n.p.n)) {
		return false
	}
	n.p.n = next
	return true
}

func (n *navigator) MoveToPrevious() bool {
	n.d.count(libraryStep)
	if n.p.kind != pointNode || n.p.n == 0 || n.p.n == n.t.Parent(n.p.n)+1 {
		return false
	}
	before := n.p.n - 1 // the last node inside of the one before
	for n.t.Parent(before) != n.t.Parent(n.p.n) {
		n.d.count(libraryStep)
		before = n.t.Parent(before)
	}
	n.p.n = before
	return true
}

func (n *navigator) MoveTo(o xpath.NodeNavigator) bool {
	other, ok := o.(*navigator)
	if !ok || other.t != n.t {
		return false
	}
	n.p = other.p
	return true
}
