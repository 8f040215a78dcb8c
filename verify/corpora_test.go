package verify_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/verify"
)

// fact is what EU DSS 6.4 says of a file of the corpus "ades": no anchors, offline.
type fact struct {
	File       string
	Format     string
	Indication string `json:"indication_without_trust"`
	Error      string
	Signatures []factSignature
	Timestamps []factTimestamp
}

type factSignature struct {
	Level              string
	Countersignature   bool
	Serial             string
	DigestAlgorithm    *string `json:"digest_algorithm"`
	SignatureAlgorithm *string `json:"signature_algorithm"`
	ClaimedTime        *string `json:"claimed_time"`
	SignatureValid     bool    `json:"signature_valid"`
	References         []struct {
		Type          string
		Found, Intact bool
	}
	SubIndication string `json:"sub_indication"`
	Timestamps    []factTimestamp
}

type factTimestamp struct {
	Type           string
	Time           string
	ImprintIntact  bool `json:"imprint_intact"`
	SignatureValid bool `json:"signature_valid"`
}

// dispute is a difference with DSS that stands, and why: the clause decides, not the judge.
type dispute struct{ file, what, why string }

func TestCorpusAdES(t *testing.T) {
	root := testtool.Corpora(t, "ades")
	f, err := os.Open(filepath.Join(root, "facts.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	p := start(t)
	v := p.verifier(t)
	tally, inXML := newTally(), newTally()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var want fact
		require.NoError(t, json.Unmarshal(lines.Bytes(), &want))
		data, err := os.ReadFile(filepath.Join(root, want.File))
		require.NoError(t, err)
		r, err := v.Verify(t.Context(), bytes.NewReader(data), int64(len(data)), &verify.Options{At: day(2026, 1, 1)})
		require.NotNil(t, r, want.File)
		if err != nil {
			requireTyped(t, want.File, err)
		}
		requireNeverPassed(t, want.File, r)
		if strings.HasPrefix(want.File, "xades/") {
			compareFile(inXML, &want, r, err)
		} else {
			compareFile(tally, &want, r, err)
		}
	}
	require.NoError(t, lines.Err())
	t.Run("PDF and CMS", func(t *testing.T) { tally.report(t, "pades/", "cades/") })
	t.Run("XML", func(t *testing.T) { inXML.report(t, "xades/") })
}

// requireNeverPassed: under a root that signed none of it, nothing of a corpus passes.
func requireNeverPassed(t *testing.T, file string, r *verify.Report) {
	t.Helper()
	require.NotEqual(t, verify.TotalPassed, r.Indication, file)
	for _, s := range r.Signatures {
		require.NotEqual(t, verify.TotalPassed, s.Indication, file)
		require.NotEmpty(t, s.SubIndication, file)
	}
}

func requireTyped(t *testing.T, file string, err error) {
	t.Helper()
	var coded interface{ Code() string }
	require.ErrorAs(t, err, &coded, file)
	require.Contains(t, coded.Code(), ".", file)
}

func compareFile(tally *tally, want *fact, r *verify.Report, err error) {
	file := want.File
	switch {
	case want.Error != "":
		tally.compare(file, "unreadable or unsupported", err != nil, "DSS "+want.Error)
		return
	case err != nil && want.Indication == "NO-SIGNATURE":
		tally.compare(file, "refused, where DSS sees no signature", true, err.Error())
		return
	case err != nil:
		tally.compare(file, "readable", false, err.Error())
		return
	}
	tally.compare(file, "readable", true, "")
	format := map[string]verify.Format{"PAdES": verify.PDF, "CAdES": verify.CMS, "XAdES": verify.XML}[want.Format]
	tally.compare(file, "format", r.Format == format, fmt.Sprintf("DSS %s, we %s", want.Format, r.Format))
	tally.compare(file, "number of signatures", len(want.Signatures) == len(r.Signatures), fmt.Sprintf("DSS %d, we %d", len(want.Signatures), len(r.Signatures)))
	used := make(map[int]bool)
	for i := range want.Signatures {
		s := match(&want.Signatures[i], r.Signatures, used)
		if s == nil {
			tally.compare(file, "signature found", false, want.Signatures[i].Serial)
			continue
		}
		tally.compare(file, "signature found", true, "")
		serial, _ := new(big.Int).SetString(s.Signer.Serial, 16)
		tally.compare(file, "signer's serial number", serial != nil && serial.String() == want.Signatures[i].Serial || serial == nil && want.Signatures[i].Serial == "", s.Signer.Serial)
		compareSignature(tally, file, &want.Signatures[i], s, r)
	}
}

// match finds our report of the signature that DSS tells of: same kind, serial and claimed time.
func match(want *factSignature, have []*verify.Signature, used map[int]bool) *verify.Signature {
	for _, strict := range []bool{true, false} {
		for i, s := range have {
			if used[i] || (s.Kind == verify.KindCounterSignature) != want.Countersignature {
				continue
			}
			serial, _ := new(big.Int).SetString(s.Signer.Serial, 16)
			if serial == nil || serial.String() != want.Serial {
				if strict || want.Serial != "" && serial != nil {
					continue
				}
			}
			if strict && claimed(s) != deref(want.ClaimedTime) {
				continue
			}
			used[i] = true
			return s
		}
	}
	return nil
}

func claimed(s *verify.Signature) string {
	if s.Time.Claimed == nil {
		return ""
	}
	return s.Time.Claimed.UTC().Format(time.RFC3339)
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func ourHash(name string) string {
	if strings.HasPrefix(name, "SHA3-") {
		return name
	}
	return strings.Replace(name, "SHA", "SHA-", 1)
}

func ourAlgorithm(name string) string {
	switch {
	case strings.HasPrefix(name, "RSA_SSA_PSS"):
		return "RSA-PSS"
	case strings.HasPrefix(name, "RSA_"):
		return "RSA-PKCS1v15"
	case strings.Contains(name, "ECDSA"):
		return "ECDSA"
	}
	return name
}

// baseline is the level as both would call it: what is no baseline level is "".
func baseline(level string) string {
	_, after, found := strings.Cut(level, "-BASELINE-")
	if !found {
		return ""
	}
	return "B-" + after
}

func compareSignature(tally *tally, file string, want *factSignature, s *verify.Signature, r *verify.Report) {
	if !want.Countersignature {
		have, dss := s.Level, baseline(want.Level)
		tally.compare(file, "level", have == dss, fmt.Sprintf("DSS %s, we %q %v", want.Level, have, codes(s.Findings)))
	}
	if want.DigestAlgorithm != nil {
		tally.compare(file, "digest algorithm", s.DigestAlgorithm == ourHash(*want.DigestAlgorithm), fmt.Sprintf("DSS %s, we %s", *want.DigestAlgorithm, s.DigestAlgorithm))
	}
	if want.SignatureAlgorithm != nil {
		tally.compare(file, "signature algorithm", s.SignatureAlgorithm == ourAlgorithm(*want.SignatureAlgorithm), fmt.Sprintf("DSS %s, we %s", *want.SignatureAlgorithm, s.SignatureAlgorithm))
	}
	tally.compare(file, "claimed time", claimed(s) == deref(want.ClaimedTime), fmt.Sprintf("DSS %s, we %s", deref(want.ClaimedTime), claimed(s)))
	if r.Format == verify.XML {
		compareReferences(tally, file, want, s)
	} else {
		compareContent(tally, file, want, s)
	}
	failed := want.SubIndication == "HASH_FAILURE" || want.SubIndication == "SIG_CRYPTO_FAILURE" || want.SubIndication == "FORMAT_FAILURE"
	tally.compare(file, "failed or not", failed == (s.Indication == verify.TotalFailed), fmt.Sprintf("DSS %s, we %s %v", want.SubIndication, verdict(s), codes(s.Findings)))
	theirs, ours := 0, 0
	for _, w := range want.Timestamps {
		if w.Type == "SIGNATURE_TIMESTAMP" || strings.HasSuffix(w.Type, "_OBJECTS_TIMESTAMP") || w.Type == "CONTENT_TIMESTAMP" {
			theirs++
		}
	}
	for _, t := range s.Timestamps {
		if (t.Kind == verify.StampSignature || t.Kind == verify.StampContent) && t.Time != nil {
			ours++
		}
	}
	tally.compare(file, "number of time-stamps inside", theirs == ours, fmt.Sprintf("DSS %d, we %d", theirs, ours))
	compareTimestamps(tally, file, want.Timestamps, s, r)
}

// compareContent compares the one thing that a signature of CMS signs.
func compareContent(tally *tally, file string, want *factSignature, s *verify.Signature) {
	if len(want.References) != 1 || want.References[0].Type != "MESSAGE_DIGEST" {
		return
	}
	ref := want.References[0]
	content := cms.Broken
	if !ref.Found {
		content = cms.Unknown
	} else if ref.Intact {
		content = cms.Intact
	}
	tally.compare(file, "reference", s.Integrity.Content == content, fmt.Sprintf("DSS found %v, intact %v, we %s %v", ref.Found, ref.Intact, s.Integrity.Content, codes(s.Findings)))
	if ref.Found { // DSS calls every signature invalid whose content it does not have
		compareValue(tally, file, want, s, ref.Intact)
	}
}

// compareReferences compares the References of a signature in XML, one by one. DSS tells of the entries of a Manifest, and of the value that
// a counter-signature signs, besides.
func compareReferences(tally *tally, file string, want *factSignature, s *verify.Signature) {
	n, found, intact := 0, true, true
	for _, ref := range want.References {
		if ref.Type == "MANIFEST_ENTRY" {
			continue
		}
		found, intact = found && ref.Found, intact && ref.Intact
		if ref.Type == "COUNTER_SIGNED_SIGNATURE_VALUE" {
			continue
		}
		if n++; n <= len(s.References) {
			have := s.References[n-1]
			tally.compare(file, "reference", have.Found == ref.Found && have.Intact == ref.Intact, fmt.Sprintf("%s %q: DSS found %v, intact %v, we %v, %v %v", ref.Type, have.URI, ref.Found, ref.Intact, have.Found, have.Intact, codes(s.Findings)))
		}
	}
	tally.compare(file, "number of references", n == len(s.References), fmt.Sprintf("DSS %d, we %d", n, len(s.References)))
	if found {
		compareValue(tally, file, want, s, intact)
	}
}

// compareValue compares what is said of the signature value. DSS does not tell that of one whose content was changed.
func compareValue(tally *tally, file string, want *factSignature, s *verify.Signature, intact bool) {
	tally.compare(file, "signature value", (s.Integrity.Signature == cms.Intact) == (want.SignatureValid || !intact && s.Integrity.Signature == cms.Intact),
		fmt.Sprintf("DSS %v, we %s %v", want.SignatureValid, s.Integrity.Signature, codes(s.Findings)))
}

func compareTimestamps(tally *tally, file string, want []factTimestamp, s *verify.Signature, r *verify.Report) {
	kinds := map[string]string{"SIGNATURE_TIMESTAMP": "signature", "CONTENT_TIMESTAMP": "content", "DOCUMENT_TIMESTAMP": "document", "ARCHIVE_TIMESTAMP": "archive",
		"ALL_DATA_OBJECTS_TIMESTAMP": "content", "INDIVIDUAL_DATA_OBJECTS_TIMESTAMP": "content"}
	if r.Format == verify.XML { // package cms does not read these
		kinds["VALIDATION_DATA_TIMESTAMP"], kinds["VALIDATION_DATA_REFSONLY_TIMESTAMP"] = "signature-and-references", "references"
	}
	for _, w := range want {
		kind, ok := kinds[w.Type]
		if !ok {
			tally.count("time-stamps not judged yet (" + w.Type + ")")
			continue
		}
		stamps := s.Timestamps
		if kind == "document" {
			stamps = r.Timestamps
		}
		i := slices.IndexFunc(stamps, func(t *verify.Timestamp) bool {
			return t.Kind == kind && t.Time != nil && t.Time.UTC().Truncate(time.Second).Format(time.RFC3339) == w.Time
		})
		tally.compare(file, "time-stamp found, with its time", i >= 0, w.Type+" "+w.Time)
		if i < 0 {
			continue
		}
		have := stamps[i]
		tally.compare(file, "time-stamp's imprint", (have.Integrity.Content == cms.Intact) == w.ImprintIntact || have.Integrity.Content == cms.Unknown && !w.ImprintIntact,
			fmt.Sprintf("%s %s: DSS %v, we %s", w.Type, w.Time, w.ImprintIntact, have.Integrity.Content))
		if w.ImprintIntact {
			tally.compare(file, "time-stamp's signature", (have.Integrity.Signature == cms.Intact) == w.SignatureValid,
				fmt.Sprintf("%s %s: DSS %v, we %s %v", w.Type, w.Time, w.SignatureValid, have.Integrity.Signature, codes(have.Findings)))
		}
	}
}

// tally counts agreements and differences by what was compared.
type tally struct {
	agree, differ, counts map[string]int
	notes                 []string
	disputed              map[dispute]bool
	undisputed            int
}

func newTally() *tally {
	return &tally{agree: map[string]int{}, differ: map[string]int{}, counts: map[string]int{}, disputed: map[dispute]bool{}}
}

func (c *tally) count(what string) { c.counts[what]++ }

func (c *tally) compare(file, what string, same bool, note string) {
	if same {
		c.agree[what]++
		return
	}
	c.differ[what]++
	for _, d := range disputes {
		if d.file == file && d.what == what {
			c.disputed[d] = true
			return
		}
	}
	c.undisputed++
	c.notes = append(c.notes, fmt.Sprintf("%s: %s: %s", file, what, note))
}

// report holds the tally of the files in some folders against the list of disputes.
func (c *tally) report(t *testing.T, folders ...string) {
	t.Helper()
	names := make([]string, 0, len(c.agree))
	agree, differ := 0, 0
	for what, n := range c.agree {
		names = append(names, what)
		agree += n
	}
	for what, n := range c.differ {
		if _, ok := c.agree[what]; !ok {
			names = append(names, what)
		}
		differ += n
	}
	sort.Strings(names)
	for _, what := range names {
		t.Logf("%-40s agree %4d, differ %3d", what, c.agree[what], c.differ[what])
	}
	for what, n := range c.counts {
		t.Logf("%-40s %4d", what, n)
	}
	t.Logf("in all: agree %d, differ %d, of these named with a clause %d", agree, differ, differ-c.undisputed)
	for _, note := range c.notes {
		t.Errorf("differs from DSS without a reason on record: %s", note)
	}
	for _, d := range disputes {
		if !c.disputed[d] && slices.Contains(folders, d.file[:strings.IndexByte(d.file, '/')+1]) {
			t.Errorf("no difference any more, take it off the list: %+v", d)
		}
	}
	require.Greater(t, agree, 1000, "too little was compared")
	t.Logf("agreement %.2f %%", 100*float64(agree)/float64(agree+differ))
	require.Greater(t, float64(agree)/float64(agree+differ), 0.98, "agreement with EU DSS in all facts, differences on record included")
}

// Reasons for differences.
const (
	whyC4       = "RFC 8933, 3.1: digestAlgorithm and the hash of signatureAlgorithm must agree, and a hash is named by its own identifier (attack row C4); DSS takes the one in signatureAlgorithm"
	whySHA3224  = "SHA3-224 and PLAIN-ECDSA (BSI TR-03111) are not among the algorithms of ETSI TS 119 312 and are refused by name"
	whyNotDER   = "RFC 5652, 5.4: what is signed is the DER encoding of the attributes, and over that the value verifies; that the file has them in another order breaks 5.3 and fails the format"
	whyPSS      = "RFC 4055, 3.1: a salt of 20 octets goes with SHA-256 too; openssl cms -verify calls the value valid"
	whyERS      = "EN 319 122-1, 6.3 knows no evidence records: the baseline level beneath stays"
	whyRepaired = "ISO 32000-2, 7.5.4: damaged cross-references are found again by reading the file, and a warning says so"
	whyROCA     = "CVE-2017-15361: the key can be computed from the certificate (attack row C7)"
	whyAttached = "ISO 32000-2, 12.8.3.3.1: no data shall be encapsulated (attack row P11)"
	whyTrailing = "RFC 5652, 3: a ContentInfo and nothing after it (attack row C4)"
	whyIndex    = "ETSI EN 319 122-1, 5.5.2: what the index lists and is not there breaks the archive time-stamp (attack row T7); DSS says so elsewhere"
	whyFormat   = "ETSI EN 319 132-1, 6.3: a baseline signature says of what format each thing is that it signs; this one does not"
	whyTarget   = "ETSI EN 319 132-1, 4.3.1: Target is a reference to the Id of the signature; properties that name anything else are not this signature's"
	whyArchive  = "ETSI EN 319 132-1, 6.3: the archive time-stamp of a baseline signature is that of version 1.4.1, not of 1.3.2"
	whyAnother  = "ETSI EN 319 132-1, 5.2.2: the signer's certificate is named by its digest; with another digest the required property is not there"
	whyShown    = "Circular 15/2025/TT-BKHCN, article 6: the certificate is shown under which the value was checked, with the finding that another was meant"
	whyDigest   = "ETSI EN 319 102-1, 5.2.7.4: a digest that does not fit fails a signature, whoever made it; DSS stops before, at the certificate"
	whySAML     = "XML Signature 1.1, 2: a signature is one wherever it stands; DSS does not look into assertions"
	whyUnknown  = "XML Signature 1.1, 6.4: an algorithm that is not supported is a finding about the signature; DSS gives the whole document up"
	whyHidden   = "ISO 32000-2, 12.7.5.5: a signature field with a value is a signed one; what cannot be read is reported, not hidden"
)

// disputes are the differences with DSS on record.
var disputes = []dispute{
	{"pades/BadEncodedCMS.pdf", "number of signatures", whyHidden},
	{"pades/pades_opposite_infinite_loop.pdf", "number of signatures", whyHidden},
	{"pades/pdf-with-empty-sig.pdf", "number of signatures", whyHidden},
	{"pades/pdf-with-two-empty-sigs.pdf", "number of signatures", whyHidden},
	{"pades/protected__edition_protected_signing_allowed_with_field_signed.pdf", "readable", "encrypted files are refused until they are built"},
	{"pades/AD-RB.pdf", "signature value", whyNotDER},
	{"pades/EmptyPage-corrupted.pdf", "unreadable or unsupported", whyRepaired},
	{"pades/EmptyPage-corrupted2.pdf", "unreadable or unsupported", whyRepaired},
	{"pades/Signature-P-HU_NET-2.pdf", "reference", whyC4},
	{"pades/Signature-P-HU_NET-2.pdf", "failed or not", whyC4},
	{"pades/dss-1420__PAdES-BpB-att-SHA256-SHA3_224withRSA.pdf", "digest algorithm", whyC4},
	{"pades/dss-1420__PAdES-BpB-att-SHA256-SHA3_224withRSA.pdf", "signature algorithm", whyC4},
	{"pades/dss-1420__PAdES-BpB-att-SHA256-SHA3_224withRSA.pdf", "failed or not", whyC4},
	{"pades/dss-1420__PAdES-BpB-att-SHA256-SHA3_256withRSA.pdf", "digest algorithm", whyC4},
	{"pades/dss-PLAIN-ECDSA__TeleSec_PKS_eIDAS_QES_CA_1-baseline-b.pdf", "signature algorithm", whySHA3224},
	{"pades/dss-PLAIN-ECDSA__TeleSec_PKS_eIDAS_QES_CA_1-baseline-b.pdf", "signature value", whySHA3224},
	{"pades/pades-5-signatures-and-1-document-timestamp.pdf", "signature value", whyNotDER},
	{"pades/pades-enveloping-cms.pdf", "failed or not", whyAttached},
	{"pades/pades3_Baseline_B.pdf", "signature value", whyROCA},
	{"pades/pades_infinite_loop.pdf", "reference", "ISO 32000-2, 12.8.1: a ByteRange past the end covers nothing that could be compared"},
	{"cades/Signature-C-DE_CRY-4.p7m", "signature value", whyNotDER},
	{"cades/Signature-C-DE_CRY-4.p7m", "level", whyNotDER},
	{"cades/cades-ats-v3-wrong-ocsp.p7s", "time-stamp's imprint", whyIndex},
	{"cades/dss-1220__CAdES-BpLTA_removed_ocsp.p7m", "time-stamp's imprint", whyIndex},
	{"cades/cades-duplicated-signed-attrs.p7m", "readable", whyTrailing},
	{"cades/dss-1419__CAdES-BpB-att-SHA256-SHA512withRSA.p7m", "digest algorithm", whyC4},
	{"cades/dss-1419__CAdES-BpB-att-SHA3_224-SHA3_224withRSA.p7m", "digest algorithm", whySHA3224},
	{"cades/dss-1419__CAdES-BpB-att-SHA3_224-SHA3_224withRSA.p7m", "signature algorithm", whySHA3224},
	{"cades/dss-1419__CAdES-BpB-att-SHA3_224-SHA3_224withRSA.p7m", "reference", whySHA3224},
	{"cades/dss-1419__CAdES-BpB-att-SHA3_224-SHA3_224withRSA.p7m", "signature value", whySHA3224},
	{"cades/dss-1419__CAdES-BpB-att-SHA3_256-SHA256withRSA.p7m", "digest algorithm", whyC4},
	{"cades/dss-1419__CAdES-BpB-att-SHA3_384-SHA256withRSA.p7m", "digest algorithm", whyC4},
	{"cades/dss-1419__CAdES-BpB-att-SHA3_512-SHA256withRSA.p7m", "digest algorithm", whyC4},
	{"cades/dss-646__CAdES_A_DETACHED.csig", "failed or not", whyNotDER},
	{"cades/evidence-record__C-B-B-basic-der.p7m", "signature value", whyPSS},
	{"cades/evidence-record__C-B-B-basic-der.p7m", "failed or not", whyPSS},
	{"cades/evidence-record__C-E-ERS-basic-invalid-sig.p7m", "signature value", whyPSS},
	{"cades/evidence-record__C-E-ERS-basic-invalid-sig.p7m", "failed or not", whyPSS},
	{"cades/evidence-record__C-E-ERS-detached-invalid.p7s", "level", whyERS},
	{"cades/evidence-record__C-E-ERS-detached-original-not-covered.p7s", "level", whyERS},
	{"cades/evidence-record__C-E-ERS-detached.p7s", "level", whyERS},
	{"cades/evidence-record__C-E-ERS-detached_renewed_hashtree_invalid.p7s", "level", whyERS},
	{"cades/evidence-record__C-E-ERS-parallel-ers.p7m", "level", whyERS},
	{"cades/evidence-record__C-E-ERS_renewed_hashtree_invalid.p7m", "level", whyERS},
	{"cades/evidence-record__Double-C-E-ERS-detached_hashtree_renewal.p7m", "level", whyERS},
	{"xades/10963_signed.xml", "level", whyFormat},
	{"xades/Signature-X-RO_TRA-4.xml", "level", whyFormat},
	{"xades/TEST_S1a_C1a_InTL_VALID.xml", "level", whyFormat},
	{"xades/XAdESBWithoutSignedDataObjectProperties.xml", "level", whyFormat},
	{"xades/Signature-X-CZ_ICZ-1.xml", "level", whyTarget},
	{"xades/Signature-X-CZ_ICZ-1.xml", "number of time-stamps inside", whyTarget},
	{"xades/Signature-X-CZ_ICZ-1.xml", "time-stamp found, with its time", whyTarget},
	{"xades/xades-extended-xl.xml", "number of time-stamps inside", whyTarget},
	{"xades/xades-extended-xl.xml", "time-stamp found, with its time", whyTarget},
	{"xades/dss3732__xades-enveloped-arcTst132-no-objects.xml", "level", whyArchive},
	{"xades/sig_bundle.signed_detached.xml", "level", whyArchive},
	{"xades/xades-wrong-sign-cert-digest.xml", "level", whyAnother},
	{"xades/dss-2506.xml", "signer's serial number", whyShown},
	{"xades/dss-2506.xml", "failed or not", whyDigest},
	{"xades/sample-saml-assertion.xml", "number of signatures", whySAML},
	{"xades/xades-unsupported-signature-algorithm.xml", "unreadable or unsupported", whyUnknown},
}

// TestCorpusNoPanic runs every file of the corpora through Verify: each gets a report, or a typed error.
func TestCorpusNoPanic(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	reports, refused := 0, 0
	for _, corpus := range []string{"pdf", "xml", "mss"} {
		err := filepath.WalkDir(testtool.Corpora(t, corpus), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer f.Close()
			info, err := f.Stat()
			if err != nil {
				return err
			}
			r, err := v.Verify(t.Context(), f, info.Size(), &verify.Options{Name: d.Name()})
			if err != nil {
				requireTyped(t, path, err)
				refused++
			} else {
				reports++
			}
			requireNeverPassed(t, path, r)
			_ = text(t, r, verify.Vietnamese, true)
			_ = asJSON(t, r, verify.English)
			return nil
		})
		require.NoError(t, err)
	}
	t.Logf("%d reports, %d typed refusals", reports, refused)
	require.Greater(t, reports, 200)
}
