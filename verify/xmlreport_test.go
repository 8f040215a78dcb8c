package verify_test

import (
	"archive/zip"
	"bytes"
	stdxml "encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/verify"
	"github.com/kyso-dev/kyso/xml"
)

func reportXML(t testing.TB, r *verify.Report, lang verify.Lang) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, r.XML(&b, lang))
	return b.Bytes()
}

// etsi are the parts of a validation report that the tests read.
type etsi struct {
	XMLName stdxml.Name  `xml:"http://uri.etsi.org/19102/v1.4.1# ValidationReport"`
	Reports []etsiReport `xml:"SignatureValidationReport"`
	Objects []struct {
		ID   string   `xml:"id,attr"`
		Type string   `xml:"ObjectType"`
		Data string   `xml:"ValidationObjectRepresentation>base64"`
		POE  string   `xml:"POE>POETime"`
		For  []vorref `xml:"POEProvisioning>ValidationObject"`
		Own  struct {
			Main string `xml:"SignatureValidationStatus>MainIndication"`
		} `xml:"ValidationReport"`
	} `xml:"SignatureValidationObjects>ValidationObject"`
}

type vorref struct {
	To string `xml:"VOReference,attr"`
}

type etsiReport struct {
	ID     string `xml:"SignatureIdentifier>DAIdentifier"`
	Best   string `xml:"ValidationTimeInfo>BestSignatureTime>POETime"`
	ByWhat vorref `xml:"ValidationTimeInfo>BestSignatureTime>POEObject"`
	Digest string `xml:"SignersDocument>DigestAlgAndValue>DigestValue"`
	Policy string `xml:"ValidationConstraintsEvaluationReport>SignatureValidationPolicy>PolicyName"`
	Reason string `xml:"SignatureAttributes>Reason>ReasonElement"`
	Stamp  string `xml:"SignatureAttributes>SignatureTimeStamp>TimeStampValue"`
	Signer struct {
		Certificate vorref `xml:"SignerCertificate"`
		Name        string `xml:"Signer"`
	} `xml:"SignerInformation"`
	Main string `xml:"SignatureValidationStatus>MainIndication"`
	Sub  string `xml:"SignatureValidationStatus>SubIndication"`
	Data []struct {
		Anchor  vorref   `xml:"TrustAnchor"`
		Signing vorref   `xml:"CertificateChain>SigningCertificate"`
		Related []vorref `xml:"RelatedValidationObject"`
		Revoked struct {
			Of     vorref `xml:"ValidationObjectId"`
			Time   string `xml:"RevocationTime"`
			Reason string `xml:"RevocationReason"`
		} `xml:"RevocationStatusInformation"`
		Remarks []struct {
			Type string `xml:"Type"`
			Text string `xml:"Value>text"`
		} `xml:"AdditionalValidationReportData>ReportData"`
	} `xml:"SignatureValidationStatus>AssociatedValidationReportData"`
}

func readETSI(t testing.TB, raw []byte) *etsi {
	t.Helper()
	var out etsi
	require.NoError(t, stdxml.Unmarshal(raw, &out), "%s", raw)
	return &out
}

// reports are a report of every kind that a document can have.
func reports(t testing.TB) map[string]*verify.Report {
	t.Helper()
	p := start(t)
	v := p.verifier(t)
	doc := p.signPDF(t, plainPDF("x"), "signer", &pdf.Options{Level: pdf.LevelBT, Timestamper: p.TSAClient(), Reason: "Đồng ý <&>", Location: "Hà Nội"})
	out := map[string]*verify.Report{
		"PDF":             judge(t, v, doc, &verify.Options{Name: "hop-dong.pdf"}),
		"two signatures":  judge(t, v, p.signPDF(t, doc, "employee", nil), nil),
		"broken":          judge(t, v, flip(t, doc, "BT (x)", "BT (y)"), nil),
		"CMS":             judge(t, v, p.signCMS(t, []byte("x"), "ec", &cms.Options{Attached: true, Level: cms.LevelBT, Timestamper: p.TSAClient()}), nil),
		"without content": judge(t, v, p.signCMS(t, []byte("x"), "ec", nil), nil),
		"XML":             judge(t, v, p.signXML(t, strings.Replace(plainXML, "<DSCKS>", "<Fkey>1</Fkey><DSCKS>", 1), "signer", p.seller(true)), nil),
		"XAdES": judge(t, v, p.signXML(t, "<a/>", "signer", &xml.Options{Level: xml.LevelBT, Timestamper: p.TSAClient(), Roles: []string{"Giám đốc"},
			ProductionPlace: &xml.ProductionPlace{City: "Hà Nội", Country: "VN"}, Commitments: []xml.Commitment{{ID: xml.CommitmentApproval}}}), nil),
		"untrusted":       judge(t, new(verify.Verifier), doc, nil),
		"token":           judge(t, v, stampOf(t, p, []byte("x")), about([]byte("x"))),
		"not signed":      judge(t, v, plainPDF("x"), nil),
		"nothing in it":   judge(t, v, p.pdfWithValue(t, nil), nil),
		"the zero report": {Signatures: []*verify.Signature{{}}, Timestamps: []*verify.Timestamp{{}}},
	}
	unreadable, err := v.Verify(t.Context(), bytes.NewReader([]byte("x")), 1, &verify.Options{Name: "a.bin"})
	require.Error(t, err)
	out["unreadable"] = unreadable
	for _, policy := range []string{verify.PolicyGDT, verify.PolicyTT15} {
		w := p.verifier(t)
		w.Policy = policy
		out[policy] = judge(t, w, doc, nil)
	}
	require.NoError(t, p.Revoke("signer", 1))
	p.SetTime(p.Now().Add(3600e9))
	out["revoked"] = judge(t, p.verifier(t), p.signPDF(t, plainPDF("x"), "signer", nil), nil)
	return out
}

