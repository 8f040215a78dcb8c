package pdf

import (
	"slices"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pdfobj"
)

const (
	flagHidden = 1 << 1 // annotation flags, ISO 32000-2, Table 167
	flagNoView = 1 << 5
)

// form may have more fields than it had, each a signature's, say that there are signatures, and how appearances are made where it did not (12.7.3).
func (s *comparison) form(oldCatalog, catalog *pdfobj.Dict) error {
	was, is, err := s.lookup(oldCatalog, catalog, "AcroForm")
	if err != nil || was == nil && is == nil {
		return err
	}
	old, _ := was.(*pdfobj.Dict)
	now, _ := is.(*pdfobj.Dict)
	if now == nil || was != nil && old == nil || !same(old, now, "Fields", "SigFlags", "DR", "DA") || old.Has("DA") && !pdfobj.Equal(old.Get("DA"), now.Get("DA")) {
		s.refuse(CodeChangeForm)
		return nil
	}
	if ok, err := s.resources(old, now); err != nil {
		return err
	} else if !ok {
		s.refuse(CodeChangeForm)
	}
	wasFlags, isFlags, err := s.lookup(old, now, "SigFlags")
	if err != nil {
		return err
	}
	had, _ := wasFlags.(int64)
	has, _ := isFlags.(int64)
	if isFlags != nil && has&^(had|sigFlags) != 0 || had&^has != 0 {
		s.refuse(CodeChangeForm)
	}
	wasFields, isFields, err := s.lookup(old, now, "Fields")
	if err != nil {
		return err
	}
	more, ok := appended(wasFields, isFields)
	if !ok {
		s.refuse(CodeChangeForm)
		return nil
	}
	for _, kid := range more {
		if err := s.field(kid, pdfobj.Ref{}, "", 0); err != nil {
			return err
		}
	}
	return nil
}

// fieldKeys are the entries that a new signature field with its widget may have (Tables 166, 191, 226, 227, 234).
var fieldKeys = []pdfobj.Name{
	"FT", "T", "TU", "TM", "V", "Kids", "Parent", "Ff", "Lock", "SV", "Type", "Subtype", "Rect", "P", "F", "NM", "M", "AP", "AS", "MK", "BS", "Border", "C", "DA", "DR", "H", "Q", "StructParent",
}

