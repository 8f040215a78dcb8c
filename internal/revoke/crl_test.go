package revoke_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/revoke"
	"github.com/kyso-dev/kyso/internal/testtool"
)

var now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

type node struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	pki  *pki.Certificate

	other     crypto.Signer // in place of key
	algorithm []byte        // of its signatures
}

// sign signs a message and tells the algorithm.
func (n *node) sign(t testing.TB, message []byte) (sig, algorithm []byte) {
	t.Helper()
	if n.other == nil {
		digest := sha256.Sum256(message)
		sig, err := n.key.Sign(rand.Reader, digest[:], crypto.SHA256)
		require.NoError(t, err)
		return sig, ecdsaSHA256
	}
	scheme, err := alg.ParseSignature(n.algorithm, 0)
	require.NoError(t, err)
	if !scheme.SignsMessage() {
		h := scheme.Hash.New()
		h.Write(message)
		message = h.Sum(nil)
	}
	sig, err = n.other.Sign(rand.Reader, message, scheme.SignerOpts())
	require.NoError(t, err)
	return sig, n.algorithm
}

func issue(t testing.TB, name string, serial int64, by *node, edit func(*x509.Certificate)) *node {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	c := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(9, 0, 0), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign}
	if edit != nil {
		edit(c)
	}
	n := &node{key: key}
	if by == nil {
		by = &node{key: key, cert: c}
	}
	var signer crypto.Signer = by.key
	if by.other != nil {
		signer = by.other
	}
	raw, err := x509.CreateCertificate(rand.Reader, c, by.cert, key.Public(), signer)
	require.NoError(t, err)
	n.cert, err = x509.ParseCertificate(raw)
	require.NoError(t, err)
	n.pki, err = pki.Parse(raw)
	require.NoError(t, err)
	return n
}

func end(c *x509.Certificate) {
	c.IsCA, c.BasicConstraintsValid, c.KeyUsage = false, false, x509.KeyUsageDigitalSignature
}

// list is a CRL to make. Zero fields take what is ordinary.
type list struct {
	by         *node
	name       []byte
	from, to   time.Time
	open       bool // no nextUpdate
	spoil      bool // the signature
	entries    [][]byte
	extensions [][]byte
}

var ecdsaSHA256 = der.Encode(der.Sequence, der.AppendOID(nil, []int{1, 2, 840, 10045, 4, 3, 2}))

func (l list) raw(t testing.TB) []byte {
	t.Helper()
	if l.name == nil {
		l.name = l.by.pki.Subject.Raw
	}
	if l.from.IsZero() {
		l.from = now.AddDate(0, 0, -1)
	}
	if l.to.IsZero() {
		l.to = now.AddDate(0, 0, 1)
	}
	_, algorithm := l.by.sign(t, nil)
	parts := [][]byte{der.AppendInt(nil, 1), algorithm, l.name, der.AppendTime(nil, l.from)}
	if !l.open {
		parts = append(parts, der.AppendTime(nil, l.to))
	}
	if l.entries != nil {
		parts = append(parts, der.Encode(der.Sequence, l.entries...))
	}
	if l.extensions != nil {
		parts = append(parts, der.Encode(der.Context(0), der.Encode(der.Sequence, l.extensions...)))
	}
	tbs := der.Encode(der.Sequence, parts...)
	sig, _ := l.by.sign(t, tbs)
	if l.spoil {
		sig[len(sig)-1] ^= 1
	}
	return der.Encode(der.Sequence, tbs, algorithm, der.Encode(der.BitString, []byte{0}, sig))
}

func (l list) crl(t testing.TB) *revoke.CRL {
	t.Helper()
	crl, err := revoke.ParseCRL(l.raw(t))
	require.NoError(t, err)
	return crl
}

func entry(serial int64, extensions ...[]byte) []byte {
	parts := [][]byte{der.AppendInt(nil, serial), der.AppendTime(nil, now.AddDate(0, 0, -3))}
	if extensions != nil {
		parts = append(parts, der.Encode(der.Sequence, extensions...))
	}
	return der.Encode(der.Sequence, parts...)
}

func extension(critical bool, value []byte, id ...int) []byte {
	var flag []byte
	if critical {
		flag = []byte{1, 1, 0xff}
	}
	return der.Encode(der.Sequence, der.AppendOID(nil, id), flag, der.Encode(der.OctetString, value))
}

