package pdf_test

import (
	"bytes"
	"context"
	"crypto"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/pdfobj"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
)

// After signing, plain has: 5 the signature dictionary, 6 the field with its widget, 7 the form. The catalog and the page are written anew.
const (
	catalogSigned = "<< /Type /Catalog /Pages 2 0 R /AcroForm 7 0 R"
	pageSigned    = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> /Annots [6 0 R"
	contentEvil   = "<< /Length 14 >>\nstream\n0 0 m 1 1 l S \nendstream"
)

// token and seal are the dictionaries of a time-stamp and a signature that somebody added; whether they hold does not matter here.
const (
	dictionaryToken = "<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 /ByteRange [0 1 2 3] /Contents <00> >>"
	dictionarySeal  = "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange [0 1 2 3] /Contents <00> >>"
)

func widgetNew(name, value, rect string) string {
	return "<< /FT /Sig /T (" + name + ") /V " + value + " /Type /Annot /Subtype /Widget /Rect [" + rect + "] /F 132 /P 3 0 R /AP << /N 43 0 R >> >>"
}

const appearanceNew = "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 0 >>\nstream\n\nendstream"

// adding is an update that adds a field 41 with the value 40 to the form and the page.
func adding(dictionary, rect string) map[int]string {
	return map[int]string{
		3: pageSigned + " 41 0 R] >>", 7: "<< /Fields [6 0 R 41 0 R] /SigFlags 3 >>",
		40: dictionary, 41: widgetNew("New", "40 0 R", rect), 43: appearanceNew,
	}
}

func changesOf(t testing.TB, doc []byte) pdf.Changes {
	t.Helper()
	d := read(t, doc)
	for _, s := range d.Signatures {
		if s.Field == "Signature1" || s.Field == "Lock" {
			return s.Changes
		}
	}
	require.Contains(t, codes(d.Findings), "pdf.signature-removed") // a finding of the document, of severity error
	return pdf.Changes{Level: pdf.ChangesUnknown}
}

// TestChanges: additions of validation data, time-stamps and signatures are allowed; every attack on what was signed is not. Rows of
// the list of attacks are named.
func TestChanges(t *testing.T) {
	p, _ := testpki.Start(t)
	doc := signed(t, p, plain(), nil)
	nothing := signed(t, p, plain(), &pdf.Options{Certify: pdf.CertifyNothing})
	forms := signed(t, p, plain(), &pdf.Options{Certify: pdf.CertifyForms})
	catalogOf := func(doc []byte, more string) string {
		f, err := pdfobj.Open(bytes.NewReader(doc), int64(len(doc)), nil)
		require.NoError(t, err)
		c, _, err := f.Catalog()
		require.NoError(t, err)
		if c.Has("Perms") {
			return catalogSigned + " /Perms << /DocMDP 5 0 R >>" + more + " >>"
		}
		return catalogSigned + more + " >>"
	}
	dss := func(doc []byte) []byte {
		return update(doc, 1, map[int]string{1: catalogOf(doc, " /DSS 30 0 R /Extensions << /ESIC << /BaseVersion /1.7 /ExtensionLevel 5 >> >>"),
			30: "<< /Certs [31 0 R] /OCSPs 34 0 R /VRI 33 0 R >>", 31: stream(p.Issuer().Raw), 32: stream(p.Root().Raw),
			33: "<< /ABCD << /Cert [31 0 R] /OCSP [32 0 R] >> >>", 34: "[32 0 R]"})
	}
	again := func(doc []byte, dss string, more map[int]string) []byte {
		objects := map[int]string{30: dss}
		for n, o := range more {
			objects[n] = o
		}
		return update(doc, 1, objects)
	}
	stale := func(doc []byte) []byte { // the entry of object 4 leads back to an object that lies hidden in the signed octets
		at := bytes.Index(doc, []byte("2 0 obj"))
		out := update(doc, 1, map[int]string{4: contentEvil})
		i := bytes.LastIndex(out, []byte("4 1\n")) + 4
		copy(out[i:], fmt.Sprintf("%010d", at))
		return out
	}
	freed := func(doc []byte) []byte {
		out := update(doc, 1, map[int]string{4: contentEvil})
		i := bytes.LastIndex(out, []byte(" 00000 n \n"))
		copy(out[i:], " 00001 f \n")
		return out
	}
	waiting := signed(t, p, build(catalogPlain, pagesOne, strings.Replace(pagePlain, "/Contents 4 0 R", "/Contents [4 0 R 40 0 R]", 1), contentPlain), nil)
	shared := build(catalogPlain, pagesOne, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Annots 5 0 R >>", contentPlain, "[4 0 R]")
	sharedSigned := signed(t, p, shared, nil)
	merge := func(m map[int]string, more map[int]string) map[int]string {
		out := map[int]string{}
		for n, o := range m {
			out[n] = o
		}
		for n, o := range more {
			out[n] = o
		}
		return out
	}
	invisible, area := "0 0 0 0", "10 10 90 40"
	for _, c := range []struct {
		name  string
		doc   []byte
		level pdf.ChangeLevel
		code  string // of a detail
	}{
		{"nothing", doc, pdf.ChangesNone, ""},
		{"white space behind the end", append(bytes.Clone(doc), "\r\n\x00\n"...), pdf.ChangesNone, ""},
		{"a store", dss(doc), pdf.ChangesAllowed, "pdf.changed-store"},
		{"a store under P 1", dss(nothing), pdf.ChangesAllowed, "pdf.changed-store"},
		{"a time-stamp", update(doc, 1, adding(dictionaryToken, invisible)), pdf.ChangesAllowed, "pdf.changed-timestamp"},
		{"a time-stamp under P 1", update(nothing, 1, adding(dictionaryToken, invisible)), pdf.ChangesAllowed, "pdf.changed-timestamp"},
		{"a signature", update(doc, 1, adding(dictionarySeal, invisible)), pdf.ChangesAllowed, "pdf.changed-signature"},
		{"a signature to be seen", update(doc, 1, adding(dictionarySeal, area)), pdf.ChangesAllowed, "pdf.changed-signature"},
		{"a signature under P 2", update(forms, 1, adding(dictionarySeal, invisible)), pdf.ChangesAllowed, "pdf.changed-signature"},
		{"more in the store", again(dss(doc), "<< /Certs [31 0 R 32 0 R] /OCSPs 34 0 R /VRI 33 0 R >>", nil), pdf.ChangesAllowed, "pdf.changed-store"},
		{"the store in another order, under other numbers", again(dss(doc), "<< /Certs [35 0 R] /OCSPs [32 0 R] /VRI << /ABCD << /Cert [35 0 R] >> >> >>",
			map[int]string{35: stream(p.Issuer().Raw)}), pdf.ChangesAllowed, "pdf.changed-store"},
		{"the page written again as it was", update(doc, 1, map[int]string{3: pageSigned + "] >>"}), pdf.ChangesNone, ""},

		{"P2 content replaced", update(doc, 1, map[int]string{4: contentEvil}), pdf.ChangesSuspicious, "pdf.change-content"},
		{"P2 page with other content", update(doc, 1, map[int]string{3: strings.Replace(pageSigned, "4 0 R", "40 0 R", 1) + "] >>", 40: contentEvil}), pdf.ChangesSuspicious, "pdf.change-content"},
		{"P2 new page", update(doc, 1, map[int]string{2: "<< /Type /Pages /Kids [3 0 R 40 0 R] /Count 2 >>", 40: pagePlain}), pdf.ChangesSuspicious, "pdf.change-content"},
		{"P2 catalog swap", update(doc, 40, map[int]string{40: catalogSigned + " >>"}), pdf.ChangesSuspicious, "pdf.change-trailer"},
		{"P2 other pages", update(doc, 1, map[int]string{1: "<< /Type /Catalog /Pages 40 0 R /AcroForm 7 0 R >>", 40: pagesOne}), pdf.ChangesSuspicious, "pdf.change-content"},
		{"P2 no cross-references", append(bytes.Clone(doc), "4 0 obj\n"+contentEvil+"\nendobj\n%%EOF\n"...), pdf.ChangesUnknown, "pdf.change-stray"},
		{"P2 an action", update(doc, 1, map[int]string{1: catalogSigned + " /OpenAction << /S /JavaScript /JS (1) >> >>"}), pdf.ChangesSuspicious, "pdf.change-action"},
		{"P3 objects between revisions", update(append(bytes.Clone(doc), "4 0 obj\n"+contentEvil+"\nendobj\n"...), 1, map[int]string{1: catalogSigned + " /DSS << >> >>"}), pdf.ChangesUnknown, "pdf.change-stray"},
		{"P3 an object in a comment", update(append(bytes.Clone(doc), "% 4 0 obj << >> endobj\n"...), 1, map[int]string{1: catalogSigned + " /DSS << >> >>"}), pdf.ChangesUnknown, "pdf.change-stray"},
		{"P5 an object that was waited for", update(waiting, 1, map[int]string{40: contentEvil}), pdf.ChangesSuspicious, "pdf.change-content"},
		{"P5 the same, as part of a store", update(waiting, 1, map[int]string{1: catalogSigned + " /DSS << /Certs [40 0 R] >> >>", 40: contentEvil}), pdf.ChangesSuspicious, "pdf.change-content"},
		{"P5 one array for content and annotations", signed(t, p, sharedSigned, nil), pdf.ChangesSuspicious, "pdf.change-content"},
		{"P5 an entry that leads back", stale(doc), pdf.ChangesUnknown, ""},
		{"P5 an object freed", freed(doc), pdf.ChangesUnknown, ""},
		{"objects that nothing leads to", update(doc, 1, map[int]string{40: "<< /Next 41 0 R >>", 41: contentEvil}), pdf.ChangesNone, ""},
		{"P5 the same, led to afterwards", update(update(doc, 1, map[int]string{40: contentEvil}), 1, map[int]string{3: strings.Replace(pageSigned, "4 0 R", "40 0 R", 1) + "] >>"}), pdf.ChangesSuspicious, "pdf.change-content"},
		{"P5 the same, waited for", update(update(waiting, 1, map[int]string{41: contentEvil}), 1, map[int]string{40: "[41 0 R]"}), pdf.ChangesSuspicious, "pdf.change-content"},
		{"P5 another type", update(doc, 1, map[int]string{7: contentEvil}), pdf.ChangesUnknown, ""},
		{"P6 sneaky signature", update(forms, 1, adding(dictionarySeal, area)), pdf.ChangesUnknown, "pdf.change-forbidden"},
		{"P6 sneaky time-stamp", update(nothing, 1, adding(dictionaryToken, area)), pdf.ChangesSuspicious, "pdf.change-forbidden"},
		{"P6 evil annotation", update(doc, 1, map[int]string{3: pageSigned + " 40 0 R] >>", 40: "<< /Type /Annot /Subtype /FreeText /Rect [0 0 9 9] /Contents (x) >>"}), pdf.ChangesUnknown, "pdf.change-annotation"},
		{"P6 a signature under P 1", update(nothing, 1, adding(dictionarySeal, invisible)), pdf.ChangesSuspicious, "pdf.change-forbidden"},
		{"P7 another widget moved", update(doc, 1, map[int]string{6: "<< /FT /Sig /T (Signature1) /V 5 0 R /Type /Annot /Subtype /Widget /Rect [0 0 99 99] /F 132 /P 3 0 R >>"}), pdf.ChangesUnknown, "pdf.change-object"},
		{"P8 another reason", update(doc, 1, map[int]string{5: dictionarySeal}), pdf.ChangesUnknown, ""},
		{"P9 a field that shows the same signature", update(doc, 1, merge(adding(dictionarySeal, invisible), map[int]string{41: widgetNew("New", "5 0 R", invisible)})), pdf.ChangesUnknown, "pdf.change-object"},
		{"P9 a field of another kind", update(doc, 1, merge(adding(dictionarySeal, invisible), map[int]string{41: strings.Replace(widgetNew("New", "40 0 R", invisible), "/Sig", "/Tx", 1)})), pdf.ChangesUnknown, "pdf.change-object"},
		{"P9 a field with an action", update(doc, 1, merge(adding(dictionarySeal, invisible), map[int]string{41: strings.Replace(widgetNew("New", "40 0 R", invisible), "/F 132", "/A << /S /URI >>", 1)})), pdf.ChangesUnknown, "pdf.change-object"},
		{"P9 a field without a signature, to be signed later", update(doc, 1, merge(adding(dictionarySeal, invisible), map[int]string{41: strings.Replace(widgetNew("New", "40 0 R", invisible), "/V 40 0 R", "", 1)})), pdf.ChangesAllowed, "pdf.changed-empty"},
		{"P12 two entries for an object", twice(update(doc, 1, map[int]string{4: contentEvil}), "4 1\n"), pdf.ChangesUnknown, ""},
		{"a field taken out of the form", update(doc, 1, map[int]string{7: "<< /Fields [] /SigFlags 3 >>"}), pdf.ChangesUnknown, ""},
		{"appearances to be made anew", update(doc, 1, map[int]string{7: "<< /Fields [6 0 R] /SigFlags 3 /NeedAppearances true >>"}), pdf.ChangesUnknown, "pdf.change-form"},
		{"the annotations in another order", update(update(doc, 1, adding(dictionarySeal, invisible)), 1, map[int]string{3: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> /Annots [41 0 R 6 0 R] >>"}), pdf.ChangesUnknown, "pdf.change-annotation"},
		{"less in the store", again(dss(doc), "<< /Certs [31 0 R] >>", nil), pdf.ChangesUnknown, "pdf.change-store"},
		{"another certificate in its place", update(dss(doc), 1, map[int]string{31: stream(p.GovRoot().Raw)}), pdf.ChangesUnknown, "pdf.change-store"},
		{"the store taken away", update(dss(doc), 1, map[int]string{1: catalogSigned + " >>"}), pdf.ChangesUnknown, ""},
		{"something else in the store", again(dss(doc), "<< /Certs [31 0 R] /OCSPs 34 0 R /VRI 33 0 R /More 1 >>", nil), pdf.ChangesUnknown, "pdf.change-store"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := changesOf(t, c.doc)
			require.Equal(t, c.level, got.Level, got.Details)
			if c.code != "" {
				require.Contains(t, codes(got.Details), c.code)
			}
		})
	}
}

// TestChangesAfterOddRevisions: what an odd revision refers to is not known, so nothing that comes later is called allowed.
func TestChangesAfterOddRevisions(t *testing.T) {
	p, _ := testpki.Start(t)
	doc := signed(t, p, plain(), nil)
	odd := append(bytes.Clone(doc), "% 4 0 obj\n"...)
	odd = update(odd, 1, map[int]string{1: catalogSigned + " /DSS << >> >>"})
	second := signed(t, p, odd, &pdf.Options{Field: "Second"})
	d := read(t, signed(t, p, second, &pdf.Options{Field: "Third"}))
	require.Len(t, d.Signatures, 3)
	for i, want := range []pdf.ChangeLevel{pdf.ChangesUnknown, pdf.ChangesUnknown, pdf.ChangesNone} {
		require.Equal(t, want, d.Signatures[i].Changes.Level, i)
	}
}

// twice repeats the subsection that begins with the last mark.
func twice(doc []byte, mark string) []byte {
	at := bytes.LastIndex(doc, []byte(mark))
	line := doc[at : at+len(mark)+20]
	return bytes.Join([][]byte{doc[:at], line, doc[at:]}, nil)
}

// TestChangesByFurtherSignatures: what this package and its form of fields adds is allowed, on every style of file.
func TestChangesByFurtherSignatures(t *testing.T) {
	p, _ := testpki.Start(t)
	withField := build("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R 6 0 R] >> >>", pagesOne,
		strings.Replace(pagePlain, "/Parent", "/Annots 7 0 R /Parent", 1), contentPlain,
		"<< /FT /Sig /T (Empty) /Type /Annot /Subtype /Widget /Rect [10 10 200 60] /P 3 0 R >>", "<< /T (Group) /Kids 8 0 R >>", "[5 0 R 9 0 R]", "[9 0 R]",
		"<< /FT /Sig /T (Empty) /Parent 6 0 R /Type /Annot /Subtype /Widget /Rect [10 100 200 160] /P 3 0 R >>")
	for name, doc := range map[string][]byte{"table": plain(), "stream": asStream(t, plain()), "fields": withField} {
		t.Run(name, func(t *testing.T) {
			for _, first := range []pdf.Options{{}, {Certify: pdf.CertifyForms}} {
				first.Field = "A.B"
				out := signed(t, p, doc, &first)
				fields := []string{"A.C", "Plain"}
				if name == "fields" {
					fields = append(fields, "Empty", "Group.Empty", "Group.New")
				}
				for _, field := range fields {
					out = signed(t, p, out, &pdf.Options{Field: field})
				}
				for i, s := range read(t, out).Signatures {
					require.Contains(t, []pdf.ChangeLevel{pdf.ChangesNone, pdf.ChangesAllowed}, s.Changes.Level, "%d: %v", i, s.Changes.Details)
				}
			}
		})
	}
	t.Run("a locked field", func(t *testing.T) {
		doc := signed(t, p, locking("<< /Action /Exclude /Fields [(Free)] >>"), &pdf.Options{Field: "Lock"})
		at := changesOf(t, signed(t, p, doc, &pdf.Options{Field: "Free"}))
		require.Equal(t, pdf.ChangesAllowed, at.Level, at.Details)
	})
}

// asStream is a document with another revision that changes nothing and whose cross-references are a stream.
func asStream(t testing.TB, doc []byte) []byte {
	t.Helper()
	at := bytes.LastIndex(doc, []byte("startxref"))
	var prev int
	_, err := fmt.Sscanf(string(doc[at:]), "startxref\n%d", &prev)
	require.NoError(t, err)
	start := len(doc)
	rows := []byte{1, byte(start >> 8), byte(start), 0}
	return append(bytes.Clone(doc), fmt.Sprintf("9 0 obj\n<< /Type /XRef /Size 10 /Root 1 0 R /Prev %d /W [1 2 1] /Index [9 1] /Length %d >>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n",
		prev, len(rows), rows, start)...)
}

// FuzzChanges appends anything to a signed document. Where that is called nothing or allowed, the page tree, the page's content and
// all that the page had are what they were.
func FuzzChanges(f *testing.F) {
	p, _ := testpki.Start(f)
	doc := signed(f, p, plain(), nil)
	add := func(more []byte) { f.Add(more[len(doc):]) }
	add(update(doc, 1, adding(dictionarySeal, "0 0 0 0")))
	add(update(doc, 1, map[int]string{1: catalogSigned + " /DSS << /Certs [40 0 R] >> >>", 40: stream(p.Root().Raw)}))
	add(update(doc, 1, map[int]string{4: contentEvil}))
	add(asStream(f, doc))
	add(signed(f, p, doc, nil))
	before := pageOf(f, doc)
	f.Fuzz(func(t *testing.T, more []byte) {
		all := append(bytes.Clone(doc), more...)
		d, err := pdf.Read(context.Background(), bytes.NewReader(all), int64(len(all)), nil)
		if err != nil {
			return
		}
		for _, s := range d.Signatures {
			if s.Field == "Signature1" && s.Extent != pdf.Part && (s.Changes.Level == pdf.ChangesNone || s.Changes.Level == pdf.ChangesAllowed) {
				require.Equal(t, before, pageOf(t, all))
			}
		}
	})
}

// pageOf is a digest of what a reader shows of the first page, its annotations left out.
func pageOf(t testing.TB, doc []byte) string {
	f, err := pdfobj.Open(bytes.NewReader(doc), int64(len(doc)), nil)
	require.NoError(t, err)
	catalog, _, err := f.Catalog()
	require.NoError(t, err)
	pages, _, err := f.LookupDict(catalog, "Pages")
	require.NoError(t, err)
	kids, _, err := f.LookupArray(pages, "Kids")
	require.NoError(t, err)
	text := fmt.Sprint(len(kids))
	for _, kid := range kids {
		o, err := f.Resolve(kid)
		require.NoError(t, err)
		page, _ := o.(*pdfobj.Dict)
		for _, key := range []pdfobj.Name{"MediaBox", "Resources", "Contents"} {
			v, _, err := f.Lookup(page, key)
			require.NoError(t, err)
			if st, ok := v.(*pdfobj.Stream); ok {
				data, err := f.StreamData(st, 0)
				require.NoError(t, err)
				v = string(sum(crypto.SHA256, data))
			}
			text += fmt.Sprintf("%v", v)
		}
	}
	return text
}
