package cms_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/testpki"
)

// counterSign makes a counter-signature attribute over a signature value.
func counterSign(t testing.TB, pki *testpki.PKI, name string, value []byte, more ...cmsdata.Attribute) *cmsdata.SignerInfo {
	t.Helper()
	cert := pki.Certificate(name)
	a, err := alg.ForKey(cert.PublicKey, crypto.SHA256, false)
	require.NoError(t, err)
	attrs := append([]cmsdata.Attribute{
		cmsdata.MessageDigest(digest(crypto.SHA256, value)),
		cmsdata.SigningCertificateV2(cert, crypto.SHA256),
		cmsdata.SigningTime(pki.Now()),
	}, more...)
	set := cmsdata.EncodeSignedAttributes(attrs...)
	sig, err := pki.Key(name).Sign(nil, digest(crypto.SHA256, set), crypto.SHA256)
	require.NoError(t, err)
	return cmsdata.NewSignerInfo(cert, crypto.SHA256, a, set, sig)
}

func attribute(si *cmsdata.SignerInfo) cmsdata.Attribute {
	return cmsdata.NewAttribute(cmsdata.OIDCounterSignature, si.Marshal())
}

func TestCounterSignatures(t *testing.T) {
	pki, _ := testpki.Start(t)
	f := newForgery(t, pki, "ec")
	f.certificates = append(f.certificates, pki.Certificate("signer"), pki.Certificate("ec384"))
	f.edit = func(_ *cmsdata.SignedData, si *cmsdata.SignerInfo) {
		outer := counterSign(t, pki, "signer", si.Signature)
		outer.AddUnsigned(attribute(counterSign(t, pki, "ec384", outer.Signature)))
		si.AddUnsigned(attribute(outer))
		si.AddUnsigned(attribute(counterSign(t, pki, "ec384", []byte("khác"))))
		si.AddUnsigned(attribute(counterSign(t, pki, "ec384", si.Signature, cmsdata.ContentType(cmsdata.OIDData))))
	}
	s := requireClean(t, f.make())
	require.Len(t, s.CounterSignatures, 3)
	first := s.CounterSignatures[0]
	requireIntact(t, first)
	require.True(t, first.Certificate.Equal(pki.Certificate("signer")))
	require.Equal(t, cms.LevelBB, first.Level)
	require.Len(t, first.CounterSignatures, 1)
	requireIntact(t, first.CounterSignatures[0])
	require.Equal(t, cms.Broken, s.CounterSignatures[1].ContentIntegrity)
	require.Equal(t, cms.Intact, s.CounterSignatures[1].SignatureIntegrity)
	requireError(t, s.CounterSignatures[1], cms.CodeContentDigest)
	require.Equal(t, []cms.Code{cms.CodeAttributeMisplaced}, codes(s.CounterSignatures[2].Findings))

	// Nested without end, and garbage: said, not followed.
	f.edit = func(_ *cmsdata.SignedData, si *cmsdata.SignerInfo) {
		chain := counterSign(t, pki, "ec384", nil)
		for range limits.CMSCounter + 1 {
			next := counterSign(t, pki, "ec384", nil)
			next.AddUnsigned(attribute(chain))
			chain = next
		}
		si.AddUnsigned(attribute(chain))
		si.AddUnsigned(cmsdata.NewAttribute(cmsdata.OIDCounterSignature, []byte{5, 0}))
	}
	s = readRaw(t, f.make()).Signatures[0]
	requireError(t, s, cms.CodeCounterMalformed)
	depth := 0
	for ; len(s.CounterSignatures) > 0; s = s.CounterSignatures[0] {
		depth++
	}
	require.Equal(t, limits.CMSCounter, depth)
	requireError(t, s, cms.CodeCounterDepth)
}

