package pdf

import (
	"time"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

// Finding is one remark about a document, a signature or a time-stamp: a stable code with parameters and a severity. What carries
// a finding of severity "error" can never be called valid.
type Finding = finding.Finding

// Document is what [Read] found: facts and findings, no verdict. It is plain data whose certificates other results share, not safe for
// concurrent change.
type Document struct {
	Size       int64         // octets
	Revisions  []Revision    // oldest first; at least one
	Signatures []*Signature  // filled signature fields, oldest revision first; each signature dictionary once
	Timestamps []*Timestamp  // document time-stamps, in the same order
	Fields     []Field       // empty signature fields of the last revision
	Stores     []*DSS        // document security stores of the last revision and of those that document time-stamps cover, oldest first
	Certified  Certification // what the certification signature allows, if there is one
	XFA        bool          // the form has an XFA part beside its fields
	Repaired   bool          // the cross-references were damaged and found again by scanning
	Findings   []Finding     // about the document as a whole

	dangling bool // a signature field refers to a value that is not there
}

// Revision is one state in which the document was saved: the octets from the beginning to End.
type Revision struct {
	Index     int    // from 1
	End       int64  // octets from the beginning of the file
	Signature string // name of the field whose signature covers exactly this revision, or ""
}

// Field is an empty signature field.
type Field struct {
	Name      string // fully qualified
	SeedValue bool   // it says how it wants to be signed (ISO 32000-2, 12.7.5.5)
	Lock      bool   // signing it locks fields
}

// Extent says how much of a document a signature covers. The zero value says nothing was found covered.
type Extent string

// How much is covered.
const (
	Whole      Extent = "whole"    // the file as it lies there, but for the value of the signature itself
	OfRevision Extent = "revision" // a whole earlier revision
	Part       Extent = "part"     // less than that, or ranges that cannot be trusted
)

// Entry is what signatures and document time-stamps have in common: a dictionary in a field, and the octets it stands for. All
// values are those of the signed revision, never of a later one.
type Entry struct {
	Field     string         // fully qualified name of the field
	Fields    []string       // every field that shows this signature, where there is more than one
	Filter    string         // /Filter, such as "Adobe.PPKLite"
	SubFilter string         // /SubFilter, such as "ETSI.CAdES.detached"
	ByteRange []int64        // as it stands there, right or wrong; nil: missing or not an array of integers
	Contents  []byte         // value of /Contents with its padding; nil: missing
	Revision  int            // index of the revision that is signed, from 1; 0: none that could be told
	Extent    Extent         // how much is covered
	Appended  int64          // octets of the file after the last one signed
	Evidence  trust.Evidence // what the structure in Contents brings along, that of the time-stamp tokens inside it included
	Changes   Changes        // what was done to the document afterwards
	Findings  []Finding
}

// Signature is one signature of a document.
type Signature struct {
	Entry
	Reason, Location, Name, ContactInfo string
	ClaimedTime                         *time.Time     // /M; nil: absent or not a date
	ZoneMissing                         bool           // the claimed time names no time zone and was read as UTC
	Certification                       Certification  // what it allows, where it certifies the document
	Locks                               bool           // it locks fields (FieldMDP)
	CMS                                 *cms.Signature // facts of the signature itself; nil: not read (see Findings)
	Level                               Level          // the baseline level that its structure reaches, whatever it is worth; "" for what is not PAdES
}

// Timestamp is a document time-stamp (ISO 32000-2, 12.8.5; ETSI EN 319 142-1, 5.4.3).
type Timestamp struct {
	Entry
	Token     *timestamp.Token // nil: not read (see Findings)
	Content   cms.Integrity    // whether the token is about the octets covered
	Signature cms.Integrity    // whether the token is a sound time-stamp under its own certificate

	// Covers is what stood in the revision that is time-stamped, so that a valid token proves that it existed: certificates, OCSP
	// responses and CRLs of the stores and of earlier signatures and tokens, the tokens themselves, and signature values. nil where
	// what is covered cannot be trusted.
	Covers []trust.Digest
}
