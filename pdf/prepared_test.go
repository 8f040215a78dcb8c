package pdf_test

import (
	"bytes"
	"crypto"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/signer"
)

// later stores a preparation and takes it up again.
func later(t testing.TB, p *pdf.PreparedSignature) *pdf.PreparedSignature {
	t.Helper()
	state, err := json.Marshal(p)
	require.NoError(t, err)
	require.Less(t, len(state), 16_000)
	again := new(pdf.PreparedSignature)
	require.NoError(t, json.Unmarshal(state, again))
	return again
}

func prepare(t testing.TB, pki *testpki.PKI, doc []byte, name string, opts *pdf.Options) *pdf.PreparedSignature {
	t.Helper()
	p, err := pdf.Prepare(t.Context(), bytes.NewReader(doc), int64(len(doc)), pki.Chain(name), opts)
	require.NoError(t, err)
	return p
}

func TestPrepareFinish(t *testing.T) {
	pki, _ := testpki.Start(t)
	for name, c := range map[string]struct {
		doc    []byte
		key    string
		opts   pdf.Options
		finish pdf.FinishOptions
		level  pdf.Level
	}{
		"plain":             {plain(), "signer", pdf.Options{}, pdf.FinishOptions{}, pdf.LevelBB},
		"time-stamped":      {plain(), "signer", pdf.Options{Level: pdf.LevelBT}, pdf.FinishOptions{Timestamper: pki.TSAClient()}, pdf.LevelBT},
		"raised at the end": {plain(), "signer", pdf.Options{}, pdf.FinishOptions{Level: pdf.LevelBT, Timestamper: pki.TSAClient()}, pdf.LevelBT},
		"form":              {build(shapes["form indirect, array indirect"]...), "signer", pdf.Options{Field: "Nhóm.Ký", Reason: "Phê duyệt", Location: "Hà Nội", Name: "Ân", ContactInfo: "an@example.vn"}, pdf.FinishOptions{}, pdf.LevelBB},
		"certifying":        {plain(), "signer", pdf.Options{Certify: 2, SigningTime: time.Date(2026, 1, 2, 8, 0, 0, 0, time.FixedZone("", 7*3600))}, pdf.FinishOptions{}, pdf.LevelBB},
		"SHA-512, PSS":      {plain(), "signer", pdf.Options{Hash: crypto.SHA512, PSS: true}, pdf.FinishOptions{}, pdf.LevelBB},
		"P-256":             {plain(), "ec", pdf.Options{}, pdf.FinishOptions{}, pdf.LevelBB},
		"Ed25519":           {plain(), "ed25519", pdf.Options{}, pdf.FinishOptions{}, pdf.LevelBB},
		"a signed document": {signed(t, pki, plain(), nil), "ec", pdf.Options{}, pdf.FinishOptions{}, pdf.LevelBB},
	} {
		t.Run(name, func(t *testing.T) {
			p := later(t, prepare(t, pki, c.doc, c.key, &c.opts))
			require.EqualValues(t, len(c.doc), p.InputSize())
			require.Equal(t, sum(crypto.SHA256, c.doc), p.InputSHA256())
			value, err := signer.Sign(t.Context(), pki.Signer(c.key), p.Request())
			require.NoError(t, err)
			var out bytes.Buffer
			require.NoError(t, p.Finish(t.Context(), &out, bytes.NewReader(c.doc), int64(len(c.doc)), value, &c.finish))
			require.True(t, bytes.HasPrefix(out.Bytes(), c.doc))
			d := read(t, out.Bytes())
			s := d.Signatures[len(d.Signatures)-1]
			require.Empty(t, s.Findings)
			require.Equal(t, pdf.Whole, s.Extent)
			require.Equal(t, c.level, s.Level)
			require.Equal(t, p.Field(), s.Field)
			require.Equal(t, c.opts.Reason, s.Reason)
			require.Equal(t, c.opts.Location, s.Location)
			require.Equal(t, c.opts.Name, s.Name)
			require.Equal(t, c.opts.ContactInfo, s.ContactInfo)
			require.NotNil(t, s.ClaimedTime)
			require.False(t, s.ZoneMissing)
			if !c.opts.SigningTime.IsZero() {
				require.Equal(t, c.opts.SigningTime.Format(time.RFC3339), s.ClaimedTime.Format(time.RFC3339))
			}
			require.Equal(t, "intact", string(s.CMS.SignatureIntegrity))
			require.Equal(t, "intact", string(s.CMS.ContentIntegrity))
		})
	}
}

