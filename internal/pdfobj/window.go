package pdfobj

import (
	"errors"
	"io"
)

// windowSize is what is read at a time. A file up to smallFile is read in one go.
const (
	windowSize = 16 << 10
	smallFile  = 64 << 10
)

// window is the one read buffer of a file: a stretch of it that moves where it is needed.
type window struct {
	r     io.ReaderAt
	size  int64
	start int64
	buf   []byte
}

// at returns the octets from off on, at least n of them unless the file ends before. They are valid until the next call.
func (w *window) at(off int64, n int) ([]byte, error) {
	if off < 0 || off >= w.size {
		return nil, nil
	}
	if left := w.size - off; int64(n) > left {
		n = int(left)
	}
	if i := off - w.start; i >= 0 && i+int64(n) <= int64(len(w.buf)) {
		return w.buf[i:], nil
	}
	return w.load(off, n)
}

func (w *window) load(off int64, n int) ([]byte, error) {
	start, want := off, max(n, windowSize)
	if w.size <= smallFile {
		start, want = 0, int(w.size)
	}
	if left := w.size - start; int64(want) > left {
		// At the end of the file the window reaches back, since what comes next lies mostly before.
		want = max(int(left), int(min(int64(windowSize), w.size)))
		start = w.size - int64(want)
	}
	if want > cap(w.buf) || cap(w.buf) > 8*windowSize && want < cap(w.buf)/4 {
		w.buf = make([]byte, want)
	}
	w.buf, w.start = w.buf[:0], 0
	buf := w.buf[:want]
	got, err := w.r.ReadAt(buf, start)
	if got < want {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, fail(CodeRead, err)
	}
	w.buf, w.start = buf, start
	return buf[off-start:], nil
}
