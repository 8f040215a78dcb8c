package signertest

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"sync"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/signer"
)

// chain asks for the certificates and refuses to go on without a usable leaf.
func (s *suite) chain() []*x509.Certificate {
	s.Helper()
	var chain []*x509.Certificate
	_, err := s.call(func() ([]byte, error) {
		var err error
		chain, err = s.signer.Certificates(s.Context())
		return nil, err
	})
	if err != nil {
		s.Fatalf("Certificates: %v", err)
	}
	if len(chain) == 0 {
		s.Fatal("Certificates returned none: a key without its certificate signs nothing that can be verified")
	}
	for i, c := range chain {
		if c == nil || len(c.Raw) == 0 {
			s.Fatalf("certificate %d of %d is empty", i, len(chain))
		}
	}
	return chain
}

// certificates: the same answer every time, in a slice that is the caller's own.
func (s *suite) certificates() {
	first := s.chain()
	want := first[0]
	s.key()
	for i := range first {
		first[i] = nil
	}
	again := s.chain()
	if len(again) != len(first) || !again[0].Equal(want) {
		s.Error("a second call returned other certificates")
	}
}

// chainOrder: leaf first, each other certificate an issuer of one before it, none twice.
func (s *suite) chainOrder() {
	chain := s.chain()
	for i, c := range chain {
		for j := range i {
			if chain[j].Equal(c) {
				s.Errorf("certificate %d is there twice, as %d too", i, j)
			}
		}
	}
	for i := 1; i < len(chain); i++ {
		issuer := false
		for j := range i {
			issuer = issuer || issued(chain[i], chain[j])
		}
		if !issuer {
			s.Errorf("certificate %d (%s) issued none of those before it: the order is leaf first, then issuer by issuer", i, chain[i].Subject)
		}
	}
}

func issued(parent, child *x509.Certificate) bool {
	if !bytes.Equal(parent.RawSubject, child.RawIssuer) {
		return false
	}
	err := parent.CheckSignature(child.SignatureAlgorithm, child.RawTBSCertificate, child.Signature)
	var insecure x509.InsecureAlgorithmError
	return err == nil || errors.As(err, &insecure) || errors.Is(err, x509.ErrUnsupportedAlgorithm)
}

// algorithms: every algorithm that is claimed gives values that verify under the certificate.
func (s *suite) algorithms() {
	pub := s.key()
	for _, opts := range s.claims.Algorithms {
		if _, err := alg.ForOpts(pub, opts); err != nil {
			s.Errorf("%s is claimed, and the certificate's key (%s) has no such algorithm: %v", describe(opts), alg.KeyName(pub), err)
			continue
		}
		for n := range 2 {
			in := input(opts, n)
			value, err := s.sign(s.Context(), bytes.Clone(in), opts)
			if err != nil {
				s.Errorf("%s is claimed: %v", describe(opts), err)
				break
			}
			if err := s.verify(pub, in, value, opts); err != nil {
				s.Errorf("%s: the value does not verify under the first certificate: another key, another hash or another encoding: %v", describe(opts), err)
				break
			}
		}
	}
}

// refuses checks that a call that makes no sense ended with a typed error of the right kind and without a value.
func (s *suite) refuses(what string, value []byte, err error, kinds ...error) {
	s.Helper()
	if err == nil {
		s.Errorf("%s was signed (%d bytes came back)", what, len(value))
		return
	}
	for _, k := range kinds {
		if errors.Is(err, k) {
			return
		}
	}
	s.Errorf("%s was refused with an error that is none of %v: %v", what, kinds, err)
}

// works checks that the signer still signs after an error.
func (s *suite) works(opts crypto.SignerOpts) {
	s.Helper()
	in := input(opts, 99)
	value, err := s.sign(s.Context(), bytes.Clone(in), opts)
	if err == nil {
		err = s.verify(s.key(), in, value, opts)
	}
	if err != nil {
		s.Errorf("%s: after an error the signer no longer signs: %v", describe(opts), err)
	}
}

// digestLength: a digest that its hash cannot have made is refused.
func (s *suite) digestLength() {
	for _, opts := range s.claims.Algorithms {
		if opts.HashFunc() == 0 {
			continue
		}
		good := input(opts, 0)
		for what, bad := range map[string][]byte{
			"no digest": nil, "an empty digest": {}, "a digest that lacks its last byte": good[:len(good)-1], "a digest with a byte too many": append(bytes.Clone(good), 0),
			"one byte": good[:1], "a digest twice over": append(bytes.Clone(good), good...),
		} {
			value, err := s.sign(s.Context(), bad, opts)
			s.refuses(what+" for "+describe(opts), value, err, signer.ErrRequest, signer.ErrUnsupportedAlgorithm)
		}
		s.works(opts)
	}
}

