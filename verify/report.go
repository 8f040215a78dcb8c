package verify

import (
	"crypto/x509"
	"time"

	"github.com/kyso-dev/kyso/trust"
)

// Schema is the version of the JSON form of a report. Fields are added, never renamed; a field whose meaning changes would raise it.
const Schema = 1

// Report is everything that was found out about one document. It is plain data and safe for concurrent reading. [Report.JSON] and
// [Report.Text] write it out.
type Report struct {
	Schema         int           `json:"schema"`
	File           string        `json:"file"`            // name of the document, as the caller gave it
	Format         Format        `json:"format"`          // what the content turned out to be
	Indication     Indication    `json:"indication"`      // worst over signatures, counter-signatures and stand-alone time-stamps
	ValidationTime time.Time     `json:"validation_time"` // time judged at
	Policy         PolicyName    `json:"policy"`
	Error          *Problem      `json:"error"`    // why the document could not be read; nil: it was
	Document       *DocumentKind `json:"document"` // what kind of document it is, where the format knows kinds
	Slots          []Slot        `json:"slots"`    // places of an e-invoice where signatures belong
	Revisions      []Revision    `json:"revisions"`
	Signatures     []*Signature  `json:"signatures"`
	Timestamps     []*Timestamp  `json:"timestamps"` // those of no signature: document time-stamps and bare tokens
	Conformance    []Conformance `json:"conformance"`
	Findings       []Finding     `json:"findings"` // about the document as a whole

	facts *facts            // what the document says, for [Verifier.Judge]
	used  []*trust.Evidence // what its certificates were judged by

	proofs map[trust.Digest]proof // of existence, by valid time-stamps
}

// Evidence is all that certificates were judged by: those of the chains, OCSP responses and CRLs, whatever their origin. With it the same
// verdict can be reached offline, later.
func (r *Report) Evidence() *trust.Evidence {
	all := new(trust.Evidence)
	for _, e := range r.used {
		all.Add(e)
	}
	return all
}

// Format is the kind of file that a document turned out to be.
type Format string

// The formats.
const (
	PDF           Format = "pdf"
	CMS           Format = "cms"
	XML           Format = "xml"
	TimestampFile Format = "timestamp" // a bare RFC 3161 token or server answer
	Unknown       Format = ""
)

// Problem is why a document could not be read.
type Problem struct {
	Code   string            `json:"code"`
	Text   string            `json:"text"` // filled in by [Report.JSON], in its language
	Params map[string]string `json:"-"`
	Cause  error             `json:"-"` // the error itself
}

// PolicyName names the rules that were applied.
type PolicyName struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// DocumentKind says what kind of document was verified.
type DocumentKind struct {
	Kind     string `json:"kind"`
	WithCode bool   `json:"with_code"` // e-invoice with a code of the tax authority
}

// Slot is a place of a document where a signature belongs.
type Slot struct {
	Slot         string   `json:"slot"`
	Path         string   `json:"path"`
	Required     bool     `json:"required"`
	State        string   `json:"state"` // signed, empty, missing
	Signatures   []string `json:"signatures"`
	TreeExpected string   `json:"tree_expected"`
	TreeFound    string   `json:"tree_found"`
}

// Revision is one state in which a PDF was saved.
type Revision struct {
	Index     int    `json:"index"`     // from 1
	End       int64  `json:"end"`       // octets from the beginning of the file
	Signature string `json:"signature"` // id of the signature or time-stamp that covers exactly this revision
}

// Kinds of signatures.
const (
	KindSignature        = "signature"
	KindCounterSignature = "counter-signature"
)

