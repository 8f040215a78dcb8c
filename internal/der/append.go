package der

import (
	"bytes"
	"encoding/asn1"
	"math/big"
	"slices"
	"time"
)

// HeaderSize is the number of octets of a DER header with a low tag number before length content octets.
func HeaderSize(length int) int { return HeaderSize64(int64(length)) }

// HeaderSize64 is HeaderSize for content that need not fit in memory.
func HeaderSize64(length int64) int {
	n := 2
	if length >= 0x80 {
		for l := length; l > 0; l >>= 8 {
			n++
		}
	}
	return n
}

// AppendHeader appends the header of an element with the identifier octet id and length content octets.
func AppendHeader(dst []byte, id byte, length int) []byte {
	return AppendHeader64(dst, id, int64(length))
}

// AppendHeader64 is AppendHeader for content that need not fit in memory.
func AppendHeader64(dst []byte, id byte, length int64) []byte {
	dst = append(dst, id)
	if length < 0x80 {
		return append(dst, byte(length))
	}
	n := HeaderSize64(length) - 2
	dst = append(dst, 0x80|byte(n))
	for i := n - 1; i >= 0; i-- {
		dst = append(dst, byte(length>>(8*i)))
	}
	return dst
}

// Append appends an element whose content is the parts, one after the other.
func Append(dst []byte, id byte, parts ...[]byte) []byte {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	dst = slices.Grow(dst, HeaderSize(n)+n)
	dst = AppendHeader(dst, id, n)
	for _, p := range parts {
		dst = append(dst, p...)
	}
	return dst
}

// Encode is Append to a new slice.
func Encode(id byte, parts ...[]byte) []byte { return Append(nil, id, parts...) }

// AppendInt appends an INTEGER.
func AppendInt(dst []byte, v int64) []byte {
	n := 1
	for n < 8 && (v>>(8*n-1) != 0 && v>>(8*n-1) != -1) {
		n++
	}
	dst = AppendHeader(dst, Integer, n)
	for i := n - 1; i >= 0; i-- {
		dst = append(dst, byte(v>>(8*i)))
	}
	return dst
}

// AppendBigInt appends an INTEGER of any size.
func AppendBigInt(dst []byte, v *big.Int) []byte {
	if v.IsInt64() {
		return AppendInt(dst, v.Int64())
	}
	if v.Sign() > 0 {
		b := v.Bytes()
		if b[0] >= 0x80 {
			dst = AppendHeader(dst, Integer, len(b)+1)
			return append(append(dst, 0), b...)
		}
		return Append(dst, Integer, b)
	}
	// Two's complement of a negative number: the complement of |v|-1.
	b := new(big.Int).Sub(new(big.Int).Neg(v), big.NewInt(1)).Bytes()
	for i := range b {
		b[i] = ^b[i]
	}
	if len(b) == 0 || b[0] < 0x80 {
		b = append([]byte{0xff}, b...)
	}
	return Append(dst, Integer, b)
}

// AppendOID appends an OBJECT IDENTIFIER. An identifier of fewer than two arcs is a mistake of the caller and panics.
func AppendOID(dst []byte, oid asn1.ObjectIdentifier) []byte {
	n := base128Size(oid[0]*40 + oid[1])
	for _, arc := range oid[2:] {
		n += base128Size(arc)
	}
	dst = AppendHeader(dst, OID, n)
	dst = appendBase128(dst, oid[0]*40+oid[1])
	for _, arc := range oid[2:] {
		dst = appendBase128(dst, arc)
	}
	return dst
}

// AppendTime appends a Time as RFC 5280 4.1.2.5 and RFC 5652 11.3 want it: whole seconds in UTC, UTCTime from 1950 to 2049 and
// GeneralizedTime otherwise.
func AppendTime(dst []byte, t time.Time) []byte {
	t = t.UTC()
	if y := t.Year(); y >= 1950 && y < 2050 {
		dst = AppendHeader(dst, UTCTime, 13)
		return t.AppendFormat(dst, "060102150405Z")
	}
	dst = AppendHeader(dst, GeneralizedTime, 15)
	return t.AppendFormat(dst, "20060102150405Z")
}

// SortSet puts the encodings of the elements of a SET OF into the order of DER (X.690 11.6).
func SortSet(elements [][]byte) { slices.SortFunc(elements, bytes.Compare) }

func base128Size(v int) int {
	n := 1
	for v >>= 7; v > 0; v >>= 7 {
		n++
	}
	return n
}

func appendBase128(dst []byte, v int) []byte {
	for i := base128Size(v) - 1; i >= 0; i-- {
		c := byte(v>>(7*i)) & 0x7f
		if i > 0 {
			c |= 0x80
		}
		dst = append(dst, c)
	}
	return dst
}
