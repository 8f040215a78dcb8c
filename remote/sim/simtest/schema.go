package simtest

import (
	"slices"
	"strings"
	"sync"

	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/internal/mss"
)

// namespaces by the prefixes that grammars have.
var namespaces = map[string]string{"": mss.Space, "fi": mss.SpaceFiCom, "ds": mss.SpaceDS, "sco": "http://www.swisscom.ch/TS102204/ext/v1.0.0"}

// unserved are the other namespaces that the schemas import. What they have stands in no grammar, and is not taken.
var unserved = []string{
	"http://www.w3.org/2001/04/xmlenc#", mss.SOAP12, "urn:oasis:names:tc:SAML:2.0:protocol", "urn:oasis:names:tc:SAML:2.0:assertion",
	"http://www.methics.fi/MSSPRegistration/v1.0.0#", mss.SpaceExt, "http://mid.swisscom.ch/TS102204/as/v1.0",
	"http://ae.mobile-id.vn/TS102204/ext/v1.0.0", "http://mid.ae.mobile-id.vn/TS102204/as/v1.0",
}

// spaceXSI is where xsi:type and its like come from.
const spaceXSI = "http://www.w3.org/2001/XMLSchema-instance"

// form is what an element may be: a type of the schema.
type form struct {
	space      string            // whose it is: elements of other namespaces are those that are not of this
	value      func(string) bool // of the text; nil: the element has none
	mixed      bool              // text may stand between its elements
	anything   bool
	others     bool // attributes of other namespaces may stand there
	attributes []attribute
	content    []particle
}

type attribute struct {
	name     string
	value    func(string) bool
	required bool
}

// particle is a place in the content of a form, taken by any of its elements.
type particle struct {
	of          []declared
	other       bool // or by an element of another namespace
	least, most int
}

type declared struct{ space, local, form string }

// schema is a grammar that was read: forms by their names. Those with a capital are elements that may stand where any may.
type schema map[string]*form

var (
	schemaETSI = sync.OnceValue(func() schema { return readGrammar(grammarETSI) })
	schemaVN   = sync.OnceValue(func() schema { return readGrammar(grammarVN) })
)

// schemaOf is the schema that a dialect's server looks at requests with.
func schemaOf(d sim.Dialect) schema {
	if d.FormatFirst {
		return schemaVN()
	}
	return schemaETSI()
}

// readGrammar reads a grammar of this package; how they are written stands with them.
func readGrammar(text string) schema {
	s := make(schema)
	for name, value := range datatypes {
		s[name] = &form{value: value}
	}
	for line := range strings.Lines(text) {
		name, rule, ok := strings.Cut(strings.TrimSpace(line), " = ")
		if !ok {
			continue
		}
		name = strings.TrimSpace(name)
		prefix, _, _ := cutPrefix(name)
		f := &form{space: namespaces[prefix]}
		for word := range strings.FieldsSeq(rule) {
			s.add(f, word)
		}
		s[name] = f
	}
	return s
}

func cutPrefix(name string) (prefix, local string, ok bool) {
	if prefix, local, ok = strings.Cut(name, ":"); ok {
		return prefix, local, true
	}
	return "", name, false
}

// add adds what a word of a grammar says.
func (s schema) add(f *form, word string) {
	times := strings.IndexByte("?*+", word[len(word)-1])
	word = strings.TrimRight(word, "?*+")
	switch {
	case word == "mixed":
		f.mixed = true
	case word == "anything":
		f.anything = true
	case word[0] == '#':
		f.value = s[word[1:]].value
	case word == "@other":
		f.others = true
	case word[0] == '@':
		name, kind, _ := strings.Cut(word[1:], "=")
		f.attributes = append(f.attributes, attribute{name, s[kind].value, times != 0})
	case s[word] != nil && word[0] >= 'a' && !strings.Contains(word, ":"): // what another form has too
		f.attributes, f.content = append(f.attributes, s[word].attributes...), append(f.content, s[word].content...)
		f.others = s[word].others
	default:
		p := particle{least: 1, most: 1}
		if times == 0 || times == 1 {
			p.least = 0
		}
		if times > 0 {
			p.most = int(^uint(0) >> 1)
		}
		for name := range strings.SplitSeq(strings.Trim(word, "()"), "|") {
			if name == "other" {
				p.other = true
				continue
			}
			name, kind, ok := strings.Cut(name, "=")
			if !ok {
				kind = name
			}
			prefix, local, _ := cutPrefix(name)
			p.of = append(p.of, declared{namespaces[prefix], local, kind})
		}
		f.content = append(f.content, p)
	}
}

// flaw is what keeps a message from being valid. It names elements and attributes, never their content.
type flaw struct {
	what string
	code int // 101, 102
	sub  int
}

