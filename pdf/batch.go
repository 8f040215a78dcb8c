package pdf

import (
	"context"
	"errors"
	"io"
	"strconv"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/signer"
)

// BatchDocument is one document of a batch.
type BatchDocument struct {
	Source  io.ReaderAt
	Size    int64
	Output  io.Writer
	Options *Options // its own, ID and Title among them; nil: those of the batch
}

// BatchError says what became of each document of a batch.
type BatchError struct {
	finding.Fault
	Errors []error // one for each document, in order; nil: signed and written
}

// Unwrap is the errors of the documents that were not signed.
func (e *BatchError) Unwrap() []error {
	var list []error
	for _, err := range e.Errors {
		if err != nil {
			list = append(list, err)
		}
	}
	return list
}

// Error is the English text: how many failed, and why the first one did.
func (e *BatchError) Error() string {
	text := e.Fault.Error()
	if list := e.Unwrap(); len(list) > 0 {
		text += ": " + list[0].Error()
	}
	return text
}

// SignBatch signs many documents under one consent: all are prepared, the key is asked once for all where it can
// ([signer.BatchSigner]), and all are finished. Every document is read twice and may be of any size.
//
// Where a document cannot be prepared, nothing is signed. Where the key or a time-stamp server fails later on, the other documents
// are finished. Either way the error is a *[BatchError]. Signatures that need more room than was kept for them are made a second
// time, which asks the key once more.
func SignBatch(ctx context.Context, docs []BatchDocument, s signer.Signer, opts *Options) error {
	if s == nil {
		return badOption("signer", "nil")
	}
	if len(docs) == 0 {
		return nil
	}
	chain, err := s.Certificates(ctx)
	if err != nil {
		return err
	}
	b := batch{docs: docs, errors: make([]error, len(docs)), prepared: make([]*PreparedSignature, len(docs)), options: make([]Options, len(docs))}
	for i := range docs {
		o := docs[i].Options
		if o == nil {
			o = opts
		}
		if o != nil {
			b.options[i] = *o
		}
		if err = checkHelpers(b.options[i].Level, b.options[i].Timestamper, b.options[i].Collector); err == nil {
			b.prepared[i], err = prepare(ctx, docs[i].Source, docs[i].Size, chain, &b.options[i])
		}
		if err != nil {
			b.errors[i] = err
			for k := range b.errors {
				if k != i {
					b.errors[k] = fault(CodeBatchStopped, nil)
				}
			}
			return b.report()
		}
	}
	all := make([]int, len(docs))
	for i := range all {
		all[i] = i
	}
	again := b.sign(ctx, s, all)
	for _, i := range again {
		if b.prepared[i], b.errors[i] = prepare(ctx, docs[i].Source, docs[i].Size, chain, &b.options[i]); b.errors[i] != nil {
			return b.report()
		}
	}
	if len(again) > 0 {
		b.sign(ctx, s, again)
	}
	return b.report()
}

type batch struct {
	docs     []BatchDocument
	options  []Options
	prepared []*PreparedSignature
	errors   []error
}

// sign asks the key for the documents listed and finishes them. It returns those that need more room, with the room noted in their
// options.
func (b *batch) sign(ctx context.Context, s signer.Signer, list []int) (again []int) {
	reqs := make([]signer.Request, len(list))
	for k, i := range list {
		reqs[k] = b.prepared[i].Request()
	}
	values, err := signer.SignBatch(ctx, s, reqs)
	for k, i := range list {
		if k >= len(values) || values[k] == nil {
			if b.errors[i] = err; err == nil {
				b.errors[i] = fault(CodeBatchStopped, nil)
			}
			continue
		}
		o, d := &b.options[i], &b.docs[i]
		finish := FinishOptions{Timestamper: o.Timestamper, Collector: o.Collector, Clock: o.Clock, InsecureSkipCheck: o.InsecureSkipCheck, Progress: o.Progress}
		b.errors[i] = b.prepared[i].Finish(ctx, d.Output, d.Source, d.Size, values[k], &finish)
		var small *Error
		if errors.As(b.errors[i], &small) && small.Code() == string(CodeContentsSize) {
			if need, err := strconv.Atoi(small.Params()["need"]); err == nil && need > o.ContentsSize {
				o.ContentsSize = need + spare
				again = append(again, i)
			}
		}
	}
	return again
}

func (b *batch) report() error {
	failed := 0
	for _, err := range b.errors {
		if err != nil {
			failed++
		}
	}
	if failed == 0 {
		return nil
	}
	return &BatchError{
		Fault:  finding.NewFault(CodeBatch, nil, "failed", strconv.Itoa(failed), "total", strconv.Itoa(len(b.docs))),
		Errors: b.errors,
	}
}
