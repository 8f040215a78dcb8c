package cms

import (
	"crypto"
	"crypto/x509"
	"io"
	"time"

	"github.com/kyso-dev/kyso/internal/ades"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

// Level is a baseline level of EN 319 122-1.
type Level = ades.Level

// The levels.
const (
	LevelBB   = ades.BB
	LevelBT   = ades.BT
	LevelBLT  = ades.BLT
	LevelBLTA = ades.BLTA
)

// Finding is one remark about a document or a signature.
type Finding = finding.Finding

// Options say how to sign. The zero value, and nil, is CAdES-B-B, detached, with the hash that suits the key. Options are copied
// and may be shared.
type Options struct {
	// Level is the level to reach; "" is LevelBB.
	Level Level
	// Hash is the digest algorithm: SHA-256, SHA-384 or SHA-512, or 0 for the one that suits the key (SHA-256; SHA-384 and SHA-512
	// for P-384 and P-521; SHA-512 for Ed25519, which admits no other, RFC 8419 2.3).
	Hash crypto.Hash
	// PSS makes an RSA key sign with RSA-PSS, salt as long as the hash.
	PSS bool
	// Attached puts the content into the result (CAdES "enveloping").
	Attached bool
	// Timestamper is asked for the signature time-stamp of LevelBT and above and for the archive time-stamp of LevelBLTA.
	Timestamper timestamp.Timestamper
	// Collector finds the certificates and revocation data that LevelBLT and LevelBLTA embed, after the time-stamp was had.
	Collector trust.Collector
	// SigningTime is the time that the signature claims; zero means now. It is rounded down to whole seconds.
	SigningTime time.Time
	// NoSigningTime leaves the signing-time attribute out. PAdES demands that (EN 319 142-1 6.3); CAdES forbids it.
	NoSigningTime bool
	// Certificates are further certificates to put into the result, usually the issuers up to the root.
	Certificates []*x509.Certificate
	// InsecureExpired signs with a certificate that is expired or not yet valid.
	InsecureExpired bool
	// InsecureSkipCheck uses the value that the key returns without verifying it under the certificate. It exists to
	// measure; a wrong value then becomes a broken signature that nobody notices.
	InsecureSkipCheck bool
	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
	// ID and Title name the document to signers that show them, such as a phone.
	ID, Title string
}

// FinishOptions say how to finish what was prepared. nil means: as prepared, no Timestamper and no Collector.
type FinishOptions struct {
	// Level is the level to reach; "" is the one that was prepared.
	Level Level
	// Timestamper and Collector are those of Options.
	Timestamper timestamp.Timestamper
	Collector   trust.Collector
	// PAdES makes FinishCMS and FinishCMSDER refuse a CMS that EN 319 142-1, 6.3, does not let into a PDF, such as one that claims a
	// signing time, whatever the level.
	PAdES bool
	// InsecureSkipCheck is that of Options. What a service made is checked nevertheless.
	InsecureSkipCheck bool
	// Clock tells the time; nil means time.Now.
	Clock func() time.Time
}

// ReadOptions say how to read. nil is the zero value.
type ReadOptions struct {
	// Content is what a detached signature signs. It is read to its end once.
	Content io.Reader
	// Certificates are further certificates among which signers are looked for when the file lacks them.
	Certificates []*x509.Certificate
	// PAdES applies the rules of EN 319 142-1 to Level: no signing-time, one signer, content outside.
	PAdES bool
}

func (o *Options) clock() time.Time {
	if o.Clock != nil {
		return o.Clock()
	}
	return time.Now()
}

func orDefault[T any](o *T) T {
	if o == nil {
		var zero T
		return zero
	}
	return *o
}
