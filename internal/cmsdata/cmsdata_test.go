package cmsdata_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	_ "crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"io"
	"math/big"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
)

const content = "Biên bản bàn giao số 5\n"

type identity struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newIdentity(t testing.TB, serial *big.Int) identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{Country: []string{"VN"}, CommonName: "Công ty Thử nghiệm"},
		NotBefore:    time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:     time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC),
		SubjectKeyId: []byte{1, 2, 3, 4},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(raw)
	require.NoError(t, err)
	return identity{cert, key}
}

var ecdsaSHA256 = alg.Signature{Scheme: alg.ECDSA, Hash: crypto.SHA256}

func digest(b []byte) []byte {
	h := crypto.SHA256.New()
	h.Write(b)
	return h.Sum(nil)
}

// sign makes a SignerInfo over the content.
func (id identity) sign(t testing.TB, more ...cmsdata.Attribute) *cmsdata.SignerInfo {
	t.Helper()
	attrs := append([]cmsdata.Attribute{
		cmsdata.ContentType(cmsdata.OIDData),
		cmsdata.MessageDigest(digest([]byte(content))),
		cmsdata.SigningCertificateV2(id.cert, crypto.SHA256),
	}, more...)
	set := cmsdata.EncodeSignedAttributes(attrs...)
	value, err := ecdsa.SignASN1(rand.Reader, id.key, digest(set))
	require.NoError(t, err)
	return cmsdata.NewSignerInfo(id.cert, crypto.SHA256, ecdsaSHA256, set, value)
}

func attached(t testing.TB, id identity) *cmsdata.SignedData {
	sd := cmsdata.New([]*x509.Certificate{id.cert}, id.sign(t))
	sd.Attached, sd.Content = true, []byte(content)
	return sd
}

// TestV3Certificate reads a signature by a certificate that crypto/x509 refuses: its number is negative.
func TestV3Certificate(t *testing.T) {
	id := newIdentity(t, big.NewInt(5))
	negative := bytes.Replace(id.cert.Raw, []byte{2, 1, 5}, []byte{2, 1, 0xfb}, 1)
	_, err := x509.ParseCertificate(negative)
	require.Error(t, err)
	id.cert, err = pki.ParseX509(negative)
	require.NoError(t, err)
	raw, err := cmsdata.New([]*x509.Certificate{id.cert}, id.sign(t, cmsdata.SigningTime(time.Now()))).Marshal()
	require.NoError(t, err)
	got, err := cmsdata.Parse(raw)
	require.NoError(t, err)
	signer := got.Signers[0].Certificate(got.X509())
	require.NotNil(t, signer)
	require.EqualValues(t, -5, signer.SerialNumber.Int64())
	require.NoError(t, got.Signers[0].VerifySignature(signer.PublicKey, nil))
	_, match, err := got.Signers[0].MatchesSigningCertificate(signer)
	require.NoError(t, err)
	require.True(t, match)
}

