package token

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/signer"
)

// SignerOptions say how a key of a token signs. nil means the defaults.
type SignerOptions struct {
	PIN       Prompt // nil: only for keys that need none, and devices with a PIN pad
	InsistPIN bool   // send a PIN also when only one try is left before the token locks

	// KeepLogin is how long the log-in, and the PIN in memory, are kept after the last signature: 0 until Close, negative not beyond
	// one call of Sign or SignBatch. A PIN is asked for again afterwards.
	KeepLogin time.Duration

	// AwaitToken is how long a signature waits for a token that was pulled out to come back. 0: not at all.
	AwaitToken time.Duration

	Chain    []*x509.Certificate       // issuers that the token does not hold; any order
	Checker  signer.CertificateChecker // asked for the certificate's status before the signer is made; nil: nobody is asked
	Clock    func() time.Time          // nil: time.Now
	Parallel int                       // signatures of a batch that are under way at once; less than 2: one after the other
	Progress func(done, total int)     // called after each signature of a batch, one call at a time; may be nil
	Logger   *slog.Logger              // told of log-ins and lost tokens; nil: nothing is logged

	// InsecureSkipCheck hands values out as the token returned them, without verifying them under the certificate first. The first
	// value of a key that could not be compared with its certificate is verified all the same.
	InsecureSkipCheck bool
}

// Signer signs with one key of a token. It is safe for concurrent use: as many signatures are under way at once as the token has
// sessions. Close ends its log-in.
type Signer struct {
	device *device
	cert   *Certificate
	chain  []*x509.Certificate
	pub    crypto.PublicKey
	opts   SignerOptions

	mu     sync.Mutex
	key    *located
	held   bool // the device keeps the log-in for us
	busy   int
	closed bool
	timer  *time.Timer
	proved bool // the key is the certificate's
}

// located is where the private key was found.
type located struct {
	privateKey
	epoch int
}

var (
	_ signer.BatchSigner   = (*Signer)(nil)
	_ signer.MessageSigner = (*Signer)(nil)
)

// Signer returns a signer for the certificate that choice means. It looks at the public objects first, and logs in only where those
// do not decide.
func (t *Token) Signer(ctx context.Context, choice Choice, opts *SignerOptions) (*Signer, error) {
	var o SignerOptions
	if opts != nil {
		o = *opts
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if err := t.device.hold(); err != nil { // what is logged in for the choice stays so for the signature
		return nil, err
	}
	cert, all, err := t.choose(ctx, choice, o)
	if err != nil {
		t.device.release()
		return nil, from(err)
	}
	s, err := newSigner(ctx, t.device, cert, all, o)
	if err != nil {
		t.device.release()
		return nil, err
	}
	s.end()
	return s, nil
}

func newSigner(ctx context.Context, d *device, cert *Certificate, all []*Certificate, o SignerOptions) (*Signer, error) {
	pub, err := alg.PublicKey(cert.Certificate)
	if err != nil {
		return nil, signer.NewError(signer.CodeUnsupportedAlgorithm, err, "algorithm", alg.KeyName(cert.Certificate.PublicKey))
	}
	chain, err := signer.Chain(pub, append(certificatesOf(cert, all), o.Chain...))
	if err != nil {
		return nil, err
	}
	if o.Checker != nil {
		if err := o.Checker.CheckCertificate(ctx, slices.Clone(chain), o.Clock()); err != nil {
			return nil, err
		}
	}
	return &Signer{device: d, cert: cert, chain: chain, pub: pub, opts: o, held: true, busy: 1}, nil
}

// choose lists and chooses; where the public objects leave it open, once more after a log-in.
func (t *Token) choose(ctx context.Context, choice Choice, o SignerOptions) (*Certificate, []*Certificate, error) {
	all, err := t.Certificates(ctx, &CertificatesOptions{At: o.Clock()})
	if err != nil {
		return nil, nil, err
	}
	cert, err := Choose(all, choice)
	open := slices.ContainsFunc(all, func(c *Certificate) bool { return c.Key == KeyUnknown && c.Problem == nil && choice.matches(c) })
	if err == nil || o.PIN == nil || t.info.Flags&flagLogin == 0 || len(all) > 0 && !open && !errors.Is(err, signer.ErrKeyNotFound) {
		return cert, all, err
	}
	if all, err = t.Certificates(ctx, &CertificatesOptions{PIN: o.PIN, InsistPIN: o.InsistPIN, At: o.Clock()}); err != nil {
		return nil, nil, err
	}
	cert, err = Choose(all, choice)
	return cert, all, err
}

// Certificate is the certificate that was chosen, as it is on the token.
func (s *Signer) Certificate() *Certificate { c := *s.cert; return &c }

// Token describes the token.
func (s *Signer) Token() Info {
	return Info{Label: s.device.id.label, Serial: s.device.id.serial, Model: s.device.id.model, Slot: s.device.slotNow()}
}

// Findings are remarks of what the signer met so far: [CodePINDefault] after a log-in with a PIN that authorities hand out.
func (s *Signer) Findings() []finding.Finding {
	if _, isDefault := memory.of(owner(s.device.id, userNormal)); isDefault {
		return []finding.Finding{{Code: CodePINDefault, Severity: finding.Warning}}
	}
	return nil
}

// String names key and token; there is no PIN in it.
func (s *Signer) String() string {
	return fmt.Sprintf("token.Signer(%s on %s)", alg.KeyName(s.pub), s.device.id.label)
}

// GoString is String.
func (s *Signer) GoString() string { return s.String() }

// Format writes String for every verb, so that no verb prints what is inside.
func (s *Signer) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, s.String()) }

