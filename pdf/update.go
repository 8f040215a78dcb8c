package pdf

import (
	"strconv"
	"strings"

	"github.com/kyso-dev/kyso/internal/pdfobj"
)

const (
	filterName = "Adobe.PPKLite"

	flagPrint  = 1 << 2 // annotation flags, ISO 32000-2, Table 167
	flagLocked = 1 << 7
	sigFlags   = 1 | 2 // SignaturesExist and AppendOnly, Table 225
)

// layout is everything that decides the octets of an update section besides the document: the same layout over the same document
// gives the same octets, which is how a preparation that was stored is taken up again.
type layout struct {
	subFilter                           pdfobj.Name
	field                               string // "": to be chosen
	reason, location, name, contactInfo string
	date                                string // /M
	certify                             Certification
	contents                            int // octets of /Contents
}

// section is an update section with the places of its two holes.
type section struct {
	appendix  *pdfobj.Appendix
	contents  *pdfobj.Placeholder
	byteRange [4]int64
}

// target is where a signature goes: an empty field of the document, or a new one.
type target struct {
	existing *field
	parent   *field   // of a new one; nil: at the root
	missing  []string // partial names to make beneath it, the field's own last
}

// document is what signing needs to know of the input.
type document struct {
	file       *pdfobj.File
	catalog    *pdfobj.Dict
	catalogRef pdfobj.Ref
	form       *form
	permits    permissions
}

// inspect reads what signing needs.
func inspect(f *pdfobj.File) (*document, error) {
	d := &document{file: f}
	var err error
	if d.catalog, d.catalogRef, err = f.Catalog(); err != nil {
		return nil, unreadable(err)
	}
	if d.form, err = readForm(f, d.catalog); err != nil {
		return nil, err
	}
	if d.permits, err = readPermissions(f, d.catalog, d.form); err != nil {
		return nil, err
	}
	return d, nil
}

// choose finds where the signature goes, and refuses what earlier signatures forbid.
func (d *document) choose(l *layout) (target, error) {
	if d.permits.allowed == CertifyNothing {
		return target{}, fault(CodeCertified, nil)
	}
	if l.certify != 0 && d.permits.certified != 0 {
		return target{}, fault(CodeCertified, nil)
	}
	if l.certify != 0 && d.permits.signed {
		return target{}, fault(CodeSigned, nil) // the certification is the first signature (12.8.2.2.1)
	}
	if l.field == "" {
		l.field = d.form.freeName("Signature")
	}
	if by, locked := d.permits.lockedBy(l.field); locked {
		return target{}, fault(CodeFieldLocked, nil, "field", l.field, "by", by)
	}
	if fd := d.form.find(l.field); fd != nil {
		switch {
		case fd.kind != "Sig" || fd.inner:
			return target{}, fault(CodeFieldType, nil, "field", l.field)
		case fd.ref.IsZero():
			return target{}, fault(CodeForm, nil, "object", "/Fields")
		}
		v, err := d.file.Resolve(fd.value)
		if err != nil {
			return target{}, unreadable(err)
		}
		if v != nil {
			return target{}, fault(CodeFieldSigned, nil, "field", l.field)
		}
		return target{existing: fd}, nil
	}
	return d.newField(l.field)
}

// newField splits the name of a field to be made: what exists of it already must be able to have kids.
func (d *document) newField(name string) (target, error) {
	t := target{missing: strings.Split(name, ".")}
	for _, part := range t.missing {
		if part == "" {
			return target{}, fault(CodeFieldName, nil, "field", name)
		}
	}
	for n := len(t.missing) - 1; n > 0; n-- {
		fd := d.form.find(strings.Join(t.missing[:n], "."))
		if fd == nil {
			continue
		}
		if !fd.inner && (fd.kind != "" || fd.widgets) || fd.ref.IsZero() {
			return target{}, fault(CodeFieldName, nil, "field", name) // a terminal field has no fields beneath (12.7.4.1)
		}
		t.parent, t.missing = fd, t.missing[n:]
		break
	}
	return t, nil
}

// edit begins an update of the document.
func (d *document) edit() *editor {
	return &editor{file: d.file, update: d.file.NewUpdate(), root: d.catalogRef, work: make([]workpiece, 0, 8)}
}

// draft is an update section in the making, with a signature dictionary or that of a document time-stamp.
type draft struct {
	*editor
	section
	dict *pdfobj.Dict // Type, Filter, SubFilter, ByteRange and Contents to begin with
	ref  pdfobj.Ref   // of the dictionary
	hole *pdfobj.Placeholder
}

func (d *document) draft(kind, subFilter pdfobj.Name, contents int) *draft {
	n := &draft{editor: d.edit(), section: section{contents: pdfobj.HexPlaceholder(contents)}, dict: pdfobj.NewDict(12)}
	n.ref = n.update.Alloc()
	n.hole = pdfobj.TextPlaceholder(8 + 3*len(strconv.FormatInt(d.file.Bytes()+int64(2*contents)+1<<26, 10)))
	n.dict.Set("Type", kind)
	n.dict.Set("Filter", pdfobj.Name(filterName))
	n.dict.Set("SubFilter", subFilter)
	n.dict.Set("ByteRange", n.hole)
	n.dict.Set("Contents", n.section.contents)
	return n
}

// finish writes the section. The ByteRange is filled in, /Contents is zeros.
func (n *draft) finish() (*section, error) {
	var err error
	if n.appendix, err = n.build(); err != nil {
		return nil, err
	}
	return &n.section, n.setByteRange(n.hole)
}

