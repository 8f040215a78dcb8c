package verify_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/verify"
	"github.com/kyso-dev/kyso/xml"
)

// plainXML is a small invoice.
const plainXML = `<HDon><DLHDon Id="data"><TTChung><SHDon>1</SHDon></TTChung><NDHDon><TgTTTBSo>1100</TgTTTBSo></NDHDon></DLHDon>` +
	`<DSCKS><NBan/><NMua/></DSCKS></HDon>`

// signXML signs as XML-DSig.
func (p pki) signXML(t testing.TB, doc, who string, opts *xml.Options) []byte {
	t.Helper()
	var o xml.Options
	if opts != nil {
		o = *opts
	}
	o.Clock = p.Now
	var out bytes.Buffer
	require.NoError(t, xml.Sign(t.Context(), &out, strings.NewReader(doc), int64(len(doc)), p.Signer(who), &o))
	return out.Bytes()
}

// seller are options as sellers sign invoices, with a signing time that is signed if asked.
func (p pki) seller(signed bool) *xml.Options {
	empty, local := "", p.Now().In(time.FixedZone("", 7*3600)).Format("2006-01-02T15:04:05")
	o := &xml.Options{
		Place: "/HDon/DSCKS/NBan", Canonicalization: xml.C14N10, Prefix: &empty, SignatureID: "seller",
		References: []xml.ReferenceOptions{{URI: "#data", Transforms: []string{xml.TransformEnveloped}}},
		Objects:    []xml.Object{{ID: "SigningTime", Content: `<SignatureProperties><SignatureProperty Target="#seller"><SigningTime>` + local + `</SigningTime></SignatureProperty></SignatureProperties>`}},
	}
	if signed {
		o.References = append(o.References, xml.ReferenceOptions{URI: "#SigningTime"})
	}
	return o
}

