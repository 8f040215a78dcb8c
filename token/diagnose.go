package token

import (
	"context"
	"crypto/x509"
	"errors"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
)

// DiagnoseOptions say what is looked at. nil means: the modules of this machine, their tokens, and no PIN.
type DiagnoseOptions struct {
	Module    string     // path; empty: those that Discover finds
	Token     string     // label or serial number; empty: all
	Choice    Choice     // the certificate that is to sign
	Catalogue *Catalogue // nil: the built-in one

	// Probe is a command that tries modules in a process of its own, as for [Probe]. Without one they are loaded here.
	Probe   []string
	Timeout time.Duration // for each probe; 0: [ProbeTimeout]

	PIN       Prompt // nil: no log-in; private certificates and keys are then not seen, and a default PIN is not found
	InsistPIN bool

	Checker signer.CertificateChecker // asked for the status of the certificate; nil: nobody is asked
	Clock   func() time.Time          // the clock of this machine; nil: time.Now
	Time    time.Time                 // a time that is known to have been reached, such as a time-stamp's; may be zero
}

// Diagnosis is what stands between a user and a signature.
type Diagnosis struct {
	Problems []Problem // the most serious first
	Modules  []Found
	Tokens   []TokenReport
}

// TokenReport is one token as it was seen.
type TokenReport struct {
	Module       string
	Status       Status
	Certificates []*Certificate
	Chosen       *Certificate // that would sign; nil when none or several would
}

// Ready reports whether nothing stands in the way: no problem is an error, and a certificate is there that signs.
func (d *Diagnosis) Ready() bool {
	return !slices.ContainsFunc(d.Problems, func(p Problem) bool { return p.Severity == finding.Error }) &&
		slices.ContainsFunc(d.Tokens, func(t TokenReport) bool { return t.Chosen != nil })
}

// diagnosis is a diagnosis being made.
type diagnosis struct {
	Diagnosis
	opts DiagnoseOptions
}

// Diagnose names everything that stands between a user and a signature. It sends a PIN only where the options have one, and never
// where the token's flags speak against it. The error is that of a context that ended.
func Diagnose(ctx context.Context, opts *DiagnoseOptions) (*Diagnosis, error) {
	d := &diagnosis{}
	if opts != nil {
		d.opts = *opts
	}
	if d.opts.Clock == nil {
		d.opts.Clock = time.Now
	}
	if err := bindable(); err != nil {
		d.add(problemOf(err), "", Info{}, nil)
		return &d.Diagnosis, nil
	}
	if err := d.modules(ctx); err != nil {
		return nil, err
	}
	d.clock()
	seen := make(map[identity]bool)
	for i := range d.Modules {
		f := &d.Modules[i]
		if f.Problem != nil || f.Info != nil && len(f.Tokens) == 0 {
			continue
		}
		if err := d.module(ctx, f, seen); err != nil {
			return nil, err
		}
	}
	d.missing()
	sortProblems(d.Problems)
	return &d.Diagnosis, nil
}

func (d *diagnosis) add(p Problem, module string, t Info, c *Certificate) {
	p.Module, p.Token, p.Certificate = module, t, c
	d.Problems = append(d.Problems, p)
}

// modules finds the modules. One that cannot be used is a problem only where no other can, since several generations of a driver often
// lie side by side.
func (d *diagnosis) modules(ctx context.Context) error {
	if d.opts.Module != "" {
		f := Found{Path: d.opts.Module, Problem: Inspect(d.opts.Module)}
		if f.Problem == nil && len(d.opts.Probe) > 0 {
			p, err := Probe(ctx, f.Path, d.opts.Probe, d.opts.Timeout)
			if cancelled := signer.Cancelled(ctx); cancelled != nil {
				return cancelled
			}
			if f.Problem = err; err == nil {
				f.Info, f.Readers, f.Tokens = &p.Info, p.Readers, p.Tokens
			}
		}
		d.Modules = []Found{f}
	} else {
		found, err := Discover(ctx, &DiscoverOptions{Catalogue: d.opts.Catalogue, Probe: d.opts.Probe, Timeout: d.opts.Timeout})
		if err != nil {
			return err
		}
		d.Modules = found
	}
	if len(d.Modules) == 0 {
		d.add(problem(CodeNoDriver), "", Info{}, nil)
	}
	usable := slices.ContainsFunc(d.Modules, func(f Found) bool { return f.Problem == nil })
	for _, f := range d.Modules {
		if f.Problem != nil && !usable {
			d.add(problemOf(f.Problem), f.Path, Info{}, nil)
		}
	}
	return nil
}

