package xml

import (
	"context"
	"crypto/x509"
	"io"

	"github.com/kyso-dev/kyso/signer"
)

// Sign signs the document of size octets in src with s and writes the result to dst: for an enveloped signature the octets of src,
// unchanged, with the signature in its place. Earlier signatures stay what they were: a place that one of them covers is refused
// (CodeEarlier).
//
// A document of up to 4 MiB is read at once, and dst gets nothing before the signature is there. A larger one is read once to hash it
// and once to copy it, through a window; above LevelBB it is read again to gather what time-stamps cover. After an error discard what dst
// has got.
//
// Errors are *[Error], and those of the signer and the context. Where a level above LevelBB cannot be reached (CodeTimestamper, CodeCollector,
// CodeTimestamp, CodeEvidence), nothing weaker is written.
func Sign(ctx context.Context, dst io.Writer, src io.ReaderAt, size int64, s signer.Signer, opts *Options) error {
	o, err := opts.settle()
	if err != nil {
		return err
	}
	if dst == nil {
		return badOption("dst", "nil")
	}
	if err := checkMeans(o.Level, o.Timestamper, o.Collector); err != nil {
		return err
	}
	chain, err := certificatesOf(ctx, s)
	if err != nil {
		return err
	}
	p, in, err := begin(ctx, src, size, chain, o)
	if err != nil {
		return err
	}
	signature, err := signer.Sign(ctx, s, p.Request())
	if err != nil {
		return err
	}
	value, err := p.value(signature, o.InsecureSkipCheck)
	if err != nil {
		return err
	}
	return p.finish(ctx, dst, in, value, o.means())
}

// means are the level to reach and what it takes.
func (o *Options) means() *ExtendOptions {
	return &ExtendOptions{Level: o.Level, Timestamper: o.Timestamper, Collector: o.Collector, Clock: o.Clock, Certificates: o.Certificates}
}

func certificatesOf(ctx context.Context, s signer.Signer) ([]*x509.Certificate, error) {
	if s == nil {
		return nil, signer.NewError(signer.CodeKeyNotFound, nil)
	}
	if err := signer.Cancelled(ctx); err != nil {
		return nil, err
	}
	return s.Certificates(ctx)
}

// begin prepares what is finished in the same call.
func begin(ctx context.Context, src io.ReaderAt, size int64, chain []*x509.Certificate, o Options) (*PreparedSignature, *source, error) {
	in, err := openInput(ctx, src, size, &o, quick)
	if err != nil {
		return nil, nil, err
	}
	p, err := prepare(ctx, in, chain, &o)
	return p, in, err
}

// BatchDocument is one document of a batch.
type BatchDocument struct {
	Source    io.ReaderAt
	Size      int64
	Output    io.Writer
	Options   *Options // its own; nil: those of the batch
	ID, Title string   // name it to signers that show documents; instead of those in the options
}

// SignBatch signs many documents under one consent: one PIN, one tap on the phone. All are prepared, then all signed, then all
// finished; nothing is written before every value was had and checked. After an error all outputs must be thrown away; a
// *signer.BatchError says which document it was.
func SignBatch(ctx context.Context, docs []BatchDocument, s signer.Signer, opts *Options) error {
	chain, err := certificatesOf(ctx, s)
	if err != nil {
		return err
	}
	prepared := make([]*PreparedSignature, len(docs))
	inputs := make([]*source, len(docs))
	requests := make([]signer.Request, len(docs))
	settled := make([]Options, len(docs))
	for i := range docs {
		d := &docs[i]
		if prepared[i], inputs[i], settled[i], err = d.prepare(ctx, chain, opts); err != nil {
			return &signer.BatchError{Index: i, Err: err}
		}
		requests[i] = prepared[i].Request()
	}
	signatures, err := signer.SignBatch(ctx, s, requests)
	if err != nil {
		return err
	}
	values := make([][]byte, len(docs))
	for i, p := range prepared {
		if values[i], err = p.value(signatures[i], settled[i].InsecureSkipCheck); err != nil {
			return &signer.BatchError{Index: i, Err: err}
		}
	}
	for i, p := range prepared {
		if err := p.finish(ctx, docs[i].Output, inputs[i], values[i], settled[i].means()); err != nil {
			return &signer.BatchError{Index: i, Err: err}
		}
	}
	return nil
}

func (d *BatchDocument) prepare(ctx context.Context, chain []*x509.Certificate, opts *Options) (*PreparedSignature, *source, Options, error) {
	if d.Options != nil {
		opts = d.Options
	}
	o, err := opts.settle()
	if err == nil {
		err = checkMeans(o.Level, o.Timestamper, o.Collector)
	}
	if err == nil && d.Output == nil {
		err = badOption("Output", "nil")
	}
	if err != nil {
		return nil, nil, o, err
	}
	if d.ID != "" || d.Title != "" {
		o.ID, o.Title = d.ID, d.Title
	}
	p, in, err := begin(ctx, d.Source, d.Size, chain, o)
	return p, in, o, err
}
