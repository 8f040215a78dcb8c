package trust

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"errors"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Path is a chain of certificates that ends in an anchor.
type Path struct {
	Certificates []*x509.Certificate // the certificate asked about first, the anchor's last; one only where it is itself the anchor
	Anchor       Anchor
}

// Path searches a path from cert to an anchor, at a time, by way of the anchors and the other certificates given (in any order, of
// any origin: none of them is trusted for being there). The whole path must be valid at that time, whenever its certificates were
// issued. Key usages are the caller's to judge; revocation is not asked for.
//
// Errors are *[Error]: [CodeNoAnchors], [CodeNoPath], [CodeWeak], [CodeCritical], [CodeInvalid], and [CodeValidity]: then the path
// is returned too, for it exists, only not at that time. Of several paths the shortest is
// taken, and among equals the tree national before government before own.
func (s *Store) Path(cert *x509.Certificate, others []*x509.Certificate, at time.Time) (*Path, error) {
	if s.Len() == 0 {
		return nil, fail(CodeNoAnchors, nil)
	}
	key := question(cert, others)
	if p := s.recall(key, cert, at); p != nil {
		return p, nil
	}
	roots := s.roots()
	chains, err := search(cert, roots, others, at)
	if err == nil {
		path := s.choose(chains)
		s.remember(key, roots, path, cert, others, at)
		return path, nil
	}
	var invalid x509.CertificateInvalidError
	if errors.As(err, &invalid) && invalid.Reason == x509.Expired {
		for _, t := range otherTimes(cert, others, s.Anchors()) {
			if chains, later := search(cert, s.roots(), others, t); later == nil {
				path := s.choose(chains)
				return path, path.validity(at)
			}
		}
	}
	return nil, s.classify(cert, others, err)
}

// search finds all paths from cert to a root at a time. It is the one place that knows how: crypto/x509 now, a validator of our own
// for RFC 5280 with revocation later.
func search(cert *x509.Certificate, roots *x509.CertPool, others []*x509.Certificate, at time.Time) ([][]*x509.Certificate, error) {
	steps := x509.NewCertPool()
	for i, c := range others {
		if i == limits.PathCandidates {
			break
		}
		if c != nil {
			steps.AddCert(c)
		}
	}
	// Roots must not be nil: crypto/x509 would then trust what the machine trusts.
	return cert.Verify(x509.VerifyOptions{Roots: roots, Intermediates: steps, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
}

func (s *Store) choose(chains [][]*x509.Certificate) *Path {
	rank := map[Tree]int{National: 0, Government: 1, Own: 2}
	var best *Path
	for _, chain := range chains {
		anchor, ok := s.Anchor(chain[len(chain)-1])
		if !ok {
			continue
		}
		p := &Path{Certificates: chain, Anchor: anchor}
		if best == nil || cmp.Or(cmp.Compare(len(p.Certificates), len(best.Certificates)), cmp.Compare(rank[p.Anchor.Tree], rank[best.Anchor.Tree])) < 0 {
			best = p
		}
	}
	return best
}

// validity is the error that names the first certificate of the path that is not valid at a time.
func (p *Path) validity(at time.Time) error {
	for _, c := range p.Certificates {
		if at.Before(c.NotBefore) || at.After(c.NotAfter) {
			return fail(CodeValidity, nil, "subject", nameOf(c), "at", stamp(at), "from", stamp(c.NotBefore), "until", stamp(c.NotAfter))
		}
	}
	return nil
}

// otherTimes are the times within cert's validity at which the set of valid certificates changes: if there is a path at any time,
// there is one at one of these.
func otherTimes(cert *x509.Certificate, others []*x509.Certificate, anchors []Anchor) []time.Time {
	times := []time.Time{cert.NotBefore, cert.NotAfter}
	add := func(c *x509.Certificate) {
		for _, t := range []time.Time{c.NotBefore, c.NotAfter} {
			if t.After(cert.NotBefore) && t.Before(cert.NotAfter) && len(times) < limits.PathTimes && !slices.ContainsFunc(times, t.Equal) {
				times = append(times, t)
			}
		}
	}
	for _, c := range others {
		if c != nil && c.IsCA {
			add(c)
		}
	}
	for _, a := range anchors {
		add(a.Certificate)
	}
	return times
}

func (s *Store) classify(cert *x509.Certificate, others []*x509.Certificate, err error) error {
	var critical x509.UnhandledCriticalExtension
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &critical):
		oid := ""
		for _, id := range cert.UnhandledCriticalExtensions {
			oid = id.String()
		}
		return fail(CodeCritical, nil, "subject", nameOf(cert), "oid", cmp.Or(oid, "?"))
	case errors.As(err, &invalid) && invalid.Reason != x509.Expired:
		subject := nameOf(cert)
		if invalid.Cert != nil {
			subject = nameOf(invalid.Cert)
		}
		return fail(CodeInvalid, nil, "subject", subject, "reason", invalid.Error())
	}
	if why := s.badLink(cert, others); why != nil {
		return why
	}
	return fail(CodeNoPath, nil, "subject", nameOf(cert))
}

// badLink follows names upwards from cert and returns why the first link that crypto/x509 refuses is bad, for reasons other than the
// signature value: a weak algorithm (the path may well exist, but nothing proves it), or an issuer that is no authority.
func (s *Store) badLink(cert *x509.Certificate, others []*x509.Certificate) error {
	pool := slices.Clone(others)
	for _, a := range s.Anchors() {
		pool = append(pool, a.Certificate)
	}
	at, checks := cert, 0
	for range limits.PathLength {
		var issuer *x509.Certificate
		for _, c := range pool {
			if c == nil || !bytes.Equal(c.RawSubject, at.RawIssuer) || bytes.Equal(c.Raw, at.Raw) {
				continue
			}
			if checks++; checks > limits.PathChecks {
				return nil // whoever sends so many namesakes wants to keep us busy
			}
			var insecure x509.InsecureAlgorithmError
			err := at.CheckSignatureFrom(c)
			var constraint x509.ConstraintViolationError
			switch {
			case errors.As(err, &insecure):
				return fail(CodeWeak, nil, "subject", nameOf(at), "algorithm", x509.SignatureAlgorithm(insecure).String())
			case errors.As(err, &constraint):
				return fail(CodeInvalid, nil, "subject", nameOf(c), "reason", constraint.Error())
			case err == nil:
				issuer = c
			}
		}
		if issuer == nil {
			return nil
		}
		at = issuer
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
