package pdf_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
)

// TestSignatureDictionary holds what ETSI EN 319 142-1, 5.2 and 6.3, ask of the dictionary and of the CMS structure inside.
func TestSignatureDictionary(t *testing.T) {
	p, _ := testpki.Start(t)
	doc := plain()
	out := signed(t, p, doc, &pdf.Options{Level: pdf.LevelBT, Timestamper: p.TSAClient(), Reason: "Phê duyệt", Location: "Hà Nội"})
	s := requireSound(t, out)
	require.Equal(t, pdf.LevelBT, s.Level)
	require.Equal(t, "Adobe.PPKLite", s.Filter)
	require.Equal(t, "ETSI.CAdES.detached", s.SubFilter)
	require.NotNil(t, s.ClaimedTime)
	require.Nil(t, s.CMS.SigningTime, "PAdES has no signing-time attribute")
	require.True(t, s.CMS.SigningCertificate.Present && s.CMS.SigningCertificate.Match)
	require.Equal(t, 2, s.CMS.SigningCertificate.Version)
	require.Len(t, s.CMS.Timestamps, 1)
	require.Subset(t, certificates(s.CMS.Certificates), certificates(p.Chain("signer")), "the whole chain is inside")
	text := string(out[len(doc):])
	require.Contains(t, text, "/SigFlags 3")
	require.Contains(t, text, "/F 132")
	require.Contains(t, text, "<FEFF004800E00020004E1ED90069>", "Hà Nội in UTF-16BE")
}

// TestDocumentsThatEndOddly: whatever the last line looks like, the update starts on one of its own and the signature is found whole.
func TestDocumentsThatEndOddly(t *testing.T) {
	p, _ := testpki.Start(t)
	doc := bytes.TrimRight(plain(), "\n")
	for _, end := range []string{"", "\n", "\r", "\r\n", "\n\n\n", " ", "\x00\x00", "\n% a comment"} {
		odd := append(bytes.Clone(doc), end...)
		out := signed(t, p, odd, nil)
		require.True(t, bytes.HasPrefix(out, odd))
		requireSound(t, out)
		requireCoSigned(t, p, out)
	}
	// The end marker was cut: the next one ends both revisions.
	out := signed(t, p, doc[:len(doc)-3], nil)
	requireSound(t, out)
	requireCoSigned(t, p, out)
}

func requireCoSigned(t testing.TB, p *testpki.PKI, doc []byte) {
	t.Helper()
	d := read(t, signed(t, p, doc, nil))
	require.Len(t, d.Signatures, 2)
	require.Equal(t, pdf.OfRevision, d.Signatures[0].Extent)
	require.Equal(t, "intact", string(d.Signatures[0].CMS.ContentIntegrity))
	require.Equal(t, pdf.Whole, d.Signatures[1].Extent)
}

func certificates(list []*certificate) []string {
	var raw []string
	for _, c := range list {
		raw = append(raw, string(c.Raw))
	}
	return raw
}
