package cms_test

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/trust"
)

// rebuild changes a file and writes it anew.
func rebuild(t testing.TB, raw []byte, change func(sd *cmsdata.SignedData)) []byte {
	t.Helper()
	sd, err := cmsdata.Parse(bytes.Clone(raw))
	require.NoError(t, err)
	change(sd)
	out, err := sd.Marshal()
	require.NoError(t, err)
	return out
}

// editArchive changes the token of the first archive time-stamp.
func editArchive(t testing.TB, raw []byte, change func(token *cmsdata.SignerInfo)) []byte {
	t.Helper()
	return rebuild(t, raw, func(sd *cmsdata.SignedData) {
		si := sd.Signers[0]
		for i, a := range si.UnsignedAttrs {
			if !a.Type.Equal(cmsdata.OIDArchiveTimestampV3) {
				continue
			}
			token := rebuild(t, a.Values[0], func(sd *cmsdata.SignedData) { change(sd.Signers[0]) })
			si.UnsignedAttrs[i] = cmsdata.NewAttribute(a.Type, token)
			si.Raw = nil
			return
		}
		t.Fatal("no archive time-stamp")
	})
}

// withIndexes gives a token's signer other unsigned attributes.
func withIndexes(indexes ...cmsdata.Attribute) func(*cmsdata.SignerInfo) {
	return func(token *cmsdata.SignerInfo) {
		token.UnsignedAttrs = nil
		for _, x := range indexes {
			token.AddUnsigned(x)
		}
		token.Raw = nil
	}
}

// TestT7Index: what the index of an archive time-stamp lists must be there; what it does not list is not proved; and there is one index.
func TestT7Index(t *testing.T) {
	pki, _ := testpki.Start(t)
	o := archive(pki)
	o.Attached = true
	clean := sign(t, pki, "ec", text, o)
	s := requireClean(t, clean)
	requireCovered(t, s)
	sd, err := cmsdata.Parse(clean)
	require.NoError(t, err)
	stamp := s.Timestamps[1]
	indexes, err := cmsdata.HashIndexes(stamp.Token.SignedData().Signers[0])
	require.NoError(t, err)
	require.Len(t, indexes, 1)
	index := indexes[0]
	require.Equal(t, 3, index.Version)
	require.Len(t, index.Attributes, 1)

	stranger := pki.Certificate("person").Raw
	list, err := pki.CRL("issuer")
	require.NoError(t, err)
	listed := func(raw []byte, list [][]byte) bool {
		for _, h := range list {
			if bytes.Equal(h, digest(crypto.SHA256, raw)) {
				return true
			}
		}
		return false
	}
	otherTime := cmsdata.NewAttribute(cmsdata.OIDATSHashIndexV3, der.Encode(der.Sequence, sd.Signers[0].DigestRaw, []byte{0x30, 0}, []byte{0x30, 0}, []byte{0x30, 0}))
	for _, c := range []struct {
		what      string
		raw       []byte
		integrity cms.Integrity
		code      cms.Code // "": no finding
	}{
		{"a certificate that was added", rebuild(t, clean, func(sd *cmsdata.SignedData) { sd.AddCertificate(stranger) }), cms.Intact, ""},
		{"a CRL that was added", rebuild(t, clean, func(sd *cmsdata.SignedData) { sd.AddCRL(list) }), cms.Intact, ""},
		{"an attribute that was added", rebuild(t, clean, func(sd *cmsdata.SignedData) {
			sd.Signers[0].AddUnsigned(cmsdata.NewAttribute(cmsdata.OIDContentHints, []byte{5, 0}))
		}), cms.Intact, ""},
		{"certificates in another order", rebuild(t, clean, func(sd *cmsdata.SignedData) {
			sd.Certificates[0], sd.Certificates[1] = sd.Certificates[1], sd.Certificates[0]
		}), cms.Intact, ""},
		{"a certificate that is gone", rebuild(t, clean, func(sd *cmsdata.SignedData) {
			for i, raw := range sd.Certificates {
				if listed(raw, index.Certificates) && !bytes.Equal(raw, pki.Certificate("ec").Raw) {
					sd.Certificates = append(sd.Certificates[:i:i], sd.Certificates[i+1:]...)
					return
				}
			}
		}), cms.Broken, cms.CodeArchiveAbsent},
		{"an OCSP response that is gone", rebuild(t, clean, func(sd *cmsdata.SignedData) {
			for i, raw := range sd.CRLs {
				if listed(raw, index.CRLs) {
					sd.CRLs = append(sd.CRLs[:i:i], sd.CRLs[i+1:]...)
					return
				}
			}
		}), cms.Broken, cms.CodeArchiveAbsent},
		{"an OCSP response that was changed", rebuild(t, clean, func(sd *cmsdata.SignedData) {
			for i, raw := range sd.CRLs {
				if listed(raw, index.CRLs) {
					sd.CRLs[i] = bytes.Clone(raw)
					sd.CRLs[i][len(raw)-1]++
					return
				}
			}
		}), cms.Broken, cms.CodeArchiveAbsent},
		{"a signature time-stamp that was replaced", rebuild(t, clean, func(sd *cmsdata.SignedData) {
			si := sd.Signers[0]
			token, err := pki.TSAClient().Timestamp(t.Context(), digest(crypto.SHA256, si.Signature), crypto.SHA256)
			require.NoError(t, err)
			si.UnsignedAttrs[0] = cmsdata.NewAttribute(cmsdata.OIDSignatureTimestamp, token.Raw)
			si.Raw = nil
		}), cms.Broken, cms.CodeArchiveAbsent},
		{"no index", editArchive(t, clean, withIndexes()), cms.Unknown, cms.CodeArchiveNoIndex},
		{"two indexes", editArchive(t, clean, withIndexes(index.Attribute(), otherTime)), cms.Unknown, cms.CodeArchiveIndexes},
		{"two values", editArchive(t, clean, withIndexes(cmsdata.NewAttribute(cmsdata.OIDATSHashIndexV3, index.Raw, otherTime.Values[0]))), cms.Unknown, cms.CodeArchiveIndexes},
		{"two versions", editArchive(t, clean, withIndexes(index.Attribute(), cmsdata.NewAttribute(cmsdata.OIDATSHashIndex, index.Raw))), cms.Unknown, cms.CodeArchiveIndexes},
		{"an index that lists less", editArchive(t, clean, withIndexes(otherTime)), cms.Broken, cms.CodeTimestampUnbound},
		{"an index that cannot be read", editArchive(t, clean, withIndexes(cmsdata.NewAttribute(cmsdata.OIDATSHashIndexV3, []byte{0x30, 2, 5, 0}))), cms.Unknown, cms.CodeAttributeMalformed},
		{"an index under another type", editArchive(t, clean, withIndexes(cmsdata.NewAttribute(cmsdata.OIDATSHashIndex, index.Raw))), cms.Broken, cms.CodeArchiveAbsent},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := readRaw(t, c.raw).Signatures[0]
			last := s.Timestamps[1]
			require.Equal(t, cms.Intact, last.SignatureIntegrity, "nothing of this is signed by the token")
			require.Equal(t, c.integrity, last.ContentIntegrity)
			if c.code == "" {
				require.Empty(t, last.Findings)
			} else {
				require.NotEmpty(t, last.Findings)
				require.Equal(t, c.code, last.Findings[0].Code)
				require.Empty(t, last.Covers)
			}
			require.NotContains(t, last.Covers, trust.DigestOf(stranger))
			require.NotContains(t, last.Covers, trust.DigestOf(list))
		})
	}
}

