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
// INDETERMINATE at best. Safe for concurrent use as long as its fields are not changed.
type Verifier struct {
	Trust        *trust.Store        // the anchors; nil: none
	Certificates []*x509.Certificate // further certificates, for signatures and time-stamps that do not carry theirs; never trusted
	Clock        func() time.Time    // tells the validation time; nil: time.Now
	Policy       string              // rules to apply, see [ParsePolicy]; "" is "default"
	Online       bool                // allow fetching revocation data; accepted, and without effect until revocation is judged
	AllowPrivate bool                // let fetching reach loopback and private addresses; accepted, and without effect until then
}

// Options belong to one document. Nil means the ordinary things.
type Options struct {
	Name        string                  // how the document is called in the report; nothing is opened by it
	Content     io.ReaderAt             // what a detached signature or a bare time-stamp is about; nil: not at hand
	ContentSize int64                   // octets of Content
	At          time.Time               // validation time; zero: what Clock says
	Progress    func(done, total int64) // told, from time to time and in order, how many octets are behind; may be nil
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
	r := newRun(v, o)
	err := r.verify(ctx, src, size)
	if err != nil {
		r.report.Error = problem(err)
		r.report.Signatures, r.report.Timestamps, r.report.Revisions = []*Signature{}, []*Timestamp{}, []Revision{}
	}
	r.report.conclude()
	return r.report, err
}

// run is one call of Verify.
type run struct {
	v      *Verifier
	opts   Options
	at     time.Time // validation time
	report *Report
	stamps int                 // time-stamps that have an id
	known  []*x509.Certificate // embedded anywhere in the document, and given; complete before the first chain is searched
	chains map[chainKey]chained
	names  names
}

func newRun(v *Verifier, o Options) *run {
	at := o.At
	if at.IsZero() {
		at = time.Now()
		if v.Clock != nil {
			at = v.Clock()
		}
	}
	at = at.UTC().Truncate(time.Second)
	policy, _ := ParsePolicy(v.Policy)
	return &run{v: v, opts: o, at: at, known: v.Certificates, chains: make(map[chainKey]chained), names: make(names), report: &Report{
		Schema: Schema, File: o.Name, ValidationTime: at, Policy: policy, Slots: []Slot{}, Revisions: []Revision{},
		Signatures: []*Signature{}, Timestamps: []*Timestamp{}, Conformance: []Conformance{}, Findings: []Finding{},
	}}
}

func (r *run) verify(ctx context.Context, src io.ReaderAt, size int64) error {
	if _, err := ParsePolicy(r.v.Policy); err != nil {
		return err
	}
	if src == nil || size < 0 {
		return fail(CodeRead, errors.New("no document was given"))
	}
	if err := ctx.Err(); err != nil {
		return fail(CodeCancelled, err)
	}
	document := &watched{r: src}
	content := &watched{r: r.opts.Content}
	err := r.dispatch(ctx, document, size, content)
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

func (r *run) dispatch(ctx context.Context, src io.ReaderAt, size int64, content io.ReaderAt) error {
	found, err := detect(src, size)
	if err != nil {
		return err
	}
	body := func() io.Reader { return io.NewSectionReader(src, 0, size) }
	if found.body != nil {
		body = found.body
	}
	switch found.kind {
	case kindPDF:
		r.report.Format = PDF
		return r.pdf(ctx, src, size)
	case kindCMS:
		r.report.Format = CMS
		return r.cms(ctx, body(), size, content)
	case kindToken, kindResponse:
		r.report.Format = TimestampFile
		return r.token(ctx, body(), found.kind == kindResponse, content)
	case kindXML:
		r.report.Format = XML
		return fail(CodeNotYet, nil, "format", "XML")
	case kindZip:
		return fail(CodeNotYet, nil, "format", "ZIP, ASiC")
	case kindEmpty:
		return fail(CodeEmpty, nil)
	}
	return fail(CodeFormat, nil)
}

// section is the content that the caller gave, from its beginning; nil when there is none.
func (r *run) section(content io.ReaderAt) io.Reader {
	if r.opts.Content == nil {
		return nil
	}
	return io.NewSectionReader(content, 0, max(r.opts.ContentSize, 0))
}

// progress counts what several readers in a row have read and tells the caller.
type progress struct {
	done, total int64
	tell        func(done, total int64)
}

// reader is src, counted. Without anyone to tell it is src itself, so that what src can do besides reading is kept.
func (p *progress) reader(src io.Reader) io.Reader {
	if p.tell == nil || src == nil {
		return src
	}
	c := &counted{Reader: src, p: p}
	if seeker, ok := src.(io.Seeker); ok {
		return &countedSeeker{counted: c, Seeker: seeker}
	}
	return c
}

type counted struct {
	io.Reader
	p *progress
}

type countedSeeker struct {
	*counted
	io.Seeker
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.p.done = min(c.p.done+int64(n), c.p.total)
	c.p.tell(c.p.done, c.p.total)
	return n, err
}

// copyContext hashes a reader to its end, and stops when the context ends.
func copyContext(ctx context.Context, dst io.Writer, src io.Reader) error {
	buffer := make([]byte, 64<<10)
	for {
		if err := ctx.Err(); err != nil {
			return fail(CodeCancelled, err)
		}
		n, err := src.Read(buffer)
		_, _ = dst.Write(buffer[:n]) // a hash never fails
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fail(CodeContent, err)
		}
	}
}

// watched remembers the first failure of a reader: however the rooms wrap it, the fault is then the disk's, not the document's.
type watched struct {
	r   io.ReaderAt
	mu  sync.Mutex
	err error
}

func (w *watched) ReadAt(b []byte, off int64) (int, error) {
	n, err := w.r.ReadAt(b, off)
	if err != nil && !errors.Is(err, io.EOF) {
		w.mu.Lock()
		if w.err == nil {
			w.err = err
		}
		w.mu.Unlock()
	}
	return n, err
}

func (w *watched) failed() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
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
