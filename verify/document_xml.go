package verify

import (
	"context"
	"crypto"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/xml"
	"github.com/kyso-dev/kyso/xml/einvoice"
)

// IdentifiedByKeyValue is a value of [Signer].IdentifiedBy: a bare key stands in the signature, which binds nobody.
const IdentifiedByKeyValue = "key-value"

// xml reads an XML document.
func (r *reader) xml(ctx context.Context, src io.ReaderAt, size int64, content io.ReaderAt) error {
	doc, err := r.readXML(ctx, src, size, content)
	if err != nil {
		return err
	}
	file, err := einvoice.Inspect(ctx, doc, src, size, &einvoice.ReadOptions{Certificates: r.given, Clock: r.now,
		Registered: r.opts.Registered, DayOff: r.opts.DayOff, InsecureExclusive: r.opts.InsecureExclusive, InsecureEnveloped: r.opts.InsecureEnveloped})
	if err != nil {
		return err
	}
	ids := xmlIDs(doc)
	r.invoice(file, ids)
	r.findings = append(r.findings, doc.Findings...)
	for i, s := range doc.Signatures {
		if err := ctx.Err(); err != nil {
			return fail(CodeCancelled, err)
		}
		one := r.newSubject(ids[i])
		r.evidence.Add(s.Evidence())
		r.xmlSignature(one, doc, s)
		one.invoice(file.Signatures[i])
		if s.Countersigns != nil { // it may sign more than that one's value
			if of := slices.Index(doc.Signatures, s.Countersigns); of >= 0 {
				one.report.Kind, one.report.Parent = KindCounterSignature, ids[of]
			}
		}
		r.settleLevel(one)
		r.xmlCounterSignatures(one, doc, s)
	}
	return nil
}

// readXML reads the document, and again with the content that the caller gave where it is about that.
func (r *reader) readXML(ctx context.Context, src io.ReaderAt, size int64, content io.ReaderAt) (*xml.Document, error) {
	p := &progressAt{r: src, progress: progress{total: size, tell: r.opts.Progress}}
	opts := &xml.ReadOptions{Certificates: r.given}
	doc, err := xml.Read(ctx, p, size, opts)
	if err != nil || r.opts.Content == nil {
		return doc, err
	}
	uri, ok := doc.OutsideNamed(r.opts.ContentName)
	if !ok {
		return doc, nil
	}
	opts.Resolver = given{uri, func() io.Reader { return r.section(content) }}
	return xml.Read(ctx, p, size, opts)
}

// given resolves the one URI that stands for the content that the caller gave.
type given struct {
	uri  string
	open func() io.Reader
}

func (g given) Resolve(_ context.Context, uri string) (io.ReadCloser, error) {
	if uri != g.uri {
		return nil, errNotGiven
	}
	return io.NopCloser(g.open()), nil
}

var errNotGiven = errors.New("this is not the content that was given")

// ours are ids that this package gives itself.
var ours = regexp.MustCompile(`^[st][0-9]+([.][0-9]+)*$`)

// xmlIDs names the signatures by their Ids, where they have one of their own, and by their number otherwise.
func xmlIDs(doc *xml.Document) []string {
	count := make(map[string]int)
	for _, s := range doc.Signatures {
		count[s.Element.ID]++
	}
	ids := make([]string, len(doc.Signatures))
	for i, s := range doc.Signatures {
		ids[i] = s.Element.ID
		if ids[i] == "" || count[ids[i]] > 1 || ours.MatchString(ids[i]) {
			ids[i] = "s" + strconv.Itoa(i+1)
		}
	}
	return ids
}

