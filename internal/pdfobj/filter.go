package pdfobj

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"errors"
	"io"

	"github.com/kyso-dev/kyso/internal/limits"
)

// decode undoes the filters of a stream (7.4). With prefix it stops without an error after maxLen octets; else more is an error.
// Every stage is bounded, so that a chain of bombs costs no more than one.
func (f *File) decode(s *Stream, maxLen int64, prefix bool) ([]byte, error) {
	filters, parms, err := f.filters(s)
	if err != nil {
		return nil, err
	}
	raw, err := f.StreamReader(s)
	if err != nil {
		return nil, err
	}
	var r io.Reader = raw
	inflate := f.in.inflate // only one decode at a time has it; undoing a filter may lead to another stream
	f.in.inflate = nil
	defer func() { f.in.inflate = inflate }()
	if len(filters) > 0 {
		r = bufio.NewReaderSize(raw, int(min(raw.Size()+16, 4096)))
	}
	for i, name := range filters {
		if (name == "FlateDecode" || name == "Fl") && inflate != nil && i == 0 {
			err = inflate.(zlib.Resetter).Reset(r, nil)
			r, err = f.flate(inflate, err, parms[i])
		} else {
			r, err = f.stage(r, name, parms[i], &inflate)
		}
		if err != nil {
			return nil, err
		}
		if i < len(filters)-1 {
			r = bufio.NewReader(&bounded{r: r, left: 4*maxLen + 1<<16})
		}
	}
	size := raw.Size()
	if len(filters) > 0 {
		size = min(3*size+64, 1<<20)
	}
	out := bytes.NewBuffer(make([]byte, 0, min(size, maxLen)+bytes.MinRead))
	_, err = out.ReadFrom(io.LimitReader(r, maxLen+1))
	if int64(out.Len()) > maxLen {
		if !prefix {
			return nil, failLimit("octets in a decoded stream", int(maxLen))
		}
		return out.Bytes()[:maxLen], nil
	}
	if err == nil {
		return out.Bytes(), nil
	}
	var own *Error
	switch {
	case errors.As(err, &own):
		return nil, own
	case len(filters) == 0:
		return nil, fail(CodeRead, err)
	case out.Len() > 0 && (errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, zlib.ErrChecksum)):
		return out.Bytes(), nil // cut off or with a wrong check sum: viewers take what there is
	}
	return nil, fail(CodeFilter, err, "filter", string(filters[len(filters)-1]))
}

// bounded fails where a stage gives more than it may.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, failLimit("octets between two filters", limits.PDFStreamBytes)
	}
	return n, err
}

// filters reads /Filter and /DecodeParms.
func (f *File) filters(s *Stream) ([]Name, []*Dict, error) {
	o, _, err := f.Lookup(s.Dict, "Filter")
	if err != nil {
		return nil, nil, err
	}
	parms, _, err := f.Lookup(s.Dict, "DecodeParms")
	if err != nil {
		return nil, nil, err
	}
	if o == nil {
		return nil, nil, nil
	}
	list, many := o.(Array)
	if !many {
		list = Array{o}
	}
	if len(list) > limits.PDFFilters {
		return nil, nil, failLimit("filters on a stream", limits.PDFFilters)
	}
	names, dicts := make([]Name, len(list)), make([]*Dict, len(list))
	for i, o := range list {
		if o, err = f.Resolve(o); err != nil {
			return nil, nil, err
		}
		name, ok := o.(Name)
		if !ok {
			return nil, nil, fail(CodeFilter, nil, "filter", "?")
		}
		names[i] = name
		p := parms
		if list, ok := p.(Array); ok {
			if p = nil; i < len(list) {
				p = list[i]
			}
		} else if i > 0 {
			p = nil
		}
		if p, err = f.Resolve(p); err != nil {
			return nil, nil, err
		}
		dicts[i], _ = p.(*Dict)
	}
	return names, dicts, nil
}

// stage is one filter. The short names are those of inline images; they occur elsewhere.
func (f *File) stage(r io.Reader, name Name, parms *Dict, inflate *io.ReadCloser) (io.Reader, error) {
	switch name {
	case "FlateDecode", "Fl":
		z, err := zlib.NewReader(r)
		if err == nil && *inflate == nil {
			*inflate = z
		}
		return f.flate(z, err, parms)
	case "LZWDecode", "LZW":
		early, err := f.parm(parms, "EarlyChange", 1)
		if err != nil {
			return nil, err
		}
		return f.predictor(newLZW(r, early != 0), parms)
	case "RunLengthDecode", "RL":
		return &runLength{r: bufio.NewReader(r)}, nil
	case "ASCIIHexDecode", "AHx":
		return &asciiHex{r: bufio.NewReader(r)}, nil
	case "ASCII85Decode", "A85":
		return &ascii85Reader{r: bufio.NewReader(r)}, nil
	case "Crypt":
		if n := parms.Get("Name"); n == nil || n == Name("Identity") {
			return r, nil
		}
	}
	return nil, fail(CodeFilter, nil, "filter", string(name))
}

