package verify

import (
	"slices"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/pdfobj"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/xml"
	"github.com/kyso-dev/kyso/xml/einvoice"
)

// The exit codes of the verify command.
const (
	ExitPassed        = 0 // TOTAL-PASSED
	ExitFailed        = 1 // TOTAL-FAILED
	ExitIndeterminate = 2 // INDETERMINATE
	ExitUsage         = 3 // usage or I/O error
	ExitUnreadable    = 4 // the document cannot be read
	ExitUnsigned      = 5 // neither a signature nor a time-stamp in it
)

// ExitCode is the exit code of the verify command for this document.
func (r *Report) ExitCode() int {
	if r.Error != nil {
		switch finding.Code(r.Error.Code) {
		case CodeRead, CodeContent, CodeCancelled, CodePolicy, cms.CodeRead, cms.CodeContent, pdf.CodeRead, pdfobj.CodeRead, xml.CodeRead, einvoice.CodeRead:
			return ExitUsage
		}
		return ExitUnreadable
	}
	if len(r.Signatures)+len(r.Timestamps) == 0 && !r.lost() {
		return ExitUnsigned
	}
	switch r.Indication {
	case TotalPassed, Passed:
		return ExitPassed
	case TotalFailed, Failed:
		return ExitFailed
	}
	return ExitIndeterminate
}

// lost reports whether a document that shows no signature once had one, or may have one that its damage hides: it is not simply unsigned.
func (r *Report) lost() bool { return r.Format == PDF && finding.Worst(r.Findings) == finding.Error }

// WorstExit is the exit code for several documents: from bad to good 3 (could not look), 4 (cannot be read), 1 (failed), 2
// (indeterminate), 5 (not signed), 0 (passed). Without any document it is 3, for nothing was verified.
func WorstExit(codes ...int) int {
	for _, code := range []int{ExitUsage, ExitUnreadable, ExitFailed, ExitIndeterminate, ExitUnsigned, ExitPassed} {
		if slices.Contains(codes, code) {
			return code
		}
	}
	return ExitUsage
}
