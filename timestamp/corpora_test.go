package timestamp_test

import (
	"bufio"
	"bytes"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/timestamp"
)

var (
	hexRun    = regexp.MustCompile(`<([0-9A-Fa-f\s]{1000,})>`)     // /Contents of a PDF
	base64Run = regexp.MustCompile(`>([A-Za-z0-9+/=\s]{1000,}?)<`) // EncapsulatedTimeStamp of XAdES
	spaces    = strings.NewReplacer(" ", "", "\n", "", "\r", "", "\t", "", "&#13;", "")
)

// foreignTokens calls use with every time-stamp token that lies in the corpus of signed documents; file is the path in the corpus.
func foreignTokens(t testing.TB, use func(file string, raw []byte)) {
	t.Helper()
	root := testtool.Corpora(t, "ades")
	seen := map[string]bool{}
	require.NoError(t, filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".jsonl") {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		layers := [][]byte{data}
		for _, m := range hexRun.FindAllSubmatch(data, -1) {
			if b, err := hex.DecodeString(spaces.Replace(string(m[1]))); err == nil {
				layers = append(layers, b)
			}
		}
		for _, m := range base64Run.FindAllSubmatch(bytes.ReplaceAll(data, []byte("&#13;"), nil), -1) {
			if b, err := base64.StdEncoding.DecodeString(spaces.Replace(string(m[1]))); err == nil {
				layers = append(layers, b)
			}
		}
		for _, layer := range layers {
			findTokens(t, layer, func(raw []byte) {
				if key := file + string(raw); !seen[key] {
					seen[key] = true
					use(file, raw)
				}
			})
		}
		return nil
	}))
	require.NotEmpty(t, seen, "the corpus has no tokens")
}

// findTokens looks for ContentInfos whose eContentType is TSTInfo: for the latter, and for the former shortly before.
func findTokens(t testing.TB, data []byte, use func(raw []byte)) {
	pattern, err := asn1.Marshal(cmsdata.OIDTSTInfo)
	require.NoError(t, err)
	for at := 0; ; at += len(pattern) {
		i := bytes.Index(data[at:], pattern)
		if i < 0 {
			return
		}
		at += i
		for start := at; start >= max(0, at-200); start-- {
			if data[start] != 0x30 {
				continue
			}
			if sd, rest, err := cmsdata.ParsePrefix(data[start:]); err == nil && sd.ContentType.Equal(cmsdata.OIDTSTInfo) {
				use(data[start : len(data)-len(rest)])
				break
			}
		}
	}
}

// verdicts are what EU DSS said of the time-stamps of each file: by their time, whether the signature is valid.
func verdicts(t *testing.T) map[string]map[string]bool {
	t.Helper()
	f, err := os.Open(testtool.Corpora(t, "ades", "facts.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	type stamp struct {
		Time    string `json:"time"`
		Imprint *bool  `json:"imprint_intact"`
		Valid   *bool  `json:"signature_valid"`
	}
	all := map[string]map[string]bool{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var fact struct {
			File       string `json:"file"`
			Timestamps []stamp
			Signatures []struct{ Timestamps []stamp }
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &fact))
		stamps := fact.Timestamps
		for _, s := range fact.Signatures {
			stamps = append(stamps, s.Timestamps...)
		}
		for _, s := range stamps {
			if s.Valid != nil && s.Imprint != nil && *s.Imprint { // without the right data DSS calls no signature valid
				if all[fact.File] == nil {
					all[fact.File] = map[string]bool{}
				}
				all[fact.File][s.Time] = *s.Valid
			}
		}
	}
	require.NoError(t, lines.Err())
	require.NotEmpty(t, all)
	return all
}

// Tokens of some dozens of authorities, as others found them in documents: what EU DSS calls a valid signature is accepted, what it calls an
// invalid one is not.
func TestForeignTokens(t *testing.T) {
	facts := verdicts(t)
	var tokens, accepted, judged int
	refused := map[string][]string{}
	foreignTokens(t, func(file string, raw []byte) {
		tokens++
		token, err := timestamp.ParseToken(raw)
		if err == nil {
			err = token.CheckIntegrity()
		}
		if err == nil {
			accepted++
		} else {
			var e *timestamp.Error
			require.ErrorAs(t, err, &e)
			refused[e.Code()] = append(refused[e.Code()], file)
		}
		if token == nil {
			return
		}
		valid, known := facts[file][token.Info.Time.Truncate(time.Second).Format(time.RFC3339)]
		if !known {
			return
		}
		judged++
		if valid {
			assert.NoError(t, err, file)
		} else {
			assert.Error(t, err, file)
		}
	})
	t.Logf("%d tokens: %d accepted, %d judged by DSS as well", tokens, accepted, judged)
	for code, files := range refused {
		t.Logf("%d × %s: %s", len(files), code, strings.Join(files, ", "))
	}
	assert.Greater(t, judged, 50)
	assert.Greater(t, accepted*10, tokens*8)
}
