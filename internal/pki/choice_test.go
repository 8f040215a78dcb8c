package pki_test

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/pki"
)

// TestV1Choices gives two certificates for one authority, of which one breaks the path: the other one is found, in whatever order they
// come, and where the broken one is alone the error says what is broken.
func TestV1Choices(t *testing.T) {
	root := issue(t, "Root", nil, nil)
	stranger := issue(t, "Stranger", nil, nil)
	policy := func(critical bool, id ...int) pkix.Extension {
		return pkix.Extension{Id: []int{2, 5, 29, 32}, Critical: critical, Value: der.Encode(der.Sequence, der.Encode(der.Sequence, der.AppendOID(nil, id)))}
	}
	wanted, other := []int{1, 2, 3, 1}, []int{1, 2, 3, 2}
	id, ok := pki.ParseOID("1.2.3.1")
	require.True(t, ok)
	weak := errors.New("too weak")
	for _, c := range []struct {
		name  string
		by    *node
		spoil func(*x509.Certificate)
		good  func(*x509.Certificate)
		opts  pki.Options
		want  finding.Code
	}{
		{name: "expired", spoil: func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Second) }, want: pki.CodeExpired},
		{name: "not yet valid", spoil: func(c *x509.Certificate) { c.NotBefore = now.Add(time.Second) }, want: pki.CodeNotYet},
		{name: "no authority", spoil: func(c *x509.Certificate) { c.IsCA, c.KeyUsage = false, 0 }, want: pki.CodeNotCA},
		{name: "no basic constraints", spoil: func(c *x509.Certificate) { c.BasicConstraintsValid, c.IsCA, c.KeyUsage = false, false, 0 }, want: pki.CodeNotCA},
		{name: "key usage", spoil: func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCRLSign }, want: pki.CodeKeyUsage},
		{name: "path length", spoil: func(c *x509.Certificate) { c.MaxPathLenZero = true }, want: pki.CodePathLength},
		{name: "name constraints", spoil: func(c *x509.Certificate) {
			c.PermittedDNSDomainsCritical, c.PermittedDNSDomains = true, []string{"elsewhere.example"}
		}, want: pki.CodePermitted},
		{name: "name constraints that are not critical", spoil: func(c *x509.Certificate) { c.ExcludedDNSDomains = []string{"end.example"} }, want: pki.CodeExcluded},
		{name: "extended key usage", spoil: func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} },
			good: func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection} }, opts: pki.Options{ExtKeyUsage: []pki.OID{pki.EmailSigning}}, want: pki.CodeExtKeyUsage},
		{name: "critical extension", spoil: func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: []int{1, 2, 3}, Critical: true, Value: []byte{5, 0}}}
		}, want: pki.CodeCritical},
		{name: "policy", spoil: func(c *x509.Certificate) { c.ExtraExtensions = []pkix.Extension{policy(false, other...)} },
			good: func(c *x509.Certificate) { c.ExtraExtensions = []pkix.Extension{policy(false, wanted...)} },
			opts: pki.Options{ExplicitPolicy: true, UserPolicies: []pki.OID{id}}, want: pki.CodePolicy},
		{name: "algorithm", spoil: func(c *x509.Certificate) { c.SignatureAlgorithm = x509.ECDSAWithSHA384 },
			opts: pki.Options{Algorithms: func(_ *pki.Certificate, s alg.Signature, _ crypto.PublicKey) error {
				if s.Hash == crypto.SHA384 {
					return weak
				}
				return nil
			}}, want: pki.CodeAlgorithm},
		{name: "another root", by: stranger, spoil: func(*x509.Certificate) {}, want: pki.CodeNoPath},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.by == nil {
				c.by = root
			}
			bad := issue(t, "Middle", c.by, c.spoil)
			good := issueFor(t, bad.key, "Middle", root, c.good)
			low := issueFor(t, newKey(t), "Low", bad, func(c *x509.Certificate) { c.ExtraExtensions = []pkix.Extension{policy(false, wanted...)} })
			end := issue(t, "End", low, leaf(func(c *x509.Certificate) {
				c.DNSNames = []string{"end.example"}
				c.ExtraExtensions = []pkix.Extension{policy(false, wanted...)}
			}))
			c.opts.At = now
			for _, pool := range [][]*pki.Certificate{{bad.pki, good.pki, low.pki}, {low.pki, good.pki, bad.pki}} {
				r, err := pki.Find(end.pki, []*pki.Certificate{root.pki}, pool, &c.opts)
				require.NoError(t, err)
				require.Equal(t, []*pki.Certificate{end.pki, low.pki, good.pki, root.pki}, r.Chain)
			}
			_, err := pki.Find(end.pki, []*pki.Certificate{root.pki}, []*pki.Certificate{low.pki, bad.pki}, &c.opts)
			requireCode(t, c.want, err)
		})
	}
}

// TestV1Decoys hides the one good way among many namesakes of every authority, each of another key.
func TestV1Decoys(t *testing.T) {
	root := issue(t, "Root", nil, nil)
	var pool []*pki.Certificate
	parent := root
	for level := range 4 {
		name := numbered(level)
		for range 6 {
			pool = append(pool, issue(t, name, nil, nil).pki, issue(t, name, root, nil).pki)
		}
		parent = issue(t, name, parent, nil)
		pool = append(pool, parent.pki)
	}
	end := issue(t, "End", parent, leaf(nil))
	r, err := pki.Find(end.pki, []*pki.Certificate{issue(t, "Root", nil, nil).pki, root.pki}, pool, &pki.Options{At: now})
	require.NoError(t, err)
	require.Len(t, r.Chain, 6)
	require.Equal(t, root.pki, r.Anchor())
}

// TestC6Signature gives certificates whose signatures no key has made.
func TestC6Signature(t *testing.T) {
	root := issue(t, "Root", nil, nil)
	end := issue(t, "End", root, leaf(nil))
	inner, outer := end.pki.RawTBS, end.pki.Algorithm
	order := root.key.Params().N
	for name, value := range map[string][]byte{
		"as it was":         end.pki.Signature,
		"zero":              der.Encode(der.Sequence, der.AppendInt(nil, 0), der.AppendInt(nil, 0)),
		"one":               der.Encode(der.Sequence, der.AppendInt(nil, 1), der.AppendInt(nil, 1)),
		"the order":         der.Encode(der.Sequence, der.AppendBigInt(nil, order), der.AppendBigInt(nil, order)),
		"negative":          der.Encode(der.Sequence, der.AppendInt(nil, -1), der.AppendInt(nil, -1)),
		"none":              nil,
		"something follows": append(append([]byte(nil), end.pki.Signature...), 0),
	} {
		b := der.Encode(der.Sequence, inner, outer, der.Encode(der.BitString, []byte{0}, value))
		c, err := pki.Parse(b)
		require.NoError(t, err, name)
		_, err = pki.Find(c, []*pki.Certificate{root.pki}, nil, &pki.Options{At: now})
		if name == "as it was" {
			require.NoError(t, err)
			continue
		}
		requireCode(t, pki.CodeSignature, err)
	}
	c, err := pki.Parse(der.Encode(der.Sequence, inner, outer, der.Encode(der.BitString, []byte{1}, append(append([]byte(nil), end.pki.Signature[:len(end.pki.Signature)-1]...), 0))))
	require.NoError(t, err)
	require.Nil(t, c.Signature, "not a whole number of octets")
	_, err = pki.Find(c, []*pki.Certificate{root.pki}, nil, &pki.Options{At: now})
	requireCode(t, pki.CodeSignature, err)
}
