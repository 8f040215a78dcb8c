package pdf_test

import (
	"bytes"
	"context"
	"crypto"
	"encoding/asn1"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
)

// requireSound asserts that there is one signature, which covers the whole file, holds and has nothing against it: the clean twin.
func requireSound(t testing.TB, doc []byte) *pdf.Signature {
	t.Helper()
	d := read(t, doc)
	require.Len(t, d.Signatures, 1)
	s := d.Signatures[0]
	require.Empty(t, s.Findings)
	require.Equal(t, pdf.Whole, s.Extent)
	require.NotNil(t, s.CMS)
	require.Equal(t, cms.Intact, s.CMS.ContentIntegrity)
	require.Equal(t, cms.Intact, s.CMS.SignatureIntegrity)
	require.Empty(t, s.CMS.Findings)
	require.Zero(t, s.Appended)
	return s
}

// requireRejected asserts that the only signature has an error of that code, and is not called intact where its ranges cannot be trusted.
func requireRejected(t testing.TB, doc []byte, code finding.Code) *pdf.Signature {
	t.Helper()
	d := read(t, doc)
	require.Len(t, d.Signatures, 1)
	s := d.Signatures[0]
	require.Contains(t, codes(s.Findings), string(code))
	require.Equal(t, finding.Error, finding.Worst(s.Findings))
	return s
}

func TestP1ByteRange(t *testing.T) {
	p, _ := testpki.Start(t)
	good := signed(t, p, plain(), nil)
	requireSound(t, good)
	s := read(t, good).Signatures[0]
	r := s.ByteRange
	for name, c := range map[string]struct {
		numbers string
		code    finding.Code
	}{
		"odd":            {fmt.Sprintf("0 %d %d", r[1], r[2]), pdf.CodeRangeShape},
		"one range":      {fmt.Sprintf("0 %d", len(good)), pdf.CodeRangeShape},
		"three ranges":   {fmt.Sprintf("0 %d %d %d %d 9", r[1], r[2], r[3]-9, r[2]+r[3]-9), pdf.CodeRangeShape},
		"none":           {"", pdf.CodeRangeShape},
		"names":          {"/a /b /c /d", pdf.CodeRangeMissing},
		"reals":          {fmt.Sprintf("0 %d.0 %d %d", r[1], r[2], r[3]), pdf.CodeRangeMissing},
		"negative start": {fmt.Sprintf("-1 %d %d %d", r[1], r[2], r[3]), pdf.CodeRangeNegative},
		"negative size":  {fmt.Sprintf("0 %d %d -%d", r[1], r[2], r[3]), pdf.CodeRangeNegative},
		"first not 0":    {fmt.Sprintf("1 %d %d %d", r[1]-1, r[2], r[3]), pdf.CodeRangeStart},
		"empty first":    {fmt.Sprintf("0 0 %d %d", r[2], r[3]), pdf.CodeRangeStart},
		"overlapping":    {fmt.Sprintf("0 %d %d %d", r[2]+9, r[2], r[3]), pdf.CodeRangeOverlap},
		"touching":       {fmt.Sprintf("0 %d %d %d", r[2], r[2], r[3]), pdf.CodeRangeOverlap},
		"empty second":   {fmt.Sprintf("0 %d %d 0", r[1], r[2]), pdf.CodeRangeShape},
	} {
		t.Run(name, func(t *testing.T) {
			bad := bytes.Clone(good)
			setByteRange(t, bad, 0, c.numbers)
			s := requireRejected(t, bad, c.code)
			require.Equal(t, pdf.Part, s.Extent)
			require.NotEqual(t, cms.Intact, s.CMS.ContentIntegrity)
			require.NotContains(t, codes(s.CMS.Findings), string(cms.CodeDigestUndeclared), "the digest is not what is wrong")
		})
	}
	t.Run("missing", func(t *testing.T) {
		requireRejected(t, bytes.Replace(good, []byte("/ByteRange ["), []byte("/ByteRang_ ["), 1), pdf.CodeRangeMissing)
	})
	t.Run("contents null", func(t *testing.T) {
		gap, tail := hole(t, good, 0)
		bad := bytes.Clone(good)
		copy(bad[gap:tail], "null"+strings.Repeat(" ", tail-gap-4))
		requireRejected(t, bad, pdf.CodeContentsMissing)
	})
	t.Run("contents absent", func(t *testing.T) {
		requireRejected(t, bytes.Replace(good, []byte("/Contents <"), []byte("/Content_ <"), 1), pdf.CodeContentsMissing)
	})
	t.Run("contents empty", func(t *testing.T) {
		bad := bytes.Clone(good)
		fillContents(t, bad, 0, nil)
		s := requireRejected(t, bad, pdf.CodeContentsMissing)
		require.Nil(t, s.CMS)
	})
}

