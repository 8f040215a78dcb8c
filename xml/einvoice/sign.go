package einvoice

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/xml"
)

// Options say how a document is signed. The zero value, and nil where a pointer is taken, sign as the tax authority's systems are known
// to accept it: SHA-256, RSA as in PKCS #1 v1.5, Canonical XML 1.0, the signing time signed. A value is copied before use and never
// changed; concurrent calls may share it.
type Options struct {
	// Number says which of several documents in an envelope is signed, counted from 1 among those that have the slot. 0: the only one.
	Number int
	// Cover are the Ids of the elements to sign instead of what the slot signs: a buyer may sign parts of the invoice. For a slot that
	// is a path they are what it signs; without any, the whole document.
	Cover []string
	// Time is the namespace of SigningTime.
	Time TimeSpace
	// SigningTime is the time that is signed, in Vietnam's time zone, to the second; the zero value is the clock's time.
	SigningTime time.Time
	// SignatureID and ObjectID are the Ids of the signature and of its Object with the signing time; "" makes ones that nothing else has.
	SignatureID, ObjectID string
	// InsecureExpired signs with a certificate that is expired or not yet valid.
	InsecureExpired bool
	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
	// ID and Title name the document to signers that show them, such as a phone. An invoice without a Title gets its number.
	ID, Title string
}

// Sign signs a document at a slot and writes the result to dst: the octets of src, unchanged, with the signature in its slot. An empty
// or self-closed slot is filled; one that is missing is written, and DSCKS around it where that is missing too. Slots can be filled in
// any order: none covers another.
//
// Sign in the envelope that the document will travel in, or [Wrap] it without namespaces: a signature depends on the namespaces that are
// declared around what it signs.
//
// Memory and what dst gets are as for [xml.Sign]. Errors are *[Error], *[xml.Error], and those of the signer and the context.
func Sign(ctx context.Context, dst io.Writer, src io.ReaderAt, size int64, s signer.Signer, slot Slot, opts *Options) error {
	if s == nil {
		return signer.NewError(signer.CodeKeyNotFound, nil)
	}
	chain, err := s.Certificates(ctx)
	if err != nil {
		return err
	}
	o, err := plan(ctx, src, size, chain, slot, opts)
	if err != nil {
		return err
	}
	return xml.Sign(ctx, dst, src, size, s, o)
}

// Prepare makes everything of a signature but its value, for keys that answer later or in another process:
// [xml.PreparedSignature.Finish] puts the value in. chain is the certificate of the key that will sign.
func Prepare(ctx context.Context, src io.ReaderAt, size int64, chain []*x509.Certificate, slot Slot, opts *Options) (*xml.PreparedSignature, error) {
	o, err := plan(ctx, src, size, chain, slot, opts)
	if err != nil {
		return nil, err
	}
	return xml.Prepare(ctx, src, size, chain, o)
}

// BatchDocument is one document of a batch.
type BatchDocument struct {
	Source  io.ReaderAt
	Size    int64
	Output  io.Writer
	Slot    Slot     // its own; "": that of the batch
	Options *Options // its own; nil: those of the batch
}

// SignBatch signs many documents under one consent: one PIN, one tap on the phone. All are prepared, then all signed, then all
// finished; nothing is written before every value was had and checked. After an error all outputs must be thrown away; a
// *signer.BatchError says which document it was.
func SignBatch(ctx context.Context, docs []BatchDocument, s signer.Signer, slot Slot, opts *Options) error {
	if s == nil {
		return signer.NewError(signer.CodeKeyNotFound, nil)
	}
	chain, err := s.Certificates(ctx)
	if err != nil {
		return err
	}
	batch := make([]xml.BatchDocument, len(docs))
	for i := range docs {
		d := &docs[i]
		at, own := slot, opts
		if d.Slot != "" {
			at = d.Slot
		}
		if d.Options != nil {
			own = d.Options
		}
		o, err := plan(ctx, d.Source, d.Size, chain, at, own)
		if err != nil {
			return &signer.BatchError{Index: i, Err: err}
		}
		batch[i] = xml.BatchDocument{Source: d.Source, Size: d.Size, Output: d.Output, Options: o}
	}
	return xml.SignBatch(ctx, batch, s, nil)
}

