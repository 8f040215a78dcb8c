package trust

import "context"

// What is fetched.
const (
	KindOCSP         = "ocsp"         // the answer of a responder (RFC 6960)
	KindCRL          = "crl"          // a revocation list
	KindCertificates = "certificates" // certificates of an issuer (RFC 5280, 4.2.2.1)
)

// Fetch is one thing to fetch.
type Fetch struct {
	Kind    string // KindOCSP, KindCRL, KindCertificates
	URL     string // as the certificate names it: from an untrusted hand
	Request []byte // KindOCSP: the DER OCSPRequest
}

// Fetcher fetches what certificates point at. Implementations are safe for concurrent use, end when the context ends, and bound what
// they read: the address comes out of a document that nobody has trusted yet. Nothing that they return is trusted.
type Fetcher interface {
	Fetch(ctx context.Context, f Fetch) ([]byte, error)
}
