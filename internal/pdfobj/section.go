package pdfobj

import (
	"cmp"
	"slices"
	"sort"

	"github.com/kyso-dev/kyso/internal/limits"
)

// section is one cross-reference section (7.5.4, 7.5.8): its trailer and where its entries are. The entries of a regular table
// stay in the file and those of a stream stay packed, so that the size of a document costs next to nothing.
type section struct {
	offset  int64 // in the file
	end     int64 // after the trailer dictionary; of a stream, after its data
	stream  bool
	number  uint32 // of a stream: its object number
	trailer *Dict
	prev    int64 // offset of the section before, 0 for none (as the file gives it)
	hybrid  *section

	runs   []run
	sorted bool // runs are in order and do not overlap
	list   []tableEntry
	rows   []byte // of a stream
	width  [3]int
}

// run is one subsection: count objects from first on. The entries of a table are at offset at in the file, 20 octets each, those
// of a stream in row at.
type run struct {
	first, count uint32
	at           int64
}

// tableEntry is an entry that was read into memory, because its table is irregular or because the file was scanned.
type tableEntry struct {
	off  int64 // in the file; of a compressed object, stream number << 32 | index
	num  uint32
	gen  uint16
	kind uint8
}

const (
	entryNone uint8 = iota
	entryFree
	entryUsed
	entryCompressed
)

// location is where an object is.
type location struct {
	kind   uint8
	gen    uint16
	off    int64 // in the file
	stream uint32
	index  uint32
}

func (e tableEntry) location() location {
	if e.kind == entryCompressed {
		return location{kind: e.kind, stream: uint32(e.off >> 32), index: uint32(e.off)}
	}
	return location{kind: e.kind, gen: e.gen, off: e.off}
}

// mention says that a section has an entry for an object.
type mention struct{ num, section uint32 }

// mentionIndex is what a file and the views of its revisions share: all mentions, by object and then by section, newest first.
type mentionIndex struct {
	sections []section // of the file
	list     []mention // nil: not made yet
}

// fewSections is the number of sections up to which all are asked in turn. Longer chains get an index, or a file of many sections
// and many objects would take their product to read.
const fewSections = 32

// find looks an object up in all sections, newest first.
func (f *File) find(num uint32) (location, error) {
	from := 0
	if len(f.sections) > fewSections {
		list, err := f.mentioned()
		if err != nil {
			return location{}, err
		}
		i := sort.Search(len(list), func(i int) bool { return list[i].num > num || list[i].num == num && int(list[i].section) >= f.base })
		if i == len(list) || list[i].num != num {
			return location{}, nil
		}
		from = int(list[i].section) - f.base
	}
	for i := from; i < len(f.sections); i++ {
		l, err := f.findIn(&f.sections[i], num)
		if err != nil || l.kind != entryNone {
			return l, err
		}
	}
	return location{}, nil
}

// shared is the index, made or not.
func (f *File) shared() *mentionIndex {
	if f.index == nil {
		f.index = &mentionIndex{sections: f.sections}
	}
	return f.index
}

func (f *File) mentioned() ([]mention, error) {
	x := f.shared()
	if x.list != nil {
		return x.list, nil
	}
	total, err := countEntries(x.sections)
	if err != nil {
		return nil, err
	}
	all := make([]mention, 0, total)
	for i := range x.sections {
		f.each(&x.sections[i], func(num uint32) { all = append(all, mention{num, uint32(i)}) })
	}
	slices.SortFunc(all, func(a, b mention) int {
		if a.num != b.num {
			return cmp.Compare(a.num, b.num)
		}
		return cmp.Compare(a.section, b.section)
	})
	x.list = all
	return all, nil
}

// findIn looks an object up in one section. In a hybrid one the stream is asked after the table, and also where the table says
// free, since objects are hidden in that way (7.5.8.4).
func (f *File) findIn(s *section, num uint32) (location, error) {
	l, err := f.findOwn(s, num)
	if err != nil || s.hybrid == nil || l.kind > entryFree {
		return l, err
	}
	hidden, err := f.findOwn(s.hybrid, num)
	if err != nil || hidden.kind != entryNone {
		return hidden, err
	}
	return l, nil
}

