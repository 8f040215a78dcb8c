package csc_test

import (
	"bytes"
	"crypto"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote/csc"
	"github.com/kyso-dev/kyso/remote/csc/csctest"
	"github.com/kyso-dev/kyso/signer"
)

// TestWholeDocuments: documents that are larger than any other answer may be come back signed, and the caller's check has the last word.
func TestWholeDocuments(t *testing.T) {
	b := newBench(t, &csctest.Options{
		SignDoc: func(csctest.Credential, []byte, crypto.Hash, string, string) ([]byte, error) {
			return nil, errors.New("not asked")
		},
		SignDocument: func(_ csctest.Credential, document []byte, format, _ string) ([]byte, error) {
			return append(bytes.Clone(document), " signed "+format...), nil
		},
	})
	p := b.provider(t, b.config(csc.V2, csctest.DefaultEC))
	large := bytes.Repeat([]byte("document "), 1<<20)
	docs := []csc.Doc{{Content: large, Format: csc.PAdES, Title: "a.pdf"}, {Content: []byte("small"), Format: csc.PAdES, Title: "b.pdf"}}
	check := func(i int, result []byte) error {
		if !bytes.HasPrefix(result, docs[i].Content) {
			return errors.New("another document")
		}
		return nil
	}
	out, err := p.SignDocs(t.Context(), docs, "two documents", check)
	require.NoError(t, err)
	require.Equal(t, "small signed P", string(out[1]))
	require.Equal(t, len(large)+len(" signed P"), len(out[0]))

	_, err = p.SignDocs(t.Context(), docs, "", func(int, []byte) error { return errors.New("no") })
	require.ErrorIs(t, err, signer.ErrSignatureInvalid)
	signed := b.Signed()
	for name, bad := range map[string][]csc.Doc{
		"too large": {{Content: make([]byte, 33<<20), Format: csc.PAdES}}, "both": {{Content: []byte("a"), Digest: make([]byte, 32)}}, "neither": {{Format: csc.PAdES}},
		"mixed": {docs[1], {Digest: make([]byte, 32), Format: csc.CAdES}}, "none": {}, "more than the key takes": make([]csc.Doc, 11),
	} {
		_, err := p.SignDocs(t.Context(), bad, "", check)
		require.ErrorIs(t, err, signer.ErrRequest, name)
	}
	require.Equal(t, signed, b.Signed())
	_, err = p.SignDocs(t.Context(), docs, "", nil)
	require.Error(t, err)
}
