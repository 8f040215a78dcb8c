package keyfile

import "github.com/kyso-dev/kyso/internal/finding"

// Codes of [Error]. Parameters are given behind each.
const (
	CodeUnreadable       finding.Code = "keyfile.unreadable"        // path; the cause says why
	CodeTooLarge         finding.Code = "keyfile.too-large"         // max
	CodeEmpty            finding.Code = "keyfile.empty"             //
	CodeTruncated        finding.Code = "keyfile.truncated"         // want, got: bytes
	CodeNotPKCS12        finding.Code = "keyfile.not-pkcs12"        //
	CodeIsPKCS12         finding.Code = "keyfile.is-pkcs12"         //
	CodeMalformed        finding.Code = "keyfile.malformed"         // structure
	CodeNoKey            finding.Code = "keyfile.no-key"            //
	CodeSeveralKeys      finding.Code = "keyfile.several-keys"      //
	CodeNoCertificate    finding.Code = "keyfile.no-certificate"    //
	CodeManyCertificates finding.Code = "keyfile.many-certificates" // max
	CodeCertificate      finding.Code = "keyfile.certificate"       //
	CodePassword         finding.Code = "keyfile.password"          //
	CodePasswordRequired finding.Code = "keyfile.password-required" // also counts as CodePassword
	CodePasswordForm     finding.Code = "keyfile.password-form"     // also counts as CodePassword
	CodeEncryption       finding.Code = "keyfile.encryption"        // algorithm
	CodeOldEncryption    finding.Code = "keyfile.old-encryption"    // algorithm
	CodeCost             finding.Code = "keyfile.cost"              // parameter, value, max
	CodeIntegrity        finding.Code = "keyfile.integrity"         // kind: PKCS#12 files protected by a public key
	CodePKCS12Encryption finding.Code = "keyfile.pkcs12-encryption" // algorithm
	CodePKCS12Form       finding.Code = "keyfile.pkcs12-form"       // part: the name of an ASN.1 structure
)

// Error is the error type of this package.
type Error struct{ finding.Fault }

// Kinds of error, for errors.Is.
var (
	ErrPassword         = fail(CodePassword)         // wrong, missing or unusable; a damaged file can look the same
	ErrPasswordRequired = fail(CodePasswordRequired) // there is one and none was given; also an ErrPassword
)

func fail(code finding.Code, pairs ...string) *Error {
	return &Error{finding.NewFault(code, nil, pairs...)}
}

func because(code finding.Code, cause error, pairs ...string) *Error {
	return &Error{finding.NewFault(code, cause, pairs...)}
}

// Is reports whether target is the same kind of error, or the wider one that this counts as.
func (e *Error) Is(target error) bool {
	t, ok := target.(interface{ Code() string })
	if !ok {
		return false
	}
	switch finding.Code(e.Code()) {
	case CodePasswordRequired, CodePasswordForm:
		return t.Code() == e.Code() || t.Code() == string(CodePassword)
	}
	return t.Code() == e.Code()
}

func malformed(structure string) *Error { return fail(CodeMalformed, "structure", structure) }
