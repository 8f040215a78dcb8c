package pki_test

import (
	"bytes"
	"crypto/x509"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/testtool"
)

var basicCA = der.Encode(der.Sequence, []byte{1, 1, 0xff})

// TestV3Tolerances reads what is legal or old but harmless, and says so; the clean twin has nothing to say.
func TestV3Tolerances(t *testing.T) {
	key := newKey(t)
	long := append([]byte{1}, make([]byte, 30)...)
	text := func(id byte, s string) []byte { return der.Encode(id, []byte(s)) }
	for _, c := range []struct {
		name  string
		raw   raw
		codes []finding.Code
	}{
		{"clean", raw{extensions: [][]byte{extension([]int{2, 5, 29, 19}, true, basicCA), extension([]int{2, 5, 29, 15}, true, []byte{3, 2, 1, 6})}}, nil},
		{"negative serial", raw{serial: der.AppendInt(nil, -5)}, []finding.Code{pki.TolerateSerialNegative}},
		{"zero serial", raw{serial: der.AppendInt(nil, 0)}, []finding.Code{pki.TolerateSerialZero}},
		{"long serial", raw{serial: der.Encode(der.Integer, long)}, []finding.Code{pki.TolerateSerialLong}},
		{"version 1 with extensions", raw{version: []byte{}, extensions: [][]byte{extension([]int{2, 5, 29, 19}, true, basicCA)}}, []finding.Code{pki.TolerateVersion}},
		{"version 1 written", raw{version: der.Encode(der.Context(0), der.AppendInt(nil, 0))}, []finding.Code{pki.TolerateDefault}},
		{"basicConstraints not critical", raw{extensions: [][]byte{extension([]int{2, 5, 29, 19}, false, basicCA)}}, []finding.Code{pki.TolerateNotCritical}},
		{"cA FALSE written", raw{extensions: [][]byte{extension([]int{2, 5, 29, 19}, true, der.Encode(der.Sequence, []byte{1, 1, 0}))}}, []finding.Code{pki.TolerateDefault}},
		{"path length without cA", raw{extensions: [][]byte{extension([]int{2, 5, 29, 19}, true, der.Encode(der.Sequence, []byte{2, 1, 0}))}}, []finding.Code{pki.ToleratePathLen}},
		{"key usage with zero bits", raw{extensions: [][]byte{extension([]int{2, 5, 29, 15}, true, []byte{3, 2, 0, 6})}}, []finding.Code{pki.TolerateUnusedBits}},
		{"time without seconds", raw{validity: der.Encode(der.Sequence, text(der.UTCTime, "2501010000Z"), text(der.UTCTime, "350101000000Z"))}, []finding.Code{pki.TolerateTime}},
		{"time with an offset", raw{validity: der.Encode(der.Sequence, text(der.UTCTime, "250101070000+0700"), text(der.UTCTime, "350101000000Z"))}, []finding.Code{pki.TolerateTime}},
		{"GeneralizedTime before 2050", raw{validity: der.Encode(der.Sequence, text(der.GeneralizedTime, "20250101000000Z"), text(der.UTCTime, "350101000000Z"))}, []finding.Code{pki.TolerateTime}},
		{"authority key identifier of anything", raw{extensions: [][]byte{extension([]int{2, 5, 29, 35}, false, []byte{5, 0})}}, []finding.Code{pki.TolerateUnreadable}},
		{"issuer names of anything", raw{extensions: [][]byte{extension([]int{2, 5, 29, 18}, false, []byte{5, 0})}}, []finding.Code{pki.TolerateUnreadable}},
		{"issuer names of none", raw{extensions: [][]byte{extension([]int{2, 5, 29, 18}, false, []byte{0x30, 0})}}, []finding.Code{pki.TolerateNoNames}},
		{"notice in Latin letters", raw{extensions: [][]byte{extension([]int{2, 5, 29, 32}, false, der.Encode(der.Sequence, der.Encode(der.Sequence, der.AppendOID(nil, []int{1, 2, 3}), der.Encode(der.Sequence,
			der.Encode(der.Sequence, der.AppendOID(nil, []int{1, 3, 6, 1, 5, 5, 7, 2, 2}), der.Encode(der.Sequence, text(26, "\xe9")))))))}}, []finding.Code{pki.TolerateUnreadable}},
		{"no subject", raw{subject: []byte{0x30, 0}}, []finding.Code{pki.TolerateNoSubject}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cert, err := pki.Parse(c.raw.build(t, key))
			require.NoError(t, err)
			var codes []finding.Code
			for _, f := range cert.Tolerances {
				codes = append(codes, f.Code)
			}
			require.Equal(t, c.codes, codes)
			require.True(t, cert.NotBefore.Equal(from), cert.NotBefore)
			r, err := pki.Find(cert, []*pki.Certificate{cert}, nil, &pki.Options{At: now})
			require.NoError(t, err)
			require.Equal(t, cert.Tolerances, r.Tolerances)
		})
	}
	cert, err := pki.Parse(raw{serial: der.Encode(der.Integer, long)}.build(t, key))
	require.NoError(t, err)
	require.Equal(t, new(big.Int).Lsh(big.NewInt(1), 240), cert.Serial)
}