// plan says in the words of package xml how a document is signed at a slot.
func plan(ctx context.Context, src io.ReaderAt, size int64, chain []*x509.Certificate, slot Slot, opts *Options) (*xml.Options, error) {
	o := orDefault(opts)
	if o.Time < TimeDefault || o.Time > TimeAbsent {
		return nil, badOption("Time", strconv.Itoa(int(o.Time)))
	}
	if known, ok := ParseSlot(string(slot)); !ok {
		return nil, badOption("slot", string(slot))
	} else if slot = known; slot.free() && o.Number != 0 {
		return nil, badOption("Number", strconv.Itoa(o.Number))
	}
	x := o.signature(slot, chain)
	if slot.free() {
		x.Place = string(slot)
		return x, o.refer(x, &rule{covers: []string{object}}, nil)
	}
	in, err := open(ctx, src, size)
	if err != nil {
		return nil, err
	}
	all, err := survey(ctx, in)
	if err != nil {
		return nil, err
	}
	p, r, err := all.choose(slot, o.Number)
	if err != nil {
		return nil, err
	}
	if err := p.locate(x, r); err != nil {
		return nil, err
	}
	if x.Title == "" {
		x.Title = p.title()
	}
	return x, o.refer(x, r, p)
}

// signature says how any slot is signed.
func (o *Options) signature(slot Slot, chain []*x509.Certificate) *xml.Options {
	bare := ""
	x := &xml.Options{
		Canonicalization: xml.C14N10, Prefix: &bare, LeafOnly: true, SignatureID: o.SignatureID, InsecureExpired: o.InsecureExpired,
		Clock: o.Clock, ID: o.ID, Title: o.Title,
	}
	if x.SignatureID == "" {
		x.SignatureID = slot.name() + "-" + fresh()
	}
	if len(chain) > 0 && chain[0] != nil {
		if _, ok := chain[0].PublicKey.(*rsa.PublicKey); ok {
			x.Hash = crypto.SHA256
		}
	}
	return x
}

// fresh is the part of an Id that no document has had.
func fresh() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// choose finds the document that has the slot.
func (all *outline) choose(slot Slot, number int) (*part, *rule, error) {
	var found []*part
	for _, p := range all.parts {
		if p.form.rule(slot) != nil {
			found = append(found, p)
		}
	}
	switch {
	case len(found) == 0 && len(all.parts) == 1 && all.parts[0].form != anyForm && all.parts[0].name != envelope:
		return nil, nil, fail(CodeSlotUnknown, nil, "slot", string(slot), "document", all.parts[0].name)
	case len(found) == 0:
		return nil, nil, fail(CodeNoDocument, nil, "slot", string(slot))
	case number == 0 && len(found) > 1, number < 0, number > len(found):
		return nil, nil, fail(CodeWhichDocument, nil, "count", strconv.Itoa(len(found)))
	case number > 0:
		found = found[number-1:]
	}
	p := found[0]
	return p, p.form.rule(slot), nil
}

