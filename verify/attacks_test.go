package verify_test

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/verify"
)

// TestT1Unbound: a time-stamp that is not about this signature proves nothing, and the signature's time does not come from it.
func TestT1Unbound(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	file := p.signCMS(t, []byte("x"), "signer", &cms.Options{Attached: true})
	other := p.signCMS(t, []byte("y"), "signer", &cms.Options{Attached: true})
	digest := valueDigest(t, file)
	for _, c := range []struct {
		name  string
		token []byte
		want  string
	}{
		{"clean twin", p.ask(t, digest), "PASSED"},
		{"clean twin: signing-certificate of version 1", p.ask(t, digest, testpki.ESSv1), "PASSED"},
		{"clean twin: strangers' certificates first", p.ask(t, digest, testpki.ExtraCertificates), "PASSED"},
		{"imprint over other data", p.ask(t, digest, testpki.WrongImprint), "FAILED/HASH_FAILURE"},
		{"another signature's token", p.ask(t, valueDigest(t, other)), "FAILED/HASH_FAILURE"},
		{"over the content instead of the value", p.ask(t, sum("x")), "FAILED/HASH_FAILURE"},
		{"not a time-stamp at all", p.signCMS(t, digest, "signer", &cms.Options{Attached: true}), "FAILED/FORMAT_FAILURE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := judge(t, v, stamped(t, file, c.token), nil)
			s := r.Signatures[0]
			require.Len(t, s.Timestamps, 1)
			require.Equal(t, c.want, stampVerdict(s.Timestamps[0]), "%v", codes(s.Timestamps[0].Findings))
			require.Equal(t, c.want == "PASSED", s.Time.Proved)
			require.Equal(t, c.want != "PASSED", s.Time.Basis == verify.BasisNow)
			require.Equal(t, c.want != "PASSED", contains(s.Findings, verify.CodeTimestampNotUsed))
		})
	}
}

// TestT2Authority: a token whose certificate is not for time-stamping, or is not named by the token, is refused.
func TestT2Authority(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	file := p.signCMS(t, []byte("x"), "signer", &cms.Options{Attached: true})
	digest := valueDigest(t, file)
	for _, c := range []struct {
		name  string
		fault []testpki.Fault
		want  string
	}{
		{"clean twin", nil, "PASSED"},
		{"no extended key usage", []testpki.Fault{testpki.NoEKU}, "INDETERMINATE/CHAIN_CONSTRAINTS_FAILURE"},
		{"not critical", []testpki.Fault{testpki.EKUNotCritical}, "INDETERMINATE/CHAIN_CONSTRAINTS_FAILURE"},
		{"other usages beside", []testpki.Fault{testpki.ExtraEKU}, "INDETERMINATE/CHAIN_CONSTRAINTS_FAILURE"},
		{"signing-certificate absent", []testpki.Fault{testpki.NoESS}, "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND"},
		{"signing-certificate of another", []testpki.Fault{testpki.WrongESS}, "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND"},
		{"certificate absent", []testpki.Fault{testpki.NoCertificate}, "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND"},
		{"signature broken", []testpki.Fault{testpki.BrokenSignature}, "FAILED/SIG_CRYPTO_FAILURE"},
		{"two signers", []testpki.Fault{testpki.TwoSigners}, "FAILED/FORMAT_FAILURE"},
		{"expired authority", []testpki.Fault{testpki.Expired}, "INDETERMINATE/OUT_OF_BOUNDS_NO_POE"},
		{"genTime outside the certificate's validity", []testpki.Fault{testpki.Future}, "INDETERMINATE/OUT_OF_BOUNDS_NO_POE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := judge(t, v, stamped(t, file, p.ask(t, digest, c.fault...)), nil)
			s := r.Signatures[0]
			require.Equal(t, c.want, stampVerdict(s.Timestamps[0]), "%v", codes(s.Timestamps[0].Findings))
			require.Equal(t, c.want == "PASSED", s.Time.Proved)
		})
	}
	t.Run("clean twin: the certificate is given", func(t *testing.T) {
		v := p.verifier(t)
		v.Certificates = p.TSACertificates()
		r := judge(t, v, stamped(t, file, p.ask(t, digest, testpki.NoCertificate)), nil)
		stamp := r.Signatures[0].Timestamps[0]
		require.Equal(t, "PASSED", stampVerdict(stamp))
		require.Equal(t, verify.CertificateGiven, stamp.Certificate)
	})
}

