package testpki_test

import (
	"bytes"
	"encoding/pem"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
)

// serveFolder makes the PKI in a folder and serves it.
func serveFolder(t *testing.T) (*testpki.PKI, *testpki.Server, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "pki")
	p, err := testpki.OpenDir(dir, shared())
	require.NoError(t, err)
	s, err := p.Serve("")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return p, s, dir
}

func get(t testing.TB, url string) []byte {
	t.Helper()
	resp, err := client.Get(url)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusOK, resp.StatusCode, url)
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return data
}

func writePEM(t testing.TB, path, kind string, der []byte) string {
	t.Helper()
	require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	return path
}

func TestOpenSSLChains(t *testing.T) {
	openssl := testtool.Need(t, "openssl")
	p, _, dir := serveFolder(t)
	in := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"signer", "ec", "ed25519", "revoked", "suspended", "person", "employee", "other", "eseal"} {
		out, _ := testtool.Run(t, openssl, "verify", "-x509_strict", "-purpose", "smimesign", "-CAfile", in("root.pem"), "-untrusted", in("issuer.pem"), in(name+"-cert.pem"))
		assert.Contains(t, out, ": OK", name)
	}
	out, _ := testtool.Run(t, openssl, "verify", "-purpose", "smimesign", "-CAfile", in("gov-root.pem"), "-untrusted", in("gov-issuer.pem"), in("cqt-cert.pem"))
	assert.Contains(t, out, ": OK", "the government tree, without -x509_strict, which it was never meant to pass")
	_, _, err := testtool.Try(t, openssl, "verify", "-CAfile", in("root.pem"), "-untrusted", in("issuer.pem"), in("expired-cert.pem"))
	assert.Error(t, err)
	for i, c := range p.TSACertificates() {
		file := writePEM(t, in("unit.pem"), "CERTIFICATE", c.Raw)
		middle := c.NotBefore.Add(c.NotAfter.Sub(c.NotBefore) / 2).Unix()
		out, _ := testtool.Run(t, openssl, "verify", "-x509_strict", "-purpose", "timestampsign", "-attime", itoa(middle), "-CAfile", in("root.pem"), file)
		assert.Contains(t, out, ": OK", "unit %d", i)
	}
}

func TestOpenSSLOCSP(t *testing.T) {
	openssl := testtool.Need(t, "openssl")
	p, s, dir := serveFolder(t)
	in := func(name string) string { return filepath.Join(dir, name) }
	ask := func(issuer, cert string, more ...string) string {
		args := append([]string{"ocsp", "-CAfile", in("root.pem"), "-issuer", in(issuer), "-cert", in(cert), "-url", s.OCSP, "-resp_text"}, more...)
		out, errs := testtool.Run(t, openssl, args...)
		assert.Contains(t, errs+out, "Response verify OK", cert)
		assert.NotContains(t, errs, "WARNING", "a nonce came back")
		return out
	}
	for _, more := range [][]string{nil, {"-sha256"}} {
		if more != nil { // the digest of CertID is that of the -cert and -serial options behind it
			out, errs := testtool.Run(t, openssl, "ocsp", "-CAfile", in("root.pem"), "-issuer", in("issuer.pem"), "-sha256", "-cert", in("signer-cert.pem"), "-url", s.OCSP)
			assert.Contains(t, errs+out, "Response verify OK")
			assert.Contains(t, out, "signer-cert.pem: good")
			continue
		}
		assert.Contains(t, ask("issuer.pem", "signer-cert.pem"), "signer-cert.pem: good")
	}
	assert.Contains(t, ask("issuer.pem", "revoked-cert.pem"), "keyCompromise")
	assert.Contains(t, ask("issuer.pem", "suspended-cert.pem"), "certificateHold")
	assert.Contains(t, ask("root.pem", "issuer.pem"), "issuer.pem: good")
	require.NoError(t, p.Revoke("signer", 4))
	assert.Contains(t, ask("issuer.pem", "signer-cert.pem"), "superseded")
	out, _ := testtool.Run(t, openssl, "ocsp", "-CAfile", in("root.pem"), "-issuer", in("issuer.pem"), "-serial", "0x540101FE0102030405060708090A0B0C", "-url", s.OCSP)
	assert.Contains(t, out, ": unknown")
}

