package pdf

import (
	"slices"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pdfobj"
)

// shown is all that the pages of a revision are made of, their annotations and what is only said about them left out: nodes of the page tree,
// contents, resources. What is referred to and missing is in it too, for it would be shown if it appeared.
type shown struct {
	objects map[uint32]bool
}

// aside are the keys of pages and nodes that lead to something else than what is shown.
var aside = []pdfobj.Name{
	"Parent", "Annots", "StructParents", "B", "Metadata", "PieceInfo", "Thumb", "AA", "Tabs", "LastModified", "ID", "DPart", "PresSteps", "VP", "AF",
}

// shows reports whether an object is part of what the pages of the first signed revision show. Of a document beyond the limits nothing is
// said to be.
func (h *history) shows(ref pdfobj.Ref) (bool, error) {
	if h.shown == nil {
		h.shown = &shown{objects: make(map[uint32]bool)}
		base, err := h.view(h.first - 1)
		if err != nil {
			return false, err
		}
		catalog, _, err := base.Catalog()
		if err != nil {
			return false, err
		}
		if err := h.shown.walk(base, catalog.Get("Pages")); err != nil {
			return false, err
		}
	}
	return h.shown.objects[ref.Num], nil
}

func (s *shown) walk(f *pdfobj.File, root pdfobj.Object) error {
	for stack := []pdfobj.Object{root}; len(stack) > 0; {
		o := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		switch o := o.(type) {
		case pdfobj.Ref:
			if s.objects[o.Num] || o.IsZero() {
				continue
			}
			if len(s.objects) >= limits.PDFShown {
				return nil
			}
			s.objects[o.Num] = true
			v, err := f.Get(o)
			if sourceFailed(err) {
				return err
			}
			stack = append(stack, v) // nothing where it is damaged: no reader shows it
		case pdfobj.Array:
			stack = append(stack, o...)
		case *pdfobj.Dict:
			node := o.Has("Parent") || o.Has("Kids")
			for key, v := range o.All() {
				if !node || !slices.Contains(aside, key) {
					stack = append(stack, v)
				}
			}
		case *pdfobj.Stream:
			stack = append(stack, o.Dict)
		}
	}
	return nil
}

// leave says of an object that nothing explains what is the matter with it: that the pages show something else now, or, by the code given, that
// nobody knows.
func (s *comparison) leave(ref pdfobj.Ref, code finding.Code) error {
	shows, err := s.shows(ref)
	if err != nil {
		return err
	}
	if shows {
		if shows, err = s.redrawn(ref); err != nil {
			return err
		}
	}
	if shows {
		s.condemn(CodeChangeContent, "object", ref.String())
	} else {
		s.refuse(code, "object", ref.String())
	}
	return nil
}

// redrawn tells whether a node of the page tree that is written anew shows something else: not where only what stands aside has changed.
func (s *comparison) redrawn(ref pdfobj.Ref) (bool, error) {
	was, err := s.old.Get(ref)
	if err != nil {
		return false, err
	}
	is, err := s.now.Get(ref)
	if err != nil {
		return false, err
	}
	old, ok := was.(*pdfobj.Dict)
	now, also := is.(*pdfobj.Dict)
	return !ok || !also || !old.Has("Parent") && !old.Has("Kids") || !same(old, now, aside...) || now.Get("Parent") != old.Get("Parent"), nil
}

// isAnnotation tells an annotation that is no widget of a field.
func isAnnotation(d *pdfobj.Dict) bool {
	subtype, ok := d.Get("Subtype").(pdfobj.Name)
	kind := d.Get("Type")
	return ok && subtype != "Widget" && d.Has("Rect") && (kind == nil || kind == pdfobj.Name("Annot"))
}

// annotation takes one that was added to a page.
func (s *comparison) annotation(o pdfobj.Object) error {
	ref, _ := o.(pdfobj.Ref)
	dict, err := s.unexplained(ref)
	if err != nil {
		return err
	}
	if dict == nil || dict.Repeated() || !isAnnotation(dict) || dict.Has("A") || dict.Has("AA") {
		s.refuse(CodeChangeObject, "object", refText(o))
		return nil
	}
	delete(s.open, ref.Num)
	for key, v := range dict.All() {
		if slices.Contains([]pdfobj.Name{"P", "Parent", "Popup", "IRT"}, key) {
			continue // these lead to pages and to other annotations
		}
		if err := s.inert(v); err != nil {
			return err
		}
	}
	harmless, err := s.harmless(dict)
	s.act(act{kind: actMark, object: ref, harmless: harmless})
	return err
}

// unexplained is a new dictionary that nothing has explained so far; nil where there is none.
func (s *comparison) unexplained(ref pdfobj.Ref) (*pdfobj.Dict, error) {
	if _, open := s.open[ref.Num]; !open || !s.added[ref.Num] {
		return nil, nil
	}
	o, err := s.now.Get(ref)
	dict, _ := o.(*pdfobj.Dict)
	return dict, err
}

// noteSize is how large the picture of a note may be, in the units of the page: an icon.
const noteSize = 48

// harmless reports whether an annotation leaves what lies under it to be seen (P6): notes of the size of an icon, and marks that viewers draw
// themselves.
func (s *comparison) harmless(dict *pdfobj.Dict) (bool, error) {
	switch subtype, _ := dict.Get("Subtype").(pdfobj.Name); subtype {
	case "Highlight", "Underline", "Squiggly", "Popup":
		return !dict.Has("AP"), nil
	case "Text":
		at, ok, err := rectangleOf(s.now, dict)
		return ok && at[2]-at[0] <= noteSize && at[3]-at[1] <= noteSize || !dict.Has("AP"), err
	}
	return false, nil
}
