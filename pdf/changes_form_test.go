package pdf_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
)

// A form: 5 an empty text field, 6 one with a value, 7 a check box, 8 a radio button with the widgets 9 and 10, 11 a text field with the
// widget 12 whose appearance is 13, 14 the metadata, 15 an image that the page shows, 16 the field that is signed.
const (
	fieldEmpty   = "<< /FT /Tx /T (Empty) /DA (/Helv 9 Tf) /Type /Annot /Subtype /Widget /Rect [10 10 90 30] /F 4 /P 3 0 R"
	fieldFull    = "<< /FT /Tx /T (Full) /DA (/Helv 9 Tf) /Type /Annot /Subtype /Widget /Rect [10 40 90 60] /F 4 /P 3 0 R"
	fieldCheck   = "<< /FT /Btn /T (Check) /Type /Annot /Subtype /Widget /Rect [10 70 20 80] /F 4 /P 3 0 R /AP << /N << /Yes 13 0 R /Off 13 0 R >> >>"
	fieldRadio   = "<< /FT /Btn /Ff 49152 /T (Radio) /Kids [9 0 R 10 0 R]"
	widgetRadio  = "<< /Parent 8 0 R /Type /Annot /Subtype /Widget /Rect [10 90 20 100] /F 4 /P 3 0 R /AP << /N << /A 13 0 R /Off 13 0 R >> >>"
	fieldKids    = "<< /FT /Tx /T (Kids) /DA (/Helv 9 Tf) /Kids [12 0 R]"
	widgetKids   = "<< /Parent 11 0 R /Type /Annot /Subtype /Widget /Rect [10 110 90 120] /F 4 /P 3 0 R /AP << /N 17 0 R >>"
	formWith     = "<< /Fields [5 0 R 6 0 R 7 0 R 8 0 R 11 0 R 16 0 R] /DR << /Font << /Helv << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
	catalogForm  = "<< /Type /Catalog /Pages 2 0 R /AcroForm 18 0 R /Metadata 14 0 R"
	pageForm     = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /Im 15 0 R >> >> /Annots [5 0 R 6 0 R 7 0 R 9 0 R 10 0 R 12 0 R 16 0 R"
	picture      = "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 7 >>\nstream\n0 0 m S\nendstream"
	pictureOther = "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 7 >>\nstream\n1 1 m S\nendstream"
	note         = "<< /Type /Annot /Subtype /Text /Rect [200 200 220 220] /Contents (why?) /P 3 0 R"
)

func packet(properties string) string {
	return stream([]byte(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:xmp="x" xmlns:dc="d">` +
		properties + `</rdf:Description></rdf:RDF></x:xmpmeta>`))
}

func packetAs(properties string) string {
	return strings.Replace(packet(properties), "<<", "<< /Type /Metadata /Subtype /XML", 1)
}

func formed(lock string) []byte {
	return build(catalogForm+" >>", pagesOne, pageForm+"] >>", contentPlain, fieldEmpty+" >>", fieldFull+" /V (one) >>", fieldCheck+" /V /Off /AS /Off >>",
		fieldRadio+" /V /Off >>", widgetRadio+" /AS /Off >>", widgetRadio+" /AS /Off >>", fieldKids+" >>", widgetKids+" >>", picture,
		packetAs("<dc:title>Contract</dc:title><xmp:ModifyDate>2026</xmp:ModifyDate>"), picture,
		"<< /FT /Sig /T (Lock) "+lock+" /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /F 132 /P 3 0 R >>", picture, formWith+" >>")
}

// TestChangesOfForms: filling in an empty field is allowed, changing what was there when it was signed is not, unless the author's
// certification or a lock says otherwise (P7, P21).
func TestChangesOfForms(t *testing.T) {
	p, _ := testpki.Start(t)
	sign := func(doc []byte, certify pdf.Certification) []byte {
		return signed(t, p, doc, &pdf.Options{Field: "Lock", Certify: certify})
	}
	doc, nothing, forms, comments := sign(formed(""), 0), sign(formed(""), pdf.CertifyNothing), sign(formed(""), pdf.CertifyForms), sign(formed(""), pdf.CertifyAnnotations)
	locked := sign(formed("/Lock << /Type /SigFieldLock /Action /Include /Fields [(Empty) (Kids)] >>"), 0)
	with := func(doc []byte, objects map[int]string) []byte { return update(doc, 1, objects) }
	fill := map[int]string{5: fieldEmpty + " /V (new) /AP << /N 40 0 R >> >>", 40: picture}
	again := map[int]string{5: fieldEmpty + " /V (newer) /AP << /N 41 0 R >> >>", 41: picture}
	change := map[int]string{6: fieldFull + " /V (two) /AP << /N 40 0 R >> >>", 40: picture}
	page := func(annotation string) map[int]string {
		return map[int]string{3: pageForm + " 40 0 R] >>", 40: annotation}
	}
	shared := sign(build(catalogForm+" /Extensions 19 0 R >>", pagesOne, strings.Replace(pageForm, "/Resources << /XObject << /Im 15 0 R >> >>", "/Resources 19 0 R", 1)+"] >>", contentPlain,
		fieldEmpty+" >>", fieldFull+" >>", fieldCheck+" >>", fieldRadio+" >>", widgetRadio+" >>", widgetRadio+" >>", fieldKids+" >>", widgetKids+" >>", picture,
		packetAs(""), picture, "<< /FT /Sig /T (Lock) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /F 132 /P 3 0 R >>", picture, formWith+" >>", "<< /XObject << /Im 15 0 R /V 13 0 R >> >>"), 0)
	asResource := sign(build(catalogForm+" >>", pagesOne, strings.Replace(pageForm, "<< /Im 15 0 R >>", "5 0 R", 1)+"] >>", contentPlain, strings.Replace(fieldEmpty, "/FT", "/Im 15 0 R /FT", 1)+" >>",
		fieldFull+" >>", fieldCheck+" >>", fieldRadio+" >>", widgetRadio+" >>", widgetRadio+" >>", fieldKids+" >>", widgetKids+" >>", picture, packetAs(""), picture,
		"<< /FT /Sig /T (Lock) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /F 132 /P 3 0 R >>", picture, formWith+" >>"), 0)
	const allowed, suspicious, unknown = pdf.ChangesAllowed, pdf.ChangesSuspicious, pdf.ChangesUnknown
	for _, c := range []struct {
		name  string
		doc   []byte
		level pdf.ChangeLevel
		code  string
	}{
		{"P21 an empty field filled in", with(doc, fill), allowed, "pdf.changed-field"},
		{"P21 and filled in again, which was not signed", with(with(doc, fill), again), allowed, "pdf.changed-field"},
		{"P21 a value changed", with(doc, change), suspicious, "pdf.change-value"},
		{"P21 a value taken away", with(doc, map[int]string{6: fieldFull + " >>"}), suspicious, "pdf.change-value"},
		{"a value changed as the author permits", with(forms, change), allowed, "pdf.changed-field"},
		{"a field filled in under P 2", with(forms, fill), allowed, "pdf.changed-field"},
		{"a field filled in under P 3", with(comments, fill), allowed, "pdf.changed-field"},
		{"P7 a field filled in under P 1", with(nothing, fill), suspicious, "pdf.change-forbidden-field"},
		{"P7 a locked field filled in", with(locked, fill), suspicious, "pdf.change-forbidden-field"},
		{"P7 the widget of a locked field", with(locked, map[int]string{11: fieldKids + " /V (x) >>", 12: strings.Replace(widgetKids, "17 0 R", "40 0 R", 1) + " >>", 40: picture}), suspicious, "pdf.change-forbidden-field"},
		{"a field that no lock holds", with(locked, map[int]string{7: fieldCheck + " /V /Yes /AS /Yes >>"}), allowed, "pdf.changed-field"},
		{"a check box", with(doc, map[int]string{7: fieldCheck + " /V /Yes /AS /Yes >>"}), allowed, "pdf.changed-field"},
		{"a radio button", with(doc, map[int]string{8: fieldRadio + " /V /A >>", 10: widgetRadio + " /AS /A >>"}), allowed, "pdf.changed-field"},
		{"a field with a widget of its own", with(doc, map[int]string{11: fieldKids + " /V (x) >>", 12: strings.Replace(widgetKids, "17 0 R", "40 0 R", 1) + " >>", 40: picture}), allowed, "pdf.changed-field"},
		{"an appearance written in its place", with(doc, map[int]string{11: fieldKids + " /V (x) >>", 17: pictureOther}), allowed, "pdf.changed-field"},
		{"a font for the form", with(doc, map[int]string{5: fill[5], 40: picture, 18: strings.Replace(formWith, "/Font <<", "/Font << /F2 41 0 R", 1) + " /SigFlags 3 >>", 41: "<< /FontDescriptor 42 0 R /Type /Font /Subtype /Type1 /BaseFont /Courier >>", 42: "<< >>"}), allowed, "pdf.changed-field"},
		{"a default appearance for the form", with(doc, map[int]string{5: fill[5], 40: picture, 18: formWith + " /SigFlags 3 /DA (/Helv 0 Tf) >>"}), allowed, "pdf.changed-field"},

		{"P7 a look without a value", with(doc, map[int]string{6: fieldFull + " /V (one) /AP << /N 40 0 R >> >>", 40: picture}), unknown, "pdf.change-look"},
		{"P7 a check box that is only shown as checked", with(doc, map[int]string{7: fieldCheck + " /V /Off /AS /Yes >>"}), unknown, "pdf.change-look"},
		{"P7 other pictures of a check box", with(doc, map[int]string{7: strings.Replace(fieldCheck, "/Yes 13 0 R", "/Yes 40 0 R", 1) + " /V /Yes /AS /Yes >>", 40: pictureOther}), unknown, ""},
		{"P7 a picture that other states share", with(doc, map[int]string{7: fieldCheck + " /V /Yes /AS /Yes >>", 13: pictureOther}), unknown, "pdf.change-object"},
		{"P7 a field moved", with(doc, map[int]string{5: strings.Replace(fieldEmpty, "10 10", "10 0", 1) + " /V (new) >>"}), unknown, "pdf.change-object"},
		{"P7 a field made read-only", with(doc, map[int]string{5: fieldEmpty + " /Ff 1 /V (new) >>"}), unknown, "pdf.change-object"},
		{"P7 a font of the form taken away", with(doc, map[int]string{5: fill[5], 40: picture, 18: strings.Replace(formWith, "/Helv <<", "/F2 <<", 1) + " /SigFlags 3 >>"}), unknown, "pdf.change-form"},
		{"P5 a field that is the page's image too", with(asResource, map[int]string{5: strings.Replace(fieldEmpty, "/FT", "/Im 15 0 R /FT", 1) + " /V 40 0 R >>", 40: picture}), suspicious, "pdf.change-content"},
		{"P5 an extension that is the page's resources too", with(shared, map[int]string{19: "<< /XObject << /Im 40 0 R /V 13 0 R >> >>", 40: pictureOther}), suspicious, "pdf.change-content"},
		{"P5 an image of the page", with(doc, map[int]string{15: pictureOther}), suspicious, "pdf.change-content"},
		{"an image of the page written again as it was", with(doc, map[int]string{15: picture}), pdf.ChangesNone, ""},

		{"a note under P 3", with(comments, page(note+" >>")), allowed, "pdf.changed-annotation"},
		{"a note with a picture under P 3", with(comments, map[int]string{3: pageForm + " 40 0 R] >>", 40: note + " /AP << /N 41 0 R >> >>", 41: picture}), allowed, "pdf.changed-annotation"},
		{"P6 a note under P 2", with(forms, page(note+" >>")), suspicious, "pdf.change-forbidden-annotation"},
		{"P6 a note under P 1", with(nothing, page(note+" >>")), suspicious, "pdf.change-forbidden-annotation"},
		{"P6 a note where nobody speaks of notes", with(doc, page(note+" >>")), unknown, "pdf.change-annotation"},
		{"P6 a note as large as the page", with(comments, map[int]string{3: pageForm + " 40 0 R] >>", 40: strings.Replace(note, "220 220", "500 800", 1) + " /AP << /N 41 0 R >> >>", 41: picture}), unknown, "pdf.change-annotation"},
		{"P6 a text over the page", with(comments, page(strings.Replace(note, "/Text", "/FreeText", 1)+" >>")), unknown, "pdf.change-annotation"},
		{"P6 a note that does something", with(comments, page(note+" /A << /S /JavaScript /JS (1) >> >>")), unknown, "pdf.change-object"},
		{"P6 a widget taken off the page under P 1", with(nothing, map[int]string{3: strings.Replace(pageForm, " 6 0 R", "", 1) + "] >>"}), suspicious, "pdf.change-forbidden-annotation"},

		{"an empty signature field", with(doc, map[int]string{18: strings.Replace(formWith, "16 0 R]", "16 0 R 40 0 R]", 1) + " /SigFlags 3 >>", 40: "<< /FT /Sig /T (Next) >>"}), allowed, "pdf.changed-empty"},
		{"an empty signature field, signed later elsewhere out of sight", with(with(doc, map[int]string{18: strings.Replace(formWith, "16 0 R]", "16 0 R 40 0 R]", 1) + " /SigFlags 3 >>", 3: pageForm + " 40 0 R] >>",
			40: "<< /FT /Sig /T (Next) /Type /Annot /Subtype /Widget /Rect [0 842 0 842] /P 3 0 R >>"}),
			map[int]string{40: "<< /FT /Sig /T (Next) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /P 3 0 R /V 41 0 R >>", 41: dictionarySeal}), allowed, "pdf.changed-signature"},
		{"P6 an empty signature field, signed later where it is seen", with(with(doc, map[int]string{18: strings.Replace(formWith, "16 0 R]", "16 0 R 40 0 R]", 1) + " /SigFlags 3 >>", 3: pageForm + " 40 0 R] >>",
			40: "<< /FT /Sig /T (Next) /Type /Annot /Subtype /Widget /Rect [0 842 0 842] /P 3 0 R >>"}),
			map[int]string{40: "<< /FT /Sig /T (Next) /Type /Annot /Subtype /Widget /Rect [0 0 99 99] /P 3 0 R /V 41 0 R >>", 41: dictionarySeal}), unknown, "pdf.change-object"},
		{"an empty signature field under P 1", with(nothing, map[int]string{18: strings.Replace(formWith, "16 0 R]", "16 0 R 40 0 R]", 1) + " /SigFlags 3 >>", 40: "<< /FT /Sig /T (Next) >>"}), suspicious, "pdf.change-forbidden"},
		{"P6 an empty signature field to be seen", with(forms, map[int]string{3: pageForm + " 40 0 R] >>", 18: strings.Replace(formWith, "16 0 R]", "16 0 R 40 0 R]", 1) + " /SigFlags 3 >>",
			40: "<< /FT /Sig /T (Next) /Type /Annot /Subtype /Widget /Rect [0 0 99 99] /P 3 0 R >>"}), unknown, "pdf.change-forbidden"},

		{"metadata with another date", with(doc, map[int]string{14: packetAs(`<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Contract</rdf:li></rdf:Alt></dc:title><xmp:ModifyDate>2027</xmp:ModifyDate>`)}), allowed, "pdf.changed-info"},
		{"metadata with another title", with(doc, map[int]string{14: packetAs("<dc:title>Receipt</dc:title>")}), unknown, "pdf.change-metadata"},
		{"metadata with a document type", with(doc, map[int]string{14: strings.Replace(stream([]byte("<!DOCTYPE x><x><title>Contract</title></x>")), "<<", "<< /Type /Metadata /Subtype /XML", 1)}), unknown, "pdf.change-metadata"},
		{"another version", with(doc, map[int]string{1: catalogForm + " /Version /2.0 >>"}), pdf.ChangesNone, ""},
		{"a box in other words", with(doc, map[int]string{3: strings.Replace(pageForm, "595 842", "595.0 842.", 1) + "] >>"}), pdf.ChangesNone, ""},
		{"a note of iText in the page tree", with(doc, map[int]string{2: strings.Replace(pagesOne, "<<", "<< /ITXT (5.0.0)", 1)}), pdf.ChangesNone, ""},
		{"layers", with(doc, map[int]string{1: catalogForm + " /OCProperties << >> >>"}), suspicious, "pdf.change-action"},
		{"what stands beside the page", with(doc, map[int]string{3: pageForm + "] /Tabs /S >>"}), unknown, "pdf.change-object"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := changesOf(t, c.doc)
			require.Equal(t, c.level, got.Level, "%v", got.Details)
			if c.code != "" {
				require.Contains(t, codes(got.Details), c.code, fmt.Sprint(got.Details))
			}
		})
	}
}
