package einvoicetest

import (
	"fmt"
	"strings"
	"time"
)

// Tax codes of the parties.
const (
	Seller = "0100000000"
	Buyer  = "0200000000"
)

// Options say which invoice is made. nil is one line, without a code, with empty slots, on one line of text.
type Options struct {
	Symbol   string // KHHDon; "" is K26TYY. C26TYY is an invoice with a code, C26MYY one from a cash register
	Number   int    // SHDon; 0 is 1
	Date     time.Time
	Lines    int     // goods; 0 is 1
	Seller   string  // tax code; "" is Seller
	Buyer    string  // tax code; "" is Buyer
	Delegate string  // tax code of the one that issues it for the seller; "" for nobody
	Related  Related // to an earlier invoice
	Code     bool    // has a code of the tax authority; those whose symbol begins with C have one in any case
	NoCode   bool    // has none even so
	QR       bool    // has a QR code
	Key      bool    // has a vendor's Fkey behind the slots

	ID         string // of DLHDon; "" is data
	Slots      Slots
	Namespaces bool // HDon declares xmlns:xsi and xmlns:xsd, which nothing uses
	Pretty     bool // elements on lines of their own, indented
	CRLF       bool // lines end as on Windows
	BOM        bool // there is a byte order mark
	Stylesheet bool
}

// Related says what an invoice does to an earlier one. The zero value: nothing.
type Related int

// The relations.
const (
	Replaces Related = 1
	Adjusts  Related = 2
)

// Slots is the form in which the slots of an unsigned invoice stand. The zero value is SlotsEmpty.
type Slots int

// The forms.
const (
	SlotsEmpty  Slots = iota // <NBan></NBan>
	SlotsClosed              // <NBan/>
	SlotsNone                // DSCKS is empty
	SlotsAbsent              // nor is there a DSCKS
)

// Date is the day of the invoices, a Friday.
func Date() time.Time { return time.Date(2026, 1, 2, 0, 0, 0, 0, time.FixedZone("", 7*60*60)) }

// Minimal is the smallest realistic invoice: without a code, its slots empty. Digests of its parts are published, so it must not change.
func Minimal() []byte {
	return []byte(`<HDon><DLHDon Id="data"><TTChung><PBan>2.1.0</PBan><THDon>Hóa đơn giá trị gia tăng</THDon><KHMSHDon>1</KHMSHDon><KHHDon>K26TYY</KHHDon><SHDon>1</SHDon><NLap>2026-01-02</NLap><DVTTe>VND</DVTTe></TTChung>` +
		`<NDHDon><NBan><Ten>Công ty Mẫu</Ten><MST>0100000000</MST></NBan><NMua><Ten>Khách &amp; Bạn</Ten></NMua>` +
		`<DSHHDVu><HHDVu><TChat>1</TChat><STT>1</STT><THHDVu>Hàng mẫu</THHDVu><SLuong>1</SLuong><DGia>1000</DGia><ThTien>1000</ThTien><TSuat>10%</TSuat></HHDVu></DSHHDVu>` +
		`<TToan><TgTCThue>1000</TgTCThue><TgTThue>100</TgTThue><TgTTTBSo>1100</TgTTTBSo></TToan></NDHDon></DLHDon>` +
		`<DSCKS><NBan></NBan><NMua/><CQT/><CCKSKhac/></DSCKS></HDon>`)
}

// Invoice makes an unsigned invoice.
func Invoice(opts *Options) []byte {
	var o Options
	if opts != nil {
		o = *opts
	}
	set := func(s *string, value string) {
		if *s == "" {
			*s = value
		}
	}
	set(&o.Symbol, "K26TYY")
	set(&o.Seller, Seller)
	set(&o.Buyer, Buyer)
	set(&o.ID, "data")
	o.Number, o.Lines = max(o.Number, 1), max(o.Lines, 1)
	if o.Date.IsZero() {
		o.Date = Date()
	}
	w := &writer{pretty: o.Pretty}
	o.write(w)
	doc := w.String()
	if o.CRLF {
		doc = strings.ReplaceAll(doc, "\n", "\r\n")
	}
	if o.BOM {
		doc = "\uFEFF" + doc
	}
	return []byte(doc)
}

