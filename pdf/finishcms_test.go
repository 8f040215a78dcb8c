package pdf_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mozilla.org/pkcs7"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/trust"
)

// service answers a digest with a whole CMS. attrs are further signed attributes; edit changes what is sent.
func service(t testing.TB, p *testpki.PKI, name string, digest []byte, hash crypto.Hash, edit func(*cmsdata.SignedData, *cmsdata.SignerInfo), attrs ...cmsdata.Attribute) []byte {
	t.Helper()
	cert := p.Certificate(name)
	pub, err := alg.PublicKey(cert)
	require.NoError(t, err)
	a, err := alg.ForKey(pub, hash, false)
	require.NoError(t, err)
	set := cmsdata.EncodeSignedAttributes(append(attrs, cmsdata.ContentType(cmsdata.OIDData), cmsdata.MessageDigest(digest))...)
	h := a.Hash.New()
	h.Write(set)
	req := signer.Request{Digest: h.Sum(nil), Opts: a.SignerOpts()}
	if a.SignsMessage() {
		req = signer.Request{Message: set, Opts: a.SignerOpts()}
	}
	value, err := signer.Sign(t.Context(), p.Signer(name), req)
	require.NoError(t, err)
	si := cmsdata.NewSignerInfo(cert, hash, a, set, value)
	sd := cmsdata.New(p.Chain(name), si)
	if edit != nil {
		edit(sd, si)
	}
	raw, err := sd.Marshal()
	require.NoError(t, err)
	return raw
}

// bound is the attribute that names the certificate.
func bound(p *testpki.PKI, name string) cmsdata.Attribute {
	return cmsdata.SigningCertificateV2(p.Certificate(name), crypto.SHA256)
}

func finishCMS(t testing.TB, p *pdf.PreparedSignature, doc, der []byte, o *pdf.FinishOptions) ([]byte, error) {
	t.Helper()
	var out bytes.Buffer
	err := p.FinishCMS(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), der, o)
	if err != nil {
		require.Zero(t, out.Len())
	}
	return out.Bytes(), err
}

// ranges are the octets that a prepared signature is over.
func ranges(t testing.TB, pki *testpki.PKI, p *pdf.PreparedSignature, doc []byte, name string) []byte {
	t.Helper()
	value, err := signer.Sign(t.Context(), pki.Signer(name), p.Request())
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, p.Finish(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), value, nil))
	gap, tail := hole(t, out.Bytes(), len(doc))
	octets := signedOctets(out.Bytes(), gap, tail)
	digest, hash := p.Digest()
	require.Equal(t, sum(hash, octets), digest)
	return octets
}

func load(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return data
}

