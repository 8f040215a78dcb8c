package pdf

import (
	"slices"

	"github.com/kyso-dev/kyso/internal/pdfobj"
)

// editor collects the objects that an update writes anew, each once, however many of its entries change. Objects of the file are
// cloned before they are changed.
type editor struct {
	file   *pdfobj.File
	update *pdfobj.Update
	root   pdfobj.Ref // the catalog
	work   []workpiece
}

type workpiece struct {
	ref    pdfobj.Ref
	object pdfobj.Object
}

// put makes object the new value of ref.
func (e *editor) put(ref pdfobj.Ref, object pdfobj.Object) {
	for i := range e.work {
		if e.work[i].ref == ref {
			e.work[i].object = object
			return
		}
	}
	e.work = append(e.work, workpiece{ref, object})
}

// changed is the new value of ref, where it has one.
func (e *editor) changed(ref pdfobj.Ref) (pdfobj.Object, bool) {
	for i := range e.work {
		if e.work[i].ref == ref {
			return e.work[i].object, true
		}
	}
	return nil, false
}

// open is a dictionary of the update that may be changed; dict is what the file has under ref.
func (e *editor) open(ref pdfobj.Ref, dict *pdfobj.Dict) (*pdfobj.Dict, error) {
	if object, ok := e.changed(ref); ok {
		d, _ := object.(*pdfobj.Dict)
		if d == nil {
			return nil, fault(CodeForm, nil, "object", ref.String()) // one number serves as array and as dictionary
		}
		return d, nil
	}
	d := dict.Clone()
	e.put(ref, d)
	return d, nil
}

// appendTo adds item to the array under key of a dictionary: in the array's own object where it has one, so that the dictionary
// stays untouched, else in the dictionary. What is there and is no array is replaced: readers take it for none. owner gives the
// dictionary for changing.
func (e *editor) appendTo(dict *pdfobj.Dict, key pdfobj.Name, item pdfobj.Object, owner func() (*pdfobj.Dict, error)) error {
	list, ref, err := e.file.LookupArray(dict, key)
	if err != nil {
		return unreadable(err)
	}
	if list != nil && !ref.IsZero() {
		if object, ok := e.changed(ref); ok {
			if list, ok = object.(pdfobj.Array); !ok {
				return fault(CodeForm, nil, "object", ref.String())
			}
		}
		e.put(ref, append(slices.Clip(list), item))
		return nil
	}
	d, err := owner()
	if err != nil {
		return err
	}
	if now, ok := d.Get(key).(pdfobj.Array); ok {
		list = now // changed before in this update
	}
	d.Set(key, append(slices.Clip(list), item))
	return nil
}

// build writes the update.
func (e *editor) build() (*pdfobj.Appendix, error) {
	for i := range e.work {
		e.update.Set(e.work[i].ref, e.work[i].object)
	}
	a, err := e.update.Build()
	if err != nil {
		return nil, unreadable(err)
	}
	return a, nil
}