func TestFinishRefuses(t *testing.T) {
	pki, _ := testpki.Start(t)
	doc := plain()
	p := prepare(t, pki, doc, "signer", nil)
	value, err := signer.Sign(t.Context(), pki.Signer("signer"), p.Request())
	require.NoError(t, err)
	wrong, err := signer.Sign(t.Context(), pki.Signer("other"), p.Request())
	require.NoError(t, err)
	changed := bytes.Replace(doc, []byte("9 9 l"), []byte("8 9 l"), 1)
	other := bytes.Replace(doc, []byte("595 842"), []byte("595 841"), 1)
	finish := func(p *pdf.PreparedSignature, doc, value []byte, o *pdf.FinishOptions) string {
		var out bytes.Buffer
		err := p.Finish(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), value, o)
		require.Error(t, err)
		require.Zero(t, out.Len())
		return code(err)
	}
	require.Equal(t, string(pdf.CodeChanged), finish(p, changed, value, nil))
	require.Equal(t, string(pdf.CodeChanged), finish(p, other, value, nil))
	require.Equal(t, string(pdf.CodeChanged), finish(p, append(bytes.Clone(doc), '\n'), value, nil))
	require.Equal(t, string(pdf.CodeChanged), finish(p, signed(t, pki, doc, nil), value, nil))
	require.Equal(t, string(pdf.CodeChanged), finish(p, nil, value, nil))
	require.Equal(t, string(signer.CodeSignatureInvalid), finish(p, doc, wrong, nil))
	require.Equal(t, string(signer.CodeSignatureInvalid), finish(p, doc, value[1:], nil))
	require.Equal(t, string(signer.CodeSignatureInvalid), finish(p, doc, nil, nil))
	require.Equal(t, string(pdf.CodeTimestamper), finish(p, doc, value, &pdf.FinishOptions{Level: pdf.LevelBT}))
	require.Equal(t, string(pdf.CodeTimestamper), finish(p, doc, value, &pdf.FinishOptions{Level: pdf.LevelBLT}))
	require.Equal(t, string(pdf.CodeState), finish(new(pdf.PreparedSignature), doc, value, nil))
	small := prepare(t, pki, doc, "signer", &pdf.Options{ContentsSize: 100})
	value, err = signer.Sign(t.Context(), pki.Signer("signer"), small.Request())
	require.NoError(t, err)
	require.Equal(t, string(pdf.CodeContentsSize), finish(small, doc, value, nil))
}

func TestStateRefuses(t *testing.T) {
	pki, _ := testpki.Start(t)
	state, err := json.Marshal(prepare(t, pki, plain(), "signer", nil))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		old, new string
		code     finding.Code
	}{
		"other format":    {`"format":"kyso-pdf"`, `"format":"kyso-xml"`, pdf.CodeState},
		"other version":   {`"version":1,`, `"version":2,`, pdf.CodeStateVersion},
		"unknown entry":   {`"level"`, `"levels"`, pdf.CodeState},
		"bad digest":      {`"sha256":"`, `"sha256":"zz`, pdf.CodeState},
		"bad update":      {`"update_sha256":"`, `"update_sha256":"00`, pdf.CodeState},
		"negative size":   {`"size":`, `"size":-`, pdf.CodeState},
		"huge hole":       {`"contents_size":`, `"contents_size":99999`, pdf.CodeState},
		"no hole":         {`"contents_size":`, `"contents_size":0,"certify":`, pdf.CodeState},
		"no field":        {`"field":"Signature1"`, `"field":""`, pdf.CodeState},
		"bad date":        {`"date":"D:20`, `"date":"D:XX`, pdf.CodeState},
		"no such level":   {`"level":"B-B"`, `"level":"B-X"`, pdf.CodeState},
		"bad certificate": {`"certificates":["`, `"certificates":["AAAA`, pdf.CodeState},
		"cut off":         {`"update_sha256"`, "\x00", pdf.CodeState},
	} {
		bad := strings.Replace(string(state), c.old, c.new, 1)
		require.NotEqual(t, string(state), bad, name)
		err := new(pdf.PreparedSignature).UnmarshalJSON([]byte(bad))
		require.Equal(t, string(c.code), code(err), "%s: %v", name, err)
	}
	require.Equal(t, string(pdf.CodeLimit), code(new(pdf.PreparedSignature).UnmarshalJSON(bytes.Repeat([]byte(" "), 20<<10))))
	_, err = json.Marshal(new(pdf.PreparedSignature))
	require.Equal(t, string(pdf.CodeState), code(err))
	for _, secret := range []string{"0 0 m 9 9 l", "MediaBox"} {
		require.NotContains(t, string(state), secret, "no octet of the document")
	}
}

