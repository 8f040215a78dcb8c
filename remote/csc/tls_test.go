package csc_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote/csc"
	"github.com/kyso-dev/kyso/remote/csc/csctest"
	"github.com/kyso-dev/kyso/signer"
)

// selfSigned is a certificate for both ends of a connection on this machine, with a validity around the machine's time.
func selfSigned(t *testing.T, from, to time.Duration) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(from), NotAfter: time.Now().Add(to), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// TestTLS: a service shows a certificate that is known and valid, or is not spoken to; and it may ask for one as the right to call.
func TestTLS(t *testing.T) {
	good, roots := selfSigned(t, -time.Hour, time.Hour)
	expired, expiredRoots := selfSigned(t, -2*time.Hour, -time.Hour)
	client, clientRoots := selfSigned(t, -time.Hour, time.Hour)
	for name, tc := range map[string]struct {
		server, client *tls.Config
		ok             bool
	}{
		"known":                 {&tls.Config{Certificates: []tls.Certificate{good}}, &tls.Config{RootCAs: roots}, true},
		"unknown":               {&tls.Config{Certificates: []tls.Certificate{good}}, nil, false},
		"expired":               {&tls.Config{Certificates: []tls.Certificate{expired}}, &tls.Config{RootCAs: expiredRoots}, false},
		"another's":             {&tls.Config{Certificates: []tls.Certificate{good}}, &tls.Config{RootCAs: roots, ServerName: "rssp.example"}, false},
		"too old a protocol":    {&tls.Config{Certificates: []tls.Certificate{good}, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}, &tls.Config{RootCAs: roots}, false},
		"client certificate":    {&tls.Config{Certificates: []tls.Certificate{good}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clientRoots}, &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{client}}, true},
		"no client certificate": {&tls.Config{Certificates: []tls.Certificate{good}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clientRoots}, &tls.Config{RootCAs: roots}, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, &csctest.Options{TLS: tc.server, Open: true})
			config := b.config(csc.V2, csctest.DefaultEC)
			config.Basic, config.TLS = nil, tc.client
			p, err := csc.New(t.Context(), config)
			if !tc.ok {
				require.ErrorIs(t, err, signer.ErrUnavailable)
				require.Empty(t, b.Calls(""), "nothing was said to it")
				return
			}
			require.NoError(t, err)
			tx, err := p.Transaction(1, "")
			require.NoError(t, err)
			_, err = tx.Sign(t.Context(), digest("a"), crypto.SHA256)
			require.NoError(t, err)
		})
	}
	for _, address := range []string{"http://rssp.example/csc/v1", "ftp://127.0.0.1/csc/v1", "https://user:pass@rssp.example/csc/v1"} {
		_, err := csc.New(t.Context(), csc.Config{BaseURL: address})
		require.Equal(t, "remote.address", code(t, err))
		require.NotContains(t, err.Error(), "pass@")
	}
}
