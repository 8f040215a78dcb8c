package verify

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/kyso-dev/kyso/trust"
)

// Verifier judges documents by what it trusts. The zero value trusts nothing: it finds integrity and facts, and every verdict is
// INDETERMINATE at best. It is meant to live long: paths, revocation data and what was fetched are found once for many documents. Safe
// for concurrent use as long as its fields are not changed, which must not happen after the first use; it must not be copied then.
type Verifier struct {
	Trust        *trust.Store        // the anchors; nil: none
	Certificates []*x509.Certificate // further certificates, for signatures and time-stamps that do not carry theirs; never trusted
	Revocation   *trust.Evidence     // further revocation data, asked before the network; nil: none
	Responders   []*x509.Certificate // OCSP responders that are trusted for every certificate, beside issuers and their delegates
	Fetcher      trust.Fetcher       // fetches what is not at hand; nil: nothing is fetched, unless Online is set
	Cache        *trust.Cache        // keeps what was fetched; nil: a cache of its own
	Clock        func() time.Time    // tells the validation time; nil: time.Now
	Policy       string              // rules to apply, see [ParsePolicy]; "" is "default"
	Online       bool                // fetch OCSP responses, CRLs and issuers' certificates over HTTP, where Fetcher is nil
	AllowPrivate bool                // let that reach loopback and private addresses

	once  sync.Once
	chain *trust.Validator
	names names
}

// validator is what judges certificates, made at the first use.
func (v *Verifier) validator() *trust.Validator {
	v.once.Do(func() {
		evidence := &trust.Evidence{Certificates: v.Certificates}
		evidence.Add(v.Revocation)
		v.chain = &trust.Validator{Store: v.Trust, Evidence: evidence, Responders: v.Responders, Fetcher: v.Fetcher, Cache: v.Cache, Clock: v.Clock}
		if v.Fetcher == nil && v.Online {
			v.chain.Fetcher = &trust.HTTPFetcher{AllowPrivate: v.AllowPrivate}
		}
		if v.Cache == nil {
			v.chain.Cache = new(trust.Cache)
		}
		if p, err := policyNamed(v.Policy); err == nil {
			v.chain.Algorithms = p.algorithms
		}
	})
	return v.chain
}

// Options belong to one document. Nil means the ordinary things.
type Options struct {
	Name        string                  // how the document is called in the report; nothing is opened by it
	Content     io.ReaderAt             // what a detached signature or a bare time-stamp is about; nil: not at hand
	ContentSize int64                   // octets of Content
	ContentName string                  // how References of XML name Content; "": whatever they name, if it is one thing
	At          time.Time               // validation time; zero: what Clock says
	Progress    func(done, total int64) // told, from time to time and in order, how many octets are behind; may be nil

	// Of documents of the tax authority: the serial numbers of the certificates that the taxpayer has registered (nil: not known), and which
	// days nobody works on (nil: Saturdays and Sundays).
	Registered []string
	DayOff     func(day time.Time) bool

	// InsecureExclusive takes signatures in XML that name Canonical XML 1.0 and were computed with Exclusive XML Canonicalization for intact,
	// with a warning: some signing services made such in numbers. Standard verifiers refuse them.
	InsecureExclusive bool
	// InsecureEnveloped takes References to a signature's own properties for intact, with a warning, that name the enveloped-signature
	// transform, which leaves nothing of them, and were computed without it. Standard verifiers refuse them.
	InsecureEnveloped bool
}

// Verify judges the document of size octets that src holds, and returns its report. Documents of any size are read in constant
// memory.
//
// An error means that nobody could look: the document is of no known format or damaged, it could not be read, or the context ended.
// The error is then an *[Error] or that of the room which refused (*pdf.Error, *cms.Error, *timestamp.Error), and the report is
// returned all the same: INDETERMINATE, with its Error filled in. A document without any signature is no error; see
// [Report.ExitCode].
func (v *Verifier) Verify(ctx context.Context, src io.ReaderAt, size int64, opts *Options) (*Report, error) {
	var o Options
	if opts != nil {
		o = *opts
	}
	r, p, err := v.newReport(o.Name, o.At)
	if err == nil {
		r.facts = &facts{given: v.Certificates}
		err = read(ctx, &reader{facts: r.facts, opts: o, given: v.Certificates, trust: v.Trust, format: &r.Format,
			now: func() time.Time { return r.ValidationTime }}, src, size)
	}
	return v.finish(ctx, r, p, err)
}

// Judge judges the facts of an earlier report again, without reading the document: by the policy, trust, evidence and clock of this
// verifier, and at a time; zero is what Clock says. The earlier report stays as it is. Errors are those of the context, of an unknown
// policy, and of a document that could not be read then.
func (v *Verifier) Judge(ctx context.Context, earlier *Report, at time.Time) (*Report, error) {
	r, p, err := v.newReport(earlier.File, at)
	r.Format, r.facts = earlier.Format, earlier.facts
	switch {
	case err != nil:
	case earlier.Error != nil && earlier.Error.Cause != nil:
		err = earlier.Error.Cause
	case earlier.facts == nil:
		err = fail(CodeRead, errors.New("the report does not come from a verifier"))
	}
	return v.finish(ctx, r, p, err)
}

// newReport begins a report.
func (v *Verifier) newReport(name string, at time.Time) (*Report, *policy, error) {
	if at.IsZero() {
		at = time.Now()
		if v.Clock != nil {
			at = v.Clock()
		}
	}
	p, err := policyNamed(v.Policy)
	r := &Report{Schema: Schema, File: name, ValidationTime: at.UTC().Truncate(time.Second), Policy: PolicyName{Name: v.Policy}}
	if err == nil {
		r.Policy = p.PolicyName
	}
	return r, p, err
}

// finish judges what was read, or says why nothing was.
func (v *Verifier) finish(ctx context.Context, r *Report, p *policy, err error) (*Report, error) {
	if err == nil {
		err = v.judge(ctx, r.facts, p, r)
	}
	if err != nil {
		r.Error = problem(err)
		r.Signatures, r.Timestamps, r.Revisions = nil, nil, nil
	}
	r.Slots, r.Revisions, r.Signatures, r.Timestamps = list(r.Slots), list(r.Revisions), list(r.Signatures), list(r.Timestamps)
	r.Conformance, r.Findings = list(r.Conformance), list(r.Findings)
	r.conclude()
	return r, err
}

// read is reader.read with the blame where it belongs: a failing disk is no fault of the document.
func read(ctx context.Context, r *reader, src io.ReaderAt, size int64) error {
	if src == nil || size < 0 {
		return fail(CodeRead, errors.New("no document was given"))
	}
	if err := ctx.Err(); err != nil {
		return fail(CodeCancelled, err)
	}
	document, content := &watched{r: src}, &watched{r: r.opts.Content}
	err := r.read(ctx, document, size, content)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fail(CodeCancelled, ctx.Err())
	case document.failed() != nil:
		return fail(CodeRead, document.failed())
	case content.failed() != nil:
		return fail(CodeContent, content.failed())
	}
	return err
}

// problem says an error as the report has it.
func problem(err error) *Problem {
	p := &Problem{Code: string(CodeRead), Cause: err}
	var coded interface {
		Code() string
		Params() map[string]string
	}
	if errors.As(err, &coded) {
		p.Code, p.Params = coded.Code(), coded.Params()
	}
	return p
}
