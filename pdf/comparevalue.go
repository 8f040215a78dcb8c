package pdf

import (
	"github.com/kyso-dev/kyso/internal/pdfobj"
)

// look is a widget whose appearance changed. It is explained where the value of its field changed too.
type look struct {
	ref   pdfobj.Ref
	field string
}

// valueKeys are the entries that filling in a field changes in it and in its widgets (ISO 32000-2, Tables 166, 226, 234). What a button looks
// like in each of its states does not change with its state.
var valueKeys = map[pdfobj.Name][]pdfobj.Name{
	"Tx": {"V", "AP", "M"}, "Ch": {"V", "I", "AP", "M"}, "Btn": {"V", "AS", "M"},
}

// fillIn explains a field that has another value, or a widget of one that shows another.
func (s *comparison) fillIn(ref pdfobj.Ref, kind pdfobj.Name, old, now *pdfobj.Dict) error {
	keys, ok := valueKeys[kind]
	if !ok || !same(old, now, keys...) || !s.users[ref.Num].within("Fields", "Kids", "Annots", "Parent", "Popup", "CO") {
		return nil
	}
	name, err := s.nameOf(ref)
	if err != nil {
		return err
	}
	was, _, err := s.old.Lookup(old, "V")
	if err != nil {
		return err
	}
	is, _, err := s.now.Lookup(now, "V")
	if err != nil {
		return err
	}
	delete(s.open, ref.Num)
	if err := s.appearance(now); err != nil {
		return err
	}
	if pdfobj.Equal(was, is) {
		s.changedLooks = append(s.changedLooks, look{ref, name})
		return nil
	}
	if err := s.inert(now.Get("V")); err != nil {
		return err
	}
	kids, _, err := s.now.LookupArray(now, "Kids")
	if err != nil {
		return err
	}
	for _, kid := range kids {
		o, err := s.now.Resolve(kid)
		if err != nil {
			return err
		}
		if widget, ok := o.(*pdfobj.Dict); ok && !widget.Has("T") {
			if err := s.appearance(widget); err != nil {
				return err
			}
		}
	}
	if s.filled == nil {
		s.filled = make(map[string]bool)
	}
	s.filled[name] = true
	s.act(act{kind: actFill, field: name, had: !blank(was)})
	return nil
}

// blank reports whether a value is none: nothing, the empty text, no choice, or a button that is off.
func blank(v pdfobj.Object) bool {
	switch v := v.(type) {
	case nil:
		return true
	case pdfobj.String:
		return decodeText([]byte(v)) == ""
	case pdfobj.Name:
		return v == "Off"
	case pdfobj.Array:
		return len(v) == 0
	}
	return false
}

// appearance takes what is new beneath the appearance of a widget, and a stream of it that is written in its old place and shown nowhere
// else.
func (s *comparison) appearance(widget *pdfobj.Dict) error {
	ap := widget.Get("AP")
	if err := s.inert(ap); err != nil || ap == nil {
		return err
	}
	dict, _, err := s.now.LookupDict(widget, "AP")
	if err != nil {
		return err
	}
	ref, _ := dict.Get("N").(pdfobj.Ref)
	if !s.redefined(ref) || s.users[ref.Num].count != 1 {
		return nil
	}
	o, err := s.now.Get(ref)
	if err != nil {
		return err
	}
	if st, ok := o.(*pdfobj.Stream); ok && st.Dict.Get("Subtype") == pdfobj.Name("Form") {
		delete(s.open, ref.Num)
		return s.inert(st.Dict)
	}
	return nil
}

// looks judges the widgets that show something else: where the value of the field is what it was, they show what nobody signed.
func (s *comparison) looks() error {
	for _, l := range s.changedLooks {
		if !s.filled[l.field] {
			s.refuse(CodeChangeLook, "field", l.field, "object", l.ref.String())
		}
	}
	return nil
}

// resources of the form, by which appearances are made, may have more of each kind than there was (12.7.3). What is there stays, but for the
// template that PDFBox keeps there of the last signature that it drew: appearances have resources of their own.
func (s *comparison) resources(oldForm, form *pdfobj.Dict) (bool, error) {
	was, is, err := s.lookup(oldForm, form, "DR")
	if err != nil || was == nil && is == nil {
		return true, err
	}
	old, _ := was.(*pdfobj.Dict)
	now, _ := is.(*pdfobj.Dict)
	if now == nil || now.Repeated() || was != nil && old == nil {
		return false, nil
	}
	for kind := range old.All() {
		if !now.Has(kind) {
			return false, nil
		}
	}
	for kind, v := range now.All() {
		if ref, ok := v.(pdfobj.Ref); ok && s.redefined(ref) {
			if shows, err := s.shows(ref); err != nil || shows {
				return false, err // a page would have it too
			}
		}
		was, is, err := s.lookup(old, now, kind)
		if err != nil {
			return false, err
		}
		if d, ok := was.(*pdfobj.Dict); ok && kind == "XObject" && d.Has("FRM") {
			d = d.Clone()
			d.Delete("FRM")
			was = d
		}
		if !contains(is, was) {
			return false, nil
		}
		if err := s.inert(is); err != nil {
			return false, err
		}
	}
	return true, nil
}

// contains reports whether a value is another one, or a dictionary that has all that the other had.
func contains(now, old pdfobj.Object) bool {
	is, ok := now.(*pdfobj.Dict)
	was, had := old.(*pdfobj.Dict)
	if !ok || !had || is.Repeated() {
		return old == nil || pdfobj.Equal(old, now)
	}
	for key, v := range was.All() {
		if !pdfobj.Equal(v, is.Get(key)) {
			return false
		}
	}
	return true
}

// redefined reports whether an object that was there is written anew, and that is not explained yet.
func (s *comparison) redefined(ref pdfobj.Ref) bool {
	_, open := s.open[ref.Num]
	return open && !s.added[ref.Num]
}
