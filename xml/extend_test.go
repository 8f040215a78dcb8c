package xml

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/proofs"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/timestamp"
	"github.com/kyso-dev/kyso/trust"
)

// contented is a Collector to which all that is there is enough.
type contented struct{}

func (contented) Collect(_ context.Context, _ *x509.Certificate, _ time.Time, known *trust.Evidence) (*trust.Evidence, error) {
	return known, nil
}

// newestArchive is the newest archive time-stamp; nil when there is none.
func newestArchive(s *Signature) (last *Timestamp) {
	for _, t := range s.Timestamps {
		if t.Kind == ArchiveTimestamp && t.Token != nil && (last == nil || !t.Token.Info.Time.Before(last.Token.Info.Time)) {
			last = t
		}
	}
	return last
}

// covered checks that the last archive time-stamp covers all evidence and time-stamps that were there before it.
func covered(t testing.TB, s *Signature) {
	t.Helper()
	last := newestArchive(s)
	covers := map[trust.Digest]bool{}
	for _, c := range last.Covers {
		covers[c] = true
	}
	require.True(t, covers[trust.DigestOf(s.Value)])
	for _, ts := range s.Timestamps {
		if ts != last {
			require.True(t, covers[trust.DigestOf(ts.Token.Raw)])
			require.True(t, covers[trust.DigestOf(ts.Certificate.Raw)])
		}
	}
	require.True(t, covers[trust.DigestOf(s.Certificate.Raw)])
}

// TestExtend raises step by step, refreshes twice over the years, and has EU DSS judge every step. Nothing but unsigned properties is added.
func TestExtend(t *testing.T) {
	l := newLab(t)
	empty := ""
	birth := l.pki.Now()
	docs := map[string][]byte{
		"enveloped":  l.sign([]byte(invoiceXML), "ec", l.options(LevelBB)),
		"lines":      l.sign([]byte("<a>\r\n  <b/>\r\n</a>\r\n"), "ec", l.options(LevelBB)),
		"UTF-16":     l.sign(toUTF16(invoiceXML, true), "signer", l.options(LevelBB)),
		"enveloping": l.sign([]byte(invoiceXML), "signer", &Options{Level: LevelBB, Form: Enveloping, Clock: l.pki.Now}),
		"default":    l.sign([]byte(invoiceXML), "ec384", &Options{Level: LevelBB, Prefix: &empty, Canonicalization: C14N10, Clock: l.pki.Now}),
	}
	steps := []struct {
		level Level
		years int
	}{{LevelBT, 0}, {LevelBLT, 0}, {LevelBLTA, 0}, {LevelBLTA, 6}, {LevelBLTA, 13}}
	var files []string
	for i, step := range steps {
		l.pki.SetTime(birth.AddDate(step.years, 0, i))
		for name, before := range docs {
			after := l.extend(before, step.level)
			onlyInserted(t, before, after)
			docs[name] = after
			s := read(t, after, nil).Signatures[0]
			sound(t, s)
			require.Equal(t, step.level, s.Level, name)
			require.Equal(t, step.level, s.LevelWith(s.Evidence().Inventory(nil).Complete), name)
			require.Len(t, s.Timestamps, max(1, i), name)
			if step.level == LevelBLTA {
				covered(t, s)
			}
			o := l.extendOptions(LevelBT)
			o.Timestamper = nil
			var out bytes.Buffer
			require.NoError(t, Extend(t.Context(), &out, bytes.NewReader(after), int64(len(after)), o))
			require.Equal(t, after, out.Bytes(), "nothing is missing, nothing is done")
			if step.level != LevelBT {
				o.Level, o.Collector = LevelBLT, contented{}
				out.Reset()
				require.NoError(t, Extend(t.Context(), &out, bytes.NewReader(after), int64(len(after)), o))
				require.Equal(t, after, out.Bytes(), "nothing is missing, nothing is done")
			}
			if name != "UTF-16" && i > 0 && i != 3 { // which DSS does not read; of B-T it would want to be online, and its time is dear
				files = append(files, l.write(string(step.level)+"-"+name+".xml", after))
			}
		}
		if i != 2 && i != len(steps)-1 {
			continue
		}
		args := []string{"validate", "--trust", l.path("root.pem"), "--at", l.pki.Now().Add(time.Hour).UTC().Format(time.RFC3339)}
		for _, a := range testtool.DSS(t, append(args, files...)...) {
			level := Level("B-LTA")
			if strings.HasPrefix(filepath.Base(a["file"].(string)), "B-LT-") {
				level = LevelBLT
			}
			require.Equal(t, "TOTAL-PASSED", a["indication"], "%d years: %v", step.years, a)
			require.Equal(t, dssLevel(level), testtool.Field(a, "signatures", 0, "format"), "%v", a)
			require.Empty(t, testtool.Field(a, "signatures", 0, "structural_errors"))
		}
		files = nil
	}
}

