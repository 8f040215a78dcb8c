package trust

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/cmsdata"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
)

// Load trusts what SPEC names: a file or folder, alone (tree [Own]) or after "national:", "government:" or "own:". A file named by
// itself must hold a certificate; in a folder, files of another kind are passed over, but one certificate at least must be there.
// It returns how many certificates were read. Errors are *[Error].
func (s *Store) Load(spec string) (int, error) {
	tree, path := Own, spec
	if before, after, found := strings.Cut(spec, ":"); found {
		if t, ok := ParseTree(before); ok {
			tree, path = t, after
		}
	}
	certs, err := ReadPath(path)
	if err != nil {
		return 0, err
	}
	return len(certs), s.Add(tree, certs...)
}

// LoadFile trusts the certificates of a file: PEM (any number of them), DER or PKCS#7. Errors are *[Error].
func (s *Store) LoadFile(tree Tree, path string) error {
	certs, err := readFile(path)
	if err != nil {
		return err
	}
	return s.Add(tree, certs...)
}

// LoadDir trusts the certificates of all files in a folder and the folders below it. Files of another kind are passed over; a
// folder without any certificate is an error. Errors are *[Error].
func (s *Store) LoadDir(tree Tree, dir string) error {
	certs, err := readDir(dir)
	if err != nil {
		return err
	}
	return s.Add(tree, certs...)
}

// ReadPath reads the certificates of a file or a folder, as [Store.LoadFile] and [Store.LoadDir] do, and trusts none of them.
func ReadPath(path string) ([]*x509.Certificate, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fail(CodeRead, plain(err), "path", path)
	}
	if info.IsDir() {
		return readDir(path)
	}
	return readFile(path)
}

func readFile(path string) ([]*x509.Certificate, error) {
	data, err := readAll(path)
	if err != nil {
		return nil, err
	}
	certs, err := ParseCertificates(data)
	if err != nil {
		var e *Error
		if errors.As(err, &e) && e.Code() == string(CodeCertificate) {
			return nil, fail(CodeCertificate, e.Unwrap(), "path", path)
		}
		return nil, fail(CodeNone, nil, "path", path)
	}
	return certs, nil
}

func readDir(dir string) ([]*x509.Certificate, error) {
	var all []*x509.Certificate
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.Type().IsRegular() {
			// A link to a file is what system folders of certificates are made of; links to folders are not followed, so there are no cycles.
			if info, err := os.Stat(path); d.Type()&fs.ModeSymlink == 0 || err != nil || !info.Mode().IsRegular() {
				return nil
			}
		}
		if files++; files > limits.TrustFiles {
			return fail(CodeTooMany, nil, "max", strconv.Itoa(limits.TrustFiles))
		}
		data, err := readAll(path)
		if err != nil {
			var e *Error
			if errors.As(err, &e) && e.Code() == string(CodeTooLarge) {
				return nil
			}
			return err
		}
		if certs, err := ParseCertificates(data); err == nil {
			all = append(all, certs...)
		}
		return nil
	})
	var e *Error
	switch {
	case errors.As(err, &e):
		return nil, e
	case err != nil:
		return nil, fail(CodeRead, plain(err), "path", dir)
	case len(all) == 0:
		return nil, fail(CodeNone, nil, "path", dir)
	}
	return all, nil
}

func readAll(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fail(CodeRead, plain(err), "path", path)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limits.TrustFile+1))
	switch {
	case err != nil:
		return nil, fail(CodeRead, plain(err), "path", path)
	case len(data) > limits.TrustFile:
		return nil, fail(CodeTooLarge, nil, "path", path, "max", strconv.Itoa(limits.TrustFile))
	}
	return data, nil
}

// ParseCertificates reads certificates from PEM (CERTIFICATE, PKCS7 and CMS blocks; others are passed over), DER (one or several in
// a row) or PKCS#7 in DER or BER. Errors are *[Error]: [CodeNone], [CodeCertificate].
func ParseCertificates(data []byte) ([]*x509.Certificate, error) {
	if bytes.Contains(data, []byte("-----BEGIN ")) {
		return parsePEM(data)
	}
	return parseDER(data)
}

func parsePEM(data []byte) ([]*x509.Certificate, error) {
	var all []*x509.Certificate
	for rest := data; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		switch block.Type {
		case "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE":
			if block.Type == "TRUSTED CERTIFICATE" {
				continue // openssl's own form carries restrictions that we would ignore
			}
			c, err := pki.ParseX509(block.Bytes)
			if err != nil {
				return nil, fail(CodeCertificate, err, "path", "")
			}
			all = append(all, c)
		case "PKCS7", "CMS":
			certs, err := parseDER(block.Bytes)
			if err != nil {
				return nil, err
			}
			all = append(all, certs...)
		}
	}
	if len(all) == 0 {
		return nil, fail(CodeNone, nil, "path", "")
	}
	return all, nil
}

func parseDER(data []byte) ([]*x509.Certificate, error) {
	certs, certErr := parseRow(data)
	if certErr == nil && len(certs) > 0 {
		return certs, nil
	}
	sd, err := cmsdata.Parse(data)
	if err == nil {
		if certs = sd.X509(); len(certs) > 0 {
			return certs, nil
		}
		return nil, fail(CodeNone, nil, "path", "")
	}
	if looksLikeCertificate(data) {
		return nil, fail(CodeCertificate, certErr, "path", "")
	}
	return nil, fail(CodeNone, nil, "path", "")
}

// parseRow reads certificates that follow one another, those too that crypto/x509 refuses and package pki takes.
func parseRow(data []byte) ([]*x509.Certificate, error) {
	var all []*x509.Certificate
	for rest := cryptobyte.String(data); !rest.Empty(); {
		var one cryptobyte.String
		if !rest.ReadASN1Element(&one, cbasn1.SEQUENCE) {
			one, rest = rest, nil // what is left is no certificate, and the reader says so
		}
		c, err := pki.ParseX509(one)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// looksLikeCertificate tells a damaged certificate from a file of another kind: SEQUENCE { SEQUENCE { [0] version …
func looksLikeCertificate(data []byte) bool {
	if len(data) < 12 || data[0] != 0x30 || data[1] < 0x82 || data[1] > 0x84 {
		return false
	}
	inner := 2 + int(data[1]&0x7f)
	if len(data) < inner+6 || data[inner] != 0x30 || data[inner+1] < 0x81 || data[inner+1] > 0x84 {
		return false
	}
	at := inner + 2 + int(data[inner+1]&0x7f)
	return at+4 < len(data) && data[at] == 0xa0 && data[at+1] == 0x03 && data[at+2] == 0x02
}

// plain drops the operation and path that the standard library puts around a file error: the text names the path already.
func plain(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
