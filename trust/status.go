package trust

import (
	"crypto/x509"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/revoke"
)

// desk is what one goroutine has at hand.
type desk struct {
	*judging
	material *material
	taken    []*material        // what was fetched, of it
	within   []*pki.Certificate // whose state is being told: an answer may not depend on itself
	climbing []error            // why certificates of issuers could not be had
}

// inquiry asks for the state of chain[i].
type inquiry struct {
	chain   []*pki.Certificate // a path, the anchor last
	i       int
	at      time.Time // an answer must hold until then
	proof   time.Time // what the certificate signed is proved to have existed then: a later revocation does not touch it
	control time.Time // answers must be proved to have existed then
}

// verdict is the state of one certificate.
type verdict struct {
	state  State
	answer *answer   // that it rests on; nil: none
	until  time.Time // how long a good answer holds
	pieces []revoke.Piece
	why    []error
}

// answer is an authentic answer, with what the judgement asks of everyone who signed it: worked out once.
type answer struct {
	revoke.Answer
	ends    Limit     // the first of its algorithms, and of those of its signers' certificates, to end
	expires time.Time // the first of its signers' certificates to expire; the anchor's is not asked
}

type answers struct {
	all  []*answer
	errs []error
}

// answers are all authentic answers about chain[i] that the material has.
func (d *desk) answers(chain []*pki.Certificate, i int) *answers {
	var b strings.Builder
	b.Write(d.material.key[:])
	for _, c := range chain[i:] {
		digest := c.Digest()
		b.Write(digest[:])
	}
	key := DigestOf([]byte(b.String()))
	if known, ok := d.v.answered.get(key); ok {
		return known
	}
	found, errs := revoke.Answers(chain, i, d.material.revocation, &revoke.Options{Responders: d.v.trusted})
	out := &answers{}
	cost := int64(limits.TrustCacheEntry)
	for _, e := range errs {
		out.errs = append(out.errs, e)
	}
	for _, a := range found {
		one := &answer{Answer: a, expires: endOfTime}
		for _, p := range a.Pieces() {
			one.limit(d.v.Algorithms.endOf(p.Algorithm(), p.Signer[0]))
			for j, c := range p.Signer[:len(p.Signer)-1] {
				one.limit(d.v.Algorithms.endOf(c.Algorithm, p.Signer[j+1]))
				one.expires = earlier(one.expires, c.NotAfter)
			}
			if p.CRL != nil {
				cost += int64(len(p.CRL.Raw))
			}
			cost += limits.TrustCacheEntry
		}
		out.all = append(out.all, one)
	}
	d.v.answered.put(key, out, cost, limits.TrustMemory)
	return out
}

var endOfTime = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)

func (a *answer) limit(l Limit) {
	if l.Name != "" && (a.ends.Name == "" || l.Until.Before(a.ends.Until)) {
		a.ends = l
	}
}

// horizon is how long an answer holds (ETSI EN 319 102-1, 5.2.5).
func (v *Validator) horizon(a *revoke.Answer) time.Time {
	until := a.NextUpdate
	if until.IsZero() {
		fresh := v.FreshFor
		if fresh <= 0 {
			fresh = limits.RevocationFresh
		}
		until = a.ThisUpdate.Add(fresh)
	}
	if until.Before(a.ThisUpdate) {
		return a.ThisUpdate
	}
	return until
}

// ask tells the state by the material at hand. Revocation is final: no good answer outweighs it. Of the others the most recent counts,
// and of good ones that are there already the most recent that holds.
func (d *desk) ask(in *inquiry) *verdict {
	cert := in.chain[in.i]
	v := &verdict{state: Unchecked}
	d.mu.Lock()
	d.asks++
	over := d.asks > limits.TrustAsks
	d.mu.Unlock()
	if over || len(d.within) > limits.RevokeNesting || slices.ContainsFunc(d.within, cert.Equal) {
		v.why = append(v.why, fail(CodeTangled, nil, "subject", cert.Name()))
		return v
	}
	d.within = append(d.within, cert)
	defer func() { d.within = d.within[:len(d.within)-1] }()

	list := d.answers(in.chain, in.i)
	v.why = append(v.why, list.errs...)
	var unknown *answer
	for _, a := range list.all {
		if v.answer != nil && a.State != revoke.Revoked && (v.state == Suspended || !v.until.Before(in.at) || a.State != revoke.Good) {
			continue // there is a better one
		}
		pieces, err := d.serves(a, in)
		if err != nil {
			v.why = append(v.why, err)
			continue
		}
		if a.State == revoke.Unknown {
			if unknown == nil {
				unknown = a
			}
			continue
		}
		if until := d.v.horizon(&a.Answer); v.answer == nil || a.State == revoke.Revoked || !until.Before(in.at) {
			v.state, v.answer, v.until, v.pieces = State(a.State), a, until, pieces
		}
		if a.State == revoke.Revoked {
			break
		}
	}
	if v.answer == nil && unknown != nil {
		v.state, v.answer = Unknown, unknown
	}
	return v
}

