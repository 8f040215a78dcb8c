package main

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/ades"
	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/csc"
	"github.com/kyso-dev/kyso/remote/csc/csctest"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/timestamp"
)

// TestHankoSignsThroughUs: pyHanko's own CSC client signs PDFs through our double, and the PDFs are good.
func TestHankoSignsThroughUs(t *testing.T) {
	python := testtool.CSCPeer(t, "python")
	d := newDemo(t)
	server := cscDemo(t, d, csctest.Options{})
	type file struct {
		Credential string `json:"credential"`
		Hash       string `json:"hash"`
		PSS        bool   `json:"pss"`
		Out        string `json:"out"`
	}
	files := []file{{"signer", "sha256", false, d.path("rsa.pdf")}, {"signer", "sha512", true, d.path("pss.pdf")}, {"ec", "sha384", false, d.path("ec.pdf")}}
	job, err := json.Marshal(map[string]any{"url": server.URL, "token": server.Token(), "pin": csctest.DefaultPIN, "source": d.path("a.pdf"), "files": files})
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), python, "testdata/csc/hanko.py")
	cmd.Stdin = bytes.NewReader(job)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Equal(t, len(files), server.Signed())
	for _, f := range files {
		d.run("verify", "--trust", d.root, "--online", "--allow-private", f.Out)
	}
}

// cscDemo is a CSC service over the demo PKI.
func cscDemo(t *testing.T, d *demo, opts csctest.Options) *csctest.Server {
	t.Helper()
	pki, err := testpki.OpenDir(d.path("pki"), nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = pki.Close() })
	for _, name := range []string{"signer", "ec"} {
		opts.Credentials = append(opts.Credentials, csctest.Credential{ID: name, Key: pki.Key(name), Chain: append(pki.Chain(name), pki.Root()), PIN: csctest.DefaultPIN})
	}
	return csctest.NewServer(t, &opts)
}

// TestCertomancer: we sign through somebody else's CSC server, for its two levels of sole control.
func TestCertomancer(t *testing.T) {
	program := testtool.CSCPeer(t, "certomancer-csc")
	dir := t.TempDir()
	for name, key := range peerKeys(t) {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))
	}
	config, err := os.ReadFile("testdata/csc/certomancer.yml")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.yml"), config, 0o600))
	urls := map[int]string{1: startCertomancer(t, program, dir, 1), 2: startCertomancer(t, program, dir, 2)}
	for _, url := range urls {
		awaitServer(t, url)
	}
	var files []string
	var root string
	for scal, url := range urls {
		for _, name := range []string{"signer", "ec"} {
			key := peerKey(t, csc.Config{BaseURL: url, CredentialID: "kyso/" + name})
			if root == "" {
				chain, err := key.Certificates(t.Context())
				require.NoError(t, err)
				require.Len(t, chain, 2)
				root = filepath.Join(dir, "anchor.pem")
				require.NoError(t, os.WriteFile(root, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: chain[1].Raw}), 0o600))
			}
			digest := sha256.Sum256([]byte(name))
			_, err := key.SignBatch(t.Context(), []signer.Request{{Digest: digest[:], Opts: crypto.SHA256}, {Digest: root32(1), Opts: crypto.SHA256}, {Digest: root32(2), Opts: crypto.SHA256}})
			require.NoError(t, err)
			opts := &pdf.Options{PSS: name == "signer" && scal == 2}
			if scal == 2 {
				opts.Level, opts.Timestamper = ades.BT, peerTSA(t, url)
			}
			document := demodoc.PDF("Signed through certomancer.")
			path := filepath.Join(dir, fmt.Sprintf("%s-%d.pdf", name, scal))
			out, err := os.Create(path)
			require.NoError(t, err)
			require.NoError(t, pdf.Sign(t.Context(), out, bytes.NewReader(document), int64(len(document)), key, opts))
			require.NoError(t, out.Close())
			files = append(files, path)
		}
	}
	for _, answer := range testtool.Hanko(t, append([]string{"validate", "--trust", root}, files...)...) {
		wantField(t, answer, true, "bottom_line")
	}
	_, err = csc.New(t.Context(), csc.Config{BaseURL: urls[1], CredentialID: "kyso/nobody"})
	require.ErrorIs(t, err, signer.ErrRequest, "an error without JSON")
	_, err = csc.New(t.Context(), csc.Config{BaseURL: urls[1]})
	var several *signer.AmbiguousError
	require.ErrorAs(t, err, &several)
}

func root32(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

func peerKeys(t *testing.T) map[string]crypto.Signer {
	t.Helper()
	keys := make(map[string]crypto.Signer)
	for _, name := range []string{"root", "ec", "tsa"} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		keys[name] = key
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	keys["signer"] = key
	return keys
}

func peerKey(t *testing.T, c csc.Config) *remote.Client {
	t.Helper()
	p, err := csc.New(t.Context(), c)
	require.NoError(t, err)
	return remote.New(p, nil)
}

// peerTSA takes time-stamps from the same server, which chooses its authority by clientData and does not list the call.
func peerTSA(t *testing.T, url string) *timestamp.Client {
	t.Helper()
	s, err := csc.Connect(t.Context(), csc.Config{BaseURL: url, AllCalls: true, ClientData: "kyso/tsa"})
	require.NoError(t, err)
	return &timestamp.Client{URL: s.Base(), HTTPClient: s.TSA()}
}

// startCertomancer starts the server on a free port.
func startCertomancer(t *testing.T, program, dir string, scal int) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	require.NoError(t, l.Close())
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, "config.yml", port, strconv.Itoa(scal))
	cmd.Dir = dir
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { stop(); _ = cmd.Wait() })
	return "http://localhost:" + port + "/csc/v1"
}

// awaitServer waits until a server answers.
func awaitServer(t *testing.T, url string) {
	t.Helper()
	require.Eventually(t, func() bool {
		res, err := http.Get(strings.TrimSuffix(url, "/csc/v1") + "/info") //nolint:noctx // until it answers
		if err != nil {
			return false
		}
		return res.Body.Close() == nil
	}, 30*time.Second, 50*time.Millisecond, "certomancer-csc does not answer")
}
