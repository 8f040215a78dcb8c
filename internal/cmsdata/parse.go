package cmsdata

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"io"
	"math/big"
	"slices"
	"strconv"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/limits"
)

// Parse reads a ContentInfo with SignedData from memory. The result keeps slices of ber. Octets after it are an error.
func Parse(ber []byte) (*SignedData, error) {
	sd, err := parse(der.NewBytesReader(ber), nil, true)
	if err != nil {
		return nil, wrap(err)
	}
	return sd, nil
}

// ParsePrefix is Parse, but octets may follow: it returns them.
func ParsePrefix(ber []byte) (sd *SignedData, rest []byte, err error) {
	d := der.NewBytesReader(ber)
	sd, err = parseInfo(d, nil, true)
	if err != nil {
		return nil, nil, wrap(err)
	}
	return sd, ber[d.Offset():], nil
}

// ParseStream reads a ContentInfo with SignedData of any length in constant memory. When eContent is there, content is called
// before its first octet with the hash functions that digestAlgorithms names and the table knows, and the octets go to the writer
// that it returns; a nil writer drops them. content may be nil.
//
// Content of the result is nil, everything else is as Parse gives it. Octets after the structure are an error.
func ParseStream(r io.Reader, content func(hashes []crypto.Hash) (io.Writer, error)) (*SignedData, error) {
	if content == nil {
		content = func([]crypto.Hash) (io.Writer, error) { return nil, nil }
	}
	sd, err := parse(der.NewReader(r), content, false)
	if err != nil {
		return nil, wrap(err)
	}
	return sd, nil
}

// wrap makes any error below one of this package's. An error of the caller's own writer stays beneath it.
func wrap(err error) error {
	if e := (*Error)(nil); errors.As(err, &e) {
		return err
	}
	if e := (*der.Error)(nil); errors.As(err, &e) {
		return fail(CodeMalformed, err)
	}
	return fail(CodeContentWrite, err)
}

func parse(d *der.Reader, content func([]crypto.Hash) (io.Writer, error), keep bool) (*SignedData, error) {
	sd, err := parseInfo(d, content, keep)
	if err != nil {
		return nil, err
	}
	return sd, d.End()
}

// parseInfo reads ContentInfo (RFC 5652 3).
func parseInfo(d *der.Reader, content func([]crypto.Hash) (io.Writer, error), keep bool) (*SignedData, error) {
	if err := d.Enter(der.Sequence, "ContentInfo"); err != nil {
		return nil, err
	}
	oid, err := d.Take(der.OID, "ContentInfo.contentType")
	if err != nil {
		return nil, err
	}
	if kind := parseOID(oid.Content); !kind.Equal(OIDSignedData) {
		return nil, fail(CodeNotSigned, nil, "type", kind.String())
	}
	if err := d.Enter(der.Context(0), "ContentInfo.content"); err != nil {
		return nil, err
	}
	sd, err := parseSignedData(d, content, keep)
	if err != nil {
		return nil, err
	}
	if err := d.Leave("ContentInfo.content"); err != nil {
		return nil, err
	}
	return sd, d.Leave("ContentInfo")
}

// parseSignedData reads SignedData (RFC 5652 5.1).
func parseSignedData(d *der.Reader, content func([]crypto.Hash) (io.Writer, error), keep bool) (*SignedData, error) {
	sd := &SignedData{}
	if err := d.Enter(der.Sequence, "SignedData"); err != nil {
		return nil, err
	}
	version, err := d.Take(der.Integer, "SignedData.version")
	if err != nil {
		return nil, err
	}
	if sd.Version, err = parseVersion(version, "SignedData.version"); err != nil {
		return nil, err
	}
	digests, err := d.Take(der.Set, "SignedData.digestAlgorithms")
	if err != nil {
		return nil, err
	}
	if sd.DigestsRaw, err = children(digests, limits.CMSDigests, "digestAlgorithms"); err != nil {
		return nil, err
	}
	for _, raw := range sd.DigestsRaw {
		id, err := der.Normalize(raw)
		if err != nil {
			return nil, err
		}
		if h, err := alg.ParseHash(id); err == nil {
			sd.Digests = append(sd.Digests, h)
		}
	}
	if err := sd.parseContent(d, content, keep); err != nil {
		return nil, err
	}
	if err := sd.parseBags(d); err != nil {
		return nil, err
	}
	signers, err := d.Take(der.Set, "SignedData.signerInfos")
	if err != nil {
		return nil, err
	}
	infos, err := children(signers, limits.CMSSigners, "signerInfos")
	if err != nil {
		return nil, err
	}
	for _, raw := range infos {
		si, err := ParseSignerInfo(raw)
		if err != nil {
			return nil, err
		}
		sd.Signers = append(sd.Signers, si)
	}
	return sd, d.Leave("SignedData")
}

