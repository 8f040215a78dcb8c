package xml

import (
	"context"
	"crypto"
	"crypto/x509"
	"hash"
	"io"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/proofs"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

// ExtendOptions say how to raise signatures. They are copied and may be shared.
type ExtendOptions struct {
	// Level is LevelBT, LevelBLT or LevelBLTA.
	Level Level
	// Timestamper is asked for the time-stamps that are missing.
	Timestamper timestamp.Timestamper
	// Collector finds the evidence of LevelBLT and LevelBLTA.
	Collector trust.Collector
	// Hash is that of the time-stamps: SHA-256, SHA-384 or SHA-512, or 0 for the one that the signer used (SHA-256 where that one is
	// weak or unknown).
	Hash crypto.Hash
	// Choose picks the signatures to raise; nil means all that are signatures of their own and not counter-signatures in another.
	Choose func(*Signature) bool
	// Resolver is asked for what References name outside of the document. LevelBLTA needs it where there are such.
	Resolver Resolver
	// Certificates are further certificates among which signers are looked for when the signature lacks them.
	Certificates []*x509.Certificate
	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
}

// Extend raises the signatures of the document of size octets in src, whoever made them, to a baseline level of EN 319 132-1 and writes the
// result to dst. Properties are spliced in; all other octets stay as they are.
//
// Only what is missing is added: a signature time-stamp where there is no sound one, then the certificates, CRLs and OCSP responses
// by which signer and time-stamps can be judged later, then an archive time-stamp. LevelBLTA on a signature that is at LevelBLTA already
// refreshes it: the evidence of the last archive time-stamp, and a further one over all. It must be done while the last one's
// certificate is valid. LevelBLT on such a signature adds newer evidence where the Collector finds the old one wanting. A document that has
// all that the level asks for is written as it is.
//
// What can have no baseline level is refused with CodeLevelRefused: plain XML Signatures, those of older versions of XAdES, and the extended
// forms (XAdES-C, -X, -A of version 1.3.2). So are signatures whose value or References are not intact (CodeSignatureBroken,
// CodeReferenceBroken), and those that another signature covers, which would break (CodeEarlier). Evidence that cannot be had is
// CodeEvidence, with the certificate and the reason; nothing weaker is written. After an error in the midst of writing (CodeWrite, CodeRead,
// CodeChanged) dst must be thrown away; before that nothing is written.
func Extend(ctx context.Context, dst io.Writer, src io.ReaderAt, size int64, opts *ExtendOptions) error {
	o := orDefault(opts)
	if err := o.check(dst); err != nil {
		return err
	}
	in, err := open(ctx, src, size)
	if err != nil {
		return err
	}
	return o.extend(ctx, dst, in)
}

// check finds mistakes in the options before anything is read.
func (o *ExtendOptions) check(dst io.Writer) error {
	if err := checkLevel(o.Level); err != nil || o.Level == LevelBB {
		return badOption("Level", shorten(string(o.Level)))
	}
	if dst == nil {
		return badOption("dst", "nil")
	}
	if o.Hash != 0 && !stampHash(o.Hash) {
		return badOption("Hash", alg.HashName(o.Hash))
	}
	if o.Level == LevelBLTA {
		return checkMeans(o.Level, o.Timestamper, o.Collector)
	}
	if o.Level == LevelBLT && o.Collector == nil { // whether a time-stamp is missing is not known yet
		return fail(CodeCollector, nil, "level", string(o.Level))
	}
	return nil
}

func (o *ExtendOptions) extend(ctx context.Context, dst io.Writer, in *source) error {
	in.check = quick
	d, err := in.read(ctx, &ReadOptions{Resolver: o.Resolver, Certificates: o.Certificates})
	if err != nil {
		return err
	}
	all := d.doc.Signatures
	d.doc.arrange()
	clock := o.Clock
	if clock == nil {
		clock = time.Now
	}
	var raisers []*raiser
	for _, s := range d.doc.Signatures {
		if o.Choose != nil && !o.Choose(s) {
			continue
		}
		r := &raiser{d: d, s: s, level: o.Level, hash: o.Hash, timestamper: o.Timestamper, collector: o.Collector, clock: clock, known: o.Certificates}
		if err := r.begin(all); err != nil {
			return err
		}
		raisers = append(raisers, r)
	}
	if len(raisers) == 0 {
		return refused(o.Level, "there is no signature to raise")
	}
	var edits []edit
	for _, r := range raisers {
		if err := r.raise(ctx); err != nil {
			return err
		}
		if len(r.added) > 0 {
			edits = append(edits, r.edit())
		}
	}
	slices.SortFunc(edits, func(a, b edit) int { return int(a.at - b.at) })
	return in.splice(ctx, dst, edits)
}

func refused(level Level, reason string) error {
	return fail(CodeLevelRefused, nil, "level", string(level), "reason", reason)
}

// begin refuses signatures that can have no baseline level, those that are broken, since a time-stamp over them would promise what
// is not there, and those in which nothing can be changed.
func (r *raiser) begin(all []*Signature) error {
	s := r.s
	p, err := s.properties(r.d.doc, s.quietReference())
	if err != nil {
		return err
	}
	if p == nil || p.signed == 0 {
		return refused(r.level, "it has no signed properties")
	}
	r.p = p
	if name := s.extended(p); name != "" {
		return refused(r.level, "it has the property "+name+" of the extended forms")
	}
	if s.Certificate == nil {
		return fail(CodeCertificateMissing, nil)
	}
	if reason := s.shortfall(p); reason != "" {
		return refused(r.level, reason)
	}
	switch {
	case s.ContentIntegrity == Broken:
		for _, one := range s.References {
			if one.Integrity == Broken {
				return fail(CodeReferenceBroken, nil, "uri", shorten(one.URI), "algorithm", one.DigestAlgorithm)
			}
		}
		return fail(CodeReferenceBroken, nil, "uri", "", "algorithm", s.DigestAlgorithm)
	case s.SignatureIntegrity == Broken:
		return fail(CodeSignatureBroken, nil)
	case s.SignatureIntegrity != Intact:
		return s.unverified()
	case r.clock().After(s.Certificate.NotAfter) && !proofs.Stamped(s.stamps()):
		return refused(r.level, "its certificate has expired, and no time-stamp says that it was made before") // 6.3, requirement o
	}
	return r.locate(all)
}

// unverified is why the value could not be checked: the first error that was found.
func (s *Signature) unverified() error {
	for _, f := range s.Findings {
		if f.Severity == finding.Error {
			var pairs []string
			for name, value := range f.Params {
				pairs = append(pairs, name, value)
			}
			return fail(f.Code, nil, pairs...)
		}
	}
	return fail(CodeSignatureBroken, nil)
}

// locate finds the place for unsigned properties, and refuses one that a signature of the document covers: it would break.
func (r *raiser) locate(all []*Signature) error {
	r.place = r.p.placeForUnsigned()
	at := r.d.doc.in.original(r.p.start + int64(r.place.at))
	for _, other := range all {
		for _, one := range other.References {
			if one.coversPlace(at, r.s.survey) {
				return fail(CodeEarlier, nil, "path", shorten(other.Element.Path))
			}
		}
	}
	return nil
}

// quietReference is propertiesReference without findings: there were some already.
func (s *Signature) quietReference() *Reference {
	var signs *Reference
	for _, r := range s.References {
		if isSignedProperties(r) {
			if signs != nil {
				return nil
			}
			signs = r
		}
	}
	return signs
}

// coversPlace reports whether what the Reference signs contains an octet of the document that is in a signature. What XPath selects beyond the
// usual forms is not looked into.
func (r *Reference) coversPlace(at int64, in *survey) bool {
	_, _, left, ok := r.plan.streamed()
	if !ok || left == leftAll {
		return false
	}
	if left == leftOwn {
		for v := in; v != nil; v = v.parent {
			if v == r.plan.signature {
				return false
			}
		}
	}
	if r.plan.target == targetDocument {
		return true
	}
	return r.Element != nil && r.Element.Start <= at && at < r.Element.End
}

// edit puts text into the document, in the place of the octets from at to past.
type edit struct {
	at, past int64
	text     []byte
}

// splice writes the document with the edits, which are in order.
func (in *source) splice(ctx context.Context, dst io.Writer, edits []edit) error {
	out := &errWriter{w: dst}
	var h hash.Hash
	at := int64(0)
	copyTo := func(to int64, w io.Writer) error {
		if in.whole != nil {
			_, _ = w.Write(in.whole[at:to])
		} else {
			if h == nil {
				h = in.check()
			}
			n, err := io.Copy(io.MultiWriter(w, h), ctxReader{ctx, io.NewSectionReader(in.r, at, to-at)})
			if out.err == nil && err != nil {
				return readError(err)
			}
			if out.err == nil && n != to-at {
				return fail(CodeChanged, nil)
			}
		}
		at = to
		if out.err != nil {
			return fail(CodeWrite, out.err)
		}
		return nil
	}
	for _, e := range edits {
		if err := copyTo(e.at, out); err != nil {
			return err
		}
		_, _ = out.Write(e.text)
		if err := copyTo(e.past, io.Discard); err != nil {
			return err
		}
	}
	if err := copyTo(in.size, out); err != nil {
		return err
	}
	if h != nil && !equal(h.Sum(nil), in.seen) {
		return fail(CodeChanged, nil)
	}
	return nil
}
