package trust_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/trust"
)

// tree is a root, an issuing authority and a leaf of one test, on P-256.
type tree struct {
	root, issuer, leaf *x509.Certificate
	rootKey, issuerKey crypto.Signer
}

var (
	now   = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	begin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
)

func key(t testing.TB) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return k
}

func certificate(t testing.TB, name string, pub crypto.PublicKey, issuer *x509.Certificate, by crypto.Signer, change func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	require.NoError(t, err)
	c := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: begin, NotAfter: begin.AddDate(2, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true}
	if change != nil {
		change(c)
	}
	if issuer == nil {
		issuer = c
	}
	raw, err := x509.CreateCertificate(rand.Reader, c, issuer, pub, by)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(raw)
	require.NoError(t, err)
	return cert
}

func authority(c *x509.Certificate) {
	c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
}

func plant(t testing.TB, name string) tree {
	t.Helper()
	a := tree{rootKey: key(t), issuerKey: key(t)}
	a.root = certificate(t, name+" root", a.rootKey.Public(), nil, a.rootKey, func(c *x509.Certificate) { authority(c); c.NotAfter = begin.AddDate(30, 0, 0) })
	a.issuer = certificate(t, name+" issuer", a.issuerKey.Public(), a.root, a.rootKey, func(c *x509.Certificate) { authority(c); c.NotAfter = begin.AddDate(1, 0, 0) })
	a.leaf = certificate(t, name+" leaf", key(t).Public(), a.issuer, a.issuerKey, nil)
	return a
}

func code(err error) string {
	var e *trust.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return fmt.Sprint(err)
}

func store(t testing.TB, at trust.Tree, certs ...*x509.Certificate) *trust.Store {
	t.Helper()
	s := trust.NewStore()
	require.NoError(t, s.Add(at, certs...))
	return s
}

func TestPath(t *testing.T) {
	a, b := plant(t, "a"), plant(t, "b")
	imitation := certificate(t, "a issuer", key(t).Public(), b.root, b.rootKey, authority)
	notCA := certificate(t, "not an authority", a.issuerKey.Public(), a.root, a.rootKey, nil)
	underNotCA := certificate(t, "leaf", key(t).Public(), notCA, a.issuerKey, nil)
	critical := certificate(t, "critical", key(t).Public(), a.issuer, a.issuerKey, func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3, 4}, Critical: true, Value: []byte{5, 0}}}
	})
	for _, c := range []struct {
		name    string
		anchors []*x509.Certificate
		cert    *x509.Certificate
		others  []*x509.Certificate
		at      time.Time
		want    string // code; "": a path
		length  int
	}{
		{"root", []*x509.Certificate{a.root}, a.leaf, []*x509.Certificate{a.issuer}, now, "", 3},
		{"issuer as anchor", []*x509.Certificate{a.issuer}, a.leaf, nil, now, "", 2},
		{"leaf as anchor", []*x509.Certificate{a.leaf}, a.leaf, nil, now, "", 1},
		{"issuer among the anchors: the shortest path", []*x509.Certificate{a.root, a.issuer}, a.leaf, nil, now, "", 2},
		{"anchors serve as steps, whatever is embedded", []*x509.Certificate{a.root}, a.leaf, []*x509.Certificate{imitation, a.issuer, b.root, b.leaf, nil}, now, "", 3},
		{"nothing trusted", nil, a.leaf, []*x509.Certificate{a.issuer, a.root}, now, "trust.no-anchors", 0},
		{"C3: a root in the bag is not trusted", []*x509.Certificate{b.root}, a.leaf, []*x509.Certificate{a.issuer, a.root}, now, "trust.no-path", 0},
		{"C3: a trusted certificate in the bag", []*x509.Certificate{b.root}, a.leaf, []*x509.Certificate{a.issuer, a.root, b.root, b.issuer, b.leaf}, now, "trust.no-path", 0},
		{"the issuer is missing", []*x509.Certificate{a.root}, a.leaf, nil, now, "trust.no-path", 0},
		{"an issuer of the same name and another key", []*x509.Certificate{a.root, b.root}, a.leaf, []*x509.Certificate{imitation}, now, "trust.no-path", 0},
		{"after the leaf's end", []*x509.Certificate{a.root}, a.leaf, []*x509.Certificate{a.issuer}, begin.AddDate(3, 0, 0), "trust.outside-validity", 3},
		{"T4: after the issuer's end", []*x509.Certificate{a.root}, a.leaf, []*x509.Certificate{a.issuer}, begin.AddDate(1, 1, 0), "trust.outside-validity", 3},
		{"before all", []*x509.Certificate{a.root}, a.leaf, []*x509.Certificate{a.issuer}, begin.AddDate(0, 0, -1), "trust.outside-validity", 3},
		{"an anchor that has expired", []*x509.Certificate{a.leaf}, a.leaf, nil, begin.AddDate(3, 0, 0), "trust.outside-validity", 1},
		{"an issuer that is no authority", []*x509.Certificate{a.root}, underNotCA, []*x509.Certificate{notCA}, now, "trust.invalid-path", 0},
		{"a critical extension that nobody understands", []*x509.Certificate{a.root}, critical, []*x509.Certificate{a.issuer}, now, "trust.critical", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			path, err := store(t, trust.Own, c.anchors...).Path(c.cert, c.others, c.at)
			if c.want == "" {
				require.NoError(t, err)
				require.True(t, path.Anchor.Certificate.Equal(path.Certificates[len(path.Certificates)-1]))
			} else {
				require.Equal(t, c.want, code(err))
			}
			if c.length == 0 {
				require.Nil(t, path)
				return
			}
			require.Len(t, path.Certificates, c.length)
			require.True(t, path.Certificates[0].Equal(c.cert))
		})
	}
	t.Run("no store", func(t *testing.T) {
		var none *trust.Store
		_, err := none.Path(a.leaf, nil, now)
		require.Equal(t, "trust.no-anchors", code(err))
	})
}

