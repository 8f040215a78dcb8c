package pki

import (
	"encoding/asn1"
	"math/big"
	"strconv"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/der"
)

// OID is an object identifier as the content octets of its DER encoding: comparable, and of any size (arcs made from UUIDs have
// 128 bits).
type OID string

// NewOID makes an OID of its arcs.
func NewOID(arcs ...int) OID {
	b := der.AppendOID(nil, asn1.ObjectIdentifier(arcs))
	return OID(b[der.HeaderSize(len(b)-2):])
}

// ParseOID reads "1.2.840.113549"; ok is false where it is no identifier.
func ParseOID(s string) (oid OID, ok bool) {
	parts := strings.Split(s, ".")
	if len(parts) < 2 || len(s) > 1024 {
		return "", false
	}
	arcs := make([]*big.Int, len(parts))
	for i, p := range parts {
		v, ok := new(big.Int).SetString(p, 10)
		if !ok || v.Sign() < 0 || p != v.String() {
			return "", false
		}
		arcs[i] = v
	}
	if arcs[0].Cmp(big.NewInt(2)) > 0 || arcs[0].Cmp(big.NewInt(2)) < 0 && arcs[1].Cmp(big.NewInt(39)) > 0 {
		return "", false
	}
	arcs[1] = arcs[1].Add(arcs[1], new(big.Int).Mul(arcs[0], big.NewInt(40)))
	var out []byte
	for _, v := range arcs[1:] {
		n := max(1, (v.BitLen()+6)/7)
		for i := n - 1; i >= 0; i-- {
			c := byte(new(big.Int).Rsh(v, uint(7*i)).Uint64() & 0x7f)
			if i > 0 {
				c |= 0x80
			}
			out = append(out, c)
		}
	}
	return OID(out), true
}

// String is the dotted form.
func (o OID) String() string {
	var b strings.Builder
	v, first := new(big.Int), true
	for i := range len(o) {
		v.Lsh(v, 7).Or(v, big.NewInt(int64(o[i]&0x7f)))
		if o[i] >= 0x80 {
			continue
		}
		if first {
			first = false
			root := min(v.Int64(), 80) / 40
			if !v.IsInt64() {
				root = 2
			}
			b.WriteString(strconv.FormatInt(root, 10))
			v.Sub(v, big.NewInt(root*40))
		}
		b.WriteByte('.')
		b.WriteString(v.String())
		v = new(big.Int)
	}
	return b.String()
}

// ReadOID reads an OBJECT IDENTIFIER of any size up to 128 octets.
func ReadOID(s *cryptobyte.String) (OID, bool) {
	var c cryptobyte.String
	if !s.ReadASN1(&c, casn1.OBJECT_IDENTIFIER) || len(c) == 0 || len(c) > 128 || c[len(c)-1] >= 0x80 {
		return "", false
	}
	for i := range c {
		if c[i] == 0x80 && (i == 0 || c[i-1] < 0x80) {
			return "", false
		}
	}
	return OID(c), true
}

// Identifiers that this package knows.
var (
	oidSubjectKeyID       = NewOID(2, 5, 29, 14)
	oidKeyUsage           = NewOID(2, 5, 29, 15)
	oidSubjectAltName     = NewOID(2, 5, 29, 17)
	oidIssuerAltName      = NewOID(2, 5, 29, 18)
	oidBasicConstraints   = NewOID(2, 5, 29, 19)
	oidNameConstraints    = NewOID(2, 5, 29, 30)
	oidDistributionPoints = NewOID(2, 5, 29, 31)
	oidPolicies           = NewOID(2, 5, 29, 32)
	oidMappings           = NewOID(2, 5, 29, 33)
	oidAuthorityKeyID     = NewOID(2, 5, 29, 35)
	oidPolicyConstraints  = NewOID(2, 5, 29, 36)
	oidExtKeyUsage        = NewOID(2, 5, 29, 37)
	oidFreshestCRL        = NewOID(2, 5, 29, 46)
	oidInhibitAny         = NewOID(2, 5, 29, 54)
	oidAuthorityInfo      = NewOID(1, 3, 6, 1, 5, 5, 7, 1, 1)
	oidOCSPNoCheck        = NewOID(1, 3, 6, 1, 5, 5, 7, 48, 1, 5)

	oidMethodOCSP    = NewOID(1, 3, 6, 1, 5, 5, 7, 48, 1)
	oidMethodIssuers = NewOID(1, 3, 6, 1, 5, 5, 7, 48, 2)

	oidQualifierCPS    = NewOID(1, 3, 6, 1, 5, 5, 7, 2, 1)
	oidQualifierNotice = NewOID(1, 3, 6, 1, 5, 5, 7, 2, 2)

	oidEmailAddress = NewOID(1, 2, 840, 113549, 1, 9, 1)
	oidCommonName   = NewOID(2, 5, 4, 3)
	oidOrganization = NewOID(2, 5, 4, 10)
	oidOrgUnit      = NewOID(2, 5, 4, 11)
)

// AnyPolicy is the policy that stands for every policy (RFC 5280, 4.2.1.4).
var AnyPolicy = NewOID(2, 5, 29, 32, 0)

// Extended key usages (RFC 5280, 4.2.1.12).
var (
	AnyExtKeyUsage = NewOID(2, 5, 29, 37, 0)
	ServerAuth     = NewOID(1, 3, 6, 1, 5, 5, 7, 3, 1)
	EmailSigning   = NewOID(1, 3, 6, 1, 5, 5, 7, 3, 4)
	TimeStamping   = NewOID(1, 3, 6, 1, 5, 5, 7, 3, 8)
	OCSPSigning    = NewOID(1, 3, 6, 1, 5, 5, 7, 3, 9)
)
