package cms_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mozilla.org/pkcs7"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/signer"
)

// prepared is a preparation that was stored meanwhile.
func prepared(t testing.TB, pki *testpki.PKI, name string, opts *cms.Options) *cms.PreparedSignature {
	t.Helper()
	p, err := cms.Prepare(t.Context(), strings.NewReader(text), pki.Chain(name), opts)
	require.NoError(t, err)
	state, err := json.Marshal(p)
	require.NoError(t, err)
	again := new(cms.PreparedSignature)
	require.NoError(t, json.Unmarshal(state, again))
	return again
}

func finishCMS(t testing.TB, p *cms.PreparedSignature, content string, der []byte, o *cms.FinishOptions) ([]byte, error) {
	t.Helper()
	var out bytes.Buffer
	err := p.FinishCMS(t.Context(), &out, strings.NewReader(content), der, o)
	return out.Bytes(), err
}

// TestFinishCMS makes files of a service's CMS, detached and attached, at every level.
func TestFinishCMS(t *testing.T) {
	pki, _ := testpki.Start(t)
	for _, name := range []string{"signer", "ec", "ed25519"} {
		for _, attached := range []bool{false, true} {
			for _, level := range []cms.Level{cms.LevelBB, cms.LevelBT, cms.LevelBLT, cms.LevelBLTA} {
				p := prepared(t, pki, name, &cms.Options{Level: level, Attached: attached})
				sum, hash := p.Digest()
				require.Equal(t, digest(hash, []byte(text)), sum)
				raw := sign(t, pki, name, text, &cms.Options{Clock: pki.Now})
				out, err := finishCMS(t, p, text, raw, &cms.FinishOptions{Timestamper: pki.TSAClient(), Collector: validator(t, pki), Clock: pki.Now})
				require.NoError(t, err)
				require.Equal(t, !attached && level == cms.LevelBB, bytes.Equal(raw, out), "octet for octet")
				content := text
				if attached {
					content = ""
				}
				doc := readWith(t, out, content)
				require.Equal(t, attached, doc.Attached)
				require.Len(t, doc.Signatures, 1)
				requireIntact(t, doc.Signatures[0])
				require.Equal(t, level, doc.Signatures[0].Level)
			}
		}
	}
}

// TestFinishCMSPlain: CMS that is no CAdES is taken at B-B and refused above; as part of a PDF it is refused everywhere.
func TestFinishCMSPlain(t *testing.T) {
	pki, _ := testpki.Start(t)
	p := prepared(t, pki, "ec", nil)
	for name, c := range map[string]struct {
		change func(f *forgery)
		reason string
	}{
		"no signing time":           {func(*forgery) {}, "it does not claim a signing time"},
		"nothing binds certificate": {func(f *forgery) { f.attrs = append(f.attrs[:2:2], cmsdata.SigningTime(pki.Now())) }, "signing-certificate"},
		"no attributes":             {func(f *forgery) { f.noAttrs = true }, "it has no signed attributes"},
	} {
		f := newForgery(t, pki, "ec")
		f.edit = detach
		c.change(f)
		raw := f.make()
		out, err := finishCMS(t, p, text, raw, nil)
		require.NoError(t, err, name)
		require.Equal(t, raw, out)
		for _, o := range []cms.FinishOptions{{Level: cms.LevelBT}, {Level: cms.LevelBLTA}} {
			o.Timestamper, o.Collector = pki.TSAClient(), contented{}
			_, err = finishCMS(t, p, text, raw, &o)
			require.ErrorIs(t, err, codeErr(cms.CodeLevelRefused), name)
			require.ErrorContains(t, err, c.reason)
		}
		_, err = p.FinishCMSDER(t.Context(), raw, &cms.FinishOptions{PAdES: true})
		require.Equal(t, name != "no signing time", err != nil, name)
	}
	_, err := p.FinishCMSDER(t.Context(), sign(t, pki, "ec", text, &cms.Options{Clock: pki.Now}), &cms.FinishOptions{PAdES: true})
	require.ErrorContains(t, err, "it claims a signing time")
}