// TestExtendOthers raises what EU DSS has signed or raised, and has DSS raise what is signed here.
func TestExtendOthers(t *testing.T) {
	l := newLab(t)
	p12, err := l.pki.PKCS12("signer")
	require.NoError(t, err)
	key := []string{"--p12", l.write("signer.p12", p12), "--pass-file", l.write("pass", []byte(l.pki.Password()))}
	trusted := []string{"--trust", l.path("root.pem"), "--tsa", l.server.TSA, "--online"}
	in := l.write("in.xml", []byte(strings.Replace(invoiceXML, "<HDon>", `<HDon Id="all">`, 1)))
	var raised []string
	check := func(name string, level Level) *Signature {
		d := read(t, l.read(name), nil)
		require.Len(t, d.Signatures, 1)
		s := d.Signatures[0]
		sound(t, s)
		require.Equal(t, level, s.LevelWith(s.Evidence().Inventory(nil).Complete), "%s %v", name, stampsOf(s))
		return s
	}
	for _, c := range []struct{ packaging, level string }{{"enveloping", "T"}, {"internally-detached", "LT"}, {"enveloped", "LTA"}} {
		name := "dss-" + c.packaging + "-" + c.level
		args := append(append([]string{"sign", "--format", "xades", "--packaging", c.packaging, "--level", c.level}, key...), trusted...)
		testtool.DSS(t, append(args, in, l.path(name+".xml"))...)
		check(name+".xml", Level("B-"+c.level))
		before := l.read(name + ".xml")
		after := l.extend(before, LevelBLTA)
		onlyInserted(t, before, after)
		raised = append(raised, l.write(name+"-raised.xml", after))
		s := check(name+"-raised.xml", LevelBLTA)
		covered(t, s)
	}
	for _, level := range []Level{LevelBT} {
		ours := l.write("ours.xml", l.sign([]byte(invoiceXML), "ec", l.options(level)))
		out := "ours-" + string(level) + ".xml"
		testtool.DSS(t, append(append([]string{"extend", "--level", "LTA"}, trusted...), ours, l.path(out))...)
		covered(t, check(out, LevelBLTA))
		raised = append(raised, l.path(out), l.write("twice-"+out, l.extend(l.read(out), LevelBLTA)))
		check("twice-"+out, LevelBLTA)
	}
	for _, a := range testtool.DSS(t, append([]string{"validate", "--trust", l.path("root.pem")}, raised...)...) {
		name := filepath.Base(a["file"].(string))
		require.Equal(t, "TOTAL-PASSED", a["indication"], "%s: %v", name, a)
		require.Equal(t, "XAdES-BASELINE-LTA", testtool.Field(a, "signatures", 0, "format"), "%s: %v", name, a)
	}
}

// refusing is a Timestamper or Collector that fails.
type refusing struct{ err error }

func (r refusing) Timestamp(context.Context, []byte, crypto.Hash) (*timestamp.Token, error) {
	return nil, r.err
}

// elsewhere is a Timestamper that time-stamps something else.
type elsewhere struct{ timestamp.Timestamper }

func (e elsewhere) Timestamp(ctx context.Context, digest []byte, h crypto.Hash) (*timestamp.Token, error) {
	return e.Timestamper.Timestamp(ctx, make([]byte, len(digest)), h)
}

// earlierStamp is a Timestamper whose clock is behind.
type earlierStamp struct{ l *lab }