// Close ends the log-in, unless another signer of this process still uses it, and forgets the PIN. Signatures that are under way end
// first. It is idempotent; calls after it return [ErrClosed].
func (s *Signer) Close() error {
	s.mu.Lock()
	s.closed = true
	if s.timer != nil {
		s.timer.Stop()
	}
	release := s.held && s.busy == 0
	if release {
		s.held = false
	}
	s.mu.Unlock()
	if release {
		s.device.release()
	}
	return nil
}

// begin keeps the log-in for a call; end lets the policy decide how much longer.
func (s *Signer) begin() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return fail(CodeClosed, nil)
	}
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	if !s.held {
		if err := s.device.hold(); err != nil {
			return err
		}
		s.held = true
	}
	s.busy++
	return nil
}

func (s *Signer) end() {
	s.mu.Lock()
	s.busy--
	release := false
	if s.busy == 0 && s.held {
		switch {
		case s.closed || s.opts.KeepLogin < 0:
			s.held, release = false, true
		case s.opts.KeepLogin > 0:
			s.timer = time.AfterFunc(s.opts.KeepLogin, s.expire)
		}
	}
	s.mu.Unlock()
	if release {
		s.device.release()
	}
}

func (s *Signer) expire() {
	s.mu.Lock()
	release := s.busy == 0 && s.held && !s.closed
	if release {
		s.held = false
	}
	s.mu.Unlock()
	if release {
		s.device.release()
	}
}

// Certificates is the certificate followed by the issuers that the token holds or the options name.
func (s *Signer) Certificates(ctx context.Context) ([]*x509.Certificate, error) {
	if err := signer.Cancelled(ctx); err != nil {
		return nil, err
	}
	return slices.Clone(s.chain), nil
}

// Sign signs a digest. The PIN is asked for when the token wants it for the first time.
func (s *Signer) Sign(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return s.request(ctx, signer.Request{Digest: digest, Opts: opts})
}

// SignMessage signs a message: for Ed25519 as it is, else its hash.
func (s *Signer) SignMessage(ctx context.Context, message []byte, opts crypto.SignerOpts) ([]byte, error) {
	if message == nil {
		message = []byte{}
	}
	return s.request(ctx, signer.Request{Message: message, Opts: opts})
}

func (s *Signer) request(ctx context.Context, req signer.Request) ([]byte, error) {
	p, err := newPlan(s.pub, req)
	if err != nil {
		return nil, err
	}
	if err := s.begin(); err != nil {
		return nil, err
	}
	defer s.end()
	return s.one(ctx, p)
}

// SignBatch signs all requests under one log-in. When one fails, no further one is begun: the values made until then are returned in
// their places, nil for the rest, and a [*signer.BatchError] names the first that failed. Every value returned was made once and
// verified.
func (s *Signer) SignBatch(ctx context.Context, reqs []signer.Request) ([][]byte, error) {
	out := make([][]byte, len(reqs))
	plans := make([]plan, len(reqs))
	for i, req := range reqs {
		var err error
		if plans[i], err = newPlan(s.pub, req); err != nil {
			return out, &signer.BatchError{Index: i, Err: err}
		}
	}
	if len(reqs) == 0 {
		return nil, nil
	}
	if err := s.begin(); err != nil {
		return out, &signer.BatchError{Err: err}
	}
	defer s.end()
	b := batch{signer: s, plans: plans, out: out, failed: len(plans)}
	if err := b.run(ctx); err != nil {
		return out, err
	}
	return out, nil
}

// batch is the state of one SignBatch.
type batch struct {
	signer *Signer
	plans  []plan
	out    [][]byte
	next   atomic.Int64

	mu     sync.Mutex
	done   int
	failed int // the first request that failed; their number while none has
	err    error
}

func (b *batch) run(ctx context.Context) error {
	workers := min(max(b.signer.opts.Parallel, 1), len(b.plans))
	var wg sync.WaitGroup
	for range workers - 1 {
		wg.Go(func() { b.work(ctx) })
	}
	b.work(ctx)
	wg.Wait()
	if b.err != nil {
		return &signer.BatchError{Index: b.failed, Err: b.err}
	}
	return nil
}

func (b *batch) work(ctx context.Context) {
	for {
		i := int(b.next.Add(1)) - 1
		if i >= len(b.plans) || b.stopped() {
			return
		}
		sig, err := b.signer.one(ctx, b.plans[i])
		b.note(i, sig, err)
	}
}

func (b *batch) stopped() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err != nil
}

func (b *batch) note(i int, sig []byte, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil {
		if i < b.failed {
			b.failed, b.err = i, err
		}
		return
	}
	b.out[i] = sig
	b.done++
	if p := b.signer.opts.Progress; p != nil {
		p(b.done, len(b.plans))
	}
}
