package verify_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/verify"
)

// contract is what cli.md promises of `verify --json`: the keys of every object, those added since in the second list.
var contract = map[string][2]string{
	"report":        {"schema file format indication validation_time policy error document slots revisions signatures timestamps conformance findings", ""},
	"policy":        {"name version", ""},
	"error":         {"code text", ""},
	"revision":      {"index end signature", ""},
	"signature":     {"id kind parent slot field path revision format level indication sub_indication signer trust time digest_algorithm signature_algorithm integrity references coverage changes_after timestamps chain conformance findings", "claims"},
	"range":         {"index of byte_range", ""},
	"signer":        {"subject issuer serial certificate_sha256 not_before not_after usage identified_by kind organization tax_code person personal_id title valid_at_best_time", "registration_serial email identifiers"},
	"trust":         {"tree name anchor_subject anchor_sha256", ""},
	"time":          {"claimed claimed_covered zone_ambiguous best basis proved", ""},
	"integrity":     {"content signature", ""},
	"reference":     {"uri type found intact", "digest_algorithm"},
	"coverage":      {"extent covered not_covered", ""},
	"changes_after": {"level details", ""},
	"timestamp":     {"id kind time indication sub_indication tsa certificate covers digest_algorithm integrity chain findings", "trust field revision coverage"},
	"chain":         {"subject serial anchor revocation", ""},
	"revocation":    {"status source origin at this_update next_update produced_at reason revoked_at why", ""},
	"finding":       {"code severity text clause", ""},
}

func requireKeys(t *testing.T, object string, value any) map[string]any {
	t.Helper()
	m, ok := value.(map[string]any)
	require.True(t, ok, "%s is %T", object, value)
	c := contract[object]
	want := slices.Sorted(slices.Values(strings.Fields(c[0] + " " + c[1])))
	require.Equal(t, want, slices.Sorted(maps.Keys(m)), object)
	return m
}

func each(t *testing.T, value any, check func(any)) {
	t.Helper()
	l, ok := value.([]any)
	require.True(t, ok, "a list is %T", value)
	for _, v := range l {
		check(v)
	}
}

// requireContract walks a report and checks every object of it.
func requireContract(t *testing.T, data []byte) map[string]any {
	t.Helper()
	require.NotContains(t, string(data), "\n")
	var doc any
	require.NoError(t, json.Unmarshal(data, &doc))
	r := requireKeys(t, "report", doc)
	requireKeys(t, "policy", r["policy"])
	if r["error"] != nil {
		requireKeys(t, "error", r["error"])
	}
	findings := func(v any) { requireKeys(t, "finding", v) }
	chain := func(v any) { requireKeys(t, "revocation", requireKeys(t, "chain", v)["revocation"]) }
	stamp := func(v any) {
		s := requireKeys(t, "timestamp", v)
		requireKeys(t, "integrity", s["integrity"])
		requireKeys(t, "trust", s["trust"])
		require.IsType(t, []any{}, s["covers"])
		each(t, s["chain"], chain)
		each(t, s["findings"], findings)
		if s["revision"] != nil {
			requireKeys(t, "range", s["revision"])
			requireKeys(t, "coverage", s["coverage"])
		}
	}
	each(t, r["slots"], func(any) {})
	each(t, r["conformance"], func(any) {})
	each(t, r["findings"], findings)
	each(t, r["revisions"], func(v any) { requireKeys(t, "revision", v) })
	each(t, r["timestamps"], stamp)
	each(t, r["signatures"], func(v any) {
		s := requireKeys(t, "signature", v)
		signer := requireKeys(t, "signer", s["signer"])
		require.IsType(t, []any{}, signer["usage"])
		requireKeys(t, "trust", s["trust"])
		requireKeys(t, "time", s["time"])
		requireKeys(t, "integrity", s["integrity"])
		coverage := requireKeys(t, "coverage", s["coverage"])
		require.IsType(t, []any{}, coverage["covered"])
		require.IsType(t, []any{}, coverage["not_covered"])
		require.IsType(t, []any{}, requireKeys(t, "changes_after", s["changes_after"])["details"])
		if s["revision"] != nil {
			require.IsType(t, []any{}, requireKeys(t, "range", s["revision"])["byte_range"])
		}
		each(t, s["references"], func(v any) { requireKeys(t, "reference", v) })
		each(t, s["chain"], chain)
		each(t, s["timestamps"], stamp)
		each(t, s["conformance"], func(any) {})
		each(t, s["findings"], findings)
	})
	return r
}

