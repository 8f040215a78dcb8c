package pdf_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/pdf"
)

const (
	page      = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> %s >>"
	textField = "<< /FT /Tx /T (Text) /V (Xin) /Type /Annot /Subtype /Widget /Rect [9 9 99 29] /F 4 /P 3 0 R >>"
	sigField  = "<< /FT /Sig /T (Sign) /Type /Annot /Subtype /Widget /Rect [9 39 99 79] /F 4 /P 3 0 R %s >>"
)

// shapes are the ways in which a form and the annotations of a page may lie in a document. Each has a text field, so that losing it shows.
var shapes = map[string][]string{
	"all direct": {
		"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] >> >>", pagesOne, fmt.Sprintf(page, "/Annots [5 0 R]"), contentPlain, textField,
	},
	"form indirect, array direct": {
		"<< /Type /Catalog /Pages 2 0 R /AcroForm 6 0 R >>", pagesOne, fmt.Sprintf(page, "/Annots [5 0 R]"), contentPlain, textField,
		"<< /Fields [5 0 R] /DA (/Helv 0 Tf) /NeedAppearances true >>",
	},
	"form indirect, array indirect": {
		"<< /Type /Catalog /Pages 2 0 R /AcroForm 6 0 R >>", pagesOne, fmt.Sprintf(page, "/Annots 8 0 R"), contentPlain, textField,
		"<< /Fields 7 0 R /SigFlags 0 >>", "[5 0 R]", "[5 0 R]",
	},
	"form direct, array indirect": {
		"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields 6 0 R >> >>", pagesOne, fmt.Sprintf(page, "/Annots 7 0 R"), contentPlain, textField, "[5 0 R]", "[5 0 R]",
	},
	"annotations missing": {
		"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] >> >>", pagesOne, fmt.Sprintf(page, ""), contentPlain, textField,
	},
	"annotations null": {
		"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] >> >>", pagesOne, fmt.Sprintf(page, "/Annots 6 0 R"), contentPlain, textField, "null",
	},
	"XFA beside it": {
		"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] /XFA (<xdp/>) >> >>", pagesOne, fmt.Sprintf(page, "/Annots [5 0 R]"), contentPlain, textField,
	},
	"a tree of fields": {
		"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [6 0 R] >> >>", pagesOne, fmt.Sprintf(page, "/Annots [5 0 R]"), contentPlain,
		strings.Replace(textField, "/FT", "/Parent 6 0 R /FT", 1), "<< /T (Group) /Kids [5 0 R] >>",
	},
	"pages in pages": {
		"<< /Type /Catalog /Pages 6 0 R /AcroForm << /Fields [5 0 R] >> >>", "<< /Type /Pages /Parent 6 0 R /Kids [3 0 R] /Count 1 >>",
		fmt.Sprintf(page, "/Annots [5 0 R]"), contentPlain, textField,
		"<< /Type /Pages /Kids [7 0 R 2 0 R] /Count 1 >>", "<< /Type /Pages /Parent 6 0 R /Kids [] /Count 0 >>",
	},
}

