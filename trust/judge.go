package trust

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/revoke"
)

// judging is one judgement: a question, and what all that work on it share.
type judging struct {
	v     *Validator
	q     Question
	since time.Time // evidence is wanted that is not older, where there is any; zero: old evidence will do that holds
	fetch *fetching // nil: offline

	mu       sync.Mutex
	asks     int                // certificates asked about, those of responders and of issuers of CRLs included
	failures map[Digest][]error // why nothing could be fetched for a certificate
	sought   map[pair]bool      // for what it was tried
}

// first reports whether nothing has been fetched for a certificate yet, as one that the issuer issued.
func (s *judging) first(c, issuer *pki.Certificate) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sought == nil {
		s.sought = make(map[pair]bool)
	}
	d := pairOf(c, issuer)
	first := !s.sought[d]
	s.sought[d] = true
	return first
}

func (s *judging) failed(c *pki.Certificate, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failures == nil {
		s.failures = make(map[Digest][]error)
	}
	s.failures[c.Digest()] = append(s.failures[c.Digest()], err)
}

func (s *judging) failuresOf(c *pki.Certificate) []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.failures[c.Digest()])
}

func (v *Validator) judge(ctx context.Context, q Question, since time.Time) *Judgement {
	if q.Now.IsZero() {
		q.Now = v.now()
	}
	if q.At.IsZero() || q.At.After(q.Now) { // nothing can be proved of what is to come
		q.At = q.Now
	}
	if q.Certificate == nil {
		return &Judgement{Err: fail(CodeNoPath, nil, "subject", "?"), Used: new(Evidence)}
	}
	d := &desk{judging: &judging{v: v, q: q, since: since}}
	if v.Fetcher != nil {
		var done func()
		d.fetch, done = v.fetching(ctx, q.Now)
		defer done()
	}
	d.material = v.join(v.material(q.Evidence, OriginDocument), v.given())
	first := d.judge(nil)
	// An authority may have been certified more than once: where one of the certificates above is to blame, another path may do.
	var excluded []Digest
	for j := first; j.Err != nil && j.Fault > 0 && j.Fault < len(j.Path.Certificates)-1 && len(excluded) < limits.PathDetours; {
		excluded = append(excluded, DigestOf(j.Path.Certificates[j.Fault].Raw))
		if j = d.judge(excluded); j.Path == nil {
			break
		}
		if j.Err == nil {
			return j
		}
	}
	return first
}

// given is the validator's own evidence, read once.
func (v *Validator) given() *material {
	v.once.Do(func() {
		v.own = v.material(v.Evidence, OriginGiven)
		for _, r := range v.Responders {
			if c, err := pki.FromX509(r); err == nil && c != nil {
				v.trusted = append(v.trusted, c)
			}
		}
	})
	return v.own
}

// judge finds a path, and judges along it.
func (d *desk) judge(excluded []Digest) *Judgement {
	j := &Judgement{Control: d.q.Now, Used: new(Evidence)}
	path, err := d.path(excluded)
	for n := 0; path == nil && err.is(CodeNoPath) && d.fetch != nil && excluded == nil && n < limits.PKIPath && d.climb(); n++ {
		path, err = d.path(excluded)
	}
	if path == nil {
		if j.Err = err; err.is(CodeNoPath) && len(d.climbing) > 0 {
			j.Err = fail(CodeNoPath, reasonsOf(d.climbing), "subject", err.Params()["subject"])
		}
		return j
	}
	j.Path, j.Tolerances = path, path.tolerances
	j.Used.Certificates = slices.Clone(path.Certificates)
	if d.fetch != nil {
		d.gather(path.chain)
	}
	c := &court{desk: d, j: j, control: d.q.Now, used: make(map[Digest]bool)}
	for _, cert := range path.chain {
		c.used[cert.Digest()] = true
	}
	if err != nil {
		c.blame(err, c.outside())
	}
	c.descend()
	return j
}

