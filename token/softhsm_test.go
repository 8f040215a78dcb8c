package token_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/softhsm"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/signer/signertest"
	"github.com/kyso-dev/kyso/token"
)

func TestMain(m *testing.M) {
	token.ServeProbe()
	if module := os.Getenv(finalizeVariable); module != "" {
		os.Exit(finalizeHere(module))
	}
	os.Exit(run(m))
}

// run gives the process one folder for the tokens of SoftHSM: the module reads its configuration once.
func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "kyso-token-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	if err := softhsm.Configure(dir); err != nil {
		panic(err)
	}
	return m.Run()
}

// softHSM is the path of SoftHSM's module.
func softHSM(t testing.TB) string {
	t.Helper()
	testtool.Need(t, "softhsm2-util")
	path, err := softhsm.Module()
	if errors.Is(err, softhsm.ErrMissing) && os.Getenv("KYSO_REQUIRE_TOOLS") != "1" {
		t.Skip(err)
	}
	require.NoError(t, err)
	return path
}

// thePKI is made once for all tests: keys cost time.
var thePKI = sync.OnceValue(func() *testpki.PKI {
	pki, err := testpki.New(nil)
	if err != nil {
		panic(err)
	}
	return pki
})

// onToken is the key and the certificate of a signer of the PKI, and that of its issuer.
func onToken(names ...string) []softhsm.Object {
	var all []softhsm.Object
	for _, name := range names {
		all = append(all, softhsm.Object{Key: thePKI().Key(name), Certificate: thePKI().Certificate(name), Label: name})
	}
	return append(all, softhsm.Object{Certificate: thePKI().Certificate("issuer"), Label: "issuer"})
}

var rsa4096 = sync.OnceValue(func() softhsm.Object {
	key, err := rsa.GenerateKey(rand.Reader, 4096)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(4096), Subject: pkix.Name{CommonName: "Khóa RSA-4096"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return softhsm.Object{Key: key, Certificate: cert, Label: "rsa4096"}
})

var labels struct {
	sync.Mutex
	n int
}

// makeToken makes a SoftHSM token and returns its label and serial number.
func makeToken(t testing.TB, objects ...softhsm.Object) (label, serial string) {
	t.Helper()
	softHSM(t)
	labels.Lock()
	labels.n++
	label = fmt.Sprintf("token %d", labels.n)
	labels.Unlock()
	serial, err := softhsm.Token(softhsm.Options{Label: label, Objects: objects})
	require.NoError(t, err)
	return label, serial
}

// open opens the token of a label in a module.
func open(t testing.TB, module, label string) *token.Token {
	t.Helper()
	m, err := token.Open(t.Context(), module, nil)
	require.NoError(t, err)
	tok, err := m.Token(t.Context(), label)
	require.NoError(t, err)
	return tok
}

// TestOddCertificate: a certificate that crypto/x509 refuses is listed, chosen and signed with like any other.
func TestOddCertificate(t *testing.T) {
	pki := thePKI()
	raw, err := testpki.Resign(pki.Certificate("signer").Raw, pki.Key("issuer"), func(tbs [][]byte) { tbs[1] = der.AppendInt(nil, -0x5401) })
	require.NoError(t, err)
	_, err = x509.ParseCertificate(raw)
	require.Error(t, err, "this is no case otherwise")
	objects := onToken("signer")
	objects[0].Certificate = &x509.Certificate{Raw: raw, RawSubject: pki.Certificate("signer").RawSubject, RawIssuer: pki.Certificate("signer").RawIssuer}
	objects[0].ID = []byte{1}
	label, _ := makeToken(t, objects...)
	tok := open(t, softHSM(t), label)
	certs, err := tok.Certificates(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, certs, 2)
	for _, choice := range []token.Choice{{}, {Serial: "-5401"}, {TaxCode: "0100000000"}} {
		s, err := tok.Signer(t.Context(), choice, &token.SignerOptions{PIN: token.PIN(softhsm.PIN)})
		require.NoError(t, err)
		require.Equal(t, raw, s.Certificate().Raw)
		chain, err := s.Certificates(t.Context())
		require.NoError(t, err)
		require.Len(t, chain, 2)
		_, err = s.Sign(t.Context(), digest("a"), crypto.SHA256)
		require.NoError(t, err)
		require.NoError(t, s.Close())
	}
}

// TestConformance runs the suite for anyone's Signer on SoftHSM.
func TestConformance(t *testing.T) {
	pss := &rsa.PSSOptions{SaltLength: 32, Hash: crypto.SHA256}
	for _, c := range []struct {
		name       string
		object     func() softhsm.Object
		algorithms []crypto.SignerOpts
	}{
		{"RSA-2048", func() softhsm.Object { return onToken("signer")[0] }, []crypto.SignerOpts{crypto.SHA256, crypto.SHA384, crypto.SHA512, pss}},
		{"RSA-4096", rsa4096, []crypto.SignerOpts{crypto.SHA256, &rsa.PSSOptions{SaltLength: 64, Hash: crypto.SHA512}}},
		{"P-256", func() softhsm.Object { return onToken("ec")[0] }, []crypto.SignerOpts{crypto.SHA256, crypto.SHA384}},
		{"P-384", func() softhsm.Object { return onToken("ec384")[0] }, []crypto.SignerOpts{crypto.SHA256, crypto.SHA384, crypto.SHA512}},
		{"P-521", func() softhsm.Object { return onToken("ec521")[0] }, []crypto.SignerOpts{crypto.SHA256, crypto.SHA512}},
		{"Ed25519", func() softhsm.Object { return onToken("ed25519")[0] }, []crypto.SignerOpts{crypto.Hash(0)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			label, _ := makeToken(t, c.object())
			tok := open(t, softHSM(t), label)
			signertest.Test(t, func(t testing.TB) signer.Signer {
				s, err := tok.Signer(t.Context(), token.Choice{}, &token.SignerOptions{PIN: token.PIN(softhsm.PIN)})
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, s.Close()) })
				return s
			}, signertest.Capabilities{Algorithms: c.algorithms, Concurrent: true, Secrets: []string{softhsm.PIN, softhsm.SOPIN}})
		})
	}
}