// TestV3Refused holds what no tolerance covers.
func TestV3Refused(t *testing.T) {
	key := newKey(t)
	bc := extension([]int{2, 5, 29, 19}, true, basicCA)
	text := func(id byte, s string) []byte { return der.Encode(id, []byte(s)) }
	good := raw{}.build(t, key)
	for what, b := range map[string][]byte{
		"empty":                nil,
		"trailing":             append(bytes.Clone(good), 0),
		"cut off":              good[:len(good)-1],
		"duplicate extension":  raw{extensions: [][]byte{bc, bc}}.build(t, key),
		"two algorithms":       raw{outer: der.Encode(der.Sequence, der.AppendOID(nil, []int{1, 2, 840, 10045, 4, 3, 3}))}.build(t, key),
		"version 4":            raw{version: der.Encode(der.Context(0), der.AppendInt(nil, 3))}.build(t, key),
		"serial without end":   raw{serial: der.Encode(der.Integer, make([]byte, limits.PKISerial+1))}.build(t, key),
		"no serial":            raw{serial: []byte{2, 0}}.build(t, key),
		"13th month":           raw{validity: der.Encode(der.Sequence, text(der.UTCTime, "251301000000Z"), text(der.UTCTime, "350101000000Z"))}.build(t, key),
		"fractions":            raw{validity: der.Encode(der.Sequence, text(der.GeneralizedTime, "20250101000000.5Z"), text(der.UTCTime, "350101000000Z"))}.build(t, key),
		"CA of BER":            raw{extensions: [][]byte{extension([]int{2, 5, 29, 19}, true, der.Encode(der.Sequence, []byte{1, 1, 1}))}}.build(t, key),
		"negative path length": raw{extensions: [][]byte{extension([]int{2, 5, 29, 19}, true, der.Encode(der.Sequence, []byte{1, 1, 0xff, 2, 1, 0xff}))}}.build(t, key),
		"rest of basic":        raw{extensions: [][]byte{extension([]int{2, 5, 29, 19}, true, append(bytes.Clone(basicCA), 5, 0))}}.build(t, key),
		"no policies":          raw{extensions: [][]byte{extension([]int{2, 5, 29, 32}, false, []byte{0x30, 0})}}.build(t, key),
		"no key usage":         raw{extensions: [][]byte{extension([]int{2, 5, 29, 15}, true, []byte{3, 0})}}.build(t, key),
		"maximum of a subtree": raw{extensions: [][]byte{extension([]int{2, 5, 29, 30}, true,
			der.Encode(der.Sequence, der.Encode(der.Context(0), der.Encode(der.Sequence, der.Encode(0x82, []byte("a.b")), der.Encode(0x81, []byte{1})))))}}.build(t, key),
	} {
		_, err := pki.Parse(b)
		var e *pki.Error
		require.ErrorAs(t, err, &e, what)
		require.Equal(t, string(pki.CodeMalformed), e.Code(), what)
	}
}

