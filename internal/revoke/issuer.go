package revoke

import (
	"slices"
	"strconv"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
)

// signed looks for somebody who may have signed a CRL and did (RFC 5280, 6.3.3 (f) to (h)): of the CRL issuer's name, with a key that
// may sign CRLs, with a path to the anchor of the certificate asked about, and not revoked itself. Where the certificate asked about
// is the CRL issuer's own, and its distribution point names that issuer, its list speaks for itself: its authority wants it so.
func (c *checker) signed(s *scope, l *CRL, named bool) *Error {
	var why error
	above := s.chain[1:]
	for i, issuer := range above {
		if !mayIssue(issuer, l) {
			continue
		}
		if c.tried++; c.tried > limits.RevokeChecks {
			return fail(CodeTooLarge, nil, "what", "CRL", "max", strconv.Itoa(limits.RevokeChecks))
		}
		// Those above are valid and good already.
		if r, err := pki.Validate(above[i:], &c.path); err != nil {
			why = err
		} else if why = c.verify(r.Key, l); why == nil {
			return nil
		}
	}
	anchors := []*pki.Certificate{s.chain[len(s.chain)-1]}
	known := above
	if named {
		known = append(slices.Clone(above), s.cert)
	}
	pool := append(slices.Clone(above), c.opts.Certificates...)
	for _, issuer := range pool {
		if issuer == nil || !mayIssue(issuer, l) || slices.ContainsFunc(above, issuer.Equal) {
			continue
		}
		if c.tried++; c.tried > limits.RevokeChecks {
			return fail(CodeTooLarge, nil, "what", "CRL", "max", strconv.Itoa(limits.RevokeChecks))
		}
		// A path is dear, so a key that stands for itself is tried first.
		if _, err := alg.ParsePublicKey(issuer.RawSPKI); err == nil {
			if why = c.verify(pki.KeyOf(issuer), l); why != nil {
				continue
			}
		}
		r, err := pki.Find(issuer, anchors, pool, &c.path)
		if err != nil {
			why = err
			continue
		}
		if err := c.verify(r.Key, l); err != nil {
			why = err
			continue
		}
		if err := c.good(r.Chain, known, s.nesting); err != nil {
			why = err
			continue
		}
		return nil
	}
	return fail(CodeIssuer, why, "issuer", l.Issuer.String())
}

// mayIssue tells by name and key usage; the signature tells the rest, whatever key identifiers say.
func mayIssue(issuer *pki.Certificate, l *CRL) bool {
	return issuer.Subject.Equal(l.Issuer) && (!issuer.HasKeyUsage || issuer.KeyUsage&pki.UsageCRLSign != 0)
}

func (c *checker) verify(key pki.Key, l *CRL) error {
	check := c.path.Verify
	if check == nil {
		check = pki.VerifySignature
	}
	return check(key, l.Algorithm, l.RawTBS, l.Signature)
}

// good checks the certificates of a CRL issuer's path that are not known already.
func (c *checker) good(chain, known []*pki.Certificate, nesting int) error {
	for i := len(chain) - 2; i >= 0; i-- {
		if slices.ContainsFunc(known, chain[i].Equal) {
			continue
		}
		if _, err := c.certificate(chain, i, nesting+1); err != nil {
			return err
		}
	}
	return nil
}
