package verify_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/trust"
	"github.com/kyso-dev/kyso/verify"
)

func TestPDF(t *testing.T) {
	p := start(t)
	for _, c := range []struct {
		name, who string
		opts      *pdf.Options
		level     string
		basis     string
		algorithm string
	}{
		{"B-B", "signer", &pdf.Options{Reason: "Đồng ý"}, "B-B", verify.BasisNow, "RSA-PKCS1v15"},
		{"B-T", "signer", &pdf.Options{Level: pdf.LevelBT, Timestamper: p.TSAClient()}, "B-T", verify.BasisTimestamp, "RSA-PKCS1v15"},
		{"B-T, PSS", "signer", &pdf.Options{Level: pdf.LevelBT, Timestamper: p.TSAClient(), PSS: true}, "B-T", verify.BasisTimestamp, "RSA-PSS"},
		{"B-T, ECDSA", "ec", &pdf.Options{Level: pdf.LevelBT, Timestamper: p.TSAClient()}, "B-T", verify.BasisTimestamp, "ECDSA"},
		{"B-T, Ed25519", "ed25519", &pdf.Options{Level: pdf.LevelBT, Timestamper: p.TSAClient()}, "B-T", verify.BasisTimestamp, "Ed25519"},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc := p.signPDF(t, plainPDF("hello"), c.who, c.opts)
			r := judge(t, p.verifier(t), doc, &verify.Options{Name: "a.pdf"})
			require.Equal(t, verify.TotalPassed, r.Indication, "%s", text(t, r, verify.English, false))
			require.Equal(t, verify.ExitPassed, r.ExitCode())
			require.Equal(t, verify.PDF, r.Format)
			require.Len(t, r.Signatures, 1)
			s := r.Signatures[0]
			require.Equal(t, "TOTAL-PASSED", verdict(s))
			require.Equal(t, c.level, s.Level)
			require.Equal(t, "PAdES", s.Format)
			require.Equal(t, c.algorithm, s.SignatureAlgorithm)
			require.Equal(t, "whole", s.Coverage.Extent)
			require.Equal(t, verify.ChangesNone, s.ChangesAfter.Level)
			require.Equal(t, "national", s.Trust.Tree)
			require.Equal(t, c.basis, s.Time.Basis)
			require.Equal(t, c.level == "B-T", s.Time.Proved)
			require.True(t, s.Signer.ValidAtBestTime)
			require.Equal(t, cms.BySigningCertificate, s.Signer.IdentifiedBy)
			require.Len(t, s.Chain, 3)
			require.True(t, s.Chain[2].Anchor)
			require.Equal(t, verify.RevocationNotRequired, s.Chain[2].Revocation.Status)
			require.Equal(t, verify.RevocationGood, s.Chain[0].Revocation.Status)
			require.Equal(t, "given", s.Chain[0].Revocation.Origin)
			if c.level == "B-T" {
				require.Len(t, s.Timestamps, 1)
				require.Equal(t, "PASSED", stampVerdict(s.Timestamps[0]))
				require.Equal(t, verify.StampSignature, s.Timestamps[0].Kind)
				require.Equal(t, []string{s.ID}, s.Timestamps[0].Covers)
				require.Equal(t, verify.CertificateEmbedded, s.Timestamps[0].Certificate)
			}
			if c.opts.Reason != "" {
				require.Equal(t, c.opts.Reason, s.Claims.Reason)
			}
		})
	}
}

