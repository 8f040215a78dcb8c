package einvoice_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	utf16pkg "unicode/utf16"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/xml"
	"github.com/kyso-dev/kyso/xml/einvoice"
)

// golden are the options under which the digests of the minimal invoice are known.
func golden(space einvoice.TimeSpace) *einvoice.Options {
	return &einvoice.Options{SignatureID: "seller", ObjectID: "SigningTime", Time: space, SigningTime: time.Date(2026, 1, 2, 1, 0, 0, 0, time.UTC)}
}

func TestGolden(t *testing.T) {
	const xsi = ` xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`
	for name, c := range map[string]struct {
		root               string
		space              einvoice.TimeSpace
		data, object, info string
	}{
		"xmldsig":  {"<HDon>", einvoice.TimeDefault, "boOVq8L92AhnB2mOnGYJrw8dTpmPLzhP5iBzUSBG7n0=", "PU8nzdV4DCGJVBqsm4tXVKz7zrb6gom51oCLKppuWv0=", "nhbcz/m5igJT+QdlBGRMpjxT1E8lKwVIrV13Pj6s40o="},
		"none":     {"<HDon>", einvoice.TimeNone, "boOVq8L92AhnB2mOnGYJrw8dTpmPLzhP5iBzUSBG7n0=", "Z2PdnyYjJPRDsbnEpcgGr72Aw1kYIqrzSEyF/YUzZ0Q=", "EnPypWpY1Lqo+zc3H1T7wJKVBW/bYZ9ajNWSYPWJYDU="},
		"example":  {"<HDon>", einvoice.TimeExample, "boOVq8L92AhnB2mOnGYJrw8dTpmPLzhP5iBzUSBG7n0=", "+vTZ8zIDe/hyzXoUs0sCHIfnKcUOwS7HC3mKhSNGzuU=", ""},
		"gdt":      {"<HDon>", einvoice.TimeGDT, "boOVq8L92AhnB2mOnGYJrw8dTpmPLzhP5iBzUSBG7n0=", "0MMNLjhPW4rXPvDEYI4/5UxX37s52DH4O0rKvJOfaA8=", ""},
		"xsd, xsi": {"<HDon" + xsi + ">", einvoice.TimeDSig, "YTGIzv5a3izeyGSo+BVtCGlMZW/Uk6+EgxqD2GB3TCE=", "uNOPeq4/3qeH4NI4pBpK/7m5kwI8leNRUr+H0f8UuqI=", "oy+7uevRHRpLMHY3z/34EDv3xtJzUbbrsuKBdcmitXA="},
	} {
		t.Run(name, func(t *testing.T) {
			doc := c.root + invoiceData + emptySlots + "</HDon>"
			out := sign(t, []byte(doc), "signer", einvoice.NBan, golden(c.space))
			s := intact(t, out, 1).Signatures[0]
			require.Equal(t, "/HDon/DSCKS/NBan/Signature", s.Element.Path)
			require.Equal(t, c.data, base64.StdEncoding.EncodeToString(s.References[0].Digest))
			require.Equal(t, c.object, base64.StdEncoding.EncodeToString(s.References[1].Digest))
			if sum := sha256.Sum256(s.SignedInfo); c.info != "" {
				require.Equal(t, c.info, base64.StdEncoding.EncodeToString(sum[:]))
			}
		})
	}
}

// slotCase is a document and a slot of it.
type slotCase struct {
	doc     string
	slot    einvoice.Slot
	at      string   // path of the signature
	covered []string // paths of what is signed, the Object aside
	opts    einvoice.Options
}

