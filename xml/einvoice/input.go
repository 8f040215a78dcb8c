package einvoice

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
	"github.com/kyso-dev/kyso/signer"
)

// inMemory is up to which size a document is read at once. Above, it is read through a window.
const inMemory = 4 << 20

// headSize is how much of a document tells its encoding.
const headSize = 1024

// input is a document that is read.
type input struct {
	r        io.ReaderAt
	size     int64
	encoding xmltree.Encoding
	text     *xmltree.Decoded // of a small document
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
		head, err := in.slice(0, headSize)
		if err != nil {
			return nil, err
		}
		in.encoding, _ = xmltree.Sniff(head)
		return in, nil
	}
	whole, err := in.slice(0, size)
	if err != nil {
		return nil, err
	}
	if in.text, err = xmltree.Decode(whole); err != nil {
		return nil, wrap(err)
	}
	in.encoding = in.text.Encoding
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

// element is the text of a part of the document, in UTF-8; nil when it is longer than limit.
func (in *input) element(what span, limit int64) ([]byte, error) {
	if what.end-what.start > limit {
		return nil, nil
	}
	raw, err := in.slice(what.start, what.end)
	if err != nil || in.encoding == xmltree.UTF8 {
		return raw, err
	}
	text, err := xmltree.Decode(slices.Concat(in.prologue(), raw))
	if err != nil {
		return nil, wrap(err)
	}
	return bytes.TrimPrefix(text.Text, in.prologue()), nil
}

// prologue is what a part of the document needs in front to be one.
func (in *input) prologue() []byte {
	switch in.encoding {
	case xmltree.UTF16LE:
		return []byte{0xFF, 0xFE}
	case xmltree.UTF16BE:
		return []byte{0xFE, 0xFF}
	case xmltree.Latin1:
		return []byte(`<?xml version="1.0" encoding="ISO-8859-1"?>`)
	}
	return nil
}

// copyTo writes a part of the document.
func (in *input) copyTo(ctx context.Context, dst io.Writer, what span) error {
	out := &errWriter{w: dst}
	n, err := io.Copy(out, &section{ctx, io.NewSectionReader(in.r, what.start, what.end-what.start)})
	var cancelled *signer.Error
	switch {
	case out.err != nil:
		return fail(CodeWrite, out.err)
	case errors.As(err, &cancelled):
		return cancelled
	case err != nil || n != what.end-what.start:
		return fail(CodeRead, err)
	}
	return nil
}

// errWriter remembers the first error of a destination.
type errWriter struct {
	w   io.Writer
	err error
}

func (e *errWriter) Write(b []byte) (int, error) {
	if e.err != nil {
		return 0, e.err
	}
	n, err := e.w.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	e.err = err
	return n, err
}

// treeOf makes the tree of a document that is held in memory.
func treeOf(ctx context.Context, src io.ReaderAt, size int64) (*xmltree.Tree, error) {
	if size > limits.XMLWhole {
		return nil, tooMany("octets of a dossier", limits.XMLWhole)
	}
	in, err := open(ctx, src, size)
	if err != nil {
		return nil, err
	}
	if in.text == nil {
		whole, err := in.slice(0, size)
		if err != nil {
			return nil, err
		}
		if in.text, err = xmltree.Decode(whole); err != nil {
			return nil, wrap(err)
		}
	}
	tree, err := xmltree.ParseDecoded(in.text)
	return tree, wrap(err)
}

// decode reads base64 that may have blanks and line ends in it.
func decode(s string) ([]byte, error) {
	return base64.StdEncoding.DecodeString(strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\r\n", r) {
			return -1
		}
		return r
	}, s))
}

// childOf is the first element of this local name in n; 0 when there is none.
func childOf(t *xmltree.Tree, n xmltree.Node, local string) xmltree.Node {
	for _, c := range elements(t, n) {
		if string(t.Local(c)) == local {
			return c
		}
	}
	return 0
}

// valueOf is the text of the first element of this local name in n.
func valueOf(t *xmltree.Tree, n xmltree.Node, local string) string {
	if c := childOf(t, n, local); c != 0 {
		return strings.TrimSpace(t.Value(c))
	}
	return ""
}
