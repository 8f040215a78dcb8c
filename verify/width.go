package verify

import (
	"strconv"
	"unicode"
)

// width is how many columns of a terminal a text takes. Terminals differ about rare characters; where in doubt a character counts
// double, so that a line is broken too early rather than by the terminal.
func width(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case r < 0x1100:
		return 1
	case r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xa960 && r <= 0xa97f, r >= 0xac00 && r <= 0xd7ff, r >= 0xf900 && r <= 0xfaff,
		r >= 0xfe10 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6, r >= 0x16fe0, r == 0x2329, r == 0x232a,
		unicode.Is(unicode.So, r) && r >= 0x2600:
		return 2
	}
	return 1
}

func itoa(n int) string { return strconv.Itoa(n) }
