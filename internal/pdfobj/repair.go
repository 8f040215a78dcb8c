package pdfobj

import (
	"bytes"
	"slices"

	"github.com/kyso-dev/kyso/internal/limits"
)

// scan is what one pass over a file whose cross-references are broken has found. It goes from object to object: what lies inside
// a string or the data of a stream is no object, whatever it looks like.
type scan struct {
	f        *File
	found    []tableEntry // in the order of the file
	objStms  []int        // indices in found
	open     []openStream
	trailers []*Dict // of trailers and cross-reference streams, in the order of the file
	catalog  Ref     // the last object of type Catalog
	decoded  int64   // octets of object streams that may still be decoded
}

// openStream is a stream of which the length was not known yet when it was met.
type openStream struct {
	stream *Stream
	end    int64 // where the first "endstream" stands
}

// trailers that are kept: the last ones, and enough of them to find one that is whole.
const keptTrailers = 256

// repair rebuilds the cross-references by scanning, once.
func (f *File) repair() error {
	if f.noRepair || f.scanned {
		return fail(CodeDamaged, nil)
	}
	f.scanned, f.repaired, f.start = true, true, -1
	f.in.bias = f.in.header
	f.sections, f.index, f.streams, f.spans = nil, nil, nil, nil
	f.cache, f.cacheSize = nil, 0
	f.trailer = &Dict{}
	s := &scan{f: f, decoded: limits.PDFScanDecoded}
	if err := s.run(); err != nil {
		return err
	}
	if err := s.index(); err != nil {
		return err
	}
	ok, err := s.chooseTrailer()
	if err != nil {
		return err
	}
	switch {
	case ok:
		return nil
	case !f.in.found && len(s.found) == 0:
		return fail(CodeNotPDF, nil)
	}
	return fail(CodeDamaged, nil)
}

// run goes through the file once.
func (s *scan) run() error {
	in := s.f.in
	for pos := int64(0); pos < in.size; {
		b, err := in.at(pos, 256)
		if err != nil {
			return err
		}
		i := bytes.Index(b, []byte("obj"))
		before := b
		if i >= 0 {
			before = b[:i]
		}
		if t := bytes.Index(before, []byte("trailer")); t >= 0 {
			if pos, err = s.meetTrailer(pos + int64(t+len("trailer"))); err != nil {
				return err
			}
			continue
		}
		if i < 0 {
			const overlap = 40 // "trailer", or the numbers before "obj", may be cut in two
			if pos+int64(len(b)) >= in.size {
				return nil
			}
			pos += int64(max(1, len(b)-overlap))
			continue
		}
		start, ok := headerBefore(b, i)
		if !ok || bytes.HasSuffix(before, []byte("end")) || commented(b[:start]) {
			pos += int64(i + len("obj"))
			continue
		}
		if pos, err = s.meetObject(pos+int64(start), pos+int64(i+len("obj"))); err != nil {
			return err
		}
	}
	return nil
}

// commented reports whether the end of b lies in a comment.
func commented(b []byte) bool {
	line := b[bytes.LastIndexAny(b, "\r\n")+1:]
	return bytes.IndexByte(line, '%') >= 0
}

func (s *scan) meetTrailer(pos int64) (int64, error) {
	d, end, err := s.f.dictAt(pos)
	if err != nil || d == nil {
		s.f.doubtful = true
		return pos, err
	}
	if p := &s.f.in.parser; p.malformed || p.repeated {
		s.f.doubtful = true // readers may take other entries from it, /Encrypt among them
	}
	s.keepTrailer(d)
	return end, nil
}

func (s *scan) keepTrailer(d *Dict) {
	if len(s.trailers) == keptTrailers {
		s.trailers = slices.Delete(s.trailers, 0, keptTrailers/2)
	}
	s.trailers = append(s.trailers, d)
}

// meetObject notes the object at start and returns where to go on; next is just after the word obj.
func (s *scan) meetObject(start, next int64) (int64, error) {
	f := s.f
	ref, o, length, ok, err := f.indirectAt(start)
	if err != nil {
		if e, _ := err.(*Error); e != nil && e.Code() == string(CodeRead) {
			return 0, err
		}
		return next, nil
	}
	if !ok || ref.Num == 0 {
		return next, nil
	}
	if p := &f.in.parser; p.malformed || p.repeated {
		f.doubtful = true
	}
	if len(s.found) >= limits.PDFObjects {
		return 0, failLimit("objects", limits.PDFObjects)
	}
	s.found = append(s.found, tableEntry{off: start, num: ref.Num, gen: ref.Gen, kind: entryUsed})
	end := start + int64(length)
	switch o := o.(type) {
	case *Dict:
		if o.Get("Type") == Name("Catalog") {
			s.catalog = ref
		}
	case *Stream:
		switch o.Dict.Get("Type") {
		case Name("XRef"):
			s.keepTrailer(o.Dict)
		case Name("ObjStm"):
			s.objStms = append(s.objStms, len(s.found)-1)
		}
		// Nothing is indexed yet, so only a direct /Length is believed here.
		n, err := f.extent(o)
		if err != nil {
			return 0, err
		}
		if end = o.offset + n; end >= f.in.size {
			f.doubtful = true // cut off in the middle of its data: an update would become part of it
		}
		if _, ok := o.Dict.Get("Length").(Ref); ok {
			s.open = append(s.open, openStream{o, end})
		}
	}
	return max(end, next), nil
}

