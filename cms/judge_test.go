package cms_test

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mozilla.org/pkcs7"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
)

// made is one file for the judges.
type made struct {
	path, name string
	level      cms.Level
	attached   bool
}

// makeAll signs the text in every way that a judge can be asked about.
func makeAll(t *testing.T, f *folder, signers []string) []made {
	t.Helper()
	var all []made
	for _, name := range signers {
		for _, attached := range []bool{false, true} {
			for _, level := range []cms.Level{cms.LevelBB, cms.LevelBT} {
				for _, pss := range []bool{false, true} {
					if pss && f.pki.Certificate(name).PublicKeyAlgorithm != x509.RSA {
						continue
					}
					opts := &cms.Options{Level: level, Attached: attached, PSS: pss, Timestamper: f.pki.TSAClient()}
					if pss {
						opts.Hash = crypto.SHA512
					}
					raw := sign(t, f.pki, name, text, opts)
					file := name + "-" + string(level)
					if attached {
						file += "-attached"
					}
					if pss {
						file += "-pss"
					}
					all = append(all, made{f.write(file+".p7s", raw), name, level, attached})
				}
			}
		}
	}
	var ber bytes.Buffer
	require.NoError(t, cms.Sign(t.Context(), &ber, io.MultiReader(strings.NewReader(text)), f.pki.Signer("signer"), &cms.Options{Attached: true}))
	return append(all, made{f.write("on-the-fly.p7s", ber.Bytes()), "signer", cms.LevelBB, true})
}

// TestDSSValidates has EU DSS judge what we make.
func TestDSSValidates(t *testing.T) {
	pki, _ := testpki.Start(t)
	f := newFolder(t, pki)
	files := makeAll(t, f, []string{"signer", "rsa3072", "ec", "ec384", "ec521"})
	for _, attached := range []bool{false, true} { // three signers in one file
		raw, content := sign(t, pki, "signer", text, &cms.Options{Attached: attached, Level: cms.LevelBT, Timestamper: pki.TSAClient()}), text
		if attached {
			content = ""
		}
		for _, name := range []string{"ec", "person"} {
			var out bytes.Buffer
			require.NoError(t, cms.AddSignature(t.Context(), &out, raw, reader(content), pki.Signer(name), &cms.Options{Level: cms.LevelBT, Timestamper: pki.TSAClient()}))
			raw = out.Bytes()
		}
		files = append(files, made{f.write(fmt.Sprintf("three-%v.p7s", attached), raw), "", cms.LevelBT, attached})
	}
	for _, attached := range []bool{false, true} {
		args := []string{"validate", "--trust", f.path("root.pem"), "--online"}
		if !attached {
			args = append(args, "--content", f.path("text"))
		}
		var asked []made
		for _, m := range files {
			if m.attached == attached {
				args, asked = append(args, m.path), append(asked, m)
			}
		}
		answers := testtool.DSS(t, args...)
		require.Len(t, answers, len(asked))
		for i, a := range answers {
			m := asked[i]
			require.Equal(t, "TOTAL-PASSED", a["indication"], "%s: %v", filepath.Base(m.path), a)
			require.Equal(t, "CAdES-BASELINE-"+strings.TrimPrefix(string(m.level), "B-"), testtool.Field(a, "signatures", 0, "format"), m.path)
			require.Empty(t, testtool.Field(a, "signatures", 0, "structural_errors"), m.path)
			signatures, _ := a["signatures"].([]any)
			if m.name == "" {
				require.Len(t, signatures, 3)
			}
			for i := range signatures {
				require.Equal(t, "TOTAL-PASSED", testtool.Field(a, "signatures", i, "indication"), m.path)
				if m.level == cms.LevelBT {
					require.Equal(t, "PASSED", testtool.Field(a, "signatures", i, "timestamps", 0, "indication"), m.path)
				}
			}
		}
	}
}

// TestHankoValidates has pyHanko judge what we make, Ed25519 too.
func TestHankoValidates(t *testing.T) {
	pki, _ := testpki.Start(t)
	f := newFolder(t, pki)
	files := makeAll(t, f, []string{"signer", "rsa3072", "ec", "ec384", "ec521", "ed25519"})
	for _, attached := range []bool{false, true} {
		args := []string{"validate", "--trust", f.path("root.pem"), "--profile", "ades", "--online"}
		if !attached {
			args = append(args, "--content", f.path("text"))
		}
		var asked []made
		for _, m := range files {
			if m.attached == attached && !strings.Contains(m.path, "on-the-fly") { // pyHanko does not read BER in pieces
				args, asked = append(args, m.path), append(asked, m)
			}
		}
		answers := testtool.Hanko(t, args...)
		require.Len(t, answers, len(asked))
		for i, a := range answers {
			require.Equal(t, true, a["bottom_line"], "%s: %v", filepath.Base(asked[i].path), a)
			require.Equal(t, asked[i].level == cms.LevelBT, testtool.Field(a, "signatures", 0, "timestamp") != nil)
		}
	}
}

