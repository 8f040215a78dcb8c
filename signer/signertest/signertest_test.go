package signertest

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kyso-dev/kyso/signer"
)

var (
	rsaKey  = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	ecKey   = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })
	edKey   = sync.OnceValue(func() ed25519.PrivateKey { _, k, err := ed25519.GenerateKey(rand.Reader); return must(k, err) })
	rootKey = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// chainFor makes leaf, CA and root.
func chainFor(key crypto.Signer) []*x509.Certificate {
	make := func(name string, pub crypto.PublicKey, issuer *x509.Certificate) *x509.Certificate {
		c := &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour),
			IsCA: name != "leaf", BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		}
		if issuer == nil {
			issuer = c
		}
		return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, c, issuer, pub, rootKey()))))
	}
	root := make("root", rootKey().Public(), nil)
	ca := make("ca", rootKey().Public(), root)
	return []*x509.Certificate{make("leaf", key.Public(), ca), ca, root}
}

func good(key crypto.Signer) signer.Signer { return must(signer.FromCrypto(key, chainFor(key)...)) }

var (
	rsaClaims = Capabilities{Concurrent: true, Algorithms: []crypto.SignerOpts{
		crypto.SHA256, crypto.SHA384, &rsa.PSSOptions{SaltLength: 32, Hash: crypto.SHA256}, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA512},
	}}
	ecClaims = Capabilities{Concurrent: true, Algorithms: []crypto.SignerOpts{crypto.SHA256, crypto.SHA512, crypto.SHA3_256}}
	edClaims = Capabilities{Concurrent: true, Algorithms: []crypto.SignerOpts{crypto.Hash(0)}}
)

// TestGoodSigners: software keys pass, as subtests of a real test, and so do what is wrapped around them.
func TestGoodSigners(t *testing.T) {
	for name, tc := range map[string]struct {
		key    crypto.Signer
		claims Capabilities
	}{"RSA": {rsaKey(), rsaClaims}, "ECDSA": {ecKey(), ecClaims}, "Ed25519": {edKey(), edClaims}} {
		t.Run(name, func(t *testing.T) { Test(t, func(testing.TB) signer.Signer { return good(tc.key) }, tc.claims) })
		t.Run(name+"/Verifying", func(t *testing.T) {
			Test(t, func(testing.TB) signer.Signer { return signer.Verifying(good(tc.key)) }, tc.claims)
		})
		t.Run(name+"/back and forth", func(t *testing.T) {
			Test(t, func(t testing.TB) signer.Signer {
				return must(signer.FromCrypto(must(signer.ToCrypto(t.Context(), good(tc.key))), chainFor(tc.key)...))
			}, tc.claims)
		})
	}
	t.Run("waits", func(t *testing.T) {
		claims := ecClaims
		claims.CancelStopsRemote = true
		claims.Concurrent = false
		Test(t, func(t testing.TB) signer.Signer {
			r := &remote{Signer: good(ecKey())}
			if strings.HasSuffix(t.Name(), "/Cancel") {
				r.wait = 300 * time.Millisecond
			}
			return r
		}, claims)
	})
	t.Run("answers at once and looks again", func(t *testing.T) {
		claims := ecClaims
		claims.CancelStopsRemote = true
		Test(t, func(testing.TB) signer.Signer { return &remote{Signer: good(ecKey())} }, claims)
	})
}

// remote is a signer with a service behind it, which works for a while and stops when it is told to.
type remote struct {
	signer.Signer
	wait time.Duration
	open atomic.Int32

	deaf    bool // goes on after the context has ended
	forgets bool // leaves its operation open
}

func (r *remote) OpenOperations() int { return int(r.open.Load()) }

func (r *remote) Sign(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if err := signer.Cancelled(ctx); err != nil {
		return nil, err
	}
	r.open.Add(1)
	if !r.forgets {
		defer r.open.Add(-1)
	}
	if r.deaf {
		time.Sleep(r.wait)
		return r.Signer.Sign(context.WithoutCancel(ctx), digest, opts)
	}
	select {
	case <-ctx.Done():
		return nil, signer.Cancelled(ctx)
	case <-time.After(r.wait):
	}
	if err := signer.Cancelled(ctx); err != nil {
		return nil, err
	}
	return r.Signer.Sign(ctx, digest, opts)
}