func TestP2AppendedAfterSigning(t *testing.T) {
	p, _ := testpki.Start(t)
	good := signed(t, p, plain(), nil)
	requireSound(t, good)
	for name, bad := range map[string][]byte{
		"new page content": update(good, 1, map[int]string{4: "<< /Length 9 >>\nstream\n1 1 m S  \nendstream"}),
		"catalog swapped":  update(good, 30, map[int]string{30: strings.Replace(catalogOf(t, good), "/Type", "/Extra 1 /Type", 1)}),
		"no xref":          append(bytes.Clone(good), "\n4 0 obj\n<< /Length 9 >>\nstream\n1 1 m S  \nendstream\nendobj\n"...),
		"no trailer":       append(bytes.Clone(good), "\nxref\n4 1\n0000000015 00000 n \n"...),
		"one octet":        append(bytes.Clone(good), ' '),
	} {
		t.Run(name, func(t *testing.T) {
			d := read(t, bad)
			require.Len(t, d.Signatures, 1)
			s := d.Signatures[0]
			require.NotEqual(t, pdf.Whole, s.Extent)
			require.EqualValues(t, len(bad)-len(good), s.Appended)
			require.Contains(t, codes(s.Findings), string(pdf.CodeAppended))
			require.Equal(t, cms.Intact, s.CMS.ContentIntegrity, "what was signed is still what it was")
		})
	}
}

// TestReadingCutOff: a signed document that lost its end is not just an unsigned one.
func TestReadingCutOff(t *testing.T) {
	p, _ := testpki.Start(t)
	unsigned := plain()
	good := signed(t, p, unsigned, nil)
	require.NotContains(t, codes(read(t, good).Findings), string(pdf.CodeCutOff))
	require.NotContains(t, codes(read(t, append(bytes.Clone(unsigned), "\n% a remark\n"...)).Findings), string(pdf.CodeCutOff))
	trailer := bytes.LastIndex(good, []byte("trailer"))
	for _, end := range []int{trailer + 20, trailer, bytes.LastIndex(good, []byte("xref\n")), len(unsigned) + (len(good)-len(unsigned))/2} {
		d := read(t, good[:end])
		require.Empty(t, d.Signatures, "at %d of %d", end, len(good))
		require.Contains(t, codes(d.Findings), string(pdf.CodeCutOff), "at %d of %d", end, len(good))
	}
}

// catalogOf is the catalog that the signing of plain() wrote.
func catalogOf(t testing.TB, doc []byte) string {
	t.Helper()
	i := bytes.LastIndex(doc, []byte("\n1 0 obj\n"))
	require.Positive(t, i)
	body := doc[i+len("\n1 0 obj\n"):]
	return string(body[:bytes.Index(body, []byte("endobj"))])
}

func TestP3Gap(t *testing.T) {
	p, _ := testpki.Start(t)
	good := signed(t, p, plain(), nil)
	r := requireSound(t, good).ByteRange
	for name, numbers := range map[string]string{
		"wider to the right": fmt.Sprintf("0 %d %d %d", r[1], r[2]+5, r[3]-5),
		"wider to the left":  fmt.Sprintf("0 %d %d %d", r[1]-5, r[2], r[3]),
		"inside the string":  fmt.Sprintf("0 %d %d %d", r[1]+1, r[2]-1, r[3]+1),
		"elsewhere":          fmt.Sprintf("0 20 40 %d", len(good)-40),
	} {
		t.Run(name, func(t *testing.T) {
			bad := bytes.Clone(good)
			setByteRange(t, bad, 0, numbers)
			s := requireRejected(t, bad, pdf.CodeRangeGap)
			require.Equal(t, pdf.Part, s.Extent)
			require.NotEqual(t, cms.Intact, s.CMS.ContentIntegrity)
		})
	}
	t.Run("literal string", func(t *testing.T) {
		// The gap is the value of /Contents, but not a hexadecimal string: it could hide anything.
		gap, tail := hole(t, good, 0)
		bad := bytes.Clone(good)
		bad[gap], bad[tail-1] = '(', ')'
		requireRejected(t, bad, pdf.CodeRangeGap)
	})
}