func (e earlierStamp) Timestamp(ctx context.Context, digest []byte, h crypto.Hash) (*timestamp.Token, error) {
	now := e.l.pki.Now()
	e.l.pki.SetTime(now.Add(-time.Hour))
	defer e.l.pki.SetTime(now)
	return e.l.pki.TSAClient().Timestamp(ctx, digest, h)
}

func (r refusing) Collect(context.Context, *x509.Certificate, time.Time, *trust.Evidence) (*trust.Evidence, error) {
	return nil, r.err
}

// TestExtendRefuses names what cannot be raised, and writes nothing then.
func TestExtendRefuses(t *testing.T) {
	l := newLab(t)
	good := l.sign([]byte(invoiceXML), "ec", l.options(LevelBT))
	second := l.sign(l.sign([]byte(invoiceXML), "ec", &Options{Level: LevelBB, Clock: l.pki.Now, Place: "/HDon/DSCKS/NBan", References: []ReferenceOptions{{URI: "#data"}}}),
		"signer", &Options{Level: LevelBB, Clock: l.pki.Now})
	broken := bytes.Replace(good, []byte("Mẫu"), []byte("Mẩu"), 1)
	require.NotEqual(t, good, broken)
	unstamped := l.sign([]byte(invoiceXML), "ec", l.options(LevelBB))
	for _, c := range []struct {
		name   string
		raw    []byte
		change func(*ExtendOptions)
		code   Code
	}{
		{"no level", good, func(o *ExtendOptions) { o.Level = "" }, CodeOption},
		{"B-B", good, func(o *ExtendOptions) { o.Level = LevelBB }, CodeOption},
		{"a hash that is weak", good, func(o *ExtendOptions) { o.Hash = 3 }, CodeOption},
		{"no time-stamper", good, func(o *ExtendOptions) { o.Timestamper = nil }, CodeTimestamper},
		{"no collector", good, func(o *ExtendOptions) { o.Collector = nil }, CodeCollector},
		{"nothing chosen", good, func(o *ExtendOptions) { o.Choose = func(*Signature) bool { return false } }, CodeLevelRefused},
		{"no time-stamp", good, func(o *ExtendOptions) { o.Timestamper = refusing{errors.New("no")} }, CodeTimestamp},
		{"no time-stamp and no reason", good, func(o *ExtendOptions) { o.Timestamper = refusing{} }, CodeTimestamp},
		{"a time-stamp over something else", good, func(o *ExtendOptions) { o.Timestamper = elsewhere{l.pki.TSAClient()} }, CodeTimestamp},
		{"an archive time-stamp that is too old", good, func(o *ExtendOptions) { o.Timestamper = earlierStamp{l} }, CodeTimestampOrder},
		{"expired", unstamped, func(o *ExtendOptions) { o.Clock = func() time.Time { return l.pki.Now().AddDate(9, 0, 0) } }, CodeLevelRefused},
		{"a value that is broken", flip(t, good, "SignatureValue"), nil, CodeSignatureBroken},
		{"no evidence", good, func(o *ExtendOptions) { o.Collector = refusing{errors.New("no")} }, CodeEvidence},
		{"plain", l.sign([]byte(invoiceXML), "ec", nil), nil, CodeLevelRefused},
		{"changed", broken, nil, CodeReferenceBroken},
		{"covered by another signature", second, func(o *ExtendOptions) {
			o.Choose = func(s *Signature) bool { return s.Certificate.Equal(l.pki.Certificate("ec")) }
		}, CodeEarlier},
		{"no XML", []byte("no"), nil, CodeMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := l.extendOptions(LevelBLTA)
			if c.change != nil {
				c.change(o)
			}
			var out bytes.Buffer
			err := Extend(t.Context(), &out, bytes.NewReader(c.raw), int64(len(c.raw)), o)
			require.True(t, hasCode(err, c.code), "%v", err)
			require.Zero(t, out.Len())
		})
	}
	require.NoError(t, Extend(t.Context(), new(bytes.Buffer), bytes.NewReader(good), int64(len(good)), l.extendOptions(LevelBLTA))) // the twin
}

