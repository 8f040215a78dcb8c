package pdf

import (
	"errors"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/pdfobj"
)

// Error is what this package refuses with: a stable code (see the Code constants) with parameters, and the error beneath. Errors
// of signers, time-stamp servers and contexts come through as they are, or beneath.
type Error struct{ finding.Fault }

func fault(code finding.Code, cause error, pairs ...string) *Error {
	return &Error{finding.NewFault(code, cause, pairs...)}
}

// unreadable wraps what the layer below says about the file. A source that cannot be read is another matter than what it holds.
func unreadable(err error) error {
	var e *pdfobj.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e) && e.Code() == string(pdfobj.CodeDoubtful):
		return fault(CodeDamaged, err)
	case sourceFailed(err):
		return fault(CodeRead, err)
	}
	return fault(CodeUnreadable, err)
}

// sourceFailed reports whether err is about reading the file as such: everything else that the layer below says is about the
// object asked for, and can be a finding.
func sourceFailed(err error) bool {
	if err == nil {
		return false
	}
	var e *pdfobj.Error
	return !errors.As(err, &e) || e.Code() == string(pdfobj.CodeRead)
}
