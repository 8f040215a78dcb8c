package pdfobj

import (
	"bytes"
	"math"
	"slices"
	"strconv"

	"github.com/kyso-dev/kyso/internal/limits"
)

// writer serialises objects and notes where placeholders come to lie.
type writer struct {
	b     []byte
	marks []mark
	depth int
	err   *Error
}

type mark struct {
	p     *Placeholder
	start int // in b
}

func (w *writer) string(s string) { w.b = append(w.b, s...) }

func (w *writer) int(n int64) { w.b = strconv.AppendInt(w.b, n, 10) }

func (w *writer) refuse(reason string) {
	if w.err == nil {
		w.err = fail(CodeUpdate, nil, "reason", reason)
	}
}

func (w *writer) object(o Object) {
	switch o := o.(type) {
	case nil:
		w.string("null")
	case bool:
		w.b = strconv.AppendBool(w.b, o)
	case int64:
		w.int(o)
	case int:
		w.int(int64(o))
	case float64:
		w.real(o)
	case Name:
		w.name(o)
	case String:
		w.text(string(o))
	case Ref:
		w.ref(o)
	case Raw:
		w.string(string(o))
	case *Placeholder:
		w.placeholder(o)
	case Array:
		w.array(o)
	case *Dict:
		w.dict(o)
	case *Stream:
		w.refuse("a stream inside another object")
	default:
		w.refuse("a value that is no PDF object")
	}
}

func (w *writer) ref(r Ref) {
	w.int(int64(r.Num))
	w.b = append(w.b, ' ')
	w.int(int64(r.Gen))
	w.string(" R")
}

// real writes a number without an exponent, which PDF does not have.
func (w *writer) real(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		w.refuse("a number that is not finite")
		return
	}
	if v == 0 {
		v = 0 // not -0
	}
	w.b = strconv.AppendFloat(w.b, v, 'f', -1, 64)
}

const upperHex = "0123456789ABCDEF"

func (w *writer) name(n Name) {
	w.b = append(w.b, '/')
	for i := range len(n) {
		c := n[i]
		if c <= ' ' || c >= 0x7F || c == '#' || class[c] != classRegular {
			w.b = append(w.b, '#', upperHex[c>>4], upperHex[c&15])
			continue
		}
		w.b = append(w.b, c)
	}
}

// text writes a string: literal when it is plain ASCII, else hexadecimal.
func (w *writer) text(s string) {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7F {
			w.hex(s)
			return
		}
	}
	w.b = append(w.b, '(')
	for i := range len(s) {
		if c := s[i]; c == '(' || c == ')' || c == '\\' {
			w.b = append(w.b, '\\')
		}
		w.b = append(w.b, s[i])
	}
	w.b = append(w.b, ')')
}

func (w *writer) hex(s string) {
	w.b = append(w.b, '<')
	for i := range len(s) {
		w.b = append(w.b, upperHex[s[i]>>4], upperHex[s[i]&15])
	}
	w.b = append(w.b, '>')
}

func (w *writer) placeholder(p *Placeholder) {
	w.marks = append(w.marks, mark{p, len(w.b)})
	if !p.hex {
		w.pad(' ', p.width)
		return
	}
	w.b = append(w.b, '<')
	w.pad('0', p.width-2)
	w.b = append(w.b, '>')
}

func (w *writer) pad(c byte, n int) {
	from := w.b[len(w.b):]
	if cap(from) < n {
		w.b = slices.Grow(w.b, n)
		from = w.b[len(w.b):]
	}
	from = from[:n]
	if n > 0 {
		from[0] = c
	}
	for done := 1; done < n; done *= 2 {
		copy(from[done:], from[:done])
	}
	w.b = w.b[:len(w.b)+n]
}

func (w *writer) array(a Array) {
	if !w.enter() {
		return
	}
	w.b = append(w.b, '[')
	for i, o := range a {
		if i > 0 {
			w.b = append(w.b, ' ')
		}
		w.object(o)
	}
	w.b = append(w.b, ']')
	w.depth--
}

