package pki

import (
	"crypto"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
)

// Options say what a path is validated for. The zero value of all but At is RFC 5280's ordinary case.
type Options struct {
	At time.Time // the time at which all certificates must be valid

	UserPolicies   []OID // user-initial-policy-set; nil: any policy
	ExplicitPolicy bool  // initial-explicit-policy: the path must hold one of the policies
	InhibitMapping bool  // initial-policy-mapping-inhibit
	InhibitAny     bool  // initial-any-policy-inhibit

	// ExtKeyUsage are the uses asked for; one of them, or anyExtendedKeyUsage, must be among those of every certificate of the path
	// that names its uses, the anchor excepted. nil: not asked.
	ExtKeyUsage []OID

	// Algorithms judges each signature of the path by its algorithm and the issuer's key; nil takes all that package alg verifies.
	Algorithms func(c *Certificate, s alg.Signature, issuer crypto.PublicKey) error

	// Verify checks signatures; nil is [VerifySignature].
	Verify VerifyFunc

	seen map[signed]error // signatures that a search has checked
	work *int             // comparisons of names that a search has made
}

type signed struct {
	key  string
	cert [32]byte
}

// Result is what a path holds.
type Result struct {
	Chain      []*Certificate    // the certificate asked about first, the anchor last
	Key        Key               // of the certificate asked about, inherited parameters included
	Policies   []ValidPolicy     // the user-constrained policy set with its qualifiers; nil: no policy holds
	Authority  []OID             // the authority-constrained policy set, in the anchor's domain
	Tolerances []finding.Finding // what the reader put up with, from the first certificate on
}

// Anchor is the last certificate of the chain.
func (r *Result) Anchor() *Certificate { return r.Chain[len(r.Chain)-1] }

// state is that of RFC 5280, 6.1.2, while a path is processed.
type state struct {
	opts           *Options
	graph          policyGraph
	names          constraints
	explicitPolicy int
	inhibitAny     int
	mapping        int
	pathLen        int
	issuer         Name
	key            Key
}

// Validate checks one path, as RFC 5280, 6.1, says. The certificate asked about comes first, the anchor last. The anchor is trusted
// for its name and key; a validity, basic constraints, key usage and name constraints that it states about itself bind too, since
// an authority that limits its own root means it (RFC 5937). A path of the anchor alone is valid at the anchor's own times.
//
// Validity is judged last, so [CodeExpired] and [CodeNotYet] say that nothing else is wrong; the result is then returned as well.
// All errors are *[Error].
func Validate(chain []*Certificate, opts *Options) (*Result, error) {
	r, err := validate(chain, opts)
	if err != nil {
		return r, err
	}
	return r, nil
}

func validate(chain []*Certificate, opts *Options) (*Result, *Error) {
	switch {
	case len(chain) == 0 || slices.Contains(chain, nil):
		return nil, fail(CodeNoAnchor, nil, nil)
	case len(chain) > limits.PKIPath:
		return nil, fail(CodeTooLarge, nil, nil, "what", "CertificationPath", "max", strconv.Itoa(limits.PKIPath))
	}
	n := len(chain) - 1
	anchor := chain[n]
	s := &state{opts: opts, graph: newPolicyGraph(), explicitPolicy: n + 1, inhibitAny: n + 1, mapping: n + 1, pathLen: n, issuer: anchor.Subject, key: KeyOf(anchor)}
	if s.names.work = opts.work; s.names.work == nil {
		s.names.work = new(int)
	}
	for flag, counter := range map[*bool]*int{&opts.ExplicitPolicy: &s.explicitPolicy, &opts.InhibitAny: &s.inhibitAny, &opts.InhibitMapping: &s.mapping} {
		if *flag {
			*counter = 0
		}
	}
	if n > 0 {
		if err := s.anchor(anchor); err != nil {
			return nil, err
		}
	}
	for i := n - 1; i >= 0; i-- {
		if err := s.basic(chain[i], i == 0); err != nil {
			return nil, err
		}
		if i > 0 {
			if err := s.prepare(chain[i]); err != nil {
				return nil, err
			}
		}
	}
	r := &Result{Chain: chain, Key: s.key}
	if n > 0 {
		if err := s.wrapUp(chain[0], r); err != nil {
			return nil, err
		}
	}
	for _, c := range chain {
		r.Tolerances = append(r.Tolerances, c.Tolerances...)
	}
	for _, c := range chain {
		if err := validity(c, opts.At); err != nil {
			return r, err
		}
	}
	return r, nil
}

func validity(c *Certificate, at time.Time) *Error {
	stamp := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	switch {
	case at.Before(c.NotBefore):
		return fail(CodeNotYet, c, nil, "at", stamp(at), "from", stamp(c.NotBefore))
	case at.After(c.NotAfter):
		return fail(CodeExpired, c, nil, "at", stamp(at), "until", stamp(c.NotAfter))
	}
	return nil
}

