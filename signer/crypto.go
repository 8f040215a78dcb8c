package signer

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"io"
	"slices"

	"github.com/kyso-dev/kyso/internal/alg"
)

// FromCrypto makes a Signer of a standard library key: software keys, and those of packages such as crypto11. chain holds the key's
// certificate and, in any order, those of its issuers. The result is a [MessageSigner] when the key is Ed25519. It is as safe for
// concurrent use as key; those of the standard library are.
//
// Errors: [ErrKeyNotFound] without a key, [ErrKeyMismatch] when no certificate belongs to it, [ErrUnsupportedAlgorithm] for a kind
// or size of key that does not sign.
func FromCrypto(key crypto.Signer, chain ...*x509.Certificate) (Signer, error) {
	if key == nil {
		return nil, NewError(CodeKeyNotFound, nil)
	}
	pub := key.Public()
	if k, ok := pub.(*ed25519.PublicKey); ok && k != nil {
		pub = *k
	}
	if _, err := alg.ForKey(pub, 0, false); err != nil {
		return nil, unsupported(err, alg.KeyName(pub))
	}
	ordered, err := Chain(pub, chain)
	if err != nil {
		return nil, err
	}
	s := &cryptoSigner{key: key, pub: pub, chain: ordered}
	if leaf, err := alg.PublicKey(ordered[0]); err == nil {
		s.pub = leaf // the certificate may keep the key for RSA-PSS
	}
	if _, ok := pub.(ed25519.PublicKey); ok {
		return &ed25519Signer{cryptoSigner: s}, nil
	}
	return s, nil
}

// cryptoSigner signs digests with a standard library key.
type cryptoSigner struct {
	key   crypto.Signer
	pub   crypto.PublicKey
	chain []*x509.Certificate
}

var (
	_ Signer        = (*cryptoSigner)(nil)
	_ MessageSigner = (*ed25519Signer)(nil)
)

// String names the kind of key. Without it, printing a signer would print the octets of some keys.
func (s *cryptoSigner) String() string { return "signer.FromCrypto(" + alg.KeyName(s.pub) + ")" }

// GoString is String.
func (s *cryptoSigner) GoString() string { return s.String() }

func (s *cryptoSigner) Certificates(ctx context.Context) ([]*x509.Certificate, error) {
	if err := Cancelled(ctx); err != nil {
		return nil, err
	}
	return slices.Clone(s.chain), nil
}

func (s *cryptoSigner) Sign(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if err := CheckDigest(digest, opts); err != nil {
		return nil, err
	}
	if _, err := alg.ForOpts(s.pub, opts); err != nil {
		return nil, unsupported(err, alg.HashName(opts.HashFunc()))
	}
	return s.sign(ctx, digest, opts)
}

func (s *cryptoSigner) sign(ctx context.Context, input []byte, opts crypto.SignerOpts) ([]byte, error) {
	if err := Cancelled(ctx); err != nil {
		return nil, err
	}
	sig, err := s.key.Sign(rand.Reader, input, opts)
	if err != nil {
		return nil, fromKey(err)
	}
	return sig, nil
}

// ed25519Signer signs messages; digests are refused, since Ed25519 over a digest is another algorithm (RFC 8032, 5.1).
type ed25519Signer struct{ *cryptoSigner }

func (s *ed25519Signer) Sign(_ context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if isNil(opts) {
		return nil, NewError(CodeNoOptions, nil)
	}
	return nil, NewError(CodeMessageOnly, nil)
}

func (s *ed25519Signer) SignMessage(ctx context.Context, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	if isNil(opts) {
		return nil, NewError(CodeNoOptions, nil)
	}
	if opts.HashFunc() != 0 {
		return nil, NewError(CodeUnsupportedAlgorithm, nil, "algorithm", "Ed25519 with "+alg.HashName(opts.HashFunc()))
	}
	if _, err := alg.ForOpts(s.pub, opts); err != nil {
		return nil, unsupported(err, "Ed25519")
	}
	return s.sign(ctx, message, opts)
}

// fromKey turns what a foreign key says into our vocabulary: our own errors pass, ended contexts are cancellations, the rest
// means that the key could not be used.
func fromKey(err error) error {
	var own interface{ Code() string }
	switch {
	case errors.As(err, &own):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return NewError(CodeCancelled, err)
	}
	return NewError(CodeUnavailable, err)
}

func unsupported(err error, algorithm string) error {
	return NewError(CodeUnsupportedAlgorithm, err, "algorithm", algorithm)
}

// ToCrypto makes a [crypto.Signer] of a Signer, for libraries that take one. It also implements [crypto.MessageSigner]. Its Public is
// the key of the certificate. Since that interface has no context, ctx stands for every signature made through it. The
// values are not checked; give it [Verifying] of s for that.
func ToCrypto(ctx context.Context, s Signer) (crypto.Signer, error) {
	if s == nil {
		return nil, NewError(CodeKeyNotFound, nil)
	}
	pub, err := leafKey(ctx, s)
	if err != nil {
		return nil, err
	}
	if k, ok := pub.(*alg.PSSKey); ok { // the standard library knows no such type
		pub = k.Key
	}
	return &bridge{ctx: ctx, signer: s, pub: pub}, nil
}

// leafKey is the public key of the signer's own certificate.
func leafKey(ctx context.Context, s Signer) (crypto.PublicKey, error) {
	chain, err := s.Certificates(ctx)
	if err != nil {
		return nil, err
	}
	if len(chain) == 0 || chain[0] == nil {
		return nil, NewError(CodeNoCertificate, nil)
	}
	pub, err := alg.PublicKey(chain[0])
	if err != nil {
		return nil, unsupported(err, alg.KeyName(chain[0].PublicKey))
	}
	return pub, nil
}

// bridge is the way back to the standard library. It holds a context because crypto.Signer has no room for one.
type bridge struct {
	ctx    context.Context //nolint:containedctx // see above
	signer Signer
	pub    crypto.PublicKey
}

var (
	_ crypto.Signer        = (*bridge)(nil)
	_ crypto.MessageSigner = (*bridge)(nil)
)

// String names the kind of key.
func (b *bridge) String() string { return "signer.ToCrypto(" + alg.KeyName(b.pub) + ")" }

// GoString is String.
func (b *bridge) GoString() string { return b.String() }

func (b *bridge) Public() crypto.PublicKey { return b.pub }

// Sign signs a digest; as crypto.Signer has it, for Ed25519 it is the message and opts.HashFunc() is 0.
func (b *bridge) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if isNil(opts) {
		return nil, NewError(CodeNoOptions, nil)
	}
	if _, ok := b.pub.(ed25519.PublicKey); ok && opts.HashFunc() == 0 {
		return SignMessage(b.ctx, b.signer, digest, opts)
	}
	return Sign(b.ctx, b.signer, Request{Digest: nonNil(digest), Opts: explicitSalt(opts)})
}

func (b *bridge) SignMessage(_ io.Reader, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	if isNil(opts) {
		return nil, NewError(CodeNoOptions, nil)
	}
	return SignMessage(b.ctx, b.signer, message, opts)
}

// explicitSalt replaces the two special salt lengths of the standard library by the lengths they mean: as long as the hash, which
// is also what "automatic" becomes, since tokens and services ask for one and verifiers expect that one.
func explicitSalt(opts crypto.SignerOpts) crypto.SignerOpts {
	pss, ok := opts.(*rsa.PSSOptions)
	if !ok || pss.SaltLength > 0 || pss.Hash == 0 {
		return opts
	}
	return &rsa.PSSOptions{SaltLength: pss.Hash.Size(), Hash: pss.Hash}
}

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
