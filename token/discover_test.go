package token

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCatalogue: the one that is built in reads, and names nothing twice.
func TestCatalogue(t *testing.T) {
	c := DefaultCatalogue()
	require.GreaterOrEqual(t, len(c.Modules), 20)
	for _, system := range []string{"windows", "darwin", "linux"} {
		require.NotEmpty(t, c.Folders[system])
		seen := map[string]bool{}
		for _, d := range c.Modules {
			require.NotEmpty(t, d.Brand+d.Chip)
			for _, f := range d.files(system) {
				require.False(t, seen[strings.ToLower(f)], f)
				seen[strings.ToLower(f)] = true
			}
		}
	}
	d, ok := c.driver("VNPTCA_P11_V8.DLL", "windows")
	require.True(t, ok)
	require.Equal(t, "VNPT-CA", d.Brand)
	require.True(t, d.OneThread)
	_, ok = c.driver("LIBCASTLE.SO", "linux")
	require.False(t, ok, "Linux tells upper and lower case apart")
	for _, bad := range []string{``, `{}`, `{"schema":2}`, `{"schema":1,"unknown":1}`, `{"schema":1,"modules":[{"linux":["../x.so"]}]}`, `{"schema":1,"modules":[{"linux":[""]}]}`} {
		_, err := ParseCatalogue([]byte(bad))
		require.ErrorIs(t, err, kind(CodeCatalogue), bad)
	}
}

func TestDiscover(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("folders of the other systems")
	}
	dir := t.TempDir()
	for _, f := range []string{"a/brand.so", "a/generic.so", "b/x/deep.so", "a/unknown.so"} {
		path := filepath.Join(dir, f)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(f), 0o600))
	}
	require.NoError(t, os.Symlink(filepath.Join(dir, "a", "brand.so"), filepath.Join(dir, "b", "x", "brand.so")))
	c := &Catalogue{Schema: 1, Folders: map[string][]string{runtime.GOOS: {filepath.Join(dir, "a"), filepath.Join(dir, "b", "*"), filepath.Join(dir, "none")}},
		Modules: []Driver{{Brand: "A", Linux: []string{"brand.so", "deep.so"}, Darwin: []string{"brand.so", "deep.so"}}, {Chip: "any", Linux: []string{"generic.so"}, Darwin: []string{"generic.so"}, Generic: true}}}
	found, err := Discover(t.Context(), &DiscoverOptions{Catalogue: c, Modules: []string{filepath.Join(dir, "named.so")}})
	require.NoError(t, err)
	var names []string
	for _, f := range found {
		require.Error(t, f.Problem, "none of these is a library")
		names = append(names, filepath.Base(f.Path))
	}
	require.ElementsMatch(t, []string{"named.so", "brand.so", "generic.so", "deep.so"}, names, "each file once, links not twice, unknown names not")
}

// TestProviders: modules of the CSPs in the Windows registry, from both of its views.
func TestProviders(t *testing.T) {
	env := func(name string) string {
		return map[string]string{"SystemRoot": `C:\Windows`, "ProgramFiles": `C:\Program Files\`}[name]
	}
	require.Equal(t, []string{
		`C:\Windows\System32\viettel-ca_v6.dll`,
		`C:\Windows\SysWOW64\viettel-ca_v6.dll`,
		`C:\Windows\System32\csp.dll`,
		`C:\Windows\SysWOW64\wow.dll`,
		`C:\Program Files\Brand\x.dll`,
		`%Unset%\y.dll`,
		`C:\Windows\System32X\z.dll`,
	}, fromProviders([]provider{
		{"Viettel CSP", `C:\Windows\System32\viettel-ca_v6_s.dll`, false},
		{"Viettel CSP", `%SystemRoot%\system32\viettel-ca_v6_S.DLL`, true},
		{"Bare name", `csp.dll`, false},
		{"Bare name, 32 bit", `wow.dll`, true},
		{"Quoted", `"%ProgramFiles%\Brand\x.dll"`, false},
		{"Unset variable", `%Unset%\y.dll`, false},
		{"A folder that only begins so", `C:\Windows\System32X\z.dll`, true},
		{"Microsoft Base Smart Card Crypto Provider", `%SystemRoot%\System32\basecsp.dll`, false},
		{"No library", `C:\x.exe`, false},
		{"Empty", ``, false},
	}, env))
}
