package verify

import (
	"crypto/x509"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/pdf"
)

// circumstances are what the format knows about a signature beside the facts of its CMS structure.
type circumstances struct {
	attribute bool    // the format demands a signing-certificate attribute (ETSI.CAdES.detached)
	proofs    []proof // valid time-stamps from outside the signature that cover it
	appended  int64   // octets after what the signature covers
	part      bool    // it covers less than a whole state of the document
}

// formatFaults are findings that break the format to the extent that the standard calls it FORMAT_FAILURE (ETSI EN 319 102-1, 5.2.2):
// what is signed cannot be told, or the structure is not that of RFC 5652.
var formatFaults = map[finding.Code]bool{
	pdf.CodeRangeMissing: true, pdf.CodeRangeShape: true, pdf.CodeRangeNegative: true, pdf.CodeRangeStart: true, pdf.CodeRangeOverlap: true,
	pdf.CodeRangePastEnd: true, pdf.CodeRangeGap: true, pdf.CodeOutside: true, pdf.CodeContentsMissing: true, pdf.CodeContentsPadding: true,
	pdf.CodeCMSUnreadable: true, pdf.CodeTokenUnreadable: true, pdf.CodeAttached: true, pdf.CodeNoSigner: true, pdf.CodeSeveralSigners: true,
	pdf.CodeRewritten: true, pdf.CodeRepeatedKey: true,
	cms.CodeMalformed: true, cms.CodeNotSigned: true, cms.CodeAttributesNotDER: true, cms.CodeAttributeDuplicate: true, cms.CodeAttributeMissing: true,
	cms.CodeAttributeMalformed: true, cms.CodeAttributeMisplaced: true, cms.CodeContentType: true, cms.CodeAttributeConfusion: true,
}

func misshapen(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Severity == finding.Error && formatFaults[f.Code] })
}

// judge gives the verdict over a signature (ETSI EN 319 102-1, 5.3 and 5.5). Format, identity, value and content come first, then the
// time, then what depends on it: chain and algorithms.
func (r *run) judge(s *Signature, facts *cms.Signature, c circumstances) {
	var v verdict
	if misshapen(s.Findings) {
		v.fail(FormatFailure)
	}
	if slices.ContainsFunc(s.Findings, func(f Finding) bool {
		return f.Severity == finding.Error && formatFaults[f.Code] && strings.HasPrefix(string(f.Code), "cms.")
	}) {
		s.Level = "" // a baseline level is a claim about the structure, and this is not the one of RFC 5652
	}
	if facts == nil {
		s.Signer, s.Trust = describe(nil, cms.ByNone, r.names), chained{}.trust(r.names)
		s.Integrity = IntegrityPair{cms.Unknown, cms.Unknown}
		v.doubt(SigConstraintsFailure)
		r.when(s, nil)
		v.onSignature(s)
		return
	}
	cert := facts.Certificate
	s.Signer = describe(cert, facts.IdentifiedBy, r.names)
	s.Trust = chained{}.trust(r.names)
	s.DigestAlgorithm, s.SignatureAlgorithm = facts.DigestAlgorithm, facts.SignatureAlgorithm
	s.Integrity = IntegrityPair{Content: facts.ContentIntegrity, Signature: facts.SignatureIntegrity}
	s.References = []Reference{{Type: "message-digest", Found: facts.ContentIntegrity != cms.Unknown, Intact: facts.ContentIntegrity == cms.Intact}}
	bound := s.identity(facts, c, &v)
	s.values(facts, bound, &v)

	proofs := slices.Clone(c.proofs)
	var before *proof // what the signature covers existed then: it was made later
	for _, t := range facts.Timestamps {
		stamp, p := r.stamp(string(t.Kind), t.Token, t.ContentIntegrity, t.Findings, []string{s.ID})
		s.Timestamps = append(s.Timestamps, stamp)
		switch {
		case p != nil && t.Kind == cms.SignatureTimestamp:
			proofs = append(proofs, *p)
		case p != nil && t.Kind == cms.ContentTimestamp && (before == nil || p.time.After(before.time)):
			before = p
		case p == nil && t.Kind == cms.SignatureTimestamp:
			s.Findings = append(s.Findings, Finding{Code: CodeTimestampNotUsed, Severity: finding.Warning, Params: finding.P("id", stamp.ID), Clause: "ETSI EN 319 102-1, 5.5.4"})
		}
	}
	r.when(s, proofs)
	if cert != nil {
		r.certificate(s, facts, cert, before, &v)
	}
	s.changes(c, &v)
	v.onSignature(s)
}

