package pdf_test

import (
	"bytes"
	"context"
	"crypto"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/timestamp"
)

func TestBadInput(t *testing.T) {
	p, _ := testpki.Start(t)
	good := signed(t, p, plain(), nil)
	encrypted := bytes.Replace(plain(), []byte("/Root 1 0 R"), []byte("/Root 1 0 R /Encrypt << /Filter /Standard /V 1 /R 2 /O (x) /U (x) /P -4 >>"), 1)
	for name, c := range map[string]struct {
		doc  []byte
		code finding.Code
	}{
		"empty":           {nil, pdf.CodeUnreadable},
		"garbage":         {bytes.Repeat([]byte("not a PDF "), 500), pdf.CodeUnreadable},
		"zeros":           {make([]byte, 5000), pdf.CodeUnreadable},
		"another format":  {[]byte("<?xml version=\"1.0\"?><a/>"), pdf.CodeUnreadable},
		"only a header":   {[]byte("%PDF-1.7\n"), pdf.CodeUnreadable},
		"cut early":       {good[:12], pdf.CodeUnreadable},
		"cut in two":      {good[:300], pdf.CodeDamaged},
		"without a page":  {build("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"), pdf.CodeNoPages},
		"page tree loops": {build("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R 3 0 R] >>", "<< /Type /Pages /Kids [2 0 R] >>"), pdf.CodeNoPages},
		"encrypted":       {encrypted, pdf.CodeEncrypted},
	} {
		out, err := trySign(t, p, c.doc, nil)
		require.Equal(t, string(c.code), code(err), "%s: %v", name, err)
		require.Empty(t, out)
		var e *pdf.Error
		require.ErrorAs(t, err, &e)
	}
	for _, c := range [][]byte{nil, make([]byte, 500), good[:12]} {
		_, err := pdf.Read(t.Context(), bytes.NewReader(c), int64(len(c)), nil)
		require.Equal(t, string(pdf.CodeUnreadable), code(err))
	}
	_, err := pdf.Read(t.Context(), bytes.NewReader(encrypted), int64(len(encrypted)), nil)
	require.Equal(t, string(pdf.CodeEncrypted), code(err))
}

