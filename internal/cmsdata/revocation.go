package cmsdata

import (
	"bytes"
	"slices"

	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/limits"
)

// OCSPInfo is the RevocationInfoChoice that holds an OCSPResponse (RFC 5940 2.1).
func OCSPInfo(response []byte) []byte {
	return der.Encode(der.Context(1), der.AppendOID(nil, OIDRevocationInfoOCSP), response)
}

// OCSPResponse is the OCSPResponse inside an OtherRevocationInfoFormat (RFC 5940 2.1). Older producers put the BasicOCSPResponse
// alone there, under its own type; it is put into a response (RFC 6960 4.2.1).
func OCSPResponse(choice []byte) (response []byte, ok bool) {
	d := der.NewBytesReader(choice)
	if d.Enter(der.Context(1), "other") != nil {
		return nil, false
	}
	oid, err := d.Take(der.OID, "otherRevInfoFormat")
	if err != nil || !validOID(oid.Content) {
		return nil, false
	}
	e, err := d.Take(der.Sequence, "otherRevInfo")
	if err != nil || d.Leave("other") != nil {
		return nil, false
	}
	switch kind := parseOID(oid.Content); {
	case kind.Equal(OIDRevocationInfoOCSP):
		return e.Raw, true
	case kind.Equal(OIDBasicOCSP):
		return responseOf(e.Raw), true
	}
	return nil, false
}

// AddCertificate, AddCRL and AddOCSP put one piece of evidence behind what is there, unless it is there already.
func (sd *SignedData) AddCertificate(raw []byte) {
	if !containsBytes(sd.Certificates, raw) {
		sd.Certificates = append(slices.Clip(sd.Certificates), raw)
		sd.x509 = nil
	}
}

// AddCRL adds a CertificateList: see AddCertificate.
func (sd *SignedData) AddCRL(raw []byte) {
	if !containsBytes(sd.CRLs, raw) {
		sd.CRLs = append(slices.Clip(sd.CRLs), raw)
	}
}

// AddOCSP adds an OCSPResponse: see AddCertificate.
func (sd *SignedData) AddOCSP(response []byte) {
	for _, choice := range sd.CRLs {
		if have, ok := OCSPResponse(choice); ok && bytes.Equal(have, response) {
			return
		}
	}
	sd.CRLs = append(slices.Clip(sd.CRLs), OCSPInfo(response))
}

// Values are certificates and revocation data that lie in one place of a structure, each as it lies there.
type Values struct {
	Certificates [][]byte
	CRLs         [][]byte // CertificateList
	OCSPs        [][]byte // OCSPResponse
}

// Values are the certificates and revocation data in the SignedData itself, those that have no place among them left out.
func (sd *SignedData) Values() Values {
	v := Values{Certificates: sd.Certificates}
	for _, raw := range sd.CRLs {
		switch raw[0] {
		case der.Sequence:
			v.CRLs = append(v.CRLs, raw)
		case der.Context(1):
			if response, ok := OCSPResponse(raw); ok {
				v.OCSPs = append(v.OCSPs, response)
			}
		}
	}
	return v
}

// AttributeValues are the certificates and revocation data in an attribute certificate-values or revocation-values (EN 319 122-1 A.1.1.2,
// A.1.2.2); nothing for any other attribute, and what can be read of one that is damaged.
func AttributeValues(a *Attribute) (v Values) {
	certificates, revocation := a.Type.Equal(OIDCertificateValues), a.Type.Equal(OIDRevocationValues)
	for _, raw := range a.Values {
		switch {
		case certificates:
			v.Certificates = append(v.Certificates, inSequence(raw)...)
		case revocation:
			v.addRevocationValues(raw)
		}
	}
	return v
}

// addRevocationValues reads RevocationValues: [0] CRLs, [1] BasicOCSPResponses, [2] others.
func (v *Values) addRevocationValues(raw []byte) {
	for _, part := range inSequence(raw) {
		d := der.NewBytesReader(part)
		id := part[0]
		if id != der.Context(0) && id != der.Context(1) || d.Enter(id, "RevocationValues") != nil {
			continue
		}
		list, err := d.Take(der.Sequence, "RevocationValues")
		if err != nil {
			continue
		}
		for _, one := range inSequence(list.Raw) {
			if id == der.Context(0) {
				v.CRLs = append(v.CRLs, one)
			} else {
				v.OCSPs = append(v.OCSPs, responseOf(one))
			}
		}
	}
}

// inSequence are the elements inside a SEQUENCE; none when it is not one or holds too many.
func inSequence(raw []byte) [][]byte {
	d := der.NewBytesReader(raw)
	e, err := d.Take(der.Sequence, "values")
	if err != nil || d.End() != nil {
		return nil
	}
	list, err := children(e, limits.CMSRevocation, "values")
	if err != nil {
		return nil
	}
	return list
}

// responseOf puts a BasicOCSPResponse into an OCSPResponse (RFC 6960 4.2.1).
func responseOf(basic []byte) []byte {
	inner := der.Encode(der.Sequence, der.AppendOID(nil, OIDBasicOCSP), der.Encode(der.OctetString, basic))
	return der.Encode(der.Sequence, []byte{der.Enumerated, 1, 0}, der.Encode(der.Context(0), inner))
}
