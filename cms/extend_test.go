package cms_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

// TestExtend raises step by step, from DER and from BER, and looks at what was there before.
func TestExtend(t *testing.T) {
	pki, _ := testpki.Start(t)
	detached := sign(t, pki, "ec", text, nil)
	attached := sign(t, pki, "signer", text, &cms.Options{Attached: true})
	var onTheFly bytes.Buffer
	require.NoError(t, cms.Sign(t.Context(), &onTheFly, io.MultiReader(strings.NewReader(text)), pki.Signer("ed25519"), &cms.Options{Attached: true}))
	sd, err := cmsdata.Parse(attached)
	require.NoError(t, err)
	attrs := bytes.Clone(sd.Signers[0].SignedAttrsRaw)
	attrs[0] = 0xa0
	loose := loosen(t, attached, append(sd.Certificates, attrs)...)
	for _, c := range []struct {
		name, content string
		raw           []byte
	}{{"detached", text, detached}, {"attached", "", attached}, {"indefinite lengths", "", onTheFly.Bytes()}, {"loosest BER", "", loose}} {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			raw := c.raw
			for i, level := range []cms.Level{cms.LevelBT, cms.LevelBLT, cms.LevelBLTA, cms.LevelBLTA, cms.LevelBLTA} {
				before := raw
				raw = extend(t, pki, raw, level, c.content)
				requireKept(t, before, raw)
				doc := readWith(t, raw, c.content)
				s := doc.Signatures[0]
				requireIntact(t, s)
				require.Equal(t, level, s.Level)
				require.Len(t, s.Timestamps, max(1, i))
				if level == cms.LevelBLTA {
					requireCovered(t, s)
				}
				for _, ts := range s.Timestamps {
					require.Equal(t, s.DigestAlgorithm, map[crypto.Hash]string{crypto.SHA256: "SHA-256", crypto.SHA512: "SHA-512"}[ts.Token.Info.Hash])
				}
				for _, there := range []cms.Level{cms.LevelBT, cms.LevelBLT} {
					if level == cms.LevelBT && there == cms.LevelBLT {
						continue
					}
					o := extendOptions(pki, there, "")
					o.Collector, o.Timestamper = contented{}, nil
					var out bytes.Buffer
					require.NoError(t, cms.Extend(t.Context(), &out, bytes.NewReader(raw), o))
					require.Equal(t, raw, out.Bytes(), "nothing is missing, nothing is done")
				}
			}
			require.Equal(t, readWith(t, c.raw, c.content).Signatures[0].Value, readWith(t, raw, c.content).Signatures[0].Value)
		})
	}
}

// contented is a Collector to which all that is there is enough.
type contented struct{}

func (contented) Collect(_ context.Context, _ *x509.Certificate, _ time.Time, known *trust.Evidence) (*trust.Evidence, error) {
	return known, nil
}

func readWith(t testing.TB, raw []byte, content string) *cms.Document {
	t.Helper()
	doc, err := cms.Read(t.Context(), bytes.NewReader(raw), &cms.ReadOptions{Content: reader(content)})
	require.NoError(t, err)
	return doc
}

// requireKept checks that a later pass only added: everything that was there is there, octet for octet and in the same order.
func requireKept(t testing.TB, before, after []byte) {
	t.Helper()
	a, err := cmsdata.Parse(before)
	require.NoError(t, err)
	b, err := cmsdata.Parse(after)
	require.NoError(t, err)
	require.Equal(t, a.Content, b.Content)
	for i, raw := range a.Certificates {
		require.Equal(t, raw, b.Certificates[i])
	}
	for i, raw := range a.CRLs {
		require.Equal(t, raw, b.CRLs[i])
	}
	require.Equal(t, a.DigestsRaw, b.DigestsRaw)
	require.Len(t, b.Signers, len(a.Signers))
	for i, si := range a.Signers {
		require.Equal(t, si.Fixed(), b.Signers[i].Fixed())
		for j, attr := range si.UnsignedAttrs {
			require.Equal(t, attr.Raw, b.Signers[i].UnsignedAttrs[j].Raw)
		}
	}
}

