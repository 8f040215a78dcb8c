package revoke_test

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/revoke"
	"github.com/kyso-dev/kyso/internal/testtool"
)

type pkitsCase struct {
	ID, Name, Cert string
	OtherCerts     []string `json:"other_certs"`
	CRLs           []string
	Params         struct {
		Policies []string `json:"user_initial_policy_set"`
		Explicit bool     `json:"initial_explicit_policy"`
		Inhibit  bool     `json:"initial_policy_mapping_inhibit"`
		Any      bool     `json:"initial_any_policy_inhibit"`
	}
	Error *struct{ Class string }
}

func readJSON[T any](t testing.TB, path string) T {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	var v T
	require.NoError(t, json.Unmarshal(b, &v))
	return v
}

func readCert(t testing.TB, elem ...string) *pki.Certificate {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(elem...))
	require.NoError(t, err)
	c, err := pki.Parse(b)
	require.NoError(t, err, elem)
	return c
}

func readCRL(t testing.TB, elem ...string) *revoke.CRL {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(elem...))
	require.NoError(t, err)
	l, err := revoke.ParseCRL(b)
	require.NoError(t, err, elem)
	return l
}

// run is a whole validation: a path, then the state of all its certificates. The anchor's own CRL is always there.
func (c pkitsCase) run(t testing.TB, dir, crls string) error {
	o := &pki.Options{At: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), ExplicitPolicy: c.Params.Explicit, InhibitMapping: c.Params.Inhibit, InhibitAny: c.Params.Any, Verify: withDSA}
	for _, p := range c.Params.Policies {
		id, ok := pki.ParseOID(p)
		require.True(t, ok, p)
		o.UserPolicies = append(o.UserPolicies, id)
	}
	var others []*pki.Certificate
	for _, name := range c.OtherCerts {
		others = append(others, readCert(t, dir, name))
	}
	r, err := pki.Find(readCert(t, dir, c.Cert), []*pki.Certificate{readCert(t, dir, "TrustAnchorRootCertificate.crt")}, others, o)
	if err != nil {
		return err
	}
	lists := []*revoke.CRL{readCRL(t, crls, "TrustAnchorRootCRL.crl")}
	for _, name := range c.CRLs {
		lists = append(lists, readCRL(t, crls, name))
	}
	states, err := revoke.Check(r.Chain, revoke.NewEvidence(others, nil, lists), o.At, &revoke.Options{Path: o})
	if err == nil {
		require.Len(t, states, len(r.Chain)-1)
		for _, s := range states {
			require.Equal(t, revoke.Good, s.State)
		}
	}
	return err
}

// TestO3PKITS runs all 246 cases of PKITS, revocation included.
func TestO3PKITS(t *testing.T) {
	dir := testtool.Corpora(t, "pkits")
	got := make(map[string]int)
	for _, c := range readJSON[[]pkitsCase](t, filepath.Join(dir, "pkits.json")) {
		t.Run(c.Name, func(t *testing.T) {
			err := c.run(t, filepath.Join(dir, "certs"), filepath.Join(dir, "crls"))
			var path *pki.Error
			var state *revoke.Error
			switch {
			case c.Error == nil:
				require.NoError(t, err)
				got["valid"]++
			case c.Error.Class == "PathValidationError":
				require.ErrorAs(t, err, &path)
				got["invalid path"]++
			default:
				require.ErrorAs(t, err, &state)
				switch c.Error.Class {
				case "RevokedError":
					require.Contains(t, []finding.Code{revoke.CodeRevoked, revoke.CodeSuspended}, finding.Code(state.Code()), "%v", err)
				case "StaleRevinfoError":
					require.ErrorIs(t, err, revoke.ErrStale)
				case "InsufficientRevinfoError":
					require.Equal(t, string(revoke.CodeUnchecked), state.Code(), "%v", err)
				default:
					t.Fatal(c.Error.Class)
				}
				got[c.Error.Class]++
			}
			got[c.ID[1:3]]++
		})
	}
	require.Equal(t, map[string]int{"01": 6, "02": 8, "03": 11, "04": 21, "05": 8, "06": 17, "07": 5, "08": 35, "09": 8, "10": 20, "11": 11, "12": 11, "13": 38, "14": 35, "15": 10, "16": 2,
		"valid": 110, "invalid path": 90, "RevokedError": 22, "InsufficientRevinfoError": 22, "StaleRevinfoError": 2}, got)
}

