package pki

import (
	"strconv"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Reasons is a set of reasons for revocation: bit n stands for reason n of ReasonFlags (RFC 5280, 4.2.1.13).
type Reasons uint16

// AllReasons are the reasons 1 to 8: keyCompromise to aACompromise.
const AllReasons Reasons = 0x1fe

// PointName is a DistributionPointName. The zero value says that there is none.
type PointName struct {
	Full     []GeneralName
	Relative []byte // content of a RelativeDistinguishedName, relative to the name of the CRL's issuer
}

// Present reports whether there is a name.
func (p PointName) Present() bool { return p.Full != nil || p.Relative != nil }

// DistributionPoint is one place where CRLs for a certificate are found.
type DistributionPoint struct {
	Name    PointName
	Reasons Reasons       // 0: all
	Issuer  []GeneralName // the CRL's issuer, where it is not the certificate's
}

var (
	tag0 = casn1.Tag(0).ContextSpecific()
	tag1 = casn1.Tag(1).ContextSpecific()
	tag2 = casn1.Tag(2).ContextSpecific()
)

// ReadPointName reads the content of a DistributionPointName's explicit tag.
func ReadPointName(s []byte) (PointName, error) {
	in := cryptobyte.String(s)
	var c cryptobyte.String
	var p PointName
	switch {
	case in.PeekASN1Tag(tag0.Constructed()):
		if !in.ReadASN1(&c, tag0.Constructed()) || !in.Empty() {
			return p, malformed("DistributionPointName")
		}
		names, err := ReadGeneralNames(c)
		p.Full = names
		return p, err
	case in.ReadASN1(&c, tag1.Constructed()) && in.Empty():
		if _, ok := readRDN(c, 0); ok {
			p.Relative = c
			return p, nil
		}
	}
	return p, malformed("DistributionPointName")
}

// ReadReasons reads the content of an implicitly tagged ReasonFlags.
func ReadReasons(s []byte) (Reasons, error) {
	bits, _, ok := bitString(s)
	if !ok {
		return 0, malformed("ReasonFlags")
	}
	var r Reasons
	for i := range 9 {
		if bit(bits, i) {
			r |= 1 << i
		}
	}
	return r, nil
}

// ReadDistributionPoints reads CRLDistributionPoints, or a FreshestCRL, which has the same form.
func ReadDistributionPoints(der []byte) ([]DistributionPoint, error) {
	in := cryptobyte.String(der)
	var seq cryptobyte.String
	if !in.ReadASN1(&seq, casn1.SEQUENCE) || !in.Empty() || seq.Empty() {
		return nil, malformed("CRLDistributionPoints")
	}
	var all []DistributionPoint
	for !seq.Empty() {
		var one, field cryptobyte.String
		var present bool
		var p DistributionPoint
		var err error
		if len(all) >= limits.PKIPoints {
			return nil, fail(CodeTooLarge, nil, nil, "what", "CRLDistributionPoints", "max", strconv.Itoa(limits.PKIPoints))
		}
		if !seq.ReadASN1(&one, casn1.SEQUENCE) || !one.ReadOptionalASN1(&field, &present, tag0.Constructed()) {
			return nil, malformed("DistributionPoint")
		}
		if present {
			if p.Name, err = ReadPointName(field); err != nil {
				return nil, err
			}
		}
		if !one.ReadOptionalASN1(&field, &present, tag1) {
			return nil, malformed("DistributionPoint")
		}
		if present {
			if p.Reasons, err = ReadReasons(field); err != nil {
				return nil, err
			}
			if p.Reasons == 0 {
				return nil, malformed("DistributionPoint")
			}
		}
		if !one.ReadOptionalASN1(&field, &present, tag2.Constructed()) || !one.Empty() {
			return nil, malformed("DistributionPoint")
		}
		if present {
			if p.Issuer, err = ReadGeneralNames(field); err != nil {
				return nil, err
			}
		}
		all = append(all, p)
	}
	return all, nil
}

// bitString splits the content of a BIT STRING; the unused bits must be zero.
func bitString(c []byte) (bits []byte, unused int, ok bool) {
	if len(c) == 0 || c[0] > 7 || c[0] > 0 && (len(c) == 1 || c[len(c)-1]&(1<<c[0]-1) != 0) {
		return nil, 0, false
	}
	return c[1:], int(c[0]), true
}

func bit(bits []byte, i int) bool { return i/8 < len(bits) && bits[i/8]&(0x80>>(i%8)) != 0 }
