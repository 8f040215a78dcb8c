package xml

import (
	"bytes"
	"context"
	"encoding/pem"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/trust"
)

// lab is a PKI with its services, and what finds evidence there.
type lab struct {
	t         testing.TB
	pki       *testpki.PKI
	server    *testpki.Server
	validator *trust.Validator
	dir       string
}

func newLab(t testing.TB) *lab {
	t.Helper()
	p, server := testpki.Start(t)
	anchors := trust.NewStore()
	require.NoError(t, anchors.Add(trust.Own, p.Root()))
	l := &lab{t: t, pki: p, server: server, dir: t.TempDir()}
	l.validator = &trust.Validator{Store: anchors, Fetcher: &trust.HTTPFetcher{AllowPrivate: true}, Clock: p.Now}
	l.write("root.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Root().Raw}))
	return l
}

func (l *lab) path(name string) string { return filepath.Join(l.dir, name) }

func (l *lab) write(name string, data []byte) string {
	l.t.Helper()
	require.NoError(l.t, os.WriteFile(l.path(name), data, 0o600))
	return l.path(name)
}

func (l *lab) read(name string) []byte {
	l.t.Helper()
	data, err := os.ReadFile(l.path(name))
	require.NoError(l.t, err)
	return data
}

// options are those of a level.
func (l *lab) options(level Level) *Options {
	return &Options{Level: level, Timestamper: l.pki.TSAClient(), Collector: l.validator, Clock: l.pki.Now}
}

// sign signs and checks what comes out.
func (l *lab) sign(doc []byte, name string, o *Options) []byte {
	l.t.Helper()
	var out bytes.Buffer
	require.NoError(l.t, Sign(context.Background(), &out, bytes.NewReader(doc), int64(len(doc)), l.pki.Signer(name), o))
	return out.Bytes()
}

func (l *lab) extend(doc []byte, level Level) []byte {
	l.t.Helper()
	var out bytes.Buffer
	require.NoError(l.t, Extend(context.Background(), &out, bytes.NewReader(doc), int64(len(doc)), l.extendOptions(level)))
	return out.Bytes()
}

func (l *lab) extendOptions(level Level) *ExtendOptions {
	return &ExtendOptions{Level: level, Timestamper: l.pki.TSAClient(), Collector: l.validator, Clock: l.pki.Now}
}

// sound checks that a signature and all its time-stamps are intact, without a finding.
func sound(t testing.TB, s *Signature) {
	t.Helper()
	require.Empty(t, s.Findings)
	require.Equal(t, Intact, s.SignatureIntegrity)
	require.Equal(t, Intact, s.ContentIntegrity)
	require.Equal(t, BySigningCertificate, s.IdentifiedBy)
	for _, ts := range s.Timestamps {
		require.Empty(t, ts.Findings, ts.Property)
		require.Equal(t, Intact, ts.ContentIntegrity, ts.Property)
		require.Equal(t, Intact, ts.SignatureIntegrity, ts.Property)
		require.NotEmpty(t, ts.Covers)
	}
}

var levels = []Level{LevelBB, LevelBT, LevelBLT, LevelBLTA}

func dssLevel(l Level) string { return "XAdES-BASELINE-" + strings.TrimPrefix(string(l), "B-") }

// TestXAdES signs in each form to each level, and has EU DSS and xmlsec1 judge.
func TestXAdES(t *testing.T) {
	l := newLab(t)
	empty := ""
	type made struct {
		path, content string
		level         Level
	}
	var files []made
	for _, c := range []struct {
		name, signer string
		document     string
		change       func(*Options)
	}{
		{"enveloped", "signer", invoiceXML, func(*Options) {}},
		{"default-namespace", "ec", invoiceXML, func(o *Options) { o.Prefix = &empty; o.Canonicalization = C14N10 }},
		{"utf16", "rsa3072", invoiceXML, func(o *Options) { o.Canonicalization = C14N10WithComments }},
		{"element", "rsa3072", invoiceXML, func(o *Options) {
			o.PSS, o.Canonicalization, o.Place = true, C14N11, "/HDon/DSCKS/NBan"
			o.References = []ReferenceOptions{{URI: "#data", ID: "about", MimeType: "application/xml"}}
			o.Commitments = []Commitment{{ID: CommitmentApproval, Description: "phê duyệt", References: []string{"about"}}, {ID: "urn:oid:1.2.840.113549.1.9.16.6.1"}}
		}},
		{"claims", "ec384", invoiceXML, func(o *Options) {
			o.Roles = []string{"Kế toán trưởng", "a < b & c"}
			o.ProductionPlace = &ProductionPlace{Street: "1 Tràng Tiền", City: "Hà Nội", PostalCode: "100000", Country: "VN"}
			o.Objects = []Object{{ID: "extra", MimeType: "application/xml", Content: "<x xmlns=''>1</x>"}}
			o.References = []ReferenceOptions{{}, {URI: "#extra"}}
		}},
		{"enveloping", "signer", invoiceXML, func(o *Options) { o.Form = Enveloping }},
		{"base64", "ec", "not \x00 XML", func(o *Options) { o.Form = Enveloping }},
		{"detached", "ec521", "content", func(o *Options) { o.Form, o.URI = Detached, "content.bin" }},
	} {
		for _, level := range levels {
			t.Run(c.name+"-"+string(level), func(t *testing.T) {
				o := l.options(level)
				c.change(o)
				doc := []byte(c.document)
				if c.name == "utf16" {
					doc = toUTF16(c.document, false)
				}
				raw := l.sign(doc, c.signer, o)
				if o.Form == Enveloped {
					onlyInserted(t, doc, raw)
				}
				d := read(t, raw, &ReadOptions{Resolver: givenResolver{"content.bin": []byte(c.document)}})
				require.Len(t, d.Signatures, 1)
				s := d.Signatures[0]
				sound(t, s)
				require.Equal(t, level, s.Level, s.Findings)
				require.Equal(t, level, s.LevelWith(s.Evidence().Inventory(nil).Complete))
				require.WithinDuration(t, l.pki.Now(), *s.SigningTime, time.Minute)
				require.Equal(t, SigningCertificate{Present: true, Match: true, Version: 2}, s.SigningCertificate)
				require.True(t, s.Properties.Covered)
				require.Equal(t, o.Roles, s.Properties.Roles)
				require.Equal(t, o.ProductionPlace, s.Properties.Place)
				require.Equal(t, o.Commitments, s.Properties.Commitments)
				require.Len(t, s.Properties.Formats, len(s.References)-1)
				content := ""
				if o.Form == Detached {
					content = l.write("content.bin", doc)
				}
				files = append(files, made{l.write(c.name+"-"+string(level)+".xml", raw), content, level})
			})
		}
	}
	t.Run("DSS", func(t *testing.T) {
		args := []string{"validate", "--trust", l.path("root.pem"), "--online", "--content", l.path("content.bin")}
		files := slices.DeleteFunc(slices.Clone(files), func(m made) bool { return strings.HasPrefix(filepath.Base(m.path), "utf16") }) // which DSS does not read
		for _, f := range files {
			args = append(args, f.path)
		}
		answers := testtool.DSS(t, args...)
		require.Len(t, answers, len(files))
		for i, a := range answers {
			name := filepath.Base(files[i].path)
			require.Equal(t, "TOTAL-PASSED", a["indication"], "%s: %v", name, a)
			require.Equal(t, dssLevel(files[i].level), testtool.Field(a, "signatures", 0, "format"), "%s %v", name, a)
			require.Empty(t, testtool.Field(a, "signatures", 0, "structural_errors"), name)
		}
	})
	t.Run("xmlsec1", func(t *testing.T) {
		xmlsec1 := testtool.Need(t, "xmlsec1")
		t.Chdir(l.dir)
		for _, f := range files {
			if strings.HasPrefix(filepath.Base(f.path), "element") {
				continue // it does not know this name of RSA-PSS
			}
			_, stderr, err := testtool.Try(t, xmlsec1, "--verify", "--trusted-pem", l.path("root.pem"), "--id-attr:Id", "DLHDon",
				"--id-attr:Id", spaceDSig+":Object", "--id-attr:Id", spaceXAdES+":SignedProperties", "--id-attr:Id", spaceDSig+":Signature", f.path)
			require.NoError(t, err, "%s: %s", f.path, stderr)
		}
	})
}

// TestXAdESPrepare finishes what was stored, at the level that was prepared or a higher one, and a batch.
func TestXAdESPrepare(t *testing.T) {
	l := newLab(t)
	chain, err := l.pki.Signer("ec").Certificates(t.Context())
	require.NoError(t, err)
	doc := []byte(invoiceXML)
	for _, c := range []struct {
		name     string
		form     Form
		prepared Level
		finish   FinishOptions
		level    Level
		code     Code
	}{
		{"as prepared", Enveloped, LevelBT, FinishOptions{Timestamper: l.pki.TSAClient()}, LevelBT, ""},
		{"higher", Enveloping, LevelBB, FinishOptions{Level: LevelBLTA, Timestamper: l.pki.TSAClient(), Collector: l.validator, Clock: l.pki.Now}, LevelBLTA, ""},
		{"detached", Detached, LevelBLTA, FinishOptions{Timestamper: l.pki.TSAClient(), Collector: l.validator, Clock: l.pki.Now}, LevelBLTA, ""},
		{"lower", Enveloped, LevelBT, FinishOptions{Level: LevelBB}, LevelBB, ""},
		{"no time-stamper", Enveloped, LevelBT, FinishOptions{}, "", CodeTimestamper},
		{"no collector", Enveloped, LevelBLT, FinishOptions{Timestamper: l.pki.TSAClient()}, "", CodeCollector},
		{"a plain signature", Enveloped, "", FinishOptions{Level: LevelBB}, "", CodeOption},
		{"no level", Enveloped, LevelBB, FinishOptions{Level: "B"}, "", CodeOption},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := &Options{Level: c.prepared, Form: c.form, Clock: l.pki.Now}
			if c.form == Detached {
				o.URI = "content.bin"
			}
			p, err := Prepare(t.Context(), bytes.NewReader(doc), int64(len(doc)), chain, o)
			require.NoError(t, err)
			state, err := p.MarshalJSON()
			require.NoError(t, err)
			var q PreparedSignature
			require.NoError(t, q.UnmarshalJSON(state))
			value, err := signer.Sign(t.Context(), l.pki.Signer("ec"), q.Request())
			require.NoError(t, err)
			var out bytes.Buffer
			err = q.Finish(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), value, &c.finish)
			if c.code != "" {
				require.True(t, hasCode(err, c.code), "%v", err)
				require.Zero(t, out.Len())
				return
			}
			require.NoError(t, err)
			s := read(t, out.Bytes(), &ReadOptions{Resolver: givenResolver{"content.bin": doc}}).Signatures[0]
			sound(t, s)
			require.Equal(t, c.level, s.Level)
		})
	}
	t.Run("batch", func(t *testing.T) {
		var docs []BatchDocument
		outs := make([]bytes.Buffer, len(levels))
		for i, level := range levels {
			docs = append(docs, BatchDocument{Source: bytes.NewReader(doc), Size: int64(len(doc)), Output: &outs[i], Options: l.options(level)})
		}
		require.NoError(t, SignBatch(t.Context(), docs, l.pki.Signer("ec"), nil))
		for i, level := range levels {
			s := read(t, outs[i].Bytes(), nil).Signatures[0]
			sound(t, s)
			require.Equal(t, level, s.Level)
		}
	})
}

