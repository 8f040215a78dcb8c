package pki

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Name is a distinguished name.
type Name struct {
	Raw  []byte // DER of the RDNSequence
	keys []string
	attr []attribute
}

type attribute struct {
	oid    OID
	text   string
	isText bool
}

// Empty reports whether the name has no parts.
func (n Name) Empty() bool { return len(n.keys) == 0 }

// Equal compares names as RFC 5280, 7.1, does: the same relative names in the same order, text compared without regard to its
// string type, to case and to repeated white space.
func (n Name) Equal(m Name) bool { return slices.Equal(n.keys, m.keys) }

// Within reports whether n is m or lies beneath it.
func (n Name) Within(m Name) bool {
	return len(n.keys) >= len(m.keys) && slices.Equal(n.keys[:len(m.keys)], m.keys)
}

// With is the name with one relative name (the content of a SET) added, as nameRelativeToCRLIssuer and its kind mean it.
func (n Name) With(rdn []byte) (Name, error) {
	key, attr, ok := readRDN(rdn)
	if !ok {
		return Name{}, malformed("RelativeDistinguishedName")
	}
	return Name{keys: append(slices.Clone(n.keys), key), attr: append(slices.Clone(n.attr), attr...)}, nil
}

// Key is the name in a form in which equal names are equal.
func (n Name) Key() string { return strings.Join(n.keys, "\x00") }

// emails are the e-mail addresses among the attributes.
func (n Name) emails() []string {
	var all []string
	for _, a := range n.attr {
		if a.oid == oidEmailAddress && a.isText {
			all = append(all, a.text)
		}
	}
	return all
}

// String is what people would call the holder: the last common name, or else unit or organisation, or else all there is.
func (n Name) String() string {
	for _, oid := range []OID{oidCommonName, oidOrgUnit, oidOrganization} {
		for i := len(n.attr) - 1; i >= 0; i-- {
			if a := n.attr[i]; a.oid == oid && a.isText && a.text != "" {
				return a.text
			}
		}
	}
	var all []string
	for _, a := range n.attr {
		if a.isText {
			all = append(all, a.text)
		}
	}
	return strings.Join(all, ", ")
}

// ParseName reads the DER of a Name.
func ParseName(raw []byte) (Name, error) {
	s := cryptobyte.String(raw)
	var seq cryptobyte.String
	if !s.ReadASN1(&seq, casn1.SEQUENCE) || !s.Empty() {
		return Name{}, malformed("Name")
	}
	n := Name{Raw: raw}
	for !seq.Empty() {
		var set cryptobyte.String
		if len(n.attr) >= limits.NameAttributes {
			return Name{}, fail(CodeTooLarge, nil, nil, "what", "Name", "max", strconv.Itoa(limits.NameAttributes))
		}
		if !seq.ReadASN1(&set, casn1.SET) {
			return Name{}, malformed("Name")
		}
		key, attr, ok := readRDN(set)
		if !ok {
			return Name{}, malformed("Name")
		}
		n.keys = append(n.keys, key)
		n.attr = append(n.attr, attr...)
	}
	return n, nil
}

// readRDN reads the content of a RelativeDistinguishedName. Its key is made of all its attributes, sorted: it is a set.
func readRDN(set cryptobyte.String) (key string, attrs []attribute, ok bool) {
	if set.Empty() {
		return "", nil, false
	}
	var keys []string
	for !set.Empty() {
		var pair, value cryptobyte.String
		var tag casn1.Tag
		if len(keys) >= limits.NameAttributes || !set.ReadASN1(&pair, casn1.SEQUENCE) {
			return "", nil, false
		}
		oid, ok := ReadOID(&pair)
		if !ok || !pair.ReadAnyASN1(&value, &tag) || !pair.Empty() {
			return "", nil, false
		}
		a := attribute{oid: oid}
		a.text, a.isText = stringValue(tag, value)
		if a.isText {
			keys = append(keys, pairKey(oid, 0, foldText(a.text)))
		} else {
			keys = append(keys, pairKey(oid, tag, string(value)))
		}
		attrs = append(attrs, a)
	}
	slices.Sort(keys)
	return strings.Join(keys, ""), attrs, true
}

// pairKey is an attribute in a form that tells where it ends. It does not begin with a zero octet.
func pairKey(oid OID, tag casn1.Tag, value string) string {
	b := make([]byte, 0, len(oid)+len(value)+8)
	b = append(append(b, byte(len(oid))), oid...)
	b = append(binary.AppendUvarint(append(b, byte(tag)), uint64(len(value))), value...)
	return string(b)
}

// stringValue is the text of a string type; ok is false for other types and for malformed text.
func stringValue(tag casn1.Tag, v []byte) (text string, ok bool) {
	switch tag {
	case casn1.UTF8String, casn1.PrintableString, casn1.IA5String, casn1.Tag(18), casn1.Tag(26): // and NumericString, VisibleString
		return string(v), utf8.Valid(v)
	case casn1.T61String: // read as Latin-1, as everybody does
		r := make([]rune, len(v))
		for i, c := range v {
			r[i] = rune(c)
		}
		return string(r), true
	case casn1.Tag(28): // UniversalString
		if len(v)%4 != 0 {
			return "", false
		}
		r := make([]rune, len(v)/4)
		for i := range r {
			u := uint32(v[4*i])<<24 | uint32(v[4*i+1])<<16 | uint32(v[4*i+2])<<8 | uint32(v[4*i+3])
			if u > unicode.MaxRune || !utf8.ValidRune(rune(u)) {
				return "", false
			}
			r[i] = rune(u)
		}
		return string(r), true
	case casn1.Tag(30): // BMPString
		if len(v)%2 != 0 {
			return "", false
		}
		u := make([]uint16, len(v)/2)
		for i := range u {
			u[i] = uint16(v[2*i])<<8 | uint16(v[2*i+1])
		}
		return string(utf16.Decode(u)), true
	}
	return "", false
}

// foldText prepares text for comparison as RFC 4518 does for caseIgnoreMatch: invisible characters vanish (2.2), case is folded,
// compatible forms become one (2.3), white space becomes single spaces (2.6.1). Characters that 2.4 prohibits stay: a name is at least
// equal to itself.
func foldText(s string) string {
	if b, ok := foldASCII(s); ok {
		return b
	}
	s = norm.NFKC.String(strings.Map(visible, s))
	s = norm.NFKC.String(cases.Fold().String(s)) // folding can undo the form
	return strings.Join(strings.Fields(s), " ")
}

// foldASCII is foldText for the letters of ASCII; ok is false where there are others.
func foldASCII(s string) (string, bool) {
	b := make([]byte, 0, len(s))
	space := false
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= utf8.RuneSelf:
			return "", false
		case c == ' ' || c >= '\t' && c <= '\r':
			space = len(b) > 0
			continue
		case c < ' ' || c == 0x7f:
			continue
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		}
		if space {
			b, space = append(b, ' '), false
		}
		b = append(b, c)
	}
	return string(b), true
}

// visible drops what RFC 4518, 2.2, maps to nothing.
func visible(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), r == 0x034f, r >= 0x180b && r <= 0x180d, r >= 0xfe00 && r <= 0xfe0f, r == 0xfffc:
		return -1
	}
	return r
}
