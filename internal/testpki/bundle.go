package testpki

import (
	"crypto/x509"

	"github.com/kyso-dev/kyso/internal/cmsdata"
)

// certificateBundle is a certificates-only SignedData (.p7b), the form in which the national authority publishes its certificates.
func certificateBundle(certs ...*x509.Certificate) ([]byte, error) {
	return cmsdata.New(certs).Marshal()
}
