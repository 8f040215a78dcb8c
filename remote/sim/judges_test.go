package sim_test

import (
	"bytes"
	"crypto"
	"encoding/asn1"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mozilla.org/pkcs7"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/demodoc"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
	"github.com/kyso-dev/kyso/signer"
)

// TestJudgesOnCMS puts CMS that a SIM's service made into PDF and beside a file, and asks pdfsig, openssl, EU DSS and pyHanko: CAdES as
// kyso makes it, and what another library makes with the random attribute of the Finnish guideline.
func TestJudgesOnCMS(t *testing.T) {
	pdfsig, openssl := testtool.Need(t, "pdfsig"), testtool.Need(t, "openssl")
	pki, _ := testpki.Start(t)
	dir := t.TempDir()
	put := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		return path
	}
	root := put("root.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pki.Root().Raw}))
	content, document := []byte("judged by others\n"), demodoc.PDF("Judged by others.")
	text := put("content.txt", content)

	var noTime, withNonce bool
	var signed []byte // what the library that knows no digests is given
	made := func(card *simtest.SIM, hash crypto.Hash, digest []byte) ([]byte, error) {
		if !withNonce {
			return cades(card, hash, digest, noTime)
		}
		nonce := pkcs7.Attribute{Type: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, Value: []byte("random nonce")}
		return other{content: string(signed), attributes: []pkcs7.Attribute{nonce, essOf(t, card.Chain[0])}}.make(card)
	}
	ask := func(d sim.Dialect, number string, digest []byte, hash crypto.Hash) []byte {
		t.Helper()
		cards := []*simtest.SIM{
			{Number: demo, Key: pki.Key("signer"), Chain: pki.Chain("signer"), User: simtest.Approve}, {Number: simtest.DemoEC, Key: pki.Key("ec"), Chain: pki.Chain("ec"), User: simtest.Approve},
		}
		d.First = 0
		s := start(t, d, simtest.Approve, &simtest.Options{Clock: remote.SystemClock(), SIMs: cards, SignDigest: made})
		der, err := client(t, s.Config(number), &remote.Options{CheckCMS: cms.CheckDigest}).SignCMS(t.Context(), signer.Request{Digest: digest, Opts: hash})
		require.NoError(t, err)
		return der
	}
	var pdfs, files []string
	for _, tc := range []struct {
		name    string
		dialect sim.Dialect
		number  string
		nonce   bool
	}{
		{"tr", sim.TR(), demo, false},
		{"ec", sim.FiCom(), simtest.DemoEC, false},
		{"nonce", sim.FiCom(), demo, true},
	} {
		withNonce = tc.nonce
		chain := pki.Chain(map[string]string{demo: "signer", simtest.DemoEC: "ec"}[tc.number])
		noTime = true // PAdES has no time in the CMS
		prepared, err := pdf.Prepare(t.Context(), bytes.NewReader(document), int64(len(document)), chain, nil)
		require.NoError(t, err)
		digest, hash := prepared.Digest()
		var out bytes.Buffer
		if !tc.nonce { // that library wants the octets, which nobody has before
			require.NoError(t, prepared.FinishCMS(t.Context(), &out, bytes.NewReader(document), int64(len(document)), ask(tc.dialect, tc.number, digest, hash), nil))
			pdfs = append(pdfs, put(tc.name+".pdf", out.Bytes()))
		}
		noTime, signed = false, content
		file, err := cms.Prepare(t.Context(), bytes.NewReader(content), chain, nil)
		require.NoError(t, err)
		digest, hash = file.Digest()
		out.Reset()
		require.NoError(t, file.FinishCMS(t.Context(), &out, bytes.NewReader(content), ask(tc.dialect, tc.number, digest, hash), nil))
		files = append(files, put(tc.name+".p7s", out.Bytes()))
	}
	for _, path := range pdfs {
		said, _, _ := testtool.Try(t, pdfsig, "-nocert", path)
		require.Contains(t, said, "Signature is Valid", path)
	}
	for _, path := range files {
		testtool.Run(t, openssl, "cms", "-verify", "-binary", "-inform", "DER", "-in", path, "-content", text, "-CAfile", root, "-out", os.DevNull)
		said, _ := testtool.Run(t, openssl, "cms", "-cmsout", "-print", "-inform", "DER", "-in", path)
		require.Equal(t, strings.Contains(path, "nonce"), strings.Contains(said, "1.3.6.1.4.1.99999.1"))
	}
	judged := append([]string{"validate", "--trust", root, "--online", "--content", text}, append(pdfs, files...)...)
	for i, answer := range testtool.DSS(t, judged...) {
		require.Equal(t, "TOTAL-PASSED", testtool.Field(answer, "indication"), "%s: %v", judged[5+i], answer)
	}
	for i, answer := range testtool.Hanko(t, judged...) {
		require.Equal(t, true, testtool.Field(answer, "bottom_line"), "%s: %v", judged[5+i], answer)
	}
}
