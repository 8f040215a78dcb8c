package xmltree

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Encoding is how the octets of an input stand for characters.
type Encoding uint8

// The encodings that are read.
const (
	UTF8 Encoding = iota
	UTF16LE
	UTF16BE
	Latin1 // ISO-8859-1, and US-ASCII, which is a part of it
)

// String is the name that an XML declaration would give it.
func (e Encoding) String() string {
	switch e {
	case UTF16LE:
		return "UTF-16LE"
	case UTF16BE:
		return "UTF-16BE"
	case Latin1:
		return "ISO-8859-1"
	}
	return "UTF-8"
}

// window is how much is read at once: large enough that calls do not count, small enough for the cache.
const window = 128 << 10

// sniff tells the encoding from the first octets (XML, appendix F) and how many of them are a byte order mark.
func sniff(head []byte) (e Encoding, mark int) {
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		return UTF8, 3
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		return UTF16LE, 2
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		return UTF16BE, 2
	case bytes.HasPrefix(head, []byte{'<', 0, '?', 0}):
		return UTF16LE, 0
	case bytes.HasPrefix(head, []byte{0, '<', 0, '?'}):
		return UTF16BE, 0
	}
	return UTF8, 0
}

// open reads the first octets and chooses how to go on.
func (s *Scanner) open() error {
	s.opened = true
	if s.r == nil {
		e, mark := sniff(s.buf)
		s.encoding, s.marked = e, mark > 0
		if e == UTF8 {
			s.pos = mark
			return nil
		}
		s.r, s.eof = bytes.NewReader(s.buf[mark:]), false
		text := make([]byte, 0, len(s.buf)+len(s.buf)/2+utf8.UTFMax)
		s.buf, s.markOriginal, s.baseOriginal = text, int64(mark), int64(mark)
		for !s.eof {
			if err := s.more(); err != nil {
				return err
			}
		}
		return nil
	}
	head := make([]byte, 4)
	n, err := io.ReadFull(s.r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return s.readError(err)
	}
	head = head[:n]
	e, mark := sniff(head)
	s.encoding, s.marked, s.markOriginal, s.baseOriginal = e, mark > 0, int64(mark), int64(mark)
	if s.buf == nil {
		s.buf = make([]byte, 0, window)
	}
	s.r = io.MultiReader(bytes.NewReader(head[mark:]), s.r)
	if e == UTF8 {
		s.base, s.mark = int64(mark), int64(mark)
	}
	return s.fill()
}

func (s *Scanner) readError(err error) error {
	s.err = fail(CodeRead, err)
	return s.err
}

// fill makes room and reads on, keeping what begins at pos.
func (s *Scanner) fill() error {
	if s.pos > 0 {
		s.settle(s.base + int64(s.pos))
		n := copy(s.buf, s.buf[s.pos:])
		s.base += int64(s.pos)
		s.buf, s.pos = s.buf[:n], 0
	}
	return s.more()
}

// more reads on behind what is in the window.
func (s *Scanner) more() error {
	if cap(s.buf)-len(s.buf) < utf8.UTFMax {
		if len(s.buf) >= limits.XMLMarkup {
			return s.limit("octets of a tag, comment or processing instruction", limits.XMLMarkup)
		}
		bigger := make([]byte, len(s.buf), 2*cap(s.buf)+utf8.UTFMax)
		copy(bigger, s.buf)
		s.buf = bigger
	}
	switch s.encoding {
	case UTF8:
	case Latin1:
		return s.fillLatin1()
	default:
		return s.fillUTF16()
	}
	for empty := 0; empty < 100; empty++ {
		n, err := s.r.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf = s.buf[:len(s.buf)+n]
		switch {
		case err == io.EOF:
			s.eof = true
			return nil
		case err != nil:
			return s.readError(err)
		case n > 0:
			return nil
		}
	}
	return s.readError(io.ErrNoProgress)
}

