package verify

import (
	"encoding/asn1"
	"slices"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/trust"
)

// Values of [Conformance].Result.
const (
	Met                = "met"
	NotMet             = "not-met"
	ConformanceUnknown = "unknown"        // neither document nor evidence tells
	NotApplicable      = "not-applicable" // the item is about something that is not there
)

// Profiles of [Conformance].
const (
	ProfileGDT  = PolicyGDT  // what signatures of the tax authority's documents look like
	ProfileTT15 = PolicyTT15 // Circular 15/2025/TT-BKHCN: articles 5 (S1 to S13) and 6 (V1 to V8), Annex I
)

// item is one requirement of a profile. It says what the facts of one signature tell about it.
type item struct {
	name string
	says func(c conforming) string // nil: nothing that a verifier sees tells
}

// conforming is a judged signature, and what it was judged by.
type conforming struct {
	j *judging
	f *subject
	s *Signature
}

// itemsTT15 are the requirements of Circular 15/2025/TT-BKHCN. Those of article 5 are about the program that signed, of which a verifier
// sees only the outcome: where that outcome contradicts the requirement it is not met, and it is met only where the outcome shows it.
var itemsTT15 = []item{
	{"S1", conforming.checkedBeforeSigning},
	{"S2", conforming.keyInDevice},
	{"S3", conforming.acceptedFormat},
	{"S4", conforming.attached},
	{"S5", nil}, // installing and updating the authorities' certificates
	{"S6", conforming.timestamped},
	{"S7", conforming.integrity},
	{"S8", conforming.chainAndValidity},
	{"S9", nil}, // the connection to the portal
	{"S10", conforming.evidenceInside},
	{"S11", nil}, // adding, removing and listing authorities
	{"S12", nil}, // messages in Vietnamese
	{"S13", nil}, // downloading
	{"V1", conforming.signatureValue},
	{"V2", conforming.chain},
	{"V3", conforming.validWhenSigned},
	{"V4", conforming.content},
	{"V5", conforming.timestamps},
	{"V6", conforming.evidenceKept},
	{"V7", conforming.authorities},
	{"V8", conforming.shown},
	{"algorithm", func(c conforming) string { return c.allowed(&rulesTT15, ruleAlgorithm) }},
	{"hash", func(c conforming) string { return c.allowed(&rulesTT15, ruleHash) }},
	{"format", func(c conforming) string { return c.allowed(&rulesTT15, ruleFormat) }},
}

// itemsGDT are the customs of signatures in the tax authority's documents.
var itemsGDT = []item{
	{"algorithm", func(c conforming) string { return c.allowed(&rulesGDT, ruleAlgorithm) }},
	{"hash", func(c conforming) string { return c.allowed(&rulesGDT, ruleHash) }},
	{"format", func(c conforming) string { return c.allowed(&rulesGDT, ruleFormat) }},
	{"signing-time", conforming.claimedTime},
	{"chain", conforming.anyChain},
	{"validity", conforming.validWhenSigned},
	{"tree", conforming.expectedTree},
	{"coverage", conforming.slotCovered},
}

func rows(profile string, items []item, c conforming) []Conformance {
	out := make([]Conformance, 0, len(items))
	for _, i := range items {
		result := ConformanceUnknown
		if i.says != nil {
			result = i.says(c)
		}
		out = append(out, Conformance{Profile: profile, Item: i.name, Result: result})
	}
	return out
}

// conform adds to each signature the rows of the policy's own profile, and to the report those of all profiles, over all signatures.
func (j *judging) conform() {
	var all [][]Conformance
	for i, s := range j.report.Signatures {
		c := conforming{j, j.facts.subjects[i], s}
		gdt, tt15 := rows(ProfileGDT, itemsGDT, c), rows(ProfileTT15, itemsTT15, c)
		switch j.policy.Name {
		case PolicyGDT:
			s.Conformance = gdt
		case PolicyTT15:
			s.Conformance = tt15
		}
		all = append(all, append(tt15, gdt...))
	}
	if len(all) == 0 {
		return
	}
	j.report.Conformance = all[0]
	for _, more := range all[1:] {
		for i := range more {
			j.report.Conformance[i].Result = worseResult(j.report.Conformance[i].Result, more[i].Result)
		}
	}
	j.report.Conformance = append(j.report.Conformance, Conformance{Profile: ProfileGDT, Item: "slots", Result: j.requiredSlots()})
}