func (o *Options) write(w *writer) {
	w.raw(`<?xml version="1.0" encoding="UTF-8"?>`)
	if o.Stylesheet {
		w.raw(`<?xml-stylesheet type="text/xsl" href="hoadon.xsl"?>`)
	}
	attrs := ""
	if o.Namespaces {
		attrs = ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"`
	}
	w.open("HDon", attrs)
	w.open("DLHDon", fmt.Sprintf(` Id="%s"`, o.ID))
	o.general(w)
	w.open("NDHDon", "")
	o.parties(w)
	total := o.goods(w)
	o.totals(w, total)
	w.close("NDHDon")
	w.close("DLHDon")
	if o.QR {
		w.leaf("DLQRCode", fmt.Sprintf("00020101021202120010A0000007750110%s0206%s", o.Seller, o.Symbol))
	}
	if (o.Code || strings.HasPrefix(strings.TrimLeft(o.Symbol, "123456789"), "C")) && !o.NoCode {
		code := "00ABCDEF0123456789ABCDEF0123456789"
		if strings.Contains(o.Symbol, "M") {
			code = fmt.Sprintf("M1-26-ABCDE-%011d", o.Number)
		}
		w.raw(fmt.Sprintf(`<MCCQT Id="code-%s">%s</MCCQT>`, o.ID, code))
	}
	o.slots(w)
	if o.Key {
		w.leaf("Fkey", "0123456789")
	}
	w.close("HDon")
}

func (o *Options) general(w *writer) {
	w.open("TTChung", "")
	for _, f := range [][2]string{
		{"PBan", "2.1.0"}, {"THDon", "Hóa đơn giá trị gia tăng"}, {"KHMSHDon", "1"}, {"KHHDon", o.Symbol}, {"SHDon", fmt.Sprint(o.Number)},
		{"NLap", o.Date.Format(time.DateOnly)}, {"DVTTe", "VND"}, {"TGia", "1"}, {"HTTToan", "TM/CK"}, {"MSTTCGP", "0300000000"},
	} {
		w.leaf(f[0], f[1])
	}
	if o.Delegate != "" {
		w.leaf("MSTDVNUNLHDon", o.Delegate)
		w.leaf("TDVNUNLHDon", "CÔNG TY CỔ PHẦN ỦY NHIỆM")
	}
	if o.Related != 0 {
		w.open("TTHDLQuan", "")
		for _, f := range [][2]string{
			{"TCHDon", fmt.Sprint(int(o.Related))}, {"LHDCLQuan", "1"}, {"KHMSHDCLQuan", "1"}, {"KHHDCLQuan", o.Symbol}, {"SHDCLQuan", "7"},
			{"NLHDCLQuan", o.Date.AddDate(0, 0, -3).Format(time.DateOnly)}, {"GChu", "Sai đơn giá"},
		} {
			w.leaf(f[0], f[1])
		}
		w.close("TTHDLQuan")
	}
	w.close("TTChung")
}

func (o *Options) parties(w *writer) {
	w.open("NBan", "")
	for _, f := range [][2]string{
		{"Ten", "CÔNG TY TNHH THỬ NGHIỆM"}, {"MST", o.Seller}, {"DChi", "Số 1 phố Thử Nghiệm, Hà Nội"}, {"SDThoai", "02400000000"},
		{"STKNHang", "0000000000001"}, {"TNHang", "Ngân hàng Ví Dụ"},
	} {
		w.leaf(f[0], f[1])
	}
	w.close("NBan")
	w.open("NMua", "")
	for _, f := range [][2]string{{"Ten", "CÔNG TY CỔ PHẦN VÍ DỤ"}, {"MST", o.Buyer}, {"DChi", "Số 2 đường Ví Dụ, Đà Nẵng"}, {"HVTNMHang", "Trần Thị Mẫu & bạn"}} {
		w.leaf(f[0], f[1])
	}
	w.close("NMua")
}

// price is that of all goods.
const price = 125_000

