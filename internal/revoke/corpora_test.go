package revoke_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ocsp"

	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/revoke"
	"github.com/kyso-dev/kyso/internal/testtool"
)

// Where signatures lie in PDF and in XML. Regular expressions over all of the corpora would take minutes under the race detector.
const (
	hexDigits = "0123456789abcdefABCDEF"
	base64Set = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\r\n"
)

// TestReadersTakeWhatOthersTake finds all certificates, lists and OCSP responses within the signatures of the corpora, and reads each
// one that the library reads.
func TestReadersTakeWhatOthersTake(t *testing.T) {
	seen := make(map[[32]byte]bool)
	count := make(map[string]int)
	scan := func(path string, b []byte) {
		for i := 0; ; i++ {
			next := bytes.Index(b[i:], []byte{0x30, 0x82})
			if next < 0 {
				break
			}
			i += next
			one := element(b[i:])
			if one == nil || seen[sha256.Sum256(one)] {
				continue
			}
			seen[sha256.Sum256(one)] = true
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
		if bytes.Contains(b[:min(len(b), 1024)], []byte("%PDF-")) { // each finds something in its own files only
			for _, text := range runs(b, "<30", hexDigits) {
				x, _ := hex.DecodeString(string(text[:len(text)/2*2]))
				scan(path, x)
			}
		} else {
			for _, text := range runs(b, "MII", base64Set) {
				x, _ := base64.RawStdEncoding.DecodeString(string(text))
				scan(path, x)
			}
		}
		return nil
	}))
	require.Greater(t, count["certificate"], 500, count)
	require.Greater(t, count["list"], 50, count)
	require.Greater(t, count["response"], 50, count)
	t.Log(count)
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

// runs are the texts of the set's characters that begin like a SEQUENCE does in hexadecimal or base64.
func runs(b []byte, begin, set string) (texts [][]byte) {
	for {
		i := bytes.Index(b, []byte(begin))
		if i < 0 {
			return texts
		}
		b = bytes.TrimPrefix(b[i:], []byte("<"))
		rest := bytes.TrimLeft(b, set)
		texts = append(texts, b[:len(b)-len(rest)])
		b = rest
	}
}
