package pki_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
)

// same compares what we build for crypto/x509 with what it reads itself.
func same(t testing.TB, want, got *x509.Certificate) {
	t.Helper()
	w, g := *want, *got
	// Constraints on names of forms that crypto/x509 does not process, we do.
	w.UnhandledCriticalExtensions = nil
	for _, id := range want.UnhandledCriticalExtensions {
		if !id.Equal(asn1.ObjectIdentifier{2, 5, 29, 30}) {
			w.UnhandledCriticalExtensions = append(w.UnhandledCriticalExtensions, id)
		}
	}
	// What only the validation of paths needs is not there.
	for _, c := range []*x509.Certificate{&w, &g} {
		c.Policies, c.PolicyIdentifiers = nil, nil
		c.PermittedDNSDomains, c.ExcludedDNSDomains, c.PermittedEmailAddresses, c.ExcludedEmailAddresses, c.PermittedIPRanges, c.ExcludedIPRanges = nil, nil, nil, nil, nil, nil
		c.PermittedURIDomains, c.ExcludedURIDomains, c.PermittedDNSDomainsCritical = nil, nil, false
		c.PolicyMappings, c.InhibitAnyPolicy, c.InhibitAnyPolicyZero, c.RequireExplicitPolicy, c.RequireExplicitPolicyZero = nil, 0, false, 0, false
		c.InhibitPolicyMapping, c.InhibitPolicyMappingZero = 0, false
	}
	require.Equal(t, w, g)
	require.Equal(t, len(want.Policies), len(got.Policies))
	for i := range want.Policies {
		require.True(t, want.Policies[i].Equal(got.Policies[i]))
	}
}

// TestBuild builds certificates that crypto/x509 reads too, and compares.
func TestBuild(t *testing.T) {
	address, err := url.Parse("https://example.com/a")
	require.NoError(t, err)
	full := issue(t, "Tất cả", nil, func(c *x509.Certificate) {
		c.DNSNames, c.EmailAddresses, c.IPAddresses, c.URIs = []string{"a.example"}, []string{"a@example.com"}, []net.IP{net.ParseIP("10.0.0.1").To4()}, []*url.URL{address}
		c.CRLDistributionPoints, c.OCSPServer, c.IssuingCertificateURL = []string{"http://a.example/crl"}, []string{"http://a.example/ocsp"}, []string{"http://a.example/ca"}
		c.ExtKeyUsage, c.UnknownExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping, x509.ExtKeyUsageAny}, nil
		c.ExtraExtensions = []pkix.Extension{{Id: []int{1, 2, 3}, Critical: true, Value: []byte{5, 0}}}
		c.MaxPathLenZero = true
	})
	same(t, full.cert, full.pki.Build())

	files, err := filepath.Glob(filepath.Join(testtool.Corpora(t, "pkits", "certs"), "*.crt"))
	require.NoError(t, err)
	both := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		std, err := x509.ParseCertificate(b)
		if err != nil || std.PublicKeyAlgorithm == x509.DSA { // DSA keys are not ours
			continue
		}
		ours, err := pki.Parse(b)
		require.NoError(t, err)
		if ours.Signature == nil { // not a whole number of octets, which crypto/x509 shifts until it is
			continue
		}
		same(t, std, ours.Build())
		both++
	}
	require.Greater(t, both, 385)
}

// TestV3X509 gives certificates that crypto/x509 refuses to those who want its type.
func TestV3X509(t *testing.T) {
	key := newKey(t)
	for name, r := range map[string]raw{
		"negative serial":        {serial: der.AppendInt(nil, -5)},
		"time without seconds":   {validity: der.Encode(der.Sequence, der.Encode(der.UTCTime, []byte("2501010000Z")), der.Encode(der.UTCTime, []byte("3501010000Z")))},
		"empty subjectAltName":   {extensions: [][]byte{extension([]int{2, 5, 29, 17}, false, []byte{0x30, 0}), extension([]int{2, 5, 29, 19}, true, basicCA)}},
		"relative point":         {extensions: [][]byte{extension([]int{2, 5, 29, 31}, false, der.Encode(der.Sequence, der.Encode(der.Sequence, der.Encode(der.Context(0), der.Encode(der.Context(1), der.Encode(der.Sequence, der.AppendOID(nil, []int{2, 5, 4, 3}), der.Encode(der.UTF8String, []byte("x"))))))))}},
		"version 1, extensions":  {version: []byte{}, extensions: [][]byte{extension([]int{2, 5, 29, 19}, true, basicCA)}},
		"nothing that is wrong ": {},
	} {
		t.Run(name, func(t *testing.T) {
			b := r.build(t, key)
			std, err := pki.ParseX509(b)
			require.NoError(t, err)
			require.Equal(t, b, std.Raw)
			require.True(t, std.NotBefore.Equal(from))
			require.Equal(t, "Root", std.Subject.CommonName)
			require.True(t, key.PublicKey.Equal(std.PublicKey))
			require.NoError(t, std.CheckSignature(std.SignatureAlgorithm, std.RawTBSCertificate, std.Signature))
			again, err := pki.FromX509(std)
			require.NoError(t, err)
			require.Equal(t, std, again.X509())
		})
	}
	_, err := pki.ParseX509([]byte("no certificate"))
	requireCode(t, pki.CodeMalformed, err)
	none, err := pki.FromX509(nil)
	require.NoError(t, err)
	require.Nil(t, none)
}