// TestFinishCMS puts CMS of a service into documents, at every level, after a restart: octet for octet where nothing had to be added.
func TestFinishCMS(t *testing.T) {
	pki, _ := testpki.Start(t)
	for name, c := range map[string]struct {
		key   string
		opts  pdf.Options
		level pdf.Level
		edit  func(*cmsdata.SignedData, *cmsdata.SignerInfo)
	}{
		"B-B":                     {"signer", pdf.Options{Reason: "Phê duyệt", Location: "Hà Nội", ID: "12/2026", Title: "Hợp đồng"}, pdf.LevelBB, nil},
		"B-T":                     {"ec", pdf.Options{Level: pdf.LevelBT}, pdf.LevelBT, nil},
		"B-LT, raised at the end": {"signer", pdf.Options{Hash: crypto.SHA512}, pdf.LevelBLT, nil},
		"B-LTA":                   {"ec", pdf.Options{Level: pdf.LevelBLTA, Hash: crypto.SHA384}, pdf.LevelBLTA, nil},
		"Ed25519":                 {"ed25519", pdf.Options{}, pdf.LevelBB, nil},
		"adbe.pkcs7.detached":     {"signer", pdf.Options{SubFilter: pdf.SubFilterPKCS7}, "", nil},
		"a time-stamp that is there": {"signer", pdf.Options{}, pdf.LevelBT, func(_ *cmsdata.SignedData, si *cmsdata.SignerInfo) {
			token, err := pki.TSAClient().Timestamp(t.Context(), sum(crypto.SHA256, si.Signature), crypto.SHA256)
			require.NoError(t, err)
			si.AddUnsigned(cmsdata.NewAttribute(cmsdata.OIDSignatureTimestamp, token.Raw))
		}},
		"unknown unsigned attribute": {"signer", pdf.Options{}, pdf.LevelBB, func(_ *cmsdata.SignedData, si *cmsdata.SignerInfo) {
			si.AddUnsigned(cmsdata.NewAttribute(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, []byte{der.Null, 0}))
		}},
		"by key identifier": {"signer", pdf.Options{}, pdf.LevelBB, func(_ *cmsdata.SignedData, si *cmsdata.SignerInfo) {
			si.ID = cmsdata.SignerID{SubjectKeyID: pki.Certificate("signer").SubjectKeyId}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			doc := plain()
			c.opts.Timestamper, c.opts.Clock = pki.TSAClient(), pki.Now
			p := later(t, prepare(t, pki, doc, c.key, &c.opts))
			digest, hash := p.Digest()
			require.Equal(t, signer.Request{Digest: digest, Opts: hash, DocumentID: c.opts.ID, Title: c.opts.Title}, p.RequestCMS())
			raw := service(t, pki, c.key, digest, hash, c.edit, bound(pki, c.key))
			require.NoError(t, cms.CheckDigest(raw, digest, hash, pki.Certificate(c.key)))
			o := &pdf.FinishOptions{Timestamper: pki.TSAClient(), Collector: &collector{p: pki}, Clock: pki.Now}
			if c.edit == nil && c.level != "" {
				o.Level = c.level
			}
			out, err := finishCMS(t, p, doc, raw, o)
			require.NoError(t, err)
			require.True(t, bytes.HasPrefix(out, doc))
			s := read(t, out).Signatures[0]
			if c.level == pdf.LevelBLT || c.level == pdf.LevelBLTA {
				require.Equal(t, []string{string(pdf.CodeAppended)}, codes(s.Findings))
			} else {
				require.Empty(t, s.Findings)
			}
			require.Equal(t, c.level, s.Level)
			require.Equal(t, c.opts.Reason, s.Reason)
			require.Equal(t, cms.Intact, s.CMS.ContentIntegrity)
			require.Equal(t, cms.Intact, s.CMS.SignatureIntegrity)
			require.True(t, s.CMS.Certificate.Equal(pki.Certificate(c.key)))
			require.Equal(t, c.edit != nil || c.level == pdf.LevelBB || c.level == "", bytes.HasPrefix(s.Contents, raw), "octet for octet")
			if c.level == "" {
				require.Equal(t, pdf.SubFilterPKCS7, s.SubFilter)
			}
		})
	}
}

// TestFinishCMSChanges tells what is changed in a service's CMS: BER becomes DER, a certificate that is missing is added.
func TestFinishCMSChanges(t *testing.T) {
	pki, _ := testpki.Start(t)
	doc := plain()
	p := prepare(t, pki, doc, "signer", nil)
	digest, hash := p.Digest()
	good := service(t, pki, "signer", digest, hash, nil, bound(pki, "signer"))

	out, err := finishCMS(t, p, doc, indefinite(t, good), nil)
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(read(t, out).Signatures[0].Contents, good))

	bare := service(t, pki, "signer", digest, hash, func(sd *cmsdata.SignedData, _ *cmsdata.SignerInfo) { sd.Certificates = nil }, bound(pki, "signer"))
	out, err = finishCMS(t, p, doc, bare, nil)
	require.NoError(t, err)
	s := read(t, out).Signatures[0]
	require.Empty(t, s.Findings)
	require.Equal(t, pdf.LevelBB, s.Level)
	require.Len(t, s.CMS.Certificates, len(pki.Chain("signer")))

	// A time-stamp in BER was signed as it lies there.
	token, err := pki.TSAClient().Timestamp(t.Context(), sum(crypto.SHA256, []byte("x")), crypto.SHA256)
	require.NoError(t, err)
	unknown := asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}
	odd := service(t, pki, "signer", digest, hash, func(_ *cmsdata.SignedData, si *cmsdata.SignerInfo) {
		si.AddUnsigned(cmsdata.NewAttribute(unknown, indefinite(t, token.Raw)))
	}, bound(pki, "signer"))
	_, err = finishCMS(t, p, doc, odd, nil)
	require.Equal(t, string(cms.CodeNotDER), code(err))
}