// TestXML: one report for each signature, with the verdict of the report and the objects that it rests on.
func TestXML(t *testing.T) {
	all := reports(t)
	for name, r := range all {
		t.Run(name, func(t *testing.T) {
			raw := reportXML(t, r, verify.Vietnamese)
			got := readETSI(t, raw)
			ids := make(map[string]bool)
			for _, o := range got.Objects {
				require.False(t, ids[o.ID], "%s twice", o.ID)
				ids[o.ID] = true
				require.NotEmpty(t, o.POE)
			}
			requireReferences(t, raw, ids)
			switch {
			case len(r.Signatures) > 0:
				require.Len(t, got.Reports, len(r.Signatures))
			case len(r.Timestamps) > 0:
				require.Len(t, got.Reports, len(r.Timestamps))
				require.Equal(t, "urn:etsi:019102:mainindication:passed", got.Reports[0].Main)
			default:
				require.Len(t, got.Reports, 1)
				require.Equal(t, "urn:etsi:019102:mainindication:indeterminate", got.Reports[0].Main)
				require.NotEmpty(t, got.Reports[0].Data[0].Remarks[0].Text)
			}
			for i, s := range r.Signatures {
				require.Equal(t, "urn:etsi:019102:mainindication:"+strings.ToLower(s.Indication.String()), got.Reports[i].Main)
				if s.SubIndication != "" {
					require.Equal(t, "urn:etsi:019102:subindication:"+string(s.SubIndication), got.Reports[i].Sub)
				}
				require.Equal(t, s.ID, got.Reports[i].ID)
				if s.Signer.CertificateSHA256 != "" {
					require.Equal(t, "C-"+s.Signer.CertificateSHA256, got.Reports[i].Signer.Certificate.To)
				}
			}
		})
	}
	good := readETSI(t, reportXML(t, all["PDF"], verify.English))
	require.Equal(t, "Đồng ý <&>", good.Reports[0].Reason)
	require.NotEmpty(t, good.Reports[0].Stamp)
	require.Len(t, good.Reports[0].Digest, 44)
	require.True(t, strings.HasPrefix(good.Reports[0].ByWhat.To, "T-"))
	require.NotEmpty(t, good.Reports[0].Data[0].Anchor.To)
	require.NotEmpty(t, good.Reports[0].Data[0].Related, "the revocation data")
	kinds := make(map[string]int)
	for _, o := range good.Objects {
		kinds[o.Type]++
		if strings.HasSuffix(o.Type, ":timestamp") {
			require.Equal(t, "urn:etsi:019102:mainindication:passed", o.Own.Main)
		}
	}
	require.Equal(t, 1, kinds["urn:etsi:019102:validationObject:timestamp"])
	require.GreaterOrEqual(t, kinds["urn:etsi:019102:validationObject:certificate"], 4)
	require.NotZero(t, kinds["urn:etsi:019102:validationObject:OCSPResponse"]+kinds["urn:etsi:019102:validationObject:CRL"])
	require.Equal(t, "default 1", good.Reports[0].Policy)

	revoked := readETSI(t, reportXML(t, all["revoked"], verify.English))
	require.Equal(t, "urn:etsi:019102:subindication:REVOKED_NO_POE", revoked.Reports[0].Sub)
	last := revoked.Reports[0].Data[len(revoked.Reports[0].Data)-1].Revoked
	require.Equal(t, "urn:etsi:019102:revocationReason:keyCompromise", last.Reason)
	require.Equal(t, revoked.Reports[0].Signer.Certificate.To, last.Of.To)
}

// requireReferences: every VOReference names a validation object.
func requireReferences(t *testing.T, raw []byte, ids map[string]bool) {
	t.Helper()
	dec := stdxml.NewDecoder(bytes.NewReader(raw))
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		if e, ok := token.(stdxml.StartElement); ok {
			for _, a := range e.Attr {
				if a.Name.Local == "VOReference" {
					require.True(t, ids[a.Value], "%s refers to nothing", e.Name.Local)
				}
			}
		}
	}
}

