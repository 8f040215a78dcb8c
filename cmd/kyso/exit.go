package main

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/signer/keyfile"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/token"
	"github.com/kyso-dev/kyso/verify"
	"github.com/kyso-dev/kyso/xml"
	"github.com/kyso-dev/kyso/xml/einvoice"
)

// Exit codes of every command but verify, which has its own for 0 to 2 and 5 (see verify.go).
const (
	exitOK         = 0
	exitUsage      = 3 // unusable arguments, password, path or disk
	exitUnreadable = 4 // the document cannot be read
	exitNoSigning  = 6 // the key, certificate, time-stamp server, level or evidence refused or could not be had
)

// Error is an error of the command itself: a wrong argument, a file that is in the way.
type Error struct {
	finding.Fault
	exit  int
	quiet bool // nothing is printed: the output has said it already
}

func usage(code string, pairs ...string) *Error {
	return &Error{Fault: finding.NewFault(finding.Code("command."+code), nil, pairs...), exit: exitUsage}
}

// notThis is an error about a document that the command cannot do anything with.
func notThis(code string, pairs ...string) *Error {
	e := usage(code, pairs...)
	e.exit = exitUnreadable
	return e
}

// refused is an error about a signature that cannot be made as asked.
func refused(code string, pairs ...string) *Error {
	e := usage(code, pairs...)
	e.exit = exitNoSigning
	return e
}

// usageErr is a usage error in the words of the flag parser.
func usageErr(err error) *Error { return usage("flag", "detail", err.Error()) }

// status ends the command with a code and prints nothing.
func status(code int) error {
	if code == exitOK {
		return nil
	}
	return &Error{Fault: finding.NewFault("command.status", nil), exit: code, quiet: true}
}

func quiet(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.quiet
}

// exitByCode lists the codes whose exit code is not that of their room.
var exitByCode = map[finding.Code]int{
	pdf.CodeLevel:         exitNoSigning,
	pdf.CodeCollector:     exitNoSigning,
	pdf.CodeEvidence:      exitNoSigning,
	pdf.CodeUnsigned:      exitNoSigning,
	pdf.CodeBroken:        exitNoSigning,
	pdf.CodeNoCertificate: exitNoSigning,
	pdf.CodeContentsSize:  exitNoSigning,
	// These documents can be read; their authors and signers refuse the signature.
	pdf.CodeCertified:          exitNoSigning,
	pdf.CodeSigned:             exitNoSigning,
	pdf.CodeFieldLocked:        exitNoSigning,
	pdf.CodeSeedValue:          exitNoSigning,
	cms.CodeLevelRefused:       exitNoSigning,
	cms.CodeCollector:          exitNoSigning,
	cms.CodeEvidence:           exitNoSigning,
	cms.CodeArchived:           exitNoSigning,
	cms.CodeSignature:          exitNoSigning, // extend: a broken signature has no level
	cms.CodeContentDigest:      exitNoSigning,
	cms.CodeCertificateMissing: exitNoSigning,
	cms.CodeTimestampOrder:     exitNoSigning,
	cms.CodeChain:              exitNoSigning,
	cms.CodeKey:                exitNoSigning,
	cms.CodeTimestamp:          exitNoSigning,

	xml.CodeKey:                exitNoSigning,
	xml.CodeNoCertificate:      exitNoSigning,
	xml.CodeEarlier:            exitNoSigning,
	xml.CodeLevelRefused:       exitNoSigning,
	xml.CodeCollector:          exitNoSigning,
	xml.CodeEvidence:           exitNoSigning,
	xml.CodeTimestamp:          exitNoSigning,
	xml.CodeSignatureBroken:    exitNoSigning,
	xml.CodeReferenceBroken:    exitNoSigning,
	xml.CodeCertificateMissing: exitNoSigning,

	pdf.CodeOption:               exitUsage,
	pdf.CodeFieldName:            exitUsage,
	pdf.CodeFieldType:            exitUsage,
	pdf.CodeFieldSigned:          exitUsage,
	pdf.CodeTimestamper:          exitUsage,
	pdf.CodeChanged:              exitUsage,
	pdf.CodeState:                exitUsage,
	pdf.CodeStateVersion:         exitUsage,
	pdf.CodeRead:                 exitUsage,
	pdf.CodeWrite:                exitUsage,
	cms.CodeOptions:              exitUsage,
	cms.CodeContent:              exitUsage,
	cms.CodeTimestamper:          exitUsage,
	cms.CodeChanged:              exitUsage,
	cms.CodeContentOther:         exitUsage,
	cms.CodeState:                exitUsage,
	cms.CodeStateVersion:         exitUsage,
	cms.CodeStateSize:            exitUsage,
	cms.CodeRead:                 exitUsage,
	cms.CodeWrite:                exitUsage,
	xml.CodeOption:               exitUsage,
	xml.CodeNotFound:             exitUsage,
	xml.CodePlaceNone:            exitUsage,
	xml.CodePlaceSeveral:         exitUsage,
	xml.CodeTimestamper:          exitUsage,
	xml.CodeChanged:              exitUsage,
	xml.CodeState:                exitUsage,
	xml.CodeStateVersion:         exitUsage,
	xml.CodeStateSize:            exitUsage,
	xml.CodeRead:                 exitUsage,
	xml.CodeWrite:                exitUsage,
	einvoice.CodeOption:          exitUsage,
	einvoice.CodeSlotUnknown:     exitUsage,
	einvoice.CodeSlotTaken:       exitUsage,
	einvoice.CodeRead:            exitUsage,
	einvoice.CodeWrite:           exitUsage,
	verify.CodePolicy:            exitUsage,
	verify.CodeRead:              exitUsage,
	token.CodeModuleMissing:      exitUsage,
	remote.CodeConfig:            exitUsage,
	remote.CodeAddress:           exitUsage,
	remote.CodeSecretMissing:     exitUsage,
	sim.CodeNumberForm:           exitUsage,
	sim.CodeDisplayLength:        exitUsage,
	sim.CodeDisplayCharacter:     exitUsage,
	keyfile.CodePassword:         exitUsage,
	keyfile.CodePasswordRequired: exitUsage,
	keyfile.CodePasswordForm:     exitUsage,
	keyfile.CodeUnreadable:       exitUsage,
}

