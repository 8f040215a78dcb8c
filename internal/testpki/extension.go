package testpki

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

var (
	oidKeyUsage         = asn1.ObjectIdentifier{2, 5, 29, 15}
	oidIssuerAltName    = asn1.ObjectIdentifier{2, 5, 29, 18}
	oidBasicConstraints = asn1.ObjectIdentifier{2, 5, 29, 19}
	oidIDP              = asn1.ObjectIdentifier{2, 5, 29, 28}
	oidAKI              = asn1.ObjectIdentifier{2, 5, 29, 35}
	oidEKU              = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidNoCheck          = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}
	oidNetscapeType     = asn1.ObjectIdentifier{2, 16, 840, 1, 113730, 1, 1}
	oidNetscapeComment  = asn1.ObjectIdentifier{2, 16, 840, 1, 113730, 1, 13}

	oidTimeStamping    = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}
	oidCodeSigning     = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 3}
	oidDocumentSigning = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 36}       // RFC 9336
	oidMSDocument      = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 10, 3, 12} // the same, Microsoft's
)

// extension encodes one certificate or CRL extension.
func extension(oid asn1.ObjectIdentifier, critical bool, value func(*cryptobyte.Builder)) (pkix.Extension, error) {
	var b cryptobyte.Builder
	value(&b)
	der, err := b.Bytes()
	return pkix.Extension{Id: oid, Critical: critical, Value: der}, err
}

// timeStampingEKU is the extended key usage of a time-stamp unit, which crypto/x509 cannot mark critical.
func timeStampingEKU(critical bool, more ...asn1.ObjectIdentifier) (pkix.Extension, error) {
	return extension(oidEKU, critical, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oidTimeStamping)
			for _, oid := range more {
				b.AddASN1ObjectIdentifier(oid)
			}
		})
	})
}

func noCheck() (pkix.Extension, error) {
	return extension(oidNoCheck, false, func(b *cryptobyte.Builder) { b.AddASN1(cbasn1.NULL, func(*cryptobyte.Builder) {}) })
}

// scope of an issuing distribution point, RFC 5280, 5.2.5.
type scope struct {
	address string
	caOnly  bool
}

func issuingDistributionPoint(s scope) (pkix.Extension, error) {
	return extension(oidIDP, true, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { // distributionPoint
				b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { // fullName
					b.AddASN1(cbasn1.Tag(6).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes([]byte(s.address)) })
				})
			})
			if s.caOnly {
				b.AddASN1(cbasn1.Tag(2).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddUint8(0xFF) })
			}
		})
	})
}

// governmentExtensions are what the older government tree does differently: key usage and basic constraints not critical,
// Netscape's extensions, an issuer alternative name that is empty, and an authority key identifier of issuer and serial number
// without a key identifier. issuer is nil for the root.
func governmentExtensions(p profile, issuer *x509.Certificate) ([]pkix.Extension, error) {
	usage, netscape := byte(0xC0), byte(0xA0) // digitalSignature, nonRepudiation; SSL client, S/MIME
	if p.authority() {
		usage, netscape = 0x06, 0x07 // keyCertSign, cRLSign; the three Netscape authorities
	}
	type part struct {
		oid   asn1.ObjectIdentifier
		value func(*cryptobyte.Builder)
	}
	parts := []part{
		{oidBasicConstraints, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				if p.authority() {
					b.AddASN1Boolean(true)
				}
			})
		}},
		{oidKeyUsage, func(b *cryptobyte.Builder) { addNamedBits(b, usage) }},
		{oidNetscapeType, func(b *cryptobyte.Builder) { addNamedBits(b, netscape) }},
		{oidNetscapeComment, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.IA5String, func(b *cryptobyte.Builder) { b.AddBytes([]byte("Chung thu thu nghiem")) })
		}},
		{oidIssuerAltName, func(b *cryptobyte.Builder) { b.AddASN1(cbasn1.SEQUENCE, func(*cryptobyte.Builder) {}) }},
	}
	if issuer != nil {
		parts = append(parts, part{oidAKI, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { // authorityCertIssuer
					b.AddASN1(cbasn1.Tag(4).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddBytes(issuer.RawIssuer) })
				})
				b.AddASN1(cbasn1.Tag(2).ContextSpecific(), func(b *cryptobyte.Builder) { // authorityCertSerialNumber
					b.AddBytes(issuer.SerialNumber.Bytes()) // serials here never have the high bit set
				})
			})
		}})
	}
	var list []pkix.Extension
	for _, p := range parts {
		e, err := extension(p.oid, false, p.value)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// addNamedBits adds a BIT STRING of at most eight named bits without trailing zero bits (X.690, 11.2.2).
func addNamedBits(b *cryptobyte.Builder, bits byte) {
	unused := byte(0)
	for ; unused < 8 && bits>>unused&1 == 0; unused++ {
	}
	b.AddASN1(cbasn1.BIT_STRING, func(b *cryptobyte.Builder) { b.AddUint8(unused); b.AddUint8(bits) })
}