func TestCMS(t *testing.T) {
	p := start(t)
	content := []byte("Hợp đồng số 1\n")
	detached := p.signCMS(t, content, "signer", &cms.Options{Level: cms.LevelBT, Timestamper: p.TSAClient()})
	attached := p.signCMS(t, content, "ec", &cms.Options{Attached: true})
	// An attached file whose content is a PDF, header and all near the beginning, is a CMS file.
	wrapped := p.signCMS(t, plainPDF("inside"), "signer", &cms.Options{Attached: true})
	labelled := func(label string, der []byte) []byte {
		return append([]byte("text before\n"), pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})...)
	}
	for _, c := range []struct {
		name  string
		doc   []byte
		opts  *verify.Options
		level string
	}{
		{"detached", detached, about(content), "B-T"},
		{"attached", attached, nil, "B-B"},
		{"attached PDF", wrapped, nil, "B-B"},
		{"PEM, CMS", labelled("CMS", attached), nil, "B-B"},
		{"PEM, PKCS7", labelled("PKCS7", detached), about(content), "B-T"},
		{"PEM with CRLF", bytes.ReplaceAll(labelled("PKCS7", attached), []byte("\n"), []byte("\r\n")), nil, "B-B"},
		{"attached, same content given", attached, about(content), "B-B"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := judge(t, p.verifier(t), c.doc, c.opts)
			require.Equal(t, verify.CMS, r.Format)
			require.Equal(t, verify.TotalPassed, r.Indication, "%s", text(t, r, verify.English, false))
			s := r.Signatures[0]
			require.Equal(t, c.level, s.Level)
			require.Equal(t, "CAdES", s.Format)
			require.NotNil(t, s.Time.Claimed)
			require.True(t, s.Time.ClaimedCovered)
			require.Equal(t, []verify.Reference{{Type: "message-digest", DigestAlgorithm: s.DigestAlgorithm, Found: true, Intact: true}}, s.References)
		})
	}

	t.Run("detached without its content", func(t *testing.T) {
		r := judge(t, p.verifier(t), detached, nil)
		require.Equal(t, "INDETERMINATE/SIGNED_DATA_NOT_FOUND", verdict(r.Signatures[0]))
		require.Equal(t, cms.Unknown, r.Signatures[0].Integrity.Content)
		require.Equal(t, verify.ExitIndeterminate, r.ExitCode())
	})
	t.Run("detached with other content", func(t *testing.T) {
		r := judge(t, p.verifier(t), detached, about([]byte("other")))
		require.Equal(t, "TOTAL-FAILED/HASH_FAILURE", verdict(r.Signatures[0]))
		require.Equal(t, verify.ExitFailed, r.ExitCode())
	})
	t.Run("attached, other content given", func(t *testing.T) {
		r := judge(t, p.verifier(t), attached, about([]byte("other")))
		require.Equal(t, verify.Indeterminate, r.Indication)
		require.Equal(t, verify.TotalPassed, r.Signatures[0].Indication)
	})
	t.Run("several signers", func(t *testing.T) {
		var both bytes.Buffer
		require.NoError(t, cms.AddSignature(t.Context(), &both, attached, nil, p.Signer("person"), &cms.Options{Clock: p.Now}))
		r := judge(t, p.verifier(t), both.Bytes(), nil)
		require.Len(t, r.Signatures, 2)
		require.Equal(t, verify.TotalPassed, r.Indication)
		require.NotEqual(t, r.Signatures[0].Signer.CertificateSHA256, r.Signatures[1].Signer.CertificateSHA256)
	})
}

func armour(der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: der}) }

// TestSigners checks what a report says of the PKI's signers.
func TestSigners(t *testing.T) {
	p := start(t)
	for who, kind := range map[string]string{"signer": "organization", "eseal": "organization", "person": "person", "employee": "employee", "other": "organization"} {
		t.Run(who, func(t *testing.T) {
			r := judge(t, p.verifier(t), p.signCMS(t, []byte("x"), who, &cms.Options{Attached: true}), nil)
			s := r.Signatures[0].Signer
			require.Equal(t, kind, s.Kind)
			require.Equal(t, kind != "person", s.TaxCode != "")
			require.Equal(t, kind != "organization", s.PersonalID != "")
			require.Equal(t, kind != "organization", s.Person != "")
			require.Contains(t, s.Usage, "nonRepudiation")
			require.Len(t, s.CertificateSHA256, 64)
		})
	}
}

