package verify

import (
	"cmp"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/trust"
)

// proofs are the proofs of existence that were found so far (ETSI EN 319 102-1, 5.6.2.3): by the names of signature values, tokens,
// certificates, CRLs and OCSP responses, the earliest time at which each is known to have existed. Of everything else, the validation
// time is known: there it is.
type proofs struct {
	now      time.Time
	earliest map[trust.Digest]proof
}

// proof is a time-stamp that is valid: what it covers existed at that time.
type proof struct {
	time  time.Time
	basis string // BasisTimestamp, BasisArchive
}

// since is the earliest time at which something is known to have existed.
func (p *proofs) since(d trust.Digest) time.Time {
	if known, ok := p.earliest[d]; ok {
		return known.time
	}
	return p.now
}

// existed is what a [trust.Question] asks: nil where nothing is proved of anything.
func (p *proofs) existed() func(trust.Digest) time.Time {
	if len(p.earliest) == 0 {
		return nil
	}
	return func(d trust.Digest) time.Time { return p.earliest[d].time }
}

// add takes in what a valid time-stamp proves. A clock that is a little ahead of ours proves no more than now.
func (p *proofs) add(one proof, covers []trust.Digest) {
	if one.time.After(p.now) {
		one.time = p.now
	}
	if p.earliest == nil {
		p.earliest = make(map[trust.Digest]proof)
	}
	for _, d := range covers {
		if known, ok := p.earliest[d]; !ok || one.time.Before(known.time) || one.time.Equal(known.time) && one.basis == BasisTimestamp {
			p.earliest[d] = one
		}
	}
}

// latestFirst orders time-stamps so that each is judged after all that could prove when it existed: from the latest to the earliest
// (5.6.3.4), and among those of one second the one that covers the other first.
func latestFirst(stamps []*stamp) {
	slices.SortStableFunc(stamps, func(a, b *stamp) int {
		return cmp.Or(b.at().Compare(a.at()), cmp.Compare(len(b.covers), len(a.covers)))
	})
}
