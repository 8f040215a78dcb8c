package timestamp_test

import (
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/timestamp"
)

var testDigest = sumOf(crypto.SHA256, []byte("hợp đồng"))

// wantCode fails unless err is this package's, carries code and can be shown in both languages.
func wantCode(t *testing.T, err error, code timestamp.Code) *timestamp.Error {
	t.Helper()
	var e *timestamp.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, string(code), e.Code(), "%v", err)
	require.True(t, i18n.Has(e.Code()), e.Code())
	for _, lang := range []i18n.Lang{i18n.English, i18n.Vietnamese} {
		assert.NotContains(t, i18n.Text(e.Code(), lang, e.Params()), "?", "a parameter is missing")
	}
	return e
}

// parse is ParseToken where it must succeed.
func parse(t *testing.T, raw []byte) *timestamp.Token {
	t.Helper()
	token, err := timestamp.ParseToken(raw)
	require.NoError(t, err)
	return token
}

// defect is one way in which a token lies, and what is to be said about it.
type defect struct {
	name string
	cert func(*x509.Certificate)
	lie  lies
	want timestamp.Code
}

// runDefects checks that the honest twin is accepted, and each defect refused with its own code.
func runDefects(t *testing.T, defects []defect) {
	t.Run("clean twin", func(t *testing.T) {
		a := newAuthority(t)
		token := parse(t, a.stamp(testDigest, crypto.SHA256))
		require.NoError(t, token.Check(testDigest, crypto.SHA256))
	})
	for _, d := range defects {
		t.Run(d.name, func(t *testing.T) {
			a := newAuthority(t)
			if d.cert != nil {
				a = newAuthority(t, d.cert)
			}
			a.lie = d.lie
			token := parse(t, a.stamp(testDigest, crypto.SHA256))
			wantCode(t, token.Check(testDigest, crypto.SHA256, a.cert), d.want)
			require.ErrorIs(t, token.Check(testDigest, crypto.SHA256, a.cert), timestamp.ErrNotProved)
			if d.want != timestamp.CodeImprint && d.want != timestamp.CodeImprintHash {
				wantCode(t, token.CheckIntegrity(a.cert), d.want)
			}
		})
	}
}

// T1: the token is not bound to the data.
func TestT1TokenNotBound(t *testing.T) {
	other := sumOf(crypto.SHA256, []byte("other"))
	a := newAuthority(t)
	token := parse(t, a.stamp(testDigest, crypto.SHA256))
	require.NoError(t, token.Check(testDigest, crypto.SHA256))
	require.NoError(t, token.CheckImprint(testDigest))

	wantCode(t, token.Check(other, crypto.SHA256), timestamp.CodeImprint)
	wantCode(t, token.CheckImprint(other), timestamp.CodeImprint)
	wantCode(t, token.Check(testDigest[:31], crypto.SHA256), timestamp.CodeImprint)
	wantCode(t, token.Check(nil, crypto.SHA256), timestamp.CodeImprint)
	wantCode(t, token.Check(testDigest, crypto.SHA384), timestamp.CodeImprintHash)
	wantCode(t, token.Check(testDigest, crypto.SHA512_256), timestamp.CodeImprintHash)
	wantCode(t, token.Check(testDigest, 0), timestamp.CodeImprintHash)

	// The same 32 octets under another hash of the same length.
	a.lie.info = func(i *timestamp.Info) { i.Hash, i.HashOID = crypto.SHA3_256, nil }
	token = parse(t, a.stamp(testDigest, crypto.SHA256))
	require.NoError(t, token.CheckIntegrity())
	wantCode(t, token.Check(testDigest, crypto.SHA256), timestamp.CodeImprintHash)

	// A hash that nobody here knows proves nothing.
	a.lie.info = func(i *timestamp.Info) { i.Hash, i.HashOID = 0, asn1.ObjectIdentifier{1, 2, 3, 4} }
	token = parse(t, a.stamp(testDigest, crypto.SHA256))
	require.NoError(t, token.CheckIntegrity())
	wantCode(t, token.Check(testDigest, crypto.SHA256), timestamp.CodeImprintHash)
	wantCode(t, token.CheckImprint(testDigest), timestamp.CodeImprintHash)

	// The zero token proves nothing, whatever it is asked.
	var zero timestamp.Token
	require.Error(t, zero.Check(nil, 0))
	require.Error(t, zero.CheckIntegrity())
	require.Error(t, zero.CheckImprint(nil))
	require.Error(t, zero.CheckRequest(&timestamp.Request{}))
}

