package xml

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"testing"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// TestGoXMLDSig has goxmldsig for a second opinion: it validates what is signed here, and what it signs is read.
func TestGoXMLDSig(t *testing.T) {
	const doc = `<Order xmlns="urn:o" Id="order"><p:Item xmlns:p="urn:p" q="1" a="2">Hàng &amp; mẫu</p:Item><x/></Order>`
	for _, method := range []C14N{ExclusiveC14N, C14N11} {
		for _, hash := range []crypto.Hash{crypto.SHA256, crypto.SHA512} {
			out := sign(t, []byte(doc), thePKI().Signer("signer"), &Options{
				Canonicalization: method, Hash: hash, LeafOnly: true, References: []ReferenceOptions{{URI: "#order"}},
			})
			if err := goxmldsigValidates(out); err != nil {
				t.Errorf("%s: %v\n%s", method, err, out)
			}
			if err := goxmldsigValidates(bytes.Replace(out, []byte("Hàng"), []byte("hàng"), 1)); err == nil {
				t.Error("a changed document is accepted")
			}
		}
	}
	parsed := etree.NewDocument()
	if err := parsed.ReadFromString(doc); err != nil {
		t.Fatal(err)
	}
	ctx, err := dsig.NewSigningContext(thePKI().Key("signer"), [][]byte{thePKI().Certificate("signer").Raw})
	if err != nil {
		t.Fatal(err)
	}
	ctx.IdAttribute = "Id"
	for _, c := range []dsig.Canonicalizer{dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("p"), dsig.MakeC14N11Canonicalizer(), dsig.MakeC14N10RecCanonicalizer()} {
		ctx.Canonicalizer = c
		signed, err := ctx.SignEnveloped(parsed.Root())
		if err != nil {
			t.Fatal(err)
		}
		result := etree.NewDocument()
		result.SetRoot(signed)
		out, err := result.WriteToBytes()
		if err != nil {
			t.Fatal(err)
		}
		intact(t, out, nil, 1)
	}
}

func goxmldsigValidates(doc []byte) error {
	parsed := etree.NewDocument()
	if err := parsed.ReadFromBytes(doc); err != nil {
		return err
	}
	ctx := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{thePKI().Certificate("signer")}})
	ctx.IdAttribute = "Id"
	_, err := ctx.Validate(parsed.Root())
	return err
}