// defect is a Signer with one thing wrong. What it does not override is right.
type defect struct {
	signer.Signer
	sign    func(s signer.Signer, ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error)
	message func(s signer.Signer, ctx context.Context, message []byte, opts crypto.SignerOpts) ([]byte, error)
	certs   func() ([]*x509.Certificate, error)
}

func (d *defect) Sign(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if d.sign == nil {
		return d.Signer.Sign(ctx, digest, opts)
	}
	return d.sign(d.Signer, ctx, digest, opts)
}

func (d *defect) SignMessage(ctx context.Context, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	if d.message == nil {
		return signer.SignMessage(ctx, d.Signer, message, opts)
	}
	return d.message(d.Signer, ctx, message, opts)
}

func (d *defect) Certificates(ctx context.Context) ([]*x509.Certificate, error) {
	if d.certs == nil {
		return d.Signer.Certificates(ctx)
	}
	return d.certs()
}

// batchDefect answers batches wrongly.
type batchDefect struct {
	signer.Signer
	batch func(s signer.Signer, ctx context.Context, reqs []signer.Request) ([][]byte, error)
}

func (b *batchDefect) SignBatch(ctx context.Context, reqs []signer.Request) ([][]byte, error) {
	return b.batch(b.Signer, ctx, reqs)
}

// talkative prints its PIN.
type talkative struct {
	signer.Signer
	pin string
}

type signFunc = func(s signer.Signer, ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error)

func signs(f signFunc) func() signer.Signer {
	return func() signer.Signer { return &defect{Signer: good(ecKey()), sign: f} }
}

func certifies(f func(chain []*x509.Certificate) ([]*x509.Certificate, error)) func() signer.Signer {
	return func() signer.Signer {
		return &defect{Signer: good(ecKey()), certs: func() ([]*x509.Certificate, error) { return f(chainFor(ecKey())) }}
	}
}

func batches(f func(s signer.Signer, ctx context.Context, reqs []signer.Request) ([][]byte, error)) func() signer.Signer {
	return func() signer.Signer { return &batchDefect{good(ecKey()), f} }
}

const pin = "pin-73911"

