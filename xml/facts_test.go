package xml

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kyso-dev/kyso/internal/testtool"
)

// dssFacts is what EU DSS says of a file of the corpus.
type dssFacts struct {
	File       string
	Error      string
	Signatures []struct {
		Serial     string
		Digest     string `json:"digest_algorithm"`
		Algorithm  string `json:"signature_algorithm"`
		Valid      bool   `json:"signature_valid"`
		Counter    bool   `json:"countersignature"`
		References []struct {
			Type          string
			Found, Intact bool
		}
	}
}

// differs are the files in which we differ from EU DSS on purpose, and why.
var differs = map[string]string{
	"xades/sample-saml-assertion.xml":                 "a signature of XML-DSig inside of an assertion, which DSS does not look for",
	"xades/xades-counter-signature-injected.xml":      "the counter-signature is intact; that it is another signature's is for XAdES to say (EN 319 132-1, 5.2.7.2)",
	"xades/xades-level-b-with-certvals.xml":           "the certificate is not in KeyInfo but in unsigned properties",
	"xades/xades-unsupported-signature-algorithm.xml": "DSS gives up; here it is a finding (XML Signature 1.1, 6.4)",
}

// TestFacts holds integrity facts against those of EU DSS.
func TestFacts(t *testing.T) {
	f, err := os.Open(testtool.Corpora(t, "ades", "facts.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	facts, same := 0, 0
	count := func(file string, ok bool, format string, args ...any) {
		facts++
		if ok {
			same++
		} else if differs[file] == "" {
			t.Errorf(file+": "+format, args...)
		}
	}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var want dssFacts
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(want.File, "xades/") || !strings.HasSuffix(want.File, ".xml") {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(testtool.Corpora(t, "ades"), want.File))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := Read(t.Context(), bytes.NewReader(raw), int64(len(raw)), nil)
		if want.Error != "" || err != nil {
			count(want.File, (want.Error != "") == (err != nil), "%v, DSS %q", err, want.Error)
			continue
		}
		count(want.File, len(want.Signatures) == len(doc.Signatures), "%d signatures, DSS %d", len(doc.Signatures), len(want.Signatures))
		if len(want.Signatures) != len(doc.Signatures) {
			continue
		}
		for i, w := range want.Signatures {
			s := doc.Signatures[i]
			count(want.File, w.Valid == (s.SignatureIntegrity == Intact && s.ContentIntegrity == Intact), "signature %s, DSS %v: %s", s.SignatureIntegrity, w.Valid, findingCodes(s))
			intact := true
			for _, r := range w.References {
				if r.Type != "MANIFEST_ENTRY" {
					intact = intact && r.Intact
				}
			}
			count(want.File, intact == (s.ContentIntegrity == Intact), "content %s, DSS %v %v: %s", s.ContentIntegrity, intact, w.References, findingCodes(s))
			if s.Certificate != nil && w.Serial != "" {
				count(want.File, s.Certificate.SerialNumber.String() == w.Serial, "serial %s, DSS %s", s.Certificate.SerialNumber, w.Serial)
			}
		}
	}
	t.Logf("%d of %d facts are those of EU DSS", same, facts)
}
