package pdf_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/trust"
)

func extended(t testing.TB, p *testpki.PKI, doc []byte, level pdf.Level) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, pdf.Extend(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), extending(p, level)))
	require.True(t, bytes.HasPrefix(out.Bytes(), doc), "earlier octets stay")
	return out.Bytes()
}

func extending(p *testpki.PKI, level pdf.Level) *pdf.ExtendOptions {
	return &pdf.ExtendOptions{Level: level, Timestamper: p.TSAClient(), Collector: &collector{p: p}, Clock: p.Now}
}

func levelled(p *testpki.PKI, level pdf.Level) *pdf.Options {
	return &pdf.Options{Level: level, Timestamper: p.TSAClient(), Collector: &collector{p: p}, Clock: p.Now}
}

func digestOf(octets []byte) trust.Digest { return trust.DigestOf(octets) }

func unique(list []trust.Digest) map[trust.Digest]bool {
	set := map[trust.Digest]bool{}
	for _, d := range list {
		set[d] = true
	}
	return set
}

// detached is a plain CMS signature over octets.
func detached(t testing.TB, p *testpki.PKI, octets []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, cms.Sign(t.Context(), &out, bytes.NewReader(octets), p.Signer("signer"), nil))
	return out.Bytes()
}

// setOn sets the clock of a PKI on.
func setOn(p *testpki.PKI, years, months int) { p.SetTime(p.Now().AddDate(years, months, 0)) }

// validate asks EU DSS about files, offline, at a time.
func validate(t testing.TB, root string, at time.Time, paths ...string) []map[string]any {
	t.Helper()
	return testtool.DSS(t, append([]string{"validate", "--trust", root, "--at", at.Format(time.RFC3339)}, paths...)...)
}

func TestSignAtLongTermLevels(t *testing.T) {
	p, _ := testpki.Start(t)
	for name, doc := range map[string][]byte{"table": plain(), "stream": asStream(t, plain())} {
		for _, certify := range []pdf.Certification{0, pdf.CertifyNothing} {
			for _, level := range []pdf.Level{pdf.LevelBLT, pdf.LevelBLTA} {
				t.Run(fmt.Sprint(name, certify, level), func(t *testing.T) {
					opts := levelled(p, level)
					opts.Certify = certify
					out := signed(t, p, doc, opts)
					d := read(t, out)
					require.Empty(t, d.Findings)
					require.Len(t, d.Signatures, 1)
					s := d.Signatures[0]
					require.Equal(t, level, s.Level)
					require.Equal(t, pdf.ChangesAllowed, s.Changes.Level, s.Changes.Details)
					store := d.Stores[len(d.Stores)-1]
					require.Len(t, store.VRI, 1)
					require.Equal(t, "Signature1", store.VRI[0].Field)
					require.Len(t, store.Evidence.OCSPs, 3, "signer, issuer, time-stamp unit")
					if level == pdf.LevelBLTA {
						require.Len(t, d.Timestamps, 1)
						require.Equal(t, pdf.Whole, d.Timestamps[0].Extent)
						require.Empty(t, d.Timestamps[0].Findings)
						require.Equal(t, len(d.Revisions), d.Timestamps[0].Revision)
					}
				})
			}
		}
	}
}

