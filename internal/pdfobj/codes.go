package pdfobj

import (
	"strconv"

	"github.com/kyso-dev/kyso/internal/finding"
)

// The codes of [Error].
const (
	CodeNotPDF   finding.Code = "pdfobj.not-pdf"     // no header and nothing inside that looks like PDF objects
	CodeEmpty    finding.Code = "pdfobj.empty"       // no bytes at all
	CodeDamaged  finding.Code = "pdfobj.damaged"     // the cross-references are broken and scanning found no catalog
	CodeDoubtful finding.Code = "pdfobj.doubtful"    // cross-references and objects are both broken: readers differ on what the document is, so it is not extended
	CodeSyntax   finding.Code = "pdfobj.syntax"      // an object cannot be parsed; params: object, offset
	CodeFilter   finding.Code = "pdfobj.filter"      // a stream cannot be decoded; params: filter
	CodeLimit    finding.Code = "pdfobj.limit"       // a maximum of package limits; params: what, max
	CodeRead     finding.Code = "pdfobj.read"        // the underlying reader failed; the cause is beneath
	CodeCycle    finding.Code = "pdfobj.cycle"       // a reference leads back to itself; params: object
	CodeType     finding.Code = "pdfobj.type"        // an object is not what its place asks for; params: object, want
	CodeRevision finding.Code = "pdfobj.no-revision" // there is no such revision; params: revision
	CodeUpdate   finding.Code = "pdfobj.update"      // an update asks for what cannot be written; params: reason
)

// Error is the one error type of this package.
type Error struct{ finding.Fault }

func fail(code finding.Code, cause error, pairs ...string) *Error {
	return &Error{finding.NewFault(code, cause, pairs...)}
}

func failSyntax(ref Ref, offset int64) *Error {
	return fail(CodeSyntax, nil, "object", ref.String(), "offset", strconv.FormatInt(offset, 10))
}

func failLimit(what string, max int) *Error {
	return fail(CodeLimit, nil, "what", what, "max", strconv.Itoa(max))
}

func failType(ref Ref, want string) *Error {
	return fail(CodeType, nil, "object", ref.String(), "want", want)
}
