package einvoice

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/xml"
)

// What breaks a signature is most often harmless and hard to see: the invoice was put into an envelope that declares a namespace, or an
// editor changed its line ends. So where a digest does not fit, the changes that occur are undone one after another, and the one that
// makes it fit is named. The verdict stays what it is.

// surroundings is a change to what an element inherits, or to the algorithm.
type surroundings struct {
	what   string
	keep   func(own, b xmltree.Binding) bool // which namespaces around it stay
	attrs  bool                              // so do xml: attributes
	add    []xmltree.Binding
	method xml.C14N // "" for the one that is named
}

var (
	xsi = xmltree.Binding{Prefix: "xsi", URI: "http://www.w3.org/2001/XMLSchema-instance"}
	xsd = xmltree.Binding{Prefix: "xsd", URI: "http://www.w3.org/2001/XMLSchema"}

	all  = func(_, _ xmltree.Binding) bool { return true }
	none = func(_, _ xmltree.Binding) bool { return false }
	self = func(own, b xmltree.Binding) bool { return own == b }
)

const whatSame = "its text as it is"

// inPlace leaves everything as it is.
var inPlace = surroundings{what: whatSame, keep: all, attrs: true}

var around = []surroundings{
	inPlace,
	{what: "no namespaces from the elements around it", keep: none},
	{what: "only its own namespace from the elements around it", keep: self},
	{what: "xmlns:xsi and xmlns:xsd declared around it", keep: self, add: []xmltree.Binding{xsd, xsi}},
	{what: "xmlns:xsi declared around it", keep: self, add: []xmltree.Binding{xsi}},
	{what: "xmlns:xsd declared around it", keep: self, add: []xmltree.Binding{xsd}},
	exclusive,
}

// exclusive is what some signing services compute and do not declare. Where nothing declared around an element is used in it, it cannot
// be told from an element that had nothing declared around it.
var exclusive = surroundings{what: "exclusive canonicalisation instead of the one it names", keep: all, attrs: true, method: xml.ExclusiveC14N}

// change is one to the canonical octets. do returns nil where it changes nothing.
type change struct {
	what string
	do   func([]byte) []byte
}

var lineEnd, carriage = []byte("\n"), []byte("&#xD;")

var changes = []change{
	{"a CR at the end of each line", func(b []byte) []byte {
		if !bytes.Contains(b, lineEnd) {
			return nil
		}
		return bytes.ReplaceAll(b, lineEnd, []byte("&#xD;\n"))
	}},
	{"no CR at the end of lines", func(b []byte) []byte {
		if !bytes.Contains(b, carriage) {
			return nil
		}
		return bytes.ReplaceAll(b, carriage, nil)
	}},
	{"letters and their accents as one character (NFC)", func(b []byte) []byte { return normal(norm.NFC, b) }},
	{"letters and their accents apart (NFD)", func(b []byte) []byte { return normal(norm.NFD, b) }},
	{"no blanks between elements", func(b []byte) []byte { return trim(b, false) }},
	{"no blanks at the ends of values", func(b []byte) []byte { return trim(b, true) }},
}

func normal(f norm.Form, b []byte) []byte {
	if f.IsNormal(b) {
		return nil
	}
	return f.Bytes(b)
}

// trim leaves out blanks next to tags: all of them, or those that stand alone between two.
func trim(b []byte, all bool) []byte {
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		end := bytes.IndexByte(b, '>') + 1
		if end == 0 {
			return append(out, b...)
		}
		out, b = append(out, b[:end]...), b[end:]
		text := b
		if next := bytes.IndexByte(b, '<'); next >= 0 {
			text = b[:next]
		}
		b = b[len(text):]
		if kept := bytes.Trim(text, " \t\n"); len(kept) == 0 || all {
			text = kept
		}
		out = append(out, text...)
	}
	return out
}

// doctor looks for the change that explains what is broken.
type doctor struct {
	ctx      context.Context
	in       *input
	contexts map[int64]*xmltree.Context // what elements inherit that are looked at, by where they begin
	spent    int
}

// explain says of what is broken why it may be, and takes for intact what the options allow.
func (r *reader) explain(ctx context.Context, in *input) error {
	d := &doctor{ctx: ctx, in: in, contexts: make(map[int64]*xmltree.Context)}
	var sick []*Signature
	for _, s := range r.Signatures {
		if s.XML.SignatureIntegrity != xml.Broken && s.XML.ContentIntegrity != xml.Broken || s.XML.SignedInfo == nil {
			continue
		}
		sick = append(sick, s)
		d.contexts[s.XML.Element.Start] = nil
		for _, ref := range s.XML.References {
			if ref.Integrity == xml.Broken && ref.Element != nil {
				d.contexts[ref.Element.Start] = nil
			}
		}
	}
	if len(sick) == 0 {
		return nil
	}
	if err := d.look(); err != nil {
		return err
	}
	for _, s := range sick {
		if err := d.examine(s, r.o); err != nil {
			return err
		}
	}
	return nil
}