// TestT3Unvalidated: a token that nobody validated never moves the time. The signer's certificate has expired; a token of an
// authority that is not trusted would put the signature into its validity.
func TestT3Unvalidated(t *testing.T) {
	p, rogue := start(t), stranger(t)
	file := p.signCMS(t, []byte("x"), "signer", &cms.Options{Attached: true})
	digest := valueDigest(t, file)
	late := p.Certificate("signer").NotAfter.AddDate(0, 1, 0)
	clean := p.ask(t, digest)
	cases := []struct {
		name   string
		tokens [][]byte
		want   string
		proved bool
	}{
		{"clean twin", [][]byte{clean}, "TOTAL-PASSED", true},
		{"untrusted authority", [][]byte{rogue.ask(t, digest)}, "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", false},
		{"trusted authority, broken signature", [][]byte{p.ask(t, digest, testpki.BrokenSignature)}, "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", false},
		{"trusted authority, other data", [][]byte{p.ask(t, sum("z"))}, "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", false},
		{"no token", nil, "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", false},
		{"an untrusted one beside a good one", [][]byte{rogue.ask(t, digest), clean}, "TOTAL-PASSED", true},
	}
	v := p.later(t, late)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := judge(t, v, stamped(t, file, c.tokens...), &verify.Options{At: late})
			s := r.Signatures[0]
			require.Equal(t, c.want, verdict(s), "%v", codes(s.Findings))
			require.Equal(t, c.proved, s.Time.Proved)
		})
	}
	t.Run("the claimed time moves nothing", func(t *testing.T) {
		r := judge(t, v, file, &verify.Options{At: late})
		require.NotNil(t, r.Signatures[0].Time.Claimed)
		require.Equal(t, late.Truncate(1e9).UTC(), *r.Signatures[0].Time.Best)
	})
}

// TestT4WholeChain: the whole chain must be valid at the time judged at, not only the signer's certificate, and not at the time when
// the certificates were issued.
func TestT4WholeChain(t *testing.T) {
	p := start(t)
	signer := p.Key("signer")
	issuer := p.Issuer()
	// A signer whose certificate claims a validity beyond its issuer's.
	long := p.certificate(t, signer.Public(), func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = issuer.NotBefore.AddDate(-1, 0, 0), issuer.NotAfter.AddDate(1, 0, 0)
	})
	file := forgery{key: signer, cert: long, others: []*x509.Certificate{issuer}, content: []byte("x")}.file(t)
	for _, c := range []struct {
		name string
		at   int // days from the issuer's end
		want string
	}{
		{"clean twin: while all are valid", -1, "TOTAL-PASSED"},
		{"the issuer has expired, the signer's certificate has not", 1, "INDETERMINATE/OUT_OF_BOUNDS_NO_POE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			at := issuer.NotAfter.AddDate(0, 0, c.at)
			p.SetTime(at)
			r := judge(t, p.verifier(t), file, &verify.Options{At: at})
			require.Equal(t, c.want, verdict(r.Signatures[0]), "%v", codes(r.Signatures[0].Findings))
			require.True(t, r.Signatures[0].Signer.ValidAtBestTime)
		})
	}
	t.Run("before the issuer was valid", func(t *testing.T) {
		r := judge(t, p.verifier(t), file, &verify.Options{At: issuer.NotBefore.AddDate(0, 0, -1)})
		require.Equal(t, "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", verdict(r.Signatures[0]))
	})
}

