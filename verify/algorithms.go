package verify

import (
	"crypto"
	"crypto/x509"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/trust"
)

// use is one algorithm that a signature relies on.
type use = trust.Limit

// algorithms are the dates of trust's table, which chains are judged by too. A signature made later, or not proved to be made earlier,
// is INDETERMINATE. After the softer dates a report only warns.
var algorithms *trust.Algorithms

func hashUse(h crypto.Hash) (use, bool) { return algorithms.Hash(h) }

func keyUse(pub crypto.PublicKey) (use, bool) { return algorithms.Key(pub) }

// weak judges algorithms at a time by which their use is proved, or else the validation time: those whose day is over.
func weak(at time.Time, uses []use) []Finding {
	var found []Finding
	seen := make(map[string]bool)
	for _, u := range uses {
		if at.Before(u.Until) || seen[u.Name] {
			continue
		}
		seen[u.Name] = true
		severity := finding.Error
		if u.Soft {
			severity = finding.Warning
		}
		found = append(found, Finding{Code: CodeWeakAlgorithm, Severity: severity, Clause: "ETSI TS 119 312",
			Params: finding.P("algorithm", u.Name, "until", u.Until.Format(time.DateOnly))})
	}
	return found
}

// pathUses are the algorithms of a chain: the hash of every certificate's signature but the anchor's, and the keys of all. The
// anchor's own signature proves nothing, so that its hash does not matter.
func pathUses(chain []*x509.Certificate) []use {
	var uses []use
	add := func(u use, ok bool) {
		if ok {
			uses = append(uses, u)
		}
	}
	for i, c := range chain {
		if i > 0 { // the signer's own key is judged with the signature
			add(keyUse(c.PublicKey))
		}
		if i == len(chain)-1 {
			break
		}
		switch c.SignatureAlgorithm {
		case x509.MD5WithRSA:
			add(hashUse(crypto.MD5))
		case x509.SHA1WithRSA, x509.ECDSAWithSHA1, x509.DSAWithSHA1:
			add(hashUse(crypto.SHA1))
		}
	}
	return uses
}
