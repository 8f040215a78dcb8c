package pdfobj

import (
	"slices"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Revision is one state of the file: what was there when its cross-reference section was written (7.5.6). A linearized file has
// two sections for its first revision.
type Revision struct {
	Xref int64 // offset of the section that startxref names
	EOF  int64 // offset after the "%%EOF" that ends the revision
	End  int64 // offset after the end-of-line marker behind it; EOF where there is none

	newest int // index in File.sections
}

// Revisions lists the states of the file, oldest first. A file that had to be scanned has one.
func (f *File) Revisions() ([]Revision, error) {
	if f.spans != nil {
		return f.spans, nil
	}
	if f.scanned {
		r := Revision{Xref: -1, EOF: f.in.size, End: f.in.size}
		from := max(0, f.in.size-tailSize)
		for {
			at, err := f.indexFrom(from, f.in.size, eofMark)
			if err != nil {
				return nil, err
			}
			if at < 0 {
				break
			}
			from = at + int64(len(eofMark))
			if r.EOF = from; true {
				if r.End, err = f.lineEnd(from); err != nil {
					return nil, err
				}
			}
		}
		f.spans = []Revision{r}
		return f.spans, nil
	}
	var revisions []Revision
	for i := len(f.sections) - 1; i >= 0; {
		newest, end := i, f.sections[i].end
		if i == len(f.sections)-1 && i > 0 && f.sections[i-1].offset < f.sections[i].offset {
			// The first section of a linearized file (annex F) lies before the one that its /Prev names.
			newest--
		}
		r := Revision{Xref: f.sections[newest].offset, EOF: end, End: end, newest: newest}
		at, err := f.indexFrom(end, min(f.in.size, end+tailSize), eofMark)
		if err != nil {
			return nil, err
		}
		if at >= 0 {
			r.EOF = at + int64(len(eofMark))
			if r.End, err = f.lineEnd(r.EOF); err != nil {
				return nil, err
			}
		}
		revisions = append(revisions, r)
		i = newest - 1
	}
	f.spans = revisions
	return f.spans, nil
}

const eofMark = "%%EOF"

// lineEnd is the offset after the end-of-line marker at pos, pos when there is none.
func (f *File) lineEnd(pos int64) (int64, error) {
	b, err := f.in.at(pos, 2)
	if err != nil || len(b) == 0 {
		return pos, err
	}
	switch {
	case b[0] == '\n':
		return pos + 1, nil
	case b[0] == '\r' && len(b) > 1 && b[1] == '\n':
		return pos + 2, nil
	case b[0] == '\r':
		return pos + 1, nil
	}
	return pos, nil
}

// At is the file as it was in a revision (an index of [File.Revisions]): its cross-references, and not one octet of what came
// after it.
func (f *File) At(revision int) (*File, error) {
	revisions, err := f.Revisions()
	if err != nil {
		return nil, err
	}
	if revision < 0 || revision >= len(revisions) {
		return nil, fail(CodeRevision, nil, "revision", itoa(int64(revision)))
	}
	r := revisions[revision]
	in := &input{
		window: window{r: f.in.r, size: r.End}, table: window{r: f.in.r, size: r.End},
		header: f.in.header, bias: f.in.bias, found: f.in.found, major: f.in.major, minor: f.in.minor,
		search: 8*r.End + 1<<20, xref: limits.PDFXrefBytes,
	}
	view := &File{
		in: in, sections: f.sections[r.newest:], trailer: f.sections[r.newest].trailer, start: r.Xref,
		repaired: f.repaired, scanned: f.scanned, noRepair: f.noRepair, view: true, index: f.shared(), base: f.base + r.newest, spans: revisions[: revision+1 : revision+1],
	}
	if f.scanned {
		view.trailer = f.trailer
	}
	if r.newest > 0 {
		view.spans = slices.Clone(view.spans)
		for i := range view.spans {
			view.spans[i].newest -= r.newest
		}
	}
	view.inheritTrailer()
	return view, nil
}

// ChangedSince lists, by number, the objects that are defined otherwise now than in that revision: changed, added or freed. An
// object that was written again as it was counts as changed.
func (f *File) ChangedSince(revision int) ([]Ref, error) {
	old, err := f.At(revision)
	if err != nil {
		return nil, err
	}
	nums, err := f.numbers(f.sections[:len(f.sections)-len(old.sections)])
	if err != nil {
		return nil, err
	}
	var changed []Ref
	containers := map[uint32]bool{}
	for _, num := range nums {
		now, err := f.find(num)
		if err != nil {
			return nil, err
		}
		then, err := old.find(num)
		if err != nil {
			return nil, err
		}
		if now == then || now.kind <= entryFree && then.kind <= entryFree {
			continue
		}
		changed = append(changed, Ref{num, max(now.gen, then.gen)})
		if then.kind == entryUsed {
			// An object stream that is written anew changes the objects in it, though their entries stay.
			if o, err := old.Get(Ref{num, then.gen}); err == nil {
				if st, ok := o.(*Stream); ok && st.Dict.Has("First") && st.Dict.Has("N") {
					containers[num] = true
				}
			}
		}
	}
	if len(containers) == 0 {
		return changed, nil
	}
	if nums, err = f.numbers(f.sections); err != nil {
		return nil, err
	}
	for _, num := range nums {
		now, err := f.find(num)
		if err != nil {
			return nil, err
		}
		if now.kind == entryCompressed && containers[now.stream] {
			changed = append(changed, Ref{Num: num})
		}
	}
	slices.SortFunc(changed, func(a, b Ref) int { return int(a.Num) - int(b.Num) })
	return slices.Compact(changed), nil
}
