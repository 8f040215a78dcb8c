// Package softhsm sets up tokens of SoftHSM, a PKCS#11 module that keeps its tokens in files, for tests, examples and measurements. What
// it makes holds demo keys alone.
package softhsm

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// PINs of the tokens that Token makes where the caller names none.
const (
	PIN   = "24681357"
	SOPIN = "so-13572468"
)

// ErrMissing is the error where SoftHSM is not installed, or this program was built without cgo.
var ErrMissing = errors.New("softhsm: SoftHSM is not installed (Debian: apt install softhsm2), or this program was built without cgo")

// paths are where systems put the module; SOFTHSM2_MODULE names another.
var paths = []string{
	"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so", "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
	"/usr/lib64/pkcs11/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so",
	"/opt/homebrew/lib/softhsm/libsofthsm2.so",
}

// Module is the path of the module, without links; [ErrMissing] also where Token could not use it.
func Module() (string, error) {
	if !usable {
		return "", ErrMissing
	}
	all := paths
	if path := os.Getenv("SOFTHSM2_MODULE"); path != "" {
		all = []string{path}
	}
	for _, path := range all {
		if resolved, err := filepath.EvalSymlinks(path); err == nil {
			return resolved, nil
		}
	}
	return "", ErrMissing
}

// Configure makes dir the place where SoftHSM keeps its tokens, for this process and those it starts (SOFTHSM2_CONF). The module reads
// that once, so it comes before anything opens the module.
func Configure(dir string) error {
	tokens := filepath.Join(dir, "tokens")
	if err := os.MkdirAll(tokens, 0o700); err != nil {
		return err
	}
	conf := filepath.Join(dir, "softhsm2.conf")
	text := fmt.Sprintf("directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n", tokens)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Setenv("SOFTHSM2_CONF", conf)
}

// Object is a key with its certificate for a token.
type Object struct {
	Key           crypto.Signer // nil: a certificate without a key
	Certificate   *x509.Certificate
	ID            []byte // CKA_ID; nil: the first octets of the certificate's SHA-256
	Label         string
	Private       bool   // the certificate shows only after a log-in
	NoPublic      bool   // without the public key's own object
	CertificateID []byte // CKA_ID of the certificate where it is another one; nil: ID
	Always        bool   // CKA_ALWAYS_AUTHENTICATE
}

// Options describe a token.
type Options struct {
	Label      string
	PIN, SOPIN string // empty: the constants of this package
	Objects    []Object
}