// TestC8WeakLink: a path that hangs on SHA-1 is no path, and the error says why. The clean twin hangs on SHA-256.
func TestC8WeakLink(t *testing.T) {
	a := plant(t, "a")
	weak := certificate(t, "leaf", key(t).Public(), a.issuer, a.issuerKey, func(c *x509.Certificate) { c.SignatureAlgorithm = x509.ECDSAWithSHA1 })
	above := certificate(t, "a issuer", a.issuerKey.Public(), a.root, a.rootKey, func(c *x509.Certificate) { authority(c); c.SignatureAlgorithm = x509.ECDSAWithSHA1 })
	s := store(t, trust.Own, a.root)
	for _, c := range []struct {
		name   string
		leaf   *x509.Certificate
		others []*x509.Certificate
		want   string
	}{
		{"clean twin", a.leaf, []*x509.Certificate{a.issuer}, ""},
		{"the leaf", weak, []*x509.Certificate{a.issuer}, "trust.weak-signature"},
		{"the issuer", a.leaf, []*x509.Certificate{above}, "trust.weak-signature"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := s.Path(c.leaf, c.others, now)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.Equal(t, c.want, code(err))
		})
	}
	_, err := store(t, trust.Own, weak).Path(weak, nil, now)
	require.NoError(t, err, "an anchor's own signature does not matter")
}

func TestTrees(t *testing.T) {
	a, b := plant(t, "a"), plant(t, "b")
	s := store(t, trust.National, a.root)
	require.NoError(t, s.Add(trust.Government, b.root))
	for _, c := range []struct {
		leaf, issuer *x509.Certificate
		want         trust.Tree
	}{{a.leaf, a.issuer, trust.National}, {b.leaf, b.issuer, trust.Government}} {
		path, err := s.Path(c.leaf, []*x509.Certificate{c.issuer}, now)
		require.NoError(t, err)
		require.Equal(t, c.want, path.Anchor.Tree)
	}
	// The same authority under two anchors: the nearer tree wins among paths of one length.
	cross := certificate(t, "a root", a.rootKey.Public(), nil, a.rootKey, func(c *x509.Certificate) { authority(c); c.NotAfter = begin.AddDate(20, 0, 0) })
	require.NoError(t, s.Add(trust.Own, cross))
	path, err := s.Path(a.leaf, []*x509.Certificate{a.issuer}, now)
	require.NoError(t, err)
	require.Equal(t, trust.National, path.Anchor.Tree)

	require.Equal(t, "trust.unknown-tree", code(s.Add("elsewhere", a.leaf)))
	require.Equal(t, "trust.unknown-tree", code(s.Add(trust.None, a.leaf)))
	require.NoError(t, s.Add(trust.Own, a.root), "a certificate stays in its first tree")
	anchor, ok := s.Anchor(a.root)
	require.True(t, ok)
	require.Equal(t, trust.National, anchor.Tree)
	require.Equal(t, "a root", anchor.Name)
	require.Equal(t, 3, s.Len())
	require.True(t, s.Remove(a.root))
	require.False(t, s.Remove(a.root))
	require.Equal(t, 2, s.Len())
	_, ok = s.Anchor(a.root)
	require.False(t, ok)
}