// TestTimeProofs: what a valid time-stamp proves against a signature.
func TestTimeProofs(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	key := p.Key("signer")
	at := p.Now()
	t.Run("signed before the certificate was valid", func(t *testing.T) {
		cert := p.certificate(t, key.Public(), func(c *x509.Certificate) { c.NotBefore = at.AddDate(0, 1, 0) })
		file := forgery{key: key, cert: cert, others: []*x509.Certificate{p.Issuer()}, content: []byte("x")}.file(t)
		file = stamped(t, file, p.ask(t, valueDigest(t, file)))
		r := judge(t, p.later(t, at.AddDate(0, 2, 0)), file, nil)
		p.SetTime(at)
		require.Equal(t, "TOTAL-FAILED/NOT_YET_VALID", verdict(r.Signatures[0]), "%v", codes(r.Signatures[0].Findings))
	})
	t.Run("signed after the certificate expired", func(t *testing.T) {
		cert := p.certificate(t, key.Public(), func(c *x509.Certificate) { c.NotAfter = at.AddDate(0, 0, -1) })
		file := forgery{key: key, cert: cert, others: []*x509.Certificate{p.Issuer()}, content: []byte("x"), before: p.ask(t, sum("x"))}.file(t)
		r := judge(t, v, file, nil)
		require.Equal(t, "TOTAL-FAILED/EXPIRED", verdict(r.Signatures[0]), "%v", codes(r.Signatures[0].Findings))
		require.Equal(t, verify.StampContent, r.Signatures[0].Timestamps[0].Kind)
	})
	t.Run("clean twin: a content time-stamp within the validity", func(t *testing.T) {
		file := forgery{key: key, cert: p.Certificate("signer"), others: []*x509.Certificate{p.Issuer()}, content: []byte("x"), before: p.ask(t, sum("x"))}.file(t)
		r := judge(t, v, file, nil)
		require.Equal(t, "TOTAL-PASSED", verdict(r.Signatures[0]), "%v", codes(r.Signatures[0].Findings))
		require.False(t, r.Signatures[0].Time.Proved, "a content time-stamp says that the signature is younger, not how old it is")
	})
}

// TestC2Substitution: the reported signer is the one whose key verifies and whom the signature names.
func TestC2Substitution(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	key, honest := p.Key("signer"), p.Certificate("signer")
	twin := p.certificate(t, key.Public(), nil) // the same key, another name
	sameSerial := p.certificate(t, p.Key("other").Public(), func(c *x509.Certificate) { c.SerialNumber = honest.SerialNumber })
	others := []*x509.Certificate{p.Issuer()}
	for _, c := range []struct {
		name string
		file forgery
		want string
		who  *x509.Certificate
	}{
		{"clean twin", forgery{key: key, cert: honest, others: others}, "TOTAL-PASSED", honest},
		{"clean twin: no attribute, plain CMS", forgery{key: key, cert: honest, others: others, noESS: true}, "TOTAL-PASSED", honest},
		{"another certificate over the same key", forgery{key: key, cert: twin, ess: honest, others: others}, "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND", twin},
		{"another certificate with the same serial number", forgery{key: key, cert: sameSerial, ess: honest, others: others}, "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND", sameSerial},
		{"another's name on the signature", forgery{key: key, cert: p.Certificate("other"), others: others}, "TOTAL-FAILED/SIG_CRYPTO_FAILURE", p.Certificate("other")},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.file.content = []byte("x")
			r := judge(t, v, c.file.file(t), nil)
			s := r.Signatures[0]
			require.Equal(t, c.want, verdict(s), "%v", codes(s.Findings))
			require.Equal(t, fmt.Sprintf("%x", sha256.Sum256(c.who.Raw)), s.Signer.CertificateSHA256)
			if c.file.noESS {
				require.Equal(t, "", s.Level)
				require.Equal(t, "CMS", s.Format)
				require.Equal(t, cms.ByKeyInfo, s.Signer.IdentifiedBy)
				require.Contains(t, codes(s.Findings), string(cms.CodeNoSigningCert))
			}
		})
	}
	t.Run("the signer's certificate is not there", func(t *testing.T) {
		f := forgery{key: key, cert: honest, content: []byte("x")}
		sd := cmsdata.New(nil, f.info(t))
		sd.ContentType, sd.Attached, sd.Content = cmsdata.OIDData, true, f.content
		file, err := sd.Marshal()
		require.NoError(t, err)
		r := judge(t, v, file, nil)
		require.Equal(t, "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND", verdict(r.Signatures[0]))
	})
	t.Run("ETSI.CAdES.detached without the attribute", func(t *testing.T) {
		for subFilter, want := range map[string]string{"ETSI.CAdES.detached": "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND", "adbe.pkcs7.detached": "TOTAL-PASSED"} {
			doc := p.pdfWith(t, subFilter, forgery{key: key, cert: honest, others: others, noESS: true, detached: true})
			r := judge(t, v, doc, nil)
			require.Equal(t, want, verdict(r.Signatures[0]), "%s %v", subFilter, codes(r.Signatures[0].Findings))
			require.Equal(t, "", r.Signatures[0].Level)
		}
		doc := p.pdfWith(t, "ETSI.CAdES.detached", forgery{key: key, cert: honest, others: others, detached: true, attrs: withoutTime})
		r := judge(t, v, doc, nil)
		require.Equal(t, "TOTAL-PASSED", verdict(r.Signatures[0]), "clean twin: %v", codes(r.Signatures[0].Findings))
		require.Equal(t, "B-B", r.Signatures[0].Level)
	})
}

