//go:build !cgo

package token_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/token"
)

// TestNoCgo: without cgo it is said what is missing.
func TestNoCgo(t *testing.T) {
	_, err := token.Open(t.Context(), "/any/module.so", nil)
	require.ErrorIs(t, err, token.ErrNoCgo)
	require.ErrorIs(t, err, signer.ErrUnavailable)
	require.Contains(t, kyso.Explain(err, "en"), "CGO_ENABLED=1")
	require.Contains(t, kyso.Explain(err, "vi"), "CGO_ENABLED=1")
	d, err := token.Diagnose(t.Context(), &token.DiagnoseOptions{Module: "/any/module.so"})
	require.NoError(t, err)
	require.Equal(t, token.CodeNoCgo, d.Problems[0].Code)
}
