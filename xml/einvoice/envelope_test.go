package einvoice_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/xml/einvoice"
)

func wrap(t testing.TB, h *einvoice.Header, docs ...string) string {
	t.Helper()
	var out bytes.Buffer
	items := make([]einvoice.Item, len(docs))
	for i, d := range docs {
		items[i] = einvoice.Item{Source: strings.NewReader(d), Size: int64(len(d))}
	}
	require.NoError(t, einvoice.Wrap(t.Context(), &out, items, h))
	return out.String()
}

func unwrap(t testing.TB, doc string) (docs []string) {
	t.Helper()
	list, err := einvoice.Unwrap(t.Context(), strings.NewReader(doc), int64(len(doc)))
	require.NoError(t, err)
	for _, e := range list {
		var out bytes.Buffer
		require.NoError(t, e.Write(t.Context(), &out))
		docs = append(docs, out.String())
	}
	return docs
}

var header = einvoice.Header{Sender: "V0100000000", Recipient: "TCT", Message: "203", TaxCode: "0100000000"}

func TestWrap(t *testing.T) {
	one, two := signAs(t, invoice("K26TYY", emptySlots), "NBan signer"), signAs(t, invoice("K26TYY", ""), "NBan signer", "NMua other")
	wrapped := wrap(t, &header, "\uFEFF<?xml version=\"1.0\"?>\r\n<!-- x -->"+one+"\r\n", utf16(two))
	require.Regexp(t, `^<TDiep><TTChung><PBan>2.1.0</PBan><MNGui>V0100000000</MNGui><MNNhan>TCT</MNNhan><MLTDiep>203</MLTDiep><MTDiep>V0100000000[0-9A-F]{32}</MTDiep><MST>0100000000</MST><SLuong>2</SLuong></TTChung><DLieu><HDon>`, wrapped)
	_, documents, signatures := read(t, wrapped, nil)
	require.Empty(t, append(documents, signatures...))
	intact(t, []byte(wrapped), 3)
	require.Equal(t, []string{one, two}, unwrap(t, wrapped))

	// One signature over all of them.
	batch := header
	batch.DataID, batch.Message = "all", "206"
	signed := signAs(t, wrap(t, &batch, invoice("C26MYY", code), invoice("C26MYY", code)), "CKSNNT signer")
	_, documents, signatures = read(t, signed, nil)
	require.Empty(t, append(documents, signatures...))

	var out bytes.Buffer
	for name, c := range map[string]struct {
		doc  string
		h    *einvoice.Header
		want einvoice.Code
	}{
		"an envelope":         {"<TDiep/>", &header, einvoice.CodeEnvelope},
		"not XML":             {"x", &header, "xml.malformed"},
		"a document type":     {"<!DOCTYPE a><a/>", &header, "xml.doctype"},
		"no header":           {"<a/>", nil, einvoice.CodeOption},
		"a sender too long":   {"<a/>", &einvoice.Header{Sender: "V01000000000001", Recipient: "TCT", Message: "203"}, einvoice.CodeOption},
		"a control character": {"<a/>", &einvoice.Header{Sender: "V\x01", Recipient: "TCT", Message: "203"}, einvoice.CodeOption},
		"no Id":               {"<a/>", &einvoice.Header{Sender: "V", Recipient: "TCT", Message: "203", DataID: "a b"}, einvoice.CodeOption},
	} {
		err := einvoice.Wrap(t.Context(), &out, []einvoice.Item{{strings.NewReader(c.doc), int64(len(c.doc))}}, c.h)
		require.True(t, hasCode(err, c.want), "%s: %v", name, err)
		require.Zero(t, out.Len())
	}
	require.True(t, hasCode(einvoice.Wrap(t.Context(), &out, nil, &header), einvoice.CodeOption))
}

