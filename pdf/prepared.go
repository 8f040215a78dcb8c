package pdf

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"hash"
	"io"
	"slices"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/signer"
)

// PreparedSignature is a signature that lacks its value, and the document's. It is plain data: as JSON it survives a restart, holds
// no octet of the document and no secret, and stays below 16 kB. Not safe for concurrent use.
type PreparedSignature struct {
	layout    layout
	level     Level
	size      int64
	sum       []byte // SHA-256 of the document
	byteRange [4]int64
	update    []byte // SHA-256 of the update section with an empty /Contents
	cms       *cms.PreparedSignature
}

// Prepare makes everything of a signature but its value. chain is the certificate of the key that will sign and, if at hand, those
// of its issuers, leaf first. The document is read and nothing is written; [PreparedSignature.Finish] takes it again.
//
// Room is kept for a time-stamp at any level, since Finish may still raise it.
//
// A state above 16 kB comes from a long chain and is refused here rather than when it is stored: give fewer Certificates.
func Prepare(ctx context.Context, src io.ReaderAt, size int64, chain []*x509.Certificate, opts *Options) (*PreparedSignature, error) {
	p, err := prepare(ctx, src, size, chain, opts)
	if err != nil {
		return nil, err
	}
	if _, err := p.MarshalJSON(); err != nil {
		return nil, err
	}
	return p, nil
}

func prepare(ctx context.Context, src io.ReaderAt, size int64, chain []*x509.Certificate, opts *Options) (*PreparedSignature, error) {
	j, err := begin(ctx, src, size, chain, opts)
	if err != nil {
		return nil, err
	}
	if _, err := j.read(ctx, true, nil); err != nil {
		return nil, err
	}
	j.estimate(LevelBT)
	sec, c, err := j.prepare(ctx)
	if err != nil {
		return nil, err
	}
	update := sha256.Sum256(sec.appendix.Bytes)
	return &PreparedSignature{
		layout: j.layout, level: j.opts.Level, size: size, sum: j.sum, byteRange: sec.byteRange, update: update[:], cms: c,
	}, nil
}

// Request is what the key has to sign: a digest, or for Ed25519 a message.
func (p *PreparedSignature) Request() signer.Request {
	if p.cms == nil {
		return signer.Request{} // the zero value: nothing has been prepared
	}
	return p.cms.Request()
}

// Field is the fully qualified name of the field that will hold the signature.
func (p *PreparedSignature) Field() string { return p.layout.field }

// Level is the level that was asked for.
func (p *PreparedSignature) Level() Level { return p.level }

// InputSize is the number of octets of the document that was prepared.
func (p *PreparedSignature) InputSize() int64 { return p.size }

// InputSHA256 is the SHA-256 of the document that was prepared.
func (p *PreparedSignature) InputSHA256() []byte { return slices.Clone(p.sum) }

// Finish puts the value into the document and writes the signed document to dst. src must hold the document that was prepared,
// octet for octet: anything else is refused with CodeChanged. The value is checked under the certificate before it is used. Where
// the signature does not fit into the room kept for it, the error has CodeContentsSize and says how much is needed; the document
// has to be prepared and signed again then.
//
// dst gets nothing before the signature is complete; a document above 4 MiB is compared while it is copied. After an error discard
// what dst has got.
func (p *PreparedSignature) Finish(ctx context.Context, dst io.Writer, src io.ReaderAt, size int64, signature []byte, opts *FinishOptions) error {
	return p.finish(ctx, dst, src, size, opts, func(o *cms.FinishOptions) ([]byte, error) { return p.cms.FinishDER(ctx, signature, o) })
}

// finish puts what make gives into the document.
func (p *PreparedSignature) finish(ctx context.Context, dst io.Writer, src io.ReaderAt, size int64, opts *FinishOptions, make func(*cms.FinishOptions) ([]byte, error)) error {
	var o FinishOptions
	if opts != nil {
		o = *opts
	}
	if p.cms == nil {
		return fault(CodeState, nil, "part", "cms")
	}
	if dst == nil {
		return badOption("dst", "nil")
	}
	if o.Level == "" {
		o.Level = p.level
	}
	if err := checkLevel(o.Level); err != nil {
		return err
	}
	if err := checkKind(string(p.layout.subFilter), o.Level, p.layout.field); err != nil {
		return err
	}
	if err := checkHelpers(o.Level, o.Timestamper, o.Collector); err != nil {
		return err
	}
	in, err := open(ctx, src, size)
	if err != nil {
		return err
	}
	sec, err := p.rebuild(in)
	if err != nil {
		return err
	}
	der, err := make(&cms.FinishOptions{
		Level: inside(o.Level), Timestamper: o.Timestamper, InsecureSkipCheck: o.InsecureSkipCheck, PAdES: p.layout.subFilter == SubFilterCAdES,
	})
	if err != nil {
		return err
	}
	if err := sec.fill(der, p.layout.contents); err != nil {
		return err
	}
	written := false
	sum := sha256.New()
	if in.whole == nil || o.Level == LevelBLTA {
		if written, err = in.walk(ctx, []hash.Hash{sum}, dst, o.Progress); err != nil {
			return err
		}
		if !bytes.Equal(sum.Sum(nil), p.sum) {
			return fault(CodeChanged, nil)
		}
	}
	a := &ascent{ctx: ctx, src: in, tail: sec.appendix.Bytes, prefix: sum, hash: crypto.SHA256, timestamper: o.Timestamper, collector: o.Collector, clock: o.Clock}
	if err := a.signed(o.Level, p.layout.field, der, p.layout.contents); err != nil {
		return err
	}
	if !written {
		if o.Progress != nil {
			o.Progress(size, size)
		}
		if err := write(dst, in.whole); err != nil {
			return err
		}
	}
	return write(dst, a.tail)
}

// rebuild makes the update section once more. The same document and layout give the same octets; what differs was changed.
func (p *PreparedSignature) rebuild(in *source) (*section, error) {
	if in.size != p.size {
		return nil, fault(CodeChanged, nil)
	}
	if in.whole != nil {
		if sum := sha256.Sum256(in.whole); !bytes.Equal(sum[:], p.sum) {
			return nil, fault(CodeChanged, nil)
		}
	}
	doc, err := load(in)
	if err != nil {
		return nil, err
	}
	l := p.layout
	target, err := doc.choose(&l)
	if err != nil {
		return nil, err
	}
	sec, err := doc.write(&l, target)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(sec.appendix.Bytes); !bytes.Equal(sum[:], p.update) || sec.byteRange != p.byteRange {
		return nil, fault(CodeChanged, nil)
	}
	return sec, nil
}
