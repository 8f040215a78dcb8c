package pdf

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"slices"
	"strconv"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/timestamp"
)

// Further sub-filters of ISO 32000-2, Table 260, and ETSI EN 319 142-1.
const (
	subFilterToken = "ETSI.RFC3161"
	subFilterSHA1  = "adbe.pkcs7.sha1"
	subFilterX509  = "adbe.x509.rsa_sha1"

	integrityUnknown = cms.Unknown
)

// contents reads the value of every signature and time-stamp, digests what they cover in one pass, and compares.
func (r *reader) contents(ctx context.Context) error {
	var jobs []*digestJob
	wanted := make([][]*digestJob, len(r.entries))
	values := make([]*cmsdata.SignedData, len(r.entries))
	for i, e := range r.entries {
		value, hashes := e.value()
		if value == nil {
			continue
		}
		values[i] = value
		if !e.sound {
			continue
		}
		for _, h := range hashes {
			if h != 0 && h.Available() {
				j := &digestJob{span: e.span, hash: h}
				jobs, wanted[i] = append(jobs, j), append(wanted[i], j)
			}
		}
	}
	if err := digestRanges(ctx, r.src, r.size, jobs, r.opts.Progress); err != nil {
		return err
	}
	for i, e := range r.entries {
		if values[i] == nil {
			continue
		}
		digest := func(h crypto.Hash) ([]byte, error) {
			for _, j := range wanted[i] {
				if j.hash == h {
					return j.digest, nil
				}
			}
			return nil, errNoDigest
		}
		if e.timestamp != nil {
			r.token(e, digest)
		} else if err := r.signed(ctx, e, values[i], digest); err != nil {
			return err
		}
		e.gather(values[i])
	}
	return nil
}

// errNoDigest says that what a signature covers could not be told, so that its content is neither intact nor broken.
var errNoDigest = errors.New("the signed octets are not known")

// value reads the structure at the beginning of /Contents and says which digests it needs. nil: there is nothing to read, and a
// finding says why.
func (e *entry) value() (value *cmsdata.SignedData, hashes []crypto.Hash) {
	switch {
	case len(bytes.TrimLeft(e.Contents, "\x00")) == 0: // a hole that was never filled is no value either
		e.add(CodeContentsMissing, finding.Error, "ISO 32000-2, Table 255")
		return nil, nil
	case len(e.Contents) > limits.PDFContents:
		e.add(CodeCMSUnreadable, finding.Error, "", "why", strconv.Itoa(len(e.Contents))+" > "+strconv.Itoa(limits.PDFContents))
		return nil, nil
	}
	switch e.SubFilter {
	case SubFilterCAdES, SubFilterPKCS7, subFilterToken:
	case subFilterSHA1, subFilterX509:
		e.add(CodeSubFilterLegacy, finding.Error, "ISO 32000-2, 12.8.3", "sub_filter", e.SubFilter)
		if e.SubFilter == subFilterX509 {
			return nil, nil // a bare signature value
		}
		hashes = append(hashes, crypto.SHA1) // it is refused; who made it, and when, is told all the same
	default:
		e.add(CodeSubFilterUnknown, finding.Error, "ISO 32000-2, Table 255", "sub_filter", orNone(e.SubFilter))
		// Nobody knows by which rules it was made, so that it is never valid. Where it is CMS all the same, its facts are told.
	}
	sd, rest, err := cmsdata.ParsePrefix(e.Contents)
	if err != nil {
		e.Findings = append(e.Findings, findingOf(err, e.unreadable()))
		return nil, nil
	}
	for _, b := range rest {
		if b != 0 {
			e.add(CodeContentsPadding, finding.Error, clauseRange)
			break
		}
	}
	if e.timestamp != nil {
		token, err := timestamp.ParseToken(e.Contents[:len(e.Contents)-len(rest)])
		if err != nil {
			e.Findings = append(e.Findings, findingOf(err, CodeTokenUnreadable))
			return nil, nil
		}
		e.timestamp.Token = token
		return sd, []crypto.Hash{token.Info.Hash}
	}
	for _, si := range sd.Signers {
		if !slices.Contains(hashes, si.Digest.Crypto) {
			hashes = append(hashes, si.Digest.Crypto)
		}
	}
	return sd, hashes
}

func (e *entry) unreadable() finding.Code {
	if e.timestamp != nil {
		return CodeTokenUnreadable
	}
	return CodeCMSUnreadable
}