// clock finds a clock of this machine that cannot be right: earlier than the catalogue, or than a time known to have been reached.
func (d *diagnosis) clock() {
	now := d.opts.Clock()
	reached := d.opts.Time
	if built, err := time.Parse(time.DateOnly, builtIn().Date); err == nil && built.After(reached) {
		reached = built
	}
	if now.Before(reached.Add(-limits.TokenClock)) || !d.opts.Time.IsZero() && now.After(d.opts.Time.Add(limits.TokenClock)) {
		d.add(problem(CodeClock, "at", stamp(now), "time", stamp(reached)), "", Info{}, nil)
	}
}

// module looks at the tokens of one module. Several modules may show the same token: it is looked at once.
func (d *diagnosis) module(ctx context.Context, f *Found, seen map[identity]bool) error {
	note := func(err error) error {
		if cancelled := signer.Cancelled(ctx); cancelled != nil {
			return cancelled
		}
		d.add(problemOf(err), f.Path, Info{}, nil)
		return nil
	}
	m, err := Open(ctx, f.Path, &Options{OneThread: f.Driver.OneThread})
	if err != nil {
		return note(err)
	}
	defer m.Close()
	tokens, err := m.Tokens(ctx)
	if err == nil && f.Info == nil {
		f.Readers, err = m.Readers(ctx)
	}
	if err != nil {
		return note(err)
	}
	for _, t := range tokens {
		if seen[t.device.id] || d.opts.Token != "" && t.info.Label != d.opts.Token && t.info.Serial != d.opts.Token {
			continue
		}
		seen[t.device.id] = true
		if err := d.token(ctx, f.Path, t); err != nil {
			return err
		}
	}
	return nil
}

// token looks at one token.
func (d *diagnosis) token(ctx context.Context, module string, t *Token) error {
	add := func(p Problem, c *Certificate) { d.add(p, module, t.info, c) }
	status, err := t.Status(ctx)
	if err != nil {
		if cancelled := signer.Cancelled(ctx); cancelled != nil {
			return cancelled
		}
		add(problemOf(err), nil)
		return nil
	}
	r := TokenReport{Module: module, Status: status}
	blocked := d.pin(status, add)
	o := &CertificatesOptions{At: d.opts.Clock(), InsistPIN: d.opts.InsistPIN}
	if !blocked && (status.LoginRequired || status.PINPad) {
		o.PIN = d.opts.PIN
	}
	certs, err := t.Certificates(ctx, o)
	if err != nil && o.PIN != nil && signer.Cancelled(ctx) == nil {
		add(problemOf(err), nil)
		certs, err = t.Certificates(ctx, &CertificatesOptions{At: o.At})
	}
	if cancelled := signer.Cancelled(ctx); cancelled != nil {
		return cancelled
	}
	if err != nil {
		add(problemOf(err), nil)
	}
	r.Certificates = certs
	if _, isDefault := memory.of(owner(t.device.id, userNormal)); isDefault {
		r.Status.DefaultPIN = true
		add(problem(CodePINDefault), nil)
	}
	if err == nil {
		r.Chosen = d.certificate(ctx, certs, add)
	}
	d.Tokens = append(d.Tokens, r)
	return signer.Cancelled(ctx)
}

