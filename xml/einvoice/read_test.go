package einvoice_test

import (
	"bytes"
	"strings"
	"testing"
	"time"
	utf16pkg "unicode/utf16"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/kyso-dev/kyso/xml"
	"github.com/kyso-dev/kyso/xml/einvoice"
)

// read reads a file and says which codes of findings it has: those of the file and its documents, and those of its signatures.
func read(t testing.TB, doc string, opts *einvoice.ReadOptions) (f *einvoice.File, ofDocuments, ofSignatures []string) {
	t.Helper()
	f, err := einvoice.Read(t.Context(), strings.NewReader(doc), int64(len(doc)), opts)
	require.NoError(t, err)
	codes := func(list []einvoice.Finding) (codes []string) {
		for _, one := range list {
			codes = append(codes, strings.TrimPrefix(string(one.Code), "einvoice."))
		}
		return codes
	}
	ofDocuments = codes(f.Findings)
	for _, d := range f.Documents {
		ofDocuments = append(ofDocuments, codes(d.Findings)...)
	}
	for _, s := range f.Signatures {
		ofSignatures = append(ofSignatures, codes(s.Findings)...)
	}
	return f, ofDocuments, ofSignatures
}

// morning is when the invoice of 2026-01-02, a Friday, is signed.
var morning = time.Date(2026, 1, 2, 8, 0, 0, 0, time.FixedZone("", 7*60*60))

func at(when time.Time) *einvoice.Options { return &einvoice.Options{SigningTime: when} }

func invoice(symbol, rest string) string {
	return "<HDon>" + strings.Replace(invoiceData, "K26TYY", symbol, 1) + rest + "</HDon>"
}

// signAs signs at several slots, "NBan signer" and so on, with the Id of what is signed behind where that is not what the slot signs.
func signAs(t testing.TB, doc string, steps ...string) string {
	t.Helper()
	for _, step := range steps {
		fields := strings.Fields(step)
		opts := at(morning)
		opts.Cover = fields[2:]
		doc = string(sign(t, []byte(doc), fields[1], einvoice.Slot(fields[0]), opts))
	}
	return doc
}

func TestReadInvoice(t *testing.T) {
	f, documents, signatures := read(t, signAs(t, invoice("C26TYY", code+"<DLQRCode>x</DLQRCode>"+emptySlots), "NBan signer", "CQT cqt"), nil)
	require.Empty(t, documents)
	require.Equal(t, []string{"qr-unsigned"}, signatures)
	require.Equal(t, einvoice.Invoice, f.Kind)
	require.True(t, f.WithCode)
	require.Len(t, f.Documents, 1)
	d := f.Documents[0]
	require.Equal(t, [4]string{"1", "C26TYY", "0100000000", "2026-01-02"}, [4]string{d.Form, d.Symbol, d.TaxCode, d.Date})
	slots := map[einvoice.Slot]einvoice.State{}
	for _, s := range d.Slots {
		slots[s.Slot] = s.State
		require.Equal(t, s.Slot == einvoice.NBan || s.Slot == einvoice.CQT, s.Required)
		require.Equal(t, "/HDon/DSCKS/"+string(s.Slot), s.Path)
	}
	require.Equal(t, map[einvoice.Slot]einvoice.State{"NBan": "signed", "NMua": "empty", "CQT": "signed", "CCKSKhac": "empty"}, slots)
	require.Equal(t, [2]einvoice.Tree{einvoice.National, einvoice.Government}, [2]einvoice.Tree{d.Slots[0].Tree, d.Slots[2].Tree})

	seller, authority := f.Signatures[0], f.Signatures[1]
	require.Equal(t, einvoice.NBan, seller.Slot)
	require.Equal(t, []string{"/HDon/DLHDon"}, seller.Covered)
	require.Equal(t, []string{"/HDon/MCCQT", "/HDon/DLQRCode"}, seller.NotCovered)
	require.Equal(t, []string{"/HDon/DLHDon", "/HDon/MCCQT"}, authority.Covered)
	require.Equal(t, []string{"/HDon/DLQRCode"}, authority.NotCovered)
	require.True(t, seller.Time.Covered && seller.Time.ZoneMissing && !seller.Time.ZoneAmbiguous)
	require.Equal(t, "2026-01-02T08:00:00+07:00", seller.Time.At.Format(time.RFC3339))
}

