package xml

import (
	"bytes"
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

// countersign signs the value of a signature of the document, in the properties of that (EN 319 132-1, 5.2.7.2).
func (w *work) countersign() error {
	o := w.o
	o.References = []ReferenceOptions{{Type: typeCountersigned}}
	w.place = &place{taken: w.ids()}
	if err := w.pass(new(jobs)); err != nil {
		return err
	}
	if w.place.clash != "" {
		return fail(CodeIDTaken, nil, "id", shorten(w.place.clash))
	}
	r, err := w.countersigned()
	if err != nil {
		return err
	}
	value := &r.s.survey.children[1]
	h := w.b.algorithm.Hash.New()
	if err := (&imprints{d: r.d, s: r.s, p: r.p}).part(h, value, o.Canonicalization); err != nil {
		return err
	}
	o.References[0].URI = "#" + value.id
	w.entries = []*entry{{options: &o.References[0], transforms: []string{string(o.Canonicalization)}, digest: h.Sum(nil)}}
	const mark = "<mark/>"
	if err := r.add(r.property("CounterSignature", false, mark)); err != nil {
		return err
	}
	unsigned := r.p.unsigned()
	t := r.p.tree
	head, tail, err := w.write(t.Context(t.Elements(unsigned[len(unsigned)-1])[0]))
	if err != nil {
		return err
	}
	edit := r.edit()
	before, after, _ := bytes.Cut([]byte(r.text()), []byte(mark))
	w.pieces = []piece{
		{Document: true, To: edit.at}, {Text: string(before) + head}, {Value: true}, {Text: tail + string(after)}, {Document: true, From: edit.past, To: w.in.size},
	}
	return nil
}

// countersigned finds the signature that is countersigned, and where the counter-signature goes.
func (w *work) countersigned() (*raiser, error) {
	d, err := w.in.read(w.ctx, &ReadOptions{})
	if err != nil {
		return nil, err
	}
	var s *Signature
	for _, one := range d.doc.Signatures {
		if one.Element.ID != w.o.Countersigns {
			continue
		}
		if s != nil {
			return nil, fail(CodeAmbiguous, nil, "id", shorten(w.o.Countersigns))
		}
		s = one
	}
	if s == nil {
		return nil, fail(CodeNotFound, nil, "id", shorten(w.o.Countersigns))
	}
	refuse := func(reason string) (*raiser, error) { return nil, fail(CodeCountersign, nil, "reason", reason) }
	if s.SignatureIntegrity != Intact {
		return refuse("its value could not be verified")
	}
	if s.survey.children[1].id == "" {
		return refuse("its value has no Id by which it could be signed")
	}
	p, err := s.properties(d.doc, s.quietReference())
	if err != nil {
		return nil, err
	}
	if p == nil || p.URI != spaceXAdES {
		return refuse("it has no properties of XAdES in which a counter-signature could stand")
	}
	r := &raiser{d: d, s: s, p: p}
	return r, r.locate(d.doc.Signatures)
}
