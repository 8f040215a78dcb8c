package sim_test

import (
	"crypto"
	"testing"

	"github.com/kyso-dev/kyso/remote/sim"
	"github.com/kyso-dev/kyso/remote/sim/simtest"
)

func BenchmarkSign(b *testing.B) {
	s := start(b, sim.VNMPKI(), simtest.Approve, nil)
	c := client(b, s.Config(demo), nil)
	for b.Loop() {
		if _, err := c.Sign(b.Context(), digest("a"), crypto.SHA256); err != nil {
			b.Fatal(err)
		}
	}
}
