package sim

import (
	"strconv"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim/internal/mss"
	"github.com/kyso-dev/kyso/signer"
)

// Codes of the errors that only this protocol has; all are of type [remote.Error], and code and text are what the service said. The
// others are those of package remote.
const (
	CodeExpired          finding.Code = "sim.expired"           // code, text; also counts as remote.ErrExpired
	CodePINBlocked       finding.Code = "sim.pin-blocked"       // code, text; also counts as signer.ErrPINLocked
	CodeCardBlocked      finding.Code = "sim.card-blocked"      // code, text
	CodeNoKey            finding.Code = "sim.no-key"            // code, text; also counts as signer.ErrKeyNotFound
	CodeNoCertificate    finding.Code = "sim.no-certificate"    // code, text; also counts as remote.ErrNoCertificate
	CodePhone            finding.Code = "sim.phone-unreachable" // code, text
	CodeInProgress       finding.Code = "sim.in-progress"       // code, text; also counts as remote.ErrBusy
	CodeNumber           finding.Code = "sim.number"            // code, text: the service does not know it
	CodeNumberForm       finding.Code = "sim.number-form"       // the number cannot be one
	CodeProfile          finding.Code = "sim.profile"           // code, text
	CodeHandshake        finding.Code = "sim.handshake"         // code, text
	CodeFault            finding.Code = "sim.fault"             // code, text: anything else that the service reports
	CodeMismatch         finding.Code = "sim.mismatch"          // name: an answer that belongs to another request; also counts as signer.ErrProtocol
	CodeDisplayLength    finding.Code = "sim.display-length"    // max, got
	CodeDisplayCharacter finding.Code = "sim.display-character" //
	CodeSubject          finding.Code = "sim.subject"           // the number's certificate is another subject's
	CodeNoDocuments      finding.Code = "sim.no-documents"      // the service signs texts only
)

// Errors to test for with errors.Is. They carry no detail.
var (
	ErrPINBlocked  = remote.NewError(CodePINBlocked, nil)  // the PIN of the SIM is blocked
	ErrCardBlocked = remote.NewError(CodeCardBlocked, nil) // the SIM, or the subscriber at the service
	ErrPhone       = remote.NewError(CodePhone, nil)       // switched off, or out of reach
	ErrNumber      = remote.NewError(CodeNumber, nil)      // no subscriber has it
	ErrSubject     = remote.NewError(CodeSubject, nil)     // the number has certificates of other subjects than Config.SubjectSerial only
	ErrMismatch    = remote.NewError(CodeMismatch, nil)    // an answer to another request
)

// errInProgress is [remote.ErrBusy] without the service having been asked.
var errInProgress = remote.NewError(CodeInProgress, remote.ErrBusy)

// end is what a code of a fault or a status stands for.
type end struct {
	code  finding.Code
	also  error // the kind that it counts as too
	maybe bool  // the phone may have signed all the same
}

// ends are the codes of TS 102 204 and of the Finnish guideline, without those that say that all is well. The same stand in faults and
// in statuses.
var ends = map[int]end{
	101: {code: remote.CodeRequest}, 102: {code: remote.CodeRequest}, 103: {code: remote.CodeRequest}, 107: {code: remote.CodeRequest}, 108: {code: remote.CodeRequest},
	104: {code: remote.CodeCredentials},
	105: {code: CodeNumber},
	106: {code: CodeHandshake},
	109: {code: CodeProfile},
	208: {code: CodeExpired, also: remote.ErrExpired},
	209: {code: CodePhone},
	401: {code: remote.CodeRefused},
	402: {code: CodePINBlocked, also: signer.ErrPINLocked},
	403: {code: CodeCardBlocked},
	404: {code: CodeNoKey, also: signer.ErrKeyNotFound},
	406: {code: CodeInProgress, also: remote.ErrBusy},
	422: {code: CodeNoCertificate, also: remote.ErrNoCertificate},
	425: {code: remote.CodeCertificate}, 501: {code: remote.CodeCertificate}, 503: {code: remote.CodeCertificate}, 505: {code: remote.CodeCertificate},
	405: {code: CodeFault}, 407: {code: CodeFault}, 423: {code: CodeFault}, 424: {code: CodeFault},
	701: {code: CodeFault}, 702: {code: CodeFault}, 703: {code: CodeFault}, 710: {code: CodeFault},
	720: {code: CodeExpired, also: remote.ErrExpired},
	750: {code: remote.CodeFault}, 760: {code: remote.CodeFault}, 770: {code: remote.CodeFault}, 780: {code: remote.CodeFault},
	900: {code: CodeFault, maybe: true},
}

// ended is the error of a code with the service's words, and whether something may have been signed all the same. A code that is not
// known leaves that open.
func ended(code, sub int, text string, secrets []remote.Secret) (err error, maybe bool) { //nolint:revive,staticcheck // the error is what is asked for
	e, ok := ends[code]
	if !ok {
		e = end{code: CodeFault, maybe: true}
	}
	said := remote.Answer{Text: text}
	if sub != 0 {
		code = sub
	}
	if code != 0 {
		said.Code = strconv.Itoa(code)
	}
	out := remote.Said(e.code, said, secrets)
	if e.also != nil {
		kind := remote.NewError(e.code, e.also, "code", out.Service.Code)
		if out.Service.Text != "" {
			kind = remote.NewError(e.code, e.also, "code", out.Service.Code, "text", out.Service.Text)
		}
		kind.Service = out.Service
		out = kind
	}
	return out, e.maybe
}

// faulted is the error of a fault. Of its texts the detail says more where there is one.
func faulted(f *mss.Fault, secrets []remote.Secret) (err error, maybe bool) { //nolint:revive,staticcheck // as above
	text := f.Reason
	if f.Detail != "" {
		text += ": " + f.Detail
	}
	return ended(f.Code, f.Sub, text, secrets)
}

// mismatch is the error of an answer whose name differs from what was asked.
func mismatch(name string) error {
	return remote.NewError(CodeMismatch, signer.NewError(signer.CodeProtocol, nil), "name", name)
}
