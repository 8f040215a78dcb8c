package cms

import (
	"encoding/asn1"
	"errors"
	"slices"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/finding"
)

// add adds a finding; pairs are the parameters of its text.
func (s *Signature) add(code Code, severity finding.Severity, clause string, pairs ...string) {
	s.Findings = append(s.Findings, Finding{Code: code, Severity: severity, Params: finding.P(pairs...), Clause: clause})
}

// fault adds an error as a finding.
func (s *Signature) fault(err error, severity finding.Severity, clause string) {
	s.Findings = append(s.Findings, faultFinding(err, severity, clause))
}

func faultFinding(err error, severity finding.Severity, clause string) Finding {
	var f interface {
		Code() string
		Params() map[string]string
	}
	if !errors.As(err, &f) {
		return Finding{Code: CodeMalformed, Severity: severity, Clause: clause}
	}
	params := f.Params()
	// The reason beneath, such as the name of an algorithm, is what a reader needs.
	var cause interface {
		Code() string
		Params() map[string]string
	}
	if inner := errors.Unwrap(err); inner != nil && errors.As(inner, &cause) {
		for k, v := range cause.Params() {
			if _, ok := params[k]; !ok {
				params[k] = v
			}
		}
	}
	return Finding{Code: Code(f.Code()), Severity: severity, Params: params, Clause: clause}
}

func isCode(err error, code Code) bool {
	var f interface{ Code() string }
	return errors.As(err, &f) && f.Code() == string(code)
}

// once are the signed attributes that may be there once at most, with one value (RFC 5652, 11; RFC 5035, 2; EN 319 122-1, 5).
var once = []asn1.ObjectIdentifier{
	cmsdata.OIDContentType,
	cmsdata.OIDMessageDigest,
	cmsdata.OIDSigningTime,
	cmsdata.OIDSigningCertificate,
	cmsdata.OIDSigningCertificateV2,
	cmsdata.OIDAlgorithmProtection,
	cmsdata.OIDSignaturePolicy,
	cmsdata.OIDCommitmentType,
	cmsdata.OIDSignerLocation,
	cmsdata.OIDSignerAttributesV2,
	cmsdata.OIDContentHints,
	cmsdata.OIDContentReference,
	cmsdata.OIDContentIdentifier,
	cmsdata.OIDMimeType,
}

// attributes checks the signed attributes against RFC 5652, 5.3, 5.6 and 11.
func (s *Signature) attributes(si *cmsdata.SignerInfo, sd *cmsdata.SignedData) {
	if si.SignedAttrsRaw == nil {
		if sd.ContentType.Equal(cmsdata.OIDData) {
			s.add(CodeNoSignedAttributes, finding.Warning, "RFC 5652, 5.3")
		} else {
			s.add(CodeNoSignedAttributes, finding.Error, "RFC 5652, 5.3")
		}
		return
	}
	s.signedAttributes(si)
	kind, err := si.ContentTypeAttr()
	switch {
	case err != nil:
		s.fault(err, finding.Error, "RFC 5652, 11.1")
	case kind == nil || !kind.Equal(sd.ContentType):
		s.add(CodeContentType, finding.Error, "RFC 5652, 11.1", "attribute", kind.String(), "content", sd.ContentType.String())
	}
}

// signedAttributes checks what holds for signatures and counter-signatures alike.
func (s *Signature) signedAttributes(si *cmsdata.SignerInfo) {
	if si.SignedAttrsNotDER != nil {
		s.add(CodeAttributesNotDER, finding.Error, "RFC 5652, 5.3")
	}
	s.duplicates(si)
	if _, err := si.MessageDigest(); err != nil && !isCode(err, CodeAttributeDuplicate) {
		s.fault(err, finding.Error, "RFC 5652, 11.2")
	}
	if t, ok, err := si.SigningTime(); err != nil {
		if !isCode(err, CodeAttributeDuplicate) {
			s.fault(err, finding.Warning, "RFC 5652, 11.3")
		}
	} else if ok {
		s.SigningTime = &t
	}
	if present, match, err := si.AlgorithmsProtected(); err != nil && !isCode(err, CodeAttributeDuplicate) {
		s.fault(err, finding.Error, "RFC 6211, 2")
	} else if present && !match && err == nil {
		s.add(CodeAlgorithmProtection, finding.Error, "RFC 6211, 2")
	}
	if _, n := si.Attr(cmsdata.OIDCounterSignature); n > 0 {
		s.add(CodeAttributeMisplaced, finding.Error, "RFC 5652, 11.4", "attribute", cmsdata.AttributeName(cmsdata.OIDCounterSignature))
	}
}

// duplicates reports attributes that are there twice or do not have exactly one value.
func (s *Signature) duplicates(si *cmsdata.SignerInfo) {
	var seen []asn1.ObjectIdentifier
	for _, a := range si.SignedAttrs {
		if !slices.ContainsFunc(once, a.Type.Equal) || slices.ContainsFunc(seen, a.Type.Equal) {
			continue
		}
		seen = append(seen, a.Type)
		if _, n := si.Attr(a.Type); n > 1 || len(a.Values) != 1 {
			if a.Type.Equal(cmsdata.OIDContentType) {
				continue // reported where it is compared
			}
			s.add(CodeAttributeDuplicate, finding.Error, "RFC 5652, 5.3", "attribute", cmsdata.AttributeName(a.Type))
		}
	}
}