func TestContentTimestamp(t *testing.T) {
	pki, _ := testpki.Start(t)
	token, err := pki.TSAClient().Timestamp(t.Context(), digest(crypto.SHA512, []byte(text)), crypto.SHA512)
	require.NoError(t, err)
	f := newForgery(t, pki, "ec")
	f.attrs = append(f.attrs, cmsdata.NewAttribute(cmsdata.OIDContentTimestamp, token.Raw))
	s := requireClean(t, f.make()) // its hash is not among digestAlgorithms: a second pass finds it
	require.Len(t, s.Timestamps, 1)
	require.Equal(t, cms.ContentTimestamp, s.Timestamps[0].Kind)

	f.edit = func(sd *cmsdata.SignedData, _ *cmsdata.SignerInfo) { sd.Attached, sd.Content = false, nil }
	raw := f.make()
	requireIntact(t, read(t, raw, text).Signatures[0])
	require.Equal(t, cms.Broken, read(t, raw, text+".").Signatures[0].Timestamps[0].ContentIntegrity)
	require.Equal(t, cms.Unknown, readRaw(t, raw).Signatures[0].Timestamps[0].ContentIntegrity)
}

// loosen rewrites DER as BER: every constructed element with an indefinite length, octet strings in pieces, long lengths elsewhere. The
// elements in keep stay as they are.
func loosen(t testing.TB, element []byte, keep ...[]byte) []byte {
	for _, k := range keep {
		if bytes.Equal(element, k) {
			return element
		}
	}
	e, err := der.NewBytesReader(element).Element("element")
	require.NoError(t, err)
	switch {
	case e.ID&0x20 != 0:
		out := []byte{e.ID, 0x80}
		d := der.NewBytesReader(e.Content)
		for {
			more, err := d.More()
			require.NoError(t, err)
			if !more {
				return append(out, 0, 0)
			}
			child, err := d.Element("child")
			require.NoError(t, err)
			out = append(out, loosen(t, child.Raw, keep...)...)
		}
	case e.ID == der.OctetString:
		half := len(e.Content) / 2
		inner := append([]byte{0x24, 0x80}, der.Encode(der.OctetString, e.Content[:half])...)
		return append(append(append([]byte{0x24, 0x80}, append(inner, 0, 0)...), der.Encode(der.OctetString, e.Content[half:])...), 0, 0)
	}
	return append([]byte{e.ID, 0x84, 0, 0, byte(len(e.Content) >> 8), byte(len(e.Content))}, e.Content...)
}

// TestBER: everything but what must be DER (certificates, signed attributes) in the loosest BER.
func TestBER(t *testing.T) {
	pki, _ := testpki.Start(t)
	for _, name := range names {
		for _, attached := range []bool{false, true} {
			raw := sign(t, pki, name, text, &cms.Options{Attached: attached, Level: cms.LevelBT, Timestamper: pki.TSAClient()})
			sd, err := cmsdata.Parse(raw)
			require.NoError(t, err)
			si := sd.Signers[0]
			attrs := bytes.Clone(si.SignedAttrsRaw)
			attrs[0] = der.Context(0)
			token, err := cmsdata.Parse(si.UnsignedAttrs[0].Values[0])
			require.NoError(t, err)
			tokenAttrs := bytes.Clone(token.Signers[0].SignedAttrsRaw)
			tokenAttrs[0] = der.Context(0)
			keep := append(append(sd.Certificates, token.Certificates...), attrs, tokenAttrs)
			loose := loosen(t, raw, keep...)
			require.NotEqual(t, raw, loose)
			opts := &cms.ReadOptions{}
			if !attached {
				opts.Content = strings.NewReader(text)
			}
			doc, err := cms.Read(t.Context(), iotest.OneByteReader(bytes.NewReader(loose)), opts)
			require.NoError(t, err)
			requireIntact(t, doc.Signatures[0])
			require.Equal(t, cms.LevelBT, doc.Signatures[0].Level)

			// And back: nothing was lost.
			tight, err := der.Normalize(loose)
			require.NoError(t, err)
			require.Equal(t, raw, tight)
		}
	}
}

