package timestamp_test

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	digitorus "github.com/digitorus/timestamp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/timestamp"
)

// folder writes the authority's files for openssl.
func (a *authority) folder() string {
	a.t.Helper()
	dir := a.t.TempDir()
	key, err := x509.MarshalPKCS8PrivateKey(a.key)
	require.NoError(a.t, err)
	for name, block := range map[string]*pem.Block{
		"root.pem": {Type: "CERTIFICATE", Bytes: a.root.Raw},
		"tsa.pem":  {Type: "CERTIFICATE", Bytes: a.cert.Raw},
		"key.pem":  {Type: "PRIVATE KEY", Bytes: key},
	} {
		require.NoError(a.t, os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600))
	}
	return dir
}

// openssl as the verifier: what our server's half writes and our client accepts, it accepts; what lies, it refuses.
func TestOpensslVerifies(t *testing.T) {
	openssl := testtool.Need(t, "openssl")
	verify := func(t *testing.T, a *authority, r *timestamp.Request) error {
		dir := a.folder()
		query, err := r.Marshal()
		require.NoError(t, err)
		at := func(name string) string { return filepath.Join(dir, name) }
		require.NoError(t, os.WriteFile(at("query"), query, 0o600))
		require.NoError(t, os.WriteFile(at("reply"), a.respond(query), 0o600))
		_, _, err = testtool.Try(t, openssl, "ts", "-verify", "-queryfile", at("query"), "-in", at("reply"),
			"-CAfile", at("root.pem"), "-untrusted", at("tsa.pem"))
		return err
	}
	request := func(t *testing.T, hash crypto.Hash) *timestamp.Request {
		r, err := timestamp.NewRequest(sumOf(hash, []byte("x")), hash)
		require.NoError(t, err)
		r.Nonce = new(big.Int).Lsh(big.NewInt(0x7edcba98), 32)
		return r
	}
	for _, kind := range []string{"rsa", "p256", "p384", "p521"} {
		for _, hash := range []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512} {
			t.Run(kind+" "+hash.String(), func(t *testing.T) {
				a := newAuthorityWith(t, kind)
				a.now = func() time.Time { return testTime.Add(250 * time.Millisecond) }
				a.lie.info = func(i *timestamp.Info) {
					i.Ordering = true
					i.TSARaw = nested(0xa4, a.cert.RawSubject)
					i.Accuracy = time.Second + 5*time.Millisecond + 7*time.Microsecond
				}
				require.NoError(t, verify(t, a, request(t, hash)))
			})
		}
	}
	t.Run("without certificate", func(t *testing.T) {
		r := request(t, crypto.SHA256)
		r.CertReq = false
		require.NoError(t, verify(t, newAuthority(t), r))
	})
	t.Run("with policy", func(t *testing.T) {
		r := request(t, crypto.SHA256)
		r.Policy = asn1.ObjectIdentifier{1, 2, 3, 4}
		require.NoError(t, verify(t, newAuthority(t), r))
	})
	t.Run("with ESSCertID", func(t *testing.T) {
		a := newAuthority(t)
		a.lie.attrs = func(l []cmsdata.Attribute) []cmsdata.Attribute {
			return replace(l, cmsdata.OIDSigningCertificateV2, cmsdata.SigningCertificate(a.cert))
		}
		require.NoError(t, verify(t, a, request(t, crypto.SHA256)))
	})
	oidClient := asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 2}
	for name, tt := range map[string]struct {
		lie  lies
		cert func(*x509.Certificate)
	}{
		"imprint":          {lie: lies{info: func(i *timestamp.Info) { i.Imprint = make([]byte, 32) }}},
		"nonce":            {lie: lies{info: func(i *timestamp.Info) { i.Nonce = big.NewInt(1) }}},
		"no nonce":         {lie: lies{info: func(i *timestamp.Info) { i.Nonce = nil }}},
		"no ESSCertID":     {lie: lies{attrs: func(l []cmsdata.Attribute) []cmsdata.Attribute { return replace(l, cmsdata.OIDSigningCertificateV2) }}},
		"value":            {lie: lies{signature: func(v []byte) []byte { v[len(v)-1] ^= 1; return v }}},
		"EKU missing":      {cert: func(c *x509.Certificate) { c.ExtraExtensions = nil }},
		"EKU not critical": {cert: func(c *x509.Certificate) { c.ExtraExtensions = []pkix.Extension{eku(t, false, oidStamp)} }},
		"EKU extra":        {cert: func(c *x509.Certificate) { c.ExtraExtensions = []pkix.Extension{eku(t, true, oidStamp, oidClient)} }},
		"key usage":        {cert: func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			a := newAuthority(t)
			if tt.cert != nil {
				a = newAuthority(t, tt.cert)
			}
			a.lie = tt.lie
			require.Error(t, verify(t, a, request(t, crypto.SHA256)))
		})
	}
}