func (d *desk) path(excluded []Digest) (*Path, *Error) {
	others := d.material.certificates
	if excluded != nil {
		others = slices.DeleteFunc(slices.Clone(others), func(c candidate) bool { return slices.Contains(excluded, c.digest) })
	}
	return d.v.Store.path(candidateOf(d.q.Certificate), others, d.q.At, d.v.Algorithms)
}

// existed is the earliest time at which a piece is proved to have existed: at the latest now, for here it is.
func (s *judging) existed(d Digest) time.Time {
	if s.q.Existed != nil {
		if t := s.q.Existed(d); !t.IsZero() && t.Before(s.q.Now) {
			return t
		}
	}
	return s.q.Now
}

// court judges a path from the anchor down, and slides the control time as ETSI EN 319 102-1, 5.6.2.2, says: it is the time up to which
// what stands above can be relied on, so that what stands below must be proved to have existed by then.
//
// That the status of a certificate is known up to some time only moves no proofs: it must cover the time judged (5.2.5), no more.
// Otherwise no signature of level B-LT could be confirmed the day after.
type court struct {
	*desk
	j       *Judgement
	control time.Time
	cause   *Error // why control is not now
	causeAt int
	rank    int
	used    map[Digest]bool // what stands in the judgement's Used
}

// ranks are the codes by how much they tell; of several, the one that tells the most stands in the judgement.
var ranks = map[finding.Code]int{CodeRevoked: 7, CodeSuspended: 6, CodeExpired: 5, CodeValidity: 5, CodeWeak: 4, CodeUnknown: 3, CodeStale: 2, CodeUnchecked: 1}

func (c *court) blame(err *Error, i int) {
	if rank := ranks[finding.Code(err.Code())]; c.j.Err == nil || rank > c.rank {
		c.j.Err, c.j.Fault, c.rank = err, i, rank
	}
}

// outside is the first certificate that is not valid at the time judged.
func (c *court) outside() int {
	return max(0, slices.IndexFunc(c.j.Path.chain, func(p *pki.Certificate) bool { return !p.ValidAt(c.q.At) }))
}

// slide moves the control time back.
func (c *court) slide(to time.Time, cause *Error, i int) {
	if to.Before(c.control) {
		c.control, c.cause, c.causeAt = to, cause, i
	}
}

func (c *court) descend() {
	chain := c.j.Path.chain
	c.j.Statuses = make([]Status, len(chain))
	c.j.Statuses[len(chain)-1] = Status{State: NotRequired}
	known := c.q.Now // until when all are known to have been good
	for i := len(chain) - 2; i >= 0; i-- {
		cert := chain[i]
		name := cert.Name()
		if end := c.j.Path.ends[i]; end.Name != "" {
			c.slide(end.Until, weak(cert, end), i)
		}
		late := c.cause != nil && c.existed(cert.Digest()).After(c.control)
		if late {
			c.blame(c.cause, c.causeAt)
		}
		if exempt(cert) {
			c.j.Statuses[i] = Status{State: NotRequired}
			continue
		}
		v := c.settle(&inquiry{chain: chain, i: i, at: earlier(c.q.At, cert.NotAfter), proof: c.q.At, control: c.control})
		c.j.Statuses[i] = c.status(v)
		c.use(v)
		switch v.state {
		case Good:
			known = earlier(known, v.until)
			if v.until.Before(earlier(c.q.At, cert.NotAfter)) {
				c.blame(fail(CodeStale, reasonsOf(v.why), "subject", name, "at", stamp(c.q.At), "until", stamp(v.until)), i)
			} else if c.j.Err.is(CodeValidity) && c.j.Fault == i && c.q.At.After(cert.NotAfter) {
				c.j.Err = fail(CodeExpired, nil, "subject", name, "at", stamp(c.q.At), "until", stamp(cert.NotAfter))
			}
		case Revoked, Suspended:
			err := fail(CodeRevoked, nil, "subject", name, "at", stamp(v.answer.RevokedAt), "reason", reasonOr(v.answer.Reason))
			if v.state == Suspended {
				err = fail(CodeSuspended, nil, "subject", name, "at", stamp(v.answer.RevokedAt))
			}
			if !c.q.At.Before(v.answer.RevokedAt) {
				c.blame(err, i)
			}
			c.slide(v.answer.RevokedAt, err, i)
		case Unknown:
			c.blame(fail(CodeUnknown, reasonsOf(v.why), "subject", name), i)
		default:
			if c.cause != nil { // what is at hand is not proved to be old enough: that is why
				c.blame(c.cause, c.causeAt)
			}
			c.blame(fail(CodeUnchecked, reasonsOf(v.why), "subject", name), i)
		}
		if v.answer != nil && v.answer.ends.Name != "" {
			c.slide(v.answer.ends.Until, weak(cert, v.answer.ends), i)
		}
	}
	if c.q.At.After(c.control) {
		c.blame(c.cause, c.causeAt)
	}
	c.j.Control = earlier(c.control, known)
}

