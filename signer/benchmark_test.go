package signer_test

import (
	"crypto"
	"crypto/rand"
	"testing"

	"github.com/kyso-dev/kyso/signer"
)

// BenchmarkSign shows what the layers cost over the bare key: the adapter, and the check of the value.
func BenchmarkSign(b *testing.B) {
	for name, key := range map[string]crypto.Signer{"RSA-2048": rsaKey(), "P-256": p256()} {
		s := fromCrypto(b, key)
		v := signer.Verifying(s)
		b.Run(name+"/bare", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				must(key.Sign(rand.Reader, digest[:], crypto.SHA256))
			}
		})
		b.Run(name+"/signer", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				must(s.Sign(b.Context(), digest[:], crypto.SHA256))
			}
		})
		b.Run(name+"/verifying", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				must(v.Sign(b.Context(), digest[:], crypto.SHA256))
			}
		})
	}
}