// TestFindings is what is said of documents in which something is not as it should be, each beside its clean twin.
func TestFindings(t *testing.T) {
	clean := signAs(t, invoice("K26TYY", emptySlots), "NBan signer")
	withCode := signAs(t, invoice("C26TYY", code+emptySlots), "NBan signer", "CQT cqt")
	twin := signAs(t, invoice("K26TYY", emptySlots), "NBan signer")
	second := twin[strings.Index(twin, "<Signature ") : strings.Index(twin, "</Signature>")+len("</Signature>")]
	change := func(in, old, to string) string {
		require.Contains(t, in, old)
		return strings.Replace(in, old, to, 1)
	}
	other := strings.Replace(invoiceData, `Id="data"`, `Id="other"`, 1)
	for name, c := range map[string]struct {
		doc                   string
		documents, signatures string
		opts                  einvoice.ReadOptions
	}{
		"clean":                       {doc: clean},
		"clean with code":             {doc: withCode},
		"cash register":               {doc: invoice("C26MYY", code)},
		"nobody has signed":           {doc: invoice("K26TYY", emptySlots), documents: "slot-empty"},
		"nobody can have":             {doc: invoice("K26TYY", ""), documents: "slot-missing"},
		"no authority":                {doc: signAs(t, invoice("C26TYY", code+emptySlots), "NBan signer"), documents: "slot-empty", signatures: "part-unsigned"},
		"no code":                     {doc: change(withCode, code, ""), documents: "code-missing"},
		"a code too many":             {doc: signAs(t, invoice("K26TYY", code+emptySlots), "NBan signer", "CQT cqt"), documents: "code-unexpected"},
		"a slot emptied":              {doc: clean[:strings.Index(clean, "<Signature ")] + clean[strings.Index(clean, "</Signature>")+len("</Signature>"):], documents: "slot-empty"},
		"two slots":                   {doc: change(clean, "<CQT/>", "<NBan/><CQT/>"), documents: "slot-double"},
		"two in one slot":             {doc: change(clean, "</Signature></NBan>", "</Signature>"+second+"</NBan>"), documents: "slot-double"},
		"outside of all slots":        {doc: change(change(clean, "<DSCKS><NBan>", "<DSCKS><Ban>"), "</Signature></NBan>", "</Signature></Ban>"), documents: "slot-missing", signatures: "no-slot"},
		"a signature of another kind": {doc: change(clean, "<NMua/>", `<NMua><Signature xmlns="http://www.w3.org/2010/09/xmldsig#"/></NMua>`), documents: "slot-other"},
		"a note in an empty slot":     {doc: change(clean, "<NMua/>", "<NMua><GhiChu>x</GhiChu></NMua>"), documents: "slot-other"},
		"a note beside a signature":   {doc: change(clean, "</Signature></NBan>", "</Signature><GhiChu/></NBan>")},
		"the data moved":              {doc: change(clean, "<HDon><DLHDon", "<HDon>"+other+"<Khac><DLHDon") /* closed below */, signatures: "data-moved part-unsigned part-unsigned"},
		"other data beside":           {doc: change(clean, "<DSCKS>", other+"<DSCKS>"), documents: "data-twice", signatures: "part-unsigned"},
		"a QR code and a key":         {doc: change(clean, "<DSCKS>", "<DLQRCode/><DSCKS>"), signatures: "qr-unsigned"},
		"a vendor's field":            {doc: change(clean, "</DSCKS>", "</DSCKS><Fkey>1</Fkey>"), signatures: "part-unsigned"},
		"a form, signed in part":      {doc: signAs(t, `<TK1-TS><ThongTin/><NoiDung Id="n"/><Cky/></TK1-TS>`, "Cky signer n"), signatures: "data-uncovered"},
		"a form, but for the slot":    {doc: signAs(t, `<TK1-TS><NoiDung Id="n"/><Cky/></TK1-TS>`, "Cky signer n")},
		"a stylesheet":                {doc: `<?xml-stylesheet href="a.xsl"?>` + clean, documents: "stylesheet"},
		"another signer":              {doc: signAs(t, invoice("K26TYY", emptySlots), "NBan other"), signatures: "tax-code"},
		"a person signs":              {doc: signAs(t, invoice("K26TYY", emptySlots), "NBan person"), signatures: "tax-code-none"},
		"a delegate":                  {doc: signAs(t, strings.Replace(invoice("K26TYY", emptySlots), "<DVTTe>", "<MSTDVNUNLHDon>0200000000</MSTDVNUNLHDon><DVTTe>", 1), "NBan other"), signatures: "delegated"},
		"registered":                  {doc: clean, opts: einvoice.ReadOptions{Registered: []string{strings.ToLower(pki().Certificate("signer").SerialNumber.Text(16))}}},
		"not registered":              {doc: clean, opts: einvoice.ReadOptions{Registered: []string{}}, signatures: "unregistered"},
		"no symbol":                   {doc: signAs(t, invoice("", emptySlots), "NBan signer"), documents: "symbol"},
		"something else altogether":   {doc: string(mustXML(t, "<a><b/></a>"))},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "the data moved" {
				c.doc = change(c.doc, "</DLHDon><DSCKS>", "</DLHDon></Khac><DSCKS>")
			}
			_, documents, signatures := read(t, c.doc, &c.opts)
			require.Equal(t, strings.Fields(c.documents), append([]string{}, documents...), "of documents")
			require.Equal(t, strings.Fields(c.signatures), append([]string{}, signatures...), "of signatures")
		})
	}
}

