package pki

import (
	"strconv"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/limits"
)

// readPolicies reads CertificatePolicies (RFC 5280, 4.2.1.4). A policy may be there once. Qualifiers are words for people: one that
// cannot be read is kept without its words.
func (c *Certificate) readPolicies(der []byte) ([]PolicyInfo, error) {
	in := cryptobyte.String(der)
	var seq cryptobyte.String
	if !in.ReadASN1(&seq, casn1.SEQUENCE) || !in.Empty() || seq.Empty() {
		return nil, malformed("CertificatePolicies")
	}
	var all []PolicyInfo
	qualified := 0 // in all policies together
	seen := make(map[OID]bool)
	for !seq.Empty() {
		var one, qualifiers cryptobyte.String
		var p PolicyInfo
		if len(all) >= limits.PKIPolicies {
			return nil, fail(CodeTooLarge, nil, nil, "what", "CertificatePolicies", "max", strconv.Itoa(limits.PKIPolicies))
		}
		if !seq.ReadASN1(&one, casn1.SEQUENCE) {
			return nil, malformed("PolicyInformation")
		}
		id, ok := ReadOID(&one)
		if !ok || seen[id] {
			return nil, malformed("PolicyInformation")
		}
		seen[id] = true
		p.ID = id
		if !one.Empty() && (!one.ReadASN1(&qualifiers, casn1.SEQUENCE) || !one.Empty() || qualifiers.Empty()) {
			return nil, malformed("PolicyInformation")
		}
		for !qualifiers.Empty() {
			var q cryptobyte.String
			if qualified++; qualified > limits.PKIPolicies {
				return nil, fail(CodeTooLarge, nil, nil, "what", "CertificatePolicies", "max", strconv.Itoa(limits.PKIPolicies))
			}
			if !qualifiers.ReadASN1(&q, casn1.SEQUENCE) {
				return nil, malformed("PolicyQualifierInfo")
			}
			id, ok := ReadOID(&q)
			if !ok {
				return nil, malformed("PolicyQualifierInfo")
			}
			read, ok := readQualifier(id, q)
			if !ok {
				c.tolerate(TolerateUnreadable, "RFC 5280, 4.2.1.4", "extension", "certificatePolicies")
			}
			p.Qualifiers = append(p.Qualifiers, read)
		}
		all = append(all, p)
	}
	return all, nil
}

// readQualifier reads what a PolicyQualifierInfo holds. Explicit text may be longer than the 200 characters of RFC 5280: "gracefully
// handle" it, says the clause. Text may also be of any string type.
func readQualifier(id OID, in cryptobyte.String) (Qualifier, bool) {
	q := Qualifier{ID: id}
	var ok bool
	var c cryptobyte.String
	var tag casn1.Tag
	switch q.ID {
	case oidQualifierCPS:
		if !in.ReadAnyASN1(&c, &tag) || !in.Empty() {
			return q, false
		}
		q.CPS, ok = stringValue(tag, c)
		return q, ok
	case oidQualifierNotice:
		var notice cryptobyte.String
		if !in.ReadASN1(&notice, casn1.SEQUENCE) || !in.Empty() {
			return q, false
		}
		if notice.PeekASN1Tag(casn1.SEQUENCE) && !notice.SkipASN1(casn1.SEQUENCE) { // noticeRef: a number in a book that nobody has
			return q, false
		}
		if notice.Empty() {
			return q, true
		}
		if !notice.ReadAnyASN1(&c, &tag) || !notice.Empty() {
			return q, false
		}
		q.Notice, ok = stringValue(tag, c)
		return q, ok
	}
	return q, !in.Empty()
}

func readMappings(der []byte) ([]Mapping, error) {
	in := cryptobyte.String(der)
	var seq cryptobyte.String
	if !in.ReadASN1(&seq, casn1.SEQUENCE) || !in.Empty() || seq.Empty() {
		return nil, malformed("PolicyMappings")
	}
	var all []Mapping
	for !seq.Empty() {
		var one cryptobyte.String
		if len(all) >= limits.PKIPolicies {
			return nil, fail(CodeTooLarge, nil, nil, "what", "PolicyMappings", "max", strconv.Itoa(limits.PKIPolicies))
		}
		if !seq.ReadASN1(&one, casn1.SEQUENCE) {
			return nil, malformed("PolicyMappings")
		}
		from, ok1 := ReadOID(&one)
		to, ok2 := ReadOID(&one)
		if !ok1 || !ok2 || !one.Empty() {
			return nil, malformed("PolicyMappings")
		}
		all = append(all, Mapping{from, to})
	}
	return all, nil
}

func readPolicyConstraints(der []byte) (explicit, inhibit int, ok bool) {
	in := cryptobyte.String(der)
	var seq cryptobyte.String
	explicit, inhibit = -1, -1
	if !in.ReadASN1(&seq, casn1.SEQUENCE) || !in.Empty() || seq.Empty() {
		return -1, -1, false
	}
	if seq.PeekASN1Tag(tag0) {
		if explicit, ok = readCount(&seq, tag0); !ok {
			return -1, -1, false
		}
	}
	if seq.PeekASN1Tag(tag1) {
		if inhibit, ok = readCount(&seq, tag1); !ok {
			return -1, -1, false
		}
	}
	return explicit, inhibit, seq.Empty()
}
