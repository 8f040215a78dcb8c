package verify

import (
	"bufio"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/trust"
)

// Namespaces and names of ETSI TS 119 102-2 V1.4.1.
const (
	nsReport = "http://uri.etsi.org/19102/v1.4.1#"
	nsXAdES  = "http://uri.etsi.org/01903/v1.3.2#"
	nsXMLSig = "http://www.w3.org/2000/09/xmldsig#"

	urnMain       = "urn:etsi:019102:mainindication:"
	urnSub        = "urn:etsi:019102:subindication:"
	urnObject     = "urn:etsi:019102:validationObject:"
	urnProof      = "urn:etsi:019102:poetype:validation"
	urnProcess    = "urn:etsi:019102:validationprocess:LTA"
	urnReason     = "urn:etsi:019102:revocationReason:"
	urnConstraint = "urn:etsi:019102:constraintStatus:applied"
	urnOwn        = "urn:kyso:"

	sha256Method = "http://www.w3.org/2001/04/xmlenc#sha256"
)

// XML writes the report as a validation report of ETSI TS 119 102-2 V1.4.1: one SignatureValidationReport for each signature, or, in a
// document of time-stamps alone, for each of those; and the certificates, CRLs, OCSP responses and time-stamps that the verdicts rest on
// as validation objects. Remarks are in the language given. A document without either, or one that could not be read, has one report
// that is INDETERMINATE and says why. The report is not signed.
//
// Characters that XML cannot carry, or that a terminal would obey or hide, are written as visible escapes or as character references.
// Errors are those of w.
func (r *Report) XML(w io.Writer, lang Lang) error {
	x := &xmlReport{xmlWriter: xmlWriter{w: bufio.NewWriter(w)}, r: r, lang: lang, ids: make(map[trust.Digest]string)}
	x.w.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	x.open("ValidationReport", "xmlns", nsReport, "xmlns:xades", nsXAdES, "xmlns:ds", nsXMLSig)
	x.gather()
	for i, s := range r.Signatures {
		x.signature(i, s)
	}
	if len(r.Signatures) == 0 {
		for _, t := range r.Timestamps {
			x.open("SignatureValidationReport")
			x.stamp(t)
			x.close()
		}
	}
	if len(r.Signatures)+len(r.Timestamps) == 0 {
		x.nothing()
	}
	x.objects()
	x.close()
	x.w.WriteByte('\n')
	return x.w.Flush()
}

// xmlReport is a report on its way out.
type xmlReport struct {
	xmlWriter
	r       *Report
	lang    Lang
	pieces  []piece
	ids     map[trust.Digest]string // of pieces
	stamped map[*Timestamp]string
}

// piece is one validation object.
type piece struct {
	id, kind string
	der      []byte // nil: only its digest is known
	digest   trust.Digest
	stamp    *Timestamp     // what was found about a time-stamp
	proves   []trust.Digest // what it covers
}

