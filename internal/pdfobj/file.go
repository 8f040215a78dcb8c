package pdfobj

import (
	"bytes"
	"io"
	"strconv"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Options of [Open]. The zero value, and nil, read as viewers do.
type Options struct {
	NoRepair bool // a file whose cross-references are broken is an error instead of being scanned
	Scan     bool // the file is scanned, whatever its cross-references say
}

// File is an opened PDF file. It is not safe for concurrent use.
type File struct {
	in       *input
	sections []section     // newest first
	index    *mentionIndex // of long chains
	base     int           // place of the newest section in the index
	trailer  *Dict
	start    int64 // offset of the newest section, -1 for a scanned file
	repaired bool
	scanned  bool
	chaining bool // the sections are being read: what they lead to may be wrong still
	doubtful bool // scanned, and objects are malformed or cut off too
	odd      bool // an object was read past malformed syntax or a repeated key
	noRepair bool
	view     bool // a revision of another File

	cache     map[uint32]cached
	cacheSize int
	streams   []*objStm // decoded object streams, latest used last
	loading   int       // object streams that are being decoded, one for another
	spans     []Revision
}

// input is what all views of a file share.
type input struct {
	window
	table   window // cross-reference entries of large files, so that they do not push the objects out
	parser  parser
	inflate io.ReadCloser // a zlib reader that can be used again: making one costs more than most streams
	header  int64         // where "%PDF-" is, 0 when it is missing
	bias    int64         // what offsets in the file count from: 0 or header
	found   bool          // there is a header
	major   byte
	minor   byte
	search  int64 // octets that may still be searched for the ends of streams
	xref    int64 // octets of cross-reference streams that may still be decoded
}

type cached struct {
	object Object
	length int // as written, with its number where it has one
	gen    uint16
}

// Open reads the cross-references of a file of size octets. The reader must stay readable for as long as the File is used, and
// its content must not change.
func Open(r io.ReaderAt, size int64, opts *Options) (*File, error) {
	if size <= 0 {
		return nil, fail(CodeEmpty, nil)
	}
	f := &File{in: &input{window: window{r: r, size: size}, table: window{r: r, size: size}}}
	f.in.search = 8*size + 1<<20
	f.in.xref = limits.PDFXrefBytes
	if opts != nil {
		f.noRepair = opts.NoRepair
	}
	if err := f.readHeader(); err != nil {
		return nil, err
	}
	ok := false
	var err error
	if opts == nil || !opts.Scan {
		f.chaining = true
		ok, err = f.readChain()
		f.chaining = false
	}
	if err != nil {
		return nil, err
	}
	if ok {
		if ok, err = f.usable(); err != nil {
			return nil, err
		}
	}
	if !ok {
		if err := f.repair(); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// readHeader looks for "%PDF-1.7" in the first 1024 octets (ISO 32000-2, 7.5.2; readers have always allowed junk before it).
func (f *File) readHeader() error {
	b, err := f.in.at(0, 1024)
	if err != nil {
		return err
	}
	b = b[:min(len(b), 1024)]
	i := bytes.Index(b, []byte("%PDF-"))
	if i < 0 {
		return nil
	}
	f.in.found, f.in.header = true, int64(i)
	if v := b[i+5:]; len(v) >= 3 && isDigit(v[0]) && v[1] == '.' && isDigit(v[2]) {
		f.in.major, f.in.minor = v[0], v[2]
	}
	return nil
}

// usable reports whether the cross-references lead to a catalog. An encrypted file is left alone.
func (f *File) usable() (bool, error) {
	if f.Encrypted() {
		return true, nil
	}
	d, _, err := f.Catalog()
	if err != nil {
		if e, ok := err.(*Error); ok && e.Code() != string(CodeRead) {
			return false, nil
		}
		return false, err
	}
	return d != nil, nil
}

// Trailer is the trailer of the newest section; of a cross-reference stream, its dictionary. Never nil.
func (f *File) Trailer() *Dict { return f.trailer }

// Catalog is the document catalog and its reference, which is zero where a damaged file holds the catalog in the trailer itself.
func (f *File) Catalog() (*Dict, Ref, error) {
	scanned := f.scanned
	o, ref, err := f.Lookup(f.trailer, "Root")
	if f.scanned != scanned {
		o, ref, err = f.Lookup(f.trailer, "Root") // the scan may have found another trailer
	}
	if err != nil {
		return nil, ref, err
	}
	d, ok := o.(*Dict)
	if !ok {
		return nil, ref, failType(ref, "catalog")
	}
	return d, ref, nil
}

// Encrypted reports whether the trailer names an encryption dictionary (7.6.2); /Encrypt null does not. A reference does even where
// nothing is found behind it: in a damaged file another reader may find it. Objects of an encrypted file are handed out as they
// are: strings and streams are ciphertext.
func (f *File) Encrypted() bool { return f.trailer.Get("Encrypt") != nil }

// Linearized reports whether the file begins with a linearization parameter dictionary (annex F), up to date or not.
func (f *File) Linearized() bool {
	b, err := f.in.at(f.in.header, 1024)
	if err != nil {
		return false
	}
	p := &f.in.parser
	p.reset(b[:min(len(b), 1024)], 0, true)
	if _, ok := p.header(); !ok {
		return false
	}
	o, _ := p.value()
	d, ok := o.(*Dict)
	return ok && d.Has("Linearized")
}

// Repaired reports whether the cross-references could not be used as they are. It may become true while objects are read.
func (f *File) Repaired() bool { return f.repaired }

// Odd reports whether anything read so far was damaged: readers may differ on what the file is.
func (f *File) Odd() bool { return f.repaired || f.scanned || f.odd }

// StartXref is the offset of the newest cross-reference section in the file, -1 for a file that had to be scanned.
func (f *File) StartXref() int64 { return f.start }

// Bytes is the length of the file in octets.
func (f *File) Bytes() int64 { return f.in.size }

// Version is the version that the header or the catalog claims, the later of the two: "1.7". It is empty when neither does.
func (f *File) Version() string {
	version := ""
	if f.in.major != 0 {
		version = string([]byte{f.in.major, '.', f.in.minor})
	}
	if f.Encrypted() {
		return version
	}
	if catalog, _, err := f.Catalog(); err == nil {
		if v, ok := catalog.Get("Version").(Name); ok && len(v) == 3 && string(v) > version {
			version = string(v)
		}
	}
	return version
}

// Size is the lowest number that no object has had: where new objects begin. A /Size far above the last object is not believed.
func (f *File) Size() uint32 {
	size := uint32(1)
	for i := range f.sections {
		size = max(size, f.sections[i].size())
	}
	if n, ok := f.trailer.Get("Size").(int64); ok && n > int64(size) && n <= 2*int64(size)+1024 {
		size = uint32(n)
	}
	return size
}

// Style is how cross-references are written (7.5.4, 7.5.8).
type Style uint8

const (
	StyleTable  Style = iota + 1 // classic table
	StyleStream                  // cross-reference stream
	StyleHybrid                  // classic table with an additional stream (7.5.8.4)
)

// XrefStyle is the style of the newest section.
func (f *File) XrefStyle() Style {
	switch s := &f.sections[0]; {
	case s.stream:
		return StyleStream
	case s.hybrid != nil:
		return StyleHybrid
	}
	return StyleTable
}

// Resolve follows references until it reaches something else. A reference to what is not there is null (7.3.10).
func (f *File) Resolve(o Object) (Object, error) {
	o, _, err := f.resolve(o)
	return o, err
}

func (f *File) resolve(o Object) (Object, Ref, error) {
	var last Ref
	for range limits.PDFReferences {
		ref, ok := o.(Ref)
		if !ok {
			return o, last, nil
		}
		last = ref
		var err error
		if o, err = f.Get(ref); err != nil {
			return nil, ref, err
		}
	}
	return nil, last, fail(CodeCycle, nil, "object", last.String())
}

// Lookup is the value of key in d, resolved, and the last reference that led to it (zero when it is direct).
func (f *File) Lookup(d *Dict, key Name) (Object, Ref, error) { return f.resolve(d.Get(key)) }

// LookupDict is [File.Lookup] for a dictionary: nil when there is none or it is something else; of a stream, its dictionary.
func (f *File) LookupDict(d *Dict, key Name) (*Dict, Ref, error) {
	o, ref, err := f.resolve(d.Get(key))
	switch o := o.(type) {
	case *Dict:
		return o, ref, err
	case *Stream:
		return o.Dict, ref, err
	}
	return nil, ref, err
}

// LookupArray is [File.Lookup] for an array: nil when there is none or it is something else.
func (f *File) LookupArray(d *Dict, key Name) (Array, Ref, error) {
	o, ref, err := f.resolve(d.Get(key))
	a, _ := o.(Array)
	return a, ref, err
}

// Get reads an indirect object: nil (null) when the file has none of this number and generation.
func (f *File) Get(ref Ref) (Object, error) {
	if c, ok := f.cache[ref.Num]; ok {
		if c.gen != ref.Gen {
			return nil, nil
		}
		return c.object, nil
	}
	l, err := f.find(ref.Num)
	if err != nil {
		return nil, err
	}
	switch {
	case l.kind == entryUsed && l.gen == ref.Gen:
		o, length, ok, err := f.objectAt(l.off, ref)
		if err != nil {
			return nil, err
		}
		if !ok {
			return f.lost(ref, l.off)
		}
		f.keep(ref, o, length)
		return o, nil
	case l.kind == entryCompressed && ref.Gen == 0:
		return f.compressed(ref, l)
	}
	return nil, nil
}

// lost is what Get does where an entry does not lead to its object: once, the file is scanned, as viewers do.
func (f *File) lost(ref Ref, off int64) (Object, error) {
	if f.scanned || f.chaining || f.view || f.noRepair {
		return nil, failSyntax(ref, off)
	}
	if err := f.repair(); err != nil {
		return nil, err
	}
	return f.Get(ref)
}

// cacheLimit is the length of the objects, as written, that are kept.
const cacheLimit = 2 << 20

func (f *File) keep(ref Ref, o Object, length int) {
	if f.cacheSize += length + 64; f.cacheSize > cacheLimit {
		clear(f.cache)
		f.cacheSize = length + 64
	}
	if f.cache == nil {
		f.cache = make(map[uint32]cached, 8)
	}
	f.cache[ref.Num] = cached{o, length, ref.Gen}
}

// objectAt parses the indirect object ref at an offset; ok is false when something else is there.
func (f *File) objectAt(off int64, ref Ref) (o Object, length int, ok bool, err error) {
	got, o, length, ok, err := f.indirectAt(off)
	return o, length, ok && got == ref, err
}

// indirectAt parses whatever indirect object is at an offset. length is that of its number and value, up to "stream" or "endobj".
func (f *File) indirectAt(off int64) (ref Ref, o Object, length int, ok bool, err error) {
	p := &f.in.parser
	for n := 1024; ; {
		b, err := f.in.at(off, n)
		if err != nil {
			return Ref{}, nil, 0, false, err
		}
		p.reset(b, 0, off+int64(len(b)) >= f.in.size)
		ref, ok = p.header()
		if ok {
			o, ok = p.indirect(ref, off)
		}
		switch p.stop {
		case stopNot:
			f.odd = f.odd || p.malformed || p.repeated
			return ref, o, p.pos, ok, nil
		case stopDepth:
			return ref, nil, 0, false, failLimit("nesting of an object", limits.PDFDepth)
		case stopParts:
			return ref, nil, 0, false, failLimit("values in an object", limits.PDFObjectParts)
		case stopSyntax:
			return ref, nil, p.pos, false, nil
		}
		if ref.IsZero() && len(b) > smallFile {
			return ref, nil, 0, false, nil // white space or a comment without end
		}
		if len(b) >= limits.PDFObjectBytes {
			return ref, nil, 0, false, failLimit("octets in an object", limits.PDFObjectBytes)
		}
		n = 2 * max(n, len(b))
	}
}

// header reads "12 0 obj".
func (p *parser) header() (Ref, bool) {
	if !p.space() {
		return Ref{}, false
	}
	num, ok := p.digits(10)
	if !ok || num > limits.PDFObjectNumber || !p.gap() {
		return Ref{}, false
	}
	gen, ok := p.digits(5)
	if !ok || gen > 65535 || !p.space() {
		return Ref{}, false
	}
	if len(p.buf)-p.pos < 3 {
		p.ran()
		return Ref{}, false
	}
	if string(p.buf[p.pos:p.pos+3]) != "obj" {
		return Ref{}, false
	}
	p.pos += 3
	return Ref{uint32(num), uint16(gen)}, true
}

// indirect reads what follows the header, and the place of the data where it is a stream.
func (p *parser) indirect(ref Ref, base int64) (Object, bool) {
	o, k := p.value()
	if k != kindValue && k != kindEnd {
		p.malformed = true
	}
	for k == kindUnknown && p.stop == stopNot {
		o, k = p.value()
	}
	if p.stop != stopNot {
		return nil, false
	}
	d, ok := o.(*Dict)
	if !ok {
		return o, k == kindValue || k == kindEnd
	}
	end := p.pos
	if !p.space() {
		p.pos = end
		return o, p.stop == stopNot
	}
	const word = "stream"
	if len(p.buf)-p.pos < len(word)+64 {
		p.ran()
	}
	if p.stop != stopNot {
		return nil, false
	}
	if len(p.buf)-p.pos < len(word) || string(p.buf[p.pos:p.pos+len(word)]) != word {
		p.pos = end
		return o, true
	}
	p.pos += len(word)
	// 7.3.8.1: the keyword is followed by CR LF or LF. Spaces before that, and CR alone, occur.
	i := p.pos
	for i < len(p.buf) && i < p.pos+32 && (p.buf[i] == ' ' || p.buf[i] == '\t') {
		i++
	}
	switch {
	case p.at(i) == '\r' && p.at(i+1) == '\n':
		p.pos = i + 2
	case p.at(i) == '\r' || p.at(i) == '\n':
		p.pos = i + 1
	}
	return &Stream{Dict: d, ref: ref, offset: base + int64(p.pos), length: -1}, true
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