// TestDefects: each of these signers has one thing wrong, and the part that looks for it has to find it.
func TestDefects(t *testing.T) {
	other := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	stop := ecClaims
	stop.CancelStopsRemote = true
	stop.Patience = time.Second
	alone := ecClaims
	alone.Concurrent = false
	secret := ecClaims
	secret.Secrets = []string{pin}
	raw := func(digest []byte) []byte { return must(ecdsa.SignASN1(rand.Reader, ecKey(), digest)) }

	for name, tc := range map[string]struct {
		make   func() signer.Signer
		claims Capabilities
		part   string // that has to fail
	}{
		"no certificates":    {certifies(func([]*x509.Certificate) ([]*x509.Certificate, error) { return nil, nil }), ecClaims, "Certificates"},
		"a nil certificate":  {certifies(func(c []*x509.Certificate) ([]*x509.Certificate, error) { return append(c, nil), nil }), ecClaims, "Certificates"},
		"certificates fail":  {certifies(func([]*x509.Certificate) ([]*x509.Certificate, error) { return nil, errors.New("x") }), ecClaims, "Certificates"},
		"certificates panic": {certifies(func([]*x509.Certificate) ([]*x509.Certificate, error) { panic("x") }), ecClaims, "Certificates"},
		"its own slice":      {ownSlice, ecClaims, "Certificates"},
		"root first":         {certifies(func(c []*x509.Certificate) ([]*x509.Certificate, error) { slices.Reverse(c); return c, nil }), ecClaims, "Algorithms"},
		"issuers turned": {certifies(func(c []*x509.Certificate) ([]*x509.Certificate, error) {
			return []*x509.Certificate{c[0], c[2], c[1]}, nil
		}), ecClaims, "ChainOrder"},
		"a gap in the chain":  {certifies(func(c []*x509.Certificate) ([]*x509.Certificate, error) { return []*x509.Certificate{c[0], c[2]}, nil }), ecClaims, "ChainOrder"},
		"the leaf twice":      {certifies(func(c []*x509.Certificate) ([]*x509.Certificate, error) { return []*x509.Certificate{c[0], c[0]}, nil }), ecClaims, "ChainOrder"},
		"a stranger":          {certifies(func(c []*x509.Certificate) ([]*x509.Certificate, error) { return append(c, chainFor(other)[0]), nil }), ecClaims, "ChainOrder"},
		"another certificate": {certifies(func([]*x509.Certificate) ([]*x509.Certificate, error) { return chainFor(other), nil }), ecClaims, "Algorithms"},

		"another key": {signs(func(_ signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
			return good(other).Sign(ctx, d, o)
		}), ecClaims, "Algorithms"},
		"nothing": {signs(func(signer.Signer, context.Context, []byte, crypto.SignerOpts) ([]byte, error) { return nil, nil }), ecClaims, "Algorithms"},
		"a digest again": {signs(func(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
			return hashedAgain(s, ctx, d, o)
		}), ecClaims, "Algorithms"},
		"r‖s": {signs(func(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
			return asRaw(s, ctx, d, o)
		}), ecClaims, "Algorithms"},
		"always refuses": {signs(func(signer.Signer, context.Context, []byte, crypto.SignerOpts) ([]byte, error) {
			return nil, signer.NewError(signer.CodeRefused, nil)
		}), ecClaims, "Algorithms"},
		"one hash only":  {signs(oneHash), ecClaims, "Algorithms"},
		"PKCS#1 for PSS": {func() signer.Signer { return &defect{Signer: good(rsaKey()), sign: pkcs1ForPSS} }, rsaClaims, "Algorithms"},
		"a salt of 20":   {func() signer.Signer { return &defect{Signer: good(rsaKey()), sign: shortSalt} }, rsaClaims, "Algorithms"},
		"never returns": {signs(func(_ signer.Signer, ctx context.Context, _ []byte, _ crypto.SignerOpts) ([]byte, error) {
			<-ctx.Done()
			return nil, signer.Cancelled(ctx)
		}), impatient(ecClaims), "Algorithms"},
		"panics":           {signs(func(signer.Signer, context.Context, []byte, crypto.SignerOpts) ([]byte, error) { panic("x") }), ecClaims, "Algorithms"},
		"value with error": {signs(valueWithError), ecClaims, "DigestLength"},

		"any digest": {signs(func(_ signer.Signer, ctx context.Context, d []byte, _ crypto.SignerOpts) ([]byte, error) {
			return raw(d), signer.Cancelled(ctx)
		}), ecClaims, "DigestLength"},
		"fills short ones":   {signs(fills), ecClaims, "DigestLength"},
		"any hash":           {signs(anyHash), ecClaims, "HashMismatch"},
		"panics without opt": {signs(panicsWithoutOptions), ecClaims, "HashMismatch"},
		"takes no hash":      {signs(takesNoHash), ecClaims, "HashMismatch"},
		"breaks on an error": {breaks, alone, "DigestLength"},
		"untyped refusal":    {signs(untyped), ecClaims, "DigestLength"},
		"refusal unkind":     {signs(unkind), ecClaims, "DigestLength"},

		"clears its input": {signs(func(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
			v, err := s.Sign(ctx, d, o)
			clear(d)
			return v, err
		}), ecClaims, "Input"},
		"writes behind input": {signs(writesBehind), ecClaims, "Input"},
		"one buffer":          {oneBuffer, alone, "Output"},
		"the first value":     {firstValue, alone, "Output"},

		"batch turned":      {batches(turned), ecClaims, "Batch"},
		"batch too short":   {batches(tooShort), ecClaims, "Batch"},
		"batch all alike":   {batches(alike), ecClaims, "Batch"},
		"batch signs all":   {batches(signsAll), ecClaims, "Batch"},
		"batch fails empty": {batches(failsEmpty), ecClaims, "Batch"},

		"signs for nobody": {signs(func(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
			return s.Sign(context.WithoutCancel(ctx), d, o)
		}), ecClaims, "EndedContext"},
		"bare context error": {signs(bareContextError), ecClaims, "EndedContext"},
		"kind without cause": {signs(kindWithoutCause), ecClaims, "EndedContext"},

		"software claims to stop": {func() signer.Signer { return good(ecKey()) }, stop, "Cancel"},
		"deaf and slow":           {func() signer.Signer { return &remote{Signer: good(ecKey()), wait: 300 * time.Millisecond, deaf: true} }, stop, "Cancel"},
		"deaf and very slow":      {func() signer.Signer { return &remote{Signer: good(ecKey()), wait: 1500 * time.Millisecond, deaf: true} }, stop, "Cancel"},
		"leaves it open": {func() signer.Signer {
			return &remote{Signer: good(ecKey()), wait: 200 * time.Millisecond, forgets: true}
		}, stop, "Cancel"},

		"not for many":      {notForMany, ecClaims, "Concurrent"},
		"refuses many":      {refusesMany, ecClaims, "Concurrent"},
		"panics with many":  {panicsWithMany, ecClaims, "Concurrent"},
		"PIN in an error":   {signs(pinInError), secret, "Secrets"},
		"PIN in a cause":    {signs(pinInCause), secret, "Secrets"},
		"PIN in a param":    {signs(pinInParam), secret, "Secrets"},
		"PIN encoded":       {signs(pinEncoded), secret, "Secrets"},
		"PIN when printed":  {func() signer.Signer { return &talkative{good(ecKey()), pin} }, secret, "Secrets"},
		"digest in error":   {signs(digestInError), ecClaims, "Secrets"},
		"error has no code": {signs(noCode), ecClaims, "Secrets"},

		"Ed25519 not claimed by the type": {func() signer.Signer { return struct{ signer.Signer }{good(edKey())} }, edClaims, "Messages"},
		"Ed25519 signs digests":           {func() signer.Signer { return &defect{Signer: good(edKey()), sign: signsDigests} }, edClaims, "Messages"},
		"Ed25519 hashes first":            {func() signer.Signer { return &defect{Signer: good(edKey()), message: hashesFirst} }, edClaims, "Messages"},
		"Ed25519, long ones not":          {func() signer.Signer { return &defect{Signer: good(edKey()), message: shortOnly} }, edClaims, "Messages"},

		"claims PSS with an EC key":   {func() signer.Signer { return good(ecKey()) }, Capabilities{Algorithms: []crypto.SignerOpts{crypto.SHA256, &rsa.PSSOptions{SaltLength: 32, Hash: crypto.SHA256}}}, "Algorithms"},
		"claims SHA-1":                {func() signer.Signer { return good(ecKey()) }, Capabilities{Algorithms: []crypto.SignerOpts{crypto.SHA1}}, "Algorithms"},
		"claims Ed25519, EC key":      {func() signer.Signer { return good(ecKey()) }, Capabilities{Algorithms: []crypto.SignerOpts{crypto.Hash(0)}}, "Algorithms"},
		"claims SHA-256, Ed25519 key": {func() signer.Signer { return good(edKey()) }, Capabilities{Algorithms: []crypto.SignerOpts{crypto.SHA256}}, "Algorithms"},
		"claims nothing":              {func() signer.Signer { return good(ecKey()) }, Capabilities{}, ""},
		"claims what is not linked":   {func() signer.Signer { return good(ecKey()) }, Capabilities{Algorithms: []crypto.SignerOpts{crypto.BLAKE2b_256}}, ""},
		"claims a nil algorithm":      {func() signer.Signer { return good(ecKey()) }, Capabilities{Algorithms: []crypto.SignerOpts{nil}}, ""},
		"no signer at all":            {func() signer.Signer { return nil }, ecClaims, "Certificates"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRecorder(t)
			r.guard("", func(t testing.TB) {
				Test(&recorder{TB: t, shared: r.shared}, func(t testing.TB) signer.Signer {
					s := tc.make()
					if slow, is := s.(*remote); is && t.(*recorder).name != tc.part { // only where it matters, to save time
						slow.wait = 0
					}
					return s
				}, tc.claims)
			})
			if len(r.shared.failed) == 0 {
				t.Fatal("the suite finds nothing wrong")
			}
			if r.shared.failed[tc.part] == nil {
				t.Errorf("part %q finds nothing wrong; found were %v", tc.part, r.shared.failed)
			}
		})
	}
}

