package verify

import (
	"context"
	"crypto"
	"io"
	"slices"
	"strconv"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/trust"
)

// cms reads a CMS file.
func (r *reader) cms(ctx context.Context, src io.Reader, size int64, content io.ReaderAt) error {
	opts := &cms.ReadOptions{Certificates: r.given}
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
	r.findings = append(r.findings, doc.Findings...)
	r.learn(doc.Certificates...)
	r.evidence.Add(&trust.Evidence{OCSPs: doc.OCSPs, CRLs: doc.CRLs})
	for i, s := range doc.Signatures {
		if err := ctx.Err(); err != nil {
			return fail(CodeCancelled, err)
		}
		r.evidence.Add(s.Evidence())
		one := r.newSubject("s" + strconv.Itoa(i+1))
		if doc.Attached || r.opts.Content != nil {
			one.report.Coverage.Extent = string(pdf.Whole)
		}
		r.cmsSignature(one, s)
		r.settleLevel(one)
		r.counterSignatures(one, s, 1)
	}
	return nil
}

// settleLevel takes a level back that the evidence does not bear out.
func (r *reader) settleLevel(one *subject) {
	if level := cms.Level(one.report.Level); (level == cms.LevelBLT || level == cms.LevelBLTA) && !r.complete(one) {
		one.report.Level = string(cms.LevelBT)
	}
}

// complete reports whether there is revocation data for the chains of a signature and of its time-stamps, the last archive time-stamp
// excepted (EN 319 122-1 and 132-1, 6.3): without it, B-LT is a claim.
func (r *reader) complete(one *subject) bool {
	inventory := r.evidence.Inventory(r.anchor)
	if !inventory.Complete(one.certificate) {
		return false
	}
	last := -1
	for i, t := range one.stamps {
		if t.report.Kind == StampArchive && t.token != nil && (last < 0 || !t.at().Before(one.stamps[last].at())) {
			last = i
		}
	}
	for i, t := range one.stamps {
		if i == last || t.token == nil {
			continue
		}
		cert, err := t.token.Signer(r.evidence.Certificates...)
		if err != nil || !inventory.Complete(cert) {
			return false
		}
	}
	return true
}

// cmsSignature fills in what signatures and counter-signatures in CMS have in common.
func (r *reader) cmsSignature(one *subject, s *cms.Signature) {
	out := &one.report
	out.Format, out.Level = "CMS", string(s.Level)
	if s.SigningCertificate.Present {
		out.Format = "CAdES"
	}
	out.adopt(s.Findings)
	out.Time.claim(s.SigningTime)
	out.Time.ClaimedCovered = out.Time.Claimed != nil // the attribute is signed, or it would not be read
	r.subjects = append(r.subjects, one)
	r.fill(one, s)
}

// fill takes in the facts of a SignerInfo, wherever it lies.
func (r *reader) fill(one *subject, s *cms.Signature) {
	r.learn(s.Certificates...)
	out := &one.report
	one.certificate, one.value, one.digest = s.Certificate, s.Value, trust.DigestOf(s.Value)
	switch {
	case s.SigningCertificate.Present && s.SigningCertificate.Match:
		one.identity = identityBound
	case s.SigningCertificate.Present:
		one.identity = identityOther
	}
	out.Signer.IdentifiedBy = s.IdentifiedBy
	out.DigestAlgorithm, out.SignatureAlgorithm = s.DigestAlgorithm, s.SignatureAlgorithm
	out.Integrity = IntegrityPair{Content: s.ContentIntegrity, Signature: s.SignatureIntegrity}
	out.References = []Reference{{Type: "message-digest", DigestAlgorithm: s.DigestAlgorithm, Found: s.ContentIntegrity != cms.Unknown, Intact: s.ContentIntegrity == cms.Intact}}
	one.absent = slices.ContainsFunc(s.Findings, func(f Finding) bool { return f.Code == cms.CodeContentMissing })
	if s.Info != nil {
		one.direct = s.Info.SignedAttrsRaw == nil
		one.hashes = []crypto.Hash{s.Info.Digest.Crypto}
		one.messageDigest, _ = s.Info.MessageDigest() // where it is missing, the findings say so
		if a, err := s.Info.Algorithm(); err == nil {
			one.hashes = append(one.hashes, a.Hash)
		}
	}
	for _, t := range s.Timestamps {
		stamp := r.newStamp(string(t.Kind), t.Token, t.ContentIntegrity, t.Findings)
		stamp.report.Covers = []string{out.ID}
		stamp.covers = t.Covers
		one.stamps = append(one.stamps, stamp)
	}
}

// counterSignatures reads the signatures over a signature's value, each as a signature of its own (RFC 5652, 11.4).
func (r *reader) counterSignatures(parent *subject, s *cms.Signature, depth int) {
	if depth > limits.CMSCounter+1 {
		return
	}
	for i, c := range s.CounterSignatures {
		one := r.newSubject(parent.report.ID + "." + strconv.Itoa(i+1))
		out := &one.report
		out.Kind, out.Parent, out.Field, out.Revision = KindCounterSignature, parent.report.ID, parent.report.Field, parent.report.Revision
		out.Coverage.Extent = string(pdf.Part) // the value of another signature, nothing else
		out.Coverage.Covered = []string{parent.report.ID}
		r.cmsSignature(one, c)
		out.Level = "" // baseline levels are of signatures over content
		r.counterSignatures(one, c, depth+1)
	}
}