// TestV3Government finds the path of a tax office's certificate in a tree shaped like the older government one.
func TestV3Government(t *testing.T) {
	p, _ := testpki.Start(t)
	var chain []*pki.Certificate
	for _, c := range append(p.Chain("cqt"), p.GovRoot()) {
		ours, err := pki.FromX509(c)
		require.NoError(t, err)
		chain = append(chain, ours)
	}
	r, err := pki.Find(chain[0], chain[2:], chain[1:2], &pki.Options{At: p.Now()})
	require.NoError(t, err)
	require.Equal(t, chain, r.Chain)
	var said []string
	for _, f := range r.Tolerances {
		said = append(said, string(f.Code)+" "+f.Params["extension"])
	}
	want := []string{"pki.no-names issuerAltName", "pki.not-critical basicConstraints", "pki.no-names issuerAltName", "pki.not-critical basicConstraints", "pki.no-names issuerAltName"}
	require.Equal(t, want, said)
	require.Nil(t, chain[0].AuthorityKeyID.KeyID)
	require.Equal(t, chain[1].Serial, chain[0].AuthorityKeyID.Serial)

	// The other tree does not vouch for it.
	root, err := pki.FromX509(p.Root())
	require.NoError(t, err)
	_, err = pki.Find(chain[0], []*pki.Certificate{root}, chain[1:], &pki.Options{At: p.Now()})
	requireCode(t, pki.CodeNoPath, err)
}

// TestV1NamePreparation compares text in all its spellings (RFC 4518).
func TestV1NamePreparation(t *testing.T) {
	parse := func(text string, id byte) pki.Name {
		n, err := pki.ParseName(der.Encode(der.Sequence, der.Encode(der.Set, der.Encode(der.Sequence, der.AppendOID(nil, []int{2, 5, 4, 10}), der.Encode(id, []byte(text))))))
		require.NoError(t, err)
		return n
	}
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"CÔNG TY CỔ PHẦN", "Công ty cổ phần", true},
		{"Cổ phần", "Cô\u0309 phâ\u0300n", true},                      // decomposed
		{"Công ty", "Cong ty", false},                                 // without its accents
		{"  Công \t ty ", "công ty", true},                            // white space
		{"Công\u00a0ty", "công ty", true},                             // a space that does not break
		{"Công\u200bty", "côngty", true},                              // a character without width
		{"Công\u200bty", "công ty", false},                            //
		{"Straße", "STRASSE", true},                                   // one letter, two letters
		{"ﬁnance", "FINANCE", true},                                   // a ligature
		{"ＫＹＳＯ", "kyso", true},                                        // full width
		{"Ångström", "A\u030angstro\u0308m", true},                    //
		{"\u212bngström", "ångström", true},                           // the sign of the unit
		{"Σίσυφος", "ΣΊΣΥΦΟΣ", true},                                  // the final sigma
		{"Đất", "Dất", false},                                         //
		{"ĐẤT", "đất", true},                                          //
		{"a,b", "a;b", false},                                         //
		{"", "\u00ad", true},                                          // a soft hyphen is nothing
		{"İstanbul", "i\u0307stanbul", true},                          //
		{"K (Kelvin \u212a)", "k (kelvin k)", true},                   //
		{fmt.Sprintf("%c", 0xe000), fmt.Sprintf("%c", 0xe000), true},  // prohibited, and yet itself
		{fmt.Sprintf("%c", 0xe000), fmt.Sprintf("%c", 0xe001), false}, //
		{"x\u0301\u0323", "x\u0323\u0301", true},                      // marks in another order
	} {
		require.Equal(t, c.same, parse(c.a, der.UTF8String).Equal(parse(c.b, der.UTF8String)), "%q %q", c.a, c.b)
	}
	require.True(t, parse("Kyso CA", der.UTF8String).Equal(parse("KYSO  ca", der.PrintableString)))
	require.True(t, parse("\x00K\x00y", 30).Equal(parse("ky", der.UTF8String)), "BMPString")
	require.False(t, parse("\xff", der.UTF8String).Equal(parse("\xfe", der.UTF8String)), "malformed text is compared octet by octet")
}

// TestC5Salt verifies RSA-PSS signatures of certificates with salts of any length, by openssl's hand.
func TestC5Salt(t *testing.T) {
	openssl := testtool.Need(t, "openssl")
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	dir := t.TempDir()
	keyFile := filepath.Join(dir, "key.pem")
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), 0o600))
	for _, salt := range []string{"0", "20", "32", "48", "222"} {
		for _, hash := range []string{"sha256", "sha384"} {
			out := filepath.Join(dir, "cert.der")
			args := []string{"req", "-x509", "-key", keyFile, "-subj", "/CN=Root", "-days", "30", "-" + hash, "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:" + salt, "-outform", "DER", "-out", out}
			if salt == "222" && hash == "sha384" {
				continue // no room for it
			}
			testtool.Run(t, openssl, args...)
			b, err := os.ReadFile(out)
			require.NoError(t, err)
			c, err := pki.Parse(b)
			require.NoError(t, err)
			require.NoError(t, pki.VerifySignature(pki.KeyOf(c), c.Algorithm, c.RawTBS, c.Signature), "%s %s", salt, hash)
			broken := append([]byte(nil), c.RawTBS...)
			broken[len(broken)-1] ^= 1
			require.Error(t, pki.VerifySignature(pki.KeyOf(c), c.Algorithm, broken, c.Signature))
			std, err := pki.ParseX509(b)
			require.NoError(t, err)
			same(t, std, c.Build())
		}
	}
}
