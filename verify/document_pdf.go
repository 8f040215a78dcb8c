package verify

import (
	"context"
	"io"
	"strconv"

	"github.com/kyso-dev/kyso/pdf"
)

const subFilterPAdES = "ETSI.CAdES.detached"

// pdf reads a PDF: document time-stamps first, for they prove when signatures below them existed.
func (r *reader) pdf(ctx context.Context, src io.ReaderAt, size int64) error {
	doc, err := pdf.Read(ctx, src, size, &pdf.ReadOptions{Certificates: r.given, Progress: r.opts.Progress, Anchor: r.anchor})
	if err != nil {
		return err
	}
	r.findings = append(r.findings, doc.Findings...)
	for _, t := range doc.Timestamps {
		s := r.newStamp(StampDocument, t.Token, t.Content, t.Findings)
		s.report.Field, s.report.Revision = t.Field, rangeOf(doc, &t.Entry)
		s.report.Coverage = &Coverage{Extent: string(t.Extent), Covered: []string{}, NotCovered: []string{}}
		s.malformed = misshapen(t.Findings)
		s.part, s.appended, s.covers = !whole(&t.Entry), unexplained(&t.Entry), t.Covers
		r.stamps = append(r.stamps, s)
	}
	for i, s := range doc.Signatures {
		if err := ctx.Err(); err != nil {
			return fail(CodeCancelled, err)
		}
		r.pdfSignature(doc, s, "s"+strconv.Itoa(i+1))
	}
	r.evidence.Add(doc.Evidence())
	r.revisions = revisions(doc, r.facts)
	return nil
}

func (r *reader) pdfSignature(doc *pdf.Document, s *pdf.Signature, id string) {
	one := r.newSubject(id)
	out := &one.report
	out.Field, out.Level = s.Field, string(s.Level)
	out.Format = "PKCS7"
	if s.SubFilter == subFilterPAdES {
		out.Format = "PAdES"
	}
	out.Revision = rangeOf(doc, &s.Entry)
	out.Coverage.Extent = string(s.Extent)
	out.Claims = &Claims{Name: s.Name, Reason: s.Reason, Location: s.Location, ContactInfo: s.ContactInfo, Roles: []string{}, Commitments: []string{}}
	out.adopt(s.Findings)
	claimed := s.ClaimedTime
	if s.CMS != nil {
		out.adopt(s.CMS.Findings)
		if claimed == nil {
			claimed = s.CMS.SigningTime
		}
	}
	one.part, one.appended, one.changes = !whole(&s.Entry), unexplained(&s.Entry), &s.Changes
	out.Time.claim(claimed)
	out.Time.ZoneAmbiguous = s.ClaimedTime != nil && s.ZoneMissing
	out.Time.ClaimedCovered = out.Time.Claimed != nil && !one.part && !misshapen(s.Findings)
	r.subjects = append(r.subjects, one)
	if s.CMS == nil {
		one.unread = true
		return
	}
	r.fill(one, s.CMS)
	if one.identity == identityAbsent && s.SubFilter == subFilterPAdES {
		one.identity = identityRequired
	}
	r.counterSignatures(one, s.CMS, 1)
}

// unexplained is how many octets follow, where they do more than is allowed, or what they do cannot be told.
func unexplained(e *pdf.Entry) int64 {
	if e.Changes.Level == pdf.ChangesUnknown || e.Changes.Level == pdf.ChangesSuspicious {
		return e.Appended
	}
	return 0
}

func whole(e *pdf.Entry) bool { return e.Extent == pdf.Whole || e.Extent == pdf.OfRevision }

// rangeOf says what of a PDF is signed.
func rangeOf(doc *pdf.Document, e *pdf.Entry) *RevisionRange {
	return &RevisionRange{Index: e.Revision, Of: len(doc.Revisions), ByteRange: list(e.ByteRange)}
}

// revisions lists the states of the file with the signature or time-stamp that covers each.
func revisions(doc *pdf.Document, f *facts) []Revision {
	all := make([]Revision, len(doc.Revisions))
	covers := func(r *RevisionRange, extent string) bool {
		return r != nil && r.Index > 0 && r.Index <= len(all) && extent != string(pdf.Part)
	}
	for i, rev := range doc.Revisions {
		all[i] = Revision{Index: rev.Index, End: rev.End}
	}
	for _, s := range f.subjects {
		if one := &s.report; one.Kind == KindSignature && covers(one.Revision, one.Coverage.Extent) {
			all[one.Revision.Index-1].Signature = one.ID
		}
	}
	for _, t := range f.stamps {
		if one := &t.report; covers(one.Revision, one.Coverage.Extent) {
			all[one.Revision.Index-1].Signature = one.ID
		}
	}
	return all
}
