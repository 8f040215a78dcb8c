package pdf

import (
	"slices"
	"strconv"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/pdfobj"
)

const (
	clauseRange    = "ISO 32000-2, 12.8.1"
	clauseRangeETS = "ETSI EN 319 142-1, 5.2"
)

// place finds out what a signature covers, and which revision's dictionary is the one to believe.
func (r *reader) place(e *entry) error {
	values, err := r.integers(r.file, e.dict, "ByteRange")
	if err != nil {
		return err
	}
	e.ByteRange, e.Extent = values, Part
	if values == nil {
		e.add(CodeRangeMissing, finding.Error, clauseRange)
		return r.describe(e, r.file)
	}
	s, bad := checkByteRange(values, r.size)
	if bad != "" {
		e.add(bad, finding.Error, clauseRange)
		return r.describe(e, r.file)
	}
	e.span = s
	e.Appended = r.size - s.end
	revision, whole := r.revisionAt(s.end)
	view, err := r.view(revision)
	if err != nil {
		return err
	}
	sound, err := r.inside(e, view)
	if err != nil {
		return err
	}
	if err := r.describe(e, view); err != nil {
		return err
	}
	if !sound {
		return nil
	}
	e.sound = true
	switch {
	case s.end == r.size:
		e.Extent, e.Revision = Whole, len(r.revs)
	case whole:
		e.Extent, e.Revision = OfRevision, revision+1
	default:
		e.add(CodePart, finding.Error, clauseRange)
	}
	if e.Appended > 0 {
		e.add(CodeAppended, finding.Info, "", "octets", strconv.FormatInt(e.Appended, 10))
	}
	return nil
}

// revisionAt is the index of the revision that ends at an offset: behind its %%EOF, with the line end that follows or without.
// whole is false where none ends there; then the revision is the first one that holds the offset.
func (r *reader) revisionAt(end int64) (index int, whole bool) {
	index = len(r.revs) - 1
	for i, rev := range slices.Backward(r.revs) { // of two that end alike, for want of an end marker, the later one says what is signed
		if end > rev.End {
			break
		}
		if end >= rev.EOF {
			return i, true
		}
		index = i
	}
	return index, false
}

// inside makes sure that what is signed and what carries the signature belong together: the dictionary in force is the one that the
// signed revision has, it lies inside the signed octets, and what they leave out is its /Contents, octet for octet (P3, P20).
func (r *reader) inside(e *entry, view *pdfobj.File) (sound bool, err error) {
	at, err := view.ObjectSpan(e.key)
	if sourceFailed(err) {
		return false, unreadable(err)
	}
	if err != nil {
		e.add(CodeOutside, finding.Error, clauseRangeETS)
		return false, nil
	}
	if view != r.file {
		now, err := r.file.ObjectSpan(e.key)
		if sourceFailed(err) {
			return false, unreadable(err)
		}
		if err != nil || now != at {
			e.add(CodeRewritten, finding.Error, clauseRangeETS)
		}
	}
	hole, ok, err := view.ValueSpan(e.key, e.path("Contents")...)
	if sourceFailed(err) {
		return false, unreadable(err)
	}
	if err != nil || !ok || !at.Stream.IsZero() || hole.Start != e.span.gap || hole.End != e.span.tail {
		e.add(CodeRangeGap, finding.Error, clauseRange)
		return false, nil
	}
	var ends [2]byte
	if err := readFull(r.src, ends[:1], hole.Start); err != nil {
		return false, err
	}
	if err := readFull(r.src, ends[1:], hole.End-1); err != nil {
		return false, err
	}
	if ends != [2]byte{'<', '>'} {
		e.add(CodeRangeGap, finding.Error, clauseRange)
		return false, nil
	}
	if at.Start >= e.span.gap || at.End > e.span.end || at.End <= e.span.tail {
		e.add(CodeOutside, finding.Error, clauseRangeETS)
		return false, nil
	}
	return true, nil
}

