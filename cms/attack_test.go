package cms_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/timestamp"
)

// C1: a signature over attributes is shown as one over a content that consists of their octets.
func TestC1SignedAttributeConfusion(t *testing.T) {
	pki, _ := testpki.Start(t)
	for _, name := range []string{"signer", "ec"} {
		clean := newForgery(t, pki, name)
		requireClean(t, clean.make())

		attack := newForgery(t, pki, name)
		attack.content = string(cmsdata.EncodeSignedAttributes(clean.attrs...))
		attack.noAttrs = true
		s := requireFlagged(t, attack.make(), cms.CodeAttributeConfusion)
		require.Equal(t, cms.Intact, s.SignatureIntegrity, "the value itself verifies: that is the attack")
		require.Equal(t, cms.Level(""), s.Level)

		// Detached, the same octets given beside it.
		attack.edit = func(sd *cmsdata.SignedData, _ *cmsdata.SignerInfo) { sd.Attached, sd.Content = false, nil }
		doc := read(t, attack.make(), attack.content)
		requireError(t, doc.Signatures[0], cms.CodeAttributeConfusion)

		// Signatures without attributes over ordinary content are read, with warnings; without attributes no other content type will do.
		plain := newForgery(t, pki, name)
		plain.noAttrs = true
		s = readRaw(t, plain.make()).Signatures[0]
		require.Equal(t, cms.Intact, s.SignatureIntegrity)
		require.Equal(t, cms.Intact, s.ContentIntegrity)
		require.Equal(t, []cms.Code{cms.CodeNoSignedAttributes, cms.CodeNoSigningCert}, codes(s.Findings))
		require.Equal(t, cms.Level(""), s.Level)
		plain.edit = func(sd *cmsdata.SignedData, _ *cmsdata.SignerInfo) { sd.ContentType = cmsdata.OIDTSTInfo }
		requireFlagged(t, plain.make(), cms.CodeNoSignedAttributes)
	}
}

// twin makes a certificate that has everything of another but its key and subject.
func twin(t testing.TB, pki *testpki.PKI, of *x509.Certificate, key crypto.PublicKey) *x509.Certificate {
	t.Helper()
	template := *of
	template.Subject.CommonName = "Kẻ mạo danh"
	template.RawSubject, template.ExtraExtensions, template.SignatureAlgorithm = nil, nil, 0
	raw, err := x509.CreateCertificate(rand.Reader, &template, pki.Issuer(), key, pki.Key("issuer"))
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(raw)
	require.NoError(t, err)
	require.Equal(t, of.SerialNumber, cert.SerialNumber)
	require.Equal(t, of.RawIssuer, cert.RawIssuer)
	return cert
}

