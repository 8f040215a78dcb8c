package pdfobj

import (
	"bufio"
	"errors"
	"io"
)

// lzw is LZWDecode (7.4.4): codes of 9 to 12 bits, high-order bit first, 256 clears the table and 257 ends the data. With early
// the code length grows one code sooner than it must, which is what all old files have; compress/lzw of the standard library
// reads neither that nor a table that stays full.
type lzw struct {
	r      io.ByteReader
	early  int
	bits   uint32
	have   int
	width  int
	next   int // number of codes in the table
	prev   int // code before this one, -1 after a clear
	prefix [4096]uint16
	suffix [4096]byte
	out    [4097]byte
	rest   []byte
	err    error
}

func newLZW(r io.Reader, early bool) *lzw {
	b, ok := r.(io.ByteReader)
	if !ok {
		b = bufio.NewReader(r)
	}
	d := &lzw{r: b}
	if early {
		d.early = 1
	}
	d.clear()
	return d
}

func (d *lzw) clear() { d.width, d.next, d.prev = 9, 258, -1 }

func (d *lzw) Read(out []byte) (int, error) {
	for len(d.rest) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		d.err = d.code()
	}
	n := copy(out, d.rest)
	d.rest = d.rest[n:]
	return n, nil
}

var errLZW = errors.New("LZW code outside the table")

// code reads one code and puts what it stands for into rest.
func (d *lzw) code() error {
	for d.have < d.width {
		c, err := d.r.ReadByte()
		if err != nil {
			return err
		}
		d.bits = d.bits<<8 | uint32(c)
		d.have += 8
	}
	code := int(d.bits >> (d.have - d.width) & (1<<d.width - 1))
	d.have -= d.width
	switch {
	case code == 256:
		d.clear()
		return nil
	case code == 257:
		return io.EOF
	case code > d.next || code == d.next && d.prev < 0 || code >= 258 && d.prev < 0:
		return errLZW
	}
	// The string of a code is written from its end to its beginning.
	i, c := len(d.out), code
	if code == d.next {
		i-- // the string before and its own first octet
		c = d.prev
	}
	for c >= 258 {
		i--
		d.out[i] = d.suffix[c]
		c = int(d.prefix[c])
	}
	i--
	d.out[i] = byte(c)
	if code == d.next {
		d.out[len(d.out)-1] = byte(c)
	}
	d.rest = d.out[i:]
	if d.prev >= 0 && d.next < 4096 {
		d.prefix[d.next], d.suffix[d.next] = uint16(d.prev), byte(c)
		d.next++
	}
	d.prev = code
	if d.next+d.early >= 1<<d.width && d.width < 12 {
		d.width++
	}
	return nil
}
