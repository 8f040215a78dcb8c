package verify_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/verify"
	"github.com/kyso-dev/kyso/xml"
)

// collector finds evidence over the network of the test PKI, at its time.
func (p pki) collector(t testing.TB) *trust.Validator {
	t.Helper()
	store := trust.NewStore()
	require.NoError(t, store.Add(trust.Own, p.Root()))
	return &trust.Validator{Store: store, Fetcher: &trust.HTTPFetcher{AllowPrivate: true}, Cache: new(trust.Cache), Clock: p.Now}
}

// xades are options of XAdES at a level.
func (p pki) xades(t testing.TB, level xml.Level) *xml.Options {
	return &xml.Options{Level: level, Timestamper: p.TSAClient(), Collector: p.collector(t)}
}

func (p pki) extendXML(t testing.TB, doc []byte, level xml.Level) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, xml.Extend(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), &xml.ExtendOptions{
		Level: level, Timestamper: p.TSAClient(), Collector: p.collector(t), Clock: p.Now}))
	return out.Bytes()
}

// TestXAdES: levels, identity, claimed time, time-stamps and counter-signatures of XAdES are told as those of CAdES are.
func TestXAdES(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	for _, level := range []xml.Level{xml.LevelBB, xml.LevelBT, xml.LevelBLT, xml.LevelBLTA} {
		r := judge(t, v, p.signXML(t, "<a/>", "signer", p.xades(t, level)), nil)
		s := r.Signatures[0]
		require.Equal(t, "TOTAL-PASSED", verdict(s), "%v", codes(s.Findings))
		require.Equal(t, []string{"XAdES", string(level), "signing-certificate"}, []string{s.Format, s.Level, s.Signer.IdentifiedBy})
		require.WithinDuration(t, p.Now(), *s.Time.Claimed, time.Minute)
		require.True(t, s.Time.ClaimedCovered)
		require.Equal(t, level != xml.LevelBB, s.Time.Proved)
		if level == xml.LevelBLTA {
			require.Equal(t, []string{verify.StampSignature, verify.StampArchive}, []string{s.Timestamps[0].Kind, s.Timestamps[1].Kind})
			require.Contains(t, s.Timestamps[1].Covers, s.Timestamps[0].ID)
		}
		require.Empty(t, policyFindings(judge(t, p.by(t, verify.PolicyTT15), p.signXML(t, "<a/>", "ec", p.xades(t, level)), nil).Signatures[0]))
	}
	t.Run("claims", func(t *testing.T) {
		o := p.xades(t, xml.LevelBB)
		o.Roles, o.ProductionPlace = []string{"Giám đốc"}, &xml.ProductionPlace{City: "Hà Nội", Country: "VN"}
		o.Commitments = []xml.Commitment{{ID: xml.CommitmentApproval}, {ID: "urn:x"}}
		r := judge(t, v, p.signXML(t, "<a/>", "signer", o), nil)
		require.Equal(t, &verify.Claims{Location: "Hà Nội, VN", Roles: []string{"Giám đốc"}, Commitments: []string{xml.CommitmentApproval, "urn:x"}}, r.Signatures[0].Claims)
		shown := strings.Join(strings.Fields(text(t, r, verify.Vietnamese, false)), " ")
		require.Contains(t, shown, `Vai trò tự khai "Giám đốc" Ý nghĩa chữ ký phê duyệt nội dung tài liệu Ý nghĩa chữ ký "urn:x"`)
		require.Nil(t, judge(t, v, p.signXML(t, "<a/>", "signer", p.xades(t, xml.LevelBB)), nil).Signatures[0].Claims)
	})
	t.Run("counter-signature", func(t *testing.T) {
		o := p.xades(t, xml.LevelBB)
		o.SignatureID = "first"
		doc := p.signXML(t, "<a>1</a>", "signer", o)
		doc = p.signXML(t, string(doc), "other", &xml.Options{Level: xml.LevelBB, Countersigns: "first"})
		r := judge(t, v, doc, nil)
		require.Equal(t, verify.TotalPassed, r.Indication, "%s", text(t, r, verify.English, false))
		require.Len(t, r.Signatures, 2)
		c := r.Signatures[1]
		require.Equal(t, []string{"first.1", verify.KindCounterSignature, "first", ""}, []string{c.ID, c.Kind, c.Parent, c.Level})
		require.Equal(t, []string{"first"}, c.Coverage.Covered)
		require.Equal(t, verify.TotalFailed, judge(t, v, flip(t, doc, "<a>1", "<a>9"), nil).Indication)
	})
	t.Run("another certificate", func(t *testing.T) {
		// KeyInfo is not signed; the property that names the certificate is.
		doc := p.signXML(t, "<a/>", "signer", &xml.Options{Level: xml.LevelBB, LeafOnly: true})
		twin := p.certificate(t, p.Key("signer").Public(), nil)
		other := bytes.Replace(doc, []byte(between(t, doc, "<ds:X509Certificate>", "</ds:X509Certificate>")), encoded(twin.Raw), 1)
		v := p.verifier(t)
		v.Certificates = append(v.Certificates, p.Issuer())
		require.Equal(t, "TOTAL-PASSED", verdict(judge(t, v, doc, nil).Signatures[0]))
		s := judge(t, v, other, nil).Signatures[0]
		require.Equal(t, "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND", verdict(s))
		require.Contains(t, codes(s.Findings), string(xml.CodeSigningCert))
	})
	t.Run("X3 unsigned properties", func(t *testing.T) {
		// A claim in properties that no Reference names counts for nothing.
		doc := string(p.signXML(t, "<a/>", "signer", &xml.Options{SignatureID: "s"}))
		fake := `<ds:Object xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><x:QualifyingProperties xmlns:x="http://uri.etsi.org/01903/v1.3.2#" Target="#s"><x:SignedProperties Id="p"><x:SignedSignatureProperties>` +
			`<x:SigningTime>2020-01-01T00:00:00Z</x:SigningTime></x:SignedSignatureProperties></x:SignedProperties></x:QualifyingProperties></ds:Object>`
		s := judge(t, v, []byte(strings.Replace(doc, "</ds:Signature>", fake+"</ds:Signature>", 1)), nil).Signatures[0]
		require.Equal(t, verify.Indeterminate, s.Indication)
		require.Equal(t, "XML-DSig", s.Format)
		require.False(t, s.Time.ClaimedCovered)
		require.Contains(t, codes(s.Findings), string(xml.CodePropertiesUnsigned))
	})
}