// index makes the one section of a scanned file: of several objects with one number the last stays.
func (s *scan) index() error {
	f := s.f
	s.makeSection(s.found)
	if err := s.dropInner(); err != nil {
		return err
	}
	s.makeSection(s.found)
	for _, d := range s.trailers {
		if d.Get("Encrypt") != nil {
			return nil // object streams are ciphertext
		}
	}
	all := make([]tableEntry, 0, len(s.found))
	from := 0
	for _, i := range s.objStms {
		if i >= len(s.found) {
			break
		}
		all = append(all, s.found[from:i+1]...)
		from = i + 1
		var err error
		if all, err = s.addCompressed(all, s.found[i]); err != nil {
			return err
		}
	}
	all = append(all, s.found[from:]...)
	s.makeSection(all)
	f.streams = nil
	return nil
}

func (s *scan) makeSection(entries []tableEntry) {
	list := slices.Clone(entries)
	slices.Reverse(list)
	sec := section{offset: -1, list: list}
	sec.sortList()
	s.f.sections = append(s.f.sections[:0], sec)
	s.f.cache, s.f.cacheSize = nil, 0
}

// dropInner takes out what was found inside streams whose length is an indirect object: an embedded file that is a PDF itself,
// say, ends for a scanner at its own first "endstream".
func (s *scan) dropInner() error {
	type stretch struct{ from, to int64 }
	var inner []stretch
	for _, o := range s.open {
		o.stream.length = -1
		n, err := s.f.declaredLength(o.stream)
		if err != nil {
			return err
		}
		if to := o.stream.offset + n; n >= 0 && to > o.end {
			inner = append(inner, stretch{o.end, to})
		}
	}
	if len(inner) == 0 {
		return nil
	}
	covered, k, m := int64(0), 0, 0 // all lists are in the order of the file
	kept, objStms := make([]tableEntry, 0, len(s.found)), make([]int, 0, len(s.objStms))
	for i, e := range s.found {
		for k < len(inner) && inner[k].from <= e.off {
			covered = max(covered, inner[k].to)
			k++
		}
		isObjStm := m < len(s.objStms) && s.objStms[m] == i
		if isObjStm {
			m++
		}
		if e.off < covered {
			continue
		}
		if isObjStm {
			objStms = append(objStms, len(kept))
		}
		kept = append(kept, e)
	}
	s.found, s.objStms = kept, objStms
	return nil
}

// addCompressed adds the objects in an object stream.
func (s *scan) addCompressed(all []tableEntry, container tableEntry) ([]tableEntry, error) {
	f := s.f
	l, err := f.find(container.num)
	if err != nil || l.off != container.off {
		return all, err // another object has taken its number
	}
	o, err := f.Get(Ref{container.num, container.gen})
	if err != nil {
		return all, structural(err)
	}
	st, ok := o.(*Stream)
	if !ok {
		return all, nil
	}
	first, n, err := f.objStmDict(st)
	if err != nil || first > limits.PDFObjStmBytes {
		return all, structural(err)
	}
	if s.decoded -= first; s.decoded < 0 {
		return nil, failLimit("octets of object streams", limits.PDFScanDecoded)
	}
	data, err := f.decode(st, first, true)
	if err != nil {
		return all, structural(err)
	}
	for i, h := range f.objHeads(data, first, n) {
		if len(all) >= limits.PDFObjects {
			return nil, failLimit("objects", limits.PDFObjects)
		}
		if h.num == 0 || h.num == container.num {
			continue
		}
		all = append(all, tableEntry{off: int64(container.num)<<32 | int64(i), num: h.num, kind: entryCompressed})
	}
	return all, nil
}

// chooseTrailer takes the last trailer that leads to a catalog; failing that, the last catalog itself.
func (s *scan) chooseTrailer() (bool, error) {
	f := s.f
	var encrypt Object
	for i := len(s.trailers) - 1; i >= 0 && encrypt == nil; i-- {
		encrypt = s.trailers[i].Get("Encrypt")
	}
	for i := len(s.trailers) - 1; i >= 0; i-- {
		f.trailer = s.trailers[i]
		if !f.trailer.Has("Root") {
			continue
		}
		if encrypt != nil && !f.trailer.Has("Encrypt") {
			f.trailer = f.trailer.Clone().Set("Encrypt", encrypt)
		}
		if ok, err := f.usable(); ok || err != nil {
			return ok, err
		}
	}
	if s.catalog.IsZero() {
		if err := s.findCatalog(); err != nil {
			return false, err
		}
	}
	if s.catalog.IsZero() {
		return false, nil
	}
	f.trailer = NewDict(4).Set("Root", s.catalog)
	for i := len(s.trailers) - 1; i >= 0; i-- {
		for _, key := range []Name{"Info", "ID", "Encrypt"} {
			if v := s.trailers[i].Get(key); v != nil && !f.trailer.Has(key) {
				f.trailer.Set(key, v)
			}
		}
	}
	return f.usable()
}

// findCatalog looks for a catalog inside object streams.
func (s *scan) findCatalog() error {
	f := s.f
	list := f.sections[0].list
	for _, e := range list[:min(len(list), 1<<16)] {
		if e.kind != entryCompressed {
			continue
		}
		o, err := f.Get(Ref{Num: e.num})
		if err != nil {
			if e, ok := err.(*Error); ok && e.Code() == string(CodeRead) {
				return err
			}
			continue
		}
		if d, ok := o.(*Dict); ok && d.Get("Type") == Name("Catalog") {
			s.catalog = Ref{Num: e.num}
		}
	}
	return nil
}
