package pki

import (
	"bytes"
	"crypto/sha256"
	"math/big"
	"strconv"
	"time"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
)

// KeyUsage is a set of key usages: bit n stands for bit n of KeyUsage (RFC 5280, 4.2.1.3).
type KeyUsage uint16

// The usages that paths and CRLs ask for.
const (
	UsageDigitalSignature KeyUsage = 1 << 0
	UsageNonRepudiation   KeyUsage = 1 << 1
	UsageCertSign         KeyUsage = 1 << 5
	UsageCRLSign          KeyUsage = 1 << 6
)

// Extension is one extension as it stands.
type Extension struct {
	ID       OID
	Critical bool
	Value    []byte // content of extnValue
}

// AuthorityKeyID is the extension of RFC 5280, 4.2.1.1.
type AuthorityKeyID struct {
	KeyID  []byte
	Issuer []GeneralName
	Serial *big.Int
}

// PolicyInfo is one policy of a certificate.
type PolicyInfo struct {
	ID         OID
	Qualifiers []Qualifier
}

// Qualifier is one qualifier of a policy.
type Qualifier struct {
	ID     OID
	CPS    string // address of a practice statement
	Notice string // explicitText of a user notice
}

// Mapping says that two policies are equivalent (RFC 5280, 4.2.1.5).
type Mapping struct{ Issuer, Subject OID }

// Certificate is an X.509 certificate. It is never changed after [Parse] and safe for concurrent use.
type Certificate struct {
	Raw       []byte // DER of all of it; the other octets lie within
	RawTBS    []byte // DER of what is signed
	RawSPKI   []byte // DER of the SubjectPublicKeyInfo
	Version   int    // 1, 2 or 3
	Serial    *big.Int
	Algorithm []byte // DER of signatureAlgorithm
	Signature []byte // nil: not a whole number of octets, so no signature that could be right
	Issuer    Name
	Subject   Name
	NotBefore time.Time
	NotAfter  time.Time

	Extensions []Extension
	Unknown    []OID // critical extensions that this package does not process

	HasBasicConstraints bool
	IsCA                bool
	PathLen             int // -1: no limit
	HasKeyUsage         bool
	KeyUsage            KeyUsage
	ExtKeyUsage         []OID
	SubjectKeyID        []byte
	AuthorityKeyID      AuthorityKeyID
	AltNames            []GeneralName
	IssuerAltNames      []GeneralName
	Policies            []PolicyInfo // nil: no extension
	PoliciesCritical    bool
	Mappings            []Mapping
	ExplicitPolicy      int // -1: absent
	InhibitMapping      int // -1: absent
	InhibitAny          int // -1: absent
	Permitted           []GeneralName
	Excluded            []GeneralName
	Points              []DistributionPoint
	Freshest            []DistributionPoint
	OCSP                []string // addresses of responders
	Issuers             []string // addresses of issuers' certificates
	NoCheck             bool     // id-pkix-ocsp-nocheck (RFC 6960, 4.2.2.2.1)

	Tolerances []finding.Finding // what is not as RFC 5280 wants it, and was put up with

	digest [sha256.Size]byte
}

// Name is what people would call the holder.
func (c *Certificate) Name() string {
	if s := c.Subject.String(); s != "" {
		return s
	}
	if len(c.AltNames) > 0 {
		return c.AltNames[0].String()
	}
	return c.Serial.Text(16)
}

// Digest is the SHA-256 of the certificate's octets.
func (c *Certificate) Digest() [sha256.Size]byte { return c.digest }

// SelfIssued reports whether subject and issuer are the same name (RFC 5280, 6.1).
func (c *Certificate) SelfIssued() bool { return c.Subject.Equal(c.Issuer) }

// Equal reports whether two certificates are the same octets.
func (c *Certificate) Equal(d *Certificate) bool { return bytes.Equal(c.Raw, d.Raw) }

// ValidAt reports whether a time lies within the validity, its ends included.
func (c *Certificate) ValidAt(t time.Time) bool {
	return !t.Before(c.NotBefore) && !t.After(c.NotAfter)
}

func (c *Certificate) tolerate(code finding.Code, clause string, pairs ...string) {
	for _, f := range c.Tolerances {
		if f.Code == code {
			return
		}
	}
	c.Tolerances = append(c.Tolerances, finding.Finding{Code: code, Severity: finding.Info, Clause: clause, Params: finding.P(append(pairs, "subject", c.Name())...)})
}

