package pdfobj

import (
	"math/bits"
	"slices"

	"github.com/kyso-dev/kyso/internal/limits"
)

// xrefWriter writes the cross-reference section of an update.
type xrefWriter struct {
	u       *Update
	w       *writer
	id      Array
	start   int64 // offset of the section, as the file counts
	stream  bool
	entries []tableEntry
	size    uint32
}

// tableMax is the largest offset that a table can hold.
const tableMax = 9_999_999_999

// collect gathers the entries of an ordinary update.
func (x *xrefWriter) collect() error {
	x.stream = x.u.f.XrefStyle() == StyleStream || x.start > tableMax
	x.entries = make([]tableEntry, 0, len(x.u.objects)+1)
	for _, o := range x.u.objects {
		x.entries = append(x.entries, tableEntry{off: o.offset, num: o.ref.Num, gen: o.ref.Gen, kind: entryUsed})
	}
	x.finish()
	return nil
}

// collectAll gathers an entry for every object of the file, for a section that stands alone.
func (x *xrefWriter) collectAll() error {
	f := x.u.f
	nums, err := f.numbers(f.sections)
	if err != nil {
		return err
	}
	x.stream = x.start > tableMax
	x.entries = make([]tableEntry, 0, len(nums)+len(x.u.objects)+1)
	own := x.u.objects
	for _, num := range nums {
		for len(own) > 0 && own[0].ref.Num < num {
			x.add(own[0])
			own = own[1:]
		}
		if len(own) > 0 && own[0].ref.Num == num {
			continue
		}
		l, err := f.find(num)
		if err != nil {
			return err
		}
		e := tableEntry{num: num, gen: l.gen, kind: l.kind}
		switch l.kind {
		case entryUsed:
			if e.off = l.off - f.in.header; num == 0 || e.off <= 0 || l.off >= f.in.size {
				continue
			}
			if ok, err := f.headerAt(l.off, Ref{num, l.gen}); err != nil {
				return err
			} else if !ok {
				continue
			}
		case entryCompressed:
			e.off = int64(l.stream)<<32 | int64(l.index)
			x.stream = true
		default:
			continue
		}
		x.entries = append(x.entries, e)
	}
	for _, o := range own {
		x.add(o)
	}
	x.finish()
	return nil
}

func (x *xrefWriter) add(o pending) {
	x.entries = append(x.entries, tableEntry{off: o.offset, num: o.ref.Num, gen: o.ref.Gen, kind: entryUsed})
}

// headerAt reports whether the object begins at the offset: an entry that leads nowhere is left out.
func (f *File) headerAt(off int64, want Ref) (bool, error) {
	b, err := f.in.at(off, 64)
	if err != nil {
		return false, err
	}
	p := &f.in.parser
	p.reset(b[:min(len(b), 1024)], 0, true)
	ref, ok := p.header()
	return ok && ref == want, nil
}

// finish gives a stream its own object number and entry, which no section before has used.
func (x *xrefWriter) finish() {
	x.size = x.u.next
	if x.stream {
		x.entries = append(x.entries, tableEntry{off: x.start, num: x.size, kind: entryUsed})
		x.size++
	}
	if x.size > limits.PDFObjectNumber && x.w.err == nil {
		x.w.err = failLimit("object numbers", limits.PDFObjectNumber)
	}
}

// runs calls yield for each stretch of consecutive numbers.
func (x *xrefWriter) runs(yield func(entries []tableEntry)) {
	for i := 0; i < len(x.entries); {
		j := i + 1
		for j < len(x.entries) && x.entries[j].num == x.entries[j-1].num+1 {
			j++
		}
		yield(x.entries[i:j])
		i = j
	}
}

// writeTable writes a classic table (7.5.4). One that stands alone begins with the head of the free list.
func (x *xrefWriter) writeTable(full bool) {
	w := x.w
	w.string("xref\n")
	if full {
		x.fillFree()
	}
	x.runs(func(entries []tableEntry) {
		w.int(int64(entries[0].num))
		w.b = append(w.b, ' ')
		w.int(int64(len(entries)))
		w.b = append(w.b, '\n')
		for _, e := range entries {
			w.digits(e.off, 10)
			w.b = append(w.b, ' ')
			w.digits(int64(e.gen), 5)
			if e.kind == entryFree {
				w.string(" f\r\n")
			} else {
				w.string(" n\r\n")
			}
		}
	})
	w.string("trailer\n")
	w.dict(x.trailer(full))
	w.b = append(w.b, '\n')
}

