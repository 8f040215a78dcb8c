package pdfobj

import "github.com/kyso-dev/kyso/internal/limits"

// parser reads objects from a stretch of a file. Where it runs off the end of a stretch that is not the last, it gives up with
// stopShort and is called again on a longer one: objects are small, and this keeps it a plain loop over a slice.
//
// It is as lenient as viewers are: what cannot be an object is passed over, and a container that the end of the object cuts off
// is closed there.
type parser struct {
	buf   []byte
	pos   int
	whole bool // nothing follows buf
	skim  bool // only where values end matters: hexadecimal strings are not decoded
	depth int
	parts int
	stop  stop
	// What was read past: malformed syntax, and keys that came twice.
	malformed, repeated bool

	items   []Object // stacks on which containers grow before they are copied out at their length
	entries []entry
}

type stop uint8

const (
	stopNot   stop = iota
	stopShort      // more octets are needed
	stopDepth
	stopParts
	stopSyntax
)

// kind is what value met.
type kind uint8

const (
	kindValue   kind = iota
	kindArray        // "]"
	kindDict         // ">>"
	kindEnd          // the end of the object: endobj, stream and the like, or the end of the input; pos is before it
	kindUnknown      // a word or delimiter that means nothing here
)

func (p *parser) reset(buf []byte, pos int, whole bool) {
	p.buf, p.pos, p.whole, p.skim = buf, pos, whole, false
	p.depth, p.parts, p.stop = 0, 0, stopNot
	p.malformed, p.repeated = false, false
	p.items, p.entries = p.items[:0], p.entries[:0]
}

const (
	classRegular = iota
	classSpace
	classDelimiter
)

// class sorts octets as 7.2.3 does.
var class = [256]uint8{
	0: classSpace, '\t': classSpace, '\n': classSpace, '\f': classSpace, '\r': classSpace, ' ': classSpace,
	'(': classDelimiter, ')': classDelimiter, '<': classDelimiter, '>': classDelimiter, '[': classDelimiter, ']': classDelimiter,
	'{': classDelimiter, '}': classDelimiter, '/': classDelimiter, '%': classDelimiter,
}

func isDigit(c byte) bool { return c-'0' < 10 }

// space passes over white space and comments; false at the end of the stretch.
func (p *parser) space() bool {
	for p.pos < len(p.buf) {
		c := p.buf[p.pos]
		if class[c] == classSpace {
			p.pos++
			continue
		}
		if c != '%' {
			return true
		}
		for p.pos < len(p.buf) && p.buf[p.pos] != '\n' && p.buf[p.pos] != '\r' {
			p.pos++
		}
	}
	p.ran()
	return false
}

// ran notes that the stretch is used up.
func (p *parser) ran() {
	if !p.whole {
		p.stop = stopShort
	}
}

// value reads the next object.
func (p *parser) value() (Object, kind) {
	if !p.space() || p.stop != stopNot {
		return nil, kindEnd
	}
	if p.parts++; p.parts > limits.PDFObjectParts {
		p.stop = stopParts
		return nil, kindEnd
	}
	c := p.buf[p.pos]
	switch {
	case c == '/':
		return p.name(), kindValue
	case isDigit(c):
		return p.numberOrRef()
	case c == '+' || c == '-' || c == '.':
		return p.number(), kindValue
	}
	switch c {
	case '(':
		return p.literal(), kindValue
	case '<':
		if p.pos+1 >= len(p.buf) {
			p.ran()
		} else if p.buf[p.pos+1] == '<' {
			return p.container((*parser).dict), kindValue
		}
		return p.hex(), kindValue
	case '[':
		return p.container((*parser).array), kindValue
	case ']':
		p.pos++
		return nil, kindArray
	case '>':
		if p.pos+1 < len(p.buf) && p.buf[p.pos+1] == '>' {
			p.pos += 2
			return nil, kindDict
		}
		if p.pos+1 >= len(p.buf) {
			p.ran()
		}
		p.pos++
		return nil, kindUnknown
	case ')', '{', '}':
		p.pos++
		return nil, kindUnknown
	}
	start := p.pos
	switch string(p.word()) {
	case "true":
		return true, kindValue
	case "false":
		return false, kindValue
	case "null":
		return nil, kindValue
	case "endobj", "stream", "endstream", "obj", "xref", "trailer", "startxref":
		p.pos = start
		return nil, kindEnd
	}
	return nil, kindUnknown
}

