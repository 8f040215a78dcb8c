package xml

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/internal/xmltree"
)

// Rows X1 to X19 of the list of attacks, as far as XML-DSig goes. Each has its clean twin: the same document without the attack, which
// is intact.

const (
	methodRSA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
	digestSHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
)

// forged makes a signature whose SignedInfo says what the test wants, signed all the same.
type forged struct {
	c14n, method, params string
	references           string
	keyInfo, behind      string
}

func (f forged) signature(t testing.TB) string {
	t.Helper()
	if f.c14n == "" {
		f.c14n = string(ExclusiveC14N)
	}
	if f.method == "" {
		f.method = methodRSA256
	}
	info := fmt.Sprintf(`<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="%s"/><ds:SignatureMethod Algorithm="%s">%s</ds:SignatureMethod>%s</ds:SignedInfo>`,
		f.c14n, f.method, f.params, f.references)
	c := C14N(f.c14n)
	if !c.Known() {
		c = C14N10
	}
	octets, err := canonicalElement([]byte(info), &xmltree.Context{Bindings: []xmltree.Binding{{Prefix: "ds", URI: spaceDSig}}}, c, nil)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(octets)
	value, err := thePKI().Signer("signer").Sign(context.Background(), digest[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	if f.keyInfo == "" {
		f.keyInfo = keyInfoOf("signer")
	}
	return fmt.Sprintf(`<ds:Signature xmlns:ds="%s" Id="sig">%s<ds:SignatureValue>%s</ds:SignatureValue>%s%s</ds:Signature>`,
		spaceDSig, info, base64.StdEncoding.EncodeToString(value), f.keyInfo, f.behind)
}

func keyInfoOf(name string) string {
	return `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>` + base64.StdEncoding.EncodeToString(thePKI().Certificate(name).Raw) + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`
}

// reference is a ds:Reference with the digest of these octets.
func reference(uri, attrs, transforms, octets string) string {
	digest := sha256.Sum256([]byte(octets))
	return fmt.Sprintf(`<ds:Reference URI="%s"%s>%s<ds:DigestMethod Algorithm="%s"/><ds:DigestValue>%s</ds:DigestValue></ds:Reference>`,
		uri, attrs, transforms, digestSHA256, base64.StdEncoding.EncodeToString(digest[:]))
}

func transforms(steps ...string) string {
	return "<ds:Transforms>" + strings.Join(steps, "") + "</ds:Transforms>"
}

func step(algorithm, inner string) string {
	return `<ds:Transform Algorithm="` + algorithm + `">` + inner + `</ds:Transform>`
}

const (
	body     = `<Body Id="body">pay Alice</Body>`
	bodyForm = body // its canonical form
)

// passed reports whether a document of one signature is free of anything that stands against it.
func passed(s *Signature) bool {
	if s.SignatureIntegrity != Intact || s.ContentIntegrity != Intact {
		return false
	}
	for _, f := range s.Findings {
		if f.Severity == "error" {
			return false
		}
	}
	for _, r := range s.References {
		for _, f := range r.Findings {
			if f.Severity == "error" {
				return false
			}
		}
	}
	return true
}

// TestX1Wrapping moves the signed element away and puts another in its place, in the eight ways known from SAML.
func TestX1Wrapping(t *testing.T) {
	sig := forged{references: reference("#body", "", "", bodyForm)}.signature(t)
	open, inner := strings.CutSuffix(sig, "</ds:Signature>")
	if !inner {
		t.Fatal(sig)
	}
	evil, evilOther := `<Body Id="body">pay Mallory</Body>`, `<Body Id="other">pay Mallory</Body>`
	inObject := func(s string) string { return open + "<ds:Object>" + s + "</ds:Object></ds:Signature>" }
	twin := read(t, []byte("<Order>"+body+sig+"</Order>"), nil).Signatures[0]
	if !passed(twin) || twin.References[0].Element.Path != "/Order/Body" {
		t.Fatalf("the twin: %s", findingCodes(twin))
	}
	for name, doc := range map[string]string{
		"1: the original in the signature, the forgery before":   "<Order>" + evil + inObject(body) + "</Order>",
		"2: the original in the signature, the forgery behind":   "<Order>" + inObject(body) + evil + "</Order>",
		"3: the original behind the forgery":                     "<Order>" + evilOther + body + sig + "</Order>",
		"4: the original in the forgery":                         "<Order>" + strings.Replace(evilOther, "</Body>", body+"</Body>", 1) + sig + "</Order>",
		"5: the original behind, the forgery with its Id":        "<Order>" + evil + sig + "<Old>" + body + "</Old></Order>",
		"6: the original in an Object, the forgery with another": "<Order>" + evilOther + inObject(body) + "</Order>",
		"7: the original in an extension":                        "<Order>" + evilOther + "<Extensions>" + body + "</Extensions>" + sig + "</Order>",
		"8: the original in an Object of an Object, forged Id":   "<Order>" + evilOther + inObject("<x>"+body+"</x>") + "</Order>",
		"a wrapped document":                                     "<Order>" + evilOther + "<Order>" + body + sig + "</Order></Order>",
	} {
		d := read(t, []byte(doc), nil)
		s := d.Signatures[0]
		r := s.References[0]
		var got bytes.Buffer
		if !passed(s) {
			continue // refused
		}
		if r.Element.Path == "/Order/Body" && !strings.Contains(doc[r.Element.Start:r.Element.End], "Alice") {
			t.Errorf("%s: the forgery passes for what is signed", name)
		}
		if err := r.CopyOctets(t.Context(), &got); err != nil || got.String() != bodyForm || doc[r.Element.Start:r.Element.End] != body {
			t.Errorf("%s: %v: handed out is %q, and %q is named", name, err, got.String(), doc[r.Element.Start:r.Element.End])
		}
	}
}

// TestX2DuplicateIDs has the Id of what is signed twice, by every spelling.
func TestX2DuplicateIDs(t *testing.T) {
	sig := forged{references: reference("#body", "", "", bodyForm)}.signature(t)
	for _, id := range []string{"Id", "ID", "id", "iD", "xml:id"} {
		for _, doc := range []string{
			"<Order>" + body + `<x ` + id + `="body"/>` + sig + "</Order>", "<Order " + id + `="body">` + body + sig + "</Order>",
			"<Order>" + body + sig + `<y><x ` + id + `="body"/></y></Order>`,
		} {
			s := read(t, []byte(doc), nil).Signatures[0]
			if passed(s) || !strings.Contains(findingCodes(s), string(CodeReferenceAmbiguous)) {
				t.Errorf("%s: %s %s", doc[:40], s.ContentIntegrity, findingCodes(s))
			}
		}
		twin := "<Order>" + body + `<x ` + id + `="another"/>` + sig + "</Order>"
		if s := read(t, []byte(twin), nil).Signatures[0]; !passed(s) {
			t.Errorf("the twin with %s: %s", id, findingCodes(s))
		}
	}
}

// TestScopes has constant Ids in each of several invoices of one transmission.
func TestScopes(t *testing.T) {
	sig := forged{references: reference("#body", "", "", bodyForm)}.signature(t)
	one := "<HDon>" + body + "<DSCKS>" + sig + "</DSCKS></HDon>"
	two := strings.Replace(one, "Alice", "Bob", 1)
	d := read(t, []byte("<TDiep><DLieu>"+one+two+one+"</DLieu></TDiep>"), nil)
	for i, want := range []bool{true, false, true} {
		if passed(d.Signatures[i]) != want {
			t.Errorf("invoice %d: %s %s", i, d.Signatures[i].ContentIntegrity, findingCodes(d.Signatures[i]))
		}
	}
	// The signature over the whole is looked up outside of the invoices.
	whole := `<DLieu Id="body">` + one + "</DLieu>"
	form, err := canonicalize(t, []byte("<TDiep>"+whole+"</TDiep>"), C14N10, nil)
	if err != nil {
		t.Fatal(err)
	}
	outer := forged{references: reference("#body", "", "", strings.TrimSuffix(strings.TrimPrefix(string(form), "<TDiep>"), "</TDiep>"))}.signature(t)
	d = read(t, []byte("<TDiep>"+whole+"<CKSNNT>"+outer+"</CKSNNT></TDiep>"), nil)
	if !passed(d.Signatures[0]) || !passed(d.Signatures[1]) || d.Signatures[1].References[0].Element.Path != "/TDiep/DLieu" {
		t.Errorf("%s, %s", findingCodes(d.Signatures[0]), findingCodes(d.Signatures[1]))
	}
	// Elsewhere such names are no scopes.
	if s := read(t, []byte("<A><DLieu>"+one+two+"</DLieu></A>"), nil).Signatures[0]; passed(s) {
		t.Error("an Id twice in one document passes")
	}
}

// TestRefused holds what is refused, each beside a twin that is intact.
func TestRefused(t *testing.T) {
	good := reference("#body", "", "", bodyForm)
	sig := forged{references: good}.signature(t)
	value := sig[strings.Index(sig, "<ds:SignatureValue>"):strings.Index(sig, "<ds:KeyInfo>")]
	info := sig[strings.Index(sig, "<ds:SignedInfo>"):strings.Index(sig, "<ds:SignatureValue>")]
	keyInfo := keyInfoOf("signer")
	var digest string
	if _, after, ok := strings.Cut(sig, "<ds:DigestValue>"); ok {
		digest, _, _ = strings.Cut(after, "<")
	}
	manifest := func(content string) string {
		return `<ds:Object><ds:Manifest Id="m" xmlns:ds="` + spaceDSig + `">` + content + `</ds:Manifest></ds:Object>`
	}
	manifestForm := func(content string) string {
		form, err := canonicalElement([]byte(`<ds:Manifest Id="m">`+content+`</ds:Manifest>`), &xmltree.Context{Bindings: []xmltree.Binding{{Prefix: "ds", URI: spaceDSig}}}, C14N10, nil)
		if err != nil {
			t.Fatal(err)
		}
		return string(form)
	}
	typed := ` Type="` + typeManifest + `"`
	for name, c := range map[string]struct {
		body, sig string
		want      Code // "" for the twin
	}{
		"twin":                                {body, sig, ""},
		"X3 a fake Manifest":                  {`<Body Id="body">pay Alice</Body>`, forged{references: reference("#body", typed, "", bodyForm)}.signature(t), CodeShape},
		"X3 a Manifest":                       {body, forged{references: reference("#m", typed, "", manifestForm(good)), behind: manifest(good)}.signature(t), ""},
		"X3 a Manifest of what was changed":   {strings.Replace(body, "Alice", "Bob", 1), forged{references: reference("#m", typed, "", manifestForm(good)), behind: manifest(good)}.signature(t), CodeManifest},
		"X3 a Manifest that was changed":      {body, forged{references: reference("#m", typed, "", manifestForm(good)), behind: manifest(good + good)}.signature(t), CodeReferenceBroken},
		"X4 two SignedInfos":                  {body, strings.Replace(sig, info, info+info, 1), CodeShape},
		"X4 two SignatureValues":              {body, strings.Replace(sig, value, value+value, 1), CodeShape},
		"X4 two KeyInfos":                     {body, strings.Replace(sig, keyInfo, keyInfo+keyInfo, 1), CodeShape},
		"X4 SignedInfo behind SignatureValue": {body, strings.Replace(sig, info+value, value+info, 1), CodeShape},
		"X4 another element":                  {body, strings.Replace(sig, info, "<x/>"+info, 1), CodeShape},
		"X4 text between":                     {body, strings.Replace(sig, info, "x"+info, 1), CodeShape},
		"X4 SignedInfo of another namespace":  {body, strings.Replace(strings.Replace(sig, "<ds:SignedInfo>", `<SignedInfo>`, 1), "</ds:SignedInfo>", "</SignedInfo>", 1), CodeShape},
		"X4 a Reference without a digest":     {body, forged{references: `<ds:Reference URI="#body"><ds:DigestMethod Algorithm="` + digestSHA256 + `"/></ds:Reference>`}.signature(t), CodeShape},
		"X4 two DigestValues":                 {body, forged{references: strings.Replace(good, "</ds:DigestValue>", "</ds:DigestValue><ds:DigestValue>AA==</ds:DigestValue>", 1)}.signature(t), CodeShape},
		"X4 nothing is signed":                {body, forged{}.signature(t), CodeShape},
		"X5 a comment in DigestValue":         {body, strings.Replace(sig, digest, digest[:4]+"<!-- -->"+digest[4:], 1), CodeShape},
		"X5 a comment in SignatureValue":      {body, strings.Replace(sig, "<ds:SignatureValue>", "<ds:SignatureValue><!-- -->", 1), CodeShape},
		"X5 a PI in DigestValue":              {body, strings.Replace(sig, digest, digest[:4]+"<?x?>"+digest[4:], 1), CodeShape},
		"X5 blanks in SignatureValue":         {body, strings.Replace(sig, "<ds:SignatureValue>", "<ds:SignatureValue>\n ", 1), ""},
		"X5 a comment in the content":         {strings.Replace(body, "Alice", "Al<!-- -->ice", 1), sig, ""}, // a warning, and all of the text
		"X6 the second of two is changed":     {body, forged{references: good + reference("#body", "", "", "something else")}.signature(t), CodeReferenceBroken},
		"X6 the first of two is changed":      {body, forged{references: reference("#body", "", "", "something else") + good}.signature(t), CodeReferenceBroken},
		"X7 no KeyInfo":                       {body, strings.Replace(sig, keyInfo, "", 1), CodeCertificateMissing},
		"X7 an empty KeyInfo":                 {body, strings.Replace(sig, keyInfo, "<ds:KeyInfo/>", 1), CodeCertificateMissing},
		"X7 an empty certificate":             {body, strings.Replace(sig, keyInfo, "<ds:KeyInfo><ds:X509Data><ds:X509Certificate/></ds:X509Data></ds:KeyInfo>", 1), CodeCertificateMissing},
		"X7 an empty signature":               {body, `<ds:Signature xmlns:ds="` + spaceDSig + `"/>`, CodeShape},
		"X7 an empty SignatureValue":          {body, strings.Replace(sig, value, "<ds:SignatureValue/>", 1), CodeShape},
		"X10 an unknown canonicalisation":     {body, forged{c14n: "urn:void", references: good}.signature(t), CodeCanonicalization},
		"X10 a relative namespace":            {`<Body xmlns:p="rel" Id="body">pay Alice</Body>`, sig, CodeRelativeNamespace},
		"X10 the digest of nothing":           {`<x/>`, forged{references: reference("#sig", "", transforms(step(TransformEnveloped, "")), "")}.signature(t), CodeEmpty},
		"X11 HMAC":                            {body, forged{method: "http://www.w3.org/2000/09/xmldsig#hmac-sha1", references: good}.signature(t), CodeAlgorithm},
		"X11 HMAC of SHA-256":                 {body, forged{method: "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", references: good}.signature(t), CodeAlgorithm},
		"X11 a length to cut the value to":    {body, forged{params: "<ds:HMACOutputLength>8</ds:HMACOutputLength>", references: good}.signature(t), CodeShape},
		"X11 ECDSA with a key for RSA":        {body, forged{method: "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", references: good}.signature(t), CodeCertificateKey},
		"X12 SHA-1 as a canonicalisation":     {body, forged{c14n: "http://www.w3.org/2000/09/xmldsig#sha1", references: good}.signature(t), CodeCanonicalization},
		"X13 XSLT":                            {body, forged{references: reference("#body", "", transforms(step("http://www.w3.org/TR/1999/REC-xslt-19991116", "")), bodyForm)}.signature(t), CodeTransform},
		"X13 an unknown transform":            {body, forged{references: reference("#body", "", transforms(step("urn:x", "")), bodyForm)}.signature(t), CodeTransform},
		"X13 XPath that selects nothing":      {body, forged{references: reference("", "", transforms(step(TransformXPath, "<ds:XPath>self::nothing</ds:XPath>")), "")}.signature(t), CodeEmpty},
		"X13 Filter 2 that selects nothing":   {body, forged{references: reference("", "", transforms(step(TransformFilter2, `<XPath xmlns="`+spaceFilter+`" Filter="intersect">//nothing</XPath>`)), "")}.signature(t), CodeEmpty},
		"X13 XPath of attributes":             {`<Body Id="body" x="1" z="2">pay Alice</Body>`, forged{references: reference("", "", transforms(step(TransformXPath, "<ds:XPath>@z</ds:XPath>")), "<Body></Body>")}.signature(t), ""},
		"X13 Filter 2 of attributes":          {body, forged{references: reference("", "", transforms(step(TransformFilter2, `<XPath xmlns="`+spaceFilter+`" Filter="subtract">//@Id</XPath>`)), "")}.signature(t), CodeXPath},
		"X13 XPath with a function of others": {body, forged{references: reference("", "", transforms(step(TransformXPath, "<ds:XPath>document('file:///etc/passwd')</ds:XPath>")), "")}.signature(t), CodeXPath},
		"X13 XPath that cannot be read":       {body, forged{references: reference("", "", transforms(step(TransformXPath, "<ds:XPath>self::</ds:XPath>")), "")}.signature(t), CodeXPath},
		"X14 a file":                          {body, forged{references: reference("file:///etc/passwd", "", "", "")}.signature(t), CodeReferenceExternal},
		"X14 an address":                      {body, forged{references: reference("http://127.0.0.1/", "", "", "")}.signature(t), CodeReferenceExternal},
		"X15 another's certificate":           {body, forged{references: good, keyInfo: keyInfoOf("other")}.signature(t), CodeSignatureBroken},
		"X15 a key beside the certificate":    {body, forged{references: good, keyInfo: strings.Replace(keyInfo, "<ds:X509Data>", otherKeyValue()+"<ds:X509Data>", 1)}.signature(t), CodeKeyOther},
		"X16 cid:":                            {body, forged{references: good + reference("cid:a@b", "", "", "x")}.signature(t), CodeReferenceExternal},
		"X16 no URI":                          {body, forged{references: strings.Replace(good, ` URI="#body"`, "", 1)}.signature(t), CodeReferenceExternal},
		"X16 an XPointer":                     {body, forged{references: reference("#xpointer(//Body)", "", "", bodyForm)}.signature(t), CodeReferenceURI},
		"X16 an Id that is not there":         {body, forged{references: good + reference("#gone", "", "", "x")}.signature(t), CodeReferenceNone},
		"X19 a digest cut short":              {body, forged{references: strings.Replace(good, digest, base64.StdEncoding.EncodeToString([]byte("\x00")), 1)}.signature(t), CodeReferenceBroken},
		"X19 something behind SignatureValue": {body, strings.Replace(sig, "</ds:SignatureValue>", `"x"</ds:SignatureValue>`, 1), CodeShape},
		"X19 base64 that is not strict":       {body, forged{references: strings.Replace(good, digest, digest[:len(digest)-2]+"9=", 1)}.signature(t), CodeShape},
		"X19 a digest in small letters":       {body, forged{references: strings.Replace(good, digest, strings.ToLower(digest), 1)}.signature(t), ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := read(t, []byte("<Order>"+c.body+c.sig+"</Order>"), nil).Signatures[0]
			codes := findingCodes(s)
			if name == "X19 a digest in small letters" { // base64 all the same, of other octets
				if passed(s) {
					t.Error("it passes")
				}
				return
			}
			if c.want == "" && !passed(s) {
				t.Errorf("signature %s, content %s: %s", s.SignatureIntegrity, s.ContentIntegrity, codes)
			}
			if strings.HasSuffix(name, "SignatureValue") && c.want != "" && s.SignatureIntegrity == Intact {
				t.Error("a value that cannot be read is intact")
			}
			if c.want != "" && (passed(s) || !strings.Contains(" "+codes+" ", " "+string(c.want)+" ")) {
				t.Errorf("signature %s, content %s: %s, want %s", s.SignatureIntegrity, s.ContentIntegrity, codes, c.want)
			}
		})
	}
}

