package cms

import (
	"context"
	"crypto"
	"crypto/x509"
	"io"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/proofs"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

// ExtendOptions say how to raise signatures. They are copied and may be shared.
type ExtendOptions struct {
	// Level is LevelBT, LevelBLT or LevelBLTA.
	Level Level
	// Content is what a detached file signs. It is read to its end once. LevelBLTA needs it; for lower levels it may be left out,
	// and is then not checked.
	Content io.Reader
	// Timestamper is asked for the time-stamps that are missing.
	Timestamper timestamp.Timestamper
	// Collector finds the evidence of LevelBLT and LevelBLTA.
	Collector trust.Collector
	// Hash is that of the time-stamps: SHA-256, SHA-384 or SHA-512, or 0 for the one that the signer used (SHA-256 where that one is
	// weak or unknown).
	Hash crypto.Hash
	// Choose picks the signatures to raise; nil means all.
	Choose func(*Signature) bool
	// Certificates are further certificates among which signers are looked for when the file lacks them.
	Certificates []*x509.Certificate
	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
}

// Extend raises the signatures of a CMS file, whoever made them, to a baseline level of EN 319 122-1 and writes the result to dst. src is
// read from where it stands to its end, twice where the content is inside; nothing of any size is held.
//
// Only what is missing is added: a signature time-stamp where there is no sound one, then the certificates, CRLs and OCSP responses
// by which signer and time-stamps can be judged later, then an archive time-stamp. LevelBLTA on a file that is at LevelBLTA already
// refreshes it: the evidence of the last archive time-stamp, and a further one over all. It must be done while the last one's
// certificate is valid. LevelBLT on such a file adds newer evidence where the Collector finds the old one wanting. A file that has
// all that the level asks for is written as it is.
//
// What can have no baseline level is refused with CodeLevelRefused: plain CMS, and the extended forms with references or values in
// attributes (CAdES-C, -X, -A). So are signatures whose value or content is not intact (CodeSignature, CodeContentDigest), and files
// whose archive time-stamps of an older kind would break (CodeArchived). Evidence that cannot be had is CodeEvidence, with the
// certificate and the reason; nothing weaker is written. After an error in the midst of writing (CodeWrite, CodeRead, CodeChanged) dst
// must be thrown away; before that nothing is written.
func Extend(ctx context.Context, dst io.Writer, src io.ReadSeeker, opts *ExtendOptions) error {
	o := orDefault(opts)
	if err := o.check(dst, src); err != nil {
		return err
	}
	start, err := src.Seek(0, io.SeekCurrent)
	if err != nil {
		return fail(CodeRead, err)
	}
	d, h, err := o.read(ctx, src)
	if err != nil {
		return err
	}
	doc, err := d.document()
	if err != nil {
		return err
	}
	if o.Level != LevelBT && slices.ContainsFunc(d.sd.Signers, oldArchive) {
		return fail(CodeArchived, nil)
	}
	clock := o.Clock
	if clock == nil {
		clock = time.Now
	}
	var signers []*cmsdata.SignerInfo
	for _, s := range doc.Signatures {
		if o.Choose != nil && !o.Choose(s) {
			continue
		}
		if err := d.raisable(s, o.Level, clock()); err != nil {
			return err
		}
		signers = append(signers, s.Info)
	}
	if len(signers) == 0 {
		return refused(o.Level, "there is no signature to raise")
	}
	r := &raiser{sd: d.sd, level: o.Level, hash: o.Hash, timestamper: o.Timestamper, collector: o.Collector, clock: clock,
		known: o.Certificates, has: d.has, digest: d.digest}
	if err := r.raise(ctx, signers); err != nil {
		return err
	}
	if _, err := src.Seek(start, io.SeekStart); err != nil {
		return fail(CodeRead, err)
	}
	if !r.changed {
		return readAll(ctx, output{dst}, src)
	}
	d.sd.KeepOrder = true
	if !d.sd.Attached {
		raw, err := d.sd.Marshal()
		if err != nil {
			return wrap(err)
		}
		return write(dst, raw)
	}
	return finishError(d.sd.WriteFunc(dst, d.sd.Size, func(w io.Writer) (int64, error) { return again(ctx, w, src, d.sd.Size, h) }))
}

// check finds mistakes in the options before anything is read.
func (o *ExtendOptions) check(dst io.Writer, src io.ReadSeeker) error {
	switch o.Level {
	case LevelBT, LevelBLT, LevelBLTA:
	case "", LevelBB:
		return fail(CodeOptions, nil, "reason", "a level above B-B is needed")
	default:
		_, err := checkLevel(o.Level)
		return err
	}
	switch {
	case dst == nil:
		return noDestination()
	case src == nil:
		return fail(CodeOptions, nil, "reason", "there is no src to read from")
	}
	if known, ok := alg.HashOf(o.Hash); o.Hash != 0 && (!ok || !known.Signs) {
		return fail(CodeOptions, nil, "reason", "time-stamps need a hash of SHA-2")
	}
	if o.Level == LevelBLTA {
		return checkMeans(o.Level, o.Timestamper, o.Collector)
	}
	if o.Level == LevelBLT && o.Collector == nil { // whether a time-stamp is missing is not known yet
		return fail(CodeCollector, nil, "level", string(o.Level))
	}
	return nil
}

// read parses the file and hashes the content with all hashes that its signers, its time-stamps and new ones need.
func (o *ExtendOptions) read(ctx context.Context, src io.Reader) (*reader, *hashes, error) {
	d, h, err := read(ctx, src, ReadOptions{Content: o.Content, Certificates: o.Certificates}, crypto.SHA256, o.Hash)
	switch {
	case err != nil:
		return nil, nil, err
	case d.sd.Attached && o.Content != nil:
		return nil, nil, fail(CodeOptions, nil, "reason", "the file holds its content; none may be given beside it")
	case o.Level == LevelBLTA && !d.has:
		return nil, nil, fail(CodeContent, nil)
	}
	return d, h, nil
}

// raisable refuses signatures that can have no baseline level, and those that are broken: a time-stamp over them would promise what
// is not there.
func (d *reader) raisable(s *Signature, level Level, now time.Time) error {
	if s.Certificate == nil {
		return fail(CodeCertificateMissing, nil)
	}
	if err := d.baseline(s, level); err != nil {
		return err
	}
	switch {
	case s.ContentIntegrity == Broken:
		return fail(CodeContentDigest, nil, "algorithm", s.DigestAlgorithm)
	case s.SignatureIntegrity != Intact:
		return fail(CodeSignature, nil)
	case now.After(s.Certificate.NotAfter) && !proofs.Stamped(s.stamps()):
		return refused(level, "its certificate has expired, and no time-stamp says that it was made before") // 6.3, requirement m
	}
	return nil
}

// baseline refuses signatures that can have no baseline level, by what they are made of.
func (d *reader) baseline(s *Signature, level Level) error {
	for _, a := range s.Info.UnsignedAttrs {
		if has([]cmsdata.Attribute{a}, notInBaseline...) {
			return refused(level, "it has the attribute "+cmsdata.AttributeName(a.Type)+" of the extended forms")
		}
	}
	if reason := d.shortfall(s, false); reason != "" {
		return refused(level, reason)
	}
	return nil
}

func refused(level Level, reason string) error {
	return fail(CodeLevelRefused, nil, "level", string(level), "reason", reason)
}

// output is a destination whose errors are typed.
type output struct{ w io.Writer }

func (o output) Write(b []byte) (int, error) {
	if err := write(o.w, b); err != nil {
		return 0, err
	}
	return len(b), nil
}

// again writes the content of an attached file a second time, and refuses it when it is not what was read the first time.
func again(ctx context.Context, w io.Writer, src io.Reader, size int64, h *hashes) (int64, error) {
	more := newHashes(crypto.SHA256)
	sd, err := cmsdata.ParseStream(ctxReader{ctx, src}, func([]crypto.Hash) (io.Writer, error) { return io.MultiWriter(more, w), nil })
	if err != nil {
		return 0, err
	}
	if sd.Size != size || string(more.sum(crypto.SHA256)) != string(h.sum(crypto.SHA256)) {
		return 0, fail(CodeChanged, nil)
	}
	return sd.Size, nil
}
