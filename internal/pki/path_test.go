package pki_test

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/pki"
)

// TestV1Path breaks a path at one point each; the clean twin holds.
func TestV1Path(t *testing.T) {
	root := issue(t, "Root", nil, nil)
	for _, c := range []struct {
		name   string
		middle func(*x509.Certificate)
		leaf   func(*x509.Certificate)
		want   finding.Code
	}{
		{"clean", nil, nil, ""},
		{"not an authority", func(c *x509.Certificate) { c.IsCA = false; c.KeyUsage = 0 }, nil, pki.CodeNotCA},
		{"no basic constraints", func(c *x509.Certificate) { c.BasicConstraintsValid, c.IsCA, c.KeyUsage = false, false, 0 }, nil, pki.CodeNotCA},
		{"key usage", func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCRLSign }, nil, pki.CodeKeyUsage},
		{"expired authority", func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Second) }, nil, pki.CodeExpired},
		{"valid to the second", func(c *x509.Certificate) { c.NotAfter = now }, func(c *x509.Certificate) { c.NotBefore = now }, ""},
		{"not yet valid", nil, func(c *x509.Certificate) { c.NotBefore = now.Add(time.Second) }, pki.CodeNotYet},
		{"critical", nil, func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: []int{1, 2, 3}, Critical: true, Value: []byte{5, 0}}}
		}, pki.CodeCritical},
		{"not critical", nil, func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: []int{1, 2, 3}, Value: []byte{5, 0}}}
		}, ""},
		{"wrong key identifier", nil, func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: []int{2, 5, 29, 35}, Value: []byte{0x30, 3, 0x80, 1, 9}}}
		}, ""}, // RFC 5280, 4.2.1.1: it helps to find the issuer and proves nothing
		{"path length", func(c *x509.Certificate) { c.MaxPathLenZero = true }, func(c *x509.Certificate) {}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			middle := issue(t, "Middle", root, c.middle)
			end := issue(t, "End", middle, leaf(c.leaf))
			r, err := find(end, root, middle)
			if c.want == "" {
				require.NoError(t, err)
				require.Equal(t, []*pki.Certificate{end.pki, middle.pki, root.pki}, r.Chain)
				return
			}
			requireCode(t, c.want, err)
			require.Equal(t, c.want == pki.CodeExpired || c.want == pki.CodeNotYet, r != nil)
		})
	}
}

func TestV1PathLength(t *testing.T) {
	root := issue(t, "Root", nil, nil)
	one := issue(t, "One", root, func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = 0, true })
	rolled := issue(t, "One", one, nil) // self-issued: does not count
	two := issue(t, "Two", one, nil)
	_, err := find(issue(t, "End", rolled, leaf(nil)), root, one, rolled)
	require.NoError(t, err)
	_, err = find(issue(t, "End", two, leaf(nil)), root, one, two)
	requireCode(t, pki.CodePathLength, err)
	_, err = find(two, root, one) // the last certificate is no intermediate one, CA or not
	require.NoError(t, err)
	strict := issue(t, "Strict", nil, func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = 0, true })
	below := issue(t, "Below", strict, nil)
	_, err = find(issue(t, "End", below, leaf(nil)), strict, below) // what the anchor says of itself binds
	requireCode(t, pki.CodePathLength, err)
}

