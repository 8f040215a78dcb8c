package verify

import (
	"slices"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/xml"
	"github.com/kyso-dev/kyso/xml/einvoice"
)

// Values of [Slot].State.
const (
	SlotSigned  = string(einvoice.Signed)
	SlotEmpty   = string(einvoice.Empty)
	SlotMissing = string(einvoice.Missing)
)

// invoice takes in what an XML file means in Vietnam. ids name the signatures of the file.
func (r *reader) invoice(f *einvoice.File, ids []string) {
	named := make(map[*xml.Signature]string, len(ids))
	for i, s := range f.XML.Signatures {
		named[s] = ids[i]
	}
	if f.Kind != "" {
		r.document = &DocumentKind{Kind: string(f.Kind), WithCode: f.WithCode}
	}
	r.findings = append(r.findings, f.Findings...)
	for _, d := range f.Documents {
		r.findings = append(r.findings, d.Findings...)
		for _, at := range d.Slots {
			slot := Slot{Slot: string(at.Slot), Path: at.Path, Required: at.Required, State: string(at.State), Signatures: []string{}, TreeExpected: string(at.Tree)}
			for _, s := range at.Signatures {
				slot.Signatures = append(slot.Signatures, named[s.XML])
			}
			r.slots = append(r.slots, slot)
		}
	}
}

// invoice takes in what is said of a signature in words of the document. Of a signature without signed properties, the time that it claims
// is that of its Object.
func (f *subject) invoice(s *einvoice.Signature) {
	out := &f.report
	out.Slot = string(s.Slot)
	out.adopt(s.Findings)
	if t := &s.Time; s.XML.Properties == nil && t.At != nil {
		out.Time.claim(t.At)
		out.Time.ClaimedCovered = out.Time.Claimed != nil && t.Covered
		out.Time.ZoneAmbiguous = t.ZoneMissing || t.ZoneAmbiguous
	}
}

// unfilled makes less of empty slots where an invoice is signed as any XML is: by XAdES outside of its slots, and by nothing else. That
// says nothing about it as an invoice, which only the policy of the tax authority asks for.
func (j *judging) unfilled() {
	asInvoice := func(s *Signature) bool { return s.Slot != "" || s.Format != "XAdES" }
	if j.policy.Name == PolicyGDT || len(j.report.Signatures) == 0 || slices.ContainsFunc(j.report.Signatures, asInvoice) {
		return
	}
	for i, f := range j.report.Findings {
		if f.Code == einvoice.CodeSlotEmpty || f.Code == einvoice.CodeSlotMissing {
			j.report.Findings[i].Severity = SeverityWarning
		}
	}
}

// trees compares the tree that each slot's signers were found in with the one that they should come from. What is trusted by nobody's tree
// but the user's own may be either.
func (j *judging) trees() {
	found := make(map[string]string, len(j.report.Signatures))
	for _, s := range j.report.Signatures {
		found[s.ID] = s.Trust.Tree
	}
	for i := range j.report.Slots {
		at := &j.report.Slots[i]
		for _, id := range at.Signatures {
			tree := found[id]
			wrong := at.TreeExpected != "" && tree != at.TreeExpected && (tree == string(trust.National) || tree == string(trust.Government))
			if at.TreeFound == "" || wrong {
				at.TreeFound = tree
			}
			if wrong {
				j.report.Findings = append(j.report.Findings, Finding{Code: einvoice.CodeSlotTree, Severity: j.policy.wrongTree(),
					Params: finding.P("slot", at.Path, "want", at.TreeExpected, "what", tree)})
			}
		}
	}
}

// wrongTree is how much it matters that a signer comes from another tree than documents of the tax authority want.
func (p *policy) wrongTree() Severity {
	if p.Name == PolicyGDT {
		return SeverityError
	}
	return SeverityWarning
}

// slot is that of a signature; nil where it is in none.
func (c conforming) slot() *Slot {
	if c.j.places == nil { // once: an envelope may have thousands
		c.j.places = make(map[string]*Slot)
		for i := range c.j.report.Slots {
			for _, id := range c.j.report.Slots[i].Signatures {
				c.j.places[id] = &c.j.report.Slots[i]
			}
		}
	}
	return c.j.places[c.s.ID]
}

// expectedTree: the signer's chain leads to the tree that the slot wants.
func (c conforming) expectedTree() string {
	at := c.slot()
	switch {
	case at == nil || at.TreeExpected == "":
		return NotApplicable
	case c.s.Trust.Tree == at.TreeExpected:
		return Met
	case c.s.Trust.Tree == string(trust.Own):
		return ConformanceUnknown
	}
	return NotMet
}

// slotCovered: the signature covers what its slot stands for.
func (c conforming) slotCovered() string {
	if c.slot() == nil {
		return NotApplicable
	}
	for _, f := range c.s.Findings {
		if f.Severity == finding.Error && (f.Code == einvoice.CodeDataUncovered || f.Code == einvoice.CodeDataMoved) {
			return NotMet
		}
	}
	return result(c.s.Integrity.Content)
}

// requiredSlots: every slot that has to be signed is.
func (j *judging) requiredSlots() string {
	worst := NotApplicable
	for _, at := range j.report.Slots {
		switch {
		case at.Required && at.State != SlotSigned:
			return NotMet
		case at.Required:
			worst = Met
		}
	}
	return worst
}
