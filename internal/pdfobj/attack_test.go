package pdfobj

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
)

// within fails when f takes longer than any of these files may.
func within(t *testing.T, limit time.Duration, f func()) {
	t.Helper()
	begin := time.Now()
	f()
	if d := time.Since(begin); d > limit {
		t.Errorf("took %v", d)
	}
}

// TestP12CrossReferenceLoops: sections that lead back to one another end the chain; the file is scanned and reads the same as its
// twin.
func TestP12CrossReferenceLoops(t *testing.T) {
	twin := open(t, sampleTable())
	mustBeMinimal(t, twin)
	if twin.Repaired() {
		t.Error("the twin is repaired")
	}
	for name, prev := range map[string]func(first, second int) (int, int){
		"to itself":   func(_, second int) (int, int) { return 0, second },
		"in a circle": func(first, second int) (int, int) { return second, first },
	} {
		// Written twice: the second time the offsets are known.
		var first, second int
		var data []byte
		for range 2 {
			b := newBuilder()
			b.minimal()
			p1, p2 := prev(first, second)
			first = b.table(6, fmt.Sprintf("/Root 1 0 R/Prev %06d", p1))
			second = b.Len()
			b.line("xref\n0 0")
			b.finish(second, fmt.Sprintf("/Size 6/Root 1 0 R/Prev %06d", p2))
			data = b.Bytes()
		}
		f := open(t, data)
		mustBeMinimal(t, f)
		if !f.Repaired() {
			t.Errorf("%s: not repaired", name)
		}
		if _, err := Open(bytes.NewReader(data), int64(len(data)), &Options{NoRepair: true}); err == nil {
			t.Errorf("%s: the loop is not seen", name)
		}
	}
	// A hybrid section whose stream leads back to the table: /Prev of the stream is not followed (7.5.8.4).
	b := newBuilder()
	b.minimal()
	stm := b.Len()
	b.stream(6, fmt.Sprintf("/Type/XRef/W[1 2 1]/Size 7/Index[5 1]/Prev %d", stm), fmt.Sprintf("\x01%c%c\x00", b.offsets[5]>>8, b.offsets[5]&255))
	b.table(7, fmt.Sprintf("/Root 1 0 R/XRefStm %d", stm))
	mustBeMinimal(t, open(t, b.Bytes()))
}

// TestP12HiddenObjects: which of two sections defines an object is the same for everybody: the newest one, and the stream of a
// hybrid section before all older sections and after its own table.
func TestP12HiddenObjects(t *testing.T) {
	b := newBuilder()
	b.minimal()
	b.object(6, "(in the table)")
	other := b.Len()
	b.WriteString("6 0 obj (in the stream) endobj\n")
	old := b.table(7, "/Root 1 0 R")
	stm := b.Len()
	b.stream(7, "/Type/XRef/W[1 2 1]/Size 8/Index[6 1]", string([]byte{1, byte(other >> 8), byte(other), 0}))
	mid := b.Len()
	b.line("xref\n0 0")
	b.finish(mid, fmt.Sprintf("/Size 8/Root 1 0 R/Prev %d/XRefStm %d", old, stm))
	f := open(t, b.Bytes())
	if o, err := f.Get(Ref{Num: 6}); o != String("in the stream") {
		t.Errorf("the stream of the newer section: %v %v", o, err)
	}
	// The table of the same section says free: the object is hidden from old readers, not from us.
	at := b.Len()
	b.line("xref\n6 1")
	b.WriteString("0000000000 00001 f\r\n")
	b.finish(at, fmt.Sprintf("/Size 8/Root 1 0 R/Prev %d/XRefStm %d", mid, stm))
	f = open(t, b.Bytes())
	if o, err := f.Get(Ref{Num: 6}); o != String("in the stream") {
		t.Errorf("free in the table: %v %v", o, err)
	}
	// The table of the same section has it: the table counts.
	at2 := b.Len()
	b.line("xref\n6 1")
	b.WriteString(b.entry(6))
	b.finish(at2, fmt.Sprintf("/Size 8/Root 1 0 R/Prev %d/XRefStm %d", at, stm))
	f = open(t, b.Bytes())
	if o, err := f.Get(Ref{Num: 6}); o != String("in the table") {
		t.Errorf("in both: %v %v", o, err)
	}
	// Freed by a newer section that has no stream: gone.
	at3 := b.Len()
	b.line("xref\n6 1")
	b.WriteString("0000000000 00001 f\r\n")
	b.finish(at3, fmt.Sprintf("/Size 8/Root 1 0 R/Prev %d", at2))
	f = open(t, b.Bytes())
	if o, err := f.Get(Ref{Num: 6}); o != nil || err != nil {
		t.Errorf("freed: %v %v", o, err)
	}
	if f.Repaired() {
		t.Error("repaired")
	}
}