// hashMismatch: options that do not go with the digest, or say nothing, are refused.
func (s *suite) hashMismatch() {
	for _, opts := range s.claims.Algorithms {
		if opts.HashFunc() == 0 {
			continue
		}
		good := input(opts, 0)
		for _, other := range []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512} {
			if other.Size() == len(good) {
				continue
			}
			wrong := crypto.SignerOpts(other)
			if pss, ok := opts.(*rsa.PSSOptions); ok {
				wrong = &rsa.PSSOptions{SaltLength: pss.SaltLength, Hash: other}
			}
			value, err := s.sign(s.Context(), good, wrong)
			s.refuses("a digest for "+describe(opts)+" said to be "+alg.HashName(other), value, err, signer.ErrRequest, signer.ErrUnsupportedAlgorithm)
		}
		value, err := s.call(func() ([]byte, error) { return s.signer.Sign(s.Context(), good, crypto.Hash(0)) })
		s.refuses("a digest without a hash", value, err, signer.ErrRequest, signer.ErrUnsupportedAlgorithm)
		value, err = s.call(func() ([]byte, error) { return s.signer.Sign(s.Context(), good, nil) })
		s.refuses("a digest without options", value, err, signer.ErrRequest, signer.ErrUnsupportedAlgorithm)
		s.works(opts)
	}
}

// messages: an Ed25519 key signs messages of any length and refuses digests, which would be another algorithm (RFC 8419).
func (s *suite) messages() {
	pub := s.key()
	m, ok := s.signer.(signer.MessageSigner)
	if !ok {
		s.Fatalf("crypto.Hash(0) is claimed, and %T is not a signer.MessageSigner", s.signer)
	}
	none := crypto.Hash(0)
	for _, size := range []int{0, 1, 64, 100_000} {
		message := bytes.Repeat([]byte{0x5A}, size)
		value, err := s.call(func() ([]byte, error) { return m.SignMessage(s.Context(), bytes.Clone(message), none) })
		if err == nil {
			err = s.verify(pub, message, value, none)
		}
		if err != nil {
			s.Errorf("a message of %d bytes: %v", size, err)
		}
	}
	for _, h := range []crypto.Hash{crypto.SHA512, crypto.SHA256} {
		value, err := s.call(func() ([]byte, error) { return s.signer.Sign(s.Context(), make([]byte, h.Size()), h) })
		s.refuses("a "+alg.HashName(h)+" digest for a key that signs messages", value, err, signer.ErrUnsupportedAlgorithm)
	}
	value, err := s.call(func() ([]byte, error) { return m.SignMessage(s.Context(), []byte("m"), nil) })
	s.refuses("a message without options", value, err, signer.ErrRequest, signer.ErrUnsupportedAlgorithm)
	s.works(none)
}

// input: what the signer is given stays as it is, and what happens to it afterwards is of no matter.
func (s *suite) input() {
	pub := s.key()
	for _, opts := range s.claims.Algorithms {
		in := input(opts, 3)
		lent := append(bytes.Clone(in), 0xA5)[:len(in)] // one octet of room behind
		value, err := s.sign(s.Context(), lent, opts)
		if err != nil {
			s.Errorf("%s: %v", describe(opts), err)
			continue
		}
		if !bytes.Equal(lent, in) || lent[:len(in)+1][len(in)] != 0xA5 {
			s.Errorf("%s: the signer wrote to what it was given", describe(opts))
		}
		clear(lent)
		if err := s.verify(pub, in, value, opts); err != nil {
			s.Errorf("%s: the value does not verify: %v", describe(opts), err)
		}
	}
}

// output: a value belongs to the caller; a later one does not change it.
func (s *suite) output() {
	pub := s.key()
	for _, opts := range s.claims.Algorithms {
		a, b := input(opts, 4), input(opts, 5)
		first, err := s.sign(s.Context(), bytes.Clone(a), opts)
		if err != nil {
			s.Errorf("%s: %v", describe(opts), err)
			continue
		}
		second, err := s.sign(s.Context(), bytes.Clone(b), opts)
		if err != nil {
			s.Errorf("%s: %v", describe(opts), err)
			continue
		}
		if s.verify(pub, a, first, opts) != nil {
			s.Errorf("%s: the first value is no longer good after a second was made", describe(opts))
		}
		clear(first)
		if s.verify(pub, b, second, opts) != nil {
			s.Errorf("%s: the second value is not good, or shares its memory with the first", describe(opts))
		}
	}
}