// TestNotDeclaredNotTested: parts that were not claimed do not run, and a defect in them is not found.
func TestNotDeclaredNotTested(t *testing.T) {
	claims := Capabilities{Algorithms: []crypto.SignerOpts{crypto.SHA256}}
	for name, make := range map[string]func() signer.Signer{
		"not for many": notForMany, "one hash only": signs(oneHash), "software": func() signer.Signer { return good(ecKey()) },
		"no messages": func() signer.Signer { return struct{ signer.Signer }{good(ecKey())} },
	} {
		r := newRecorder(t)
		Test(r, func(testing.TB) signer.Signer { return make() }, claims)
		if len(r.shared.failed) > 0 {
			t.Errorf("%s: %v", name, r.shared.failed)
		}
		for _, part := range []string{"Concurrent", "Cancel", "Messages"} {
			if slices.Contains(r.shared.parts, part) {
				t.Errorf("%s: part %s was not claimed and ran", name, part)
			}
		}
	}
	r := newRecorder(t)
	Test(r, func(testing.TB) signer.Signer { return good(edKey()) }, edClaims)
	for _, part := range []string{"DigestLength", "HashMismatch", "Cancel"} {
		if slices.Contains(r.shared.parts, part) {
			t.Errorf("part %s ran for a key that signs messages", part)
		}
	}
	if !slices.Contains(r.shared.parts, "Concurrent") || !slices.Contains(r.shared.parts, "Messages") {
		t.Errorf("claimed and not run: %v", r.shared.parts)
	}
}

