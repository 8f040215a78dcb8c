package xmltree

// Decoded is a document in UTF-8 that knows where it stood in the encoding that it came in. Safe for concurrent use.
type Decoded struct {
	Text     []byte // a declaration stays as it was
	Encoding Encoding
	Marked   bool // the document begins with a byte order mark

	first int64   // the octet of the document that Text[0] stands at
	marks []int64 // octets of the document, one for each stride of Text
}

const stride = 16 << 10

// Decode turns a document into UTF-8. One in UTF-8 is not copied, and its byte order mark stays.
func Decode(document []byte) (*Decoded, error) {
	s := &Scanner{buf: document, eof: true}
	if err := s.open(); err != nil {
		return nil, err
	}
	if err := s.declaration(); err != nil {
		return nil, err
	}
	d := &Decoded{Text: s.buf, Encoding: s.encoding, Marked: s.marked}
	if d.Encoding != UTF8 {
		d.first = s.baseOriginal
		at := d.first
		for i := 0; i < len(d.Text); i += stride {
			d.marks = append(d.marks, at)
			at += d.width(d.Text[i:min(i+stride, len(d.Text))])
		}
	}
	return d, nil
}

// Scan reads the document again.
func (d *Decoded) Scan() *Scanner {
	s := ScanBytes(d.Text)
	s.decoded = d.Encoding != UTF8
	return s
}

// Original is the octet of the document at which the octet p of the text stands.
func (d *Decoded) Original(p int64) int64 {
	if d.Encoding == UTF8 {
		return p
	}
	i := p / stride
	if int(i) == len(d.marks) {
		i--
	}
	if i < 0 {
		return d.first
	}
	return d.marks[i] + d.width(d.Text[i*stride:p])
}

func (d *Decoded) width(text []byte) int64 {
	if d.Encoding != Latin1 {
		return width16(text)
	}
	var n int64
	for _, c := range text {
		if c&0xC0 != 0x80 {
			n++
		}
	}
	return n
}

// Sniff tells the encoding of a document from its beginning, of which 1024 octets are enough, and whether it has a byte order mark. It
// is UTF-8 where nothing says otherwise.
func Sniff(head []byte) (Encoding, bool) {
	s := ScanBytes(head[:min(len(head), longestDeclaration)])
	e, mark := sniff(head)
	if e != UTF8 || s.open() != nil {
		return e, mark > 0
	}
	_ = s.declaration() // what is wrong with it is said when the document is read
	return s.encoding, mark > 0
}

// ParseDecoded makes the tree of a document.
func ParseDecoded(d *Decoded) (*Tree, error) { return build(d.Scan(), nil) }

// Scan reads the document of the tree again.
func (t *Tree) Scan() *Scanner {
	if t.context != nil {
		return ScanElement(t.text, t.context)
	}
	s := ScanBytes(t.text)
	s.decoded = true // what it declares was checked
	return s
}
