package einvoice

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
)

// spaceDSig is the namespace of XML Signature.
const spaceDSig = "http://www.w3.org/2000/09/xmldsig#"

// outline is what stands where in a file: one pass over it finds all that signing and reading ask for. Offsets are octets of the file.
type outline struct {
	parts []*part            // the root element, and behind it what lies in an envelope
	times map[int64][]timeAt // by where the ds:Signature begins
	loose []int64            // where ds:Signatures begin that stand in no slot
	sheet bool               // there is an xml-stylesheet
}

// part is one document: the root element, or one of those in an envelope.
type part struct {
	span
	form     *form
	name     string // of its element
	path     string // with "[n]" for the n-th of several in an envelope
	number   int    // of those in the envelope that are so named, from 1; 0 of the root element
	depth    int
	children []child
	places   []*place
	values   [fields]string
}

type span struct{ start, end int64 }

func (s span) holds(at int64) bool { return s.start <= at && at < s.end }

// child is an element right below that of a part.
type child struct {
	span
	name, id string
}

// place is a slot that is there.
type place struct {
	span
	rule       *rule
	signatures []int64 // where they begin
	other      string  // name of an element in it that is none
}

// timeAt is a SigningTime.
type timeAt struct {
	at   int64
	text string
}

// of lists the slots of a rule that are there.
func (p *part) of(r *rule) (list []*place) {
	for _, at := range p.places {
		if at.rule == r {
			list = append(list, at)
		}
	}
	return list
}

// named lists the children of this name.
func (p *part) named(name string) (list []*child) {
	for i := range p.children {
		if p.children[i].name == name {
			list = append(list, &p.children[i])
		}
	}
	return list
}

// remembers reports whether one more child of this name is kept. However many there are, a second one of those that are signed is.
func (p *part) remembers(name string) bool {
	return len(p.children) < limits.InvoiceChildren || p.form.signs(name) && len(p.named(name)) < 2
}

// surveyor makes an outline.
type surveyor struct {
	outline
	in      *input
	s       *xmltree.Scanner
	open    []element        // the open elements, as far as they were seen
	sigs    []signatureAt    // the open signatures
	numbers map[string]int   // of parts, by name
	text    *strings.Builder // what is being read; nil for nothing
	textAt  int              // depth of its element
	texts   func(string)     // where it goes
}

type element struct {
	step  *step
	part  *part
	place *place
	child int // of part, by one more than its index
	local string
}

type signatureAt struct {
	at     int64
	depth  int
	object bool // in one of its Objects
}

// survey reads a file once.
func survey(ctx context.Context, in *input) (*outline, error) {
	v := &surveyor{in: in, s: in.scan(ctx), numbers: make(map[string]int)}
	v.times = make(map[int64][]timeAt)
	for {
		v.s.Skim(v.floor())
		k, err := v.s.Next()
		if err != nil {
			return nil, wrap(err)
		}
		switch k {
		case xmltree.Start:
			if err := v.start(); err != nil {
				return nil, err
			}
		case xmltree.End:
			v.end()
		case xmltree.Text:
			if v.text != nil && v.s.Depth() == v.textAt && v.text.Len() < limits.InvoiceField {
				v.text.Write(v.s.AppendText(nil))
			}
		case xmltree.PI:
			v.sheet = v.sheet || string(v.s.Inner()) == "xml-stylesheet"
		case xmltree.EOF:
			v.single()
			return &v.outline, nil
		}
	}
}

// floor is the depth down to which elements are looked at one by one.
func (v *surveyor) floor() int {
	if n := len(v.sigs); n > 0 {
		if v.sigs[n-1].object {
			return limits.XMLDepth
		}
		return v.sigs[n-1].depth + 1
	}
	if n := len(v.open); n > 0 && v.open[n-1].step == nil {
		return n
	}
	return len(v.open) + 1
}

func (v *surveyor) start() error {
	s, d := v.s, v.s.Depth()
	v.open = v.open[:min(len(v.open), d-1)]
	for len(v.open) < d-1 { // elements that went by unseen
		v.open = append(v.open, element{})
	}
	e := element{}
	if len(v.sigs) == 0 {
		if err := v.locate(&e); err != nil {
			return err
		}
	}
	if d > 1 && len(v.sigs) == 0 {
		v.open[d-2].place.meet(s)
	}
	v.open = append(v.open, e)
	switch n := len(v.sigs); {
	case s.Is(spaceDSig, "Signature"):
		v.signature()
	case n > 0 && d == v.sigs[n-1].depth+1 && string(s.Local()) == "Object":
		v.sigs[n-1].object = true
	case n > 0 && v.sigs[n-1].object && string(s.Local()) == "SigningTime":
		sig, at := v.sigs[n-1].at, v.in.original(s, s.Offset())
		v.read(d, func(text string) { v.times[sig] = append(v.times[sig], timeAt{at, text}) })
	case e.step != nil && e.step.field != fieldNone && e.part.values[e.step.field] == "":
		v.read(d, func(text string) { e.part.values[e.step.field] = text })
	}
	return nil
}