// openssl as the authority: our requests are answered, and the answers accepted.
func TestOpensslAnswers(t *testing.T) {
	openssl := testtool.Need(t, "openssl")
	for i, tt := range []struct { // numbered: openssl takes the # that makes equal names differ for a comment in its configuration
		kind, ess string
		hash      crypto.Hash
		change    func(*timestamp.Request)
	}{
		{"rsa", "sha256", crypto.SHA256, nil},
		{"rsa", "sha1", crypto.SHA384, nil},
		{"p256", "sha512", crypto.SHA512, nil},
		{"p384", "sha256", crypto.SHA3_256, nil},
		{"p256", "sha256", crypto.SHA256, func(r *timestamp.Request) { r.Policy = asn1.ObjectIdentifier{1, 2, 3, 4, 6} }},
		{"p256", "sha256", crypto.SHA256, func(r *timestamp.Request) { r.CertReq, r.Nonce = false, nil }},
	} {
		t.Run(fmt.Sprintf("%d %s %s %s", i, tt.kind, tt.ess, tt.hash), func(t *testing.T) {
			a := newAuthorityWith(t, tt.kind)
			dir := opensslAuthority(t, a, tt.ess)
			digest := sumOf(tt.hash, []byte("x"))
			r, err := timestamp.NewRequest(digest, tt.hash)
			require.NoError(t, err)
			r.Nonce = big.NewInt(0x1122334455667788)
			if tt.change != nil {
				tt.change(r)
			}
			token, err := timestamp.ParseResponse(opensslReply(t, openssl, dir, r))
			require.NoError(t, err)
			require.NoError(t, token.CheckRequest(r, a.cert))
			require.NoError(t, token.Check(digest, tt.hash, a.cert))
			assert.Equal(t, 1500*time.Millisecond+100*time.Microsecond, token.Info.Accuracy)
			assert.True(t, token.Info.Ordering)
			assert.Equal(t, "CN=Example TSA,C=VN", token.Info.TSA)
			assert.WithinDuration(t, time.Now(), token.Info.Time, time.Minute)
			if !r.CertReq {
				assert.Empty(t, token.Certificates())
				wantCode(t, token.CheckRequest(r), timestamp.CodeCertificateMissing)
			}
		})
	}
	// Its refusals are named.
	a := newAuthority(t)
	dir := opensslAuthority(t, a, "sha256")
	r, err := timestamp.NewRequest(testDigest, crypto.SHA256)
	require.NoError(t, err)
	for code, change := range map[timestamp.Code]func(*timestamp.Request){
		timestamp.CodeUnacceptedPolicy: func(r *timestamp.Request) { r.Policy = asn1.ObjectIdentifier{1, 9, 9} },
		timestamp.CodeBadAlg:           func(r *timestamp.Request) { r.Hash, r.HashOID = 0, asn1.ObjectIdentifier{1, 2, 3} },
		timestamp.CodeUnacceptedExtension: func(r *timestamp.Request) {
			r.Extensions = []timestamp.Extension{{ID: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}}}
		},
	} {
		bad := *r
		change(&bad)
		_, err := timestamp.ParseResponse(opensslReply(t, openssl, dir, &bad))
		wantCode(t, err, code)
	}
	// A request of its own can be read.
	query := filepath.Join(dir, "own")
	testtool.Run(t, openssl, "ts", "-query", "-digest", hex.EncodeToString(testDigest), "-sha256", "-tspolicy", "1.2.3.4", "-cert", "-out", query)
	raw, err := os.ReadFile(query)
	require.NoError(t, err)
	own, err := timestamp.ParseRequest(raw)
	require.NoError(t, err)
	assert.Equal(t, testDigest, own.Imprint)
	assert.Equal(t, asn1.ObjectIdentifier{1, 2, 3, 4}, own.Policy)
	assert.True(t, own.CertReq)
	assert.NotNil(t, own.Nonce)
	again, err := own.Marshal()
	require.NoError(t, err)
	assert.Equal(t, raw, again)
}

// opensslAuthority writes what `openssl ts -reply` needs.
func opensslAuthority(t *testing.T, a *authority, ess string) string {
	t.Helper()
	dir := a.folder()
	config := strings.ReplaceAll(`
[ tsa ]
default_tsa = one
[ one ]
serial = DIR/serial
signer_cert = DIR/tsa.pem
signer_key = DIR/key.pem
signer_digest = sha256
default_policy = 1.2.3.4.5
other_policies = 1.2.3.4.6
digests = sha256, sha384, sha512, sha3-256
accuracy = secs:1, millisecs:500, microsecs:100
clock_precision_digits = 3
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = ESS
`, "DIR", dir)
	config = strings.ReplaceAll(config, "ESS", ess)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tsa.cnf"), []byte(config), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "serial"), []byte("1000\n"), 0o600))
	return dir
}

