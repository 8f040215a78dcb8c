package pki

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Name is a distinguished name. It is never changed once read and safe for concurrent use.
type Name struct {
	Raw  []byte // DER of the RDNSequence
	attr []attribute
	rdns int // relative names
	fold *folded
}

// attribute is one attribute, of the relative name with the index rdn.
type attribute struct {
	rdn    int
	oid    OID
	tag    casn1.Tag
	value  []byte
	text   string
	isText bool
}

// folded are the relative names in a form in which equal ones are equal. It is made when names that are not the same octets are
// compared, which is seldom.
type folded struct {
	once sync.Once
	keys []string
}

func (n Name) keys() []string {
	if n.fold == nil {
		return nil
	}
	n.fold.once.Do(func() {
		for i := range n.rdns {
			var pairs []string // sorted, since a relative name is a set
			for _, a := range n.attr {
				if a.rdn == i {
					pairs = append(pairs, a.key())
				}
			}
			slices.Sort(pairs)
			n.fold.keys = append(n.fold.keys, strings.Join(pairs, ""))
		}
	})
	return n.fold.keys
}

// key is the attribute in a form that tells where it ends. It does not begin with a zero octet.
func (a attribute) key() string {
	tag, value := a.tag, string(a.value)
	if a.isText {
		tag, value = 0, foldText(a.text)
	}
	b := make([]byte, 0, len(a.oid)+len(value)+8)
	b = append(append(b, byte(len(a.oid))), a.oid...)
	b = append(binary.AppendUvarint(append(b, byte(tag)), uint64(len(value))), value...)
	return string(b)
}

// Empty reports whether the name has no parts.
func (n Name) Empty() bool { return n.rdns == 0 }

// Equal compares names as RFC 5280, 7.1, does: the same relative names in the same order, text compared without regard to its
// string type, to case, to repeated white space and to how its letters are composed.
func (n Name) Equal(m Name) bool {
	if n.Raw != nil && bytes.Equal(n.Raw, m.Raw) {
		return true
	}
	return n.rdns == m.rdns && slices.Equal(n.keys(), m.keys())
}

// Within reports whether n is m or lies beneath it.
func (n Name) Within(m Name) bool {
	return n.rdns >= m.rdns && slices.Equal(n.keys()[:m.rdns], m.keys())
}

// With is the name with one relative name (the content of a SET) added, as nameRelativeToCRLIssuer and its kind mean it.
func (n Name) With(rdn []byte) (Name, error) {
	attr, ok := readRDN(rdn, n.rdns)
	if !ok {
		return Name{}, malformed("RelativeDistinguishedName")
	}
	return Name{attr: append(slices.Clone(n.attr), attr...), rdns: n.rdns + 1, fold: new(folded)}, nil
}

// Key is the name in a form in which equal names are equal.
func (n Name) Key() string { return strings.Join(n.keys(), "\x00") }

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
	n := Name{Raw: raw, fold: new(folded)}
	for !seq.Empty() {
		var set cryptobyte.String
		if len(n.attr) >= limits.NameAttributes {
			return Name{}, fail(CodeTooLarge, nil, nil, "what", "Name", "max", strconv.Itoa(limits.NameAttributes))
		}
		if !seq.ReadASN1(&set, casn1.SET) {
			return Name{}, malformed("Name")
		}
		attr, ok := readRDN(set, n.rdns)
		if !ok {
			return Name{}, malformed("Name")
		}
		n.attr = append(n.attr, attr...)
		n.rdns++
	}
	return n, nil
}

// readRDN reads the content of the RelativeDistinguishedName with an index.
func readRDN(set cryptobyte.String, index int) ([]attribute, bool) {
	var attrs []attribute
	for !set.Empty() {
		var pair, value cryptobyte.String
		a := attribute{rdn: index}
		if len(attrs) >= limits.NameAttributes || !set.ReadASN1(&pair, casn1.SEQUENCE) {
			return nil, false
		}
		var ok bool
		if a.oid, ok = ReadOID(&pair); !ok || !pair.ReadAnyASN1(&value, &a.tag) || !pair.Empty() {
			return nil, false
		}
		a.value = value
		a.text, a.isText = stringValue(a.tag, value)
		attrs = append(attrs, a)
	}
	return attrs, len(attrs) > 0
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
