package xml

import (
	"crypto/x509"
	"slices"
	"strings"

	"github.com/kyso-dev/kyso/internal/ades"
	"github.com/kyso-dev/kyso/internal/proofs"
)

// Level is a baseline level of EN 319 132-1.
type Level = ades.Level

// The levels.
const (
	LevelBB   = ades.BB
	LevelBT   = ades.BT
	LevelBLT  = ades.BLT
	LevelBLTA = ades.BLTA
)

// level is the baseline level that the structure amounts to (EN 319 132-1, 6.3), "" for none. It looks at what is there, not at whether it
// is valid, and says B-LT where revocation data is inside: whether it is all that is needed depends on trust, which this package does not
// know. Signatures with the properties of the extended forms (XAdES-C, -X) have no baseline level.
func (s *Signature) level(p *properties) Level {
	if s.shortfall(p) != "" || s.extended(p) != "" {
		return ""
	}
	stamped := false
	for _, n := range p.unsigned() {
		if p.is(n, "SignatureTimeStamp") {
			stamped = true
			if len(p.children(n, "EncapsulatedTimeStamp")) != 1 { // requirement n
				return ""
			}
		}
	}
	for _, t := range s.Timestamps {
		if t.Kind == SignatureTimestamp && (t.Token == nil || s.Certificate != nil && t.Token.Info.Time.After(s.Certificate.NotAfter)) {
			return LevelBB
		}
	}
	switch {
	case !stamped:
		return LevelBB
	case len(s.values.CRLs)+len(s.values.OCSPs) == 0 || p.repeated("CertificateValues", "RevocationValues", "AttrAuthoritiesCertValues", "AttributeRevocationValues"):
		return LevelBT
	case !slices.ContainsFunc(s.Timestamps, func(t *Timestamp) bool { return t.Kind == ArchiveTimestamp && t.Token != nil }):
		return LevelBLT
	}
	return LevelBLTA
}

// LevelWith is Level for those who know more than the structure: B-LT and B-LTA stand only if complete says of the signer's certificate
// and of that of every time-stamp but the last archive time-stamp that the document holds all that is needed to judge it; otherwise
// the level is B-T (EN 319 132-1, 6.3). A time-stamp whose authority's certificate was not found is not complete.
func (s *Signature) LevelWith(complete func(*x509.Certificate) bool) Level {
	if (s.Level == LevelBLT || s.Level == LevelBLTA) && !proofs.Complete(s.Certificate, s.stamps(), complete) {
		return LevelBT
	}
	return s.Level
}

// extended is an unsigned property that baseline signatures do not have (EN 319 132-1, 6.3, table 2): references to evidence and time-stamps
// over them, and archive time-stamps of version 1.3.2; "" when there is none.
func (s *Signature) extended(p *properties) string {
	for _, n := range p.unsigned() {
		local := string(p.tree.Local(n))
		switch strings.TrimSuffix(local, "V2") {
		case "CompleteCertificateRefs", "CompleteRevocationRefs", "AttributeCertificateRefs", "AttributeRevocationRefs", "SigAndRefsTimeStamp", "RefsOnlyTimeStamp":
			return local
		case "ArchiveTimeStamp":
			if !p.is141(n, local) {
				return local
			}
		}
	}
	return ""
}

// repeated reports whether one of these unsigned properties is there twice.
func (p *properties) repeated(names ...string) bool {
	seen := map[string]bool{}
	for _, n := range p.unsigned() {
		local := string(p.tree.Local(n))
		if !p.is(n, local) || !slices.Contains(names, local) {
			continue
		}
		if seen[local] {
			return true
		}
		seen[local] = true
	}
	return false
}

// shortfall says which requirement of level B-B is not met (EN 319 132-1, 6.3); "" when all are.
func (s *Signature) shortfall(p *properties) string {
	v, c := s.survey, s.Properties
	switch {
	case c == nil:
		return "it has no signed properties"
	case p.URI != spaceXAdES:
		return "it is of an older version of XAdES"
	case v.keyInfo() == nil:
		return "it has no KeyInfo"
	case s.Certificate == nil || !slices.ContainsFunc(s.Certificates, s.Certificate.Equal):
		return "its certificate is not in KeyInfo"
	case s.SigningCertificate.Present && !s.SigningCertificate.Match:
		return "the certificate that it names is not in KeyInfo"
	case s.SigningTime == nil:
		return "it does not claim a signing time"
	case len(s.References) < 2:
		return "it signs nothing but its properties"
	}
	about := p.child(p.signed, "SignedSignatureProperties")
	certs := append(p.children(about, "SigningCertificate"), p.children(about, "SigningCertificateV2")...)
	if len(certs) != 1 {
		return "it does not name its certificate by one SigningCertificate"
	}
	if p.is(certs[0], "SigningCertificateV2") {
		refs, err := p.certRefs(certs[0])
		if err != nil || slices.ContainsFunc(refs, func(r certRef) bool { return r.uri }) {
			return "its SigningCertificateV2 is not of the form that baseline signatures have"
		}
	}
	for _, names := range [...][]string{{"SignerRole", "SignerRoleV2"}, {"SignatureProductionPlace", "SignatureProductionPlaceV2"}, {"SignaturePolicyIdentifier"}} {
		n := 0
		for _, name := range names {
			n += len(p.children(about, name))
		}
		if n > 1 {
			return "it has " + names[0] + " more than once"
		}
	}
	return s.formatShortfall(p)
}

// formatShortfall checks that there is a DataObjectFormat with a MimeType for all that is signed, and none for anything else
// (EN 319 132-1, 5.2.4 and 6.3, requirement k).
func (s *Signature) formatShortfall(p *properties) string {
	told := map[*Reference]bool{}
	all := slices.Clone(s.References)
	for _, r := range s.References {
		all = append(all, r.Manifest...)
	}
	for _, f := range p.children(p.child(p.signed, "SignedDataObjectProperties"), "DataObjectFormat") {
		name, _ := p.tree.Attr(f, "ObjectReference")
		i := slices.IndexFunc(all, func(r *Reference) bool { return r.ID != "" && "#"+r.ID == name })
		if i < 0 {
			return "a DataObjectFormat is about nothing that is signed"
		}
		if len(p.children(f, "MimeType")) != 1 {
			return "a DataObjectFormat does not name a MimeType"
		}
		told[all[i]] = true
	}
	for _, r := range s.References {
		if !told[r] && !r.aboutSignature() {
			return "it does not say of what format all is that it signs"
		}
	}
	return ""
}

// aboutSignature reports whether a Reference signs a part of a signature and not what is signed.
func (r *Reference) aboutSignature() bool {
	switch r.Type {
	case typeManifest, typeCountersigned, spaceDSig + "SignatureProperties":
		return true
	}
	if isSignedProperties(r) {
		return true
	}
	return r.Element != nil && r.Element.Space == spaceDSig && (r.Element.Local == "KeyInfo" || r.Element.Local == "SignatureValue")
}
