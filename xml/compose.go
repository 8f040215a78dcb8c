package xml

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"slices"

	"github.com/kyso-dev/kyso/internal/xmltree"
)

// compose is the signed document before it is written anywhere, as a source to read: what raises it to a level reads it again. A large
// document is not held; its octets are compared with those that were signed.
func (p *PreparedSignature) compose(ctx context.Context, in *source, value []byte) (*source, error) {
	if in.whole != nil || p.size <= inMemory {
		var out bytes.Buffer
		if err := p.write(ctx, &out, in, value); err != nil {
			return nil, err
		}
		return open(ctx, bytes.NewReader(out.Bytes()), int64(out.Len()))
	}
	h := p.check()
	if _, err := io.Copy(h, ctxReader{ctx, io.NewSectionReader(in.r, 0, in.size)}); err != nil {
		return nil, readError(err)
	}
	if !equal(h.Sum(nil), p.sum) {
		return nil, fail(CodeChanged, nil)
	}
	c := &composition{}
	for _, x := range p.pieces {
		switch {
		case x.Value:
			c.add(bytes.NewReader(encode(base64.StdEncoding.EncodeToString(value), p.encoding)))
		case x.Base64:
			raw := make([]byte, x.To-x.From)
			if err := in.readAt(raw, x.From); err != nil {
				return nil, err
			}
			c.add(bytes.NewReader(base64.StdEncoding.AppendEncode(nil, raw)))
		case x.Document:
			c.add(io.NewSectionReader(in.r, x.From, x.To-x.From))
		default:
			c.add(bytes.NewReader(encode(x.Text, p.encoding)))
		}
	}
	return open(ctx, c, c.size)
}

// composition reads several pieces as if they were one.
type composition struct {
	pieces []composed
	size   int64
}

type composed struct {
	io.ReaderAt
	start, end int64
}

// sized is a piece.
type sized interface {
	io.ReaderAt
	Size() int64
}

// add puts a piece behind the others.
func (c *composition) add(r sized) {
	c.pieces = append(c.pieces, composed{r, c.size, c.size + r.Size()})
	c.size += r.Size()
}

// ReadAt reads from the pieces that the octets lie in.
func (c *composition) ReadAt(b []byte, at int64) (n int, err error) {
	for _, p := range c.pieces {
		for n < len(b) && at+int64(n) >= p.start && at+int64(n) < p.end {
			want := min(int64(len(b)-n), p.end-at-int64(n))
			m, err := p.ReaderAt.ReadAt(b[n:n+int(want)], at+int64(n)-p.start)
			n += m
			if int64(m) < want {
				if err == nil || err == io.EOF {
					err = io.ErrUnexpectedEOF
				}
				return n, err
			}
		}
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// resolver gives what a detached signature signs, where that is the one thing that was given; nil otherwise.
func (p *PreparedSignature) resolver(in *source) Resolver {
	if slices.ContainsFunc(p.pieces, func(x piece) bool { return x.Document }) {
		return nil
	}
	t, err := xmltree.Parse(p.signed)
	if err != nil {
		return nil
	}
	var outside []string
	for _, n := range t.Elements(t.Root()) {
		if uri, named := t.Attr(n, "URI"); named && uri != "" && uri[0] != '#' {
			outside = append(outside, uri)
		}
	}
	if len(outside) != 1 {
		return nil
	}
	return given{outside[0], in}
}

// given resolves the one URI of a detached signature.
type given struct {
	uri string
	in  *source
}

// Resolve gives the octets that were given to sign.
func (g given) Resolve(_ context.Context, uri string) (io.ReadCloser, error) {
	if uri != g.uri {
		return nil, fail(CodeReferenceExternal, nil, "uri", shorten(uri))
	}
	return io.NopCloser(io.NewSectionReader(g.in.r, 0, g.in.size)), nil
}
