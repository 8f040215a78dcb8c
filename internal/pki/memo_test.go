package pki_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/testpki"
)

// TestMemo: the same octets give the same certificate, other octets another one, and what is kept neither grows without end nor keeps
// the memory of documents.
func TestMemo(t *testing.T) {
	p, err := testpki.New(nil)
	require.NoError(t, err)
	document := append(append([]byte("before"), p.Certificate("signer").Raw...), "behind"...)
	raw := document[6 : len(document)-6]
	first, err := pki.ParseX509(raw)
	require.NoError(t, err)
	require.Equal(t, p.Certificate("signer").Raw, first.Raw)
	again, err := pki.ParseX509(p.Certificate("signer").Raw)
	require.NoError(t, err)
	require.Same(t, first, again)
	clear(document)
	require.Equal(t, p.Certificate("signer").Raw, first.Raw, "it has memory of its own")

	other, err := pki.ParseX509(p.Certificate("ec").Raw)
	require.NoError(t, err)
	require.NotEqual(t, first.Raw, other.Raw)
	changed := append([]byte(nil), p.Certificate("signer").Raw...)
	changed[len(changed)-1] ^= 1 // in the signature
	third, err := pki.ParseX509(changed)
	require.NoError(t, err)
	require.Equal(t, changed, third.Raw)
	for range 2 {
		_, err = pki.ParseX509([]byte("no certificate"))
		require.Error(t, err)
	}
	_, err = pki.ParseX509(make([]byte, limits.MemoCertificate+1))
	require.Error(t, err)

	for i := range limits.MemoCertificates {
		changed[len(changed)-2], changed[len(changed)-3] = byte(i), byte(i>>8)
		_, err := pki.ParseX509(changed)
		require.NoError(t, err)
	}
	fresh, err := pki.ParseX509(p.Certificate("signer").Raw)
	require.NoError(t, err)
	require.NotSame(t, first, fresh, "it was dropped")
}
