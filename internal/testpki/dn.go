package testpki

import (
	"encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// Attribute types of distinguished names.
var (
	oidCommonName   = asn1.ObjectIdentifier{2, 5, 4, 3}
	oidCountry      = asn1.ObjectIdentifier{2, 5, 4, 6}
	oidLocality     = asn1.ObjectIdentifier{2, 5, 4, 7}
	oidProvince     = asn1.ObjectIdentifier{2, 5, 4, 8}
	oidOrganization = asn1.ObjectIdentifier{2, 5, 4, 10}
	oidUnit         = asn1.ObjectIdentifier{2, 5, 4, 11}
	oidTitle        = asn1.ObjectIdentifier{2, 5, 4, 12}
	oidUserID       = asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}
)

// attribute is one relative distinguished name. crypto/x509 picks PrintableString wherever it can, and Vietnamese authorities
// write UTF8String, "MST:0100000000" included; so names are encoded here. ascii asks for PrintableString, as in the older
// government tree and in every countryName.
type attribute struct {
	oid   asn1.ObjectIdentifier
	value string
	ascii bool
}

func utf8(oid asn1.ObjectIdentifier, value string) attribute {
	return attribute{oid: oid, value: value}
}

func ascii(oid asn1.ObjectIdentifier, value string) attribute {
	return attribute{oid: oid, value: value, ascii: true}
}

func vietnam() attribute { return ascii(oidCountry, "VN") }

// marshalName is the RDNSequence of the attributes in the order given.
func marshalName(name []attribute) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, a := range name {
			b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(a.oid)
					tag := cbasn1.UTF8String
					if a.ascii {
						tag = cbasn1.PrintableString
					}
					b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes([]byte(a.value)) })
				})
			})
		}
	})
	return b.Bytes()
}
