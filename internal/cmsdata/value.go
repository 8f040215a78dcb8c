package cmsdata

import (
	"encoding/asn1"
	"math/big"

	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/limits"
)

func parseVersion(e der.Element, what string) (int, error) {
	if len(e.Content) != 1 || e.Content[0] > 5 {
		return 0, fail(CodeMalformed, nil, "what", what)
	}
	return int(e.Content[0]), nil
}

func parseInteger(content []byte) (*big.Int, error) {
	if len(content) == 0 || len(content) > 128 {
		return nil, fail(CodeMalformed, nil, "what", "INTEGER")
	}
	n := new(big.Int).SetBytes(content)
	if content[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(content))))
	}
	return n, nil
}

// implicitOctets puts together an OCTET STRING under an implicit tag that came in pieces.
func implicitOctets(e der.Element) ([]byte, error) {
	var out []byte
	pieces, err := children(e, limits.CMSValues, "OCTET STRING")
	if err != nil {
		return nil, err
	}
	for _, p := range pieces {
		d := der.NewBytesReader(p)
		piece, err := d.Element("OCTET STRING")
		if err != nil {
			return nil, err
		}
		octets, err := piece.Octets()
		if err != nil {
			return nil, err
		}
		out = append(out, octets...)
	}
	return out, nil
}

// validOID reports whether content octets are an object identifier (X.690 8.19).
func validOID(c []byte) bool {
	if len(c) == 0 || c[len(c)-1] >= 0x80 {
		return false
	}
	for i := range c {
		if c[i] == 0x80 && (i == 0 || c[i-1] < 0x80) {
			return false
		}
	}
	return true
}

// parseOID is the object identifier of valid content octets; nil when an arc does not fit 31 bits.
func parseOID(c []byte) asn1.ObjectIdentifier {
	n := 1
	for _, b := range c {
		if b < 0x80 {
			n++
		}
	}
	oid := make(asn1.ObjectIdentifier, 0, n)
	arc := 0
	for _, b := range c {
		if arc > 1<<23 {
			return nil
		}
		arc = arc<<7 | int(b&0x7f)
		if b >= 0x80 {
			continue
		}
		if len(oid) == 0 {
			first := min(arc/40, 2)
			oid = append(oid, first, arc-40*first)
		} else {
			oid = append(oid, arc)
		}
		arc = 0
	}
	return oid
}
