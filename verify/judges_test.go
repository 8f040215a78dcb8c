package verify_test

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/verify"
)

// material writes what outside signers need into a folder.
func material(t *testing.T, p pki) (dir string, keys []string) {
	t.Helper()
	dir = t.TempDir()
	require.NoError(t, p.Save(dir))
	return dir, []string{"--p12", filepath.Join(dir, "signer.p12"), "--pass-file", filepath.Join(dir, "signer.pass")}
}

func put(t *testing.T, path string, data []byte) string {
	t.Helper()
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

// crossed verifies what another program signed.
func crossed(t *testing.T, p pki, path string, content []byte, level string) *verify.Report {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var opts *verify.Options
	if content != nil {
		opts = about(content)
	}
	r := judge(t, p.verifier(t), data, opts)
	require.Equal(t, verify.ExitPassed, r.ExitCode(), "%s", text(t, r, verify.English, false))
	require.Len(t, r.Signatures, 1)
	s := r.Signatures[0]
	require.Equal(t, level, s.Level, "%v", codes(s.Findings))
	if level == "B-T" {
		require.True(t, s.Time.Proved)
		require.Equal(t, verify.BasisTimestamp, s.Time.Basis)
		require.Equal(t, "PASSED", stampVerdict(s.Timestamps[0]))
	}
	return r
}

// TestJudgeDSS: what EU DSS signs, we pass.
func TestJudgeDSS(t *testing.T) {
	p := start(t)
	dir, keys := material(t, p)
	content := []byte("content\n")
	pdfIn := put(t, filepath.Join(dir, "in.pdf"), plainPDF("x"))
	txtIn := put(t, filepath.Join(dir, "in.txt"), content)
	xmlIn := put(t, filepath.Join(dir, "in.xml"), []byte("<contract><price>1</price></contract>"))
	for _, c := range []struct {
		name, format, in string
		options          []string
		content          []byte
	}{
		{"XAdES enveloped", "xades", xmlIn, nil, nil},
		{"XAdES enveloping, PSS, SHA-512", "xades", xmlIn, []string{"--packaging", "enveloping", "--pss", "--hash", "sha512"}, nil},
		{"XAdES detached", "xades", txtIn, []string{"--packaging", "detached"}, content},
		{"PAdES", "pades", pdfIn, nil, nil},
		{"PAdES, PSS, SHA-512", "pades", pdfIn, []string{"--pss", "--hash", "sha512"}, nil},
		{"CAdES attached", "cades", txtIn, nil, nil},
		{"CAdES detached", "cades", txtIn, []string{"--packaging", "detached", "--hash", "sha384"}, content},
	} {
		for _, level := range []string{"B", "T"} {
			t.Run(c.name+" B-"+level, func(t *testing.T) {
				out := filepath.Join(t.TempDir(), "out")
				args := append([]string{"sign", "--format", c.format, "--level", level, "--tsa", p.server.TSA, "--certs", filepath.Join(dir, "issuer.pem")}, keys...)
				testtool.DSS(t, append(append(args, c.options...), c.in, out)...)
				crossed(t, p, out, c.content, "B-"+level)
			})
		}
	}
}

// TestJudgeHanko: what pyHanko signs, we pass.
func TestJudgeHanko(t *testing.T) {
	p := start(t)
	dir, keys := material(t, p)
	content := []byte("content\n")
	pdfIn := put(t, filepath.Join(dir, "in.pdf"), plainPDF("x"))
	txtIn := put(t, filepath.Join(dir, "in.txt"), content)
	trust := []string{"--trust", filepath.Join(dir, "root.pem"), "--certs", filepath.Join(dir, "issuer.pem"), "--tsa", p.server.TSA}
	for _, c := range []struct {
		name, command, in string
		options           []string
		content           []byte
	}{
		{"PAdES", "sign", pdfIn, nil, nil},
		{"PAdES, PSS", "sign", pdfIn, []string{"--pss"}, nil},
		{"PAdES certified", "sign", pdfIn, []string{"--certify", "2"}, nil},
		{"CAdES detached", "sign-cms", txtIn, nil, content},
		{"CAdES attached", "sign-cms", txtIn, []string{"--attached"}, nil},
	} {
		for _, level := range []string{"B", "T"} {
			t.Run(c.name+" B-"+level, func(t *testing.T) {
				out := filepath.Join(t.TempDir(), "out")
				args := append([]string{c.command, "--level", level}, trust...)
				args = append(append(append(args, keys...), c.options...), c.in, out)
				testtool.Hanko(t, args...)
				crossed(t, p, out, c.content, "B-"+level)
			})
		}
	}
}

// TestJudgeOpenSSL: what openssl signs and time-stamps, we pass.
func TestJudgeOpenSSL(t *testing.T) {
	openssl := testtool.Need(t, "openssl")
	p := start(t)
	dir, _ := material(t, p)
	content := []byte("content\n")
	in := put(t, filepath.Join(dir, "in.txt"), content)
	cert, key, issuer := filepath.Join(dir, "signer-cert.pem"), filepath.Join(dir, "signer-key.pem"), filepath.Join(dir, "issuer.pem")
	signing := []string{"cms", "-sign", "-binary", "-signer", cert, "-inkey", key, "-certfile", issuer, "-in", in}
	for _, c := range []struct {
		name    string
		options []string
		content []byte
		level   string
		format  string
	}{
		{"CAdES detached", []string{"-cades", "-outform", "DER"}, content, "B-B", "CAdES"},
		{"CAdES attached", []string{"-cades", "-nodetach", "-outform", "DER"}, nil, "B-B", "CAdES"},
		{"CAdES attached, BER", []string{"-cades", "-nodetach", "-stream", "-indef", "-outform", "DER"}, nil, "B-B", "CAdES"},
		{"CAdES attached, PEM", []string{"-cades", "-nodetach", "-outform", "PEM"}, nil, "B-B", "CAdES"},
		{"CAdES PSS", []string{"-cades", "-nodetach", "-outform", "DER", "-keyopt", "rsa_padding_mode:pss"}, nil, "B-B", "CAdES"},
		{"CAdES SHA-512", []string{"-cades", "-nodetach", "-outform", "DER", "-md", "sha512"}, nil, "B-B", "CAdES"},
		{"plain CMS", []string{"-nodetach", "-outform", "DER"}, nil, "", "CMS"},
		{"plain CMS, key identifier", []string{"-nodetach", "-keyid", "-outform", "DER"}, nil, "", "CMS"},
		{"plain CMS without signed attributes", []string{"-nodetach", "-noattr", "-outform", "DER"}, nil, "", "CMS"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			testtool.Run(t, openssl, append(append(signing[:len(signing):len(signing)], c.options...), "-out", out)...)
			r := crossed(t, p, out, c.content, c.level)
			require.Equal(t, c.format, r.Signatures[0].Format)
		})
	}
	t.Run("smime -sign, PKCS7 in PEM", func(t *testing.T) {
		out := filepath.Join(t.TempDir(), "out")
		testtool.Run(t, openssl, "smime", "-sign", "-binary", "-nodetach", "-signer", cert, "-inkey", key, "-certfile", issuer, "-in", in, "-outform", "PEM", "-out", out)
		crossed(t, p, out, nil, "")
	})
	t.Run("ts -query answered by the test PKI, then -reply", func(t *testing.T) {
		// openssl reads our test server's token, and we read the token that openssl took out of the answer.
		token := put(t, filepath.Join(dir, "t.tst"), stampOf(t, p, content))
		stdout, _ := testtool.Run(t, openssl, "ts", "-verify", "-data", in, "-in", token, "-token_in", "-CAfile", filepath.Join(dir, "root.pem"))
		require.True(t, strings.Contains(stdout, "OK"), stdout)
		data, err := os.ReadFile(token)
		require.NoError(t, err)
		require.Equal(t, verify.ExitPassed, judge(t, p.verifier(t), data, about(content)).ExitCode())
	})
}

