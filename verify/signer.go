package verify

import (
	"cmp"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"sync"
	"time"

	"github.com/kyso-dev/kyso/internal/vnid"
)

// names are the names of certificates, by their encoding: a report says each of them several times, and the reports of one verifier are
// about few people. The zero value is ready; safe for concurrent use.
type names struct {
	mu    sync.RWMutex
	known map[string]named
}

type named struct {
	name     vnid.Name
	identity vnid.Identity
	text     string // "" for what is not a name
}

// maxNames is how many names are kept, and maxName how long they are; then all are forgotten.
const maxNames, maxName = 1024, 2048

func (n *names) read(raw []byte) named {
	n.mu.RLock()
	one, ok := n.known[string(raw)]
	n.mu.RUnlock()
	if ok {
		return one
	}
	if name, err := vnid.ParseName(raw); err == nil {
		one = named{name, name.Identity(), name.String()}
	}
	if len(raw) > maxName {
		return one
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known == nil || len(n.known) >= maxNames {
		n.known = make(map[string]named)
	}
	n.known[string(raw)] = one
	return one
}

func (n *names) text(raw []byte) string { return n.read(raw).text }

// short is what people call the certificate's subject: its common name, or the whole of it.
func (n *names) short(c *x509.Certificate) string {
	return cmp.Or(c.Subject.CommonName, n.text(c.RawSubject))
}

func serialOf(c *x509.Certificate) string { return fmt.Sprintf("%x", c.SerialNumber) }

func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// usageNames are the bits of KeyUsage by their names (RFC 5280, 4.2.1.3).
var usageNames = []struct {
	bit  x509.KeyUsage
	name string
}{
	{x509.KeyUsageDigitalSignature, "digitalSignature"}, {x509.KeyUsageContentCommitment, "nonRepudiation"},
	{x509.KeyUsageKeyEncipherment, "keyEncipherment"}, {x509.KeyUsageDataEncipherment, "dataEncipherment"},
	{x509.KeyUsageKeyAgreement, "keyAgreement"}, {x509.KeyUsageCertSign, "keyCertSign"}, {x509.KeyUsageCRLSign, "cRLSign"},
	{x509.KeyUsageEncipherOnly, "encipherOnly"}, {x509.KeyUsageDecipherOnly, "decipherOnly"},
}

// describe says whose certificate it is.
func describe(cert *x509.Certificate, identifiedBy string, names *names) Signer {
	s := Signer{IdentifiedBy: identifiedBy, Usage: []string{}}
	if cert == nil {
		return s
	}
	s.Subject, s.Issuer, s.Serial, s.CertificateSHA256 = names.text(cert.RawSubject), names.text(cert.RawIssuer), serialOf(cert), fingerprint(cert)
	s.RegistrationSerial = vnid.Serial(cert.SerialNumber)
	s.NotBefore, s.NotAfter = moment(cert.NotBefore), moment(cert.NotAfter)
	for _, u := range usageNames {
		if cert.KeyUsage&u.bit != 0 {
			s.Usage = append(s.Usage, u.name)
		}
	}
	if subject := names.read(cert.RawSubject); subject.name != nil {
		id := subject.identity
		s.Kind, s.Organization, s.TaxCode = string(id.Kind), id.Organization, id.TaxCode
		s.Person, s.PersonalID, s.Title, s.common, s.several = id.Person, id.PersonalID, id.Title, id.CommonName, id.Several
		s.Email, s.Identifiers = id.Email, identifiers(id)
	}
	return s
}

// moment is a time as a report carries it: nil for what JSON cannot say (RFC 3339 has years of four digits and zones below a day).
func moment(t time.Time) *time.Time {
	_, offset := t.Zone()
	if t.IsZero() || t.Year() < 0 || t.Year() > 9999 || offset <= -24*3600 || offset >= 24*3600 {
		return nil
	}
	return &t
}