func (o *Options) goods(w *writer) (total int64) {
	w.open("DSHHDVu", "")
	for i := 1; i <= o.Lines; i++ {
		count := int64(i%7 + 1)
		w.open("HHDVu", "")
		for _, f := range [][2]string{
			{"TChat", "1"}, {"STT", fmt.Sprint(i)}, {"MHHDVu", fmt.Sprintf("SP%05d", i)}, {"THHDVu", fmt.Sprintf("Hàng hóa mẫu số %d – loại đặc biệt", i)},
			{"DVTinh", "Cái"}, {"SLuong", fmt.Sprint(count)}, {"DGia", fmt.Sprint(price)}, {"ThTien", fmt.Sprint(count * price)}, {"TSuat", "8%"},
		} {
			w.leaf(f[0], f[1])
		}
		w.close("HHDVu")
		total += count * price
	}
	w.close("DSHHDVu")
	return total
}

func (o *Options) totals(w *writer, total int64) {
	tax := total * 8 / 100
	w.open("TToan", "")
	w.open("THTTLTSuat", "")
	w.open("LTSuat", "")
	w.leaf("TSuat", "8%")
	w.leaf("ThTien", fmt.Sprint(total))
	w.leaf("TThue", fmt.Sprint(tax))
	w.close("LTSuat")
	w.close("THTTLTSuat")
	w.leaf("TgTCThue", fmt.Sprint(total))
	w.leaf("TgTThue", fmt.Sprint(tax))
	w.leaf("TgTTTBSo", fmt.Sprint(total+tax))
	w.leaf("TgTTTBChu", words(total+tax)+" đồng")
	w.close("TToan")
}

func (o *Options) slots(w *writer) {
	switch o.Slots {
	case SlotsAbsent:
		return
	case SlotsNone:
		w.raw("<DSCKS/>")
		return
	}
	w.open("DSCKS", "")
	for _, name := range []string{"NBan", "NMua", "CQT", "CCKSKhac"} {
		if o.Slots == SlotsClosed {
			w.raw("<" + name + "/>")
		} else {
			w.raw("<" + name + "></" + name + ">")
		}
	}
	w.close("DSCKS")
}

// writer writes elements, on lines of their own if it is to be pretty.
type writer struct {
	strings.Builder
	pretty bool
	depth  int
}

func (w *writer) raw(s string) {
	if w.pretty && w.Len() > 0 {
		w.WriteString("\n" + strings.Repeat("  ", w.depth))
	}
	w.WriteString(s)
}

func (w *writer) open(name, attrs string) {
	w.raw("<" + name + attrs + ">")
	w.depth++
}

func (w *writer) close(name string) {
	w.depth--
	w.raw("</" + name + ">")
}

func (w *writer) leaf(name, value string) {
	w.raw("<" + name + ">" + strings.ReplaceAll(value, "&", "&amp;") + "</" + name + ">")
}

var digits = []string{"không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"}

// words says an amount as an invoice does.
func words(n int64) string {
	if n == 0 {
		return "Không"
	}
	var parts []string
	for _, unit := range []struct {
		size int64
		name string
	}{{1e9, " tỷ"}, {1e6, " triệu"}, {1e3, " nghìn"}, {1, ""}} {
		if group := n / unit.size; group > 0 {
			parts = append(parts, hundreds(group, len(parts) > 0)+unit.name)
			n %= unit.size
		}
	}
	text := []rune(strings.Join(parts, " "))
	return strings.ToUpper(string(text[:1])) + string(text[1:])
}

// hundreds says a number below a thousand; one of billions may be larger.
func hundreds(n int64, follows bool) string {
	if n >= 1000 {
		return strings.ToLower(words(n))
	}
	var parts []string
	h, t, u := n/100, n/10%10, n%10
	if h > 0 || follows {
		parts = append(parts, digits[h], "trăm")
	}
	switch {
	case t == 1:
		parts = append(parts, "mười")
	case t > 1:
		parts = append(parts, digits[t], "mươi")
	case u > 0 && len(parts) > 0:
		parts = append(parts, "linh")
	}
	switch {
	case u == 5 && t > 0:
		parts = append(parts, "lăm")
	case u == 1 && t > 1:
		parts = append(parts, "mốt")
	case u > 0:
		parts = append(parts, digits[u])
	}
	return strings.Join(parts, " ")
}
