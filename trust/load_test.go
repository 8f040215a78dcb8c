package trust_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/trust"
)

// TestV3Load reads a certificate that crypto/x509 refuses, from every kind of file: its serial number is negative.
func TestV3Load(t *testing.T) {
	root := plant(t, "a").root
	negative := bytes.Clone(root.Raw)
	at := bytes.Index(negative, root.SerialNumber.Bytes())
	require.Positive(t, at)
	if negative[at] >= 0x80 {
		at-- // an octet of zeros stands in front
	}
	negative[at] |= 0x80
	_, err := x509.ParseCertificate(negative)
	require.Error(t, err)
	odd, err := pki.ParseX509(negative)
	require.NoError(t, err)
	bundle, err := cmsdata.New([]*x509.Certificate{odd, root}).Marshal()
	require.NoError(t, err)
	for name, data := range map[string][]byte{
		"DER": negative, "a row": append(bytes.Clone(root.Raw), negative...), "PKCS#7": bundle,
		"PEM": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: negative}), "PEM of PKCS#7": pem.EncodeToMemory(&pem.Block{Type: "PKCS7", Bytes: bundle}),
	} {
		certs, err := trust.ParseCertificates(data)
		require.NoError(t, err, name)
		found := false
		for _, c := range certs {
			found = found || c.SerialNumber.Sign() < 0
		}
		require.True(t, found, name)
	}
}
