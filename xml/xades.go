package xml

import (
	"strings"

	"github.com/kyso-dev/kyso/internal/xmltree"
)

// Names of XAdES. The namespace of version 1.3.2 is the one of EN 319 132-1; 1.4.1 adds properties to it.
const (
	spaceXAdES111 = "http://uri.etsi.org/01903/v1.1.1#"
	spaceXAdES122 = "http://uri.etsi.org/01903/v1.2.2#"
	spaceXAdES    = "http://uri.etsi.org/01903/v1.3.2#"
	spaceXAdES141 = "http://uri.etsi.org/01903/v1.4.1#"

	typeSignedProperties = "http://uri.etsi.org/01903#SignedProperties"
	typeCountersigned    = "http://uri.etsi.org/01903#CountersignedSignature"
)

// isXAdES reports whether a namespace is one that qualifying properties stand in.
func isXAdES(space string) bool {
	return space == spaceXAdES || space == spaceXAdES111 || space == spaceXAdES122
}

// versionOf is the version that a namespace of XAdES names, such as "1.3.2".
func versionOf(space string) string {
	return strings.TrimSuffix(strings.TrimPrefix(space, "http://uri.etsi.org/01903/v"), "#")
}

// isSignedProperties reports whether a Reference says that it signs SignedProperties. Versions 1.1.1 and 1.2.2 have a Type of their own, and
// signers have made one up for 1.3.2.
func isSignedProperties(r *Reference) bool {
	space, ok := strings.CutSuffix(r.Type, "SignedProperties")
	return ok && (r.Type == typeSignedProperties || isXAdES(space))
}

// qualifying is a QualifyingProperties right inside of an Object of a signature.
type qualifying struct {
	part
	object  int              // of the children of the signature
	context *xmltree.Context // what it inherits
	target  string           // its Target
}

// qualify takes in the QualifyingProperties that begins.
func (v *survey) qualify(s *xmltree.Scanner) {
	if space, local := s.At(v.depth + 1); space != spaceDSig || string(local) != "Object" {
		return
	}
	q := qualifying{part: part{Binding: xmltree.Binding{Prefix: string(s.Local()), URI: s.Space()}, start: s.Offset()}, object: len(v.children) - 1}
	own := 0
	for i := range s.Attrs() {
		a := &s.Attrs()[i]
		if a.Is("", "Target") {
			q.target = a.Value()
		}
		if a.Prefix != nil && a.Space == xmltree.SpaceXML {
			own++
		}
	}
	q.context = s.Context()
	q.context.XML = q.context.XML[:len(q.context.XML)-own] // its own are read from itself
	v.qualifying = append(v.qualifying, q)
}

// countersigns reports whether the signature that begins stands in a CounterSignature of the one that is open (EN 319 132-1, 5.2.7.2).
func (v *survey) countersigns(s *xmltree.Scanner) bool {
	if s.Depth() != v.depth+6 {
		return false
	}
	for i, name := range [...]string{"QualifyingProperties", "UnsignedProperties", "UnsignedSignatureProperties", "CounterSignature"} {
		if space, local := s.At(v.depth + 2 + i); !isXAdES(space) || string(local) != name {
			return false
		}
	}
	return true
}
