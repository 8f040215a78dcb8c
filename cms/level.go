package cms

import (
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"strconv"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/proofs"
)

// level is the baseline level that the structure amounts to (EN 319 122-1, 6.3, table 1; for PDF EN 319 142-1, 6.3), "" for none. It
// looks at what is there, not at whether it is valid, and says B-LT where revocation data is inside: whether it is all that is
// needed depends on trust, which this package does not know. Signatures with the attributes of the extended forms (CAdES-C, -X, -A of
// EN 319 122-2) have no baseline level.
func (d *reader) level(s *Signature, counter bool) Level {
	if d.shortfall(s, counter) != "" || has(s.Info.UnsignedAttrs, notInBaseline...) {
		return ""
	}
	if !slices.ContainsFunc(s.Timestamps, func(t *Timestamp) bool { return t.Kind == SignatureTimestamp && t.Token != nil }) {
		return LevelBB
	}
	if d.opts.PAdES || len(d.crls)+len(d.ocsps) == 0 {
		return LevelBT // PAdES keeps validation data outside the CMS
	}
	if !has(s.Info.UnsignedAttrs, cmsdata.OIDArchiveTimestampV3) {
		return LevelBLT
	}
	return LevelBLTA
}

// LevelWith is Level for those who know more than the structure: B-LT and B-LTA stand only if complete says of the signer's certificate
// and of that of every time-stamp but the last archive time-stamp that the document holds all that is needed to judge it; otherwise
// the level is B-T (EN 319 122-1, 6.3). A time-stamp whose authority's certificate was not found is not complete.
func (s *Signature) LevelWith(complete func(*x509.Certificate) bool) Level {
	if (s.Level == LevelBLT || s.Level == LevelBLTA) && !proofs.Complete(s.Certificate, s.stamps(), complete) {
		return LevelBT
	}
	return s.Level
}

// notInBaseline are the attributes of the extended forms: references, values and time-stamps over them (annex A).
var notInBaseline = []asn1.ObjectIdentifier{
	cmsdata.OIDCertificateRefs, cmsdata.OIDRevocationRefs, cmsdata.OIDCertificateValues, cmsdata.OIDRevocationValues,
	cmsdata.OIDCTimestamp, cmsdata.OIDReferenceTimestamp,
	cmsdata.OIDArchiveTimestamp, cmsdata.OIDArchiveTimestampV2, cmsdata.OIDLongTermValidation,
}

func has(attrs []cmsdata.Attribute, oids ...asn1.ObjectIdentifier) bool {
	return slices.ContainsFunc(attrs, func(a cmsdata.Attribute) bool { return slices.ContainsFunc(oids, a.Type.Equal) })
}

// shortfall says which requirement of level B-B is not met (EN 319 122-1, 6.3); "" when all are. A counter-signature has no content
// type (RFC 5652, 11.4).
func (d *reader) shortfall(s *Signature, counter bool) string {
	si := s.Info
	if si.SignedAttrsRaw == nil {
		return "it has no signed attributes"
	}
	if !counter {
		kind, err := si.ContentTypeAttr()
		if err != nil || !kind.Equal(cmsdata.OIDData) || !d.sd.ContentType.Equal(cmsdata.OIDData) {
			return "its content type is not id-data"
		}
	}
	if _, err := si.MessageDigest(); err != nil {
		return "its message digest is missing"
	}
	refs, err := si.SigningCertificateRefs()
	if err != nil || len(refs) == 0 {
		return "it does not name its certificate by a signing-certificate attribute"
	}
	// Version 1 is for SHA-1, version 2 for any other hash (5.2.2.1).
	for _, ref := range refs {
		if ref.Version == 2 && ref.IDs[0].Hash.Crypto == crypto.SHA1 {
			return "its signing-certificate attribute is of the wrong version"
		}
	}
	_, claimed := si.Attr(cmsdata.OIDSigningTime)
	if d.opts.PAdES && !counter {
		if d.sd.Attached || len(d.sd.Signers) != 1 {
			return "it is not made for a PDF"
		}
		if claimed > 0 {
			return "it claims a signing time, and in a PDF only the signature dictionary may"
		}
	} else if claimed != 1 || s.SigningTime == nil {
		return "it does not claim a signing time"
	}
	if s.Certificate == nil || !slices.ContainsFunc(s.Certificates, s.Certificate.Equal) {
		return "its certificate is not in the file"
	}
	return ""
}

func hashRow(h crypto.Hash) (alg.Hash, bool) { return alg.HashOf(h) }

func itoa(n int) string { return strconv.Itoa(n) }
