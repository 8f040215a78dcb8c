package pki

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"sync"

	"github.com/kyso-dev/kyso/internal/limits"
)

// Memo keeps certificates that were parsed, by the hash of their octets, so that many documents of one signer pay for it once. Whoever
// gets a certificate shares it and must not change it. The zero value is empty. Safe for concurrent use.
type Memo struct {
	mu    sync.Mutex
	certs map[[sha256.Size]byte]*x509.Certificate
}

// Parse is [ParseX509], or what it returned for the same octets. Certificates of unusual size are not kept.
func (m *Memo) Parse(raw []byte) (*x509.Certificate, error) {
	if len(raw) > limits.MemoCertificate {
		return ParseX509(raw)
	}
	name := sha256.Sum256(raw)
	m.mu.Lock()
	c := m.certs[name]
	m.mu.Unlock()
	if c != nil {
		return c, nil
	}
	c, err := ParseX509(bytes.Clone(raw)) // the document that it lies in is not kept with it
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

type memoKey struct{}

// WithMemo makes the readers that get the context use the memo.
func WithMemo(ctx context.Context, m *Memo) context.Context {
	return context.WithValue(ctx, memoKey{}, m)
}

// Parser is how to parse certificates under the context: by its memo, if it has one.
func Parser(ctx context.Context) func([]byte) (*x509.Certificate, error) {
	if m, ok := ctx.Value(memoKey{}).(*Memo); ok {
		return m.Parse
	}
	return ParseX509
}
