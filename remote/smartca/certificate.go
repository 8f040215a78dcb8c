package smartca

import (
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/signer"
)

// entry is one certificate of a subscriber.
type entry struct {
	leaf    *x509.Certificate
	chain   []*x509.Certificate // leaf first
	serial  string              // as the service writes it, and wants it back
	id      string              // of the credential, where the service has one
	kind    ServiceType         // "" when it does not say
	name    string              // of the package that was bought
	status  string              // code; "" when it does not say
	problem error               // why it is not fit to sign; nil when it is
}

// fresh is how long the answer about certificates is kept: long enough for one signature, which asks several times.
const fresh = time.Minute

// keeper keeps the certificate that was chosen.
type keeper struct {
	mu     sync.Mutex
	chosen *entry
	at     time.Time // when it was chosen
}

// certificate is the one that was chosen a moment ago, or the one that is meant of those that list gives.
func (k *keeper) certificate(now time.Time, c Choice, list func() ([]*entry, error)) (*entry, error) {
	k.mu.Lock()
	chosen, at := k.chosen, k.at
	k.mu.Unlock()
	if chosen != nil && now.Sub(at) < fresh && !now.Before(at) {
		return chosen, nil
	}
	entries, err := list()
	if err != nil {
		return nil, err
	}
	if chosen, err = choose(entries, c, now); err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.chosen, k.at = chosen, now
	return chosen, nil
}

// decodeChain reads a leaf and what is known above it. Issuers that cannot be read are left out: the leaf is what matters.
func decodeChain(leaf string, above []string, issuers []*x509.Certificate) (*x509.Certificate, []*x509.Certificate, error) {
	cert, err := decodeCertificate(leaf)
	if err != nil {
		return nil, nil, err
	}
	certs := []*x509.Certificate{cert}
	for _, a := range above {
		if c, err := decodeCertificate(a); err == nil {
			certs = append(certs, c)
		}
	}
	certs = append(certs, issuers...)
	chain, err := signer.Chain(cert.PublicKey, certs)
	return cert, chain, err
}

func decodeCertificate(text string) (*x509.Certificate, error) {
	der, err := remote.DecodeBase64(text)
	if err != nil {
		return nil, err
	}
	return signer.ParseCertificate(der)
}

// judge says why a certificate is not fit to sign, by itself first and by the service's code after; nil when it is fit. The display
// text of the service is not looked at.
func (e *entry) judge(now time.Time) error {
	if _, ok := e.leaf.PublicKey.(*rsa.PublicKey); !ok {
		return remote.NewError(remote.CodeUnsupported, nil, "algorithm", fmt.Sprintf("%T", e.leaf.PublicKey))
	}
	if err := signer.CheckCertificate(e.leaf, now); err != nil {
		return err
	}
	switch strings.ToUpper(e.status) {
	case "", "VALID", "ACTIVE", "ENABLED", "1": // absent means that nothing is known
		return nil
	case "REVOKED":
		return signer.CertificateRevoked(e.leaf, time.Time{}, "", nil)
	case "SUSPENDED", "HOLD":
		return signer.CertificateSuspended(e.leaf, time.Time{}, nil)
	case "EXPIRED":
		return signer.CertificateExpired(e.leaf, now, nil)
	}
	return remote.Said(remote.CodeCertificate, remote.Answer{Code: e.status}, nil)
}

// choose picks the certificate that is meant. A fit one goes before those that are not; between several fit ones nothing is guessed.
func choose(entries []*entry, c Choice, now time.Time) (*entry, error) {
	var fit, unfit []*entry
	for _, e := range entries {
		if c.Serial != "" && normalSerial(c.Serial) != fmt.Sprintf("%X", e.leaf.SerialNumber) || c.ServiceType != "" && e.kind != "" && e.kind != c.ServiceType {
			continue
		}
		if e.problem = e.judge(now); e.problem == nil {
			fit = append(fit, e)
		} else {
			unfit = append(unfit, e)
		}
	}
	switch {
	case len(fit) == 1:
		return fit[0], nil
	case len(fit) > 1:
		candidates := make([]signer.Candidate, len(fit))
		for i, e := range fit {
			id := e.id
			if id == "" {
				id = e.serial
			}
			candidates[i] = signer.Candidate{Label: strings.TrimSpace(string(e.kind) + " " + e.name), ID: id, Certificate: e.leaf}
		}
		return nil, signer.Ambiguous(candidates, nil)
	case len(unfit) > 0:
		newest := slices.MaxFunc(unfit, func(a, b *entry) int { return a.leaf.NotAfter.Compare(b.leaf.NotAfter) })
		return nil, newest.problem
	}
	return nil, remote.NewError(remote.CodeNoCertificate, nil)
}

// normalSerial is a hexadecimal serial number as numbers are compared.
func normalSerial(s string) string {
	s = strings.ToUpper(strings.NewReplacer(":", "", " ", "", "-", "").Replace(s))
	return strings.TrimLeft(strings.TrimPrefix(s, "0X"), "0")
}
