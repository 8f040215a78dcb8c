package einvoice

import (
	"context"
	"io"

	"github.com/kyso-dev/kyso/internal/xmltree"
	"github.com/kyso-dev/kyso/signer"
)

// inMemory is up to which size a document is read at once. Above, it is read through a window.
const inMemory = 4 << 20

// input is a document that is read.
type input struct {
	r    io.ReaderAt
	size int64
	text *xmltree.Decoded // of a small document
}

func open(ctx context.Context, r io.ReaderAt, size int64) (*input, error) {
	if err := signer.Cancelled(ctx); err != nil {
		return nil, err
	}
	if r == nil || size < 0 {
		return nil, badOption("src", "nil")
	}
	in := &input{r: r, size: size}
	if size > inMemory {
		return in, nil
	}
	whole, err := in.slice(0, size)
	if err != nil {
		return nil, err
	}
	if in.text, err = xmltree.Decode(whole); err != nil {
		return nil, wrap(err)
	}
	return in, nil
}

// slice is a part of the document.
func (in *input) slice(start, end int64) ([]byte, error) {
	b := make([]byte, end-start)
	if n, err := in.r.ReadAt(b, start); n < len(b) {
		if err == nil || err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, fail(CodeRead, err)
	}
	return b, nil
}

// scan reads the document from its beginning.
func (in *input) scan(ctx context.Context) *xmltree.Scanner {
	if in.text != nil {
		return in.text.Scan()
	}
	return xmltree.NewScanner(&section{ctx, io.NewSectionReader(in.r, 0, in.size)})
}

// original is the octet of the document at which an octet of the text stands that the scanner is at.
func (in *input) original(s *xmltree.Scanner, text int64) int64 {
	if in.text != nil {
		return in.text.Original(text)
	}
	return s.Original(text)
}

// section ends when its context does, and is short when the source is shorter than it was said to be.
type section struct {
	ctx context.Context
	r   *io.SectionReader
}

func (s *section) Read(b []byte) (int, error) {
	if err := signer.Cancelled(s.ctx); err != nil {
		return 0, err
	}
	n, err := s.r.Read(b)
	if at, _ := s.r.Seek(0, io.SeekCurrent); err == io.EOF && at < s.r.Size() {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