// gather collects the validation objects and gives them their ids.
func (x *xmlReport) gather() {
	x.stamped = make(map[*Timestamp]string)
	add := func(prefix, kind string, der []byte) string {
		d := trust.DigestOf(der)
		if id, ok := x.ids[d]; ok {
			return id
		}
		id := prefix + hex.EncodeToString(d[:])
		x.ids[d] = id
		x.pieces = append(x.pieces, piece{id: id, kind: kind, der: der, digest: d})
		return id
	}
	chain := func(entries []ChainEntry) {
		for _, e := range entries {
			if e.certificate != nil {
				add("C-", "certificate", e.certificate.Raw)
			}
		}
	}
	read := make(map[string]*stamp)
	if x.r.facts != nil {
		for _, s := range x.r.facts.all() {
			read[s.report.ID] = s
		}
	}
	stamps := func(list []*Timestamp) {
		for _, t := range list {
			chain(t.Chain)
			s := read[t.ID]
			if s == nil || s.token == nil {
				continue
			}
			id := add("T-", "timestamp", s.token.Raw)
			x.stamped[t] = id
			if last := &x.pieces[len(x.pieces)-1]; last.id == id {
				last.stamp, last.proves = t, s.covers
			}
		}
	}
	for _, s := range x.r.Signatures {
		chain(s.Chain)
		stamps(s.Timestamps)
	}
	stamps(x.r.Timestamps)
	e := x.r.Evidence()
	for _, c := range e.Certificates {
		add("C-", "certificate", c.Raw)
	}
	for _, der := range e.OCSPs {
		add("R-", "OCSPResponse", der)
	}
	for _, der := range e.CRLs {
		add("R-", "CRL", der)
	}
	// A signer's certificate that no chain holds is known at least by its digest.
	for _, s := range x.r.Signatures {
		raw, err := hex.DecodeString(s.Signer.CertificateSHA256)
		if err != nil || len(raw) != sha256.Size {
			continue
		}
		d := trust.Digest(raw)
		if _, ok := x.ids[d]; !ok {
			x.ids[d] = "C-" + s.Signer.CertificateSHA256
			x.pieces = append(x.pieces, piece{id: x.ids[d], kind: "certificate", digest: d})
		}
	}
}

// certificate is the id of a certificate; "" when there is none.
func (x *xmlReport) certificate(c *x509.Certificate) string {
	if c == nil {
		return ""
	}
	return x.ids[trust.DigestOf(c.Raw)]
}

func (x *xmlReport) signerID(s *Signature) string {
	raw, err := hex.DecodeString(s.Signer.CertificateSHA256)
	if err != nil || len(raw) != sha256.Size {
		return ""
	}
	return x.ids[trust.Digest(raw)]
}

func (x *xmlReport) signature(index int, s *Signature) {
	x.open("SignatureValidationReport")
	x.open("SignatureIdentifier", "id", "S-"+strconv.Itoa(index+1))
	if f := x.r.subject(index); f != nil && len(f.value) > 0 {
		x.text("ds:SignatureValue", base64.StdEncoding.EncodeToString(f.value))
	}
	x.text("HashOnly", "false")
	x.text("DocHashOnly", "false")
	x.text("DAIdentifier", s.ID)
	x.close()
	x.constraints(s)
	x.open("ValidationTimeInfo")
	x.text("ValidationTime", dateTime(x.r.ValidationTime))
	best := x.r.ValidationTime
	if s.Time.Best != nil {
		best = *s.Time.Best
	}
	x.proof("BestSignatureTime", best, x.provedBy(s))
	x.close()
	x.document(index)
	x.attributes(s)
	if id := x.signerID(s); id != "" {
		x.open("SignerInformation")
		x.reference("SignerCertificate", id)
		x.text("Signer", s.Signer.Subject)
		x.close()
	}
	x.open("SignatureValidationProcess")
	x.text("SignatureValidationProcessID", urnProcess)
	x.close()
	x.status(s.Indication, s.SubIndication, s.Chain, s.Findings)
	x.close()
}

// provedBy is the id of the time-stamp that the best-signature-time comes from.
func (x *xmlReport) provedBy(s *Signature) string {
	if !s.Time.Proved || s.Time.Best == nil {
		return ""
	}
	for _, list := range [][]*Timestamp{s.Timestamps, x.r.Timestamps} {
		for _, t := range list {
			if t.Indication == Passed && t.Time != nil && t.Time.Equal(*s.Time.Best) && x.stamped[t] != "" {
				return x.stamped[t]
			}
		}
	}
	return ""
}