func inUTF16(doc string, big bool) string {
	var out []byte
	for _, u := range append([]uint16{0xFEFF}, utf16.Encode([]rune(doc))...) {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return string(out)
}

// TestXMLDSig: a plain signature passes in every form and encoding, and the report says what it covers.
func TestXMLDSig(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	detached := &xml.Options{Form: xml.Detached, URI: "folder/a%20b.xml"}
	named := about([]byte("<a/>"))
	named.ContentName = "/elsewhere/a b.xml"
	for name, c := range map[string]struct {
		doc      []byte
		opts     *verify.Options
		path     string
		coverage verify.Coverage
	}{
		"enveloped":                      {p.signXML(t, "<a/>", "signer", nil), nil, "/a/Signature", verify.Coverage{Extent: "whole", Covered: []string{"/"}}},
		"by Id":                          {p.signXML(t, plainXML, "signer", p.seller(true)), nil, "/HDon/DSCKS/NBan/Signature", verify.Coverage{Extent: "whole", Covered: []string{"/HDon/DLHDon"}}},
		"by Id, something beside it":     {p.signXML(t, strings.Replace(plainXML, "<DSCKS>", "<DLQRCode>0</DLQRCode><DSCKS>", 1), "signer", p.seller(true)), nil, "/HDon/DSCKS/NBan/Signature", verify.Coverage{Extent: "part", Covered: []string{"/HDon/DLHDon"}, NotCovered: []string{"/HDon/DLQRCode"}}},
		"a byte order mark":              {p.signXML(t, "\xef\xbb\xbf<a/>", "signer", nil), nil, "/a/Signature", verify.Coverage{Extent: "whole", Covered: []string{"/"}}},
		"UTF-16":                         {p.signXML(t, inUTF16("\n <a>ơ</a>", false), "signer", nil), nil, "/a/Signature", verify.Coverage{Extent: "whole", Covered: []string{"/"}}},
		"UTF-16, big end first":          {p.signXML(t, inUTF16("<a>ơ</a>", true), "signer", nil), nil, "/a/Signature", verify.Coverage{Extent: "whole", Covered: []string{"/"}}},
		"ECDSA":                          {p.signXML(t, "<a/>", "ec", nil), nil, "/a/Signature", verify.Coverage{Extent: "whole", Covered: []string{"/"}}},
		"PSS":                            {p.signXML(t, "<a/>", "signer", &xml.Options{PSS: true}), nil, "/a/Signature", verify.Coverage{Extent: "whole", Covered: []string{"/"}}},
		"enveloping":                     {p.signXML(t, "<a/>", "signer", &xml.Options{Form: xml.Enveloping}), nil, "/Signature", verify.Coverage{Extent: "whole", Covered: []string{"/Signature/Object"}}},
		"detached, content given":        {p.signXML(t, "<a/>", "signer", detached), about([]byte("<a/>")), "/Signature", verify.Coverage{Extent: "whole", Covered: []string{"folder/a%20b.xml"}}},
		"detached, content of that name": {p.signXML(t, "<a/>", "signer", detached), named, "/Signature", verify.Coverage{Extent: "whole", Covered: []string{"folder/a%20b.xml"}}},
	} {
		t.Run(name, func(t *testing.T) {
			r := judge(t, v, c.doc, c.opts)
			require.Equal(t, verify.XML, r.Format)
			require.Equal(t, verify.TotalPassed, r.Indication, "%s", text(t, r, verify.English, false))
			require.Len(t, r.Signatures, 1)
			s := r.Signatures[0]
			require.Equal(t, "XML-DSig", s.Format)
			require.Empty(t, s.Level)
			require.Equal(t, c.path, s.Path)
			require.Equal(t, "key-info", s.Signer.IdentifiedBy)
			c.coverage.NotCovered = append([]string{}, c.coverage.NotCovered...)
			require.Equal(t, c.coverage, s.Coverage)
			require.Equal(t, verify.ChangesNone, s.ChangesAfter.Level)
			for _, ref := range s.References {
				require.True(t, ref.Found && ref.Intact)
				require.Equal(t, "SHA-256", ref.DigestAlgorithm)
			}
			data, err := r.JSON(verify.Vietnamese)
			require.NoError(t, err)
			requireContract(t, data)
		})
	}
	t.Run("several things outside", func(t *testing.T) {
		// The content stands for the one of its name alone, and nothing is taken for anything else.
		doc := p.signXML(t, "<a/>", "signer", &xml.Options{Form: xml.Detached, URI: "a.xml", References: []xml.ReferenceOptions{
			{URI: "a.xml", Content: strings.NewReader("<a/>")}, {URI: "b.xml", Content: strings.NewReader("<b/>")}}})
		named := about([]byte("<b/>"))
		named.ContentName = "b.xml"
		for _, opts := range []*verify.Options{nil, about([]byte("<a/>")), named} {
			s := judge(t, v, doc, opts).Signatures[0]
			require.Equal(t, "INDETERMINATE/SIGNED_DATA_NOT_FOUND", verdict(s))
			require.Equal(t, opts == named, s.References[1].Found)
			require.False(t, s.References[0].Found)
		}
	})
	t.Run("ids", func(t *testing.T) {
		one := p.signXML(t, plainXML, "signer", p.seller(true))
		buyer := p.seller(false)
		buyer.Place, buyer.SignatureID, buyer.Objects = "/HDon/DSCKS/NMua", "t1", nil
		r := judge(t, v, p.signXML(t, string(one), "other", buyer), nil)
		require.Equal(t, verify.TotalPassed, r.Indication)
		require.Equal(t, []string{"seller", "s2"}, []string{r.Signatures[0].ID, r.Signatures[1].ID}, "ids that are taken for ours are not")
	})
}

// TestXMLTime: the signing time of an Object counts under gdt where it is signed, and never under default.
func TestXMLTime(t *testing.T) {
	p := start(t)
	made := p.Now()
	later := p.Certificate("signer").NotAfter.AddDate(0, 1, 0)
	signed, unsigned := p.signXML(t, plainXML, "signer", p.seller(true)), p.signXML(t, plainXML, "signer", p.seller(false))
	for _, c := range []struct {
		name, policy, basis string
		doc                 []byte
		covered, valid      bool
	}{
		{"signed, gdt", verify.PolicyGDT, verify.BasisClaimed, signed, true, true},
		{"signed, default", verify.PolicyDefault, verify.BasisNow, signed, true, false},
		{"not signed, gdt", verify.PolicyGDT, verify.BasisNow, unsigned, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := judge(t, p.by(t, c.policy), c.doc, &verify.Options{At: later}).Signatures[0]
			require.WithinDuration(t, made, *s.Time.Claimed, time.Minute)
			require.Equal(t, c.covered, s.Time.ClaimedCovered)
			require.True(t, s.Time.ZoneAmbiguous)
			require.Equal(t, c.basis, s.Time.Basis)
			require.Equal(t, c.valid, s.Signer.ValidAtBestTime)
		})
	}
	// An Object that nobody signs can say anything.
	then, other := made.In(time.FixedZone("", 7*3600)).Format("2006-01-02T"), "2021-01-02T"
	moved := flip(t, unsigned, then, other)
	require.Equal(t, "TOTAL-PASSED", verdict(judge(t, p.by(t, verify.PolicyGDT), moved, nil).Signatures[0]))
	require.Equal(t, "TOTAL-FAILED/HASH_FAILURE", verdict(judge(t, p.by(t, verify.PolicyGDT), flip(t, signed, then, other), nil).Signatures[0]))
}