// TestPlainTB: with a testing.TB that has no subtests the parts run one after the other.
func TestPlainTB(t *testing.T) {
	r := newRecorder(t)
	Test(struct{ testing.TB }{r}, func(testing.TB) signer.Signer { return good(ecKey()) }, ecClaims)
	if r.Failed() || len(r.shared.parts) != 0 {
		t.Errorf("%v, %v", r.shared.failed, r.shared.parts)
	}
}

func impatient(c Capabilities) Capabilities {
	c.Patience = 50 * time.Millisecond
	return c
}

func ownSlice() signer.Signer {
	chain := chainFor(ecKey())
	return &defect{Signer: good(ecKey()), certs: func() ([]*x509.Certificate, error) { return chain, nil }}
}

func hashedAgain(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
	if _, err := s.Sign(ctx, d, o); err != nil {
		return nil, err
	}
	return signer.SignMessage(ctx, s, d, o)
}

func asRaw(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
	v, err := s.Sign(ctx, d, o)
	if err != nil {
		return nil, err
	}
	return v[4:], nil
}

func oneHash(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
	if o != nil && o.HashFunc() != 0 && o.HashFunc() != crypto.SHA256 {
		return nil, signer.NewError(signer.CodeUnsupportedAlgorithm, nil, "algorithm", "another hash")
	}
	return s.Sign(ctx, d, o)
}

func pkcs1ForPSS(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
	if pss, ok := o.(*rsa.PSSOptions); ok && pss != nil {
		o = pss.Hash
	}
	return s.Sign(ctx, d, o)
}

func shortSalt(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
	if pss, ok := o.(*rsa.PSSOptions); ok && pss != nil {
		o = &rsa.PSSOptions{SaltLength: 20, Hash: pss.Hash}
	}
	return s.Sign(ctx, d, o)
}

func valueWithError(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
	v, err := s.Sign(ctx, d, o)
	if err != nil {
		v = []byte("something")
	}
	return v, err
}