// constraints names the policy, and what its profile found.
func (x *xmlReport) constraints(s *Signature) {
	x.open("ValidationConstraintsEvaluationReport")
	x.open("SignatureValidationPolicy")
	x.open("SignaturePolicyIdentifier")
	x.empty("xades:SignaturePolicyImplied")
	x.close()
	x.text("PolicyName", strings.TrimSpace(x.r.Policy.Name+" "+x.r.Policy.Version))
	x.close()
	main := map[string]string{Met: "passed", NotMet: "failed", ConformanceUnknown: "indeterminate"}
	for _, c := range s.Conformance {
		if main[c.Result] == "" {
			continue
		}
		x.open("ValidationConstraint")
		x.text("ValidationConstraintIdentifier", urnOwn+"conformance:"+c.Profile+":"+c.Item)
		x.open("ConstraintStatus")
		x.text("Status", urnConstraint)
		x.close()
		x.open("ValidationStatus")
		x.text("MainIndication", urnMain+main[c.Result])
		x.close()
		x.close()
	}
	x.close()
}

// document names what was signed by the digest that the signature has of it. A signature over several things has no such one.
func (x *xmlReport) document(index int) {
	f := x.r.subject(index)
	if f == nil || len(f.messageDigest) == 0 || len(f.hashes) == 0 {
		return
	}
	h, ok := alg.HashOf(f.hashes[0])
	if !ok || h.XML == "" {
		return
	}
	x.open("SignersDocument")
	x.digest(h.XML, f.messageDigest)
	x.close()
}

// attributes are those of Annex A that a report knows.
func (x *xmlReport) attributes(s *Signature) {
	x.open("SignatureAttributes")
	defer x.close()
	signed := func(name string, covered bool, fill func()) {
		x.open(name, "Signed", strconv.FormatBool(covered))
		fill()
		x.close()
	}
	if s.Time.Claimed != nil {
		signed("SigningTime", s.Time.ClaimedCovered, func() { x.text("Time", dateTime(*s.Time.Claimed)) })
	}
	if s.Signer.IdentifiedBy == "signing-certificate" && x.signerID(s) != "" {
		signed("SigningCertificate", true, func() { x.reference("AttributeObject", x.signerID(s)) })
	}
	kinds := map[string]string{StampContent: "AllDataObjectsTimeStamp", StampSignature: "SignatureTimeStamp", StampArchive: "ArchiveTimeStamp", StampDocument: "DocTimeStamp",
		StampSignatureAndReferences: "SigAndRefsTimeStamp", StampReferences: "RefsOnlyTimeStamp"}
	stamp := func(t *Timestamp) {
		if name := kinds[t.Kind]; name != "" && t.Time != nil {
			signed(name, t.Kind == StampContent, func() {
				if id := x.stamped[t]; id != "" {
					x.reference("AttributeObject", id)
				}
				x.text("TimeStampValue", dateTime(*t.Time))
			})
		}
	}
	for _, t := range s.Timestamps {
		stamp(t)
	}
	for _, t := range x.r.Timestamps {
		for _, id := range t.Covers {
			if id == s.ID {
				stamp(t)
				break
			}
		}
	}
	if c := s.Claims; c != nil {
		for _, one := range []struct{ name, inner, value string }{
			{"SignatureProductionPlace", "AddressString", c.Location}, {"Reason", "ReasonElement", c.Reason}, {"Name", "NameElement", c.Name}, {"ContactInfo", "ContactInfoElement", c.ContactInfo},
		} {
			if one.value != "" {
				signed(one.name, true, func() { x.text(one.inner, one.value) })
			}
		}
	}
	if c := s.Claims; c != nil {
		for _, uri := range c.Commitments {
			signed("CommitmentTypeIndication", true, func() { x.text("CommitmentTypeIdentifier", uri) })
		}
		if len(c.Roles) > 0 {
			signed("SignerRole", true, func() {
				for _, role := range c.Roles {
					x.open("RoleDetails")
					x.text("Role", role)
					x.text("EndorsementType", "claimed")
					x.close()
				}
			})
		}
	}
	if s.Revision != nil && len(s.Revision.ByteRange) > 0 {
		var numbers []string
		for _, n := range s.Revision.ByteRange {
			numbers = append(numbers, strconv.FormatInt(n, 10))
		}
		x.text("ByteRange", strings.Join(numbers, " "))
	}
	x.open("OtherInformation")
	for _, one := range []struct{ name, value string }{{"format", s.Format}, {"level", s.Level}, {"digest", s.DigestAlgorithm}, {"algorithm", s.SignatureAlgorithm}, {"field", s.Field}, {"path", s.Path},
		{"covered", strings.Join(s.Coverage.Covered, " ")}, {"not-covered", strings.Join(s.Coverage.NotCovered, " ")}} {
		if one.value != "" {
			x.ownText(one.name, one.value)
		}
	}
	x.close()
}

