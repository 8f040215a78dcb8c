package einvoicetest

import (
	"bytes"
	"context"
	"crypto"
	_ "crypto/sha1" // of old signatures
	_ "crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/xml"
	"github.com/kyso-dev/kyso/xml/einvoice"
)

// Keys sign the variants. All are needed but Legacy.
type Keys struct {
	Seller    signer.Signer // with the tax code Seller
	Buyer     signer.Signer // with the tax code Buyer
	Authority signer.Signer
	Expired   signer.Signer // with the tax code Seller, and a certificate that is over
	Revoked   signer.Signer // with the tax code Seller, and a certificate that was revoked
	// Legacy signs what package xml does not sign any more, with the certificate of Seller and SHA-1: its RSA key. Without it these
	// variants are left out.
	Legacy crypto.Signer
}

// Variant is an invoice, or a file of several, with what is to be said of it.
type Variant struct {
	Name       string
	Doc        []byte
	Signatures int  // how many are in it
	Intact     int  // and how many of these are intact
	Sound      bool // all of them are, and nothing of what einvoice.Read finds weighs as an error
	// Findings are the codes of what einvoice.Read finds, in its order: of the file, its documents, its signatures. Warnings of package xml
	// are not among them.
	Findings []einvoice.Code
	Read     *einvoice.ReadOptions // to be read so
}

// maker makes variants until the first error.
type maker struct {
	ctx  context.Context
	keys Keys
	list []Variant
	err  error
}

// Variants makes one file for each thing that occurs in practice or that an attacker may do. All are signed at eight o'clock on the day
// of the invoice.
func Variants(ctx context.Context, keys Keys) ([]Variant, error) {
	m := &maker{ctx: ctx, keys: keys}
	m.forms()
	m.parties()
	m.texts()
	m.envelopes()
	m.times()
	m.legacy()
	m.attacks()
	return m.list, m.err
}

// signing is the time at which the variants are signed.
func signing() time.Time { return Date().Add(8 * time.Hour) }

// add adds a variant of which all signatures are intact and nothing is wrong.
func (m *maker) add(name string, doc []byte, signatures int, findings ...einvoice.Code) *Variant {
	m.list = append(m.list, Variant{Name: name, Doc: doc, Signatures: signatures, Intact: signatures, Sound: true, Findings: findings})
	return &m.list[len(m.list)-1]
}

// sign fills one slot after another: "NBan seller", "CQT authority".
func (m *maker) sign(doc []byte, steps ...string) []byte {
	for _, step := range steps {
		slot, who, _ := strings.Cut(step, " ")
		key := map[string]signer.Signer{"seller": m.keys.Seller, "buyer": m.keys.Buyer, "authority": m.keys.Authority, "expired": m.keys.Expired, "revoked": m.keys.Revoked}[who]
		doc = m.signWith(doc, einvoice.Slot(slot), key, &einvoice.Options{})
	}
	return doc
}

func (m *maker) signWith(doc []byte, slot einvoice.Slot, key signer.Signer, opts *einvoice.Options) []byte {
	if m.err != nil {
		return nil
	}
	if key == nil {
		m.err = errors.New("einvoicetest: a key is missing")
		return nil
	}
	opts.SigningTime, opts.InsecureExpired = signing(), true
	var out bytes.Buffer
	if err := einvoice.Sign(m.ctx, &out, bytes.NewReader(doc), int64(len(doc)), key, slot, opts); err != nil {
		m.err = fmt.Errorf("einvoicetest: %s: %w", slot, err)
	}
	return out.Bytes()
}

