package pdf

import (
	"crypto/sha256"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pdfobj"
)

// comparison explains what one revision adds to the objects of the one before or defines anew. It goes down from the trailer, by the
// places where something may be added, and takes from the open objects what it understands; what is left over has changed the
// document in some other way, or may do so later.
type comparison struct {
	*history
	revision     int
	old, now     *pdfobj.File
	added        map[uint32]bool
	open         map[uint32]pdfobj.Ref // not explained yet
	widgets      map[uint32]bool       // of signatures of this revision
	annots       []pdfobj.Object       // added to pages
	filled       map[string]bool       // fields that have another value
	changedLooks []look
	step         step
}

func (s *comparison) refuse(code finding.Code, pairs ...string) {
	if len(s.step.other) < limits.PDFFindings {
		s.step.other = append(s.step.other, changed(code, finding.Warning, s.revision, pairs...))
	}
}

func (s *comparison) condemn(code finding.Code, pairs ...string) {
	if len(s.step.wrong) < limits.PDFFindings {
		s.step.wrong = append(s.step.wrong, changed(code, finding.Error, s.revision, pairs...))
	}
}

func (s *comparison) allow(code finding.Code, pairs ...string) {
	s.step.done = append(s.step.done, changed(code, finding.Info, s.revision, pairs...))
}

