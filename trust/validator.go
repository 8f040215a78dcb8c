package trust

import (
	"context"
	"crypto/x509"
	"log/slog"
	"sync"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/pki"
)

// Validator judges certificates: by paths to anchors, revocation, proofs of existence and the days of algorithms, as ETSI EN 319 102-1
// asks in 5.2.6 (X.509 certificate validation), 5.2.5 (revocation freshness) and 5.6.2 (past certificate validation). It is meant to
// live long. The zero value trusts nothing. Safe for concurrent use as long as its fields are not changed; it must not be copied
// once used.
type Validator struct {
	Store      *Store        // the anchors; nil: none
	Evidence   *Evidence     // further certificates and revocation data, of whatever origin; nil: none. It must not change any more.
	Fetcher    Fetcher       // asked for what the evidence at hand does not tell; nil: offline
	Cache      *Cache        // keeps what was fetched; nil: nothing is kept
	Algorithms *Algorithms   // nil: [DefaultAlgorithms]
	FreshFor   time.Duration // how long revocation data holds that names no time of the next; 0: [limits.RevocationFresh]
	// Responders are OCSP responders that are trusted for every certificate (RFC 6960, 4.2.2.2, 1.), beside issuers and their delegates.
	Responders []*x509.Certificate
	Clock      func() time.Time // tells now where a question does not; nil: time.Now
	Logger     *slog.Logger     // told, at level debug, what is fetched: kinds, addresses without queries, octets, times; nil: nobody

	once      sync.Once
	own       *material              // Evidence
	trusted   []*pki.Certificate     // Responders
	materials lru[Digest, *material] // of documents of one signer, who sends the same each time
	pieces    lru[Digest, any]       // *revoke.Response, *revoke.CRL
	answered  lru[Digest, *answers]
	recent    lru[pair, *material] // the last that was fetched for a certificate, where there is a cache
	flights   flights
}

// Question is what is asked about one certificate.
type Question struct {
	Certificate *x509.Certificate
	At          time.Time // when what it signed is proved to have existed; zero or later than Now: Now, since nothing is proved
	Now         time.Time // the validation time; zero: what the validator's clock says
	Evidence    *Evidence // from the document; nil: none

	// Existed tells the earliest time at which a certificate, CRL or OCSP response is proved to have existed; the zero time where
	// nothing is proved, so that it exists now. nil: nothing is proved of any. With a fetcher it is called by several goroutines at once.
	Existed func(Digest) time.Time
}

// State is what is known of a certificate. The zero value says nothing, and is never good.
type State string

// The states. They are never merged: what could not be checked is not good.
const (
	Good        State = "good"
	Revoked     State = "revoked"
	Suspended   State = "suspended" // certificateHold: may become good or revoked
	Unknown     State = "unknown"   // the responder says that it does not know the certificate
	Unchecked   State = "could-not-check"
	NotRequired State = "not-required" // an anchor's, or one that says that it lives too short a time to be revoked (noRevAvail)
)

// Where revocation data comes from.
const (
	SourceOCSP = "ocsp"
	SourceCRL  = "crl"

	OriginDocument = "signature" // the question's evidence
	OriginGiven    = "given"     // the validator's own
	OriginCache    = "cache"
	OriginFetched  = "fetched"
)

// Status is the state of one certificate, and the OCSP response or CRL that it rests on.
type Status struct {
	State      State
	Source     string // SourceOCSP, SourceCRL; "": none
	Origin     string // OriginDocument …; "": none
	ThisUpdate time.Time
	NextUpdate time.Time // zero: not named
	ProducedAt time.Time // of OCSP responses
	RevokedAt  time.Time // of Revoked and Suspended
	Reason     string    // CRLReason by its name in RFC 5280, 5.3.1; "": not named
	Digest     Digest    // of the OCSP response or CRL
	Signer     *x509.Certificate
	Why        []error // why other data, or other services, did not serve
}

// Judgement is the answer to a [Question]. The zero value is no judgement.
type Judgement struct {
	Path     *Path     // nil: none
	Statuses []Status  // beside Path.Certificates
	Control  time.Time // until when the chain is known to have been good: what is proved to have existed by then may rely on it
	Err      *Error    // what stands against the certificate; nil: nothing does
	Fault    int       // where in Path.Certificates the certificate is that Err is about

	Used       *Evidence         // all that the judgement rests on, the anchor's certificate included
	Tolerances []finding.Finding // what in the certificates is not as RFC 5280 wants it, and was put up with
}

// Judge answers a question. It never fails: what could not be found out stands in the judgement. It blocks only where something must
// be fetched.
func (v *Validator) Judge(ctx context.Context, q Question) *Judgement {
	return v.judge(ctx, q, time.Time{})
}

func (v *Validator) now() time.Time {
	if v.Clock != nil {
		return v.Clock()
	}
	return time.Now()
}
