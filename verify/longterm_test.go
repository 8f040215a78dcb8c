package verify_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testtool"
	"github.com/kyso-dev/kyso/verify"
)

// TestJudgeLongTerm: files that EU DSS and pyHanko make at B-LT and B-LTA carry what they need: offline we say of them what EU DSS says,
// now, after the signer's certificate has expired, and after the time-stamp authority's has.
func TestJudgeLongTerm(t *testing.T) {
	p := start(t)
	dir, keys := material(t, p)
	content := []byte("content\n")
	pdfIn := put(t, filepath.Join(dir, "in.pdf"), plainPDF("x"))
	txtIn := put(t, filepath.Join(dir, "in.txt"), content)
	xmlIn := put(t, filepath.Join(dir, "in.xml"), []byte(plainXML))
	root, issuer := filepath.Join(dir, "root.pem"), filepath.Join(dir, "issuer.pem")
	dss := func(format, level, in string, more ...string) func(t *testing.T, out string) {
		return func(t *testing.T, out string) {
			args := append([]string{"sign", "--format", format, "--level", level, "--tsa", p.server.TSA, "--certs", issuer, "--trust", root, "--online"}, keys...)
			testtool.DSS(t, append(append(args, more...), in, out)...)
		}
	}
	hanko := func(level string) func(t *testing.T, out string) {
		return func(t *testing.T, out string) {
			args := append([]string{"sign", "--level", level, "--tsa", p.server.TSA, "--certs", issuer, "--trust", root, "--online"}, keys...)
			testtool.Hanko(t, append(args, pdfIn, out)...)
		}
	}
	expired, tsaExpired := p.Certificate("signer").NotAfter.AddDate(0, 1, 0), p.TSA().NotAfter.AddDate(0, 1, 0)
	times := []time.Time{p.Now().Add(time.Minute), expired, tsaExpired}
	for _, c := range []struct {
		name, level string
		content     []byte
		make        func(t *testing.T, out string)
	}{
		{"DSS PAdES", "LT", nil, dss("pades", "LT", pdfIn)},
		{"DSS PAdES", "LTA", nil, dss("pades", "LTA", pdfIn)},
		{"DSS CAdES", "LT", nil, dss("cades", "LT", txtIn)},
		{"DSS CAdES", "LTA", nil, dss("cades", "LTA", txtIn)},
		{"DSS XAdES", "LT", nil, dss("xades", "LT", xmlIn)},
		{"DSS XAdES", "LTA", nil, dss("xades", "LTA", xmlIn)},
		{"DSS XAdES detached", "LTA", content, dss("xades", "LTA", txtIn, "--packaging", "detached")},
		{"pyHanko PAdES", "LT", nil, hanko("LT")},
		{"pyHanko PAdES", "LTA", nil, hanko("LTA")},
	} {
		t.Run(c.name+" B-"+c.level, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			c.make(t, out)
			doc, err := os.ReadFile(out)
			require.NoError(t, err)
			for _, at := range times {
				t.Run(at.Format(time.DateOnly), func(t *testing.T) {
					v := p.verifier(t)
					v.Revocation = nil
					opts, args := about(c.content), []string{"validate", "--trust", root, "--at", at.UTC().Format(time.RFC3339)}
					opts.At = at
					if c.content != nil {
						args = append(args, "--content", txtIn)
					} else {
						opts.Content = nil
					}
					r := judge(t, v, doc, opts)
					s := r.Signatures[0]
					answer := testtool.DSS(t, append(args, out)...)
					theirs := dssVerdict(answer[0])
					if at.Equal(tsaExpired) {
						// Nothing proves signing in time. DSS takes the data in the file, which speaks of the day of signing, for the certificate's whole
						// validity and says OUT_OF_BOUNDS_NOT_REVOKED; we want data that holds until its end for that (EN 319 102-1, 5.2.6.4).
						require.Equal(t, "INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED", theirs)
						theirs = "INDETERMINATE/OUT_OF_BOUNDS_NO_POE"
					}
					require.Equal(t, theirs, verdict(s), "%s\n%s", text(t, r, verify.English, false), pretty(answer[0]))
					require.Equal(t, "B-"+c.level, s.Level)
					require.Equal(t, testtool.Field(answer[0], "signatures", 0, "format"), s.Format+"-BASELINE-"+c.level)
					if s.Indication == verify.TotalPassed {
						require.True(t, s.Time.Proved)
						require.Equal(t, "signature", s.Chain[0].Revocation.Origin)
					}
				})
			}
		})
	}
}

func pretty(answer any) string {
	data, err := json.MarshalIndent(answer, "", " ")
	if err != nil {
		return fmt.Sprint(answer)
	}
	return string(data)
}