// TestP12ObjectStreamCycles: an object stream that lies in itself or in another one, and streams whose lengths lie in one another.
func TestP12ObjectStreamCycles(t *testing.T) {
	build := func(entries [][3]int, length string) []byte {
		b := newBuilder()
		b.object(1, "<</Type/Catalog/Pages 2 0 R>>")
		b.offsets[6] = b.Len()
		b.WriteString("6 0 obj <</Type/ObjStm/N 2/First 8/Length " + length + ">>\nstream\n2 0 8 5 (ab) 18\nendstream endobj\n")
		b.offsets[7] = b.Len()
		b.WriteString("7 0 obj <</Type/ObjStm/N 2/First 8/Length " + length + ">>\nstream\n3 0 9 5 (cd) 15\nendstream endobj\n")
		at := b.Len()
		all := [][3]int{{0, 0, 255}, {1, b.offsets[1], 0}, {2, 6, 0}, {2, 7, 0}, {0, 0, 0}, {0, 0, 0}, {1, b.offsets[6], 0}, {1, b.offsets[7], 0}, {2, 6, 1}, {2, 7, 1}}
		for i, e := range entries {
			if e[0] != 0 {
				all[i] = e
			}
		}
		b.xrefStream(10, "/Size 11", append(all, [3]int{1, at, 0}))
		return b.Bytes()
	}
	two, three := Ref{Num: 2}, Ref{Num: 3}
	f := open(t, build(nil, "15"))
	if o, err := f.Get(two); o != String("ab") || err != nil {
		t.Errorf("the twin: %v %v", o, err)
	}
	within(t, 2*time.Second, func() {
		f = open(t, build([][3]int{6: {2, 6, 0}}, "15"))
		_, err := f.Get(two)
		mustCode(t, err, CodeCycle)
		f = open(t, build([][3]int{6: {2, 7, 0}, 7: {2, 6, 0}}, "15"))
		_, err = f.Get(three)
		mustCode(t, err, CodeCycle)
		f = open(t, build([][3]int{6: {2, 7, 0}}, "15"))
		_, err = f.Get(two)
		mustCode(t, err, CodeCycle)
		// Lengths in one another: each is found by its endstream instead.
		f = open(t, build(nil, "9 0 R"))
		if o, err := f.Get(three); o != String("cd") || err != nil {
			t.Errorf("length in itself: %v %v", o, err)
		}
		if o, err := f.Get(two); o != String("ab") || err != nil {
			t.Errorf("length in another: %v %v", o, err)
		}
		// An entry that names a stream which is no object stream, or is not there.
		for _, stream := range []int{1, 4, 200} {
			f = open(t, build([][3]int{2: {2, stream, 0}}, "15"))
			if o, err := f.Get(two); o != nil {
				t.Errorf("object in %d: %v %v", stream, o, err)
			} else if err != nil {
				mustTyped(t, err)
			}
		}
	})
}

func TestP12ReferenceCycles(t *testing.T) {
	b := newBuilder()
	b.minimal()
	b.object(6, "6 0 R")
	b.object(7, "8 0 R")
	b.object(8, "7 0 R")
	b.object(9, "5 0 R")
	b.stream(10, "", "x")
	b.object(11, "<</Length 11 0 R>>\nstream\nown length\nendstream")
	b.table(12, "/Root 1 0 R")
	f := open(t, b.Bytes())
	for _, num := range []uint32{6, 7, 8} {
		_, err := f.Resolve(Ref{Num: num})
		mustCode(t, err, CodeCycle)
	}
	if o, err := f.Resolve(Ref{Num: 9}); err != nil || o.(*Dict).Get("Type") != Name("Font") {
		t.Errorf("the twin: %v %v", o, err)
	}
	o, err := f.Get(Ref{Num: 11})
	if err != nil {
		t.Fatal(err)
	}
	if data, err := f.StreamData(o.(*Stream), 0); string(data) != "own length" || err != nil {
		t.Errorf("%q %v", data, err)
	}
}

