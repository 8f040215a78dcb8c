package sim

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim/internal/mss"
	"github.com/kyso-dev/kyso/signer"
)

// tries of a call that changes nothing.
const tries = 3

// Certificates is the certificate of the key on the SIM, leaf first. It is asked for before anything is signed, since what is signed
// contains it.
func (p *Provider) Certificates(ctx context.Context) ([]*x509.Certificate, error) {
	now := p.clock.Now()
	p.mu.Lock()
	chain, at := p.chain, p.at
	p.mu.Unlock()
	if chain != nil && now.Sub(at) < fresh && !now.Before(at) {
		return slices.Clone(chain), nil
	}
	certs := p.config.Chain
	if len(certs) == 0 {
		var err error
		if certs, err = p.fetch(ctx); err != nil {
			return nil, err
		}
	}
	chain, err := p.choose(certs)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.chain, p.at = chain, now
	return slices.Clone(chain), nil
}

// fetch asks the service for the certificates of the number.
func (p *Provider) fetch(ctx context.Context) ([]*x509.Certificate, error) {
	call := CallRegistration
	if p.dialect.Source == FromProfile {
		call = CallProfile
	}
	answer, err := p.ask(ctx, call)
	if err != nil {
		return nil, err
	}
	var certs []*x509.Certificate
	for _, text := range answer.Certs {
		der, err := remote.DecodeBase64(text)
		if err != nil {
			continue // one that cannot be read cannot be chosen
		}
		if cert, err := signer.ParseCertificate(der); err == nil {
			certs = append(certs, cert)
		}
	}
	if len(certs) == 0 && len(answer.Certs) > 0 {
		return nil, remote.NewError(remote.CodeAnswer, nil, "url", p.base+p.dialect.Ports[call])
	}
	return certs, nil
}

// ask makes a query about the number, again where it did not get through: it asks nobody for anything.
func (p *Provider) ask(ctx context.Context, call Call) (*mss.Message, error) {
	secrets := p.secrets()
	for try := 1; ; try++ {
		m := p.request(call, transaction(remote.NewID()))
		m.MSISDN = p.number()
		if call == CallProfile && p.dialect.Source == FromProfile {
			m.Params = "sscds state certs"
		}
		answer, _, err := p.call(ctx, p.quick, m, secrets)
		if err == nil {
			if answer.Code != "100" && answer.Code != "408" {
				return nil, statusError(answer, secrets)
			}
			return answer, nil
		}
		if try == tries || !errors.Is(err, signer.ErrUnavailable) {
			return nil, err
		}
		if p.clock.Sleep(ctx, p.dialect.Interval) != nil {
			return nil, signer.Cancelled(ctx)
		}
	}
}

// choose picks the certificate that signs, and completes its chain. Between several that are fit nothing is guessed.
func (p *Provider) choose(certs []*x509.Certificate) ([]*x509.Certificate, error) {
	var fit []*x509.Certificate
	var problem error
	for _, c := range certs {
		if c.IsCA || p.config.Serial != "" && plainSerial(p.config.Serial) != fmt.Sprintf("%X", c.SerialNumber) ||
			slices.ContainsFunc(fit, c.Equal) {
			continue
		}
		if want := p.config.SubjectSerial; want != "" && c.Subject.SerialNumber != want {
			if problem == nil {
				problem = ErrSubject
			}
			continue
		}
		if err := signer.CheckCertificate(c, p.clock.Now()); err != nil {
			problem = err
			continue
		}
		fit = append(fit, c)
	}
	switch {
	case len(fit) == 1:
		return signer.Chain(fit[0].PublicKey, append(append([]*x509.Certificate{fit[0]}, certs...), p.config.Issuers...))
	case len(fit) > 1:
		candidates := make([]signer.Candidate, len(fit))
		for i, c := range fit {
			candidates[i] = signer.Candidate{Label: p.dialect.Name, ID: fmt.Sprintf("%X", c.SerialNumber), Certificate: c}
		}
		return nil, signer.Ambiguous(candidates, nil)
	case problem != nil:
		return nil, problem
	}
	return nil, remote.NewError(CodeNoCertificate, remote.ErrNoCertificate)
}

func plainSerial(s string) string {
	s = strings.ToUpper(strings.NewReplacer(":", "", " ", "", "-", "").Replace(s))
	return strings.TrimLeft(strings.TrimPrefix(s, "0X"), "0")
}