// TestFinishCMSRefuses: other content, other preparations, and no way to the level.
func TestFinishCMSRefuses(t *testing.T) {
	pki, _ := testpki.Start(t)
	raw := sign(t, pki, "ec", text, &cms.Options{Clock: pki.Now})
	p := prepared(t, pki, "ec", nil)
	attached := prepared(t, pki, "ec", &cms.Options{Attached: true})
	digest, hash := p.Digest()
	bare, err := cms.PrepareDigest(digest, hash, pki.Chain("ec"), nil)
	require.NoError(t, err)
	same, err := bare.FinishCMSDER(t.Context(), raw, nil)
	require.NoError(t, err)
	require.Equal(t, raw, same)
	_, err = attached.FinishCMSDER(t.Context(), raw, nil)
	require.ErrorIs(t, err, codeErr(cms.CodeContent))
	for name, c := range map[string]struct {
		p       *cms.PreparedSignature
		content string
		der     []byte
		o       *cms.FinishOptions
		code    cms.Code
	}{
		"content changed":           {p, text + " ", raw, nil, cms.CodeChanged},
		"content changed, attached": {attached, text[1:], raw, nil, cms.CodeChanged},
		"prepared from a digest":    {bare, text, raw, nil, cms.CodeState},
		"nothing prepared":          {new(cms.PreparedSignature), text, raw, nil, cms.CodeState},
		"no time-stamper":           {p, text, raw, &cms.FinishOptions{Level: cms.LevelBT}, cms.CodeTimestamper},
		"no such level":             {p, text, raw, &cms.FinishOptions{Level: "B-X"}, cms.CodeOptions},
		"content inside":            {attached, text, sign(t, pki, "ec", text, &cms.Options{Attached: true, Clock: pki.Now}), nil, cms.CodeAttached},
		"of another":                {p, text, sign(t, pki, "signer", text, &cms.Options{Clock: pki.Now}), nil, cms.CodeCertificateOther},
		"checked all the same":      {p, text, sign(t, pki, "ec", text+" ", &cms.Options{Clock: pki.Now}), &cms.FinishOptions{InsecureSkipCheck: true}, cms.CodeContentDigest},
	} {
		_, err := finishCMS(t, c.p, c.content, c.der, c.o)
		require.ErrorIs(t, err, codeErr(c.code), name)
	}
	// The two that are easily mixed up are told apart.
	mixed, err := cms.PrepareDigest(p.Request().Digest, hash, pki.Chain("ec"), nil)
	require.NoError(t, err)
	other, err := mixed.FinishDER(t.Context(), signRequest(t, pki, "ec", mixed), nil)
	require.NoError(t, err)
	_, err = finishCMS(t, p, text, other, nil)
	require.ErrorIs(t, err, codeErr(cms.CodeRequestSigned))
	err = p.Finish(t.Context(), &bytes.Buffer{}, strings.NewReader(text), raw, nil)
	require.ErrorIs(t, err, signer.ErrSignatureInvalid)
	require.ErrorIs(t, err, codeErr(cms.CodeWhole))

	require.ErrorIs(t, p.FinishCMS(t.Context(), nil, strings.NewReader(text), raw, nil), codeErr(cms.CodeOptions))
	require.ErrorIs(t, p.FinishCMS(t.Context(), &bytes.Buffer{}, nil, raw, nil), codeErr(cms.CodeContent))
	none, h := new(cms.PreparedSignature).Digest()
	require.Nil(t, none)
	require.Zero(t, h)
}

// TestFinishCMSBringsToDER: BER becomes DER around what was signed as it lies there; where that is BER itself, nothing can be done.
func TestFinishCMSBringsToDER(t *testing.T) {
	pki, _ := testpki.Start(t)
	p := prepared(t, pki, "ec", nil)
	raw := sign(t, pki, "ec", text, &cms.Options{Clock: pki.Now, Level: cms.LevelBT, Timestamper: pki.TSAClient()})
	sd, err := cmsdata.Parse(raw)
	require.NoError(t, err)
	si := sd.Signers[0]
	attrs := append([]byte{der.Context(0)}, si.SignedAttrsRaw[1:]...)
	keep := append(slices.Clone(sd.Certificates), attrs, si.UnsignedAttrs[0].Raw)
	out, err := finishCMS(t, p, text, loosen(t, raw, keep...), nil)
	require.NoError(t, err)
	require.Equal(t, raw, out)
	for name, c := range map[string]struct {
		keep [][]byte
		code cms.Code
	}{
		"certificates":      {keep[len(sd.Certificates):], cms.CodeNotDER},
		"signed attributes": {slices.Concat(sd.Certificates, keep[len(keep)-1:]), cms.CodeAttributesNotDER},
		"time-stamp":        {keep[:len(keep)-1], cms.CodeTimestampBroken},
	} {
		_, err := finishCMS(t, p, text, loosen(t, raw, c.keep...), nil)
		require.ErrorIs(t, err, codeErr(c.code), name)
	}
}