func wrong(e *mss.Element, what string) *flaw { return &flaw{e.Local + ": " + what, 101, 0} }
func missing(e *mss.Element, what string) *flaw {
	return &flaw{e.Local + ": " + what + " is missing", 102, 0}
}

// check looks at a message's element, which RPC style leaves without a namespace.
func (s schema) check(message *mss.Element) *flaw {
	f := s[message.Local]
	if f == nil || message.Space != "" && message.Space != mss.Space {
		return wrong(message, "no message of this service")
	}
	return s.element(message, f)
}

// element looks at an element that has a form.
func (s schema) element(e *mss.Element, f *form) *flaw {
	if f.anything {
		return s.lax(e)
	}
	if bad := f.checkAttributes(e); bad != nil {
		return bad
	}
	text := e.Text()
	if len(f.content) > 0 { // an empty element has not even white space
		text = strings.Trim(text, xmlBlank)
	}
	switch {
	case f.value != nil && len(e.Children) > 0:
		return wrong(e, "has elements")
	case f.value != nil && !f.value(e.Text()):
		return wrong(e, "its value")
	case f.value == nil && !f.mixed && text != "":
		return wrong(e, "text between elements")
	}
	return s.checkContent(e, f)
}

func (f *form) checkAttributes(e *mss.Element) *flaw {
	found := 0
	for _, a := range f.attributes {
		i := slices.IndexFunc(e.Attrs, func(x attr) bool { return x.Name.Space == "" && x.Name.Local == a.name })
		switch {
		case i < 0 && a.required:
			return missing(e, a.name)
		case i >= 0 && !a.value(e.Attrs[i].Value):
			return wrong(e, "value of "+a.name)
		case i >= 0:
			found++
		}
	}
	for _, a := range e.Attrs {
		if ofXML(a) || f.others && a.Name.Space != "" && a.Name.Space != f.space && a.Name.Space != spaceXSI {
			found++
		}
	}
	if found != len(e.Attrs) {
		return wrong(e, "an attribute that is not known")
	}
	return nil
}

// ofXML reports whether an attribute is none of the message: a declaration of a namespace, or where a schema is.
func ofXML(a attr) bool {
	return a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" || a.Name.Space == spaceXSI && strings.HasSuffix(strings.ToLower(a.Name.Local), "schemalocation")
}

// checkContent walks through the places of a form and the elements at once. The schemas are such that no place has to be given up again.
func (s schema) checkContent(e *mss.Element, f *form) *flaw {
	rest := e.Children
	for _, p := range f.content {
		n := 0
		for ; n < p.most && len(rest) > 0; n++ {
			kind, ok := p.takes(rest[0], f.space)
			if !ok {
				break
			}
			if bad := s.taken(rest[0], kind); bad != nil {
				return bad
			}
			rest = rest[1:]
		}
		if n < p.least {
			if len(p.of) == 0 {
				return missing(e, "an element of another namespace")
			}
			return missing(e, p.of[0].local)
		}
	}
	if len(rest) > 0 {
		return wrong(e, rest[0].Local+" does not stand there")
	}
	return nil
}

// takes is the form of an element that may stand in a place; "": anything may.
func (p *particle) takes(e *mss.Element, space string) (kind string, ok bool) {
	for _, d := range p.of {
		if e.Local == d.local && e.Space == d.space {
			return d.form, true
		}
	}
	return "", p.other && e.Space != "" && e.Space != space
}

func (s schema) taken(e *mss.Element, kind string) *flaw {
	if kind == "" {
		return s.lax(e)
	}
	if s[kind] == nil {
		return &flaw{e.Local + ": not served", 101, 1014}
	}
	return s.element(e, s[kind])
}

// lax looks at an element where any may stand: one that is declared has to be as it is declared, and so has everything in one that is not.
func (s schema) lax(e *mss.Element) *flaw {
	for prefix, space := range namespaces {
		name := strings.TrimPrefix(prefix+":"+e.Local, ":")
		if e.Space == space && s[name] != nil && e.Local[0] <= 'Z' {
			return s.element(e, s[name])
		}
	}
	if slices.Contains(unserved, e.Space) || e.Space == mss.SpaceDS || e.Space == mss.Space && strings.HasPrefix(e.Local, "MSS_") {
		return &flaw{e.Local + ": not served", 101, 1014}
	}
	for _, a := range e.Attrs {
		if a.Name.Space == spaceXSI && !ofXML(a) {
			return wrong(e, "a type of its own")
		}
	}
	for _, c := range e.Children {
		if bad := s.lax(c); bad != nil {
			return bad
		}
	}
	return nil
}
