package csc_test

import (
	"crypto"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote/csc"
	"github.com/kyso-dev/kyso/remote/csc/csctest"
)

// BenchmarkSign is what one signature costs beside the service: PIN, authorization and signature over loopback.
func BenchmarkSign(b *testing.B) {
	s := newBench(b, nil)
	c := s.client(b, s.config(csc.V2, csctest.DefaultEC), nil)
	for b.Loop() {
		_, err := c.Sign(b.Context(), digest("a"), crypto.SHA256)
		require.NoError(b, err)
	}
}