func TestLoad(t *testing.T) {
	a, b := plant(t, "a"), plant(t, "b")
	dir := t.TempDir()
	encode := func(certs ...*x509.Certificate) []byte {
		var out bytes.Buffer
		out.WriteString("subject=whatever\n")
		for _, c := range certs {
			require.NoError(t, pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
		}
		return out.Bytes()
	}
	bundle, err := cmsdata.New([]*x509.Certificate{a.root, b.root}).Marshal()
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(a.rootKey)
	require.NoError(t, err)
	damaged := bytes.Replace(a.root.Raw, []byte("260101000000Z"), []byte("269901000000Z"), 1)
	require.NotEqual(t, a.root.Raw, damaged)
	files := map[string][]byte{
		"one.pem": encode(a.root), "two.pem": encode(a.root, b.root), "one.der": a.root.Raw, "two.der": append(bytes.Clone(a.root.Raw), b.root.Raw...),
		"bundle.p7b": bundle, "bundle.pem": pem.EncodeToMemory(&pem.Block{Type: "PKCS7", Bytes: bundle}),
		"key.pem":     pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
		"both.pem":    append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), encode(a.root)...),
		"trusted.pem": pem.EncodeToMemory(&pem.Block{Type: "TRUSTED CERTIFICATE", Bytes: a.root.Raw}),
		"garbage":     []byte("hello"), "empty": nil, "damaged.der": damaged, "damaged.pem": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: damaged}),
		"huge": bytes.Repeat([]byte{'x'}, 9<<20),
	}
	for name, data := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	for _, c := range []struct {
		file  string
		count int
		code  string
	}{
		{"one.pem", 1, ""}, {"two.pem", 2, ""}, {"one.der", 1, ""}, {"two.der", 2, ""}, {"bundle.p7b", 2, ""}, {"bundle.pem", 2, ""}, {"both.pem", 1, ""},
		{"key.pem", 0, "trust.no-certificates"}, {"trusted.pem", 0, "trust.no-certificates"}, {"garbage", 0, "trust.no-certificates"}, {"empty", 0, "trust.no-certificates"},
		{"damaged.der", 0, "trust.bad-certificate"}, {"damaged.pem", 0, "trust.bad-certificate"}, {"huge", 0, "trust.too-large"}, {"absent", 0, "trust.read"},
	} {
		t.Run(c.file, func(t *testing.T) {
			s := trust.NewStore()
			n, err := s.Load(filepath.Join(dir, c.file))
			if c.code != "" {
				require.Equal(t, c.code, code(err))
				require.Contains(t, err.Error(), c.file)
				require.Zero(t, s.Len())
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.count, n)
			require.Equal(t, c.count, s.Len())
			require.Equal(t, trust.Own, s.Anchors()[0].Tree)
		})
	}
	t.Run("a tree by name", func(t *testing.T) {
		s := trust.NewStore()
		_, err := s.Load("national:" + filepath.Join(dir, "one.pem"))
		require.NoError(t, err)
		_, err = s.Load("government:" + filepath.Join(dir, "two.pem"))
		require.NoError(t, err)
		require.Equal(t, trust.National, s.Anchors()[0].Tree)
		require.Equal(t, trust.Government, s.Anchors()[1].Tree)
		require.NoError(t, s.LoadFile(trust.Own, filepath.Join(dir, "one.der")))
	})
	t.Run("a folder", func(t *testing.T) {
		s := trust.NewStore()
		require.NoError(t, os.Mkdir(filepath.Join(dir, "below"), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "below", "leaf.pem"), encode(a.leaf), 0o600))
		require.NoError(t, s.LoadDir(trust.National, dir))
		require.Equal(t, 3, s.Len(), "each certificate once; other files are passed over")
		certs, err := trust.ReadPath(dir)
		require.NoError(t, err)
		require.Greater(t, len(certs), 3)
	})
	t.Run("an empty folder", func(t *testing.T) {
		require.Equal(t, "trust.no-certificates", code(trust.NewStore().LoadDir(trust.Own, t.TempDir())))
	})
	t.Run("no folder", func(t *testing.T) {
		err := trust.NewStore().LoadDir(trust.Own, filepath.Join(dir, "absent"))
		require.Equal(t, "trust.read", code(err))
		require.ErrorIs(t, err, os.ErrNotExist)
	})
}