// TestXMLPolicies: the tax authority takes plain XML-DSig and the circular does not.
func TestXMLPolicies(t *testing.T) {
	p := start(t)
	doc := p.signXML(t, plainXML, "signer", p.seller(true))
	gdt := judge(t, p.by(t, verify.PolicyGDT), doc, nil).Signatures[0]
	require.Equal(t, "TOTAL-PASSED", verdict(gdt), "%v", codes(gdt.Findings))
	for item, result := range results(gdt.Conformance, verify.ProfileGDT) {
		require.Equal(t, verify.Met, result, item)
	}
	tt15 := judge(t, p.by(t, verify.PolicyTT15), doc, nil).Signatures[0]
	require.Equal(t, verify.Indeterminate, tt15.Indication)
	require.Equal(t, []string{"policy.algorithm", "policy.format"}, policyFindings(tt15))
	rows := results(tt15.Conformance, verify.ProfileTT15)
	require.Equal(t, "met not-met met", rows["S3"]+" "+rows["format"]+" "+rows["S4"])
}

// keyValue puts a bare key in the place of the certificates of a signature, which no Reference covers.
func keyValue(t testing.TB, doc []byte, cert *x509.Certificate) []byte {
	t.Helper()
	encode := base64.StdEncoding.EncodeToString
	var value string
	switch k := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		value = fmt.Sprintf("<RSAKeyValue><Modulus>%s</Modulus><Exponent>%s</Exponent></RSAKeyValue>", encode(k.N.Bytes()), encode(big.NewInt(int64(k.E)).Bytes()))
	case *ecdsa.PublicKey:
		point, err := k.Bytes()
		require.NoError(t, err)
		value = fmt.Sprintf(`<ECKeyValue xmlns="http://www.w3.org/2009/xmldsig11#"><NamedCurve URI="urn:oid:1.2.840.10045.3.1.7"/><PublicKey>%s</PublicKey></ECKeyValue>`, encode(point))
	}
	out := regexp.MustCompile(`<KeyInfo>.*</KeyInfo>`).ReplaceAll(doc, []byte("<KeyInfo><KeyValue>"+value+"</KeyValue></KeyInfo>"))
	require.NotEqual(t, doc, out)
	return out
}

// TestXMLKeyValue: a bare key serves the integrity facts and nothing more.
func TestXMLKeyValue(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	for _, who := range []string{"signer", "ec"} {
		doc := keyValue(t, p.signXML(t, plainXML, who, p.seller(true)), p.Certificate(who))
		s := judge(t, v, doc, nil).Signatures[0]
		require.Equal(t, "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND", verdict(s), "%v", codes(s.Findings))
		require.Equal(t, verify.IdentifiedByKeyValue, s.Signer.IdentifiedBy)
		require.Equal(t, verify.IntegrityPair{Content: "intact", Signature: "intact"}, s.Integrity)
		require.Empty(t, s.Signer.Subject)
		require.Equal(t, "TOTAL-FAILED/HASH_FAILURE", verdict(judge(t, v, flip(t, doc, "1100", "9900"), nil).Signatures[0]))
	}
}

