package cmsdata

import (
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/der"
)

// NewAttribute makes an Attribute from the DER of its values.
func NewAttribute(oid asn1.ObjectIdentifier, values ...[]byte) Attribute {
	sorted := values
	if len(values) > 1 {
		sorted = slices.Clone(values)
		der.SortSet(sorted)
	}
	var space [32]byte
	id := der.AppendOID(space[:0], oid)
	n := 0
	for _, v := range sorted {
		n += len(v)
	}
	body := len(id) + der.HeaderSize(n) + n
	raw := make([]byte, 0, der.HeaderSize(body)+body)
	raw = der.AppendHeader(raw, der.Sequence, body)
	raw = append(raw, id...)
	raw = der.AppendHeader(raw, der.Set, n)
	for _, v := range sorted {
		raw = append(raw, v...)
	}
	return Attribute{Type: oid, Values: sorted, Raw: raw}
}

// ContentType makes a content-type attribute (RFC 5652 11.1).
func ContentType(oid asn1.ObjectIdentifier) Attribute {
	return NewAttribute(OIDContentType, der.AppendOID(nil, oid))
}

// MessageDigest makes a message-digest attribute (RFC 5652 11.2).
func MessageDigest(digest []byte) Attribute {
	return NewAttribute(OIDMessageDigest, der.Encode(der.OctetString, digest))
}

// SigningTime makes a signing-time attribute in whole seconds (RFC 5652 11.3).
func SigningTime(t time.Time) Attribute {
	return NewAttribute(OIDSigningTime, der.AppendTime(nil, t))
}

// SigningCertificateV2 makes a signing-certificate-v2 attribute for one certificate (RFC 5035 5.4.1.1): its hash under h, which
// is left out of the encoding when it is the default SHA-256, and its issuer and serial number.
func SigningCertificateV2(cert *x509.Certificate, h crypto.Hash) Attribute {
	var algorithm []byte
	if h != crypto.SHA256 {
		known, _ := alg.HashOf(h)
		algorithm = known.Identifier()
	}
	id := der.Encode(der.Sequence, algorithm, essHash(cert, h), issuerSerial(cert))
	return NewAttribute(OIDSigningCertificateV2, der.Encode(der.Sequence, der.Encode(der.Sequence, id)))
}

// SigningCertificate makes a signing-certificate attribute, version 1 with SHA-1 (RFC 5035 5.4.1). It exists for time-stamp
// services and tests; kyso's own signatures never carry it.
func SigningCertificate(cert *x509.Certificate) Attribute {
	id := der.Encode(der.Sequence, essHash(cert, crypto.SHA1), issuerSerial(cert))
	return NewAttribute(OIDSigningCertificate, der.Encode(der.Sequence, der.Encode(der.Sequence, id)))
}

func essHash(cert *x509.Certificate, h crypto.Hash) []byte {
	return der.Encode(der.OctetString, sum(h, cert.Raw))
}

// issuerSerial is the IssuerSerial of RFC 5035 5.4.1: GeneralNames with one directoryName, and the serial number.
func issuerSerial(cert *x509.Certificate) []byte {
	name := der.Encode(der.Context(4), cert.RawIssuer)
	var space [32]byte
	return der.Encode(der.Sequence, der.Encode(der.Sequence, name), der.AppendBigInt(space[:0], cert.SerialNumber))
}

// EncodeSignedAttributes is the DER of the attributes as a SET OF: the octets that are hashed and signed (RFC 5652 5.4).
func EncodeSignedAttributes(attrs ...Attribute) []byte {
	raws := make([][]byte, len(attrs))
	for i := range attrs {
		raws[i] = attrs[i].Raw
	}
	der.SortSet(raws)
	return der.Encode(der.Set, raws...)
}