// slotCases has every slot of every kind of document, in every state that a slot is found in.
func slotCases() map[string]slotCase {
	invoice := func(s string) string { return "<HDon>" + invoiceData + code + s + "</HDon>" }
	notice := func(s string) string {
		return `<TBao><DLTBao Id="d"><MST>0100000000</MST></DLTBao><STBao Id="n"><So>1</So></STBao>` + s + "</TBao>"
	}
	return map[string]slotCase{
		"seller":             {invoice(emptySlots), einvoice.NBan, "/HDon/DSCKS/NBan", []string{"/HDon/DLHDon"}, einvoice.Options{}},
		"buyer, self-closed": {invoice(emptySlots), einvoice.NMua, "/HDon/DSCKS/NMua", []string{"/HDon/DLHDon"}, einvoice.Options{}},
		"authority":          {invoice(emptySlots), einvoice.CQT, "/HDon/DSCKS/CQT", []string{"/HDon/DLHDon", "/HDon/MCCQT"}, einvoice.Options{}},
		"others":             {invoice(emptySlots), einvoice.CCKSKhac, "/HDon/DSCKS/CCKSKhac", []string{"/HDon/DLHDon"}, einvoice.Options{}},
		"missing slot":       {invoice("<DSCKS><NMua/></DSCKS>"), einvoice.NBan, "/HDon/DSCKS/NBan", []string{"/HDon/DLHDon"}, einvoice.Options{}},
		"empty list":         {invoice("<DSCKS/>"), einvoice.NBan, "/HDon/DSCKS/NBan", []string{"/HDon/DLHDon"}, einvoice.Options{}},
		"no list":            {invoice(""), einvoice.NBan, "/HDon/DSCKS/NBan", []string{"/HDon/DLHDon"}, einvoice.Options{}},
		"blanks in the slot": {invoice("<DSCKS>\r\n <NBan>\r\n </NBan>\r\n</DSCKS>"), einvoice.NBan, "/HDon/DSCKS/NBan", []string{"/HDon/DLHDon"}, einvoice.Options{}},
		"parts, by Id":       {invoice(emptySlots), einvoice.NMua, "/HDon/DSCKS/NMua", []string{"/HDon/MCCQT"}, einvoice.Options{Cover: []string{"mccqt"}}},
		"in an envelope":     {"<TDiep><TTChung/><DLieu>" + invoice(emptySlots) + "</DLieu></TDiep>", einvoice.NBan, "/TDiep/DLieu/HDon/DSCKS/NBan", []string{"/TDiep/DLieu/HDon/DLHDon"}, einvoice.Options{}},
		"second of two":      {"<TDiep><TTChung/><DLieu>" + invoice(emptySlots) + invoice("") + "</DLieu></TDiep>", einvoice.NBan, "/TDiep/DLieu/HDon/DSCKS/NBan", []string{"/TDiep/DLieu/HDon/DLHDon"}, einvoice.Options{Number: 2}},
		"batch":              {`<TDiep><TTChung/><DLieu Id="all">` + invoice("") + invoice("") + "</DLieu></TDiep>", einvoice.CKSNNT, "/TDiep/CKSNNT", []string{"/TDiep/DLieu"}, einvoice.Options{}},
		"registration":       {`<TKhai><DLTKhai Id="d"/><DSCKS><NNT/></DSCKS></TKhai>`, einvoice.NNT, "/TKhai/DSCKS/NNT", []string{"/TKhai/DLTKhai"}, einvoice.Options{}},
		"error notice":       {notice("<DSCKS/>"), einvoice.NNT, "/TBao/DSCKS/NNT", []string{"/TBao/DLTBao"}, einvoice.Options{}},
		"head of office":     {notice("<DSCKS/>"), einvoice.TTCQT, "/TBao/DSCKS/TTCQT", []string{"/TBao/DLTBao"}, einvoice.Options{}},
		"office":             {notice("<DSCKS/>"), einvoice.CQT, "/TBao/DSCKS/CQT", []string{"/TBao/DLTBao", "/TBao/STBao"}, einvoice.Options{}},
		"summary":            {`<BTHDLieu><DLBTHop Id="d"/></BTHDLieu>`, einvoice.NNT, "/BTHDLieu/DSCKS/NNT", []string{"/BTHDLieu/DLBTHop"}, einvoice.Options{}},
		"withholding":        {`<CTu><DLCTu Id="d"/><DSCKS><TCTTNhap/></DSCKS></CTu>`, einvoice.TCTTNhap, "/CTu/DSCKS/TCTTNhap", []string{"/CTu/DLCTu"}, einvoice.Options{}},
		"tax filing":         {`<HSoThueDTu xmlns="http://kekhaithue.gdt.gov.vn/TKhaiThue"><HSoKhaiThue id="_NODE_TO_SIGN"/><CKyDTu/></HSoThueDTu>`, einvoice.CKyDTu, "/HSoThueDTu/CKyDTu", []string{"/HSoThueDTu/HSoKhaiThue"}, einvoice.Options{}},
		"tax filing, no slot": {`<t:HSoThueDTu xmlns:t="http://kekhaithue.gdt.gov.vn/TKhaiThue"><t:HSoKhaiThue id="ID_1"/></t:HSoThueDTu>`, einvoice.CKyDTu, "/HSoThueDTu/CKyDTu", []string{"/HSoThueDTu/HSoKhaiThue"},
			einvoice.Options{Time: einvoice.TimeAbsent}},
		"insurance form":      {"<TK1-TS><NoiDung/><Cky/></TK1-TS>", einvoice.Cky, "/TK1-TS/Cky", []string{""}, einvoice.Options{}},
		"insurance file":      {"<Hoso><NoiDung/><CKy_Dvi></CKy_Dvi></Hoso>", einvoice.CKyDvi, "/Hoso/CKy_Dvi", []string{""}, einvoice.Options{}},
		"health":              {"<GIAMDINHHS><THONGTINHOSO/><CHUKYDONVI/></GIAMDINHHS>", einvoice.CHUKYDONVI, "/GIAMDINHHS/CHUKYDONVI", []string{""}, einvoice.Options{}},
		"a path":              {`<HocBa><Diem Id="d"/><GVCN/></HocBa>`, "/HocBa/GVCN", "/HocBa/GVCN", []string{"/HocBa/Diem"}, einvoice.Options{Cover: []string{"#d"}}},
		"a path with numbers": {`<HocBa><Mon Id="a"><GVBM/></Mon><Mon><Diem Id="d"/><GVBM/></Mon></HocBa>`, "/HocBa/Mon[2]/GVBM", "/HocBa/Mon/GVBM", []string{"/HocBa/Mon/Diem"}, einvoice.Options{Cover: []string{"d"}}},
		"a path, all":         {`<HocBa><Diem/><GVCN/></HocBa>`, "/HocBa/GVCN", "/HocBa/GVCN", []string{""}, einvoice.Options{}},
	}
}