func reason(n byte) []byte     { return extension(false, []byte{10, 1, n}, 2, 5, 29, 21) }
func number(n int64) []byte    { return extension(false, der.AppendInt(nil, n), 2, 5, 29, 20) }
func baseOf(n int64) []byte    { return extension(true, der.AppendInt(nil, n), 2, 5, 29, 27) }
func scope(p ...[]byte) []byte { return extension(true, der.Encode(der.Sequence, p...), 2, 5, 29, 28) }
func unknown(critical bool) []byte {
	return extension(critical, []byte{5, 0}, 1, 2, 3)
}

func onlyFlag(n byte) []byte { return der.Encode(der.ContextPrimitive(n), []byte{0xff}) }

func uriPoint(uri string) []byte {
	return der.Encode(der.Context(0), der.Encode(der.Context(0), der.Encode(der.ContextPrimitive(6), []byte(uri))))
}

// TestO3CRL checks one certificate against lists that are wrong in one point each, beside clean twins.
func TestO3CRL(t *testing.T) {
	root, other := issue(t, "Root", 1, nil, nil), issue(t, "Other", 1, nil, nil)
	impostor := issue(t, "Root", 1, nil, nil) // the same name, another key
	noCRLs := issue(t, "Root", 2, root, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCertSign })
	delegate := issue(t, "Root", 3, root, func(c *x509.Certificate) { end(c); c.KeyUsage = x509.KeyUsageCRLSign })
	leaf := issue(t, "End", 7, root, end)
	pointed := issue(t, "Pointed", 7, root, func(c *x509.Certificate) { end(c); c.CRLDistributionPoints = []string{"http://crl.example/a"} })
	authority := issue(t, "Authority", 7, root, nil)
	for _, c := range []struct {
		name  string
		cert  *node
		lists []list
		certs []*node
		state revoke.State
		code  finding.Code // beneath, where the state is unknown
	}{
		{"clean", leaf, []list{{by: root}}, nil, revoke.Good, ""},
		{"another serial", leaf, []list{{by: root, entries: [][]byte{entry(8)}}}, nil, revoke.Good, ""},
		{"listed", leaf, []list{{by: root, entries: [][]byte{entry(6), entry(7), entry(8)}}}, nil, revoke.Revoked, ""},
		{"held", leaf, []list{{by: root, entries: [][]byte{entry(7, reason(6))}}}, nil, revoke.Suspended, ""},
		{"removed", leaf, []list{{by: root, entries: [][]byte{entry(7, reason(8))}}}, nil, revoke.Good, ""},
		{"none", leaf, nil, nil, revoke.Unchecked, revoke.CodeNothing},
		{"of another issuer", leaf, []list{{by: other}}, nil, revoke.Unchecked, revoke.CodeNothing},
		{"signed by another key", leaf, []list{{by: impostor}}, []*node{impostor}, revoke.Unchecked, revoke.CodeIssuer},
		{"signed by a key that may not", leaf, []list{{by: noCRLs}, {by: root, name: other.pki.Subject.Raw}}, []*node{noCRLs}, revoke.Unchecked, revoke.CodeIssuer},
		{"signed by a key that may, of unknown state", leaf, []list{{by: delegate}}, []*node{delegate}, revoke.Unchecked, revoke.CodeIssuer},
		{"stale", leaf, []list{{by: root, to: now.Add(-time.Second)}}, nil, revoke.Unchecked, revoke.CodeStale},
		{"stale, and listed", leaf, []list{{by: root, to: now.Add(-time.Second), entries: [][]byte{entry(7)}}, {by: root}}, nil, revoke.Revoked, ""},
		{"stale, and held", leaf, []list{{by: root, to: now.Add(-time.Second), entries: [][]byte{entry(7, reason(6))}}, {by: root}}, nil, revoke.Good, ""},
		{"valid to the second", leaf, []list{{by: root, from: now, to: now}}, nil, revoke.Good, ""},
		{"from the future", leaf, []list{{by: root, from: now.Add(time.Second)}}, nil, revoke.Unchecked, revoke.CodeStale},
		{"without an end", leaf, []list{{by: root, open: true}}, nil, revoke.Unchecked, revoke.CodeStale},
		{"a stale one and a fresh one", leaf, []list{{by: root, to: now.Add(-time.Second)}, {by: root}}, nil, revoke.Good, ""},
		{"critical", leaf, []list{{by: root, extensions: [][]byte{unknown(true)}}}, nil, revoke.Unchecked, revoke.CodeCritical},
		{"not critical", leaf, []list{{by: root, extensions: [][]byte{unknown(false)}}}, nil, revoke.Good, ""},
		{"critical in another's entry", leaf, []list{{by: root, entries: [][]byte{entry(8, unknown(true))}}}, nil, revoke.Unchecked, revoke.CodeCritical},
		{"not critical in another's entry", leaf, []list{{by: root, entries: [][]byte{entry(8, unknown(false))}}}, nil, revoke.Good, ""},
		{"for users", leaf, []list{{by: root, extensions: [][]byte{scope(onlyFlag(1))}}}, nil, revoke.Good, ""},
		{"for authorities", leaf, []list{{by: root, extensions: [][]byte{scope(onlyFlag(2))}}}, nil, revoke.Unchecked, revoke.CodeScope},
		{"for attributes", leaf, []list{{by: root, extensions: [][]byte{scope(onlyFlag(5))}}}, nil, revoke.Unchecked, revoke.CodeScope},
		{"an authority, for users", authority, []list{{by: root, extensions: [][]byte{scope(onlyFlag(1))}}}, nil, revoke.Unchecked, revoke.CodeScope},
		{"an authority, for authorities", authority, []list{{by: root, extensions: [][]byte{scope(onlyFlag(2))}}}, nil, revoke.Good, ""},
		{"the point's", pointed, []list{{by: root, extensions: [][]byte{scope(uriPoint("http://crl.example/a"))}}}, nil, revoke.Good, ""},
		{"another point's", pointed, []list{{by: root, extensions: [][]byte{scope(uriPoint("http://crl.example/b"))}}}, nil, revoke.Unchecked, revoke.CodeScope},
		{"some reasons", leaf, []list{{by: root, extensions: [][]byte{scope(der.Encode(0x83, []byte{6, 0x40}))}}}, nil, revoke.Unchecked, revoke.CodeReasons},
		{"some reasons and the others", leaf, []list{{by: root, extensions: [][]byte{scope(der.Encode(0x83, []byte{6, 0x40}))}}, {by: root, extensions: [][]byte{scope(der.Encode(0x83, []byte{7, 0x3f, 0x80}))}}}, nil, revoke.Good, ""},
		{"delta alone", leaf, []list{{by: root, extensions: [][]byte{number(5), baseOf(4)}}}, nil, revoke.Unchecked, revoke.CodeNothing},
		{"delta revokes", leaf, []list{{by: root, extensions: [][]byte{number(4)}}, {by: root, extensions: [][]byte{number(5), baseOf(4)}, entries: [][]byte{entry(7)}}}, nil, revoke.Revoked, ""},
		{"delta removes", leaf, []list{{by: root, extensions: [][]byte{number(4)}, entries: [][]byte{entry(7, reason(6))}}, {by: root, extensions: [][]byte{number(5), baseOf(4)}, entries: [][]byte{entry(7, reason(8))}}}, nil, revoke.Good, ""},
		{"delta of a later base", leaf, []list{{by: root, extensions: [][]byte{number(3)}, entries: [][]byte{entry(7, reason(6))}}, {by: root, extensions: [][]byte{number(5), baseOf(4)}, entries: [][]byte{entry(7, reason(8))}}}, nil, revoke.Suspended, ""},
		{"delta by another key", leaf, []list{{by: root, extensions: [][]byte{number(4)}, entries: [][]byte{entry(7, reason(6))}}, {by: impostor, extensions: [][]byte{number(5), baseOf(4)}, entries: [][]byte{entry(7, reason(8))}}}, nil, revoke.Suspended, ""},
		{"delta of another scope", leaf, []list{{by: root, extensions: [][]byte{number(4)}, entries: [][]byte{entry(7, reason(6))}}, {by: root, extensions: [][]byte{number(5), baseOf(4), scope(onlyFlag(1))}, entries: [][]byte{entry(7, reason(8))}}}, nil, revoke.Suspended, ""},
		{"the later of two deltas", leaf, []list{{by: root, extensions: [][]byte{number(4)}}, {by: root, extensions: [][]byte{number(6), baseOf(4)}, entries: [][]byte{entry(7)}}, {by: root, extensions: [][]byte{number(5), baseOf(4)}}}, nil, revoke.Revoked, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var lists []*revoke.CRL
			for _, l := range c.lists {
				lists = append(lists, l.crl(t))
			}
			var certs []*pki.Certificate
			for _, n := range c.certs {
				certs = append(certs, n.pki)
			}
			states, err := revoke.Check([]*pki.Certificate{c.cert.pki, root.pki}, revoke.NewEvidence(certs, nil, lists), now, nil)
			require.Len(t, states, 1)
			require.Equal(t, c.state, states[0].State, "%v", err)
			if c.state == revoke.Good {
				require.NoError(t, err)
				return
			}
			want := map[revoke.State]finding.Code{revoke.Unchecked: revoke.CodeUnchecked, revoke.Revoked: revoke.CodeRevoked, revoke.Suspended: revoke.CodeSuspended}[c.state]
			var e *revoke.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, string(want), e.Code())
			if c.code != "" {
				require.ErrorAs(t, errors.Unwrap(err), &e)
				require.Equal(t, string(c.code), e.Code(), "%v", err)
			}
			if c.state != revoke.Unchecked {
				require.True(t, states[0].RevokedAt.Equal(now.AddDate(0, 0, -3)))
			}
		})
	}
}