// TestJudgeVerdicts: on the same evidence (revocation left out), EU DSS comes to our verdict, sub-indication included; where it does
// not, the reason is here.
func TestJudgeVerdicts(t *testing.T) {
	p := start(t)
	dir, _ := material(t, p)
	key, cert := p.Key("signer"), p.Certificate("signer")
	others := []*x509.Certificate{p.Issuer()}
	clean := p.signCMS(t, []byte("pay 1"), "signer", &cms.Options{Attached: true})
	stampedFile := p.signCMS(t, []byte("pay 1"), "signer", &cms.Options{Attached: true, Level: cms.LevelBT, Timestamper: p.TSAClient()})
	document := p.signPDF(t, plainPDF("pay 1"), "signer", nil)
	weak := weakKey(t)
	late := cert.NotAfter.AddDate(0, 1, 0)
	for _, c := range []struct {
		name string
		doc  []byte
		at   time.Time
		want string
		dss  string // "": the same
	}{
		{"clean", clean, time.Time{}, "TOTAL-PASSED", ""},
		{"clean, B-T", stampedFile, time.Time{}, "TOTAL-PASSED", ""},
		{"clean PDF", document, time.Time{}, "TOTAL-PASSED", ""},
		{"content changed", flip(t, clean, "pay 1", "pay 9"), time.Time{}, "TOTAL-FAILED/HASH_FAILURE", ""},
		{"PDF content changed", flip(t, document, "pay 1", "pay 9"), time.Time{}, "TOTAL-FAILED/HASH_FAILURE", ""},
		{"expired", clean, late, "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", ""},
		// EN 319 102-1, 5.5.4: DSS wants revocation data of an expired certificate even under this policy (OUT_OF_BOUNDS_NOT_REVOKED
		// would go on), while we leave revocation out until it is judged, and say so.
		{"expired, time-stamped before", stampedFile, late, "TOTAL-PASSED", "INDETERMINATE/OUT_OF_BOUNDS_NO_POE"},
		{"another certificate of the same key", forgery{key: key, cert: p.certificate(t, key.Public(), nil), ess: cert, others: others, content: []byte("x")}.file(t), time.Time{},
			"INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND", ""},
		{"RSA-1024", forgery{key: weak, cert: p.certificate(t, weak.Public(), nil), others: others, content: []byte("x")}.file(t), time.Time{},
			"INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE", ""},
		{"SHA-1", forgery{key: key, cert: cert, hash: crypto.SHA1, others: others, content: []byte("x")}.file(t), time.Time{},
			"INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			opts := &verify.Options{At: c.at}
			args := []string{"validate", "--trust", filepath.Join(dir, "root.pem"), "--policy", "no-revocation"}
			if !c.at.IsZero() {
				args = append(args, "--at", c.at.UTC().Format(time.RFC3339))
			}
			path := put(t, filepath.Join(t.TempDir(), "doc"), c.doc)
			ours := judge(t, p.verifier(t), c.doc, opts).Signatures[0]
			require.Equal(t, c.want, verdict(ours), "%v", codes(ours.Findings))
			answer := testtool.DSS(t, append(args, path)...)
			require.Len(t, answer, 1)
			theirs, _ := testtool.Field(answer[0], "signatures", 0, "indication").(string)
			if sub, _ := testtool.Field(answer[0], "signatures", 0, "sub_indication").(string); sub != "" {
				theirs += "/" + sub
			}
			require.Equal(t, cmp.Or(c.dss, c.want), theirs)
		})
	}
}

