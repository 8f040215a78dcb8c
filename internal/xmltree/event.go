package xmltree

// Raw is the event as written, in UTF-8. An empty element's End has none.
func (s *Scanner) Raw() []byte { return s.buf[s.start:s.end] }

// Inner is the inside of a Text or Comment as written, and the name of a processing instruction.
func (s *Scanner) Inner() []byte { return s.buf[s.from:s.to] }

// Plain reports that the canonical form of the event is what is written: of Text its Inner, of a tag its Raw, but for namespaces that
// it may have to declare. Of a Run it always is. A tag that is plain has no attributes.
func (s *Scanner) Plain() bool { return s.plain }

// Empty reports that the start tag is that of an empty element.
func (s *Scanner) Empty() bool { return s.empty }

// QName is the name of a tag as written.
func (s *Scanner) QName() []byte { return s.buf[s.name:s.nameEnd] }

// Open is the name of the innermost open element, or of the one that an End ends.
func (s *Scanner) Open() []byte { return s.names[s.frames[len(s.frames)-1].name:] }

// Local is the local name of the innermost open element.
func (s *Scanner) Local() []byte {
	f := &s.frames[len(s.frames)-1]
	return s.names[f.name+f.colon+1:]
}

// Prefix is the prefix of the innermost open element, nil without.
func (s *Scanner) Prefix() []byte {
	f := &s.frames[len(s.frames)-1]
	if f.colon < 0 {
		return nil
	}
	return s.names[f.name : f.name+f.colon]
}

// Space is the namespace of the innermost open element.
func (s *Scanner) Space() string { return s.scope.spaceOf(&s.frames[len(s.frames)-1]) }

// Is reports whether the innermost open element has this expanded name.
func (s *Scanner) Is(space, local string) bool {
	return string(s.Local()) == local && s.Space() == space
}

// Depth is how many elements are open, that of a Start or End among them.
func (s *Scanner) Depth() int { return len(s.frames) }

// At is the local name and namespace of an open element; depth 1 is the root.
func (s *Scanner) At(depth int) (space string, local []byte) {
	f := &s.frames[depth-1]
	end := int32(len(s.names))
	if depth < len(s.frames) {
		end = s.frames[depth].name
	}
	return s.scope.spaceOf(f), s.names[f.name+f.colon+1 : end]
}

// StartOf is the octet of the text at which an open element begins; depth 1 is the root.
func (s *Scanner) StartOf(depth int) int64 { return s.frames[depth-1].start }

// Attrs are the attributes of a Start, in the order of the document.
func (s *Scanner) Attrs() []Attr {
	if !s.hasAttrs {
		return nil
	}
	return s.attrs
}

// Offset is the octet of the text, which is UTF-8, at which the event begins, and Past the one behind it. Where the input is UTF-8
// they are octets of the input.
func (s *Scanner) Offset() int64 { return s.base + int64(s.start) }

// Past is the octet of the text behind the event.
func (s *Scanner) Past() int64 { return s.base + int64(s.end) }

// Original is the octet of the input at which an octet of the text stands that is in the event, or behind it. Offsets are asked for
// in rising order where the input is UTF-16, or each costs the window.
func (s *Scanner) Original(text int64) int64 { return s.original(text) }

// Encoding is that of the input, and Marked tells whether it begins with a byte order mark.
func (s *Scanner) Encoding() Encoding { return s.encoding }

// Marked reports that the input begins with a byte order mark.
func (s *Scanner) Marked() bool { return s.marked }

// Lookup is what a prefix stands for where the scanner is.
func (s *Scanner) Lookup(prefix string) string { return s.scope.uri([]byte(prefix)) }

// Bindings are the namespaces in scope, without xml and without an empty default one.
func (s *Scanner) Bindings() []Binding {
	var list []Binding
	for n, i := range s.scope.current {
		if i == 0 || n == 1 || n == 2 {
			continue
		}
		if b := s.scope.bindings[i-1]; b.uri != "" {
			list = append(list, Binding{s.scope.prefixes[n], b.uri})
		}
	}
	return list
}

// Inherited are the xml: attributes of the open elements, from the outside in. The slice is valid until the next event.
func (s *Scanner) Inherited() []Inherited { return s.inherits }

// Context is what a child of the innermost open element inherits.
func (s *Scanner) Context() *Context {
	c := &Context{Bindings: s.Bindings()}
	for _, a := range s.inherits {
		c.XML = append(c.XML, Inherited{a.Local, a.Value, 0})
	}
	return c
}

// Number tells prefixes apart: equal prefixes have equal numbers in one document, and they are small. Numbers counts them.
func (s *Scanner) Number(prefix []byte) int {
	_, _ = s.scope.lookup(prefix)
	return s.scope.last
}

// Active calls f with the number of each prefix in scope, xml and the default namespace among them.
func (s *Scanner) Active(f func(number int)) {
	if s.scope.current[0] == 0 {
		f(0)
	}
	for i, b := range s.scope.bindings {
		if s.scope.current[b.prefix] == i+1 {
			f(b.prefix)
		}
	}
}

// Numbers is how many prefixes have been met.
func (s *Scanner) Numbers() int { return len(s.scope.prefixes) }

// PrefixOf is the prefix that has a number.
func (s *Scanner) PrefixOf(number int) string { return s.scope.prefixes[number] }

// URIOf is what the prefix with a number stands for, "" for nothing.
func (s *Scanner) URIOf(number int) string {
	if i := s.scope.current[number]; i > 0 {
		return s.scope.bindings[i-1].uri
	}
	return ""
}

// PrefixNumber is the number of the attribute's prefix; of a declaration, that of the prefix that it declares.
func (a *Attr) PrefixNumber() int { return a.prefix }
