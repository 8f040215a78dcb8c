package verify_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/pdf"
	"github.com/kyso-dev/kyso/verify"
	"github.com/kyso-dev/kyso/xml"
)

// FuzzVerify: whatever the octets are, there is a report, nothing panics, every error has a code, and nothing that was not signed by
// the trusted PKI passes. The seeds are whole documents, so that changes of single octets meet every part of the judging.
func FuzzVerify(f *testing.F) {
	p := start(f)
	v := p.verifier(f)
	content := []byte("content")
	signed := p.signPDF(f, plainPDF("x"), "ec", &pdf.Options{Level: pdf.LevelBT, Timestamper: p.TSAClient()})
	attached := p.signCMS(f, content, "ec", &cms.Options{Attached: true, Level: cms.LevelBT, Timestamper: p.TSAClient()})
	token := stampOf(f, p, content)
	originals := [][]byte{signed, attached, token, responseOf(f, p, content), p.signCMS(f, content, "ec", nil),
		p.signXML(f, plainXML, "ec", p.seller(true)), p.signXML(f, "<a/>", "ec", &xml.Options{Form: xml.Detached, URI: "a"})}
	for _, doc := range originals {
		f.Add(doc)
		f.Add(doc[:len(doc)/2])
	}
	f.Add([]byte("-----BEGIN CMS-----\nMAA=\n-----END CMS-----\n"))
	f.Add([]byte("<?xml version=\"1.0\"?>"))
	f.Add([]byte("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x30\x80"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, doc []byte) {
		r, err := v.Verify(t.Context(), bytes.NewReader(doc), int64(len(doc)), about(content))
		require.NotNil(t, r)
		if err != nil {
			var coded interface{ Code() string }
			require.ErrorAs(t, err, &coded)
			require.NotNil(t, r.Error)
			require.Equal(t, verify.Indeterminate, r.Indication)
		}
		require.NoError(t, r.Text(io.Discard, verify.Vietnamese, true))
		_, err = r.JSON(verify.English)
		require.NoError(t, err)
		for _, s := range r.Signatures {
			if s.Indication == verify.TotalPassed {
				require.Equal(t, cms.Intact, s.Integrity.Content)
				require.Equal(t, cms.Intact, s.Integrity.Signature)
				require.Equal(t, "national", s.Trust.Tree)
				require.Equal(t, verify.ChangesNone, s.ChangesAfter.Level)
				require.Empty(t, s.SubIndication)
			} else {
				require.NotEmpty(t, s.SubIndication)
			}
		}
	})
}

// FuzzDetect: telling the format reads a bounded beginning and never fails on it.
func FuzzDetect(f *testing.F) {
	for _, seed := range []string{"%PDF-1.7", "\x30\x80\x30\x03\x02\x01\x00", "\x30\x82\xff\xff\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", "-----BEGIN PKCS7-----\n", "\xff\xfe<\x00", "PK\x03\x04"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		_, _ = verify.Detect(bytes.NewReader(head), int64(len(head)))
	})
}