func TestRoundTrip(t *testing.T) {
	for _, serial := range []*big.Int{big.NewInt(5), new(big.Int).Lsh(big.NewInt(0xff), 120)} {
		id := newIdentity(t, serial)
		at := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
		si := id.sign(t, cmsdata.SigningTime(at))
		sd := cmsdata.New([]*x509.Certificate{id.cert}, si)
		sd.Attached, sd.Content = true, []byte(content)
		raw, err := sd.Marshal()
		require.NoError(t, err)
		require.NoError(t, der.Strict(raw))

		got, err := cmsdata.Parse(raw)
		require.NoError(t, err)
		require.Equal(t, 1, got.Version)
		require.Equal(t, content, string(got.Content))
		require.EqualValues(t, len(content), got.Size)
		require.True(t, got.ContentType.Equal(cmsdata.OIDData))
		require.Equal(t, [][]byte{id.cert.Raw}, got.Certificates)
		require.Len(t, got.Digests, 1)
		s := got.Signers[0]
		require.Equal(t, 1, s.Version)
		require.NoError(t, s.SignedAttrsNotDER)
		require.Equal(t, si.SignedAttrsRaw, s.SignedAttrsRaw)
		require.True(t, s.Certificate(got.X509()).Equal(id.cert))
		require.NoError(t, s.VerifySignature(id.cert.PublicKey, nil))
		present, match, err := s.MatchesSigningCertificate(id.cert)
		require.NoError(t, err)
		require.True(t, present && match)
		when, ok, err := s.SigningTime()
		require.NoError(t, err)
		require.True(t, ok)
		require.True(t, at.Equal(when))
		d, err := s.MessageDigest()
		require.NoError(t, err)
		require.Equal(t, digest([]byte(content)), d)

		// What was read is written as it was.
		again, err := got.Marshal()
		require.NoError(t, err)
		require.Equal(t, raw, again)

		// Streamed, the same octets.
		var out bytes.Buffer
		require.NoError(t, sd.Write(&out, strings.NewReader(content), int64(len(content))))
		require.Equal(t, raw, out.Bytes())
		err = sd.Write(io.Discard, strings.NewReader(content), int64(len(content))+1)
		require.ErrorContains(t, err, "instead of")

		// An unsigned attribute changes nothing else.
		s.AddUnsigned(cmsdata.NewAttribute(cmsdata.OIDSignatureTimestamp, []byte{der.Null, 0}))
		again, err = got.Marshal()
		require.NoError(t, err)
		got, err = cmsdata.Parse(again)
		require.NoError(t, err)
		require.NoError(t, got.Signers[0].VerifySignature(id.cert.PublicKey, nil))
		_, n := got.Signers[0].UnsignedAttr(cmsdata.OIDSignatureTimestamp)
		require.Equal(t, 1, n)
	}
}

// TestIndefinite writes content of unknown length and reads it both ways.
func TestIndefinite(t *testing.T) {
	id := newIdentity(t, big.NewInt(7))
	long := strings.Repeat(content, 20_000)
	sd := cmsdata.New([]*x509.Certificate{id.cert})
	h, _ := alg.HashOf(crypto.SHA256)
	sd.DigestsRaw = [][]byte{h.Identifier()}
	var out bytes.Buffer
	require.NoError(t, sd.WriteIndefinite(&out, strings.NewReader(long), func(size int64) error {
		require.EqualValues(t, len(long), size)
		sd.Signers = []*cmsdata.SignerInfo{id.sign(t)}
		return nil
	}))
	got, err := cmsdata.Parse(out.Bytes())
	require.NoError(t, err)
	require.Equal(t, long, string(got.Content))
	require.NoError(t, got.Signers[0].VerifySignature(id.cert.PublicKey, nil))

	var streamed bytes.Buffer
	got, err = cmsdata.ParseStream(iotest.HalfReader(bytes.NewReader(out.Bytes())), func(hashes []crypto.Hash) (io.Writer, error) {
		require.Equal(t, []crypto.Hash{crypto.SHA256}, hashes)
		return &streamed, nil
	})
	require.NoError(t, err)
	require.Equal(t, long, streamed.String())
	require.EqualValues(t, len(long), got.Size)
	require.NoError(t, got.Signers[0].VerifySignature(id.cert.PublicKey, nil))

	boom := errors.New("boom")
	require.ErrorIs(t, sd.WriteIndefinite(io.Discard, iotest.ErrReader(boom), func(int64) error { return nil }), boom)
	require.ErrorIs(t, sd.WriteIndefinite(io.Discard, strings.NewReader(long), func(int64) error { return boom }), boom)
	_, err = cmsdata.ParseStream(bytes.NewReader(out.Bytes()), func([]crypto.Hash) (io.Writer, error) { return nil, boom })
	require.ErrorIs(t, err, boom)
	var e *cmsdata.Error
	require.ErrorAs(t, err, &e)
}

func TestVersions(t *testing.T) {
	id := newIdentity(t, big.NewInt(9))
	version := func(edit func(sd *cmsdata.SignedData)) int {
		sd := attached(t, id)
		edit(sd)
		raw, err := sd.Marshal()
		require.NoError(t, err)
		got, err := cmsdata.Parse(raw)
		require.NoError(t, err)
		return got.Version
	}
	require.Equal(t, 1, version(func(*cmsdata.SignedData) {}))
	require.Equal(t, 3, version(func(sd *cmsdata.SignedData) { sd.ContentType = cmsdata.OIDTSTInfo }))
	require.Equal(t, 3, version(func(sd *cmsdata.SignedData) {
		sd.Signers[0].ID, sd.Signers[0].Raw = cmsdata.SignerID{SubjectKeyID: id.cert.SubjectKeyId}, nil
	}))
	require.Equal(t, 4, version(func(sd *cmsdata.SignedData) {
		sd.Certificates = append(sd.Certificates, der.Encode(der.Context(2)))
	}))
	require.Equal(t, 5, version(func(sd *cmsdata.SignedData) {
		sd.Certificates = append(sd.Certificates, der.Encode(der.Context(3)))
	}))
	require.Equal(t, 5, version(func(sd *cmsdata.SignedData) { sd.CRLs = append(sd.CRLs, der.Encode(der.Context(1))) }))
}

