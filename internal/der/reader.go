package der

import (
	"errors"
	"io"
	"slices"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
)

// Element is one BER element that was taken whole. Its slices belong to the input where that is in memory.
type Element struct {
	ID         byte   // leading identifier octet; its low five bits are 31 for tag numbers above 30
	Raw        []byte // header, content, and the end-of-contents octets if any
	Content    []byte // content octets without end-of-contents
	Indefinite bool   // its length was indefinite
}

// Reader walks through BER from the front: into constructed elements and out again, taking or passing small elements, and
// streaming long strings. The same code reads octets in memory, which it never copies, and streams, of which it holds no more
// than a window. Not safe for concurrent use.
type Reader struct {
	src    io.Reader // nil: all octets are in buf
	buf    []byte
	lo, hi int   // the unread octets are buf[lo:hi]
	off    int64 // offset of buf[lo]
	// The elements entered: depth of them, the first ones in frames. An array of its own, and no slice of it kept, lets a Reader live
	// on the stack.
	depth  int
	frames [8]frame
	deeper []frame
}

// frame is a constructed element that was entered.
type frame struct {
	end        int64 // offset of its end; of the nearest definite one around it when indefinite; -1: not bounded
	indefinite bool
}

// A streaming Reader begins with a small buffer, enough for most signatures, and takes the large one when it meets something long.
const (
	smallWindow = 8 << 10
	largeWindow = 128 << 10
)

// NewReader reads from r.
func NewReader(r io.Reader) *Reader {
	return &Reader{src: r, buf: make([]byte, smallWindow)}
}

// NewBytesReader reads b, which it keeps.
func NewBytesReader(b []byte) *Reader {
	return &Reader{buf: b, hi: len(b)}
}

// Offset is the number of octets consumed.
func (d *Reader) Offset() int64 { return d.off }

func (d *Reader) fail(code finding.Code, what string) *Error { return fail(code, d.off, what) }

// fill tries to have n unread octets in the window and reports how many there are, at most n.
func (d *Reader) fill(n int) (int, error) {
	if d.hi-d.lo >= n {
		return n, nil
	}
	if d.src == nil {
		return d.hi - d.lo, nil
	}
	if d.lo > 0 {
		d.hi = copy(d.buf, d.buf[d.lo:d.hi])
		d.lo = 0
	}
	for empty := 0; d.hi < n; {
		m, err := d.src.Read(d.buf[d.hi:])
		d.hi += m
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, &Error{finding.NewFault(CodeRead, err)}
		}
		if err != nil {
			return min(d.hi, n), nil
		}
		if m > 0 {
			empty = 0
		} else if empty++; empty > 100 {
			return 0, &Error{finding.NewFault(CodeRead, io.ErrNoProgress)}
		}
	}
	return n, nil
}

// widen takes the large buffer when n octets are to come that the small one does not hold.
func (d *Reader) widen(n int64) {
	if d.src == nil || n <= int64(len(d.buf)) || len(d.buf) == largeWindow {
		return
	}
	buf := make([]byte, largeWindow)
	d.hi = copy(buf, d.buf[d.lo:d.hi])
	d.lo, d.buf = 0, buf
}

func (d *Reader) advance(n int) {
	d.lo += n
	d.off += int64(n)
}

// end is the offset that the next element must not pass, -1 when nothing bounds it.
func (d *Reader) end() int64 {
	if d.depth == 0 {
		return -1
	}
	return d.top().end
}

// top is the element entered last; there must be one.
func (d *Reader) top() frame {
	if i := d.depth - 1; i < len(d.frames) {
		return d.frames[i]
	}
	return d.deeper[len(d.deeper)-1]
}

// header reads the header of the next element without consuming it, and checks that the element stays inside what is around it.
func (d *Reader) header() (header, error) {
	n, err := d.fill(maxHeader)
	if err != nil {
		return header{}, err
	}
	window, end := d.buf[d.lo:d.lo+n], d.end()
	if end >= 0 && end-d.off < int64(n) {
		window = window[:end-d.off]
	}
	h, ok := parseHeader(window)
	switch {
	case !ok:
		return h, d.fail(CodeMalformed, "header")
	case h.incomplete && end >= 0 && len(window) < n:
		return h, d.fail(CodeMalformed, "header")
	case h.incomplete:
		return h, d.fail(CodeTruncated, "header")
	case end >= 0 && h.length >= 0 && int64(h.size)+h.length > end-d.off:
		return h, d.fail(CodeMalformed, "length")
	}
	return h, nil
}