// flate is FlateDecode, once its header has been read.
func (f *File) flate(z io.Reader, err error, parms *Dict) (io.Reader, error) {
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return bytes.NewReader(nil), nil // no data at all
	case err != nil:
		return nil, fail(CodeFilter, err, "filter", "FlateDecode")
	}
	return f.predictor(z, parms)
}

// parm is a number of /DecodeParms.
func (f *File) parm(parms *Dict, key Name, absent int64) (int64, error) {
	o, _, err := f.Lookup(parms, key)
	if n, ok := o.(int64); ok {
		return n, err
	}
	return absent, err
}

// predictor undoes a PNG or TIFF predictor (7.4.4.4).
func (f *File) predictor(r io.Reader, parms *Dict) (io.Reader, error) {
	kind, err := f.parm(parms, "Predictor", 1)
	if err != nil || kind <= 1 {
		return r, err
	}
	colors, err := f.parm(parms, "Colors", 1)
	if err != nil {
		return nil, err
	}
	bits, err := f.parm(parms, "BitsPerComponent", 8)
	if err != nil {
		return nil, err
	}
	columns, err := f.parm(parms, "Columns", 1)
	if err != nil {
		return nil, err
	}
	bad := fail(CodeFilter, nil, "filter", "Predictor")
	switch bits {
	case 1, 2, 4, 8, 16:
	default:
		return nil, bad
	}
	if colors < 1 || colors > 32 || columns < 1 || columns > limits.PDFPredictorRow || kind != 2 && (kind < 10 || kind > 15) {
		return nil, bad
	}
	row := (colors*bits*columns + 7) / 8
	if row > limits.PDFPredictorRow {
		return nil, failLimit("octets in a row", limits.PDFPredictorRow)
	}
	return &predictor{
		r: r, png: kind >= 10, pixel: int((colors*bits + 7) / 8), colors: int(colors), bits: int(bits), columns: int(columns),
		row: make([]byte, row), above: make([]byte, row),
	}, nil
}

type predictor struct {
	r            io.Reader
	png          bool
	pixel        int // octets per pixel, at least 1
	colors, bits int
	columns      int
	row, above   []byte
	rest         []byte // what is left of row
	err          error
	tag          [1]byte
}

