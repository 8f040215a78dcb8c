package sim

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
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

// The characters of GSM 03.38: those that take one septet, and those of the extension, which take two.
const (
	gsmBasic     = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtension = "^{}\\[~]|€\f"
)

// gsmLength is how many septets a text takes; false when a character is outside GSM 03.38, as most Vietnamese vowels are.
func gsmLength(s string) (n int, ok bool) {
	for _, r := range s {
		switch {
		case strings.ContainsRune(gsmBasic, r):
			n++
		case strings.ContainsRune(gsmExtension, r):
			n += 2
		default:
			return 0, false
		}
	}
	return n, true
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
	length, ok := gsmLength(text)
	most := d.MaxGSM
	if !ok {
		length, most = len(utf16.Encode([]rune(text))), d.MaxUCS2
	}
	if length > most {
		return "", remote.NewError(CodeDisplayLength, nil, "max", strconv.Itoa(most), "got", strconv.Itoa(length))
	}
	return text, nil
}
