package cms

import (
	"bytes"
	"crypto"
	"encoding/asn1"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/trust"
)

// timestamps lists the time-stamps of a signature by kind, each kind in the order of the file.
func (d *reader) timestamps(s *Signature) {
	for _, a := range s.Info.SignedAttrs {
		if a.Type.Equal(cmsdata.OIDContentTimestamp) {
			d.tokens(s, ContentTimestamp, a)
		}
	}
	for _, a := range s.Info.UnsignedAttrs {
		if a.Type.Equal(cmsdata.OIDSignatureTimestamp) {
			d.tokens(s, SignatureTimestamp, a)
		}
	}
	for _, a := range s.Info.UnsignedAttrs {
		if archiveVersion(a.Type) > 0 {
			d.tokens(s, ArchiveTimestamp, a)
		}
	}
	s.order()
}

// archiveVersion tells the archive time-stamps apart; 0 for any other attribute.
func archiveVersion(oid asn1.ObjectIdentifier) int {
	switch {
	case oid.Equal(cmsdata.OIDArchiveTimestampV3):
		return 3
	case oid.Equal(cmsdata.OIDArchiveTimestampV2):
		return 2
	case oid.Equal(cmsdata.OIDArchiveTimestamp):
		return 1
	}
	return 0
}

// isTimestamp reports whether an unsigned attribute holds time-stamp tokens.
func isTimestamp(oid asn1.ObjectIdentifier) bool {
	return oid.Equal(cmsdata.OIDSignatureTimestamp) || archiveVersion(oid) > 0 || oid.Equal(cmsdata.OIDCTimestamp) || oid.Equal(cmsdata.OIDReferenceTimestamp)
}

func (d *reader) tokens(s *Signature, kind TimestampKind, a cmsdata.Attribute) {
	for _, v := range a.Values {
		if len(s.Timestamps) == limits.CMSTimestamps {
			s.add(CodeTooMany, finding.Error, "", "what", "time-stamps", "limit", itoa(limits.CMSTimestamps))
			return
		}
		if signer.Cancelled(d.ctx) != nil {
			return
		}
		s.Timestamps = append(s.Timestamps, d.timestamp(s, kind, archiveVersion(a.Type), v))
	}
}

// timestamp gathers the facts of one token.
func (d *reader) timestamp(s *Signature, kind TimestampKind, version int, raw []byte) *Timestamp {
	t := &Timestamp{Kind: kind, ArchiveVersion: version, ContentIntegrity: Unknown, SignatureIntegrity: Unknown}
	token, err := d.token(raw)
	if err != nil {
		t.fault(CodeTimestampMalformed, err, "RFC 3161, 2.4.2")
		return t
	}
	t.Token = token
	if cert, err := token.Signer(d.known...); err == nil {
		t.Certificate = cert
	}
	t.SignatureIntegrity = Intact
	if err := token.CheckIntegrity(d.known...); err != nil {
		t.SignatureIntegrity = Broken
		if t.Certificate == nil {
			t.SignatureIntegrity = Unknown
		}
		t.fault(CodeTimestampBroken, err, "RFC 3161, 2.4.2")
	}
	if row, ok := hashRow(token.Info.Hash); ok && row.Weak {
		t.Findings = append(t.Findings, Finding{Code: CodeWeakDigest, Severity: finding.Error, Clause: "ETSI TS 119 312, 5.2",
			Params: finding.P("algorithm", row.Name)})
	}
	switch {
	case kind == SignatureTimestamp:
		t.imprint(sum(token.Info.Hash, s.Value), trust.DigestOf(s.Value))
	case kind == ContentTimestamp && d.has && token.Info.Hash != 0:
		digest, _ := d.digest(token.Info.Hash)
		var covers []trust.Digest
		if content, err := d.digest(crypto.SHA256); err == nil && len(content) == crypto.SHA256.Size() {
			covers = append(covers, trust.Digest(content))
		}
		t.imprint(digest, covers...)
	case version == 3:
		d.archive(s, t)
	case version == 2:
		d.archiveV2(s, t)
	}
	return t
}

// imprint compares the token with the digest of what it should be over; nil where that could not be had.
func (t *Timestamp) imprint(digest []byte, covers ...trust.Digest) {
	if digest == nil {
		return
	}
	if err := t.Token.CheckImprint(digest); err != nil {
		t.ContentIntegrity = Broken
		t.fault(CodeTimestampUnbound, err, "EN 319 122-1, 5.3")
		return
	}
	t.ContentIntegrity, t.Covers = Intact, covers
}

// fault adds a finding and, behind it, the reason that package timestamp gives.
func (t *Timestamp) fault(code Code, err error, clause string) {
	t.Findings = append(t.Findings, Finding{Code: code, Severity: finding.Error, Clause: clause}, faultFinding(err, finding.Error, clause))
}

func sum(h crypto.Hash, b []byte) []byte {
	if !h.Available() {
		return nil
	}
	w := h.New()
	w.Write(b)
	return w.Sum(nil)
}

// counterSignatures lists the counter-signatures over a signature's value (RFC 5652, 11.4), and those over theirs.
func (d *reader) counterSignatures(parent *Signature, depth int) {
	for _, a := range parent.Info.UnsignedAttrs {
		if !a.Type.Equal(cmsdata.OIDCounterSignature) {
			continue
		}
		if depth > limits.CMSCounter {
			parent.add(CodeCounterDepth, finding.Error, "RFC 5652, 11.4", "limit", itoa(limits.CMSCounter))
			return
		}
		for _, v := range a.Values {
			if signer.Cancelled(d.ctx) != nil {
				return
			}
			si, err := cmsdata.ParseSignerInfo(v)
			if err != nil {
				parent.add(CodeCounterMalformed, finding.Error, "RFC 5652, 11.4")
				continue
			}
			parent.CounterSignatures = append(parent.CounterSignatures, d.counterSignature(parent, si, depth))
		}
	}
}

func (d *reader) counterSignature(parent *Signature, si *cmsdata.SignerInfo, depth int) *Signature {
	s := d.facts(si)
	digest := sum(si.Digest.Crypto, parent.Value)
	if si.SignedAttrsRaw == nil {
		s.add(CodeNoSignedAttributes, finding.Warning, "RFC 5652, 5.3")
	} else {
		s.signedAttributes(si)
		if _, n := si.Attr(cmsdata.OIDContentType); n > 0 {
			s.add(CodeAttributeMisplaced, finding.Warning, "RFC 5652, 11.4", "attribute", cmsdata.AttributeName(cmsdata.OIDContentType))
		}
		if want, err := si.MessageDigest(); err == nil && digest != nil {
			s.ContentIntegrity = Intact
			if !bytes.Equal(want, digest) {
				s.ContentIntegrity = Broken
				s.add(CodeContentDigest, finding.Error, "RFC 5652, 11.4", "algorithm", si.Digest.Name)
			}
		}
	}
	s.signer(si, d.known, digest)
	inner := *d
	inner.has, inner.digest = true, func(k crypto.Hash) ([]byte, error) { return sum(k, parent.Value), nil }
	inner.timestamps(s)
	s.Level = inner.level(s, true)
	d.counterSignatures(s, depth+1)
	return s
}
