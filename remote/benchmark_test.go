package remote_test

import (
	"crypto"
	"testing"
)

func BenchmarkSign(b *testing.B) {
	f := newFake(b)
	c, _ := client(f, nil)
	d := digest("a")
	for b.Loop() {
		if _, err := c.Sign(b.Context(), d, crypto.SHA256); err != nil {
			b.Fatal(err)
		}
	}
}