// worseResult is the result over two signatures: what one does not meet the document does not.
func worseResult(a, b string) string {
	order := []string{NotMet, ConformanceUnknown, Met, NotApplicable}
	return order[min(slices.Index(order, a), slices.Index(order, b))]
}

// result is Met, NotMet, or ConformanceUnknown, by what an integrity says.
func result(i Integrity) string {
	switch i {
	case cms.Intact:
		return Met
	case cms.Broken:
		return NotMet
	}
	return ConformanceUnknown
}

func both(a, b string) string { return worseResult(a, b) }

// V1: the value verifies under the key of the certificate that comes with it (article 6.1.a).
func (c conforming) signatureValue() string {
	if c.f.certificate == nil {
		return ConformanceUnknown
	}
	return both(result(c.s.Integrity.Signature), c.attachedCertificate())
}

// V4: the content has the digest that was signed (article 6.1.d).
func (c conforming) content() string { return result(c.s.Integrity.Content) }

// S7: content and signature are intact (article 5.1.g).
func (c conforming) integrity() string {
	return both(result(c.s.Integrity.Content), result(c.s.Integrity.Signature))
}

// V2: the chain leads to the national root (article 6.1.b). Whether a certificate of another tree is one that the law puts beside it, on
// the list of foreign ones or under Decree 68/2024/NĐ-CP, is not for a chain to tell.
func (c conforming) chain() string {
	switch trust.Tree(c.s.Trust.Tree) {
	case trust.National:
		return Met
	case trust.Government, trust.Own:
		return ConformanceUnknown
	}
	return NotMet
}

// anyChain: the chain leads to one of the two Vietnamese trees.
func (c conforming) anyChain() string {
	if trust.Tree(c.s.Trust.Tree) == trust.Government {
		return Met
	}
	return c.chain()
}

// V3: the certificate was in its validity, and neither revoked nor suspended, when it signed (article 6.1.c, Annex II).
func (c conforming) validWhenSigned() string {
	if c.f.certificate == nil || len(c.s.Chain) == 0 || c.s.Time.Best == nil {
		return ConformanceUnknown
	}
	if !c.s.Signer.ValidAtBestTime {
		return NotMet
	}
	worst := Met
	for _, e := range c.s.Chain {
		switch e.Revocation.Status {
		case RevocationGood, RevocationNotRequired:
		case RevocationRevoked:
			if at := e.Revocation.RevokedAt; at == nil || !c.s.Time.Best.Before(*at) {
				return NotMet
			}
		case RevocationSuspended:
			return NotMet
		default:
			worst = ConformanceUnknown
		}
	}
	return worst
}

// S8: chain and validity together (article 5.2).
func (c conforming) chainAndValidity() string { return both(c.chain(), c.validWhenSigned()) }

// S1: a program that checks before it signs does not sign with a certificate that is not valid (article 5.1.a). That the certificate was
// valid does not show that anybody checked.
func (c conforming) checkedBeforeSigning() string {
	if c.validWhenSigned() == NotMet {
		return NotMet
	}
	return ConformanceUnknown
}

var (
	oidQCStatements = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 3} // RFC 3739, 3.2.6
	oidQcSSCD       = asn1.ObjectIdentifier{0, 4, 0, 1862, 1, 4}       // ETSI EN 319 412-5, 4.2.2
)

// S2: the key lies in a device (article 5.1.b). An authority can say so in the certificate; without that nothing tells.
func (c conforming) keyInDevice() string {
	if c.f.certificate == nil {
		return ConformanceUnknown
	}
	for _, e := range c.f.certificate.Extensions {
		var statements []struct {
			ID   asn1.ObjectIdentifier
			Info asn1.RawValue `asn1:"optional"`
		}
		if !e.Id.Equal(oidQCStatements) {
			continue
		}
		if rest, err := asn1.Unmarshal(e.Value, &statements); err != nil || len(rest) > 0 {
			continue
		}
		for _, s := range statements {
			if s.ID.Equal(oidQcSSCD) {
				return Met
			}
		}
	}
	return ConformanceUnknown
}

