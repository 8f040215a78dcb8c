package signertest

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"fmt"
	"testing"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/signer"
)

// Capabilities is what a signer claims.
type Capabilities struct {
	// Algorithms are the options that the key signs with, at least one: crypto.SHA256 and the like (PKCS#1 v1.5 for an RSA key, ECDSA
	// for an EC key), [*rsa.PSSOptions] for RSA-PSS, crypto.Hash(0) for Ed25519, whose signer then is a [signer.MessageSigner].
	Algorithms []crypto.SignerOpts

	// Concurrent claims that one signer may be used by several goroutines at once.
	Concurrent bool

	// CancelStopsRemote claims that a context that ends while a signature is under way ends the work where it is done (the phone, the
	// cloud, the card), so that no signature comes of it any more. A signer that computes in one go, as software keys do, cannot
	// claim it. A signer with a method OpenOperations() int, the number of operations that its service still works on, is asked
	// for it, and it has to come down to 0.
	CancelStopsRemote bool

	// Secrets are the PINs, passwords and tokens that the signer was made with. None may be found in an error or in the signer
	// printed with any verb of package fmt.
	Secrets []string

	// Patience is how long a single call may take; 10 seconds when zero. Set it higher where a person confirms.
	Patience time.Duration
}

// Test runs the suite. newSigner makes a signer that is ready for use, a new one or the same again; it is called once for each
// part of the suite. Where t is a *testing.T every part is a subtest.
func Test(t testing.TB, newSigner func(testing.TB) signer.Signer, c Capabilities) {
	t.Helper()
	if c.Patience <= 0 {
		c.Patience = 10 * time.Second
	}
	if len(c.Algorithms) == 0 {
		t.Fatal("signertest: Capabilities.Algorithms is empty: there is nothing to test")
	}
	digests, messages := false, false
	for _, opts := range c.Algorithms {
		if opts == nil || opts.HashFunc() != 0 && !opts.HashFunc().Available() {
			t.Fatalf("signertest: %v in Capabilities.Algorithms is not linked into the program", opts)
		}
		if opts.HashFunc() == 0 {
			messages = true
		} else {
			digests = true
		}
	}
	parts := []struct {
		name  string
		when  bool
		check func(*suite)
	}{
		{"Certificates", true, (*suite).certificates},
		{"ChainOrder", true, (*suite).chainOrder},
		{"Algorithms", true, (*suite).algorithms},
		{"DigestLength", digests, (*suite).digestLength},
		{"HashMismatch", digests, (*suite).hashMismatch},
		{"Messages", messages, (*suite).messages},
		{"Input", true, (*suite).input},
		{"Output", true, (*suite).output},
		{"Batch", true, (*suite).batch},
		{"EndedContext", true, (*suite).endedContext},
		{"Cancel", c.CancelStopsRemote, (*suite).cancel},
		{"Concurrent", c.Concurrent, (*suite).concurrent},
		{"Secrets", true, (*suite).secrets},
	}
	for _, p := range parts {
		if !p.when {
			continue
		}
		run(t, p.name, func(t testing.TB) {
			t.Helper()
			s := newSigner(t)
			if s == nil {
				t.Fatal("newSigner returned nil")
			}
			p.check(&suite{TB: t, signer: s, claims: c})
		})
	}
}

// run makes a subtest where t can.
func run(t testing.TB, name string, f func(testing.TB)) {
	t.Helper()
	switch t := t.(type) {
	case *testing.T:
		t.Run(name, func(t *testing.T) { t.Helper(); f(t) })
	case interface {
		Run(name string, f func(testing.TB)) bool
	}:
		t.Run(name, f)
	default:
		f(t)
	}
}

// suite is one part at work.
type suite struct {
	testing.TB
	signer signer.Signer
	claims Capabilities
	words  []string // that must not be printed; made when first needed
}

// answer is what a call came to.
type answer struct {
	value []byte
	err   error
	panic any
}

// call runs f within the patience, and turns a panic into an answer. Errors are looked at for secrets wherever they come up.
func (s *suite) call(f func() ([]byte, error)) ([]byte, error) {
	s.Helper()
	select {
	case a := <-s.start(f):
		return s.take(a)
	case <-time.After(s.claims.Patience):
		s.Fatalf("no answer within %v", s.claims.Patience)
		return nil, nil
	}
}

func (s *suite) start(f func() ([]byte, error)) <-chan answer {
	done := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if p := recover(); p != nil {
				a = answer{panic: p}
			}
			done <- a
		}()
		a.value, a.err = f()
	}()
	return done
}

func (s *suite) take(a answer) ([]byte, error) {
	s.Helper()
	if a.panic != nil {
		s.Fatalf("the signer panicked: %v", a.panic)
	}
	if a.err != nil {
		s.clean(a.err)
		if a.value != nil {
			s.Errorf("a value came with an error: %v", a.err)
		}
	}
	return a.value, a.err
}

// sign signs input, a digest or for Ed25519 a message, with opts.
func (s *suite) sign(ctx context.Context, input []byte, opts crypto.SignerOpts) ([]byte, error) {
	s.Helper()
	return s.call(func() ([]byte, error) { return s.raw(ctx, input, opts) })
}

// raw is sign without limits; it may be called from any goroutine.
func (s *suite) raw(ctx context.Context, input []byte, opts crypto.SignerOpts) ([]byte, error) {
	if opts.HashFunc() != 0 {
		return s.signer.Sign(ctx, input, opts)
	}
	m, ok := s.signer.(signer.MessageSigner)
	if !ok {
		return nil, fmt.Errorf("%T claims to sign messages and is not a signer.MessageSigner", s.signer)
	}
	return m.SignMessage(ctx, input, opts)
}

// key is the public key of the signer's own certificate.
func (s *suite) key() crypto.PublicKey {
	s.Helper()
	chain := s.chain()
	pub, err := alg.PublicKey(chain[0])
	if err != nil {
		s.Fatalf("the key of the first certificate: %v", err)
	}
	return pub
}

// verify checks a value under the certificate.
func (s *suite) verify(pub crypto.PublicKey, input, value []byte, opts crypto.SignerOpts) error {
	how, err := alg.ForOpts(pub, opts)
	if err != nil {
		return err
	}
	return how.Verify(pub, input, value)
}

// input makes the n-th input for opts: a digest, or for Ed25519 a message.
func input(opts crypto.SignerOpts, n int) []byte {
	message := fmt.Appendf(nil, "signertest %d: document-that-no-error-may-quote", n)
	if opts.HashFunc() == 0 {
		return message
	}
	h := opts.HashFunc().New()
	h.Write(message)
	return h.Sum(nil)
}

// describe names options for people.
func describe(opts crypto.SignerOpts) string {
	switch o := opts.(type) {
	case *rsa.PSSOptions:
		return fmt.Sprintf("RSA-PSS with %s, salt %d", alg.HashName(o.Hash), o.SaltLength)
	case *ed25519.Options:
		return "Ed25519"
	}
	if opts.HashFunc() == 0 {
		return "Ed25519"
	}
	return alg.HashName(opts.HashFunc())
}
