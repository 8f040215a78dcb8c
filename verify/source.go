package verify

import (
	"errors"
	"io"
	"sync"
)

// progress counts what several readers in a row have read and tells the caller.
type progress struct {
	done, total int64
	tell        func(done, total int64)
}

// reader is src, counted. Without anyone to tell it is src itself, so that what src can do besides reading is kept.
func (p *progress) reader(src io.Reader) io.Reader {
	if p.tell == nil || src == nil {
		return src
	}
	c := &counted{Reader: src, p: p}
	if seeker, ok := src.(io.Seeker); ok {
		return &countedSeeker{counted: c, Seeker: seeker}
	}
	return c
}

// progressAt is an io.ReaderAt that tells how far it was read. What is read again is behind already.
type progressAt struct {
	r io.ReaderAt
	progress
}

func (p *progressAt) ReadAt(b []byte, off int64) (int, error) {
	n, err := p.r.ReadAt(b, off)
	if end := off + int64(n); p.tell != nil && end > p.done {
		p.done = min(end, p.total)
		p.tell(p.done, p.total)
	}
	return n, err
}

type counted struct {
	io.Reader
	p *progress
}

type countedSeeker struct {
	*counted
	io.Seeker
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.p.done = min(c.p.done+int64(n), c.p.total)
	c.p.tell(c.p.done, c.p.total)
	return n, err
}

// watched remembers the first failure of a reader: however the rooms wrap it, the fault is then the disk's, not the document's.
type watched struct {
	r   io.ReaderAt
	mu  sync.Mutex
	err error
}

func (w *watched) ReadAt(b []byte, off int64) (int, error) {
	n, err := w.r.ReadAt(b, off)
	if err != nil && !errors.Is(err, io.EOF) {
		w.mu.Lock()
		if w.err == nil {
			w.err = err
		}
		w.mu.Unlock()
	}
	return n, err
}

func (w *watched) failed() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}
