package cms_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/timestamp"
)

// counted is a Signer that counts how often its key is asked.
type counted struct {
	signer.Signer
	asked int
}

func (c *counted) Sign(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	c.asked++
	return c.Signer.Sign(ctx, digest, opts)
}

// stamper is a Timestamper made of a function.
type stamper func(ctx context.Context, digest []byte, hash crypto.Hash) (*timestamp.Token, error)

func (s stamper) Timestamp(ctx context.Context, digest []byte, hash crypto.Hash) (*timestamp.Token, error) {
	return s(ctx, digest, hash)
}

// TestRefusedBeforeTheKey: what can be known beforehand is said before the key is asked and before anything is written.
func TestRefusedBeforeTheKey(t *testing.T) {
	pki, _ := testpki.Start(t)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	broken := errors.New("broken cable")
	for _, c := range []struct {
		what, name string
		ctx        context.Context
		content    io.Reader
		opts       cms.Options
		want       error
	}{
		{"level B-T without a service", "ec", nil, nil, cms.Options{Level: cms.LevelBT}, codeErr(cms.CodeTimestamper)},
		{"level B-LT without a service", "ec", nil, nil, cms.Options{Level: cms.LevelBLT, Collector: collector{pki}}, codeErr(cms.CodeTimestamper)},
		{"level B-LT without a collector", "ec", nil, nil, cms.Options{Level: cms.LevelBLT, Timestamper: pki.TSAClient()}, codeErr(cms.CodeCollector)},
		{"level B-LTA without a collector", "ec", nil, nil, cms.Options{Level: cms.LevelBLTA, Timestamper: pki.TSAClient()}, codeErr(cms.CodeCollector)},
		{"no such level", "ec", nil, nil, cms.Options{Level: "B-X"}, codeErr(cms.CodeOptions)},
		{"expired", "expired", nil, nil, cms.Options{}, signer.ErrCertificateExpired},
		{"not yet valid", "future", nil, nil, cms.Options{}, signer.ErrCertificateNotYetValid},
		{"key that only encrypts", "encipher", nil, nil, cms.Options{InsecureExpired: true}, signer.ErrCertificateUnsuitable},
		{"PSS with an EC key", "ec", nil, nil, cms.Options{PSS: true}, codeErr(cms.CodeKey)},
		{"SHA-1", "signer", nil, nil, cms.Options{Hash: crypto.SHA1}, codeErr(cms.CodeKey)},
		{"SHA-256 with Ed25519", "ed25519", nil, nil, cms.Options{Hash: crypto.SHA256}, codeErr(cms.CodeKey)},
		{"cancelled", "ec", cancelled, nil, cms.Options{}, context.Canceled},
		{"source fails", "ec", nil, io.MultiReader(strings.NewReader("x"), iotest.ErrReader(broken)), cms.Options{}, broken},
		{"too many certificates", "ec", nil, nil, cms.Options{Certificates: many(t, pki)}, codeErr(cms.CodeChain)},
		{"signing time", "ec", nil, nil, cms.Options{SigningTime: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)}, codeErr(cms.CodeOptions)},
		{"nil certificate", "ec", nil, nil, cms.Options{Certificates: []*x509.Certificate{nil}}, codeErr(cms.CodeChain)},
	} {
		t.Run(strings.ReplaceAll(c.what, " ", "-"), func(t *testing.T) {
			if c.ctx == nil {
				c.ctx = t.Context()
			}
			if c.content == nil {
				c.content = strings.NewReader(text)
			}
			c.opts.Clock = pki.Now
			s := &counted{Signer: pki.Signer(c.name)}
			var out bytes.Buffer
			err := cms.Sign(c.ctx, &out, c.content, s, &c.opts)
			require.ErrorIs(t, err, c.want)
			require.Zero(t, s.asked)
			require.Zero(t, out.Len())
		})
	}
	var e *cms.Error
	require.ErrorAs(t, cms.Sign(t.Context(), io.Discard, nil, pki.Signer("ec"), nil), &e)
	require.ErrorIs(t, cms.Sign(t.Context(), io.Discard, strings.NewReader(text), nil, nil), signer.ErrKeyNotFound)
	require.ErrorIs(t, cms.SignBatch(t.Context(), nil, nil, nil), signer.ErrKeyNotFound)
	_, err := cms.Prepare(t.Context(), strings.NewReader(text), nil, nil)
	require.ErrorIs(t, err, codeErr(cms.CodeChain))
	_, err = cms.HashFor(nil, nil)
	require.ErrorIs(t, err, codeErr(cms.CodeChain))
	_, err = cms.Prepare(t.Context(), nil, pki.Chain("ec"), nil)
	require.ErrorIs(t, err, codeErr(cms.CodeContent))
	_, err = cms.Read(t.Context(), nil, nil)
	require.ErrorIs(t, err, codeErr(cms.CodeContent))
}

