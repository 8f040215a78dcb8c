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
	"github.com/kyso-dev/kyso/remote/sim/internal/mss"
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

// contents are the forms in which a service may have a text signed: as it was sent, and as the phone has it, in GSM 03.38 or, where that
// has not got all its characters, in UCS-2.
func contents(text string) [][]byte {
	if septets, ok := mss.GSM(text); ok {
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

// CheckText refuses a text for the phone that cannot be shown as it is: see [remote.TextChecker].
func (p *Provider) CheckText(text string) error {
	if p.dialect.FiCom {
		return nil // shows the code and nothing else
	}
	_, err := p.dialect.fits(text)
	return err
}

// fits is the text, if the phone shows it as it is.
func (d *Dialect) fits(text string) (string, error) {
	if i18n.Clean(text) != text {
		return "", remote.NewError(CodeDisplayCharacter, nil)
	}
	septets, ok := mss.GSM(text)
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