func TestTrust(t *testing.T) {
	p := start(t)
	doc := p.signPDF(t, plainPDF("x"), "signer", &pdf.Options{Level: pdf.LevelBT, Timestamper: p.TSAClient()})
	government := p.signPDF(t, plainPDF("x"), "cqt", nil)
	leaf := p.Certificate("signer")
	for _, c := range []struct {
		name    string
		doc     []byte
		anchors []*x509.Certificate
		want    string
		basis   string
		chain   int
	}{
		{"root", doc, []*x509.Certificate{p.Root()}, "TOTAL-PASSED", verify.BasisTimestamp, 3},
		{"issuing authority as anchor: the time-stamps' chain ends elsewhere", doc, []*x509.Certificate{p.Issuer()}, "TOTAL-PASSED", "", 2},
		{"the signer's own certificate as anchor", doc, []*x509.Certificate{leaf}, "TOTAL-PASSED", verify.BasisNow, 1},
		{"the other tree", doc, []*x509.Certificate{p.GovRoot()}, "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND", verify.BasisNow, 1},
		{"nothing", doc, []*x509.Certificate{}, "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND", verify.BasisNow, 1},
		{"the older government tree", government, []*x509.Certificate{p.GovRoot()}, "TOTAL-PASSED", verify.BasisNow, 3},
		{"a government signer under the national root", government, []*x509.Certificate{p.Root()}, "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND", verify.BasisNow, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := judge(t, p.verifier(t, c.anchors...), c.doc, nil)
			s := r.Signatures[0]
			require.Equal(t, c.want, verdict(s), "%v", codes(s.Findings))
			require.Len(t, s.Chain, c.chain)
			if c.basis != "" {
				require.Equal(t, c.basis, s.Time.Basis)
			}
			if c.chain == 1 && c.want == "TOTAL-PASSED" {
				require.Equal(t, verify.RevocationNotRequired, s.Chain[0].Revocation.Status, "an anchor's own status is not asked for")
			}
			if s.Indication != verify.TotalPassed {
				require.Equal(t, "none", s.Trust.Tree)
			}
		})
	}
	t.Run("the zero Verifier trusts nothing", func(t *testing.T) {
		var v verify.Verifier
		r := judge(t, &v, doc, nil)
		require.Equal(t, "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND", verdict(r.Signatures[0]))
		require.Equal(t, cms.Intact, r.Signatures[0].Integrity.Signature)
	})
	t.Run("trees are told apart", func(t *testing.T) {
		store := trust.NewStore()
		require.NoError(t, store.Add(trust.National, p.Root()))
		require.NoError(t, store.Add(trust.Government, p.GovRoot()))
		v := &verify.Verifier{Trust: store, Clock: p.Now}
		require.Equal(t, "national", judge(t, v, doc, nil).Signatures[0].Trust.Tree)
		require.Equal(t, "government", judge(t, v, government, nil).Signatures[0].Trust.Tree)
	})
	t.Run("issuer given, not embedded", func(t *testing.T) {
		// Without the issuing authority among the certificates there is no chain; given, there is one.
		var bare bytes.Buffer
		alone := onlyLeaf{p.Signer("signer")}
		require.NoError(t, cms.Sign(t.Context(), &bare, strings.NewReader("x"), alone, &cms.Options{Attached: true, Clock: p.Now}))
		v := p.verifier(t)
		require.Equal(t, "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND", verdict(judge(t, v, bare.Bytes(), nil).Signatures[0]))
		v = p.verifier(t)
		v.Certificates = []*x509.Certificate{p.Issuer()}
		require.Equal(t, "TOTAL-PASSED", verdict(judge(t, v, bare.Bytes(), nil).Signatures[0]))
	})
}

