package cms

import (
	"context"
	"crypto"
	"hash"
	"io"
	"slices"

	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/signer"
)

// hashes computes several digests of one content in one pass. It is an io.Writer.
type hashes struct {
	kinds  []crypto.Hash
	states []hash.Hash
	size   int64
	prefix [32]byte // the first octets, for looksLikeAttributes
}

func newHashes(kinds ...crypto.Hash) *hashes {
	h := &hashes{}
	for _, k := range kinds {
		h.add(k)
	}
	return h
}

// add asks for one more digest; it must be called before the first Write.
func (h *hashes) add(k crypto.Hash) {
	if k.Available() && !slices.Contains(h.kinds, k) {
		h.kinds = append(h.kinds, k)
		h.states = append(h.states, k.New())
	}
}

func (h *hashes) Write(b []byte) (int, error) {
	if h.size < int64(len(h.prefix)) {
		copy(h.prefix[h.size:], b)
	}
	h.size += int64(len(b))
	for _, s := range h.states {
		s.Write(b)
	}
	return len(b), nil
}

// sum is the digest under k; nil when it was not asked for.
func (h *hashes) sum(k crypto.Hash) []byte {
	if i := slices.Index(h.kinds, k); i >= 0 {
		return h.states[i].Sum(nil)
	}
	return nil
}

// looksLikeAttributes reports whether the content could be read as the DER of signed attributes: a SET that fills it and begins with
// a SEQUENCE that begins with an object identifier. No document does by chance. A signature over such a content, without signed
// attributes, is the same as one with these attributes over another content (draft-ietf-lamps-cms-euf-cma-signeddata).
func (h *hashes) looksLikeAttributes() bool {
	p := h.prefix[:min(h.size, int64(len(h.prefix)))]
	if len(p) < 2 || p[0] != der.Set {
		return false
	}
	set, ok := headerSize(p)
	if !ok || int64(set.size)+set.length != h.size || len(p) < set.size+2 || p[set.size] != der.Sequence {
		return false
	}
	p = p[set.size:]
	seq, ok := headerSize(p)
	return ok && len(p) > seq.size && p[seq.size] == der.OID
}

type tlv struct {
	size   int
	length int64
}

// headerSize reads a DER header with a low tag number.
func headerSize(p []byte) (t tlv, ok bool) {
	if len(p) < 2 {
		return t, false
	}
	if p[1] < 0x80 {
		return tlv{2, int64(p[1])}, true
	}
	n := int(p[1] & 0x7f)
	if n == 0 || n > 7 || len(p) < 2+n {
		return t, false
	}
	for _, c := range p[2 : 2+n] {
		t.length = t.length<<8 | int64(c)
	}
	t.size = 2 + n
	return t, true
}

// Content is read in steps of largeRead, large enough that system calls do not count and small enough for the cache; what fits in
// smallRead needs no more than that.
const (
	smallRead = 4 << 10
	largeRead = 128 << 10
)

// readAll writes all of r to w and gives up when ctx ends.
func readAll(ctx context.Context, w io.Writer, r io.Reader) error {
	if r == nil {
		return fail(CodeContent, nil)
	}
	buf := make([]byte, smallRead)
	in := ctxReader{ctx, r}
	for empty := 0; ; {
		n, err := in.Read(buf)
		if n > 0 {
			empty = 0
			if _, err := w.Write(buf[:n]); err != nil {
				return err
			}
			if n == smallRead && len(buf) == smallRead {
				buf = make([]byte, largeRead)
			}
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return readError(err)
		case n == 0:
			if empty++; empty > 100 {
				return fail(CodeRead, io.ErrNoProgress)
			}
		}
	}
}

// readError is the error of a source: a cancelled context stays what it is.
func readError(err error) error {
	if e, ok := err.(*signer.Error); ok {
		return e
	}
	return fail(CodeRead, err)
}

// ctxReader ends when its context does.
type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

func (c ctxReader) Read(b []byte) (int, error) {
	if err := signer.Cancelled(c.ctx); err != nil {
		return 0, err
	}
	return c.r.Read(b)
}

// unchanged hands content on and fails at its end when it is not what was prepared.
type unchanged struct {
	r    io.Reader
	h    *hashes
	size int64
	kind crypto.Hash
	want []byte
}

func (u *unchanged) Read(b []byte) (int, error) {
	n, err := u.r.Read(b)
	_, _ = u.h.Write(b[:n])
	if u.h.size > u.size {
		return 0, fail(CodeChanged, nil)
	}
	if err == io.EOF {
		if cerr := u.check(); cerr != nil {
			return 0, cerr
		}
	}
	return n, err
}

func (u *unchanged) check() error {
	if u.h.size != u.size || string(u.h.sum(u.kind)) != string(u.want) {
		return fail(CodeChanged, nil)
	}
	return nil
}
