package xml

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"io"
	"slices"
	"strings"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/xmltree"
	"github.com/kyso-dev/kyso/signer"
)

// PreparedSignature is a signature that lacks its value, and the document's. It is plain data: as JSON it survives a restart, holds no
// octet of the document and no secret, and stays below 16 kB. Not safe for concurrent use.
//
// Whoever stores a state must guard it like the document: it decides what is signed.
type PreparedSignature struct {
	algorithm alg.Signature
	leaf      *x509.Certificate
	signed    []byte // the canonical SignedInfo
	pieces    []piece
	encoding  xmltree.Encoding
	size      int64
	sum       []byte // of the document, by check
	check     func() hash.Hash
	id        string // of the signature
	doc       string
	title     string
	level     Level
}

// Prepare makes everything of a signature but its value. chain is the certificate of the key that will sign and, if at hand, those
// of its issuers, leaf first. The document is read and nothing is written; [PreparedSignature.Finish] takes it again.
//
// A state above 16 kB is refused here rather than when it is stored: give fewer Certificates, or LeafOnly.
func Prepare(ctx context.Context, src io.ReaderAt, size int64, chain []*x509.Certificate, opts *Options) (*PreparedSignature, error) {
	o, err := opts.settle()
	if err != nil {
		return nil, err
	}
	in, err := openInput(ctx, src, size, &o, sha256.New)
	if err != nil {
		return nil, err
	}
	p, err := prepare(ctx, in, chain, &o)
	if err != nil {
		return nil, err
	}
	if _, err := p.MarshalJSON(); err != nil { // now, not after someone tapped a phone
		return nil, err
	}
	return p, nil
}

// openInput opens what is signed: XML, unless it is named from outside or put in as base64.
func openInput(ctx context.Context, src io.ReaderAt, size int64, o *Options, check func() hash.Hash) (*source, error) {
	if o.Form != Enveloped {
		if err := signer.Cancelled(ctx); err != nil {
			return nil, err
		}
		if src == nil || size < 0 {
			return nil, badOption("src", "nil")
		}
		return &source{r: src, size: size, check: check}, nil
	}
	in, err := open(ctx, src, size)
	if err != nil {
		return nil, err
	}
	in.check = check
	return in, nil
}

// prepare makes the signature but for its value, in one pass over the document or two.
func prepare(ctx context.Context, in *source, chain []*x509.Certificate, o *Options) (*PreparedSignature, error) {
	certs, err := bag(chain, o)
	if err != nil {
		return nil, err
	}
	if err := checkFit(certs[0], o); err != nil {
		return nil, err
	}
	a, err := o.algorithm(certs[0])
	if err != nil {
		return nil, err
	}
	w := &work{ctx: ctx, in: in, o: o, b: newBuilder(o, a), leaf: certs[0]}
	for _, c := range certs {
		w.chain = append(w.chain, c.Raw)
	}
	if err := w.do(); err != nil {
		return nil, err
	}
	p := &PreparedSignature{
		algorithm: a, leaf: certs[0], signed: w.signed, pieces: w.pieces, size: in.size, sum: w.sum, check: in.check,
		id: o.SignatureID, doc: o.ID, title: o.Title, level: o.Level,
	}
	if o.Form == Enveloped && in.text != nil {
		p.encoding = in.text.Encoding
	}
	return p, nil
}

// newID is an Id that no document has had.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return "sig-" + hex.EncodeToString(b[:])
}

// work is one signature in the making.
type work struct {
	ctx     context.Context
	in      *source
	o       *Options
	b       *builder
	leaf    *x509.Certificate
	chain   [][]byte
	entries []*entry
	place   *place
	objects []string // as written
	signed  []byte
	pieces  []piece
	sum     []byte
}

func (w *work) do() error {
	if w.o.Countersigns != "" {
		return w.countersign()
	}
	switch w.o.Form {
	case Enveloping:
		return w.enveloping()
	case Detached:
		return w.detached()
	}
	return w.enveloped()
}