func TestKeyIdentifier(t *testing.T) {
	id, other := newIdentity(t, big.NewInt(9)), newIdentity(t, big.NewInt(10))
	other.cert.SubjectKeyId = []byte{9}
	si := id.sign(t)
	si.ID, si.Raw = cmsdata.SignerID{SubjectKeyID: id.cert.SubjectKeyId}, nil
	raw, err := cmsdata.New([]*x509.Certificate{id.cert}, si).Marshal()
	require.NoError(t, err)
	sd, err := cmsdata.Parse(raw)
	require.NoError(t, err)
	require.Equal(t, 3, sd.Signers[0].Version)
	cert, n := sd.Signers[0].Candidates([]*x509.Certificate{other.cert, id.cert, id.cert})
	require.Equal(t, 1, n)
	require.True(t, cert.Equal(id.cert))
}

// TestNames: an issuer written with other string types is the same issuer; another issuer is not.
func TestNames(t *testing.T) {
	id := newIdentity(t, big.NewInt(11))
	rdn := func(oid asn1.ObjectIdentifier, tag byte, value string) []byte {
		return der.Encode(der.Set, der.Encode(der.Sequence, der.AppendOID(nil, oid), der.Encode(tag, []byte(value))))
	}
	c, cn := asn1.ObjectIdentifier{2, 5, 4, 6}, asn1.ObjectIdentifier{2, 5, 4, 3}
	bmp := func(s string) string {
		var b []byte
		for _, r := range s {
			b = append(b, byte(r>>8), byte(r))
		}
		return string(b)
	}
	match := func(issuer []byte) bool {
		return (&cmsdata.SignerID{Issuer: issuer, Serial: id.cert.SerialNumber}).Matches(id.cert)
	}
	require.True(t, match(id.cert.RawIssuer))
	require.True(t, match(der.Encode(der.Sequence, rdn(c, der.UTF8String, "VN"), rdn(cn, der.UTF8String, "Công ty Thử nghiệm"))))
	require.True(t, match(der.Encode(der.Sequence, rdn(c, der.PrintableString, "vn"), rdn(cn, 0x1e, bmp("Công  ty Thử nghiệm ")))))
	require.False(t, match(der.Encode(der.Sequence, rdn(c, der.UTF8String, "VN"), rdn(cn, der.UTF8String, "Công ty Thử nghiện"))))
	require.False(t, match(der.Encode(der.Sequence, rdn(c, der.UTF8String, "VN"))))
	require.False(t, match(der.Encode(der.Sequence, rdn(cn, der.UTF8String, "Công ty Thử nghiệm"), rdn(c, der.UTF8String, "VN"))))
	require.False(t, match(der.Encode(der.Sequence, rdn(c, der.UTF8String, "VN"), rdn(c, der.UTF8String, "Công ty Thử nghiệm"))))
	require.False(t, match(nil))
}