// TestExtendSeveral raises two signatures of a document at once, and one of them.
func TestExtendSeveral(t *testing.T) {
	l := newLab(t)
	doc := []byte(invoiceXML)
	for _, place := range []string{"NBan", "NMua", "CQT"} {
		o := &Options{Level: LevelBB, SignatureID: place, Place: "/HDon/DSCKS/" + place, References: []ReferenceOptions{{URI: "#data"}}, Clock: l.pki.Now}
		doc = l.sign(doc, "ec", o)
	}
	o := l.extendOptions(LevelBLTA)
	o.Choose = func(s *Signature) bool { return s.Element.ID != "NMua" }
	var out bytes.Buffer
	require.NoError(t, Extend(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), o))
	for i, s := range read(t, out.Bytes(), nil).Signatures {
		sound(t, s)
		require.Equal(t, []Level{LevelBLTA, LevelBB, LevelBLTA}[i], s.Level)
	}
}

// TestNestedSignatures: counter-signatures that are nested too deep are not read, and say so.
func TestNestedSignatures(t *testing.T) {
	open := `<ds:Signature xmlns:ds="` + spaceDSig + `" xmlns:xades="` + spaceXAdES + `" Id="s"><ds:SignedInfo/><ds:SignatureValue/><ds:Object><xades:QualifyingProperties Target="#s">` +
		`<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:CounterSignature>`
	shut := `</xades:CounterSignature></xades:UnsignedSignatureProperties></xades:UnsignedProperties></xades:QualifyingProperties></ds:Object></ds:Signature>`
	doc := strings.Repeat(open, 20) + strings.Repeat(shut, 20)
	all := withCounters(read(t, []byte(doc), nil).Signatures)
	require.Len(t, all, 20)
	for i, s := range all {
		require.Equal(t, i > 8, strings.Contains(findingCodes(s), string(CodeLimit)), "%d: %s", i, findingCodes(s))
	}
}

// TestExtendFailing: a source or destination that fails, and a call that is given up, end in the error that says so.
func TestExtendFailing(t *testing.T) {
	l := newLab(t)
	good := l.sign([]byte(invoiceXML), "ec", l.options(LevelBB))
	o := l.extendOptions(LevelBT)
	err := Extend(t.Context(), failingWriter{}, bytes.NewReader(good), int64(len(good)), o)
	require.True(t, hasCode(err, CodeWrite), "%v", err)
	err = Extend(t.Context(), new(bytes.Buffer), bytes.NewReader(good), int64(len(good))+1, o)
	require.True(t, hasCode(err, CodeRead), "%v", err)
	err = Extend(t.Context(), nil, bytes.NewReader(good), int64(len(good)), o)
	require.True(t, hasCode(err, CodeOption), "%v", err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = Extend(ctx, new(bytes.Buffer), bytes.NewReader(good), int64(len(good)), o)
	require.ErrorIs(t, err, context.Canceled)
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("full") }

// TestExtendCorpus raises what others have signed, years ago: it is raised, or refused with a reason, and nothing else changes.
func TestExtendCorpus(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testtool.Corpora(t, "ades", "xades"), "*.xml"))
	require.NoError(t, err)
	long := time.Date(2005, 1, 1, 0, 0, 0, 0, time.UTC) // no certificate has expired
	raised := 0
	for _, name := range files {
		raw, err := os.ReadFile(name)
		require.NoError(t, err)
		var out bytes.Buffer
		err = Extend(t.Context(), &out, bytes.NewReader(raw), int64(len(raw)), &ExtendOptions{Level: LevelBT, Timestamper: thePKI().TSAClient(), Clock: func() time.Time { return long }})
		if err != nil {
			require.True(t, typedError(err), "%s: %v", name, err)
			require.Zero(t, out.Len())
			continue
		}
		if bytes.Equal(raw, out.Bytes()) {
			continue
		}
		raised++
		onlyInserted(t, raw, out.Bytes())
		before := read(t, raw, nil)
		for i, s := range read(t, out.Bytes(), nil).Signatures {
			require.Equal(t, before.Signatures[i].ContentIntegrity, s.ContentIntegrity, name)
			require.True(t, proofs.Stamped(s.stamps()), name)
		}
	}
	require.Greater(t, raised, 25)
}