// TestTime judges the same signatures at several times.
func TestTime(t *testing.T) {
	p := start(t)
	cert := p.Certificate("signer")
	signed := p.Now()
	bare := p.signPDF(t, plainPDF("x"), "signer", nil)
	stamped := p.signPDF(t, plainPDF("x"), "signer", &pdf.Options{Level: pdf.LevelBT, Timestamper: p.TSAClient()})
	cases := []struct {
		name  string
		doc   []byte
		at    time.Time
		want  string
		basis string
	}{
		{"now", bare, signed, "TOTAL-PASSED", verify.BasisNow},
		{"now, with a time-stamp", stamped, signed, "TOTAL-PASSED", verify.BasisTimestamp},
		{"after expiry: nothing proves signing before", bare, cert.NotAfter.AddDate(0, 1, 0), "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", verify.BasisNow},
		{"after expiry: the time-stamp proves it", stamped, cert.NotAfter.AddDate(0, 1, 0), "TOTAL-PASSED", verify.BasisTimestamp},
		{"before the certificate was valid", bare, cert.NotBefore.AddDate(0, -1, 0), "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", verify.BasisNow},
		{"after the authorities expired too", stamped, day(2100, 1, 1), "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", verify.BasisNow},
		{"T5: before the time-stamp was made it proves nothing", stamped, signed.Add(-time.Hour), "TOTAL-PASSED", verify.BasisNow},
	}
	signing := p.lists(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p.SetTime(c.at)
			v := p.verifier(t)
			if c.at.After(signed) {
				v.Revocation.Add(signing)
			}
			r := judge(t, v, c.doc, &verify.Options{At: c.at})
			s := r.Signatures[0]
			require.Equal(t, c.want, verdict(s), "%s", text(t, r, verify.English, false))
			require.Equal(t, c.basis, s.Time.Basis)
			require.WithinDuration(t, c.at, r.ValidationTime, time.Second)
		})
	}
	t.Run("the validation time is the same in reports and verdicts", func(t *testing.T) {
		p.SetTime(signed)
		r := judge(t, p.verifier(t), bare, &verify.Options{At: signed.In(time.FixedZone("", 7*3600))})
		require.Equal(t, time.UTC, r.ValidationTime.Location())
		require.Zero(t, r.ValidationTime.Nanosecond())
	})
}

func TestTokens(t *testing.T) {
	p := start(t)
	content := []byte("time-stamped")
	tok := stampOf(t, p, content)
	response := responseOf(t, p, content)
	for _, c := range []struct {
		name string
		doc  []byte
		opts *verify.Options
		want string
		exit int
	}{
		{"token", tok, about(content), "PASSED", verify.ExitPassed},
		{"server answer", response, about(content), "PASSED", verify.ExitPassed},
		{"token in PEM", pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: tok}), about(content), "PASSED", verify.ExitPassed},
		{"other content", tok, about([]byte("other")), "FAILED/HASH_FAILURE", verify.ExitFailed},
		{"no content", tok, nil, "INDETERMINATE/SIGNED_DATA_NOT_FOUND", verify.ExitIndeterminate},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := judge(t, p.verifier(t), c.doc, c.opts)
			require.Equal(t, verify.TimestampFile, r.Format)
			require.Empty(t, r.Signatures)
			require.Len(t, r.Timestamps, 1)
			require.Equal(t, c.want, stampVerdict(r.Timestamps[0]), "%v", codes(r.Timestamps[0].Findings))
			require.Equal(t, c.exit, r.ExitCode())
		})
	}
	t.Run("untrusted", func(t *testing.T) {
		r := judge(t, p.verifier(t, p.GovRoot()), tok, about(content))
		require.Equal(t, "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND", stampVerdict(r.Timestamps[0]))
	})
}

