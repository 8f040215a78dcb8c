// Sign-xml signs XML in the ways that occur: the whole document to XAdES-B-T, one element of it by its Id, and a file beside the document.
// Everything is verified again, and what each signature covers is printed.
//
//	go run ./examples/sign-xml
package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/verify"
	"github.com/kyso-dev/kyso/xml"
)

const contract = `<HopDong><NoiDung Id="noi-dung"><So>17/2026</So><GiaTri>120000000</GiaTri></NoiDung><GhiChu>bản nháp</GhiChu></HopDong>`

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	pki, err := testpki.New(nil) // a demo key and a time-stamp server on loopback
	if err != nil {
		return err
	}
	defer pki.Close()
	server, err := pki.Serve("")
	if err != nil {
		return err
	}
	defer server.Close()

	roots := trust.NewStore()
	if err := roots.Add(trust.Own, pki.Root()); err != nil {
		return err
	}
	verifier := &verify.Verifier{Trust: roots, Online: true, AllowPrivate: true} // the demo PKI is on loopback

	for _, c := range []struct {
		name string
		opts xml.Options
	}{
		// The signature goes to the end of the root element; all other octets stay as they are.
		{"the document", xml.Options{Level: xml.LevelBT, Timestamper: &timestamp.Client{URL: server.TSA}}},
		// A plain XML Signature over one element. What stands beside it is not signed, and the report says so.
		{"one element", xml.Options{References: []xml.ReferenceOptions{{URI: "#noi-dung"}}}},
		// A signature in a file of its own. Whoever verifies it needs the document too.
		{"from outside", xml.Options{Level: xml.LevelBB, Form: xml.Detached, URI: "hop-dong.xml"}},
	} {
		var signed bytes.Buffer
		if err := xml.Sign(ctx, &signed, strings.NewReader(contract), int64(len(contract)), pki.Signer("signer"), &c.opts); err != nil {
			return err
		}
		report, err := verifier.Verify(ctx, bytes.NewReader(signed.Bytes()), int64(signed.Len()), &verify.Options{
			Content: strings.NewReader(contract), ContentSize: int64(len(contract)), ContentName: "hop-dong.xml",
		})
		if err != nil {
			return err
		}
		s := report.Signatures[0]
		if s.Indication != verify.TotalPassed {
			return fmt.Errorf("%s: %s %s", c.name, s.Indication, s.SubIndication)
		}
		fmt.Printf("%s: %s %s %s, covers %q, leaves out %q\n", c.name, s.Format, s.Level, s.Indication, s.Coverage.Covered, s.Coverage.NotCovered)
	}
	return nil
}