func TestFormKeepsItsFields(t *testing.T) {
	qpdf, pdfsig := testtool.Need(t, "qpdf"), testtool.Need(t, "pdfsig")
	p, _ := testpki.Start(t)
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		t.Run(name, func(t *testing.T) {
			doc := build(shapes[name]...)
			before := fieldNames(t, qpdf, store(t, "in.pdf", doc))
			if !strings.HasPrefix(name, "annotations") { // qpdf lists the fields that have an annotation
				require.Len(t, before, 1)
			}
			out := signed(t, p, doc, nil)
			require.True(t, bytes.HasPrefix(out, doc))
			out2 := signed(t, p, out, &pdf.Options{Field: "Group.Sub.Second"})
			path := store(t, "out.pdf", out2)
			require.ElementsMatch(t, append(slices.Clone(before), "Group.Sub.Second", "Signature1"), fieldNames(t, qpdf, path))
			roots := regexp.MustCompile(`(?:/Fields \[|obj\n\[)([^]]*)\]`).FindAllSubmatch(out2, -1)
			require.Regexp(t, `^[56] 0 R [0-9]+ 0 R`, string(roots[len(roots)-1][1]), "the form's own field comes first and stays")
			list, err := complaints(t, qpdf, path)
			require.NoError(t, err)
			require.Empty(t, list)
			require.Equal(t, map[string]bool{"Signature1": true, "Group.Sub.Second": true}, validFields(t, pdfsig, path))
			d := read(t, out2)
			require.Len(t, d.Signatures, 2)
			require.Equal(t, strings.Contains(name, "XFA"), d.XFA)
			require.Equal(t, "Signature1", d.Revisions[1].Signature)
			require.Equal(t, pdf.OfRevision, d.Signatures[0].Extent)
			require.Equal(t, 2, d.Signatures[0].Revision)
			require.Equal(t, pdf.Whole, d.Signatures[1].Extent)
		})
	}
}

