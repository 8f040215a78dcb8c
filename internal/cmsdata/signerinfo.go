package cmsdata

import (
	"bytes"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/limits"
)

// ParseSignerInfo reads one SignerInfo (RFC 5652 5.3), as a counter-signature holds it (11.4). The result keeps slices of ber.
func ParseSignerInfo(ber []byte) (*SignerInfo, error) {
	si := &SignerInfo{Raw: ber}
	if err := si.parse(der.NewBytesReader(ber)); err != nil {
		return nil, wrap(err)
	}
	return si, nil
}

func (si *SignerInfo) parse(d *der.Reader) error {
	if err := d.Enter(der.Sequence, "SignerInfo"); err != nil {
		return err
	}
	start := d.Offset()
	version, err := d.Take(der.Integer, "SignerInfo.version")
	if err != nil {
		return err
	}
	if si.Version, err = parseVersion(version, "SignerInfo.version"); err != nil {
		return err
	}
	if err := si.parseID(d); err != nil {
		return err
	}
	digest, err := d.Take(der.Sequence, "digestAlgorithm")
	if err != nil {
		return err
	}
	if si.DigestRaw, err = der.Normalize(digest.Raw); err != nil {
		return err
	}
	si.Digest, _ = alg.ParseHash(si.DigestRaw)
	id, err := d.Next()
	if err != nil {
		return err
	}
	if id == der.Context(0) {
		e, err := d.Element("signedAttrs")
		if err != nil {
			return err
		}
		if err := si.parseSigned(e); err != nil {
			return err
		}
	}
	algorithm, err := d.Take(der.Sequence, "signatureAlgorithm")
	if err != nil {
		return err
	}
	if si.SignatureAlgorithmRaw, err = der.Normalize(algorithm.Raw); err != nil {
		return err
	}
	if id, err = d.Next(); err != nil {
		return err
	}
	value, err := d.Element("signature")
	if err != nil {
		return err
	}
	if id&^0x20 != der.OctetString {
		return fail(CodeMalformed, nil, "what", "signature")
	}
	if si.Signature, err = value.Octets(); err != nil {
		return err
	}
	si.fixed = si.Raw[start:d.Offset()]
	if id, err = d.Next(); err != nil {
		return err
	}
	if id == der.Context(1) {
		e, err := d.Element("unsignedAttrs")
		if err != nil {
			return err
		}
		if si.UnsignedAttrs, err = parseAttributes(e, "unsignedAttrs"); err != nil {
			return err
		}
	}
	if err := d.Leave("SignerInfo"); err != nil {
		return err
	}
	return d.End()
}

// parseID reads SignerIdentifier (RFC 5652 5.3).
func (si *SignerInfo) parseID(d *der.Reader) error {
	id, err := d.Next()
	if err != nil {
		return err
	}
	switch id {
	case der.Sequence:
		if err := d.Enter(der.Sequence, "issuerAndSerialNumber"); err != nil {
			return err
		}
		issuer, err := d.Take(der.Sequence, "issuer")
		if err != nil {
			return err
		}
		// Compared octet for octet with certificates, which are DER.
		if si.ID.Issuer, err = der.Normalize(issuer.Raw); err != nil {
			return err
		}
		serial, err := d.Take(der.Integer, "serialNumber")
		if err != nil {
			return err
		}
		if si.ID.Serial, err = parseInteger(serial.Content); err != nil {
			return err
		}
		return d.Leave("issuerAndSerialNumber")
	case der.ContextPrimitive(0), der.Context(0):
		e, err := d.Element("subjectKeyIdentifier")
		if err != nil {
			return err
		}
		si.ID.SubjectKeyID = e.Content
		if id == der.Context(0) { // in pieces
			if si.ID.SubjectKeyID, err = implicitOctets(e); err != nil {
				return err
			}
		}
		if len(si.ID.SubjectKeyID) == 0 {
			return fail(CodeMalformed, nil, "what", "subjectKeyIdentifier")
		}
		return nil
	}
	return fail(CodeMalformed, nil, "what", "SignerIdentifier")
}

// ParseSignedAttributes reads the octets that EncodeSignedAttributes made into a SignerInfo that has nothing else.
func ParseSignedAttributes(set []byte) (*SignerInfo, error) {
	d := der.NewBytesReader(set)
	e, err := d.Take(der.Set, "signedAttrs")
	if err == nil {
		err = d.End()
	}
	si := &SignerInfo{}
	if err == nil {
		err = si.parseSigned(e)
	}
	if err != nil {
		return nil, wrap(err)
	}
	return si, nil
}

// parseSigned reads signedAttrs. They must be DER (RFC 5652 5.3); where they are not, that is kept as a fact, the octets to be
// hashed are their DER as far as lengths and strings go, in the order received. A signer that sorted wrongly hashed what it sent,
// and so do other verifiers (openssl hashes the order received; Bouncy Castle sorts); a caller refuses such signatures by
// SignedAttrsNotDER whatever the hash says.
func (si *SignerInfo) parseSigned(e der.Element) error {
	var err error
	if si.SignedAttrs, err = parseAttributes(e, "signedAttrs"); err != nil {
		return err
	}
	if len(si.SignedAttrs) == 0 {
		return fail(CodeMalformed, nil, "what", "signedAttrs") // SIZE (1..MAX); empty unsigned ones, which some write, harm nobody
	}
	raw, err := der.Normalize(e.Raw)
	if err != nil {
		return err
	}
	si.SignedAttrsRaw = bytes.Clone(raw)
	si.SignedAttrsRaw[0] = der.Set
	if err := der.Strict(e.Raw); err != nil {
		si.SignedAttrsNotDER = err
	} else if !sorted(si.SignedAttrs) {
		si.SignedAttrsNotDER = fail(CodeMalformed, nil, "what", "signedAttrs")
	}
	return nil
}

func sorted(attrs []Attribute) bool {
	for i := range attrs {
		if !der.Sorted(attrs[i].Values) || i > 0 && bytes.Compare(attrs[i-1].Raw, attrs[i].Raw) > 0 {
			return false
		}
	}
	return true
}

func parseAttributes(e der.Element, what string) ([]Attribute, error) {
	raws, err := children(e, limits.CMSAttributes, what)
	if err != nil {
		return nil, err
	}
	attrs := make([]Attribute, len(raws))
	for i, raw := range raws {
		a := &attrs[i]
		a.Raw = raw
		d := der.NewBytesReader(raw)
		if err := d.Enter(der.Sequence, what); err != nil {
			return nil, err
		}
		oid, err := d.Take(der.OID, "attrType")
		if err != nil {
			return nil, err
		}
		if !validOID(oid.Content) {
			return nil, fail(CodeMalformed, nil, "what", "attrType")
		}
		a.Type = parseOID(oid.Content)
		values, err := d.Take(der.Set, "attrValues")
		if err != nil {
			return nil, err
		}
		if a.Values, err = children(values, limits.CMSValues, "attrValues"); err != nil {
			return nil, err
		}
		if err := d.Leave(what); err != nil {
			return nil, err
		}
	}
	return attrs, nil
}
