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

// readTable reads a classic table and its trailer.
func (f *File) readTable(s *section) (bool, error) {
	pos := s.offset + int64(len("xref"))
	for {
		b, skipped, err := f.skipSpace(pos, 64)
		if err != nil || len(b) == 0 {
			return false, err
		}
		pos += int64(skipped)
		if bytes.HasPrefix(b, []byte("trailer")) {
			return f.readTrailer(s, pos+int64(len("trailer")))
		}
		p := &f.in.parser
		p.reset(b[:min(len(b), 64)], 0, true)
		first, ok := p.digits(10)
		if !ok || !p.gap() {
			return false, nil
		}
		count, ok := p.digits(10)
		if !ok {
			return false, nil
		}
		pos += int64(p.pos)
		b, skipped, err = f.skipSpace(pos, 20)
		if err != nil {
			return false, err
		}
		pos += int64(skipped)
		if count > uint64(f.in.size-pos)/16 {
			return false, nil
		}
		if first == 1 && count > 0 && len(b) >= 18 && string(b[:18]) == "0000000000 65535 f" {
			first, f.repaired = 0, true // the free list's head is object 0, whatever the table calls it
		}
		next, ok, err := f.regular(pos, int64(count))
		if err != nil {
			return false, err
		}
		if ok {
			ok = s.addRun(first, count, pos)
		} else {
			next, ok, err = f.irregular(s, pos, first, count)
		}
		if err != nil || !ok {
			return false, err
		}
		pos = next
	}
}

// skipSpace returns at least n octets after the white space at pos, if the file has them.
func (f *File) skipSpace(pos int64, n int) (b []byte, skipped int, err error) {
	b, err = f.in.at(pos, n+32)
	for {
		for i, c := range b {
			if class[c] != classSpace {
				if len(b)-i < n {
					b, err = f.in.at(pos+int64(i), n)
					return b, skipped + i, err
				}
				return b[i:], skipped + i, err
			}
		}
		if skipped += len(b); err != nil || len(b) == 0 || skipped > smallFile {
			return nil, skipped, err
		}
		pos += int64(len(b))
		b, err = f.in.at(pos, n+32)
	}
}

// regular reports whether count entries of exactly 20 octets begin at pos, and where they end. Of a long table it looks at both
// ends, at samples, and at what comes after: a table that is irregular in between would have to make up for it exactly.
func (f *File) regular(pos, count int64) (int64, bool, error) {
	end := pos + 20*count
	if end > f.in.size {
		return 0, false, nil
	}
	step := int64(1)
	if count > 1024 {
		step = count / 64
	}
	for i := int64(0); i < count; i += step {
		b, err := f.in.at(pos+20*i, 20)
		if err != nil {
			return 0, false, err
		}
		if len(b) < 20 || !regularEntry(b) {
			return 0, false, nil
		}
	}
	b, _, err := f.skipSpace(end, 8)
	if err != nil || len(b) == 0 {
		return 0, false, err
	}
	return end, b[0] == 't' || isDigit(b[0]), nil
}

func regularEntry(b []byte) bool {
	for _, c := range b[:10] {
		if !isDigit(c) {
			return false
		}
	}
	for _, c := range b[11:16] {
		if !isDigit(c) {
			return false
		}
	}
	return b[10] == ' ' && b[16] == ' ' && (b[17] == 'n' || b[17] == 'f') && class[b[18]] == classSpace && class[b[19]] == classSpace
}

// irregular reads entries of any width into memory. A table that ends early is taken as it is.
func (f *File) irregular(s *section, pos int64, first, count uint64) (int64, bool, error) {
	p := &f.in.parser
	for i := range count {
		b, skipped, err := f.skipSpace(pos, 48)
		if err != nil || len(b) == 0 {
			return 0, false, err
		}
		pos += int64(skipped)
		if b[0] == 't' {
			return pos, true, nil
		}
		p.reset(b[:min(len(b), 48)], 0, true)
		off, ok := p.digits(18)
		if !ok || !p.gap() {
			return 0, false, nil
		}
		gen, ok := p.digits(10)
		if !ok || !p.space() || first+i > limits.PDFObjectNumber {
			return 0, false, nil
		}
		e := tableEntry{num: uint32(first + i), gen: uint16(min(gen, 65535)), kind: entryFree}
		switch b[p.pos] {
		case 'n':
			e.kind, e.off = entryUsed, int64(off)
			e = f.usedEntry(e)
		case 'f':
		default:
			return 0, false, nil
		}
		if len(s.list) >= limits.PDFObjects {
			return 0, false, failLimit("objects", limits.PDFObjects)
		}
		s.list = append(s.list, e)
		pos += int64(p.pos + 1)
	}
	return pos, true, nil
}

// usedEntry turns the offset of an entry into one of the file. An object cannot be at offset 0: such an entry is free.
func (f *File) usedEntry(e tableEntry) tableEntry {
	if e.off == 0 {
		e.kind = entryFree
		return e
	}
	e.off += f.in.bias
	return e
}

