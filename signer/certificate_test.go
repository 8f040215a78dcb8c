package signer_test

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kyso-dev/kyso/signer"
)

func TestCheckCertificate(t *testing.T) {
	key := p256()
	make := func(change func(*x509.Certificate)) *x509.Certificate {
		return certify("subject", key.Public(), nil, key, change)
	}
	now := time.Now()
	usage := func(u x509.KeyUsage) *x509.Certificate { return make(func(c *x509.Certificate) { c.KeyUsage = u }) }
	extended := func(u ...x509.ExtKeyUsage) *x509.Certificate {
		return make(func(c *x509.Certificate) { c.ExtKeyUsage = u })
	}
	for name, tc := range map[string]struct {
		cert *x509.Certificate
		at   time.Time
		want error
	}{
		"good":                     {make(nil), now, nil},
		"good, no time given":      {make(nil), time.Time{}, nil},
		"nonRepudiation only":      {usage(x509.KeyUsageContentCommitment), now, nil},
		"no key usage":             {usage(0), now, nil},
		"CA that signs documents":  {usage(x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature), now, nil},
		"keyEncipherment only":     {usage(x509.KeyUsageKeyEncipherment), now, signer.ErrCertificateUnsuitable},
		"keyCertSign and cRLSign":  {usage(x509.KeyUsageCertSign | x509.KeyUsageCRLSign), now, signer.ErrCertificateUnsuitable},
		"emailProtection":          {extended(x509.ExtKeyUsageEmailProtection, x509.ExtKeyUsageClientAuth), now, nil},
		"time-stamping only":       {extended(x509.ExtKeyUsageTimeStamping), now, signer.ErrCertificateUnsuitable},
		"OCSP signing only":        {extended(x509.ExtKeyUsageOCSPSigning), now, signer.ErrCertificateUnsuitable},
		"time-stamping and others": {extended(x509.ExtKeyUsageTimeStamping, x509.ExtKeyUsageEmailProtection), now, nil},
		"time-stamping and unknown": {make(func(c *x509.Certificate) {
			c.ExtKeyUsage, c.UnknownExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}, []asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 36}}
		}), now, nil},
		"expired":          {make(nil), now.Add(48 * time.Hour), signer.ErrCertificateExpired},
		"not yet valid":    {make(nil), now.Add(-48 * time.Hour), signer.ErrCertificateNotYetValid},
		"expired by now":   {make(func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Minute) }), time.Time{}, signer.ErrCertificateExpired},
		"wrong and late":   {usage(x509.KeyUsageKeyEncipherment), now.Add(48 * time.Hour), signer.ErrCertificateUnsuitable},
		"no certificate":   {nil, now, signer.ErrProtocol},
		"its last second":  {make(nil), make(nil).NotAfter, nil},
		"its first second": {make(nil), make(nil).NotBefore, nil},
	} {
		err := signer.CheckCertificate(tc.cert, tc.at)
		if !errors.Is(err, tc.want) || (err == nil) != (tc.want == nil) {
			t.Errorf("%s: got %v, want %v", name, err, tc.want)
		}
		var c *signer.CertificateError
		if err != nil && tc.cert != nil && (!errors.As(err, &c) || c.Certificate != tc.cert || !strings.Contains(err.Error(), "subject")) {
			t.Errorf("%s: %v does not carry the certificate", name, err)
		}
	}
	if err := signer.CheckCertificate(usage(x509.KeyUsageCertSign|x509.KeyUsageCRLSign), now); !strings.Contains(err.Error(), "keyCertSign, cRLSign") {
		t.Errorf("the usage is not named: %v", err)
	}
}

func TestChain(t *testing.T) {
	authority := func(c *x509.Certificate) {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	}
	root := certify("root", p521().Public(), nil, p521(), authority)
	ca := certify("ca", p384().Public(), root, p521(), authority)
	cross := certify("ca", p384().Public(), nil, p384(), authority) // the same authority under itself
	leaf := certify("leaf", p256().Public(), ca, p384(), nil)
	renewed := certify("renewed", p256().Public(), ca, p384(), nil)
	stranger := selfSigned(rsaKey())
	namesake := certify("ca", rsaKey().Public(), nil, rsaKey(), authority) // has the name and not the key

	for name, tc := range map[string]struct{ in, want []*x509.Certificate }{
		"in order":          {[]*x509.Certificate{leaf, ca, root}, []*x509.Certificate{leaf, ca, root}},
		"the wrong way":     {[]*x509.Certificate{root, ca, leaf}, []*x509.Certificate{leaf, ca, root}},
		"mixed":             {[]*x509.Certificate{ca, leaf, root}, []*x509.Certificate{leaf, ca, root}},
		"twice":             {[]*x509.Certificate{leaf, ca, leaf, ca, root, root}, []*x509.Certificate{leaf, ca, root}},
		"strangers":         {[]*x509.Certificate{stranger, namesake, leaf, ca}, []*x509.Certificate{leaf, ca}},
		"alone":             {[]*x509.Certificate{leaf}, []*x509.Certificate{leaf}},
		"a gap":             {[]*x509.Certificate{leaf, root}, []*x509.Certificate{leaf}},
		"two issuers":       {[]*x509.Certificate{leaf, cross, ca, root}, []*x509.Certificate{leaf, cross, ca, root}},
		"the first of two":  {[]*x509.Certificate{renewed, leaf, ca}, []*x509.Certificate{renewed, ca}},
		"the other of them": {[]*x509.Certificate{leaf, renewed, ca}, []*x509.Certificate{leaf, ca}},
	} {
		got, err := signer.Chain(p256().Public(), tc.in)
		if err != nil || !slices.EqualFunc(got, tc.want, (*x509.Certificate).Equal) {
			t.Errorf("%s: %v, %v", name, names(got), err)
		}
	}
	_, err := signer.Chain(p256().Public(), []*x509.Certificate{ca, root})
	wantCode(t, err, signer.CodeKeyMismatch)
	_, err = signer.Chain(p256().Public(), nil)
	wantCode(t, err, signer.CodeNoCertificate)
	_, err = signer.Chain(p256().Public(), []*x509.Certificate{leaf, nil})
	wantCode(t, err, signer.CodeNoCertificate)
	_, err = signer.Chain(nil, []*x509.Certificate{leaf})
	wantCode(t, err, signer.CodeKeyMismatch)
}

func names(certs []*x509.Certificate) (out []string) {
	for _, c := range certs {
		out = append(out, c.Subject.CommonName)
	}
	return out
}