// TestSecondTry: where the room was too small the signature is made again, and nothing but the whole result is written.
func TestSecondTry(t *testing.T) {
	pki, _ := testpki.Start(t)
	doc := plain()
	s := &counting{Signer: pki.Signer("signer")}
	var out bytes.Buffer
	opts := &pdf.Options{Level: pdf.LevelBT, Timestamper: pki.TSAClient(), ContentsSize: 64}
	require.NoError(t, pdf.Sign(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), s, opts))
	require.Equal(t, 2, s.calls)
	require.Equal(t, pdf.LevelBT, requireSound(t, out.Bytes()).Level)
	require.Equal(t, 1, bytes.Count(out.Bytes()[len(doc):], []byte("startxref")))
}

func TestSignBatch(t *testing.T) {
	pki, _ := testpki.Start(t)
	outs := make([]bytes.Buffer, 5)
	docs := func() []pdf.BatchDocument {
		list := make([]pdf.BatchDocument, len(outs))
		for i := range list {
			outs[i].Reset()
			d := append(plain(), strings.Repeat("%\n", i)...)
			list[i] = pdf.BatchDocument{Source: bytes.NewReader(d), Size: int64(len(d)), Output: &outs[i]}
		}
		list[1].Options = &pdf.Options{Level: pdf.LevelBT, Timestamper: pki.TSAClient(), ID: "invoice 1", Title: "Hoá đơn 1"}
		list[2].Options = &pdf.Options{ContentsSize: 64}
		return list
	}
	s := &batching{Signer: pki.Signer("signer")}
	require.NoError(t, pdf.SignBatch(t.Context(), docs(), s, &pdf.Options{Reason: "Lô"}))
	require.Equal(t, []int{5, 1}, s.sizes, "one consent for all, and one more for what did not fit")
	require.Contains(t, s.titles, "Hoá đơn 1")
	for i := range outs {
		sig := requireSound(t, outs[i].Bytes())
		require.Equal(t, i == 1, sig.Level == pdf.LevelBT)
		require.Equal(t, i != 1 && i != 2, sig.Reason == "Lô")
	}
	require.NoError(t, pdf.SignBatch(t.Context(), nil, s, nil))

	t.Run("one cannot be prepared", func(t *testing.T) {
		list := docs()
		list[3].Size = 10
		s := &batching{Signer: pki.Signer("signer")}
		err := pdf.SignBatch(t.Context(), list, s, nil)
		var e *pdf.BatchError
		require.ErrorAs(t, err, &e)
		require.Equal(t, string(pdf.CodeBatch), e.Code())
		require.Empty(t, s.sizes, "nobody was asked")
		require.Equal(t, string(pdf.CodeUnreadable), code(e.Errors[3]))
		require.Equal(t, string(pdf.CodeBatchStopped), code(e.Errors[0]))
		for i := range outs {
			require.Zero(t, outs[i].Len())
		}
	})
	t.Run("the key stops halfway", func(t *testing.T) {
		list := docs()
		s := &counting{Signer: pki.Signer("signer"), fail: 3}
		err := pdf.SignBatch(t.Context(), list, s, nil)
		var e *pdf.BatchError
		require.ErrorAs(t, err, &e)
		require.ErrorIs(t, err, signer.ErrPINLocked)
		require.NoError(t, e.Errors[0])
		requireSound(t, outs[0].Bytes())
		require.Error(t, e.Errors[4])
		require.Zero(t, outs[4].Len())
	})
}

// TestNothingPrepared: the zero value asks for nothing and finishes nothing.
func TestNothingPrepared(t *testing.T) {
	p := new(pdf.PreparedSignature)
	require.Zero(t, p.Request())
	require.Error(t, p.Finish(t.Context(), new(bytes.Buffer), bytes.NewReader(nil), 0, nil, nil))
}
