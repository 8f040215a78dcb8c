package xmltree

import (
	"bytes"
	"unicode/utf8"
)

// longestReference is how many octets a reference may have; leading zeros may be.
const longestReference = 64

// reference reads the reference at buf[i:] and tells how long it is; 0 when the window ends within it.
func (s *Scanner) reference(i int) (r rune, n int, err error) {
	r, n, ok := decodeReference(s.buf[i:])
	switch {
	case ok:
		return r, n, nil
	case n == 0 && !s.eof:
		return 0, 0, nil
	}
	rest := s.buf[i:min(len(s.buf), i+longestReference)] // no more, so that it does not matter how much the window holds
	if end := bytes.IndexByte(rest, ';'); end > 1 && ncName(rest[:end+1], 1) == end {
		return 0, 0, s.at(i, CodeEntity, "name", string(rest[1:end]))
	}
	return 0, 0, s.malformed(i, "& begins no reference to a character that may be")
}

// decodeReference reads a character reference or one of the five entities. n is 0 when b may end within it.
func decodeReference(b []byte) (r rune, n int, ok bool) {
	end := bytes.IndexByte(b[:min(len(b), longestReference)], ';')
	if end < 0 {
		if len(b) < longestReference {
			return 0, 0, false
		}
		return 0, -1, false
	}
	switch name := b[1:end]; {
	case string(name) == "amp":
		r = '&'
	case string(name) == "lt":
		r = '<'
	case string(name) == "gt":
		r = '>'
	case string(name) == "quot":
		r = '"'
	case string(name) == "apos":
		r = '\''
	case len(name) > 2 && name[0] == '#' && name[1] == 'x':
		r = number(name[2:], 16)
	case len(name) > 1 && name[0] == '#':
		r = number(name[1:], 10)
	default:
		return 0, -1, false
	}
	if !isChar(r) {
		return 0, -1, false
	}
	return r, end + 1, true
}

// number reads digits; 0, which is no Char, when they are none or too many.
func number(digits []byte, base rune) rune {
	var r rune
	for _, c := range digits {
		var d rune
		switch {
		case c >= '0' && c <= '9':
			d = rune(c - '0')
		case base == 16 && c >= 'a' && c <= 'f':
			d = rune(c-'a') + 10
		case base == 16 && c >= 'A' && c <= 'F':
			d = rune(c-'A') + 10
		default:
			return 0
		}
		if r = r*base + d; r > utf8.MaxRune {
			return 0
		}
	}
	return r
}

// AppendText appends what a Text, Comment or PI event says: references and line ends resolved (2.11, 4.1, 4.6), of a processing
// instruction the data.
func (s *Scanner) AppendText(dst []byte) []byte {
	raw := s.buf[s.from:s.to]
	switch {
	case s.kind == PI:
		return appendLines(dst, s.buf[s.data:s.end-2])
	case s.kind == Comment || s.cdata:
		return appendLines(dst, raw)
	}
	return appendText(dst, raw)
}

func appendText(dst, raw []byte) []byte {
	for {
		i := bytes.IndexByte(raw, '&')
		if i < 0 {
			return appendLines(dst, raw)
		}
		dst = appendLines(dst, raw[:i])
		r, n, ok := decodeReference(raw[i:])
		if !ok {
			return dst // the scanner has let none through
		}
		dst = utf8.AppendRune(dst, r)
		raw = raw[i+n:]
	}
}

// appendLines makes every line end LF (2.11).
func appendLines(dst, raw []byte) []byte {
	for {
		i := bytes.IndexByte(raw, '\r')
		if i < 0 {
			return append(dst, raw...)
		}
		dst = append(append(dst, raw[:i]...), '\n')
		if raw = raw[i+1:]; len(raw) > 0 && raw[0] == '\n' {
			raw = raw[1:]
		}
	}
}

func appendValue(dst, raw []byte) []byte {
	for i := 0; i < len(raw); {
		switch c := raw[i]; c {
		case '&':
			r, n, ok := decodeReference(raw[i:])
			if !ok {
				return dst // the scanner has let none through
			}
			dst = utf8.AppendRune(dst, r)
			i += n
		case '\r':
			dst = append(dst, ' ')
			if i++; i < len(raw) && raw[i] == '\n' {
				i++
			}
		case '\n', '\t':
			dst = append(dst, ' ')
			i++
		default:
			dst = append(dst, c)
			i++
		}
	}
	return dst
}
