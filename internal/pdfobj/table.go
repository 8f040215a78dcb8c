package pdfobj

import (
	"bytes"

	"github.com/kyso-dev/kyso/internal/limits"
)

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