// look finds out what the elements inherit.
func (d *doctor) look() error {
	s := d.in.scan(d.ctx)
	for {
		s.Skim(1)
		k, err := s.Next()
		switch {
		case err != nil:
			return wrap(err)
		case k == xmltree.EOF:
			return nil
		case k == xmltree.Start:
			at := d.in.original(s, s.Offset())
			if _, ok := d.contexts[at]; ok {
				d.contexts[at] = s.Context()
			}
		}
	}
}

// examine looks at one signature.
func (d *doctor) examine(s *Signature, o *ReadOptions) error {
	x := s.XML
	raw, err := d.in.element(span{x.Element.Start, x.Element.End}, limits.InvoiceDiagnose)
	if err != nil || raw == nil {
		return err
	}
	var cures []cure
	if x.SignatureIntegrity == xml.Broken {
		c, err := d.signedInfo(x, raw)
		if err != nil {
			return err
		}
		s.hint("SignedInfo", c)
		cures = append(cures, c)
	}
	for _, ref := range x.References {
		c := cure{}
		if ref.Integrity == xml.Intact {
			continue
		}
		if ref.Integrity == xml.Broken && literal(ref) {
			if c, err = d.reference(x, ref); err != nil {
				return err
			}
			s.hint(ref.URI, c)
		}
		cures = append(cures, c)
	}
	s.forgive(o, cures)
	return nil
}

// cure is what makes something fit: a change to what is around it, and one to its text. Empty when nothing does.
type cure struct {
	what, detail string
	exclusive    bool // exclusive canonicalisation alone does too
	enveloped    bool // so does leaving out a transform that left nothing
}

func (s *Signature) hint(uri string, c cure) {
	what, detail := c.what, c.detail
	switch {
	case what == "":
		return
	case what == whatSame: // only the text was changed
		what, detail = detail, "-"
	case detail == "":
		detail = "-"
	}
	if c.exclusive && what != exclusive.what {
		what = "nothing declared around it, as with exclusive canonicalisation"
	}
	s.add(CodeHint, finding.Info, "", "uri", shorten(uri), "what", what, "detail", detail)
}

// forgive takes a signature for intact of which all that is broken is of a kind that the options allow.
func (s *Signature) forgive(o *ReadOptions, cures []cure) {
	excluded, enveloped := false, false
	for _, c := range cures {
		switch {
		case c.exclusive && o.InsecureExclusive:
			excluded = true
		case c.enveloped && o.InsecureEnveloped:
			enveloped = true
		default:
			return
		}
	}
	broken := func(f Finding) bool {
		return f.Code == xml.CodeReferenceBroken || f.Code == xml.CodeEmpty || f.Code == xml.CodeSignatureBroken || f.Code == CodeHint
	}
	for _, ref := range s.XML.References {
		ref.Integrity, ref.Findings = xml.Intact, slices.DeleteFunc(slices.Clone(ref.Findings), broken)
	}
	s.XML.SignatureIntegrity, s.XML.ContentIntegrity = xml.Intact, xml.Intact
	s.XML.Findings = slices.DeleteFunc(slices.Clone(s.XML.Findings), broken)
	s.Findings = slices.DeleteFunc(s.Findings, broken)
	if excluded {
		s.add(CodeExclusive, finding.Warning, "XML Signature 1.1, 4.4.3.2")
	}
	if enveloped {
		s.add(CodeEnveloped, finding.Warning, "XML Signature 1.1, 6.6.4")
	}
}

// reference looks for what makes the digest of a Reference fit.
func (d *doctor) reference(x *xml.Signature, ref *xml.Reference) (cure, error) {
	h, ok := alg.HashByName(ref.DigestAlgorithm)
	if !ok || ref.Element == nil && ref.URI != "" {
		return cure{}, nil
	}
	at, context := span{0, d.in.size}, &xmltree.Context{}
	if ref.Element != nil {
		at = span{ref.Element.Start, ref.Element.End}
		context = d.contexts[at.start]
	}
	raw, err := d.in.element(at, limits.InvoiceDiagnose)
	if err != nil || raw == nil {
		return cure{}, err
	}
	own := span{x.Element.Start, x.Element.End}
	if at.holds(own.start) && own.start > at.start { // the signature leaves itself out
		if d.in.encoding != xmltree.UTF8 {
			return cure{}, nil
		}
		raw = slices.Concat(raw[:own.start-at.start], raw[own.end-at.start:])
	}
	method := xml.C14N10
	if n := len(ref.Transforms); n > 0 && xml.C14N(ref.Transforms[n-1]).Known() {
		method = xml.C14N(ref.Transforms[n-1])
	}
	c, err := d.try(raw, context, method, func(octets []byte) bool {
		sum := h.Crypto.New()
		sum.Write(octets)
		return bytes.Equal(sum.Sum(nil), ref.DigestValue)
	})
	if c.what == whatSame && c.detail == "" { // it fits as it is, but for a transform that leaves all of it out
		c.detail = "its enveloped-signature transform left out"
		c.enveloped = own.holds(at.start) && at.start > own.start
	}
	return c, err
}