// field takes a new signature field that is signed, or a new level above one.
func (s *comparison) field(o pdfobj.Object, parent pdfobj.Ref, above string, depth int) error {
	ref, dict, err := s.fresh(o)
	if err != nil {
		return err
	}
	title, _, err := s.now.Lookup(dict, "T")
	if err != nil {
		return err
	}
	partial, named := title.(pdfobj.String)
	up, _ := dict.Get("Parent").(pdfobj.Ref)
	if dict == nil || !named || up != parent || depth == limits.PDFFieldDepth {
		s.refuse(CodeChangeObject, "object", refText(o))
		return nil
	}
	name := decodeText([]byte(partial))
	if above != "" {
		name = above + "." + name
	}
	_, kids, err := s.lookup(nil, dict, "Kids")
	if err != nil {
		return err
	}
	list, _ := kids.(pdfobj.Array)
	if !dict.Has("FT") && list != nil && !dict.Has("V") && !dict.Has("Subtype") {
		delete(s.open, ref.Num)
		for _, kid := range list {
			if err := s.field(kid, ref, name, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	kind, _, err := s.now.Lookup(dict, "FT")
	if err != nil {
		return err
	}
	if kind != pdfobj.Name("Sig") {
		s.refuse(CodeChangeObject, "object", ref.String())
		return nil
	}
	delete(s.open, ref.Num)
	visible, err := s.widget(ref, dict)
	if err != nil {
		return err
	}
	for _, kid := range list {
		kidRef, widget, err := s.fresh(kid)
		if err != nil {
			return err
		}
		if up, _ := widget.Get("Parent").(pdfobj.Ref); widget == nil || up != ref || widget.Has("T") || widget.Has("Kids") || widget.Has("V") {
			s.refuse(CodeChangeObject, "object", refText(kid))
			return nil
		}
		delete(s.open, kidRef.Num)
		v, err := s.widget(kidRef, widget)
		if err != nil {
			return err
		}
		visible = visible || v
	}
	return s.sign(ref, dict.Get("V"), name, visible)
}

// fresh is a new dictionary, nil where o names something else or something that is explained already.
func (s *comparison) fresh(o pdfobj.Object) (pdfobj.Ref, *pdfobj.Dict, error) {
	ref, _ := o.(pdfobj.Ref)
	if _, open := s.open[ref.Num]; !open || !s.added[ref.Num] {
		return ref, nil, nil
	}
	v, err := s.now.Get(ref)
	dict, _ := v.(*pdfobj.Dict)
	if dict.Repeated() {
		return ref, nil, err
	}
	for key := range dict.All() {
		if !slices.Contains(fieldKeys, key) {
			return ref, nil, err
		}
	}
	return ref, dict, err
}

// widget takes the annotation of a new field and says whether there is anything to be seen of it.
func (s *comparison) widget(ref pdfobj.Ref, dict *pdfobj.Dict) (visible bool, err error) {
	if !dict.Has("Subtype") {
		return false, nil
	}
	s.widgets[ref.Num] = true
	for key, v := range dict.All() {
		switch key {
		case "V", "P", "Parent", "Kids":
			continue
		}
		if err := s.inert(v); err != nil {
			return false, err
		}
	}
	if subtype, _, err := s.now.Lookup(dict, "Subtype"); err != nil || subtype != pdfobj.Name("Widget") {
		s.refuse(CodeChangeObject, "object", ref.String())
		return true, err
	}
	flags, _, err := s.now.Lookup(dict, "F")
	if err != nil {
		return true, err
	}
	if f, _ := flags.(int64); f&(flagHidden|flagNoView) != 0 {
		return false, nil
	}
	empty, err := emptyRect(s.now, dict)
	return !empty, err
}

// emptyRect reports whether the rectangle of an annotation has no area.
func emptyRect(f *pdfobj.File, dict *pdfobj.Dict) (bool, error) {
	at, ok, err := rectangleOf(f, dict)
	return ok && (at[0] == at[2] || at[1] == at[3]), err
}

// rectangleOf is the rectangle of an annotation, the lower left corner first (7.9.5); ok is false where it has none.
func rectangleOf(f *pdfobj.File, dict *pdfobj.Dict) (at [4]float64, ok bool, err error) {
	rect, _, err := f.LookupArray(dict, "Rect")
	if err != nil || len(rect) != 4 {
		return at, false, err
	}
	for i := range at {
		v, err := f.Resolve(rect[i])
		if err != nil {
			return at, false, err
		}
		switch v := v.(type) {
		case int64:
			at[i] = float64(v)
		case float64:
			at[i] = v
		default:
			return at, false, nil
		}
	}
	return [4]float64{min(at[0], at[2]), min(at[1], at[3]), max(at[0], at[2]), max(at[1], at[3])}, true, nil
}

// sign takes the value of a field: a new signature dictionary, or none where the field is there to be signed later.
func (s *comparison) sign(field pdfobj.Ref, value pdfobj.Object, name string, visible bool) error {
	if value == nil {
		s.act(act{kind: actField, field: name, visible: visible})
		return nil
	}
	ref, _ := value.(pdfobj.Ref)
	if _, open := s.open[ref.Num]; !open || !s.added[ref.Num] {
		s.refuse(CodeChangeObject, "object", field.String()) // no signature, or one that is there already
		return nil
	}
	v, err := s.now.Get(ref)
	if err != nil {
		return err
	}
	dict, ok := v.(*pdfobj.Dict)
	if !ok || dict.Repeated() || !dict.Has("ByteRange") || !dict.Has("Contents") {
		s.refuse(CodeChangeObject, "object", ref.String())
		return nil
	}
	if err := s.inert(ref); err != nil {
		return err
	}
	token := dict.Get("Type") == pdfobj.Name("DocTimeStamp") && dict.Get("SubFilter") == pdfobj.Name(subFilterToken)
	if token && !visible {
		s.allow(CodeChangedTimestamp, "field", name)
		return nil
	}
	s.act(act{kind: actSign, field: name, visible: visible})
	return nil
}

// object explains an object that is defined anew and was not met on the way down from the trailer.
func (s *comparison) object(ref pdfobj.Ref) error {
	was, err := s.old.Get(ref)
	if err != nil {
		return err
	}
	is, err := s.now.Get(ref)
	if err != nil {
		return err
	}
	switch old := was.(type) {
	case pdfobj.Array:
		return s.array(ref, was, is)
	case *pdfobj.Dict:
		now, ok := is.(*pdfobj.Dict)
		if !ok || now.Repeated() {
			return nil
		}
		return s.dictionary(ref, old, now)
	case *pdfobj.Stream:
		now, ok := is.(*pdfobj.Stream)
		if !ok || !same(old.Dict, now.Dict, "Length", "Filter", "DecodeParms") {
			return nil
		}
		before, err := s.sum(s.old, ref)
		if err != nil {
			return nil //nolint:nilerr // what cannot be decoded cannot be said to be the same
		}
		if after, err := s.sum(s.now, ref); err == nil && after == before {
			delete(s.open, ref.Num)
		}
		return nil
	}
	if pdfobj.Equal(was, is) {
		delete(s.open, ref.Num) // written again as it was
	}
	return nil
}

// array explains the annotations of a page, or the kids of a field, where they are an object of their own.
func (s *comparison) array(ref pdfobj.Ref, was, is pdfobj.Object) error {
	more, ok := appended(was, is)
	users := s.users[ref.Num]
	switch {
	case !ok && users.only("Annots"):
		delete(s.open, ref.Num)
		s.act(act{kind: actMark, object: ref})
	case !ok:
	case len(more) == 0:
		delete(s.open, ref.Num)
	case users.only("Annots"):
		delete(s.open, ref.Num)
		s.annots = append(s.annots, more...)
	case users.only("Kids") && users.count == 1:
		_, kid, err := s.fresh(more[0])
		if err != nil {
			return err
		}
		up, _ := kid.Get("Parent").(pdfobj.Ref)
		parent, _, err := s.now.LookupDict(kid, "Parent")
		if err != nil {
			return err
		}
		if parent.Get("Kids") == pdfobj.Object(ref) && isField(parent) {
			delete(s.open, ref.Num)
			return s.kids(more, up)
		}
	}
	return nil
}

// isField tells a field that may have kids from a node of the page tree or anything else that has.
func isField(d *pdfobj.Dict) bool {
	_, named := d.Get("T").(pdfobj.String)
	return named && !d.Has("Type") && !d.Has("Count")
}

func (s *comparison) kids(more pdfobj.Array, parent pdfobj.Ref) error {
	name, err := s.nameOf(parent)
	if err != nil {
		return err
	}
	for _, kid := range more {
		if err := s.field(kid, parent, name, 1); err != nil {
			return err
		}
	}
	return nil
}

// nameOf is the fully qualified name of a field.
func (s *comparison) nameOf(ref pdfobj.Ref) (string, error) {
	name := ""
	for range limits.PDFFieldDepth {
		if ref.IsZero() {
			break
		}
		o, err := s.now.Get(ref)
		if err != nil {
			return "", err
		}
		dict, _ := o.(*pdfobj.Dict)
		title, _, err := s.now.Lookup(dict, "T")
		if err != nil {
			return "", err
		}
		if partial, ok := title.(pdfobj.String); ok {
			if name != "" {
				name = "." + name
			}
			name = decodeText([]byte(partial)) + name
		}
		ref, _ = dict.Get("Parent").(pdfobj.Ref)
	}
	return name, nil
}

// dictionary explains a page, or a field that is signed or gets a kid.
func (s *comparison) dictionary(ref pdfobj.Ref, old, now *pdfobj.Dict) error {
	switch {
	case pdfobj.Equal(old, now):
		delete(s.open, ref.Num)
	case old.Get("Type") == pdfobj.Name("Page"):
		return s.page(ref, old, now)
	case old.Get("Type") == pdfobj.Name("Pages") && same(old, now, "ITXT"):
		delete(s.open, ref.Num) // the version of iText 5, which it notes there
	case isField(old) && same(old, now, "Kids"):
		was, is, err := s.lookup(old, now, "Kids")
		if err != nil {
			return err
		}
		more, ok := appended(was, is)
		if was == nil || !ok {
			return nil
		}
		delete(s.open, ref.Num)
		return s.kids(more, ref)
	case isAnnotation(old):
		delete(s.open, ref.Num)
		s.act(act{kind: actMark, object: ref})
	default:
		return s.fill(ref, old, now)
	}
	return nil
}

// page may have more annotations: the widgets of new signatures.
func (s *comparison) page(ref pdfobj.Ref, old, now *pdfobj.Dict) error {
	if !same(old, now, "Annots") {
		return nil
	}
	was, is, err := s.lookup(old, now, "Annots")
	if err != nil {
		return err
	}
	delete(s.open, ref.Num)
	more, ok := appended(was, is)
	if !ok {
		s.act(act{kind: actMark, object: ref})
		return nil
	}
	s.annots = append(s.annots, more...)
	return nil
}

// fill explains an empty signature field that was there and is signed now, in the place that it had, and its widget; and the fields of
// other kinds that are filled in.
func (s *comparison) fill(ref pdfobj.Ref, old, now *pdfobj.Dict) error {
	field, err := s.inherited(old, "FT")
	if err != nil {
		return err
	}
	if kind, _ := field.(pdfobj.Name); kind != "Sig" {
		return s.fillIn(ref, kind, old, now)
	}
	value, err := s.inherited(old, "V")
	if err != nil || value != nil || old.Has("Kids") != now.Has("Kids") {
		return err
	}
	may := []pdfobj.Name{"V", "AP", "AS", "MK", "M"}
	for _, key := range []pdfobj.Name{"Type", "Subtype", "Rect", "P", "F"} {
		if !old.Has(key) {
			may = append(may, key)
		}
	}
	if had, ok := old.Get("F").(int64); ok {
		if has, ok := now.Get("F").(int64); ok && has&^(flagPrint|flagLocked) == had&^(flagPrint|flagLocked) {
			may = append(may, "F")
		}
	}
	if old.Has("Rect") {
		if empty, err := emptyRect(s.old, old); err != nil {
			return err
		} else if empty {
			may = append(may, "Rect") // as long as there is nothing to be seen of it afterwards either
		}
	}
	if !same(old, now, may...) {
		return nil
	}
	if slices.Contains(may, "Rect") && now.Has("Rect") {
		if empty, err := emptyRect(s.now, now); err != nil || !empty {
			return err
		}
	}
	name, err := s.nameOf(ref)
	if err != nil {
		return err
	}
	if !now.Has("V") {
		// The widget of a field that is an object of its own: it changes together with the field, which had no value before.
		parent, _, err := s.now.LookupDict(old, "Parent")
		if err != nil || !parent.Has("V") || old.Has("T") {
			return err
		}
	}
	delete(s.open, ref.Num)
	for _, key := range may {
		if key == "V" || key == "P" {
			continue
		}
		if err := s.inert(now.Get(key)); err != nil {
			return err
		}
	}
	if now.Get("Subtype") == pdfobj.Name("Widget") {
		s.widgets[ref.Num] = true
	}
	if !now.Has("V") {
		return nil
	}
	return s.sign(ref, now.Get("V"), name, false)
}

// inherited is a value of a field of the old revision, its own or of one above it.
func (s *comparison) inherited(dict *pdfobj.Dict, key pdfobj.Name) (pdfobj.Object, error) {
	for range limits.PDFFieldDepth {
		v, _, err := s.old.Lookup(dict, key)
		if err != nil || v != nil || dict == nil {
			return v, err
		}
		if dict, _, err = s.old.LookupDict(dict, "Parent"); err != nil {
			return nil, err
		}
	}
	return nil, nil
}
