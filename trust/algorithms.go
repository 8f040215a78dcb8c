package trust

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"strconv"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/pki"
)

// Algorithms says until when algorithms are relied on (ETSI EN 319 102-1, 5.2.8). It is data: what it does not name is relied on
// without end, so the zero value has no limits. A nil *Algorithms stands for [DefaultAlgorithms]. It is read only, and then safe for
// concurrent use.
type Algorithms struct {
	Hashes []HashLimit
	Keys   []KeyLimit // the first that fits counts
}

// HashLimit is the day of a hash algorithm.
type HashLimit struct {
	Hash  crypto.Hash
	Until time.Time // not relied on from then on
	Soft  bool      // it is only warned of
}

// KeyLimit is the day of keys of one kind that are too short.
type KeyLimit struct {
	Kind  string // "RSA", "ECDSA"
	Below int    // bits of the modulus, of the order; shorter keys are meant
	Until time.Time
	Soft  bool
}

// Limit is until when one algorithm is relied on.
type Limit struct {
	Name  string // as shown: "SHA-1", "RSA-1024"
	Until time.Time
	Soft  bool
}

// defaults are ETSI TS 119 312 V1.5.1 and its predecessors. EU DSS 6.4 applies the same dates by default, with 1900 in place of 2048
// bits: Circular 15/2025/TT-BKHCN, Annex I, asks for 2048. It is read only.
var defaults = Algorithms{
	Hashes: []HashLimit{
		{Hash: crypto.MD5, Until: date(2004, 8)},
		{Hash: crypto.SHA1, Until: date(2012, 8)},
		{Hash: crypto.SHA224, Until: date(2029, 1)},
	},
	Keys: []KeyLimit{
		{Kind: "RSA", Below: 2048, Until: date(2019, 10)},
		{Kind: "RSA", Below: 3000, Until: date(2029, 1), Soft: true},
		{Kind: "ECDSA", Below: 224, Until: date(2012, 8)},
		{Kind: "ECDSA", Below: 256, Until: date(2021, 10)},
	},
}

func date(year int, month time.Month) time.Time {
	return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
}

// DefaultAlgorithms is a copy of what nil stands for: the dates of ETSI TS 119 312, with 2048 bits for RSA.
func DefaultAlgorithms() *Algorithms {
	return &Algorithms{Hashes: append([]HashLimit(nil), defaults.Hashes...), Keys: append([]KeyLimit(nil), defaults.Keys...)}
}

func (a *Algorithms) table() *Algorithms {
	if a == nil {
		return &defaults
	}
	return a
}

// Hash is the limit of a hash algorithm; false: none.
func (a *Algorithms) Hash(h crypto.Hash) (Limit, bool) {
	for _, l := range a.table().Hashes {
		if l.Hash == h {
			return Limit{Name: alg.HashName(h), Until: l.Until, Soft: l.Soft}, true
		}
	}
	return Limit{}, false
}

// Key is the limit of a public key by its kind and size; false: none.
func (a *Algorithms) Key(pub crypto.PublicKey) (Limit, bool) {
	kind, bits := "", 0
	switch k := pub.(type) {
	case *alg.PSSKey:
		return a.Key(k.Key)
	case *rsa.PublicKey:
		kind, bits = "RSA", k.N.BitLen()
	case *ecdsa.PublicKey:
		kind, bits = "ECDSA", k.Params().N.BitLen()
	}
	for _, l := range a.table().Keys {
		if l.Kind == kind && bits < l.Below {
			return Limit{Name: kind + "-" + strconv.Itoa(bits), Until: l.Until, Soft: l.Soft}, true
		}
	}
	return Limit{}, false
}

// ends is when a signature by a key of this kind stops being relied on, and by which of its algorithms: the earliest of its hard
// limits. The zero Limit: never.
func (a *Algorithms) ends(s alg.Signature, pub crypto.PublicKey) Limit {
	var first Limit
	hash, ok := a.Hash(s.Hash)
	if s.SignsMessage() {
		ok = false // the hash within Ed25519 is no choice of the signer
	}
	key, also := a.Key(pub)
	for _, l := range []struct {
		Limit
		ok bool
	}{{hash, ok}, {key, also}} {
		if l.ok && !l.Soft && (first.Name == "" || l.Until.Before(first.Until)) {
			first = l.Limit
		}
	}
	return first
}

// endOf is ends for a signature by the key of a certificate, by its DER AlgorithmIdentifier. What cannot be told never ends: it does
// not verify either.
func (a *Algorithms) endOf(algorithm []byte, signer *pki.Certificate) Limit {
	pub, scheme, err := pki.Scheme(pki.KeyOf(signer), algorithm)
	if err != nil {
		return Limit{}
	}
	return a.ends(scheme, pub)
}

// at is what a path search asks at a time.
func (a *Algorithms) at(t time.Time) func(*pki.Certificate, alg.Signature, crypto.PublicKey) error {
	return func(c *pki.Certificate, s alg.Signature, issuer crypto.PublicKey) error {
		if l := a.ends(s, issuer); l.Name != "" && !t.Before(l.Until) {
			return fail(CodeWeak, nil, "subject", c.Name(), "algorithm", l.Name, "until", l.Until.Format(time.DateOnly))
		}
		return nil
	}
}

// days are the days on which something of the table ends.
func (a *Algorithms) days() []time.Time {
	var all []time.Time
	for _, l := range a.table().Hashes {
		all = append(all, l.Until)
	}
	for _, l := range a.table().Keys {
		all = append(all, l.Until)
	}
	return all
}
