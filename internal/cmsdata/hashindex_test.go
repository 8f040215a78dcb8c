package cmsdata_test

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"errors"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/limits"
)

// indexed is a SignedData with something in every place that an index lists, and its signer.
func indexed() (*cmsdata.SignedData, *cmsdata.SignerInfo) {
	si := &cmsdata.SignerInfo{}
	si.AddUnsigned(cmsdata.NewAttribute(cmsdata.OIDContentHints, []byte{5, 0}, []byte{4, 1, 9}))
	si.AddUnsigned(cmsdata.NewAttribute(cmsdata.OIDMimeType, []byte{5, 0}))
	sd := &cmsdata.SignedData{Certificates: [][]byte{{0x30, 1, 1}, {0x30, 1, 2}}, CRLs: [][]byte{{0x30, 1, 3}, cmsdata.OCSPInfo([]byte{0x30, 0})}}
	return sd, si
}

func indexes(t testing.TB, attrs ...cmsdata.Attribute) ([]*cmsdata.HashIndex, error) {
	t.Helper()
	return cmsdata.HashIndexes(&cmsdata.SignerInfo{UnsignedAttrs: attrs})
}

// TestHashIndex: EN 319 122-1 5.5.2 writes, and both versions read.
func TestHashIndex(t *testing.T) {
	sd, si := indexed()
	x := cmsdata.NewHashIndex(sd, si, crypto.SHA256)
	require.NoError(t, der.Strict(x.Raw))
	require.Len(t, x.Certificates, 2)
	require.Len(t, x.CRLs, 2)
	require.Len(t, x.Attributes, 3, "one for each value")
	hints := der.AppendOID(nil, cmsdata.OIDContentHints)
	want := sha256.Sum256(slices.Concat(hints, []byte{4, 1, 9}))
	require.Equal(t, want[:], x.Attributes[0], "values are sorted in their SET")
	crl := sha256.Sum256(sd.CRLs[1])
	require.Equal(t, crl[:], x.CRLs[1], "the RevocationInfoChoice, not the response inside")

	found, err := indexes(t, x.Attribute())
	require.NoError(t, err)
	require.Equal(t, []*cmsdata.HashIndex{x}, found)

	// Version 1 leaves SHA-256 out, and hashes whole attributes.
	list := der.Encode(der.Sequence, der.Encode(der.OctetString, want[:]))
	old := cmsdata.NewAttribute(cmsdata.OIDATSHashIndex, der.Encode(der.Sequence, list, []byte{0x30, 0}, list))
	found, err = indexes(t, cmsdata.NewAttribute(cmsdata.OIDMimeType, []byte{5, 0}), old)
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, 1, found[0].Version)
	require.Equal(t, crypto.SHA256, found[0].Hash.Crypto)
	require.Equal(t, [][]byte{want[:]}, found[0].Certificates)
	require.Empty(t, found[0].CRLs)
	require.Equal(t, [][]byte{si.UnsignedAttrs[0].Raw}, found[0].Hashed(&si.UnsignedAttrs[0]))
	require.Equal(t, old, found[0].Attribute())
}

