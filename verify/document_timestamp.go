package verify

import (
	"context"
	"errors"
	"io"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/timestamp"
)

// token reads a bare time-stamp: a token or a server's answer with a token inside.
func (r *reader) token(ctx context.Context, src io.Reader, response bool, content io.ReaderAt) error {
	raw, err := io.ReadAll(io.LimitReader(src, limits.TSPResponse+1))
	if err != nil {
		return fail(CodePEM, err)
	}
	var token *timestamp.Token
	if response {
		token, err = timestamp.ParseResponse(raw)
	} else {
		token, err = timestamp.ParseToken(raw)
	}
	if err != nil {
		return err
	}
	integrity, findings := cms.Unknown, []Finding(nil)
	if src := r.section(content); src == nil {
		findings = append(findings, Finding{Code: CodeContentMissing, Severity: finding.Warning})
	} else if token.Info.Hash != 0 {
		h := token.Info.Hash.New()
		if err := copyContext(ctx, h, (&progress{total: r.opts.ContentSize, tell: r.opts.Progress}).reader(src)); err != nil {
			return err
		}
		integrity = cms.Intact
		if err := token.CheckImprint(h.Sum(nil)); err != nil {
			integrity = cms.Broken
			findings = append(findings, findingOf(asCoded(err), finding.Error, "RFC 3161, 2.4.2"))
		}
	}
	r.stamps = append(r.stamps, r.newStamp(StampDocument, token, integrity, findings))
	return nil
}

// copyContext hashes a reader to its end, and stops when the context ends.
func copyContext(ctx context.Context, dst io.Writer, src io.Reader) error {
	buffer := make([]byte, 64<<10)
	for {
		if err := ctx.Err(); err != nil {
			return fail(CodeCancelled, err)
		}
		n, err := src.Read(buffer)
		_, _ = dst.Write(buffer[:n]) // a hash never fails
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fail(CodeContent, err)
		}
	}
}