// enveloped signs inside of the document.
func (w *work) enveloped() error {
	o := w.o
	if len(o.References) == 0 {
		o.References = []ReferenceOptions{{}}
	}
	o.name()
	var err error
	if w.place, err = w.newPlace(); err != nil {
		return err
	}
	scope := int64(0)
	if !w.place.fixed() { // where Ids are looked for depends on where the place is
		if err := w.pass(new(jobs)); err != nil {
			return err
		}
		if err := w.place.settle(o.Place); err != nil {
			return err
		}
		scope = w.place.scope
		if w.place, err = w.newPlace(); err != nil {
			return err
		}
	}
	var pass jobs
	references := make([]*Reference, len(o.References))
	for i := range o.References {
		e := &entry{options: &o.References[i], transforms: o.References[i].Transforms}
		w.entries = append(w.entries, e)
		if w.object(e.options.URI) != nil || !e.inDocument() {
			continue
		}
		r := &Reference{URI: e.options.URI, hash: w.b.algorithm.Hash, plan: &plan{signature: &survey{scope: scope}, target: targetDocument}}
		if e.options.URI != "" {
			r.plan.target, r.plan.id = targetID, e.options.URI[1:]
		}
		r.plan.steps = []transform{{algorithm: string(e.method(o.Canonicalization))}}
		references[i] = r
		pass.add(r)
	}
	if err := w.pass(&pass); err != nil {
		return err
	}
	if err := w.place.settle(o.Place); err != nil {
		return err
	}
	if err := w.earlier(); err != nil {
		return err
	}
	for _, j := range pass.list {
		for _, r := range j.references {
			switch {
			case j.err != nil:
				return j.err
			case j.found == 0:
				return fail(CodeNotFound, nil, "id", shorten(r.plan.id))
			case j.found > 1:
				return fail(CodeAmbiguous, nil, "id", shorten(r.plan.id))
			}
			e := w.entries[slices.Index(references, r)]
			e.digest = j.hashes[r.hash].Sum(nil)
			around := r.plan.target == targetDocument || slices.Contains(w.place.above, j.from)
			switch {
			case e.transforms == nil && around:
				e.transforms = []string{TransformEnveloped, string(o.Canonicalization)}
			case e.transforms == nil:
				e.transforms = []string{string(o.Canonicalization)}
			case around && !slices.Contains(e.transforms, TransformEnveloped): // it would sign itself
				return badOption("Transforms", shorten(strings.Join(e.transforms, " ")))
			}
			if around && len(o.Around) > 0 { // the transform leaves the signature out, and not what is written around it
				return badOption("Around", shorten(strings.Join(o.Around, " ")))
			}
		}
	}
	head, tail, err := w.write(w.place.context)
	if err != nil {
		return err
	}
	if len(o.Around) > 0 {
		prefix := w.place.name[:strings.IndexByte(w.place.name, ':')+1]
		for _, name := range slices.Backward(o.Around) {
			head, tail = "<"+prefix+name+">"+head, tail+"</"+prefix+name+">"
		}
	}
	at := w.in.original(w.place.at)
	past := at
	if w.place.empty {
		past = w.in.original(w.place.at + int64(len("/>")))
		head, tail = ">"+head, tail+"</"+w.place.name+">"
	}
	w.pieces = []piece{{Document: true, To: at}, {Text: head}, {Value: true}, {Text: tail}, {Document: true, From: past, To: w.in.size}}
	return nil
}

// newPlace is where the signature goes, before the document has been looked at.
func (w *work) newPlace() (*place, error) {
	p, err := newPlace(w.o.Place)
	if err != nil {
		return nil, err
	}
	p.taken, p.before = w.ids(), w.o.Before
	return p, nil
}

// method is the canonicalisation that the transforms end with: Canonical XML 1.0 where they name none (XML Signature, 4.4.3.2), and what
// suits where they are left open.
func (e *entry) method(suits C14N) C14N {
	n := len(e.transforms)
	switch {
	case e.transforms == nil:
		return suits
	case n > 0 && C14N(e.transforms[n-1]).Known():
		return C14N(e.transforms[n-1])
	}
	return C14N10
}

// inDocument reports that the URI names the document or an element of it.
func (e *entry) inDocument() bool { return e.options.URI == "" || e.options.URI[0] == '#' }

// object is the Object that a URI names.
func (w *work) object(uri string) *Object {
	for i := range w.o.Objects {
		if ob := &w.o.Objects[i]; ob.ID != "" && uri == "#"+ob.ID {
			return ob
		}
	}
	return nil
}

// ids are the Ids that the signature writes.
func (w *work) ids() []string {
	list := []string{w.o.SignatureID}
	if w.o.Level != "" {
		list = append(list, w.o.SignatureID+idProperties, w.o.SignatureID+idValue)
	}
	for _, ob := range w.o.Objects {
		if ob.ID != "" {
			list = append(list, ob.ID)
		}
		list = append(list, idsIn(ob.Content)...)
	}
	for _, r := range w.o.References {
		if r.ID != "" {
			list = append(list, r.ID)
		}
	}
	return list
}

