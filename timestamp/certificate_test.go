package timestamp_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/timestamp"
)

// T2: the certificate is not one for time-stamps, or not the one that signed.
func TestT2Certificate(t *testing.T) {
	oidClient := asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 2}
	oidAny := asn1.ObjectIdentifier{2, 5, 29, 37, 0}
	extensions := func(list ...pkix.Extension) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.ExtraExtensions = list }
	}
	runDefects(t, []defect{
		{"EKU missing", extensions(), lies{}, timestamp.CodeEKUMissing},
		{"EKU not critical", extensions(eku(t, false, oidStamp)), lies{}, timestamp.CodeEKUNotCritical},
		{"EKU for something else", extensions(eku(t, true, oidClient)), lies{}, timestamp.CodeEKUMissing},
		{"EKU for anything", extensions(eku(t, true, oidAny)), lies{}, timestamp.CodeEKUMissing},
		{"extra EKU", extensions(eku(t, true, oidStamp, oidClient)), lies{}, timestamp.CodeEKUExtra},
		{"extra EKU first", extensions(eku(t, true, oidClient, oidStamp)), lies{}, timestamp.CodeEKUExtra},
		{"extra EKU any", extensions(eku(t, true, oidStamp, oidAny)), lies{}, timestamp.CodeEKUExtra},
		{"extra EKU unknown", extensions(eku(t, true, oidStamp, asn1.ObjectIdentifier{1, 2, 3})), lies{}, timestamp.CodeEKUExtra},
		{"EKU twice the same", extensions(eku(t, true, oidStamp, oidStamp)), lies{}, timestamp.CodeEKUExtra},
		{"key usage only encipherment", func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }, lies{}, timestamp.CodeKeyUsage},
		{"ESSCertID absent", nil, lies{attrs: func(l []cmsdata.Attribute) []cmsdata.Attribute {
			return replace(l, cmsdata.OIDSigningCertificateV2)
		}}, timestamp.CodeESSMissing},
	})
	// What RFC 5280 allows besides digitalSignature.
	for name, usage := range map[string]x509.KeyUsage{"no key usage": 0, "nonRepudiation": x509.KeyUsageContentCommitment,
		"both": x509.KeyUsageContentCommitment | x509.KeyUsageDigitalSignature} {
		t.Run(name, func(t *testing.T) {
			a := newAuthority(t, func(c *x509.Certificate) { c.KeyUsage = usage })
			require.NoError(t, parse(t, a.stamp(testDigest, crypto.SHA256)).Check(testDigest, crypto.SHA256))
		})
	}
}

