package pdf

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
)

const (
	chunkSize  = 256 << 10 // octets read and hashed at a time
	kernelStep = 16 << 20  // octets that the kernel copies between two looks at the context
	ringSize   = 4         // chunks between reader and writer
)

// transfer reads a document once from its first octet to its last: every hash gets it and, where there is one, dst too. Hashing
// and writing overlap. No goroutine outlives run.
type transfer struct {
	src      io.ReaderAt
	size     int64
	hashes   []hash.Hash
	dst      io.Writer // nil: only hash
	progress func(done, total int64)
}

func (t *transfer) run(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if t.dst == nil {
		return t.hash(ctx, nil)
	}
	if dst, ok := t.dst.(*os.File); ok {
		if src := reopen(t.src); src != nil {
			return t.kernel(ctx, dst, src)
		}
	}
	return t.ring(ctx)
}

// kernel lets the system copy from file to file, without the octets passing through this process, while they are hashed.
func (t *transfer) kernel(ctx context.Context, dst, src *os.File) error {
	defer src.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	copied := make(chan error, 1)
	go func() {
		err := copyFile(ctx, dst, src, t.size)
		if err != nil {
			cancel() // hashing on would be in vain
		}
		copied <- err
	}()
	err := t.hash(ctx, nil)
	if err != nil {
		cancel()
	}
	copyErr := <-copied
	var failed *Error
	if err == nil || errors.As(copyErr, &failed) { // the one that failed, not the one that was called off for it
		return copyErr
	}
	return err
}

func copyFile(ctx context.Context, dst, src *os.File, size int64) error {
	for done := int64(0); done < size; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := io.CopyN(dst, src, min(kernelStep, size-done))
		done += n
		if err == io.EOF {
			return fault(CodeRead, io.ErrUnexpectedEOF)
		}
		if err != nil {
			return fault(CodeWrite, err)
		}
	}
	return nil
}

// ring reads each chunk once; this goroutine hashes it while another one writes it, so that what is written is what was hashed.
func (t *transfer) ring(ctx context.Context) error {
	free, full, failed := make(chan []byte, ringSize), make(chan []byte, ringSize), make(chan error, 1)
	for range ringSize {
		free <- make([]byte, min(chunkSize, t.size))
	}
	written := make(chan struct{})
	go func() {
		defer close(written)
		var err error
		for chunk := range full {
			if err == nil {
				if err = write(t.dst, chunk); err != nil {
					failed <- err
				}
			}
			free <- chunk[:cap(chunk)]
		}
	}()
	// A chunk is hashed before it is handed on, or the writer's goroutine could give it back to be overwritten meanwhile; the
	// writer works on the one before.
	err := t.hash(ctx, func(done int64) ([]byte, func([]byte) error) {
		chunk := <-free
		return chunk, func(b []byte) error {
			select {
			case err := <-failed:
				return err
			default:
			}
			full <- b
			return nil
		}
	})
	close(full)
	<-written
	if err == nil {
		select {
		case err = <-failed:
		default:
		}
	}
	return err
}

// hash walks the document. next, if any, gives the buffer for a chunk and takes it back when it is hashed.
func (t *transfer) hash(ctx context.Context, next func(int64) ([]byte, func([]byte) error)) error {
	var own []byte
	if next == nil {
		own = make([]byte, min(chunkSize, t.size))
	}
	for done := int64(0); done < t.size; {
		if err := ctx.Err(); err != nil {
			return err
		}
		buf, release := own, func([]byte) error { return nil }
		if next != nil {
			buf, release = next(done)
		}
		buf = buf[:min(int64(len(buf)), t.size-done)]
		if err := readFull(t.src, buf, done); err != nil {
			return err
		}
		for _, h := range t.hashes {
			h.Write(buf)
		}
		done += int64(len(buf))
		if err := release(buf); err != nil {
			return err
		}
		if t.progress != nil {
			t.progress(done, t.size)
		}
	}
	return nil
}

// readFull fills buf from the octets at off. A source that ends early is an error, and so is one that moves nothing.
func readFull(src io.ReaderAt, buf []byte, off int64) error {
	n, err := src.ReadAt(buf, off)
	if n == len(buf) {
		return nil
	}
	if err == nil || err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return fault(CodeRead, err)
}

// reopen gives a second description of the file behind src, whose offset is its own: the caller's must not move, and the kernel
// copies from where a description stands. nil where src is not a regular file or the system has no such way.
func reopen(src io.ReaderAt) *os.File {
	f, ok := src.(*os.File)
	if !ok {
		return nil
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	raw, err := f.SyscallConn()
	if err != nil {
		return nil
	}
	var again *os.File
	_ = raw.Control(func(fd uintptr) {
		again, err = os.Open(fmt.Sprintf("/proc/self/fd/%d", fd))
	})
	if err != nil || again == nil {
		return nil
	}
	return again
}