// TestJudgeXAdES: over twenty years, with refreshes by successive time-stamp authorities and without, EU DSS says of our files what we say.
func TestJudgeXAdES(t *testing.T) {
	p := start(t)
	dir, _ := material(t, p)
	birth := p.Now()
	docs := make(map[string][]byte)
	var names []string
	for _, level := range []xml.Level{xml.LevelBB, xml.LevelBT, xml.LevelBLT, xml.LevelBLTA} {
		names = append(names, string(level))
		docs[string(level)] = p.signXML(t, plainXML, "signer", p.xades(t, level))
	}
	enveloping := p.xades(t, xml.LevelBLTA)
	enveloping.Form = xml.Enveloping
	countersigned := p.xades(t, xml.LevelBB)
	countersigned.SignatureID = "first"
	names = append(names, "refreshed", "enveloping", "countersigned")
	docs["refreshed"], docs["enveloping"] = docs["B-LTA"], p.signXML(t, plainXML, "ec", enveloping)
	docs["countersigned"] = p.extendXML(t, p.signXML(t, string(p.signXML(t, plainXML, "ec", countersigned)), "other", &xml.Options{Level: xml.LevelBB, Countersigns: "first"}), xml.LevelBLTA)
	refresh := func(years int) {
		p.SetTime(birth.AddDate(years, 0, 0))
		for _, name := range []string{"refreshed", "enveloping", "countersigned"} {
			docs[name] = p.extendXML(t, docs[name], xml.LevelBLTA)
		}
	}
	for _, step := range []struct {
		years   int
		refresh bool
		passed  []string
	}{
		{0, false, []string{"B-LT", "B-LTA", "refreshed", "enveloping", "countersigned"}},
		{4, false, []string{"B-LT", "B-LTA", "refreshed", "enveloping", "countersigned"}},
		{6, true, []string{"B-LT", "B-LTA", "refreshed", "enveloping", "countersigned"}},
		{13, true, []string{"refreshed", "enveloping", "countersigned"}},
		{20, false, []string{"refreshed", "enveloping", "countersigned"}},
	} {
		if step.refresh {
			refresh(step.years)
		}
		at := birth.AddDate(step.years, 0, 0).Add(time.Minute)
		args := []string{"validate", "--trust", filepath.Join(dir, "root.pem"), "--at", at.UTC().Format(time.RFC3339)}
		for _, name := range names {
			args = append(args, put(t, filepath.Join(dir, name+".xml"), docs[name]))
		}
		answers := testtool.DSS(t, args...)
		require.Len(t, answers, len(names))
		v := p.verifier(t)
		v.Revocation = nil // offline, by what is in the files
		for i, name := range names {
			t.Run(fmt.Sprintf("%s after %d years", name, step.years), func(t *testing.T) {
				r := judge(t, v, docs[name], &verify.Options{At: at})
				s := r.Signatures[0]
				theirs := dssVerdict(answers[i])
				want := theirs
				switch {
				case theirs == "INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED": // see TestJudgeLongTerm
					want = "INDETERMINATE/OUT_OF_BOUNDS_NO_POE"
				case step.years > 0 && theirs == "INDETERMINATE/CERTIFICATE_CHAIN_GENERAL_FAILURE":
					// DSS misses revocation data before it sees that the certificate has expired. Neither is at fault (EN 319 102-1, 5.2.6.4).
					want = "INDETERMINATE/OUT_OF_BOUNDS_NO_POE"
				}
				require.Equal(t, want, verdict(s), "%s\n%s", text(t, r, verify.English, false), pretty(answers[i]))
				for _, passes := range step.passed {
					if passes == name {
						require.Equal(t, verify.TotalPassed, s.Indication)
					}
				}
				require.Equal(t, testtool.Field(answers[i], "signatures", 0, "format"), "XAdES-BASELINE-"+strings.TrimPrefix(s.Level, "B-"))
				require.Len(t, testtool.Field(answers[i], "signatures"), len(r.Signatures))
			})
		}
	}
}

