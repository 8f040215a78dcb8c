package testpki_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ocsp"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/kyso-dev/kyso/internal/testpki"
)

func read(t testing.TB, elem ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(elem...))
	require.NoError(t, err)
	return data
}

// shared are options under which a folder is made with keys that the process has already.
func shared() *testpki.Options { return &testpki.Options{Keys: testpki.SharedKeys()} }

func readPEM(t testing.TB, elem ...string) []byte {
	t.Helper()
	block, rest := pem.Decode(read(t, elem...))
	require.NotNil(t, block)
	require.Empty(t, rest)
	return block.Bytes
}

func TestFolderFiles(t *testing.T) {
	p, s, dir := serveFolder(t)
	for file, cert := range map[string]*x509.Certificate{"root.pem": p.Root(), "issuer.pem": p.Issuer(), "gov-root.pem": p.GovRoot(), "signer-cert.pem": p.Certificate("signer")} {
		assert.Equal(t, cert.Raw, readPEM(t, dir, file), file)
	}
	key, err := x509.ParsePKCS8PrivateKey(readPEM(t, dir, "signer-key.pem"))
	require.NoError(t, err)
	assert.True(t, p.Certificate("signer").PublicKey.(*rsa.PublicKey).Equal(key.(*rsa.PrivateKey).Public()))
	password := string(read(t, dir, "signer.pass"))
	assert.Equal(t, p.Password(), password)
	want := []string{"signer", "ec", "ed25519", "expired", "revoked", "suspended", "person", "employee", "other", "eseal", "cqt"}
	assert.Equal(t, want, testpki.Names())
	for _, name := range want {
		key, cert, more, err := pkcs12.DecodeChain(read(t, dir, name+".p12"), password)
		require.NoError(t, err, name)
		assert.Equal(t, cert.Raw, readPEM(t, dir, name+"-cert.pem"), name)
		assert.Equal(t, cert.PublicKey, key.(crypto.Signer).Public(), name)
		require.Len(t, more, 1)
		require.NoError(t, cert.CheckSignatureFrom(more[0]))
	}
	var d map[string]any
	require.NoError(t, json.Unmarshal(read(t, dir, "demo.json"), &d))
	assert.Equal(t, map[string]any{"tsa": s.TSA, "ocsp": s.OCSP, "crl": s.CRL, "port": float64(s.Port)}, d)

	public := 0
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := e.Info()
		require.NoError(t, err)
		rel, err := filepath.Rel(dir, path)
		require.NoError(t, err)
		secret := strings.HasSuffix(rel, ".p12") || strings.HasSuffix(rel, "key.pem") || strings.HasSuffix(rel, ".pass")
		switch {
		case e.IsDir():
			if rel != "." {
				assert.Equal(t, fs.FileMode(0o700), info.Mode().Perm(), rel)
			}
		case secret:
			assert.Equal(t, fs.FileMode(0o600), info.Mode().Perm(), rel)
		default:
			public++
		}
		assert.NotContains(t, rel, "tmp", "nothing is left over")
		assert.NotContains(t, rel, "unfinished")
		return nil
	}))
	assert.Positive(t, public)
}

func TestFolderIsKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "pki")
	p, err := testpki.OpenDir(dir, shared())
	require.NoError(t, err)
	s, err := p.Serve("")
	require.NoError(t, err)
	require.NoError(t, p.Suspend("other"))
	require.NoError(t, s.Close())
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files[path] = string(read(t, path))
		}
		return err
	}))

	q, err := testpki.OpenDir(dir, &testpki.Options{Addr: "127.0.0.1:0"})
	require.NoError(t, err)
	r, err := q.Serve("")
	require.NoError(t, err)
	assert.Equal(t, s.URL, r.URL)
	for _, name := range append(testpki.Names(), "root", "issuer", "gov-root", "gov-issuer", "tsa1", "tsa2", "tsa3", "ocsp-root", "ocsp-issuer") {
		assert.Equal(t, p.Certificate(name).Raw, q.Certificate(name).Raw, name)
		assert.Equal(t, p.Key(name).Public(), q.Key(name).Public(), name)
	}
	assert.Equal(t, ocsp.CertificateHold, statusOf(t, q, r, "other").RevocationReason)
	for path, data := range files {
		assert.Equal(t, data, string(read(t, path)), path)
	}
	// The port is taken while it serves, and the message says so.
	again, err := testpki.OpenDir(dir, shared())
	require.NoError(t, err)
	_, err = again.Serve("")
	require.ErrorIs(t, err, testpki.ErrPortTaken)
	assert.ErrorContains(t, err, "taken by another program")
	require.NoError(t, r.Close())
	// Another port cannot be had: the certificates name this one.
	_, err = testpki.OpenDir(dir, &testpki.Options{Addr: "127.0.0.1:9"})
	require.ErrorIs(t, err, testpki.ErrPortFixed)
	l, err := net.Listen("tcp", strings.TrimPrefix(s.URL, "http://"))
	require.NoError(t, err, "and it is free")
	require.NoError(t, l.Close())
}