func mustXML(t testing.TB, doc string) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, xml.Sign(t.Context(), &out, strings.NewReader(doc), int64(len(doc)), pki().Signer("ec"), nil))
	return out.Bytes()
}

// TestKinds reads each kind of document: what it is, which slots it has and which of them have to be signed.
func TestKinds(t *testing.T) {
	for name, c := range map[string]struct {
		doc      string
		kind     einvoice.Kind
		slots    string
		required string
	}{
		"no code":          {invoice("K26TYY", ""), einvoice.Invoice, "NBan NMua CQT CCKSKhac", "NBan"},
		"code":             {invoice("C26TYY", code), einvoice.Invoice, "NBan NMua CQT CCKSKhac", "NBan CQT"},
		"cash register":    {invoice("C26MYY", ""), einvoice.CashRegister, "NBan NMua CQT CCKSKhac", ""},
		"registration":     {"<TKhai/>", einvoice.Registration, "NNT", "NNT"},
		"error notice":     {"<TBao><DSCKS><NNT/></DSCKS></TBao>", einvoice.ErrorNotice, "NNT", "NNT"},
		"authority notice": {"<TBao><STBao/></TBao>", einvoice.AuthorityNotice, "TTCQT CQT", "TTCQT CQT"},
		"receipt":          {"<TBao><DLTBao><MSo>01/TB-TNĐT</MSo></DLTBao><DSCKS><CQT/></DSCKS></TBao>", einvoice.AuthorityNotice, "TTCQT CQT", "CQT"},
		"result of checks": {"<TBao><DLTBao><MSo>01/TB-KTDL</MSo></DLTBao><DSCKS><CQT/></DSCKS></TBao>", einvoice.AuthorityNotice, "TTCQT CQT", "CQT"},
		"decision":         {"<TBao><DLTBao><MSo>01/TB-ĐKĐT</MSo></DLTBao><DSCKS><CQT/></DSCKS></TBao>", einvoice.AuthorityNotice, "TTCQT CQT", "TTCQT CQT"},
		"technical reply":  {"<TBao><MTDiep>V1</MTDiep><TTTNhan>0</TTTNhan></TBao>", einvoice.TechnicalReply, "", ""},
		"notice stripped":  {"<TBao><DLTBao><MSo>01/TB-SSĐT</MSo></DLTBao></TBao>", einvoice.AuthorityNotice, "TTCQT CQT", "TTCQT CQT"},
		"single invoice":   {"<DNghi><DLDNghi/></DNghi>", einvoice.InvoiceRequest, "NNT", "NNT"},
		"summary":          {"<BTHDLieu/>", einvoice.SummaryTable, "NNT", "NNT"},
		"withholding":      {"<CTu/>", einvoice.Withholding, "TCTTNhap", "TCTTNhap"},
		"tax filing":       {`<HSoThueDTu xmlns="urn:x"/>`, einvoice.TaxFiling, "CKyDTu", "CKyDTu"},
		"tax registration": {"<DKyThueDTu/>", einvoice.TaxRegistration, "CKyDTu", "CKyDTu"},
		"tax receipt":      {"<TBaoThueDTu/>", einvoice.TaxReceipt, "CKyDTu", "CKyDTu"},
		"insurance form":   {"<D02-TS><Cky/></D02-TS>", einvoice.InsuranceForm, "Cky", "Cky"},
		"insurance file":   {"<Hoso/>", einvoice.InsuranceFile, "CKy_Dvi", "CKy_Dvi"},
		"health data":      {"<GIAMDINHHS/>", einvoice.HealthData, "CHUKYDONVI", "CHUKYDONVI"},
		"health catalogue": {"<HSDANHMUC/>", einvoice.HealthCatalogue, "CHUKYDONVI", "CHUKYDONVI"},
		"health check-in":  {"<CHI_TIEU_TRANG_THAI_KCB/>", einvoice.HealthCheckIn, "CHUKYDONVI", "CHUKYDONVI"},
		"envelope":         {"<TDiep><TTChung><MLTDiep>206</MLTDiep></TTChung></TDiep>", einvoice.Envelope, "CKSNNT", "CKSNNT"},
		"empty envelope":   {"<TDiep/>", einvoice.Envelope, "CKSNNT", ""},
		"something else":   {"<a><DSCKS/></a>", "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f, _, _ := read(t, c.doc, nil)
			require.Equal(t, c.kind, f.Kind)
			var slots, required []string
			for _, s := range f.Documents[0].Slots {
				slots = append(slots, string(s.Slot))
				if s.Required {
					required = append(required, string(s.Slot))
				}
			}
			require.Equal(t, c.slots, strings.Join(slots, " "))
			require.Equal(t, c.required, strings.Join(required, " "))
		})
	}
}

