package pdf_test

import (
	"bytes"
	"crypto"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/digitorus/pdfsign/verify"
	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/pdf"
)

// exhibit is one signed file for the judges.
type exhibit struct {
	name  string
	path  string
	data  []byte
	from  int // size of the document before the last signature
	level pdf.Level
	all   int // signatures in it
}

// exhibits are documents of every cross-reference style, signed with every kind of key and at both levels.
func exhibits(t testing.TB, p *testpki.PKI) []exhibit {
	dir := t.TempDir()
	hanko := filepath.Join(dir, "blank.pdf")
	testtool.Hanko(t, "blank", "--pages", "3", "--text-field", "Họ tên", hanko)
	streams, err := os.ReadFile(hanko)
	require.NoError(t, err)
	testtool.Hanko(t, "field", "--name", "Giám đốc", "--rect", "50,50,200,60", hanko, hanko+".2")
	withField, err := os.ReadFile(hanko + ".2")
	require.NoError(t, err)
	hybrid, err := os.ReadFile(testtool.Corpora(t, "pdf", "made-for-signing", "minimal-hybrid-xref.pdf"))
	require.NoError(t, err)
	bt := pdf.Options{Level: pdf.LevelBT, Timestamper: p.TSAClient(), Reason: "Phê duyệt hợp đồng", Location: "Hà Nội", Name: "Nguyễn Văn Ân", ContactInfo: "an@example.vn"}
	certify, sha384, sha512 := bt, bt, bt
	certify.Certify, sha384.Hash, sha512.Hash, sha512.PSS = pdf.CertifyForms, crypto.SHA384, crypto.SHA512, true
	field := bt
	field.Field = "Giám đốc"
	var list []exhibit
	for _, c := range []struct {
		name string
		doc  []byte
		key  string
		opts pdf.Options
	}{
		{"table B-B", plain(), "signer", pdf.Options{}},
		{"table B-T", plain(), "signer", bt},
		{"streams B-B", streams, "signer", pdf.Options{}},
		{"streams B-T", streams, "signer", bt},
		{"existing field", withField, "signer", field},
		{"hybrid B-T", hybrid, "signer", bt},
		{"P-256", plain(), "ec", bt},
		{"SHA-384", plain(), "signer", sha384},
		{"PSS SHA-512", plain(), "signer", sha512},
		{"certified", streams, "signer", certify},
		{"second", signed(t, p, streams, &bt), "ec", bt},
	} {
		var out bytes.Buffer
		require.NoError(t, pdf.Sign(t.Context(), &out, bytes.NewReader(c.doc), int64(len(c.doc)), p.Signer(c.key), &c.opts), c.name)
		e := exhibit{name: c.name, path: filepath.Join(dir, strings.ReplaceAll(c.name, " ", "-")+".pdf"), data: out.Bytes(), from: len(c.doc), level: pdf.LevelBB, all: 1}
		if c.opts.Level != "" {
			e.level = c.opts.Level
		}
		if c.name == "second" {
			e.all = 2
		}
		require.NoError(t, os.WriteFile(e.path, e.data, 0o600))
		list = append(list, e)
	}
	return list
}

