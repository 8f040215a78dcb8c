package pdf_test

import (
	"crypto"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/pdf"
)

func TestCertify(t *testing.T) {
	qpdf, pdfsig := testtool.Need(t, "qpdf"), testtool.Need(t, "pdfsig")
	p, _ := testpki.Start(t)
	for name, doc := range map[string][]byte{
		"no permissions":       plain(),
		"permissions direct":   build("<< /Type /Catalog /Pages 2 0 R /Perms << >> >>", pagesOne, pagePlain, contentPlain),
		"permissions indirect": build("<< /Type /Catalog /Pages 2 0 R /Perms 5 0 R >>", pagesOne, pagePlain, contentPlain, "<< >>"),
	} {
		for _, level := range []pdf.Certification{pdf.CertifyNothing, pdf.CertifyForms, pdf.CertifyAnnotations} {
			t.Run(fmt.Sprintf("%s %d", name, level), func(t *testing.T) {
				out := signed(t, p, doc, &pdf.Options{Certify: level})
				s := requireSound(t, out)
				require.Equal(t, level, s.Certification)
				require.Equal(t, level, read(t, out).Certified)
				path := store(t, "out.pdf", out)
				require.True(t, validFields(t, pdfsig, path)["Signature1"])
				list, err := complaints(t, qpdf, path)
				require.NoError(t, err)
				require.Empty(t, list)

				_, err = trySign(t, p, out, &pdf.Options{Certify: level})
				require.Equal(t, string(pdf.CodeCertified), code(err))
				again, err := trySign(t, p, out, nil)
				if level == pdf.CertifyNothing {
					require.Equal(t, string(pdf.CodeCertified), code(err))
					require.Empty(t, again)
					return
				}
				require.NoError(t, err)
				require.Len(t, validFields(t, pdfsig, store(t, "again.pdf", again)), 2)
			})
		}
	}
	_, err := trySign(t, p, signed(t, p, plain(), nil), &pdf.Options{Certify: pdf.CertifyForms})
	require.Equal(t, string(pdf.CodeSigned), code(err))
}

// TestCertificationOutsideOfTheForm: a certification counts though its field was taken out of the form.
func TestCertificationOutsideOfTheForm(t *testing.T) {
	p, _ := testpki.Start(t)
	sig := "<< /Type /Sig /Filter /X /SubFilter /ETSI.CAdES.detached /Contents <00> /Reference [<< /TransformMethod /DocMDP /TransformParams << /P %d >> >>] >>"
	for level, want := range map[int]string{1: string(pdf.CodeCertified), 2: "", 3: "", 4: string(pdf.CodeCertified)} {
		doc := build("<< /Type /Catalog /Pages 2 0 R /Perms << /DocMDP 5 0 R >> >>", pagesOne, pagePlain, contentPlain, fmt.Sprintf(sig, level))
		_, err := trySign(t, p, doc, nil)
		require.Equal(t, want, code(err), level)
		require.Equal(t, []string{string(pdf.CodeUnlisted)}, codes(read(t, doc).Findings))
	}
}

// locking is a document with a text field and two empty signature fields, the first of which has a lock.
func locking(lock string) []byte {
	return build("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R 6 0 R 7 0 R] >> >>", pagesOne,
		fmt.Sprintf(page, "/Annots [5 0 R 6 0 R 7 0 R]"), contentPlain, textField,
		"<< /FT /Sig /T (First) /Lock "+lock+" /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /F 132 /P 3 0 R >>",
		"<< /FT /Sig /T (Second) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /F 132 /P 3 0 R >>", "<< /Type /SigFieldLock /Action /Include /Fields [(Second)] >>")
}