func (s *state) anchor(c *Certificate) *Error {
	if c.HasBasicConstraints && !c.IsCA {
		return fail(CodeNotCA, c, nil)
	}
	if c.HasKeyUsage && c.KeyUsage&UsageCertSign == 0 {
		return fail(CodeKeyUsage, c, nil)
	}
	if c.PathLen >= 0 {
		s.pathLen = min(s.pathLen, c.PathLen)
	}
	s.names.add(c)
	return nil
}

// basic is 6.1.3, without the time.
func (s *state) basic(c *Certificate, final bool) *Error {
	if !c.Issuer.Equal(s.issuer) {
		return fail(CodeNames, c, nil, "issuer", s.issuer.String())
	}
	if err := s.opts.verify(s.key, c); err != nil {
		return err
	}
	if final || !c.SelfIssued() {
		if err := s.names.check(c); err != nil {
			return err
		}
	}
	s.graph.step(c, s.inhibitAny > 0 || !final && c.SelfIssued())
	if s.explicitPolicy == 0 && s.graph.null() {
		return fail(CodePolicy, c, nil)
	}
	if c.PoliciesCritical { // 4.2.1.4: what is critical must be understood, qualifiers included
		for _, p := range c.Policies {
			for _, q := range p.Qualifiers {
				if q.ID != oidQualifierCPS && q.ID != oidQualifierNotice {
					return fail(CodeQualifier, c, nil, "oid", q.ID.String())
				}
			}
		}
	}
	if s.opts.ExtKeyUsage != nil && c.ExtKeyUsage != nil && !slices.ContainsFunc(c.ExtKeyUsage, func(u OID) bool {
		return u == AnyExtKeyUsage || slices.Contains(s.opts.ExtKeyUsage, u)
	}) {
		return fail(CodeExtKeyUsage, c, nil)
	}
	return nil
}

// prepare is 6.1.4: from one authority to the certificate below it.
func (s *state) prepare(c *Certificate) *Error {
	for _, m := range c.Mappings {
		if m.Issuer == AnyPolicy || m.Subject == AnyPolicy {
			return fail(CodePolicyMap, c, nil)
		}
	}
	s.graph.mapTo(c, s.mapping > 0)
	s.issuer, s.key = c.Subject, s.key.next(c)
	s.names.add(c)
	selfIssued := c.SelfIssued()
	if !selfIssued {
		s.explicitPolicy, s.mapping, s.inhibitAny = max(0, s.explicitPolicy-1), max(0, s.mapping-1), max(0, s.inhibitAny-1)
	}
	if c.ExplicitPolicy >= 0 {
		s.explicitPolicy = min(s.explicitPolicy, c.ExplicitPolicy)
	}
	if c.InhibitMapping >= 0 {
		s.mapping = min(s.mapping, c.InhibitMapping)
	}
	if c.InhibitAny >= 0 {
		s.inhibitAny = min(s.inhibitAny, c.InhibitAny)
	}
	if !c.IsCA {
		return fail(CodeNotCA, c, nil)
	}
	if !selfIssued {
		if s.pathLen <= 0 {
			return fail(CodePathLength, c, nil)
		}
		s.pathLen--
	}
	if c.PathLen >= 0 {
		s.pathLen = min(s.pathLen, c.PathLen)
	}
	if c.HasKeyUsage && c.KeyUsage&UsageCertSign == 0 {
		return fail(CodeKeyUsage, c, nil)
	}
	return unknown(c)
}

// wrapUp is 6.1.5.
func (s *state) wrapUp(c *Certificate, r *Result) *Error {
	s.explicitPolicy = max(0, s.explicitPolicy-1)
	if c.ExplicitPolicy == 0 {
		s.explicitPolicy = 0
	}
	s.key = s.key.next(c)
	r.Key = s.key
	if err := unknown(c); err != nil {
		return err
	}
	r.Policies, r.Authority = s.graph.result(s.opts.UserPolicies)
	if s.explicitPolicy == 0 && len(r.Policies) == 0 {
		return fail(CodePolicy, c, nil)
	}
	return nil
}

func unknown(c *Certificate) *Error {
	if len(c.Unknown) > 0 {
		return fail(CodeCritical, c, nil, "oid", c.Unknown[0].String())
	}
	return nil
}

// verify checks the signature of a certificate, first by the algorithm policy: what it refuses need not be computed.
func (o *Options) verify(key Key, c *Certificate) *Error {
	if o.Algorithms != nil {
		pub, scheme, err := Scheme(key, c.Algorithm)
		if err == nil {
			err = o.Algorithms(c, scheme, pub)
			if err != nil {
				return fail(CodeAlgorithm, c, err)
			}
		}
	}
	k := signed{string(key.SPKI) + "\x00" + string(key.Parameters), c.digest}
	err, known := o.seen[k]
	if !known {
		if o.seen != nil && len(o.seen) >= limits.PKISignatures {
			return fail(CodeTooLarge, c, nil, "what", "signature", "max", strconv.Itoa(limits.PKISignatures))
		}
		check := o.Verify
		if check == nil {
			check = VerifySignature
		}
		err = check(key, c.Algorithm, c.RawTBS, c.Signature)
		if o.seen != nil {
			o.seen[k] = err
		}
	}
	var own *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &own):
		return own
	}
	return fail(CodeSignature, c, err)
}
