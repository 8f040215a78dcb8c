package einvoice

import (
	"errors"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/xmltree"
)

// Code names a kind of error or finding. Codes are stable.
type Code = finding.Code

// Codes of errors.
const (
	CodeSlotUnknown   = Code("einvoice.slot-unknown")    // this kind of document has no such slot: slot, document
	CodeSlotTaken     = Code("einvoice.slot-taken")      // the slot holds a signature: path
	CodeSlotSeveral   = Code("einvoice.slot-several")    // the slot is there more than once: path
	CodeSlotAbsent    = Code("einvoice.slot-absent")     // the slot is missing and cannot be made, since what is signed contains it: path
	CodeNoDocument    = Code("einvoice.no-document")     // the file holds no document that has the slot: slot
	CodeWhichDocument = Code("einvoice.which-document")  // the envelope holds several, or fewer than the one asked for: count
	CodeDataMissing   = Code("einvoice.data-missing")    // the element that is to be signed is missing: path
	CodeDataSeveral   = Code("einvoice.data-several")    // it is there more than once: path
	CodeDataWithoutID = Code("einvoice.data-without-id") // it has no Id that a signature could name: path
	CodeNotInEnvelope = Code("einvoice.not-in-envelope") // what signs the whole document cannot be made in an envelope: slot
	CodeEnvelope      = Code("einvoice.envelope")        // not an envelope, or nothing that can be put into one: reason
	CodeZip           = Code("einvoice.zip")             // not a zip that an invoice can be read from: reason
	CodeContainer     = Code("einvoice.container")       // a zip that is an ASiC container or an office document
	CodeNothingLeft   = Code("einvoice.nothing-left")    // without its signature there would be no document
	CodeForm          = Code("einvoice.form")            // a form cannot be packed: name, reason
	CodeOption        = Code("einvoice.option")          // an option that makes no sense: option, value
	CodeRead          = Code("einvoice.read")            // the source failed
	CodeWrite         = Code("einvoice.write")           // the destination failed
	CodeLimit         = Code("einvoice.limit")           // more than is read: what, max
)

// Codes of findings.
const (
	CodeSlotEmpty      = Code("einvoice.slot-empty")      // a slot that has to be signed is not: slot, path
	CodeSlotMissing    = Code("einvoice.slot-missing")    // likewise, and there is no such element: slot, path
	CodeSlotDouble     = Code("einvoice.slot-double")     // there are two of a slot, or two signatures in one: slot, path
	CodeSlotOther      = Code("einvoice.slot-other")      // a slot holds something that is no XML signature: slot, path, name
	CodeSlotTree       = Code("einvoice.slot-tree")       // for verifiers: the signer's certificate is from another tree: slot, want, what
	CodeSwapped        = Code("einvoice.swapped")         // a signature over another document of the file: path, document
	CodeNoSlot         = Code("einvoice.no-slot")         // a signature stands in no slot: path
	CodeDataUncovered  = Code("einvoice.data-uncovered")  // a signature does not cover what its slot stands for: slot, path
	CodeDataPart       = Code("einvoice.data-part")       // the buyer's signature covers parts of the data: path
	CodeDataMoved      = Code("einvoice.data-moved")      // what is signed stands elsewhere: path, want
	CodeDataTwice      = Code("einvoice.data-twice")      // there are two of what may be there once: path
	CodeWholeFile      = Code("einvoice.whole-file")      // a signature over all of the file, which the next one breaks: slot
	CodeCodeMissing    = Code("einvoice.code-missing")    // no code of the tax authority, though the symbol promises one: symbol
	CodeCodeUnexpected = Code("einvoice.code-unexpected") // one, though the symbol says that there is none: symbol
	CodeSymbol         = Code("einvoice.symbol")          // a symbol that says neither: symbol
	CodeQRUnsigned     = Code("einvoice.qr-unsigned")     // nobody has signed DLQRCode: path
	CodePartUnsigned   = Code("einvoice.part-unsigned")   // nobody has signed an element: path
	CodeStylesheet     = Code("einvoice.stylesheet")      // an xml-stylesheet decides how the file is shown
	CodeTimeMissing    = Code("einvoice.time-missing")    // no SigningTime
	CodeTimeUnreadable = Code("einvoice.time-unreadable") // value
	CodeTimeUnsigned   = Code("einvoice.time-unsigned")   // value
	CodeTimeZone       = Code("einvoice.time-zone")       // the zone is wrong: value
	CodeTimeFuture     = Code("einvoice.time-future")     // it lies in the future: value
	CodeTimeBefore     = Code("einvoice.time-before")     // signed before the invoice was made: value, date
	CodeTimeLate       = Code("einvoice.time-late")       // signed after the next working day: value, date, until
	CodeDateUnreadable = Code("einvoice.date-unreadable") // the day of an invoice is missing or cannot be read: value
	CodeTaxCode        = Code("einvoice.tax-code")        // the signer's tax code is another than the document's: signer, document
	CodeTaxCodeNone    = Code("einvoice.tax-code-none")   // the signer's certificate has none: document
	CodeDelegated      = Code("einvoice.delegated")       // the one signed that issues invoices for the seller: delegate, document
	CodeUnregistered   = Code("einvoice.unregistered")    // the certificate is not among those registered: serial
	CodeHint           = Code("einvoice.hint")            // why a Reference or the signature is broken: uri, change
	CodeExclusive      = Code("einvoice.exclusive")       // InsecureExclusive made a broken signature intact
	CodeEnveloped      = Code("einvoice.enveloped")       // InsecureEnveloped did
)

// Error is the error type of this package. Errors of package xml, of a Signer and of the context are handed on as they are or beneath
// it; errors.Is and errors.As find them.
type Error struct{ finding.Fault }

func fail(code Code, cause error, pairs ...string) *Error {
	return &Error{finding.NewFault(code, cause, pairs...)}
}

// wrap turns an error of the reader into one of this package, under the code that it has.
func wrap(err error) error {
	var e *xmltree.Error
	if errors.As(err, &e) {
		return &Error{e.Fault}
	}
	return err
}

func badOption(option, value string) *Error {
	return fail(CodeOption, nil, "option", option, "value", shorten(value))
}

// shorten makes a value from a document short enough to be shown.
func shorten(s string) string {
	const longest = 120
	if r := []rune(s); len(r) > longest {
		return string(r[:longest]) + "…"
	}
	return s
}

func orDefault[T any](o *T) T {
	if o == nil {
		var zero T
		return zero
	}
	return *o
}