// identity decides whether the certificate found is the one that the signer meant (ETSI EN 319 102-1, 5.2.3).
func (s *Signature) identity(facts *cms.Signature, c circumstances, v *verdict) (bound bool) {
	attribute := facts.SigningCertificate
	switch {
	case facts.Certificate == nil:
		v.doubt(NoSigningCertificate)
	case attribute.Present && !attribute.Match:
		v.doubt(NoSigningCertificate)
	case !attribute.Present && c.attribute:
		s.Findings = append(s.Findings, Finding{Code: CodeNoSigningCertificate, Severity: finding.Error, Clause: "ETSI EN 319 142-1, 6.3"})
		v.doubt(NoSigningCertificate)
		return true // nothing says that another certificate was meant
	default:
		return true
	}
	return false
}

// values judges content and signature value (ETSI EN 319 102-1, 5.2.7). A value that does not verify under a certificate which is not
// the signer's says nothing about the signature.
func (s *Signature) values(facts *cms.Signature, bound bool, v *verdict) {
	switch facts.ContentIntegrity {
	case cms.Intact:
	case cms.Broken:
		if facts.Info != nil && facts.Info.SignedAttrsRaw == nil {
			v.fail(SigCryptoFailure) // the value is over the content itself: which of the two was changed cannot be told
		} else {
			v.fail(HashFailure)
		}
	default:
		if slices.ContainsFunc(facts.Findings, func(f Finding) bool { return f.Code == cms.CodeContentMissing }) {
			v.doubt(SignedDataNotFound)
		} else {
			v.doubt(CryptoConstraintsNoPOE)
		}
	}
	switch {
	case facts.SignatureIntegrity == cms.Intact:
	case facts.SignatureIntegrity == cms.Broken && bound:
		v.fail(SigCryptoFailure)
	case facts.SignatureIntegrity == cms.Broken:
		v.doubt(NoSigningCertificate)
	default:
		v.doubt(CryptoConstraintsNoPOE)
	}
}

// when works out the best-signature-time: the earliest of the validation time and all valid time-stamps over the signature (ETSI EN
// 319 102-1, 5.5.4). The claimed time plays no part.
func (r *run) when(s *Signature, proofs []proof) {
	best, basis := r.at, BasisNow
	for i, p := range proofs {
		if i == 0 || p.time.Before(best) {
			best, basis = p.time, p.basis
		}
	}
	if best.After(r.at) {
		best = r.at // a time-stamp authority's clock may be a little ahead of ours
	}
	s.Time.Best, s.Time.Basis, s.Time.Proved = moment(best), basis, len(proofs) > 0
	if claimed := s.Time.Claimed; claimed != nil && s.Time.Proved && claimed.After(best.Add(limits.VerifySkew)) {
		s.Findings = append(s.Findings, Finding{Code: CodeClaimedLater, Severity: finding.Warning,
			Params: finding.P("claimed", claimed.Format(time.RFC3339), "proved", rfc3339(best))})
	}
}