// write makes the update section: signature dictionary, field, form, page and catalog as far as they change.
func (d *document) write(l *layout, t target) (*section, error) {
	n := d.draft("Sig", l.subFilter, l.contents)
	sig := n.dict
	sig.Set("M", pdfobj.String(l.date))
	for _, text := range [...]struct {
		key   pdfobj.Name
		value string
	}{{"Name", l.name}, {"Reason", l.reason}, {"Location", l.location}, {"ContactInfo", l.contactInfo}} {
		if text.value != "" {
			sig.Set(text.key, textString(text.value))
		}
	}
	if refs, err := d.references(l, t); err != nil {
		return nil, err
	} else if len(refs) > 0 {
		sig.Set("Reference", refs)
	}
	n.put(n.ref, sig)

	var err error
	if t.existing != nil {
		err = d.useField(n.editor, t.existing, n.ref)
	} else {
		err = d.makeField(n.editor, t, n.ref)
	}
	if err != nil {
		return nil, err
	}
	if l.certify != 0 {
		if err := d.setPerms(n.editor, n.ref); err != nil {
			return nil, err
		}
	}
	return n.finish()
}

// writeToken makes the update section of a document time-stamp (12.8.5): dictionary and a new, invisible field. Certifications and
// locks permit it (12.8.2.2.2).
func (d *document) writeToken(field string, contents int) (*section, error) {
	n := d.draft("DocTimeStamp", subFilterToken, contents)
	n.put(n.ref, n.dict)
	t, err := d.newField(field)
	if err != nil {
		return nil, err
	}
	if err := d.makeField(n.editor, t, n.ref); err != nil {
		return nil, err
	}
	return n.finish()
}

func textString(s string) pdfobj.String { return pdfobj.String(encodeText(s)) }

// setByteRange writes down what is signed: all but the hexadecimal string of /Contents, brackets included.
func (s *section) setByteRange(p *pdfobj.Placeholder) error {
	hole, _ := s.appendix.Span(s.contents)
	end := s.appendix.Offset + int64(len(s.appendix.Bytes))
	s.byteRange = [4]int64{0, hole.Start, hole.End, end - hole.End}
	text := make([]byte, 0, 64)
	text = append(text, '[')
	for i, v := range s.byteRange {
		if i > 0 {
			text = append(text, ' ')
		}
		text = strconv.AppendInt(text, v, 10)
	}
	if err := s.appendix.Fill(p, append(text, ']')); err != nil {
		return unreadable(err)
	}
	return nil
}

// before and after are the signed parts of the update section.
func (s *section) before() []byte { return s.appendix.Bytes[:s.byteRange[1]-s.appendix.Offset] }
func (s *section) after() []byte  { return s.appendix.Bytes[s.byteRange[2]-s.appendix.Offset:] }

// references are the transforms of the signature: what a certification allows (12.8.2.2) and what the field's /Lock makes
// read-only (12.8.2.4).
func (d *document) references(l *layout, t target) (pdfobj.Array, error) {
	var refs pdfobj.Array
	if l.certify != 0 {
		params := pdfobj.NewDict(3).Set("Type", pdfobj.Name("TransformParams")).Set("P", int64(l.certify)).Set("V", pdfobj.Name("1.2"))
		refs = append(refs, pdfobj.NewDict(3).Set("Type", pdfobj.Name("SigRef")).Set("TransformMethod", pdfobj.Name("DocMDP")).Set("TransformParams", params))
	}
	if t.existing == nil {
		return refs, nil
	}
	lockDict, _, err := d.file.LookupDict(t.existing.dict, "Lock")
	if err != nil {
		return nil, unreadable(err)
	}
	if lockDict == nil {
		return refs, nil
	}
	lk, err := readLock(d.file, lockDict)
	if err != nil {
		return nil, err
	}
	params := pdfobj.NewDict(5).Set("Type", pdfobj.Name("TransformParams")).Set("V", pdfobj.Name("1.2")).Set("Action", lk.action)
	if lk.action != "All" {
		names := make(pdfobj.Array, len(lk.fields))
		for i, name := range lk.fields {
			names[i] = textString(name)
		}
		params.Set("Fields", names)
	}
	if lk.level != 0 {
		params.Set("P", int64(lk.level))
	}
	ref := pdfobj.NewDict(4).Set("Type", pdfobj.Name("SigRef")).Set("TransformMethod", pdfobj.Name("FieldMDP")).Set("TransformParams", params)
	if !d.catalogRef.IsZero() {
		ref.Set("Data", d.catalogRef)
	}
	return append(refs, ref), nil
}

// setPerms names the certification in the catalog (12.8.6).
func (d *document) setPerms(e *editor, sigRef pdfobj.Ref) error {
	perms, ref, err := d.file.LookupDict(d.catalog, "Perms")
	if err != nil {
		return unreadable(err)
	}
	if perms != nil && !ref.IsZero() {
		p, err := e.open(ref, perms)
		if err != nil {
			return err
		}
		p.Set("DocMDP", sigRef)
		return nil
	}
	catalog, err := d.openCatalog(e)
	if err != nil {
		return err
	}
	catalog.Set("Perms", perms.Clone().Set("DocMDP", sigRef))
	return nil
}

// openCatalog is the catalog for changing. One that lies in the trailer itself, in a damaged file, gets a number.
func (d *document) openCatalog(e *editor) (*pdfobj.Dict, error) {
	if e.root.IsZero() {
		e.root = e.update.Alloc()
		e.update.SetTrailer("Root", e.root)
	}
	return e.open(e.root, d.catalog)
}
