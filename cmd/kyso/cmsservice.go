package main

import (
	"context"
	"crypto"
	"os"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/signer"
)

// cmsService is a remote key whose service makes whole CMS, as its configuration says with "cms": true, in place of bare signatures. What is
// made of bare signatures cannot be had from it.
type cmsService struct {
	*remote.Client
	config string // the path of the configuration
	name   string // of the document
}

// Sign refuses: whoever calls it has no use for a CMS.
func (s *cmsService) Sign(context.Context, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, usage("cms-service", "path", s.config)
}

// SignBatch refuses as Sign does.
func (s *cmsService) SignBatch(context.Context, []signer.Request) ([][]byte, error) {
	return nil, usage("cms-service", "path", s.config)
}

// ask has the service make a CMS over a document's digest.
func (s *cmsService) ask(ctx context.Context, digest []byte, hash crypto.Hash) ([]byte, error) {
	return s.SignCMS(ctx, signer.Request{Digest: digest, Opts: hash, DocumentID: s.name, Title: s.name})
}

func (s *cmsService) signPDF(ctx context.Context, out, in *os.File, size int64, opts *pdf.Options) error {
	chain, err := s.Certificates(ctx)
	if err != nil {
		return err
	}
	prepared, err := pdf.Prepare(ctx, in, size, chain, opts)
	if err != nil {
		return err
	}
	digest, hash := prepared.Digest()
	der, err := s.ask(ctx, digest, hash)
	if err != nil {
		return err
	}
	finish := &pdf.FinishOptions{Level: opts.Level, Timestamper: opts.Timestamper, Collector: opts.Collector, Clock: opts.Clock}
	return ofService(prepared.FinishCMS(ctx, out, in, size, der, finish), "command.cms-made", s.config)
}

func (s *cmsService) signFile(ctx context.Context, out, in *os.File, opts *cms.Options) error {
	chain, err := s.Certificates(ctx)
	if err != nil {
		return err
	}
	prepared, err := cms.Prepare(ctx, in, chain, opts)
	if err != nil {
		return err
	}
	digest, hash := prepared.Digest()
	der, err := s.ask(ctx, digest, hash)
	if err != nil {
		return err
	}
	if _, err := in.Seek(0, 0); err != nil {
		return err
	}
	finish := &cms.FinishOptions{Level: opts.Level, Timestamper: opts.Timestamper, Collector: opts.Collector, Clock: opts.Clock}
	return ofService(prepared.FinishCMS(ctx, out, in, der, finish), "command.cms-made", s.config)
}