// either is two PKIs.
type either [2]*collector

func (e either) Collect(ctx context.Context, cert *x509.Certificate, at time.Time, known *trust.Evidence) (*trust.Evidence, error) {
	if e[0].nameOf(cert) != "" {
		return e[0].Collect(ctx, cert, at, known)
	}
	return e[1].Collect(ctx, cert, at, known)
}

// TestFinishCMSContentTimestamp: a time-stamp that the service had made before it signed comes from an authority of its own, and the long-term
// levels hold the evidence for that one too, made at once or later.
func TestFinishCMSContentTimestamp(t *testing.T) {
	pki, _ := testpki.Start(t)
	other, err := testpki.New(nil)
	require.NoError(t, err)
	defer other.Close()
	doc := plain()
	p := prepare(t, pki, doc, "signer", nil)
	digest, hash := p.Digest()
	token, err := other.TSAClient().Timestamp(t.Context(), digest, hash)
	require.NoError(t, err)
	raw := service(t, pki, "signer", digest, hash, nil, bound(pki, "signer"), cmsdata.NewAttribute(cmsdata.OIDContentTimestamp, token.Raw))
	all := either{{p: pki}, {p: other}}
	for _, level := range []pdf.Level{pdf.LevelBLT, pdf.LevelBLTA} {
		out, err := finishCMS(t, p, doc, raw, &pdf.FinishOptions{Level: level, Timestamper: pki.TSAClient(), Collector: all})
		require.NoError(t, err)
		require.Equal(t, level, read(t, out).Signatures[0].Level)
		plain, err := finishCMS(t, p, doc, raw, nil)
		require.NoError(t, err)
		var later bytes.Buffer
		require.NoError(t, pdf.Extend(t.Context(), &later, bytes.NewReader(plain), int64(len(plain)), &pdf.ExtendOptions{Level: level, Timestamper: pki.TSAClient(), Collector: all}))
		require.Equal(t, level, read(t, later.Bytes()).Signatures[0].Level)
	}
	_, err = finishCMS(t, p, doc, raw, &pdf.FinishOptions{Level: pdf.LevelBLT, Timestamper: pki.TSAClient(), Collector: &collector{p: pki}})
	require.Equal(t, string(pdf.CodeEvidence), code(err))
}

// indefinite gives the outermost three elements of a SignedData indefinite lengths, as BER writers that stream do.
func indefinite(t testing.TB, raw []byte) []byte {
	t.Helper()
	var body []byte
	in := raw
	for i := range 3 {
		var e asn1.RawValue
		_, err := asn1.Unmarshal(in, &e)
		require.NoError(t, err)
		body = append(body, e.FullBytes[0], 0x80)
		if in = e.Bytes; i == 0 { // the type comes before the content
			_, err = asn1.Unmarshal(in, &e)
			require.NoError(t, err)
			body, in = append(body, e.FullBytes...), in[len(e.FullBytes):]
		}
	}
	return append(append(body, in...), make([]byte, 6)...)
}