func TestV1NameConstraints(t *testing.T) {
	address := func(s string) *url.URL { u, err := url.Parse(s); require.NoError(t, err); return u }
	network := func(s string) *net.IPNet { _, n, err := net.ParseCIDR(s); require.NoError(t, err); return n }
	root := issue(t, "Root", nil, nil)
	middle := issue(t, "Middle", root, func(c *x509.Certificate) {
		c.PermittedDNSDomainsCritical = true
		c.PermittedDNSDomains, c.ExcludedDNSDomains = []string{"vn.example", "Example.COM"}, []string{"bad.example.com"}
		c.PermittedEmailAddresses, c.ExcludedEmailAddresses = []string{"example.com", ".corp.example", "one@other.example"}, []string{"boss@example.com"}
		c.PermittedIPRanges, c.ExcludedIPRanges = []*net.IPNet{network("10.0.0.0/8"), network("2001:db8::/32")}, []*net.IPNet{network("10.9.0.0/16")}
		c.PermittedURIDomains = []string{".example.com", "host.example"}
	})
	for _, c := range []struct {
		name string
		edit func(*x509.Certificate)
		want finding.Code
	}{
		{"none", func(*x509.Certificate) {}, ""},
		{"dns", func(c *x509.Certificate) { c.DNSNames = []string{"www.EXAMPLE.com", "example.com", "a.b.vn.example"} }, ""},
		{"dns suffix without a dot", func(c *x509.Certificate) { c.DNSNames = []string{"badexample.com"} }, pki.CodePermitted},
		{"dns excluded", func(c *x509.Certificate) { c.DNSNames = []string{"x.bad.example.com"} }, pki.CodeExcluded},
		{"dns wildcard over excluded", func(c *x509.Certificate) { c.DNSNames = []string{"*.example.com"} }, pki.CodeExcluded},
		{"dns wildcard", func(c *x509.Certificate) { c.DNSNames = []string{"*.ok.example.com"} }, ""},
		{"dns with a dot at the end", func(c *x509.Certificate) { c.DNSNames = []string{"bad.example.com."} }, pki.CodeExcluded},
		{"dns that is none", func(c *x509.Certificate) { c.DNSNames = []string{"a..b"} }, pki.CodeConstraint},
		{"email", func(c *x509.Certificate) {
			c.EmailAddresses = []string{"a@example.com", "b@x.corp.example", "one@other.example"}
		}, ""},
		{"email of a subdomain", func(c *x509.Certificate) { c.EmailAddresses = []string{"a@x.example.com"} }, pki.CodePermitted},
		{"email excluded", func(c *x509.Certificate) { c.EmailAddresses = []string{"boss@EXAMPLE.com"} }, pki.CodeExcluded},
		{"email of the domain itself", func(c *x509.Certificate) { c.EmailAddresses = []string{"a@corp.example"} }, pki.CodePermitted},
		{"email in the name", func(c *x509.Certificate) {
			c.Subject.ExtraNames = []pkix.AttributeTypeAndValue{{Type: []int{1, 2, 840, 113549, 1, 9, 1}, Value: "a@evil.example"}}
		}, pki.CodePermitted},
		{"ip", func(c *x509.Certificate) {
			c.IPAddresses = []net.IP{net.ParseIP("10.1.2.3"), net.ParseIP("2001:db8::1")}
		}, ""},
		{"ip elsewhere", func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.ParseIP("11.1.2.3")} }, pki.CodePermitted},
		{"ip excluded", func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.ParseIP("10.9.2.3")} }, pki.CodeExcluded},
		{"uri", func(c *x509.Certificate) {
			c.URIs = []*url.URL{address("https://www.example.com:8080/x"), address("ldap://host.example/y")}
		}, ""},
		{"uri of the bare domain", func(c *x509.Certificate) { c.URIs = []*url.URL{address("https://example.com/")} }, pki.CodePermitted},
		{"uri below a host", func(c *x509.Certificate) { c.URIs = []*url.URL{address("https://x.host.example/")} }, pki.CodePermitted},
		{"uri without a host", func(c *x509.Certificate) { c.URIs = []*url.URL{address("urn:a:b")} }, pki.CodeConstraint},
		{"uri of an address", func(c *x509.Certificate) { c.URIs = []*url.URL{address("https://10.0.0.1/")} }, pki.CodeConstraint},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := find(issue(t, "End", middle, leaf(c.edit)), root, middle)
			if c.want == "" {
				require.NoError(t, err)
			} else {
				requireCode(t, c.want, err)
			}
		})
	}
}

// TestV1Names compares names as RFC 5280, 7.1, does.
func TestV1Names(t *testing.T) {
	root := issue(t, "Công ty  Cổ PHẦN", nil, nil)
	end := issue(t, "End", &node{key: root.key, cert: &x509.Certificate{Subject: pkix.Name{CommonName: " công TY cổ phần ", Organization: []string{"KYSO"}}, RawSubject: nil, IsCA: true, BasicConstraintsValid: true}}, leaf(nil))
	_, err := find(end, root)
	require.NoError(t, err)
	other := issue(t, "End", &node{key: root.key, cert: &x509.Certificate{Subject: pkix.Name{CommonName: "Công ty Co phần", Organization: []string{"Kyso"}}}}, leaf(nil))
	_, err = find(other, root)
	requireCode(t, pki.CodeNoPath, err)
}