// exitByRoom is the exit code of all other errors, by the part of the code before the dot: keys and services are 6, documents 4.
var exitByRoom = map[string]int{
	"signer":    exitNoSigning,
	"keyfile":   exitNoSigning,
	"token":     exitNoSigning,
	"remote":    exitNoSigning,
	"sim":       exitNoSigning,
	"timestamp": exitNoSigning,
	"httpx":     exitNoSigning,
	"trust":     exitUsage,
	"alg":       exitNoSigning,
	"cms":       exitUnreadable,
	"pdf":       exitUnreadable,
	"pdfobj":    exitUnreadable,
	"xml":       exitUnreadable,
	"einvoice":  exitUnreadable,
	"der":       exitUnreadable,
	"verify":    exitUnreadable,
	"testpki":   exitUsage,
}

func exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	var own *Error
	if errors.As(err, &own) {
		return own.exit
	}
	if refusedByOthers(err) {
		return exitNoSigning
	}
	// The disk and the path come before the format whose error wraps them: they are what is wrong.
	var path *fs.PathError
	var errno syscall.Errno
	if errors.As(err, &path) || errors.As(err, &errno) {
		return exitUsage
	}
	var coded interface{ Code() string }
	if errors.As(err, &coded) {
		if exit, ok := exitByCode[finding.Code(coded.Code())]; ok {
			return exit
		}
		room, _, _ := strings.Cut(coded.Code(), ".")
		if exit, ok := exitByRoom[room]; ok {
			return exit
		}
	}
	return exitUsage
}

// refusedByOthers reports whether a key or a service stands at the root of err, whatever wraps it; the errno inside such an error
// is a network's.
func refusedByOthers(err error) bool {
	var key *signer.Error
	var stamp *timestamp.Error
	var cloud *remote.Error
	if errors.As(err, &cloud) {
		return exitByCode[finding.Code(cloud.Code())] == exitOK
	}
	return errors.As(err, &key) || errors.As(err, &stamp) || errors.Is(err, context.Canceled)
}
