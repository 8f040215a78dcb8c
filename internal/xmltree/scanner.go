package xmltree

import (
	"bytes"
	"io"
	"sync"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Kind is the kind of an event.
type Kind uint8

// The events. Zero is none.
const (
	Start   Kind = iota + 1 // a start tag, or the tag of an empty element, which an End follows
	End                     // an end tag; of the tag of an empty element, with no octets of its own
	Text                    // character data or a CDATA section, or a part of one
	Comment                 //
	PI                      // a processing instruction
	EOF                     // the end of a well-formed document
	Run                     // many of the above (see Skim)
	more                    // more octets are needed to tell
)

// Scanner reads a document event by event. What its methods return is valid until the next call of Next. Adjacent Text events belong
// together: references, CDATA sections and the window divide text, not its meaning. Not safe for concurrent use.
type Scanner struct {
	r   io.Reader // nil: buf is everything
	buf []byte    // the window, in UTF-8
	pos int       // where the next event begins
	eof bool      // nothing follows buf
	err error

	base         int64 // octet of the text that buf[0] is
	baseOriginal int64 // and of the input, for UTF-16
	mark         int64 // an octet of the text …
	markOriginal int64 // … and the octet of the input that it stands at
	encoding     Encoding
	marked       bool // there is a byte order mark
	decoded      bool // what is declared is no longer so
	ascii        bool // no octet may be above 127
	raw          []byte
	rawEOF       bool
	opened       bool
	fragment     bool // an element out of a document: no prolog
	seenRoot     bool

	kind       Kind
	start, end int // octets of the event in buf
	from, to   int // what is inside: text, comment, target of a processing instruction
	data       int // where the data of a processing instruction begin
	name       int // where the name of a tag begins, …
	colon      int // … its colon, -1 without, …
	nameEnd    int // … and where it ends
	plain      bool
	cdata      bool // text is a CDATA section
	inCDATA    bool // and goes on in the next event
	empty      bool // the tag is one of an empty element
	pendingEnd bool
	leave      bool // the last event ended an element
	attrs      []Attr
	hasAttrs   bool // attrs are those of the event

	home     *room
	floor    int // of runs
	frames   []frame
	names    []byte // of the open elements
	scope    scope
	inherits []Inherited // xml: attributes of the open elements and those above
}

// frame is an open element. There is no pointer in it, so that pushing one is a mere copy.
type frame struct {
	start    int64 // octet of the text
	name     int32 // in names
	bindings int32 // of the scope, before
	inherits int32 // likewise
	space    int32 // the binding of its namespace, by one more than its index; 0 for none
	colon    int32 // in the name, -1 without
	light    bool  // it was opened in a Run: no attributes, no prefix
}

// NewScanner reads a document from r, through a window.
func NewScanner(r io.Reader) *Scanner {
	s := newScanner()
	s.r = r
	return s
}

// room is what a small document needs, allocated with its Scanner.
type room struct {
	Scanner
	frames   [8]frame
	names    [96]byte
	attrs    [2]Attr
	prefixes [fewNames]string
	current  [fewNames]int
	bindings [fewNames]binding
	interned [fewNames]string
}

// rooms are those of Scanners that were released.
var rooms = sync.Pool{New: func() any { return new(room) }}

// Release gives the memory of a Scanner to the next one. Neither it nor what it returned may be used afterwards; strings, errors and
// Contexts may. Without it the memory goes to the garbage collector.
func (s *Scanner) Release() {
	if r := s.home; r != nil {
		*r = room{}
		rooms.Put(r)
	}
}

func newScanner() *Scanner {
	r := rooms.Get().(*room)
	s := &r.Scanner
	s.home = r
	s.floor = -1
	s.frames, s.names, s.attrs = r.frames[:0], r.names[:0], r.attrs[:0]
	s.scope = scope{prefixes: r.prefixes[:0], current: r.current[:0], bindings: r.bindings[:0], interned: r.interned[:0]}
	s.scope.reset()
	return s
}

// ScanBytes reads a document in memory. It is not copied, unless it is UTF-16.
func ScanBytes(document []byte) *Scanner {
	s := newScanner()
	s.buf, s.eof = document, true
	return s
}

// ScanElement reads one element cut out of a document, in UTF-8, with what it inherits there. Offsets begin at 0.
func ScanElement(element []byte, c *Context) *Scanner {
	s := ScanBytes(element)
	s.opened, s.fragment = true, true
	if c != nil {
		for _, b := range c.Bindings {
			s.scope.bind(b.Prefix, b.URI)
		}
		s.inherits = append(s.inherits, c.XML...)
	}
	return s
}

// Next reads the next event. At the end it is EOF, again and again; after an error it is the same *Error.
func (s *Scanner) Next() (Kind, error) {
	if s.err != nil {
		return 0, s.err
	}
	if !s.opened {
		if err := s.open(); err != nil {
			return 0, err
		}
		if err := s.declaration(); err != nil {
			return 0, err
		}
	}
	s.Leave()
	if s.pendingEnd {
		s.pendingEnd, s.leave, s.hasAttrs = false, true, false
		s.start, s.kind = s.end, End
		return End, nil
	}
	if s.floor >= 0 && len(s.frames) > 0 && !s.inCDATA && s.skim() {
		s.kind, s.hasAttrs = Run, false
		return Run, nil
	}
	for {
		k, err := s.scan()
		if err != nil {
			return 0, err
		}
		if k != more {
			s.kind = k
			return k, nil
		}
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
}

func (s *Scanner) scan() (Kind, error) {
	b, i := s.buf, s.pos
	if i >= len(b) {
		if !s.eof {
			return more, nil
		}
		return s.atEnd()
	}
	s.start, s.hasAttrs = i, false
	if s.inCDATA {
		return s.scanCDATA(i)
	}
	if b[i] != '<' {
		if len(s.frames) == 0 {
			return s.between()
		}
		return s.scanText()
	}
	if i+1 >= len(b) {
		return s.short("the document ends within a tag")
	}
	switch b[i+1] {
	case '/':
		return s.scanEnd()
	case '!':
		return s.scanBang()
	case '?':
		return s.scanPI()
	}
	return s.scanStart()
}

// short asks for more octets, or says what is wrong where there are none.
func (s *Scanner) short(reason string) (Kind, error) {
	if !s.eof {
		return more, nil
	}
	return 0, s.malformed(len(s.buf), reason)
}

func (s *Scanner) atEnd() (Kind, error) {
	switch {
	case len(s.frames) > 0 || s.inCDATA:
		return 0, s.malformed(len(s.buf), "the document ends before its elements are closed")
	case !s.seenRoot:
		return 0, s.malformed(len(s.buf), "there is no element")
	}
	s.start, s.end, s.hasAttrs = len(s.buf), len(s.buf), false
	return EOF, nil
}

// between is what stands outside of the root element: blanks, which mean nothing.
func (s *Scanner) between() (Kind, error) {
	b, i := s.buf, s.pos
	for i < len(b) && class[b[i]]&blank != 0 {
		i++
	}
	s.pos = i
	if i < len(b) && (b[i] != '<' || s.fragment) {
		return 0, s.malformed(i, "there is text outside of the root element")
	}
	if i == len(b) && !s.eof {
		return more, nil
	}
	return s.scan()
}

func (s *Scanner) scanStart() (Kind, error) {
	b, i := s.buf, s.pos+1
	name, colon := i, -1
	i = ncName(b, i)
	if i > name && b[i] == ':' {
		colon = i
		i = ncName(b, colon+1)
		if i == colon+1 {
			return 0, s.badNamespace(colon, "a name ends with its colon")
		}
	}
	switch {
	case i < 0:
		return s.short("the document ends within a tag")
	case i == name:
		return 0, s.malformed(name, "a tag has no name that may be")
	}
	if len(s.frames) == 0 && s.seenRoot {
		return 0, s.malformed(s.pos, "there is a second root element")
	}
	s.name, s.colon, s.nameEnd = name, colon, i
	s.empty = false
	if b[i] == '>' { // most tags are so
		s.plain = true
		s.attrs = s.attrs[:0]
		i++
	} else {
		s.plain = false
		end, k, err := s.scanAttrs(i)
		if k == more || err != nil {
			return k, err
		}
		i = end
	}
	if len(s.frames) >= limits.XMLDepth {
		return 0, s.limit("nesting of elements", limits.XMLDepth)
	}
	s.end, s.pos, s.hasAttrs = i, i, true
	return Start, s.push()
}

func (s *Scanner) push() error {
	f := frame{
		start: s.base + int64(s.start), name: int32(len(s.names)), colon: -1, bindings: int32(s.scope.mark()), inherits: int32(len(s.inherits)),
	}
	s.names = append(s.names, s.buf[s.name:s.nameEnd]...)
	if len(s.attrs) > 0 {
		if err := s.declare(); err != nil {
			return err
		}
	}
	if s.colon < 0 {
		f.space = int32(s.scope.current[0])
	} else {
		f.colon = int32(s.colon - s.name)
		prefix := s.buf[s.name:s.colon]
		if _, ok := s.scope.lookup(prefix); !ok || string(prefix) == "xmlns" {
			return s.badNamespace(s.name, "a prefix is not declared")
		}
		f.space = int32(s.scope.current[s.scope.last])
	}
	s.seenRoot, s.pendingEnd = true, s.empty
	s.frames = append(s.frames, f)
	return nil
}

func (s *Scanner) pop() {
	s.leave = false
	last := len(s.frames) - 1
	f := &s.frames[last]
	s.names = s.names[:f.name]
	s.scope.undo(int(f.bindings))
	s.inherits = s.inherits[:f.inherits]
	s.frames = s.frames[:last]
}

func (s *Scanner) scanEnd() (Kind, error) {
	if len(s.frames) == 0 {
		return 0, s.malformed(s.pos, "an end tag has no start tag")
	}
	b, i := s.buf, s.pos+2
	want := s.names[s.frames[len(s.frames)-1].name:]
	end := i + len(want)
	if end >= len(b) {
		if !s.eof {
			return more, nil
		}
		return 0, s.malformed(len(b), "the document ends within a tag")
	}
	if string(b[i:end]) != string(want) {
		return 0, s.malformed(i, "an end tag does not fit its start tag")
	}
	s.name, s.nameEnd = i, end
	s.plain = true
	for b[end] != '>' {
		if class[b[end]]&blank == 0 {
			return 0, s.malformed(i, "an end tag does not fit its start tag")
		}
		s.plain = false
		if end++; end == len(b) {
			return s.short("the document ends within a tag")
		}
	}
	s.end, s.pos = end+1, end+1
	s.leave, s.empty = true, false
	return End, nil
}

// scanText reads character data up to the next markup, or as much of it as the window holds.
func (s *Scanner) scanText() (Kind, error) {
	b := s.buf
	i := s.pos
	plain, safe := true, i // safe: text may be divided here
loop:
	for i < len(b) {
		switch textClass[b[i]] {
		case 0, textBlank, textQuote:
			i++
		case textLess:
			break loop
		case textGreater:
			if i-s.pos >= 2 && b[i-1] == ']' && b[i-2] == ']' {
				return 0, s.malformed(i-2, "]]> stands in text")
			}
			plain = false
			i++
		case textReturn:
			plain = false
			i++
		case textAmp:
			if n := plainReference(b[i:]); n > 0 {
				i += n
				continue
			}
			plain = false
			_, n, err := s.reference(i)
			if err != nil {
				return 0, err
			}
			if n == 0 {
				safe = i
				break loop
			}
			i += n
		default:
			n := sequence(b, i)
			if n < 0 {
				return 0, s.malformed(i, "a character may not stand in XML, or is not UTF-8")
			}
			if n == 0 {
				safe = i
				break loop
			}
			i += n
		}
	}
	if i == len(b) || b[i] != '<' {
		if s.eof {
			return 0, s.malformed(len(b), "the document ends before its elements are closed")
		}
		if i < len(b) {
			i = safe
		}
		if i = undivided(b, s.pos, i); i == s.pos {
			return more, nil
		}
	}
	s.from, s.to, s.end, s.pos = s.pos, i, i, i
	s.plain, s.cdata = plain, false
	return Text, nil
}

// undivided goes back from i, not below from, to where text may be divided: not within a line end, nor within what could end a
// CDATA section.
func undivided(b []byte, from, i int) int {
	if i > from && b[i-1] == '\r' {
		return i - 1
	}
	for n := 0; n < 2 && i > from && b[i-1] == ']'; n++ {
		i--
	}
	return i
}

// scanCDATA reads the inside of a CDATA section from i on.
func (s *Scanner) scanCDATA(i int) (Kind, error) {
	b := s.buf
	from := i
	plain := true
	for i < len(b) {
		c := b[i]
		switch textClass[c] {
		case textLess, textAmp, textReturn:
			plain = false
			i++
		case textGreater:
			if i-from >= 2 && b[i-1] == ']' && b[i-2] == ']' {
				s.from, s.to, s.end, s.pos = from, i-2, i+1, i+1
				s.plain, s.cdata, s.inCDATA = plain, true, false
				return Text, nil
			}
			plain = false
			i++
		case 0, textBlank, textQuote:
			i++
		default:
			n := sequence(b, i)
			if n < 0 {
				return 0, s.malformed(i, "a character may not stand in XML, or is not UTF-8")
			}
			if n == 0 {
				goto part
			}
			i += n
		}
	}
part:
	if s.eof {
		return 0, s.malformed(len(b), "the document ends within a CDATA section")
	}
	if i = undivided(b, from, i); i == from {
		return more, nil
	}
	s.from, s.to, s.end, s.pos = from, i, i, i
	s.plain, s.cdata, s.inCDATA = plain, true, true
	return Text, nil
}

var cdataOpen, doctype = []byte("<![CDATA["), []byte("<!DOCTYPE")

func (s *Scanner) scanBang() (Kind, error) {
	b := s.buf[s.pos:]
	switch {
	case bytes.HasPrefix(b, []byte("<!--")):
		return s.scanComment()
	case bytes.HasPrefix(b, cdataOpen):
		if len(s.frames) == 0 {
			return 0, s.malformed(s.pos, "there is text outside of the root element")
		}
		return s.scanCDATA(s.pos + len(cdataOpen))
	case bytes.HasPrefix(b, doctype):
		return 0, s.at(s.pos, CodeDoctype)
	case !s.eof && len(b) < len(cdataOpen) && (bytes.HasPrefix(cdataOpen, b) || bytes.HasPrefix(doctype, b) || bytes.HasPrefix([]byte("<!--"), b)):
		return more, nil
	}
	return 0, s.malformed(s.pos, "markup begins with <! and is neither comment nor CDATA section")
}

func (s *Scanner) scanComment() (Kind, error) {
	b := s.buf
	from := s.pos + 4
	n := bytes.Index(b[from:], []byte("--"))
	if n < 0 || from+n+2 >= len(b) {
		return s.short("the document ends within a comment")
	}
	to := from + n
	if b[to+2] != '>' {
		return 0, s.malformed(to, "-- stands in a comment")
	}
	if err := s.chars(from, to); err != nil {
		return 0, err
	}
	s.from, s.to, s.end, s.pos = from, to, to+3, to+3
	return Comment, nil
}

func (s *Scanner) scanPI() (Kind, error) {
	b := s.buf
	from := s.pos + 2
	n := bytes.Index(b[from:], []byte("?>"))
	if n < 0 {
		return s.short("the document ends within a processing instruction")
	}
	end := from + n
	if err := s.chars(from, end); err != nil {
		return 0, err
	}
	to := ncName(b, from) // not -1: it ends at the ? at the latest
	switch {
	case to == from:
		return 0, s.malformed(from, "a processing instruction has no name that may be")
	case b[to] == ':':
		return 0, s.badNamespace(to, "the name of a processing instruction has a colon")
	case bytes.EqualFold(b[from:to], []byte("xml")):
		return 0, s.malformed(from, "an XML declaration stands elsewhere than at the beginning")
	}
	data := to
	for data < end && class[b[data]]&blank != 0 {
		data++
	}
	if data == to && to != end {
		return 0, s.malformed(to, "a processing instruction has no name that may be")
	}
	s.from, s.to, s.data, s.end, s.pos = from, to, data, end+2, end+2
	return PI, nil
}

// chars checks that buf[from:to] is made of Char alone, without regard to markup.
func (s *Scanner) chars(from, to int) error {
	b := s.buf[:to]
	for i := from; i < to; {
		if t := textClass[b[i]]; t < textBad {
			i++
			continue
		}
		n := sequence(b, i)
		if n <= 0 {
			return s.malformed(i, "a character may not stand in XML, or is not UTF-8")
		}
		i += n
	}
	return nil
}
