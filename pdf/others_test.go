package pdf_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/pdf"
)

// fact is what EU DSS says of a file of the corpora.
type fact struct {
	File       string
	Error      string
	Signatures []struct {
		Level          string
		ClaimedTime    string `json:"claimed_time"`
		SignatureValid bool   `json:"signature_valid"`
		References     []struct{ Found, Intact bool }
	}
}

// known are the files over which kyso and EU DSS differ, and why. A file that no longer differs fails the test too.
var known = map[string]string{
	"EmptyPage-corrupted.pdf":                                            "cut off: what is left is read, DSS refuses it",
	"EmptyPage-corrupted2.pdf":                                           "the same",
	"protected__edition_protected_none.pdf":                              "encrypted: refused for now",
	"protected__edition_protected_signing_allowed_with_field.pdf":        "encrypted: refused for now",
	"protected__edition_protected_signing_allowed_with_field_signed.pdf": "encrypted: refused for now",
	"AD-RB.pdf":         "a sub-filter of another scheme (PBAD) is not read; in the second one DSS takes attributes that are not DER for a broken value (RFC 5652, 5.4), where it verifies over their DER",
	"BadEncodedCMS.pdf": "DSS passes over a signature that it cannot read; here it is told",
	"dss-PLAIN-ECDSA__TeleSec_PKS_eIDAS_QES_CA_1-baseline-b.pdf": "a brainpool key: unsupported, so its value is unknown",
	"pades-5-signatures-and-1-document-timestamp.pdf":            "its cross-references are damaged (/Prev 0), so that revisions cannot be told apart (part); attributes not DER, as above",
	"pades-enveloping-cms.pdf":                                   "content inside of the CMS structure: an error (ETSI EN 319 142-1, 5.2), so no baseline level",
	"pades3_Baseline_B.pdf":                                      "the second signer's key is not one that is accepted",
	"pades_infinite_loop.pdf":                                    "ByteRange beyond the end: nothing is digested; the value itself is sound",
	"pades_opposite_infinite_loop.pdf":                           "DSS passes over a signature that it cannot read; here it is told",
	"pdf-with-empty-sig.pdf":                                     "a /Contents of zeros is told as a signature without a value",
	"pdf-with-two-empty-sigs.pdf":                                "the same",
	"pkcs7_sha1.pdf":                                             "adbe.pkcs7.sha1 is refused by name (P14)",
	"wrong-digest-algo.pdf":                                      "the same",
}

// TestReadWhatOthersSigned compares facts with those of EU DSS, over the PDFs of many producers: how many signatures there are,
// whether octets and values fit, the baseline level and the claimed time.
func TestReadWhatOthersSigned(t *testing.T) {
	root := testtool.Corpora(t, "ades")
	f, err := os.Open(filepath.Join(root, "facts.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	files, signatures := 0, 0
	for lines.Scan() {
		var want fact
		require.NoError(t, json.Unmarshal(lines.Bytes(), &want))
		if !strings.HasSuffix(want.File, ".pdf") {
			continue
		}
		files++
		signatures += len(want.Signatures)
		differ := compare(t, filepath.Join(root, want.File), want)
		why, expected := known[filepath.Base(want.File)]
		switch {
		case len(differ) > 0 && !expected:
			t.Errorf("%s: %s", want.File, strings.Join(differ, "; "))
		case len(differ) == 0 && expected:
			t.Errorf("%s does not differ any more (%s)", want.File, why)
		}
	}
	require.Greater(t, files, 90)
	t.Logf("%d files, %d signatures, %d files differ for a reason", files, signatures, len(known))
}

// compare lists in what a file differs from what EU DSS says of it.
func compare(t *testing.T, path string, want fact) (differ []string) {
	doc, err := os.Open(path)
	require.NoError(t, err)
	defer doc.Close()
	info, err := doc.Stat()
	require.NoError(t, err)
	note := func(format string, args ...any) { differ = append(differ, fmt.Sprintf(format, args...)) }
	d, err := pdf.Read(t.Context(), doc, info.Size(), nil)
	if err != nil || want.Error != "" {
		var e *pdf.Error
		if err != nil {
			require.ErrorAs(t, err, &e)
		}
		note("error %v, DSS %q", err, want.Error)
		return differ
	}
	if len(d.Signatures) != len(want.Signatures) {
		note("%d signatures, DSS %d", len(d.Signatures), len(want.Signatures))
		return differ
	}
	for i, s := range d.Signatures {
		w := want.Signatures[i]
		if s.CMS == nil {
			require.Equal(t, finding.Error, finding.Worst(s.Findings))
			note("signature %d: not read, %v", i, codes(s.Findings))
			continue
		}
		intact := len(w.References) > 0
		for _, r := range w.References {
			intact = intact && r.Intact
		}
		if intact != (s.CMS.ContentIntegrity == cms.Intact) || w.SignatureValid != (s.CMS.SignatureIntegrity == cms.Intact) {
			note("signature %d: %s, %s, DSS %v, %v", i, s.CMS.ContentIntegrity, s.CMS.SignatureIntegrity, intact, w.SignatureValid)
		}
		level := map[string]string{"PAdES-BASELINE-B": "B-B", "PAdES-BASELINE-T": "B-T", "PAdES-BASELINE-LT": "B-LT", "PAdES-BASELINE-LTA": "B-LTA"}[w.Level]
		if level != string(s.Level) {
			note("signature %d: level %q, DSS %s", i, s.Level, w.Level)
		}
		claimed := ""
		if s.ClaimedTime != nil {
			claimed = s.ClaimedTime.UTC().Format(time.RFC3339)
		}
		if claimed != w.ClaimedTime {
			note("signature %d: %s, DSS %s", i, claimed, w.ClaimedTime)
		}
		if finding.Worst(s.Findings) == finding.Error {
			note("signature %d: %v", i, codes(s.Findings))
		}
	}
	return differ
}