// TestSlots signs at every slot of every kind of document, whatever state the slot is in, and looks at what is covered.
func TestSlots(t *testing.T) {
	for name, c := range slotCases() {
		t.Run(name, func(t *testing.T) {
			for _, doc := range []string{c.doc, "\uFEFF" + c.doc, "<?xml version=\"1.0\"?>\r\n" + c.doc + "\r\n"} {
				out := sign(t, []byte(doc), "signer", c.slot, &c.opts)
				s := intact(t, out, 1).Signatures[0]
				require.Equal(t, c.at+"/Signature", s.Element.Path)
				var covered []string
				for _, r := range s.References {
					switch {
					case r.Element == nil:
						covered = append(covered, "")
					case !strings.Contains(r.Element.Path, "/Signature/"):
						covered = append(covered, r.Element.Path)
					}
				}
				require.Equal(t, c.covered, covered)
				untouched(t, doc, string(out), c.slot)
			}
			wide := sign(t, []byte(utf16(c.doc)), "ec", c.slot, &c.opts)
			intact(t, wide, 1)
			untouched(t, c.doc, narrow(t, wide), c.slot)
		})
	}
}

// untouched checks that nothing but the slot was written: without the signature, and slots that became empty, the octets are those from
// before.
func untouched(t *testing.T, before, after string, slot einvoice.Slot) {
	t.Helper()
	start, end := strings.Index(after, "<Signature xmlns="), strings.Index(after, "</Signature>")+len("</Signature>")
	rest := after[:start] + after[end:]
	name := string(slot)[strings.LastIndex(string(slot), "/")+1:]
	for _, empty := range []string{"", name, "t:" + name} {
		for _, list := range []string{"", "<DSCKS>"} {
			written := fmt.Sprintf("<%s></%s>", empty, empty)
			if empty == "" {
				written = ""
			}
			if list != "" {
				written = list + written + "</DSCKS>"
			}
			for _, was := range []string{"", "<" + empty + "/>", "<DSCKS/>", written} {
				if strings.Replace(rest, written, was, 1) == before {
					return
				}
			}
		}
	}
	t.Fatalf("more than the slot has changed:\n%s\n%s", before, rest)
}

func TestOrder(t *testing.T) {
	out := string(sign(t, []byte("<HDon>"+invoiceData+"<DSCKS><CQT/></DSCKS></HDon>"), "signer", einvoice.NMua, nil))
	out = string(sign(t, []byte(out), "signer", einvoice.NBan, nil))
	out = string(sign(t, []byte(out), "signer", einvoice.CCKSKhac, nil))
	last := 0
	for _, slot := range []string{"<NBan>", "<NMua>", "<CQT/>", "<CCKSKhac>"} {
		at := strings.Index(out, slot)
		require.Greater(t, at, last, slot)
		last = at
	}
	intact(t, []byte(out), 3)
}

// TestParties signs as seller, buyer and authority in every order.
func TestParties(t *testing.T) {
	slots := map[einvoice.Slot]string{einvoice.NBan: "signer", einvoice.NMua: "other", einvoice.CQT: "cqt"}
	for _, order := range [][]einvoice.Slot{
		{einvoice.NBan, einvoice.NMua, einvoice.CQT}, {einvoice.NBan, einvoice.CQT, einvoice.NMua}, {einvoice.CQT, einvoice.NMua, einvoice.NBan},
	} {
		doc := []byte("<HDon>" + invoiceData + code + "<DSCKS/></HDon>")
		for i, slot := range order {
			doc = sign(t, doc, slots[slot], slot, nil)
			intact(t, doc, i+1)
		}
	}
}