func TestLocks(t *testing.T) {
	p, _ := testpki.Start(t)
	locked, certified := string(pdf.CodeFieldLocked), string(pdf.CodeCertified)
	for lock, c := range map[string]struct{ second, fresh string }{
		"<< /Action /All >>":                               {locked, locked},
		"<< /Action /Include /Fields [(Text)] >>":          {"", ""},
		"<< /Action /Include /Fields [(Text) (Second)] >>": {locked, ""},
		"8 0 R": {locked, ""},
		"<< /Action /Exclude /Fields [(Second)] >>":                {"", locked},
		"<< /Action /Exclude /Fields [(Text)] >>":                  {locked, locked},
		"<< /Action /Include /Fields [(Text)] /P 1 >>":             {certified, certified},
		"<< /Action /Include /Fields [(Text)] /P 2 >>":             {"", ""},
		"<< /Action /Include /Fields [(New)] >>":                   {"", ""},
		"<< /Type /SigFieldLock /Action /Nonsense /Fields [()] >>": {locked, locked},
	} {
		t.Run(lock, func(t *testing.T) {
			doc := locking(lock)
			require.True(t, read(t, doc).Fields[0].Lock)
			out := signed(t, p, doc, &pdf.Options{Field: "First"})
			require.Contains(t, string(out[len(doc):]), "/FieldMDP")
			require.True(t, requireSound(t, out).Locks)
			_, err := trySign(t, p, out, &pdf.Options{Field: "Second"})
			require.Equal(t, c.second, code(err))
			_, err = trySign(t, p, out, nil)
			require.Equal(t, c.fresh, code(err))
		})
	}
	// A name in the list stands for what is beneath it.
	out := signed(t, p, locking("<< /Action /Include /Fields [(New)] >>"), &pdf.Options{Field: "First"})
	_, err := trySign(t, p, out, &pdf.Options{Field: "New.Sub"})
	require.Equal(t, locked, code(err))
	_, err = trySign(t, p, out, &pdf.Options{Field: "Newer"})
	require.NoError(t, err)
}

