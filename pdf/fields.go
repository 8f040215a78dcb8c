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
	w := fieldWalk{file: f, form: fm, paths: make(map[pdfobj.Ref]int, len(fm.roots))}
	fm.fields = make([]field, 0, len(fm.roots))
	if _, err := w.visitAll(fm.roots, -1, 0); err != nil {
		return nil, err
	}
	return fm, nil
}

// fieldWalk goes through the tree. Each object is looked at once, but counted along every path that leads to it: a tree whose
// nodes share their kids is small to write and beyond measure to walk, and readers do walk it.
type fieldWalk struct {
	file  *pdfobj.File
	form  *form
	paths map[pdfobj.Ref]int // nodes at and beneath an object, along all paths
	total int                // nodes looked at
}

func (w *fieldWalk) visitAll(nodes pdfobj.Array, parent, depth int) (paths int, err error) {
	for _, node := range nodes {
		n, err := w.visit(node, parent, depth)
		if err != nil {
			return 0, err
		}
		if paths += n; paths > limits.PDFFields || w.total > limits.PDFFields {
			return 0, fault(CodeLimit, nil, "what", "form fields", "max", strconv.Itoa(limits.PDFFields))
		}
	}
	return paths, nil
}

func (w *fieldWalk) visit(node pdfobj.Object, parent, depth int) (paths int, err error) {
	w.total++
	ref, _ := node.(pdfobj.Ref)
	if !ref.IsZero() {
		if n, seen := w.paths[ref]; seen {
			return n, nil // of a node above this one the count is still 1: cycles end here
		}
		w.paths[ref] = 1
	}
	self, kids := w.enter(node, ref, parent)
	if depth == limits.PDFFieldDepth {
		kids = nil
	}
	below, err := w.visitAll(kids, self, depth+1)
	if err != nil {
		return 0, err
	}
	if !ref.IsZero() {
		w.paths[ref] = 1 + below
	}
	return 1 + below, nil
}

// enter lists one field and gives its index and kids. Damage takes nothing along but what is beneath it.
func (w *fieldWalk) enter(node pdfobj.Object, ref pdfobj.Ref, parent int) (int, pdfobj.Array) {
	object, err := w.file.Resolve(node)
	dict, _ := object.(*pdfobj.Dict)
	if err != nil || dict == nil {
		return parent, nil
	}
	title, _, _ := w.file.Lookup(dict, "T")
	partial, named := title.(pdfobj.String)
	kids, _, err := w.file.LookupArray(dict, "Kids")
	if err != nil {
		kids = nil
	}
	if !named && parent >= 0 && kids == nil {
		w.form.fields[parent].widgets = true // a widget annotation of its parent
		return parent, nil
	}
	fd := field{ref: ref, dict: dict, owner: dict, parent: parent, name: decodeText([]byte(partial))}
	if parent >= 0 {
		up := &w.form.fields[parent]
		up.inner = true
		if fd.name = up.name + "." + fd.name; !named {
			fd.name, fd.inner = up.name, true // a level without a name of its own
		}
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
	return len(w.form.fields) - 1, kids
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

// freeName is the first of Signature1, Signature2 … (or another stem) that no field at the root has.
func (fm *form) freeName(stem string) string {
	if len(fm.fields) == 0 {
		return stem + "1"
	}
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