// TestEnvelopes reads what lies in envelopes: each document for itself, and the batch that one signature covers.
func TestEnvelopes(t *testing.T) {
	one := signAs(t, invoice("K26TYY", emptySlots), "NBan signer")
	f, documents, signatures := read(t, "<TDiep><TTChung/><DLieu>"+one+"</DLieu></TDiep>", nil)
	require.Empty(t, append(documents, signatures...))
	require.Equal(t, einvoice.Invoice, f.Kind)
	require.Equal(t, "/TDiep/DLieu/HDon/DSCKS/NBan", f.Documents[1].Slots[0].Path)

	f, documents, signatures = read(t, "<TDiep><TTChung/><DLieu>"+one+invoice("K26TYY", "")+one+"</DLieu></TDiep>", nil)
	require.Equal(t, []string{"slot-missing"}, documents)
	require.Empty(t, signatures)
	require.Equal(t, einvoice.Envelope, f.Kind)
	require.Len(t, f.Documents, 4)
	require.Equal(t, "/TDiep/DLieu/HDon[3]/DSCKS/NBan", f.Documents[3].Slots[0].Path)
	require.Same(t, f.Documents[3], f.Signatures[1].Document)

	batch := `<TDiep><TTChung><MLTDiep>%</MLTDiep><MST>0100000000</MST></TTChung><DLieu Id="all">` + invoice("C26MYY", code) + invoice("C26MYY", code) + "</DLieu></TDiep>"
	_, documents, signatures = read(t, signAs(t, strings.Replace(batch, "%", "206", 1), "CKSNNT signer"), nil)
	require.Empty(t, append(documents, signatures...))
	_, documents, _ = read(t, signAs(t, strings.Replace(batch, "%", "206", 1), "CKSNNT other"), nil)
	require.Equal(t, []string{"tax-code", "tax-code"}, documents)

	// What stands for the seller's signature on a batch of a cash register does not on other invoices.
	forged := strings.ReplaceAll(strings.Replace(batch, "%", "203", 1), "C26MYY", "K26TYY")
	_, documents, _ = read(t, signAs(t, forged, "CKSNNT signer"), nil)
	require.Equal(t, []string{"slot-missing", "code-unexpected", "slot-missing", "code-unexpected"}, documents)

	notices := `<TDiep><TTChung><MLTDiep>303</MLTDiep></TTChung><DLieu Id="all"><TBao><DLTBao Id="a"><MST>0100000000</MST></DLTBao></TBao></DLieu></TDiep>`
	_, documents, _ = read(t, notices, nil)
	require.Equal(t, []string{"slot-missing", "slot-missing"}, documents)
	_, documents, _ = read(t, signAs(t, notices, "CKSNNT signer"), nil)
	require.Empty(t, documents)
}