// withoutTime leaves the signing time out, as PAdES demands.
func withoutTime(attrs []cmsdata.Attribute) []cmsdata.Attribute {
	var kept []cmsdata.Attribute
	for _, a := range attrs {
		if !a.Type.Equal(cmsdata.OIDSigningTime) {
			kept = append(kept, a)
		}
	}
	return kept
}

// pdfWith signs a PDF honestly, and then puts a forgery over the same octets into its /Contents.
func (p pki) pdfWith(t testing.TB, subFilter string, f forgery) []byte {
	t.Helper()
	doc := p.signPDF(t, plainPDF("x"), "signer", &pdf.Options{ContentsSize: 12000})
	pad := "                                "
	old := "/ETSI.CAdES.detached"
	doc = flip(t, doc, old, ("/" + subFilter + pad)[:len(old)])
	found := regexp.MustCompile(`/ByteRange ?\[ ?(\d+) (\d+) (\d+) (\d+)`).FindSubmatch(doc)
	require.NotNil(t, found)
	var r [4]int
	for i := range r {
		_, err := fmt.Sscan(string(found[i+1]), &r[i])
		require.NoError(t, err)
	}
	f.content = append(bytes.Clone(doc[:r[1]]), doc[r[2]:r[2]+r[3]]...)
	value := fmt.Sprintf("%x", f.file(t))
	gap := doc[r[1]+1 : r[2]-1]
	require.Less(t, len(value), len(gap))
	for i := range gap {
		gap[i] = '0'
	}
	copy(gap, value)
	return doc
}

// TestC3Transplant: a trusted certificate in the bag does not make the signer trusted.
func TestC3Transplant(t *testing.T) {
	p, rogue := start(t), stranger(t)
	v := p.verifier(t)
	key, cert := rogue.Key("signer"), rogue.Certificate("signer")
	bag := []*x509.Certificate{rogue.Issuer(), rogue.Root(), p.Root(), p.Issuer(), p.Certificate("signer")}
	r := judge(t, v, forgery{key: key, cert: cert, others: bag, content: []byte("x")}.file(t), nil)
	s := r.Signatures[0]
	require.Equal(t, "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND", verdict(s))
	require.Equal(t, "none", s.Trust.Tree)
	require.Equal(t, fmt.Sprintf("%x", sha256.Sum256(cert.Raw)), s.Signer.CertificateSHA256)

	clean := judge(t, v, forgery{key: p.Key("signer"), cert: p.Certificate("signer"), others: append(bag, p.Issuer()), content: []byte("x")}.file(t), nil)
	require.Equal(t, "TOTAL-PASSED", verdict(clean.Signatures[0]))
}

// TestC8WeakAlgorithms: what was strong when it was used, as far as that is proved, counts; the dates are data.
func TestC8WeakAlgorithms(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	others := []*x509.Certificate{p.Issuer()}
	strong := p.Certificate("signer")
	weak := weakKey(t)
	old := func(c *x509.Certificate) { c.NotBefore = day(2000, 1, 1) }
	for _, c := range []struct {
		name string
		file forgery
		want string
	}{
		{"clean twin", forgery{key: p.Key("signer"), cert: strong}, "TOTAL-PASSED"},
		{"SHA-1", forgery{key: p.Key("signer"), cert: strong, hash: crypto.SHA1}, "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE"},
		{"RSA-1024", forgery{key: weak, cert: p.certificate(t, weak.Public(), old)}, "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.file.content, c.file.others = []byte("x"), others
			r := judge(t, v, c.file.file(t), nil)
			s := r.Signatures[0]
			require.Equal(t, c.want, verdict(s), "%v", codes(s.Findings))
			require.Equal(t, cms.Intact, s.Integrity.Signature)
			require.Equal(t, c.want != "TOTAL-PASSED", contains(s.Findings, verify.CodeWeakAlgorithm))
		})
	}
}

