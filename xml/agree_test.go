package xml

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kyso-dev/kyso/internal/testtool"
)

// idFlags tell xmlsec1 which attributes of random documents and of signatures are Ids.
func idFlags() (flags []string) {
	add := func(attribute, element string) { flags = append(flags, "--id-attr:"+attribute, element) }
	for _, attribute := range []string{"Id", "ID", "id", "iD"} {
		for _, name := range randomNames {
			add(attribute, name)
			for _, space := range randomURIs {
				add(attribute, space+":"+name)
			}
		}
	}
	add("Id", spaceDSig+":Object")
	add("Id", spaceXAdES+":SignedProperties")
	return flags
}

// randomOptions are options of every kind, for a document with so many Ids.
func randomOptions(r *rand.Rand, ids int) *Options {
	o := &Options{Canonicalization: pick(r, append([]C14N{""}, methods...)), LeafOnly: true}
	if r.IntN(3) > 0 {
		prefix := pick(r, []string{"", "ds", "p", "sig"})
		o.Prefix = &prefix
	}
	extra := Object{ID: "extra", MimeType: "text/xml", Content: `<x xmlns=""><!-- c -->Khách &amp; Bạn &#13;</x>`}
	if r.IntN(5) == 0 {
		o.Form, o.Objects, o.References = Enveloping, []Object{extra}, []ReferenceOptions{{}, {URI: "#extra"}}
	} else {
		if r.IntN(2) == 0 {
			o.Place = fmt.Sprintf("#id%d", 1+r.IntN(ids))
		}
		for range r.IntN(4) {
			ref := ReferenceOptions{Transforms: pick(r, [][]string{nil, {TransformEnveloped}, {TransformEnveloped, string(pick(r, methods))}})}
			if r.IntN(2) == 0 {
				ref.URI = fmt.Sprintf("#id%d", 1+r.IntN(ids))
			}
			o.References = append(o.References, ref)
		}
		if len(o.References) > 0 && r.IntN(3) == 0 {
			o.Objects = []Object{extra}
			o.References = append(o.References, ReferenceOptions{URI: "#extra", Transforms: pick(r, [][]string{nil, {}, {string(C14N11WithComments)}})})
		}
	}
	if r.IntN(2) == 0 {
		o.Level, o.Roles, o.Policy = LevelBB, []string{"Giám đốc & <kế toán>"}, &SignaturePolicy{Implied: true}
		o.ProductionPlace = &ProductionPlace{City: "Hà Nội", Country: "VN"}
	}
	return o
}

// TestXMLSecAgrees signs random documents with random options, here and with xmlsec1, and has each read what the other has made.
func TestXMLSecAgrees(t *testing.T) {
	xmlsec1 := testtool.Need(t, "xmlsec1")
	p12, err := thePKI().PKCS12("signer")
	if err != nil {
		t.Fatal(err)
	}
	key, root, dir, ids := file(t, "key.p12", p12), demoRoot(t), t.TempDir(), idFlags()
	for seed := range uint64(60) {
		d := newRandom(seed)
		d.more = true
		text := d.document(3 + d.r.IntN(14))
		doc := []byte(text)
		switch d.r.IntN(6) {
		case 0:
			doc = append([]byte("\xEF\xBB\xBF"), doc...)
		case 1:
			doc = toUTF16(text, d.r.IntN(2) == 0)
		}
		o := randomOptions(d.r, d.ids)
		o.Certificates, o.LeafOnly = thePKI().Chain("signer"), false
		ours := sign(t, doc, thePKI().Signer("signer"), o)
		intact(t, ours, nil, 1)
		path := filepath.Join(dir, "ours.xml")
		if err := os.WriteFile(path, ours, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, stderr, err := testtool.Try(t, xmlsec1, append(append([]string{"--verify", "--trusted-pem", root}, ids...), path)...); err != nil {
			t.Errorf("seed %d: xmlsec1 refuses what was signed here: %s\n%s", seed, stderr, ours)
		}

		end := strings.LastIndex(text, "</")
		if end < 0 || strings.Contains(text[end:], "-->") {
			continue
		}
		template := fmt.Sprintf(`<Signature xmlns="%s"><SignedInfo><CanonicalizationMethod Algorithm="%s"/><SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>`,
			spaceDSig, pick(d.r, methods))
		for _, uri := range []string{"", "#xpointer(/)", fmt.Sprintf("#id%d", 1+d.r.IntN(d.ids)), fmt.Sprintf("#xpointer(id('id%d'))", 1+d.r.IntN(d.ids))} {
			method, parameters := pick(d.r, methods), ""
			if method.exclusive() {
				parameters = fmt.Sprintf(`<InclusiveNamespaces xmlns="%s" PrefixList="%s"/>`, spaceExc, pick(d.r, []string{"#default", "p q", "ds xsi #default nowhere"}))
			}
			template += fmt.Sprintf(`<Reference URI="%s">%s<DigestMethod Algorithm="%s"/><DigestValue/></Reference>`, uri,
				transforms(step(TransformEnveloped, ""), step(string(method), parameters)), digestSHA256)
		}
		template = strings.ReplaceAll(template, "ds:Transform", "Transform") + `</SignedInfo><SignatureValue/><KeyInfo><X509Data/></KeyInfo></Signature>`
		path, out := filepath.Join(dir, "template.xml"), filepath.Join(dir, "theirs.xml")
		if err := os.WriteFile(path, []byte(text[:end]+template+text[end:]), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, stderr, err := testtool.Try(t, xmlsec1, append(append([]string{"--sign", "--pkcs12", key, "--pwd", thePKI().Password(), "--output", out}, ids...), path)...); err != nil {
			t.Fatalf("seed %d: xmlsec1 does not sign: %s", seed, stderr)
		}
		theirs, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		intact(t, theirs, nil, 1)
	}
}