// C2: another certificate takes the place of the signer's.
func TestC2CertificateSubstitution(t *testing.T) {
	pki, _ := testpki.Start(t)
	signer, other := pki.Certificate("ec"), pki.Key("ec384")
	sameKey := twin(t, pki, signer, signer.PublicKey)
	otherKey := twin(t, pki, signer, other.Public())
	requireClean(t, newForgery(t, pki, "ec").make())

	t.Run("same-key", func(t *testing.T) {
		f := newForgery(t, pki, "ec")
		f.certificates = []*x509.Certificate{sameKey}
		s := requireFlagged(t, f.make(), cms.CodeSigningCert)
		require.Equal(t, cms.SigningCertificate{Present: true, Match: false, Version: 2}, s.SigningCertificate)
		require.Equal(t, cms.ByKeyInfo, s.IdentifiedBy)
	})
	t.Run("beside", func(t *testing.T) {
		// The attribute decides, whatever the order.
		for _, certs := range [][]*x509.Certificate{{sameKey, signer}, {signer, sameKey}, {otherKey, signer}, {signer, otherKey}, {otherKey, sameKey, signer}} {
			f := newForgery(t, pki, "ec")
			f.certificates = certs
			f.edit = func(sd *cmsdata.SignedData, _ *cmsdata.SignerInfo) {
				for i, c := range certs { // New sorts
					sd.Certificates[i] = c.Raw
				}
			}
			s := requireClean(t, f.make())
			require.True(t, s.Certificate.Equal(signer))
		}
	})
	t.Run("no-attribute", func(t *testing.T) {
		// Nothing signed names the certificate: the one that verifies is shown, and the doubt is told.
		for _, certs := range [][]*x509.Certificate{{otherKey, signer}, {signer, otherKey}} {
			f := newForgery(t, pki, "ec")
			f.attrs, f.certificates = f.attrs[:2], certs
			s := requireFlagged(t, f.make(), cms.CodeCertificateSeveral)
			require.True(t, s.Certificate.Equal(signer))
			require.Equal(t, cms.Intact, s.SignatureIntegrity)
		}
		f := newForgery(t, pki, "ec")
		f.attrs = f.attrs[:2]
		s := readRaw(t, f.make()).Signatures[0]
		require.Equal(t, []cms.Code{cms.CodeNoSigningCert}, codes(s.Findings))
	})
	t.Run("versions-disagree", func(t *testing.T) {
		f := newForgery(t, pki, "ec")
		f.attrs = append(f.attrs, cmsdata.SigningCertificate(sameKey))
		requireFlagged(t, f.make(), cms.CodeSigningCert)
		f = newForgery(t, pki, "ec")
		f.attrs = append(f.attrs, cmsdata.SigningCertificate(signer))
		s := readRaw(t, f.make()).Signatures[0]
		require.Empty(t, s.Findings)
		require.True(t, s.SigningCertificate.Match)
	})
	t.Run("version-1", func(t *testing.T) {
		f := newForgery(t, pki, "ec")
		f.attrs[2] = cmsdata.SigningCertificate(signer)
		s := readRaw(t, f.make()).Signatures[0]
		require.Equal(t, cms.SigningCertificate{Present: true, Match: true, Version: 1}, s.SigningCertificate)
		require.Equal(t, []cms.Code{cms.CodeWeakReference}, codes(s.Findings))
		f.attrs[2] = cmsdata.SigningCertificate(sameKey)
		requireFlagged(t, f.make(), cms.CodeSigningCert)
	})
	t.Run("other-key", func(t *testing.T) {
		f := newForgery(t, pki, "ec")
		f.certificates = []*x509.Certificate{otherKey}
		s := requireFlagged(t, f.make(), cms.CodeSignature)
		require.Equal(t, cms.Broken, s.SignatureIntegrity)
	})
	t.Run("missing", func(t *testing.T) {
		f := newForgery(t, pki, "ec")
		f.certificates = nil
		s := requireFlagged(t, f.make(), cms.CodeCertificateMissing)
		require.Nil(t, s.Certificate)
		require.Equal(t, cms.Unknown, s.SignatureIntegrity)
		require.Equal(t, cms.ByNone, s.IdentifiedBy)
		require.Equal(t, cms.Level(""), s.Level)
	})
}

// C3: a certificate added to the bag changes nothing about the signer.
func TestC3TrustTransplant(t *testing.T) {
	pki, _ := testpki.Start(t)
	clean := requireClean(t, newForgery(t, pki, "signer").make())
	f := newForgery(t, pki, "signer")
	f.certificates = append(f.certificates, pki.GovRoot(), pki.Certificate("other"))
	s := requireClean(t, f.make())
	require.True(t, s.Certificate.Equal(clean.Certificate))
	require.Len(t, s.Certificates, 3)
}