// parseContent reads EncapsulatedContentInfo (RFC 5652 5.2).
func (sd *SignedData) parseContent(d *der.Reader, content func([]crypto.Hash) (io.Writer, error), keep bool) error {
	if err := d.Enter(der.Sequence, "encapContentInfo"); err != nil {
		return err
	}
	oid, err := d.Take(der.OID, "eContentType")
	if err != nil {
		return err
	}
	if !validOID(oid.Content) {
		return fail(CodeMalformed, nil, "what", "eContentType")
	}
	sd.ContentType = parseOID(oid.Content)
	more, err := d.More()
	if err != nil {
		return err
	}
	if !more {
		return d.Leave("encapContentInfo")
	}
	if err := d.Enter(der.Context(0), "eContent"); err != nil {
		return err
	}
	sd.Attached = true
	if keep {
		sd.Content, err = d.TakeOctets()
		sd.Size = int64(len(sd.Content))
	} else {
		var w io.Writer
		if w, err = content(sd.hashes()); err == nil {
			sd.Size, err = d.Octets(w)
		}
	}
	if err != nil {
		return err
	}
	if err := d.Leave("eContent"); err != nil {
		return err
	}
	return d.Leave("encapContentInfo")
}

func (sd *SignedData) hashes() []crypto.Hash {
	var hashes []crypto.Hash
	for _, h := range sd.Digests {
		if !slices.Contains(hashes, h.Crypto) {
			hashes = append(hashes, h.Crypto)
		}
	}
	return hashes
}

// parseBags reads certificates and crls (RFC 5652 10.2.3, 10.2.1).
func (sd *SignedData) parseBags(d *der.Reader) error {
	id, err := d.Next()
	if err != nil {
		return err
	}
	if id == der.Context(0) {
		e, err := d.Element("certificates")
		if err != nil {
			return err
		}
		if sd.Certificates, err = children(e, limits.CMSCertificates, "certificates"); err != nil {
			return err
		}
		if id, err = d.Next(); err != nil {
			return err
		}
	}
	if id == der.Context(1) {
		e, err := d.Element("crls")
		if err != nil {
			return err
		}
		if sd.CRLs, err = children(e, limits.CMSRevocation, "crls"); err != nil {
			return err
		}
	}
	return nil
}

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

// children are the elements inside a constructed element.
func children(e der.Element, most int, what string) ([][]byte, error) {
	var out [][]byte
	d := der.NewBytesReader(e.Content)
	for {
		more, err := d.More()
		if err != nil {
			return nil, err
		}
		if !more {
			return out, nil
		}
		c, err := d.Element(what)
		if err != nil {
			return nil, err
		}
		if len(out) == most {
			return nil, fail(CodeTooMany, nil, "what", what, "limit", strconv.Itoa(most))
		}
		out = append(out, c.Raw)
	}
}

func parseVersion(e der.Element, what string) (int, error) {
	if len(e.Content) != 1 || e.Content[0] > 5 {
		return 0, fail(CodeMalformed, nil, "what", what)
	}
	return int(e.Content[0]), nil
}

func parseInteger(content []byte) (*big.Int, error) {
	if len(content) == 0 || len(content) > 128 {
		return nil, fail(CodeMalformed, nil, "what", "INTEGER")
	}
	n := new(big.Int).SetBytes(content)
	if content[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(content))))
	}
	return n, nil
}

// implicitOctets puts together an OCTET STRING under an implicit tag that came in pieces.
func implicitOctets(e der.Element) ([]byte, error) {
	var out []byte
	pieces, err := children(e, limits.CMSValues, "OCTET STRING")
	if err != nil {
		return nil, err
	}
	for _, p := range pieces {
		d := der.NewBytesReader(p)
		piece, err := d.Element("OCTET STRING")
		if err != nil {
			return nil, err
		}
		octets, err := piece.Octets()
		if err != nil {
			return nil, err
		}
		out = append(out, octets...)
	}
	return out, nil
}

// validOID reports whether content octets are an object identifier (X.690 8.19).
func validOID(c []byte) bool {
	if len(c) == 0 || c[len(c)-1] >= 0x80 {
		return false
	}
	for i := range c {
		if c[i] == 0x80 && (i == 0 || c[i-1] < 0x80) {
			return false
		}
	}
	return true
}

// parseOID is the object identifier of valid content octets; nil when an arc does not fit 31 bits.
func parseOID(c []byte) asn1.ObjectIdentifier {
	n := 1
	for _, b := range c {
		if b < 0x80 {
			n++
		}
	}
	oid := make(asn1.ObjectIdentifier, 0, n)
	arc := 0
	for _, b := range c {
		if arc > 1<<23 {
			return nil
		}
		arc = arc<<7 | int(b&0x7f)
		if b >= 0x80 {
			continue
		}
		if len(oid) == 0 {
			first := min(arc/40, 2)
			oid = append(oid, first, arc-40*first)
		} else {
			oid = append(oid, arc)
		}
		arc = 0
	}
	return oid
}

// X509 are the certificates that parse as X.509, in their order.
func (sd *SignedData) X509() []*x509.Certificate {
	if sd.x509 == nil {
		sd.x509 = make([]*x509.Certificate, 0, len(sd.Certificates))
		for _, raw := range sd.Certificates {
			if cert, err := x509.ParseCertificate(raw); err == nil {
				sd.x509 = append(sd.x509, cert)
			}
		}
	}
	return sd.x509
}