func many(t testing.TB, pki *testpki.PKI) []*x509.Certificate {
	var out []*x509.Certificate
	for i := range 20 {
		out = append(out, twin(t, pki, withSerial(pki.Certificate("ec"), i), pki.Certificate("ec").PublicKey))
	}
	return out
}

func withSerial(c *x509.Certificate, i int) *x509.Certificate {
	d := *c
	d.DNSNames = append(d.DNSNames, strings.Repeat("x", i+1)+".example")
	return &d
}

func TestInsecureExpired(t *testing.T) {
	pki, _ := testpki.Start(t)
	for _, name := range []string{"expired", "future"} {
		requireIntact(t, read(t, sign(t, pki, name, text, &cms.Options{InsecureExpired: true}), text).Signatures[0])
	}
}

// liar returns a value by another key, or garbage.
type liar struct {
	signer.Signer
	value func(digest []byte, opts crypto.SignerOpts) []byte
}

func (l liar) Sign(_ context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return l.value(digest, opts), nil
}

// TestK2SignerLies: a value that is not by the certificate's key over this request is refused, and nothing is written.
func TestK2SignerLies(t *testing.T) {
	pki, _ := testpki.Start(t)
	other := func(name string, change func(d []byte)) func([]byte, crypto.SignerOpts) []byte {
		return func(d []byte, opts crypto.SignerOpts) []byte {
			d = bytes.Clone(d)
			change(d)
			value, err := pki.Key(name).Sign(nil, d, opts)
			require.NoError(t, err)
			return value
		}
	}
	same := func([]byte) {}
	for what, value := range map[string]func([]byte, crypto.SignerOpts) []byte{
		"other key":    other("other", same),
		"other digest": other("signer", func(d []byte) { d[0]++ }),
		"nothing":      func([]byte, crypto.SignerOpts) []byte { return nil },
		"zeros":        func([]byte, crypto.SignerOpts) []byte { return make([]byte, 256) },
	} {
		var out bytes.Buffer
		for _, attached := range []bool{false, true} {
			err := cms.Sign(t.Context(), &out, strings.NewReader(text), liar{pki.Signer("signer"), value}, &cms.Options{Attached: attached})
			require.ErrorIs(t, err, signer.ErrSignatureInvalid, what)
			require.ErrorIs(t, err, signer.ErrProtocol, what)
			err = cms.SignBatch(t.Context(), []cms.BatchDocument{{Content: strings.NewReader(text), Dst: &out}}, liar{pki.Signer("signer"), value}, nil)
			require.ErrorIs(t, err, signer.ErrSignatureInvalid, what)
		}
		require.Zero(t, out.Len())
	}
	var out bytes.Buffer
	honest := liar{pki.Signer("signer"), other("signer", same)}
	require.NoError(t, cms.Sign(t.Context(), &out, strings.NewReader(text), honest, nil))
}

// TestT1TimestamperLies: a token over something else is refused whoever brings it.
func TestT1TimestamperLies(t *testing.T) {
	pki, _ := testpki.Start(t)
	honest := pki.TSAClient()
	down := errors.New("no route to host")
	for what, ts := range map[string]stamper{
		"other digest": func(ctx context.Context, d []byte, h crypto.Hash) (*timestamp.Token, error) {
			d = bytes.Clone(d)
			d[0]++
			return honest.Timestamp(ctx, d, h)
		},
		"other hash": func(ctx context.Context, d []byte, h crypto.Hash) (*timestamp.Token, error) {
			return honest.Timestamp(ctx, digest(crypto.SHA512, d), crypto.SHA512)
		},
		"nothing": func(context.Context, []byte, crypto.Hash) (*timestamp.Token, error) { return nil, nil },
		"down":    func(context.Context, []byte, crypto.Hash) (*timestamp.Token, error) { return nil, down },
	} {
		var out bytes.Buffer
		err := cms.Sign(t.Context(), &out, strings.NewReader(text), pki.Signer("ec"), &cms.Options{Level: cms.LevelBT, Timestamper: ts})
		require.ErrorIs(t, err, codeErr(cms.CodeTimestamp), what)
		if what == "down" {
			require.ErrorIs(t, err, down)
		}
		require.Zero(t, out.Len())
	}
	requireIntact(t, read(t, sign(t, pki, "ec", text, &cms.Options{Level: cms.LevelBT, Timestamper: stamper(honest.Timestamp)}), text).Signatures[0])
}

