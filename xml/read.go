package xml

import (
	"context"
	"crypto/x509"
	"hash"
	"io"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
	"github.com/kyso-dev/kyso/signer"
)

// Resolver gives the octets that a Reference to the outside names. It decides what may be fetched: URIs come from the document.
type Resolver interface {
	Resolve(ctx context.Context, uri string) (io.ReadCloser, error)
}

// ReadOptions say how to read. nil is the zero value.
type ReadOptions struct {
	// Resolver is asked for what References name outside of the document; without one, such References stay unknown.
	Resolver Resolver
	// Certificates are further certificates among which signers are looked for when KeyInfo lacks them.
	Certificates []*x509.Certificate
}

// Read reads the XML of size octets in src and says what is in it: facts and findings, no verdict. A document above 4 MiB is read
// through a window, twice at most, unless it is not in UTF-8 or a transform asks for XPath: then it is held in memory.
//
// The error is an *Error when the document is not XML that can be read or a source failed, or that of the context. What is wrong with
// a signature is a finding.
func Read(ctx context.Context, src io.ReaderAt, size int64, opts *ReadOptions) (*Document, error) {
	o := orDefault(opts)
	in, err := open(ctx, src, size)
	if err != nil {
		return nil, err
	}
	d, err := in.read(ctx, &o)
	if err != nil {
		return nil, err
	}
	for _, s := range d.doc.Signatures {
		for _, r := range s.References {
			r.kept = nil // it has served
		}
	}
	d.doc.arrange()
	return d.doc, signer.Cancelled(ctx)
}

// read gathers the facts. All signatures are in one list: counter-signatures are not with the signatures that they are in yet.
func (in *source) read(ctx context.Context, o *ReadOptions) (*digester, error) {
	doc := &Document{Size: in.size, in: in, resolver: o.Resolver}
	if in.check != nil && in.text == nil {
		in.sum = in.check()
	}
	surveys, err := in.look(ctx, doc)
	if err != nil {
		return nil, err
	}
	if in.sum != nil {
		in.seen, in.sum = in.sum.Sum(nil), nil
	}
	of := make(map[*survey]*Signature, len(surveys))
	for _, v := range surveys {
		if err := signer.Cancelled(ctx); err != nil {
			return nil, err
		}
		s := &Signature{Element: v.element, Parent: of[v.parent], survey: v}
		of[v] = s
		if err := s.read(doc, o.Certificates); err != nil {
			return nil, err
		}
		doc.Signatures = append(doc.Signatures, s)
	}
	d := &digester{ctx: ctx, doc: doc, resolver: o.Resolver, more: o.Certificates}
	var first []*Reference
	for _, s := range doc.Signatures {
		first = append(first, s.References...)
	}
	manifests, err := d.digest(first)
	if err != nil {
		return nil, err
	}
	var second []*Reference
	for _, m := range manifests {
		if m.references() {
			second = append(second, m.reference.Manifest...)
		}
	}
	if _, err := d.digest(second); err != nil {
		return nil, err
	}
	for _, s := range doc.Signatures {
		s.content()
	}
	for _, s := range doc.Signatures {
		if err := s.advance(d, o.Certificates); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// digester computes References.
type digester struct {
	ctx      context.Context
	doc      *Document
	resolver Resolver
	tree     *xmltree.Tree // of the document; nil until a transform asks for it
	steps    int           // that XPath expressions have made through it
	spent    int64         // octets that went through canonicalisation
	more     []*x509.Certificate
	prefixes map[prefixKey]hash.Hash // what archive time-stamps begin with, hashed
	tokens   map[string]parsedToken
}

// manifest is a Reference that covers a ds:Manifest, with the octets that were hashed.
type manifest struct {
	reference *Reference
	octets    []byte
}

// digest computes References and returns those of Manifests.
func (d *digester) digest(list []*Reference) ([]manifest, error) {
	pass := jobs{spent: &d.spent}
	var apart []*Reference
	for _, r := range list {
		if !r.unusable() && !pass.add(r) {
			apart = append(apart, r)
		}
	}
	if err := pass.run(d.ctx, d.doc.in); err != nil {
		return nil, err
	}
	pass.settle()
	var found []manifest
	for _, j := range pass.list {
		for _, r := range j.references {
			switch {
			case r.Digest == nil:
			case r.Type == typeManifest:
				found = append(found, manifest{r, j.kept.Bytes()})
			case isSignedProperties(r):
				r.kept = j.kept.Bytes()
			}
		}
	}
	for _, r := range apart {
		octets, err := d.apart(r, nil)
		if err != nil {
			return nil, err
		}
		if r.Type == typeManifest && r.Digest != nil {
			found = append(found, manifest{r, octets})
		}
	}
	return found, nil
}

// references reads the References of the Manifest from the octets that were hashed (XML Signature, 5.1).
func (m manifest) references() bool {
	r := m.reference
	t, err := xmltree.Parse(m.octets)
	if err != nil {
		r.refuse(wrap(err), "XML Signature 1.1, 5.1")
		return false
	}
	children := t.Elements(t.Root())
	if !t.Is(t.Root(), spaceDSig, "Manifest") || len(children) == 0 || len(children) > limits.XMLReferences {
		r.add(CodeShape, finding.Error, "XML Signature 1.1, 5.1", "what", "a Manifest")
		return false
	}
	for _, n := range children {
		inner, ok := readReference(r.doc, r.plan.signature, t, n)
		if !ok {
			r.add(CodeShape, finding.Error, "XML Signature 1.1, 4.4.3", "what", "a Reference")
			return false
		}
		r.Manifest = append(r.Manifest, inner)
	}
	return true
}

// content sums up the References.
func (s *Signature) content() {
	if len(s.References) == 0 {
		return
	}
	s.ContentIntegrity = Intact
	for _, r := range s.References {
		switch {
		case r.Integrity == Broken:
			s.ContentIntegrity = Broken
		case r.Integrity == Unknown && s.ContentIntegrity == Intact:
			s.ContentIntegrity = Unknown
		}
		for _, inner := range r.Manifest {
			if inner.Integrity != Intact {
				r.add(CodeManifest, finding.Error, "XML Signature 1.1, 5.1", "uri", shorten(inner.URI))
			}
		}
		if h, ok := alg.HashByName(r.DigestAlgorithm); ok && (s.DigestAlgorithm == "" || h.Weak) {
			s.DigestAlgorithm = r.DigestAlgorithm
		}
	}
}
