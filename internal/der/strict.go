package der

import (
	"bytes"
)

// Strict checks that b is exactly one element in DER, as far as that can be told without its type: shortest definite lengths and
// tags, strings in one piece, BOOLEANs of 0 or 0xFF, shortest INTEGERs, zero unused bits, minimal object identifiers. The order of
// a SET OF is checked by Sorted, where the type is known.
func Strict(b []byte) error {
	d := NewBytesReader(b)
	if len(b) == 0 {
		return d.fail(CodeTruncated, "header")
	}
	if err := d.strict(); err != nil {
		return err
	}
	return d.End()
}

func (d *Reader) strict() error {
	h, err := d.header()
	if err != nil {
		return err
	}
	if !h.minimal || h.id&constructed != 0 && isString(h.id) {
		return d.fail(CodeNotDER, "encoding")
	}
	if h.id&constructed != 0 {
		if err := d.push(h); err != nil {
			return err
		}
		for {
			more, err := d.More()
			if err != nil {
				return err
			}
			if !more {
				return d.Leave("end")
			}
			if err := d.strict(); err != nil {
				return err
			}
		}
	}
	if int64(d.hi-d.lo) < int64(h.size)+h.length {
		return d.fail(CodeTruncated, "content")
	}
	content := d.buf[d.lo+h.size : d.lo+h.size+int(h.length)]
	if !strictContent(h.id, content) {
		return d.fail(CodeNotDER, "value")
	}
	d.advance(h.size + len(content))
	return nil
}

func strictContent(id byte, c []byte) bool {
	switch id {
	case 0x00, Sequence &^ constructed, Set &^ constructed:
		return false // end-of-contents out of place; SEQUENCE and SET are constructed
	case Boolean:
		return len(c) == 1 && (c[0] == 0 || c[0] == 0xff)
	case Integer, Enumerated:
		return len(c) > 0 && (len(c) == 1 || !(c[0] == 0 && c[1] < 0x80 || c[0] == 0xff && c[1] >= 0x80))
	case BitString:
		return len(c) > 0 && c[0] < 8 && (c[0] == 0 || len(c) > 1 && c[len(c)-1]&(1<<c[0]-1) == 0)
	case Null:
		return len(c) == 0
	case OID:
		if len(c) == 0 || c[len(c)-1] >= 0x80 {
			return false
		}
		for i := range c {
			if c[i] == 0x80 && (i == 0 || c[i-1] < 0x80) {
				return false
			}
		}
	}
	return true
}

// Sorted reports whether the elements are in the order that DER gives a SET OF (X.690 11.6).
func Sorted(elements [][]byte) bool {
	for i := 1; i < len(elements); i++ {
		if bytes.Compare(elements[i-1], elements[i]) > 0 {
			return false
		}
	}
	return true
}
