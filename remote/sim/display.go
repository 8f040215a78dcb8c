package sim

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/remote"
)

// MobileIDCode is the verification code that Estonian Mobile-ID made usual: four digits, from the first six bits and the last seven of
// a digest. A digest of no octets has none.
func MobileIDCode(digest []byte) string {
	if len(digest) == 0 {
		return ""
	}
	return fmt.Sprintf("%04d", int(digest[0]&0xFC)<<5|int(digest[len(digest)-1]&0x7F))
}

// SmartIDCode is that of Smart-ID: the last two octets of the SHA-256 of the digest, modulo 10000.
func SmartIDCode(digest []byte) string {
	sum := sha256.Sum256(digest)
	return fmt.Sprintf("%04d", int(binary.BigEndian.Uint16(sum[30:]))%10000)
}

// escape leads to the extension of GSM 03.38.
const escape = 0x1B

// gsmBasic are the characters of GSM 03.38 in their order; at escape stands a character that no text has. gsmExtension are those behind
// an escape.
var (
	gsmBasic = []rune("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x00ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿" +
		"abcdefghijklmnopqrstuvwxyzäöñüà")
	gsmExtension = map[rune]byte{'\f': 0x0A, '^': 0x14, '{': 0x28, '}': 0x29, '\\': 0x2F, '[': 0x3C, '~': 0x3D, ']': 0x3E, '|': 0x40, '€': 0x65}
)

// gsm is a text in GSM 03.38, one septet in an octet; false when a character is outside of it, as most Vietnamese vowels are.
func gsm(s string) (septets []byte, ok bool) {
	for _, r := range s {
		at := slices.Index(gsmBasic, r)
		extended, there := gsmExtension[r]
		switch {
		case r == 0:
			return nil, false
		case at >= 0:
			septets = append(septets, byte(at))
		case there:
			septets = append(septets, escape, extended)
		default:
			return nil, false
		}
	}
	return septets, true
}

// contents are the forms in which a service may have a text signed: as it was sent, and as the phone has it, in GSM 03.38 or, where that
// has not got all its characters, in UCS-2.
func contents(text string) [][]byte {
	if septets, ok := gsm(text); ok {
		return [][]byte{[]byte(text), septets}
	}
	var wide []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		wide = binary.BigEndian.AppendUint16(wide, unit)
	}
	return [][]byte{[]byte(text), wide}
}

// display is what the phone is going to show: what is signed, and the code that ties it to the document. Nothing is cut or replaced to
// make it fit: a text that was cut may say something else.
func (d *Dialect) display(text, code string) (string, error) {
	switch {
	case text == "":
		text = strings.TrimSpace(d.CodeWord + " " + code)
	case code != "":
		text += ", " + strings.TrimSpace(d.CodeWord+" "+code)
	}
	return d.fits(text)
}

// fits is the text, if the phone shows it as it is.
func (d *Dialect) fits(text string) (string, error) {
	if i18n.Clean(text) != text {
		return "", remote.NewError(CodeDisplayCharacter, nil)
	}
	septets, ok := gsm(text)
	length, most := len(septets), d.MaxGSM
	if !ok {
		length, most = len(utf16.Encode([]rune(text))), d.MaxUCS2
	}
	if most == 0 {
		return "", remote.NewError(CodeDisplayCharacter, nil)
	}
	if length > most {
		return "", remote.NewError(CodeDisplayLength, nil, "max", strconv.Itoa(most), "got", strconv.Itoa(length))
	}
	return text, nil
}
