package cms

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"strconv"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/proofs"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

// raiser raises signers of one SignedData to a level: first time-stamps, then the evidence that was fetched after them, then archive
// time-stamps over all of it, then the evidence for these. It only ever adds: octets that an earlier archive time-stamp hashed stay as
// they are, and where they are.
type raiser struct {
	sd          *cmsdata.SignedData
	level       Level
	hash        crypto.Hash // of the time-stamps to get; 0: that of the signer
	timestamper timestamp.Timestamper
	collector   trust.Collector
	clock       func() time.Time
	known       []*x509.Certificate               // where signers are looked for besides the file
	has         bool                              // there is content
	digest      func(crypto.Hash) ([]byte, error) // of the content
	made        map[trust.Digest]bool             // tokens that were made here
	changed     bool                              // something was added
}

// raise brings the signers given to the level.
func (r *raiser) raise(ctx context.Context, signers []*cmsdata.SignerInfo) error {
	r.made = map[trust.Digest]bool{}
	for _, si := range signers {
		if err := r.signatureTimestamp(ctx, si); err != nil {
			return err
		}
	}
	if r.level == LevelBT {
		return nil
	}
	if err := r.collect(ctx, signers); err != nil {
		return err
	}
	if r.level == LevelBLT {
		return nil
	}
	for _, si := range signers {
		if err := r.archiveTimestamp(ctx, si); err != nil {
			return err
		}
	}
	return r.collect(ctx, signers)
}

// facts reads one signer of what there is by now.
func (r *raiser) facts(ctx context.Context, si *cmsdata.SignerInfo) (*Signature, error) {
	d := &reader{ctx: ctx, opts: ReadOptions{Certificates: r.known}, sd: r.sd, has: r.has, digest: r.digest}
	return d.single(si)
}

// signatureTimestamp adds a signature time-stamp where no sound one is there (EN 319 122-1, 5.3).
func (r *raiser) signatureTimestamp(ctx context.Context, si *cmsdata.SignerInfo) error {
	if len(si.UnsignedAttrs) > 0 {
		s, err := r.facts(ctx, si)
		if err != nil || proofs.Stamped(s.stamps()) {
			return err
		}
	}
	h := r.hashFor(si)
	token, err := r.token(ctx, sum(h, si.Signature), h)
	if err != nil {
		return err
	}
	r.add(si, cmsdata.OIDSignatureTimestamp, token)
	return nil
}

// archiveTimestamp adds an archive-time-stamp-v3 over all that is there (EN 319 122-1, 5.5.3).
func (r *raiser) archiveTimestamp(ctx context.Context, si *cmsdata.SignerInfo) error {
	h := r.hashFor(si)
	if !r.has {
		return fail(CodeContent, nil)
	}
	content, err := r.digest(h)
	if err != nil {
		return err
	}
	if content == nil {
		return fail(CodeContent, nil)
	}
	index := cmsdata.NewHashIndex(r.sd, si, h)
	token, err := r.token(ctx, cmsdata.ArchiveImprint(h, r.sd.ContentType, content, si, index), h)
	if err != nil {
		return err
	}
	if err := r.newest(ctx, si, token); err != nil {
		return err
	}
	if token, err = token.WithUnsigned(index.Attribute()); err != nil {
		return fail(CodeTimestamp, err)
	}
	r.add(si, cmsdata.OIDArchiveTimestampV3, token)
	return nil
}

// newest refuses an archive time-stamp that is older than what it covers: no verifier could use it.
func (r *raiser) newest(ctx context.Context, si *cmsdata.SignerInfo, token *timestamp.Token) error {
	s, err := r.facts(ctx, si)
	if err != nil {
		return err
	}
	for _, t := range s.Timestamps {
		if t.Token != nil && later(t, &Timestamp{Token: token}) {
			return fail(CodeTimestampOrder, nil, "time", seconds(token.Info.Time), "since", seconds(t.Token.Info.Time))
		}
	}
	return nil
}

