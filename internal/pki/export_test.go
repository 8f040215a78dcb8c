package pki

import "crypto/x509"

// Build is what X509 makes where crypto/x509 refuses.
func (c *Certificate) Build() *x509.Certificate { return c.build() }
