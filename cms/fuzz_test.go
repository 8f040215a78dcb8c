package cms_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
)

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
