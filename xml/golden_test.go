package xml

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// The minimal invoice of the Vietnam profile, 1.6, and the digests that it has.
const (
	profileData = `<DLHDon Id="data"><TTChung><PBan>2.1.0</PBan><THDon>Hóa đơn giá trị gia tăng</THDon><KHMSHDon>1</KHMSHDon><KHHDon>K26TYY</KHHDon><SHDon>1</SHDon><NLap>2026-01-02</NLap><DVTTe>VND</DVTTe></TTChung><NDHDon><NBan><Ten>Công ty Mẫu</Ten><MST>0100000000</MST></NBan><NMua><Ten>Khách &amp; Bạn</Ten></NMua><DSHHDVu><HHDVu><TChat>1</TChat><STT>1</STT><THHDVu>Hàng mẫu</THHDVu><SLuong>1</SLuong><DGia>1000</DGia><ThTien>1000</ThTien><TSuat>10%</TSuat></HHDVu></DSHHDVu><TToan><TgTCThue>1000</TgTCThue><TgTThue>100</TgTThue><TgTTTBSo>1100</TgTTTBSo></TToan></NDHDon></DLHDon>`
	profileTail = `<DSCKS><NBan></NBan><NMua/><CQT/><CCKSKhac/></DSCKS></HDon>`

	timeDSig    = `<SignatureProperties><SignatureProperty Target="#seller"><SigningTime>2026-01-02T08:00:00</SigningTime></SignatureProperty></SignatureProperties>`
	timeNone    = `<SignatureProperties xmlns=""><SignatureProperty Target="#seller"><SigningTime>2026-01-02T08:00:00</SigningTime></SignatureProperty></SignatureProperties>`
	timeExample = `<SignatureProperties xmlns=""><SignatureProperty Target="#seller"><SigningTime xmlns="http://example.org/#signatureProperties">2026-01-02T08:00:00</SigningTime></SignatureProperty></SignatureProperties>`
	timeGDT     = `<SignatureProperties><SignatureProperty Target="#seller"><SigningTime xmlns="https://hoadondientu.gdt.gov.vn">2026-01-02T08:00:00</SigningTime></SignatureProperty></SignatureProperties>`
)

// seller signs an invoice as sellers do.
func seller(t testing.TB, doc, signingTime string) []byte {
	t.Helper()
	empty := ""
	return sign(t, []byte(doc), thePKI().Signer("signer"), &Options{
		Place: "/HDon/DSCKS/NBan", Canonicalization: C14N10, Prefix: &empty, SignatureID: "seller", LeafOnly: true,
		Objects:    []Object{{ID: "SigningTime", Content: signingTime}},
		References: []ReferenceOptions{{URI: "#data", Transforms: []string{TransformEnveloped}}, {URI: "#SigningTime", Transforms: []string{}}},
	})
}