// T1: the token answers another request.
func TestT1OtherRequest(t *testing.T) {
	nonce := big.NewInt(0x1234567890)
	for _, tt := range []struct {
		name    string
		request func(*timestamp.Request)
		info    func(*timestamp.Info)
		want    timestamp.Code
	}{
		{"clean twin", nil, nil, ""},
		{"clean twin without nonce", func(r *timestamp.Request) { r.Nonce = nil }, func(i *timestamp.Info) { i.Nonce = nil }, ""},
		{"clean twin without policy", func(r *timestamp.Request) { r.Policy = nil }, func(i *timestamp.Info) { i.Policy = asn1.ObjectIdentifier{1, 2, 3} }, ""},
		{"nonce absent", nil, func(i *timestamp.Info) { i.Nonce = nil }, timestamp.CodeNonceMissing},
		{"nonce different", nil, func(i *timestamp.Info) { i.Nonce = big.NewInt(1) }, timestamp.CodeNonceMismatch},
		{"nonce negated", nil, func(i *timestamp.Info) { i.Nonce = new(big.Int).Neg(nonce) }, timestamp.CodeNonceMismatch},
		{"nonce zero", nil, func(i *timestamp.Info) { i.Nonce = new(big.Int) }, timestamp.CodeNonceMismatch},
		{"nonce unasked", func(r *timestamp.Request) { r.Nonce = nil }, nil, timestamp.CodeNonceUnasked},
		{"imprint over other data", nil, func(i *timestamp.Info) { i.Imprint = sumOf(crypto.SHA256, nil) }, timestamp.CodeImprint},
		{"one bit of the imprint", nil, func(i *timestamp.Info) { i.Imprint = slices.Clone(i.Imprint); i.Imprint[31] ^= 1 }, timestamp.CodeImprint},
		{"wrong hash", nil, func(i *timestamp.Info) { i.Hash = crypto.SHA512_256 }, timestamp.CodeImprintHash},
		{"longer hash", nil, func(i *timestamp.Info) { i.Hash, i.Imprint = crypto.SHA512, sumOf(crypto.SHA512, nil) }, timestamp.CodeImprintHash},
		{"policy differs", nil, func(i *timestamp.Info) { i.Policy = asn1.ObjectIdentifier{1, 2, 3} }, timestamp.CodePolicy},
		{"policy longer", nil, func(i *timestamp.Info) { i.Policy = append(slices.Clone(testPolicy), 1) }, timestamp.CodePolicy},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAuthority(t)
			r, err := timestamp.NewRequest(testDigest, crypto.SHA256)
			require.NoError(t, err)
			r.Policy, r.Nonce = testPolicy, nonce
			info := a.info(testDigest, crypto.SHA256)
			info.Nonce = nonce
			if tt.request != nil {
				tt.request(r)
			}
			if tt.info != nil {
				tt.info(&info)
			}
			err = parse(t, a.token(info, true)).CheckRequest(r)
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			wantCode(t, err, tt.want)
		})
	}
}

// T5, as far as a token alone can tell: its time lies in the validity of its certificate, to the nanosecond.
func TestT5TimeOutsideValidity(t *testing.T) {
	a := newAuthority(t)
	for _, tt := range []struct {
		name string
		time time.Time
		ok   bool
	}{
		{"first second", a.cert.NotBefore, true},
		{"last second", a.cert.NotAfter, true},
		{"before issuance", a.cert.NotBefore.Add(-time.Nanosecond), false},
		{"long before issuance", a.cert.NotBefore.AddDate(-5, 0, 0), false},
		{"after expiry", a.cert.NotAfter.Add(time.Nanosecond), false},
		{"far future", time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a.now = func() time.Time { return tt.time }
			token := parse(t, a.stamp(testDigest, crypto.SHA256))
			require.True(t, token.Info.Time.Equal(tt.time))
			if err := token.Check(testDigest, crypto.SHA256); tt.ok {
				require.NoError(t, err)
			} else {
				wantCode(t, err, timestamp.CodeTimeOutside)
			}
		})
	}
}