func (w *writer) dict(d *Dict) {
	if !w.enter() {
		return
	}
	w.string("<<")
	if d != nil {
		for _, e := range d.entries {
			if e.value == nil {
				continue
			}
			w.name(e.key)
			w.b = append(w.b, ' ')
			w.object(e.value)
			w.b = append(w.b, '\n')
		}
		if w.b[len(w.b)-1] == '\n' {
			w.b = w.b[:len(w.b)-1]
		}
	}
	w.string(">>")
	w.depth--
}

// enter keeps a structure that contains itself from running away.
func (w *writer) enter() bool {
	if w.depth++; w.depth > limits.PDFDepth+8 {
		w.refuse("an object that is nested too deep")
		return false
	}
	return w.err == nil
}

// indirect writes "12 0 obj ... endobj".
func (w *writer) indirect(f *File, ref Ref, o Object) {
	w.int(int64(ref.Num))
	w.b = append(w.b, ' ')
	w.int(int64(ref.Gen))
	w.string(" obj\n")
	if st, ok := o.(*Stream); ok {
		w.stream(f, st)
	} else {
		w.object(o)
	}
	w.string("\nendobj\n")
}

func (w *writer) stream(f *File, st *Stream) {
	data := st.Data
	if data == nil && st.offset > 0 {
		raw, err := f.StreamReader(st)
		if err == nil && raw.Size() > limits.PDFStreamBytes {
			err = failLimit("octets in a stream that is written again", limits.PDFStreamBytes)
		}
		if err == nil {
			data = make([]byte, raw.Size())
			_, err = raw.ReadAt(data, 0)
		}
		if err != nil {
			if w.err == nil {
				w.err = fail(CodeRead, err)
			}
			return
		}
	}
	w.dict(st.Dict.Clone().Set("Length", int64(len(data))))
	w.string("\nstream\n")
	w.b = append(w.b, data...)
	w.string("\nendstream")
}

// Placeholder stands in an update for a value that is known only later. It may stand anywhere inside an object, once.
type Placeholder struct {
	width int
	hex   bool
}

// HexPlaceholder stands for a hexadecimal string of n octets: "<", 2n digits, ">". Until it is filled the digits are 0.
func HexPlaceholder(n int) *Placeholder { return &Placeholder{width: 2*n + 2, hex: true} }

// TextPlaceholder stands for any object that takes at most width characters. Until it is filled it is spaces.
func TextPlaceholder(width int) *Placeholder { return &Placeholder{width: width} }

// Appendix is what follows the original file.
type Appendix struct {
	Offset    int64  // where Bytes go: the size of the original file
	Bytes     []byte // begins with a line end where the file lacks one
	StartXref int64  // offset of the new cross-reference section in the file

	marks []mark
}

// Span is where a placeholder lies in the whole file. The angle brackets of a hexadecimal one belong to it.
func (a *Appendix) Span(p *Placeholder) (Span, bool) {
	for _, m := range a.marks {
		if m.p == p {
			start := a.Offset + int64(m.start)
			return Span{Start: start, End: start + int64(p.width)}, true
		}
	}
	return Span{}, false
}

// Fill writes the value of a placeholder into Bytes: of a hexadecimal one the octets, which zero octets follow; else the text,
// which spaces follow. A value that is too long is an error.
func (a *Appendix) Fill(p *Placeholder, value []byte) error {
	span, ok := a.Span(p)
	if !ok {
		return fail(CodeUpdate, nil, "reason", "the placeholder is not in the update")
	}
	field := a.Bytes[span.Start-a.Offset : span.End-a.Offset]
	if p.hex {
		field = field[1 : len(field)-1]
		if 2*len(value) > len(field) {
			return fail(CodeUpdate, nil, "reason", "the value is longer than its placeholder")
		}
		for i, c := range value {
			field[2*i], field[2*i+1] = upperHex[c>>4], upperHex[c&15]
		}
		for i := 2 * len(value); i < len(field); i++ {
			field[i] = '0'
		}
		return nil
	}
	if len(value) > len(field) {
		return fail(CodeUpdate, nil, "reason", "the value is longer than its placeholder")
	}
	copy(field, value)
	copy(field[len(value):], bytes.Repeat([]byte{' '}, len(field)-len(value)))
	return nil
}
