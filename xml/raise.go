package xml

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/proofs"
	"github.com/kyso-dev/kyso/internal/xmltree"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

// raiser raises one signature to a level: first a time-stamp, then the evidence that was fetched after it, then an archive time-stamp over
// all of that, then the evidence for this one. It only ever adds unsigned properties, behind those that are there.
type raiser struct {
	d           *digester
	s           *Signature  // as it was read
	p           *properties // as they are by now
	place       unsignedPlace
	added       []string // properties, in order
	level       Level
	hash        crypto.Hash // of the time-stamps to get; 0: that of the signer
	timestamper timestamp.Timestamper
	collector   trust.Collector
	clock       func() time.Time
	known       []*x509.Certificate   // where signers are looked for besides the document
	made        map[trust.Digest]bool // tokens that were made here
}

// unsignedPlace is where unsigned properties go, in the QualifyingProperties as they were read.
type unsignedPlace struct {
	at, past   int    // octets that are replaced
	head, tail string // what stands around the properties
	qname      string // prefix of XAdES there, with its colon
	ds, late   string // likewise of XML Signature and of version 1.4.1; "" when it has to be declared
}

// placeForUnsigned finds the place: the end of UnsignedSignatureProperties, which is made where there is none (EN 319 132-1, 4.3.2 and 4.3.5).
func (p *properties) placeForUnsigned() unsignedPlace {
	t := p.tree
	root := t.Root()
	outer := p.child(root, "UnsignedProperties")
	inner := p.child(outer, "UnsignedSignatureProperties")
	within := root
	switch {
	case inner != 0:
		within = inner
	case outer != 0:
		within = outer
	}
	u := unsignedPlace{qname: colon(t.Prefix(within))}
	for _, b := range t.Bindings(within) {
		switch b.URI {
		case spaceDSig:
			u.ds = colon(b.Prefix)
			if u.ds == "" {
				u.ds = ":" // the default namespace
			}
		case spaceXAdES141:
			u.late = colon(b.Prefix)
		}
	}
	start, end := t.Range(within)
	raw := t.Raw(within)
	if bytes.HasSuffix(raw, []byte("/>")) { // it is empty
		u.at, u.past = end-len("/>"), end
		u.head, u.tail = ">", "</"+string(t.QName(within))+">"
	} else {
		u.at = start + bytes.LastIndex(raw, []byte("</"))
		u.past = u.at
	}
	open := func(name string) {
		u.head += "<" + u.qname + name + ">"
		u.tail = "</" + u.qname + name + ">" + u.tail
	}
	if inner == 0 {
		if outer == 0 {
			open("UnsignedProperties")
		} else if objects := p.child(outer, "UnsignedDataObjectProperties"); objects != 0 { // it goes before these
			u.at, _ = t.Range(objects)
			u.past = u.at
		}
		open("UnsignedSignatureProperties")
	}
	return u
}

func colon(prefix string) string {
	if prefix == "" {
		return ""
	}
	return prefix + ":"
}

// text is what goes into the QualifyingProperties.
func (r *raiser) text() string { return r.place.head + strings.Join(r.added, "") + r.place.tail }

// edit is the change to the document.
func (r *raiser) edit() edit {
	in := r.d.doc.in
	encoding := xmltree.UTF8
	if in.text != nil {
		encoding = in.text.Encoding
	}
	q := r.p.qualifying
	return edit{in.original(q.start + int64(r.place.at)), in.original(q.start + int64(r.place.past)), encode(r.text(), encoding)}
}

// add adds a property and reads what there is by now.
func (r *raiser) add(property string) error {
	r.added = append(r.added, property)
	if len(r.added) > limits.XMLUnsigned {
		return tooMany("unsigned properties of a signature", limits.XMLUnsigned)
	}
	raw, err := r.d.doc.in.slice(r.p.start, r.p.end, limits.XMLProperties)
	if err != nil {
		return err
	}
	now := slices.Concat(raw[:r.place.at], []byte(r.text()), raw[r.place.past:])
	t, err := xmltree.ParseElement(now, r.p.context)
	if err != nil {
		return wrap(err)
	}
	p := &properties{qualifying: r.p.qualifying, tree: t}
	p.signed = p.child(t.Root(), "SignedProperties")
	r.p = p
	return nil
}

// property writes an unsigned property: name in the namespace of version 1.3.2, or of 1.4.1 where late.
func (r *raiser) property(name string, late bool, content string) string {
	prefix, declare := r.place.qname, ""
	if late {
		if prefix = r.place.late; prefix == "" {
			prefix, declare = "xades141:", ` xmlns:xades141="`+spaceXAdES141+`"`
		}
	}
	return fmt.Sprintf("<%s%s%s>%s</%s%s>", prefix, name, declare, content, prefix, name)
}