// C1: signed attributes dropped, and their DER presented as content.
func TestC1TokenWithoutSignedAttributes(t *testing.T) {
	a := newAuthority(t)
	// A signature straight over the TSTInfo, as PKCS#7 without attributes makes it.
	a.lie.signer = func(si *cmsdata.SignerInfo) *cmsdata.SignerInfo {
		si.SignedAttrsRaw = nil
		return si
	}
	token := parse(t, a.stamp(testDigest, crypto.SHA256))
	wantCode(t, token.Check(testDigest, crypto.SHA256), timestamp.CodeAttributes)

	// The attributes of an honest signature as content: they are no TSTInfo.
	a.lie.data = func(sd *cmsdata.SignedData) {
		sd.Content = cmsdata.EncodeSignedAttributes(cmsdata.ContentType(cmsdata.OIDTSTInfo), cmsdata.MessageDigest(testDigest))
	}
	_, err := timestamp.ParseToken(a.stamp(testDigest, crypto.SHA256))
	wantCode(t, err, timestamp.CodeInfoMalformed)
}

// C4: attributes and algorithms that contradict one another, in a token.
func TestC4Token(t *testing.T) {
	oidTime := cmsdata.OIDSigningTime
	add := func(list ...cmsdata.Attribute) lies {
		return lies{attrs: func(l []cmsdata.Attribute) []cmsdata.Attribute { return append(l, list...) }}
	}
	swap := func(oid asn1.ObjectIdentifier, list ...cmsdata.Attribute) lies {
		return lies{attrs: func(l []cmsdata.Attribute) []cmsdata.Attribute { return replace(l, oid, list...) }}
	}
	digest := nested(der.OctetString, testDigest)
	runDefects(t, []defect{
		{"content-type absent", nil, swap(cmsdata.OIDContentType), timestamp.CodeAttributes},
		{"content-type of data", nil, swap(cmsdata.OIDContentType, cmsdata.ContentType(cmsdata.OIDData)), timestamp.CodeAttributeType},
		{"content-type twice", nil, add(cmsdata.ContentType(cmsdata.OIDTSTInfo)), timestamp.CodeAttributes},
		{"content-type with two values", nil, swap(cmsdata.OIDContentType, cmsdata.NewAttribute(cmsdata.OIDContentType,
			der.AppendOID(nil, cmsdata.OIDTSTInfo), der.AppendOID(nil, cmsdata.OIDData))), timestamp.CodeAttributes},
		{"content-type not an identifier", nil, swap(cmsdata.OIDContentType, cmsdata.NewAttribute(cmsdata.OIDContentType, digest)), timestamp.CodeAttributes},
		{"message-digest absent", nil, swap(cmsdata.OIDMessageDigest), timestamp.CodeAttributes},
		{"message-digest of something else", nil, swap(cmsdata.OIDMessageDigest, cmsdata.MessageDigest(testDigest)), timestamp.CodeContentBroken},
		{"message-digest empty", nil, swap(cmsdata.OIDMessageDigest, cmsdata.MessageDigest(nil)), timestamp.CodeContentBroken},
		{"message-digest twice", nil, add(cmsdata.MessageDigest(testDigest)), timestamp.CodeAttributes},
		{"signing-time twice", nil, add(cmsdata.SigningTime(testTime), cmsdata.SigningTime(testTime.Add(1e9))), timestamp.CodeAttributes},
		{"attributes unsorted", nil, lies{attrsDER: func(b []byte) []byte {
			sd, err := reversedSet(b)
			require.NoError(t, err)
			return sd
		}}, timestamp.CodeAttributes},
		{"digestAlgorithm other than the signature's", nil, lies{signer: func(si *cmsdata.SignerInfo) *cmsdata.SignerInfo {
			si.DigestRaw = nested(der.Sequence, der.AppendOID(nil, asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2})) // SHA-384
			return si
		}}, timestamp.CodeContentBroken},
		{"signature algorithm other than the digest's", nil, lies{signer: func(si *cmsdata.SignerInfo) *cmsdata.SignerInfo {
			si.SignatureAlgorithmRaw = nested(der.Sequence, der.AppendOID(nil, asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3})) // ecdsa-with-SHA384
			return si
		}}, timestamp.CodeAlgorithm},
		{"signature algorithm of another key", nil, lies{signer: func(si *cmsdata.SignerInfo) *cmsdata.SignerInfo {
			si.SignatureAlgorithmRaw = nested(der.Sequence, der.AppendOID(nil, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}), []byte{5, 0})
			return si
		}}, timestamp.CodeSignatureBroken},
		{"unknown digest", nil, lies{signer: func(si *cmsdata.SignerInfo) *cmsdata.SignerInfo {
			si.DigestRaw = nested(der.Sequence, der.AppendOID(nil, asn1.ObjectIdentifier{1, 2, 3}))
			return si
		}}, timestamp.CodeAlgorithm},
		{"one bit of the value", nil, lies{signature: func(v []byte) []byte { v[len(v)-1] ^= 1; return v }}, timestamp.CodeSignatureBroken},
		{"value empty", nil, lies{signature: func([]byte) []byte { return nil }}, timestamp.CodeSignatureBroken},
		{"content changed after signing", nil, lies{data: func(sd *cmsdata.SignedData) {
			sd.Content = slices.Clone(sd.Content)
			sd.Content[len(sd.Content)-1] = 2 // seconds of accuracy
		}}, timestamp.CodeContentBroken},
		{"no SignerInfo", nil, lies{data: func(sd *cmsdata.SignedData) { sd.Signers = nil }}, timestamp.CodeSignerCount},
		{"the same SignerInfo twice", nil, lies{data: func(sd *cmsdata.SignedData) { sd.Signers = append(sd.Signers, sd.Signers[0]) }}, timestamp.CodeSignerCount},
	})
	t.Run("trailing data", func(t *testing.T) {
		a := newAuthority(t)
		_, err := timestamp.ParseToken(append(a.stamp(testDigest, crypto.SHA256), 0))
		wantCode(t, err, timestamp.CodeTokenMalformed)
	})
	for name, value := range map[string]cmsdata.Attribute{
		"signing-time":                       cmsdata.SigningTime(testTime),
		"signing-time in unexpected writing": cmsdata.NewAttribute(oidTime, nested(der.GeneralizedTime, []byte("20260304050607.5Z"))),
	} {
		t.Run("clean twin with "+name, func(t *testing.T) {
			a := newAuthority(t)
			a.lie = add(value)
			require.NoError(t, parse(t, a.stamp(testDigest, crypto.SHA256)).Check(testDigest, crypto.SHA256))
		})
	}
	t.Run("other type of content", func(t *testing.T) {
		a := newAuthority(t)
		a.lie.data = func(sd *cmsdata.SignedData) { sd.ContentType = cmsdata.OIDData }
		_, err := timestamp.ParseToken(a.stamp(testDigest, crypto.SHA256))
		wantCode(t, err, timestamp.CodeNotToken)
	})
	t.Run("detached", func(t *testing.T) {
		a := newAuthority(t)
		a.lie.data = func(sd *cmsdata.SignedData) { sd.Attached, sd.Content = false, nil }
		_, err := timestamp.ParseToken(a.stamp(testDigest, crypto.SHA256))
		wantCode(t, err, timestamp.CodeInfoMalformed)
	})
}

