package signer

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/limits"
)

// ParseCertificate reads one DER certificate: as crypto/x509 does, and also some that it refuses and that people sign with all the same.
// Those have negative or oddly encoded serial numbers, names in letters that are not of their string type, keys of unknown kinds (PublicKey
// is nil then), or mistakes in extensions that say nothing about what the key may do. All of it is in the certificate as it stands
// there: in Raw, RawSubject, RawIssuer, SerialNumber and Extensions, and a critical extension that could not be read in
// UnhandledCriticalExtensions. The error of any other certificate is that of crypto/x509.
func ParseCertificate(raw []byte) (*x509.Certificate, error) {
	cert, err := x509.ParseCertificate(raw)
	if err == nil || len(raw) > limits.PKICertificate {
		return cert, err
	}
	if odd := parseOdd(bytes.Clone(raw)); odd != nil {
		return odd, nil
	}
	return nil, err
}

// Places in a TBSCertificate (RFC 5280, 4.1) that has a version.
const (
	placeVersion = iota
	placeSerial
	placeAlgorithm
	placeIssuer
	placeValidity
	placeSubject
	placeKey
	placesNeeded
)

// idExtensions is the identifier octet of the extensions, [3].
const idExtensions = 0xA3

// parseOdd has crypto/x509 read the certificate with something plain in place of what it refuses, and puts that back afterwards; nil
// where that does not help. Each part is tried by itself, in a certificate that has nothing else to refuse.
func parseOdd(raw []byte) *x509.Certificate {
	outer := elements(raw, der.Sequence)
	if len(outer) != 3 {
		return nil
	}
	tbs := elements(outer[0], der.Sequence)
	if len(tbs) < placesNeeded || tbs[placeVersion][0] != 0xA0 { // without a version there are no extensions, and nothing that is signed with today
		return nil
	}
	name := der.Encode(der.Sequence)
	day := der.Encode(der.UTCTime, []byte("260101000000Z"))
	template := [][]byte{
		tbs[placeVersion], der.AppendInt(nil, 1), tbs[placeAlgorithm], name, der.Encode(der.Sequence, day, day), name,
		der.Encode(der.Sequence, der.Encode(der.Sequence, der.AppendOID(nil, asn1.ObjectIdentifier{2, 999})), der.Encode(der.BitString, []byte{0})),
	}
	parse := func(tbs [][]byte) *x509.Certificate {
		cert, err := x509.ParseCertificate(der.Encode(der.Sequence, der.Encode(der.Sequence, tbs...), outer[1], outer[2]))
		if err != nil {
			return nil
		}
		return cert
	}
	taken := func(place int, part []byte) bool {
		t := slices.Clone(template)
		if place == placesNeeded {
			t = append(t, nil)
		}
		t[place] = part
		return parse(t) != nil
	}

	plain := slices.Clone(tbs)
	for _, place := range []int{placeSerial, placeIssuer, placeSubject, placeKey} {
		if taken(place, tbs[place]) {
			continue
		}
		plain[place] = template[place]
		if place == placeIssuer || place == placeSubject {
			plain[place] = plainName(tbs[place])
		}
	}
	all := readExtensions(tbs[len(tbs)-1])
	var unread []pkix.Extension
	if all != nil {
		var kept [][]byte
		for _, e := range all {
			one := der.Encode(idExtensions, der.Encode(der.Sequence, e.raw))
			switch {
			case taken(placesNeeded, one):
				kept = append(kept, e.raw)
			case e.permits():
				return nil // nobody could tell what the key is for
			default:
				unread = append(unread, e.Extension)
			}
		}
		plain[len(plain)-1] = der.Encode(idExtensions, der.Encode(der.Sequence, kept...))
		if kept == nil {
			plain = plain[:len(plain)-1]
		}
	}
	cert := parse(plain)
	if cert == nil {
		return nil
	}
	cert.Raw, cert.RawTBSCertificate, cert.RawSubjectPublicKeyInfo = raw, outer[0], tbs[placeKey]
	cert.RawIssuer, cert.RawSubject = tbs[placeIssuer], tbs[placeSubject]
	cert.SerialNumber = integer(tbs[placeSerial])
	cert.Extensions = nil
	for _, e := range all {
		cert.Extensions = append(cert.Extensions, e.Extension)
	}
	for _, e := range unread {
		if e.Critical {
			cert.UnhandledCriticalExtensions = append(cert.UnhandledCriticalExtensions, e.Id)
		}
	}
	return cert
}

