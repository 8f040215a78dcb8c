package pdf_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

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
