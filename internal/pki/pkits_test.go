package pki_test

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
	"github.com/kyso-dev/kyso/internal/testtool"
)

// pkitsTime is a time at which the valid certificates of PKITS are valid (2010 to 2030).
var pkitsTime = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

type pkitsCase struct {
	ID, Name, Cert string
	OtherCerts     []string `json:"other_certs"`
	PathLen        int      `json:"path_len"`
	Params         struct {
		Policies []string `json:"user_initial_policy_set"`
		Explicit bool     `json:"initial_explicit_policy"`
		Inhibit  bool     `json:"initial_policy_mapping_inhibit"`
		Any      bool     `json:"initial_any_policy_inhibit"`
	}
	Error *struct {
		Class   string
		Pattern string `json:"msg_regex"`
	}
	Notice string
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

func (c pkitsCase) options(t testing.TB) *pki.Options {
	o := &pki.Options{At: pkitsTime, ExplicitPolicy: c.Params.Explicit, InhibitMapping: c.Params.Inhibit, InhibitAny: c.Params.Any, Verify: withDSA}
	for _, p := range c.Params.Policies {
		id, ok := pki.ParseOID(p)
		require.True(t, ok, p)
		o.UserPolicies = append(o.UserPolicies, id)
	}
	return o
}

func (c pkitsCase) find(t testing.TB, dir string) (*pki.Result, error) {
	var others []*pki.Certificate
	for _, name := range c.OtherCerts {
		others = append(others, readCert(t, dir, "certs", name))
	}
	return pki.Find(readCert(t, dir, "certs", c.Cert), []*pki.Certificate{readCert(t, dir, "certs", "TrustAnchorRootCertificate.crt")}, others, c.options(t))
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
	var digest []byte
	switch id.OID.String() {
	case "2.16.840.1.101.3.4.3.2":
		h := sha256.Sum256(message)
		digest = h[:]
	case "1.2.840.10040.4.3":
		h := sha1.Sum(message)
		digest = h[:]
	default:
		return errors.New("unknown DSA " + id.OID.String())
	}
	if sig.R.Sign() <= 0 || sig.R.Cmp(p.Q) >= 0 || sig.S.Sign() <= 0 || sig.S.Cmp(p.Q) >= 0 {
		return errors.New("out of range")
	}
	if n := p.Q.BitLen() / 8; len(digest) > n {
		digest = digest[:n]
	}
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

// pkitsCode is the error that a case must end in, by what its table says.
func pkitsCode(t *testing.T, c pkitsCase) finding.Code {
	for _, row := range []struct {
		says string
		code finding.Code
	}{
		{"no valid set of policies", pki.CodePolicy},
		{"in the permitted namespace", pki.CodePermitted},
		{"excluded from the namespace", pki.CodeExcluded},
		{"maximum path length", pki.CodePathLength},
		{"is not a CA", pki.CodeNotCA},
		{"signature of", pki.CodeSignature},
		{"issuer name could not be matched", pki.CodeNoPath},
		{"not allowed to sign", pki.CodeKeyUsage},
		{"policy mapping for", pki.CodePolicyMap},
		{"not valid until", pki.CodeNotYet},
		{"expired", pki.CodeExpired},
		{"unsupported critical extension", pki.CodeCritical},
	} {
		if strings.Contains(c.Error.Pattern, row.says) {
			return row.code
		}
	}
	t.Fatalf("no code for %q", c.Error.Pattern)
	return ""
}

// TestV1PKITS runs every case of PKITS that does not turn on revocation: those whose expected error is a RevokedError,
// InsufficientRevinfoError or StaleRevinfoError must have a valid path here, as all others that have no error, and the rest must fail.
// The cases with revocation are those of package revoke.
func TestV1PKITS(t *testing.T) {
	dir := testtool.Corpora(t, "pkits")
	cases := readJSON[[]pkitsCase](t, filepath.Join(dir, "pkits.json"))
	got := make(map[string]int)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			r, err := c.find(t, dir)
			if c.Error != nil && c.Error.Class == "PathValidationError" {
				var e *pki.Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, pkitsCode(t, c), finding.Code(e.Code()), "%v", err)
				got["invalid"]++
			} else {
				require.NoError(t, err)
				require.Len(t, r.Chain, c.PathLen)
				got["valid"]++
			}
			got[c.ID[1:3]]++
		})
	}
	require.Equal(t, map[string]int{"01": 6, "02": 8, "03": 11, "04": 21, "05": 8, "06": 17, "07": 5, "08": 35, "09": 8, "10": 20, "11": 11, "12": 11, "13": 38, "14": 35, "15": 10, "16": 2,
		"valid": 156, "invalid": 90}, got)
}

