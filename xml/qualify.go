package xml

import (
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/ades"
	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/xmltree"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

// The ends of Ids that a signature with XAdES writes.
const (
	idProperties = "-properties"
	idReference  = "-reference-"
	idValue      = "-value"
)

// name gives Ids to the References that have none, by which XAdES says what they sign.
func (o *Options) name() {
	if o.Level == "" {
		return
	}
	for i := range o.References {
		if r := &o.References[i]; r.ID == "" {
			r.ID = o.SignatureID + idReference + strconv.Itoa(i+1)
		}
	}
}

// settleXAdES checks the options that only XAdES has.
func (o *Options) settleXAdES() error {
	if o.Level == "" {
		for option, given := range map[string]bool{
			"SigningTime": !o.SigningTime.IsZero(), "Policy": o.Policy != nil, "Roles": len(o.Roles) > 0, "ProductionPlace": o.ProductionPlace != nil,
			"Commitments": len(o.Commitments) > 0,
		} {
			if given {
				return badOption(option, "without a Level")
			}
		}
		return nil
	}
	switch p := o.Policy; {
	case *o.Prefix == prefixXAdES:
		return badOption("Prefix", *o.Prefix)
	case len(o.Roles) > limits.XMLClaims || len(o.Commitments) > limits.XMLClaims || len(o.References) > limits.XMLClaims:
		return tooMany("roles, formats or commitments of a signature", limits.XMLClaims)
	case slices.ContainsFunc(o.References, func(r ReferenceOptions) bool { return isSignedProperties(&Reference{Type: r.Type}) }):
		return badOption("Reference.Type", typeSignedProperties)
	case p == nil || p.Implied:
	case p.ID == "" || len(p.Digest) == 0:
		return badOption("Policy", shorten(p.ID))
	default:
		if h, ok := alg.HashByName(p.Hash); !ok || h.XML == "" || h.Crypto.Size() != len(p.Digest) {
			return badOption("Policy.Hash", shorten(p.Hash))
		}
	}
	for _, c := range o.Commitments {
		if c.ID == "" {
			return badOption("Commitments", "")
		}
		for _, id := range c.References {
			if !slices.ContainsFunc(o.References, func(r ReferenceOptions) bool { return r.ID == id && id != "" }) {
				return badOption("Commitments", shorten(id))
			}
		}
	}
	return checkLevel(o.Level)
}

func checkLevel(l Level) error {
	if _, ok := ades.ParseLevel(string(l)); !ok {
		return badOption("Level", shorten(string(l)))
	}
	return nil
}

// checkMeans refuses a level without what it takes to reach it.
func checkMeans(level Level, t timestamp.Timestamper, c trust.Collector) error {
	switch {
	case level == "" || level == LevelBB:
		return nil
	case t == nil:
		return fail(CodeTimestamper, nil, "level", string(level))
	case c == nil && level != LevelBT:
		return fail(CodeCollector, nil, "level", string(level))
	}
	return nil
}

const prefixXAdES = "xades"

// qualifier writes QualifyingProperties.
type qualifier struct {
	strings.Builder
	ds string // prefix of XML Signature, with its colon
}

func (q *qualifier) open(name string, attributes ...string) {
	q.WriteString("<" + prefixXAdES + ":" + name)
	for i := 0; i < len(attributes); i += 2 {
		fmt.Fprintf(q, ` %s="%s"`, attributes[i], escapeASCII(attributes[i+1]))
	}
	q.WriteByte('>')
}

func (q *qualifier) close(name string) { q.WriteString("</" + prefixXAdES + ":" + name + ">") }

// text writes an element with text, nothing where there is none.
func (q *qualifier) text(name, text string, attributes ...string) {
	if text != "" {
		q.open(name, attributes...)
		q.WriteString(asciiOnly(escapeText(text)))
		q.close(name)
	}
}

func (q *qualifier) digest(name string, h alg.Hash, digest []byte) {
	q.open(name)
	fmt.Fprintf(q, `<%sDigestMethod Algorithm="%s"></%sDigestMethod><%sDigestValue>%s</%sDigestValue>`, q.ds, h.XML, q.ds, q.ds, base64.StdEncoding.EncodeToString(digest), q.ds)
	q.close(name)
}

var textEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")

func escapeText(s string) string { return textEscaper.Replace(s) }

// qualifying writes the Object with the QualifyingProperties (EN 319 132-1, 4.3 and 5.2).
func (b *builder) qualifying(o *Options, cert *x509.Certificate, at time.Time, entries []*entry) string {
	q := &qualifier{ds: b.prefix}
	fmt.Fprintf(q, `<%sObject><%s:QualifyingProperties xmlns:%s="%s" Target="#%s">`, b.prefix, prefixXAdES, prefixXAdES, spaceXAdES, escapeASCII(o.SignatureID))
	q.open("SignedProperties", "Id", o.SignatureID+idProperties)
	q.open("SignedSignatureProperties")
	q.text("SigningTime", at.UTC().Truncate(time.Second).Format(time.RFC3339))
	h, _ := alg.HashOf(b.algorithm.Hash)
	sum := h.Crypto.New()
	sum.Write(cert.Raw)
	q.open("SigningCertificateV2")
	q.open("Cert")
	q.digest("CertDigest", h, sum.Sum(nil))
	q.close("Cert")
	q.close("SigningCertificateV2")
	q.policy(o.Policy)
	if p := o.ProductionPlace; p != nil {
		q.open("SignatureProductionPlaceV2")
		q.text("City", p.City)
		q.text("StreetAddress", p.Street)
		q.text("StateOrProvince", p.State)
		q.text("PostalCode", p.PostalCode)
		q.text("CountryName", p.Country)
		q.close("SignatureProductionPlaceV2")
	}
	if len(o.Roles) > 0 {
		q.open("SignerRoleV2")
		q.open("ClaimedRoles")
		for _, role := range o.Roles {
			q.text("ClaimedRole", role)
		}
		q.close("ClaimedRoles")
		q.close("SignerRoleV2")
	}
	q.close("SignedSignatureProperties")
	q.objects(o, entries)
	q.close("SignedProperties")
	q.close("QualifyingProperties")
	q.WriteString(b.closing("Object"))
	return q.String()
}

// objects writes SignedDataObjectProperties.
func (q *qualifier) objects(o *Options, entries []*entry) {
	entries = slices.DeleteFunc(slices.Clone(entries), func(e *entry) bool { return e.options.Type == typeCountersigned || e.options.Type == typeManifest })
	if len(entries)+len(o.Commitments) == 0 {
		return
	}
	q.open("SignedDataObjectProperties")
	for _, e := range entries {
		q.open("DataObjectFormat", "ObjectReference", "#"+e.options.ID)
		q.text("MimeType", e.mime)
		q.close("DataObjectFormat")
	}
	for _, c := range o.Commitments {
		q.open("CommitmentTypeIndication")
		q.open("CommitmentTypeId")
		q.identifier(c.ID)
		q.text("Description", c.Description)
		q.close("CommitmentTypeId")
		for _, id := range c.References {
			q.text("ObjectReference", "#"+id)
		}
		if len(c.References) == 0 {
			q.open("AllSignedDataObjects")
			q.close("AllSignedDataObjects")
		}
		q.close("CommitmentTypeIndication")
	}
	q.close("SignedDataObjectProperties")
}

// identifier writes an Identifier: a URI, which may stand for an object identifier (EN 319 132-1, 5.1.2).
func (q *qualifier) identifier(id string) {
	if strings.HasPrefix(id, "urn:oid:") {
		q.text("Identifier", id, "Qualifier", "OIDAsURN")
		return
	}
	q.text("Identifier", id)
}

func (q *qualifier) policy(p *SignaturePolicy) {
	if p == nil {
		return
	}
	q.open("SignaturePolicyIdentifier")
	if p.Implied {
		q.open("SignaturePolicyImplied")
		q.close("SignaturePolicyImplied")
	} else {
		q.open("SignaturePolicyId")
		q.open("SigPolicyId")
		q.identifier(p.ID)
		q.text("Description", p.Description)
		q.close("SigPolicyId")
		h, _ := alg.HashByName(p.Hash)
		q.digest("SigPolicyHash", h, p.Digest)
		if p.URI != "" || p.Notice != "" {
			q.open("SigPolicyQualifiers")
			if p.URI != "" {
				q.open("SigPolicyQualifier")
				q.text("SPURI", p.URI)
				q.close("SigPolicyQualifier")
			}
			if p.Notice != "" {
				q.open("SigPolicyQualifier")
				q.open("SPUserNotice")
				q.text("ExplicitText", p.Notice)
				q.close("SPUserNotice")
				q.close("SigPolicyQualifier")
			}
			q.close("SigPolicyQualifiers")
		}
		q.close("SignaturePolicyId")
	}
	q.close("SignaturePolicyIdentifier")
}

// qualify adds the QualifyingProperties to the signature, and the Reference that signs them.
func (w *work) qualify(context *xmltree.Context) error {
	at := w.o.SigningTime
	if at.IsZero() {
		at = w.o.now()
	}
	for _, e := range w.entries {
		e.mime = w.mime(e)
	}
	object := w.b.qualifying(w.o, w.leaf, at, w.entries)
	t, err := xmltree.ParseElement([]byte(object), context)
	if err != nil { // a character that XML has not
		return fail(CodeOption, wrap(err), "option", "Roles", "value", "")
	}
	n := t.Child(t.Child(t.Root(), spaceXAdES, "QualifyingProperties"), spaceXAdES, "SignedProperties")
	octets, err := canonicalElement(t.Raw(n), t.Context(n), w.o.Canonicalization, nil)
	if err != nil {
		return err
	}
	h := w.b.algorithm.Hash.New()
	h.Write(octets)
	w.objects = append(w.objects, object)
	w.entries = append(w.entries, &entry{
		options:    &ReferenceOptions{Type: typeSignedProperties, URI: "#" + w.o.SignatureID + idProperties},
		transforms: []string{string(w.o.Canonicalization)}, digest: h.Sum(nil),
	})
	return nil
}

// mime is the type of what an entry signs.
func (w *work) mime(e *entry) string {
	ob := w.object(e.options.URI)
	switch {
	case e.options.MimeType != "":
		return e.options.MimeType
	case ob != nil && ob.MimeType != "":
		return ob.MimeType
	case slices.Contains(e.transforms, TransformBase64) || !e.inDocument():
		return "application/octet-stream"
	}
	return "text/xml"
}