// describe reads the dictionary as the given revision has it: what a later one says about who signed why is not to be shown (P8).
func (r *reader) describe(e *entry, view *pdfobj.File) error {
	if view != r.file {
		object, err := view.Get(e.key)
		if sourceFailed(err) {
			return unreadable(err)
		}
		dict, _ := object.(*pdfobj.Dict)
		if e.direct {
			if dict, _, err = view.LookupDict(dict, "V"); sourceFailed(err) {
				return unreadable(err)
			}
		}
		if dict != nil {
			e.dict = dict
		}
	}
	d := describer{view: view, dict: e.dict}
	e.Filter, e.SubFilter = d.name("Filter"), d.name("SubFilter")
	kind := d.name("Type")
	if contents, ok := d.get("Contents").(pdfobj.String); ok {
		e.Contents = []byte(contents)
	}
	if e.dict.Repeated() {
		e.add(CodeRepeatedKey, finding.Error, "ISO 32000-2, 7.3.7")
	}
	if e.Filter == "" {
		e.add(CodeFilterOther, finding.Warning, "ISO 32000-2, Table 255")
	}
	// The sub-filter decides what something is; a /Type that says otherwise is an error (P9).
	isToken := e.SubFilter == subFilterToken
	if kind == "DocTimeStamp" != isToken && (kind != "" || isToken) {
		e.add(CodeTypeMismatch, finding.Error, "ISO 32000-2, 12.8.5", "type", orNone(kind), "sub_filter", orNone(e.SubFilter))
	}
	if isToken {
		e.timestamp = &Timestamp{Content: integrityUnknown, Signature: integrityUnknown}
		return d.err
	}
	s := &Signature{Reason: d.text("Reason"), Location: d.text("Location"), Name: d.text("Name"), ContactInfo: d.text("ContactInfo")}
	e.signature = s
	if t, zoned, ok := parseDate(d.text("M")); ok {
		s.ClaimedTime, s.ZoneMissing = &t, !zoned
	}
	if d.err != nil {
		return d.err
	}
	var p permissions
	if err := p.add(view, e.dict, e.Field); sourceFailed(err) {
		return err
	}
	s.Certification, s.Locks = p.certified, len(p.locks) > 0
	e.locks, e.permits, e.certifies = p.locks, p.allowed, p.certified != 0
	return nil
}

func orNone(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// describer reads values of one dictionary; the first error stays.
type describer struct {
	view *pdfobj.File
	dict *pdfobj.Dict
	err  error
}

func (d *describer) get(key pdfobj.Name) pdfobj.Object {
	v, _, err := d.view.Lookup(d.dict, key)
	if sourceFailed(err) && d.err == nil {
		d.err = unreadable(err)
	}
	return v
}

func (d *describer) name(key pdfobj.Name) string {
	n, _ := d.get(key).(pdfobj.Name)
	return string(n)
}

func (d *describer) text(key pdfobj.Name) string {
	s, _ := d.get(key).(pdfobj.String)
	return decodeText([]byte(s))
}

// integers is an array of integers, nil where it is anything else. Its length is left as it is, within reason.
func (r *reader) integers(f *pdfobj.File, dict *pdfobj.Dict, key pdfobj.Name) ([]int64, error) {
	list, _, err := f.LookupArray(dict, key)
	if sourceFailed(err) {
		return nil, unreadable(err)
	}
	if err != nil || list == nil {
		return nil, nil
	}
	out := make([]int64, 0, min(len(list), 8))
	for _, v := range list {
		v, err := f.Resolve(v)
		if sourceFailed(err) {
			return nil, unreadable(err)
		}
		n, ok := v.(int64)
		if err != nil || !ok {
			return nil, nil
		}
		if out = append(out, n); len(out) == 64 {
			break // wrong in any case
		}
	}
	return out, nil
}
