package einvoice

import (
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/xml"
)

// Finding is one remark about a file, a document or a signature.
type Finding = finding.Finding

// File is what [Read] found. It is plain data; not safe for concurrent use while someone changes it.
type File struct {
	XML        *xml.Document
	Kind       Kind         // of the only document in it, or Envelope; empty: none that is known here
	WithCode   bool         // the only document in it is an invoice with a code of the tax authority
	Documents  []*Document  // the one that the file is; of an envelope, itself and behind it what it holds
	Signatures []*Signature // one for each of XML.Signatures, in their order
	Findings   []Finding    // about the file as a whole
}

// Document is one document of a file.
type Document struct {
	Kind     Kind
	Path     string // its element, with "[n]" for the n-th of several in an envelope
	Start    int64  // octets of the file: all of it lies in [Start, End)
	End      int64
	WithCode bool // an invoice with a code of the tax authority, by its symbol
	// What the document says of itself; "" where it does not.
	Form     string // KHMSHDon
	Symbol   string // KHHDon
	Number   string // SHDon
	Date     string // the day on which it was made (NLap), as written
	TaxCode  string // of whom it is from: the seller (NBan/MST), taxpayer or payer
	Buyer    string // tax code of the buyer
	Delegate string // tax code of the one that issues invoices for the seller (MSTDVNUNLHDon)
	Message  string // kind of message of an envelope (MLTDiep)
	Slots    []*SlotFacts
	Findings []Finding

	part *part
}

// State is whether a slot holds a signature. The zero value is none of them.
type State string

// The states.
const (
	Signed  State = "signed"
	Empty   State = "empty"   // the slot is there and holds no signature
	Missing State = "missing" // there is no such element
)

// SlotFacts are those of a place where a signature belongs.
type SlotFacts struct {
	Slot       Slot
	Path       string
	Required   bool // the kind of document asks for a signature here
	State      State
	Tree       Tree // from which the signer's certificate should come
	Signatures []*Signature

	rule *rule
}

// Signature holds what is said of a signature in words of the document.
type Signature struct {
	XML        *xml.Signature
	Document   *Document // that it stands in
	Slot       Slot      // "" for none
	Time       SigningTime
	Whole      bool     // it covers all of the file
	Covered    []string // paths of the elements that it covers, its own Objects aside
	NotCovered []string // children of the document's element that it does not cover, slots aside
	Findings   []Finding

	facts  *SlotFacts
	places []span // what it covers
}

// SigningTime is when the signer says that it signed.
type SigningTime struct {
	Text          string     // as written; "" for none
	At            *time.Time // what it means; nil where that cannot be told. Without a zone it is Vietnam's time
	Covered       bool       // it is among what was signed
	ZoneMissing   bool       // it has no zone, as is usual
	ZoneAmbiguous bool       // it has the zone Z and lies in the future by no more than Vietnam's time is ahead: Z stands for nothing
}

func (s *Signature) add(code Code, severity finding.Severity, clause string, pairs ...string) {
	s.Findings = append(s.Findings, Finding{Code: code, Severity: severity, Params: finding.P(pairs...), Clause: clause})
}

func (d *Document) add(code Code, severity finding.Severity, clause string, pairs ...string) {
	d.Findings = append(d.Findings, Finding{Code: code, Severity: severity, Params: finding.P(pairs...), Clause: clause})
}