func TestP4PastEnd(t *testing.T) {
	p, _ := testpki.Start(t)
	good := signed(t, p, plain(), nil)
	r := requireSound(t, good).ByteRange
	for name, c := range map[string]struct {
		numbers string
		code    finding.Code
	}{
		"one octet":      {fmt.Sprintf("0 %d %d %d", r[1], r[2], r[3]+1), pdf.CodeRangePastEnd},
		"huge size":      {fmt.Sprintf("0 %d %d 999999999999999999", r[1], r[2]), pdf.CodeRangePastEnd},
		"huge start":     {fmt.Sprintf("0 %d 999999999999999999 9", r[1]), pdf.CodeRangePastEnd},
		"huge first":     {fmt.Sprintf("0 99999999999 %d %d", int64(1)<<40, r[3]), pdf.CodeRangePastEnd},
		"wraps":          {"0 9 9223372036854775807 9223372036854775807", pdf.CodeRangeMissing}, // more than an integer of PDF can be
		"beyond 64 bits": {"0 9 99 99999999999999999999", pdf.CodeRangeMissing},
	} {
		t.Run(name, func(t *testing.T) {
			bad := bytes.Clone(good)
			i := bytes.LastIndex(bad, []byte("/ByteRange ["))
			bad = bytes.Replace(bad, bad[i:bytes.IndexByte(bad[i:], ']')+i+1], []byte("/ByteRange ["+c.numbers+"]"), 1)
			require.Equal(t, pdf.Part, requireRejected(t, bad, c.code).Extent)
		})
	}
}

func TestP8ValuesOfTheSignedRevision(t *testing.T) {
	p, _ := testpki.Start(t)
	good := signed(t, p, plain(), &pdf.Options{Reason: "Agreed", Name: "Alice"})
	require.Equal(t, "Agreed", requireSound(t, good).Reason)
	i := bytes.LastIndex(good, []byte("\n5 0 obj\n"))
	dict := string(good[i+len("\n5 0 obj\n"):])
	dict = dict[:strings.Index(dict, "endobj")]
	bad := update(good, 1, map[int]string{5: strings.NewReplacer("Agreed", "Refused", "Alice", "Mallory").Replace(dict)})
	d := read(t, bad)
	require.Len(t, d.Signatures, 1)
	s := d.Signatures[0]
	require.Equal(t, "Agreed", s.Reason)
	require.Equal(t, "Alice", s.Name)
	require.Equal(t, pdf.OfRevision, s.Extent)
	require.Contains(t, codes(s.Findings), string(pdf.CodeRewritten))
	require.Equal(t, finding.Error, finding.Worst(s.Findings))
}

func TestP9OneSignatureInSeveralFields(t *testing.T) {
	p, _ := testpki.Start(t)
	good := signed(t, p, plain(), nil)
	requireSound(t, good)
	i := bytes.LastIndex(good, []byte("\n6 0 obj\n"))
	field := string(good[i+len("\n6 0 obj\n"):])
	field = field[:strings.Index(field, "endobj")]
	bad := update(good, 1, map[int]string{
		7:  "<< /Fields [6 0 R 20 0 R] /SigFlags 3 >>",
		20: strings.Replace(field, "Signature1", "Another", 1),
	})
	d := read(t, bad)
	require.Len(t, d.Signatures, 1, "one signature, however many fields show it")
	require.Equal(t, []string{"Signature1", "Another"}, d.Signatures[0].Fields)
	requireRejected(t, bad, pdf.CodeShared)
}