// xmlSignature reads one signature of an XML document.
func (r *reader) xmlSignature(one *subject, doc *xml.Document, s *xml.Signature) {
	r.learn(s.Certificates...)
	out := &one.report
	out.Format, out.Level, out.Path = "XML-DSig", string(s.Level), doc.Path(s.Element)
	if s.Properties != nil {
		out.Format = "XAdES"
	}
	out.adopt(s.Findings)
	one.certificate, one.value, one.digest = s.Certificate, s.Value, trust.DigestOf(s.Value)
	switch {
	case s.SigningCertificate.Present && s.SigningCertificate.Match:
		one.identity = identityBound
	case s.SigningCertificate.Present:
		one.identity = identityOther
	}
	out.Signer.IdentifiedBy = s.IdentifiedBy
	if s.Certificate == nil && s.Key != nil {
		out.Signer.IdentifiedBy = IdentifiedByKeyValue
	}
	out.DigestAlgorithm, out.SignatureAlgorithm = s.DigestAlgorithm, s.SignatureAlgorithm
	if h := s.SignatureHash(); h != 0 { // what was signed may have another; each Reference tells
		out.DigestAlgorithm = alg.HashName(h)
	}
	out.Integrity = IntegrityPair{Content: Integrity(s.ContentIntegrity), Signature: Integrity(s.SignatureIntegrity)}
	one.hashes = appendHash(one.hashes, s.SignatureHash())
	one.references(s.References)
	one.coverage(doc.Coverage(s))
	for _, t := range s.Timestamps {
		stamp := r.newStamp(string(t.Kind), t.Token, Integrity(t.ContentIntegrity), t.Findings)
		stamp.report.Covers = []string{out.ID}
		stamp.covers = t.Covers
		one.stamps = append(one.stamps, stamp)
	}
	if p := s.Properties; p != nil {
		out.Time.claim(s.SigningTime)
		out.Time.ClaimedCovered = out.Time.Claimed != nil && p.Covered
		out.Time.ZoneAmbiguous = slices.ContainsFunc(s.Findings, func(f Finding) bool { return f.Code == xml.CodeTimeZone })
		out.Claims = claimsOf(p)
	}
	r.subjects = append(r.subjects, one)
}

// claimsOf are what signed properties say that is not proved; nil where they say nothing of the kind.
func claimsOf(p *xml.SignedProperties) *Claims {
	c := &Claims{Roles: list(p.Roles), Commitments: []string{}}
	if at := p.Place; at != nil {
		parts := []string{at.Street, at.PostalCode, at.City, at.State, at.Country}
		c.Location = strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), ", ")
	}
	for _, one := range p.Commitments {
		c.Commitments = append(c.Commitments, one.ID)
	}
	if c.Location == "" && len(c.Roles)+len(c.Commitments) == 0 {
		return nil
	}
	return c
}

// xmlCounterSignatures reads the signatures in the properties of a signature, each as a signature of its own (EN 319 132-1, 5.2.7.2).
func (r *reader) xmlCounterSignatures(parent *subject, doc *xml.Document, s *xml.Signature) {
	for i, c := range s.CounterSignatures {
		one := r.newSubject(parent.report.ID + "." + strconv.Itoa(i+1))
		r.xmlSignature(one, doc, c)
		one.counter(parent.report.ID)
		r.xmlCounterSignatures(one, doc, c)
	}
}

// counter makes it a signature over another one's value, in whose properties it is.
func (f *subject) counter(parent string) {
	out := &f.report
	out.Kind, out.Parent, out.Level = KindCounterSignature, parent, "" // baseline levels are of signatures over content
	out.Coverage = Coverage{Extent: string(pdf.Part), Covered: []string{parent}, NotCovered: []string{}}
}

// references takes in what a signature names, and what those that are not intact lack.
func (f *subject) references(list []*xml.Reference) {
	for _, ref := range list {
		f.report.References = append(f.report.References, Reference{URI: ref.URI, Type: ref.Type, DigestAlgorithm: ref.DigestAlgorithm, Found: ref.Digest != nil, Intact: ref.Integrity == xml.Intact})
		f.report.adopt(ref.Findings)
		h, known := alg.HashByName(ref.DigestAlgorithm)
		if known {
			f.hashes = appendHash(f.hashes, h.Crypto)
		}
		outside := ref.URI != "" && ref.URI[0] != '#'
		f.absent = f.absent || ref.Integrity == xml.Unknown && (known || outside)
	}
}

func (f *subject) coverage(c xml.Coverage) {
	out := &f.report.Coverage
	out.Covered, out.NotCovered = list(c.Covered), list(c.NotCovered)
	switch {
	case c.Whole:
		out.Extent = string(pdf.Whole)
	case len(c.Covered) > 0:
		out.Extent = string(pdf.Part)
	}
	if c.More {
		out.NotCovered = append(out.NotCovered, more)
	}
}

// more stands at the end of a list of paths that is not complete.
const more = "…"

func appendHash(hashes []crypto.Hash, h crypto.Hash) []crypto.Hash {
	if h == 0 || slices.Contains(hashes, h) {
		return hashes
	}
	return append(hashes, h)
}