// TestC10NothingSigned: certificates without a signer, and fields without a value, are no signature, and nothing passes.
func TestC10NothingSigned(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	f := forgery{key: p.Key("signer"), cert: p.Certificate("signer"), others: []*x509.Certificate{p.Issuer()}, content: []byte("x")}
	for _, detached := range []bool{false, true} {
		f.detached = detached
		r := judge(t, v, f.wrap(t), nil)
		require.Empty(t, r.Signatures)
		require.Equal(t, verify.Indeterminate, r.Indication)
		require.Equal(t, verify.ExitUnsigned, r.ExitCode())
		require.Contains(t, codes(r.Findings), string(verify.CodeNotSigned))
	}
	f.detached = true
	empty := p.pdfWithValue(t, f.wrap(t))
	r := judge(t, v, empty, nil)
	require.NotEqual(t, verify.ExitPassed, r.ExitCode())
	require.Equal(t, "TOTAL-FAILED/FORMAT_FAILURE", verdict(r.Signatures[0]))

	require.Equal(t, verify.ExitPassed, judge(t, v, f.attachedTwin().file(t), nil).ExitCode(), "clean twin")
}

func (f forgery) attachedTwin() forgery { f.detached = false; return f }

// pdfWithValue puts a value of any kind into the /Contents of an honest signature.
func (p pki) pdfWithValue(t testing.TB, raw []byte) []byte {
	t.Helper()
	doc := p.signPDF(t, plainPDF("x"), "signer", &pdf.Options{ContentsSize: 12000})
	at := bytes.Index(doc, []byte("/Contents <"))
	if at < 0 {
		at = bytes.Index(doc, []byte("/Contents<"))
	}
	require.Positive(t, at)
	open := at + bytes.IndexByte(doc[at:], '<') + 1
	gap := doc[open : open+bytes.IndexByte(doc[open:], '>')]
	for i := range gap {
		gap[i] = '0'
	}
	copy(gap, fmt.Sprintf("%x", raw))
	return doc
}

// TestP2Appended: what was added after a signature is never passed unseen.
func TestP2Appended(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	doc := p.signPDF(t, plainPDF("pay 1"), "signer", nil)
	require.Equal(t, "TOTAL-PASSED", verdict(judge(t, v, doc, nil).Signatures[0]), "clean twin")
	for name, attacked := range map[string][]byte{
		"a new revision that rewrites the page": appendUpdate(t, doc),
		"a comment":                             append(bytes.Clone(doc), "% hello\n"...),
		"one octet":                             append(bytes.Clone(doc), 'x'),
		"an object without a cross-reference":   append(bytes.Clone(doc), "4 0 obj\n<< >>\nendobj\n"...),
	} {
		t.Run(name, func(t *testing.T) {
			r, err := v.Verify(t.Context(), bytes.NewReader(attacked), int64(len(attacked)), nil)
			require.NotEqual(t, verify.TotalPassed, r.Indication)
			require.NotEqual(t, verify.ExitPassed, r.ExitCode())
			if err != nil {
				return // refused as unreadable is an answer too
			}
			require.NotEmpty(t, r.Signatures)
			s := r.Signatures[0]
			want, level, code := verify.Indeterminate, verify.ChangesUnknown, verify.CodeChangesUnknown
			if name == "a new revision that rewrites the page" {
				want, level, code = verify.TotalFailed, verify.ChangesSuspicious, verify.CodeChangesSuspicious
				require.Equal(t, verify.FormatFailure, s.SubIndication)
			}
			require.Equal(t, want, s.Indication, "%v", codes(s.Findings))
			require.Equal(t, level, s.ChangesAfter.Level)
			require.Equal(t, cms.Intact, s.Integrity.Content)
			require.Contains(t, codes(s.Findings), string(code))
		})
	}
	t.Run("another signature", func(t *testing.T) {
		both := p.signPDF(t, doc, "person", nil)
		r := judge(t, v, both, nil)
		require.Len(t, r.Signatures, 2)
		require.Equal(t, "TOTAL-PASSED", verdict(r.Signatures[0]))
		require.Equal(t, verify.ChangesAllowed, r.Signatures[0].ChangesAfter.Level)
		require.Equal(t, []string{"revision 3: a signature was added (Signature2)"}, r.Signatures[0].ChangesAfter.Details)
		require.Equal(t, "revision", r.Signatures[0].Coverage.Extent)
		require.Equal(t, "TOTAL-PASSED", verdict(r.Signatures[1]))
		require.Equal(t, "whole", r.Signatures[1].Coverage.Extent)
		require.Equal(t, verify.TotalPassed, r.Indication)
		require.Equal(t, []string{"s1", "s2"}, signedBy(r))
	})
}