// signed gathers the facts of the CMS structure of a signature.
func (r *reader) signed(ctx context.Context, e *entry, value *cmsdata.SignedData, digest func(crypto.Hash) ([]byte, error)) error {
	pades := e.SubFilter == SubFilterCAdES
	doc, err := cms.ReadSignedData(ctx, value, digest, &cms.ReadOptions{Certificates: r.opts.Certificates, PAdES: pades})
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		e.Findings = append(e.Findings, findingOf(err, CodeCMSUnreadable))
		return nil
	}
	e.Findings = append(e.Findings, doc.Findings...)
	if !e.sound { // what is signed cannot be told, and a finding says why: it is no matter of the digest
		for _, s := range doc.Signatures {
			s.Findings = slices.DeleteFunc(s.Findings, func(f Finding) bool { return f.Code == cms.CodeDigestUndeclared })
		}
	}
	switch {
	case e.SubFilter == subFilterSHA1:
		for _, s := range doc.Signatures {
			s.ContentIntegrity = overSHA1(s, value.Content, digest)
		}
	case doc.Attached:
		e.add(CodeAttached, finding.Error, clauseRangeETS)
		for _, s := range doc.Signatures {
			s.ContentIntegrity = overRanges(s, digest) // what the structure carries along is not the document
		}
	}
	switch n := len(doc.Signatures); n {
	case 0:
		e.add(CodeNoSigner, finding.Error, clauseRangeETS)
		return nil
	case 1:
	default:
		e.add(CodeSeveralSigners, finding.Error, clauseRangeETS, "count", strconv.Itoa(n))
	}
	s := doc.Signatures[0]
	e.signature.CMS = s
	if s.Certificate == nil || !slices.ContainsFunc(doc.Certificates, s.Certificate.Equal) {
		e.add(CodeCertificateAbsent, finding.Error, clauseRangeETS)
	}
	if !pades {
		return nil
	}
	if s.Info.SignedAttrsRaw == nil {
		e.add(CodeNoSignedAttrs, finding.Error, "ETSI EN 319 142-1, 6.3")
	}
	if s.SigningTime != nil {
		e.add(CodeSigningTimeAttr, finding.Warning, "ETSI EN 319 142-1, 6.3")
	}
	if e.signature.ClaimedTime == nil {
		e.add(CodeNoDate, finding.Warning, "ETSI EN 319 142-1, 6.3")
	}
	if e.signature.ClaimedTime != nil && e.Filter != "" && len(doc.Signatures) == 1 && !doc.Attached {
		if e.signature.Level = s.Level; s.Level == LevelBLT || s.Level == LevelBLTA {
			e.signature.Level = LevelBT // what goes beyond lies outside of the CMS structure in PAdES, and is not judged yet
		}
	}
	return nil
}

// overRanges compares the digest that was signed with the one of the signed octets.
func overRanges(s *cms.Signature, digest func(crypto.Hash) ([]byte, error)) cms.Integrity {
	want, err := digest(s.Info.Digest.Crypto)
	if err != nil {
		return cms.Unknown
	}
	if have, err := s.Info.MessageDigest(); err == nil && bytes.Equal(have, want) {
		return cms.Intact
	}
	return cms.Broken
}

// overSHA1 is the integrity of adbe.pkcs7.sha1 (ISO 32000-1, 12.8.3.3.1): what is signed is the SHA-1 digest of the octets, which lies
// inside. A fit proves nothing by itself, and the signature stays refused; a misfit shows a change.
func overSHA1(s *cms.Signature, embedded []byte, digest func(crypto.Hash) ([]byte, error)) cms.Integrity {
	want, err := digest(crypto.SHA1)
	switch {
	case err != nil:
		return cms.Unknown
	case !bytes.Equal(embedded, want):
		return cms.Broken
	}
	return s.ContentIntegrity
}

// token compares a document time-stamp with the octets that it covers.
func (r *reader) token(e *entry, digest func(crypto.Hash) ([]byte, error)) {
	t := e.timestamp
	if sum, err := digest(t.Token.Info.Hash); err == nil {
		t.Content = cms.Intact
		if err := t.Token.CheckImprint(sum); err != nil {
			t.Content = cms.Broken
			e.Findings = append(e.Findings, findingOf(err, CodeTokenBroken))
		}
	}
	t.Signature = cms.Intact
	if err := t.Token.CheckIntegrity(r.opts.Certificates...); err != nil {
		t.Signature = cms.Broken
		e.Findings = append(e.Findings, findingOf(err, CodeTokenBroken))
	}
}

// findingOf makes a finding of an error of the layers below: with its own code where it has one, which texts exist for.
func findingOf(err error, otherwise finding.Code) Finding {
	var coded interface {
		error
		Code() string
		Params() map[string]string
	}
	if errors.As(err, &coded) {
		return Finding{Code: finding.Code(coded.Code()), Severity: finding.Error, Params: coded.Params()}
	}
	return Finding{Code: otherwise, Severity: finding.Error, Params: finding.P("why", err.Error())}
}