// TestV1Builds finds its way among authorities that certify one another.
func TestV1Builds(t *testing.T) {
	t.Run("loop", func(t *testing.T) {
		a, b := issue(t, "A", nil, nil), issue(t, "B", nil, nil)
		ab, ba := issueFor(t, a.key, "A", b, nil), issueFor(t, b.key, "B", a, nil)
		root := issue(t, "Root", nil, nil)
		end := issue(t, "End", a, leaf(nil))
		_, err := find(end, root, a, b, ab, ba)
		requireCode(t, pki.CodeNoPath, err)
		bridge := issueFor(t, b.key, "B", root, nil)
		r, err := find(end, root, a, b, ab, ba, bridge)
		require.NoError(t, err)
		require.Equal(t, []*pki.Certificate{end.pki, ab.pki, bridge.pki, root.pki}, r.Chain)
		r, err = pki.Find(end.pki, []*pki.Certificate{root.pki, a.pki}, []*pki.Certificate{ab.pki, bridge.pki}, &pki.Options{At: now})
		require.NoError(t, err)
		require.Len(t, r.Chain, 2) // the shorter path, though its anchor comes later
	})
	t.Run("the first candidate expired, the second of another key", func(t *testing.T) {
		root := issue(t, "Root", nil, nil)
		old := issue(t, "Middle", root, func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Hour) })
		renewed := issueFor(t, old.key, "Middle", root, nil)
		namesake := issue(t, "Middle", root, nil)
		end := issue(t, "End", old, leaf(nil))
		r, err := find(end, root, old, namesake, renewed)
		require.NoError(t, err)
		require.Equal(t, renewed.pki, r.Chain[1])
		r, err = find(end, root, old, namesake)
		requireCode(t, pki.CodeExpired, err)
		require.Equal(t, old.pki, r.Chain[1])
		_, err = find(end, root, namesake)
		requireCode(t, pki.CodeSignature, err)
	})
	t.Run("anchor itself", func(t *testing.T) {
		root := issue(t, "Root", nil, nil)
		end := issue(t, "End", root, leaf(nil))
		r, err := find(end, end)
		require.NoError(t, err)
		require.Len(t, r.Chain, 1)
		_, err = pki.Find(end.pki, []*pki.Certificate{end.pki}, nil, &pki.Options{At: until.Add(time.Second)})
		requireCode(t, pki.CodeExpired, err)
		_, err = pki.Find(end.pki, nil, []*pki.Certificate{root.pki}, &pki.Options{At: now})
		requireCode(t, pki.CodeNoAnchor, err)
	})
}

func TestExtKeyUsage(t *testing.T) {
	root := issue(t, "Root", nil, nil)
	stamper := issue(t, "TSA", root, leaf(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping} }))
	open := issue(t, "Any", root, leaf(nil))
	for _, c := range []struct {
		cert *node
		use  pki.OID
		ok   bool
	}{{stamper, pki.TimeStamping, true}, {stamper, pki.OCSPSigning, false}, {open, pki.OCSPSigning, true}} {
		_, err := pki.Validate([]*pki.Certificate{c.cert.pki, root.pki}, &pki.Options{At: now, ExtKeyUsage: []pki.OID{c.use}})
		if c.ok {
			require.NoError(t, err)
		} else {
			requireCode(t, pki.CodeExtKeyUsage, err)
		}
	}
}

// TestC8AlgorithmPolicy asks the caller about each signature, before it is computed.
func TestC8AlgorithmPolicy(t *testing.T) {
	root := issue(t, "Root", nil, nil)
	end := issue(t, "End", root, leaf(nil))
	weak := errors.New("too weak")
	asked := 0
	o := &pki.Options{At: now, Algorithms: func(c *pki.Certificate, s alg.Signature, key crypto.PublicKey) error {
		asked++
		require.Equal(t, end.pki, c)
		require.Equal(t, alg.ECDSA, s.Scheme)
		require.True(t, alg.SameKey(key, root.key.Public()))
		return weak
	}}
	_, err := pki.Validate([]*pki.Certificate{end.pki, root.pki}, o)
	requireCode(t, pki.CodeAlgorithm, err)
	require.ErrorIs(t, err, weak)
	require.Equal(t, 1, asked)
	o.Algorithms = nil
	_, err = pki.Validate([]*pki.Certificate{end.pki, root.pki}, o)
	require.NoError(t, err)
}
