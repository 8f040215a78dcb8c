package revoke_test

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ocsp"

	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/revoke"
	"github.com/kyso-dev/kyso/internal/testtool"
)

var (
	hexText    = regexp.MustCompile(`<([0-9a-fA-F]{400,})`)
	base64Text = regexp.MustCompile(`[A-Za-z0-9+/\r\n]{400,}`)
	lineEnds   = regexp.MustCompile(`[\r\n]`)
)

// TestReadersTakeWhatOthersTake finds all certificates, lists and OCSP responses within the signatures of the corpora, and reads each
// one that the library reads.
func TestReadersTakeWhatOthersTake(t *testing.T) {
	seen := make(map[[32]byte]bool)
	count := make(map[string]int)
	scan := func(path string, b []byte) {
		for i := range b {
			one := element(b[i:])
			if one == nil || seen[sha256.Sum256(one)] {
				continue
			}
			kind := ""
			var ours, theirs error
			if _, theirs = x509.ParseCertificate(one); theirs == nil {
				kind = "certificate"
				_, ours = pki.Parse(one)
			} else if _, theirs = x509.ParseRevocationList(one); theirs == nil {
				kind = "list"
				_, ours = revoke.ParseCRL(one)
			} else if _, theirs = ocsp.ParseResponse(one, nil); theirs == nil {
				kind = "response"
				_, ours = revoke.ParseResponse(one)
			} else {
				continue
			}
			seen[sha256.Sum256(one)] = true
			count[kind]++
			require.NoError(t, ours, "%s: a %s", path, kind)
		}
	}
	require.NoError(t, filepath.WalkDir(testtool.Corpora(t, "ades"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil || len(b) > 2<<20 {
			return err
		}
		scan(path, b)
		for _, m := range hexText.FindAllSubmatch(b, -1) {
			x, _ := hex.DecodeString(string(m[1][:len(m[1])/2*2]))
			scan(path, x)
		}
		for _, m := range base64Text.FindAll(b, -1) {
			x, _ := base64.RawStdEncoding.DecodeString(string(lineEnds.ReplaceAll(m, nil)))
			scan(path, x)
		}
		return nil
	}))
	require.Greater(t, count["certificate"], 500, count)
	require.Greater(t, count["list"], 50, count)
	require.Greater(t, count["response"], 50, count)
}

// element is the DER SEQUENCE of middling size that begins here; nil: none does.
func element(b []byte) []byte {
	if len(b) < 4 || b[0] != 0x30 || b[1] != 0x82 {
		return nil
	}
	n := 4 + int(b[2])<<8 + int(b[3])
	if n > len(b) {
		return nil
	}
	return b[:n]
}
