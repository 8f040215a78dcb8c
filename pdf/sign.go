package pdf

import (
	"context"
	"io"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
)

// spare is what a second try keeps free beyond what the first one took: values and tokens differ in length by some octets.
const spare = 512

// Sign signs the PDF of size octets in src with s and writes the result to dst: the octets of src, unchanged, and an update section
// behind them. Earlier signatures stay what they were.
//
// A document of up to 4 MiB is read at once, and dst gets nothing before the signature is there. A larger one is copied to dst
// while it is hashed, in constant memory and, from file to file, by the operating system. After an error discard what dst has got.
//
// Where the room kept for the signature turns out too small, because a time-stamp is uncommonly large, it is made a second time with
// enough room: the key is asked twice, and so is the time-stamp server. [Options].ContentsSize avoids that.
//
// Above B-T more update sections follow: the evidence that Options.Collector finds once the signature is time-stamped, and a document
// time-stamp over all. What is missing is an error with the reason (CodeEvidence); a weaker signature is never written instead.
//
// Errors are *[Error], those of package cms, and those of the signer, the time-stamp server, the collector and the context.
func Sign(ctx context.Context, dst io.Writer, src io.ReaderAt, size int64, s signer.Signer, opts *Options) error {
	if s == nil {
		return badOption("signer", "nil")
	}
	if dst == nil {
		return badOption("dst", "nil")
	}
	chain, err := s.Certificates(ctx)
	if err != nil {
		return err
	}
	if opts != nil {
		if err := checkHelpers(opts.Level, opts.Timestamper, opts.Collector); err != nil {
			return err
		}
	}
	j, err := begin(ctx, src, size, chain, opts)
	if err != nil {
		return err
	}
	written, err := j.read(ctx, false, dst)
	if err != nil {
		return err
	}
	sec, der, err := j.sign(ctx, s)
	if err != nil {
		return err
	}
	a := &ascent{ctx: ctx, src: j.src, tail: sec.appendix.Bytes, prefix: j.prefix, hash: j.hash, timestamper: j.opts.Timestamper, collector: j.opts.Collector, clock: j.opts.Clock}
	if err := a.signed(j.opts.Level, j.layout.field, der, j.layout.contents); err != nil {
		return err
	}
	if !written {
		if err := write(dst, j.src.whole); err != nil {
			return err
		}
	}
	return write(dst, a.tail)
}

// sign makes the finished update section, and tells the CMS structure in it.
func (j *job) sign(ctx context.Context, s signer.Signer) (*section, []byte, error) {
	j.estimate(j.opts.Level)
	for try := 0; ; try++ {
		sec, p, err := j.prepare(ctx)
		if err != nil {
			return nil, nil, err
		}
		value, err := signer.Sign(ctx, s, p.Request())
		if err != nil {
			return nil, nil, err
		}
		der, err := p.FinishDER(ctx, value, &cms.FinishOptions{Level: inside(j.opts.Level), Timestamper: j.opts.Timestamper, InsecureSkipCheck: j.opts.InsecureSkipCheck})
		if err != nil {
			return nil, nil, err
		}
		if len(der) > j.layout.contents && try == 0 && len(der)+spare <= limits.PDFContents {
			j.layout.contents = len(der) + spare
			continue
		}
		if err := sec.fill(der, j.layout.contents); err != nil {
			return nil, nil, err
		}
		return sec, der, nil
	}
}