// TestRefusals checks every kind of document that cannot be judged.
func TestRefusals(t *testing.T) {
	p := start(t)
	good := p.signCMS(t, []byte("x"), "signer", &cms.Options{Attached: true})
	for _, c := range []struct {
		name string
		doc  []byte
		code string
		exit int
	}{
		{"empty", nil, "verify.empty", verify.ExitUnreadable},
		{"garbage", []byte("hello, world"), "verify.unknown-format", verify.ExitUnreadable},
		{"XML", []byte("\xef\xbb\xbf <?xml version=\"1.0\"?><a/>"), "xml.malformed", verify.ExitUnreadable},
		{"XML with a document type", []byte("<!DOCTYPE a><a/>"), "xml.doctype", verify.ExitUnreadable},
		{"UTF-16 cut off", []byte("\xff\xfe<\x00a\x00"), "xml.malformed", verify.ExitUnreadable},
		{"ZIP", []byte("PK\x03\x04aaaaaaaaaaaaaaaa"), "verify.format-not-yet", verify.ExitUnreadable},
		{"truncated CMS", good[:len(good)/2], "cms.malformed", verify.ExitUnreadable},
		{"damaged PEM", []byte("-----BEGIN CMS-----\n!!!!\n-----END CMS-----\n"), "verify.bad-pem", verify.ExitUnreadable},
		{"PEM of something else", pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: []byte("hello")}), "verify.bad-pem", verify.ExitUnreadable},
		{"PEM cut off", pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: good})[:900], "cms.malformed", verify.ExitUnreadable},
		{"a PDF header and nothing else", []byte("%PDF-1.7\n"), "pdf.unreadable", verify.ExitUnreadable},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := p.verifier(t).Verify(t.Context(), bytes.NewReader(c.doc), int64(len(c.doc)), &verify.Options{Name: "x"})
			require.Error(t, err)
			var coded interface{ Code() string }
			require.ErrorAs(t, err, &coded)
			require.Equal(t, c.code, coded.Code(), "%v", err)
			require.NotNil(t, r.Error)
			require.Equal(t, c.code, r.Error.Code)
			require.Equal(t, verify.Indeterminate, r.Indication)
			require.Equal(t, c.exit, r.ExitCode())
			out := asJSON(t, r, verify.Vietnamese)
			require.NotEmpty(t, out["error"].(map[string]any)["text"])
			require.Equal(t, []any{}, out["signatures"])
			require.NotContains(t, text(t, r, verify.English, false), "VALID")
		})
	}
	t.Run("not signed", func(t *testing.T) {
		r := judge(t, p.verifier(t), plainPDF("x"), nil)
		require.Equal(t, verify.ExitUnsigned, r.ExitCode())
		require.Equal(t, verify.Indeterminate, r.Indication)
	})
	t.Run("unreadable disk", func(t *testing.T) {
		r, err := p.verifier(t).Verify(t.Context(), failing{}, 100, nil)
		require.ErrorIs(t, err, os.ErrPermission)
		require.Equal(t, verify.ExitUsage, r.ExitCode())
	})
	t.Run("a disk that fails later", func(t *testing.T) {
		doc := p.signPDF(t, plainPDF(strings.Repeat("x", 1<<20)), "signer", nil)
		r, err := p.verifier(t).Verify(t.Context(), failingAfter{bytes.NewReader(doc), 1 << 19}, int64(len(doc)), nil)
		require.ErrorIs(t, err, os.ErrPermission)
		require.Equal(t, string(verify.CodeRead), r.Error.Code)
		require.Equal(t, verify.ExitUsage, r.ExitCode())
	})
	t.Run("unreadable content", func(t *testing.T) {
		doc := p.signCMS(t, []byte("x"), "signer", nil)
		r, err := p.verifier(t).Verify(t.Context(), bytes.NewReader(doc), int64(len(doc)), &verify.Options{Content: failing{}, ContentSize: 10})
		require.ErrorIs(t, err, os.ErrPermission)
		require.Equal(t, string(verify.CodeContent), r.Error.Code)
		require.Equal(t, verify.ExitUsage, r.ExitCode())
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		r, err := p.verifier(t).Verify(ctx, bytes.NewReader(good), int64(len(good)), nil)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, verify.ExitUsage, r.ExitCode())
	})
	t.Run("unknown policies", func(t *testing.T) {
		for policy, code := range map[string]string{"lax": "verify.unknown-policy", "GDT": "verify.unknown-policy"} {
			v := p.verifier(t)
			v.Policy = policy
			r, err := v.Verify(t.Context(), bytes.NewReader(good), int64(len(good)), nil)
			var e *verify.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, code, e.Code())
			require.Equal(t, verify.ExitUsage, r.ExitCode())
		}
	})
}

// TestJunkBeforePDF: a header within the first kilobyte counts, as viewers have it.
func TestJunkBeforePDF(t *testing.T) {
	p := start(t)
	junk := append([]byte("HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n"), plainPDF("x")...)
	doc := p.signPDF(t, junk, "signer", nil)
	r := judge(t, p.verifier(t), doc, nil)
	require.Equal(t, verify.PDF, r.Format)
	require.Equal(t, "TOTAL-PASSED", verdict(r.Signatures[0]), "%v", codes(r.Signatures[0].Findings))
}