// reversedSet is a SET OF with its elements in reverse order.
func reversedSet(set []byte) ([]byte, error) {
	var elements []asn1.RawValue
	if _, err := asn1.UnmarshalWithParams(set, &elements, "set"); err != nil {
		return nil, err
	}
	slices.Reverse(elements)
	var parts [][]byte
	for _, e := range elements {
		parts = append(parts, e.FullBytes)
	}
	return der.Encode(der.Set, parts...), nil
}

// A new token is not signed over SHA-1; an old one is left to the verifier's policy.
func TestC8WeakToken(t *testing.T) {
	a := newAuthorityWith(t, "rsa")
	a.weak = true
	r, err := timestamp.NewRequest(testDigest, crypto.SHA256)
	require.NoError(t, err)
	token := parse(t, a.stamp(testDigest, crypto.SHA256))
	require.NoError(t, token.CheckIntegrity())
	assert.Equal(t, "SHA-1", wantCode(t, token.CheckRequest(r), timestamp.CodeWeakHash).Params()["hash"])
	a.weak = false
	require.NoError(t, parse(t, a.stamp(testDigest, crypto.SHA256)).CheckRequest(r))
}

// RFC 6211: the attribute must name the algorithms that were used.
func TestTokenAlgorithmProtection(t *testing.T) {
	a := newAuthority(t)
	digest := unhex("300b0609608648016503040201")
	protect := func(signature string) lies {
		return lies{attrs: func(l []cmsdata.Attribute) []cmsdata.Attribute {
			return append(l, cmsdata.NewAttribute(cmsdata.OIDAlgorithmProtection, nested(der.Sequence, digest, nested(der.Context(1), unhex(signature)))))
		}}
	}
	a.lie = protect("06082a8648ce3d040302") // ecdsa-with-SHA256
	require.NoError(t, parse(t, a.stamp(testDigest, crypto.SHA256)).CheckIntegrity())
	a.lie = protect("06092a864886f70d01010b0500") // sha256WithRSAEncryption
	wantCode(t, parse(t, a.stamp(testDigest, crypto.SHA256)).CheckIntegrity(), timestamp.CodeAlgorithm)
	a.lie = lies{attrs: func(l []cmsdata.Attribute) []cmsdata.Attribute {
		return append(l, cmsdata.NewAttribute(cmsdata.OIDAlgorithmProtection, []byte{5, 0}))
	}}
	wantCode(t, parse(t, a.stamp(testDigest, crypto.SHA256)).CheckIntegrity(), timestamp.CodeAttributes)
}

