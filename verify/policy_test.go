package verify_test

import (
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/verify"
)

func TestParsePolicy(t *testing.T) {
	for in, want := range map[string]string{"": "default", "default": "default", "gdt": "gdt", "tt15": "tt15"} {
		got, err := verify.ParsePolicy(in)
		require.NoError(t, err)
		require.Equal(t, verify.PolicyName{Name: want, Version: "1"}, got)
	}
	got, err := verify.ParsePolicy("TT15")
	require.ErrorContains(t, err, "TT15")
	require.Equal(t, verify.PolicyName{Name: "TT15"}, got)
}

// by is the verifier of a policy.
func (p pki) by(t testing.TB, policy string) *verify.Verifier {
	t.Helper()
	v := p.verifier(t)
	v.Policy = policy
	return v
}

func policyFindings(s *verify.Signature) []string {
	var found []string
	for _, c := range codes(s.Findings) {
		if len(c) > 7 && c[:7] == "policy." {
			found = append(found, c)
		}
	}
	return found
}

// TestAlgorithmRules: each policy takes the algorithms and formats of its kind, and remarks the others; default takes all.
func TestAlgorithmRules(t *testing.T) {
	p := start(t)
	plain := plainPDF("x")
	attached := &cms.Options{Attached: true}
	const indeterminate = "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE"
	for name, c := range map[string]struct {
		doc          []byte
		gdt, tt15    string
		gdts, tt15s  []string
		algorithm    [2]string // rows of conformance, gdt and tt15
		format, hash [2]string
	}{
		"PAdES, PKCS#1 v1.5": {p.signPDF(t, plain, "signer", nil), "TOTAL-PASSED", indeterminate, []string{"policy.format"}, []string{"policy.algorithm"},
			[2]string{verify.Met, verify.NotMet}, [2]string{verify.NotMet, verify.Met}, [2]string{verify.Met, verify.Met}},
		"PAdES, PSS": {p.signPDF(t, plain, "signer", &pdf.Options{PSS: true}), indeterminate, "TOTAL-PASSED", []string{"policy.algorithm", "policy.format"}, nil,
			[2]string{verify.NotMet, verify.Met}, [2]string{verify.NotMet, verify.Met}, [2]string{verify.Met, verify.Met}},
		"CAdES, ECDSA": {p.signCMS(t, []byte("x"), "ec", attached), indeterminate, "TOTAL-PASSED", []string{"policy.algorithm", "policy.format"}, nil,
			[2]string{verify.NotMet, verify.Met}, [2]string{verify.NotMet, verify.Met}, [2]string{verify.Met, verify.Met}},
		"CAdES, Ed25519": {p.signCMS(t, []byte("x"), "ed25519", attached), indeterminate, indeterminate, []string{"policy.algorithm", "policy.format", "policy.hash"}, []string{"policy.algorithm"},
			[2]string{verify.NotMet, verify.NotMet}, [2]string{verify.NotMet, verify.Met}, [2]string{verify.NotMet, verify.Met}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, "TOTAL-PASSED", verdict(judge(t, p.by(t, "default"), c.doc, nil).Signatures[0]))
			for i, policy := range []struct {
				name, verdict string
				findings      []string
			}{{"gdt", c.gdt, c.gdts}, {"tt15", c.tt15, c.tt15s}} {
				r := judge(t, p.by(t, policy.name), c.doc, nil)
				s := r.Signatures[0]
				require.Equal(t, policy.name, r.Policy.Name)
				require.Equal(t, policy.verdict, verdict(s), "%s: %v", policy.name, codes(s.Findings))
				require.Equal(t, policy.findings, policyFindings(s), policy.name)
				rows := results(s.Conformance, policy.name)
				require.Equal(t, c.algorithm[i], rows["algorithm"], policy.name)
				require.Equal(t, c.format[i], rows["format"], policy.name)
				require.Equal(t, c.hash[i], rows["hash"], policy.name)
				for _, f := range s.Findings {
					if f.Code == verify.CodePolicyAlgorithm && policy.name == "tt15" {
						require.Equal(t, "Circular 15/2025/TT-BKHCN, Annex I, 1.2", f.Clause)
					}
				}
			}
		})
	}
}

