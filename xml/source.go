package xml

import (
	"context"
	"hash"
	"io"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
	"github.com/kyso-dev/kyso/signer"
)

// inMemory is up to which size a document is read at once. Above, it is read through a window, once or twice.
const inMemory = 4 << 20

// source is a document.
type source struct {
	r     io.ReaderAt
	size  int64
	whole []byte           // all of a small document; nil of a large one
	text  *xmltree.Decoded // of what is held in memory; nil of a large document in UTF-8

	check func() hash.Hash // makes the hash that tells the document from any other; for signing
	sum   hash.Hash        // takes in what a pass reads of a large document; nil when nobody asks
	seen  []byte           // what check says of the large document that was read
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
	if size > inMemory {
		head := make([]byte, 1024)
		if err := s.readAt(head, 0); err != nil {
			return nil, err
		}
		if e, _ := xmltree.Sniff(head); e == xmltree.UTF8 {
			return s, nil
		}
	}
	return s, s.load()
}

// load reads the document into memory.
func (s *source) load() error {
	if s.text != nil {
		return nil
	}
	if s.size > limits.XMLWhole {
		return tooMany("octets of a document that is held in memory", limits.XMLWhole)
	}
	whole := make([]byte, s.size)
	if err := s.readAt(whole, 0); err != nil {
		return err
	}
	text, err := xmltree.Decode(whole)
	if err != nil {
		return wrap(err)
	}
	s.whole, s.text = whole, text
	return nil
}

func (s *source) readAt(b []byte, at int64) error {
	if len(b) == 0 {
		return nil
	}
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
	if s.text != nil {
		return s.text.Scan()
	}
	return xmltree.NewScanner(&section{ctx, io.NewSectionReader(s.r, 0, s.size), s.sum})
}

// slice is a part of the text, at most limit octets of it.
func (s *source) slice(start, end int64, limit int) ([]byte, error) {
	if end-start > int64(limit) {
		return nil, tooMany("octets of a part of a signature", limit)
	}
	if s.text != nil {
		return s.text.Text[start:end], nil
	}
	b := make([]byte, end-start)
	return b, s.readAt(b, start)
}

// original is the octet of the document at which the octet p of the text stands.
func (s *source) original(p int64) int64 {
	if s.text != nil {
		return s.text.Original(p)
	}
	return p
}

func (s *source) encoding() string {
	if s.text != nil {
		return s.text.Encoding.String()
	}
	return xmltree.UTF8.String()
}

// section ends when its context does, and is short when the source is shorter than it was said to be.
type section struct {
	ctx context.Context
	r   *io.SectionReader
	sum hash.Hash
}

func (s *section) Read(b []byte) (int, error) {
	if err := signer.Cancelled(s.ctx); err != nil {
		return 0, err
	}
	n, err := s.r.Read(b)
	if s.sum != nil {
		s.sum.Write(b[:n])
	}
	if at, _ := s.r.Seek(0, io.SeekCurrent); err == io.EOF && at < s.r.Size() {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// idOf is the Id of an element. An element may have several.
func idOf(a *xmltree.Attr) (string, bool) { return a.ID() }
