package der

// header is an element's identifier and length octets (X.690 8.1.2, 8.1.3).
type header struct {
	id         byte  // leading identifier octet; its low five bits are 31 for tag numbers above 30
	size       int   // octets of the header itself
	length     int64 // content octets; -1 when indefinite
	minimal    bool  // the length is definite and in its shortest form
	incomplete bool  // the octets given end inside the header
}

// maxHeader is the longest header that parseHeader accepts: a tag of up to four octets more, a length of up to eight more.
const maxHeader = 1 + 4 + 1 + 8

// parseHeader reads a header from the start of b. ok is false when the octets are no header; incomplete means that more octets
// are needed to know.
func parseHeader(b []byte) (h header, ok bool) {
	if len(b) < 2 {
		return header{incomplete: true}, true
	}
	h = header{id: b[0], size: 1, minimal: true}
	if h.id&0x1f == 0x1f {
		number := uint32(0)
		for i := 0; ; i++ {
			if i == 4 {
				return h, false
			}
			if h.size >= len(b) {
				return header{incomplete: true}, true
			}
			c := b[h.size]
			if i == 0 && c == 0x80 {
				return h, false // X.690 8.1.2.4.2 c: never a leading zero
			}
			h.size++
			number = number<<7 | uint32(c&0x7f)
			if c < 0x80 {
				break
			}
		}
		if number < 31 {
			return h, false // 8.1.2.2: these have the short form alone
		}
	}
	if h.size >= len(b) {
		return header{incomplete: true}, true
	}
	c := b[h.size]
	h.size++
	switch {
	case c < 0x80:
		h.length = int64(c)
	case c == 0x80:
		if h.id&constructed == 0 {
			return h, false // X.690 8.1.3.2: indefinite only when constructed
		}
		h.length, h.minimal = -1, false
	default:
		n := int(c & 0x7f)
		if n > 8 {
			return h, false
		}
		if h.size+n > len(b) {
			return header{incomplete: true}, true
		}
		var length uint64
		for _, c := range b[h.size : h.size+n] {
			length = length<<8 | uint64(c)
		}
		if length > 1<<62 {
			return h, false
		}
		if b[h.size] == 0 || length < 0x80 {
			h.minimal = false
		}
		h.size += n
		h.length = int64(length)
	}
	return h, true
}
