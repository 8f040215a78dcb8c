package revoke

import (
	"encoding/hex"
	"errors"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/pki"
)

// Codes of [Error].
const (
	CodeMalformed    finding.Code = "revoke.malformed"      // no revocation data that can be read: structure
	CodeTooLarge     finding.Code = "revoke.too-large"      // a limit of this package: what, max
	CodeIssuer       finding.Code = "revoke.crl-issuer"     // nobody who may has signed a list: issuer; the cause says why
	CodeCritical     finding.Code = "revoke.crl-critical"   // a list has a critical extension that is not understood: issuer, oid
	CodeScope        finding.Code = "revoke.crl-scope"      // a list of the right issuer is not for such certificates: issuer
	CodeReasons      finding.Code = "revoke.crl-reasons"    // lists tell of some reasons only: issuer
	CodeStatus       finding.Code = "revoke.ocsp-status"    // the responder gives no answer: status
	CodeResponder    finding.Code = "revoke.ocsp-responder" // nobody who may has signed a response: responder; the cause says why
	CodeDelegate     finding.Code = "revoke.ocsp-delegate"  // a certificate is not one of a responder: subject
	CodeOCSPCritical finding.Code = "revoke.ocsp-critical"  // a response has a critical extension that is not understood: responder, oid
	CodeNonce        finding.Code = "revoke.ocsp-nonce"     // a response has another nonce than the request: responder
	CodeOther        finding.Code = "revoke.ocsp-other"     // a response does not tell of the certificate asked about: responder, subject
	CodeCertHash     finding.Code = "revoke.ocsp-cert-hash" // a response is about another certificate of that number: responder, subject
)

// Error is the one error type of this package.
type Error struct {
	finding.Fault
	list *CRL // that it is about
}

func fail(code finding.Code, cause error, pairs ...string) *Error {
	return &Error{Fault: finding.NewFault(code, cause, pairs...)}
}

func asError(err error) *Error {
	var e *Error
	errors.As(err, &e)
	return e
}

func asPKI(err error) *pki.Error {
	var e *pki.Error
	errors.As(err, &e)
	return e
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }

func malformed(structure string) *Error { return fail(CodeMalformed, nil, "structure", structure) }

// Identifiers of CRL extensions and of those of entries (RFC 5280, 5.2 and 5.3).
var (
	oidAuthorityKeyID = pki.NewOID(2, 5, 29, 35)
	oidIssuerAltName  = pki.NewOID(2, 5, 29, 18)
	oidNumber         = pki.NewOID(2, 5, 29, 20)
	oidDelta          = pki.NewOID(2, 5, 29, 27)
	oidIssuingPoint   = pki.NewOID(2, 5, 29, 28)
	oidExpiredCerts   = pki.NewOID(2, 5, 29, 60)
	oidFreshest       = pki.NewOID(2, 5, 29, 46)
	oidAuthorityInfo  = pki.NewOID(1, 3, 6, 1, 5, 5, 7, 1, 1)

	oidReason            = pki.NewOID(2, 5, 29, 21)
	oidInvalidityDate    = pki.NewOID(2, 5, 29, 24)
	oidCertificateIssuer = pki.NewOID(2, 5, 29, 29)
)