// More reports whether the element entered last (or the input, outside all) has another element.
func (d *Reader) More() (bool, error) {
	if d.depth == 0 {
		n, err := d.fill(1)
		return n > 0, err
	}
	f := d.top()
	if !f.indefinite {
		return d.off < f.end, nil
	}
	n, err := d.fill(2)
	if err != nil {
		return false, err
	}
	if n < 2 {
		return false, d.fail(CodeTruncated, "end-of-contents")
	}
	return d.buf[d.lo] != 0 || d.buf[d.lo+1] != 0, nil
}

// Next is the identifier octet of the next element, 0 when there is none.
func (d *Reader) Next() (byte, error) {
	more, err := d.More()
	if !more || err != nil {
		return 0, err
	}
	if n, err := d.fill(1); n < 1 || err != nil {
		return 0, err
	}
	return d.buf[d.lo], nil
}

// Enter goes into the next element, which must have the identifier octet id, a constructed one. what names it in errors.
func (d *Reader) Enter(id byte, what string) error {
	if err := d.expect(id, what); err != nil {
		return err
	}
	h, err := d.header()
	if err != nil {
		return err
	}
	return d.push(h)
}

func (d *Reader) push(h header) error {
	if d.depth >= limits.DERDepth {
		return d.fail(CodeDepth, "depth")
	}
	end := d.end()
	d.advance(h.size)
	if h.length >= 0 {
		end = d.off + h.length
	}
	f := frame{end: end, indefinite: h.length < 0}
	if d.depth < len(d.frames) {
		d.frames[d.depth] = f
	} else {
		d.deeper = append(d.deeper, f)
	}
	d.depth++
	return nil
}

func (d *Reader) expect(id byte, what string) error {
	next, err := d.Next()
	if err != nil {
		return err
	}
	if next != id {
		return d.fail(CodeUnexpected, what)
	}
	return nil
}

// Leave goes out of the element entered last, which must have been read to its end.
func (d *Reader) Leave(what string) error {
	more, err := d.More()
	if err != nil {
		return err
	}
	if more {
		return d.fail(CodeUnexpected, what)
	}
	if d.top().indefinite {
		if end := d.end(); end >= 0 && end-d.off < 2 {
			return d.fail(CodeMalformed, "end-of-contents")
		}
		d.advance(2)
	}
	d.depth--
	if n := len(d.deeper); n > 0 {
		d.deeper = d.deeper[:n-1]
	}
	return nil
}

// Take takes the next element whole. It must have the identifier octet id.
func (d *Reader) Take(id byte, what string) (Element, error) {
	if err := d.expect(id, what); err != nil {
		return Element{}, err
	}
	return d.Element(what)
}

// Element takes the next element whole, whatever it is; there must be one.
func (d *Reader) Element(what string) (Element, error) {
	more, err := d.More()
	if err != nil {
		return Element{}, err
	}
	if !more {
		return Element{}, d.fail(CodeUnexpected, what)
	}
	if d.src == nil {
		return d.slice()
	}
	start := d.off
	raw, err := d.collect(nil, start)
	if err != nil {
		return Element{}, err
	}
	h, _ := parseHeader(raw)
	return element(raw, h), nil
}

func element(raw []byte, h header) Element {
	e := Element{ID: raw[0], Raw: raw, Content: raw[h.size:], Indefinite: h.length < 0}
	if e.Indefinite {
		e.Content = e.Content[:len(e.Content)-2]
	}
	return e
}

// slice takes the next element of octets in memory.
func (d *Reader) slice() (Element, error) {
	first, err := d.header()
	if err != nil {
		return Element{}, err
	}
	lo, start := d.lo, d.off
	if err := d.skip(start); err != nil {
		return Element{}, err
	}
	return element(d.buf[lo:d.lo:d.lo], first), nil
}

// skip passes one element of octets in memory.
func (d *Reader) skip(start int64) error {
	h, err := d.header()
	if err != nil {
		return err
	}
	if h.length >= 0 {
		n := int64(h.size) + h.length
		if d.off-start+n > limits.DERElement {
			return d.fail(CodeTooLarge, "length")
		}
		if int64(d.hi-d.lo) < n {
			return d.fail(CodeTruncated, "content")
		}
		d.advance(int(n))
		return nil
	}
	if err := d.push(h); err != nil {
		return err
	}
	for {
		more, err := d.More()
		if err != nil {
			return err
		}
		if d.off-start > limits.DERElement {
			return d.fail(CodeTooLarge, "length")
		}
		if !more {
			return d.Leave("end-of-contents")
		}
		if err := d.skip(start); err != nil {
			return err
		}
	}
}

