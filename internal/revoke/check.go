package revoke

import (
	"bytes"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
)

// State is what is known of a certificate.
type State string

// The states. They are never merged: what could not be checked is not good.
const (
	Unknown   State = ""          // could not check
	Good      State = "good"      // not revoked, for any reason
	Revoked   State = "revoked"   //
	Suspended State = "suspended" // certificateHold: may become good or revoked
)

// Status is the state of one certificate and what it rests on.
type Status struct {
	State  State
	Reason Reason
	At     time.Time // revocationDate
	CRL    *CRL      // the list that says so; of several that say good, the last
	Delta  *CRL      // the delta list used with it
}

// Options are the evidence and the circumstances of a check.
type Options struct {
	CRLs         []*CRL
	Certificates []*pki.Certificate // of issuers of CRLs, of any origin
	Path         *pki.Options       // how paths to issuers of CRLs are validated, and when; its policies are not asked for
}

// Check tells the state of every certificate of a valid path but the anchor's, from the anchor down, and stops at the first that is
// not good: nothing below it can be told. The certificate asked about comes first. The error is an *[Error]: [CodeRevoked],
// [CodeSuspended], or [CodeUnchecked] with the reason beneath. The statuses stand beside their certificates.
func Check(chain []*pki.Certificate, opts *Options) ([]Status, error) {
	all := make([]Status, max(0, len(chain)-1))
	c := newChecker(opts)
	for i := len(chain) - 2; i >= 0; i-- {
		s, err := c.certificate(chain, i, 0)
		all[i] = s
		if err != nil {
			err.Status = s
			return all, err
		}
	}
	return all, nil
}

type checker struct {
	opts   *Options
	path   pki.Options
	tried  int
	within map[*pki.Certificate]bool // certificates whose state is being told: a CRL may not depend on itself
}

func newChecker(opts *Options) *checker {
	c := &checker{opts: opts, path: *opts.Path, within: make(map[*pki.Certificate]bool)}
	c.path.UserPolicies, c.path.ExplicitPolicy, c.path.InhibitMapping, c.path.InhibitAny, c.path.ExtKeyUsage = nil, false, false, false, nil
	return c
}

// scope is what one certificate is checked for.
type scope struct {
	chain   []*pki.Certificate // the certificate first; those above it are known to be good
	cert    *pki.Certificate
	covered pki.Reasons
	nesting int
	status  Status
	why     *Error               // why the nearest CRL was of no use
	judged  map[judgement]*Error // what usable said
}

// judgement is what usable was asked.
type judgement struct {
	crl   *CRL
	named bool // the distribution point names the CRL's issuer (cRLIssuer)
}

