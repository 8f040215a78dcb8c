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
