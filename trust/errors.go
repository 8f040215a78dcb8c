package trust

import "github.com/kyso-dev/kyso/internal/finding"

// Codes of [Error].
const (
	CodeRead        finding.Code = "trust.read"             // a file or folder cannot be read: path
	CodeNone        finding.Code = "trust.no-certificates"  // a file holds no certificate: path
	CodeCertificate finding.Code = "trust.bad-certificate"  // a file holds a certificate that cannot be parsed: path
	CodeTooLarge    finding.Code = "trust.too-large"        // a file is larger than is read: path, max
	CodeTooMany     finding.Code = "trust.too-many"         // more certificates than are kept: max
	CodeNoEvidence  finding.Code = "trust.no-evidence"      // a file holds neither certificate, CRL nor OCSP response: path
	CodeRecord      finding.Code = "trust.bad-record"       // an evidence record is damaged: entry
	CodeWrite       finding.Code = "trust.write"            // an evidence record cannot be written
	CodeTree        finding.Code = "trust.unknown-tree"     // a tree of a name that does not exist: tree
	CodeNoAnchors   finding.Code = "trust.no-anchors"       // nothing is trusted: no path can exist
	CodeNoPath      finding.Code = "trust.no-path"          // no path from the certificate to an anchor: subject
	CodeValidity    finding.Code = "trust.outside-validity" // there is a path, but a certificate of it was not valid at the time: subject, from, until, at
	CodeWeak        finding.Code = "trust.weak-signature"   // a certificate of the path is signed with an algorithm that is not secure: subject, algorithm
	CodeCritical    finding.Code = "trust.critical"         // a certificate has a critical extension that is not understood: subject, oid
	CodeInvalid     finding.Code = "trust.invalid-path"     // a certificate may not stand where it stands, or breaks a constraint: subject, reason
)

// Error is what this package refuses with.
type Error struct{ finding.Fault }

func fail(code finding.Code, cause error, pairs ...string) *Error {
	return &Error{finding.NewFault(code, cause, pairs...)}
}
