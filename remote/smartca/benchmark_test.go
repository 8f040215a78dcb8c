package smartca_test

import (
	"crypto"
	"testing"

	"github.com/kyso-dev/kyso/remote/smartca/smartcatest"
)

// BenchmarkSign is one signature from certificate to value, over HTTP, without the time that the subscriber takes.
func BenchmarkSign(b *testing.B) {
	server, _ := start(b, smartcatest.Approve, nil)
	c := ways["v1"](b, server, nil)
	d := digest("a")
	for b.Loop() {
		if _, err := c.Sign(b.Context(), d, crypto.SHA256); err != nil {
			b.Fatal(err)
		}
	}
}
