package verify

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/kyso-dev/kyso/xml/einvoice"
)

// VerifyEach is [Verifier.Verify] for files of which some are zips of XML, as the tax authority's portal gives an invoice and as people keep
// those of a month (see [einvoice.WalkZip], which says what is refused). each is called with the report of every .xml file in the zip, one
// after another, named "NAME.zip/FILE.xml", and with the one report of any other file. What else lies in the zip is passed over: nothing
// there is signed.
//
// The error is that of each. What is wrong with a file is in its report, as is the end of the context.
func (v *Verifier) VerifyEach(ctx context.Context, src io.ReaderAt, size int64, opts *Options, each func(*Report) error) error {
	if !isZip(src, size) {
		report, _ := v.Verify(ctx, src, size, opts)
		return each(report)
	}
	var o Options
	if opts != nil {
		o = *opts
	}
	var ended error // that of each
	document := &watched{r: src}
	err := einvoice.WalkZip(ctx, document, size, func(name string, doc []byte, err error) error {
		one := o
		one.Name, one.Progress = o.Name+"/"+name, nil
		if err != nil {
			ended = each(v.unread(ctx, &one, err))
			return ended
		}
		report, _ := v.Verify(ctx, bytes.NewReader(doc), int64(len(doc)), &one)
		ended = each(report)
		return ended
	})
	var refused *einvoice.Error
	switch {
	case err == nil || ended != nil:
		return ended
	case ctx.Err() != nil:
		err = fail(CodeCancelled, ctx.Err())
	case document.failed() != nil:
		err = fail(CodeRead, document.failed())
	case errors.As(err, &refused) && refused.Code() == string(einvoice.CodeContainer):
		report, _ := v.Verify(ctx, src, size, opts) // says which formats are read
		return each(report)
	}
	return each(v.unread(ctx, &o, err))
}

func isZip(src io.ReaderAt, size int64) bool {
	if src == nil || size < 0 {
		return false
	}
	found, err := detect(src, size)
	return err == nil && found.kind == kindZip
}

// unread is the report of a document that could not be read.
func (v *Verifier) unread(ctx context.Context, o *Options, err error) *Report {
	r, p, other := v.newReport(o.Name, o.At)
	if other != nil {
		err = other
	}
	r, _ = v.finish(ctx, r, p, err)
	return r
}