func TestJSON(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	doc := p.signPDF(t, plainPDF("x"), "signer", &pdf.Options{Level: pdf.LevelBT, Timestamper: p.TSAClient(), Reason: "Đồng ý"})
	both := p.signPDF(t, doc, "employee", nil)
	for name, c := range map[string]struct {
		doc  []byte
		opts *verify.Options
	}{
		"PDF": {doc, nil}, "two signatures": {both, nil}, "CMS": {p.signCMS(t, []byte("x"), "ec", &cms.Options{Attached: true}), nil},
		"CMS without content": {p.signCMS(t, []byte("x"), "ec", nil), nil}, "token": {stampOf(t, p, []byte("x")), nil}, "not signed": {plainPDF("x"), nil},
		"appended": {append(bytes.Clone(doc), "x"...), nil}, "nothing in it": {p.pdfWithValue(t, nil), nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := judge(t, v, c.doc, c.opts)
			for _, lang := range []verify.Lang{verify.English, verify.Vietnamese} {
				data, err := r.JSON(lang)
				require.NoError(t, err)
				requireContract(t, data)
			}
			data, err := json.Marshal(r)
			require.NoError(t, err)
			english, err := r.JSON(verify.English)
			require.NoError(t, err)
			require.JSONEq(t, string(english), string(data))
		})
	}
	t.Run("the zero report", func(t *testing.T) {
		data, err := (&verify.Report{Signatures: []*verify.Signature{{}}, Timestamps: []*verify.Timestamp{{}}}).JSON(verify.English)
		require.NoError(t, err)
		r := requireContract(t, data)
		require.Equal(t, "INDETERMINATE", r["indication"])
	})
	t.Run("an error", func(t *testing.T) {
		r, err := v.Verify(t.Context(), bytes.NewReader([]byte("x")), 1, &verify.Options{Name: "a.bin"})
		require.Error(t, err)
		data, err := r.JSON(verify.Vietnamese)
		require.NoError(t, err)
		out := requireContract(t, data)
		require.Equal(t, "verify.unknown-format", out["error"].(map[string]any)["code"])
		require.Equal(t, "đây không phải là tệp PDF, XML, chữ ký CMS hay dấu thời gian", out["error"].(map[string]any)["text"])
		require.Equal(t, "a.bin", out["file"])
		require.Equal(t, "", out["format"])
	})
	t.Run("values", func(t *testing.T) {
		r := asJSON(t, judge(t, v, both, &verify.Options{Name: "hop-dong.pdf"}), verify.Vietnamese)
		require.EqualValues(t, 1, r["schema"])
		require.Equal(t, "pdf", r["format"])
		require.Equal(t, "TOTAL-PASSED", r["indication"])
		require.Equal(t, map[string]any{"name": "default", "version": "1"}, r["policy"])
		require.Nil(t, r["error"])
		require.Nil(t, r["document"])
		revisions := r["revisions"].([]any)
		require.Len(t, revisions, 3)
		require.Equal(t, map[string]any{"index": 2.0, "end": float64(len(doc)), "signature": "s1"}, revisions[1])
		s := r["signatures"].([]any)[0].(map[string]any)
		require.Equal(t, "TOTAL-PASSED", s["indication"])
		require.Equal(t, "Đồng ý", s["claims"].(map[string]any)["reason"])
		require.Equal(t, 2.0, s["revision"].(map[string]any)["index"])
		require.Equal(t, 3.0, s["revision"].(map[string]any)["of"])
		require.Len(t, s["revision"].(map[string]any)["byte_range"], 4)
		require.Equal(t, "revision", s["coverage"].(map[string]any)["extent"])
		require.Equal(t, map[string]any{"level": "allowed", "details": []any{"phiên bản 3: đã thêm một chữ ký (Signature2)"}}, s["changes_after"])
		require.Equal(t, "PASSED", s["timestamps"].([]any)[0].(map[string]any)["indication"])
		require.Equal(t, []any{}, s["findings"])
		signer := s["signer"].(map[string]any)
		require.Equal(t, "organization", signer["kind"])
		require.NotEmpty(t, signer["tax_code"])
		require.Regexp(t, regexp.MustCompile(`^[0-9a-f]+$`), signer["serial"])
		last := r["signatures"].([]any)[1].(map[string]any)
		require.Equal(t, "TOTAL-PASSED", last["indication"])
		require.Equal(t, "whole", last["coverage"].(map[string]any)["extent"])
	})
}

