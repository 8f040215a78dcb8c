package pdf_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
)

// FuzzRead reads anything: it never panics, refuses only by *pdf.Error, and never calls a signature sound that does not cover what its
// ranges say. What can be read is signed as well, and then the new signature is found whole and the old octets are in their place.
func FuzzRead(f *testing.F) {
	p, _ := testpki.Start(f)
	f.Add(plain())
	f.Add(signed(f, p, plain(), nil))
	f.Add(signed(f, p, signed(f, p, plain(), &pdf.Options{Certify: 2}), &pdf.Options{Level: pdf.LevelBT, Timestamper: p.TSAClient()}))
	f.Add(locking("<< /Action /All >>"))
	for _, shape := range shapes {
		f.Add(build(shape...))
	}
	if root := os.Getenv("KYSO_CORPORA"); root != "" {
		small, _ := filepath.Glob(filepath.Join(root, "pdf", "made-for-signing", "*.pdf"))
		for _, path := range small {
			if doc, err := os.ReadFile(path); err == nil && len(doc) < 20_000 {
				f.Add(doc)
			}
		}
	}
	s := newReady(p)
	opts := &pdf.Options{InsecureSkipCheck: true}
	f.Fuzz(func(t *testing.T, doc []byte) {
		d, err := pdf.Read(t.Context(), bytes.NewReader(doc), int64(len(doc)), nil)
		if err != nil {
			var e *pdf.Error
			require.ErrorAs(t, err, &e)
		} else {
			for _, s := range d.Signatures {
				if s.Extent == pdf.Whole {
					require.Zero(t, s.Appended)
					require.EqualValues(t, len(doc), s.ByteRange[2]+s.ByteRange[3])
				}
				if s.CMS != nil && s.CMS.ContentIntegrity == "intact" {
					require.Len(t, s.ByteRange, 4)
				}
			}
		}
		var out bytes.Buffer
		if err := pdf.Sign(t.Context(), &out, bytes.NewReader(doc), int64(len(doc)), s, opts); err != nil {
			var e *pdf.Error
			require.ErrorAs(t, err, &e)
			require.Zero(t, out.Len())
			return
		}
		require.True(t, bytes.HasPrefix(out.Bytes(), doc))
		again, err := pdf.Read(t.Context(), bytes.NewReader(out.Bytes()), int64(out.Len()), nil)
		require.NoError(t, err)
		found := false
		for _, s := range again.Signatures {
			found = found || s.Extent == pdf.Whole && s.CMS != nil && s.CMS.ContentIntegrity == "intact"
		}
		require.True(t, found, "signed, and not found again")
	})
}

// FuzzState takes up stored preparations.
func FuzzState(f *testing.F) {
	pki, _ := testpki.Start(f)
	doc := plain()
	p, err := pdf.Prepare(f.Context(), bytes.NewReader(doc), int64(len(doc)), pki.Chain("signer"), nil)
	require.NoError(f, err)
	state, err := p.MarshalJSON()
	require.NoError(f, err)
	f.Add(state)
	f.Fuzz(func(t *testing.T, state []byte) {
		p := new(pdf.PreparedSignature)
		if err := p.UnmarshalJSON(state); err != nil {
			var e *pdf.Error
			require.ErrorAs(t, err, &e)
			return
		}
		_ = p.Request()
		_ = p.Finish(t.Context(), io.Discard, bytes.NewReader(doc), int64(len(doc)), []byte{1}, nil)
	})
}

// FuzzFinishCMS takes anything as the CMS of a service: an error with a code and nothing written, or a document whose signature is whole
// and intact under the certificate that was prepared for.
func FuzzFinishCMS(f *testing.F) {
	pki, _ := testpki.Start(f)
	doc := plain()
	var prepared []*pdf.PreparedSignature
	for i, kind := range []string{pdf.SubFilterCAdES, pdf.SubFilterPKCS7} {
		p := prepare(f, pki, doc, "ec", &pdf.Options{SubFilter: kind})
		digest, hash := p.Digest()
		good := service(f, pki, "ec", digest, hash, nil, bound(pki, "ec"))
		f.Add(good, i == 0)
		f.Add(indefinite(f, good), i == 0)
		f.Add(service(f, pki, "ec", digest, hash, nil), i == 0)
		prepared = append(prepared, p)
	}
	f.Fuzz(func(t *testing.T, raw []byte, pades bool) {
		p := prepared[0]
		if !pades {
			p = prepared[1]
		}
		out, err := finishCMS(t, p, doc, raw, nil)
		if err != nil {
			require.NotEmpty(t, code(err), err)
			return
		}
		s := read(t, out).Signatures[0]
		require.Empty(t, s.Findings)
		require.Equal(t, pdf.Whole, s.Extent)
		require.Equal(t, pades, s.Level == pdf.LevelBB || s.Level == pdf.LevelBT)
		require.Equal(t, cms.Intact, s.CMS.ContentIntegrity)
		require.Equal(t, cms.Intact, s.CMS.SignatureIntegrity)
		require.True(t, s.CMS.Certificate.Equal(pki.Certificate("ec")))
	})
}
