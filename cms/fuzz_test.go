package cms_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/cmsdata"
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
				require.Len(t, s.Timestamps, max(2, len(before.Signatures[i].Timestamps)+1))
			}
		}
	})
}

// FuzzHashIndex: what can be read as an index of hashes names only what is listed.
func FuzzHashIndex(f *testing.F) {
	pki, _ := testpki.Start(f)
	sd, err := cmsdata.Parse(sign(f, pki, "ec", text, archive(pki)))
	require.NoError(f, err)
	token, err := cmsdata.Parse(sd.Signers[0].UnsignedAttrs[1].Values[0])
	require.NoError(f, err)
	index := token.Signers[0].UnsignedAttrs[0].Values[0]
	f.Add(index, true)
	f.Add(index, false)
	f.Fuzz(func(t *testing.T, value []byte, v3 bool) {
		oid := cmsdata.OIDATSHashIndex
		if v3 {
			oid = cmsdata.OIDATSHashIndexV3
		}
		si := &cmsdata.SignerInfo{UnsignedAttrs: []cmsdata.Attribute{{Type: oid, Values: [][]byte{value}}}}
		found, err := cmsdata.HashIndexes(si)
		if err != nil {
			var e *cmsdata.Error
			if !errors.As(err, &e) {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		if len(found) != 1 || !bytes.Equal(found[0].Raw, value) {
			t.Fatal("another index than the one given")
		}
		n := 0
		for _, list := range [][][]byte{found[0].Certificates, found[0].CRLs, found[0].Attributes} {
			for _, h := range list {
				n += len(h)
			}
		}
		if n > len(value) {
			t.Fatal("more hashes than octets")
		}
	})
}
