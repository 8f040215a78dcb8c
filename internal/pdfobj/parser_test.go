package pdfobj

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var compareDicts = cmp.AllowUnexported(Dict{}, entry{})

func parse(s string) (Object, *parser) {
	p := &parser{}
	p.reset([]byte(s), 0, true)
	o, _ := p.value()
	return o, p
}

func dict(pairs ...any) *Dict {
	d := &Dict{}
	for i := 0; i < len(pairs); i += 2 {
		d.entries = append(d.entries, entry{Name(pairs[i].(string)), pairs[i+1]})
	}
	return d
}

func TestParseObject(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Object
	}{
		{"null", nil}, {"true", true}, {"false ", false},
		{"0", int64(0)}, {"+17", int64(17)}, {"-98", int64(-98)}, {"00012", int64(12)}, {"--5", int64(-5)},
		{"999999999999999999", int64(999999999999999999)}, {"9999999999999999999", 9999999999999999999.0},
		{"34.5", 34.5}, {"-3.62", -3.62}, {"+123.6", 123.6}, {"4.", 4.0}, {"-.002", -.002}, {".", 0.0}, {"-", int64(0)}, {"1.2.3", 1.2}, {"12abc", int64(12)},
		{"/Name1", Name("Name1")}, {"/A;Name_With-Various***Characters?", Name("A;Name_With-Various***Characters?")}, {"/1.2", Name("1.2")},
		{"/", Name("")}, {"/paired#28#29parentheses", Name("paired()parentheses")}, {"/The_Key_of_F#23_Minor", Name("The_Key_of_F#_Minor")},
		{"/A#42", Name("AB")}, {"/A#4", Name("A#4")}, {"/A#zz#", Name("A#zz#")}, {"/A#00B", Name("A#00B")}, {"/Lime#20Green", Name("Lime Green")},
		{"(This is a string)", String("This is a string")}, {"(a (b (c)) \\) d)", String("a (b (c)) ) d")}, {"()", String("")},
		{"(two \\\nlines)", String("two lines")}, {"(two \\\r\nlines)", String("two lines")}, {"(a\r\nb\rc\nd)", String("a\nb\nc\nd")},
		{`(\245\307 \53 \0053 \5 \400 \n\r\t\b\f\\\q)`, String("\xa5\xc7 + \x053 \x05 \x00 \n\r\t\b\f\\q")},
		{"<4E6F762073686D6F7A206B6120706F702E>", String("Nov shmoz ka pop.")}, {"<901FA>", String("\x90\x1f\xa0")}, {"< 9 0 1\nF z A3 >", String("\x90\x1f\xa3")}, {"<>", String("")},
		{"[549 3.14 false (Ralph) /SomeName]", Array{int64(549), 3.14, false, String("Ralph"), Name("SomeName")}},
		{"[]", Array{}}, {"[[] [[]]]", Array{Array{}, Array{Array{}}}},
		{"12 0 R", Ref{12, 0}}, {"[1 2 3 R 4 5 6]", Array{int64(1), Ref{2, 3}, int64(4), int64(5), int64(6)}},
		{"[1 0 R/A]", Array{Ref{1, 0}, Name("A")}}, {"0 0 R", nil}, {"7 65536 R", nil}, {"4294967299 0 R", nil}, {"[1 65535 R]", Array{Ref{1, 65535}}},
		{"[12 % comment ] \n 13]", Array{int64(12), int64(13)}},
		{"<</Type/Example/Sub<</A 1>>/R 3 0 R/N null>>", dict("Type", Name("Example"), "Sub", dict("A", int64(1)), "R", Ref{3, 0}, "N", nil)},
		{"<</A<00>/B[<</C<01>>>]>>", dict("A", String("\x00"), "B", Array{dict("C", String("\x01"))})},
		{"<< >>", &Dict{entries: []entry{}}},
	} {
		got, p := parse(c.in)
		if diff := cmp.Diff(c.want, got, compareDicts); diff != "" || p.stop != stopNot {
			t.Errorf("%s: %s (stop %d)", c.in, diff, p.stop)
		}
	}
}

// What viewers read past is read past, and noted.
func TestParseMalformed(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Object
	}{
		{"[1 2 endobj", Array{int64(1), int64(2)}}, {"[1 foo 2]", Array{int64(1), int64(2)}}, {"[1 0 R2 0 R]", Array{int64(1), int64(0), int64(0)}}, {"[1 ) } 2]", Array{int64(1), int64(2)}},
		{"<</A 1 endobj", dict("A", int64(1))}, {"<</A 1 2 /B 3>>", dict("A", int64(1), "B", int64(3))}, {"<</A /B /C>>", dict("A", Name("B"))},
		{"<</A [1 2 /B 3>>", dict("A", Array{int64(1), int64(2), Name("B"), int64(3)})}, {"<</A ] /B 1>>", dict("A", nil, "B", int64(1))},
		{"<</A bogus /B 1>>", dict("A", Name("B"))}, {"<</A 1", dict("A", int64(1))},
	} {
		got, p := parse(c.in)
		if diff := cmp.Diff(c.want, got, compareDicts); diff != "" || p.stop != stopNot || !p.malformed {
			t.Errorf("%s: %s (stop %d, malformed %v)", c.in, diff, p.stop, p.malformed)
		}
	}
	for _, in := range []string{"(never ends", "<4142", "[(a)(b", "<</A(\\)>>"} {
		if _, p := parse(in); p.stop != stopSyntax {
			t.Errorf("%s: stop %d", in, p.stop)
		}
	}
}