func opensslReply(t *testing.T, openssl, dir string, r *timestamp.Request) []byte {
	t.Helper()
	query, err := r.Marshal()
	require.NoError(t, err)
	in, out := filepath.Join(dir, "in"), filepath.Join(dir, "out")
	require.NoError(t, os.WriteFile(in, query, 0o600))
	testtool.Try(t, openssl, "ts", "-reply", "-config", filepath.Join(dir, "tsa.cnf"), "-queryfile", in, "-out", out)
	raw, err := os.ReadFile(out)
	require.NoError(t, err)
	return raw
}

// github.com/digitorus/timestamp as the second opinion, both ways.
func TestDigitorusReads(t *testing.T) {
	for _, kind := range []string{"rsa", "p256", "p384"} {
		t.Run(kind, func(t *testing.T) {
			a := newAuthorityWith(t, kind)
			nonce := big.NewInt(0x1122334455667788)
			r, err := timestamp.NewRequest(testDigest, crypto.SHA256)
			require.NoError(t, err)
			r.Nonce, r.Policy = nonce, testPolicy
			raw, err := r.Marshal()
			require.NoError(t, err)
			theirs, err := digitorus.ParseRequest(raw)
			require.NoError(t, err)
			assert.Equal(t, testDigest, theirs.HashedMessage)
			assert.Equal(t, crypto.SHA256, theirs.HashAlgorithm)
			assert.Zero(t, nonce.Cmp(theirs.Nonce))
			assert.Equal(t, testPolicy, theirs.TSAPolicyOID)
			assert.True(t, theirs.Certificates)

			info, err := digitorus.ParseResponse(a.respond(raw))
			require.NoError(t, err)
			assert.Equal(t, testDigest, info.HashedMessage)
			assert.Equal(t, a.now(), info.Time)
			assert.Equal(t, time.Second, info.Accuracy)
			assert.Zero(t, nonce.Cmp(info.Nonce))
			assert.Equal(t, testPolicy, info.Policy)
			require.Len(t, info.Certificates, 1)

			_, err = digitorus.ParseResponse(timestamp.MarshalResponse(timestamp.Rejection, timestamp.UnacceptedPolicy, nil, "no"))
			require.ErrorContains(t, err, "policy is not supported")
		})
	}
}

func TestDigitorusWrites(t *testing.T) {
	for _, kind := range []string{"rsa", "p256"} {
		for _, embedded := range []bool{true, false} {
			t.Run(fmt.Sprint(kind, embedded), func(t *testing.T) {
				a := newAuthorityWith(t, kind)
				request, err := digitorus.CreateRequest(strings.NewReader("x"), &digitorus.RequestOptions{
					Hash: crypto.SHA256, Certificates: embedded, Nonce: big.NewInt(99), TSAPolicyOID: testPolicy,
				})
				require.NoError(t, err)
				r, err := timestamp.ParseRequest(request)
				require.NoError(t, err)
				digest := sumOf(crypto.SHA256, []byte("x"))
				assert.Equal(t, digest, r.Imprint)
				assert.Equal(t, embedded, r.CertReq)

				response, err := (&digitorus.Timestamp{
					HashAlgorithm: crypto.SHA256, HashedMessage: r.Imprint, Time: testTime, Accuracy: 1500 * time.Microsecond, Nonce: r.Nonce,
					Policy: r.Policy, Ordering: true, Qualified: true, AddTSACertificate: embedded,
				}).CreateResponseWithOpts(a.cert, a.key, crypto.SHA256)
				require.NoError(t, err)
				token, err := timestamp.ParseResponse(response)
				require.NoError(t, err)
				require.NoError(t, token.CheckRequest(r, a.cert))
				assert.Equal(t, testTime, token.Info.Time)
				assert.Equal(t, 1500*time.Microsecond, token.Info.Accuracy)
				assert.Len(t, token.Info.Extensions, 1)
				assert.Equal(t, embedded, len(token.Certificates()) > 0)
				if !embedded {
					wantCode(t, token.CheckRequest(r), timestamp.CodeCertificateMissing)
				}
			})
		}
	}
	refusal, err := digitorus.CreateErrorResponse(digitorus.Rejection, digitorus.TimeNotAvailable)
	require.NoError(t, err)
	_, err = timestamp.ParseResponse(refusal)
	wantCode(t, err, timestamp.CodeTimeNotAvailable)
}
