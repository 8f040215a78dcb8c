package pdf

import (
	"slices"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pdfobj"
)

// active looks for what a signed document may show or do at one time and not at another: scripts and programs that it runs, layers that are
// switched by events, forms in XFA. Nothing of it is ever run or fetched here; a reader is told. Pages and annotations beyond the limits are
// not looked at.
func (r *reader) active(fm *form) error {
	if len(r.entries) == 0 {
		return nil
	}
	a := &activity{file: r.file, left: limits.PDFActive}
	catalog, _, err := r.file.Catalog()
	if err != nil {
		return unreadable(err)
	}
	a.actions(catalog, "OpenAction")
	names, _, err := r.file.LookupDict(catalog, "Names")
	if a.failed(err); names.Has("JavaScript") {
		a.note("JavaScript")
	}
	layers, _, err := r.file.LookupDict(catalog, "OCProperties")
	a.failed(err)
	shown, _, err := r.file.LookupDict(layers, "D")
	a.failed(err)
	if events, _, err := r.file.LookupArray(shown, "AS"); len(events) > 0 {
		a.note("OCProperties")
	} else {
		a.failed(err)
	}
	if r.doc.XFA {
		a.note("XFA")
	}
	for i := range fm.fields {
		a.actions(fm.fields[i].dict, "A")
	}
	a.pages(catalog.Get("Pages"), 0)
	if a.err != nil {
		return unreadable(a.err)
	}
	for _, what := range a.found {
		r.note(CodeActive, finding.Warning, "ISO 32000-2, 12.6", "what", what)
	}
	return nil
}

// activity is one search.
type activity struct {
	file  *pdfobj.File
	left  int // objects that may still be looked at
	found []string
	err   error // the source failed
}

func (a *activity) failed(err error) {
	if sourceFailed(err) && a.err == nil {
		a.err = err
	}
}

func (a *activity) note(what string) {
	if !slices.Contains(a.found, what) {
		a.found = append(a.found, what)
	}
}

// acting are the actions that do more than lead to another place (12.6.4).
var acting = []pdfobj.Name{"JavaScript", "Launch", "ImportData", "SubmitForm", "Rendition", "RichMediaExecute", "SetOCGState", "Hide"}

// actions looks at the action of an object under a key, and at those that events set off.
func (a *activity) actions(d *pdfobj.Dict, key pdfobj.Name) {
	if d.Has(key) {
		a.action(d.Get(key))
	}
	if !d.Has("AA") {
		return
	}
	events, _, err := a.file.LookupDict(d, "AA")
	a.failed(err)
	for _, v := range events.All() {
		a.action(v)
	}
}

// action looks at an action and those that follow it.
func (a *activity) action(o pdfobj.Object) {
	for stack := []pdfobj.Object{o}; len(stack) > 0 && a.left > 0; a.left-- {
		o, stack = stack[len(stack)-1], stack[:len(stack)-1]
		v, err := a.file.Resolve(o)
		a.failed(err)
		switch v := v.(type) {
		case pdfobj.Array:
			stack = append(stack, v...)
		case *pdfobj.Dict:
			kind, _, err := a.file.Lookup(v, "S")
			a.failed(err)
			if name, _ := kind.(pdfobj.Name); slices.Contains(acting, name) {
				a.note(string(name))
			}
			if v.Has("Next") {
				stack = append(stack, v.Get("Next"))
			}
		}
	}
}

// pages looks at pages and their annotations.
func (a *activity) pages(o pdfobj.Object, depth int) {
	if a.left--; a.left < 0 || depth > limits.PDFFieldDepth {
		return
	}
	v, err := a.file.Resolve(o)
	a.failed(err)
	node, _ := v.(*pdfobj.Dict)
	kids, _, err := a.file.LookupArray(node, "Kids")
	a.failed(err)
	for _, kid := range kids {
		a.pages(kid, depth+1)
	}
	if kids != nil || node == nil {
		return
	}
	a.actions(node, "A")
	annots, _, err := a.file.LookupArray(node, "Annots")
	a.failed(err)
	for _, annot := range annots {
		if a.left--; a.left < 0 {
			return
		}
		v, err := a.file.Resolve(annot)
		a.failed(err)
		if d, ok := v.(*pdfobj.Dict); ok {
			a.actions(d, "A")
		}
	}
}