func statusOf(t testing.TB, p *testpki.PKI, s *testpki.Server, name string) *ocsp.Response {
	t.Helper()
	r, err := ocsp.ParseResponseForCert(askOCSP(t, s, question(t, p, name, issuerOf(name), crypto.SHA1)), p.Certificate(name), p.Certificate(issuerOf(name)))
	require.NoError(t, err)
	return r
}

const childEnv = "KYSO_TESTPKI_CHILD"

// TestMain is also the other process of the tests that need one.
func TestMain(m *testing.M) {
	args := strings.Split(os.Getenv(childEnv), "|")
	if len(args) != 3 {
		os.Exit(m.Run())
	}
	if args[1] == "make" {
		p, err := testpki.OpenDir(args[0], nil)
		fmt.Println(p, err)
		os.Exit(0)
	}
	s := testpki.Status{State: testpki.State(args[2])}
	if s.State == testpki.Revoked {
		s.Reason = 5
	}
	if err := testpki.SetStatus(args[0], args[1], s); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

func TestStatusFromAnotherProcess(t *testing.T) {
	p, s, dir := serveFolder(t)
	child := func(name string, state testpki.State) error {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"="+strings.Join([]string{dir, name, string(state)}, "|"))
		out, err := cmd.CombinedOutput()
		if err != nil {
			return errors.New(string(out))
		}
		return nil
	}
	assert.Equal(t, ocsp.Good, statusOf(t, p, s, "signer").Status)
	require.NoError(t, child("signer", testpki.Suspended))
	assert.Equal(t, ocsp.CertificateHold, statusOf(t, p, s, "signer").RevocationReason)
	require.NoError(t, child("signer", testpki.Good))
	assert.Equal(t, ocsp.Good, statusOf(t, p, s, "signer").Status)
	require.NoError(t, child("signer", testpki.Revoked))
	r := statusOf(t, p, s, "signer")
	assert.Equal(t, ocsp.CessationOfOperation, r.RevocationReason)
	assert.WithinDuration(t, time.Now(), r.RevokedAt, time.Minute)
	list, err := x509.ParseRevocationList(get(t, s.CRL))
	require.NoError(t, err)
	assert.Len(t, list.RevokedCertificateEntries, 3)
	require.ErrorContains(t, child("signer", testpki.Good), "only a suspended certificate can be resumed")
	require.ErrorContains(t, child("nobody", testpki.Revoked), "no certificate named nobody")
	require.ErrorContains(t, child("../../x", testpki.Revoked), "no certificate named")

	// A certificate that another process makes in the folder is known to this server.
	other, err := testpki.Load(dir, nil)
	require.NoError(t, err)
	late := other.Certificate("ec384")
	der, err := ocsp.CreateRequest(late, p.Issuer(), nil)
	require.NoError(t, err)
	answer, err := ocsp.ParseResponseForCert(askOCSP(t, s, der), late, p.Issuer())
	require.NoError(t, err)
	assert.Equal(t, ocsp.Good, answer.Status)
	assert.Equal(t, late.Raw, p.Certificate("ec384").Raw)
	assert.Equal(t, late.PublicKey, p.Key("ec384").Public())
}

func TestFolderWithAClock(t *testing.T) {
	at := time.Date(2033, 3, 4, 5, 6, 7, 0, time.UTC)
	dir := filepath.Join(t.TempDir(), "pki")
	p, err := testpki.OpenDir(dir, &testpki.Options{Now: at, Keys: testpki.SharedKeys()})
	require.NoError(t, err)
	s, err := p.Serve("")
	require.NoError(t, err)
	assert.Equal(t, at, p.Now())
	r := statusOf(t, p, s, "signer")
	assert.Equal(t, at, r.ThisUpdate)
	require.NoError(t, testpki.SetStatus(dir, "signer", testpki.Status{State: testpki.Suspended}))
	assert.Equal(t, at, statusOf(t, p, s, "signer").RevokedAt, "the time of the PKI, not of the machine")
	require.NoError(t, s.Close())

	// Seven years on, with the same folder: the signer is expired, the time-stamp unit is the next one.
	later := at.AddDate(7, 0, 0)
	p, err = testpki.OpenDir(dir, &testpki.Options{Clock: func() time.Time { return later }})
	require.NoError(t, err)
	s, err = p.Serve("")
	require.NoError(t, err)
	assert.Equal(t, p.TSACertificates()[1], p.TSA())
	assert.True(t, p.Certificate("signer").NotAfter.Before(p.Now()))
	require.NoError(t, testpki.SetStatus(dir, "ec", testpki.Status{State: testpki.Suspended}))
	assert.Equal(t, later, statusOf(t, p, s, "ec").RevokedAt)
	require.NoError(t, s.Close())
	require.NoError(t, testpki.SetStatus(dir, "eseal", testpki.Status{State: testpki.Suspended}), "nobody answers: by the machine's clock")
	s, err = p.Serve("")
	require.NoError(t, err)
	assert.WithinDuration(t, time.Now(), statusOf(t, p, s, "eseal").RevokedAt, time.Minute)
	require.NoError(t, s.Close())

	var e *testpki.Error
	_, err = testpki.OpenDir(dir, &testpki.Options{Now: at.AddDate(40, 0, 0)})
	require.ErrorAs(t, err, &e)
	assert.Equal(t, string(testpki.CodeOutside), e.Code())
}