// TestExtend raises a signature step by step, whoever made it, and refreshes it: each step only adds.
func TestExtend(t *testing.T) {
	p, _ := testpki.Start(t)
	p.SetTime(p.Now())
	for name, doc := range map[string][]byte{"table": plain(), "stream": asStream(t, plain())} {
		t.Run(name, func(t *testing.T) {
			bb := signed(t, p, signed(t, p, doc, levelled(p, pdf.LevelBB)), levelled(p, pdf.LevelBT))
			check := func(doc []byte, stamps, vri int, levels ...pdf.Level) {
				t.Helper()
				d := read(t, doc)
				require.Empty(t, d.Findings)
				require.Len(t, d.Timestamps, stamps)
				for i, s := range d.Signatures {
					require.Equal(t, levels[i], s.Level, i)
					require.Contains(t, []pdf.ChangeLevel{pdf.ChangesNone, pdf.ChangesAllowed}, s.Changes.Level, s.Changes.Details)
				}
				for _, ts := range d.Timestamps {
					require.NotContains(t, codes(ts.Findings), "pdf.token-broken")
					require.Contains(t, []pdf.ChangeLevel{pdf.ChangesNone, pdf.ChangesAllowed}, ts.Changes.Level, ts.Changes.Details)
				}
				if vri > 0 {
					require.Len(t, d.Stores[len(d.Stores)-1].VRI, vri)
					for _, v := range d.Stores[len(d.Stores)-1].VRI {
						require.NotEmpty(t, v.Field)
					}
				}
			}
			check(bb, 0, 0, pdf.LevelBB, pdf.LevelBT)
			bt := extended(t, p, bb, pdf.LevelBT)
			check(bt, 1, 0, pdf.LevelBT, pdf.LevelBT)
			require.Equal(t, bt, extended(t, p, bt, pdf.LevelBT), "nothing is missing")
			lt := extended(t, p, bt, pdf.LevelBLT)
			check(lt, 1, 3, pdf.LevelBLT, pdf.LevelBLT)
			require.Equal(t, lt, extended(t, p, lt, pdf.LevelBLT), "nothing is missing")
			lta := extended(t, p, lt, pdf.LevelBLTA)
			check(lta, 2, 3, pdf.LevelBLTA, pdf.LevelBLTA)
			setOn(p, 0, 1)
			again := extended(t, p, lta, pdf.LevelBLTA)
			check(again, 3, 4, pdf.LevelBLTA, pdf.LevelBLTA)
			d := read(t, again)
			last := d.Timestamps[2]
			for _, c := range [][]byte{d.Timestamps[1].Token.Raw, d.Timestamps[0].Token.Raw, d.Signatures[0].CMS.Value, d.Signatures[1].CMS.Value, p.Certificate("tsa1").Raw} {
				require.Contains(t, last.Covers, digestOf(c))
			}
			require.NotContains(t, last.Covers, digestOf(last.Token.Raw))
			require.Len(t, last.Covers, len(unique(last.Covers)))
			straight := extended(t, p, bb, pdf.LevelBLTA)
			check(straight, 2, 3, pdf.LevelBLTA, pdf.LevelBLTA)
		})
	}
}

// TestExtendRefusals: nothing is written, and the reason has a code.
func TestExtendRefusals(t *testing.T) {
	p, _ := testpki.Start(t)
	bb := signed(t, p, plain(), nil)
	broken := bytes.Replace(bb, []byte("0 0 m 9 9 l S"), []byte("0 0 m 9 8 l S"), 1)
	adobe := handmade(t, plain(), "/Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /M (D:20260101000000Z)", func(octets []byte) []byte {
		return detached(t, p, octets)
	})
	nothing := errors.New("nobody answers")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name string
		ctx  context.Context
		doc  []byte
		opts func(*pdf.ExtendOptions)
		code string
		is   error
	}{
		{name: "clean twin", doc: bb},
		{name: "B-B", doc: bb, opts: func(o *pdf.ExtendOptions) { o.Level = pdf.LevelBB }, code: "pdf.option"},
		{name: "no level", doc: bb, opts: func(o *pdf.ExtendOptions) { o.Level = "" }, code: "pdf.option"},
		{name: "a weak hash", doc: bb, opts: func(o *pdf.ExtendOptions) { o.Hash = 3 }, code: "pdf.option"},
		{name: "no authority", doc: bb, opts: func(o *pdf.ExtendOptions) { o.Timestamper = nil }, code: "pdf.timestamper"},
		{name: "no authority for B-LT over B-B", doc: bb, opts: func(o *pdf.ExtendOptions) { o.Timestamper, o.Level = nil, pdf.LevelBLT }, code: "pdf.timestamper"},
		{name: "no collector", doc: bb, opts: func(o *pdf.ExtendOptions) { o.Collector = nil }, code: "pdf.collector"},
		{name: "no evidence", doc: bb, opts: func(o *pdf.ExtendOptions) { o.Collector = &collector{p: p, fail: nothing} }, code: "pdf.evidence", is: nothing},
		{name: "unsigned", doc: plain(), code: "pdf.unsigned"},
		{name: "another field", doc: bb, opts: func(o *pdf.ExtendOptions) { o.Field = "Other" }, code: "pdf.unsigned"},
		{name: "adbe.pkcs7.detached", doc: adobe, code: "pdf.level"},
		{name: "broken", doc: broken, code: "pdf.broken"},
		{name: "cut off", doc: append(bytes.Clone(bb), "9 0 obj\n"...), code: "pdf.damaged"},
		{name: "no PDF", doc: []byte("hello"), code: "pdf.unreadable"},
		{name: "cancelled", ctx: cancelled, doc: bb, is: context.Canceled},
	} {
		t.Run(c.name, func(t *testing.T) {
			opts := extending(p, pdf.LevelBLTA)
			if c.opts != nil {
				c.opts(opts)
			}
			ctx := c.ctx
			if ctx == nil {
				ctx = t.Context()
			}
			var out bytes.Buffer
			err := pdf.Extend(ctx, &out, bytes.NewReader(c.doc), int64(len(c.doc)), opts)
			if c.code == "" && c.is == nil {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			require.Zero(t, out.Len())
			if c.code != "" {
				require.Equal(t, c.code, code(err), err)
			}
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
			}
			if c.name == "adbe.pkcs7.detached" {
				require.Contains(t, err.Error(), "adbe.pkcs7.detached")
			}
		})
	}
	t.Run("signing", func(t *testing.T) {
		for want, change := range map[string]func(*pdf.Options){
			"pdf.timestamper": func(o *pdf.Options) { o.Timestamper = nil },
			"pdf.collector":   func(o *pdf.Options) { o.Collector = nil },
			"pdf.evidence":    func(o *pdf.Options) { o.Collector = &collector{p: p, fail: nothing} },
			"pdf.option":      func(o *pdf.Options) { o.Level = "B-X" },
		} {
			opts := levelled(p, pdf.LevelBLT)
			change(opts)
			out, err := trySign(t, p, plain(), opts)
			require.Equal(t, want, code(err), err)
			require.Empty(t, out)
		}
	})
}