// TestXAdESLarge signs and raises a document that is read through a window.
func TestXAdESLarge(t *testing.T) {
	l := newLab(t)
	doc := []byte("<all>" + strings.Repeat("<row><a>1</a><b>hai</b></row>\n", 1+inMemory/30) + "</all>")
	for _, form := range []Form{Enveloped, Enveloping} {
		o := l.options(LevelBT)
		o.Form = form
		raw := l.sign(doc, "ec", o)
		require.Greater(t, len(raw), inMemory)
		raised := l.extend(raw, LevelBLTA)
		onlyInserted(t, raw, raised)
		s := read(t, raised, nil).Signatures[0]
		sound(t, s)
		require.Equal(t, LevelBLTA, s.Level)
		covered(t, s)
	}
	changing := &changingReader{data: l.sign(doc, "ec", l.options(LevelBT)), after: 2}
	err := Extend(t.Context(), new(bytes.Buffer), changing, int64(len(changing.data)), l.extendOptions(LevelBLTA))
	require.Error(t, err)
}

// changingReader gives other octets once the whole was read some times.
type changingReader struct {
	data  []byte
	after int
}

func (c *changingReader) ReadAt(b []byte, at int64) (int, error) {
	n := copy(b, c.data[at:])
	if at+int64(n) == int64(len(c.data)) {
		if c.after--; c.after == 0 {
			c.data = bytes.Replace(c.data, []byte("hai"), []byte("ba!"), 1)
		}
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// TestXAdESOptions refuses what makes no sense.
func TestXAdESOptions(t *testing.T) {
	l := newLab(t)
	xades := "xades"
	for _, c := range []struct {
		name   string
		level  Level
		change func(*Options)
		code   Code
	}{
		{"a level that is none", "B", func(*Options) {}, CodeOption},
		{"a role without a level", "", func(o *Options) { o.Roles = []string{"a"} }, CodeOption},
		{"a time without a level", "", func(o *Options) { o.SigningTime = time.Now() }, CodeOption},
		{"a policy without a level", "", func(o *Options) { o.Policy = &SignaturePolicy{Implied: true} }, CodeOption},
		{"a place without a level", "", func(o *Options) { o.ProductionPlace = &ProductionPlace{City: "Huế"} }, CodeOption},
		{"a commitment without a level", "", func(o *Options) { o.Commitments = []Commitment{{ID: CommitmentOrigin}} }, CodeOption},
		{"a policy without a digest", LevelBB, func(o *Options) { o.Policy = &SignaturePolicy{ID: "urn:a", Hash: "SHA-256"} }, CodeOption},
		{"a policy with a digest of another length", LevelBB, func(o *Options) { o.Policy = &SignaturePolicy{ID: "urn:a", Hash: "SHA-256", Digest: make([]byte, 20)} }, CodeOption},
		{"a commitment without a name", LevelBB, func(o *Options) { o.Commitments = []Commitment{{}} }, CodeOption},
		{"a commitment about nothing", LevelBB, func(o *Options) { o.Commitments = []Commitment{{ID: CommitmentOrigin, References: []string{"x"}}} }, CodeOption},
		{"the prefix of XAdES", LevelBB, func(o *Options) { o.Prefix = &xades }, CodeOption},
		{"a character that XML has not", LevelBB, func(o *Options) { o.Roles = []string{"a\x01"} }, CodeOption},
		{"no time-stamper", LevelBT, func(o *Options) { o.Timestamper = nil }, CodeTimestamper},
		{"no collector", LevelBLT, func(o *Options) { o.Collector = nil }, CodeCollector},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := l.options(c.level)
			c.change(o)
			var out bytes.Buffer
			err := Sign(t.Context(), &out, strings.NewReader(invoiceXML), int64(len(invoiceXML)), l.pki.Signer("ec"), o)
			require.True(t, hasCode(err, c.code), "%v", err)
			require.Zero(t, out.Len())
		})
	}
	o := l.options(LevelBB) // the twin
	o.Policy = &SignaturePolicy{ID: "urn:oid:1.2.3", Description: "chính sách", Hash: "SHA-256", Digest: make([]byte, 32), URI: "https://example.test/p", Notice: "đọc kỹ"}
	o.SigningTime = l.pki.Now().Add(-time.Hour).UTC().Truncate(time.Second)
	s := read(t, l.sign([]byte(invoiceXML), "ec", o), nil).Signatures[0]
	sound(t, s)
	require.Equal(t, o.Policy, s.Properties.Policy)
	require.Equal(t, o.SigningTime, *s.SigningTime)
	o.Policy = &SignaturePolicy{Implied: true}
	require.Equal(t, o.Policy, read(t, l.sign([]byte(invoiceXML), "ec", o), nil).Signatures[0].Properties.Policy)
}
