package xml

// C14N is a canonicalisation algorithm, by its URI.
type C14N string

// The canonicalisation algorithms.
const (
	C14N10                    C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"              // Canonical XML 1.0
	C14N10WithComments        C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments" //
	C14N11                    C14N = "http://www.w3.org/2006/12/xml-c14n11"                         // Canonical XML 1.1
	C14N11WithComments        C14N = "http://www.w3.org/2006/12/xml-c14n11#WithComments"            //
	ExclusiveC14N             C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"                      // Exclusive XML Canonicalization 1.0
	ExclusiveC14NWithComments C14N = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"          //
)

// Known reports whether c is one of the six algorithms.
func (c C14N) Known() bool {
	switch c {
	case C14N10, C14N10WithComments, C14N11, C14N11WithComments, ExclusiveC14N, ExclusiveC14NWithComments:
		return true
	}
	return false
}

func (c C14N) exclusive() bool { return c == ExclusiveC14N || c == ExclusiveC14NWithComments }

func (c C14N) version11() bool { return c == C14N11 || c == C14N11WithComments }

func (c C14N) comments() bool {
	return c == C14N10WithComments || c == C14N11WithComments || c == ExclusiveC14NWithComments
}

// named is the algorithm for an element that a Reference names by its Id: comments are no part of what it names, whatever the
// algorithm does with them (XML Signature 1.1, 4.4.3.3).
func (c C14N) named() C14N {
	switch c {
	case C14N10WithComments:
		return C14N10
	case C14N11WithComments:
		return C14N11
	case ExclusiveC14NWithComments:
		return ExclusiveC14N
	}
	return c
}
