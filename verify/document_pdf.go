package verify

import (
	"context"
	"io"
	"slices"
	"strconv"

	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/trust"
)

const subFilterPAdES = "ETSI.CAdES.detached"

// pdf reads a PDF: document time-stamps first, for they prove when signatures below them existed.
func (r *reader) pdf(ctx context.Context, src io.ReaderAt, size int64) error {
	doc, err := pdf.Read(ctx, src, size, &pdf.ReadOptions{Certificates: r.given, Progress: r.opts.Progress})
	if err != nil {
		return err
	}
	r.findings = append(r.findings, doc.Findings...)
	for _, t := range doc.Timestamps {
		s := r.newStamp(StampDocument, t.Token, t.Content, t.Findings)
		s.report.Field, s.report.Revision = t.Field, rangeOf(doc, &t.Entry)
		s.report.Coverage = &Coverage{Extent: string(t.Extent), Covered: []string{}, NotCovered: []string{}}
		s.malformed = misshapen(t.Findings)
		s.part, s.appended = !whole(&t.Entry), unexplained(&t.Entry)
		r.stamps = append(r.stamps, s)
	}
	for i, s := range doc.Signatures {
		if err := ctx.Err(); err != nil {
			return fail(CodeCancelled, err)
		}
		r.pdfSignature(doc, s, "s"+strconv.Itoa(i+1))
	}
	for i, t := range doc.Timestamps {
		r.stamps[i].covers = r.below(doc, &t.Entry)
	}
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
	out.Claims = &Claims{Name: s.Name, Reason: s.Reason, Location: s.Location, ContactInfo: s.ContactInfo}
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

// below lists what lies in the revisions that a document time-stamp covers: signature values, tokens, and the evidence in them.
func (r *reader) below(doc *pdf.Document, stamp *pdf.Entry) []trust.Digest {
	var covers []trust.Digest
	for i, t := range doc.Timestamps {
		if above(stamp, &t.Entry) && t.Token != nil {
			covers = append(covers, r.stamps[i].digest)
		}
	}
	for _, s := range r.subjects {
		i := slices.IndexFunc(doc.Signatures, func(d *pdf.Signature) bool { return d.Field == s.report.Field })
		if i < 0 || !above(stamp, &doc.Signatures[i].Entry) {
			continue
		}
		covers = append(covers, s.digest)
		for _, t := range s.stamps {
			covers = append(covers, t.digest)
		}
	}
	return covers
}

// unexplained is how many octets follow, where they do more than is allowed, or what they do cannot be told.
func unexplained(e *pdf.Entry) int64 {
	if e.Changes.Level == pdf.ChangesUnknown {
		return e.Appended
	}
	return 0
}

func whole(e *pdf.Entry) bool { return e.Extent == pdf.Whole || e.Extent == pdf.OfRevision }

// above reports whether a later entry of a PDF covers an earlier one: both cover whole revisions, the later one more of them.
func above(later, earlier *pdf.Entry) bool {
	return whole(later) && whole(earlier) && earlier.Revision > 0 && later.Revision > earlier.Revision
}

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
