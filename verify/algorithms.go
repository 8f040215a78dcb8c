package verify

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"strconv"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/finding"
)

// The dates until which algorithms are relied on (ETSI TS 119 312 V1.5.1 and its predecessors; EU DSS 6.4 applies the same dates by
// default, with 1900 in place of 2048 bits: Circular 15/2025/TT-BKHCN, Annex I, asks for 2048). A signature made later, or not proved
// to be made earlier, is INDETERMINATE. After the softer dates a report only warns.
var (
	hashUntil = map[crypto.Hash]time.Time{
		crypto.MD5:    date(2004, 8),
		crypto.SHA1:   date(2012, 8),
		crypto.SHA224: date(2029, 1),
	}
	rsaUntil = []struct {
		below int // bits of the modulus
		until time.Time
		warn  bool
	}{
		{2048, date(2019, 10), false},
		{3000, date(2029, 1), true},
	}
	ecdsaUntil = []struct {
		below int // bits of the order
		until time.Time
	}{
		{224, date(2012, 8)},
		{256, date(2021, 10)},
	}
)

func date(year int, month time.Month) time.Time {
	return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
}

// use is one algorithm that a signature relies on.
type use struct {
	name  string // as shown
	until time.Time
	warn  bool
}

func hashUse(h crypto.Hash) (use, bool) {
	until, ok := hashUntil[h]
	return use{name: alg.HashName(h), until: until}, ok
}

func keyUse(pub crypto.PublicKey) (use, bool) {
	switch k := pub.(type) {
	case *alg.PSSKey:
		return keyUse(k.Key)
	case *rsa.PublicKey:
		for _, limit := range rsaUntil {
			if bits := k.N.BitLen(); bits < limit.below {
				return use{name: "RSA-" + strconv.Itoa(bits), until: limit.until, warn: limit.warn}, true
			}
		}
	case *ecdsa.PublicKey:
		for _, limit := range ecdsaUntil {
			if bits := k.Params().N.BitLen(); bits < limit.below {
				return use{name: "ECDSA-" + strconv.Itoa(bits), until: limit.until}, true
			}
		}
	}
	return use{}, false
}

// weak judges algorithms at a time by which their use is proved, or else the validation time: those whose day is over.
func weak(at time.Time, uses []use) []Finding {
	var found []Finding
	seen := make(map[string]bool)
	for _, u := range uses {
		if at.Before(u.until) || seen[u.name] {
			continue
		}
		seen[u.name] = true
		severity := finding.Error
		if u.warn {
			severity = finding.Warning
		}
		found = append(found, Finding{Code: CodeWeakAlgorithm, Severity: severity, Clause: "ETSI TS 119 312",
			Params: finding.P("algorithm", u.name, "until", u.until.Format(time.DateOnly))})
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
