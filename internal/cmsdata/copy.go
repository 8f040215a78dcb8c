package cmsdata

import (
	"io"
)

// bufferSize is the step in which content is read: large enough that system calls do not count, small enough for the cache.
const bufferSize = 128 << 10

// copyBuffered copies r to w in large steps without asking either for a faster way, and tells errors of the two apart.
func copyBuffered(w io.Writer, r io.Reader) (int64, error) {
	buf := make([]byte, bufferSize)
	total, empty := int64(0), 0
	for {
		n, err := r.Read(buf)
		if n > 0 {
			empty = 0
			if _, werr := w.Write(buf[:n]); werr != nil {
				return total, fail(CodeContentWrite, werr)
			}
			total += int64(n)
		}
		switch {
		case err == io.EOF:
			return total, nil
		case err != nil:
			return total, fail(CodeContentRead, err)
		case n == 0:
			if empty++; empty > 100 {
				return total, fail(CodeContentRead, io.ErrNoProgress)
			}
		}
	}
}
