package xml

import (
	"bytes"
	"crypto"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kyso-dev/kyso/internal/testtool"
)

// demoRoot is the anchor of the test PKI as xmlsec1 reads it.
func demoRoot(t testing.TB) string {
	t.Helper()
	return file(t, "root.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: thePKI().Root().Raw}))
}

func xmlsecVerify(t testing.TB, path string) error {
	t.Helper()
	_, stderr, err := testtool.Try(t, testtool.Need(t, "xmlsec1"), "--verify", "--trusted-pem", demoRoot(t),
		"--id-attr:Id", "DLHDon", "--id-attr:Id", spaceDSig+":Object", "--id-attr:Id", spaceDSig+":Signature", path)
	if err != nil {
		return fmt.Errorf("%w: %s", err, stderr)
	}
	return nil
}

// TestXMLSecVerifies lets xmlsec1 verify what is signed here, in every form and algorithm that it knows.
func TestXMLSecVerifies(t *testing.T) {
	empty := ""
	object := []Object{{ID: "SigningTime", Content: `<SignatureProperties xmlns=""><SignatureProperty Target="#seller"><SigningTime>2026-01-02T08:00:00</SigningTime></SignatureProperty></SignatureProperties>`}}
	for name, c := range map[string]struct {
		signer string
		opts   Options
	}{
		"whole document":     {"signer", Options{}},
		"inclusive":          {"signer", Options{Canonicalization: C14N10}},
		"inclusive 1.1":      {"signer", Options{Canonicalization: C14N11}},
		"with comments":      {"signer", Options{Canonicalization: C14N10WithComments}},
		"exclusive comments": {"signer", Options{Canonicalization: ExclusiveC14NWithComments}},
		"SHA-512":            {"signer", Options{Hash: crypto.SHA512}},
		"ECDSA P-256":        {"ec", Options{}},
		"ECDSA P-384":        {"ec384", Options{}},
		"ECDSA P-521":        {"ec521", Options{}},
		"default namespace":  {"signer", Options{Prefix: &empty}},
		"invoice": {"signer", Options{
			Place: "/HDon/DSCKS/NBan", Canonicalization: C14N10, Prefix: &empty, SignatureID: "seller", Objects: object,
			References: []ReferenceOptions{{URI: "#data", Transforms: []string{TransformEnveloped}}, {URI: "#SigningTime", Transforms: []string{}}},
		}},
		"element by Id": {"signer", Options{References: []ReferenceOptions{{URI: "#data"}}}},
		"enveloping":    {"signer", Options{Form: Enveloping}},
		"enveloping, comments": {"signer", Options{
			Form: Enveloping, Canonicalization: C14N10WithComments, Objects: []Object{{ID: "note", Content: "<!-- ghi chú --><note/>"}}, References: []ReferenceOptions{{}, {URI: "#note"}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			out := sign(t, []byte(invoiceXML), thePKI().Signer(c.signer), &c.opts)
			intact(t, out, nil, 1)
			if err := xmlsecVerify(t, file(t, "signed.xml", out)); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	t.Run("detached", func(t *testing.T) {
		path := file(t, "content.bin", []byte("nội dung"))
		out := sign(t, []byte("nội dung"), thePKI().Signer("signer"), &Options{Form: Detached, URI: "content.bin"})
		signed := filepath.Join(filepath.Dir(path), "signed.xml")
		if err := os.WriteFile(signed, out, 0o600); err != nil {
			t.Fatal(err)
		}
		intact(t, out, &ReadOptions{Resolver: givenResolver{"content.bin": []byte("nội dung")}}, 1)
		t.Chdir(filepath.Dir(path))
		if err := xmlsecVerify(t, "signed.xml"); err != nil {
			t.Error(err)
		}
	})
	t.Run("enveloping base64", func(t *testing.T) {
		out := sign(t, []byte("\x00\x01 not XML"), thePKI().Signer("signer"), &Options{Form: Enveloping})
		intact(t, out, nil, 1)
		if err := xmlsecVerify(t, file(t, "signed.xml", out)); err != nil {
			t.Error(err)
		}
	})
	t.Run("inclusive 1.1 under xml:base", func(t *testing.T) {
		out := sign(t, []byte(`<a xml:base="../x/y" xml:lang="vi"><b xml:base="z/"/></a>`), thePKI().Signer("signer"), &Options{Canonicalization: C14N11})
		intact(t, out, nil, 1)
		if err := xmlsecVerify(t, file(t, "signed.xml", out)); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
	t.Run("broken", func(t *testing.T) { // the judge can say no
		out := bytes.Replace(sign(t, []byte(invoiceXML), thePKI().Signer("signer"), nil), []byte("Mẫu"), []byte("Khác"), 1)
		if err := xmlsecVerify(t, file(t, "signed.xml", out)); err == nil {
			t.Error("xmlsec1 accepts a changed document")
		}
	})
}

// TestXMLSecSigns reads what xmlsec1 signs.
func TestXMLSecSigns(t *testing.T) {
	xmlsec1 := testtool.Need(t, "xmlsec1")
	template := func(method, c14n, digest, uri, transforms string) string {
		return fmt.Sprintf(`<Signature xmlns="%s"><SignedInfo><CanonicalizationMethod Algorithm="%s"/><SignatureMethod Algorithm="%s"/>`+
			`<Reference URI="%s"><Transforms>%s</Transforms><DigestMethod Algorithm="%s"/><DigestValue/></Reference></SignedInfo><SignatureValue/>`+
			`<KeyInfo><X509Data/></KeyInfo></Signature>`, spaceDSig, c14n, method, uri, transforms, digest)
	}
	step := func(uri, inner string) string { return `<Transform Algorithm="` + uri + `">` + inner + `</Transform>` }
	const (
		rsa256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
		sha256 = "http://www.w3.org/2001/04/xmlenc#sha256"
	)
	enveloped := step(TransformEnveloped, "")
	type c struct{ key, method, c14n, digest, uri, transforms string }
	cases := map[string]c{
		"RSA SHA-384":   {"signer", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", string(C14N10), "http://www.w3.org/2001/04/xmldsig-more#sha384", "", enveloped},
		"RSA SHA-512":   {"signer", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", string(C14N10), "http://www.w3.org/2001/04/xmlenc#sha512", "", enveloped},
		"ECDSA SHA-256": {"ec", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", string(ExclusiveC14N), sha256, "", enveloped},
		"ECDSA SHA-512": {"ec521", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", string(ExclusiveC14N), sha256, "", enveloped},
		"by Id":         {"signer", rsa256, string(C14N10), sha256, "#data", ""},
		"xpointer":      {"signer", rsa256, string(C14N10), sha256, "#xpointer(id('data'))", step(string(C14N10WithComments), "")},
		"PrefixList":    {"signer", rsa256, string(C14N10), sha256, "", enveloped + step(string(ExclusiveC14N), `<InclusiveNamespaces xmlns="`+spaceExc+`" PrefixList="a #default"/>`)},
		"XPath": {"signer", rsa256, string(C14N10), sha256, "", step(TransformXPath,
			`<XPath xmlns:ds="`+spaceDSig+`">not(ancestor-or-self::ds:Signature)</XPath>`)},
		"XPath, one element": {"signer", rsa256, string(C14N10), sha256, "", step(TransformXPath, `<XPath>ancestor-or-self::NDHDon and not(self::comment())</XPath>`)},
		"XPath, library": {"signer", rsa256, string(C14N10), sha256, "", step(TransformXPath,
			`<XPath>count(ancestor-or-self::*[local-name()='DLHDon']) &gt; 0</XPath>`)},
		"XPath before enveloped": {"signer", rsa256, string(C14N10), sha256, "", step(TransformXPath, `<XPath>not(self::comment())</XPath>`) + enveloped},
		"XPath before Filter 2": {"signer", rsa256, string(C14N10), sha256, "", step(TransformXPath, `<XPath>not(self::comment())</XPath>`) + step(TransformFilter2,
			`<XPath xmlns="`+spaceFilter+`" xmlns:ds="`+spaceDSig+`" Filter="subtract">//ds:Signature</XPath>`)},
		"Filter 2": {"signer", rsa256, string(C14N10), sha256, "", step(TransformFilter2,
			`<XPath xmlns="`+spaceFilter+`" xmlns:ds="`+spaceDSig+`" Filter="subtract">//ds:Signature</XPath>`)},
		"Filter 2, library": {"signer", rsa256, string(C14N10), sha256, "", step(TransformFilter2,
			`<XPath xmlns="`+spaceFilter+`" Filter="intersect">/HDon/DLHDon/NDHDon</XPath><XPath xmlns="`+spaceFilter+`" Filter="subtract">//NMua/Ten</XPath>`)},
	}
	for _, m := range methods {
		cases["C14N "+string(m)] = c{"signer", rsa256, string(m), sha256, "", enveloped + step(string(m), "")}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			doc := strings.Replace(`<?xml version="1.0"?>`+"\n<!-- c -->"+invoiceXML, "<HDon>", `<HDon xmlns:a="urn:a" xml:lang="vi"><!-- trong -->`, 1)
			doc = strings.Replace(doc, "<CQT/>", "<CQT>"+template(c.method, c.c14n, c.digest, c.uri, c.transforms)+"</CQT>", 1)
			p12, err := thePKI().PKCS12(c.key)
			if err != nil {
				t.Fatal(err)
			}
			out := filepath.Join(t.TempDir(), "signed.xml")
			_, stderr, err := testtool.Try(t, xmlsec1, "--sign", "--pkcs12", file(t, "key.p12", p12), "--pwd", thePKI().Password(), "--id-attr:Id", "DLHDon",
				"--output", out, file(t, "template.xml", []byte(doc)))
			if err != nil {
				t.Fatalf("%v: %s", err, stderr)
			}
			signed, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			intact(t, signed, nil, 1)
			// The twin: one blank more is noticed.
			broken := read(t, bytes.Replace(signed, []byte("<Ten>"), []byte("<Ten> "), 1), nil).Signatures[0]
			if broken.ContentIntegrity != Broken {
				t.Errorf("a changed document: %s %s", broken.ContentIntegrity, findingCodes(broken))
			}
		})
	}
}

// TestDSS lets EU DSS say whether signature and references are intact, in the algorithms that xmlsec1 does not know too.
func TestDSS(t *testing.T) {
	s := thePKI().Signer
	var files []string
	for name, doc := range map[string][]byte{
		"rsa": sign(t, []byte(invoiceXML), s("signer"), &Options{Canonicalization: C14N11}), "pss": sign(t, []byte(invoiceXML), s("signer"), &Options{PSS: true}),
		"pss-sha3": sign(t, []byte(invoiceXML), s("signer"), &Options{PSS: true, Hash: crypto.SHA3_256}), "ed25519": sign(t, []byte(invoiceXML), s("ed25519"), nil),
		"ec521": sign(t, []byte(invoiceXML), s("ec521"), nil), "enveloping": sign(t, []byte(invoiceXML), s("signer"), &Options{Form: Enveloping}),
		"invoice": seller(t, "<HDon>"+profileData+profileTail, timeDSig),
	} {
		files = append(files, file(t, name+".xml", doc))
	}
	answers := testtool.DSS(t, append([]string{"validate", "--trust", demoRoot(t)}, files...)...)
	if len(answers) != len(files) {
		t.Fatalf("%d answers", len(answers))
	}
	for i, a := range answers {
		integrity, _ := testtool.Field(a, "signatures", 0, "integrity").(map[string]any)
		references, _ := integrity["references"].([]any)
		if integrity["signature_intact"] != true || integrity["signature_valid"] != true || len(references) == 0 {
			t.Errorf("%s: %v", filepath.Base(files[i]), a)
		}
		for _, r := range references {
			if testtool.Field(r, "intact") != true {
				t.Errorf("%s: %v", filepath.Base(files[i]), r)
			}
		}
	}
}
