package pdf_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/timestamp"
)

// counting counts how often the key is asked, and may refuse from the n-th time on.
type counting struct {
	signer.Signer
	calls, fail int
}

func (c *counting) Sign(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if c.calls++; c.fail > 0 && c.calls >= c.fail {
		return nil, signer.ErrPINLocked
	}
	return c.Signer.Sign(ctx, digest, opts)
}

// batching takes many requests under one consent.
type batching struct {
	signer.Signer
	sizes  []int
	titles []string
}

func (b *batching) SignBatch(ctx context.Context, reqs []signer.Request) ([][]byte, error) {
	b.sizes = append(b.sizes, len(reqs))
	out := make([][]byte, len(reqs))
	for i, r := range reqs {
		b.titles = append(b.titles, r.Title)
		v, err := signer.Sign(ctx, b.Signer, r)
		if err != nil {
			return out, err
		}
		out[i] = v
	}
	return out, nil
}

var (
	_ signer.Signer      = (*counting)(nil)
	_ signer.BatchSigner = (*batching)(nil)
)

type certificate = x509.Certificate

var errNobody = errors.New("nobody is there")

// mismatched shows one certificate and signs with another key.
type mismatched struct{ shown, used signer.Signer }

func (m mismatched) Certificates(ctx context.Context) ([]*x509.Certificate, error) {
	if m.shown == nil {
		return nil, errNobody
	}
	return m.shown.Certificates(ctx)
}

func (m mismatched) Sign(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return m.used.Sign(ctx, digest, opts)
}

// down is a time-stamp server that cannot be reached.
type down struct{}

func (down) Timestamp(context.Context, []byte, crypto.Hash) (*timestamp.Token, error) {
	return nil, timestamp.ErrUnavailable
}

// liar hands out tokens over something else.
type liar struct{ timestamp.Timestamper }

func (l liar) Timestamp(ctx context.Context, digest []byte, hash crypto.Hash) (*timestamp.Token, error) {
	other := slices.Clone(digest)
	other[0] ^= 1
	return l.Timestamper.Timestamp(ctx, other, hash)
}

// make300 is a chain beyond all measure.
func make300(p *testpki.PKI) []*x509.Certificate {
	return slices.Repeat([]*x509.Certificate{p.Root()}, 300)
}

func itoa(n int) string { return strconv.Itoa(n) }

// hollowReader is a document whose middle is zeros that nobody holds.
type hollowReader struct {
	head, tail []byte
	size       int64
}

func (h *hollowReader) ReadAt(b []byte, off int64) (int, error) {
	if off >= h.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(b)), h.size-off))
	clear(b[:n])
	if off < int64(len(h.head)) {
		copy(b[:n], h.head[off:])
	}
	if at := h.size - int64(len(h.tail)); off+int64(n) > at {
		if off >= at {
			copy(b[:n], h.tail[off-at:])
		} else {
			copy(b[at-off:n], h.tail)
		}
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// hollow is the beginning and the end of a document of size octets, with one stream of zeros between them.
func hollow(size int64) (head, tail []byte) {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	offsets := make([]int, 0, 4)
	for i, o := range []string{catalogPlain, pagesOne, pagePlain} {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	offsets = append(offsets, b.Len())
	const reserve = 400 // the tail has a fixed size, so that the length of the stream is known
	length := size - int64(b.Len()) - 60 - reserve
	fmt.Fprintf(&b, "4 0 obj\n<< /Length %d >>\nstream\n", length)
	start := int64(b.Len())
	end := "\nendstream\nendobj\n"
	xref := start + length + int64(len(end))
	var x strings.Builder
	x.WriteString(end + "xref\n0 5\n0000000000 65535 f \n")
	for _, o := range offsets {
		fmt.Fprintf(&x, "%010d 00000 n \n", o)
	}
	x.WriteString("trailer\n<< /Size 5 /Root 1 0 R >>")
	finish := fmt.Sprintf("\nstartxref\n%d\n%%%%EOF\n", xref)
	pad := int(size-start-length) - x.Len() - len(finish)
	x.WriteString(strings.Repeat(" ", pad) + finish)
	return b.Bytes(), []byte(x.String())
}

// tailWriter keeps only the last octets of what is written to it.
type tailWriter struct {
	n    int64
	last []byte
}

func (w *tailWriter) Write(b []byte) (int, error) {
	w.n += int64(len(b))
	w.last = append(w.last, b...)
	if const1M := 1 << 20; len(w.last) > const1M {
		w.last = append(w.last[:0], w.last[len(w.last)-const1M/4:]...)
	}
	return len(b), nil
}

// tail is what was written from an offset on.
func (w *tailWriter) tail(from int64) []byte { return w.last[len(w.last)-int(w.n-from):] }

// brokenFrom fails where anything behind an offset is asked for.
type brokenFrom struct {
	io.ReaderAt
	from int64
}

func (b brokenFrom) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > b.from {
		return 0, errNobody
	}
	return b.ReaderAt.ReadAt(p, off)
}
