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
	CodeOption        = Code("einvoice.option")          // an option that makes no sense: option, value
	CodeRead          = Code("einvoice.read")            // the source failed
	CodeWrite         = Code("einvoice.write")           // the destination failed
	CodeLimit         = Code("einvoice.limit")           // more than is read: what, max
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