func results(rows []verify.Conformance, profile string) map[string]string {
	out := make(map[string]string)
	for _, r := range rows {
		if r.Profile == profile {
			out[r.Item] = r.Result
		}
	}
	return out
}

// TestTimeRule: gdt and tt15 judge at the time that the signer claims where nothing proves another, and say so; default never does.
func TestTimeRule(t *testing.T) {
	p := start(t)
	bare := p.signPDF(t, plainPDF("x"), "signer", &pdf.Options{PSS: true})
	stamped := p.signPDF(t, plainPDF("x"), "signer", &pdf.Options{Level: pdf.LevelBT, Timestamper: p.TSAClient(), PSS: true})
	claimed := p.Now()
	after := p.Certificate("signer").NotAfter.Add(24 * time.Hour)
	at := func(policy string, doc []byte) *verify.Signature {
		return judge(t, p.by(t, policy), doc, &verify.Options{At: after}).Signatures[0]
	}
	s := at("default", bare)
	require.Equal(t, verify.BasisNow, s.Time.Basis)
	require.Equal(t, verify.Indeterminate, s.Indication)
	require.False(t, s.Signer.ValidAtBestTime)
	require.NotContains(t, codes(s.Findings), "time.claimed-only")

	s = at("tt15", bare)
	require.Equal(t, verify.BasisClaimed, s.Time.Basis)
	require.False(t, s.Time.Proved)
	require.WithinDuration(t, claimed, *s.Time.Best, time.Second)
	require.True(t, s.Signer.ValidAtBestTime)
	require.Contains(t, codes(s.Findings), "time.claimed-only")

	for _, policy := range []string{"default", "gdt", "tt15"} {
		s = at(policy, stamped)
		require.Equal(t, verify.BasisTimestamp, s.Time.Basis, "what is proved outweighs what is claimed")
		require.NotContains(t, codes(s.Findings), "time.claimed-only")
	}
}

// TestConformance: the rows of Circular 15/2025 follow from what was found, whatever the policy.
func TestConformance(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	doc := p.signPDF(t, plainPDF("x"), "signer", &pdf.Options{Level: pdf.LevelBT, Timestamper: p.TSAClient()})
	good := results(judge(t, v, doc, nil).Conformance, verify.ProfileTT15)
	var items []string
	for i := 1; i <= 13; i++ {
		items = append(items, "S"+strconv.Itoa(i))
	}
	for i := 1; i <= 8; i++ {
		items = append(items, "V"+strconv.Itoa(i))
	}
	for _, i := range items {
		require.Contains(t, good, i)
	}
	all := []string{verify.Met, verify.NotMet, verify.ConformanceUnknown, verify.NotApplicable}
	for _, r := range slices.Sorted(maps.Values(good)) {
		require.Contains(t, all, r)
	}
	require.Equal(t, "met met met met met", good["V1"]+" "+good["V2"]+" "+good["V4"]+" "+good["V5"]+" "+good["V8"])
	require.Equal(t, "met met met met", good["S3"]+" "+good["S4"]+" "+good["S6"]+" "+good["S7"])

	rows := func(v *verify.Verifier, doc []byte, opts *verify.Options) map[string]string {
		return results(judge(t, v, doc, opts).Conformance, verify.ProfileTT15)
	}
	broken := rows(v, flip(t, doc, "BT (x)", "BT (y)"), nil)
	require.Equal(t, "met not-met not-met", broken["V1"]+" "+broken["V4"]+" "+broken["S7"])
	require.Equal(t, verify.NotApplicable, rows(v, p.signPDF(t, plainPDF("x"), "signer", nil), nil)["V5"])
	untrusted := rows(new(verify.Verifier), doc, nil)
	require.Equal(t, "not-met not-met", untrusted["V2"]+" "+untrusted["V7"])
	require.Equal(t, verify.ConformanceUnknown, untrusted["V5"], "a time-stamp that nobody could confirm")
	require.Equal(t, verify.ConformanceUnknown, rows(p.verifier(t, p.Issuer()), doc, nil)["S2"])
	late := rows(v, p.signPDF(t, plainPDF("x"), "signer", nil), &verify.Options{At: p.Certificate("signer").NotAfter.Add(time.Hour)})
	require.Equal(t, "not-met not-met", late["V3"]+" "+late["S1"])
	absent := rows(v, p.signCMS(t, []byte("x"), "signer", nil), nil)
	require.Equal(t, verify.ConformanceUnknown, absent["V4"], "the content is not at hand")

	// Over two signatures, what one does not meet the document does not.
	both := p.signPDF(t, p.signPDF(t, plainPDF("x"), "signer", &pdf.Options{PSS: true}), "employee", nil)
	require.Equal(t, verify.NotMet, rows(v, both, nil)["algorithm"])
	r := judge(t, p.by(t, "tt15"), both, nil)
	require.Equal(t, verify.Met, results(r.Signatures[0].Conformance, verify.ProfileTT15)["algorithm"])
	require.Equal(t, verify.NotMet, results(r.Signatures[1].Conformance, verify.ProfileTT15)["algorithm"])
	require.Contains(t, text(t, r, verify.Vietnamese, false), "Yêu cầu không đạt")
	require.Empty(t, judge(t, v, plainPDF("x"), nil).Conformance, "nothing to conform")
}