// TestPreparedAtLongTermLevels: the second half reaches any level, from the state alone.
func TestPreparedAtLongTermLevels(t *testing.T) {
	p, _ := testpki.Start(t)
	for _, doc := range [][]byte{plain(), longer(plain())} {
		for _, level := range []pdf.Level{pdf.LevelBLT, pdf.LevelBLTA} {
			prepared, err := pdf.Prepare(t.Context(), bytes.NewReader(doc), int64(len(doc)), p.Chain("signer"), &pdf.Options{Level: level})
			require.NoError(t, err)
			state, err := prepared.MarshalJSON()
			require.NoError(t, err)
			again := new(pdf.PreparedSignature)
			require.NoError(t, again.UnmarshalJSON(state))
			require.Equal(t, level, again.Level())
			r := again.Request()
			value, err := p.Signer("signer").Sign(t.Context(), r.Digest, r.Opts)
			require.NoError(t, err)
			var out bytes.Buffer
			err = again.Finish(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), value, &pdf.FinishOptions{Timestamper: p.TSAClient()})
			require.Equal(t, "pdf.collector", code(err))
			require.Zero(t, out.Len())
			require.NoError(t, again.Finish(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), value,
				&pdf.FinishOptions{Timestamper: p.TSAClient(), Collector: &collector{p: p}, Clock: p.Now}))
			require.Equal(t, level, read(t, out.Bytes()).Signatures[0].Level)
		}
	}
}

// longer pads a document beyond what is read at once.
func longer(doc []byte) []byte {
	return bytes.Replace(doc, []byte("%\xE2\xE3\xCF\xD3\n"), append([]byte("%\xE2\xE3\xCF\xD3\n"), strings.Repeat("%"+strings.Repeat(" ", 78)+"\n", 60_000)...), 1)
}