// elements are those that a DER element of a type is made of; nil where it is of another, or cannot be read.
func elements(element []byte, id byte) [][]byte {
	s := cryptobyte.String(element)
	var inner, e cryptobyte.String
	var tag casn1.Tag
	if !s.ReadASN1(&inner, casn1.Tag(id)) || !s.Empty() {
		return nil
	}
	var all [][]byte
	for !inner.Empty() {
		if !inner.ReadAnyASN1Element(&e, &tag) || len(all) >= limits.PKIExtensions {
			return nil
		}
		all = append(all, e)
	}
	return all
}

// extension is one with its DER.
type extension struct {
	pkix.Extension
	raw []byte
}

// permits reports whether the extension says what the key may be used for: basicConstraints, keyUsage, extKeyUsage.
func (e extension) permits() bool {
	return slices.ContainsFunc([]asn1.ObjectIdentifier{{2, 5, 29, 19}, {2, 5, 29, 15}, {2, 5, 29, 37}}, e.Id.Equal)
}

// readExtensions reads the extensions; nil where there are none, or none that can be read.
func readExtensions(element []byte) []extension {
	var all []extension
	if lists := elements(element, idExtensions); len(lists) == 1 {
		for _, raw := range elements(lists[0], der.Sequence) {
			e := extension{raw: raw}
			if rest, err := asn1.Unmarshal(raw, &e.Extension); err != nil || len(rest) > 0 {
				return nil
			}
			all = append(all, e)
		}
	}
	return all
}

// integer is the content of an INTEGER, encoded in the shortest form or not.
func integer(element []byte) *big.Int {
	s := cryptobyte.String(element)
	var content cryptobyte.String
	if !s.ReadASN1(&content, casn1.INTEGER) || len(content) == 0 {
		return new(big.Int)
	}
	n := new(big.Int).SetBytes(content)
	if content[0] >= 0x80 { // two's complement
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(content))))
	}
	return n
}

// plainName is a Name whose texts are all UTF-8. Values that are no text are left out.
func plainName(name []byte) []byte {
	var rdns [][]byte
	for _, rdn := range elements(name, der.Sequence) {
		var attributes [][]byte
		for _, a := range elements(rdn, der.Set) {
			pair := elements(a, der.Sequence)
			if len(pair) != 2 {
				continue
			}
			s := cryptobyte.String(pair[1])
			var content cryptobyte.String
			var tag casn1.Tag
			if !s.ReadAnyASN1(&content, &tag) {
				continue
			}
			if text, ok := textOf(tag, content); ok {
				attributes = append(attributes, der.Encode(der.Sequence, pair[0], der.Encode(der.UTF8String, []byte(text))))
			}
		}
		if attributes != nil {
			rdns = append(rdns, der.Encode(der.Set, attributes...))
		}
	}
	return der.Encode(der.Sequence, rdns...)
}

// textOf reads a string of any type: octets that are no UTF-8 are taken for ISO 8859-1, since nothing says what else they are.
func textOf(tag casn1.Tag, content []byte) (string, bool) {
	const universal, bmp = 28, 30
	switch {
	case tag == bmp && len(content)%2 == 0:
		units := make([]uint16, len(content)/2)
		for i := range units {
			units[i] = uint16(content[2*i])<<8 | uint16(content[2*i+1])
		}
		return string(utf16.Decode(units)), true
	case tag == universal && len(content)%4 == 0:
		var runes []rune
		for i := 0; i < len(content); i += 4 {
			runes = append(runes, rune(content[i])<<24|rune(content[i+1])<<16|rune(content[i+2])<<8|rune(content[i+3]))
		}
		return string(runes), true
	case tag != casn1.UTF8String && (tag < 18 || tag > 30): // no string
		return "", false
	case utf8.Valid(content):
		return string(content), true
	}
	runes := make([]rune, len(content))
	for i, b := range content {
		runes[i] = rune(b)
	}
	return string(runes), true
}
