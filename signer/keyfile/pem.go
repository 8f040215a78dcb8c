package keyfile

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
)

// LoadPEM makes a signer of a private key and its certificate. key is PEM (PKCS#1, PKCS#8, encrypted PKCS#8, SEC1) or DER of one of
// these; cert and chain are PEM or DER certificates in any order, and may be empty where key holds the certificates too. password
// is for an encrypted key, and of no matter otherwise.
//
// Errors: [ErrPassword]; signer.ErrKeyMismatch when no certificate belongs to the key; signer.ErrUnsupportedAlgorithm for a kind of
// key that does not sign; otherwise [*Error].
func LoadPEM(key, cert []byte, password string, chain ...[]byte) (signer.Signer, error) {
	if err := checkPassword(password); err != nil {
		return nil, err
	}
	private, err := readKey(key, []byte(password))
	if err != nil {
		return nil, err
	}
	var certs []*x509.Certificate
	if len(cert) > 0 {
		if certs, err = readCertificates(certs, cert); err != nil {
			return nil, err
		}
		if len(certs) == 0 {
			return nil, fail(CodeNoCertificate)
		}
	}
	if isPEM(key) {
		if certs, err = readCertificates(certs, key); err != nil {
			return nil, err
		}
	}
	for _, c := range chain {
		before := len(certs)
		if certs, err = readCertificates(certs, c); err != nil {
			return nil, err
		}
		if len(certs) == before {
			return nil, fail(CodeNoCertificate)
		}
	}
	if len(certs) == 0 {
		return nil, fail(CodeNoCertificate)
	}
	return signer.FromCrypto(private, certs...)
}

// OpenPEM is [LoadPEM] for files. certPath is empty where the key's file holds the certificate too, chainPath where there is none.
func OpenPEM(keyPath, certPath, chainPath, password string) (signer.Signer, error) {
	key, err := readFile(keyPath)
	if err != nil {
		return nil, err
	}
	var cert []byte
	if certPath != "" {
		if cert, err = readFile(certPath); err != nil {
			return nil, err
		}
		if len(cert) == 0 {
			return nil, fail(CodeEmpty)
		}
	}
	if chainPath == "" {
		return LoadPEM(key, cert, password)
	}
	chain, err := readFile(chainPath)
	if err != nil {
		return nil, err
	}
	return LoadPEM(key, cert, password, chain)
}

// readFile reads a file that is no larger than any key file.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // the caller's own path
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer f.Close() //nolint:errcheck // only read
	data, err := io.ReadAll(io.LimitReader(f, limits.KeyFile+1))
	if err != nil {
		return nil, unreadable(path, err)
	}
	if err := checkSize(data); err != nil {
		return nil, err
	}
	return data, nil
}

func unreadable(path string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err // the path is a parameter already
	}
	return because(CodeUnreadable, err, "path", path)
}

func checkSize(data []byte) error {
	if len(data) > limits.KeyFile {
		return fail(CodeTooLarge, "max", strconv.Itoa(limits.KeyFile))
	}
	return nil
}

func checkPassword(password string) error {
	if len(password) > limits.Password || !utf8.ValidString(password) {
		return fail(CodePasswordForm)
	}
	return nil
}

var (
	pemBegin = []byte("-----BEGIN ")
	utf8Mark = []byte("\xEF\xBB\xBF")
)

func isPEM(data []byte) bool { return bytes.Contains(data, pemBegin) }

// plain is data without the marks that editors put before UTF-8: at the begin, and in PEM where files were put one behind the other.
func plain(data []byte) []byte {
	if isPEM(data) {
		return bytes.ReplaceAll(data, utf8Mark, nil)
	}
	return bytes.TrimPrefix(data, utf8Mark)
}

// blocks calls f for each PEM block. Text between blocks is allowed (RFC 7468, 2); a block that begins and cannot be read is not.
func blocks(data []byte, f func(*pem.Block) error) error {
	announced, found := bytes.Count(data, pemBegin), 0
	if announced > 4*limits.KeyFileCertificates {
		return fail(CodeManyCertificates, "max", strconv.Itoa(limits.KeyFileCertificates))
	}
	for rest := data; ; found++ {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			break
		}
		if err := f(b); err != nil {
			return err
		}
	}
	if found < announced {
		return malformed("PEM block")
	}
	return nil
}

