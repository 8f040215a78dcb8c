package vnid

import (
	"cmp"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
)

// CodeName is the code of [Error]: a name is not a Name of X.501: reason.
const CodeName finding.Code = "vnid.bad-name"

// Error is what this package refuses with.
type Error struct{ finding.Fault }

func fail(reason string) *Error { return &Error{finding.NewFault(CodeName, nil, "reason", reason)} }

// Attribute is one attribute of a name.
type Attribute struct {
	Type   asn1.ObjectIdentifier // nil when it has arcs that do not fit; Dotted still has it
	Dotted string                // Type as text, such as "2.5.4.3"
	Value  string                // the text; for a value that is no text, "#" and the encoding in hexadecimal (RFC 4514, 2.4)
	Text   bool                  // Value is text
}

// Name is a sequence of relative distinguished names in the order of the encoding.
type Name [][]Attribute

// ParseName reads the DER of a Name, such as x509.Certificate.RawSubject. Errors are *[Error].
func ParseName(der []byte) (Name, error) {
	input := cryptobyte.String(der)
	var rdns cryptobyte.String
	if !input.ReadASN1(&rdns, cbasn1.SEQUENCE) || !input.Empty() {
		return nil, fail("not a sequence")
	}
	var name Name
	total := 0
	for !rdns.Empty() {
		var set cryptobyte.String
		if !rdns.ReadASN1(&set, cbasn1.SET) {
			return nil, fail("not a set")
		}
		var rdn []Attribute
		for !set.Empty() {
			var pair, oid, value cryptobyte.String
			var tag cbasn1.Tag
			var arcs x509.OID
			if !set.ReadASN1(&pair, cbasn1.SEQUENCE) || !pair.ReadASN1(&oid, cbasn1.OBJECT_IDENTIFIER) || arcs.UnmarshalBinary(oid) != nil || !pair.ReadAnyASN1Element(&value, &tag) || !pair.Empty() {
				return nil, fail("not an attribute")
			}
			if total++; total > limits.NameAttributes {
				return nil, fail(fmt.Sprintf("more than %d attributes", limits.NameAttributes))
			}
			a := Attribute{Dotted: arcs.String()}
			a.Type, _ = toASN1(a.Dotted)
			element := value
			if value.ReadASN1(&value, tag) {
				a.Value, a.Text = text(tag, value)
			}
			if !a.Text {
				a.Value = "#" + hex.EncodeToString(element)
			}
			rdn = append(rdn, a)
		}
		if len(rdn) == 0 {
			return nil, fail("an empty set")
		}
		name = append(name, rdn)
	}
	return name, nil
}

func toASN1(dotted string) (asn1.ObjectIdentifier, bool) {
	oid := make(asn1.ObjectIdentifier, 0, strings.Count(dotted, ".")+1)
	for arc := range strings.SplitSeq(dotted, ".") {
		n, err := strconv.Atoi(arc)
		if err != nil {
			return nil, false
		}
		oid = append(oid, n)
	}
	return oid, true
}

// text decodes the string types of X.520 DirectoryString, and those that stand in their place in real certificates.
func text(tag cbasn1.Tag, value []byte) (string, bool) {
	switch tag {
	case cbasn1.UTF8String, cbasn1.PrintableString, cbasn1.IA5String, 18, 26: // 18 NumericString, 26 VisibleString
		if utf8.Valid(value) {
			return string(value), true
		}
		return latin1(value), true // mislabelled, as old authorities did
	case cbasn1.T61String:
		return latin1(value), true
	case 30: // BMPString
		if len(value)%2 != 0 {
			return "", false
		}
		units := make([]uint16, 0, len(value)/2)
		for i := 0; i < len(value); i += 2 {
			units = append(units, uint16(value[i])<<8|uint16(value[i+1]))
		}
		return string(utf16.Decode(units)), true
	case 28: // UniversalString
		if len(value)%4 != 0 {
			return "", false
		}
		var b strings.Builder
		for i := 0; i < len(value); i += 4 {
			b.WriteRune(rune(uint32(value[i])<<24 | uint32(value[i+1])<<16 | uint32(value[i+2])<<8 | uint32(value[i+3])))
		}
		return b.String(), true
	}
	return "", false
}

func latin1(value []byte) string {
	runes := make([]rune, len(value))
	for i, c := range value {
		runes[i] = rune(c)
	}
	return string(runes)
}

// shortNames are those of RFC 4514, 3 and the ones that people know from the tools they use.
var shortNames = map[string]string{
	"2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.9": "STREET",
	"2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "T", "2.5.4.13": "description", "2.5.4.17": "postalCode", "2.5.4.20": "telephoneNumber",
	"2.5.4.42": "GN", "2.5.4.43": "initials", "2.5.4.46": "dnQualifier", "2.5.4.65": "pseudonym", "2.5.4.97": "organizationIdentifier",
	"0.9.2342.19200300.100.1.1": "UID", "0.9.2342.19200300.100.1.25": "DC", "1.2.840.113549.1.9.1": "emailAddress",
}

// String writes the name in the form of RFC 4514: the last part first, special characters escaped. Control and invisible characters
// are written as \XX for each octet, which the RFC allows, so that a name cannot break out of the line that it is shown on.
func (n Name) String() string {
	var b strings.Builder
	b.Grow(64 * len(n)) // few are longer
	for i := len(n) - 1; i >= 0; i-- {
		if i < len(n)-1 {
			b.WriteByte(',')
		}
		for j, a := range n[i] {
			if j > 0 {
				b.WriteByte('+')
			}
			b.WriteString(cmp.Or(shortNames[a.Dotted], a.Dotted))
			b.WriteByte('=')
			if a.Text {
				escape(&b, a.Value)
			} else {
				b.WriteString(a.Value)
			}
		}
	}
	return b.String()
}

func escape(b *strings.Builder, s string) {
	for i, r := range s {
		size := utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, size = utf8.DecodeRuneInString(s[i:])
		}
		switch {
		case strings.ContainsRune(`,+"\<>;=`, r), i == 0 && (r == ' ' || r == '#'), i == len(s)-1 && r == ' ':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp):
			for _, c := range []byte(s[i : i+size]) {
				fmt.Fprintf(b, `\%02X`, c)
			}
		default:
			b.WriteRune(r)
		}
	}
}
