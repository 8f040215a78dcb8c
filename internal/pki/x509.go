package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net"
	"net/url"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/alg"
)

// ParseX509 reads one DER certificate for crypto/x509, those too that it refuses and that [Parse] takes. Errors are those of Parse. The
// same octets give the same certificate again, so it must not be changed.
func ParseX509(raw []byte) (*x509.Certificate, error) { return parsed.parse(raw) }

func parseX509(raw []byte) (*x509.Certificate, error) {
	if c, err := x509.ParseCertificate(raw); err == nil {
		return c, nil
	}
	c, err := Parse(raw)
	if err != nil {
		return nil, err
	}
	return c.build(), nil
}

// FromX509 reads the certificate again that crypto/x509, or [ParseX509], has read. nil stays nil.
func FromX509(c *x509.Certificate) (*Certificate, error) {
	if c == nil {
		return nil, nil
	}
	return Parse(c.Raw)
}

// X509 is the certificate for crypto/x509: as that reads it, or, where it refuses, as we do. What is odd about it stands in Tolerances.
func (c *Certificate) X509() *x509.Certificate {
	if std, err := x509.ParseCertificate(c.Raw); err == nil {
		return std
	}
	return c.build()
}

// build fills what crypto/x509 would, but for what only the validation of paths needs: constraints of names and policies. A key that
// package alg refuses leaves PublicKey nil. Names are as good as their text; RawSubject and RawIssuer have all of them.
func (c *Certificate) build() *x509.Certificate {
	std := &x509.Certificate{
		Raw: c.Raw, RawTBSCertificate: c.RawTBS, RawSubjectPublicKeyInfo: c.RawSPKI, RawSubject: c.Subject.Raw, RawIssuer: c.Issuer.Raw,
		Signature: c.Signature, SignatureAlgorithm: signatureAlgorithm(c.Algorithm),
		Version: c.Version, SerialNumber: c.Serial, Issuer: c.Issuer.pkix(), Subject: c.Subject.pkix(), NotBefore: c.NotBefore, NotAfter: c.NotAfter,
		KeyUsage: x509.KeyUsage(c.KeyUsage), BasicConstraintsValid: c.HasBasicConstraints, IsCA: c.IsCA, MaxPathLenZero: c.PathLen == 0,
		SubjectKeyId: c.SubjectKeyID, AuthorityKeyId: c.AuthorityKeyID.KeyID, OCSPServer: c.OCSP, IssuingCertificateURL: c.Issuers,
	}
	if c.HasBasicConstraints {
		std.MaxPathLen = c.PathLen
	}
	std.PublicKey, std.PublicKeyAlgorithm = publicKey(c.RawSPKI)
	for _, e := range c.Extensions {
		std.Extensions = append(std.Extensions, pkix.Extension{Id: e.ID.asn1(), Critical: e.Critical, Value: e.Value})
	}
	for _, id := range c.Unknown {
		std.UnhandledCriticalExtensions = append(std.UnhandledCriticalExtensions, id.asn1())
	}
	for _, id := range c.ExtKeyUsage {
		if use, ok := extKeyUsages[id]; ok {
			std.ExtKeyUsage = append(std.ExtKeyUsage, use)
		} else {
			std.UnknownExtKeyUsage = append(std.UnknownExtKeyUsage, id.asn1())
		}
	}
	for _, n := range c.AltNames {
		switch n.Form {
		case FormEmail:
			std.EmailAddresses = append(std.EmailAddresses, n.Text)
		case FormDNS:
			std.DNSNames = append(std.DNSNames, n.Text)
		case FormIP:
			std.IPAddresses = append(std.IPAddresses, net.IP(n.Octets))
		case FormURI:
			if u, err := url.Parse(n.Text); err == nil {
				std.URIs = append(std.URIs, u)
			}
		}
	}
	for _, p := range c.Points {
		for _, n := range p.Name.Full {
			if n.Form == FormURI {
				std.CRLDistributionPoints = append(std.CRLDistributionPoints, n.Text)
			}
		}
	}
	for _, p := range c.Policies {
		std.PolicyIdentifiers = append(std.PolicyIdentifiers, p.ID.asn1())
		if id, err := x509.ParseOID(p.ID.String()); err == nil {
			std.Policies = append(std.Policies, id)
		}
	}
	return std
}