func fills(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
	if o != nil && o.HashFunc() != 0 && len(d) == o.HashFunc().Size()-1 {
		d = append(bytes.Clone(d), 0)
	}
	return s.Sign(ctx, d, o)
}

func anyHash(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
	for _, h := range []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512} {
		if o != nil && o.HashFunc() != 0 && len(d) == h.Size() {
			o = h
		}
	}
	return s.Sign(ctx, d, o)
}

func panicsWithoutOptions(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
	_ = o.HashFunc()
	return s.Sign(ctx, d, o)
}

func takesNoHash(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
	if o != nil && o.HashFunc() == 0 {
		o = crypto.SHA256
	}
	return s.Sign(ctx, d, o)
}

// breaks signs nothing more after it has refused something.
func breaks() signer.Signer {
	broken := false
	return &defect{Signer: good(ecKey()), sign: func(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
		if broken {
			return nil, signer.NewError(signer.CodeUnavailable, nil)
		}
		v, err := s.Sign(ctx, d, o)
		broken = err != nil
		return v, err
	}}
}

func refusal(with func(d []byte) error) signFunc {
	return func(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
		v, err := s.Sign(ctx, d, o)
		if err != nil && !errors.Is(err, signer.ErrCancelled) {
			err = with(d)
		}
		return v, err
	}
}

var (
	untyped       = refusal(func([]byte) error { return errors.New("no") })
	unkind        = refusal(func([]byte) error { return signer.NewError(signer.CodeUnavailable, nil) })
	noCode        = refusal(func([]byte) error { return errors.New("no") })
	pinInError    = refusal(func([]byte) error { return fmt.Errorf("with %s: %w", pin, signer.NewError(signer.CodeRequest, nil)) })
	pinInCause    = refusal(func([]byte) error { return signer.NewError(signer.CodeRequest, errors.New("POST /sign?pin="+pin)) })
	pinInParam    = refusal(func([]byte) error { return signer.NewError(signer.CodeRequest, nil, "pin", pin) })
	pinEncoded    = refusal(func([]byte) error { return signer.NewError(signer.CodeRequest, fmt.Errorf("%x", pin)) })
	digestInError = refusal(func(d []byte) error { return signer.NewError(signer.CodeRequest, fmt.Errorf("bad digest %x", d)) })
)

func writesBehind(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
	v, err := s.Sign(ctx, d, o)
	_ = append(d, 0)
	return v, err
}

// oneBuffer returns every value in the same octets.
func oneBuffer() signer.Signer {
	var buffer [80]byte
	return &defect{Signer: good(ecKey()), sign: func(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
		v, err := s.Sign(ctx, d, o)
		if err != nil {
			return nil, err
		}
		return buffer[:copy(buffer[:], v)], nil
	}}
}

// firstValue returns its first value for everything.
func firstValue() signer.Signer {
	var first []byte
	return &defect{Signer: good(ecKey()), sign: func(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
		v, err := s.Sign(ctx, d, o)
		if err == nil && first == nil {
			first = v
		}
		if err != nil {
			return nil, err
		}
		return first, nil
	}}
}

func turned(s signer.Signer, ctx context.Context, reqs []signer.Request) ([][]byte, error) {
	v, err := signer.SignBatch(ctx, s, reqs)
	slices.Reverse(v)
	return v, err
}

func tooShort(s signer.Signer, ctx context.Context, reqs []signer.Request) ([][]byte, error) {
	v, err := signer.SignBatch(ctx, s, reqs)
	return v[:max(0, len(v)-1)], err
}

func alike(s signer.Signer, ctx context.Context, reqs []signer.Request) ([][]byte, error) {
	v, err := signer.SignBatch(ctx, s, reqs)
	for i := range v {
		v[i] = v[0]
	}
	return v, err
}

func signsAll(_ signer.Signer, _ context.Context, reqs []signer.Request) ([][]byte, error) {
	var v [][]byte
	for _, r := range reqs {
		v = append(v, must(ecdsa.SignASN1(rand.Reader, ecKey(), r.Digest)))
	}
	return v, nil
}

