package keyfile

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"slices"
	"strconv"
	"strings"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
)

// PKCS#12 is read by software.sslmate.com/src/go-pkcs12. What it cannot do for a hostile or an unusual file is done in front of it, in
// pfx.go: BER becomes DER, work factors are bounded, and what it does not read is refused by name.

// LoadPKCS12 makes a signer of a PKCS#12 file (.p12, .pfx): its one private key with the certificate that belongs to it, and the
// issuers that lie beside it, leaf first. Where several certificates belong to the key, the first in the file is taken, which is where
// programs put the one that they tie to it. A file with several keys is refused: [LoadPKCS12Keys] reads it.
//
// Errors: [ErrPassword]; signer.ErrKeyMismatch when none of its certificates belongs to the key; signer.ErrUnsupportedAlgorithm for a
// kind of key that does not sign; otherwise [*Error], which for a file of a kind that is not read says how to convert it.
func LoadPKCS12(pfx []byte, password string) (signer.Signer, error) {
	keys, err := loadPKCS12(pfx, password, 1)
	if err != nil {
		return nil, err
	}
	return keys[0].Signer, nil
}

// Named is a key of a file that holds several.
type Named struct {
	Name   string // as the file has it (friendlyName, the alias of Java's keytool); may be empty, and several may have the same
	Signer signer.Signer
}

// LoadPKCS12Keys is [LoadPKCS12] for a file that may hold several keys, such as Java's key stores do. Each comes with its own certificates.
// All have to be of a kind that signs.
func LoadPKCS12Keys(pfx []byte, password string) ([]Named, error) {
	return loadPKCS12(pfx, password, limits.KeyFileCertificates)
}

func loadPKCS12(pfx []byte, password string, most int) ([]Named, error) {
	if err := checkSize(pfx); err != nil {
		return nil, err
	}
	if err := checkPassword(password); err != nil {
		return nil, err
	}
	forms, ok := bmpForms(password)
	if !ok {
		return nil, fail(CodePasswordForm)
	}
	if err := whole(pfx, fail(CodeNotPKCS12)); err != nil {
		return nil, err
	}
	f, err := readPFX(pfx)
	if err != nil {
		return nil, err
	}
	if len(f.keys) > most {
		return nil, fail(CodeSeveralKeys)
	}
	if err = f.checkMAC(password); err != nil {
		return nil, withoutPassword(err, []byte(password))
	}
	keys, certs, err := f.decode(forms[0], password)
	if err != nil && len(forms) > 1 { // only decrypting tells how an empty password was written
		if k, c, second := f.decode(forms[1], password); second == nil {
			keys, certs, err = k, c, nil
		}
	}
	if err != nil {
		return nil, withoutPassword(err, []byte(password))
	}
	all := make([]Named, len(keys))
	for i, key := range keys {
		private, err := asSigner(key)
		if err != nil {
			return nil, err
		}
		if all[i].Signer, err = signer.FromCrypto(private, certs...); err != nil {
			return nil, err
		}
		all[i].Name = f.keys[i].name
	}
	return all, nil
}

// OpenPKCS12 is [LoadPKCS12] for a file.
func OpenPKCS12(path, password string) (signer.Signer, error) {
	pfx, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return LoadPKCS12(pfx, password)
}

// OpenPKCS12Keys is [LoadPKCS12Keys] for a file.
func OpenPKCS12Keys(path, password string) ([]Named, error) {
	pfx, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return LoadPKCS12Keys(pfx, password)
}

// bmpForms are the ways to write a password for the schemes of PKCS#12: two octets for each character and two zero octets behind
// (RFC 7292, B.1), and for an empty one, as some programs have it, nothing at all. Characters that need more than two octets have none:
// programs write them in different ways, and the library refuses them.
func bmpForms(password string) (forms [][]byte, ok bool) {
	bmp := make([]byte, 0, 2*len(password)+2)
	for _, r := range password {
		if r > 0xFFFF {
			return nil, false
		}
		bmp = append(bmp, byte(r>>8), byte(r))
	}
	if password == "" {
		return [][]byte{{0, 0}, nil}, true
	}
	return [][]byte{append(bmp, 0, 0)}, true
}

// checkMAC has the library check the checksum over the file as it came. It is asked for a store of trusted certificates, which in no
// case makes it decrypt a key: once readPFX has read the outside, any other answer than a wrong password comes after the checksum.
func (f *pfxFile) checkMAC(password string) error {
	if !f.mac {
		return nil
	}
	_, err := pkcs12.DecodeTrustStore(f.der, password)
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		return fail(CodePassword)
	case err != nil && strings.HasPrefix(err.Error(), "pkcs12: error reading P12 data: "):
		return malformed(structurePFX)
	}
	return nil
}