func (f *File) findOwn(s *section, num uint32) (location, error) {
	if i := s.search(num); i >= 0 {
		r := s.runs[i]
		if s.stream {
			return s.row(r.at+int64(num-r.first), f.in.bias), nil
		}
		return f.tableEntry(r.at + 20*int64(num-r.first))
	}
	i := sort.Search(len(s.list), func(i int) bool { return s.list[i].num >= num })
	if i < len(s.list) && s.list[i].num == num {
		return s.list[i].location(), nil
	}
	return location{}, nil
}

// search is the run that holds num, -1 for none. Where runs overlap the first one counts.
func (s *section) search(num uint32) int {
	if !s.sorted || len(s.runs) < 8 {
		for i, r := range s.runs {
			if num-r.first < r.count && num >= r.first {
				return i
			}
		}
		return -1
	}
	i := sort.Search(len(s.runs), func(i int) bool { return s.runs[i].first > num }) - 1
	if i >= 0 && num-s.runs[i].first < s.runs[i].count {
		return i
	}
	return -1
}

// addRun notes a subsection; false when they are too many or too wild to be looked up in bounded time.
func (s *section) addRun(first, count uint64, at int64) bool {
	if count == 0 {
		return true
	}
	if first+count-1 > limits.PDFObjectNumber || len(s.runs) >= limits.PDFSubsections {
		return false
	}
	if n := len(s.runs); n == 0 {
		s.sorted = true
	} else if last := s.runs[n-1]; uint64(last.first)+uint64(last.count) > first {
		s.sorted = false
	}
	if !s.sorted && len(s.runs) > 1024 {
		return false
	}
	s.runs = append(s.runs, run{uint32(first), uint32(count), at})
	return true
}

// size is one more than the highest number in the section.
func (s *section) size() uint32 {
	size := uint32(0)
	for _, r := range s.runs {
		size = max(size, r.first+r.count)
	}
	if n := len(s.list); n > 0 {
		size = max(size, s.list[n-1].num+1)
	}
	if s.hybrid != nil {
		size = max(size, s.hybrid.size())
	}
	return size
}

// complete reports whether the section has an entry for every number below its highest.
func (s *section) complete() bool {
	entries := uint64(len(s.list))
	for _, r := range s.runs {
		entries += uint64(r.count)
	}
	if s.hybrid != nil {
		for _, r := range s.hybrid.runs {
			entries += uint64(r.count)
		}
	}
	return entries >= uint64(s.size())
}

// sortList puts entries read into memory in order; of several for one object the first stays.
func (s *section) sortList() {
	slices.SortStableFunc(s.list, func(a, b tableEntry) int { return cmp.Compare(a.num, b.num) })
	s.list = slices.CompactFunc(s.list, func(a, b tableEntry) bool { return a.num == b.num })
}

// each calls yield for every entry of the section in no particular order.
func (f *File) each(s *section, yield func(num uint32)) {
	for _, r := range s.runs {
		for i := range r.count {
			yield(r.first + i)
		}
	}
	for _, e := range s.list {
		yield(e.num)
	}
	if s.hybrid != nil {
		f.each(s.hybrid, yield)
	}
}

// numbers lists every object number that the sections mention, in order.
func (f *File) numbers(sections []section) ([]uint32, error) {
	total, err := countEntries(sections)
	if err != nil {
		return nil, err
	}
	nums := make([]uint32, 0, total)
	for i := range sections {
		f.each(&sections[i], func(num uint32) { nums = append(nums, num) })
	}
	slices.Sort(nums)
	return slices.Compact(nums), nil
}

// countEntries is the number of entries of the sections, which may not be more than fit in memory.
func countEntries(sections []section) (int, error) {
	total := 0
	for i := range sections {
		for s := &sections[i]; s != nil; s = s.hybrid {
			for _, r := range s.runs {
				total += int(r.count)
			}
			total += len(s.list)
		}
		if total > limits.PDFEntries {
			return 0, failLimit("cross-reference entries", limits.PDFEntries)
		}
	}
	return total, nil
}
