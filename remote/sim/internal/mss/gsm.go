package mss

import "slices"

// septetEscape leads to the extension of GSM 03.38.
const septetEscape = 0x1B

// gsmBasic are the characters of GSM 03.38 in their order; at septetEscape stands a character that no text has. gsmExtension are those
// behind it.
var (
	gsmBasic = []rune("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x00ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿" +
		"abcdefghijklmnopqrstuvwxyzäöñüà")
	gsmExtension = map[rune]byte{'\f': 0x0A, '^': 0x14, '{': 0x28, '}': 0x29, '\\': 0x2F, '[': 0x3C, '~': 0x3D, ']': 0x3E, '|': 0x40, '€': 0x65}
)

// GSM is a text in GSM 03.38, one septet in an octet; false when a character is outside of it, as most Vietnamese vowels are.
func GSM(s string) (septets []byte, ok bool) {
	for _, r := range s {
		at := slices.Index(gsmBasic, r)
		extended, there := gsmExtension[r]
		switch {
		case r == 0:
			return nil, false
		case at >= 0:
			septets = append(septets, byte(at))
		case there:
			septets = append(septets, septetEscape, extended)
		default:
			return nil, false
		}
	}
	return septets, true
}