func writePEM(t testing.TB, p *testpki.PKI) string {
	t.Helper()
	return store(t, "root.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Root().Raw}))
}

func TestJudgesTakeWhatWeSign(t *testing.T) {
	qpdf, pdfsig := testtool.Need(t, "qpdf"), testtool.Need(t, "pdfsig")
	openssl := testtool.Need(t, "openssl")
	p, _ := testpki.Start(t)
	root := writePEM(t, p)
	list := exhibits(t, p)
	for _, e := range list {
		t.Run(e.name, func(t *testing.T) {
			d := read(t, e.data)
			require.Len(t, d.Signatures, e.all)
			s := d.Signatures[e.all-1]
			require.Equal(t, e.level, s.Level)
			require.Equal(t, pdf.Whole, s.Extent)
			require.Empty(t, s.Findings)

			require.Len(t, validFields(t, pdfsig, e.path), e.all, "pdfsig")
			complains, err := complaints(t, qpdf, e.path)
			require.NoError(t, err)
			require.Empty(t, complains, "qpdf")

			if e.name != "PSS SHA-512" && e.name != "hybrid B-T" { // digitorus knows neither
				o := verify.DefaultVerifyOptions()
				o.AllowUntrustedRoots = true
				answer, err := verify.VerifyWithOptions(bytes.NewReader(e.data), int64(len(e.data)), o)
				require.NoError(t, err)
				require.Len(t, answer.Signers, e.all)
				for _, signer := range answer.Signers {
					require.True(t, signer.ValidSignature, "digitorus/pdfsign")
				}
			}

			gap, tail := hole(t, e.data, e.from)
			content := store(t, "signed.bin", signedOctets(e.data, gap, tail))
			der := store(t, "signature.der", s.Contents)
			testtool.Run(t, openssl, "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", der, "-content", content, "-CAfile", root, "-out", os.DevNull)
			if e.level == pdf.LevelBT {
				sd, _, err := cmsdata.ParsePrefix(s.Contents)
				require.NoError(t, err)
				a, n := sd.Signers[0].UnsignedAttr(cmsdata.OIDSignatureTimestamp)
				require.Equal(t, 1, n)
				out, _ := testtool.Run(t, openssl, "ts", "-verify", "-token_in", "-in", store(t, "token.der", a.Values[0]),
					"-data", store(t, "value.bin", sd.Signers[0].Signature), "-CAfile", root)
				require.Contains(t, out, "Verification: OK")
			}
		})
	}
	args := []string{"validate", "--online", "--trust", root}
	for _, e := range list {
		args = append(args, e.path)
	}
	answers := testtool.DSS(t, args...)
	require.Len(t, answers, len(list))
	for i, answer := range answers {
		e := list[i]
		t.Run("DSS "+e.name, func(t *testing.T) {
			require.Equal(t, "TOTAL-PASSED", testtool.Field(answer, "indication"), answer)
			for k := range e.all {
				require.Equal(t, "TOTAL-PASSED", testtool.Field(answer, "signatures", k, "indication"))
				require.Equal(t, "intact", word(testtool.Field(answer, "signatures", k, "integrity", "signature_intact")))
				require.Equal(t, true, testtool.Field(answer, "signatures", k, "pdf", "byte_range_valid"))
				require.Equal(t, true, testtool.Field(answer, "signatures", k, "pdf", "dictionary_consistent"))
				if e.all == 1 {
					require.Equal(t, "PAdES-BASELINE-"+string(e.level[2:]), testtool.Field(answer, "signatures", k, "format"))
					require.Equal(t, true, testtool.Field(answer, "signatures", k, "pdf", "covers_whole_file"))
				}
				require.Empty(t, testtool.Field(answer, "signatures", k, "structural_errors"))
				require.EqualValues(t, 0, orZero(testtool.Field(answer, "signatures", k, "pdf", "modifications", "undefined_changes")))
				if e.level == pdf.LevelBT {
					require.Equal(t, "PASSED", testtool.Field(answer, "signatures", k, "timestamps", 0, "indication"))
				}
			}
		})
	}
	args = []string{"validate", "--online", "--trust", root}
	for _, e := range list {
		if strings.HasPrefix(e.name, "hybrid") {
			args = append(args, "--lenient") // it refuses hybrid files otherwise
		}
	}
	for _, e := range list {
		args = append(args, e.path)
	}
	answers = testtool.Hanko(t, args...)
	require.Len(t, answers, len(list))
	for i, answer := range answers {
		t.Run("pyHanko "+list[i].name, func(t *testing.T) {
			require.Equal(t, true, testtool.Field(answer, "bottom_line"), answer)
			for k := range list[i].all {
				require.Equal(t, true, testtool.Field(answer, "signatures", k, "gap_is_contents"))
			}
		})
	}
}

func word(v any) string {
	if v == true {
		return "intact"
	}
	return fmt.Sprint(v)
}

func orZero(v any) any {
	if v == nil {
		return 0
	}
	return v
}

// TestReadWhatJudgesSign crosses the other way: what EU DSS, pyHanko and pdfsig sign is intact here, at the level that they made.
func TestReadWhatJudgesSign(t *testing.T) {
	p, s := testpki.Start(t)
	dir := t.TempDir()
	in := filepath.Join(dir, "in.pdf")
	testtool.Hanko(t, "blank", in)
	p12, err := p.PKCS12("signer")
	require.NoError(t, err)
	key, pass := store(t, "signer.p12", p12), store(t, "signer.pass", []byte(p.Password()))
	root := writePEM(t, p)
	type made struct {
		path  string
		level pdf.Level
	}
	var files []made
	for _, level := range []pdf.Level{pdf.LevelBB, pdf.LevelBT, pdf.LevelBLT, pdf.LevelBLTA} {
		out := filepath.Join(dir, "dss-"+string(level)+".pdf")
		testtool.DSS(t, "sign", "--online", "--format", "pades", "--level", string(level[2:]), "--p12", key, "--pass-file", pass, "--tsa", s.TSA, "--trust", root, in, out)
		files = append(files, made{out, level})
		out = filepath.Join(dir, "hanko-"+string(level)+".pdf")
		testtool.Hanko(t, "sign", "--online", "--level", string(level[2:]), "--p12", key, "--pass-file", pass, "--tsa", s.TSA, "--trust", root, in, out)
		files = append(files, made{out, level})
	}
	for _, f := range files {
		t.Run(filepath.Base(f.path), func(t *testing.T) {
			doc, err := os.ReadFile(f.path)
			require.NoError(t, err)
			d := read(t, doc)
			require.Len(t, d.Signatures, 1)
			sig := d.Signatures[0]
			require.NotEqual(t, finding.Error, finding.Worst(append(sig.Findings, sig.CMS.Findings...)))
			require.Equal(t, f.level, sig.Level)
			if long := f.level == pdf.LevelBLT || f.level == pdf.LevelBLTA; long {
				require.Equal(t, pdf.ChangesAllowed, sig.Changes.Level, sig.Changes.Details)
				require.NotEmpty(t, d.Stores[len(d.Stores)-1].Evidence.OCSPs)
				// And they can be refreshed.
				require.Equal(t, pdf.LevelBLTA, read(t, extended(t, p, doc, pdf.LevelBLTA)).Signatures[0].Level)
			} else {
				require.Equal(t, pdf.Whole, sig.Extent)
				require.Equal(t, pdf.LevelBLTA, read(t, extended(t, p, doc, pdf.LevelBLTA)).Signatures[0].Level)
			}
			require.Equal(t, cms.Intact, sig.CMS.ContentIntegrity)
			require.Equal(t, cms.Intact, sig.CMS.SignatureIntegrity)
			if f.level != pdf.LevelBB {
				require.Equal(t, cms.Intact, sig.CMS.Timestamps[0].ContentIntegrity)
				require.Equal(t, cms.Intact, sig.CMS.Timestamps[0].SignatureIntegrity)
			}
			// And both go on: another signature on top leaves theirs as it was.
			again := read(t, signed(t, p, doc, nil))
			require.Len(t, again.Signatures, 2)
			require.Equal(t, pdf.OfRevision, again.Signatures[0].Extent)
			require.Equal(t, cms.Intact, again.Signatures[0].CMS.ContentIntegrity)
		})
	}
}