// TestUndeclaredDigest: a signer's hash that digestAlgorithms does not announce.
func TestUndeclaredDigest(t *testing.T) {
	pki, _ := testpki.Start(t)
	f := newForgery(t, pki, "ec")
	sha512, _ := alg.HashOf(crypto.SHA512)
	f.edit = func(sd *cmsdata.SignedData, _ *cmsdata.SignerInfo) { sd.DigestsRaw = [][]byte{sha512.Identifier()} }
	raw := f.make()
	requireClean(t, raw) // a file can be read twice
	doc, err := cms.Read(t.Context(), io.MultiReader(bytes.NewReader(raw)), nil)
	require.NoError(t, err)
	require.Equal(t, cms.Unknown, doc.Signatures[0].ContentIntegrity)
	require.Equal(t, cms.Intact, doc.Signatures[0].SignatureIntegrity)
	require.Equal(t, []cms.Code{cms.CodeDigestUndeclared}, codes(doc.Signatures[0].Findings))
}

// TestChangedOctets flips every octet of a small file, one at a time: nothing passes as it did before but what nobody signs.
func TestChangedOctets(t *testing.T) {
	pki, _ := testpki.Start(t)
	raw := newForgery(t, pki, "ec").make()
	requireClean(t, raw)
	sd, err := cmsdata.Parse(raw)
	require.NoError(t, err)
	cert := bytes.Index(raw, sd.Certificates[0])
	for i := range raw {
		if i >= cert && i < cert+len(sd.Certificates[0]) && i%7 != 0 {
			continue // a sample of the certificate is enough
		}
		changed := bytes.Clone(raw)
		changed[i] ^= 1
		doc, err := cms.Read(t.Context(), bytes.NewReader(changed), nil)
		if err != nil {
			var e *cms.Error
			require.ErrorAs(t, err, &e)
			continue
		}
		if len(doc.Signatures) == 0 {
			continue
		}
		s := doc.Signatures[0]
		intact := s.ContentIntegrity == cms.Intact && s.SignatureIntegrity == cms.Intact && s.SigningCertificate.Match && len(s.Findings) == 0
		if intact && !harmless(sd, raw, changed, i) {
			t.Errorf("octet %d of %d was changed and nothing is said", i, len(raw))
		}
	}
}

// harmless are the octets that no signature covers and that change nothing: version numbers, the list of hashes, upper and lower case in
// the issuer's name.
func harmless(sd *cmsdata.SignedData, raw, changed []byte, i int) bool {
	si, issuer := bytes.Index(raw, sd.Signers[0].Raw), sd.Signers[0].ID.Issuer
	if at := si + bytes.Index(raw[si:], issuer); i >= at && i < at+len(issuer) {
		return bytes.EqualFold(issuer, changed[at:at+len(issuer)])
	}
	head := bytes.Index(raw, sd.DigestsRaw[0])
	return i >= head-3 && i < head+len(sd.DigestsRaw[0]) || i < si+8 && i >= si
}

// TestNamesakes: a crowd of certificates that could be the signer's is told, and costs little.
func TestNamesakes(t *testing.T) {
	pki, _ := testpki.Start(t)
	f := newForgery(t, pki, "ec")
	for i := range 40 {
		f.certificates = append(f.certificates, twin(t, pki, withSerial(f.cert, i), pki.Key("ec384").Public()))
	}
	f.attrs = f.attrs[:2]
	requireFlagged(t, f.make(), cms.CodeCertificateSeveral)
}

func TestReadCancelled(t *testing.T) {
	pki, _ := testpki.Start(t)
	raw := sign(t, pki, "ec", text, &cms.Options{Attached: true})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := cms.Read(ctx, bytes.NewReader(raw), nil)
	require.ErrorIs(t, err, context.Canceled)
	_, err = cms.ReadDetached(ctx, raw, nil, nil)
	require.ErrorIs(t, err, context.Canceled)
	err = cms.AddSignature(ctx, io.Discard, raw, nil, pki.Signer("ec"), nil)
	require.ErrorIs(t, err, context.Canceled)
}

