package pdfobj

import (
	"bytes"
	"fmt"
	"testing"
	"time"
)

// fuzzTime is what no input of a fuzzer's size may exceed, on a machine that does other things too.
const fuzzTime = 20 * time.Second

// FuzzOpen reads whole files: every object, stream, span and revision, and an update of them. Nothing but *Error comes out, an
// update leaves the file as it was, and what was written is read back.
func FuzzOpen(f *testing.F) {
	for _, data := range samples() {
		f.Add(data)
	}
	for _, c := range damagedFiles() {
		f.Add(c.data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		begin := time.Now()
		file, err := Open(bytes.NewReader(data), int64(len(data)), nil)
		if err != nil {
			mustTyped(t, err)
			return
		}
		walkAll(t, file, 200)
		if revisions, err := file.Revisions(); err != nil {
			mustTyped(t, err)
		} else {
			for i := range revisions[:min(len(revisions), 5)] {
				if r := revisions[i]; r.EOF > r.End || r.End > int64(len(data)) {
					t.Fatalf("revision %+v of a file of %d octets", r, len(data))
				}
				old, err := file.At(i)
				if err != nil {
					mustTyped(t, err)
					continue
				}
				if _, _, err := old.Catalog(); err != nil {
					mustTyped(t, err)
				}
				if _, err := file.ChangedSince(i); err != nil {
					mustTyped(t, err)
				}
			}
		}
		if !file.Encrypted() {
			checkAppend(t, file, data)
		}
		if d := time.Since(begin); d > fuzzTime {
			t.Fatalf("took %v", d)
		}
	})
}

func checkAppend(t *testing.T, file *File, data []byte) {
	a, root, added, err := appendTo(file)
	if err != nil {
		mustTyped(t, err)
		return
	}
	whole := append(bytes.Clone(data), a.Bytes...)
	g, err := Open(bytes.NewReader(whole), int64(len(whole)), nil)
	if file.Odd() {
		// Whoever extends a damaged file must look again whether the update is seen: pdf.Sign does, and pdf.FuzzRead holds it to that.
		if err != nil {
			mustTyped(t, err)
		}
		return
	}
	if err != nil {
		t.Fatalf("the appended file is refused: %v", err)
	}
	if o, err := g.Get(added); err != nil || o == nil {
		t.Fatalf("the new object %v: %v %v (repaired %v, before %v)", added, o, err, g.repaired, file.repaired)
	}
	if catalog, ref, err := g.Catalog(); err != nil || ref != root || !catalog.Has("KysoTest") {
		t.Fatalf("the new catalog %v: %v %v %v", root, catalog, ref, err)
	}
}

// FuzzParseObject: an object parses, stops or asks for more; what parses is written and parses the same again.
func FuzzParseObject(f *testing.F) {
	for _, s := range []string{
		"<</Type/Page/A[1 2 R 3.5 -7 (str(in)g\\051) <4142> true null]/S 12 0 R% c\n/L<</X/Y#41>>>>", "[[[]]]", "<<", "(a\\", "<41", "/A#", "1 0 R", "1 0", "+.-", "[1 0 R", ">>", "<</A",
	} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, whole bool) {
		p := &parser{}
		p.reset(data, 0, whole)
		o, k := p.value()
		if p.pos > len(data) {
			t.Fatalf("position %d of %d", p.pos, len(data))
		}
		if whole && p.stop == stopShort {
			t.Fatal("asks for more where there is no more")
		}
		if p.stop != stopNot || k != kindValue {
			return
		}
		w := &writer{}
		w.object(o)
		if w.err != nil {
			t.Fatalf("cannot be written: %v", w.err)
		}
		again := &parser{}
		again.reset(w.b, 0, true)
		o2, k := again.value()
		w2 := &writer{}
		w2.object(o2)
		if k != kindValue || again.stop != stopNot || again.malformed || !bytes.Equal(w.b, w2.b) {
			t.Fatalf("%q reads as %q", w.b, w2.b)
		}
	})
}

// FuzzXref puts arbitrary octets where the cross-references of a sound file should be.
func FuzzXref(f *testing.F) {
	b := newBuilder()
	b.minimal()
	head := b.Bytes()
	for _, data := range [][]byte{sampleTable(), sampleHybrid(), sampleStream()} {
		i := bytes.Index(data, []byte("5 0 obj"))
		f.Add(data[max(i, 0):], 0)
	}
	f.Add([]byte("xref\n0 6\n0000000000 65535 f\r\n0000000015 00000 n\r\ntrailer\n<</Size 6/Root 1 0 R/Prev 300/XRefStm 200>>\nstartxref\n"), 3)
	f.Add([]byte("9 0 obj <</Type/XRef/W[1 2 1]/Index[0 2 5 1]/Size 6/Root 1 0 R/Length 12>> stream\n\x00\x00\x00\x00\x01\x00\x0f\x00\x02\x00\x09\x00\nendstream"), 0)
	f.Fuzz(func(t *testing.T, data []byte, delta int) {
		begin := time.Now()
		whole := append(bytes.Clone(head), data...)
		whole = append(whole, fmt.Sprintf("\nstartxref\n%d\n%%%%EOF\n", len(head)+delta%64)...)
		file, err := Open(bytes.NewReader(whole), int64(len(whole)), nil)
		if err != nil {
			mustTyped(t, err)
			return
		}
		walkAll(t, file, 200)
		if _, err := file.Revisions(); err != nil {
			mustTyped(t, err)
		}
		if !file.Encrypted() {
			checkAppend(t, file, whole)
		}
		if d := time.Since(begin); d > fuzzTime {
			t.Fatalf("took %v", d)
		}
	})
}

// FuzzObjectStream puts arbitrary octets into an object stream and arbitrary entries into its dictionary.
func FuzzObjectStream(f *testing.F) {
	f.Add([]byte("2 0 3 5 (ab) [1 2 R]"), 2, 8, "", false)
	f.Add([]byte("2 0 3 5 (ab) [1 2 R]"), 2, 8, "", true)
	f.Add([]byte("2 0 3 5 (ab) [1 2 R]"), 1000000, -8, "/Filter/LZWDecode", false)
	f.Add([]byte("\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01"), 3, 0, "/Filter/LZWDecode", false)
	f.Add([]byte("87cURD]i,\"Ebo80~>"), 3, 4, "/Filter[/A85/RL]/DecodeParms[null<</Predictor 12>>]", false)
	f.Add([]byte("\x02abcd\x02\x01\x01"), 3, 4, "/Filter/Fl/DecodeParms<</Predictor 12/Columns 4>>", true)
	f.Fuzz(func(t *testing.T, data []byte, n, first int, extra string, compress bool) {
		begin := time.Now()
		if compress {
			data = []byte(deflate(string(data)))
		}
		b := newBuilder()
		b.object(1, "<</Type/Catalog/Pages 2 0 R>>")
		b.stream(4, fmt.Sprintf("/Type/ObjStm/N %d/First %d%s", n, first, extra), string(data))
		at := b.Len()
		b.xrefStream(5, "/Size 6", [][3]int{{0, 0, 255}, {1, b.offsets[1], 0}, {2, 4, 0}, {2, 4, 1}, {1, b.offsets[4], 0}, {1, at, 0}})
		file, err := Open(bytes.NewReader(b.Bytes()), int64(b.Len()), nil)
		if err != nil {
			mustTyped(t, err)
			return
		}
		walkAll(t, file, 200)
		if d := time.Since(begin); d > fuzzTime {
			t.Fatalf("took %v", d)
		}
	})
}
