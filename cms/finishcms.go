package cms

import (
	"bytes"
	"context"
	"crypto"
	"encoding/asn1"
	"io"
	"slices"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/signer"
)

// Digest is the digest of the content and the hash that made it: what to send to a service that answers with a whole CMS, which
// FinishCMS takes. A service that signs a bare value takes Request instead.
func (p *PreparedSignature) Digest() ([]byte, crypto.Hash) {
	si, err := cmsdata.ParseSignedAttributes(p.attrs)
	if err != nil {
		return nil, 0 // the zero value
	}
	digest, err := si.MessageDigest()
	if err != nil {
		return nil, 0
	}
	return bytes.Clone(digest), p.algorithm.Hash
}

// RequestCMS is Digest as a request to those who make CMS, such as Client.SignCMS of package remote.
func (p *PreparedSignature) RequestCMS() signer.Request {
	digest, hash := p.Digest()
	return signer.Request{Digest: digest, Opts: hash, DocumentID: p.id, Title: p.title}
}

// FinishCMS is Finish for a service that was sent Digest and answers with a whole CMS in place of a signature value: what CheckDigest
// takes, by the certificate that was prepared for, detached even where the result is to be attached. The signed attributes are the
// service's; those that were prepared are not used.
//
// A detached result at B-B is the answer, octet for octet. It is changed where it must be: BER is brought to DER (CodeNotDER where parts
// that others signed are not DER themselves), an answer without its signer's certificate gets the chain that was prepared, an attached
// result gets the content. Unsigned attributes that are there stay.
//
// At B-B an answer may be plain CMS. A level above is refused with CodeLevelRefused where the service's part is no baseline signature
// (EN 319 122-1, 6.3): without a signing time, or without a signing-certificate attribute.
func (p *PreparedSignature) FinishCMS(ctx context.Context, dst io.Writer, content io.Reader, der []byte, opts *FinishOptions) error {
	o := orDefault(opts)
	return p.finish(ctx, dst, content, func() (*cmsdata.SignedData, []byte, error) { return p.answered(ctx, der, &o) })
}

// FinishCMSDER is FinishCMS for a detached signature, without a look at its content.
func (p *PreparedSignature) FinishCMSDER(ctx context.Context, der []byte, opts *FinishOptions) ([]byte, error) {
	if p.attached {
		return nil, fail(CodeContent, nil)
	}
	o := orDefault(opts)
	sd, raw, err := p.answered(ctx, der, &o)
	if err == nil && raw == nil {
		raw, err = sd.Marshal()
	}
	return raw, wrap(err)
}

// answered checks a service's answer and brings it to its level. raw is the answer itself where nothing was added to it.
func (p *PreparedSignature) answered(ctx context.Context, ber []byte, o *FinishOptions) (sd *cmsdata.SignedData, raw []byte, err error) {
	level, err := p.levelFor(o)
	if err != nil {
		return nil, nil, err
	}
	if err := checkMeans(level, o.Timestamper, o.Collector); err != nil {
		return nil, nil, err
	}
	if len(p.chain) == 0 {
		return nil, nil, badState("it has no certificate, or too many")
	}
	sd, s, raw, err := p.readAnswer(ctx, ber, o.PAdES)
	if err != nil {
		return nil, nil, err
	}
	si := sd.Signers[0]
	if !slices.ContainsFunc(s.Certificates, s.Certificate.Equal) {
		if oldArchive(si) {
			return nil, nil, fail(CodeArchived, nil)
		}
		for _, c := range p.chain {
			sd.AddCertificate(c.Raw)
		}
		s.Certificates, raw = sd.X509(), nil
	}
	if err := admit(sd, s, level, o.PAdES); err != nil {
		return nil, nil, err
	}
	if level != LevelBB {
		raw = nil
	}
	return sd, raw, p.raise(ctx, sd, si, o)
}

// readAnswer checks an answer. raw is it in DER.
func (p *PreparedSignature) readAnswer(ctx context.Context, ber []byte, pades bool) (sd *cmsdata.SignedData, s *Signature, raw []byte, err error) {
	digest, hash := p.Digest()
	over := func(sd *cmsdata.SignedData) (digester, error) { return overDigest(sd, digest, hash) }
	if sd, s, err = answer(ctx, ber, p.chain[0], pades, over); err != nil {
		return nil, nil, nil, p.mixedUp(ber, err)
	}
	if raw, err = distinguished(ber, sd); err != nil {
		return nil, nil, nil, err
	}
	if !bytes.Equal(raw, ber) {
		sd, s, err = answer(ctx, raw, p.chain[0], pades, over)
	}
	return sd, s, raw, err
}

// admit refuses what can have no baseline level where one is wanted, and under pades what a PDF does not admit.
func admit(sd *cmsdata.SignedData, s *Signature, level Level, pades bool) error {
	if level == LevelBB && !pades {
		return nil
	}
	if err := (&reader{opts: ReadOptions{PAdES: pades}, sd: sd}).baseline(s, level); err != nil || !pades {
		return err
	}
	for _, a := range slices.Concat(s.Info.SignedAttrs, s.Info.UnsignedAttrs) {
		if slices.ContainsFunc(notInPDF, a.Type.Equal) {
			return refused(level, "it has the attribute "+cmsdata.AttributeName(a.Type)+", which a PDF admits in no signature")
		}
	}
	return nil
}

// mixedUp says it where somebody sent the service what Request is over.
func (p *PreparedSignature) mixedUp(ber []byte, err error) error {
	sd, _, perr := cmsdata.ParsePrefix(ber)
	if perr != nil || !isCode(err, CodeContentDigest) {
		return err
	}
	if signed, merr := sd.Signers[0].MessageDigest(); merr == nil && bytes.Equal(signed, sum(p.algorithm.Hash, p.attrs)) {
		return fail(CodeRequestSigned, err)
	}
	return err
}

// notInPDF are the attributes that ISO 32000-2, 12.8.3.4.3, i, forbids.
var notInPDF = []asn1.ObjectIdentifier{
	cmsdata.OIDCounterSignature, cmsdata.OIDContentReference, cmsdata.OIDContentIdentifier, cmsdata.OIDContentHints,
}

// distinguished is a structure in DER: itself where it is (as far as lengths and strings go: what else is not, no reader minds). What
// others signed or hashed as it lies there must be DER already.
func distinguished(ber []byte, sd *cmsdata.SignedData) ([]byte, error) {
	out, err := der.Normalize(ber)
	if err != nil {
		return nil, fail(CodeNotDER, err)
	}
	if bytes.Equal(out, ber) {
		return ber, nil
	}
	after, err := cmsdata.Parse(out)
	if err != nil {
		return nil, wrap(err)
	}
	same := func(a, b cmsdata.Attribute) bool { return bytes.Equal(a.Raw, b.Raw) }
	if !slices.EqualFunc(sd.Certificates, after.Certificates, bytes.Equal) || !slices.EqualFunc(sd.CRLs, after.CRLs, bytes.Equal) ||
		!slices.EqualFunc(sd.Signers[0].UnsignedAttrs, after.Signers[0].UnsignedAttrs, same) {
		return nil, fail(CodeNotDER, nil)
	}
	return out, nil
}
