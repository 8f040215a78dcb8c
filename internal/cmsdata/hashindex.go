package cmsdata

import (
	"crypto"
	"encoding/asn1"
	"slices"
	"strconv"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/limits"
)

// HashIndex is the value of an ats-hash-index attribute: the hashes of all that an archive-time-stamp-v3 covers beside content and
// signature. Version 1 is that of TS 101 733 6.4.2, version 3 that of EN 319 122-1 5.5.2; they differ in what is hashed of an unsigned
// attribute.
type HashIndex struct {
	Version      int      // 1 or 3
	Hash         alg.Hash // of all hashes in it; its Crypto is 0 when the algorithm table lacks it
	Certificates [][]byte // hashes of CertificateChoices
	CRLs         [][]byte // hashes of RevocationInfoChoices
	Attributes   [][]byte // hashes of unsigned attributes (version 1) or of their values, each behind its type (version 3)
	Raw          []byte   // the value as it lies there, which the time-stamp's imprint is over
}

// NewHashIndex is the index of all that is in sd and si, version 3, in DER.
func NewHashIndex(sd *SignedData, si *SignerInfo, h crypto.Hash) *HashIndex {
	known, _ := alg.HashOf(h)
	x := &HashIndex{Version: 3, Hash: known}
	for _, c := range sd.Certificates {
		x.Certificates = append(x.Certificates, sum(h, c))
	}
	for _, c := range sd.CRLs {
		x.CRLs = append(x.CRLs, sum(h, c))
	}
	for i := range si.UnsignedAttrs {
		for _, hashed := range x.Hashed(&si.UnsignedAttrs[i]) {
			x.Attributes = append(x.Attributes, sum(h, hashed))
		}
	}
	x.Raw = der.Encode(der.Sequence, known.Identifier(), octetStrings(x.Certificates), octetStrings(x.CRLs), octetStrings(x.Attributes))
	return x
}

// Hashed are the octets that stand for an unsigned attribute in the index: the attribute in version 1; in version 3 for each of its
// values the type and the value.
func (x *HashIndex) Hashed(a *Attribute) [][]byte {
	if x.Version == 1 {
		return [][]byte{a.Raw}
	}
	hashed := make([][]byte, len(a.Values))
	for i, v := range a.Values {
		hashed[i] = slices.Concat(a.typeRaw(), v)
	}
	return hashed
}

// Attribute is the unsigned attribute of a time-stamp token that holds the index.
func (x *HashIndex) Attribute() Attribute {
	oid := OIDATSHashIndexV3
	if x.Version == 1 {
		oid = OIDATSHashIndex
	}
	return NewAttribute(oid, x.Raw)
}

// typeRaw is attrType as it lies there.
func (a *Attribute) typeRaw() []byte {
	d := der.NewBytesReader(a.Raw)
	if d.Enter(der.Sequence, "Attribute") != nil {
		return nil
	}
	oid, err := d.Take(der.OID, "attrType")
	if err != nil {
		return nil
	}
	return oid.Raw
}

func octetStrings(values [][]byte) []byte {
	var body []byte
	for _, v := range values {
		body = der.Append(body, der.OctetString, v)
	}
	return der.Encode(der.Sequence, body)
}

// HashIndexes are the ats-hash-index attributes of a time-stamp token's signer, one for each value. There should be exactly one.
func HashIndexes(token *SignerInfo) ([]*HashIndex, error) {
	var found []*HashIndex
	for _, a := range token.UnsignedAttrs {
		version := 0
		switch {
		case a.Type.Equal(OIDATSHashIndexV3):
			version = 3
		case a.Type.Equal(OIDATSHashIndex):
			version = 1
		default:
			continue
		}
		for _, v := range a.Values {
			if len(found) == limits.CMSHashIndexes {
				return found, fail(CodeTooMany, nil, "what", AttributeName(a.Type), "limit", strconv.Itoa(limits.CMSHashIndexes))
			}
			x, err := parseHashIndex(v, version)
			if err != nil {
				return nil, malformedBy(err, a.Type)
			}
			found = append(found, x)
		}
	}
	return found, nil
}

// malformedBy is malformed with its cause; a limit stays what it is.
func malformedBy(err error, oid asn1.ObjectIdentifier) error {
	if e, ok := err.(*Error); ok && e.Code() == string(CodeTooMany) {
		return e
	}
	return fail(CodeAttribute, err, "attribute", AttributeName(oid))
}

func parseHashIndex(ber []byte, version int) (*HashIndex, error) {
	x := &HashIndex{Version: version, Raw: ber}
	d := der.NewBytesReader(ber)
	if err := d.Enter(der.Sequence, "ATSHashIndex"); err != nil {
		return nil, err
	}
	parts, err := x.parts(d)
	if err != nil {
		return nil, err
	}
	for i, to := range []*[][]byte{&x.Certificates, &x.CRLs, &x.Attributes} {
		if *to, err = hashes(parts[i]); err != nil {
			return nil, err
		}
	}
	if err := d.Leave("ATSHashIndex"); err != nil {
		return nil, err
	}
	return x, d.End()
}

// parts reads the algorithm and the three lists. Version 1 leaves the algorithm out where it is SHA-256. An AlgorithmIdentifier and a
// list are SEQUENCEs both: their number tells.
func (x *HashIndex) parts(d *der.Reader) ([]der.Element, error) {
	var all []der.Element
	for {
		more, err := d.More()
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
		if len(all) == 4 {
			return nil, fail(CodeMalformed, nil, "what", "ATSHashIndex")
		}
		e, err := d.Take(der.Sequence, "ATSHashIndex")
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	switch {
	case len(all) == 4:
		id, err := der.Normalize(all[0].Raw)
		if err != nil {
			return nil, err
		}
		x.Hash, _ = alg.ParseHash(id)
		return all[1:], nil
	case len(all) == 3 && x.Version == 1:
		x.Hash, _ = alg.HashOf(crypto.SHA256)
		return all, nil
	}
	return nil, fail(CodeMalformed, nil, "what", "ATSHashIndex")
}

func hashes(list der.Element) ([][]byte, error) {
	d := der.NewBytesReader(list.Content)
	var out [][]byte
	for {
		more, err := d.More()
		if err != nil || !more {
			return out, err
		}
		e, err := d.Element("hash")
		if err != nil {
			return nil, err
		}
		if e.ID&^0x20 != der.OctetString {
			return nil, fail(CodeMalformed, nil, "what", "hash")
		}
		if len(out) == limits.CMSIndexed {
			return nil, fail(CodeTooMany, nil, "what", "ATSHashIndex", "limit", strconv.Itoa(limits.CMSIndexed))
		}
		octets, err := e.Octets()
		if err != nil {
			return nil, err
		}
		out = append(out, octets)
	}
}

// ArchiveImprint is what an archive-time-stamp-v3 is over (EN 319 122-1 5.5.3): the hash under h of the content's type, the hash of the
// content under h, the fixed fields of the SignerInfo, and the index.
func ArchiveImprint(h crypto.Hash, contentType asn1.ObjectIdentifier, contentDigest []byte, si *SignerInfo, index *HashIndex) []byte {
	w := h.New()
	w.Write(der.AppendOID(nil, contentType))
	w.Write(contentDigest)
	w.Write(si.Fixed())
	w.Write(index.Raw)
	return w.Sum(nil)
}
