package signer

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/kyso-dev/kyso/internal/alg"
)

// CheckCertificate says whether cert may sign a document at a time, as far as the certificate alone tells: its key usage, when it
// has one, allows signatures (RFC 5280, 4.2.1.3), it is not kept for time-stamps or OCSP answers (RFC 3161, 2.3; RFC 6960, 4.2.2.2),
// and at lies in its validity. A zero at means now. The error is a [*CertificateError]; unsuitable comes before not yet valid
// before expired, so that a caller who signs with an expired certificate on purpose still hears of the rest.
func CheckCertificate(cert *x509.Certificate, at time.Time) error {
	if cert == nil {
		return NewError(CodeNoCertificate, nil)
	}
	if at.IsZero() {
		at = time.Now()
	}
	if cert.KeyUsage != 0 && cert.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return CertificateUnsuitable(cert, "keyUsage: "+usageNames(cert.KeyUsage), nil)
	}
	if only(cert, x509.ExtKeyUsageTimeStamping) {
		return CertificateUnsuitable(cert, "extendedKeyUsage: timeStamping", nil)
	}
	if only(cert, x509.ExtKeyUsageOCSPSigning) {
		return CertificateUnsuitable(cert, "extendedKeyUsage: OCSPSigning", nil)
	}
	if at.Before(cert.NotBefore) {
		return CertificateNotYetValid(cert, at, nil)
	}
	if at.After(cert.NotAfter) {
		return CertificateExpired(cert, at, nil)
	}
	return nil
}

func only(cert *x509.Certificate, usage x509.ExtKeyUsage) bool {
	return len(cert.UnknownExtKeyUsage) == 0 && len(cert.ExtKeyUsage) == 1 && cert.ExtKeyUsage[0] == usage
}

// Chain puts certificates in the order that [Signer.Certificates] promises: the first of certs that belongs to key, then its issuers,
// each after what it issued. Several issuers of one certificate (cross-certificates) all stay; certificates that lead nowhere
// and duplicates are left out. [ErrKeyMismatch] when none belongs to key, [ErrProtocol] when there are none at all.
func Chain(key crypto.PublicKey, certs []*x509.Certificate) ([]*x509.Certificate, error) {
	if len(certs) == 0 || slices.Contains(certs, nil) {
		return nil, NewError(CodeNoCertificate, nil)
	}
	var chain []*x509.Certificate
	for _, c := range certs {
		if pub, err := alg.PublicKey(c); err == nil && alg.SameKey(pub, key) {
			chain = append(chain, c)
			break
		}
	}
	if chain == nil {
		return nil, NewError(CodeKeyMismatch, nil)
	}
	for i := 0; i < len(chain); i++ { // chain grows until no issuer is missing
		for _, c := range certs {
			if !contains(chain, c) && issued(c, chain[i]) {
				chain = append(chain, c)
			}
		}
	}
	return chain, nil
}

// issued reports whether parent signed child, by name and by signature. This orders certificates and trusts none, so names suffice
// where the signature costs too much to check or its hash is one that the standard library no longer takes.
func issued(parent, child *x509.Certificate) bool {
	if !bytes.Equal(parent.RawSubject, child.RawIssuer) || parent.Equal(child) {
		return false
	}
	if k, ok := parent.PublicKey.(*rsa.PublicKey); ok && k.N.BitLen() > 8192 {
		return true
	}
	err := parent.CheckSignature(child.SignatureAlgorithm, child.RawTBSCertificate, child.Signature)
	var insecure x509.InsecureAlgorithmError
	return err == nil || errors.As(err, &insecure) || errors.Is(err, x509.ErrUnsupportedAlgorithm)
}

// usageNames lists key usages by their names in RFC 5280, 4.2.1.3.
func usageNames(u x509.KeyUsage) string {
	names := []string{
		"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
		"keyCertSign", "cRLSign", "encipherOnly", "decipherOnly",
	}
	var set []string
	for i, n := range names {
		if u&(1<<i) != 0 {
			set = append(set, n)
		}
	}
	return strings.Join(set, ", ")
}

func contains(chain []*x509.Certificate, c *x509.Certificate) bool {
	return slices.ContainsFunc(chain, c.Equal)
}