func TestFolderRefusals(t *testing.T) {
	t.Run("somebody else's file", func(t *testing.T) {
		dir := t.TempDir()
		mine := filepath.Join(dir, "signer.p12")
		require.NoError(t, os.WriteFile(mine, []byte("mine"), 0o600))
		_, err := testpki.OpenDir(dir, shared())
		require.ErrorIs(t, err, testpki.ErrOccupied)
		assert.Equal(t, "mine", string(read(t, mine)))
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		assert.Len(t, entries, 1)
	})
	t.Run("an unfinished folder is made anew", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, ".unfinished"), nil, 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, ".kyso-1.tmp"), []byte("half"), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "root.pem"), []byte("half"), 0o600))
		p, err := testpki.OpenDir(dir, shared())
		require.NoError(t, err)
		assert.Equal(t, p.Root().Raw, readPEM(t, dir, "root.pem"))
		assert.NoFileExists(t, filepath.Join(dir, ".kyso-1.tmp"))
		require.NoError(t, p.Close())
	})
	t.Run("none there", func(t *testing.T) {
		_, err := testpki.Load(t.TempDir(), nil)
		require.ErrorIs(t, err, testpki.ErrNoPKI)
		require.ErrorIs(t, testpki.SetStatus(t.TempDir(), "signer", testpki.Status{State: testpki.Revoked}), testpki.ErrNoPKI)
	})
	t.Run("not a folder", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(file, nil, 0o600))
		_, err := testpki.OpenDir(file, nil)
		var e *testpki.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, string(testpki.CodeFile), e.Code())
	})
	t.Run("damaged", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "pki")
		p, err := testpki.OpenDir(dir, shared())
		require.NoError(t, err)
		require.NoError(t, p.Close())
		for _, file := range []string{"demo.json", "root.pem", "cqt-cert.pem", "ca/pki.json", "signer.pass", "ca/tsa2-cert.pem"} {
			path := filepath.Join(dir, file)
			whole := read(t, path)
			for how, data := range map[string][]byte{"garbage": []byte("garbage"), "missing": nil} {
				if file == "demo.json" && data == nil || file == "signer.pass" && data != nil {
					continue // a folder without demo.json is none of ours; a wrong password shows when a key is read
				}
				require.NoError(t, os.Remove(path))
				if data != nil {
					require.NoError(t, os.WriteFile(path, data, 0o600))
				}
				_, err := testpki.OpenDir(dir, shared())
				require.ErrorIs(t, err, testpki.ErrDamaged, "%s %s", file, how)
				require.NoError(t, os.WriteFile(path, whole, 0o600))
			}
		}
		// A key that belongs to another certificate.
		require.NoError(t, os.WriteFile(filepath.Join(dir, "ec.p12"), read(t, dir, "other.p12"), 0o600))
		q, err := testpki.Load(dir, nil)
		require.NoError(t, err)
		assert.Panics(t, func() { q.Key("ec") })
		_, err = q.PKCS12("ec")
		require.ErrorIs(t, err, testpki.ErrDamaged)
		_, err = q.PKCS12("other")
		require.NoError(t, err)
	})
}

// A process that is killed while it makes a folder leaves one that the next start makes anew, or a whole one.
func TestKilledWhileMakingAFolder(t *testing.T) {
	for _, moment := range []string{".unfinished", "root.pem", "revoked.p12", "demo.json"} {
		dir := filepath.Join(t.TempDir(), "pki")
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"="+dir+"|make|")
		require.NoError(t, cmd.Start())
		deadline := time.Now().Add(30 * time.Second)
		for {
			if _, err := os.Lstat(filepath.Join(dir, moment)); err == nil || time.Now().After(deadline) {
				break
			}
			time.Sleep(200 * time.Microsecond)
		}
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait()
		p, err := testpki.OpenDir(dir, shared())
		require.NoError(t, err, moment)
		s, err := p.Serve("")
		require.NoError(t, err, moment)
		assert.Equal(t, p.Certificate("cqt").Raw, readPEM(t, dir, "cqt-cert.pem"), moment)
		assert.Equal(t, p.Certificate("ec").PublicKey, p.Key("ec").Public())
		assert.Equal(t, ocsp.Good, statusOf(t, p, s, "signer").Status)
		require.NoError(t, s.Close())
	}
}