func otherKeyValue() string {
	return `<DEREncodedKeyValue xmlns="` + spaceDSig11 + `">` + base64.StdEncoding.EncodeToString(thePKI().Certificate("other").RawSubjectPublicKeyInfo) + `</DEREncodedKeyValue>`
}

// TestX4Signed changes SignedInfo where its canonical form does not: what is read is what is signed.
func TestX4Signed(t *testing.T) {
	sig := forged{references: reference("#body", "", "", bodyForm)}.signature(t)
	same := strings.Replace(sig, `URI="#body"`, "\n  URI = '#bod&#x79;'", 1)
	s := read(t, []byte("<Order>"+body+same+"</Order>"), nil).Signatures[0]
	if !passed(s) || s.References[0].URI != "#body" || !bytes.Contains(s.SignedInfo, []byte(`URI="#body"`)) {
		t.Errorf("%s: %q", findingCodes(s), s.SignedInfo)
	}
	other := read(t, []byte("<Order>"+body+`<x Id="x"/>`+strings.Replace(sig, "#body", "#x", 1)+"</Order>"), nil).Signatures[0]
	if other.SignatureIntegrity != Broken {
		t.Errorf("a changed SignedInfo: %s", other.SignatureIntegrity)
	}
}

// TestX13Bounded gives XPath expressions that cost more than the document is worth.
func TestX13Bounded(t *testing.T) {
	doc := "<Order>" + strings.Repeat("<a>", 300) + strings.Repeat("</a>", 300) + strings.Repeat("<b/>", 3000)
	var attrs strings.Builder
	for i := range 900 {
		fmt.Fprintf(&attrs, " a%d=''", i)
	}
	wide := "<Order>" + strings.Repeat("<a"+attrs.String()+"/>", 60)
	for name, e := range map[string]string{
		"attributes":  "count(//*) &gt; 0", // cheap for elements, of which there are few
		"the library": "count(//*[count(preceding::*) &gt; count(following::*)]) &gt; 5",
		"natively":    strings.Repeat("ancestor::x or ", 270) + "self::y",
		"too long":    strings.Repeat("ancestor::x or ", 300) + "self::y",
		"too deep":    strings.Repeat("(", 2000) + "1" + strings.Repeat(")", 2000),
	} {
		start := time.Now()
		sig := forged{references: reference("", "", transforms(step(TransformXPath, "<ds:XPath>"+e+"</ds:XPath>")), "x")}.signature(t)
		in := doc
		if name == "attributes" {
			in = wide
		}
		s := read(t, []byte(in+sig+"</Order>"), nil).Signatures[0]
		if passed(s) || name == "attributes" && s.ContentIntegrity != Unknown || time.Since(start) > 20*time.Second {
			t.Errorf("%s: %s after %s", name, findingCodes(s), time.Since(start))
		}
	}
}

