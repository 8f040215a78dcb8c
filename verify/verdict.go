package verify

import (
	"errors"

	"github.com/kyso-dev/kyso/internal/finding"
)

// verdict gathers what speaks against a signature. A failure outweighs any doubt; of several of one kind the first stands, since the
// checks run in the order of EN 319 102-1. Nothing against it is not enough to pass: see the on… methods.
type verdict struct {
	failed, doubted  bool
	failure, doubtOf SubIndication
}

func (v *verdict) fail(sub SubIndication) {
	if !v.failed {
		v.failed, v.failure = true, sub
	}
}

func (v *verdict) doubt(sub SubIndication) {
	if !v.doubted {
		v.doubted, v.doubtOf = true, sub
	}
}

// onSignature writes the verdict down. A finding of severity error stands against TOTAL-PASSED, whoever made it.
func (v *verdict) onSignature(s *Signature) {
	s.Findings = list(s.Findings)
	if finding.Worst(s.Findings) == finding.Error || s.Integrity.Content != "intact" || s.Integrity.Signature != "intact" {
		v.doubt(SigConstraintsFailure)
	}
	switch {
	case v.failed:
		s.Indication, s.SubIndication = TotalFailed, v.failure
	case v.doubted:
		s.Indication, s.SubIndication = Indeterminate, v.doubtOf
	default:
		s.Indication, s.SubIndication = TotalPassed, ""
	}
}

// onStamp is onSignature of a time-stamp.
func (v *verdict) onStamp(t *Timestamp) {
	t.Findings = list(t.Findings)
	if finding.Worst(t.Findings) == finding.Error || t.Integrity.Content != "intact" || t.Integrity.Signature != "intact" {
		v.doubt(SigConstraintsFailure)
	}
	switch {
	case v.failed:
		t.Indication, t.SubIndication = Failed, v.failure
	case v.doubted:
		t.Indication, t.SubIndication = Indeterminate, v.doubtOf
	default:
		t.Indication, t.SubIndication = Passed, ""
	}
}

// conclude gives the document its indication: the worst over its signatures, counter-signatures and stand-alone time-stamps; a
// document finding of severity error makes it INDETERMINATE at best. A document without any of them has not passed anything.
func (r *Report) conclude() {
	r.Indication = Indeterminate
	if r.Error != nil {
		return
	}
	if r.ExitCode() == ExitUnsigned {
		r.Findings = append(r.Findings, Finding{Code: CodeNotSigned, Severity: finding.Info})
		return
	}
	worst := TotalPassed
	if len(r.Signatures)+len(r.Timestamps) == 0 {
		worst = Indeterminate
	}
	for _, s := range r.Signatures {
		worst = worse(worst, s.Indication)
	}
	for _, t := range r.Timestamps {
		worst = worse(worst, t.Indication)
	}
	if finding.Worst(r.Findings) == finding.Error {
		worst = worse(worst, Indeterminate)
	}
	r.Indication = worst
}

type coded interface {
	error
	Code() string
	Params() map[string]string
}

// asCoded is the outermost error that carries a code.
func asCoded(err error) coded {
	var c coded
	if errors.As(err, &c) {
		return c
	}
	return fail(CodeRead, err)
}

// findingOf makes a finding of an error that carries a code.
func findingOf(err interface {
	Code() string
	Params() map[string]string
}, severity finding.Severity, clause string) Finding {
	return Finding{Code: finding.Code(err.Code()), Severity: severity, Params: err.Params(), Clause: clause}
}

// list is a slice that JSON writes as [] when it is empty.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