// A SignerInfo may name the certificate by its subject key identifier (RFC 5652, 5.3).
func TestTokenSubjectKeyIdentifier(t *testing.T) {
	a := newAuthority(t)
	named := func(id []byte) func(*cmsdata.SignerInfo) *cmsdata.SignerInfo {
		return func(si *cmsdata.SignerInfo) *cmsdata.SignerInfo {
			si.ID = cmsdata.SignerID{SubjectKeyID: id}
			return si
		}
	}
	a.lie.signer = named(a.cert.SubjectKeyId)
	require.NoError(t, parse(t, a.stamp(testDigest, crypto.SHA256)).Check(testDigest, crypto.SHA256))
	a.lie.signer = named([]byte("another"))
	wantCode(t, parse(t, a.stamp(testDigest, crypto.SHA256)).Check(testDigest, crypto.SHA256, a.cert), timestamp.CodeCertificateMissing)
}

// Names are compared as RFC 5280 compares them.
func TestNamesSigner(t *testing.T) {
	a := newAuthority(t)
	name := func(cn string, kind byte) []byte {
		rdn := func(oid string, value []byte) []byte {
			return nested(der.Set, nested(der.Sequence, unhex(oid), value))
		}
		return nested(0xa4, nested(der.Sequence, rdn("0603550406", nested(der.PrintableString, []byte("VN"))), rdn("0603550403", nested(kind, []byte(cn)))))
	}
	for _, tt := range []struct {
		raw  []byte
		want bool
	}{
		{nil, true},
		{name("Example TSA", der.PrintableString), true},
		{name("Example TSA", der.UTF8String), true},
		{name("EXAMPLE  tsa ", der.UTF8String), true},
		{name("Example TSA 2", der.UTF8String), false},
		{nested(0xa4, nested(der.Sequence)), false},
		{nested(0x82, []byte("Example TSA")), false},
	} {
		token := timestamp.Token{Info: timestamp.Info{TSARaw: tt.raw}}
		assert.Equal(t, tt.want, token.NamesSigner(a.cert), "%x", tt.raw)
	}
}