// locate says where the signature goes.
func (p *part) locate(x *xml.Options, r *rule) error {
	path := p.path + "/" + r.path
	whole := len(r.covers) == 1
	if whole && p.number > 0 {
		return fail(CodeNotInEnvelope, nil, "slot", string(r.slot))
	}
	there := p.of(r)
	switch {
	case len(there) > 1:
		return fail(CodeSlotSeveral, nil, "path", path)
	case len(there) == 1 && len(there[0].signatures) > 0 && !r.many:
		return fail(CodeSlotTaken, nil, "path", path)
	case len(there) == 1:
		x.Place = path
		return nil
	case whole:
		return fail(CodeSlotAbsent, nil, "path", path)
	}
	outer, name, nested := strings.Cut(r.path, "/")
	if !nested {
		x.Place, x.Around = p.path, []string{outer}
		return nil
	}
	if len(p.named(outer)) == 0 {
		x.Place, x.Around = p.path, []string{outer, name}
		return nil
	}
	x.Place, x.Around = p.path+"/"+outer, []string{name}
	for i := range p.form.rules { // slots have an order: before the next one that is there
		if next := &p.form.rules[i]; next == r {
			x.Before = p.following(p.form.rules[i+1:])
		}
	}
	return nil
}

// following is the name of the first of these slots that is there.
func (p *part) following(rules []rule) string {
	for i := range rules {
		if len(p.of(&rules[i])) > 0 {
			return rules[i].slot.name()
		}
	}
	return ""
}

// refer says what is signed.
func (o *Options) refer(x *xml.Options, r *rule, p *part) error {
	own := xml.ReferenceOptions{Transforms: []string{}}
	if space := o.space(r); space != TimeAbsent {
		ob := xml.Object{ID: o.ObjectID, Content: space.properties(x.SignatureID, o.time())}
		if ob.ID == "" {
			ob.ID = "SigningTime-" + fresh()
		}
		x.Objects = []xml.Object{ob}
		own.URI = "#" + ob.ID
	}
	covers := r.covers
	if len(o.Cover) > 0 || len(covers) == 1 { // what was asked for, or all of the file
		covers = []string{object}
		for _, id := range o.Cover {
			x.References = append(x.References, reference(id, r.plain))
		}
		if len(o.Cover) == 0 {
			x.References = append(x.References, reference("", r.plain))
		}
	}
	if r.spare != "" && len(o.Cover) == 0 && len(p.named(r.spare)) > 0 {
		covers = append(slices.Clone(covers), r.spare)
	}
	for _, name := range covers {
		if name == object {
			if own.URI != "" {
				x.References = append(x.References, own)
			}
			continue
		}
		id, err := p.idOf(name)
		if err != nil {
			return err
		}
		x.References = append(x.References, reference(id, r.plain))
	}
	return nil
}

// reference signs an element by its Id, or without one all of the document. It has no canonicalisation among its transforms, as nobody's
// has: that means Canonical XML 1.0.
func reference(id string, plain bool) xml.ReferenceOptions {
	ref := xml.ReferenceOptions{Transforms: []string{}}
	if id != "" {
		ref.URI = "#" + strings.TrimPrefix(id, "#")
	}
	if !plain {
		ref.Transforms = append(ref.Transforms, xml.TransformEnveloped)
	}
	return ref
}

// idOf is the Id of the child that is signed.
func (p *part) idOf(name string) (string, error) {
	there, path := p.named(name), p.path+"/"+name
	switch {
	case len(there) == 0:
		return "", fail(CodeDataMissing, nil, "path", path)
	case len(there) > 1:
		return "", fail(CodeDataSeveral, nil, "path", path)
	case there[0].id == "":
		return "", fail(CodeDataWithoutID, nil, "path", path)
	}
	return there[0].id, nil
}

func (o *Options) space(r *rule) TimeSpace {
	switch {
	case o.Time != TimeDefault:
		return o.Time
	case r.space != TimeDefault:
		return r.space
	}
	return TimeDSig
}

func (o *Options) time() time.Time {
	switch {
	case !o.SigningTime.IsZero():
		return o.SigningTime
	case o.Clock != nil:
		return o.Clock()
	}
	return time.Now()
}

// title names an invoice to its signer: symbol and number.
func (p *part) title() string {
	if p.form.kind != Invoice {
		return ""
	}
	return shorten(strings.TrimSpace(p.values[fieldForm] + p.values[fieldSymbol] + " " + p.values[fieldNumber]))
}