// C4: structures that say two things at once, or more than they may.
func TestC4Structure(t *testing.T) {
	pki, _ := testpki.Start(t)
	requireClean(t, newForgery(t, pki, "signer").make())
	rsaWith := func(h crypto.Hash) []byte { return alg.Signature{Scheme: alg.RSAPKCS1v15, Hash: h}.Identifier() }
	contentType, messageDigest, signingCert := 0, 1, 2
	for _, c := range []struct {
		name string
		make func(f *forgery)
		code cms.Code
	}{
		{"digest-algorithm-other-than-signature-algorithm", func(f *forgery) { f.algorithm = rsaWith(crypto.SHA512) }, cms.CodeDigestMismatch},
		{"digest-algorithm-weaker", func(f *forgery) { f.hash = crypto.SHA1; f.attributes(); f.algorithm = rsaWith(crypto.SHA256) }, cms.CodeDigestMismatch},
		{"content-type-missing", func(f *forgery) { f.attrs = slices.Delete(f.attrs, contentType, contentType+1) }, cms.CodeAttributeMissing},
		{"message-digest-missing", func(f *forgery) { f.attrs = slices.Delete(f.attrs, messageDigest, messageDigest+1) }, cms.CodeAttributeMissing},
		{"content-type-other", func(f *forgery) { f.attrs[contentType] = cmsdata.ContentType(cmsdata.OIDTSTInfo) }, cms.CodeContentType},
		{"content-other-type", func(f *forgery) {
			f.edit = func(sd *cmsdata.SignedData, _ *cmsdata.SignerInfo) { sd.ContentType = cmsdata.OIDTSTInfo }
		}, cms.CodeContentType},
		{"message-digest-twice", func(f *forgery) {
			f.attrs = append(f.attrs, cmsdata.MessageDigest(digest(crypto.SHA256, []byte("khác"))))
		}, cms.CodeAttributeDuplicate},
		{"message-digest-same-twice", func(f *forgery) { f.attrs = append(f.attrs, f.attrs[messageDigest]) }, cms.CodeAttributeDuplicate},
		{"message-digest-two-values", func(f *forgery) {
			other := cmsdata.MessageDigest(digest(crypto.SHA256, []byte("khác")))
			f.attrs[messageDigest] = cmsdata.NewAttribute(cmsdata.OIDMessageDigest, f.attrs[messageDigest].Values[0], other.Values[0])
		}, cms.CodeAttributeDuplicate},
		{"message-digest-no-value", func(f *forgery) { f.attrs[messageDigest] = cmsdata.NewAttribute(cmsdata.OIDMessageDigest) }, cms.CodeAttributeDuplicate},
		{"content-type-twice", func(f *forgery) { f.attrs = append(f.attrs, cmsdata.ContentType(cmsdata.OIDTSTInfo)) }, cms.CodeAttributeDuplicate},
		{"content-type-two-values", func(f *forgery) {
			f.attrs[contentType] = cmsdata.NewAttribute(cmsdata.OIDContentType, der.AppendOID(nil, cmsdata.OIDData), der.AppendOID(nil, cmsdata.OIDTSTInfo))
		}, cms.CodeAttributeDuplicate},
		{"signing-time-twice", func(f *forgery) {
			f.attrs = append(f.attrs, cmsdata.SigningTime(pki.Now()), cmsdata.SigningTime(pki.Now().Add(time.Hour)))
		}, cms.CodeAttributeDuplicate},
		{"signing-certificate-twice", func(f *forgery) {
			f.attrs = append(f.attrs, cmsdata.SigningCertificateV2(pki.Certificate("other"), crypto.SHA256))
		}, cms.CodeAttributeDuplicate},
		{"signing-certificate-two-values", func(f *forgery) {
			other := cmsdata.SigningCertificateV2(pki.Certificate("other"), crypto.SHA256)
			f.attrs[signingCert] = cmsdata.NewAttribute(cmsdata.OIDSigningCertificateV2, f.attrs[signingCert].Values[0], other.Values[0])
		}, cms.CodeAttributeDuplicate},
		{"signing-certificate-malformed", func(f *forgery) {
			f.attrs[signingCert] = cmsdata.NewAttribute(cmsdata.OIDSigningCertificateV2, der.Encode(der.Sequence))
		}, cms.CodeAttributeMalformed},
		{"message-digest-malformed", func(f *forgery) {
			f.attrs[messageDigest] = cmsdata.NewAttribute(cmsdata.OIDMessageDigest, der.Encode(der.UTF8String, digest(crypto.SHA256, []byte(f.content))))
		}, cms.CodeAttributeMalformed},
		{"attributes-unsorted", func(f *forgery) { f.set = unsorted(f.attrs[2], f.attrs[1], f.attrs[0]) }, cms.CodeAttributesNotDER},
		{"attributes-unsorted-signed-sorted", func(f *forgery) {
			f.set, f.signed = unsorted(f.attrs[2], f.attrs[1], f.attrs[0]), cmsdata.EncodeSignedAttributes(f.attrs...)
		}, cms.CodeAttributesNotDER},
		{"attributes-long-length", func(f *forgery) {
			set := cmsdata.EncodeSignedAttributes(f.attrs...)
			f.set = append([]byte{der.Set, 0x83, 0, set[2], set[3]}, set[4:]...)
			if set[1] == 0x81 {
				f.set = append([]byte{der.Set, 0x82, 0, set[2]}, set[3:]...)
			}
		}, cms.CodeAttributesNotDER},
		{"attribute-value-in-pieces", func(f *forgery) {
			d := digest(crypto.SHA256, []byte(f.content))
			value := der.Encode(der.OctetString|0x20, der.Encode(der.OctetString, d[:16]), der.Encode(der.OctetString, d[16:]))
			f.attrs[messageDigest] = cmsdata.NewAttribute(cmsdata.OIDMessageDigest, value)
		}, cms.CodeAttributesNotDER},
		{"algorithm-protection-other", func(f *forgery) {
			protection := der.Encode(der.Sequence, mustHash(crypto.SHA1).Identifier(), der.Encode(der.Context(1), inside(rsaWith(crypto.SHA1))))
			f.attrs = append(f.attrs, cmsdata.NewAttribute(cmsdata.OIDAlgorithmProtection, protection))
		}, cms.CodeAlgorithmProtection},
		{"counter-signature-signed", func(f *forgery) {
			f.attrs = append(f.attrs, cmsdata.NewAttribute(cmsdata.OIDCounterSignature, der.Encode(der.Sequence)))
		}, cms.CodeAttributeMisplaced},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newForgery(t, pki, "signer")
			c.make(f)
			requireFlagged(t, f.make(), c.code)
		})
	}
	t.Run("clean-algorithm-protection", func(t *testing.T) {
		f := newForgery(t, pki, "signer")
		protection := der.Encode(der.Sequence, mustHash(crypto.SHA256).Identifier(), der.Encode(der.Context(1), inside(rsaWith(crypto.SHA256))))
		f.attrs = append(f.attrs, cmsdata.NewAttribute(cmsdata.OIDAlgorithmProtection, protection))
		requireClean(t, f.make())
	})
	t.Run("clean-signing-time", func(t *testing.T) {
		f := newForgery(t, pki, "signer")
		f.attrs = append(f.attrs, cmsdata.SigningTime(pki.Now()))
		require.Equal(t, cms.LevelBB, requireClean(t, f.make()).Level)
	})
}