// TestUnwrap takes documents out of envelopes that declare namespaces: their signatures are intact afterwards wherever they can be.
func TestUnwrap(t *testing.T) {
	const xsi = ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`
	before := signAs(t, invoice("K26TYY", emptySlots), "NBan signer")
	open, closing := "<TDiep"+xsi+` xml:lang="vi"><TTChung/><DLieu>`, "</DLieu></TDiep>"
	require.Equal(t, []string{before}, unwrap(t, open+before+closing), "signed before")

	within := signAs(t, open+invoice("K26TYY", emptySlots)+closing, "NBan signer")
	for _, doc := range []string{within, utf16(within)} {
		docs := unwrap(t, doc)
		require.Len(t, docs, 1)
		intact(t, []byte(docs[0]), 1)
		require.True(t, strings.HasPrefix(docs[0], "<HDon"+xsi+` xml:lang="vi"><DLHDon`), docs[0])
	}
	require.Equal(t, []string{`<HDon xmlns="urn:x" a=">"/>`, `<y xmlns="urn:y"/>`}, unwrap(t, `<TDiep xmlns="urn:x"><DLieu><HDon a=">"/><y xmlns="urn:y"/></DLieu></TDiep>`), "unsigned")

	require.Equal(t, []string{"<HDon xmlns:x=\"urn:x\"\n\txmlns='urn:z'/>"}, unwrap(t, "<TDiep xmlns='urn:y' xmlns:x='urn:x'><DLieu><HDon\n\txmlns='urn:z'/></DLieu></TDiep>"), "its own")

	plain := utf16("<TDiep><DLieu>" + before + "</DLieu></TDiep>")
	docs := unwrap(t, plain)
	intact(t, []byte(docs[0]), 1)
	require.Equal(t, utf16(before), docs[0])

	for _, doc := range []string{"<HDon/>", "<TDiep/>", "<TDiep><TTChung/></TDiep>", "<a><DLieu/></a>"} {
		_, err := einvoice.Unwrap(t.Context(), strings.NewReader(doc), int64(len(doc)))
		require.True(t, hasCode(err, einvoice.CodeEnvelope), "%s: %v", doc, err)
	}
	list, err := einvoice.Unwrap(t.Context(), strings.NewReader("<TDiep><DLieu/></TDiep>"), 23)
	require.NoError(t, err)
	require.Empty(t, list)
}

func TestStrip(t *testing.T) {
	strip := func(doc string) (string, int) {
		var out bytes.Buffer
		n, err := einvoice.Strip(t.Context(), &out, strings.NewReader(doc), int64(len(doc)))
		require.NoError(t, err)
		return out.String(), n
	}
	filing := "<?xml version=\"1.0\"?>\r\n<HSoThueDTu xmlns=\"http://kekhaithue.gdt.gov.vn/TKhaiThue\"><HSoKhaiThue id=\"ID_1\"><mst>1</mst></HSoKhaiThue></HSoThueDTu>\n"
	for _, c := range []struct {
		doc, want string
		n         int
	}{
		{signAs(t, filing, "CKyDTu signer", "CKyDTu other"), filing, 2},
		{strings.Replace(filing, "</HSoThueDTu>", "<CKyDTu/></HSoThueDTu>", 1), filing, 0},
		{signAs(t, invoice("K26TYY", emptySlots), "NBan signer", "CCKSKhac other"), invoice("K26TYY", strings.ReplaceAll(emptySlots, "<CCKSKhac/>", "<CCKSKhac></CCKSKhac>")), 2},
		{filing, filing, 0},
	} {
		got, n := strip(c.doc)
		require.Equal(t, c.want, got)
		require.Equal(t, c.n, n)
		got, _ = strip(utf16(c.doc))
		require.Equal(t, utf16(c.want), got)
	}
}

// pack makes a zip of names and contents.
func pack(t testing.TB, files ...[2]string) string {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range files {
		w, err := z.Create(f[0])
		require.NoError(t, err)
		_, err = io.WriteString(w, f[1])
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return out.String()
}

func TestStripNothingLeft(t *testing.T) {
	doc := `<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>`
	_, err := einvoice.Strip(t.Context(), io.Discard, strings.NewReader(doc), int64(len(doc)))
	require.True(t, hasCode(err, einvoice.CodeNothingLeft), "%v", err)
}

func TestReadZip(t *testing.T) {
	good := pack(t, [2]string{"invoice.html", "<html>"}, [2]string{"invoice.xml", "<HDon/>"}, [2]string{"details.js", ""})
	for name, c := range map[string]struct {
		zip  string
		want string
		code einvoice.Code
	}{
		"as the portal makes it":  {good, "<HDon/>", ""},
		"in a folder":             {pack(t, [2]string{"1_C26TYY_1/Invoice.XML", "<HDon/>"}, [2]string{"a.xml", ""}), "<HDon/>", ""},
		"under another name":      {pack(t, [2]string{"a.xml", "<HDon/>"}, [2]string{"a.html", ""}), "<HDon/>", ""},
		"none":                    {pack(t, [2]string{"a.html", ""}), "", einvoice.CodeZip},
		"which of two":            {pack(t, [2]string{"a.xml", ""}, [2]string{"b.xml", ""}), "", einvoice.CodeZip},
		"two invoices":            {pack(t, [2]string{"a/invoice.xml", ""}, [2]string{"b/invoice.xml", ""}), "", einvoice.CodeZip},
		"twice":                   {pack(t, [2]string{"invoice.xml", "1"}, [2]string{"invoice.xml", "2"}), "", einvoice.CodeZip},
		"too many":                {pack(t, make([][2]string, 65)...), "", einvoice.CodeLimit},
		"a bomb":                  {pack(t, [2]string{"invoice.xml", strings.Repeat("a", 128<<20+1)}), "", einvoice.CodeLimit},
		"cut off":                 {good[:len(good)-30], "", einvoice.CodeZip},
		"no zip":                  {"<HDon/>", "", einvoice.CodeZip},
		"encrypted":               {strings.ReplaceAll(good, "PK\x01\x02\x14\x00\x14\x00\x08", "PK\x01\x02\x14\x00\x14\x00\x09"), "", einvoice.CodeZip},
		"a CRC that does not fit": {strings.ReplaceAll(pack(t, [2]string{"invoice.xml", "<HDon/>"}), "\x50\x4b\x07\x08", "\x50\x4b\x07\x09"), "", einvoice.CodeZip},
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := einvoice.ReadZip(t.Context(), strings.NewReader(c.zip), int64(len(c.zip)))
			if c.code == "" {
				require.NoError(t, err)
				require.Equal(t, c.want, string(doc))
				return
			}
			require.True(t, hasCode(err, c.code), "%v", err)
		})
	}
}

// TestWalkZip unpacks the invoices of a month. One that is damaged does not hide the others; what is no such zip is refused as a whole.
func TestWalkZip(t *testing.T) {
	walk := func(zip string) (list []string, err error) {
		err = einvoice.WalkZip(t.Context(), strings.NewReader(zip), int64(len(zip)), func(name string, doc []byte, err error) error {
			if err != nil {
				require.Nil(t, doc)
				list = append(list, name+" "+err.(*einvoice.Error).Code())
				return nil
			}
			list = append(list, name+" "+string(doc))
			return nil
		})
		return list, err
	}
	month := [][2]string{{"1/invoice.xml", "<a/>"}, {"1/invoice.html", ""}, {"2/INVOICE.XML", "<b/>"}, {"hóa đơn.xml", "<c/>"}, {"__MACOSX/._1.xml", "x"}}
	list, err := walk(pack(t, month...))
	require.NoError(t, err)
	require.Equal(t, []string{"1/invoice.xml <a/>", "2/INVOICE.XML <b/>", "hóa đơn.xml <c/>"}, list)

	damaged := pack(t, [2]string{"a.xml", "<a>" + strings.Repeat("x", 100) + "</a>"}, [2]string{"b.xml", "<b/>"})
	sum := strings.Index(damaged, "PK\x01\x02") + 16 // the CRC of the first file in the directory
	list, err = walk(damaged[:sum] + "\x00\x00\x00\x00" + damaged[sum+4:])
	require.NoError(t, err)
	require.Equal(t, []string{"a.xml einvoice.zip", "b.xml <b/>"}, list)
	size := sum + 8
	list, err = walk(damaged[:size] + "\x05\x00\x00\x00" + damaged[size+4:])
	require.NoError(t, err)
	require.Equal(t, []string{"a.xml einvoice.zip", "b.xml <b/>"}, list, "it is longer than the zip says")

	var promised bytes.Buffer // what the files would be, they say
	w := zip.NewWriter(&promised)
	for i := range 5 {
		_, err := w.CreateRaw(&zip.FileHeader{Name: fmt.Sprint(i, ".xml"), UncompressedSize64: 128 << 20})
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	for name, c := range map[string]struct {
		zip  string
		code einvoice.Code
	}{
		"none":               {pack(t, [2]string{"a.html", ""}), einvoice.CodeZip},
		"twice":              {pack(t, [2]string{"a.xml", "1"}, [2]string{"A.XML", "2"}), einvoice.CodeZip},
		"too many":           {pack(t, make([][2]string, 10_001)...), einvoice.CodeLimit},
		"too much":           {promised.String(), einvoice.CodeLimit},
		"cut off":            {damaged[:len(damaged)-30], einvoice.CodeZip},
		"no zip":             {"<HDon/>", einvoice.CodeZip},
		"ASiC":               {pack(t, [2]string{"mimetype", "application/vnd.etsi.asic-e+zip"}, [2]string{"META-INF/signatures.xml", ""}, [2]string{"a.xml", ""}), einvoice.CodeContainer},
		"a word processor's": {pack(t, [2]string{"[Content_Types].xml", ""}, [2]string{"word/document.xml", ""}), einvoice.CodeContainer},
	} {
		list, err := walk(c.zip)
		require.Empty(t, list, name)
		require.True(t, hasCode(err, c.code), "%s: %v", name, err)
	}

	stop := errors.New("stop")
	calls := 0
	packed := pack(t, month...)
	require.Equal(t, stop, einvoice.WalkZip(t.Context(), strings.NewReader(packed), int64(len(packed)), func(string, []byte, error) error { calls++; return stop }))
	require.Equal(t, 1, calls)
	ended, cancel := context.WithCancel(t.Context())
	err = einvoice.WalkZip(ended, strings.NewReader(packed), int64(len(packed)), func(string, []byte, error) error { calls++; cancel(); return nil })
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 2, calls)
}

func TestCTSRow(t *testing.T) {
	cert := pki().Certificate("signer")
	row, err := einvoice.CTSRow(cert)
	require.NoError(t, err)
	row.Number, row.Action = 1, einvoice.Renew
	zone := time.FixedZone("", 7*60*60)
	require.Equal(t, fmt.Sprintf("<CTS><STT>1</STT><TTChuc>Kyso Test CA SHA-256</TTChuc><Seri>%X</Seri><TNgay>%s</TNgay><DNgay>%s</DNgay><HThuc>2</HThuc></CTS>",
		cert.SerialNumber, cert.NotBefore.In(zone).Format("2006-01-02T15:04:05"), cert.NotAfter.In(zone).Format("2006-01-02T15:04:05")), row.XML())
	require.True(t, einvoice.IsRegistered(cert, []string{"00 " + strings.ToLower(row.Serial)}))
	require.False(t, einvoice.IsRegistered(pki().Certificate("other"), []string{row.Serial}))
	require.Equal(t, "<CTS><TTChuc>A &lt;&amp; B</TTChuc><Seri></Seri><TNgay>0001-01-01T07:00:00</TNgay><DNgay>0001-01-01T07:00:00</DNgay><HThuc>0</HThuc></CTS>", einvoice.CTS{Issuer: "A <&\x01 B"}.XML())
	_, err = einvoice.CTSRow(nil)
	require.True(t, hasCode(err, einvoice.CodeOption))
}

func TestPackBHXH(t *testing.T) {
	form := func(name string) einvoice.Form {
		doc := "<" + name + "><NoiDung>Nguyễn Văn Thử</NoiDung><Cky/></" + name + ">"
		return einvoice.Form{Code: name, Name: name + ".xml", Source: strings.NewReader(doc), Size: int64(len(doc))}
	}
	d := &einvoice.Dossier{Employer: "Công ty Mẫu & Bạn", TaxCode: "0100000000", Procedure: "Báo tăng lao động", Forms: []einvoice.Form{
		form("TK1-TS"), {Name: "anh.pdf", Source: strings.NewReader("%PDF"), Size: 4, Ready: true}, form("D02-TS"),
	}}
	counted := &counter{Signer: pki().Signer("signer")}
	var out bytes.Buffer
	require.NoError(t, einvoice.PackBHXH(t.Context(), &out, counted, d, nil))
	require.Equal(t, 1, counted.batches, "one consent for the forms")
	intact(t, out.Bytes(), 1)
	f, documents, signatures := read(t, out.String(), nil)
	require.Empty(t, append(documents, signatures...))
	require.Equal(t, einvoice.InsuranceFile, f.Kind)
	require.Equal(t, "0100000000", f.Documents[0].TaxCode)

	files, err := einvoice.UnpackBHXH(t.Context(), bytes.NewReader(out.Bytes()), int64(out.Len()))
	require.NoError(t, err)
	require.Len(t, files, 3)
	for i, name := range []string{"TK1-TS", "", "D02-TS"} {
		if name == "" {
			require.Equal(t, "%PDF", string(files[i].Content))
			continue
		}
		require.Equal(t, name+".xml", files[i].Name)
		require.Equal(t, "/"+name+"/Cky/Signature", intact(t, files[i].Content, 1).Signatures[0].Element.Path)
	}

	var batch *signer.BatchError
	bad := "<TK3-TS/>" // nowhere to sign
	d.Forms = append(d.Forms, einvoice.Form{Name: "TK3-TS.xml", Source: strings.NewReader(bad), Size: int64(len(bad))})
	require.ErrorAs(t, einvoice.PackBHXH(t.Context(), &out, counted, d, nil), &batch)
	require.Equal(t, 3, batch.Index)
	require.True(t, hasCode(batch, einvoice.CodeSlotAbsent))
	require.True(t, hasCode(einvoice.PackBHXH(t.Context(), &out, counted, d, &einvoice.Options{SignatureID: "a"}), einvoice.CodeOption))

	for name, doc := range map[string]string{
		"another document":  "<HDon/>",
		"nothing in it":     "<Hoso><NoiDung/></Hoso>",
		"not base64":        "<Hoso><NoiDung><ThongTinHoSo><ToKhais><FileToKhai><NoiDungFile>!</NoiDungFile></FileToKhai></ToKhais></ThongTinHoSo></NoiDung></Hoso>",
		"of another length": "<Hoso><NoiDung><ThongTinHoSo><ToKhais><FileToKhai><DoDaiFile>7</DoDaiFile><NoiDungFile>AAAA</NoiDungFile></FileToKhai></ToKhais></ThongTinHoSo></NoiDung></Hoso>",
	} {
		_, err := einvoice.UnpackBHXH(t.Context(), strings.NewReader(doc), int64(len(doc)))
		require.True(t, hasCode(err, einvoice.CodeForm), "%s: %v", name, err)
	}
}

func TestPackHealth(t *testing.T) {
	d := &einvoice.HealthRecords{Facility: "48202", Date: "20260102", Records: [][]einvoice.HealthFile{
		{{Kind: "XML1", Content: []byte("<TONG_HOP/>")}, {Kind: "XML2", Content: []byte("<CHITIEU/>")}}, {{Kind: "XML1", Content: []byte{0, 255}}},
	}}
	var out bytes.Buffer
	require.NoError(t, einvoice.PackHealth(t.Context(), &out, pki().Signer("signer"), d, at(morning)))
	intact(t, out.Bytes(), 1)
	f, documents, signatures := read(t, out.String(), nil)
	require.Empty(t, append(documents, signatures...))
	require.Equal(t, einvoice.HealthData, f.Kind)
	got, err := einvoice.UnpackHealth(t.Context(), bytes.NewReader(out.Bytes()), int64(out.Len()))
	require.NoError(t, err)
	require.Equal(t, d, got)
	require.True(t, hasCode(einvoice.PackHealth(t.Context(), &out, pki().Signer("signer"), nil, nil), einvoice.CodeOption))
	for name, doc := range map[string]string{
		"another document":   "<HDon/>",
		"not base64":         "<GIAMDINHHS><THONGTINHOSO><DANHSACHHOSO><HOSO><FILEHOSO><NOIDUNGFILE>!</NOIDUNGFILE></FILEHOSO></HOSO></DANHSACHHOSO></THONGTINHOSO></GIAMDINHHS>",
		"fewer than it says": "<GIAMDINHHS><THONGTINHOSO><SOLUONGHOSO>2</SOLUONGHOSO><DANHSACHHOSO><HOSO/></DANHSACHHOSO></THONGTINHOSO></GIAMDINHHS>",
	} {
		_, err := einvoice.UnpackHealth(t.Context(), strings.NewReader(doc), int64(len(doc)))
		require.True(t, hasCode(err, einvoice.CodeForm), "%s: %v", name, err)
	}
}