// between is what stands between two texts, the first time that it does.
func between(t testing.TB, doc []byte, from, to string) string {
	t.Helper()
	_, rest, found := strings.Cut(string(doc), from)
	require.True(t, found)
	inner, _, found := strings.Cut(rest, to)
	require.True(t, found)
	return inner
}

func encoded(der []byte) []byte { return []byte(base64.StdEncoding.EncodeToString(der)) }

// TestInvoiceSignedAsXML: XAdES over an invoice, outside of its slots, is judged as over any other XML; that the slots are empty is told,
// and matters to the policy of the tax authority. A plain signature that stands there instead of in its slot was moved.
func TestInvoiceSignedAsXML(t *testing.T) {
	p := start(t)
	document := func(policy string, doc []byte) (verify.Indication, verify.Severity) {
		v := p.verifier(t)
		v.Policy = policy
		r := judge(t, v, doc, nil)
		require.Equal(t, "TOTAL-PASSED", verdict(r.Signatures[0]))
		for _, f := range r.Findings {
			if f.Code == "einvoice.slot-empty" {
				return r.Indication, f.Severity
			}
		}
		t.Fatal("the empty slot is not told")
		return 0, ""
	}
	generic := p.signXML(t, plainXML, "signer", p.xades(t, xml.LevelBB))
	indication, severity := document(verify.PolicyDefault, generic)
	require.Equal(t, verify.TotalPassed, indication)
	require.Equal(t, verify.SeverityWarning, severity)
	indication, severity = document(verify.PolicyGDT, generic)
	require.Equal(t, verify.Indeterminate, indication)
	require.Equal(t, verify.SeverityError, severity)

	o := p.seller(true)
	o.Place = "/HDon"
	indication, severity = document(verify.PolicyDefault, p.signXML(t, plainXML, "signer", o))
	require.Equal(t, verify.Indeterminate, indication)
	require.Equal(t, verify.SeverityError, severity)
}