// batch: as many values as requests, in their order, through the signer's own SignBatch where it has one.
func (s *suite) batch() {
	pub := s.key()
	var reqs []signer.Request
	for _, opts := range s.claims.Algorithms {
		for n := range 2 {
			req := signer.Request{Digest: input(opts, n), Opts: opts, DocumentID: "signertest", Title: "signertest"}
			if opts.HashFunc() == 0 {
				req.Digest, req.Message = nil, req.Digest
			}
			reqs = append(reqs, req)
		}
	}
	values, err := s.many(s.Context(), reqs)
	if err != nil {
		s.Fatalf("a batch of %d: %v", len(reqs), err)
	}
	if len(values) != len(reqs) {
		s.Fatalf("a batch of %d returned %d values", len(reqs), len(values))
	}
	for i, req := range reqs {
		in := req.Digest
		if req.Message != nil {
			in = req.Message
		}
		if err := s.verify(pub, in, values[i], req.Opts); err != nil {
			s.Errorf("value %d of the batch is not for request %d: %v", i, i, err)
		}
	}
	if values, err = s.many(s.Context(), nil); err != nil || len(values) != 0 {
		s.Errorf("an empty batch returned %d values and %v", len(values), err)
	}
	b, ok := s.signer.(signer.BatchSigner)
	if !ok {
		return
	}
	for what, wrong := range map[string]signer.Request{
		"a digest of three bytes": {Digest: []byte{1, 2, 3}, Opts: crypto.SHA256}, "a digest without options": {Digest: make([]byte, 32)},
		"a digest with options that are a nil pointer": {Digest: make([]byte, 32), Opts: (*rsa.PSSOptions)(nil)}, "neither digest nor message": {Opts: crypto.SHA256},
	} {
		bad := append(reqs[:1:1], wrong)
		_, err = s.call(func() (v []byte, err error) { values, err = b.SignBatch(s.Context(), bad); return nil, err })
		if err == nil {
			s.Errorf("a batch with %s was signed", what)
		}
		if len(values) > 1 && values[1] != nil {
			s.Errorf("%s has a value", what)
		}
	}
}

func (s *suite) many(ctx context.Context, reqs []signer.Request) (values [][]byte, err error) {
	s.Helper()
	_, err = s.call(func() ([]byte, error) {
		var err error
		values, err = signer.SignBatch(ctx, s.signer, reqs)
		return nil, err
	})
	return values, err
}

// endedContext: nothing is signed for a caller who has gone, and the error says so in both vocabularies.
func (s *suite) endedContext() {
	cancelled, cancel := context.WithCancel(s.Context())
	cancel()
	late, end := context.WithDeadline(s.Context(), time.Now().Add(-time.Second))
	defer end()
	for _, opts := range s.claims.Algorithms {
		for what, tc := range map[string]struct {
			ctx  context.Context //nolint:containedctx // a table of contexts
			want error
		}{"cancelled": {cancelled, context.Canceled}, "past its deadline": {late, context.DeadlineExceeded}} {
			value, err := s.sign(tc.ctx, input(opts, 6), opts)
			if err == nil {
				s.Errorf("%s: signed (%d bytes) for a context that is %s", describe(opts), len(value), what)
			} else if !errors.Is(err, signer.ErrCancelled) || !errors.Is(err, tc.want) {
				s.Errorf("%s: for a context that is %s the error is not both signer.ErrCancelled and %v: %v", describe(opts), what, tc.want, err)
			}
		}
		s.works(opts)
	}
}

// concurrent: several goroutines, each with digests of its own.
func (s *suite) concurrent() {
	pub := s.key()
	type job struct {
		opts  crypto.SignerOpts
		in    []byte
		value []byte
		err   error
	}
	jobs := make([]*job, 32)
	for i := range jobs {
		opts := s.claims.Algorithms[i%len(s.claims.Algorithms)]
		jobs[i] = &job{opts: opts, in: input(opts, 100+i)}
	}
	_, err := s.call(func() ([]byte, error) {
		var wg sync.WaitGroup
		var gate sync.WaitGroup
		gate.Add(1)
		panics := make(chan any, len(jobs))
		for worker := range 8 {
			wg.Go(func() {
				defer func() {
					if p := recover(); p != nil {
						panics <- p
					}
				}()
				gate.Wait() // all at once
				for i := worker; i < len(jobs); i += 8 {
					j := jobs[i]
					j.value, j.err = s.raw(s.Context(), bytes.Clone(j.in), j.opts)
				}
			})
		}
		gate.Done()
		wg.Wait()
		if len(panics) > 0 {
			panic(<-panics)
		}
		return nil, nil
	})
	if err != nil {
		s.Fatal(err)
	}
	for _, j := range jobs {
		if j.err != nil {
			s.clean(j.err)
			s.Errorf("%s, used by several goroutines at once: %v", describe(j.opts), j.err)
		} else if err := s.verify(pub, j.in, j.value, j.opts); err != nil {
			s.Errorf("%s, used by several goroutines at once: a value that does not verify: %v", describe(j.opts), err)
		}
	}
}
