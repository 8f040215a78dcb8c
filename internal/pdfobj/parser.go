package pdfobj

import (
	"math"
	"strconv"

	"github.com/kyso-dev/kyso/internal/limits"
)

// parser reads objects from a stretch of a file. Where it runs off the end of a stretch that is not the last, it gives up with
// stopShort and is called again on a longer one: objects are small, and this keeps it a plain loop over a slice.
//
// It is as lenient as viewers are: what cannot be an object is passed over, and a container that the end of the object cuts off
// is closed there.
type parser struct {
	buf   []byte
	pos   int
	whole bool // nothing follows buf
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
	p.buf, p.pos, p.whole = buf, pos, whole
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

func (p *parser) name() Object { return internName(p.nameBytes()) }

// nameBytes reads a name and undoes its escapes; the octets may lie in the input.
func (p *parser) nameBytes() []byte {
	p.pos++
	b := p.word()
	for i, c := range b {
		if c == '#' {
			return unescapeName(b, i)
		}
	}
	return b
}

// unescapeName undoes #xx. What is no escape stands for itself, and so does #00, which no name may hold.
func unescapeName(b []byte, from int) []byte {
	out := make([]byte, from, len(b))
	copy(out, b[:from])
	for i := from; i < len(b); i++ {
		if b[i] == '#' && i+2 < len(b) && hexValue(b[i+1]) < 16 && hexValue(b[i+2]) < 16 && (b[i+1] != '0' || b[i+2] != '0') {
			out = append(out, hexValue(b[i+1])<<4|hexValue(b[i+2]))
			i += 2
			continue
		}
		out = append(out, b[i])
	}
	return out
}

// hexValue is the value of a hexadecimal digit, 255 for any other octet.
func hexValue(c byte) byte {
	switch {
	case isDigit(c):
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 255
}

// numberOrRef reads a number, and the whole of "12 0 R" where it begins one.
func (p *parser) numberOrRef() (Object, kind) {
	start := p.pos
	num, ok := p.digits(10)
	if ok {
		after := p.pos
		if p.gap() && isDigit(p.buf[p.pos]) {
			if gen, ok := p.digits(5); ok && p.gap() && p.buf[p.pos] == 'R' {
				if p.pos+1 == len(p.buf) && !p.whole {
					p.stop = stopShort
					return nil, kindEnd
				}
				if p.pos+1 == len(p.buf) || class[p.buf[p.pos+1]] != classRegular {
					p.pos++
					if num == 0 || num > limits.PDFObjectNumber || gen > math.MaxUint16 {
						return nil, kindValue // no such object: null (7.3.10)
					}
					return Ref{uint32(num), uint16(gen)}, kindValue
				}
			}
		}
		if p.stop != stopNot {
			return nil, kindEnd
		}
		if class[p.at(after)] != classRegular {
			p.pos = after
			return int64(num), kindValue
		}
	}
	p.pos = start
	return p.number(), kindValue
}

// at is the octet at i, white space past the end.
func (p *parser) at(i int) byte {
	if i < len(p.buf) {
		return p.buf[i]
	}
	return ' '
}

// digits reads up to limit decimal digits; false when there are none or more.
func (p *parser) digits(limit int) (uint64, bool) {
	start, n := p.pos, uint64(0)
	for p.pos < len(p.buf) && isDigit(p.buf[p.pos]) {
		if p.pos-start == limit {
			return 0, false
		}
		n = n*10 + uint64(p.buf[p.pos]-'0')
		p.pos++
	}
	if p.pos == len(p.buf) {
		p.ran()
	}
	return n, p.pos > start
}

// gap passes over at least one white-space character and says whether something follows. Comments inside a reference are legal
// and do not occur; they make it three objects.
func (p *parser) gap() bool {
	start := p.pos
	for p.pos < len(p.buf) && class[p.buf[p.pos]] == classSpace {
		p.pos++
	}
	if p.pos == len(p.buf) {
		p.ran()
		return false
	}
	return p.pos > start
}

// number reads a number as viewers do: a sign or several, digits, at most one point; anything after that is dropped.
func (p *parser) number() Object {
	b := p.word()
	i, negative := 0, false
	for i < len(b) && (b[i] == '+' || b[i] == '-') {
		negative = negative || b[i] == '-'
		i++
	}
	start := i
	for i < len(b) && isDigit(b[i]) {
		i++
	}
	whole := b[start:i]
	var real float64
	switch {
	case i < len(b) && b[i] == '.':
		i++
		for i < len(b) && isDigit(b[i]) {
			i++
		}
		real, _ = strconv.ParseFloat(string(b[start:i]), 64) // "." alone is 0
	case len(whole) <= 18:
		n := int64(0)
		for _, c := range whole {
			n = n*10 + int64(c-'0')
		}
		if negative {
			n = -n
		}
		return n
	default:
		real, _ = strconv.ParseFloat(string(whole), 64)
	}
	if math.IsInf(real, 0) {
		real = math.MaxFloat64
	}
	if negative {
		real = -real
	}
	return real
}

// literal reads "(...)" (7.3.4.2).
func (p *parser) literal() Object {
	start := p.pos + 1
	level, plain := 1, true
	for i := start; i < len(p.buf); i++ {
		switch p.buf[i] {
		case '\\':
			plain = false
			i++
		case '\r':
			plain = false
		case '(':
			level++
		case ')':
			if level--; level == 0 {
				p.pos = i + 1
				if plain {
					return String(p.buf[start:i])
				}
				return String(unescapeString(p.buf[start:i]))
			}
		}
	}
	p.pos = len(p.buf)
	p.ran()
	if p.stop == stopNot {
		p.stop = stopSyntax
	}
	return nil
}

func unescapeString(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c == '\r' {
			if i+1 < len(b) && b[i+1] == '\n' {
				i++
			}
			out = append(out, '\n')
			continue
		}
		if c != '\\' || i+1 == len(b) {
			out = append(out, c)
			continue
		}
		i++
		switch c = b[i]; c {
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case '\n':
		case '\r':
			if i+1 < len(b) && b[i+1] == '\n' {
				i++
			}
		case '0', '1', '2', '3', '4', '5', '6', '7':
			n := 0
			for k := 0; k < 3 && i < len(b) && b[i] >= '0' && b[i] <= '7'; k++ {
				n = n<<3 | int(b[i]-'0')
				i++
			}
			i--
			out = append(out, byte(n)) // high-order overflow is ignored (table 3)
		default:
			out = append(out, c)
		}
	}
	return out
}

// hex reads "<...>" (7.3.4.3); what is no digit is passed over.
func (p *parser) hex() Object {
	start := p.pos + 1
	end := start
	for end < len(p.buf) && p.buf[end] != '>' {
		end++
	}
	if end == len(p.buf) {
		p.pos = end
		p.ran()
		if p.stop == stopNot {
			p.stop = stopSyntax
		}
		return nil
	}
	p.pos = end + 1
	out := make([]byte, 0, (end-start+1)/2)
	half, have := byte(0), false
	for _, c := range p.buf[start:end] {
		v := hexValue(c)
		if v > 15 {
			continue
		}
		if have {
			out = append(out, half<<4|v)
		}
		half, have = v, !have
	}
	if have {
		out = append(out, half<<4)
	}
	return String(out)
}