// TestXMLAttacks: what rows X1 to X22 of the list of attacks do to the verdict over a document. Package xml has the rows' own fixtures.
func TestXMLAttacks(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	good := string(p.signXML(t, plainXML, "signer", p.seller(true)))
	require.Equal(t, verify.TotalPassed, judge(t, v, []byte(good), nil).Indication)
	cut := func(doc, from, to string) (before, piece, after string) {
		i := strings.Index(doc, from)
		j := strings.Index(doc, to) + len(to)
		return doc[:i], doc[i:j], doc[j:]
	}
	head, data, tail := cut(good, "<DLHDon", "</DLHDon>")
	evil := strings.NewReplacer("1100", "9900", ` Id="data"`, ` Id="evil"`).Replace(data)
	before, signature, after := cut(good, "<Signature ", "</Signature>")
	own := stranger(t)
	for name, c := range map[string]struct {
		doc  string
		want string
		code string
	}{
		"X2 the Id twice":                   {head + data + strings.Replace(data, "1100", "9900", 1) + tail, "TOTAL-FAILED/FORMAT_FAILURE", "xml.reference-ambiguous"},
		"X4 two SignedInfo":                 {strings.Replace(good, "</SignedInfo>", "</SignedInfo><SignedInfo/>", 1), "TOTAL-FAILED/FORMAT_FAILURE", "xml.signature-shape"},
		"X5 a comment inside DigestValue":   {strings.Replace(good, "</DigestValue>", "<!-- --></DigestValue>", 1), "TOTAL-FAILED/FORMAT_FAILURE", "xml.signature-shape"},
		"X14 a file of this machine":        {strings.Replace(good, `URI="#data"`, `URI="file:///etc/passwd"`, 1), "INDETERMINATE/SIGNED_DATA_NOT_FOUND", "xml.reference-external"},
		"X15 anyone's certificate":          {string(own.signXML(t, plainXML, "signer", own.seller(true))), "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND", "trust.no-path"},
		"X16 what is named is not there":    {strings.Replace(good, ` Id="data"`, "", 1), "INDETERMINATE/SIGNED_DATA_NOT_FOUND", "xml.reference-unresolved"},
		"X16 nothing is named":              {before + regexp.MustCompile(`<Reference .*</Reference>`).ReplaceAllString(signature, "") + after, "TOTAL-FAILED/FORMAT_FAILURE", "xml.signature-shape"},
		"the content is changed":            {strings.Replace(good, "1100", "9900", 1), "TOTAL-FAILED/HASH_FAILURE", "xml.reference-broken"},
		"what is signed is changed":         {strings.Replace(good, "<DigestValue>", "<DigestValue> ", 1), "TOTAL-FAILED/SIG_CRYPTO_FAILURE", "xml.signature-broken"},
		"X1 the signed element wrapped":     {head + evil + "<Old>" + data + "</Old>" + tail, "INDETERMINATE/SIG_CONSTRAINTS_FAILURE", "einvoice.data-moved"},
		"X22 something beside it":           {strings.Replace(good, "<DSCKS>", "<DLQRCode>evil</DLQRCode><DSCKS>", 1), "TOTAL-PASSED", ""},
		"X22 a stylesheet from the network": {`<?xml-stylesheet type="text/xsl" href="http://127.0.0.1:1/x.xsl"?>` + good, "TOTAL-PASSED", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := judge(t, v, []byte(c.doc), nil).Signatures[0]
			require.Equal(t, c.want, verdict(s), "%v", codes(s.Findings))
			if c.code != "" {
				require.Contains(t, codes(s.Findings), c.code)
				return
			}
			// What is signed is intact, and the report says that this is not all, and where it is.
			require.Equal(t, "part", s.Coverage.Extent)
			require.NotEmpty(t, s.Coverage.NotCovered)
			require.NotContains(t, s.Coverage.Covered, s.Coverage.NotCovered[0])
			shown := text(t, judge(t, v, []byte(c.doc), nil), verify.Vietnamese, false)
			require.Contains(t, shown, "Phần không được ký")
		})
	}
	t.Run("X1 in a document of no known kind", func(t *testing.T) {
		doc := string(p.signXML(t, `<r><pay Id="p">1</pay></r>`, "signer", &xml.Options{References: []xml.ReferenceOptions{{URI: "#p"}}}))
		wrapped := strings.Replace(doc, `<pay Id="p">1</pay>`, `<pay>9</pay><old><pay Id="p">1</pay></old>`, 1)
		s := judge(t, v, []byte(wrapped), nil).Signatures[0]
		require.Equal(t, "TOTAL-PASSED", verdict(s), "%v", codes(s.Findings))
		require.Equal(t, verify.Coverage{Extent: "part", Covered: []string{"/r/old/pay"}, NotCovered: []string{"/r/pay"}}, s.Coverage)
	})
}