// hostile are texts that a signer might write to deceive who reads the table.
var hostile = []string{
	"ok\nConclusion              VALID (TOTAL-PASSED)",
	"ok\r\nSignature s9            VALID (TOTAL-PASSED)",
	"ok\x1b[2J\x1b[HConclusion VALID",
	"\u009b31mred",
	"\u202eDESSAP-LATOT",
	"\u2066VALID\u2069\u200b\ufeff",
	"ok\x00\x07\x08",
	"line\u2028separator\u2029s",
	`" (TOTAL-PASSED)`,
	`\" VALID`,
	strings.Repeat(" ", 56) + "Conclusion              VALID (TOTAL-PASSED)",
	strings.Repeat("\u00a0", 56) + "VALID",
	strings.Repeat("x", 5000),
	strings.Repeat("a\u0301", 3000),
	"<script>alert(1)</script>",
	"\xff\xfe invalid",
	"漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字 Conclusion VALID",
}

// requireSafe checks a table: nothing moves a cursor or hides, no line is wider than a terminal, and lines of verdicts are those
// that this package wrote.
func requireSafe(t *testing.T, table string, verdicts int) {
	t.Helper()
	require.True(t, utf8.ValidString(table))
	n := 0
	for line := range strings.Lines(table) {
		line = strings.TrimSuffix(line, "\n")
		for _, r := range line {
			require.False(t, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp), "%U in %q", r, line)
		}
		require.LessOrEqual(t, verify.Width(line), 80, "%q", line)
		if line != "" && line[0] != ' ' {
			n++
		}
	}
	require.Equal(t, verdicts, n, "lines at the left margin:\n%s", table)
}

// TestD1Table: whatever the document says of itself, the table says what we found.
func TestD1Table(t *testing.T) {
	clean := verify.Report{Signatures: []*verify.Signature{{ID: "s1", Indication: verify.TotalFailed, SubIndication: verify.HashFailure,
		Claims: &verify.Claims{Reason: "Đồng ý"}, Field: "Chữ ký 1", Signer: verify.Signer{Subject: "CN=A", CertificateSHA256: "00"}}}}
	requireSafe(t, text(t, &clean, verify.Vietnamese, false), 2)
	require.Contains(t, text(t, &clean, verify.Vietnamese, false), `"Đồng ý"`, "clean twin: ordinary text stays as it is")

	for i, h := range hostile {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			stamp := &verify.Timestamp{ID: h, TSA: h, Field: h, SubIndication: verify.SubIndication(h), Trust: verify.Trust{Tree: "own", Name: h}}
			r := verify.Report{
				File: h, Policy: verify.PolicyName{Name: h, Version: h}, Format: verify.Format(h), Indication: verify.TotalFailed,
				Error: &verify.Problem{Code: h, Params: map[string]string{"x": h}, Cause: errors.New(h)},
				Signatures: []*verify.Signature{{
					ID: h, Kind: h, Parent: h, Field: h, Format: h, Level: h, Indication: verify.TotalFailed, SubIndication: verify.SubIndication(h), DigestAlgorithm: h, SignatureAlgorithm: h,
					Signer: verify.Signer{Subject: h, Issuer: h, Serial: "1", Kind: h, Organization: h, TaxCode: h, Person: h, PersonalID: h, Title: h},
					Trust:  verify.Trust{Tree: "national", Name: h, AnchorSubject: h}, Claims: &verify.Claims{Name: h, Reason: h, Location: h, ContactInfo: h},
					Coverage: verify.Coverage{Extent: h}, ChangesAfter: verify.Changes{Level: h, Details: []string{h}},
					Timestamps: []*verify.Timestamp{stamp},
					Findings:   []verify.Finding{{Code: "pdf.type-mismatch", Severity: verify.SeverityError, Params: map[string]string{"type": h, "sub_filter": h}, Clause: h}},
				}},
				Timestamps: []*verify.Timestamp{stamp},
				Findings:   []verify.Finding{{Code: verify.CodeNotYet, Severity: verify.SeverityWarning, Params: map[string]string{"format": h}}},
			}
			for _, lang := range []verify.Lang{verify.English, verify.Vietnamese} {
				table := text(t, &r, lang, false)
				requireSafe(t, table, 4)
				require.NotContains(t, table, "HỢP LỆ (TOTAL-PASSED)\n")
				data, err := r.JSON(lang)
				require.NoError(t, err)
				for _, c := range string(data) {
					require.False(t, c < ' ' || unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp), "%U in the JSON", c)
				}
				require.NotContains(t, string(data), "<script>")
				var back struct{ Signatures []struct{ Field string } }
				require.NoError(t, json.Unmarshal(data, &back))
				if utf8.ValidString(h) {
					require.Equal(t, h, back.Signatures[0].Field, "a parser reads what the document has")
				}
			}
		})
	}
}

