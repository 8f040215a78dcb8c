package einvoice_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/kyso-dev/kyso/xml"
	"github.com/kyso-dev/kyso/xml/einvoice"
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