// TestExtendChosen raises one of two signers; the other stays as it is.
func TestExtendChosen(t *testing.T) {
	pki, _ := testpki.Start(t)
	raw := sign(t, pki, "signer", text, &cms.Options{Attached: true})
	var out bytes.Buffer
	require.NoError(t, cms.AddSignature(t.Context(), &out, raw, nil, pki.Signer("ec"), &cms.Options{Clock: pki.Now}))
	o := extendOptions(pki, cms.LevelBLTA, "")
	o.Choose = func(s *cms.Signature) bool { return s.Certificate.Equal(pki.Certificate("ec")) }
	o.Hash = crypto.SHA384
	raw = bytes.Clone(out.Bytes())
	out.Reset()
	require.NoError(t, cms.Extend(t.Context(), &out, bytes.NewReader(raw), o))
	requireKept(t, raw, out.Bytes())
	for _, s := range readRaw(t, out.Bytes()).Signatures {
		requireIntact(t, s)
		if s.Certificate.Equal(pki.Certificate("ec")) {
			require.Equal(t, cms.LevelBLTA, s.Level)
			require.Equal(t, crypto.SHA384, s.Timestamps[1].Token.Info.Hash)
		} else {
			require.Equal(t, cms.LevelBB, s.Level)
		}
	}
}

// refusing is a Collector that finds nothing for one certificate, and remembers about which it was asked as of which time.
type refusing struct {
	collector
	cert  *x509.Certificate
	asked map[string]time.Time
}

var errRevoked = errors.New("revoked")

func (r refusing) Collect(ctx context.Context, cert *x509.Certificate, at time.Time, known *trust.Evidence) (*trust.Evidence, error) {
	r.asked[cert.Subject.CommonName] = at
	if r.cert != nil && cert.Equal(r.cert) {
		return nil, errRevoked
	}
	return r.collector.Collect(ctx, cert, at, known)
}

// TestExtendTimes: each certificate is asked about as of the time that is proved for what it signed.
func TestExtendTimes(t *testing.T) {
	pki, _ := testpki.Start(t)
	birth := pki.Now()
	ask := func(raw []byte) ([]byte, map[string]time.Time) {
		r := refusing{collector: collector{pki}, asked: map[string]time.Time{}}
		o := extendOptions(pki, cms.LevelBLTA, "")
		o.Collector = r
		var out bytes.Buffer
		require.NoError(t, cms.Extend(t.Context(), &out, bytes.NewReader(raw), o))
		return out.Bytes(), r.asked
	}
	raw := sign(t, pki, "ec", text, &cms.Options{Attached: true, Level: cms.LevelBT, Timestamper: pki.TSAClient()})
	stamped := readRaw(t, raw).Signatures[0].Timestamps[0].Token.Info.Time
	pki.SetTime(birth.AddDate(1, 0, 0))
	raw, asked := ask(raw)
	signer, tsa := pki.Certificate("ec").Subject.CommonName, pki.Certificate("tsa1").Subject.CommonName
	require.WithinDuration(t, stamped, asked[signer], 0, "the signature existed when it was time-stamped")
	require.WithinDuration(t, pki.Now(), asked[tsa], time.Second, "the time-stamps of tsa1 are known to exist since now")

	// The refresh leaves alone what the archive time-stamp has settled, and asks about the two archive time-stamps.
	pki.SetTime(birth.AddDate(6, 0, 0))
	_, asked = ask(raw)
	require.NotContains(t, asked, signer)
	require.WithinDuration(t, pki.Now(), asked[tsa], time.Second)
	require.WithinDuration(t, pki.Now(), asked[pki.Certificate("tsa2").Subject.CommonName], time.Second)
}