// timestampProperty writes a property that holds a time-stamp over octets that are canonicalised exclusively.
func (r *raiser) timestampProperty(name string, late bool, token *timestamp.Token) string {
	prefix, declare := strings.TrimPrefix(r.place.ds, ":"), ""
	if r.place.ds == "" {
		prefix, declare = "ds:", ` xmlns:ds="`+spaceDSig+`"`
	}
	return r.property(name, late, fmt.Sprintf(`<%sCanonicalizationMethod%s Algorithm="%s"></%sCanonicalizationMethod>`, prefix, declare, ExclusiveC14N, prefix)+
		r.encapsulated("EncapsulatedTimeStamp", token.Raw))
}

func (r *raiser) encapsulated(name string, der []byte) string {
	return "<" + r.place.qname + name + ">" + base64.StdEncoding.EncodeToString(der) + "</" + r.place.qname + name + ">"
}

// values writes CertificateValues and RevocationValues, each where there are any.
func (r *raiser) values(e *trust.Evidence) (list []string) {
	var b strings.Builder
	flush := func(name string) {
		if b.Len() > 0 {
			list = append(list, r.property(name, false, b.String()))
			b.Reset()
		}
	}
	for _, c := range e.Certificates {
		b.WriteString(r.encapsulated("EncapsulatedX509Certificate", c.Raw))
	}
	flush("CertificateValues")
	for _, kind := range []struct {
		list      [][]byte
		name, one string
	}{{e.CRLs, "CRLValues", "EncapsulatedCRLValue"}, {e.OCSPs, "OCSPValues", "EncapsulatedOCSPValue"}} {
		if len(kind.list) == 0 {
			continue
		}
		b.WriteString("<" + r.place.qname + kind.name + ">")
		for _, der := range kind.list {
			b.WriteString(r.encapsulated(kind.one, der))
		}
		b.WriteString("</" + r.place.qname + kind.name + ">")
	}
	flush("RevocationValues")
	return list
}

// raise brings the signature to the level.
func (r *raiser) raise(ctx context.Context) error {
	r.made = map[trust.Digest]bool{}
	if err := r.signatureTimestamp(ctx); err != nil || r.level == LevelBT {
		return err
	}
	if err := r.collect(ctx); err != nil || r.level == LevelBLT {
		return err
	}
	if err := r.archiveTimestamp(ctx); err != nil {
		return err
	}
	return r.collect(ctx)
}

// facts are the signature's as it is by now.
func (r *raiser) facts() (*Signature, error) {
	s := *r.s
	s.Timestamps, s.Findings, s.values, s.valued = nil, nil, trust.Evidence{}, 0
	s.evidence(r.p)
	err := s.timestamps(r.d, r.p)
	return &s, err
}

// signatureTimestamp adds a signature time-stamp where no sound one is there (EN 319 132-1, 5.3).
func (r *raiser) signatureTimestamp(ctx context.Context) error {
	if proofs.Stamped(r.s.stamps()) {
		return nil
	}
	h := r.hashFor()
	w := h.New()
	if err := (&imprints{d: r.d, s: r.s, p: r.p}).part(w, &r.s.survey.children[1], ExclusiveC14N); err != nil {
		return err
	}
	token, err := r.token(ctx, w.Sum(nil), h)
	if err != nil {
		return err
	}
	return r.add(r.timestampProperty("SignatureTimeStamp", false, token))
}

// archiveTimestamp adds an ArchiveTimeStamp over all that is there (EN 319 132-1, 5.5.2).
func (r *raiser) archiveTimestamp(ctx context.Context) error {
	h := r.hashFor()
	digest, err := (&imprints{d: r.d, s: r.s, p: r.p}).archived(r.p.unsigned(), ExclusiveC14N, h, true)
	if err != nil {
		return err
	}
	token, err := r.token(ctx, digest, h)
	if err != nil {
		return err
	}
	s, err := r.facts()
	if err != nil {
		return err
	}
	for _, t := range s.Timestamps { // no verifier could use one that is older than what it covers
		if t.Token != nil && later(t, &Timestamp{Token: token}) {
			return fail(CodeTimestampOrder, nil, "time", seconds(token.Info.Time), "since", seconds(t.Token.Info.Time))
		}
	}
	return r.add(r.timestampProperty("ArchiveTimeStamp", true, token))
}

// hashFor is the hash of time-stamps over the signature: the one asked for, else the signer's own, else SHA-256.
func (r *raiser) hashFor() crypto.Hash {
	for _, h := range [...]crypto.Hash{r.hash, r.s.algorithm.Hash} {
		if stampHash(h) {
			return h
		}
	}
	return crypto.SHA256
}