// Parse reads one DER certificate. Errors are *[Error]: [CodeMalformed], [CodeTooLarge].
func Parse(raw []byte) (*Certificate, error) {
	if len(raw) > limits.PKICertificate {
		return nil, fail(CodeTooLarge, nil, nil, "what", "Certificate", "max", strconv.Itoa(limits.PKICertificate))
	}
	c := &Certificate{Raw: bytes.Clone(raw), PathLen: -1, ExplicitPolicy: -1, InhibitMapping: -1, InhibitAny: -1}
	c.digest = sha256.Sum256(raw)
	s := cryptobyte.String(c.Raw)
	var outer, tbs, alg, bits cryptobyte.String
	if !s.ReadASN1(&outer, casn1.SEQUENCE) || !s.Empty() || !outer.ReadASN1Element(&tbs, casn1.SEQUENCE) || !outer.ReadASN1Element(&alg, casn1.SEQUENCE) ||
		!outer.ReadASN1(&bits, casn1.BIT_STRING) || !outer.Empty() || len(bits) == 0 || bits[0] > 7 {
		return nil, malformed("Certificate")
	}
	c.RawTBS, c.Algorithm = tbs, alg
	if bits[0] == 0 {
		c.Signature = bits[1:]
	}
	if err := c.readTBS(tbs); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Certificate) readTBS(tbs cryptobyte.String) error {
	var in, field, serial, inner, issuer, subject, spki, validity cryptobyte.String
	var present bool
	if !tbs.ReadASN1(&in, casn1.SEQUENCE) || !in.ReadOptionalASN1(&field, &present, tag0.Constructed()) {
		return malformed("TBSCertificate")
	}
	version, defaultWritten := 0, false
	if present {
		if !field.ReadASN1Integer(&version) || !field.Empty() || version < 0 || version > 2 {
			return malformed("version")
		}
		defaultWritten = version == 0
	}
	c.Version = version + 1
	if !in.ReadASN1(&serial, casn1.INTEGER) || !c.readSerial(serial) {
		return malformed("serialNumber")
	}
	if !in.ReadASN1Element(&inner, casn1.SEQUENCE) || !bytes.Equal(inner, c.Algorithm) {
		return malformed("signature") // RFC 5280, 4.1.1.2: the same as outside
	}
	if !in.ReadASN1Element(&issuer, casn1.SEQUENCE) || !in.ReadASN1(&validity, casn1.SEQUENCE) || !in.ReadASN1Element(&subject, casn1.SEQUENCE) || !in.ReadASN1Element(&spki, casn1.SEQUENCE) {
		return malformed("TBSCertificate")
	}
	c.RawSPKI = spki
	var err error
	if c.Issuer, err = ParseName(issuer); err != nil {
		return err
	}
	if c.Subject, err = ParseName(subject); err != nil {
		return err
	}
	var odd [2]bool
	var ok [2]bool
	c.NotBefore, odd[0], ok[0] = ReadTime(&validity)
	c.NotAfter, odd[1], ok[1] = ReadTime(&validity)
	if !ok[0] || !ok[1] || !validity.Empty() {
		return malformed("Validity")
	}
	if !splitSPKI(spki) {
		return malformed("SubjectPublicKeyInfo")
	}
	ids := false
	for _, tag := range []casn1.Tag{tag1, tag2} {
		if !in.ReadOptionalASN1(&field, &present, tag) {
			return malformed("uniqueIdentifier")
		}
		ids = ids || present
	}
	var extensions cryptobyte.String
	hasExtensions := false
	if !in.ReadOptionalASN1(&extensions, &hasExtensions, casn1.Tag(3).ContextSpecific().Constructed()) || !in.Empty() {
		return malformed("TBSCertificate")
	}
	if hasExtensions {
		var written bool
		if c.Extensions, written, err = ReadExtensions(extensions); err != nil {
			return err
		}
		defaultWritten = defaultWritten || written
		if err := c.readExtensions(); err != nil {
			return err
		}
	}
	if defaultWritten {
		c.tolerate(TolerateDefault, "X.690, 11.5")
	}
	if hasExtensions && c.Version < 3 || ids && c.Version < 2 {
		c.tolerate(TolerateVersion, "RFC 5280, 4.1.2.1", "version", strconv.Itoa(c.Version))
	}
	if odd[0] || odd[1] {
		c.tolerate(TolerateTime, "RFC 5280, 4.1.2.5")
	}
	if c.Subject.Empty() && len(c.AltNames) == 0 {
		c.tolerate(TolerateNoSubject, "RFC 5280, 4.1.2.6")
	}
	c.serialTolerances(len(serial))
	return nil
}

