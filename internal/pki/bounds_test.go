package pki_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/testtool"
)

func policies(ids ...[]int) pkix.Extension {
	var all [][]byte
	for _, id := range ids {
		all = append(all, der.Encode(der.Sequence, der.AppendOID(nil, id)))
	}
	return pkix.Extension{Id: []int{2, 5, 29, 32}, Value: der.Encode(der.Sequence, all...)}
}

func mappings(pairs ...[2][]int) pkix.Extension {
	var all [][]byte
	for _, p := range pairs {
		all = append(all, der.Encode(der.Sequence, der.AppendOID(nil, p[0]), der.AppendOID(nil, p[1])))
	}
	return pkix.Extension{Id: []int{2, 5, 29, 33}, Critical: true, Value: der.Encode(der.Sequence, all...)}
}

// TestV2PolicyTree maps every policy to every policy at each level: as a tree that is n to the power of the depth (CVE-2023-0464).
func TestV2PolicyTree(t *testing.T) {
	const n = 11
	var ids [][]int
	var pairs [][2][]int
	for i := range n {
		ids = append(ids, []int{1, 2, 3, i})
	}
	for _, a := range ids {
		for _, b := range ids {
			pairs = append(pairs, [2][]int{a, b})
		}
	}
	edit := func(c *x509.Certificate) { c.ExtraExtensions = []pkix.Extension{policies(ids...), mappings(pairs...)} }
	root := issue(t, "Root", nil, nil)
	chain := []*pki.Certificate{root.pki}
	by := root
	for i := range limits.PKIPath - 2 {
		by = issue(t, numbered(i), by, edit)
		chain = append([]*pki.Certificate{by.pki}, chain...)
	}
	end := issue(t, "End", by, leaf(func(c *x509.Certificate) { c.ExtraExtensions = []pkix.Extension{policies(ids[3])} }))
	chain = append([]*pki.Certificate{end.pki}, chain...)
	start := time.Now()
	r, err := pki.Validate(chain, &pki.Options{At: now, ExplicitPolicy: true})
	require.NoError(t, err)
	require.Len(t, r.Policies, n)
	require.Less(t, time.Since(start), 30*time.Second)
}

// TestV2NameConstraints multiplies names with constraints.
func TestV2NameConstraints(t *testing.T) {
	var constrained, named []string
	for i := range 1500 {
		constrained = append(constrained, fmt.Sprintf("c%d.example", i))
		named = append(named, fmt.Sprintf("n%d.example", i))
	}
	root := issue(t, "Root", nil, nil)
	few := issue(t, "Few", root, func(c *x509.Certificate) { c.ExcludedDNSDomains = constrained[:100] })
	many := issue(t, "Many", root, func(c *x509.Certificate) { c.ExcludedDNSDomains = constrained })
	_, err := find(issue(t, "End", few, leaf(func(c *x509.Certificate) { c.DNSNames = named })), root, few)
	require.NoError(t, err)
	start := time.Now()
	_, err = find(issue(t, "End", many, leaf(func(c *x509.Certificate) { c.DNSNames = named })), root, many)
	requireCode(t, pki.CodeTooLarge, err)
	require.Less(t, time.Since(start), 30*time.Second)
}

// TestV2ManyPaths lets a genuine authority repeat costly paths: what one search may compare holds for all of them together.
func TestV2ManyPaths(t *testing.T) {
	var constrained, named []string
	for i := range 400 {
		constrained, named = append(constrained, fmt.Sprintf("c%d.example", i)), append(named, fmt.Sprintf("n%d.example", i))
	}
	root := issue(t, "Root", nil, nil)
	key := newKey(t)
	var middles []*node
	for range 20 { // of the same key, expired, so that every one is tried
		middles = append(middles, issueFor(t, key, "Middle", root, func(c *x509.Certificate) { c.ExcludedDNSDomains, c.NotAfter = constrained, now.Add(-time.Hour) }))
	}
	end := issue(t, "End", middles[0], leaf(func(c *x509.Certificate) { c.DNSNames = named }))
	_, err := find(end, root, middles[0])
	requireCode(t, pki.CodeExpired, err)
	start := time.Now()
	_, err = find(end, root, middles...)
	requireCode(t, pki.CodeExpired, err)
	require.Less(t, time.Since(start), 30*time.Second)
	good := issueFor(t, key, "Middle", root, nil)
	r, err := find(end, root, append(middles, good)...) // what is valid now is tried first
	require.NoError(t, err)
	require.Equal(t, good.pki, r.Chain[1])
}