// TestT1ArchiveElsewhere: an archive time-stamp of another signature, or over another content.
func TestT1ArchiveElsewhere(t *testing.T) {
	pki, _ := testpki.Start(t)
	o := archive(pki)
	one, two := sign(t, pki, "ec", text, o), sign(t, pki, "ec", text, o)
	theirs, err := cmsdata.Parse(two)
	require.NoError(t, err)
	swapped := rebuild(t, one, func(sd *cmsdata.SignedData) {
		sd.CRLs = append(sd.CRLs, theirs.CRLs...)
		si := sd.Signers[0]
		si.UnsignedAttrs = theirs.Signers[0].UnsignedAttrs // all of them, so that nothing that the index lists is missing
		si.Raw = nil
	})
	s := read(t, swapped, text).Signatures[0]
	for _, ts := range s.Timestamps {
		require.Equal(t, cms.Broken, ts.ContentIntegrity)
		require.Empty(t, ts.Covers)
	}
	s = read(t, one, text+".").Signatures[0]
	require.Equal(t, cms.Broken, s.Timestamps[1].ContentIntegrity)
	require.Equal(t, cms.Unknown, readRaw(t, one).Signatures[0].Timestamps[1].ContentIntegrity, "without its content nothing can be said")
	requireIntact(t, read(t, one, text).Signatures[0])
}

