package pki

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"sync"

	"github.com/kyso-dev/kyso/internal/limits"
)

// memo keeps certificates that were parsed, by the hash of their octets, so that many documents of one signer pay for it once.
type memo struct {
	mu    sync.Mutex
	certs map[[sha256.Size]byte]*x509.Certificate
}

// parsed are the certificates of the process, as crypto/tls has them.
var parsed memo

// parse is parseX509, or what it returned for the same octets. Certificates of unusual size are not kept.
func (m *memo) parse(raw []byte) (*x509.Certificate, error) {
	if len(raw) > limits.MemoCertificate {
		return parseX509(raw)
	}
	name := sha256.Sum256(raw)
	m.mu.Lock()
	c := m.certs[name]
	m.mu.Unlock()
	if c != nil {
		return c, nil
	}
	c, err := parseX509(bytes.Clone(raw)) // the document that it lies in is not kept with it
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.certs == nil || len(m.certs) >= limits.MemoCertificates {
		m.certs = map[[sha256.Size]byte]*x509.Certificate{} // whoever fills it with strangers only makes it slow
	}
	m.certs[name] = c
	return c, nil
}
