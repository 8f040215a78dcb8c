package revoke

import (
	"slices"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
)

// What Check says. Package trust judges in earnest, over times that are proved; here RFC 5280 is held to its own word.
const (
	CodeRevoked   finding.Code = "revoke.revoked"   // subject, at
	CodeSuspended finding.Code = "revoke.suspended" // certificateHold: subject, at
	CodeUnchecked finding.Code = "revoke.unchecked" // nothing tells the state: subject; the cause says why
	CodeNothing   finding.Code = "revoke.nothing"   // no OCSP response and no list is about the certificate: subject
	CodeStale     finding.Code = "revoke.stale"     // not of the time: issuer, at, from, until
)

// ErrStale is what revocation data of another time gives, for errors.Is.
var ErrStale = fail(CodeStale, nil)

const questions = 256 // certificates asked about for one chain, those of who signed included

// Check tells the state of every certificate of a valid path but the anchor's at one time, as RFC 5280 asks it: from the anchor down, up
// to the first that is not good, below which nothing can be told. The certificate asked about comes first. The error is an *[Error]:
// [CodeRevoked], [CodeSuspended], or [CodeUnchecked] with the reason beneath. The answers stand beside their certificates.
func Check(chain []*pki.Certificate, ev *Evidence, at time.Time, opts *Options) ([]Answer, error) {
	all := make([]Answer, max(0, len(chain)-1))
	c := &checker{ev: ev, at: at, opts: opts}
	for i := len(chain) - 2; i >= 0; i-- {
		a, err := c.certificate(chain, i)
		all[i] = a
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

type checker struct {
	ev     *Evidence
	at     time.Time
	opts   *Options
	asked  int
	within []*pki.Certificate // certificates whose state is being told: an answer may not depend on itself
}

func (c *checker) certificate(chain []*pki.Certificate, i int) (Answer, *Error) {
	cert := chain[i]
	name := cert.Name()
	if c.asked++; c.asked > questions || len(c.within) > limits.RevokeNesting || slices.ContainsFunc(c.within, cert.Equal) {
		return Answer{}, fail(CodeUnchecked, nil, "subject", name)
	}
	c.within = append(c.within, cert)
	defer func() { c.within = c.within[:len(c.within)-1] }()
	answers, errs := Answers(chain, i, c.ev, c.opts)
	for _, final := range []bool{true, false} {
		for _, a := range answers {
			if (a.State == Revoked) != final {
				continue
			}
			if err := c.holds(&a, chain[i:]); err != nil {
				errs = append(errs, err)
				continue
			}
			switch a.State {
			case Good:
				return a, nil
			case Suspended:
				return a, fail(CodeSuspended, nil, "subject", name, "at", stamp(a.RevokedAt))
			case Revoked:
				return a, fail(CodeRevoked, nil, "subject", name, "at", stamp(a.RevokedAt))
			}
		}
	}
	why := fail(CodeNothing, nil, "subject", name)
	if len(errs) > 0 {
		why = errs[len(errs)-1]
	}
	return Answer{}, fail(CodeUnchecked, why, "subject", name)
}

// holds tells whether an answer is one of the time, by signers who are good themselves. A list must say until when it holds: RFC 5280,
// 5.1.2.5, demands it, and nothing else does here. What is revoked stays so, however old the list that says it.
func (c *checker) holds(a *Answer, known []*pki.Certificate) *Error {
	over := !a.NextUpdate.IsZero() && c.at.After(a.NextUpdate) || a.NextUpdate.IsZero() && a.Source == List
	if a.ThisUpdate.After(c.at) || over && a.State != Revoked {
		until := "-"
		if !a.NextUpdate.IsZero() {
			until = stamp(a.NextUpdate)
		}
		return fail(CodeStale, nil, "issuer", a.Signer[0].Name(), "at", stamp(c.at), "from", stamp(a.ThisUpdate), "until", until)
	}
	for _, p := range a.Pieces() {
		for i := len(p.Signer) - 2; i >= 0; i-- {
			if i == 0 && p.NoCheck || slices.ContainsFunc(known, p.Signer[i].Equal) {
				continue
			}
			if _, err := c.certificate(p.Signer, i); err != nil {
				return fail(CodeIssuer, err, "issuer", p.Signer[0].Name())
			}
		}
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
