package pki

import (
	"slices"
	"strconv"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/limits"
)

// ReadExtensions reads a DER Extensions. An extension may be there once (RFC 5280, 4.2). defaultWritten tells a "critical" that is
// FALSE and written all the same.
func ReadExtensions(der []byte) (all []Extension, defaultWritten bool, err error) {
	in := cryptobyte.String(der)
	var seq cryptobyte.String
	if !in.ReadASN1(&seq, casn1.SEQUENCE) || !in.Empty() {
		return nil, false, malformed("Extensions")
	}
	for !seq.Empty() {
		var one, value cryptobyte.String
		var e Extension
		if len(all) >= limits.PKIExtensions {
			return nil, false, fail(CodeTooLarge, nil, nil, "what", "Extensions", "max", strconv.Itoa(limits.PKIExtensions))
		}
		if !seq.ReadASN1(&one, casn1.SEQUENCE) {
			return nil, false, malformed("Extension")
		}
		id, ok := ReadOID(&one)
		if !ok {
			return nil, false, malformed("Extension")
		}
		if one.PeekASN1Tag(casn1.BOOLEAN) {
			if !one.ReadASN1Boolean(&e.Critical) {
				return nil, false, malformed("Extension")
			}
			defaultWritten = defaultWritten || !e.Critical
		}
		if !one.ReadASN1(&value, casn1.OCTET_STRING) || !one.Empty() {
			return nil, false, malformed("Extension")
		}
		if slices.ContainsFunc(all, func(x Extension) bool { return x.ID == id }) {
			return nil, false, malformed(id.String())
		}
		e.ID, e.Value = id, value
		all = append(all, e)
	}
	return all, defaultWritten, nil
}

func (c *Certificate) readExtensions() error {
	for _, e := range c.Extensions {
		ok, err := true, error(nil)
		switch e.ID {
		case oidBasicConstraints:
			ok = c.readBasicConstraints(e)
		case oidKeyUsage:
			ok = c.readKeyUsage(e)
		case oidExtKeyUsage:
			c.ExtKeyUsage, ok = readOIDs(e.Value)
		case oidSubjectKeyID:
			c.SubjectKeyID, ok = octets(e.Value)
		case oidAuthorityKeyID:
			if c.AuthorityKeyID, err = readAuthorityKeyID(e.Value); err != nil { // it helps to find the issuer and proves nothing
				err = nil
				c.tolerate(TolerateUnreadable, "RFC 5280, 4.2.1.1", "extension", "authorityKeyIdentifier")
			}
		case oidSubjectAltName:
			c.AltNames, err = c.readAltNames(e.Value, "subjectAltName")
		case oidIssuerAltName:
			if c.IssuerAltNames, err = c.readAltNames(e.Value, "issuerAltName"); err != nil { // nothing depends on it
				err = nil
				c.tolerate(TolerateUnreadable, "RFC 5280, 4.2.1.7", "extension", "issuerAltName")
			}
		case oidPolicies:
			c.PoliciesCritical = e.Critical
			c.Policies, err = c.readPolicies(e.Value)
		case oidMappings:
			c.Mappings, err = readMappings(e.Value)
		case oidPolicyConstraints:
			c.ExplicitPolicy, c.InhibitMapping, ok = readPolicyConstraints(e.Value)
			c.wantCritical(e, "policyConstraints", "RFC 5280, 4.2.1.11")
		case oidInhibitAny:
			c.InhibitAny, ok = integer(e.Value)
			c.wantCritical(e, "inhibitAnyPolicy", "RFC 5280, 4.2.1.14")
		case oidNameConstraints:
			err = c.readNameConstraints(e.Value)
			c.wantCritical(e, "nameConstraints", "RFC 5280, 4.2.1.10")
		case oidDistributionPoints:
			c.Points, err = ReadDistributionPoints(e.Value)
		case oidFreshestCRL:
			c.Freshest, err = ReadDistributionPoints(e.Value)
		case oidAuthorityInfo:
			err = c.readAuthorityInfo(e.Value)
		case oidOCSPNoCheck:
			c.NoCheck = true
		default:
			if e.Critical {
				c.Unknown = append(c.Unknown, e.ID)
			}
		}
		if err != nil {
			return err
		}
		if !ok {
			return malformed(e.ID.String())
		}
	}
	return nil
}