// extKeyUsages are those that crypto/x509 knows by a number.
var extKeyUsages = map[OID]x509.ExtKeyUsage{
	AnyExtKeyUsage: x509.ExtKeyUsageAny, ServerAuth: x509.ExtKeyUsageServerAuth, NewOID(1, 3, 6, 1, 5, 5, 7, 3, 2): x509.ExtKeyUsageClientAuth,
	NewOID(1, 3, 6, 1, 5, 5, 7, 3, 3): x509.ExtKeyUsageCodeSigning, EmailSigning: x509.ExtKeyUsageEmailProtection,
	TimeStamping: x509.ExtKeyUsageTimeStamping, OCSPSigning: x509.ExtKeyUsageOCSPSigning,
}

// asn1 is the identifier for encoding/asn1; nil where an arc is too large for it.
func (o OID) asn1() asn1.ObjectIdentifier {
	s := cryptobyte.String(append([]byte{byte(casn1.OBJECT_IDENTIFIER), byte(len(o))}, o...)) // of at most 128 octets
	if len(o) == 128 {
		s = cryptobyte.String(append([]byte{byte(casn1.OBJECT_IDENTIFIER), 0x81, 128}, o...))
	}
	var out asn1.ObjectIdentifier
	if !s.ReadASN1ObjectIdentifier(&out) {
		return nil
	}
	return out
}

func (n Name) pkix() pkix.Name {
	seq := make(pkix.RDNSequence, n.rdns)
	for _, a := range n.attr {
		if id := a.oid.asn1(); a.isText && id != nil {
			seq[a.rdn] = append(seq[a.rdn], pkix.AttributeTypeAndValue{Type: id, Value: a.text})
		}
	}
	var out pkix.Name
	out.FillFromRDNSequence(&seq)
	return out
}

func publicKey(spki []byte) (crypto.PublicKey, x509.PublicKeyAlgorithm) {
	pub, err := alg.ParsePublicKey(spki)
	if err != nil {
		return nil, x509.UnknownPublicKeyAlgorithm
	}
	switch pub.(type) {
	case *rsa.PublicKey:
		return pub, x509.RSA
	case *ecdsa.PublicKey:
		return pub, x509.ECDSA
	case ed25519.PublicKey:
		return pub, x509.Ed25519
	}
	return nil, x509.UnknownPublicKeyAlgorithm // one kept for RSA-PSS, as crypto/x509 has it
}

func signatureAlgorithm(der []byte) x509.SignatureAlgorithm {
	s, err := alg.ParseSignature(der, 0)
	if err != nil {
		return x509.UnknownSignatureAlgorithm
	}
	byHash := map[alg.Scheme]map[crypto.Hash]x509.SignatureAlgorithm{
		alg.RSAPKCS1v15: {crypto.MD5: x509.MD5WithRSA, crypto.SHA1: x509.SHA1WithRSA, crypto.SHA256: x509.SHA256WithRSA, crypto.SHA384: x509.SHA384WithRSA, crypto.SHA512: x509.SHA512WithRSA},
		alg.RSAPSS:      {crypto.SHA256: x509.SHA256WithRSAPSS, crypto.SHA384: x509.SHA384WithRSAPSS, crypto.SHA512: x509.SHA512WithRSAPSS},
		alg.ECDSA:       {crypto.SHA1: x509.ECDSAWithSHA1, crypto.SHA256: x509.ECDSAWithSHA256, crypto.SHA384: x509.ECDSAWithSHA384, crypto.SHA512: x509.ECDSAWithSHA512},
		alg.Ed25519:     {crypto.SHA512: x509.PureEd25519},
	}
	if s.Scheme == alg.RSAPSS && s.Salt != s.Hash.Size() {
		return x509.UnknownSignatureAlgorithm // crypto/x509 knows no other salt
	}
	return byHash[s.Scheme][s.Hash]
}
