package xml_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/xml"
)

const order = `<Order Id="order"><Item>Tea</Item><Signatures/></Order>`

// demo is a key with a certificate; a token or a cloud service serves as well.
func demo() signer.Signer {
	pki, err := testpki.New(nil)
	if err != nil {
		log.Fatal(err)
	}
	return pki.Signer("signer")
}

func Example() {
	ctx := context.Background()
	var signed bytes.Buffer
	err := xml.Sign(ctx, &signed, strings.NewReader(order), int64(len(order)), demo(), &xml.Options{Place: "/Order/Signatures"})
	if err != nil {
		log.Fatal(err)
	}
	doc, err := xml.Read(ctx, bytes.NewReader(signed.Bytes()), int64(signed.Len()), nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range doc.Signatures {
		fmt.Println(s.Element.Path, "signature:", s.SignatureIntegrity, "content:", s.ContentIntegrity)
	}
	// Output: /Order/Signatures/Signature signature: intact content: intact
}

// What is signed is handed out octet for octet: use these and nothing else of the document.
func ExampleReference_CopyOctets() {
	ctx := context.Background()
	var signed bytes.Buffer
	err := xml.Sign(ctx, &signed, strings.NewReader(order), int64(len(order)), demo(), &xml.Options{References: []xml.ReferenceOptions{{URI: "#order"}}})
	if err != nil {
		log.Fatal(err)
	}
	doc, err := xml.Read(ctx, bytes.NewReader(signed.Bytes()), int64(signed.Len()), nil)
	if err != nil {
		log.Fatal(err)
	}
	r := doc.Signatures[0].References[0]
	if r.Integrity != xml.Intact {
		log.Fatal("not intact")
	}
	if err := r.CopyOctets(ctx, os.Stdout); err != nil {
		log.Fatal(err)
	}
	// Output: <Order Id="order"><Item>Tea</Item><Signatures></Signatures></Order>
}

func ExampleCanonicalize() {
	const doc = `<a b='2'   a="1"><!-- gone --><c/>&#65;</a>`
	if err := xml.Canonicalize(context.Background(), os.Stdout, strings.NewReader(doc), int64(len(doc)), xml.C14N10, nil); err != nil {
		log.Fatal(err)
	}
	// Output: <a a="1" b="2"><c></c>A</a>
}

// A signature can be prepared now and finished when the key has answered, in another process if need be.
func ExamplePrepare() {
	ctx := context.Background()
	key := demo()
	chain, err := key.Certificates(ctx)
	if err != nil {
		log.Fatal(err)
	}
	prepared, err := xml.Prepare(ctx, strings.NewReader(order), int64(len(order)), chain, nil)
	if err != nil {
		log.Fatal(err)
	}
	state, err := prepared.MarshalJSON() // keep this
	if err != nil {
		log.Fatal(err)
	}
	value, err := signer.Sign(ctx, key, prepared.Request())
	if err != nil {
		log.Fatal(err)
	}
	var later xml.PreparedSignature
	if err := later.UnmarshalJSON(state); err != nil {
		log.Fatal(err)
	}
	var signed bytes.Buffer
	if err := later.Finish(ctx, &signed, strings.NewReader(order), int64(len(order)), value, nil); err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.Contains(signed.String(), later.SignatureID()))
	// Output: true
}

// A signature with XAdES says who signs, when, in which role and to what end, and signs that too.
func ExampleSign_xades() {
	ctx := context.Background()
	var signed bytes.Buffer
	err := xml.Sign(ctx, &signed, strings.NewReader(order), int64(len(order)), demo(), &xml.Options{
		Level: xml.LevelBB, Roles: []string{"Buyer"}, Commitments: []xml.Commitment{{ID: xml.CommitmentApproval}},
	})
	if err != nil {
		log.Fatal(err)
	}
	doc, err := xml.Read(ctx, bytes.NewReader(signed.Bytes()), int64(signed.Len()), nil)
	if err != nil {
		log.Fatal(err)
	}
	s := doc.Signatures[0]
	fmt.Println(s.Level, s.IdentifiedBy, s.Properties.Roles, s.Properties.Formats[0].MimeType, s.SigningTime != nil)
	// Output: B-B signing-certificate [Buyer] text/xml true
}

// A signature that somebody made at B-B is raised to B-LTA, and refreshed six years later.
func ExampleExtend() {
	pki, err := testpki.New(nil)
	if err != nil {
		log.Fatal(err)
	}
	defer pki.Close()
	server, err := pki.Serve("") // OCSP and CRLs
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	ctx := context.Background()

	var signed bytes.Buffer
	if err := xml.Sign(ctx, &signed, strings.NewReader(order), int64(len(order)), pki.Signer("ec"), &xml.Options{Level: xml.LevelBB}); err != nil {
		log.Fatal(err)
	}
	anchors := trust.NewStore()
	if err := anchors.Add(trust.Own, pki.Root()); err != nil {
		log.Fatal(err)
	}
	collector := &trust.Validator{Store: anchors, Fetcher: &trust.HTTPFetcher{AllowPrivate: true}, Clock: pki.Now}
	file := signed.Bytes()
	for range 2 {
		var raised bytes.Buffer
		err := xml.Extend(ctx, &raised, bytes.NewReader(file), int64(len(file)), &xml.ExtendOptions{
			Level: xml.LevelBLTA, Timestamper: pki.TSAClient(), Collector: collector, Clock: pki.Now,
		})
		if err != nil {
			log.Fatal(err)
		}
		file = raised.Bytes()
		doc, err := xml.Read(ctx, bytes.NewReader(file), int64(len(file)), nil)
		if err != nil {
			log.Fatal(err)
		}
		s := doc.Signatures[0]
		fmt.Print(s.Level)
		for _, t := range s.Timestamps {
			fmt.Print(" ", t.Kind, " ", t.ContentIntegrity)
		}
		fmt.Println()
		pki.SetTime(pki.Now().AddDate(6, 0, 0))
	}
	// Output:
	// B-LTA signature intact archive intact
	// B-LTA signature intact archive intact archive intact
}
