package verify_test

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/verify"
	"github.com/kyso-dev/kyso/xml/einvoice"
)

// invoice is a minimal invoice; its symbol says whether the tax authority gives it a code.
func (p pki) invoice(symbol string) string {
	code := ""
	if symbol[0] == 'C' {
		code = `<MCCQT Id="code">0123456789ABCDEF</MCCQT>`
	}
	return fmt.Sprintf(`<HDon><DLHDon Id="data"><TTChung><PBan>2.1.0</PBan><KHMSHDon>1</KHMSHDon><KHHDon>%s</KHHDon><SHDon>1</SHDon><NLap>%s</NLap></TTChung>`+
		`<NDHDon><NBan><Ten>Công ty Mẫu</Ten><MST>0100000000</MST></NBan><NMua><Ten>Khách</Ten></NMua><TToan><TgTTTBSo>1100</TgTTTBSo></TToan></NDHDon></DLHDon>`+
		`%s<DSCKS><NBan/><NMua/><CQT/><CCKSKhac/></DSCKS></HDon>`, symbol, p.Now().In(time.FixedZone("", 7*3600)).Format(time.DateOnly), code)
}

func (p pki) signSlot(t testing.TB, doc string, slot einvoice.Slot, who string) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, einvoice.Sign(t.Context(), &out, strings.NewReader(doc), int64(len(doc)), p.Signer(who), slot, &einvoice.Options{Clock: p.Now}))
	return out.String()
}

// both trusts the two Vietnamese trees, and has their authorities' certificates, which invoices do not carry.
func (p pki) both(t testing.TB, policy string) *verify.Verifier {
	t.Helper()
	v := p.by(t, policy)
	require.NoError(t, v.Trust.Add(trust.Government, p.GovRoot()))
	v.Certificates = []*x509.Certificate{p.Issuer(), p.Certificate("gov-issuer")}
	return v
}

func states(r *verify.Report) (list []string) {
	for _, at := range r.Slots {
		list = append(list, at.Slot+" "+at.State+" "+at.TreeFound)
	}
	return list
}

// TestInvoice: seller, buyer and tax authority sign one after another, and the report says who stands where.
func TestInvoice(t *testing.T) {
	p := start(t)
	for _, policy := range []string{verify.PolicyDefault, verify.PolicyGDT} {
		t.Run(policy, func(t *testing.T) {
			v := p.both(t, policy)
			doc := p.signSlot(t, p.invoice("C26TYY"), einvoice.NBan, "signer")
			r := judge(t, v, []byte(doc), nil)
			require.Equal(t, &verify.DocumentKind{Kind: "einvoice", WithCode: true}, r.Document)
			require.Equal(t, "TOTAL-PASSED", verdict(r.Signatures[0]), "%v", codes(r.Signatures[0].Findings))
			require.Equal(t, verify.Indeterminate, r.Indication, "the tax authority has not signed")
			require.Contains(t, codes(r.Findings), "einvoice.slot-empty")
			require.Equal(t, verify.NotMet, results(r.Conformance, verify.ProfileGDT)["slots"])

			doc = p.signSlot(t, p.signSlot(t, doc, einvoice.NMua, "other"), einvoice.CQT, "cqt")
			r = judge(t, v, []byte(doc), nil)
			require.Equal(t, verify.TotalPassed, r.Indication, "%s", text(t, r, verify.English, false))
			require.Equal(t, []string{"NBan signed national", "NMua signed national", "CQT signed government", "CCKSKhac empty "}, states(r))
			require.Equal(t, []bool{true, false, true, false}, []bool{r.Slots[0].Required, r.Slots[1].Required, r.Slots[2].Required, r.Slots[3].Required})
			require.Equal(t, []string{r.Signatures[2].ID}, r.Slots[2].Signatures)
			require.Equal(t, "CQT", r.Signatures[2].Slot)
			require.Equal(t, []string{"/HDon/DLHDon", "/HDon/MCCQT"}, r.Signatures[2].Coverage.Covered)
			require.Equal(t, []string{"/HDon/MCCQT"}, r.Signatures[0].Coverage.NotCovered)
			rows := results(r.Conformance, verify.ProfileGDT)
			require.Equal(t, "met met met", rows["slots"]+" "+rows["tree"]+" "+rows["coverage"])
			data, err := r.JSON(verify.Vietnamese)
			require.NoError(t, err)
			requireContract(t, data)
		})
	}
}

// TestInvoiceTable: an accountant finds who signed as what, what is signed, and what is missing.
func TestInvoiceTable(t *testing.T) {
	p := start(t)
	doc := strings.Replace(p.signSlot(t, p.invoice("C26TYY"), einvoice.NBan, "signer"), "<DSCKS>", "<DLQRCode>0</DLQRCode><DSCKS>", 1)
	shown := text(t, judge(t, p.both(t, verify.PolicyGDT), []byte(doc), nil), verify.Vietnamese, false)
	lines := strings.Join(strings.Fields(shown), " ")
	for _, want := range []string{
		"Loại tài liệu hóa đơn điện tử", "Ô ký người bán (NBan): đã ký", "Ô ký người mua (NMua): để trống", "Ô ký cơ quan thuế (CQT): BẮT BUỘC, để trống", "Ký với tư cách người bán (NBan)",
		"Phần được ký /HDon/DLHDon", `Phần không được ký /HDon/MCCQT, /HDon/DLQRCode`, "mã QR (/HDon/DLQRCode) không được ký",
	} {
		require.Contains(t, lines, want)
	}
}

