package xml

import (
	"net/url"
	"slices"
	"strings"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
)

// target is what the URI of a Reference names.
type target int

const (
	targetNone     target = iota // nothing that can be had
	targetDocument               // the document that the signature is in
	targetID                     // an element of it
	targetExternal               // something outside
)

// plan is how the octets of a Reference are had.
type plan struct {
	signature *survey
	target    target
	id        string
	unnamed   bool // there is no URI
	comments  bool // comments belong to what is named (XML Signature, 4.4.3.3)
	external  string
	steps     []transform
}

// transform is one step of a plan.
type transform struct {
	algorithm string
	prefixes  []string // InclusiveNamespaces
	filters   []filter // XPath, Filter 2
}

// filter is an XPath expression with the namespaces that its prefixes stand for.
type filter struct {
	expression string
	operation  string // of Filter 2: intersect, subtract, union
	prefixes   map[string]string
}

// references reads SignedInfo, of which t is the canonical form, and plans each Reference.
func (s *Signature) references(doc *Document, t *xmltree.Tree) {
	root := t.Root()
	children := t.Elements(root)
	if !t.Is(root, spaceDSig, "SignedInfo") || len(children) < 3 || !t.Is(children[0], spaceDSig, "CanonicalizationMethod") ||
		!t.Is(children[1], spaceDSig, "SignatureMethod") || len(children) > limits.XMLReferences+2 {
		s.add(CodeShape, finding.Error, "XML Signature 1.1, 4.4", "what", "the children of SignedInfo")
		return
	}
	for _, n := range children[2:] {
		r, ok := readReference(doc, s.survey, t, n)
		if !ok {
			s.References = nil
			s.add(CodeShape, finding.Error, "XML Signature 1.1, 4.4.3", "what", "a Reference")
			return
		}
		if r.plan.unnamed && slices.ContainsFunc(s.References, func(other *Reference) bool { return other.plan.unnamed }) {
			r.plan.target = targetNone
			r.add(CodeReferenceURI, finding.Error, "XML Signature 1.1, 4.4.3.1", "uri", "-")
		}
		s.References = append(s.References, r)
	}
}

// readReference reads a ds:Reference. ok is false when it is not of the form that the schema gives.
func readReference(doc *Document, v *survey, t *xmltree.Tree, n xmltree.Node) (r *Reference, ok bool) {
	r = &Reference{Integrity: Unknown, doc: doc, plan: &plan{signature: v}}
	if !t.Is(n, spaceDSig, "Reference") {
		return nil, false
	}
	named := false
	for _, a := range t.Attrs(n) {
		switch {
		case a.Is("", "URI"):
			r.URI, named = a.Value(), true
		case a.Is("", "Type"):
			r.Type = a.Value()
		case a.Is("", "Id"):
			r.ID = a.Value()
		}
	}
	children := t.Elements(n)
	if len(children) > 0 && t.Is(children[0], spaceDSig, "Transforms") {
		for _, step := range t.Elements(children[0]) {
			if !t.Is(step, spaceDSig, "Transform") || len(r.Transforms) >= limits.XMLTransforms {
				return nil, false
			}
			uri, _ := t.Attr(step, "Algorithm")
			r.Transforms = append(r.Transforms, shorten(uri))
			if !r.step(t, step, uri) {
				return nil, false
			}
		}
		children = children[1:]
	}
	if len(children) != 2 || !t.Is(children[0], spaceDSig, "DigestMethod") || !t.Is(children[1], spaceDSig, "DigestValue") {
		return nil, false
	}
	if r.DigestValue, ok = base64Of(t, children[1]); !ok {
		return nil, false
	}
	uri, _ := t.Attr(children[0], "Algorithm")
	h, known := alg.HashByXML(uri)
	switch {
	case !known:
		r.add(CodeAlgorithm, finding.Error, "XML Signature 1.1, 6.2", "algorithm", shorten(uri))
	case h.Weak:
		r.add(CodeWeakDigest, finding.Error, "ETSI TS 119 312, 5.2", "algorithm", h.Name)
		fallthrough
	default:
		r.DigestAlgorithm, r.hash = h.Name, h.Crypto
	}
	r.locate(named)
	return r, true
}

// locate reads the URI (XML Signature, 4.4.3.2 and 4.4.3.3).
func (r *Reference) locate(named bool) {
	p := r.plan
	fragment, same := strings.CutPrefix(r.URI, "#")
	switch {
	case !named: // whoever reads it is to know what is meant
		p.target, p.unnamed = targetExternal, true
	case r.URI == "":
		p.target = targetDocument
	case !same:
		p.target, p.external = targetExternal, r.URI
	case fragment == "xpointer(/)":
		p.target, p.comments = targetDocument, true
	case strings.HasPrefix(fragment, "xpointer("):
		inner, ok := strings.CutPrefix(fragment, "xpointer(id(")
		inner, closed := strings.CutSuffix(inner, "))")
		if ok && closed && len(inner) > 2 && (inner[0] == '\'' || inner[0] == '"') && inner[len(inner)-1] == inner[0] {
			p.target, p.id, p.comments = targetID, inner[1:len(inner)-1], true
			return
		}
		r.add(CodeReferenceURI, finding.Error, "XML Signature 1.1, 4.4.3.3", "uri", shorten(r.URI))
	case fragment == "" || strings.ContainsAny(fragment, "()#"):
		r.add(CodeReferenceURI, finding.Error, "XML Signature 1.1, 4.4.3.3", "uri", shorten(r.URI))
	default:
		p.target, p.id = targetID, fragment
		if decoded, err := url.PathUnescape(fragment); err == nil { // letters beyond ASCII may be written so
			p.id = decoded
		}
	}
}

