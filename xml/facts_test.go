package xml

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kyso-dev/kyso/internal/alg"
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
		Level      string
		Time       string `json:"claimed_time"`
		Timestamps []struct {
			Type   string
			Time   string
			Intact bool `json:"imprint_intact"`
			Valid  bool `json:"signature_valid"`
		}
	}
}

// withCounters lists signatures with their counter-signatures, in the order of the document.
func withCounters(list []*Signature) (all []*Signature) {
	for _, s := range list {
		all = append(append(all, s), withCounters(s.CounterSignatures)...)
	}
	return all
}

// stampKinds are the names that EU DSS has for kinds of time-stamps.
var stampKinds = map[string]TimestampKind{
	"SIGNATURE_TIMESTAMP": SignatureTimestamp, "ARCHIVE_TIMESTAMP": ArchiveTimestamp, "VALIDATION_DATA_TIMESTAMP": SignatureAndReferencesTimestamp,
	"ALL_DATA_OBJECTS_TIMESTAMP": ContentTimestamp, "VALIDATION_DATA_REFSONLY_TIMESTAMP": ReferencesTimestamp, "INDIVIDUAL_DATA_OBJECTS_TIMESTAMP": ContentTimestamp,
}

// differs are the files in which we differ from EU DSS on purpose, and why.
var differs = map[string]string{
	"xades/XAdESBWithoutSignedDataObjectProperties.xml":       noFormat,
	"xades/10963_signed.xml":                                  noFormat,
	"xades/Signature-X-RO_TRA-4.xml":                          noFormat,
	"xades/TEST_S1a_C1a_InTL_VALID.xml":                       noFormat,
	"xades/Signature-X-CZ_ICZ-1.xml":                          "its Target names no signature, and the Reference has no Type: nothing says that the properties are this signature's (EN 319 132-1, 4.3.1 and 4.4.2)",
	"xades/xades-extended-xl.xml":                             "its Target is not the Id of the signature (EN 319 132-1, 4.3.1)",
	"xades/dss-signed-altered-signedPropsRemoved.xml":         "no Reference signs the SignedProperties: what they claim does not count (EN 319 132-1, 4.4.2)",
	"xades/qes-xades111-filter2.xml":                          "the Reference selects the SignedProperties by XPath and does not name them (EN 319 132-1, 4.4.2)",
	"xades/dss3732__xades-enveloped-arcTst132-no-objects.xml": "baseline signatures have no archive time-stamp of version 1.3.2 (EN 319 132-1, 6.3)",
	"xades/sig_bundle.signed_detached.xml":                    "baseline signatures have no archive time-stamp of version 1.3.2 (EN 319 132-1, 6.3)",
	"xades/xades-wrong-sign-cert-digest.xml":                  "the certificate that is named is not in KeyInfo (EN 319 132-1, 6.3, requirement a)",
	"xades/sample-saml-assertion.xml":                         "a signature of XML-DSig inside of an assertion, which DSS does not look for",
	"xades/xades-unsupported-signature-algorithm.xml":         "DSS gives up; here it is a finding (XML Signature 1.1, 6.4)",
}

func stampsOf(s *Signature) string {
	var b strings.Builder
	for _, t := range s.Timestamps {
		fmt.Fprintf(&b, "%s %s content %s signature %s %s", t.Kind, t.Property, t.ContentIntegrity, t.SignatureIntegrity, t.Canonicalization)
		if t.Token != nil {
			b.WriteString(" " + seconds(t.Token.Info.Time))
		}
		for _, f := range t.Findings {
			fmt.Fprintf(&b, " %s %v", f.Code, f.Params)
		}
		b.WriteString("; ")
	}
	return b.String()
}

// noFormat: DSS files References by their Ids and so takes all that have none for one.
const noFormat = "there is no DataObjectFormat for all that is signed (EN 319 132-1, 6.3, requirement k)"

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
		all := withCounters(doc.Signatures)
		count(want.File, len(want.Signatures) == len(all), "%d signatures, DSS %d", len(all), len(want.Signatures))
		if len(want.Signatures) != len(all) {
			continue
		}
		for i, w := range want.Signatures {
			s := all[i]
			count(want.File, w.Valid == (s.SignatureIntegrity == Intact && s.ContentIntegrity == Intact), "signature %s, DSS %v: %s", s.SignatureIntegrity, w.Valid, findingCodes(s))
			intact := true
			if want.File == "xades/xades-sign-cert-v1-wrong-serialnumber.xml" {
				count(want.File, strings.Contains(findingCodes(s), string(CodeIssuerSerial)), "%s", findingCodes(s))
			}
			for _, r := range w.References {
				if r.Type != "MANIFEST_ENTRY" {
					intact = intact && r.Intact
				}
			}
			count(want.File, intact == (s.ContentIntegrity == Intact), "content %s, DSS %v %v: %s", s.ContentIntegrity, intact, w.References, findingCodes(s))
			if s.Certificate != nil && w.Serial != "" {
				count(want.File, s.Certificate.SerialNumber.String() == w.Serial, "serial %s, DSS %s", s.Certificate.SerialNumber, w.Serial)
			}
			if h := s.algorithm.Hash; h != 0 {
				count(want.File, strings.ReplaceAll(alg.HashName(h), "-", "") == w.Digest, "hash %s, DSS %s", alg.HashName(h), w.Digest)
				scheme := map[string]string{"RSA-PKCS1v15": "RSA_SHA", "RSA-PSS": "RSA_SSA_PSS_", "ECDSA": "ECDSA_"}[s.SignatureAlgorithm]
				count(want.File, scheme != "" && strings.HasPrefix(w.Algorithm, scheme), "algorithm %s, DSS %s", s.SignatureAlgorithm, w.Algorithm)
			}
			level := Level("")
			if after, ok := strings.CutPrefix(w.Level, "XAdES-BASELINE-"); ok {
				level = Level("B-" + after)
			}
			reached := s.LevelWith(s.Evidence().Inventory(nil).Complete)
			count(want.File, reached == level, "level %q, DSS %q: %s", reached, w.Level, findingCodes(s))
			claimed := ""
			if s.SigningTime != nil {
				claimed = seconds(*s.SigningTime)
			}
			count(want.File, claimed == w.Time, "claimed time %q, DSS %q", claimed, w.Time)
			count(want.File, len(s.Timestamps) == len(w.Timestamps), "%d time-stamps, DSS %d", len(s.Timestamps), len(w.Timestamps))
			if len(s.Timestamps) != len(w.Timestamps) {
				continue
			}
			left := slices.Clone(s.Timestamps)
			for _, ws := range w.Timestamps {
				n := slices.IndexFunc(left, func(st *Timestamp) bool {
					return st.Kind == stampKinds[ws.Type] && st.Token != nil && seconds(st.Token.Info.Time) == ws.Time
				})
				count(want.File, n >= 0, "time-stamp %v: %s", ws, stampsOf(s))
				if n < 0 {
					continue
				}
				st := left[n]
				left = slices.Delete(left, n, n+1)
				count(want.File, (st.ContentIntegrity == Intact) == ws.Intact, "time-stamp %v: %s", ws, stampsOf(s))
				valid := st.SignatureIntegrity == Intact && ws.Intact // DSS: valid only over the right thing
				count(want.File, valid == ws.Valid, "time-stamp %v: %s", ws, stampsOf(s))
			}
		}
	}
	t.Logf("%d of %d facts are those of EU DSS", same, facts)
	if 100*same < 98*facts {
		t.Errorf("%d of %d facts are those of EU DSS, less than 98 %%", same, facts)
	}
}
