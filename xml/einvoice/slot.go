package einvoice

import (
	"strconv"
	"strings"

	"github.com/kyso-dev/kyso/internal/xmltree"
)

// Slot is a place of a document where a signature belongs: the name of the element that takes it, or for a place that no kind of
// document here has, its path from the root in local names, such as "/HocBa/GVCN", with "[2]" behind a name for the second of several.
type Slot string

// The slots.
const (
	NBan       Slot = "NBan"       // seller of an invoice
	NMua       Slot = "NMua"       // buyer of an invoice, where that was agreed
	CQT        Slot = "CQT"        // tax authority, on invoices with its code and on its notices
	CCKSKhac   Slot = "CCKSKhac"   // others on an invoice, such as a delegate
	NNT        Slot = "NNT"        // taxpayer, on registrations, error notices and summary tables
	TTCQT      Slot = "TTCQT"      // head of the tax office, on its notices
	TCTTNhap   Slot = "TCTTNhap"   // payer of income, on withholding certificates
	CKSNNT     Slot = "CKSNNT"     // taxpayer, on all that an envelope holds
	CKyDTu     Slot = "CKyDTu"     // taxpayer or authority, on tax filings; takes several
	Cky        Slot = "Cky"        // employer, on forms of the social insurance
	CKyDvi     Slot = "CKy_Dvi"    // employer, on files that pack such forms
	CHUKYDONVI Slot = "CHUKYDONVI" // health facility
)

// Slots are those that have a name, in the order in which people meet them.
func Slots() []Slot {
	return []Slot{NBan, NMua, CQT, CCKSKhac, NNT, TTCQT, TCTTNhap, CKSNNT, CKyDTu, Cky, CKyDvi, CHUKYDONVI}
}

// ParseSlot reads the name of a slot, in any case, or a path. ok is false for anything else.
func ParseSlot(s string) (slot Slot, ok bool) {
	for _, known := range Slots() {
		if strings.EqualFold(s, string(known)) {
			return known, true
		}
	}
	return Slot(s), Slot(s).free()
}

// free reports that the slot is a path.
func (s Slot) free() bool {
	rest, ok := strings.CutPrefix(string(s), "/")
	if !ok {
		return false
	}
	for _, name := range strings.Split(rest, "/") {
		base, index, indexed := strings.Cut(name, "[")
		if n, err := strconv.Atoi(strings.TrimSuffix(index, "]")); indexed && (err != nil || n < 1 || !strings.HasSuffix(index, "]")) || !xmltree.IsNCName(base) {
			return false
		}
	}
	return true
}

// name is the local name of the element.
func (s Slot) name() string {
	name, _, _ := strings.Cut(string(s)[strings.LastIndexByte(string(s), '/')+1:], "[")
	return name
}