// TestPolicyLater: a signature made before the circular is judged by its rules where the user asks so, and the report says which act
// applied then.
func TestPolicyLater(t *testing.T) {
	early := day(2025, 3, 1)
	p, err := testpki.New(&testpki.Options{Now: early})
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.Close() })
	store := trust.NewStore()
	require.NoError(t, store.Add(trust.National, p.Root()))
	doc := pki{PKI: p}.signPDF(t, plainPDF("x"), "signer", nil)
	v := &verify.Verifier{Trust: store, Policy: verify.PolicyTT15}
	s := judge(t, v, doc, &verify.Options{At: day(2026, 1, 5)}).Signatures[0]
	require.Equal(t, []string{"policy.algorithm", "policy.later-law"}, policyFindings(s))
	for _, f := range s.Findings {
		switch f.Code {
		case verify.CodePolicyAlgorithm:
			require.Equal(t, "Circular 22/2020/TT-BTTTT", f.Clause)
		case verify.CodePolicyLater:
			require.Equal(t, "2025-08-15", f.Params["from"])
			require.Equal(t, "15/2025/TT-BKHCN", f.Params["by"])
		}
	}
	now := judge(t, v, pki{PKI: p}.signPDF(t, plainPDF("x"), "signer", nil), &verify.Options{At: early.Add(time.Hour)}).Signatures[0]
	require.Equal(t, []string{"policy.algorithm"}, policyFindings(now), "nobody knew of the later act then")
}

// TestRevokedAfterClaimed: a revocation after the claimed time leaves the verdict and is warned of.
func TestRevokedAfterClaimed(t *testing.T) {
	p := start(t)
	doc := p.signPDF(t, plainPDF("x"), "signer", &pdf.Options{PSS: true})
	p.SetTime(p.Now().Add(time.Hour))
	require.NoError(t, p.Revoke("signer", 1))
	p.SetTime(p.Now().Add(time.Hour))
	s := judge(t, p.by(t, "tt15"), doc, nil).Signatures[0]
	require.Equal(t, "TOTAL-PASSED", verdict(s))
	require.Equal(t, verify.BasisClaimed, s.Time.Basis)
	warned := slices.ContainsFunc(s.Findings, func(f verify.Finding) bool {
		return f.Code == verify.CodeRevokedLater && f.Severity == verify.SeverityWarning
	})
	require.True(t, warned, "%v", codes(s.Findings))
	require.Equal(t, "INDETERMINATE/REVOKED_NO_POE", verdict(judge(t, p.by(t, "default"), doc, nil).Signatures[0]))
}