func TestGoldenDigests(t *testing.T) {
	const xsi = ` xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`
	for name, c := range map[string]struct {
		root, time           string
		data, object, signed string
		size                 int
	}{
		"xmldsig":  {"<HDon>", timeDSig, "boOVq8L92AhnB2mOnGYJrw8dTpmPLzhP5iBzUSBG7n0=", "PU8nzdV4DCGJVBqsm4tXVKz7zrb6gom51oCLKppuWv0=", "nhbcz/m5igJT+QdlBGRMpjxT1E8lKwVIrV13Pj6s40o=", 769},
		"none":     {"<HDon>", timeNone, "boOVq8L92AhnB2mOnGYJrw8dTpmPLzhP5iBzUSBG7n0=", "Z2PdnyYjJPRDsbnEpcgGr72Aw1kYIqrzSEyF/YUzZ0Q=", "EnPypWpY1Lqo+zc3H1T7wJKVBW/bYZ9ajNWSYPWJYDU=", 769},
		"example":  {"<HDon>", timeExample, "boOVq8L92AhnB2mOnGYJrw8dTpmPLzhP5iBzUSBG7n0=", "+vTZ8zIDe/hyzXoUs0sCHIfnKcUOwS7HC3mKhSNGzuU=", "", 769},
		"gdt":      {"<HDon>", timeGDT, "boOVq8L92AhnB2mOnGYJrw8dTpmPLzhP5iBzUSBG7n0=", "0MMNLjhPW4rXPvDEYI4/5UxX37s52DH4O0rKvJOfaA8=", "", 769},
		"xsd, xsi": {"<HDon" + xsi + ">", timeDSig, "YTGIzv5a3izeyGSo+BVtCGlMZW/Uk6+EgxqD2GB3TCE=", "uNOPeq4/3qeH4NI4pBpK/7m5kwI8leNRUr+H0f8UuqI=", "oy+7uevRHRpLMHY3z/34EDv3xtJzUbbrsuKBdcmitXA=", 868},
		"default":  {`<HDon xmlns="urn:x">`, timeDSig, "IpW/QbMMmYEMhZnRbW1B/7cLeSXDt7rROpN/37I1zyw=", "", "", 0},
	} {
		d := intact(t, seller(t, c.root+profileData+profileTail, c.time), nil, 1)
		s := d.Signatures[0]
		if got := base64.StdEncoding.EncodeToString(s.References[0].Digest); got != c.data {
			t.Errorf("%s: DLHDon %s, want %s", name, got, c.data)
		}
		if got := base64.StdEncoding.EncodeToString(s.References[1].Digest); c.object != "" && got != c.object {
			t.Errorf("%s: Object %s, want %s", name, got, c.object)
		}
		sum := sha256.Sum256(s.SignedInfo)
		if got := base64.StdEncoding.EncodeToString(sum[:]); c.signed != "" && (got != c.signed || len(s.SignedInfo) != c.size) {
			t.Errorf("%s: SignedInfo of %d octets %s, want %s", name, len(s.SignedInfo), got, c.signed)
		}
	}
	digest := func(doc string, method C14N, id string) string {
		octets, err := canonicalize(t, []byte(doc), method, &CanonicalizeOptions{ID: id})
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(octets)
		return base64.StdEncoding.EncodeToString(sum[:])
	}
	for name, c := range map[string][2]string{
		"exclusive": {digest("<HDon"+xsi+">"+profileData+profileTail, ExclusiveC14N, "data"), "boOVq8L92AhnB2mOnGYJrw8dTpmPLzhP5iBzUSBG7n0="},
		"NFD":       {digest("<HDon>"+norm.NFD.String(profileData)+profileTail, C14N10, "data"), "1a15ubV2fg5JsdbWys/hY+AF46T9Yg67+aO9fxubNLY="},
		"MCCQT":     {digest(`<HDon><MCCQT Id="mccqt">00ABCDEF0123456789ABCDEF0123456789</MCCQT></HDon>`, C14N10, "mccqt"), "Tg9dwqM4QrecVzWvxT5E+E24BQgmv40FJIU6NoeZTjk="},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: %s, want %s", name, c[0], c[1])
		}
	}
}