// TestV2Mesh lets authorities all certify one another, none of them trusted: the ways through are more than can be walked.
func TestV2Mesh(t *testing.T) {
	const n = 12
	var authorities, mesh []*node
	for i := range n {
		authorities = append(authorities, issue(t, numbered(i), nil, nil))
	}
	for i, a := range authorities {
		for j, b := range authorities {
			if i != j {
				mesh = append(mesh, issueFor(t, a.key, numbered(i), b, nil))
			}
		}
	}
	end := issue(t, "End", authorities[0], leaf(nil))
	root := issue(t, "Root", nil, nil)
	start := time.Now()
	_, err := find(end, root, mesh...)
	requireCode(t, pki.CodeNoPath, err)
	require.Less(t, time.Since(start), 30*time.Second)
	bridge := issueFor(t, authorities[n-1].key, numbered(n-1), root, nil)
	r, err := find(end, root, append(mesh, bridge)...)
	require.NoError(t, err)
	require.Len(t, r.Chain, 4)
}

// TestV2Length refuses paths longer than the limit, by Validate and by Find.
func TestV2Length(t *testing.T) {
	root := issue(t, "Root", nil, nil)
	nodes, by := []*node{}, root
	chain := []*pki.Certificate{root.pki}
	for i := range limits.PKIPath {
		by = issue(t, numbered(i), by, nil)
		nodes = append(nodes, by)
		chain = append([]*pki.Certificate{by.pki}, chain...)
	}
	_, err := pki.Validate(chain, &pki.Options{At: now})
	requireCode(t, pki.CodeTooLarge, err)
	_, err = pki.Validate(chain[1:], &pki.Options{At: now})
	require.NoError(t, err)
	_, err = find(nodes[limits.PKIPath-1], root, nodes...)
	requireCode(t, pki.CodeNoPath, err)
	r, err := find(nodes[limits.PKIPath-2], root, nodes...)
	require.NoError(t, err)
	require.Len(t, r.Chain, limits.PKIPath)
}

// TestC7ExplicitCurve does not take an issuer's key whose curve is described instead of named, even where the point is the same
// (CVE-2020-0601).
func TestC7ExplicitCurve(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	openssl := testtool.Need(t, "openssl")
	made := make(map[string]*pki.Certificate)
	for _, form := range []string{"named_curve", "explicit"} {
		testtool.Run(t, openssl, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-param_enc", form, "-out", file(form+".key"))
		testtool.Run(t, openssl, "req", "-x509", "-new", "-key", file(form+".key"), "-subj", "/CN="+form, "-days", "3650", "-out", file(form+".pem"))
		testtool.Run(t, openssl, "req", "-new", "-key", file(form+".key"), "-subj", "/CN=End", "-out", file(form+".csr"))
		testtool.Run(t, openssl, "x509", "-req", "-in", file(form+".csr"), "-CA", file(form+".pem"), "-CAkey", file(form+".key"), "-set_serial", strconv.Itoa(5), "-days", "3000", "-out", file(form+"-end.pem"))
		for _, n := range []string{form, form + "-end"} {
			b, err := os.ReadFile(file(n + ".pem"))
			require.NoError(t, err)
			block, _ := pem.Decode(b)
			made[n], err = pki.Parse(block.Bytes)
			require.NoError(t, err)
		}
	}
	o := &pki.Options{At: time.Now().Add(time.Hour)}
	_, err := pki.Validate([]*pki.Certificate{made["named_curve-end"], made["named_curve"]}, o)
	require.NoError(t, err)
	_, err = pki.Validate([]*pki.Certificate{made["explicit-end"], made["explicit"]}, o)
	requireCode(t, pki.CodeSignature, err)
}