// stampHash reports whether time-stamp authorities know the hash and may use it.
func stampHash(h crypto.Hash) bool {
	return h == crypto.SHA256 || h == crypto.SHA384 || h == crypto.SHA512
}

// token gets a token over digest and checks it, whoever made it.
func (r *raiser) token(ctx context.Context, digest []byte, h crypto.Hash) (*timestamp.Token, error) {
	if r.timestamper == nil {
		return nil, fail(CodeTimestamper, nil, "level", string(r.level))
	}
	token, err := r.timestamper.Timestamp(ctx, digest, h)
	if err != nil {
		if cerr := signer.Cancelled(ctx); cerr != nil {
			return nil, cerr
		}
		return nil, fail(CodeTimestamp, err)
	}
	if token == nil {
		return nil, fail(CodeTimestamp, nil)
	}
	if err := token.Check(digest, h, r.s.certificatesAtHand(r.known)...); err != nil {
		return nil, fail(CodeTimestamp, err)
	}
	r.made[trust.DigestOf(token.Raw)] = true
	return token, nil
}

// stamps are the time-stamps, as package proofs has them.
func (s *Signature) stamps() []proofs.Stamp {
	list := make([]proofs.Stamp, len(s.Timestamps))
	for i, t := range s.Timestamps {
		list[i] = proofs.Stamp{
			Kind: proofs.Kind(t.Kind), Certificate: t.Certificate, Genuine: t.SignatureIntegrity == Intact, Fits: t.ContentIntegrity == Intact, Covers: t.Covers,
		}
		if t.Token != nil {
			list[i].Raw, list[i].Time = t.Token.Raw, t.Token.Info.Time
		}
	}
	return list
}

// proofs is a signature with all that it holds, as package proofs has it.
func (s *Signature) proofs() *proofs.Signature {
	p := &proofs.Signature{Value: s.Value, Certificate: s.Certificate, Evidence: s.Evidence(), Stamps: s.stamps()}
	for _, c := range s.CounterSignatures {
		p.Counter = append(p.Counter, c.proofs())
	}
	return p
}

// collect embeds the evidence for the signer's certificate and for those of all its time-stamps and counter-signatures, each as of the
// time that is proved for what it signed.
func (r *raiser) collect(ctx context.Context) error {
	s, err := r.facts()
	if err != nil {
		return err
	}
	var all trust.Evidence
	known := proofs.Proofs{Now: r.clock().Truncate(time.Second), Made: r.made}
	err = known.Collect(s.proofs(), func(cert *x509.Certificate, at time.Time, known *trust.Evidence) (*trust.Evidence, error) {
		if cert == nil {
			return nil, fail(CodeCertificateMissing, nil)
		}
		found, err := r.collector.Collect(ctx, cert, at, known)
		if err != nil {
			if cerr := signer.Cancelled(ctx); cerr != nil {
				return nil, cerr
			}
			return nil, fail(CodeEvidence, err, "subject", cert.Subject.String())
		}
		all.Add(found)
		return found, nil
	})
	if err != nil {
		return err
	}
	return r.embed(s, &all)
}

// embed writes the evidence that is not there yet: into CertificateValues and RevocationValues, which there may be one of, or where they
// are there or an archive time-stamp is, into a TimeStampValidationData, behind the time-stamp that it is for (EN 319 132-1, 5.4 and 5.5.1).
func (r *raiser) embed(s *Signature, found *trust.Evidence) error {
	have := s.Evidence()
	fresh := *have
	fresh.Certificates, fresh.CRLs, fresh.OCSPs = slices.Clip(have.Certificates), slices.Clip(have.CRLs), slices.Clip(have.OCSPs)
	fresh.Add(found)
	fresh = trust.Evidence{Certificates: fresh.Certificates[len(have.Certificates):], CRLs: fresh.CRLs[len(have.CRLs):], OCSPs: fresh.OCSPs[len(have.OCSPs):]}
	if n := s.valued + len(fresh.Certificates) + len(fresh.CRLs) + len(fresh.OCSPs); n > limits.XMLValues {
		return fail(CodeLimit, nil, "what", "certificates, CRLs and OCSP responses in the properties of a signature", "max", strconv.Itoa(limits.XMLValues))
	}
	first := !slices.ContainsFunc(r.p.unsigned(), func(n xmltree.Node) bool {
		return r.p.container(n) || r.p.timestampKind(n) == ArchiveTimestamp
	})
	if first && len(fresh.Certificates) == 0 { // KeyInfo has them all; the level is told by there being some here
		fresh.Certificates = found.Certificates
	}
	list := r.values(&fresh)
	if len(list) == 0 {
		return nil
	}
	if !first {
		list = []string{r.property("TimeStampValidationData", true, strings.Join(list, ""))}
	}
	for _, one := range list {
		if err := r.add(one); err != nil {
			return err
		}
	}
	return nil
}