// fillUTF16 reads on and turns what it reads into UTF-8.
func (s *Scanner) fillUTF16() error {
	if err := s.readRaw(4); err != nil { // a pair of surrogates
		return err
	}
	i := 0
	for cap(s.buf)-len(s.buf) >= utf8.UTFMax && i+1 < len(s.raw) {
		r := s.unit(i)
		n := 2
		if utf16.IsSurrogate(r) {
			if i+3 >= len(s.raw) {
				if s.rawEOF {
					return s.badUTF16()
				}
				break
			}
			if r = utf16.DecodeRune(r, s.unit(i+2)); r == utf8.RuneError {
				return s.badUTF16()
			}
			n = 4
		}
		s.buf = utf8.AppendRune(s.buf, r)
		i += n
	}
	s.raw = s.raw[:copy(s.raw, s.raw[i:])]
	if s.rawEOF && len(s.raw) < 2 {
		if len(s.raw) == 1 {
			return s.badUTF16()
		}
		s.eof = true
	}
	return nil
}

// readRaw reads undecoded octets until there are least of them or no more.
func (s *Scanner) readRaw(least int) error {
	if s.raw == nil {
		s.raw = make([]byte, 0, window/4)
	}
	for empty := 0; len(s.raw) < least && !s.rawEOF; empty++ {
		n, err := s.r.Read(s.raw[len(s.raw):cap(s.raw)])
		s.raw = s.raw[:len(s.raw)+n]
		switch {
		case err == io.EOF:
			s.rawEOF = true
		case err != nil:
			return s.readError(err)
		case n == 0 && empty > 100:
			return s.readError(io.ErrNoProgress)
		}
	}
	return nil
}

// latin1 goes over to ISO-8859-1 behind the declaration, which is ASCII and ends at pos.
func (s *Scanner) latin1() error {
	rest := bytes.Clone(s.buf[s.pos:])
	whole := s.r == nil || s.eof
	if whole {
		s.buf = append(make([]byte, 0, s.pos+2*len(rest)+utf8.UTFMax), s.buf[:s.pos]...)
		s.r = bytes.NewReader(rest)
	} else {
		s.buf = s.buf[:s.pos]
		s.r = io.MultiReader(bytes.NewReader(rest), s.r)
	}
	s.eof, s.encoding = false, Latin1
	for whole && !s.eof {
		if err := s.more(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Scanner) fillLatin1() error {
	if err := s.readRaw(1); err != nil {
		return err
	}
	i := 0
	for cap(s.buf)-len(s.buf) >= utf8.UTFMax && i < len(s.raw) {
		if s.ascii && s.raw[i] >= utf8.RuneSelf {
			return s.at(len(s.buf), CodeEncoding, "reason", "it is another than the XML declaration says")
		}
		s.buf = utf8.AppendRune(s.buf, rune(s.raw[i]))
		i++
	}
	s.raw = s.raw[:copy(s.raw, s.raw[i:])]
	s.eof = s.rawEOF && len(s.raw) == 0
	return nil
}

func (s *Scanner) unit(i int) rune {
	if s.encoding == UTF16LE {
		return rune(s.raw[i]) | rune(s.raw[i+1])<<8
	}
	return rune(s.raw[i])<<8 | rune(s.raw[i+1])
}

func (s *Scanner) badUTF16() error {
	return s.at(len(s.buf), CodeEncoding, "reason", "it is not UTF-16")
}

// original is the octet of the input at which the octet p of the text stands.
func (s *Scanner) original(p int64) int64 {
	if s.encoding == UTF8 {
		return p
	}
	if p < s.mark {
		s.mark, s.markOriginal = s.base, s.baseOriginal
	}
	passed := s.buf[s.mark-s.base : p-s.base]
	if s.encoding == Latin1 {
		s.markOriginal += int64(utf8.RuneCount(passed))
	} else {
		s.markOriginal += width16(passed)
	}
	s.mark = p
	return s.markOriginal
}

// settle remembers where the octet p, which will be the first of the window, stands.
func (s *Scanner) settle(p int64) {
	if s.encoding != UTF8 {
		s.baseOriginal = s.original(p)
	}
}

// width16 is how many octets UTF-8 text takes in UTF-16.
func width16(text []byte) int64 {
	var n int64
	for _, c := range text {
		switch {
		case c >= 0xF0:
			n += 4
		case c < 0x80 || c >= 0xC0:
			n += 2
		}
	}
	return n
}