// TestT5Order: an archive time-stamp that is older than what it covers is named when read, and refused when made.
func TestT5Order(t *testing.T) {
	pki, _ := testpki.Start(t)
	now := pki.Now()
	raw := sign(t, pki, "ec", text, &cms.Options{Attached: true, Level: cms.LevelBLT, Timestamper: pki.TSAClient(), Collector: collector{pki}})
	pki.SetTime(now.Add(-time.Hour)) // the second authority's clock
	sd, err := cmsdata.Parse(raw)
	require.NoError(t, err)
	si := sd.Signers[0]
	index := cmsdata.NewHashIndex(sd, si, crypto.SHA256)
	imprint := cmsdata.ArchiveImprint(crypto.SHA256, sd.ContentType, digest(crypto.SHA256, []byte(text)), si, index)
	token, err := pki.TSAClient().Timestamp(t.Context(), imprint, crypto.SHA256)
	require.NoError(t, err)
	token, err = token.WithUnsigned(index.Attribute())
	require.NoError(t, err)
	si.AddUnsigned(cmsdata.NewAttribute(cmsdata.OIDArchiveTimestampV3, token.Raw))
	early, err := sd.Marshal()
	require.NoError(t, err)
	last := readRaw(t, early).Signatures[0].Timestamps[1]
	require.Equal(t, cms.Intact, last.ContentIntegrity)
	require.Equal(t, []cms.Code{cms.CodeTimestampOrder}, codes(last.Findings))

	var out bytes.Buffer
	err = cms.Extend(t.Context(), &out, bytes.NewReader(raw), extendOptions(pki, cms.LevelBLTA, ""))
	require.ErrorIs(t, err, codeErr(cms.CodeTimestampOrder))
	require.Zero(t, out.Len())
	pki.SetTime(now.Add(time.Hour))
	requireClean(t, extend(t, pki, raw, cms.LevelBLTA, ""))
}

// TestCovers: what each kind of time-stamp proves.
func TestCovers(t *testing.T) {
	pki, _ := testpki.Start(t)
	token, err := pki.TSAClient().Timestamp(t.Context(), digest(crypto.SHA256, []byte(text)), crypto.SHA256)
	require.NoError(t, err)
	f := newForgery(t, pki, "ec")
	f.attrs = append(f.attrs, cmsdata.NewAttribute(cmsdata.OIDContentTimestamp, token.Raw), cmsdata.SigningTime(pki.Now()))
	f.edit = func(_ *cmsdata.SignedData, si *cmsdata.SignerInfo) {
		si.AddUnsigned(attribute(counterSign(t, pki, "signer", si.Signature)))
	}
	f.certificates = append(f.certificates, pki.Certificate("signer"))
	raw := extend(t, pki, f.make(), cms.LevelBLTA, "")
	s := requireClean(t, raw)
	require.Len(t, s.Timestamps, 3)
	require.Equal(t, []trust.Digest{trust.DigestOf([]byte(text))}, s.Timestamps[0].Covers)
	require.Equal(t, []trust.Digest{trust.DigestOf(s.Value)}, s.Timestamps[1].Covers)
	covers := s.Timestamps[2].Covers
	require.Contains(t, covers, trust.DigestOf(s.CounterSignatures[0].Value))
	require.Contains(t, covers, trust.DigestOf(s.Timestamps[1].Token.Raw))
	for _, c := range s.Timestamps[1].Token.Certificates() {
		require.Contains(t, covers, trust.DigestOf(c.Raw))
	}
	evidence := s.Evidence()
	for _, c := range s.Timestamps[0].Token.Certificates() {
		require.Contains(t, evidence.Certificates, c)
	}
	doc := readRaw(t, raw)
	require.NotEmpty(t, doc.OCSPs)
	require.Subset(t, evidence.OCSPs, doc.OCSPs)
	// The counter-signer's evidence came with it, and all but that of the archive time-stamp itself is covered.
	require.Contains(t, evidence.Certificates, pki.Certificate("signer"))
	n := 0
	for _, response := range doc.OCSPs {
		for _, c := range covers {
			if c == trust.DigestOf(response) {
				n++
				break
			}
		}
	}
	require.Greater(t, n, 3)
	require.Less(t, n, len(doc.OCSPs))
}

// TestLevelWith: the levels of evidence fall to B-T where it is not complete.
func TestLevelWith(t *testing.T) {
	pki, _ := testpki.Start(t)
	o := archive(pki)
	s := read(t, sign(t, pki, "ec", text, o), text).Signatures[0]
	all := map[string]bool{}
	ask := func(cert string) cms.Level {
		return s.LevelWith(func(c *x509.Certificate) bool { all[c.Subject.CommonName] = true; return c.Subject.CommonName != cert })
	}
	require.Equal(t, cms.LevelBLTA, ask(""))
	require.Len(t, all, 2)
	require.Equal(t, cms.LevelBT, ask(pki.Certificate("ec").Subject.CommonName))
	require.Equal(t, cms.LevelBT, ask(pki.Certificate("tsa1").Subject.CommonName))
	s = read(t, sign(t, pki, "ec", text, nil), text).Signatures[0]
	require.Equal(t, cms.LevelBB, s.LevelWith(nil))
}

