package pdfobj

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Difference is what an incremental update does to the objects of the revision before it, by its cross-references and by its octets.
type Difference struct {
	Added   []Ref // numbers that had no object; by number, as are the others
	Changed []Ref // objects that are defined anew, be it as they were
	Freed   []Ref
	Oddity  Oddity // the first reason why readers may differ on the update; "": none
	At      int64  // where that is in the file
}

// Oddity is a way in which an update is not what a plain one is. Readers that are strict, lenient or repair the file may then see
// different documents, so nothing can be said about what the update does.
type Oddity string

// The oddities.
const (
	OddSections   Oddity = "sections"   // not exactly one section behind the one before, or a hybrid one
	OddStart      Oddity = "startxref"  // the word startxref of a revision names another section than its successor does
	OddEntries    Oddity = "entries"    // an object has two entries, or one that no object can have
	OddBackward   Oddity = "backward"   // an entry leads to octets that are not the update's
	OddGeneration Oddity = "generation" // a generation that does not follow from the one before
	OddObject     Oddity = "object"     // an object cannot be read, or not without guessing
	OddHidden     Oddity = "hidden"     // an object stream holds objects that no entry names
	OddOverlap    Oddity = "overlap"    // objects overlap
	OddStray      Oddity = "stray"      // octets that belong to no object
)

func (d *Difference) odd(what Oddity, at int64) {
	if d.Oddity == "" {
		d.Oddity, d.At = what, at
	}
}

// Diff compares a revision with the one before it, two views of one file ([File.At]). It reads the update, not the document.
func Diff(old, now *File) (*Difference, error) {
	d := &Difference{}
	if len(now.sections) != len(old.sections)+1 || old.Odd() || now.Odd() || now.sections[0].hybrid != nil || now.sections[0].trailer.Has("XRefStm") ||
		now.sections[0].offset < old.in.size || now.sections[0].end > now.in.size {
		d.odd(OddSections, old.in.size)
		return d, nil
	}
	// A signed revision may hold two sections, and its startxref name one of them while the update goes on from the other.
	if at, found, err := old.lastStartXref(); err != nil {
		return nil, err
	} else if ok, err := old.leads(at+old.in.bias, old.start); err != nil {
		return nil, err
	} else if !found || !ok {
		d.odd(OddStart, old.start)
		return d, nil
	}
	c := comparison{Difference: d, old: old, now: now, section: &now.sections[0], containers: make(map[uint32]bool)}
	if err := c.entries(); err != nil || d.Oddity != "" {
		return d, c.judge(err)
	}
	if err := c.objectStreams(); err != nil || d.Oddity != "" {
		return d, c.judge(err)
	}
	if err := c.account(); err != nil {
		return d, c.judge(err)
	}
	if now.odd {
		d.odd(OddObject, old.in.size)
	}
	return d, nil
}

// comparison is one call of Diff.
type comparison struct {
	*Difference
	old, now   *File
	section    *section
	containers map[uint32]bool // object streams that entries name
	spans      []Span
}

// judge makes an oddity of what an object says, and leaves failing readers errors.
func (c *comparison) judge(err error) error {
	e, ok := err.(*Error)
	if !ok || e.Code() == string(CodeRead) {
		return err
	}
	c.odd(OddObject, c.old.in.size)
	return nil
}

// entries goes through the cross-references of the update.
func (c *comparison) entries() error {
	own := c.now.sections[:1]
	nums, err := c.now.numbers(own)
	if err != nil {
		return err
	}
	if total, err := countEntries(own); err != nil {
		return err
	} else if total != len(nums) {
		c.odd(OddEntries, c.section.offset)
		return nil
	}
	for _, num := range nums {
		is, err := c.now.findIn(c.section, num)
		if err != nil {
			return err
		}
		was, err := c.old.find(num)
		if err != nil {
			return err
		}
		if is == was || is.kind <= entryFree && was.kind <= entryFree {
			continue
		}
		ref := Ref{num, is.gen}
		switch {
		case num == 0:
			c.odd(OddEntries, c.section.offset)
		case is.kind == entryFree:
			c.Freed = append(c.Freed, Ref{num, was.gen})
			continue
		case is.kind == entryCompressed:
			c.containers[is.stream] = true
		case is.off < c.old.in.size || is.off >= c.now.in.size:
			c.odd(OddBackward, is.off)
		}
		if c.Oddity != "" {
			return nil
		}
		if is.gen != was.gen && was.kind != entryFree {
			c.odd(OddGeneration, c.section.offset)
			return nil
		}
		if is.kind == entryUsed {
			span, err := c.now.ObjectSpan(ref)
			if err != nil {
				return err
			}
			c.spans = append(c.spans, span)
			if c.section.stream && span.Start == c.section.offset {
				continue // the section itself
			}
		}
		if was.kind <= entryFree {
			c.Added = append(c.Added, ref)
		} else {
			c.Changed = append(c.Changed, ref)
		}
	}
	return nil
}