func TestHashIndexMalformed(t *testing.T) {
	empty := []byte{0x30, 0}
	sha256ID := []byte{0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01}
	for what, value := range map[string][]byte{
		"no SEQUENCE":      {5, 0},
		"empty":            empty,
		"three lists":      der.Encode(der.Sequence, empty, empty, empty),
		"five":             der.Encode(der.Sequence, sha256ID, empty, empty, empty, empty),
		"no octet strings": der.Encode(der.Sequence, sha256ID, []byte{0x30, 2, 5, 0}, empty, empty),
		"cut off":          der.Encode(der.Sequence, sha256ID, empty, empty, empty)[:10],
		"trailing":         append(der.Encode(der.Sequence, sha256ID, empty, empty, empty), 0),
	} {
		_, err := indexes(t, cmsdata.Attribute{Type: cmsdata.OIDATSHashIndexV3, Values: [][]byte{value}})
		var e *cmsdata.Error
		require.ErrorAs(t, err, &e, what)
		require.Equal(t, string(cmsdata.CodeAttribute), e.Code(), what)
	}
	unknown := der.Encode(der.Sequence, []byte{0x30, 3, 6, 1, 0x2a}, empty, empty, empty)
	found, err := indexes(t, cmsdata.NewAttribute(cmsdata.OIDATSHashIndexV3, unknown))
	require.NoError(t, err, "a hash that nobody here knows is for the caller to judge")
	require.Zero(t, found[0].Hash.Crypto)

	var many [][]byte
	for range limits.CMSHashIndexes + 1 {
		many = append(many, unknown)
	}
	_, err = indexes(t, cmsdata.Attribute{Type: cmsdata.OIDATSHashIndexV3, Values: many})
	var e *cmsdata.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, string(cmsdata.CodeTooMany), e.Code())
}

// TestFixed: what archive time-stamps hash of a SignerInfo stays as it was read, whatever is added.
func TestFixed(t *testing.T) {
	raw, err := attached(t, newIdentity(t, big.NewInt(7))).Marshal()
	require.NoError(t, err)
	sd, err := cmsdata.Parse(raw)
	require.NoError(t, err)
	si := sd.Signers[0]
	before := bytes.Clone(si.Fixed())
	require.Contains(t, string(si.Raw), string(before))
	si.AddUnsigned(cmsdata.NewAttribute(cmsdata.OIDMimeType, []byte{5, 0}))
	require.Equal(t, before, si.Fixed())
	again, err := cmsdata.ParseSignerInfo(si.Marshal())
	require.NoError(t, err)
	require.Equal(t, before, again.Fixed())
	require.Len(t, again.UnsignedAttrs, len(si.UnsignedAttrs))
}

// TestEvidence adds each piece once.
func TestEvidence(t *testing.T) {
	sd, _ := indexed()
	sd.AddCertificate([]byte{0x30, 1, 1})
	sd.AddCRL([]byte{0x30, 1, 3})
	sd.AddOCSP([]byte{0x30, 0})
	require.Len(t, sd.Certificates, 2)
	require.Len(t, sd.CRLs, 2)
	sd.AddCertificate([]byte{0x30, 1, 0})
	sd.AddCRL([]byte{0x30, 1, 4})
	sd.AddOCSP([]byte{0x30, 1, 1})
	require.Equal(t, cmsdata.Values{Certificates: [][]byte{{0x30, 1, 1}, {0x30, 1, 2}, {0x30, 1, 0}}, CRLs: [][]byte{{0x30, 1, 3}, {0x30, 1, 4}},
		OCSPs: [][]byte{{0x30, 0}, {0x30, 1, 1}}}, sd.Values())
	sd.Sort()
	require.True(t, der.Sorted(sd.Certificates))
	require.True(t, der.Sorted(sd.CRLs))
}

// FuzzHashIndex: what can be read as an index names only what is listed, and its lists say again what was read.
func FuzzHashIndex(f *testing.F) {
	sd, si := indexed()
	f.Add(cmsdata.NewHashIndex(sd, si, crypto.SHA256).Raw, true)
	f.Add(cmsdata.NewHashIndex(sd, si, crypto.SHA512).Raw, false)
	f.Add([]byte{0x30, 6, 0x30, 0, 0x30, 0, 0x30, 0}, false)
	f.Fuzz(func(t *testing.T, value []byte, v3 bool) {
		oid := cmsdata.OIDATSHashIndex
		if v3 {
			oid = cmsdata.OIDATSHashIndexV3
		}
		found, err := indexes(t, cmsdata.Attribute{Type: oid, Values: [][]byte{value}})
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
		for _, h := range slices.Concat(found[0].Certificates, found[0].CRLs, found[0].Attributes) {
			n += len(h)
		}
		if n > len(value) {
			t.Fatal("more hashes than octets")
		}
	})
}