// TestFinishCMSRefuses: what is not the document's, and what PAdES does not let in. The same is let in as adbe.pkcs7.detached where plain
// CMS may have it.
func TestFinishCMSRefuses(t *testing.T) {
	pki, _ := testpki.Start(t)
	doc := plain()
	ess := bound(pki, "signer")
	null := []byte{der.Null, 0}
	for name, c := range map[string]struct {
		key   string
		edit  func(*cmsdata.SignedData, *cmsdata.SignerInfo)
		attrs []cmsdata.Attribute
		code  string // under ETSI.CAdES.detached
		plain string // under adbe.pkcs7.detached
	}{
		"nothing wrong":            {attrs: []cmsdata.Attribute{ess}},
		"no signing-certificate":   {code: string(cms.CodeLevelRefused)},
		"signing-time":             {attrs: []cmsdata.Attribute{ess, cmsdata.SigningTime(pki.Now())}, code: string(cms.CodeLevelRefused)},
		"content-hints":            {attrs: []cmsdata.Attribute{ess, cmsdata.NewAttribute(cmsdata.OIDContentHints, null)}, code: string(cms.CodeLevelRefused)},
		"content-reference":        {attrs: []cmsdata.Attribute{ess, cmsdata.NewAttribute(cmsdata.OIDContentReference, null)}, code: string(cms.CodeLevelRefused)},
		"content-identifier":       {attrs: []cmsdata.Attribute{ess, cmsdata.NewAttribute(cmsdata.OIDContentIdentifier, null)}, code: string(cms.CodeLevelRefused)},
		"commitment beside Reason": {attrs: []cmsdata.Attribute{ess, cmsdata.NewAttribute(cmsdata.OIDCommitmentType, null)}, code: string(pdf.CodeTwice)},
		"location twice":           {attrs: []cmsdata.Attribute{ess, cmsdata.NewAttribute(cmsdata.OIDSignerLocation, null)}, code: string(pdf.CodeTwice)},
		"revocation values": {attrs: []cmsdata.Attribute{ess}, edit: func(_ *cmsdata.SignedData, si *cmsdata.SignerInfo) {
			si.AddUnsigned(cmsdata.NewAttribute(cmsdata.OIDRevocationValues, null))
		}, code: string(cms.CodeLevelRefused)},
		"attached": {attrs: []cmsdata.Attribute{ess}, edit: func(sd *cmsdata.SignedData, _ *cmsdata.SignerInfo) { sd.Attached = true },
			code: string(cms.CodeAttached), plain: string(cms.CodeAttached)},
		"another signer": {key: "other", attrs: []cmsdata.Attribute{bound(pki, "other")}, code: string(cms.CodeCertificateOther), plain: string(cms.CodeCertificateOther)},
	} {
		t.Run(name, func(t *testing.T) {
			for kind, want := range map[string]string{pdf.SubFilterCAdES: c.code, pdf.SubFilterPKCS7: c.plain} {
				p := prepare(t, pki, doc, "signer", &pdf.Options{SubFilter: kind, Reason: "a", Location: "b"})
				digest, hash := p.Digest()
				key := c.key
				if key == "" {
					key = "signer"
				}
				_, err := finishCMS(t, p, doc, service(t, pki, key, digest, hash, c.edit, c.attrs...), nil)
				require.Equal(t, want, code(err), "%s: %v", kind, err)
			}
		})
	}
	p := prepare(t, pki, doc, "signer", nil)
	digest, hash := p.Digest()
	good := service(t, pki, "signer", digest, hash, nil, ess)
	other, _ := prepare(t, pki, signed(t, pki, doc, nil), "signer", nil).Digest()
	for name, c := range map[string]struct {
		p    *pdf.PreparedSignature
		doc  []byte
		der  []byte
		o    *pdf.FinishOptions
		code string
	}{
		"of another document": {p, doc, service(t, pki, "signer", other, hash, nil, ess), nil, string(cms.CodeContentDigest)},
		"document changed":    {p, append(bytes.Clone(doc), '\n'), good, nil, string(pdf.CodeChanged)},
		"no CMS":              {p, doc, nil, nil, string(cms.CodeMalformed)},
		"a bare value":        {p, doc, make([]byte, 256), nil, string(cms.CodeMalformed)},
		"padding behind it":   {p, doc, append(bytes.Clone(good), 0), nil, string(cms.CodeTrailing)},
		"no time-stamper":     {p, doc, good, &pdf.FinishOptions{Level: pdf.LevelBT}, string(pdf.CodeTimestamper)},
		"nothing prepared":    {new(pdf.PreparedSignature), doc, good, nil, string(pdf.CodeState)},
	} {
		_, err := finishCMS(t, c.p, c.doc, c.der, c.o)
		require.Equal(t, c.code, code(err), "%s: %v", name, err)
	}
	small := prepare(t, pki, doc, "signer", &pdf.Options{ContentsSize: 100})
	digest, hash = small.Digest()
	_, err := finishCMS(t, small, doc, service(t, pki, "signer", digest, hash, nil, ess), nil)
	require.Equal(t, string(pdf.CodeContentsSize), code(err))
	tight := prepare(t, pki, doc, "signer", &pdf.Options{ContentsSize: len(good) + 8})
	digest, hash = tight.Digest()
	answer := service(t, pki, "signer", digest, hash, nil, ess)
	_, err = finishCMS(t, tight, doc, answer, &pdf.FinishOptions{Level: pdf.LevelBT, Timestamper: pki.TSAClient()})
	require.Equal(t, string(pdf.CodeContentsSize), code(err))
	out, err := finishCMS(t, tight, doc, answer, nil)
	require.NoError(t, err)
	require.Equal(t, pdf.LevelBT, read(t, extended(t, pki, out, pdf.LevelBT)).Signatures[0].Level)
	none, h := new(pdf.PreparedSignature).Digest()
	require.Nil(t, none)
	require.Zero(t, h)
	require.Zero(t, new(pdf.PreparedSignature).RequestCMS())
}