// fieldNames are the fully qualified names of the form's fields, as qpdf sees them.
func fieldNames(t testing.TB, qpdf, path string) []string {
	out, _, err := tool(t, qpdf, "--json", "--json-key=acroform", path)
	require.NoError(t, err)
	var answer struct {
		Acroform struct {
			Fields []struct{ Fullname string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(out), &answer))
	var names []string
	for _, f := range answer.Acroform.Fields {
		names = append(names, f.Fullname)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestExistingFields(t *testing.T) {
	qpdf, pdfsig := testtool.Need(t, "qpdf"), testtool.Need(t, "pdfsig")
	p, _ := testpki.Start(t)
	catalog := "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] >> >>"
	for name, c := range map[string]struct {
		field   string
		objects []string
		has     string // what the signed field must say
	}{
		"field and widget in one": {"Sign", []string{catalog, pagesOne, fmt.Sprintf(page, "/Annots [5 0 R]"), contentPlain, fmt.Sprintf(sigField, "")}, "/AP"},
		"widget apart": {"Sign", []string{catalog, pagesOne, fmt.Sprintf(page, "/Annots [6 0 R]"), contentPlain, "<< /FT /Sig /T (Sign) /Kids [6 0 R] >>",
			"<< /Type /Annot /Subtype /Widget /Parent 5 0 R /Rect [0 0 0 0] /F 4 /P 3 0 R >>"}, "/Kids [6 0 R]"},
		"no widget at all":           {"Sign", []string{catalog, pagesOne, fmt.Sprintf(page, ""), contentPlain, "<< /FT /Sig /T (Sign) >>"}, "/F 132"},
		"inherited type, nested":     {"Board.Chair", []string{catalog, pagesOne, fmt.Sprintf(page, "/Annots [6 0 R]"), contentPlain, "<< /FT /Sig /T (Board) /Kids [6 0 R] >>", "<< /T (Chair) /Parent 5 0 R /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /F 4 /P 3 0 R >>"}, "/Parent 5 0 R"},
		"name in UTF-16":             {"Ký tên", []string{catalog, pagesOne, fmt.Sprintf(page, "/Annots [5 0 R]"), contentPlain, "<< /FT /Sig /T <FEFF004B00FD002000741EC3006E> /Type /Annot /Subtype /Widget /Rect [0 0 0 0] >>"}, "/F 132"},
		"value null":                 {"Sign", []string{catalog, pagesOne, fmt.Sprintf(page, "/Annots [5 0 R]"), contentPlain, fmt.Sprintf(sigField, "/V null")}, "/V"},
		"value a dangling reference": {"Sign", []string{catalog, pagesOne, fmt.Sprintf(page, "/Annots [5 0 R]"), contentPlain, fmt.Sprintf(sigField, "/V 77 0 R")}, "/V"},
		"type by reference":          {"Sign", []string{catalog, pagesOne, fmt.Sprintf(page, "/Annots [5 0 R]"), contentPlain, "<< /FT 6 0 R /T 7 0 R /Type /Annot /Subtype /Widget /Rect [0 0 0 0] >>", "/Sig", "(Sign)"}, "/FT 6 0 R"},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "name in UTF-16" {
				c.objects[4] = strings.Replace(c.objects[4], "00741EC3006E", "007400EA006E", 1)
			}
			doc := build(c.objects...)
			require.Equal(t, c.field, read(t, doc).Fields[0].Name)
			out := signed(t, p, doc, &pdf.Options{Field: c.field})
			s := requireSound(t, out)
			require.Equal(t, c.field, s.Field)
			require.Contains(t, string(out[len(doc):]), c.has)
			path := store(t, "out.pdf", out)
			if name != "widget apart" { // poppler takes the widget for a field of its own, without a value
				require.True(t, validFields(t, pdfsig, path)[c.field])
			}
			list, err := complaints(t, qpdf, path)
			require.NoError(t, err)
			require.Empty(t, list)
			_, err = trySign(t, p, out, &pdf.Options{Field: c.field})
			require.Equal(t, string(pdf.CodeFieldSigned), code(err))
		})
	}
}

func TestFieldNames(t *testing.T) {
	p, _ := testpki.Start(t)
	doc := build(shapes["a tree of fields"]...)
	for field, want := range map[string]string{
		"Group":          string(pdf.CodeFieldType),
		"Group.Text":     string(pdf.CodeFieldType),
		"Group.Text.Sig": string(pdf.CodeFieldName),
		"Group..Sig":     string(pdf.CodeFieldName),
		".":              string(pdf.CodeFieldName),
		"Group.":         string(pdf.CodeFieldName),
	} {
		out, err := trySign(t, p, doc, &pdf.Options{Field: field})
		require.Equal(t, want, code(err), field)
		require.Empty(t, out)
	}
	for _, field := range []string{"Group.Chữ ký", "New", "A.B.C.D", "Signature7"} {
		out := signed(t, p, doc, &pdf.Options{Field: field})
		require.Equal(t, field, requireSound(t, out).Field)
	}
	// The default name passes over those that are taken.
	out := signed(t, p, doc, &pdf.Options{Field: "Signature1"})
	out = signed(t, p, out, nil)
	require.Equal(t, "Signature2", read(t, out).Signatures[1].Field)
}

func TestFiftyCoSignatures(t *testing.T) {
	qpdf, pdfsig := testtool.Need(t, "qpdf"), testtool.Need(t, "pdfsig")
	p, _ := testpki.Start(t)
	doc := build(shapes["form indirect, array indirect"]...)
	out := doc
	for i := range 50 {
		next := signed(t, p, out, &pdf.Options{Reason: fmt.Sprintf("Lần %d", i+1)})
		require.True(t, bytes.HasPrefix(next, out), "signature %d changed earlier octets", i+1)
		out = next
	}
	d := read(t, out)
	require.Len(t, d.Signatures, 50)
	require.Len(t, d.Revisions, 51)
	require.Empty(t, d.Findings)
	for i, s := range d.Signatures {
		require.Equal(t, fmt.Sprintf("Signature%d", i+1), s.Field)
		require.Equal(t, fmt.Sprintf("Lần %d", i+1), s.Reason)
		require.Equal(t, i+2, s.Revision)
		require.Equal(t, "intact", string(s.CMS.ContentIntegrity))
		require.Equal(t, "intact", string(s.CMS.SignatureIntegrity))
		require.NotEqual(t, pdf.Part, s.Extent)
		require.Equal(t, s.Field, d.Revisions[i+1].Signature)
	}
	path := store(t, "out.pdf", out)
	require.Len(t, validFields(t, pdfsig, path), 50)
	list, err := complaints(t, qpdf, path)
	require.NoError(t, err)
	require.Empty(t, list)
	require.Len(t, fieldNames(t, qpdf, path), 51)
}
