package testpki

import (
	"errors"

	"github.com/kyso-dev/kyso/internal/finding"
)

// Codes of what can go wrong with a demo PKI.
const (
	CodeAddress      finding.Code = "testpki.address"       // the address asked for is not on loopback
	CodeListen       finding.Code = "testpki.listen"        // this machine does not let us listen there
	CodePortTaken    finding.Code = "testpki.port-taken"    // another program listens on the PKI's port
	CodePortFixed    finding.Code = "testpki.port-fixed"    // the certificates name another port
	CodeOccupied     finding.Code = "testpki.occupied"      // the folder holds files that are not ours
	CodeNoPKI        finding.Code = "testpki.no-pki"        // there is no PKI in the folder
	CodeDamaged      finding.Code = "testpki.damaged"       // a file of the PKI is missing or unreadable
	CodeOutside      finding.Code = "testpki.outside"       // the clock is outside the validity of the root
	CodeUnknownName  finding.Code = "testpki.unknown-name"  // no certificate of this name
	CodeNotSuspended finding.Code = "testpki.not-suspended" // only a suspension can be lifted
	CodeRevoked      finding.Code = "testpki.revoked"       // a revoked certificate cannot be suspended
	CodeReason       finding.Code = "testpki.reason"        // not a reason for revocation
	CodeFile         finding.Code = "testpki.file"          // a file cannot be read or written
	CodeMake         finding.Code = "testpki.make"          // a key, certificate, list or answer cannot be made
	CodeRequest      finding.Code = "testpki.request"       // a client's request cannot be read
)

// Error is the error of this package. Its code says what went wrong; errors.Is with an [Err] value asks for one kind.
type Error struct{ finding.Fault }

// Kinds of [Error] that a caller may want to tell apart.
var (
	ErrPortTaken   = &Error{finding.NewFault(CodePortTaken, nil)}
	ErrPortFixed   = &Error{finding.NewFault(CodePortFixed, nil)}
	ErrOccupied    = &Error{finding.NewFault(CodeOccupied, nil)}
	ErrNoPKI       = &Error{finding.NewFault(CodeNoPKI, nil)}
	ErrDamaged     = &Error{finding.NewFault(CodeDamaged, nil)}
	ErrUnknownName = &Error{finding.NewFault(CodeUnknownName, nil)}
)

// fail makes an error of this package; a cause that is one already is kept as it is.
func fail(code finding.Code, cause error, pairs ...string) error {
	if e, ok := errors.AsType[*Error](cause); ok {
		return e
	}
	return &Error{finding.NewFault(code, cause, pairs...)}
}
