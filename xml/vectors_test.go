package xml

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/internal/xmltree"
)

// canonical is the canonical form of a document, or of a subset of it.
func canonical(t testing.TB, doc []byte, method C14N, prefixes []string, set nodeSet) ([]byte, error) {
	t.Helper()
	var out bytes.Buffer
	c := newCanonicalizer(&out, method, prefixes)
	c.set = set
	s := xmltree.ScanBytes(doc)
	for {
		k, err := s.Next()
		if err != nil {
			return nil, wrap(err)
		}
		if k == xmltree.EOF {
			err := c.finish()
			return out.Bytes(), err
		}
		if err := c.event(s, k); err != nil {
			return nil, err
		}
	}
}

// xnode is a node as XPath knows it: attributes and namespaces are nodes too.
type xnode struct {
	t    *xmltree.Tree
	n    xmltree.Node
	kind byte // 'n' for a node of the tree, 'a', 'x' for a namespace node
	attr int
	ns   string
}

// predicateSet is the subset of all nodes for which a predicate holds.
type predicateSet struct {
	t    *xmltree.Tree
	test func(xnode) bool
}

func (p predicateSet) node(n xmltree.Node) bool { return p.test(xnode{t: p.t, n: n, kind: 'n'}) }
func (p predicateSet) attribute(n xmltree.Node, i int) bool {
	return p.test(xnode{t: p.t, n: n, kind: 'a', attr: i})
}
func (p predicateSet) namespace(n xmltree.Node, prefix string) bool {
	return p.test(xnode{t: p.t, n: n, kind: 'x', ns: prefix})
}

func (x xnode) parent() (xnode, bool) {
	if x.kind != 'n' {
		return xnode{t: x.t, n: x.n, kind: 'n'}, true
	}
	return xnode{t: x.t, n: x.t.Parent(x.n), kind: 'n'}, x.n != 0
}

func (x xnode) is(space, local string) bool { return x.kind == 'n' && x.t.Is(x.n, space, local) }

func (x xnode) ancestorOrSelf(space, local string) bool {
	for ok := true; ok; x, ok = x.parent() {
		if x.is(space, local) {
			return true
		}
	}
	return false
}

func (x xnode) parentIs(space, local string) bool {
	p, ok := x.parent()
	return ok && p.is(space, local)
}

func (x xnode) isText() bool { return x.kind == 'n' && x.t.Kind(x.n) == xmltree.Text }

// name and uri are the XPath functions name() and namespace-uri().
func (x xnode) name() string {
	switch x.kind {
	case 'x':
		return x.ns
	case 'a':
		return string(x.t.Attrs(x.n)[x.attr].Local)
	}
	return string(x.t.QName(x.n))
}

func (x xnode) uri() string {
	switch x.kind {
	case 'x':
		return ""
	case 'a':
		return x.t.Attrs(x.n)[x.attr].Space
	}
	return x.t.Space(x.n)
}

// ownURI is string(.) = namespace-uri(..).
func (x xnode) ownURI() bool {
	p, ok := x.parent()
	if !ok {
		return false
	}
	value := ""
	switch x.kind {
	case 'x':
		value = x.t.Lookup(x.n, x.ns)
	case 'a':
		value = x.t.Attrs(x.n)[x.attr].Value()
	default:
		value = x.t.Value(x.n)
	}
	return value == p.uri()
}

func (x xnode) depth() int {
	n := 0
	for ok := true; ok; x, ok = x.parent() {
		n++
	}
	return n
}

const (
	ietf = "http://www.ietf.org"
	bar  = "http://example.org/bar"
	foo  = "http://example.org/foo"
	baz  = "http://example.org/baz"
)

