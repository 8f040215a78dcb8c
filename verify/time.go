package verify

import (
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
)

// when works out the best-signature-time: the earliest time at which the signature is proved to have existed, else the validation time
// (ETSI EN 319 102-1, 5.5.4). The time that the signer claims plays no part, unless the policy lets it, and then only where the
// signature covers it and nothing is proved.
func (j *judging) when(s *Signature, f *subject) time.Time {
	best, basis := j.at, BasisNow
	proved, ok := j.proofs.earliest[f.digest]
	claimed := s.Time.Claimed
	switch {
	case ok && !f.unread:
		best, basis = proved.time, proved.basis
	case j.policy.claimedTime && claimed != nil && s.Time.ClaimedCovered && claimed.Before(best):
		best, basis = claimed.UTC(), BasisClaimed
		s.Findings = append(s.Findings, Finding{Code: CodeClaimedOnly, Severity: finding.Info, Params: finding.P("time", claimed.Format(time.RFC3339))})
	}
	s.Time.Best, s.Time.Basis, s.Time.Proved = moment(best), basis, basis == BasisTimestamp || basis == BasisArchive
	if claimed != nil && s.Time.Proved && claimed.After(best.Add(limits.VerifySkew)) {
		s.Findings = append(s.Findings, Finding{Code: CodeClaimedLater, Severity: finding.Warning,
			Params: finding.P("claimed", claimed.Format(time.RFC3339), "proved", rfc3339(best))})
	}
	return best
}

// notBefore is the latest time before which the signature is proved not to have existed: that of a valid time-stamp over what was signed,
// which the signature itself covers. Zero: there is none.
func (j *judging) notBefore(f *subject) time.Time {
	var latest time.Time
	for _, one := range f.stamps {
		if j.valid[one] && one.report.Kind == StampContent && one.at().After(latest) {
			latest = one.at()
		}
	}
	return latest
}
