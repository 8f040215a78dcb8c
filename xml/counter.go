package xml

import (
	"slices"

	"github.com/kyso-dev/kyso/internal/finding"
)

// counterSigned checks that a counter-signature signs the value of the signature whose properties it is in (EN 319 132-1, 5.2.7.2). One that
// signs something else was put there by someone else.
func (s *Signature) counterSigned() {
	if !s.survey.counter || s.Parent == nil {
		return
	}
	if slices.ContainsFunc(s.References, func(r *Reference) bool { return r.signsValue(s.Parent) }) {
		return
	}
	s.ContentIntegrity = Broken
	s.add(CodeCounterOther, finding.Error, "EN 319 132-1, 5.2.7.2")
}

// signsValue reports whether the Reference signs the SignatureValue of another signature as it stands.
func (r *Reference) signsValue(of *Signature) bool {
	_, _, left, ok := r.plan.streamed()
	return ok && left == leftNone && r.Element != nil && of.survey.shaped() && r.Element.Start == r.doc.in.original(of.survey.children[1].start)
}

// arrange puts counter-signatures to the signatures that they are in, and tells which signatures others sign.
func (doc *Document) arrange() {
	rest := make([]*Signature, 0, len(doc.Signatures))
	for _, s := range doc.Signatures {
		if s.survey.counter && s.Parent != nil {
			s.Countersigns = s.Parent
			s.Parent.CounterSignatures = append(s.Parent.CounterSignatures, s)
			continue
		}
		rest = append(rest, s)
		s.Countersigns = s.countersigned(doc.Signatures)
	}
	doc.Signatures = rest
}

// countersigned is the signature that a Reference of Type CountersignedSignature names (EN 319 132-1, 5.2.7.3).
func (s *Signature) countersigned(all []*Signature) *Signature {
	for _, r := range s.References {
		if r.Type != typeCountersigned {
			continue
		}
		if i := slices.IndexFunc(all, r.signsValue); i >= 0 && all[i] != s {
			return all[i]
		}
	}
	return nil
}