// step reads one transform.
func (r *Reference) step(t *xmltree.Tree, n xmltree.Node, uri string) bool {
	step := transform{algorithm: uri}
	children := t.Elements(n)
	switch {
	case C14N(uri).exclusive():
		var err error
		if step.prefixes, err = inclusivePrefixes(t, n); err != nil {
			return false
		}
	case C14N(uri).Known(), uri == TransformEnveloped, uri == TransformBase64:
		if len(children) > 0 {
			return false
		}
	case uri == TransformXPath:
		if len(children) != 1 || !t.Is(children[0], spaceDSig, "XPath") {
			return false
		}
		step.filters = []filter{r.filter(t, children[0])}
	case uri == TransformFilter2:
		for _, c := range children {
			f := r.filter(t, c)
			f.operation, _ = t.Attr(c, "Filter")
			if !t.Is(c, spaceFilter, "XPath") || f.operation != "intersect" && f.operation != "subtract" && f.operation != "union" {
				return false
			}
			step.filters = append(step.filters, f)
		}
		if len(step.filters) == 0 || len(step.filters) > limits.XMLTransforms {
			return false
		}
	default: // XSLT among them: it is a program
		r.add(CodeTransform, finding.Error, "XML Signature 1.1, 6.6", "algorithm", shorten(uri))
	}
	r.plan.steps = append(r.plan.steps, step)
	return true
}

// filter takes the namespaces of the expression from the signed octets: a prefix that only the document around them declares could
// be made to mean something else, and so to leave out what was put in. Exclusive canonicalisation drops declarations that only an
// expression uses, though, and signers rely on the one of XML Signature; to mean that is all that such a prefix can.
func (r *Reference) filter(t *xmltree.Tree, n xmltree.Node) filter {
	f := filter{expression: t.Value(n), prefixes: make(map[string]string)}
	for _, p := range r.plan.signature.dsig {
		f.prefixes[p] = spaceDSig
	}
	for _, b := range t.Bindings(n) {
		f.prefixes[b.Prefix] = b.URI
	}
	return f
}

// unusable reports that nothing can be computed for the Reference.
func (r *Reference) unusable() bool {
	if r.hash == 0 || r.plan.target == targetNone {
		return true
	}
	for _, s := range r.plan.steps {
		switch {
		case C14N(s.algorithm).Known(), s.algorithm == TransformEnveloped, s.algorithm == TransformBase64, s.algorithm == TransformXPath, s.algorithm == TransformFilter2:
		default:
			return true
		}
	}
	return false
}

// settle compares what was computed with what was signed.
func (r *Reference) settle(digest []byte, size int64) {
	r.Digest, r.Size = digest, size
	switch {
	case size == 0: // whatever selects nothing protects nothing
		r.Integrity = Broken
		r.add(CodeEmpty, finding.Error, "XML Signature 1.1, 4.4.3", "uri", shorten(r.URI))
	case equal(digest, r.DigestValue):
		r.Integrity = Intact
	default:
		r.Integrity = Broken
		r.add(CodeReferenceBroken, finding.Error, "XML Signature 1.1, 3.2.1", "uri", shorten(r.URI), "algorithm", r.DigestAlgorithm)
	}
}

// refuse notes that the Reference could not be computed.
func (r *Reference) refuse(err error, clause string) {
	r.Integrity = Unknown
	r.Findings = append(r.Findings, faultFinding(err, clause))
}

// streamed is how a plan is computed while the document passes by: nothing but an enveloped signature left out and one
// canonicalisation. ok is false when that does not do.
func (p *plan) streamed() (method C14N, prefixes []string, left leftOut, ok bool) {
	method = C14N10 // what stands for none (XML Signature, 4.4.3.2)
	steps := p.steps
loop:
	for ; len(steps) > 0; steps = steps[1:] {
		switch {
		case steps[0].strips():
			left = leftAll
		case steps[0].algorithm == TransformEnveloped || steps[0].envelopes():
			left = max(left, leftOwn)
		default:
			break loop
		}
	}
	if len(steps) > 0 && C14N(steps[0].algorithm).Known() {
		method, prefixes = C14N(steps[0].algorithm), steps[0].prefixes
		steps = steps[1:]
	}
	return method, prefixes, left, len(steps) == 0 && p.target != targetExternal
}

// leftOut is which signatures are left out.
type leftOut int

const (
	leftNone leftOut = iota
	leftOwn          // the one that the Reference is in
	leftAll          // all
)