func TestP9TypeAndSubFilterContradict(t *testing.T) {
	p, _ := testpki.Start(t)
	stamp := func(signed []byte) []byte { return token(t, p, signed) }
	sign := func(signed []byte) []byte { return container(t, p, signed, "signer") }
	date := " /M (D:20260101000000Z) /Filter /Adobe.PPKLite "
	twin := read(t, handmade(t, plain(), "/Type /DocTimeStamp /SubFilter /ETSI.RFC3161"+date, stamp))
	require.Len(t, twin.Timestamps, 1)
	require.Empty(t, twin.Timestamps[0].Findings)
	require.Equal(t, cms.Intact, twin.Timestamps[0].Content)
	require.Equal(t, cms.Intact, twin.Timestamps[0].Signature)
	requireSound(t, handmade(t, plain(), "/Type /Sig /SubFilter /ETSI.CAdES.detached"+date, sign))
	requireSound(t, handmade(t, plain(), "/SubFilter /ETSI.CAdES.detached"+date, sign)) // /Type is optional (Table 255)

	d := read(t, handmade(t, plain(), "/Type /Sig /SubFilter /ETSI.RFC3161"+date, stamp))
	require.Empty(t, d.Signatures)
	require.Equal(t, []string{string(pdf.CodeTypeMismatch)}, codes(d.Timestamps[0].Findings))
	requireRejected(t, handmade(t, plain(), "/Type /DocTimeStamp /SubFilter /ETSI.CAdES.detached"+date, sign), pdf.CodeTypeMismatch)
}

func TestP10CopiedDocumentTimestamp(t *testing.T) {
	p, _ := testpki.Start(t)
	entries := "/Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161"
	good := handmade(t, plain(), entries, func(signed []byte) []byte { return token(t, p, signed) })
	require.Equal(t, cms.Intact, read(t, good).Timestamps[0].Content)
	other := append(plain(), "% another document\n"...)
	bad := handmade(t, other, entries, func([]byte) []byte { return bytes.TrimRight(contentsOf(t, good), "\x00") })
	s := read(t, bad).Timestamps[0]
	require.Equal(t, cms.Broken, s.Content)
	require.Equal(t, finding.Error, finding.Worst(s.Findings))
}

func TestP11ContainerRules(t *testing.T) {
	p, _ := testpki.Start(t)
	good := signed(t, p, plain(), &pdf.Options{ContentsSize: 12_000})
	requireSound(t, good)
	gap, tail := hole(t, good, 0)
	octets := signedOctets(good, gap, tail)
	with := func(der []byte) []byte {
		bad := bytes.Clone(good)
		fillContents(t, bad, 0, der)
		return bad
	}
	change := func(f func(sd *cmsdata.SignedData)) []byte {
		sd, _, err := cmsdata.ParsePrefix(contentsOf(t, good))
		require.NoError(t, err)
		f(sd)
		der, err := sd.Marshal()
		require.NoError(t, err)
		return with(der)
	}
	requireSound(t, change(func(*cmsdata.SignedData) {}))

	t.Run("content inside", func(t *testing.T) {
		s := requireRejected(t, change(func(sd *cmsdata.SignedData) {
			sd.Attached, sd.Content = true, []byte("something else")
		}), pdf.CodeAttached)
		require.Empty(t, s.Level)
	})
	t.Run("content inside is its own", func(t *testing.T) {
		// A whole CMS signature over other content, which would verify by itself.
		var other bytes.Buffer
		require.NoError(t, cms.Sign(t.Context(), &other, bytes.NewReader([]byte("another document")), p.Signer("signer"), &cms.Options{Attached: true, NoSigningTime: true}))
		s := requireRejected(t, with(other.Bytes()), pdf.CodeAttached)
		require.NotEqual(t, cms.Intact, s.CMS.ContentIntegrity)
	})
	t.Run("two signers", func(t *testing.T) {
		second, err := cmsdata.Parse(container(t, p, octets, "ec"))
		require.NoError(t, err)
		s := requireRejected(t, change(func(sd *cmsdata.SignedData) {
			sd.Signers = append(sd.Signers, second.Signers...)
			sd.Certificates = append(sd.Certificates, second.Certificates[0])
		}), pdf.CodeSeveralSigners)
		require.Empty(t, s.Level)
	})
	t.Run("no certificates", func(t *testing.T) {
		s := requireRejected(t, change(func(sd *cmsdata.SignedData) { sd.Certificates = nil }), pdf.CodeCertificateAbsent)
		require.Equal(t, cms.Unknown, s.CMS.SignatureIntegrity)
		require.Empty(t, s.Level)
	})
	t.Run("C1 no signed attributes", func(t *testing.T) {
		a, err := alg.ForKey(p.Certificate("signer").PublicKey, crypto.SHA256, false)
		require.NoError(t, err)
		value, err := p.Signer("signer").Sign(t.Context(), sum(crypto.SHA256, octets), crypto.SHA256)
		require.NoError(t, err)
		bare := cmsdata.New(p.Chain("signer"), cmsdata.NewSignerInfo(p.Certificate("signer"), crypto.SHA256, a, nil, value))
		der, err := bare.Marshal()
		require.NoError(t, err)
		s := requireRejected(t, with(der), pdf.CodeNoSignedAttrs)
		require.Empty(t, s.Level)
	})
	t.Run("C10 no signer", func(t *testing.T) {
		s := requireRejected(t, change(func(sd *cmsdata.SignedData) { sd.Signers = nil }), pdf.CodeNoSigner)
		require.Nil(t, s.CMS)
	})
	t.Run("not CMS", func(t *testing.T) {
		require.Nil(t, read(t, with([]byte{0x30, 3, 2, 1, 5})).Signatures[0].CMS)
	})
	t.Run("something behind it", func(t *testing.T) {
		bad := bytes.Clone(good)
		copy(bad[tail-5:], "FFFF")
		requireRejected(t, bad, pdf.CodeContentsPadding)
	})
}