// certificate judges the chain, the certificate's purpose and the algorithms at the best-signature-time (ETSI EN 319 102-1, 5.2.6,
// 5.2.8, 5.5.4).
func (r *run) certificate(s *Signature, facts *cms.Signature, cert *x509.Certificate, before *proof, v *verdict) {
	best := r.at
	if s.Time.Best != nil {
		best = *s.Time.Best
	}
	s.Signer.ValidAtBestTime = !best.Before(cert.NotBefore) && !best.After(cert.NotAfter)
	if s.Signer.several {
		s.Findings = append(s.Findings, Finding{Code: CodeIdentityAmbiguous, Severity: finding.Warning})
	}
	c := r.chain(cert, best)
	s.Chain, s.Trust = c.entries(cert, r.names), c.trust(r.names)
	s.Findings = append(s.Findings, c.findings...)
	switch {
	case c.path != nil && s.Time.Proved && best.Before(cert.NotBefore):
		s.Findings = append(s.Findings, Finding{Code: CodeNotYetValid, Severity: finding.Error, Clause: "ETSI EN 319 102-1, 5.5.4",
			Params: finding.P("time", rfc3339(best), "from", rfc3339(cert.NotBefore))})
		v.fail(NotYetValid)
	case c.path != nil && before != nil && before.time.After(cert.NotAfter):
		s.Findings = append(s.Findings, Finding{Code: CodeExpired, Severity: finding.Error, Clause: "ETSI EN 319 102-1, 5.5.4",
			Params: finding.P("time", rfc3339(before.time), "until", rfc3339(cert.NotAfter))})
		v.fail(Expired)
	case c.sub != "":
		v.doubt(c.sub)
	}
	if cert.KeyUsage != 0 && cert.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		usage := ""
		for i, name := range s.Signer.Usage {
			if i > 0 {
				usage += ", "
			}
			usage += name
		}
		s.Findings = append(s.Findings, Finding{Code: CodeKeyUsage, Severity: finding.Error, Params: finding.P("usage", usage), Clause: "RFC 5280, 4.2.1.3"})
		v.doubt(ChainConstraintsFailure)
	}
	r.algorithms(s, facts, cert, c, best, v)
}

func (r *run) algorithms(s *Signature, facts *cms.Signature, cert *x509.Certificate, c chained, best time.Time, v *verdict) {
	var uses []use
	add := func(u use, ok bool) {
		if ok {
			uses = append(uses, u)
		}
	}
	if facts.Info != nil {
		add(hashUse(facts.Info.Digest.Crypto))
		if a, err := facts.Info.Algorithm(); err == nil {
			add(hashUse(a.Hash))
		}
	}
	add(keyUse(cert.PublicKey))
	if c.path != nil {
		uses = append(uses, pathUses(c.path.Certificates)...)
	}
	for _, f := range weak(best, uses) {
		s.Findings = append(s.Findings, f)
		if f.Severity == finding.Error {
			v.doubt(CryptoConstraintsNoPOE)
		}
	}
}

// changes judges what happened to the document afterwards. The analysis is a later step: whatever was appended is "unknown".
func (s *Signature) changes(c circumstances, v *verdict) {
	s.ChangesAfter = Changes{Level: ChangesNone, Details: []string{}}
	if c.part {
		s.ChangesAfter.Level = ChangesUnknown
		v.doubt(SigConstraintsFailure)
	}
	if c.appended > 0 {
		s.ChangesAfter.Level = ChangesUnknown
		s.Findings = append(s.Findings, Finding{Code: CodeChangesUnknown, Severity: finding.Warning, Params: finding.P("octets", strconv.FormatInt(c.appended, 10))})
		v.doubt(SigConstraintsFailure)
	}
}

// fresh is a signature with everything absent in the form that JSON wants.
func fresh(id string) *Signature {
	return &Signature{ID: id, Kind: KindSignature, References: []Reference{}, Coverage: Coverage{Covered: []string{}, NotCovered: []string{}},
		ChangesAfter: Changes{Level: ChangesUnknown, Details: []string{}}, Timestamps: []*Timestamp{}, Chain: []ChainEntry{}, Conformance: []Conformance{},
		Signer: Signer{Usage: []string{}}}
}

// adopt takes the findings of the rooms below. A weak hash is judged here, by the time that is proved.
func (s *Signature) adopt(findings []Finding) {
	for _, f := range findings {
		if replaced[f.Code] || slices.ContainsFunc(s.Findings, func(have Finding) bool { return have.Code == f.Code && len(f.Params) == 0 }) {
			continue
		}
		s.Findings = append(s.Findings, f)
	}
}
