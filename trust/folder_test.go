package trust_test

import (
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/trust"
)

func fingerprint(c *x509.Certificate) string {
	d := trust.DigestOf(c.Raw)
	return hex.EncodeToString(d[:])
}

func asPEM(certs ...*x509.Certificate) []byte {
	var out []byte
	for _, c := range certs {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return out
}

func TestFolder(t *testing.T) {
	a, b, g := plant(t, "a"), plant(t, "b"), plant(t, "g")
	dir := filepath.Join(t.TempDir(), "store")
	_, err := trust.OpenFolder(dir)
	requireCode(t, "trust.read", err)
	f, err := trust.CreateFolder(dir)
	require.NoError(t, err)
	entries, err := f.Entries()
	require.NoError(t, err)
	require.Empty(t, entries)

	added, err := f.Add(trust.National, "https://example.vn/root.pem", now, a.root, nil, a.root)
	require.NoError(t, err)
	require.Len(t, added, 1)
	_, err = f.Add(trust.Government, "a letter", now.Add(time.Hour), g.root)
	require.NoError(t, err)
	again, err := f.Add(trust.Own, "elsewhere", now.Add(2*time.Hour), a.root)
	require.NoError(t, err)
	require.Empty(t, again, "what is there stays where it is")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "own"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "own", "by-hand.crt"), b.root.Raw, 0o600))

	entries, err = f.Entries()
	require.NoError(t, err)
	require.Len(t, entries, 3)
	require.Equal(t, []trust.Tree{trust.National, trust.Government, trust.Own}, []trust.Tree{entries[0].Tree, entries[1].Tree, entries[2].Tree})
	require.Equal(t, []string{"https://example.vn/root.pem", "a letter", ""}, []string{entries[0].Source, entries[1].Source, entries[2].Source})
	require.Equal(t, []int{1, 2, 0}, []int{entries[0].Version, entries[1].Version, entries[2].Version})
	require.True(t, entries[0].Date.Equal(now))
	require.Equal(t, fingerprint(a.root), entries[0].SHA256)
	version, err := f.Version()
	require.NoError(t, err)
	require.Equal(t, 2, version)

	// A store that lives on follows the folder.
	s := trust.NewStore()
	require.NoError(t, s.Add(trust.Own, a.root))
	n, err := f.Load(s)
	require.NoError(t, err)
	require.Equal(t, 3, n)
	anchor, ok := s.Anchor(a.root)
	require.True(t, ok)
	require.Equal(t, trust.National, anchor.Tree, "the folder's tree counts")
	path, err := s.Path(a.leaf, []*x509.Certificate{a.issuer}, now)
	require.NoError(t, err)
	require.Equal(t, trust.National, path.Anchor.Tree)

	gone, err := f.Remove(fingerprint(a.root)[:12])
	require.NoError(t, err)
	require.Equal(t, fingerprint(a.root), gone.SHA256)
	n, err = f.Load(s)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	_, err = s.Path(a.leaf, []*x509.Certificate{a.issuer}, now)
	require.Error(t, err, "what is gone is trusted no more")
	version, err = f.Version()
	require.NoError(t, err)
	require.Equal(t, 3, version)
	leftovers, err := filepath.Glob(filepath.Join(dir, "*", ".kyso-*"))
	require.NoError(t, err)
	require.Empty(t, leftovers)
}

func TestFolderRefuses(t *testing.T) {
	a, b := plant(t, "a"), plant(t, "b")
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := trust.OpenFolder(file)
	requireCode(t, "trust.not-a-folder", err)
	f, err := trust.OpenFolder(dir)
	require.NoError(t, err)
	_, err = f.Add("mars", "", now, a.root)
	requireCode(t, "trust.unknown-tree", err)
	for _, id := range []string{"", "0", fingerprint(a.root)[:7], fingerprint(a.root)} {
		_, err = f.Remove(id)
		requireCode(t, "trust.no-entry", err)
	}
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "own"), 0o700))
	both := filepath.Join(dir, "own", "both.pem")
	require.NoError(t, os.WriteFile(both, asPEM(a.root, b.root), 0o600))
	_, err = f.Remove(fingerprint(a.root))
	requireCode(t, "trust.shared-file", err)
	entries, err := f.Entries()
	require.NoError(t, err)
	require.Len(t, entries, 2, "nothing was removed")

	s := trust.NewStore()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "own", "note.txt"), []byte("no certificate"), 0o600))
	_, err = f.Load(s)
	requireCode(t, "trust.no-certificates", err)
	require.Zero(t, s.Len(), "nothing is half-loaded")
	require.NoError(t, os.Remove(filepath.Join(dir, "own", "note.txt")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "store.json"), []byte("{"), 0o600))
	_, err = f.Entries()
	requireCode(t, "trust.bad-index", err)
}

// TestKnown: the roots that are shipped as data are recognised by their fingerprint alone, and trusted by nobody.
func TestKnown(t *testing.T) {
	raw, err := os.ReadFile("known.json")
	require.NoError(t, err)
	var list []trust.KnownRoot
	require.NoError(t, json.Unmarshal(raw, &list))
	require.GreaterOrEqual(t, len(list), 2)
	seen := make(map[string]bool)
	for _, r := range list {
		_, ok := trust.ParseTree(string(r.Tree))
		require.True(t, ok && r.Tree != trust.Own, r.Name)
		require.Regexp(t, `^[0-9a-f]{64}$`, r.SHA256)
		require.False(t, seen[r.SHA256])
		seen[r.SHA256] = true
	}
	_, ok := trust.Known(plant(t, "Vietnam National Root CA").root)
	require.False(t, ok, "a name is no fingerprint")
	_, ok = trust.Known(nil)
	require.False(t, ok)
	require.Zero(t, trust.NewStore().Len())
}