func TestOpenSSLCRL(t *testing.T) {
	openssl := testtool.Need(t, "openssl")
	_, s, dir := serveFolder(t)
	for _, c := range []struct {
		list, ca string
		idp      bool
	}{
		{"issuer", "issuer", false}, {"issuer-idp", "issuer", true}, {"root", "root", false}, {"root-idp", "root", true},
		{"gov-issuer", "gov-issuer", false}, {"gov-root", "gov-root", false},
	} {
		file := filepath.Join(dir, "list.crl")
		require.NoError(t, os.WriteFile(file, get(t, s.URL+"/crl/"+c.list+".crl"), 0o600))
		out, errs := testtool.Run(t, openssl, "crl", "-inform", "DER", "-in", file, "-noout", "-text", "-CAfile", filepath.Join(dir, c.ca+".pem"))
		assert.Contains(t, out+errs, "verify OK", c.list)
		assert.Equal(t, c.idp, strings.Contains(out, "Issuing Distribution Point: critical"), c.list)
		assert.Contains(t, out, "Next Update")
		assert.Equal(t, c.ca == "issuer", strings.Contains(out, "Key Compromise") && strings.Contains(out, "Certificate Hold"), c.list)
	}
	// The lists do their work in a path: the revoked signer is refused, the good one is not.
	bundle := filepath.Join(dir, "lists.pem")
	var lists []byte
	for _, name := range []string{"root", "issuer", "issuer-idp"} {
		lists = append(lists, pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: get(t, s.URL+"/crl/"+name+".crl")})...)
	}
	require.NoError(t, os.WriteFile(bundle, lists, 0o600))
	verify := func(cert string) (string, error) {
		out, errs, err := testtool.Try(t, openssl, "verify", "-extended_crl", "-crl_check_all", "-CRLfile", bundle, "-CAfile", filepath.Join(dir, "root.pem"), "-untrusted", filepath.Join(dir, "issuer.pem"), filepath.Join(dir, cert))
		return out + errs, err
	}
	for _, cert := range []string{"signer-cert.pem", "other-cert.pem"} { // other's list is the one with a distribution point
		out, err := verify(cert)
		assert.NoError(t, err, out)
	}
	for _, cert := range []string{"revoked-cert.pem", "suspended-cert.pem"} {
		out, err := verify(cert)
		assert.Error(t, err)
		assert.Contains(t, out, "certificate revoked")
	}
}

func TestOpenSSLTimestamps(t *testing.T) {
	openssl := testtool.Need(t, "openssl")
	p, s, dir := serveFolder(t)
	data := filepath.Join(dir, "data")
	require.NoError(t, os.WriteFile(data, []byte("tài liệu"), 0o600))
	for i, unit := range p.TSACertificates() {
		p.SetTime(unit.NotAfter.AddDate(-3, -1, 0)) // before the next unit takes over
		require.Equal(t, unit, p.TSA())
		for _, hash := range []string{"-sha256", "-sha384", "-sha512"} {
			query, reply := filepath.Join(dir, "q.tsq"), filepath.Join(dir, "r.tsr")
			testtool.Run(t, openssl, "ts", "-query", "-data", data, hash, "-cert", "-out", query)
			raw, err := os.ReadFile(query)
			require.NoError(t, err)
			resp, err := client.Post(s.TSA, "application/timestamp-query", bytes.NewReader(raw))
			require.NoError(t, err)
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			assert.Equal(t, "application/timestamp-reply", resp.Header.Get("Content-Type"))
			require.NoError(t, os.WriteFile(reply, body, 0o600))
			for _, by := range [][]string{{"-data", data}, {"-queryfile", query}} {
				args := append([]string{"ts", "-verify", "-in", reply, "-CAfile", filepath.Join(dir, "root.pem"), "-attime", itoa(p.Now().Unix())}, by...)
				out, errs := testtool.Run(t, openssl, args...)
				assert.Contains(t, out+errs, "Verification: OK", "unit %d %s", i, hash)
			}
		}
	}
}