// full is a disk without room.
type full struct{ room int }

func (f *full) Write(b []byte) (int, error) {
	if len(b) > f.room {
		return 0, errors.New("no space left on device")
	}
	f.room -= len(b)
	return len(b), nil
}

// TestNoDestination: without a destination no key is asked.
func TestNoDestination(t *testing.T) {
	pki, _ := testpki.Start(t)
	s := &counted{Signer: pki.Signer("ec")}
	content := func() io.Reader { return strings.NewReader("content") }
	require.ErrorIs(t, cms.Sign(t.Context(), nil, content(), s, nil), codeErr(cms.CodeOptions))
	require.ErrorIs(t, cms.Sign(t.Context(), nil, content(), s, &cms.Options{Attached: true}), codeErr(cms.CodeOptions))
	var signed bytes.Buffer
	require.NoError(t, cms.Sign(t.Context(), &signed, content(), pki.Signer("signer"), nil))
	require.ErrorIs(t, cms.AddSignature(t.Context(), nil, signed.Bytes(), content(), s, nil), codeErr(cms.CodeOptions))
	require.Zero(t, s.asked)
	p, err := cms.Prepare(t.Context(), content(), pki.Chain("ec"), nil)
	require.NoError(t, err)
	value, err := signer.Sign(t.Context(), pki.Signer("ec"), p.Request())
	require.NoError(t, err)
	require.ErrorIs(t, p.Finish(t.Context(), nil, content(), value, nil), codeErr(cms.CodeOptions))
}

func TestDestinationFails(t *testing.T) {
	pki, _ := testpki.Start(t)
	for room := range 3 {
		for _, content := range []io.Reader{strings.NewReader(text), io.MultiReader(strings.NewReader(text))} {
			for _, attached := range []bool{false, true} {
				err := cms.Sign(t.Context(), &full{room * 60}, content, pki.Signer("ec"), &cms.Options{Attached: attached})
				require.ErrorIs(t, err, codeErr(cms.CodeWrite))
			}
		}
	}
}

// TestState: a state that someone changed is refused, or is a state for the same certificate and content.
func TestState(t *testing.T) {
	pki, _ := testpki.Start(t)
	p, err := cms.Prepare(t.Context(), strings.NewReader(text), pki.Chain("ec"), &cms.Options{ID: "17", Title: "Hợp đồng"})
	require.NoError(t, err)
	good, err := json.Marshal(p)
	require.NoError(t, err)
	require.Equal(t, "17", p.Request().DocumentID)
	edit := func(field string, value any) []byte {
		var m map[string]any
		require.NoError(t, json.Unmarshal(good, &m))
		m[field] = value
		out, err := json.Marshal(m)
		require.NoError(t, err)
		return out
	}
	otherAttrs := func(name, content string) any {
		q, err := cms.Prepare(t.Context(), strings.NewReader(content), pki.Chain(name), nil)
		require.NoError(t, err)
		raw, err := json.Marshal(q)
		require.NoError(t, err)
		var m map[string]any
		require.NoError(t, json.Unmarshal(raw, &m))
		return m["signed_attributes"]
	}
	for what, c := range map[string]struct {
		state []byte
		code  cms.Code
	}{
		"other version":          {edit("version", 2), cms.CodeStateVersion},
		"other format":           {edit("format", "pdf"), cms.CodeStateVersion},
		"not JSON":               {[]byte(`"x"`), cms.CodeState},
		"level":                  {edit("level", "B-X"), cms.CodeState},
		"hash":                   {edit("hash", "SHA-1"), cms.CodeState},
		"other hash":             {edit("hash", "SHA-512"), cms.CodeState},
		"algorithm":              {edit("signature_algorithm", "MAA="), cms.CodeState},
		"no certificates":        {edit("certificates", []string{}), cms.CodeState},
		"bad certificate":        {edit("certificates", []string{"AAAA"}), cms.CodeState},
		"other content's attrs":  {edit("signed_attributes", otherAttrs("ec", text+".")), cms.CodeState},
		"other signer's attrs":   {edit("signed_attributes", otherAttrs("person", text)), cms.CodeState},
		"no attrs":               {edit("signed_attributes", nil), cms.CodeState},
		"attached without input": {edit("input", nil), ""},
		"sizes":                  {edit("input", map[string]any{"size": -1, "sha256": ""}), cms.CodeState},
		"too long":               {edit("title", strings.Repeat("x", 40_000)), cms.CodeStateSize},
	} {
		t.Run(strings.ReplaceAll(what, " ", "-"), func(t *testing.T) {
			var q cms.PreparedSignature
			err := json.Unmarshal(c.state, &q)
			if c.code == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, codeErr(c.code))
		})
	}
	_, err = cms.Prepare(t.Context(), strings.NewReader(text), pki.Chain("ec"), &cms.Options{Title: strings.Repeat("x", 20_000)})
	require.ErrorIs(t, err, codeErr(cms.CodeStateSize))
}