// stamp is the report of a time-stamp in itself.
func (x *xmlReport) stamp(t *Timestamp) {
	x.open("ValidationTimeInfo")
	x.text("ValidationTime", dateTime(x.r.ValidationTime))
	x.proof("BestSignatureTime", x.r.ValidationTime, "")
	x.close()
	if len(t.Chain) > 0 {
		if id := x.certificate(t.Chain[0].certificate); id != "" {
			x.open("SignerInformation")
			x.reference("SignerCertificate", id)
			x.text("Signer", t.TSA)
			x.close()
		}
	}
	x.open("SignatureValidationProcess")
	x.text("SignatureValidationProcessID", urnProcess)
	x.close()
	x.status(t.Indication, t.SubIndication, t.Chain, t.Findings)
}

// status is a verdict with the data behind it.
func (x *xmlReport) status(i Indication, sub SubIndication, chain []ChainEntry, findings []Finding) {
	x.open("SignatureValidationStatus")
	x.text("MainIndication", urnMain+strings.ToLower(i.String()))
	if sub != "" {
		x.text("SubIndication", urnSub+string(sub))
	}
	x.chain(chain, findings)
	for _, e := range chain {
		x.revoked(e)
	}
	x.close()
}

// chain writes the first AssociatedValidationReportData: anchor, chain, revocation data, and the remarks.
func (x *xmlReport) chain(chain []ChainEntry, findings []Finding) {
	x.open("AssociatedValidationReportData")
	defer x.close()
	var ids []string
	anchor := ""
	for _, e := range chain {
		id := x.certificate(e.certificate)
		switch {
		case id == "":
		case e.Anchor:
			anchor = id
		default:
			ids = append(ids, id)
		}
	}
	if anchor != "" {
		x.reference("TrustAnchor", anchor)
	}
	if len(ids) > 0 || anchor != "" {
		x.open("CertificateChain")
		if len(ids) == 0 {
			ids = []string{anchor} // the signer's certificate is itself trusted
		}
		x.reference("SigningCertificate", ids[0])
		for _, id := range ids[1:] {
			x.reference("IntermediateCertificate", id)
		}
		if anchor != "" {
			x.reference("TrustAnchor", anchor)
		}
		x.close()
	}
	seen := make(map[string]bool)
	for _, e := range chain {
		if id := x.answer(e); id != "" && !seen[id] {
			seen[id] = true
			x.reference("RelatedValidationObject", id)
		}
	}
	if len(findings) > 0 {
		x.open("AdditionalValidationReportData")
		for _, f := range findings {
			x.remark(string(f.Severity), string(f.Code), f.Text(x.lang), f.Clause)
		}
		x.close()
	}
}

// answer is the id of the revocation data that told about a certificate; "" when it is not at hand.
func (x *xmlReport) answer(e ChainEntry) string {
	if e.answer == (trust.Digest{}) {
		return ""
	}
	return x.ids[e.answer]
}