// T2 and C2: the signing-certificate attribute must name the very certificate.
func TestT2SigningCertificate(t *testing.T) {
	a := newAuthority(t)
	other := a.issue(func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{eku(t, true, oidStamp)} // same key, same serial number, another certificate
		c.NotAfter = c.NotAfter.Add(time.Hour)
	})
	with := func(list ...cmsdata.Attribute) lies {
		return lies{attrs: func(l []cmsdata.Attribute) []cmsdata.Attribute {
			return replace(l, cmsdata.OIDSigningCertificateV2, list...)
		}}
	}
	stamp := func(l lies) *timestamp.Token {
		a.lie = l
		return parse(t, a.stamp(testDigest, crypto.SHA256))
	}
	v1, v2 := cmsdata.SigningCertificate, cmsdata.SigningCertificateV2

	for name, l := range map[string]lies{
		"v2 SHA-256": with(v2(a.cert, crypto.SHA256)),
		"v2 SHA-512": with(v2(a.cert, crypto.SHA512)),
		"v1":         with(v1(a.cert)),
		"both":       with(v2(a.cert, crypto.SHA256), v1(a.cert)),
	} {
		t.Run("clean twin "+name, func(t *testing.T) {
			require.NoError(t, stamp(l).Check(testDigest, crypto.SHA256))
		})
	}
	raw := func(oid asn1.ObjectIdentifier, values ...[]byte) cmsdata.Attribute {
		return cmsdata.NewAttribute(oid, values...)
	}
	hash := nested(der.OctetString, sumOf(crypto.SHA256, a.cert.Raw))
	certID := nested(der.Sequence, hash)
	serial := func(issuer []byte, serial int64) []byte {
		return nested(der.Sequence, nested(der.Sequence, nested(der.Context(4), issuer)), der.AppendInt(nil, serial))
	}
	list := func(ids ...[]byte) []byte { return nested(der.Sequence, nested(der.Sequence, ids...)) }
	otherID := nested(der.Sequence, nested(der.OctetString, sumOf(crypto.SHA256, other.Raw)))

	// Without issuerSerial, and with the chain behind the signer's own.
	require.NoError(t, stamp(with(raw(cmsdata.OIDSigningCertificateV2, list(certID)))).Check(testDigest, crypto.SHA256))
	require.NoError(t, stamp(with(raw(cmsdata.OIDSigningCertificateV2, list(certID, otherID)))).Check(testDigest, crypto.SHA256))
	require.NoError(t, stamp(with(raw(cmsdata.OIDSigningCertificateV2,
		list(nested(der.Sequence, hash, serial(a.cert.RawIssuer, 4711)))))).Check(testDigest, crypto.SHA256))

	for _, tt := range []struct {
		name string
		lie  lies
		want timestamp.Code
	}{
		{"v2 of another certificate", with(v2(other, crypto.SHA256)), timestamp.CodeESSMismatch},
		{"v1 of another certificate", with(v1(other)), timestamp.CodeESSMismatch},
		{"v2 right, v1 wrong", with(v2(a.cert, crypto.SHA256), v1(other)), timestamp.CodeESSMismatch},
		{"v1 right, v2 wrong", with(v2(other, crypto.SHA256), v1(a.cert)), timestamp.CodeESSMismatch},
		{"the signer's own is not first", with(raw(cmsdata.OIDSigningCertificateV2, list(otherID, certID))), timestamp.CodeESSMismatch},
		{"other serial number", with(raw(cmsdata.OIDSigningCertificateV2, list(nested(der.Sequence, hash, serial(a.cert.RawIssuer, 4712))))), timestamp.CodeESSMismatch},
		{"other issuer", with(raw(cmsdata.OIDSigningCertificateV2, list(nested(der.Sequence, hash, serial(a.cert.RawSubject, 4711))))), timestamp.CodeESSMismatch},
		{"wrong hash length", with(raw(cmsdata.OIDSigningCertificateV2, list(nested(der.Sequence, nested(der.OctetString, sumOf(crypto.SHA1, a.cert.Raw)))))), timestamp.CodeESSMismatch},
		{"empty hash", with(raw(cmsdata.OIDSigningCertificateV2, list(nested(der.Sequence, nested(der.OctetString))))), timestamp.CodeESSMismatch},
		{"empty list", with(raw(cmsdata.OIDSigningCertificateV2, list())), timestamp.CodeESSMalformed},
		{"two values", with(raw(cmsdata.OIDSigningCertificateV2, list(certID), list(otherID))), timestamp.CodeESSMalformed},
		{"no value", with(raw(cmsdata.OIDSigningCertificateV2)), timestamp.CodeESSMalformed},
		{"twice", with(v2(a.cert, crypto.SHA256), v2(a.cert, crypto.SHA512)), timestamp.CodeESSMalformed},
		{"garbage", with(raw(cmsdata.OIDSigningCertificateV2, []byte{4, 1, 1})), timestamp.CodeESSMalformed},
		{"v1 garbage beside a good v2", with(v2(a.cert, crypto.SHA256), raw(cmsdata.OIDSigningCertificate, []byte{5, 0})), timestamp.CodeESSMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			token, err := timestamp.ParseToken(func() []byte { a.lie = tt.lie; return a.stamp(testDigest, crypto.SHA256) }())
			if err != nil { // an attribute without a value cannot even be read
				wantCode(t, err, timestamp.CodeTokenMalformed)
				return
			}
			wantCode(t, token.Check(testDigest, crypto.SHA256), tt.want)
		})
	}
	a.lie = lies{}
}

