package einvoice

import (
	"slices"
	"strings"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/xml"
)

// coverage finds out what a signature covers: the elements that its References name, where they are signed as they stand.
func (s *Signature) coverage() {
	own := span{s.XML.Element.Start, s.XML.Element.End}
	for _, r := range s.XML.References {
		switch {
		case !literal(r):
		case r.Element == nil:
			s.Whole = s.Whole || r.URI == "" || r.URI == "#xpointer(/)"
		default:
			s.places = append(s.places, span{r.Element.Start, r.Element.End})
			if !own.holds(r.Element.Start) && len(s.Covered) < shown && !slices.Contains(s.Covered, r.Element.Path) {
				s.Covered = append(s.Covered, r.Element.Path)
			}
		}
	}
}

// literal reports that nothing of what a Reference names is left out but signatures.
func literal(r *xml.Reference) bool {
	return !slices.ContainsFunc(r.Transforms, func(t string) bool { return t != xml.TransformEnveloped && !xml.C14N(t).Known() })
}

// covers reports whether what begins at start and ends at end is signed.
func (s *Signature) covers(what span) bool {
	own := s.XML.Element
	if s.Whole && (what.start < own.Start || what.start >= own.End) {
		return true
	}
	return slices.ContainsFunc(s.places, func(p span) bool { return p.start <= what.start && what.end <= p.end })
}

// judge says what is to be said of a document: its slots, what its signatures cover, what they do not.
func (r *reader) judge(d *Document) {
	if d.Kind == "" {
		r.uncovered(d)
		return
	}
	r.required(d)
	if s := r.batch(d); s != nil && len(d.Slots[0].Signatures) == 0 && s.XML.Certificate != nil && d.TaxCode != "" && !r.belongsTo(s.XML.Certificate, d.TaxCode) {
		d.add(CodeTaxCode, finding.Warning, "", "signer", r.identity(s.XML.Certificate).TaxCode, "document", shorten(d.TaxCode))
	}
	for _, at := range d.Slots {
		for _, s := range at.Signatures {
			r.data(d, s)
			r.signer(d, s)
			r.times(d, s)
		}
	}
	if d.Kind == Invoice {
		r.code(d)
	}
	r.uncovered(d)
}

// required says which slots have to be signed, and which are not.
func (r *reader) required(d *Document) {
	batch := r.batch(d)
	for _, at := range d.Slots {
		at.Required = requires(d, at.Slot) && batch == nil
		if !at.Required || at.State == Signed {
			continue
		}
		code := CodeSlotEmpty
		if at.State == Missing {
			code = CodeSlotMissing
		}
		d.add(code, finding.Error, "", "slot", string(at.Slot), "path", at.Path)
	}
}

// batch is the signature over an envelope that stands for those of the documents in it, where their kind is sent so; nil without one.
// An invoice needs its seller's signature whatever it is wrapped in.
func (r *reader) batch(d *Document) *Signature {
	outer := r.Documents[0]
	if outer.Kind != Envelope || d.Kind != CashRegister && d.Kind != ErrorNotice && d.Kind != Withholding {
		return nil
	}
	if s := outer.Slots[0].Signatures; len(s) == 1 && s[0].covers(d.part.span) {
		return s[0]
	}
	return nil
}

// requires is which slots a kind of document asks for, as the tax authority's rules have it.
func requires(d *Document, s Slot) bool {
	switch d.Kind {
	case Invoice:
		return s == NBan || s == CQT && d.WithCode
	case CashRegister: // its data go out the same day, without a signature
		return false
	case AuthorityNotice: // the head of the office signs decisions, not receipts (102) and results of checks (204)
		model := d.part.values[fieldModel]
		return s == CQT || !strings.HasPrefix(model, "01/TB-TN") && !strings.HasPrefix(model, "01/TB-KTDL")
	case Envelope: // cash-register invoices, notices of errors in them
		return d.Message == "206" || d.Message == "303"
	}
	return true
}

// code checks that an invoice whose symbol promises a code of the tax authority has one, and none else.
func (r *reader) code(d *Document) {
	there := len(d.part.named("MCCQT"))
	switch {
	case d.WithCode && there == 0:
		d.add(CodeCodeMissing, finding.Error, "", "symbol", shorten(d.Symbol))
	case there > 1:
		d.add(CodeDataTwice, finding.Error, "", "path", d.Path+"/MCCQT")
	case !d.WithCode && there > 0:
		d.add(CodeCodeUnexpected, finding.Warning, "", "symbol", shorten(d.Symbol))
	}
	if !promises(d.part.symbol()) {
		d.add(CodeSymbol, finding.Warning, "", "symbol", shorten(d.Symbol))
	}
}