// TestTexts: every code has its text in both languages.
func TestTexts(t *testing.T) {
	src, err := os.ReadFile("codes.go")
	require.NoError(t, err)
	inner, err := os.ReadFile("../internal/cmsdata/errors.go")
	require.NoError(t, err)
	found := regexp.MustCompile(`"(cms\.[a-z-]+)"`).FindAllSubmatch(append(src, inner...), -1)
	require.Greater(t, len(found), 40)
	used := map[string]bool{}
	for _, m := range found {
		used[string(m[1])] = true
		require.True(t, i18n.Has(string(m[1])), string(m[1]))
		require.NotEqual(t, i18n.Text(string(m[1]), i18n.English, nil), i18n.Text(string(m[1]), i18n.Vietnamese, nil))
	}
	for _, c := range i18n.Codes() {
		if strings.HasPrefix(c, "cms.") {
			require.True(t, used[c], "%s has a text and no use", c)
		}
	}
}

func FuzzRead(f *testing.F) {
	pki, _ := testpki.Start(f)
	f.Add(sign(f, pki, "ec", text, nil), text)
	f.Add(sign(f, pki, "ec", text, &cms.Options{Attached: true, Level: cms.LevelBT, Timestamper: pki.TSAClient()}), "")
	var ber bytes.Buffer
	require.NoError(f, cms.Sign(f.Context(), &ber, io.MultiReader(strings.NewReader(text)), pki.Signer("ed25519"), &cms.Options{Attached: true}))
	f.Add(ber.Bytes(), "")
	forged := newForgery(f, pki, "ec")
	forged.edit = func(_ *cmsdata.SignedData, si *cmsdata.SignerInfo) {
		si.AddUnsigned(attribute(counterSign(f, pki, "ec384", si.Signature)))
	}
	f.Add(forged.make(), "")
	f.Fuzz(func(t *testing.T, raw []byte, content string) {
		opts := &cms.ReadOptions{Certificates: []*x509.Certificate{pki.Certificate("ec")}}
		if content != "" {
			opts.Content = strings.NewReader(content)
		}
		doc, err := cms.Read(t.Context(), bytes.NewReader(raw), opts)
		if err != nil {
			var e *cms.Error
			if !errors.As(err, &e) {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		for _, s := range doc.Signatures {
			if s.ContentIntegrity == "" || s.SignatureIntegrity == "" || s.IdentifiedBy == "" {
				t.Fatal("a fact is missing")
			}
			if s.SignatureIntegrity == cms.Intact && s.Certificate == nil {
				t.Fatal("intact under no certificate")
			}
			for _, f := range s.Findings {
				if f.Text("en") == string(f.Code) {
					t.Fatalf("no text for %s", f.Code)
				}
			}
		}
		_, err = cms.ReadDetached(t.Context(), raw, nil, opts)
		if err != nil {
			t.Fatalf("the stream was read, the memory not: %v", err)
		}
	})
}

func FuzzState(f *testing.F) {
	pki, _ := testpki.Start(f)
	for _, name := range []string{"ec", "ed25519"} {
		p, err := cms.Prepare(f.Context(), strings.NewReader(text), pki.Chain(name), nil)
		require.NoError(f, err)
		raw, err := p.MarshalJSON()
		require.NoError(f, err)
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var p cms.PreparedSignature
		if err := p.UnmarshalJSON(raw); err != nil {
			var e *cms.Error
			if !errors.As(err, &e) {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		r := p.Request()
		if (r.Digest == nil) == (r.Message == nil) {
			t.Fatal("a request for nothing")
		}
		if _, err := p.FinishDER(t.Context(), []byte{1}, nil); err == nil {
			t.Fatal("finished with nothing")
		}
	})
}
