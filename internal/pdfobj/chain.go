package pdfobj

import (
	"bytes"
	"errors"

	"github.com/kyso-dev/kyso/internal/limits"
)

const (
	tailSize = 1024     // where readers look for startxref first
	tailMore = 64 << 10 // and where kyso looks when it is not there
	nearby   = 64       // how far from its offset a section may be
)

// readChain reads every cross-reference section from the newest back. It returns false where that cannot be done and the file
// has to be scanned; an error is a reader that failed or a limit.
func (f *File) readChain() (bool, error) {
	at, found, err := f.lastStartXref()
	if err != nil || !found {
		return false, err
	}
	// Offsets count from the header in most readers, from the beginning of the file in some; only junk before it tells them apart.
	f.in.bias = f.in.header
	first, ok, err := f.sectionAt(at+f.in.bias, false)
	if err == nil && !ok && f.in.bias != 0 {
		f.in.bias = 0
		first, ok, err = f.sectionAt(at, false)
	}
	exact := ok
	if err == nil && !ok {
		f.in.bias = f.in.header
		first, ok, err = f.sectionAt(at+f.in.bias, true)
	}
	if err != nil || !ok {
		return false, err
	}
	if f.in.bias != f.in.header {
		f.repaired = true // most readers see nothing but broken offsets here
	}
	f.start, f.trailer = first.offset, first.trailer
	f.sections = append(f.sections, first)
	seen := visited{}
	seen.add(first.offset)
	for i := 0; ; i++ {
		s := &f.sections[i]
		if ok, err := f.readHybrid(s); err != nil || !ok {
			return false, err
		}
		if s.prev == 0 {
			if s.trailer.Has("Prev") && !s.complete() {
				return false, nil // 0 is no offset of a section; something is missing
			}
			break
		}
		if len(f.sections) >= limits.PDFSections {
			return false, failLimit("cross-reference sections", limits.PDFSections)
		}
		prev, ok, err := f.sectionAt(s.prev+f.in.bias, false)
		if err == nil && !ok {
			prev, ok, err = f.sectionAt(s.prev+f.in.bias, true)
			f.repaired = true
		}
		if err != nil || !ok || !seen.add(prev.offset) {
			return false, err
		}
		f.sections = append(f.sections, prev)
	}
	f.inheritTrailer()
	if !exact {
		return f.entriesLead()
	}
	return true, nil
}

