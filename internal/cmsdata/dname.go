package cmsdata

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// sameName compares two encoded Names as RFC 5280 7.1 does: the same relative names in the same order, attribute values compared as text
// whatever string type carries them, without regard to case and repeated spaces. Some signers write the issuer into a
// SignerIdentifier or ESSCertID with other string types than the certificate.
func sameName(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, y := cryptobyte.String(a), cryptobyte.String(b)
	var p, q cryptobyte.String
	if !x.ReadASN1(&p, casn1.SEQUENCE) || !x.Empty() || !y.ReadASN1(&q, casn1.SEQUENCE) || !y.Empty() {
		return false
	}
	for !p.Empty() && !q.Empty() {
		var r, s cryptobyte.String
		if !p.ReadASN1(&r, casn1.SET) || !q.ReadASN1(&s, casn1.SET) || !sameRDN(r, s) {
			return false
		}
	}
	return p.Empty() && q.Empty()
}

// sameRDN compares relative names; those of several attributes in the order of their encoding, which DER fixes.
func sameRDN(r, s cryptobyte.String) bool {
	if bytes.Equal(r, s) {
		return true
	}
	for !r.Empty() && !s.Empty() {
		var a, b, oidA, oidB, valueA, valueB cryptobyte.String
		var tagA, tagB casn1.Tag
		if !r.ReadASN1(&a, casn1.SEQUENCE) || !s.ReadASN1(&b, casn1.SEQUENCE) ||
			!a.ReadASN1(&oidA, casn1.OBJECT_IDENTIFIER) || !b.ReadASN1(&oidB, casn1.OBJECT_IDENTIFIER) || !bytes.Equal(oidA, oidB) ||
			!a.ReadAnyASN1(&valueA, &tagA) || !a.Empty() || !b.ReadAnyASN1(&valueB, &tagB) || !b.Empty() {
			return false
		}
		if tagA == tagB && bytes.Equal(valueA, valueB) {
			continue
		}
		textA, okA := nameText(tagA, valueA)
		textB, okB := nameText(tagB, valueB)
		if !okA || !okB || !strings.EqualFold(textA, textB) {
			return false
		}
	}
	return r.Empty() && s.Empty()
}

// nameText is the text of a string value with single spaces; ok is false for other types and malformed text.
func nameText(tag casn1.Tag, value []byte) (text string, ok bool) {
	switch tag {
	case casn1.UTF8String, casn1.PrintableString, casn1.IA5String:
		if !utf8.Valid(value) {
			return "", false
		}
		text = string(value)
	case casn1.T61String: // read as Latin-1, as everybody does
		r := make([]rune, len(value))
		for i, c := range value {
			r[i] = rune(c)
		}
		text = string(r)
	case casn1.Tag(30): // BMPString
		if len(value)%2 != 0 {
			return "", false
		}
		u := make([]uint16, len(value)/2)
		for i := range u {
			u[i] = uint16(value[2*i])<<8 | uint16(value[2*i+1])
		}
		text = string(utf16.Decode(u))
	default:
		return "", false
	}
	return strings.Join(strings.Fields(text), " "), true
}
