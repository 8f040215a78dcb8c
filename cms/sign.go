package cms

import (
	"bytes"
	"context"
	"io"
	"strconv"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
)

// Sign signs content with s and writes the CMS structure to dst. Content is read to its end and never held.
//
// A detached signature reads content once. An attached one reads it twice where content is an io.Seeker, and is DER; where it
// is not, it is read once, written on the fly, and the result is BER with indefinite lengths (as openssl -stream makes),
// which every serious reader takes. After an error dst must be thrown away.
//
// The value that the key returns is checked under its certificate before it is used: signer.ErrSignatureInvalid.
func Sign(ctx context.Context, dst io.Writer, content io.Reader, s signer.Signer, opts *Options) error {
	o := orDefault(opts)
	if dst == nil {
		return noDestination()
	}
	p, err := begin(ctx, s, &o)
	if err != nil {
		return err
	}
	if content == nil {
		return fail(CodeContent, nil)
	}
	if !o.Attached {
		if err := p.read(ctx, content, &o); err != nil {
			return err
		}
		signature, err := signer.Sign(ctx, s, p.Request())
		if err != nil {
			return err
		}
		raw, err := p.FinishDER(ctx, signature, o.finish())
		if err != nil {
			return err
		}
		return write(dst, raw)
	}
	seeker, start, ok := seekable(content)
	if !ok {
		return p.signOnTheFly(ctx, dst, content, s, &o)
	}
	if err := p.read(ctx, content, &o); err != nil {
		return err
	}
	signature, err := signer.Sign(ctx, s, p.Request())
	if err != nil {
		return err
	}
	if _, err := seeker.Seek(start, io.SeekStart); err != nil {
		return fail(CodeRead, err)
	}
	return p.Finish(ctx, dst, content, signature, o.finish())
}

// begin fetches the certificates and checks all that can be checked before content is read and before the key is asked: nobody should
// type a PIN for a signature that cannot be finished.
func begin(ctx context.Context, s signer.Signer, o *Options) (*PreparedSignature, error) {
	if s == nil {
		return nil, signer.NewError(signer.CodeKeyNotFound, nil)
	}
	level, err := checkLevel(o.Level)
	if err != nil {
		return nil, err
	}
	if err := checkMeans(level, o.Timestamper, o.Collector); err != nil {
		return nil, err
	}
	if err := signer.Cancelled(ctx); err != nil {
		return nil, err
	}
	chain, err := s.Certificates(ctx)
	if err != nil {
		return nil, err
	}
	return newPrepared(chain, o)
}

func (o *Options) finish() *FinishOptions {
	return &FinishOptions{Level: o.Level, Timestamper: o.Timestamper, Collector: o.Collector, InsecureSkipCheck: o.InsecureSkipCheck, Clock: o.Clock}
}

// read hashes content, once: what is finished in the same call needs no second digest.
func (p *PreparedSignature) read(ctx context.Context, content io.Reader, o *Options) error {
	h := newHashes(p.algorithm.Hash)
	if err := readAll(ctx, h, content); err != nil {
		return err
	}
	p.complete(h, p.algorithm.Hash, o)
	return nil
}

// seekable reports whether r can be read again from where it stands.
func seekable(r io.Reader) (s io.Seeker, start int64, ok bool) {
	if s, ok = r.(io.Seeker); !ok {
		return nil, 0, false
	}
	start, err := s.Seek(0, io.SeekCurrent) // a pipe is an *os.File too, and says no
	return s, start, err == nil
}

// signOnTheFly writes content while it is hashed and signs at its end.
func (p *PreparedSignature) signOnTheFly(ctx context.Context, dst io.Writer, content io.Reader, s signer.Signer, o *Options) error {
	h := newHashes(p.algorithm.Hash)
	known, _ := alg.HashOf(p.algorithm.Hash)
	sd := cmsdata.New(p.chain)
	sd.ContentType = p.contentType
	sd.DigestsRaw = [][]byte{known.Identifier()}
	sd.OtherInfo = p.level == LevelBLT || p.level == LevelBLTA // OCSP responses, most likely; a higher version than needed harms nobody
	var inner error
	err := sd.WriteIndefinite(dst, io.TeeReader(ctxReader{ctx, content}, h), func(int64) error {
		p.complete(h, p.algorithm.Hash, o)
		var signature []byte
		if signature, inner = signer.Sign(ctx, s, p.Request()); inner != nil {
			return inner
		}
		var si *cmsdata.SignerInfo
		if si, inner = p.signerInfo(signature, o.finish()); inner != nil {
			return inner
		}
		sd.Signers = []*cmsdata.SignerInfo{si}
		inner = p.raiseNew(ctx, sd, si, o.finish())
		return inner
	})
	if inner != nil {
		return inner
	}
	return finishError(err)
}

// BatchDocument is one document of SignBatch.
type BatchDocument struct {
	Content   io.Reader // read to its end; an io.Seeker where Options.Attached
	Dst       io.Writer // where its signature goes
	ID, Title string    // name it to signers that show documents; instead of those in Options
}

