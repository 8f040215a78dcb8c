package cms

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"hash"
	"io"
	"slices"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/timestamp"
)

// Read reads a CMS file of any size, BER or DER, and says what is in it: facts and findings, no verdict. Attached content is
// hashed while it passes by; detached content is read from ReadOptions.Content after the signatures. The error is an *Error when
// there is no SignedData to speak of or a source failed, or that of the context.
func Read(ctx context.Context, r io.Reader, opts *ReadOptions) (*Document, error) {
	o := orDefault(opts)
	if r == nil {
		return nil, fail(CodeContent, nil)
	}
	d, h, err := read(ctx, r, o)
	if err != nil {
		return nil, err
	}
	doc, err := d.document()
	if err != nil {
		return nil, err
	}
	if d.sd.Attached && o.Content != nil {
		given := newHashes(crypto.SHA256)
		if err := readAll(ctx, given, o.Content); err != nil {
			return nil, err
		}
		if !bytes.Equal(given.sum(crypto.SHA256), h.sum(crypto.SHA256)) {
			doc.Findings = append(doc.Findings, Finding{Code: CodeContentBoth, Severity: finding.Error})
		}
	}
	return doc, nil
}

// read parses a file and hashes its content, the one inside or the one given, with all hashes that its signers and time-stamps need and
// with those given. The hashes are nil where there is no content.
func read(ctx context.Context, r io.Reader, o ReadOptions, more ...crypto.Hash) (*reader, *hashes, error) {
	_, start, again := seekable(r)
	h := newHashes(more...)
	sd, err := cmsdata.ParseStream(ctxReader{ctx, r}, func(kinds []crypto.Hash) (io.Writer, error) {
		for _, k := range kinds {
			h.add(k)
		}
		if o.Content != nil {
			h.add(crypto.SHA256) // to compare content inside with content given
		}
		return h, nil
	})
	if err != nil {
		return nil, nil, finishError(err)
	}
	d := &reader{ctx: ctx, opts: o, sd: sd, digest: noContent}
	switch missing := d.wanted(h); {
	case sd.Attached && len(missing) > 0 && again:
		// A signer's digest algorithm is not among digestAlgorithms: read again (RFC 5652 5.1 lets us give up; nobody gains by it).
		once := newHashes(missing...)
		if _, err := r.(io.Seeker).Seek(start, io.SeekStart); err != nil {
			return nil, nil, fail(CodeRead, err)
		}
		if _, err := cmsdata.ParseStream(ctxReader{ctx, r}, func([]crypto.Hash) (io.Writer, error) { return once, nil }); err != nil {
			return nil, nil, finishError(err)
		}
		h.kinds, h.states = append(h.kinds, once.kinds...), append(h.states, once.states...)
	case sd.Attached:
	case o.Content != nil:
		for _, k := range missing {
			h.add(k)
		}
	default:
		return d, nil, nil
	}
	if again {
		if err := d.hashEncap(r.(io.ReadSeeker), start); err != nil {
			return nil, nil, err
		}
	}
	if !sd.Attached {
		if err := readAll(ctx, io.MultiWriter(h, d.encapWriter()), o.Content); err != nil {
			return nil, nil, err
		}
	}
	d.content(h)
	return d, h, nil
}

// ReadDetached is Read of a signature in memory whose content's digest can be had under any hash that is asked for, such as the
// /Contents of a PDF signature. Where digest returns nil or an error, the content's integrity is unknown; a nil function means that
// there is no content.
// Zero octets after the structure are padding and ignored; any other octet there is an error.
func ReadDetached(ctx context.Context, raw []byte, digest func(crypto.Hash) ([]byte, error), opts *ReadOptions) (*Document, error) {
	sd, rest, err := cmsdata.ParsePrefix(raw)
	if err != nil {
		return nil, wrap(err)
	}
	if len(bytes.Trim(rest, "\x00")) > 0 {
		return nil, fail(CodeTrailing, nil)
	}
	return ReadSignedData(ctx, sd, digest, opts)
}

// ReadSignedData is ReadDetached of a structure that was parsed already, for the packages of this module.
func ReadSignedData(ctx context.Context, sd *cmsdata.SignedData, digest func(crypto.Hash) ([]byte, error), opts *ReadOptions) (*Document, error) {
	d := &reader{ctx: ctx, opts: orDefault(opts), sd: sd, digest: noContent}
	switch {
	case sd.Attached:
		h := newHashes(d.wanted(newHashes())...)
		_, _ = h.Write(sd.Content)
		d.content(h)
	case digest != nil:
		d.has, d.digest = true, digest
	}
	return d.document()
}