// TestO3Indirect lets somebody else list certificates, where a certificate's distribution point names them and nowhere else.
func TestO3Indirect(t *testing.T) {
	root := issue(t, "Root", 1, nil, nil)
	lister := issue(t, "Lister", 2, root, func(c *x509.Certificate) { end(c); c.KeyUsage = x509.KeyUsageCRLSign })
	directory := func(n *node) []byte { return der.Encode(der.Context(4), n.pki.Subject.Raw) }
	leaf := issue(t, "End", 7, root, func(c *x509.Certificate) {
		end(c)
		c.ExtraExtensions = []pkix.Extension{{Id: []int{2, 5, 29, 31}, Value: der.Encode(der.Sequence, der.Encode(der.Sequence, der.Encode(der.Context(2), directory(lister))))}}
	})
	plain := issue(t, "Plain", 7, root, end)
	ofRoot := extension(true, der.Encode(der.Sequence, directory(root)), 2, 5, 29, 29)
	indirect := [][]byte{scope(onlyFlag(4))}
	for _, c := range []struct {
		name  string
		cert  *node
		list  list
		state revoke.State
	}{
		{"clean", leaf, list{by: lister, extensions: indirect}, revoke.Good},
		{"revoked", leaf, list{by: lister, extensions: indirect, entries: [][]byte{entry(7, ofRoot)}}, revoke.Revoked},
		{"issuer of the entry before", leaf, list{by: lister, extensions: indirect, entries: [][]byte{entry(6, ofRoot), entry(7)}}, revoke.Revoked},
		{"the lister's own", leaf, list{by: lister, extensions: indirect, entries: [][]byte{entry(7)}}, revoke.Good},
		{"not marked indirect", leaf, list{by: lister, entries: [][]byte{entry(7, ofRoot)}}, revoke.Unchecked},
		{"not named by the certificate", plain, list{by: lister, extensions: indirect}, revoke.Unchecked},
	} {
		t.Run(c.name, func(t *testing.T) {
			lists := []*revoke.CRL{c.list.crl(t), list{by: root, extensions: [][]byte{scope(der.Encode(0x83, []byte{6, 0x40}))}}.crl(t)}
			states, _ := revoke.Check([]*pki.Certificate{c.cert.pki, root.pki}, revoke.NewEvidence([]*pki.Certificate{lister.pki}, nil, lists), now, nil)
			require.Equal(t, revoke.Unchecked, states[0].State) // nobody tells about the lister
			whole := list{by: root, extensions: [][]byte{extension(false, der.AppendInt(nil, 1), 2, 5, 29, 20)}}
			whole.extensions = append(whole.extensions, scope(uriPoint("http://other.example/")))
			lister := issueWithPoint(t, root, lister, "http://other.example/")
			c.list.by = lister
			ev := revoke.NewEvidence([]*pki.Certificate{lister.pki}, nil, []*revoke.CRL{c.list.crl(t), whole.crl(t)})
			states, err := revoke.Check([]*pki.Certificate{c.cert.pki, root.pki}, ev, now, nil)
			require.Equal(t, c.state, states[0].State, "%v", err)
		})
	}
}