func TestBadOptions(t *testing.T) {
	p, _ := testpki.Start(t)
	for name, c := range map[string]struct {
		opts pdf.Options
		code finding.Code
	}{
		"B-LT":               {pdf.Options{Level: pdf.LevelBLT}, pdf.CodeTimestamper},
		"B-LTA":              {pdf.Options{Level: pdf.LevelBLTA}, pdf.CodeTimestamper},
		"no such level":      {pdf.Options{Level: "B-X"}, pdf.CodeOption},
		"no time-stamper":    {pdf.Options{Level: pdf.LevelBT}, pdf.CodeTimestamper},
		"weak digest":        {pdf.Options{Hash: crypto.SHA1}, pdf.CodeOption},
		"certify 4":          {pdf.Options{Certify: 4}, pdf.CodeOption},
		"certify -1":         {pdf.Options{Certify: -1}, pdf.CodeOption},
		"negative room":      {pdf.Options{ContentsSize: -1}, pdf.CodeOption},
		"endless room":       {pdf.Options{ContentsSize: 1 << 30}, pdf.CodeOption},
		"endless text":       {pdf.Options{Reason: string(make([]byte, 100_000))}, pdf.CodeLimit},
		"year 10000":         {pdf.Options{SigningTime: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, pdf.CodeOption},
		"endless chain":      {pdf.Options{Certificates: make300(p)}, pdf.CodeLimit},
		"damaged field name": {pdf.Options{Field: "a..b"}, pdf.CodeFieldName},
	} {
		key := &counting{Signer: p.Signer("signer")}
		var out bytes.Buffer
		err := pdf.Sign(t.Context(), &out, bytes.NewReader(plain()), int64(len(plain())), key, &c.opts)
		require.Zero(t, key.calls, "the key was asked in vain")
		require.Equal(t, string(c.code), code(err), "%s: %v", name, err)
		require.Zero(t, out.Len())
	}
	require.Equal(t, string(pdf.CodeOption), code(pdf.Sign(t.Context(), io.Discard, bytes.NewReader(plain()), -1, p.Signer("signer"), nil)))
	require.Equal(t, string(pdf.CodeOption), code(pdf.Sign(t.Context(), io.Discard, bytes.NewReader(plain()), 10, nil, nil)))
	_, err := pdf.Prepare(t.Context(), bytes.NewReader(plain()), int64(len(plain())), nil, nil)
	require.Equal(t, string(pdf.CodeNoCertificate), code(err))
}

func TestCertificateNotFitToSign(t *testing.T) {
	p, _ := testpki.Start(t)
	doc := plain()
	var out bytes.Buffer
	err := pdf.Sign(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), p.Signer("expired"), nil)
	require.ErrorIs(t, err, signer.ErrCertificateExpired)
	require.Zero(t, out.Len())
	require.NoError(t, pdf.Sign(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), p.Signer("expired"), &pdf.Options{InsecureExpired: true}))
	requireSound(t, out.Bytes())
	// A time that the signature claims does not bring the certificate back; the clock does.
	out.Reset()
	before := p.Certificate("expired").NotAfter.Add(-time.Hour)
	err = pdf.Sign(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), p.Signer("expired"), &pdf.Options{SigningTime: before})
	require.ErrorIs(t, err, signer.ErrCertificateExpired)
	require.NoError(t, pdf.Sign(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), p.Signer("expired"), &pdf.Options{Clock: func() time.Time { return before }}))
	_, err = pdf.Prepare(t.Context(), bytes.NewReader(doc), int64(len(doc)), []*certificate{p.Issuer()}, nil)
	require.ErrorIs(t, err, signer.ErrCertificateUnsuitable)
}

// TestCutOff: a document that lost its end is not signed as if it were whole, wherever it was cut.
func TestCutOff(t *testing.T) {
	p, _ := testpki.Start(t)
	for name, doc := range map[string][]byte{"plain": plain(), "form": build(shapes["form indirect, array indirect"]...), "signed": signed(t, p, plain(), nil), "large": large(5 << 20)} {
		for _, share := range []float64{0.1, 0.3, 0.5, 0.7, 0.9, 0.95} {
			at := int(float64(len(doc)) * share)
			if name == "signed" {
				at = max(at, len(plain())+60) // its first revision would be a whole document
			}
			out, err := trySign(t, p, doc[:at], nil)
			require.Contains(t, []string{string(pdf.CodeDamaged), string(pdf.CodeUnreadable), string(pdf.CodeNoPages)}, code(err), "%s %v", name, share)
			require.Empty(t, out)
		}
	}
	out := signed(t, p, plain(), nil)
	requireSound(t, signed(t, p, out[:len(plain())], nil))
}

// TestNothingIsWrittenInVain: whatever fails, a small document's destination gets nothing before the signature is there.
func TestNothingIsWrittenInVain(t *testing.T) {
	p, _ := testpki.Start(t)
	doc := plain()
	for name, c := range map[string]struct {
		s    signer.Signer
		opts pdf.Options
		want error
	}{
		"PIN locked":        {&counting{Signer: p.Signer("signer"), fail: 1}, pdf.Options{}, signer.ErrPINLocked},
		"key of another":    {mismatched{p.Signer("signer"), p.Signer("other")}, pdf.Options{}, signer.ErrSignatureInvalid},
		"server down":       {p.Signer("signer"), pdf.Options{Level: pdf.LevelBT, Timestamper: down{}}, timestamp.ErrUnavailable},
		"server lies":       {p.Signer("signer"), pdf.Options{Level: pdf.LevelBT, Timestamper: liar{p.TSAClient()}}, timestamp.ErrNotProved},
		"no certificate":    {mismatched{nil, p.Signer("other")}, pdf.Options{}, errNobody},
		"digest-only Ed255": {struct{ signer.Signer }{p.Signer("ed25519")}, pdf.Options{}, signer.ErrUnsupportedAlgorithm},
	} {
		var out bytes.Buffer
		err := pdf.Sign(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), c.s, &c.opts)
		require.ErrorIs(t, err, c.want, name)
		require.Zero(t, out.Len(), name)
	}
}