// TestX18Scopes: where thousands of invoices use the same Id, each looks only at what is asked of itself.
func TestX18Scopes(t *testing.T) {
	var pass jobs
	for scope := range int64(1000) {
		for range 2 {
			r := &Reference{URI: "#data", hash: crypto.SHA256, plan: &plan{signature: &survey{scope: scope + 1}, target: targetID, id: "data"}}
			if !pass.add(r) {
				t.Fatal("it is not computed while the document passes by")
			}
		}
	}
	for n, list := range pass.named {
		if len(list) != 1 || len(list[0].references) != 2 {
			t.Fatalf("%v: %d canonical forms", n, len(list))
		}
	}
}

// TestX18References asks for a whole document again and again.
func TestX18References(t *testing.T) {
	var many strings.Builder
	for i := range 1500 {
		many.WriteString(reference("", "", transforms(step(TransformEnveloped, ""), step(string(ExclusiveC14N),
			fmt.Sprintf(`<InclusiveNamespaces xmlns="%s" PrefixList="p%d"/>`, spaceExc, i))), "x"))
	}
	filler := strings.Repeat("<Line>Hàng mẫu</Line>", 12_000)
	for name, c := range map[string]struct {
		references string
		dear       bool
	}{"twin": {reference("", "", transforms(step(TransformEnveloped, "")), "x"), false}, "1500 times": {many.String(), true}} {
		start := time.Now()
		s := read(t, []byte("<Order>"+filler+forged{references: c.references}.signature(t)+"</Order>"), nil).Signatures[0]
		if strings.Contains(findingCodes(s), string(CodeLimit)) != c.dear || time.Since(start) > time.Minute {
			t.Errorf("%s: %.100s after %s", name, findingCodes(s), time.Since(start))
		}
	}
	deep := strings.Repeat("<a>", 300) + forged{references: reference("", "", "", "x")}.signature(t) + strings.Repeat("</a>", 300)
	if _, err := Read(t.Context(), strings.NewReader(deep), int64(len(deep)), nil); !isCode(err, CodeLimit) {
		t.Errorf("a signature 300 elements deep: %v", err)
	}
}

