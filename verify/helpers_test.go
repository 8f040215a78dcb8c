package verify_test

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/verify"
)

// plainPDF is a document of one page and no form, with the text given in its content stream.
func plainPDF(text string) []byte {
	content := fmt.Sprintf("BT (%s) Tj ET", text)
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content),
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	var table bytes.Buffer
	for i, o := range objects {
		fmt.Fprintf(&table, "%010d 00000 n \n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 5\n0000000000 65535 f \n%strailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", table.Bytes(), xref)
	return b.Bytes()
}

// pki is the test PKI of one test, and a verifier that trusts its national root.
type pki struct {
	*testpki.PKI
	server *testpki.Server
}

func start(t testing.TB) pki {
	t.Helper()
	p, s := testpki.Start(t)
	return pki{p, s}
}

// stranger is a PKI of the same names with other keys, which nobody trusts. (PKIs of testpki.Start share their keys.)
func stranger(t testing.TB) pki {
	t.Helper()
	p, err := testpki.New(&testpki.Options{Keys: new(testpki.Keyring)})
	require.NoError(t, err)
	s, err := p.Serve("")
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close(); _ = p.Close() })
	return pki{p, s}
}

// verifier trusts anchors of the tree "national", judges at the PKI's time, and has the lists of that time.
func (p pki) verifier(t testing.TB, anchors ...*x509.Certificate) *verify.Verifier {
	t.Helper()
	store := trust.NewStore()
	if anchors == nil {
		anchors = []*x509.Certificate{p.Root()}
	}
	require.NoError(t, store.Add(trust.National, anchors...))
	return &verify.Verifier{Trust: store, Clock: p.Now, Revocation: p.lists(t)}
}

// later is a verifier that has the lists of now and of another time. The PKI's clock is at that time afterwards.
func (p pki) later(t testing.TB, at time.Time) *verify.Verifier {
	t.Helper()
	now := p.lists(t)
	p.SetTime(at)
	v := p.verifier(t)
	v.Revocation.Add(now)
	return v
}

func (p pki) signPDF(t testing.TB, doc []byte, who string, opts *pdf.Options) []byte {
	t.Helper()
	var out bytes.Buffer
	o := pdf.Options{Clock: p.Now}
	if opts != nil {
		o = *opts
		o.Clock = p.Now
	}
	require.NoError(t, pdf.Sign(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), p.Signer(who), &o))
	return out.Bytes()
}

func (p pki) signCMS(t testing.TB, content []byte, who string, opts *cms.Options) []byte {
	t.Helper()
	var out bytes.Buffer
	o := cms.Options{Clock: p.Now}
	if opts != nil {
		o = *opts
		o.Clock = p.Now
	}
	require.NoError(t, cms.Sign(t.Context(), &out, bytes.NewReader(content), p.Signer(who), &o))
	return out.Bytes()
}

// judge verifies a document that can be read.
func judge(t testing.TB, v *verify.Verifier, doc []byte, opts *verify.Options) *verify.Report {
	t.Helper()
	report, err := v.Verify(t.Context(), bytes.NewReader(doc), int64(len(doc)), opts)
	require.NoError(t, err)
	require.NotNil(t, report)
	require.Nil(t, report.Error)
	return report
}

// about are options with the content of a detached signature.
func about(content []byte) *verify.Options {
	return &verify.Options{Content: bytes.NewReader(content), ContentSize: int64(len(content))}
}

// verdict is an indication with its sub-indication, as people write it.
func verdict(s *verify.Signature) string {
	if s.SubIndication == "" {
		return s.Indication.String()
	}
	return s.Indication.String() + "/" + string(s.SubIndication)
}

func stampVerdict(s *verify.Timestamp) string {
	if s.SubIndication == "" {
		return s.Indication.String()
	}
	return s.Indication.String() + "/" + string(s.SubIndication)
}

func codes(findings []verify.Finding) []string {
	var list []string
	for _, f := range findings {
		list = append(list, string(f.Code))
	}
	slices.Sort(list)
	return list
}

// flip changes one octet of a copy: the first occurrence of old becomes new.
func flip(t testing.TB, doc []byte, old, new string) []byte {
	t.Helper()
	require.Len(t, new, len(old))
	require.True(t, bytes.Contains(doc, []byte(old)), "%q is not in the document", old)
	return bytes.Replace(bytes.Clone(doc), []byte(old), []byte(new), 1)
}

func asJSON(t testing.TB, r *verify.Report, lang verify.Lang) map[string]any {
	t.Helper()
	data, err := r.JSON(lang)
	require.NoError(t, err)
	var out map[string]any
	require.NoError(t, json.Unmarshal(data, &out))
	return out
}

func text(t testing.TB, r *verify.Report, lang verify.Lang, color bool) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, r.Text(&b, lang, color))
	return b.String()
}

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}