// compare judges the revision.
func (s *comparison) compare(d *pdfobj.Difference) error {
	s.widgets = make(map[uint32]bool)
	if err := s.trailer(); err != nil {
		return err
	}
	if err := s.catalog(); err != nil {
		return err
	}
	for _, ref := range d.Changed {
		if _, open := s.open[ref.Num]; !open {
			continue
		}
		if err := s.object(ref); err != nil {
			return err
		}
	}
	if err := s.looks(); err != nil {
		return err
	}
	for _, a := range s.annots {
		if ref, ok := a.(pdfobj.Ref); !ok || !s.widgets[ref.Num] {
			if err := s.annotation(a); err != nil {
				return err
			}
		}
	}
	if err := s.unused(d); err != nil {
		return err
	}
	for _, list := range [][]pdfobj.Ref{d.Added, d.Changed} {
		for _, ref := range list {
			if _, open := s.open[ref.Num]; open {
				if err := s.leave(ref, CodeChangeObject); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// unused takes the objects that nothing leads to from the trailer: nobody is shown them, and whatever refers to them later is judged then.
// Some writers leave such behind with every update.
func (s *comparison) unused(d *pdfobj.Difference) error {
	if len(s.open) == 0 {
		return nil
	}
	loose := make(map[uint32]bool)
	for num := range s.open {
		if u := s.users[num]; len(u.keys) == 0 && !u.many {
			loose[num] = true
		}
	}
	refers := make(map[uint32]bool) // those of them that something leads to
	meet := func(o pdfobj.Object) error {
		return walk(s.now, o, func(ref pdfobj.Ref) bool {
			first := loose[ref.Num] && !refers[ref.Num]
			if first {
				refers[ref.Num] = true
			}
			return first
		})
	}
	if err := meet(s.now.Trailer()); err != nil {
		return err
	}
	for _, list := range [][]pdfobj.Ref{d.Added, d.Changed} {
		for _, ref := range list {
			if loose[ref.Num] {
				continue // counts where something else leads to it
			}
			o, err := s.now.Get(ref)
			if err != nil {
				return err
			}
			if err := meet(o); err != nil {
				return err
			}
		}
	}
	for num := range loose {
		if !refers[num] {
			delete(s.open, num)
		}
	}
	return nil
}

func refText(o pdfobj.Object) string {
	if ref, ok := o.(pdfobj.Ref); ok {
		return ref.String()
	}
	return "-"
}

// lookup is the value of a key then and now, resolved. What it refers to now is explained by that, except where what was there before
// serves in another place too, or could, being in an array: what is changed in it is changed there as well.
func (s *comparison) lookup(old, now *pdfobj.Dict, key pdfobj.Name) (was, is pdfobj.Object, err error) {
	if was, _, err = s.old.Lookup(old, key); err != nil {
		return nil, nil, err
	}
	is, ref, err := s.now.Lookup(now, key)
	if err != nil {
		return nil, nil, err
	}
	if _, open := s.open[ref.Num]; open && (s.added[ref.Num] || s.users[ref.Num].only(key)) {
		delete(s.open, ref.Num)
	}
	return was, is, nil
}

// same reports whether two dictionaries have the same entries, but for some.
func same(old, now *pdfobj.Dict, except ...pdfobj.Name) bool {
	strip := func(d *pdfobj.Dict) *pdfobj.Dict {
		c := d.Clone()
		for _, key := range except {
			c.Delete(key)
		}
		return c
	}
	return pdfobj.Equal(strip(old), strip(now))
}

// appended is what an array has more than it had. Items that are there stay, in their order.
func appended(was, is pdfobj.Object) (more pdfobj.Array, ok bool) {
	old, isArray := was.(pdfobj.Array)
	if was != nil && !isArray {
		return nil, false
	}
	now, isArray := is.(pdfobj.Array)
	if is != nil && !isArray || len(now) < len(old) || !pdfobj.Equal(old, now[:len(old):len(old)]) {
		return nil, false
	}
	return now[len(old):], true
}

// structural are the entries of a trailer that belong to its own section (7.5.5, 7.5.8.2), and the identifier: its first half should stay
// (14.4), but some writers replace it, and it is shown to nobody.
var structural = []pdfobj.Name{"Size", "Prev", "XRefStm", "ID", "Type", "W", "Index", "Length", "Filter", "DecodeParms"}

func (s *comparison) trailer() error {
	old, now := s.old.Trailer(), s.now.Trailer()
	if !same(old, now, structural...) {
		s.refuse(CodeChangeTrailer)
	}
	if n, ok := now.Get("Size").(int64); !ok || n < int64(s.now.Size()) {
		s.refuse(CodeChangeTrailer) // strict readers pass over objects above it
	}
	return nil
}

func (s *comparison) catalog() error {
	old, ref, err := s.old.Catalog()
	if err != nil {
		return err
	}
	now, again, err := s.now.Catalog()
	if err != nil {
		return err
	}
	if ref != again || ref.IsZero() {
		s.condemn(CodeChangeTrailer)
		return nil
	}
	if s.users[ref.Num] == nil || s.users[ref.Num].only("Root") {
		delete(s.open, ref.Num)
	}
	switch differ := func(key pdfobj.Name) bool { return !pdfobj.Equal(old.Get(key), now.Get(key)) }; {
	case differ("Pages"):
		s.condemn(CodeChangeContent, "object", ref.String())
	case differ("OpenAction"), differ("AA"), differ("OCProperties"):
		s.condemn(CodeChangeAction, "object", ref.String())
	case !same(old, now, "DSS", "Extensions", "AcroForm", "Metadata", "Version") || !newer(old, now):
		s.refuse(CodeChangeObject, "object", ref.String())
	}
	if err := s.metadata(old, now); err != nil {
		return err
	}
	if err := s.extensions(old, now); err != nil {
		return err
	}
	if err := s.info(); err != nil {
		return err
	}
	if err := s.store(old, now); err != nil {
		return err
	}
	return s.form(old, now)
}

// newer reports whether the version that a catalog names is not taken back (7.2.2, Table 29).
func newer(old, now *pdfobj.Dict) bool {
	was, _ := old.Get("Version").(pdfobj.Name)
	is, ok := now.Get("Version").(pdfobj.Name)
	return is >= was && (ok || !now.Has("Version"))
}

// extensions may name more of them, and higher levels of those that are there (7.12).
func (s *comparison) extensions(oldCatalog, catalog *pdfobj.Dict) error {
	was, is, err := s.lookup(oldCatalog, catalog, "Extensions")
	if err != nil || pdfobj.Equal(was, is) {
		return err
	}
	old, _ := was.(*pdfobj.Dict)
	now, _ := is.(*pdfobj.Dict)
	if now == nil || now.Repeated() || was != nil && old == nil {
		s.refuse(CodeChangeExtensions)
		return nil
	}
	for key := range old.All() {
		if !now.Has(key) {
			s.refuse(CodeChangeExtensions)
			return nil
		}
	}
	s.allow(CodeChangedExtensions)
	return s.inert(now)
}

// info may say another date of modification, and by which program (14.3.3).
func (s *comparison) info() error {
	was, is, err := s.lookup(s.old.Trailer(), s.now.Trailer(), "Info")
	if err != nil || pdfobj.Equal(was, is) {
		return err
	}
	old, _ := was.(*pdfobj.Dict)
	now, _ := is.(*pdfobj.Dict)
	if old == nil || now == nil || !same(old, now, "ModDate", "Producer") {
		s.refuse(CodeChangeTrailer)
		return nil
	}
	s.allow(CodeChangedInfo)
	return nil
}

// store may hold more than before (12.8.4.3). What is in it is shown to nobody. How it is filed under single signatures is an aid for
// finding it, and may change.
func (s *comparison) store(oldCatalog, catalog *pdfobj.Dict) error {
	touched := len(s.open)
	was, is, err := s.lookup(oldCatalog, catalog, "DSS")
	if err != nil || was == nil && is == nil {
		return err
	}
	old, _ := was.(*pdfobj.Dict)
	now, _ := is.(*pdfobj.Dict)
	if now == nil || was != nil && old == nil || !same(old, now, "Type", "Certs", "OCSPs", "CRLs", "VRI") {
		s.refuse(CodeChangeStore)
		return nil
	}
	t := &storeComparison{comparison: s, is: make(map[pdfobj.Ref]bool)}
	if err := t.pieces(old, now, "Certs", "OCSPs", "CRLs"); err != nil {
		return err
	}
	if err := t.vri(old, now); err != nil {
		return err
	}
	if err := t.kept(); err != nil {
		return err
	}
	switch {
	case t.bad:
		s.refuse(CodeChangeStore)
	case len(s.open) < touched || !pdfobj.Equal(was, is):
		s.allow(CodeChangedStore)
	}
	return nil
}

// storeComparison collects the streams of a store, then and now.
type storeComparison struct {
	*comparison
	was []pdfobj.Ref
	is  map[pdfobj.Ref]bool // whether it is the one that was under that number before
	bad bool
}

func (t *storeComparison) vri(oldStore, store *pdfobj.Dict) error {
	was, is, err := t.lookup(oldStore, store, "VRI")
	if err != nil || was == nil && is == nil {
		return err
	}
	old, _ := was.(*pdfobj.Dict)
	now, _ := is.(*pdfobj.Dict)
	if now == nil && is != nil || now.Repeated() || was != nil && old == nil {
		t.bad = true
		return nil
	}
	for _, d := range [2]*pdfobj.Dict{old, now} {
		for key := range d.All() {
			if d == now && old.Has(key) || key == "Type" {
				continue // met with the old one
			}
			if err := t.entry(old, now, key); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *storeComparison) entry(oldVRI, vri *pdfobj.Dict, key pdfobj.Name) error {
	was, is, err := t.lookup(oldVRI, vri, key)
	if err != nil {
		return err
	}
	old, _ := was.(*pdfobj.Dict)
	now, _ := is.(*pdfobj.Dict)
	if now == nil && is != nil || was != nil && old == nil || now != nil && !same(old, now, "Type", "Cert", "OCSP", "CRL", "TU", "TS") {
		t.bad = true
		return nil
	}
	if err := t.pieces(old, now, "Cert", "OCSP", "CRL"); err != nil {
		return err
	}
	return t.list(pdfobj.Array{old.Get("TS")}, pdfobj.Array{now.Get("TS")})
}

func (t *storeComparison) pieces(old, now *pdfobj.Dict, keys ...pdfobj.Name) error {
	for _, key := range keys {
		was, is, err := t.lookup(old, now, key)
		if err != nil {
			return err
		}
		wasList, _ := was.(pdfobj.Array)
		isList, _ := is.(pdfobj.Array)
		if was != nil && wasList == nil || is != nil && isList == nil {
			t.bad = true
			return nil
		}
		if err := t.list(wasList, isList); err != nil {
			return err
		}
	}
	return nil
}

func (t *storeComparison) list(was, is pdfobj.Array) error {
	if t.work += len(was) + len(is); t.work > limits.PDFCompareWork {
		return errTooMuch
	}
	for _, item := range was {
		if ref, ok := item.(pdfobj.Ref); ok {
			t.was = append(t.was, ref)
		}
	}
	for _, item := range is {
		if item == nil {
			continue
		}
		ref, ok := item.(pdfobj.Ref)
		if !ok {
			t.bad = true
			continue
		}
		if _, known := t.is[ref]; known {
			continue
		}
		_, redefined := t.open[ref.Num]
		t.is[ref] = !redefined
		ok, err := t.piece(ref)
		if err != nil {
			return err
		}
		t.bad = t.bad || !ok
	}
	return nil
}

// kept makes sure that nothing is missing. The content counts, not the numbers.
func (t *storeComparison) kept() error {
	var content map[[sha256.Size]byte]bool
	for _, ref := range t.was {
		if t.is[ref] {
			continue
		}
		if content == nil {
			content = make(map[[sha256.Size]byte]bool, len(t.is))
			for ref := range t.is {
				sum, err := t.sum(t.now, ref)
				if err != nil {
					return err
				}
				content[sum] = true
			}
		}
		sum, err := t.sum(t.old, ref)
		if err != nil {
			return err
		}
		t.bad = t.bad || !content[sum]
	}
	return nil
}

// storeKeys are the keys under which a store has its streams.
var storeKeys = []pdfobj.Name{"Certs", "OCSPs", "CRLs", "Cert", "OCSP", "CRL", "TS"}

// piece takes a stream of a store; anything else that is new has no place there.
func (s *comparison) piece(ref pdfobj.Ref) (bool, error) {
	if _, open := s.open[ref.Num]; !open {
		return true, nil
	}
	o, err := s.now.Get(ref)
	if err != nil {
		return false, err
	}
	st, ok := o.(*pdfobj.Stream)
	if !ok {
		return false, nil
	}
	if !s.added[ref.Num] && !s.users[ref.Num].within(storeKeys...) {
		return false, nil // defined anew, and it serves in another place too; in an array of its own it could be any
	}
	delete(s.open, ref.Num)
	return true, s.inert(st.Dict)
}

func (s *comparison) sum(f *pdfobj.File, ref pdfobj.Ref) (sum [sha256.Size]byte, err error) {
	o, err := f.Get(ref)
	if err != nil {
		return sum, err
	}
	st, ok := o.(*pdfobj.Stream)
	if !ok {
		return sum, nil
	}
	data, err := f.StreamData(st, limits.RevokeCRL)
	if err != nil {
		return sum, err
	}
	if s.octets += int64(len(data)); s.octets > limits.PDFEvidenceBytes {
		return sum, errTooMuch
	}
	return sha256.Sum256(data), nil
}

// inert takes the new objects under a value that nobody is shown: extension dictionaries, the insides of signature dictionaries, what
// streams of a store refer to; and under the appearance of a widget, which is judged as a whole.
func (s *comparison) inert(o pdfobj.Object) error {
	return walk(s.now, o, func(ref pdfobj.Ref) bool {
		_, open := s.open[ref.Num]
		if open = open && s.added[ref.Num]; open {
			delete(s.open, ref.Num)
		}
		return open
	})
}

// walk goes through a value and the objects that it leads to, as far as follow says; it has to say no to what was there before.
func walk(f *pdfobj.File, o pdfobj.Object, follow func(pdfobj.Ref) bool) error {
	for stack := []pdfobj.Object{o}; len(stack) > 0; {
		o, stack = stack[len(stack)-1], stack[:len(stack)-1]
		switch o := o.(type) {
		case pdfobj.Ref:
			if !follow(o) {
				continue
			}
			v, err := f.Get(o)
			if err != nil {
				return err
			}
			stack = append(stack, v)
		case pdfobj.Array:
			stack = append(stack, o...)
		case *pdfobj.Dict:
			for _, v := range o.All() {
				stack = append(stack, v)
			}
		case *pdfobj.Stream:
			stack = append(stack, o.Dict)
		}
	}
	return nil
}