// TestConcurrent verifies many documents with one Verifier, and the same way each time.
func TestConcurrent(t *testing.T) {
	p := start(t)
	doc := p.signPDF(t, plainPDF("x"), "signer", &pdf.Options{Level: pdf.LevelBT, Timestamper: p.TSAClient()})
	v := p.verifier(t)
	at := p.Now()
	want, err := judge(t, v, doc, &verify.Options{At: at}).JSON(verify.English)
	require.NoError(t, err)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 5 {
				r, err := v.Verify(context.Background(), bytes.NewReader(doc), int64(len(doc)), &verify.Options{At: at})
				if err != nil {
					t.Error(err)
					return
				}
				if got, _ := r.JSON(verify.English); !bytes.Equal(got, want) {
					t.Errorf("another report: %s", got)
				}
			}
		})
	}
	group.Wait()
}

func TestProgress(t *testing.T) {
	p := start(t)
	content := bytes.Repeat([]byte("x"), 1<<20)
	doc := p.signCMS(t, content, "signer", nil)
	var last, calls int64
	opts := about(content)
	opts.Progress = func(done, total int64) {
		calls++
		require.GreaterOrEqual(t, done, last)
		require.Equal(t, int64(len(content)+len(doc)), total)
		last = done
	}
	require.Equal(t, verify.TotalPassed, judge(t, p.verifier(t), doc, opts).Indication)
	require.Equal(t, int64(len(content)+len(doc)), last)
	require.Greater(t, calls, int64(2))
}

func TestWorstExit(t *testing.T) {
	for _, c := range []struct {
		codes []int
		want  int
	}{
		{[]int{0}, 0}, {[]int{0, 0}, 0}, {[]int{0, 2}, 2}, {[]int{2, 1, 0}, 1}, {[]int{0, 5}, 5}, {[]int{5, 2}, 2}, {[]int{4, 1}, 4}, {[]int{3, 4, 1}, 3}, {nil, 3},
	} {
		require.Equal(t, c.want, verify.WorstExit(c.codes...), "%v", c.codes)
	}
}

// TestZeroValues: nothing that nobody judged is valid.
func TestZeroValues(t *testing.T) {
	var r verify.Report
	require.Equal(t, "INDETERMINATE", r.Indication.String())
	require.Equal(t, verify.ExitUnsigned, r.ExitCode())
	var s verify.Signature
	require.Equal(t, "INDETERMINATE", verdict(&s))
	require.NotEqual(t, cms.Intact, s.Integrity.Content)
	r.Signatures = []*verify.Signature{{}}
	require.Equal(t, verify.ExitIndeterminate, r.ExitCode())
	require.Equal(t, "INDETERMINATE", verify.Indication(200).String())
	for _, i := range []verify.Indication{verify.Indeterminate, verify.TotalFailed, verify.TotalPassed, verify.Failed, verify.Passed} {
		name, err := i.MarshalText()
		require.NoError(t, err)
		var back verify.Indication
		require.NoError(t, back.UnmarshalText(name))
		require.Equal(t, i, back)
	}
	var i verify.Indication
	require.Error(t, i.UnmarshalText([]byte("VALID")))
}

type failing struct{}

func (failing) ReadAt([]byte, int64) (int, error) { return 0, os.ErrPermission }

type failingAfter struct {
	r     io.ReaderAt
	limit int64
}

func (f failingAfter) ReadAt(b []byte, off int64) (int, error) {
	if off <= f.limit && off+int64(len(b)) > f.limit {
		return 0, os.ErrPermission
	}
	return f.r.ReadAt(b, off)
}

// TestZoneAmbiguous: a PDF date without a zone is told.
func TestZoneAmbiguous(t *testing.T) {
	p := start(t)
	doc := p.signPDF(t, plainPDF("x"), "signer", &pdf.Options{SigningTime: time.Date(2026, 3, 4, 5, 6, 7, 0, time.FixedZone("", 7*3600))})
	s := judge(t, p.verifier(t), doc, nil).Signatures[0]
	require.False(t, s.Time.ZoneAmbiguous)
	require.Equal(t, "2026-03-04T05:06:07+07:00", s.Time.Claimed.Format(time.RFC3339))
	vague := flip(t, doc, "(D:20260304050607+07'00')", "(D:20260304050607)       ")
	s = judge(t, p.verifier(t), vague, nil).Signatures[0]
	require.Equal(t, "TOTAL-FAILED/HASH_FAILURE", verdict(s), "the date is among what is signed")
	require.True(t, s.Time.ZoneAmbiguous)
}
