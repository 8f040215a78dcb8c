package cms_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testtool"
)

// facts is what EU DSS says of one file of the corpus.
type facts struct {
	File       string
	Format     string
	Error      string
	Signatures []struct {
		Level              string
		CounterSignature   bool `json:"countersignature"`
		Serial             string
		DigestAlgorithm    string `json:"digest_algorithm"`
		SignatureAlgorithm string `json:"signature_algorithm"`
		ClaimedTime        string `json:"claimed_time"`
		SignatureValid     bool   `json:"signature_valid"`
		References         []struct {
			Type          string
			Found, Intact bool
		}
		Timestamps []struct {
			Type, Time     string
			ImprintIntact  bool `json:"imprint_intact"`
			SignatureValid bool `json:"signature_valid"`
		}
	}
}

// TestCorpus compares what we read in files of many producers with what EU DSS reads.
func TestCorpus(t *testing.T) {
	dir := testtool.Corpora(t, "ades")
	f, err := os.Open(filepath.Join(dir, "facts.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	files, signatures := 0, 0
	differences := knownDifferences()
	for lines.Scan() {
		var want facts
		require.NoError(t, json.Unmarshal(lines.Bytes(), &want))
		if !strings.HasPrefix(want.File, "cades/") || want.Format != "CAdES" {
			continue
		}
		files++
		name := strings.TrimPrefix(want.File, "cades/")
		raw, err := os.ReadFile(filepath.Join(dir, want.File))
		require.NoError(t, err)
		doc, err := cms.Read(t.Context(), bytes.NewReader(raw), nil)
		if err != nil {
			known := differences[name]
			known.seen++
			differences[name] = known
			require.ErrorContains(t, err, known.what, name)
			require.NotEmpty(t, known.what, name)
			continue
		}
		var all []*cms.Signature
		counter := map[*cms.Signature]bool{}
		for _, s := range doc.Signatures {
			all = append(all, s)
			for _, c := range s.CounterSignatures {
				all, counter[c] = append(all, c), true
			}
		}
		if len(all) != len(want.Signatures) {
			t.Errorf("%s: %d signatures, not %d", want.File, len(all), len(want.Signatures))
			continue
		}
		for _, w := range want.Signatures {
			signatures++
			i := -1
			for j, s := range all {
				serial := ""
				if s.Certificate != nil {
					serial = s.Certificate.SerialNumber.String()
				}
				claimed := ""
				if s.SigningTime != nil {
					claimed = s.SigningTime.UTC().Format(time.RFC3339)
				}
				if serial == w.Serial && claimed == w.ClaimedTime && counter[s] == w.CounterSignature {
					i = j
				}
			}
			if i < 0 {
				t.Errorf("%s: no signature with serial %s of %s", want.File, w.Serial, w.ClaimedTime)
				continue
			}
			s := all[i]
			var diff []string
			differ := func(what string, have, want any) {
				if fmt.Sprint(have) != fmt.Sprint(want) {
					diff = append(diff, fmt.Sprintf("%s %v, DSS %v", what, have, want))
				}
			}
			differ("digest", strings.ReplaceAll(s.DigestAlgorithm, "SHA-", "SHA"), w.DigestAlgorithm)
			level := ""
			if l, ok := strings.CutPrefix(w.Level, "CAdES-BASELINE-"); ok {
				level = "B-" + l
			}
			if w.Level != "CAdES-ERS" { // evidence records (RFC 4998) lie on top of a level
				differ("level", s.LevelWith(s.Evidence().Inventory(nil).Complete), level)
			}
			found := len(w.References) == 0 || w.References[0].Found // DSS calls a signature invalid when its content is missing
			if found {
				differ("signature", s.SignatureIntegrity, map[bool]cms.Integrity{true: cms.Intact, false: cms.Broken}[w.SignatureValid])
			}
			for _, r := range w.References {
				if r.Type == "MESSAGE_DIGEST" {
					differ("content", s.ContentIntegrity, integrity(r.Found, r.Intact))
				}
			}
			differ("timestamps", len(s.Timestamps), len(w.Timestamps))
			if len(s.Timestamps) == len(w.Timestamps) {
				for _, ts := range s.Timestamps {
					if ts.Token == nil {
						diff = append(diff, "no token")
						continue
					}
					kind, at := strings.ToUpper(string(ts.Kind))+"_TIMESTAMP", ts.Token.Info.Time.UTC().Format(time.RFC3339)
					found := false
					for _, wt := range w.Timestamps {
						if wt.Type != kind || wt.Time != at {
							continue
						}
						found = true
						if ts.ArchiveVersion != 1 {
							// DSS calls an imprint broken where the content is missing.
							differ("imprint", ts.ContentIntegrity, integrity(ts.ArchiveVersion != 2 || w.References[0].Found, wt.ImprintIntact))
						}
						if wt.ImprintIntact { // else DSS calls the token invalid, whatever it is by itself
							differ("token", ts.SignatureIntegrity, integrity(true, wt.SignatureValid))
						}
					}
					if !found {
						diff = append(diff, kind+" "+at+" unknown to DSS")
					}
				}
			}
			got := strings.Join(diff, "; ")
			if known := differences[name]; got != "" && got == known.what {
				known.seen++
				differences[name] = known
			} else if got != "" {
				t.Errorf("%s: %s\n   %v %v", name, got, codes(s.Findings), w.Level)
			}
		}
	}
	require.NoError(t, lines.Err())
	for name, d := range differences {
		if d.seen == 0 {
			t.Errorf("%s: the known difference is gone", name)
		}
	}
	t.Logf("%d files, %d signatures", files, signatures)
}

func integrity(found, intact bool) cms.Integrity {
	switch {
	case !found:
		return cms.Unknown
	case intact:
		return cms.Intact
	}
	return cms.Broken
}

type difference struct {
	what string // what the comparison says
	why  string
	seen int
}

func knownDifferences() map[string]difference {
	const (
		absent = "the index lists something that is not there any more: the archive time-stamp fails (EN 319 122-1, 5.5.2); DSS says so apart from the imprint"
		digest = "DSS takes the hash from the signature algorithm, we digestAlgorithm (RFC 5652, 5.3); both refuse"
	)
	return map[string]difference{
		"dss-1220__CAdES-BpLTA_removed_ocsp.p7m":             {what: "imprint broken, DSS intact", why: absent},
		"cades-ats-v3-wrong-ocsp.p7s":                        {what: "imprint broken, DSS intact", why: absent},
		"cades-dss1956.p7m":                                  {what: "imprint unknown, DSS broken", why: "the index names its hash by a bare object identifier instead of an AlgorithmIdentifier (TS 101 733, 6.4.2): not read, and reported"},
		"dss-1419__CAdES-BpB-att-SHA256-SHA512withRSA.p7m":   {what: "digest SHA256, DSS SHA512", why: digest},
		"dss-1419__CAdES-BpB-att-SHA3_256-SHA256withRSA.p7m": {what: "digest SHA3-256, DSS SHA256", why: digest},
		"dss-1419__CAdES-BpB-att-SHA3_384-SHA256withRSA.p7m": {what: "digest SHA3-384, DSS SHA256", why: digest},
		"dss-1419__CAdES-BpB-att-SHA3_512-SHA256withRSA.p7m": {what: "digest SHA3-512, DSS SHA256", why: digest},
		"dss-1419__CAdES-BpB-att-SHA3_224-SHA3_224withRSA.p7m": {
			what: "digest , DSS SHA3-224; signature unknown, DSS intact; content unknown, DSS intact", why: "the algorithm table has no SHA3-224: refused by name"},
		"cades-duplicated-signed-attrs.p7m": {
			what: "something follows the end of the data", why: "a file is one ContentInfo (RFC 5652, 3); DSS passes over what follows"},
		"Signature-C-DE_CRY-3.p7m": {what: "timestamps 1, DSS 0", why: "we list a token that cannot be read, with a finding"},
		"Signature-C-DE_CRY-4.p7m": {what: "signature intact, DSS broken; timestamps 1, DSS 0",
			why: "unsorted signed attributes: DSS sorts them before hashing, we and openssl hash what was sent and report that it is not DER (RFC 5652, 5.3)"},
		"Signature-C-X-1.p7m":                            {what: "timestamps 1, DSS 2", why: "time-stamps over references are not listed (annex A.1.5 of EN 319 122-1)"},
		"dss-1619__CAdES-XL-T1-Double-AV2.png.p7m":       {what: "timestamps 3, DSS 4", why: "the same"},
		"dss-646__CAdES_A_DETACHED.csig":                 {what: "timestamps 2, DSS 1", why: "DSS does not list archive time-stamps without their content"},
		"evidence-record__C-B-B-basic-der.p7m":           {what: "signature intact, DSS broken", why: protection},
		"evidence-record__C-E-ERS-basic-invalid-sig.p7m": {what: "signature intact, DSS broken", why: protection},
	}
}

const protection = "the algorithm protection leaves out the default trailer field that signatureAlgorithm writes: DSS compares octets, we and openssl what they mean (RFC 6211, 2)"
