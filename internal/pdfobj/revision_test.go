package pdfobj

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestRevisionEnds(t *testing.T) {
	for name, data := range samples() {
		for _, eol := range []string{"", "\n", "\r", "\r\n", "\n\n"} {
			first := append(bytes.Clone(bytes.TrimRight(data, "\n")), eol...)
			second := extended(t, first, func(_ *File, u *Update) { u.Set(u.Alloc(), true) })
			f := open(t, second)
			got, err := f.Revisions()
			if err != nil || len(got) != 2 {
				t.Fatalf("%s %q: %v %v", name, eol, got, err)
			}
			eof := int64(len(bytes.TrimRight(data, "\n")))
			end := eof + int64(len(eol))
			if eol == "" || eol == "\n\n" {
				end = eof + 1 // the line end that the update begins with, or the first of two
			}
			if got[0].EOF != eof || got[0].End != end {
				t.Errorf("%s %q: first revision %+v, want EOF %d, End %d", name, eol, got[0], eof, end)
			}
			if got[1].End != int64(len(second)) || got[1].EOF != int64(len(second)-1) || got[1].Xref != f.StartXref() {
				t.Errorf("%s %q: second revision %+v of %d", name, eol, got[1], len(second))
			}
		}
	}
}

// A linearized file has two sections for one revision, and an update of it makes two.
func TestRevisionsOfLinearizedFile(t *testing.T) {
	var data []byte
	var main, first, size int
	for range 3 {
		b := newBuilder()
		b.object(6, fmt.Sprintf("<</Linearized 1/L %06d/H[0 0]/O 3/E 0/N 1/T %06d>>", size, main))
		first = b.Len()
		b.line("xref\n5 2")
		b.WriteString(fmt.Sprintf("%010d 00000 n\r\n%010d 00000 n\r\n", main, b.offsets[6]))
		first5 := bytes.LastIndex(b.Bytes(), []byte("5 2"))
		b.finish(0, fmt.Sprintf("/Size 7/Root 1 0 R/Prev %06d", main))
		b.object(1, "<</Type/Catalog/Pages 2 0 R>>")
		b.object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
		b.object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>")
		b.stream(4, "", "BT /F1 24 Tf 72 720 Td (Hello) Tj ET")
		b.object(5, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
		copy(b.Bytes()[first5+4:], fmt.Sprintf("%010d", b.offsets[5]))
		main = b.Len()
		b.line("xref\n0 5")
		for i := range 5 {
			b.WriteString(b.entry(i))
		}
		b.finish(first, "/Size 5")
		size = b.Len()
		data = b.Bytes()
	}
	f := open(t, data)
	mustBeMinimal(t, f)
	if !f.Linearized() || f.Repaired() {
		t.Errorf("linearized %v, repaired %v", f.Linearized(), f.Repaired())
	}
	if open(t, sampleTable()).Linearized() {
		t.Error("the twin is linearized")
	}
	r, err := f.Revisions()
	if err != nil || len(r) != 1 || r[0].End != int64(len(data)) || r[0].Xref != int64(first) {
		t.Errorf("%+v %v", r, err)
	}
	whole := extended(t, data, func(_ *File, u *Update) { u.Set(u.Alloc(), true) })
	g := open(t, whole)
	r, err = g.Revisions()
	if err != nil || len(r) != 2 || r[0].End != int64(len(data)) || r[1].End != int64(len(whole)) {
		t.Errorf("%+v %v", r, err)
	}
	old, err := g.At(0)
	if err != nil {
		t.Fatal(err)
	}
	mustBeMinimal(t, old)
	if old.Size() != 7 {
		t.Errorf("size %d", old.Size())
	}
}

// TestP8ValueOfTheSignedRevision: a dictionary that a later revision changes still reads as it was.
func TestP8ValueOfTheSignedRevision(t *testing.T) {
	for name, data := range samples() {
		var sig Ref
		one := extended(t, data, func(_ *File, u *Update) {
			sig = u.Alloc()
			u.Set(sig, dict("Reason", String("as signed")))
		})
		two := extended(t, one, func(_ *File, u *Update) { u.Set(sig, dict("Reason", String("as shown"))) })
		f := open(t, two)
		old, err := f.At(1)
		if err != nil {
			t.Fatal(err)
		}
		reason := func(f *File) Object {
			o, err := f.Get(sig)
			if err != nil {
				t.Fatal(err)
			}
			d, _ := o.(*Dict)
			return d.Get("Reason")
		}
		if reason(f) != String("as shown") || reason(old) != String("as signed") {
			t.Errorf("%s: now %v, then %v", name, reason(f), reason(old))
		}
		first, err := f.At(0)
		if err != nil {
			t.Fatal(err)
		}
		if reason(first) != nil {
			t.Errorf("%s: there before it was written", name)
		}
		if twin := open(t, one); reason(twin) != String("as signed") {
			t.Errorf("%s: the twin: %v", name, reason(twin))
		}
		if old.Bytes() != int64(len(one)) {
			t.Errorf("%s: the old revision has %d octets of %d", name, old.Bytes(), len(one))
		}
		if r, err := old.Revisions(); err != nil || len(r) != 2 {
			t.Errorf("%s: revisions of a revision: %v %v", name, r, err)
		}
		again, err := old.At(0)
		if err != nil || again.Bytes() != int64(len(data)) {
			t.Errorf("%s: a revision of a revision: %v", name, err)
		}
	}
	f := open(t, sampleTable())
	for _, n := range []int{-1, 1, 99} {
		_, err := f.At(n)
		mustCode(t, err, CodeRevision)
	}
}

// An entry of an old section that leads past the end of its revision must not reach what was appended later.
func TestOldRevisionEndsWhereItEnds(t *testing.T) {
	b := newBuilder()
	b.minimal()
	b.offsets[6] = 2000
	b.table(7, "/Root 1 0 R")
	data := b.Bytes()
	late := append(bytes.Clone(data), strings.Repeat(" ", 2000-len(data))+"6 0 obj (appended) endobj\n"...)
	at := len(late)
	late = append(late, fmt.Sprintf("xref\n0 0\ntrailer\n<</Size 7/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n", bytes.LastIndex(data, []byte("xref\n0")), at)...)
	f := open(t, late)
	if o, err := f.Get(Ref{Num: 6}); o != String("appended") || err != nil {
		t.Errorf("now: %v %v", o, err)
	}
	old, err := f.At(0)
	if err != nil {
		t.Fatal(err)
	}
	o, err := old.Get(Ref{Num: 6})
	if o != nil {
		t.Errorf("then: %v", o)
	}
	if err != nil {
		mustTyped(t, err)
	}
}

func TestChangedSince(t *testing.T) {
	for name, data := range samples() {
		one := extended(t, data, func(_ *File, u *Update) { u.Set(u.Alloc(), true) })
		next := open(t, one).Size()
		two := extended(t, one, func(_ *File, u *Update) {
			u.Set(Ref{Num: 5}, dict("Changed", true))
			u.Set(u.Alloc(), false)
		})
		f := open(t, two)
		want := []Ref{{Num: 5}, {Num: next}}
		if name == "stream" {
			want = append(want, Ref{Num: next + 1}) // the cross-reference stream itself
		}
		got, err := f.ChangedSince(1)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v (%v)", name, got, want, err)
		}
		if got, err := f.ChangedSince(2); err != nil || len(got) != 0 {
			t.Errorf("%s: since now: %v %v", name, got, err)
		}
		all, err := f.ChangedSince(0)
		if err != nil || len(all) <= len(want) {
			t.Errorf("%s: since the beginning: %v %v", name, all, err)
		}
		if _, err := f.ChangedSince(9); err == nil {
			t.Errorf("%s: there is no revision 9", name)
		}
	}
	// An object stream written anew changes what is in it.
	f := open(t, extended(t, sampleStream(), func(f *File, u *Update) {
		o, err := f.Get(Ref{Num: 6})
		if err != nil {
			t.Fatal(err)
		}
		old := o.(*Stream)
		data, err := f.StreamData(old, 0)
		if err != nil {
			t.Fatal(err)
		}
		d := old.Dict.Clone()
		d.Delete("Filter")
		u.Set(Ref{Num: 6}, &Stream{Dict: d, Data: bytes.Replace(data, []byte("Helvetica"), []byte("Helvetixx"), 1)})
	}))
	got, err := f.ChangedSince(0)
	if want := []Ref{{Num: 2}, {Num: 3}, {Num: 5}, {Num: 6}, {Num: 8}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("an object stream: %v, want %v (%v)", got, want, err)
	}
}

