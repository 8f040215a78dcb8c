package testpki_test

import (
	"crypto"
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testpki"
)

// BenchmarkNew makes a PKI with keys of its own: what the first test of a process pays.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		p, err := testpki.New(nil)
		require.NoError(b, err)
		require.NoError(b, p.Close())
	}
}

// BenchmarkStart makes and serves a PKI over shared keys: what every further test pays.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		p, err := testpki.New(&testpki.Options{Keys: testpki.SharedKeys()})
		require.NoError(b, err)
		s, err := p.Serve("")
		require.NoError(b, err)
		require.NoError(b, s.Close())
	}
}

// BenchmarkTimestamp asks the time-stamp unit in process and checks its token.
func BenchmarkTimestamp(b *testing.B) {
	p, _ := testpki.Start(b)
	sum := sha256.Sum256(nil)
	client := p.TSAClient()
	b.ReportAllocs()
	for b.Loop() {
		_, err := client.Timestamp(b.Context(), sum[:], crypto.SHA256)
		require.NoError(b, err)
	}
}