// TestInvoiceTree: a certificate of the wrong tree is an error under gdt and a warning otherwise; of the user's own anchors nothing is said.
func TestInvoiceTree(t *testing.T) {
	p := start(t)
	doc := []byte(p.signSlot(t, p.invoice("K26TYY"), einvoice.NBan, "cqt"))
	for policy, severity := range map[string]verify.Severity{verify.PolicyDefault: verify.SeverityWarning, verify.PolicyGDT: verify.SeverityError} {
		r := judge(t, p.both(t, policy), doc, nil)
		require.Equal(t, "government", r.Slots[0].TreeFound)
		require.Equal(t, "national", r.Slots[0].TreeExpected)
		i := 0
		for r.Findings[i].Code != einvoice.CodeSlotTree {
			i++
		}
		require.Equal(t, severity, r.Findings[i].Severity)
		require.Equal(t, severity == verify.SeverityError, r.Indication == verify.Indeterminate)
		require.Equal(t, verify.NotMet, results(r.Conformance, verify.ProfileGDT)["tree"])
		require.Contains(t, r.Findings[i].Text(verify.Vietnamese), "chứng thực quốc gia")
	}
	own := p.both(t, verify.PolicyGDT)
	own.Trust = trust.NewStore()
	require.NoError(t, own.Trust.Add(trust.Own, p.GovRoot()))
	r := judge(t, own, doc, nil)
	require.Equal(t, "own", r.Slots[0].TreeFound)
	require.NotContains(t, codes(r.Findings), string(einvoice.CodeSlotTree))
}

// TestX21Slots: a signature in another slot or invoice, two in one, a slot emptied, the data moved away: the document never passes.
func TestX21Slots(t *testing.T) {
	p := start(t)
	good := p.signSlot(t, p.signSlot(t, p.invoice("K26TYY"), einvoice.NBan, "signer"), einvoice.NMua, "other")
	other := p.signSlot(t, strings.Replace(p.invoice("K26TYY"), "1100", "9900", 1), einvoice.NBan, "signer")
	within := func(doc, slot string) string {
		rest := doc[strings.Index(doc, "<DSCKS>"):]
		return rest[strings.Index(rest, "<"+slot+">")+len(slot)+2 : strings.Index(rest, "</"+slot+">")]
	}
	set := func(doc, slot, signature string) string {
		return strings.Replace(doc, within(doc, slot), signature, 1)
	}
	seller, buyer := within(good, "NBan"), within(good, "NMua")
	start, end := strings.Index(good, "<DLHDon"), strings.Index(good, "</DLHDon>")+len("</DLHDon>")
	data := good[start:end]
	fake := strings.NewReplacer("1100", "9900", `Id="data"`, `Id="fake"`).Replace(data)
	for _, policy := range []string{verify.PolicyDefault, verify.PolicyGDT} {
		v := p.both(t, policy)
		require.Equal(t, verify.TotalPassed, judge(t, v, []byte(good), nil).Indication)
		for name, c := range map[string]struct {
			doc  string
			want verify.Indication
			code string
		}{
			"of another invoice":        {set(good, "NBan", within(other, "NBan")), verify.TotalFailed, "xml.reference-broken"},
			"two in one slot":           {strings.Replace(good, buyer, "", 1)[:strings.Index(good, seller)] + seller + buyer + strings.Replace(good, buyer, "", 1)[strings.Index(good, seller)+len(seller):], verify.Indeterminate, "einvoice.slot-double"},
			"the seller's slot emptied": {strings.Replace(good, seller, "", 1), verify.Indeterminate, "einvoice.slot-empty"},
			"the data moved away":       {good[:start] + fake + "<Old>" + data + "</Old>" + good[end:], verify.Indeterminate, "einvoice.data-moved"},
			"the same slot again":       {strings.Replace(good, "<NMua><Sig", "<NBan/><NMua><Sig", 1), verify.Indeterminate, "einvoice.slot-double"},
		} {
			t.Run(policy+"/"+name, func(t *testing.T) {
				r := judge(t, v, []byte(c.doc), nil)
				require.Equal(t, c.want, r.Indication, "%s", text(t, r, verify.English, false))
				all := codes(r.Findings)
				for _, s := range r.Signatures {
					all = append(all, codes(s.Findings)...)
				}
				require.Contains(t, all, c.code)
			})
		}
	}
}

// TestInvoiceOptions: what the caller knows of the taxpayer, and the tolerance that must be asked for.
func TestInvoiceOptions(t *testing.T) {
	p := start(t)
	v := p.both(t, verify.PolicyGDT)
	doc := []byte(p.signSlot(t, p.invoice("K26TYY"), einvoice.NBan, "signer"))
	serial := judge(t, v, doc, nil).Signatures[0].Signer.RegistrationSerial
	require.NotContains(t, codes(judge(t, v, doc, &verify.Options{Registered: []string{serial}}).Signatures[0].Findings), "einvoice.unregistered")
	require.Contains(t, codes(judge(t, v, doc, &verify.Options{Registered: []string{"01"}}).Signatures[0].Findings), "einvoice.unregistered")
}
