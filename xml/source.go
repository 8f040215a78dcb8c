package xml

import (
	"bytes"
	"context"
	"io"

	"github.com/kyso-dev/kyso/internal/xmltree"
	"github.com/kyso-dev/kyso/signer"
)

// inMemory is up to which size a document is read at once. Above, it is read through a window, once or twice.
const inMemory = 4 << 20

// source is a document.
type source struct {
	r     io.ReaderAt
	size  int64
	whole []byte // all of a small document; nil of a large one
}

// open reads a small document whole, so that what is signed, checked and written are the same octets.
func open(ctx context.Context, r io.ReaderAt, size int64) (*source, error) {
	if err := signer.Cancelled(ctx); err != nil {
		return nil, err
	}
	if r == nil || size < 0 {
		return nil, badOption("src", "nil")
	}
	s := &source{r: r, size: size}
	if size <= inMemory {
		s.whole = make([]byte, size)
		if err := s.readAt(s.whole, 0); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// inBytes is a document that the caller holds.
func inBytes(b []byte) *source {
	return &source{r: bytes.NewReader(b), size: int64(len(b)), whole: b}
}

func (s *source) readAt(b []byte, at int64) error {
	n, err := s.r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return fail(CodeRead, err)
}

// scan reads the document from its beginning.
func (s *source) scan(ctx context.Context) *xmltree.Scanner {
	if s.whole != nil {
		return xmltree.ScanBytes(s.whole)
	}
	return xmltree.NewScanner(&section{ctx, io.NewSectionReader(s.r, 0, s.size)})
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

// idOf is the Id of an element: an attribute Id, ID, id or iD without a namespace, or xml:id. An element may have several.
func idOf(a *xmltree.Attr) (string, bool) {
	if a.Decl || len(a.Local) != 2 || a.Local[0]|0x20 != 'i' || a.Local[1]|0x20 != 'd' {
		return "", false
	}
	if a.Prefix == nil || a.Space == xmltree.SpaceXML && string(a.Local) == "id" {
		return a.Value(), true
	}
	return "", false
}
