package pki_test

import (
	"context"
	"crypto/x509"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/testpki"
)

// TestMemo: the same octets give the same certificate, other octets another one, and the memo neither grows without end nor keeps
// the memory of documents.
func TestMemo(t *testing.T) {
	p, err := testpki.New(nil)
	require.NoError(t, err)
	var m pki.Memo
	parse := pki.Parser(pki.WithMemo(t.Context(), &m))
	document := append(append([]byte("before"), p.Certificate("signer").Raw...), "behind"...)
	raw := document[6 : len(document)-6]
	first, err := parse(raw)
	require.NoError(t, err)
	require.Equal(t, p.Certificate("signer").Raw, first.Raw)
	again, err := parse(p.Certificate("signer").Raw)
	require.NoError(t, err)
	require.Same(t, first, again)
	clear(document)
	require.Equal(t, p.Certificate("signer").Raw, first.Raw, "it has memory of its own")

	other, err := parse(p.Certificate("ec").Raw)
	require.NoError(t, err)
	require.NotEqual(t, first.Raw, other.Raw)
	changed := append([]byte(nil), p.Certificate("signer").Raw...)
	changed[len(changed)-1] ^= 1 // in the signature
	third, err := parse(changed)
	require.NoError(t, err)
	require.Equal(t, changed, third.Raw)
	_, err = parse([]byte("no certificate"))
	require.Error(t, err)
	_, err = parse(make([]byte, limits.MemoCertificate+1))
	require.Error(t, err)

	for i := range limits.MemoCertificates {
		changed[len(changed)-2], changed[len(changed)-3] = byte(i), byte(i>>8)
		_, err := parse(changed)
		require.NoError(t, err)
	}
	fresh, err := parse(p.Certificate("signer").Raw)
	require.NoError(t, err)
	require.NotSame(t, first, fresh, "it was dropped")

	var unshared *x509.Certificate
	for range 2 {
		c, err := pki.Parser(context.Background())(p.Certificate("signer").Raw)
		require.NoError(t, err)
		require.NotSame(t, unshared, c)
		unshared = c
	}
}
