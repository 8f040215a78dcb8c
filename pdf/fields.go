package pdf

import (
	"strconv"
	"strings"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pdfobj"
)

// field is one terminal or non-terminal field of the form (ISO 32000-2, 12.7.4). Widgets that are no fields of their own are not listed.
type field struct {
	ref     pdfobj.Ref    // zero where the field is not an indirect object, which the standard forbids
	dict    *pdfobj.Dict  // as the file has it; not to be changed
	name    string        // fully qualified
	kind    pdfobj.Name   // /FT, inherited where it is not its own
	value   pdfobj.Object // /V, own or inherited, not resolved
	owner   *pdfobj.Dict  // the dictionary that has the value: its own, or of a field above
	parent  int           // index in the list; -1 at the root
	inner   bool          // has fields beneath: cannot hold a signature
	widgets bool          // has annotations of its own: it is one, or its kids are
}

// form is the interactive form of one revision.
type form struct {
	dict     *pdfobj.Dict // nil: none
	ref      pdfobj.Ref   // zero: direct in the catalog
	roots    pdfobj.Array // /Fields
	rootsRef pdfobj.Ref   // zero: direct
	fields   []field      // parents before their kids
}

// readForm lists the fields of a file. Damage inside the tree (cycles, kids that are no dictionaries) ends that branch, as it does
// in viewers; a form of impossible size is an error.
func readForm(f *pdfobj.File, catalog *pdfobj.Dict) (*form, error) {
	fm := &form{}
	var err error
	if fm.dict, fm.ref, err = f.LookupDict(catalog, "AcroForm"); err != nil {
		return nil, unreadable(err)
	}
	if fm.dict == nil {
		fm.ref = pdfobj.Ref{}
		return fm, nil
	}
	if fm.roots, fm.rootsRef, err = f.LookupArray(fm.dict, "Fields"); err != nil {
		return nil, unreadable(err)
	}
	if fm.roots == nil {
		fm.rootsRef = pdfobj.Ref{}
		return fm, nil
	}
	w := fieldWalk{file: f, form: fm, seen: make(map[pdfobj.Ref]bool, len(fm.roots))}
	fm.fields = make([]field, 0, len(fm.roots))
	for _, root := range fm.roots {
		if err := w.visit(root, -1, 0); err != nil {
			return nil, err
		}
	}
	return fm, nil
}

type fieldWalk struct {
	file  *pdfobj.File
	form  *form
	seen  map[pdfobj.Ref]bool
	nodes int
}

func (w *fieldWalk) visit(node pdfobj.Object, parent, depth int) error {
	if w.nodes++; w.nodes > limits.PDFFields {
		return fault(CodeLimit, nil, "what", "form fields", "max", strconv.Itoa(limits.PDFFields))
	}
	if depth > limits.PDFFieldDepth {
		return nil
	}
	ref, _ := node.(pdfobj.Ref)
	if !ref.IsZero() {
		if w.seen[ref] {
			return nil
		}
		w.seen[ref] = true
	}
	object, err := w.file.Resolve(node)
	if err != nil {
		return nil //nolint:nilerr // one damaged kid does not take the others along
	}
	dict, _ := object.(*pdfobj.Dict)
	if dict == nil {
		return nil
	}
	title, _, _ := w.file.Lookup(dict, "T")
	partial, named := title.(pdfobj.String)
	if !named && parent >= 0 {
		w.form.fields[parent].widgets = true // a widget annotation of its parent
		return nil
	}
	fd := field{ref: ref, dict: dict, owner: dict, parent: parent, name: decodeText([]byte(partial))}
	if parent >= 0 {
		up := &w.form.fields[parent]
		up.inner = true
		fd.name = up.name + "." + fd.name
		fd.kind, fd.value, fd.owner = up.kind, up.value, up.owner
	}
	if kind, _, _ := w.file.Lookup(dict, "FT"); kind != nil {
		fd.kind, _ = kind.(pdfobj.Name)
	}
	if v := dict.Get("V"); v != nil {
		fd.value, fd.owner = v, dict
	}
	subtype, _, _ := w.file.Lookup(dict, "Subtype")
	fd.widgets = subtype == pdfobj.Name("Widget")
	w.form.fields = append(w.form.fields, fd)
	self := len(w.form.fields) - 1
	kids, _, err := w.file.LookupArray(dict, "Kids")
	if err != nil {
		return nil //nolint:nilerr // as above
	}
	for _, kid := range kids {
		if err := w.visit(kid, self, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// find is the field of that fully qualified name, nil when there is none.
func (fm *form) find(name string) *field {
	for i := range fm.fields {
		if fm.fields[i].name == name {
			return &fm.fields[i]
		}
	}
	return nil
}

// freeName is the first of Signature1, Signature2 … that no field at the root has.
func (fm *form) freeName() string {
	if len(fm.fields) == 0 {
		return "Signature1"
	}
	const stem = "Signature"
	taken := make(map[string]bool)
	for i := range fm.fields {
		if n := fm.fields[i].name; fm.fields[i].parent < 0 && strings.HasPrefix(n, stem) {
			taken[n[len(stem):]] = true
		}
	}
	for i := 1; ; i++ {
		if n := strconv.Itoa(i); !taken[n] {
			return stem + n
		}
	}
}

// signature is the signature dictionary that a field holds, nil where the field is no signed signature field.
func (fd *field) signature(f *pdfobj.File) (*pdfobj.Dict, error) {
	if fd.kind != "Sig" || fd.inner || fd.value == nil {
		return nil, nil
	}
	v, err := f.Resolve(fd.value)
	if err != nil {
		return nil, unreadable(err)
	}
	dict, _ := v.(*pdfobj.Dict)
	return dict, nil
}