func TestPrepare(t *testing.T) {
	doc := []byte("<HDon>" + invoiceData + emptySlots + "</HDon>")
	s := pki().Signer("signer")
	chain, err := s.Certificates(t.Context())
	require.NoError(t, err)
	p, err := einvoice.Prepare(t.Context(), bytes.NewReader(doc), int64(len(doc)), chain, einvoice.NBan, nil)
	require.NoError(t, err)
	require.Equal(t, "1K26TYY 1", p.Request().Title)
	state, err := json.Marshal(p)
	require.NoError(t, err)
	var later xml.PreparedSignature
	require.NoError(t, json.Unmarshal(state, &later))
	value, err := signer.Sign(t.Context(), s, later.Request())
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, later.Finish(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), value, nil))
	intact(t, out.Bytes(), 1)
}

func TestSignBatch(t *testing.T) {
	docs := make([]einvoice.BatchDocument, 5)
	outputs := make([]bytes.Buffer, len(docs))
	for i := range docs {
		doc := strings.Replace("<HDon>"+invoiceData+emptySlots+"</HDon>", "<SHDon>1<", fmt.Sprintf("<SHDon>%d<", i+1), 1)
		docs[i] = einvoice.BatchDocument{Source: strings.NewReader(doc), Size: int64(len(doc)), Output: &outputs[i]}
	}
	docs[3].Slot, docs[4].Options = einvoice.NMua, &einvoice.Options{SignatureID: "own"}
	counted := &counter{Signer: pki().Signer("signer")}
	require.NoError(t, einvoice.SignBatch(t.Context(), docs, counted, einvoice.NBan, nil))
	require.Equal(t, 1, counted.batches)
	for i := range outputs {
		s := intact(t, outputs[i].Bytes(), 1).Signatures[0]
		require.Equal(t, i == 3, strings.Contains(s.Element.Path, "NMua"))
		require.Equal(t, i == 4, s.Element.ID == "own")
	}
	var batch *signer.BatchError
	docs[2].Slot = einvoice.NNT
	require.ErrorAs(t, einvoice.SignBatch(t.Context(), docs, counted, einvoice.NBan, nil), &batch)
	require.Equal(t, 2, batch.Index)
	require.True(t, hasCode(batch, einvoice.CodeSlotUnknown))
}

func TestParseSlot(t *testing.T) {
	for text, want := range map[string]einvoice.Slot{
		"nban": einvoice.NBan, "CKY_DVI": einvoice.CKyDvi, "/a/b": "/a/b", "/a/b[2]": "/a/b[2]",
		"": "", "a": "", "/": "", "/a//b": "", "/a/b[0]": "", "/a/b[x]": "", "/a/b[2": "", "/a b": "", "//a": "",
	} {
		slot, ok := einvoice.ParseSlot(text)
		require.Equal(t, want != "", ok, text)
		if ok {
			require.Equal(t, want, slot)
		}
	}
}