func TestP15DeepNesting(t *testing.T) {
	nested := func(n int) []byte {
		b := newBuilder()
		b.minimal()
		b.object(6, strings.Repeat("[", n)+strings.Repeat("]", n))
		b.object(7, strings.Repeat("<</A", n)+" 1"+strings.Repeat(">>", n))
		b.table(8, "/Root 1 0 R")
		return b.Bytes()
	}
	f := open(t, nested(limits.PDFDepth))
	for _, num := range []uint32{6, 7} {
		if o, err := f.Get(Ref{Num: num}); o == nil || err != nil {
			t.Errorf("the twin, as deep as allowed: %v", err)
		}
	}
	for _, n := range []int{limits.PDFDepth + 1, 1_000_000} {
		within(t, 5*time.Second, func() {
			f := open(t, nested(n))
			for _, num := range []uint32{6, 7} {
				_, err := f.Get(Ref{Num: num})
				mustCode(t, err, CodeLimit)
			}
			mustBeMinimal(t, f)
		})
	}
	// In a trailer, where nothing can be read without it, and while scanning.
	data := replace(sampleTable(), "/Size 6", "/Size 6/A "+strings.Repeat("[", 1_000_000))
	within(t, 5*time.Second, func() { mustBeMinimal(t, open(t, data)) })
}

// TestP15ManySections: a chain of 10⁶ sections is refused, one of 200 is read.
func TestP15ManySections(t *testing.T) {
	chain := func(n int) []byte {
		b := newBuilder()
		b.minimal()
		at := b.table(6, "/Root 1 0 R")
		for range n {
			next := b.Len()
			fmt.Fprintf(b, "xref\n0 0\ntrailer\n<</Size 6/Root 1 0 R/Prev %d>>\n", at)
			at = next
		}
		b.startxref(at)
		return b.Bytes()
	}
	f := open(t, chain(200))
	mustBeMinimal(t, f)
	if f.Repaired() || len(f.sections) != 201 {
		t.Errorf("the twin: repaired %v, %d sections", f.Repaired(), len(f.sections))
	}
	if _, err := f.ChangedSince(3); err != nil {
		t.Errorf("the twin: %v", err)
	}
	within(t, 10*time.Second, func() {
		f := open(t, chain(limits.PDFSections-1))
		mustBeMinimal(t, f)
		for num := range uint32(1 << 20) {
			if _, err := f.Get(Ref{Num: num + 6}); err != nil {
				t.Fatal(err)
			}
		}
	})
	within(t, 10*time.Second, func() {
		data := chain(1_000_000)
		_, err := Open(bytes.NewReader(data), int64(len(data)), nil)
		mustCode(t, err, CodeLimit)
	})
}

