package pdf

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pdfobj"
)

// Read says what signatures and document time-stamps are in the PDF of size octets in src, what they cover and whether octets and
// values fit, in one pass over the signed octets and in constant memory. It gives no verdict; package verify does.
//
// The error is an *[Error] when the document cannot be read at all, CodeEncrypted where it is protected, or the context's.
func Read(ctx context.Context, src io.ReaderAt, size int64, opts *ReadOptions) (*Document, error) {
	var o ReadOptions
	if opts != nil {
		o = *opts
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if size < 0 {
		return nil, badOption("size", strconv.FormatInt(size, 10))
	}
	doc, err := readAs(ctx, src, size, o)
	if err != nil || len(doc.Signatures)+len(doc.Timestamps) > 0 || finding.Worst(doc.Findings) == finding.Error {
		return doc, err
	}
	// Where damage leads past a signature, readers that scan the file may find it all the same.
	if hidden, err := holdsByteRange(ctx, src, size); err != nil || !hidden {
		return doc, err
	}
	f, err := pdfobj.Open(src, size, &pdfobj.Options{Scan: true})
	if sourceFailed(err) {
		return nil, unreadable(err)
	}
	if err == nil && f.Encrypted() {
		return doc, nil
	}
	if err != nil {
		doc.dangling = true // too damaged to say that there is none
	} else if found, err := readFile(ctx, src, size, o, f); err == nil && len(found.Signatures)+len(found.Timestamps) > 0 {
		doc = found
	} else if ctx.Err() != nil {
		return nil, ctx.Err()
	} else if !doc.dangling && !doc.Repaired && !holdsSignature(f) {
		return doc, nil
	}
	doc.Findings = append(doc.Findings, Finding{Code: CodeLost, Severity: finding.Error, Clause: "ISO 32000-2, 12.7.5.5"})
	return doc, nil
}

// holdsSignature reports whether an object of the file is a signature dictionary, or none can be read for damage.
func holdsSignature(f *pdfobj.File) bool {
	found := errors.New("found")
	return f.Each(func(_ pdfobj.Ref, o pdfobj.Object) error {
		if dict, ok := o.(*pdfobj.Dict); ok && dict.Has("ByteRange") && dict.Has("Contents") {
			return found
		}
		return nil
	}) != nil
}

// readAs is Read by the cross-references of the file.
func readAs(ctx context.Context, src io.ReaderAt, size int64, o ReadOptions) (*Document, error) {
	f, err := pdfobj.Open(src, size, nil)
	if err != nil {
		return nil, unreadable(err)
	}
	if f.Encrypted() {
		return nil, fault(CodeEncrypted, nil)
	}
	return readFile(ctx, src, size, o, f)
}

func readFile(ctx context.Context, src io.ReaderAt, size int64, o ReadOptions, f *pdfobj.File) (*Document, error) {
	r := &reader{src: src, size: size, file: f, opts: o, doc: &Document{Size: size}}
	err := r.read(ctx)
	if revs, bad := f.Revisions(); bad == nil && len(revs) != len(r.revs) {
		// Damage was met on the way, and the file scanned: what was read before is not of that file.
		r = &reader{src: src, size: size, file: f, opts: o, doc: &Document{Size: size}}
		err = r.read(ctx)
	}
	if err != nil {
		return nil, err
	}
	return r.doc, nil
}

// holdsByteRange reports whether anything in the file looks like the entry of a signature dictionary.
func holdsByteRange(ctx context.Context, src io.ReaderAt, size int64) (bool, error) {
	const word = "/ByteRange"
	buf := make([]byte, min(size, chunkSize))
	for at := int64(0); at < size; at += int64(len(buf)) - int64(len(word)) {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		b := buf[:min(int64(len(buf)), size-at)]
		if err := readFull(src, b, at); err != nil {
			return false, err
		}
		if bytes.Contains(b, []byte(word)) {
			return true, nil
		}
		if at+int64(len(b)) == size {
			break
		}
	}
	return false, nil
}

// read fills in the document.
func (r *reader) read(ctx context.Context) error {
	if err := r.revisions(); err != nil {
		return err
	}
	if err := r.fields(ctx); err != nil {
		return err
	}
	for _, e := range r.entries {
		if err := r.place(e); err != nil {
			return err
		}
	}
	if err := r.contents(ctx); err != nil {
		return err
	}
	if err := r.stores(); err != nil {
		return err
	}
	r.cover()
	if err := r.changes(ctx); err != nil {
		return err
	}
	r.finish()
	return nil
}

// reader is one call of Read.
type reader struct {
	src     io.ReaderAt
	size    int64
	opts    ReadOptions
	file    *pdfobj.File
	revs    []pdfobj.Revision
	views   []*pdfobj.File // of revisions, as far as they were needed
	entries []*entry
	doc     *Document
}

// entry is a signature dictionary in the making of its facts.
type entry struct {
	Entry
	key    pdfobj.Ref   // object that the dictionary lies in: its own, or that of the field
	direct bool         // it lies in the field
	dict   *pdfobj.Dict // as of the signed revision
	span   span
	sound  bool // the ByteRange can be trusted to name what is signed: digests make sense

	// What the signature permits later ones to do.
	locks     []lock
	permits   Certification // 0: it does not say
	certifies bool

	timestamp *Timestamp // one of the two
	signature *Signature
}

func (e *entry) add(code finding.Code, severity finding.Severity, clause string, pairs ...string) {
	e.Findings = append(e.Findings, Finding{Code: code, Severity: severity, Params: finding.P(pairs...), Clause: clause})
}

// path leads to a key of the signature dictionary inside its object.
func (e *entry) path(key pdfobj.Name) []any {
	if e.direct {
		return []any{pdfobj.Name("V"), key}
	}
	return []any{key}
}

func (r *reader) revisions() error {
	revs, err := r.file.Revisions()
	if err != nil {
		return unreadable(err)
	}
	r.revs = revs
	r.views = make([]*pdfobj.File, len(revs))
	r.doc.Revisions = make([]Revision, len(revs))
	for i := range revs {
		r.doc.Revisions[i] = Revision{Index: i + 1, End: revs[i].End}
	}
	return nil
}

// view is the file as it was in a revision, by index.
func (r *reader) view(i int) (*pdfobj.File, error) {
	if i < 0 || i == len(r.revs)-1 {
		return r.file, nil
	}
	if r.views[i] == nil {
		v, err := r.file.At(i)
		if err != nil {
			return nil, unreadable(err)
		}
		r.views[i] = v
	}
	return r.views[i], nil
}

// fields lists the signature fields of the last revision, each signature dictionary once (P9), and the signatures that earlier
// revisions had besides.
func (r *reader) fields(ctx context.Context) error {
	catalog, _, err := r.file.Catalog()
	if err != nil {
		return unreadable(err)
	}
	fm, err := readForm(r.file, catalog)
	if err != nil {
		return err
	}
	r.doc.XFA = fm.dict.Has("XFA")
	for i := range fm.fields {
		fd := &fm.fields[i]
		if fd.kind != "Sig" || fd.inner {
			continue
		}
		if err := r.field(fd); err != nil {
			return err
		}
	}
	if err := r.certification(catalog); err != nil {
		return err
	}
	if err := r.active(fm); err != nil {
		return err
	}
	current := len(r.entries)
	if len(r.entries) == 0 && len(r.revs) == 1 {
		return nil
	}
	// Going back revision by revision costs their number times their fields: bounded, and told where the bound was met.
	budget := limits.PDFFields
	for i := len(r.revs) - 2; i >= 0; i-- {
		if err := ctx.Err(); err != nil {
			return err
		}
		if budget -= 1 + len(fm.fields); budget < 0 {
			return fault(CodeLimit, nil, "what", "form fields in all revisions", "max", strconv.Itoa(limits.PDFFields))
		}
		if err := r.removed(i, current); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) formOf(f *pdfobj.File) (*form, error) {
	catalog, _, err := f.Catalog()
	if err != nil {
		return nil, unreadable(err)
	}
	return readForm(f, catalog)
}

// field takes in one signature field of the last revision.
func (r *reader) field(fd *field) error {
	value, ref, err := r.file.Lookup(fd.owner, "V")
	if sourceFailed(err) {
		return unreadable(err)
	}
	dict, _ := value.(*pdfobj.Dict)
	if value == nil && err == nil {
		r.doc.dangling = r.doc.dangling || fd.owner.Has("V")
		r.doc.Fields = append(r.doc.Fields, Field{Name: fd.name, SeedValue: fd.dict.Has("SV"), Lock: fd.dict.Has("Lock")})
		return nil
	}
	if dict == nil {
		r.note(CodeFieldDamaged, finding.Error, "ISO 32000-2, 12.7.5.5", "field", fd.name)
		return nil
	}
	key, direct := ref, false
	if ref.IsZero() {
		key, direct = fd.ref, true
	}
	for _, e := range r.entries {
		if e.key == key && !key.IsZero() {
			e.Fields = append(e.Fields, fd.name)
			return nil
		}
	}
	if len(r.entries) >= limits.PDFSignatures {
		return fault(CodeLimit, nil, "what", "signatures", "max", strconv.Itoa(limits.PDFSignatures))
	}
	r.entries = append(r.entries, &entry{Entry: Entry{Field: fd.name, Fields: []string{fd.name}}, key: key, direct: direct, dict: dict})
	return nil
}

// certification reports a certification signature that the catalog names and no field shows (ISO 32000-2, 12.8.6; P9).
func (r *reader) certification(catalog *pdfobj.Dict) error {
	perms, _, err := r.file.LookupDict(catalog, "Perms")
	if sourceFailed(err) {
		return unreadable(err)
	}
	sig, ref, err := r.file.LookupDict(perms, "DocMDP")
	if sourceFailed(err) {
		return unreadable(err)
	}
	if sig != nil && !slices.ContainsFunc(r.entries, func(e *entry) bool { return !e.direct && e.key == ref }) {
		r.note(CodeUnlisted, finding.Error, "ISO 32000-2, 12.8.6")
	}
	return nil
}

// removed reports the signatures of an earlier revision that the last one shows in no field.
func (r *reader) removed(revision, current int) error {
	view, err := r.view(revision)
	if err != nil {
		return err
	}
	fm, err := r.formOf(view)
	if err != nil {
		return nil //nolint:nilerr // a revision without a readable catalog shows no signature
	}
	for i := range fm.fields {
		fd := &fm.fields[i]
		if fd.kind != "Sig" || fd.inner || fd.value == nil {
			continue
		}
		value, ref, err := view.Lookup(fd.owner, "V")
		if _, ok := value.(*pdfobj.Dict); err != nil || !ok {
			continue
		}
		if ref.IsZero() {
			ref = fd.ref
		}
		if slices.ContainsFunc(r.entries[:current], func(e *entry) bool { return e.key == ref }) ||
			slices.ContainsFunc(r.doc.Findings, func(f Finding) bool { return f.Code == CodeRemoved && f.Params["field"] == fd.name }) {
			continue
		}
		r.note(CodeRemoved, finding.Error, "", "field", fd.name)
	}
	return nil
}

func (r *reader) note(code finding.Code, severity finding.Severity, clause string, pairs ...string) {
	r.doc.Findings = append(r.doc.Findings, Finding{Code: code, Severity: severity, Params: finding.P(pairs...), Clause: clause})
}

// finish sorts what was found and fills in what concerns the whole document.
func (r *reader) finish() {
	d := r.doc
	slices.SortStableFunc(r.entries, func(a, b *entry) int { return cmp.Compare(a.order(r.size), b.order(r.size)) })
	for _, e := range r.entries {
		if len(e.Fields) > 1 {
			e.add(CodeShared, finding.Error, "ISO 32000-2, 12.7.5.5", "fields", strings.Join(e.Fields, ", "))
		}
		if e.Revision > 0 && e.Extent != Part {
			if rev := &d.Revisions[e.Revision-1]; rev.Signature == "" {
				rev.Signature = e.Field
			}
		}
		if e.timestamp != nil {
			e.timestamp.Entry = e.Entry
			d.Timestamps = append(d.Timestamps, e.timestamp)
		} else {
			e.signature.Entry = e.Entry
			d.Signatures = append(d.Signatures, e.signature)
			if e.signature.Certification != 0 && d.Certified == 0 {
				d.Certified = e.signature.Certification
			}
		}
	}
	r.raise()
	if d.Repaired = r.file.Repaired(); d.Repaired {
		r.note(CodeRepaired, finding.Warning, "ISO 32000-2, 7.5.4")
	}
	if n := len(d.Revisions); n > 0 && d.Revisions[n-1].End < r.size {
		// Readers show the revision before an update that nothing ends: whoever looks at that should not take it for all there is.
		if cut, err := (&source{ReaderAt: r.src, size: r.size}).cutOff(); err == nil && cut {
			r.note(CodeCutOff, finding.Error, "ISO 32000-2, 7.5.5")
		}
	}
}

// order is where an entry stands among the others: by the end of what it covers; those that cover nothing sound come last.
func (e *entry) order(size int64) int64 {
	if e.span.end == 0 {
		return size + 1
	}
	return e.span.end
}