// signedInfo looks for what makes the signature value fit. raw is the signature.
func (d *doctor) signedInfo(x *xml.Signature, raw []byte) (cure, error) {
	signed, err := xmltree.Parse(x.SignedInfo)
	if err != nil || x.Key == nil {
		return cure{}, nil
	}
	uri, _ := signed.Attr(signed.Child(signed.Root(), spaceDSig, "SignatureMethod"), "Algorithm")
	algorithm, ok := alg.SignatureByXML(uri)
	tree, err := xmltree.ParseElement(raw, d.contexts[x.Element.Start])
	if err != nil || !ok {
		return cure{}, nil
	}
	info := tree.Child(tree.Root(), spaceDSig, "SignedInfo")
	if info == 0 {
		return cure{}, nil
	}
	return d.try(tree.Raw(info), d.contexts[x.Element.Start], x.Canonicalization, func(octets []byte) bool {
		return verifies(algorithm, x.Key, octets, x.Value)
	})
}

func verifies(a alg.Signature, key crypto.PublicKey, octets, value []byte) bool {
	if !a.SignsMessage() {
		h := a.Hash.New()
		h.Write(octets)
		octets = h.Sum(nil)
	}
	if k, ok := key.(*ecdsa.PublicKey); ok {
		der, err := alg.ECDSAFromRaw(k, value)
		if err != nil {
			return false
		}
		value = der
	}
	return a.Verify(key, octets, value) == nil
}

// try undoes one change after another. what is "" when none helps.
func (d *doctor) try(raw []byte, c *xmltree.Context, method xml.C14N, fits func([]byte) bool) (cure, error) {
	if c == nil {
		return cure{}, nil
	}
	tried := make(map[string]bool)
	for i := range around {
		doc := alone(raw, c, &around[i])
		tag := string(doc[:bytes.IndexByte(doc, '>')+1]) + string(around[i].method)
		if tried[tag] {
			continue
		}
		tried[tag] = true
		octets, err := d.canonical(doc, &around[i], method)
		if err != nil {
			return cure{}, err
		}
		found := cure{what: around[i].what}
		switch {
		case octets == nil:
			continue
		case fits(octets):
			if found.what != whatSame && found.what != exclusive.what {
				octets, err = d.canonical(alone(raw, c, &exclusive), &exclusive, method)
				found.exclusive = octets != nil && fits(octets)
			}
			found.exclusive = found.exclusive || found.what == exclusive.what
			return found, err
		case len(around[i].add) > 0: // one change at a time, mostly
			continue
		}
		for _, text := range changes {
			if changed := text.do(octets); changed != nil && fits(changed) {
				found.detail = text.what
				return found, nil
			}
		}
	}
	return cure{}, nil
}

// canonical is the canonical form of an element in other surroundings; nil when it cannot stand in them, or when enough was tried.
func (d *doctor) canonical(doc []byte, s *surroundings, method xml.C14N) ([]byte, error) {
	if s.method != "" {
		method = s.method
	}
	if d.spent += len(doc); d.spent > limits.InvoiceAttempts {
		return nil, nil
	}
	var octets bytes.Buffer
	err := xml.Canonicalize(d.ctx, &octets, bytes.NewReader(doc), int64(len(doc)), method, nil)
	if cancelled := signer.Cancelled(d.ctx); cancelled != nil {
		return nil, cancelled
	}
	if err != nil {
		return nil, nil
	}
	return octets.Bytes(), nil
}

// alone makes a document of an element: what it inherits is written into its start tag. raw begins with one.
func alone(raw []byte, c *xmltree.Context, s *surroundings) []byte {
	scan := xmltree.ScanElement(raw, c)
	if k, err := scan.Next(); err != nil || k != xmltree.Start {
		return raw // it cannot be read, and will be refused as it is
	}
	name := scan.QName()
	own := xmltree.Binding{Prefix: string(scan.Prefix()), URI: scan.Space()}
	has := make(map[string]bool)
	for _, a := range scan.Attrs() {
		has[string(a.Prefix)+":"+string(a.Local)] = true
	}
	out := append([]byte("<"), name...)
	write := func(prefix, local, value string) {
		if has[prefix+":"+local] {
			return // its own
		}
		has[prefix+":"+local] = true
		if prefix != "" {
			prefix += ":"
		}
		out = append(out, " "+prefix+local+`="`+escape(value)+`"`...)
	}
	declare := func(b xmltree.Binding) {
		if b.Prefix == "" {
			write("", "xmlns", b.URI)
		} else {
			write("xmlns", b.Prefix, b.URI)
		}
	}
	for _, b := range s.add {
		declare(b)
	}
	for _, b := range c.Bindings {
		if s.keep(own, b) {
			declare(b)
		}
	}
	for _, a := range slices.Backward(c.XML) { // the innermost counts
		if s.attrs {
			write("xml", a.Local, a.Value)
		}
	}
	return append(out, raw[1+len(name):]...)
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;", ">", "&gt;", "\r", "&#13;", "\n", "&#10;", "\t", "&#9;")

// escape writes text or the value of an attribute.
func escape(s string) string { return escaper.Replace(s) }
