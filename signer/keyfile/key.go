package keyfile

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	casn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/alg"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
)

var (
	oidRSA = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidPSS = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
)

// parsePKCS8 reads a PrivateKeyInfo (RFC 5208, RFC 5958). Whatever is wrong, the error names structures and never their contents.
func parsePKCS8(der []byte) (crypto.Signer, error) {
	s := cryptobyte.String(der)
	var inner, algID cryptobyte.String
	var version int
	var key []byte
	if !s.ReadASN1(&inner, casn1.SEQUENCE) || !s.Empty() || !inner.ReadASN1Integer(&version) || version < 0 || version > 1 ||
		!inner.ReadASN1Element(&algID, casn1.SEQUENCE) || !inner.ReadASN1Bytes(&key, casn1.OCTET_STRING) {
		return nil, malformed("PKCS#8 private key")
	}
	if err := alg.CheckKeyAlgorithm(algID); err != nil {
		return nil, unsupported(err)
	}
	a, ok := readAlgorithm(&algID)
	if !ok {
		return nil, malformed("PKCS#8 private key")
	}
	if a.oid.Equal(oidRSA) || a.oid.Equal(oidPSS) {
		return parsePKCS1(key)
	}
	k, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil { // the standard library's text could quote the key
		return nil, malformed("PKCS#8 private key")
	}
	return asSigner(k)
}

// parsePKCS1 reads an RSAPrivateKey (RFC 8017, A.1.2). The size of the modulus is looked at first: checking the rest of a key takes
// time that grows fast with it.
func parsePKCS1(der []byte) (crypto.Signer, error) {
	s := cryptobyte.String(der)
	var inner cryptobyte.String
	var version, e int
	n := new(big.Int)
	if !s.ReadASN1(&inner, casn1.SEQUENCE) || !s.Empty() || !inner.ReadASN1Integer(&version) ||
		!inner.ReadASN1Integer(n) || !inner.ReadASN1Integer(&e) {
		return nil, malformed("RSA private key")
	}
	if n.BitLen() > limits.RSAMax || n.Sign() <= 0 || n.BitLen() < limits.RSAMinVerify {
		return nil, unsupported(alg.CheckKey(&rsa.PublicKey{N: n, E: e}))
	}
	k, err := x509.ParsePKCS1PrivateKey(der)
	if err != nil {
		return nil, malformed("RSA private key")
	}
	return asSigner(k)
}

// parseSEC1 reads an ECPrivateKey (RFC 5915). The curve has to be named in it.
func parseSEC1(der []byte) (crypto.Signer, error) {
	s := cryptobyte.String(der)
	var inner, params cryptobyte.String
	var version int
	var key []byte
	var named bool
	if !s.ReadASN1(&inner, casn1.SEQUENCE) || !s.Empty() || !inner.ReadASN1Integer(&version) || version != 1 ||
		!inner.ReadASN1Bytes(&key, casn1.OCTET_STRING) ||
		!inner.ReadOptionalASN1(&params, &named, casn1.Tag(0).Constructed().ContextSpecific()) || !named {
		return nil, malformed("EC private key")
	}
	if err := alg.CheckCurve(params); err != nil {
		return nil, unsupported(err)
	}
	k, err := x509.ParseECPrivateKey(der)
	if err != nil {
		return nil, malformed("EC private key")
	}
	return asSigner(k)
}

func asSigner(key any) (crypto.Signer, error) {
	k, ok := key.(crypto.Signer)
	if !ok { // such as a key for key agreement, which signs nothing
		return nil, unsupported(alg.CheckKey(key))
	}
	if _, err := alg.ForKey(k.Public(), 0, false); err != nil {
		return nil, unsupported(err)
	}
	return k, nil
}

// unsupported says in the words of package signer that a key is of a kind that does not sign.
func unsupported(err error) error {
	name := "this key"
	if e, ok := err.(*alg.Error); ok { //nolint:errorlint // made just now, by us
		if n := e.Params()["algorithm"]; n != "" {
			name = n
		} else if n := e.Params()["key"]; n != "" {
			name = n
		} else if n := e.Params()["curve"]; n != "" {
			name = n
		}
	}
	return signer.NewError(signer.CodeUnsupportedAlgorithm, err, "algorithm", name)
}

// parseEncryptedPKCS8 reads an EncryptedPrivateKeyInfo (RFC 5958, 3). PBES1 and the schemes of PKCS#12 are refused by name here.
func parseEncryptedPKCS8(der, password []byte, b *budget) (crypto.Signer, error) {
	a, data, ok := splitEncrypted(der)
	if !ok {
		return nil, malformed("encrypted PKCS#8 private key")
	}
	if !a.oid.Equal(oidPBES2) {
		return nil, fail(CodeOldEncryption, "algorithm", nameOf(a.oid))
	}
	plain, err := pbes2(a.params, data, password, b)
	if err != nil {
		return nil, withoutPassword(err, password)
	}
	return decrypted(plain, password)
}

// decrypted reads a key that was just decrypted. Octets that are no PKCS#8 at all come of a wrong password whose padding
// happened to be right.
func decrypted(plain, password []byte) (crypto.Signer, error) {
	s := cryptobyte.String(plain)
	var inner cryptobyte.String
	if !s.ReadASN1(&inner, casn1.SEQUENCE) || !s.Empty() || !inner.PeekASN1Tag(casn1.INTEGER) {
		return nil, withoutPassword(fail(CodePassword), password)
	}
	return parsePKCS8(plain)
}

// withoutPassword turns "wrong" into "missing" when none was given.
func withoutPassword(err error, password []byte) error {
	if e, ok := err.(*Error); ok && e.Code() == string(CodePassword) && len(password) == 0 { //nolint:errorlint // made just now, by us
		return fail(CodePasswordRequired)
	}
	return err
}

// splitEncrypted takes EncryptedPrivateKeyInfo apart.
func splitEncrypted(der []byte) (a algorithm, data []byte, ok bool) {
	s := cryptobyte.String(der)
	var inner cryptobyte.String
	if !s.ReadASN1(&inner, casn1.SEQUENCE) || !s.Empty() {
		return a, nil, false
	}
	if a, ok = readAlgorithm(&inner); !ok {
		return a, nil, false
	}
	if !inner.ReadASN1Bytes(&data, casn1.OCTET_STRING) || !inner.Empty() {
		return a, nil, false
	}
	return a, data, true
}
