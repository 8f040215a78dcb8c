package pdf_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testpki"
)

// TestP19Active: a reader is told of a signed document that may show something else at another time; the clean twin has no such remark.
func TestP19Active(t *testing.T) {
	p, _ := testpki.Start(t)
	catalog := func(more string) []byte {
		return build(strings.Replace(catalogPlain, ">>", more+" >>", 1), pagesOne, pagePlain, contentPlain, "<< /S /JavaScript /JS (app.alert) >>")
	}
	page := func(more string) []byte {
		return build(catalogPlain, pagesOne, strings.Replace(pagePlain, "/Parent", more+" /Parent", 1), contentPlain, "<< /S /Launch /F (calc) >>")
	}
	for what, doc := range map[string][]byte{
		"JavaScript":   catalog("/OpenAction 5 0 R"),
		"Launch":       page("/Annots [<< /Subtype /Link /Rect [0 0 9 9] /A 5 0 R >>]"),
		"SubmitForm":   page("/AA << /O << /S /GoTo /Next [<< /S /SubmitForm >>] >> >>"),
		"OCProperties": catalog("/OCProperties << /OCGs [] /D << /AS [<< /Event /Print >>] >> >>"),
		"XFA":          catalog("/AcroForm << /Fields [] /XFA (x) >>"),
		"":             catalog("/OpenAction [3 0 R /Fit] /OCProperties << /D << >> >> /Names << /Dests 9 0 R >>"),
	} {
		t.Run(what, func(t *testing.T) {
			d := read(t, signed(t, p, doc, nil))
			var found []string
			for _, f := range d.Findings {
				if f.Code == "pdf.active-content" {
					found = append(found, f.Params["what"])
				}
			}
			require.Equal(t, what, strings.Join(found, " "))
		})
	}
	d := read(t, signed(t, p, catalog("/Names << /JavaScript << /Names [(a) 5 0 R] >> >>"), nil))
	require.Contains(t, codes(d.Findings), "pdf.active-content")
	require.Empty(t, codes(read(t, catalog("/OpenAction 5 0 R")).Findings), "nothing is signed")
}