// TestLimits: each limit is an error, not a cut.
func TestLimits(t *testing.T) {
	id := newIdentity(t, big.NewInt(12))
	refuse := func(what string, edit func(sd *cmsdata.SignedData)) {
		t.Helper()
		sd := attached(t, id)
		edit(sd)
		raw, err := sd.Marshal()
		require.NoError(t, err)
		_, err = cmsdata.Parse(raw)
		var e *cmsdata.Error
		require.ErrorAs(t, err, &e, what)
		require.Equal(t, string(cmsdata.CodeTooMany), e.Code(), what)
		_, err = cmsdata.ParseStream(bytes.NewReader(raw), nil)
		require.ErrorAs(t, err, &e, what)
	}
	null := []byte{der.Null, 0}
	repeat := func(b []byte, n int) [][]byte {
		out := make([][]byte, n)
		for i := range out {
			out[i] = b
		}
		return out
	}
	refuse("certificates", func(sd *cmsdata.SignedData) { sd.Certificates = repeat(null, limits.CMSCertificates+1) })
	refuse("crls", func(sd *cmsdata.SignedData) { sd.CRLs = repeat(null, limits.CMSRevocation+1) })
	refuse("digests", func(sd *cmsdata.SignedData) { sd.DigestsRaw = repeat(null, limits.CMSDigests+1) })
	refuse("signers", func(sd *cmsdata.SignedData) {
		for range limits.CMSSigners {
			sd.Signers = append(sd.Signers, sd.Signers[0])
		}
	})
	refuse("attributes", func(sd *cmsdata.SignedData) {
		for range limits.CMSAttributes + 1 {
			sd.Signers[0].AddUnsigned(cmsdata.NewAttribute(cmsdata.OIDSignatureTimestamp, null))
		}
	})
	refuse("values", func(sd *cmsdata.SignedData) {
		sd.Signers[0].AddUnsigned(cmsdata.NewAttribute(cmsdata.OIDSignatureTimestamp, repeat(null, limits.CMSValues+1)...))
	})
}

func TestRefuses(t *testing.T) {
	id := newIdentity(t, big.NewInt(13))
	good, err := attached(t, id).Marshal()
	require.NoError(t, err)
	_, err = cmsdata.Parse(good)
	require.NoError(t, err)
	for i := range good {
		_, err := cmsdata.Parse(good[:i])
		var e *cmsdata.Error
		require.ErrorAs(t, err, &e)
		_, err = cmsdata.ParseStream(bytes.NewReader(good[:i]), nil)
		require.ErrorAs(t, err, &e)
	}
	_, err = cmsdata.Parse(append(bytes.Clone(good), 0))
	require.Error(t, err)
	sd, rest, err := cmsdata.ParsePrefix(append(bytes.Clone(good), 0, 1))
	require.NoError(t, err)
	require.Len(t, sd.Signers, 1)
	require.Equal(t, []byte{0, 1}, rest)

	data := der.Encode(der.Sequence, der.AppendOID(nil, cmsdata.OIDData), der.Encode(der.Context(0), der.Encode(der.OctetString, []byte(content))))
	_, err = cmsdata.Parse(data)
	var e *cmsdata.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, string(cmsdata.CodeNotSigned), e.Code())
}

// TestTolerated: what others write against the letter and what harms nobody.
func TestTolerated(t *testing.T) {
	id := newIdentity(t, big.NewInt(16))
	si := id.sign(t)
	raw := si.Marshal()
	e, err := der.NewBytesReader(raw).Element("SignerInfo")
	require.NoError(t, err)
	empty, err := cmsdata.ParseSignerInfo(der.Encode(der.Sequence, e.Content, []byte{der.Context(1), 0}))
	require.NoError(t, err, "empty unsigned attributes")
	require.NoError(t, empty.VerifySignature(id.cert.PublicKey, nil))
	_, err = cmsdata.ParseSignedAttributes([]byte{der.Set, 0})
	require.Error(t, err, "empty signed attributes")
}

// TestLargeContent: the limit of an element is not one of the content.
func TestLargeContent(t *testing.T) {
	id := newIdentity(t, big.NewInt(17))
	sd := attached(t, id)
	sd.Content = make([]byte, limits.DERElement+1)
	raw, err := sd.Marshal()
	require.NoError(t, err)
	got, err := cmsdata.Parse(raw)
	require.NoError(t, err)
	require.EqualValues(t, len(sd.Content), got.Size)
	got, err = cmsdata.ParseStream(bytes.NewReader(raw), nil)
	require.NoError(t, err)
	require.EqualValues(t, len(sd.Content), got.Size)
}

// TestHugeOID: attributes and contents of types whose numbers do not fit are kept, and are nobody's.
func TestHugeOID(t *testing.T) {
	id := newIdentity(t, big.NewInt(14))
	huge := append([]byte{der.OID, 12, 0x69}, 0x83, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)
	raw := der.Encode(der.Sequence, huge, der.Encode(der.Set, []byte{der.Null, 0}))
	si := id.sign(t, cmsdata.Attribute{Raw: raw})
	sd := cmsdata.New([]*x509.Certificate{id.cert}, si)
	out, err := sd.Marshal()
	require.NoError(t, err)
	got, err := cmsdata.Parse(out)
	require.NoError(t, err)
	require.NoError(t, got.Signers[0].VerifySignature(id.cert.PublicKey, nil))
	found := false
	for _, a := range got.Signers[0].SignedAttrs {
		found = found || a.Type == nil && bytes.Equal(a.Raw, raw)
	}
	require.True(t, found)
	_, err = got.Signers[0].ContentTypeAttr()
	require.NoError(t, err)
}