// readKey finds the one private key of data.
func readKey(data, password []byte) (crypto.Signer, error) {
	if err := checkSize(data); err != nil {
		return nil, err
	}
	data = plain(data)
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, fail(CodeEmpty)
	}
	if !isPEM(data) {
		return readKeyDER(data, password)
	}
	var key crypto.Signer
	err := blocks(data, func(b *pem.Block) error {
		var k crypto.Signer
		var err error
		_, legacy := b.Headers["DEK-Info"]
		switch b.Type {
		case "PRIVATE KEY":
			k, err = parsePKCS8(b.Bytes)
		case "ENCRYPTED PRIVATE KEY":
			k, err = parseEncryptedPKCS8(b.Bytes, password, newBudget())
		case "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY":
			switch {
			case legacy:
				cipher, _, _ := bytes.Cut([]byte(b.Headers["DEK-Info"]), []byte(","))
				err = fail(CodeOldEncryption, "algorithm", "PEM encryption, MD5 and "+short(string(cipher)))
			case b.Type == "RSA PRIVATE KEY":
				k, err = parsePKCS1(b.Bytes)
			case b.Type == "EC PRIVATE KEY":
				k, err = parseSEC1(b.Bytes)
			default:
				err = signer.NewError(signer.CodeUnsupportedAlgorithm, nil, "algorithm", "DSA")
			}
		case "OPENSSH PRIVATE KEY":
			err = fail(CodeEncryption, "algorithm", "the OpenSSH key format")
		default: // certificates, EC PARAMETERS and whatever else lies in such files
			return nil
		}
		if err != nil {
			return err
		}
		if key != nil {
			return fail(CodeSeveralKeys)
		}
		key = k
		return nil
	})
	if err != nil {
		return nil, err
	}
	if key == nil {
		return nil, fail(CodeNoKey)
	}
	return key, nil
}

func short(s string) string {
	if len(s) > 32 {
		s = s[:32]
	}
	return s
}

// readKeyDER tells the formats apart by what their SEQUENCE begins with.
func readKeyDER(data, password []byte) (crypto.Signer, error) {
	if err := whole(data, fail(CodeNoKey)); err != nil {
		return nil, err
	}
	s := cryptobyte.String(data)
	var inner, second cryptobyte.String
	var version int
	var tag casn1.Tag
	if !s.ReadASN1(&inner, casn1.SEQUENCE) || !s.Empty() {
		return nil, malformed("DER private key")
	}
	if inner.PeekASN1Tag(casn1.SEQUENCE) {
		if _, _, ok := splitEncrypted(data); ok {
			return parseEncryptedPKCS8(data, password, newBudget())
		}
		return nil, fail(CodeNoKey) // a certificate or a public key begins so
	}
	if !inner.ReadASN1Integer(&version) || !inner.ReadAnyASN1Element(&second, &tag) {
		return nil, fail(CodeNoKey)
	}
	switch tag {
	case casn1.INTEGER:
		return parsePKCS1(data)
	case casn1.OCTET_STRING:
		return parseSEC1(data)
	case casn1.SEQUENCE:
		if version == 3 {
			return nil, fail(CodeIsPKCS12)
		}
		return parsePKCS8(data)
	}
	return nil, fail(CodeNoKey)
}

// readCertificates adds the certificates of data, PEM or DER, to certs.
func readCertificates(certs []*x509.Certificate, data []byte) ([]*x509.Certificate, error) {
	if err := checkSize(data); err != nil {
		return nil, err
	}
	data = plain(data)
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, fail(CodeEmpty)
	}
	if !isPEM(data) {
		if err := whole(data, fail(CodeNoCertificate)); err != nil {
			return nil, err
		}
		return addCertificate(certs, data)
	}
	err := blocks(data, func(b *pem.Block) (err error) {
		switch b.Type {
		case "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE":
			der := b.Bytes
			if b.Type == "TRUSTED CERTIFICATE" { // openssl puts its own trust settings behind the certificate
				s := cryptobyte.String(der)
				var first cryptobyte.String
				if s.ReadASN1Element(&first, casn1.SEQUENCE) {
					der = first
				}
			}
			certs, err = addCertificate(certs, der)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return certs, nil
}

func addCertificate(certs []*x509.Certificate, der []byte) ([]*x509.Certificate, error) {
	if len(certs) >= limits.KeyFileCertificates {
		return nil, fail(CodeManyCertificates, "max", strconv.Itoa(limits.KeyFileCertificates))
	}
	c, err := signer.ParseCertificate(der)
	if err != nil {
		return nil, because(CodeCertificate, err)
	}
	for _, have := range certs {
		if have.Equal(c) {
			return certs, nil
		}
	}
	return append(certs, c), nil
}

// whole refuses octets that are not one ASN.1 SEQUENCE with alien, and one that is cut short as such. Indefinite lengths pass.
func whole(data []byte, alien error) error {
	if len(data) == 0 {
		return fail(CodeEmpty)
	}
	if data[0] != 0x30 || len(data) < 2 {
		return alien
	}
	length, header := int64(data[1]), int64(2)
	switch n := length & 0x7F; {
	case length == 0x80: // indefinite
		return nil
	case length > 0x84:
		return alien
	case length > 0x80:
		if int64(len(data)) < 2+n {
			return alien
		}
		length, header = 0, 2+n
		for _, b := range data[2 : 2+n] {
			length = length<<8 | int64(b)
		}
	}
	if int64(len(data)) < header+length {
		return fail(CodeTruncated, "want", strconv.FormatInt(header+length, 10), "got", strconv.Itoa(len(data)))
	}
	return nil
}
