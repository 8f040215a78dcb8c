package pki_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/pki"
)

// TestV1ExplicitPolicyOfTheLast wants a policy because the last certificate says so (RFC 5280, 6.1.5 (b)).
func TestV1ExplicitPolicyOfTheLast(t *testing.T) {
	root := issue(t, "Root", nil, nil)
	explicit := pkix.Extension{Id: []int{2, 5, 29, 36}, Critical: true, Value: der.Encode(der.Sequence, []byte{0x80, 1, 0})}
	for _, c := range []struct {
		name       string
		extensions []pkix.Extension
		ok         bool
	}{
		{"neither", nil, true},
		{"both", []pkix.Extension{explicit, policies([]int{1, 2, 3})}, true},
		{"explicit without a policy", []pkix.Extension{explicit}, false},
	} {
		_, err := find(issue(t, "End", root, leaf(func(x *x509.Certificate) { x.ExtraExtensions = c.extensions })), root)
		if c.ok {
			require.NoError(t, err, c.name)
		} else {
			requireCode(t, pki.CodePolicy, err)
		}
	}
}

// TestV1UserPolicies asks for policies and gets those that hold, by the names of the anchor's domain.
func TestV1UserPolicies(t *testing.T) {
	root := issue(t, "Root", nil, nil)
	ours, theirs, other := []int{1, 2, 3, 1}, []int{1, 2, 3, 2}, []int{1, 2, 3, 3}
	middle := issue(t, "Middle", root, func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{policies(ours, other), mappings([2][]int{ours, theirs})}
	})
	end := issue(t, "End", middle, leaf(func(c *x509.Certificate) { c.ExtraExtensions = []pkix.Extension{policies(theirs)} }))
	chain := []*pki.Certificate{end.pki, middle.pki, root.pki}
	o := &pki.Options{At: now, ExplicitPolicy: true, UserPolicies: []pki.OID{pki.NewOID(ours...)}}
	r, err := pki.Validate(chain, o)
	require.NoError(t, err)
	require.Equal(t, []pki.ValidPolicy{{Policy: pki.NewOID(ours...), Leaf: pki.NewOID(theirs...)}}, r.Policies)
	require.Equal(t, []pki.OID{pki.NewOID(ours...)}, r.Authority)
	for _, asked := range [][]int{theirs, other} {
		o.UserPolicies = []pki.OID{pki.NewOID(asked...)}
		_, err = pki.Validate(chain, o)
		requireCode(t, pki.CodePolicy, err)
	}
	o.UserPolicies, o.InhibitMapping = []pki.OID{pki.NewOID(ours...)}, true
	_, err = pki.Validate(chain, o)
	requireCode(t, pki.CodePolicy, err)
}

// TestV1Qualifiers refuses a qualifier that nobody here understands where the policies are critical, and only there.
func TestV1Qualifiers(t *testing.T) {
	root := issue(t, "Root", nil, nil)
	qualified := func(critical bool) pkix.Extension {
		q := der.Encode(der.Sequence, der.AppendOID(nil, []int{1, 2, 9}), []byte{5, 0})
		p := der.Encode(der.Sequence, der.AppendOID(nil, []int{1, 2, 3}), der.Encode(der.Sequence, q))
		return pkix.Extension{Id: []int{2, 5, 29, 32}, Critical: critical, Value: der.Encode(der.Sequence, p)}
	}
	for _, critical := range []bool{false, true} {
		_, err := find(issue(t, "End", root, leaf(func(c *x509.Certificate) { c.ExtraExtensions = []pkix.Extension{qualified(critical)} })), root)
		if critical {
			requireCode(t, pki.CodeQualifier, err)
		} else {
			require.NoError(t, err)
		}
	}
}
