package alg

import (
	"math/big"
	"math/bits"
)

// A library in many smart cards and tokens made RSA primes of the form k·M + (65537^a mod M), M a product of the first primes
// (CVE-2017-15361, "ROCA"): such a modulus can be factored. It gives itself away, since modulo each small prime it is a power of
// 65537. A random modulus passes for one with a probability of about 2⁻²⁸ (the test computes it).

var smallPrimes = []uint{
	3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
	101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
}

// residues is a prime with the set of powers of 65537 modulo it, one bit each.
type residues struct {
	prime  uint
	powers [3]uint64
}

// residueGroup collects primes whose product fits a machine word, so that one pass over the modulus serves them all.
type residueGroup struct {
	product uint
	primes  []residues
}

var residueGroups = groupResidues()

func groupResidues() []residueGroup {
	var groups []residueGroup
	group := residueGroup{product: 1}
	for _, p := range smallPrimes {
		if group.product > (1<<32-1)/p {
			groups = append(groups, group)
			group = residueGroup{product: 1}
		}
		r := residues{prime: p}
		for x := uint(1); r.powers[x/64]&(1<<(x%64)) == 0; x = x * 65537 % p {
			r.powers[x/64] |= 1 << (x % 64)
		}
		group.product *= p
		group.primes = append(group.primes, r)
	}
	return append(groups, group)
}

// predictable reports whether n is a modulus of the faulty generator.
func predictable(n *big.Int) bool {
	words := n.Bits()
	for _, g := range residueGroups {
		var rem uint
		for i := len(words) - 1; i >= 0; i-- {
			_, rem = bits.Div(rem, uint(words[i]), g.product)
		}
		for _, r := range g.primes {
			x := rem % r.prime
			if r.powers[x/64]&(1<<(x%64)) == 0 {
				return false
			}
		}
	}
	return true
}
