package verify

import (
	"context"
	"io"
	"strconv"
	"time"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/timestamp"
)

// pdf reads a PDF and judges what is in it: document time-stamps first, for they prove when signatures below them existed.
func (r *run) pdf(ctx context.Context, src io.ReaderAt, size int64) error {
	doc, err := pdf.Read(ctx, src, size, &pdf.ReadOptions{Certificates: r.v.Certificates, Progress: r.opts.Progress})
	if err != nil {
		return err
	}
	r.report.Findings = append(r.report.Findings, doc.Findings...)
	for _, s := range doc.Signatures {
		if s.CMS != nil {
			r.learnFrom(s.CMS)
		}
	}
	for _, t := range doc.Timestamps {
		if t.Token != nil {
			r.learn(t.Token.Certificates()...)
		}
	}
	proofs := make([]*proof, len(doc.Timestamps))
	for i, t := range doc.Timestamps {
		if err := ctx.Err(); err != nil {
			return fail(CodeCancelled, err)
		}
		proofs[i] = r.documentStamp(doc, t)
	}
	for i, s := range doc.Signatures {
		if err := ctx.Err(); err != nil {
			return fail(CodeCancelled, err)
		}
		id := "s" + strconv.Itoa(i+1)
		c := circumstances{attribute: s.SubFilter == subFilterPAdES, appended: s.Appended, part: s.Extent != pdf.Whole && s.Extent != pdf.OfRevision}
		for j, t := range doc.Timestamps {
			if !above(&t.Entry, &s.Entry) {
				continue
			}
			r.report.Timestamps[j].Covers = append(r.report.Timestamps[j].Covers, id)
			if proofs[j] != nil {
				c.proofs = append(c.proofs, *proofs[j])
			}
		}
		r.pdfSignature(doc, s, id, c)
	}
	for j, t := range doc.Timestamps {
		for k, earlier := range doc.Timestamps {
			if above(&t.Entry, &earlier.Entry) {
				r.report.Timestamps[j].Covers = append(r.report.Timestamps[j].Covers, r.report.Timestamps[k].ID)
			}
		}
	}
	r.revisions(doc)
	return nil
}

// above reports whether a later entry of a PDF covers an earlier one: both cover whole revisions, the later one more of them.
func above(later, earlier *pdf.Entry) bool {
	whole := func(e *pdf.Entry) bool { return e.Extent == pdf.Whole || e.Extent == pdf.OfRevision }
	return whole(later) && whole(earlier) && earlier.Revision > 0 && later.Revision > earlier.Revision
}

const subFilterPAdES = "ETSI.CAdES.detached"

func (r *run) pdfSignature(doc *pdf.Document, s *pdf.Signature, id string, c circumstances) {
	out := fresh(id)
	out.Field, out.Level = s.Field, string(s.Level)
	out.Format = "PKCS7"
	if s.SubFilter == subFilterPAdES {
		out.Format = "PAdES"
	}
	out.Revision = rangeOf(doc, &s.Entry)
	out.Coverage.Extent = string(s.Extent)
	out.Claims = &Claims{Name: s.Name, Reason: s.Reason, Location: s.Location, ContactInfo: s.ContactInfo}
	out.adopt(s.Findings)
	claimed := s.ClaimedTime
	if s.CMS != nil {
		out.adopt(s.CMS.Findings)
		if claimed == nil {
			claimed = s.CMS.SigningTime
		}
	}
	out.Time.claim(claimed)
	out.Time.ZoneAmbiguous = s.ClaimedTime != nil && s.ZoneMissing
	out.Time.ClaimedCovered = out.Time.Claimed != nil && !c.part && !misshapen(s.Findings)
	r.report.Signatures = append(r.report.Signatures, out)
	r.judge(out, s.CMS, c)
	if s.CMS != nil {
		r.counterSignatures(out, s.CMS, 1)
	}
}

// rangeOf says what of a PDF is signed.
func rangeOf(doc *pdf.Document, e *pdf.Entry) *RevisionRange {
	return &RevisionRange{Index: e.Revision, Of: len(doc.Revisions), ByteRange: list(e.ByteRange)}
}

