package pdf_test

import (
	"bytes"
	"crypto"
	"os"
	"path/filepath"
	"testing"

	"github.com/digitorus/pdf"
	"github.com/digitorus/pdfsign/sign"
	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
	kyso "github.com/kyso-dev/kyso/pdf"
)

// TestJudgesOnLocksAndSeedValues: fields that pyHanko made with locks and demands are signed as they ask, and pyHanko and EU DSS
// agree that they were; a lock is then kept to by the next signature.
func TestJudgesOnLocksAndSeedValues(t *testing.T) {
	p, _ := testpki.Start(t)
	root := writePEM(t, p)
	dir := t.TempDir()
	blank := filepath.Join(dir, "blank.pdf")
	testtool.Hanko(t, "blank", "--text-field", "A", "--text-field", "B", blank)
	var once, twice []string // files with one signature, and with another on top
	for name, c := range map[string]struct {
		field []string
		opts  kyso.Options
		next  string // code with which a second, new signature is refused; "": it is not
	}{
		"lock-include": {[]string{"--lock", "include:A,B"}, kyso.Options{}, ""},
		"lock-exclude": {[]string{"--lock", "exclude:A"}, kyso.Options{}, string(kyso.CodeFieldLocked)},
		"lock-all":     {[]string{"--lock", "all"}, kyso.Options{}, string(kyso.CodeFieldLocked)},
		"lock-docmdp":  {[]string{"--lock", "include:A", "--lock-docmdp", "1"}, kyso.Options{}, string(kyso.CodeCertified)},
		"seed-hash":    {[]string{"--seed-hash", "sha512"}, kyso.Options{}, ""},
		"seed-reason":  {[]string{"--seed-reason", "Tôi đồng ý"}, kyso.Options{Reason: "Tôi đồng ý"}, ""},
		"seed-filter":  {[]string{"--seed-subfilter", "ETSI.CAdES.detached"}, kyso.Options{}, ""},
		"seed-plain":   {[]string{"--seed-subfilter", "adbe.pkcs7.detached"}, kyso.Options{SubFilter: kyso.SubFilterPKCS7}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := filepath.Join(dir, name+".pdf")
			testtool.Hanko(t, append(append([]string{"field", "--name", "S"}, c.field...), blank, in)...)
			doc, err := os.ReadFile(in)
			require.NoError(t, err)
			c.opts.Field = "S"
			out := signed(t, p, doc, &c.opts)
			requireSound(t, out)
			path := filepath.Join(dir, name+"-once.pdf")
			require.NoError(t, os.WriteFile(path, out, 0o600))
			once = append(once, path)
			again, err := trySign(t, p, out, nil)
			require.Equal(t, c.next, code(err))
			if err == nil {
				path := filepath.Join(dir, name+"-twice.pdf")
				require.NoError(t, os.WriteFile(path, again, 0o600))
				twice = append(twice, path)
			}
		})
	}
	require.Len(t, append(once, twice...), 13)
	for _, answer := range testtool.Hanko(t, append([]string{"validate", "--online", "--trust", root}, append(once, twice...)...)...) {
		require.Equal(t, true, testtool.Field(answer, "bottom_line"), answer)
		require.NotEqual(t, false, testtool.Field(answer, "signatures", 0, "seed_value_ok"))
	}
	for _, answer := range testtool.DSS(t, append([]string{"validate", "--online", "--trust", root, "--policy", "strict"}, once...)...) {
		require.Equal(t, "TOTAL-PASSED", testtool.Field(answer, "indication"), answer)
	}
}

// TestJudgeOnOtherCurves: pyHanko takes what EU DSS and openssl do not (Ed25519), and the larger curves.
func TestJudgeOnOtherCurves(t *testing.T) {
	p, _ := testpki.Start(t)
	args := []string{"validate", "--online", "--trust", writePEM(t, p)}
	doc := plain()
	for _, key := range []string{"ed25519", "ec384", "ec521"} {
		var out bytes.Buffer
		opts := &kyso.Options{Level: kyso.LevelBT, Timestamper: p.TSAClient()}
		require.NoError(t, kyso.Sign(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), p.Signer(key), opts), key)
		requireSound(t, out.Bytes())
		args = append(args, store(t, key+".pdf", out.Bytes()))
	}
	answers := testtool.Hanko(t, args...)
	require.Len(t, answers, 3)
	for _, answer := range answers {
		require.Equal(t, true, testtool.Field(answer, "bottom_line"), answer)
	}
}

// TestReadWhatPdfsignSigns: digitorus/pdfsign signs with a key of ours, and the result is intact here.
func TestReadWhatPdfsignSigns(t *testing.T) {
	p, _ := testpki.Start(t)
	doc := plain()
	in, err := pdf.NewReader(bytes.NewReader(doc), int64(len(doc)))
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, sign.Sign(bytes.NewReader(doc), &out, in, int64(len(doc)), sign.SignData{
		Signature:         sign.SignDataSignature{CertType: sign.ApprovalSignature, Info: sign.SignDataSignatureInfo{Name: "Ân", Reason: "Thử"}},
		Signer:            p.Key("signer"),
		DigestAlgorithm:   crypto.SHA256,
		Certificate:       p.Certificate("signer"),
		CertificateChains: [][]*certificate{p.Chain("signer")},
	}))
	d := read(t, out.Bytes())
	require.Len(t, d.Signatures, 1)
	s := d.Signatures[0]
	require.Equal(t, cms.Intact, s.CMS.ContentIntegrity)
	require.Equal(t, cms.Intact, s.CMS.SignatureIntegrity)
	require.Equal(t, kyso.Whole, s.Extent)
	require.Equal(t, "adbe.pkcs7.detached", s.SubFilter)
	require.Empty(t, s.Level)
	require.Equal(t, "Thử", s.Reason)
	again := signed(t, p, out.Bytes(), nil)
	require.Equal(t, kyso.OfRevision, read(t, again).Signatures[0].Extent)
}