// idsIn are the Ids in a piece of XML; what is wrong with that is found elsewhere.
func idsIn(content string) (list []string) {
	s := xmltree.ScanElement([]byte("<x>"+content+"</x>"), nil)
	for {
		k, err := s.Next()
		if err != nil || k == xmltree.EOF {
			return list
		}
		for i := range s.Attrs() {
			if id, ok := idOf(&s.Attrs()[i]); ok {
				list = append(list, id)
			}
		}
	}
}

// pass reads the document once.
func (w *work) pass(b *jobs) error {
	b.place = w.place
	w.in.sum = w.in.check()
	err := b.run(w.ctx, w.in)
	if w.in.text != nil {
		w.in.sum.Write(w.in.whole)
	}
	w.sum = w.in.sum.Sum(nil)
	w.in.sum = nil
	return err
}

// write makes the signature around its value: what is before and what is behind. around is what it inherits.
func (w *work) write(around *xmltree.Context) (head, tail string, err error) {
	context := w.b.context(around)
	for i := range w.o.Objects {
		ob := &w.o.Objects[i]
		content := ob.Content
		if w.in.text != nil && w.in.text.Encoding == xmltree.Latin1 {
			content = asciiOnly(content) // a name that it does not have is refused as not well-formed
		}
		raw := w.b.object(ob, "") + content + w.b.closing("Object")
		if err := w.b.checkObject(ob, raw, context); err != nil {
			return "", "", err
		}
		w.objects = append(w.objects, raw)
	}
	for _, e := range w.entries {
		if e.digest != nil {
			continue
		}
		if err := w.digest(e, context); err != nil {
			return "", "", err
		}
	}
	value := "<" + w.b.prefix + "SignatureValue>"
	if w.o.Level != "" {
		value = "<" + w.b.prefix + `SignatureValue Id="` + escapeASCII(w.o.SignatureID+idValue) + `">`
		if err := w.qualify(context); err != nil {
			return "", "", err
		}
	}
	info := w.b.signedInfo(w.entries)
	if w.signed, err = canonicalElement([]byte(info), context, w.o.Canonicalization, nil); err != nil {
		return "", "", err
	}
	head = w.b.signature(w.o.SignatureID) + info + value
	tail = w.b.closing("SignatureValue") + w.b.keyInfo(w.chain) + strings.Join(w.objects, "") + w.b.closing("Signature")
	return head, tail, nil
}

// digest hashes what is not in the document: an Object of the signature, or what lies outside.
func (w *work) digest(e *entry, context *xmltree.Context) error {
	h := w.b.algorithm.Hash.New()
	switch ob := w.object(e.options.URI); {
	case ob != nil:
		if e.transforms == nil {
			e.transforms = []string{string(w.o.Canonicalization)}
		}
		raw := w.objects[slices.IndexFunc(w.o.Objects, func(o Object) bool { return o.ID == ob.ID })]
		octets, err := canonicalElement([]byte(raw), context, e.method("").named(), nil)
		if err != nil {
			return err
		}
		h.Write(octets)
	case e.inDocument():
		return fail(CodeNotFound, nil, "id", shorten(strings.TrimPrefix(e.options.URI, "#")))
	case e.options.Content == nil || len(e.transforms) > 0:
		return badOption("Content", "nil")
	default:
		if _, err := io.Copy(h, ctxReader{w.ctx, e.options.Content}); err != nil {
			return readError(err)
		}
	}
	e.digest = h.Sum(nil)
	return nil
}

// detached signs the document from outside.
func (w *work) detached() error {
	if len(w.o.References) == 0 {
		if w.o.URI == "" || w.o.URI[0] == '#' {
			return badOption("URI", shorten(w.o.URI))
		}
		w.o.References = []ReferenceOptions{{URI: w.o.URI, Content: io.NewSectionReader(w.in.r, 0, w.in.size)}}
	}
	w.o.name()
	check := w.in.check()
	for i := range w.o.References {
		e := &entry{options: &w.o.References[i], transforms: w.o.References[i].Transforms}
		w.entries = append(w.entries, e)
	}
	if _, err := io.Copy(check, ctxReader{w.ctx, io.NewSectionReader(w.in.r, 0, w.in.size)}); err != nil {
		return readError(err)
	}
	w.sum = check.Sum(nil)
	head, tail, err := w.write(nil)
	if err != nil {
		return err
	}
	w.pieces = []piece{{Text: declaration + head}, {Value: true}, {Text: tail + "\n"}}
	return nil
}

const declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