// forms are the kinds of invoices.
func (m *maker) forms() {
	m.add("minimal", m.sign(Minimal(), "NBan seller"), 1)
	m.add("no code", m.sign(Invoice(nil), "NBan seller"), 1)
	m.add("code", m.sign(Invoice(&Options{Symbol: "C26TYY"}), "NBan seller", "CQT authority"), 2)
	m.add("cash register", Invoice(&Options{Symbol: "C26MYY"}), 0)
	m.add("symbol with the form in front", m.sign(Invoice(&Options{Symbol: "1C26TYY"}), "NBan seller", "CQT authority"), 2)
	m.add("replacement", m.sign(Invoice(&Options{Related: Replaces}), "NBan seller"), 1)
	m.add("adjustment", m.sign(Invoice(&Options{Related: Adjusts}), "NBan seller"), 1)
	m.add("many lines", m.sign(Invoice(&Options{Lines: 50}), "NBan seller"), 1)
	m.add("self-closed slots", m.sign(Invoice(&Options{Slots: SlotsClosed}), "NBan seller"), 1)
	m.add("no slots", m.sign(Invoice(&Options{Slots: SlotsNone}), "NBan seller"), 1)
	m.add("no list of slots", m.sign(Invoice(&Options{Slots: SlotsAbsent}), "NBan seller"), 1)
}

// parties are about who signs.
func (m *maker) parties() {
	m.add("buyer co-signed", m.sign(Invoice(nil), "NBan seller", "NMua buyer"), 2)
	m.add("all three, the authority first", m.sign(Invoice(&Options{Symbol: "C26TYY"}), "CQT authority", "NMua buyer", "NBan seller"), 3)
	m.add("delegated", m.sign(Invoice(&Options{Delegate: Buyer}), "NBan buyer"), 1, einvoice.CodeDelegated)
	m.add("signer is not the seller", m.sign(Invoice(nil), "NBan buyer"), 1, einvoice.CodeTaxCode)
	v := m.add("unregistered serial", m.sign(Invoice(nil), "NBan seller"), 1, einvoice.CodeUnregistered)
	v.Read = &einvoice.ReadOptions{Registered: []string{"5401"}}
	m.add("expired", m.sign(Invoice(nil), "NBan expired"), 1)
	m.add("revoked", m.sign(Invoice(nil), "NBan revoked"), 1)
	m.add("not signed by the authority", m.sign(Invoice(&Options{Symbol: "C26TYY"}), "NBan seller"), 1, einvoice.CodeSlotEmpty, einvoice.CodePartUnsigned).Sound = false
	m.add("not signed by the seller", m.sign(Invoice(&Options{Symbol: "C26TYY"}), "CQT authority"), 1, einvoice.CodeSlotEmpty).Sound = false
	m.add("not signed", Invoice(nil), 0, einvoice.CodeSlotEmpty).Sound = false
}

// texts are about how the same invoice is written.
func (m *maker) texts() {
	m.add("namespaces that nothing uses", m.sign(Invoice(&Options{Namespaces: true}), "NBan seller"), 1)
	m.add("pretty-printed and then signed", m.sign(Invoice(&Options{Pretty: true}), "NBan seller"), 1)
	m.add("CRLF", m.sign(Invoice(&Options{Pretty: true, CRLF: true}), "NBan seller"), 1)
	m.add("byte order mark", m.sign(Invoice(&Options{BOM: true}), "NBan seller"), 1)
	m.add("QR code, vendor's key", m.sign(Invoice(&Options{QR: true, Key: true}), "NBan seller"), 1, einvoice.CodeQRUnsigned, einvoice.CodePartUnsigned)
	m.add("stylesheet", m.sign(Invoice(&Options{Stylesheet: true}), "NBan seller"), 1, einvoice.CodeStylesheet)
}

// root is the root element of a document.
func root(doc []byte) string { return string(doc[bytes.Index(doc, []byte("<HDon")):]) }

func envelope(attrs, message, data string, docs ...[]byte) []byte {
	var w strings.Builder
	fmt.Fprintf(&w, "<TDiep%s><TTChung><PBan>2.1.0</PBan><MNGui>V%s</MNGui><MNNhan>TCT</MNNhan><MLTDiep>%s</MLTDiep><MTDiep>V%s%032X</MTDiep><MST>%s</MST><SLuong>%d</SLuong></TTChung><DLieu%s>",
		attrs, Seller, message, Seller, len(docs), Seller, len(docs), data)
	for _, d := range docs {
		w.WriteString(root(d))
	}
	return []byte(w.String() + "</DLieu></TDiep>")
}