// issueWithPoint certifies the holder of a key again, with a distribution point.
func issueWithPoint(t testing.TB, root, old *node, uri string) *node {
	return issue(t, old.cert.Subject.CommonName, 5, root, func(c *x509.Certificate) {
		end(c)
		c.KeyUsage, c.CRLDistributionPoints = x509.KeyUsageCRLSign, []string{uri}
	})
}

// TestO3Cycle has two issuers of CRLs tell about each other: neither is good.
func TestO3Cycle(t *testing.T) {
	root := issue(t, "Root", 1, nil, nil)
	by := func(name string) func(*x509.Certificate) {
		return func(c *x509.Certificate) {
			end(c)
			c.KeyUsage = x509.KeyUsageCRLSign
			other := der.Encode(der.Context(4), der.Encode(der.Sequence, der.Encode(der.Set, der.Encode(der.Sequence, der.AppendOID(nil, []int{2, 5, 4, 3}), der.Encode(der.PrintableString, []byte(name))))))
			c.ExtraExtensions = []pkix.Extension{{Id: []int{2, 5, 29, 31}, Value: der.Encode(der.Sequence, der.Encode(der.Sequence, der.Encode(der.Context(2), other)))}}
		}
	}
	self, a, b := issue(t, "A", 2, root, by("A")), issue(t, "A", 3, root, by("B")), issue(t, "B", 4, root, by("A"))
	indirect := [][]byte{scope(onlyFlag(4))}
	for _, c := range []struct {
		name  string
		cert  *node
		state revoke.State
	}{{"named by its authority to speak for itself", self, revoke.Good}, {"each for the other", a, revoke.Unchecked}} {
		ev := revoke.NewEvidence([]*pki.Certificate{c.cert.pki, b.pki}, nil, []*revoke.CRL{list{by: c.cert, extensions: indirect}.crl(t), list{by: b, extensions: indirect}.crl(t)})
		states, err := revoke.Check([]*pki.Certificate{c.cert.pki, root.pki}, ev, now, nil)
		require.Equal(t, c.state, states[0].State, "%s: %v", c.name, err)
	}
}

