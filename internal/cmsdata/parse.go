package cmsdata

import (
	"crypto"
	"crypto/x509"
	"errors"
	"io"
	"slices"
	"strconv"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
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
	sd.EncapBegin = d.Offset()
	if err := sd.parseContent(d, content, keep); err != nil {
		return nil, err
	}
	sd.EncapEnd = d.Offset()
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
		sd.CertificatesRaw = e.Raw
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
		sd.CRLsRaw = e.Raw
		if sd.CRLs, err = children(e, limits.CMSRevocation, "crls"); err != nil {
			return err
		}
	}
	return nil
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

// X509 are the certificates that parse as X.509, in their order; those too that crypto/x509 refuses and package pki reads.
func (sd *SignedData) X509() []*x509.Certificate {
	if sd.x509 == nil {
		sd.x509 = make([]*x509.Certificate, 0, len(sd.Certificates))
		for _, raw := range sd.Certificates {
			if cert, err := pki.ParseX509(raw); err == nil {
				sd.x509 = append(sd.x509, cert)
			}
		}
	}
	return sd.x509
}
