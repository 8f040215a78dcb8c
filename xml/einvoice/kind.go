package einvoice

import (
	"slices"
	"strings"
)

// Kind is a kind of document. The zero value is none that this package knows.
type Kind string

// The kinds.
const (
	Invoice         Kind = "einvoice"                // HDon
	CashRegister    Kind = "einvoice-cash-register"  // HDon from a cash register that sends its data to the tax authority
	Registration    Kind = "registration"            // TKhai: registration for e-invoices, form 01/ĐKTĐ-HĐĐT
	ErrorNotice     Kind = "error-notice"            // TBao of a taxpayer: wrong invoices, form 04/SS-HĐĐT
	AuthorityNotice Kind = "authority-notice"        // TBao of the tax authority
	TechnicalReply  Kind = "technical-reply"         // TBao that says whether a message has arrived (999, −1); nobody signs it
	InvoiceRequest  Kind = "invoice-request"         // DNghi: request for a single invoice with a code, form 06/ĐN-PSĐT
	SummaryTable    Kind = "summary-table"           // BTHDLieu, form 01/TH-HĐĐT
	Withholding     Kind = "withholding-certificate" // CTu, form 03/TNCN
	Envelope        Kind = "envelope"                // TDiep with anything but one document in it
	TaxFiling       Kind = "tax-filing"              // HSoThueDTu
	TaxRegistration Kind = "tax-registration"        // DKyThueDTu
	TaxReceipt      Kind = "tax-receipt"             // TBaoThueDTu
	InsuranceForm   Kind = "insurance-form"          // a form of the social insurance, such as TK1-TS
	InsuranceFile   Kind = "insurance-file"          // Hoso, which packs such forms
	HealthData      Kind = "health-data"             // GIAMDINHHS
	HealthCheckIn   Kind = "health-check-in"         // CHI_TIEU_TRANG_THAI_KCB
	HealthCatalogue Kind = "health-catalogue"        // HSDANHMUC
)

// Tree is the hierarchy of certificates that a slot's signer should have a certificate from.
type Tree string

// The trees. Empty: any.
const (
	National   Tree = "national"   // the public certification authorities
	Government Tree = "government" // the government's own
)

// field is a value of a document that a reader of it needs.
type field uint8

const (
	fieldNone     field = iota
	fieldForm           // KHMSHDon
	fieldSymbol         // KHHDon
	fieldNumber         // SHDon
	fieldDate           // the day on which it was made
	fieldTaxCode        // of whoever has to sign it
	fieldBuyer          // tax code of the buyer
	fieldDelegate       // tax code of the one that issues invoices for the seller
	fieldMessage        // MLTDiep
	fieldModel          // MSo: the number of the form
	fields
)

// object stands, among what a slot's signature covers, for its own Object with the signing time.
const object = "*"

// rule is what is known about a slot of a kind of document.
type rule struct {
	slot   Slot
	path   string   // from the document's element on
	covers []string // children of that element and the Object, in the order in which they are signed; nothing but the Object: all of the file
	spare  string   // a child that is covered too where there is one
	plain  bool     // References have no enveloped-signature transform
	space  TimeSpace
	many   bool // takes several signatures
	tree   Tree
}

// form is a kind of document, or several that have an element in common.
type form struct {
	kind   Kind
	root   string // local name of the element
	rules  []rule
	fields map[string]field // by path from the element on
	steps  *step            // all of it, as a reader meets it
}

// rule is that of a slot; nil where the form has no such slot.
func (f *form) rule(s Slot) *rule {
	for i := range f.rules {
		if f.rules[i].slot == s {
			return &f.rules[i]
		}
	}
	return nil
}

// signs reports whether a slot covers the children of this name.
func (f *form) signs(name string) bool {
	for i := range f.rules {
		if f.rules[i].spare == name || slices.Contains(f.rules[i].covers, name) {
			return true
		}
	}
	return false
}