func TestDiskFull(t *testing.T) {
	p, _ := testpki.Start(t)
	for _, doc := range [][]byte{plain(), large(9 << 20)} {
		for _, room := range []int{0, 100, len(doc) + 50} {
			err := pdf.Sign(t.Context(), &failing{room: room}, bytes.NewReader(doc), int64(len(doc)), p.Signer("signer"), nil)
			require.Equal(t, string(pdf.CodeWrite), code(err))
			require.ErrorIs(t, err, errDiskFull)
		}
	}
}

// large is a document of about n octets, in one page's content.
func large(n int) []byte {
	return build(catalogPlain, pagesOne, pagePlain, "<< /Length "+itoa(n)+" >>\nstream\n"+string(bytes.Repeat([]byte("0 0 m 9 9 l S\n\n\n"), n/16))+"\nendstream")
}

func TestLargeDocuments(t *testing.T) {
	p, _ := testpki.Start(t)
	doc := large(16 << 20)
	dir := t.TempDir()
	in := filepath.Join(dir, "in.pdf")
	require.NoError(t, os.WriteFile(in, doc, 0o600))
	src, err := os.Open(in)
	require.NoError(t, err)
	defer src.Close()
	_, err = src.Seek(5, io.SeekStart)
	require.NoError(t, err)

	var steps []int64
	progress := func(done, total int64) {
		require.EqualValues(t, len(doc), total)
		steps = append(steps, done)
	}
	for name, source := range map[string]io.ReaderAt{"file": src, "memory": bytes.NewReader(doc)} {
		for _, hash := range []crypto.Hash{crypto.SHA256, crypto.SHA512} {
			t.Run(name+" "+hash.String(), func(t *testing.T) {
				steps = nil
				dst, err := os.Create(filepath.Join(t.TempDir(), "out.pdf"))
				require.NoError(t, err)
				defer dst.Close()
				_, err = dst.WriteString("before")
				require.NoError(t, err)
				opts := &pdf.Options{Hash: hash, Progress: progress, SigningTime: time.Unix(1767225600, 0)}
				require.NoError(t, pdf.Sign(t.Context(), dst, source, int64(len(doc)), p.Signer("signer"), opts))
				require.Greater(t, len(steps), 10)
				require.IsIncreasing(t, steps)
				require.EqualValues(t, len(doc), steps[len(steps)-1])
				at, err := src.Seek(0, io.SeekCurrent)
				require.NoError(t, err)
				require.EqualValues(t, 5, at, "reading at an offset moves nothing")
				out, err := os.ReadFile(dst.Name())
				require.NoError(t, err)
				require.Equal(t, "before", string(out[:6]))
				out = out[6:]
				require.True(t, bytes.HasPrefix(out, doc))
				requireSound(t, out)

				prepared, err := pdf.Prepare(t.Context(), source, int64(len(doc)), p.Chain("signer"), opts)
				require.NoError(t, err)
				value, err := signer.Sign(t.Context(), p.Signer("signer"), prepared.Request())
				require.NoError(t, err)
				var buffer bytes.Buffer
				require.NoError(t, later(t, prepared).Finish(t.Context(), &buffer, source, int64(len(doc)), value, nil))
				requireSound(t, buffer.Bytes())

				changed := bytes.Clone(doc)
				changed[len(doc)/2] ^= 1
				err = prepared.Finish(t.Context(), io.Discard, bytes.NewReader(changed), int64(len(doc)), value, nil)
				require.Equal(t, string(pdf.CodeChanged), code(err))
			})
		}
	}
}