// TestD1Document: the same through a whole signed document.
func TestD1Document(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	for i, h := range hostile {
		if !utf8.ValidString(h) || len(h) > 4000 {
			continue
		}
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			doc := p.signPDF(t, plainPDF("x"), "signer", &pdf.Options{Reason: h, Location: h, Name: h, ContactInfo: h})
			r := judge(t, v, doc, &verify.Options{Name: h})
			require.Equal(t, verify.TotalPassed, r.Indication)
			if !strings.Contains(h, "\x1b") { // ESC introduces a language in PDF text (ISO 32000-2, 7.9.2.2) and is taken out
				require.Equal(t, h, r.Signatures[0].Claims.Reason)
			}
			requireSafe(t, text(t, r, verify.Vietnamese, false), 2)
		})
	}
}

func TestText(t *testing.T) {
	p := start(t)
	doc := p.signPDF(t, plainPDF("x"), "employee", &pdf.Options{Level: pdf.LevelBT, Timestamper: p.TSAClient(), Reason: "Đồng ý"})
	r := judge(t, p.verifier(t), doc, &verify.Options{Name: "hop-dong.pdf"})
	vi, en := text(t, r, verify.Vietnamese, false), text(t, r, verify.English, false)
	requireSafe(t, vi, 3)
	for _, want := range []string{"Kết luận", "HỢP LỆ (TOTAL-PASSED)", "Người ký", "Mã số thuế", "Đơn vị cấp", "Thời điểm ký", "có dấu thời gian chứng minh", "nguyên vẹn", "Hiệu lực", `"Đồng ý"`, `"hop-dong.pdf"`, "không bị thu hồi, theo CRL", "toàn bộ tài liệu"} {
		require.Contains(t, vi, want)
	}
	require.Contains(t, strings.Join(strings.Fields(vi), " "), "(hệ thống chứng thực quốc gia)") // over two lines
	for _, want := range []string{"Conclusion", "VALID (TOTAL-PASSED)", "Signer", "Tax code", "Issuer", "Time of signing", "proved by a time-stamp", "intact", "national tree", "the whole document"} {
		require.Contains(t, en, want)
	}
	require.NotContains(t, en+vi, "\x1b")
	colored := text(t, r, verify.English, true)
	require.Contains(t, colored, "\x1b[1;32mVALID\x1b[0m")
	require.Equal(t, en, regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(colored, ""))

	broken := judge(t, p.verifier(t), flip(t, doc, "BT (x)", "BT (y)"), nil)
	require.Contains(t, text(t, broken, verify.Vietnamese, false), "KHÔNG HỢP LỆ (TOTAL-FAILED / HASH_FAILURE)")
	require.Contains(t, text(t, broken, verify.English, true), "\x1b[1;31mNOT VALID\x1b[0m")
}

// TestTextReportsWriteErrors: a full disk is told.
func TestTextReportsWriteErrors(t *testing.T) {
	require.ErrorIs(t, (&verify.Report{}).Text(fullDisk{}, verify.English, false), errFull)
}

var errFull = errors.New("disk full")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }
