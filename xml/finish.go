package xml

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/base64"
	"io"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/signer"
)

// Finish puts the value into the document and writes the signed document to dst. src must hold the document that was prepared, octet
// for octet: anything else is refused with CodeChanged. signature is what the key returned, for ECDSA in DER; it is checked under the
// certificate before it is used (signer.ErrSignatureInvalid). Then the signature is brought to its level, with the means in opts; without
// them it is CodeTimestamper or CodeCollector.
//
// dst gets nothing before the signature is complete; a document above 4 MiB is compared while it is copied. After an error discard
// what dst has got.
func (p *PreparedSignature) Finish(ctx context.Context, dst io.Writer, src io.ReaderAt, size int64, signature []byte, opts *FinishOptions) error {
	o := orDefault(opts)
	if p.leaf == nil {
		return badState("it is empty")
	}
	if dst == nil {
		return badOption("dst", "nil")
	}
	if src == nil || size != p.size {
		return fail(CodeChanged, nil)
	}
	m, err := p.means(&o)
	if err != nil {
		return err
	}
	value, err := p.value(signature, o.InsecureSkipCheck)
	if err != nil {
		return err
	}
	in := &source{r: src, size: size}
	if size <= inMemory {
		in.whole = make([]byte, size)
		if err := in.readAt(in.whole, 0); err != nil {
			return err
		}
		in.r = bytes.NewReader(in.whole)
		h := p.check()
		h.Write(in.whole)
		if !equal(h.Sum(nil), p.sum) {
			return fail(CodeChanged, nil)
		}
	}
	return p.finish(ctx, dst, in, value, m)
}

// means are the level to reach and what it takes.
func (p *PreparedSignature) means(o *FinishOptions) (*ExtendOptions, error) {
	level := p.level
	if o.Level != "" {
		if err := checkLevel(o.Level); err != nil || p.level == "" {
			return nil, badOption("Level", shorten(string(o.Level)))
		}
		level = o.Level
	}
	m := &ExtendOptions{Level: level, Timestamper: o.Timestamper, Collector: o.Collector, Clock: o.Clock}
	return m, checkMeans(level, m.Timestamper, m.Collector)
}

// finish writes the signed document, at its level.
func (p *PreparedSignature) finish(ctx context.Context, dst io.Writer, in *source, value []byte, m *ExtendOptions) error {
	if m.Level == "" || m.Level == LevelBB {
		return p.write(ctx, dst, in, value)
	}
	signed, err := p.compose(ctx, in, value)
	if err != nil {
		return err
	}
	m.Resolver = p.resolver(in)
	m.Choose = func(s *Signature) bool { return s.Element.ID == p.id }
	return m.extend(ctx, dst, signed)
}

// value checks what the key has returned and gives it the form that it has in XML.
func (p *PreparedSignature) value(signature []byte, trust bool) ([]byte, error) {
	pub, err := alg.PublicKey(p.leaf)
	if err != nil {
		return nil, fail(CodeKey, err)
	}
	value := signature
	if key, ok := pub.(*ecdsa.PublicKey); ok {
		if value, err = alg.ECDSAToRaw(key, signature); err != nil {
			return nil, signer.NewError(signer.CodeSignatureInvalid, err, "algorithm", p.algorithm.Name())
		}
	}
	if !trust {
		err = verifyValue(p.algorithm, pub, p.signed, value)
	}
	if err != nil || len(value) == 0 {
		return nil, signer.NewError(signer.CodeSignatureInvalid, err, "algorithm", p.algorithm.Name())
	}
	return value, nil
}

// write writes the pieces. A large document is read once from front to back, all of it, so that a change in any octet is noticed.
func (p *PreparedSignature) write(ctx context.Context, dst io.Writer, in *source, value []byte) error {
	out := errWriter{w: dst}
	h := p.check()
	at := int64(0)
	var buf []byte
	copyTo := func(to int64, w io.Writer) error {
		if in.whole != nil {
			_, err := w.Write(in.whole[at:to])
			at = to
			if out.err != nil || err != nil {
				return fail(CodeWrite, firstError(out.err, err))
			}
			return nil
		}
		w = io.MultiWriter(w, h)
		if buf == nil {
			buf = make([]byte, 128<<10)
		}
		n, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{ctxReader{ctx, io.NewSectionReader(in.r, at, to-at)}}, buf)
		switch {
		case out.err != nil:
			return fail(CodeWrite, out.err)
		case err != nil:
			return readError(err)
		case n != to-at:
			return fail(CodeChanged, nil)
		}
		at = to
		return nil
	}
	for _, x := range p.pieces {
		switch {
		case x.Value:
			_, _ = out.Write(encode(base64.StdEncoding.EncodeToString(value), p.encoding))
		case x.Document:
			if err := copyTo(x.From, io.Discard); err != nil {
				return err
			}
			var err error
			if x.Base64 {
				b := base64.NewEncoder(base64.StdEncoding, &out)
				err = copyTo(x.To, b)
				err = firstError(err, b.Close())
			} else {
				err = copyTo(x.To, &out)
			}
			if err != nil {
				return err
			}
		default:
			_, _ = out.Write(encode(x.Text, p.encoding))
		}
		if out.err != nil {
			return fail(CodeWrite, out.err)
		}
	}
	if err := copyTo(in.size, io.Discard); err != nil {
		return err
	}
	if in.whole == nil && !equal(h.Sum(nil), p.sum) {
		return fail(CodeChanged, nil)
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