// tableEntry reads an entry of a regular table.
func (f *File) tableEntry(at int64) (location, error) {
	w := &f.in.table
	if f.in.size <= smallFile {
		w = &f.in.window
	}
	b, err := w.at(at, 20)
	if err != nil {
		return location{}, err
	}
	if len(b) < 20 || !regularEntry(b) {
		return location{kind: entryUsed, off: -1}, nil // leads nowhere: the file is scanned
	}
	var off int64
	for _, c := range b[:10] {
		off = off*10 + int64(c-'0')
	}
	gen := 0
	for _, c := range b[11:16] {
		gen = gen*10 + int(c-'0')
	}
	e := tableEntry{off: off, gen: uint16(min(gen, 65535)), kind: entryFree}
	if b[17] == 'n' {
		e.kind = entryUsed
		e = f.usedEntry(e)
	}
	return e.location(), nil
}

// readTrailer reads the dictionary after the word trailer.
func (f *File) readTrailer(s *section, pos int64) (bool, error) {
	s.sortList()
	d, end, err := f.dictAt(pos)
	if err != nil || d == nil {
		return false, err
	}
	s.trailer, s.end = d, end
	// A trailer that readers may understand differently is not built upon.
	f.repaired = f.repaired || f.in.parser.malformed || f.in.parser.repeated
	return s.setPrev(), nil
}

// setPrev reads /Prev. 0 is what some programs write for none, and others where they have lost it.
func (s *section) setPrev() bool {
	switch prev := s.trailer.Get("Prev").(type) {
	case nil:
		return true
	case int64:
		s.prev = prev
		return prev >= 0
	case float64:
		s.prev = int64(prev)
		return prev >= 0 && prev < 1<<53
	}
	return false
}

// dictAt reads a dictionary that is no indirect object; nil when there is none.
func (f *File) dictAt(pos int64) (*Dict, int64, error) {
	p := &f.in.parser
	for n := 1024; ; {
		b, err := f.in.at(pos, n)
		if err != nil {
			return nil, 0, err
		}
		p.reset(b, 0, pos+int64(len(b)) >= f.in.size)
		o, _ := p.value()
		if p.stop == stopNot {
			d, _ := o.(*Dict)
			return d, pos + int64(p.pos), nil
		}
		if p.stop != stopShort || len(b) >= limits.PDFObjectBytes {
			return nil, 0, nil
		}
		n = 2 * max(n, len(b))
	}
}

// readXrefStream reads a cross-reference stream (7.5.8).
func (f *File) readXrefStream(s *section) (bool, error) {
	ref, o, _, ok, err := f.indirectAt(s.offset)
	if err != nil {
		return false, structural(err)
	}
	st, isStream := o.(*Stream)
	if !ok || !isStream {
		return false, nil
	}
	f.repaired = f.repaired || f.in.parser.malformed || f.in.parser.repeated
	s.stream, s.number, s.trailer = true, ref.Num, st.Dict
	w, ok := st.Dict.Get("W").(Array)
	if !ok || len(w) < 3 || !s.setPrev() {
		return false, nil
	}
	total := 0
	for i := range s.width {
		n, ok := w[i].(int64)
		if !ok || n < 0 || n > 8 {
			return false, nil
		}
		s.width[i] = int(n)
		total += int(n)
	}
	if total == 0 {
		return false, nil
	}
	if s.rows, err = f.decode(st, f.in.xref, false); err != nil {
		return false, structural(err)
	}
	f.in.xref -= int64(len(s.rows))
	s.end = st.offset + st.length
	rows := int64(len(s.rows) / total)
	index, ok := st.Dict.Get("Index").(Array)
	if !ok {
		size, ok := st.Dict.Get("Size").(int64)
		if !ok || size < 0 {
			return false, nil
		}
		index = Array{int64(0), size}
	}
	next := int64(0)
	for i := 0; i+1 < len(index) && next < rows; i += 2 {
		first, ok1 := index[i].(int64)
		count, ok2 := index[i+1].(int64)
		if !ok1 || !ok2 || first < 0 || count < 0 {
			return false, nil
		}
		count = min(count, rows-next)
		if !s.addRun(uint64(first), uint64(count), next) {
			return false, nil
		}
		next += count
	}
	return true, nil
}

// row reads an entry of a cross-reference stream (7.5.8.3).
func (s *section) row(i, bias int64) location {
	total := s.width[0] + s.width[1] + s.width[2]
	row := s.rows[int(i)*total:][:total]
	var field [3]uint64
	for k, n := range s.width {
		for _, c := range row[:n] {
			field[k] = field[k]<<8 | uint64(c)
		}
		row = row[n:]
	}
	if s.width[0] == 0 {
		field[0] = 1
	}
	switch field[0] {
	case 0:
		return location{kind: entryFree}
	case 1:
		if field[1] == 0 || field[1] >= 1<<62 {
			return location{kind: entryFree}
		}
		return location{kind: entryUsed, off: int64(field[1]) + bias, gen: uint16(min(field[2], 65535))}
	case 2:
		if field[1] > limits.PDFObjectNumber || field[2] > limits.PDFObjectNumber {
			return location{kind: entryFree}
		}
		return location{kind: entryCompressed, stream: uint32(field[1]), index: uint32(field[2])}
	}
	return location{kind: entryFree} // other types are null (7.5.8.3)
}

// structural turns an error of content into nil, so that the file is scanned instead; failing readers and limits stay errors.
func structural(err error) error {
	var e *Error
	if errors.As(err, &e) && (e.Code() == string(CodeRead) || e.Code() == string(CodeLimit)) {
		return err
	}
	return nil
}