// TestWhatBreaks is the table of the Vietnam profile, 1.5, row by row: what can be done to a signed invoice.
func TestWhatBreaks(t *testing.T) {
	signed := string(seller(t, "<HDon>"+profileData+profileTail, timeDSig))
	with := string(seller(t, "<HDon>"+strings.Replace(profileData, "Mẫu<", "Mẫu&#13; <", 1)+profileTail, timeDSig))
	lines := string(seller(t, "<HDon>"+strings.Replace(profileData, "Mẫu<", "Mẫu\nđỏ<", 1)+profileTail, timeDSig))
	replace := func(in, old, text string) []byte {
		t.Helper()
		if !strings.Contains(in, old) {
			t.Fatalf("%q is not there", old)
		}
		return []byte(strings.Replace(in, old, text, 1))
	}
	inner := strings.TrimSuffix(strings.TrimPrefix(signed, "<HDon>"), "</HDon>")
	const valid, broken = true, false
	for name, c := range map[string]struct {
		doc  []byte
		want bool
	}{
		"a declaration is added":              {[]byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + signed), valid},
		"a BOM is added":                      {[]byte("\uFEFF" + signed), valid},
		"re-encoded to UTF-16":                {toUTF16(signed, false), valid},
		"wrapped in TDiep without namespaces": {[]byte("<TDiep><DLieu>" + signed + "</DLieu></TDiep>"), valid},
		"wrapped in TDiep with xsi":           {[]byte(`<TDiep xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><DLieu>` + signed + "</DLieu></TDiep>"), broken},
		"wrapped in a default namespace":      {[]byte(`<TDiep xmlns="urn:x"><DLieu>` + signed + "</DLieu></TDiep>"), broken},
		"pretty-printed outside":              {[]byte("<HDon>\n  " + strings.Replace(inner, "<DSCKS>", "\n  <DSCKS>\n", 1) + "\n</HDon>"), valid},
		"a blank in DLHDon":                   {replace(signed, "<TTChung>", "\n<TTChung>"), broken},
		"a blank in SignedInfo":               {replace(signed, "<SignedInfo>", "<SignedInfo> "), broken},
		"a blank in the Object":               {replace(signed, "<SignatureProperties>", " <SignatureProperties>"), broken},
		"a line end in SignatureValue":        {replace(signed, "<SignatureValue>", "<SignatureValue>\n"), valid},
		"a line end in X509Certificate":       {replace(signed, "<X509Certificate>", "<X509Certificate>\n"), valid},
		"an empty element opened":             {replace(signed, "<NMua/>", "<NMua></NMua>"), valid},
		"a reference for CDATA":               {replace(signed, "Khách &amp; Bạn", "<![CDATA[Khách & Bạn]]>"), valid},
		"quotes":                              {replace(signed, `Id="data"`, `Id='data'`), valid},
		"a letter by its number":              {replace(signed, "Mẫu", "M&#x1EAB;u"), valid},
		"LF becomes CRLF":                     {replace(lines, "Mẫu\n", "Mẫu\r\n"), valid},
		"a signed CR is dropped":              {replace(with, "&#13; ", " "), broken},
		"a signed CR becomes a raw one":       {replace(with, "&#13; ", "\r "), broken},
		"a blank at the end is dropped":       {replace(with, "&#13; ", "&#13;"), broken},
		"a letter is decomposed":              {replace(signed, "Mẫu", norm.NFD.String("Mẫu")), broken},
		"a comment":                           {replace(signed, "<TTChung>", "<!-- --><TTChung>"), valid},
		"another prefix":                      {bytes.ReplaceAll(bytes.ReplaceAll(replace(signed, `<Signature xmlns=`, `<ds:Signature xmlns:ds=`), []byte("<SignedInfo"), []byte("<ds:SignedInfo")), []byte("Signature>"), []byte("ds:Signature>")), broken},
		"MCCQT is inserted":                   {replace(signed, "<DSCKS>", `<MCCQT Id="m">00</MCCQT><DSCKS>`), valid},
		"another slot is filled":              {replace(signed, "<CQT/>", "<CQT><x/></CQT>"), valid},
		"a stylesheet":                        {[]byte(`<?xml-stylesheet href="x.xsl"?>` + signed), valid},
	} {
		d, err := Read(t.Context(), bytes.NewReader(c.doc), int64(len(c.doc)), nil)
		got := err == nil && len(d.Signatures) == 1 && passed(d.Signatures[0])
		if got != c.want {
			t.Errorf("%s: valid %v, want %v (%v)", name, got, c.want, err)
		}
		if name == "a comment" && !strings.Contains(findingCodes(d.Signatures[0]), string(CodeComment)) {
			t.Error("the comment is not reported")
		}
	}
	if _, err := Read(t.Context(), strings.NewReader(`<?xml version="1.0" encoding="UTF-16"?>`+signed), int64(len(signed)+39), nil); !isCode(err, CodeEncoding) {
		t.Errorf("UTF-16 declared over UTF-8: %v", err)
	}
}