// TestExtendTooLate: a refresh after the end of the last archive time-stamp's certificate is refused, and so is a time-stamp of an
// expired authority that nothing covers.
func TestExtendTooLate(t *testing.T) {
	pki, _ := testpki.Start(t)
	birth := pki.Now()
	o := archive(pki)
	o.Attached = true
	raw := sign(t, pki, "ec", text, o)
	pki.SetTime(birth.AddDate(9, 0, 0)) // tsa1 ended after eight years
	var out bytes.Buffer
	err := cms.Extend(t.Context(), &out, bytes.NewReader(raw), extendOptions(pki, cms.LevelBLTA, ""))
	require.ErrorIs(t, err, codeErr(cms.CodeEvidence))
	require.ErrorContains(t, err, "TSA 1")
	require.Zero(t, out.Len())
}

// TestExtendRefused: every refusal has its code, and nothing is written.
func TestExtendRefused(t *testing.T) {
	pki, _ := testpki.Start(t)
	f := newForgery(t, pki, "ec")
	noTime := f.make() // without signing-time
	f.attrs = append(f.attrs, cmsdata.SigningTime(pki.Now()))
	clean := f.make()
	f.edit = func(_ *cmsdata.SignedData, si *cmsdata.SignerInfo) {
		si.AddUnsigned(cmsdata.NewAttribute(cmsdata.OIDCertificateValues, []byte{0x30, 0}))
	}
	extended := f.make()
	f.edit = func(sd *cmsdata.SignedData, _ *cmsdata.SignerInfo) { sd.Content = []byte("khác") }
	otherContent := f.make()
	f.edit = func(_ *cmsdata.SignedData, si *cmsdata.SignerInfo) { si.Signature[len(si.Signature)-1]++ }
	broken := f.make()
	f.edit = func(sd *cmsdata.SignedData, _ *cmsdata.SignerInfo) { sd.Signers = nil }
	nobody := f.make()
	f.edit = nil
	f.attrs = f.attrs[:2]
	plain := f.make()
	detached := sign(t, pki, "ec", text, nil)
	archived, err := os.ReadFile(filepath.Join(os.Getenv("KYSO_CORPORA"), "ades/cades/dss2059.p7s"))
	if err != nil {
		archived = extended
	}
	noTSA := func(o *cms.ExtendOptions) { o.Timestamper = nil }
	for _, c := range []struct {
		what   string
		raw    []byte
		level  cms.Level
		change func(*cms.ExtendOptions)
		want   error
	}{
		{"no level", clean, "", nil, codeErr(cms.CodeOptions)},
		{"B-B", clean, cms.LevelBB, nil, codeErr(cms.CodeOptions)},
		{"no such level", clean, "B-X", nil, codeErr(cms.CodeOptions)},
		{"no service", clean, cms.LevelBT, noTSA, codeErr(cms.CodeTimestamper)},
		{"no service for B-LT", clean, cms.LevelBLT, noTSA, codeErr(cms.CodeTimestamper)},
		{"no service for B-LTA", clean, cms.LevelBLTA, noTSA, codeErr(cms.CodeTimestamper)},
		{"no collector", clean, cms.LevelBLT, func(o *cms.ExtendOptions) { o.Collector = nil }, codeErr(cms.CodeCollector)},
		{"weak hash", clean, cms.LevelBT, func(o *cms.ExtendOptions) { o.Hash = crypto.SHA1 }, codeErr(cms.CodeOptions)},
		{"content twice", clean, cms.LevelBT, func(o *cms.ExtendOptions) { o.Content = strings.NewReader(text) }, codeErr(cms.CodeOptions)},
		{"detached without its content", detached, cms.LevelBLTA, nil, codeErr(cms.CodeContent)},
		{"detached with another content", detached, cms.LevelBLT, func(o *cms.ExtendOptions) { o.Content = strings.NewReader("khác") }, codeErr(cms.CodeContentDigest)},
		{"nobody chosen", clean, cms.LevelBT, func(o *cms.ExtendOptions) { o.Choose = func(*cms.Signature) bool { return false } }, codeErr(cms.CodeLevelRefused)},
		{"C10 no signer", nobody, cms.LevelBLTA, nil, codeErr(cms.CodeLevelRefused)},
		{"plain CMS", plain, cms.LevelBT, nil, codeErr(cms.CodeLevelRefused)},
		{"no signing time", noTime, cms.LevelBT, nil, codeErr(cms.CodeLevelRefused)},
		{"extended form", extended, cms.LevelBLT, nil, codeErr(cms.CodeLevelRefused)},
		{"old archive", archived, cms.LevelBT, nil, codeErr(cms.CodeLevelRefused)},
		{"broken content", otherContent, cms.LevelBT, nil, codeErr(cms.CodeContentDigest)},
		{"broken signature", broken, cms.LevelBT, nil, codeErr(cms.CodeSignature)},
		{"expired", clean, cms.LevelBT, func(o *cms.ExtendOptions) { o.Clock = func() time.Time { return pki.Now().AddDate(3, 0, 0) } }, codeErr(cms.CodeLevelRefused)},
		{"no CMS", []byte("hello"), cms.LevelBT, nil, codeErr(cms.CodeMalformed)},
		{"empty", nil, cms.LevelBT, nil, codeErr(cms.CodeMalformed)},
		{"T1 token over something else", clean, cms.LevelBT, func(o *cms.ExtendOptions) {
			o.Timestamper = stamper(func(ctx context.Context, sum []byte, hash crypto.Hash) (*timestamp.Token, error) {
				return pki.TSAClient().Timestamp(ctx, append([]byte{^sum[0]}, sum[1:]...), hash)
			})
		}, codeErr(cms.CodeTimestamp)},
		{"the signer's evidence", clean, cms.LevelBLT, func(o *cms.ExtendOptions) {
			o.Collector = refusing{collector{pki}, pki.Certificate("ec"), map[string]time.Time{}}
		}, errRevoked},
		{"the authority's evidence", clean, cms.LevelBLTA, func(o *cms.ExtendOptions) {
			o.Collector = refusing{collector{pki}, pki.Certificate("tsa1"), map[string]time.Time{}}
		}, codeErr(cms.CodeEvidence)},
	} {
		t.Run(strings.ReplaceAll(c.what, " ", "-"), func(t *testing.T) {
			o := extendOptions(pki, c.level, "")
			if c.change != nil {
				c.change(o)
			}
			var out bytes.Buffer
			err := cms.Extend(t.Context(), &out, bytes.NewReader(c.raw), o)
			require.ErrorIs(t, err, c.want)
			var e *cms.Error
			require.ErrorAs(t, err, &e)
			require.Zero(t, out.Len())
		})
	}
	requireClean(t, extend(t, pki, clean, cms.LevelBLTA, "")) // the clean twin
	require.ErrorIs(t, cms.Extend(t.Context(), nil, bytes.NewReader(clean), extendOptions(pki, cms.LevelBT, "")), codeErr(cms.CodeOptions))
	require.ErrorIs(t, cms.Extend(t.Context(), io.Discard, nil, extendOptions(pki, cms.LevelBT, "")), codeErr(cms.CodeOptions))
	require.ErrorIs(t, cms.Extend(t.Context(), io.Discard, bytes.NewReader(clean), nil), codeErr(cms.CodeOptions))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, cms.Extend(ctx, io.Discard, bytes.NewReader(clean), extendOptions(pki, cms.LevelBT, "")), context.Canceled)
	failing := struct {
		io.Reader
		io.Seeker
	}{iotest.ErrReader(errRevoked), bytes.NewReader(clean)}
	require.ErrorIs(t, cms.Extend(t.Context(), io.Discard, failing, extendOptions(pki, cms.LevelBT, "")), errRevoked)
}