// serves tells whether an answer may be relied on at the control time, and gives all that it rests on.
func (d *desk) serves(a *answer, in *inquiry) ([]revoke.Piece, error) {
	pieces := a.Pieces()
	var existed time.Time
	for _, p := range pieces {
		if t := d.existed(p.Digest); t.After(existed) {
			existed = t
		}
	}
	useless := func(reason string) error {
		return fail(CodeUseless, nil, "issuer", a.Signer[0].Name(), "at", stamp(a.ThisUpdate), "reason", reason)
	}
	switch {
	case a.ThisUpdate.After(in.control.Add(limits.VerifySkew)):
		return nil, useless("it is from a later time")
	case existed.After(in.control):
		return nil, useless("it is not proved to be old enough")
	case !a.Tells(in.chain[in.i]):
		return nil, useless("it was made after the certificate had expired, when its issuer may have forgotten it")
	case a.ends.Name != "" && !existed.Before(a.ends.Until):
		return nil, fail(CodeWeak, nil, "subject", a.Signer[0].Name(), "algorithm", a.ends.Name, "until", a.ends.Until.Format(time.DateOnly))
	case existed.After(a.expires):
		return nil, useless("the certificate of who signed it has expired since")
	}
	for _, p := range pieces {
		made := a.ThisUpdate
		if p.Response != nil {
			made = p.Response.ProducedAt
		} else if p.CRL != nil {
			made = p.CRL.ThisUpdate
		}
		for i := len(p.Signer) - 2; i >= 0; i-- {
			signer := p.Signer[i]
			if i == 0 && (p.NoCheck || exempt(signer)) || slices.ContainsFunc(in.chain[in.i:], signer.Equal) {
				continue
			}
			v := d.settle(&inquiry{chain: p.Signer, i: i, at: made, proof: existed, control: in.control})
			switch {
			case v.state == Good && !v.until.Before(made), (v.state == Revoked || v.state == Suspended) && existed.Before(v.answer.RevokedAt):
				pieces = append(pieces, v.pieces...)
			case v.state == Revoked:
				return nil, fail(CodeRevoked, nil, "subject", signer.Name(), "at", stamp(v.answer.RevokedAt), "reason", reasonOr(v.answer.Reason))
			case v.state == Suspended:
				return nil, fail(CodeSuspended, nil, "subject", signer.Name(), "at", stamp(v.answer.RevokedAt))
			default:
				return nil, fail(CodeUnchecked, reasonsOf(v.why), "subject", signer.Name())
			}
		}
	}
	return pieces, nil
}

// settled reports whether nothing that could be fetched would say more.
func (d *desk) settled(v *verdict, in *inquiry) bool {
	switch v.state {
	case Revoked:
		return true
	case Good:
		return !v.until.Before(in.at) && !v.answer.ThisUpdate.Before(d.since)
	case Suspended:
		origin := d.material.origins[v.answer.Piece.Digest]
		return (origin == OriginFetched || origin == OriginCache) && !v.until.Before(d.q.Now)
	}
	return false
}

// settle asks, and where the material does not tell fetches more and asks again.
func (d *desk) settle(in *inquiry) *verdict {
	cert := in.chain[in.i]
	v := d.ask(in)
	// What is fetched now is proved to exist only now.
	if d.fetch != nil && !in.control.Before(d.q.Now) && !d.settled(v, in) && !slices.ContainsFunc(d.within, cert.Equal) {
		v = d.seek(v, in)
	}
	failures := d.failuresOf(cert)
	if v.state == Unchecked {
		failures = append(failures, d.material.unread...)
		if d.fetch == nil && len(failures)+len(v.why) == 0 {
			failures = append(failures, fail(CodeOffline, nil, "subject", cert.Name()))
		}
	}
	v.why = append(failures, v.why...)
	return v
}

// gather fetches for all certificates of a chain side by side what the material lacks.
func (d *desk) gather(chain []*pki.Certificate) {
	desks := make([]*desk, len(chain)-1)
	var group sync.WaitGroup
	for i := range desks {
		one := &desk{judging: d.judging, material: d.material}
		desks[i] = one
		in := &inquiry{chain: chain, i: i, at: earlier(d.q.At, chain[i].NotAfter), proof: d.q.At, control: d.q.Now}
		if !exempt(chain[i]) && !d.settled(d.ask(in), in) {
			group.Go(func() { one.settle(in) })
		}
	}
	group.Wait()
	for _, one := range desks {
		for _, m := range one.taken {
			d.take(m)
		}
	}
}

// x509 is a certificate as crypto/x509 has it, the caller's own where it is.
func (d *desk) x509(c *pki.Certificate) *x509.Certificate {
	digest := c.Digest()
	for _, one := range d.material.certificates {
		if one.digest == digest && one.x509 != nil {
			return one.x509
		}
	}
	if known, ok := d.v.pieces.get(digest); ok {
		if x, ok := known.(*x509.Certificate); ok {
			return x
		}
	}
	x := c.X509()
	d.v.pieces.put(digest, x, int64(len(c.Raw))+limits.TrustCacheEntry, limits.TrustMemory)
	return x
}