func (c *Certificate) wantCritical(e Extension, name, clause string) {
	if !e.Critical {
		c.tolerate(TolerateNotCritical, clause, "extension", name)
	}
}

func (c *Certificate) readBasicConstraints(e Extension) bool {
	in := cryptobyte.String(e.Value)
	var seq cryptobyte.String
	if !in.ReadASN1(&seq, casn1.SEQUENCE) || !in.Empty() {
		return false
	}
	c.HasBasicConstraints = true
	if seq.PeekASN1Tag(casn1.BOOLEAN) {
		if !seq.ReadASN1Boolean(&c.IsCA) {
			return false
		}
		if !c.IsCA {
			c.tolerate(TolerateDefault, "X.690, 11.5")
		}
	}
	if seq.PeekASN1Tag(casn1.INTEGER) {
		n, ok := readCount(&seq, casn1.INTEGER)
		if !ok {
			return false
		}
		c.PathLen = n
		if !c.IsCA {
			c.tolerate(ToleratePathLen, "RFC 5280, 4.2.1.9")
		}
	}
	if c.IsCA {
		c.wantCritical(e, "basicConstraints", "RFC 5280, 4.2.1.9")
	}
	return seq.Empty()
}

func (c *Certificate) readKeyUsage(e Extension) bool {
	in := cryptobyte.String(e.Value)
	var content cryptobyte.String
	if !in.ReadASN1(&content, casn1.BIT_STRING) || !in.Empty() {
		return false
	}
	bits, unused, ok := bitString(content)
	if !ok || len(bits) > 8 {
		return false
	}
	c.HasKeyUsage = true
	for i := range 9 {
		if bit(bits, i) {
			c.KeyUsage |= 1 << i
		}
	}
	// X.690 11.2.2: no trailing zero bits in a list of named bits.
	if n := len(bits)*8 - unused; n > 0 && !bit(bits, n-1) {
		c.tolerate(TolerateUnusedBits, "X.690, 11.2.2")
	}
	return true
}

// readCount reads a non-negative INTEGER; counts beyond any path mean as much as 1<<20.
func readCount(s *cryptobyte.String, tag casn1.Tag) (int, bool) {
	var c cryptobyte.String
	if !s.ReadASN1(&c, tag) || len(c) == 0 || len(c) > 16 || c[0] >= 0x80 || len(c) > 1 && c[0] == 0 && c[1] < 0x80 {
		return 0, false
	}
	if v := Integer(c); v.IsInt64() && v.Int64() < 1<<20 {
		return int(v.Int64()), true
	}
	return 1 << 20, true
}

func integer(der []byte) (int, bool) {
	s := cryptobyte.String(der)
	n, ok := readCount(&s, casn1.INTEGER)
	return n, ok && s.Empty()
}

func octets(der []byte) ([]byte, bool) {
	s := cryptobyte.String(der)
	var c cryptobyte.String
	return c, s.ReadASN1(&c, casn1.OCTET_STRING) && s.Empty()
}

func readOIDs(der []byte) ([]OID, bool) {
	in := cryptobyte.String(der)
	var seq cryptobyte.String
	if !in.ReadASN1(&seq, casn1.SEQUENCE) || !in.Empty() || seq.Empty() {
		return nil, false
	}
	var all []OID
	for !seq.Empty() {
		id, ok := ReadOID(&seq)
		if !ok || len(all) >= limits.PKINames {
			return nil, false
		}
		all = append(all, id)
	}
	return all, true
}

// readAltNames puts up with a list of no names, which the older government tree of Vietnam has.
func (c *Certificate) readAltNames(der []byte, extension string) ([]GeneralName, error) {
	in := cryptobyte.String(der)
	var seq cryptobyte.String
	if !in.ReadASN1(&seq, casn1.SEQUENCE) || !in.Empty() {
		return nil, malformed("GeneralNames")
	}
	if seq.Empty() {
		c.tolerate(TolerateNoNames, "RFC 5280, 4.2.1.6", "extension", extension)
		return nil, nil
	}
	return ReadGeneralNames(seq)
}

