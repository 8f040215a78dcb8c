package pdfobj

import (
	"github.com/kyso-dev/kyso/internal/limits"
)

// Span is a stretch [Start, End) of the file; where Stream is not zero, of the decoded data of that object stream.
type Span struct {
	Start, End int64
	Stream     Ref
}

// ObjectSpan is where an object lies: from its number to after "endobj"; in an object stream, its value. There being no such
// object is an error.
func (f *File) ObjectSpan(ref Ref) (Span, error) {
	span, o, _, err := f.place(ref)
	if err != nil || !span.Stream.IsZero() {
		return span, err
	}
	if st, ok := o.(*Stream); ok {
		n, err := f.extent(st)
		if err != nil {
			return Span{}, err
		}
		span.End = st.offset + n
	}
	for _, word := range []string{"endstream", "endobj"} {
		b, skipped, err := f.skipSpace(span.End, len(word))
		if err != nil {
			return Span{}, err
		}
		if len(b) >= len(word) && string(b[:len(word)]) == word {
			span.End += int64(skipped + len(word))
		}
	}
	return span, nil
}

// place finds an object and parses it where it is. The span of one that is not compressed ends after its value, of a stream after
// its dictionary and the keyword. head is the length of "12 0 obj" with what is before it.
func (f *File) place(ref Ref) (span Span, o Object, head int, err error) {
	if _, err = f.Get(ref); err != nil { // leads to a scan where the entry is wrong
		return Span{}, nil, 0, err
	}
	l, err := f.find(ref.Num)
	if err != nil {
		return Span{}, nil, 0, err
	}
	switch {
	case l.kind == entryUsed && l.gen == ref.Gen:
		c, ok := f.cache[ref.Num] // where Get has just put it
		if !ok || c.gen != ref.Gen {
			return Span{}, nil, 0, failSyntax(ref, l.off)
		}
		o, length := c.object, c.length
		b, err := f.in.at(l.off, length)
		if err != nil {
			return Span{}, nil, 0, err
		}
		p := &f.in.parser
		p.reset(b[:min(len(b), length)], 0, true)
		p.space()
		start := p.pos
		p.header()
		return Span{Start: l.off + int64(start), End: l.off + int64(length)}, o, p.pos - start, nil
	case l.kind == entryCompressed && ref.Gen == 0:
		s, err := f.objStm(l.stream)
		if err != nil {
			return Span{}, nil, 0, err
		}
		if s == nil {
			break
		}
		i := s.index(ref.Num, l.index)
		if i < 0 {
			break
		}
		p := &f.in.parser
		p.reset(s.data, int(s.heads[i].off), true)
		p.space()
		start := p.pos
		o, _ := p.value()
		return Span{Start: int64(start), End: int64(p.pos), Stream: Ref{Num: l.stream}}, o, 0, nil
	}
	return Span{}, nil, 0, failType(ref, "object")
}

// ValueSpan is where the value at the end of a path lies, to the octet. The path leads from the object ref (of a stream, from its
// dictionary) through direct dictionaries, by [Name], and direct arrays, by int. ok is false when there is no such value. Of a key
// that is given twice it is the last one, as for [Dict.Get].
func (f *File) ValueSpan(ref Ref, path ...any) (span Span, ok bool, err error) {
	span, _, head, err := f.place(ref)
	if err != nil {
		return Span{}, false, err
	}
	var b []byte
	whole := true
	if span.Stream.IsZero() {
		if span.End-span.Start > 4*limits.PDFObjectBytes {
			return Span{}, false, failLimit("octets in an object", limits.PDFObjectBytes)
		}
		if b, err = f.in.at(span.Start, int(span.End-span.Start)); err != nil {
			return Span{}, false, err
		}
		b = b[:span.End-span.Start]
	} else {
		s, err := f.objStm(span.Stream.Num)
		if err != nil || s == nil {
			return Span{}, false, err
		}
		b = s.data[span.Start:span.End]
	}
	p := &f.in.parser
	p.reset(b, head, whole)
	p.skim = true
	start, end, ok := p.find(path)
	if !ok {
		return Span{}, false, nil
	}
	return Span{span.Start + int64(start), span.Start + int64(end), span.Stream}, true, nil
}

// find goes down the path from the value at pos.
func (p *parser) find(path []any) (start, end int, ok bool) {
	if !p.space() {
		return 0, 0, false
	}
	if len(path) == 0 {
		start = p.pos
		_, k := p.value()
		return start, p.pos, k == kindValue && p.stop == stopNot
	}
	switch step := path[0].(type) {
	case Name:
		if p.at(p.pos) != '<' || p.at(p.pos+1) != '<' {
			return 0, 0, false
		}
		at := -1
		for p.pos += 2; p.space(); {
			if p.buf[p.pos] != '/' {
				if _, k := p.value(); k == kindDict || k == kindEnd {
					break
				}
				continue
			}
			key := Name(p.nameBytes())
			if !p.space() {
				break
			}
			if key == step {
				at = p.pos
			}
			before := p.pos
			_, k := p.value()
			for k == kindUnknown {
				if key == step && p.space() {
					at = p.pos
				}
				before = p.pos
				_, k = p.value()
			}
			if k == kindDict {
				p.pos = before
				if key == step {
					at = -1
				}
			} else if k == kindEnd {
				break
			}
		}
		if at < 0 || p.stop != stopNot {
			return 0, 0, false
		}
		p.pos = at
	case int:
		if p.at(p.pos) != '[' || step < 0 {
			return 0, 0, false
		}
		p.pos++
		for range step {
			if _, k := p.value(); k != kindValue {
				return 0, 0, false
			}
		}
	default:
		return 0, 0, false
	}
	return p.find(path[1:])
}
