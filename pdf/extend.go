package pdf

import (
	"context"
	"crypto"
	"crypto/x509"
	"hash"
	"io"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

// ExtendOptions say how a signed document is raised.
type ExtendOptions struct {
	// Level is LevelBT, LevelBLT or LevelBLTA. A document that has LevelBLTA is refreshed by it.
	Level Level
	// Field is the name of the one field whose signature is raised; "" raises all.
	Field string
	// Hash is the digest of document time-stamps: SHA-256 (also 0), SHA-384 or SHA-512.
	Hash crypto.Hash
	// Timestamper is asked for document time-stamps: for LevelBT where a signature has no time-stamp, and for LevelBLTA.
	Timestamper timestamp.Timestamper
	// Collector finds the certificates and revocation data of LevelBLT.
	Collector trust.Collector
	// Certificates are further certificates among which signers are looked for when the file lacks them.
	Certificates []*x509.Certificate
	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
	// Progress is told, from the goroutine of the call, how many octets of the document are done; nil tells nobody.
	Progress func(done, total int64)
}

// Extend raises the signatures of the PDF of size octets in src, whoever made them, and writes the result to dst: the octets of src,
// unchanged, and update sections behind them (ETSI EN 319 142-1, 5.4 and 6.3).
//
// LevelBT adds a document time-stamp where a signature has neither that nor a time-stamp of its own. LevelBLT adds the evidence for
// all chains, those of time-stamps included, that the document lacks. LevelBLTA adds a document time-stamp over all of it; done again
// before that one's certificate expires, it adds first the evidence for the earlier one, so that it goes on proving.
// What is there already is not added twice; where nothing is missing, the result is src.
//
// A document without PAdES signatures is refused (CodeUnsigned; CodeLevel names the kind of those that it has), and so is a signature
// that is not intact (CodeBroken) or whose evidence cannot be had (CodeEvidence, with the collector's reason beneath).
//
// The document is read twice and never held. After an error discard what dst has got.
func Extend(ctx context.Context, dst io.Writer, src io.ReaderAt, size int64, opts *ExtendOptions) error {
	var o ExtendOptions
	if opts != nil {
		o = *opts
	}
	if o.Hash == 0 {
		o.Hash = crypto.SHA256
	}
	switch {
	case dst == nil:
		return badOption("dst", "nil")
	case o.Level != LevelBT && o.Level != LevelBLT && o.Level != LevelBLTA:
		return badOption("Level", string(o.Level))
	case !signingHash(o.Hash):
		return badOption("Hash", o.Hash.String())
	case o.Level != LevelBT && o.Collector == nil:
		return fault(CodeCollector, nil)
	case o.Level == LevelBLTA && o.Timestamper == nil:
		return fault(CodeTimestamper, nil)
	}
	in, err := open(ctx, src, size)
	if err != nil {
		return err
	}
	if _, err := load(in); err != nil {
		return err
	}
	doc, err := Read(ctx, in, size, &ReadOptions{Certificates: o.Certificates})
	if err != nil {
		return err
	}
	x := &extension{doc: doc, opts: o, ascent: ascent{ctx: ctx, src: in, hash: o.Hash, timestamper: o.Timestamper, collector: o.Collector, clock: o.Clock}}
	if err := x.choose(); err != nil {
		return err
	}
	x.prefix = o.Hash.New()
	written, err := in.walk(ctx, []hash.Hash{x.prefix}, dst, o.Progress)
	if err != nil {
		return err
	}
	if err := x.raise(); err != nil {
		return err
	}
	if !written {
		if err := write(dst, in.whole); err != nil {
			return err
		}
	}
	return write(dst, x.tail)
}

// extension is one call of Extend.
type extension struct {
	ascent
	doc    *Document
	opts   ExtendOptions
	chosen []*Signature
}

// choose finds the signatures to be raised, and refuses what cannot be before anything is written.
func (x *extension) choose() error {
	var other *Signature
	for _, s := range x.doc.Signatures {
		switch {
		case x.opts.Field != "" && !slices.Contains(s.Fields, x.opts.Field):
		case s.SubFilter != SubFilterCAdES:
			other = s
		case s.CMS == nil || s.Extent == Part || s.CMS.ContentIntegrity != cms.Intact || s.CMS.SignatureIntegrity != cms.Intact:
			return fault(CodeBroken, nil, "field", s.Field)
		default:
			x.chosen = append(x.chosen, s)
		}
	}
	for _, t := range x.doc.Timestamps {
		if t.Token == nil || t.Extent == Part || t.Content != cms.Intact || t.Signature != cms.Intact {
			return fault(CodeBroken, nil, "field", t.Field)
		}
	}
	switch {
	case len(x.chosen) > 0:
	case other != nil:
		return fault(CodeLevel, nil, "field", other.Field, "sub_filter", orNone(other.SubFilter))
	case x.opts.Field != "" || len(x.doc.Timestamps) == 0: // a document that is only time-stamped can be refreshed
		return fault(CodeUnsigned, nil, "field", x.opts.Field)
	}
	if x.timestamper == nil && slices.ContainsFunc(x.chosen, x.unproved) {
		return fault(CodeTimestamper, nil)
	}
	return nil
}

// unproved reports whether there is no time-stamp over a signature.
func (x *extension) unproved(s *Signature) bool {
	_, ok := x.proved(s)
	return !ok
}

// proved is the earliest time at which a time-stamp says that a signature existed.
func (x *extension) proved(s *Signature) (time.Time, bool) {
	at, ok := x.above(s.Revision)
	for _, t := range s.CMS.Timestamps {
		if t.Kind == cms.SignatureTimestamp && t.Token != nil && t.ContentIntegrity == cms.Intact && (!ok || t.Token.Info.Time.Before(at)) {
			at, ok = t.Token.Info.Time, true
		}
	}
	return at, ok
}

// above is the earliest time of the document time-stamps over later revisions than this one.
func (x *extension) above(revision int) (at time.Time, ok bool) {
	for _, t := range x.doc.Timestamps {
		if t.Revision > revision && (!ok || t.Token.Info.Time.Before(at)) {
			at, ok = t.Token.Info.Time, true
		}
	}
	return at, ok
}

// raise adds the update sections.
func (x *extension) raise() error {
	known := x.doc.Evidence()
	if slices.ContainsFunc(x.chosen, x.unproved) {
		t, err := x.stamp()
		if err != nil {
			return err
		}
		t.Revision = len(x.doc.Revisions) + 1
		x.doc.Timestamps = append(x.doc.Timestamps, t)
		known.Add(&t.Evidence)
	}
	if x.opts.Level == LevelBT {
		return nil
	}
	list, err := x.witnesses()
	if err != nil {
		return err
	}
	if err := x.store(list, known); err != nil || x.opts.Level == LevelBLT {
		return err
	}
	return x.seal(known)
}

// witnesses lists all whose certificates are judged later: signers, and those who time-stamped them and the document.
func (x *extension) witnesses() ([]witness, error) {
	var list []witness
	now := x.now()
	for _, s := range x.chosen {
		key := vriKey(s.Contents)
		at, _ := x.proved(s)
		list = append(list, witness{key, s.Field, s.CMS.Certificate, at})
		above, covered := x.above(s.Revision)
		if !covered {
			above = now
		}
		for _, t := range s.CMS.Timestamps {
			when := above
			switch t.Kind {
			case cms.SignatureTimestamp:
			case cms.ContentTimestamp: // signed: it exists since the signature does
				when = at
			default:
				continue
			}
			cert, err := signerOf(t.Token, x.opts.Certificates)
			if err != nil {
				return nil, fault(CodeEvidence, err, "field", s.Field)
			}
			list = append(list, witness{key, s.Field, cert, when})
		}
	}
	for _, t := range x.doc.Timestamps {
		cert, err := signerOf(t.Token, x.opts.Certificates)
		if err != nil {
			return nil, fault(CodeEvidence, err, "field", t.Field)
		}
		above, covered := x.above(t.Revision)
		if !covered {
			above = now
		}
		list = append(list, witness{vriKey(t.Contents), t.Field, cert, above})
	}
	return list, nil
}

func signerOf(token *timestamp.Token, more []*x509.Certificate) (*x509.Certificate, error) {
	if token == nil {
		return nil, fault(CodeTokenUnreadable, nil, "why", "-")
	}
	return token.Signer(more...)
}