func TestP15CrossReferenceBombs(t *testing.T) {
	build := func(dict, rows string) []byte {
		b := newBuilder()
		b.minimal()
		at := b.Len()
		b.stream(7, "/Type/XRef/Root 1 0 R/Filter/FlateDecode"+dict, deflate(rows))
		b.startxref(at)
		return b.Bytes()
	}
	zeros := strings.Repeat("\x00", 80<<20)
	for name, c := range map[string]struct {
		data []byte
		code bool // refused by a limit; else scanned
	}{
		"more rows than may be": {build("/W[1 2 1]/Size 20000000", zeros), true},
		"absurd size":           {build("/W[1 2 1]/Size 9223372036854775807", zeros[:4000]), false},
		"absurd widths":         {build("/W[1 99999999 1]/Size 6", zeros[:4000]), false},
		"no widths":             {build("/W[0 0 0]/Size 6", zeros[:4000]), false},
		"negative widths":       {build("/W[1 -2 1]/Size 6", zeros[:4000]), false},
		"absurd index":          {build("/W[1 2 1]/Size 6/Index[2147483640 100 4294967290 10]", zeros[:4000]), false},
		"negative index":        {build("/W[1 2 1]/Size 6/Index[-5 10]", zeros[:4000]), false},
		"many subsections":      {build("/W[1 2 1]/Size 6/Index["+strings.Repeat("5 1 4 1 ", 100_000)+"]", zeros[:4_000_000]), false},
	} {
		t.Run(name, func(t *testing.T) {
			within(t, 10*time.Second, func() {
				f, err := Open(bytes.NewReader(c.data), int64(len(c.data)), nil)
				if c.code {
					mustCode(t, err, CodeLimit)
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				mustBeMinimal(t, f)
				if !f.Repaired() {
					t.Error("not repaired")
				}
			})
		})
	}
	table := withTable(func(b *builder) {
		at := b.Len()
		b.WriteString("xref\n0 4294967295\n0000000000 65535 f\r\n")
		b.finish(at, "/Size 6/Root 1 0 R")
	})
	within(t, 2*time.Second, func() { mustBeMinimal(t, open(t, table)) })
}

// TestP15BrokenStreams: many streams of which the end has to be searched cost a bounded time together.
func TestP15BrokenStreams(t *testing.T) {
	b := newBuilder()
	b.minimal()
	const n = 20_000
	for i := range n {
		fmt.Fprintf(b, "%d 0 obj <</Length 5>> stream\n", i+6)
	}
	b.WriteString(strings.Repeat("x", 1<<20))
	within(t, 20*time.Second, func() {
		f, err := Open(bytes.NewReader(b.Bytes()), int64(b.Len()), nil)
		if err != nil {
			mustTyped(t, err)
			return
		}
		walkAll(t, f, n)
	})
}

// TestP13PlaceholderText: a file may hold what looks like a placeholder of an update, and zeros without end; offsets come from
// writing, and no octet of the file changes.
func TestP13PlaceholderText(t *testing.T) {
	hole := HexPlaceholder(512)
	w := &writer{}
	w.object(dict("Contents", hole, "ByteRange", TextPlaceholder(50)))
	b := newBuilder()
	b.minimal()
	b.object(6, string(w.b))
	b.stream(7, "", strings.Repeat("0", 20_000))
	b.object(8, "(/Contents <"+strings.Repeat("0", 1024)+"> /ByteRange [0 0 0 0])")
	b.table(9, "/Root 1 0 R")
	for name, data := range map[string][]byte{"with look-alikes": b.Bytes(), "twin without": sampleTable()} {
		f := open(t, data)
		u := f.NewUpdate()
		ref := u.Alloc()
		text := TextPlaceholder(50)
		u.Set(ref, dict("ByteRange", text, "Contents", hole, "Reason", String("<"+strings.Repeat("0", 1024)+">")))
		before := bytes.Clone(data)
		a, err := u.Build()
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Fill(hole, []byte{0xAB, 0xCD}); err != nil {
			t.Fatal(err)
		}
		if err := a.Fill(text, []byte("[0 1 2 3]")); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(before, data) || a.Offset != int64(len(data)) {
			t.Errorf("%s: the file has changed", name)
		}
		g := open(t, append(bytes.Clone(data), a.Bytes...))
		o, err := g.Get(ref)
		if err != nil {
			t.Fatal(err)
		}
		if s := o.(*Dict).Get("Contents").(String); len(s) != 512 || !strings.HasPrefix(string(s), "\xab\xcd\x00") {
			t.Errorf("%s: the value is elsewhere: %.20x", name, s)
		}
		if r := o.(*Dict).Get("ByteRange").(Array); len(r) != 4 {
			t.Errorf("%s: %v", name, r)
		}
		want, _ := a.Span(hole)
		got, ok, err := g.ValueSpan(ref, Name("Contents"))
		if !ok || err != nil || got != want {
			t.Errorf("%s: written at %v, read at %v (%v)", name, want, got, err)
		}
		mustBeMinimal(t, g)
	}
}