func failsEmpty(s signer.Signer, ctx context.Context, reqs []signer.Request) ([][]byte, error) {
	if reqs[0].Opts == crypto.SHA256 && len(reqs) == 2 { // the batch with a digest of three bytes
		return [][]byte{{1}, {2}}, signer.NewError(signer.CodeRequest, nil)
	}
	return signer.SignBatch(ctx, s, reqs)
}

func bareContextError(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.Sign(ctx, d, o)
}

func kindWithoutCause(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
	if ctx.Err() != nil {
		return nil, signer.ErrCancelled
	}
	return s.Sign(ctx, d, o)
}

// notForMany keeps the digest in one place while it works, as a token with one operation at a time does.
func notForMany() signer.Signer {
	var mu sync.Mutex // so that the race detector stays quiet about what the suite has to find
	var current []byte
	return &defect{Signer: good(ecKey()), sign: func(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
		if err := signer.CheckDigest(d, o); err != nil {
			return nil, err
		}
		mu.Lock()
		current = d
		mu.Unlock()
		time.Sleep(time.Millisecond)
		mu.Lock()
		d = current
		mu.Unlock()
		return s.Sign(ctx, d, o)
	}}
}

func refusesMany() signer.Signer {
	var busy atomic.Bool
	return &defect{Signer: good(ecKey()), sign: func(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
		if !busy.CompareAndSwap(false, true) {
			return nil, signer.NewError(signer.CodeUnavailable, nil)
		}
		defer busy.Store(false)
		time.Sleep(time.Millisecond)
		return s.Sign(ctx, d, o)
	}}
}

func panicsWithMany() signer.Signer {
	var busy atomic.Bool
	return &defect{Signer: good(ecKey()), sign: func(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
		if !busy.CompareAndSwap(false, true) {
			panic("used by two at once")
		}
		defer busy.Store(false)
		time.Sleep(time.Millisecond)
		return s.Sign(ctx, d, o)
	}}
}

func signsDigests(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
	if o == nil {
		return s.Sign(ctx, d, o)
	}
	return signer.SignMessage(ctx, s, d, crypto.Hash(0))
}

func hashesFirst(s signer.Signer, ctx context.Context, m []byte, o crypto.SignerOpts) ([]byte, error) {
	h := crypto.SHA512.New()
	h.Write(m)
	return signer.SignMessage(ctx, s, h.Sum(nil), o)
}

func shortOnly(s signer.Signer, ctx context.Context, m []byte, o crypto.SignerOpts) ([]byte, error) {
	if len(m) > 1000 {
		return nil, signer.NewError(signer.CodeProtocol, nil, "reason", "too long")
	}
	return signer.SignMessage(ctx, s, m, o)
}

// TestMessagesOfFailures: what the suite says names the claim, so that a reader knows what to change.
func TestMessagesOfFailures(t *testing.T) {
	claims := ecClaims
	claims.CancelStopsRemote = true
	r := newRecorder(t)
	Test(r, func(testing.TB) signer.Signer { return good(ecKey()) }, claims)
	if text := strings.Join(r.shared.failed["Cancel"], "\n"); !strings.Contains(text, "CancelStopsRemote is claimed") || len(r.shared.failed) != 1 {
		t.Errorf("%v", r.shared.failed)
	}
}

// TestHowMany counts the signatures of a run, which the package's documentation promises.
func TestHowMany(t *testing.T) {
	for _, concurrent := range []bool{false, true} {
		var n atomic.Int32
		Test(newRecorder(t), func(testing.TB) signer.Signer {
			return &defect{Signer: good(ecKey()), sign: func(s signer.Signer, ctx context.Context, d []byte, o crypto.SignerOpts) ([]byte, error) {
				v, err := s.Sign(ctx, d, o)
				if err == nil {
					n.Add(1)
				}
				return v, err
			}}
		}, Capabilities{Algorithms: []crypto.SignerOpts{crypto.SHA256}, Concurrent: concurrent})
		if want := int32(10); !concurrent && n.Load() != want || concurrent && n.Load() != want+32 {
			t.Errorf("concurrent=%v: %d signatures", concurrent, n.Load())
		}
	}
}
