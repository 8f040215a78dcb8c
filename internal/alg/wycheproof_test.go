package alg

import (
	"crypto"
	"crypto/ecdsa"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kyso-dev/kyso/internal/testtool"
)

type wycheproof struct {
	NumberOfTests int
	TestGroups    []struct {
		PublicKeyDer string
		Sha          string
		MgfSha       string
		SLen         int
		Tests        []struct {
			TcID    int
			Comment string
			Flags   []string
			Msg     string
			Sig     string
			Result  string
		}
	}
}

// What to do with vectors marked "acceptable", by flag. There is one: a DigestInfo whose AlgorithmIdentifier lacks NULL. RFC 8017, 9.2
// asks for NULL and lets verifiers be lenient; we compare the whole encoding, so it is refused.
var acceptable = map[string]bool{"MissingNull": false}

// TestWycheproof runs every vector of the corpus that is for signatures: through the public key reader, the scheme and, for r‖s, the
// conversion that XML uses.
func TestWycheproof(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testtool.Corpora(t, "wycheproof"), "*_test.json"))
	ok(t, err)
	if len(files) == 0 {
		t.Fatal("no vectors found")
	}
	total, groups := 0, map[string]int{}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(file)
			ok(t, err)
			var v wycheproof
			ok(t, json.Unmarshal(raw, &v))
			ran := 0
			for _, g := range v.TestGroups {
				pub, err := ParsePublicKey(unhex(t, g.PublicKeyDer))
				if err != nil {
					t.Fatalf("public key: %v", err)
				}
				for _, tc := range g.Tests {
					ran++
					err := wycheproofVerify(t, name, g.Sha, g.SLen, pub, unhex(t, tc.Msg), unhex(t, tc.Sig))
					want := tc.Result == "valid"
					if tc.Result == "acceptable" {
						for _, f := range tc.Flags {
							accept, listed := acceptable[f]
							if !listed {
								t.Errorf("%d: acceptable for %s, which has not been decided about", tc.TcID, f)
							}
							want = accept
						}
						t.Logf("acceptable: %d %s %v: accepted=%v", tc.TcID, tc.Comment, tc.Flags, want)
					}
					if (err == nil) != want {
						t.Errorf("%d %s %v: %s, got %v", tc.TcID, tc.Comment, tc.Flags, tc.Result, err)
					}
					var e *Error
					if err != nil && !errors.As(err, &e) {
						t.Errorf("%d: untyped error %v", tc.TcID, err)
					}
					groups[tc.Result]++
				}
			}
			if ran != v.NumberOfTests || ran == 0 {
				t.Errorf("ran %d of %d vectors", ran, v.NumberOfTests)
			}
			total += ran
		})
	}
	t.Logf("%d vectors from %d files: %v", total, len(files), groups)
}

func wycheproofVerify(t *testing.T, file, sha string, salt int, pub crypto.PublicKey, msg, sig []byte) error {
	t.Helper()
	if strings.HasPrefix(file, "ed25519") {
		return Signature{Scheme: Ed25519, Hash: crypto.SHA512}.Verify(pub, msg, sig)
	}
	h, found := HashByName(sha)
	if !found {
		t.Fatalf("hash %q", sha)
	}
	s := Signature{Hash: h.Crypto}
	switch {
	case strings.HasPrefix(file, "rsa_pss"):
		s.Scheme, s.Salt = RSAPSS, salt
	case strings.HasPrefix(file, "rsa_signature"):
		s.Scheme = RSAPKCS1v15
	case strings.HasPrefix(file, "ecdsa"):
		s.Scheme = ECDSA
	default:
		t.Fatalf("vectors of a kind that this test does not know: %s", file)
	}
	if strings.Contains(file, "p1363") {
		der, err := ECDSAFromRaw(pub.(*ecdsa.PublicKey), sig)
		if err != nil {
			return err
		}
		back, err := ECDSAToRaw(pub.(*ecdsa.PublicKey), der)
		if err != nil || string(back) != string(sig) {
			t.Errorf("r‖s does not survive DER: %x became %x (%v)", sig, back, err)
		}
		sig = der
	}
	return s.Verify(pub, digest(h.Crypto, msg), sig)
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	ok(t, err)
	return b
}