// TestSwapped: the signatures of two invoices in an envelope change places, and each is told where it belongs.
func TestSwapped(t *testing.T) {
	one := signAs(t, invoice("K26TYY", emptySlots), "NBan signer")
	two := signAs(t, strings.Replace(invoice("K26TYY", emptySlots), "<SHDon>1<", "<SHDon>2<", 1), "NBan signer")
	signature := func(doc string) string {
		return doc[strings.Index(doc, "<Signature ") : strings.Index(doc, "</Signature>")+len("</Signature>")]
	}
	first, second := signature(one), signature(two)
	_, documents, signatures := read(t, "<TDiep><TTChung/><DLieu>"+one+two+"</DLieu></TDiep>", nil)
	require.Empty(t, append(documents, signatures...))
	f, _, signatures := read(t, "<TDiep><TTChung/><DLieu>"+strings.Replace(one, first, second, 1)+strings.Replace(two, second, first, 1)+"</DLieu></TDiep>", nil)
	require.Equal(t, []string{"swapped", "swapped"}, signatures)
	require.Equal(t, "/TDiep/DLieu/HDon[2]", f.Signatures[0].Findings[0].Params["path"])
	require.Equal(t, "/TDiep/DLieu/HDon[1]", f.Signatures[0].Findings[0].Params["document"])
	_, _, signatures = read(t, "<TDiep><TTChung/><DLieu>"+strings.Replace(one, "<DGia>1000<", "<DGia>9000<", 1)+two+"</DLieu></TDiep>", nil)
	require.NotContains(t, signatures, "swapped", "it was only changed")
}

func TestSigningTimes(t *testing.T) {
	sign := func(when time.Time, space einvoice.TimeSpace) string {
		return string(sign(t, []byte(invoice("K26TYY", emptySlots)), "signer", einvoice.NBan, &einvoice.Options{SigningTime: when, Time: space}))
	}
	day := func(d, h int) time.Time { return time.Date(2026, 1, d, h, 30, 0, 0, time.FixedZone("", 7*60*60)) }
	for space := einvoice.TimeDSig; space <= einvoice.TimeGDT; space++ {
		f, _, codes := read(t, sign(morning, space), nil)
		require.Empty(t, codes)
		require.True(t, f.Signatures[0].Time.Covered)
	}
	_, _, codes := read(t, sign(morning, einvoice.TimeAbsent), nil)
	require.Equal(t, []string{"time-missing"}, codes)

	// The invoice is of 2 January 2026, a Friday.
	holidays := func(d time.Time) bool {
		return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday || d.Day() == 5
	}
	for _, c := range []struct {
		when time.Time
		off  func(time.Time) bool
		want string
	}{
		{day(1, 23), nil, "time-before"}, {day(2, 0), nil, ""}, {day(2, 23), nil, ""}, {day(3, 9), nil, ""}, {day(5, 23), nil, ""},
		{day(6, 0), nil, "time-late"}, {day(6, 23), holidays, ""}, {day(7, 0), holidays, "time-late"},
	} {
		_, _, codes := read(t, sign(c.when, 0), &einvoice.ReadOptions{DayOff: c.off})
		require.Equal(t, c.want, strings.Join(codes, " "), c.when)
	}

	// The day of the invoice, as others write it.
	for date, want := range map[string]string{
		"<NLap>2026-01-02T00:00:00</NLap>": "", "<NLap>2026-01-03T00:00:00</NLap>": "time-before", "<NLap>02/01/2026</NLap>": "date-unreadable", "": "date-unreadable",
	} {
		_, _, codes := read(t, signAs(t, strings.Replace(invoice("K26TYY", emptySlots), "<NLap>2026-01-02</NLap>", date, 1), "NBan signer"), nil)
		require.Equal(t, want, strings.Join(codes, " "), date)
	}

	// Texts that others write.
	written := sign(morning, 0)
	now := func() time.Time { return time.Date(2026, 1, 2, 2, 0, 0, 0, time.UTC) } // 9:00 in Vietnam
	for text, want := range map[string]string{
		"2026-01-02T08:00:00Z":      "time-zone",
		"2026-01-02T01:00:00Z":      "",
		"2026-01-02T20:00:00Z":      "time-future",
		"2026-01-02T09:04:00":       "", // a clock that is a little ahead
		"2026-01-02T09:06:00":       "time-future",
		"2026-01-02T14:00:00+07:00": "time-future",
		"2026-01-02T08:00:00+07:00": "",
		"2026-01-02T08:00:00.5":     "",
		"hôm nay":                   "time-unreadable",
	} {
		f, _, codes := read(t, strings.Replace(written, "2026-01-02T08:00:00", text, 1), &einvoice.ReadOptions{Clock: now})
		codes = codes[:len(codes)-len(strings.Fields(strings.Repeat("hint ", strings.Count(strings.Join(codes, " "), "hint"))))]
		require.Equal(t, want, strings.Join(codes, " "), text)
		if want == "time-zone" {
			require.True(t, f.Signatures[0].Time.ZoneAmbiguous)
			require.Equal(t, "2026-01-02T08:00:00+07:00", f.Signatures[0].Time.At.Format(time.RFC3339))
		}
	}
	moved := strings.Replace(strings.Replace(written, "<SignatureProperties>", "<!--", 1), "</SignatureProperties>", "-->", 1)
	moved = strings.Replace(moved, "</Signature>", "<Object><SigningTime>2026-01-02T08:00:00</SigningTime></Object></Signature>", 1)
	_, _, codes = read(t, moved, nil)
	require.Contains(t, codes, "time-unsigned")
}