// TestSubFilter: plain CMS on request, at no level above B-B, kept in the state; states from before have none.
func TestSubFilter(t *testing.T) {
	pki, _ := testpki.Start(t)
	doc := plain()
	s := read(t, signed(t, pki, doc, &pdf.Options{SubFilter: pdf.SubFilterPKCS7})).Signatures[0]
	require.Equal(t, pdf.SubFilterPKCS7, s.SubFilter)
	require.Empty(t, s.Findings)
	require.Empty(t, s.Level)
	for kind, want := range map[string]string{"": pdf.SubFilterCAdES, pdf.SubFilterCAdES: pdf.SubFilterCAdES, pdf.SubFilterPKCS7: pdf.SubFilterPKCS7} {
		p := prepare(t, pki, doc, "signer", &pdf.Options{SubFilter: kind})
		state, err := json.Marshal(p)
		require.NoError(t, err)
		require.Equal(t, want == pdf.SubFilterPKCS7, bytes.Contains(state, []byte("sub_filter")))
		value, err := signer.Sign(t.Context(), pki.Signer("signer"), p.Request())
		require.NoError(t, err)
		var out bytes.Buffer
		require.NoError(t, later(t, p).Finish(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), value, nil))
		require.Equal(t, want, read(t, out.Bytes()).Signatures[0].SubFilter)

		changed := bytes.Replace(state, []byte(`"field"`), []byte(`"sub_filter":"adbe.pkcs7.sha1","field"`), 1)
		require.Equal(t, string(pdf.CodeState), code(json.Unmarshal(changed, new(pdf.PreparedSignature))))
		changed = bytes.Replace(state, []byte(`"level":"B-B"`), []byte(`"level":"B-T"`), 1)
		require.Equal(t, want == pdf.SubFilterPKCS7, json.Unmarshal(changed, new(pdf.PreparedSignature)) != nil)

		err = later(t, p).Finish(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), value, &pdf.FinishOptions{Level: pdf.LevelBT, Timestamper: pki.TSAClient()})
		require.Equal(t, want == pdf.SubFilterPKCS7, code(err) == string(pdf.CodeLevel), err)
	}
	_, err := trySign(t, pki, doc, &pdf.Options{SubFilter: "adbe.pkcs7.sha1"})
	require.Equal(t, string(pdf.CodeOption), code(err))
	opts := levelled(pki, pdf.LevelBT)
	opts.SubFilter = pdf.SubFilterPKCS7
	_, err = trySign(t, pki, doc, opts)
	require.Equal(t, string(pdf.CodeLevel), code(err))
	require.ErrorContains(t, err, "Signature1")
}

