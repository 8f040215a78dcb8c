package pdf_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/pdf"
)

// fact is what EU DSS says of a file of the corpora.
type fact struct {
	File       string
	Error      string
	Signatures []struct {
		Level           string
		ClaimedTime     string `json:"claimed_time"`
		SignatureValid  bool   `json:"signature_valid"`
		DigestAlgorithm string `json:"digest_algorithm"`
		SignatureAlg    string `json:"signature_algorithm"`
		References      []struct{ Found, Intact bool }
	}
	Timestamps []struct {
		ImprintIntact bool `json:"imprint_intact"`
	}
}

func TestReadWhatOthersSigned(t *testing.T) {
	root := testtool.Corpora(t, "ades")
	f, err := os.Open(filepath.Join(root, "facts.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var want fact
		require.NoError(t, json.Unmarshal(lines.Bytes(), &want))
		if !strings.HasSuffix(want.File, ".pdf") {
			continue
		}
		doc, err := os.Open(filepath.Join(root, want.File))
		require.NoError(t, err)
		info, _ := doc.Stat()
		d, err := pdf.Read(t.Context(), doc, info.Size(), nil)
		doc.Close()
		if err != nil {
			t.Logf("%s: %v (DSS: %s, %d signatures)", want.File, err, want.Error, len(want.Signatures))
			continue
		}
		if len(d.Signatures) != len(want.Signatures) {
			t.Logf("%s: %d signatures, DSS %d; %v", want.File, len(d.Signatures), len(want.Signatures), codes(d.Findings))
			continue
		}
		for i, s := range d.Signatures {
			w := want.Signatures[i]
			if s.CMS == nil {
				t.Logf("%s %d: unread %v %+v", want.File, i, codes(s.Findings), w)
				continue
			}
			intact := len(w.References) > 0
			for _, r := range w.References {
				intact = intact && r.Intact
			}
			if intact != (s.CMS.ContentIntegrity == cms.Intact) || w.SignatureValid != (s.CMS.SignatureIntegrity == cms.Intact) {
				t.Logf("%s %d: integrity %s %s, DSS %v %v; %v %v", want.File, i, s.CMS.ContentIntegrity, s.CMS.SignatureIntegrity, intact, w.SignatureValid, codes(s.Findings), codes(s.CMS.Findings))
			}
			level := map[string]string{"PAdES-BASELINE-B": "B-B", "PAdES-BASELINE-T": "B-T", "PAdES-BASELINE-LT": "B-T", "PAdES-BASELINE-LTA": "B-T"}[w.Level]
			if level != string(s.Level) {
				t.Logf("%s %d: level %q, DSS %s; %v %v", want.File, i, s.Level, w.Level, codes(s.Findings), codes(s.CMS.Findings))
			}
			claimed := ""
			if s.ClaimedTime != nil {
				claimed = s.ClaimedTime.UTC().Format(time.RFC3339)
			}
			if claimed != w.ClaimedTime {
				t.Logf("%s %d: claimed %s, DSS %s (%v)", want.File, i, claimed, w.ClaimedTime, s.ZoneMissing)
			}
			for _, f := range s.Findings {
				if f.Severity == "error" {
					t.Logf("%s %d: %s %s %v", want.File, i, s.Extent, f.Code, f.Params)
				}
			}
		}
	}
}