// TestReadJudges reads what EU DSS and pyHanko make.
func TestReadJudges(t *testing.T) {
	pki, server := testpki.Start(t)
	f := newFolder(t, pki)
	pass := f.write("pass", []byte(pki.Password()))
	p12 := func(name string) string {
		raw, err := pki.PKCS12(name)
		require.NoError(t, err)
		return f.write(name+".p12", raw)
	}
	check := func(raw []byte, attached bool, level cms.Level, name, digest, algorithm string) {
		t.Helper()
		opts := &cms.ReadOptions{}
		if !attached {
			opts.Content = strings.NewReader(text)
		}
		doc, err := cms.Read(t.Context(), bytes.NewReader(raw), opts)
		require.NoError(t, err)
		require.Equal(t, attached, doc.Attached)
		require.Len(t, doc.Signatures, 1)
		s := doc.Signatures[0]
		requireIntact(t, s)
		require.Equal(t, level, s.Level)
		require.Equal(t, digest, s.DigestAlgorithm)
		require.Equal(t, algorithm, s.SignatureAlgorithm)
		require.True(t, s.Certificate.Equal(pki.Certificate(name)))
		if level == cms.LevelBT {
			require.Len(t, s.Timestamps, 1)
			require.NotNil(t, s.Timestamps[0].Certificate)
		}
	}
	for _, c := range []struct {
		name, level, packaging, hash string
		pss                          bool
		digest, algorithm            string
	}{
		{"signer", "B", "enveloping", "sha256", false, "SHA-256", "RSA-PKCS1v15"},
		{"signer", "T", "detached", "sha512", false, "SHA-512", "RSA-PKCS1v15"},
		{"rsa3072", "T", "enveloping", "sha384", true, "SHA-384", "RSA-PSS"},
		{"ec", "T", "detached", "sha256", false, "SHA-256", "ECDSA"},
	} {
		args := []string{"sign", "--format", "cades", "--level", c.level, "--p12", p12(c.name), "--pass-file", pass, "--packaging", c.packaging, "--hash", c.hash,
			"--tsa", server.TSA, "--trust", f.path("root.pem")}
		if c.pss {
			args = append(args, "--pss")
		}
		testtool.DSS(t, append(args, f.path("text"), f.path("dss.p7s"))...)
		check(f.read("dss.p7s"), c.packaging == "enveloping", cms.Level("B-"+c.level), c.name, c.digest, c.algorithm)
	}
	for _, c := range []struct {
		name, level       string
		args              []string
		digest, algorithm string
	}{
		{"signer", "B", []string{"--attached"}, "SHA-256", "RSA-PKCS1v15"},
		{"signer", "T", []string{"--pss", "--hash", "sha512"}, "SHA-512", "RSA-PSS"},
		{"ec", "T", nil, "SHA-256", "ECDSA"},
		{"ed25519", "B", []string{"--attached", "--hash", "sha512"}, "SHA-512", "Ed25519"},
	} {
		args := append([]string{"sign-cms", "--level", c.level, "--p12", p12(c.name), "--pass-file", pass, "--tsa", server.TSA, "--trust", f.path("root.pem")}, c.args...)
		testtool.Hanko(t, append(args, f.path("text"), f.path("hanko.p7s"))...)
		check(f.read("hanko.p7s"), len(c.args) > 0 && c.args[0] == "--attached", cms.Level("B-"+c.level), c.name, c.digest, c.algorithm)
	}
}

// TestPKCS7 crosses with go.mozilla.org/pkcs7: it verifies ours, we read its.
func TestPKCS7(t *testing.T) {
	pki, _ := testpki.Start(t)
	roots := x509.NewCertPool()
	roots.AddCert(pki.Root())
	for _, name := range []string{"signer", "rsa3072", "ec", "ec384"} {
		for _, attached := range []bool{false, true} {
			p7, err := pkcs7.Parse(sign(t, pki, name, text, &cms.Options{Attached: attached}))
			require.NoError(t, err)
			if !attached {
				p7.Content = []byte(text)
			}
			require.Equal(t, text, string(p7.Content))
			require.NoError(t, p7.VerifyWithChain(roots), name)
			p7.Content = []byte(text + " ")
			require.Error(t, p7.VerifyWithChain(roots), name)

			sd, err := pkcs7.NewSignedData([]byte(text))
			require.NoError(t, err)
			sd.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
			require.NoError(t, sd.AddSigner(pki.Certificate(name), pki.Key(name), pkcs7.SignerInfoConfig{}))
			if !attached {
				sd.Detach()
			}
			raw, err := sd.Finish()
			require.NoError(t, err)
			opts := &cms.ReadOptions{}
			if !attached {
				opts.Content = strings.NewReader(text)
			}
			doc, err := cms.Read(t.Context(), bytes.NewReader(raw), opts)
			require.NoError(t, err)
			require.Len(t, doc.Signatures, 1)
			require.Equal(t, cms.Intact, doc.Signatures[0].ContentIntegrity)
			require.Equal(t, cms.Intact, doc.Signatures[0].SignatureIntegrity, "%s %+v", name, doc.Signatures[0].Findings)
			require.Equal(t, cms.Level(""), doc.Signatures[0].Level)
		}
	}
}