func noContent(crypto.Hash) ([]byte, error) { return nil, nil }

// reader gathers the facts of one document.
type reader struct {
	ctx       context.Context
	opts      ReadOptions
	sd        *cmsdata.SignedData
	has       bool // there is content
	size      int64
	attribute bool // the content could be read as signed attributes
	digest    func(crypto.Hash) ([]byte, error)
	known     []*x509.Certificate // embedded and given
	crls      [][]byte
	ocsps     [][]byte
	elements  map[elementsKey]*elements // what archive time-stamps can cover
	parsed    map[*byte]parsedToken     // by where they lie
	judged    int                       // archive time-stamps of version 2 so far
	encap     map[crypto.Hash]hash.Hash // over encapContentInfo, and the content where it is outside; nil: not at hand
}

type parsedToken struct {
	token *timestamp.Token
	err   error
}

// token reads a time-stamp token, once.
func (d *reader) token(raw []byte) (*timestamp.Token, error) {
	p, ok := d.parsed[&raw[0]]
	if !ok {
		p.token, p.err = timestamp.ParseToken(raw)
		if d.parsed == nil {
			d.parsed = map[*byte]parsedToken{}
		}
		d.parsed[&raw[0]] = p
	}
	return p.token, p.err
}

func (d *reader) content(h *hashes) {
	d.has, d.size, d.attribute = true, h.size, h.looksLikeAttributes()
	d.digest = func(k crypto.Hash) ([]byte, error) { return h.sum(k), nil }
}

// wanted are the hashes that the signers, their content and their archive time-stamps need and that h lacks.
func (d *reader) wanted(h *hashes) []crypto.Hash {
	have := *h
	before := len(have.kinds)
	for _, si := range d.sd.Signers {
		have.add(si.Digest.Crypto)
		for _, list := range [][]cmsdata.Attribute{si.SignedAttrs, si.UnsignedAttrs} {
			for _, a := range list {
				if !a.Type.Equal(cmsdata.OIDContentTimestamp) && archiveVersion(a.Type) != 3 {
					continue
				}
				for _, v := range a.Values[:min(len(a.Values), limits.CMSTimestamps)] {
					if t, err := d.token(v); err == nil {
						have.add(t.Info.Hash)
					}
				}
			}
		}
	}
	return have.kinds[before:]
}

// document gathers the facts. The error is that of the context.
func (d *reader) document() (*Document, error) {
	d.gather()
	doc := &Document{Attached: d.sd.Attached, ContentType: d.sd.ContentType, Size: d.size, Certificates: d.sd.X509(), CRLs: d.crls, OCSPs: d.ocsps}
	for _, si := range d.sd.Signers {
		if err := signer.Cancelled(d.ctx); err != nil {
			return nil, err
		}
		doc.Signatures = append(doc.Signatures, d.signature(si))
	}
	return doc, signer.Cancelled(d.ctx)
}

// gather lists what all signers share.
func (d *reader) gather() {
	d.known = slices.Concat(d.sd.X509(), d.opts.Certificates)
	values := d.sd.Values()
	d.crls, d.ocsps = values.CRLs, values.OCSPs
}

// single gathers the facts of one signer alone. The error is that of the context.
func (d *reader) single(si *cmsdata.SignerInfo) (*Signature, error) {
	d.gather()
	return d.signature(si), signer.Cancelled(d.ctx)
}

// signature gathers the facts of one signer.
func (d *reader) signature(si *cmsdata.SignerInfo) *Signature {
	s := d.facts(si)
	s.content(d)
	s.attributes(si, d.sd)
	s.signer(si, d.known, s.contentDigest(d))
	d.timestamps(s)
	d.counterSignatures(s, 1)
	s.Level = d.level(s, false)
	return s
}

// facts starts a Signature with what the SignerInfo says by itself.
func (d *reader) facts(si *cmsdata.SignerInfo) *Signature {
	s := &Signature{
		Info: si, Value: si.Signature, Certificates: d.sd.X509(), IdentifiedBy: ByNone,
		DigestAlgorithm: si.Digest.Name, ContentIntegrity: Unknown, SignatureIntegrity: Unknown, crls: d.crls, ocsps: d.ocsps,
	}
	a, err := si.Algorithm()
	if err != nil {
		if isCode(err, CodeDigestMismatch) {
			// What was signed cannot be the digest that digestAlgorithm names (RFC 5652 5.3): no reading of it is right.
			s.SignatureIntegrity = Broken
			if named, err := alg.ParseSignature(si.SignatureAlgorithmRaw, 0); err == nil {
				s.SignatureAlgorithm = named.Name()
			}
		}
		s.fault(err, finding.Error, "RFC 5652, 5.3")
		return s
	}
	s.SignatureAlgorithm = a.Name()
	if a.Weak() || si.Digest.Weak {
		s.add(CodeWeakDigest, finding.Error, "ETSI TS 119 312, 5.2", "algorithm", si.Digest.Name)
	}
	return s
}