var goPolicies = map[string]string{"NIST-test-policy-1": "2.16.840.1.101.3.2.1.48.1", "NIST-test-policy-2": "2.16.840.1.101.3.2.1.48.2", "NIST-test-policy-3": "2.16.840.1.101.3.2.1.48.3", "NIST-test-policy-6": "2.16.840.1.101.3.2.1.48.6"}

// TestO3PKITSGo runs all 249 vectors of the Go distribution, with the CRLs of the corpora.
func TestO3PKITSGo(t *testing.T) {
	crls := testtool.Corpora(t, "pkits", "crls")
	root, _ := testtool.Run(t, testtool.Need(t, "go"), "env", "GOROOT")
	dir := filepath.Join(strings.TrimSpace(root), "src/crypto/x509/testdata/nist-pkits")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("KYSO_REQUIRE_TOOLS") == "1" {
			t.Fatal("the source of the Go distribution is not installed")
		}
		t.Skip("the source of the Go distribution is not installed")
	}
	got := make(map[bool]int)
	for _, v := range readJSON[[]struct {
		Name                                                                        string
		CertPath, CRLPath, InitialPolicySet                                         []string
		ShouldValidate                                                              bool
		InitialPolicyMappingInhibit, InitialExplicitPolicy, InitialAnyPolicyInhibit bool
	}](t, filepath.Join(dir, "vectors.json")) {
		t.Run(v.Name, func(t *testing.T) {
			n := len(v.CertPath) - 1
			c := pkitsCase{Cert: v.CertPath[n], OtherCerts: v.CertPath[1:n], CRLs: v.CRLPath}
			c.Params.Explicit, c.Params.Inhibit, c.Params.Any = v.InitialExplicitPolicy, v.InitialPolicyMappingInhibit, v.InitialAnyPolicyInhibit
			for _, p := range v.InitialPolicySet {
				if p != "anyPolicy" {
					c.Params.Policies = append(c.Params.Policies, goPolicies[p])
				}
			}
			err := c.run(t, filepath.Join(dir, "certs"), crls)
			require.Equal(t, v.ShouldValidate, err == nil, "%v", err)
			got[err == nil]++
		})
	}
	require.Equal(t, map[bool]int{true: 114, false: 135}, got)
}

// withDSA adds DSA, with parameters that a key may have inherited (RFC 3279, 2.3.2), for PKITS alone: the module verifies none.
func withDSA(key pki.Key, algorithm, message, signature []byte) error {
	if key.Algorithm.String() != "1.2.840.10040.4.1" {
		return pki.VerifySignature(key, algorithm, message, signature)
	}
	var p struct{ P, Q, G *big.Int }
	var spki struct {
		Algorithm asn1.RawValue
		Key       asn1.BitString
	}
	var id struct{ OID asn1.ObjectIdentifier }
	var sig struct{ R, S *big.Int }
	y := new(big.Int)
	for _, v := range []struct {
		der  []byte
		into any
	}{{key.Parameters, &p}, {key.SPKI, &spki}, {algorithm, &id}, {signature, &sig}} {
		if _, err := asn1.Unmarshal(v.der, v.into); err != nil {
			return err
		}
	}
	if _, err := asn1.Unmarshal(spki.Key.Bytes, &y); err != nil {
		return err
	}
	h1, h2 := sha1.Sum(message), sha256.Sum256(message)
	digest := h2[:]
	if id.OID.String() == "1.2.840.10040.4.3" {
		digest = h1[:]
	}
	if sig.R.Sign() <= 0 || sig.R.Cmp(p.Q) >= 0 || sig.S.Sign() <= 0 || sig.S.Cmp(p.Q) >= 0 {
		return errors.New("out of range")
	}
	digest = digest[:min(len(digest), p.Q.BitLen()/8)]
	w := new(big.Int).ModInverse(sig.S, p.Q)
	u1 := new(big.Int).Mul(new(big.Int).SetBytes(digest), w)
	u2 := new(big.Int).Mul(sig.R, w)
	v := new(big.Int).Exp(p.G, u1.Mod(u1, p.Q), p.P)
	v.Mul(v, new(big.Int).Exp(y, u2.Mod(u2, p.Q), p.P)).Mod(v, p.P)
	if v.Mod(v, p.Q).Cmp(sig.R) != 0 {
		return errors.New("wrong DSA signature")
	}
	return nil
}