// TestJudgeDocumentTimestamp: a PDF that EU DSS raised to B-T by a document time-stamp. The time-stamp passes and proves the time of the
// signature below it; the signature is INDETERMINATE, since what was appended is not judged yet.
func TestJudgeDocumentTimestamp(t *testing.T) {
	p := start(t)
	dir, _ := material(t, p)
	in := put(t, filepath.Join(dir, "bb.pdf"), p.signPDF(t, plainPDF("x"), "signer", nil))
	out := filepath.Join(dir, "bt.pdf")
	testtool.DSS(t, "extend", "--level", "T", "--tsa", p.server.TSA, in, out)
	doc, err := os.ReadFile(out)
	require.NoError(t, err)
	r := judge(t, p.verifier(t), doc, nil)
	require.Len(t, r.Timestamps, 1)
	stamp := r.Timestamps[0]
	require.Equal(t, "PASSED", stampVerdict(stamp), "%v", codes(stamp.Findings))
	require.Equal(t, verify.StampDocument, stamp.Kind)
	require.Equal(t, []string{"s1"}, stamp.Covers)
	require.Equal(t, "whole", stamp.Coverage.Extent)
	s := r.Signatures[0]
	require.Equal(t, "B-T", s.Level)
	require.Equal(t, verify.BasisArchive, s.Time.Basis)
	require.True(t, s.Time.Proved)
	require.Equal(t, verify.ChangesAllowed, s.ChangesAfter.Level)
	require.Equal(t, verify.TotalPassed, s.Indication)
	require.Equal(t, verify.TotalPassed, r.Indication)
	require.Equal(t, "t1", r.Revisions[len(r.Revisions)-1].Signature)

	t.Run("untrusted", func(t *testing.T) {
		r := judge(t, p.verifier(t, p.Issuer()), doc, nil)
		require.Equal(t, "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND", stampVerdict(r.Timestamps[0]))
		require.Equal(t, verify.BasisNow, r.Signatures[0].Time.Basis)
		require.False(t, r.Signatures[0].Time.Proved)
		require.Equal(t, []string{"s1"}, r.Timestamps[0].Covers)
	})
	t.Run("something appended after it", func(t *testing.T) {
		r := judge(t, p.verifier(t), append(bytes.Clone(doc), "% more\n"...), nil)
		require.Equal(t, verify.Indeterminate, r.Timestamps[0].Indication)
		require.NotEqual(t, verify.ExitPassed, r.ExitCode())
	})
}