// exempt reports whether a certificate says of itself that no revocation data is made for it: it lives too short a time. DSS takes the
// same two extensions. An authority cannot exempt itself.
func exempt(c *pki.Certificate) bool {
	return !c.IsCA && slices.ContainsFunc(c.Extensions, func(e pki.Extension) bool { return e.ID == oidShortTerm || e.ID == oidNoRevocation })
}

var (
	oidShortTerm    = pki.NewOID(0, 4, 0, 194121, 2, 1) // ext-etsi-valassured-ST-certs (ETSI EN 319 412-1, 5.2)
	oidNoRevocation = pki.NewOID(2, 5, 29, 56)          // noRevAvail (RFC 9608)
)

func weak(c *pki.Certificate, l Limit) *Error {
	return fail(CodeWeak, nil, "subject", c.Name(), "algorithm", l.Name, "until", l.Until.Format(time.DateOnly))
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// status says a verdict for callers.
func (d *desk) status(v *verdict) Status {
	s := Status{State: v.state, Why: v.why}
	a := v.answer
	if a == nil {
		return s
	}
	s.Source, s.ThisUpdate, s.NextUpdate, s.ProducedAt = string(a.Source), a.ThisUpdate, a.NextUpdate, a.ProducedAt
	s.RevokedAt, s.Reason, s.Digest = a.RevokedAt, reason(a.Reason), a.Piece.Digest
	s.Origin = d.material.origins[s.Digest]
	s.Signer = d.x509(a.Signer[0])
	return s
}

// use notes all that a verdict rests on.
func (c *court) use(v *verdict) {
	fresh := func(d Digest) bool {
		known := c.used[d]
		c.used[d] = true
		return !known
	}
	for _, p := range v.pieces {
		switch {
		case !fresh(p.Digest):
		case p.Response != nil:
			c.j.Used.OCSPs = append(c.j.Used.OCSPs, p.Response.Raw)
		case p.CRL != nil:
			c.j.Used.CRLs = append(c.j.Used.CRLs, p.CRL.Raw)
		}
		for _, signer := range p.Signer {
			if fresh(signer.Digest()) {
				c.j.Used.Certificates = append(c.j.Used.Certificates, c.x509(signer))
			}
		}
	}
}

// reason is a CRLReason by its name; "" where none is named.
func reason(r revoke.Reason) string {
	names := map[revoke.Reason]string{1: "keyCompromise", 2: "cACompromise", 3: "affiliationChanged", 4: "superseded", 5: "cessationOfOperation",
		6: "certificateHold", 8: "removeFromCRL", 9: "privilegeWithdrawn", 10: "aACompromise"}
	return names[r]
}

func reasonOr(r revoke.Reason) string {
	if name := reason(r); name != "" {
		return name
	}
	return "-"
}