// TestMemoryDoesNotGrow signs and reads documents that nobody holds in memory.
func TestMemoryDoesNotGrow(t *testing.T) {
	p, _ := testpki.Start(t)
	const size = 256 << 20
	head, tail := hollow(size)
	src := &hollowReader{head: head, tail: tail, size: size}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var end tailWriter
	require.NoError(t, pdf.Sign(t.Context(), &end, src, size, p.Signer("signer"), nil))
	signedSrc := &hollowReader{head: head, tail: append(bytes.Clone(tail), end.tail(size)...), size: end.n}
	d, err := pdf.Read(t.Context(), signedSrc, end.n, nil)
	require.NoError(t, err)
	runtime.ReadMemStats(&after)
	require.Equal(t, pdf.Whole, d.Signatures[0].Extent)
	require.Equal(t, "intact", string(d.Signatures[0].CMS.ContentIntegrity))
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8<<20), "octets allocated in all")
}

func TestContextEndsEverything(t *testing.T) {
	p, _ := testpki.Start(t)
	doc := large(16 << 20)
	before := runtime.NumGoroutine()
	for _, after := range []int{0, 1, 5, 20} {
		ctx, cancel := context.WithCancel(t.Context())
		calls := 0
		opts := &pdf.Options{Progress: func(int64, int64) {
			if calls++; calls >= after {
				cancel()
			}
		}}
		if after == 0 {
			cancel()
		}
		err := pdf.Sign(ctx, io.Discard, bytes.NewReader(doc), int64(len(doc)), p.Signer("signer"), opts)
		require.ErrorIs(t, err, context.Canceled)
		in := store(t, "in.pdf", doc)
		src, err := os.Open(in)
		require.NoError(t, err)
		dst, err := os.Create(in + ".out")
		require.NoError(t, err)
		calls = 0
		ctx, cancel = context.WithCancel(t.Context())
		require.ErrorIs(t, pdf.Sign(ctx, dst, src, int64(len(doc)), p.Signer("signer"), &pdf.Options{Progress: func(int64, int64) { cancel() }}), context.Canceled)
		_, err = pdf.Read(ctx, src, int64(len(doc)), nil)
		require.ErrorIs(t, err, context.Canceled)
		src.Close()
		dst.Close()
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	require.LessOrEqual(t, runtime.NumGoroutine(), before)
}

// TestShrinkingSource: a document that ends earlier than it says is an error, whatever way it is read.
func TestShrinkingSource(t *testing.T) {
	p, _ := testpki.Start(t)
	for _, doc := range [][]byte{plain(), large(9 << 20)} {
		err := pdf.Sign(t.Context(), io.Discard, io.NewSectionReader(bytes.NewReader(doc), 0, int64(len(doc))-1), int64(len(doc)), p.Signer("signer"), nil)
		require.Error(t, err)
		require.True(t, errors.Is(err, io.ErrUnexpectedEOF) || code(err) == string(pdf.CodeUnreadable), err)
	}
}

// TestFailingSource: what goes wrong while reading is told apart from what the document holds.
func TestFailingSource(t *testing.T) {
	p, _ := testpki.Start(t)
	good := signed(t, p, plain(), nil)
	for _, from := range []int64{0, 100, int64(len(good)) - 10} {
		src := brokenFrom{bytes.NewReader(good), from}
		_, err := pdf.Read(t.Context(), src, int64(len(good)), nil)
		require.Equal(t, string(pdf.CodeRead), code(err))
		require.ErrorIs(t, err, errNobody)
		err = pdf.Sign(t.Context(), io.Discard, src, int64(len(good)), p.Signer("signer"), nil)
		require.Equal(t, string(pdf.CodeRead), code(err))
		require.ErrorIs(t, err, errNobody)
	}
}
