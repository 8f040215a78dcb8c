package pdf

import (
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/pdfobj"
)

// act is what a revision does that the signatures before it may permit or forbid (ISO 32000-2, 12.8.2.2 and 12.8.2.4).
type act struct {
	kind     actKind
	revision int
	field    string     // fully qualified name; "" of an annotation
	object   pdfobj.Ref // of an annotation
	visible  bool       // of a signature field: in a new widget with an area of its own
	had      bool       // of a field that is filled in: it had a value
	harmless bool       // of an annotation: it is new and cannot hide what the page shows
}

type actKind uint8

const (
	actSign  actKind = iota // a signature was added
	actField                // an empty signature field was
	actFill                 // a field of the form was filled in
	actMark                 // an annotation was added, or those of a page were changed in another way
)

func (s *comparison) act(a act) {
	a.revision = s.revision
	s.step.acts = append(s.step.acts, a)
}

// permit grades an act by what the signature of an entry says. licence is what may be done at all, 0 where nobody says; once tells a field
// that was empty when this was signed.
func (e *entry) permit(a *act, licence Certification, once bool) (ChangeLevel, Finding) {
	say := func(code finding.Code, severity finding.Severity) Finding {
		if a.kind == actMark {
			return changed(code, severity, a.revision, "object", a.object.String())
		}
		return changed(code, severity, a.revision, "field", a.field)
	}
	_, locked := (&permissions{locks: e.locks}).lockedBy(a.field)
	forbidden := e.permits == CertifyNothing || locked && a.kind != actMark
	switch a.kind {
	case actSign, actField:
		code := map[actKind]finding.Code{actSign: CodeChangedSignature, actField: CodeChangedEmpty}[a.kind]
		switch {
		case forbidden:
			return ChangesSuspicious, say(CodeChangeForbidden, finding.Error)
		case a.visible && e.certifies: // a new widget can show whatever its maker likes (P6)
			return ChangesUnknown, say(CodeChangeForbidden, finding.Warning)
		}
		return ChangesAllowed, say(code, finding.Info)
	case actFill:
		switch {
		case forbidden:
			return ChangesSuspicious, say(CodeChangeForbiddenField, finding.Error)
		case a.had && !once && licence == 0: // whoever signed has seen another value
			return ChangesSuspicious, say(CodeChangeValue, finding.Error)
		}
		return ChangesAllowed, say(CodeChangedField, finding.Info)
	}
	switch {
	case e.permits == CertifyNothing || e.permits == CertifyForms:
		return ChangesSuspicious, say(CodeChangeForbiddenAnnotation, finding.Error)
	case a.harmless && licence == CertifyAnnotations:
		return ChangesAllowed, say(CodeChangedAnnotation, finding.Info)
	}
	return ChangesUnknown, say(CodeChangeAnnotation, finding.Warning)
}