// TestOldEvidence reads what the attributes of the extended forms hold.
func TestOldEvidence(t *testing.T) {
	pki, _ := testpki.Start(t)
	list, err := pki.CRL("issuer")
	require.NoError(t, err)
	response, err := pki.OCSP("ec")
	require.NoError(t, err)
	basic, ok := cmsdata.OCSPResponse(cmsdata.OCSPInfo(response))
	require.True(t, ok)
	require.Equal(t, response, basic)
	inner := basicResponse(t, response)
	f := newForgery(t, pki, "ec")
	f.edit = func(_ *cmsdata.SignedData, si *cmsdata.SignerInfo) {
		si.AddUnsigned(cmsdata.NewAttribute(cmsdata.OIDCertificateValues, der.Encode(der.Sequence, pki.Issuer().Raw)))
		si.AddUnsigned(cmsdata.NewAttribute(cmsdata.OIDRevocationValues, der.Encode(der.Sequence,
			der.Encode(der.Context(0), der.Encode(der.Sequence, list)), der.Encode(der.Context(1), der.Encode(der.Sequence, inner)))))
	}
	s := requireClean(t, f.make())
	e := s.Evidence()
	require.Contains(t, e.Certificates, pki.Issuer())
	require.Equal(t, [][]byte{list}, e.CRLs)
	require.Equal(t, [][]byte{response}, e.OCSPs)
	require.Empty(t, s.Level)
}

// basicResponse is the BasicOCSPResponse in an OCSPResponse.
func basicResponse(t testing.TB, response []byte) []byte {
	t.Helper()
	d := der.NewBytesReader(response)
	for _, step := range []byte{der.Sequence, der.Enumerated, der.Context(0), der.Sequence, der.OID} {
		if step == der.Enumerated || step == der.OID {
			_, err := d.Take(step, "step")
			require.NoError(t, err)
			continue
		}
		require.NoError(t, d.Enter(step, "step"))
	}
	e, err := d.Take(der.OctetString, "response")
	require.NoError(t, err)
	return e.Content
}

// TestArchiveV2 reads archive time-stamps of the older kind, which hash the file as it lies there: attached and detached, DER and BER,
// with and without the header of unsignedAttrs.
func TestArchiveV2(t *testing.T) {
	pki, _ := testpki.Start(t)
	add := func(raw []byte, content string, header bool) []byte {
		return rebuild(t, raw, func(sd *cmsdata.SignedData) {
			si := sd.Signers[0]
			var attrs []byte
			for _, a := range si.UnsignedAttrs {
				attrs = append(attrs, a.Raw...)
			}
			if header {
				attrs = der.Encode(der.Context(1), attrs)
			}
			over := bytes.Join([][]byte{raw[sd.EncapBegin:sd.EncapEnd], []byte(content), sd.CertificatesRaw, sd.CRLsRaw, si.Fixed(), attrs}, nil)
			token, err := pki.TSAClient().Timestamp(t.Context(), digest(crypto.SHA384, over), crypto.SHA384)
			require.NoError(t, err)
			si.AddUnsigned(cmsdata.NewAttribute(cmsdata.OIDArchiveTimestampV2, token.Raw))
		})
	}
	now := pki.Now()
	for _, attached := range []bool{false, true} {
		for _, header := range []bool{false, true} {
			content := text
			o := &cms.Options{Level: cms.LevelBLT, Timestamper: pki.TSAClient(), Collector: collector{pki}, Attached: attached}
			raw := sign(t, pki, "ec", text, o)
			if attached {
				content = ""
			}
			pki.SetTime(now.Add(time.Hour))
			raw = add(raw, content, header)
			pki.SetTime(now.Add(2 * time.Hour))
			raw = add(raw, content, header)
			pki.SetTime(now)
			s := readWith(t, raw, content).Signatures[0]
			requireIntact(t, s)
			require.Len(t, s.Timestamps, 3)
			require.Equal(t, 2, s.Timestamps[2].ArchiveVersion)
			require.Contains(t, s.Timestamps[2].Covers, trust.DigestOf(s.Timestamps[1].Token.Raw))
			require.NotContains(t, s.Timestamps[1].Covers, trust.DigestOf(s.Timestamps[2].Token.Raw))
			require.Contains(t, s.Timestamps[1].Covers, trust.DigestOf(pki.Issuer().Raw))
			require.Empty(t, s.Level)

			// Here an addition breaks it.
			more := rebuild(t, raw, func(sd *cmsdata.SignedData) { sd.AddCertificate(pki.Certificate("person").Raw) })
			s = readWith(t, more, content).Signatures[0]
			require.Equal(t, cms.Broken, s.Timestamps[1].ContentIntegrity)
			require.Empty(t, s.Timestamps[1].Covers)
			err := cms.AddSignature(t.Context(), io.Discard, raw, reader(content), pki.Signer("signer"), &cms.Options{Clock: pki.Now})
			require.ErrorIs(t, err, codeErr(cms.CodeArchived))
		}
	}
}
