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
	CodeWeak        finding.Code = "trust.weak-signature"   // a certificate of the path is signed with an algorithm that is not secure at the time: subject, algorithm, until
	CodeCritical    finding.Code = "trust.critical"         // a certificate has a critical extension that is not understood: subject, oid
	CodeInvalid     finding.Code = "trust.invalid-path"     // a certificate may not stand where it stands, or breaks a constraint: subject, reason

	CodeRevoked   finding.Code = "trust.revoked"        // a certificate was revoked before the time: subject, at, reason
	CodeSuspended finding.Code = "trust.suspended"      // it was on hold, so that it may become good or revoked: subject, at
	CodeStale     finding.Code = "trust.stale"          // what says that it is good is too old for the time: subject, at, until
	CodeUnknown   finding.Code = "trust.unknown-status" // the responder does not know it: subject
	CodeUnchecked finding.Code = "trust.unchecked"      // nothing tells whether it is revoked: subject; the cause says why
	CodeExpired   finding.Code = "trust.expired"        // it had expired by the time, and was not revoked as long as it was valid: subject, at, until

	CodeUseless   finding.Code = "trust.useless-answer"   // an OCSP response or list is authentic, and does not serve all the same: issuer, at, reason
	CodeTangled   finding.Code = "trust.tangled"          // the status of a certificate hangs on itself, or on too many others: subject
	CodeOffline   finding.Code = "trust.offline"          // there is nothing about a certificate, and nothing may be fetched: subject
	CodeNoAddress finding.Code = "trust.no-address"       // a certificate does not say where its status can be asked: subject
	CodeAddress   finding.Code = "trust.address"          // an address is not one of HTTP: scheme
	CodeFetch     finding.Code = "trust.fetch"            // nothing of use came from an address: url; the cause says why
	CodeFetches   finding.Code = "trust.too-many-fetches" // one judgement may fetch no more: max
	CodeStatus    finding.Code = "trust.http-status"      // a server answered with a status other than 200: url, status
)

// Codes of [Folder].
const (
	CodeNotFolder      finding.Code = "trust.not-a-folder"    // a trust store is a folder, and this is none: path
	CodeFolder         finding.Code = "trust.folder"          // a file of the trust store cannot be written: path
	CodeIndex          finding.Code = "trust.bad-index"       // the index of the trust store is damaged: path
	CodeNoEntry        finding.Code = "trust.no-entry"        // no certificate of the store has this SHA-256: id
	CodeSeveralEntries finding.Code = "trust.several-entries" // several have a SHA-256 that begins so: id, count
	CodeShared         finding.Code = "trust.shared-file"     // other certificates lie in the same file: path
)

// Error is what this package refuses with.
type Error struct{ finding.Fault }

func (e *Error) is(code finding.Code) bool { return e != nil && e.Code() == string(code) }

func fail(code finding.Code, cause error, pairs ...string) *Error {
	return &Error{finding.NewFault(code, cause, pairs...)}
}
