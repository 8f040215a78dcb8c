package pdf

import (
	"context"
	"io"

	"github.com/kyso-dev/kyso/internal/pdfobj"
)

// confirm reads a document in which anything was damaged once more, together with the update that is to be signed, and refuses it
// unless the new signature is found there and covers everything. Damage may make one reading see what another does not; nobody
// should be asked to sign what then is not seen. A sound document is not read twice.
func (d *document) confirm(ctx context.Context, src io.ReaderAt, sec *section) error {
	if !d.file.Odd() {
		return nil
	}
	both := &extended{ReaderAt: src, size: d.file.Bytes(), rest: sec.appendix.Bytes}
	size := both.size + int64(len(both.rest))
	f, err := pdfobj.Open(both, size, nil)
	if err != nil || f.Encrypted() {
		return fault(CodeDamaged, err)
	}
	r := &reader{src: both, size: size, file: f, doc: &Document{Size: size}}
	if err := r.revisions(); err != nil {
		return fault(CodeDamaged, err)
	}
	if err := r.fields(ctx); err != nil {
		return fault(CodeDamaged, err)
	}
	for _, e := range r.entries {
		if err := r.place(e); err != nil {
			return fault(CodeDamaged, err)
		}
		if e.Extent == Whole && e.sound {
			return nil
		}
	}
	return fault(CodeDamaged, nil)
}

// extended is a document with an update behind it.
type extended struct {
	io.ReaderAt
	size int64
	rest []byte
}

func (e *extended) ReadAt(b []byte, off int64) (n int, err error) {
	if off < e.size {
		n, err = e.ReaderAt.ReadAt(b[:min(int64(len(b)), e.size-off)], off)
		if err != nil && err != io.EOF || off+int64(n) < e.size {
			return n, err
		}
		off += int64(n)
	}
	if start := off - e.size; start < int64(len(e.rest)) {
		n += copy(b[n:], e.rest[start:])
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}
