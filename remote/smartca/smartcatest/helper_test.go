package smartcatest_test

import (
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// listen serves on loopback until the test ends.
func listen(t *testing.T, s *http.Server) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() { _ = s.Serve(l); close(done) }()
	t.Cleanup(func() { _ = s.Close(); <-done })
	return l.Addr().String()
}