// TestX17ECDSA puts values of other forms where r‖s belongs.
func TestX17ECDSA(t *testing.T) {
	doc := sign(t, []byte("<Order>"+body+"</Order>"), thePKI().Signer("ec"), nil)
	s := intact(t, doc, nil, 1).Signatures[0]
	text := base64.StdEncoding.EncodeToString(s.Value)
	n, _ := new(big.Int).SetString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", 16)
	der, err := asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(s.Value[:32]), new(big.Int).SetBytes(s.Value[32:])})
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string][]byte{
		"DER": der, "a zero before": append([]byte{0}, s.Value...), "one octet less": s.Value[1:], "zeros": make([]byte, 64),
		"s of n": append(append([]byte(nil), s.Value[:32]...), n.Bytes()...), "r and s exchanged": append(append([]byte(nil), s.Value[32:]...), s.Value[:32]...),
	} {
		bad := bytes.Replace(doc, []byte(text), []byte(base64.StdEncoding.EncodeToString(value)), 1)
		if got := read(t, bad, nil).Signatures[0]; got.SignatureIntegrity != Broken {
			t.Errorf("%s: %s", name, got.SignatureIntegrity)
		}
	}
}

// TestWycheproof verifies the ECDSA vectors with values as XML has them.
func TestWycheproof(t *testing.T) {
	n := 0
	for _, name := range []string{"ecdsa_secp256r1_sha256_p1363_test.json", "ecdsa_secp384r1_sha384_p1363_test.json", "ecdsa_secp521r1_sha512_p1363_test.json"} {
		raw, err := os.ReadFile(testtool.Corpora(t, "wycheproof", name))
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			TestGroups []struct {
				PublicKeyDer string
				Tests        []struct {
					TcID             int
					Msg, Sig, Result string
				}
			}
		}
		if err := json.Unmarshal(raw, &file); err != nil {
			t.Fatal(err)
		}
		for _, g := range file.TestGroups {
			for _, c := range g.Tests {
				n++
				err := wycheproof(g.PublicKeyDer, c.Msg, c.Sig)
				if (err == nil) != (c.Result == "valid") && c.Result != "acceptable" {
					t.Errorf("%s %d: %v, want %s", name, c.TcID, err, c.Result)
				}
			}
		}
	}
	if n < 500 {
		t.Errorf("only %d vectors", n)
	}
}