// T2: a token without certificates is checked with given ones, and is never accepted unchecked. The order of those that are there
// does not matter.
func TestT2CertificatesMissingOrShuffled(t *testing.T) {
	a := newAuthority(t)
	bare := parse(t, a.token(a.info(testDigest, crypto.SHA256), false))
	require.Empty(t, bare.Certificates())
	_, err := bare.Signer()
	wantCode(t, err, timestamp.CodeCertificateMissing)
	wantCode(t, bare.Check(testDigest, crypto.SHA256), timestamp.CodeCertificateMissing)
	wantCode(t, bare.CheckIntegrity(), timestamp.CodeCertificateMissing)
	wantCode(t, bare.Check(testDigest, crypto.SHA256, nil, a.root), timestamp.CodeCertificateMissing)
	require.NoError(t, bare.Check(testDigest, crypto.SHA256, a.cert))
	require.NoError(t, bare.Check(testDigest, crypto.SHA256, nil, a.root, a.cert))
	signer, err := bare.Signer(a.root, a.cert)
	require.NoError(t, err)
	require.True(t, signer.Equal(a.cert))

	// Without certificates and with a value that is none.
	a.lie.signature = func(v []byte) []byte { return nested(der.Sequence, der.AppendInt(nil, 1), der.AppendInt(nil, 1)) }
	bare = parse(t, a.token(a.info(testDigest, crypto.SHA256), false))
	wantCode(t, bare.Check(testDigest, crypto.SHA256), timestamp.CodeCertificateMissing)
	wantCode(t, bare.Check(testDigest, crypto.SHA256, a.cert), timestamp.CodeSignatureBroken)
	a.lie.signature = nil

	// A certificate of the same key with another serial number is not the one that the token names.
	twin := a.issue(func(c *x509.Certificate) {
		c.SerialNumber = big.NewInt(4712)
		c.ExtraExtensions = []pkix.Extension{eku(t, true, oidStamp)}
	})
	bare = parse(t, a.token(a.info(testDigest, crypto.SHA256), false))
	wantCode(t, bare.Check(testDigest, crypto.SHA256, twin), timestamp.CodeCertificateMissing)

	// Another with the same issuer and serial number: the attribute decides, in any order.
	same := a.issue(func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{eku(t, true, oidStamp)}
		c.NotAfter = c.NotAfter.Add(time.Hour)
	})
	require.NoError(t, bare.Check(testDigest, crypto.SHA256, same, a.cert))
	require.NoError(t, bare.Check(testDigest, crypto.SHA256, a.cert, same))
	wantCode(t, bare.Check(testDigest, crypto.SHA256, same), timestamp.CodeESSMismatch)

	for name, order := range map[string][]*x509.Certificate{
		"last":   {a.root, twin, same, a.cert},
		"first":  {a.cert, a.root, twin, same},
		"middle": {twin, a.cert, a.root},
	} {
		t.Run(name, func(t *testing.T) {
			a.lie.data = func(sd *cmsdata.SignedData) {
				sd.Certificates = nil
				for _, c := range order {
					sd.Certificates = append(sd.Certificates, c.Raw)
				}
			}
			token := parse(t, a.stamp(testDigest, crypto.SHA256))
			require.Len(t, token.Certificates(), len(order))
			require.NoError(t, token.Check(testDigest, crypto.SHA256))
			signer, err := token.Signer()
			require.NoError(t, err)
			require.True(t, signer.Equal(a.cert))
		})
	}
}

// C2: the certificate was exchanged for another.
func TestC2TokenCertificateSubstituted(t *testing.T) {
	a := newAuthority(t)
	// Another certificate for the same key, issuer and serial number in place of the signer's.
	a.lie.data = func(sd *cmsdata.SignedData) {
		sd.Certificates = [][]byte{a.issue(func(c *x509.Certificate) {
			c.Subject.CommonName = "Somebody else"
			c.ExtraExtensions = []pkix.Extension{eku(t, true, oidStamp)}
		}).Raw}
	}
	token := parse(t, a.stamp(testDigest, crypto.SHA256))
	wantCode(t, token.Check(testDigest, crypto.SHA256), timestamp.CodeESSMismatch)

	// A certificate of another key under the same issuer and serial number.
	other := newAuthorityWith(t, "p384")
	a.lie.data = func(sd *cmsdata.SignedData) { sd.Certificates = [][]byte{other.cert.Raw} }
	token = parse(t, a.stamp(testDigest, crypto.SHA256))
	require.Error(t, token.Check(testDigest, crypto.SHA256))
	require.ErrorIs(t, token.Check(testDigest, crypto.SHA256), timestamp.ErrNotProved)

	a.lie.data = nil
	require.NoError(t, parse(t, a.stamp(testDigest, crypto.SHA256)).Check(testDigest, crypto.SHA256))
}

// A certificate with a key that is not in the algorithm table signs nothing.
func TestTokenUnsupportedKey(t *testing.T) {
	a := newAuthority(t)
	foreign, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	require.NoError(t, err)
	own := a.key
	a.key = foreign
	cert := a.issue(func(c *x509.Certificate) { c.ExtraExtensions = []pkix.Extension{eku(t, true, oidStamp)} })
	a.key = own
	a.lie.data = func(sd *cmsdata.SignedData) { sd.Certificates = [][]byte{cert.Raw} }
	wantCode(t, parse(t, a.stamp(testDigest, crypto.SHA256)).CheckIntegrity(), timestamp.CodeAlgorithm)
}
