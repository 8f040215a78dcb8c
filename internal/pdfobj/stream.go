package pdfobj

import (
	"bytes"
	"io"

	"github.com/kyso-dev/kyso/internal/limits"
)

// StreamReader reads the data of a stream as it is in the file, filters not undone.
func (f *File) StreamReader(s *Stream) (*io.SectionReader, error) {
	if s.Data != nil {
		return io.NewSectionReader(bytes.NewReader(s.Data), 0, int64(len(s.Data))), nil
	}
	n, err := f.extent(s)
	if err != nil {
		return nil, err
	}
	return io.NewSectionReader(f.in.r, s.offset, n), nil
}

// StreamData is the decoded data of a stream, at most maxLen octets (0: as many as package limits allows); more is an error. The
// filters of structural streams are undone: FlateDecode, LZWDecode, RunLengthDecode, ASCIIHexDecode and ASCII85Decode with
// predictors. An image's filter is an error.
func (f *File) StreamData(s *Stream, maxLen int64) ([]byte, error) {
	if maxLen <= 0 || maxLen > limits.PDFStreamBytes {
		maxLen = limits.PDFStreamBytes
	}
	return f.decode(s, maxLen, false)
}

// extent is the length of a stream's data: /Length where "endstream" follows it, else what lies before the next "endstream", as
// viewers have it.
func (f *File) extent(s *Stream) (int64, error) {
	if s.length >= 0 {
		return s.length, nil
	}
	n, err := f.declaredLength(s)
	if err != nil {
		return 0, err
	}
	if n < 0 {
		f.odd = true // where the data end depends on what follows them, and that an update changes
		if n, err = f.searchedLength(s.offset); err != nil {
			return 0, err
		}
	}
	s.length = n
	return n, nil
}

// declaredLength is /Length if it is right, else -1.
func (f *File) declaredLength(s *Stream) (int64, error) {
	o, err := f.Resolve(s.Dict.Get("Length"))
	if err != nil {
		if e, ok := err.(*Error); ok && e.Code() == string(CodeRead) {
			return -1, err
		}
		return -1, nil
	}
	n, ok := o.(int64)
	if !ok || n < 0 || n > f.in.size-s.offset {
		return -1, nil
	}
	return n, f.endstreamAt(s.offset+n, &n)
}

// endstreamAt sets n to -1 unless "endstream" stands at pos, after white space at most.
func (f *File) endstreamAt(pos int64, n *int64) error {
	b, err := f.in.at(pos, 32)
	if err != nil {
		return err
	}
	b = b[:min(len(b), 32)]
	i := 0
	for i < len(b) && class[b[i]] == classSpace {
		i++
	}
	// A missing endstream before endobj is common damage; the length was right all the same.
	if b = b[i:]; !bytes.HasPrefix(b, []byte("endstream")) && !bytes.HasPrefix(b, []byte("endobj")) {
		*n = -1
	}
	return nil
}

// searchedLength looks for "endstream", failing that "endobj", from start on. The end-of-line marker before it is not data.
func (f *File) searchedLength(start int64) (int64, error) {
	for _, word := range []string{"endstream", "endobj"} {
		at, err := f.indexFrom(start, f.in.size, word)
		if err != nil {
			return 0, err
		}
		if at < 0 {
			continue
		}
		b, err := f.in.at(max(start, at-2), int(min(2, at-start)))
		if err != nil {
			return 0, err
		}
		b = b[:min(2, at-start)]
		switch {
		case bytes.HasSuffix(b, []byte("\r\n")):
			at -= 2
		case bytes.HasSuffix(b, []byte("\n")) || bytes.HasSuffix(b, []byte("\r")):
			at--
		}
		return at - start, nil
	}
	return f.in.size - start, nil
}

// indexFrom is the offset of the first word in [from, to), -1 for none. All searches together may look at a small multiple of the
// file, so that many broken streams cost no more than a few.
func (f *File) indexFrom(from, to int64, word string) (int64, error) {
	for from < to {
		b, err := f.in.at(from, int(min(1024, to-from)))
		if err != nil {
			return -1, err
		}
		if int64(len(b)) > to-from {
			b = b[:to-from]
		}
		i := bytes.Index(b, []byte(word))
		used := i
		if i < 0 {
			used = len(b)
		}
		if f.in.search -= int64(used); f.in.search < 0 {
			return -1, failLimit("octets searched for the ends of streams", int(min(8*f.in.size+1<<20, 1<<31-1)))
		}
		if i >= 0 {
			return from + int64(i), nil
		}
		if from+int64(len(b)) >= to {
			break
		}
		from += int64(max(1, len(b)-len(word)+1))
	}
	return -1, nil
}

