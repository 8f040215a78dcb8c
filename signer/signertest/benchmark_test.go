package signertest

import (
	"testing"

	"github.com/kyso-dev/kyso/signer"
)

// BenchmarkSuite is what a run costs beside the signatures themselves.
func BenchmarkSuite(b *testing.B) {
	s := good(ecKey())
	for b.Loop() {
		r := newRecorder(b)
		Test(r, func(testing.TB) signer.Signer { return s }, ecClaims)
		if r.Failed() {
			b.Fatal(r.shared.failed)
		}
	}
}