// data checks that a signature covers what its slot is to cover, and that this is where it belongs.
func (r *reader) data(d *Document, s *Signature) {
	if s.Whole && len(d.part.form.rules) > 1 { // others sign too
		s.add(CodeWholeFile, finding.Warning, "XML Signature 1.1, 6.6.4", "slot", string(s.Slot))
	}
	rule := s.facts.rule
	names := rule.covers
	if rule.spare != "" && len(d.part.named(rule.spare)) > 0 {
		names = append(slices.Clone(names), rule.spare)
	}
	for _, name := range names {
		if name == object {
			continue
		}
		there := d.part.named(name)
		if len(there) > 1 {
			d.twice(d.Path + "/" + name)
		}
		if len(there) > 0 && s.covers(there[0].span) {
			continue
		}
		r.missed(d, s, name, there)
	}
	if len(rule.covers) > 1 || s.Whole || s.covers(d.part.span) {
		return
	}
	for i := range d.part.children { // all but the slot does too
		if c := &d.part.children[i]; !d.part.form.isSlot(c.name) && !s.covers(c.span) {
			s.add(CodeDataUncovered, finding.Error, "", "slot", string(s.Slot), "path", d.Path+"/"+c.name)
			return
		}
	}
}

func (d *Document) twice(path string) {
	if !slices.ContainsFunc(d.Findings, func(f Finding) bool { return f.Code == CodeDataTwice && f.Params["path"] == path }) {
		d.add(CodeDataTwice, finding.Error, "", "path", path)
	}
}

// missed says how a signature fails to cover what it should.
func (r *reader) missed(d *Document, s *Signature, name string, there []*child) {
	path := d.Path + "/" + name
	for _, ref := range s.XML.References {
		if e := ref.Element; e != nil && e.Local == name && e.Path != numberless(path) {
			s.add(CodeDataMoved, finding.Error, "", "path", e.Path, "want", path)
			return
		}
	}
	if len(there) == 0 && name == "MCCQT" {
		return // what is missing is said of the document
	}
	inside := len(there) > 0 && slices.ContainsFunc(s.places, func(p span) bool { return there[0].start <= p.start && p.end <= there[0].end })
	switch {
	case inside && s.Slot == NMua: // a buyer may sign parts
		s.add(CodeDataPart, finding.Warning, "", "path", path)
	case s.Slot == CQT && name == "DLHDon": // the authority need sign no more than its code, and does
		s.add(CodeDataUncovered, finding.Warning, "", "slot", string(s.Slot), "path", path)
	default:
		s.add(CodeDataUncovered, finding.Error, "", "slot", string(s.Slot), "path", path)
	}
}

// numberless is a path as package xml writes it, without the number of a document in an envelope.
func numberless(path string) string {
	before, after, ok := strings.Cut(path, "[")
	if _, after, _ = strings.Cut(after, "]"); ok {
		return before + after
	}
	return path
}

// isSlot reports whether a child of the document's element takes signatures, or holds what does.
func (f *form) isSlot(name string) bool {
	return slices.ContainsFunc(f.rules, func(r rule) bool { first, _, _ := strings.Cut(r.path, "/"); return first == name })
}

// shown is how many elements are listed that are covered, and that are not.
const shown = 64

// uncovered lists what signatures of the document leave out, and warns of what all of them do.
func (r *reader) uncovered(d *Document) {
	signatures := r.in[d]
	if len(signatures) == 0 {
		return
	}
	enclosed := d != r.Documents[0] && slices.ContainsFunc(r.in[r.Documents[0]], func(s *Signature) bool { return s.covers(d.part.span) })
	for i := range d.part.children {
		c := &d.part.children[i]
		path := d.Path + "/" + c.name
		if d.part.form.isSlot(c.name) || slices.ContainsFunc(signatures, func(s *Signature) bool { return c.holds(s.XML.Element.Start) }) && d.Kind == "" {
			continue
		}
		nobody := !enclosed
		for _, s := range signatures {
			if s.covers(c.span) {
				nobody = false
			} else if len(s.NotCovered) < shown && !slices.Contains(s.NotCovered, path) {
				s.NotCovered = append(s.NotCovered, path)
			}
		}
		if nobody && d.Kind != "" && d.Kind != Envelope {
			main := signatures[0]
			if !slices.ContainsFunc(main.Findings, func(f Finding) bool { return f.Params["path"] == path }) {
				code := CodePartUnsigned
				if c.name == "DLQRCode" {
					code = CodeQRUnsigned
				}
				main.add(code, finding.Warning, "", "path", path)
			}
		}
	}
}
