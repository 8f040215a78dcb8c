package signer_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/kyso-dev/kyso/signer"
)

var digest = sha256.Sum256([]byte("m"))

func fromCrypto(t testing.TB, key crypto.Signer) signer.Signer {
	t.Helper()
	s, err := signer.FromCrypto(key, selfSigned(key))
	ok(t, err)
	return s
}

func TestFromCrypto(t *testing.T) {
	for _, key := range []crypto.Signer{rsaKey(), p256(), p384(), p521()} {
		s := fromCrypto(t, key)
		sig, err := s.Sign(t.Context(), digest[:], crypto.SHA256)
		ok(t, err)
		switch k := key.Public().(type) {
		case *rsa.PublicKey:
			ok(t, rsa.VerifyPKCS1v15(k, crypto.SHA256, digest[:], sig))
			sig, err = s.Sign(t.Context(), digest[:], &rsa.PSSOptions{SaltLength: 32, Hash: crypto.SHA256})
			ok(t, err)
			ok(t, rsa.VerifyPSS(k, crypto.SHA256, digest[:], sig, &rsa.PSSOptions{SaltLength: 32}))
		case *ecdsa.PublicKey:
			if !ecdsa.VerifyASN1(k, digest[:], sig) {
				t.Error("the signature does not verify")
			}
			_, err = s.Sign(t.Context(), digest[:], &rsa.PSSOptions{SaltLength: 32, Hash: crypto.SHA256})
			wantCode(t, err, signer.CodeUnsupportedAlgorithm)
		}
		for name, tc := range map[string]struct {
			digest []byte
			opts   crypto.SignerOpts
			code   string
		}{
			"short":      {digest[1:], crypto.SHA256, "signer.digest-length"},
			"empty":      {nil, crypto.SHA256, "signer.digest-length"},
			"long":       {append(digest[:], 0), crypto.SHA256, "signer.digest-length"},
			"other hash": {digest[:], crypto.SHA512, "signer.digest-length"},
			"no hash":    {digest[:], crypto.Hash(0), "signer.no-options"},
			"nil":        {digest[:], nil, "signer.no-options"},
			"nil PSS":    {digest[:], (*rsa.PSSOptions)(nil), "signer.no-options"},
			"PSS, none":  {digest[:], &rsa.PSSOptions{}, "signer.no-options"},
			"SHA-1":      {make([]byte, 20), crypto.SHA1, "signer.unsupported-algorithm"},
			"MD5":        {make([]byte, 16), crypto.MD5, "signer.unsupported-algorithm"},
			"BLAKE2":     {make([]byte, 32), crypto.BLAKE2b_256, "signer.unsupported-algorithm"},
			"odd hash":   {make([]byte, 32), crypto.Hash(99), "signer.unsupported-algorithm"},
		} {
			_, err := s.Sign(t.Context(), tc.digest, tc.opts)
			var c interface{ Code() string }
			if !errors.As(err, &c) || c.Code() != tc.code {
				t.Errorf("%T, %s: got %v, want %s", key, name, err, tc.code)
			}
		}
		chain, err := s.Certificates(t.Context())
		ok(t, err)
		chain[0] = nil // the caller's own
		chain, err = s.Certificates(t.Context())
		ok(t, err)
		if chain[0] == nil {
			t.Error("Certificates hands out its own slice")
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Sign(ended, digest[:], crypto.SHA256); !errors.Is(err, signer.ErrCancelled) || !errors.Is(err, context.Canceled) {
			t.Errorf("an ended context: %v", err)
		}
		if _, err := s.Certificates(ended); !errors.Is(err, signer.ErrCancelled) {
			t.Errorf("an ended context: %v", err)
		}
		if _, is := s.(signer.MessageSigner); is {
			t.Errorf("%T signs messages", key)
		}
	}
	_, err := signer.FromCrypto(nil)
	wantCode(t, err, signer.CodeKeyNotFound)
	_, err = signer.FromCrypto(p256())
	wantCode(t, err, signer.CodeNoCertificate)
	_, err = signer.FromCrypto(p256(), selfSigned(p384()))
	wantCode(t, err, signer.CodeKeyMismatch)
	_, err = signer.FromCrypto(must(rsa.GenerateKey(rand.Reader, 1024)))
	wantCode(t, err, signer.CodeUnsupportedAlgorithm)
	if !strings.Contains(err.Error(), "2048") {
		t.Errorf("does not say what is needed: %v", err)
	}
	_, err = signer.FromCrypto(must(ecdsa.GenerateKey(elliptic.P224(), rand.Reader)))
	wantCode(t, err, signer.CodeUnsupportedAlgorithm)
}

// TestEd25519 signs messages (RFC 8419); a digest is refused, whatever hash is named.
func TestEd25519(t *testing.T) {
	s := fromCrypto(t, edKey())
	m, is := s.(signer.MessageSigner)
	if !is {
		t.Fatal("not a MessageSigner")
	}
	for _, message := range [][]byte{{}, []byte("m"), bytes.Repeat([]byte("long "), 1<<15)} {
		sig, err := m.SignMessage(t.Context(), message, crypto.Hash(0))
		ok(t, err)
		if !ed25519.Verify(edKey().Public().(ed25519.PublicKey), message, sig) {
			t.Errorf("%d octets: the signature does not verify", len(message))
		}
	}
	for _, opts := range []crypto.SignerOpts{crypto.SHA512, crypto.SHA256, crypto.Hash(0)} {
		_, err := s.Sign(t.Context(), make([]byte, 64), opts)
		wantCode(t, err, signer.CodeMessageOnly)
		if !errors.Is(err, signer.ErrUnsupportedAlgorithm) {
			t.Errorf("%v", err)
		}
	}
	_, err := s.Sign(t.Context(), make([]byte, 64), nil)
	wantCode(t, err, signer.CodeNoOptions)
	_, err = m.SignMessage(t.Context(), []byte("m"), nil)
	wantCode(t, err, signer.CodeNoOptions)
	_, err = m.SignMessage(t.Context(), []byte("m"), crypto.SHA512) // Ed25519ph is another algorithm
	wantCode(t, err, signer.CodeUnsupportedAlgorithm)
	_, err = m.SignMessage(t.Context(), []byte("m"), &ed25519.Options{Context: "c"})
	wantCode(t, err, signer.CodeUnsupportedAlgorithm)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = m.SignMessage(ended, []byte("m"), crypto.Hash(0))
	wantCode(t, err, signer.CodeCancelled)
	// A Signer that takes only digests, with the same key behind it.
	_, err = signer.SignMessage(t.Context(), digestsOnly{s}, []byte("m"), crypto.Hash(0))
	wantCode(t, err, signer.CodeMessageOnly)
	// RFC 8032, 7.1, test 2.
	seed := must(hexBytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
	known := fromCrypto(t, ed25519.NewKeyFromSeed(seed)).(signer.MessageSigner)
	sig, err := known.SignMessage(t.Context(), []byte{0x72}, crypto.Hash(0))
	ok(t, err)
	want := must(hexBytes("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"))
	if !bytes.Equal(sig, want) {
		t.Errorf("RFC 8032: %x", sig)
	}
}

// digestsOnly hides every method but those of Signer.
type digestsOnly struct{ signer.Signer }

func TestSign(t *testing.T) {
	s := fromCrypto(t, rsaKey())
	for name, req := range map[string]signer.Request{
		"neither":  {Opts: crypto.SHA256},
		"both":     {Digest: digest[:], Message: []byte("m"), Opts: crypto.SHA256},
		"no opts":  {Digest: digest[:]},
		"nil opts": {Digest: digest[:], Opts: (*rsa.PSSOptions)(nil)},
		"length":   {Digest: digest[1:], Opts: crypto.SHA256},
	} {
		_, err := signer.Sign(t.Context(), s, req)
		if !errors.Is(err, signer.ErrRequest) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err = signer.Sign(t.Context(), signer.Verifying(s), req); !errors.Is(err, signer.ErrRequest) {
			t.Errorf("%s, verifying: %v", name, err)
		}
		if _, err = signer.SignBatch(t.Context(), s, []signer.Request{{Digest: digest[:], Opts: crypto.SHA256}, req}); !errors.Is(err, signer.ErrRequest) {
			t.Errorf("%s, batch: %v", name, err)
		}
	}
	_, err := signer.Sign(t.Context(), nil, signer.Request{})
	wantCode(t, err, signer.CodeKeyNotFound)
	_, err = signer.SignMessage(t.Context(), nil, nil, crypto.SHA256)
	wantCode(t, err, signer.CodeKeyNotFound)
	_, err = signer.SignBatch(t.Context(), nil, nil)
	wantCode(t, err, signer.CodeKeyNotFound)
	_, err = signer.SignMessage(t.Context(), s, nil, nil)
	wantCode(t, err, signer.CodeNoOptions)

	// A message behind a signer of digests is hashed here.
	sig, err := signer.Sign(t.Context(), s, signer.Request{Message: []byte("m"), Opts: crypto.SHA256})
	ok(t, err)
	ok(t, rsa.VerifyPKCS1v15(&rsaKey().PublicKey, crypto.SHA256, digest[:], sig))
	_, err = signer.Sign(t.Context(), signer.Verifying(s), signer.Request{Message: []byte("m"), Opts: crypto.SHA256})
	ok(t, err)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = signer.Sign(ended, s, signer.Request{Digest: digest[:], Opts: crypto.SHA256})
	wantCode(t, err, signer.CodeCancelled)
	_, err = signer.SignMessage(ended, s, []byte("m"), crypto.SHA256)
	wantCode(t, err, signer.CodeCancelled)
}

// fake is a signer whose every answer is given.
type fake struct {
	signer.Signer
	sign  func(digest []byte, opts crypto.SignerOpts) ([]byte, error)
	certs func() ([]*x509.Certificate, error)
}

func (f fake) Sign(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if f.sign == nil {
		return f.Signer.Sign(ctx, digest, opts)
	}
	return f.sign(digest, opts)
}

func (f fake) Certificates(ctx context.Context) ([]*x509.Certificate, error) {
	if f.certs == nil {
		return f.Signer.Certificates(ctx)
	}
	return f.certs()
}

// batch is a BatchSigner whose answer is given.
type batch struct {
	signer.Signer
	answer func([]signer.Request) ([][]byte, error)
}

func (b batch) SignBatch(_ context.Context, reqs []signer.Request) ([][]byte, error) {
	return b.answer(reqs)
}

func requests(n int) (reqs []signer.Request) {
	for i := range n {
		d := sha256.Sum256([]byte{byte(i)})
		reqs = append(reqs, signer.Request{Digest: d[:], Opts: crypto.SHA256})
	}
	return reqs
}

func TestSignBatch(t *testing.T) {
	s := fromCrypto(t, rsaKey())
	check := func(sigs [][]byte, reqs []signer.Request) {
		t.Helper()
		if len(sigs) != len(reqs) {
			t.Fatalf("%d signatures for %d requests", len(sigs), len(reqs))
		}
		for i := range sigs {
			ok(t, rsa.VerifyPKCS1v15(&rsaKey().PublicKey, crypto.SHA256, reqs[i].Digest, sigs[i]))
		}
	}
	reqs := requests(3)
	sigs, err := signer.SignBatch(t.Context(), s, reqs)
	ok(t, err)
	check(sigs, reqs)
	all := batch{s, func(reqs []signer.Request) ([][]byte, error) { return signer.SignBatch(t.Context(), s, reqs) }}
	sigs, err = signer.SignBatch(t.Context(), all, reqs)
	ok(t, err)
	check(sigs, reqs)
	sigs, err = signer.SignBatch(t.Context(), s, nil)
	ok(t, err)
	check(sigs, nil)

	// One by one, the third fails: the first two are kept.
	n := 0
	third := fake{Signer: s, sign: func(d []byte, o crypto.SignerOpts) ([]byte, error) {
		if n++; n == 3 {
			return nil, signer.NewError(signer.CodeQuota, nil)
		}
		return s.Sign(t.Context(), d, o)
	}}
	sigs, err = signer.SignBatch(t.Context(), third, reqs)
	var at *signer.BatchError
	if !errors.As(err, &at) || at.Index != 2 || !errors.Is(err, signer.ErrQuota) {
		t.Errorf("%v", err)
	}
	check(sigs[:2], reqs[:2])
	if len(sigs) != 3 || sigs[2] != nil {
		t.Error("something was made of the third")
	}
	// A batch signer that returns another number.
	for _, count := range []int{0, 2, 4} {
		_, err = signer.SignBatch(t.Context(), batch{s, func([]signer.Request) ([][]byte, error) { return make([][]byte, count), nil }}, reqs)
		wantCode(t, err, signer.CodeBatchCount)
		if !errors.Is(err, signer.ErrProtocol) {
			t.Errorf("%v", err)
		}
	}
	sigs, err = signer.SignBatch(t.Context(), batch{s, func([]signer.Request) ([][]byte, error) { return nil, signer.NewError(signer.CodeRefused, nil) }}, reqs)
	if !errors.Is(err, signer.ErrRefused) || len(sigs) != 3 {
		t.Errorf("%d, %v", len(sigs), err)
	}
}

// TestK2Verifying: a value by another key, over another digest, with another hash or algorithm is never handed out; the honest twin is.
func TestK2Verifying(t *testing.T) {
	s := fromCrypto(t, rsaKey())
	good := signer.Verifying(s)
	if signer.Verifying(good) != good {
		t.Error("wrapped twice")
	}
	_, err := good.Sign(t.Context(), digest[:], crypto.SHA256)
	ok(t, err)
	for _, salt := range []int{rsa.PSSSaltLengthAuto, rsa.PSSSaltLengthEqualsHash, 20, 32} {
		_, err = good.Sign(t.Context(), digest[:], &rsa.PSSOptions{SaltLength: salt, Hash: crypto.SHA256})
		ok(t, err)
	}
	ed := signer.Verifying(fromCrypto(t, edKey()))
	_, err = signer.SignMessage(t.Context(), ed, []byte("m"), crypto.Hash(0))
	ok(t, err)
	_, err = ed.Sign(t.Context(), digest[:], crypto.SHA256)
	if !errors.Is(err, signer.ErrUnsupportedAlgorithm) {
		t.Errorf("a digest for Ed25519: %v", err)
	}

	other := must(rsa.GenerateKey(rand.Reader, 2048))
	for name, sign := range map[string]func([]byte, crypto.SignerOpts) ([]byte, error){
		"another key": func(d []byte, o crypto.SignerOpts) ([]byte, error) { return other.Sign(rand.Reader, d, o) },
		"another digest": func(_ []byte, o crypto.SignerOpts) ([]byte, error) {
			return rsaKey().Sign(rand.Reader, make([]byte, 32), o)
		},
		"another hash": func(d []byte, _ crypto.SignerOpts) ([]byte, error) {
			return rsaKey().Sign(rand.Reader, d, crypto.SHA3_256)
		},
		"another algorithm": func(d []byte, _ crypto.SignerOpts) ([]byte, error) {
			return rsa.SignPSS(rand.Reader, rsaKey(), crypto.SHA256, d, nil)
		},
		"nothing":          func([]byte, crypto.SignerOpts) ([]byte, error) { return nil, nil },
		"too short":        func([]byte, crypto.SignerOpts) ([]byte, error) { return make([]byte, 10), nil },
		"zeros":            func([]byte, crypto.SignerOpts) ([]byte, error) { return make([]byte, 256), nil },
		"a changed digest": func(d []byte, o crypto.SignerOpts) ([]byte, error) { clear(d); return rsaKey().Sign(rand.Reader, d, o) },
	} {
		bad := signer.Verifying(fake{Signer: s, sign: sign})
		sig, err := bad.Sign(t.Context(), digest[:], crypto.SHA256)
		if sig != nil || !errors.Is(err, signer.ErrSignatureInvalid) || !errors.Is(err, signer.ErrProtocol) {
			t.Errorf("%s: %x, %v", name, sig, err)
		}
		sigs, err := signer.SignBatch(t.Context(), bad, requests(2))
		if !errors.Is(err, signer.ErrSignatureInvalid) || sigs[0] != nil || sigs[1] != nil {
			t.Errorf("%s, batch: %x, %v", name, sigs, err)
		}
	}
	if digest != sha256.Sum256([]byte("m")) {
		t.Error("the caller's digest was changed")
	}
	// What was signed before an error is kept, when it is good.
	first := must(s.Sign(t.Context(), requests(1)[0].Digest, crypto.SHA256))
	for _, keep := range []bool{true, false} {
		answer := [][]byte{first, nil, nil}
		if !keep {
			answer[0] = []byte("no signature")
		}
		sigs, err := signer.SignBatch(t.Context(), signer.Verifying(batch{s, func([]signer.Request) ([][]byte, error) {
			return answer, signer.NewError(signer.CodeOutcomeUnknown, nil)
		}}), requests(3))
		if !errors.Is(err, signer.ErrOutcomeUnknown) || (sigs[0] != nil) != keep || errors.Is(err, signer.ErrSignatureInvalid) == keep {
			t.Errorf("keep=%v: %x, %v", keep, sigs, err)
		}
	}
	// Two values that changed places.
	_, err = signer.SignBatch(t.Context(), signer.Verifying(batch{s, func(reqs []signer.Request) ([][]byte, error) {
		sigs, err := signer.SignBatch(t.Context(), s, reqs)
		sigs[0], sigs[1] = sigs[1], sigs[0]
		return sigs, err
	}}), requests(2))
	wantCode(t, err, signer.CodeSignatureInvalid)
	// A nil in the place of a value, and no error.
	_, err = signer.SignBatch(t.Context(), signer.Verifying(batch{s, func(reqs []signer.Request) ([][]byte, error) { return make([][]byte, len(reqs)), nil }}), requests(2))
	wantCode(t, err, signer.CodeSignatureInvalid)
	// Certificates that are missing, or belong to a key that does not sign.
	for name, certs := range map[string][]*x509.Certificate{"none": nil, "nil": {nil}, "P-224": {selfSigned(must(ecdsa.GenerateKey(elliptic.P224(), rand.Reader)))}} {
		bad := signer.Verifying(fake{Signer: s, certs: func() ([]*x509.Certificate, error) { return certs, nil }})
		if _, err := bad.Sign(t.Context(), digest[:], crypto.SHA256); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if _, err := bad.Certificates(t.Context()); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	asked := 0
	flaky := signer.Verifying(fake{Signer: s, certs: func() ([]*x509.Certificate, error) {
		if asked++; asked == 1 {
			return nil, signer.NewError(signer.CodeUnavailable, nil)
		}
		return s.Certificates(t.Context())
	}})
	if _, err := flaky.Sign(t.Context(), digest[:], crypto.SHA256); !errors.Is(err, signer.ErrUnavailable) {
		t.Error(err)
	}
	for range 3 {
		_, err := flaky.Sign(t.Context(), digest[:], crypto.SHA256)
		ok(t, err)
	}
	if asked != 2 {
		t.Errorf("the certificates were asked for %d times", asked)
	}
	_, err = signer.Verifying(nil).Sign(t.Context(), digest[:], crypto.SHA256)
	wantCode(t, err, signer.CodeKeyNotFound)
	_, err = signer.Verifying(nil).Certificates(t.Context())
	wantCode(t, err, signer.CodeKeyNotFound)
}

// TestToCrypto: a signer drives the standard library, here to issue certificates, and comes back as itself.
func TestToCrypto(t *testing.T) {
	for _, key := range []crypto.Signer{rsaKey(), p256(), p384(), p521(), edKey()} {
		s := fromCrypto(t, key)
		bridge, err := signer.ToCrypto(t.Context(), s)
		ok(t, err)
		certify("issued", key.Public(), nil, bridge, nil) // checks the signature
		again, err := signer.FromCrypto(bridge, selfSigned(key))
		ok(t, err)
		if _, is := again.(signer.MessageSigner); is {
			_, err = signer.SignMessage(t.Context(), signer.Verifying(again), []byte("m"), crypto.Hash(0))
		} else {
			_, err = signer.Verifying(again).Sign(t.Context(), digest[:], crypto.SHA256)
		}
		ok(t, err)
		sig, err := crypto.SignMessage(bridge, nil, []byte("m"), hashFor(key))
		ok(t, err)
		ok(t, selfSigned(key).CheckSignature(algorithmFor(key), []byte("m"), sig))
	}
	bridge, err := signer.ToCrypto(t.Context(), fromCrypto(t, rsaKey()))
	ok(t, err)
	for _, salt := range []int{rsa.PSSSaltLengthAuto, rsa.PSSSaltLengthEqualsHash, 32} {
		sig, err := bridge.Sign(nil, digest[:], &rsa.PSSOptions{SaltLength: salt, Hash: crypto.SHA256})
		ok(t, err)
		ok(t, rsa.VerifyPSS(&rsaKey().PublicKey, crypto.SHA256, digest[:], sig, &rsa.PSSOptions{SaltLength: 32}))
	}
	for _, opts := range []crypto.SignerOpts{nil, crypto.Hash(0), crypto.SHA512} {
		_, err := bridge.Sign(nil, digest[:], opts)
		if !errors.Is(err, signer.ErrRequest) {
			t.Errorf("%v: %v", opts, err)
		}
	}
	_, err = signer.ToCrypto(t.Context(), nil)
	wantCode(t, err, signer.CodeKeyNotFound)
	_, err = signer.ToCrypto(t.Context(), fake{Signer: fromCrypto(t, p256()), certs: func() ([]*x509.Certificate, error) { return nil, nil }})
	wantCode(t, err, signer.CodeNoCertificate)
	ended, cancel := context.WithCancel(t.Context())
	bridge, err = signer.ToCrypto(ended, fromCrypto(t, p256()))
	ok(t, err)
	cancel()
	_, err = bridge.Sign(nil, digest[:], crypto.SHA256)
	wantCode(t, err, signer.CodeCancelled)
}

func hashFor(key crypto.Signer) crypto.SignerOpts {
	if _, is := key.(ed25519.PrivateKey); is {
		return crypto.Hash(0)
	}
	return crypto.SHA256
}

func algorithmFor(key crypto.Signer) x509.SignatureAlgorithm {
	switch key.(type) {
	case *rsa.PrivateKey:
		return x509.SHA256WithRSA
	case ed25519.PrivateKey:
		return x509.PureEd25519
	}
	return x509.ECDSAWithSHA256
}

// broken is a standard library key that fails in ways of its own.
type broken struct {
	crypto.Signer
	err error
}

func (b broken) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, b.err }

// TestForeignErrors: what a foreign key says becomes one of our kinds, and ours pass as they are.
func TestForeignErrors(t *testing.T) {
	for _, tc := range []struct{ err, want error }{
		{errors.New("CKR_DEVICE_REMOVED"), signer.ErrUnavailable},
		{context.Canceled, signer.ErrCancelled},
		{context.DeadlineExceeded, signer.ErrCancelled},
		{signer.PINIncorrect(1, nil), signer.ErrPINIncorrect},
	} {
		s, err := signer.FromCrypto(broken{p256(), tc.err}, selfSigned(p256()))
		ok(t, err)
		_, err = s.Sign(t.Context(), digest[:], crypto.SHA256)
		if !errors.Is(err, tc.want) || !errors.Is(err, tc.err) {
			t.Errorf("%v became %v", tc.err, err)
		}
	}
}

// TestPrinting: no octet of a key comes out when a signer is printed or logged.
func TestPrinting(t *testing.T) {
	s := fromCrypto(t, edKey())
	bridge := must(signer.ToCrypto(t.Context(), s))
	for _, v := range []any{s, signer.Verifying(s), bridge, fromCrypto(t, rsaKey()), signer.Verifying(fromCrypto(t, rsaKey()))} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d"} {
			text := fmt.Sprintf(verb, v)
			if strings.Contains(text, fmt.Sprint([]byte(edKey()[:4]))[1:8]) || len(text) > 200 {
				t.Errorf("%T with %s: %.300s", v, verb, text)
			}
		}
	}
}