// TestPKITSUserNotice looks for the user notice that a caller would be shown.
func TestPKITSUserNotice(t *testing.T) {
	dir := testtool.Corpora(t, "pkits")
	cases := readJSON[[]pkitsCase](t, filepath.Join(dir, "pkits-user-notice.json"))
	require.Len(t, cases, 10)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			r, err := c.find(t, dir)
			require.NoError(t, err)
			var notices []string
			for _, p := range r.Policies {
				for _, q := range p.Qualifiers {
					notices = append(notices, q.Notice)
				}
			}
			require.Contains(t, notices, c.Notice)
		})
	}
}

var goPolicies = map[string]string{"NIST-test-policy-1": "2.16.840.1.101.3.2.1.48.1", "NIST-test-policy-2": "2.16.840.1.101.3.2.1.48.2", "NIST-test-policy-3": "2.16.840.1.101.3.2.1.48.3", "NIST-test-policy-6": "2.16.840.1.101.3.2.1.48.6"}

type goVector struct {
	Name                                                                        string
	CertPath, CRLPath, InitialPolicySet                                         []string
	ShouldValidate                                                              bool
	InitialPolicyMappingInhibit, InitialExplicitPolicy, InitialAnyPolicyInhibit bool
}

// TestPKITSGo validates the paths of the Go distribution's vectors. What turns on revocation has a valid path here: so many
// invalid vectors, which package revoke has to refuse.
func TestPKITSGo(t *testing.T) {
	root, _ := testtool.Run(t, testtool.Need(t, "go"), "env", "GOROOT")
	dir := filepath.Join(strings.TrimSpace(root), "src/crypto/x509/testdata/nist-pkits")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("KYSO_REQUIRE_TOOLS") == "1" {
			t.Fatal("the source of the Go distribution is not installed")
		}
		t.Skip("the source of the Go distribution is not installed")
	}
	got := make(map[string]int)
	for _, v := range readJSON[[]goVector](t, filepath.Join(dir, "vectors.json")) {
		c := pkitsCase{}
		c.Params.Explicit, c.Params.Inhibit, c.Params.Any = v.InitialExplicitPolicy, v.InitialPolicyMappingInhibit, v.InitialAnyPolicyInhibit
		for _, p := range v.InitialPolicySet {
			if p != "anyPolicy" {
				c.Params.Policies = append(c.Params.Policies, goPolicies[p])
			}
		}
		// Some vectors list the certificates of CRL issuers too, so the path is searched among those listed.
		var others []*pki.Certificate
		for _, name := range v.CertPath[1 : len(v.CertPath)-1] {
			others = append(others, readCert(t, dir, "certs", name))
		}
		anchor, target := readCert(t, dir, "certs", v.CertPath[0]), readCert(t, dir, "certs", v.CertPath[len(v.CertPath)-1])
		_, err := pki.Find(target, []*pki.Certificate{anchor}, others, c.options(t))
		switch {
		case v.ShouldValidate:
			require.NoError(t, err, v.Name)
			got["valid"]++
		case err == nil:
			got["valid but for revocation"]++
			require.Regexp(t, `^4\.(4|5|7|14|15)\.`, v.Name)
		default:
			got["invalid"]++
		}
	}
	require.Equal(t, map[string]int{"valid": 114, "invalid": 89, "valid but for revocation": 46}, got)
}
