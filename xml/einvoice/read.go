package einvoice

import (
	"context"
	"crypto/x509"
	"io"
	"sort"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/vnid"
	"github.com/kyso-dev/kyso/xml"
)

// ReadOptions say how to read. nil is the zero value.
type ReadOptions struct {
	// Certificates are further certificates among which signers are looked for when KeyInfo lacks them.
	Certificates []*x509.Certificate
	// Registered are the serial numbers of the certificates that the taxpayer has registered with the tax authority (field Seri). Nil:
	// they are not known, and nothing is said about them.
	Registered []string
	// DayOff reports whether a day, which begins at midnight in Vietnam, is none to work on. Nil: Saturdays and Sundays are, and nothing
	// is known of holidays.
	DayOff func(day time.Time) bool
	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
	// InsecureExclusive takes signatures that name Canonical XML 1.0 and were computed with Exclusive XML Canonicalization, which some
	// signing services made in numbers, for intact, with a warning. Standard verifiers refuse them.
	InsecureExclusive bool
	// InsecureEnveloped takes References to what lies in their own signature, such as its signing time, for intact, with a warning, where
	// they name the enveloped-signature transform and were computed as if they did not. The transform would leave nothing to be signed
	// (XML Signature 1.1, 6.6.4), so standard verifiers refuse them; a library that much Vietnamese software relies on makes them.
	InsecureEnveloped bool
}

func (o *ReadOptions) now() time.Time {
	if o.Clock != nil {
		return o.Clock()
	}
	return time.Now()
}

// Read reads the file of size octets in src and says what is in it: facts and findings, no verdict. It is [xml.Read], and [Inspect] over
// what that found.
func Read(ctx context.Context, src io.ReaderAt, size int64, opts *ReadOptions) (*File, error) {
	o := orDefault(opts)
	doc, err := xml.Read(ctx, src, size, &xml.ReadOptions{Certificates: o.Certificates})
	if err != nil {
		return nil, err
	}
	return Inspect(ctx, doc, src, size, opts)
}

// Inspect says what a document that [xml.Read] has read means in Vietnam: which kinds of documents it holds, which slots are signed and
// which should be, what each signature covers, when it says that it was made. src must hold the same octets still. A file of a kind
// that is not known here has a File.Kind of "" and no slots; coverage and signing times are told all the same.
//
// A file above 4 MiB passes through a window, once more than for xml.Read; one with References that are broken is read again to find out
// why. With InsecureExclusive, doc is changed where the option says so.
//
// Errors are *[Error], *[xml.Error] and that of the context.
func Inspect(ctx context.Context, doc *xml.Document, src io.ReaderAt, size int64, opts *ReadOptions) (*File, error) {
	o := orDefault(opts)
	in, err := open(ctx, src, size)
	if err != nil {
		return nil, err
	}
	all, err := survey(ctx, in)
	if err != nil {
		return nil, err
	}
	f := &File{XML: doc}
	r := newReader(f, &o)
	r.all = all
	r.signatures()
	for _, p := range all.parts {
		r.document(p)
	}
	r.kind()
	r.loose()
	r.swapped()
	if err := r.explain(ctx, in); err != nil {
		return nil, err
	}
	for _, d := range f.Documents {
		r.judge(d)
	}
	if all.sheet && f.Kind != "" {
		f.Findings = append(f.Findings, Finding{Code: CodeStylesheet, Severity: finding.Warning})
	}
	return f, nil
}

// reader turns an outline and the facts of package xml into those of this package.
type reader struct {
	*File
	o   *ReadOptions
	of  map[int64]*Signature       // by where it begins
	in  map[*Document][]*Signature // that stand in it, but for those in other signatures; of an envelope, no more than a few
	all *outline
	ids map[*x509.Certificate]vnid.Identity
}

func newReader(f *File, o *ReadOptions) *reader {
	return &reader{File: f, o: o, of: make(map[int64]*Signature), in: make(map[*Document][]*Signature), ids: make(map[*x509.Certificate]vnid.Identity)}
}

func (r *reader) signatures() {
	for _, x := range r.XML.Signatures {
		s := &Signature{XML: x, Covered: []string{}, NotCovered: []string{}}
		s.coverage()
		s.Time = signingTime(r.all.times[x.Element.Start], s, r.o.now())
		r.Signatures = append(r.Signatures, s)
		r.of[x.Element.Start] = s
	}
}

// document is what a part says of itself.
func (p *part) document() *Document {
	d := &Document{
		Kind: p.kind(), Path: p.path, Start: p.start, End: p.end, part: p,
		Form: p.values[fieldForm], Symbol: p.values[fieldSymbol], Number: p.values[fieldNumber], Date: p.values[fieldDate],
		TaxCode: p.values[fieldTaxCode], Buyer: p.values[fieldBuyer], Delegate: p.values[fieldDelegate], Message: p.values[fieldMessage],
	}
	d.WithCode = p.form.kind == Invoice && withCode(p)
	return d
}