// C4: what is no CMS file at all, or a file and something behind it.
func TestC4Refused(t *testing.T) {
	pki, _ := testpki.Start(t)
	raw := newForgery(t, pki, "ec").make()
	requireClean(t, raw)
	refused := func(name string, raw []byte) {
		t.Run(name, func(t *testing.T) {
			_, err := cms.Read(t.Context(), bytes.NewReader(raw), nil)
			var e *cms.Error
			require.ErrorAs(t, err, &e)
			_, err = cms.ReadDetached(t.Context(), raw, nil, nil)
			require.ErrorAs(t, err, &e)
		})
	}
	refused("trailing", append(slices.Clip(raw), 1))
	refused("twice", append(slices.Clip(raw), raw...))
	refused("truncated", raw[:len(raw)-1])
	refused("empty", nil)
	refused("text", []byte(text))
	// Zero octets are padding in a PDF and nowhere else.
	padded := append(slices.Clip(raw), 0, 0, 0)
	_, err := cms.Read(t.Context(), bytes.NewReader(padded), nil)
	require.Error(t, err)
	_, err = cms.ReadDetached(t.Context(), padded, nil, nil)
	require.NoError(t, err)

	// BER is no attack: the same file with indefinite lengths outside the signed attributes.
	f := newForgery(t, pki, "ec")
	ber := append([]byte{0x30, 0x80}, inside(f.make())...)
	requireClean(t, append(ber, 0, 0))
}

func inside(element []byte) []byte {
	e, err := der.NewBytesReader(element).Element("element")
	if err != nil {
		panic(err)
	}
	return e.Content
}

func mustHash(h crypto.Hash) alg.Hash {
	row, ok := alg.HashOf(h)
	if !ok {
		panic(h)
	}
	return row
}

// C6: ECDSA and Ed25519 values that are malformed or not the only encoding.
func TestC6Values(t *testing.T) {
	pki, _ := testpki.Start(t)
	requireClean(t, newForgery(t, pki, "ec").make())
	for name, value := range map[string][]byte{
		"zero":     der.Encode(der.Sequence, der.AppendInt(nil, 0), der.AppendInt(nil, 0)),
		"one":      der.Encode(der.Sequence, der.AppendInt(nil, 1), der.AppendInt(nil, 1)),
		"negative": der.Encode(der.Sequence, der.AppendInt(nil, -1), der.AppendInt(nil, 1)),
		"empty":    {},
		"null":     {der.Null, 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := newForgery(t, pki, "ec")
			f.sign = func([]byte) []byte { return value }
			requireFlagged(t, f.make(), cms.CodeSignature)
		})
	}
	edit := func(name string, change func(value []byte) []byte) []byte {
		f := newForgery(t, pki, name)
		if name == "ed25519" {
			f.hash = crypto.SHA512
			f.attributes()
		}
		f.edit = func(_ *cmsdata.SignedData, si *cmsdata.SignerInfo) { si.Signature = change(si.Signature) }
		return f.make()
	}
	same := func(v []byte) []byte { return v }
	requireClean(t, edit("ed25519", same))
	requireFlagged(t, edit("ec", func(v []byte) []byte { return append(v, 0) }), cms.CodeSignature)
	requireFlagged(t, edit("ec", func(v []byte) []byte { // a long length
		return append([]byte{0x30, 0x81, v[1]}, v[2:]...)
	}), cms.CodeSignature)
	requireFlagged(t, edit("ed25519", func(v []byte) []byte { // S + L
		order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
		s := slices.Clone(v[32:])
		slices.Reverse(s)
		plus := new(big.Int).Add(new(big.Int).SetBytes(s), order).FillBytes(make([]byte, 32))
		slices.Reverse(plus)
		return append(slices.Clone(v[:32]), plus...)
	}), cms.CodeSignature)
}