// collect appends the octets of the next element of a stream to dst.
func (d *Reader) collect(dst []byte, start int64) ([]byte, error) {
	h, err := d.header()
	if err != nil {
		return nil, err
	}
	if h.length >= 0 {
		n := int64(h.size) + h.length
		if d.off-start+n > limits.DERElement {
			return nil, d.fail(CodeTooLarge, "length")
		}
		d.widen(n)
		for n > 0 {
			step := int(min(n, int64(len(d.buf))))
			got, err := d.fill(step)
			if err != nil {
				return nil, err
			}
			if got < step {
				return nil, d.fail(CodeTruncated, "content")
			}
			if dst == nil && n <= largeWindow {
				dst = make([]byte, 0, n)
			}
			dst = append(dst, d.buf[d.lo:d.lo+step]...)
			d.advance(step)
			n -= int64(step)
		}
		return dst, nil
	}
	dst = append(dst, d.buf[d.lo:d.lo+h.size]...)
	if err := d.push(h); err != nil {
		return nil, err
	}
	for {
		more, err := d.More()
		if err != nil {
			return nil, err
		}
		if d.off-start > limits.DERElement {
			return nil, d.fail(CodeTooLarge, "length")
		}
		if !more {
			if err := d.Leave("end-of-contents"); err != nil {
				return nil, err
			}
			return append(dst, 0, 0), nil
		}
		if dst, err = d.collect(dst, start); err != nil {
			return nil, err
		}
	}
}

// Octets streams the content of the next element, an OCTET STRING in one piece or in many (X.690 8.7), to w, and reports its size.
// A nil w drops it. An error of w is handed on as it is.
func (d *Reader) Octets(w io.Writer) (int64, error) {
	id, err := d.Next()
	if err != nil {
		return 0, err
	}
	if id != OctetString && id != OctetString|constructed {
		return 0, d.fail(CodeUnexpected, "OCTET STRING")
	}
	h, err := d.header()
	if err != nil {
		return 0, err
	}
	if id == OctetString {
		d.advance(h.size)
		return h.length, d.stream(w, h.length)
	}
	if err := d.push(h); err != nil {
		return 0, err
	}
	total := int64(0)
	for {
		more, err := d.More()
		if err != nil {
			return total, err
		}
		if !more {
			return total, d.Leave("OCTET STRING")
		}
		n, err := d.Octets(w)
		total += n
		if err != nil {
			return total, err
		}
	}
}

// TakeOctets is Octets into memory: a slice of the input where that is in memory and the string in one piece. It has no limit of its
// own, since the octets are there already; a stream must not be read so.
func (d *Reader) TakeOctets() ([]byte, error) {
	id, err := d.Next()
	if err != nil {
		return nil, err
	}
	if id != OctetString || d.src != nil {
		var out sliceWriter
		_, err := d.Octets(&out)
		return slices.Clip(out), err
	}
	h, err := d.header()
	if err != nil {
		return nil, err
	}
	d.advance(h.size)
	if int64(d.hi-d.lo) < h.length {
		return nil, d.fail(CodeTruncated, "content")
	}
	content := d.buf[d.lo : d.lo+int(h.length) : d.lo+int(h.length)]
	d.advance(len(content))
	return content, nil
}

func (d *Reader) stream(w io.Writer, n int64) error {
	d.widen(n)
	for n > 0 {
		if d.lo == d.hi {
			if got, err := d.fill(1); err != nil {
				return err
			} else if got == 0 {
				return d.fail(CodeTruncated, "content")
			}
		}
		step := int(min(n, int64(d.hi-d.lo)))
		if w != nil {
			if _, err := w.Write(d.buf[d.lo : d.lo+step]); err != nil {
				return err
			}
		}
		d.advance(step)
		n -= int64(step)
	}
	return nil
}

// End checks that nothing follows.
func (d *Reader) End() error {
	more, err := d.More()
	if err != nil {
		return err
	}
	if more {
		return d.fail(CodeTrailing, "end")
	}
	return nil
}

// Octets is the content of an OCTET STRING element, put together where it came in pieces; it belongs to the element where it
// came in one.
func (e Element) Octets() ([]byte, error) {
	if e.ID == OctetString {
		return e.Content, nil
	}
	var out sliceWriter
	d := NewBytesReader(e.Raw)
	if _, err := d.Octets(&out); err != nil {
		return nil, err
	}
	return slices.Clip(out), nil
}

type sliceWriter []byte

func (s *sliceWriter) Write(b []byte) (int, error) {
	*s = append(*s, b...)
	return len(b), nil
}