func signedBy(r *verify.Report) []string {
	var ids []string
	for _, rev := range r.Revisions {
		if rev.Signature != "" {
			ids = append(ids, rev.Signature)
		}
	}
	return ids
}

// TestP20Lengths: byte ranges that add up are not enough: the gap must be the /Contents of the dictionary that is signed.
func TestP20Lengths(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	doc := p.signPDF(t, plainPDF("pay 1"), "signer", nil)
	require.Equal(t, "TOTAL-PASSED", verdict(judge(t, v, doc, nil).Signatures[0]), "clean twin")
	found := regexp.MustCompile(`/ByteRange ?\[ ?(\d+) (\d+) (\d+) (\d+) *\]`).FindSubmatchIndex(doc)
	require.NotNil(t, found)
	var r [4]int
	for i := range r {
		_, err := fmt.Sscan(string(doc[found[2+2*i]:found[3+2*i]]), &r[i])
		require.NoError(t, err)
	}
	set := func(doc []byte, a, b, c, d int) []byte {
		out := bytes.Clone(doc)
		text := fmt.Sprintf("/ByteRange[%d %d %d %d", a, b, c, d)
		room := found[1] - found[0] - 1
		require.LessOrEqual(t, len(text), room)
		copy(out[found[0]:], fmt.Sprintf("%-*s]", room, text))
		return out
	}
	for name, attacked := range map[string][]byte{
		"gap one octet wider at the front":  set(doc, 0, r[1]-1, r[2], r[3]),
		"gap one octet wider at the end":    set(doc, 0, r[1], r[2]+1, r[3]-1),
		"gap elsewhere, of the same length": set(doc, 0, 20, 20+r[2]-r[1], len(doc)-20-r[2]+r[1]),
		"range past the end":                set(doc, 0, r[1], r[2], r[3]+100),
		"first range not from the start":    set(doc, 1, r[1]-1, r[2], r[3]),
		"shorter than the file":             set(doc, 0, r[1], r[2], r[3]-10),
	} {
		t.Run(name, func(t *testing.T) {
			r, err := v.Verify(t.Context(), bytes.NewReader(attacked), int64(len(attacked)), nil)
			require.NoError(t, err)
			require.NotEmpty(t, r.Signatures)
			require.Equal(t, verify.TotalFailed, r.Signatures[0].Indication, "%v", codes(r.Signatures[0].Findings))
			require.Equal(t, verify.ExitFailed, r.ExitCode())
		})
	}
}