// certificate is RFC 5280, 6.3.3, for chain[i]: over its distribution points, then over the CRLs of its issuer.
func (c *checker) certificate(chain []*pki.Certificate, i, nesting int) (Status, *Error) {
	s := &scope{chain: chain[i:], cert: chain[i], nesting: nesting, judged: make(map[judgement]*Error)}
	name := s.cert.Name()
	if len(c.opts.CRLs) > limits.RevokeCRLs || nesting > limits.RevokeNesting || c.within[s.cert] {
		return s.status, fail(CodeUnchecked, nil, "subject", name)
	}
	c.within[s.cert] = true
	defer delete(c.within, s.cert)
	points := append(slices.Clone(s.cert.Points), pki.DistributionPoint{Name: pki.PointName{Full: []pki.GeneralName{{Form: pki.FormDirectory, Directory: s.cert.Issuer}}}})
	for n, p := range points {
		implied := n == len(points)-1
		for _, l := range c.opts.CRLs {
			if l == nil || l.Delta() || s.covered == pki.AllReasons {
				continue
			}
			c.list(s, p, l, implied)
			if s.status.State != Unknown && s.status.State != Good {
				code := CodeRevoked
				if s.status.State == Suspended {
					code = CodeSuspended
				}
				return s.status, fail(code, nil, "subject", name, "at", stamp(s.status.At))
			}
		}
	}
	if s.covered != pki.AllReasons {
		if s.why == nil {
			s.why = fail(CodeNoCRL, nil, "subject", name)
		}
		s.status = Status{}
		return s.status, fail(CodeUnchecked, s.why, "subject", name)
	}
	s.status.State = Good
	return s.status, nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// list is 6.3.3 (b) to (l) for one complete CRL and one distribution point.
func (c *checker) list(s *scope, p pki.DistributionPoint, l *CRL, implied bool) {
	if !matches(s.cert, p, l, implied) {
		return
	}
	reasons := pki.AllReasons
	for _, r := range []pki.Reasons{p.Reasons, l.Point.Reasons} {
		if r != 0 {
			reasons &= r
		}
	}
	if reasons&^s.covered == 0 {
		return
	}
	if err := c.usable(s, l, p.Issuer != nil); err != nil {
		s.why = err
		return
	}
	var delta *CRL
	for _, d := range c.opts.CRLs {
		if d != nil && d.Delta() && completes(d, l) && (delta == nil || d.Number.Cmp(delta.Number) > 0) && c.usable(s, d, p.Issuer != nil) == nil {
			delta = d
		}
	}
	s.status.CRL, s.status.Delta = l, delta
	found, ok := Entry{}, false
	if delta != nil {
		found, ok = delta.Find(s.cert.Issuer, s.cert.Serial)
	}
	if !ok {
		found, ok = l.Find(s.cert.Issuer, s.cert.Serial)
	}
	s.covered |= reasons
	if !ok || found.Reason == RemoveFromCRL {
		return
	}
	s.status.State, s.status.Reason, s.status.At = Revoked, found.Reason, found.Date
	if found.Reason == Hold {
		s.status.State = Suspended
	}
}

// matches is 6.3.3 (b): whether a CRL is of the point's issuer and its scope takes in the certificate.
func matches(cert *pki.Certificate, p pki.DistributionPoint, l *CRL, implied bool) bool {
	if p.Issuer != nil {
		if !l.Point.Indirect || !slices.ContainsFunc(p.Issuer, func(n pki.GeneralName) bool { return n.Form == pki.FormDirectory && n.Directory.Equal(l.Issuer) }) {
			return false
		}
	} else if !l.Issuer.Equal(cert.Issuer) {
		return false
	}
	if l.Point.Raw == nil {
		return true
	}
	if l.Point.OnlyAttributes || l.Point.OnlyUsers && cert.IsCA || l.Point.OnlyCAs && !cert.IsCA {
		return false
	}
	if !l.Point.Name.Present() {
		return true
	}
	names := p.Issuer
	if p.Name.Present() {
		relativeTo := cert.Issuer
		if p.Issuer != nil {
			relativeTo = l.Issuer
		}
		names = full(p.Name, relativeTo)
	}
	for _, a := range full(l.Point.Name, l.Issuer) {
		if slices.ContainsFunc(names, a.Same) {
			return true
		}
	}
	return false
}

// full is a point's names with a relative one made whole.
func full(p pki.PointName, issuer pki.Name) []pki.GeneralName {
	if p.Relative == nil {
		return p.Full
	}
	n, err := issuer.With(p.Relative)
	if err != nil {
		return nil
	}
	return []pki.GeneralName{{Form: pki.FormDirectory, Directory: n}}
}

// completes is 6.3.3 (c) and 5.2.4: whether a delta CRL is for a complete one.
func completes(d, l *CRL) bool {
	return d.Issuer.Equal(l.Issuer) && bytes.Equal(d.Point.Raw, l.Point.Raw) && bytes.Equal(d.KeyID, l.KeyID) &&
		l.Number != nil && d.Number != nil && d.Base.Cmp(l.Number) <= 0 && d.Number.Cmp(l.Number) >= 0
}

// usable holds a CRL against the time, its critical extensions and the signature of somebody who may sign it, once for each
// certificate.
func (c *checker) usable(s *scope, l *CRL, named bool) *Error {
	k := judgement{l, named}
	err, known := s.judged[k]
	if !known {
		err = c.judge(s, l, named)
		s.judged[k] = err
	}
	return err
}

// judge wants a nextUpdate: RFC 5280, 5.1.2.5, demands it, and nothing else says how long a list holds.
func (c *checker) judge(s *scope, l *CRL, named bool) *Error {
	at := c.path.At
	if l.ThisUpdate.After(at) || l.NextUpdate.IsZero() || at.After(l.NextUpdate) {
		until := "-"
		if !l.NextUpdate.IsZero() {
			until = stamp(l.NextUpdate)
		}
		return fail(CodeStale, nil, "issuer", l.Issuer.String(), "at", stamp(at), "from", stamp(l.ThisUpdate), "until", until)
	}
	if len(l.Unknown) > 0 {
		return fail(CodeCritical, nil, "issuer", l.Issuer.String(), "oid", l.Unknown[0].String())
	}
	return c.signed(s, l, named)
}
