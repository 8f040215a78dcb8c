package sim

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"slices"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/sim/internal/mss"
	"github.com/kyso-dev/kyso/signer"
)

// Offer is what [Provider.Handshake] offers a service. The zero value offers nothing, which is enough for one that only wants to have been
// asked.
type Offer struct {
	Certificates []*x509.Certificate // with which the application could sign messages
	Roots        []*x509.Certificate // authorities that it trusts; their names are sent
	Algorithms   []string            // URIs of the signature algorithms that it knows
}

// Agreement is what a service has answered to an [Offer].
type Agreement struct {
	// Signed are the calls whose messages the service wants to be signed as XML; "MSS_Notification" may be among them. This package signs
	// no messages, so a service that names a call cannot be used for it.
	Signed []Call

	Service      []*x509.Certificate // of the service, below the roots that were offered
	Certificates []*x509.Certificate // those of the application that it takes
	Algorithms   []string            // those that both know
}

// Handshake settles with a service how messages are protected (MSS_Handshake), as one may demand before anything else: it then refuses
// requests with 106, [CodeHandshake]. The subscriber is not asked. No service that was looked at needs it. offer may be nil.
func (p *Provider) Handshake(ctx context.Context, offer *Offer) (*Agreement, error) {
	if offer == nil {
		offer = new(Offer)
	}
	settled := &mss.Settled{Algorithms: offer.Algorithms}
	for _, c := range offer.Certificates {
		settled.AP = append(settled.AP, base64.StdEncoding.EncodeToString(c.Raw))
	}
	for _, c := range offer.Roots {
		settled.Roots = append(settled.Roots, c.Subject.String())
	}
	m := p.request(CallHandshake, transaction(remote.NewID()))
	m.Settled = settled
	answer, _, err := p.call(ctx, p.quick, m, p.secrets())
	if err != nil {
		return nil, err
	}
	if answer.Settled == nil {
		return nil, mismatch("SecureMethods")
	}
	return agreement(answer.Settled)
}

func agreement(s *mss.Settled) (*Agreement, error) {
	a := &Agreement{Algorithms: s.Algorithms}
	for _, name := range s.Methods {
		call := Call(name)
		if i := slices.IndexFunc(mss.Calls, func(c Call) bool { return string(c) == name+"Query" }); i >= 0 { // MSS_Status
			call = mss.Calls[i]
		}
		a.Signed = append(a.Signed, call)
	}
	var err error
	if a.Service, err = certificates(s.Service); err != nil {
		return nil, err
	}
	a.Certificates, err = certificates(s.AP)
	return a, err
}

func certificates(texts []string) ([]*x509.Certificate, error) {
	var list []*x509.Certificate
	for _, text := range texts {
		der, err := remote.DecodeBase64(text)
		if err != nil {
			return nil, mismatch("Certificate")
		}
		cert, err := signer.ParseCertificate(der)
		if err != nil {
			return nil, mismatch("Certificate")
		}
		list = append(list, cert)
	}
	return list, nil
}
