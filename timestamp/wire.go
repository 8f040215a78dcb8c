package timestamp

import (
	"crypto"
	"encoding/asn1"
	"math/big"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/limits"
)

// Extension is one extension of a request or of an [Info] (RFC 5280, 4.1). This package looks into none of them.
type Extension struct {
	ID       asn1.ObjectIdentifier // nil when it was read and has arcs that do not fit
	Critical bool
	Value    []byte // the content of extnValue
}

// The readers below take one field each from a DER string and report whether it was there in the right form.

// readInteger reads an INTEGER of at most limits.TSPInteger octets.
func readInteger(s *cryptobyte.String) (*big.Int, bool) {
	var raw cryptobyte.String
	probe := *s
	if !probe.ReadASN1(&raw, casn1.INTEGER) || len(raw) > limits.TSPInteger {
		return nil, false
	}
	n := new(big.Int)
	return n, s.ReadASN1Integer(n)
}

// readVersion1 reads the version that requests and TSTInfos have.
func readVersion1(s *cryptobyte.String) bool {
	var version int
	return s.ReadASN1Integer(&version) && version == 1
}

// readFlag reads a BOOLEAN DEFAULT FALSE where there is one. DER leaves FALSE out, but authorities in good standing write it (a qualified one
// does in the criticality of an extension of every TSTInfo); it means the same and is accepted. TRUE is 0xFF.
func readFlag(s *cryptobyte.String, flag *bool) bool {
	return !s.PeekASN1Tag(casn1.BOOLEAN) || s.ReadASN1Boolean(flag)
}

// readOID reads an OBJECT IDENTIFIER. Well-formed ones with arcs that asn1.ObjectIdentifier cannot hold (2.25 and a UUID, say)
// come back as nil with their encoding.
func readOID(s *cryptobyte.String) (oid asn1.ObjectIdentifier, raw []byte, ok bool) {
	var element cryptobyte.String
	if !s.ReadASN1Element(&element, casn1.OBJECT_IDENTIFIER) || der.Strict(element) != nil {
		return nil, nil, false
	}
	raw = slices.Clone([]byte(element))
	if !element.ReadASN1ObjectIdentifier(&oid) {
		oid = nil
	}
	return oid, raw, true
}

// imprint is a MessageImprint (RFC 3161, 2.4.1).
type imprint struct {
	hash  crypto.Hash
	oid   asn1.ObjectIdentifier
	value []byte
}

// readImprint reads a MessageImprint. The value of a known hash must have its length. Parameters of the hash algorithm are absent
// or NULL (RFC 5754, 2).
func readImprint(s *cryptobyte.String) (imprint, bool) {
	var im imprint
	var seq, algorithm, value cryptobyte.String
	if !s.ReadASN1(&seq, casn1.SEQUENCE) || !seq.ReadASN1(&algorithm, casn1.SEQUENCE) ||
		!seq.ReadASN1(&value, casn1.OCTET_STRING) || !seq.Empty() {
		return im, false
	}
	var ok bool
	if im.oid, _, ok = readOID(&algorithm); !ok {
		return im, false
	}
	if !algorithm.Empty() {
		var null cryptobyte.String
		if !algorithm.ReadASN1(&null, casn1.NULL) || !null.Empty() || !algorithm.Empty() {
			return im, false
		}
	}
	if row, ok := alg.HashByOID(im.oid); ok {
		if len(value) != row.Crypto.Size() {
			return im, false
		}
		im.hash = row.Crypto
	}
	im.value = slices.Clone([]byte(value))
	return im, len(value) > 0
}

// appendImprint writes a MessageImprint with NULL parameters: RFC 5754 would have them absent and bids everyone accept both, but all
// widespread clients write NULL, and there are servers that only ever met those.
func appendImprint(dst []byte, oid asn1.ObjectIdentifier, value []byte) []byte {
	algorithm := der.Encode(der.Sequence, der.AppendOID(nil, oid), []byte{der.Null, 0})
	return der.Append(dst, der.Sequence, algorithm, der.Encode(der.OctetString, value))
}

// hashOID is the identifier to write for a hash: the one given, or that of the table.
func hashOID(oid asn1.ObjectIdentifier, h crypto.Hash) (asn1.ObjectIdentifier, bool) {
	if row, ok := alg.HashOf(h); ok && (oid == nil || oid.Equal(row.OID)) {
		return row.OID, true
	}
	return oid, h == 0 && validOID(oid)
}

// validOID reports whether oid can be written (X.660: first arc 0 to 2, second below 40 under the first two).
func validOID(oid asn1.ObjectIdentifier) bool {
	if len(oid) < 2 || oid[0] < 0 || oid[0] > 2 || oid[0] < 2 && oid[1] >= 40 {
		return false
	}
	for _, arc := range oid {
		if arc < 0 || arc > 1<<31-1-80 {
			return false
		}
	}
	return true
}

var (
	tag0 = casn1.Tag(0).ContextSpecific()
	tag1 = casn1.Tag(1).ContextSpecific()
)

// readExtensions reads the content of an Extensions: at least one, none twice.
func readExtensions(s cryptobyte.String) ([]Extension, bool) {
	var list []Extension
	seen := make(map[string]bool)
	for !s.Empty() {
		var e Extension
		var seq, value cryptobyte.String
		if len(list) == limits.TSPExtensions || !s.ReadASN1(&seq, casn1.SEQUENCE) {
			return nil, false
		}
		id, raw, ok := readOID(&seq)
		if !ok || seen[string(raw)] {
			return nil, false
		}
		seen[string(raw)] = true
		e.ID = id
		if !readFlag(&seq, &e.Critical) {
			return nil, false
		}
		if !seq.ReadASN1(&value, casn1.OCTET_STRING) || !seq.Empty() {
			return nil, false
		}
		e.Value = slices.Clone([]byte(value))
		list = append(list, e)
	}
	return list, len(list) > 0
}

// appendExtensions writes Extensions under the identifier octet id; nothing when there are none.
func appendExtensions(dst []byte, id byte, list []Extension) ([]byte, bool) {
	if len(list) == 0 {
		return dst, true
	}
	var body []byte
	for _, e := range list {
		if !validOID(e.ID) {
			return nil, false
		}
		var critical []byte
		if e.Critical {
			critical = []byte{der.Boolean, 1, 0xff}
		}
		body = der.Append(body, der.Sequence, der.AppendOID(nil, e.ID), critical, der.Encode(der.OctetString, e.Value))
	}
	return der.Append(dst, id, body), true
}
