package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
)

// TestJudgesAcceptSIM signs a PDF, a text and an invoice to B-T through the double that speaks as Vietnam's service does, and asks pdfsig,
// qpdf, openssl, xmlsec1, EU DSS and pyHanko. Of plain XML signatures, as invoices have them, EU DSS only says that they are intact.
func TestJudgesAcceptSIM(t *testing.T) {
	d := newDemo(t)
	pki, err := testpki.OpenDir(d.path("pki"), nil)
	require.NoError(t, err)
	defer pki.Close()
	server, err := startSIM(pki, d.path("pki"), "127.0.0.1:0", simtest.Approve, sim.VNMPKI())
	require.NoError(t, err)
	defer func() { require.NoError(t, server.Close()) }()
	remote := d.path("pki/remote-sim.json")
	for out, in := range map[string]string{"sim.pdf": "a.pdf", "sim.p7s": "a.txt", "sim.xml": "a.xml"} {
		format := map[string]string{"sim.pdf": "pdf", "sim.p7s": "cms", "sim.xml": "xml"}[out]
		d.run("sign", format, "--remote", remote, "--level", "B-T", "--tsa", d.tsa, d.path(in), d.path(out))
	}
	d.run("sign", "xml", "--remote", remote, "--profile", "einvoice:NBan", d.path("a.xml"), d.path("sim-invoice.xml"))

	files := []string{d.path("sim.pdf"), d.path("sim.p7s")}
	judged := append([]string{"validate", "--trust", d.root, "--online", "--content", d.path("a.txt")}, files...)
	for _, answer := range testtool.DSS(t, judged...) {
		wantField(t, answer, "TOTAL-PASSED", "indication")
	}
	for _, answer := range testtool.Hanko(t, judged...) {
		wantField(t, answer, true, "bottom_line")
	}
	answers := testtool.DSS(t, "validate", "--trust", d.root, "--online", d.path("sim.xml"), d.path("sim-invoice.xml"))
	wantField(t, answers[0], "TOTAL-PASSED", "indication")
	wantField(t, answers[1], true, "signatures", 0, "integrity", "signature_intact")
	out, _ := testtool.Run(t, testtool.Need(t, "pdfsig"), "-nocert", d.path("sim.pdf"))
	require.Contains(t, out, "Signature is Valid.")
	require.Contains(t, out, "Total document signed")
	testtool.Run(t, testtool.Need(t, "qpdf"), "--check", d.path("sim.pdf"))
	d.opensslReadsPDF(t, d.path("sim.pdf"))
	testtool.Run(t, testtool.Need(t, "openssl"), "cms", "-verify", "-binary", "-inform", "DER", "-in", d.path("sim.p7s"), "-content", d.path("a.txt"), "-CAfile", d.root, "-out", os.DevNull)
	for _, path := range []string{"sim.xml", "sim-invoice.xml"} {
		d.xmlsecVerifies(t, d.path(path))
	}
}