// TestTampered changes one octet of a signed document and of a signature.
func TestTampered(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	t.Run("PDF content", func(t *testing.T) {
		doc := p.signPDF(t, plainPDF("pay 1"), "signer", nil)
		require.Equal(t, "TOTAL-FAILED/HASH_FAILURE", verdict(judge(t, v, flip(t, doc, "pay 1", "pay 9"), nil).Signatures[0]))
	})
	t.Run("attached content", func(t *testing.T) {
		doc := p.signCMS(t, []byte("pay 1"), "signer", &cms.Options{Attached: true})
		require.Equal(t, "TOTAL-FAILED/HASH_FAILURE", verdict(judge(t, v, flip(t, doc, "pay 1", "pay 9"), nil).Signatures[0]))
	})
	t.Run("signature value", func(t *testing.T) {
		doc := p.signCMS(t, []byte("pay 1"), "signer", &cms.Options{Attached: true})
		sd, err := cmsdata.Parse(doc)
		require.NoError(t, err)
		value := sd.Signers[0].Signature
		changed := bytes.Clone(value)
		changed[len(changed)-1] ^= 1
		r := judge(t, v, bytes.Replace(doc, value, changed, 1), nil)
		require.Equal(t, "TOTAL-FAILED/SIG_CRYPTO_FAILURE", verdict(r.Signatures[0]))
		require.Equal(t, cms.Broken, r.Signatures[0].Integrity.Signature)
	})
	t.Run("signed attributes", func(t *testing.T) {
		doc := p.signCMS(t, []byte("pay 1"), "signer", &cms.Options{Attached: true, SigningTime: day(2026, 3, 4)})
		r := judge(t, v, flip(t, doc, "260304000000Z", "260305000000Z"), nil)
		require.Equal(t, "TOTAL-FAILED/SIG_CRYPTO_FAILURE", verdict(r.Signatures[0]))
	})
}

// TestSignerPurpose: a certificate that is not for signing.
func TestSignerPurpose(t *testing.T) {
	p := start(t)
	key := p.Key("signer")
	cert := p.certificate(t, key.Public(), func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment })
	r := judge(t, p.verifier(t), forgery{key: key, cert: cert, others: []*x509.Certificate{p.Issuer()}, content: []byte("x")}.file(t), nil)
	require.Equal(t, "INDETERMINATE/CHAIN_CONSTRAINTS_FAILURE", verdict(r.Signatures[0]))
}

// TestCounterSignature: a signature over a signature is judged by itself and counts for the document.
func TestCounterSignature(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	file := p.signCMS(t, []byte("x"), "signer", &cms.Options{Attached: true})
	sd, err := cmsdata.Parse(file)
	require.NoError(t, err)
	counter := func(over []byte) []byte {
		f := forgery{key: p.Key("person"), cert: p.Certificate("person"), content: over, attrs: func(attrs []cmsdata.Attribute) []cmsdata.Attribute { return attrs[1:] }}
		sd, err := cmsdata.Parse(file)
		require.NoError(t, err)
		sd.Add(f.info(t), []*x509.Certificate{f.cert})
		info := sd.Signers[1]
		sd.Signers = sd.Signers[:1]
		sd.Signers[0].AddUnsigned(cmsdata.NewAttribute(cmsdata.OIDCounterSignature, info.Marshal()))
		out, err := sd.Marshal()
		require.NoError(t, err)
		return out
	}
	good := judge(t, v, counter(sd.Signers[0].Signature), nil)
	require.Len(t, good.Signatures, 2)
	require.Equal(t, verify.KindCounterSignature, good.Signatures[1].Kind)
	require.Equal(t, "s1", good.Signatures[1].Parent)
	require.Equal(t, "TOTAL-PASSED", verdict(good.Signatures[1]), "%v", codes(good.Signatures[1].Findings))
	require.Equal(t, verify.ExitPassed, good.ExitCode())

	bad := judge(t, v, counter([]byte("something else")), nil)
	require.Equal(t, "TOTAL-PASSED", verdict(bad.Signatures[0]))
	require.Equal(t, "TOTAL-FAILED/HASH_FAILURE", verdict(bad.Signatures[1]))
	require.Equal(t, verify.ExitFailed, bad.ExitCode())
}

func sum(s string) []byte {
	h := sha256.Sum256([]byte(s))
	return h[:]
}

func contains(findings []verify.Finding, code any) bool {
	for _, f := range findings {
		if fmt.Sprint(f.Code) == fmt.Sprint(code) {
			return true
		}
	}
	return false
}

