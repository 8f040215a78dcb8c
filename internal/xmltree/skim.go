package xmltree

import (
	"encoding/binary"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Most of a large document is tags without attributes and text without references. For whoever wants its octets and not its parts,
// a Run is many events in one.

// Skim lets Next return a Run for what stands deeper than floor. Elements down to that depth and what stands between them, tags with
// attributes or a prefix, and tags whose local name is Signature, are never part of one. A negative floor, which is what a Scanner begins with, allows none.
func (s *Scanner) Skim(floor int) { s.floor = floor }

// Leave lets go of the element that the last event ended, so that what is asked about the scope is about what comes next. Next does it
// otherwise.
func (s *Scanner) Leave() {
	if s.leave {
		s.pop()
	}
}

// skim reads on over what makes up a Run, and reports whether there is any. The stacks are kept in locals: this loop is where the time
// for a large document goes.
func (s *Scanner) skim() bool {
	b := s.buf
	i := s.pos
	frames, names := s.frames, s.names
	floor := s.floor
	light := frame{
		colon: -1, space: int32(s.scope.current[0]), bindings: int32(s.scope.mark()), inherits: int32(len(s.inherits)), light: true,
	}
	for i+2 < len(b) {
		c := b[i]
		if c != '<' {
			if len(frames) < floor {
				break
			}
			j := plainText(b, i)
			if j < 0 {
				break
			}
			i = j
			continue
		}
		c = b[i+1]
		if c != '/' {
			if class[c]&nameStart == 0 {
				break
			}
			j := i + 2
			for j < len(b) && class[b[j]]&nameChar != 0 {
				j++
			}
			if j == len(b) || b[j] != '>' || len(frames) < floor || len(frames) >= limits.XMLDepth || string(b[i+1:j]) == "Signature" {
				break
			}
			light.start, light.name = s.base+int64(i), int32(len(names))
			frames = append(frames, light)
			names = appendName(names, b, i+1, j)
			i = j + 1
			continue
		}
		depth := len(frames)
		if depth <= floor || !frames[depth-1].light {
			break
		}
		name := int(frames[depth-1].name)
		end := i + 2 + len(names) - name
		if end >= len(b) || b[end] != '>' || !sameName(b[i+2:], names, name) {
			break
		}
		names = names[:name]
		frames = frames[:depth-1]
		i = end + 1
	}
	if i == s.pos {
		return false
	}
	s.frames, s.names = frames, names
	s.start, s.end, s.pos = s.pos, i, i
	return true
}

// appendName appends b[from:to], most often a short name, in two words where there is room for them.
func appendName(names, b []byte, from, to int) []byte {
	n := len(names)
	if to-from > 16 || cap(names)-n < 16 || len(b)-from < 16 {
		return append(names, b[from:to]...)
	}
	*(*[16]byte)(names[n : n+16]) = *(*[16]byte)(b[from : from+16])
	return names[:n+to-from]
}

// sameName reports whether b begins with names[from:], most often a short name, by one word where there is room for it.
func sameName(b, names []byte, from int) bool {
	n := len(names) - from
	if n > 8 || len(b) < 8 || cap(names)-from < 8 {
		return string(b[:n]) == string(names[from:])
	}
	x := binary.LittleEndian.Uint64(b) ^ binary.LittleEndian.Uint64(names[from:from+8])
	return x<<(64-8*n) == 0
}

// plainText is the end of the text at b[i:], which is markup, when all of it is canonical as written; -1 otherwise.
func plainText(b []byte, i int) int {
	for i < len(b) {
		switch textClass[b[i]] {
		case 0, textBlank, textQuote:
			i++
		case textLess:
			return i
		case text2:
			if i+1 >= len(b) || b[i+1]&0xC0 != 0x80 {
				return -1
			}
			i += 2
		case text3, text4:
			n := sequence(b, i)
			if n <= 0 {
				return -1
			}
			i += n
		case textAmp:
			n := plainReference(b[i:])
			if n == 0 {
				return -1
			}
			i += n
		default:
			return -1
		}
	}
	return -1
}

// plainReference is the length of a reference that canonical text has as it is written; 0 for others.
func plainReference(b []byte) int {
	switch {
	case len(b) >= 5 && string(b[:5]) == "&amp;":
		return 5
	case len(b) >= 4 && (string(b[:4]) == "&lt;" || string(b[:4]) == "&gt;"):
		return 4
	}
	return 0
}
