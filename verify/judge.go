package verify

import (
	"context"
	"crypto/x509"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/trust"
)

// judging is one judgement over the facts of a document.
type judging struct {
	ctx    context.Context
	v      *Verifier
	policy *policy
	facts  *facts
	at     time.Time // validation time
	report *Report
	known  []*x509.Certificate // embedded anywhere in the document, and given
	proofs proofs
	judged map[*stamp]*Timestamp
	valid  map[*stamp]bool // they prove what they cover
	chains map[chainKey]chained
	names  *names
	places map[string]*Slot // by the signatures in them; nil until asked for
}

// judge fills in the report by the facts, a policy, and what the verifier trusts.
func (v *Verifier) judge(ctx context.Context, f *facts, p *policy, r *Report) error {
	j := &judging{ctx: ctx, v: v, policy: p, facts: f, at: r.ValidationTime, report: r, proofs: proofs{now: r.ValidationTime},
		known: slices.Concat(v.Certificates, f.evidence.Certificates), judged: make(map[*stamp]*Timestamp), valid: make(map[*stamp]bool), chains: make(map[chainKey]chained), names: &v.names}
	r.Document, r.Slots, r.Revisions, r.Findings = f.document, slices.Clone(list(f.slots)), slices.Clone(list(f.revisions)), slices.Clone(list(f.findings))
	j.stamps()
	for _, s := range f.stamps {
		r.Timestamps = append(r.Timestamps, j.judged[s])
	}
	for _, s := range f.subjects {
		if err := ctx.Err(); err != nil {
			return fail(CodeCancelled, err)
		}
		r.Signatures = append(r.Signatures, j.signature(s))
	}
	j.covered()
	j.unfilled()
	j.trees()
	r.proofs = j.proofs.earliest
	if p.conform != nil {
		p.conform(j)
	}
	return nil
}

// signature gives the verdict over a signature (ETSI EN 319 102-1, 5.3, 5.5 and 5.6). Format, identity, value and content come first,
// then the time, then what depends on it: chain and algorithms.
func (j *judging) signature(f *subject) *Signature {
	s := f.report.clone()
	var v verdict
	if misshapen(s.Findings) {
		v.fail(FormatFailure)
	}
	if baseless(s.Findings) {
		s.Level = ""
	}
	by := s.Signer.IdentifiedBy
	s.Signer, s.Trust = describe(f.certificate, by, j.names), chained{}.trust(j.names)
	if f.unread {
		v.doubt(SigConstraintsFailure)
		j.when(s, f)
		v.onSignature(s)
		return s
	}
	bound := s.identity(f, &v)
	s.values(f, bound, &v)
	for _, one := range f.stamps {
		t := j.judged[one]
		s.Timestamps = append(s.Timestamps, t)
		if t.Kind == StampSignature && t.Indication != Passed {
			s.Findings = append(s.Findings, Finding{Code: CodeTimestampNotUsed, Severity: finding.Warning, Params: finding.P("id", t.ID), Clause: "ETSI EN 319 102-1, 5.5.4"})
		}
	}
	best := j.when(s, f)
	if f.certificate != nil {
		j.certificate(s, f, best, &v)
	}
	s.changes(f, &v)
	if j.policy.sign != nil {
		j.policy.sign(j, f, s, &v)
	}
	v.onSignature(s)
	return s
}

// identity decides whether the certificate found is the one that the signer meant (ETSI EN 319 102-1, 5.2.3).
func (s *Signature) identity(f *subject, v *verdict) (bound bool) {
	switch {
	case f.certificate == nil, f.identity == identityOther:
		v.doubt(NoSigningCertificate)
		return false
	case f.identity == identityRequired:
		s.Findings = append(s.Findings, Finding{Code: CodeNoSigningCertificate, Severity: finding.Error, Clause: "ETSI EN 319 142-1, 6.3"})
		v.doubt(NoSigningCertificate) // nothing says that another certificate was meant
	}
	return true
}

// values judges content and signature value (ETSI EN 319 102-1, 5.2.7). A value that does not verify under a certificate which is not
// the signer's says nothing about the signature.
func (s *Signature) values(f *subject, bound bool, v *verdict) {
	switch {
	case f.absent: // the process ends here, whatever else is known
		v.doubt(SignedDataNotFound)
		return
	case s.Integrity.Content == cms.Intact:
	case s.Integrity.Content == cms.Broken && f.direct:
		v.fail(SigCryptoFailure) // the value is over the content itself: which of the two was changed cannot be told
	case s.Integrity.Content == cms.Broken:
		v.fail(HashFailure)
	default:
		v.doubt(CryptoConstraintsNoPOE)
	}
	switch {
	case s.Integrity.Signature == cms.Intact:
	case s.Integrity.Signature == cms.Broken && bound:
		v.fail(SigCryptoFailure)
	case s.Integrity.Signature == cms.Broken:
		v.doubt(NoSigningCertificate)
	default:
		v.doubt(CryptoConstraintsNoPOE)
	}
}