// document takes in a part.
func (r *reader) document(p *part) {
	d := p.document()
	r.Documents = append(r.Documents, d)
	if d.Kind == "" {
		return
	}
	for i := range p.form.rules {
		one := &p.form.rules[i]
		if !one.of(d.Kind) {
			continue
		}
		facts := &SlotFacts{Slot: one.slot, Path: p.path + "/" + one.path, State: Missing, Tree: one.tree, rule: one}
		there := p.of(one)
		for _, at := range there {
			facts.State = Empty
			if at.other != "" && (len(at.signatures) == 0 || at.other == "Signature") {
				d.add(CodeSlotOther, finding.Warning, "", "slot", string(one.slot), "path", facts.Path, "name", shorten(at.other))
			}
			for _, start := range at.signatures {
				if s := r.of[start]; s != nil {
					s.Document, s.Slot, s.facts = d, one.slot, facts
					facts.Signatures = append(facts.Signatures, s)
				}
			}
		}
		if len(facts.Signatures) > 0 {
			facts.State = Signed
		}
		if len(there) > 1 || len(facts.Signatures) > 1 && !one.many {
			d.add(CodeSlotDouble, finding.Error, "", "slot", string(one.slot), "path", facts.Path)
		}
		d.Slots = append(d.Slots, facts)
	}
}

// kind is what the part turns out to be.
func (p *part) kind() Kind {
	switch {
	case p.form == anyForm && len(p.places) == 0:
		return ""
	case p.form == anyForm:
		return InsuranceForm
	case p.form.kind == Invoice && fromCashRegister(p):
		return CashRegister
	case p.form.kind == ErrorNotice && len(p.named("TTTNhan")) > 0 && len(p.named("DLTBao")) == 0:
		return TechnicalReply
	case p.form.kind == ErrorNotice && p.fromAuthority():
		return AuthorityNotice
	}
	return p.form.kind
}

// fromAuthority reports that a notice is one of the tax authority: by its number of its own, its slots or its form.
func (p *part) fromAuthority() bool {
	return len(p.named("STBao")) > 0 || len(p.of(p.form.rule(TTCQT))) > 0 || len(p.of(p.form.rule(CQT))) > 0 || strings.HasPrefix(p.values[fieldModel], "01/TB")
}

// of reports whether a kind of document has the slot, where several kinds have a form in common.
func (r *rule) of(k Kind) bool {
	switch k {
	case ErrorNotice:
		return r.slot == NNT
	case AuthorityNotice:
		return r.slot != NNT
	case TechnicalReply:
		return false
	}
	return true
}

// symbol is the symbol of an invoice; older ones have its form (KHMSHDon) in front.
func (p *part) symbol() string {
	return strings.TrimLeft(p.values[fieldSymbol], "123456789")
}

// withCode reads the first letter of an invoice's symbol: C with a code of the tax authority, K without. One that has neither is judged
// by whether there is a code.
func withCode(p *part) bool {
	if promises(p.symbol()) {
		return p.symbol()[0] == 'C'
	}
	return len(p.named("MCCQT")) > 0
}

// promises reports that a symbol says whether there is a code.
func promises(symbol string) bool {
	return strings.HasPrefix(symbol, "C") || strings.HasPrefix(symbol, "K")
}

// fromCashRegister reads the fourth letter of an invoice's symbol.
func fromCashRegister(p *part) bool {
	symbol := p.symbol()
	return promises(symbol) && len(symbol) > 3 && symbol[3] == 'M'
}

// kind says what the file is by what it holds.
func (r *reader) kind() {
	d := r.Documents[0]
	if d.Kind == Envelope && len(r.Documents) == 2 {
		d = r.Documents[1]
	}
	r.Kind, r.WithCode = d.Kind, d.WithCode
}

// swapped finds signatures that were made for another document of the file than the one that they stand in: what they signed is there.
func (r *reader) swapped() {
	type data struct{ algorithm, digest string }
	made := make(map[data]*Document)
	each := func(f func(s *Signature, ref *xml.Reference)) {
		for _, s := range r.Signatures {
			for _, ref := range s.XML.References {
				if own := s.XML.Element; ref.Element != nil && (ref.Element.Start < own.Start || ref.Element.Start >= own.End) {
					f(s, ref)
				}
			}
		}
	}
	each(func(s *Signature, ref *xml.Reference) {
		made[data{ref.DigestAlgorithm, string(ref.Digest)}] = s.Document
	})
	each(func(s *Signature, ref *xml.Reference) {
		if of := made[data{ref.DigestAlgorithm, string(ref.DigestValue)}]; ref.Integrity == xml.Broken && of != nil && of != s.Document {
			s.add(CodeSwapped, finding.Error, "", "path", of.Path, "document", s.Document.Path)
		}
	})
}

// most is how many signatures of an envelope itself are held against each of the documents in it.
const most = 8

// loose finds out which documents signatures belong to that stand in no slot.
func (r *reader) loose() {
	inner := r.Documents[1:] // in the order of the file
	for _, s := range r.Signatures {
		if s.Document == nil {
			s.Document = r.Documents[0]
			at := s.XML.Element.Start
			if i := sort.Search(len(inner), func(i int) bool { return inner[i].End > at }); i < len(inner) && inner[i].part.holds(at) {
				s.Document = inner[i]
			}
			if s.XML.Parent == nil && s.Document.Kind != "" {
				s.add(CodeNoSlot, finding.Warning, "", "path", s.XML.Element.Path)
			}
		}
		if list := r.in[s.Document]; s.XML.Parent == nil && (s.Document.Kind != Envelope || len(list) < most) {
			r.in[s.Document] = append(list, s)
		}
	}
}
