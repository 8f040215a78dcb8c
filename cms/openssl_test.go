package cms_test

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
)

// folder is a folder with the files of a PKI that programs need.
type folder struct {
	t       testing.TB
	pki     *testpki.PKI
	dir     string
	openssl string
}

func newFolder(t testing.TB, pki *testpki.PKI) *folder {
	t.Helper()
	f := &folder{t: t, pki: pki, dir: t.TempDir(), openssl: testtool.Need(t, "openssl")}
	f.write("text", []byte(text))
	f.write("root.pem", pemOf(pki.Root()))
	f.write("issuer.pem", pemOf(pki.Issuer()))
	return f
}

func pemOf(certs ...*x509.Certificate) []byte {
	var out []byte
	for _, c := range certs {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return out
}

func (f *folder) path(name string) string { return filepath.Join(f.dir, name) }

func (f *folder) write(name string, data []byte) string {
	f.t.Helper()
	require.NoError(f.t, os.WriteFile(f.path(name), data, 0o600))
	return f.path(name)
}

func (f *folder) read(name string) []byte {
	f.t.Helper()
	data, err := os.ReadFile(f.path(name))
	require.NoError(f.t, err)
	return data
}

// credentials writes the certificate and key of a signer and returns the two arguments that name them.
func (f *folder) credentials(name string) []string {
	f.t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(f.pki.Key(name))
	require.NoError(f.t, err)
	return []string{
		"-signer", f.write(name+".pem", pemOf(f.pki.Certificate(name))),
		"-inkey", f.write(name+".key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})),
	}
}

// verify has openssl verify a signature over content ("" for an attached one) and returns what it says.
func (f *folder) verify(raw []byte, content string, more ...string) error {
	f.t.Helper()
	args := []string{"cms", "-verify", "-binary", "-inform", "DER", "-in", f.write("sig", raw), "-CAfile", f.path("root.pem"), "-out", f.path("out")}
	if content != "" {
		args = append(args, "-content", f.write("content", []byte(content)))
	}
	_, stderr, err := testtool.Try(f.t, f.openssl, append(args, more...)...)
	if err != nil {
		f.t.Log(stderr)
		return err
	}
	require.Equal(f.t, text, string(f.read("out")))
	return nil
}

// TestOpenSSLVerifies has openssl judge what we make.
func TestOpenSSLVerifies(t *testing.T) {
	pki, _ := testpki.Start(t)
	f := newFolder(t, pki)
	for _, c := range []struct {
		name string
		opts cms.Options
	}{
		{"signer", cms.Options{}},
		{"signer", cms.Options{Hash: crypto.SHA384}},
		{"signer", cms.Options{Hash: crypto.SHA512, Level: cms.LevelBT}},
		{"signer", cms.Options{PSS: true}},
		{"signer", cms.Options{PSS: true, Hash: crypto.SHA512}},
		{"rsa3072", cms.Options{PSS: true, Hash: crypto.SHA384, Level: cms.LevelBT}},
		{"ec", cms.Options{}},
		{"ec", cms.Options{Hash: crypto.SHA512}},
		{"ec384", cms.Options{Level: cms.LevelBT}},
		{"ec521", cms.Options{}},
	} {
		c.opts.Timestamper, c.opts.Clock = pki.TSAClient(), pki.Now
		require.NoError(t, f.verify(sign(t, pki, c.name, text, &c.opts), text, "-cades"), "%s %+v", c.name, c.opts)
		require.Error(t, f.verify(sign(t, pki, c.name, text, &c.opts), text+" "))
		c.opts.Attached = true
		require.NoError(t, f.verify(sign(t, pki, c.name, text, &c.opts), ""), "%s %+v", c.name, c.opts)
		var out bytes.Buffer
		require.NoError(t, cms.Sign(t.Context(), &out, io.MultiReader(strings.NewReader(text)), pki.Signer(c.name), &c.opts))
		require.NoError(t, f.verify(out.Bytes(), ""), "written on the fly")
	}
}

// TestOpenSSLVerifiesAdded has openssl judge signatures that were added to one another's, ours and openssl's own.
func TestOpenSSLVerifiesAdded(t *testing.T) {
	pki, _ := testpki.Start(t)
	f := newFolder(t, pki)
	for _, detached := range []bool{true, false} {
		content, mode := text, []string{}
		if !detached {
			content, mode = "", []string{"-nodetach"}
		}
		ours := sign(t, pki, "signer", text, &cms.Options{Attached: !detached})
		theirs := f.sign(append(mode, f.credentials("ec")...)...)
		for _, raw := range [][]byte{ours, theirs} {
			for i, name := range []string{"ec384", "rsa3072", "ec521"} {
				var out bytes.Buffer
				require.NoError(t, cms.AddSignature(t.Context(), &out, raw, reader(content), pki.Signer(name), &cms.Options{Clock: pki.Now}))
				raw = out.Bytes()
				require.NoError(t, f.verify(raw, content))
				doc, err := cms.Read(t.Context(), bytes.NewReader(raw), &cms.ReadOptions{Content: reader(content)})
				require.NoError(t, err)
				require.Len(t, doc.Signatures, i+2)
				for _, s := range doc.Signatures {
					require.Equal(t, cms.Intact, s.ContentIntegrity)
					require.Equal(t, cms.Intact, s.SignatureIntegrity)
				}
			}
			var out bytes.Buffer
			if detached {
				err := cms.AddSignature(t.Context(), &out, raw, strings.NewReader("khác"), pki.Signer("other"), &cms.Options{Clock: pki.Now})
				require.ErrorIs(t, err, codeErr(cms.CodeContentOther))
			} else {
				err := cms.AddSignature(t.Context(), &out, raw, strings.NewReader(text), pki.Signer("other"), &cms.Options{Clock: pki.Now})
				require.ErrorIs(t, err, codeErr(cms.CodeOptions))
			}
			require.Zero(t, out.Len())
		}
	}
}

func reader(content string) io.Reader {
	if content == "" {
		return nil
	}
	return strings.NewReader(content)
}

// sign has openssl sign the text.
func (f *folder) sign(args ...string) []byte {
	f.t.Helper()
	all := append([]string{"cms", "-sign", "-binary", "-in", f.path("text"), "-outform", "DER", "-out", f.path("made"), "-certfile", f.path("issuer.pem")}, args...)
	testtool.Run(f.t, f.openssl, all...)
	return f.read("made")
}

// TestReadOpenSSL reads what openssl makes, in all its ways.
func TestReadOpenSSL(t *testing.T) {
	pki, _ := testpki.Start(t)
	f := newFolder(t, pki)
	const tstInfo = "1.2.840.113549.1.9.16.1.4"
	pss := []string{"-keyopt", "rsa_padding_mode:pss"}
	for _, c := range []struct {
		what     string
		keys     []string
		args     []string
		attached bool
		codes    []cms.Code // of findings, for each signature
		level    cms.Level
	}{
		{"rsa", []string{"signer"}, nil, false, []cms.Code{cms.CodeNoSigningCert}, ""},
		{"cades", []string{"signer"}, []string{"-cades"}, false, nil, cms.LevelBB},
		{"cades sha512", []string{"signer"}, []string{"-cades", "-md", "sha512"}, false, nil, cms.LevelBB},
		{"cades sha1", []string{"signer"}, []string{"-cades", "-md", "sha1"}, false, []cms.Code{cms.CodeWeakDigest, cms.CodeWeakReference}, cms.LevelBB},
		{"attached", []string{"signer"}, []string{"-cades", "-nodetach"}, true, nil, cms.LevelBB},
		{"attached stream", []string{"signer"}, []string{"-cades", "-nodetach", "-stream"}, true, nil, cms.LevelBB},
		{"stream in DER keeps the content", []string{"ec"}, []string{"-cades", "-stream"}, true, nil, cms.LevelBB},
		{"pss", []string{"rsa3072"}, append(pss, "-cades"), false, nil, cms.LevelBB},
		{"pss salt 20", []string{"rsa3072"}, append(pss, "-cades", "-keyopt", "rsa_pss_saltlen:20"), false, nil, cms.LevelBB},
		{"pss salt max", []string{"rsa3072"}, append(pss, "-cades", "-keyopt", "rsa_pss_saltlen:max"), false, nil, cms.LevelBB},
		{"pss salt 0", []string{"rsa3072"}, append(pss, "-cades", "-keyopt", "rsa_pss_saltlen:0"), false, nil, cms.LevelBB},
		{"ec", []string{"ec"}, []string{"-cades"}, false, nil, cms.LevelBB},
		{"ec384", []string{"ec384"}, []string{"-cades", "-md", "sha256"}, false, nil, cms.LevelBB},
		{"ec521", []string{"ec521"}, []string{"-cades", "-md", "sha512", "-nodetach"}, true, nil, cms.LevelBB},
		{"several", []string{"signer", "ec", "ec384"}, []string{"-cades", "-nodetach"}, true, nil, cms.LevelBB},
		{"by key identifier", []string{"signer"}, []string{"-cades", "-keyid"}, false, nil, cms.LevelBB},
		{"content type", []string{"signer"}, []string{"-cades", "-econtent_type", tstInfo, "-nodetach"}, true, nil, ""},
		{"no attributes", []string{"signer"}, []string{"-noattr"}, false, []cms.Code{cms.CodeNoSignedAttributes, cms.CodeNoSigningCert}, ""},
		{"no attributes attached", []string{"ec"}, []string{"-noattr", "-nodetach", "-stream"}, true, []cms.Code{cms.CodeNoSignedAttributes, cms.CodeNoSigningCert}, ""},
		{"no certificates", []string{"signer"}, []string{"-cades", "-nocerts"}, false, nil, ""},
		{"s/mime capabilities off", []string{"signer"}, []string{"-cades", "-nosmimecap"}, false, nil, cms.LevelBB},
		{"sha3", []string{"signer"}, []string{"-cades", "-md", "sha3-256"}, false, nil, cms.LevelBB},
	} {
		t.Run(strings.ReplaceAll(c.what, " ", "-"), func(t *testing.T) {
			args := c.args
			for _, k := range c.keys {
				cred := f.credentials(k)
				args = append([]string{}, append(args, cred[0], cred[1], cred[2], cred[3])...)
			}
			if strings.HasPrefix(c.what, "pss") { // -keyopt belongs behind its signer
				args = append(f.credentials(c.keys[0]), c.args...)
			}
			raw := f.sign(args...)
			opts := &cms.ReadOptions{Certificates: []*x509.Certificate{pki.Certificate("signer")}}
			if !c.attached {
				opts.Content = strings.NewReader(text)
			}
			doc, err := cms.Read(t.Context(), bytes.NewReader(raw), opts)
			require.NoError(t, err)
			require.Equal(t, c.attached, doc.Attached)
			require.EqualValues(t, len(text), doc.Size)
			require.Len(t, doc.Signatures, len(c.keys))
			for _, s := range doc.Signatures {
				require.Equal(t, c.codes, codes(s.Findings), "%+v", s.Findings)
				require.Equal(t, cms.Intact, s.ContentIntegrity)
				require.Equal(t, cms.Intact, s.SignatureIntegrity)
				require.Equal(t, c.level, s.Level)
			}
			if c.attached {
				return
			}
			doc, err = cms.Read(t.Context(), bytes.NewReader(raw), &cms.ReadOptions{Content: strings.NewReader(text + " "), Certificates: opts.Certificates})
			require.NoError(t, err)
			require.Equal(t, cms.Broken, doc.Signatures[0].ContentIntegrity)
		})
	}
}

func codes(findings []cms.Finding) []cms.Code {
	var out []cms.Code
	for _, f := range findings {
		out = append(out, f.Code)
	}
	return out
}

// TestOpenSSLToken has openssl judge the time-stamp that we asked for.
func TestOpenSSLToken(t *testing.T) {
	pki, _ := testpki.Start(t)
	f := newFolder(t, pki)
	doc := read(t, sign(t, pki, "ec", text, &cms.Options{Level: cms.LevelBT, Timestamper: pki.TSAClient()}), text)
	s := doc.Signatures[0]
	out, _ := testtool.Run(t, f.openssl, "ts", "-verify", "-token_in", "-in", f.write("token", s.Timestamps[0].Token.Raw), "-data", f.write("value", s.Value), "-CAfile", f.path("root.pem"))
	require.Contains(t, out, "Verification: OK")
}
