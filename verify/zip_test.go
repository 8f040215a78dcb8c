package verify_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/verify"
	"github.com/kyso-dev/kyso/xml/einvoice"
)

func zipped(t testing.TB, files ...[2]string) *strings.Reader {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		to, err := w.Create(f[0])
		require.NoError(t, err)
		_, err = to.Write([]byte(f[1]))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return strings.NewReader(out.String())
}

// TestVerifyEach: each invoice in a zip has a report of its own, and so has whatever cannot be unpacked.
func TestVerifyEach(t *testing.T) {
	p := start(t)
	v := p.both(t, verify.PolicyGDT)
	good := p.signSlot(t, p.invoice("K26TYY"), einvoice.NBan, "signer")
	each := func(src *strings.Reader) (list []string) {
		require.NoError(t, v.VerifyEach(t.Context(), src, src.Size(), &verify.Options{Name: "a.zip"}, func(r *verify.Report) error {
			code := ""
			if r.Error != nil {
				code = " " + r.Error.Code
			}
			list = append(list, r.File+" "+r.Indication.String()+code)
			return nil
		}))
		return list
	}
	portal := zipped(t, [2]string{"invoice.html", "<html>"}, [2]string{"invoice.xml", good}, [2]string{"details.js", ""})
	require.Equal(t, []string{"a.zip/invoice.xml TOTAL-PASSED"}, each(portal))
	require.Equal(t, []string{"a.zip/1.xml TOTAL-PASSED", "a.zip/2.xml TOTAL-FAILED", "a.zip/3.xml INDETERMINATE xml.malformed"},
		each(zipped(t, [2]string{"1.xml", good}, [2]string{"2.xml", strings.Replace(good, "1100", "9900", 1)}, [2]string{"3.xml", "<HDon>"})))
	require.Equal(t, []string{"a.zip TOTAL-PASSED"}, each(strings.NewReader(good)), "no zip")
	require.Equal(t, []string{"a.zip INDETERMINATE einvoice.zip"}, each(zipped(t, [2]string{"invoice.html", ""})))
	require.Equal(t, []string{"a.zip INDETERMINATE einvoice.zip"}, each(strings.NewReader("PK\x03\x04")))
	require.Equal(t, []string{"a.zip INDETERMINATE verify.format-not-yet"}, each(zipped(t, [2]string{"mimetype", "application/vnd.etsi.asic-e+zip"}, [2]string{"META-INF/signatures.xml", good})))
	require.Equal(t, []string{"a.zip INDETERMINATE verify.empty"}, each(strings.NewReader("")))

	require.NoError(t, v.VerifyEach(t.Context(), failingAfter{portal, portal.Size() - 10}, portal.Size(), nil, func(r *verify.Report) error {
		require.Equal(t, verify.ExitUsage, r.ExitCode(), "a disk that fails is no fault of the document")
		return nil
	}))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, v.VerifyEach(ended, portal, portal.Size(), nil, func(r *verify.Report) error {
		require.Equal(t, string(verify.CodeCancelled), r.Error.Code)
		return nil
	}))
	stop := errors.New("stop")
	require.Equal(t, stop, v.VerifyEach(t.Context(), portal, portal.Size(), nil, func(*verify.Report) error { return stop }))
}
