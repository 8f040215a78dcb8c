package pdf

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"hash"
	"io"
	"strconv"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pdfobj"
	"github.com/kyso-dev/kyso/signer"
)

// inMemory is up to which size a document is read at once. Above, it is read where it is needed, and written while it is hashed.
const inMemory = 4 << 20

// source is a document to be signed.
type source struct {
	io.ReaderAt
	size  int64
	whole []byte // all of a small document; nil of a large one
}

// open reads a small document whole, so that what is signed, checked and written are the same octets.
func open(ctx context.Context, src io.ReaderAt, size int64) (*source, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if src == nil {
		return nil, badOption("src", "nil")
	}
	if size < 0 {
		return nil, badOption("size", strconv.FormatInt(size, 10))
	}
	s := &source{ReaderAt: src, size: size}
	if size <= inMemory {
		s.whole = make([]byte, size)
		if size > 0 {
			if err := readFull(src, s.whole, 0); err != nil {
				return nil, err
			}
		}
		s.ReaderAt = bytes.NewReader(s.whole)
	}
	return s, nil
}

// walk feeds the document to hashes, and writes it to dst meanwhile where it is large and dst is not nil. written tells whether dst
// has it.
func (s *source) walk(ctx context.Context, hashes []hash.Hash, dst io.Writer, progress func(done, total int64)) (written bool, err error) {
	if s.whole != nil {
		for _, h := range hashes {
			h.Write(s.whole)
		}
		if progress != nil {
			progress(s.size, s.size)
		}
		return false, nil
	}
	t := transfer{src: s.ReaderAt, size: s.size, hashes: hashes, dst: dst, progress: progress}
	return dst != nil, t.run(ctx)
}

// job is one signature in the making.
type job struct {
	opts   Options
	chain  []*x509.Certificate
	src    *source
	doc    *document
	layout layout
	target target
	hash   crypto.Hash
	prefix hash.Hash // over the document as it was, without the update
	sum    []byte    // SHA-256 of the same, where it was asked for
}

// begin looks at the document and the certificate, and refuses what cannot be signed before anything costly happens.
func begin(ctx context.Context, src io.ReaderAt, size int64, chain []*x509.Certificate, opts *Options) (*job, error) {
	o, err := opts.settle()
	if err != nil {
		return nil, err
	}
	if len(chain) == 0 || chain[0] == nil {
		return nil, fault(CodeNoCertificate, nil)
	}
	if len(chain)+len(o.Certificates) > limits.PDFChain {
		return nil, fault(CodeLimit, nil, "what", "certificates", "max", strconv.Itoa(limits.PDFChain))
	}
	if err := checkCertificate(chain[0], &o); err != nil {
		return nil, err
	}
	j := &job{opts: o, chain: chain}
	if j.src, err = open(ctx, src, size); err != nil {
		return nil, err
	}
	if j.doc, err = load(j.src); err != nil {
		return nil, err
	}
	j.layout = layout{
		subFilter: pdfobj.Name(o.SubFilter), field: o.Field, reason: o.Reason, location: o.Location, name: o.Name, contactInfo: o.ContactInfo,
		date: formatDate(o.SigningTime), certify: o.Certify, contents: o.ContentsSize,
	}
	if j.target, err = j.doc.choose(&j.layout); err != nil {
		return nil, err
	}
	if err := checkKind(o.SubFilter, o.Level, j.layout.field); err != nil {
		return nil, err
	}
	if j.target.existing != nil {
		if err := applySeeds(j.doc.file, j.target.existing, chain, &j.opts); err != nil {
			return nil, err
		}
	}
	if j.hash, err = cms.HashFor(chain[0], j.opts.cms()); err != nil {
		return nil, err
	}
	j.opts.Hash = j.hash
	return j, nil
}

// checkCertificate asks whether the certificate is good now, whatever time the signature will claim.
func checkCertificate(leaf *x509.Certificate, o *Options) error {
	err := signer.CheckCertificate(leaf, o.now())
	if o.InsecureExpired && (errors.Is(err, signer.ErrCertificateExpired) || errors.Is(err, signer.ErrCertificateNotYetValid)) {
		return nil
	}
	return err
}

