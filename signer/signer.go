package signer

import (
	"context"
	"crypto"
	"crypto/x509"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
)

// Signer signs digests with one private key.
//
// An implementation returns the errors of this package, keeps PINs, passwords and tokens out of them, ends early when ctx ends,
// leaves the slices that it is given alone, and says whether it is safe for concurrent use.
type Signer interface {
	// Certificates is the certificate of the key followed by those of its issuers, as far as they are known: leaf first, each one
	// issued by a later one. There is at least one.
	Certificates(ctx context.Context) ([]*x509.Certificate, error)

	// Sign signs a digest made with opts.HashFunc(): RSA PKCS#1 v1.5, RSA-PSS where opts is [*rsa.PSSOptions], or ECDSA as a DER
	// sequence. A digest of another length, a hash that the key cannot sign, and any digest where the key signs only messages
	// (Ed25519) are refused with [ErrUnsupportedAlgorithm] or [ErrRequest].
	Sign(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error)
}

// MessageSigner is a Signer whose key signs whole messages. Ed25519 keys need it; others may offer it.
type MessageSigner interface {
	Signer

	// SignMessage signs message; for Ed25519 opts.HashFunc() is 0, otherwise it is the hash that the signer puts message through.
	SignMessage(ctx context.Context, message []byte, opts crypto.SignerOpts) ([]byte, error)
}

// BatchSigner is a Signer that signs many requests under one consent: one PIN, one tap on the phone.
type BatchSigner interface {
	Signer

	// SignBatch returns one signature for each request, in their order. On error it returns what it has signed before, in place,
	// and nil for the rest.
	SignBatch(ctx context.Context, reqs []Request) ([][]byte, error)
}

// Request is one thing to sign. Exactly one of Digest and Message is set.
type Request struct {
	Digest  []byte            // made with Opts.HashFunc()
	Message []byte            // in place of Digest, for keys that sign messages (Ed25519); may be empty but not nil
	Opts    crypto.SignerOpts // as for [Signer.Sign]

	DocumentID string // identifies the document to a remote service; may be empty
	Title      string // what a phone or service shows to the person who consents; may be empty
}

// CertificateChecker tells whether a certificate may be relied on, revocation included. Backends that want to ask before signing,
// and services that take log-ins, hold one; package verify implements it.
type CertificateChecker interface {
	// CheckCertificate returns nil, or a [*CertificateError] that says why not; that is [ErrCertificateUnchecked], an [ErrUnavailable],
	// when nobody could tell. chain is leaf first; at is the time asked about.
	CheckCertificate(ctx context.Context, chain []*x509.Certificate, at time.Time) error
}

// Sign signs one request: through [MessageSigner] when it carries a message, else through [Signer.Sign]. It checks the request, not
// the answer: for that, wrap s with [Verifying].
func Sign(ctx context.Context, s Signer, req Request) ([]byte, error) {
	if s == nil {
		return nil, NewError(CodeKeyNotFound, nil)
	}
	if err := check(ctx, req); err != nil {
		return nil, err
	}
	if req.Message != nil {
		return SignMessage(ctx, s, req.Message, req.Opts)
	}
	return s.Sign(ctx, req.Digest, req.Opts)
}

// SignBatch signs all requests: at once where s is a [BatchSigner], else one by one. On error it returns the signatures made before
// it, in place, and nil for the rest; a [*BatchError] says where it stopped when it went one by one.
func SignBatch(ctx context.Context, s Signer, reqs []Request) ([][]byte, error) {
	if s == nil {
		return nil, NewError(CodeKeyNotFound, nil)
	}
	for i := range reqs {
		if err := check(ctx, reqs[i]); err != nil {
			return make([][]byte, len(reqs)), &BatchError{Index: i, Err: err}
		}
	}
	if len(reqs) == 0 {
		return nil, nil
	}
	if b, ok := s.(BatchSigner); ok {
		out, err := b.SignBatch(ctx, reqs)
		if len(out) != len(reqs) {
			if err == nil {
				err = NewError(CodeBatchCount, nil, "want", itoa(len(reqs)), "got", itoa(len(out)))
			}
			return make([][]byte, len(reqs)), err
		}
		return out, err
	}
	out := make([][]byte, len(reqs))
	for i := range reqs {
		sig, err := Sign(ctx, s, reqs[i])
		if err != nil {
			return out, &BatchError{Index: i, Err: err}
		}
		out[i] = sig
	}
	return out, nil
}

// SignMessage signs a message: through [MessageSigner] where s is one, else by signing its digest. A key that signs only messages
// behind a Signer that takes only digests is refused with [ErrUnsupportedAlgorithm].
func SignMessage(ctx context.Context, s Signer, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	if s == nil {
		return nil, NewError(CodeKeyNotFound, nil)
	}
	if isNil(opts) {
		return nil, NewError(CodeNoOptions, nil)
	}
	if err := Cancelled(ctx); err != nil {
		return nil, err
	}
	if m, ok := s.(MessageSigner); ok {
		return m.SignMessage(ctx, message, opts)
	}
	h, ok := alg.HashOf(opts.HashFunc())
	if !ok {
		return nil, NewError(CodeMessageOnly, nil)
	}
	d := h.Crypto.New()
	d.Write(message)
	return s.Sign(ctx, d.Sum(nil), opts)
}

// check refuses requests that no key could answer, and all when ctx has ended.
func check(ctx context.Context, req Request) error {
	if err := CheckRequest(req); err != nil {
		return err
	}
	return Cancelled(ctx)
}

// CheckRequest refuses requests that no key could answer: without options, with both a digest and a message or neither, or with a digest
// that is not of its hash. Implementations of [BatchSigner] call it first.
func CheckRequest(req Request) error {
	if isNil(req.Opts) {
		return NewError(CodeNoOptions, nil)
	}
	if (req.Digest == nil) == (req.Message == nil) {
		return NewError(CodeDigestOrMessage, nil)
	}
	if req.Digest != nil {
		return CheckDigest(req.Digest, req.Opts)
	}
	return nil
}
