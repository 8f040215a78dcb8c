package testpki

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // key identifiers of RFC 5280, 4.2.1.2 are SHA-1; nothing rests on its strength
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// issue makes the certificate of a profile. parent is nil for a root.
func (p *PKI) issue(pr profile, serial *big.Int, pub crypto.PublicKey, parent *x509.Certificate, parentKey crypto.Signer) (*x509.Certificate, error) {
	subject, err := marshalName(pr.subject)
	if err != nil {
		return nil, err
	}
	id, err := keyID(pub)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		SerialNumber: serial,
		RawSubject:   subject,
		SubjectKeyId: id,
		NotBefore:    pr.notBefore(p.birth),
		NotAfter:     pr.notAfter(p.birth),
	}
	if err := pr.usage(t); err != nil {
		return nil, err
	}
	if parent != nil && pr.role != roleResponder {
		t.IssuingCertificateURL = []string{p.address(Certs, pr.issuer)}
		t.CRLDistributionPoints = []string{p.crlAddress(pr.issuer, pr.idp)}
		if !pr.gov {
			t.OCSPServer = []string{p.address(OCSP, "")}
		}
	}
	if pr.gov {
		old, err := governmentExtensions(pr, parent)
		if err != nil {
			return nil, err
		}
		t.ExtraExtensions = append(t.ExtraExtensions, old...)
	}
	if parent == nil {
		parent = t
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, pub, parentKey)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// usage sets the extensions that a role asks for.
func (pr profile) usage(t *x509.Certificate) error {
	add := func(e pkix.Extension, err error) error {
		t.ExtraExtensions = append(t.ExtraExtensions, e)
		return err
	}
	switch pr.role {
	case roleRoot, roleIssuer:
		t.IsCA, t.BasicConstraintsValid = true, true
		t.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
		t.MaxPathLen = -1
		if pr.role == roleIssuer {
			t.MaxPathLen, t.MaxPathLenZero = 0, true
		}
	case roleSigner:
		t.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
		t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection, x509.ExtKeyUsageClientAuth}
		t.UnknownExtKeyUsage = []asn1.ObjectIdentifier{oidDocumentSigning, oidMSDocument}
		if pr.flaw == flawEncipherOnly {
			t.KeyUsage = x509.KeyUsageKeyEncipherment
		}
	case roleTSA:
		t.KeyUsage = x509.KeyUsageDigitalSignature
		switch pr.flaw {
		case flawNoEKU:
		case flawExtraEKU:
			return add(timeStampingEKU(true, oidCodeSigning))
		default:
			return add(timeStampingEKU(pr.flaw != flawEKUNotCritical))
		}
	case roleResponder:
		t.KeyUsage = x509.KeyUsageDigitalSignature
		if pr.flaw != flawNoEKU {
			t.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning}
		}
		return add(noCheck())
	}
	return nil
}

// newSerial is a random serial number: 16 bytes that begin 54 01 01, as in the national scheme, with an authority number (FE)
// that nobody has; or 3 bytes in the government tree.
func newSerial(gov bool) *big.Int {
	if gov {
		b := make([]byte, 3)
		_, _ = rand.Read(b) // never fails
		b[0] = b[0]&0x3F | 0x40
		return new(big.Int).SetBytes(b)
	}
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	copy(b, []byte{0x54, 0x01, 0x01, 0xFE})
	return new(big.Int).SetBytes(b)
}

// keyID is the key identifier of RFC 5280, 4.2.1.2, method 1.
func keyID(pub crypto.PublicKey) ([]byte, error) {
	spki, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return nil, err
	}
	bits, err := publicKeyBits(spki)
	if err != nil {
		return nil, err
	}
	sum := sha1.Sum(bits) //nolint:gosec // see the import
	return sum[:], nil
}

// publicKeyBits is the content of subjectPublicKey: what OCSP and key identifiers hash.
func publicKeyBits(spki []byte) ([]byte, error) {
	in := cryptobyte.String(spki)
	var seq cryptobyte.String
	var bits asn1.BitString
	if !in.ReadASN1(&seq, cbasn1.SEQUENCE) || !seq.SkipASN1(cbasn1.SEQUENCE) || !seq.ReadASN1BitString(&bits) {
		return nil, fail(CodeMake, nil, "what", "key identifier")
	}
	return bits.RightAlign(), nil
}

// born is the time that a PKI begins at: the clock's, or the real one where both lie in the life of one signer, so that outside
// judges, who go by the real clock, accept it too.
func born(clock, real time.Time) time.Time {
	clock, real = clock.UTC().Truncate(time.Second), real.UTC().Truncate(time.Second)
	earlier, later := clock, real
	if real.Before(clock) {
		earlier, later = real, clock
	}
	if later.Before(earlier.AddDate(0, 2*year-3, 0)) {
		return earlier
	}
	return clock
}

// sameKey reports whether a private key belongs to a certificate.
func sameKey(key crypto.Signer, cert *x509.Certificate) bool {
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	return err == nil && bytes.Equal(spki, cert.RawSubjectPublicKeyInfo)
}