// TestJudgesOnOthersCMS: what openssl, go.mozilla.org/pkcs7, pyHanko and EU DSS sign over the text becomes attached and detached files, at
// B-B and above where it is CAdES, that openssl, EU DSS and pyHanko verify.
func TestJudgesOnOthersCMS(t *testing.T) {
	pki, _ := testpki.Start(t)
	f := newFolder(t, pki)
	p12, err := pki.PKCS12("signer")
	require.NoError(t, err)
	key, pass := f.write("signer.p12", p12), f.write("pass", []byte(pki.Password()))
	byOpenSSL := func(more ...string) []byte {
		args := slices.Concat([]string{"cms", "-sign", "-binary", "-outform", "DER", "-md", "sha256", "-certfile", f.path("issuer.pem"), "-in", f.path("text")}, f.credentials("signer"), more)
		out, _ := testtool.Run(t, f.openssl, args...)
		return []byte(out)
	}
	mozilla, err := pkcs7.NewSignedData([]byte(text))
	require.NoError(t, err)
	mozilla.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	require.NoError(t, mozilla.AddSignerChain(pki.Certificate("signer"), pki.Key("signer"), pki.Chain("signer")[1:], pkcs7.SignerInfoConfig{}))
	mozilla.Detach()
	byMozilla, err := mozilla.Finish()
	require.NoError(t, err)
	testtool.Hanko(t, "sign-cms", "--level", "B", "--p12", key, "--pass-file", pass, "--trust", f.path("root.pem"), f.path("text"), f.path("hanko"))
	testtool.DSS(t, "sign", "--format", "cades", "--level", "B", "--packaging", "detached", "--p12", key, "--pass-file", pass, "--trust", f.path("root.pem"), f.path("text"), f.path("dss"))
	type answer struct {
		path, name string
		attached   bool
		level      cms.Level
	}
	var made []answer
	for name, raw := range map[string][]byte{
		"openssl": byOpenSSL(), "openssl-cades": byOpenSSL("-cades"), "openssl-noattr": byOpenSSL("-noattr"), "openssl-keyid": byOpenSSL("-keyid", "-nosmimecap"),
		"openssl-nocerts": byOpenSSL("-nocerts"), "mozilla": byMozilla, "hanko": f.read("hanko"), "dss": f.read("dss"),
	} {
		levels := []cms.Level{cms.LevelBB}
		if name == "openssl-cades" || name == "hanko" || name == "dss" {
			levels = []cms.Level{cms.LevelBB, cms.LevelBT, cms.LevelBLT, cms.LevelBLTA}
		}
		for _, attached := range []bool{false, true} {
			for _, level := range levels {
				p := prepared(t, pki, "signer", &cms.Options{Attached: attached})
				out, err := finishCMS(t, p, text, raw, &cms.FinishOptions{Level: level, Timestamper: pki.TSAClient(), Collector: validator(t, pki)})
				require.NoError(t, err, name)
				content, file := text, name+"-"+string(level)
				if attached {
					content, file = "", file+"-attached"
				}
				require.NoError(t, f.verify(out, content), file)
				made = append(made, answer{f.write(file, out), name, attached, level})
			}
		}
	}
	for _, attached := range []bool{false, true} {
		args := []string{"--trust", f.path("root.pem"), "--online"}
		if !attached {
			args = append(args, "--content", f.path("text"))
		}
		var asked []answer
		for _, m := range made {
			if m.attached == attached {
				args, asked = append(args, m.path), append(asked, m)
			}
		}
		for i, a := range testtool.DSS(t, append([]string{"validate"}, args...)...) {
			m := asked[i]
			require.Equal(t, true, testtool.Field(a, "signatures", 0, "integrity", "signature_valid"), m.path)
			if m.name != "openssl-noattr" { // sound, but no signature to EU DSS without a message-digest attribute
				require.Equal(t, "TOTAL-PASSED", a["indication"], "%s: %v", filepath.Base(m.path), a)
			}
			format := "CMS-NOT-ETSI"
			if m.level != cms.LevelBB || m.name == "openssl-cades" || m.name == "hanko" || m.name == "dss" {
				format = "CAdES-BASELINE-" + strings.TrimPrefix(string(m.level), "B-")
			}
			require.Equal(t, format, testtool.Field(a, "signatures", 0, "format"), m.path)
			require.Empty(t, testtool.Field(a, "signatures", 0, "structural_errors"), m.path)
		}
		for i, a := range testtool.Hanko(t, append([]string{"validate"}, args...)...) {
			require.Equal(t, true, a["bottom_line"], "%s: %v", filepath.Base(asked[i].path), a)
		}
	}
}