// objectStreams makes sure that the object streams of the update are new, and hold what the entries say and nothing else.
func (c *comparison) objectStreams() error {
	for num := range c.containers {
		i, ok := slices.BinarySearchFunc(c.Added, num, func(r Ref, n uint32) int { return cmp.Compare(r.Num, n) })
		if !ok {
			c.odd(OddBackward, c.section.offset)
			return nil
		}
		ref := c.Added[i]
		o, err := c.now.Get(ref)
		if err != nil {
			return err
		}
		st, _ := o.(*Stream)
		s, err := c.now.objStm(num)
		if err != nil {
			return err
		}
		if st == nil || s == nil || st.Dict.Get("Type") != Name("ObjStm") || st.Dict.Has("Extends") {
			c.odd(OddHidden, c.section.offset)
			return nil
		}
		for i, h := range s.heads {
			l, err := c.now.findIn(c.section, h.num)
			if err != nil {
				return err
			}
			if l.kind != entryCompressed || l.stream != num || int(l.index) != i {
				c.odd(OddHidden, st.offset)
				return nil
			}
		}
		c.Added = slices.Delete(c.Added, i, i+1)
	}
	return nil
}

// account makes sure that every octet of the update belongs to an object, to its section, or to what ends it.
func (c *comparison) account() error {
	s := c.section
	c.spans = slices.DeleteFunc(c.spans, func(span Span) bool { return s.stream && span.Start == s.offset })
	c.spans = append(c.spans, Span{Start: s.offset, End: s.end})
	slices.SortFunc(c.spans, func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
	at := c.old.in.size
	for _, span := range c.spans {
		if span.Start < at {
			c.odd(OddOverlap, span.Start)
			return nil
		}
		if ok, err := c.blank(at, span.Start); err != nil || !ok {
			c.odd(OddStray, at)
			return err
		}
		at = span.End
	}
	if at != s.end {
		c.odd(OddSections, s.offset) // objects behind the section
		return nil
	}
	ok, err := c.ending()
	if err == nil && !ok {
		c.odd(OddStray, s.end)
	}
	return err
}

// blank reports whether there is nothing but white space and comments, none of which could be taken for something else.
func (c *comparison) blank(from, to int64) (bool, error) {
	if to-from > limits.PDFBlank {
		return false, nil
	}
	b, err := c.now.octets(from, to)
	if err != nil {
		return false, err
	}
	for line := range bytes.FieldsFuncSeq(b, func(r rune) bool { return r == '\r' || r == '\n' }) {
		line = bytes.Trim(line, "\x00\t\f ")
		if len(line) > 0 && !remark(line) {
			return false, nil
		}
	}
	return true, nil
}

// remark reports whether a line is a comment that could not be taken for something else.
func remark(line []byte) bool {
	return line[0] == '%' && !bytes.Contains(line, []byte("obj")) && !bytes.Contains(line, []byte("xref")) && !bytes.Contains(line, []byte("trailer"))
}

// ending reports whether the section is followed by its end: "endstream" and "endobj" of a stream, startxref with its own offset,
// the end mark, and nothing else but comments before startxref, where some writers leave their name.
func (c *comparison) ending() (bool, error) {
	if c.now.in.size-c.section.end > limits.PDFBlank {
		return false, nil
	}
	b, err := c.now.octets(c.section.end, c.now.in.size)
	if err != nil {
		return false, err
	}
	at, found, err := c.now.lastStartXref()
	if err != nil || !found {
		return false, err
	}
	if ok, err := c.now.leads(at+c.now.in.bias, c.section.offset); err != nil || !ok {
		return false, err
	}
	words := []string{"startxref", itoa(at), eofMark}
	if c.section.stream {
		words = append([]string{"endstream", "endobj"}, words...)
	}
	for _, word := range words {
		b = bytes.TrimLeft(b, "\x00\t\n\f\r ")
		for word == "startxref" && len(b) > 0 && b[0] == '%' {
			line := b[:len(b)-len(bytes.TrimLeftFunc(b, func(r rune) bool { return r != '\r' && r != '\n' }))]
			if !remark(line) {
				return false, nil
			}
			b = bytes.TrimLeft(b[len(line):], "\x00\t\n\f\r ")
		}
		if !bytes.HasPrefix(b, []byte(word)) {
			return false, nil
		}
		b = b[len(word):]
	}
	return len(bytes.Trim(b, "\x00\t\n\f\r ")) == 0, nil
}

// leads reports whether an offset is that of a section, or of white space right before it, which all readers pass over.
func (f *File) leads(at, section int64) (bool, error) {
	if at < 0 || at > section || section-at > 16 {
		return false, nil
	}
	b, err := f.octets(at, section)
	return len(bytes.Trim(b, "\x00\t\n\f\r ")) == 0, err
}

// octets are those of a stretch of the file, for a moment.
func (f *File) octets(from, to int64) ([]byte, error) {
	b, err := f.in.at(from, int(to-from))
	if err != nil {
		return nil, err
	}
	return b[:min(int64(len(b)), to-from)], nil
}

// Each calls yield for every object of the file, in the order in which they lie there, those in object streams last. Nothing is
// kept, and no object stream is decoded twice. An object that cannot be read is an error, as is one from yield.
func (f *File) Each(yield func(Ref, Object) error) error {
	type item struct {
		at  int64 // offset, or number of the object stream and index in it
		num uint32
		gen uint16
		in  bool // in an object stream
	}
	if total, err := countEntries(f.sections); err != nil {
		return err
	} else if total > limits.PDFObjectsCompared {
		return failLimit("objects that are compared", limits.PDFObjectsCompared)
	}
	nums, err := f.numbers(f.sections)
	if err != nil {
		return err
	}
	items := make([]item, 0, len(nums))
	for _, num := range nums {
		l, err := f.find(num)
		if err != nil {
			return err
		}
		switch l.kind {
		case entryUsed:
			items = append(items, item{at: l.off, num: num, gen: l.gen})
		case entryCompressed:
			items = append(items, item{at: int64(l.stream)<<32 | int64(l.index), num: num, in: true})
		}
	}
	slices.SortFunc(items, func(a, b item) int {
		if a.in != b.in {
			if a.in {
				return 1
			}
			return -1
		}
		return cmp.Compare(a.at, b.at)
	})
	decoded, last := int64(limits.PDFScanDecoded), uint32(0)
	for _, i := range items {
		ref := Ref{i.num, i.gen}
		if !i.in {
			o, _, ok, err := f.objectAt(i.at, ref)
			if err != nil {
				return err
			}
			if !ok {
				return failSyntax(ref, i.at)
			}
			if err := yield(ref, o); err != nil {
				return err
			}
			continue
		}
		stream, index := uint32(i.at>>32), uint32(i.at)
		s, err := f.objStm(stream)
		if err != nil {
			return err
		}
		if s == nil {
			continue // null
		}
		if stream != last {
			if decoded -= int64(len(s.data)); decoded < 0 {
				return failLimit("octets of object streams", limits.PDFScanDecoded)
			}
			last = stream
		}
		k := s.index(i.num, index)
		if k < 0 {
			continue
		}
		p := &f.in.parser
		p.reset(s.data, int(s.heads[k].off), true)
		o, _ := p.value()
		if p.stop != stopNot {
			return failSyntax(ref, int64(s.heads[k].off))
		}
		f.odd = f.odd || p.malformed || p.repeated
		if err := yield(ref, o); err != nil {
			return err
		}
	}
	return nil
}

// Equal reports whether two values say the same: 612 and 612.0 do. References are equal when they name the same object, whatever that holds;
// streams never are.
func Equal(a, b Object) bool {
	switch a := a.(type) {
	case Array:
		b, ok := b.(Array)
		return ok && slices.EqualFunc(a, b, Equal)
	case *Dict:
		b, ok := b.(*Dict)
		if !ok || a.size() != b.size() || a.Repeated() || b.Repeated() {
			return false
		}
		get := b.Get
		if b.Len() > keyScan {
			index := make(map[Name]Object, b.Len())
			for key, v := range b.All() {
				index[key] = v
			}
			get = func(key Name) Object { return index[key] }
		}
		for key, v := range a.All() {
			if v != nil && !Equal(v, get(key)) {
				return false
			}
		}
		return true
	case *Stream:
		return false
	}
	switch b := b.(type) {
	case Array, *Dict, *Stream:
		return false
	case int64:
		real, ok := a.(float64)
		return a == Object(b) || ok && real == float64(b)
	case float64:
		whole, ok := a.(int64)
		return a == Object(b) || ok && b == float64(whole)
	}
	return a == b
}

// size is the number of entries that are not null.
func (d *Dict) size() int {
	n := 0
	for _, v := range d.All() {
		if v != nil {
			n++
		}
	}
	return n
}
