package verify

import (
	"bufio"
	"fmt"
	"unicode/utf8"
)

// xmlWriter writes elements one after another; it keeps no tree. bufio keeps the first error for Flush.
type xmlWriter struct {
	w     *bufio.Writer
	stack []string
}

func (x *xmlWriter) open(name string, attributes ...string) {
	x.tag(name, attributes)
	x.w.WriteByte('>')
	x.stack = append(x.stack, name)
}

func (x *xmlWriter) close() {
	last := len(x.stack) - 1
	x.w.WriteString("</" + x.stack[last] + ">")
	x.stack = x.stack[:last]
}

func (x *xmlWriter) empty(name string, attributes ...string) {
	x.tag(name, attributes)
	x.w.WriteString("/>")
}

func (x *xmlWriter) tag(name string, attributes []string) {
	x.w.WriteString("<" + name)
	for i := 0; i+1 < len(attributes); i += 2 {
		x.w.WriteString(" " + attributes[i] + `="`)
		x.chars(attributes[i+1])
		x.w.WriteByte('"')
	}
}

// text is an element with nothing but text.
func (x *xmlWriter) text(name, value string) {
	x.open(name)
	x.chars(value)
	x.close()
}

// chars writes text so that no character of it is markup. What XML cannot carry at all (XML 1.0, 2.2) and octets that are no UTF-8 become
// visible escapes; what a terminal would hide or obey, and line ends, become character references, which a parser reads as what they
// stand for.
func (x *xmlWriter) chars(s string) {
	for i, r := range s {
		switch {
		case r == utf8.RuneError && s[i] != 0xEF:
			fmt.Fprintf(x.w, `\x%02x`, s[i])
		case r == '<':
			x.w.WriteString("&lt;")
		case r == '>':
			x.w.WriteString("&gt;")
		case r == '&':
			x.w.WriteString("&amp;")
		case r == '"':
			x.w.WriteString("&quot;")
		case r == '\t', r == '\n', r == '\r':
			fmt.Fprintf(x.w, "&#x%X;", r)
		case r < ' ', r == 0xFFFE, r == 0xFFFF:
			fmt.Fprintf(x.w, `\x%02x`, r)
		case hidden(r):
			fmt.Fprintf(x.w, "&#x%X;", r)
		default:
			x.w.WriteRune(r)
		}
	}
}