func TestParseRepeatedKeys(t *testing.T) {
	o, p := parse("<</A 1/B 2/A 3>>")
	if d := o.(*Dict); !d.Repeated() || !p.repeated || d.Get("A") != int64(3) || d.Len() != 2 {
		t.Errorf("few keys: %v", d)
	}
	var b strings.Builder
	for i := range 500 {
		fmt.Fprintf(&b, "/K%d %d ", i, i)
	}
	o, _ = parse("<<" + b.String() + ">>")
	if d := o.(*Dict); d.Repeated() || d.Len() != 500 || d.Get("K499") != int64(499) {
		t.Error("many different keys")
	}
	o, p = parse("<<" + b.String() + "/K3 /Again /K400 /Again>>")
	if d := o.(*Dict); !d.Repeated() || !p.repeated || d.Len() != 500 || d.Get("K3") != Name("Again") || d.Get("K400") != Name("Again") {
		t.Error("many keys, two of them twice")
	}
}

// A stretch that ends anywhere inside an object must ask for more, never settle for less.
func TestParseShortStretch(t *testing.T) {
	const in = "7 0 obj <</Type/Page/A[1 2 R 3.5 -7 (str(in)g\\051) <4142> true null]/S 12 0 R% c\n/L<</X/Y#41>>>> endobj "
	whole := &parser{}
	whole.reset([]byte(in), 0, true)
	whole.header()
	want, _ := whole.indirect(Ref{7, 0}, 0)
	for n := range len(in) - 7 {
		p := &parser{}
		p.reset([]byte(in[:n]), 0, false)
		if _, ok := p.header(); ok {
			p.indirect(Ref{7, 0}, 0)
		}
		if p.stop != stopShort {
			t.Fatalf("stretch of %d octets, %q: stop %d", n, in[max(0, n-10):n], p.stop)
		}
	}
	p := &parser{}
	p.reset([]byte(in+strings.Repeat(" ", 80)), 0, false)
	p.header()
	got, ok := p.indirect(Ref{7, 0}, 0)
	if diff := cmp.Diff(want, got, compareDicts); diff != "" || !ok {
		t.Error(diff)
	}
}

func TestWriteObject(t *testing.T) {
	for _, c := range []struct {
		o    Object
		want string
	}{
		{nil, "null"}, {true, "true"}, {int64(-3), "-3"}, {7, "7"}, {0.5, "0.5"}, {1e-7, "0.0000001"}, {-1e20, "-100000000000000000000"},
		{Name("A B#(é"), "/A#20B#23#28#C3#A9"}, {Name(""), "/"}, {String(`a(b)\c`), `(a\(b\)\\c)`}, {String("\xfe\xff\x00A"), "<FEFF0041>"}, {String("a\nb"), "<610A62>"},
		{Ref{3, 1}, "3 1 R"}, {Array{int64(1), Name("A"), Array{}}, "[1 /A []]"}, {Raw("<</x 1>>"), "<</x 1>>"},
		{dict("A", int64(1), "B", nil, "C", dict("D", String("e"))), "<</A 1\n/C <</D (e)>>>>"}, {HexPlaceholder(2), "<0000>"}, {TextPlaceholder(3), "   "}, {&Dict{}, "<<>>"}, {(*Dict)(nil), "<<>>"},
	} {
		w := &writer{}
		w.object(c.o)
		if string(w.b) != c.want || w.err != nil {
			t.Errorf("%v: %q, want %q (%v)", c.o, w.b, c.want, w.err)
		}
	}
	circle := NewDict(1)
	circle.Set("A", Array{circle})
	for _, o := range []Object{math.Inf(1), math.NaN(), 'x', []byte("x"), Array{&Stream{}}, circle} {
		w := &writer{}
		w.object(o)
		if w.err == nil || w.err.Code() != string(CodeUpdate) {
			t.Errorf("%T: written as %.40q", o, w.b)
		}
	}
}

// What is written reads back the same.
func TestWriteReadRoundTrip(t *testing.T) {
	var all strings.Builder
	for i := range 256 {
		all.WriteByte(byte(i))
	}
	in := dict("S", String(all.String()), "Plain", String("a(b)c\\"), "N", Name(all.String()[1:]), "R", Ref{9, 2}, "F", -0.25, "A", Array{nil, true, int64(1 << 50)})
	w := &writer{}
	w.object(in)
	out, p := parse(string(w.b))
	if diff := cmp.Diff(Object(in), out, compareDicts); diff != "" || p.malformed {
		t.Error(diff)
	}
}

func TestDict(t *testing.T) {
	d := NewDict(2).Set("A", int64(1)).Set("B", int64(2))
	c := d.Clone().Set("A", int64(9)).Set("C", int64(3))
	if d.Get("A") != int64(1) || d.Has("C") || c.Get("A") != int64(9) || c.Len() != 3 {
		t.Error("a clone is not on its own")
	}
	c.Delete("A")
	if c.Has("A") || c.Len() != 2 {
		t.Error("delete")
	}
	var none *Dict
	if none.Get("A") != nil || none.Has("A") || none.Len() != 0 || none.Clone().Len() != 0 || none.Repeated() {
		t.Error("a nil dictionary is not empty")
	}
	for range none.All() {
		t.Error("a nil dictionary has entries")
	}
	keys := ""
	for k := range d.All() {
		keys += string(k)
	}
	if keys != "AB" {
		t.Errorf("order %s", keys)
	}
}