// Signature is the verdict over one signature, and the facts behind it.
type Signature struct {
	ID                 string         `json:"id"`
	Kind               string         `json:"kind"`     // signature, counter-signature
	Parent             string         `json:"parent"`   // id of the signature that a counter-signature signs
	Slot               string         `json:"slot"`     // place in an e-invoice
	Field              string         `json:"field"`    // field of a PDF
	Path               string         `json:"path"`     // place in an XML document
	Revision           *RevisionRange `json:"revision"` // PDF only
	Format             string         `json:"format"`   // PAdES, PKCS7 (adbe.pkcs7.* in a PDF), CAdES, CMS, XAdES, XML-DSig
	Level              string         `json:"level"`    // B-B, B-T …; "": no baseline level
	Indication         Indication     `json:"indication"`
	SubIndication      SubIndication  `json:"sub_indication"`
	Signer             Signer         `json:"signer"`
	Trust              Trust          `json:"trust"`
	Time               Time           `json:"time"`
	DigestAlgorithm    string         `json:"digest_algorithm"`
	SignatureAlgorithm string         `json:"signature_algorithm"`
	Integrity          IntegrityPair  `json:"integrity"`
	References         []Reference    `json:"references"`
	Coverage           Coverage       `json:"coverage"`
	ChangesAfter       Changes        `json:"changes_after"`
	Claims             *Claims        `json:"claims"` // what the signer wrote into a signature of a PDF or of XAdES; nil elsewhere
	Timestamps         []*Timestamp   `json:"timestamps"`
	Chain              []ChainEntry   `json:"chain"`
	Conformance        []Conformance  `json:"conformance"`
	Findings           []Finding      `json:"findings"`
}

// RevisionRange says which revision of a PDF is signed, and by which octets.
type RevisionRange struct {
	Index     int     `json:"index"` // from 1; 0: none that could be told
	Of        int     `json:"of"`
	ByteRange []int64 `json:"byte_range"`
}

// Claims are texts that the signer wrote, under the signature but without anybody's confirmation.
type Claims struct {
	Name        string `json:"name"`
	Reason      string `json:"reason"`
	Location    string `json:"location"`
	ContactInfo string `json:"contact_info"`

	// Of XAdES: the roles in which the signer says that it signs, and what it says to commit to by that, as URIs.
	Roles       []string `json:"roles"`
	Commitments []string `json:"commitments"`
}

// Signer is the certificate under which the signature was checked, as a person reads it. Empty when there is none.
type Signer struct {
	Subject           string     `json:"subject"` // RFC 4514
	Issuer            string     `json:"issuer"`
	Serial            string     `json:"serial"` // hexadecimal
	CertificateSHA256 string     `json:"certificate_sha256"`
	NotBefore         *time.Time `json:"not_before"`
	NotAfter          *time.Time `json:"not_after"`
	Usage             []string   `json:"usage"`         // key usages by their names in RFC 5280, 4.2.1.3
	IdentifiedBy      string     `json:"identified_by"` // signing-certificate, key-info, key-value, none
	Kind              string     `json:"kind"`          // organization, person, employee; "": cannot be told
	Organization      string     `json:"organization"`
	TaxCode           string     `json:"tax_code"` // MST
	Person            string     `json:"person"`
	PersonalID        string     `json:"personal_id"` // with its kind in front: CCCD:…, CMND:…, HC:…, BHXH:…
	Title             string     `json:"title"`
	ValidAtBestTime   bool       `json:"valid_at_best_time"` // the certificate's own validity, at the best-signature-time

	RegistrationSerial string       `json:"registration_serial"` // the serial as registrations with the tax authority have it (Seri)
	Email              string       `json:"email"`
	Identifiers        []Identifier `json:"identifiers"` // every number of the subject, in its order

	common  string // the subject's common name
	several bool   // the subject carries contradicting numbers
}

// Trust names the anchor that the chain ends in.
type Trust struct {
	Tree          string `json:"tree"` // national, government, own, none
	Name          string `json:"name"`
	AnchorSubject string `json:"anchor_subject"`
	AnchorSHA256  string `json:"anchor_sha256"`
}

// Values of [Time].Basis.
const (
	BasisTimestamp = "timestamp" // a valid signature time-stamp
	BasisArchive   = "archive"   // a valid archive or document time-stamp
	BasisClaimed   = "claimed"   // what the signer says (not used by the default policy)
	BasisNow       = "now"       // the validation time
)