// hashFor is the hash of time-stamps over a signer's signature: the one asked for, else the signer's own, else SHA-256.
func (r *raiser) hashFor(si *cmsdata.SignerInfo) crypto.Hash {
	if r.hash != 0 {
		return r.hash
	}
	if known, ok := alg.HashOf(si.Digest.Crypto); ok && known.Signs {
		return known.Crypto
	}
	return crypto.SHA256
}

func (r *raiser) token(ctx context.Context, digest []byte, h crypto.Hash) (*timestamp.Token, error) {
	if r.timestamper == nil {
		return nil, fail(CodeTimestamper, nil, "level", string(r.level))
	}
	return getToken(ctx, r.timestamper, digest, h, append(slices.Clone(r.known), r.sd.X509()...))
}

func (r *raiser) add(si *cmsdata.SignerInfo, oid asn1.ObjectIdentifier, token *timestamp.Token) {
	si.AddUnsigned(cmsdata.NewAttribute(oid, token.Raw))
	r.made[trust.DigestOf(token.Raw)] = true
	r.changed = true
}

// stamps are the time-stamps, as package proofs has them.
func (s *Signature) stamps() []proofs.Stamp {
	list := make([]proofs.Stamp, len(s.Timestamps))
	for i, t := range s.Timestamps {
		list[i] = proofs.Stamp{
			Kind: proofs.Kind(t.Kind), Certificate: t.Certificate, Genuine: t.SignatureIntegrity == Intact, Fits: t.ContentIntegrity == Intact, Covers: t.Covers,
		}
		if t.Token != nil {
			list[i].Raw, list[i].Time = t.Token.Raw, t.Token.Info.Time
		}
	}
	return list
}

// proofs is a signature with all that it holds, as package proofs has it.
func (s *Signature) proofs() *proofs.Signature {
	p := &proofs.Signature{Value: s.Value, Certificate: s.Certificate, Evidence: s.Evidence(), Stamps: s.stamps()}
	for _, c := range s.CounterSignatures {
		p.Counter = append(p.Counter, c.proofs())
	}
	return p
}

// collect embeds the evidence for the signers' certificates and for those of all their time-stamps and counter-signatures, each as of the
// time that is proved for what it signed.
func (r *raiser) collect(ctx context.Context, signers []*cmsdata.SignerInfo) error {
	known := proofs.Proofs{Now: r.clock().Truncate(time.Second), Made: r.made}
	for _, si := range signers {
		s, err := r.facts(ctx, si)
		if err != nil {
			return err
		}
		err = known.Collect(s.proofs(), func(cert *x509.Certificate, at time.Time, known *trust.Evidence) (*trust.Evidence, error) {
			if cert == nil {
				return nil, fail(CodeCertificateMissing, nil)
			}
			found, err := r.collector.Collect(ctx, cert, at, known)
			if err != nil {
				if cerr := signer.Cancelled(ctx); cerr != nil {
					return nil, cerr
				}
				return nil, fail(CodeEvidence, err, "subject", cert.Subject.String())
			}
			return found, r.embed(found)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// embed puts evidence into certificates and crls of the SignedData (EN 319 122-1, 5.4 and 6.3), behind what is there.
func (r *raiser) embed(e *trust.Evidence) error {
	certificates, crls := len(r.sd.Certificates), len(r.sd.CRLs)
	for _, c := range e.Certificates {
		r.sd.AddCertificate(c.Raw)
	}
	for _, raw := range e.CRLs {
		r.sd.AddCRL(raw)
	}
	for _, raw := range e.OCSPs {
		r.sd.AddOCSP(raw)
	}
	switch {
	case len(r.sd.Certificates) > limits.CMSCertificates:
		return fail(CodeTooMany, nil, "what", "certificates", "limit", strconv.Itoa(limits.CMSCertificates))
	case len(r.sd.CRLs) > limits.CMSRevocation:
		return fail(CodeTooMany, nil, "what", "crls", "limit", strconv.Itoa(limits.CMSRevocation))
	}
	if len(r.sd.Certificates) > certificates || len(r.sd.CRLs) > crls {
		r.changed = true
	}
	return nil
}