// S3: the document is of a format that the circular lists (article 5.1.c, Annex I).
func (c conforming) acceptedFormat() string {
	switch c.j.report.Format {
	case PDF, XML, CMS:
		return Met
	}
	return NotMet
}

// attachedCertificate: the certificate comes with the signature.
func (c conforming) attachedCertificate() string {
	if c.f.certificate != nil && slices.ContainsFunc(c.j.facts.evidence.Certificates, c.f.certificate.Equal) {
		return Met
	}
	return NotMet
}

// S4: signature, certificate and the time of signing are in the document (article 5.1.d).
func (c conforming) attached() string {
	time := NotMet
	if c.s.Time.Claimed != nil && c.s.Time.ClaimedCovered || c.s.Time.Proved {
		time = Met
	}
	return both(c.attachedCertificate(), time)
}

// claimedTime: the signing time is there and signed.
func (c conforming) claimedTime() string {
	if c.s.Time.Claimed != nil && c.s.Time.ClaimedCovered {
		return Met
	}
	return NotMet
}

// V5: every time-stamp of the signature is valid (article 6.1.g).
func (c conforming) timestamps() string {
	worst := NotApplicable
	for _, t := range c.s.Timestamps {
		switch t.Indication {
		case Passed:
			worst = both(worst, Met)
		case Failed:
			worst = both(worst, NotMet)
		default:
			worst = both(worst, ConformanceUnknown)
		}
	}
	if worst == NotApplicable && c.s.Time.Basis == BasisArchive {
		return Met // by a document time-stamp that covers it
	}
	return worst
}

// S6: there is a time-stamp where the law wants one (article 5.1.e). Whether it does depends on the document's purpose.
func (c conforming) timestamped() string {
	if r := c.timestamps(); r != NotApplicable {
		return r
	}
	return ConformanceUnknown
}

// S10: the evidence lies in the document (article 5.4); a program may keep it elsewhere.
func (c conforming) evidenceInside() string {
	if c.s.Level == "B-LT" || c.s.Level == "B-LTA" {
		return Met
	}
	return ConformanceUnknown
}

// V6: certificate, revocation data and result are there to be kept (article 6.2), in an evidence record.
func (c conforming) evidenceKept() string {
	if c.f.certificate == nil || len(c.s.Chain) == 0 {
		return NotMet
	}
	switch c.s.Chain[0].Revocation.Status {
	case RevocationGood, RevocationRevoked, RevocationSuspended:
		return Met
	case RevocationNotRequired:
		return NotApplicable
	}
	return NotMet
}

// V7: the authorities are those that the user added (article 6.3).
func (c conforming) authorities() string {
	if c.j.v.Trust.Len() > 0 {
		return Met
	}
	return NotMet
}

// V8: the report has what must be shown, and says it in Vietnamese (article 6.4).
func (c conforming) shown() string {
	s := &c.s.Signer
	if s.Subject == "" || s.Issuer == "" || s.NotBefore == nil || s.NotAfter == nil || c.s.Time.Best == nil {
		return NotMet
	}
	if slices.ContainsFunc(c.s.Findings, func(f Finding) bool { return !i18n.Has(string(f.Code)) }) {
		return NotMet
	}
	return Met
}

// Words of the rows in the table.
const (
	labelMet    finding.Code = "report.conformance.met"
	labelNotMet finding.Code = "report.conformance.not-met"
	labelOpen   finding.Code = "report.conformance.unknown"
)

// conformance shows rows of one profile, by their results.
func (t *table) conformance(rows []Conformance) {
	for _, r := range []struct {
		label  finding.Code
		result string
	}{{labelMet, Met}, {labelNotMet, NotMet}, {labelOpen, ConformanceUnknown}} {
		names := ""
		for _, row := range rows {
			if row.Result != r.result {
				continue
			}
			if names != "" {
				names += ", "
			}
			names += row.Item
		}
		if names != "" {
			t.row(r.label, quoteUnlessPlain(rows[0].Profile+" "+names))
		}
	}
}