func TestP13PlaceholdersInTheInput(t *testing.T) {
	p, _ := testpki.Start(t)
	traps := "/ByteRange [0 0000000000 0000000000 0000000000] /Contents <" + strings.Repeat("0", 30000) + "> " +
		"/ByteRange[0 ********** ********** **********] " + strings.Repeat("\x00", 4096)
	doc := build(catalogPlain, pagesOne, pagePlain, fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(traps), traps),
		"<< /ByteRange [0 1 2 3] /Contents <"+strings.Repeat("0", 20000)+"> >>")
	for _, level := range []pdf.Level{pdf.LevelBB, pdf.LevelBT} {
		out := signed(t, p, doc, &pdf.Options{Level: level, Timestamper: p.TSAClient()})
		require.True(t, bytes.HasPrefix(out, doc))
		requireSound(t, out)
		again := signed(t, p, out, nil)
		require.True(t, bytes.HasPrefix(again, out))
	}
}

func TestP14LegacySubFilters(t *testing.T) {
	p, _ := testpki.Start(t)
	sign := func(signed []byte) []byte { return container(t, p, signed, "signer") }
	date := " /Type /Sig /M (D:20260101000000Z) /Filter /Adobe.PPKLite "
	twin := requireSound(t, handmade(t, plain(), "/SubFilter /adbe.pkcs7.detached"+date, sign))
	require.Empty(t, twin.Level, "plain CMS has no baseline level")
	sha1 := func(signed []byte) []byte { // as it was made: the SHA-1 digest is the content of the CMS structure
		var out bytes.Buffer
		require.NoError(t, cms.Sign(t.Context(), &out, bytes.NewReader(sum(crypto.SHA1, signed)), p.Signer("signer"), &cms.Options{Attached: true}))
		return out.Bytes()
	}
	s := requireRejected(t, handmade(t, plain(), "/SubFilter /adbe.pkcs7.sha1"+date, sha1), pdf.CodeSubFilterLegacy)
	require.Equal(t, cms.Intact, s.CMS.ContentIntegrity, "refused, but its facts are told")
	require.Equal(t, p.Certificate("signer").Raw, s.CMS.Certificate.Raw)
	other := func(signed []byte) []byte { return sha1(append([]byte("%"), signed...)) }
	s = requireRejected(t, handmade(t, plain(), "/SubFilter /adbe.pkcs7.sha1"+date, other), pdf.CodeSubFilterLegacy)
	require.Equal(t, cms.Broken, s.CMS.ContentIntegrity, "the digest inside is of other octets")
	raw := func([]byte) []byte { b, _ := asn1.Marshal(bytes.Repeat([]byte{7}, 256)); return b }
	s = requireRejected(t, handmade(t, plain(), "/SubFilter /adbe.x509.rsa_sha1 /Cert <00>"+date, raw), pdf.CodeSubFilterLegacy)
	require.Nil(t, s.CMS)
	requireRejected(t, handmade(t, plain(), "/SubFilter /Some.Thing"+date, sign), pdf.CodeSubFilterUnknown)
	requireRejected(t, handmade(t, plain(), date, sign), pdf.CodeSubFilterUnknown)
}