// TestCoSigned: fifty signatures, one after another: all intact, and those that came later are allowed.
func TestCoSigned(t *testing.T) {
	p := start(t)
	doc := plainPDF("x")
	const n = 50
	for i := range n {
		doc = p.signPDF(t, doc, "ec", &pdf.Options{Field: fmt.Sprintf("Sig%d", i+1)})
	}
	r := judge(t, p.verifier(t), doc, nil)
	require.Len(t, r.Signatures, n)
	for i, s := range r.Signatures {
		require.Equal(t, cms.Intact, s.Integrity.Content, i)
		require.Equal(t, cms.Intact, s.Integrity.Signature, i)
		require.Equal(t, fmt.Sprintf("Sig%d", i+1), s.Field)
		require.Equal(t, "TOTAL-PASSED", verdict(s), i)
		if i < n-1 {
			require.Equal(t, verify.ChangesAllowed, s.ChangesAfter.Level, i)
			require.Len(t, s.ChangesAfter.Details, n-1-i)
			require.Equal(t, "revision", s.Coverage.Extent)
		} else {
			require.Equal(t, verify.ChangesNone, s.ChangesAfter.Level, i)
			require.Equal(t, "whole", s.Coverage.Extent)
		}
	}
	require.Equal(t, verify.ExitPassed, r.ExitCode())
}

// TestC1AttributeConfusion: a signature over attributes does not become one over a file that holds their encoding.
func TestC1AttributeConfusion(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	honest := forgery{key: p.Key("signer"), cert: p.Certificate("signer"), others: []*x509.Certificate{p.Issuer()}, content: []byte("x")}
	require.Equal(t, "TOTAL-PASSED", verdict(judge(t, v, honest.file(t), nil).Signatures[0]), "clean twin")
	info := honest.info(t)
	how, err := info.Algorithm()
	require.NoError(t, err)
	stolen := honest
	stolen.content = info.SignedAttrsRaw
	file := stolen.wrap(t, cmsdata.NewSignerInfo(honest.cert, crypto.SHA256, how, nil, info.Signature))
	s := judge(t, v, file, nil).Signatures[0]
	require.Equal(t, cms.Intact, s.Integrity.Signature, "the value does verify: that is the attack")
	require.Equal(t, "TOTAL-FAILED/FORMAT_FAILURE", verdict(s), "%v", codes(s.Findings))
}

// TestC4Structure: what breaks the rules of RFC 5652 does not pass, though digest and value fit.
func TestC4Structure(t *testing.T) {
	p := start(t)
	v := p.verifier(t)
	for _, c := range []struct {
		name  string
		attrs func([]cmsdata.Attribute) []cmsdata.Attribute
		want  string
	}{
		{"clean twin", nil, "TOTAL-PASSED"},
		{"content type missing", func(a []cmsdata.Attribute) []cmsdata.Attribute { return a[1:] }, "TOTAL-FAILED/FORMAT_FAILURE"},
		{"content type of something else", func(a []cmsdata.Attribute) []cmsdata.Attribute {
			a[0] = cmsdata.ContentType(cmsdata.OIDTSTInfo)
			return a
		}, "TOTAL-FAILED/FORMAT_FAILURE"},
		{"message digest missing", func(a []cmsdata.Attribute) []cmsdata.Attribute { return append(a[:1:1], a[2:]...) }, "TOTAL-FAILED/FORMAT_FAILURE"},
		{"message digest twice", func(a []cmsdata.Attribute) []cmsdata.Attribute { return append(a, cmsdata.MessageDigest(sum("other"))) }, "TOTAL-FAILED/FORMAT_FAILURE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := forgery{key: p.Key("signer"), cert: p.Certificate("signer"), others: []*x509.Certificate{p.Issuer()}, content: []byte("x"), attrs: c.attrs}
			s := judge(t, v, f.file(t), nil).Signatures[0]
			require.Equal(t, c.want, verdict(s), "%v", codes(s.Findings))
			require.Equal(t, cms.Intact, s.Integrity.Signature)
		})
	}
	t.Run("something after the end", func(t *testing.T) {
		doc := append(p.signCMS(t, []byte("x"), "signer", &cms.Options{Attached: true}), 0)
		r, err := v.Verify(t.Context(), bytes.NewReader(doc), int64(len(doc)), nil)
		require.Error(t, err)
		require.Equal(t, verify.ExitUnreadable, r.ExitCode())
	})
}