// word reads regular characters.
func (p *parser) word() []byte {
	start := p.pos
	for p.pos < len(p.buf) && class[p.buf[p.pos]] == classRegular {
		p.pos++
	}
	if p.pos == len(p.buf) {
		p.ran()
	}
	return p.buf[start:p.pos]
}

func (p *parser) container(read func(*parser) Object) Object {
	if p.depth++; p.depth > limits.PDFDepth {
		p.stop = stopDepth
		return nil
	}
	o := read(p)
	p.depth--
	return o
}

func (p *parser) array() Object {
	p.pos++
	base := len(p.items)
	for p.stop == stopNot {
		o, k := p.value()
		if k == kindValue {
			p.items = append(p.items, o)
			continue
		}
		if k != kindArray {
			p.malformed = true
		}
		switch k {
		case kindUnknown:
			continue
		case kindDict:
			p.pos -= 2 // the array was not closed: the dictionary around it is
			if p.depth == 1 {
				p.pos += 2
				continue
			}
		}
		break
	}
	a := make(Array, len(p.items)-base)
	copy(a, p.items[base:])
	clear(p.items[base:])
	p.items = p.items[:base]
	return a
}

func (p *parser) dict() Object {
	p.pos += 2
	base := len(p.entries)
	d := &Dict{}
	for p.stop == stopNot {
		if !p.space() {
			p.malformed = true
			break
		}
		if p.buf[p.pos] != '/' {
			// A value without a key is passed over.
			_, k := p.value()
			if k == kindDict {
				break
			}
			p.malformed = true
			if k == kindEnd {
				break
			}
			continue
		}
		key := internKey(p.nameBytes())
		start := p.pos
		o, k := p.value()
		if k != kindValue {
			p.malformed = true
		}
		for k == kindUnknown {
			o, k = p.value()
		}
		if k == kindArray {
			o, k = nil, kindValue
		}
		if k == kindEnd || k == kindDict {
			if k == kindDict {
				p.pos = max(start, p.pos-2)
				continue
			}
			break
		}
		if p.put(base, key, o) {
			d.repeated, p.repeated = true, true
		}
	}
	own := p.entries[base:]
	if len(own) > keyScan {
		own = d.dedupe(own)
		p.repeated = p.repeated || d.repeated
	}
	d.entries = make([]entry, len(own))
	copy(d.entries, own)
	clear(p.entries[base:])
	p.entries = p.entries[:base]
	return d
}

// put adds an entry to the dictionary that begins at base; true when the key was there.
func (p *parser) put(base int, key Name, o Object) bool {
	own := p.entries[base:]
	if len(own) >= keyScan {
		// Looking through all of a huge dictionary for each key would be quadratic: dedupe does it once, at the end.
		p.entries = append(p.entries, entry{key, o})
		return false
	}
	for i := range own {
		if own[i].key == key {
			own[i].value = o
			return true
		}
	}
	p.entries = append(p.entries, entry{key, o})
	return false
}

// keyScan is the number of entries up to which repeated keys are looked for one by one.
const keyScan = 64

// dedupe moves the last value of each key to its first place.
func (d *Dict) dedupe(entries []entry) []entry {
	first := make(map[Name]int, len(entries))
	out := entries[:0]
	for _, e := range entries {
		if i, ok := first[e.key]; ok {
			out[i].value = e.value
			d.repeated = true
			continue
		}
		first[e.key] = len(out)
		out = append(out, e)
	}
	return out
}