func TestP20CoverageByLengths(t *testing.T) {
	p, _ := testpki.Start(t)
	good := signed(t, p, plain(), nil)
	requireSound(t, good)
	gap, tail := hole(t, good, 0)
	i := bytes.LastIndex(good, []byte("\n5 0 obj\n"))
	dict := string(good[i+len("\n5 0 obj\n"):])
	dict = dict[:strings.Index(dict, "endobj")]

	// A later revision writes the signature dictionary again, over a page that says something else. Its ByteRange adds up to the file.
	bad := update(good, 1, map[int]string{5: dict, 4: "<< /Length 9 >>\nstream\n1 1 m S  \nendstream"})
	setByteRange(t, bad, len(good), fmt.Sprintf("0 %d %d %d", gap, tail, len(bad)-tail))
	s := requireRejected(t, bad, pdf.CodeRangeGap)
	require.Equal(t, pdf.Part, s.Extent)
	require.NotEqual(t, cms.Intact, s.CMS.ContentIntegrity)

	// The same with the gap where the new dictionary has its value: then the digest cannot fit.
	gap, tail = hole(t, bad, len(good))
	setByteRange(t, bad, len(good), fmt.Sprintf("0 %d %d %d", gap, tail, len(bad)-tail))
	d := read(t, bad)
	require.Equal(t, cms.Broken, d.Signatures[0].CMS.ContentIntegrity)

	// The dictionary stays where it was, but a new one whose ranges end with the old revision takes its number.
	bad = update(good, 1, map[int]string{5: strings.Replace(dict, "/M (", "/Reason (not signed) /M (", 1)})
	s = requireRejected(t, bad, pdf.CodeRewritten)
	require.Empty(t, s.Reason)
}

func TestSignatureRemovedLater(t *testing.T) {
	p, _ := testpki.Start(t)
	good := signed(t, p, plain(), nil)
	bad := update(good, 1, map[int]string{7: "<< /Fields [] /SigFlags 0 >>"})
	d := read(t, bad)
	require.Empty(t, d.Signatures)
	require.Equal(t, []string{string(pdf.CodeRemoved)}, codes(d.Findings))
	require.Empty(t, read(t, good).Findings)
}

// container is a PAdES signature value over octets.
func container(t testing.TB, p *testpki.PKI, signed []byte, name string) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, cms.Sign(t.Context(), &out, bytes.NewReader(signed), p.Signer(name), &cms.Options{NoSigningTime: true}))
	return out.Bytes()
}

// token is a time-stamp over octets.
func token(t testing.TB, p *testpki.PKI, signed []byte) []byte {
	t.Helper()
	tok, err := p.TSAClient().Timestamp(t.Context(), sum(crypto.SHA256, signed), crypto.SHA256)
	require.NoError(t, err)
	return tok.Raw
}

// TestEveryOctet: whatever octet of the signed ones is changed, the signature is never intact, and never gone without a word: where the
// cross-references lead past it, a scan of the file finds it.
func TestEveryOctet(t *testing.T) {
	p, _ := testpki.Start(t)
	for name, doc := range map[string][]byte{"table": signed(t, p, plain(), nil), "stream": signed(t, p, asStream(t, plain()), nil)} {
		t.Run(name, func(t *testing.T) {
			gap, tail := hole(t, doc, 0)
			lost := 0
			for i := range doc {
				if i >= gap && i < tail {
					continue
				}
				attacked := bytes.Clone(doc)
				attacked[i] ^= 1
				d, err := pdf.Read(context.Background(), bytes.NewReader(attacked), int64(len(attacked)), nil)
				if err != nil {
					continue
				}
				if len(d.Signatures) == 0 && finding.Worst(d.Findings) != finding.Error {
					t.Logf("octet %d, %q: %v, empty fields %v", i, doc[max(0, i-20):min(len(doc), i+20)], d.Findings, d.Fields)
					lost++
				}
				for _, s := range d.Signatures {
					require.False(t, s.CMS != nil && s.CMS.ContentIntegrity == cms.Intact && s.Extent != pdf.Part, "octet %d", i)
				}
			}
			require.Zero(t, lost)
		})
	}
}