// contentDigest is the digest of the content for a signature without signed attributes.
func (s *Signature) contentDigest(d *reader) []byte {
	if s.Info.Digest.Crypto == 0 {
		return nil
	}
	digest, err := d.digest(s.Info.Digest.Crypto)
	if err != nil {
		return nil
	}
	return digest
}

// content compares the message-digest attribute with the content (RFC 5652 5.4).
func (s *Signature) content(d *reader) {
	si := s.Info
	if !d.has {
		s.add(CodeContentMissing, finding.Warning, "")
		return
	}
	have := s.contentDigest(d)
	if si.SignedAttrsRaw == nil { // the signature value is over the content itself: see signer
		if d.attribute {
			s.add(CodeAttributeConfusion, finding.Error, "RFC 5652, 5.4")
		}
		return
	}
	want, err := si.MessageDigest()
	switch {
	case err != nil: // reported with the attributes
	case have == nil && si.Digest.Crypto != 0:
		s.add(CodeDigestUndeclared, finding.Warning, "RFC 5652, 5.1", "algorithm", si.Digest.Name)
	case have == nil: // the algorithm is not known: reported
	case bytes.Equal(have, want):
		s.ContentIntegrity = Intact
	default:
		s.ContentIntegrity = Broken
		s.add(CodeContentDigest, finding.Error, "RFC 5652, 5.4", "algorithm", si.Digest.Name)
	}
}

// signer finds the certificate and checks the signature value under it.
func (s *Signature) signer(si *cmsdata.SignerInfo, known []*x509.Certificate, contentDigest []byte) {
	cert, n := si.Candidates(known)
	if cert == nil {
		s.add(CodeCertificateMissing, finding.Error, "RFC 5652, 5.3")
		present, _, err := si.MatchesSigningCertificate(nil)
		s.SigningCertificate.Present = present || err != nil
		return
	}
	s.Certificate, s.IdentifiedBy = cert, ByKeyInfo
	s.signingCertificate(si, cert)
	if n > 1 && !s.SigningCertificate.Match {
		s.add(CodeCertificateSeveral, finding.Error, "RFC 5035, 5")
	}
	pub, err := alg.PublicKey(cert)
	if err != nil {
		s.fault(fail(CodeCertificateKey, err), finding.Error, "")
		return
	}
	if s.SignatureAlgorithm == "" || si.SignedAttrsRaw == nil && contentDigest == nil {
		return // nothing to check with, or nothing to check
	}
	err = si.VerifySignature(pub, contentDigest)
	switch {
	case err == nil:
		s.SignatureIntegrity = Intact
	case isCode(err, CodeSignature):
		s.SignatureIntegrity = Broken
		s.fault(err, finding.Error, "RFC 5652, 5.6")
	default:
		s.fault(err, finding.Error, "")
	}
	if si.SignedAttrsRaw == nil {
		s.ContentIntegrity = s.SignatureIntegrity
	}
}

func (s *Signature) signingCertificate(si *cmsdata.SignerInfo, cert *x509.Certificate) {
	present, match, err := si.MatchesSigningCertificate(cert)
	s.SigningCertificate = SigningCertificate{Present: present, Match: match}
	switch {
	case err != nil:
		s.fault(err, finding.Error, "RFC 5035, 5.4")
		return
	case !present:
		s.add(CodeNoSigningCert, finding.Warning, "EN 319 122-1, 5.2.2")
		return
	case !match:
		s.add(CodeSigningCert, finding.Error, "EN 319 122-1, 5.2.2")
	default:
		s.IdentifiedBy = BySigningCertificate
	}
	if refs, err := si.SigningCertificateRefs(); err == nil && len(refs) > 0 {
		s.SigningCertificate.Version = refs[0].Version
		// A weak hash here binds nothing where someone can make certificates collide.
		if id := refs[0].IDs[0]; match && id.Hash.Weak {
			s.add(CodeWeakReference, finding.Warning, "EN 319 122-1, 5.2.2", "algorithm", id.Hash.Name)
		}
	}
}