func TestRefusals(t *testing.T) {
	signed := string(sign(t, []byte("<HDon>"+invoiceData+emptySlots+"</HDon>"), "signer", einvoice.NBan, nil))
	two := "<TDiep><TTChung/><DLieu><HDon>" + invoiceData + "</HDon><HDon>" + invoiceData + "</HDon></DLieu></TDiep>"
	for name, c := range map[string]struct {
		doc  string
		slot einvoice.Slot
		opts einvoice.Options
		want einvoice.Code
	}{
		"no such slot":           {"<HDon>" + invoiceData + "</HDon>", einvoice.NNT, einvoice.Options{}, einvoice.CodeSlotUnknown},
		"no such document":       {"<TDiep><DLieu/></TDiep>", einvoice.NBan, einvoice.Options{}, einvoice.CodeNoDocument},
		"something else":         {"<a/>", einvoice.NBan, einvoice.Options{}, einvoice.CodeNoDocument},
		"which of two":           {two, einvoice.NBan, einvoice.Options{}, einvoice.CodeWhichDocument},
		"third of two":           {two, einvoice.NBan, einvoice.Options{Number: 3}, einvoice.CodeWhichDocument},
		"signed already":         {signed, einvoice.NBan, einvoice.Options{}, einvoice.CodeSlotTaken},
		"two slots":              {"<HDon>" + invoiceData + "<DSCKS><NBan/><NBan/></DSCKS></HDon>", einvoice.NBan, einvoice.Options{}, einvoice.CodeSlotSeveral},
		"no data":                {"<HDon><DSCKS/></HDon>", einvoice.NBan, einvoice.Options{}, einvoice.CodeDataMissing},
		"no code":                {"<HDon>" + invoiceData + "</HDon>", einvoice.CQT, einvoice.Options{}, einvoice.CodeDataMissing},
		"data twice":             {"<HDon>" + invoiceData + invoiceData + "</HDon>", einvoice.NBan, einvoice.Options{}, einvoice.CodeDataSeveral},
		"data without an Id":     {"<HDon><DLHDon/></HDon>", einvoice.NBan, einvoice.Options{}, einvoice.CodeDataWithoutID},
		"an Id twice":            {`<HDon><DLHDon Id="a"/><x Id="a"/></HDon>`, einvoice.NBan, einvoice.Options{}, xml.CodeAmbiguous},
		"no slot in what counts": {"<TK1-TS/>", einvoice.Cky, einvoice.Options{}, einvoice.CodeSlotAbsent},
		"no slot at all":         {"<HDon>" + invoiceData + "</HDon>", "XYZ", einvoice.Options{}, einvoice.CodeOption},
		"no such place":          {"<HDon/>", "/HDon/GVCN", einvoice.Options{}, xml.CodePlaceNone},
		"a namespace too many":   {"<HDon>" + invoiceData + "</HDon>", einvoice.NBan, einvoice.Options{Time: 17}, einvoice.CodeOption},
		"not XML":                {"%PDF-1.7", einvoice.NBan, einvoice.Options{}, xml.CodeMalformed},
		"an Id that is taken":    {signed, einvoice.NMua, einvoice.Options{SignatureID: "data"}, xml.CodeIDTaken},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			err := einvoice.Sign(t.Context(), &out, strings.NewReader(c.doc), int64(len(c.doc)), pki().Signer("ec"), c.slot, &c.opts)
			require.True(t, hasCode(err, c.want), "%v", err)
			require.Zero(t, out.Len())
		})
	}
}

// narrow is the text of a document in UTF-16.
func narrow(t *testing.T, doc []byte) string {
	t.Helper()
	require.Equal(t, []byte{0xFF, 0xFE}, doc[:2])
	var units []uint16
	for i := 2; i+1 < len(doc); i += 2 {
		units = append(units, uint16(doc[i])|uint16(doc[i+1])<<8)
	}
	return string(utf16pkg.Decode(units))
}

// TestCheck says before signing what a reader would find afterwards.
func TestCheck(t *testing.T) {
	check := func(doc, who string, slot einvoice.Slot, opts *einvoice.CheckOptions) string {
		findings, err := einvoice.Check(t.Context(), strings.NewReader(doc), int64(len(doc)), pki().Certificate(who), slot, opts)
		if err != nil {
			return string(err.(interface{ Code() string }).Code())
		}
		var codes []string
		for _, f := range findings {
			codes = append(codes, strings.TrimPrefix(string(f.Code), "einvoice."))
		}
		return strings.Join(codes, " ")
	}
	doc := invoice("K26TYY", emptySlots)
	on := func(day int) *einvoice.CheckOptions {
		return &einvoice.CheckOptions{SigningTime: morning.AddDate(0, 0, day), Registered: []string{pki().Certificate("signer").SerialNumber.Text(16)}}
	}
	require.Equal(t, "", check(doc, "signer", einvoice.NBan, on(0)))
	require.Equal(t, "", check(doc, "signer", einvoice.NBan, on(3)))
	require.Equal(t, "time-late", check(doc, "signer", einvoice.NBan, on(4)))
	require.Equal(t, "time-before", check(doc, "signer", einvoice.NBan, on(-1)))
	require.Equal(t, "unregistered tax-code", check(doc, "other", einvoice.NBan, on(0)))
	require.Equal(t, "", check(doc, "other", einvoice.NMua, on(0)), "a buyer without a tax code")
	require.Equal(t, "einvoice.slot-unknown", check(doc, "signer", einvoice.NNT, on(0)))
	require.Equal(t, "einvoice.slot-taken", check(signAs(t, doc, "NBan signer"), "signer", einvoice.NBan, nil))
	require.Equal(t, "einvoice.data-missing", check("<HDon/>", "signer", einvoice.NBan, nil))
	require.Equal(t, "einvoice.option", check(doc, "signer", "/a/b", nil))
	require.Equal(t, "xml.malformed", check("x", "signer", einvoice.NBan, nil))
}
