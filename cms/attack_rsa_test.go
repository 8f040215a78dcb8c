package cms_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/testpki"
)

// C5: RSA signatures that only a lax reader takes.
func TestC5RSA(t *testing.T) {
	pki, _ := testpki.Start(t)
	key := pki.Key("signer").(*rsa.PrivateKey)
	const info = "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"
	const noNULL = "\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x04\x20"
	pad := func(kind byte, fill byte, tail []byte) []byte {
		em := bytes.Repeat([]byte{fill}, key.Size())
		em[0], em[1] = 0, kind
		copy(em[len(em)-len(tail):], tail)
		em[len(em)-len(tail)-1] = 0
		return em
	}
	withSum := func(prefix string, set []byte) []byte { return append([]byte(prefix), digest(crypto.SHA256, set)...) }
	value := func(em func(set []byte) []byte) func([]byte) []byte {
		return func(set []byte) []byte { return rawRSA(key, em(set)) }
	}
	f := newForgery(t, pki, "signer")
	f.sign = value(func(set []byte) []byte { return pad(1, 0xff, withSum(info, set)) })
	requireClean(t, f.make())
	for name, em := range map[string]func(set []byte) []byte{
		"missing-null":   func(set []byte) []byte { return pad(1, 0xff, withSum(noNULL, set)) },
		"block-type-2":   func(set []byte) []byte { return pad(2, 0xff, withSum(info, set)) },
		"padding-not-ff": func(set []byte) []byte { return pad(1, 0xfe, withSum(info, set)) },
		"garbage-behind": func(set []byte) []byte { return pad(1, 0xff, append(withSum(info, set), make([]byte, 40)...)) },
		"no-digest-info": func(set []byte) []byte { return pad(1, 0xff, digest(crypto.SHA256, set)) },
		"wrong-hash-name": func(set []byte) []byte {
			return pad(1, 0xff, withSum(strings.Replace(info, "\x02\x01\x05", "\x02\x04\x05", 1), set))
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newForgery(t, pki, "signer")
			f.sign = value(em)
			require.Equal(t, cms.Broken, requireFlagged(t, f.make(), cms.CodeSignature).SignatureIntegrity)
		})
	}
	for name, size := range map[string]int{"short-value": -1, "long-value": 1} {
		t.Run(name, func(t *testing.T) {
			f := newForgery(t, pki, "signer")
			f.edit = func(_ *cmsdata.SignedData, si *cmsdata.SignerInfo) {
				if size < 0 {
					si.Signature = si.Signature[1:]
				} else {
					si.Signature = append([]byte{0}, si.Signature...)
				}
			}
			requireFlagged(t, f.make(), cms.CodeSignature)
		})
	}
}

// C5: the forgery of Bleichenbacher 2006 under exponent 3 (CVE-2006-4339): a cube whose first octets look right.
func TestC5ExponentThree(t *testing.T) {
	pki, _ := testpki.Start(t)
	key := exponentThree(t)
	cert := twin(t, pki, pki.Certificate("signer"), &key.PublicKey)
	clean := newForgery(t, pki, "signer")
	clean.cert, clean.key, clean.certificates = cert, key, []*x509.Certificate{cert}
	clean.attributes()
	clean.sign = func(set []byte) []byte {
		value, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest(crypto.SHA256, set))
		require.NoError(t, err)
		return value
	}
	requireClean(t, clean.make())

	attack := clean
	attack.sign = func(set []byte) []byte {
		prefix := []byte("\x00\x01\xff\xff\xff\xff\xff\xff\xff\xff\x00\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20")
		prefix = append(prefix, digest(crypto.SHA256, set)...)
		em := make([]byte, key.Size())
		copy(em, prefix)
		for i := len(prefix); i < len(em); i++ {
			em[i] = 0xff
		}
		root := cubeRoot(new(big.Int).SetBytes(em))
		value := root.FillBytes(make([]byte, key.Size()))
		cube := new(big.Int).Exp(root, big.NewInt(3), key.N).FillBytes(make([]byte, key.Size()))
		require.Equal(t, prefix, cube[:len(prefix)], "the forgery is a good one")
		return value
	}
	requireFlagged(t, attack.make(), cms.CodeSignature)
}

