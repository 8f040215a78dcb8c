package cms_test

import (
	"bytes"
	"crypto"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
)

// FuzzCheck takes anything for a CMS that a service made: an *Error, or what Read finds intact too, by that certificate.
func FuzzCheck(f *testing.F) {
	pki, _ := testpki.Start(f)
	cert := pki.Certificate("ec")
	f.Add(sign(f, pki, "ec", text, nil))
	f.Add(sign(f, pki, "ec", text, &cms.Options{Attached: true}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, err := range []error{cms.CheckDigest(raw, sha256Sum(text), crypto.SHA256, cert), cms.CheckContent(raw, []byte(text), cert)} {
			if err != nil {
				var e *cms.Error
				require.ErrorAs(t, err, &e)
				continue
			}
			doc := read(t, raw, text)
			require.Len(t, doc.Signatures, 1)
			require.Equal(t, cms.Intact, doc.Signatures[0].ContentIntegrity)
			require.Equal(t, cms.Intact, doc.Signatures[0].SignatureIntegrity)
		}
	})
}

// FuzzExtend: whatever the file is, there is an *Error or a file that has the level, with all that was there before in it.
func FuzzExtend(f *testing.F) {
	pki, _ := testpki.Start(f)
	f.Add(sign(f, pki, "ec", text, nil), false)
	f.Add(sign(f, pki, "ec", text, &cms.Options{Attached: true}), true)
	o := archive(pki)
	o.Attached = true
	f.Add(sign(f, pki, "ec", text, o), true)
	f.Fuzz(func(t *testing.T, raw []byte, lta bool) {
		o := extendOptions(pki, cms.LevelBLT, "")
		if lta {
			o.Level = cms.LevelBLTA
		}
		o.Collector = contented{}
		var out bytes.Buffer
		if err := cms.Extend(t.Context(), &out, bytes.NewReader(raw), o); err != nil {
			var e *cms.Error
			if !errors.As(err, &e) {
				t.Fatalf("%T %v", err, err)
			}
			if out.Len() > 0 {
				t.Fatal("something was written")
			}
			return
		}
		requireKept(t, raw, out.Bytes())
		before, after := readRaw(t, raw), readRaw(t, out.Bytes())
		for i, s := range after.Signatures {
			require.Equal(t, before.Signatures[i].SignatureIntegrity, s.SignatureIntegrity)
			if lta {
				last := s.Timestamps[len(s.Timestamps)-1]
				require.Equal(t, cms.Intact, last.ContentIntegrity)
				more := 1 // the archive time-stamp; and one over the signature where no sound one was
				if !slices.ContainsFunc(before.Signatures[i].Timestamps, soundOverSignature) {
					more++
				}
				require.Len(t, s.Timestamps, len(before.Signatures[i].Timestamps)+more)
			}
		}
	})
}

func soundOverSignature(t *cms.Timestamp) bool {
	return t.Kind == cms.SignatureTimestamp && t.Certificate != nil && t.ContentIntegrity == cms.Intact && t.SignatureIntegrity == cms.Intact
}
