package xml

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOutside: what lies outside is found by its name, or where it is the only thing whatever it is called.
func TestOutside(t *testing.T) {
	content := func() *strings.Reader { return strings.NewReader("x") }
	one := read(t, sign(t, []byte("x"), thePKI().Signer("ec"), &Options{Form: Detached, URI: "dir/a%20b.txt"}), nil)
	require.Equal(t, []string{"dir/a%20b.txt"}, one.Outside())
	for _, name := range []string{"", "a b.txt", "other"} {
		uri, ok := one.OutsideNamed(name)
		require.True(t, ok)
		require.Equal(t, "dir/a%20b.txt", uri)
	}
	two := read(t, sign(t, []byte("x"), thePKI().Signer("ec"), &Options{Form: Detached, References: []ReferenceOptions{
		{URI: "dir/a%20b.txt", Content: content()}, {URI: "c.txt", Content: content()}, {URI: "c.txt", Content: content()}}}), nil)
	require.Equal(t, []string{"dir/a%20b.txt", "c.txt"}, two.Outside())
	for name, want := range map[string]string{"a b.txt": "dir/a%20b.txt", `C:\docs\c.txt`: "c.txt", "/tmp/c.txt": "c.txt", "": "", ".": "", "d.txt": ""} {
		uri, ok := two.OutsideNamed(name)
		require.Equal(t, want != "", ok, name)
		require.Equal(t, want, uri, name)
	}
	none := read(t, sign(t, []byte("<a/>"), thePKI().Signer("ec"), nil), nil)
	require.Empty(t, none.Outside())
	_, ok := none.OutsideNamed("a")
	require.False(t, ok)
}
