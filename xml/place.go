package xml

import (
	"strconv"
	"strings"

	"github.com/kyso-dev/kyso/internal/xmltree"
)

// place is where a signature goes into a document: found while the document passes by.
type place struct {
	steps []placeStep // of a path
	id    string      // or an Id
	taken []string    // Ids that the signature will write

	before string // the child of the place before which it goes, if there is one; "" for the end

	matched int // how many steps the open elements match
	depth   int // of the element, while it is open
	found   int
	clash   string // an Id of taken that the document has

	signed  bool             // the document has signatures
	open    []openID         // the Ids of the open elements
	ids     []string         // those of the element and the ones around it
	name    string           // of the element, as written
	empty   bool             // it is the tag of an empty element
	at      int64            // octet of the text where the signature goes
	scope   int64            //
	above   []int64          // where the element and those around it begin
	context *xmltree.Context // what the signature inherits
	root    [2]int64         // octets of the text of the root element
}

type openID struct {
	id    string
	depth int
}

type placeStep struct {
	name  string
	n     int // which of those that are so named; 0 for the only one
	count int
}

func newPlace(path string) (*place, error) {
	p := &place{}
	if id, ok := strings.CutPrefix(path, "#"); ok && id != "" {
		p.id = id
		return p, nil
	}
	if path == "" {
		return p, nil
	}
	rest, ok := strings.CutPrefix(path, "/")
	for _, name := range strings.Split(rest, "/") {
		step := placeStep{name: name}
		if base, index, indexed := strings.Cut(name, "["); indexed {
			n, err := strconv.Atoi(strings.TrimSuffix(index, "]"))
			ok = ok && err == nil && n > 0 && strings.HasSuffix(index, "]")
			step.name, step.n = base, n
		}
		ok = ok && xmltree.IsNCName(step.name)
		p.steps = append(p.steps, step)
	}
	if !ok {
		return nil, badOption("Place", shorten(path))
	}
	return p, nil
}

// down is the depth down to which the place wants to see elements one by one.
func (p *place) down() int {
	if p.before != "" {
		return max(p.depth, len(p.steps)) + 1
	}
	return max(p.depth, len(p.steps))
}

// fixed reports that Ids are looked for in the whole document wherever the place turns out to be.
func (p *place) fixed() bool { return p.id == "" && (len(p.steps) < 3 || p.steps[0].name != "TDiep") }

// event takes in what passes by.
func (p *place) event(s *xmltree.Scanner, k xmltree.Kind) {
	switch k {
	case xmltree.Start:
		d := s.Depth()
		if d == 1 {
			p.root[0] = s.Offset()
		}
		if len(s.Attrs()) > 0 {
			p.clashes(s)
			for i := range s.Attrs() {
				if id, ok := idOf(&s.Attrs()[i]); ok {
					p.open = append(p.open, openID{id, d})
				}
			}
		}
		p.signed = p.signed || s.Is(spaceDSig, "Signature")
		if p.before != "" && p.at == 0 && p.depth > 0 && d == p.depth+1 && string(s.Local()) == p.before {
			p.at = s.Offset()
		}
		if p.here(s, d) {
			if p.found++; p.found == 1 {
				p.take(s)
			}
		}
	case xmltree.End:
		d := s.Depth()
		if d == 1 {
			p.root[1] = s.Past()
		}
		for n := len(p.open); n > 0 && p.open[n-1].depth == d; n-- {
			p.open = p.open[:n-1]
		}
		if p.matched == d {
			p.matched--
		}
		if p.depth == d {
			p.depth = 0
			if p.at == 0 {
				p.at = s.Offset()
			}
		}
	}
}

// here reports whether the element that begins is the one.
func (p *place) here(s *xmltree.Scanner, d int) bool {
	switch {
	case p.id != "":
		return hasID(s, p.id)
	case len(p.steps) == 0:
		return d == 1
	case p.matched != d-1 || d > len(p.steps):
		return false
	}
	step := &p.steps[d-1]
	if string(s.Local()) != step.name {
		return false
	}
	if step.count++; step.n != 0 && step.count != step.n {
		return false
	}
	p.matched = d
	if d < len(p.steps) {
		p.steps[d].count = 0
		return false
	}
	return true
}

func (p *place) take(s *xmltree.Scanner) {
	p.depth, p.name, p.empty = s.Depth(), string(s.QName()), s.Empty()
	p.scope, p.context = scopeAt(s), s.Context()
	for _, o := range p.open {
		p.ids = append(p.ids, o.id)
	}
	for d := 1; d <= s.Depth(); d++ {
		p.above = append(p.above, s.StartOf(d))
	}
	if p.empty {
		p.at = s.Past() - int64(len("/>"))
	}
}

// clashes notes Ids that the signature wants for itself, in whatever scope they are.
func (p *place) clashes(s *xmltree.Scanner) {
	for _, id := range p.taken {
		if hasID(s, id) {
			p.clash = id
		}
	}
}

// settle tells what is wrong once the document is over.
func (p *place) settle(path string) error {
	switch {
	case p.clash != "":
		return fail(CodeIDTaken, nil, "id", shorten(p.clash))
	case p.found == 0:
		return fail(CodePlaceNone, nil, "path", shorten(path))
	case p.found > 1:
		return fail(CodePlaceSeveral, nil, "path", shorten(path))
	}
	return nil
}