// C8: digests for which collisions can be made.
func TestC8WeakDigest(t *testing.T) {
	pki, _ := testpki.Start(t)
	requireClean(t, newForgery(t, pki, "signer").make())
	for _, h := range []crypto.Hash{crypto.SHA1, crypto.MD5} {
		f := newForgery(t, pki, "signer")
		f.hash = h
		f.attributes()
		s := requireFlagged(t, f.make(), cms.CodeWeakDigest)
		require.Equal(t, cms.Intact, s.SignatureIntegrity, "weak, not wrong")
		require.Equal(t, cms.Intact, s.ContentIntegrity)
	}
	_, err := cms.Prepare(t.Context(), strings.NewReader(text), pki.Chain("signer"), &cms.Options{Hash: crypto.SHA1})
	require.ErrorIs(t, err, codeErr(cms.CodeKey), "never to sign")
}

// C9: ML-DSA is not taken yet, in any of its forms, and said by name.
func TestC9MLDSA(t *testing.T) {
	pki, _ := testpki.Start(t)
	requireClean(t, newForgery(t, pki, "signer").make())
	for last, name := range map[int]string{17: "ML-DSA-44", 18: "ML-DSA-65", 19: "ML-DSA-87", 32: "HashML-DSA-44"} {
		for _, params := range [][]byte{nil, {der.Null, 0}} {
			f := newForgery(t, pki, "signer")
			f.algorithm = der.Encode(der.Sequence, der.AppendOID(nil, asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, last}), params)
			s := requireFlagged(t, f.make(), cms.CodeAlgorithm)
			require.Equal(t, cms.Unknown, s.SignatureIntegrity)
			require.Contains(t, s.Findings[0].Text("en"), name)
		}
	}
}

// C10: certificates without a signer are no signature.
func TestC10NoSigner(t *testing.T) {
	pki, _ := testpki.Start(t)
	requireClean(t, newForgery(t, pki, "signer").make())
	f := newForgery(t, pki, "signer")
	f.edit = func(sd *cmsdata.SignedData, _ *cmsdata.SignerInfo) { sd.Signers = nil }
	doc := readRaw(t, f.make())
	require.Empty(t, doc.Signatures)
	require.Len(t, doc.Certificates, 1)

	// As certificates are handed out in PKCS#7 files: no content either.
	sd := cmsdata.New(pki.Chain("signer"))
	raw, err := sd.Marshal()
	require.NoError(t, err)
	require.Empty(t, readRaw(t, raw).Signatures)
}

// T1: a time-stamp over something else.
func TestT1TimestampUnbound(t *testing.T) {
	pki, _ := testpki.Start(t)
	opts := &cms.Options{Level: cms.LevelBT, Attached: true, Timestamper: pki.TSAClient()}
	one, two := sign(t, pki, "ec", text, opts), sign(t, pki, "ec", text+".", opts)
	requireClean(t, one)
	a, err := cmsdata.Parse(one)
	require.NoError(t, err)
	b, err := cmsdata.Parse(two)
	require.NoError(t, err)
	si := a.Signers[0]
	si.UnsignedAttrs = nil
	si.AddUnsigned(b.Signers[0].UnsignedAttrs[0])
	raw, err := a.Marshal()
	require.NoError(t, err)
	ts := readRaw(t, raw).Signatures[0].Timestamps[0]
	require.Equal(t, cms.Broken, ts.ContentIntegrity)
	require.Equal(t, cms.Intact, ts.SignatureIntegrity)
	require.Equal(t, []cms.Code{cms.CodeTimestampUnbound, timestamp.CodeImprint}, codes(ts.Findings))
}