// fillFree makes the entries of a section that stands alone complete: one for every number from 0, the unused ones in the free
// list.
func (x *xrefWriter) fillFree() {
	gaps := 1
	for i, e := range x.entries {
		if i > 0 {
			gaps += int(e.num - x.entries[i-1].num - 1)
		} else {
			gaps += int(e.num - 1)
		}
	}
	free := tableEntry{gen: 65535, kind: entryFree}
	if gaps > 4*len(x.entries)+1024 {
		x.entries = slices.Insert(x.entries, 0, free) // numbers far apart: subsections, and an empty free list
		return
	}
	all := make([]tableEntry, 1, len(x.entries)+gaps)
	all[0] = free
	last := 0 // the free entry that will point to the next one
	for _, e := range x.entries {
		for num := all[len(all)-1].num + 1; num < e.num; num++ {
			all[last].off = int64(num)
			last = len(all)
			all = append(all, tableEntry{num: num, gen: 1, kind: entryFree})
		}
		all = append(all, e)
	}
	x.entries = all
}

// writeStream writes a cross-reference stream (7.5.8), unfiltered: it is short, and everything can read it.
func (x *xrefWriter) writeStream(full bool) {
	w := x.w
	if full {
		x.entries = slices.Insert(x.entries, 0, tableEntry{gen: 65535, kind: entryFree})
	}
	maxOff, maxThird := x.start, int64(0)
	for _, e := range x.entries {
		off, third := e.fields()
		maxOff, maxThird = max(maxOff, off), max(maxThird, third)
	}
	second, third := octets(maxOff), max(1, octets(maxThird))
	index := make(Array, 0, 8)
	data := make([]byte, 0, len(x.entries)*(1+second+third))
	x.runs(func(entries []tableEntry) {
		index = append(index, int64(entries[0].num), int64(len(entries)))
		for _, e := range entries {
			off, last := e.fields()
			data = append(data, e.kind-entryFree)
			for i := second - 1; i >= 0; i-- {
				data = append(data, byte(off>>(8*i)))
			}
			for i := third - 1; i >= 0; i-- {
				data = append(data, byte(last>>(8*i)))
			}
		}
	})
	d := x.trailer(full)
	d.Set("Type", Name("XRef")).Set("W", Array{int64(1), int64(second), int64(third)}).Set("Index", index)
	w.indirect(x.u.f, Ref{Num: x.size - 1}, &Stream{Dict: d, Data: data})
}

// fields are the second and third field of an entry in a stream (table 18).
func (e tableEntry) fields() (int64, int64) {
	if e.kind == entryCompressed {
		return e.off >> 32, e.off & (1<<32 - 1)
	}
	return e.off, int64(e.gen)
}

func octets(n int64) int { return (bits.Len64(uint64(n)) + 7) / 8 }

// digits writes a number with leading zeros.
func (w *writer) digits(n int64, width int) {
	var buf [20]byte
	for i := width - 1; i >= 0; i-- {
		buf[i] = byte('0' + n%10)
		n /= 10
	}
	w.b = append(w.b, buf[:width]...)
}

// trailer is the old trailer without what belonged to its own section, with what belongs to this one (7.5.5, 7.5.6).
func (x *xrefWriter) trailer(full bool) *Dict {
	f := x.u.f
	d := NewDict(f.trailer.Len() + len(x.u.trailer) + 6)
	d.Set("Size", int64(x.size))
	for key, v := range f.trailer.All() {
		switch key {
		case "Size", "Prev", "XRefStm", "ID", "Type", "W", "Index", "Length", "Filter", "DecodeParms", "F", "FFilter", "FDecodeParms", "DL":
			continue
		}
		d.Set(key, v)
	}
	for _, e := range x.u.trailer {
		if e.value == nil {
			d.Delete(e.key)
			continue
		}
		d.Set(e.key, e.value)
	}
	d.Set("ID", x.id)
	if !full {
		d.Set("Prev", f.start-f.in.header)
	}
	return d
}
