package verify

import (
	"bytes"
	"context"
	"crypto/x509"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/xml"
)

// reader reads one document into facts.
type reader struct {
	*facts
	opts   Options
	given  []*x509.Certificate
	trust  *trust.Store
	format *Format
	now    func() time.Time // when it is read
}

// anchor tells the certificates that a long-term level needs no revocation data for.
func (r *reader) anchor(c *x509.Certificate) bool {
	_, trusted := r.trust.Anchor(c)
	return trusted || bytes.Equal(c.RawIssuer, c.RawSubject)
}

// read finds out what kind of document it is, and reads it.
func (r *reader) read(ctx context.Context, src io.ReaderAt, size int64, content io.ReaderAt) error {
	found, err := detect(src, size)
	if err != nil {
		return err
	}
	body := func() io.Reader { return io.NewSectionReader(src, 0, size) }
	if found.body != nil {
		body = found.body
	}
	switch found.kind {
	case kindPDF:
		*r.format = PDF
		return r.pdf(ctx, src, size)
	case kindCMS:
		*r.format = CMS
		return r.cms(ctx, body(), size, content)
	case kindToken, kindResponse:
		*r.format = TimestampFile
		return r.token(ctx, body(), found.kind == kindResponse, content)
	case kindXML:
		*r.format = XML
		return r.xml(ctx, src, size, content)
	case kindZip:
		return fail(CodeNotYet, nil, "format", "ZIP, ASiC")
	case kindEmpty:
		return fail(CodeEmpty, nil)
	}
	return fail(CodeFormat, nil)
}

// section is the content that the caller gave, from its beginning; nil when there is none.
func (r *reader) section(content io.ReaderAt) io.Reader {
	if r.opts.Content == nil {
		return nil
	}
	return io.NewSectionReader(content, 0, max(r.opts.ContentSize, 0))
}

// formatFaults are findings that break the format to the extent that the standard calls it FORMAT_FAILURE (ETSI EN 319 102-1, 5.2.2):
// what is signed cannot be told, or the structure is not that of RFC 5652 or of XML Signature.
var formatFaults = map[finding.Code]bool{
	pdf.CodeRangeMissing: true, pdf.CodeRangeShape: true, pdf.CodeRangeNegative: true, pdf.CodeRangeStart: true, pdf.CodeRangeOverlap: true,
	pdf.CodeRangePastEnd: true, pdf.CodeRangeGap: true, pdf.CodeOutside: true, pdf.CodeContentsMissing: true, pdf.CodeContentsPadding: true,
	pdf.CodeCMSUnreadable: true, pdf.CodeTokenUnreadable: true, pdf.CodeAttached: true, pdf.CodeNoSigner: true, pdf.CodeSeveralSigners: true,
	pdf.CodeRewritten: true, pdf.CodeRepeatedKey: true,
	cms.CodeMalformed: true, cms.CodeNotSigned: true, cms.CodeAttributesNotDER: true, cms.CodeAttributeDuplicate: true, cms.CodeAttributeMissing: true,
	cms.CodeAttributeMalformed: true, cms.CodeAttributeMisplaced: true, cms.CodeContentType: true, cms.CodeAttributeConfusion: true,
	xml.CodeShape: true, xml.CodeReferenceAmbiguous: true, xml.CodeCanonicalization: true, xml.CodeRelativeNamespace: true,
}

func misshapen(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Severity == finding.Error && formatFaults[f.Code] })
}

// baseless reports whether the structure is not that of RFC 5652: a baseline level would be a claim about it.
func baseless(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool {
		return f.Severity == finding.Error && formatFaults[f.Code] && strings.HasPrefix(string(f.Code), "cms.")
	})
}

// replaced are findings of the rooms below that this package says itself, by the date that is proved or with the reason beneath.
var replaced = map[finding.Code]bool{cms.CodeWeakDigest: true, cms.CodeTimestampBroken: true, cms.CodeTimestampUnbound: true,
	cms.CodeTimestampOrder: true, pdf.CodeAppended: true, xml.CodeWeakDigest: true, xml.CodeWeakKey: true,
	xml.CodeTimestampBroken: true, xml.CodeTimestampUnbound: true, xml.CodeTimestampOrder: true}

// adopt takes the findings of the rooms below.
func (s *Signature) adopt(findings []Finding) {
	for _, f := range findings {
		if replaced[f.Code] || slices.ContainsFunc(s.Findings, func(have Finding) bool { return have.Code == f.Code && len(f.Params) == 0 }) {
			continue
		}
		s.Findings = append(s.Findings, f)
	}
}

// claim keeps the time that a signer claims, where a report can carry it.
func (t *Time) claim(claimed *time.Time) {
	if claimed != nil {
		t.Claimed = moment(*claimed)
	}
}
