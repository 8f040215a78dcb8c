package trust_test

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/trust"
)

// extension is one of a certificate or a list.
func extension(id asn1.ObjectIdentifier, critical bool, value ...[]byte) pkix.Extension {
	return pkix.Extension{Id: id, Critical: critical, Value: der.Encode(der.Sequence, value...)}
}

// pointAt is a DistributionPoint with an address, and with the name of the list's issuer where it is not the certificate's.
func pointAt(address string, issuer []byte) []byte {
	name := der.Encode(der.Context(0), der.Encode(der.Context(0), der.Encode(0x86, []byte(address))))
	if issuer == nil {
		return der.Encode(der.Sequence, name)
	}
	return der.Encode(der.Sequence, name, der.Encode(der.Context(2), der.Encode(der.Context(4), issuer)))
}

var (
	oidPoints   = asn1.ObjectIdentifier{2, 5, 29, 31}
	oidFreshest = asn1.ObjectIdentifier{2, 5, 29, 46}
	oidScope    = asn1.ObjectIdentifier{2, 5, 29, 28}
	oidHolder   = asn1.ObjectIdentifier{2, 5, 29, 29}
	oidBase     = asn1.ObjectIdentifier{2, 5, 29, 27}
	oidInfo     = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 1}
	oidIssuers  = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 2}
)

// TestDeltaFetched: a complete list that says where its deltas are does not stand alone (O3; RFC 5280, 5.2.6 and 4.2.1.15).
func TestDeltaFetched(t *testing.T) {
	for _, where := range []string{"list", "certificate"} {
		t.Run(where, func(t *testing.T) {
			a := plant(t, "a")
			var full, delta []byte
			deltas := 0
			mux := http.NewServeMux()
			mux.HandleFunc("/full", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(full) })
			mux.HandleFunc("/delta", func(w http.ResponseWriter, _ *http.Request) {
				deltas++
				if delta == nil {
					w.WriteHeader(http.StatusNotFound)
				}
				_, _ = w.Write(delta)
			})
			server := httptest.NewServer(mux)
			defer server.Close()
			freshest := extension(oidFreshest, false, pointAt(server.URL+"/delta", nil))
			leaf := certificate(t, "leaf", key(t).Public(), a.root, a.rootKey, func(c *x509.Certificate) {
				c.CRLDistributionPoints = []string{server.URL + "/full"}
				if where == "certificate" {
					c.ExtraExtensions = append(c.ExtraExtensions, freshest)
				}
			})
			listOf := func(number int64, at time.Time, extra ...pkix.Extension) []byte {
				list := &x509.RevocationList{Number: big.NewInt(number), ThisUpdate: at, NextUpdate: at.Add(24 * time.Hour), ExtraExtensions: extra}
				if number > 1 {
					list.RevokedCertificateEntries = []x509.RevocationListEntry{{SerialNumber: leaf.SerialNumber, RevocationTime: at.Add(-time.Minute), ReasonCode: 1}}
				}
				raw, err := x509.CreateRevocationList(rand.Reader, list, a.root, a.rootKey)
				require.NoError(t, err)
				return raw
			}
			full = listOf(1, now.Add(-time.Hour))
			if where == "list" {
				full = listOf(1, now.Add(-time.Hour), freshest)
			}
			ask := func() *trust.Judgement {
				v := &trust.Validator{Store: store(t, trust.Own, a.root), Fetcher: &trust.HTTPFetcher{AllowPrivate: true}}
				return v.Judge(t.Context(), trust.Question{Certificate: leaf, Now: now})
			}
			j := ask()
			require.Equal(t, "", codeOf(j), "a delta that cannot be had leaves the list")
			require.Equal(t, 1, deltas)
			base := pkix.Extension{Id: oidBase, Critical: true, Value: []byte{2, 1, 1}}
			delta = listOf(2, now.Add(-time.Minute), base)
			j = ask()
			require.Equal(t, string(trust.CodeRevoked), codeOf(j), "%v", j.Err)
			require.Len(t, j.Used.CRLs, 2, "the delta and what it completes")
		})
	}
}

// TestListIssuerFetched: a list that another authority signs, whose certificate lies at the address that the list names (RFC 5280, 5.2.7).
func TestListIssuerFetched(t *testing.T) {
	a := plant(t, "a")
	signerKey := key(t)
	signer := certificate(t, "lists", signerKey.Public(), a.root, a.rootKey, func(c *x509.Certificate) {
		c.KeyUsage, c.SubjectKeyId = x509.KeyUsageCRLSign, []byte{1, 2, 3}
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 56}, Value: []byte{5, 0}}} // nobody revokes it
	})
	var list []byte
	mux := http.NewServeMux()
	mux.HandleFunc("/list", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(list) })
	mux.HandleFunc("/signer", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(signer.Raw) })
	server := httptest.NewServer(mux)
	defer server.Close()
	leaf := certificate(t, "leaf", key(t).Public(), a.root, a.rootKey, func(c *x509.Certificate) {
		c.ExtraExtensions = append(c.ExtraExtensions, extension(oidPoints, false, pointAt(server.URL+"/list", signer.RawSubject)))
	})
	other := certificate(t, "other", key(t).Public(), a.root, a.rootKey, func(c *x509.Certificate) {
		c.ExtraExtensions = append(c.ExtraExtensions, extension(oidPoints, false, pointAt(server.URL+"/list", signer.RawSubject)))
	})
	scope := extension(oidScope, true, der.Encode(der.Context(0), der.Encode(der.Context(0), der.Encode(0x86, []byte(server.URL+"/list")))), []byte{0x84, 1, 0xff})
	info := extension(oidInfo, false, der.Encode(der.Sequence, der.AppendOID(nil, oidIssuers), der.Encode(0x86, []byte(server.URL+"/signer"))))
	raw, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: now, NextUpdate: now.Add(time.Hour), ExtraExtensions: []pkix.Extension{scope, info},
		RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: other.SerialNumber, RevocationTime: now.Add(-time.Hour),
			ExtraExtensions: []pkix.Extension{extension(oidHolder, true, der.Encode(der.Context(4), a.root.RawSubject))}}}}, signer, signerKey)
	require.NoError(t, err)
	list = raw
	v := &trust.Validator{Store: store(t, trust.Own, a.root), Fetcher: &trust.HTTPFetcher{AllowPrivate: true}}
	for _, c := range []struct {
		certificate *x509.Certificate
		state       trust.State
	}{{leaf, trust.Good}, {other, trust.Revoked}} {
		j := v.Judge(t.Context(), trust.Question{Certificate: c.certificate, Now: now})
		require.NotEmpty(t, j.Statuses)
		require.Equal(t, c.state, j.Statuses[0].State, "%v", j.Statuses[0].Why)
		require.Equal(t, signer.Raw, j.Statuses[0].Signer.Raw)
	}
}
