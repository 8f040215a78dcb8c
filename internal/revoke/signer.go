package revoke

import (
	"cmp"
	"slices"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/pki"
)

// signed looks for somebody who may have signed a list and did (RFC 5280, 6.3.3 (f) to (h)): of the list issuer's name, with a key that
// may sign lists and a path to the anchor of the certificate asked about.
func (q *question) signed(l *CRL, named bool) ([]*pki.Certificate, *Error) {
	var why error
	for i, c := range q.above {
		if !mayIssue(c, l) {
			continue
		}
		if why = q.verify(&l.signature, pki.PathKey(q.above[i:])); why == nil {
			return q.above[i:], nil
		}
	}
	pool := append(slices.Clone(q.above), q.ev.all...)
	candidates := q.ev.certificates[l.Issuer.Key()]
	if named {
		candidates, pool = append(slices.Clone(candidates), q.cert), append(pool, q.cert)
	}
	for _, c := range candidates {
		if !mayIssue(c, l) || slices.ContainsFunc(q.above, c.Equal) || !named && c.Equal(q.cert) {
			continue
		}
		// A path is dear, so a key that stands for itself is tried first.
		if _, err := alg.ParsePublicKey(c.RawSPKI); err == nil {
			if err := q.verify(&l.signature, pki.KeyOf(c)); err != nil {
				why = cmp.Or(why, err) // that one who signed may not tells more
				continue
			}
		}
		r, err := pki.Find(c, q.above[len(q.above)-1:], pool, q.pathAt(l.ThisUpdate))
		if err != nil && !q.excused(err) {
			why = err
			continue
		}
		if why = q.verify(&l.signature, r.Key); why == nil {
			return r.Chain, nil
		}
	}
	return nil, fail(CodeIssuer, why, "issuer", l.Issuer.String())
}

// mayIssue tells by name and key usage; the signature tells the rest, whatever key identifiers say.
func mayIssue(c *pki.Certificate, l *CRL) bool {
	return c.Subject.Equal(l.Issuer) && (!c.HasKeyUsage || c.KeyUsage&pki.UsageCRLSign != 0)
}