func exponentThree(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	one, three := big.NewInt(1), big.NewInt(3)
	prime := func() *big.Int {
		for {
			p, err := rand.Prime(rand.Reader, 1024)
			require.NoError(t, err)
			if new(big.Int).Mod(new(big.Int).Sub(p, one), three).Sign() != 0 {
				return p
			}
		}
	}
	p, q := prime(), prime()
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 3}, D: new(big.Int).ModInverse(three, phi), Primes: []*big.Int{p, q}}
	key.Precompute()
	require.NoError(t, key.Validate())
	return key
}

// cubeRoot is the largest integer whose cube is not above n.
func cubeRoot(n *big.Int) *big.Int {
	lo, hi := new(big.Int), new(big.Int).Lsh(big.NewInt(1), uint(n.BitLen()/3+2))
	for new(big.Int).Sub(hi, lo).Cmp(big.NewInt(1)) > 0 {
		mid := new(big.Int).Rsh(new(big.Int).Add(lo, hi), 1)
		if new(big.Int).Exp(mid, big.NewInt(3), nil).Cmp(n) > 0 {
			hi = mid
		} else {
			lo = mid
		}
	}
	return lo
}

// C5: RSA-PSS parameters that are not those of the signature, or not allowed.
func TestC5PSSParameters(t *testing.T) {
	pki, _ := testpki.Start(t)
	key := pki.Key("rsa3072").(*rsa.PrivateKey)
	pss := func(set []byte) []byte {
		value, err := rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest(crypto.SHA256, set), &rsa.PSSOptions{SaltLength: 32})
		require.NoError(t, err)
		return value
	}
	id := func(oid ...int) []byte { return der.AppendOID(nil, oid) }
	null := []byte{der.Null, 0}
	sha := func(last int) []byte { return der.Encode(der.Sequence, id(2, 16, 840, 1, 101, 3, 4, 2, last), null) }
	params := func(hash, mgf []byte, salt, trailer int64, more ...[]byte) []byte {
		p := [][]byte{
			der.Encode(der.Context(0), hash),
			der.Encode(der.Context(1), der.Encode(der.Sequence, id(1, 2, 840, 113549, 1, 1, 8), mgf)),
			der.Encode(der.Context(2), der.AppendInt(nil, salt)),
		}
		if trailer != 1 {
			p = append(p, der.Encode(der.Context(3), der.AppendInt(nil, trailer)))
		}
		return der.Encode(der.Sequence, id(1, 2, 840, 113549, 1, 1, 10), der.Encode(der.Sequence, append(p, more...)...))
	}
	forge := func(algorithm []byte) []byte {
		f := newForgery(t, pki, "rsa3072")
		f.sign, f.algorithm = pss, algorithm
		return f.make()
	}
	requireClean(t, forge(params(sha(1), sha(1), 32, 1)))
	for name, c := range map[string]struct {
		algorithm []byte
		code      cms.Code
	}{
		"salt-shorter":    {params(sha(1), sha(1), 20, 1), cms.CodeSignature},
		"salt-longer":     {params(sha(1), sha(1), 64, 1), cms.CodeSignature},
		"salt-negative":   {params(sha(1), sha(1), -1, 1), cms.CodeAlgorithm},
		"trailer-2":       {params(sha(1), sha(1), 32, 2), cms.CodeAlgorithm},
		"mgf-other-hash":  {params(sha(1), sha(3), 32, 1), cms.CodeAlgorithm},
		"hash-other":      {params(sha(3), sha(3), 32, 1), cms.CodeDigestMismatch},
		"something-after": {params(sha(1), sha(1), 32, 1, null), cms.CodeAlgorithm},
		"no-parameters":   {der.Encode(der.Sequence, id(1, 2, 840, 113549, 1, 1, 10)), cms.CodeAlgorithm},
		"pkcs1":           {alg.Signature{Scheme: alg.RSAPKCS1v15, Hash: crypto.SHA256}.Identifier(), cms.CodeSignature},
	} {
		t.Run(name, func(t *testing.T) { requireFlagged(t, forge(c.algorithm), c.code) })
	}
}