// TestJudgesTakeLongTerm: EU DSS, pyHanko, qpdf and pdfsig over what Sign and Extend make, over years.
func TestJudgesTakeLongTerm(t *testing.T) {
	qpdf, pdfsig := testtool.Need(t, "qpdf"), testtool.Need(t, "pdfsig")
	dir := t.TempDir()
	streams := filepath.Join(dir, "blank.pdf")
	testtool.Hanko(t, "blank", "--pages", "2", streams)
	stream, err := os.ReadFile(streams)
	require.NoError(t, err)
	p, _ := testpki.Start(t)
	root := writePEM(t, p)
	begin := p.Now().UTC().Truncate(time.Second)
	p.SetTime(begin)
	file := func(name string, doc []byte) string {
		path := filepath.Join(dir, name+".pdf")
		require.NoError(t, os.WriteFile(path, doc, 0o600))
		complains, err := complaints(t, qpdf, path)
		require.NoError(t, err)
		require.Empty(t, complains, "qpdf")
		require.NotEmpty(t, validFields(t, pdfsig, path), "pdfsig")
		return path
	}
	type made struct{ lt, lta, raised, first, second string }
	var all []made
	for kind, doc := range map[string][]byte{"table": plain(), "stream": stream} {
		p.SetTime(begin)
		m := made{lt: file(kind+"-lt", signed(t, p, doc, levelled(p, pdf.LevelBLT)))}
		lta := signed(t, p, doc, levelled(p, pdf.LevelBLTA))
		m.lta = file(kind+"-lta", lta)
		m.raised = file(kind+"-raised", extended(t, p, signed(t, p, doc, levelled(p, pdf.LevelBB)), pdf.LevelBLTA))
		setOn(p, 7, 0) // tsa1 ends after eight years, tsa2 took over after five
		first := extended(t, p, lta, pdf.LevelBLTA)
		m.first = file(kind+"-first", first)
		setOn(p, 6, 0) // tsa2 ends after fifteen, tsa3 took over after twelve
		m.second = file(kind+"-second", extended(t, p, first, pdf.LevelBLTA))
		all = append(all, m)
	}
	expect := func(t *testing.T, at time.Time, passed int, paths ...string) { // the first of them pass, the others are indeterminate
		t.Helper()
		for i, answer := range validate(t, root, at, paths...) {
			indication := "TOTAL-PASSED"
			if i >= passed {
				indication = "INDETERMINATE"
			}
			require.Equal(t, indication, testtool.Field(answer, "indication"), "%v", answer)
			level := "LTA"
			if strings.HasSuffix(paths[i], "-lt.pdf") {
				level = "LT"
			}
			require.Equal(t, "PAdES-BASELINE-"+level, testtool.Field(answer, "signatures", 0, "format"))
			require.Empty(t, testtool.Field(answer, "signatures", 0, "structural_errors"))
			require.EqualValues(t, 0, orZero(testtool.Field(answer, "signatures", 0, "pdf", "modifications", "undefined_changes")))
		}
	}
	t.Run("DSS, soon", func(t *testing.T) {
		expect(t, begin.Add(time.Hour), 6, all[0].lt, all[1].lt, all[0].lta, all[1].lta, all[0].raised, all[1].raised)
	})
	t.Run("DSS, the signer's certificate expired, that of the time-stamp unit not", func(t *testing.T) {
		expect(t, begin.AddDate(3, 0, 0), 4, all[0].lt, all[1].lt, all[0].lta, all[1].lta)
	})
	t.Run("DSS, after ten years", func(t *testing.T) {
		expect(t, begin.AddDate(10, 0, 0), 2, all[0].first, all[1].first, all[0].lta, all[1].lta)
	})
	t.Run("DSS, after sixteen years", func(t *testing.T) {
		expect(t, begin.AddDate(16, 0, 0), 2, all[0].second, all[1].second, all[0].first, all[1].first)
	})
	// pyHanko wants revocation data for the last time-stamp that is fresh when it is judged.
	fresh := func(at time.Time) string {
		p.SetTime(at)
		folder := t.TempDir()
		for _, name := range []string{"signer", "issuer", "tsa1", "tsa2", "tsa3"} {
			response, err := p.OCSP(name)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(folder, name+".ors"), response, 0o600))
		}
		for _, name := range []string{"root", "issuer"} {
			crl, err := p.CRL(name)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(folder, name+".crl"), crl, 0o600))
		}
		return folder
	}
	hanko := func(t *testing.T, profile string, at time.Time, paths ...string) {
		t.Helper()
		for _, answer := range testtool.Hanko(t, append([]string{"validate", "--profile", profile, "--trust", root, "--revocation", fresh(at), "--at", at.Format(time.RFC3339)}, paths...)...) {
			require.Equal(t, true, testtool.Field(answer, "bottom_line"), "%v", answer)
		}
	}
	t.Run("pyHanko ades", func(t *testing.T) { hanko(t, "ades", begin.Add(time.Minute), all[0].lt, all[1].lt) })
	t.Run("pyHanko ltv", func(t *testing.T) {
		// It takes no signature without a time-stamp of its own, not one that its own command raised either.
		hanko(t, "ltv", begin.Add(time.Minute), all[0].lta, all[1].lta)
	})
	t.Run("pyHanko ltv, refreshed, the signer's certificate expired", func(t *testing.T) {
		// Once the first unit's certificate has expired it takes nothing more, not what its own command refreshed either.
		hanko(t, "ltv", begin.AddDate(7, 0, 0).Add(time.Minute), all[0].first, all[1].first)
	})
}