func seeds(f *testing.F) {
	id := newIdentity(f, big.NewInt(15))
	sd := attached(f, id)
	raw, err := sd.Marshal()
	require.NoError(f, err)
	f.Add(raw)
	sd.Attached, sd.Content = false, nil
	sd.CRLs = [][]byte{der.Encode(der.Sequence)}
	sd.Signers[0].AddUnsigned(cmsdata.NewAttribute(cmsdata.OIDSignatureTimestamp, []byte{der.Null, 0}))
	sd.Signers = append(sd.Signers, id.sign(f))
	raw, err = sd.Marshal()
	require.NoError(f, err)
	f.Add(raw)
	var out bytes.Buffer
	h, _ := alg.HashOf(crypto.SHA256)
	sd = cmsdata.New([]*x509.Certificate{id.cert}, id.sign(f))
	sd.DigestsRaw = [][]byte{h.Identifier()}
	require.NoError(f, sd.WriteIndefinite(&out, strings.NewReader(content), func(int64) error { return nil }))
	f.Add(out.Bytes())
	f.Add([]byte("0\x80\x06\t*\x86H\x86\xf7\r\x01\a\x02\xa0\x800\x80\x02\x01\x011\x00"))
}

// FuzzParse: memory and stream agree, what parses can be written and read again, and every error is one of ours.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, ber []byte) {
		sd, err := cmsdata.Parse(ber)
		if err != nil {
			var e *cmsdata.Error
			if !errors.As(err, &e) {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		for _, si := range sd.Signers {
			_, _ = si.ContentTypeAttr()
			_, _ = si.MessageDigest()
			_, _, _ = si.SigningTime()
			_, _ = si.SigningCertificateRefs()
			_, _, _ = si.AlgorithmsProtected()
			_, _ = si.Algorithm()
			if c := si.Certificate(sd.X509()); c != nil {
				_ = si.VerifySignature(c.PublicKey, nil)
			}
		}
		for _, raw := range sd.CRLs {
			_, _ = cmsdata.OCSPResponse(raw)
		}
		if sd.ContentType == nil {
			return
		}
		out, err := sd.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		again, err := cmsdata.Parse(out)
		if err != nil {
			t.Fatalf("%v: %x", err, out)
		}
		if len(again.Signers) != len(sd.Signers) || !bytes.Equal(again.Content, sd.Content) || len(again.Certificates) != len(sd.Certificates) {
			t.Fatal("another structure was written than read")
		}
	})
}

func FuzzParseStream(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, ber []byte) {
		whole, err := cmsdata.Parse(ber)
		var out bytes.Buffer
		calls := 0
		streamed, serr := cmsdata.ParseStream(iotest.HalfReader(bytes.NewReader(ber)), func([]crypto.Hash) (io.Writer, error) { calls++; return &out, nil })
		if (err == nil) != (serr == nil) {
			t.Fatalf("memory says %v, the stream %v", err, serr)
		}
		if err != nil {
			var e *cmsdata.Error
			if !errors.As(serr, &e) {
				t.Fatalf("%T %v", serr, serr)
			}
			return
		}
		if (calls == 1) != whole.Attached || calls > 1 || !bytes.Equal(out.Bytes(), whole.Content) || streamed.Size != whole.Size {
			t.Fatal("the content differs")
		}
		if len(streamed.Signers) != len(whole.Signers) || len(streamed.Certificates) != len(whole.Certificates) || len(streamed.CRLs) != len(whole.CRLs) {
			t.Fatal("the parts differ")
		}
		for i, si := range streamed.Signers {
			if !bytes.Equal(si.Raw, whole.Signers[i].Raw) || !bytes.Equal(si.SignedAttrsRaw, whole.Signers[i].SignedAttrsRaw) {
				t.Fatal("a signer differs")
			}
		}
	})
}
