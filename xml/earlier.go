package xml

import (
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
)

// earlier refuses a place that a signature of the document covers: putting anything there would break it.
func (w *work) earlier() error {
	if !w.place.signed {
		return nil
	}
	doc := &Document{in: w.in}
	surveys, err := w.in.look(w.ctx, doc)
	if err != nil {
		return err
	}
	for _, v := range surveys {
		s := &Signature{survey: v}
		if err := s.plans(doc); err != nil {
			return err
		}
		for _, r := range s.References {
			if w.covers(r) {
				return fail(CodeEarlier, nil, "path", shorten(v.element.Path))
			}
		}
	}
	return nil
}

// plans reads what a signature refers to, and nothing else of it. One that cannot be read cannot be broken.
func (s *Signature) plans(doc *Document) error {
	v := s.survey
	if !v.shaped() {
		return nil
	}
	raw, err := doc.in.slice(v.children[0].start, v.children[0].end, limits.XMLPart)
	if err != nil {
		if hasCode(err, CodeRead) {
			return err
		}
		return nil
	}
	t, err := xmltree.ParseElement(raw, v.context)
	if err != nil || s.canonical(t, raw) != nil {
		return nil
	}
	if signed, err := xmltree.Parse(s.SignedInfo); err == nil {
		s.references(doc, signed)
	}
	return nil
}

// covers reports whether what a Reference signs contains the place. What XPath selects beyond the usual forms is not looked into.
func (w *work) covers(r *Reference) bool {
	v := r.plan.signature
	_, _, left, ok := r.plan.streamed()
	for _, start := range w.place.above {
		if start == v.start && left != leftNone { // the place is in that signature, which leaves itself out
			return false
		}
	}
	if !ok || left == leftAll {
		return false
	}
	if r.plan.target == targetDocument {
		return true
	}
	if r.plan.target != targetID || v.scope != w.place.scope {
		return false
	}
	for _, id := range w.place.ids {
		if id == r.plan.id {
			return true
		}
	}
	return false
}