func readAuthorityKeyID(der []byte) (AuthorityKeyID, error) {
	in := cryptobyte.String(der)
	var seq, field cryptobyte.String
	var present bool
	var a AuthorityKeyID
	if !in.ReadASN1(&seq, casn1.SEQUENCE) || !in.Empty() || !seq.ReadOptionalASN1(&field, &present, tag0) {
		return a, malformed("AuthorityKeyIdentifier")
	}
	if present {
		a.KeyID = field
	}
	if !seq.ReadOptionalASN1(&field, &present, tag1.Constructed()) {
		return a, malformed("AuthorityKeyIdentifier")
	}
	if present {
		var err error
		if a.Issuer, err = ReadGeneralNames(field); err != nil {
			return a, err
		}
	}
	if !seq.ReadOptionalASN1(&field, &present, tag2) || !seq.Empty() || present && (len(field) == 0 || len(field) > limits.PKISerial) {
		return a, malformed("AuthorityKeyIdentifier")
	}
	if present {
		a.Serial = Integer(field)
	}
	return a, nil
}

func (c *Certificate) readNameConstraints(der []byte) error {
	in := cryptobyte.String(der)
	var seq cryptobyte.String
	if !in.ReadASN1(&seq, casn1.SEQUENCE) || !in.Empty() || seq.Empty() {
		return malformed("NameConstraints")
	}
	for i, out := range []*[]GeneralName{&c.Permitted, &c.Excluded} {
		var trees cryptobyte.String
		var present bool
		if !seq.ReadOptionalASN1(&trees, &present, casn1.Tag(i).ContextSpecific().Constructed()) || present && trees.Empty() {
			return malformed("NameConstraints")
		}
		for !trees.Empty() {
			var tree cryptobyte.String
			if len(*out) >= limits.PKINames {
				return fail(CodeTooLarge, nil, nil, "what", "NameConstraints", "max", strconv.Itoa(limits.PKINames))
			}
			if !trees.ReadASN1(&tree, casn1.SEQUENCE) {
				return malformed("GeneralSubtree")
			}
			g, err := readGeneralName(&tree)
			if err != nil {
				return err
			}
			// minimum is 0 and maximum absent (RFC 5280, 4.2.1.10): anything else changes what the constraint means.
			if tree.PeekASN1Tag(tag0) {
				if n, ok := readCount(&tree, tag0); !ok || n != 0 {
					return malformed("GeneralSubtree")
				}
				c.tolerate(TolerateDefault, "X.690, 11.5")
			}
			if !tree.Empty() {
				return malformed("GeneralSubtree")
			}
			*out = append(*out, g)
		}
	}
	if !seq.Empty() {
		return malformed("NameConstraints")
	}
	return nil
}

func (c *Certificate) readAuthorityInfo(der []byte) (err error) {
	c.OCSP, c.Issuers, err = ReadAuthorityInfo(der)
	return err
}

// ReadAuthorityInfo reads an AuthorityInfoAccess, of a certificate or of a CRL (RFC 5280, 4.2.2.1 and 5.2.7): addresses of OCSP responders and
// of issuers' certificates. Names of other forms are passed over.
func ReadAuthorityInfo(der []byte) (ocsp, issuers []string, err error) {
	in := cryptobyte.String(der)
	var seq cryptobyte.String
	if !in.ReadASN1(&seq, casn1.SEQUENCE) || !in.Empty() {
		return nil, nil, malformed("AuthorityInfoAccess")
	}
	for n := 0; !seq.Empty(); n++ {
		var one cryptobyte.String
		if n >= limits.PKINames || !seq.ReadASN1(&one, casn1.SEQUENCE) {
			return nil, nil, malformed("AuthorityInfoAccess")
		}
		method, ok := ReadOID(&one)
		if !ok {
			return nil, nil, malformed("AuthorityInfoAccess")
		}
		place, err := readGeneralName(&one)
		if err != nil || !one.Empty() {
			return nil, nil, malformed("AuthorityInfoAccess")
		}
		switch {
		case place.Form != FormURI:
		case method == oidMethodOCSP:
			ocsp = append(ocsp, place.Text)
		case method == oidMethodIssuers:
			issuers = append(issuers, place.Text)
		}
	}
	return ocsp, issuers, nil
}
