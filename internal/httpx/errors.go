package httpx

import "github.com/kyso-dev/kyso/internal/finding"

// Error is the one error type of this package.
type Error struct{ finding.Fault }

// Codes of errors.
const (
	CodeURL              finding.Code = "httpx.url"               // the address cannot be read, or is too long
	CodeScheme           finding.Code = "httpx.scheme"            // neither http nor https
	CodeAddressRefused   finding.Code = "httpx.address-refused"   // the address lies inside a private network
	CodeUnreachable      finding.Code = "httpx.unreachable"       // no connection: the name does not resolve, nobody listens
	CodeTLS              finding.Code = "httpx.tls"               // the connection could not be secured
	CodeTimeout          finding.Code = "httpx.timeout"           // no whole answer in time
	CodeCancelled        finding.Code = "httpx.cancelled"         // the caller's context was cancelled
	CodeTooLarge         finding.Code = "httpx.too-large"         // the answer is larger than the limit
	CodeProtocol         finding.Code = "httpx.protocol"          // what was answered is not HTTP, or broke off
	CodeRedirects        finding.Code = "httpx.redirects"         // more redirects than allowed
	CodeRedirectMethod   finding.Code = "httpx.redirect-method"   // a redirect that would drop what was sent
	CodeRedirectInsecure finding.Code = "httpx.redirect-insecure" // a redirect from https to http
)

func fail(code finding.Code, cause error, pairs ...string) *Error {
	return &Error{finding.NewFault(code, cause, pairs...)}
}