// TestPrepareDigest is the way of PDF: a digest in, DER out.
func TestPrepareDigest(t *testing.T) {
	pki, _ := testpki.Start(t)
	for _, name := range []string{"signer", "ec", "ec384", "ec521", "ed25519", "rsa3072"} {
		for _, level := range []cms.Level{cms.LevelBB, cms.LevelBT} {
			opts := &cms.Options{NoSigningTime: true, Level: level, Timestamper: pki.TSAClient()}
			hash, err := cms.HashFor(pki.Certificate(name), opts)
			require.NoError(t, err)
			sum := digest(hash, []byte(text))
			p, err := cms.PrepareDigest(sum, hash, pki.Chain(name), opts)
			require.NoError(t, err)
			state, err := json.Marshal(p)
			require.NoError(t, err)
			var q cms.PreparedSignature
			require.NoError(t, json.Unmarshal(state, &q))
			raw, err := q.FinishDER(t.Context(), signRequest(t, pki, name, &q), &cms.FinishOptions{Timestamper: pki.TSAClient()})
			require.NoError(t, err)
			require.LessOrEqual(t, len(raw), cms.EstimateSize(pki.Chain(name), opts))

			doc, err := cms.ReadDetached(t.Context(), append(raw, make([]byte, 100)...), func(h crypto.Hash) ([]byte, error) { return digest(h, []byte(text)), nil }, &cms.ReadOptions{PAdES: true})
			require.NoError(t, err)
			requireIntact(t, doc.Signatures[0])
			require.Equal(t, level, doc.Signatures[0].Level)
			require.Nil(t, doc.Signatures[0].SigningTime)
			doc, err = cms.ReadDetached(t.Context(), raw, nil, nil)
			require.NoError(t, err)
			require.Equal(t, cms.Level(""), doc.Signatures[0].Level, "CAdES wants a signing time")
			require.Equal(t, cms.Unknown, doc.Signatures[0].ContentIntegrity)

			require.ErrorIs(t, q.Finish(t.Context(), io.Discard, strings.NewReader(text), nil, nil), codeErr(cms.CodeState))
			_, err = cms.PrepareDigest(sum[1:], hash, pki.Chain(name), opts)
			require.ErrorIs(t, err, codeErr(cms.CodeOptions))
		}
	}
}

// TestEstimate: the estimate is never below and not far above.
func TestEstimate(t *testing.T) {
	pki, _ := testpki.Start(t)
	for _, name := range []string{"signer", "rsa3072", "ec", "ec521", "ed25519", "cqt"} {
		for _, opts := range []*cms.Options{{}, {Certificates: []*x509.Certificate{pki.GovRoot()}}, {PSS: pki.Certificate(name).PublicKeyAlgorithm == x509.RSA, Hash: crypto.SHA512}} {
			size, estimate := len(sign(t, pki, name, text, opts)), cms.EstimateSize(pki.Chain(name), opts)
			require.LessOrEqual(t, size, estimate, name)
			require.Less(t, estimate-size, 700, name)
		}
	}
	require.Zero(t, cms.EstimateSize(nil, nil))
}

// batcher signs a batch under one consent and remembers what it was shown.
type batcher struct {
	signer.Signer
	shown []string
}