// pin notes what the flags tell, and reports whether no PIN may be sent.
func (d *diagnosis) pin(s Status, add func(Problem, *Certificate)) (blocked bool) {
	switch {
	case s.User.Locked:
		add(problemOf(signer.PINLocked(nil)), nil)
		return true
	case !s.User.Set && s.LoginRequired:
		add(problem(CodePINNotSet), nil)
		return true
	case s.User.FinalTry:
		add(problem(CodePINFinalTry), nil)
		blocked = !d.opts.InsistPIN
	case s.User.TriesLow:
		add(problem(CodePINLow, "label", s.Info.Label), nil)
	}
	if s.User.MustChange {
		add(problem(CodePINChange, "label", s.Info.Label), nil)
	}
	return blocked
}

// certificate finds out which certificate would sign, and what is wrong with it or with those that would not.
func (d *diagnosis) certificate(ctx context.Context, certs []*Certificate, add func(Problem, *Certificate)) *Certificate {
	own := slices.DeleteFunc(slices.Clone(certs), func(c *Certificate) bool { return c.Certificate != nil && c.Certificate.IsCA })
	if len(own) == 0 {
		add(problem(CodeNoCertificate), nil)
		return nil
	}
	chosen, err := Choose(certs, d.opts.Choice)
	if err != nil {
		var about *Certificate
		for _, c := range own {
			if err == c.Problem { // Choose returns it as it is
				about = c
			}
		}
		add(problemOf(err), about)
		return nil
	}
	if d.opts.Checker == nil {
		return chosen
	}
	chain, err := signer.Chain(chosen.Certificate.PublicKey, certificatesOf(chosen, certs))
	if err == nil {
		err = d.opts.Checker.CheckCertificate(ctx, chain, d.opts.Clock())
	}
	var bad *signer.CertificateError
	switch {
	case err == nil:
		return chosen
	case hasCode(err, "trust.no-path", "trust.no-anchors"): // of package trust, which this one may not know
		add(problem(CodeIssuer, "subject", chosen.Certificate.Subject.CommonName, "issuer", chosen.Certificate.Issuer.CommonName), chosen)
	case errors.As(err, &bad):
		add(problemOf(err), chosen)
		return nil
	default:
		add(problem(CodeStatus, "subject", chosen.Certificate.Subject.CommonName), chosen)
	}
	return chosen
}

// missing notes that there was nothing to look at, where that has no other reason yet.
func (d *diagnosis) missing() {
	if len(d.Tokens) > 0 || slices.ContainsFunc(d.Problems, func(p Problem) bool { return p.Severity == finding.Error && p.Code != CodeClock }) {
		return
	}
	if d.opts.Token != "" {
		d.add(problem(CodeNotFound, "label", d.opts.Token, "names", "-"), "", Info{}, nil)
		return
	}
	code := CodeNoReader
	if slices.ContainsFunc(d.Modules, func(f Found) bool { return f.Readers > 0 }) {
		code = CodeNoToken
	}
	d.add(problem(code), "", Info{}, nil)
}

func certificatesOf(leaf *Certificate, all []*Certificate) []*x509.Certificate {
	certs := []*x509.Certificate{leaf.Certificate}
	for _, c := range all {
		if c.Certificate != nil && c.Certificate.IsCA {
			certs = append(certs, c.Certificate)
		}
	}
	return certs
}

// hasCode reports whether err or one beneath it has one of the codes.
func hasCode(err error, codes ...string) bool {
	for e := err; e != nil; e = errors.Unwrap(e) {
		if c, ok := e.(interface{ Code() string }); ok && slices.Contains(codes, c.Code()) {
			return true
		}
		if many, ok := e.(interface{ Unwrap() []error }); ok {
			return slices.ContainsFunc(many.Unwrap(), func(e error) bool { return hasCode(e, codes...) })
		}
	}
	return false
}