// TestAnchorsThatOthersRefuse: a root with a negative serial number is read, trusted and found, though crypto/x509 refuses it.
func TestAnchorsThatOthersRefuse(t *testing.T) {
	k := key(t)
	root := certificate(t, "old root", k.Public(), nil, k, func(c *x509.Certificate) { authority(c); c.SerialNumber = big.NewInt(0x7001) })
	// The serial number is made negative, and the certificate signed anew.
	tbs := bytes.Replace(root.RawTBSCertificate, []byte{2, 2, 0x70, 1}, []byte{2, 2, 0xf0, 1}, 1)
	require.NotEqual(t, root.RawTBSCertificate, tbs)
	digest := sha256.Sum256(tbs)
	signature, err := k.Sign(rand.Reader, digest[:], crypto.SHA256)
	require.NoError(t, err)
	odd := der.Encode(der.Sequence, tbs, der.Encode(der.Sequence, der.AppendOID(nil, asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2})), der.Encode(der.BitString, append([]byte{0}, signature...)))
	_, err = x509.ParseCertificate(odd)
	require.Error(t, err)
	certs, err := trust.ParseCertificates(odd)
	require.NoError(t, err)
	require.Negative(t, certs[0].SerialNumber.Sign())
	leaf := certificate(t, "leaf", key(t).Public(), root, k, nil)
	path, err := store(t, trust.Government, certs...).Path(leaf, nil, now)
	require.NoError(t, err)
	require.Same(t, certs[0], path.Certificates[1])
	certs, err = trust.ParseCertificates(append(bytes.Clone(leaf.Raw), odd...))
	require.NoError(t, err)
	require.Len(t, certs, 2)
}

// TestConcurrent uses a store from many goroutines while it changes.
func TestConcurrent(t *testing.T) {
	a, b := plant(t, "a"), plant(t, "b")
	s := store(t, trust.National, a.root)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 20 {
				if _, err := s.Path(a.leaf, []*x509.Certificate{a.issuer}, now); err != nil {
					t.Error(err)
				}
			}
		})
		group.Go(func() {
			for range 20 {
				_ = s.Add(trust.Own, b.root)
				s.Remove(b.root)
				_ = s.Anchors()
			}
		})
	}
	group.Wait()
}

func FuzzParseCertificates(f *testing.F) {
	a := plant(f, "a")
	bundle, err := cmsdata.New([]*x509.Certificate{a.root}).Marshal()
	require.NoError(f, err)
	f.Add(a.root.Raw)
	f.Add(bundle)
	f.Add(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.Raw}))
	f.Add(pem.EncodeToMemory(&pem.Block{Type: "PKCS7", Bytes: bundle}))
	f.Fuzz(func(t *testing.T, data []byte) {
		certs, err := trust.ParseCertificates(data)
		if err == nil && len(certs) == 0 {
			t.Fatal("nothing, and no error")
		}
		var e *trust.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%T", err)
		}
	})
}

func BenchmarkPath(b *testing.B) {
	a := plant(b, "a")
	others := []*x509.Certificate{a.issuer}
	b.ReportAllocs()
	for b.Loop() {
		s := store(b, trust.National, a.root) // one that has not answered before
		if _, err := s.Path(a.leaf, others, now); err != nil {
			b.Fatal(err)
		}
	}
}

func Example() {
	s := trust.NewStore()
	if _, err := s.Load("national:no-such-file.pem"); err != nil {
		fmt.Println(err)
	}
	fmt.Println(s.Len(), "anchors")
	// Output:
	// trust: no-such-file.pem cannot be read: no such file or directory
	// 0 anchors
}

// revocationList is a CRL of a tree's root that holds for a day.
func revocationList(t testing.TB, a tree, at time.Time, number int64, revoked ...*x509.Certificate) []byte {
	t.Helper()
	list := &x509.RevocationList{Number: big.NewInt(number), ThisUpdate: at, NextUpdate: at.Add(24 * time.Hour)}
	for _, c := range revoked {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: c.SerialNumber, RevocationTime: at.Add(-time.Hour)})
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, a.root, a.rootKey)
	require.NoError(t, err)
	return der
}
