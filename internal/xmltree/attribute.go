package xmltree

import (
	"bytes"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Namespaces that are always there.
const (
	SpaceXML   = "http://www.w3.org/XML/1998/namespace"
	SpaceXMLNS = "http://www.w3.org/2000/xmlns/"
)

// Attr is one attribute of a start tag, namespace declarations among them. Its slices are valid as long as the event.
type Attr struct {
	Prefix, Local []byte // of xmlns alone, Local is "xmlns"
	Raw           []byte // the value as written, between its quotes
	Space         string // "" without a prefix
	Decl          bool   // xmlns, or xmlns:Local
	Plain         bool   // the value is Raw, and so is its canonical form
	Bound         string // of a declaration: the URI
	Outer         string // of a declaration: what the prefix stood for outside, "" for nothing

	at, prefix int // in the window; number of the prefix
}

// AppendValue appends the normalised value (3.3.3; all attributes are CDATA, since there is no DTD).
func (a *Attr) AppendValue(dst []byte) []byte { return appendValue(dst, a.Raw) }

// Value is the normalised value.
func (a *Attr) Value() string {
	if a.Plain {
		return string(a.Raw)
	}
	return string(a.AppendValue(nil))
}

// Is reports whether the attribute has this expanded name.
func (a *Attr) Is(space, local string) bool {
	return !a.Decl && string(a.Local) == local && a.Space == space
}

// scanAttrs reads from behind the name of a tag to its end.
func (s *Scanner) scanAttrs(i int) (end int, k Kind, err error) {
	b := s.buf
	s.attrs = s.attrs[:0]
	within := func() (int, Kind, error) {
		k, err := s.short("the document ends within a tag")
		return 0, k, err
	}
	for {
		before := i
		for i < len(b) && class[b[i]]&blank != 0 {
			i++
		}
		if i+1 >= len(b) && (i == len(b) || b[i] != '>') {
			return within()
		}
		switch {
		case b[i] == '>':
			return i + 1, 0, s.distinct()
		case b[i] == '/' && b[i+1] == '>':
			s.empty = true
			return i + 2, 0, s.distinct()
		case i == before:
			return 0, 0, s.malformed(i, "something follows the name or an attribute without a blank")
		case len(s.attrs) >= limits.XMLAttributes:
			return 0, 0, s.limit("attributes of one element", limits.XMLAttributes)
		}
		a := Attr{at: i}
		name := i
		if i = ncName(b, i); i < 0 {
			return within()
		}
		if i == name {
			return 0, 0, s.malformed(i, "an attribute has no name that may be")
		}
		a.Local = b[name:i]
		if b[i] == ':' {
			a.Prefix = a.Local
			local := i + 1
			if i = ncName(b, local); i < 0 {
				return within()
			}
			if i == local {
				return 0, 0, s.badNamespace(local, "a name ends with its colon")
			}
			a.Local = b[local:i]
		}
		for i < len(b) && class[b[i]]&blank != 0 {
			i++
		}
		if i < len(b) && b[i] != '=' {
			return 0, 0, s.malformed(i, "an attribute has no value")
		}
		for i++; i < len(b) && class[b[i]]&blank != 0; {
			i++
		}
		if i >= len(b) {
			return within()
		}
		quote := b[i]
		if quote != '"' && quote != '\'' {
			return 0, 0, s.malformed(i, "an attribute value has no quotes")
		}
		from := i + 1
		if i, err = s.value(from, quote, &a); err != nil {
			return 0, 0, err
		}
		if i < 0 {
			return within()
		}
		a.Raw = b[from:i]
		i++
		s.attrs = append(s.attrs, a)
	}
}

// value is the end of the attribute value that begins at i; -1 when the window ends first.
func (s *Scanner) value(i int, quote byte, a *Attr) (int, error) {
	b := s.buf
	a.Plain = true
	for i < len(b) {
		c := b[i]
		switch textClass[c] {
		case 0, textGreater:
			i++
		case textQuote:
			if c == quote {
				return i, nil
			}
			if c == '"' {
				a.Plain = false
			}
			i++
		case textBlank, textReturn:
			a.Plain = false
			i++
		case textLess:
			return 0, s.malformed(i, "< stands in an attribute value")
		case textAmp:
			a.Plain = false
			_, n, err := s.reference(i)
			if err != nil {
				return 0, err
			}
			if n == 0 {
				return -1, nil
			}
			i += n
		default:
			n := sequence(b, i)
			if n < 0 {
				return 0, s.malformed(i, "a character may not stand in XML, or is not UTF-8")
			}
			if n == 0 {
				return -1, nil
			}
			i += n
		}
	}
	return -1, nil
}

// few is up to how many attributes are compared pair by pair.
const few = 8

const twice = "an attribute is there twice"

// distinct checks that no attribute name is written twice.
func (s *Scanner) distinct() error {
	list := s.attrs
	if len(list) > few {
		seen := make(map[string]bool, len(list))
		for i := range list {
			name := string(list[i].Prefix) + ":" + string(list[i].Local)
			if seen[name] {
				return s.malformed(list[i].at, twice)
			}
			seen[name] = true
		}
		return nil
	}
	for i := range list {
		for j := range i {
			if bytes.Equal(list[i].Local, list[j].Local) && bytes.Equal(list[i].Prefix, list[j].Prefix) {
				return s.malformed(list[i].at, twice)
			}
		}
	}
	return nil
}

// declare brings the declarations of a start tag into scope and resolves the names of its attributes.
func (s *Scanner) declare() error {
	resolve := 0
	for i := range s.attrs {
		a := &s.attrs[i]
		switch {
		case a.Prefix == nil && string(a.Local) == "xmlns":
			if err := s.bind(a, ""); err != nil {
				return err
			}
		case string(a.Prefix) == "xmlns":
			if err := s.bind(a, string(a.Local)); err != nil {
				return err
			}
		case a.Prefix != nil:
			resolve++
		}
	}
	if resolve == 0 {
		return nil
	}
	for i := range s.attrs {
		a := &s.attrs[i]
		if a.Decl || a.Prefix == nil {
			continue
		}
		uri, ok := s.scope.lookup(a.Prefix)
		if !ok {
			return s.badNamespace(a.at, "a prefix is not declared")
		}
		a.Space, a.prefix = uri, s.scope.last
		if a.Space == SpaceXML {
			s.inherits = append(s.inherits, Inherited{string(a.Local), a.Value(), len(s.frames) + 1})
		}
	}
	if resolve > 1 {
		return s.distinctNames()
	}
	return nil
}

// distinctNames checks that no two attributes with prefixes mean the same name (Namespaces in XML 1.0, 6.3).
func (s *Scanner) distinctNames() error {
	type name struct{ space, local string }
	seen := make(map[name]bool, len(s.attrs))
	for i := range s.attrs {
		a := &s.attrs[i]
		if a.Space == "" {
			continue
		}
		n := name{a.Space, string(a.Local)}
		if seen[n] {
			return s.badNamespace(a.at, twice)
		}
		seen[n] = true
	}
	return nil
}

// bind brings one declaration into scope (Namespaces in XML 1.0, 3 to 5).
func (s *Scanner) bind(a *Attr, prefix string) error {
	a.Decl = true
	a.Bound = s.scope.intern(a.Raw, a.Plain)
	switch {
	case prefix == "xmlns", a.Bound == SpaceXMLNS, (prefix == "xml") != (a.Bound == SpaceXML):
		return s.badNamespace(a.at, "a reserved prefix or namespace is declared")
	case prefix != "" && a.Bound == "":
		return s.badNamespace(a.at, "a prefix is declared to be nothing")
	case len(s.scope.bindings) >= limits.XMLNamespaces || len(s.scope.prefixes) >= limits.XMLPrefixes:
		return s.limit("namespace declarations", limits.XMLNamespaces)
	}
	a.Outer = s.scope.uri([]byte(prefix))
	a.prefix = s.scope.bind(prefix, a.Bound)
	return nil
}

// ID is the value of an attribute that names its element without a DTD: Id, ID, id or iD without a namespace, or xml:id.
func (a *Attr) ID() (string, bool) {
	if a.Decl || len(a.Local) != 2 || a.Local[0]|0x20 != 'i' || a.Local[1]|0x20 != 'd' {
		return "", false
	}
	if a.Prefix == nil || a.Space == SpaceXML && string(a.Local) == "id" {
		return a.Value(), true
	}
	return "", false
}