// entriesLead reports whether every entry leads to its object. A startxref that is off by a few octets may be all that is wrong, or
// the sign of a file that was edited by hand.
func (f *File) entriesLead() (bool, error) {
	nums, err := f.numbers(f.sections)
	if err != nil {
		return false, err
	}
	for _, num := range nums {
		l, err := f.find(num)
		if err != nil {
			return false, err
		}
		if l.kind != entryUsed {
			continue
		}
		if ok, err := f.headerAt(l.off, Ref{num, l.gen}); err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

// visited is a set of offsets: short chains need no map.
type visited struct {
	few  [8]int64
	n    int
	many map[int64]struct{}
}

func (v *visited) add(off int64) bool {
	for _, o := range v.few[:v.n] {
		if o == off {
			return false
		}
	}
	if v.n < len(v.few) {
		v.few[v.n] = off
		v.n++
		return true
	}
	if _, ok := v.many[off]; ok {
		return false
	}
	if v.many == nil {
		v.many = make(map[int64]struct{})
	}
	v.many[off] = struct{}{}
	return true
}

// inheritTrailer fills in what the newest trailer lacks and an update should have repeated (7.5.6).
func (f *File) inheritTrailer() {
	if f.trailer.Has("Root") {
		return
	}
	for i := range f.sections[1:] {
		old := f.sections[i+1].trailer
		if !old.Has("Root") {
			continue
		}
		f.trailer = f.trailer.Clone()
		for _, key := range []Name{"Root", "Info", "ID", "Encrypt"} {
			if v := old.Get(key); v != nil && !f.trailer.Has(key) {
				f.trailer.Set(key, v)
			}
		}
		f.repaired = true
		return
	}
}

// lastStartXref reads the number after the last startxref.
func (f *File) lastStartXref() (int64, bool, error) {
	for _, tail := range []int64{tailSize, tailMore} {
		from := max(0, f.in.size-tail)
		b, err := f.in.at(from, int(f.in.size-from))
		if err != nil {
			return 0, false, err
		}
		i := bytes.LastIndex(b, []byte("startxref"))
		if i >= 0 {
			p := &f.in.parser
			p.reset(b, i+len("startxref"), true)
			if !p.space() {
				return 0, false, nil
			}
			n, ok := p.digits(18)
			return int64(n), ok && n > 0, nil
		}
		if from == 0 {
			break
		}
	}
	return 0, false, nil
}

// sectionAt reads the section at an offset of the file, or near it: off-by-a-few offsets come from programs that count line
// ends wrongly.
func (f *File) sectionAt(off int64, near bool) (section, bool, error) {
	if off < 0 || off >= f.in.size {
		return section{}, false, nil
	}
	if near {
		var err error
		if off, err = f.sectionNear(off); err != nil || off < 0 {
			return section{}, false, err
		}
	}
	b, err := f.in.at(off, 256)
	if err != nil {
		return section{}, false, err
	}
	i := 0
	for i < len(b) && class[b[i]] == classSpace {
		i++
	}
	b = b[i:]
	s := section{offset: off + int64(i)}
	var ok bool
	switch {
	case bytes.HasPrefix(b, []byte("xref")):
		ok, err = f.readTable(&s)
	case len(b) > 0 && isDigit(b[0]):
		ok, err = f.readXrefStream(&s)
	}
	return s, ok, err
}

// sectionNear finds the word "xref" or the header of an object nearest to an offset, -1 for none.
func (f *File) sectionNear(off int64) (int64, error) {
	from := max(0, off-nearby)
	b, err := f.in.at(from, 2*nearby)
	if err != nil {
		return -1, err
	}
	b = b[:min(len(b), 2*nearby)]
	best := int64(-1)
	nearer := func(at int64) {
		if best < 0 || abs(at-off) < abs(best-off) {
			best = at
		}
	}
	for i := 0; ; {
		k := bytes.Index(b[i:], []byte("xref"))
		if k < 0 {
			break
		}
		if i += k; i == 0 && from == 0 || i > 0 && class[b[i-1]] != classRegular {
			nearer(from + int64(i))
		}
		i += 4
	}
	for i := 0; ; {
		k := bytes.Index(b[i:], []byte("obj"))
		if k < 0 {
			break
		}
		i += k
		if start, ok := headerBefore(b, i); ok {
			nearer(from + int64(start))
		}
		i += 3
	}
	return best, nil
}

// headerBefore finds where "12 0 " begins that stands before the word obj at i.
func headerBefore(b []byte, i int) (int, bool) {
	number := func() bool {
		end := i
		for i > 0 && isDigit(b[i-1]) && end-i < 11 {
			i--
		}
		return i < end
	}
	space := func() bool {
		end := i
		for i > 0 && class[b[i-1]] == classSpace {
			i--
		}
		return i < end
	}
	space() // "0obj" occurs
	if !number() || !space() || !number() {
		return 0, false
	}
	return i, true
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

// readHybrid reads the stream that goes with a table (7.5.8.4).
func (f *File) readHybrid(s *section) (bool, error) {
	if s.stream {
		return true, nil
	}
	off, ok := s.trailer.Get("XRefStm").(int64)
	if !ok || off <= 0 {
		return true, nil
	}
	h, ok, err := f.sectionAt(off+f.in.bias, false)
	if err != nil || !ok || !h.stream {
		return false, err
	}
	s.hybrid = &h
	return true, nil
}

// structural turns an error of content into nil, so that the file is scanned instead; failing readers and limits stay errors.
func structural(err error) error {
	var e *Error
	if errors.As(err, &e) && (e.Code() == string(CodeRead) || e.Code() == string(CodeLimit)) {
		return err
	}
	return nil
}