// changing is a file that is another one when it is read the second time: Extend asks twice where it stands, and then goes back.
type changing struct {
	*bytes.Reader
	second []byte
	seeks  int
}

func (c *changing) Seek(offset int64, whence int) (int64, error) {
	if c.seeks++; c.seeks == 3 {
		c.Reader = bytes.NewReader(c.second)
	}
	return c.Reader.Seek(offset, whence)
}

func TestExtendChangedMeanwhile(t *testing.T) {
	pki, _ := testpki.Start(t)
	raw := sign(t, pki, "ec", text, &cms.Options{Attached: true})
	other := bytes.Replace(raw, []byte("2026"), []byte("2027"), 1)
	require.NotEqual(t, raw, other)
	err := cms.Extend(t.Context(), io.Discard, &changing{Reader: bytes.NewReader(raw), second: other}, extendOptions(pki, cms.LevelBT, ""))
	require.ErrorIs(t, err, codeErr(cms.CodeChanged))
}

// TestExtendOthers raises what EU DSS and openssl made; EU DSS judges the result, and raises ours, which we read.
func TestExtendOthers(t *testing.T) {
	pki, server := testpki.Start(t)
	f := newFolder(t, pki)
	var files []archived
	for _, c := range []struct {
		name     string
		attached bool
		args     []string
	}{
		{"openssl-detached", false, nil}, {"openssl-attached", true, []string{"-nodetach"}}, {"openssl-stream", true, []string{"-nodetach", "-stream"}},
	} {
		raw := f.sign(append(append([]string{"-cades"}, c.args...), f.credentials("signer")...)...)
		a := archived{c.name, raw, c.attached, "CAdES-BASELINE-LTA", 1}
		a.extend(t, pki, cms.LevelBLTA)
		files = append(files, a)
	}
	pass := f.write("pass", []byte(pki.Password()))
	p12, err := pki.PKCS12("ec")
	require.NoError(t, err)
	f.write("ec.p12", p12)
	for _, level := range []string{"B", "T", "LT", "LTA"} {
		for _, packaging := range []string{"detached", "enveloping"} {
			args := []string{"sign", "--format", "cades", "--level", level, "--p12", f.path("ec.p12"), "--pass-file", pass, "--packaging", packaging,
				"--tsa", server.TSA, "--trust", f.path("root.pem"), "--online", f.path("text"), f.path("made.p7s")}
			testtool.DSS(t, args...)
			a := archived{"dss-" + level + "-" + packaging, f.read("made.p7s"), packaging == "enveloping", "CAdES-BASELINE-LTA", 1}
			before := a.raw
			a.extend(t, pki, cms.LevelBLTA)
			requireKept(t, before, a.raw)
			files = append(files, a)
		}
	}
	for _, a := range files {
		content := text
		if a.attached {
			content = ""
		}
		s := readWith(t, a.raw, content).Signatures[0]
		requireCovered(t, s)
		for _, ts := range s.Timestamps {
			require.Equal(t, cms.Intact, ts.ContentIntegrity, a.name)
			require.Empty(t, ts.Findings, a.name)
		}
	}
	judge(t, f, files, pki.Now().Add(time.Minute), passed)

	for _, attached := range []bool{false, true} {
		o := archive(pki)
		o.Attached = attached
		path := f.write("ours.p7s", sign(t, pki, "ec", text, o))
		args := []string{"extend", "--level", "LTA", "--tsa", server.TSA, "--trust", f.path("root.pem"), "--online"}
		content := ""
		if !attached {
			args, content = append(args, "--content", f.path("text")), text
		}
		testtool.DSS(t, append(args, path, f.path("raised.p7s"))...)
		s := readWith(t, f.read("raised.p7s"), content).Signatures[0]
		require.Equal(t, cms.LevelBLTA, s.Level)
		require.Len(t, s.Timestamps, 3)
		for _, ts := range s.Timestamps {
			require.Equal(t, cms.Intact, ts.ContentIntegrity)
			require.Empty(t, ts.Findings)
		}
		requireCovered(t, s)
	}
}