// predicates are the expressions of the vectors, by their text without blanks and comments.
var predicates = map[string]func(xnode) bool{
	"ancestor-or-self::bar:Something": func(x xnode) bool { return x.ancestorOrSelf(bar, "Something") },
	`ancestor-or-self::bar:Somethingand((name()!="bar")orparent::bar:Something)and((name()!="foo")orparent::foo:Something)and((name()!="baz")orparent::baz:Something)and((name()!="")orself::text())`: func(x xnode) bool {
		return x.ancestorOrSelf(bar, "Something") && (x.name() != "bar" || x.parentIs(bar, "Something")) &&
			(x.name() != "foo" || x.parentIs(foo, "Something")) && (x.name() != "baz" || x.parentIs(baz, "Something")) &&
			(x.name() != "" || x.isText())
	},
	`ancestor-or-self::bar:Somethingand(self::text()or(namespace-uri()!="")or(string(self::node())=namespace-uri(parent::node())))`: func(x xnode) bool {
		return x.ancestorOrSelf(bar, "Something") && (x.isText() || x.uri() != "" || x.ownURI())
	},
	`ancestor-or-self::bar:Somethingandnot(self::foo:Something)and(self::text()or(namespace-uri()!="")or(string(self::node())=namespace-uri(parent::node())))`: func(x xnode) bool {
		return x.ancestorOrSelf(bar, "Something") && !x.is(foo, "Something") && (x.isText() || x.uri() != "" || x.ownURI())
	},
	`ancestor-or-self::bar:Somethingand(string(self::node())=namespace-uri(parent::node()))`: func(x xnode) bool {
		return x.ancestorOrSelf(bar, "Something") && x.ownURI()
	},
	"ancestor-or-self::bar:Somethingand(count(parent::node()/namespace::*)!=count(parent::node()/namespace::*|self::node()))": func(x xnode) bool {
		return x.ancestorOrSelf(bar, "Something") && x.kind != 'x'
	},
	"ancestor-or-self::bar:Somethingand(count(parent::node()/namespace::*)=count(parent::node()/namespace::*|self::node()))": func(x xnode) bool {
		return x.ancestorOrSelf(bar, "Something") && x.kind == 'x'
	},
	`ancestor-or-self::bar:Somethingand(self::text()or(namespace-uri()!=""))`: func(x xnode) bool {
		return x.ancestorOrSelf(bar, "Something") && (x.isText() || x.uri() != "")
	},
	`ancestor-or-self::bar:Somethingand(self::text()or(namespace-uri()!="")or((name()="")and((count(ancestor-or-self::node())mod2)=1)))`: func(x xnode) bool {
		return x.ancestorOrSelf(bar, "Something") && (x.isText() || x.uri() != "" || x.name() == "" && x.depth()%2 == 1)
	},
	"ancestor-or-self::n1:elem2":      func(x xnode) bool { return x.ancestorOrSelf("http://example.net", "elem2") },
	"ancestor-or-self::ds:SignedInfo": func(x xnode) bool { return x.ancestorOrSelf("http://www.w3.org/2000/09/xmldsig#", "SignedInfo") },
	"self::aorancestor-or-self::d":    func(x xnode) bool { return x.is("", "a") || x.ancestorOrSelf("", "d") },
	"ancestor-or-self::ietf:c14n11XmlBaseDoc1andnot(ancestor-or-self::ietf:e2)": func(x xnode) bool {
		return x.ancestorOrSelf(ietf, "c14n11XmlBaseDoc1") && !x.ancestorOrSelf(ietf, "e2")
	},
	"ancestor-or-self::ietf:c14n11XmlBaseDoc1andnot(ancestor-or-self::ietf:e1orancestor-or-self::ietf:e2)": func(x xnode) bool {
		return x.ancestorOrSelf(ietf, "c14n11XmlBaseDoc1") && !x.ancestorOrSelf(ietf, "e1") && !x.ancestorOrSelf(ietf, "e2")
	},
	"ancestor-or-self::ietf:e11orancestor-or-self::ietf:e12": func(x xnode) bool {
		return x.ancestorOrSelf(ietf, "e11") || x.ancestorOrSelf(ietf, "e12")
	},
}

func init() {
	for _, name := range []string{"e1", "e2", "e3", "e11", "e21", "e111"} {
		predicates["ancestor-or-self::ietf:"+name] = func(x xnode) bool { return x.ancestorOrSelf(ietf, name) }
	}
}

var noise = regexp.MustCompile(`(?s)<!--.*?-->|<\?.*?\?>|</?XPath[^>]*>|\s+`)

// predicate finds the predicate of a .xpath file; nil where there is no file.
func predicate(t *testing.T, path string) func(xnode) bool {
	t.Helper()
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	text := noise.ReplaceAllString(string(raw), "")
	text = strings.TrimPrefix(text, "(//.|//@*|//namespace::*)")
	p := predicates[strings.TrimSuffix(strings.TrimPrefix(text, "["), "]")]
	if p == nil {
		t.Fatalf("no predicate for %s", text)
	}
	return p
}

var vectorKinds = []struct {
	folder, flag string
	method       C14N
}{
	{"without-comments", "--c14n", C14N10},
	{"with-comments", "--c14n", C14N10WithComments},
	{"1-1-without-comments", "--c14n11", C14N11},
	{"exc-without-comments", "--exc-c14n", ExclusiveC14N},
}

// TestVectors canonicalises libxml2's vectors byte for byte.
func TestVectors(t *testing.T) {
	root := testtool.Corpora(t, "xml", "c14n")
	var same, doctype, without int
	for _, kind := range vectorKinds {
		files, err := filepath.Glob(filepath.Join(root, kind.folder, "test", "*.xml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), ".xml")
			doc, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(doc, []byte("<!DOCTYPE")) {
				doctype++
				if _, err := canonical(t, doc, kind.method, nil, nil); !isCode(err, CodeDoctype) {
					t.Errorf("%s/%s: %v, want %s", kind.folder, name, err, CodeDoctype)
				}
				continue
			}
			tree, err := xmltree.Parse(doc)
			if err != nil {
				t.Errorf("%s/%s: %v", kind.folder, name, err)
				continue
			}
			var set nodeSet
			if p := predicate(t, strings.TrimSuffix(file, ".xml")+".xpath"); p != nil {
				set = predicateSet{tree, p}
			}
			var prefixes []string
			if ns, err := os.ReadFile(strings.TrimSuffix(file, ".xml") + ".ns"); err == nil {
				prefixes = strings.Fields(string(ns))
			}
			got, err := canonical(t, doc, kind.method, prefixes, set)
			want, werr := os.ReadFile(filepath.Join(root, kind.folder, "result", name))
			if errors.Is(werr, os.ErrNotExist) {
				without++
				t.Logf("%s/%s has no expected result; here: %d octets, %v", kind.folder, name, len(got), err)
				continue
			}
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s/%s: %v\ngot  %q\nwant %q", kind.folder, name, err, got, want)
				continue
			}
			same++
		}
	}
	if same != 50 || doctype != 23 || without != 3 {
		t.Errorf("%d vectors came out, %d were refused for their DOCTYPE, %d have no result; want 50, 23, 3", same, doctype, without)
	}
}

func isCode(err error, code Code) bool {
	var c interface{ Code() string }
	return errors.As(err, &c) && c.Code() == string(code)
}
