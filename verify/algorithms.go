package verify

import (
	"crypto"
	"slices"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/trust"
)

// uses are the algorithms that something relies on and whose days are counted. A signature made later, or not proved to be made earlier,
// is INDETERMINATE; after the softer dates a report only warns.
type uses struct {
	table  *trust.Algorithms // the policy's
	limits []trust.Limit
}

func (u *uses) add(l trust.Limit, ok bool) {
	if ok && !slices.ContainsFunc(u.limits, func(have trust.Limit) bool { return have.Name == l.Name }) {
		u.limits = append(u.limits, l)
	}
}

func (u *uses) hash(h crypto.Hash) { u.add(u.table.Hash(h)) }

func (u *uses) key(pub crypto.PublicKey) { u.add(u.table.Key(pub)) }

// chain adds the keys of a chain above its first certificate, as far as they are only warned of: the rest is judged with the chain.
func (u *uses) chain(path *trust.Path) {
	if path == nil {
		return
	}
	for _, c := range path.Certificates[1:] {
		if l, ok := u.table.Key(c.PublicKey); ok && l.Soft {
			u.add(l, ok)
		}
	}
}

// weak judges the algorithms at a time by which their use is proved, or else the validation time: those whose day is over. Where even
// the earliest time at which they can have been used lies behind that day, no proof of existence could help.
func (u *uses) weak(at, notBefore time.Time, v *verdict) []Finding {
	var found []Finding
	for _, l := range u.limits {
		if at.Before(l.Until) {
			continue
		}
		f := Finding{Code: CodeWeakAlgorithm, Severity: finding.Error, Clause: "ETSI TS 119 312", Params: finding.P("algorithm", l.Name, "until", l.Until.Format(time.DateOnly))}
		switch {
		case l.Soft:
			f.Severity = finding.Warning
		case !notBefore.Before(l.Until):
			v.doubt(CryptoConstraintsFailure)
		default:
			v.doubt(CryptoConstraintsNoPOE)
		}
		found = append(found, f)
	}
	return found
}