func load(src *source) (*document, error) {
	f, err := openFile(src, src.size)
	if err != nil {
		return nil, err
	}
	if cut, err := src.cutOff(); err != nil {
		return nil, err
	} else if cut || f.StartXref() < 0 && !f.Trailer().Has("Size") {
		return nil, fault(CodeDamaged, nil) // people would sign what is left of something
	}
	return inspect(f)
}

func openFile(src io.ReaderAt, size int64) (*pdfobj.File, error) {
	f, err := pdfobj.Open(src, size, nil)
	if err != nil {
		return nil, unreadable(err)
	}
	if f.Encrypted() {
		return nil, fault(CodeEncrypted, nil)
	}
	return f, nil
}

// endWithin is how far from its end a document's end mark is looked for. Acrobat looks through 1024 octets (PDF Reference 1.7, appendix H,
// note 18); other readers put up with more junk behind it.
const endWithin = 64 << 10

// cutOff reports whether the end of the document is missing: there is no end mark, or the beginning of an update behind it that
// nothing ends.
func (s *source) cutOff() (bool, error) {
	tail := s.whole
	if tail == nil {
		tail = make([]byte, min(endWithin, s.size))
		if err := readFull(s.ReaderAt, tail, s.size-int64(len(tail))); err != nil {
			return false, err
		}
	}
	tail = tail[max(0, len(tail)-endWithin):]
	end := max(bytes.LastIndex(tail, []byte("%%EOF")), bytes.LastIndex(tail, []byte("startxref")))
	return end < 0 || bytes.Contains(tail[end:], []byte(" obj")), nil
}

// read hashes the document; withSum keeps its SHA-256 too. dst, if any, may get the document meanwhile, and written tells so.
func (j *job) read(ctx context.Context, withSum bool, dst io.Writer) (written bool, err error) {
	j.prefix = j.hash.New()
	hashes := []hash.Hash{j.prefix}
	var sum hash.Hash
	if withSum && j.hash != crypto.SHA256 {
		sum = sha256.New()
		hashes = append(hashes, sum)
	}
	if written, err = j.src.walk(ctx, hashes, dst, j.opts.Progress); err != nil {
		return written, err
	}
	if withSum {
		if sum == nil {
			sum = j.prefix // Sum leaves the state as it is
		}
		j.sum = sum.Sum(nil)
	}
	return written, nil
}

// prepare makes the update section and everything of the CMS structure but the value.
func (j *job) prepare(ctx context.Context) (*section, *cms.PreparedSignature, error) {
	sec, err := j.doc.write(&j.layout, j.target)
	if err != nil {
		return nil, nil, err
	}
	if err := j.doc.confirm(ctx, j.src, sec); err != nil {
		return nil, nil, err
	}
	h := j.prefix.(hash.Cloner)
	all, err := h.Clone()
	if err != nil {
		return nil, nil, unreadable(err)
	}
	all.Write(sec.before())
	all.Write(sec.after())
	p, err := cms.PrepareDigest(all.Sum(nil), j.hash, j.chain, j.opts.cms())
	if err != nil {
		return nil, nil, err
	}
	return sec, p, nil
}

// estimate keeps room for what a signature of the level takes, unless the caller said how much.
func (j *job) estimate(level Level) {
	if j.layout.contents == 0 {
		o := j.opts.cms()
		o.Level = inside(level)
		j.layout.contents = cms.EstimateSize(j.chain, o)
	}
}

// fill puts the CMS structure into the hole of the update section. What does not fit is an error that says how much is needed.
func (s *section) fill(der []byte, room int) error {
	if len(der) > room {
		return fault(CodeContentsSize, nil, "have", strconv.Itoa(room), "need", strconv.Itoa(len(der)))
	}
	if err := s.appendix.Fill(s.contents, der); err != nil {
		return unreadable(err)
	}
	return nil
}

func write(dst io.Writer, parts ...[]byte) error {
	for _, p := range parts {
		n, err := dst.Write(p)
		if err == nil && n < len(p) {
			err = io.ErrShortWrite
		}
		if err != nil {
			return fault(CodeWrite, err)
		}
	}
	return nil
}