func TestSpans(t *testing.T) {
	b := newBuilder()
	b.minimal()
	b.object(6, "<</Type/Sig /Contents  <0A0B> /Sub<</Contents(in)ner>>/L[1 [2 /Three] 4 0 R]/T (a\\)b)/Twice 1/Twice(2)>>")
	b.table(7, "/Root 1 0 R")
	data := b.Bytes()
	f := open(t, data)
	text := func(s Span) string { return string(data[s.Start:s.End]) }
	span, err := f.ObjectSpan(Ref{Num: 6})
	if err != nil || !strings.HasPrefix(text(span), "6 0 obj") || !strings.HasSuffix(text(span), ">>\nendobj") {
		t.Errorf("object: %q %v", text(span), err)
	}
	span, err = f.ObjectSpan(Ref{Num: 4})
	if err != nil || !strings.HasPrefix(text(span), "4 0 obj") || !strings.HasSuffix(text(span), "ET\nendstream\nendobj") {
		t.Errorf("stream: %q %v", text(span), err)
	}
	_, err = f.ObjectSpan(Ref{Num: 99})
	mustCode(t, err, CodeType)
	for _, c := range []struct {
		want string
		path []any
	}{
		{"<0A0B>", []any{Name("Contents")}}, {"(in)", []any{Name("Sub"), Name("Contents")}}, {"/Sig", []any{Name("Type")}}, {"2", []any{Name("L"), 1, 0}},
		{"/Three", []any{Name("L"), 1, 1}}, {"4 0 R", []any{Name("L"), 2}}, {`(a\)b)`, []any{Name("T")}}, {"(2)", []any{Name("Twice")}},
	} {
		span, ok, err := f.ValueSpan(Ref{Num: 6}, c.path...)
		if !ok || err != nil || text(span) != c.want {
			t.Errorf("%v: %q %v %v", c.path, text(span), ok, err)
		}
	}
	for _, path := range [][]any{{Name("None")}, {0}, {Name("L"), 3}, {Name("L"), Name("A")}, {Name("Type"), 0}, {"Type"}, {Name("L"), -1}} {
		if span, ok, err := f.ValueSpan(Ref{Num: 6}, path...); ok || err != nil {
			t.Errorf("%v: %q %v", path, text(span), err)
		}
	}
	// In an object stream the span is one of the decoded data.
	g := open(t, sampleStream())
	span, ok, err := g.ValueSpan(Ref{Num: 5}, Name("BaseFont"))
	if !ok || err != nil || span.Stream != (Ref{Num: 6}) {
		t.Fatalf("%+v %v %v", span, ok, err)
	}
	o, _ := g.Get(span.Stream)
	decoded, err := g.StreamData(o.(*Stream), 0)
	if err != nil || string(decoded[span.Start:span.End]) != "/Helvetica" {
		t.Errorf("%q %v", decoded[span.Start:span.End], err)
	}
	if span, err = g.ObjectSpan(Ref{Num: 5}); err != nil || string(decoded[span.Start:span.End]) != "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>" {
		t.Errorf("%+v %v", span, err)
	}
}