func (b *batcher) SignBatch(ctx context.Context, reqs []signer.Request) ([][]byte, error) {
	var out [][]byte
	for _, r := range reqs {
		b.shown = append(b.shown, r.DocumentID+" "+r.Title)
		value, err := signer.Sign(ctx, b.Signer, r)
		if err != nil {
			return nil, err
		}
		out = append(out, value)
	}
	return out, nil
}

func TestSignBatch(t *testing.T) {
	pki, _ := testpki.Start(t)
	for _, attached := range []bool{false, true} {
		b := &batcher{Signer: pki.Signer("ec")}
		outs := make([]bytes.Buffer, 5)
		var docs []cms.BatchDocument
		for i := range outs {
			docs = append(docs, cms.BatchDocument{Content: strings.NewReader(text + string(rune('0'+i))), Dst: &outs[i], ID: "d", Title: string(rune('a' + i))})
		}
		require.NoError(t, cms.SignBatch(t.Context(), docs, b, &cms.Options{Attached: attached, Level: cms.LevelBT, Timestamper: pki.TSAClient()}))
		require.Equal(t, []string{"d a", "d b", "d c", "d d", "d e"}, b.shown)
		for i := range outs {
			opts := &cms.ReadOptions{}
			if !attached {
				opts.Content = strings.NewReader(text + string(rune('0'+i)))
			}
			doc, err := cms.Read(t.Context(), &outs[i], opts)
			require.NoError(t, err)
			requireIntact(t, doc.Signatures[0])
			require.Equal(t, cms.LevelBT, doc.Signatures[0].Level)
		}
	}
	err := cms.SignBatch(t.Context(), []cms.BatchDocument{{Content: io.MultiReader(strings.NewReader(text)), Dst: io.Discard}}, pki.Signer("ec"), &cms.Options{Attached: true})
	require.ErrorIs(t, err, codeErr(cms.CodeOptions))
}

// TestFinishLevels: prepared without a time-stamp, finished with one; and a level that cannot be had.
func TestFinishLevels(t *testing.T) {
	pki, _ := testpki.Start(t)
	p, err := cms.Prepare(t.Context(), strings.NewReader(text), pki.Chain("ec"), &cms.Options{Level: cms.LevelBT})
	require.NoError(t, err)
	value := signRequest(t, pki, "ec", p)
	finish := func(opts *cms.FinishOptions) error {
		return p.Finish(t.Context(), io.Discard, strings.NewReader(text), value, opts)
	}
	require.ErrorIs(t, finish(nil), codeErr(cms.CodeTimestamper))
	require.ErrorIs(t, finish(&cms.FinishOptions{Level: cms.LevelBLT}), codeErr(cms.CodeTimestamper))
	require.ErrorIs(t, finish(&cms.FinishOptions{Level: cms.LevelBLT, Timestamper: pki.TSAClient()}), codeErr(cms.CodeCollector))
	require.ErrorIs(t, finish(&cms.FinishOptions{Level: "B-X"}), codeErr(cms.CodeOptions))
	require.NoError(t, finish(&cms.FinishOptions{Level: cms.LevelBB}))
	require.NoError(t, finish(&cms.FinishOptions{Timestamper: pki.TSAClient()}))
	value[len(value)-1]++
	require.ErrorIs(t, finish(&cms.FinishOptions{Level: cms.LevelBB}), signer.ErrSignatureInvalid)
	require.NoError(t, finish(&cms.FinishOptions{Level: cms.LevelBB, InsecureSkipCheck: true}))
}

func TestSigningTime(t *testing.T) {
	pki, _ := testpki.Start(t)
	at := time.Date(2055, 3, 4, 5, 6, 7, 999, time.FixedZone("", 7*3600))
	s := read(t, sign(t, pki, "ec", text, &cms.Options{SigningTime: at}), text).Signatures[0]
	require.Equal(t, at.UTC().Truncate(time.Second), *s.SigningTime)
}

// TestContentBoth: content inside and other content given.
func TestContentBoth(t *testing.T) {
	pki, _ := testpki.Start(t)
	raw := sign(t, pki, "ec521", text, &cms.Options{Attached: true})
	doc := read(t, raw, text)
	require.Empty(t, doc.Findings)
	requireIntact(t, doc.Signatures[0])
	doc = read(t, raw, text+" ")
	require.Equal(t, []cms.Code{cms.CodeContentBoth}, codes(doc.Findings))
	requireIntact(t, doc.Signatures[0])
}
