package simtest

import (
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

// listenTLS makes a certificate for the server and one for clients, and lets in who has one of the authority.
func (s *Server) listenTLS(l net.Listener) (net.Listener, error) {
	server, err := s.pair(11, x509.ExtKeyUsageServerAuth, ecKeys[0](), "")
	if err != nil {
		return nil, err
	}
	if s.tls, err = s.ClientTLS(s.opts.APID); err != nil {
		return nil, err
	}
	s.URL = "https" + strings.TrimPrefix(s.URL, "http")
	return tls.NewListener(l, &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{server}, ClientCAs: s.tls.RootCAs, ClientAuth: tls.RequireAndVerifyClientCert,
	}), nil
}

// ClientTLS is what the application of that AP_ID, a URI, connects to a server with mutual TLS with: a certificate of the authority that
// has the AP_ID as its alternative name.
func (s *Server) ClientTLS(apID string) (*tls.Config, error) {
	client, err := s.pair(12, x509.ExtKeyUsageClientAuth, ecKeys[1](), apID)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.opts.Authority.ca)
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, Certificates: []tls.Certificate{client}}, nil
}

// pair is a certificate of the authority with its key, of the server or, with an AP_ID, of an application.
func (s *Server) pair(serial int64, usage x509.ExtKeyUsage, key *ecdsa.PrivateKey, apID string) (tls.Certificate, error) {
	a, now := s.opts.Authority, time.Now() // crypto/tls looks at the clock of the machine
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "TEST"}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{usage},
	}
	if apID == "" {
		tmpl.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	} else {
		uri, err := url.Parse(apID)
		if err != nil {
			return tls.Certificate{}, err
		}
		tmpl.URIs = []*url.URL{uri}
	}
	cert, err := issue(tmpl, a.ca, key.Public(), a.key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}, nil
}

// of reports whether a request comes from the application of that AP_ID, as far as TLS tells.
func (a *arrival) of(apID string) bool {
	if a.tls == nil {
		return true
	}
	return slices.ContainsFunc(a.tls.PeerCertificates[0].URIs, func(u *url.URL) bool { return u.String() == apID })
}