// TestJudgesOnOthersCMS: CMS made by openssl, go.mozilla.org/pkcs7, pyHanko, EU DSS and by the service above over the octets of documents,
// put in by kyso, judged by pdfsig, qpdf, EU DSS and pyHanko.
func TestJudgesOnOthersCMS(t *testing.T) {
	qpdf, pdfsig, openssl := testtool.Need(t, "qpdf"), testtool.Need(t, "pdfsig"), testtool.Need(t, "openssl")
	pki, _ := testpki.Start(t)
	other, _ := testpki.Start(t) // the authority of a content time-stamp
	root, dir, all := writePEM(t, pki), t.TempDir(), either{{p: pki}, {p: other}}
	p12, err := pki.PKCS12("signer")
	require.NoError(t, err)
	keyFile, pass := store(t, "signer.p12", p12), store(t, "signer.pass", []byte(pki.Password()))
	pkcs8, err := x509.MarshalPKCS8PrivateKey(pki.Key("signer"))
	require.NoError(t, err)
	key := store(t, "key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
	cert := store(t, "cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pki.Certificate("signer").Raw}))
	issuer := store(t, "issuer.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pki.Issuer().Raw}))
	byOpenSSL := func(more ...string) func([]byte) []byte {
		return func(octets []byte) []byte {
			args := append([]string{"cms", "-sign", "-binary", "-outform", "DER", "-md", "sha256", "-signer", cert, "-inkey", key, "-certfile", issuer, "-in", store(t, "in", octets)}, more...)
			out, _ := testtool.Run(t, openssl, args...)
			return []byte(out)
		}
	}
	ours := func(octets []byte) []byte {
		return service(t, pki, "signer", sum(crypto.SHA256, octets), crypto.SHA256, nil, bound(pki, "signer"))
	}
	type exhibit struct {
		name   string
		kind   string
		level  pdf.Level
		make   func(octets []byte) []byte
		format string // by EU DSS
	}
	list := []exhibit{
		{"openssl", pdf.SubFilterPKCS7, "", byOpenSSL(), "PKCS7-B"},
		{"openssl-cades", pdf.SubFilterPKCS7, "", byOpenSSL("-cades"), "PKCS7-B"},
		{"openssl-nosmimecap", pdf.SubFilterPKCS7, "", byOpenSSL("-nosmimecap"), "PKCS7-B"},
		{"openssl-keyid", pdf.SubFilterPKCS7, "", byOpenSSL("-keyid"), "PKCS7-B"},
		{"openssl-noattr", pdf.SubFilterPKCS7, "", byOpenSSL("-noattr"), "PDF-NOT-ETSI"},
		{"openssl-nocerts", pdf.SubFilterPKCS7, "", byOpenSSL("-nocerts"), "PKCS7-B"},
		{"openssl-pss", pdf.SubFilterPKCS7, "", byOpenSSL("-keyopt", "rsa_padding_mode:pss"), "PKCS7-B"},
		{"mozilla", pdf.SubFilterPKCS7, "", func(octets []byte) []byte {
			sd, err := pkcs7.NewSignedData(octets)
			require.NoError(t, err)
			sd.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
			require.NoError(t, sd.AddSignerChain(pki.Certificate("signer"), pki.Key("signer"), pki.Chain("signer")[1:], pkcs7.SignerInfoConfig{}))
			sd.Detach()
			raw, err := sd.Finish()
			require.NoError(t, err)
			return raw
		}, "PKCS7-B"},
		{"hanko", pdf.SubFilterPKCS7, "", func(octets []byte) []byte {
			out := filepath.Join(t.TempDir(), "out.p7s")
			testtool.Hanko(t, "sign-cms", "--level", "B", "--p12", keyFile, "--pass-file", pass, "--trust", root, store(t, "in", octets), out)
			return load(t, out)
		}, "PKCS7-B"},
		{"dss", pdf.SubFilterPKCS7, "", func(octets []byte) []byte {
			out := filepath.Join(t.TempDir(), "out.p7s")
			testtool.DSS(t, "sign", "--format", "cades", "--level", "B", "--packaging", "detached", "--p12", keyFile, "--pass-file", pass, "--trust", root, store(t, "in", octets), out)
			return load(t, out)
		}, "PKCS7-B"},
		{"ours-plain", pdf.SubFilterPKCS7, "", ours, "PKCS7-B"},
		{"ours-B-B", "", pdf.LevelBB, ours, "PAdES-BASELINE-B"},
		{"ours-BER", "", pdf.LevelBB, func(octets []byte) []byte { return indefinite(t, ours(octets)) }, "PAdES-BASELINE-B"},
		{"ours-B-T", "", pdf.LevelBT, ours, "PAdES-BASELINE-T"},
		{"ours-B-LT", "", pdf.LevelBLT, ours, "PAdES-BASELINE-LT"},
		{"ours-B-LTA", "", pdf.LevelBLTA, ours, "PAdES-BASELINE-LTA"},
		{"ours-content-time-stamp", "", pdf.LevelBLTA, func(octets []byte) []byte {
			digest := sum(crypto.SHA256, octets)
			token, err := other.TSAClient().Timestamp(t.Context(), digest, crypto.SHA256)
			require.NoError(t, err)
			return service(t, pki, "signer", digest, crypto.SHA256, nil, bound(pki, "signer"), cmsdata.NewAttribute(cmsdata.OIDContentTimestamp, token.Raw))
		}, "PAdES-BASELINE-LTA"},
	}
	doc := plain()
	var paths []string
	for _, e := range list {
		opts := &pdf.Options{SubFilter: e.kind, Hash: crypto.SHA256}
		p := later(t, prepare(t, pki, doc, "signer", opts))
		raw := e.make(ranges(t, pki, p, doc, "signer"))
		out, err := finishCMS(t, p, doc, raw, &pdf.FinishOptions{Level: e.level, Timestamper: pki.TSAClient(), Collector: all})
		require.NoError(t, err, e.name)
		if e.kind == pdf.SubFilterPKCS7 && e.name != "ours-plain" { // none of the others can make what PAdES asks for: they all claim a time, or bind nothing
			p := prepare(t, pki, doc, "signer", nil)
			_, err := finishCMS(t, p, doc, e.make(ranges(t, pki, p, doc, "signer")), nil)
			require.Equal(t, string(cms.CodeLevelRefused), code(err), "%s: %v", e.name, err)
		}
		path := filepath.Join(dir, e.name+".pdf")
		require.NoError(t, os.WriteFile(path, out, 0o600))
		paths = append(paths, path)
		s := read(t, out).Signatures[0]
		require.NotEqual(t, finding.Error, finding.Worst(append(s.Findings, s.CMS.Findings...)), e.name)
		require.Equal(t, e.level, s.Level, e.name)
		if e.name != "openssl-keyid" { // pdfsig finds no certificate by its key identifier
			require.True(t, validFields(t, pdfsig, path)["Signature1"], "pdfsig: %s", e.name)
		}
		complains, err := complaints(t, qpdf, path)
		require.NoError(t, err)
		require.Empty(t, complains, "qpdf: %s", e.name)
	}
	for i, answer := range testtool.DSS(t, append([]string{"validate", "--online", "--trust", root, "--trust", writePEM(t, other)}, paths...)...) {
		if list[i].name == "openssl-noattr" { // sound to EU DSS, but no signature without a message-digest attribute
			require.Equal(t, true, testtool.Field(answer, "signatures", 0, "integrity", "signature_valid"), answer)
		} else {
			require.Equal(t, "TOTAL-PASSED", testtool.Field(answer, "indication"), "%s: %v", list[i].name, answer)
		}
		require.Equal(t, list[i].format, testtool.Field(answer, "signatures", 0, "format"), list[i].name)
		require.Empty(t, testtool.Field(answer, "signatures", 0, "structural_errors"), list[i].name)
	}
	for i, answer := range testtool.Hanko(t, append([]string{"validate", "--online", "--trust", root, "--trust", writePEM(t, other)}, paths...)...) {
		require.Equal(t, true, testtool.Field(answer, "bottom_line"), "%s: %v", list[i].name, answer)
		require.Equal(t, true, testtool.Field(answer, "signatures", 0, "gap_is_contents"), list[i].name)
	}
}
