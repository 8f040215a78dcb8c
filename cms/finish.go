package cms

import (
	"context"
	"crypto"
	"crypto/x509"
	"io"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

// Finish reads content again, refuses it with CodeChanged if it is not what was prepared, checks the signature value under the
// certificate (signer.ErrSignatureInvalid), gets a time-stamp where the level asks for one, and writes the result to dst.
//
// A detached result is written at once when all is well. An attached one is written while content is read: after an error
// dst holds the beginning of a file that is of no use and must be thrown away.
func (p *PreparedSignature) Finish(ctx context.Context, dst io.Writer, content io.Reader, signature []byte, opts *FinishOptions) error {
	o := orDefault(opts)
	return p.finish(ctx, dst, content, func() (*cmsdata.SignedData, []byte, error) {
		sd, err := p.signedData(ctx, signature, &o)
		return sd, nil, err
	})
}

// finish compares content with what was prepared and writes the structure that is made meanwhile: as it is marshalled, or raw where that
// is not nil.
func (p *PreparedSignature) finish(ctx context.Context, dst io.Writer, content io.Reader, make func() (sd *cmsdata.SignedData, raw []byte, err error)) error {
	if p.input == nil {
		return fail(CodeState, nil, "reason", "it was prepared from a digest")
	}
	if dst == nil {
		return noDestination()
	}
	if content == nil {
		return fail(CodeContent, nil)
	}
	if p.attached {
		sd, _, err := make()
		if err != nil {
			return err
		}
		return finishError(sd.Write(dst, p.watch(ctxReader{ctx, content}), p.input.size))
	}
	check := p.watch(nil)
	if err := readAll(ctx, check.h, io.LimitReader(content, p.input.size+1)); err != nil {
		return err
	}
	if err := check.check(); err != nil {
		return err
	}
	sd, raw, err := make()
	if err == nil && raw == nil {
		raw, err = sd.Marshal()
	}
	if err != nil {
		return wrap(err)
	}
	return write(dst, raw)
}

// FinishDER finishes a detached signature without looking at its content.
func (p *PreparedSignature) FinishDER(ctx context.Context, signature []byte, opts *FinishOptions) ([]byte, error) {
	if p.attached {
		return nil, fail(CodeContent, nil)
	}
	o := orDefault(opts)
	sd, err := p.signedData(ctx, signature, &o)
	if err != nil {
		return nil, err
	}
	raw, err := sd.Marshal()
	return raw, wrap(err)
}

// watch makes a reader that fails when the content is not what was prepared.
func (p *PreparedSignature) watch(r io.Reader) *unchanged {
	return &unchanged{r: r, h: newHashes(p.input.kind), size: p.input.size, kind: p.input.kind, want: p.input.sum}
}

// finishError brings the reason for a failed reading to the front.
func finishError(err error) error {
	for e := err; e != nil; {
		switch t := e.(type) {
		case *Error:
			if t.Code() == string(CodeChanged) {
				return t
			}
		case *signer.Error:
			return t
		}
		u, ok := e.(interface{ Unwrap() error })
		if !ok {
			break
		}
		e = u.Unwrap()
	}
	return wrap(err)
}

// signedData puts the parts together.
func (p *PreparedSignature) signedData(ctx context.Context, signature []byte, o *FinishOptions) (*cmsdata.SignedData, error) {
	si, err := p.signerInfo(signature, o)
	if err != nil {
		return nil, err
	}
	sd := cmsdata.New(p.chain, si)
	sd.ContentType = p.contentType
	return sd, p.raiseNew(ctx, sd, si, o)
}

// raiseNew is raise in a file that nobody has seen: what was added is put into the order of DER.
func (p *PreparedSignature) raiseNew(ctx context.Context, sd *cmsdata.SignedData, si *cmsdata.SignerInfo, o *FinishOptions) error {
	err := p.raise(ctx, sd, si, o)
	sd.Sort()
	return err
}

// signerInfo checks the value and makes the SignerInfo. The means for the level are checked as well: an error should come before anyone
// is asked for a time-stamp.
func (p *PreparedSignature) signerInfo(signature []byte, o *FinishOptions) (*cmsdata.SignerInfo, error) {
	level, err := p.levelFor(o)
	if err != nil {
		return nil, err
	}
	if err := checkMeans(level, o.Timestamper, o.Collector); err != nil {
		return nil, err
	}
	if !o.InsecureSkipCheck {
		pub, err := alg.PublicKey(p.chain[0])
		if err != nil {
			return nil, fail(CodeKey, err)
		}
		if err := p.algorithm.Verify(pub, p.signed(), signature); err != nil {
			if _, _, notCMS := cmsdata.ParsePrefix(signature); notCMS == nil {
				err = fail(CodeWhole, nil)
			}
			return nil, signer.NewError(signer.CodeSignatureInvalid, err, "algorithm", p.algorithm.Name())
		}
	} else if len(signature) == 0 {
		return nil, signer.NewError(signer.CodeSignatureInvalid, nil, "algorithm", p.algorithm.Name())
	}
	return cmsdata.NewSignerInfo(p.chain[0], p.algorithm.Hash, p.algorithm, p.attrs, signature), nil
}

// levelFor is the level to reach.
func (p *PreparedSignature) levelFor(o *FinishOptions) (Level, error) {
	if o.Level == "" {
		return p.level, nil
	}
	return checkLevel(o.Level)
}

// raise brings a new signer to its level. All its time-stamps are over the hash that the signature uses: the content's digest under it is
// known, and the content need not be read again.
func (p *PreparedSignature) raise(ctx context.Context, sd *cmsdata.SignedData, si *cmsdata.SignerInfo, o *FinishOptions) error {
	level, err := p.levelFor(o)
	if err != nil || level == LevelBB {
		return err
	}
	made, err := cmsdata.ParseSignedAttributes(p.attrs)
	if err != nil {
		return wrap(err)
	}
	content, err := made.MessageDigest()
	if err != nil {
		return wrap(err)
	}
	clock := o.Clock
	if clock == nil {
		clock = time.Now
	}
	r := &raiser{sd: sd, level: level, hash: p.algorithm.Hash, timestamper: o.Timestamper, collector: o.Collector, clock: clock, known: p.chain, has: true,
		digest: func(h crypto.Hash) ([]byte, error) {
			if h == p.algorithm.Hash {
				return content, nil
			}
			return nil, nil
		}}
	return r.raise(ctx, []*cmsdata.SignerInfo{si})
}

// checkMeans refuses a level without what it takes to reach it.
func checkMeans(level Level, t timestamp.Timestamper, c trust.Collector) error {
	switch {
	case level == LevelBB:
		return nil
	case t == nil:
		return fail(CodeTimestamper, nil, "level", string(level))
	case c == nil && level != LevelBT:
		return fail(CodeCollector, nil, "level", string(level))
	}
	return nil
}

// getToken gets a token over digest and checks it, whoever made it. known are further certificates to look for the authority's among.
func getToken(ctx context.Context, t timestamp.Timestamper, digest []byte, h crypto.Hash, known []*x509.Certificate) (*timestamp.Token, error) {
	token, err := t.Timestamp(ctx, digest, h)
	if err != nil {
		if cerr := signer.Cancelled(ctx); cerr != nil {
			return nil, cerr
		}
		return nil, fail(CodeTimestamp, err)
	}
	if token == nil {
		return nil, fail(CodeTimestamp, nil)
	}
	if err := token.Check(digest, h, known...); err != nil {
		return nil, fail(CodeTimestamp, err)
	}
	return token, nil
}

func write(dst io.Writer, raw []byte) error {
	n, err := dst.Write(raw)
	if err == nil && n < len(raw) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return fail(CodeWrite, err)
	}
	return nil
}

// timestampRoom is what EstimateSize reserves for one token: public time-stamp services were seen to send 2.5 to 7 kB.
const timestampRoom = 8 << 10

// EstimateSize is an upper bound of the size of a detached signature with this chain and these options, in octets. For levels above
// B-B it includes room for a time-stamp of the usual size; a service may send a larger one. It is 0 without a certificate.
func EstimateSize(chain []*x509.Certificate, opts *Options) int {
	o := orDefault(opts)
	all, err := bag(chain, o.Certificates)
	if err != nil {
		return 0
	}
	leaf := all[0]
	size := 512 // headers, identifiers, digests (64 octets at most each), times, PSS parameters
	for _, c := range all {
		size += len(c.Raw)
	}
	size += 2 * (len(leaf.RawIssuer) + len(leaf.SerialNumber.Bytes()) + 16) // sid and ESSCertIDv2
	if pub, err := alg.PublicKey(leaf); err == nil {
		size += alg.MaxSignatureSize(pub)
	}
	if o.Level != "" && o.Level != LevelBB {
		size += timestampRoom
	}
	return size
}
