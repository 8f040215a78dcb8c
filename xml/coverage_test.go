package xml

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCoverage: what is signed, and what beside it says something, is named.
func TestCoverage(t *testing.T) {
	s := thePKI().Signer("signer")
	data := Options{Place: "/HDon/DSCKS/NBan", Canonicalization: C14N10, References: []ReferenceOptions{{URI: "#data"}}}
	withTime := data
	withTime.Objects = []Object{{ID: "SigningTime", Content: `<SignatureProperties><SignatureProperty Target="#x"><SigningTime>2026-01-02T08:00:00</SigningTime></SignatureProperty></SignatureProperties>`}}
	signedTime := withTime
	signedTime.References = []ReferenceOptions{{URI: "#data"}, {URI: "#SigningTime"}}
	invoice := func(beside string) string { return strings.Replace(invoiceXML, "<DSCKS>", beside+"<DSCKS>", 1) }
	for name, c := range map[string]struct {
		doc  string
		opts Options
		want Coverage
	}{
		"all":                          {invoiceXML, Options{}, Coverage{Whole: true, Covered: []string{"/"}}},
		"the one element that matters": {invoiceXML, data, Coverage{Whole: true, Covered: []string{"/HDon/DLHDon"}}},
		"something beside it":          {invoice(`<DLQRCode>1</DLQRCode><Empty/>`), data, Coverage{Covered: []string{"/HDon/DLHDon"}, NotCovered: []string{"/HDon/DLQRCode"}}},
		"an attribute beside it":       {strings.Replace(invoiceXML, "<HDon>", `<HDon a="1">`, 1), data, Coverage{Covered: []string{"/HDon/DLHDon"}, NotCovered: []string{"/HDon/@*"}}},
		"a namespace says nothing":     {strings.Replace(invoiceXML, "<HDon>", `<HDon xmlns:p="urn:p" Id="h">`, 1), data, Coverage{Whole: true, Covered: []string{"/HDon/DLHDon"}}},
		"text beside it":               {invoice("text"), data, Coverage{Covered: []string{"/HDon/DLHDon"}, NotCovered: []string{"/HDon/text()"}}},
		"blanks say nothing":           {invoice("\n "), data, Coverage{Whole: true, Covered: []string{"/HDon/DLHDon"}}},
		"another of its name":          {invoice(`<DLHDon>2</DLHDon>`), data, Coverage{Covered: []string{"/HDon/DLHDon[1]"}, NotCovered: []string{"/HDon/DLHDon[2]"}}},
		"a stylesheet":                 {`<?xml-stylesheet href="x.xsl"?>` + invoiceXML, data, Coverage{Covered: []string{"/HDon/DLHDon"}, NotCovered: []string{"/processing-instruction('xml-stylesheet')"}}},
		"a stylesheet that is signed":  {`<?xml-stylesheet href="x.xsl"?>` + invoiceXML, Options{}, Coverage{Whole: true, Covered: []string{"/"}}},
		"a time that is not signed":    {invoiceXML, withTime, Coverage{Covered: []string{"/HDon/DLHDon"}, NotCovered: []string{"/HDon/DSCKS/NBan/Signature/Object"}}},
		"a time that is signed":        {invoiceXML, signedTime, Coverage{Whole: true, Covered: []string{"/HDon/DLHDon"}}},
		"in another slot":              {invoice(`<MCCQT Id="m">x</MCCQT>`), data, Coverage{Covered: []string{"/HDon/DLHDon"}, NotCovered: []string{"/HDon/MCCQT"}}},
		"enveloping":                   {`<a/>`, Options{Form: Enveloping}, Coverage{Whole: true, Covered: []string{"/Signature/Object"}}},
		"deep":                         {`<a><b><c><d><e Id="e">1</e><f>2</f></d></c></b></a>`, Options{References: []ReferenceOptions{{URI: "#e"}}}, Coverage{Covered: []string{"/a/b/c/d/e"}, NotCovered: []string{"/a/b/c/d/*"}}},
		"an invoice of many in a TDiep": {`<TDiep><DLieu>` + invoice(`<Fkey>1</Fkey>`) + invoice(`<Fkey>1</Fkey>`) + `</DLieu></TDiep>`,
			Options{Place: "/TDiep/DLieu/HDon[2]/DSCKS/NBan", References: []ReferenceOptions{{URI: "#data"}}},
			Coverage{Covered: []string{"/TDiep/DLieu/HDon[2]/DLHDon"}, NotCovered: []string{"/TDiep/DLieu/HDon[2]/Fkey"}}},
	} {
		t.Run(name, func(t *testing.T) {
			for encoding, doc := range map[string][]byte{"UTF-8": []byte(c.doc), "UTF-16": toUTF16(c.doc, false)} {
				if c.opts.Form != Enveloped && encoding != "UTF-8" {
					continue
				}
				d := read(t, sign(t, doc, s, &c.opts), nil)
				require.Equal(t, c.want, d.Coverage(d.Signatures[0]), encoding)
			}
		})
	}
}

// TestCoverageDetached: what lies outside is named by its URI, and is not covered where it was not had.
func TestCoverageDetached(t *testing.T) {
	doc := sign(t, []byte("<a/>"), thePKI().Signer("signer"), &Options{Form: Detached, URI: "a.xml"})
	d := read(t, doc, &ReadOptions{Resolver: givenResolver{"a.xml": []byte("<a/>")}})
	require.Equal(t, Coverage{Whole: true, Covered: []string{"a.xml"}}, d.Coverage(d.Signatures[0]))
	d = read(t, doc, nil)
	require.Equal(t, Coverage{}, d.Coverage(d.Signatures[0]))
}

// TestCoverageWrapped: a signed element that was moved, with another in its place, is found where it is now (attack row X1).
func TestCoverageWrapped(t *testing.T) {
	doc := string(sign(t, []byte(invoiceXML), thePKI().Signer("signer"), &Options{Place: "/HDon/DSCKS/NBan", References: []ReferenceOptions{{URI: "#data"}}}))
	start, end := strings.Index(doc, "<DLHDon"), strings.Index(doc, "</DLHDon>")+len("</DLHDon>")
	signed := doc[start:end]
	moved := strings.Replace(doc, signed, `<DLHDon Id="other">false</DLHDon>`, 1)
	moved = strings.Replace(moved, "<DSCKS>", "<Old>"+signed+"</Old><DSCKS>", 1)
	d := read(t, []byte(moved), nil)
	require.Equal(t, Intact, d.Signatures[0].ContentIntegrity)
	require.Equal(t, Coverage{Covered: []string{"/HDon/Old/DLHDon"}, NotCovered: []string{"/HDon/DLHDon"}}, d.Coverage(d.Signatures[0]))
}

// TestOutlineLimit: where there is too much to look at, that is said, and nothing is called whole.
func TestOutlineLimit(t *testing.T) {
	doc := `<a><b Id="data">1</b>` + strings.Repeat("<c><d/></c>", 70_000) + "</a>"
	d := read(t, sign(t, []byte(doc), thePKI().Signer("signer"), &Options{References: []ReferenceOptions{{URI: "#data"}}}), nil)
	c := d.Coverage(d.Signatures[0])
	require.True(t, c.More)
	require.False(t, c.Whole)
}