func TestDSSTakesEverything(t *testing.T) {
	pdf := blank(t)
	p, s, dir := serveFolder(t)
	root, pass := filepath.Join(dir, "root.pem"), filepath.Join(dir, "signer.pass")
	for _, c := range []struct{ who, level, root string }{
		{"signer", "T", root}, {"signer", "LT", root}, {"signer", "LTA", root}, {"other", "LT", root},
		{"cqt", "LT", filepath.Join(dir, "gov-root.pem")},
	} {
		t.Run(c.who+" "+c.level, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "signed.pdf")
			dss := filepath.Join(os.Getenv("KYSO_JUDGES"), "dss", "dss")
			testtool.Run(t, dss, "sign", "--format", "pades", "--level", c.level, "--online", "--trust", root, "--trust", c.root,
				"--p12", filepath.Join(dir, c.who+".p12"), "--pass-file", pass, "--tsa", s.TSA, pdf, out)
			a := testtool.DSS(t, "validate", "--trust", root, "--trust", c.root, "--online", out)
			require.Len(t, a, 1)
			assert.Equal(t, "TOTAL-PASSED", a[0]["indication"], a[0])
			sig := testtool.Field(a[0], "signatures", 0)
			assert.Equal(t, "PAdES-BASELINE-"+c.level, testtool.Field(sig, "format"))
			assert.Equal(t, "PASSED", testtool.Field(sig, "timestamps", 0, "indication"), testtool.Field(sig, "timestamps", 0))
			assert.Empty(t, testtool.Field(sig, "errors"))
		})
	}
	// The judge does ask: once the signer is revoked, the same call fails.
	require.NoError(t, p.Revoke("eseal", 1))
	_, _, err := testtool.Try(t, filepath.Join(os.Getenv("KYSO_JUDGES"), "dss", "dss"), "sign", "--format", "pades", "--level", "LT", "--online", "--trust", root,
		"--p12", filepath.Join(dir, "eseal.p12"), "--pass-file", pass, "--tsa", s.TSA, pdf, filepath.Join(dir, "refused.pdf"))
	assert.Error(t, err)
	assert.Positive(t, s.Hits(testpki.OCSP))
	assert.Positive(t, s.Hits(testpki.CRL), "cqt has no OCSP")
}

func TestHankoTakesEverything(t *testing.T) {
	pdf := blank(t)
	p, s, dir := serveFolder(t)
	root, pass := filepath.Join(dir, "root.pem"), filepath.Join(dir, "signer.pass")
	gov := filepath.Join(dir, "gov-root.pem")
	hanko := filepath.Join(os.Getenv("KYSO_JUDGES"), "pyhanko", "hanko")
	for _, c := range []struct{ who, level, root, profile string }{
		{"signer", "T", root, "basic"}, {"signer", "LT", root, "ades"}, {"signer", "LTA", root, "ltv"}, {"ec", "LTA", root, "ltv"},
		{"ed25519", "LTA", root, "ltv"}, {"other", "LTA", root, "ltv"}, {"employee", "LT", root, "ades"}, {"cqt", "LTA", gov, "ltv"},
	} {
		t.Run(c.who+" "+c.level, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "signed.pdf")
			testtool.Run(t, hanko, "sign", "--level", c.level, "--online", "--trust", root, "--trust", c.root,
				"--p12", filepath.Join(dir, c.who+".p12"), "--pass-file", pass, "--tsa", s.TSA, pdf, out)
			a := testtool.Hanko(t, "validate", "--trust", root, "--trust", c.root, "--online", "--profile", c.profile, out)
			require.Len(t, a, 1)
			assert.Equal(t, true, a[0]["bottom_line"], a[0])
		})
	}
	out := filepath.Join(dir, "revoked.pdf")
	testtool.Run(t, hanko, "sign", "--level", "T", "--revocation-mode", "soft-fail", "--trust", root, "--p12", filepath.Join(dir, "person.p12"), "--pass-file", pass, "--tsa", s.TSA, pdf, out)
	require.NoError(t, p.Revoke("person", 1))
	a := testtool.Hanko(t, "validate", "--trust", root, "--online", out)
	assert.Equal(t, false, a[0]["bottom_line"], "the judge does ask")
}

// blank is a small PDF.
func blank(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "blank.pdf")
	testtool.Run(t, judgePath(t, "pyhanko", "hanko"), "blank", path)
	return path
}

// judgePath is the path of an outside judge's command.
func judgePath(t *testing.T, elem ...string) string {
	t.Helper()
	root := os.Getenv("KYSO_JUDGES")
	if root == "" {
		if os.Getenv("KYSO_REQUIRE_TOOLS") == "1" {
			t.Fatal("required (KYSO_REQUIRE_TOOLS=1): KYSO_JUDGES is not set")
		}
		t.Skip("KYSO_JUDGES is not set")
	}
	return filepath.Join(append([]string{root}, elem...)...)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