// TestHints breaks an invoice in the ways that occur and expects the reason to be found.
func TestHints(t *testing.T) {
	const xsi = ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`
	const xsd = ` xmlns:xsd="http://www.w3.org/2001/XMLSchema"`
	plain := signAs(t, invoice("K26TYY", emptySlots), "NBan signer")
	within := signAs(t, "<HDon"+xsi+xsd+">"+strings.TrimPrefix(invoice("K26TYY", emptySlots), "<HDon>"), "NBan signer")
	pretty := signAs(t, strings.Replace(invoice("K26TYY", emptySlots), "<NLap>", "\n  <NLap>", 1), "NBan signer")
	carriage := signAs(t, strings.Replace(invoice("K26TYY", emptySlots), "<NLap>", "&#13;\n<NLap>", 1), "NBan signer")
	form := signAs(t, "<?xml version=\"1.0\"?><TK1-TS"+xsi+"><NoiDung>Nguyễn Văn Thử</NoiDung><Cky/></TK1-TS>", "Cky signer")
	change := func(in, old, to string) string {
		require.Contains(t, in, old)
		return strings.Replace(in, old, to, 1)
	}
	for name, c := range map[string]struct{ doc, uri, what, detail string }{
		"an envelope with xsi":           {"<TDiep" + xsi + "><DLieu>" + plain + "</DLieu></TDiep>", "#data", "nothing declared around it, as with exclusive canonicalisation", "-"},
		"an envelope in a namespace":     {`<TDiep xmlns="urn:x"><DLieu>` + plain + "</DLieu></TDiep>", "#data", "no namespaces from the elements around it", "-"},
		"and its SignedInfo":             {`<TDiep` + xsi + `><DLieu>` + plain + "</DLieu></TDiep>", "SignedInfo", "nothing declared around it, as with exclusive canonicalisation", "-"},
		"taken out of one with xsi, xsd": {change(within, xsi+xsd, ""), "#data", "xmlns:xsi and xmlns:xsd declared around it", "-"},
		"line ends lost":                 {change(carriage, "&#13;", ""), "#data", "a CR at the end of each line", "-"},
		"line ends added":                {change(pretty, "\n  <NLap>", "&#13;\n  <NLap>"), "#data", "no CR at the end of lines", "-"},
		"accents apart":                  {change(plain, "Công ty Mẫu", norm.NFD.String("Công ty Mẫu")), "#data", "letters and their accents as one character (NFC)", "-"},
		"pretty-printed":                 {change(plain, "<NLap>", "\n  <NLap>"), "#data", "no blanks between elements", "-"},
		"pretty-printed in an envelope":  {`<TDiep xmlns="urn:x"><DLieu>` + change(plain, "<NLap>", "\n  <NLap>") + "</DLieu></TDiep>", "#data", "no namespaces from the elements around it", "no blanks between elements"},
		"blanks at the end of a value":   {change(plain, "Mẫu</Ten>", "Mẫu </Ten>"), "#data", "no blanks at the ends of values", "-"},
		"pretty-printed, signed whole":   {change(form, "<NoiDung>", "\n  <NoiDung>"), "", "no blanks between elements", "-"},
		"another amount":                 {change(plain, "<DGia>1000<", "<DGia>9000<"), "#data", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, doc := range []string{c.doc, utf16(c.doc)} {
				if c.uri == "" && doc != c.doc {
					continue // the signature is cut out of UTF-8 only
				}
				f, _, _ := read(t, doc, nil)
				s := f.Signatures[0]
				require.True(t, s.XML.ContentIntegrity == xml.Broken, "the verdict stays")
				got := [2]string{}
				for _, one := range s.Findings {
					if one.Code == einvoice.CodeHint && one.Params["uri"] == c.uri {
						got = [2]string{one.Params["what"], one.Params["detail"]}
					}
				}
				require.Equal(t, [2]string{c.what, c.detail}, got)
			}
		})
	}
}

func utf16(s string) string {
	out := []byte{0xFF, 0xFE}
	for _, u := range utf16pkg.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return string(out)
}
