package mss

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestGSM: what takes a septet, what takes two, and what is outside. The codes are those of 3GPP TS 23.038, 6.2.1.
func TestGSM(t *testing.T) {
	require.Len(t, gsmBasic, 128)
	for text, want := range map[string][]byte{
		"": nil, "@": {0x00}, "é": {0x05}, "\n": {0x0A}, "A": {0x41}, "z": {0x7A}, "à": {0x7F}, "_": {0x11}, "É": {0x1F}, "¤": {0x24}, "Ñ": {0x5D}, "[€]": {0x1B, 0x3C, 0x1B, 0x65, 0x1B, 0x3E},
	} {
		got, ok := GSM(text)
		require.True(t, ok, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"ư", "đ", "ế", "á", "ç", "`", "\x00", "\x1b", "\xff", "😀"} {
		_, ok := GSM(text)
		require.False(t, ok, text)
	}
}
