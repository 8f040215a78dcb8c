package pdfobj

import (
	"bytes"
	"math"
	"strconv"
	"strings"

	"github.com/kyso-dev/kyso/internal/limits"
)

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

// hexDigits has the value of each hexadecimal digit, 255 for any other octet.
var hexDigits = func() (values [256]byte) {
	for i := range values {
		values[i] = 255
	}
	for i, c := range "0123456789abcdef" {
		values[c] = byte(i)
	}
	for i, c := range "ABCDEF" {
		values[c] = byte(10 + i)
	}
	return values
}()

func hexValue(c byte) byte { return hexDigits[c] }

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
	n := bytes.IndexByte(p.buf[start:], '>')
	if n < 0 {
		p.pos = len(p.buf)
		p.ran()
		if p.stop == stopNot {
			p.stop = stopSyntax
		}
		return nil
	}
	p.pos = start + n + 1
	if p.skim {
		return String("")
	}
	return decodeHex(p.buf[start : start+n])
}

// zeros is looked for as a whole: the value of a signature is padded with thousands of them.
const zeros = "0000000000000000000000000000000000000000000000000000000000000000"

// decodeHex reads pairs of digits; the last one may lack its second digit, which is then 0. It works in pieces, so that a long
// string is held once.
func decodeHex(b []byte) String {
	var s strings.Builder
	s.Grow((len(b) + 1) / 2)
	var piece [256]byte
	for len(b) > 0 {
		n := 0
		for len(b) >= len(zeros) && n+len(zeros)/2 <= len(piece) && string(b[:len(zeros)]) == zeros {
			clear(piece[n : n+len(zeros)/2])
			b, n = b[len(zeros):], n+len(zeros)/2
		}
		for len(b) >= 2 && n < len(piece) {
			high, low := hexDigits[b[0]], hexDigits[b[1]]
			if high|low > 15 {
				break
			}
			piece[n] = high<<4 | low
			b, n = b[2:], n+1
			if high|low == 0 && len(b) >= len(zeros) && string(b[:len(zeros)]) == zeros {
				break
			}
		}
		if len(b) < 2 && n < len(piece) || n == 0 {
			// Something lies between the digits, or the last one is alone.
			if v, rest, ok := hexPair(b); ok {
				piece[n] = v
				b, n = rest, n+1
			} else {
				b = nil
			}
		}
		s.Write(piece[:n])
	}
	return String(s.String())
}

// hexPair reads the next two digits, with whatever lies between; false when there are none.
func hexPair(b []byte) (value byte, rest []byte, ok bool) {
	for i, c := range b {
		v := hexDigits[c]
		switch {
		case v > 15:
		case ok:
			return value | v, b[i+1:], true
		default:
			value, ok = v<<4, true
		}
	}
	return value, nil, ok
}