// Time is when the signature was made, as far as it is known.
type Time struct {
	Claimed        *time.Time `json:"claimed"`         // what the signer says, with the zone in which it was written
	ClaimedCovered bool       `json:"claimed_covered"` // the claim is among what was signed
	ZoneAmbiguous  bool       `json:"zone_ambiguous"`  // the claim has no time zone
	Best           *time.Time `json:"best"`            // best-signature-time of ETSI EN 319 102-1
	Basis          string     `json:"basis"`           // timestamp, archive, claimed, now
	Proved         bool       `json:"proved"`          // a valid time-stamp stands behind Best
}

// IntegrityPair says whether the content is what was signed, and whether the signature value fits the key.
type IntegrityPair struct {
	Content   Integrity `json:"content"`
	Signature Integrity `json:"signature"`
}

// Reference is one piece of data that a signature names.
type Reference struct {
	URI    string `json:"uri"`
	Type   string `json:"type"` // message-digest in CMS and PDF
	Found  bool   `json:"found"`
	Intact bool   `json:"intact"`

	DigestAlgorithm string `json:"digest_algorithm"` // such as "SHA-256"; "" when it is not known
}

// Coverage is how much of the document a signature covers.
type Coverage struct {
	Extent     string   `json:"extent"` // whole, revision, part; "": cannot be told
	Covered    []string `json:"covered"`
	NotCovered []string `json:"not_covered"`
}

// Levels of changes.
const (
	ChangesNone       = "none"
	ChangesAllowed    = "allowed"
	ChangesSuspicious = "suspicious"
	ChangesUnknown    = "unknown"
)

// Changes is what happened to the document after the signature.
type Changes struct {
	Level   string   `json:"level"`   // none, allowed, suspicious, unknown
	Details []string `json:"details"` // in English; JSON has them in its own language

	facts []Finding
}

// Timestamp is the verdict over one time-stamp.
type Timestamp struct {
	ID              string         `json:"id"`
	Kind            string         `json:"kind"` // content, signature, signature-and-references, references, archive, document
	Time            *time.Time     `json:"time"`
	Indication      Indication     `json:"indication"`
	SubIndication   SubIndication  `json:"sub_indication"`
	TSA             string         `json:"tsa"`         // subject of the certificate
	Certificate     string         `json:"certificate"` // embedded, given, missing
	Covers          []string       `json:"covers"`      // ids of signatures and time-stamps
	DigestAlgorithm string         `json:"digest_algorithm"`
	Integrity       IntegrityPair  `json:"integrity"`
	Trust           Trust          `json:"trust"`
	Field           string         `json:"field"`    // document time-stamps: field of the PDF
	Revision        *RevisionRange `json:"revision"` // document time-stamps
	Coverage        *Coverage      `json:"coverage"` // document time-stamps
	Chain           []ChainEntry   `json:"chain"`
	Findings        []Finding      `json:"findings"`
}

// ChainEntry is one certificate of a chain, the signer's first.
type ChainEntry struct {
	Subject    string     `json:"subject"`
	Serial     string     `json:"serial"`
	Anchor     bool       `json:"anchor"`
	Revocation Revocation `json:"revocation"`

	name string // what people call the subject

	certificate *x509.Certificate
	answer      trust.Digest // of the OCSP response or CRL that told
}

// Values of [Revocation].Status.
const (
	RevocationGood          = "good"
	RevocationRevoked       = "revoked"
	RevocationSuspended     = "suspended"
	RevocationUnknown       = "unknown"
	RevocationCouldNotCheck = "could-not-check"
	RevocationNotRequired   = "not-required"
)

// Revocation is what is known about the status of a certificate.
type Revocation struct {
	Status     string     `json:"status"`
	Source     string     `json:"source"` // ocsp, crl
	Origin     string     `json:"origin"` // signature, given, cache, fetched
	At         *time.Time `json:"at"`
	ThisUpdate *time.Time `json:"this_update"`
	NextUpdate *time.Time `json:"next_update"`
	ProducedAt *time.Time `json:"produced_at"`
	Reason     string     `json:"reason"`
	RevokedAt  *time.Time `json:"revoked_at"`
	Why        string     `json:"why"` // why it could not be checked, as a code
}

// Conformance says whether an item of a profile is met.
type Conformance struct {
	Profile string `json:"profile"`
	Item    string `json:"item"`
	Result  string `json:"result"` // met, not-met, unknown, not-applicable
}