// forms are the kinds of documents: what lies in an envelope, and what stands alone (Decision 1450/QĐ-TCT and what software writes).
var forms = prepared(
	&form{kind: Invoice, root: "HDon", rules: []rule{
		{slot: NBan, path: "DSCKS/NBan", covers: []string{"DLHDon", object}, tree: National},
		{slot: NMua, path: "DSCKS/NMua", covers: []string{"DLHDon", object}, tree: National},
		{slot: CQT, path: "DSCKS/CQT", covers: []string{"DLHDon", object, "MCCQT"}, plain: true, tree: Government},
		{slot: CCKSKhac, path: "DSCKS/CCKSKhac", covers: []string{"DLHDon", object}, many: true},
	}, fields: map[string]field{
		"DLHDon/TTChung/KHMSHDon": fieldForm, "DLHDon/TTChung/KHHDon": fieldSymbol, "DLHDon/TTChung/SHDon": fieldNumber, "DLHDon/TTChung/NLap": fieldDate,
		"DLHDon/TTChung/MSTDVNUNLHDon": fieldDelegate, "DLHDon/NDHDon/NBan/MST": fieldTaxCode, "DLHDon/NDHDon/NMua/MST": fieldBuyer,
	}},
	&form{kind: Registration, root: "TKhai", rules: []rule{
		{slot: NNT, path: "DSCKS/NNT", covers: []string{"DLTKhai", object}, tree: National},
	}, fields: map[string]field{"DLTKhai/TTChung/MST": fieldTaxCode, "DLTKhai/TTChung/NLap": fieldDate}},
	&form{kind: ErrorNotice, root: "TBao", rules: []rule{
		{slot: NNT, path: "DSCKS/NNT", covers: []string{"DLTBao", object}, tree: National},
		{slot: TTCQT, path: "DSCKS/TTCQT", covers: []string{object, "DLTBao"}, plain: true, space: TimeNone, tree: Government},
		{slot: CQT, path: "DSCKS/CQT", covers: []string{object, "DLTBao"}, spare: "STBao", plain: true, space: TimeNone, tree: Government},
	}, fields: map[string]field{"DLTBao/MST": fieldTaxCode, "DLTBao/NTBao": fieldDate, "DLTBao/MSo": fieldModel}},
	&form{kind: InvoiceRequest, root: "DNghi", rules: []rule{
		{slot: NNT, path: "DSCKS/NNT", covers: []string{"DLDNghi", object}, tree: National},
	}, fields: map[string]field{"DLDNghi/TTChung/MST": fieldTaxCode, "DLDNghi/TTChung/NLap": fieldDate}},
	&form{kind: SummaryTable, root: "BTHDLieu", rules: []rule{
		{slot: NNT, path: "DSCKS/NNT", covers: []string{"DLBTHop", object}, tree: National},
	}, fields: map[string]field{"DLBTHop/TTChung/MST": fieldTaxCode, "DLBTHop/TTChung/NLap": fieldDate}},
	&form{kind: Withholding, root: "CTu", rules: []rule{
		{slot: TCTTNhap, path: "DSCKS/TCTTNhap", covers: []string{"DLCTu", object}, tree: National},
	}, fields: map[string]field{"DLCTu/NDCTu/TCTTNhap/MST": fieldTaxCode, "DLCTu/TTChung/NLap": fieldDate}},
	&form{kind: Envelope, root: envelope, rules: []rule{
		{slot: CKSNNT, path: "CKSNNT", covers: []string{"DLieu", object}, tree: National},
	}, fields: map[string]field{"TTChung/MLTDiep": fieldMessage, "TTChung/MST": fieldTaxCode}},
	taxForm(TaxFiling, "HSoThueDTu", "HSoKhaiThue"),
	taxForm(TaxRegistration, "DKyThueDTu", "DKyThue"),
	taxForm(TaxReceipt, "TBaoThueDTu", "TBaoThue"),
	&form{kind: InsuranceFile, root: "Hoso", rules: []rule{{slot: CKyDvi, path: "CKy_Dvi", covers: []string{object}, tree: National}},
		fields: map[string]field{"NoiDung/ThongTinDonVi/MaSoThue": fieldTaxCode}},
	healthForm(HealthData, "GIAMDINHHS"),
	healthForm(HealthCheckIn, "CHI_TIEU_TRANG_THAI_KCB"),
	healthForm(HealthCatalogue, "HSDANHMUC"),
)

// anyForm is a document that no form describes. Those of the social insurance are told by their slot; each has a root of its own.
var anyForm = prepared(&form{rules: []rule{{slot: Cky, path: "Cky", covers: []string{object}, tree: National}}})[0]

const envelope = "TDiep"

func taxForm(k Kind, root, data string) *form {
	f := &form{kind: k, root: root, rules: []rule{{slot: CKyDTu, path: "CKyDTu", covers: []string{data, object}, many: true}},
		fields: map[string]field{data + "/TTinChung/TTinTKhaiThue/NNT/mst": fieldTaxCode}}
	if k != TaxReceipt { // which the authority signs, in either tree
		f.rules[0].tree = National
	}
	return f
}

func healthForm(k Kind, root string) *form {
	return &form{kind: k, root: root, rules: []rule{{slot: CHUKYDONVI, path: "CHUKYDONVI", covers: []string{object}, tree: National}}}
}

// formOf is the form of an element; nil where there is none.
func formOf(root string) *form {
	for _, f := range forms {
		if f.root == root {
			return f
		}
	}
	return nil
}

// step is an element that a form knows, below its own.
type step struct {
	name  string
	next  []*step
	rule  *rule
	field field
}

func (s *step) to(local []byte) *step {
	if s == nil {
		return nil
	}
	for _, n := range s.next {
		if n.name == string(local) {
			return n
		}
	}
	return nil
}

// along is the step at the end of a path, made where it is missing.
func (s *step) along(path string) *step {
next:
	for _, name := range strings.Split(path, "/") {
		for _, n := range s.next {
			if n.name == name {
				s = n
				continue next
			}
		}
		n := &step{name: name}
		s.next = append(s.next, n)
		s = n
	}
	return s
}

func prepared(list ...*form) []*form {
	for _, f := range list {
		f.steps = &step{}
		if f.root == envelope {
			f.steps.along("DLieu") // where the documents are
		}
		for i := range f.rules {
			f.steps.along(f.rules[i].path).rule = &f.rules[i]
		}
		for path, v := range f.fields {
			f.steps.along(path).field = v
		}
	}
	return list
}