// TestReadersAgree compares with crypto/x509 over all certificates of PKITS that it reads: it refuses some that are legal.
func TestReadersAgree(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testtool.Corpora(t, "pkits", "certs"), "*.crt"))
	require.NoError(t, err)
	both := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		ours, err := pki.Parse(b)
		require.NoError(t, err, f)
		std, err := x509.ParseCertificate(b)
		if err != nil {
			continue
		}
		both++
		agree(t, std, ours)
	}
	require.Len(t, files, 405)
	require.Greater(t, both, 390)
}

func agree(t testing.TB, std *x509.Certificate, ours *pki.Certificate) {
	t.Helper()
	require.Equal(t, std.RawTBSCertificate, ours.RawTBS)
	require.Equal(t, std.RawSubjectPublicKeyInfo, ours.RawSPKI)
	require.Equal(t, std.RawSubject, ours.Subject.Raw)
	require.Equal(t, std.RawIssuer, ours.Issuer.Raw)
	require.Zero(t, std.SerialNumber.Cmp(ours.Serial))
	require.True(t, std.NotBefore.Equal(ours.NotBefore) && std.NotAfter.Equal(ours.NotAfter))
	require.Equal(t, std.IsCA, ours.IsCA)
	require.Equal(t, int(std.KeyUsage), int(ours.KeyUsage))
	require.Equal(t, len(std.Extensions), len(ours.Extensions))
	require.Equal(t, len(std.Policies), len(ours.Policies))
	for i, p := range std.Policies {
		require.Equal(t, p.String(), ours.Policies[i].ID.String())
	}
	require.True(t, bytes.Equal(std.SubjectKeyId, ours.SubjectKeyID))
	require.True(t, bytes.Equal(std.AuthorityKeyId, ours.AuthorityKeyID.KeyID))
	require.Equal(t, len(std.OCSPServer), len(ours.OCSP))
	require.Equal(t, len(std.IssuingCertificateURL), len(ours.Issuers))
}

func TestOID(t *testing.T) {
	for _, s := range []string{"0.0", "0.39", "1.2.840.113549.1.1.11", "2.5.29.32.0", "2.999.1", "2.25.329800735698586629295641978511506172918"} {
		id, ok := pki.ParseOID(s)
		require.True(t, ok, s)
		require.Equal(t, s, id.String())
	}
	for _, s := range []string{"", "1", "3.1", "0.40", "1.2.", "1.-2", "01.2", "a.b"} {
		_, ok := pki.ParseOID(s)
		require.False(t, ok, s)
	}
	require.Equal(t, "2.5.29.32.0", pki.AnyPolicy.String())
}

func FuzzParse(f *testing.F) {
	key := newKey(f)
	f.Add(raw{}.build(f, key))
	f.Add(raw{serial: der.AppendInt(nil, -5), extensions: [][]byte{extension([]int{2, 5, 29, 19}, false, basicCA), extension([]int{2, 5, 29, 15}, true, []byte{3, 2, 0, 6})}}.build(f, key))
	f.Add(issue(f, "all", nil, func(c *x509.Certificate) {
		c.PermittedDNSDomains, c.ExcludedEmailAddresses, c.DNSNames = []string{"example.com"}, []string{"a@example.com"}, []string{"www.example.com"}
		c.CRLDistributionPoints, c.OCSPServer = []string{"http://example.com/crl"}, []string{"http://example.com/ocsp"}
		c.PolicyIdentifiers = nil
	}).pki.Raw)
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := pki.Parse(b)
		if err != nil {
			var e *pki.Error
			if !errors.As(err, &e) {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		if !bytes.Equal(c.Raw, b) || c.Serial == nil || c.Version < 1 || c.Version > 3 {
			t.Fatalf("%+v", c)
		}
		_ = c.Name()
		if std, err := x509.ParseCertificate(b); err == nil && len(std.UnhandledCriticalExtensions) == 0 && len(std.Extensions) == len(c.Extensions) && std.IsCA != c.IsCA {
			t.Fatalf("crypto/x509 says CA %v, we say %v", std.IsCA, c.IsCA)
		}
		if _, err := pki.Find(c, []*pki.Certificate{c}, []*pki.Certificate{c}, &pki.Options{At: time.Unix(1e9, 0)}); err != nil {
			var e *pki.Error
			if !errors.As(err, &e) {
				t.Fatalf("%T %v", err, err)
			}
		}
	})
}