// objStm is a decoded object stream (7.5.7).
type objStm struct {
	number uint32
	heads  []objHead
	data   []byte
}

type objHead struct {
	num uint32
	off uint32 // in data
}

// kept object streams: the last few, as long as they are small together.
const (
	keptStreams     = 8
	keptStreamBytes = 4 << 20
)

// compressed reads an object out of its object stream.
func (f *File) compressed(ref Ref, l location) (Object, error) {
	s, err := f.objStm(l.stream)
	if err != nil || s == nil {
		return nil, err
	}
	i := s.index(ref.Num, l.index)
	if i < 0 {
		return nil, nil
	}
	p := &f.in.parser
	p.reset(s.data, int(s.heads[i].off), true)
	o, k := p.value()
	start := int(s.heads[i].off)
	switch p.stop {
	case stopDepth:
		return nil, failLimit("nesting of an object", limits.PDFDepth)
	case stopParts:
		return nil, failLimit("values in an object", limits.PDFObjectParts)
	case stopSyntax:
		return nil, failSyntax(ref, int64(start))
	}
	if k != kindValue && k != kindEnd {
		return nil, failSyntax(ref, int64(start))
	}
	f.keep(ref, o, p.pos-start)
	return o, nil
}

// index is the place of an object in the stream: the one the entry tells if it is right, else the first of that number.
func (s *objStm) index(num, index uint32) int {
	if int64(index) < int64(len(s.heads)) && s.heads[index].num == num {
		return int(index)
	}
	for i, h := range s.heads {
		if h.num == num {
			return i
		}
	}
	return -1
}

// objStm decodes an object stream; nil where there is none of that number. A stream is never inside another one, and reading one
// may lead through another one's /Length at most a few times.
func (f *File) objStm(number uint32) (*objStm, error) {
	for i, s := range f.streams {
		if s.number == number {
			if last := len(f.streams) - 1; i != last {
				copy(f.streams[i:], f.streams[i+1:])
				f.streams[last] = s
			}
			return s, nil
		}
	}
	ref := Ref{Num: number}
	l, err := f.find(number)
	if err != nil {
		return nil, err
	}
	if l.kind == entryCompressed {
		return nil, fail(CodeCycle, nil, "object", ref.String())
	}
	if f.loading >= 3 {
		return nil, fail(CodeCycle, nil, "object", ref.String())
	}
	f.loading++
	defer func() { f.loading-- }()
	ref.Gen = l.gen
	o, err := f.Get(ref)
	if err != nil {
		return nil, err
	}
	st, ok := o.(*Stream)
	if !ok {
		return nil, nil
	}
	s, err := f.readObjStm(st)
	if err != nil {
		return nil, err
	}
	s.number = number
	total := len(s.data)
	for i := len(f.streams) - 1; i >= 0; i-- {
		if total += len(f.streams[i].data); total > keptStreamBytes || len(f.streams)-i >= keptStreams {
			f.streams = append(f.streams[:0], f.streams[i+1:]...)
			break
		}
	}
	f.streams = append(f.streams, s)
	return s, nil
}

func (f *File) readObjStm(st *Stream) (*objStm, error) {
	first, n, err := f.objStmDict(st)
	if err != nil {
		return nil, err
	}
	data, err := f.decode(st, limits.PDFObjStmBytes, false)
	if err != nil {
		return nil, err
	}
	return &objStm{heads: f.objHeads(data, first, n), data: data}, nil
}

func (f *File) objStmDict(st *Stream) (first, n int64, err error) {
	for _, v := range []struct {
		key Name
		to  *int64
	}{{"First", &first}, {"N", &n}} {
		o, _, err := f.Lookup(st.Dict, v.key)
		if err != nil {
			return 0, 0, err
		}
		i, ok := o.(int64)
		if !ok || i < 0 {
			return 0, 0, failType(st.ref, "object stream")
		}
		*v.to = i
	}
	return first, n, nil
}

// objHeads reads the pairs of number and offset at the beginning of an object stream.
func (f *File) objHeads(data []byte, first, n int64) []objHead {
	p := &f.in.parser
	p.reset(data[:min(first, int64(len(data)))], 0, true)
	heads := make([]objHead, 0, min(n, first/3+1, int64(len(data))))
	for range n {
		if !p.space() {
			break
		}
		num, ok := p.digits(10)
		if !ok || !p.space() {
			break
		}
		off, ok := p.digits(10)
		if !ok || num > limits.PDFObjectNumber {
			break
		}
		// Past the end of the data an object is null; it keeps its place, since entries count.
		heads = append(heads, objHead{uint32(num), uint32(min(int64(off)+first, int64(len(data))))})
	}
	return heads
}