func (p *predictor) Read(out []byte) (int, error) {
	for len(p.rest) == 0 {
		if p.err != nil {
			return 0, p.err
		}
		p.next()
	}
	n := copy(out, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// next decodes a row. A last row that is cut off counts as far as it goes.
func (p *predictor) next() {
	if p.png {
		if _, p.err = io.ReadFull(p.r, p.tag[:]); p.err != nil {
			return
		}
		p.row, p.above = p.above, p.row
	}
	n, err := io.ReadFull(p.r, p.row)
	if p.err = err; n == 0 {
		return
	}
	clear(p.row[n:])
	if errors.Is(err, io.ErrUnexpectedEOF) {
		p.err = io.EOF
	}
	if p.png {
		p.unpng()
	} else {
		p.untiff()
	}
	p.rest = p.row[:n]
}

// unpng undoes the filter of one row (RFC 2083, 6).
func (p *predictor) unpng() {
	row, above, pixel := p.row, p.above, p.pixel
	switch p.tag[0] {
	case 1:
		for i := pixel; i < len(row); i++ {
			row[i] += row[i-pixel]
		}
	case 2:
		for i := range row {
			row[i] += above[i]
		}
	case 3:
		for i := range row {
			left := 0
			if i >= pixel {
				left = int(row[i-pixel])
			}
			row[i] += byte((left + int(above[i])) / 2)
		}
	case 4:
		for i := range row {
			left, corner := 0, 0
			if i >= pixel {
				left, corner = int(row[i-pixel]), int(above[i-pixel])
			}
			row[i] += paeth(left, int(above[i]), corner)
		}
	}
}

func paeth(left, up, corner int) byte {
	dl, du, dc := up-corner, left-corner, left+up-2*corner
	if dl < 0 {
		dl = -dl
	}
	if du < 0 {
		du = -du
	}
	if dc < 0 {
		dc = -dc
	}
	switch {
	case dl <= du && dl <= dc:
		return byte(left)
	case du <= dc:
		return byte(up)
	}
	return byte(corner)
}

// untiff adds to every component the same one of the pixel before (TIFF 6.0, section 14).
func (p *predictor) untiff() {
	row := p.row
	switch p.bits {
	case 8:
		for i := p.colors; i < len(row); i++ {
			row[i] += row[i-p.colors]
		}
		return
	case 16:
		for i := 2 * p.colors; i+1 < len(row); i += 2 {
			v := uint16(row[i])<<8 | uint16(row[i+1])
			v += uint16(row[i-2*p.colors])<<8 | uint16(row[i-2*p.colors+1])
			row[i], row[i+1] = byte(v>>8), byte(v)
		}
		return
	}
	mask := byte(1<<p.bits - 1)
	get := func(i int) byte {
		bit := i * p.bits
		return row[bit/8] >> (8 - p.bits - bit%8) & mask
	}
	for i := p.colors; i < p.colors*p.columns; i++ {
		v := (get(i) + get(i-p.colors)) & mask
		bit := i * p.bits
		shift := 8 - p.bits - bit%8
		row[bit/8] = row[bit/8]&^(mask<<shift) | v<<shift
	}
}

// runLength is RunLengthDecode (7.4.5).
type runLength struct {
	r       *bufio.Reader
	literal int
	repeat  int
	c       byte
}

func (d *runLength) Read(out []byte) (int, error) {
	if len(out) == 0 {
		return 0, nil
	}
	for d.literal == 0 && d.repeat == 0 {
		n, err := d.r.ReadByte()
		switch {
		case err != nil:
			return 0, err
		case n == 128:
			return 0, io.EOF
		case n < 128:
			d.literal = int(n) + 1
		default:
			if d.c, err = d.r.ReadByte(); err != nil {
				return 0, err
			}
			d.repeat = 257 - int(n)
		}
	}
	if d.repeat > 0 {
		n := min(len(out), d.repeat)
		for i := range n {
			out[i] = d.c
		}
		d.repeat -= n
		return n, nil
	}
	n, err := d.r.Read(out[:min(len(out), d.literal)])
	d.literal -= n
	return n, err
}

// asciiHex is ASCIIHexDecode (7.4.2).
type asciiHex struct {
	r    *bufio.Reader
	done bool
}

func (d *asciiHex) Read(out []byte) (int, error) {
	n := 0
	for n < len(out) && !d.done {
		hi, err := d.digit()
		if err != nil {
			return n, err
		}
		if d.done {
			break
		}
		lo, err := d.digit()
		if err != nil {
			return n, err
		}
		out[n] = hi<<4 | lo // an odd last digit is followed by 0
		n++
	}
	if n == 0 && d.done {
		return 0, io.EOF
	}
	return n, nil
}

// digit is the next digit, 0 at the end.
func (d *asciiHex) digit() (byte, error) {
	for !d.done {
		c, err := d.r.ReadByte()
		if errors.Is(err, io.EOF) || err == nil && c == '>' {
			d.done = true
			break
		}
		if err != nil {
			return 0, err
		}
		if v := hexValue(c); v < 16 {
			return v, nil
		}
	}
	return 0, nil
}

// ascii85Reader is ASCII85Decode (7.4.3).
type ascii85Reader struct {
	r    *bufio.Reader
	rest []byte
	buf  [4]byte
	done bool
}

func (d *ascii85Reader) Read(out []byte) (int, error) {
	for len(d.rest) == 0 {
		if d.done {
			return 0, io.EOF
		}
		if err := d.group(); err != nil {
			return 0, err
		}
	}
	n := copy(out, d.rest)
	d.rest = d.rest[n:]
	return n, nil
}

func (d *ascii85Reader) group() error {
	var v uint32
	n := 0
	for n < 5 {
		c, err := d.r.ReadByte()
		if errors.Is(err, io.EOF) || err == nil && c == '~' {
			d.done = true
			break
		}
		if err != nil {
			return err
		}
		switch {
		case c == 'z' && n == 0:
			d.buf = [4]byte{}
			d.rest = d.buf[:]
			return nil
		case c >= '!' && c <= 'u':
			v = v*85 + uint32(c-'!')
			n++
		}
	}
	if n == 0 || n == 1 {
		return nil
	}
	for i := n; i < 5; i++ {
		v = v*85 + 84
	}
	d.buf = [4]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)}
	d.rest = d.buf[:n-1]
	return nil
}
