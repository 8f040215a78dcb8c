package einvoice_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/xml"
	"github.com/kyso-dev/kyso/xml/einvoice"
	"github.com/kyso-dev/kyso/xml/einvoice/einvoicetest"
)

// The seller signs, and then the buyer: two signatures side by side, neither of which covers the other.
func ExampleSign() {
	ctx := context.Background()
	invoice := `<HDon><DLHDon Id="data"><TTChung><KHHDon>K26TYY</KHHDon></TTChung></DLHDon><DSCKS><NBan/><NMua/></DSCKS></HDon>`

	var seller, both bytes.Buffer
	if err := einvoice.Sign(ctx, &seller, strings.NewReader(invoice), int64(len(invoice)), pki().Signer("signer"), einvoice.NBan, nil); err != nil {
		fmt.Println(err)
		return
	}
	if err := einvoice.Sign(ctx, &both, bytes.NewReader(seller.Bytes()), int64(seller.Len()), pki().Signer("other"), einvoice.NMua, nil); err != nil {
		fmt.Println(err)
		return
	}
	doc, err := xml.Read(ctx, bytes.NewReader(both.Bytes()), int64(both.Len()), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range doc.Signatures {
		fmt.Println(s.Element.Path, s.ContentIntegrity, s.SignatureIntegrity)
	}
	// Output:
	// /HDon/DSCKS/NBan/Signature intact intact
	// /HDon/DSCKS/NMua/Signature intact intact
}

// What is said of an invoice with a code, which the seller has signed and the tax authority has not yet.
func ExampleRead() {
	ctx := context.Background()
	invoice := `<HDon><DLHDon Id="data"><TTChung><KHHDon>C26TYY</KHHDon><NLap>2026-01-02</NLap></TTChung>` +
		`<NDHDon><NBan><MST>0200000000</MST></NBan></NDHDon></DLHDon><DLQRCode>…</DLQRCode><MCCQT Id="code">00AB</MCCQT></HDon>`
	var signed bytes.Buffer
	err := einvoice.Sign(ctx, &signed, strings.NewReader(invoice), int64(len(invoice)), pki().Signer("signer"), einvoice.NBan,
		&einvoice.Options{SigningTime: time.Date(2026, 1, 2, 1, 0, 0, 0, time.UTC)})
	if err != nil {
		fmt.Println(err)
		return
	}

	file, err := einvoice.Read(ctx, bytes.NewReader(signed.Bytes()), int64(signed.Len()), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range file.Documents {
		fmt.Println(d.Kind, d.Symbol)
		for _, s := range d.Slots {
			if s.Required {
				fmt.Println(" ", s.Path, s.State)
			}
		}
	}
	for _, s := range file.Signatures {
		fmt.Println(s.Slot, "covers", s.Covered, "and not", s.NotCovered)
		for _, f := range s.Findings {
			fmt.Println(" ", f.Text("en"))
		}
	}
	// Output:
	// einvoice C26TYY
	//   /HDon/DSCKS/NBan signed
	//   /HDon/DSCKS/CQT missing
	// NBan covers [/HDon/DLHDon] and not [/HDon/DLQRCode /HDon/MCCQT]
	//   the certificate belongs to tax code 0100000000, the document says 0200000000
	//   the QR code (/HDon/DLQRCode) is not signed: do not rely on what it says
	//   /HDon/MCCQT is not signed by anyone
}

// Many invoices are signed under one consent, and travel to the tax authority in one envelope.
func ExampleSignBatch() {
	ctx := context.Background()
	docs, outputs := make([]einvoice.BatchDocument, 3), make([]bytes.Buffer, 3)
	for i := range docs {
		invoice := einvoicetest.Invoice(&einvoicetest.Options{Number: i + 1})
		docs[i] = einvoice.BatchDocument{Source: bytes.NewReader(invoice), Size: int64(len(invoice)), Output: &outputs[i]}
	}
	if err := einvoice.SignBatch(ctx, docs, pki().Signer("signer"), einvoice.NBan, nil); err != nil {
		fmt.Println(err)
		return
	}

	items := make([]einvoice.Item, len(docs))
	for i := range items {
		items[i] = einvoice.Item{Source: bytes.NewReader(outputs[i].Bytes()), Size: int64(outputs[i].Len())}
	}
	var envelope bytes.Buffer
	header := &einvoice.Header{Sender: "V0300000000", Recipient: "TCT", Message: "203", TaxCode: einvoicetest.Seller}
	if err := einvoice.Wrap(ctx, &envelope, items, header); err != nil {
		fmt.Println(err)
		return
	}
	file, err := einvoice.Read(ctx, bytes.NewReader(envelope.Bytes()), int64(envelope.Len()), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range file.Documents[1:] {
		fmt.Println(d.Path, d.Number, d.Slots[0].State)
	}
	// Output:
	// /TDiep/DLieu/HDon[1] 1 signed
	// /TDiep/DLieu/HDon[2] 2 signed
	// /TDiep/DLieu/HDon[3] 3 signed
}

// Before signing: would anyone have something against it?
func ExampleCheck() {
	invoice := einvoicetest.Minimal()
	findings, err := einvoice.Check(context.Background(), bytes.NewReader(invoice), int64(len(invoice)), pki().Certificate("other"), einvoice.NBan,
		&einvoice.CheckOptions{SigningTime: time.Date(2026, 1, 9, 1, 0, 0, 0, time.UTC)})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range findings {
		fmt.Println(f.Text("vi"))
	}
	// Output:
	// chứng thư số thuộc mã số thuế 0200000000, còn trên tài liệu là 0100000000
	// hóa đơn lập ngày 2026-01-02 được ký ngày 2026-01-09, muộn hơn ngày làm việc tiếp theo (2026-01-05)
}