const xsi = ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`

// envelopes are about invoices in TDiep.
func (m *maker) envelopes() {
	one := m.sign(Invoice(nil), "NBan seller")
	m.add("in an envelope", envelope("", "203", "", one), 1)
	m.add("signed in an envelope with namespaces", m.sign(envelope(xsi, "203", "", Invoice(nil)), "NBan seller"), 1)
	v := m.add("put into an envelope with namespaces", envelope(xsi, "203", "", one), 1, einvoice.CodeHint, einvoice.CodeHint, einvoice.CodeHint)
	v.Intact, v.Sound = 0, false
	three := make([][]byte, 3)
	for i := range three {
		three[i] = m.sign(Invoice(&Options{Number: i + 1}), "NBan seller")
	}
	m.add("several in an envelope", envelope("", "203", "", three...), 3)
	registers := make([][]byte, 3)
	for i := range registers {
		registers[i] = Invoice(&Options{Number: i + 1, Symbol: "C26MYY", ID: fmt.Sprint("data", i)})
	}
	m.add("batch of a cash register", m.sign(envelope("", "206", ` Id="batch"`, registers...), "CKSNNT seller"), 1)
	m.add("unsigned batch", envelope("", "206", ` Id="batch"`, registers...), 0, einvoice.CodeSlotMissing).Sound = false
}

// times are about the signing time.
func (m *maker) times() {
	for i, name := range []string{"xmldsig", "none", "example", "gdt"} {
		m.add("signing time in the namespace "+name, m.signWith(Invoice(nil), einvoice.NBan, m.keys.Seller, &einvoice.Options{Time: einvoice.TimeDSig + einvoice.TimeSpace(i)}), 1)
	}
	m.add("no signing time", m.signWith(Invoice(nil), einvoice.NBan, m.keys.Seller, &einvoice.Options{Time: einvoice.TimeAbsent}), 1, einvoice.CodeTimeMissing)
}

// legacy are signatures as old or careless software makes them.
func (m *maker) legacy() {
	if m.keys.Legacy == nil || m.err != nil {
		return
	}
	chain, err := m.keys.Seller.Certificates(m.ctx)
	if err != nil || len(chain) == 0 {
		m.err = fmt.Errorf("einvoicetest: no certificate: %w", err)
		return
	}
	forge := func(f forgery, o Options) []byte {
		around := ""
		if o.Namespaces {
			around = ` xmlns:xsd="http://www.w3.org/2001/XMLSchema"` + xsi
		}
		f.key, f.certificate = m.keys.Legacy, chain[0]
		doc, err := f.sign(m.ctx, Invoice(&o), around)
		if err != nil && m.err == nil {
			m.err = err
		}
		return doc
	}
	m.add("SHA-1", forge(forgery{hash: crypto.SHA1, computed: xml.C14N10}, Options{}), 1)
	m.add("SHA-1 with namespaces", forge(forgery{hash: crypto.SHA1, computed: xml.C14N10}, Options{Namespaces: true}), 1)
	m.add("all of the file", forge(forgery{hash: crypto.SHA256, computed: xml.C14N10, whole: true}, Options{}), 1, einvoice.CodeWholeFile)
	m.add("declared inclusive, computed exclusive, where it does not matter", forge(forgery{hash: crypto.SHA256, computed: xml.ExclusiveC14N}, Options{}), 1)
	exclusive := forge(forgery{hash: crypto.SHA256, computed: xml.ExclusiveC14N}, Options{Namespaces: true})
	v := m.add("declared inclusive, computed exclusive", exclusive, 1, einvoice.CodeHint, einvoice.CodeHint, einvoice.CodeHint)
	v.Intact, v.Sound = 0, false
	v = m.add("declared inclusive, computed exclusive, tolerated", exclusive, 1, einvoice.CodeExclusive)
	v.Read = &einvoice.ReadOptions{InsecureExclusive: true}
	nothing := forge(forgery{hash: crypto.SHA256, computed: xml.C14N10, enveloped: true}, Options{})
	v = m.add("a transform that leaves nothing", nothing, 1, einvoice.CodeHint)
	v.Intact, v.Sound = 0, false
	v = m.add("a transform that leaves nothing, tolerated", nothing, 1, einvoice.CodeEnveloped)
	v.Read = &einvoice.ReadOptions{InsecureEnveloped: true}
	v = m.add("a transform that leaves nothing, other things tolerated", nothing, 1, einvoice.CodeHint)
	v.Intact, v.Sound, v.Read = 0, false, &einvoice.ReadOptions{InsecureExclusive: true}
}

// attacks are what must never pass.
func (m *maker) attacks() {
	good := string(m.sign(Invoice(nil), "NBan seller"))
	other := string(m.sign(Invoice(&Options{Number: 2}), "NBan seller"))
	cut := func(doc, from, to string) string {
		start := strings.Index(doc, from)
		if start < 0 {
			if m.err == nil {
				m.err = fmt.Errorf("einvoicetest: %s is missing", from)
			}
			return ""
		}
		return doc[start : start+strings.Index(doc[start:], to)+len(to)]
	}
	data, signature := cut(good, "<DLHDon", "</DLHDon>"), cut(good, "<Signature ", "</Signature>")
	add := func(name, doc string, intact int, findings ...einvoice.Code) {
		v := m.add(name, []byte(doc), strings.Count(doc, "<Signature "), findings...)
		v.Intact, v.Sound = intact, false
	}
	replace := func(old, to string) string { return strings.Replace(good, old, to, 1) }
	add("another amount", replace("<DGia>125000<", "<DGia>999000<"), 0)
	add("duplicate Id", replace("<DSCKS>", `<Khac Id="data"/><DSCKS>`), 0, einvoice.CodeDataUncovered, einvoice.CodePartUnsigned)
	add("DLHDon moved away", replace(data, strings.Replace(strings.Replace(data, `Id="data"`, `Id="x"`, 1), "125000", "999000", 1)+"<Khac>"+data+"</Khac>"), 1,
		einvoice.CodeDataMoved, einvoice.CodePartUnsigned, einvoice.CodePartUnsigned)
	add("a second DLHDon", replace("<DSCKS>", strings.Replace(data, `Id="data"`, `Id="x"`, 1)+"<DSCKS>"), 1, einvoice.CodeDataTwice, einvoice.CodePartUnsigned)
	forged := replace(data, strings.Replace(data, `Id="data"`, `Id="x"`, 1))
	add("DLHDon in the signature", strings.Replace(forged, "</Signature>", "<Object>"+data+"</Object></Signature>", 1), 0, einvoice.CodeHint, einvoice.CodeDataMoved, einvoice.CodePartUnsigned)
	add("the signature of another invoice", replace(signature, cut(other, "<Signature ", "</Signature>")), 0)
	add("the seller's signature in the authority's slot", string(m.swapped()), 1, einvoice.CodeSlotEmpty, einvoice.CodeDataUncovered)
	add("two signatures in one slot", replace("</Signature></NBan>", "</Signature>"+cut(string(m.sign(Invoice(nil), "NBan seller")), "<Signature ", "</Signature>")+"</NBan>"), 2, einvoice.CodeSlotDouble)
	add("the slot emptied", replace(signature, ""), 0, einvoice.CodeSlotEmpty)
	add("the signature outside of all slots", replace("<NBan>"+signature+"</NBan>", "<NBan/><Khac>"+signature+"</Khac>"), 1, einvoice.CodeSlotEmpty, einvoice.CodeNoSlot)
	withCode := string(m.sign(Invoice(&Options{Symbol: "C26TYY"}), "NBan seller", "CQT authority"))
	code := cut(withCode, "<MCCQT", "</MCCQT>")
	add("the code taken away", strings.Replace(withCode, code, "", 1), 1, einvoice.CodeCodeMissing)
	add("the code changed", strings.Replace(withCode, "00ABCDEF", "00ABCDEE", 1), 1)
}

// swapped is an invoice with a code where the seller's signature stands in the slot of the authority.
func (m *maker) swapped() []byte {
	doc := string(m.sign(Invoice(&Options{Symbol: "C26TYY"}), "NBan seller"))
	from := strings.Index(doc, "<Signature ")
	if from < 0 {
		return nil
	}
	to := strings.Index(doc, "</Signature>") + len("</Signature>")
	signature := doc[from:to]
	return []byte(strings.Replace(doc[:from]+doc[to:], "<CQT></CQT>", "<CQT>"+signature+"</CQT>", 1))
}
