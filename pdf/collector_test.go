package pdf_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"time"

	"golang.org/x/crypto/ocsp"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/trust"
)

// collector finds evidence in a PKI of the tests: what the document knows and serves, else new answers of the responders.
type collector struct {
	p     *testpki.PKI
	asked []string // names of certificates, with the time
	fail  error
}

func (c *collector) Collect(ctx context.Context, cert *x509.Certificate, at time.Time, known *trust.Evidence) (*trust.Evidence, error) {
	if c.fail != nil {
		return nil, c.fail
	}
	out := &trust.Evidence{}
	for name := c.nameOf(cert); ; name = c.nameOf(c.p.Certificate(name), true) {
		if name == "" {
			return nil, fmt.Errorf("no path for %s", cert.Subject)
		}
		one := c.p.Certificate(name)
		out.Certificates = append(out.Certificates, one)
		if bytes.Equal(one.RawIssuer, one.RawSubject) {
			return out, ctx.Err()
		}
		response := c.search(one, at, known)
		if response == nil {
			c.asked = append(c.asked, name)
			var err error
			if response, err = c.p.OCSP(name); err != nil {
				return nil, err
			}
		}
		if r, err := ocsp.ParseResponse(response, nil); err != nil || r.Status != ocsp.Good {
			return nil, fmt.Errorf("%s is not good: %w", name, err)
		}
		out.OCSPs = append(out.OCSPs, response)
	}
}

func (c *collector) search(cert *x509.Certificate, at time.Time, known *trust.Evidence) []byte {
	for _, raw := range known.OCSPs {
		r, err := ocsp.ParseResponse(raw, nil)
		if err == nil && r.SerialNumber.Cmp(cert.SerialNumber) == 0 && !r.ThisUpdate.Before(at.Truncate(time.Second)) {
			return raw
		}
	}
	return nil
}

// nameOf is what the PKI calls a certificate, or the issuer of one.
func (c *collector) nameOf(cert *x509.Certificate, issuer ...bool) string {
	for _, name := range append(testpki.Names(), "tsa1", "tsa2", "tsa3", "root", "issuer", "gov-root", "gov-issuer") {
		one := c.p.Certificate(name)
		if len(issuer) == 0 && one.Equal(cert) || len(issuer) > 0 && bytes.Equal(one.RawSubject, cert.RawIssuer) && one.IsCA {
			return name
		}
	}
	return ""
}