// revoked says since when a certificate of the chain is revoked or suspended.
func (x *xmlReport) revoked(e ChainEntry) {
	id := x.certificate(e.certificate)
	if e.Revocation.RevokedAt == nil || id == "" {
		return
	}
	x.open("AssociatedValidationReportData")
	x.open("RevocationStatusInformation")
	x.reference("ValidationObjectId", id)
	x.text("RevocationTime", dateTime(*e.Revocation.RevokedAt))
	if e.Revocation.Reason != "" {
		x.text("RevocationReason", urnReason+e.Revocation.Reason)
	}
	if answer := x.answer(e); answer != "" {
		x.reference("RevocationObject", answer)
	}
	x.close()
	x.close()
}

// nothing is the report of a document in which there is nothing to report on, or which could not be read.
func (x *xmlReport) nothing() {
	x.open("SignatureValidationReport")
	x.open("SignatureValidationStatus")
	x.text("MainIndication", urnMain+"indeterminate")
	x.open("AssociatedValidationReportData")
	x.open("AdditionalValidationReportData")
	if e := x.r.Error; e != nil {
		x.remark(string(finding.Error), e.Code, e.text(x.lang), "")
	} else {
		x.remark(string(finding.Info), string(CodeNotSigned), i18n.Text(string(CodeNotSigned), x.lang, nil), "")
	}
	x.close()
	x.close()
	x.close()
	x.close()
}

func (x *xmlReport) remark(severity, code, text, clause string) {
	x.open("ReportData")
	x.text("Type", urnOwn+"finding:"+code)
	x.open("Value")
	x.ownText("severity", severity)
	x.ownText("text", text)
	if clause != "" {
		x.ownText("clause", clause)
	}
	x.close()
	x.close()
}

// ownText is an element in a namespace of our own, where the standard leaves the content open.
func (x *xmlReport) ownText(name, value string) {
	x.open(name, "xmlns", urnOwn+"report")
	x.chars(value)
	x.close()
}

func (x *xmlReport) objects() {
	if len(x.pieces) == 0 {
		return
	}
	x.open("SignatureValidationObjects")
	for _, p := range x.pieces {
		x.open("ValidationObject", "id", p.id)
		x.text("ObjectType", urnObject+p.kind)
		x.open("ValidationObjectRepresentation")
		if p.der != nil {
			x.text("base64", base64.StdEncoding.EncodeToString(p.der))
		} else {
			x.digest(sha256Method, p.digest[:])
		}
		x.close()
		at := x.r.ValidationTime
		if known, ok := x.r.proofs[p.digest]; ok {
			at = known.time
		}
		x.proof("POE", at, "")
		if t := p.stamp; t != nil && t.Time != nil {
			x.provides(t, p.proves)
			x.open("ValidationReport")
			x.stamp(t)
			x.close()
		}
		x.close()
	}
	x.close()
}

// provides says what a time-stamp proves to have existed.
func (x *xmlReport) provides(t *Timestamp, proves []trust.Digest) {
	x.open("POEProvisioning")
	x.text("POETime", dateTime(*t.Time))
	for _, d := range proves {
		if id := x.ids[d]; id != "" {
			x.reference("ValidationObject", id)
		}
	}
	x.close()
}

func (x *xmlReport) digest(method string, sum []byte) {
	x.open("DigestAlgAndValue")
	x.empty("ds:DigestMethod", "Algorithm", method)
	x.text("ds:DigestValue", base64.StdEncoding.EncodeToString(sum))
	x.close()
}

func (x *xmlReport) proof(name string, at time.Time, by string) {
	x.open(name)
	x.text("POETime", dateTime(at))
	x.text("TypeOfProof", urnProof)
	if by != "" {
		x.reference("POEObject", by)
	}
	x.close()
}

func (x *xmlReport) reference(name, id string) { x.empty(name, "VOReference", id) }

// subject is what the document says of a signature, by its index; nil where the report does not come from a verifier.
func (r *Report) subject(index int) *subject {
	if r.facts == nil || index >= len(r.facts.subjects) {
		return nil
	}
	return r.facts.subjects[index]
}

// dateTime is an instant as xs:dateTime has it, in UTC.
func dateTime(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
