package smartca_test

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/remote/remotetest"
	"github.com/kyso-dev/kyso/remote/smartca/smartcatest"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/xml/einvoice"
	"github.com/kyso-dev/kyso/xml/einvoice/einvoicetest"
)

// overPKI is a server whose subscriber signs with a certificate of the test PKI, so that there are status and time-stamps for it.
func overPKI(t *testing.T) (*smartcatest.Server, *testpki.PKI, *timestamp.Client) {
	t.Helper()
	pki, services := testpki.Start(t)
	clock := remotetest.NewFastClock(time.Now())
	chain := append(pki.Chain("signer"), pki.Root())
	server := smartcatest.NewServer(t, &smartcatest.Options{
		Clock: clock, Authority: smartcatest.AuthorityOf(pki.Root(), pki.Issuer(), pki.Key("issuer"), clock.Now()),
		Subscribers: []*smartcatest.Subscriber{{
			ID: demo, Name: "CÔNG TY", User: smartcatest.Approve, Password: smartcatest.DemoPassword, TOTPSecret: smartcatest.DemoTOTP,
			Certificates: []smartcatest.Certificate{{Key: pki.Key("signer"), Chain: chain, Type: smartcatest.Person, Status: "VALID"}},
		}},
	})
	return server, pki, &timestamp.Client{URL: services.TSA}
}

// TestJudgesAcceptDocuments signs a PDF, a file and an invoice through SmartCA and asks those who did not write any of it.
func TestJudgesAcceptDocuments(t *testing.T) {
	server, pki, tsa := overPKI(t)
	key := ways["v1"](t, server, nil)
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		return path
	}
	root := write("root.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pki.Root().Raw}))
	var out bytes.Buffer
	document := demodoc.PDF("Confirmed on a phone.")
	require.NoError(t, pdf.Sign(t.Context(), &out, bytes.NewReader(document), int64(len(document)), key, &pdf.Options{Level: pdf.LevelBT, Timestamper: tsa}))
	signedPDF := write("a.pdf", out.Bytes())
	out = bytes.Buffer{}
	require.NoError(t, cms.Sign(t.Context(), &out, bytes.NewReader([]byte("xin chào\n")), key, &cms.Options{Level: cms.LevelBT, Timestamper: tsa, Attached: true}))
	signedCMS := write("a.p7m", out.Bytes())
	out = bytes.Buffer{}
	invoice := einvoicetest.Invoice(nil)
	require.NoError(t, einvoice.Sign(t.Context(), &out, bytes.NewReader(invoice), int64(len(invoice)), key, einvoice.NBan, nil))
	signedXML := write("a.xml", out.Bytes())
	require.Len(t, server.Transactions(), 3)

	t.Run("EU DSS", func(t *testing.T) {
		for i, a := range testtool.DSS(t, "validate", "--trust", root, "--online", signedPDF, signedCMS) {
			require.Equal(t, "TOTAL-PASSED", testtool.Field(a, "indication"), "%v", a)
			require.Equal(t, []string{"PAdES-BASELINE-T", "CAdES-BASELINE-T"}[i], testtool.Field(a, "signatures", 0, "format"))
		}
	})
	t.Run("pyHanko", func(t *testing.T) {
		for _, a := range testtool.Hanko(t, "validate", "--trust", root, "--online", signedPDF) {
			require.Equal(t, true, testtool.Field(a, "bottom_line"))
		}
	})
	t.Run("openssl", func(t *testing.T) {
		testtool.Run(t, testtool.Need(t, "openssl"), "cms", "-verify", "-inform", "DER", "-in", signedCMS, "-CAfile", root, "-purpose", "any", "-out", os.DevNull)
	})
	t.Run("xmlsec1", func(t *testing.T) {
		issuer := write("issuer.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pki.Issuer().Raw}))
		testtool.Run(t, testtool.Need(t, "xmlsec1"), "--verify", "--trusted-pem", root, "--untrusted-pem", issuer, "--id-attr:Id", "DLHDon", "--id-attr:Id", "Object", signedXML)
	})
}

// TestLateAnswer is row K2 of the attacks: the subscriber confirms, and meanwhile the document has become another. Nothing is written.
func TestLateAnswer(t *testing.T) {
	server, pki, _ := overPKI(t)
	server.Change(demo, func(s *smartcatest.Subscriber) { s.User = smartcatest.Ask })
	c := ways["v1"](t, server, nil)
	document := demodoc.PDF("One million.")
	chain, err := c.Certificates(t.Context())
	require.NoError(t, err)
	require.True(t, chain[0].Equal(pki.Certificate("signer")))
	prepared, err := pdf.Prepare(t.Context(), bytes.NewReader(document), int64(len(document)), chain, nil)
	require.NoError(t, err)
	state, err := json.Marshal(prepared)
	require.NoError(t, err)
	op, err := c.Start(t.Context(), []signer.Request{prepared.Request()}, nil)
	require.NoError(t, err)
	require.True(t, server.Approve(op.ID))
	sigs, err := c.Wait(t.Context(), op)
	require.NoError(t, err)

	finish := func(document []byte) error {
		var late pdf.PreparedSignature
		require.NoError(t, json.Unmarshal(state, &late))
		var out bytes.Buffer
		err := late.Finish(t.Context(), &out, bytes.NewReader(document), int64(len(document)), sigs[0], nil)
		if err != nil {
			require.Empty(t, out.Bytes())
		}
		return err
	}
	require.NoError(t, finish(document))
	require.Error(t, finish(demodoc.PDF("Ten millions.")))

	other, err := pdf.Prepare(t.Context(), bytes.NewReader(document), int64(len(document)), []*x509.Certificate{pki.Certificate("other")}, nil)
	require.NoError(t, err)
	var out bytes.Buffer
	require.Error(t, other.Finish(t.Context(), &out, bytes.NewReader(document), int64(len(document)), sigs[0], nil), "a signature for one preparation does not fit another")
	require.Empty(t, out.Bytes())
	require.NoError(t, c.Forget(t.Context(), op.ID))
}