// Every algorithm of the table signs tokens.
func TestTokenAlgorithms(t *testing.T) {
	for _, tt := range []struct {
		kind string
		pss  bool
	}{{"rsa", false}, {"rsa", true}, {"p256", false}, {"p384", false}, {"p521", false}, {"ed25519", false}} {
		for _, hash := range []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512, crypto.SHA3_256} {
			name := tt.kind + " " + hash.String()
			if tt.pss {
				name += " PSS"
			}
			t.Run(name, func(t *testing.T) {
				a := newAuthorityWith(t, tt.kind)
				a.pss = tt.pss
				digest := sumOf(hash, []byte("x"))
				raw := a.stamp(digest, hash)
				require.NoError(t, parse(t, raw).Check(digest, hash))
				raw[len(raw)-1] ^= 1 // the value is the last field
				token, err := timestamp.ParseToken(raw)
				require.NoError(t, err)
				wantCode(t, token.Check(digest, hash), timestamp.CodeSignatureBroken)
			})
		}
	}
}

// What lies in a token comes out of it.
func TestTokenFacts(t *testing.T) {
	a := newAuthority(t)
	a.now = func() time.Time { return testTime.Add(120 * time.Millisecond) }
	info := a.info(testDigest, crypto.SHA256)
	info.Serial = new(big.Int).Lsh(big.NewInt(1), 159)
	info.Nonce = big.NewInt(-5)
	info.Ordering = true
	info.Accuracy = 3*time.Second + 14*time.Millisecond + 15*time.Microsecond
	info.TSARaw = nested(der.Context(4), a.cert.RawSubject)
	info.Extensions = []timestamp.Extension{{ID: asn1.ObjectIdentifier{1, 2, 3}, Critical: true, Value: []byte{5, 0}}, {ID: asn1.ObjectIdentifier{1, 2, 4}, Value: []byte{}}}
	raw := a.token(info, true)
	token := parse(t, raw)
	require.NoError(t, token.Check(testDigest, crypto.SHA256))
	got := token.Info
	assert.Equal(t, raw, token.Raw)
	assert.Equal(t, testPolicy, got.Policy)
	assert.Equal(t, crypto.SHA256, got.Hash)
	assert.Equal(t, testDigest, got.Imprint)
	assert.Zero(t, info.Serial.Cmp(got.Serial))
	assert.Equal(t, a.now(), got.Time)
	assert.Equal(t, time.UTC, got.Time.Location())
	assert.Equal(t, info.Accuracy, got.Accuracy)
	assert.True(t, got.Ordering)
	assert.Equal(t, int64(-5), got.Nonce.Int64())
	assert.Equal(t, "CN=Example TSA,C=VN", got.TSA)
	assert.Equal(t, info.Extensions, got.Extensions)
	require.Len(t, token.Certificates(), 1)
	assert.True(t, token.Certificates()[0].Equal(a.cert))
	assert.NotNil(t, token.SignedData())

	// The caller's octets and the token's are apart.
	raw[len(raw)-1] ^= 1
	require.NoError(t, token.Check(testDigest, crypto.SHA256))
	token.Certificates()[0] = a.root
	require.NoError(t, token.CheckIntegrity())
}

// The hint at the authority, as people read it.
func TestTSANames(t *testing.T) {
	a := newAuthority(t)
	for _, tt := range []struct {
		raw  []byte
		want string
	}{
		{nested(der.Context(4), a.cert.RawSubject), "CN=Example TSA,C=VN"},
		{nested(0x82, []byte("tsa.example")), "tsa.example"},
		{nested(0x81, []byte("tsa@example.vn")), "tsa@example.vn"},
		{nested(0x86, []byte("https://tsa.example/\xff")), "https://tsa.example/\uFFFD"},
		{nested(0x87, []byte{192, 0, 2, 1}), "192.0.2.1"},
		{nested(0x87, []byte{192, 0}), ""},
		{nested(0x88, []byte{42}), ""},
		{nested(der.Context(4), nested(der.Sequence), nested(der.Sequence)), ""},
	} {
		a.lie.info = func(i *timestamp.Info) { i.TSARaw = tt.raw }
		token := parse(t, a.stamp(testDigest, crypto.SHA256))
		assert.Equal(t, tt.want, token.Info.TSA)
		assert.Equal(t, tt.raw, token.Info.TSARaw)
	}
}
