package einvoice_test

import (
	"encoding/pem"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/xml/einvoice"
	"github.com/kyso-dev/kyso/xml/einvoice/einvoicetest"
)

// judged is a file that the judges have to find intact.
type judged struct {
	path       string
	signatures []string // paths of the elements that they stand in
	gone       bool     // the certificate is expired, which xmlsec1 does not forgive
}

// judgedFiles writes files for the judges: every slot with namespaces of the signing time, and the sound variants.
func judgedFiles(t *testing.T) []judged {
	t.Helper()
	dir := t.TempDir()
	var list []judged
	add := func(doc []byte, gone bool) {
		j := judged{path: filepath.Join(dir, fmt.Sprintf("%03d.xml", len(list))), gone: gone}
		for _, s := range intact(t, doc, strings.Count(string(doc), "<Signature ")).Signatures {
			j.signatures = append(j.signatures, strings.TrimSuffix(s.Element.Path, "/Signature"))
		}
		require.NoError(t, os.WriteFile(j.path, doc, 0o600))
		list = append(list, j)
	}
	cases := slotCases()
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		c := cases[name]
		last := einvoice.TimeNone
		if c.slot == einvoice.NBan || c.slot == einvoice.CQT {
			last = einvoice.TimeGDT
		}
		for space := einvoice.TimeDSig; space <= last; space++ {
			who := "signer"
			if c.slot == einvoice.CQT || c.slot == einvoice.TTCQT {
				who = "cqt"
			}
			opts := c.opts
			opts.Time = space
			doc := c.doc
			if at := strings.LastIndex(doc, "<HDon>"); strings.Count(doc, "<HDon>") > 1 { // an Id is that of one element for them
				doc = doc[:at] + strings.NewReplacer(`"data"`, `"data2"`, `"mccqt"`, `"mccqt2"`).Replace(doc[at:])
			}
			add(sign(t, []byte(doc), who, c.slot, &opts), false)
		}
	}
	s := pki().Signer
	variants, err := einvoicetest.Variants(t.Context(), einvoicetest.Keys{Seller: s("signer"), Buyer: s("other"), Authority: s("cqt"), Expired: s("expired"), Revoked: s("revoked")})
	require.NoError(t, err)
	for _, v := range variants {
		if v.Sound && v.Signatures > 0 && v.Name != "several in an envelope" { // where an Id is that of several elements, as only invoices have it
			add(v.Doc, v.Name == "expired")
		}
	}
	return list
}

// anchors writes both roots of the test PKI, and its authorities, for the judges.
func anchors(t *testing.T) (roots, authorities []string) {
	t.Helper()
	write := func(name string) string {
		path := filepath.Join(t.TempDir(), name+".pem")
		require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pki().Certificate(name).Raw}), 0o600))
		return path
	}
	return []string{write("root"), write("gov-root")}, []string{write("issuer"), write("gov-issuer")}
}

// TestXMLSecVerifies lets xmlsec1 verify each signature of each file, under the roots of the test PKI.
func TestXMLSecVerifies(t *testing.T) {
	xmlsec1 := testtool.Need(t, "xmlsec1")
	roots, authorities := anchors(t)
	args := []string{"--verify"}
	for i := range roots {
		args = append(args, "--trusted-pem", roots[i], "--untrusted-pem", authorities[i])
	}
	for _, name := range []string{"http://www.w3.org/2000/09/xmldsig#:Object", "DLHDon", "MCCQT", "DLieu", "DLTKhai", "DLTBao", "STBao", "DLBTHop", "DLCTu", "Diem"} {
		args = append(args, "--id-attr:Id", name)
	}
	args = append(args, "--id-attr:id", "http://kekhaithue.gdt.gov.vn/TKhaiThue:HSoKhaiThue")
	runs := 0
	verify := func(path, at string) error {
		var xpath strings.Builder
		for _, name := range strings.Split(at, "/")[1:] {
			fmt.Fprintf(&xpath, "/*[local-name()='%s']", name)
		}
		runs++
		_, stderr, err := testtool.Try(t, xmlsec1, append(slices.Clone(args), "--node-xpath", xpath.String()+"/*[local-name()='Signature']", path)...)
		if err != nil {
			return fmt.Errorf("%w: %s", err, stderr)
		}
		return nil
	}
	files := judgedFiles(t)
	for _, f := range files {
		for _, at := range f.signatures {
			if err := verify(f.path, at); err != nil && !f.gone {
				doc, _ := os.ReadFile(f.path)
				t.Errorf("%s: %v\n%s", at, err, doc)
			}
		}
	}
	require.Greater(t, runs, 80)
	doc, err := os.ReadFile(files[0].path) // the judge can say no
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(files[0].path, []byte(strings.Replace(string(doc), "<SigningTime", "<SigningTime a=''", 1)), 0o600))
	require.Error(t, verify(files[0].path, files[0].signatures[0]))
}

// TestDSSFindsIntact lets EU DSS say of each signature whether it and every reference is intact. Its indication is not asked for: it wants
// XAdES.
func TestDSSFindsIntact(t *testing.T) {
	roots, _ := anchors(t)
	files := judgedFiles(t)
	args := []string{"validate", "--trust", roots[0], "--trust", roots[1]}
	for _, f := range files {
		args = append(args, f.path)
	}
	answers := testtool.DSS(t, args...)
	require.Len(t, answers, len(files))
	for i, a := range answers {
		for n := range files[i].signatures {
			integrity, _ := testtool.Field(a, "signatures", n, "integrity").(map[string]any)
			references, _ := integrity["references"].([]any)
			if integrity["signature_intact"] != true || integrity["signature_valid"] != true || len(references) == 0 {
				t.Errorf("%v: %v", files[i].signatures, a)
			}
			for _, r := range references {
				if testtool.Field(r, "intact") != true {
					t.Errorf("%v: %v", files[i].signatures, r)
				}
			}
		}
	}
}
