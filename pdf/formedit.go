package pdf

import (
	"github.com/kyso-dev/kyso/internal/pdfobj"
)

// useField signs an empty field that is there. Whatever else it says stays.
func (d *document) useField(e *editor, fd *field, sigRef pdfobj.Ref) error {
	dict, err := e.open(fd.ref, fd.dict)
	if err != nil {
		return err
	}
	dict.Set("V", sigRef)
	switch subtype, _, _ := d.file.Lookup(dict, "Subtype"); {
	case subtype == pdfobj.Name("Widget"):
		if !dict.Has("F") {
			dict.Set("F", int64(flagPrint|flagLocked))
		}
		if err := d.appearance(e, dict); err != nil {
			return err
		}
	case !fd.widgets:
		// A signature field has a widget even where nothing is to be seen (12.7.5.5).
		if err := d.makeWidget(e, dict, fd.ref); err != nil {
			return err
		}
	}
	return d.setSigFlags(e, nil)
}

// makeField adds a new field, with the fields above it that its name needs.
func (d *document) makeField(e *editor, t target, sigRef pdfobj.Ref) error {
	ref := e.update.Alloc()
	dict := pdfobj.NewDict(10)
	dict.Set("FT", pdfobj.Name("Sig"))
	dict.Set("T", textString(t.missing[len(t.missing)-1]))
	dict.Set("V", sigRef)
	if err := d.makeWidget(e, dict, ref); err != nil {
		return err
	}
	e.put(ref, dict)
	for i := len(t.missing) - 2; i >= 0; i-- {
		up := e.update.Alloc()
		dict.Set("Parent", up)
		dict = pdfobj.NewDict(3).Set("T", textString(t.missing[i])).Set("Kids", pdfobj.Array{ref})
		e.put(up, dict)
		ref = up
	}
	if t.parent == nil {
		return d.setSigFlags(e, ref)
	}
	dict.Set("Parent", t.parent.ref)
	err := e.appendTo(t.parent.dict, "Kids", ref, func() (*pdfobj.Dict, error) { return e.open(t.parent.ref, t.parent.dict) })
	if err != nil {
		return err
	}
	return d.setSigFlags(e, nil)
}

// makeWidget makes dict an invisible annotation of the first page.
func (d *document) makeWidget(e *editor, dict *pdfobj.Dict, ref pdfobj.Ref) error {
	pageRef, page, err := firstPage(d.file, d.catalog)
	if err != nil {
		return err
	}
	dict.Set("Type", pdfobj.Name("Annot"))
	dict.Set("Subtype", pdfobj.Name("Widget"))
	dict.Set("F", int64(flagPrint|flagLocked))
	dict.Set("Rect", pdfobj.Array{int64(0), int64(0), int64(0), int64(0)})
	dict.Set("P", pageRef)
	return e.appendTo(page, "Annots", ref, func() (*pdfobj.Dict, error) { return e.open(pageRef, page) })
}

// appearance gives a widget that has an area an empty appearance where it has none: without one a reader may paint what it likes
// (12.5.5).
func (d *document) appearance(e *editor, widget *pdfobj.Dict) error {
	if widget.Has("AP") {
		return nil
	}
	rect, _, err := d.file.LookupArray(widget, "Rect")
	if err != nil {
		return unreadable(err)
	}
	if len(rect) != 4 {
		return nil
	}
	var at [4]float64
	for i := range at {
		v, err := d.file.Resolve(rect[i])
		if err != nil {
			return unreadable(err)
		}
		switch v := v.(type) {
		case int64:
			at[i] = float64(v)
		case float64:
			at[i] = v
		}
	}
	width, height := at[2]-at[0], at[3]-at[1]
	if width == 0 || height == 0 {
		return nil
	}
	ref := e.update.Alloc()
	box := pdfobj.Array{int64(0), int64(0), max(width, -width), max(height, -height)}
	e.put(ref, &pdfobj.Stream{
		Dict: pdfobj.NewDict(5).Set("Type", pdfobj.Name("XObject")).Set("Subtype", pdfobj.Name("Form")).Set("BBox", box).Set("Resources", pdfobj.NewDict(0)),
		Data: []byte{},
	})
	widget.Set("AP", pdfobj.NewDict(1).Set("N", ref))
	return nil
}

// setSigFlags tells in the form that there are signatures, and adds a field at its root where one is given. A document without a
// form gets one as an object of its own, so that later signatures leave the catalog alone.
func (d *document) setSigFlags(e *editor, root pdfobj.Object) error {
	if d.form.dict == nil {
		catalog, err := d.openCatalog(e)
		if err != nil {
			return err
		}
		fields := pdfobj.Array{}
		if root != nil {
			fields = append(fields, root)
		}
		ref := e.update.Alloc()
		e.put(ref, pdfobj.NewDict(2).Set("Fields", fields).Set("SigFlags", int64(sigFlags)))
		catalog.Set("AcroForm", ref)
		return nil
	}
	owner := func() (*pdfobj.Dict, error) { return e.open(d.form.ref, d.form.dict) }
	if d.form.ref.IsZero() {
		owner = func() (*pdfobj.Dict, error) {
			catalog, err := d.openCatalog(e)
			if err != nil {
				return nil, err
			}
			if now, _ := catalog.Get("AcroForm").(*pdfobj.Dict); now != nil && now != d.form.dict {
				return now, nil
			}
			fm := d.form.dict.Clone()
			catalog.Set("AcroForm", fm)
			return fm, nil
		}
	}
	if root != nil {
		if err := e.appendTo(d.form.dict, "Fields", root, owner); err != nil {
			return err
		}
	}
	flags, _, err := d.file.Lookup(d.form.dict, "SigFlags")
	if err != nil {
		return unreadable(err)
	}
	have, _ := flags.(int64)
	if have&sigFlags == sigFlags {
		return nil
	}
	fm, err := owner()
	if err != nil {
		return err
	}
	fm.Set("SigFlags", have|sigFlags)
	return nil
}