// SignBatch signs many documents under one consent: one PIN, one tap on the phone. All are prepared, then all signed, then all
// finished; nothing is written before every value was had and checked. After an error all destinations must be thrown away.
// With levels above B-B the documents are time-stamped one by one. A *signer.BatchError says which document it was.
func SignBatch(ctx context.Context, docs []BatchDocument, s signer.Signer, opts *Options) error {
	o := orDefault(opts)
	prepared := make([]*PreparedSignature, len(docs))
	starts := make([]int64, len(docs))
	requests := make([]signer.Request, len(docs))
	first, err := begin(ctx, s, &o)
	if err != nil {
		return err
	}
	for i, d := range docs {
		p := *first
		p.id, p.title = d.ID, d.Title
		if d.Content == nil || d.Dst == nil {
			return &signer.BatchError{Index: i, Err: fail(CodeContent, nil)}
		}
		if o.Attached {
			var ok bool
			if _, starts[i], ok = seekable(d.Content); !ok {
				return &signer.BatchError{Index: i, Err: fail(CodeOptions, nil, "reason", "attached content in a batch must be an io.Seeker")}
			}
		}
		if err := p.read(ctx, d.Content, &o); err != nil {
			return &signer.BatchError{Index: i, Err: err}
		}
		prepared[i], requests[i] = &p, p.Request()
	}
	values, err := signer.SignBatch(ctx, s, requests)
	if err != nil {
		return err
	}
	infos := make([]*cmsdata.SignedData, len(docs))
	for i, p := range prepared {
		if infos[i], err = p.signedData(ctx, values[i], o.finish()); err != nil {
			return &signer.BatchError{Index: i, Err: err}
		}
	}
	for i, d := range docs {
		if err := prepared[i].writeBatch(ctx, d, starts[i], infos[i]); err != nil {
			return &signer.BatchError{Index: i, Err: err}
		}
	}
	return nil
}

func (p *PreparedSignature) writeBatch(ctx context.Context, d BatchDocument, start int64, sd *cmsdata.SignedData) error {
	if p.attached {
		if _, err := d.Content.(io.Seeker).Seek(start, io.SeekStart); err != nil {
			return fail(CodeRead, err)
		}
		return finishError(sd.Write(d.Dst, p.watch(ctxReader{ctx, d.Content}), p.input.size))
	}
	raw, err := sd.Marshal()
	if err != nil {
		return wrap(err)
	}
	return write(d.Dst, raw)
}

// noDestination is said before the key is asked: a person may have to confirm each of its signatures.
func noDestination() *Error { return fail(CodeOptions, nil, "reason", "there is no dst to write to") }

// AddSignature adds a signer to a CMS file beside those that it has (a parallel signature) and writes the result to dst. content
// is what a detached file signs, nil for an attached one. Octets that earlier signatures depend on stay as they are. Options.Attached is not
// looked at. Existing is held in memory, with its content where that is inside.
//
// Content that an earlier signer did not sign is refused (CodeContentOther), and so is a file whose archive time-stamps would
// break (CodeArchived).
func AddSignature(ctx context.Context, dst io.Writer, existing []byte, content io.Reader, s signer.Signer, opts *Options) error {
	o := orDefault(opts)
	o.Attached = false // Request and attributes are the same; the content is handled here
	if dst == nil {
		return noDestination()
	}
	sd, err := cmsdata.Parse(existing)
	if err != nil {
		return wrap(err)
	}
	if len(sd.Signers) >= limits.CMSSigners {
		return fail(CodeTooMany, nil, "what", "signerInfos", "limit", strconv.Itoa(limits.CMSSigners))
	}
	if sd.ContentType == nil {
		return fail(CodeMalformed, nil, "what", "eContentType")
	}
	for _, si := range sd.Signers {
		if oldArchive(si) {
			return fail(CodeArchived, nil)
		}
	}
	p, err := begin(ctx, s, &o)
	if err != nil {
		return err
	}
	p.contentType = sd.ContentType
	h := newHashes(p.algorithm.Hash)
	for _, si := range sd.Signers {
		h.add(si.Digest.Crypto)
	}
	if sd.Attached {
		if content != nil {
			return fail(CodeOptions, nil, "reason", "the file holds its content; none may be given beside it")
		}
		content = bytes.NewReader(sd.Content)
	}
	if err := readAll(ctx, h, content); err != nil {
		return err
	}
	for _, si := range sd.Signers {
		want, err := si.MessageDigest()
		if have := h.sum(si.Digest.Crypto); err == nil && have != nil && !bytes.Equal(have, want) {
			return fail(CodeContentOther, nil)
		}
	}
	p.complete(h, p.algorithm.Hash, &o)
	signature, err := signer.Sign(ctx, s, p.Request())
	if err != nil {
		return err
	}
	si, err := p.signerInfo(signature, o.finish())
	if err != nil {
		return err
	}
	sd.Add(si, p.chain)
	if err := p.raise(ctx, sd, si, o.finish()); err != nil {
		return err
	}
	raw, err := sd.Marshal()
	if err != nil {
		return wrap(err)
	}
	return write(dst, raw)
}

// oldArchive reports whether a signer has an archive time-stamp that hashes all certificates and signers of the file as they lie there
// (EN 319 122-1, A.2.4 and before); archive-time-stamp-v3 lists what it covers and does not mind additions.
func oldArchive(si *cmsdata.SignerInfo) bool {
	_, v1 := si.UnsignedAttr(cmsdata.OIDArchiveTimestamp)
	_, v2 := si.UnsignedAttr(cmsdata.OIDArchiveTimestampV2)
	_, lt := si.UnsignedAttr(cmsdata.OIDLongTermValidation)
	return v1+v2+lt > 0
}