// readSerial takes any integer, encoded in the shortest form or not: it is an identifier.
func (c *Certificate) readSerial(content []byte) bool {
	if len(content) == 0 || len(content) > limits.PKISerial {
		return false
	}
	c.Serial = Integer(content)
	return true
}

func (c *Certificate) serialTolerances(octets int) {
	switch c.Serial.Sign() {
	case -1:
		c.tolerate(TolerateSerialNegative, "RFC 5280, 4.1.2.2")
	case 0:
		c.tolerate(TolerateSerialZero, "RFC 5280, 4.1.2.2")
	}
	if octets > 20 {
		c.tolerate(TolerateSerialLong, "RFC 5280, 4.1.2.2", "octets", strconv.Itoa(octets))
	}
}

// Integer is the number that the content octets of an INTEGER stand for.
func Integer(content []byte) *big.Int {
	v := new(big.Int).SetBytes(content)
	if len(content) > 0 && content[0] >= 0x80 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(content))))
	}
	return v
}

func splitSPKI(spki cryptobyte.String) bool {
	var in, alg, key cryptobyte.String
	return spki.ReadASN1(&in, casn1.SEQUENCE) && in.ReadASN1(&alg, casn1.SEQUENCE) && in.ReadASN1(&key, casn1.BIT_STRING) && in.Empty() && len(key) > 1
}

// ReadTime reads a Time. odd tells forms that RFC 5280, 4.1.2.5, does not allow but its forerunners did: UTCTime without seconds or
// with an offset, GeneralizedTime before 2050. A UTCTime of fewer than 50 years is of this century (4.1.2.5.1).
func ReadTime(s *cryptobyte.String) (t time.Time, odd, ok bool) {
	var c cryptobyte.String
	var tag casn1.Tag
	if !s.ReadAnyASN1(&c, &tag) {
		return t, false, false
	}
	if t, ok := plainTime(tag, c); ok {
		return t, tag == casn1.GeneralizedTime && t.Year() < 2050, true
	}
	text := string(c)
	parse := func(layouts ...string) bool {
		for i, l := range layouts {
			v, err := time.Parse(l, text)
			if err == nil && v.Format(l) == text {
				t, odd = v.UTC(), i > 0
				return true
			}
		}
		return false
	}
	switch tag {
	case casn1.UTCTime:
		if !parse("060102150405Z", "0601021504Z", "060102150405-0700", "0601021504-0700") {
			return t, false, false
		}
		// The library's own century begins in 1969.
		if t.Year() >= 2050 {
			t = t.AddDate(-100, 0, 0)
		}
		return t, odd, true
	case casn1.GeneralizedTime:
		if !parse("20060102150405Z", "20060102150405-0700") {
			return t, false, false
		}
		return t, odd || t.Year() < 2050, true
	}
	return t, false, false
}

// plainTime reads the forms that nearly every time has, YYMMDDHHMMSSZ and YYYYMMDDHHMMSSZ, quickly: a list may have a million.
func plainTime(tag casn1.Tag, c []byte) (time.Time, bool) {
	var n [7]int // the years in two pairs
	at := 1
	switch {
	case tag == casn1.UTCTime && len(c) == 13:
	case tag == casn1.GeneralizedTime && len(c) == 15:
		at = 0
	default:
		return time.Time{}, false
	}
	for i := 0; i < len(c)-1; i += 2 {
		a, b := c[i]-'0', c[i+1]-'0'
		if a > 9 || b > 9 {
			return time.Time{}, false
		}
		n[at+i/2] = int(a)*10 + int(b)
	}
	year := n[0]*100 + n[1]
	if tag == casn1.UTCTime {
		if year += 1900; year < 1950 {
			year += 100
		}
	}
	// Day and month are held against the calendar by what comes back.
	t := time.Date(year, time.Month(n[2]), n[3], n[4], n[5], n[6], 0, time.UTC)
	return t, c[len(c)-1] == 'Z' && t.Month() == time.Month(n[2]) && t.Day() == n[3] && n[4] < 24 && n[5] < 60 && n[6] < 60
}