// TestO3Bounds gives more lists than are looked at, and one too large.
func TestO3Bounds(t *testing.T) {
	root := issue(t, "Root", 1, nil, nil)
	leaf := issue(t, "End", 7, root, end)
	impostor := issue(t, "Root", 1, nil, nil)
	var lists []*revoke.CRL
	for i := range limits.RevokeCRLs {
		lists = append(lists, list{by: impostor, from: now.Add(-time.Duration(i+1) * time.Minute)}.crl(t))
	}
	start := time.Now()
	chain := []*pki.Certificate{leaf.pki, root.pki}
	answers, errs := revoke.Answers(chain, 0, revoke.NewEvidence(nil, nil, lists), nil)
	require.Empty(t, answers)
	require.Len(t, errs, limits.RevokeCRLs)
	require.Less(t, time.Since(start), 30*time.Second)
	_, err := revoke.Check(chain, revoke.NewEvidence(nil, nil, append(lists, list{by: root}.crl(t))), now, nil)
	require.Error(t, err)
	_, err = revoke.ParseCRL(make([]byte, limits.RevokeCRL+1))
	var e *revoke.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, string(revoke.CodeTooLarge), e.Code())
}

// TestReadersAgree compares with crypto/x509 over the CRLs of PKITS.
func TestReadersAgree(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testtool.Corpora(t, "pkits", "crls"), "*.crl"))
	require.NoError(t, err)
	require.Len(t, files, 173)
	both := 0
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		ours, err := revoke.ParseCRL(b)
		require.NoError(t, err, f)
		std, err := x509.ParseRevocationList(b)
		if err != nil {
			continue
		}
		both++
		require.Equal(t, len(std.RevokedCertificateEntries), ours.Len(), f)
		require.True(t, std.ThisUpdate.Equal(ours.ThisUpdate) && std.NextUpdate.Equal(ours.NextUpdate), f)
		require.Equal(t, std.RawIssuer, ours.Issuer.Raw, f)
		require.True(t, bytes.Equal(std.AuthorityKeyId, ours.KeyID), f)
		for _, e := range std.RevokedCertificateEntries {
			if found, ok := ours.Find(ours.Issuer, e.SerialNumber); ok {
				require.True(t, e.RevocationTime.Equal(found.Date), f)
				require.Equal(t, e.ReasonCode, int(found.Reason), f)
			} else {
				require.True(t, ours.Point.Indirect, f)
			}
		}
	}
	require.Greater(t, both, 165)
}

func FuzzParseCRL(f *testing.F) {
	root := issue(f, "Root", 1, nil, nil)
	f.Add(list{by: root}.raw(f))
	f.Add(list{by: root, extensions: [][]byte{number(5), baseOf(4), scope(uriPoint("http://a.example/"), onlyFlag(1))}, entries: [][]byte{entry(7, reason(6)), entry(-8)}}.raw(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := revoke.ParseCRL(b)
		if err != nil {
			var e *revoke.Error
			if !errors.As(err, &e) {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		if !bytes.Equal(l.Raw, b) || l.Delta() != (l.Base != nil) {
			t.Fatal("not what was read")
		}
		l.Find(root.pki.Subject, big.NewInt(7))
		revoke.Answers([]*pki.Certificate{root.pki, root.pki}, 0, revoke.NewEvidence(nil, nil, []*revoke.CRL{l}), nil)
	})
}
