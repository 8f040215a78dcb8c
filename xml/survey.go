package xml

import (
	"context"
	"strconv"
	"strings"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
)

// survey is where a ds:Signature and its children stand. Offsets are octets of the text.
type survey struct {
	start, end int64
	element    Element
	depth      int
	scope      int64            // where the element begins in which its References look for Ids; 0 for the document
	above      []int64          // where the elements around it begin, from the root on
	context    *xmltree.Context // what its children inherit
	children   []part
	stray      bool // there is text or a processing instruction between the children
	parent     *survey
	counter    bool // it is a counter-signature in the properties of its parent
	qualifying []qualifying
	dsig       []string // prefixes that stand for XML Signature where its XPath expressions are
}

// part is a child of a ds:Signature.
type part struct {
	xmltree.Binding // namespace and local name: Prefix is the local name
	start, end      int64
	id              string
}

func (p *part) is(local string) bool { return p.URI == spaceDSig && p.Prefix == local }

// look passes over the document once and finds its signatures.
func (in *source) look(ctx context.Context, doc *Document) ([]*survey, error) {
	var all []*survey
	var open *survey // the innermost signature
	s := in.scan(ctx)
	defer s.Release()
	doc.outline = newOutline(in)
	for {
		floor := doc.outline.floor()
		if open != nil {
			floor = max(floor, open.depth+1)
		}
		s.Skim(floor)
		k, err := s.Next()
		if err != nil {
			return nil, wrap(err)
		}
		doc.outline.event(s, k, open != nil)
		if open != nil && k != xmltree.Run {
			switch s.Depth() {
			case open.depth, open.depth + 1:
				open.child(s, k)
			case open.depth + 2:
				open.grandchild(s, k)
			}
			if k == xmltree.End && s.Depth() == open.depth {
				open.end = s.Past()
				open.element.End = in.original(open.end)
				open = open.parent
			}
		}
		switch k {
		case xmltree.Start:
			if s.Depth() == 1 {
				doc.Root = Name{s.Space(), string(s.Local())}
			}
			if string(s.Local()) == "Signature" && s.Space() == spaceDSig {
				if len(all) >= limits.XMLSignatures || s.Depth() > limits.XMLSignatureDepth {
					return nil, tooMany("signatures, or nesting of one", limits.XMLSignatures)
				}
				v := newSurvey(in, s, open)
				v.counter = open != nil && open.countersigns(s)
				if n := len(all); n > 0 && all[n-1].context.Same(v.context) {
					v.context = all[n-1].context // thousands of invoices stand in the same namespaces
				}
				all = append(all, v)
				open = v
			}
		case xmltree.EOF:
			doc.Encoding = in.encoding()
			return all, nil
		}
	}
}

func tooMany(what string, limit int) *Error {
	return fail(CodeLimit, nil, "what", what, "max", strconv.Itoa(limit))
}

func newSurvey(in *source, s *xmltree.Scanner, parent *survey) *survey {
	v := &survey{start: s.Offset(), depth: s.Depth(), context: s.Context(), scope: scopeAt(s), parent: parent}
	v.element = elementAt(in, s)
	v.children = make([]part, 0, 4)
	for d := 1; d < s.Depth(); d++ {
		v.above = append(v.above, s.StartOf(d))
	}
	return v
}

// elementAt describes the element that begins; its end is not known yet.
func elementAt(in *source, s *xmltree.Scanner) Element {
	e := Element{Name: Name{s.Space(), string(s.Local())}, Path: pathAt(s), Start: in.original(s.Offset())}
	for i := range s.Attrs() {
		if id, ok := idOf(&s.Attrs()[i]); ok {
			e.ID = id
			break
		}
	}
	return e
}

func pathAt(s *xmltree.Scanner) string {
	var b strings.Builder
	for d := 1; d <= s.Depth(); d++ {
		_, local := s.At(d)
		b.WriteByte('/')
		b.Write(local)
	}
	return b.String()
}

// scopes are the documents that a batch sent to the tax authority is made of. Each comes from elsewhere with Ids of its own, which are
// the same in many of them.
var scopes = []string{"HDon", "TBao", "BTHDLieu", "CTu"}

// scopeAt is where the element begins in which Ids are looked for: TDiep/DLieu/X, or 0 for the document.
func scopeAt(s *xmltree.Scanner) int64 {
	if s.Depth() < 3 {
		return 0
	}
	for d, name := range [2]string{"TDiep", "DLieu"} {
		if space, local := s.At(d + 1); space != "" || string(local) != name {
			return 0
		}
	}
	space, local := s.At(3)
	for _, name := range scopes {
		if space == "" && string(local) == name {
			return s.StartOf(3)
		}
	}
	return 0
}

// child takes in what stands right inside of the signature.
func (v *survey) child(s *xmltree.Scanner, k xmltree.Kind) {
	inside := s.Depth() == v.depth
	switch k {
	case xmltree.Start:
		if s.Depth() != v.depth+1 {
			return
		}
		p := part{Binding: xmltree.Binding{Prefix: string(s.Local()), URI: s.Space()}, start: s.Offset()}
		for i := range s.Attrs() {
			if id, ok := idOf(&s.Attrs()[i]); ok {
				p.id = id
			}
		}
		if len(v.children) < limits.XMLObjects+3 {
			v.children = append(v.children, p)
		} else {
			v.stray = true
		}
	case xmltree.End:
		if s.Depth() == v.depth+1 {
			v.children[len(v.children)-1].end = s.Past()
		}
	case xmltree.Text:
		if inside && len(strings.Trim(string(s.AppendText(nil)), " \t\r\n")) > 0 {
			v.stray = true
		}
	case xmltree.PI:
		v.stray = v.stray || inside
	}
}

// grandchild takes in the QualifyingProperties that stands in an Object.
func (v *survey) grandchild(s *xmltree.Scanner, k xmltree.Kind) {
	switch n := len(v.qualifying); {
	case k == xmltree.Start && string(s.Local()) == "QualifyingProperties" && isXAdES(s.Space()) && n < limits.XMLObjects:
		v.qualify(s)
	case k == xmltree.End && n > 0 && v.qualifying[n-1].end == 0:
		v.qualifying[n-1].end = s.Past()
	}
}

// shaped checks that the children are SignedInfo, SignatureValue, KeyInfo if any, and Objects, in this order and nothing else (XML
// Signature, 4.2).
func (v *survey) shaped() bool {
	if v.stray || len(v.children) < 2 || !v.children[0].is("SignedInfo") || !v.children[1].is("SignatureValue") {
		return false
	}
	rest := v.children[2:]
	if len(rest) > 0 && rest[0].is("KeyInfo") {
		rest = rest[1:]
	}
	for i := range rest {
		if !rest[i].is("Object") {
			return false
		}
	}
	return true
}

// keyInfo is the part with KeyInfo, nil without.
func (v *survey) keyInfo() *part {
	if len(v.children) > 2 && v.children[2].is("KeyInfo") {
		return &v.children[2]
	}
	return nil
}