// certificate judges the chain, the certificate's purpose and the algorithms at the best-signature-time (ETSI EN 319 102-1, 5.2.6,
// 5.2.8, 5.5.4).
func (j *judging) certificate(s *Signature, f *subject, best time.Time, v *verdict) {
	cert := f.certificate
	s.Signer.ValidAtBestTime = !best.Before(cert.NotBefore) && !best.After(cert.NotAfter)
	if s.Signer.several {
		s.Findings = append(s.Findings, Finding{Code: CodeIdentityAmbiguous, Severity: finding.Warning})
	}
	c := j.chain(cert, best)
	s.Chain, s.Trust = c.entries(cert, j.names), c.trust(j.names)
	s.Findings = append(s.Findings, c.findings...)
	after := j.notBefore(f)
	switch {
	case c.path != nil && s.Time.Proved && best.Before(cert.NotBefore):
		s.Findings = append(s.Findings, Finding{Code: CodeNotYetValid, Severity: finding.Error, Clause: "ETSI EN 319 102-1, 5.5.4",
			Params: finding.P("time", rfc3339(best), "from", rfc3339(cert.NotBefore))})
		v.fail(NotYetValid)
	case c.path != nil && after.After(cert.NotAfter):
		s.Findings = append(s.Findings, Finding{Code: CodeExpired, Severity: finding.Error, Clause: "ETSI EN 319 102-1, 5.5.4",
			Params: finding.P("time", rfc3339(after), "until", rfc3339(cert.NotAfter))})
		v.fail(Expired)
	case j.revokedBefore(s, c, after):
		v.fail(Revoked)
	case c.sub != "":
		v.doubt(c.sub)
	}
	if !after.IsZero() && s.Time.Proved && after.After(best.Add(limits.VerifySkew)) {
		s.Findings = append(s.Findings, Finding{Code: CodeContentLater, Severity: finding.Error, Clause: "ETSI EN 319 102-1, 5.5.4",
			Params: finding.P("content", rfc3339(after), "proved", rfc3339(best))})
		v.doubt(TimestampOrderFailure)
	}
	if cert.KeyUsage != 0 && cert.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		s.Findings = append(s.Findings, Finding{Code: CodeKeyUsage, Severity: finding.Error, Clause: "RFC 5280, 4.2.1.3",
			Params: finding.P("usage", strings.Join(s.Signer.Usage, ", "))})
		v.doubt(ChainConstraintsFailure)
	}
	j.algorithms(s, f, c, best, after, v)
}

// revokedBefore reports whether the signer's certificate was revoked before the signature can have been made.
func (j *judging) revokedBefore(s *Signature, c chained, after time.Time) bool {
	if len(c.statuses) == 0 || c.statuses[0].State != trust.Revoked || !after.After(c.statuses[0].RevokedAt) {
		return false
	}
	s.Findings = append(s.Findings, Finding{Code: CodeSignedRevoked, Severity: finding.Error, Clause: "ETSI EN 319 102-1, 5.5.4",
		Params: finding.P("time", rfc3339(after), "at", rfc3339(c.statuses[0].RevokedAt))})
	return true
}

func (j *judging) algorithms(s *Signature, f *subject, c chained, best, after time.Time, v *verdict) {
	u := uses{table: j.policy.algorithms}
	for _, h := range f.hashes {
		u.hash(h)
	}
	u.key(f.certificate.PublicKey)
	u.chain(c.path)
	s.Findings = append(s.Findings, u.weak(best, after, v)...)
}

// changes judges what happened to the document afterwards.
func (s *Signature) changes(f *subject, v *verdict) {
	s.ChangesAfter = Changes{Level: ChangesNone, Details: []string{}}
	if f.changes != nil {
		s.ChangesAfter = changesOf(f.changes)
	}
	switch {
	case s.ChangesAfter.Level == ChangesSuspicious:
		s.Findings = slices.Insert(s.Findings, 0, Finding{Code: CodeChangesSuspicious, Severity: finding.Error, Clause: "ISO 32000-2, 12.8.2.2"})
		v.fail(FormatFailure)
	case f.appended > 0:
		s.ChangesAfter.Level = ChangesUnknown
		s.Findings = append(s.Findings, appendedFinding(f.appended))
		v.doubt(SigConstraintsFailure)
	case f.part:
		s.ChangesAfter.Level = ChangesUnknown
		v.doubt(SigConstraintsFailure)
	}
}

func changesOf(c *pdf.Changes) Changes {
	out := Changes{Level: string(c.Level), facts: c.Details}
	out.Details = out.in(English)
	return out
}

// in says the details in a language.
func (c *Changes) in(lang Lang) []string {
	if c.facts == nil {
		return list(c.Details)
	}
	said := make([]string, len(c.facts))
	for i, f := range c.facts {
		said[i] = f.Text(lang)
	}
	return said
}

func appendedFinding(octets int64) Finding {
	return Finding{Code: CodeChangesUnknown, Severity: finding.Warning, Params: finding.P("octets", strconv.FormatInt(octets, 10))}
}

// covered fills in what time-stamps cover, by the ids of the report.
func (j *judging) covered() {
	for _, outer := range j.facts.all() {
		t := j.judged[outer]
		for _, s := range j.facts.subjects {
			if !slices.Contains(t.Covers, s.report.ID) && !s.unread && slices.Contains(outer.covers, s.digest) {
				t.Covers = append(t.Covers, s.report.ID)
			}
		}
		for _, inner := range j.facts.all() {
			if inner != outer && inner.token != nil && slices.Contains(outer.covers, inner.digest) {
				t.Covers = append(t.Covers, inner.report.ID)
			}
		}
	}
}