func TestSeedValues(t *testing.T) {
	p, _ := testpki.Start(t)
	leaf := hex.EncodeToString(p.Certificate("signer").Raw)
	other := hex.EncodeToString(p.Certificate("other").Raw)
	issuer := hex.EncodeToString(p.Issuer().Raw)
	tsa := p.TSAClient()
	for name, c := range map[string]struct {
		seed  string
		opts  pdf.Options
		entry string // what is refused; "": nothing
	}{
		"nothing binds":            {"/Filter /Other /SubFilter [/adbe.pkcs7.sha1] /DigestMethod [(SHA1)] /Reasons [(A)]", pdf.Options{}, ""},
		"filter":                   {"/Ff 1 /Filter /Adobe.PPKLite", pdf.Options{}, ""},
		"other filter":             {"/Ff 1 /Filter /Other", pdf.Options{}, "Filter"},
		"sub-filter":               {"/Ff 2 /SubFilter [/adbe.pkcs7.detached /ETSI.CAdES.detached]", pdf.Options{}, ""},
		"other sub-filter":         {"/Ff 2 /SubFilter [/adbe.pkcs7.detached]", pdf.Options{}, "SubFilter"},
		"plain CMS":                {"/Ff 2 /SubFilter [/adbe.pkcs7.detached]", pdf.Options{SubFilter: pdf.SubFilterPKCS7}, ""},
		"not plain CMS":            {"/Ff 2 /SubFilter [/ETSI.CAdES.detached]", pdf.Options{SubFilter: pdf.SubFilterPKCS7}, "SubFilter"},
		"version":                  {"/Ff 4 /V 3", pdf.Options{}, ""},
		"later version":            {"/Ff 4 /V 4", pdf.Options{}, "V"},
		"reason":                   {"/Ff 8 /Reasons [(I agree) (I wrote it)]", pdf.Options{Reason: "I wrote it"}, ""},
		"other reason":             {"/Ff 8 /Reasons [(I agree)]", pdf.Options{Reason: "I do not"}, "Reason"},
		"reason missing":           {"/Ff 8 /Reasons [(I agree)]", pdf.Options{}, "Reason"},
		"no reason":                {"/Ff 8 /Reasons [(.)]", pdf.Options{}, ""},
		"reason where there is no": {"/Ff 8 /Reasons [(.)]", pdf.Options{Reason: "x"}, "Reason"},
		"digest chosen":            {"/Ff 64 /DigestMethod [(SHA1) (SHA512) (SHA384)]", pdf.Options{}, ""},
		"digest given":             {"/Ff 64 /DigestMethod [(SHA512) (SHA384)]", pdf.Options{Hash: crypto.SHA384}, ""},
		"other digest":             {"/Ff 64 /DigestMethod [(SHA512)]", pdf.Options{Hash: crypto.SHA256}, "DigestMethod"},
		"weak digest":              {"/Ff 64 /DigestMethod [(SHA1) (MD5)]", pdf.Options{}, "DigestMethod"},
		"approval":                 {"/MDP << /P 0 >>", pdf.Options{}, ""},
		"approval, certifying":     {"/MDP << /P 0 >>", pdf.Options{Certify: 2}, "MDP"},
		"certification":            {"/MDP << /P 2 >>", pdf.Options{Certify: 2}, ""},
		"certification, approving": {"/MDP << /P 2 >>", pdf.Options{}, "MDP"},
		"other certification":      {"/MDP << /P 2 >>", pdf.Options{Certify: 3}, "MDP"},
		"time-stamp":               {"/TimeStamp << /URL (http://tsa.example) /Ff 1 >>", pdf.Options{Level: pdf.LevelBT, Timestamper: tsa}, ""},
		"time-stamp missing":       {"/TimeStamp << /URL (http://tsa.example) /Ff 1 >>", pdf.Options{}, "TimeStamp"},
		"time-stamp as one likes":  {"/TimeStamp << /URL (http://tsa.example) /Ff 0 >>", pdf.Options{}, ""},
		"revocation data":          {"/Ff 32 /AddRevInfo true", pdf.Options{}, "AddRevInfo"},
		"no revocation data":       {"/Ff 32 /AddRevInfo false", pdf.Options{}, ""},
		"lock the document":        {"/Ff 128 /LockDocument /true", pdf.Options{}, "LockDocument"},
		"appearance":               {"/Ff 256 /AppearanceFilter (Seal)", pdf.Options{}, "AppearanceFilter"},
		"subject":                  {"/Cert << /Ff 1 /Subject [<" + other + "> <" + leaf + ">] >>", pdf.Options{}, ""},
		"other subject":            {"/Cert << /Ff 1 /Subject [<" + other + ">] >>", pdf.Options{}, "Cert/Subject"},
		"issuer":                   {"/Cert << /Ff 2 /Issuer [<" + issuer + ">] >>", pdf.Options{}, ""},
		"other issuer":             {"/Cert << /Ff 2 /Issuer [<" + other + ">] >>", pdf.Options{}, "Cert/Issuer"},
		"policy":                   {"/Cert << /Ff 4 /OID [(1.2.3.4.5)] >>", pdf.Options{}, "Cert/OID"},
		"subject name":             {"/Cert << /Ff 8 /SubjectDN [<< /C (VN) >>] >>", pdf.Options{}, ""},
		"other subject name":       {"/Cert << /Ff 8 /SubjectDN [<< /C (VN) /O (Nobody) >>] >>", pdf.Options{}, "Cert/SubjectDN"},
		"usage":                    {"/Cert << /Ff 32 /KeyUsage [(11X)] >>", pdf.Options{}, ""},
		"other usage":              {"/Cert << /Ff 32 /KeyUsage [(XXXXX1)] >>", pdf.Options{}, "Cert/KeyUsage"},
	} {
		t.Run(name, func(t *testing.T) {
			doc := build("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] >> >>", pagesOne, fmt.Sprintf(page, "/Annots [5 0 R]"), contentPlain,
				fmt.Sprintf(sigField, "/SV 6 0 R"), "<< /Type /SV "+c.seed+" >>")
			require.True(t, read(t, doc).Fields[0].SeedValue)
			c.opts.Field = "Sign"
			out, err := trySign(t, p, doc, &c.opts)
			if c.entry != "" {
				var e *pdf.Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, string(pdf.CodeSeedValue), e.Code())
				require.Equal(t, c.entry, e.Params()["entry"])
				require.Empty(t, out)
				return
			}
			require.NoError(t, err)
			s := requireSound(t, out)
			if name == "digest chosen" {
				require.Equal(t, "SHA-512", s.CMS.DigestAlgorithm)
			}
			require.NotEqual(t, finding.Error, finding.Worst(s.Findings))
		})
	}
}
