package verify_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/verify"
)

// selfSigned is a certificate with the subject and serial given.
func selfSigned(t testing.TB, subject pkix.Name, serial *big.Int, usage ...asn1.ObjectIdentifier) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: serial, Subject: subject, NotBefore: day(2026, 1, 1), NotAfter: day(2027, 1, 1),
		KeyUsage: x509.KeyUsageDigitalSignature, UnknownExtKeyUsage: usage, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return cert
}

var oidUID = asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}

func TestDescribeCertificate(t *testing.T) {
	serial, _ := new(big.Int).SetString("5401010A0B0C", 16)
	cert := selfSigned(t, pkix.Name{CommonName: "CHI NHÁNH A", Organization: []string{"CÔNG TY A"}, ExtraNames: []pkix.AttributeTypeAndValue{
		{Type: oidUID, Value: "MST:0100000000-001"}, {Type: oidUID, Value: "XYZ:42"},
		{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, Value: "ke-toan@example.vn"},
	}}, serial, asn1.ObjectIdentifier{1, 2, 840, 113583, 1, 1, 5}, asn1.ObjectIdentifier{1, 2, 3, 4})
	c := verify.DescribeCertificate(cert, day(2026, 6, 1))
	require.Equal(t, "organization", c.Kind)
	require.Equal(t, "CHI NHÁNH A", c.Organization)
	require.Equal(t, "0100000000-001", c.TaxCode)
	require.Equal(t, "ke-toan@example.vn", c.Email)
	require.Equal(t, []verify.Identifier{{Kind: "MST", Value: "0100000000-001"}, {Kind: "XYZ", Value: "42"}}, c.Identifiers)
	require.Equal(t, "5401010A0B0C", c.RegistrationSerial)
	require.Equal(t, []string{"clientAuth", "adobeDocumentSigning", "1.2.3.4"}, c.ExtendedUsage)
	require.Equal(t, []string{"digitalSignature"}, c.Usage)
	require.Equal(t, "ECDSA P-256", c.Key)
	require.Equal(t, verify.ValidNow, c.Validity)
	require.Equal(t, verify.NotYet, verify.DescribeCertificate(cert, day(2025, 12, 31)).Validity)
	require.Equal(t, verify.OutOfDate, verify.DescribeCertificate(cert, day(2027, 1, 2)).Validity)
	require.Equal(t, verify.UnknownDate, verify.DescribeCertificate(nil, time.Time{}).Validity)

	var b strings.Builder
	require.NoError(t, c.Text(&b, verify.Vietnamese, false))
	for _, want := range []string{"CÒN HẠN", `"CHI NHÁNH A" (tổ chức)`, `"0100000000-001"`, `"XYZ:42"`, "5401010A0B0C", "ke-toan@example.vn"} {
		require.Contains(t, b.String(), want)
	}
}

// TestD1Certificate: what a certificate says of itself cannot forge a row, command the terminal or break the JSON.
func TestD1Certificate(t *testing.T) {
	for i, h := range hostile {
		if !utf8.ValidString(h) {
			continue
		}
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			cert := selfSigned(t, pkix.Name{CommonName: h, Organization: []string{h}, OrganizationalUnit: []string{h},
				ExtraNames: []pkix.AttributeTypeAndValue{{Type: oidUID, Value: "MST:" + h}, {Type: oidUID, Value: h + ":1"}}}, big.NewInt(1))
			c := verify.DescribeCertificate(cert, day(2026, 6, 1))
			c.File = h
			for _, lang := range []verify.Lang{verify.English, verify.Vietnamese} {
				var b strings.Builder
				require.NoError(t, c.Text(&b, lang, false))
				requireSafe(t, b.String(), 1)
			}
			raw, err := c.JSON()
			require.NoError(t, err)
			for _, r := range string(raw) {
				require.False(t, r < ' ' || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp), "%U in the JSON", r)
			}
			var back verify.Certificate
			require.NoError(t, json.Unmarshal(raw, &back))
			require.Equal(t, h, back.File)
			require.Equal(t, c.Organization, back.Organization)
		})
	}
}