// TestXMLSchema: the reports are valid by the schemas that EU DSS brings along, where they are installed.
func TestXMLSchema(t *testing.T) {
	xmllint := testtool.Need(t, "xmllint")
	dir := schemas(t)
	for name, r := range reports(t) {
		file := filepath.Join(t.TempDir(), "report.xml")
		require.NoError(t, os.WriteFile(file, reportXML(t, r, verify.Vietnamese), 0o600))
		cmd := exec.Command(xmllint, "--nonet", "--noout", "--schema", filepath.Join(dir, "1910202xmlSchema.xsd"), file)
		cmd.Env = append(os.Environ(), "XML_CATALOG_FILES="+filepath.Join(dir, "catalog.xml"))
		said, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s: %s\n%s", name, said, reportXML(t, r, verify.Vietnamese))
	}
}

// schemas unpacks the schema of TS 119 102-2 and those that it imports from the jars of EU DSS, with a catalogue that leads to them.
func schemas(t *testing.T) string {
	t.Helper()
	home, err := os.UserHomeDir()
	require.NoError(t, err)
	root := filepath.Join(home, ".m2", "repository", "eu", "europa", "ec", "joinup", "sd-dss")
	dir := t.TempDir()
	for _, jar := range []string{"specs-validation-report", "specs-xades", "specs-xmldsig", "specs-trusted-list"} {
		found, _ := filepath.Glob(filepath.Join(root, jar, "*", jar+"-*.jar"))
		if len(found) == 0 {
			t.Skipf("the schemas of EU DSS are not in %s", root)
		}
		archive, err := zip.OpenReader(found[len(found)-1])
		require.NoError(t, err)
		for _, f := range archive.File {
			if path.Ext(f.Name) != ".xsd" {
				continue
			}
			r, err := f.Open()
			require.NoError(t, err)
			data, err := io.ReadAll(r)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, path.Base(f.Name)), data, 0o600))
		}
		require.NoError(t, archive.Close())
	}
	var catalog strings.Builder
	catalog.WriteString(`<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">`)
	lists, _ := filepath.Glob(filepath.Join(dir, "ts_119612v??????_xsd.xsd"))
	require.NotEmpty(t, lists)
	for url, file := range map[string]string{
		"http://www.w3.org/TR/2002/REC-xmldsig-core-20020212/xmldsig-core-schema.xsd": "xmldsig-core-schema.xsd",
		"http://uri.etsi.org/01903/v1.3.2/XAdES.xsd":                                  "XAdES.xsd",
		"http://uri.etsi.org/19612/v2.2.1/ts_119612v020201_201601xsd.xsd":             filepath.Base(lists[0]), // the types named are the same
		"http://www.w3.org/2001/xml.xsd":                                              "xml.xsd",
	} {
		fmt.Fprintf(&catalog, `<system systemId="%s" uri="%s"/><uri name="%s" uri="%s"/>`, url, file, url, file)
	}
	catalog.WriteString(`</catalog>`)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "catalog.xml"), []byte(catalog.String()), 0o600))
	return dir
}

// TestD1XML: nothing that a document says of itself is markup in the XML, or a character that a terminal obeys.
func TestD1XML(t *testing.T) {
	for i, h := range hostile {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			r := verify.Report{
				File: h, Policy: verify.PolicyName{Name: h}, Error: &verify.Problem{Code: h, Cause: errors.New(h)},
				Signatures: []*verify.Signature{{ID: h, Field: h, Format: h, Level: h, SubIndication: verify.SubIndication(h), DigestAlgorithm: h, Path: h,
					Signer: verify.Signer{Subject: h, CertificateSHA256: strings.Repeat("0a", 32)}, Claims: &verify.Claims{Name: h, Reason: h, Location: h, ContactInfo: h},
					Conformance: []verify.Conformance{{Profile: h, Item: h, Result: verify.Met}},
					Findings:    []verify.Finding{{Code: verify.CodeNotYet, Params: map[string]string{"format": h}, Clause: h}},
					Timestamps:  []*verify.Timestamp{{ID: h, TSA: h}}}},
			}
			raw := reportXML(t, &r, verify.Vietnamese)
			require.True(t, utf8.Valid(raw))
			for _, c := range string(raw) {
				require.False(t, c != '\n' && unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp), "%U in the XML", c)
			}
			require.Equal(t, 2, bytes.Count(raw, []byte("\n")), "line ends are our own")
			require.NotContains(t, string(raw), "<script>")
			got := readETSI(t, raw)
			require.Len(t, got.Reports, 1)
			if utf8.ValidString(h) && !strings.ContainsAny(h, "\x00\x07\x08\x1b") {
				require.Equal(t, h, got.Reports[0].Reason, "a parser reads what the document has")
			}
			r.Signatures = nil
			require.Len(t, readETSI(t, reportXML(t, &r, verify.English)).Reports, 1)
		})
	}
}

func TestXMLReportsWriteErrors(t *testing.T) {
	require.ErrorIs(t, (&verify.Report{}).XML(fullDisk{}, verify.English), errFull)
}