// documentStamp judges a document time-stamp. Its proof stands whatever was appended later, as long as it covers a whole revision.
func (r *run) documentStamp(doc *pdf.Document, t *pdf.Timestamp) *proof {
	out, p := r.stamp(StampDocument, t.Token, t.Content, t.Findings, nil)
	r.report.Timestamps = append(r.report.Timestamps, out)
	out.Field, out.Revision = t.Field, rangeOf(doc, &t.Entry)
	out.Coverage = &Coverage{Extent: string(t.Extent), Covered: []string{}, NotCovered: []string{}}
	if misshapen(t.Findings) {
		out.Indication, out.SubIndication = Failed, FormatFailure
	}
	if t.Extent != pdf.Whole && t.Extent != pdf.OfRevision {
		p = nil
	}
	if t.Appended > 0 {
		out.Findings = append(out.Findings, Finding{Code: CodeChangesUnknown, Severity: finding.Warning, Params: finding.P("octets", strconv.FormatInt(t.Appended, 10))})
	}
	if out.Indication == Passed && (t.Appended > 0 || p == nil) {
		out.Indication, out.SubIndication = Indeterminate, SigConstraintsFailure
	}
	return p
}

// revisions lists the states of the file with the signature or time-stamp that covers each.
func (r *run) revisions(doc *pdf.Document) {
	for _, rev := range doc.Revisions {
		out := Revision{Index: rev.Index, End: rev.End}
		for _, s := range r.report.Signatures {
			if s.Kind == KindSignature && s.Revision != nil && s.Revision.Index == rev.Index && s.Coverage.Extent != string(pdf.Part) {
				out.Signature = s.ID
			}
		}
		for _, t := range r.report.Timestamps {
			if t.Revision != nil && t.Revision.Index == rev.Index && t.Coverage.Extent != string(pdf.Part) {
				out.Signature = t.ID
			}
		}
		r.report.Revisions = append(r.report.Revisions, out)
	}
}

// cms reads a CMS file and judges its signers.
func (r *run) cms(ctx context.Context, src io.Reader, size int64, content io.ReaderAt) error {
	opts := &cms.ReadOptions{Certificates: r.v.Certificates}
	total := size
	if c := r.section(content); c != nil {
		total += max(r.opts.ContentSize, 0)
		opts.Content = c
	}
	p := &progress{total: total, tell: r.opts.Progress}
	src = p.reader(src)
	if opts.Content != nil {
		opts.Content = p.reader(opts.Content)
	}
	doc, err := cms.Read(ctx, src, opts)
	if err != nil {
		return err
	}
	r.report.Findings = append(r.report.Findings, doc.Findings...)
	r.learn(doc.Certificates...)
	for _, s := range doc.Signatures {
		r.learnFrom(s)
	}
	for i, s := range doc.Signatures {
		if err := ctx.Err(); err != nil {
			return fail(CodeCancelled, err)
		}
		out := fresh("s" + strconv.Itoa(i+1))
		if doc.Attached || r.opts.Content != nil {
			out.Coverage.Extent = string(pdf.Whole)
		}
		r.cmsSignature(out, s)
		r.counterSignatures(out, s, 1)
	}
	return nil
}

// cmsSignature fills in what CMS signatures and counter-signatures have in common, and judges.
func (r *run) cmsSignature(out *Signature, s *cms.Signature) {
	out.Format, out.Level = "CMS", string(s.Level)
	if s.SigningCertificate.Present {
		out.Format = "CAdES"
	}
	out.adopt(s.Findings)
	out.Time.claim(s.SigningTime)
	out.Time.ClaimedCovered = out.Time.Claimed != nil // the attribute is signed, or it would not be read
	r.report.Signatures = append(r.report.Signatures, out)
	r.judge(out, s, circumstances{})
}

// counterSignatures judges the signatures over a signature's value, each as a signature of its own (RFC 5652, 11.4).
func (r *run) counterSignatures(parent *Signature, facts *cms.Signature, depth int) {
	if depth > limits.CMSCounter+1 {
		return
	}
	for i, s := range facts.CounterSignatures {
		out := fresh(parent.ID + "." + strconv.Itoa(i+1))
		out.Kind, out.Parent, out.Field, out.Revision = KindCounterSignature, parent.ID, parent.Field, parent.Revision
		out.Coverage.Extent = string(pdf.Part) // the value of another signature, nothing else
		out.Coverage.Covered = []string{parent.ID}
		r.cmsSignature(out, s)
		out.Level = "" // baseline levels are of signatures over content
		r.counterSignatures(out, s, depth+1)
	}
}

// token reads a bare time-stamp: a token or a server's answer with a token inside.
func (r *run) token(ctx context.Context, src io.Reader, response bool, content io.ReaderAt) error {
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
	r.learn(token.Certificates()...)
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
	out, _ := r.stamp(StampDocument, token, integrity, findings, nil)
	r.report.Timestamps = append(r.report.Timestamps, out)
	return nil
}

// claim keeps the time that a signer claims, where a report can carry it.
func (t *Time) claim(claimed *time.Time) {
	if claimed != nil {
		t.Claimed = moment(*claimed)
	}
}