// decode has the library decode the file piece by piece, bmp being the form of the password to seal the pieces with: each encrypted
// part, then each key. Every piece begins with a key, and the library refuses a second one before it touches it: so a key that is hidden
// in an encrypted part, with work factors that nobody could bound, costs nothing.
func (f *pfxFile) decode(bmp []byte, password string) (keys []any, certs []*x509.Certificate, err error) {
	for _, part := range f.parts {
		_, first, others, err := pkcs12.DecodeChain(seal(bmp, [][]byte{decoyBag()}, part), password)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return nil, nil, f.translate(err)
		}
		if certs, err = addCertificates(certs, append([]*x509.Certificate{first}, others...)); err != nil {
			return nil, nil, err
		}
	}
	if f.keys == nil {
		return nil, nil, fail(CodeNoKey)
	}
	for _, k := range f.keys {
		bags := append([][]byte{k.bag}, f.certs...)
		if len(certs) > 0 { // the library wants one
			bags = append(bags, certBag(certs[0].Raw))
		}
		key, first, others, err := pkcs12.DecodeChain(seal(bmp, bags), password)
		switch {
		case isMissing(err):
			return nil, nil, fail(CodeNoCertificate)
		case err != nil:
			return nil, nil, f.translate(err)
		}
		keys = append(keys, key)
		if certs, err = addCertificates(certs, append([]*x509.Certificate{first}, others...)); err != nil {
			return nil, nil, err
		}
	}
	return keys, certs, nil
}

func isMissing(err error) bool { return err != nil && err.Error() == "pkcs12: certificate missing" }

// addCertificates adds those of more that are not there yet.
func addCertificates(certs, more []*x509.Certificate) ([]*x509.Certificate, error) {
	for _, c := range more {
		if slices.ContainsFunc(certs, c.Equal) {
			continue
		}
		if len(certs) >= limits.KeyFileCertificates {
			return nil, fail(CodeManyCertificates, "max", strconv.Itoa(limits.KeyFileCertificates))
		}
		certs = append(certs, c)
	}
	return certs, nil
}

func unknownCurve() error {
	return signer.NewError(signer.CodeUnsupportedAlgorithm, nil, "algorithm", "an unknown elliptic curve")
}

// unknownKey names the kind of a key for which crypto/x509 gives an object identifier; for any other it says that the key is damaged.
func unknownKey(text string) error {
	_, dotted, _ := strings.Cut(text, "unknown algorithm: ")
	var oid asn1.ObjectIdentifier
	for arc := range strings.SplitSeq(dotted, ".") {
		n, err := strconv.Atoi(arc)
		if err != nil || n < 0 {
			return malformed("PKCS#8 private key")
		}
		oid = append(oid, n)
	}
	switch {
	case oid.Equal(oidPSS): // which crypto/x509 does not read; parsePKCS8 does
		return signer.NewError(signer.CodeUnsupportedAlgorithm, nil, "algorithm", "id-RSASSA-PSS in PKCS#12 (PEM: OK)")
	case len(oid) < 2:
		return malformed("PKCS#8 private key")
	}
	return unsupported(alg.CheckKeyAlgorithm(der.Encode(idSequence, der.AppendOID(nil, oid))))
}

// translate says in our words what the library refused. Its own words are looked at, since most of its errors have no type, and go
// nowhere: they might quote what lies in a key.
func (f *pfxFile) translate(err error) error {
	text := err.Error()
	var no pkcs12.NotImplementedError
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword), strings.HasSuffix(text, pkcs12.ErrDecryption.Error()),
		strings.HasPrefix(text, "pkcs12: error unmarshaling decrypted private key: "):
		return fail(CodePassword)
	case strings.HasPrefix(text, "pkcs12: error parsing PKCS#8 private key: "), strings.HasPrefix(text, "x509: PKCS#8 "):
		if strings.HasSuffix(text, "unknown elliptic curve") {
			return unknownCurve()
		}
		return unknownKey(text)
	case text == "pkcs12: expected exactly one key bag" && f.keys != nil:
		return fail(CodeSeveralKeys)
	case text == "pkcs12: expected exactly one key bag":
		return fail(CodePKCS12Form, "part", "KeyBag in EncryptedData")
	case errors.As(err, &no):
		return fail(CodePKCS12Form, "part", "CertBag")
	case text == "x509: unsupported elliptic curve": // of a certificate, the key's own or an issuer's
		return unknownCurve()
	case strings.HasPrefix(text, "x509: "), strings.HasSuffix(text, "expected exactly one certificate in the certBag"):
		return fail(CodeCertificate)
	case !f.mac: // a wrong password whose padding happened to be right
		return fail(CodePassword)
	}
	return fail(CodePKCS12Form, "part", "EncryptedData") // BER inside, which nobody can see before it is decrypted
}
