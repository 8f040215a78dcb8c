package pdfobj

import (
	"bytes"
	"io"
	"runtime"
	"testing"
)

// sparse is a reader of a huge file: head, zeros, tail.
type sparse struct {
	head, tail []byte
	size       int64
	read       int64 // octets that were asked for
}

func (s *sparse) ReadAt(p []byte, off int64) (int, error) {
	if off >= s.size {
		return 0, io.EOF
	}
	s.read += int64(len(p))
	clear(p)
	if off < int64(len(s.head)) {
		copy(p, s.head[off:])
	}
	if at := s.size - int64(len(s.tail)); off+int64(len(p)) > at {
		if off >= at {
			copy(p, s.tail[off-at:])
		} else {
			copy(p[at-off:], s.tail)
		}
	}
	if off+int64(len(p)) > s.size {
		return int(s.size - off), io.EOF
	}
	return len(p), nil
}

// hugeFile is a document with one long stream; broken has no startxref and a wrong length.
func hugeFile(size int64, broken bool) *sparse {
	b := newBuilder()
	b.minimal()
	b.offsets[6] = b.Len()
	const tail = 600
	start := int64(b.Len()) + 60
	length := size - tail - start
	if broken {
		length = 5
	}
	b.WriteString("6 0 obj <</Length " + itoa(length) + ">> stream\n")
	for int64(b.Len()) < start {
		b.Truncate(b.Len() - 1)
		b.WriteString(" \n")
	}
	head := b.Bytes()
	t := &builder{offsets: b.offsets, eol: "\n"}
	t.WriteString("\nendstream endobj\n")
	at := t.Len()
	t.line("xref\n0 7")
	for i := range 7 {
		t.WriteString(t.entry(i))
	}
	t.line("trailer\n<</Size 7/Root 1 0 R>>")
	if !broken {
		t.line("startxref\n" + itoa(size-tail+int64(at)) + "\n%%EOF")
	}
	for t.Len() < tail {
		t.WriteByte('\n')
	}
	return &sparse{head: bytes.Clone(head), tail: t.Bytes(), size: size}
}

// TestMemoryDoesNotGrowWithTheFile opens and extends files of 1 MB and 1 GB, sound and broken. What is allocated in total, not
// only at a time, may hardly differ; a sound file is not even read.
func TestMemoryDoesNotGrowWithTheFile(t *testing.T) {
	measure := func(size int64, broken bool) (allocated uint64, read int64) {
		var before, after runtime.MemStats
		file := hugeFile(size, broken)
		runtime.ReadMemStats(&before)
		f, err := Open(file, size, nil)
		if err != nil {
			t.Fatal(err)
		}
		mustBeMinimal(t, f)
		if f.Repaired() != broken {
			t.Errorf("repaired %v", f.Repaired())
		}
		a, _, _, err := appendTo(f)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Revisions(); err != nil {
			t.Error(err)
		}
		o, err := f.Get(Ref{Num: 6})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := f.extent(o.(*Stream)); err != nil || n < size-2000 {
			t.Errorf("the long stream has %d octets: %v", n, err)
		}
		runtime.ReadMemStats(&after)
		if a.Offset != size || len(a.Bytes) > 4096 {
			t.Errorf("an appendix of %d octets at %d", len(a.Bytes), a.Offset)
		}
		return after.TotalAlloc - before.TotalAlloc, file.read
	}
	for _, broken := range []bool{false, true} {
		small, _ := measure(1<<20, broken)
		large, read := measure(1<<30, broken)
		t.Logf("broken %v: %d octets allocated for 1 MB, %d for 1 GB, of which %d octets were read", broken, small, large, read)
		if large > small+64<<10 || large > 1<<20 {
			t.Errorf("broken %v: memory grows with the file: %d for 1 MB, %d for 1 GB", broken, small, large)
		}
		if !broken && read > 256<<10 {
			t.Errorf("%d octets of a sound file were read", read)
		}
	}
}

// A table of many objects is looked up where it lies.
func TestLargeTable(t *testing.T) {
	const n = 200_000
	b := newBuilder()
	b.minimal()
	for i := 6; i < n; i++ {
		b.offsets[i] = b.Len()
		b.WriteString(itoa(int64(i)) + " 0 obj " + itoa(int64(i)) + " endobj\n")
	}
	b.table(n, "/Root 1 0 R")
	data := b.Bytes()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f := open(t, data)
	mustBeMinimal(t, f)
	for _, num := range []uint32{6, n / 2, n - 1} {
		if o, err := f.Get(Ref{Num: num}); o != int64(num) || err != nil {
			t.Errorf("%d: %v %v", num, o, err)
		}
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 256<<10 {
		t.Errorf("%d octets allocated", got)
	}
	// The same without its table: one pass, and everything is found.
	data = data[:bytes.LastIndex(data, []byte("xref\n0"))]
	f = open(t, data)
	mustBeMinimal(t, f)
	if o, err := f.Get(Ref{Num: n - 1}); o != int64(n-1) || err != nil || !f.Repaired() {
		t.Errorf("%v %v", o, err)
	}
}
