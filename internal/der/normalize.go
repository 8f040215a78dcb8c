package der

import (
	"github.com/kyso-dev/kyso/internal/limits"
)

// Normalize brings one BER element into DER's form as far as that is possible without knowing its type: definite and shortest
// lengths, strings in one piece, TRUE as 0xFF. It does not sort a SET OF, drop defaults or shorten integers; Strict finds what is
// left. Input that needs no change is returned itself, not a copy. Nothing may follow the element.
//
// Octets that were signed as they lie there (certificates, signed attributes) must not be taken from its result: changed octets
// have another hash.
func Normalize(ber []byte) ([]byte, error) {
	n := normalizer{d: *NewBytesReader(ber)}
	more, err := n.d.More()
	if err != nil {
		return nil, err
	}
	if !more {
		return nil, n.d.fail(CodeTruncated, "header")
	}
	out, err := n.element(make([]byte, 0, len(ber)))
	if err != nil {
		return nil, err
	}
	if err := n.d.End(); err != nil {
		return nil, err
	}
	if !n.changed {
		return ber, nil
	}
	return out, nil
}

type normalizer struct {
	d       Reader
	changed bool
}

// element appends the next element to dst in DER's form.
func (n *normalizer) element(dst []byte) ([]byte, error) {
	h, err := n.d.header()
	if err != nil {
		return nil, err
	}
	if !h.minimal {
		n.changed = true
	}
	tag := n.tag(h)
	start := len(dst)
	switch {
	case h.id&constructed == 0:
		dst, err = n.primitive(dst, h)
	case isString(h.id):
		n.changed = true
		tag = []byte{h.id &^ constructed}
		dst, err = n.pieces(dst, h)
	default:
		if err := n.d.push(h); err != nil {
			return nil, err
		}
		for {
			more, err := n.d.More()
			if err != nil {
				return nil, err
			}
			if !more {
				break
			}
			if dst, err = n.element(dst); err != nil {
				return nil, err
			}
		}
		err = n.d.Leave("end-of-contents")
	}
	if err != nil {
		return nil, err
	}
	if len(dst) > limits.DERElement {
		return nil, n.d.fail(CodeTooLarge, "length")
	}
	// The header goes in front now that the length is known.
	length := len(dst) - start
	var space [maxHeader]byte
	head := AppendHeader(append(space[:0], tag[:len(tag)-1]...), tag[len(tag)-1], length)
	dst = append(dst, head...)
	copy(dst[start+len(head):], dst[start:start+length])
	copy(dst[start:], head)
	return dst, nil
}

// tag is the identifier octets.
func (n *normalizer) tag(h header) []byte {
	size := 1
	if h.id&0x1f == 0x1f {
		for n.d.buf[n.d.lo+size] >= 0x80 {
			size++
		}
		size++
	}
	return n.d.buf[n.d.lo : n.d.lo+size]
}

func (n *normalizer) primitive(dst []byte, h header) ([]byte, error) {
	n.d.advance(h.size)
	if int64(n.d.hi-n.d.lo) < h.length {
		return nil, n.d.fail(CodeTruncated, "content")
	}
	content := n.d.buf[n.d.lo : n.d.lo+int(h.length)]
	n.d.advance(len(content))
	if h.id == 0 {
		return nil, n.d.fail(CodeMalformed, "end-of-contents")
	}
	if h.id == Boolean && len(content) == 1 && content[0] != 0 && content[0] != 0xff {
		n.changed = true
		return append(dst, 0xff), nil
	}
	return append(dst, content...), nil
}

// pieces appends the content of a string that was sent in pieces (X.690 8.6.4, 8.7.3).
func (n *normalizer) pieces(dst []byte, h header) ([]byte, error) {
	bits := h.id&^constructed == BitString
	if bits {
		dst = append(dst, 0) // the number of unused bits of the whole
	}
	at := len(dst) - 1
	return n.gather(dst, h, bits, at)
}

func (n *normalizer) gather(dst []byte, h header, bits bool, unused int) ([]byte, error) {
	if err := n.d.push(h); err != nil {
		return nil, err
	}
	for {
		more, err := n.d.More()
		if err != nil {
			return nil, err
		}
		if !more {
			return dst, n.d.Leave("end-of-contents")
		}
		piece, err := n.d.header()
		if err != nil {
			return nil, err
		}
		// X.690 8.23.6: the pieces of a character string are OCTET STRINGs; of the others, strings of the same type.
		own := piece.id &^ constructed
		if own != h.id&^constructed && (bits || own != OctetString) {
			return nil, n.d.fail(CodeMalformed, "string")
		}
		if piece.id&constructed != 0 {
			if dst, err = n.gather(dst, piece, bits, unused); err != nil {
				return nil, err
			}
			continue
		}
		before := len(dst)
		if dst, err = n.primitive(dst, piece); err != nil {
			return nil, err
		}
		if bits {
			if before == len(dst) || dst[before] > 7 || dst[unused] != 0 {
				return nil, n.d.fail(CodeMalformed, "BIT STRING") // only the last piece may have unused bits
			}
			dst[unused] = dst[before]
			dst = append(dst[:before], dst[before+1:]...)
		}
	}
}
