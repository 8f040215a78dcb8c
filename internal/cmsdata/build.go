package cmsdata

import (
	"crypto"
	"crypto/x509"
	"slices"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/der"
)

// NewSignerInfo makes a SignerInfo that names its certificate by issuer and serial number. digest is the digestAlgorithm; signedAttrs are
// the octets of EncodeSignedAttributes, or nil for a signature over the content itself.
func NewSignerInfo(cert *x509.Certificate, digest crypto.Hash, algorithm alg.Signature, signedAttrs, signature []byte) *SignerInfo {
	h, _ := alg.HashOf(digest)
	si := &SignerInfo{
		Version:               1,
		ID:                    SignerID{Issuer: cert.RawIssuer, Serial: cert.SerialNumber},
		Digest:                h,
		DigestRaw:             h.Identifier(),
		SignedAttrsRaw:        signedAttrs,
		SignatureAlgorithmRaw: algorithm.Identifier(),
		Signature:             signature,
	}
	return si
}

// AddUnsigned appends an unsigned attribute. What was there stays octet for octet, in its order.
func (si *SignerInfo) AddUnsigned(a Attribute) {
	si.UnsignedAttrs = append(slices.Clip(si.UnsignedAttrs), a)
	si.Raw = nil
}

// New makes a SignedData over id-data with the certificates and signers given; detached until Attached is set. Certificates are put
// into the order of a DER SET OF.
func New(certificates []*x509.Certificate, signers ...*SignerInfo) *SignedData {
	sd := &SignedData{ContentType: OIDData, Signers: signers, Certificates: make([][]byte, len(certificates))}
	for i, c := range certificates {
		sd.Certificates[i] = c.Raw
	}
	sd.Sort()
	return sd
}

// Sort puts certificates and crls into the order of a DER SET OF. It is for new files: what others may have hashed in another order
// stays in it.
func (sd *SignedData) Sort() {
	der.SortSet(sd.Certificates)
	der.SortSet(sd.CRLs)
	sd.x509 = nil
}

// Add adds a signer and those of its certificates that are not there yet, after what is there: earlier certificates keep their order.
func (sd *SignedData) Add(si *SignerInfo, certificates []*x509.Certificate) {
	announced := slices.ContainsFunc(sd.Digests, func(h alg.Hash) bool { return h.Crypto == si.Digest.Crypto }) // with or without NULL
	if len(sd.DigestsRaw) > 0 && !announced {
		sd.DigestsRaw = append(slices.Clip(sd.DigestsRaw), si.DigestRaw)
		der.SortSet(sd.DigestsRaw)
	}
	sd.Signers = append(slices.Clip(sd.Signers), si)
	sd.Certificates = slices.Clip(sd.Certificates)
	for _, c := range certificates {
		if !containsBytes(sd.Certificates, c.Raw) {
			sd.Certificates = append(sd.Certificates, c.Raw)
		}
	}
	sd.x509 = nil
}

// Marshal is the SignerInfo in DER, or as it was read when it was not changed.
func (si *SignerInfo) Marshal() []byte {
	if si.Raw != nil {
		return si.Raw
	}
	return si.append(make([]byte, 0, der.HeaderSize(si.bodySize())+si.bodySize()))
}

func (si *SignerInfo) append(dst []byte) []byte {
	if si.Raw != nil {
		return append(dst, si.Raw...)
	}
	dst = der.AppendHeader(dst, der.Sequence, si.bodySize())
	dst = si.appendFixed(dst)
	if len(si.UnsignedAttrs) > 0 {
		dst = der.AppendHeader(dst, der.Context(1), rawSize(si.UnsignedAttrs))
		for i := range si.UnsignedAttrs {
			dst = append(dst, si.UnsignedAttrs[i].Raw...)
		}
	}
	return dst
}

// Fixed is the encoding of version, sid, digestAlgorithm, signedAttrs, signatureAlgorithm and signature one after the other, as they lie
// there: what no later addition changes, and what archive time-stamps hash (EN 319 122-1 5.5.3).
func (si *SignerInfo) Fixed() []byte {
	if si.fixed != nil {
		return si.fixed
	}
	return si.appendFixed(make([]byte, 0, si.fixedSize()))
}

func (si *SignerInfo) appendFixed(dst []byte) []byte {
	if si.fixed != nil {
		return append(dst, si.fixed...)
	}
	if si.ID.SubjectKeyID != nil {
		dst = der.AppendInt(dst, 3)
		dst = der.Append(dst, der.ContextPrimitive(0), si.ID.SubjectKeyID)
	} else {
		dst = der.AppendInt(dst, 1)
		var space [32]byte
		serial := der.AppendBigInt(space[:0], si.ID.Serial)
		dst = der.Append(dst, der.Sequence, si.ID.Issuer, serial)
	}
	dst = append(dst, si.DigestRaw...)
	if si.SignedAttrsRaw != nil {
		at := len(dst)
		dst = append(dst, si.SignedAttrsRaw...)
		dst[at] = der.Context(0)
	}
	dst = append(dst, si.SignatureAlgorithmRaw...)
	return der.Append(dst, der.OctetString, si.Signature)
}

// size is the number of octets that append adds.
func (si *SignerInfo) size() int {
	if si.Raw != nil {
		return len(si.Raw)
	}
	n := si.bodySize()
	return der.HeaderSize(n) + n
}

func (si *SignerInfo) bodySize() int {
	n := si.fixedSize()
	if len(si.UnsignedAttrs) > 0 {
		l := rawSize(si.UnsignedAttrs)
		n += der.HeaderSize(l) + l
	}
	return n
}

func (si *SignerInfo) fixedSize() int {
	if si.fixed != nil {
		return len(si.fixed)
	}
	n := 3 // version
	if si.ID.SubjectKeyID != nil {
		n += der.HeaderSize(len(si.ID.SubjectKeyID)) + len(si.ID.SubjectKeyID)
	} else {
		var space [32]byte
		l := len(si.ID.Issuer) + len(der.AppendBigInt(space[:0], si.ID.Serial))
		n += der.HeaderSize(l) + l
	}
	n += len(si.DigestRaw) + len(si.SignedAttrsRaw) + len(si.SignatureAlgorithmRaw)
	return n + der.HeaderSize(len(si.Signature)) + len(si.Signature)
}

func rawSize(attrs []Attribute) int {
	n := 0
	for i := range attrs {
		n += len(attrs[i].Raw)
	}
	return n
}
