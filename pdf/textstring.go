package pdf

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Text strings are those of ISO 32000-2, 7.9.2.2: UTF-16BE behind FE FF, UTF-8 behind EF BB BF (PDF 2.0), PDFDocEncoding otherwise.

// pdfDocHigh is PDFDocEncoding (Annex D.3) where it differs from Latin-1: 0x18 to 0x1F, and 0x80 to 0xA0. 0 is undefined.
var (
	pdfDocLow  = [8]rune{0x02D8, 0x02C7, 0x02C6, 0x02D9, 0x02DD, 0x02DB, 0x02DA, 0x02DC}
	pdfDocHigh = [33]rune{
		0x2022, 0x2020, 0x2021, 0x2026, 0x2014, 0x2013, 0x0192, 0x2044, 0x2039, 0x203A, 0x2212, 0x2030, 0x201E, 0x201C, 0x201D, 0x2018,
		0x2019, 0x201A, 0x2122, 0xFB01, 0xFB02, 0x0141, 0x0152, 0x0160, 0x0178, 0x017D, 0x0131, 0x0142, 0x0153, 0x0161, 0x017E, 0,
		0x20AC,
	}
)

// encodeText writes s in PDFDocEncoding where plain Latin letters are enough, else in UTF-16BE: what every reader since PDF 1.2
// understands. Vietnamese always takes the second way.
func encodeText(s string) []byte {
	if plainText(s) {
		out := make([]byte, 0, len(s))
		for _, r := range s {
			out = append(out, byte(r))
		}
		return out
	}
	out := make([]byte, 2, 2+2*len(s))
	out[0], out[1] = 0xFE, 0xFF
	for _, r := range s {
		if hi, lo := utf16.EncodeRune(r); hi != utf8.RuneError {
			out = append(out, byte(hi>>8), byte(hi), byte(lo>>8), byte(lo))
			continue
		}
		out = append(out, byte(r>>8), byte(r))
	}
	return out
}

// plainText reports whether s has only characters that PDFDocEncoding and Latin-1 write alike, and cannot be taken for a byte
// order mark.
func plainText(s string) bool {
	for _, r := range s {
		switch {
		case r == '\t', r == '\n', r == '\r', r >= 0x20 && r < 0x7F, r > 0xA0 && r <= 0xFF && r != 0xAD:
		default:
			return false
		}
	}
	return !strings.HasPrefix(s, "\u00fe\u00ff") && !strings.HasPrefix(s, "\u00ff\u00fe") && !strings.HasPrefix(s, "\u00ef\u00bb\u00bf")
}

// decodeText reads a text string. The result is valid UTF-8; octets that mean nothing become U+FFFD. UTF-16LE, which the standard
// does not know, is read as well, since files with it exist.
func decodeText(b []byte) string {
	switch {
	case len(b) >= 2 && b[0] == 0xFE && b[1] == 0xFF:
		return decodeUTF16(b[2:], 0)
	case len(b) >= 2 && b[0] == 0xFF && b[1] == 0xFE:
		return decodeUTF16(b[2:], 1)
	case len(b) >= 3 && b[0] == 0xEF && b[1] == 0xBB && b[2] == 0xBF:
		return strings.ToValidUTF8(string(b[3:]), "\uFFFD")
	}
	ascii := true
	for _, c := range b {
		if c >= 0x7F || c >= 0x18 && c < 0x20 {
			ascii = false
			break
		}
	}
	if ascii {
		return string(b)
	}
	var s strings.Builder
	s.Grow(len(b) + 16)
	for _, c := range b {
		r := rune(c)
		switch {
		case c >= 0x18 && c < 0x20:
			r = pdfDocLow[c-0x18]
		case c >= 0x80 && c <= 0xA0:
			r = pdfDocHigh[c-0x80]
		case c == 0x7F || c == 0xAD:
			r = 0
		}
		if r == 0 && c != 0 {
			r = utf8.RuneError
		}
		s.WriteRune(r)
	}
	return s.String()
}

// decodeUTF16 reads 16-bit units, high is where in each pair the high octet is. Language escapes are left out.
func decodeUTF16(b []byte, high int) string {
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		if n := languageEscape(b[i:], high); n > 0 {
			i += n - 2
			continue
		}
		units = append(units, uint16(b[i+high])<<8|uint16(b[i+1-high]))
	}
	return string(utf16.Decode(units))
}

// languageEscape is the length of the language escape that b begins with, 0 if there is none: U+001B, two letters of a language,
// perhaps two of a country, U+001B (ISO 32000-2, 7.9.2.2). Anything else behind U+001B is text, which must not be hidden.
func languageEscape(b []byte, high int) int {
	isEscape := func(i int) bool { return len(b) >= i+2 && b[i+high] == 0 && b[i+1-high] == 0x1B }
	if !isEscape(0) {
		return 0
	}
	for i := 2; i <= 6; i += 2 {
		switch {
		case i > 2 && isEscape(i):
			return i + 2
		case i == 6 || len(b) < i+2 || !isLetter(b[i]) || !isLetter(b[i+1]):
			return 0
		}
	}
	return 0
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
