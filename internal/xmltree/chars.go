package xmltree

import "unicode/utf8"

// Classes of octets in names.
const (
	nameStart = 1 << iota // may begin an NCName
	nameChar              // may stand in an NCName
	blank                 // S
)

// class tells of each ASCII octet what it may be. Octets of longer sequences are in no class.
var class = func() (t [256]uint8) {
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = nameStart|nameChar, nameStart|nameChar
	}
	t['_'] = nameStart | nameChar
	for c := '0'; c <= '9'; c++ {
		t[c] = nameChar
	}
	t['-'], t['.'] = nameChar, nameChar
	t[' '], t['\t'], t['\n'], t['\r'] = blank, blank, blank, blank
	return t
}()

// Classes of octets in text. Zero is an ordinary ASCII character.
const (
	textLess    = 1 + iota // <
	textAmp                // &
	textReturn             // CR
	textGreater            // >
	textBlank              // TAB and LF: ordinary in text, not in attribute values
	textQuote              // " and ': ordinary in text
	textBad                // a control character, or never in UTF-8
	text2                  // begins a sequence of two octets
	text3
	text4
)

var textClass = func() (t [256]uint8) {
	for c := range 0x20 {
		t[c] = textBad
	}
	t['\t'], t['\n'], t['\r'] = textBlank, textBlank, textReturn
	t['<'], t['&'], t['>'], t['"'], t['\''] = textLess, textAmp, textGreater, textQuote, textQuote
	for c := 0x80; c <= 0xFF; c++ {
		switch {
		case c >= 0xC2 && c <= 0xDF:
			t[c] = text2
		case c >= 0xE0 && c <= 0xEF:
			t[c] = text3
		case c >= 0xF0 && c <= 0xF4:
			t[c] = text4
		default:
			t[c] = textBad
		}
	}
	return t
}()

// sequence is the length of the UTF-8 sequence at b[i:], which does not begin with ASCII, when it is a Char (XML 2.2); 0 when b ends
// within it, -1 when it is none.
func sequence(b []byte, i int) int {
	c := b[i]
	n := len(b) - i
	switch textClass[c] {
	case text2:
		if n < 2 {
			return 0
		}
		if b[i+1]&0xC0 == 0x80 {
			return 2
		}
	case text3:
		if n < 3 {
			return 0
		}
		d, e := b[i+1], b[i+2]
		switch {
		case d&0xC0 != 0x80 || e&0xC0 != 0x80,
			c == 0xE0 && d < 0xA0,               // overlong
			c == 0xED && d > 0x9F,               // a surrogate
			c == 0xEF && d == 0xBF && e >= 0xBE: // U+FFFE, U+FFFF
			return -1
		}
		return 3
	case text4:
		if n < 4 {
			return 0
		}
		d := b[i+1]
		if d&0xC0 == 0x80 && b[i+2]&0xC0 == 0x80 && b[i+3]&0xC0 == 0x80 && (c != 0xF0 || d >= 0x90) && (c != 0xF4 || d <= 0x8F) {
			return 4
		}
	}
	return -1
}

// isChar is the production Char (2.2).
func isChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= 0x10FFFF
}

type interval struct{ lo, hi rune }

// Letters outside of ASCII that begin a name, and those that only continue one (2.3, productions 4 and 4a of the fifth edition).
var (
	starts = []interval{
		{0xC0, 0xD6}, {0xD8, 0xF6}, {0xF8, 0x2FF}, {0x370, 0x37D}, {0x37F, 0x1FFF}, {0x200C, 0x200D}, {0x2070, 0x218F},
		{0x2C00, 0x2FEF}, {0x3001, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF},
	}
	continues = []interval{{0xB7, 0xB7}, {0x300, 0x36F}, {0x203F, 0x2040}}
)

func within(list []interval, r rune) bool {
	for _, v := range list {
		if r >= v.lo && r <= v.hi {
			return true
		}
	}
	return false
}

// ncName is the end of the NCName at b[i:]: i when there is none, -1 when b ends before it is known to end.
func ncName(b []byte, i int) int {
	at := i
	for i < len(b) {
		c := b[i]
		if c < utf8.RuneSelf {
			if class[c]&nameChar == 0 || i == at && class[c]&nameStart == 0 {
				return i
			}
			i++
			continue
		}
		n := sequence(b, i)
		if n == 0 {
			return -1
		}
		if n < 0 {
			return i // the caller trips over it
		}
		r, _ := utf8.DecodeRune(b[i:])
		if !within(starts, r) && (i == at || !within(continues, r)) {
			return i
		}
		i += n
	}
	return -1
}

// IsNCName reports whether s is a name without a colon, as Ids are.
func IsNCName(s string) bool {
	b := append([]byte(s), ' ')
	return ncName(b, 0) == len(s) && s != ""
}