// locate finds out what an element is for the part that it stands in.
func (v *surveyor) locate(e *element) error {
	s, d := v.s, v.s.Depth()
	local := string(s.Local())
	if d == 1 || d == 3 && v.open[0].local == envelope && v.open[1].local == "DLieu" && formOf(local) != nil {
		p := &part{name: local, depth: d, path: "/" + local, form: formOf(local)}
		if p.form == nil {
			p.form = anyForm
		}
		if d > 1 {
			v.numbers[local]++
			p.number = v.numbers[local]
			p.path = "/" + envelope + "/DLieu/" + local + "[" + strconv.Itoa(p.number) + "]"
		}
		if len(v.parts) > limits.InvoiceParts {
			return fail(CodeLimit, nil, "what", "documents in an envelope", "max", strconv.Itoa(limits.InvoiceParts))
		}
		p.span.start = v.in.original(s, s.Offset())
		v.parts = append(v.parts, p)
		e.part, e.step, e.local = p, p.form.steps, local
		return nil
	}
	if d <= 2 { // for what is in an envelope
		e.local = local
	}
	around := &v.open[d-2]
	if around.part == nil {
		return nil
	}
	e.part, e.step = around.part, around.step.to([]byte(local))
	if around.part.depth == d-1 && around.part.remembers(local) {
		c := child{span: span{start: v.in.original(s, s.Offset())}, name: local}
		for i := range s.Attrs() {
			if id, ok := s.Attrs()[i].ID(); ok {
				c.id = id
				break
			}
		}
		around.part.children = append(around.part.children, c)
		e.child = len(around.part.children)
	}
	if e.step != nil && e.step.rule != nil && len(e.part.places) < limits.InvoiceChildren {
		e.place = &place{span: span{start: v.in.original(s, s.Offset())}, rule: e.step.rule}
		e.part.places = append(e.part.places, e.place)
	}
	return nil
}

// meet takes in an element right inside of the slot, which should be a signature.
func (p *place) meet(s *xmltree.Scanner) {
	if p != nil && !s.Is(spaceDSig, "Signature") && p.other != "Signature" {
		p.other = string(s.Local())
	}
}

// signature takes in a ds:Signature: its slot is the element that it stands in.
func (v *surveyor) signature() {
	s, d := v.s, v.s.Depth()
	at := v.in.original(s, s.Offset())
	switch {
	case len(v.sigs) > 0: // in another signature
	case d > 1 && v.open[d-2].place != nil:
		p := v.open[d-2].place
		p.signatures = append(p.signatures, at)
	default:
		v.loose = append(v.loose, at)
	}
	v.sigs = append(v.sigs, signatureAt{at: at, depth: d})
}

// read has the text of the element that begins read.
func (v *surveyor) read(depth int, then func(string)) {
	v.text, v.textAt, v.texts = new(strings.Builder), depth, then
}

func (v *surveyor) end() {
	d, past := v.s.Depth(), v.in.original(v.s, v.s.Past())
	if v.text != nil && v.textAt == d {
		v.texts(strings.TrimSpace(v.text.String()))
		v.text = nil
	}
	if n := len(v.sigs); n > 0 {
		switch v.sigs[n-1].depth {
		case d:
			v.sigs = v.sigs[:n-1]
		case d - 1:
			v.sigs[n-1].object = false
		}
	}
	if len(v.open) < d {
		return
	}
	e := v.open[d-1]
	v.open = v.open[:d-1]
	if e.place != nil {
		e.place.end = past
	}
	if e.child > 0 {
		e.part.children[e.child-1].end = past
	}
	if e.part != nil && e.part.depth == d {
		e.part.span.end = past
	}
}

// single drops the number from the path of what is the only one of its name in the envelope.
func (o *outline) single() {
	for _, p := range o.parts {
		if p.number == 1 && !slices.ContainsFunc(o.parts, func(q *part) bool { return q.name == p.name && q.number > 1 }) {
			p.path = strings.TrimSuffix(p.path, "[1]")
		}
	}
}