// enveloping puts the document into an Object: its root element as it is, or, where it is not XML, as base64.
func (w *work) enveloping() error {
	o := w.o
	raw := make([]byte, w.in.size)
	if err := w.in.readAt(raw, 0); err != nil {
		return err
	}
	check := w.in.check()
	check.Write(raw)
	w.sum = check.Sum(nil)
	ob := Object{ID: o.SignatureID + "-object"}
	if len(o.References) == 0 {
		o.References = []ReferenceOptions{{}}
	}
	o.name()
	from, to, xmlErr := rootOf(raw)
	context := w.b.context(nil)
	encoding, content := "", raw[from:to]
	if xmlErr != nil {
		encoding, content = TransformBase64, nil
	}
	open := w.b.object(&ob, encoding)
	for i := range o.References {
		e := &entry{options: &o.References[i], transforms: o.References[i].Transforms}
		w.entries = append(w.entries, e)
		if e.options.URI != "" {
			continue // an Object of the caller's, or something outside
		}
		e.options.URI = "#" + ob.ID
		h := w.b.algorithm.Hash.New()
		if xmlErr != nil {
			e.transforms = []string{TransformBase64}
			h.Write(raw)
		} else {
			if e.transforms == nil {
				e.transforms = []string{string(o.Canonicalization)}
			}
			element := bytes.Join([][]byte{[]byte(open), content, []byte(w.b.closing("Object"))}, nil)
			octets, err := canonicalElement(element, context, e.method("").named(), nil)
			if err != nil {
				return err
			}
			h.Write(octets)
		}
		e.digest = h.Sum(nil)
	}
	for _, id := range append(w.ids(), ob.ID) {
		if xmlErr == nil && bytes.Contains(content, []byte(id)) && slices.Contains(idsIn(string(content)), id) {
			return fail(CodeIDTaken, nil, "id", shorten(id))
		}
	}
	head, tail, err := w.write(nil)
	if err != nil {
		return err
	}
	tail, end := strings.TrimSuffix(tail, w.b.closing("Signature")), w.b.closing("Signature")
	body := piece{Document: true, From: int64(from), To: int64(to)}
	if xmlErr != nil {
		body = piece{Document: true, To: w.in.size, Base64: true}
	}
	w.pieces = []piece{{Text: declaration + head}, {Value: true}, {Text: tail + open}, body, {Text: w.b.closing("Object") + end + "\n"}}
	return nil
}

// rootOf is where the root element of a document in UTF-8 stands; an error when it is none.
func rootOf(raw []byte) (from, to int, err error) {
	text, err := xmltree.Decode(raw)
	if err != nil || text.Encoding != xmltree.UTF8 {
		return 0, 0, fail(CodeEncoding, err, "reason", "it is another than the XML declaration says")
	}
	s := text.Scan()
	for {
		k, err := s.Next()
		switch {
		case err != nil:
			return 0, 0, wrap(err)
		case k == xmltree.Start && s.Depth() == 1:
			from = int(s.Offset())
		case k == xmltree.End && s.Depth() == 1:
			to = int(s.Past())
		case k == xmltree.EOF:
			return from, to, nil
		}
	}
}

// quick tells a document that changes between two passes of one call.
func quick() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) }

// ctxReader ends when its context does.
type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

func (c ctxReader) Read(b []byte) (int, error) {
	if err := signer.Cancelled(c.ctx); err != nil {
		return 0, err
	}
	return c.r.Read(b)
}

// readError is the error of a source: a cancelled context stays what it is.
func readError(err error) error {
	if e, ok := err.(*signer.Error); ok {
		return e
	}
	return fail(CodeRead, err)
}

// Request is what the key has to sign: a digest, or for Ed25519 the message itself.
func (p *PreparedSignature) Request() signer.Request {
	r := signer.Request{Opts: p.algorithm.SignerOpts(), DocumentID: p.doc, Title: p.title}
	if p.algorithm.SignsMessage() {
		r.Message = bytes.Clone(p.signed)
		return r
	}
	h := p.algorithm.Hash.New()
	h.Write(p.signed)
	r.Digest = h.Sum(nil)
	return r
}

// SignatureID is the Id of the signature.
func (p *PreparedSignature) SignatureID() string { return p.id }

// InputSize is the number of octets of the document that was prepared.
func (p *PreparedSignature) InputSize() int64 { return p.size }

// InputSHA256 is the SHA-256 of the document that was prepared.
func (p *PreparedSignature) InputSHA256() []byte { return bytes.Clone(p.sum) }
