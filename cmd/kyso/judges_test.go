package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/digitorus/pdfsign/verify"

	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/xml/einvoice/einvoicetest"
)

// demo is a folder with a PKI that is served, and documents to sign.
type demo struct {
	t                   *testing.T
	kyso, dir, tsa      string
	root, p12, passFile string
}

func newDemo(t *testing.T) *demo {
	t.Helper()
	kyso, err := exec.LookPath("kyso")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	pki, err := testpki.OpenDir(filepath.Join(dir, "pki"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pki.Close() })
	server, err := pki.Serve("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	d := &demo{t: t, kyso: kyso, dir: dir, tsa: server.TSA}
	d.root, d.p12, d.passFile = d.path("pki/root.pem"), d.path("pki/signer.p12"), d.path("pki/signer.pass")
	d.write("a.pdf", demodoc.PDF("Judged by others."))
	d.write("a.txt", []byte("judged by others\n"))
	d.write("a.xml", einvoicetest.Minimal())
	return d
}

func (d *demo) path(name string) string { return filepath.Join(d.dir, filepath.FromSlash(name)) }

func (d *demo) write(name string, data []byte) {
	d.t.Helper()
	if err := os.WriteFile(d.path(name), data, 0o600); err != nil {
		d.t.Fatal(err)
	}
}

// run runs kyso and wants it to succeed.
func (d *demo) run(args ...string) string {
	d.t.Helper()
	out, _ := testtool.Run(d.t, d.kyso, args...)
	return out
}

// sign signs with the demo signer at a level.
func (d *demo) sign(format, level, in, out string, more ...string) string {
	d.t.Helper()
	args := append([]string{"sign", format, "--p12", d.p12, "--pass-file", d.passFile, "--level", level, "--tsa", d.tsa}, more...)
	d.run(append(args, d.path(in), d.path(out))...)
	return d.path(out)
}

// TestJudgesAcceptPDF signs PDFs by the command and asks everybody.
func TestJudgesAcceptPDF(t *testing.T) {
	d := newDemo(t)
	bb := d.sign("pdf", "B-B", "a.pdf", "bb.pdf")
	bt := d.sign("pdf", "B-T", "a.pdf", "bt.pdf", "--reason", "Phê duyệt", "--location", "Hà Nội")
	pss := d.sign("pdf", "B-T", "a.pdf", "pss.pdf", "--pss", "--hash", "sha384")
	files := []string{bb, bt, pss}

	t.Run("pdfsig", func(t *testing.T) {
		pdfsig := testtool.Need(t, "pdfsig")
		for _, f := range files {
			out, _ := testtool.Run(t, pdfsig, "-nocert", f)
			if strings.Count(out, "Signature is Valid.") != 1 || !strings.Contains(out, "Total document signed") {
				t.Errorf("pdfsig of %s:\n%s", filepath.Base(f), out)
			}
		}
	})
	t.Run("qpdf", func(t *testing.T) {
		qpdf := testtool.Need(t, "qpdf")
		for _, f := range files {
			testtool.Run(t, qpdf, "--check", f)
		}
	})
	t.Run("digitorus pdfsign", func(t *testing.T) {
		for _, f := range []string{bb, bt} { // it reads no PSS
			in, err := os.Open(f)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := verify.VerifyFile(in)
			in.Close()
			if err != nil || len(answer.Signers) != 1 || !answer.Signers[0].ValidSignature {
				t.Errorf("%s: %v %+v", filepath.Base(f), err, answer)
			}
		}
	})
	t.Run("openssl", func(t *testing.T) { d.opensslReadsPDF(t, bt) })
	t.Run("EU DSS", func(t *testing.T) {
		answers := testtool.DSS(t, append([]string{"validate", "--trust", d.root, "--online"}, files...)...)
		for i, want := range []string{"PAdES-BASELINE-B", "PAdES-BASELINE-T", "PAdES-BASELINE-T"} {
			wantField(t, answers[i], want, "signatures", 0, "format")
			wantField(t, answers[i], "TOTAL-PASSED", "indication")
		}
	})
	t.Run("pyHanko", func(t *testing.T) {
		answers := testtool.Hanko(t, append([]string{"validate", "--trust", d.root, "--online"}, files...)...)
		for _, answer := range answers {
			wantField(t, answer, true, "bottom_line")
			wantField(t, answer, true, "signatures", 0, "gap_is_contents")
			wantField(t, answer, "ENTIRE_FILE", "signatures", 0, "coverage")
		}
	})
}

// opensslReadsPDF takes the CMS and its time-stamp out of a PDF by hand and lets openssl check both.
func (d *demo) opensslReadsPDF(t *testing.T, path string) {
	openssl := testtool.Need(t, "openssl")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	read, err := pdf.Read(t.Context(), bytes.NewReader(data), int64(len(data)), nil)
	if err != nil {
		t.Fatal(err)
	}
	s := read.Signatures[0]
	r := s.ByteRange
	d.write("signed.bin", append(bytes.Clone(data[r[0]:r[0]+r[1]]), data[r[2]:r[2]+r[3]]...))
	d.write("value.bin", s.CMS.Value)
	d.write("signature.p7s", s.Contents)
	d.write("token.der", s.CMS.Timestamps[0].Token.Raw)
	testtool.Run(t, openssl, "cms", "-verify", "-binary", "-inform", "DER", "-in", d.path("signature.p7s"), "-content", d.path("signed.bin"),
		"-CAfile", d.root, "-out", os.DevNull)
	testtool.Run(t, openssl, "ts", "-verify", "-token_in", "-in", d.path("token.der"), "-data", d.path("value.bin"), "-CAfile", d.root)
}

// TestJudgesAcceptCMS signs files by the command and asks everybody.
func TestJudgesAcceptCMS(t *testing.T) {
	d := newDemo(t)
	bb := d.sign("cms", "B-B", "a.txt", "bb.p7s")
	bt := d.sign("cms", "B-T", "a.txt", "bt.p7s")
	attached := d.sign("cms", "B-T", "a.txt", "attached.p7m", "--attached")

	t.Run("openssl", func(t *testing.T) {
		openssl := testtool.Need(t, "openssl")
		for _, f := range []string{bb, bt} {
			testtool.Run(t, openssl, "cms", "-verify", "-binary", "-inform", "DER", "-in", f, "-content", d.path("a.txt"), "-CAfile", d.root, "-out", os.DevNull)
		}
		testtool.Run(t, openssl, "cms", "-verify", "-binary", "-inform", "DER", "-in", attached, "-CAfile", d.root, "-out", os.DevNull)
	})
	t.Run("EU DSS", func(t *testing.T) {
		answers := testtool.DSS(t, "validate", "--trust", d.root, "--online", "--content", d.path("a.txt"), bb, bt, attached)
		for i, want := range []string{"CAdES-BASELINE-B", "CAdES-BASELINE-T", "CAdES-BASELINE-T"} {
			wantField(t, answers[i], want, "signatures", 0, "format")
			wantField(t, answers[i], "TOTAL-PASSED", "indication")
		}
	})
	t.Run("pyHanko", func(t *testing.T) {
		for _, answer := range testtool.Hanko(t, "validate", "--trust", d.root, "--online", "--content", d.path("a.txt"), bb, bt, attached) {
			wantField(t, answer, true, "bottom_line")
		}
	})
}

// TestJudgesAcceptXML signs XML by the command and asks everybody. EU DSS wants XAdES: of plain signatures it only says that they are intact.
func TestJudgesAcceptXML(t *testing.T) {
	d := newDemo(t)
	bb := d.sign("xml", "B-B", "a.xml", "bb.xml")
	bt := d.sign("xml", "B-T", "a.xml", "bt.xml", "--pss", "--hash", "sha384")
	dsig := d.sign("xml", "B-B", "a.xml", "dsig.xml", "--profile", "dsig")
	invoice := d.sign("xml", "B-B", "a.xml", "invoice.xml", "--profile", "einvoice:NBan")

	t.Run("xmlsec1", func(t *testing.T) {
		for _, f := range []string{bb, dsig, invoice} {
			d.xmlsecVerifies(t, f)
		}
	})
	t.Run("EU DSS", func(t *testing.T) {
		answers := testtool.DSS(t, "validate", "--trust", d.root, "--online", bb, bt, dsig, invoice)
		for i, want := range []string{"XAdES-BASELINE-B", "XAdES-BASELINE-T"} {
			wantField(t, answers[i], want, "signatures", 0, "format")
			wantField(t, answers[i], "TOTAL-PASSED", "indication")
		}
		for _, answer := range answers[2:] {
			wantField(t, answer, true, "signatures", 0, "integrity", "signature_intact")
		}
	})
}

// TestVerifyAcceptsJudges lets others sign over the demo PKI and verifies by the command.
func TestVerifyAcceptsJudges(t *testing.T) {
	d := newDemo(t)
	key := []string{"--p12", d.p12, "--pass-file", d.passFile}
	for _, c := range []struct {
		name, out, level string
		sign             func(t *testing.T, out string)
	}{
		{"EU DSS PAdES-B", "dss-b.pdf", "B-B", func(t *testing.T, out string) {
			d.dssSign(t, "pades", "B", key, "a.pdf", out)
		}},
		{"EU DSS PAdES-T", "dss-t.pdf", "B-T", func(t *testing.T, out string) {
			d.dssSign(t, "pades", "T", key, "a.pdf", out)
		}},
		{"EU DSS CAdES-T detached", "dss-t.p7s", "B-T", func(t *testing.T, out string) {
			d.dssSign(t, "cades", "T", append(key, "--packaging", "detached"), "a.txt", out)
		}},
		{"EU DSS CAdES-B attached", "dss-b.p7m", "B-B", func(t *testing.T, out string) {
			d.dssSign(t, "cades", "B", key, "a.txt", out)
		}},
		{"EU DSS XAdES-T", "dss-t.xml", "B-T", func(t *testing.T, out string) {
			d.write("b.xml", []byte("<note>judged by others</note>"))
			d.dssSign(t, "xades", "T", key, "b.xml", out)
		}},
		{"pyHanko PAdES-B", "hanko-b.pdf", "B-B", func(t *testing.T, out string) {
			testtool.Hanko(t, append(append([]string{"sign", "--level", "B"}, key...), d.path("a.pdf"), out)...)
		}},
		{"pyHanko PAdES-T", "hanko-t.pdf", "B-T", func(t *testing.T, out string) {
			testtool.Hanko(t, append(append([]string{"sign", "--level", "T", "--tsa", d.tsa}, key...), d.path("a.pdf"), out)...)
		}},
		{"pyHanko CAdES-T attached", "hanko-t.p7m", "B-T", func(t *testing.T, out string) {
			testtool.Hanko(t, append(append([]string{"sign-cms", "--attached", "--level", "T", "--tsa", d.tsa}, key...), d.path("a.txt"), out)...)
		}},
		{"openssl cms -cades", "openssl.p7m", "B-B", func(t *testing.T, out string) {
			testtool.Run(t, testtool.Need(t, "openssl"), "cms", "-sign", "-cades", "-binary", "-nodetach", "-md", "sha256", "-in", d.path("a.txt"),
				"-signer", d.path("pki/signer-cert.pem"), "-inkey", d.path("pki/signer-key.pem"), "-certfile", d.path("pki/issuer.pem"),
				"-outform", "DER", "-out", out)
		}},
		{"openssl cms, plain", "openssl-plain.p7m", "", func(t *testing.T, out string) {
			testtool.Run(t, testtool.Need(t, "openssl"), "cms", "-sign", "-binary", "-nodetach", "-stream", "-in", d.path("a.txt"),
				"-signer", d.path("pki/signer-cert.pem"), "-inkey", d.path("pki/signer-key.pem"), "-certfile", d.path("pki/issuer.pem"),
				"-outform", "DER", "-out", out)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := d.path(c.out)
			c.sign(t, out)
			args := []string{"verify", "--json", "--trust", d.root, "--online", "--allow-private"}
			if strings.HasSuffix(out, ".p7s") {
				args = append(args, "--content", d.path("a.txt"))
			}
			report, errs, err := testtool.Try(t, d.kyso, append(args, out)...)
			if err != nil {
				t.Fatalf("%v\n%s%s", err, report, errs)
			}
			var answer map[string]any
			if err := json.Unmarshal([]byte(report), &answer); err != nil {
				t.Fatal(err)
			}
			wantField(t, answer, "TOTAL-PASSED", "indication")
			wantField(t, answer, c.level, "signatures", 0, "level")
			if c.level == "B-T" {
				wantField(t, answer, true, "signatures", 0, "time", "proved")
			}
		})
	}
}

func (d *demo) dssSign(t *testing.T, format, level string, key []string, in, out string) {
	t.Helper()
	args := append([]string{"sign", "--format", format, "--level", level, "--tsa", d.tsa, "--certs", d.path("pki/issuer.pem")}, key...)
	testtool.DSS(t, append(args, d.path(in), out)...)
}

func wantField(t *testing.T, answer, want any, path ...any) {
	t.Helper()
	if got := testtool.Field(answer, path...); got != want {
		t.Errorf("%v is %v, want %v: %v", path, got, want, answer)
	}
}

// xmlsecVerifies lets xmlsec1 check the first signature of an XML document under the demo root.
func (d *demo) xmlsecVerifies(t *testing.T, path string) {
	testtool.Run(t, testtool.Need(t, "xmlsec1"), "--verify", "--trusted-pem", d.root, "--untrusted-pem", d.path("pki/issuer.pem"), "--enabled-reference-uris", "empty,same-doc",
		"--id-attr:Id", "DLHDon", "--id-attr:Id", "http://www.w3.org/2000/09/xmldsig#:Object", "--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties", path)
}
