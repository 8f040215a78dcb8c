package pdfobj

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kyso-dev/kyso/internal/testtool"
)

func build(t testing.TB, u *Update) *Appendix {
	t.Helper()
	a, err := u.Build()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// extended appends to data what edit puts into an update.
func extended(t testing.TB, data []byte, edit func(f *File, u *Update)) []byte {
	t.Helper()
	f := open(t, data)
	u := f.NewUpdate()
	edit(f, u)
	return append(bytes.Clone(data), build(t, u).Bytes...)
}

func TestUpdateFollowsTheStyleOfTheFile(t *testing.T) {
	for name, data := range samples() {
		f := open(t, data)
		wantNext := map[string]uint32{"table": 6, "stream": 8, "hybrid": 8}[name]
		if f.Size() != wantNext {
			t.Errorf("%s: next object number %d", name, f.Size())
		}
		u := f.NewUpdate()
		ref := u.Alloc()
		u.Set(ref, String("new"))
		u.Set(Ref{Num: 5}, dict("Type", Name("Font"), "Subtype", Name("Type1"), "BaseFont", Name("Helvetica"), "Changed", true))
		a := build(t, u)
		whole := append(bytes.Clone(data), a.Bytes...)
		g := open(t, whole)
		mustBeMinimal(t, g)
		if g.Repaired() || g.StartXref() != a.StartXref {
			t.Errorf("%s: repaired %v, startxref %d, want %d", name, g.Repaired(), g.StartXref(), a.StartXref)
		}
		if prev := g.Trailer().Get("Prev"); prev != f.StartXref() {
			t.Errorf("%s: Prev %v, want %d", name, prev, f.StartXref())
		}
		if g.Trailer().Get("Root") != (Ref{Num: 1}) {
			t.Errorf("%s: Root %v", name, g.Trailer().Get("Root"))
		}
		wantStyle, wantSize := StyleTable, int64(wantNext+1)
		if name == "stream" {
			wantStyle, wantSize = StyleStream, int64(wantNext+2)
			if st, err := g.Get(Ref{Num: wantNext + 1}); err != nil || st.(*Stream).Dict.Get("Type") != Name("XRef") {
				t.Errorf("the cross-reference stream has no number of its own: %v %v", st, err)
			}
		}
		if g.XrefStyle() != wantStyle || g.Trailer().Get("Size") != wantSize {
			t.Errorf("%s: style %d, size %v", name, g.XrefStyle(), g.Trailer().Get("Size"))
		}
		if g.Trailer().Has("XRefStm") {
			t.Errorf("%s: the stream of the old section is in the new trailer", name)
		}
		if o, err := g.Get(ref); o != String("new") || err != nil {
			t.Errorf("%s: new object %v %v", name, o, err)
		}
		if o, err := g.Get(Ref{Num: 5}); err != nil || !o.(*Dict).Has("Changed") {
			t.Errorf("%s: changed object %v %v", name, o, err)
		}
		again := build(t, u)
		if !bytes.Equal(again.Bytes, a.Bytes) {
			t.Errorf("%s: the same update gives other octets", name)
		}
	}
}

// Fifty updates one after another, in every style: all of them stay, and every octet before them.
func TestManyUpdates(t *testing.T) {
	qpdfPath := ""
	if os.Getenv("KYSO_REQUIRE_TOOLS") == "1" {
		qpdfPath = testtool.Need(t, "qpdf")
	}
	for name, data := range samples() {
		whole := bytes.Clone(data)
		var refs []Ref
		streams := map[uint32]bool{}
		for i := range 50 {
			before := bytes.Clone(whole)
			whole = extended(t, whole, func(f *File, u *Update) {
				ref := u.Alloc()
				refs = append(refs, ref)
				u.Set(ref, int64(i))
				catalog, root, err := f.Catalog()
				if err != nil {
					t.Fatal(err)
				}
				u.Set(root, catalog.Clone().Set(Name(fmt.Sprintf("K%d", i)), ref))
			})
			if !bytes.HasPrefix(whole, before) {
				t.Fatalf("%s: update %d changed earlier octets", name, i)
			}
			if f := open(t, whole); f.sections[0].stream {
				if streams[f.sections[0].number] {
					t.Fatalf("%s: a cross-reference stream takes the number %d again", name, f.sections[0].number)
				}
				streams[f.sections[0].number] = true
			}
		}
		f := open(t, whole)
		mustBeMinimal(t, f)
		catalog, _, _ := f.Catalog()
		for i, ref := range refs {
			if o, err := f.Resolve(catalog.Get(Name(fmt.Sprintf("K%d", i)))); o != int64(i) || err != nil {
				t.Errorf("%s: object %v of update %d: %v %v", name, ref, i, o, err)
			}
		}
		revisions, err := f.Revisions()
		if err != nil || len(revisions) != 51 {
			t.Fatalf("%s: %d revisions (%v)", name, len(revisions), err)
		}
		for i := range revisions {
			old, err := f.At(i)
			if err != nil {
				t.Fatal(err)
			}
			c, _, err := old.Catalog()
			if err != nil || c.Len() != 2+i {
				t.Errorf("%s: catalog of revision %d: %v %v", name, i, c, err)
			}
			mustBeMinimal(t, old)
		}
		if qpdfPath == "" {
			continue
		}
		path := filepath.Join(t.TempDir(), "many.pdf")
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		if said, status := complaints(t, path); status != 0 {
			t.Errorf("%s: qpdf: %v", name, said)
		}
	}
}

func TestUpdateTrailer(t *testing.T) {
	b := newBuilder()
	b.minimal()
	b.object(6, "<</Producer(x)>>")
	b.table(7, "/Root 1 0 R/Info 6 0 R/ID[<0102><0304>]/DocChecksum/ABC/Encrypt null")
	data := b.Bytes()
	trailer := func(edit func(u *Update)) *Dict {
		return open(t, extended(t, data, func(f *File, u *Update) {
			u.Set(u.Alloc(), true)
			edit(u)
		})).Trailer()
	}
	got := trailer(func(*Update) {})
	if got.Get("Info") != (Ref{Num: 6}) || got.Get("DocChecksum") != Name("ABC") || got.Has("Encrypt") {
		t.Errorf("entries of the old trailer: %v", got)
	}
	id := got.Get("ID").(Array)
	if id[0] != String("\x01\x02") || id[1] == String("\x03\x04") || len(id[1].(String)) != 16 {
		t.Errorf("ID %q", id)
	}
	got = trailer(func(u *Update) {
		u.SetID([]byte("chosen"))
		u.SetTrailer("Info", nil)
		u.SetTrailer("Root", Ref{Num: 2})
		u.SetTrailer("Root", Ref{Num: 1})
	})
	if id = got.Get("ID").(Array); id[1] != String("chosen") || got.Has("Info") || got.Get("Root") != (Ref{Num: 1}) {
		t.Errorf("a trailer of one's own: %v", got)
	}
	other := trailer(func(u *Update) { u.Set(u.Alloc(), false) }).Get("ID").(Array)
	if first := trailer(func(*Update) {}).Get("ID").(Array); other[1] == first[1] {
		t.Error("different updates have one identifier")
	}
	fresh := open(t, extended(t, sampleTable(), func(_ *File, u *Update) { u.Set(u.Alloc(), true) })).Trailer().Get("ID").(Array)
	if fresh[0] != fresh[1] || len(fresh[0].(String)) != 16 {
		t.Errorf("a file without identifiers: %q", fresh)
	}
}

func TestUpdateStreamsAndSets(t *testing.T) {
	for name, data := range samples() {
		var added Ref
		whole := extended(t, data, func(f *File, u *Update) {
			added = u.Alloc()
			u.Set(added, String("taken back"))
			u.Set(added, &Stream{Dict: dict("Type", Name("X"), "Length", int64(77)), Data: []byte("data\r\n")})
			if o, err := u.Get(added); err != nil || o.(*Stream) == nil {
				t.Errorf("Get sees %v %v", o, err)
			}
			o, err := f.Get(Ref{Num: 4})
			if err != nil {
				t.Fatal(err)
			}
			old := o.(*Stream)
			u.Set(Ref{Num: 4}, &Stream{Dict: old.Dict.Clone().Set("Extra", true), ref: old.ref, offset: old.offset, length: old.length})
		})
		g := open(t, whole)
		mustBeMinimal(t, g)
		o, err := g.Get(added)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := g.StreamData(o.(*Stream), 0); string(got) != "data\r\n" || err != nil {
			t.Errorf("%s: %q %v", name, got, err)
		}
		if o, _ := g.Get(Ref{Num: 4}); !o.(*Stream).Dict.Has("Extra") {
			t.Errorf("%s: a stream written again", name)
		}
	}
}

func TestUpdateRefusals(t *testing.T) {
	f := open(t, sampleTable())
	for name, set := range map[string]func(u *Update){
		"object 0":             func(u *Update) { u.Set(Ref{}, true) },
		"number not allocated": func(u *Update) { u.Set(Ref{Num: 77}, true) },
		"stream inside":        func(u *Update) { u.Set(u.Alloc(), Array{&Stream{Dict: &Dict{}}}) },
		"no PDF object":        func(u *Update) { u.Set(u.Alloc(), struct{}{}) },
	} {
		u := f.NewUpdate()
		set(u)
		_, err := u.Build()
		t.Run(name, func(t *testing.T) { mustCode(t, err, CodeUpdate) })
	}
	view, err := f.At(0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = view.NewUpdate().Build()
	mustCode(t, err, CodeUpdate)

	u := f.NewUpdate()
	hole, text := HexPlaceholder(4), TextPlaceholder(4)
	u.Set(u.Alloc(), Array{hole, text})
	a := build(t, u)
	mustCode(t, a.Fill(hole, make([]byte, 5)), CodeUpdate)
	mustCode(t, a.Fill(text, make([]byte, 5)), CodeUpdate)
	mustCode(t, a.Fill(HexPlaceholder(4), nil), CodeUpdate)
	if _, ok := a.Span(TextPlaceholder(4)); ok {
		t.Error("a placeholder that is nowhere has a place")
	}
	if err := a.Fill(hole, []byte{1, 2, 3, 4}); err != nil {
		t.Error(err)
	}
	if err := a.Fill(hole, []byte{9}); err != nil || !bytes.Contains(a.Bytes, []byte("<09000000>")) {
		t.Errorf("filled again: %v", err)
	}
}

// The first octet of the update begins a line, and offsets count from where the file counts them.
func TestUpdateAfterUnusualEnds(t *testing.T) {
	for name, data := range map[string][]byte{
		"no newline": sampleTable()[:len(sampleTable())-1], "CR": append(sampleTable()[:len(sampleTable())-1], '\r'), "junk": append(sampleTable(), "\x00\x00junk"...),
		"junk before": append([]byte("junk before\n"), sampleStream()...),
	} {
		whole := extended(t, data, func(_ *File, u *Update) { u.Set(u.Alloc(), true) })
		if c := whole[len(data)-1]; c != '\n' && c != '\r' && whole[len(data)] != '\n' {
			t.Errorf("%s: the update does not begin a line", name)
		}
		g := open(t, whole)
		mustBeMinimal(t, g)
		if g.Repaired() {
			t.Errorf("%s: repaired", name)
		}
	}
}

// A section that stands alone lists every object; its free entries form a list (7.5.4).
func TestFullSection(t *testing.T) {
	b := newBuilder()
	b.minimal()
	b.object(9, "(after a gap)")
	whole := extended(t, b.Bytes(), func(_ *File, u *Update) {
		u.Alloc()
		u.Set(u.Alloc(), true)
	})
	tail := string(whole[bytes.LastIndex(whole, []byte("xref\n0")):])
	for _, want := range []string{"0 12\n0000000006 65535 f\r\n", "0000000007 00001 f\r\n0000000008 00001 f\r\n0000000010 00001 f\r\n", "0000000000 00001 f\r\n", "/Size 12"} {
		if !strings.Contains(tail, want) {
			t.Errorf("%q is not in %q", want, tail)
		}
	}
	if strings.Contains(tail, "/Prev") {
		t.Error("a section that stands alone names another one")
	}
	// With compressed objects it is a stream.
	data := sampleStream()
	data = data[:bytes.LastIndex(data, []byte("startxref"))]
	f := open(t, data)
	if !f.Repaired() {
		t.Fatal("not repaired")
	}
	g := open(t, extended(t, data, func(_ *File, u *Update) { u.Set(u.Alloc(), true) }))
	mustBeMinimal(t, g)
	if g.Repaired() || g.XrefStyle() != StyleStream {
		t.Errorf("repaired %v, style %d", g.Repaired(), g.XrefStyle())
	}
}

// Random updates, read back: each object has the value that was set last.
func TestUpdateModel(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for name, data := range samples() {
		model := map[Ref]Object{}
		whole := bytes.Clone(data)
		for range 30 {
			whole = extended(t, whole, func(_ *File, u *Update) {
				for range 1 + r.IntN(5) {
					ref := u.Alloc()
					if r.IntN(2) == 0 && len(model) > 0 {
						for ref = range model {
							break
						}
					}
					model[ref] = dict("V", int64(r.IntN(1000)), "S", String(strings.Repeat("x", r.IntN(40))))
					u.Set(ref, model[ref])
				}
			})
		}
		f := open(t, whole)
		for ref, want := range model {
			got, err := f.Get(ref)
			if diff := cmp.Diff(want, got, compareDicts); diff != "" || err != nil {
				t.Errorf("%s: %v: %s %v", name, ref, diff, err)
			}
		}
		mustBeMinimal(t, f)
	}
}
